"""Filling gaps: each rule by hand, the mask, and never across units."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import accord as ac
from accord.core.gaps import RULES, RULES_ZH, fill
from accord.errors import InputError

NAN = np.nan
YEARS = np.arange(2000, 2008)
GAPPY = np.array([NAN, NAN, 1.0, NAN, 3.0, 4.0, NAN, NAN])
MakePanel = Callable[..., xr.Dataset]


def names(codes: np.ndarray) -> list[str]:
    return [RULES[c] for c in codes]


def test_linear_inside_and_hold_at_the_ends() -> None:
    out, rule = fill(GAPPY, YEARS)
    assert out.tolist() == [1, 1, 1, 2, 3, 4, 4, 4]
    assert names(rule) == ["hold", "hold", "observed", "linear", "observed", "observed", "hold", "hold"]


def test_linear_follows_the_years_not_the_columns() -> None:
    """A value a fifth of the way in time is a fifth of the way in value."""
    out, _ = fill(np.array([0.0, NAN, 10.0]), np.array([2000, 2001, 2005]))
    assert out[1] == pytest.approx(2.0, abs=1e-14)


@pytest.mark.parametrize("k", [2, 3, 9])
def test_trend_is_the_line_through_the_nearest_k(k: int) -> None:
    y = np.array([NAN, 2.0, 5.0, 4.0, NAN, 8.0, 6.0, NAN])
    out, rule = fill(y, YEARS, ends="trend", k=k)
    seen = np.flatnonzero(~np.isnan(y))
    for at, near in ((0, seen[:k]), (7, seen[-k:])):
        slope, level = np.polyfit(YEARS[near] - 2000.0, y[near], 1)
        assert out[at] == pytest.approx(level + slope * (YEARS[at] - 2000), abs=1e-9)
        assert RULES[rule[at]] == "trend"
    assert out[4] == pytest.approx(6.0) and RULES[rule[4]] == "linear"


def test_trend_through_one_value_holds_it() -> None:
    out, rule = fill(np.array([NAN, 2.0, NAN]), YEARS[:3], ends="trend")
    assert out.tolist() == [2, 2, 2] and names(rule) == ["hold", "observed", "hold"]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_nearest_mean(k: int) -> None:
    out, rule = fill(GAPPY, YEARS, ends="nearest_mean", k=k)
    seen = [1.0, 3.0, 4.0]
    assert out[0] == out[1] == pytest.approx(np.mean(seen[:k]))
    assert out[6] == out[7] == pytest.approx(np.mean(seen[-k:]))
    assert names(rule[[0, 3, 7]]) == ["nearest mean", "linear", "nearest mean"]


def test_none_leaves_gaps() -> None:
    out, rule = fill(GAPPY, YEARS, inside="none", ends="none")
    np.testing.assert_array_equal(out, GAPPY)
    assert not rule.any()
    inside, _ = fill(GAPPY, YEARS, inside="none")
    np.testing.assert_array_equal(inside, [1, 1, 1, NAN, 3, 4, 4, 4])
    ends, _ = fill(GAPPY, YEARS, ends="none")
    np.testing.assert_array_equal(ends, [NAN, NAN, 1, 2, 3, 4, NAN, NAN])


@given(
    hnp.arrays(float, (4, 6), elements=st.floats(-100, 100)), hnp.arrays(bool, (4, 6)),
    st.sampled_from(["linear", "none"]), st.sampled_from(["hold", "trend", "nearest_mean", "none"]), st.integers(1, 4),
)  # fmt: skip
def test_every_rule_keeps_what_is_seen(y: np.ndarray, gone: np.ndarray, inside: str, ends: str, k: int) -> None:
    """Observed values stay, the mask marks exactly what was put in, each row is filled from itself alone."""
    before = np.where(gone, NAN, y)
    given_ = before.copy()
    out, rule = fill(given_, YEARS[:6], inside, ends, k)  # type: ignore[arg-type]
    np.testing.assert_array_equal(given_, before)
    np.testing.assert_array_equal(out[~gone], y[~gone])
    np.testing.assert_array_equal(rule > 0, gone & ~np.isnan(out))
    if inside == "linear" and ends != "none":
        some = (~gone).any(axis=1)
        assert not np.isnan(out[some]).any() and np.isnan(out[~some]).all()
    for i in range(4):
        alone, code = fill(before[i], YEARS[:6], inside, ends, k)  # type: ignore[arg-type]
        np.testing.assert_array_equal(alone, out[i])
        np.testing.assert_array_equal(code, rule[i])
    if ends in ("hold", "nearest_mean"):
        for i in np.flatnonzero((~gone).any(axis=1)):
            seen = y[i][~gone[i]]
            filled = out[i][~np.isnan(out[i])]
            assert filled.min() >= seen.min() - 1e-9 and filled.max() <= seen.max() + 1e-9


def test_rules_have_chinese_names() -> None:
    assert len(RULES) == len(RULES_ZH) == len(set(RULES_ZH))


# --------------------------------------------------------------------------------------------------------- in a panel

ROWS = [("a", "A", "+"), ("b", "B", "+")]


def gappy() -> np.ndarray:
    x = np.random.default_rng(2).random((3, 5, 2))
    x[1, :2, 0] = x[2, 2, 1] = np.nan
    return x


def test_gaps_of_a_unit_are_filled_from_itself(make_panel: MakePanel) -> None:
    """The neighbours' values may be anything; the mask and the table `filled` list what was put in."""
    x = gappy()
    other = x.copy()
    other[[0, 2], :, 0] *= 100
    a, b = make_panel(x, ROWS), make_panel(other, ROWS)
    assert a["indicators"].values[1, :2, 0].tolist() == [x[1, 2, 0]] * 2
    np.testing.assert_array_equal(a["indicators"].values[1], b["indicators"].values[1])
    assert a["indicators"].values[2, 2, 1] == pytest.approx((x[2, 1, 1] + x[2, 3, 1]) / 2, abs=1e-15)
    assert int((a["gap_rule"] > 0).sum()) == 3
    shown = ac.tidy(ac.Study(a).table("filled"))
    assert shown[["unit", "time", "indicator", "rule"]].values.tolist() == [
        ["u01", 2000, "a", "hold"], ["u01", 2001, "a", "hold"], ["u02", 2002, "b", "linear"],
    ]  # fmt: skip
    assert shown["value"].tolist() == [x[1, 2, 0], x[1, 2, 0], a["indicators"].values[2, 2, 1]]
    chinese = ac.tidy(ac.Study(a).table("filled"), "zh")
    assert chinese["rule"].tolist() == ["端点延续", "端点延续", "线性插值"]


