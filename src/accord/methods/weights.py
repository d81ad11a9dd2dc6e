"""Step `weights`: how much each indicator counts within its subsystem."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core import weights as core
from accord.core.sums import covariance, exact_sum, total, variance
from accord.errors import InputError, nearest
from accord.labels import build, in_years, lead
from accord.method import Text, method
from accord.phrases import number, rows_used

Floats = NDArray[np.float64]
ZEROS: dict[core.ZeroPolicy, Text] = {
    "exact": Text("0 ln 0 = 0", "0 ln 0 = 0"),
    "shift": Text("on z + c with c = {}", "以 z + c 计算，c = {}"),
    "shift_nonpositive": Text(
        "on z + c with c = {} for indicators with a value at or below zero", "含零或负值的指标以 z + c 计算，c = {}"
    ),
    "smooth": Text("on z squeezed into [c, 1 - c] with c = {}", "z 压缩至 [c, 1 - c]，c = {}"),
}


def _zeros(zeros: core.ZeroPolicy, shift: float | None) -> Text:
    """What is done about values of zero, with the constant that is added."""
    c = number(core.SHIFT[zeros] if shift is None else shift)
    return Text(ZEROS[zeros].en.format(c), ZEROS[zeros].zh.format(c))


def _says_entropy(
    zeros: core.ZeroPolicy, shift: float | None, years: xr.DataArray | None, weight_years: xr.DataArray | None
) -> Text:
    rows, policy = rows_used(years, weight_years), _zeros(zeros, shift)
    return Text(
        f"Indicator weights follow the entropy method over {rows.en} ({policy.en}) and sum to one within each "
        "subsystem.",
        f"指标权重采用熵权法，由{rows.zh}计算（{policy.zh}），各子系统内权重之和为 1。",
    )


def _says_entropy_given(
    zeros: core.ZeroPolicy, shift: float | None, years: xr.DataArray | None, weight_years: xr.DataArray | None
) -> Text:
    rows, policy = rows_used(years, weight_years), _zeros(zeros, shift)
    return Text(
        f"Indicator weights are entropy weights over {rows.en} ({policy.en}) times those given by the authors, scaled "
        "to sum to one within each subsystem.",
        f"指标权重为熵权（由{rows.zh}计算，{policy.zh}）与作者给定权重之积，各子系统内归一化。",
    )


def _says_critic(years: xr.DataArray | None, weight_years: xr.DataArray | None) -> Text:
    rows = rows_used(years, weight_years)
    return Text(
        f"Indicator weights follow CRITIC (contrast times conflict) over {rows.en}, within each subsystem.",
        f"指标权重采用 CRITIC 法（对比强度 × 冲突性），由{rows.zh}在各子系统内计算。",
    )


def _says_cv(years: xr.DataArray | None, weight_years: xr.DataArray | None) -> Text:
    rows = rows_used(years, weight_years)
    return Text(
        f"Indicator weights are proportional to the coefficient of variation of the raw values over {rows.en}, and sum "
        "to one within each subsystem.",
        f"指标权重与原始数据的变异系数（由{rows.zh}计算）成正比，各子系统内归一化。",
    )


def _says_pca(keep: float | None, years: xr.DataArray | None, weight_years: xr.DataArray | None) -> Text:
    rows = rows_used(years, weight_years)
    kept = Text("eigenvalue of at least 1", "特征值不小于 1")
    if keep is not None:
        kept = Text(
            f"as many as explain {number(100 * keep)}% of the variance", f"累计方差贡献率达 {number(100 * keep)}%"
        )
    return Text(
        "Indicator weights are the variance explained by the leading principal components within each subsystem "
        f"({kept.en}), over {rows.en}.",
        f"指标权重为各子系统内前几个主成分（{kept.zh}）所解释的方差，由{rows.zh}计算。",
    )


SHARED = r"w_j=\frac{c_j}{\sum_{k\in s(j)}c_k}"
SHIFTED = {
    "exact": "",
    "shift": "z_{itj}:=z_{itj}+c\n",
    "shift_nonpositive": r"z_{itj}:=z_{itj}+c\qquad(\min z_j\le 0)" + "\n",
    "smooth": "z_{itj}:=c+(1-2c)\\,z_{itj}\n",
}
ENTROPY = r"p_{itj}=\frac{z_{itj}}{\sum_{i,t}z_{itj}},\quad e_j=-\frac{1}{\ln N}\sum_{i,t}p_{itj}\ln p_{itj},\quad "


def _formula_entropy(zeros: core.ZeroPolicy) -> str:
    return SHIFTED[zeros] + ENTROPY + r"w_j=\frac{1-e_j}{\sum_{k\in s(j)}(1-e_k)}"


def _formula_entropy_given(zeros: core.ZeroPolicy) -> str:
    return SHIFTED[zeros] + ENTROPY + r"c_j=(1-e_j)\,v_j,\quad " + SHARED


@method(step="weights", makes=("zero_shift",), table=None, helper=True)
def zero_shift(*, zeros: core.ZeroPolicy = "exact", shift: float | None = None) -> xr.DataArray:
    """The constant c of the zero policy: `shift`, or the policy's own."""
    if shift is not None and zeros == "exact":
        raise InputError(
            'weights: shift has no meaning with zeros = "exact"; choose "shift", "shift_nonpositive" or "smooth"'
        )
    most = 0.5 if zeros == "smooth" else 1.0
    if shift is not None and not 0 <= shift < most:
        raise InputError(f'weights: shift = {shift} with zeros = "{zeros}" is not between 0 and {most:g}')
    return xr.DataArray(core.SHIFT[zeros] if shift is None else shift)


