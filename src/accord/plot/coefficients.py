"""Figure of the panel VAR's coefficients: each with its interval, groups down, every estimator beside the leading one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError, NotDrawn
from accord.plot.boards import Board, Cell, set_out
from accord.plot.coefficient_rows import STEPS, Lines, Window, coefficient_frame, row_lines, row_window
from accord.plot.frames import language_of
from accord.plot.layout import legend, millimetres, sheet, shortened, ticks, titled, widest
from accord.plot.pvar_frames import (
    absent_groups,
    asked,
    descriptive_groups,
    estimator_key,
    first_or_all,
    group_heads,
    grouped,
    level_of,
    mark_of,
    plain,
    variable_names,
)
from accord.plot.style import FAINT, GREY, INK, TEXT, Size, Words, drawing, width_of
from accord.plot.words_pvar import PvarWords, pvar_texts

LAG = re.compile(r"L(\d+)\.(.*)", re.DOTALL)
NAMED = 0.22
"""Share of the page that the names of the groups take at most."""


def coefficient_forest(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: Sequence[str] | None = None,
    equations: Sequence[str] | None = None,
    terms: Sequence[str] | None = None,
    estimators: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """Coefficients of each equation with their intervals, by term, groups from top to bottom.

    The leading estimator of each group is large and filled and stands first, the others are small and open below it.
    Panels of a row have one scale, wide enough for the leading intervals of the groups that are more than descriptive;
    what lies beyond it is cut, and an arrow stands at the edge where the coefficient itself lies beyond.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `pvar`.
    ax
        Axes to draw one term of one equation into; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (equation, term, group, estimator, leading, descriptive, coef, lo, hi)
        instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups, equations, terms
        Those to draw; all by default. A term is written "L1.name".
    estimators
        Those to draw, as the results name them; by default, in each group, all that treat year effects as the leading
        one does.

    Raises
    ------
    InputError
        If there is no such name, or `ax` is given for several panels.
    NothingToDraw
        If no coefficient is known.
    """
    table = grouped(result, "pvar", "coef", "lo", "hi")
    chosen, whole = language_of(result, language), width_of(size)
    frame = coefficient_frame(table, groups, equations, terms, estimators, descriptive_groups(result, table))
    if data:
        return frame
    with drawing(chosen) as words:
        say, level = pvar_texts(chosen), level_of(table, "lo")
        if ax is None:
            absent = absent_groups(asked(table, "pvar", "group", groups), frame, chosen, words)
            return first_or_all(
                frame, groups, chosen, lambda f, more: _page(f, level, [*more, *absent], chosen, words, whole)
            )
        if len(frame[["equation", "term"]].drop_duplicates()) > 1:
            raise InputError(
                "coefficient_forest draws a panel for each term of each equation: with ax, name one of both, as in "
                f'equations=["{frame["equation"].iloc[0]}"], terms=["{frame["term"].iloc[0]}"]'
            )
        window, lines = row_window(frame), row_lines(frame)
        _panel(ax, frame, window, lines)
        ticks(ax.yaxis, lines.middles, _group_names(frame, chosen, words))
        _across(ax, window, named=True)
        titled(ax, say.coefficient.format(level=level), x=True)
        legend(ax, *_key(frame, [window], chosen), loc="upper left", bbox_to_anchor=(1.04, 1))
        return sheet(ax)


def _key(frame: pd.DataFrame, windows: Sequence[Window], language: str) -> tuple[list[Any], list[str]]:
    handles, names = estimator_key(frame, language)
    if any(w.beyond for w in windows):
        handles = [*handles, Line2D([], [], color=GREY, marker=">", markersize=2.6, linestyle="none")]
        names = [*names, pvar_texts(language).beyond]
    return handles, names


def _group_names(frame: pd.DataFrame, language: str, words: Words) -> list[str]:
    heads = group_heads(frame, language, words, estimators=False)
    return ["\n".join(lines) for lines in heads.values()]


def _term(term: str, shown: dict[str, str], say: PvarWords) -> str:
    """How a term is written: a lag by its variable; any other as it stands."""
    found = LAG.fullmatch(term)
    if found is None:
        return shown.get(term, term)
    return say.lag.format(name=shown.get(found[2], found[2]), k=found[1])


def _page(frame: pd.DataFrame, level: float, notes: Sequence[str], language: str, words: Words, whole: float) -> Figure:
    """Equations down and terms across."""
    say = pvar_texts(language)
    equations, terms = (list(dict.fromkeys(frame[d])) for d in ("equation", "term"))
    lagged = [m[2] for m in map(LAG.fullmatch, terms) if m]
    shown = variable_names(list(dict.fromkeys([*equations, *lagged, *terms])), language, words)
    names = _group_names(frame, language, words)
    room = min(widest([line for n in names for line in n.split("\n")], TEXT), NAMED * whole)
    names = ["\n".join(shortened(n.split("\n"), room, TEXT)) for n in names]
    parts = dict(list(frame.groupby(["equation", "term"], sort=False)))
    windows = {e: row_window(frame[frame["equation"] == e]) for e in equations}
    board = Board(
        "coefficient_forest", [say.equation.format(name=shown[e]) for e in equations],
        [(_term(t, shown, say),) for t in terms], say.coefficient.format(level=level), narrowest=15.0, lowest=0.0, good=0.0,
        left=room + 2.6, notes=notes, slender=True, under=2.8,
    )  # fmt: skip
    figure, cells, lines = _set_out(board, frame, _key(frame, list(windows.values()), language), whole)
    for cell in cells:
        equation = equations[cell.row]
        part = parts.get((equation, terms[cell.column]))
        if part is None:
            cell.axes.set_axis_off()
            continue
        _panel(cell.axes, part, windows[equation], lines)
        ticks(cell.axes.yaxis, lines.middles, names if cell.first else [""] * len(names), linespacing=1.05)
        cell.axes.tick_params(axis="y", labelsize=TEXT, length=0)
        _across(cell.axes, windows[equation], named=True)
    return figure


def _set_out(
    board: Board, frame: pd.DataFrame, key: tuple[list[Any], list[str]], whole: float
) -> tuple[Figure, list[Cell], Lines]:
    """The empty page, its lines as far apart as it has room for."""
    for step in STEPS:
        lines = row_lines(frame, step)
        try:
            figure, cells = set_out(replace(board, lowest=lines.ends[-1], good=lines.ends[-1]), key, whole)
        except NotDrawn:
            if step == STEPS[-1]:
                raise
        else:
            break
    return figure, cells, lines


def _across(axes: Axes, window: Window, *, named: bool) -> None:
    """Ticks that have room, zero always among them."""
    wide = millimetres(axes)[0] / (window.high - window.low)
    kept = [m for m in window.marks if m == 0] or window.marks[:1]
    for mark in sorted(window.marks, key=abs):
        away = [abs(mark - m) * wide - 0.5 * widest([plain(mark)], TEXT) - 0.5 * widest([plain(m)], TEXT) for m in kept]
        if mark not in kept and min(away) >= 1.2:
            kept.append(mark)
    kept.sort()
    ticks(axes.xaxis, kept, [plain(m) if named else "" for m in kept])
    axes.tick_params(axis="x", labelsize=TEXT)


def _panel(axes: Axes, part: pd.DataFrame, window: Window, lines: Lines) -> None:
    """Coefficients of one term, zero as a line, groups apart."""
    axes.set_xlim(window.low, window.high)
    axes.set_ylim(lines.ends[-1], 0)
    axes.axvline(0, color=INK, linewidth=0.6, zorder=1.5)
    for end in lines.ends[:-1]:
        axes.axhline(end, color=FAINT, linewidth=0.5, zorder=1)
    for _, row in part.iterrows():
        y, look = lines.at[row["group"], row["estimator"]], mark_of(row["estimator"], leading=bool(row["leading"]))
        colour = look["markeredgecolor"]
        if np.isfinite([row["lo"], row["hi"]]).all():
            axes.plot([row["lo"], row["hi"]], [y, y], color=colour, linewidth=1.2 if row["leading"] else 0.5, zorder=2,
                      solid_capstyle="butt")  # fmt: skip
        if window.low <= row["coef"] <= window.high:
            axes.plot(row["coef"], y, **look, zorder=3)
        else:
            right = row["coef"] > window.high
            axes.plot(window.high if right else window.low, y, marker=">" if right else "<", color=colour, markersize=2.6,
                      markeredgewidth=0, clip_on=False, zorder=3)  # fmt: skip
    axes.spines[["top", "right", "left"]].set_visible(False)
