"""Files of cells: text files, workbooks and data files to sheets whose every cell knows its place.

Knows nothing of panels. Everything that reads a user's table goes through here, so that encodings,
odd characters and bad cells are met, and named, in one way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from accord.errors import InputError, brief
from accord.sheets.cells import MISSING, Grid, floats, folded, plainly, refuse_control_in
from accord.sheets.sheet import Sheet, headed, refuse_control
from accord.sheets.stored import STORED, read_stored
from accord.sheets.text import read_csv, read_ragged
from accord.sheets.workbook import WORKBOOKS, read_workbook

__all__ = [
    "MISSING",
    "STORED",
    "WORKBOOKS",
    "Grid",
    "Sheet",
    "floats",
    "folded",
    "plainly",
    "read_grids",
    "read_sheet",
    "read_sheets",
    "refuse_control",
    "refuse_control_in",
]


def read_sheets(path: str | Path, only: Sequence[str] | None = None) -> dict[str, Sheet]:
    """Sheets of a workbook that hold anything by name in lower case (or those in `only`), or any other table as the one sheet "".

    Raises
    ------
    InputError
        If the file is missing, empty, not readable as what its name says, or in no encoding we read.
    """
    path = _file(path)
    try:
        if path.suffix.lower() not in WORKBOOKS:
            return {"": headed(_table(path))}
        found = {folded(grid.name).lower(): headed(grid) for grid in read_workbook(path, only)}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if only is None and not found:
        raise InputError(f"{path}: the workbook is empty")
    return found


def read_sheet(path: str | Path) -> Sheet:
    """The one sheet of a CSV, or the first of a workbook that holds anything."""
    path = _file(path)
    try:
        grids = read_workbook(path) if path.suffix.lower() in WORKBOOKS else iter([_table(path)])
        first = next(grids, None)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if first is None:
        raise InputError(f"{path}: the workbook is empty")
    return headed(first)


def read_grids(path: str | Path) -> Iterator[Grid]:
    """Every sheet with anything in it, as cells: no row is taken for a head, and rows may differ in length."""
    path = _file(path)
    try:
        if path.suffix.lower() in WORKBOOKS:
            yield from read_workbook(path)
        else:
            yield read_stored(path) if path.suffix.lower() in STORED else read_ragged(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def _table(path: Path) -> Grid:
    return read_stored(path) if path.suffix.lower() in STORED else read_csv(path)


def _file(path: str | Path) -> Path:
    path = Path(path)
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name a file")
        if not path.exists():
            raise InputError(f"{path}: no such file")
        if not path.is_file():
            raise InputError(f"{path} is no file but a pipe or a device; name a file")
    except OSError as error:
        raise InputError(f"{brief(path)} cannot be read: {error.strerror or error}") from error
    return path
