"""Step `forecast`: what follows from the forecasts. Paths with bands, stages on the way, tiers, regions, pace.

Models are in methods/forecast.py, what they are asked in methods/rolling.py, how good they are in
methods/forecast_skill.py.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core import conformal
from accord.core import outlook as core
from accord.core.coupling import classify
from accord.labels import build, groups
from accord.method import Text, method

Floats = NDArray[np.float64]
LEVELS = (0.80, 0.95)
BANDS = ("lo80", "hi80", "lo95", "hi95")
BASIS = (Text("calibrated", "经校准"), Text("model-based", "基于模型"))

SAYS_BANDS = Text(
    "Bands are split-conformal by horizon: quantiles of the misses of all units at all rolling origins, scaled from the "
    "frame of the origin to that of the study. With K origins a "
    "band can promise K/(K + 1) at most, as units share what happens in a year: bands beyond that, and horizons with "
    "fewer than four origins, are called model-based, and widen as a random walk with an uncertain drift. The spread over "
    "the seeds of a network is no prediction interval.",
    "区间按步长采用分割共形方法：取全部滚动起点与单元预测误差（由起点样本框折算至全样本框）的分位数。单元同受年度冲击，K 个起点至多保证 K/(K + 1) 的"
    "覆盖率：超出此限的区间及起点不足四个的步长标为“基于模型”，并按漂移不确定的随机游走放宽。不同随机种子结果的离散程度不能视为预测区间。",
)


@method(
    step="forecast",
    makes=("mean", *BANDS, "basis80", "basis95", "forecast_stage", "stage_probability"),
    helper=True,
    table="forecast",
    cite=("vovk2005",),
    says=SAYS_BANDS,
)
def forecast(
    forecasts: xr.DataArray,
    missed: xr.DataArray,
    origins: xr.DataArray,
    ahead: xr.DataArray,
    years: xr.DataArray,
    stage_table: xr.DataArray,
) -> xr.Dataset:
    """D of each unit to the last year asked for, by every model: mean, bands, stage and its probability.

    The first model and route are the leading ones. Other models stand on the direct route alone: NaN, and no rows of
    the tidy table, on the route through the indices. The stage is that of the mean; its probability counts the misses
    that would leave D in it.
    """
    steps = int(ahead["asked"].sum())
    kept = core.told(forecasts.sizes["model"], forecasts["route"].values.tolist())[..., None, None]
    mean, shape = (
        np.where(kept, _ahead(forecasts, steps), np.nan),
        forecasts.isel(origin=-1, drop=True).transpose("model", "route", "unit", "horizon"),
    )
    made = {key: np.full(mean.shape, np.nan) for key in (*BANDS, "stage_probability")}
    basis = {key: np.zeros(mean.shape, dtype="i8") for key in ("basis80", "basis95")}
    stage = classify(mean, stage_table.values, stage_table.attrs["closed"]).astype("i8")
    for m in range(mean.shape[0]):
        for r in range(mean.shape[1]):
            found = _misses(missed[m, r], steps, years.size)
            if found is None or np.isnan(mean[m, r]).all():
                continue
            for key, values in _bands(mean[m, r], found).items():
                (basis if key in basis else made)[key][m, r] = values
            chance = conformal.probabilities(mean[m, r], found, stage_table.values, stage_table.attrs["closed"])
            made["stage_probability"][m, r] = np.take_along_axis(chance, np.maximum(stage[m, r] - 1, 0)[..., None], -1)[
                ..., 0
            ]
    unknown = np.isnan(mean)
    for key in ("stage_probability", *BANDS):
        made[key][unknown] = np.nan
    for key in basis:
        basis[key][unknown] = 0
    dims = ["model", "route", "unit", "time"]
    arrays = {"mean": mean, **made, **basis, "forecast_stage": stage}
    out = {k: build(v, dims, shape, time=_future(years, steps)) for k, v in arrays.items()}
    for key in basis:
        out[key].attrs = {"label_en": [b.en for b in BASIS], "label_zh": [b.zh for b in BASIS]}
    out["forecast_stage"].attrs = {k: stage_table.attrs[k] for k in ("label_en", "label_zh")}
    return xr.Dataset(
        {key: out[key] for key in ("mean", *BANDS, "basis80", "basis95", "forecast_stage", "stage_probability")}
    )


@method(
    step="forecast",
    makes=("probability",),
    table="forecast_stages",
    helper=True,
    says=Text(
        "Probability of each stage along the path of the leading model: the share of past misses at that horizon, to "
        "both sides alike, that would put D there; stages that none would reach are not listed. "
        "Beyond the calibrated horizons, as for the bands, they are model-based.",
        "主导模型路径上各等级的概率：以该步长历史误差（正负对称）计，D 落入该等级的比例；概率为零的等级不列出。超出经校准的步长时，概率与区间一样基于模型。",
    ),
)
def forecast_stages(
    forecasts: xr.DataArray, missed: xr.DataArray, ahead: xr.DataArray, years: xr.DataArray, stage_table: xr.DataArray
) -> xr.DataArray:
    """Probability of every stage of each unit and year, by the leading model and route; NaN for those not reached."""
    steps = int(ahead["asked"].sum())
    mean = _ahead(forecasts, steps)[0, 0]
    found = _misses(missed[0, 0], steps, years.size)
    levels = stage_table["level"].values
    chance = np.full((*mean.shape, levels.size), np.nan)
    if found is not None:
        chance = conformal.probabilities(mean, found, stage_table.values, stage_table.attrs["closed"])
    chance[np.isnan(mean)] = np.nan
    chance[chance == 0] = np.nan
    out = build(chance, ["unit", "time", "level"], forecasts, time=_future(years, steps), level=levels)
    out.attrs = {k: stage_table.attrs[k] for k in ("label_en", "label_zh")}
    return out


@method(
    step="forecast",
    makes=(
        "stage_first",
        "stage_last",
        "tier",
        "tier_in_region",
        "value_first",
        "value_last",
        "year_first",
        "year_last",
    ),
    table="tiers",
    helper=True,
    says=Text(
        "Stage now and stage in the last year forecast, by the leading model; units with the same two stages form a "
        "tier, the highest first, over all units and within the region.",
        "依主导模型给出当前等级与预测末年等级；两者相同的单元归为同一梯队，由高到低排列（全部单元与地区内分别排列）。",
    ),
)
def tiers(
    forecasts: xr.DataArray,
    coordination: xr.DataArray,
    ahead: xr.DataArray,
    years: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    stage_table: xr.DataArray,
) -> xr.Dataset:
    """Stage now, stage at the end, and the tier that the two make."""
    now = coordination.transpose("unit", "time").values[:, -1]
    steps = int(ahead["asked"].sum())
    end = _ahead(forecasts, steps)[0, 0, :, -1]
    first, last = (classify(v, stage_table.values, stage_table.attrs["closed"]).astype("i8") for v in (now, end))
    first = np.where(last > 0, first, 0)
    tier, within = core.tiers(first, last), np.zeros(first.size, dtype="i8")
    for mine in list(groups(region, regions).values())[1:]:
        within[mine] = core.tiers(first[mine], last[mine])
    made = {"stage_first": first, "stage_last": last, "tier": tier, "tier_in_region": within if regions.size else tier,
            "value_first": now, "value_last": end, "year_first": np.full(first.size, years.values[-1]),
            "year_last": np.full(first.size, _future(years, steps)[-1])}  # fmt: skip
    out = xr.Dataset({k: build(v, ["unit"], forecasts) for k, v in made.items()})
    for key in ("stage_first", "stage_last"):
        out[key].attrs = {k: stage_table.attrs[k] for k in ("label_en", "label_zh")}
    return out


@method(
    step="forecast",
    makes=("arrival", "chance"),
    table="stage_arrivals",
    helper=True,
    says=Text(
        "Year in which the path of the leading model first reaches each stage that the unit is not in now, and the "
        "probability that it is there or beyond in the last year; stages less likely than 5 % are not listed. The "
        "probability is model-based where the band of that year is.",
        "主导模型路径首次到达各等级的年份，以及末年处于该等级或更远等级的概率；概率低于 5% 的等级不列出。该年区间基于模型时，概率亦然。",
    ),
)
def stage_arrivals(
    forecasts: xr.DataArray,
    missed: xr.DataArray,
    coordination: xr.DataArray,
    ahead: xr.DataArray,
    years: xr.DataArray,
    stage_table: xr.DataArray,
) -> xr.Dataset:
    """When each stage is first reached, where it is, and how likely the unit is there or beyond at the end."""
    steps, levels, closed = int(ahead["asked"].sum()), stage_table["level"].values, stage_table.attrs["closed"]
    mean = _ahead(forecasts, steps)[0, 0]
    now = classify(coordination.transpose("unit", "time").values[:, -1], stage_table.values, closed)
    path = classify(mean, stage_table.values, closed)
    step = core.arrivals(now, path, levels.size)
    when = np.where(step > 0, _future(years, steps)[np.maximum(step, 1) - 1], np.nan)
    chance = np.full(when.shape, np.nan)
    found = _misses(missed[0, 0], steps, years.size)
    if found is not None:
        ends = conformal.probabilities(mean, found, stage_table.values, closed)[:, -1]
        above, below = np.cumsum(ends[:, ::-1], axis=1)[:, ::-1], np.cumsum(ends, axis=1)
        chance = np.where(levels[None] > now[:, None], above, below)
    away = (levels[None] != now[:, None]) & (path[:, -1:] > 0) & ((chance >= 0.05) | (step > 0))
    made = {"arrival": np.where(away, when, np.nan), "chance": np.where(away, chance, np.nan)}
    out = xr.Dataset({k: build(v, ["unit", "level"], forecasts, level=levels) for k, v in made.items()})
    out["arrival"].attrs = {k: stage_table.attrs[k] for k in ("label_en", "label_zh")}
    return out


def _says_regions(regions: xr.DataArray | None) -> Text:
    if regions is not None and regions.size < 2:
        return Text(
            "Mean D of all units by the leading model, and bands from the misses of that mean at the rolling origins.",
            "主导模型下全部单元 D 的均值，以及由滚动起点上该均值误差得到的区间。",
        )
    return Text(
        "Mean D of the units of each region by the leading model, its rank among the regions, and bands from the misses "
        "of the regional mean at the rolling origins.",
        "主导模型下各地区单元 D 的均值、地区排名，以及由滚动起点上地区均值误差得到的区间。",
    )


@method(
    step="forecast",
    makes=("mean", *BANDS, "basis80", "basis95", "rank", "now"),
    table="forecast_regions",
    helper=True,
    says=_says_regions,
)
def forecast_regions(
    forecasts: xr.DataArray,
    missed: xr.DataArray,
    coordination: xr.DataArray,
    ahead: xr.DataArray,
    years: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
) -> xr.Dataset:
    """Regional means to the last year forecast, with bands and ranks; the first group is National."""
    steps, members = int(ahead["asked"].sum()), groups(region, regions)
    unit_mean, now = _ahead(forecasts, steps)[0, 0], coordination.transpose("unit", "time").values[:, -1]
    shape = (len(members), steps)
    made = {key: np.full(shape, np.nan) for key in ("mean", *BANDS, "rank", "now")}
    basis = {key: np.zeros(shape, dtype="i8") for key in ("basis80", "basis95")}
    for g, mine in enumerate(members.values()):
        known = mine[np.isfinite(unit_mean[mine, 0])]
        if not known.size:
            continue
        made["mean"][g], made["now"][g] = unit_mean[known].mean(axis=0), now[known].mean()
        found = _misses(missed[0, 0].isel(unit=known).mean("unit", keepdims=True), steps, years.size)
        if found is not None:
            for key, values in _bands(made["mean"][g][None], found).items():
                (basis if key in basis else made)[key][g] = values[0]
    mean = made["mean"]
    made["rank"][1:] = 1 + (mean[None, 1:] > mean[1:, None]).sum(axis=1)
    made["rank"][np.isnan(mean)] = np.nan
    out = {
        k: build(v, ["group", "time"], group=list(members), time=_future(years, steps))
        for k, v in {**made, **basis}.items()
    }
    for key in basis:
        out[key].attrs = {"label_en": [b.en for b in BASIS], "label_zh": [b.zh for b in BASIS]}
    return xr.Dataset({key: out[key] for key in ("mean", *BANDS, "basis80", "basis95", "rank", "now")})


@method(
    step="forecast",
    makes=("rise", "fastest", "fastest_any", "ratio", "pace"),
    table="forecast_pace",
    helper=True,
    says=Text(
        "Mean yearly rise that the leading model implies, beside the fastest that the unit and any unit showed over as "
        "many years (or all there are); the ratio is to the fastest of any unit.",
        "主导模型隐含的年均上升幅度，与该单元及任一单元在同样长度（或全部）年份内的最快升幅对照；比值以任一单元的最快升幅为分母。",
    ),
)
def forecast_pace(forecasts: xr.DataArray, coordination: xr.DataArray, ahead: xr.DataArray) -> xr.Dataset:
    """Implied yearly rise against the fastest in history: within the unit's own, within any unit's, or beyond both."""
    steps = int(ahead["asked"].sum())
    x = coordination.transpose("unit", "time").values
    end = _ahead(forecasts, steps)[0, 0, :, -1]
    rise = (end - x[:, -1]) / steps
    own = core.fastest(np.where(np.isfinite(end)[:, None], x, np.nan), steps)
    most = np.full(rise.size, np.nanmax(own) if np.isfinite(own).any() else np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(most > 0, rise / most, np.nan)
    pace = np.where(np.isnan(rise), 0, np.where(rise <= own, 1, np.where(rise <= most, 2, 3)))
    made = {"rise": rise, "fastest": own, "fastest_any": most, "ratio": ratio, "pace": pace}
    out = xr.Dataset({k: build(v, ["unit"], forecasts) for k, v in made.items()})
    out["pace"].attrs = {"label_en": [p.en for p in PACES], "label_zh": [p.zh for p in PACES]}
    return out


PACES = (
    Text("as fast as it has been", "不快于自身历史"),
    Text("faster than it has been", "快于自身历史"),
    Text("faster than any unit has been", "快于任何单元的历史"),
)


def _future(years: xr.DataArray, ahead: int) -> NDArray[np.int64]:
    """The years forecast."""
    y = np.asarray(years.values, dtype="i8")
    return np.asarray(y[-1] + (y[1] - y[0]) * np.arange(1, ahead + 1))


def _ahead(forecasts: xr.DataArray, ahead: int) -> Floats:
    """Forecasts from all years, (model, route, unit, year)."""
    last = forecasts.isel(origin=-1).transpose("model", "route", "unit", "horizon")
    return np.asarray(last.values[..., :ahead])


def _misses(one: xr.DataArray, ahead: int, years: int) -> conformal.Misses | None:
    """Misses of one model and route at the rolling origins; None where nothing came after any."""
    errors = one.transpose("rolling", "unit", "horizon").values
    return conformal.misses(errors, ahead, years) if np.isfinite(errors[:, :, :1]).any() else None


def _bands(mean: Floats, found: conformal.Misses) -> dict[str, NDArray[np.generic]]:
    """Bands around forecasts (unit, year), kept within [0, 1] where the forecasts are, and what they rest on."""
    out: dict[str, NDArray[np.generic]] = {}
    top = 1.0 if not (mean > 1).any() else np.inf
    for level in LEVELS:
        name, wide = f"{100 * level:.0f}", found.width(level)
        out[f"lo{name}"], out[f"hi{name}"] = np.maximum(mean - wide, 0.0), np.minimum(mean + wide, top)
        out[f"basis{name}"] = np.broadcast_to(np.where(found.calibrated(level), 1, 2), mean.shape)
    return out
