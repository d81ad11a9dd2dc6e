"""Tables to one workbook that can be handed on: contents first, heads frozen, filled cells in colour, no formulas."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from accord.io.tables import safe
from accord.variables import TABLES, holds_p

LONGEST = 60_000
"""Rows beyond which a table is left to its CSV: a sheet ends at 1,048,576 rows and is unusable long before."""
LONGEST_TEXT = 32_767
"""Characters that a cell of a workbook holds."""
ROW = "\0"
"""Stands for the number of the row in a cell that is made once for many; no text keeps this character."""
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
FILLED, HEAD, ALARM = "FFF2CC", "DDEBF7", "C00000"
"""Colours of filled cells, of heads, and of a word of warning."""
FORMATS = ("0.0000", "0.000E+00", "0.00", '[<0.0001]"<0.0001";0.0000')
"""Of most numbers, of those from a million on and of any that would show as minus zero, of columns in which none is small,
and of p-values."""
TEXT = "General"
"""Of texts."""
PLAIN_FROM, LARGE_FROM = 100.0, 1e6
ZERO_FROM = -5e-5
"""From here up to 0 a number has no digit but 0."""
FROZEN = 3
"""Leading columns of names and years that stay in sight, at most."""
WIDEST, NARROWEST = 48, 10
WIDTHS = (28, 8, 44, 110)
"""Of the columns of the contents."""
LINE = 15.0
"""Height of a line in points."""
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Contents:
    """The first sheet: lines about the study, and a row for each sheet that follows."""

    lines: Sequence[str]
    rows: Mapping[str, Sequence[str]]
    """What to say of a sheet, by its name: as many texts as `heads` names, but the first and the number of rows."""
    heads: Sequence[str] = ("Sheet", "Rows", "What it holds", "How it was made")
    legend: str = ""
    """What cells in the colour of filled ones mean."""
    alarm: str = ""
    name: str = "contents"


def write_workbook(
    frames: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    contents: Contents | None = None,
    marked: Mapping[str, Marks] | None = None,
) -> None:
    """One sheet per table: heads bold and frozen, with filters; number formats; text is never a formula.

    openpyxl makes the book with its heads; rows go into its sheets as text, ten times faster than cell by cell.
    `marked` holds, by table, the cells (row, column) to be coloured.
    """
    from openpyxl import Workbook

    book, below = Workbook(), {}
    book.remove(book.active)
    if contents is not None:
        _contents(book, contents, frames)
    styles = _styles(book)
    for name, frame in frames.items():
        sheet = book.create_sheet(name[:31])
        if len(frame) > LONGEST:
            sheet.append([f"{len(frame)} rows: too long for a sheet, see tables/{name}.csv"])
            continue
        shown = safe(frame)
        _head(sheet, shown)
        p = {k for k, column in enumerate(shown) if name in TABLES and holds_p(str(column))}
        below[f"xl/worksheets/sheet{len(book.sheetnames)}.xml"] = (shown, styles, (marked or {}).get(name), p)
    if not book.sheetnames:
        book.create_sheet("empty")
    made = BytesIO()
    book.save(made)
    with ZipFile(made) as bare, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=5) as full:
        for part in bare.infolist():
            head, end, tail = bare.read(part).partition(b"</sheetData>" if part.filename in below else b"\0")
            with full.open(part.filename, "w") as file:
                if part.filename in below:
                    frame = below[part.filename][0]
                    file.write(re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="{_extent(frame)}"'.encode(), head))
                    _write_rows(file, *below[part.filename])
                else:
                    file.write(head)
                file.write(end + tail)


def _contents(book: Any, contents: Contents, frames: Mapping[str, pd.DataFrame]) -> None:
    """The sheet that says what the others hold, with a link to each."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.hyperlink import Hyperlink

    sheet = book.create_sheet(contents.name)
    for k, line in enumerate([*contents.lines, *filter(None, [contents.alarm])]):
        sheet.append([_text(line)])
        alarm = line == contents.alarm
        sheet.cell(sheet.max_row, 1).font = Font(
            bold=not k or alarm, size=14 if not k else 11, color=ALARM if alarm else None
        )
    if contents.legend:
        sheet.append([_text(contents.legend)])
        for k in range(1, len(WIDTHS)):
            sheet.cell(sheet.max_row, k).fill = PatternFill("solid", fgColor=FILLED)
    sheet.append([None])
    sheet.append(list(contents.heads))
    top = sheet.max_row
    for cell in sheet[top]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=HEAD)
    for name, frame in frames.items():
        sheet.append([name, len(frame), *map(_text, contents.rows.get(name, ()))])
        first = sheet.cell(sheet.max_row, 1)
        first.hyperlink = Hyperlink(ref=first.coordinate, location=f"'{name[:31]}'!A1")
        first.font = Font(color="0563C1", underline="single")
        for cell in sheet[sheet.max_row]:
            cell.alignment = Alignment(wrap_text=cell.column > 2, vertical="top")
        sheet.row_dimensions[sheet.max_row].height = tall([cell.value for cell in sheet[sheet.max_row]], WIDTHS)
    for letter, wide in zip("ABCD", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = wide
    sheet.freeze_panes = f"A{top + 1}"
    sheet.sheet_view.showGridLines = False


def _text(value: str) -> str:
    """A text as a cell holds it: no control characters, none that a spreadsheet would run."""
    shown = ILLEGAL.sub(" ", value)[: LONGEST_TEXT - 1]
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown


def _head(sheet: Any, frame: pd.DataFrame) -> None:
    """The head of a table: in colour, frozen with the columns that name a row, as wide as what stands below."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for k, name in enumerate(frame.columns, 1):
        cell = sheet.cell(1, k)
        cell.value, cell.data_type = ILLEGAL.sub(" ", str(name))[:LONGEST_TEXT], "s"
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=HEAD)
        figures = frame.iloc[:, k - 1].dtype.kind in "iuf"
        cell.alignment = Alignment(horizontal="right") if figures else Alignment(indent=1)
        longest = max([_width(str(name)) + 2, *(_width(v) for v in frame.iloc[:200, k - 1] if isinstance(v, str))])
        sheet.column_dimensions[get_column_letter(k)].width = min(max(NARROWEST, longest + 2), WIDEST)
    names = 0
    while names < min(FROZEN, len(frame.columns) - 1) and frame.iloc[:, names].dtype.kind != "f":
        names += 1
    sheet.freeze_panes = f"{get_column_letter(names + 1)}2"
    if len(frame.columns):
        sheet.auto_filter.ref = _extent(frame)


def tall(texts: Sequence[object], widths: Sequence[float]) -> float:
    """Height of a row whose texts are wrapped: programs differ in whether they find it themselves.

    Examples
    --------
    >>> tall(["short", "word " * 30], (10, 50))
    60.0
    """
    return LINE * max(-(-_width(str(t)) * 1.1 // w) for t, w in zip(texts, widths, strict=False))


def _width(text: str) -> int:
    """Columns that a text takes, two for a Chinese character."""
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def _extent(frame: pd.DataFrame) -> str:
    from openpyxl.utils import get_column_letter

    return f"A1:{get_column_letter(max(len(frame.columns), 1))}{len(frame) + 1}"


def _styles(book: Any) -> dict[tuple[str, bool], int]:
    """Numbers of the styles of a cell by its number format and whether it is marked; text stands off the numbers beside it."""
    from openpyxl.styles import Alignment, PatternFill

    sheet = book.create_sheet("styles")
    out: dict[tuple[str, bool], int] = {}
    for form in (*FORMATS, TEXT):
        for mark in (False, True):
            cell = sheet.cell(len(out) + 1, 1)  # one for each: the book keeps a cell's style, not a copy of it
            cell.number_format = form
            if form == TEXT:
                cell.alignment = Alignment(indent=1)
            if mark:
                cell.fill = PatternFill("solid", fgColor=FILLED)
            out[form, mark] = cell.style_id
    book.remove(sheet)
    return out


def _write_rows(
    file: IO[bytes],
    frame: pd.DataFrame,
    styles: Mapping[tuple[str, bool], int],
    marked: Marks | None,
    p: Collection[int],
) -> None:
    """Rows of a table as those of a sheet, from its second row on; `p` are the columns that hold p-values."""
    from openpyxl.utils import get_column_letter

    for start in range(0, len(frame), 5_000):
        part = frame.iloc[start : start + 5_000]
        marks = None if marked is None else marked[start : start + 5_000]
        columns = []
        for i in range(part.shape[1]):
            cells = _cells(
                part.iloc[:, i], get_column_letter(i + 1), styles, FORMATS[3] if i in p else _plain(frame.iloc[:, i])
            )
            if marks is not None and marks[:, i].any():
                cells = [
                    _in_colour(cell, styles) if mark else cell for cell, mark in zip(cells, marks[:, i], strict=True)
                ]
            columns.append(cells)
        rows = enumerate(zip(*columns, strict=True), start + 2)
        file.write("".join(f'<row r="{k}">{"".join(cells).replace(ROW, str(k))}</row>' for k, cells in rows).encode())


def _plain(column: pd.Series) -> str:
    """The format of a column's numbers: two places where none is small."""
    if column.dtype.kind != "f":
        return FORMATS[0]
    size = np.abs(column.to_numpy())
    size = size[np.isfinite(size) & (size > 0)]
    return FORMATS[2] if size.size and size.min() >= PLAIN_FROM else FORMATS[0]


def _cells(column: pd.Series, letter: str, styles: Mapping[tuple[str, bool], int], plain: str) -> list[str]:
    """A column as cells; their row is left to be filled in."""
    lead = f'<c r="{letter}{ROW}"'
    if column.dtype.kind == "f":
        small, large = (f'{lead} s="{styles[form, False]}" t="n"><v>' for form in (plain, FORMATS[1]))
        return [
            f"{small if abs(v) < LARGE_FROM and not ZERO_FROM < v < 0 else large}{v!r}</v></c>" if v - v == 0 else ""
            for v in (column.to_numpy() + 0.0).tolist()  # 0 is added so that none is minus 0
        ]
    known: dict[tuple[type, Any], str] = {}
    out = []
    for value in column.to_numpy().tolist():
        key = (type(value), value)
        if key not in known:
            known[key] = _cell(value, lead, styles[TEXT, False])
        out.append(known[key])
    return out


def _in_colour(cell: str, styles: Mapping[tuple[str, bool], int]) -> str:
    """The same cell in the colour of filled ones."""
    by_number = {str(styles[form, False]): styles[form, True] for form in FORMATS}
    found = re.match(r'(<c r="[^"]*")(?: s="(\d+)")?', cell)
    if found is None:
        return cell
    style = by_number.get(found[2], styles[TEXT, True])
    return f'{found[1]} s="{style}"{cell[found.end() :]}'


def _cell(value: Any, lead: str, style: int) -> str:
    """One cell that is no number of a column of them."""
    if pd.isna(value):
        return ""
    if isinstance(value, bool | int | float):
        kind, number = ("b", int(value)) if isinstance(value, bool) else ("n", value)
        return f'{lead} t="{kind}"><v>{number!r}</v></c>' if number - number == 0 else ""
    text = escape(ILLEGAL.sub(" ", str(value))[:LONGEST_TEXT])
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f'{lead} s="{style}" t="inlineStr"><is><t{kept}>{text}</t></is></c>' if text else ""
