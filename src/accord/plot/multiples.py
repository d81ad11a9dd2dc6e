"""Small multiples of maps: a chart for each of several years on one page, with legend and scale below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from accord.errors import NotDrawn
from accord.plot.degrees import colour_scale
from accord.plot.layout import LINE, MM, columns_for, legend, legend_width, page, place, shorten, shortened
from accord.plot.outlines import Chart, scale_bar
from accord.plot.panels import headed
from accord.plot.style import GREY, INK, SMALL, TALLEST, TEXT, Words, ink_on

Draft = Callable[[float, float], Chart]
"""A chart for a panel of at most this width and height in mm."""
HATCH: dict[str, Any] = {"facecolor": "white", "edgecolor": "#b3b3b3", "hatch": "///////", "linewidth": 0.0}
"""How a place without data looks."""
TITLE, GAP, FLOOR = 4.2, 2.5, 8.5
"""Heights in mm of a year, of the space between maps, of a scale below them."""
GOOD, WIDEST, NARROWEST = 140, 120.0, 16.0
"""Height in mm that maps take where they can choose; widths that a map may have."""
FILLED = 0.7
"""Share of the page's width that maps should fill."""
SCALE, BAR = 46.0, 50.0
"""Widths in mm of the scale of distance with its arrow, and of a colour scale."""


@dataclass(frozen=True)
class Fill:
    """How values become colours: the colour of each, legend entries or a colour scale."""

    colours: dict[tuple[Any, str], str]
    """By year and unit; units without a value are not there."""
    handles: list[Patch]
    names: list[str]
    scale: ScalarMappable | None = None


