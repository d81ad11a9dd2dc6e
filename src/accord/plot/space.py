"""Maps of the clusters of local Moran: polygons where boundaries are known, tiles otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from accord.errors import InputError
from accord.plot.clusters import COLOURS, cluster_names, entries
from accord.plot.frames import language_of, table_of, year_names
from accord.plot.layout import sheet
from accord.plot.maps import draft_of, draw_into
from accord.plot.multiples import HATCH, Fill, map_page
from accord.plot.sites import map_frame, outlines_of, sites_of
from accord.plot.style import Size, Words, drawing, width_of


def lisa_map(
    result: Any,
    *,
    years: Sequence[Any] | None = None,
    boundaries: xr.Dataset | None = None,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Maps of the clusters of local Moran, one for each of some years.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `lisa`.
    years
        Which years; the first, the last and up to two evenly between by default.
    boundaries
        Outlines from `read_boundaries`; those of the study by default. Without any, units are tiles.
    ax
        Axes to draw one year into, the last by default; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (time, place, unit, cluster, cluster_name) instead of the figure; 0 and
        an empty name where there is none.
    size
        "double" for 174 mm, "single" for 84 mm.

    Raises
    ------
    InputError
        As `stage_maps`.
    """
    table = table_of(result, "lisa", "cluster")
    chosen, whole = language_of(result, language), width_of(size)
    outlines = outlines_of(result, table, boundaries)
    asked = [None] if ax is not None and years is None else years
    shown = {"stage": "cluster", "stage_name": "cluster_name"}
    frame = map_frame(table.rename(cluster="stage"), "stage", asked, sites_of(table, outlines), chosen)
    frame = frame.rename(columns=shown)
    if data:
        return frame
    times, names = list(frame["time"].unique()), year_names(frame["time"].unique())
    if ax is not None and len(times) > 1:
        raise InputError(f"lisa_map draws a map for each year: with ax, name one, as in years=[{names[-1]}]")
    with drawing(chosen) as words:
        draft, fill = draft_of(table, outlines, chosen), _fill(frame, cluster_names(table, chosen, words), words)
        if ax is None:
            return map_page(names, times, draft, fill, words, whole)
        draw_into(ax, draft, times[0], names[0], fill, words)
        return sheet(ax)


def _fill(frame: pd.DataFrame, named: dict[int, str], words: Words) -> Fill:
    """Colours of the clusters in the frame, and what the legend says of them."""
    drawn = frame[frame["place"] != ""]
    found = set(drawn["cluster"])
    handles, names = entries(sorted(found), named)
    if 0 in found:
        handles, names = [*handles, Patch(**HATCH | {"linewidth": 0.3})], [*names, words.no_data]
    keys = zip(drawn["time"], drawn["unit"], strict=True)
    colours = {key: COLOURS[c] for key, c in zip(keys, drawn["cluster"], strict=True) if c}
    return Fill(colours, handles, names)
