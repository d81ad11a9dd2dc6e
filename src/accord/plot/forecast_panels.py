"""Panels of forecasts: history, the forecast and its bands on shared axes, set on a page with one key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from accord.errors import NotDrawn
from accord.plot.frames import year_names
from accord.plot.layout import (
    LINE,
    MM,
    key_height,
    key_on_top,
    marked,
    millimetres,
    page,
    place,
    shorten,
    shortened,
    thinned,
    ticks,
    widest,
)
from accord.plot.panels import headed
from accord.plot.style import FAINT, GREY, INK, SMALL, SUBSYSTEMS, TALLEST, TEXT, Words

AHEAD = SUBSYSTEMS[0]
LOOKS: dict[tuple[str, str], dict[str, Any]] = {
    ("80", "calibrated"): {"facecolor": "#86b9dc", "edgecolor": "none"},
    ("95", "calibrated"): {"facecolor": "#cfe3f1", "edgecolor": "none"},
    ("80", "model-based"): {"facecolor": "#d6e8f4", "edgecolor": "#5d9fcb", "hatch": "//////"},
    ("95", "model-based"): {"facecolor": "#ecf4fa", "edgecolor": "#94c1e0", "hatch": "\\\\\\\\"},
}
"""Bands by their level and what they rest on: solid where calibrated, lighter and hatched where not."""
DOTS: Any = (0, (1, 1.6))
HEAD, FOOT = 5.2, 5.0
"""Room in mm above a panel and below the last."""


@dataclass(frozen=True)
class Grid:
    """How panels are set on a page: how many side by side, height in mm that is good and the least, gap between.

    With `own`, each panel has its own range of D, all as high; without, all have one.
    """

    across: int
    good: float
    least: float
    gap: float
    own: bool = False


def bases(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Bands that occur: level and what it rests on, narrow ones first."""
    levels = [c.removeprefix("basis") for c in frame.columns if c.startswith("basis")]
    return [(level, basis) for level, basis in LOOKS if level in levels and (frame[f"basis{level}"] == basis).any()]


def fan_key(frame: pd.DataFrame, model: str, words: Words) -> tuple[list[Any], list[str]]:
    """Legend: history, forecast, the bands that occur, the naive forecast, and where the data end."""
    found = bases(frame)
    said = {"calibrated": words.calibrated, "model-based": words.modelled}
    handles: list[Any] = [
        Line2D([], [], color=INK, linewidth=1.1),
        Line2D([], [], color=AHEAD, linewidth=1.3),
        *(Patch(linewidth=0, **LOOKS[one]) for one in found),
        Line2D([], [], color=INK, linewidth=0.8, linestyle=DOTS),
        Line2D([], [], color=GREY, linewidth=0.6, linestyle=(0, (4, 1.5))),
    ]
    bands = [said[basis].format(level=level) for level, basis in found]
    end = year_names([last_year(frame)])[0]
    names = [words.history, words.forecast.format(model=model), *bands, words.last_value]
    return handles, [*names, words.data_end.format(year=end)]


def last_year(frame: pd.DataFrame) -> Any:
    """The last year of the data: naive forecasts start there."""
    return frame.loc[frame["naive"].notna(), "time"].min()


def fan_marks(frame: pd.DataFrame, most: int) -> list[float]:
    """Ticks of D in round steps: every value and the bands lie between the first and the last."""
    return marked(_drawn(frame).to_numpy(dtype="f8"), most)


def _drawn(frame: pd.DataFrame) -> pd.DataFrame:
    """What stands on the axis of D."""
    bands = [f"{side}{level}" for level, _ in bases(frame) for side in ("lo", "hi")]
    return frame[["history", "mean", *dict.fromkeys(bands)]]


def _windows(frame: pd.DataFrame, by: str, most: int, own: bool) -> dict[Any, tuple[float, float, list[float]]]:
    """Limits and ticks of each panel: the same for all, or as far apart, around what each holds."""
    names = list(frame[by].unique())
    if not own:
        marks = fan_marks(frame, most)
        return dict.fromkeys(names, (marks[0], marks[-1], marks))
    low, high = (getattr(_drawn(frame).groupby(frame[by], sort=False), end)() for end in ("min", "max"))
    low, high = low.min(axis=1), high.max(axis=1)
    span = max(1.08 * float((high - low).max()), 0.02)
    step = np.diff(marked([0.0, span], most)[:2])[0]
    out = {}
    for name in names:
        start = 0.5 * float(low[name] + high[name] - span)
        first = int(np.ceil(start / step - 1e-9))
        marks = [round(step * k, 12) for k in range(first, int((start + span) / step + 1e-9) + 1)]
        out[name] = (start, start + span, marks)
    return out


