"""Sums with the same digits for every split and order, and the variance built on them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from accord.core import sums
from accord.core.sums import covariance, exact_sum, total, variance

UNIT = st.floats(-1, 1, allow_nan=False)
ROWS = hnp.arrays(float, st.integers(1, 300), elements=UNIT)


@given(ROWS, st.data())
def test_any_split_and_order_gives_the_same_integers(x: np.ndarray, data: st.DataObject) -> None:
    whole = exact_sum(x[None])
    order = data.draw(st.permutations(range(x.size))) if x.size < 50 else np.argsort(x)
    at = data.draw(st.integers(0, x.size))
    assert (exact_sum(x[order][None]) == whole).all()
    assert (exact_sum(x[None, :at]) + exact_sum(x[None, at:]) == whole).all()


@given(ROWS)
def test_equals_the_correctly_rounded_sum(x: np.ndarray) -> None:
    """Each value is rounded to a multiple of 2^-52, and nothing else is lost."""
    assert abs(Fraction(float(total(exact_sum(x[None]))[0])) - sum(map(Fraction, x))) <= x.size * Fraction(2) ** -52
    assert abs(float(total(exact_sum(x[None]))[0]) - math.fsum(x)) <= x.size * 2.0**-52


@given(hnp.arrays(float, (3, 40), elements=UNIT), hnp.arrays(bool, (3, 40)))
def test_nan_counts_as_nothing(x: np.ndarray, gone: np.ndarray) -> None:
    without = np.stack([exact_sum(np.where(gone, 0.0, x)[i : i + 1])[:, 0] for i in range(3)], axis=1)
    assert (exact_sum(np.where(gone, np.nan, x)) == without).all()


def test_rows_do_not_touch() -> None:
    x = np.random.default_rng(1).random((4, 100))
    together = exact_sum(x)
    for i in range(4):
        assert (exact_sum(x[i : i + 1])[:, 0] == together[:, i]).all()


@pytest.mark.parametrize("n", [sums.TILE - 1, sums.TILE, sums.TILE + 1, 3 * sums.TILE + 17])
def test_across_tiles(n: int) -> None:
    """Longer than one tile, NaN in one tile only."""
    x = np.random.default_rng(n).random(n) * 2
    assert abs(float(total(exact_sum(x[None]))[0]) - math.fsum(x)) <= 1e-15 * n
    x[-1] = np.nan
    assert abs(float(total(exact_sum(x[None]))[0]) - math.fsum(x[:-1])) <= 1e-15 * n
    assert (exact_sum(x[None, ::-1]) == exact_sum(x[None])).all()


def test_naive_sums_would_not_do() -> None:
    """The property is not free: plain float sums of these values depend on their order."""
    x = np.random.default_rng(3).random(1001)
    assert len({float(np.add.reduce(x[np.random.default_rng(i).permutation(x.size)])) for i in range(20)}) > 1


def test_nothing_to_sum() -> None:
    assert total(exact_sum(np.empty((2, 0)))).tolist() == [0.0, 0.0]
    assert total(exact_sum(np.full((1, 3), np.nan))).tolist() == [0.0]


@given(hnp.arrays(float, st.integers(3, 80), elements=st.floats(0, 1)), st.integers(0, 2))
def test_variance_is_the_textbook_one(x: np.ndarray, ddof: int) -> None:
    """Rounding of values and squares to 2^-52 leaves at most some 2^-51 in the variance."""
    found = variance(exact_sum(x[None]), exact_sum((x * x)[None]), np.array([x.size]), ddof)[0]
    assert abs(found - np.var(x, ddof=ddof)) <= 4 * 2.0**-52 * x.size / (x.size - ddof)
    assert found >= 0


def test_variance_needs_more_values_than_it_spends() -> None:
    x = np.array([[0.3], [0.7]])
    out = variance(exact_sum(x), exact_sum(x * x), np.array([1, 1]))
    assert np.isnan(out).all()
    assert variance(exact_sum(x), exact_sum(x * x), np.array([1, 1]), ddof=0).tolist() == pytest.approx(
        [0, 0], abs=1e-15
    )


def test_variance_of_many_values_close_together() -> None:
    """Where n * S2 and S * S agree in ten digits, integers keep what floats would lose."""
    x = 0.5 + 1e-5 * np.random.default_rng(5).standard_normal((1, 100_000))
    found = variance(exact_sum(x), exact_sum(x * x), np.array([x.size]))[0]
    assert found == pytest.approx(np.var(x, ddof=1), rel=1e-5)


def test_variance_keeps_its_shape() -> None:
    x = np.random.default_rng(7).random((6, 9))
    s, q = exact_sum(x).reshape(2, 2, 3), exact_sum(x * x).reshape(2, 2, 3)
    found = variance(s, q, np.full((2, 3), 9))
    np.testing.assert_allclose(found, x.reshape(2, 3, 9).var(axis=2, ddof=1), rtol=1e-13)


def test_covariance_of_many_values_close_together() -> None:
    rng = np.random.default_rng(9)
    x = 0.5 + 1e-5 * rng.standard_normal((1, 100_000))
    y = 0.5 + 0.3 * (x - 0.5) + 1e-5 * rng.standard_normal(x.shape)
    found = covariance(exact_sum(x), exact_sum(y), exact_sum(x * y), np.array([x.size]))[0]
    assert found == pytest.approx(np.cov(x[0], y[0])[0, 1], rel=1e-5)
    assert covariance(exact_sum(x), exact_sum(-y), exact_sum(-x * y), np.array([x.size]))[0] == -found
