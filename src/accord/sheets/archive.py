"""Inside workbooks that are archives: cells that calamine hides, and sizes that no memory holds.

calamine lays a sheet out as a full rectangle before it says how large that is, so that two cells far
apart, or a few kilobytes that inflate to gigabytes, have to be met before it opens the file.
"""

from __future__ import annotations

import itertools
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from accord.errors import InputError, brief
from accord.sheets.cells import MOST_CELLS, refuse_size

MOST_BYTES = 256 << 20
"""Bytes of one part of an archive, inflated, beyond which it is refused."""
CHUNK = 1 << 20
ROWS = re.compile(rb'<row [^>]*?r="(\d{1,9})')
COLUMNS = re.compile(rb'<c r="([A-Z]{2,9})')
FAR = re.compile(rb'<c r="[A-Z]+\d{6}')
CELL = re.compile(r"\$?([A-Za-z]+)\$?(\d+)")


@dataclass
class Archive:
    """A workbook that is a zip file."""

    path: Path
    binary: bool = False
    """Whether it is an .xlsb, whose sheets are no text."""
    faulty: dict[str, bool] = field(default_factory=dict)
    """Parts that hold a sheet, and whether a cell in them may hold an error or no result."""

    @classmethod
    def of(cls, path: Path) -> Archive | None:
        """The archive with its parts measured; None where the file is none.

        Raises
        ------
        InputError
            If a part is damaged or too large, or a sheet's cells are more than memory should hold.
        """
        if not zipfile.is_zipfile(path):
            return None
        with _damage(path), zipfile.ZipFile(path) as book:
            found = cls(path, "xl/workbook.bin" in book.namelist())
            for info in book.infolist():
                if info.filename.endswith((".xml", ".bin", ".rels")):
                    found._measure(book, info)
        return found

    def faults(self, name: str) -> dict[tuple[int, int], tuple[str, str]]:
        """Cells of an .xlsx sheet that hold an error or a formula without its result: text, and what is wrong.

        By row and column from 0. calamine gives such cells as empty.
        """
        with _damage(self.path), zipfile.ZipFile(self.path) as book:
            part = _part(book, name) if any(self.faulty.values()) else ""
            if not self.faulty.get(part):
                return {}
            with book.open(part) as file:
                return walk_xlsx(file)[0]

    def _measure(self, book: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        """Inflate a part once, to see how large it is and how far its cells reach."""
        sheet = info.filename.startswith("xl/worksheets/") and not info.filename.endswith(".rels")
        if sheet and info.filename.endswith(".xml"):
            self.faulty[info.filename], cells = _glance(self._chunks(book, info))
            if cells > MOST_CELLS:
                with book.open(info) as file:
                    cells = walk_xlsx(file)[1]
        else:
            for _ in self._chunks(book, info):
                pass
            with book.open(info) as file:
                cells = walk_ods(file) if info.filename == "content.xml" else 0
        if cells > MOST_CELLS:
            refuse_size(self.path, cells)

    def _chunks(self, book: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """A part's bytes, as many as there are and not as the archive says, up to a limit."""
        info.file_size, total = MOST_BYTES + 2 * CHUNK, 0
        with book.open(info) as file:
            while chunk := file.read(CHUNK):
                total += len(chunk)
                if total > MOST_BYTES:
                    raise InputError(
                        f"{self.path}: the workbook inflates to more than {MOST_BYTES >> 20} MB; split it, or save it as .parquet"
                    )
                yield chunk
        info.file_size = total


def _glance(chunks: Iterator[bytes]) -> tuple[bool, int]:
    """Whether an .xlsx sheet may hold faults, and a bound on its cells; beyond any limit where only a walk can tell."""
    faulty, rows, wide, far, odd, tail = False, 0, b"Z", False, False, b""
    for chunk in itertools.chain(chunks, [b"<"]):
        text = tail + chunk
        cut = text.rfind(b"<") if len(text) < 4 * CHUNK else len(text)
        text, tail = text[:cut], text[cut:]
        faulty = faulty or any(mark in text for mark in (b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/"))
        placed = text.count(b'<c r="')
        odd = odd or b":c " in text or text.count(b"<c ") + text.count(b"<c>") + text.count(b"<c/") > placed
        rows = max(rows, *map(int, ROWS.findall(text)), 0)
        far = far or FAR.search(text) is not None
        wide = max([wide, *set(COLUMNS.findall(text))], key=lambda ref: (len(ref), ref))
    sure = rows and not odd and (rows > 99_999 or not far)
    return faulty or not sure, rows * _number(wide.decode()) if sure else MOST_CELLS + 1


def walk_xlsx(file: IO[bytes]) -> tuple[dict[tuple[int, int], tuple[str, str]], int]:
    """Cells of a sheet with an error or without a result, and the rectangle of those that hold anything."""
    out, row, column, last, widest = {}, 0, 0, 0, 0
    for event, element in ElementTree.iterparse(file, ("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if tag == "row" and event == "start":
            row, column = int(element.get("r", row + 1)), 0
        elif tag == "row":
            element.clear()
        elif tag == "c" and event == "end":
            at = CELL.fullmatch(element.get("r", ""))
            row, column = (int(at[2]), _number(at[1])) if at else (row, column + 1)
            formula, value = element.find("{*}f"), element.findtext("{*}v")
            if formula is not None or value is not None or element.find("{*}is") is not None:
                last, widest = max(last, row), max(widest, column)
            if element.get("t") == "e":
                shown = value or "#ERROR"
                out[row - 1, column - 1] = shown, f'"{brief(shown)}" is an error; mend the formula or clear the cell'
            elif formula is not None and not value and element.get("t") != "str":
                shown = f"={formula.text or ''}"
                said = "is a formula without its result; open the workbook in a spreadsheet program and save it"
                out[row - 1, column - 1] = shown, f'"{brief(shown)}" {said}'
    return out, last * widest


def walk_ods(file: IO[bytes]) -> int:
    """The largest rectangle of cells in a sheet of an .ods, where each cell and row is told once with its count."""
    most = row = column = last = widest = filled = 0
    for event, element in ElementTree.iterparse(file, ("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if tag == "table" and event == "start":
            row = last = widest = 0
        elif tag == "table-row" and event == "start":
            column = filled = 0
        elif tag in ("table-cell", "covered-table-cell") and event == "end":
            column += _count(element, "number-columns-repeated")
            filled = column if len(element) or any(key.endswith("}value") for key, _ in element.items()) else filled
            element.clear()
        elif tag == "table-row":
            row += _count(element, "number-rows-repeated")
            last, widest = (row, max(widest, filled)) if filled else (last, widest)
            most = max(most, last * widest)
            element.clear()
    return most


def _count(element: ElementTree.Element, name: str) -> int:
    found = next((value for key, value in element.items() if key.endswith("}" + name)), "1")
    return int(found) if found.isdecimal() else 1


def _number(letters: str) -> int:
    out = 0
    for letter in letters.upper()[:6]:
        out = 26 * out + ord(letter) - 64
    return out


def _part(book: zipfile.ZipFile, name: str) -> str:
    """The file inside an .xlsx that holds a sheet, or nothing where the workbook is of another kind."""
    if "xl/workbook.xml" not in book.namelist():
        return ""
    sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iterfind(".//{*}sheet")
    links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels")).iterfind("{*}Relationship")
    ids = [v for sheet in sheets if sheet.get("name") == name for k, v in sheet.items() if k.endswith("}id")]
    target = next((link.get("Target", "") for link in links if link.get("Id") in ids), "")
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target else ""


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, EOFError, KeyError, ElementTree.ParseError, NotImplementedError,
        RuntimeError, ValueError,
    ) as error:  # fmt: skip
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: the workbook is damaged ({brief(error)}); save it afresh as .xlsx") from error
