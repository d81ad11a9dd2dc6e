"""Tables of cells whose first row names the columns, each cell with its place for messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from accord.errors import InputError, brief
from accord.sheets.cells import PLAIN, Grid, Ranges, floats, folded, plainly, refuse_control_in, refuse_overlap

MOST_BROKEN = 100_000
"""Cells that are merged with others, told one by one."""


@dataclass(frozen=True)
class Sheet:
    """A table of text cells with the place it came from; `frame` has one row per data row."""

    file: str
    frame: pd.DataFrame
    name: str = ""
    rows: Sequence[int] = ()
    """Number, in the file, of each data row; without them rows count from 2."""
    encoding: str = ""
    """How the text was read: UTF-8, UTF-16 or GB18030; empty for a workbook."""
    broken: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """What is wrong with a cell, by its place in `frame`, that is refused once its column is used."""
    origin: Callable[[int, str | None], str] | None = None
    """Where a cell was read from, for a table that was put together from several files."""

    @property
    def columns(self) -> list[str]:
        return [str(column) for column in self.frame]

    def row(self, row: int) -> int:
        """Number, in the file, of a data row."""
        return int(self.rows[row]) if len(self.rows) else int(row) + 2

    def place(self, row: int | None = None, column: str | None = None) -> str:
        """Where a cell stands, for a message: file, sheet, row, column."""
        if self.origin is not None and row is not None:
            return self.origin(row, column)
        parts = [f'sheet "{self.name}"'] if self.name else []
        if row is not None:
            parts.append(f"row {self.row(row)}")
        if column is not None:
            parts.append(f'column "{brief(column)}"')
        return ", ".join([self.file, *parts])

    def refuse_broken(self, column: str) -> None:
        """Refuse the first cell of a column that holds an error, no result, or part of a merged number."""
        found = [row for row, name in self.broken if name == column]
        if found:
            row = min(found)
            raise InputError(f"{self.place(row, column)}: {self.broken[row, column]}")

    def numbers(self, column: str) -> np.ndarray:
        """A column as floats, missing as NaN.

        Raises
        ------
        InputError
            At the first cell that is neither a number nor empty, naming file, sheet, row, column and value;
            likewise at an infinite number.
        """
        self.refuse_broken(column)
        text = self.frame[column]
        values = floats(text)
        empty = np.flatnonzero(np.isnan(values))
        bad = empty[plainly(text.iloc[empty]).to_numpy() != "nan"]
        if bad.size:
            row = int(bad[0])
            shown = text.iloc[row]
            hint = (
                "write the number without separators or unit"
                if any(c.isdigit() for c in shown)
                else "write a number or leave it empty"
            )
            raise InputError(f'{self.place(row, column)}: "{brief(shown)}" is not a number; {hint}')
        if np.isinf(values).any():
            row = int(np.flatnonzero(np.isinf(values))[0])
            raise InputError(
                f'{self.place(row, column)}: "{brief(text.iloc[row])}" is infinite; mend the value or leave it empty'
            )
        return values


def headed(grid: Grid) -> Sheet:
    """Head row to column names, merged texts filled; empty rows and unnamed empty columns dropped.

    Raises
    ------
    InputError
        Where the sheet is empty, or its first row does not name each column that holds anything.
    """
    place, cells, broken = grid.place(), grid.cells, {}
    if grid.faults or grid.merged:
        cells = cells.copy()
    for at, (text, wrong) in grid.faults.items():
        if at[0] < cells.shape[0] and at[1] < cells.shape[1]:
            cells[at], broken[at] = text, wrong
    held = cells.astype(bool)
    filled = np.flatnonzero(held.any(axis=1)) if cells.size else np.empty(0, dtype=int)
    if not filled.size:
        raise InputError(f"{place}: the {'sheet' if grid.name else 'file'} is empty")
    head, rows = int(filled[0]), filled[1:]
    if unreadable := [wrong for at, wrong in broken.items() if at[0] == head]:
        raise InputError(f"{place}, row {head + 1}: {unreadable[0]}")
    refuse_overlap(grid)
    broken |= _unmerge(cells, rows, grid.merged, place)
    columns = [folded(c) for c in cells[head]]
    kept = [i for i, c in enumerate(columns) if c or held[rows, i].any()]
    unnamed = [i for i in kept if not columns[i]]
    if unnamed:
        refuse_title(columns, f"{place}, row {head + 1}")
        raise InputError(
            f"{place}: column {unnamed[0] + 1} has values but no name in row {head + 1}; name it or clear it"
        )
    names = [columns[i] for i in kept]
    twice = [c for c in names if names.count(c) > 1]
    if twice:
        raise InputError(f'{place}: column "{brief(twice[0])}" stands twice; rename one')
    for column in names:
        refuse_control_in(column, f"{place}, head row")
    body = pd.DataFrame(cells[rows][:, kept], columns=names, dtype=object)
    number = {int(row): i for i, row in enumerate(rows)} if broken else {}
    marked = {(number[r], columns[c]): text for (r, c), text in broken.items() if r in number}
    return Sheet(grid.file, body, grid.name, tuple(int(row) + 1 for row in rows), grid.encoding, marked)


def _unmerge(cells: np.ndarray, rows: np.ndarray, merged: Ranges, place: str) -> dict[tuple[int, int], str]:
    """Fill texts merged down a column into the rows that hold anything; what is wrong with other merged cells."""
    broken: dict[tuple[int, int], str] = {}
    held = set(rows.tolist())
    for (top, left), (bottom, right) in merged:
        text = cells[top, left] if top in held and left < cells.shape[1] else ""
        if not text:
            continue
        within = rows[np.searchsorted(rows, top) : np.searchsorted(rows, bottom, "right")]
        if left == right and np.isnan(pd.to_numeric(text.translate(PLAIN), errors="coerce")):
            down = within[cells[within, left] == ""]
            cells[down, left] = text
            continue
        wrong = f'the cell is merged with that of "{brief(text)}" in row {top + 1}; unmerge them and fill each'
        for column in range(left, min(right + 1, cells.shape[1])):
            empty = within[cells[within, column] == ""]
            broken |= dict.fromkeys(zip(empty.tolist(), [column] * empty.size, strict=True), wrong)
            if len(broken) > MOST_BROKEN:
                raise InputError(f"{place}: more than {MOST_BROKEN:,} cells are merged with others; unmerge them")
    return broken


def refuse_title(head: Sequence[str], place: str) -> None:
    """Refuse a head of one cell above a table of several columns: a title, as yearbooks have it."""
    if sum(map(bool, head)) == 1:
        raise InputError(
            f'{place}: "{brief("".join(head))}" stands alone like a title; the first row must name the columns, '
            "so remove what stands above them"
        )


def refuse_control(sheet: Sheet, column: str) -> None:
    """Refuse broken cells and control characters in the texts of a column, naming the first."""
    sheet.refuse_broken(column)
    for text in sheet.frame[column].unique():
        if not text.isprintable():
            row = sheet.frame[column].tolist().index(text)  # NumPy would take a last NUL for padding
            refuse_control_in(text, sheet.place(row, column))
