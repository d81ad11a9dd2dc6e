"""Figures of the coupling coordination degree: where it is high, and how many units are in which stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from accord.plot.degrees import colour_scale, tenths
from accord.plot.frames import coordination_frame, language_of, names_of, table_of, year_names
from accord.plot.layout import (
    legend,
    millimetres,
    page,
    place,
    sheet,
    shortened,
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.margins import Span, folded, margin, room_for, spans
from accord.plot.style import DEGREES, NO_DATA, TALLEST, Size, Words, drawing, width_of
from accord.plot.typeface import printable

LEAST = 2.65
"""Height in mm of a row that can carry a name."""


def coordination_heatmap(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Coupling coordination degree D by unit and year, units grouped by region and ordered by the last year.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `coordination`.
    ax
        Axes to draw into; names of units and regions stand outside them.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, unit, time, coordination) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.

    Notes
    -----
    More units than a page has lines are drawn as a fabric without their names.
    """
    table = table_of(result, "coordination", "coordination")
    chosen, whole = language_of(result, language), width_of(size)
    frame = coordination_frame(table)
    if data:
        return frame
    with drawing(chosen) as words:
        units, years = list(frame["unit"].unique()), year_names(frame["time"].unique())
        shown = names_of(table, chosen)
        names = printable([shown[u] for u in units], chosen)
        values = frame["coordination"].to_numpy(dtype="f8").reshape(len(units), len(years))
        regions = spans(printable(frame["region"].to_numpy()[:: len(years)], chosen))
        if ax is None:
            return _heat_page(values, names, years, regions, words, whole)
        wide, tall = millimetres(ax)
        row = tall / len(names)
        mesh = _heat(ax, values, years, wide)
        _rows(ax, names, years, words, row)
        margin(ax, folded(regions, row, 40), row)
        bar = ax.figure.colorbar(mesh, ax=ax, orientation="horizontal", fraction=0.03, pad=0.08, aspect=40)
        colour_scale(bar.ax, mesh, words, wide)
        return sheet(ax)


def _heat_page(
    values: Any, names: list[str], years: list[str], regions: list[Span], words: Words, whole: float
) -> Figure:
    """The page: names on the left, cells, regions on the right, the scale below."""
    n, foot = len(names), 17.5
    row = min(3.7, (TALLEST - foot - 2) / n)
    left = min(widest(names) + 2.4, 0.36 * whole) if row >= LEAST else 6.0
    regions = folded(regions, row, 0.22 * whole)
    right = room_for(regions)
    figure = page(whole, n * row + foot + 2)
    wide = whole - left - right
    axes = place(figure, left, 2, wide, n * row)
    mesh = _heat(axes, values, years, wide)
    _rows(axes, names, years, words, row, room=left - 2.2)
    margin(axes, regions, row)
    bar = place(figure, left, n * row + 8, min(wide, 80), 2.2)
    figure.colorbar(mesh, cax=bar, orientation="horizontal")
    colour_scale(bar, mesh, words, min(wide, 80))
    if np.isnan(values).any():
        at = (1 - 1 / whole, (foot - 6) / (n * row + foot + 2))
        legend(figure, [Patch(facecolor=NO_DATA, linewidth=0)], [words.no_data], loc="upper right", bbox_to_anchor=at)
    return figure


def _heat(axes: Axes, values: Any, years: list[str], wide: float) -> QuadMesh:
    """Cells on a scale that begins and ends at round tenths."""
    n, t = values.shape
    low, high = tenths(values)
    axes.set_facecolor(NO_DATA)
    many = n > 90
    mesh = axes.pcolormesh(
        np.arange(t + 1), np.arange(n + 1), np.ma.masked_invalid(values), cmap=DEGREES, vmin=low, vmax=high,
        edgecolors="face" if many else "white", linewidth=0.1 if many else 0.3,
    )  # fmt: skip
    axes.set_ylim(n, 0)
    axes.spines[:].set_visible(False)
    kept = thinned(years, wide / t)
    ticks(axes.xaxis, [k + 0.5 for k in kept], [years[k] for k in kept])
    return mesh


def _rows(axes: Axes, names: list[str], years: list[str], words: Words, row: float, room: float = 1e9) -> None:
    """Names of the units, or how many there are where a line of type is taller than a row."""
    axes.tick_params(axis="y", length=0)
    if row >= LEAST - 0.01:
        ticks(axes.yaxis, [k + 0.5 for k in range(len(names))], shortened(names, room))
    else:
        ticks(axes.yaxis, [], [])
        titled(axes, words.ordered.format(n=len(names), year=years[-1]), x=False)
