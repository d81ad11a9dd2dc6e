"""Figure of the stages to the last year forecast: unit by year, forecasts set apart."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from accord.errors import NothingToDraw
from accord.plot.coordination import LEAST
from accord.plot.forecast_frames import leading
from accord.plot.frames import language_of, names_of, only, ranked, regions_of, table_of, year_names
from accord.plot.layout import (
    LINE,
    columns_for,
    legend,
    legend_width,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    shortened,
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.margins import Span, folded, margin, room_for, spans
from accord.plot.style import GREY, INK, NO_DATA, TALLEST, TEXT, Size, Words, drawing, stage_colours, width_of
from accord.plot.typeface import printable
from accord.tables import listed

TEXTURE: dict[str, Any] = {"facecolor": "none", "edgecolor": (0.15, 0.15, 0.15, 0.55), "hatch": "////", "linewidth": 0}
"""Hatching over the years forecast; the colours below stay those of the key."""


def stage_paths(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Stage of each unit year by year: as the data have it, then as the leading model forecasts it, hatched.

    Units are grouped by region and ordered by D in the last year forecast. The stage forecast is that of the mean; how
    likely it is stands in the table `forecast_stages`.

    Parameters
    ----------
    result
        A study or its saved tree.
    ax
        Axes to draw into; names of units and regions stand outside them, the legend on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, unit, time, part, stage, stage_name) instead of the figure; `part`
        is history or forecast, and a stage of 0 is not known.
    size
        "double" for 174 mm, "single" for 84 mm.

    Raises
    ------
    NothingToDraw
        If no unit has a forecast.

    Notes
    -----
    More units than a page has lines are drawn without their names.
    """
    past = table_of(result, "coordination", "coordination", "stage")
    table = leading(table_of(result, "forecast", "mean", "forecast_stage"))
    chosen, whole = language_of(result, language), width_of(size)
    frame = path_frame(past, table, chosen)
    if data:
        return frame
    named = listed(past["stage"].attrs.get(f"label_{chosen}", past["stage"].attrs.get("label_en")))
    with drawing(chosen) as words:
        shown = names_of(past, chosen)
        units, years = list(frame["unit"].unique()), list(frame["time"].unique())
        names = printable([shown[u] for u in units], chosen)
        regions = spans(printable(frame["region"].to_numpy()[:: len(years)], chosen))
        values = frame["stage"].to_numpy().reshape(len(units), len(years))
        start = int((frame["part"] == "history").to_numpy()[: len(years)].sum())
        colours = stage_colours(max(len(named), int(values.max())))
        key = _key(frame, colours, chosen, words)
        if ax is None:
            return _page(values, names, year_names(years), start, regions, colours, key, words, whole)
        row = millimetres(ax)[1] / len(names)
        _cells(ax, values, year_names(years), start, colours)
        _rows(ax, names, year_names(years), words, row, 1e9)
        margin(ax, folded(regions, row, 40), row)
        beside = 1.02 + room_for(regions) / millimetres(ax)[0]
        legend(ax, *key, loc="upper left", bbox_to_anchor=(beside, 1))
        return sheet(ax)


def path_frame(past: xr.Dataset, table: xr.Dataset, language: str) -> pd.DataFrame:
    """Stages of the units: region, unit, time, part, stage, stage_name; by region, then by D at the end."""
    stages, ahead = only(past["stage"], "unit", "time"), only(table["forecast_stage"], "unit", "time")
    units = stages["unit"].values.tolist()
    end = only(table["mean"], "unit", "time").isel(time=-1).reindex(unit=stages["unit"].values).values
    if not np.isfinite(end).any():
        raise NothingToDraw("stage_paths has nothing to draw: no unit has a forecast")
    later = ahead.reindex(unit=stages["unit"].values, fill_value=0).values
    rows = ranked(regions_of(past), end)
    values = np.concatenate([stages.values, later], axis=1)[rows]
    values = np.where(np.isfinite(values), values, 0).astype(int)
    times = np.concatenate([stages["time"].values, ahead["time"].values])
    parts = ["history"] * stages.sizes["time"] + ["forecast"] * ahead.sizes["time"]
    names = ["", *listed(stages.attrs.get(f"label_{language}", stages.attrs.get("label_en")))]
    n = len(times)
    return pd.DataFrame({
        "region": np.repeat(regions_of(past)[rows], n), "unit": np.repeat(np.array(units, dtype=object)[rows], n),
        "time": np.tile(times, len(rows)), "part": parts * len(rows), "stage": values.ravel(),
        "stage_name": [str(names[v]) if v < len(names) else "" for v in values.ravel()],
    })  # fmt: skip


