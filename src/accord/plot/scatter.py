"""Figure of spatial association: the Moran scatter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError, NothingToDraw
from accord.plot.clusters import COLOURS, NONE, ORDER, cluster_names, local_frame
from accord.plot.frames import language_of, names_of, table_of, year_names
from accord.plot.layout import (
    LINE,
    MM,
    columns_for,
    legend,
    marked,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.naming import Paper, beside
from accord.plot.panels import headed
from accord.plot.style import GREY, INK, SMALL, TEXT, Size, Words, drawing, width_of
from accord.plot.typeface import printable
from accord.tables import listed

HEAD, FOOT, RIGHT = 5.0, 9.0, 3.0
NAMED = 14
"""Names in a panel."""


def moran_scatter(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    years: Sequence[Any] | None = None,
) -> Figure | pd.DataFrame:
    """Moran scatter: standardised D of each unit against the mean of its neighbours, with the line of slope I.

    Parameters
    ----------
    result
        A study or its saved tree, with tables `lisa` and `moran`.
    ax
        Axes to draw one year into, the last by default; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, unit, time, standardised, lag, quadrant, cluster, moran, pvalue)
        instead of the figure; `pvalue` is that of the year's I, from permutations.
    size
        "double" for 174 mm, "single" for 84 mm.
    years
        Which years, a panel for each; the first and the last by default.

    Raises
    ------
    InputError
        If there is no such year, all its values are equal, or `ax` is given for several years.

    Notes
    -----
    Units in a cluster are coloured, and named first as far as there is room.
    """
    table, overall = table_of(result, "lisa", "standardised", "lag"), table_of(result, "moran", "moran")
    chosen, whole = language_of(result, language), width_of(size)
    frame = local_frame(table, overall, [None] if ax is not None and years is None else years)
    if data:
        return frame
    times = list(frame["time"].unique())
    if ax is not None and len(times) > 1:
        raise InputError(f"moran_scatter draws a panel for each year: with ax, name one, as in years=[{times[-1]}]")
    if not np.isfinite(frame["standardised"]).any():
        raise NothingToDraw(f"all units have the same D in {', '.join(year_names(frame['time'].unique()))}")
    with drawing(chosen) as words:
        shown, attrs = names_of(table, chosen), table["quadrant"].attrs
        frame = frame.assign(name=printable([shown[u] for u in frame["unit"]], chosen))
        corners = printable(listed(attrs.get(f"label_{chosen}", attrs.get("label_en"))), chosen)
        named = cluster_names(table, chosen, words)
        if ax is None:
            return _scatter_page(frame, corners, named, words, whole)
        _scatter(ax, frame, _marks(frame), corners, words)
        headed(ax, _said(frame, words))
        handles, names = _points(frame, named, words)
        legend(ax, handles, names, loc="upper left", bbox_to_anchor=(1.02, 1))
        return sheet(ax)


def _marks(frame: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Ticks of both axes, the same in every panel."""
    return tuple(marked([0.0, *(1.05 * frame[v].to_numpy(dtype="f8"))], 6) for v in ("standardised", "lag"))  # type: ignore[return-value]


def _said(frame: pd.DataFrame, words: Words) -> str:
    """Year, I and p of a panel; an I that rounds to zero has no minus."""
    i, p = float(frame["moran"].iloc[0]), float(frame["pvalue"].iloc[0])
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return words.moran.format(year=year_names(frame["time"].to_numpy()[:1])[0], i=f"{round(i, 3) + 0.0:.3f}", p=shown)


def _points(frame: pd.DataFrame, named: dict[int, str], words: Words) -> tuple[list[Any], list[str]]:
    """Legend: clusters as points, and the line of slope I."""
    found = [c for c in ORDER if c in set(frame["cluster"])]
    handles: list[Any] = [Line2D([], [], linestyle="none", **_look(c, 4.0)) for c in found]
    return [*handles, Line2D([], [], color=INK, linewidth=1.0)], [*(named.get(c, "") for c in found), words.slope]


def _look(cluster: int, size: float) -> dict[str, Any]:
    colour = "white" if cluster == NONE else COLOURS[cluster]
    edge = GREY if cluster == NONE else INK
    return {"marker": "o", "markersize": size, "color": colour, "markeredgecolor": edge, "markeredgewidth": 0.4}


