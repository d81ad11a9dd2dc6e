"""Step `normalise`: indicators to [0, 1] over a named frame of years."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from accord.core import normalise as core
from accord.errors import InputError
from accord.labels import build, cell_dims, in_years, lead, spread
from accord.method import Text, Unused, method

Frame = Literal["pooled", "per_year", "base", "train"]
FORMULAS = {
    "+": Text("(x - min) / (max - min) where more is better (+)", "正向指标（+）为 (x - min) / (max - min)"),
    "-": Text("(max - x) / (max - min) where less is better (-)", "负向指标（-）为 (max - x) / (max - min)"),
    "=": Text("{} where a target is best (=), d the distance to it{}", "适度指标（=）为 {}，d 为与目标值的距离{}"),
}
TARGET_RULES = {
    "target": "1 - d / max d",
    "target_minmax": "(max d - d) / (max d - min d)",
    "target_log": "1 - d / max d",
}


FORMULA = {
    "+": r"z_{itj}=\frac{x_{itj}-\min x_j}{\max x_j-\min x_j}\qquad\text{(+)}",
    "-": r"z_{itj}=\frac{\max x_j-x_{itj}}{\max x_j-\min x_j}\qquad\text{(-)}",
}
DISTANCES = {
    "target": r"\delta_{itj}=\max(a_j-x_{itj},\,x_{itj}-b_j,\,0)",
    "target_log": r"\delta_{itj}=\max\left(\ln\frac{a_j}{x_{itj}},\,\ln\frac{x_{itj}}{b_j},\,0\right)",
}
CLOSENESS = {
    "target": r"z_{itj}=1-\frac{\delta_{itj}}{\max\delta_j}",
    "target_minmax": r"z_{itj}=\frac{\max\delta_j-\delta_{itj}}{\max\delta_j-\min\delta_j}",
}


def _formula(target_rule: core.TargetRule, direction: xr.DataArray | None) -> str:
    """The formulas of the directions there are; [a, b] is the target."""
    log = target_rule == "target_log"
    near = CLOSENESS["target_minmax" if target_rule == "target_minmax" else "target"]
    lines = {**FORMULA, "=": near + r",\quad " + DISTANCES["target_log" if log else "target"] + r"\qquad\text{(=)}"}
    return "\n".join(line for d, line in lines.items() if direction is None or d in direction.values)


def _says(
    frame: Frame,
    base: int | None,
    until: int | None,
    target_rule: core.TargetRule,
    outside: str,
    years: xr.DataArray | None,
    direction: xr.DataArray | None,
) -> Text:
    """How indicators are scaled: over which years, by which formula for the directions there are."""
    first = None if years is None else int(years.values[0])
    start = base if base is not None else first
    over = {
        "pooled": Text("all units and years together", "全部单元与年份"),
        "per_year": Text("the units of each year by itself", "各年份内的全部单元"),
        "base": Text(
            "the first year" if start is None else f"the base year {start}",
            "首年" if start is None else f"基期 {start} 年",
        ),
        "train": Text(f"the years up to {until}", f"{until} 年及以前"),
    }[frame]
    found = list(FORMULAS) if direction is None else [d for d in FORMULAS if d in direction.values]
    log = Text(", taken between logarithms", "（取对数后计算）") if target_rule == "target_log" else Text("", "")
    rule = TARGET_RULES[target_rule]
    en, zh = ([getattr(FORMULAS[d], said).format(rule, getattr(log, said)) for d in found] for said in ("en", "zh"))
    beyond = Text("", "")
    if frame in ("base", "train"):
        beyond = (
            Text(" Values beyond these bounds are clipped to [0, 1].", "超出该范围的值截至 [0, 1]。")
            if outside == "clip"
            else Text(" No value lies beyond these bounds.", "没有超出该范围的值。")
        )
    return Text(
        f"Indicators are scaled to [0, 1] with the bounds of {over.en}: {'; '.join(en)}.{beyond.en}",
        f"指标以{over.zh}的极值作极差标准化：{'；'.join(zh)}。{beyond.zh}",
    )


@method(step="normalise", makes=("bound_years", "weight_years"), table=None, helper=True)
def frame_years(
    years: xr.DataArray, *, frame: Frame = "pooled", base: int | None = None, until: int | None = None
) -> xr.Dataset:
    """Mark the years that set the bounds and those that set the weights.

    `pooled` and `per_year` use all; `base` takes bounds from the base year (the first by default);
    `train` takes bounds and weights from the years up to `until`.
    """
    for name, value, of in (("base", base, "base"), ("until", until, "train")):
        if value is not None and frame != of:
            raise InputError(
                f'normalise: {name} = {value} has no meaning with frame = "{frame}"; set frame = "{of}" or take it out'
            )
    y = years.values
    bounds, weights = np.ones(y.size, dtype=bool), np.ones(y.size, dtype=bool)
    if frame == "base":
        start = int(y[0]) if base is None else base
        if start not in y:
            raise InputError(f"normalise: base year {start} is not in the panel ({y[0]}-{y[-1]})")
        bounds = y == start
    if frame == "train":
        if until is None or not y[0] <= until <= y[-1]:
            raise InputError(f'normalise: frame "train" needs until = a year of the panel ({y[0]}-{y[-1]})')
        bounds = weights = y <= until
    return xr.Dataset({"bound_years": build(bounds, ["time"], years), "weight_years": build(weights, ["time"], years)})


@method(step="normalise", makes=("low",), merge="min", table=None, helper=True)
def low(indicators: xr.DataArray, bound_years: xr.DataArray, *, frame: Frame = "pooled") -> xr.DataArray:
    """Smallest value of each indicator in the frame."""
    return _extreme(indicators, bound_years, frame, np.fmin, np.inf)


@method(step="normalise", makes=("high",), merge="max", table=None, helper=True)
def high(indicators: xr.DataArray, bound_years: xr.DataArray, *, frame: Frame = "pooled") -> xr.DataArray:
    """Largest value of each indicator in the frame."""
    return _extreme(indicators, bound_years, frame, np.fmax, -np.inf)


@method(step="normalise", makes=("nearest",), merge="min", table=None, helper=True)
def nearest(
    indicators: xr.DataArray,
    bound_years: xr.DataArray,
    direction: xr.DataArray,
    target: xr.DataArray,
    *,
    frame: Frame = "pooled",
    target_rule: core.TargetRule = "target",
) -> xr.DataArray:
    """Smallest distance to the target in the frame, for `target_minmax`; zero for other rules."""
    dims = ["indicator", "time"] if frame == "per_year" else ["indicator"]
    out = (
        xr.zeros_like(_extreme(indicators, bound_years, frame, np.fmin, np.inf))
        if target_rule == "target_minmax"
        else None
    )
    if out is None:
        return build(np.zeros([indicators.sizes[d] for d in dims]), dims, indicators)
    for j in np.flatnonzero(direction.values == "="):
        bounds = (float(target.values[0, j]), float(target.values[1, j]))
        away = indicators.isel(indicator=[j]).copy(data=core.distance(indicators.isel(indicator=[j]).values, bounds))
        out[{"indicator": [j]}] = _extreme(away, bound_years, frame, np.fmin, np.inf).values
    return out


def _settles(frame: Frame) -> dict[str, Unused]:
    """No value lies beyond bounds of all years."""
    return {"outside": Unused("frame")} if frame in ("pooled", "per_year") else {}


@method(
    step="normalise",
    makes=("normalised",),
    kind="cell",
    table=None,
    cite=("oecd2008",),
    formula=_formula,
    says=_says,
    settles=_settles,
    cautions={
        ("frame", "per_year"): Text(
            "Bounds are taken year by year: indices of different years must not be compared.",
            "逐年标准化：不同年份的指数不可比较。",
        )
    },
)
def minmax(
    indicators: xr.DataArray,
    low: xr.DataArray,
    high: xr.DataArray,
    nearest: xr.DataArray,
    direction: xr.DataArray,
    target: xr.DataArray,
    years: xr.DataArray,
    *,
    frame: Frame = "pooled",
    target_rule: core.TargetRule = "target",
    outside: Literal["clip", "refuse"] = "clip",
) -> xr.DataArray:
    """Min-max by direction: 1 is best, 0 worst within the frame.

    Values beyond the bounds of a `base` or `train` frame are clipped to [0, 1], or refused.
    """
    dims = ["indicator", *cell_dims(indicators)]
    x, lo, hi, near = lead(indicators, "indicator"), spread(low, dims), spread(high, dims), spread(nearest, dims)
    z = np.empty(x.shape)
    for j, sign in enumerate(direction.values):
        key, bounds = indicators["indicator"].values[j], (float(target.values[0, j]), float(target.values[1, j]))
        if (
            sign == "="
            and target_rule == "target_log"
            and not (bounds[0] > 0 and (lo[j] > 0).all() and not (x[j] <= 0).any())
        ):
            raise InputError(
                f'normalise: target_rule = "target_log" needs values and targets above zero, and indicator "{key}" has '
                'others; use "target"'
            )
        span = core.span_of(lo[j], hi[j], str(sign), target=bounds, nearest=near[j], rule=target_rule)
        if not (span > 0).all():
            flat = np.broadcast_to(
                ~(span > 0), [n if d == "time" else 1 for d, n in zip(dims[1:], x[j].shape, strict=True)]
            )
            where = f" in {years.values[int(np.argmax(flat.ravel()))]}" if frame == "per_year" else ""
            other = "" if frame == "pooled" else 'use frame = "pooled" or '
            raise InputError(
                f'normalise: indicator "{key}" does not vary within the frame "{frame}"{where} and says nothing there; '
                f"{other}take it out of the indicator table"
            )
        core.normalise(x[j], lo[j], hi[j], str(sign), target=bounds, nearest=near[j], rule=target_rule, out=z[j])
        if frame in ("base", "train"):
            if outside == "refuse" and bool(((z[j] < 0) | (z[j] > 1)).any()):
                raise InputError(
                    f'normalise: indicator "{key}" leaves the bounds of the frame "{frame}"; '
                    'use outside = "clip" or frame = "pooled"'
                )
            np.clip(z[j], 0.0, 1.0, out=z[j])
    return build(z, dims, indicators)


def _extreme(indicators: xr.DataArray, years: xr.DataArray, frame: str, pick: np.ufunc, start: float) -> xr.DataArray:
    kept = in_years(indicators, years)
    x, dims = lead(kept, "indicator"), ["indicator", *cell_dims(kept)]
    keep = ["indicator", "time"] if frame == "per_year" else ["indicator"]
    axes = tuple(i for i, d in enumerate(dims) if d not in keep)
    found = pick.reduce(x, axis=axes, initial=start).astype("f8")
    return build(found, keep, kept)
