"""What printed numbers, names and units of measurement say, and what would be read wrongly without a word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from accord.errors import InputError
from accord.io.exports import Exports, read_exports
from accord.io.headings import named
from accord.io.printed import printed, read_number
from accord.places import code_of
from accord.unit_tables import UnitTable


def exports(folder: Path, **files: str) -> Exports:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_exports(folder)


@pytest.mark.parametrize("text", ["0,512", "012,345", "000 123", "12,34"])
def test_no_groups_of_thousands(text: str) -> None:
    assert np.isnan(read_number(text)[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234),
        ("1030.25 b", 1030.25),
        ("12.5(p)", 12.5),
        ("1227.25 1)", 1227.25),
        ("\u200b7", 7),
        ("-1,234.5", -1234.5),
    ],
)
def test_numbers_with_marks(text: str, value: float) -> None:
    assert read_number(text)[0] == value


@pytest.mark.parametrize("text", ["(NA)", "(D)", "#", "—"])
def test_missing(text: str) -> None:
    read = printed(np.array([[text]], dtype=object))
    assert np.isnan(read.values[0, 0])
    assert not read.bad[0, 0]


def test_a_decimal_comma_makes_every_comma_doubtful(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'row 2, column B: "0,512" is not a number; write it with a decimal point'):
        exports(tmp_path, 率="地区;2018年;2019年\n北京;0,512;0,611\n天津;1,234;1,250\n")


@pytest.mark.parametrize(
    ("head", "name", "measure"),
    [
        ("GDP(亿元)", "GDP", "亿元"),
        ("GDP (亿元)", "GDP", "亿元"),
        ("Area (km2)", "Area", "km2"),
        ("R&D(万元)", "R&D", "万元"),
        ("PM2.5(微克/立方米)", "PM2.5", "微克/立方米"),
        ("0-14岁人口", "0-14岁人口", ""),
        ("1-3岁儿童人数(人)", "1-3岁儿童人数", "人"),
        ("2-6人口", "人口", ""),
        ("3-1各地区人口数", "人口数", ""),
        ("GDP (current US$)", "GDP (current US$)", ""),
        ("2023-12-18", "", ""),
    ],
)
def test_names_and_measures(head: str, name: str, measure: str) -> None:
    assert named(head) == (name, measure)


def test_age_groups_stay_apart(tmp_path: Path) -> None:
    table = "地区,{}年\n北京,1\n天津,2\n"
    found = exports(tmp_path, **{"0-14岁人口": table.format(2018), "15-64岁人口": table.format(2019)})
    assert sorted(found.frame) == ["0-14岁人口", "15-64岁人口"]


def test_one_indicator_in_two_units_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"b.csv: 人口 is in 人, but in 万人 in .*a.csv; bring both to one unit"):
        exports(
            tmp_path,
            a="地区,人口(万人),年份\n北京,1,2018\n天津,2,2018\n",
            b="地区,人口(人),年份\n北京,3,2019\n天津,4,2019\n",
        )


def test_an_index_is_not_the_level(tmp_path: Path) -> None:
    table = "地区,年份,生产总值({})\n北京,{},1\n天津,{},2\n"
    found = exports(tmp_path, a=table.format("亿元", 2018, 2018), b=table.format("上年=100", 2019, 2019))
    assert list(found.frame) == ["生产总值", "生产总值 (上年=100)"]


@pytest.mark.parametrize("name", ["吉林市", "海南藏族自治州", "河南蒙古族自治县", "Jilin City", "北京地区", "重庆县"])
def test_a_city_is_not_its_namesake_province(name: str) -> None:
    assert code_of(name, "CN") == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [("吉林省", "JL"), ("广西自治区", "GX"), ("广西省", "GX"), ("Hebei Province", "HE"), ("Beijing Municipality", "BJ"),
     ("北京市", "BJ"), ("Inner Mongolia Autonomous Region", "NM"), ("香港特别行政区", "HK")],
)  # fmt: skip
def test_a_province_by_its_rank(name: str, code: str) -> None:
    assert code_of(name, "CN") == code


@pytest.mark.parametrize("name", ["北京①", "北 京 [1]", "北京 1)", "北京*", "Beijing²"])
def test_names_with_marks(name: str) -> None:
    assert UnitTable.of_country("CN").find(name) == "BJ"


def test_countries_are_no_totals_among_countries(tmp_path: Path) -> None:
    rows = "".join(f"{name},1,2\n" for name in ("China", "United States", "India", "Brazil", "World"))
    found = exports(tmp_path, GDP=f"Country Name,2018,2019\n{rows}")
    assert [labels[0] for labels in found.labels.values()] == ["China", "United States", "India", "Brazil"]


def test_postal_codes_are_states(tmp_path: Path) -> None:
    found = exports(tmp_path, population="state,2018,2019\nSD,1,2\nSC,3,4\nNM,5,6\n")
    assert [labels[2] for labels in found.labels.values()] == ["West", "South", "Midwest"]


def test_the_banks_own_csv(tmp_path: Path) -> None:
    """Lines above the table, and the indicator's name in a column."""
    text = (
        '"Data Source","World Development Indicators"\n\n"Last Updated Date","2023-12-18"\n\n'
        '"Country Name","Country Code","Indicator Name","Indicator Code","2018","2019"\n'
        '"Albania","ALB","Population, total","SP.POP.TOTL","1","2"\n"Belgium","BEL","Population, total","SP.POP.TOTL","3","4"\n'
    )
    found = exports(tmp_path, API_SP_POP=text)
    assert list(found.frame) == ["Population, total"]
    assert found.frame["Population, total"].tolist() == [1, 2, 3, 4]
