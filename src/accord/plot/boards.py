"""Pages of panels in rows and columns: headings over both, columns folded into bands where a page is too narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accord.errors import NotDrawn
from accord.plot.layout import LINE, MM, fold, key_height, key_on_top, page, place, shorten, widest, width
from accord.plot.style import INK, TALLEST, TEXT

AIR = 1.4
"""Room in mm between a heading and what it stands over."""
APART = 2.6
"""Room in mm between a row and the heading of the next."""
NOTE = LINE + 0.8


@dataclass(frozen=True)
class Board:
    """What a page holds and the room that its panels need, in mm."""

    name: str
    """The figure's own, for what is said where a page is too small."""
    rows: Sequence[str]
    """Headings of the rows; one empty heading where there is nothing to say."""
    columns: Sequence[Sequence[str]]
    """Headings of the columns, each of one line or several."""
    axis: str
    """Name of the axis below the panels."""
    narrowest: float
    lowest: float
    good: float
    """Least width and height of a panel, and the height that is good."""
    left: float
    """Room on the left of the first column."""
    beside: float = 4.2
    """Room on the right of each panel."""
    widest: float = 90.0
    square: bool = False
    slender: bool = False
    """Whether panels may be as high as is good however narrow they are."""
    under: float = 0.0
    """Room under each row for ticks that are named in every row."""
    title: str = ""
    """Over the whole page."""
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Cell:
    """A panel and where it stands: its row and column on the board, whether at the left or the foot of its band."""

    axes: Axes
    row: int
    column: int
    first: bool
    last: bool


def set_out(board: Board, key: tuple[list[Any], list[str]], whole: float) -> tuple[Figure, list[Cell]]:
    """The page with its key, headings and notes, and its empty panels, row by row within each band.

    Raises
    ------
    NotDrawn
        If a page of this size cannot hold them.
    """
    n, down = len(board.columns), len(board.rows)
    across = max(1, min(n, int((whole - board.left) // (board.narrowest + board.beside))))
    across = -(-n // -(-n // across))
    bands = -(-n // across)
    wide = min((whole - board.left) / across - board.beside, board.widest)
    heads = [
        [line for text in c for line in fold(text, wide + board.beside - 1.5, 3, TEXT).split("\n")]
        for c in board.columns
    ]
    rowed = any(board.rows)
    head = LINE * max(map(len, heads)) + AIR - (APART - 1.0 if rowed else APART) - board.under
    row_head = APART + board.under + (LINE + AIR if rowed else 0.0)
    foot = 2 * LINE + 2.6
    over = key_height(key[1], whole) + (LINE + AIR if board.title else 0.0)
    room = (TALLEST - over - NOTE * len(board.notes)) / bands - head - foot
    tall = min(
        board.good, room / down - row_head, *([wide] if board.square else [] if board.slender else [0.8 * wide + 8])
    )
    if tall < board.lowest - 1e-9 or wide < board.narrowest:
        _too_small(board, whole)
    if board.square:
        wide = tall
    band = head + down * (row_head + tall) + foot
    figure = page(whole, over + bands * band + NOTE * len(board.notes))
    _margins(figure, board, over)
    key_on_top(figure, *key, 1.0)
    return figure, list(_cells(figure, board, heads, (across, wide, tall), (over, head, row_head, foot)))


def _too_small(board: Board, whole: float) -> None:
    larger_en, larger_zh = (', or use size="double"', '，或用 size="double"') if whole < 100 else ("", "")
    raise NotDrawn(
        f"{board.name} would have {len(board.rows)} x {len(board.columns)} panels, more than a page of this size holds: "
        f"name fewer groups or variables{larger_en}",
        f"{board.name} 将有 {len(board.rows)}×{len(board.columns)} 个分图，此尺寸的一页容不下：请减少组别或变量{larger_zh}",
    )


def _margins(figure: Figure, board: Board, over: float) -> None:
    """Title of the page under its key, notes at its foot."""
    whole, height = (side * MM for side in figure.get_size_inches())
    if board.title:
        figure.text(1.0 / whole, 1 - (over - AIR) / height, shorten(board.title, whole - 2, TEXT), fontsize=TEXT, color=INK,
                    va="bottom", parse_math=False)  # fmt: skip
    for k, note in enumerate(reversed(board.notes)):
        at = (1.0 / whole, (0.9 + k * NOTE) / height)
        figure.text(*at, shorten(note, whole - 2, TEXT), fontsize=TEXT, color=INK, va="bottom", parse_math=False)


def _cells(
    figure: Figure, board: Board, heads: list[list[str]], shape: tuple[int, float, float], rooms: tuple[float, ...]
) -> Iterator[Cell]:
    """Panels with the headings of their row and column, and the name of the axis under each band."""
    (across, wide, tall), (over, head, row_head, foot) = shape, rooms
    down, height = len(board.rows), figure.get_figheight() * MM
    whole = figure.get_figwidth() * MM
    for start in range(0, len(board.columns), across):
        top = over + start // across * (head + down * (row_head + tall) + foot)
        columns = range(start, min(start + across, len(board.columns)))
        for column in columns:
            x = (board.left + (column - start) * (wide + board.beside)) / whole
            for k, line in enumerate(heads[column], 1):
                figure.text(x, 1 - (top + k * LINE) / height, line, fontsize=TEXT, color=INK, va="bottom",
                            parse_math=False)  # fmt: skip
        for row, title in enumerate(board.rows):
            y = top + head + row * (row_head + tall) + row_head
            if title:
                said = shorten(title, whole - board.left - 1, TEXT)
                figure.text(board.left / whole, 1 - (y - AIR) / height, said, fontsize=TEXT, color=INK, va="bottom",
                            fontweight="normal", parse_math=False)  # fmt: skip
            for column in columns:
                at = board.left + (column - start) * (wide + board.beside)
                yield Cell(place(figure, at, y, wide, tall), row, column, column == start, row == down - 1)
        middle = board.left + 0.5 * (len(columns) * (wide + board.beside) - board.beside)
        middle = min(max(middle, 0.5 * width(board.axis, TEXT) + 1), whole - 0.5 * width(board.axis, TEXT) - 1)
        figure.text(middle / whole, 1 - (top + head + down * (row_head + tall) + foot - 1.2) / height, board.axis,
                    fontsize=TEXT, color=INK, ha="center", va="bottom", parse_math=False)  # fmt: skip


def room_left(names: Sequence[str]) -> float:
    """Room in mm that the names of ticks take on the left of a panel."""
    return widest(names, TEXT) + 2.6
