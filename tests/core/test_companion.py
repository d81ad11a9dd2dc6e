"""Dynamics of a vector autoregression by hand, against statsmodels, R and numerical differentiation.

Tolerances. By hand 1e-12. The stored reference agrees with R panelvar to 10.4 digits or better; recomputed from its
own coefficients and covariance, 1e-10 of the largest value. statsmodels 1e-10. Numerical derivatives 1e-6 relative.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core import companion as dynamics
from accord.errors import InputError, Refused

A = np.array([[0.5, 0.2], [0.1, 0.4]])
SIGMA = np.array([[4.0, 2.0], [2.0, 5.0]])


def process(seed: int, k: int, lags: int, draws: tuple[int, ...] = ()) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients, covariance of errors and covariance of coefficients of some stable process."""
    rng = np.random.default_rng(seed)
    a = rng.normal(0, 0.3 / (k * lags) ** 0.5, (*draws, k, k * lags))
    root = rng.normal(size=(*draws, k, k + 3)) * 10.0 ** rng.integers(-2, 3, (k, 1))
    spread = rng.normal(size=(*draws, k * k * lags, k * k * lags + 2)) / 50
    return a, root @ np.swapaxes(root, -1, -2), spread @ np.swapaxes(spread, -1, -2)


def test_two_variables_by_hand() -> None:
    # roots of x^2 - .9 x + .18; P = [[2, 0], [1, 2]]; A P = [[1.2, .4], [.6, .8]]; A^2 = [[.27, .18], [.09, .18]]
    np.testing.assert_allclose(dynamics.roots(A), [0.6, 0.3], atol=1e-12)
    theta = dynamics.orthogonalised(A, SIGMA, 2)
    by_hand = [[[2, 0], [1, 2]], [[1.2, 0.4], [0.6, 0.8]], [[0.72, 0.36], [0.36, 0.36]]]
    np.testing.assert_allclose(theta, by_hand, atol=1e-12)
    shares = dynamics.variance_shares(theta)
    np.testing.assert_allclose(shares[0], [[1, 0], [0.2, 0.8]], atol=1e-12)
    np.testing.assert_allclose(shares[1], [[5.44 / 5.6, 0.16 / 5.6], [1.36 / 6, 4.64 / 6]], atol=1e-12)
    np.testing.assert_allclose(dynamics.generalised(A, SIGMA, 0)[0], [[2, 2 / 5**0.5], [1, 5**0.5]], atol=1e-12)


def test_the_order_says_who_moves_first() -> None:
    theta = dynamics.orthogonalised(A, SIGMA, 3, order=[1, 0])
    np.testing.assert_allclose(theta[0], [[3.2**0.5, 2 / 5**0.5], [0, 5**0.5]], atol=1e-12)
    turned = dynamics.orthogonalised(A[::-1, ::-1], SIGMA[::-1, ::-1], 3)
    np.testing.assert_allclose(theta, turned[:, ::-1, ::-1], atol=1e-12)
    with pytest.raises(InputError, match="name each of the 2 variables once"):
        dynamics.orthogonalised(A, SIGMA, 1, order=[1, 1])


@pytest.mark.parametrize(
    "case", ["c03", "c05", "c07", "c08", "c09", "c13_synth31x12_fod", "c13_synth31x12_td"], ids=lambda name: name
)
def test_reference_cases(shared: Path, case: str) -> None:
    found = sorted((shared / "reference" / "pvar").glob(f"{case}*.json"))
    if not found:
        pytest.skip(f"../shared is not here, or holds no reference/pvar/{case}")
    known = json.loads(found[0].read_text(encoding="utf-8"))["results"]
    k = len(known["Sigma"])
    a = np.array(known.get("two_step", known["one_step"]))
    a, sigma = a[:, : a.shape[1] - a.shape[1] % k], np.array(known["Sigma"])
    ours = {
        "oirf": dynamics.orthogonalised(a, sigma, 9),
        "girf": dynamics.generalised(a, sigma, 9),
        "fevd": dynamics.variance_shares(dynamics.orthogonalised(a, sigma, 10)),
    }
    for name, value in ours.items():
        theirs = np.array(known[name])  # [impulse][step][response], shares [response][step][impulse]
        theirs = theirs.transpose(1, 2, 0) if name != "fevd" else theirs.transpose(1, 0, 2)
        np.testing.assert_allclose(value, theirs, atol=1e-10 * np.abs(theirs).max(), err_msg=name)
    np.testing.assert_allclose(np.abs(dynamics.roots(a)), known["eigen_moduli"], atol=1e-10)


