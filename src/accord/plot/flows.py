"""Figure of the flows between coordination stages from one chosen year to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path

from accord.errors import NotDrawn, NothingToDraw
from accord.plot.frames import language_of, table_of
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
    ticks,
    titled,
    widest,
)
from accord.plot.style import GREY, SMALL, TEXT, Size, Words, drawing, ink_on, stage_colours, width_of
from accord.plot.typeface import printable
from accord.tables import listed

TALL, NODE, GAP = 74.0, 6.5, 1.6
"""Height of the axes, width of a stage and the gap between two of them, in mm."""


def stage_flows(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Units that went from stage to stage between the chosen years: a column for each year, a ribbon for each flow.

    Stages stand from the lowest up, in the colours they have in the other figures; a ribbon has the colour of the
    stage it comes from, and is as wide as its number of units.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `stage_flows`.
    ax
        Axes to draw into; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (from_year, to_year, from, from_name, to, to_name, count) instead.
    size
        "double" for 174 mm, "single" for 84 mm.

    Raises
    ------
    InputError
        If there are more years than columns with ribbons between them fit: choose fewer with the step's `years`.
    """
    table = table_of(result, "stage_flows", "count", "from_name")
    chosen, whole = language_of(result, language), width_of(size)
    frame = flow_frame(table, chosen)
    if data:
        return frame
    colours = stage_colours(max(len(listed(table["from_name"].attrs.get("label_en"))), int(frame["to"].max()), 2))
    sides = [frame[[side, f"{side}_name"]].set_axis(["stage", "name"], axis=1) for side in ("from", "to")]
    stages = pd.concat(sides).drop_duplicates("stage").sort_values("stage")
    with drawing(chosen) as words:
        names = printable([f"{s} {n}" for s, n in zip(stages["stage"], stages["name"], strict=True)], chosen)
        handles = [Patch(facecolor=colours[s - 1], edgecolor=GREY, linewidth=0.3) for s in stages["stage"]]
        if ax is not None:
            _draw(ax, frame, colours, words)
            legend(ax, handles[::-1], names[::-1], loc="upper left", bbox_to_anchor=(1.02, 1))
            return sheet(ax)
        return _flow_page(frame, colours, names, handles, words, whole)


def flow_frame(table: xr.Dataset, language: str) -> pd.DataFrame:
    """Flows that there are: from_year, to_year, from, from_name, to, to_name, count."""
    names = listed(table["from_name"].attrs.get(f"label_{language}", table["from_name"].attrs.get("label_en")))
    out = {key: table[key].values for key in ("from_year", "to_year", "from", "to", "count")}
    if not len(out["count"]):
        raise NothingToDraw("stage_flows has nothing to draw: no unit has a stage in two of the years")
    for side in ("from", "to"):
        out[f"{side}_name"] = np.array([str(names[k - 1]) if k <= len(names) else "" for k in out[side]], dtype=object)
    return pd.DataFrame(out)[["from_year", "to_year", "from", "from_name", "to", "to_name", "count"]]


