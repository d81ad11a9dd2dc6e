"""Figure of the indicator weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError, NotDrawn
from accord.plot.frames import indicator_names, language_of, only, ranked, table_of
from accord.plot.layout import key_height, key_on_top, legend, marked, millimetres, sheet, thinned, ticks, titled, width
from accord.plot.margins import folded, margin, room_for, spans
from accord.plot.panels import MOST, Panel, Setting, headed, stacked
from accord.plot.style import FAINT, GREY, SMALL, SUBSYSTEMS, TALLEST, Size, Words, drawing, width_of
from accord.plot.typeface import printable

LOOKS = {"+": (SUBSYSTEMS[0], "o"), "-": (SUBSYSTEMS[5], "s"), "=": (SUBSYSTEMS[2], "D"), "": (SUBSYSTEMS[0], "o")}
"""Colour and shape of each direction."""


def weights_lollipop(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Weight of each indicator, one panel for each subsystem, dimensions named on the right.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `weights`.
    ax
        Axes to draw into, where there is one subsystem only.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (subsystem, dimension, indicator, name, direction, weight) instead of the
        figure.
    size
        "double" for 174 mm, "single" for 84 mm.

    Raises
    ------
    InputError
        If there are more than 100 indicators, or `ax` is given for several subsystems.
    """
    table = table_of(result, "weights", "weight")
    chosen, whole = language_of(result, language), width_of(size)
    frame = weight_frame(table, chosen)
    if data:
        return frame
    if len(frame) > MOST:
        raise NotDrawn(
            f"weights_lollipop names up to {MOST} indicators and this table has {len(frame)}: pass a part of it, for "
            'example study["weights"].sel(indicator=[...])',
            f"weights_lollipop 至多标注 {MOST} 个指标，而该表有 {len(frame)} 个：请选取一部分，如 "
            'study["weights"].sel(indicator=[...])',
        )
    subsystems = list(frame["subsystem"].unique())
    if ax is not None and len(subsystems) > 1:
        raise InputError(
            "weights_lollipop draws a panel for each subsystem, so it cannot draw into one ax: leave ax out"
        )
    with drawing(chosen) as words:
        frame = frame.assign(name=printable(frame["name"], chosen), dimension=printable(frame["dimension"], chosen))
        most = float(np.nanmax([*frame["weight"], 0.0])) or 1.0
        handles, entries = _key(frame, words)
        if ax is None:
            return _weights_page(frame, most, handles, entries, chosen, words, whole)
        tall = millimetres(ax)[1]
        _draw(ax, frame, list(frame["name"]), most, words.weight)
        margin(ax, folded(spans(list(frame["dimension"])), tall / len(frame), 40), tall / len(frame), start=-0.5, gap=0)
        headed(ax, printable(subsystems, chosen)[0])
        if entries:
            legend(ax, handles, entries, loc="lower right", bbox_to_anchor=(1, 1.01))
        return sheet(ax)


def weight_frame(table: xr.Dataset, language: str) -> pd.DataFrame:
    """Weights: subsystem, dimension, indicator, name, direction, weight; from high to low within a dimension."""
    weight, known = only(table["weight"], "indicator"), table.coords
    n = weight.size
    groups = {
        k: np.array([str(v) for v in known[k].values] if k in known else [""] * n, dtype=object)
        for k in ("subsystem", "dimension", "direction")
    }
    within = np.array(
        [f"{s}\0{d}" for s, d in zip(groups["subsystem"], groups["dimension"], strict=True)], dtype=object
    )
    order = ranked(within, weight.values)
    place = {s: i for i, s in enumerate(dict.fromkeys(groups["subsystem"].tolist()))}
    order = order[np.argsort([place[s] for s in groups["subsystem"][order]], kind="stable")]
    names = indicator_names(table, language)
    return pd.DataFrame({
        "subsystem": groups["subsystem"][order], "dimension": groups["dimension"][order],
        "indicator": weight["indicator"].values[order].astype(object),
        "name": [names[str(k)] for k in weight["indicator"].values[order]],
        "direction": groups["direction"][order], "weight": weight.values[order],
    })  # fmt: skip


def _key(frame: pd.DataFrame, words: Words) -> tuple[list[Line2D], list[str]]:
    """What the shapes say of the directions that occur."""
    says = {"+": words.plus, "-": words.minus, "=": words.target}
    kept = [d for d in says if (frame["direction"] == d).any()]
    handles = [Line2D([], [], color=LOOKS[d][0], marker=LOOKS[d][1], markersize=3.6, linewidth=1) for d in kept]
    return handles, [says[d] for d in kept]


def _weights_page(
    frame: pd.DataFrame,
    most: float,
    handles: list[Line2D],
    entries: list[str],
    language: str,
    words: Words,
    whole: float,
) -> Figure:
    """The page: legend on top, one panel below the other, names in two lines where they are long."""
    subsystems = list(frame["subsystem"].unique())
    parts = {s: frame[frame["subsystem"] == s] for s in subsystems}
    panels = [
        Panel(title, list(parts[s]["name"]), parts[s][["weight"]].to_numpy(dtype="f8"))
        for s, title in zip(subsystems, printable(subsystems, language), strict=True)
    ]
    long = max(width(n) for n in frame["name"]) > 0.42 * whole - 1.8 and len(frame) * 6.2 < 0.8 * TALLEST
    row = 6.2 if long else 3.7
    dimensions = {s: folded(spans(list(parts[s]["dimension"])), row, 0.2 * whole) for s in subsystems}
    right = max(room_for(d) for d in dimensions.values()) + 1.2
    top = key_height(entries, whole) if entries else 1.5
    setting = Setting(whole, top, good=row, least=row if long else 2.65, right=right, lines=2 if long else 1)
    left_over = iter(subsystems)

    def draw(axes: Axes, panel: Panel, end: bool) -> None:
        mine = next(left_over)
        _draw(axes, parts[mine], panel.names, most, words.weight if end else "")
        margin(axes, dimensions[mine], row, start=-0.5, gap=0)

    figure, left = stacked(panels, setting, draw)
    if entries:
        key_on_top(figure, handles, entries, left)
    return figure


def _draw(axes: Axes, frame: pd.DataFrame, names: list[str], most: float, label: str) -> None:
    """Sticks and heads of one subsystem, with the weight beside each head; `most` is the highest weight of the page."""
    n, wide = len(frame), millimetres(axes)[0]
    high = most / max(1 - (width("0.000") + 2.0) / wide, 0.3)
    values = frame["weight"].to_numpy(dtype="f8")
    for at, (value, direction) in enumerate(zip(values, frame["direction"], strict=True)):
        colour, marker = LOOKS.get(direction, LOOKS[""])
        axes.plot([0, value], [at, at], color=colour, linewidth=1, solid_capstyle="butt")
        axes.plot([value], [at], color=colour, marker=marker, markersize=3.6, clip_on=False)
        if np.isfinite(value):
            axes.annotate(f"{value:.3f}", (value, at), (3.5, 0), textcoords="offset points", fontsize=SMALL, color=GREY,
                          va="center_baseline", annotation_clip=False)  # fmt: skip
    axes.set_ylim(n - 0.5, -0.5)
    axes.set_xlim(0, high)
    marks = [m for m in marked([0.0, high], 6) if m <= high]
    shown = [f"{m:g}" for m in marks]
    kept = thinned(shown, wide * (marks[1] - marks[0]) / high)
    ticks(axes.xaxis, [marks[k] for k in kept], [shown[k] if label else "" for k in kept])
    ticks(axes.yaxis, list(range(n)), names, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    if label:
        titled(axes, label, x=True)
