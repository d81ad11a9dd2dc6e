"""Figure of the weighted mean centre: ellipses of the first and the last year on a map, and the path between."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path
from numpy.typing import NDArray

from accord.errors import InputError, NotDrawn
from accord.plot.frames import language_of, names_of, table_of, year_names
from accord.plot.layout import (
    LINE,
    MM,
    columns_for,
    legend,
    marked,
    page,
    place,
    shorten,
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.multiples import blank
from accord.plot.naming import TALL as LETTERS
from accord.plot.naming import Paper, Placed, beside
from accord.plot.outlines import STRETCHED, Chart, albers, scale_bar
from accord.plot.panels import headed
from accord.plot.sites import outlines_of
from accord.plot.style import DEGREES, GREY, INK, SMALL, SUBSYSTEMS, TEXT, Size, Words, drawing, width_of
from accord.plot.typeface import printable

FIRST, LAST = SUBSYSTEMS[5], SUBSYSTEMS[0]
LAND, UNIT = "#f2f2f2", "#8c8c8c"
HEAD, FLOOR, RIGHT = 5.0, 9.0, 3.0
PATH_FOOT = 9.0
NAMED = 60
NEAR, FURTHER = 0.8, (2.5, 4.5, 7.0, 10.0)
"""Room in mm between a point of the path and the name of its year; for the first year and the last more, at need."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """The map in km of an equal-area plane: outlines, units, centres (time, 2), ellipses of two years (2, point, 2)."""

    rings: list[Floats]
    units: Floats
    centres: Floats
    ellipses: Floats
    stretched: float

    @property
    def box(self) -> tuple[Floats, Floats]:
        """Lowest and highest x and y of everything."""
        every = np.concatenate([*self.rings, self.units, self.centres, *self.ellipses])
        return every.min(axis=0), every.max(axis=0)


def centre_path(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    boundaries: xr.Dataset | None = None,
) -> Figure | pd.DataFrame:
    """Mean centre weighted by D: ellipses of the first and the last year on a map, and the path of the centre in km.

    Parameters
    ----------
    result
        A study or its saved tree, with tables `centre`, `centre_ellipse` and `centre_units`.
    ax
        Not taken: the figure has two panels of its own.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn instead of the figure: time, x, y (km east and north of the middle of the
        units), longitude, latitude, shift_km.
    size
        "double" for 174 mm, "single" for 84 mm.
    boundaries
        Outlines from `read_boundaries`; those of the study by default. Without any, units are points.

    Raises
    ------
    InputError
        If there is one year only, or `ax` is given.

    Notes
    -----
    The map stands in Albers' equal-area projection.
    """
    table = table_of(result, "centre", "x", "y", "longitude", "latitude")
    chosen, whole = language_of(result, language), width_of(size)
    columns: list[str] = ["time", "x", "y", "longitude", "latitude", "shift_km"]
    frame = table[columns[1:]].to_dataframe().reset_index()[columns]
    if data:
        return frame
    if ax is not None:
        raise InputError("centre_path has two panels of its own: leave ax out")
    if len(frame) < 2:
        year = year_names(frame["time"])[0]
        raise NotDrawn(
            f"centre_path runs over years and this study has one ({year})",
            f"centre_path 按年份绘制，而本研究仅有一年（{year}）",
        )
    units = table_of(result, "centre_units", "longitude", "latitude")
    outlines = outlines_of(result, units, boundaries)
    ground = _ground(frame, units, table_of(result, "centre_ellipse", "longitude", "latitude"), outlines)
    with drawing(chosen) as words:
        names = [] if outlines is not None else printable(names_of(units, chosen).values(), chosen)
        return _page(frame, ground, names, words, whole)


def _ground(frame: pd.DataFrame, units: xr.Dataset, ellipses: xr.Dataset, outlines: xr.Dataset | None) -> Ground:
    """Everything of the map in one projection."""
    ends = ellipses.transpose("time", "point").isel(time=[0, -1])
    parts: list[Any] = [units, frame, *(ends.isel(time=i) for i in (0, 1))]
    at = [np.column_stack([p["longitude"].to_numpy(), p["latitude"].to_numpy()]).astype("f8") for p in parts]
    sizes: list[int] = []
    if outlines is not None:
        at.append(np.column_stack([outlines["lon"].values, outlines["lat"].values]).astype("f8"))
        sizes = outlines["size"].values.tolist()
    x, y, stretched = albers(*np.concatenate(at).T)
    km = np.split(np.column_stack([x, y]), np.cumsum([len(a) for a in at])[:-1])
    rings = np.split(km[4], np.cumsum(sizes)[:-1]) if sizes else []
    return Ground(rings, km[0], km[1], np.stack(km[2:4]), stretched)


def _page(frame: pd.DataFrame, ground: Ground, names: list[str], words: Words, whole: float) -> Figure:
    """The page: the map, the path beside it or below, the legend under both."""
    years = year_names(frame["time"])
    (x0, y0), (x1, y1) = ground.box
    aside = whole > 100
    marks = _marks(frame)
    left = 6.0 + widest([f"{m:g}" for m in marks[1]])
    path = 0.33 * whole if aside else whole - left - RIGHT
    wide = whole - left - path - RIGHT - 4 if aside else whole - 2
    pad = 1.5
    km = max((x1 - x0) / (wide - 2 * pad), (y1 - y0) / (110 - 2 * pad))
    tall = (y1 - y0) / km + 2 * pad
    put = _named(frame, years, marks, path)
    handles, entries = _key(years, bool(names), words)
    if len(years) > 2:
        handles.append(Line2D([], [], linestyle="none", marker="o", markersize=2.6, color=GREY))
        entries.append(words.between_years if len(put) == len(years) else words.some_years)
    entries = [shorten(e, whole - 10, TEXT) for e in entries]
    shape = columns_for(entries, whole - 2, len(entries))
    key = -(-len(entries) // shape) * (LINE + 0.6) + 2
    body = max(HEAD + tall + FLOOR, HEAD + path + PATH_FOOT) if aside else 2 * HEAD + tall + FLOOR + path + PATH_FOOT
    figure = page(whole, body + key)
    chart = Chart(list, wide, tall, km if ground.stretched <= STRETCHED else 0.0)
    axes = place(figure, 1, HEAD, wide, tall)
    _map(axes, ground, (wide, tall, km), np.array([x0, y0]) - pad * km, names)
    headed(axes, words.ellipses)
    foot = place(figure, 1, HEAD + tall, wide, FLOOR)
    blank(foot, wide, FLOOR)
    scale_bar(foot, wide - 2, 0.6, chart)
    at = (1 + wide + 3 + left, HEAD) if aside else (left, 2 * HEAD + tall + FLOOR)
    axes = place(figure, at[0], at[1], path, path)
    _path(axes, frame, put, marks, path, words)
    headed(axes, words.path)
    height = figure.get_figheight() * MM
    where = {"loc": "upper left", "bbox_to_anchor": (2 / whole, 1 - (body + 0.8) / height)}
    legend(figure, handles, entries, ncols=shape, **where)
    return figure


def _key(years: list[str], points: bool, words: Words) -> tuple[list[Any], list[str]]:
    """Legend: both ellipses with their centres, and the units where they are points."""
    ends: list[tuple[str, str, Any, str]] = [(FIRST, "white", (0, (4, 2)), years[0]), (LAST, LAST, "-", years[-1])]
    handles: list[Any] = [Line2D([], [], color=c, linestyle=s, linewidth=1.2) for c, _, s, _ in ends]
    entries = [words.ellipse.format(year=y) for *_, y in ends]
    for colour, face, _, year in ends:
        handles.append(Line2D([], [], linestyle="none", **_look(colour, face)))
        entries.append(words.centre.format(year=year))
    if points:
        handles.append(Line2D([], [], linestyle="none", marker="o", markersize=2.0, color=UNIT))
        entries.append(words.units)
    return handles, entries


def _look(colour: str, face: str) -> dict[str, Any]:
    return {
        "marker": "o",
        "markersize": 4.0,
        "markerfacecolor": face,
        "markeredgecolor": colour,
        "markeredgewidth": 1.0,
    }


def _map(axes: Axes, ground: Ground, sheet: tuple[float, float, float], corner: Floats, names: list[str]) -> None:
    """Outlines or unit points, ellipses, centres; names of units where there is room.

    `sheet` is the width and height of the map in mm, and the km that a mm stands for.
    """
    wide, tall, km = sheet
    blank(axes, wide, tall)

    def mm(at: Floats) -> Floats:
        return np.asarray((at - corner) / km)

    if ground.rings:
        paths = [Path(mm(ring), closed=False) for ring in ground.rings]
        axes.add_collection(PathCollection(paths, facecolor=LAND, edgecolor="#b3b3b3", linewidth=0.25), autolim=False)
    ends, centres = mm(ground.ellipses), mm(ground.centres)
    for line, colour, dashes in zip(ends, (FIRST, LAST), ((0, (4, 2)), "-"), strict=True):
        axes.plot(*line.T, color=colour, linestyle=dashes, linewidth=1.2, zorder=2)
    for k, colour, face in ((0, FIRST, "white"), (-1, LAST, LAST)):
        axes.plot(*centres[k], linestyle="none", zorder=4, **_look(colour, face))
    if not names:
        return
    units = mm(ground.units)
    axes.plot(*units.T, linestyle="none", marker="o", markersize=2.0, color=UNIT, zorder=3, clip_on=False)
    paper = Paper(wide, tall)
    for x, y in units:
        paper.take(x, y, 0.7, 0.7)
    for x, y in centres[[0, -1]]:
        paper.take(x, y, 1.2, 1.2)
    for line in ends:  # a name keeps clear of the ellipses, points between their corners too
        for x, y in np.concatenate([line, (line[1:] + line[:-1]) / 2]):
            paper.take(x, y, 0.3, 0.3)
    for put in beside(paper, units, range(len(units)), names, 0.4, NAMED):
        axes.text(put.x, put.y, put.name, fontsize=SMALL, color=GREY, va="center", zorder=2.5, parse_math=False)


def _marks(frame: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Ticks of a square around the path: both axes in the same steps, over the same length."""
    x, y = (frame[v].to_numpy(dtype="f8") for v in ("x", "y"))
    half = 0.62 * max(np.ptp(x), np.ptp(y), 0.2)
    return tuple(marked([m - half, m + half], 5) for m in ((v.min() + v.max()) / 2 for v in (x, y)))  # type: ignore[return-value]


