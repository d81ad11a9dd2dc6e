"""Panel unit-root tests: labels and options that mislead, statistics of rounding errors, what a result says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import accord as ac
from accord.core import unitroot_null as nulls
from accord.core.unitroot_null import Design
from accord.core.unitroot_panel import Setting
from accord.errors import InputError, Refused

root = ac.unitroot


def walks(years: int = 12, units: int = 10, seed: int = 1) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).normal(size=(years, units)), axis=0)


def table(y: np.ndarray, first: int = 2011) -> pd.DataFrame:
    return pd.DataFrame(y, index=range(first, first + len(y)), columns=[f"unit {i}" for i in range(y.shape[1])])


# ---------------------------------------------------------------------------------------------------------------- years

LABELS: dict[str, Callable[[list[int]], Any]] = {
    "dates": lambda years: pd.to_datetime([f"{y}-12-31" for y in years]),
    "dates of no pattern": lambda years: pd.to_datetime([f"{y}-{1 + y % 7:02}-03" for y in years]),
    "periods": lambda years: pd.PeriodIndex([str(y) for y in years], freq="Y"),
    "text": lambda years: [str(y) for y in years],
    "objects": lambda years: pd.Index(years, dtype=object),
    "date objects": lambda years: pd.Index([pd.Timestamp(y, 1, 1).date() for y in years], dtype=object),
    "categories": lambda years: pd.CategoricalIndex(years),
}


@pytest.mark.parametrize("kind", LABELS)
def test_years_of_every_kind_are_checked_as_numbers_are(kind: str) -> None:
    x, years = table(walks()), list(range(2011, 2023))
    labelled = x.set_axis(LABELS[kind](years))
    assert root.ht(labelled, draws=0).statistics == root.ht(x, draws=0).statistics
    with pytest.raises(InputError, match="rising order"):
        root.ht(labelled[::-1], draws=0)
    with pytest.raises(InputError, match=r"missing between 2015.* and 2017"):
        root.ht(labelled.drop(index=labelled.index[5]), draws=0)


def test_dates_within_a_year_stand_a_month_or_a_day_apart() -> None:
    months, days = (pd.date_range("2011-01-31", periods=12, freq=f) for f in ("ME", "D"))
    for labels in (months, days):
        x = table(walks()).set_axis(labels)
        assert np.isfinite(root.ht(x, draws=0).statistic)
        with pytest.raises(InputError, match="missing between"):
            root.ht(x.drop(index=labels[4]), draws=0)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([*range(2011, 2022), np.nan], "row 12 has no year"),
        (pd.to_datetime(["2011-01-01", None, *[f"{y}-01-01" for y in range(2013, 2023)]]), "row 2 has no year"),
        ([f"year {k}" for k in range(12)], "year 0 is no year"),
        ([2011, "2011", *range(2012, 2022)], "year 2011 stands twice"),
        ([*range(2011, 2022), np.inf], "inf is no year"),
        (pd.MultiIndex.from_product([[1, 2], range(6)]), "several levels"),
    ],
    ids=["nan", "nat", "words", "twice", "infinite", "levels"],
)
def test_years_that_cannot_be_ordered(labels: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        root.ips(table(walks()).set_axis(labels if isinstance(labels, pd.Index) else pd.Index(labels)), draws=0)


def test_tables_that_are_no_panel_of_numbers() -> None:
    x = table(walks())
    dates = pd.date_range("2011", periods=12)
    cases = [
        (x.T, "look like years.*turn the table round"),
        (x.T.set_axis(range(10)), "look like years"),
        (x.set_axis([*x.columns[:-1], "unit 0"], axis=1), "unit unit 0 stands twice"),
        (x.assign(**{"unit 3": dates}), "column unit 3 holds something that is not a number"),
        (x.astype(complex), "column unit 0 holds something that is not a number"),
        (x.astype({"unit 2": str}), "column unit 2 holds something that is not a number"),
    ]
    for given, words in cases:
        with pytest.raises(InputError, match=words):
            root.ips(given, draws=0)
    codes = x.set_axis(range(1101, 1111), axis=1)
    assert root.ips(codes, draws=0) == root.ips(codes.astype(object), draws=0)


# -------------------------------------------------------------------------------------------------------------- options


def test_options_of_other_kinds_are_refused_in_a_sentence(tmp_path: Path) -> None:
    x, file = table(walks()), tmp_path / "file"
    file.write_text("")
    cases: list[tuple[dict[str, Any], str]] = [
        *(({"seed": seed}, "seed=.*a number from 0") for seed in (-1, None, "a", 1.5, True)),
        ({"folder": file}, "that is a file; name a folder"),
        ({"folder": file / "below"}, "that is a file; name a folder"),
        ({"folder": 3}, "path of a folder"),
        ({"pool": "threads"}, "pool=threads: give an executor"),
        ({"demean": "no"}, "demean=no: say True or False"),
        ({"draws": 500.0}, "draws=500.0: give a number of at least 100"),
        ({"lags": 1.5}, "lags=1.5: give a number from 0, or one of aic"),
        ({"lags": "aic", "max_lags": 1.5}, "max_lags=1.5: give a number from 0"),
    ]
    for options, words in cases:
        with pytest.raises(InputError, match=words):
            root.ips(x, **options)
    with pytest.raises(InputError, match="robust=no: say True or False"):
        root.hadri(x, robust="no")  # type: ignore[arg-type]


def test_integers_of_numpy_are_integers() -> None:
    x, i = table(walks()), np.int64
    assert root.ips(x, lags=i(1), draws=i(500), seed=i(2)) == root.ips(x, lags=1, draws=500, seed=2)
    assert root.ips(x, lags="aic", max_lags=i(2), draws=0) == root.ips(x, lags="aic", max_lags=2, draws=0)
    assert root.fisher(x, test="pp", lags=i(1), draws=0) == root.fisher(x, test="pp", lags=1, draws=0)
    assert root.cips(x, lags=i(1), draws=0) == root.cips(x, lags=1, draws=0)


def test_a_damaged_law_is_made_anew(tmp_path: Path) -> None:
    design = Design(Setting("ht"), 12, 5, draws=1000)
    nulls.forget()
    first = nulls.null(design, folder=tmp_path)["z"]
    (stored,) = tmp_path.iterdir()
    whole = stored.read_bytes()
    for broken in (whole[: len(whole) // 2], whole[:40], whole.replace(b"\x93NUMPY", b"\x93NUMPX"), whole[:-30]):
        stored.write_bytes(broken)
        nulls.forget()
        assert np.array_equal(nulls.null(design, folder=tmp_path)["z"], first)
        assert stored.read_bytes() == whole


# ------------------------------------------------------------------------------------------------------ rounding errors


@pytest.mark.parametrize("column", [0.9 ** np.arange(12), 2 - 0.8 ** np.arange(12), 7.3 + 0.1 * np.arange(12)],
                         ids=["decay", "approach", "line"])  # fmt: skip
@pytest.mark.parametrize("test", [root.ips, root.llc, root.fisher], ids=["ips", "llc", "fisher"])
def test_units_that_follow_an_equation_are_named(column: np.ndarray, test: Any) -> None:
    y = walks(12, 5)
    y[:, 2] = column
    with pytest.raises(Refused, match="unit 2 moves too regularly"):
        test(table(y), lags=0, draws=0)
    y[:, 3] = 3 + 2 * column
    with pytest.raises(Refused, match="unit 2, unit 3 move too regularly"):
        test(table(y), lags=0, draws=0)


@pytest.mark.parametrize("offset", [0, 1, 7.3])
def test_cd_of_changes_with_a_straight_line(offset: float) -> None:
    y = walks(12, 5)
    y[:, 2] = offset + 0.1 * np.arange(12)
    with pytest.raises(Refused, match="unit 2 moves too regularly"):
        root.cd(table(y), form="differences", draws=0)
    assert np.isfinite(root.cd(table(y), draws=0).statistic)


def test_hadri_with_a_straight_line() -> None:
    y = walks(12, 5)
    y[:, 2] = 7.3 + 0.1 * np.arange(12)
    with pytest.raises(Refused, match="unit 2 moves too regularly"):
        root.hadri(table(y), trend="ct", robust=True, draws=0)
    alone = root.hadri(table(np.delete(y, 2, axis=1)), trend="ct", draws=0)["LM"]
    assert root.hadri(table(y), trend="ct", draws=0)["LM"] == pytest.approx(alone, rel=1e-9)  # adds nothing to sums


@pytest.mark.parametrize("test", [root.ht, root.ips, root.llc, root.hadri, root.cd])
def test_units_that_differ_by_a_constant_leave_nothing_beside_yearly_means(test: Any) -> None:
    y = walks(12, 1) + np.array([0.1, 0.7, 1.3, 2.9])
    with pytest.raises(Refused, match="unit 0, unit 1, unit 2, unit 3 move too regularly"):
        test(table(y), demean=True, draws=0)


def test_cd_needs_a_pair_with_common_years() -> None:
    y = walks(12, 3)
    y[5:, 0], y[:3, 1], y[8:, 1], y[:6, 2] = np.nan, np.nan, np.nan, np.nan
    with pytest.raises(Refused, match="no two units have 3 years in common"):
        root.cd(table(y), draws=0)
    y[5, 0] = 1.0
    assert np.isfinite(root.cd(table(y), draws=0).statistic)
    with pytest.raises(Refused, match="no two units"):
        root.cd(table(y), form="differences", draws=0)


# ------------------------------------------------------------------------------------------------- what a result says


def test_a_result_says_what_was_asked() -> None:
    x = table(walks())
    for found, words, columns in (
        (root.ips(x, convention="stata", moments="simulated", draws=0), ("convention stata", "moments simulated"),
         {"convention": "stata", "moments": "simulated", "form": "", "bandwidth": ""}),
        (root.ht(x, draws=0), ("convention paper",), {"convention": "paper", "moments": "", "lags": ""}),
        (root.hadri(x, robust=True, draws=0), ("a variance for each unit",), {"robust": True, "lags": ""}),
        (root.hadri(x, draws=0), ("one variance",), {"robust": False}),
        (root.cd(x, form="differences", demean=True, draws=0), ("CD: yearly changes, demeaned",),
         {"form": "differences", "trend": "", "lags": "", "demeaned": True}),
        (root.fisher(x, test="pp", lags=3, draws=0), ("bandwidth 3",), {"bandwidth": 3}),
    ):  # fmt: skip
        heading = str(found).splitlines()[0]
        assert all(word in heading for word in words), heading
        row = found.tidy().iloc[0]
        assert {key: row[key] for key in columns} == columns
    assert "lags" not in str(root.fisher(x, test="pp", lags=3, draws=0)).splitlines()[0]


def test_edges_of_published_tables_are_said() -> None:
    said = {
        "for 5 to 100 units, and here 2: those for 5": root.ips(table(walks(12, 2)), lags=0, draws=0),
        "for 5 to 100 units, and here 120: those for 100": root.ips(table(walks(12, 120)), lags=0, draws=0),
        "for 10 to 200 units, and here 210: those for 200": root.cips(table(walks(30, 210)), draws=0),
        "for 10 to 200 years, and here 9: those for 10": root.cips(table(walks(10, 12)), lags=0, draws=0),
        "published for up to 8 lags": root.ips(table(walks(40, 5)), lags=9, draws=0),
        "series that start at 0": root.ht(table(walks()), trend="n", draws=0),
    }
    for words, found in said.items():
        assert any(words in note for note in found.notes), (words, found.notes)
        assert words in str(found)
    assert root.ips(table(walks(30, 7)), lags=0, draws=0).notes == ()
    assert root.cips(table(walks(30, 12)), draws=0, lags=0).notes in (
        (),
        ("textbook p-value outside 0.01 to 0.1, shown at that end",),
    )


def test_laws_that_come_with_accord_are_said_to_be_quantiles() -> None:
    x = table(np.random.default_rng(4).normal(size=(12, 31)) + 3)
    found = root.ips(x, trend="ct", lags=1)
    assert "1,999 quantiles of 200,000 panels" in found.simulation
    still = root.ht(x, trend="ct")
    assert still.pvalue_simulated == still.floor == 1 / 2000 and "<0.0005" in str(still)
    drawn = root.ht(x, trend="ct", draws=2000)
    assert (
        drawn.floor == 0
        and "<0.0005" not in str(drawn)
        and drawn.simulation.startswith("2,000 panels of the same size")
    )
    together = table(walks(12, 1) + 0.01 * walks(12, 31))
    assert root.cd(together, form="differences").floor == 1 / 1000 and "<0.001" in str(
        root.cd(together, form="differences")
    )
    assert "p <0.001" in root.ht(together, trend="ct", dependence="auto").simulation
