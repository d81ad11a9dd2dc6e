"""Measures of forecast skill: by hand, against scipy, by their properties, and the size of the test of equal loss.

Exact identities to 1e-9 (sums of a few hundred squares of order one).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ttest_1samp

from accord.core import skill, smoothers
from accord.errors import InputError

SIZES = Path(__file__).resolve().parents[2] / "scripts" / "diebold_mariano_size.csv"
SHAPE = (5, 4, 3)
VALUES = st.integers(0, 1000).map(lambda v: v / 1000)
CUBES = arrays("f8", SHAPE, elements=VALUES)
MEASURES = (skill.r2_pooled, skill.r2_within, skill.rmse, skill.mae)


def rolling(x: np.ndarray, first: int, horizon: int, method) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    """Actual values, forecasts and training years of every origin from `first` years on."""
    ends = np.arange(first, x.shape[1])
    padded = np.pad(x, ((0, 0), (0, horizon)), constant_values=np.nan)
    actual = np.stack([padded[:, k : k + horizon] for k in ends])
    return actual, np.stack([method(x[:, :k], horizon) for k in ends]), ends


@settings(deadline=None)
@given(CUBES, CUBES, st.permutations(range(4)))
def test_the_order_of_units_changes_nothing(actual: np.ndarray, predicted: np.ndarray, order: list[int]) -> None:
    for measure in MEASURES:
        same = measure(actual[:, order], predicted[:, order])
        np.testing.assert_allclose(same, measure(actual, predicted), rtol=1e-9, atol=1e-12)


@settings(deadline=None)
@given(CUBES, CUBES, CUBES, st.sampled_from([1e-6, 0.1, 7.0, 1e6]))
def test_r2_mase_and_skill_have_no_unit_of_measurement(a: np.ndarray, p: np.ndarray, r: np.ndarray, c: float) -> None:
    scales = skill.scale(a[:, :, 0].T, np.arange(2, 7)[: SHAPE[0]])
    for own, scaled in (
        (skill.r2_pooled(a, p), skill.r2_pooled(c * a, c * p)),
        (skill.r2_within(a, p), skill.r2_within(c * a, c * p)),
        (skill.skill(a, p, r), skill.skill(c * a, c * p, c * r)),
        (skill.mase(a, p, scales)[0], skill.mase(c * a, c * p, c * scales)[0]),
    ):
        np.testing.assert_allclose(own, scaled, rtol=1e-7, atol=1e-9)


@settings(deadline=None)
@given(CUBES, CUBES)
def test_a_perfect_forecast_scores_one_and_the_reference_itself_nought(a: np.ndarray, reference: np.ndarray) -> None:
    assert np.all(skill.rmse(a, a) == 0) and np.all(skill.mae(a, a) == 0)
    for r2 in (skill.r2_pooled(a, a), skill.r2_within(a, a)):
        assert np.all((r2 == 1) | np.isnan(r2))
    own = skill.skill(a, reference, reference)
    assert np.all((own == 0) | np.isnan(own))
    assert np.all(np.isnan(own) == (skill.mae(a, reference) == 0))
    assert np.all(skill.coverage(a, a, a) == 1)


def test_a_perfect_forecast_of_values_that_differ_has_r2_of_one() -> None:
    a = np.random.default_rng(1).random(SHAPE)
    assert skill.r2_pooled(a, a).tolist() == skill.r2_within(a, a).tolist() == [1.0, 1.0, 1.0]


def test_the_mean_of_all_and_the_means_of_units_score_nought() -> None:
    a = np.random.default_rng(2).random(SHAPE)
    np.testing.assert_allclose(skill.r2_pooled(a, np.broadcast_to(a.mean((0, 1)), SHAPE)), 0, atol=1e-12)
    np.testing.assert_allclose(skill.r2_within(a, np.broadcast_to(a.mean(0), SHAPE)), 0, atol=1e-12)


def test_cells_without_actual_value_or_forecast_count_nowhere() -> None:
    rng = np.random.default_rng(3)
    a, p = rng.random((6, 4, 2)), rng.random((6, 4, 2))
    holed = a.copy()
    holed[4:, :, 1] = np.nan
    gone = p.copy()
    gone[4:, :, 1] = np.nan
    for measure in MEASURES:
        expected = [measure(a, p)[0], measure(a[:4], p[:4])[1]]
        np.testing.assert_allclose(measure(holed, p), expected, rtol=1e-12)
        np.testing.assert_allclose(measure(a, gone), expected, rtol=1e-12)
    none = np.full((6, 4, 2), np.nan)
    for measure in MEASURES:
        assert np.isnan(measure(none, p)).all()


def test_within_units_leaves_out_a_unit_seen_once() -> None:
    rng = np.random.default_rng(4)
    a, p = rng.random((5, 3, 1)), rng.random((5, 3, 1))
    a[1:, 2] = np.nan
    np.testing.assert_allclose(skill.r2_within(a, p), skill.r2_within(a[:, :2], p[:, :2]), rtol=1e-12)
    assert np.isnan(skill.r2_within(a[:1], p[:1])).all()


def test_a_holdout_is_judged_over_its_years_together() -> None:
    a, p = np.array([[[0.2, 0.3, 0.4], [0.6, 0.6, 0.9]]]), np.array([[[0.2, 0.2, 0.4], [0.6, 0.7, 0.8]]])
    found = skill.r2_within(skill.together(a), skill.together(p))
    assert np.isnan(skill.r2_within(a, p)).all()
    assert found[0] == pytest.approx(1 - 0.03 / (0.02 + 0.06), rel=1e-12)  # unit means .3 and .7


def test_pooled_r2_is_high_where_units_differ_though_nothing_moves_as_forecast() -> None:
    rng = np.random.default_rng(5)
    x = np.linspace(0.2, 0.8, 31)[:, None] + rng.normal(0, 0.02, (31, 13))
    actual, naive, _ = rolling(x, 8, 1, smoothers.naive)
    assert skill.r2_pooled(actual, naive)[0] > 0.95
    assert skill.r2_within(actual, naive)[0] < -0.5


def test_mase_of_naive_is_one_over_the_years_it_was_scaled_by() -> None:
    x = np.cumsum(np.random.default_rng(6).normal(size=(4, 9)), axis=1)
    actual, predicted = x.T[1:, :, None], x.T[:-1, :, None]
    value, left_out = skill.mase(actual, predicted, skill.scale(x, np.full(8, 9)))
    assert value[0] == pytest.approx(1.0, rel=1e-12) and left_out == 0


def test_mase_leaves_out_and_counts_units_that_never_moved() -> None:
    x = np.array([[0.1, 0.2, 0.4, 0.5], [0.3, 0.3, 0.3, 0.3], [0.7, 0.7, 0.7, 0.8]])
    actual, predicted, ends = rolling(x, 2, 1, smoothers.naive)
    scales = skill.scale(x, ends)
    np.testing.assert_allclose(scales, [[0.1, 0.0, 0.0], [0.15, 0.0, 0.0]], atol=1e-12)
    value, left_out = skill.mase(actual, predicted, scales)
    assert left_out == 2
    assert value[0] == pytest.approx((0.2 / 0.1 + 0.1 / 0.15) / 2, rel=1e-12)


def test_scale_of_a_unit_that_starts_late_is_over_its_own_years() -> None:
    x = np.array([[np.nan, np.nan, 0.2, 0.5, 0.4]])
    np.testing.assert_allclose(skill.scale(x, [3, 4, 5])[:, 0], [np.nan, 0.3, 0.2], rtol=1e-12)


def test_coverage_closes_both_ends_and_skips_bands_that_are_not_there() -> None:
    a = np.array([[[1.0], [2.0], [3.0], [4.0]]])
    assert skill.coverage(a, a - [[[0], [1], [-1], [np.nan]]], a + 0.0).tolist() == [2 / 3]


def test_one_step_losses_give_the_t_test_of_origins() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.random((11, 6, 1)), rng.random((11, 6, 1))
    found, known = skill.diebold_mariano(a, b), ttest_1samp((a - b).mean((1, 2)), 0.0)
    assert (found.statistic, found.pvalue) == pytest.approx((known.statistic, known.pvalue), rel=1e-12)
    assert (found.origins, found.df, found.reason) == (11, 10, ("", ""))


def test_overlapping_horizons_follow_the_published_formula() -> None:
    rng = np.random.default_rng(8)
    a, b = rng.random((12, 5, 3)), rng.random((12, 5, 3))
    d = (a - b).mean((1, 2))
    gamma = [((d - d.mean())[lag:] * (d - d.mean())[: 12 - lag]).sum() / 12 for lag in range(3)]
    variance = (gamma[0] + 2 * (2 / 3 * gamma[1] + 1 / 3 * gamma[2])) / 12
    factor = (12 + 1 - 2 * 3 + 3 * (3 - 1) / 12) / 12
    found = skill.diebold_mariano(a, b)
    assert found.statistic == pytest.approx(np.sqrt(factor) * d.mean() / np.sqrt(variance), rel=1e-12)


def test_copies_of_the_units_bring_no_evidence() -> None:
    rng = np.random.default_rng(9)
    a, b = rng.random((10, 4, 2)), rng.random((10, 4, 2))
    one, ten = skill.diebold_mariano(a, b), skill.diebold_mariano(np.tile(a, (1, 10, 1)), np.tile(b, (1, 10, 1)))
    assert ten.pvalue == pytest.approx(one.pvalue, rel=1e-9)


def test_swapping_the_forecasts_turns_the_sign_alone() -> None:
    rng = np.random.default_rng(10)
    a, b = rng.random((10, 4, 2)), rng.random((10, 4, 2))
    there, back = skill.diebold_mariano(a, b), skill.diebold_mariano(b, a)
    assert (back.difference, back.statistic) == pytest.approx((-there.difference, -there.statistic))
    assert (back.pvalue, back.pvalue_fixed) == pytest.approx((there.pvalue, there.pvalue_fixed))


@pytest.mark.parametrize(
    ("shape", "overlap", "word"),
    [((7, 4, 1), 1, "7 origins"), ((8, 4, 8), None, "up to 8 years"), ((9, 4, 2), 9, "up to 9 years")],
)
def test_no_pvalue_from_few_origins(shape: tuple[int, int, int], overlap: int | None, word: str) -> None:
    rng = np.random.default_rng(11)
    found = skill.diebold_mariano(rng.random(shape), rng.random(shape), overlap=overlap)
    assert np.isnan([found.pvalue, found.pvalue_fixed, found.statistic]).all() and np.isfinite(found.difference)
    assert word in found.reason[0] and found.reason[1]


def test_no_pvalue_where_the_loss_never_differs_or_nothing_was_forecast() -> None:
    loss = np.random.default_rng(12).random((9, 3, 1))
    assert np.isnan(skill.diebold_mariano(loss, loss).pvalue)
    assert skill.diebold_mariano(loss, loss).reason[0]
    empty = skill.diebold_mariano(loss, np.full(loss.shape, np.nan))
    assert np.isnan(empty.difference) and empty.origins == 0 and "0 origins" in empty.reason[0]


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(InputError, match=r"\(2, 3, 1\) and \(2, 3, 2\)"):
        skill.diebold_mariano(np.ones((2, 3, 1)), np.ones((2, 3, 2)))
    with pytest.raises(InputError, match="origins, units, horizon"):
        skill.mae(np.ones((3, 2)), np.ones((3, 2)))


def test_the_test_keeps_its_size_by_origin_and_loses_it_by_unit() -> None:
    sizes = pd.read_csv(SIZES)
    one_step = sizes[sizes.horizon == 1]
    assert one_step[["by_origin", "by_origin_fixed"]].stack().between(0.044, 0.056).all()
    assert sizes[(sizes.common == 0.5)].by_unit.min() > 0.6
    assert sizes.by_origin.max() < 0.17 and sizes.by_origin_fixed.max() < 0.11


@pytest.mark.parametrize("horizon", [1, 3])
def test_the_table_of_sizes_is_what_the_test_does(horizon: int) -> None:
    rng = np.random.default_rng(13)
    shocks = rng.normal(size=(4000, 10 + horizon - 1))  # all of it common, so one unit stands for all
    path = np.pad(np.cumsum(shocks, axis=1), ((0, 0), (1, 0)))
    d = sum(h * (path[:, h : h + 10] - path[:, :10]) for h in range(1, horizon + 1))
    _, p, fixed = skill.mariano(d, horizon)
    sizes = pd.read_csv(SIZES).query("common == 0.9 and horizon == @horizon and origins == 10").iloc[0]
    # four standard errors of a share near .1 in 4,000 draws
    assert (p < 0.05).mean() == pytest.approx(sizes.by_origin, abs=0.02)
    assert (fixed < 0.05).mean() == pytest.approx(sizes.by_origin_fixed, abs=0.02)
