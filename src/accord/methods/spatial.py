"""Step `space`: spatial autocorrelation of D, over the whole and unit by unit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import scipy
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.borders import both_ways, located, unit_names
from accord.core import autocorrelation as core
from accord.core import space as plane
from accord.errors import InputError, Refused
from accord.labels import build
from accord.method import Text, method
from accord.phrases import number, several

FEWEST, FEW = 4, 10
"""Units that the moments of I need, and below which a year's result is marked as descriptive."""
QUADRANTS = {"label_en": ["HH", "LH", "LL", "HL"], "label_zh": ["高-高", "低-高", "低-低", "高-低"]}
CLUSTERS = {
    "label_en": ["high-high", "low-high", "low-low", "high-low", "not significant"],
    "label_zh": ["高-高集聚", "低-高集聚", "低-低集聚", "高-低集聚", "不显著"],
}
ISLANDS = {
    "nearest": Text("units without neighbours are linked to the nearest unit", "无邻接单元者与最近的单元相连"),
    "leave": Text("units without neighbours keep none", "无邻接单元者保持无邻居"),
}


def _says_contiguity(
    islands: str, permutations: int, alpha: float, adjust: str, neighbours: xr.DataArray | None,
    coordination: xr.DataArray | None,
) -> Text:  # fmt: skip
    said = {} if neighbours is None else neighbours.attrs
    by = Text(f", by {said['en']}" if "en" in said else "", f"（{said['zh']}）" if "zh" in said else "")
    return _says(
        Text(f"neighbours{by.en} ({ISLANDS[islands].en})", f"邻接单元{by.zh}（{ISLANDS[islands].zh}）"),
        permutations, alpha, adjust, coordination,
    )  # fmt: skip


def _says_knn(k: int, permutations: int, alpha: float, adjust: str, coordination: xr.DataArray | None) -> Text:
    near = Text(f"the {k} nearest units by great circle", f"大圆距离最近的 {k} 个单元")
    return _says(near, permutations, alpha, adjust, coordination)


def _says(near: Text, permutations: int, alpha: float, adjust: str, coordination: xr.DataArray | None) -> Text:
    fdr = (
        Text(" after Benjamini and Hochberg", "，经 Benjamini-Hochberg 校正")
        if adjust == "fdr"
        else Text("", "，未作多重检验校正")
    )
    none = " without correction for the number of units" if adjust == "none" else ""
    out, note = _flat_years(coordination), Text("", "")
    if out:
        listed = several(map(str, out))
        note = Text(f" Left out, all values equal: {listed.en}.", f"各单元取值全部相等而略去的年份：{listed.zh}。")
    if coordination is not None and "unit" in coordination.dims and coordination.sizes["unit"] < FEW:
        n = coordination.sizes["unit"]
        note = Text(f"{note.en} With {n} units the results are descriptive.", f"{note.zh}仅 {n} 个单元，结果为描述性。")
    return Text(
        f"Moran's I and Geary's C of D year by year, with row-standardised weights of {near.en}; p-values under "
        f"randomisation and from {permutations} permutations (one-sided, in the direction of the departure). Local "
        f"Moran by conditional permutations; clusters at p < {number(alpha)}{fdr.en}{none}.{note.en}",
        f"逐年计算 D 的 Moran's I 与 Geary's C，行标准化权重取{near.zh}；p 值按随机化假设及 {permutations} 次置换"
        f"（单侧）给出。局部 Moran 采用条件置换，p < {number(alpha)} 者为集聚{fdr.zh}。{note.zh}",
    )


def _flat_years(coordination: xr.DataArray | None) -> list[int]:
    if coordination is None or "unit" not in coordination.dims or "time" not in coordination.coords:
        return []
    flat = ~core.varies(coordination.transpose("time", "unit").values)
    return [int(year) for year in coordination["time"].values[flat]]


