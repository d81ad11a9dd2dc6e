"""The three-line table of unit-root tests: a test a column, its statistic in the head, notes below, nothing cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from accord.method import Text
from accord.reports.sections import Names, Section, section_of

GROUPS, VARIABLES, FORMS, TESTS = ["National", "East", "West"], ["U1", "coordination"], ["levels", "differences"], ["ips", "cips"]  # fmt: skip


def table(**notes: tuple[Any, Text]) -> xr.Dataset:
    """Cells named by their place, and notes at some of them (group, variable, form, test)."""
    at: dict[str, Any] = {"group": GROUPS, "variable": VARIABLES, "form": FORMS, "test": TESTS}
    shape = tuple(len(v) for v in at.values())
    cell = np.array([" ".join(map(str, i)) for i in np.ndindex(shape)], dtype=object).reshape(shape)
    en, zh = np.full(shape, "", dtype=object), np.full(shape, "", dtype=object)
    for where, text in notes.values():
        en[where], zh[where] = text.en, text.zh
    return xr.Dataset({"cell": (tuple(at), cell), "note": (tuple(at), en), "note_zh": (tuple(at), zh)}, at)


def shown(language: str = "en", **notes: tuple[Any, Text]) -> Section:
    return section_of("unit_roots", table(**notes), Names({}, {}), language)


def test_a_test_has_a_column_and_a_group_its_rows() -> None:
    made = shown()
    assert made.head == ["group", "variable", "form", "IPS (W)", "CIPS"]
    assert [row[0] for row in made.rows] == ["National"] * 4 + ["East"] * 4 + ["West"] * 4
    assert made.rows[1] == ["National", "U1", "differences", "0 0 1 0", "0 0 1 1"]
    assert made.notes == ["All values are in tables/unit_roots.csv."]
    assert "stars by the p-value that leads" in made.caption
    chinese = shown("zh")
    assert chinese.head == ["地区", "变量", "形式", "IPS（W）", "CIPS"]
    assert chinese.rows[2][:3] == ["全国", "耦合协调度 D", "水平值"] and "模拟 p 值与教科书 p 值" in chinese.caption


FEW = Text("too few units", "单元太少")


@pytest.mark.parametrize(
    ("where", "en", "zh"),
    [
        ((slice(1, 3), slice(None), slice(None), 1), "East and West; CIPS", "East、West；CIPS"),
        ((0, 1, 0, slice(None)), "National; coordination; levels", "全国；耦合协调度 D；水平值"),
        (
            ([1, 2], [0, 1], 0, 1),
            "East U1; West coordination; levels; CIPS",
            "East U1；West 耦合协调度 D；水平值；CIPS",
        ),
    ],
)
def test_a_note_stands_once_with_the_cells_it_is_for(where: Any, en: str, zh: str) -> None:
    for language, place, note in (("en", en, "too few units."), ("zh", zh, "单元太少。")):
        said = shown(language, few=(where, FEW)).notes
        assert said[0] == f"{place}{': ' if language == 'en' else '：'}{note}" and len(said) == 2


def test_a_note_for_every_cell_names_them_by_the_last_column() -> None:
    assert shown(few=((slice(None),) * 4, FEW)).notes[0] == "IPS (W) and CIPS: too few units."
