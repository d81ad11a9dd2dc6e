"""Workbooks to grids of cells, by calamine."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from accord.errors import InputError, brief
from accord.sheets.archive import Archive
from accord.sheets.cells import MOST_CELLS, Grid, folded, refuse_size, text_of
from accord.sheets.text import is_page

WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")
LARGEST_BOOK = 256 << 20
"""Bytes of a workbook beyond which it is not opened."""


def read_workbook(path: Path, only: Sequence[str] | None = None) -> Iterator[Grid]:
    """Sheets with anything in them, or those whose folded names in lower case are in `only`, one after the other.

    Raises
    ------
    InputError
        If this is no workbook, is damaged, or holds more cells than memory should.
    """
    if path.stat().st_size > LARGEST_BOOK:
        raise InputError(
            f"{path}: the workbook has {path.stat().st_size >> 20} MB, more than the {LARGEST_BOOK >> 20} read; split it"
        )
    archive = Archive.of(path)
    total = 0
    with _plain_faults(path):
        book = _open(path)
        for name in book.sheet_names:
            if only is not None and folded(name).lower() not in only:
                continue
            faults = archive.faults(name) if archive else {}
            read = book.get_sheet_by_name(name)
            total += read.total_height * read.total_width
            if total > MOST_CELLS:
                refuse_size(path, total)
            cells = np.array([[text_of(v) for v in row] for row in read.to_python(skip_empty_area=False)], dtype=object)
            if only is None and not cells.astype(bool).any():
                continue
            merged = getattr(read, "merged_cell_ranges", None) or []
            yield Grid(str(path), name, cells if cells.ndim == 2 else np.empty((0, 0), dtype=object), merged, faults)


@contextmanager
def _plain_faults(path: Path) -> Iterator[None]:
    """What calamine says as one sentence; a fault of its own (a panic) is no exception of Python's."""
    from python_calamine import CalamineError

    try:
        yield
    except CalamineError as error:
        raise InputError(f"{path}: {_no_workbook(path, error)}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise InputError(f"{path}: the workbook is damaged; save it afresh as .xlsx") from error


def _open(path: Path) -> Any:
    """The workbook, also where its name has the ending of another kind of workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError:
        raw = path.read_bytes()
        if not raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise
        return CalamineWorkbook.from_filelike(io.BytesIO(raw))


def _no_workbook(path: Path, error: Exception) -> str:
    """What a file is that no workbook could be read from, as far as it can be told."""
    raw = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in raw or type(error).__name__ == "PasswordError":
        return "the workbook is protected by a password; save a copy without it"
    if is_page(raw):
        return "not a workbook but a web page or XML; open it in a spreadsheet program and save it as .xlsx"
    if raw.strip() and not any(byte < 9 for byte in raw[:4096]):
        return "not a workbook but a text file; name it .csv, or save the table as .xlsx"
    return f"not a workbook this can read ({brief(error)}); save it as .xlsx"
