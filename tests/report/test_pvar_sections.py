"""Sections of the panel VAR: what leads stands in the tables, notes stand below them, long tables are cut to be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from accord.reports import words
from accord.reports.sections import Names, Section, section_of

BOTH = ["bias_corrected", "gmm"]


def shown(name: str, table: xr.Dataset, language: str = "en") -> Section:
    table.attrs["table"] = name
    return section_of(name, table, Names({}, {}), language)


@pytest.fixture
def fit() -> xr.Dataset:
    """Three groups by two estimators: one led by each, and one that has no fit."""
    dims = ("group", "estimator")
    leading = np.array([[True, False], [False, True], [False, False]])
    text = np.array([["few units", "weak"], ["", "weak"], ["one unit", "one unit"]])
    made: dict[str, Any] = {
        "leading": (dims, leading), "nobs": (dims, np.where(leading.any(axis=1, keepdims=True) & [True, True], 99.0, np.nan)),
        "units": (dims, np.array([[9.0, 9], [5, 5], [1, 1]])), "warning": (dims, text),
        "warning_zh": (dims, np.array([["单元少", "弱"], ["", "弱"], ["一个", "一个"]])),
        "descriptive": ("group", np.array([False, True, True])),
    }  # fmt: skip
    return xr.Dataset(made, {"group": ["National", "A", "B"], "estimator": BOTH})


def test_notes_stand_below_and_groups_without_a_fit_say_why(fit: xr.Dataset) -> None:
    found = shown("pvar_fit", fit)
    assert "warning" not in found.head and "leading" not in found.head and "descriptive" not in found.head
    assert [row[0] for row in found.rows] == ["National", "A"]
    assert found.notes[:3] == ["National: few units.", "A: weak.", "B: one unit."]
    assert "tables/pvar_fit.csv" in found.notes[3]
    assert shown("pvar_fit", fit, "zh").notes[:3] == ["全国：单元少。", "A：弱。", "B：一个。"]


def test_tests_of_what_leads_stand_alone() -> None:
    rows = pd.DataFrame(
        {"group": ["National"] * 2, "estimator": BOTH, "equation": "U1", "excluded": "U2", "statistic": [3.0, 4.0],
         "stars": ["*", ""], "leading": [True, False], "descriptive": False, "time_effects": False}
    )  # fmt: skip
    coords = ("group", "estimator", "equation", "excluded")
    table = xr.Dataset({k: ("row", rows[k].to_numpy()) for k in rows if k not in coords})
    found = shown("granger", table.assign_coords({k: ("row", rows[k].to_numpy(dtype=str)) for k in coords}))
    assert found.rows == [["National", words.TEXTS["estimator"]["bias_corrected"].en, "U1", "U2", "3", "*"]]


def test_shares_of_some_periods_and_the_last() -> None:
    share = np.full((1, 1, 2, 2, 12), 0.5)
    labels = {"group": ["National"], "estimator": BOTH[:1], "response": ["U1", "U2"], "impulse": ["U1", "U2"]}
    table = xr.Dataset(
        {"variance_share": ((*labels, "horizon"), share), "leading": (("group", "estimator"), [[True]])},
        {**labels, "horizon": np.arange(1, 13)},
    )
    assert shown("fevd", table).head[-6:] == ["1", "2", "3", "5", "10", "12"]


def test_why_fewer_lags_were_compared() -> None:
    table = xr.Dataset(
        {"aic": (("group", "lags"), [[1.0, 2.0], [3.0, np.nan]]), "nobs": (("group", "lags"), [[9.0, 9.0], [4.0, np.nan]]),
         "reason": (("group", "lags"), [["", ""], ["too few years"] * 2]), "reason_zh": (("group", "lags"), [["", ""], ["年份不足"] * 2])},
        {"group": ["National", "A"], "lags": [1, 2]},
    )  # fmt: skip
    found = shown("lag_order", table)
    assert len(found.rows) == 3 and found.notes == ["A: too few years."] and "reason" not in found.head
