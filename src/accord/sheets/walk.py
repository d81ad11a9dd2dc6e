"""Walks through the XML of sheets, cell by cell and without a tree: how far cells reach, how much text they show.

A tree of a hostile sheet, of elements inside elements or of millions side by side, would fill any memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from xml.parsers import expat

from accord.errors import InputError, brief

CELL = re.compile(r"\$?([A-Za-z]+)\$?(\d+)")
DEEPEST = 200
"""Elements inside elements beyond which a part is no sheet."""
LONGEST = 32_767
"""Characters of a text, as many as a cell of Excel holds."""
MOST_FAULTS = 100_000
"""Cells with errors or without results that are told one by one."""


class Damaged(ValueError):
    """XML that is none, or is none of a workbook."""


@dataclass
class Walk:
    """What a walk met; `start`, `end` and the texts between are called for each element by its local name."""

    cells: int = 0
    """The rectangle of the cells that hold anything."""
    text: int = 0
    """Characters of all cells together, each as often as it is shown."""
    depth: int = 0
    held: list[str] = field(default_factory=list)
    """Pieces of the text being read, as far as it matters."""
    length: int = 0

    def over(self, chunks: Iterable[bytes]) -> Self:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._open, self._close
        parser.CharacterDataHandler = self._said
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Damaged(str(error)) from error
        return self

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Damaged(f"more than {DEEPEST} elements inside each other")
        self.start(name.rpartition(":")[2], attributes)

    def _close(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(":")[2])

    def _said(self, text: str) -> None:
        if self.length < LONGEST:
            self.held.append(text)
        self.length += len(text)

    def _taken(self) -> tuple[str, int]:
        """The text since the last call, cut where it is very long, and its length."""
        out = "".join(self.held), self.length
        self.held, self.length = [], 0
        return out

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element is over."""


@dataclass
class SharedTexts(Walk):
    """Lengths of the texts that an .xlsx keeps once for all its cells."""

    lengths: list[int] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._taken()

    def end(self, name: str) -> None:
        if name == "si":
            self.lengths.append(self._taken()[1])


@dataclass
class XlsxSheet(Walk):
    """An .xlsx sheet, with its cells that hold an error or a formula without its result: text, and what is wrong."""

    lengths: list[int] = field(default_factory=list)
    """Of shared texts, where they matter."""
    faults: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    row: int = 0
    column: int = 0
    last: int = 0
    widest: int = 0
    kind: str = ""
    inside: bool = False
    formula: str | None = None
    value: str | None = None
    filled: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            at = CELL.fullmatch(attributes.get("r", ""))
            self.row, self.column = (int(at[2]), number_of(at[1])) if at else (self.row, self.column + 1)
            self.kind, self.formula, self.value, self.filled = attributes.get("t", ""), None, None, False
            self.inside = True
            self._taken()
        elif name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name in ("v", "f", "is"):
            self._taken()

    def end(self, name: str) -> None:
        if not self.inside:
            return
        if name == "c":
            self.inside = False
            if self.filled:
                self.last, self.widest = max(self.last, self.row), max(self.widest, self.column)
                self.cells = self.last * self.widest
                self._judge()
        elif name in ("v", "f", "is"):
            text, length = self._taken()
            self.filled = True
            if name == "f":
                self.formula = text
                return
            self.value = text if name == "v" else self.value
            at = int(text) if self.kind == "s" and text.isdecimal() else -1
            self.text += self.lengths[at] if 0 <= at < len(self.lengths) else length

    def _judge(self) -> None:
        if self.kind == "e":
            shown = self.value or "#ERROR"
            wrong = f'"{brief(shown)}" is an error; mend the formula or clear the cell'
        elif self.formula is not None and not self.value and self.kind != "str":
            shown = f"={self.formula}"
            wrong = f'"{brief(shown)}" is a formula without its result; open the workbook in a spreadsheet program and save it'
        else:
            return
        if len(self.faults) == MOST_FAULTS:
            raise InputError(
                f"more than {MOST_FAULTS:,} cells hold errors or formulas without their results; "
                "open the workbook in a spreadsheet program, mend them and save it"
            )
        self.faults[self.row - 1, self.column - 1] = brief(shown, 300), wrong


@dataclass
class OdsSheets(Walk):
    """All sheets of an .ods, where each cell and row is told once with its count."""

    row: int = 0
    column: int = 0
    last: int = 0
    widest: int = 0
    filled: int = 0
    times: int = 1
    holds: bool = False
    inside: bool = False
    repeated: int = 1
    line: int = 0
    before: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("table-cell", "covered-table-cell"):
            self.inside, self.times = True, _count(attributes, "number-columns-repeated")
            self.holds = any(key.endswith(":value") for key in attributes)
            self._taken()
            self.length = sum(len(v) for k, v in attributes.items() if k.endswith((":string-value", ":formula")))
        elif self.inside:
            self.holds = True
        elif name == "table-row":
            self.column = self.filled = self.line = 0
            self.repeated = _count(attributes, "number-rows-repeated")
        elif name == "table":
            self.before, self.row, self.last, self.widest = self.cells, 0, 0, 0

    def end(self, name: str) -> None:
        if name in ("table-cell", "covered-table-cell"):
            self.inside = False
            self.column += self.times
            self.line += self._taken()[1] * self.times
            self.filled = self.column if self.holds else self.filled
        elif name == "table-row" and not self.inside:
            self.row += self.repeated
            self.last, self.widest = (
                (self.row, max(self.widest, self.filled)) if self.filled else (self.last, self.widest)
            )
            self.cells = max(self.cells, self.before + self.last * self.widest)
            self.text += self.line * self.repeated


def number_of(letters: str) -> int:
    """The number of a column by its letters, from 1."""
    out = 0
    for letter in letters.upper()[:6]:
        out = 26 * out + ord(letter) - 64
    return out


def _count(attributes: dict[str, str], name: str) -> int:
    found = next((value for key, value in attributes.items() if key.endswith(":" + name)), "1")
    return int(found) if found.isdecimal() else 1