def test_descriptives_are_of_observed_values(make_panel: MakePanel) -> None:
    x = gappy()
    table = ac.tidy(ac.Study(make_panel(x, ROWS)).table("descriptives")).set_index("indicator")
    for j, key in enumerate("ab"):
        v = x[..., j][~np.isnan(x[..., j])]
        row = table.loc[key]
        assert (row["n"], row["missing"]) == (v.size, 15 - v.size)
        assert row[["mean", "sd", "min", "max"]].tolist() == pytest.approx([v.mean(), v.std(ddof=1), v.min(), v.max()])


def test_no_gaps_no_rows(make_panel: MakePanel) -> None:
    x = np.random.default_rng(2).random((3, 5, 2))
    shown = ac.tidy(ac.Study(make_panel(x, ROWS)).table("filled"))
    assert len(shown) == 0 and list(shown.columns)[:5] == ["unit", "time", "indicator", "value", "rule"]


def test_a_unit_without_any_value_is_refused(make_panel: MakePanel) -> None:
    x = gappy()
    x[1, :, 0] = np.nan
    with pytest.raises(
        InputError, match='"a" has no value for u01 in any year, and gaps are never filled across units'
    ):
        make_panel(x, ROWS)
    x[:, :, 0] = np.nan
    with pytest.raises(InputError, match='"a" has no value at all'):
        make_panel(x, ROWS)


@pytest.mark.parametrize(("options", "place"), [({"ends": "none"}, "u01 2000"), ({"inside": "none"}, "u02 2002")])
def test_gaps_that_stay_are_refused(make_panel: MakePanel, options: dict[str, str], place: str) -> None:
    with pytest.raises(InputError, match=f"still missing for {place} .row .* choose another rule or fill the cell"):
        make_panel(gappy(), ROWS, **options)


def test_the_memory_order_of_the_values_does_not_matter() -> None:
    x = np.array([[1.0, np.nan, 3.0], [np.nan, 2.0, 4.0]])
    years = np.arange(2000, 2003)
    for ours, theirs in zip(fill(np.asfortranarray(x), years), fill(x, years), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.isnan(fill(np.asfortranarray(x), years)[0]).any()
