"""Estimators within units against calculations that share nothing with accord: dummies, dense projections, copies.

Tolerance 1e-10 relative to 1 where sums run in another order; simulated laws within four of their own standard errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import fsolve

from accord.core.pvar_bias import LIMIT, expected, hahn_kuersteiner, modulus
from accord.core.pvar_estimate import ESTIMATORS, Fit, classical, estimates, fit, panel_estimates, prepared
from accord.core.pvar_order import lag_order
from accord.core.pvar_within import covariance, least_squares, sums, weighted_rows, within
from accord.errors import InputError, Refused

A = np.array([[0.6, 0.1], [0.05, 0.5]])


def simulated(units: int, years: int, a: np.ndarray = A, seed: int = 1, burn: int = 60) -> np.ndarray:
    """A panel (units, years, k) with unit effects and a common trend, in its settled state."""
    rng, k = np.random.default_rng(seed), len(a)
    y = np.zeros((units, years + burn, k))
    for t in range(1, years + burn):
        y[:, t] = y[:, t - 1] @ a.T + rng.normal(size=(units, k))
    return y[:, burn:] + rng.normal(size=(units, 1, k)) * 3


def holed(y: np.ndarray, seed: int = 2, share: float = 0.07) -> np.ndarray:
    y = y.copy()
    y[np.random.default_rng(seed).random(y.shape) < share] = np.nan
    return y


def dummies(
    y: np.ndarray, lags: int, time_effects: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[tuple[int, int]]]:
    """Regressors, left side, dummies and (unit, year) of the rows that are complete, by plain loops."""
    x, left, at = [], [], []
    for i in range(len(y)):
        for t in range(lags, y.shape[1]):
            row = np.concatenate([y[i, t - j] for j in range(1, lags + 1)])
            if np.isfinite(row).all() and np.isfinite(y[i, t]).all():
                x.append(row)
                left.append(y[i, t])
                at.append((i, t))
    units = np.array([[i == u for u in range(len(y))] for i, _ in at], dtype=float)
    years = np.array([[t == s for s in range(lags + 1, y.shape[1])] for _, t in at], dtype=float)
    d = np.hstack([units, years]) if time_effects else units
    return np.array(x), np.array(left), d[:, d.any(axis=0)], at


@pytest.mark.parametrize("lags", [1, 2])
@pytest.mark.parametrize("time_effects", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
def test_least_squares_is_that_with_dummies(lags: int, time_effects: bool, gaps: bool) -> None:
    y = simulated(9, 10)
    y = holed(y) if gaps else y
    x, left, d, _ = dummies(y, lags, time_effects)
    whole = np.hstack([x, d])
    b, _, rank, _ = np.linalg.lstsq(whole, left, rcond=None)
    found = fit(y, lags, "fe_ols", time_effects=time_effects)
    # rows of units with one row alone fit their dummy and are left out
    assert found.nobs <= len(x)
    np.testing.assert_allclose(found.a, b[: x.shape[1]].T, atol=1e-10)
    error = left - whole @ b
    free = len(x) - rank
    np.testing.assert_allclose(found.sigma, error.T @ error / free, atol=1e-10)
    np.testing.assert_allclose(classical(found), np.kron(found.sigma, np.linalg.pinv(whole.T @ whole)[: x.shape[1], : x.shape[1]]),
                               atol=1e-10)  # fmt: skip


@pytest.mark.parametrize("time_effects", [False, True])
def test_clustered_covariance_is_the_sandwich_with_dummies(time_effects: bool) -> None:
    y = holed(simulated(9, 10), share=0.03)
    x, left, d, at = dummies(y, 1, time_effects)
    whole = np.hstack([x, d])
    own = x - d @ np.linalg.lstsq(d, x, rcond=None)[0]
    error = left - whole @ np.linalg.lstsq(whole, left, rcond=None)[0]
    bread = np.kron(np.eye(2), np.linalg.inv(own.T @ own))
    each = np.array([np.concatenate([error[rows, q] @ own[rows] for q in range(2)]) for rows in
                     ([r for r, (i, _) in enumerate(at) if i == u] for u in range(9))])  # fmt: skip
    units, n = 9, len(x)
    taken = 2 + (y.shape[1] - 2 if time_effects else 0)
    by_hand = bread @ each.T @ each @ bread * units / (units - 1) * (n - 1) / (n - taken)
    np.testing.assert_allclose(fit(y, 1, "fe_ols", time_effects=time_effects).vcov, by_hand, atol=1e-12)


@pytest.mark.parametrize("time_effects", [False, True])
@pytest.mark.parametrize("lags", [1, 2])
def test_iterated_correction_solves_the_dense_equations(time_effects: bool, lags: int) -> None:
    """With the projection as one matrix, expected products by pairs of rows, and a solver of another library."""
    y = holed(simulated(25, 11, seed=4), share=0.03)
    x, left, d, at = dummies(y, lags, time_effects)
    off = np.eye(len(x)) - d @ np.linalg.pinv(d)
    k, free = 2, np.trace(off)

    def excess(flat: np.ndarray) -> np.ndarray:
        a = flat.reshape(k, k * lags)
        error = off @ (left - x @ a.T)
        sigma = (left - x @ a.T).T @ error / free
        phi = [np.eye(k)]
        for h in range(1, y.shape[1]):
            phi.append(sum(a[:, k * j : k * (j + 1)] @ phi[h - 1 - j] for j in range(min(lags, h))))
        out = x.T @ error
        for r, (i, t) in enumerate(at):
            for c, (other, s) in enumerate(at):
                for j in range(1, lags + 1):
                    if i == other and t - j - s >= 0:
                        out[k * (j - 1) : k * j] -= off[r, c] * phi[t - j - s] @ sigma
        return out.T.ravel()

    found = fit(y, lags, time_effects=time_effects)
    assert found.share == 1
    by_hand, _, arrived, _ = fsolve(excess, fit(y, lags, "fe_ols", time_effects=time_effects).a.ravel(),
                                    full_output=True, xtol=1e-13)  # fmt: skip
    assert arrived == 1
    np.testing.assert_allclose(found.a.ravel(), by_hand, atol=1e-9)


def test_expected_products_are_the_mean_of_simulated_ones() -> None:
    rng = np.random.default_rng(3)
    panels, units, years = 3000, 5, 6
    y = np.zeros((panels, units, years + 30, 2))
    errors = rng.normal(size=y.shape)
    for t in range(1, years + 30):
        y[:, :, t] = y[:, :, t - 1] @ A.T + errors[:, :, t]
    y, errors = y[:, :, 30:], errors[:, :, 31:]
    one = within(y[0], time_effects=True)
    made = np.empty((panels, 2, 2))
    for p in range(panels):
        z = weighted_rows(within(y[p], time_effects=True))[..., :2]
        made[p] = np.einsum("itj,itk->jk", z, errors[p])
    theory = expected(A, np.eye(2), sums(one))
    assert (np.abs(made.mean(axis=0) - theory) < 4 * made.std(axis=0) / np.sqrt(panels)).all()
    assert np.abs(theory).max() > 10 * (made.std(axis=0) / np.sqrt(panels)).max()


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("time_effects", [False, True])
def test_weights_are_copies(estimator: Any, time_effects: bool) -> None:
    y = holed(simulated(12, 13, seed=6), share=0.03)
    w = np.random.default_rng(5).multinomial(12, np.full(12, 1 / 12), size=3).astype(float)
    found = estimates(prepared(y, 1, estimator, time_effects=time_effects), w, errors=True)
    for k in range(3):
        copies = fit(np.repeat(y, w[k].astype(int), axis=0), 1, estimator, time_effects=time_effects)
        np.testing.assert_allclose(found.a[k], copies.a, atol=1e-9)
        np.testing.assert_allclose(found.sigma[k], copies.sigma, atol=1e-9)
        assert found.vcov is not None
        np.testing.assert_allclose(found.vcov[k], copies.vcov, atol=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_many_panels_at_once_are_each_alone(estimator: Any) -> None:
    hole = holed(np.zeros((8, 12, 2)), share=0.03)
    y = np.stack([simulated(8, 12, seed=s) for s in range(3)]) + hole
    found = panel_estimates(np.nan_to_num(y), prepared(y[0], 1, estimator, time_effects=True), errors=True)
    for k in range(3):
        one = fit(y[k], 1, estimator, time_effects=True)
        np.testing.assert_allclose(found.a[k], one.a, atol=1e-9)
        assert found.vcov is not None
        np.testing.assert_allclose(found.vcov[k], one.vcov, atol=1e-9)


def test_jackknife_is_twice_the_whole_less_its_halves() -> None:
    y = simulated(20, 12)
    whole = fit(y, 1, "fe_ols").a
    # 11 rows: years 0-5 and 5-11 hold rows 1-5 and 6-11, years 0-6 and 6-11 rows 1-6 and 7-11
    halves = [fit(part, 1, "fe_ols").a for part in (y[:, :6], y[:, 5:], y[:, :7], y[:, 6:])]
    np.testing.assert_allclose(fit(y, 1, "jackknife").a, 2 * whole - np.mean(halves, axis=0), atol=1e-12)


def test_hahn_kuersteiner_by_its_formula() -> None:
    y = simulated(20, 12)
    x = y[:, :-1] - y[:, :-1].mean(axis=1, keepdims=True)
    u = np.einsum("itj,itk->jk", x, x) / (20 * 11)
    a = fit(y, 1, "fe_ols").a
    omega = u - a @ u @ a.T
    by_hand = a + (np.linalg.inv(np.eye(2) - a) @ omega / 11).T @ np.linalg.inv(u)
    np.testing.assert_allclose(hahn_kuersteiner(sums(within(y))), by_hand, atol=1e-12)


@pytest.mark.parametrize("lags", [1, 2])
def test_recovers_a_known_process(lags: int) -> None:
    """4,000 units: least squares stays off by the bias of few years, the corrected ones do not."""
    a = A if lags == 1 else np.hstack([A - 0.2 * np.eye(2), 0.25 * np.eye(2)])
    rng = np.random.default_rng(8)
    y = np.zeros((4000, 90, 2))
    for t in range(lags, 90):
        y[:, t] = sum(y[:, t - j] @ a[:, 2 * (j - 1) : 2 * j].T for j in range(1, lags + 1)) + rng.normal(
            size=(4000, 2)
        )
    y = y[:, 78:]
    found = fit(y, lags, time_effects=True)
    assert (np.abs(found.a - a) < 4 * np.sqrt(np.diag(found.vcov)).reshape(a.shape)).all()
    assert np.abs(found.sigma - np.eye(2)).max() < 0.03
    assert np.abs(fit(y, lags, "fe_ols", time_effects=True).a - a).max() > 0.1
    assert np.abs(fit(y, lags, "jackknife", time_effects=True).a - a).max() < 0.06


def test_correction_does_not_lead_to_explosion() -> None:
    y = np.cumsum(np.random.default_rng(3).normal(size=(31, 9, 2)), axis=1)
    found = fit(y)
    assert 0 < found.share < 1
    assert found.modulus < LIMIT + 1e-9
    assert found.modulus > modulus(fit(y, 1, "fe_ols").a, 2, 1)


def test_explosive_least_squares_is_left_as_it_is() -> None:
    y = 1.3 ** np.arange(10)[None, :, None] * (1 + 0.01 * np.random.default_rng(1).normal(size=(6, 10, 1)))
    found = fit(y)
    assert found.share == 0
    np.testing.assert_array_equal(found.a, fit(y, 1, "fe_ols").a)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([1e-3, 1e3, 1e6]),
    estimator=st.sampled_from(ESTIMATORS),
    time_effects=st.booleans(),
)
def test_units_of_measurement_order_and_effects_do_not_matter(
    seed: int, scale: float, estimator: Any, time_effects: bool
) -> None:
    y = simulated(10, 11, seed=seed)
    rng = np.random.default_rng(seed)
    plain = fit(y, 1, estimator, time_effects=time_effects)
    by = np.array([scale, 1.0])
    moved = y[rng.permutation(10)] * by + rng.normal(size=(10, 1, 2)) * by
    if time_effects:
        moved = moved + rng.normal(size=(1, 11, 2)) * by
    other = fit(moved, 1, estimator, time_effects=time_effects)
    turn = by[:, None] / by
    np.testing.assert_allclose(other.a / turn, plain.a, atol=1e-7)
    np.testing.assert_allclose(other.sigma / np.outer(by, by), plain.sigma, atol=1e-7)
    np.testing.assert_allclose(other.vcov / np.outer(turn.ravel(), turn.ravel()), plain.vcov, atol=1e-6)
    assert np.linalg.eigvalsh(plain.vcov)[0] > -1e-12


def test_exogenous_regressors_stand_last_and_are_not_biased() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(500, 30, 1))
    y = np.zeros((500, 30, 1))
    for t in range(1, 30):
        y[:, t] = 0.6 * y[:, t - 1] + 2.0 * x[:, t] + rng.normal(size=(500, 1))
    found: Fit = fit(y[:, 20:], exogenous=x[:, 20:])
    np.testing.assert_allclose(found.a, [[0.6, 2.0]], atol=0.05)


class TestLagOrder:
    def test_common_sample_and_formula(self) -> None:
        y = simulated(15, 12)
        found = lag_order(y, 3)
        for p in (1, 2, 3):
            x, left, d, _ = dummies(y[:, 3 - p :], p, False)
            error = left - np.hstack([x, d]) @ np.linalg.lstsq(np.hstack([x, d]), left, rcond=None)[0]
            n = len(x)
            assert n == found.nobs == 15 * 9
            log = np.linalg.slogdet(error.T @ error / n)[1]
            assert found.aic[p - 1] == pytest.approx(log + 2 * 4 * p / n, abs=1e-10)
            assert found.bic[p - 1] == pytest.approx(log + np.log(n) * 4 * p / n, abs=1e-10)
            assert found.hqic[p - 1] == pytest.approx(log + 2 * np.log(np.log(n)) * 4 * p / n, abs=1e-10)
            assert found.loglikelihood[p - 1] == pytest.approx(-n / 2 * (2 * (1 + np.log(2 * np.pi)) + log), abs=1e-8)

    def test_more_lags_fit_better_and_criteria_agree_on_units(self) -> None:
        y = simulated(15, 14)
        found, other = lag_order(y, 3, time_effects=True), lag_order(y * 1000, 3, time_effects=True)
        assert (np.diff(found.loglikelihood) > 0).all()
        np.testing.assert_allclose(np.diff(found.aic), np.diff(other.aic), atol=1e-9)
        assert found.chosen() == 1

    def test_unknown_criterion_lists_the_allowed(self) -> None:
        with pytest.raises(InputError, match="aic, bic, hqic"):
            lag_order(simulated(15, 12), 2).chosen("aicc")


class TestBadInput:
    def test_too_few_years(self) -> None:
        with pytest.raises(Refused, match="3 years are too few for 2 lags"):
            fit(simulated(8, 3), 2)
        with pytest.raises(Refused, match="degrees of freedom"):
            fit(simulated(1, 4), 2)

    def test_constant_and_copied_variables(self) -> None:
        y = simulated(8, 10)
        for bad in (np.dstack([y, np.ones((8, 10))]), np.dstack([y, y[..., 0]]), np.dstack([y, y.sum(axis=-1)])):
            with pytest.raises(Refused, match="do not vary on their own"):
                fit(bad)

    def test_a_variable_that_all_units_share_is_lost_in_year_effects(self) -> None:
        y = simulated(8, 10)
        y[..., 1] = y[0, :, 1]
        fit(y)
        with pytest.raises(Refused, match="do not vary on their own"):
            fit(y, time_effects=True)

    def test_estimators_that_cannot(self) -> None:
        y = simulated(8, 12)
        with pytest.raises(InputError, match="one lag"):
            fit(y, 2, "hahn_kuersteiner")
        with pytest.raises(InputError, match='did you mean "jackknife"'):
            fit(y, 1, "jacknife")  # type: ignore[arg-type]
        with pytest.raises(Refused, match="halves"):
            fit(y[:, :4], 1, "jackknife")

    def test_shape(self) -> None:
        with pytest.raises(InputError, match="2 dimensions"):
            fit(np.zeros((3, 4)))
        with pytest.raises(InputError, match="1 or more"):
            fit(np.zeros((3, 4, 1)), 0)

    def test_a_draw_of_one_unit_has_no_estimate_not_a_wrong_one(self) -> None:
        y = simulated(3, 4)
        w = np.array([[3.0, 0, 0], [1.0, 1, 1]])
        found = estimates(prepared(y, 1, "fe_ols", time_effects=True), w)
        assert np.isnan(found.a[0]).all()
        assert np.isfinite(found.a[1]).all()


def test_sigma_is_unbiased_at_the_truth() -> None:
    made = []
    for seed in range(200):
        s = sums(within(simulated(4, 6, seed=seed, burn=20), time_effects=True))
        made.append(covariance(s, A))
        assert least_squares(s).shape == (2, 2)
    made = np.array(made)
    assert (np.abs(made.mean(axis=0) - np.eye(2)) < 4 * made.std(axis=0) / np.sqrt(200)).all()