@method(step="weights", makes=("entropy_sums",), merge="sum", table=None, helper=True)
def entropy_sums(
    normalised: xr.DataArray,
    weight_years: xr.DataArray,
    zero_shift: xr.DataArray,
    *,
    zeros: core.ZeroPolicy = "exact",
) -> xr.DataArray:
    """Exact sums of z and z ln z after the zero policy, rows and rows at zero, per indicator.

    Dims (part, variant, indicator): parts are S and L in two slices each, the number of rows and (for
    `shift_nonpositive`, which keeps the variants as it is and shifted) of rows at or below zero.
    """
    z = lead(in_years(normalised, weight_years), "indicator").reshape(normalised.sizes["indicator"], -1)
    policies: tuple[core.ZeroPolicy, ...] = ("exact", zeros) if zeros == "shift_nonpositive" else (zeros,)
    full = np.full(z.shape[0], z.shape[1])
    rows = (~np.isnan(z)).sum(axis=1) if np.isnan(z.sum()) else full
    low = (z <= 0).sum(axis=1) if zeros == "shift_nonpositive" else np.zeros_like(full)
    parts = []
    for policy in policies:
        lifted = core.lift(z, policy, float(zero_shift))
        parts.append(np.concatenate([exact_sum(lifted), exact_sum(lifted, core.x_log_x), [rows], [low]]))
    return build(np.stack(parts, axis=1), ["part", "variant", "indicator"], normalised)


@method(
    step="weights",
    makes=("weight", "entropy"),
    cite=("shannon1948", "zou2006"),
    formula=_formula_entropy,
    says=_says_entropy,
)
def entropy(entropy_sums: xr.DataArray, subsystem: xr.DataArray) -> xr.Dataset:
    """Entropy weights: indicators that differ more between rows weigh more.

    e = (ln S - L/S) / ln N over the N pooled rows, d = 1 - e, w = d / sum d within the subsystem.
    `zeros`: `exact` (0 ln 0 = 0), `shift` z + c, `shift_nonpositive` (only columns with a value at or
    below zero), `smooth` into [c, 1-c]; c is `shift` (1e-4, 0.01 and 0.002 by default).
    """
    parts = entropy_sums.transpose("part", "variant", "indicator").values
    shifted = (parts[5, 0] > 0).astype(int) if parts.shape[1] == 2 else np.zeros(parts.shape[2], dtype=int)
    sums = np.take_along_axis(parts, shifted[None, None, :], axis=1)[:, 0]
    e = core.entropy(total(sums[:2]), total(sums[2:4]), sums[4])
    return xr.Dataset({"weight": _weights(1.0 - e, subsystem), "entropy": build(e, ["indicator"], subsystem)})


@method(
    step="weights",
    makes=("weight",),
    cite=("oecd2008",),
    formula=r"w_j=\frac{1}{m_{s(j)}}",
    says=Text("Indicators weigh equally within each subsystem.", "各子系统内指标等权。"),
)
def equal(subsystem: xr.DataArray) -> xr.DataArray:
    """Equal weights within each subsystem."""
    return _weights(np.ones(subsystem.size), subsystem)