def _flow_page(
    frame: pd.DataFrame, colours: list[str], names: list[str], handles: list[Patch], words: Words, whole: float
) -> Figure:
    """The page: legend on the right in the order of the stages, or below where the page is narrow."""
    left = 5.0
    if whole > 100:
        names = [shorten(n, 0.3 * whole, TEXT) for n in names]
        right = widest(names, TEXT) + 9
        figure = page(whole, TALL + 8)
        axes = place(figure, left, 2, whole - left - right, TALL)
        where = {"loc": "upper left", "bbox_to_anchor": (1 - (right - 3) / whole, 1 - 2 / (TALL + 8))}
        legend(figure, handles[::-1], names[::-1], **where)
    else:
        names = [shorten(n, whole - 8, TEXT) for n in names]
        shape = columns_for(names, whole - 2, 3)
        start = max(1.0, min(left, whole - 1 - legend_width(names, shape)))
        key = (LINE + 0.6) * -(-len(names) // shape)
        figure = page(whole, TALL + key + 9)
        axes = place(figure, left, 2, whole - left - 3, TALL)
        where = {"loc": "lower left", "bbox_to_anchor": (start / whole, 1.2 / (TALL + key + 9))}
        legend(figure, handles, names, ncols=shape, **where)
    _draw(axes, frame, colours, words)
    return figure


def _draw(axes: Axes, frame: pd.DataFrame, colours: list[str], words: Words) -> None:
    """Columns of stages, in mm from the lower left corner, and the ribbons between them."""
    wide, tall = millimetres(axes)
    years = sorted({*frame["from_year"], *frame["to_year"]})
    if len(years) * (NODE + 6) > wide:
        most = int(wide // (NODE + 6))
        raise NotDrawn(
            f"stage_flows draws up to {most} years at this size and these are {len(years)}: choose "
            'fewer, for example transitions = { years = [2011, 2022] } in the plan, or use size="double"',
            f"stage_flows 在此尺寸下至多绘制 {most} 个年份，现有 {len(years)} 个：请在方案中减少年份，如 "
            'transitions = { years = [2011, 2022] }，或用 size="double"',
        )
    stacks = [_counts(frame, year, years) for year in years]
    most = max(len(s) for s in stacks)
    unit = (tall - GAP * (most - 1)) / max(s.sum() for s in stacks)
    step = (wide - NODE) / (len(years) - 1)
    places = [_places(s, unit) for s in stacks]
    for k, stack in enumerate(stacks):
        for stage, count in stack.items():
            low, colour = places[k][int(str(stage))], colours[int(str(stage)) - 1]
            axes.add_patch(Rectangle((k * step, low), NODE, count * unit, facecolor=colour, edgecolor=GREY, linewidth=0.4, zorder=3))  # fmt: skip
            if count * unit >= 2.5:
                axes.text(k * step + NODE / 2, low + count * unit / 2, str(count), ha="center", va="center_baseline",
                          fontsize=SMALL, color=ink_on(colour), zorder=4)  # fmt: skip
    for k in range(len(years) - 1):
        _ribbons(axes, frame[frame["from_year"] == years[k]], places[k : k + 2], k * step + NODE, (k + 1) * step, unit, colours)  # fmt: skip
    axes.set_xlim(-0.2, wide + 0.2)
    axes.set_ylim(-0.2, tall + 0.2)
    ticks(axes.xaxis, [k * step + NODE / 2 for k in range(len(years))], [str(y) for y in years])
    ticks(axes.yaxis, [], [])
    titled(axes, words.flowing.format(n=max(int(s.sum()) for s in stacks)), x=False)
    axes.tick_params(axis="x", length=0)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)


def _counts(frame: pd.DataFrame, year: Any, years: list[Any]) -> Any:
    """Units in each stage that occurs in a year, from the flows that begin there, or that end there in the last."""
    key, side = ("to_year", "to") if year == years[-1] else ("from_year", "from")
    return frame[frame[key] == year].groupby(side)["count"].sum()


def _places(stack: Any, unit: float) -> dict[int, float]:
    """Lower edge of each stage in mm, from the lowest up."""
    out, y = {}, 0.0
    for stage, count in stack.items():
        out[int(stage)] = y
        y += count * unit + GAP
    return out


def _ribbons(
    axes: Axes, flows: pd.DataFrame, places: list[dict[int, float]], start: float, end: float, unit: float,
    colours: list[str],
) -> None:  # fmt: skip
    """The flows between two columns: each leaves and arrives beside its neighbours in the order of the stages."""
    leave, arrive = dict(places[0]), dict(places[1])
    middle = (start + end) / 2
    bounds = {}
    for a, b, count in flows.sort_values(["to", "from"])[["from", "to", "count"]].itertuples(index=False):
        bounds[a, b] = [0.0, arrive.get(b, 0.0), count * unit]
        arrive[b] = arrive.get(b, 0.0) + count * unit
    for a, b, count in flows.sort_values(["from", "to"])[["from", "to", "count"]].itertuples(index=False):
        bounds[a, b][0] = leave[a]
        leave[a] += count * unit
    for (a, _), (low, to, high) in bounds.items():
        points = [(start, low), (middle, low), (middle, to), (end, to), (end, to + high), (middle, to + high),
                  (middle, low + high), (start, low + high), (start, low)]  # fmt: skip
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        axes.add_patch(PathPatch(Path(points, codes), facecolor=colours[a - 1], edgecolor=GREY, linewidth=0.25, alpha=0.65))  # fmt: skip
