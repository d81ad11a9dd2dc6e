"""Tables as statistics offices print them: each layout with what a real file does wrong, and what is refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

import accord as ac
from accord.errors import InputError
from accord.io.exports import Exports, read_exports
from accord.places import code_of

FULL = ["北京市", "河北省", "内蒙古自治区", "广西壮族自治区", "新疆维吾尔自治区"]
CODES = ["BJ", "HE", "NM", "GX", "XJ"]
YEARS = [2019, 2020, 2021]
Rows = Sequence[Sequence[Any]]


def value(u: int, t: int, k: int = 0) -> float:
    """Population of unit u in year t; income and beds for k = 1 and 2."""
    return round((1000.5 + 100 * u + t) * (1 + 7 * k), 2)


def book(folder: Path, sheets: dict[str, Rows], name: str = "t.xlsx", merge: Sequence[str] = ()) -> Path:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for cells in merge:
            sheet.merge_cells(cells)
    folder.mkdir(exist_ok=True)
    made.save(folder / name)
    return folder / name


def across(
    k: int = 0, names: Sequence[str] = FULL, form: str = "{}年", years: Sequence[int] = YEARS
) -> list[list[Any]]:
    """Units down, years across."""
    rows = [[name, *(value(u, t - 2019, k) for t in years)] for u, name in enumerate(names)]
    return [["地区", *(form.format(t) for t in years)], *rows]


def check(found: Exports, *names: str, k: Sequence[int] = (0, 1, 2), years: Sequence[int] = YEARS) -> None:
    """The panel holds these indicators with the values that were printed."""
    panel = found.panel()
    assert panel["indicator"].values.tolist() == list(names), found.told()
    assert panel["time"].values.tolist() == list(years)
    assert [code_of(u, "CN") for u in panel["unit"].values] == CODES
    for name, which in zip(names, k, strict=False):
        want = [[value(u, t - 2019, which) for t in years] for u in range(5)]
        assert np.array_equal(panel["indicators"].sel(indicator=name).values, want), found.told()


# twenty layouts, each a file as somebody has it


def descending(folder: Path) -> None:
    """As the statistics site exports it: title lines, years descending, a note and the source below."""
    rows = [["数据库：分省年度数据"], ["指标：年末常住人口(万人)"], ["时间：最近3年"], *across(years=YEARS[::-1]),
            ["注：2020年为普查推算数。"], ["数据来源：国家统计局"]]  # fmt: skip
    book(folder, {"分省年度数据": rows}, "分省年度数据.xlsx")


def printed(folder: Path) -> None:
    """A page of a yearbook: number and title, the unit of measurement to the right, blanks in names, a total, English below."""
    names = ["北　京", "河　北", "内蒙古", "广　西", "新　疆"]
    rows = [["2-5 各地区年末常住人口（2019-2021年）"], [None, None, None, "单位：万人"], *across(names=names)]
    rows.insert(3, ["全　国", 140005, 141212, 141260])
    book(folder, {"2-5": [*rows, ["资料来源：国家统计局。"]]}, "C0205.xlsx", ["A1:D1"])


def two_languages(folder: Path) -> None:
    """Heads and names in Chinese and English on two lines of a cell."""
    names = ["北京\nBeijing", "河北\nHebei", "内蒙古\nInner Mongolia", "广西\nGuangxi", "新疆\nXinjiang"]
    rows = across(names=names, form="{}")
    rows[0][0] = "地区\nRegion"
    book(folder, {"年末常住人口": rows})


def text_numbers(folder: Path) -> None:
    """Numbers as text: separators, full-width digits, marks of footnotes, and dashes of several kinds for missing."""
    rows = across()
    rows[1][1], rows[2][1] = "1,000.5", "１１００．５"
    rows[3][3], rows[4][2], rows[5][1] = "1202.50①", "1 301.5", "1400.5*"
    rows[0][2] = "2020年②"
    book(folder, {"年末常住人口": [["单位：万人"], *rows]})


def merged_regions(folder: Path) -> None:
    """A merged column of regions before the names, rows of subtotals, and blank rows between."""
    body = across()[1:]
    rows = [["分区", "地区", *(f"{t}年" for t in YEARS)], ["华北", *body[0]], [None, *body[1]], [None, *body[2]],
            [None, "华北合计", 3, 3, 3], [], ["其他", *body[3]], [None, *body[4]]]  # fmt: skip
    book(folder, {"年末常住人口": rows}, merge=["A2:A5", "A7:A8"])


def indicators_over_years(folder: Path) -> None:
    """Two levels of heads: indicators merged above their years."""
    head = ["地区", "年末常住人口(万人)", None, None, "人均收入(元)", None, None, "床位(张)", None, None]
    rows = [head, [None, *YEARS * 3]]
    rows += [[n, *(value(u, t, k) for k in range(3) for t in range(3))] for u, n in enumerate(FULL)]
    book(folder, {"Sheet1": rows}, merge=["A1:A2", "B1:D1", "E1:G1", "H1:J1"])


def years_over_indicators(folder: Path) -> None:
    """Two levels of heads: years merged above their indicators, and a row of units of measurement below."""
    head = ["地区", *itertools.chain.from_iterable([f"{t}年", None, None] for t in YEARS)]
    rows = [head, [None, *["年末常住人口", "人均收入", "床位"] * 3], [None, *["(万人)", "(元)", "(张)"] * 3]]
    rows += [[n, *(value(u, t, k) for t in range(3) for k in range(3))] for u, n in enumerate(FULL)]
    book(folder, {"Sheet1": rows}, merge=["A1:A3", "B1:D1", "E1:G1", "H1:J1"])


def unmerged_heads(folder: Path) -> None:
    """The same saved as CSV, in GB18030: merged heads are a text and blanks."""
    rows = ["地区,2019年,,,2020年,,,2021年,,", ",年末常住人口,人均收入,床位" + ",年末常住人口,人均收入,床位" * 2]
    rows += [",".join([n, *(str(value(u, t, k)) for t in range(3) for k in range(3))]) for u, n in enumerate(FULL)]
    folder.mkdir()
    (folder / "表.csv").write_bytes("\r\n".join(["各地区主要指标", "", *rows, "数据来源：统计年鉴"]).encode("gb18030"))


def a_sheet_a_year(folder: Path) -> None:
    """One sheet for each year, indicators across, codes before the names; a sheet of contents in front."""
    sheets: dict[str, Rows] = {"目录": [["主要指标"], ["2019"], ["2020"], ["2021"]]}
    for t in range(3):
        rows = [["行政区划代码", "省份", "年末常住人口(万人)", "人均收入(元)", "床位(张)"]]
        rows += [[f"{11 + 10 * u}0000", n, *(value(u, t, k) for k in range(3))] for u, n in enumerate(FULL)]
        sheets[f"{2019 + t}年"] = rows
    book(folder, sheets)


def a_file_a_year(folder: Path) -> None:
    """A table for each year in a file of its own, the year in the title alone."""
    for t in range(3):
        rows = [[f"表3-{t + 1} 各地区主要指标（{2019 + t}年）"], ["地区", "年末常住人口", "人均收入", "床位"]]
        rows += [[n, *(value(u, t, k) for k in range(3))] for u, n in enumerate(FULL)]
        book(folder, {"Sheet1": rows}, f"E03-{t}.xlsx", ["A1:D1"])


def a_file_a_province(folder: Path) -> None:
    """As the site exports one province at a time: indicators down, years across, the province in a line above."""
    for u, name in enumerate(FULL):
        rows: list[list[Any]] = [
            ["数据库：分省年度数据"],
            [f"地区：{name}"],
            ["时间：最近3年"],
            ["指标", *(f"{t}年" for t in YEARS)],
        ]
        rows += [
            [n, *(value(u, t, k) for t in range(3))]
            for k, n in enumerate(["年末常住人口(万人)", "人均收入(元)", "床位(张)"])
        ]
        book(folder, {"分省年度数据": [*rows, ["数据来源：国家统计局"]]}, f"export ({u}).xlsx")


def a_sheet_a_province(folder: Path) -> None:
    """A sheet for each province: years down, indicators across."""
    sheets = {}
    for u, name in enumerate(["北京", "河北", "内蒙古", "广西", "新疆"]):
        sheets[name] = [
            ["年份", "年末常住人口", "人均收入", "床位"],
            *([t, *(value(u, t - 2019, k) for k in range(3))] for t in YEARS),
        ]
    book(folder, sheets)


def transposed(folder: Path) -> None:
    """Years down, provinces across, in pinyin."""
    names = ["Beijing", "Hebei", "Inner Mongolia", "Guangxi", "Xinjiang"]
    rows = [["Year", *names], *([t, *(value(u, t - 2019) for u in range(5))] for t in YEARS)]
    book(folder, {"Sheet1": rows}, "年末常住人口.xlsx")


def long_table(folder: Path) -> None:
    """A row per province and year, the name written once for its years."""
    rows: list[list[Any]] = [["省份", "年份", "年末常住人口", "人均收入", "备注", "床位"]]
    for u, name in enumerate(FULL):
        rows += [
            [
                name if not t else None,
                f"{2019 + t}年",
                value(u, t),
                value(u, t, 1),
                "推算" if t else None,
                value(u, t, 2),
            ]
            for t in range(3)
        ]
    book(folder, {"Sheet1": rows})


def tidy(folder: Path) -> None:
    """One number a row: province, year, indicator, unit of measurement, value."""
    what = [("年末常住人口", "万人"), ("人均收入", "元"), ("床位", "张")]
    rows: list[list[Any]] = [["地区", "年份", "指标", "单位", "数值"]]
    rows += [[n, t, *what[k], value(u, t - 2019, k)] for k in range(3) for u, n in enumerate(FULL) for t in YEARS]
    book(folder, {"data": rows})


def wide_names(folder: Path) -> None:
    """Columns named after indicator and year, as Stata's wide form has them; provinces by GB/T 2260 codes."""
    codes = [110000, 130000, 150000, 450000, 650000]
    rows = [["code", *(f"{n}_{t}" for n in ("pop", "income", "beds") for t in YEARS)]]
    rows += [[code, *(value(u, t, k) for k in range(3) for t in range(3))] for u, code in enumerate(codes)]
    book(folder, {"Sheet1": rows})


