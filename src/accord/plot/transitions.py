"""Figure of mobility: how likely units are to move from class to class from a year to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from accord.errors import InputError, NothingToDraw, nearest
from accord.plot.frames import language_of, table_of
from accord.plot.layout import (
    MM,
    legend,
    millimetres,
    page,
    place,
    sheet,
    shortened,
    thinned,
    ticks,
    titled,
    widest,
    width,
)
from accord.plot.panels import headed
from accord.plot.style import GREY, NO_DATA, SMALL, TALLEST, TEXT, Size, Words, drawing, ink_on, width_of
from accord.plot.typeface import printable
from accord.tables import listed

BLUES = LinearSegmentedColormap.from_list(
    "blues", matplotlib.colormaps["Blues"](0.05 + 0.81 * np.linspace(0, 1, 256) ** 1.35)
)
HEAD, FOOT, KEY, BESIDE, APART = 5.5, 9.0, 11.5, 6.0, 3.5
"""Room in mm over a panel, below it for classes and title, below the page for the scale, left of the
first of a row for its title, and between panels."""
TWO, ONE, NONE = 6.4, 4.4, 2.9
"""Height in mm of a row with two lines of figures, with one, and without."""
WIDEST = 14.0


@dataclass(frozen=True)
class Matrix:
    """One analysis: its heading, names of the classes, and numbers from (row) to (column)."""

    heading: str
    classes: list[int]
    names: list[str]
    probability: np.ndarray[Any, np.dtype[np.float64]]
    count: np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Setting:
    """How a page is set: panels row by row, width and height of a cell, lines of figures in it, height of the page."""

    rows: list[list[Matrix]]
    wide: float
    high: float
    lines: int
    tall: float


def transition_heatmap(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    analyses: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """Transition probabilities as a matrix for each analysis: rows where units are, columns where they are next year.

    A cell has the probability over the number of moves, in brackets, and a key says so; a row that no unit starts from
    is hatched. Of the stages, those that occur are drawn.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `transitions`.
    ax
        Axes to draw into, where `analyses` names one.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (analysis, from, from_name, to, to_name, count, probability) instead.
    size
        "double" for 174 mm, "single" for 84 mm.
    analyses
        "stages", "yearly quantiles", "pooled quantiles"; all of them by default.

    Raises
    ------
    InputError
        If there is no such analysis, or `ax` is given for several.
    NothingToDraw
        If there is one year only.
    """
    table = table_of(result, "transitions", "count", "probability", "from_name")
    chosen, whole = language_of(result, language), width_of(size)
    frame = transition_frame(table, chosen, analyses)
    if data:
        return frame
    names = [str(name) for name in frame["analysis"].unique()]
    if ax is not None and len(names) > 1:
        raise InputError(
            f'transition_heatmap draws a panel for each analysis: with ax, name one, as in analyses=["{names[0]}"]'
        )
    with drawing(chosen) as words:
        matrices = [_matrix(frame[frame["analysis"] == n], n, chosen, words) for n in names]
        if ax is None:
            return _page(matrices, words, whole)
        _draw(ax, matrices[0], matrices[0].names, words, numbered=2)
        legend(ax, *_key(words, True, _empty(matrices[0])), loc="upper left", bbox_to_anchor=(1.02, 1))
        return sheet(ax)


def transition_frame(table: xr.Dataset, language: str, analyses: Sequence[str] | None = None) -> pd.DataFrame:
    """Transitions between the classes that occur: analysis, from, from_name, to, to_name, count, probability."""
    labels = listed(table["from_name"].attrs.get(f"label_{language}", table["from_name"].attrs.get("label_en")))
    out = pd.DataFrame({key: table[key].values for key in ("analysis", "from", "to", "count", "probability")})
    known = list(out["analysis"].unique())
    for name in analyses or []:
        if name not in known:
            raise InputError(f'no analysis "{name}" in table "transitions"; {nearest(name, known)}')
    for side in ("from", "to"):
        codes = table[f"{side}_name"].values.astype(int)
        out[f"{side}_name"] = np.array(["", *labels], dtype=object)[codes]
    parts = []
    for name in analyses or known:
        mine = out[out["analysis"] == name]
        moved = mine[mine["count"] > 0]
        kept = {*moved["from"], *moved["to"]} if (mine["from_name"] != "").any() else {*mine["from"]}
        parts.append(mine[mine["from"].isin(kept) & mine["to"].isin(kept)])
    if not any(part["count"].any() for part in parts):
        raise NothingToDraw("transition_heatmap has nothing to draw: no unit has a class in two years in a row")
    columns = ["analysis", "from", "from_name", "to", "to_name", "count", "probability"]
    return pd.concat(parts, ignore_index=True)[columns]


def _matrix(part: pd.DataFrame, name: str, language: str, words: Words) -> Matrix:
    rows = part.drop_duplicates("from")
    k = len(rows)
    names = [f"{c} {n}".strip() for c, n in zip(rows["from"], rows["from_name"], strict=True)]
    heading = {"stages": words.by_stage, "yearly quantiles": words.by_year, "pooled quantiles": words.by_pool}
    shape = part["probability"].to_numpy(dtype="f8").reshape(k, k), part["count"].to_numpy().reshape(k, k)
    return Matrix(heading.get(name, name), rows["from"].tolist(), printable(names, language), *shape)


def _empty(matrix: Matrix) -> bool:
    return bool((matrix.count.sum(axis=1) == 0).any())


def _hatch() -> Patch:
    return Patch(facecolor=NO_DATA, edgecolor=GREY, hatch="/////", linewidth=0)


def _key(words: Words, counted: bool, empty: bool) -> tuple[list[Any], list[str]]:
    """Legend: what stands in brackets, and what hatching says."""
    handles, names = [Line2D([], [], linestyle="none"), _hatch()], [words.counted, words.empty_row]
    kept = [k for k, there in enumerate((counted, empty)) if there]
    return [handles[k] for k in kept], [names[k] for k in kept]


def _numbered(matrix: Matrix, wide: float) -> int:
    """Lines of figures that fit a cell of this width: probability and count, the former alone, or none."""
    if widest([f"({n})" for n in matrix.count.ravel()]) <= wide - 0.6 and widest(["0.00"]) <= wide - 0.6:
        return 2
    return 1 if widest([".00"]) <= wide - 0.5 else 0


def _page(matrices: list[Matrix], words: Words, whole: float) -> Figure:
    """Panels in as few rows as leave every cell room for its figures, all cells alike; the scale last."""
    least = width(words.arriving, TEXT) + 1
    every = [[matrices], [matrices[:1], matrices[1:]], [[m] for m in matrices]]
    tried = [_set([row for row in rows if row], whole, least) for rows in every]
    spare = max(tried, key=lambda s: (s.tall <= TALLEST, s.lines, s.wide))
    best = next((s for s in tried if s.lines == 2 and s.tall <= TALLEST), spare)
    figure, top = page(whole, best.tall), 0.0
    for row in best.rows:
        left, most = 0.0, max(len(m.classes) for m in row)
        for k, m in enumerate(row):
            left += _label(m, whole) + (BESIDE if k == 0 else APART)
            wide = max(best.wide * len(m.classes), least)
            axes = place(figure, left, top + HEAD, wide, best.high * len(m.classes))
            shown = shortened(m.names, _label(m, whole) - 1.0)
            _draw(axes, m, shown, words, numbered=best.lines, titles=k == 0)
            left += wide
        top += HEAD + most * best.high + FOOT
    _scale(figure, words, _key(words, best.lines == 2, any(_empty(m) for m in matrices)))
    return figure


def _label(matrix: Matrix, whole: float) -> float:
    """Room in mm for the names of the classes."""
    return min(widest(matrix.names) + 1.5, 0.34 * whole)


def _set(rows: list[list[Matrix]], whole: float, least: float) -> Setting:
    """Cells as wide as the fullest row allows, as high as their figures need; no panel narrower than `least`."""
    wide = min(_cell(row, whole, least) for row in rows)
    lines = min(_numbered(m, wide) for row in rows for m in row)
    down = sum(max(len(m.classes) for m in row) for row in rows)
    over = len(rows) * (HEAD + FOOT) + KEY
    if lines == 2 and over + down * TWO > TALLEST:
        lines = 1
    heights = {2: (TWO + 0.8, TWO), 1: (ONE,), 0: (ONE, NONE)}[lines]
    high = next((h for h in heights if over + down * h <= TALLEST), heights[-1])
    return Setting(rows, wide, high, lines, over + down * high)


def _cell(row: list[Matrix], whole: float, least: float) -> float:
    """Width in mm of the cells of panels side by side, where small ones take `least`."""
    free = whole - 2 - BESIDE - APART * (len(row) - 1) - sum(_label(m, whole) for m in row)
    rest, wide = sorted(row, key=lambda m: -len(m.classes)), 0.0
    for k in range(len(rest), 0, -1):
        wide = (free - least * (len(rest) - k)) / sum(len(m.classes) for m in rest[:k])
        if wide * len(rest[k - 1].classes) >= least:
            break
    return max(min(wide, WIDEST), 0.5)


def _scale(figure: Figure, words: Words, key: tuple[list[Any], list[str]]) -> None:
    """The colours of the probabilities, and the legend beside them."""
    whole, height = (s * MM for s in figure.get_size_inches())
    long = 42.0 if whole > 100 else 30.0
    axes = place(figure, BESIDE, height - KEY + 1.5, long, 2.2)
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), BLUES), cax=axes, orientation="horizontal")
    ticks(axes.xaxis, [0, 0.5, 1], ["0", "0.5", "1"])
    titled(axes, words.chance, x=True)
    axes.xaxis.labelpad = 1
    bar.outline.set_visible(False)
    if key[0]:
        where = {"loc": "upper left", "bbox_to_anchor": ((BESIDE + long + 6) / whole, (KEY - 0.4) / height)}
        legend(figure, *key, **where)


def _draw(
    axes: Axes, matrix: Matrix, names: Sequence[str], words: Words, *, numbered: int, titles: bool = True
) -> None:
    """One matrix: cells, their figures, hatched rows, classes along both sides."""
    k = len(matrix.classes)
    full = matrix.count.sum(axis=1) > 0
    for i in range(k):
        if not full[i]:
            axes.add_patch(
                Rectangle((-0.5, i - 0.5), k, 1, facecolor=NO_DATA, edgecolor=GREY, hatch="/////", linewidth=0)
            )
            continue
        for j in range(k):
            p, n = matrix.probability[i, j], int(matrix.count[i, j])
            colour = to_hex(BLUES(p)) if n else "white"
            axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=0.6))
            if n and numbered:
                text = f"{p:.2f}\n({n})" if numbered == 2 else f"{p:.2f}".removeprefix("0") if p < 0.995 else "1"
                axes.text(j, i, text, ha="center", va="center", fontsize=SMALL, color=ink_on(colour), linespacing=1.05)
    axes.add_patch(Rectangle((-0.5, -0.5), k, k, facecolor="none", edgecolor=GREY, linewidth=0.5, clip_on=False))
    axes.set_xlim(-0.5, k - 0.5)
    axes.set_ylim(k - 0.5, -0.5)
    numbers = [str(c) for c in matrix.classes]
    kept = thinned(numbers, millimetres(axes)[0] / k)
    ticks(axes.xaxis, kept, [numbers[c] for c in kept])
    ticks(axes.yaxis, range(k), list(names))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    titled(axes, words.arriving, x=True)
    if titles:
        titled(axes, words.leaving, x=False)
    headed(axes, matrix.heading)
