"""Placing things on paper in millimetres: pages, axes, measured type, folded names, ticks, legends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from accord.errors import NotDrawn
from accord.plot.style import SMALL, TALLEST, TEXT
from accord.plot.tape import Page

MM = 25.4
LINE = 2.9
"""Height of a line of small type in mm."""


def page(width: float, height: float) -> Figure:
    """An empty figure of this size in mm, with a canvas of its own and no pyplot state.

    Raises
    ------
    InputError
        If it would not fit a page.
    """
    if height > TALLEST + 0.5:
        raise NotDrawn(
            f"the figure would be {height:.0f} mm tall, a page holds {TALLEST:.0f} mm: draw fewer units, "
            'for example with .sel(unit=[...]) on the table, or use size="double"',
            f"图高将达 {height:.0f} mm，而一页仅容 {TALLEST:.0f} mm：请减少单元，如对表使用 .sel(unit=[...])，"
            '或用 size="double"',
        )
    figure = Page(figsize=(width / MM, height / MM))
    FigureCanvasAgg(figure)
    return figure


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at this distance in mm from the left and the top of the page."""
    w, h = (s * MM for s in figure.get_size_inches())
    return figure.add_axes((left / w, 1 - (top + height) / h, width / w, height / h))


def millimetres(axes: Axes) -> tuple[float, float]:
    """Width and height of axes on paper."""
    box, dots = axes.get_window_extent(), axes.figure.dpi
    return box.width / dots * MM, box.height / dots * MM


def sheet(axes: Axes) -> Figure:
    """The whole figure that holds the axes, also where they stand in a part of it."""
    figure: Any = axes.figure
    while not isinstance(figure, Figure):
        figure = figure.figure
    return figure


def width(text: str, size: float = SMALL) -> float:
    """Width of a line of type in mm, in the fonts of the figure being drawn."""
    return _measured(text, size, tuple(FontProperties().get_family())) if text else 0.0


@lru_cache(maxsize=20_000)
def _measured(text: str, size: float, family: tuple[str, ...]) -> float:
    points, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(family=family, size=size), False)
    return float(points) / 72 * MM * 1.03


def widest(texts: Sequence[str], size: float = SMALL) -> float:
    """Width in mm of the widest of some lines."""
    return max((width(t, size) for t in texts), default=0.0)


def shorten(text: str, room: float, size: float = SMALL, head: float = 0.6) -> str:
    """A name cut in its middle where it is wider than `room`: its end often tells it from its neighbours."""
    if width(text, size) <= room:
        return text
    kept = _longest(len(text) - 1, lambda n: width(_cut(text, n, head), size) <= room)
    return _cut(text, kept, head) if kept > 1 else "…"


def _cut(text: str, kept: int, head: float) -> str:
    first = min(kept, max(1, round(kept * head)))
    return f"{text[:first].rstrip()}…{text[len(text) - kept + first :].lstrip()}"


def _longest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `most` that fits, 1 where none does: few measurements also of a long name."""
    low, high = 1, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def shortened(names: Sequence[str], room: float, size: float = SMALL) -> list[str]:
    """Names that fit into `room`, cut where different ones stay different."""
    tries = ([shorten(n, room, size, head) for n in names] for head in (0.6, 0.4, 0.2, 0.8, 1.0))
    first = next(tries)
    told = len(set(names))
    return first if len(set(first)) == told else next((t for t in tries if len(set(t)) == told), first)


def fold(text: str, room: float, lines: int, size: float = SMALL) -> str:
    """A name broken into at most `lines` lines no wider than `room`, the last one shortened if it must be."""
    out: list[str] = []
    rest = text
    while rest and len(out) < lines - 1 and width(rest, size) > room:
        fits = _longest(len(rest), lambda n, rest=rest: width(rest[:n], size) <= room)  # type: ignore[misc]
        at = _break(rest, fits)
        out.append(rest[:at].strip())
        rest = rest[at:].strip()
    return "\n".join([*out, shorten(rest, room, size)])


def _break(text: str, fits: int) -> int:
    """Where a line ends that holds `fits` characters: at a space, after a Chinese comma, or at no bracket's wrong side.

    Examples
    --------
    >>> _break("sea ice", 5), _break("甲、乙丙丁）", 5), _break("甲乙丙丁）", 4), _break("甲乙（丙丁", 3)
    (3, 2, 3, 2)
    """
    gap = text.rfind(" ", 0, fits + 1)
    if gap > 0:
        return gap
    comma = max(text.rfind(mark, 0, fits) for mark in "、，")
    if comma > 0:
        return comma + 1
    at = fits
    while at > 1 and (text[at : at + 1] in tuple("）、，。；：") or text[at - 1] == "（"):
        at -= 1
    return at


def unbroken(folded: str, name: str) -> bool:
    r"""Whether a name was folded between its words, or between Chinese characters, and not cut.

    Examples
    --------
    >>> unbroken("sea\nice", "sea ice"), unbroken("seai\nce", "seaice"), unbroken("北\n京", "北京")
    (True, False, True)
    """
    lines = folded.split("\n")
    breaks = pairwise(lines)
    apart = " ".join(lines) == name or all(ord(a[-1]) > 0x2E80 and ord(b[0]) > 0x2E80 for a, b in breaks)
    return apart and ("…" in name or "…" not in folded)


def ticks(axis: Any, at: Sequence[float], names: Sequence[str], **style: Any) -> None:
    """Fixed ticks whose names are data: no mathematics is read into them, fonts are the figure's."""
    family = FontProperties().get_family()
    axis.set_ticks(at, labels=list(names), parse_math=False, fontfamily=family, fontsize=SMALL, **style)


