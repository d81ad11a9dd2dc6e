"""Whatever stands in a folder, it is read or refused in one sentence: no traceback, no hang, no gigabyte."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from accord.errors import InputError
from accord.io.blocks import NoTable
from accord.io.exports import read_exports
from accord.io.reconcile import laid_out, sources_of
from accord.io.yearbook import read_tables
from accord.sheets.cells import Grid
from accord.unit_tables import UnitTable

TABLES = [UnitTable.of_country("CN"), UnitTable.of_country("US")]
WORDS = [
    "", "", "", "北京", "河北省", "内蒙古", "新疆", "Ohio", "Bavaria", "全国", "合计", "地区", "年份", "指标", "单位", "指标：人口", "单位：万人", "地区：北京",
    "2019年", "2020", "2021", "2019", "2020年末", "1", "2.5", "-3", "1,234", "１２", "12%", "—", "…", "/", "#DIV/0!", "数据来源：统计局", "注：无",
    "人口(万人)", "gdp_2019", "gdp_2020", "year", "unit", "value", "表3-1 各地区人口（2019年）", "a\nb", "\u200b", "12①", "序号", "()", "`", "=1", "[", "*",
]  # fmt: skip
CELLS = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.text(max_size=6), st.integers(1900, 2100).map(str))
RANGES = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 3), st.integers(0, 3)).map(
    lambda r: ((r[0], r[1]), (r[0] + r[2], r[1] + r[3]))
)
NAMES = st.sampled_from(["", "Sheet1", "2020年", "北京", "人口", "gdp 2019"])


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Any table of the words that readers look for, merged anyhow; often one that makes sense in places."""
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    cells = np.array(draw(st.lists(CELLS, min_size=rows * columns, max_size=rows * columns)), dtype=object)
    cells = np.array([str(c).strip() for c in cells], dtype=object).reshape(rows, columns)
    if draw(st.booleans()):
        cells[0, 1:] = [f"{2015 + c}年" for c in range(columns - 1)]
    if draw(st.booleans()):
        cells[1:, 0] = [["北京", "河北", "山西", "上海", "云南", "西藏", "Ohio", "x"][r % 8] for r in range(rows - 1)]
    merged = draw(st.lists(RANGES, max_size=3))
    faults = {(1, 1): ("#N/A", '"#N/A" is an error; mend it')} if draw(st.integers(0, 9)) == 0 else {}
    return Grid("/folder/" + draw(NAMES) + ".xlsx", draw(NAMES), cells, merged, faults)