@method(
    step="weights",
    makes=("weight",),
    cite=("oecd2008",),
    formula=r"w_j=\frac{v_j}{\sum_{k\in s(j)}v_k}",
    says=Text(
        "Indicator weights are given by the authors and scaled to sum to one within each subsystem.",
        "指标权重由作者给定，各子系统内归一化。",
    ),
)
def given(
    prior_weight: xr.DataArray, subsystem: xr.DataArray, *, values: dict[str, float] | None = None
) -> xr.DataArray:
    """Given weights: from `values` (indicator key to weight) or the column `weight` of the indicator table."""
    return _weights(_prior(prior_weight, values), subsystem)


@method(step="weights", makes=("moment_sums",), merge="sum", table=None, helper=True)
def moment_sums(normalised: xr.DataArray, weight_years: xr.DataArray) -> xr.DataArray:
    """Exact sums of products of normalised indicators, a column of ones added: (part, row, column)."""
    m = normalised.sizes["indicator"]
    z = lead(in_years(normalised, weight_years), "indicator").reshape(m, -1)
    rows = np.concatenate([z, np.where(np.isnan(z[:1]), np.nan, 1.0)])
    out = np.zeros((2, m + 1, m + 1), dtype="i8")
    for j in range(m + 1):
        out[:, j, : j + 1] = exact_sum(rows[: j + 1] * rows[j])
        out[:, : j + 1, j] = out[:, j, : j + 1]
    return build(out, ["part", "row", "column"])


@method(
    step="weights",
    makes=("weight",),
    cite=("diakoulaki1995",),
    formula=r"c_j=\sigma_j\sum_{k\in s(j)}(1-r_{jk}),\quad " + SHARED,
    says=_says_critic,
)
def critic(moment_sums: xr.DataArray, subsystem: xr.DataArray) -> xr.DataArray:
    """CRITIC weights: standard deviation times conflict, from correlations within the subsystem."""
    sd, r = _moments(moment_sums)
    raw = np.zeros(sd.size)
    for mine in _members(subsystem):
        raw[mine] = core.critic(sd[mine], r[np.ix_(mine, mine)])
        if mine.sum() == 1:
            raw[mine] = 1.0
    return _weights(raw, subsystem)


@method(step="weights", makes=("raw_low",), merge="min", table=None, helper=True)
def raw_low(indicators: xr.DataArray, weight_years: xr.DataArray) -> xr.DataArray:
    """Smallest raw value of each indicator in the years that set the weights."""
    return build(np.fmin.reduce(_rows(indicators, weight_years), axis=1, initial=np.inf), ["indicator"], indicators)


@method(step="weights", makes=("raw_high",), merge="max", table=None, helper=True)
def raw_high(indicators: xr.DataArray, weight_years: xr.DataArray) -> xr.DataArray:
    """Largest raw value of each indicator in the years that set the weights."""
    return build(np.fmax.reduce(_rows(indicators, weight_years), axis=1, initial=-np.inf), ["indicator"], indicators)


@method(step="weights", makes=("scaled_sums",), merge="sum", table=None, helper=True)
def scaled_sums(
    indicators: xr.DataArray, raw_low: xr.DataArray, raw_high: xr.DataArray, weight_years: xr.DataArray
) -> xr.DataArray:
    """Exact sums of (x - low) / (high - low) and of its square, and rows: (part, indicator)."""
    floor, span = raw_low.values, _span(raw_low, raw_high)
    scaled = (_rows(indicators, weight_years) - floor[:, None]) / span[:, None]
    parts = [exact_sum(scaled), exact_sum(scaled, np.square), (~np.isnan(scaled)).sum(axis=1)[None]]
    return build(np.concatenate(parts), ["part", "indicator"], indicators)


@method(
    step="weights",
    makes=("weight",),
    cite=("oecd2008",),
    formula=r"c_j=\frac{\sigma_j}{\bar x_j},\quad " + SHARED,
    says=_says_cv,
)
def cv(
    scaled_sums: xr.DataArray, raw_low: xr.DataArray, raw_high: xr.DataArray, subsystem: xr.DataArray
) -> xr.DataArray:
    """Coefficient-of-variation weights: sd / mean of the raw values (n - 1 in the sd)."""
    sums = scaled_sums.transpose("part", "indicator").values
    floor, span = raw_low.values, _span(raw_low, raw_high)
    mean = floor + span * total(sums[:2]) / sums[4]
    if (mean <= 0).any():
        key = subsystem["indicator"].values[int(np.argmin(mean))]
        raise InputError(f'weights "cv": the mean of indicator "{key}" is not positive; use "entropy" or "critic"')
    return _weights(span * np.sqrt(variance(sums[:2], sums[2:4], sums[4])) / mean, subsystem)


