"""Figure of the distribution of D as a surface over D and the years."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from mpl_toolkits.mplot3d import Axes3D  # type: ignore[import-untyped]

from accord.errors import InputError, NotDrawn
from accord.plot.density_panels import density_frame
from accord.plot.frames import language_of, table_of, year_names
from accord.plot.layout import marked, page, sheet, shorten, ticks
from accord.plot.style import DEGREES, FAINT, GREY, INK, SMALL, TEXT, Size, Words, drawing, width_of
from accord.plot.typeface import printable

ELEVATION, TURN = 28.0, -58.0
"""From where the surface is seen, in degrees: the first year in front, the lower values of D on the left."""
PLACE: dict[str, tuple[float, float, float, float]] = {"double": (-0.03, 0.0, 1, 1), "single": (-0.09, 0.04, 1, 1)}
"""Where the axes stand on the page: names need room on the right and below."""
SHAPE = (1.25, 1.15, 0.7)
"""Lengths of the axes of D, years and density."""


def density_surface(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    group: str | None = None,
) -> Figure | pd.DataFrame:
    """Kernel density of D over the years as a surface, for the whole country or one region.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `density`.
    ax
        Three-dimensional axes to draw into.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, time, x, density) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    group
        Which group; the whole country by default.

    Raises
    ------
    InputError
        If there is no such group, fewer than two years with a density, or `ax` has two dimensions.
    """
    table = table_of(result, "density", "density")
    chosen, whole = language_of(result, language), width_of(size)
    frame = density_frame(table, [str(table["group"].values[0]) if group is None else group], None)
    if data:
        return frame
    times = frame["time"].unique()
    if len(times) < 2:
        raise NotDrawn(
            f"density_surface runs over years and this study has one with a density ({year_names(times)[0]}): "
            "density_curves shows a single year",
            f"density_surface 按年份绘制，而本研究仅有一年有核密度（{year_names(times)[0]}）：单一年份见 density_curves",
        )
    with drawing(chosen) as words:
        if ax is not None:
            if not isinstance(ax, Axes3D):
                raise InputError('density_surface draws in three dimensions: make ax with projection="3d"')
            title = _surface(ax, frame, words, chosen, whole=120.0)
            ax.text2D(0.02, 0.95, title, transform=ax.transAxes, fontsize=TEXT, color=INK, parse_math=False)
            return sheet(ax)
        tall = 118.0 if whole > 100 else 78.0
        figure = page(whole, tall)
        axes: Any = figure.add_axes(PLACE[size], projection="3d")
        title = shorten(_surface(axes, frame, words, chosen, whole), whole - 8, TEXT)
        figure.text(3 / whole, 1 - 2 / tall, title, va="top", fontsize=TEXT, color=INK, parse_math=False)
        return figure


def _surface(axes: Any, frame: pd.DataFrame, words: Words, language: str, whole: float) -> str:
    """The surface with a line for each year, and axes named and marked where they can be read; its title."""
    times = frame["time"].unique()
    x = frame["x"].to_numpy().reshape(len(times), -1)
    z = frame["density"].to_numpy().reshape(len(times), -1)
    names, place = year_names(times), np.arange(len(times), dtype="f8")
    y = np.repeat(place[:, None], x.shape[1], axis=1)
    axes.plot_surface(x, y, z, cmap=matplotlib.colormaps[DEGREES], rcount=len(times), ccount=48, linewidth=0.2,
                      edgecolor=INK, antialiased=True)  # fmt: skip
    axes.view_init(ELEVATION, TURN)
    axes.set_box_aspect(SHAPE, zoom=1.1 if whole > 100 else 0.82)
    across = [m for m in marked([x.min(), x.max()], 6 if whole > 100 else 5) if x.min() <= m <= x.max()]
    up = marked([0.0, z.max()], 5 if whole > 100 else 4)
    step = -(-len(times) // (9 if whole > 100 else 5))
    kept = list(range(len(times) - 1, -1, -step))[::-1]
    ticks(axes.xaxis, across, [f"{m:g}" for m in across])
    ticks(axes.yaxis, [place[k] for k in kept], [names[k] for k in kept])
    ticks(axes.zaxis, up, [f"{m:g}" for m in up])
    axes.set_xlim(x.min(), x.max())
    axes.set_ylim(place[0], place[-1])
    axes.set_zlim(0, up[-1])
    family = FontProperties().get_family()
    for axis, text, pad, turn in (
        (axes.xaxis, "D", -1, 0),
        (axes.yaxis, words.years, 5, 0),
        (axes.zaxis, words.density, 2, 90),
    ):
        axis.set_rotate_label(False)
        axis.labelpad = pad
        axis.set_label_text(text, fontsize=TEXT, fontfamily=family, parse_math=False, rotation=turn)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((1, 1, 1, 0))
        axis.line.set_color(GREY)
        axis._axinfo["grid"].update({"color": FAINT, "linewidth": 0.4})
    axes.tick_params(pad=0, labelsize=SMALL)
    group = str(frame["group"].iloc[0])
    title = printable([words.national if group == "National" else group], language)[0]
    return f"{title} · {words.coordination}"
