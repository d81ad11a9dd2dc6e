"""Step `transitions`: how units move between classes of D from one year to the next, three analyses apart."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core import markov
from accord.core import mobility as core
from accord.errors import InputError, Refused, nearest
from accord.labels import build, groups, lead, long
from accord.method import Text, method

Classes = Annotated[int, Field(ge=2, le=20)]
Draws = Annotated[int, Field(ge=99, le=99_999)]
ANALYSES = ("stages", "yearly quantiles", "pooled quantiles")
NOTES = (
    Text("no unit starts from this class", "无单元由该等级出发"),
    Text("there is no single steady state", "不存在唯一的稳态"),
    Text("all units are in one class", "全部单元处于同一等级"),
    Text("too little data to compare", "数据不足，无法比较"),
)
EMPTY, UNSTEADY, ALONE, LITTLE = range(1, 5)
"""Numbers of the notes above."""
LONELY = Refused(
    "moves between classes need at least two years, and these data have one; add years",
    "状态转移至少需要两个年份，数据仅有一年；请补充年份",
)


def _says(k: int, relative: bool, stage_table: xr.DataArray | None) -> Text:
    named = Text("", "") if stage_table is None else Text(f"{stage_table.size} ", f" {stage_table.size} 级")
    of = Text(", of D relative to the year's mean", "（D 与当年均值之比）") if relative else Text("", "")
    return Text(
        f"Moves of units from each year to the next between (1) the {named.en}coordination stages, whose edges are fixed, "
        f"(2) {k} quantile classes of each year, where only ranks matter, and (3) {k} quantile classes of all years "
        f"pooled{of.en}; quantile classes are (low, high]. Probabilities are shares of the moves from a class; a class "
        "nobody starts from has an empty row. First passage is the mean number of periods until a class is first "
        "reached, where it is sure to be.",
        f"逐年统计单元在等级间的转移：（1）界点固定的{named.zh}协调等级；（2）逐年的 {k} 个分位数组，仅反映位次；"
        f"（3）全部年份合并的 {k} 个分位数组{of.zh}；分位数组左开右闭。转移概率为占该级出发单元的比例，无单元出发的等级整行为空。"
        "首达时间为必然到达某等级时首次到达的平均期数。",
    )


@method(step="transitions", makes=("classed", "class_cuts"), table=None, helper=True)
def classed(
    coordination: xr.DataArray,
    stage: xr.DataArray,
    stage_table: xr.DataArray,
    *,
    k: Classes = 5,
    relative: bool = False,
) -> xr.Dataset:
    """Class of each unit and year in the three analyses, and the inner cut-offs, year by year."""
    d = lead(coordination.transpose("unit", "time"), "unit")
    if d.shape[1] < 2:
        raise LONELY
    cuts = np.full((len(ANALYSES), d.shape[1], max(stage_table.size, k) - 1), np.nan)
    cuts[0, :, : stage_table.size - 1] = stage_table.values[1:]
    out = np.empty((len(ANALYSES), *d.shape), dtype="i8")
    out[0] = stage.transpose("unit", "time").values
    for a in (1, 2):
        out[a], cuts[a, :, : k - 1] = core.quantiles(d, k, yearly=a == 1, relative=relative)
    made = {
        "classed": build(out, ["analysis", "unit", "time"], coordination, analysis=list(ANALYSES)),
        "class_cuts": build(cuts, ["analysis", "time", "cut"], coordination, analysis=list(ANALYSES)),
    }
    return xr.Dataset(made)


@method(
    step="transitions",
    makes=("count", "probability", "first_passage", "from_name", "to_name", "note"),
    cite=("shorrocks1978", "kemeny1976"),
    formula=r"\hat p_{kl}=\frac{n_{kl}}{\sum_m n_{km}},\quad m_{kl}=1+\sum_{r\ne l}\hat p_{kr}m_{rl}",
    says=_says,
)
def transitions(
    classed: xr.DataArray, stage_table: xr.DataArray, *, k: Classes = 5, relative: bool = False
) -> xr.Dataset:
    """Moves between classes from each year to the next: counts, probabilities, mean first passage times.

    A row of the matrix from which nobody starts is 0 throughout and says so in `note`.
    """
    rows: dict[str, list[Any]] = {key: [] for key in ("analysis", "from", "to", "count", "p", "wait", "note")}
    for analysis, size, counts in _matrices(classed, stage_table, k):
        start, end = (side.ravel() + 1 for side in np.indices((size, size)))
        wait = markov.first_passage(counts)
        note = np.repeat(np.where(counts.sum(axis=1) == 0, EMPTY, 0), size)
        found = (np.full(size * size, analysis), start, end, counts, core.probabilities(counts), wait, note)
        for key, value in zip(rows, found, strict=True):
            rows[key].append(np.ravel(value))
    flat = {key: np.concatenate(value) for key, value in rows.items()}
    staged = flat["analysis"] == ANALYSES[0]
    made = {
        "count": flat["count"], "probability": flat["p"], "first_passage": flat["wait"],
        "from_name": np.where(staged, flat["from"], 0), "to_name": np.where(staged, flat["to"], 0), "note": flat["note"],
    }  # fmt: skip
    return _rows(stage_table, made, {key: flat[key] for key in ("analysis", "from", "to")})


@method(
    step="transitions",
    makes=("class_name", "lower", "upper", "observed", "steady", "note"),
    table="transition_classes",
    helper=True,
    formula=r"\pi=\pi\hat P,\quad \sum_k\pi_k=1",
    says=Text(
        "Of each class: its bounds where they are the same in all years, its share of all units and years, and its "
        "share in the steady state, where the chain has one.",
        "各等级的界点（逐年不变时）、占全部单元与年份的份额，以及链存在唯一稳态时的稳态份额。",
    ),
)
def transition_classes(
    classed: xr.DataArray, class_cuts: xr.DataArray, stage_table: xr.DataArray, *, k: Classes = 5
) -> xr.Dataset:
    """Bounds, observed share and steady-state share of each class in the three analyses."""
    parts: list[tuple[Any, ...]] = []
    for a, (analysis, size, counts) in enumerate(_matrices(classed, stage_table, k)):
        cuts = class_cuts.transpose("analysis", "time", "cut").values[a, 0, : size - 1]
        fixed = cuts if a != 1 else np.full(size - 1, np.nan)
        seen = np.bincount(classed.values[a].ravel(), minlength=size + 1)[1 : size + 1]
        steady, left = markov.steady(counts), counts.sum(axis=1)
        note = np.where(left == 0, EMPTY, UNSTEADY if np.isnan(steady).any() else 0)
        named = np.arange(1, size + 1)
        parts.append((np.full(size, analysis), named, named * (a == 0), np.r_[np.nan, fixed], np.r_[fixed, np.nan],
                      seen / max(seen.sum(), 1), steady, note))  # fmt: skip
    keys = ("analysis", "class", "class_name", "lower", "upper", "observed", "steady", "note")
    found = {key: np.concatenate(value) for key, value in zip(keys, zip(*parts, strict=True), strict=True)}
    coords = {key: found.pop(key) for key in ("analysis", "class")}
    return _rows(stage_table, found, coords)


@method(
    step="transitions",
    makes=("transitions", "moves", "up", "down", "shorrocks", "note"),
    table="transition_summary",
    helper=True,
    formula=r"M=\frac{k-\operatorname{tr}\hat P}{k-1}",
    cite=("shorrocks1978",),
    says=Text(
        "Number of transitions, of moves to another class, up and down, and Shorrocks' mobility index (k - trace P) / "
        "(k - 1) over the classes that units start from.",
        "转移总数、变换等级数、上升与下降数，以及按有出发单元的等级计算的 Shorrocks 流动性指数 (k - tr P)/(k - 1)。",
    ),
)
def transition_summary(classed: xr.DataArray, stage_table: xr.DataArray, *, k: Classes = 5) -> xr.Dataset:
    """Number of transitions, moves up and down, and Shorrocks' mobility index of the three analyses."""
    rows: list[tuple[Any, ...]] = []
    for _, _, counts in _matrices(classed, stage_table, k):
        up, down, every = np.triu(counts, 1).sum(), np.tril(counts, -1).sum(), counts.sum()
        one = int((counts.sum(axis=1) > 0).sum()) < 2
        note = ALONE if one else UNSTEADY if np.isnan(markov.steady(counts)).any() else 0
        rows.append((every, up + down, up, down, float(markov.shorrocks(counts)), note))
    keys = ("transitions", "moves", "up", "down", "shorrocks", "note")
    made = {key: np.array(value) for key, value in zip(keys, zip(*rows, strict=True), strict=True)}
    return _rows(stage_table, made, {"analysis": ANALYSES})


