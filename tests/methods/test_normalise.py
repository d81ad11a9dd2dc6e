"""Min-max by direction and closeness to a target: the kernel, then the frames of a study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import accord as ac
from accord.core.normalise import distance, normalise
from accord.errors import InputError

MakePanel = Callable[..., xr.Dataset]
COLUMN = hnp.arrays(float, st.integers(2, 40), elements=st.floats(-1e3, 1e3))
ROWS = [("a", "A", "+"), ("b", "A", "-"), ("c", "B", "=", "0.5"), ("d", "B", "=", "0.4..0.6")]


# -------------------------------------------------------------------------------------------------------- the kernel


@given(COLUMN, st.floats(0.01, 100), st.floats(-1e3, 1e3), st.sampled_from("+-"))
def test_units_of_measurement_do_not_matter(x: np.ndarray, a: float, b: float, sign: str) -> None:
    """a x + b leaves z as it is for a > 0 and swaps + and - for a < 0, up to the rounding of a x + b itself."""
    assume(np.ptp(x) > 1e-3)
    z = normalise(x, x.min(), x.max(), sign)
    slack = 1e-14 + 8 * np.finfo(float).eps * (abs(a) * np.abs(x).max() + abs(b)) / (a * np.ptp(x))
    y = a * x + b
    assert np.abs(normalise(y, y.min(), y.max(), sign) - z).max() <= slack
    other = {"+": "-", "-": "+"}[sign]
    assert np.abs(normalise(-y, -y.max(), -y.min(), other) - z).max() <= slack


@given(COLUMN)
def test_best_is_one_and_worst_is_zero(x: np.ndarray) -> None:
    assume(np.ptp(x) > 0)
    up, down = normalise(x, x.min(), x.max(), "+"), normalise(x, x.min(), x.max(), "-")
    assert (up[x == x.max()] == 1).all() and (up[x == x.min()] == 0).all()
    assert (down[x == x.min()] == 1).all() and (down[x == x.max()] == 0).all()
    assert ((up >= 0) & (up <= 1) & (down >= 0) & (down <= 1)).all()
    assert np.abs(up + down - 1).max() <= 4 * np.finfo(float).eps


@given(COLUMN, st.floats(-1e3, 1e3), st.floats(0, 500))
def test_target_rules_against_their_formulas(x: np.ndarray, a: float, width: float) -> None:
    b = a + width
    away = np.maximum(np.maximum(a - x, x - b), 0)
    assert (distance(x, (a, b)) == away).all()
    assume(away.max() > 1e-6)
    plain = normalise(x, x.min(), x.max(), "=", target=(a, b))
    assert np.abs(plain - (1 - away / max(a - x.min(), x.max() - b))).max() < 1e-12
    assert (plain[away == 0] == 1).all()
    assume(np.ptp(away) > 1e-6)
    spread = normalise(x, x.min(), x.max(), "=", target=(a, b), nearest=away.min(), rule="target_minmax")
    assert np.abs(spread - (away.max() - away) / np.ptp(away)).max() < 1e-9
    assert spread[np.argmin(away)] == 1 and spread[np.argmax(away)] == 0


@given(hnp.arrays(float, st.integers(2, 40), elements=st.floats(0.01, 100)), st.floats(0.1, 10))
def test_target_of_ratios(x: np.ndarray, a: float) -> None:
    """Between logarithms half and double are equally far, so a ratio may be turned over."""
    away = np.abs(np.log(x) - np.log(a))
    assume(away.max() > 1e-6)
    z = normalise(x, x.min(), x.max(), "=", target=(a, a), rule="target_log")
    assert np.abs(z - (1 - away / away.max())).max() < 1e-9
    turned = normalise(1 / x, (1 / x).min(), (1 / x).max(), "=", target=(1 / a, 1 / a), rule="target_log")
    assert np.abs(turned - z).max() < 1e-9


@pytest.mark.parametrize("sign", ["+", "-", "="])
def test_a_constant_column_is_zero(sign: str) -> None:
    x = np.full(4, 2.0)
    assert normalise(x, 2.0, 2.0, sign, target=(2.0, 2.0)).tolist() == [0.0] * 4
    x[1] = np.nan
    np.testing.assert_array_equal(normalise(x, 2.0, 2.0, sign, target=(2.0, 2.0)), [0, np.nan, 0, 0])


@pytest.mark.parametrize("sign", ["+", "-", "="])
def test_missing_stays_missing_and_input_stays(sign: str) -> None:
    x = np.array([1.0, np.nan, 3.0])
    z = normalise(x, 1.0, 3.0, sign, target=(1.0, 1.0))
    assert np.isnan(z[1]) and not np.isnan(z[[0, 2]]).any()
    assert x[0] == 1.0 and np.isnan(x[1])


def test_unknown_direction() -> None:
    with pytest.raises(ValueError, match="not one of"):
        normalise([1.0], 0.0, 1.0, "up")


# -------------------------------------------------------------------------------------------------------- the frames


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    rng = np.random.default_rng(11)
    return rng.random((5, 6, 4)) + 0.3 * np.arange(6)[None, :, None]


@pytest.fixture(scope="module")
def panel(make_panel: MakePanel, x: np.ndarray) -> xr.Dataset:
    return make_panel(x, ROWS)


def scaled(panel: xr.Dataset, **options: Any) -> np.ndarray:
    return ac.Study(panel, normalise=options)["normalised"].transpose("unit", "time", "indicator").values


def by_hand(x: np.ndarray, frame: np.ndarray, rule: str = "target") -> np.ndarray:
    """All four indicators with bounds from the values in `frame` (same shape, or a part of the years)."""
    z = np.empty_like(x)
    low, high = frame.min(axis=(0, 1)), frame.max(axis=(0, 1))
    z[..., 0] = (x[..., 0] - low[0]) / (high[0] - low[0])
    z[..., 1] = (high[1] - x[..., 1]) / (high[1] - low[1])
    for j, (a, b) in ((2, (0.5, 0.5)), (3, (0.4, 0.6))):
        v, f = x[..., j], frame[..., j]
        if rule == "target_log":
            v, f, a, b = np.log(v), np.log(f), np.log(a), np.log(b)
        away, ref = (np.maximum(np.maximum(a - k, k - b), 0) for k in (v, f))
        worst, least = ref.max(), ref.min() if rule == "target_minmax" else 0.0
        z[..., j] = (worst - away) / (worst - least)
    return z


@pytest.mark.parametrize("rule", ["target", "target_minmax", "target_log"])
def test_pooled(panel: xr.Dataset, x: np.ndarray, rule: str) -> None:
    assert np.abs(scaled(panel, target_rule=rule) - by_hand(x, x, rule)).max() < 1e-12


@pytest.mark.parametrize("rule", ["target", "target_minmax", "target_log"])
def test_per_year(panel: xr.Dataset, x: np.ndarray, rule: str) -> None:
    """Each year by its own bounds: its best unit is 1, its worst 0."""
    z = scaled(panel, frame="per_year", target_rule=rule)
    for t in range(x.shape[1]):
        year = x[:, t : t + 1]
        assert np.abs(z[:, t : t + 1] - by_hand(year, year, rule)).max() < 1e-12
    assert (z[..., :2].max(axis=0) == 1).all() and (z[..., :2].min(axis=0) == 0).all()


@pytest.mark.parametrize(("base", "at"), [(None, 0), (2000, 0), (2003, 3)])
def test_base_year_clipped(panel: xr.Dataset, x: np.ndarray, base: int | None, at: int) -> None:
    expected = by_hand(x, x[:, at : at + 1])
    assert ((expected < 0) | (expected > 1)).any()
    assert np.abs(scaled(panel, frame="base", base=base) - np.clip(expected, 0, 1)).max() < 1e-12


@pytest.mark.parametrize("options", [{"frame": "base"}, {"frame": "train", "until": 2003}])
def test_values_beyond_the_bounds_are_refused_on_demand(panel: xr.Dataset, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f'leaves the bounds of the frame "{options["frame"]}".*"clip"'):
        scaled(panel, outside="refuse", **options)


def test_refusing_is_quiet_where_nothing_lies_outside(panel: xr.Dataset) -> None:
    assert np.array_equal(scaled(panel, frame="train", until=2005, outside="refuse"), scaled(panel))


def test_train_bounds(panel: xr.Dataset, x: np.ndarray) -> None:
    expected = np.clip(by_hand(x, x[:, :4]), 0, 1)
    assert np.abs(scaled(panel, frame="train", until=2003) - expected).max() < 1e-12


@pytest.mark.parametrize("weights", ["entropy", "critic", "cv", "pca"])
def test_train_years_set_bounds_and_weights(make_panel: MakePanel, weights: str) -> None:
    """An honest holdout: whatever happens after the split, bounds, weights and training scores stay as they were."""
    rows = [("a", "A", "+"), ("b", "A", "-"), ("c", "A", "+"), ("d", "B", "=", ".5"), ("e", "B", "+"), ("f", "B", "+")]
    x = np.random.default_rng(12).random((5, 6, 6))
    changed = x.copy()
    changed[:, 4:] **= 3
    changed[0, 5] *= 9
    frame = {"frame": "train", "until": 2003}
    a, b = (ac.Study(make_panel(v, rows), normalise=frame, weights=weights) for v in (x, changed))
    for name in ("weight", "low", "high", "nearest"):
        assert np.array_equal(a[name].values, b[name].values), name
    seen = [s["coordination"].sel(time=slice(None, 2003)).values for s in (a, b)]
    assert np.array_equal(*seen)
    assert not np.array_equal(a["coordination"].values, b["coordination"].values)
    pooled = [ac.Study(make_panel(v, rows), weights=weights)["weight"].values for v in (x, changed)]
    assert not np.allclose(*pooled), "under the pooled frame the change is seen"


def test_train_weights_are_those_of_the_training_years_alone(make_panel: MakePanel, x: np.ndarray) -> None:
    study = ac.Study(make_panel(x, ROWS), normalise={"frame": "train", "until": 2003})
    alone = ac.Study(make_panel(x[:, :4], ROWS))
    assert np.array_equal(study["weight"].values, alone["weight"].values)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frame": "train"}, r'frame "train" needs until = a year of the panel \(2000-2005\)'),
        ({"frame": "train", "until": 1999}, r"needs until"),
        ({"frame": "train", "until": 2006}, r"needs until"),
        ({"frame": "base", "base": 1990}, r"base year 1990 is not in the panel \(2000-2005\)"),
        ({"frame": "pool"}, r'frame = "pool" is not allowed; did you mean "pooled"\? Allowed: pooled, per_year, base'),
        ({"target_rule": "log"}, r"target_rule = \"log\" is not allowed.*target_log"),
        ({"outside": "keep"}, r"outside = \"keep\" is not allowed.*clip, refuse"),
    ],
)
def test_bad_options(panel: xr.Dataset, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        scaled(panel, **options)


def test_per_year_frames_come_with_a_warning(panel: xr.Dataset) -> None:
    said = [w["en"] for w in ac.Study(panel, normalise={"frame": "per_year"}).warnings()]
    assert any("different years must not be compared" in text for text in said)
    assert not any("different years" in w["en"] for w in ac.Study(panel).warnings())


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_logarithms_need_positive_values(make_panel: MakePanel, x: np.ndarray, bad: float) -> None:
    """A value or a target that has no logarithm is bad input, not NaN."""
    y = x.copy()
    y[2, 3, 2] = bad
    with pytest.raises(InputError, match="target_log"):
        scaled(make_panel(y, ROWS), target_rule="target_log")
    rows = [*ROWS[:2], ("c", "B", "=", repr(bad)), ROWS[3]]
    with pytest.raises(InputError, match="target_log"):
        scaled(make_panel(x, rows), target_rule="target_log")
