"""Figure of the dimensions: how far each group has come in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accord.errors import InputError, NotDrawn, NothingToDraw, nearest
from accord.plot.frames import language_of, only, table_of, year_at
from accord.plot.layout import (
    LINE,
    MM,
    columns_for,
    fold,
    legend,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    shortened,
    unbroken,
    widest,
)
from accord.plot.panels import headed
from accord.plot.style import (
    INK,
    SMALL,
    TALLEST,
    TEXT,
    Size,
    Words,
    drawing,
    width_of,
)
from accord.plot.typeface import printable
from accord.plot.web import AWAY, STYLES, Web, arc_entries, ring_entries, spun, web_of, year_entries

HEAD, SMALLEST, LARGEST = 5.0, 11.0, 26.0
"""Room in mm for the name of a group, and the radii that a radar may have."""


def radar(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    years: Sequence[Any] | None = None,
    groups: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """Mean scores of the dimensions, a small radar for each group, the first year against the last.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `dimension_means`.
    ax
        Axes to draw into, where `groups` names one.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, time, subsystem, dimension, mean) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    years
        Which years, up to four; the first and the last by default.
    groups
        Which groups; all of them by default, the whole country first.

    Raises
    ------
    InputError
        If there are fewer than three dimensions, no such year or group, more groups than a page holds, or `ax` is
        given for several groups.

    Notes
    -----
    Where the names of the dimensions do not fit around the radars, numbers stand for them.
    """
    table = table_of(result, "dimension_means", "mean")
    chosen, whole = language_of(result, language), width_of(size)
    frame = dimension_frame(table, years, groups)
    if data:
        return frame
    dimensions, named = list(frame["dimension"].unique()), list(frame["group"].unique())
    if len(dimensions) < 3:
        raise NothingToDraw(
            f"radar needs three dimensions or more and this study has {len(dimensions)} "
            f"({', '.join(map(str, dimensions))}): index_bars shows the subsystems, and table dimension_means has the values"
        )
    if ax is not None and len(named) > 1:
        raise InputError(f'radar draws one for each group: with ax, name one, as in groups=["{named[0]}"]')
    with drawing(chosen) as words:
        web = web_of(frame, chosen)
        values = frame["mean"].to_numpy(dtype="f8").reshape(len(named), -1, len(dimensions))
        first = str(table["group"].values[0])
        titles = printable([words.national if g == first == "National" else g for g in named], chosen)
        if ax is None:
            return _radar_page(values, titles, web, words, whole)
        return _inset(ax, values[0], titles[0], web, words)


def dimension_frame(table: xr.Dataset, years: Sequence[Any] | None, groups: Sequence[str] | None) -> pd.DataFrame:
    """Mean scores of some groups in some years: group, time, subsystem, dimension, mean."""
    mean = only(table["mean"], "group", "time", "dimension")
    every, times = [str(g) for g in mean["group"].values], mean["time"].values
    chosen = list(dict.fromkeys(groups)) if groups is not None else (every[1:] if len(every) == 2 else every)
    for name in chosen:
        if name not in every:
            raise InputError(f'no group "{name}" in table "dimension_means"; {nearest(str(name), every)}')
    at = list(dict.fromkeys([0, len(times) - 1] if years is None else [year_at(times, y) for y in years]))
    if not chosen or not 0 < len(at) <= len(STYLES):
        raise InputError(
            f"radar draws one group or more in 1 to {len(STYLES)} years; these are {len(chosen)} and {len(at)}"
        )
    owners = [str(s) for s in table["subsystem"].values] if "subsystem" in table.coords else [""] * mean.shape[2]
    g, t, d = len(chosen), len(at), mean.shape[2]
    return pd.DataFrame({
        "group": np.repeat(chosen, t * d).astype(object), "time": np.tile(np.repeat(times[at], d), g),
        "subsystem": np.tile(owners, g * t).astype(object),
        "dimension": np.tile(mean["dimension"].values, g * t).astype(object),
        "mean": mean.values[[every.index(c) for c in chosen]][:, at].ravel(),
    })  # fmt: skip


def _radar_page(values: Any, titles: list[str], web: Web, words: Words, whole: float) -> Figure:
    """The page: radars in rows, the legend below, and below it what the numbers mean where they stand for names."""
    n = len(titles)
    across = min(n, 2 if whole < 100 else 4 if n in (4, 7, 8) else 3)
    down, cell = -(-n // across), whole / across
    room = 0.5 * cell - SMALLEST - AWAY - 1.6
    folded = [fold(name, room, 2) for name in web.names]
    whole_names = all(unbroken(f, n) for f, n in zip(folded, web.names, strict=True))
    spokes = folded if whole_names else [str(k) for k in range(1, len(web.names) + 1)]
    sides = widest([line for s in spokes for line in s.split("\n")]) + 0.6
    ends = LINE * max(len(s.split("\n")) for s in spokes)
    keys = [k for k in (year_entries(web), arc_entries(web), ring_entries(web, words)) if k]
    named = [[shorten(name, whole - 10, TEXT) for _, name in key] for key in keys]
    shapes = [columns_for(names, whole - 2, len(names)) for names in named]
    told = [] if whole_names else _told(web, words, whole - 4)
    foot = sum((LINE + 0.6) * -(-len(k) // s) + 1.0 for k, s in zip(named, shapes, strict=True)) + len(told) * 3.2 + 1.5
    most = ((TALLEST - foot) / down - HEAD - 2 * (ends + AWAY)) / 2
    radius = min(0.5 * cell - AWAY - 1.0 - sides, most, LARGEST)
    if radius < SMALLEST - 0.01:
        raise NotDrawn(
            f"radar has no room for {n} groups at this size: name some, as in groups=[...]",
            f"radar 在此尺寸下容不下 {n} 个地区：请指定其中一部分，如 groups=[...]",
        )
    tall = HEAD + 2 * (radius + ends + AWAY)
    figure = page(whole, down * tall + foot)
    for k, (title, own) in enumerate(zip(shortened(titles, cell - 3, TEXT), values, strict=True)):
        row, column = divmod(k, across)
        axes = place(figure, column * cell, row * tall, cell, tall)
        spun(axes, own, web, spokes, radius, (0.5 * cell, 0.5 * (tall - HEAD)))
        axes.text(0.5 * cell, tall - 1.2, title, ha="center", va="top", fontsize=TEXT, color=INK, parse_math=False)
    top, height = down * tall + 0.5, figure.get_figheight() * MM
    for key, names, shape in zip(keys, named, shapes, strict=True):
        at = (3.0 / whole, 1 - top / height)
        legend(figure, [h for h, _ in key], names, ncols=shape, loc="upper left", bbox_to_anchor=at)
        top += (LINE + 0.6) * -(-len(names) // shape) + 1.0
    for k, line in enumerate(told):
        figure.text(3.0 / whole, 1 - (top + 3.2 * k) / height, line, fontsize=SMALL, va="top", parse_math=False)
    return figure


def _inset(axes: Axes, values: Any, title: str, web: Web, words: Words) -> Figure:
    """One group in axes that the reader gave."""
    wide, tall = millimetres(axes)
    room = max(0.18 * wide, 4.0)
    radius = 0.5 * min(wide - 2 * room, tall - 2 * LINE) - AWAY
    spun(axes, values, web, [fold(n, room, 2) for n in web.names], radius, (0.5 * wide, 0.5 * tall))
    headed(axes, title)
    handles, names = zip(*year_entries(web), *arc_entries(web), *ring_entries(web, words), strict=True)
    legend(axes, handles, names, loc="upper left", bbox_to_anchor=(1.02, 1))
    return sheet(axes)


def _told(web: Web, words: Words, room: float) -> list[str]:
    """What the numbers at the spokes stand for, in lines of this width."""
    said = words.dimensions.format(
        names="  ".join(f"{k}\u00a0{shorten(n, room - 6)}" for k, n in enumerate(web.names, 1))
    )
    return fold(said, room, len(said)).split("\n")