@method(
    step="weights",
    makes=("weight",),
    cite=("jolliffe2002", "oecd2008"),
    formula=r"c_j=\sum_{l=1}^{L}\lambda_l v_{jl}^2,\quad " + SHARED,
    says=_says_pca,
)
def pca(
    moment_sums: xr.DataArray,
    subsystem: xr.DataArray,
    *,
    keep: Annotated[float, Field(gt=0, le=1)] | None = None,
) -> xr.DataArray:
    """Principal-component weights: variance of the indicator explained by the kept components.

    Kept are components with eigenvalue of at least 1, or those explaining the share `keep` of variance.
    """
    _, r = _moments(moment_sums)
    raw = np.zeros(subsystem.size)
    for mine in _members(subsystem):
        raw[mine] = core.principal(r[np.ix_(mine, mine)], keep)
    return _weights(raw, subsystem)


@method(
    step="weights",
    makes=("weight", "entropy"),
    cite=("shannon1948", "oecd2008"),
    formula=_formula_entropy_given,
    says=_says_entropy_given,
)
def entropy_given(
    entropy_sums: xr.DataArray,
    prior_weight: xr.DataArray,
    subsystem: xr.DataArray,
    *,
    values: dict[str, float] | None = None,
) -> xr.Dataset:
    """Entropy weights times given weights, within each subsystem."""
    made = entropy(entropy_sums, subsystem)
    combined = made["weight"].values * _prior(prior_weight, values)
    return xr.Dataset({"weight": _weights(combined, subsystem), "entropy": made["entropy"]})


def _weights(raw: Floats, subsystem: xr.DataArray) -> xr.DataArray:
    try:
        return build(core.within(raw, subsystem.values), ["indicator"], subsystem)
    except ValueError as error:
        raise InputError(f"weights: {error}; look at the indicators of that subsystem") from error


def _members(subsystem: xr.DataArray) -> list[NDArray[np.bool_]]:
    return [subsystem.values == name for name in dict.fromkeys(subsystem.values.tolist())]


def _rows(indicators: xr.DataArray, years: xr.DataArray) -> Floats:
    """Raw values of the marked years as (indicator, row)."""
    return np.asarray(
        lead(in_years(indicators, years), "indicator").reshape(indicators.sizes["indicator"], -1), dtype="f8"
    )


def _span(low: xr.DataArray, high: xr.DataArray) -> Floats:
    return np.asarray(np.where(high.values > low.values, high.values - low.values, 1.0))


def _moments(moment_sums: xr.DataArray) -> tuple[Floats, Floats]:
    """Standard deviations and correlations of the indicators, from exact sums of products."""
    sums = moment_sums.transpose("part", "row", "column").values
    size = sums.shape[1] - 1
    one = np.broadcast_to(sums[:, -1, :-1, None], (2, size, size))
    count = np.full((size, size), int(total(sums[:, -1, -1])))
    cov = covariance(one, one.swapaxes(1, 2), sums[:, :-1, :-1], count)
    sd = np.sqrt(np.diagonal(cov))
    safe = np.where(sd > 0, sd, 1.0)
    r = np.clip(cov / np.outer(safe, safe), -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    return sd, r


def _prior(prior_weight: xr.DataArray, values: dict[str, float] | None) -> Floats:
    keys = [str(key) for key in prior_weight["indicator"].values]
    if values is None:
        w = np.asarray(prior_weight.values, dtype="f8")
        absent = [key for key, one in zip(keys, w, strict=True) if np.isnan(one)]
    else:
        for key in values:
            if key not in keys:
                raise InputError(f'weights: "{key}" is not an indicator; {nearest(key, keys)}')
        absent = [key for key in keys if key not in values]
        w = np.array([float(values.get(key, np.nan)) for key in keys])
    if absent:
        raise InputError(
            f'weights "given": no weight for {", ".join(absent)}; '
            "name every indicator in `values` or fill the column `weight` of the indicator table"
        )
    if not (np.isfinite(w).all() and (w >= 0).all()):
        raise InputError('weights "given": weights must be finite and not negative')
    return w
