"""The page docs/explanation/input.md: what is read, and the sentence that each malformed file gets.

Run: python scripts/make_input_catalogue.py. Every file is made and read; a test keeps the page as it would be written.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from accord.errors import InputError
from accord.io.exports import read_exports
from accord.io.tables import read_panel

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "input.md"
YEARS = ["地区", "2019年", "2020年"]
GOOD = [YEARS, ["北京市", 1, 2], ["河北省", 3, 4], ["山西省", 5, 6]]
LONG = ["unit,year,x,y", "A,2011,1,2", "A,2012,2,5", "B,2011,3,1", "B,2012,4,7"]
REASON = re.compile(
    r"\((?:Error -|Cannot detect|[A-Z]\w+(?:Error|Invalid): )[^()]*(?:\([^()]*\))?[^()]*\)|\(\w+: [^()]*(?:\([^()]*)?\.\.\.\)"
)
"""What another library says of a file, which its versions say in other words."""
Made = Callable[[Path], Any]


def text(*lines: str, encoding: str = "utf-8", name: str = "panel.csv") -> Made:
    return lambda folder: (folder / name).write_bytes("\n".join(lines).encode(encoding))


def raw(data: bytes, name: str) -> Made:
    return lambda folder: (folder / name).write_bytes(data)


def long(row: int, line: str) -> Made:
    return text(*LONG[:row], line, *LONG[row + 1 :])


def book(rows: Sequence[Sequence[Any]], name: str = "人口.xlsx", merge: str = "") -> Made:
    def make(folder: Path) -> None:
        made = Workbook()
        for row in rows:
            made.active.append(list(row))
        if merge:
            made.active.merge_cells(merge)
        made.save(folder / name)

    return make


def cell(row: int, column: int, value: Any) -> Made:
    rows = [list(r) for r in GOOD]
    rows[row][column] = value
    return book(rows)


def both(*made: Made) -> Made:
    return lambda folder: [make(folder) for make in made]


def hurt(folder: Path) -> None:
    book(GOOD)(folder)
    whole = bytearray((folder / "人口.xlsx").read_bytes())
    with zipfile.ZipFile(folder / "人口.xlsx") as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    whole[at + 90 : at + 130] = bytes(40)
    (folder / "人口.xlsx").write_bytes(bytes(whole))


def far(folder: Path) -> None:
    book(GOOD)(folder)
    with zipfile.ZipFile(folder / "人口.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    with zipfile.ZipFile(folder / "人口.xlsx", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


CATALOGUE: dict[str, list[tuple[str, Made]]] = {
    "Text files": [
        ("Nothing in it", text("")),
        ("UTF-16 that is cut short", raw("\n".join(LONG).encode("utf-16")[:-1], "panel.csv")),
        ("Neither UTF-8 nor GB18030", raw(b"unit,year,x,y\nK\xf6ln,2011,1,2\n", "panel.csv")),
        ("A web page", text("<html><table><tr><td>1</td></tr></table></html>")),
        ("A row that is too short", long(2, "A,2012,2")),
        ("A row that is too long", long(2, "A,2012,2,5,6")),
        ("A quote that is not closed", long(2, 'A,2012,"2,5')),
        ("Semicolons, and a comma for the decimal point", text(*(line.replace(",", ";").replace(";5", ";5,5") for line in LONG))),
        ("A column named twice", text("unit,year,x,x", *LONG[1:])),
        ("A column without a name", text("unit,year,,y", *LONG[1:])),
        ("A line break in a head", text('unit,year,"x\nz",y', *LONG[1:])),
    ],
    "Long tables": [
        ("No rows", text(LONG[0])),
        ("A year that is none", long(2, "A,2012Q1,2,5")),
        ("A text for a number", long(2, "A,2012,two,5")),
        ("A unit of measurement in the cell", long(2, "A,2012,2 km,5")),
        ("An infinite number", long(2, "A,2012,1e999,5")),
        ("A unit and year twice", long(2, "A,2011,2,5")),
        ("A unit without one of the years", text(*LONG[:4])),
        ("One unit written in two ways", long(4, "b,2012,4,7")),
        ("A unit without a name", long(2, ",2012,2,5")),
        ("A year between that nobody has", text(*(line.replace("2012", "2013") for line in LONG), "A,2014,1,1", "B,2014,2,2")),
    ],
    "Workbooks": [
        ("A text file named .xlsx", raw("地区\t2019\n".encode("gbk"), "人口.xlsx")),
        ("A web page named .xls, as some sites export", raw(b"<html><table></table></html>", "人口.xls")),
        ("A file cut off on the way", lambda f: (book(GOOD)(f), (f / "人口.xlsx").write_bytes((f / "人口.xlsx").read_bytes()[:900]))),
        ("Bytes damaged", hurt),
        ("An .xls of damaged bytes", raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "人口.xls")),
        ("A password", raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "人口.xlsx")),
        ("A stray cell in the last corner of the sheet", far),
        ("Nothing in it", book([])),
    ],
    "Printed tables": [
        ("A slip in a name", cell(2, 0, "河比省")),
        ("A slip in pinyin", book([YEARS, ["Beijing", 1, 2], ["Hebie", 3, 4], ["Shanxi", 5, 6]])),
        ("A text for a number", cell(2, 1, "约3")),
        ("A comma for the decimal point", cell(2, 1, "3,5")),
        ("An error", cell(2, 1, "#DIV/0!")),
        ("A formula that was never computed", cell(2, 1, "=B2*3")),
        ("Per cent in one cell alone", cell(2, 1, "3%")),
        ("A province twice, with other numbers", book([*GOOD, ["河北", 9, 9]])),
        ("A year twice, with other numbers", cell(0, 2, "2019年")),
        ("Two files that disagree", both(book(GOOD), book([*GOOD[:2], ["河北省", 3, 9]], "人口 (2).xlsx"))),
        ("No year anywhere", book([["地区", "人口"], ["北京市", 1], ["河北省", 3]])),
        ("No names of units", book([["2019年", "2020年"], [1, 2], [3, 4]], "a.xlsx")),
        ("A title of another year than the file", book([["2018年各地区人口"], ["地区", "人口"], ["北京市", 1], ["河北省", 3]], "2019年人口.xlsx")),
        ("The edition of a yearbook alone", book([["地区", "人口"], ["北京市", 1], ["河北省", 3]], "中国统计年鉴2022.xlsx")),
        ("Quarters", book([["地区", *(date(2019, month, 1) for month in (1, 4, 7, 10))], ["北京市", 1, 2, 3, 4], ["河北省", 5, 6, 7, 8]])),
        ("Groups that change over the years of a unit", book([["地区", "类别", "年份", "收入"], ["北京市", "城镇", 2019, 1], ["北京市", "农村", 2020, 2],
            ["河北省", "城镇", 2019, 3], ["河北省", "农村", 2020, 4]])),
        ("One indicator in two units of measurement", both(
            book([["地区", "人口(万人)", "年份"], ["北京市", 1, 2019], ["河北省", 2, 2019]], "a.xlsx"),
            book([["地区", "人口(人)", "年份"], ["北京市", 3, 2020], ["河北省", 4, 2020]], "b.xlsx"))),
        ("A city called like a province", book([*GOOD, ["吉林市", 9, 9]])),
        ("A comma that may be either", text("地区;2019年;2020年", "北京;0,512;0,611", "河北;1,234;1,250", name="率.csv")),
        ("Columns that may be units or indicators", book([["year", "a", "b"], [2019, 1, 2], [2020, 3, 4]], "c.xlsx")),
        ("Words alone", book([["说明"], ["见年鉴第二章"]])),
        ("No numbers", book([YEARS, ["北京市", "…", "—"], ["河北省", None, "/"]])),
        ("Nearly the same name in two files", both(
            book([["Land", 2019, 2020], ["Saxony", 1, 2], ["Hesse", 3, 4]], "a.xlsx"),
            book([["Land", 2019, 2020], ["Saxsony", 1, 2], ["Hesse", 3, 4]], "b.xlsx"))),
        ("A folder with nothing in it", lambda folder: None),
    ],
    "Stored tables": [
        ("No Stata file", raw(b"x" * 99, "panel.dta")),
        ("No Parquet file", raw(b"x" * 99, "panel.parquet")),
        ("No netCDF file", raw(b"x" * 99, "panel.nc")),
    ],
}  # fmt: skip
HEAD = """# Input as it comes

