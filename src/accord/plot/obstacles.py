"""Figure of the obstacles: which indicators hold the units back most, year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from accord.errors import InputError, NotDrawn
from accord.plot.frames import indicator_names, language_of, only, table_of, year_names
from accord.plot.layout import (
    MM,
    fold,
    legend,
    marked,
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
from accord.plot.style import DEGREES, NO_DATA, SMALL, TALLEST, Size, Words, drawing, ink_on, width_of
from accord.plot.typeface import printable

COLOURS = f"{DEGREES}_r"
"""Darkest where an indicator weighs most."""
TOP, FOOT = 2.0, 17.5


def obstacle_heatmap(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    top: int = 5,
) -> Figure | pd.DataFrame:
    """Mean obstacle degree by year of the indicators that lead each subsystem in the last year.

    Parameters
    ----------
    result
        A study or its saved tree; of the table `obstacle_ranks` alone, indicators go by their keys.
    ax
        Axes to draw into; names of indicators and subsystems stand outside them.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (subsystem, indicator, name, time, degree, rank) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    top
        How many indicators of each subsystem.

    Raises
    ------
    InputError
        If `top` is not a positive number, or no indicator has a degree in the last year.

    Notes
    -----
    Degrees stand in the cells, in per cent, where they fit.
    """
    table = table_of(result, "obstacle_ranks", "degree", "rank")
    chosen, whole = language_of(result, language), width_of(size)
    if isinstance(top, bool) or not isinstance(top, int | np.integer) or top < 1:
        raise InputError(f"top = {top!r}: the number of indicators to show of each subsystem is 1 or more")
    frame = obstacle_frame(table, _weights(result), chosen, int(top))
    if data:
        return frame
    with drawing(chosen) as words:
        years = year_names(frame["time"].unique())
        values = 100 * frame["degree"].to_numpy(dtype="f8").reshape(-1, len(years))
        names = printable(frame["name"].to_numpy()[:: len(years)], chosen)
        subsystems = spans(printable(frame["subsystem"].to_numpy()[:: len(years)], chosen))
        if ax is None:
            return _obstacle_page(values, names, years, subsystems, words, whole)
        wide, tall = millimetres(ax)
        mesh = _cells(ax, values, years)
        ticks(ax.yaxis, [k + 0.5 for k in range(len(names))], names)
        margin(ax, folded(subsystems, tall / len(names), 40), tall / len(names))
        bar = ax.figure.colorbar(mesh, ax=ax, orientation="horizontal", fraction=0.03, pad=0.14, aspect=40)
        _scale(bar.ax, mesh, words, wide)
        return sheet(ax)


def obstacle_frame(table: xr.Dataset, weights: xr.Dataset | None, language: str, top: int) -> pd.DataFrame:
    """The first `top` indicators of each subsystem in the last year: subsystem, indicator, name, time, degree, rank."""
    degree, rank = (only(table[v], "indicator", "time") for v in ("degree", "rank"))
    keys = [str(k) for k in degree["indicator"].values]
    owner, names = dict.fromkeys(keys, ""), dict(zip(keys, keys, strict=True))
    for source in (weights, table):
        if source is not None:
            names |= {k: n for k, n in indicator_names(source, language).items() if n != k}
            if "subsystem" in source.coords:
                known = zip(source["indicator"].values, source["subsystem"].values, strict=True)
                owner |= {str(k): str(s) for k, s in known if str(k) in owner}
    last, rows = rank.values[:, -1], []
    for subsystem in dict.fromkeys(owner.values()):
        mine = [k for k, key in enumerate(keys) if owner[key] == subsystem and np.isfinite(degree.values[k, -1])]
        first = sorted((k for k in mine if last[k] <= top), key=lambda k: last[k])
        rows += first[:top] if subsystem else first
    if not rows:
        year = year_names(table["time"].values)[-1]
        raise NotDrawn(f"no indicator has an obstacle degree in {year}", f"{year} 年没有指标有障碍度")
    n = degree.sizes["time"]
    return pd.DataFrame({
        "subsystem": np.repeat([owner[keys[k]] for k in rows], n).astype(object),
        "indicator": np.repeat([keys[k] for k in rows], n).astype(object),
        "name": np.repeat([names[keys[k]] for k in rows], n).astype(object),
        "time": np.tile(degree["time"].values, len(rows)),
        "degree": degree.values[rows].ravel(), "rank": rank.values[rows].ravel(),
    })  # fmt: skip


def _weights(result: Any) -> xr.Dataset | None:
    """The table that names the indicators, where the result has it."""
    try:
        return table_of(result, "weights", "weight")
    except InputError:
        return None


def _obstacle_page(
    values: Any, names: list[str], years: list[str], subsystems: list[Span], words: Words, whole: float
) -> Figure:
    """The page: names on the left in up to two lines, cells, subsystems on the right, the scale below."""
    n, most = len(names), 0.4 * whole
    long = widest(names) > most - 2.4 and n * 6.2 + TOP + FOOT < TALLEST
    row = 6.2 if long else max(2.65, min(4.2, (TALLEST - TOP - FOOT) / n))
    shown = [fold(name, most - 2.4, 2) for name in names] if long else shortened(names, most - 2.4)
    left = max(widest([line for name in shown for line in name.split("\n")]) + 2.4, 3.0)
    subsystems = folded(subsystems, row, 0.2 * whole)
    wide = whole - left - room_for(subsystems)
    figure = page(whole, n * row + TOP + FOOT)
    height = figure.get_figheight() * MM
    axes = place(figure, left, TOP, wide, n * row)
    mesh = _cells(axes, values, years)
    ticks(axes.yaxis, [k + 0.5 for k in range(n)], shown, linespacing=1.0)
    margin(axes, subsystems, row)
    bar = place(figure, left, n * row + TOP + 6, min(wide, 80), 2.2)
    figure.colorbar(mesh, cax=bar, orientation="horizontal")
    _scale(bar, mesh, words, min(wide, 80))
    if np.isnan(values).any():
        at = (1 - 1 / whole, (FOOT - 6) / height)
        legend(figure, [Patch(facecolor=NO_DATA, linewidth=0)], [words.no_data], loc="upper right", bbox_to_anchor=at)
    return figure


def _cells(axes: Axes, values: Any, years: list[str]) -> QuadMesh:
    """Cells from 0 on, and the degree in each where the widest of them fits."""
    n, t = values.shape
    wide, tall = millimetres(axes)
    axes.set_facecolor(NO_DATA)
    mesh = axes.pcolormesh(np.arange(t + 1), np.arange(n + 1), np.ma.masked_invalid(values), cmap=COLOURS, vmin=0,
                           vmax=marked([0.0, *values.ravel()], 6)[-1], edgecolors="white", linewidth=0.3)  # fmt: skip
    axes.set_ylim(n, 0)
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="y", length=0)
    kept = thinned(years, wide / t)
    ticks(axes.xaxis, [k + 0.5 for k in kept], [years[k] for k in kept])
    known = values[np.isfinite(values)]
    fits = (d for d in (1, 0) if widest([f"{v:.{d}f}" for v in known]) + 0.7 <= wide / t)
    digits = next(fits, None)
    if digits is None or tall / n < 2.6:
        return mesh
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            ink = ink_on(colormaps[COLOURS](mesh.norm(value))[:3])
            axes.text(column + 0.5, row + 0.5, f"{value:.{digits}f}", fontsize=SMALL, color=ink, ha="center",
                      va="center_baseline")  # fmt: skip
    return mesh


def _scale(axes: Axes, mesh: QuadMesh, words: Words, wide: float) -> None:
    """Ticks and name of the colour bar."""
    marks = marked([0.0, mesh.get_clim()[1]], 6)
    shown = [f"{m:g}" for m in marks]
    kept = thinned(shown, wide / (len(marks) - 1))
    ticks(axes.xaxis, [marks[k] for k in kept], [shown[k] for k in kept])
    titled(axes, words.obstacle, x=True)
    for spine in axes.spines.values():
        spine.set_visible(False)