def _key(frame: pd.DataFrame, colours: list[str], language: str, words: Words) -> tuple[list[Any], list[str]]:
    """Legend: the stages that occur, from high to low, the hatching, and what is not known."""
    found = frame[frame["stage"] > 0].drop_duplicates("stage").sort_values("stage", ascending=False)
    names = printable([f"{s} {n}" for s, n in zip(found["stage"], found["stage_name"], strict=True)], language)
    handles = [Patch(facecolor=colours[s - 1], edgecolor=GREY, linewidth=0.3) for s in found["stage"]]
    handles, names = [*handles, Patch(**TEXTURE)], [*names, words.ahead]
    if (frame["stage"] == 0).any():
        handles, names = [*handles, Patch(facecolor=NO_DATA, linewidth=0)], [*names, words.no_data]
    return handles, names


def _page(
    values: Any, names: list[str], years: list[str], start: int, regions: list[Span], colours: list[str],
    key: tuple[list[Any], list[str]], words: Words, whole: float,
) -> Figure:  # fmt: skip
    """The page: names on the left, cells, regions on the right, the key below."""
    shown = [shorten(n, whole - 8, TEXT) for n in key[1]]
    shape = columns_for(shown, whole - 2, 4)
    foot = 7.0 + (LINE + 0.6) * -(-len(shown) // shape)
    row = min(3.7, (TALLEST - foot - 2) / len(names))
    left = min(widest(names) + 2.4, 0.36 * whole) if row >= LEAST else 6.0
    regions = folded(regions, row, 0.22 * whole)
    tall = len(names) * row
    figure = page(whole, tall + foot + 2)
    axes = place(figure, left, 2, whole - left - room_for(regions), tall)
    _cells(axes, values, years, start, colours)
    _rows(axes, names, years, words, row, left - 2.2)
    margin(axes, regions, row)
    at = max(1.0, min(left, whole - 1 - legend_width(shown, shape)))
    where = {"loc": "upper left", "bbox_to_anchor": (at / whole, (foot - 5.5) / (tall + foot + 2))}
    legend(figure, key[0], shown, ncols=shape, **where)
    return figure


def _cells(axes: Axes, values: Any, years: list[str], start: int, colours: list[str]) -> None:
    """Cells in the colours of the stages, those forecast hatched, and a line where the data end."""
    n, t = values.shape
    axes.set_facecolor(NO_DATA)
    many = n > 90
    axes.pcolormesh(
        np.arange(t + 1), np.arange(n + 1), np.ma.masked_equal(values, 0), cmap=ListedColormap(colours), vmin=0.5,
        vmax=len(colours) + 0.5, edgecolors="face" if many else "white", linewidth=0.1 if many else 0.3,
    )  # fmt: skip
    with matplotlib.rc_context({"hatch.linewidth": 0.3}):
        axes.add_patch(Rectangle((start, 0), t - start, n, **TEXTURE))
    axes.axvline(start, color=INK, linewidth=1.2)
    axes.set_ylim(n, 0)
    axes.set_xlim(0, t)
    axes.spines[:].set_visible(False)
    kept = thinned(years, millimetres(axes)[0] / t)
    ticks(axes.xaxis, [k + 0.5 for k in kept], [years[k] for k in kept])


def _rows(axes: Axes, names: list[str], years: list[str], words: Words, row: float, room: float) -> None:
    """Names of the units, or how many there are where a line of type is taller than a row."""
    axes.tick_params(axis="y", length=0)
    if row >= LEAST - 0.01:
        ticks(axes.yaxis, [k + 0.5 for k in range(len(names))], shortened(names, room))
    else:
        ticks(axes.yaxis, [], [])
        titled(axes, words.ordered.format(n=len(names), year=years[-1]), x=False)