def fan_page(
    frame: pd.DataFrame, by: str, titles: Sequence[str], key: tuple[list[Any], list[str]], grid: Grid, words: Words,
    whole: float, notes: Sequence[str] = (),
) -> Figure:  # fmt: skip
    """The page: key on top, panels below, years under the last panel of each column, notes at the foot."""
    names, n, across = list(frame[by].unique()), len(titles), min(grid.across, len(titles))
    down, over, foot = -(-n // across), key_height(key[1], whole), FOOT + (LINE + 0.6) * len(notes)
    room = (TALLEST - over - foot) / down - HEAD
    if room < grid.least:
        most = across * int((TALLEST - over - foot) // (grid.least + HEAD))
        raise NotDrawn(
            f'a page of this size holds {most} panels and these are {n}: name some, as in {by}s=["{names[0]}", ...]',
            f'一页至多 {most} 个分图，现有 {n} 个：请指定其中一部分，如 {by}s=["{names[0]}", ...]',
        )
    windows = _windows(frame, by, 5 if room > 22 else 4, grid.own)
    figures = widest([f"{m:g}" for _, _, marks in windows.values() for m in marks])
    left, gap = 6.0 + figures, grid.gap + figures * grid.own
    beside = max(gap - 1.2, 0.0)
    right = 0.5 * widest(year_names(frame["time"].unique())) + 0.8
    wide = (whole - left - right - gap * (across - 1)) / across
    tall = min(grid.good, 0.8 * wide + 8, room)
    figure = page(whole, over + down * (tall + HEAD) + foot)
    for k, (name, title) in enumerate(zip(names, shortened(titles, wide + beside, TEXT), strict=True)):
        row, column = divmod(k, across)
        axes = place(figure, left + column * (wide + gap), over + row * (tall + HEAD) + HEAD - 1, wide, tall)
        fan(axes, frame[frame[by] == name], windows[name], named=k + across >= n, gap=gap if across > 1 else whole)
        if column and not grid.own:
            ticks(axes.yaxis, windows[name][2], [""] * len(windows[name][2]))
        headed(axes, title, beside if column + 1 < across else right - 0.5)
    height = figure.get_figheight() * MM
    side = shorten(words.coordination, height - 2, TEXT)
    middle = max(over + HEAD - 1 + 0.5 * (down * (tall + HEAD) - HEAD), 0.5 * widest([side], TEXT) + 1)
    figure.text(2.0 / whole, 1 - middle / height, side, rotation=90, ha="center", va="center", fontsize=TEXT, color=INK)
    for k, note in enumerate(notes[::-1]):
        at = (1.0 / whole, (0.8 + k * (LINE + 0.6)) / height)
        figure.text(*at, shorten(note, whole - 2), fontsize=SMALL, color=INK, va="bottom")
    key_on_top(figure, *key, 1.0 if n > 1 else left)
    return figure


def fan(axes: Axes, part: pd.DataFrame, window: tuple[float, float, list[float]], *, named: bool, gap: float) -> None:
    """One panel between two values of D, with its ticks: bands from the last year of the data on, widest below; naive, forecast and history over them."""
    x = _places(part["time"])
    past, ahead = part["history"].notna().to_numpy(), part["mean"].notna().to_numpy()
    naive = part["naive"].to_numpy(dtype="f8")
    start = int(np.flatnonzero(np.isfinite(naive))[0])
    with matplotlib.rc_context({"hatch.linewidth": 0.3}):
        for level in ("95", "80"):
            if f"basis{level}" in part:
                _band(axes, x, part, level, start, naive[start])
    axes.axvline(x[start], color=GREY, linewidth=0.6, linestyle=(0, (4, 1.5)), zorder=1.5)
    axes.plot(x[start:], naive[start:], color=INK, linewidth=0.8, linestyle=DOTS, zorder=2.2)
    path = np.where(ahead, part["mean"].to_numpy(dtype="f8"), np.nan)
    path[start] = naive[start]
    axes.plot(x, path, color=AHEAD, linewidth=1.3, zorder=2.4)
    axes.plot(x, np.where(past, part["history"].to_numpy(dtype="f8"), np.nan), color=INK, linewidth=1.1, zorder=2.5,
              marker="o" if past.sum() == 1 else None, markersize=2)  # fmt: skip
    _framed(axes, x, part["time"], window, named, gap)


def _band(axes: Axes, x: Any, part: pd.DataFrame, level: str, start: int, last: float) -> None:
    """A band in pieces: what each rests on, from the year before it."""
    low, high = (part[f"{side}{level}"].to_numpy(dtype="f8").copy() for side in ("lo", "hi"))
    low[start] = high[start] = last
    basis = part[f"basis{level}"].to_numpy()
    for kind in dict.fromkeys(b for b in basis if b):
        mine = np.flatnonzero(basis == kind)
        for run in np.split(mine, np.flatnonzero(np.diff(mine) > 1) + 1):
            at = slice(run[0] - 1, run[-1] + 1)
            axes.fill_between(x[at], low[at], high[at], linewidth=0, **LOOKS[level, kind])


def _framed(axes: Axes, x: Any, times: Any, window: tuple[float, float, list[float]], named: bool, gap: float) -> None:
    """Axes of a panel: years that have room beside those of the next panel, D at its ticks."""
    pad = 0.02 * (x[-1] - x[0])
    axes.set_xlim(x[0] - pad, x[-1] + pad)
    axes.set_ylim(*window[:2])
    years, wide = year_names(times), millimetres(axes)[0]
    each, half = wide / (x[-1] - x[0] + 2 * pad), 0.5 * widest(year_names(times))
    kept = thinned(years, each * float(np.diff(x).min()))
    reach = max(0.0, half - pad * each) + 1.2 - gap
    kept = [k for k in kept if (x[k] - x[0] + pad) * each - half >= reach or len(kept) == 1]
    ticks(axes.xaxis, [x[k] for k in kept], [years[k] if named else "" for k in kept])
    ticks(axes.yaxis, window[2], [f"{m:g}" for m in window[2]])
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)


def _places(times: Any) -> Any:
    """Where the years stand: years apart as they are, other times in even steps."""
    values = np.asarray(times)
    return values.astype("f8") if values.dtype.kind in "iuf" else np.arange(len(values), dtype="f8")