@pytest.mark.parametrize("lags", [1, 3])
def test_statsmodels(lags: int) -> None:
    api = pytest.importorskip("statsmodels.tsa.api", reason="statsmodels is not installed")
    rng = np.random.default_rng(lags)
    y = np.cumsum(rng.normal(size=(120, 3)), axis=0) * 0.1 + rng.normal(size=(120, 3)) @ rng.normal(size=(3, 3))
    fit = api.VAR(y).fit(lags, trend="n")
    a, sigma = np.concatenate(list(fit.coefs), axis=1), np.asarray(fit.sigma_u)
    theirs = fit.irf(8)
    np.testing.assert_allclose(dynamics.moving_average(a, 8), theirs.irfs, atol=1e-10)
    theta = dynamics.orthogonalised(a, sigma, 8)
    np.testing.assert_allclose(theta, theirs.orth_irfs, atol=1e-10)
    np.testing.assert_allclose(np.sort(np.abs(dynamics.roots(a))), np.sort(1 / np.abs(fit.roots)), atol=1e-9)
    shares = np.swapaxes(fit.fevd(8).decomp, 0, 1)
    np.testing.assert_allclose(dynamics.variance_shares(theta), shares, atol=1e-10)
    past = np.concatenate([y[lags - lag : len(y) - lag] for lag in range(1, lags + 1)], axis=1)
    vcov = np.kron(sigma, np.linalg.inv(past.T @ past))
    errors = dynamics.response_errors(a, sigma, vcov, fit.nobs, 8)
    np.testing.assert_allclose(errors, theirs.stderr(orth=True), rtol=1e-8, atol=1e-12)
    summed = dynamics.response_errors(a, sigma, vcov, fit.nobs, 8, differenced=[True, True, True])
    np.testing.assert_allclose(summed, theirs.cum_effect_stderr(orth=True), rtol=1e-8, atol=1e-12)


def test_statsmodels_roots_leave_no_doubt_about_their_order() -> None:
    a = np.array([[0.2, 0.9, 0.0], [-0.9, 0.2, 0.0], [0.0, 0.0, 0.5]])
    found = dynamics.roots(a)
    np.testing.assert_allclose(found, [0.2 + 0.9j, 0.2 - 0.9j, 0.5], atol=1e-12)


@pytest.mark.parametrize(("k", "lags", "order"), [(1, 1, None), (2, 1, [1, 0]), (3, 2, [2, 0, 1]), (2, 4, None)])
@pytest.mark.parametrize("summed", [False, True])
def test_errors_are_those_of_numerical_differentiation(
    k: int, lags: int, order: list[int] | None, summed: bool
) -> None:
    a, sigma, vcov = process(k * 10 + lags, k, lags)
    scale = np.sqrt(np.diag(sigma))
    rng = np.random.default_rng(1)
    spread = rng.normal(size=(k * k, k * k))
    symmetric = (np.eye(k * k) + np.eye(k * k).reshape(k, k, k, k).swapaxes(0, 1).reshape(k * k, k * k)) / 2
    weight = symmetric @ (np.outer(scale, scale).ravel()[:, None] * spread / 20)
    sigma_vcov = weight @ weight.T
    differenced = np.arange(k) % 2 == 0 if summed else np.zeros(k, dtype=bool)

    def path(coefficients: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        return dynamics.cumulated(dynamics.orthogonalised(coefficients, covariance, 6, order), differenced)

    by_a = []
    for i in range(a.size):
        step = np.zeros(a.size)
        step[i] = 1e-6
        step = step.reshape(a.shape)
        by_a.append((path(a + step, sigma) - path(a - step, sigma)) / 2e-6)
    root = np.linalg.cholesky(vcov)
    variance = (np.tensordot(root.T, np.array(by_a), axes=1) ** 2).sum(axis=0)
    for column in weight.T:  # each column is a symmetric move of the covariance
        move = column.reshape(k, k)
        variance += ((path(a, sigma + 1e-6 * move) - path(a, sigma - 1e-6 * move)) / 2e-6) ** 2
    found = dynamics.response_errors(a, sigma, vcov, 99, 6, order, sigma_vcov=sigma_vcov, differenced=differenced)
    np.testing.assert_allclose(found, np.sqrt(variance), rtol=1e-6, atol=1e-8 * found.max())


@pytest.mark.parametrize("order", [None, [2, 0, 1]])
def test_normal_errors_are_the_supplied_covariance_of_normal_theory(order: list[int] | None) -> None:
    a, sigma, vcov = process(5, 3, 2)
    across = np.einsum("ik,jl->ijkl", sigma, sigma)
    normal = ((across + across.transpose(0, 1, 3, 2)) / 70).reshape(9, 9)
    short = dynamics.response_errors(a, sigma, vcov, 70, 5, order)
    supplied = dynamics.response_errors(a, sigma, vcov, 70, 5, order, sigma_vcov=normal)
    np.testing.assert_allclose(short, supplied, rtol=1e-9, atol=1e-12 * short.max())
    first = (order or [0, 1, 2])[0]
    assert (short[0, first] > 0).tolist() == [i == first for i in range(3)]  # what the order sets to zero has no error


def test_terms_beyond_the_lags_are_left_out_of_the_covariance() -> None:
    a, sigma, vcov = process(2, 2, 1)
    wide = np.full((2, 3, 2, 3), 7.0)
    wide[:, :2, :, :2] = vcov.reshape(2, 2, 2, 2)
    np.testing.assert_array_equal(
        dynamics.response_errors(a, sigma, wide.reshape(6, 6), 50, 4), dynamics.response_errors(a, sigma, vcov, 50, 4)
    )
    with pytest.raises(InputError, match="need 4 rows and columns"):
        dynamics.response_errors(a, sigma, np.eye(3), 50, 4)


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_draws_are_each_draw_alone(seed: int, k: int, lags: int) -> None:
    a, sigma, vcov = process(seed, k, lags, (2, 3))
    order = np.random.default_rng(seed).permutation(k).tolist()
    theta = dynamics.orthogonalised(a, sigma, 5, order)
    errors = dynamics.response_errors(a, sigma, vcov, 40, 5, order)
    own, shares = dynamics.generalised(a, sigma, 5), dynamics.variance_shares(theta)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, atol=1e-12)
    assert shares.shape == (2, 3, 5, k, k)
    for i in np.ndindex(2, 3):
        alone = dynamics.orthogonalised(a[i], sigma[i], 5, order)
        np.testing.assert_allclose(theta[i], alone, rtol=1e-9, atol=1e-12 * np.abs(alone).max())
        np.testing.assert_allclose(own[i], dynamics.generalised(a[i], sigma[i], 5), rtol=1e-9)
        np.testing.assert_allclose(dynamics.roots(a)[i], dynamics.roots(a[i]), atol=1e-12)
        one = dynamics.response_errors(a[i], sigma[i], vcov[i], 40, 5, order)
        np.testing.assert_allclose(errors[i], one, rtol=1e-8, atol=1e-12 * one.max())
    first = order[0]
    np.testing.assert_allclose(theta[..., first], own[..., first], rtol=1e-9, atol=1e-9 * np.abs(own).max())


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_units_of_measurement_do_not_matter(seed: int) -> None:
    a, sigma, _ = process(seed, 3, 2)
    unit = np.array([1.0, 1e6, 1e-4])
    scaled = a.reshape(3, 2, 3) * unit[:, None, None] / unit
    theta = dynamics.orthogonalised(a, sigma, 6)
    other = dynamics.orthogonalised(scaled.reshape(3, 6), sigma * np.outer(unit, unit), 6)
    np.testing.assert_allclose(other / unit[:, None], theta, rtol=1e-8, atol=1e-10 * np.abs(theta).max())
    np.testing.assert_allclose(dynamics.variance_shares(other), dynamics.variance_shares(theta), atol=1e-9)


