"""A quick look at the bytes of one part of a workbook: a bound on its cells and texts, without reading its XML.

Programs write cells in one plain way, and searching their bytes takes a tenth of the time that reading
them would. What is written in any other way is told as odd, and has to be walked through.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from accord.sheets.walk import number_of

LEAST = 22
"""Bytes of a cell with a value beside that value."""
PLACED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
PREFIXED = re.compile(rb":c[\s>/]")
FORMULA = (b"<f>", b"<f ", b"<f/", b"<f\n", b"<f\t", b"<f\r")
CARRIED = 1 << 16


@dataclass
class Look:
    """What a part seems to be and to hold."""

    sheet: bool = False
    shared: bool = False
    """Whether it keeps texts for the cells of all sheets."""
    texts: int = 0
    """How many."""
    faulty: bool = False
    """Whether a cell may hold an error, or a formula without its result."""
    hidden: bool = False
    """Whether rows or columns are hidden."""
    cells: int = 0
    """A bound on the rectangle of its cells, where it is not `odd`."""
    odd: bool = False
    references: int = 0
    """A bound on the cells that show a shared text."""
    written: int = 0
    """A bound on the bytes of the texts and numbers of cells that are written out."""


def glance(chunks: Iterator[bytes]) -> Look:
    """A look at a part's bytes."""
    out, reach, size, placed, tail = Look(), Reach(), 0, 0, b""
    for chunk in itertools.chain(chunks, [b"<"]):
        text = tail + chunk
        cut = text.rfind(b"<", -CARRIED)
        text, tail = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        size += len(text)
        out.sheet = out.sheet or b"sheetData" in text or b"s\0h\0e\0e\0t\0D\0a\0t\0a" in text
        out.shared = out.shared or (b"sst" in text and (b"<sst" in text or b":sst" in text))
        out.texts += text.count(b"<si") + text.count(b":si") if out.shared else 0
        out.odd = out.odd or cut < 0 or b"='" in text or PREFIXED.search(text) is not None or not reach.over(text)
        placed += text.count(b'<c r="')
        out.references += text.count(b'"s"')
        out.faulty = out.faulty or b'"e"' in text or (b"<f" in text and any(mark in text for mark in FORMULA))
        out.hidden = out.hidden or b'hidden="1"' in text
    out.odd = out.odd or not placed
    out.faulty = out.faulty or out.odd
    out.cells, out.written = reach.cells(), size - LEAST * placed
    return out


@dataclass
class Reach:
    """How far the cells of a sheet reach at most, as their references show."""

    letters: int = 1
    last: bytes = b"A"
    """The last column, where all are of one letter."""
    digits: int = 1

    def over(self, text: bytes) -> bool:
        """Reach as far as these cells do; False where one is written in another way than programs do."""
        at = 0
        while found := re.compile(self._other()).search(text, at):
            cell = PLACED.match(text, found.start())
            if cell is None:
                return False
            self.letters, self.digits = max(self.letters, len(cell[1])), max(self.digits, len(cell[2]))
            self.last, at = max(self.last, cell[1][:1]), found.start()
        return True

    def _other(self) -> bytes:
        """Cells beyond."""
        columns = b"[A-%b]" % self.last if self.letters == 1 else b"[A-Z]{1,%d}" % self.letters
        return rb'<c(?![A-Za-z])(?! r="%b\d{1,%d}")' % (columns, self.digits)

    def cells(self) -> int:
        columns = number_of(self.last.decode()) if self.letters == 1 else number_of("Z" * self.letters)
        return int(10**self.digits - 1) * columns


def rectangle(chunks: Iterator[bytes]) -> int:
    """The rectangle of the cells of a part in which a glance finds nothing odd."""
    last, widest, tail = 0, b"A", b""
    for chunk in itertools.chain(chunks, [b"<"]):
        text = tail + chunk
        cut = max(text.rfind(b"<", -CARRIED), 0)
        text, tail = text[:cut], text[cut:]
        found = PLACED.findall(text)
        last = max([last, *map(int, {row for _, row in found})])
        widest = max([widest, *{column for column, _ in found}], key=lambda ref: (len(ref), ref))
    return last * number_of(widest.decode())
