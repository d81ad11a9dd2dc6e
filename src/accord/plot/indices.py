"""Figures of the subsystem indices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from accord.errors import InputError
from accord.plot.frames import index_frame, language_of, names_of, table_of, year_names
from accord.plot.layout import key_height, key_on_top, legend, sheet, ticks, titled
from accord.plot.panels import Panel, Setting, few_enough, headed, region_panels, stacked, tallest
from accord.plot.style import FAINT, Size, drawing, subsystem_colours, width_of
from accord.plot.typeface import printable


def index_bars(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    year: Any = None,
) -> Figure | pd.DataFrame:
    """Indices U of each unit as ranked bars, one panel for each region.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `scores`.
    ax
        Axes to draw into, where there is one region only.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, unit, time, subsystem, index) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    year
        Which year; the last by default.

    Raises
    ------
    InputError
        If there are more than 100 units, no such year, or `ax` is given for several regions.
    """
    table = table_of(result, "scores", "index")
    chosen, whole = language_of(result, language), width_of(size)
    frame = index_frame(table, year)
    if data:
        return frame
    units, regions = frame["unit"].nunique(), frame["region"].nunique()
    few_enough(units, "index_bars", "scores")
    if ax is not None and regions > 1:
        raise InputError("index_bars draws a panel for each region, so it cannot draw into one ax: leave ax out")
    with drawing(chosen) as words:
        subsystems = printable(frame["subsystem"].unique(), chosen)
        columns = 2 if ax is None and whole > 100 else 1
        tall = tallest(units, regions, columns)
        panels = region_panels(frame, "index", names_of(table, chosen), chosen, words, tall)
        label = words.index.format(year=year_names(frame["time"].to_numpy()[:1])[0])
        if ax is None:
            return _bars_page(panels, subsystems, label, whole, columns)
        _draw(ax, panels[0], _scale(panels), label)
        headed(ax, panels[0].title)
        legend(ax, _patches(len(subsystems)), subsystems, ncols=1, loc="lower left", bbox_to_anchor=(0, 1.01))
        return sheet(ax)


def _bars_page(panels: list[Panel], subsystems: list[str], label: str, whole: float, columns: int) -> Figure:
    """The page: legend on top, panels below in one column or two of about the same height."""
    s, high = len(subsystems), _scale(panels)
    setting = Setting(
        whole, key_height(subsystems, whole), good=1.05 * s + 1.9, least=max(2.65, 0.5 * s + 0.6), columns=columns
    )
    figure, left = stacked(panels, setting, lambda axes, panel, last: _draw(axes, panel, high, label if last else ""))
    key_on_top(figure, _patches(s), subsystems, left)
    return figure


def _scale(panels: list[Panel]) -> float:
    """Upper end of the axis that all panels share."""
    highest = max((float(np.nanmax(p.values)) for p in panels if np.isfinite(p.values).any()), default=0.0)
    return (highest or 1.0) * 1.02


def _draw(axes: Axes, panel: Panel, high: float, label: str) -> None:
    """Bars of one panel, highest unit on top, the first subsystem's bar on top of each group."""
    n, s = panel.values.shape
    thick = 0.8 / s
    for k, colour in enumerate(subsystem_colours(s)):
        at = np.arange(n) + (k - (s - 1) / 2) * thick
        axes.barh(at, panel.values[:, k], height=thick, color=colour, linewidth=0)
    axes.set_ylim(n - 0.5, -0.5)
    axes.set_xlim(0, high)
    marks = [m for m in MaxNLocator(5).tick_values(0, high) if 0 <= m <= high]
    ticks(axes.xaxis, marks, [f"{m:g}" if label else "" for m in marks])
    ticks(axes.yaxis, list(range(n)), panel.names)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    if label:
        titled(axes, label, x=True)


def _patches(n: int) -> list[Patch]:
    return [Patch(facecolor=c, linewidth=0) for c in subsystem_colours(n)]