def test_a_singular_covariance_is_refused_and_a_singular_draw_is_missing() -> None:
    copies = np.array([[1.0, 1e3], [1e3, 1e6]])
    with pytest.raises(Refused, match="singular"):
        dynamics.orthogonalised(A, copies, 3)
    for bad in (np.zeros((2, 2)), np.full((2, 2), np.nan), np.array([[1.0, 2.0], [2.0, 1.0]])):
        both = dynamics.orthogonalised(A, np.array([SIGMA, bad]), 1)
        assert np.isfinite(both[0]).all()
        assert np.isnan(both[1, 1]).all()
    missing = dynamics.roots(np.array([A, A * np.nan]))
    assert np.isfinite(missing[0]).all()
    assert np.isnan(missing[1]).all()


def test_a_slow_drift_has_not_settled() -> None:
    drift = 0.008 * np.arange(10)
    both = np.stack([np.stack([1 - drift, drift], axis=-1), np.full((10, 2), 0.5)], axis=1)
    found = dynamics.settled(both)
    assert found.tolist() == [9, 1]  # of the drift, only the last two horizons are within .01 of each other
    assert np.isnan(dynamics.settled(both, within=0.005)[0])
    stepped = np.array([0.0, 0.3, 0.31, 0.305, 0.3])
    assert dynamics.settled(np.stack([1 - stepped, stepped], axis=-1)[:, None]).tolist() == [2]


def test_cumulated_sums_the_differenced_alone() -> None:
    theta = dynamics.orthogonalised(A, SIGMA, 400)
    level = dynamics.cumulated(theta, [True, False])
    np.testing.assert_allclose(level[-1, 0], (np.linalg.inv(np.eye(2) - A) @ theta[0])[0], atol=1e-9)
    np.testing.assert_array_equal(level[:, 1], theta[:, 1])


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="every lag of every variable"):
        dynamics.roots(np.ones((2, 3)))
    with pytest.raises(InputError, match="0 or more periods"):
        dynamics.moving_average(A, -1)