MORAN_GEARY = (
    r"I=\frac{n}{\sum_{i,k}w_{ik}}\cdot\frac{\sum_{i,k}w_{ik}(D_i-\bar D)(D_k-\bar D)}{\sum_i(D_i-\bar D)^2},\quad "
    r"c=\frac{n-1}{2\sum_{i,k}w_{ik}}\cdot\frac{\sum_{i,k}w_{ik}(D_i-D_k)^2}{\sum_i(D_i-\bar D)^2}"
)


@method(
    step="space",
    makes=("links",),
    table=None,
    cite=("moran1950", "geary1954", "anselin1995"),
    says=_says_contiguity,
    formula=MORAN_GEARY,
)
def contiguity(
    neighbours: xr.DataArray, position: xr.DataArray, *, islands: Literal["nearest", "leave"] = "nearest"
) -> xr.DataArray:
    """Links between neighbours: those of the panel, with islands linked to the nearest unit or left alone.

    `neighbours` (pair, side) and `position` (unit, axis) in degrees; returns names of units (link, side), both
    directions, sorted. Nearest is by great circle.

    Raises
    ------
    Refused
        If an island has no position, or no unit has a neighbour.
    """
    pairs = {(int(a), int(b)) for a, b in neighbours.values}
    n, at = position.sizes["unit"], position.transpose("unit", "axis").values
    alone = np.flatnonzero(np.bincount(neighbours.values[:, 0], minlength=n) == 0) if pairs else np.arange(n)
    names = unit_names(position)
    if islands == "nearest" and alone.size:
        lost = [names[i] for i in alone if not np.isfinite(at[i]).all()]
        if lost:
            said = several(lost[:6])
            raise Refused(
                f"without neighbours and without a position: {said.en}; add them to the neighbour table, give polygons "
                'with `boundaries` in [panel], or set islands = "leave"',
                f'既无邻接单元也无位置：{said.zh}；请补入邻接表、提供边界，或设 islands = "leave"',
            )
        closest = plane.nearest_units(at[:, 0], at[:, 1], 1)[:, 0]
        pairs |= {(int(i), int(closest[i])) for i in alone}
    if not pairs:
        raise Refused("no unit has a neighbour", "没有任何单元有邻接单元")
    return _named(both_ways(pairs), names)


@method(
    step="space",
    makes=("links",),
    table=None,
    cite=("moran1950", "geary1954", "anselin1995"),
    says=_says_knn,
    formula=MORAN_GEARY,
)
def knn(position: xr.DataArray, *, k: Annotated[int, Field(ge=1)] = 4) -> xr.DataArray:
    """Links from each unit to its k nearest by great circle; they need not be mutual.

    `position` (unit, axis) in degrees; returns names of units (link, side), sorted.

    Raises
    ------
    InputError
        If there are not more than k units.
    Refused
        If a unit has no position.
    """
    at = located(position)
    if k >= len(at):
        raise InputError(f"space: k = {k} nearest units, but there are {len(at)} units; take k below {len(at)}")
    near = plane.nearest_units(at[:, 0], at[:, 1], k)
    links = np.stack([np.repeat(np.arange(len(at)), k), np.sort(near, axis=1).ravel()], axis=1)
    return _named(links.astype("i8"), unit_names(position))


@method(step="space", makes=("first", "second"), table="space_links", helper=True)
def space_links(links: xr.DataArray) -> xr.Dataset:
    """Units that are linked, by name: a row for each direction."""
    return xr.Dataset({key: build(links.values[:, i], ["link"]) for i, key in enumerate(("first", "second"))})


MORAN = (
    "moran", "expected", "z_normal", "z", "pvalue", "pvalue_permutation", "geary", "geary_z", "geary_pvalue",
    "geary_pvalue_permutation",
)  # fmt: skip


