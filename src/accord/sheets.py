"""Files of cells, as they are: CSV and workbooks to sheets whose every cell knows its place.

Knows nothing of panels. Everything that reads a user's table goes through here, so that encodings,
odd characters and bad cells are met, and named, in one way.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from accord.errors import InputError, brief

WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "-", "—", "–", "…", "...", "/")
"""Texts that stand for a missing number."""


@dataclass(frozen=True)
class Sheet:
    """A table of text cells with the place it came from; `frame` has one row per data row."""

    file: str
    frame: pd.DataFrame
    name: str = ""
    first_row: int = 2
    """Number, in the file, of the first data row."""

    @property
    def columns(self) -> list[str]:
        return [str(column) for column in self.frame]

    def place(self, row: int | None = None, column: str | None = None) -> str:
        """Where a cell stands, for a message: file, sheet, row, column."""
        parts = [f'sheet "{self.name}"'] if self.name else []
        if row is not None:
            parts.append(f"row {row + self.first_row}")
        if column is not None:
            parts.append(f'column "{brief(column)}"')
        return ", ".join([self.file, *parts])

    def numbers(self, column: str) -> np.ndarray:
        """A column as floats, missing as NaN.

        Raises
        ------
        InputError
            At the first cell that is neither a number nor empty, naming file, sheet, row, column and value;
            likewise at an infinite number.
        """
        text = self.frame[column]
        plain = text.where(~text.isin(MISSING), other="nan")
        values = np.array(pd.to_numeric(plain, errors="coerce"), dtype="f8")
        bad = np.isnan(values) & (plain.to_numpy() != "nan")
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
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


def read_sheets(path: str | Path, only: Sequence[str] | None = None) -> dict[str, Sheet]:
    """All sheets of a workbook by name (or those in `only` that exist), or a CSV as the one sheet "".

    Raises
    ------
    InputError
        If the file is missing, empty, not readable as what its name says, or not UTF-8 or GB18030.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file")
    if not path.exists():
        raise InputError(f"{path}: no such file")
    try:
        if path.suffix.lower() in WORKBOOKS:
            return _workbook(path, only)
        return {"": _csv(path)}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def folded(name: str) -> str:
    """A column's name as it is compared: full-width forms as plain ones, no blanks around.

    Examples
    --------
    >>> folded(" ＧＤＰ（亿元）")
    'GDP(亿元)'
    """
    return unicodedata.normalize("NFKC", name).strip()


def read_sheet(path: str | Path) -> Sheet:
    """The one sheet of a CSV, or the first of a workbook."""
    return next(iter(read_sheets(path).values()))


def _csv(path: Path) -> Sheet:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: the file is UTF-16; save it as CSV UTF-8")
    if b"\x00" in raw[:4096]:
        raise InputError(f"{path}: this is not a text file; save the table as CSV UTF-8")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError as error:
            where = raw.count(b"\n", 0, error.start) + 1
    else:
        raise InputError(f"{path}, row {where}: the text is neither UTF-8 nor GB18030; save it as CSV UTF-8")
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{path}, row {len(rows) + 1}: not CSV ({error}); look at its quotes") from error
    width = len(next((row for row in rows if any(map(str.strip, row))), []))
    for number, row in enumerate(rows, 1):
        if any(map(str.strip, row[width:])):
            raise InputError(f"{path}, row {number}: more cells than the {width} of the head; remove or quote a comma")
        if len(row) != width:
            rows[number - 1] = [*row[:width], *[""] * (width - len(row))]
    return _sheet(str(path), "", pd.DataFrame(rows, dtype=object))


def _workbook(path: Path, only: Sequence[str] | None) -> dict[str, Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = [name for name in book.sheet_names if only is None or name in only]
        rows = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except CalamineError as error:
        raise InputError(f"{path}: not a workbook this can read ({error}); save it as .xlsx") from error
    return {
        name: _sheet(str(path), name, pd.DataFrame([[_text(v) for v in row] for row in cells], dtype=object))
        for name, cells in rows.items()
    }


def _sheet(file: str, name: str, cells: pd.DataFrame) -> Sheet:
    """Head row to column names, cells stripped, empty rows and unnamed empty columns dropped."""
    place = Sheet(file, cells, name).place()
    cells = cells.fillna("").map(str.strip)
    empty = (cells == "").all(axis=1).to_numpy()
    if cells.empty or empty.all():
        raise InputError(f"{place}: the {'sheet' if name else 'file'} is empty")
    head = int(np.flatnonzero(~empty)[0])
    columns = [folded(c) for c in cells.iloc[head]]
    body = cells.iloc[head + 1 :]
    kept = [i for i, c in enumerate(columns) if c or not (body.iloc[:, i] == "").all()]
    unnamed = [i for i in kept if not columns[i]]
    if unnamed:
        raise InputError(
            f"{place}: column {unnamed[0] + 1} has values but no name in row {head + 1}; name it or clear it"
        )
    columns = [columns[i] for i in kept]
    twice = [c for c in columns if columns.count(c) > 1]
    if twice:
        raise InputError(f'{place}: column "{brief(twice[0])}" stands twice; rename one')
    body = body.iloc[:, kept].set_axis(columns, axis=1)
    last = np.flatnonzero(~empty)[-1]
    body = body.iloc[: max(last - head, 0)].reset_index(drop=True)
    for column in columns:
        refuse_control_in(column, f"{place}, head row")
    return Sheet(file, body, name, head + 2)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def refuse_control_in(text: str, place: str) -> None:
    """Refuse a text with a control character, naming the character."""
    bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs") or c in "\u2028\u2029"), None)
    if bad is not None:
        raise InputError(f'{place}: "{brief(text)}" holds the control character U+{ord(bad):04X}; remove it')


def refuse_control(sheet: Sheet, column: str) -> None:
    """Refuse control characters in the texts of a column, naming the first."""
    for text in sheet.frame[column].unique():
        if not text.isprintable():
            row = int(np.flatnonzero(sheet.frame[column].to_numpy() == text)[0])
            refuse_control_in(text, sheet.place(row, column))
