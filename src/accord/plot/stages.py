"""Figure of the coordination stages: how many units are in which, year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from accord.plot.frames import language_of, stage_frame, table_of, year_names
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
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.style import GREY, SMALL, TEXT, Size, Words, drawing, ink_on, stage_colours, width_of
from accord.plot.typeface import printable


def stage_shares(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Share of the units in each coordination stage by year, as stacked bars with their numbers in them.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `stage_counts`.
    ax
        Axes to draw into; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (time, stage, stage_name, count, share) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    """
    table = table_of(result, "stage_counts", "stage_counts")
    chosen, whole = language_of(result, language), width_of(size)
    frame = stage_frame(table, chosen)
    if data:
        return frame
    colours = stage_colours(table.sizes["level"])
    with drawing(chosen) as words:
        stages = frame.drop_duplicates("stage")
        names = printable([f"{s} {n}" for s, n in zip(stages["stage"], stages["stage_name"], strict=True)], chosen)
        handles = [Patch(facecolor=colours[s - 1], edgecolor=GREY, linewidth=0.3) for s in stages["stage"]]
        if ax is not None:
            _stack(ax, frame, colours, words, *millimetres(ax))
            legend(ax, handles[::-1], names[::-1], loc="upper left", bbox_to_anchor=(1.02, 1))
            return sheet(ax)
        return _stack_page(frame, colours, names, handles, words, whole)


def _stack_page(
    frame: pd.DataFrame, colours: list[str], names: list[str], handles: list[Patch], words: Words, whole: float
) -> Figure:
    """The page: legend on the right in the order of the bars, or below where the page is narrow."""
    left, tall = 10.5, 70.0
    if whole > 100:
        names = [shorten(n, 0.3 * whole, TEXT) for n in names]
        right = widest(names, TEXT) + 9
        figure = page(whole, tall + 7)
        axes = place(figure, left, 2.5, whole - left - right, tall)
        where = {"loc": "upper left", "bbox_to_anchor": (1 - (right - 3) / whole, 1 - 2.5 / (tall + 7))}
        legend(figure, handles[::-1], names[::-1], **where)
    else:
        names = [shorten(n, whole - 8, TEXT) for n in names]
        shape = columns_for(names, whole - 2, 3)
        start = min(left, whole - 1 - legend_width(names, shape))
        key = (LINE + 0.6) * -(-len(names) // shape)
        figure = page(whole, tall + key + 10)
        axes = place(figure, left, 2.5, whole - left - 3, tall)
        where = {"loc": "lower left", "bbox_to_anchor": (start / whole, 1.2 / (tall + key + 10))}
        legend(figure, handles, names, ncols=shape, **where)
    _stack(axes, frame, colours, words, *millimetres(axes))
    return figure


def _stack(axes: Axes, frame: pd.DataFrame, colours: list[str], words: Words, wide: float, tall: float) -> None:
    """Bars from the lowest stage up, and the number of units wherever it fits its segment."""
    years = year_names(frame["time"].unique())
    base, each = np.zeros(len(years)), wide / len(years)
    numbered = widest([str(c) for c in frame["count"]]) <= 0.8 * each
    for stage in frame["stage"].unique():
        part, colour = frame[frame["stage"] == stage], colours[int(stage) - 1]
        share = np.nan_to_num(part["share"].to_numpy(dtype="f8"))
        edge: dict[str, Any] = {"edgecolor": GREY, "linewidth": 0.3 if each > 3 else 0.1}
        axes.bar(np.arange(len(years)), share, 0.86, bottom=base, color=colour, **edge)
        for k, count in enumerate(part["count"]):
            if numbered and share[k] * tall / 100 >= 2.6:
                at = (k, base[k] + share[k] / 2)
                axes.text(*at, str(count), ha="center", va="center_baseline", fontsize=SMALL, color=ink_on(colour))
        base += share
    axes.set_xlim(-0.6, len(years) - 0.4)
    axes.set_ylim(0, 100)
    kept = thinned(years, each)
    ticks(axes.xaxis, kept, [years[k] for k in kept])
    ticks(axes.yaxis, range(0, 101, 20), [str(p) for p in range(0, 101, 20)])
    axes.tick_params(axis="x", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    totals = {int(c) for c in frame.groupby("time")["count"].sum()}
    titled(axes, words.share.format(n=max(totals)), x=False)
