"""Figure of the holdout: D forecast against D as it came, by the leading model and by the naive forecast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError, NothingToDraw, nearest
from accord.plot.density_panels import year_colours
from accord.plot.forecast_frames import model_name
from accord.plot.frames import language_of, table_of, year_names
from accord.plot.layout import (
    LINE,
    MM,
    columns_for,
    legend,
    marked,
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
from accord.plot.panels import headed
from accord.plot.style import FAINT, GREY, INK, SMALL, TEXT, Size, Words, drawing, width_of
from accord.plot.typeface import printable

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h")
HEAD, FOOT = 5.0, 9.0
SCORES = ("r2_pooled", "r2_within", "mase")


def forecast_holdout(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    models: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """D forecast against D as it came in the years held out: the leading model beside the naive forecast.

    Each panel has the line where both are equal, and R2 pooled, R2 within units and MASE. R2 pooled is mostly the
    variance between units, which the naive forecast has too.

    Parameters
    ----------
    result
        A study or its saved tree.
    ax
        Axes to draw into, where `models` names one; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (model, route, unit, time, actual, predicted, r2_pooled, r2_within, mase)
        instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    models
        Which models, by the leading route; the leading one and naive by default.

    Raises
    ------
    InputError
        If there is no such model, or `ax` is given for several.
    NothingToDraw
        If none of the models has a forecast of the years held out.
    """
    chosen, whole = language_of(result, language), width_of(size)
    frame = holdout_frame(result, models)
    if data:
        return frame
    names = list(frame["model"].unique())
    if ax is not None and len(names) > 1:
        raise InputError(
            f'forecast_holdout draws a panel for each model: with ax, name one, as in models=["{names[0]}"]'
        )
    with drawing(chosen) as words:
        titles = printable([model_name(n, chosen) for n in names], chosen)
        if ax is None:
            return _page(frame, titles, words, whole)
        _scatter(ax, frame, _marks(frame), words)
        headed(ax, titles[0])
        legend(ax, *_key(frame, words), loc="upper left", bbox_to_anchor=(1.02, 1))
        return sheet(ax)


def holdout_frame(result: Any, models: Sequence[str] | None) -> pd.DataFrame:
    """D as it came and as it was forecast by the leading model and route, and by others directly, with their scores."""
    table = table_of(result, "forecast_holdout", "actual", "predicted")
    scores = table_of(result, "holdout_skill", *SCORES)
    every = [str(m) for m in table["model"].values]
    chosen = list(models) if models is not None else [every[0], *(["naive"] if "naive" in every else [])]
    for name in chosen:
        if name not in every:
            raise InputError(f'no model "{name}" in table "forecast_holdout"; {nearest(str(name), every)}')
    parts, direct = [], [str(r) for r in table["route"].values].index("direct")
    for name in dict.fromkeys(chosen):
        at = {"model": every.index(name), "route": 0 if name == every[0] else direct}
        one = table[["actual", "predicted"]].isel(at).transpose("unit", "time")
        rows = one.to_dataframe(dim_order=["unit", "time"]).reset_index()
        rows = rows[["unit", "time", "actual", "predicted"]].assign(**{k: float(scores[k].isel(at)) for k in SCORES})
        rows.insert(0, "model", name)
        rows.insert(1, "route", str(one["route"].item()) if "route" in one.coords else "direct")
        parts.append(rows[np.isfinite(rows["actual"] - rows["predicted"])])
    frame = pd.concat(parts, ignore_index=True)
    if frame.empty:
        raise NothingToDraw("forecast_holdout has nothing to draw: no model has a forecast of the years held out")
    return frame


def _marks(frame: pd.DataFrame) -> list[float]:
    """Ticks of both axes, the same in every panel."""
    return marked(frame[["actual", "predicted"]].to_numpy(dtype="f8"), 6)


def _looks(frame: pd.DataFrame) -> list[tuple[Any, dict[str, Any]]]:
    """Colour and shape of each year's points: lightness and shape both tell the years apart."""
    times = sorted(frame["time"].unique())
    colours = year_colours(len(times))
    edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.3, "linestyle": "none"}
    return [(t, {"color": colours[k], "marker": MARKERS[k % len(MARKERS)], **edge}) for k, t in enumerate(times)]


