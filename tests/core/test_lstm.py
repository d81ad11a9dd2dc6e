"""Ensembles: who is trained on what, that numbers do not depend on company, and what happens with odd histories."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from accord.core.engine import at_hand, connect, working
from accord.core.lstm import Ensemble, forecast
from accord.errors import InputError, Refused

QUICK: dict[str, Any] = {"seed": 7, "members": 3, "iterations": 20, "hidden": 4, "batch": 8}
YEARS = 12


@pytest.fixture(scope="module")
def history() -> np.ndarray:
    """Three cases of 6 units x 12 years."""
    rng = np.random.default_rng(1)
    steps = 0.01 + 0.008 * rng.standard_normal((3, 6, YEARS))
    return np.clip(rng.uniform(0.2, 0.5, (3, 6, 1)) + steps.cumsum(axis=2), 0, 1)


@pytest.fixture(scope="module")
def plain(history: np.ndarray) -> Ensemble:
    return forecast(history, [8, 10, 12], 3, **QUICK)


def same(one: Ensemble, other: Ensemble) -> bool:
    return all(getattr(one, k).tobytes() == getattr(other, k).tobytes() for k in ("mean", "members", "fitted", "loss"))


def test_shapes_and_range(plain: Ensemble) -> None:
    assert plain.mean.shape == (3, 6, 3) and plain.members.shape == (3, 3, 6, 3)
    assert plain.fitted.shape == (3, 6, YEARS) and plain.loss.shape == plain.dropped.shape == (3, 3)
    assert plain.networks == 9 and not plain.dropped.any()
    np.testing.assert_allclose(plain.mean, plain.members.mean(axis=1), rtol=1e-12)
    known = np.isfinite(plain.fitted)
    assert [known[i].sum(axis=1).tolist() for i in range(3)] == [[5] * 6, [7] * 6, [9] * 6]
    assert len(np.unique(plain.members[0, :, 0, 0])) == 3


def test_members_do_not_depend_on_how_many(history: np.ndarray, plain: Ensemble) -> None:
    more = forecast(history, [8, 10, 12], 3, **{**QUICK, "members": 7})
    assert more.members[:, :3].tobytes() == plain.members.tobytes()
    assert more.loss[:, :3].tobytes() == plain.loss.tobytes()


def test_a_case_does_not_depend_on_those_beside_it(history: np.ndarray, plain: Ensemble) -> None:
    alone = forecast(history[1:2], [10], 3, **QUICK)
    assert alone.members.tobytes() == plain.members[1:2].tobytes()
    labelled = forecast(history[1:2], [10], 3, labels=[5], **QUICK)
    beside = forecast(history, [8, 10, 12], 3, labels=[4, 5, 6], **QUICK)
    assert labelled.members.tobytes() == beside.members[1:2].tobytes() != alone.members.tobytes()


def test_seeds(history: np.ndarray, plain: Ensemble) -> None:
    assert same(forecast(history, [8, 10, 12], 3, **QUICK), plain)
    for other in (8, 7 + (1 << 32)):
        assert not same(forecast(history, [8, 10, 12], 3, **{**QUICK, "seed": other}), plain)


@pytest.mark.parametrize("scope", ["global", "unit"])
def test_bytes_are_the_same_however_the_work_is_split(history: np.ndarray, scope: Any) -> None:
    asked = {**QUICK, "scope": scope}
    whole = forecast(history, [8, 10, 12], 3, chunk=32, **asked)
    assert same(forecast(history, [8, 10, 12], 3, chunk=4, **asked), whole)
    told: list[tuple[int, int]] = []
    with connect("threads", 3) as pool, working(pool, lambda _text, done, of: told.append((done, of))):
        assert same(forecast(history, [8, 10, 12], 3, chunk=4, **asked), whole)
    assert told == [(i + 1, len(told)) for i in range({"global": 3, "unit": 14}[scope])]


def test_bytes_are_the_same_on_processes(history: np.ndarray, plain: Ensemble) -> None:
    with connect("processes", 2) as pool, working(pool):
        assert same(forecast(history, [8, 10, 12], 3, chunk=4, **QUICK), plain)
    assert at_hand().pool is None


def test_side_by_side_differs_by_rounding_alone(history: np.ndarray, plain: Ensemble) -> None:
    """The way of accelerators, on a processor."""
    beside = forecast(history, [8, 10, 12], 3, side_by_side=True, **QUICK)
    np.testing.assert_allclose(beside.members, plain.members, atol=2e-6)
    parts = forecast(history, [8, 10, 12], 3, side_by_side=True, chunk=4, **QUICK)
    np.testing.assert_allclose(parts.members, beside.members, atol=2e-6)


@pytest.mark.parametrize("scope", ["global", "unit"])
@pytest.mark.parametrize("target", ["differences", "levels"])
def test_later_years_and_missing_first_years_change_nothing(history: np.ndarray, scope: Any, target: Any) -> None:
    asked = {**QUICK, "scope": scope, "target": target}
    late = history[:1].copy()
    late[0, 2, :3] = np.nan
    spoiled = late.copy()
    spoiled[0, :, 9:] = np.nan
    spoiled[0, 1, 10] = 1e30
    assert same(forecast(late, [9], 3, **asked), forecast(spoiled, [9], 3, **asked))
    shown = np.isfinite(forecast(late, [9], 3, **asked).fitted[0]).sum(axis=1)
    assert shown.tolist() == [n - (3 if u == 2 else 0) for u, n in enumerate([6 if target == "differences" else 7] * 6)]


def test_a_late_unit_leaves_the_others_their_own_networks(history: np.ndarray) -> None:
    asked = {**QUICK, "scope": "unit"}
    late = history[:1].copy()
    late[0, 2, :9] = np.nan
    some, every = forecast(late, [12], 3, **asked), forecast(history[:1], [12], 3, **asked)
    others = [0, 1, 3, 4, 5]
    assert some.members[:, :, others].tobytes() == every.members[:, :, others].tobytes()


def test_one_step_values_of_later_years(history: np.ndarray) -> None:
    """They read actual values, and change nothing else; the first is the path's first year."""
    plain = forecast(history[:1], [9], 3, **QUICK)
    shown = forecast(history[:1], [9], 3, shown=[12], **QUICK)
    assert shown.mean.tobytes() == plain.mean.tobytes()
    assert np.isfinite(shown.fitted[0, :, 9:]).all() and np.isnan(plain.fitted[0, :, 9:]).all()
    np.testing.assert_allclose(shown.fitted[0, :, 9], plain.mean[0, :, 0], atol=1e-6)
    np.testing.assert_array_equal(shown.fitted[0, :, :9], plain.fitted[0, :, :9])


