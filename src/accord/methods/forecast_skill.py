"""Step `forecast`: how good the models are, at rolling origins and on the holdout, beside naive and pooled drift."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core import conformal, outlook, skill
from accord.labels import build
from accord.method import Text, method

Floats = NDArray[np.float64]
SCORES = ("r2_pooled", "r2_within", "rmse", "mae", "mase")
AGAINST = {"skill_naive": "naive", "skill_drift": "drift"}
SAYS_SCORES = Text(
    "R2 pooled is mostly the variance between units, which a naive forecast has too: it is not skill. R2 within takes "
    "each unit's mean away. MASE is the mean absolute error in units of the unit's mean yearly change in the training "
    "years. Skill is 1 - MAE / MAE of naive, or of pooled drift.",
    "合并 R2 主要是单元间方差，朴素预测同样具有，并非预测能力；组内 R2 先减去各单元均值。MASE 为平均绝对误差与该单元训练期"
    "平均年变化之比。技巧得分为 1 - MAE/朴素预测（或合并漂移）的 MAE。",
)


FORMULA = (
    r"R^2_p=1-\frac{\sum(D-\hat D)^2}{\sum(D-\bar D)^2},\quad R^2_w=1-\frac{\sum(D-\hat D)^2}{\sum(D-\bar D_i)^2}"
    + "\n"
    r"\operatorname{MASE}=\operatorname{mean}\frac{|D-\hat D|}{q_i},\quad q_i=\frac{1}{T_0-1}\sum_{t=2}^{T_0}|D_{it}-D_{i,t-1}|,"
    r"\quad s=1-\frac{\operatorname{MAE}}{\operatorname{MAE}_0}"
)


@method(
    step="forecast",
    makes=(*SCORES, "coverage80", "coverage95", *AGAINST, "origins_used", "n"),
    table="forecast_skill",
    helper=True,
    formula=FORMULA,
    cite=("hyndman2006",),
    says=Text(
        "Every model is asked at rolling origins, from half of the years on, with bounds and weights of the years up to "
        f"the origin alone, and judged by what came. {SAYS_SCORES.en} Coverage is that of bands set by the other "
        "origins.",
        f"各模型自半数年份起逐年滚动预测，仅用截至起点的极值与权重，并以其后实际值检验。{SAYS_SCORES.zh}覆盖率以其余起点设定的区间计算。",
    ),
)
def forecast_skill(
    forecasts: xr.DataArray, outcome: xr.DataArray, vintage: xr.DataArray, years: xr.DataArray
) -> xr.Dataset:
    """R2, errors, scaled errors, coverage and skill of every model and route, by years ahead."""
    came, tried, scales = _rolling(forecasts, outcome, vintage, years)
    most = int(np.isfinite(came).any(axis=(0, 1)).sum())
    came, tried = came[..., :most], tried[..., :most]
    keys = (*SCORES, "coverage80", "coverage95", *AGAINST)
    out = {key: np.full((*tried.shape[:2], most), np.nan) for key in keys}
    count = {key: np.zeros((*tried.shape[:2], most), dtype="i8") for key in ("origins_used", "n")}
    names = _names(forecasts)
    for m, r in np.ndindex(*tried.shape[:2]):
        for key, value in _scores(came, tried[m, r], scales).items():
            out[key][m, r] = value
        for key, name in AGAINST.items():
            out[key][m, r] = skill.skill(came, tried[m, r], tried[names[name], _direct(forecasts)])
        for level in (80, 95):
            out[f"coverage{level}"][m, r] = _coverage(came, tried[m, r], level / 100, years.size)
        known = np.isfinite(came - tried[m, r])
        count["origins_used"][m, r], count["n"][m, r] = known.any(axis=1).sum(axis=0), known.sum(axis=(0, 1))
    like = forecasts.isel(origin=0, unit=0, drop=True)
    horizon = np.arange(1, most + 1)
    made = {**out, **count}
    return xr.Dataset({k: build(v, ["model", "route", "horizon"], like, horizon=horizon) for k, v in made.items()})


@method(
    step="forecast",
    makes=(
        "rank", "mase", "mae", "rmse", *AGAINST, "coverage80", "origins_used",
        "dm_naive", "dm_naive_p", "dm_drift", "dm_drift_p", "reason", "reason_zh",
    ),
    table="forecast_ranking",
    helper=True,
    cite=("hyndman2006", "diebold1995", "harvey1997"),
    says=Text(
        "Models and routes in the order of their MASE over all rolling origins and years ahead. Diebold-Mariano tests of "
        "absolute errors one year ahead against naive and against pooled drift, averaged over the units of an origin, as "
        "units share the shocks of a year; no p-value below 8 origins.",
        "按全部滚动起点与步长的 MASE 排序。Diebold-Mariano 检验比较一步绝对误差（分别对照朴素与合并漂移），先在起点内对单元"
        "取均值（单元同受年度冲击）；起点少于 8 个时不给出 p 值。",
    ),
)  # fmt: skip
def forecast_ranking(
    forecasts: xr.DataArray, outcome: xr.DataArray, vintage: xr.DataArray, years: xr.DataArray
) -> xr.Dataset:
    """Every model and route ranked by MASE, with skill, coverage and tests against naive and pooled drift."""
    came, tried, scales = _rolling(forecasts, outcome, vintage, years)
    keys = ("mase", "mae", "rmse", *AGAINST, "coverage80", "dm_naive", "dm_naive_p", "dm_drift", "dm_drift_p")
    out = {key: np.full(tried.shape[:2], np.nan) for key in keys}
    used = np.zeros(tried.shape[:2], dtype="i8")
    why = {key: np.full(tried.shape[:2], "", dtype=object) for key in ("reason", "reason_zh")}
    names = _names(forecasts)
    for m, r in np.ndindex(*tried.shape[:2]):
        found = _scores(skill.together(came), skill.together(tried[m, r]), np.repeat(scales, came.shape[2], axis=0))
        for key in ("mase", "mae", "rmse"):
            out[key][m, r] = found[key][0]
        for key, name in AGAINST.items():
            other = tried[names[name], _direct(forecasts)]
            out[key][m, r] = skill.skill(*map(skill.together, (came, tried[m, r], other)))[0]
            tested = skill.diebold_mariano(*(np.abs(came - p)[..., :1] for p in (tried[m, r], other)), overlap=1)
            out[f"dm_{name}"][m, r], out[f"dm_{name}_p"][m, r] = tested.statistic, tested.pvalue
            if not np.allclose(tried[m, r], other, equal_nan=True):
                why["reason"][m, r], why["reason_zh"][m, r] = tested.reason
        out["coverage80"][m, r] = _mean_coverage(came, tried[m, r], years.size)
        used[m, r] = np.isfinite(came - tried[m, r]).any(axis=(1, 2)).sum()
    order = np.where(np.isnan(out["mase"]), np.inf, out["mase"])
    rank = 1 + (order[None, None] < order[..., None, None]).sum(axis=(2, 3))
    made = {"rank": rank, **out, "origins_used": used, **{k: v.astype(str) for k, v in why.items()}}
    like = forecasts.isel(origin=0, unit=0, horizon=0, drop=True)
    return xr.Dataset({k: build(v, ["model", "route"], like) for k, v in made.items()})


@method(
    step="forecast",
    makes=("actual", "predicted"),
    table="forecast_holdout",
    helper=True,
    says=Text(
        "D in the years held out and what each model said, knowing only the years before, in their frame.",
        "留出年份的 D 及各模型仅凭此前年份（按其样本框）作出的预测。",
    ),
)
def forecast_holdout(
    forecasts: xr.DataArray, outcome: xr.DataArray, origins: xr.DataArray, years: xr.DataArray
) -> xr.Dataset:
    """D in the years held out and what was forecast for them, by every model, and by the leading one on both routes."""
    came, said, later = _held_out(forecasts, outcome, origins, years)
    kept = outlook.told(forecasts.sizes["model"], forecasts["route"].values.tolist())
    said = np.where(kept[..., None, None], said, np.nan)
    dims = ["model", "route", "unit", "time"]
    like = forecasts.isel(origin=0, horizon=0, drop=True)
    both = {"actual": np.broadcast_to(came, said.shape), "predicted": said}
    return xr.Dataset({k: build(v, dims, like, time=later) for k, v in both.items()})


@method(
    step="forecast",
    makes=(*SCORES, *AGAINST),
    table="holdout_skill",
    helper=True,
    formula=FORMULA,
    cite=("hyndman2006",),
    says=Text(
        f"Models and routes on the years held out, all years together. {SAYS_SCORES.en}",
        f"各模型与路径在留出年份上的表现（各年合并）。{SAYS_SCORES.zh}",
    ),
)
def holdout_skill(
    forecasts: xr.DataArray, outcome: xr.DataArray, vintage: xr.DataArray, origins: xr.DataArray, years: xr.DataArray
) -> xr.Dataset:
    """R2, errors, scaled errors and skill of every model and route on the years held out."""
    came, said, later = _held_out(forecasts, outcome, origins, years)
    x = vintage.transpose("origin", "unit", "time").values[int(np.argmax(origins["holdout"].values))]
    scales = np.repeat(skill.scale(x, [years.size - later.size]), later.size, axis=0)
    truth = skill.together(came[None])
    out = {key: np.full(said.shape[:2], np.nan) for key in (*SCORES, *AGAINST)}
    names = _names(forecasts)
    for m, r in np.ndindex(*said.shape[:2]):
        mine = skill.together(said[m, r][None])
        for key, value in _scores(truth, mine, scales).items():
            out[key][m, r] = value[0]
        for key, name in AGAINST.items():
            out[key][m, r] = skill.skill(truth, mine, skill.together(said[names[name], _direct(forecasts)][None]))[0]
    like = forecasts.isel(origin=0, unit=0, horizon=0, drop=True)
    return xr.Dataset({k: build(v, ["model", "route"], like) for k, v in out.items()})


def _scores(came: Floats, said: Floats, scales: Floats) -> Mapping[str, Floats]:
    return {
        "r2_pooled": skill.r2_pooled(came, said),
        "r2_within": skill.r2_within(came, said),
        "rmse": skill.rmse(came, said),
        "mae": skill.mae(came, said),
        "mase": skill.mase(came, said, scales)[0],
    }


def _rolling(
    forecasts: xr.DataArray, outcome: xr.DataArray, vintage: xr.DataArray, years: xr.DataArray
) -> tuple[Floats, Floats, Floats]:
    """What came and what was forecast at the rolling origins, and the units' mean yearly change up to each."""
    came = outcome.transpose("origin", "unit", "horizon").values[:-1]
    tried = forecasts.transpose("model", "route", "origin", "unit", "horizon").values[:, :, :-1]
    x = vintage.transpose("origin", "unit", "time").values
    known = [int((years.values <= origin).sum()) for origin in vintage["origin"].values]
    return came, tried, np.concatenate([skill.scale(one, [k]) for one, k in zip(x[:-1], known[:-1], strict=True)])


