"""Spatial Markov chains (step `transitions`): moves between classes of D, given where the neighbours are."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core import coupling as stages
from accord.core import markov
from accord.core import mobility as core
from accord.labels import lead, long
from accord.method import Text, method

Classes = Annotated[int, Field(ge=2, le=20)]
Draws = Annotated[int, Field(ge=99, le=99_999)]
NOTES = (
    Text("no unit starts from this class", "无单元由该等级出发"),
    Text("too little data to compare", "数据不足，无法比较"),
)
EMPTY, LITTLE = 1, 2
"""Numbers of the notes above."""


@method(
    step="transitions",
    makes=("count", "probability", "note"),
    table="spatial_transitions",
    formula=r"\hat p_{kl|m}=\frac{n_{kl|m}}{\sum_r n_{kr|m}}",
    helper=True,
    cite=("rey2001",),
    says=Text(
        "Moves by the class that the mean of a unit's neighbours is in at the start (spatial Markov); the neighbours' "
        "mean is classed as D is: by the stages, by quantiles of each year, or by pooled quantiles, of its own "
        "distribution. Only classes that occur are listed.",
        "按期初邻接单元均值所处等级分别统计转移（空间马尔可夫）；邻接均值与 D 同法分级：协调等级、逐年分位数或合并分位数（按其自身分布）。"
        "仅列出实际出现的等级。",
    ),
)
def spatial_transitions(
    coordination: xr.DataArray,
    classed: xr.DataArray,
    neighbours: xr.DataArray,
    stage_table: xr.DataArray,
    *,
    k: Classes = 5,
    relative: bool = False,
) -> xr.Dataset:
    """Moves between classes, given the class of the neighbours' mean at the start; units without any are left out."""
    keys = ("analysis", "neighbours", "from", "to", "count", "probability", "note")
    parts: list[list[Any]] = []
    for analysis, _, counts in _given(coordination, classed, neighbours, stage_table, k, relative):
        near = 1 + np.flatnonzero(counts.sum(axis=(1, 2)))
        met = 1 + np.flatnonzero(counts.sum(axis=(0, 2)) + counts.sum(axis=(0, 1)))
        kept = counts[np.ix_(near - 1, met - 1, met - 1)]
        at = np.meshgrid(near, met, met, indexing="ij")
        note = np.broadcast_to(np.where(kept.sum(axis=2) == 0, EMPTY, 0)[..., None], kept.shape)
        found = (np.full(kept.shape, analysis), *at, kept, core.probabilities(kept), note)
        parts.append([np.ravel(value) for value in found])
    flat = {key: np.concatenate(part) for key, part in zip(keys, zip(*parts, strict=True), strict=True)}
    return _noted(long({key: flat[key] for key in keys[4:]}, {key: flat[key] for key in keys[:4]}))


@method(
    step="transitions",
    makes=("statistic", "df", "pvalue", "pvalue_simulated", "sparse", "left_out", "note"),
    table="spatial_tests",
    formula=r"\operatorname{LR}=2\sum_m\sum_{k,l}n_{kl|m}\ln\frac{\hat p_{kl|m}}{\hat p_{kl}},\quad "
    r"Q=\sum_m\sum_{k,l}n_{k|m}\frac{(\hat p_{kl|m}-\hat p_{kl})^2}{\hat p_{kl}}",
    helper=True,
    cite=("bickenbach2003", "rey2001"),
    says=Text(
        "Whether the transition probabilities are the same whatever the class of the neighbours' mean: likelihood "
        "ratio (LR) and Pearson's Q, with p-values from chi-squared and from dealing the moves out {draws} times. "
        "`left_out` counts transitions of units without neighbours.",
        "检验转移概率是否与邻接均值所处等级无关：似然比（LR）与 Pearson Q，p 值分别由卡方分布及 {draws} 次随机重排得到。"
        "另列无邻接单元的转移数。",
    ),
)
def spatial_tests(
    coordination: xr.DataArray,
    classed: xr.DataArray,
    neighbours: xr.DataArray,
    stage_table: xr.DataArray,
    seed: xr.DataArray,
    *,
    k: Classes = 5,
    relative: bool = False,
    draws: Draws = 999,
) -> xr.Dataset:
    """Tests that the transition probabilities do not depend on the class of the neighbours' mean."""
    rng = np.random.default_rng(int(seed))
    keys = ("analysis", "left_out", "test", "statistic", "df", "pvalue", "pvalue_simulated", "sparse")
    rows: list[tuple[Any, ...]] = []
    for analysis, every, counts in _given(coordination, classed, neighbours, stage_table, k, relative):
        rows += [(analysis, every - int(counts.sum()), *test) for test in markov.compared(counts, draws, rng)]
    found = dict(zip(keys, map(np.array, zip(*rows, strict=True)), strict=True))
    coords = {key: found.pop(key) for key in ("analysis", "test")}
    return _noted(long({**found, "note": np.where(found["df"] > 0, 0, LITTLE)}, coords))


def _given(
    coordination: xr.DataArray,
    classed: xr.DataArray,
    neighbours: xr.DataArray,
    stage_table: xr.DataArray,
    k: int,
    relative: bool,
) -> list[tuple[str, int, NDArray[np.int64]]]:
    """Each analysis with its number of moves, and counts (class of the neighbours, from, to)."""
    d = lead(coordination.transpose("unit", "time"), "unit")
    pairs = neighbours.transpose("pair", "side").values
    near = core.neighbours_mean(d, pairs)
    ratio = core.neighbours_mean(core.relative_to_year(d), pairs) if relative else near
    given: tuple[NDArray[Any], ...] = (
        stages.classify(core.rounded(near), stage_table.values, stage_table.attrs["closed"]),
        core.quantiles(near, k, yearly=True)[0],
        core.quantiles(ratio, k, yearly=False)[0],
    )
    own = classed.transpose("analysis", "unit", "time")
    names, sizes = [str(name) for name in own["analysis"].values], (stage_table.size, k, k)
    return [
        (name, int(core.steps(x, size).sum()), core.steps_given(x, of, size))
        for name, x, of, size in zip(names, own.values, given, sizes, strict=True)
    ]


def _noted(table: xr.Dataset) -> xr.Dataset:
    table["note"].attrs = {"label_en": [t.en for t in NOTES], "label_zh": [t.zh for t in NOTES]}
    return table
