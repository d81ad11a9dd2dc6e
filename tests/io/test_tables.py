"""Tables written: text that no spreadsheet takes for a formula, numbers to their last digit, long tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.io import tables, workbook
from accord.io.tables import safe, write_csv
from accord.io.workbook import Contents, write_workbook


def test_safe_marks_what_would_run() -> None:
    frame = pd.DataFrame({
        "=unit": ["=1", "+1", "-1", "@x", "\tx", "\rx", "'x", "x=1", "", "—"], "direction": ["+", "-", "="] * 3 + ["+"],
        "value": -np.arange(10.0), "number": -np.arange(10),
    })  # fmt: skip
    made = safe(frame)
    assert list(made) == ["'=unit", "direction", "value", "number"]
    assert made["'=unit"].tolist() == ["'=1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "'x", "x=1", "", "—"]
    assert made["direction"].tolist() == frame["direction"].tolist()
    assert made["value"].tolist() == frame["value"].tolist()
    assert next(iter(frame)) == "=unit", "the table itself is not changed"


def test_safe_of_mixed_and_missing() -> None:
    frame = pd.DataFrame({"a": ["=x", None, np.nan, -1, 2.5]}, dtype=object)
    assert safe(frame)["a"].tolist()[0] == "'=x"
    assert safe(frame)["a"].tolist()[3:] == [-1, 2.5]
    assert safe(frame)["a"].isna().tolist() == [False, True, True, False, False]
    assert safe(pd.DataFrame({"a": pd.Series(["-x"], dtype="category")}))["a"].tolist() == ["'-x"]
    assert safe(pd.DataFrame({"a": pd.Series(["-x", None], dtype="str")}))["a"].tolist()[0] == "'-x"


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=20), min_size=1, max_size=8)
)
def test_csv_reads_back(texts: list[str]) -> None:
    """Every text comes back through a CSV reader, and none starts as a formula."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write_csv(pd.DataFrame({"a": texts, "b": np.arange(len(texts)) / 3}), path)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    assert [r[0] for r in rows[1:]] == [f"'{t}" if t.startswith(tables.RISKY) else t for t in texts]
    assert [float(r[1]) for r in rows[1:]] == [i / 3 for i in range(len(texts))]


def test_csv_is_plain_utf8(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"省份": ["北京"], "n": [1], "x": [0.1 + 0.2]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == "省份,n,x\n北京,1,0.30000000000000004\n".encode()


def test_workbook_types(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "text": ["=1+1", "a\x0bb", "", None], "whole": [1, -2, 3, 4], "real": [0.5, np.nan, 1e9, -1e-9], "big": [True, False, True, True],
    })  # fmt: skip
    write_workbook({"t": frame, "a name much longer than thirty-one characters": frame.head(0)}, tmp_path / "t.xlsx")
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "t.xlsx")
    assert all(len(name) <= 31 for name in book.sheetnames)
    rows = list(book["t"].iter_rows(min_row=2))
    assert [(c.value, c.data_type) for c in rows[0]] == [("'=1+1", "s"), (1, "n"), (0.5, "n"), (True, "b")]
    assert rows[1][0].value == "a b"
    assert rows[1][2].value is None
    assert rows[0][2].number_format == "0.0000"
    assert book["t"].freeze_panes == "C2", "names of rows stay in sight"
    assert book["t"].auto_filter.ref == "A1:D5"
    assert book["t"]["A1"].font.b


