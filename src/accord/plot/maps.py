"""Maps of the coordination stages: small multiples of polygons where boundaries are known, of tiles otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from accord.errors import InputError, nearest
from accord.plot.degrees import colour_scale, tenths
from accord.plot.frames import language_of, names_of, regions_of, table_of, year_names
from accord.plot.layout import (
    LINE,
    MM,
    columns_for,
    legend,
    legend_width,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    shortened,
    widest,
)
from accord.plot.outlines import Chart, outline_chart, scale_bar
from accord.plot.panels import headed
from accord.plot.sites import Shown, map_frame, outlines_of, sites_of, stage_names
from accord.plot.style import (
    DEGREES,
    GREY,
    INK,
    SMALL,
    TALLEST,
    TEXT,
    Size,
    Words,
    drawing,
    ink_on,
    stage_colours,
    width_of,
)
from accord.plot.tiles import country_tiles, grid_chart, tile_chart
from accord.plot.typeface import printable

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


def stage_maps(
    result: Any,
    *,
    years: Sequence[Any] | None = None,
    boundaries: xr.Dataset | None = None,
    variable: Shown = "stage",
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Maps of the coordination stage of each unit, one for each of some years.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `coordination`.
    years
        Which years; the first, the last and up to two evenly between by default.
    boundaries
        Outlines from `read_boundaries`; those of the study by default. Without any, units are tiles:
        China's provinces and the states of the US where they lie, others in the order of the data.
    variable
        "stage", or "coordination" for D itself on a continuous scale.
    ax
        Axes to draw one year into, the last by default; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn instead of the figure: time, place, unit, and stage with
        stage_name (0 where there is none) or coordination. A place that is no unit has an empty unit,
        a unit that is on no map an empty place.
    size
        "double" for 174 mm, "single" for 84 mm.

    Raises
    ------
    InputError
        If there is no such year, more maps than a page holds, `ax` is given for several years, or the
        boundaries are those of other units.

    Notes
    -----
    Polygons stand in Albers' equal-area projection, north up along the middle of the map. Places
    without data are hatched.
    """
    if variable not in get_args(Shown):
        raise InputError(f'unknown variable "{variable}"; {nearest(str(variable), get_args(Shown))}')
    table = table_of(result, "coordination", variable)
    chosen, whole = language_of(result, language), width_of(size)
    outlines = outlines_of(result, table, boundaries)
    asked = [None] if ax is not None and years is None else years
    frame = map_frame(table, variable, asked, sites_of(table, outlines), chosen)
    if data:
        return frame
    times = list(frame["time"].unique())
    if ax is not None and len(times) > 1:
        raise InputError(f"stage_maps draws a map for each year: with ax, name one, as in years=[{times[-1]}]")
    with drawing(chosen) as words:
        draft, fill = _draft(table, outlines, chosen), _fill(frame, table, chosen, words)
        if ax is None:
            return _map_page(year_names(times), times, draft, fill, words, whole)
        wide, tall = millimetres(ax)
        chart = draft(wide, tall)
        _draw(ax, chart, times[0], fill)
        ax.set_aspect("equal", anchor="W")
        headed(ax, year_names(times)[0])
        scale_bar(ax, chart.wide, -8.5, chart)
        if fill.scale is not None:
            bar = ax.figure.colorbar(
                fill.scale, ax=ax, orientation="horizontal", fraction=0.03, pad=0.1 + 10 / tall, aspect=40
            )
            colour_scale(bar.ax, fill.scale, words, wide)
        legend(ax, fill.handles[::-1], fill.names[::-1], loc="upper left", bbox_to_anchor=(1.02, 1))
        return sheet(ax)


