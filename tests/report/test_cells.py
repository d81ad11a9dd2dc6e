"""Cells of the tables: p-values are never 0, zero has no minus, what could not be had is a dash, groups are marked."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr

from accord.reports.latex import fragment
from accord.reports.sections import HELD, ROWS, WHOLE, Names, Section, section_of

NONE = Names({}, {})


def shown(name: str, table: xr.Dataset, names: Names = NONE, language: str = "en") -> Section:
    table.attrs["table"] = name
    return section_of(name, table, names, language)


def long_table(**columns: list[object]) -> xr.Dataset:
    return xr.Dataset({key: ("row", np.array(values)) for key, values in columns.items()})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_p_values_are_never_zero(language: str) -> None:
    table = long_table(
        analysis=["a", "b", "c"], test=["LR"] * 3, statistic=[99.0, 1.5, -0.00001], pvalue=[1e-12, 0.25, 0.00012],
        pvalue_simulated=[0.0, 1.0, np.nan],
    )  # fmt: skip
    made = shown("transition_tests", table, language=language)
    assert [row[-3:] for row in made.rows] == [
        ["99.0000", "<0.0001", "<0.0001"], ["1.5000", "0.2500", "1.0000"], ["0.0000", "0.0001", ""],
    ]  # fmt: skip
    assert r"\textless{}0.0001" in fragment(made, language) and "-0.0000" not in fragment(made, language)


def test_small_p_values_alone_are_no_powers_of_ten() -> None:
    made = shown("drivers", long_table(indicator=["a", "b"], pvalue=[1e-5, 1e-6]))
    assert [row[-1] for row in made.rows] == ["<0.0001"] * 2


@pytest.mark.parametrize(("language", "note"), [("en", "\u2013: no unit starts from this class (n = 0)."),
                                                ("zh", "\u2013：无单元由该等级出发（n = 0）。")])  # fmt: skip
def test_a_class_that_nobody_starts_from_has_dashes(language: str, note: str) -> None:
    """Zeros where moves were counted stay zeros; a class that an analysis does not have stays empty."""
    said = {"en": "no unit starts from this class", "zh": "无单元由该等级出发"}[language]
    table = long_table(
        **{
            "analysis": ["stages"] * 9 + ["pooled quantiles"] * 4,
            "from": [1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 2, 2], "to": [1, 2, 3] * 3 + [1, 2] * 2,
            "probability": [0.5, 0.5, 0, 0, 0, 0, 0, 0, 1, 0.75, 0.25, 0, 1.0],
            "note": [""] * 3 + [said] * 3 + [""] * 7,
        }
    )  # fmt: skip
    made = shown("transitions", table, language=language)
    assert [row[2:] for row in made.rows] == [
        ["0.5000", "0.5000", "0.0000"], ["\u2013"] * 3, ["0.0000", "0.0000", "1.0000"],
        ["0.7500", "0.2500", ""], ["0.0000", "1.0000", ""],
    ]  # fmt: skip
    assert note in made.notes and note in made.own and made.numeric[-3:] == [True] * 3


@pytest.mark.parametrize("name", ["pvar", "pvar_fit", "stability", "granger", "fevd"])
def test_groups_that_are_described_bear_a_mark_and_a_note(name: str) -> None:
    value, extra = {
        "pvar": ("cell", {"equation": "U1", "term": "L1.U1"}), "pvar_fit": ("modulus", {}),
        "stability": ("modulus", {"root": 1}), "granger": ("statistic", {"equation": "U1", "excluded": "U2"}),
        "fevd": ("share", {"response": "U1", "impulse": "U2", "horizon": 1}),
    }[name]  # fmt: skip
    n, groups = 3, ["National", "East", "Isles"]
    table = long_table(
        group=groups, estimator=["gmm"] * n, **{k: [v] * n for k, v in extra.items()}, leading=[True] * n,
        **{value: ["0.1 (0.2)"] * n if value == "cell" else [0.5] * n},
    )  # fmt: skip
    for language, said in (("en", "Descriptive"), ("zh", "仅作描述")):
        made = shown(name, table, Names({}, {}, frozenset({"Isles"})), language)
        assert [row[0] for row in made.rows][1:] == ["East", "Isles\u2020"]
        assert any(said in note for note in made.own)
        assert r"Isles$^\dagger$" in fragment(made, language) and said in fragment(made, language)
        plain = shown(name, table, NONE, language)
        assert not any("\u2020" in text for text in [*plain.own, *(c for row in plain.rows for c in row)])


@pytest.mark.parametrize(("rows", "held"), [(80, True), (81, True), (HELD, True), (HELD + 1, False)])
def test_the_page_holds_all_rows_of_a_table_that_is_not_long(rows: int, held: bool) -> None:
    made = shown("leaders", long_table(group=[f"g{k}" for k in range(rows)], leader_mean=list(np.arange(rows) / 7)))
    first = ROWS if rows > 2 * ROWS else rows
    assert made.total == rows and len(made.rows) == first and len(made.whole) == min(rows, WHOLE)
    every = [f"g{k}" for k in range(rows)]
    assert [row[0] for row in made.rows + made.rest] == (every if held else every[:ROWS])
    assert bool(made.cut) == (rows > 2 * ROWS) and (not made.cut or made.cut == made.notes[-1])
    assert not made.cut or re.search(rf"first {ROWS} of {rows} rows.*tables/leaders.csv", made.cut)


def test_notes_to_a_long_table_stay() -> None:
    table = long_table(
        group=[f"g{k}" for k in range(90)], aic=list(np.arange(90) / 7), reason=["few years", *[""] * 89]
    )
    assert shown("lag_order", table).notes[0] == "g0: few years."