def map_page(years: list[str], times: list[Any], draft: Draft, fill: Fill, words: Words, whole: float) -> Figure:
    """The page: maps in rows, below them the scale of distance and the legend."""
    foot = Foot.of(fill, whole, measured=draft(whole, TALLEST).km > 0)
    columns, chart = arranged(len(years), draft, whole, foot.tall)
    if chart.ordered and not chart.told:
        foot = replace(foot, note=words.in_order.format(n=len(chart.shapes)))
        columns, chart = arranged(len(years), draft, whole, foot.tall)
    rows = -(-len(years) // columns)
    height = rows * (TITLE + chart.tall) + (rows - 1) * GAP + foot.tall
    figure = page(whole, height)
    left = (whole - columns * chart.wide - (columns - 1) * GAP) / 2
    for k, (year, time) in enumerate(zip(years, times, strict=True)):
        top = k // columns * (TITLE + chart.tall + GAP) + TITLE
        axes = place(figure, left + k % columns * (chart.wide + GAP), top, chart.wide, chart.tall)
        draw_map(axes, chart, time, fill)
        headed(axes, year)
    _draw_foot(figure, foot, fill, chart, max(left, 1.0), words)
    return figure


@dataclass(frozen=True)
class Foot:
    """What stands below the maps: scale and arrow on the right, the legend left of them where it has room."""

    names: list[str]
    shape: int
    """Columns of the legend."""
    room: float
    """Width in mm for the legend."""
    measured: bool
    bar: bool
    note: str = ""

    @classmethod
    def of(cls, fill: Fill, whole: float, *, measured: bool) -> Foot:
        room = whole - 2 - (SCALE if measured and whole > 100 else 0)
        left = room - (BAR + 6 if fill.scale is not None else 0)
        names = [shorten(n, left - 6, TEXT) for n in fill.names]
        return cls(names, columns_for(names, left, len(names)) if names else 1, room, measured, fill.scale is not None)

    @property
    def key(self) -> float:
        """Height of the legend in mm, with the note above it."""
        rows = -(-len(self.names) // self.shape) + bool(self.note)
        return max(rows * (LINE + 0.6), 9.5 if self.bar else 0)

    @property
    def stacked(self) -> bool:
        """Whether the legend stands below the scale of distance."""
        return self.measured and self.room < 100

    @property
    def tall(self) -> float:
        """Height of the whole in mm."""
        return 2.5 + (FLOOR + 0.5 + self.key if self.stacked else max(self.key, FLOOR if self.measured else 0))


def _draw_foot(figure: Figure, foot: Foot, fill: Fill, chart: Chart, left: float, words: Words) -> None:
    whole, height = (s * MM for s in figure.get_size_inches())
    top = height - foot.tall + 1.5
    if foot.measured:
        axes = place(figure, 0, top, whole, FLOOR)
        blank(axes, whole, FLOOR)
        scale_bar(axes, whole - left, 0.2, chart)
        top += FLOOR + 0.5 if foot.stacked else 0
    if foot.note:
        figure.text(left / whole, 1 - top / height, foot.note, fontsize=SMALL, color=INK, va="top")
        top += LINE + 0.6
    if fill.scale is not None:
        bar = place(figure, left + 2, top, BAR, 2.2)
        figure.colorbar(fill.scale, cax=bar, orientation="horizontal")
        colour_scale(bar, fill.scale, words, BAR)
    start = left + BAR + 8 if foot.bar else min(left, whole - 1 - legend_width(foot.names, foot.shape))
    at = (start / whole, 1 - top / height)
    legend(figure, fill.handles, foot.names, ncols=foot.shape, loc="upper left", bbox_to_anchor=at)


def arranged(n: int, draft: Draft, whole: float, foot: float) -> tuple[int, Chart]:
    """Columns and the chart of each panel: labels whole where they can be, maps as large as a good height lets them.

    Raises
    ------
    InputError
        If so many maps do not fit a page.
    """
    first: tuple[tuple[float, ...], int, Chart] | None = None
    for limit in (*range(GOOD, int(TALLEST), 20), TALLEST):
        tries: list[tuple[tuple[float, ...], int, Chart]] = []
        for columns in range(1, n + 1):
            rows = -(-n // columns)
            wide = min((whole - 2 - (columns - 1) * GAP) / columns, WIDEST)
            tall = (limit - foot - (rows - 1) * GAP) / rows - TITLE
            if rows * (columns - 1) >= n or wide < NARROWEST or tall < 6:
                continue
            chart = draft(wide, tall)
            if chart.tall > tall + 0.01 or chart.wide < NARROWEST:
                continue
            filled = chart.wide * columns + (columns - 1) * GAP > FILLED * whole
            even = n > 4 or rows * columns == n
            rank = (chart.told, filled, even, -rows * chart.tall if chart.ordered else chart.wide)
            tries.append((rank, columns, chart))
        best = max(tries, key=lambda t: t[0], default=None)
        if best is not None and first is None:
            first = best
        if best is not None and best[0][0]:
            return best[1], best[2]
    if first is None:
        raise NotDrawn(
            f"{n} maps do not fit a page: name fewer, as in years=[...]",
            f"一页容不下 {n} 幅地图：请减少年份，如 years=[...]",
        )
    return first[1], first[2]


def draw_map(axes: Axes, chart: Chart, time: Any, fill: Fill) -> None:
    """One map: places in the colours of their units, those without hatched, labels inside."""
    blank(axes, chart.wide, chart.tall)
    colours = [fill.colours.get((time, shape.unit)) for shape in chart.shapes]
    edge = 0.25 if len(chart.shapes) <= 400 else 0.1
    for hatched in (True, False):
        kept = [(s.outline, c) for s, c in zip(chart.shapes, colours, strict=True) if (c is None) is hatched]
        if not kept:
            continue
        outlines, line = [o for o, _ in kept], "white" if fill.scale is not None and not hatched else GREY
        if hatched:
            axes.add_collection(PathCollection(outlines, **HATCH), autolim=False)
        inside = "none" if hatched else [c for _, c in kept]
        axes.add_collection(PathCollection(outlines, facecolor=inside, edgecolor=line, linewidth=edge), autolim=False)
    labels = shortened([shape.label for shape in chart.shapes], chart.room)
    for shape, colour, label in zip(chart.shapes, colours, labels, strict=True):
        if label:
            axes.text(*shape.at, label, fontsize=SMALL, color=ink_on(colour or "white"), ha="center",
                      va="center_baseline", parse_math=False)  # fmt: skip
    for x, y, title in chart.titles:
        axes.text(x, y, title, fontsize=SMALL, color=INK, va="bottom", parse_math=False)


def blank(axes: Axes, wide: float, tall: float) -> None:
    """Axes that count mm and show nothing of their own."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlim(0, wide)
    axes.set_ylim(0, tall)
    axes.set_axis_off()