def blocks_below(folder: Path) -> None:
    """Several tables one below the other on a sheet, each with its title."""
    rows: list[Sequence[Any]] = []
    for k, title in enumerate(["一、年末常住人口（万人）", "二、人均收入（元）", "三、床位（张）"]):
        rows += [[title.split("、")[1]], *across(k), []]
    book(folder, {"Sheet1": rows})


def a_sheet_an_indicator(folder: Path) -> None:
    """A workbook with a sheet for each indicator, in different spellings and orders of the provinces."""
    short = ["北京", "河北", "内蒙古", "广西", "新疆"]
    one, two, three = across(0), across(1, short), across(2, ["Beijing", "Hebei", "Neimenggu", "Guangxi", "Xinjiang"])
    book(folder, {"年末常住人口": one, "人均收入": [two[0], *two[:0:-1]], "床位": three})


def pieces(folder: Path) -> None:
    """An indicator in two files of several years each, which overlap in one."""
    book(folder, {"Sheet1": [["年末常住人口"], *across(years=[2019, 2020])]}, "a.xlsx")
    book(folder, {"Sheet1": [["年末常住人口"], *across(years=[2020, 2021])]}, "b.xlsx")


def index_column(folder: Path) -> None:
    """Numbers of the rows before the names, years as dates, a column of remarks and an empty one."""
    rows = across(form="{}-01-01")
    rows = [
        ["序号", *rows[0], None, "备注"],
        *([i + 11, *row, None, "注" if i == 2 else None] for i, row in enumerate(rows[1:])),
    ]
    book(folder, {"年末常住人口": rows})


