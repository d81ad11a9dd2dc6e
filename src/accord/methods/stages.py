"""Steps `stages` and `lag_type`: named classes of D, and which subsystem holds the others back."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from accord.core import coupling as core
from accord.errors import InputError
from accord.labels import build, cell_dims, lead
from accord.method import Text, method
from accord.phrases import number, several
from accord.variables import CELL_DIMS

Closed = Literal["left", "right"]
CLOSED = {
    "left": Text(
        "a value on an edge belongs to the stage above it, [low, high)", "恰在界点的值归入较高一级，即左闭右开"
    ),
    "right": Text(
        "a value on an edge belongs to the stage below it, (low, high]", "恰在界点的值归入较低一级，即左开右闭"
    ),
}


def _says(closed: Closed, stage_table: xr.DataArray | None) -> Text:
    """Where the stages meet, and which of them has the edge."""
    into = Text("the named stages", "命名的等级")
    if stage_table is not None:
        at, n = several(number(edge) for edge in stage_table.values[1:]), stage_table.size
        into = Text(f"{n} stages that meet at {at.en}", f" {n} 级，界点为 {at.zh}")
    return Text(f"D is classed into {into.en}; {CLOSED[closed].en}.", f"D 划分为{into.zh}；{CLOSED[closed].zh}。")


def _formula(closed: Closed) -> str:
    """Which stage k has the value, by its lower bound e_k."""
    between = r"e_k\le D_{it}<e_{k+1}" if closed == "left" else r"e_k<D_{it}\le e_{k+1}"
    return r"k_{it}=k\iff " + between


def _formula_lag(subsystems: xr.DataArray | None) -> str:
    if subsystems is not None and subsystems.size > 2:
        return r"s_{it}=\arg\min_s U_{its}"
    return r"E_{it}=\frac{U_{it1}}{U_{it2}}"


def _says_lag(low: float, high: float, subsystems: xr.DataArray | None) -> Text:
    """Who lags, for as many subsystems as there are."""
    names = ["the first", "the second"] if subsystems is None else [str(name) for name in subsystems.values]
    if len(names) > 2:
        return Text("The subsystem with the smallest index lags behind.", "指数最小的子系统为滞后系统。")
    first, second = ["前者", "后者"] if subsystems is None else [f"“{name}”" for name in names]
    more = (
        Text("; with more than two subsystems, the one with the smallest index", "；多于两个子系统时，指数最小者滞后")
        if subsystems is None
        else Text("", "")
    )
    a, b = number(low), number(high)
    return Text(
        f"With U1 of {names[0]} and U2 of {names[1]}, {names[0]} lags where U1/U2 < {a}, {names[1]} where "
        f"U1/U2 > {b}, and they are synchronous between{more.en}.",
        f"U1 为{first}指数，U2 为{second}指数：U1/U2 < {a} 时{first}滞后，U1/U2 > {b} 时{second}滞后，其间为同步{more.zh}。",
    )


TEN_EN = (
    "extreme imbalance", "severe imbalance", "moderate imbalance", "mild imbalance", "verge of imbalance",
    "barely coordinated", "primary coordination", "intermediate coordination", "good coordination",
    "quality coordination",
)  # fmt: skip
TEN_ZH = (
    "极度失调", "严重失调", "中度失调", "轻度失调", "濒临失调", "勉强协调", "初级协调", "中级协调", "良好协调", "优质协调",
)  # fmt: skip


@method(step="stages", makes=("stage_table",), table=None, cite=("liao1999",), says=_says, formula=_formula)
def ten(*, closed: Closed = "left") -> xr.DataArray:
    """Ten stages in steps of 0.1, from extreme imbalance to quality coordination.

    Both sides are met in the literature: `closed="left"`, [low, high), is the default, as in most
    software; some studies have (low, high].
    """
    return _table([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], closed, TEN_EN, TEN_ZH)


@method(step="stages", makes=("stage_table",), table=None, cite=("mpe2021",), says=_says, formula=_formula)
def six(*, closed: Closed = "left") -> xr.DataArray:
    """Six stages with edges 0.2, 0.4, 0.5, 0.6, 0.8.

    The default is `closed="left"`, [low, high), as for the other stages.
    """
    en = ("severe imbalance", "moderate imbalance", "basic imbalance", "moderate coordination",
          "high coordination", "extreme coordination")  # fmt: skip
    zh = ("严重失调", "中度失调", "基本失调", "中度协调", "高度协调", "极度协调")
    return _table([0.0, 0.2, 0.4, 0.5, 0.6, 0.8], closed, en, zh)


@method(step="stages", makes=("stage_table",), table=None, cite=("ma2022",), says=_says, formula=_formula)
def five(*, closed: Closed = "left") -> xr.DataArray:
    """Five stages with edges 0.25, 0.5, 0.7, 0.85.

    The default is `closed="left"`, [low, high), as for the other stages; the source has (low, high],
    which is `closed="right"`. They differ only for values exactly on an edge.
    """
    en = ("severely imbalanced", "slightly imbalanced", "barely coordinated", "coordinated", "superiorly balanced")
    zh = ("严重失调", "轻度失调", "勉强协调", "协调", "优质协调")
    return _table([0.0, 0.25, 0.5, 0.7, 0.85], closed, en, zh)


@method(step="stages", makes=("stage_table",), table=None, says=_says, formula=_formula)
def four(*, closed: Closed = "left") -> xr.DataArray:
    """Four stages with edges 0.3, 0.5, 0.8: low, moderate, high, extreme coordination.

    Edges in common use, for which no first source is given here. The default is `closed="left"`,
    [low, high), as for the other stages.
    """
    en = ("low coordination", "moderate coordination", "high coordination", "extreme coordination")
    zh = ("低度协调", "中度协调", "高度协调", "极度协调")
    return _table([0.0, 0.3, 0.5, 0.8], closed, en, zh)


@method(step="stages", makes=("stage_table",), table=None, says=_says, formula=_formula)
def edges(
    *, edges: list[float], names: list[str] | None = None, names_zh: list[str] | None = None, closed: Closed = "left"
) -> xr.DataArray:
    """Own stages: inner `edges` ascending within (0, 1), and one name more than edges."""
    if not edges or not all(a < b for a, b in zip([0.0, *edges], [*edges, 1.0], strict=True)):
        raise InputError(f"stages: edges {edges} must ascend strictly between 0 and 1")
    if len(edges) > 99:
        raise InputError(f"stages: {len(edges)} edges are more than the 99 that can be told apart")
    en = names or [f"stage {k}" for k in range(1, len(edges) + 2)]
    zh = names_zh or names or [f"等级 {k}" for k in range(1, len(edges) + 2)]
    if {len(en), len(zh)} != {len(edges) + 1}:
        raise InputError(f"stages: {len(edges)} edges make {len(edges) + 1} stages, but {len(en)} names are given")
    for given in (en, zh):
        if len(set(given)) < len(given) or not all(name.strip() for name in given):
            raise InputError(f"stages: names {', '.join(given)}: each stage needs a name of its own")
    return _table([0.0, *edges], closed, tuple(en), tuple(zh))


@method(step="stages", makes=("stage",), kind="cell", table="coordination", helper=True)
def stage(coordination: xr.DataArray, stage_table: xr.DataArray) -> xr.DataArray:
    """Class number of D from 1; 0 where there is no value."""
    level = core.classify(coordination.values, stage_table.values, stage_table.attrs["closed"])
    out = build(level, cell_dims(coordination), coordination)
    out.attrs = {key: stage_table.attrs[key] for key in ("label_en", "label_zh", "closed", "edges")}
    return out


@method(step="stages", makes=("stage_counts",), merge="sum", table="stage_counts", helper=True)
def stage_counts(stage: xr.DataArray, stage_table: xr.DataArray) -> xr.DataArray:
    """Number of units in each stage, year by year."""
    levels = stage_table.sizes["level"]
    over = tuple(i for i, d in enumerate(stage.dims) if d in CELL_DIMS and d != "time")
    count = np.stack([(stage.values == k).sum(axis=over) for k in range(1, levels + 1)], axis=-1)
    out = build(count, [*(d for d in cell_dims(stage) if d == "time"), "level"], stage, level=np.arange(1, levels + 1))
    out.attrs = {key: stage_table.attrs[key] for key in ("label_en", "label_zh", "closed", "edges")}
    return out


@method(step="lag_type", makes=("lag_cuts",), table=None, helper=True)
def lag_cuts(*, low: float = 0.8, high: float = 1.2) -> xr.DataArray:
    """The ratios U1/U2 below and above which a subsystem lags."""
    if not (0 < low <= high < np.inf):
        raise InputError(f"lag_type: cut-offs low = {low}, high = {high} must satisfy 0 < low <= high")
    return xr.DataArray([low, high], dims="side")


@method(
    step="lag_type",
    makes=("lag_type",),
    kind="cell",
    table="coordination",
    says=_says_lag,
    formula=_formula_lag,
)
def lag_type(index: xr.DataArray, subsystems: xr.DataArray, lag_cuts: xr.DataArray) -> xr.DataArray:
    """Which subsystem lags behind: its number from 1, one more for synchronous, 0 without value."""
    low, high = map(float, lag_cuts.values)
    names = [str(name) for name in subsystems.values]
    out = build(core.lagging(lead(index, "subsystem"), low, high), cell_dims(index), index)
    out.attrs = {
        "label_en": [*(f"{name} lags" for name in names), "synchronous"],
        "label_zh": [*(f"{name}滞后" for name in names), "同步"],
    }
    return out


def _table(lower: list[float], closed: Closed, en: tuple[str, ...], zh: tuple[str, ...]) -> xr.DataArray:
    out = xr.DataArray(lower, dims="level", coords={"level": np.arange(1, len(lower) + 1)})
    out.attrs = {"closed": closed, "label_en": list(en), "label_zh": list(zh), "edges": lower}
    return out
