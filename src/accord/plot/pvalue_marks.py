"""Marks of p-values in a panel: large where they lead, the textbook's small beside a simulated one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from accord.plot.layout import millimetres, ticks, width
from accord.plot.margins import spans
from accord.plot.style import FAINT, GREY, INK, SMALL, SUBSYSTEMS, Words

LOOKS: dict[str, dict[str, Any]] = {
    "levels": {"color": SUBSYSTEMS[0], "marker": "o"},
    "differences": {"color": SUBSYSTEMS[5], "marker": "D"},
}
AWAY = {"levels": -0.19, "differences": 0.19}
"""Where the two forms stand in the row of a test."""
SIMULATED: dict[str, Any] = {"markeredgewidth": 0}
TEXTBOOK: dict[str, Any] = {"markeredgewidth": 0.7, "markerfacecolor": "white"}
BEYOND = {"above": ">", "below": "<"}
"""Marks of a textbook p that is only known to lie above or below where it stands."""
LARGE = 4.2
"""Size in points of the mark of a p-value that leads; the textbook's beside it is smaller."""
SHADE = "#efefef"
LINED = 0.05
LINE_AT: dict[str, Any] = {"color": INK, "linewidth": 0.7, "linestyle": (0, (3, 2))}
MARKS = (0.05, 1.0, 0.0, 0.5, 0.25, 0.1, 0.01, 0.75)
"""Ticks, those that matter most first."""


def key_of(frame: pd.DataFrame, words: Words) -> tuple[list[Any], list[str]]:
    """Legend: the two forms, the two p-values, the line, tests with the other null."""
    forms = {"levels": words.levels, "differences": words.differences}
    there = [f for f in forms if f in set(frame["form"])]
    mark: dict[str, Any] = {"linestyle": "none", "markersize": LARGE}
    grey = {**mark, "marker": "o", "color": GREY}
    handles: list[Any] = [Line2D([], [], **mark, **LOOKS[f], **SIMULATED) for f in there]
    names = [forms[f] for f in there]
    simulated = np.isfinite(frame["pvalue_simulated"].to_numpy(dtype="f8"))
    if simulated.any():
        handles += [
            Line2D([], [], **grey, **SIMULATED),
            Line2D([], [], **{**grey, "markersize": 0.6 * LARGE}, **TEXTBOOK),
        ]
        names += [words.simulated_p, words.textbook_p]
    beyond = set(frame["beyond"]) - {""}
    if beyond:
        grey_edge = {**grey, "markersize": 0.7 * LARGE, "marker": BEYOND["above" if "above" in beyond else "below"]}
        handles.append(Line2D([], [], **grey_edge, **TEXTBOOK))
        names.append(words.beyond)
    if (np.isfinite(frame["leading_p"].to_numpy(dtype="f8")) & ~simulated).any():
        handles.append(Line2D([], [], **grey, **TEXTBOOK))
        names.append(words.textbook_leads)
    handles.append(Line2D([], [], **LINE_AT))
    names.append(f"p = {LINED:g}")
    if "stationarity" in set(frame["null"]):
        handles.append(Patch(facecolor=SHADE, edgecolor=GREY, linewidth=0.3))
        names.append(words.reversed_null)
    return handles, names


def panel(axes: Axes, part: pd.DataFrame, row: float, words: Words) -> None:
    """p-values of one variable: levels in the upper half of each row, differences in the lower."""
    keys = part[["group", "test", "null"]].drop_duplicates(["group", "test"])
    n = len(keys)
    axes.set_xscale("function", functions=(_root, np.square))
    axes.set_xlim(0, 1)
    axes.set_ylim(n, 0)
    for k, null in enumerate(keys["null"]):
        if null == "stationarity":
            axes.axhspan(k, k + 1, facecolor=SHADE, linewidth=0, zorder=0)
    for _, _, end in spans(list(keys["group"]))[:-1]:
        axes.axhline(end, color=GREY, linewidth=0.4, zorder=2.6)
    axes.axvline(LINED, **LINE_AT, zorder=1.5)
    for k, ((_, _), pair) in enumerate(part.groupby(["group", "test"], sort=False)):
        _marks(axes, pair, k + 0.5, row, words)
    _scale(axes)


def _root(p: Any) -> Any:
    return np.sqrt(np.clip(p, 0, None))


def _marks(axes: Axes, pair: pd.DataFrame, middle: float, row: float, words: Words) -> None:
    """Both forms of one test, levels above differences; a word where a test could not be had."""
    leading = pair["leading_p"].to_numpy(dtype="f8")
    if np.isnan(leading).all():
        _refused(axes, pair, middle, words, GREY, right=False)
        return
    for _, one in pair.iterrows():
        look, at = LOOKS[str(one["form"])], middle + AWAY[str(one["form"])]
        p, simulated, textbook = (float(one[c]) for c in ("leading_p", "pvalue_simulated", "pvalue"))
        if np.isnan(p):
            _refused(axes, pair, at, words, look["color"], right=np.nanmin(leading) < 0.25)
            continue
        style = {**look, **SIMULATED, "markersize": min(LARGE, 1.1 * row), "linestyle": "none", "clip_on": False}
        if np.isfinite(simulated):
            axes.plot([textbook, p], [at, at], color=look["color"], linewidth=0.7, zorder=2, clip_on=False)
            small = {**style, **TEXTBOOK, "markersize": (0.7 if one["beyond"] else 0.6) * style["markersize"]}
            axes.plot(textbook, at, **{**small, "marker": BEYOND.get(one["beyond"], look["marker"])}, zorder=4)
        axes.plot(p, at, **(style if np.isfinite(simulated) else {**style, **TEXTBOOK}), zorder=3)


def _refused(axes: Axes, pair: pd.DataFrame, at: float, words: Words, colour: str, *, right: bool) -> None:
    """That a test could not be had; of one form alone, in its colour and where the other has no mark."""
    ground = SHADE if "stationarity" in set(pair["null"]) else "white"
    axes.annotate(words.not_tested, (float(right), at), (-3 if right else 3, 0), textcoords="offset points",
                  fontsize=SMALL, color=colour, ha="right" if right else "left", va="center_baseline", zorder=2.5,
                  bbox={"facecolor": ground, "linewidth": 0, "pad": 0.4})  # fmt: skip


def _scale(axes: Axes) -> None:
    """Ticks that have room, 0.05 before all others."""
    wide = millimetres(axes)[0]
    kept: list[float] = []
    for mark in MARKS:
        half = 0.5 * width(f"{mark:g}") + 0.5
        if all(abs(_root(mark) - _root(m)) * wide >= half + 0.5 * width(f"{m:g}") for m in kept):
            kept.append(mark)
    kept.sort()
    ticks(axes.xaxis, kept, [f"{m:g}" for m in kept])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    axes.tick_params(axis="y", length=0, pad=4)
