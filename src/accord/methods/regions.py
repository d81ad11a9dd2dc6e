"""Step `regions`: means and spread of U, C, T and D by region and year; who leads, who changed."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core.sums import exact_sum, total, variance
from accord.labels import NATIONAL, build, groups, lead
from accord.method import Text, method


def _says(regions: xr.DataArray | None) -> Text:
    grouped = regions is None or regions.size > 0
    ranks = Text(" and rank of the mean" * grouped, "与均值排名" * grouped)
    over = Text("the units of each region and of all", "各地区及全部") if grouped else Text("all units", "全部")
    return Text(
        f"Mean, standard deviation (n - 1), coefficient of variation{ranks.en}, over {over.en}, year by year.",
        f"逐年计算{over.zh}单元的均值、标准差（分母 n - 1）、变异系数{ranks.zh}。",
    )


@method(step="regions", makes=("region_sums",), merge="sum", table=None, helper=True)
def region_sums(
    index: xr.DataArray,
    coupling: xr.DataArray,
    development: xr.DataArray,
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
) -> xr.DataArray:
    """Exact sums, sums of squares and counts: dims (part, time, group, variable); the first group is all."""
    rows = _rows(index, coupling, development, coordination)
    members = _groups(region, regions, rows[0].shape[1])
    out = np.zeros((5, len(rows[0]), len(members), len(rows)), dtype="i8")
    for v, x in enumerate(rows):
        for g, mine in enumerate(members):
            own = x[:, mine]
            counts = np.count_nonzero(~np.isnan(own), axis=1)
            out[:, :, g, v] = np.concatenate([exact_sum(own), exact_sum(own, np.square), counts[None]])
    return build(out, ["part", "time", "group", "variable"], coordination)


@method(step="regions", makes=("region_low",), merge="min", table=None, helper=True)
def region_low(
    index: xr.DataArray,
    coupling: xr.DataArray,
    development: xr.DataArray,
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
) -> xr.DataArray:
    """Smallest value by year, group and variable; the first group is all."""
    rows = _rows(index, coupling, development, coordination)
    return _extreme(rows, _groups(region, regions, rows[0].shape[1]), np.fmin, np.inf, coordination)


@method(step="regions", makes=("region_high",), merge="max", table=None, helper=True)
def region_high(
    index: xr.DataArray,
    coupling: xr.DataArray,
    development: xr.DataArray,
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
) -> xr.DataArray:
    """Largest value by year, group and variable; the first group is all."""
    rows = _rows(index, coupling, development, coordination)
    return _extreme(rows, _groups(region, regions, rows[0].shape[1]), np.fmax, -np.inf, coordination)


@method(
    step="regions",
    makes=("mean", "sd", "cv", "rank", "min", "max"),
    formula=r"\bar x_{gt}=\frac{1}{n_g}\sum_{i\in g}x_{it},\quad s_{gt}=\sqrt{\frac{1}{n_g-1}\sum_{i\in g}(x_{it}-\bar x_{gt})^2},"
    r"\quad v_{gt}=\frac{s_{gt}}{\bar x_{gt}}",
    says=_says,
)
def regions(
    region_sums: xr.DataArray,
    region_low: xr.DataArray,
    region_high: xr.DataArray,
    regions: xr.DataArray,
    subsystems: xr.DataArray,
) -> xr.Dataset:
    """Mean, standard deviation, coefficient of variation, rank, minimum and maximum by region, year and variable."""
    sums = region_sums.transpose("part", "group", "time", "variable").values
    mean, sd = _mean(sums), np.sqrt(variance(sums[:2], sums[2:4], sums[4]))
    low, high = (a.transpose("group", "time", "variable").values for a in (region_low, region_high))
    sd[low == high] = np.where(np.isnan(sd[low == high]), np.nan, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(mean > 0, sd / mean, np.nan)
    rank = np.full(mean.shape, np.nan)
    rank[1:] = 1 + (mean[None, 1:] > mean[1:, None]).sum(axis=1)
    dims, coords = ["region", "time", "variable"], _coords(regions, subsystems)
    made = {"mean": mean, "sd": sd, "cv": cv, "rank": rank, "min": low, "max": high}
    return xr.Dataset({key: build(value, dims, region_sums, **coords) for key, value in made.items()})


@method(
    step="regions",
    makes=("first", "last", "change", "change_percent"),
    table="region_change",
    helper=True,
    says=Text(
        "Means over the units in the first year and the last, their difference, and the difference in per cent of the "
        "first.",
        "首年与末年的单元均值、差值，以及差值占首年的百分比。",
    ),
)
def region_change(region_sums: xr.DataArray, regions: xr.DataArray, subsystems: xr.DataArray) -> xr.Dataset:
    """Regional means of the first and the last year, and their difference."""
    mean = _mean(region_sums.transpose("part", "group", "time", "variable").values)
    first, last = mean[:, 0], mean[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(first > 0, 100 * (last - first) / first, np.nan)
    made = {"first": first, "last": last, "change": last - first, "change_percent": percent}
    dims, coords = ["region", "variable"], _coords(regions, subsystems)
    return xr.Dataset({key: build(value, dims, **coords) for key, value in made.items()})


LEADERS = ("leader", "leader_mean", "laggard", "laggard_mean", "largest_rise", "rise", "smallest_rise", "least_rise")


@method(
    step="regions",
    makes=LEADERS,
    table="leaders",
    helper=True,
    says=Text(
        "Units with the highest and the lowest mean over the years, and with the largest and the smallest change from "
        "the first year to the last.",
        "多年均值最高与最低的单元，以及首末年变化最大与最小的单元。",
    ),
)
def leaders(
    index: xr.DataArray,
    coupling: xr.DataArray,
    development: xr.DataArray,
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    subsystems: xr.DataArray,
) -> xr.Dataset:
    """Units with the highest and lowest mean over the years, and the largest and smallest change."""
    x = np.stack(_rows(index, coupling, development, coordination))
    mean, rise = x.mean(axis=1), x[:, -1] - x[:, 0]
    units = np.asarray(coordination["unit"].values, dtype=object)
    names = _coords(regions, subsystems)
    made: dict[str, NDArray[np.object_]] = {
        key: np.empty((len(names["region"]), x.shape[0]), dtype=object) for key in LEADERS
    }
    for g, mine in enumerate(groups(region, regions).values()):
        for v in range(x.shape[0]):
            for key, by, pick in (("leader", mean, np.argmax), ("laggard", mean, np.argmin),
                                  ("largest_rise", rise, np.argmax), ("smallest_rise", rise, np.argmin)):  # fmt: skip
                best = mine[pick(by[v, mine])]
                made[key][g, v] = str(units[best])
                made[LEADERS[LEADERS.index(key) + 1]][g, v] = float(by[v, best])
    arrays = {k: build(a.astype("f8") if LEADERS.index(k) % 2 else a.astype(str), ["group", "variable"],
                       group=names["region"], variable=names["variable"]) for k, a in made.items()}  # fmt: skip
    return xr.Dataset(arrays)


def _rows(index: xr.DataArray, *others: xr.DataArray) -> list[NDArray[np.float64]]:
    """D, C, T and each U as (time, rest of the cells)."""
    coupling, development, coordination = (lead(a, *(["time"] if "time" in a.dims else [])) for a in others)
    u = lead(index, "subsystem", *(["time"] if "time" in index.dims else []))
    years = others[0].sizes.get("time", 1)
    return [np.asarray(a.reshape(years, -1)) for a in (coordination, coupling, development, *u)]


def _groups(region: xr.DataArray, regions: xr.DataArray, cells: int) -> list[slice | NDArray[np.bool_]]:
    """Which cells of a year belong to each group: all of them first, then each region's."""
    return [slice(None), *(np.repeat(region.values == name, cells // region.size) for name in regions.values)]


def _extreme(
    rows: list[NDArray[np.float64]],
    members: list[slice | NDArray[np.bool_]],
    pick: np.ufunc,
    start: float,
    like: xr.DataArray,
) -> xr.DataArray:
    """Smallest or largest value by year, group and variable."""
    found = [[pick.reduce(x[:, mine], axis=1, initial=start) for mine in members] for x in rows]
    return build(np.array(found).transpose(2, 1, 0), ["time", "group", "variable"], like)


def _coords(regions: xr.DataArray, subsystems: xr.DataArray) -> dict[str, list[str]]:
    return {
        "region": [NATIONAL, *map(str, regions.values)],
        "variable": ["coordination", "coupling", "development", *map(str, subsystems.values)],
    }


def _mean(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sums[4] > 0, total(sums[:2]) / sums[4], np.nan))