`accord panel FOLDER --out panel.csv`, `ac.read_panel(FOLDER)` and a plan whose `source` is a folder read what statistics
offices export. `accord panel` and `accord check` show first what was read from where (in Python the attribute `read`), a
line for each table: file, sheet, indicator, unit of measurement, units x years, and what was left out and why. Written by
`scripts/make_input_catalogue.py`.

## What is read

- xlsx, xls, xlsb, ods, csv (UTF-8, UTF-16 or GB18030; commas, semicolons, tabs), Stata, netCDF, and Parquet with the extra
  `[parquet]`. Folders in the folder too.
- Units down and years across, or the other way round; a row per unit and year; a number a row; columns such as
  `gdp_2019`; two levels of heads, merged or not; a sheet, a file or a block below for each indicator, each year or each
  province. What the table does not say is taken from the lines above it, from its sheet, from its file, in that order.
- The year in a column's own head counts before that of title, sheet and file; where these differ the table is refused. Years of
  a yearbook's edition, of prices, of a census are not taken. Dates are years where each is the same day of its year.
- A column of groups (城镇, 农村), and lines above rows, are part of the indicator's name. Columns of numbers that are left out are
  named. An index with a base (上年=100) stands beside the level, by itself.
- Titles, `单位：万人`, `指标：`, `地区：`, notes and sources below, rows of totals, blanks inside names, names in two
  languages, merged regions, full-width digits, separators of thousands, per cent signs, marks of footnotes, and
  `—` `…` `/` `-` for missing.
