"""Outlines of places on paper: an equal-area projection, rings in millimetres, a scale bar and a north arrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import floor, log10
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from accord.plot.layout import LINE, width
from accord.plot.style import INK, SMALL

Floats = NDArray[np.float64]
RADIUS = 6371.0072
"""Radius in km of the sphere that has the area of the earth."""
STEP = 0.05
"""Distance in mm that print does not tell apart: half a line's width."""
EDGE = 0.3
"""Room in mm around the outlines for half a line."""
STRETCHED = 1.25
"""Scale in one direction, against that of the map, up to which a scale bar means something."""


@dataclass(frozen=True)
class Shape:
    """A place on the sheet, in mm: its outline, the unit it is (empty where none), the label in it."""

    place: str
    unit: str
    outline: Path
    label: str = ""
    at: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Chart:
    """What all panels of a figure draw, in mm: size, shapes, titles of groups, km that a mm stands for (0: none)."""

    make: Callable[[], list[Shape]]
    """Makes the shapes, once the chart is chosen."""
    wide: float
    tall: float
    km: float = 0.0
    titles: list[tuple[float, float, str]] = field(default_factory=list)
    told: int = 2
    """2 where every label is whole, 1 where some are cut, 0 where there are none."""
    ordered: bool = False
    """Places stand in the order of the data, not where they lie."""
    room: float = np.inf
    """Width for a label; wider ones are cut."""

    @cached_property
    def shapes(self) -> list[Shape]:
        """The places, those to be drawn first before the others."""
        return self.make()


def albers(lon: Any, lat: Any) -> tuple[Floats, Floats, float]:
    """Albers' equal-area conic projection of degrees onto km.

    The standard parallels stand a sixth of the extent from its ends; the middle of the extent points
    north. Also returned is how much the scale is stretched in one direction at most.

    Snyder (1987), Map projections: a working manual, pp. 98-103, https://doi.org/10.3133/pp1395.

    Examples
    --------
    >>> x, y, stretched = albers([100, 110, 105], [30, 30, 40])
    >>> x.round(1).tolist(), round(stretched, 3)
    ([-482.3, 482.3, 0.0], 1.002)
    """
    dx = np.radians(_unrolled(np.asarray(lon, dtype="f8")))
    phi = np.radians(np.asarray(lat, dtype="f8"))
    low, high = float(phi.min()), float(phi.max())
    first, second = low + (high - low) / 6, high - (high - low) / 6
    n = (np.sin(first) + np.sin(second)) / 2
    if abs(n) < 1e-3:  # symmetric about the equator: the cone is a cylinder
        scale = np.cos(first) / np.cos([low, high])
        x, y = dx * np.cos(first), np.sin(phi) / np.cos(first)
    else:
        c = np.cos(first) ** 2 + 2 * n * np.sin(first)
        rho, middle = (np.sqrt(np.maximum(c - 2 * n * np.sin(p), 0)) / n for p in (phi, (low + high) / 2))
        scale = np.sqrt(np.maximum(c - 2 * n * np.sin([low, high]), 0)) / np.cos([low, high])
        x, y = rho * np.sin(n * dx), middle - rho * np.cos(n * dx)
    stretched = np.maximum(scale, 1 / np.maximum(scale, 1e-9)).max()
    return RADIUS * x, RADIUS * y, float(stretched)


def outline_charts(outlines: xr.Dataset) -> Callable[[float], Chart]:
    """Charts of outlines joined to units, by their width in mm."""
    x, y, stretched = albers(outlines["lon"].values, outlines["lat"].values)
    x, y = x - x.min(), y - y.min()
    lengths, of = outlines["size"].values, outlines["place_of_ring"].values.tolist()
    names, units = (outlines[v].values.astype(str) for v in ("name", "unit"))

    def shapes(km: float) -> list[Shape]:
        at = np.split(np.column_stack([x, y]) / km + EDGE, np.cumsum(lengths)[:-1])
        rings: dict[int, list[Floats]] = {}
        for place, ring in zip(of, at, strict=True):
            rings.setdefault(place, []).append(ring)
        large_first = sorted(rings, key=lambda p: -sum(_area(r) for r in rings[p]))
        return [Shape(names[p], units[p], _path(rings[p])) for p in large_first]

    def chart(wide: float) -> Chart:
        km = float(x.max()) / (wide - 2 * EDGE)
        tall = float(y.max()) / km + 2 * EDGE
        return Chart(lambda: shapes(km), wide, tall, km if stretched <= STRETCHED else 0.0)

    return chart


