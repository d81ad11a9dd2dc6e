"""Inside workbooks that are archives: cells that calamine hides, and sizes that no memory holds.

calamine lays a sheet out as a full rectangle before it says how large that is, and gives each cell its
own copy of a text, so that two cells far apart, a text that thousands of cells share, or a few kilobytes
that inflate to gigabytes, have to be met before it opens the file. Names of parts say nothing: any part
may be a sheet, so all are looked at.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

from accord.errors import InputError, brief
from accord.sheets.cells import MOST_CELLS, refuse_size
from accord.sheets.glance import Look, glance, rectangle
from accord.sheets.walk import LONGEST, OdsSheets, SharedTexts, XlsxSheet

MOST_BYTES = 256 << 20
"""Bytes of one part of an archive, inflated, beyond which it is refused."""
MOST_ALL = 768 << 20
"""Bytes of all parts together."""
MOST_TEXT = 128 << 20
"""Characters that the cells of a workbook show together."""
MOST_LINKS = 8 << 20
"""Bytes of a list of sheets."""
CHUNK = 1 << 20


@dataclass
class Archive:
    """A workbook that is a zip file."""

    path: Path
    binary: bool = False
    """Whether it is an .xlsb, whose sheets are no text."""
    looks: dict[str, Look] = field(default_factory=dict)
    """Parts that hold a sheet, by their names in lower case, and what they seem to hold."""
    inflated: int = 0

    @classmethod
    def of(cls, path: Path) -> Archive | None:
        """The archive with its parts measured; None where the file is none.

        Raises
        ------
        InputError
            If a part is damaged or too large, or the cells or texts of its sheets are more than memory should hold.
        """
        if not zipfile.is_zipfile(path):
            return None
        with _damage(path), zipfile.ZipFile(path) as book:
            found = cls(path, any(_key(name) == "xl/workbook.bin" for name in book.namelist()))
            shared = [info for info in book.infolist() if found._measure(book, info)]
            found._refuse_long(book, shared)
        return found

    def faults(self, name: str) -> dict[tuple[int, int], tuple[str, str]]:
        """Cells of an .xlsx sheet that hold an error or a formula without its result: text, and what is wrong.

        By row and column from 0. calamine gives such cells as empty.
        """
        if not any(look.faulty for look in self.looks.values()):
            return {}
        with _damage(self.path), zipfile.ZipFile(self.path) as book:
            part = _part(book, name)
            if part not in self.looks or not self.looks[part].faulty:
                return {}
            sheet = XlsxSheet()
            for info in book.infolist():
                if _key(info.filename) == part:
                    sheet.over(self._chunks(book, info))
            return sheet.faults

    def hides(self, name: str) -> bool:
        """Whether rows or columns of an .xlsx sheet are hidden."""
        if not any(look.hidden for look in self.looks.values()):
            return False
        with _damage(self.path), zipfile.ZipFile(self.path) as book:
            part = _part(book, name)
        return part in self.looks and self.looks[part].hidden

    def _measure(self, book: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
        """Inflate a part once, to see how large it is and how far its cells reach; whether it holds shared texts."""
        look = glance(self._chunks(book, info))
        self.inflated += info.file_size
        if self.inflated > MOST_ALL:
            self._refuse_bytes(MOST_ALL)
        if look.shared and look.texts > MOST_CELLS:
            raise InputError(
                f"{self.path}: {look.texts:,} different texts, more than the {MOST_CELLS:,} read; split it"
            )
        if info.filename.lower() == "content.xml":
            walk = OdsSheets().over(self._chunks(book, info))
            self._refuse_cells(walk.cells)
            self._refuse_text(walk.text)
        if look.sheet:
            if look.odd:
                look.cells = XlsxSheet().over(self._chunks(book, info)).cells
                look.references = look.cells
            elif look.cells > MOST_CELLS:
                look.cells = rectangle(self._chunks(book, info))
                if look.cells > MOST_CELLS:  # styled cells without anything may stand far out
                    look.cells = XlsxSheet().over(self._chunks(book, info)).cells
            self._refuse_cells(look.cells)
            self.looks[_key(info.filename)] = look
        return look.shared

    def _refuse_long(self, book: zipfile.ZipFile, shared: list[zipfile.ZipInfo]) -> None:
        """Refuse texts that are longer than a cell's can be, or that so many cells share that no memory holds them."""
        lengths: list[int] = []
        for info in shared:
            lengths += SharedTexts().over(self._chunks(book, info)).lengths
        longest = max(lengths, default=0)
        if longest > LONGEST:
            raise InputError(
                f"{self.path}: a text of {longest:,} characters, more than the {LONGEST:,} of a cell; cut it"
            )
        looks, total = list(self.looks.values()), 0
        if all(look.references * longest + look.written <= MOST_TEXT // len(looks) for look in looks):
            return
        for info in book.infolist():
            if _key(info.filename) in self.looks:
                total += XlsxSheet(lengths=lengths).over(self._chunks(book, info)).text
                self._refuse_text(total)

    def _refuse_cells(self, cells: int) -> None:
        if cells > MOST_CELLS:
            refuse_size(self.path, cells)

    def _refuse_text(self, length: int) -> None:
        if length > MOST_TEXT:
            raise InputError(
                f"{self.path}: its cells show {length >> 20:,} million characters of text, more than the "
                f"{MOST_TEXT >> 20} read; take out long texts that many cells repeat"
            )

    def _refuse_bytes(self, most: int) -> NoReturn:
        raise InputError(
            f"{self.path}: the workbook inflates to more than {most >> 20} MB; split it, or save it as .parquet"
        )

    def _chunks(self, book: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """A part's bytes, as many as there are and not as the archive says, up to a limit."""
        info.file_size, total = MOST_BYTES + 2 * CHUNK, 0
        with book.open(info) as file:
            while chunk := file.read(CHUNK):
                total += len(chunk)
                if total > MOST_BYTES:
                    self._refuse_bytes(MOST_BYTES)
                yield chunk
        info.file_size = total


def _key(name: str) -> str:
    """A part's name as calamine compares it."""
    return posixpath.normpath(posixpath.join("/", name.replace("\\", "/"))).lstrip("/").lower()


def _part(book: zipfile.ZipFile, name: str) -> str:
    """The part that holds a sheet of an .xlsx, or nothing where the workbook is of another kind."""
    parts = {_key(info.filename): info for info in book.infolist()}
    if "xl/workbook.xml" not in parts or "xl/_rels/workbook.xml.rels" not in parts:
        return ""
    if any(parts[key].file_size > MOST_LINKS for key in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")):
        raise ValueError("its list of sheets is too long")
    sheets = ElementTree.fromstring(book.read(parts["xl/workbook.xml"])).iterfind(".//{*}sheet")
    links = ElementTree.fromstring(book.read(parts["xl/_rels/workbook.xml.rels"])).iterfind("{*}Relationship")
    ids = [v for sheet in sheets if sheet.get("name") == name for k, v in sheet.items() if k.endswith("}id")]
    target = next((link.get("Target", "") for link in links if link.get("Id") in ids), "")
    return _key(posixpath.join("/xl", target.replace("\\", "/"))) if target else ""


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        if str(error).startswith(str(path)):
            raise
        raise InputError(f"{path}: {error}") from error
    except (
        zipfile.BadZipFile, zlib.error, EOFError, KeyError, ElementTree.ParseError, NotImplementedError,
        RuntimeError, ValueError,
    ) as error:  # fmt: skip
        raise InputError(f"{path}: the workbook is damaged ({brief(error)}); save it afresh as .xlsx") from error
