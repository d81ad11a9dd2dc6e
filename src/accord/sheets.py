"""Files of cells, as they are: CSV and workbooks to sheets whose every cell knows its place.

Knows nothing of panels. Everything that reads a user's table goes through here, so that encodings,
odd characters and bad cells are met, and named, in one way.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from accord.errors import InputError, brief

WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")
MISSING = (
    "", "NA", "N/A", "NaN", "nan", "null", "NULL", "-", "--", "—", "——", "–", "―", "..", "...", "…", "……", "/",
)  # fmt: skip
"""Texts that stand for a missing number."""
PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2212: ord("-")}
"""Full-width forms and the minus sign to the characters that numbers are written with."""
DECIMAL_COMMA = re.compile(r"\s*[-+]?[\d.\s]*\d,\d+\s*%?\s*")
BLOCK = 16
"""Rows that Excel looks at together when it leaves out separators at the end of CSV rows."""


@dataclass(frozen=True)
class Sheet:
    """A table of text cells with the place it came from; `frame` has one row per data row."""

    file: str
    frame: pd.DataFrame
    name: str = ""
    rows: Sequence[int] = ()
    """Number, in the file, of each data row; without them rows count from 2."""
    encoding: str = ""
    """How the text was read: UTF-8 or GB18030; empty for a workbook."""
    broken: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """What is wrong with a cell, by its place in `frame`, that is refused once its column is used."""

    @property
    def columns(self) -> list[str]:
        return [str(column) for column in self.frame]

    def row(self, row: int) -> int:
        """Number, in the file, of a data row."""
        return int(self.rows[row]) if len(self.rows) else int(row) + 2

    def place(self, row: int | None = None, column: str | None = None) -> str:
        """Where a cell stands, for a message: file, sheet, row, column."""
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
        plain = plainly(text)
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


def plainly(text: pd.Series) -> pd.Series:
    """Cells as numbers are written: full-width digits as plain ones, whatever means missing as `nan`."""
    plain = text.map(lambda cell: cell if cell.isascii() else cell.translate(PLAIN))
    return plain.where(~(plain.isin(MISSING) | text.isin(MISSING)), other="nan")


def read_sheets(path: str | Path, only: Sequence[str] | None = None) -> dict[str, Sheet]:
    """Sheets of a workbook that hold anything by name in lower case (or those in `only`), or a CSV as the one sheet "".

    Raises
    ------
    InputError
        If the file is missing, empty, not readable as what its name says, or not UTF-8 or GB18030.
    """
    path = _file(path)
    try:
        return _workbook(path, only) if path.suffix.lower() in WORKBOOKS else {"": _csv(path)}
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
    """The one sheet of a CSV, or the first of a workbook that holds anything."""
    path = _file(path)
    try:
        if path.suffix.lower() in WORKBOOKS:
            return next(iter(_workbook(path, None, first=True).values()))
        return _csv(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def _file(path: str | Path) -> Path:
    path = Path(path)
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name a file")
        if not path.exists():
            raise InputError(f"{path}: no such file")
    except OSError as error:
        raise InputError(f"{brief(path)} cannot be read: {error.strerror or error}") from error
    return path


def _csv(path: Path) -> Sheet:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: the file is UTF-16; save it as CSV UTF-8")
    if b"\x00" in raw[:4096]:
        raise InputError(f"{path}: this is not a text file; save the table as CSV UTF-8")
    if _is_page(raw):
        raise InputError(f"{path}: this is a web page or XML, not CSV; open it in Excel and save it as CSV UTF-8")
    text, encoding = _decoded(path, raw)
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    rows = _split(path, text)
    head = next((i for i, row in enumerate(rows) if any(map(str.strip, row))), 0)
    width = len(rows[head])
    while width and not rows[head][width - 1].strip():
        width -= 1
    for number, row in enumerate(rows, 1):
        if any(map(str.strip, row[len(rows[head]) :])):
            refuse_title(rows[head], f"{path}, row {head + 1}")
            raise InputError(f"{path}, row {number}: more cells than the {width} of the head; remove or quote a comma")
    short = _cut_short(rows, width)
    if short is not None:
        raise InputError(
            f"{path}, row {short + 1}: {len(rows[short])} cells, but the head has {width}; "
            "add what is missing (an empty cell is a comma) or remove the row"
        )
    width = len(rows[head])
    cells = pd.DataFrame([[*row[:width], *[""] * (width - len(row))] for row in rows], dtype=object)
    return _sheet(str(path), "", cells, encoding=encoding)


def _decoded(path: Path, raw: bytes) -> tuple[str, str]:
    """The text of a file and its encoding; UTF-8 first, then GB18030 where that gives Chinese."""
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        where = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, row {where}: the text is neither UTF-8 nor GB18030; save it as CSV UTF-8") from error
    odd = _not_chinese(text)
    if odd is not None:
        before, after = re.split(r"[,;\t\r\n]", text[:odd]), re.split(r"[,;\t\r\n]", text[odd:])
        shown = (before[-1] + after[0]).strip(' "')
        raise InputError(
            f'{path}, row {len(text[: odd + 1].splitlines())}: the file is not UTF-8, and "{brief(shown)}" is no Chinese, '
            "as GB18030 would have it; save it as CSV UTF-8"
        )
    return text, "GB18030"


def _not_chinese(text: str) -> int | None:
    """Where a text taken for GB18030 shows that it is something else.

    The letters beyond ASCII of Western, Cyrillic and other encodings turn into private or rare characters,
    or into one ideograph amid Latin letters; Chinese is written with the common ones for the most part.
    """
    count = Counter(text)
    pairs = {c: c.encode("gb18030") for c in count if "\u3400" <= c <= "\u9fff"}
    pairs = {c: code for c, code in pairs.items() if len(code) == 2}
    common = {c for c, (lead, trail) in pairs.items() if 0xB0 <= lead <= 0xD7 and trail >= 0xA1}
    rare = {c for c, (lead, trail) in pairs.items() if lead > 0xF7 or lead < 0xB0 or trail < 0xA1}
    all_, usual = sum(count[c] for c in pairs), sum(count[c] for c in common)
    if all_ >= 10 and usual >= 0.75 * all_:
        return None
    among = "".join(sorted(rare))
    odd = re.search("[\ue000-\uf8ff]", text)
    odd = odd or (re.search(f"(?<=[A-Za-z])[{among}]|[{among}](?=[A-Za-z])", text) if rare else None)
    odd = odd or re.search("(?<=[A-Za-z])[\u3400-\u9fff](?=[A-Za-z])", text)
    if odd is None and usual < 0.5 * all_:
        odd = re.search(f"[{''.join(sorted(set(pairs) - common))}]", text)
    return odd.start() if odd else None


def _split(path: Path, text: str) -> list[list[str]]:
    """Rows of cells, by the comma; by semicolon or tab where the file leaves no doubt."""
    first = re.search(r'^.*[^,;\t" \r\n].*', text, re.MULTILINE)
    line = re.sub('"[^"]*"', "", first[0]) if first else ""
    other = max(";\t", key=line.count)
    if line.count(other) <= line.count(","):
        return _rows(path, text, ",")
    said = "semicolons" if other == ";" else "tabs"
    rows = [] if "," in line else _rows(path, text, other)
    if len({len(row) for row in rows if any(map(str.strip, row))}) != 1:
        raise InputError(f"{path}: the columns are separated by {said}; save the table as CSV UTF-8 with commas")
    for number, row in enumerate(rows, 1):
        comma = next((cell for cell in row if DECIMAL_COMMA.fullmatch(cell)), None)
        if comma is not None:
            raise InputError(
                f'{path}, row {number}: "{brief(comma)}" holds a comma, in a file whose columns are separated by {said}; '
                "write numbers with a decimal point"
            )
    return rows


def _rows(path: Path, text: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    except csv.Error as error:
        raise InputError(f"{path}, row {len(rows) + 1}: not CSV ({error}); look at its quotes") from error
    return rows


def _cut_short(rows: list[list[str]], width: int) -> int | None:
    """The first row with fewer cells than the head names.

    Excel leaves out the separators of last columns that are empty throughout a block of 16 rows: such
    a block is whole.
    """
    for start in range(0, len(rows), BLOCK):
        block = {i: len(row) for i, row in enumerate(rows[start : start + BLOCK], start) if any(map(str.strip, row))}
        short = [i for i, length in block.items() if length < width]
        if short and (len(block) == 1 or len(set(block.values())) > 1):
            return short[0]
    return None


def _workbook(path: Path, only: Sequence[str] | None, first: bool = False) -> dict[str, Sheet]:
    from python_calamine import CalamineError

    out: dict[str, Sheet] = {}
    try:
        book = _open(path)
        for name in book.sheet_names:
            if only is not None and _key(name) not in only:
                continue
            read = book.get_sheet_by_name(name)
            cells = [[_text(value) for value in row] for row in read.to_python(skip_empty_area=False)]
            if only is None and not any(any(map(str.strip, row)) for row in cells):
                continue
            merged = getattr(read, "merged_cell_ranges", None) or []
            frame = pd.DataFrame(cells, dtype=object)
            out[_key(name)] = _sheet(str(path), name, frame, merged=merged, faults=_faults(path, name))
            if first:
                break
    except CalamineError as error:
        raise InputError(f"{path}: {_no_workbook(path, error)}") from error
    if only is None and not out:
        raise InputError(f"{path}: the workbook is empty")
    return out


def _key(name: str) -> str:
    return folded(name).lower()


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
    if _is_page(raw):
        return "not a workbook but a web page or XML; open it in a spreadsheet program and save it as .xlsx"
    if raw.strip() and not any(byte < 9 for byte in raw[:4096]):
        return "not a workbook but a text file; name it .csv, or save the table as .xlsx"
    return f"not a workbook this can read ({brief(error)}); save it as .xlsx"


def _is_page(raw: bytes) -> bool:
    start = raw[:400].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").removeprefix(b"\xff\xfe")
    return re.match(rb"\s*<(\?xml|!doctype|!--|html|head|meta|body|table|style|script|div)", start, re.I) is not None


def _faults(path: Path, name: str) -> dict[tuple[int, int], tuple[str, str]]:
    """Cells of an .xlsx sheet that hold an error or a formula without its result: text, and what is wrong.

    By row and column from 0. calamine gives such cells as empty.
    """
    if not zipfile.is_zipfile(path):
        return {}
    try:
        with zipfile.ZipFile(path) as book:
            part = _part(book, name)
            raw = book.read(part) if part else b""
        return _faulty_cells(raw) if re.search(rb"""t=["']e["']|<(\w+:)?f[ >/]""", raw) else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ElementTree.ParseError) as error:
        raise InputError(f"{path}: the workbook is damaged ({brief(error)}); save it afresh as .xlsx") from error


def _part(book: zipfile.ZipFile, name: str) -> str:
    """The file inside an .xlsx that holds a sheet, or nothing where the workbook is of another kind."""
    if "xl/workbook.xml" not in book.namelist():
        return ""
    sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iterfind(".//{*}sheet")
    links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels")).iterfind("{*}Relationship")
    ids = [v for sheet in sheets if sheet.get("name") == name for k, v in sheet.items() if k.endswith("}id")]
    target = next((link.get("Target", "") for link in links if link.get("Id") in ids), "")
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target else ""


def _faulty_cells(raw: bytes) -> dict[tuple[int, int], tuple[str, str]]:
    from openpyxl.utils.cell import coordinate_to_tuple

    out = {}
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(raw), ("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if tag == "row" and event == "start":
            row, column = int(element.get("r", row + 1)), 0
        elif tag == "row":
            element.clear()
        elif tag == "c" and event == "end":
            at = element.get("r")
            column = coordinate_to_tuple(at)[1] if at else column + 1
            formula, value = element.find("{*}f"), element.findtext("{*}v")
            if element.get("t") == "e":
                shown = value or "#ERROR"
                out[row - 1, column - 1] = shown, f'"{brief(shown)}" is an error; mend the formula or clear the cell'
            elif formula is not None and not value and element.get("t") != "str":
                shown = f"={formula.text or ''}"
                said = "is a formula without its result; open the workbook in a spreadsheet program and save it"
                out[row - 1, column - 1] = shown, f'"{brief(shown)}" {said}'
    return out


Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


def _sheet(
    file: str,
    name: str,
    frame: pd.DataFrame,
    *,
    encoding: str = "",
    merged: Ranges = (),
    faults: Mapping[tuple[int, int], tuple[str, str]] | None = None,
) -> Sheet:
    """Head row to column names, cells stripped, merged texts filled; empty rows and unnamed empty columns dropped."""
    place = Sheet(file, frame, name).place()
    cells = frame.fillna("").map(str.strip).to_numpy()
    broken = {}
    for at, (text, wrong) in (faults or {}).items():
        if at[0] < cells.shape[0] and at[1] < cells.shape[1]:
            cells[at], broken[at] = text, wrong
    filled = np.flatnonzero((cells != "").any(axis=1)) if cells.size else np.empty(0, dtype=int)
    if not filled.size:
        raise InputError(f"{place}: the {'sheet' if name else 'file'} is empty")
    head, rows = int(filled[0]), filled[1:]
    if unreadable := [wrong for at, wrong in broken.items() if at[0] == head]:
        raise InputError(f"{place}, row {head + 1}: {unreadable[0]}")
    broken |= _unmerge(cells, rows, merged)
    columns = [folded(c) for c in cells[head]]
    kept = [i for i, c in enumerate(columns) if c or (cells[rows, i] != "").any()]
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
    number = {int(row): i for i, row in enumerate(rows)}
    marked = {(number[r], columns[c]): text for (r, c), text in broken.items() if r in number}
    return Sheet(file, body, name, tuple(int(row) + 1 for row in rows), encoding, marked)


def _unmerge(cells: np.ndarray, rows: np.ndarray, merged: Ranges) -> dict[tuple[int, int], str]:
    """Fill texts merged down a column into the rows that hold anything; what is wrong with other merged cells."""
    broken = {}
    for (top, left), (bottom, right) in merged:
        text = cells[top, left] if top in rows and left < cells.shape[1] else ""
        if not text:
            continue
        down = left == right and np.isnan(pd.to_numeric(text.translate(PLAIN), errors="coerce"))
        for row in rows[(rows >= top) & (rows <= bottom)]:
            for column in range(left, min(right + 1, cells.shape[1])):
                if cells[row, column]:
                    continue
                if down:
                    cells[row, column] = text
                else:
                    broken[int(row), column] = (
                        f'the cell is merged with that of "{brief(text)}" in row {top + 1}; unmerge them and fill each'
                    )
    return broken


def refuse_title(head: Sequence[str], place: str) -> None:
    """Refuse a head of one cell above a table of several columns: a title, as yearbooks have it."""
    if sum(map(bool, head)) == 1:
        raise InputError(
            f'{place}: "{brief("".join(head))}" stands alone like a title; the first row must name the columns, '
            "so remove what stands above them"
        )


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def refuse_control_in(text: str, place: str) -> None:
    """Refuse a text with a control character, naming the character."""
    bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs") or c in "\u2028\u2029"), None)
    if bad is not None:
        what = "a line break" if bad in "\r\n" else "the control character"
        raise InputError(f'{place}: "{brief(text)}" holds {what} U+{ord(bad):04X}; remove it')


def refuse_control(sheet: Sheet, column: str) -> None:
    """Refuse broken cells and control characters in the texts of a column, naming the first."""
    sheet.refuse_broken(column)
    for text in sheet.frame[column].unique():
        if not text.isprintable():
            row = int(np.flatnonzero(sheet.frame[column].to_numpy() == text)[0])
            refuse_control_in(text, sheet.place(row, column))
