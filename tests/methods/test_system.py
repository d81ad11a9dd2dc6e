"""The indicator table: what it may say, how it prints, and one sentence for everything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import accord as ac
from accord.errors import InputError
from accord.study.system import DIRECTIONS

TABLE = {
    "key": ["env", "so2", "ratio", "beds"],
    "name": ["Environmental share", "SO2 intensity", "Income ratio", "Beds"],
    "name_zh": ["节能环保支出占比", "二氧化硫排放强度", "城乡居民收入比", ""],
    "subsystem": ["Ecology", "Ecology", "Integration", "Integration"],
    "dimension": ["Restoration", "Resistance", "Economic", "Social"],
    "direction": ["+", "-", "=", "="],
    "target": ["", "", "1", "20..30"],
    "unit": ["%", "kg/10k CNY", "", "per 10k"],
}


def make(**changes: list[object]) -> ac.IndicatorSystem:
    return ac.IndicatorSystem.from_table(pd.DataFrame({**TABLE, **changes}))


def test_prints_as_a_papers_first_table() -> None:
    assert str(make()) == "\n".join([
        "Subsystem    Dimension    Indicator            Direction  Unit",
        "-----------  -----------  -------------------  ---------  ----------",
        "Ecology      Restoration  Environmental share  +          %",
        "             Resistance   SO2 intensity        -          kg/10k CNY",
        "Integration  Economic     Income ratio         = 1",
        "             Social       Beds                 = 20..30   per 10k",
    ])  # fmt: skip


def test_chinese_characters_are_two_wide() -> None:
    """Columns line up where a character takes two places, full-width punctuation too."""
    table = pd.DataFrame({"key": ["a", "b"], "name": ["绿地（人均）", "GDP"], "subsystem": ["生态", "经济"],
                          "dimension": ["适应力", "产出"], "direction": ["+", "-"], "unit": ["％", "元"]})  # fmt: skip
    lines = str(ac.IndicatorSystem.from_table(table)).splitlines()
    assert lines == [
        "Subsystem  Dimension  Indicator     Direction  Unit",
        "---------  ---------  ------------  ---------  ----",
        "生态       适应力     绿地（人均）  +          ％",
        "经济       产出       GDP           -          元",
    ]


def test_a_dimension_repeats_where_the_subsystem_changes() -> None:
    lines = str(make(dimension=["one", "one", "one", "two"])).splitlines()[2:]
    assert [line[13:].split()[0] for line in lines] == ["one", "SO2", "one", "two"]


def test_defaults() -> None:
    system = ac.IndicatorSystem.from_table(
        pd.DataFrame({"key": ["a", "b"], "subsystem": ["A", "B"], "direction": ["+", "-"]})
    )
    one = next(iter(system))
    assert (one.name, one.name_zh, one.dimension, one.unit, one.expr, one.deflator) == ("a", "a", "A", "", "", "")
    assert np.isnan(one.weight) and np.isnan(one.target).all()
    assert len(system) == 2 and system.keys == ["a", "b"] and system.subsystems == ["A", "B"]


def test_fields() -> None:
    system = make(weight=["1", "", "0.5", "2"])
    by = {one.key: one for one in system}
    assert by["beds"].target == (20.0, 30.0) and by["ratio"].target == (1.0, 1.0)
    assert by["beds"].name_zh == "Beds" and by["so2"].name_zh == "二氧化硫排放强度"
    assert [one.weight for one in system][2:] == [0.5, 2.0] and np.isnan(by["so2"].weight)
    frame = system.to_frame()
    assert frame.columns.tolist()[:3] == ["subsystem", "dimension", "indicator"] and len(frame) == 4
    assert frame["direction"].tolist() == ["+", "-", "= 1", "= 20..30"]


def test_columns_a_panel_must_hold() -> None:
    system = make(expr=["", "so2 / gdp", "urban / rural", ""], deflator=["", "", "", "cpi"])
    assert list(system.columns()) == ["env", "so2", "gdp", "urban", "rural", "beds", "cpi"]


def test_one_dimension_name_in_two_subsystems_is_two_dimensions() -> None:
    labels = make(dimension=["Social", "Resistance", "Economic", "Social"]).dimension_labels()
    assert labels == ["Ecology: Social", "Resistance", "Economic", "Integration: Social"]


@pytest.mark.parametrize(("written", "meant"), DIRECTIONS.items())
def test_directions(written: str, meant: str) -> None:
    target = "3" if meant == "=" else ""
    system = make(direction=[written, "-", "=", "="], target=[target, "", "1", "20..30"])
    assert next(iter(system)).direction == meant


def test_a_direction_that_a_spreadsheet_guarded() -> None:
    """Our own csv marks text that starts with an operator; the mark is no part of the direction."""
    assert [one.direction for one in make(direction=["'+", "'-", "'=", "="])] == ["+", "-", "=", "="]


@pytest.mark.parametrize(
    ("text", "target"),
    [("1", (1, 1)), ("20..30", (20, 30)), (" 20 .. 30 ", (20, 30)), ("-1~1.5", (-1, 1.5)), ("1e2~2e2", (100, 200)),
     ("3 to 4", (3, 4)), ("5..5", (5, 5)), ("-0.5", (-0.5, -0.5))],
)  # fmt: skip
def test_targets(text: str, target: tuple[float, float]) -> None:
    assert list(make(target=["", "", text, "20..30"]))[2].target == target


def test_numbers_in_a_frame_are_read_as_written() -> None:
    assert list(make(target=[None, None, 1.5, "20..30"]))[2].target == (1.5, 1.5)


def test_empty_rows_are_skipped() -> None:
    table = pd.DataFrame(TABLE)
    padded = pd.concat([table.iloc[:2], pd.DataFrame([dict.fromkeys(TABLE, "")]), table.iloc[2:]])
    assert ac.IndicatorSystem.from_table(padded).keys == TABLE["key"]


BAD: list[tuple[dict[str, list[object]], str]] = [
    ({"key": ["a", "a", "b", "c"]}, 'row 2, column "key": "a" stands twice; keys must differ'),
    ({"key": ["a", "", "b", "c"]}, 'row 2, column "key": the cell is empty; every indicator needs a key'),
    ({"subsystem": ["A", "A", "", "B"]}, 'row 3, column "subsystem": the cell is empty; every indicator needs a subsystem'),
    ({"direction": ["+", "up", "=", "="]}, 'row 2, column "direction": unknown direction "up" of indicator "so2"; write'),
    ({"direction": ["+", "", "=", "="]}, 'row 2, column "direction": unknown direction ""'),
    ({"target": ["", "", "", "20..30"]}, 'row 3, column "target": indicator "ratio" has direction = but no target'),
    ({"target": ["", "", "one", "1"]}, 'row 3, column "target": "one" is not a target; write a number or an interval'),
    ({"target": ["", "", "30..20", "1"]}, 'row 3, column "target": "30..20" is not a target'),
    ({"target": ["", "", "1..2..3", "1"]}, '"1..2..3" is not a target'),
    ({"target": ["", "", "nan", "1"]}, '"nan" is not a target'),
    ({"target": ["", "", "inf", "1"]}, '"inf" is not a target'),
    ({"weight": ["1", "heavy", "1", "1"]}, 'row 2, column "weight": "heavy" is not a number; write a number or leave it'),
    ({"weight": ["1", "inf", "1", "1"]}, 'row 2, column "weight": "inf" is infinite'),
    ({"expr": ["", "so2 +", "", ""]}, 'row 2, column "expr": formula "so2 \\+" is not arithmetic'),
    ({"nam": ["", "", "", ""]}, 'unknown column "nam" in the indicator table; did you mean "name"'),
    ({"name": ["a\x07b", "", "", ""]}, "control character U\\+0007"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), BAD)
def test_bad_tables(changes: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(**changes)


@pytest.mark.parametrize("column", ["key", "subsystem", "direction"])
def test_needed_columns(column: str) -> None:
    with pytest.raises(InputError, match=f'the indicator table needs the column "{column}"; it has'):
        ac.IndicatorSystem.from_table(pd.DataFrame(TABLE).drop(columns=column))


def test_an_empty_table() -> None:
    with pytest.raises(InputError, match="no indicator stands in the table"):
        ac.IndicatorSystem.from_table(pd.DataFrame(TABLE).iloc[:0])


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "indicators.csv"
    path.write_text("\ufeffkey,subsystem,direction\n\na,A,+\nb,B,sideways\n", encoding="utf-8")
    with pytest.raises(InputError, match=r'indicators.csv, row 4, column "direction": unknown direction "sideways"'):
        ac.IndicatorSystem.from_table(path)


def test_a_file_and_its_frame_give_one_system(tmp_path: Path) -> None:
    path = tmp_path / "indicators.csv"
    pd.DataFrame(TABLE).to_csv(path, index=False)
    assert ac.IndicatorSystem.from_table(path).to_frame().equals(make().to_frame())
    assert ac.IndicatorSystem.from_table(str(path)).keys == TABLE["key"]


def test_one_subsystem_is_refused_by_the_panel(make_panel: object) -> None:
    x = np.random.default_rng(0).random((3, 3, 2))
    with pytest.raises(InputError, match=r'one subsystem only \("A"\); coupling needs at least two'):
        make_panel(x, [("a", "A", "+"), ("b", "A", "+")])  # type: ignore[operator]


def test_a_constant_indicator_is_refused_by_the_panel(make_panel: object) -> None:
    x = np.random.default_rng(0).random((3, 3, 2))
    x[..., 1] = 2.5
    with pytest.raises(InputError, match=r'"b" is constant \(2.5 everywhere\) and says nothing'):
        make_panel(x, [("a", "A", "+"), ("b", "B", "+")])  # type: ignore[operator]
