"""Steps `index` and `rescale_index`: normalised indicators to one score per subsystem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core.coupling import weighted_geometric, weighted_sum
from accord.errors import InputError
from accord.labels import build, cell_dims, groups, in_years, lead, spread
from accord.method import Chosen, Text, method
from accord.phrases import number, rows_used

Floats = NDArray[np.float64]
MEANS = {"arithmetic": weighted_sum, "geometric": weighted_geometric}


MEAN = {
    "arithmetic": r"U_{itd}=\frac{\sum_{j\in d}w_jz_{itj}}{\sum_{j\in d}w_j}",
    "geometric": r"U_{itd}=\left(\prod_{j\in d}z_{itj}^{w_j}\right)^{1/\sum_{j\in d}w_j}",
}


def _formula_dimensions(dimension_mean: str) -> str:
    return MEAN[dimension_mean]


def _formula_rescaled(bottom: float, top: float) -> str:
    """U' is the index that is kept, U the one before."""
    return rf"U'_{{its}}={bottom:g}+{top - bottom:g}\cdot\frac{{U_{{its}}-\min U_s}}{{\max U_s-\min U_s}}"


def _says_dimensions(dimension_mean: str) -> Text:
    zh = {"arithmetic": "算术", "geometric": "几何"}[dimension_mean]
    return Text(
        f"Dimension scores are weighted {dimension_mean} means of the normalised indicators, the weights scaled to sum "
        "to one within the dimension.",
        f"维度得分为标准化指标的加权{zh}平均，权重在维度内归一化。",
    )


def _says_none(indices_given: bool | None) -> Text:
    if indices_given:
        return Text(
            "The indices of the subsystems are those of the data; they are not rescaled.",
            "子系统指数直接取自数据，未作缩放。",
        )
    return Text("Indices are not rescaled.", "指数未作缩放。")


def _says_rescaled(bottom: float, top: float, years: xr.DataArray | None, weight_years: xr.DataArray | None) -> Text:
    rows = rows_used(years, weight_years)
    usual = (bottom, top) == (0.01, 0.99)
    some = weight_years is not None and not bool(weight_years.values.all())
    return Text(
        f"Indices are rescaled to [{number(bottom)}, {number(top)}] over {rows.en} before coupling"
        f"{' (the default of SPSSAU)' * usual}{'; what lies beyond them is clipped' * some}.",
        f"耦合前将各子系统指数按{rows.zh}缩放到 [{number(bottom)}, {number(top)}]{'（SPSSAU 默认）' * usual}{'，超出部分截断' * some}。",
    )


@method(
    step="index",
    makes=("score",),
    kind="cell",
    table=None,
    cite=("oecd2008",),
    formula=r"U_{its}=\sum_{j\in s}w_jz_{itj}",
    says=Text(
        "The index of each subsystem is the weighted arithmetic mean of its normalised indicators.",
        "各子系统指数为标准化指标的加权算术平均。",
    ),
)
def arithmetic(normalised: xr.DataArray, weight: xr.DataArray, subsystem: xr.DataArray) -> xr.DataArray:
    """Weighted arithmetic mean of the normalised indicators of each subsystem."""
    return _by_group(normalised, weight, subsystem, "subsystem", weighted_sum)


@method(
    step="index",
    makes=("score",),
    kind="cell",
    table=None,
    cite=("oecd2008",),
    formula=r"U_{its}=\prod_{j\in s}z_{itj}^{w_j}",
    says=Text(
        "The index of each subsystem is the weighted geometric mean of its normalised indicators: one indicator at "
        "zero makes it zero.",
        "各子系统指数为标准化指标的加权几何平均：任一指标为零则指数为零。",
    ),
)
def geometric(normalised: xr.DataArray, weight: xr.DataArray, subsystem: xr.DataArray) -> xr.DataArray:
    """Weighted geometric mean of the normalised indicators of each subsystem."""
    return _by_group(normalised, weight, subsystem, "subsystem", weighted_geometric)


@method(
    step="index",
    makes=("dimension_score",),
    kind="cell",
    table="dimension_scores",
    helper=True,
    formula=_formula_dimensions,
    says=_says_dimensions,
)
def dimension_score(
    normalised: xr.DataArray,
    weight: xr.DataArray,
    dimension: xr.DataArray,
    *,
    dimension_mean: Literal["arithmetic", "geometric"] = Chosen("index", "arithmetic"),  # type: ignore[assignment]
) -> xr.DataArray:
    """Weighted mean of the normalised indicators of each dimension; 0 where their weights are all zero."""
    return _by_group(normalised, weight, dimension, "dimension", MEANS[dimension_mean], scale=True)


