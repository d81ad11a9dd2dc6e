"""Groups of rows, named in the margin on the right of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from accord.plot.layout import LINE, fold, sheet, widest
from accord.plot.style import GREY, INK, SMALL

Span = tuple[str, int, int]
"""A group and its first row and the row after its last."""


def spans(groups: Sequence[str]) -> list[Span]:
    """Runs of equal names.

    Examples
    --------
    >>> spans(["East", "East", "West"])
    [('East', 0, 2), ('West', 2, 3)]
    """
    out, at = [], 0
    for name, rows in groupby(groups):
        n = len(list(rows))
        out.append((name, at, at + n))
        at += n
    return out


def folded(found: Sequence[Span], row: float, most: float) -> list[Span]:
    """Names folded to the lines that their rows, `row` mm each, have room for."""
    return [(fold(name, most, max(1, int((end - first) * row / LINE))), first, end) for name, first, end in found]


def room_for(found: Sequence[Span]) -> float:
    """Width in mm that the names and their lines take."""
    named = widest([line for name, _, _ in found for line in name.split("\n")])
    return named + 3.2 if named else 3.0


def margin(axes: Axes, found: Sequence[Span], row: float, *, start: float = 0.0, gap: float = 1.6) -> None:
    """Names on the right, each beside a line along its rows, and a white gap between the groups.

    `start` is where the first row begins on the axis, `gap` the width of the gap in points.
    """
    edge = axes.get_yaxis_transform()
    beside = offset_copy(edge, sheet(axes), x=2.5, units="points")
    for name, first, end in found:
        if not name:
            continue
        low, high = start + first, start + end
        if first and gap:
            axes.axhline(low, color="white", linewidth=gap)
        axes.plot(
            [1, 1], [low + 0.4 / row, high - 0.4 / row], transform=beside, color=GREY, linewidth=0.6, clip_on=False
        )
        axes.annotate(name, (1, (low + high) / 2), (5.5, 0), xycoords=edge, textcoords="offset points", fontsize=SMALL,
                      color=INK, va="center", linespacing=1.15, parse_math=False, annotation_clip=False)  # fmt: skip
