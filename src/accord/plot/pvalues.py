"""Figure of the panel unit-root tests: the p-value that leads, and the textbook's beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accord.errors import InputError, NotDrawn, NothingToDraw, nearest
from accord.phrases import TESTS
from accord.plot.frames import language_of, only, table_of
from accord.plot.layout import (
    LINE,
    MM,
    fold,
    key_height,
    key_on_top,
    legend,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    ticks,
    titled,
    unbroken,
    widest,
)
from accord.plot.margins import folded, margin, room_for, spans
from accord.plot.pvalue_marks import key_of, panel
from accord.plot.style import INK, TALLEST, TEXT, Size, Words, drawing, width_of
from accord.plot.typeface import printable

REVERSED = ("hadri",)
"""Tests whose null is stationarity."""
ROW, LEAST, FOOT, GAP = 4.2, 2.65, 9.5, 3.6
"""Height in mm of a test's row where there is room, and where there is not; room below the panels; between them."""
GOOD, NARROW = 13.0, 11.0
"""Width in mm below which a panel goes into another band of the page, and below which it cannot be read."""


def unit_roots(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: str | Sequence[str] | None = None,
    variables: str | Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """p-values of the panel unit-root tests by group, for each U and D: of levels and of differences.

    The large mark is the p-value that leads: the simulated one (filled) below 25 years or 10 units and where units count
    as dependent, the textbook's (open) elsewhere. The small mark joined to a simulated one is the textbook's. The axis
    is that of the square root, so that small p can be told apart. Rows of Hadri's test are shaded: its null is
    stationarity, and a small p speaks against it. Textbook p of CIPS ends at 0.01 and 0.1: what lies beyond is an arrow.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `unit_roots`.
    ax
        Axes to draw one variable into; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, variable, form, test, null, leading_p, pvalue, pvalue_simulated,
        beyond, note) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups, variables
        Those to draw, a name or several; all by default. D is the variable "D", or "coordination".

    Raises
    ------
    InputError
        If there is no such group or variable, a page cannot hold them, or `ax` is given for several variables.
    NothingToDraw
        If no test has a p-value.
    """
    table = table_of(result, "unit_roots", "leading_p", "pvalue", "pvalue_simulated", "note")
    chosen, whole = language_of(result, language), width_of(size)
    frame = root_frame(table, groups, variables, chosen)
    if data:
        return frame
    with drawing(chosen) as words:
        if ax is None:
            return _page(frame, chosen, words, whole)
        names = list(frame["variable"].unique())
        if len(names) > 1:
            raise InputError(
                f'unit_roots draws a panel for each variable: with ax, name one, as in variables=["{names[0]}"]'
            )
        rows = _rows(frame, chosen, words)
        tall = millimetres(ax)[1] / len(rows.tests)
        panel(ax, frame, tall, words)
        ticks(ax.yaxis, [k + 0.5 for k in range(len(rows.tests))], rows.tests)
        found = folded(spans(rows.groups), tall, 30)
        margin(ax, found, tall, gap=0)
        titled(ax, words.root_scale, x=True)
        legend(
            ax,
            *key_of(frame, words),
            loc="upper left",
            bbox_to_anchor=(1 + (room_for(found) + 2) / millimetres(ax)[0], 1),
        )
        return sheet(ax)


def root_frame(
    table: xr.Dataset, groups: str | Sequence[str] | None, variables: str | Sequence[str] | None, language: str
) -> pd.DataFrame:
    """One row for each group, variable, test and form, in the order of the table; one group of all units stands once."""
    dims = ("variable", "group", "test", "form")
    values = {v: only(table[v], *dims) for v in ("leading_p", "pvalue", "pvalue_simulated")}
    leading = values["leading_p"]
    every = [str(g) for g in leading["group"].values]
    wanted = {
        "group": _asked("group", groups, every) or (every[1:] if len(every) == 2 else every),
        "variable": _asked("variable", variables, [str(v) for v in leading["variable"].values], {"D": "coordination"}),
    }
    kept = {d: [str(v) in w for v in leading[d].values] for d, w in wanted.items() if w}
    notes = only(table["note_zh" if language == "zh" and "note_zh" in table else "note"], *dims)
    columns = {**values, "note": notes}
    made = xr.Dataset({k: a.drop_vars([c for c in a.coords if c not in dims]) for k, a in columns.items()}).isel(
        {d: np.flatnonzero(flags) for d, flags in kept.items()}
    )
    if not np.isfinite(made["leading_p"].values).any():
        raise NothingToDraw("unit_roots has nothing to draw: no test has a p-value")
    frame = made.to_dataframe(dim_order=list(dims)).reset_index().astype(dict.fromkeys(dims, object))
    frame["null"] = ["stationarity" if t in REVERSED else "unit root" for t in frame["test"]]
    ends = frame["pvalue"].map({0.1: "above", 0.01: "below"}).where(frame["test"] == "cips")
    frame["beyond"] = ends.fillna("").astype(object)
    return frame[
        ["group", "variable", "form", "test", "null", "leading_p", "pvalue", "pvalue_simulated", "beyond", "note"]
    ]


def _asked(
    what: str, names: str | Sequence[str] | None, every: list[str], short: Mapping[str, str] | None = None
) -> list[str]:
    """The names asked for, one or several, `short` names too where nothing else bears them."""
    given = [names] if isinstance(names, str) else list(names or ())
    known = {**(short or {}), **{name: name for name in every}}
    for name in given:
        if known.get(name) not in every:
            raise InputError(f'no {what} "{name}" in table "unit_roots"; {nearest(str(name), every)}')
    return [known[name] for name in given]


class Rows(NamedTuple):
    """What stands beside the rows from top to bottom: the test of each, and its group."""

    tests: list[str]
    groups: list[str]


def _rows(frame: pd.DataFrame, language: str, words: Words) -> Rows:
    first = frame[frame["variable"] == frame["variable"].iloc[0]].drop_duplicates(["group", "test"])
    tests = [str(getattr(TESTS[t], language)) if t in TESTS else str(t) for t in first["test"]]
    groups = [words.national if g == "National" else str(g) for g in first["group"]]
    return Rows(printable(tests, language), printable(groups, language))


def _page(frame: pd.DataFrame, language: str, words: Words, whole: float) -> Figure:
    """Panels side by side, one for each variable; tests on the left of each band, groups on its right."""
    rows, key = _rows(frame, language, words), key_of(frame, words)
    variables = list(frame["variable"].unique())
    names = printable([words.coordination if v == "coordination" else v for v in variables], language)
    n, found, left = len(rows.tests), spans(rows.groups), widest(rows.tests) + 2.6
    over = key_height(key[1], whole) + 0.5
    for narrow in (GOOD, NARROW):
        right = room_for(folded(found, LEAST, 0.22 * whole)) + 0.8
        free = whole - left - right
        across = max(1, min(len(names), int((free + GAP) / (narrow + GAP))))
        wide = (free - GAP * (across - 1)) / across
        titles = [_title(name, wide + GAP - 1) for name in names]
        head = LINE * max(t.count("\n") + 1 for t in titles) + 1.4
        bands = -(-len(names) // across)
        row = min(ROW, ((TALLEST - over) / bands - head - FOOT) / n)
        if row >= LEAST:
            break
    else:
        raise NotDrawn(
            f"a page has no room for {n} rows and {len(names)} variables: draw some of them, as in "
            f'unit_roots(study, groups=["{frame["group"].iloc[0]}"]), or use size="double"',
            f'一页容不下 {n} 行、{len(names)} 个变量：请选取其中一部分，如 unit_roots(study, groups=["{frame["group"].iloc[0]}"])，'
            '或用 size="double"',
        )
    figure = page(whole, over + bands * (head + n * row + FOOT))
    for k, (variable, title) in enumerate(zip(variables, titles, strict=True)):
        band, column = divmod(k, across)
        top = over + band * (head + n * row + FOOT) + head
        axes = place(figure, left + column * (wide + GAP), top, wide, n * row)
        panel(axes, frame[frame["variable"] == variable], row, words)
        axes.annotate(title, (0, 1), (0, 3.5), xycoords="axes fraction", textcoords="offset points", fontsize=TEXT, color=INK,
                      va="baseline", linespacing=1.1, parse_math=False, annotation_clip=False)  # fmt: skip
        ticks(axes.yaxis, [i + 0.5 for i in range(n)], [""] * n if column else rows.tests)
        if column == across - 1 or k == len(names) - 1:
            margin(axes, folded(found, row, 0.22 * whole), row, gap=0)
            middle = left + 0.5 * ((column + 1) * (wide + GAP) - GAP)
            figure.text(middle / whole, 1 - (top + n * row + FOOT - 2.6) / (figure.get_figheight() * MM), words.root_scale,
                        ha="center", va="center", fontsize=TEXT, color=INK)  # fmt: skip
    key_on_top(figure, *key, 1.0)
    return figure


def _title(name: str, room: float) -> str:
    """A variable's name in up to three lines, broken between its words; words that are too long are shortened."""
    whole = fold(name, room, 3, TEXT)
    return (
        whole if unbroken(whole, name) else fold(" ".join(shorten(w, room, TEXT) for w in name.split()), room, 3, TEXT)
    )
