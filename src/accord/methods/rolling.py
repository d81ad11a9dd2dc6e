"""Step `forecast`: what models are asked and what they said. Origins, histories, forecasts of all models by both routes.

The models are in methods/forecast.py; what follows from their forecasts in methods/outlook.py, how good they are in
methods/forecast_skill.py.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from accord.errors import InputError, Refused, nearest
from accord.labels import build
from accord.method import Text, choices, method

LEAST_YEARS = 6
"""Fewest years of a panel that is forecast, and two more than the fewest a model learns from."""


HELD_OUT = 3
AHEAD = 8
"""Years held out and years forecast, where nobody says how many."""


def _held_out(asked: int | None, years: int) -> int:
    return asked or min(HELD_OUT, years - LEAST_YEARS + 2)


def _settles(holdout: int | None, until: int | None, years: xr.DataArray | None) -> dict[str, int]:
    """What is not named follows from the years of the panel."""
    if years is None or years.size < LEAST_YEARS:
        return {}
    y = [int(year) for year in years.values]
    last = y[-1] + AHEAD * (y[1] - y[0])
    return {"holdout": _held_out(holdout, len(y)), "until": last if until is None else until}


@method(step="forecast", makes=("origins", "ahead"), table=None, helper=True, settles=_settles)
def forecast_years(
    years: xr.DataArray, *, holdout: Annotated[int, Field(ge=1)] | None = None, until: int | None = None
) -> xr.Dataset:
    """Origins of the forecasts and years ahead.

    Rolling origins start where half of the years, and no fewer than four, are known; the last origin is the last
    year. The holdout's origin leaves `holdout` years out: three, or as many as leave four to learn from. Eight years
    are forecast, or as many as `until` asks for.

    Raises
    ------
    InputError
        If the holdout leaves fewer than four years, or `until` is no later year of the panel's spacing.
    Refused
        If there are fewer than six years.
    """
    y = np.asarray(years.values, dtype="i8")
    if y.size < LEAST_YEARS:
        raise Refused(
            f"a forecast needs at least {LEAST_YEARS} years, and the panel has {y.size}",
            f"预测至少需要 {LEAST_YEARS} 年数据，面板只有 {y.size} 年",
        )
    step = int(y[1] - y[0])
    holdout = _held_out(holdout, y.size)
    if y.size - holdout < LEAST_YEARS - 2:
        raise InputError(
            f"forecast: holdout = {holdout} leaves {max(0, y.size - holdout)} of {y.size} years to learn from, and four are "
            f"needed; hold out at most {y.size - LEAST_YEARS + 2}"
        )
    ahead = AHEAD if until is None else (until - int(y[-1])) // step
    if until is not None and (until <= y[-1] or (until - y[-1]) % step):
        raise InputError(
            f"forecast: until = {until} is no year after {y[-1]} in steps of {step}, where the data end; name "
            f"{y[-1] + step} or a later one"
        )
    if ahead > 2 * y.size:
        raise InputError(
            f"forecast: {ahead} years ahead from {y.size} years of data say nothing; name {y[-1] + 2 * step * y.size} or an "
            "earlier year"
        )
    first = max(LEAST_YEARS - 2, -(-y.size // 2))
    known = sorted({*range(first, y.size + 1), y.size - holdout})
    longest = max(ahead, y.size - known[0])
    at = y[np.array(known) - 1]
    origins = xr.DataArray(at, dims="origin", coords={"holdout": ("origin", at == y[-1 - holdout])})
    steps = np.arange(1, longest + 1)
    return xr.Dataset(
        {
            "origins": origins,
            "ahead": xr.DataArray(steps, dims="horizon", coords={"asked": ("horizon", steps <= ahead)}),
        }
    )


UNITS = (
    Text("", ""),
    Text("a gap within its years, or no value in the last: left out", "年份中间有缺失或末年无数值：不作预测"),
    Text(
        "constant: Theta, Holt and the grey model keep its value, the others may not",
        "各年数值相同：Theta、Holt 与灰色模型保持该值，其他模型未必",
    ),
    Text("starts late: fewer years to learn from", "起始年份较晚：可用年份较少"),
    Text("at 0 or 1 in some year: paths cannot go beyond", "某年取值为 0 或 1：预测路径不越过该界"),
)
"""What is said of a unit, by number."""


@method(
    step="forecast",
    makes=("first_year", "known_years", "note"),
    table="forecast_units",
    helper=True,
    says=Text(
        "Years that the models learn from, unit by unit; units with a gap are left out.",
        "各单元可供学习的年份；存在中断的单元不作预测。",
    ),
)
def forecast_units(coordination: xr.DataArray, histories: xr.DataArray, years: xr.DataArray) -> xr.Dataset:
    """First year, number of years, and what is unusual about a unit: a gap, no change, a late start, a bound."""
    x = coordination.transpose("unit", "time").values
    seen, used = np.isfinite(x), np.isfinite(histories.isel(origin=-1, part=0).transpose("unit", "time").values)
    first = np.where(seen.any(axis=1), years.values[seen.argmax(axis=1)], 0)
    known = np.where(seen, x, x[np.arange(len(x)), seen.argmax(axis=1)][:, None])
    flat = np.ptp(known, axis=1) <= 1e-12
    note = np.select(
        [~used.any(axis=1), flat, first > years.values[0], (seen & ((x <= 0) | (x == 1))).any(axis=1)], [1, 2, 3, 4], 0
    )
    made = {"first_year": first, "known_years": used.sum(axis=1), "note": note}
    out = xr.Dataset({k: build(v, ["unit"], coordination) for k, v in made.items()})
    out["note"].attrs = {"label_en": [u.en for u in UNITS[1:]], "label_zh": [u.zh for u in UNITS[1:]]}
    return out


@method(step="forecast", makes=("histories",), table=None, helper=True)
def histories(vintage: xr.DataArray, vintage_index: xr.DataArray, years: xr.DataArray) -> xr.DataArray:
    """D (part 0) and each U up to each origin, in its frame; NaN after it, and for units with a gap."""
    d, u = vintage.transpose("origin", "unit", "time"), vintage_index.transpose("origin", "subsystem", "unit", "time")
    x = np.concatenate([d.values[:, None], u.values], axis=1)
    x[np.broadcast_to((years.values[None] > d["origin"].values[:, None])[:, None, None], x.shape)] = np.nan
    seen = np.isfinite(x[-1])
    whole = (seen | ~np.logical_or.accumulate(seen, axis=-1)).all(axis=(0, 2)) & seen[..., -1].all(axis=0)
    if not whole.any():
        raise Refused(
            "no unit has D in the last year and in every year from its first: fill the gaps",
            "没有单元自首年至末年均有 D：请先填补缺失值",
        )
    x[:, :, ~whole] = np.nan
    coords = {"origin": d["origin"].values, "unit": d["unit"].values, "time": years.values}
    return xr.DataArray(x, dims=("origin", "part", "unit", "time"), coords=coords)


@method(step="forecast", makes=("comparators",), table=None, helper=True)
def comparators(
    *,
    compare: list[str] = ["naive", "drift", "unit_drift", "half_drift", "lstm", "theta", "holt", "gm11"],  # noqa: B006
) -> xr.DataArray:
    """Models that stand beside the chosen one; naive and pooled drift always do.

    Raises
    ------
    InputError
        If a name is no method of the step.
    """
    for name in compare:
        if name not in choices("forecast"):
            raise InputError(f'forecast compare: "{name}" is no model; {nearest(name, choices("forecast"))}')
    return xr.DataArray(np.array([*dict.fromkeys([*compare, "naive", "drift"])], dtype=str), dims="comparator")


@method(
    step="forecast",
    makes=("tried",),
    table=None,
    helper=True,
    cite=("kingma2015", "hyndman2003", "holt2004", "deng1982"),
)
def tried(
    histories: xr.DataArray, paths: xr.DataArray, ahead: xr.DataArray, seed: xr.DataArray, comparators: xr.DataArray
) -> xr.DataArray:
    """Forecasts of the chosen model first, then of the others with their default options; kept within [0, 1].

    A model that these data cannot carry has no forecasts, and says why in its coordinates `reason` and `reason_zh`.
    Where D or an index lies above 1 in the data, forecasts may too.
    """
    have = {"histories": histories, "ahead": ahead, "seed": seed}
    every = [
        paths.assign_coords(
            reason=("model", [""] * paths.sizes["model"]), reason_zh=("model", [""] * paths.sizes["model"])
        )
    ]
    for name in comparators.values:
        if name in paths["model"].values:
            continue
        model = choices("forecast")[str(name)]
        try:
            made = model.func(*(have[need] for need in model.needs))
            why = Text("", "")
        except Refused as error:
            made, why = _missing(str(name), paths), Text(str(error), error.zh)
        texts = {"reason": why.en, "reason_zh": why.zh}
        every.append(made.assign_coords({k: ("model", [v] * made.sizes["model"]) for k, v in texts.items()}))
    out = xr.concat(every, "model").clip(0.0, 1.0 if float(histories.max()) <= 1.0 else np.inf)
    return out.drop_attrs()


@method(step="forecast", makes=("forecasts", "outcome", "missed"), table=None, helper=True)
def forecasts(
    tried: xr.DataArray,
    through: xr.DataArray,
    vintage: xr.DataArray,
    years: xr.DataArray,
    *,
    route: Literal["direct", "indices"] = "direct",
) -> xr.Dataset:
    """D forecast at each origin, directly and through the indices, what came, in the frame of the origin, and the misses.

    The frame of an early origin is narrower, so that D moves more in it: misses are scaled by the mean yearly change of D
    in the study's frame over that in the frame of the origin, in the years known at it.

    Raises
    ------
    Refused
        If the leading model has no forecast at any rolling origin: nothing would be known of its errors.
    """
    direct = tried.sel(part=0, drop=True)
    both = xr.concat([direct, through.transpose(*direct.dims)], "route", coords="minimal", compat="override")
    both = both.assign_coords(route=["direct", "indices"]).sel(route=[route, *({"direct", "indices"} - {route})])
    d = vintage.transpose("origin", "unit", "time").values
    y = list(years.values)
    came = np.full((vintage.sizes["origin"], vintage.sizes["unit"], tried.sizes["horizon"]), np.nan)
    for o, origin in enumerate(vintage["origin"].values):
        later = d[o, :, y.index(origin) + 1 :][:, : came.shape[2]]
        came[o, :, : later.shape[1]] = later
    both = both.transpose("model", "route", "origin", "unit", "horizon").drop_attrs()
    outcome = xr.DataArray(came, dims=("origin", "unit", "horizon"), coords={k: direct[k] for k in ("origin", "unit")})
    missed = (outcome - both).isel(origin=slice(None, -1)) * _frames(vintage, years)
    if not bool(missed.isel(model=0, route=0).notnull().any()):
        name = str(both["model"].values[0])
        raise Refused(
            f"{name} has too few years at every rolling origin, so that nothing would be known of its errors: give it a "
            "smaller window, or choose another model",
            f"{name} 在所有滚动起点上年份都不足，无从得知其误差：请缩小窗口或改用其他模型",
        )
    missed = missed.transpose("model", "route", "origin", "unit", "horizon").drop_attrs()
    return xr.Dataset({"forecasts": both, "outcome": outcome, "missed": missed.rename(origin="rolling")})


@method(
    step="forecast",
    makes=("members", "dropped", "fallbacks", "reason", "reason_zh"),
    table="forecast_models",
    helper=True,
    says=Text(
        "Networks of each ensemble and how many of their trainings diverged and were dropped, over all origins and "
        "indices; for how many units, origins and indices a model falls back to the naive forecast; why a model could not be had.",
        "各集成的网络数、全部起点与指数中因发散而剔除的训练次数，退回朴素预测的次数（按单元、起点与指数计），以及无法使用某模型的原因。",
    ),
)
def forecast_models(tried: xr.DataArray) -> xr.Dataset:
    """Networks, diverged trainings, units that fell back, and the reason where a model could not be had."""
    return xr.Dataset({
        key: xr.DataArray(tried[key].values, dims="model", coords={"model": tried["model"].values})
        for key in ("members", "dropped", "fallbacks", "reason", "reason_zh")
    })  # fmt: skip


def _missing(name: str, like: xr.DataArray) -> xr.DataArray:
    """The place of a model that could not be had, among forecasts `like` those of another."""
    facts: dict[str, Any] = {key: ("model", np.zeros(1, dtype="i8")) for key in ("members", "dropped", "fallbacks")}
    return (like.isel(model=[0]) * np.nan).assign_coords(model=[name], **facts)


def _frames(vintage: xr.DataArray, years: xr.DataArray) -> xr.DataArray:
    """How much less D moves in a year in the study's frame than in that of each rolling origin, in the years it knows."""
    x = vintage.transpose("origin", "unit", "time").values
    out = np.ones(len(x) - 1)
    for o, origin in enumerate(vintage["origin"].values[:-1]):
        own, last = (np.abs(np.diff(one[:, years.values <= origin])) for one in (x[o], x[-1]))
        both = np.isfinite(own) & np.isfinite(last)
        if both.any() and own[both].sum() > 0:
            out[o] = last[both].sum() / own[both].sum()
    return xr.DataArray(out, dims="origin", coords={"origin": vintage["origin"].values[:-1]})