def _key(frame: pd.DataFrame, words: Words) -> tuple[list[Any], list[str]]:
    """Legend: the years, and the line where both are equal."""
    looks = _looks(frame)
    handles: list[Any] = [Line2D([], [], markersize=4, **look) for _, look in looks]
    names = [*year_names([t for t, _ in looks]), words.equal]
    return [*handles, Line2D([], [], color=INK, linewidth=0.8)], names


def _page(frame: pd.DataFrame, titles: list[str], words: Words, whole: float) -> Figure:
    """The page: square panels on the same axes, side by side where the page is wide, the legend below."""
    models, marks = list(frame["model"].unique()), _marks(frame)
    across = 1 if whole < 100 else min(len(models), 3)
    down = -(-len(models) // across)
    figures = widest([f"{m:g}" for m in marks])
    left, right = 5.6 + figures, max(3.0, 0.5 * figures + 0.8)
    side = min((whole - across * (left + right)) / across, 80.0)
    handles, names = _key(frame, words)
    shape = columns_for(names, whole - 2, len(names))
    over = down * (HEAD + side + FOOT)
    figure = page(whole, over + -(-len(names) // shape) * (LINE + 0.6) + 2.2)
    for k, (model, title) in enumerate(zip(models, titles, strict=True)):
        row, column = divmod(k, across)
        axes = place(figure, column * (left + side + right) + left, row * (HEAD + side + FOOT) + HEAD, side, side)
        _scatter(axes, frame[frame["model"] == model], marks, words)
        headed(axes, title)
    where = {"loc": "upper left", "bbox_to_anchor": (left / whole, 1 - (over + 1.0) / (figure.get_figheight() * MM))}
    legend(figure, handles, names, ncols=shape, **where)
    return figure


def _scatter(axes: Axes, part: pd.DataFrame, marks: list[float], words: Words) -> None:
    """One model: points by year, the line where both are equal, the scores in the corner below it."""
    wide, tall = millimetres(axes)
    ends = [marks[0], marks[-1]]
    axes.plot(ends, ends, color=INK, linewidth=0.8, zorder=2)
    points = 3.4 if len(part) <= 200 else 2.4 if len(part) <= 1000 else 1.4
    for time, look in _looks(part):
        mine = part[part["time"] == time]
        axes.plot(mine["actual"], mine["predicted"], markersize=points, zorder=3, clip_on=False, **look)
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    shown = [f"{m:g}" for m in marks]
    for axis, room in ((axes.xaxis, wide), (axes.yaxis, tall)):
        kept = thinned(shown, room / (len(shown) - 1))
        ticks(axis, [marks[k] for k in kept], [shown[k] for k in kept])
    axes.grid(color=FAINT, linewidth=0.4)
    titled(axes, shorten(words.actual, wide, TEXT), x=True)
    titled(axes, shorten(words.predicted.format(year=year_names([part["time"].min()])[0]), tall, TEXT), x=False)
    pooled, within, mase = (_figure(float(part[k].iloc[0])) for k in SCORES)
    axes.annotate(words.fit.format(pooled=pooled, within=within, mase=mase), (1, 0), (-3, 4), xycoords="axes fraction",
                  textcoords="offset points", ha="right", va="bottom", fontsize=SMALL, color=INK, linespacing=1.3,
                  zorder=4, bbox={"facecolor": "white", "edgecolor": GREY, "linewidth": 0.3, "pad": 2})  # fmt: skip


def _figure(value: float) -> str:
    """Three decimals, zero without a minus; a dash where there is no number.

    Examples
    --------
    >>> _figure(-0.0001), _figure(-0.5), _figure(float("nan"))
    ('0.000', '−0.500', '–')
    """
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−") if np.isfinite(value) else "–"