def _scatter_page(frame: pd.DataFrame, corners: list[str], named: dict[int, str], words: Words, whole: float) -> Figure:
    """The page: panels side by side on the same axes, the legend below."""
    times, marks = list(frame["time"].unique()), _marks(frame)
    across = 1 if whole < 100 else {1: 1, 2: 2, 4: 2}.get(len(times), 3)
    down = -(-len(times) // across)
    left = 5.6 + widest([f"{m:g}" for m in marks[1]])
    side = min((whole - across * (left + RIGHT)) / across, 104.0)
    tall = 0.86 * side
    handles, names = _points(frame, named, words)
    names = [shorten(n, whole - 12, TEXT) for n in names]
    shape = columns_for(names, whole - 2, len(names))
    over = down * (HEAD + tall + FOOT)
    figure = page(whole, over + -(-len(names) // shape) * (LINE + 0.6) + 2.2)
    for k, time in enumerate(times):
        row, column = divmod(k, across)
        at = column * (left + side + RIGHT) + left, row * (HEAD + tall + FOOT) + HEAD
        axes = place(figure, *at, side, tall)
        own = frame[frame["time"] == time].reset_index(drop=True)
        _scatter(axes, own, marks, corners, words)
        headed(axes, _said(own, words))
    height = figure.get_figheight() * MM
    where = {"loc": "upper left", "bbox_to_anchor": (min(left, 5.0) / whole, 1 - (over + 1.0) / height)}
    legend(figure, handles, names, ncols=shape, **where)
    return figure


def _scatter(
    axes: Axes, frame: pd.DataFrame, marks: tuple[list[float], list[float]], corners: list[str], words: Words
) -> None:
    """One year: quadrants, the line of slope I, points, names where there is room."""
    wide, tall = millimetres(axes)
    axes.set_xlim(marks[0][0], marks[0][-1])
    axes.set_ylim(marks[1][0], marks[1][-1])
    for line in (axes.axhline, axes.axvline):
        line(0, color=GREY, linewidth=0.5, linestyle=(0, (3, 2)), zorder=1)
    for axis, own, room in ((axes.xaxis, marks[0], wide), (axes.yaxis, marks[1], tall)):
        shown = [f"{m:g}" for m in own]
        kept = thinned(shown, room / (len(shown) - 1))
        ticks(axis, [own[k] for k in kept], [shown[k] for k in kept])
    titled(axes, shorten(words.standardised, wide, TEXT), x=True)
    titled(axes, shorten(words.lag, tall, TEXT), x=False)
    paper = Paper(wide, tall)
    points = frame[["standardised", "lag"]].to_numpy(dtype="f8")
    there = np.isfinite(points).all(axis=1)
    low, scale = (
        np.array([marks[0][0], marks[1][0]]),
        np.array([wide, tall]) / [marks[0][-1] - marks[0][0], marks[1][-1] - marks[1][0]],
    )
    at, size = (points[there] - low) * scale, 4.0 if len(frame) <= 60 else 3.0 if len(frame) <= 150 else 2.2
    radius = 0.5 * size / 72 * MM
    for x, y in at:
        paper.take(x, y, radius + 0.5, radius + 0.5)
    _cornered(axes, corners, paper, wide, tall)
    slope = float(frame["moran"].iloc[0])
    if np.isfinite(slope):
        reach = np.array(marks[0])[[0, -1]]
        axes.plot(reach, slope * reach, color=INK, linewidth=1.0, zorder=2)
        for t in np.linspace(reach[0], reach[1], int(wide)):
            paper.trace((t - low[0]) * scale[0], (slope * t - low[1]) * scale[1])
    for cluster in ORDER[::-1]:
        mine = there & (frame["cluster"].to_numpy() == cluster)
        axes.plot(*points[mine].T, linestyle="none", clip_on=False, zorder=3, **_look(cluster, size))
    units = frame[there].reset_index(drop=True)
    far = np.abs(points[there]).sum(axis=1) + 100 * (units["cluster"].to_numpy() != NONE)
    order = np.argsort(-far, kind="stable")[: 3 * NAMED].tolist()
    named = [shorten(str(units["name"][k]), 0.3 * wide) for k in order]
    behind: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.2}
    for put in beside(paper, at, order, named, radius, NAMED):
        spot = np.array([put.x, put.y]) / scale + low
        axes.text(spot[0], spot[1], put.name, fontsize=SMALL, va="center", zorder=2.5, parse_math=False, bbox=behind)


def _cornered(axes: Axes, corners: list[str], paper: Paper, wide: float, tall: float) -> None:
    """Names of the quadrants in the corners of the panel: HH, LH, LL, HL."""
    behind: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.8}
    for name, (x, y) in zip(corners, ((1, 1), (0, 1), (0, 0), (1, 0)), strict=False):
        axes.annotate(name, (x, y), (-2.5 if x else 2.5, -2.5 if y else 2.5), xycoords="axes fraction", color=GREY,
                      textcoords="offset points", fontsize=TEXT, ha="right" if x else "left",
                      va="top" if y else "bottom", parse_math=False, zorder=2.4, bbox=behind)  # fmt: skip
        half = 0.5 * widest([name], TEXT) + 0.6
        paper.take(wide - half - 0.6 if x else half + 0.6, tall - 2.0 if y else 2.0, half, 1.8)
