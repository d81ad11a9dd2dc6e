"""Files of cells: encodings, heads, blanks, and numbers as people write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import InputError
from accord.sheets import Sheet, folded, read_sheet, read_sheets


def sheet(tmp_path: Path, raw: bytes | str) -> Sheet:
    path = tmp_path / "t.csv"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8"))
    return read_sheet(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings(encoding: str, end: str, tmp_path: Path) -> None:
    text = end.join(["省份,年份,收入", "北京,2011,1.5", "重庆,2011,2.5", ""])
    read = sheet(tmp_path, text.encode(encoding))
    assert read.columns == ["省份", "年份", "收入"]
    assert read.frame["省份"].tolist() == ["北京", "重庆"]
    assert read.numbers("收入").tolist() == [1.5, 2.5]


def test_rare_characters_of_gb18030(tmp_path: Path) -> None:
    """Four-byte characters beyond GBK, as names of places have them."""
    assert sheet(tmp_path, "a,b\n㛃石,𠀀\n".encode("gb18030")).frame.iloc[0].tolist() == ["㛃石", "𠀀"]


def test_heads_and_blanks(tmp_path: Path) -> None:
    read = sheet(tmp_path, "\n , ,\n unit ,ＧＤＰ（亿元）,,x\n\nA, 1 ,,2\n,,,\n\n")
    assert read.columns == ["unit", "GDP(亿元)", "x"]
    assert read.frame["unit"].tolist() == ["A"]
    assert read.place(0, "x") == f'{tmp_path / "t.csv"}, row 5, column "x"'


def test_quotes(tmp_path: Path) -> None:
    read = sheet(tmp_path, 'a,b\n"x, ""y""","1\n2"\n')
    assert read.frame.iloc[0].tolist() == ['x, "y"', "1\n2"]


MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "-", "—", "–", "…", "...", "/", "  "]


@pytest.mark.parametrize("text", MISSING)
def test_missing(text: str, tmp_path: Path) -> None:
    assert np.isnan(sheet(tmp_path, f"a,b\nx,{text}\ny,1\n").numbers("b")).tolist() == [True, False]


GOOD = {"1e3": 1000.0, "-2.5": -2.5, "+3": 3.0, ".5": 0.5, "5.": 5.0, "1E-3": 0.001, "007": 7.0, "-0": 0.0}


@pytest.mark.parametrize("text", GOOD)
def test_numbers(text: str, tmp_path: Path) -> None:
    assert sheet(tmp_path, f"a,b\nx,{text}\n").numbers("b").tolist() == [GOOD[text]]


@pytest.mark.parametrize(
    "text",
    ["1 2", "1_000", "0x10", "True", "1;2", "12%", "2011年", "1+1j", "1e", "--1", "1d5", "#DIV/0!", "$5", "5,0", "1e5000", "-inf", "infinity", "\u200b1"],
)  # fmt: skip
def test_what_is_no_number(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r't\.csv, row 3, column "b": ') as caught:
        sheet(tmp_path, f'a,b\nx,1\ny,"{text}"\n').numbers("b")
    assert "not a number" in str(caught.value) or "infinite" in str(caught.value)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_keep_every_digit(values: list[float]) -> None:
    import pandas as pd

    read = Sheet("t.csv", pd.DataFrame({"b": [repr(v) for v in values]}, dtype=str))
    assert read.numbers("b").tolist() == values


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Whatever a file holds: a sheet, or one sentence."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(raw)
        try:
            assert read_sheet(path).columns
        except InputError as error:
            assert str(path) in str(error)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_workbook(raw: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for name in ("t.xlsx", "t.xls", "t.ods"):
            path = Path(folder) / name
            path.write_bytes(raw)
            with pytest.raises(InputError, match="not a workbook"):
                read_sheets(path)


def test_cut_workbooks(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append(["x", 1])
    path = tmp_path / "t.xlsx"
    book.save(path)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError, match=r"t\.xlsx"):
            read_sheets(path)
    for at in range(0, len(whole), 41):  # a damaged byte is survived or refused
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read_sheets(path)
        except InputError as error:
            assert "t.xlsx" in str(error)


def test_workbook_cells(tmp_path: Path) -> None:
    """Numbers, texts, dates and truths, each with its row; an error is refused."""
    import datetime

    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "data"
    book.active.append([None, None])
    book.active.append(["unit", "x"])
    for value in (1, 2.5, 1e20, 0.1 + 0.2, "3", None, " NA ", "#DIV/0!", True, datetime.date(2011, 1, 1)):
        book.active.append(["A", value])
    path = tmp_path / "t.xlsx"
    book.save(path)
    read = read_sheets(path)["data"]
    assert read.frame["x"].tolist()[:8] == ["1", "2.5", "1e+20", "0.3", "3", "", "NA", "#DIV/0!"]
    with pytest.raises(InputError, match='sheet "data", row 10, column "x": "#DIV/0!" is an error'):
        read.numbers("x")
    for row, shown in ((8, "True"), (9, "2011-01-01")):
        part = Sheet(read.file, read.frame.iloc[row:].reset_index(drop=True), "data", read.rows[row:])
        with pytest.raises(InputError, match=f'sheet "data", row {row + 3}, column "x": "{shown}') as caught:
            part.numbers("x")
        assert "not a number" in str(caught.value)


def test_only_the_sheets_asked_for(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "notes"  # empty, and not read
    book.create_sheet("data").append(["a"])
    book["data"].append(["1"])
    book.save(tmp_path / "t.xlsx")
    assert list(read_sheets(tmp_path / "t.xlsx", ("data", "indicators"))) == ["data"]


def test_folded() -> None:
    assert folded(" ａｂ　ｃ（１） ") == "ab c(1)"
