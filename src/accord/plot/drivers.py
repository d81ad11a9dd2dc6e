"""Figure of the geographical detector: q of each indicator and of every pair."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from accord.errors import InputError, nearest
from accord.plot.frames import indicator_names, language_of, table_of
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
from accord.plot.style import DEGREES, NO_DATA, SMALL, TALLEST, Size, Words, drawing, ink_on, width_of
from accord.plot.typeface import printable
from accord.tables import listed

COLOURS = f"{DEGREES}_r"
NONLINEAR = 5
"""Number of the kind of interaction that is marked."""
TOP, FOOT = 2.0, 22.0


def driver_heatmap(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    period: Any = None,
) -> Figure | pd.DataFrame:
    """The q of D on each indicator along the diagonal, and on every pair below it, nonlinear enhancement marked.

    Parameters
    ----------
    result
        A study or its saved tree, with tables `drivers` and `driver_interactions`.
    ax
        Axes to draw into; names of the indicators stand on their left, with their numbers below.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (period, first, second, q, pvalue, kind, kind_name) instead of the figure;
        an indicator with itself is the indicator alone, whose kind is 0; pairs have no p-value.
    size
        "double" for 174 mm, "single" for 84 mm.
    period
        "pooled", or a year where the study goes year by year; the last by default.

    Raises
    ------
    InputError
        If there is no such period.
    """
    table, pairs = table_of(result, "drivers", "q"), table_of(result, "driver_interactions", "q", "kind")
    chosen, whole = language_of(result, language), width_of(size)
    frame = driver_frame(table, pairs, period, chosen)
    if data:
        return frame
    keys = [str(k) for k in table["indicator"].values]
    values, marks, weak = _matrix(frame, keys)
    with drawing(chosen) as words:
        named = printable(indicator_names(table, chosen).values(), chosen)
        names = [f"{k}  {n}" for k, n in enumerate(named, 1)]
        if ax is None:
            return _driver_page(values, marks, weak, names, words, whole)
        wide, _ = millimetres(ax)
        mesh = _cells(ax, values, marks, weak)
        ticks(ax.yaxis, [k + 0.5 for k in range(len(names))], names)
        bar = ax.figure.colorbar(mesh, ax=ax, orientation="horizontal", fraction=0.03, pad=0.14, aspect=40)
        _scale(bar.ax, mesh, words, wide)
        return sheet(ax)


def driver_frame(table: xr.Dataset, pairs: xr.Dataset, period: Any, language: str) -> pd.DataFrame:
    """Indicators alone, then their pairs: period, first, second, q, pvalue, kind, kind_name."""
    known = [str(p) for p in table["period"].values]
    said = known[-1] if period is None else str(period)
    if said not in known:
        raise InputError(f'no period "{said}" in table "drivers"; {nearest(said, known)}')
    at = known.index(said)
    alone, both = table.isel(period=at), pairs.isel(period=at)
    keys = table["indicator"].values.astype(object)
    kind = both["kind"].values.astype(np.int64)
    labels = [
        "",
        *(str(n) for n in listed(both["kind"].attrs.get(f"label_{language}", both["kind"].attrs.get("label_en")))),
    ]
    own = pd.DataFrame({"first": keys, "second": keys, "q": alone["q"].values, "pvalue": alone["pvalue"].values,
                        "kind": 0, "kind_name": ""})  # fmt: skip
    two = pd.DataFrame({"first": both["first"].values.astype(object), "second": both["second"].values.astype(object),
                        "q": both["q"].values, "pvalue": np.nan, "kind": kind,
                        "kind_name": [labels[k] if k < len(labels) else "" for k in kind]})  # fmt: skip
    out = pd.concat([own, two], ignore_index=True)
    out.insert(0, "period", said)
    return out


def _matrix(frame: pd.DataFrame, keys: list[str]) -> tuple[Any, Any, Any]:
    """The q by row and column, empty above the diagonal; where enhancement is nonlinear; where p is not below 0.05."""
    n, at = len(keys), {key: k for k, key in enumerate(keys)}
    values, marks, weak = np.full((n, n), np.nan), np.zeros((n, n), dtype=bool), np.zeros((n, n), dtype=bool)
    columns = (frame[c].tolist() for c in ("first", "second", "q", "pvalue", "kind"))
    for first, second, q, p, kind in zip(*columns, strict=True):
        j, i = sorted((at[str(first)], at[str(second)]))
        values[i, j], marks[i, j] = q, kind == NONLINEAR
        weak[i, j] = i == j and not p < 0.05
    return values, marks, weak


def _driver_page(values: Any, marks: Any, weak: Any, names: list[str], words: Words, whole: float) -> Figure:
    """The page: names on the left in up to two lines, the triangle, the scale and the mark's meaning below."""
    n, most = len(names), 0.42 * whole
    row = max(2.65, min(7.0, (TALLEST - TOP - FOOT) / n))
    shown = [fold(name, most - 2.4, 2) for name in names] if row >= 6.2 else shortened(names, most - 2.4)
    left = max(widest([line for name in shown for line in name.split("\n")]) + 2.4, 3.0)
    wide = min(whole - left - 3, n * 20.0)
    figure = page(whole, n * row + TOP + FOOT)
    height = figure.get_figheight() * MM
    axes = place(figure, left, TOP, wide, n * row)
    mesh = _cells(axes, values, marks, weak)
    ticks(axes.yaxis, [k + 0.5 for k in range(n)], shown, linespacing=1.0)
    long = min(max(wide, 40.0), 80.0, whole - left - 4)
    bar = place(figure, left, n * row + TOP + 6, long, 2.2)
    figure.colorbar(mesh, cax=bar, orientation="horizontal")
    _scale(bar, mesh, words, long)
    handles: list[Any] = [Line2D([], [], linestyle="none", marker="^", markersize=3, color="black")]
    entries = [words.enhanced]
    if (np.isnan(values) & np.tri(n, dtype=bool)).any():
        handles, entries = [*handles, Patch(facecolor=NO_DATA, linewidth=0)], [*entries, words.no_data]
    start = max(1.0, min(left, whole - 6 - widest(entries, 7.0)))
    lines = 3.5 * len(entries)
    legend(figure, handles, entries, loc="lower left", bbox_to_anchor=(start / whole, (4.0 - lines / 2) / height))
    return figure