def _draft(table: xr.Dataset, outlines: xr.Dataset | None, language: str) -> Draft:
    """How to lay the map into a panel: polygons, tiles of a country, or tiles in order."""
    if outlines is not None:
        return lambda wide, tall: _within(lambda w: outline_chart(outlines, w), wide, tall)
    units, shown = [str(u) for u in table["unit"].values], names_of(table, language)
    known = country_tiles(units, list(names_of(table, "zh").values()))
    if known is not None:
        country, tiles = known
        return lambda wide, tall: _within(lambda w: tile_chart(country, tiles, language, w), wide, tall)
    names, regions = printable(shown.values(), language), printable(regions_of(table), language)
    longest = widest(names)
    return lambda wide, tall: grid_chart(units, names, regions, longest, wide, tall)


def _within(chart: Callable[[float], Chart], wide: float, tall: float) -> Chart:
    """A chart of fixed shape in a panel of this size."""
    full = chart(wide)
    return full if full.tall <= tall else chart(wide * tall / full.tall - 0.4)


def _fill(frame: pd.DataFrame, table: xr.Dataset, language: str, words: Words) -> Fill:
    """Colours of the values in the frame, and what the legend says of them."""
    drawn = frame[frame["place"] != ""]
    keys = list(zip(drawn["time"], drawn["unit"], strict=True))
    hatched = ([Patch(**HATCH | {"linewidth": 0.3})], [words.no_data])
    if "coordination" in frame:
        values = drawn["coordination"].to_numpy(dtype="f8")
        scale = ScalarMappable(Normalize(*tenths(values)), DEGREES)
        there = np.isfinite(values)
        colours = [to_hex(c) for c in scale.to_rgba(np.nan_to_num(values))]
        handles, names = hatched if not there.all() else ([], [])
        return Fill({k: c for k, c, t in zip(keys, colours, there, strict=True) if t}, handles, names, scale)
    every = stage_names(table, language)
    palette = stage_colours(len(every))
    found = sorted(s for s in drawn["stage"].unique() if s)
    handles = [Patch(facecolor=palette[s - 1], edgecolor=GREY, linewidth=0.3) for s in found]
    names = printable([f"{s} {every[s - 1]}" for s in found], language)
    if (drawn["stage"] == 0).any():
        handles, names = handles + hatched[0], names + hatched[1]
    return Fill({k: palette[s - 1] for k, s in zip(keys, drawn["stage"], strict=True) if s}, handles, names)


def _map_page(years: list[str], times: list[Any], draft: Draft, fill: Fill, words: Words, whole: float) -> Figure:
    """The page: maps in rows, below them the scale of distance and the legend."""
    foot = Foot.of(fill, whole, measured=draft(whole, TALLEST).km > 0)
    columns, chart = _arranged(len(years), draft, whole, foot.tall)
    if chart.ordered and not chart.told:
        foot = replace(foot, note=words.in_order.format(n=len(chart.shapes)))
        columns, chart = _arranged(len(years), draft, whole, foot.tall)
    rows = -(-len(years) // columns)
    height = rows * (TITLE + chart.tall) + (rows - 1) * GAP + foot.tall
    figure = page(whole, height)
    left = (whole - columns * chart.wide - (columns - 1) * GAP) / 2
    for k, (year, time) in enumerate(zip(years, times, strict=True)):
        top = k // columns * (TITLE + chart.tall + GAP) + TITLE
        axes = place(figure, left + k % columns * (chart.wide + GAP), top, chart.wide, chart.tall)
        _draw(axes, chart, time, fill)
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
        _blank(axes, whole, FLOOR)
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


def _arranged(n: int, draft: Draft, whole: float, foot: float) -> tuple[int, Chart]:
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
        raise InputError(f"{n} maps do not fit a page: name fewer, as in years=[...]")
    return first[1], first[2]


def _draw(axes: Axes, chart: Chart, time: Any, fill: Fill) -> None:
    """One map: places in the colours of their units, those without hatched, labels inside."""
    _blank(axes, chart.wide, chart.tall)
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


def _blank(axes: Axes, wide: float, tall: float) -> None:
    """Axes that count mm and show nothing of their own."""
    axes.set_xlim(0, wide)
    axes.set_ylim(0, tall)
    axes.set_axis_off()