def _says_tests(draws: int, regions: xr.DataArray | None) -> Text:
    alone = regions is not None and regions.size < 2
    across = Text("", "") if alone else Text(" and in all regions", "及各地区")
    return Text(
        f"Whether the transition probabilities are the same in both halves of the years{across.en}: likelihood "
        f"ratio (LR) and Pearson's Q, with p-values from chi-squared and from dealing the moves out {draws} times; "
        "`sparse` is the share of expected counts below 5, where chi-squared is a rough guide.",
        f"检验前后两段时期{across.zh}的转移概率是否相同：似然比（LR）与 Pearson Q，p 值分别由卡方分布及 {draws} 次随机重排得到；"
        "另列期望频数小于 5 的占比，占比高时卡方近似较粗略。",
    )


@method(
    step="transitions",
    makes=("statistic", "df", "pvalue", "pvalue_simulated", "sparse", "note"),
    table="transition_tests",
    helper=True,
    formula=r"\operatorname{LR}=2\sum_g\sum_{k,l}n_{kl|g}\ln\frac{\hat p_{kl|g}}{\hat p_{kl}},\quad "
    r"Q=\sum_g\sum_{k,l}n_{k|g}\frac{(\hat p_{kl|g}-\hat p_{kl})^2}{\hat p_{kl}}",
    cite=("bickenbach2003",),
    says=_says_tests,
)
def transition_tests(
    classed: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    stage_table: xr.DataArray,
    seed: xr.DataArray,
    *,
    k: Classes = 5,
    draws: Draws = 999,
) -> xr.Dataset:
    """Tests that the transition probabilities are alike in both halves of the years, and in all regions."""
    rng, rows = np.random.default_rng(int(seed)), []
    members = groups(region, regions)
    for analysis, x, size in _analyses(classed, stage_table, k):
        half = (x.shape[1] - 1) // 2
        parts = {"time halves": [x[:, : half + 1], x[:, half:]]}
        if len(regions) > 1:
            parts["regions"] = [x[members[name]] for name in sorted(map(str, regions.values))]
        for across, pieces in parts.items():
            counts = np.array([core.steps(piece, size) for piece in pieces])
            rows += [(analysis, across, *test) for test in markov.compared(counts, draws, rng)]
    keys = ("analysis", "across", "test", "statistic", "df", "pvalue", "pvalue_simulated", "sparse")
    found = dict(zip(keys, map(np.array, zip(*rows, strict=True)), strict=True))
    coords = {key: found.pop(key) for key in keys[:3]}
    return _rows(stage_table, {**found, "note": np.where(found["df"] > 0, 0, LITTLE)}, coords)


