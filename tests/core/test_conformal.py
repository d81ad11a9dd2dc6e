"""Bands from misses: quantiles by hand, growth beyond the calibrated horizons, probabilities that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from accord.core.conformal import misses, probabilities
from accord.core.outlook import arrivals, fastest, tiers


def errors(origins: int = 6, units: int = 31, ahead: int = 6, seed: int = 1) -> np.ndarray:
    """Random walks of misses, known as far as a panel's end lets them be."""
    x = np.random.default_rng(seed).normal(0, 0.01, (origins, units, ahead)).cumsum(axis=2)
    for o in range(origins):
        x[o, :, origins - o :] = np.nan
    return x


def test_a_calibrated_band_is_the_conformal_quantile() -> None:
    x = errors()
    size = np.sort(np.abs(x[:, :, 0].ravel()))
    assert misses(x, 1, 12).width(0.8)[0] == size[int(np.ceil(0.8 * (size.size + 1))) - 1]


def test_levels_are_calibrated_by_the_number_of_origins() -> None:
    found = misses(errors(), 8, 12)
    assert found.origins.tolist() == [6, 5, 4, 3, 2, 1, 0, 0]
    assert found.calibrated(0.8).tolist() == [True] * 3 + [False] * 5
    assert not found.calibrated(0.95).any()
    assert misses(errors(19), 1, 30).calibrated(0.95).tolist() == [True]
    assert misses(errors(18), 1, 30).calibrated(0.95).tolist() == [False]


def test_bands_grow_and_stay_nested() -> None:
    found = misses(errors(), 12, 12)
    wide, wider = found.width(0.8), found.width(0.95)
    assert (np.diff(wide) >= 0).all() and (np.diff(wide[2:]) > 0).all()
    assert (wider > wide).all()


def test_beyond_the_calibrated_horizons_a_walk_widens_them() -> None:
    found = misses(errors(), 8, 12)
    np.testing.assert_allclose(found.width(0.8)[3:] / found.width(0.8)[2], found.walk[3:] / found.walk[2], rtol=1e-12)


def test_few_origins_borrow_from_one_year_ahead() -> None:
    found = misses(errors(2, ahead=2), 3, 6)
    assert not found.calibrated(0.8).any()
    assert (np.diff(found.width(0.8)) > 0).all()


def test_no_miss_is_said() -> None:
    with pytest.raises(ValueError, match="one year ahead"):
        misses(np.full((3, 4, 2), np.nan), 2, 12)


def test_misses_of_nothing_give_bands_of_nothing() -> None:
    found = misses(np.zeros((5, 3, 3)), 4, 12)
    assert not found.width(0.8).any() and not found.width(0.95).any()


@given(arrays("f8", (3, 5), elements=st.floats(0, 1)), st.integers(0, 50))
def test_probabilities_add_up_and_follow_the_mean(mean: np.ndarray, seed: int) -> None:
    found = misses(errors(seed=seed), 5, 12)
    edges = np.arange(10) / 10
    chance = probabilities(mean, found, edges)
    np.testing.assert_allclose(chance.sum(axis=-1), 1.0, atol=1e-12)
    assert (chance >= 0).all()
    higher = probabilities(mean + 0.05, found, edges)
    assert (np.cumsum(higher, -1) <= np.cumsum(chance, -1) + 1e-12).all(), (
        "a higher mean is never likelier below an edge"
    )


def test_probabilities_are_half_at_an_edge() -> None:
    found = misses(errors(), 1, 12)
    assert probabilities(np.array([0.5]), found, np.array([0.0, 0.5])).tolist() == [[0.5, 0.5]]


def test_arrivals_stop_at_what_the_path_reaches() -> None:
    path = np.array([[5, 6, 6], [5, 4, 3], [5, 5, 5], [0, 0, 0]])
    found = arrivals(np.array([5, 5, 5, 5]), path, 7)
    assert found.tolist() == [[0, 0, 0, 0, 0, 2, 0], [0, 0, 3, 2, 0, 0, 0], [0] * 7, [0] * 7]


def test_tiers_put_the_end_before_the_start() -> None:
    assert tiers(np.array([6, 5, 7, 6]), np.array([7, 8, 7, 7])).tolist() == [3, 1, 2, 3]


def test_fastest_has_its_sign_and_takes_what_there_is() -> None:
    x = np.array([[0.5, 0.4, 0.3], [np.nan, 0.2, 0.5], [np.nan, np.nan, 0.3]])
    np.testing.assert_allclose(fastest(x, 8), [-0.1, 0.3, np.nan])
