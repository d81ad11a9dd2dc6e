"""Figure of inequality: Dagum's three parts of the Gini coefficient, year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from accord.errors import NothingToDraw
from accord.plot.frames import language_of, table_of, year_names
from accord.plot.layout import (
    key_height,
    key_on_top,
    legend,
    marked,
    millimetres,
    page,
    place,
    sheet,
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.style import FAINT, INK, SMALL, SUBSYSTEMS, Size, Words, drawing, ink_on, width_of

COLOURS = {"within": SUBSYSTEMS[0], "between": SUBSYSTEMS[1], "overlap": SUBSYSTEMS[4]}
FOOT, TALL, NUMBER = 5.0, 62.0, 2.7
"""Room in mm for the years, height of the axes, height of a line of figures."""


def dagum_contributions(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Gini coefficient by year as a line, over bars of its parts: within regions, between them, and their overlap.

    The figures in the bars are shares of the coefficient in per cent, where there is room for them; the legend says so.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `inequality`.
    ax
        Axes to draw into; the legend stands above them.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (time, part, value, percent) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.

    Raises
    ------
    NothingToDraw
        If the study has fewer than two regions, and so no parts.
    """
    table = table_of(result, "inequality", "value", "percent")
    chosen, whole = language_of(result, language), width_of(size)
    frame = dagum_frame(table)
    if data:
        return frame
    with drawing(chosen) as words:
        says = {"within": words.within, "between": words.between, "overlap": words.overlap}
        handles: list[Any] = [Line2D([], [], color=INK, marker="o", markersize=2.6, linewidth=1)]
        handles += [Patch(facecolor=COLOURS[part], linewidth=0) for part in reversed(says)]
        entries = [words.gini_line, *reversed(says.values())]
        marks = _marks(frame)
        left = 6.0 + widest(_even(marks))
        if _figures(frame, *((whole - left - 2, TALL - 1) if ax is None else millimetres(ax))):
            handles.append(Line2D([], [], linestyle="none"))
            entries.append(words.parts)
        if ax is not None:
            _draw(ax, frame, words)
            legend(ax, handles, entries, loc="lower left", bbox_to_anchor=(0, 1.02), ncols=2)
            return sheet(ax)
        over = key_height(entries, whole)
        figure = page(whole, over + TALL + FOOT)
        _draw(place(figure, left, over + 1, whole - left - 2, TALL - 1), frame, words)
        key_on_top(figure, handles, entries, left)
        return figure


def dagum_frame(table: xr.Dataset) -> pd.DataFrame:
    """Parts of the Gini coefficient and their sum: time, part, value, percent."""
    mine = np.flatnonzero(table["measure"].values == "dagum")
    if not mine.size:
        raise NothingToDraw("dagum_contributions needs two regions or more: without them the Gini has no parts")
    part, times = table["part"].values[mine], table["time"].values
    value, percent = (table[key].transpose("time", "row").values[:, mine] for key in ("value", "percent"))
    return pd.DataFrame({
        "time": np.repeat(times, mine.size), "part": np.tile(part, len(times)).astype(object), "value": value.ravel(),
        "percent": percent.ravel(),
    })  # fmt: skip


def _marks(frame: pd.DataFrame) -> list[float]:
    return marked([0.0, *frame["value"]], 6)


def _even(marks: list[float]) -> list[str]:
    """Ticks as they are written, with as many decimals as the finest of them needs."""
    places = max(len(f"{m:g}".partition(".")[2]) for m in marks)
    return [f"{m:.{places}f}" for m in marks]


def _figures(frame: pd.DataFrame, wide: float, tall: float) -> dict[tuple[str, int], str]:
    """Shares by part and bar that have room in bars of a panel of this size in mm; none where one is too wide."""
    each, top = wide / frame["time"].nunique(), _marks(frame)[-1]
    shown = {}
    for part in COLOURS:
        mine = frame[frame["part"] == part]
        for k, (value, percent) in enumerate(zip(mine["value"], mine["percent"], strict=True)):
            if np.isfinite(percent):
                shown[part, k] = (f"{percent:.0f}", value / top * tall >= NUMBER)
    narrow = widest([text for text, _ in shown.values()]) > 0.8 * each
    return {} if narrow else {at: text for at, (text, room) in shown.items() if room}


def _draw(axes: Axes, frame: pd.DataFrame, words: Words) -> None:
    """Bars of the parts from below, their shares in them, and the line of their sum."""
    times = frame["time"].unique()
    wide, tall = millimetres(axes)
    each, marks = wide / len(times), _marks(frame)
    at, base = np.arange(len(times)), np.zeros(len(times))
    shown = _figures(frame, wide, tall)
    for part, colour in COLOURS.items():
        value = np.nan_to_num(frame.loc[frame["part"] == part, "value"].to_numpy(dtype="f8"))
        axes.bar(at, value, 0.86, bottom=base, color=colour, edgecolor="white", linewidth=0.3)
        for k in range(len(times)):
            if (part, k) in shown:
                axes.text(k, base[k] + value[k] / 2, shown[part, k], ha="center", va="center_baseline", fontsize=SMALL,
                          color=ink_on(colour))  # fmt: skip
        base += value
    total = frame.loc[frame["part"] == "total", "value"].to_numpy(dtype="f8")
    axes.plot(at, total, color=INK, marker="o", markersize=2.6, linewidth=1, clip_on=False)
    axes.set_xlim(-0.6, len(times) - 0.4)
    axes.set_ylim(0, marks[-1])
    years = year_names(times)
    kept = thinned(years, each)
    ticks(axes.xaxis, kept, [years[k] for k in kept])
    ticks(axes.yaxis, marks, _even(marks))
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    titled(axes, words.gini, x=False)