def per_cent(folder: Path) -> None:
    """Per cent signs in the cells, a semicolon between columns."""
    folder.mkdir()
    rows = [
        "地区;2019年;2020年;2021年",
        *(f"{n};" + ";".join(f"{value(u, t)}%" for t in range(3)) for u, n in enumerate(FULL)),
    ]
    (folder / "年末常住人口.csv").write_text("\n".join(rows), encoding="utf-8-sig")


def cities_between(folder: Path) -> None:
    """Cities that are planned by themselves between the provinces, whose names are like those of provinces."""
    rows = across()
    names = ["北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南",
             "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆"]  # fmt: skip
    rows = [
        rows[0],
        *([n, 1.0, 2.0, 3.0] for n in names),
        *([n, 9.0, 9.0, 9.0] for n in ("大连", "宁波", "厦门", "青岛", "深圳", "新疆兵团")),
    ]
    book(folder, {"年末常住人口": rows})


ONE, THREE = ("年末常住人口",), ("年末常住人口", "人均收入", "床位")
LAYOUTS: list[tuple[Callable[[Path], None], tuple[str, ...]]] = [
    (descending, ONE), (printed, ONE), (two_languages, ONE), (text_numbers, ONE), (merged_regions, ONE),
    (indicators_over_years, THREE), (years_over_indicators, THREE), (unmerged_heads, THREE), (a_sheet_a_year, THREE),
    (a_file_a_year, THREE), (a_file_a_province, THREE), (a_sheet_a_province, THREE), (transposed, ONE), (long_table, THREE),
    (tidy, THREE), (wide_names, ("pop", "income", "beds")), (blocks_below, THREE), (a_sheet_an_indicator, THREE),
    (pieces, ONE), (index_column, ONE), (per_cent, ONE),
]  # fmt: skip
MEASURED = {descending, printed, text_numbers, indicators_over_years, years_over_indicators, a_sheet_a_year, a_file_a_province,
            tidy, blocks_below}  # fmt: skip