def _cells(axes: Axes, values: Any, marks: Any, weak: Any) -> QuadMesh:
    """The lower triangle from 0 on, q in each cell where it fits, a triangle where enhancement is nonlinear."""
    n = len(values)
    wide, tall = millimetres(axes)
    mesh = axes.pcolormesh(np.arange(n + 1), np.arange(n + 1), np.ma.masked_invalid(values), cmap=COLOURS, vmin=0,
                           vmax=marked([0.0, *values.ravel()], 6)[-1], edgecolors="white", linewidth=0.5)  # fmt: skip
    lower = np.argwhere(np.isnan(values) & np.tri(n, dtype=bool))
    for i, j in lower:
        axes.fill_between([j, j + 1], i, i + 1, color=NO_DATA, linewidth=0)
    axes.set_xlim(0, n)
    axes.set_ylim(n, 0)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    numbers = [str(k) for k in range(1, n + 1)]
    kept = thinned(numbers, wide / n)
    ticks(axes.xaxis, [k + 0.5 for k in kept], [numbers[k] for k in kept])
    known = [f"({v:.2f})" if w else f"{v:.2f}" for v, w in zip(values.ravel(), weak.ravel(), strict=True)]
    room = widest([k for k in known if "nan" not in k]) + 2.6
    if room > wide / n or tall / n < 2.6:
        return mesh
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            ink = ink_on(colormaps[COLOURS](mesh.norm(value))[:3])
            axes.text(j + 0.5, i + 0.5, known[i * n + j], fontsize=SMALL, color=ink, ha="center", va="center_baseline")
            if marks[i, j]:
                axes.plot(j + 1 - 1.2 * n / wide, i + 1.2 * n / tall, marker="^", markersize=2.6, color=ink)
    return mesh


def _scale(axes: Axes, mesh: QuadMesh, words: Words, wide: float) -> None:
    """Ticks and name of the colour bar."""
    at = marked([0.0, mesh.get_clim()[1]], 6)
    shown = [f"{m:g}" for m in at]
    kept = thinned(shown, wide / (len(at) - 1))
    ticks(axes.xaxis, [at[k] for k in kept], [shown[k] for k in kept])
    titled(axes, words.explained, x=True)
    for spine in axes.spines.values():
        spine.set_visible(False)