def test_frame_is_of_the_training_years(history: np.ndarray) -> None:
    """Fitted values by hand: level before + mean + spread x number, all of the years known."""
    one = forecast(history[:1], [9], 3, **{**QUICK, "members": 1})
    moved = np.diff(history[0, :, :9], axis=1)
    number = (one.fitted[0, :, 3:9] - history[0, :, 2:8] - moved.mean()) / moved.std()
    target = (moved[:, 2:] - moved.mean()) / moved.std()
    assert ((number - target) ** 2).mean() == pytest.approx(one.loss[0, 0], rel=1e-5)


def test_recovers_a_linear_trend() -> None:
    """A slope of its own for each unit is not linear in a pooled frame; one slope is exact, two are learned."""
    line = 0.1 + 0.02 * np.arange(YEARS + 3)
    one = forecast([[line[:YEARS]] * 6], [YEARS], 3, **QUICK)
    np.testing.assert_allclose(one.mean[0, 0], line[YEARS:], atol=1e-6)
    two = np.stack([0.1 + 0.01 * np.arange(YEARS + 3), 0.1 + 0.03 * np.arange(YEARS + 3)] * 4)
    made = forecast([two[:, :YEARS]], [YEARS], 3, seed=1, members=5, iterations=300)
    np.testing.assert_allclose(made.mean[0], two[:, YEARS:], atol=2e-3)


@pytest.mark.parametrize("scope", ["global", "unit"])
@pytest.mark.parametrize("target", ["differences", "levels"])
@pytest.mark.parametrize("scale", ["standard", "none"])
def test_constant_units(history: np.ndarray, scope: Any, target: Any, scale: Any) -> None:
    x = history[:1].copy()
    x[0, 1] = 0.4
    asked = {**QUICK, "scope": scope, "target": target, "scale": scale}
    made = forecast(x, [12], 3, **asked)
    assert np.isfinite(made.mean).all()
    if scope == "unit":
        np.testing.assert_allclose(made.mean[0, 1], 0.4, atol=1e-6)
    still = forecast(np.full((1, 6, YEARS), 0.4), [12], 3, **asked)
    np.testing.assert_allclose(still.mean, 0.4, atol=1e-6)