def scale_bar(axes: Axes, right: float, bottom: float, chart: Chart) -> float:
    """North arrow and scale bar in axes that count mm, ending at `right`; returns their width.

    North is up along the middle of the map; the bar is true on the standard parallels.
    """
    if not chart.km:
        return 0.0
    km = round_below(chart.km * min(0.4 * chart.wide, 32))
    long, high = km / chart.km, 0.9
    left = right - long - width(f"{km:g} km") / 2 - 0.2
    for k, colour in enumerate((INK, "white")):
        at = (left + k * long / 2, bottom + LINE + 0.5)
        axes.add_patch(Rectangle(at, long / 2, high, facecolor=colour, edgecolor=INK, linewidth=0.4, clip_on=False))
    for x, text in ((left, "0"), (left + long, f"{km:g} km")):
        axes.text(x, bottom + LINE, text, ha="center", va="top", fontsize=SMALL, color=INK, clip_on=False)
    x, y = left - 5, bottom + 0.4
    for side, colour in ((-1, INK), (1, "white")):
        tip = [(x, y + 4.6), (x + side * 1.4, y), (x, y + 1.1)]
        axes.add_patch(Polygon(tip, facecolor=colour, edgecolor=INK, linewidth=0.4, joinstyle="miter", clip_on=False))
    axes.text(x, y + 5, "N", ha="center", va="bottom", fontsize=SMALL, color=INK, clip_on=False)
    return right - x + 1.4


def round_below(value: float) -> float:
    """The greatest of 1, 2, 5, 10, 20, ... that is not above `value`.

    Examples
    --------
    >>> round_below(870), round_below(1.9)
    (500.0, 1.0)
    """
    ten = 10.0 ** floor(log10(value))
    return float(max(m for m in (1, 2, 5) if m * ten <= value * (1 + 1e-12)) * ten)


def _unrolled(lon: Floats) -> Floats:
    """Degrees from the middle of the smallest arc that holds all longitudes, across 180 too."""
    around = np.unique(np.append(lon % 360, lon.min() % 360))
    gaps = np.diff(np.append(around, around[0] + 360))
    widest = int(gaps.argmax())
    middle = around[widest] + gaps[widest] / 2 + 180 if gaps[widest] > 15 else (lon.min() + lon.max()) / 2
    away = lon - middle
    away -= 360 * np.round(away / 360)
    out: Floats = np.where(np.isclose(np.abs(away), 180), np.copysign(180, lon - middle), away)
    return out


def _path(rings: Iterable[Floats]) -> Path:
    """One outline of all rings, without steps and islets too small to be seen; never nothing."""
    kept = [thin for ring in rings if len(thin := _thinned(ring)) > 2] or [max(rings, key=len)]
    vertices = np.concatenate([np.vstack([ring, ring[:1]]) for ring in kept])
    codes = [np.array([Path.MOVETO, *[Path.LINETO] * (len(r) - 1), Path.CLOSEPOLY], Path.code_type) for r in kept]
    return Path(vertices, np.concatenate(codes))


def _thinned(ring: Floats) -> Floats:
    """The corners that a line through the others would miss by more than `STEP` (Douglas and Peucker 1973)."""
    at = np.round(ring / STEP * 4) / 4 * STEP
    at = at[(at != np.roll(at, 1, axis=0)).any(axis=1)]
    if len(at) < 4:
        return ring[:0] if len(at) < 3 else at.astype("f8")
    start = np.lexsort(at.T)[0]
    line = np.vstack([np.roll(at, -start, axis=0), at[start]])
    far = int(np.hypot(*(line - line[0]).T).argmax())
    kept, spans = {0, far}, [(0, far), (far, len(line) - 1)]
    while spans:
        i, k = spans.pop()
        (x, y), between = line[k] - line[i], line[i + 1 : k] - line[i]
        away = np.abs(x * between[:, 1] - y * between[:, 0]) / max(np.hypot(x, y), 1e-9)
        if away.size and away.max() > STEP:
            middle = i + 1 + int(away.argmax())
            kept.add(middle)
            spans += [(i, middle), (middle, k)]
    corners: Floats = line[sorted(kept)]
    return corners


def _area(ring: Floats) -> float:
    x, y = (ring - ring[0]).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