@pytest.mark.parametrize(("make", "names"), LAYOUTS, ids=[make.__name__ for make, _ in LAYOUTS])
def test_layouts(make: Callable[[Path], None], names: tuple[str, ...], tmp_path: Path) -> None:
    make(tmp_path / "in")
    found = read_exports(tmp_path / "in")
    check(found, *names)
    measures = found.panel()["unit_of_measure"].values.tolist()
    want = ["万人", "元", "张"] if make in MEASURED else ["%" if make is per_cent else ""] * 3
    assert measures == want[: len(names)]


def test_cities_between_the_provinces_are_left_out_and_said(tmp_path: Path) -> None:
    cities_between(tmp_path / "in")
    found = read_exports(tmp_path / "in")
    assert len(found.units) == 31 and found.frame.to_numpy().max() == 3
    assert "left out: 大连, 宁波, 厦门, 青岛, 深圳, 新疆兵团" in found.told()


# what is refused, each in one sentence


def changed(at: tuple[int, int], cell: Any, rows: list[list[Any]] | None = None) -> list[list[Any]]:
    rows = across() if rows is None else rows
    rows[at[0]][at[1]] = cell
    return rows


REFUSED: list[tuple[str, Callable[[], list[list[Any]]], str]] = [
    ("a name with a slip", lambda: changed((2, 0), "河比省"), r'row 3, column A: "河比省" is no province of China; did you mean "河北"\? .*--units'),
    ("pinyin with a slip", lambda: changed((2, 0), "Hebie", across(names=["Beijing", "Hebei", "Shanxi", "Guangxi", "Xinjiang"])),
     r'row 3, column A: "Hebie" is no province of China; did you mean "Hebei"'),
    ("a text for a number", lambda: changed((3, 2), "约1200"), r'row 4, column C: "约1200" is not a number; write the number alone'),
    ("a decimal comma", lambda: changed((3, 2), "12,5"), r'row 4, column C: "12,5" is not a number'),
    ("an error", lambda: changed((3, 2), "#DIV/0!"), r'row 4, column C: "#DIV/0!" is an error; mend the formula'),
    ("a formula without result", lambda: changed((3, 2), "=B4*2"), r'row 4, column C: "=B4\*2" is a formula without its result'),
    ("per cent in one cell", lambda: changed((3, 2), "12%"), r'row 4, column C: "12%" is in per cent, others of its column are not'),
    ("a province twice", lambda: [*across(), ["河北", 1, 2, 3]], r"row 7, column B: .* is 1 for 河北省 2019, but 1100.5 in .* row 3, column B; keep one"),
    ("a year twice", lambda: changed((0, 2), "2019年"), r"row 2, column C: 年末常住人口 is 1001.5 for 北京市 2019, but 1000.5 in .*column B"),
    ("no years", lambda: [["地区", "人口"], *(r[:2] for r in across()[1:])], r"no table of units and years is found \(t.xlsx.*no year is found"),
    ("no numbers", lambda: [["地区", "2019年", "2020年"], ["北京", "无", "无"], ["河北", None, "…"]], "hold no values|no numbers"),
    ("words alone", lambda: [["说明"], ["见年鉴第二章"]], r"no table of units and years is found \(t.xlsx.*no table of numbers"),
    ("columns of what", lambda: [["year", "a", "b"], [2019, 1, 2], [2020, 3, 4]], "nothing says whether its columns are units or indicators"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refused(make: Callable[[], list[list[Any]]], words: str, tmp_path: Path) -> None:
    book(tmp_path / "in", {"年末常住人口": make()})
    with pytest.raises(InputError, match=words) as caught:
        read_exports(tmp_path / "in")
    assert "\n" not in str(caught.value)


def test_two_files_that_disagree(tmp_path: Path) -> None:
    book(tmp_path / "in", {"Sheet1": across()}, "人口.xlsx")
    book(tmp_path / "in" / "b", {"Sheet1": changed((4, 3), 7.0)}, "人口.xlsx")
    with pytest.raises(InputError) as caught:
        read_exports(tmp_path / "in")
    said = str(caught.value)
    assert (
        "row 5, column D: 人口 is 1302.5 for 广西壮族自治区 2021, but 7 in" in said
        or "is 7 for 广西壮族自治区 2021, but 1302.5 in" in said
    )
    assert said.count("人口.xlsx") == 2 and said.count("row 5, column D") == 2


def test_a_merged_number_is_refused_where_it_stands_alone(tmp_path: Path) -> None:
    rows = changed((2, 1), None)
    book(tmp_path / "in", {"年末常住人口": rows}, merge=["B2:B3"])
    found = read_exports(tmp_path / "in")
    assert np.isnan(found.panel()["indicators"].values[1, 0, 0])


def test_what_is_skipped_is_said(tmp_path: Path) -> None:
    book(tmp_path / "in", {"人口": across(), "说明": [["指标解释"], ["人口：年末数"]]})
    (tmp_path / "in" / "readme.pdf").write_bytes(b"%PDF")
    (tmp_path / "in" / "~$t.xlsx").write_bytes(b"lock")
    told = read_exports(tmp_path / "in").told()
    assert 't.xlsx, sheet "人口": 人口, 5 units x 3 years 2019-2021, 15 values' in told
    assert 'left out: t.xlsx, sheet "说明": no table of numbers' in told
    assert "left out: readme.pdf: no table by its name" in told and "~$" not in told
    assert told.splitlines()[-1] == "1 indicator, 5 units, 2019-2021"


def test_a_table_of_sources_beside_the_data(tmp_path: Path) -> None:
    """Years that something began in are no years of a panel."""
    book(tmp_path / "in", {"人口": across()})
    rows = [
        ["indicator", "unit", "source", "from", "to"],
        ["人口", "万人", "年鉴", 2011, 2022],
        ["收入", "万人", "年鉴", 2013, 2022],
    ]
    book(tmp_path / "in", {"Sheet1": rows}, "catalogue.xlsx")
    found = read_exports(tmp_path / "in")
    check(found, "人口")
    assert found.skipped[0][0] == 'catalogue.xlsx, sheet "Sheet1"'
    with pytest.raises(InputError, match="no such file or folder"):
        read_exports(tmp_path / "nowhere")


# units of one's own


def test_units_of_other_countries_as_they_stand(tmp_path: Path) -> None:
    names = ["Bavaria", "Hesse", "Saxony", "Berlin", "Bremen"]
    book(tmp_path / "in", {"Population": across(names=names, form="{}")})
    found = read_exports(tmp_path / "in")
    assert found.panel()["unit"].values.tolist() == names and "region" not in found.panel().coords
    book(tmp_path / "in", {"Income": across(1, [*names[:2], "Saxsony", *names[3:]], "{}")}, "b.xlsx")
    with pytest.raises(
        InputError, match=r'"Saxsony" looks like "Saxony" of .*t\.xlsx.*write them alike|"Saxony" looks like "Saxsony"'
    ):
        read_exports(tmp_path / "in")


def test_a_table_of_units(tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text(
        "key,name,name_zh,region,aliases\nBY,Bavaria,巴伐利亚,South,Bayern|Freistaat Bayern\nHE,Hesse,黑森,West,Hessen\n",
        "utf-8",
    )
    rows = [["Land", 2019, 2020], ["Freistaat Bayern", 1, 2], ["Hessen", 3, 4], ["Deutschland", 9, 9]]
    book(tmp_path / "in", {"Bevölkerung": rows})
    found = read_exports(tmp_path / "in", units)
    panel = found.panel()
    assert panel["unit"].values.tolist() == ["Freistaat Bayern", "Hessen"]
    assert panel["label_zh"].values.tolist() == ["巴伐利亚", "黑森"] and panel["region"].values.tolist() == [
        "South",
        "West",
    ]
    assert "left out: Deutschland" in found.told()
    book(tmp_path / "in", {"Bevölkerung": [*rows[:2], ["Hesssen", 3, 4]]})
    with pytest.raises(InputError, match=r'"Hesssen" is no unit of .*units.csv; did you mean "Hesse"'):
        read_exports(tmp_path / "in", units)


@pytest.mark.parametrize(
    ("text", "words"),
    [("name,region\na,b\n", 'needs the column "key"'), ("key,nam\na,b\n", 'unknown column "nam"; did you mean "name"'),
     ("key,name\na,x\n,y\n", 'row 3, column "key": the cell is empty'), ("key\na\na\n", '"a" stands twice'),
     ("key,aliases\na,x|y\nb,X\n", 'row 3: "X" is a name of a too'), ("key\na\n", "names at least two")],
)  # fmt: skip
def test_tables_of_units_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(text, "utf-8")
    book(tmp_path / "in", {"人口": across()})
    with pytest.raises(InputError, match=words):
        read_exports(tmp_path / "in", tmp_path / "u.csv")


def test_states_with_their_regions(tmp_path: Path) -> None:
    rows = [
        ["State", 2019, 2020],
        ["Ohio", 1, 2],
        ["TX", 3, 4],
        ["New York", 5, 6],
        ["California", 7, 8],
        ["United States", 9, 9],
    ]
    book(tmp_path / "in", {"Employment": rows})
    panel = read_exports(tmp_path / "in").panel()
    assert dict(zip(panel["unit"].values, panel["region"].values, strict=True)) == {
        "New York": "Northeast", "Ohio": "Midwest", "TX": "South", "California": "West",
    }  # fmt: skip


# the panel, and studies of it


def test_one_call(tmp_path: Path) -> None:
    a_sheet_an_indicator(tmp_path / "in")
    panel = ac.read_panel(tmp_path / "in")
    assert panel["unit"].values.tolist() == [
        "北京",
        "河北",
        "内蒙古",
        "广西",
        "新疆",
    ]  # spelled in three ways: the short one
    assert panel["region"].values.tolist() == ["东部", "东部", "西部", "西部", "西部"]
    assert "3 indicators, 5 units, 2019-2021" in panel.attrs["read"]
    assert ac.read_panel(tmp_path / "in" / "t.xlsx").equals(panel)


def test_a_study_of_exports(tmp_path: Path) -> None:
    """With a system: formulas over raw series, over the years that all of them cover, gaps filled and listed."""
    one, two, three = across(0), across(1, years=[2020, 2021, 2022, 2023]), across(2, years=[2018, *YEARS, 2022])
    three[2][3] = None
    book(tmp_path / "in", {"人口": one, "收入": two, "床位": three})
    system = pd.DataFrame({
        "key": ["income", "beds"], "subsystem": ["经济", "社会"], "direction": ["+", "+"], "expr": ["收入 / 人口 + 人口", "床位 - 人口"],
    })  # fmt: skip
    panel = ac.read_panel(tmp_path / "in", system)
    assert panel["time"].values.tolist() == [2020, 2021]
    assert panel["indicators"].values[0, 0, 0] == value(0, 1, 1) / value(0, 1) + value(0, 1)
    assert int((panel["gap_rule"] > 0).sum()) == 1
    assert ac.Study(panel)["coordination"].shape == (5, 2)
    (tmp_path / "in" / "人口.xlsx").unlink(missing_ok=True)
    with pytest.raises(InputError, match='no column "GDP" for the formula of "income"; '):
        ac.read_panel(tmp_path / "in", system.assign(expr=["GDP / 人口", "床位"]))
    book(tmp_path / "in", {"人口": changed((2, 3), 0.0), "收入": two, "床位": three})
    with pytest.raises(
        InputError, match='in, 河北省 2021: indicator "income": formula "收入 / 人口 \\+ 人口" divides by zero'
    ):
        ac.read_panel(tmp_path / "in", system)


def test_a_plan_of_exports(tmp_path: Path) -> None:
    for name, k in (("人口", 0), ("收入", 1), ("床位", 2)):
        rows = across(k, years=range(2012, 2022))
        rows[1][3] += 7.0 * k
        book(tmp_path / "in", {name: rows}, f"{name}.xlsx")
    (tmp_path / "i.csv").write_text(
        "key,subsystem,direction,expr\nincome,经济,+,收入\nbeds,社会,+,床位 - 人口\n", "utf-8"
    )
    (tmp_path / "plan.toml").write_text('[panel]\nsource = "in"\nindicators = "i.csv"\n', "utf-8")
    done = ac.run(tmp_path / "plan.toml", tmp_path / "results")
    assert not done.failed
    made = pd.read_csv(tmp_path / "results" / "tables" / "coordination.csv")
    assert len(made) == 50 and set(made["region"]) == {"东部", "西部"}
    inputs = [one["file"] for one in json.loads((tmp_path / "results" / "run.json").read_text("utf-8"))["inputs"]]
    assert {"人口.xlsx", "收入.xlsx", "床位.xlsx", "i.csv"} <= set(inputs)


def test_the_command(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from accord.cli import app

    a_sheet_an_indicator(tmp_path / "in")
    said = CliRunner().invoke(app, ["panel", str(tmp_path / "in"), "--out", str(tmp_path / "new" / "panel.csv")])
    assert said.exit_code == 0 and said.stdout.startswith('t.xlsx, sheet "年末常住人口": 年末常住人口, 5 units')
    made = pd.read_csv(tmp_path / "new" / "panel.csv")
    assert made.columns.tolist() == ["unit", "label_zh", "region", "year", "年末常住人口", "人均收入", "床位"]
    assert (
        ac.read_panel(tmp_path / "new" / "panel.csv")["indicators"].equals(ac.read_panel(tmp_path / "in")["indicators"])
        or (
            ac.read_panel(tmp_path / "new" / "panel.csv")["indicators"].values
            == ac.read_panel(tmp_path / "in")["indicators"].values
        ).all()
    )
    (tmp_path / "none").mkdir()
    said = CliRunner().invoke(app, ["panel", str(tmp_path / "none"), "--out", str(tmp_path / "x.csv")])
    assert said.exit_code == 2 and "no table of units and years is found (it is empty)" in said.stderr
    assert not (tmp_path / "x.csv").exists()


# the real ones


@pytest.fixture(scope="module")
def nbs() -> Exports:
    folder = Path(__file__).parents[3] / "shared" / "data" / "china" / "nbs_exports"
    if not folder.is_dir():
        pytest.skip("the exports of the statistics office are not here")
    return read_exports(folder)


def test_exports_of_the_statistics_office(nbs: Exports) -> None:
    panel = nbs.panel()
    assert dict(panel.sizes) == {"unit": 31, "time": 19, "indicator": 15} and not nbs.skipped
    assert panel["time"].values.tolist() == list(range(2005, 2024))
    first = {
        "移动电话普及率": 2010,
        "每万人卫生技术人员": 2008,
        "地方财政教育支出": 2007,
        "自然灾害受灾万人次人口": 2010,
    }
    for name in panel["indicator"].values.tolist():
        held = panel["time"].values[np.isfinite(panel["indicators"].sel(indicator=name)).any("unit").values]
        assert held[0] == first.get(name, 2006 if "轨道" in name else 2005)
        assert sorted(set(range(held[0], 2024)) - set(held)) == ([2012, 2023] if name == "教育经费" else [])
    assert pd.Series(panel["region"].values).value_counts().to_dict() == {"西部": 12, "东部": 10, "中部": 6, "东北": 3}


@pytest.mark.parametrize(
    ("column", "expr"),
    [("park_green_pc", "人均公园绿地面积"), ("income_pc", "人均可支配收入"), ("pupil_teacher", "初中师生比"), ("gas_coverage", "城市燃气普及率"),
     ("water_coverage", "城市用水普及率"), ("health_staff", "每万人卫生技术人员"), ("toilets", "每万人拥有公共厕所数量"), ("mobile", "移动电话普及率"),
     ("education_pc", "地方财政教育支出 / 年末常住人口 * 1e4"), ("disaster_share", "自然灾害受灾万人次人口 / 年末常住人口 * 1e2")],
)  # fmt: skip
def test_values_of_the_panel(nbs: Exports, column: str, expr: str) -> None:
    """panel.csv's column from the raw series, by name of the province in another spelling; ten digits are printed there."""
    from accord.study.expression import evaluate

    table = pd.read_csv(Path(nbs.place).parent / "panel.csv")
    table["unit"] = [code_of(u, "CN") for u in table["province"]]
    raw = {str(c): nbs.frame[c].to_numpy() for c in nbs.frame}
    made = pd.Series(evaluate(expr, raw), index=nbs.frame.index).reindex(
        pd.MultiIndex.from_frame(table[["unit", "year"]])
    )
    assert np.allclose(made, table[column], rtol=1e-9, atol=0, equal_nan=True)