def _held_out(
    forecasts: xr.DataArray, outcome: xr.DataArray, origins: xr.DataArray, years: xr.DataArray
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """What came and what was forecast in the years held out, (unit, year) and (model, route, unit, year); the years."""
    at = int(np.argmax(origins["holdout"].values))
    later = np.asarray(years.values)[years.values > origins.values[at]]
    came = outcome.isel(origin=at).transpose("unit", "horizon").values[:, : later.size]
    said = forecasts.isel(origin=at).transpose("model", "route", "unit", "horizon").values[..., : later.size]
    return came, said, later


def _coverage(came: Floats, said: Floats, level: float, years: int) -> Floats:
    """Share of what came within bands that the other origins set, by years ahead."""
    errors, wide = came - said, np.full(came.shape, np.nan)
    for o in range(len(came)):
        others = np.delete(errors, o, axis=0)
        if np.isfinite(others[:, :, :1]).any():
            wide[o] = conformal.misses(others, came.shape[2], years).width(level)
    return skill.coverage(came, said - wide, said + wide)


def _mean_coverage(came: Floats, said: Floats, years: int) -> float:
    """Coverage of bands of 80 % over the horizons that at least four origins reach, or one year ahead."""
    by_year = _coverage(came, said, 0.8, years)
    reached = max(1, int((np.isfinite(came - said).any(axis=1).sum(axis=0) >= 4).sum()))
    return float(np.nanmean(by_year[:reached])) if np.isfinite(by_year[:reached]).any() else np.nan


def _names(forecasts: xr.DataArray) -> dict[str, int]:
    return {str(name): m for m, name in enumerate(forecasts["model"].values)}


def _direct(forecasts: xr.DataArray) -> int:
    return [str(r) for r in forecasts["route"].values].index("direct")