def _says_flows(years: list[int] | None) -> Text:
    at = Text("the first year, the middle one and the last", "首年、中间年与末年")
    if years:
        at = Text(", ".join(map(str, sorted(years))), "、".join(map(str, sorted(years))) + " 年")
    return Text(
        f"Number of units that went from each stage to each between {at.en}.", f"{at.zh}之间各协调等级的单元流动数。"
    )


@method(
    step="transitions",
    makes=("count", "from_name", "to_name"),
    table="stage_flows",
    helper=True,
    says=_says_flows,
)
def stage_flows(stage: xr.DataArray, stage_table: xr.DataArray, *, years: list[int] | None = None) -> xr.Dataset:
    """Number of units that went from each stage to each between the chosen years: those flows that there are."""
    x, times = stage.transpose("unit", "time").values, stage["time"].values.tolist()
    if len(times) < 2:
        raise LONELY
    chosen = sorted(set(years)) if years else sorted({times[0], times[len(times) // 2], times[-1]})
    for year in chosen:
        if year not in times:
            raise InputError(f"transitions years: there is no year {year}; {nearest(str(year), map(str, times))}")
    if len(chosen) < 2:
        raise InputError(f"transitions years: {chosen[0]} alone is one year; name two or more")
    rows = []
    for first, last in pairwise(chosen):
        counts = core.transitions(x[:, times.index(first)], x[:, times.index(last)], stage_table.size)
        rows += [(first, last, i + 1, j + 1, int(counts[i, j])) for i, j in np.argwhere(counts)]
    first, last, start, end, count = np.array(rows, dtype="i8").reshape(-1, 5).T
    coords = {"from_year": first, "to_year": last, "from": start, "to": end}
    return _rows(stage_table, {"count": count, "from_name": start, "to_name": end}, coords)


def _analyses(classed: xr.DataArray, stage_table: xr.DataArray, k: int) -> list[tuple[str, NDArray[np.int64], int]]:
    """Name, classes (unit, time) and number of classes of each analysis."""
    each = classed.transpose("analysis", "unit", "time").values
    return list(zip(ANALYSES, each, (stage_table.size, k, k), strict=True))


def _matrices(classed: xr.DataArray, stage_table: xr.DataArray, k: int) -> list[tuple[str, int, NDArray[np.int64]]]:
    """Counts of each analysis."""
    return [(name, size, core.steps(x, size)) for name, x, size in _analyses(classed, stage_table, k)]


def _rows(stage_table: xr.DataArray, made: Mapping[str, Any], coords: Mapping[str, Any]) -> xr.Dataset:
    """A long table whose numbers of stages and notes have their names."""
    out = long(made, coords)
    for key in ("from_name", "to_name", "class_name"):
        if key in out:
            out[key].attrs = {name: list(stage_table.attrs[name]) for name in ("label_en", "label_zh")}
    if "note" in out:
        out["note"].attrs = {"label_en": [t.en for t in NOTES], "label_zh": [t.zh for t in NOTES]}
    return out
