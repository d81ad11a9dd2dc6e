"""Figure of the models' skill: how far each missed at the rolling origins, and how often its bands held."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from accord.errors import NothingToDraw
from accord.plot.forecast_frames import model_name
from accord.plot.frames import language_of, table_of
from accord.plot.layout import (
    key_height,
    key_on_top,
    legend,
    marked,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    shortened,
    thinned,
    ticks,
    titled,
    widest,
    width,
)
from accord.plot.style import FAINT, GREY, INK, SMALL, SUBSYSTEMS, TEXT, Size, Words, drawing, ink_on, width_of
from accord.plot.typeface import printable

COLOURS = {"direct": SUBSYSTEMS[0], "indices": "#9ecae1"}
NAIVE: dict[str, Any] = {"color": INK, "linewidth": 0.9}
DRIFT: dict[str, Any] = {"color": SUBSYSTEMS[5], "linewidth": 0.9, "linestyle": (0, (4, 2))}
CHOSEN = "#efefef"
ROW, FOOT, APART = 7.0, 9.0, 4.0
"""Height in mm of a model's row, of the axis below, and the gap between the two panels."""
BEYOND = 4.0
"""Errors of this many times the naive forecast's leave the panel: their bars are cut, and their figures stand."""


def forecast_skill(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
) -> Figure | pd.DataFrame:
    """Mean absolute scaled error (MASE) of every model at the rolling origins, beside the coverage of its 80 % bands.

    Each model has a bar for D forecast directly and one for D through the forecast of its indices; they are sorted by
    the former, the best first. Lower is better: the naive forecast is the solid line, pooled drift the dashed one. A
    bar beyond four times the naive forecast's is cut, its number stands.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `forecast_ranking`.
    ax
        Axes to draw the errors into, without the coverage; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (model, route, leading, mase, coverage80) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.

    Raises
    ------
    NothingToDraw
        If no model has been judged.
    """
    table = table_of(result, "forecast_ranking", "mase", "coverage80")
    chosen, whole = language_of(result, language), width_of(size)
    frame = skill_frame(table)
    if data:
        return frame
    with drawing(chosen) as words:
        models = list(frame["model"].unique())
        names = printable([model_name(m, chosen) for m in models], chosen)
        key = _key(frame, words)
        if ax is not None:
            _errors(ax, frame, names, words)
            legend(ax, *key, loc="upper left", bbox_to_anchor=(1.02, 1))
            return sheet(ax)
        over, left = key_height(key[1], whole), min(widest(names) + 2.2, 0.3 * whole)
        free, tall = whole - left - APART - 4.0, ROW * len(models)
        figure = page(whole, over + tall + FOOT)
        cut = shortened(names, left - 2.0)
        _errors(place(figure, left, over, 0.64 * free, tall), frame, cut, words)
        _coverage(place(figure, left + 0.64 * free + APART, over, 0.36 * free, tall), frame, words)
        key_on_top(figure, *key, 1.0)
        return figure


def skill_frame(table: Any) -> pd.DataFrame:
    """Models from the lowest MASE of their first route to the highest, those without one last; routes in order."""
    array = table[["mase", "coverage80"]].transpose("model", "route")
    mase = array["mase"].values
    if not np.isfinite(mase).any():
        raise NothingToDraw("forecast_skill has nothing to draw: no model could be judged at a rolling origin")
    rows = np.argsort(np.where(np.isnan(mase[:, 0]), np.inf, mase[:, 0]), kind="stable")
    routes, n = [str(r) for r in array["route"].values], mase.shape[1]
    leading = np.zeros(mase.shape, dtype=bool)
    leading[0, 0] = True
    return pd.DataFrame({
        "model": np.repeat(array["model"].values[rows].astype(object), n), "route": routes * len(rows),
        "leading": leading[rows].ravel(), "mase": mase[rows].ravel(), "coverage80": array["coverage80"].values[rows].ravel(),
    })  # fmt: skip


def _route(name: str, words: Words) -> str:
    return {"direct": words.direct, "indices": words.through}.get(name, name)


def _key(frame: pd.DataFrame, words: Words) -> tuple[list[Any], list[str]]:
    """Legend: routes, the two lines, the leading model."""
    routes = list(frame["route"].unique())
    handles: list[Any] = [Patch(facecolor=COLOURS.get(r, GREY), linewidth=0) for r in routes]
    lines = [(NAIVE, "naive", words.naive), (DRIFT, "drift", words.pooled_drift)]
    there = [(Line2D([], [], **look), said) for look, name, said in lines if np.isfinite(_of(frame, name))]
    chosen = Patch(facecolor=CHOSEN, edgecolor=GREY, linewidth=0.3)
    return (
        [*handles, *(h for h, _ in there), chosen],
        [*(_route(r, words) for r in routes), *(s for _, s in there), words.leading],
    )


