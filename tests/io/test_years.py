"""Which year and which part the numbers of a printed table are of: heads, titles, names of files, dates, later tables, groups."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from accord.errors import InputError
from accord.io.exports import Exports, read_exports
from accord.io.yearbook import read_tables
from accord.sheets.cells import Grid
from accord.sheets.sheet import headed

UNITS = ["北京", "天津", "河北", "山西"]
Rows = Sequence[Sequence[Any]]
Values = dict[tuple[str, int], float]


def value(u: int, year: int, k: int = 0) -> float:
    return 1000.25 + 100 * u + (year - 2000) * 1.5 + 5000 * k


def values(years: Sequence[int], k: int = 0, units: Sequence[int] = range(4)) -> Values:
    return {(UNITS[u], year): value(u, year, k) for u in units for year in years}


def book(path: Path, sheets: dict[str, Rows], merge: Sequence[str] = ()) -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in merge:
            sheet.merge_cells(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(path)
    return path


def rows_of(
    years: Sequence[int], heads: Sequence[Any] = (), k: int = 0, units: Sequence[int] = range(4)
) -> list[list[Any]]:
    """A head of years and a row for each unit."""
    return [["地区", *(heads or years)], *([UNITS[u], *(value(u, y, k) for y in years)] for u in units)]


def held(found: Exports) -> dict[str, Values]:
    """Every value that was read, by indicator, unit and year."""
    return {
        str(name): {(found.labels[u][0], y): x for (u, y), x in found.frame[name].items() if np.isfinite(x)}
        for name in found.frame
    }


def read(
    folder: Path, rows: Rows, file: str = "人口.xlsx", sheet: str = "Sheet1", merge: Sequence[str] = ()
) -> dict[str, Values]:
    book(folder / file, {sheet: rows}, merge)
    return held(read_exports(folder))


def test_the_year_in_a_head_wins_over_that_of_the_file(tmp_path: Path) -> None:
    rows = [
        ["地区", "2021年末人口(万人)", "2021年GDP(亿元)"],
        *([n, value(u, 2021), value(u, 2021, 1)] for u, n in enumerate(UNITS)),
    ]
    assert read(tmp_path, rows, "中国统计年鉴2022.xlsx") == {"年末人口": values([2021]), "GDP": values([2021], 1)}


def test_a_column_of_another_year_beside_columns_of_the_title(tmp_path: Path) -> None:
    rows = [["2021年各地区人口"], ["地区", "年末人口", "比2020年增加", "2020年人口"]]
    rows += [[n, value(u, 2021), value(u, 2021, 1), value(u, 2020)] for u, n in enumerate(UNITS)]
    assert read(tmp_path, rows) == {
        "年末人口": values([2021]),
        "比2020年增加": values([2021], 1),
        "人口": values([2020]),
    }


@pytest.mark.parametrize(
    ("title", "file", "sheet"),
    [("各地区人口（2010年不变价）", "a.xlsx", "2021"), ("各地区人口（根据2020年人口普查推算）", "2021年人口.xlsx", "a"),
     ("各地区人口", "统计年鉴2022/人口2021.xlsx", "a"), ("人口 (constant 2015 US$)", "2021.xlsx", "a"), ("人口指数(2010=100)", "a.xlsx", "2021年"),
     ("中国统计年鉴-2022", "人口2021.xlsx", "a"), ("2021年人口（2023年5月更新）", "a.xlsx", "a"), ("2021年居民消费价格指数", "a.xlsx", "a")],
)  # fmt: skip
def test_years_of_prices_of_a_census_and_of_an_edition_are_not_those_of_the_numbers(
    title: str, file: str, sheet: str, tmp_path: Path
) -> None:
    rows = [[title], ["地区", "人口"], *([n, value(u, 2021)] for u, n in enumerate(UNITS))]
    assert read(tmp_path, rows, file, sheet) == {"人口": values([2021])}


def test_the_edition_of_a_yearbook_is_no_year(tmp_path: Path) -> None:
    book(
        tmp_path / "中国统计年鉴2022" / "2-6.xlsx",
        {"Sheet1": [["2-6 年末人口"], ["地区", "人口"], ["北京", 1], ["天津", 2]]},
    )
    with pytest.raises(
        InputError, match="no year is found in it, in its title, nor in the names of its sheet and file"
    ):
        read_exports(tmp_path)


def test_a_title_that_contradicts_the_sheet_is_refused(tmp_path: Path) -> None:
    rows = [["2018年各地区主要指标"], ["地区", "人口"], ["北京", 1], ["天津", 2]]
    book(tmp_path / "t.xlsx", {"2019年": rows})
    with pytest.raises(
        InputError,
        match=r't.xlsx, sheet "2019年": its title "2018年.*" says 2018, and its sheet "2019年" says 2019; mend',
    ):
        read_exports(tmp_path)
    book(tmp_path / "t.xlsx", {"a": rows[1:]})
    (tmp_path / "t.xlsx").rename(tmp_path / "2020.xlsx")
    assert list(held(read_exports(tmp_path))["人口"]) == [("北京", 2020), ("天津", 2020)]


@pytest.mark.parametrize(
    "heads",
    [["2019年", "2020年(修订)", "2021年(初步数)"], ["2019", "2020r", "2021p"], ["2019 [YR2019]", "2020 [YR2020]", "2021 [YR2021]"],
     ["y2019", "y2020", "y2021"], ["2019年末", "2020年底", "2021年度"]],
)  # fmt: skip
def test_years_with_a_mark(heads: list[str], tmp_path: Path) -> None:
    assert read(tmp_path, rows_of([2019, 2020, 2021], heads)) == {"人口": values([2019, 2020, 2021])}


def test_names_that_hold_a_year_of_prices_beside_that_of_the_column(tmp_path: Path) -> None:
    heads = ["pm2.5_2019", "pm2.5_2020", "gdp2010price_2019", "gdp2010price_2020"]
    rows = [
        ["地区", *heads],
        *([n, *(value(u, y, k) for k in (0, 1) for y in (2019, 2020))] for u, n in enumerate(UNITS)),
    ]
    assert read(tmp_path, rows) == {"pm2.5": values([2019, 2020]), "gdp2010price": values([2019, 2020], 1)}


def test_years_in_heads_and_a_column_of_years(tmp_path: Path) -> None:
    rows = [["地区", "年份", "gdp_2019", "gdp_2020"], ["北京", 2019, 1, 2], ["北京", 2020, 3, 4]]
    with pytest.raises(
        InputError, match=r'row 1, column C: "gdp_2019" names a year, and column B holds years; remove one'
    ):
        read(tmp_path, rows)


def test_a_head_does_not_reach_past_the_next_one_above(tmp_path: Path) -> None:
    """Unmerged heads of three levels: the second of them has no text above the last two columns."""
    rows = [
        ["地区", "人口", "", "", "", "GDP(亿元)", ""],
        ["", "城镇", "", "乡村", "", "", ""],
        ["", *[2020, 2021] * 3],
    ]
    rows += [[n, *(value(u, y, k) for k in range(3) for y in (2020, 2021))] for u, n in enumerate(UNITS)]
    assert read(tmp_path, rows) == {
        name: values([2020, 2021], k) for k, name in enumerate(["人口 城镇", "人口 乡村", "GDP"])
    }


# later tables below, and numbers that are like years


@pytest.mark.parametrize(
    "second",
    [[["地区", 2020, 2021]], [["省份", 2020, 2021]], [[], ["续表"], ["地区", 2020, 2021]], [["续表"], ["", 2020, 2021]]],
)  # fmt: skip
def test_a_later_table_of_other_years_and_other_units(second: Rows, tmp_path: Path) -> None:
    rows = [*rows_of([2018, 2019], units=(0, 1)), *second, *rows_of([2020, 2021], units=(2, 3))[1:]]
    assert read(tmp_path, rows) == {"人口": values([2018, 2019], units=(0, 1)) | values([2020, 2021], units=(2, 3))}


def test_a_later_table_of_the_same_years_in_another_order(tmp_path: Path) -> None:
    rows = [*rows_of([2018, 2019], units=(0, 1)), *rows_of([2019, 2018, 2017], units=(2, 3))]
    assert read(tmp_path, rows) == {
        "人口": values([2018, 2019], units=(0, 1)) | values([2017, 2018, 2019], units=(2, 3))
    }


YEARLIKE: Values = {(n, y): 1990.0 + 3 * u + y - 2018 for u, n in enumerate(UNITS) for y in (2018, 2019, 2020)}


@pytest.mark.parametrize("form", ["{}", "{}年"])
@pytest.mark.parametrize("layout", ["across", "down", "long", "value first", "units alone"])
def test_numbers_that_are_like_years(layout: str, form: str, tmp_path: Path) -> None:
    years = (2018, 2019, 2020)
    heads = [form.format(y) for y in years]
    long = [(n, form.format(y), YEARLIKE[n, y]) for n in UNITS for y in years]
    if layout == "across":
        rows = [["地区", *heads], *([n, *(YEARLIKE[n, y] for y in years)] for n in UNITS)]
    elif layout == "down":
        rows = [["年份", *UNITS], *([h, *(YEARLIKE[n, y] for n in UNITS)] for y, h in zip(years, heads, strict=True))]
    elif layout == "long":
        rows = [["地区", "年份", "人口"], *map(list, long)]
    elif layout == "value first":
        rows = [["地区", "人口", "年份"], *([n, x, y] for n, y, x in long)]
    else:  # of some units all numbers are like years, of others none
        rows = [["地区", *heads], ["北京", 1990, 1992, 2001], ["天津", 12.5, 13.5, 14.5]]
        want = dict(
            zip([(n, y) for n in ("北京", "天津") for y in years], [1990, 1992, 2001, 12.5, 13.5, 14.5], strict=True)
        )
        assert read(tmp_path, rows) == {"人口": want}
        return
    assert read(tmp_path, rows) == {"人口": YEARLIKE}


def test_indicators_whose_numbers_are_like_years(tmp_path: Path) -> None:
    """The first row of numbers looks like a head of years and is none."""
    rows = [["地区", "人口", "耕地", "床位"], ["北京", 1990, 2005, 1950], ["天津", 12.5, 13.5, 14.5]]
    found = read(tmp_path, rows, "主要指标2021.xlsx")
    assert found == {name: {("北京", 2021): a, ("天津", 2021): b}
                     for name, a, b in zip(rows[0][1:], rows[1][1:], rows[2][1:], strict=True)}  # fmt: skip


# dates


@pytest.mark.parametrize("day", [(1, 1), (6, 30), (12, 31)])
@pytest.mark.parametrize("down", [False, True])
def test_dates_of_the_same_day_are_years(day: tuple[int, int], down: bool, tmp_path: Path) -> None:
    years = (2019, 2020, 2021)
    rows = rows_of(years, [datetime(y, *day) for y in years])
    if down:
        rows = [
            ["地区", "时间", "人口"],
            *([n, datetime(y, *day), value(u, y)] for u, n in enumerate(UNITS) for y in years),
        ]
    assert read(tmp_path, rows) == {"人口": values(years)}


def test_december_is_the_end_of_the_year(tmp_path: Path) -> None:
    assert read(tmp_path, rows_of([2019, 2020], ["2019年12月", "2020年12月"])) == {"人口": values([2019, 2020])}


@pytest.mark.parametrize(
    "periods",
    [[datetime(y, m, 1) for y in (2019, 2020) for m in (1, 4, 7, 10)], [datetime(2019, 3, 31), datetime(2019, 6, 30), datetime(2019, 9, 30),
     datetime(2019, 12, 31)], ["2019年1月", "2019年2月"], ["2019Q4", "2020Q4"], ["2019年第一季度", "2019年第二季度"], ["2019年1-11月", "2019年1-12月"]],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["across", "down", "long"])
def test_months_and_quarters_are_refused(periods: list[Any], layout: str, tmp_path: Path) -> None:
    rows: Rows = [["地区", *periods], *([n, *range(len(periods))] for n in UNITS)]
    if layout == "down":
        rows = [["时间", *UNITS], *([p, 1, 2, 3, 4] for p in periods)]
    elif layout == "long":
        rows = [["地区", "时间", "人口"], *([n, p, k] for n in UNITS for k, p in enumerate(periods))]
    with pytest.raises(
        InputError, match=r'row [1-3] has "20(19|20).*": months, quarters and days within a year are not read; give one'
    ):
        read(tmp_path, rows, "2019年人口.xlsx")


def test_dates_of_something_else_beside_years(tmp_path: Path) -> None:
    rows = [
        ["地区", "年份", "人口", "更新日期"],
        *([n, y, value(u, y), datetime(2022, 1 + u, 3 + y % 5)] for u, n in enumerate(UNITS) for y in (2019, 2020)),
    ]
    assert read(tmp_path, rows) == {"人口": values([2019, 2020])}


# what divides the rows besides


YEARS = (2019, 2020)


@pytest.mark.parametrize("blank", [False, True])
def test_a_column_of_groups_is_part_of_the_name(blank: bool, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["地区", "类别", *YEARS]]
    for u, n in enumerate(UNITS):
        rows += [
            [n, "城镇", *(value(u, y) for y in YEARS)],
            [None if blank else n, "农村", *(value(u, y, 1) for y in YEARS)],
        ]
    assert read(tmp_path, rows) == {"人口 城镇": values(YEARS), "人口 农村": values(YEARS, 1)}


def test_the_group_that_is_the_whole_keeps_the_name(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["地区", "年份", "分组", "收入"]]
    rows += [
        [n, y, g, value(u, y, k)] for u, n in enumerate(UNITS) for y in YEARS for k, g in enumerate(("合计", "城镇"))
    ]
    assert read(tmp_path, rows) == {"收入": values(YEARS), "收入 城镇": values(YEARS, 1)}


def test_groups_above_all_their_units(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["类别", "地区", *YEARS]]
    for k, g in enumerate(("城镇", "农村")):
        rows += [[None if u else g, n, *(value(u, y, k) for y in YEARS)] for u, n in enumerate(UNITS)]
    assert read(tmp_path, rows) == {"人口 城镇": values(YEARS), "人口 农村": values(YEARS, 1)}


def test_words_that_differ_between_the_years_of_a_unit_are_refused(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["地区", "年份", "分组", "收入"]]
    rows += [[n, y, "城镇" if y == 2019 else "农村", value(u, y)] for u, n in enumerate(UNITS) for y in YEARS]
    with pytest.raises(
        InputError, match='row 1, column C: "分组" has several words for one unit; where it divides the numbers'
    ):
        read(tmp_path, rows)


def test_flags_and_remarks_divide_nothing(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["geo", "TIME_PERIOD", "人口", "OBS_FLAG", "备注"]]
    rows = [["地区", "年份", "人口", "OBS_FLAG", "备注"]]
    rows += [
        [n, y, value(u, y), "b" if y == 2019 else "e", "推算" if u else None]
        for u, n in enumerate(UNITS)
        for y in YEARS
    ]
    assert read(tmp_path, rows) == {"人口": values(YEARS)}


def test_lines_of_indicators_above_the_same_units(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["指标", *YEARS]]
    for k, title in enumerate(("人口(万人)", "GDP(亿元)")):
        rows += [[title], *([n, *(value(u, y, k) for y in YEARS)] for u, n in enumerate(UNITS))]
    assert read(tmp_path, rows) == {"人口": values(YEARS), "GDP": values(YEARS, 1)}
    assert read_exports(tmp_path).panel()["unit_of_measure"].values.tolist() == ["万人", "亿元"]
    rows[1][0], rows[6][0] = "城镇", "农村"
    assert read(tmp_path, [["人均消费支出"], *rows]) == {
        "人均消费支出 城镇": values(YEARS),
        "人均消费支出 农村": values(YEARS, 1),
    }


def test_lines_of_indicators_above_other_units_are_refused_and_regions_are_not(tmp_path: Path) -> None:
    rows = [
        ["项目", *YEARS],
        ["城镇人口"],
        ["北京", 1, 2],
        ["天津", 3, 4],
        ["农村人口"],
        ["河北", 5, 6],
        ["山西", 7, 8],
    ]
    with pytest.raises(InputError, match='row 5: "农村人口" stands alone above rows of units; put indicators into'):
        read(tmp_path, rows)
    rows[1][0], rows[4][0] = "直辖市", "华北地区"
    assert read(tmp_path, rows)["人口"]["山西", 2020] == 8
    mine = [["Land", *YEARS], ["Saxony", 1, 2], ["Bremen"], ["Hesse", 3, 4]]  # a unit without numbers
    (tmp_path / "人口.xlsx").unlink()
    assert read(tmp_path, mine, "x.xlsx")["x"] == {
        ("Saxony", 2019): 1,
        ("Saxony", 2020): 2,
        ("Hesse", 2019): 3,
        ("Hesse", 2020): 4,
    }
    assert held(read_exports(tmp_path))


@pytest.mark.parametrize("gap", [[], [None]])
def test_two_halves_side_by_side(gap: list[None], tmp_path: Path) -> None:
    rows: list[list[Any]] = [["地区", *YEARS, *gap, "地区", *YEARS]]
    rows += [
        [UNITS[u], *(value(u, y) for y in YEARS), *gap, UNITS[u + 2], *(value(u + 2, y) for y in YEARS)] for u in (0, 1)
    ]
    assert read(tmp_path, rows) == {"人口": values(YEARS)}
    rows = [["地区", "人口", "GDP", *gap, "地区", "人口", "GDP"]]
    rows += [
        [UNITS[u], value(u, 2021), value(u, 2021, 1), *gap, UNITS[u + 2], value(u + 2, 2021), value(u + 2, 2021, 1)]
        for u in (0, 1)
    ]
    assert read(tmp_path, [["2021年主要指标"], *rows]) == {"人口": values([2021]), "GDP": values([2021], 1)}


# what is left out is said


def test_a_number_like_a_year_merged_over_two_cells_stays_in_one(tmp_path: Path) -> None:
    rows = rows_of([2018, 2019, 2020])
    rows[1] = ["北京", 2021, None, 1030.25]
    found = read(tmp_path, rows, merge=["B2:C2"])
    assert ("北京", 2019) not in found["人口"] and found["人口"]["北京", 2018] == 2021


@pytest.mark.parametrize(
    ("head", "said"),
    [(["gdp_2019", "gdp_2020", "面积"], 'column D ("面积") has no year'), (["2019年", "2020年", "比上年增长(%)"], 'column D ("比上年增长(%)") has no year'),
     (["2019年", "2020年", "2020年旧"], 'column D ("2020年旧") has no year'), (["2019年", "2020年", None], "column D has no head")],
)  # fmt: skip
def test_columns_left_out_are_named(head: list[Any], said: str, tmp_path: Path) -> None:
    book(tmp_path / "人口.xlsx", {"Sheet1": [["地区", *head], *([n, 1.5, 2.5, 3.5] for n in UNITS)]})
    found = read_exports(tmp_path)
    assert said in found.told() and found.frame.shape == (8, 1)


def test_a_column_of_numbers_before_the_years_is_named(tmp_path: Path) -> None:
    book(
        tmp_path / "人口.xlsx",
        {"Sheet1": [["LineCode", "地区", "面积", *YEARS], *([k, n, 1.5, 2.5, 3.5] for k, n in enumerate(UNITS))]},
    )
    found = read_exports(tmp_path)
    assert 'column C ("面积") has no year' in found.told() and "column A" not in found.told()


def test_marks_in_most_cells_of_a_year_do_not_drop_it(tmp_path: Path) -> None:
    rows = rows_of([2018, 2019])
    for row in rows[1:]:
        row[2] = f"{row[2]} 约"
    with pytest.raises(InputError, match=r'row 2, column C: "1028\.75 约" is not a number; write the number alone'):
        read(tmp_path, rows)


def test_a_head_of_years_that_was_never_computed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='row 1, column C: "=B1\\+1" is a formula without its result'):
        read(tmp_path, rows_of([2018, 2019, 2020], [2018, "=B1+1", "=C1+1"]))


def test_lines_of_words_after_a_gap_are_no_rows(tmp_path: Path) -> None:
    rows = [
        *rows_of([2018, 2019]),
        [],
        ["Special value:"],
        [":", "not available"],
        ["Observation flags:"],
        ["b", "break in time series"],
    ]
    assert read(tmp_path, rows) == {"人口": values([2018, 2019])}
    with pytest.raises(InputError, match='row 6, column B: "不详" is not a number'):
        read(tmp_path, [*rows_of([2018, 2019]), ["辽宁", "不详", "不详"]])


def test_merged_cells_that_overlap_are_refused(tmp_path: Path) -> None:
    grid = Grid("t.xlsx", "S", np.array([["地区", *["2019年"] * 99], *[["北京", *["1"] * 99]] * 99], dtype=object),
                [((0, 0), (99, 99))] * 200_000)  # fmt: skip
    with pytest.raises(InputError, match=r't\.xlsx, sheet "S": its merged cells overlap; the workbook is damaged'):
        read_tables(grid, [])
    with pytest.raises(InputError, match=r't\.xlsx, sheet "S": its merged cells overlap'):
        headed(grid)


def test_the_time_is_in_proportion_to_the_columns() -> None:
    """Twice the columns take twice the calls; of heads with years beside names, and of years alone."""
    for form in ("x{0}_{1}", "{1}"):
        counts = []
        for n in (200, 400):
            heads = [form.format(i // 50, 1950 + i % 50) for i in range(n)]
            cells = np.array([["地区", *heads], *([u, *map(str, range(n))] for u in UNITS)], dtype=object)
            calls = 0

            def count(_frame: Any, event: str, _arg: Any) -> None:
                nonlocal calls
                calls += event in ("call", "c_call")

            sys.setprofile(count)
            try:
                read_tables(Grid("人口.csv", "", cells), [])
            finally:
                sys.setprofile(None)
            counts.append(calls)
        assert counts[1] < 2.3 * counts[0]