- The 31 provinces by full and short name, pinyin and GB/T 2260 code, with the four regions of the statistics bureau
  (10, 6, 12 and 3); the 48 states with the census regions; other units as they stand, or by a table of your own
  (`--units`, `units =` in a plan): `key`, and where wanted `name`, `name_zh`, `region`, `aliases` (with `|` between).
  A name that is nearly a known one is never guessed: the message suggests it.
- An indicator in several files is one column. Where two cells differ, both are named and nothing is read.
- Without an indicator system the values are as they stand. With one, gaps are filled over the years that all columns it
  needs cover.

Not taken: several numbers in a cell, months and quarters, pictures of tables. A file, or all files of a folder together, have at
most 3,000,000 cells, a text in a workbook at most 32,767 characters. Hidden sheets and rows are read, and said; `--out` does not
lie in the folder that is read.

## Malformed files, and the sentence that each gets
"""


def sentence(make: Made, stored: bool) -> str:
    """What is said of the files that are made in a folder, which stands as DIR."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "DIR"
        folder.mkdir()
        make(folder)
        made = sorted(folder.iterdir())
        try:
            if stored:
                read_panel(made[0])
            else:
                read_exports(folder)
        except InputError as error:
            said = str(error).replace(str(folder), "DIR")
            return REASON.sub("(...)", said)
    raise AssertionError(f"the files were read: {[p.name for p in made]}")


def page() -> str:
    """The page as it is now."""
    lines = [HEAD]
    for title, cases in CATALOGUE.items():
        lines += [f"### {title}", "", "| file | sentence |", "|---|---|"]
        alone = title in ("Text files", "Long tables", "Stored tables")
        for what, make in cases:
            said = sentence(make, alone).replace("|", "\\|").replace("<", "&lt;")
            lines.append(f"| {what} | {said} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
