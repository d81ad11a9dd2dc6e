"""Figures of the subsystem indices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from accord.errors import InputError
from accord.plot.frames import index_frame, language_of, names_of, table_of, year_names
from accord.plot.layout import (
    LINE,
    columns_for,
    legend,
    legend_width,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    shortened,
    ticks,
    titled,
    widest,
)
from accord.plot.style import FAINT, INK, TALLEST, TEXT, Size, Words, drawing, subsystem_colours, width_of
from accord.plot.typeface import printable

MOST = 100
"""Units that can be told apart on a page."""
TALL = 40
"""Rows after which a panel is continued in another."""
TITLE, GAP, FOOT = 4.2, 1.8, 9.0
WIDEN = 7.0
"""Space in mm that a gap between panels may take on so that both columns end together."""


@dataclass(frozen=True)
class Panel:
    """Rows of one region, or a part of them: title, names from top to bottom, U (unit, subsystem)."""

    title: str
    names: list[str]
    values: np.ndarray[Any, np.dtype[np.float64]]

    @property
    def over(self) -> float:
        """Height in mm that does not depend on the rows."""
        return GAP + (TITLE if self.title else 0)


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
    units = frame["unit"].nunique()
    if units > MOST:
        raise InputError(
            f"index_bars names up to {MOST} units and this table has {units}: pass a part of it, for example "
            'study["scores"].sel(unit=[...]), or use coordination_heatmap, which takes any number'
        )
    if ax is not None and frame["region"].nunique() > 1:
        raise InputError("index_bars draws a panel for each region, so it cannot draw into one ax: leave ax out")
    with drawing(chosen) as words:
        subsystems = printable(frame["subsystem"].unique(), chosen)
        tall = MOST if ax is not None or size == "single" else TALL
        if tall == TALL and frame["region"].nunique() == 1:
            tall = max(TALL, -(-units // 2))
        panels = _panels(frame, names_of(table, chosen), chosen, words, tall)
        label = words.index.format(year=year_names(frame["time"].to_numpy()[:1])[0])
        if ax is None:
            return _laid_out(panels, subsystems, label, whole)
        _draw(ax, panels[0], _scale(panels), named=True)
        titled(ax, label, x=True)
        _key(ax, subsystems, 1, loc="lower left", bbox_to_anchor=(0, 1.01))
        return sheet(ax)


def _panels(frame: pd.DataFrame, names: dict[Any, str], language: str, words: Words, tall: int) -> list[Panel]:
    """One panel for each region, or several where it has more than `tall` units."""
    out: list[Panel] = []
    shown = dict(zip(names, printable(names.values(), language), strict=True))
    regions = list(frame["region"].unique())
    for region, title in zip(regions, printable(regions, language), strict=True):
        part = frame[frame["region"] == region]
        units = [shown[u] for u in part["unit"].unique()]
        values = part["index"].to_numpy(dtype="f8").reshape(len(units), -1)
        pieces = np.array_split(np.arange(len(units)), -(-len(units) // tall))
        for i, piece in enumerate(pieces):
            head = title if i == 0 or not title else words.continued.format(region=title)
            out.append(Panel(head, [units[k] for k in piece], values[piece]))
    return out


def _laid_out(panels: list[Panel], subsystems: list[str], label: str, whole: float) -> Figure:
    """The page: legend on top, panels below in one column or two of about the same height."""
    subsystems = [shorten(s, whole - 8, TEXT) for s in subsystems]
    shape = columns_for(subsystems, whole - 2, len(subsystems))
    top = 1.5 + (LINE + 0.6) * -(-len(subsystems) // shape)
    columns = _columns(panels, 2 if whole > 100 else 1)
    row = _row(columns, top, panels[0].values.shape[1])
    tall = [sum(p.over + row * len(p.names) for p in c) for c in columns]
    height = top + max(tall) + FOOT
    figure = page(whole, height)
    wide = whole / len(columns)
    every = [n for p in panels for n in p.names]
    names = min(widest(every) + 2, 0.42 * wide)
    cut = dict(zip(every, shortened(every, names - 1.8), strict=True))
    for i, column in enumerate(columns):
        y, left = top, i * wide + names + 0.8
        spare = (max(tall) - tall[i]) / max(len(column) - 1, 1)
        for k, panel in enumerate(column):
            y += panel.over + (spare if k and spare <= WIDEN else 0)
            axes = place(figure, left, y, wide - names - 4, row * len(panel.names))
            last = panel is column[-1]
            _draw(axes, replace(panel, names=[cut[n] for n in panel.names]), _scale(panels), named=last)
            if last:
                titled(axes, label, x=True)
            y += row * len(panel.names)
    start = min(names + 0.8, whole - 1 - legend_width(subsystems, shape))
    _key(figure, subsystems, shape, loc="upper left", bbox_to_anchor=(start / whole, 1 - 1.2 / height))
    return figure


def _columns(panels: list[Panel], most: int) -> list[list[Panel]]:
    """Panels in their order, cut once where the taller column is lowest."""
    if most == 1 or len(panels) == 1:
        return [panels]
    sizes = [p.over + 4 * len(p.names) for p in panels]
    at = min(range(1, len(panels)), key=lambda i: max(sum(sizes[:i]), sum(sizes[i:])))
    return [panels[:at], panels[at:]]


def _row(columns: list[list[Panel]], top: float, subsystems: int) -> float:
    """Height of a row in mm: generous where there is room, never below its line of type."""
    good, least = 1.05 * subsystems + 1.9, max(2.65, 0.5 * subsystems + 0.6)
    room = min((TALLEST - top - FOOT - sum(p.over for p in c)) / sum(len(p.names) for p in c) for c in columns)
    return max(least, min(good, room))


def _scale(panels: list[Panel]) -> float:
    """Upper end of the axis that all panels share."""
    highest = max((float(np.nanmax(p.values)) for p in panels if np.isfinite(p.values).any()), default=0.0)
    return (highest or 1.0) * 1.02


def _draw(axes: Axes, panel: Panel, high: float, *, named: bool) -> None:
    """Bars of one panel, highest unit on top, the first subsystem's bar on top of each group."""
    n, s = panel.values.shape
    thick = 0.8 / s
    for k, colour in enumerate(subsystem_colours(s)):
        at = np.arange(n) + (k - (s - 1) / 2) * thick
        axes.barh(at, panel.values[:, k], height=thick, color=colour, linewidth=0)
    axes.set_ylim(n - 0.5, -0.5)
    axes.set_xlim(0, high)
    marks = [m for m in MaxNLocator(5).tick_values(0, high) if 0 <= m <= high]
    ticks(axes.xaxis, marks, [f"{m:g}" if named else "" for m in marks])
    ticks(axes.yaxis, list(range(n)), panel.names)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    if panel.title:
        title = shorten(panel.title, millimetres(axes)[0], TEXT)
        axes.annotate(title, (0, 1), (0, 2), xycoords="axes fraction", textcoords="offset points", color=INK,
                      fontsize=TEXT, va="bottom", parse_math=False, annotation_clip=False)  # fmt: skip


def _key(host: Figure | Axes, subsystems: list[str], shape: int, **where: Any) -> None:
    handles = [Patch(facecolor=c, linewidth=0) for c in subsystem_colours(len(subsystems))]
    legend(host, handles, subsystems, ncols=shape, **where)
