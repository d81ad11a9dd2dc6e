"""Maps of the coordination stages: small multiples of polygons where boundaries are known, of tiles otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from accord.errors import InputError, nearest
from accord.plot.degrees import colour_scale, tenths
from accord.plot.frames import language_of, names_of, regions_of, table_of, year_names
from accord.plot.layout import legend, millimetres, sheet, widest
from accord.plot.multiples import HATCH, Draft, Fill, draw_map, map_page
from accord.plot.outlines import Chart, outline_charts, scale_bar
from accord.plot.panels import headed
from accord.plot.sites import Shown, map_frame, outlines_of, sites_of, stage_names
from accord.plot.style import DEGREES, GREY, Size, Words, drawing, stage_colours, width_of
from accord.plot.tiles import country_tiles, grid_chart, tile_chart
from accord.plot.typeface import printable


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
    return _drawn(frame, table, outlines, ax, chosen, whole)


def _drawn(
    frame: pd.DataFrame, table: xr.Dataset, outlines: xr.Dataset | None, ax: Axes | None, language: str, whole: float
) -> Figure:
    """The maps of a frame on a page, or one of them in axes."""
    times, names = list(frame["time"].unique()), year_names(frame["time"].unique())
    if ax is not None and len(times) > 1:
        raise InputError(f"stage_maps draws a map for each year: with ax, name one, as in years=[{names[-1]}]")
    with drawing(language) as words:
        draft, fill = draft_of(table, outlines, language), _fill(frame, table, language, words)
        if ax is None:
            return map_page(names, times, draft, fill, words, whole)
        draw_into(ax, draft, times[0], names[0], fill, words)
        return sheet(ax)


def draw_into(ax: Axes, draft: Draft, time: Any, name: str, fill: Fill, words: Words) -> None:
    """One year in axes of the reader's own, with its scales and legend."""
    wide, tall = millimetres(ax)
    chart = draft(wide, tall)
    draw_map(ax, chart, time, fill)
    ax.set_aspect("equal", anchor="W")
    headed(ax, name)
    scale_bar(ax, chart.wide, -8.5, chart)
    if fill.scale is not None:
        bar = ax.figure.colorbar(
            fill.scale, ax=ax, orientation="horizontal", fraction=0.03, pad=0.1 + 10 / tall, aspect=40
        )
        colour_scale(bar.ax, fill.scale, words, wide)
    legend(ax, fill.handles[::-1], fill.names[::-1], loc="upper left", bbox_to_anchor=(1.02, 1))


def draft_of(table: xr.Dataset, outlines: xr.Dataset | None, language: str) -> Draft:
    """How to lay the map into a panel: polygons, tiles of a country, or tiles in order."""
    if outlines is not None:
        charts = outline_charts(outlines)
        return lambda wide, tall: _within(charts, wide, tall)
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