def _says_means(regions: xr.DataArray | None) -> Text:
    if regions is not None and regions.size < 2:
        return Text("Mean dimension scores over all units.", "全部单元的维度得分均值。")
    return Text("Mean dimension scores over the units of each region.", "各地区所含单元的维度得分均值。")


@method(
    step="index",
    makes=("mean",),
    table="dimension_means",
    helper=True,
    says=_says_means,
)
def dimension_means(dimension_score: xr.DataArray, region: xr.DataArray, regions: xr.DataArray) -> xr.DataArray:
    """Mean dimension score over the units of each group, year by year; the first group is National."""
    x = lead(dimension_score, "dimension", "time", "unit")
    members = groups(region, regions)
    means = np.stack([x[:, :, mine].mean(axis=2) for mine in members.values()])
    return build(means, ["group", "dimension", "time"], dimension_score, group=list(members))


@method(
    step="rescale_index",
    makes=("index",),
    kind="cell",
    table="scores",
    says=_says_none,
)
def none(score: xr.DataArray) -> xr.DataArray:
    """The score as it is."""
    return build(score.values, [str(d) for d in score.dims], score)


@method(step="rescale_index", makes=("score_low",), merge="min", table=None, helper=True)
def score_low(score: xr.DataArray, weight_years: xr.DataArray) -> xr.DataArray:
    """Smallest score of each subsystem in the years that set the weights."""
    return build(np.fmin.reduce(_flat(in_years(score, weight_years)), axis=1, initial=np.inf), ["subsystem"], score)


@method(step="rescale_index", makes=("score_high",), merge="max", table=None, helper=True)
def score_high(score: xr.DataArray, weight_years: xr.DataArray) -> xr.DataArray:
    """Largest score of each subsystem in the years that set the weights."""
    return build(np.fmax.reduce(_flat(in_years(score, weight_years)), axis=1, initial=-np.inf), ["subsystem"], score)


@method(step="rescale_index", makes=("rescale_to",), table=None, helper=True)
def rescale_to(*, bottom: float = 0.01, top: float = 0.99) -> xr.DataArray:
    """The interval that scores are stretched to."""
    if not 0 <= bottom < top <= 1:
        raise InputError(f"rescale_index: [{bottom}, {top}] is not an interval within [0, 1]")
    return xr.DataArray([bottom, top], dims="side")


@method(
    step="rescale_index",
    makes=("index",),
    kind="cell",
    table="scores",
    formula=_formula_rescaled,
    says=_says_rescaled,
)
def rescaled(
    score: xr.DataArray, score_low: xr.DataArray, score_high: xr.DataArray, rescale_to: xr.DataArray
) -> xr.DataArray:
    """Scores stretched to [bottom, top] over the sample, subsystem by subsystem."""
    bottom, top = map(float, rescale_to.values)
    dims = ["subsystem", *cell_dims(score)]
    low, high = spread(score_low, dims), spread(score_high, dims)
    if not (high > low).all():
        raise InputError("rescale_index: a subsystem index is constant over the sample and cannot be rescaled")
    scaled = np.clip((lead(score, "subsystem") - low) / (high - low), 0.0, 1.0)
    return build(bottom + (top - bottom) * scaled, dims, score)


def _flat(score: xr.DataArray) -> np.ndarray:
    return lead(score, "subsystem").reshape(score.sizes["subsystem"], -1)


def _by_group(
    normalised: xr.DataArray,
    weight: xr.DataArray,
    group: xr.DataArray,
    dim: str,
    combine: Callable[[list[Floats], Floats], Floats],
    scale: bool = False,
) -> xr.DataArray:
    z, w = lead(normalised, "indicator"), weight.values
    names = list(dict.fromkeys(group.values.tolist()))
    dims = [dim, *cell_dims(normalised)]
    out = np.zeros((len(names), *z.shape[1:]))
    for k, name in enumerate(names):
        mine = np.flatnonzero(group.values == name)
        some = bool(w[mine].any())
        shares = w[mine] / w[mine].sum() if scale and some else w[mine]
        out[k] = (combine if some else weighted_sum)([z[j] for j in mine], shares)
    return build(out, dims, normalised, **{dim: names})