def marked(values: Any, most: int) -> list[float]:
    """Ticks in at most `most` round steps, from below the lowest value to above the highest: the axis ends there.

    Examples
    --------
    >>> marked([0.34, 0.67], 5)
    [0.3, 0.4, 0.5, 0.6, 0.7]
    """
    known = np.asarray(values, dtype="f8")[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = max(low - 0.05, min(low, 0.0)), high + 0.05
    found = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    kept = [m for m, after in zip(found, [*found[1:], np.inf], strict=True) if after > low + 1e-12]
    return [round(float(m), 12) for m, before in zip(kept, [-np.inf, *kept[:-1]], strict=True) if before < high - 1e-12]


def thinned(names: Sequence[str], room: float) -> list[int]:
    """Places of the names that can stand side by side, counted back from the last, `room` mm for each place."""
    step = max(1, -int(-(widest(names) + 0.9) // room)) if names else 1
    return list(range(len(names) - 1, -1, -step))[::-1]


def titled(axes: Axes, text: str, *, x: bool) -> None:
    """Name of an axis."""
    give = axes.set_xlabel if x else axes.set_ylabel
    give(text, parse_math=False, fontsize=TEXT, fontfamily=FontProperties().get_family())


def columns_for(names: Sequence[str], room: float, most: int) -> int:
    """Number of legend columns that fit into `room` mm."""
    n = next((n for n in range(min(most, len(names)), 1, -1) if legend_width(names, n) <= room), 1)
    even = -(-len(names) // -(-len(names) // n))
    return even if legend_width(names, even) <= room else n


def legend_width(names: Sequence[str], columns: int) -> float:
    """Width in mm of a legend filled column by column, as matplotlib does: handles, names, gaps between columns."""
    em = TEXT / 72 * MM
    rows, longer = divmod(len(names), columns)
    ends = [(k + 1) * rows + min(k + 1, longer) for k in range(columns)]
    parts = [names[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return sum(widest(part, TEXT) + 1.75 * em for part in parts) + 1.6 * em * (columns - 1)


def key_height(names: Sequence[str], whole: float) -> float:
    """Height in mm of a legend above the panels of a page, with the space around it."""
    return 1.5 + (LINE + 0.6) * -(
        -len(names) // columns_for([shorten(n, whole - 8, TEXT) for n in names], whole - 2, len(names))
    )


def key_on_top(figure: Figure, handles: Sequence[Artist], names: Sequence[str], left: float) -> None:
    """A legend above the panels of a page, from `left` mm on where it fits; its height is `key_height`."""
    whole, height = (s * MM for s in figure.get_size_inches())
    cut = [shorten(n, whole - 8, TEXT) for n in names]
    shape = columns_for(cut, whole - 2, len(cut))
    start = max(1.0, min(left, whole - 1 - legend_width(cut, shape)))
    legend(figure, handles, cut, ncols=shape, loc="upper left", bbox_to_anchor=(start / whole, 1 - 1.2 / height))


def legend(host: Figure | Axes, handles: Sequence[Artist], names: Sequence[str], **where: Any) -> Legend:
    """A legend whose names are data; some versions of matplotlib drop those that begin with an underscore."""
    made = host.legend(list(handles), [f"entry {i}" for i in range(len(names))], **where)
    for text, name in zip(made.get_texts(), names, strict=True):
        text.set_text(name)
    return made
