"""Steps `descriptives` and `filled`: what the raw data look like, and what was put into their gaps."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from accord.core.gaps import RULES, RULES_ZH
from accord.core.sums import exact_sum, total, variance
from accord.labels import build, cell_dims, lead
from accord.method import Text, method
from accord.phrases import several

INSIDE = {"linear": Text("linearly in time between observations", "观测值之间按时间线性插值")}
ENDS = {
    "hold": Text("with the nearest observation at the ends", "两端取最近的观测值"),
    "trend": Text(
        "along the line through the nearest {k} observations at the ends", "两端按最近 {k} 个观测值的趋势线外推"
    ),
    "nearest_mean": Text("with the mean of the nearest {k} observations at the ends", "两端取最近 {k} 个观测值的均值"),
}


def _says_filled(gap_rule: xr.DataArray | None, gaps: str | None) -> Text:
    """How gaps were filled under the rules that were set, or that there were none."""
    if gap_rule is not None and not (gap_rule.values > 0).any():
        return Text("No cell was missing, so nothing was filled.", "数据无缺失，未作填补。")
    count = Text("Missing cells", "缺失值") if gap_rule is None else _counted(gap_rule)
    how = Text("", "")
    if gaps is not None:
        said = json.loads(gaps)
        used = [by[said[key]] for by, key in ((INSIDE, "inside"), (ENDS, "ends")) if said[key] in by]
        en, zh = (several(getattr(text, of) for text in used) for of in ("en", "zh"))
        how = Text(f", {en.en.format(**said)}", f"（{zh.zh.format(**said)}）")
    return Text(
        f"{count.en} were filled unit by unit{how.en}; every filled cell is listed with its rule.",
        f"{count.zh}按单元填补{how.zh}，逐一列出填补值与方式。",
    )


def _counted(gap_rule: xr.DataArray) -> Text:
    n, of = int((gap_rule.values > 0).sum()), gap_rule.size
    return Text(f"Missing cells ({n} of {of})", f"缺失值（{of} 个中的 {n} 个）")


@method(step="descriptives", makes=("observed_low",), merge="min", table=None, helper=True)
def observed_low(indicators: xr.DataArray, gap_rule: xr.DataArray) -> xr.DataArray:
    """Smallest observed value of each indicator."""
    return build(np.fmin.reduce(_observed(indicators, gap_rule), axis=1, initial=np.inf), ["indicator"], indicators)


@method(step="descriptives", makes=("observed_high",), merge="max", table=None, helper=True)
def observed_high(indicators: xr.DataArray, gap_rule: xr.DataArray) -> xr.DataArray:
    """Largest observed value of each indicator."""
    return build(np.fmax.reduce(_observed(indicators, gap_rule), axis=1, initial=-np.inf), ["indicator"], indicators)


@method(step="descriptives", makes=("observed_sums",), merge="sum", table=None, helper=True)
def observed_sums(
    indicators: xr.DataArray, gap_rule: xr.DataArray, observed_low: xr.DataArray, observed_high: xr.DataArray
) -> xr.DataArray:
    """Exact sums of scaled values and squares, cells observed and cells missing: (part, indicator)."""
    x = _observed(indicators, gap_rule)
    low, high = observed_low.values[:, None], observed_high.values[:, None]
    scaled = (x - low) / np.where(high > low, high - low, 1.0)
    seen = (~np.isnan(x)).sum(axis=1)
    parts = [exact_sum(scaled), exact_sum(scaled, np.square), seen[None], (x.shape[1] - seen)[None]]
    return build(np.concatenate(parts), ["part", "indicator"], indicators)


@method(
    step="descriptives",
    makes=("n", "missing", "mean", "sd", "min", "max"),
    says=Text(
        "Descriptive statistics of the observed values, before gaps were filled (sd with n - 1).",
        "缺失值填补前观测值的描述性统计（标准差分母 n - 1）。",
    ),
)
def descriptives(observed_sums: xr.DataArray, observed_low: xr.DataArray, observed_high: xr.DataArray) -> xr.Dataset:
    """Count, missing, mean, standard deviation, minimum and maximum of each indicator as observed."""
    sums = observed_sums.transpose("part", "indicator").values
    low, high = observed_low.values, observed_high.values
    span = np.where(high > low, high - low, 1.0)
    mean = low + span * total(sums[:2]) / sums[4]
    sd = span * np.sqrt(variance(sums[:2], sums[2:4], sums[4]))
    made = {"n": sums[4], "missing": sums[5], "mean": mean, "sd": sd, "min": low, "max": high}
    return xr.Dataset({key: build(value, ["indicator"], observed_sums) for key, value in made.items()})


@method(
    step="filled",
    makes=("filled", "filled_rule"),
    says=_says_filled,
)
def filled(indicators: xr.DataArray, gap_rule: xr.DataArray) -> xr.Dataset:
    """The values put into gaps and the rule of each; NaN where the source has a value."""
    dims = ["indicator", *cell_dims(indicators)]
    rule = lead(gap_rule, "indicator")
    value = build(np.where(rule > 0, lead(indicators, "indicator"), np.nan), dims, indicators)
    code = build(rule, dims, indicators)
    code.attrs = {"label_en": list(RULES[1:]), "label_zh": list(RULES_ZH[1:])}
    return xr.Dataset({"filled": value, "filled_rule": code})


def _observed(indicators: xr.DataArray, gap_rule: xr.DataArray) -> np.ndarray:
    x = np.asarray(lead(indicators, "indicator").reshape(indicators.sizes["indicator"], -1), dtype="f8")
    if gap_rule.ndim == 0:
        return x
    return np.where(lead(gap_rule, "indicator").reshape(x.shape) > 0, np.nan, x)
