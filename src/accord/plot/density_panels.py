"""Panels of densities: what they draw, how they are set on the page, their axis of D and colours of years."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from accord.errors import InputError, NotDrawn, nearest
from accord.plot.frames import only, year_names
from accord.plot.layout import (
    LINE,
    MM,
    legend,
    marked,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    shortened,
    ticks,
    titled,
    widest,
)
from accord.plot.panels import headed
from accord.plot.style import DEGREES, INK, SMALL, TALLEST, TEXT, Words
from accord.plot.typeface import printable

HEAD, FOOT, LEAST = 6.0, 8.5, 20.0
"""Room in mm above a panel and below the last, and height of the lowest."""
LONG = 2.8
"""Length of a line in the legend, in the size of its type: the longest pattern shows."""
Draw = Callable[[Axes, pd.DataFrame, bool, bool], None]
"""Draws one group; whether its row of panels begins here, and whether its column ends here."""


def density_frame(table: xr.Dataset, groups: Sequence[str] | None, years: Sequence[Any] | None) -> pd.DataFrame:
    """Curves of some groups and years: group, time, x, density; a year without one is left out.

    Raises
    ------
    InputError
        If a group or year is not there, or none is left.
    """
    array = only(table["density"], "group", "time", "grid")
    every, times = [str(g) for g in array["group"].values], array["time"].values
    chosen = list(groups) if groups is not None else (every[1:] if len(every) == 2 else every)
    names = year_names(times)
    wanted = [str(y) for y in years] if years is not None else names
    for what, asked, known in (("group", chosen, every), ("year", wanted, names)):
        if not asked:
            raise InputError(f"a figure of densities needs a {what} to draw; {nearest('', known)}")
        for name in asked:
            if name not in known:
                raise InputError(f'no {what} "{name}" in table "density"; {nearest(str(name), known)}')
    at = [names.index(name) for name in dict.fromkeys(wanted)]
    x, rows = array["x"].values, []
    for name in dict.fromkeys(chosen):
        for k in sorted(at):
            values = array.values[every.index(name), k]
            if np.isfinite(values).all():
                rows.append(pd.DataFrame({"group": name, "time": times[k], "x": x, "density": values}))
    if not rows:
        raise NotDrawn(
            "no density to draw: in the chosen groups and years all units have the same D",
            "无核密度可绘制：所选地区与年份中各单元的 D 均相同",
        )
    return pd.concat(rows, ignore_index=True)


def year_colours(n: int) -> list[str]:
    """One colour for each of `n` years, darker as they go; lightness alone tells them apart."""
    return [to_hex(c) for c in matplotlib.colormaps[DEGREES](np.linspace(0.82, 0.02, n) if n > 1 else [0.3])]


def density_page(
    frame: pd.DataFrame, draw: Draw, words: Words, language: str, whole: float, named: float, good: float,
    key: Any, side: str,
) -> Figure:  # fmt: skip
    """The page: legend on top, panels below; what stands left of a panel takes `named` mm, of the page `side`."""
    groups = list(frame["group"].unique())
    titles = printable([words.national if g == "National" else g for g in groups], language)
    curves, n = bool(key), len(groups)
    over = LINE + 1.5
    columns = _columns(n, whole)
    down = -(-n // columns)
    gap = named + 4.0 if curves else 4.0
    left, right = (5.5 if curves else 1.0) + named, 3.0
    wide = (whole - left - right - gap * (columns - 1)) / columns
    tall = min(good, 1.6 * wide + 20, (TALLEST - over - FOOT) / down - HEAD)
    if tall < LEAST:
        most = columns * int((TALLEST - over - FOOT) // (LEAST + HEAD))
        raise NotDrawn(
            f"a page of this size holds densities of up to {most} groups and these are {n}: "
            f'name some, as in groups=["{groups[0]}", ...]',
            f'一页至多 {most} 个地区的核密度，现有 {n} 个：请指定其中一部分，如 groups=["{groups[0]}", ...]',
        )
    figure = page(whole, over + down * (tall + HEAD) + FOOT)
    height = figure.get_figheight() * MM
    for k, (group, title) in enumerate(zip(groups, shortened(titles, wide + 0.4 * gap, TEXT), strict=True)):
        row, column = divmod(k, columns)
        axes = place(figure, left + column * (wide + gap), over + row * (tall + HEAD) + HEAD - 1, wide, tall)
        draw(axes, frame[frame["group"] == group], column == 0, k + columns >= n)
        headed(axes, title, 0.4 * gap if column + 1 < columns else right - 0.5)
    figure.text(0.5 * (left + whole - right) / whole, 1.2 / height, words.coordination, ha="center", va="bottom",
                fontsize=TEXT, color=INK)  # fmt: skip
    if curves:
        middle = 1 - (over + HEAD - 1 + 0.5 * (down * (tall + HEAD) - HEAD)) / height
        figure.text(2.2 / whole, middle, shorten(side, down * (tall + HEAD) - HEAD, TEXT), rotation=90, ha="center",
                    va="center", fontsize=TEXT, color=INK)  # fmt: skip
        legend(figure, *key, ncols=len(key[1]), handlelength=LONG, loc="upper left",
               bbox_to_anchor=(left / whole, 1 - 1.2 / height))  # fmt: skip
    else:
        figure.text(left / whole, 1 - 1.2 / height, shorten(side, whole - left - 2), ha="left", va="top", fontsize=SMALL,
                    color=INK)  # fmt: skip
    return figure


def into(ax: Axes, frame: pd.DataFrame, draw: Draw, words: Words, language: str, name: str) -> Figure:
    """One group in given axes."""
    groups = frame["group"].unique()
    if len(groups) > 1:
        raise InputError(f'{name} draws a panel for each group: with ax, name one, as in groups=["{groups[0]}"]')
    draw(ax, frame, True, True)
    headed(ax, printable([words.national if g == "National" else g for g in groups], language)[0])
    titled(ax, words.coordination, x=True)
    return sheet(ax)


def _columns(n: int, whole: float) -> int:
    """Panels side by side: as many as leave few places empty."""
    if whole < 100:
        return min(n, 2)
    return n if n <= 4 else 3 if n in (5, 6, 9) else 4


def abscissa(axes: Axes, frame: pd.DataFrame, named: bool) -> None:
    """The axis of D, the same in all panels."""
    low, high = float(frame["x"].min()), float(frame["x"].max())
    axes.set_xlim(low, high)
    wide = millimetres(axes)[0]
    for most in (6, 5, 4, 3, 2, 1):
        marks = [m for m in marked([low, high], most) if low <= m <= high]
        if len(marks) < 2 or (marks[1] - marks[0]) / (high - low) * wide > widest([f"{m:g}" for m in marks]) + 1.5:
            break
    ticks(axes.xaxis, marks, [f"{m:g}" if named else "" for m in marks])
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
