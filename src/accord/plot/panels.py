"""Ranked rows in panels, one for each group, set in one column of the page or two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accord.errors import NotDrawn
from accord.plot.layout import fold, millimetres, page, place, shorten, shortened, widest
from accord.plot.style import INK, TALLEST, TEXT, Words
from accord.plot.typeface import printable

MOST = 100
"""Rows that can be told apart on a page."""
TALL = 40
"""Rows after which a panel is continued in another."""
TITLE, GAP, FOOT = 4.2, 1.8, 9.0
WIDEN = 7.0
"""Space in mm that a gap between panels may take on so that both columns end together."""


@dataclass(frozen=True)
class Panel:
    """Rows of one group, or a part of them: title, names from top to bottom, values (row, column)."""

    title: str
    names: list[str]
    values: np.ndarray[Any, np.dtype[np.float64]]

    @property
    def over(self) -> float:
        """Height in mm that does not depend on the rows."""
        return GAP + (TITLE if self.title else 0)


@dataclass(frozen=True)
class Setting:
    """How a page of panels is set, in mm: its width, room above for a legend, rows, columns, right margin."""

    whole: float
    top: float
    good: float
    least: float
    columns: int = 1
    right: float = 4.0
    lines: int = 1
    """Lines that a name may be folded into."""


def region_panels(
    frame: pd.DataFrame, value: str, names: dict[Any, str], language: str, words: Words, tall: int
) -> list[Panel]:
    """One panel for each region of the frame, or several where it has more than `tall` units."""
    out: list[Panel] = []
    shown = dict(zip(names, printable(names.values(), language), strict=True))
    regions = list(frame["region"].unique())
    for region, title in zip(regions, printable(regions, language), strict=True):
        part = frame[frame["region"] == region]
        units = [shown[u] for u in part["unit"].unique()]
        values = part[value].to_numpy(dtype="f8").reshape(len(units), -1)
        pieces = np.array_split(np.arange(len(units)), -(-len(units) // tall))
        for i, piece in enumerate(pieces):
            head = title if i == 0 or not title else words.continued.format(region=title)
            out.append(Panel(head, [units[k] for k in piece], values[piece]))
    return out


def tallest(units: int, regions: int, columns: int) -> int:
    """Rows after which a panel goes on in another: none on a page of one column."""
    if columns == 1:
        return MOST
    return max(TALL, -(-units // 2)) if regions == 1 else TALL


def few_enough(units: int, name: str, table: str) -> None:
    """Nothing, where every unit can have a row.

    Raises
    ------
    InputError
        If there are more than a page has rows.
    """
    if units > MOST:
        raise NotDrawn(
            f"{name} names up to {MOST} units and this table has {units}: pass a part of it, for example "
            f'study["{table}"].sel(unit=[...]), or use coordination_heatmap, which takes any number',
            f'{name} 至多标注 {MOST} 个单元，而该表有 {units} 个：请选取一部分，如 study["{table}"].sel(unit=[...])，'
            "或用不限单元数的 coordination_heatmap",
        )


def stacked(panels: list[Panel], setting: Setting, draw: Callable[[Axes, Panel, bool], None]) -> tuple[Figure, float]:
    """The page of panels, and how far from the left in mm their axes begin; `draw` is told which end a column."""
    columns = _columns(panels, setting.columns)
    row = _row(columns, setting)
    tall = [sum(p.over + row * len(p.names) for p in c) for c in columns]
    figure = page(setting.whole, setting.top + max(tall) + FOOT)
    wide = setting.whole / len(columns)
    every = [n for p in panels for n in p.names]
    room = 0.42 * wide - 1.8
    cut = {n: fold(n, room, setting.lines) for n in every} if setting.lines > 1 else {}
    names = min(widest([line for n in every for line in cut.get(n, n).split("\n")]) + 2, 0.42 * wide)
    cut = cut or dict(zip(every, shortened(every, names - 1.8), strict=True))
    for i, column in enumerate(columns):
        y, left = setting.top, i * wide + names + 0.8
        spare = (max(tall) - tall[i]) / max(len(column) - 1, 1)
        for k, panel in enumerate(column):
            y += panel.over + (spare if k and spare <= WIDEN else 0)
            axes = place(figure, left, y, wide - names - setting.right, row * len(panel.names))
            draw(axes, replace(panel, names=[cut[n] for n in panel.names]), panel is column[-1])
            headed(axes, panel.title)
            y += row * len(panel.names)
    return figure, names + 0.8


def headed(axes: Axes, title: str, beside: float = 0.0) -> None:
    """Title of a panel, above its left edge, with as much room as the panel is wide and so many mm beside it."""
    if title:
        title = shorten(title, millimetres(axes)[0] + beside, TEXT)
        axes.annotate(title, (0, 1), (0, 2), xycoords="axes fraction", textcoords="offset points", color=INK,
                      fontsize=TEXT, va="bottom", parse_math=False, annotation_clip=False)  # fmt: skip


def _columns(panels: list[Panel], most: int) -> list[list[Panel]]:
    """Panels in their order, cut once where the taller column is lowest."""
    if most == 1 or len(panels) == 1:
        return [panels]
    sizes = [p.over + 4 * len(p.names) for p in panels]
    at = min(range(1, len(panels)), key=lambda i: max(sum(sizes[:i]), sum(sizes[i:])))
    return [panels[:at], panels[at:]]


def _row(columns: list[list[Panel]], setting: Setting) -> float:
    """Height of a row in mm: generous where there is room, never below its line of type."""
    free = TALLEST - setting.top - FOOT
    room = min((free - sum(p.over for p in c)) / sum(len(p.names) for p in c) for c in columns)
    return max(setting.least, min(setting.good, room))
