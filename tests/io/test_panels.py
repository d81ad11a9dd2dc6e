"""Tables to panels: which column is what, years as they are written, order, gaps, and no system at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import accord as ac
from accord.errors import InputError

FRAME = pd.DataFrame({
    "name": ["B", "B", "A", "A"], "year": [2012, 2011, 2011, 2012], "x": [4.0, 3.0, 1.0, 2.0], "y": [1.0, 5.0, 2.0, 7.0],
})  # fmt: skip
SYSTEM = ac.IndicatorSystem.from_table(
    pd.DataFrame({"key": ["x", "y"], "subsystem": ["S", "T"], "direction": ["+", "-"]})
)


def panel(tmp_path: Path, frame: pd.DataFrame = FRAME, **how: Any) -> Any:
    frame.to_csv(tmp_path / "p.csv", index=False)
    return ac.read_panel(tmp_path / "p.csv", **how)


def test_rows_in_any_order(tmp_path: Path) -> None:
    made = panel(tmp_path, system=SYSTEM)
    assert made["unit"].values.tolist() == ["B", "A"]
    assert made["time"].values.tolist() == [2011, 2012]
    assert made["time"].dtype.kind == "i"
    assert made["indicators"].dims == ("unit", "time", "indicator")
    assert made["indicators"].sel(indicator="x").values.tolist() == [[3.0, 4.0], [1.0, 2.0]]


def test_without_a_system(tmp_path: Path) -> None:
    frame = FRAME.assign(note=["a", "b", "c", "d"], code=["1", "1", "2", "2"])
    made = panel(tmp_path, frame)
    assert made["indicator"].values.tolist() == ["x", "y", "code"]
    with pytest.raises(InputError, match="no indicator system"):
        ac.Study(made)
    with pytest.raises(InputError, match="no column holds numbers"):
        panel(tmp_path, frame[["name", "year", "note"]])


@pytest.mark.parametrize(
    ("unit", "time", "region"), [("province", "年份", "地区分组"), ("省份", "年", "Region"), ("id", "Time", "region")]
)
def test_usual_names(unit: str, time: str, region: str, tmp_path: Path) -> None:
    frame = FRAME.assign(region=["N", "N", "S", "S"]).rename(columns={"name": unit, "year": time, "region": region})
    made = panel(tmp_path, frame[[time, "x", "y", unit, region]], system=SYSTEM)
    assert made["unit"].values.tolist() == ["B", "A"]
    assert made["region"].values.tolist() == ["N", "S"]


def test_unit_is_the_first_other_text_column(tmp_path: Path) -> None:
    frame = FRAME.assign(zh=["乙", "乙", "甲", "甲"], region=["N", "N", "S", "S"])
    assert panel(tmp_path, frame[["zh", "region", "name", "year", "x", "y"]], system=SYSTEM)[
        "unit"
    ].values.tolist() == ["乙", "甲"]
    made = panel(tmp_path, frame[["zh", "region", "name", "year", "x", "y"]], system=SYSTEM, label_zh="zh")
    assert made["unit"].values.tolist() == ["B", "A"]
    assert made["label_zh"].values.tolist() == ["乙", "甲"]


def test_numbers_as_units(tmp_path: Path) -> None:
    frame = FRAME.assign(name=["02", "02", "01", "01"])
    assert panel(tmp_path, frame, system=SYSTEM, unit="name")["unit"].values.tolist() == ["02", "01"]
    with pytest.raises(InputError, match="say which with `unit`"):
        panel(tmp_path, frame, system=SYSTEM)
    assert panel(tmp_path, frame.rename(columns={"name": "code"}), system=SYSTEM)["unit"].values.tolist() == [
        "02",
        "01",
    ]


@pytest.mark.parametrize("form", ["{}", "{}.0", "{}年", " {} ", "{}年 "])
def test_years(form: str, tmp_path: Path) -> None:
    frame = FRAME.assign(year=[form.format(y) for y in FRAME["year"]])
    assert panel(tmp_path, frame, system=SYSTEM)["time"].values.tolist() == [2011, 2012]


@pytest.mark.parametrize("year", ["11", "20111", "2011.5", "2011-01", "two", "-2011", "2011Q1"])
def test_no_years(year: str, tmp_path: Path) -> None:
    frame = FRAME.assign(year=[year, "2011", "2011", "2012"])
    with pytest.raises(InputError, match=r'row 2, column "year": ".*" is not a year; write it as 2011'):
        panel(tmp_path, frame, system=SYSTEM)


def test_names_written_wide(tmp_path: Path) -> None:
    frame = FRAME.rename(columns={"x": "GDP（亿元）", "name": "省份（简称）"})
    table = pd.DataFrame({"key": ["GDP（亿元）", "y"], "subsystem": ["S", "T"], "direction": ["＋", "－"]})
    made = panel(tmp_path, frame, system=ac.IndicatorSystem.from_table(table), unit="省份（简称）")
    assert made["indicator"].values.tolist() == ["GDP(亿元)", "y"]
    ready = panel(
        tmp_path, frame.assign(**{"GDP（亿元）": 0.5, "y": 0.25}), indices=["GDP（亿元）", "y"], unit="省份（简称）"
    )
    assert ready["subsystem"].values.tolist() == ["GDP(亿元)", "y"]


def test_input_is_never_changed(tmp_path: Path) -> None:
    made = panel(tmp_path, system=SYSTEM)
    before = made.copy(deep=True)
    study = ac.Study(made, normalise={"frame": "per_year"})
    study.run()
    assert made.identical(before)


def test_gaps(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "unit": np.repeat(["A", "B"], 5), "year": np.tile(np.arange(2011, 2016), 2),
        "x": [np.nan, 2.0, np.nan, 4.0, np.nan, 1.0, 2.0, 3.0, 4.0, 5.0], "y": np.arange(10.0),
    })  # fmt: skip
    made = panel(tmp_path, frame, system=SYSTEM)
    assert made["indicators"].sel(indicator="x", unit="A").values.tolist() == [2.0, 2.0, 3.0, 4.0, 4.0]
    assert made["gap_rule"].sel(indicator="x", unit="A").values.tolist() == [2, 0, 1, 0, 2]
    assert int((made["gap_rule"] > 0).sum()) == 3
    trend = panel(tmp_path, frame, system=SYSTEM, ends="trend")
    assert trend["indicators"].sel(indicator="x", unit="A").values.tolist() == pytest.approx([1.0, 2.0, 3.0, 4.0, 5.0])
    with pytest.raises(InputError, match=r'"x" is still missing for A 2011 \(row 2\)'):
        panel(tmp_path, frame, system=SYSTEM, ends="none")


def test_a_workbook_brings_its_system(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "b.xlsx") as book:
        FRAME.to_excel(book, sheet_name="data", index=False)
        pd.DataFrame({"key": ["x", "y"], "subsystem": ["S", "T"], "direction": ["+", "-"]}).to_excel(
            book, sheet_name="indicators", index=False
        )
    made = ac.read_panel(tmp_path / "b.xlsx")
    assert made["subsystem"].values.tolist() == ["S", "T"]
    assert made["indicators"].sel(indicator="y").values.tolist() == [[5.0, 1.0], [2.0, 7.0]]