@method(step="space", makes=(*MORAN, "reading"), table="moran", helper=True)
def moran(
    coordination: xr.DataArray,
    links: xr.DataArray,
    seed: xr.DataArray,
    *,
    permutations: Annotated[int, Field(ge=99, le=99999)] = 999,
) -> xr.Dataset:
    """Moran's I and Geary's C of D, year by year.

    `coordination` (unit, time); returns I in about [-1, 1], its expectation -1/(n - 1), z under normality and under
    randomisation, p-values (see `accord.core.autocorrelation.Overall`), and the same of C, whose expectation is 1. A
    year whose values are all equal has none.

    Raises
    ------
    Refused
        If there are fewer than four units, every year's values are all equal, or the extra `spatial` is missing.
    """
    x, pairs, _ = _in_order(coordination, links)
    made = core.overall(x, pairs, permutations, np.random.default_rng(int(seed)))
    arrays = {name: build(getattr(made, name), ["time"], coordination) for name in MORAN}
    few = build(np.full(len(x), int(x.shape[1] < FEW), dtype="i1"), ["time"], coordination)
    few.attrs = {"label_en": [f"descriptive (n < {FEW})"], "label_zh": [f"描述性（n < {FEW}）"]}
    return xr.Dataset({**arrays, "reading": few})


@method(
    step="space",
    makes=("local_moran", "quadrant", "pvalue", "cluster", "standardised", "lag"),
    table="lisa",
    formula=r"I_i=\frac{(n-1)\,\tilde D_i\sum_kw_{ik}\tilde D_k}{\sum_k\tilde D_k^2},\quad \tilde D_i=D_i-\bar D",
    helper=True,
)
def lisa(
    coordination: xr.DataArray,
    links: xr.DataArray,
    seed: xr.DataArray,
    *,
    permutations: Annotated[int, Field(ge=99, le=99999)] = 999,
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05,
    adjust: Literal["none", "fdr"] = "none",
) -> xr.Dataset:
    """Local Moran of D by unit and year, with the clusters that are significant at `alpha`.

    `coordination` (unit, time). Quadrants put the unit's own value first; `standardised` and `lag` are the axes of the
    Moran scatter. With `adjust="fdr"` the p-values of a year are adjusted for the number of units (Benjamini and
    Hochberg) before they are compared with `alpha`.

    Raises
    ------
    Refused
        As `moran`.
    """
    x, pairs, back = _in_order(coordination, links)
    made = core.local(x, pairs, permutations, np.random.default_rng(int(seed)))
    shown = made.pvalue.copy()
    for t in np.flatnonzero(np.isfinite(shown).any(axis=1)) if adjust == "fdr" else ():
        known = np.isfinite(shown[t])
        shown[t, known] = scipy.stats.false_discovery_control(shown[t, known])
    with np.errstate(invalid="ignore"):
        cluster = np.where(made.quadrant == 0, 0, np.where(shown < alpha, made.quadrant, 5)).astype("i1")
    values: dict[str, NDArray[Any]] = {
        "local_moran": made.moran, "quadrant": made.quadrant, "pvalue": made.pvalue, "cluster": cluster,
        "standardised": made.standardised, "lag": made.lag,
    }  # fmt: skip
    out = xr.Dataset({name: build(a[:, back].T.copy(), ["unit", "time"], coordination) for name, a in values.items()})
    out["quadrant"].attrs, out["cluster"].attrs = dict(QUADRANTS), dict(CLUSTERS)
    return out


def _named(pairs: NDArray[np.int64], names: list[str]) -> xr.DataArray:
    """Links by the names of their units, sorted, so that they do not depend on the order of units."""
    return build(np.array(sorted((names[i], names[j]) for i, j in pairs.tolist())), ["link", "side"])


def _in_order(
    coordination: xr.DataArray, links: xr.DataArray
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.intp]]:
    """D (time, unit) with units by name, the links among them, and the way back: what is drawn knows no order."""
    x, names = coordination.transpose("time", "unit").values, np.array(unit_names(coordination))
    if names.size < FEWEST:
        said = f"spatial autocorrelation needs four units; there are {names.size}"
        raise Refused(said, f"空间自相关至少需要四个单元，现有 {names.size} 个")
    if not core.varies(x).any():
        raise Refused("in every year all units have the same D", "各年所有单元的 D 均相等")
    order = np.argsort(names, kind="stable")
    pairs = np.searchsorted(names[order], links.values).astype("i8")
    return x[:, order], pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], np.argsort(order)
