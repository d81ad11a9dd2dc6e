"""Tables as planners have them: other encodings, cut rows, errors, merged cells, odd separators; panels made by hand."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from openpyxl import Workbook

import accord as ac
from accord.errors import InputError
from accord.sheets import Sheet, read_sheet, read_sheets

ROWS = [("A", 2011, 1.0, 2.0), ("A", 2012, 2.0, 5.0), ("B", 2011, 3.0, 1.0), ("B", 2012, 4.0, 7.0)]
TABLE = pd.DataFrame({"key": ["x", "y"], "subsystem": ["S", "T"], "direction": ["+", "-"]})


def sheet(tmp_path: Path, text: str | bytes, name: str = "t.csv") -> Sheet:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_sheet(path)


def book(path: Path, rows: list[tuple[Any, ...]], merge: tuple[str, ...] = (), name: str = "data") -> Path:
    """A workbook with one sheet of rows, some of whose cells are merged."""
    made = Workbook()
    made.active.title = name
    for row in rows:
        made.active.append(row)
    for cells in merge:
        made.active.merge_cells(cells)
    made.save(path)
    return path


# encodings


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize(
    "name",
    ["Württemberg", "Québec", "São Paulo", "Île-de-France", "Pääkaupunki", "Øy", "Jyväskylä", "Málaga", "Zürich", "Curaçao"],
)  # fmt: skip
def test_western_letters_are_not_chinese(name: str, encoding: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.csv, row 3.* save it as CSV UTF-8"):
        sheet(tmp_path, f"unit,year\nBerlin,2011\n{name} 1,2012\n".encode(encoding))


@pytest.mark.parametrize(("name", "encoding"), [("Москва", "cp1251"), ("Αθήνα", "cp1253"), ("臺東縣,臺灣省", "big5")])
def test_other_alphabets_are_not_chinese(name: str, encoding: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="save it as CSV UTF-8"):
        sheet(tmp_path, f"unit,year\n{name}\n".encode(encoding))


@pytest.mark.parametrize(
    "text",
    ["省份,年份\n北京,2011\n", "unit,GDP与CPI指数,单位\n亳州,2011,万元\n漯河,2011,万元\n", "市,a\n濮阳市,1\n镕堃村,2\n",
     "省份,用地（k㎡）\n北京,1\n", "a,b\n石家庄A区,1\n"],
)  # fmt: skip
def test_chinese_in_gb18030_is_read_and_said(text: str, tmp_path: Path) -> None:
    read = sheet(tmp_path, text.encode("gb18030"))
    assert [read.columns, *read.frame.to_numpy().tolist()][1] == text.splitlines()[1].split(",")
    assert read.encoding == "GB18030"
    assert sheet(tmp_path, text).encoding == "UTF-8"


def test_the_panel_knows_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    for encoding in ("utf-8", "gb18030"):
        text = "省份,年份,x,y\n" + "".join(f"{u},{y},{x},{z}\n" for u, y, x, z in ROWS).replace("A", "北京")
        path.write_bytes(text.encode(encoding))
        assert ac.read_panel(path, TABLE).attrs["encoding"] == encoding.upper()


# rows


def test_a_row_cut_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.csv, row 4: 2 cells, but the head has 3"):
        sheet(tmp_path, "unit,year,x\nA,2011,1\n\nA,2012\nB,2011,3\n")


def test_separators_that_excel_leaves_out(tmp_path: Path) -> None:
    """The last columns empty throughout 16 rows, and unnamed empty columns: the rows are whole."""
    read = sheet(tmp_path, "unit,year,x,,\nA,2011,1\nA,2012,2,,\nB,2011,3,\n")
    assert read.columns == ["unit", "year", "x"] and len(read.frame) == 3
    first = "unit,year,x,note\n" + "".join(f"A,{2000 + i},{i},n\n" for i in range(15))
    read = sheet(tmp_path, first + "B,2011,1\nB,2012,2\n")
    assert read.frame["note"].tolist()[-3:] == ["n", "", ""]
    for rest in ("B,2011,1\n", "B,2011,1\nB,2012\n"):
        with pytest.raises(InputError, match=r"row 1\d: . cells"):
            sheet(tmp_path, first + rest)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_rows_keep_their_numbers_after_blank_rows(form: str, tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [(), ("unit", "year", "x", "y"), *ROWS[:2], (), (), *ROWS[2:], (None, " ")]
    rows[-2] = ("B", 2012, "four", 7.0)
    if form == "xlsx":
        path = book(tmp_path / "t.xlsx", rows)
    else:
        path = tmp_path / "t.csv"
        path.write_text("\n".join(",".join(str(c or "") for c in row) for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match='row 8, column "x": "four" is not a number'):
        ac.read_panel(path, TABLE)
    assert (read_sheet(path).frame["unit"] != "").all()


def test_indicator_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text("key,subsystem,direction\na,S,+\n\n,,\nb,T,+\n\na,T,+\n", encoding="utf-8")
    with pytest.raises(InputError, match=r'i\.csv, row 7, column "key": "a" stands twice'):
        ac.IndicatorSystem.from_table(path)
    table = pd.concat([TABLE, pd.DataFrame([{}, {"key": "x", "subsystem": "S", "direction": "+"}])])
    with pytest.raises(InputError, match='indicator table, row 4, column "key": "x" stands twice'):
        ac.IndicatorSystem.from_table(table)


@pytest.mark.parametrize("text", ["Table 1\nunit,year\nA,2011\n", "Table 1,,\nunit,year,x\nA,2011,1\n"])
def test_a_title_above_the_head(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match='row 1: "Table 1" stands alone like a title'):
        sheet(tmp_path, text)


def test_a_line_break_in_the_head(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'head row: "GDP\\n\(CNY\)" holds a line break U\+000A; remove it'):
        read_sheet(book(tmp_path / "t.xlsx", [("unit", "GDP\n(CNY)"), ("A", 1)]))


# separators


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators(mark: str, tmp_path: Path) -> None:
    text = '"unit";year;x\nA;2011;1.5\n\n"B, north";2011;\n'
    read = sheet(tmp_path, text.replace(";", mark))
    assert read.frame.to_numpy().tolist() == [["A", "2011", "1.5"], ["B, north", "2011", ""]]
    with pytest.raises(InputError, match=r'row 2: "1,5" holds a comma.*decimal point'):
        sheet(tmp_path, text.replace("1.5", "1,5").replace(";", mark))
    for uncertain in (text + "B;2012\n", text.replace("x\n", "a,b\n")):
        with pytest.raises(InputError, match=r"columns are separated by (semicolons|tabs); save"):
            sheet(tmp_path, uncertain.replace(";", mark))


# workbooks


def test_errors_and_formulas_without_result(tmp_path: Path) -> None:
    rows = [(), ("unit", "year", "x", "y", "z"), *(list(row) for row in ROWS)]
    for row, value, said in (
        (3, "#DIV/0!", '"#DIV/0!" is an error; mend the formula or clear the cell'),
        (4, "#N/A", '"#N/A" is an error'),
        (2, "=C2*2", r'"=C2\*2" is a formula without its result; open the workbook'),
    ):
        changed = [list(r) for r in rows]
        changed[row][3] = value
        path = book(tmp_path / "t.xlsx", changed)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=f'sheet "data", row {row + 1}, column "y": {said}'):
            ac.read_panel(path, TABLE)
        with pytest.raises(InputError, match=f'row {row + 1}, column "y"'):
            ac.read_panel(path)
        changed[row] = ["A", 2011, 1, 2, value]
        assert read_sheets(book(tmp_path / "t.xlsx", changed))["data"].numbers("y").size == 4  # type: ignore[arg-type]
    rows[1] = ("unit", "year", "x", "#REF!")
    with pytest.raises(InputError, match='sheet "data", row 2: "#REF!" is an error'):
        read_sheets(book(tmp_path / "t.xlsx", rows))  # type: ignore[arg-type]


def test_a_unit_that_is_an_error(tmp_path: Path) -> None:
    rows = [("unit", "year", "x", "y"), *ROWS]
    rows[3] = ("#N/A", *rows[3][1:])
    with pytest.raises(InputError, match='row 4, column "unit": "#N/A" is an error'):
        ac.read_panel(book(tmp_path / "t.xlsx", rows), TABLE)


def test_formulas_with_results_are_read(tmp_path: Path) -> None:
    """Excel keeps the result beside the formula, and an empty text as an empty result."""
    path = book(tmp_path / "a.xlsx", [("unit", "x"), ("A", "=1+1"), ("B", '=IF(1,"",2)')])
    cells = {
        "<f>1+1</f><v />": "<f>1+1</f><v>2</v>",
        'r="B3"><f>IF(1,"",2)</f><v />': 'r="B3" t="str"><f>IF(1,"",2)</f><v></v>',
    }
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for item in old.namelist():
            text = (
                old.read(item).decode("utf-8").replace("<v></v>", "<v />")
            )  # as openpyxl writes it with lxml, and without
            for a, b in cells.items() if item.endswith("sheet1.xml") else ():
                assert a in text
                text = text.replace(a, b)
            new.writestr(item, text)
    assert np.array_equal(read_sheet(tmp_path / "b.xlsx").numbers("x"), [2.0, np.nan], equal_nan=True)


def test_merged_texts_are_filled_down(tmp_path: Path) -> None:
    """Into rows that hold anything: a merge that runs on below the table makes no rows."""
    rows = [
        ("region", "unit", "year"),
        ("N", "A", 2011),
        (None, None, 2012),
        (None, "B", 2011),
        (None, None, 2012),
        (),
        ("S", "C", 2011),
        (None, "C", 2012),
    ]
    read = read_sheet(book(tmp_path / "t.xlsx", rows, ("A2:A6", "B2:B3", "B4:B5", "A7:A20")))
    assert read.frame["unit"].tolist() == ["A", "A", "B", "B", "C", "C"]
    assert read.frame["region"].tolist() == ["N"] * 4 + ["S"] * 2
    assert list(read.rows) == [2, 3, 4, 5, 7, 8]


@pytest.mark.parametrize(("cells", "row", "column"), [("D2:D3", 3, "x"), ("D4:E4", 4, "y"), ("B2:C3", 3, "unit")])
def test_other_merged_cells_are_refused(cells: str, row: int, column: str, tmp_path: Path) -> None:
    rows = [("region", "unit", "year", "x", "y"), *(("N", *r) for r in ROWS)]
    path = book(tmp_path / "t.xlsx", rows, (cells,))
    with pytest.raises(InputError, match=f'row {row}, column "{column}": the cell is merged with that of .* unmerge'):
        ac.read_panel(path, TABLE)


def test_merged_subsystems_of_the_indicator_table(tmp_path: Path) -> None:
    rows = [("subsystem", "key", "direction"), ("S", "a", "+"), (None, "b", "-"), ("T", "c", "+")]
    path = book(tmp_path / "i.xlsx", rows, ("A2:A3",))
    assert [one.subsystem for one in ac.IndicatorSystem.from_table(path)] == ["S", "S", "T"]


def test_sheets_by_any_case_and_empty_ones(tmp_path: Path) -> None:
    made = Workbook()  # the first sheet is empty
    for name, rows in (
        ("Data ", [("unit", "year", "x", "y"), *ROWS]),
        ("Indicators", [TABLE.columns, *TABLE.to_numpy()]),
    ):
        made.create_sheet(name)
        for row in rows:
            made[name].append(list(row))
    made["Indicators"]["C3"].data_type = "s"
    made["Indicators"]["C2"].data_type = "s"
    made.save(tmp_path / "t.xlsx")
    assert ac.read_panel(tmp_path / "t.xlsx")["subsystem"].values.tolist() == ["S", "T"]
    assert read_sheet(tmp_path / "t.xlsx").name == "Data "
    Workbook().save(tmp_path / "e.xlsx")
    with pytest.raises(InputError, match="the workbook is empty"):
        read_sheet(tmp_path / "e.xlsx")


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"<html><table><tr><td>unit</td></tr></table></html>", "not a workbook but a web page"),
     (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook/>', "not a workbook but a web page or XML"),
     ("省份\t年份\n".encode("gbk"), "not a workbook but a text file; name it .csv"),
     (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "protected by a password")],
)  # fmt: skip
def test_what_is_saved_as_xls(raw: bytes, words: str, tmp_path: Path) -> None:
    for name in ("t.xls", "t.xlsx"):
        with pytest.raises(InputError, match=rf"{name}: .*{words}"):
            sheet(tmp_path, raw, name)


def test_a_web_page_saved_as_csv(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a web page"):
        sheet(tmp_path, "<!DOCTYPE html>\n<html>\n")


def test_a_workbook_with_the_ending_of_another(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", [("unit", "x"), ("A", "#N/A")])
    shutil.copy(path, tmp_path / "t.xls")
    with pytest.raises(InputError, match='"#N/A" is an error'):
        read_sheet(tmp_path / "t.xls").numbers("x")


def test_numbers_as_chinese_tables_write_them(tmp_path: Path) -> None:
    text = "unit,year,x,y\nA,2011,１２．５,——\nA,2012,−3,1\nB,2011,－,2\nB,2012,……,3\n"
    read = sheet(tmp_path, text)
    assert np.array_equal(read.numbers("x"), [12.5, -3, np.nan, np.nan], equal_nan=True)
    assert np.isnan(read.numbers("y")).tolist() == [True, False, False, False]
    with pytest.raises(InputError, match='"10²" is not a number'):
        sheet(tmp_path, "unit,x\nA,10²\n").numbers("x")


# reading a panel


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=["unit", "year", "x", "y"])


def written(tmp_path: Path, table: pd.DataFrame | None = None) -> Path:
    (frame() if table is None else table).to_csv(tmp_path / "p.csv", index=False)
    return tmp_path / "p.csv"


def test_the_system_as_a_table(tmp_path: Path) -> None:
    path = written(tmp_path)
    TABLE.to_csv(tmp_path / "i.csv", index=False)
    for system in (TABLE, tmp_path / "i.csv", str(tmp_path / "i.csv"), ac.IndicatorSystem.from_table(TABLE)):
        assert ac.read_panel(path, system)["subsystem"].values.tolist() == ["S", "T"]
    with pytest.raises(InputError, match="an indicator table is a file or a DataFrame, not list"):
        ac.read_panel(path, [TABLE])  # type: ignore[arg-type]


def test_gap_rules_and_the_base_year(tmp_path: Path) -> None:
    wide = pd.DataFrame({
        "unit": np.repeat(["A", "B"], 4), "year": np.tile(np.arange(2011, 2015), 2), "x": [1, 2, 9, np.nan, 1, 2, 3, 4],
        "y": np.arange(8.0) + 1, "p": np.tile([1.0, 2.0, 4.0, 8.0], 2),
    })  # fmt: skip
    path = written(tmp_path, wide)
    last = [ac.read_panel(path, TABLE, ends="nearest_mean", k=k)["indicators"].values[0, 3, 0] for k in (1, 2)]
    assert last == [9.0, 5.5]
    deflated = TABLE.assign(deflator=["", "p"])
    first, later = (ac.read_panel(path, deflated, deflator_base=b)["indicators"].values for b in (2011, 2012))
    assert np.allclose(later[..., 1], 2 * first[..., 1])
    with pytest.raises(InputError, match='unknown gap rule ends = "held"; did you mean "hold"'):
        ac.read_panel(path, TABLE, ends="held")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="k = 0"):
        ac.read_panel(path, TABLE, k=0)


@pytest.mark.parametrize(
    ("changes", "how", "words"),
    [({"key": ["x", "year"]}, {}, 'column "year": the column holds the years and cannot be the indicator of that name'),
     ({"key": ["x", "unit"]}, {"unit": "unit"}, 'column "unit": the column holds the units'),
     ({"key": ["x", "y"]}, {"region": "y"}, 'column "y": the column holds the regions'),
     ({"deflator": ["", "year"]}, {}, 'cannot be the deflator of "y" too'),
     ({}, {"unit": "year"}, 'column "year": the column holds the years and cannot be `unit` too')],
)  # fmt: skip
def test_one_column_for_two_things(changes: Any, how: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        ac.read_panel(written(tmp_path), TABLE.assign(**changes), **how)


def test_a_target_without_the_direction_for_it() -> None:
    with pytest.raises(InputError, match='row 1, column "target": indicator "x" has a target, 5, but direction \\+'):
        ac.IndicatorSystem.from_table(TABLE.assign(target=["5", ""]))
    assert len(ac.IndicatorSystem.from_table(TABLE.assign(target=["-", "NA"]))) == 2


def test_one_unit_written_in_two_ways(tmp_path: Path) -> None:
    table = frame()
    table.loc[3, "unit"] = "b"
    with pytest.raises(InputError, match=r'B has no row for 2012; .* or is "B" the same unit as "b"'):
        ac.read_panel(written(tmp_path, table), TABLE)


# panels made by hand


def scores() -> xr.Dataset:
    x = np.random.default_rng(1).random((3, 4, 2))
    coords = {"unit": ["A", "B", "C"], "time": np.arange(2011, 2015), "subsystem": ["S", "T"]}
    return xr.Dataset({"score": (("unit", "time", "subsystem"), x)}, coords)


def indicators() -> xr.Dataset:
    x = np.random.default_rng(1).random((3, 4, 3))
    coords = {
        "unit": ["A", "B", "C"], "time": np.arange(2011, 2015), "indicator": ["x", "y", "z"],
        "subsystem": ("indicator", ["S", "T", "T"]), "direction": ("indicator", ["+", "-", "="]),
        "region": ("unit", ["N", "N", "S"]),
    }  # fmt: skip
    target = np.array([[np.nan, np.nan, 0.2], [np.nan, np.nan, 0.4]])
    return xr.Dataset(
        {"indicators": (("unit", "time", "indicator"), x), "target": (("bound", "indicator"), target)}, coords
    )


def put(panel: xr.Dataset, value: float, u: int = 1, t: int = 2, j: int = 1) -> xr.Dataset:
    panel[next(n for n in ("score", "indicators") if n in panel)].values[u, t, j] = value
    return panel


BY_HAND: list[tuple[Callable[[], xr.Dataset], str]] = [
    (lambda: indicators().rename(indicators="values"), "neither `indicators` nor `score`"),
    (lambda: indicators().rename(time="year"), "`indicators` has the dims unit, year, indicator; it needs unit, time"),
    (lambda: scores().isel(subsystem=0, drop=True), "has the dims unit, time; it needs"),
    (lambda: indicators().drop_vars("subsystem"), "no indicator system"),
    (lambda: indicators().drop_vars("direction"), 'needs the coordinate "direction" along indicator'),
    (lambda: indicators().drop_vars("time"), 'no coordinate "time"'),
    (lambda: indicators().isel(unit=[0]), "one unit only"),
    (lambda: indicators().isel(time=[0]), "one year only"),
    (lambda: indicators().isel(indicator=[1, 2]), "one subsystem only"),
    (lambda: scores().isel(subsystem=[1]), 'one subsystem only \\("T"\\)'),
    (lambda: scores().assign_coords(subsystem=["S", "coupling"]), 'cannot be called "coupling"'),
    (lambda: scores().assign_coords(time=[2011.5, 2012, 2013, 2014]), '"2011.5" is not a whole number'),
    (lambda: scores().assign_coords(time=list("abcd")), '"a" is not a whole number'),
    (lambda: scores().assign_coords(time=pd.date_range("2011", periods=4)), "years are dates"),
    (lambda: scores().isel(time=[1, 0, 2, 3]), "years do not ascend"),
    (lambda: scores().isel(time=[0, 1, 3]), "years are missing between 2012 and 2014"),
    (lambda: scores().assign_coords(time=[2011, 2012, 2012, 2013]), 'time "2012" stands twice'),
    (lambda: scores().assign_coords(unit=["A", "B", "A"]), 'unit "A" stands twice'),
    (lambda: scores().assign_coords(unit=["A", " ", "C"]), "a unit has no name"),
    (lambda: put(scores(), np.nan), 'subsystem "T" is nan for B 2013; fill the gap'),
    (lambda: put(indicators(), np.inf), 'indicator "y" is inf for B 2013'),
    (lambda: put(indicators(), 1e200), "too large"),
    (lambda: put(scores(), 1.2), "is 1.2 for B 2013; subsystem indices lie in"),
    (lambda: put(scores(), -0.1), "is -0.1 for B 2013"),
    (lambda: scores().astype(str), "holds <U.*not numbers"),
    (lambda: indicators().assign(indicators=indicators()["indicators"] * [1, 0, 1]), 'indicator "y" is constant'),
    (lambda: indicators().assign_coords(region=("unit", ["N", "", "S"])), "no region for B"),
    (lambda: indicators().assign_coords(region=("unit", [1, 2, 3])), "region of A is 1, not text"),
    (lambda: indicators().assign_coords(region="N"), "`region` must be a coordinate along unit"),
    (lambda: indicators().assign_coords(region=("unit", ["N", "National", "S"])), '"National" stands for all'),
    (lambda: indicators().assign_coords(direction=("indicator", ["+", "up", "="])), 'unknown direction "up" of indicator "y"'),
    (lambda: indicators().drop_vars("target"), 'indicator "z" has direction = but no target'),
    (lambda: indicators().assign(target=indicators()["target"] * np.nan), "but the target nan..nan"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), BY_HAND)
def test_panels_made_by_hand(make: Callable[[], xr.Dataset], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ac.Study(make())


def test_good_panels_made_by_hand() -> None:
    for panel in (scores(), indicators()):
        plain = ac.Study(panel)["coordination"]
        turned = panel.transpose(..., "time", "unit").assign_coords(time=panel["time"].astype("f8"))
        assert np.allclose(ac.Study(turned)["coordination"].transpose(*plain.dims), plain)


def test_a_target_in_either_order() -> None:
    panel = indicators()
    turned = panel.assign(target=panel["target"].transpose("indicator", "bound"))
    assert np.array_equal(ac.Study(panel)["coordination"], ac.Study(turned)["coordination"])


def test_results_are_in_english_or_chinese() -> None:
    with pytest.raises(InputError, match='language "fr"'):
        ac.Study(scores(), language="fr")  # type: ignore[arg-type]


def test_a_guessed_encoding_and_a_total_are_pointed_out(tmp_path: Path) -> None:
    rows = ["地区,年份,收入,绿地", *(f"{u},{y},{a},{b}" for u, y, a, b in (
        ("北京", 2011, 1, 2), ("北京", 2012, 3, 5), ("全国", 2011, 2, 7), ("全国", 2012, 9, 8), ("天津", 2011, 4, 3), ("天津", 2012, 6, 1),
    ))]  # fmt: skip
    (tmp_path / "panel.csv").write_bytes("\n".join(rows).encode("gb18030"))
    system = pd.DataFrame({"key": ["收入", "绿地"], "subsystem": ["经济", "生态"], "direction": ["+", "+"]})
    said = ac.Study(ac.read_panel(tmp_path / "panel.csv", system=system)).warnings()
    assert any("read as GB18030" in w["en"] for w in said)
    assert any('"全国" looks like a total' in w["en"] for w in said)
