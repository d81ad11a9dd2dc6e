"""Cells as they are: a grid of texts with the place it came from, and how texts are compared and read as numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from accord.errors import InputError, brief

MISSING = (
    "", "NA", "N/A", "NaN", "nan", "null", "NULL", "-", "--", "—", "——", "–", "―", "..", "...", "…", "……", "/",
)  # fmt: skip
"""Texts that stand for a missing number."""
STANDS = frozenset(MISSING)
PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2212: ord("-")}
"""Full-width forms and the minus sign to the characters that numbers are written with."""
Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]
Faults = Mapping[tuple[int, int], tuple[str, str]]
WRITTEN = b"0123456789.+-eE"
"""Characters of numbers that need no second look."""

MOST_CELLS = 3_000_000
"""Cells of one file beyond which it is refused: more would not fit in a gigabyte as text."""


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet or a text file, stripped of blanks, before any of them is taken for a head."""

    file: str
    name: str
    cells: NDArray[Any]
    """Texts (row, column), empty where a cell is."""
    merged: Ranges = ()
    """First and last cell (row, column) of each merged range."""
    faults: Faults = field(default_factory=dict)
    """Cells that hold an error or a formula without its result: what they show, and what is wrong."""
    encoding: str = ""
    notes: tuple[str, ...] = ()
    """What a reader of the file in a spreadsheet program would not see."""

    def place(self, row: int | None = None, column: int | None = None) -> str:
        """Where a cell stands, for a message: file, sheet, row and column as the file counts them."""
        parts = [f'sheet "{self.name}"'] if self.name else []
        if row is not None:
            parts.append(f"row {row + 1}")
        if column is not None:
            parts.append(f"column {letters(column)}")
        return ", ".join([self.file, *parts])


def folded(name: str) -> str:
    """A column's name as it is compared: full-width forms as plain ones, no blanks around.

    Examples
    --------
    >>> folded(" ＧＤＰ（亿元）")
    'GDP(亿元)'
    """
    return unicodedata.normalize("NFKC", name).strip()


def letters(column: int) -> str:
    """A column's letters, as spreadsheets name it.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    out = ""
    while column >= 0:
        column, digit = divmod(column, 26)
        out, column = chr(65 + digit) + out, column - 1
    return out


def floats(text: pd.Series) -> NDArray[np.float64]:
    """Cells as numbers, NaN for what is missing and for what is no number."""
    cells = text.to_numpy().tolist()
    joined = "".join(cells)
    if joined.isascii() and not joined.encode().translate(None, WRITTEN):
        try:
            values = np.array(list(map(float, cells)) if all(cells) else [float(c) if c else np.nan for c in cells])
        except ValueError:
            values = np.array([np.inf])
        if not np.isinf(values).any():
            return values
    return np.array(pd.to_numeric(plainly(text), errors="coerce"), dtype="f8")


def plainly(text: pd.Series) -> pd.Series:
    """Cells as numbers are written: full-width digits as plain ones, whatever means missing as `nan`."""
    cells = text.to_numpy().tolist()
    plain = (cell if cell.isascii() else cell.translate(PLAIN) for cell in cells)
    read = ["nan" if p in STANDS or c in STANDS else p for p, c in zip(plain, cells, strict=True)]
    return pd.Series(read, index=text.index, dtype=object)


def text_of(value: object) -> str:
    """A workbook's value as text, without blanks around."""
    if value.__class__ is str:
        return value.strip()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "" if value is None else str(value).strip()


def refuse_control_in(text: str, place: str) -> None:
    """Refuse a text with a control character, naming the character."""
    bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs") or c in "\u2028\u2029"), None)
    if bad is not None:
        what = "a line break" if bad in "\r\n" else "the control character"
        raise InputError(f'{place}: "{brief(text)}" holds {what} U+{ord(bad):04X}; remove it')


def texts_of(rows: Sequence[Sequence[object]]) -> NDArray[Any]:
    """A workbook's rows of values as texts, (row, column); columns of floats alone, the most there are, at once."""
    width = max(map(len, rows), default=0)
    if any(len(row) < width for row in rows):
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
    out = np.empty((len(rows), width), dtype=object)
    for k, column in enumerate(zip(*rows, strict=True)):
        head = 1 if column[0].__class__ is str else 0
        if set(map(type, column[head:])) == {float}:
            out[:head, k], out[head:, k] = [text_of(v) for v in column[:head]], _numerals(column[head:])
        else:
            out[:, k] = list(map(text_of, column))
    return out


def refuse_overlap(grid: Grid) -> None:
    """Refuse merged ranges that cover more cells than there are: a damaged workbook, which would take hours to fill."""
    height, width = grid.cells.shape
    area = sum(
        max(min(bottom + 1, height) - top, 0) * max(min(right + 1, width) - left, 0)
        for (top, left), (bottom, right) in grid.merged
    )
    if area > grid.cells.size:
        raise InputError(f"{grid.place()}: its merged cells overlap; the workbook is damaged, save it afresh")


def _numerals(values: Sequence[object]) -> list[str]:
    """Floats as texts, whole ones without a point."""
    found = np.array(values, dtype="f8")
    with np.errstate(invalid="ignore"):
        whole = (found == np.trunc(found)) & (np.abs(found) < 1e15)
    if whole.all():
        return list(map(str, found.astype("i8").tolist()))
    out = list(map(repr, values))
    for i in np.flatnonzero(whole).tolist():
        out[i] = str(int(found[i]))
    return out


def refuse_size(path: Path, cells: int, *, at_least: bool = False) -> NoReturn:
    """Refuse a file of more cells than memory should hold."""
    raise InputError(
        f"{path}: {'at least ' * at_least}{cells:,} cells, more than the {MOST_CELLS:,} read from one file; remove empty rows and columns that "
        "stray cells stretch, or split the file"
    )
