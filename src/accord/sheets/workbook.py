"""Workbooks to grids of cells, by calamine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from accord.errors import InputError, brief
from accord.sheets.apart import NotRead, read_apart
from accord.sheets.archive import Archive
from accord.sheets.cells import MOST_CELLS, Grid, Ranges, folded, refuse_size, texts_of
from accord.sheets.text import is_page

WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
"""Beginnings of workbooks that are archives, and of an .xls."""
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
    start = _starts(path)
    archive = Archive.of(path) if start == ZIP else None
    if archive is None and start != OLE:
        raise InputError(f"{path}: {_no_workbook(path, '', 'of no known kind, or cut off')}")
    old = archive is None or archive.binary
    for name, rows, merged, hidden in _old_sheets(path) if old else _sheets(path, only):
        if only is not None and _key(name) not in only:
            continue
        cells = texts_of(rows)
        if only is None and not cells.astype(bool).any():
            continue
        faults = archive.faults(name) if archive else {}
        notes = ["the sheet is hidden"] * hidden
        notes += ["rows or columns in it are hidden, and read"] * (archive is not None and archive.hides(name))
        yield Grid(str(path), name, cells, _apart(path, name, cells.shape, merged), faults, notes=tuple(notes))


def _apart(path: Path, name: str, shape: tuple[int, ...], merged: Ranges) -> Ranges:
    """The merged ranges within a sheet, once each.

    Raises
    ------
    InputError
        If they lie upon each other, as no program writes them: filling each would take for ever.
    """
    height, width = shape
    once = dict.fromkeys(((a, b), (c, d)) for (a, b), (c, d) in merged if a < height and b < width)
    if sum((min(c, height - 1) - a + 1) * (min(d, width - 1) - b + 1) for (a, b), (c, d) in once) > height * width:
        raise InputError(f'{path}, sheet "{brief(name)}": its merged cells lie upon each other; unmerge them')
    return tuple(once)


def _starts(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(OLE))


def _key(name: str) -> str:
    return folded(name).lower()


def _sheets(path: Path, only: Sequence[str] | None) -> Iterator[tuple[str, list[list[Any]], Ranges, bool]]:
    """Name, rows, merged ranges of each sheet, or of those asked for, and whether it is hidden."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    total = 0
    with _plain_faults(path):
        with path.open("rb") as file:  # by what it holds: its name may have the ending of another kind
            book = CalamineWorkbook.from_filelike(file)
        hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
        for name in book.sheet_names:
            if only is None or _key(name) in only:
                read = book.get_sheet_by_name(name)
                total += read.total_height * read.total_width
                if total > MOST_CELLS:
                    refuse_size(path, total)
                merged = getattr(read, "merged_cell_ranges", None) or []
                yield name, read.to_python(skip_empty_area=False), merged, name in hidden


def _old_sheets(path: Path) -> Iterator[tuple[str, list[list[Any]], Ranges, bool]]:
    """The same of an old binary workbook."""
    try:
        sheets = read_apart(path)
    except NotRead as error:
        raise InputError(f"{path}: {_no_workbook(path, *error.args)}") from error
    for sheet in sheets:
        yield sheet["name"], sheet["rows"], sheet["merged"], False


@contextmanager
def _plain_faults(path: Path) -> Iterator[None]:
    """What calamine says as one sentence; a fault of its own (a panic) is no exception of Python's."""
    from python_calamine import CalamineError

    try:
        yield
    except CalamineError as error:
        raise InputError(f"{path}: {_no_workbook(path, type(error).__name__, brief(error))}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise InputError(f"{path}: the workbook is damaged; save it afresh as .xlsx") from error


def _no_workbook(path: Path, kind: str, error: str) -> str:
    """What a file is that no workbook could be read from, as far as it can be told."""
    raw = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in raw or kind == "PasswordError":
        return "the workbook is protected by a password; save a copy without it"
    if is_page(raw):
        return "not a workbook but a web page or XML; open it in a spreadsheet program and save it as .xlsx"
    if raw.strip() and not any(byte < 9 for byte in raw[:4096]):
        return "not a workbook but a text file; name it .csv, or save the table as .xlsx"
    return f"not a workbook this can read ({error}); save it as .xlsx"
