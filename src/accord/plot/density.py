"""Figures of the distribution of D: the years of each group as ridges, or a few of them as curves over each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError
from accord.plot.density_panels import LONG, abscissa, density_frame, density_page, into, year_colours
from accord.plot.frames import language_of, table_of, year_names
from accord.plot.layout import LINE, legend, marked, millimetres, sheet, thinned, ticks, titled, widest
from accord.plot.style import FAINT, Size, drawing, width_of

STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
"""Lines of the years, so that colour is not all that tells them apart."""
NOTHING = 1e-3
"""Share of a panel's highest curve below which a curve is the axis."""
DENSE = 5.0
"""Points in a mm from which every other one is drawn."""
OVER = 2.2
"""Rows that the highest ridge of a panel rises over its base."""


def density_ridgeline(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """Kernel density of D year by year, each year a ridge, in a panel for the whole country and each region.

    Heights are scaled to the highest curve of each panel; the years go down the page.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `density`.
    ax
        Axes to draw into, where `groups` names one.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, time, x, density) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups
        Which groups; all of them by default, the whole country first.

    Raises
    ------
    InputError
        If there is no such group, nothing to draw, or `ax` is given for several groups.
    """
    table = table_of(result, "density", "density")
    chosen, whole = language_of(result, language), width_of(size)
    frame = density_frame(table, groups, None)
    if data:
        return frame
    times = table["time"].values
    names, colours = year_names(times), dict(zip(times.tolist(), year_colours(len(times)), strict=True))

    def draw(axes: Axes, part: pd.DataFrame, first: bool, last: bool) -> None:
        _ridges(axes, part, times, names if first else [""] * len(names), colours)
        abscissa(axes, frame, last)

    with drawing(chosen) as words:
        if ax is not None:
            return into(ax, frame, draw, words, chosen, "density_ridgeline")
        return density_page(
            frame, draw, words, chosen, whole, 1 + widest(names), max(3.6 * len(names) + 10, 26.0), [], words.heights
        )


def density_curves(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: Sequence[str] | None = None,
    years: Sequence[Any] | None = None,
) -> Figure | pd.DataFrame:
    """Kernel densities of D in a few years over each other, in a panel for the whole country and each region.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `density`.
    ax
        Axes to draw into, where `groups` names one; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, time, x, density) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups
        Which groups; all of them by default, the whole country first.
    years
        Which years, five at most; the first, the last and two between by default.

    Raises
    ------
    InputError
        If there is no such group or year, more than five years, nothing to draw, or `ax` is given for several groups.
    """
    table = table_of(result, "density", "density")
    chosen, whole = language_of(result, language), width_of(size)
    every = year_names(table["time"].values)
    wanted = [every[k] for k in dict.fromkeys(np.linspace(0, len(every) - 1, 4).round().astype(int).tolist())]
    wanted = wanted if years is None else [str(y) for y in years]
    if len(wanted) > len(STYLES):
        raise InputError(f"density_curves lays up to {len(STYLES)} years over each other and these are {len(wanted)}: "
                         "density_ridgeline shows any number")  # fmt: skip
    frame = density_frame(table, groups, wanted)
    if data:
        return frame
    times = list(dict.fromkeys(frame["time"]))
    looks = {t: {"color": c, "linestyle": s} for t, c, s in zip(times, year_colours(len(times)), STYLES, strict=False)}
    key = [Line2D([], [], linewidth=1.1, **look) for look in looks.values()], year_names(times)

    def draw(axes: Axes, part: pd.DataFrame, _first: bool, last: bool) -> None:
        for time, curve in part.groupby("time"):
            seen = curve[curve["density"] > NOTHING * part["density"].max()]
            axes.plot(seen["x"], seen["density"], linewidth=1.1, solid_capstyle="round", **looks[time])
        marks = marked([0.0, part["density"].max()], 5)
        axes.set_ylim(0, marks[-1])
        ticks(axes.yaxis, marks, [f"{m:g}" for m in marks])
        axes.grid(axis="y", color=FAINT, linewidth=0.4)
        abscissa(axes, frame, last)

    with drawing(chosen) as words:
        if ax is not None:
            into(ax, frame, draw, words, chosen, "density_curves")
            titled(ax, words.density, x=False)
            legend(ax, *key, handlelength=LONG, loc="upper left", bbox_to_anchor=(1.02, 1))
            return sheet(ax)
        highest = [f"{m:g}" for _, part in frame.groupby("group") for m in marked([0, part["density"].max()], 5)]
        return density_page(frame, draw, words, chosen, whole, widest(highest) + 1, 44.0, key, words.density)


def _ridges(axes: Axes, part: pd.DataFrame, times: Any, names: list[str], colours: dict[Any, str]) -> None:
    """One group: a ridge for each year on a line of its own, the later in front of the earlier."""
    n, (wide, tall) = len(times), millimetres(axes)
    dense = part["x"].nunique() / wide > DENSE
    rise = OVER if n > 3 else 1.0
    scale = rise / part["density"].max()
    axes.set_ylim(-0.12, n - 1 + rise * 1.04)
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    for k, time in enumerate(times.tolist()):
        curve, base = part[part["time"] == time], n - 1 - k
        if curve.empty:
            continue
        seen = curve[curve["density"] > NOTHING * part["density"].max()][:: 2 if dense else 1]
        if seen.empty:
            continue
        x, top = seen["x"].to_numpy(), base + scale * seen["density"].to_numpy()
        axes.fill(np.r_[x[0], x, x[-1]], np.r_[base, top, base], facecolor=colours[time], edgecolor="white",
                  linewidth=0.3, alpha=0.85, zorder=2 + k)  # fmt: skip
    kept = thinned(names, tall / (n - 1 + rise * 1.04 + 0.12) * widest(names) / LINE) if any(names) else range(n)
    ticks(axes.yaxis, [n - 1 - k for k in kept], [names[k] for k in kept])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