def _square(marks: tuple[list[float], list[float]]) -> tuple[Floats, float]:
    """Lower left corner of the panel of the path, and its sides, in km."""
    length = max(m[-1] - m[0] for m in marks)
    return np.array([(m[0] + m[-1] - length) / 2 for m in marks]), length


def _named(
    frame: pd.DataFrame, years: list[str], marks: tuple[list[float], list[float]], side: float
) -> list[tuple[Placed, int]]:
    """Names of the years in mm and their numbers: first and last, further off where need be, then those with room."""
    low, length = _square(marks)
    paper, at = Paper(side, side), (frame[["x", "y"]].to_numpy(dtype="f8") - low) / length * side
    for x, y in at:
        paper.take(x, y, 0.9, 0.9)
    for a, b in pairwise(at):
        for t in np.linspace(0, 1, 12):
            paper.trace(*(a + t * (b - a)))
    n, out = len(years), []
    for k in dict.fromkeys([0, n - 1, n // 2, n // 4, 3 * n // 4, *range(n)]):
        for away in (NEAR, *FURTHER) if k in (0, n - 1) else (NEAR,):
            if found := beside(paper, at, [k], [years[k]], away, 1):
                out.append((found[0], k))
                break
    return out


def _leader(point: Floats, put: Placed) -> Floats | None:
    """Where a line from a point meets a name that stands off, in mm; None where the name is beside it."""
    half = np.array([0.5 * widest([put.name]), 0.5 * LETTERS])
    middle = np.array([put.x + half[0], put.y])
    near = np.clip(point, middle - half, middle + half)
    return near if float(np.hypot(*(point - near))) > 2 * NEAR else None


def _path(
    axes: Axes,
    frame: pd.DataFrame,
    named: list[tuple[Placed, int]],
    marks: tuple[list[float], list[float]],
    side: float,
    words: Words,
) -> None:
    """The centre from year to year on axes of km, both at one scale; a line leads to a name that stands off."""
    points = frame[["x", "y"]].to_numpy(dtype="f8")
    low, length = _square(marks)
    axes.set_xlim(low[0], low[0] + length)
    axes.set_ylim(low[1], low[1] + length)
    axes.grid(color="#e6e6e6", linewidth=0.4)
    for axis, own in ((axes.xaxis, marks[0]), (axes.yaxis, marks[1])):
        shown = [f"{m:g}" for m in own]
        kept = thinned(shown, side * (own[1] - own[0]) / length)
        ticks(axis, [own[k] for k in kept], [shown[k] for k in kept])
    titled(axes, shorten(words.east, side, TEXT), x=True)
    titled(axes, shorten(words.north, side, TEXT), x=False)
    axes.plot(*points.T, color=GREY, linewidth=0.8, zorder=2)
    colours = [to_hex(c) for c in colormaps[DEGREES](np.linspace(0.1, 0.9, len(points)))]
    inner = slice(1, -1)
    axes.scatter(
        points[inner, 0],
        points[inner, 1],
        s=7,
        c=colours[inner],
        edgecolors=INK,
        linewidths=0.3,
        zorder=3,
        clip_on=False,
    )
    for k, colour, face in ((0, FIRST, "white"), (-1, LAST, LAST)):
        axes.plot(*points[k], linestyle="none", zorder=4, clip_on=False, **_look(colour, face))
    scale = length / side
    for put, k in named:
        spot = np.array([put.x, put.y]) * scale + low
        if (far := _leader((points[k] - low) / scale, put)) is not None:
            axes.plot(*np.array([points[k], far * scale + low]).T, color=INK, linewidth=0.4, zorder=1.5)
        axes.text(spot[0], spot[1], put.name, fontsize=SMALL, va="center", zorder=5, parse_math=False)