def _of(frame: pd.DataFrame, model: str) -> float:
    """MASE of a model by the first route; NaN where it was not tried."""
    found = frame.loc[frame["model"] == model, "mase"]
    return float(found.iloc[0]) if len(found) else np.nan


def _rows(axes: Axes, frame: pd.DataFrame) -> None:
    """One row for each model from the top, the leading one shaded."""
    models = list(frame["model"].unique())
    for model in frame.loc[frame["leading"], "model"]:
        at = models.index(model)
        axes.axhspan(at - 0.5, at + 0.5, facecolor=CHOSEN, linewidth=0, zorder=0)
    axes.set_ylim(len(models) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)


def _errors(axes: Axes, frame: pd.DataFrame, names: list[str], words: Words) -> None:
    """Bars of MASE with their figures, the naive forecast and pooled drift as lines."""
    _rows(axes, frame)
    ticks(axes.yaxis, range(len(names)), names)
    routes, wide = list(frame["route"].unique()), millimetres(axes)[0]
    naive, mase = _of(frame, "naive"), frame["mase"].to_numpy(dtype="f8")
    known = mase[np.isfinite(mase)]
    cut = BEYOND * naive if np.isfinite(naive) and naive > 0 else np.inf
    most = float(min(known.max(), max(cut, known.min())))
    marks = marked([0.0, most], 5)
    axes.set_xlim(0, 1.04 * most if most > 0 else 1.0)
    thick = 0.76 / len(routes)
    for k, (_, row) in enumerate(frame.iterrows()):
        at = k // len(routes) - 0.38 + thick * (k % len(routes) + 0.5)
        value = float(row["mase"])
        if not np.isfinite(value):
            axes.annotate(words.not_estimated, (0, at), (3, 0), textcoords="offset points", fontsize=SMALL, color=GREY,
                          va="center_baseline")  # fmt: skip
            continue
        end, colour = min(value, most), COLOURS.get(str(row["route"]), GREY)
        axes.barh(at, end, 0.92 * thick, color=colour, linewidth=0, zorder=2)
        said = f"{value:.2f}" + " →" * (value > most)
        inside = width(said) + 2.2 < wide * end / axes.get_xlim()[1]
        axes.annotate(said, (0 if inside else end, at), (3, 0), textcoords="offset points", fontsize=SMALL,
                      color=ink_on(colour) if inside else INK, va="center_baseline", zorder=4)  # fmt: skip
    for look, name in ((NAIVE, "naive"), (DRIFT, "drift")):
        if np.isfinite(_of(frame, name)):
            axes.axvline(_of(frame, name), zorder=3, **look)
    marks = [m for m in marks if m <= axes.get_xlim()[1]]
    shown = [f"{m:g}" for m in marks]
    kept = thinned(shown, wide * (marks[1] - marks[0]) / axes.get_xlim()[1]) if len(marks) > 1 else [0]
    ticks(axes.xaxis, [marks[k] for k in kept], [shown[k] for k in kept])
    titled(axes, shorten(words.error, wide + 0.5 * width(names[0]), TEXT), x=True)


def _coverage(axes: Axes, frame: pd.DataFrame, words: Words) -> None:
    """Coverage as points, one for each route, and a line at what the band promises."""
    _rows(axes, frame)
    ticks(axes.yaxis, [], [])
    routes = list(frame["route"].unique())
    axes.axvline(0.8, color=GREY, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1)
    for k, (_, row) in enumerate(frame.iterrows()):
        at = k // len(routes) - 0.19 + 0.38 * (k % len(routes)) if len(routes) > 1 else k
        axes.plot(row["coverage80"], at, marker="o", markersize=4, linestyle="none", clip_on=False, zorder=3,
                  color=COLOURS.get(str(row["route"]), GREY), markeredgecolor=INK, markeredgewidth=0.3)  # fmt: skip
    axes.set_xlim(0, 1)
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    shown = ["0", "0.2", "0.4", "0.6", "0.8", "1"] if millimetres(axes)[0] > 40 else ["0", "0.4", "0.8"]
    ticks(axes.xaxis, [float(m) for m in shown], shown)
    titled(axes, shorten(words.coverage, millimetres(axes)[0] + 4, TEXT), x=True)
