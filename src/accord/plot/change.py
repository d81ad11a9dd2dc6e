"""Figure of the change: D of each unit in the first year and in the last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError, NotDrawn
from accord.plot.frames import coordination_frame, language_of, names_of, table_of, year_at, year_names
from accord.plot.layout import key_height, key_on_top, legend, marked, millimetres, sheet, thinned, ticks, titled
from accord.plot.panels import Panel, Setting, few_enough, headed, region_panels, stacked, tallest
from accord.plot.style import FAINT, INK, SUBSYSTEMS, Size, Words, drawing, width_of

RISE, FALL, LINE = SUBSYSTEMS[0], SUBSYSTEMS[5], "#9db8cc"
"""Colours of rising and falling units, and of the line of a rise."""


def dumbbell(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    first: Any = None,
    last: Any = None,
) -> Figure | pd.DataFrame:
    """D of each unit in two years as two markers and the line between them, one panel for each region.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `coordination`.
    ax
        Axes to draw into, where there is one region only.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, unit, time, coordination) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    first, last
        Which years; the first and the last of the study by default. Units fall from high to low in the later one.

    Raises
    ------
    InputError
        If there are more than 100 units, one year only, no such year, or `ax` is given for several regions.
    """
    table = table_of(result, "coordination", "coordination")
    chosen, whole = language_of(result, language), width_of(size)
    frame = change_frame(table, first, last)
    if data:
        return frame
    units, regions = frame["unit"].nunique(), frame["region"].nunique()
    few_enough(units, "dumbbell", "coordination")
    if ax is not None and regions > 1:
        raise InputError("dumbbell draws a panel for each region, so it cannot draw into one ax: leave ax out")
    with drawing(chosen) as words:
        columns = 2 if ax is None and whole > 100 else 1
        shown = names_of(table, chosen)
        panels = region_panels(frame, "coordination", shown, chosen, words, tallest(units, regions, columns))
        handles, entries = _key(panels, year_names(frame["time"].to_numpy()[:2]), words)
        marks = marked(np.concatenate([p.values.ravel() for p in panels]), 6)
        if ax is None:
            setting = Setting(whole, key_height(entries, whole), good=3.7, least=2.65, columns=columns)
            figure, left = stacked(
                panels, setting, lambda axes, panel, end: _draw(axes, panel, marks, words.coordination if end else "")
            )
            key_on_top(figure, handles, entries, left)
            return figure
        _draw(ax, panels[0], marks, words.coordination)
        headed(ax, panels[0].title)
        legend(ax, handles, entries, loc="upper left", bbox_to_anchor=(1.02, 1))
        return sheet(ax)


def change_frame(table: xr.Dataset, first: Any = None, last: Any = None) -> pd.DataFrame:
    """D in two years: region, unit, time, coordination; units fall from high to low in the later year."""
    times = table["coordination"]["time"].values
    early, late = 0 if first is None else year_at(times, first), year_at(times, last)
    if early >= late:
        names = year_names(times)
        one = len(times) == 1
        raise NotDrawn(
            f"dumbbell compares an earlier year with a later one, and here they are {names[early]} and {names[late]}: "
            + ("this study has one year" if one else "name others as first= and last="),
            f"dumbbell 比较先后两个年份，此处为 {names[early]} 与 {names[late]}："
            + ("本研究仅有一年" if one else "请用 first= 与 last= 另行指定"),
        )
    return coordination_frame(table.isel(time=[early, late]))


def _key(panels: list[Panel], years: list[str], words: Words) -> tuple[list[Any], list[str]]:
    """A marker for each year, and a line for falls where there are any."""
    falls = any(_falls(p).any() for p in panels)
    ink = INK if falls else RISE
    handles = [Line2D([], [], **_marker(face, ink, 3.6)) for face in ("white", ink)]
    names = list(years)
    if falls:
        lines = [Line2D([], [], color=c, linewidth=1.6) for c in (RISE, FALL)]
        handles, names = [*handles, *lines], [*names, words.rise, words.fall]
    return handles, names


def _falls(panel: Panel) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(panel.values[:, 1] < panel.values[:, 0])


def _marker(face: str, edge: str, size: float) -> dict[str, Any]:
    return {"marker": "o", "linestyle": "none", "markersize": size, "markerfacecolor": face, "markeredgecolor": edge,
            "markeredgewidth": 0.7}  # fmt: skip


def _draw(axes: Axes, panel: Panel, marks: list[float], label: str) -> None:
    """One panel, the unit highest in the later year on top."""
    n, rows = len(panel.names), np.arange(len(panel.names))
    wide, tall = millimetres(axes)
    size = float(np.clip(tall / n * 1.05, 2.4, 3.6))
    early, late, falls = panel.values[:, 0], panel.values[:, 1], _falls(panel)
    axes.hlines(rows, early, late, colors=[FALL if f else LINE for f in falls], linewidth=1.6, zorder=1.8)
    for mine, ink in ((~falls, RISE), (falls, FALL)):
        for values, face in ((early, "white"), (late, ink)):
            axes.plot(values[mine], rows[mine], **_marker(face, ink, size), clip_on=False)
    axes.set_ylim(n - 0.4, -0.6)
    axes.set_xlim(marks[0], marks[-1])
    kept = thinned([f"{m:g}" for m in marks], wide / (len(marks) - 1))
    ticks(axes.xaxis, [marks[k] for k in kept], [f"{marks[k]:g}" if label else "" for k in kept])
    ticks(axes.yaxis, rows.tolist(), panel.names)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="both", color=FAINT, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    if label:
        titled(axes, label, x=True)