def test_workbook_reads_back(tmp_path: Path) -> None:
    """What stands in the table stands in the sheet, to the last digit; markup and blanks are text like any other."""
    from openpyxl import load_workbook

    rng = np.random.default_rng(1)
    n = 5_003
    frame = pd.DataFrame({
        "unit": [f"<u> & \"{k % 7}\"" for k in range(n)], "time": np.arange(n), "x": rng.normal(0, 1, n) ** 13,
        "mixed": [[None, "  text ", 3, 2.5, True, np.nan][k % 6] for k in range(n)],
    })  # fmt: skip
    frame.loc[7, "x"] = np.inf
    write_workbook({"first": frame.head(3), "second": frame}, tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx", read_only=True)
    assert book.sheetnames == ["first", "second"] and len(list(book["first"].iter_rows())) == 4
    rows = list(book["second"].iter_rows(min_row=2))
    assert len(rows) == n
    for row, want in zip(rows, frame.itertuples(index=False), strict=True):
        shown = [None if pd.isna(v) or v == np.inf else v for v in want]
        assert [c.value for c in row[:4]] + [None] * (4 - len(row)) == shown
        powers = abs(want.x) >= 1e6 or -5e-5 < want.x < 0
        assert row[2].value is None or row[2].number_format == ("0.000E+00" if powers else "0.0000")
    assert "0.000E+00" in {row[2].number_format for row in rows[:7] + rows[8:] if row[2].value}


def test_p_values_are_numbers_that_never_show_as_zero(tmp_path: Path) -> None:
    """In the study's own tables; a column of an author's that happens to be called so is a column like any other."""
    from openpyxl import load_workbook

    frame = pd.DataFrame({"test": "LR", "pvalue": [1e-9, 0.03], "q": [-1e-9, -0.0], "p": [0.0, 1.0]})
    write_workbook({"transition_tests": frame, "data": frame}, tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    form = '[<0.0001]"<0.0001";0.0000'
    own, other = ([[c.number_format for c in row[1:]] for row in book[t].iter_rows(min_row=2)] for t in book.sheetnames)
    assert own == [[form, "0.000E+00", form], [form, "0.0000", form]]
    assert other == [["0.0000", "0.000E+00", "0.0000"], ["0.0000", "0.0000", "0.0000"]]
    assert [c.value for c in book["transition_tests"][2]][1:] == [1e-9, -1e-9, 0.0]
    assert str(book["transition_tests"]["C3"].value) in ("0", "0.0"), "no minus before zero"


def test_workbook_without_tables(tmp_path: Path) -> None:
    write_workbook({}, tmp_path / "t.xlsx")
    assert (tmp_path / "t.xlsx").stat().st_size > 0


def test_long_tables_are_left_to_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LONGEST", 5)
    write_workbook({"long": pd.DataFrame({"x": range(6)}), "short": pd.DataFrame({"x": range(5)})}, tmp_path / "t.xlsx")
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert "tables/long.csv" in str(book.get_sheet_by_name("long").to_python())
    assert len(book.get_sheet_by_name("short").to_python()) == 6


def test_long_text_fits_a_cell(tmp_path: Path) -> None:
    """A workbook's cell ends at 32,767 characters."""
    write_workbook({"t": pd.DataFrame({"x": ["y" * 40_000]})}, tmp_path / "t.xlsx")
    from python_calamine import CalamineWorkbook

    read = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_name("t").to_python()
    assert len(read[1][0]) <= 32_767


def test_contents_and_marks(tmp_path: Path) -> None:
    """The first sheet links to the others and says what they hold; marked cells are in colour and numbers as they were."""
    from openpyxl import load_workbook

    frame = pd.DataFrame({"unit": ["甲", "b"], "time": [2011, 2012], "x": [0.5, 2e7], "money": [1234.5, 99_999.0]})
    marks = np.array([[False, False, True, False], [True, True, False, True]])
    contents = Contents(
        ["A study", "=note"], {"data": ["What", "How"], "t": ["=1+1", "x\x0b"]}, legend="filled", alarm="Simulated"
    )
    write_workbook({"data": frame, "t": frame}, tmp_path / "t.xlsx", contents=contents, marked={"data": marks})
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["contents", "data", "t"]
    said = [[cell.value for cell in row] for row in book["contents"].iter_rows()]
    assert [row[0] for row in said[:4]] == ["A study", "'=note", "Simulated", "filled"]
    assert said[5:] == [
        ["Sheet", "Rows", "What it holds", "How it was made"], ["data", 2, "What", "How"], ["t", 2, "'=1+1", "x "],
    ]  # fmt: skip
    assert book["contents"]["A7"].hyperlink.location == "'data'!A1"
    coloured = [
        [cell.fill.fgColor.rgb.endswith(workbook.FILLED) for cell in row] for row in book["data"].iter_rows(min_row=2)
    ]
    assert coloured == marks.tolist()
    assert not any(cell.fill.fgColor.rgb.endswith(workbook.FILLED) for row in book["t"].iter_rows() for cell in row)
    for name in ("data", "t"):
        rows = list(book[name].iter_rows(min_row=2))
        assert [[cell.value for cell in row] for row in rows] == [["甲", 2011, 0.5, 1234.5], ["b", 2012, 2e7, 99_999.0]]
        assert [row[2].number_format for row in rows] == ["0.0000", "0.000E+00"]
        assert [row[3].number_format for row in rows] == ["0.00", "0.00"]
        assert book[name].dimensions == "A1:D3"
