"""The web of a radar: rings, spokes and arcs, and what a legend says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

from accord.plot.frames import year_names
from accord.plot.layout import LINE, marked, millimetres
from accord.plot.style import DEGREES, INK, SMALL, Words, subsystem_colours
from accord.plot.typeface import printable

PALE = "#cccccc"
AWAY, ARC = 1.6, 0.7
"""How far outside the outer ring names and the arcs of the subsystems stand, in mm."""
STYLES: tuple[Any, ...] = ("-", (0, (3.5, 1.4)), (0, (1.2, 1)), (0, (5, 1.2, 1, 1.2)))
"""Lines of the years, from the last to the first."""


@dataclass(frozen=True)
class Web:
    """What every radar shares: names at the spokes, their subsystems, rings, the years' names and looks."""

    names: list[str]
    owners: list[str]
    rings: list[float]
    years: list[str]
    colours: list[str]

    @property
    def angles(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Directions of the spokes, clockwise from the top."""
        return np.asarray(np.pi / 2 - 2 * np.pi * np.arange(len(self.names)) / len(self.names))


def web_of(frame: pd.DataFrame, language: str) -> Web:
    """The web that the frame of `radar` is drawn on."""
    spokes = frame.drop_duplicates("dimension")
    years = year_names(frame["time"].unique())
    shades = np.linspace(0.1, 0.72, len(years))[::-1] if len(years) > 1 else [0.1]
    return Web(
        names=printable(spokes["dimension"], language), owners=printable(spokes["subsystem"], language),
        rings=[m for m in marked([0.0, *frame["mean"]], 5) if m > 0], years=years,
        colours=[to_hex(c) for c in matplotlib.colormaps[DEGREES](shades)],
    )  # fmt: skip


def year_entries(web: Web) -> list[tuple[Line2D, str]]:
    """Legend of the years: the last is a full line, the earlier ones are broken."""
    return [
        (Line2D([], [], color=c, linestyle=s, linewidth=1.2), y)
        for y, c, s in zip(web.years, web.colours, STYLES[: len(web.years)][::-1], strict=True)
    ]


def arc_entries(web: Web) -> list[tuple[Line2D, str]]:
    """Legend of the arcs, where there are several subsystems."""
    names = list(dict.fromkeys(web.owners))
    colours = subsystem_colours(len(names))
    return (
        [(Line2D([], [], color=c, linewidth=2), n) for c, n in zip(colours, names, strict=True)]
        if len(names) > 1
        else []
    )


def ring_entries(web: Web, words: Words) -> list[tuple[Line2D, str]]:
    """Legend of the rings: what is measured, and where they stand."""
    said = words.rings.format(rings=", ".join(f"{r:g}" for r in web.rings))
    return [(Line2D([], [], color=PALE, linewidth=0.6), said)]


def spun(axes: Axes, values: Any, web: Web, spokes: list[str], radius: float, centre: tuple[float, float]) -> None:
    """One radar, in mm: rings and spokes, arcs of the subsystems, names around, the years on top."""
    wide, tall = millimetres(axes)
    axes.set_xlim(0, wide)
    axes.set_ylim(0, tall)
    axes.set_axis_off()
    x, y = np.cos(web.angles), np.sin(web.angles)
    for ring in web.rings:
        r = radius * ring / web.rings[-1]
        axes.plot(*_closed(centre, r * x, r * y), color=PALE, linewidth=0.6, zorder=1)
    for k in range(len(x)):
        axes.plot([centre[0], centre[0] + radius * x[k]], [centre[1], centre[1] + radius * y[k]], color=PALE,
                  linewidth=0.6, zorder=1)  # fmt: skip
    _arcs(axes, web, radius + ARC, centre)
    for k, name in enumerate(spokes):
        side = 0 if abs(x[k]) < 0.2 else 1 if x[k] > 0 else -1
        end = 0 if abs(y[k]) < 0.8 else 1 if y[k] > 0 else -1
        place = [centre[0] + (radius + AWAY) * x[k], centre[1] + (radius + AWAY) * y[k]]
        if side and not end:  # its corner, too, stays outside the arcs
            corner = max(abs(y[k]) * (radius + AWAY) - 0.5 * LINE * len(name.split("\n")), 0.0)
            place[0] = centre[0] + side * max(
                abs(place[0] - centre[0]), np.sqrt((radius + 2 * ARC) ** 2 - corner**2) + 0.3
            )
        axes.text(place[0], place[1], name, ha={0: "center", 1: "left", -1: "right"}[side], color=INK, fontsize=SMALL, linespacing=1.0,
                  va={0: "center", 1: "bottom", -1: "top"}[end], parse_math=False)  # fmt: skip
    for own, (line, _) in zip(values, year_entries(web), strict=True):
        r = radius * own / web.rings[-1]
        axes.plot(*_closed(centre, r * x, r * y), color=line.get_color(), linestyle=line.get_linestyle(), linewidth=1.2,
                  zorder=3)  # fmt: skip


def _arcs(axes: Axes, web: Web, radius: float, centre: tuple[float, float]) -> None:
    """An arc outside the spokes of each subsystem, where there are several."""
    names = list(dict.fromkeys(web.owners))
    half = np.pi / len(web.owners)
    for name, colour in zip(names, subsystem_colours(len(names)), strict=True):
        for k, owner in enumerate(web.owners):
            if owner == name and len(names) > 1:
                a = np.linspace(web.angles[k] - 0.9 * half, web.angles[k] + 0.9 * half, 12)
                axes.plot(centre[0] + radius * np.cos(a), centre[1] + radius * np.sin(a), color=colour, linewidth=1.4,
                          solid_capstyle="butt", zorder=2)  # fmt: skip


def _closed(centre: tuple[float, float], x: Any, y: Any) -> tuple[Any, Any]:
    return centre[0] + np.append(x, x[0]), centre[1] + np.append(y, y[0])