def read(found: Sequence[Grid]) -> None:
    """Tables to a panel as a folder's are, from cells in memory."""
    try:
        sources = []
        for grid in found:
            try:
                sources += [s for table in read_tables(grid, TABLES) for s in sources_of("t", table)]
            except NoTable as why:
                assert str(why)
        if sources:
            _, frame, labels, cells = laid_out(sources)
            assert len(frame) and len(labels) and np.isfinite(frame.to_numpy()).any()
            for name in frame:
                held = np.isfinite(frame[name].to_numpy())
                assert np.array_equal(held, cells[str(name)][:, 0] >= 0)
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) > 20


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(grids(), min_size=1, max_size=2))
def test_any_table_is_read_or_refused(found: list[Grid]) -> None:
    before = [grid.cells.copy() for grid in found]
    read(found)
    assert all(np.array_equal(a, grid.cells) for a, grid in zip(before, found, strict=True))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=400),
    st.sampled_from(["t.csv", "t.txt", "t.xlsx", "t.xls", "t.ods", "t.xlsb", "t.parquet", "t.dta", "t.nc"]),
)
def test_any_bytes_in_a_folder(raw: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(raw)
        with pytest.raises(InputError) as caught:
            read_exports(folder)
        assert "\n" not in str(caught.value)


# sizes


def book(path: Path, cells: dict[str, str]) -> Path:
    """A workbook whose one sheet is written by hand."""
    made = Workbook()
    made.active.append(["x"])
    made.save(path)
    rows = "".join(
        f'<row r="{"".join(c for c in at if c.isdigit())}"><c r="{at}"><v>{v}</v></c></row>' for at, v in cells.items()
    )
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    return replaced(path, {"xl/worksheets/sheet1.xml": sheet.encode()})


def replaced(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist() if name not in parts}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, raw in (kept | parts).items():
            new.writestr(name, raw)
    return path


@pytest.mark.parametrize("at", ["XFD1048576", "A300000", "ZZ90000"])
def test_two_cells_far_apart(at: str, tmp_path: Path) -> None:
    """calamine lays the rectangle between them out in memory: 400 GB for the first."""
    path = book(tmp_path / "t.xlsx", {"B2": "1", at: "2"})
    if at == "A300000":  # a long column, of half a million cells: it is read
        with pytest.raises(InputError, match="no table of"):
            read_exports(path)
        return
    with pytest.raises(
        InputError, match=r"t\.xlsx: [\d,]+ cells, more than the 3,000,000 read from one file; remove empty rows"
    ):
        read_exports(path)


def test_styled_cells_without_anything_do_not_count(tmp_path: Path) -> None:
    made = Workbook()
    for row in [["地区", "2019年", "2020年"], ["北京", 1, 2], ["河北", 3, 4]]:
        made.active.append(row)
    made.save(tmp_path / "t.xlsx")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as old:
        sheet = old.read("xl/worksheets/sheet1.xml")
    sheet = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')
    replaced(tmp_path / "t.xlsx", {"xl/worksheets/sheet1.xml": sheet})
    assert len(read_exports(tmp_path / "t.xlsx").units) == 2


def test_a_zip_bomb(tmp_path: Path) -> None:
    """Megabytes that inflate to gigabytes, whatever size the archive says they have."""
    book(tmp_path / "t.xlsx", {"A1": "1"})
    part = tmp_path / "big"
    with (
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made,
        made.open("xl/sharedStrings.xml", "w", force_zip64=True) as file,
    ):
        for _ in range(300):
            file.write(bytes(1 << 20))
    with zipfile.ZipFile(part) as made:
        info = made.getinfo("xl/sharedStrings.xml")
    raw = part.read_bytes()
    assert len(raw) < 1_000_000 and info.file_size > 300_000_000
    with zipfile.ZipFile(tmp_path / "t.xlsx") as old, zipfile.ZipFile(part, "a") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    (tmp_path / "t.xlsx").write_bytes(part.read_bytes())
    with pytest.raises(InputError, match=r"t\.xlsx: the workbook inflates to more than 256 MB"):
        read_exports(tmp_path / "t.xlsx")


def test_repeated_cells_of_an_ods(tmp_path: Path) -> None:
    """One cell, told once, that stands in every cell of a sheet."""
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    names += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    cell = '<table:table-cell table:number-columns-repeated="{}" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
    for rows, columns, refused in ((1_048_576, 16_384, True), (3, 2, False)):
        body = f'<table:table-row table:number-rows-repeated="{rows}">{cell.format(columns)}</table:table-row>'
        text = f'<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="T">{body}</table:table>'
        text += "</office:spreadsheet></office:body></office:document-content>"
        with zipfile.ZipFile(tmp_path / "t.ods", "w") as made:
            made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            made.writestr(
                "META-INF/manifest.xml",
                '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
            )
            made.writestr("content.xml", text)
        with pytest.raises(InputError, match="cells, more than" if refused else "no table of"):
            read_exports(tmp_path / "t.ods")


def test_two_hundred_sheets(tmp_path: Path) -> None:
    made = Workbook()
    made.remove(made.active)
    for k in range(200):
        sheet = made.create_sheet(f"指标{k}")
        for row in [["地区", "2019年", "2020年"], ["北京", k, 2], ["河北", 3, 4]]:
            sheet.append(row)
    made.save(tmp_path / "t.xlsx")
    assert read_exports(tmp_path / "t.xlsx").frame.shape == (4, 200)
