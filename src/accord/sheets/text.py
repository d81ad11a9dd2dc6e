"""Text files to rows of cells: UTF-8, UTF-16 or GB18030; commas, or semicolons and tabs where they leave no doubt."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from accord.errors import InputError, brief
from accord.sheets.cells import MOST_CELLS, Grid, refuse_size
from accord.sheets.sheet import refuse_title

DECIMAL_COMMA = re.compile(r"\s*[-+]?[\d.\s]*\d,\d+\s*%?\s*")
LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
BLOCK = 16
"""Rows that Excel looks at together when it leaves out separators at the end of CSV rows."""

UTF16 = (b"\xff\xfe", b"\xfe\xff")
LARGEST_TEXT = 64 << 20
"""Bytes of a text file beyond which it is not read."""


def read_csv(path: Path) -> Grid:
    """A CSV as a grid: its first row that holds anything is the head, and every row below has its cells.

    Raises
    ------
    InputError
        Where the file is no text table, or a row has other cells than the head.
    """
    text, encoding = _read(path)
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
    return _grid(path, rows, len(rows[head]), encoding)


def read_ragged(path: Path) -> Grid:
    """A text file as a grid whose rows are as long as they are: titles above and notes below a table have one cell."""
    text, encoding = _read(path)
    body = re.sub('"[^"]*"', "", text)
    rows = _rows(path, text, max(",;\t", key=body.count))
    return _grid(path, rows, max(map(len, rows)), encoding)


def _read(path: Path) -> tuple[str, str]:
    if path.stat().st_size > LARGEST_TEXT:
        size = path.stat().st_size >> 20
        raise InputError(
            f"{path}: the file has {size} MB, more than the {LARGEST_TEXT >> 20} read; split it or save it as .parquet"
        )
    raw = path.read_bytes()
    wide = raw.startswith(UTF16)
    if b"\x00" in raw[:4096] and not wide:
        raise InputError(f"{path}: this is not a text file; save the table as CSV UTF-8")
    if is_page(raw):
        raise InputError(f"{path}: this is a web page or XML, not CSV; open it in Excel and save it as CSV UTF-8")
    text, encoding = _wide(path, raw) if wide else _decoded(path, raw)
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    return text, encoding


def _grid(path: Path, rows: list[list[str]], width: int, encoding: str) -> Grid:
    if len(rows) * width > MOST_CELLS:
        refuse_size(path, len(rows) * width)
    cells = np.full((len(rows), width), "", dtype=object)
    for i, row in enumerate(rows):
        cells[i, : len(row)] = [cell.strip() for cell in row[:width]]
    return Grid(str(path), "", cells, encoding=encoding)


def _wide(path: Path, raw: bytes) -> tuple[str, str]:
    """The text of a UTF-16 file, which its first two bytes say it is: Excel's "Unicode text"."""
    try:
        text = raw.decode("utf-16")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: the file begins as UTF-16 and is damaged or cut short; save it as CSV UTF-8"
        ) from error
    if "\x00" in text:
        raise InputError(f"{path}: this is not a text file; save the table as CSV UTF-8")
    return text, "UTF-16"


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
    total = 0
    try:
        for row in csv.reader(_lines(path, text, separator), strict=True, delimiter=separator):
            rows.append(row)
            total += len(row) or 1
            if total > MOST_CELLS:
                refuse_size(path, total, at_least=True)
    except csv.Error as error:
        wrong = f"not CSV ({error}); look at its quotes"
        if "field limit" in str(error):
            wrong = f"a cell of more than {csv.field_size_limit():,} characters; close its quotes, or cut it"
        raise InputError(f"{path}, row {len(rows) + 1}: {wrong}") from error
    return rows


def _lines(path: Path, text: str, separator: str) -> Iterator[str]:
    """Lines of a text with their ends, one after the other: all at once would hold it twice."""
    for found in LINE.finditer(text):
        line = found[0]
        if len(line) > MOST_CELLS and line.count(separator) > MOST_CELLS:
            refuse_size(path, line.count(separator) + 1, at_least=True)
        yield line


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


def is_page(raw: bytes) -> bool:
    """Whether a file is a web page or XML, whatever its name says."""
    start = raw[:400].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").removeprefix(b"\xff\xfe")
    return re.match(rb"\s*<(\?xml|!doctype|!--|html|head|meta|body|table|style|script|div)", start, re.I) is not None