def test_units_without_a_sample_of_their_own(history: np.ndarray) -> None:
    """They go on by their mean change, or by that of all; without a value there is nothing to go on from."""
    x = history[:1].copy()
    x[0, 0, :10], x[0, 1, :11], x[0, 2] = np.nan, np.nan, np.nan
    made = forecast(x, [12], 3, **{**QUICK, "scope": "unit"}).mean[0]
    own, every = x[0, 0, 11] - x[0, 0, 10], np.nanmean(np.diff(x[0], axis=1))
    np.testing.assert_allclose(made[0], x[0, 0, 11] + own * np.array([1, 2, 3]), atol=1e-6)
    np.testing.assert_allclose(made[1], x[0, 1, 11] + every * np.array([1, 2, 3]), atol=1e-6)
    assert np.isnan(made[2]).all() and np.isfinite(made[3:]).all()
    pooled = forecast(x, [12], 3, **QUICK)
    assert np.isnan(pooled.mean[0, 2]).all() and np.isfinite(pooled.mean[0, [0, 1, 3, 4, 5]]).all()
    assert not pooled.dropped.any()


def test_paths_stay_in_their_bounds() -> None:
    up = 0.5 + 0.04 * np.arange(YEARS)
    down = 1 - up
    made = forecast([[up, up - 0.02] * 3, [down, down + 0.02] * 3], [YEARS] * 2, 3, **QUICK)
    np.testing.assert_allclose(made.mean[0, :2], [[0.98, 1, 1], [0.96, 1, 1]], atol=1e-6)
    np.testing.assert_allclose(made.mean[1, :2], [[0.02, 0, 0], [0.04, 0, 0]], atol=1e-6)
    assert made.members.min() == 0 and made.members.max() == 1
    wide = forecast([[up, up - 0.02] * 3], [YEARS], 3, low=-np.inf, high=np.inf, **QUICK)
    np.testing.assert_allclose(wide.mean[0, 0], [0.98, 1.02, 1.06], atol=1e-6)


def test_diverging_members_are_dropped(history: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    for optimiser in ("sgd", "adam"):
        with pytest.raises(Refused, match="all 3 networks of a history diverged"):
            forecast(history, [8, 10, 12], 3, **{**QUICK, "rate": 1e6, "optimiser": optimiser})
    asked = {**QUICK, "members": 12}
    every = forecast(history[:1], [12], 3, **asked)
    monkeypatch.setattr("accord.core.lstm.EXPLODED", float(np.sort(every.loss[0])[3]))
    some = forecast(history[:1], [12], 3, **asked)
    assert 0 < some.dropped.sum() < 12
    assert every.loss[some.dropped].min() > every.loss[~some.dropped].max()
    assert np.isnan(some.members[some.dropped]).all()
    assert some.members[~some.dropped].tobytes() == every.members[~some.dropped].tobytes()
    np.testing.assert_allclose(some.mean, np.nanmean(some.members, axis=1), rtol=1e-12)


def test_too_few_years(history: np.ndarray) -> None:
    with pytest.raises(Refused, match="3 known years give no sample of 2 changes and the next; the LSTM needs 4 years"):
        forecast(history, [8, 3, 12], 3, **QUICK)
    assert forecast(history[:1], [4], 3, **QUICK).networks == 3
    with pytest.raises(Refused, match="1 known years"):
        forecast(history[:1], [1], 3, **{**QUICK, "target": "levels"})


def test_bad_input(history: np.ndarray) -> None:
    for bad, text in [
        ({"members": 0}, "members must be at least 1, not 0"),
        ({"batch": 0}, "batch must be at least 1"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"optimiser": "sdg"}, 'unknown optimiser "sdg".*did you mean "sgd"'),
        ({"scope": "units"}, 'unknown scope "units"'),
        ({"rate": 0.0}, "rate must be above 0"),
    ]:
        with pytest.raises(InputError, match=text):
            forecast(history, [8, 10, 12], 3, **{**QUICK, **bad})
    with pytest.raises(InputError, match="known must lie in 1 to 12"):
        forecast(history, [8, 10, 13], 3, **QUICK)
    with pytest.raises(InputError, match="history must be"):
        forecast(history[0], [8], 3, **QUICK)
    gap = history.copy()
    gap[1, 4, 5] = np.nan
    with pytest.raises(InputError, match="case 1, unit 4: a gap"):
        forecast(gap, [8, 10, 12], 3, **QUICK)
    assert forecast(gap, [8, 5, 12], 3, **QUICK).networks == 9


def test_jax_is_imported_when_used_alone() -> None:
    code = (
        "import sys, accord, accord.core.lstm as l; assert 'jax' not in sys.modules; sys.modules['jax'] = None\n"
        "try: l.forecast([[[.1, .2, .3, .4, .5]]], [5], 1, seed=1)\n"
        "except Exception as e: print(type(e).__name__, e)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith("Refused the LSTM needs the packages jax and optax") and "pip install" in said
