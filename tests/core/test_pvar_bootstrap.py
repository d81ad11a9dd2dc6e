"""Draws, bands and Granger tests: laws that are known, the same digits on any workers, and what they refuse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from accord.core import pvar_bootstrap
from accord.core.companion import orthogonalised, response_errors
from accord.core.engine import connect, working
from accord.core.pvar_bands import KINDS, Band, away_from_zero, band
from accord.core.pvar_bootstrap import Draws, cluster, monte_carlo, residual, reweighted, unit_weights
from accord.core.pvar_estimate import ESTIMATORS, Fit, estimates, fit
from accord.core.pvar_granger import centred_pvalue, granger, pairs, places, restricted, wald
from accord.core.pvar_residuals import residuals, root, simulated
from accord.errors import InputError, Refused

A = np.array([[0.6, 0.1], [0.05, 0.5]])


def panel(units: int, years: int, seed: int = 1, a: np.ndarray = A) -> np.ndarray:
    rng, k = np.random.default_rng(seed), len(a)
    y = np.zeros((units, years + 60, k))
    for t in range(1, years + 60):
        y[:, t] = y[:, t - 1] @ a[:, :k].T + rng.normal(size=(units, k))
    return y[:, 60:] + rng.normal(size=(units, 1, k))


@pytest.fixture(scope="module")
def found() -> Fit:
    return fit(panel(20, 12), time_effects=True)


KINDS_OF_DRAWS: dict[str, Any] = {
    "cluster": cluster,
    "own": partial(residual, resample="units"),
    "years": partial(residual, resample="years"),
    "wild": partial(residual, resample="wild"),
}


class TestDraws:
    @pytest.mark.parametrize("kind", KINDS_OF_DRAWS)
    def test_same_digits_on_any_workers(self, found: Fit, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pvar_bootstrap, "CHUNK_CELLS", 40_000)
        make, told = KINDS_OF_DRAWS[kind], []
        alone = make(found, draws=130, seed=3)
        with ThreadPoolExecutor(2) as pool, working(pool, lambda *parts: told.append(parts)):
            beside = make(found, draws=130, seed=3)
        np.testing.assert_array_equal(alone.a, beside.a)
        np.testing.assert_array_equal(alone.sigma, beside.sigma)
        assert told[-1] == ("bootstrap", 130, 130)
        assert len(told) > 1
        assert (make(found, draws=130, seed=4).a != alone.a).any()

    def test_same_digits_on_processes(self, found: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pvar_bootstrap, "CHUNK_CELLS", 60_000)
        alone = residual(found, draws=100, seed=3, errors=True)
        with connect("processes", 2) as pool, working(pool):
            beside = residual(found, draws=100, seed=3, errors=True)
        assert alone.vcov is not None and beside.vcov is not None
        np.testing.assert_array_equal(alone.vcov, beside.vcov)

    @pytest.mark.parametrize("kind", KINDS_OF_DRAWS)
    def test_spread_is_near_the_clustered_errors(self, kind: str) -> None:
        big = fit(panel(300, 12), time_effects=True)
        made = KINDS_OF_DRAWS[kind](big, draws=400, seed=1)
        ratio = made.a.reshape(400, -1).std(axis=0) / np.sqrt(np.diag(big.vcov))
        # of whole years there are but 11 to put in order
        assert (ratio > 0.8 if kind != "years" else ratio > 0.6).all()
        assert (ratio < (2 if kind == "years" else 1.25)).all()

    def test_weights_count_every_draw(self) -> None:
        w = unit_weights(7, 500, np.random.default_rng(0))
        assert (w.sum(axis=1) == 7).all()
        np.testing.assert_allclose(w.mean(axis=0), 1, atol=0.2)

    def test_monte_carlo_law(self) -> None:
        vcov = 0.01 * np.array([[1, 0.5, 0, 0], [0.5, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1.0]])
        sigma = np.array([[1, 0.4], [0.4, 2.0]])
        made = monte_carlo(A, sigma, vcov, 50, draws=20_000, seed=1)
        np.testing.assert_allclose(np.cov(made.a.reshape(-1, 4).T), vcov, atol=6e-4)
        np.testing.assert_allclose(made.a.mean(axis=0), A, atol=4e-3)
        np.testing.assert_allclose(made.sigma.mean(axis=0), sigma, atol=0.02)
        # variance of a variance is 2 sigma^2 / n
        assert made.sigma[:, 1, 1].var() == pytest.approx(2 * 4 / 50, rel=0.05)

    def test_any_estimator_by_its_function_of_weights(self, found: Fit) -> None:
        def least(w: np.ndarray) -> tuple[np.ndarray, np.ndarray, None]:
            made = estimates(found.panel, w)
            return made.a, made.sigma, None

        made = reweighted(least, 20, draws=60, seed=2, cells=16)
        assert made.a.shape == (60, 2, 2)
        assert made.blocks == 20

    def test_few_draws_are_refused(self, found: Fit) -> None:
        with pytest.raises(InputError, match="2 or more"):
            cluster(found, draws=1)
        with pytest.raises(InputError, match="too few"):
            monte_carlo(A, np.eye(2), np.eye(4), 1)


class TestSimulatedPanels:
    @pytest.mark.parametrize("resample", ["units", "years", "wild"])
    def test_residuals_of_simulated_panels_are_those_drawn(self, found: Fit, resample: Any) -> None:
        made = simulated(found, 200, np.random.default_rng(1), resample)
        errors = made[:, :, 1:] - made[:, :, :-1] @ found.a.T
        own = residuals(found)
        np.testing.assert_allclose(np.einsum("ditj,ditk->jk", errors, errors) / errors[..., 0].size,
                                   np.einsum("itj,itk->jk", own, own) / own[..., 0].size, rtol=0.05, atol=0.05)  # fmt: skip
        first = errors[0]
        if resample == "units":
            assert all(np.abs(first[i, 0] - own[i]).max(axis=1).min() < 1e-12 for i in range(20))
        elif resample == "years":
            # one matrix and a sign stand between a simulated year and one of the panel
            fits = [np.linalg.lstsq(own[:, t], first[:, 0], rcond=None) for t in range(own.shape[1])]
            assert min(float(part[1].sum()) for part in fits) < 1e-12
        else:
            np.testing.assert_allclose(np.abs(first), np.abs(own), atol=1e-12)

    def test_starts_as_the_process_settles_to(self, found: Fit) -> None:
        made = simulated(found, 400, np.random.default_rng(1), "units")
        first, last = (np.cov(made[:, :, t].reshape(-1, 2).T) for t in (0, -1))
        np.testing.assert_allclose(first, last, rtol=0.1, atol=0.1)

    def test_whole_years_keep_what_units_share(self) -> None:
        common = np.random.default_rng(3).normal(size=(1, 72, 2))
        y = np.zeros((25, 72, 2))
        for t in range(1, 72):
            y[:, t] = y[:, t - 1] @ A.T + common[:, t] + 0.5 * np.random.default_rng([3, t]).normal(size=(25, 2))
        one = fit(y[:, 60:])
        for resample, low, high in (("years", 0.6, 1.0), ("units", -0.2, 0.2)):
            made = simulated(one, 50, np.random.default_rng(1), resample)  # type: ignore[arg-type]
            flat = made[..., 0] - made[..., 0].mean(axis=2, keepdims=True)
            pair = (flat[:, 0] * flat[:, 1]).sum() / np.sqrt((flat[:, 0] ** 2).sum() * (flat[:, 1] ** 2).sum())
            assert low < pair < high

    def test_gaps_keep_to_rows_of_the_unit(self) -> None:
        y = panel(12, 12)
        y[np.random.default_rng(2).random(y.shape[:2]) < 0.06] = np.nan
        gappy = fit(y, time_effects=True)
        assert np.isfinite(simulated(gappy, 20, np.random.default_rng(1), "years")).all()
        for resample in ("units", "wild"):
            made = simulated(gappy, 20, np.random.default_rng(1), resample)  # type: ignore[arg-type]
            assert np.isfinite(made).all()
            errors = np.abs(made[:, :, 1:] - made[:, :, :-1] @ gappy.a.T)
            own = np.abs(residuals(gappy))
            for i in range(12):
                at = gappy.panel.whole.kept[i]
                assert np.abs(errors[:, i, :, None, :] - own[i, at]).max(axis=-1).min(axis=-1).max() < 1e-10

    def test_exploding_fit_starts_at_its_means(self) -> None:
        y = 1.3 ** np.arange(10)[None, :, None] * (1 + 0.01 * np.random.default_rng(1).normal(size=(6, 10, 1)))
        made = simulated(fit(y), 5, np.random.default_rng(1))
        assert (made[:, :, 0] == 0).all()
        assert np.isfinite(made).all()

    def test_two_lags_follow_their_coefficients(self) -> None:
        a = np.array([[0.4, 0.1, 0.2, 0.0], [0.0, 0.3, 0.1, 0.1]])
        one = fit(panel(40, 14), 2)
        made = simulated(one, 3, np.random.default_rng(1), "wild", a=a)
        errors = made[:, :, 2:] - made[:, :, 1:-1] @ a[:, :2].T - made[:, :, :-2] @ a[:, 2:].T
        np.testing.assert_allclose(np.abs(errors[0]), np.abs(residuals(one, a)), atol=1e-12)


class TestBands:
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(5000, 4, 1, 1)) * np.array([0.0, 1.0, 2.0, 3.0])[:, None, None]
    theta = np.zeros((4, 1, 1))

    def test_normal_draws_give_normal_bands(self) -> None:
        for kind in KINDS:
            sizes = np.array([0.0, 1.0, 2.0, 3.0])[:, None, None]
            one = band(self.theta, self.draws, kind, errors=sizes, draw_errors=np.broadcast_to(sizes, (5000, 4, 1, 1)))
            np.testing.assert_allclose(one.hi[:, 0, 0], 1.96 * np.arange(4), atol=0.25)
            np.testing.assert_allclose(one.lo[:, 0, 0], -1.96 * np.arange(4), atol=0.25)

    def test_few_blocks_widen_by_student(self) -> None:
        for kind in ("percentile", "gaussian"):
            plain, wide = (band(self.theta, self.draws, kind, blocks=b) for b in (None, 10))  # type: ignore[arg-type]
            ratio = (wide.hi - wide.lo)[1:] / (plain.hi - plain.lo)[1:]
            np.testing.assert_allclose(ratio, stats.t.ppf(0.975, 9) / stats.norm.ppf(0.975), rtol=1e-9)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("rho", [0.0, 0.9])
    def test_paths_stay_within_as_often_as_stated(self, kind: Any, rho: float) -> None:
        rng = np.random.default_rng(4)

        def paths(n: int) -> np.ndarray:
            x = rng.normal(size=(n, 6, 2, 2))
            for h in range(1, 6):
                x[:, h] = rho * x[:, h - 1] + np.sqrt(1 - rho**2) * x[:, h]
            x[:, 0] = 0
            return x

        sizes = np.concatenate([np.zeros((1, 2, 2)), np.ones((5, 2, 2))])
        options = {"errors": sizes, "draw_errors": np.broadcast_to(sizes, (4000, 6, 2, 2))}
        made = paths(4000)
        whole, each = (band(np.zeros((6, 2, 2)), made, kind, simultaneous=s, **options) for s in (True, False))
        new = paths(20_000)
        for one, low, high in ((whole, 0.93, 0.97), (each, 0.6, 0.93)):
            share = ((one.lo <= new) & (new <= one.hi)).all(axis=1).mean()
            assert low < share < high
        assert (whole.hi >= each.hi - 1e-12).all()

    def test_zeros_of_the_order_are_no_evidence(self) -> None:
        one = Band(np.array([[[0.0, 0.1]]]), np.array([[[0.0, 0.2]]]), "percentile", 0.95, False, 99)
        assert away_from_zero(one).tolist() == [[[False, True]]]
        level = Band(np.array([[[0.3]]]), np.array([[[0.3]]]), "percentile", 0.95, False, 99)
        assert not away_from_zero(level).any()

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 1000), st.sampled_from(KINDS), st.booleans(), st.floats(0.5, 0.99))
    def test_units_of_measurement_and_nesting(self, seed: int, kind: Any, simultaneous: bool, level: float) -> None:
        rng = np.random.default_rng(seed)
        draws, theta = rng.normal(size=(60, 3, 2, 2)), rng.normal(size=(3, 2, 2))
        sizes = {"errors": np.abs(theta) + 0.1, "draw_errors": rng.uniform(0.5, 2, size=draws.shape)}
        one = band(theta, draws, kind, level=level, simultaneous=simultaneous, **sizes)
        other = band(theta * 1000, draws * 1000, kind, level=level, simultaneous=simultaneous,
                     **{name: size * 1000 for name, size in sizes.items()})  # fmt: skip
        np.testing.assert_allclose(other.lo, one.lo * 1000, rtol=1e-9, atol=1e-9)
        narrower = band(theta, draws, kind, level=level - 0.4, simultaneous=simultaneous, **sizes)
        assert (narrower.lo >= one.lo - 1e-12).all() and (narrower.hi <= one.hi + 1e-12).all()

    def test_draws_without_estimate_are_left_out(self) -> None:
        some = self.draws.copy()
        some[:100] = np.nan
        one = band(self.theta, some)
        assert one.draws == 4900
        np.testing.assert_allclose(one.hi, band(self.theta, self.draws[100:]).hi)

    def test_bad_input(self) -> None:
        with pytest.raises(InputError, match='did you mean "percentile"'):
            band(self.theta, self.draws, "percentil")  # type: ignore[arg-type]
        with pytest.raises(InputError, match="standard errors"):
            band(self.theta, self.draws, "studentised")
        with pytest.raises(InputError, match="between 0 and 1"):
            band(self.theta, self.draws, level=95)
        with pytest.raises(Refused, match="10 draws have an estimate"):
            band(self.theta, self.draws[:10])


class TestGranger:
    def test_wald_by_hand(self, found: Fit) -> None:
        first = granger(found)[0]
        by_hand = found.a[0, 1] ** 2 / found.vcov[1, 1]
        assert first.wald == pytest.approx(by_hand, rel=1e-9)
        assert first.pvalue == pytest.approx(2 * stats.t.sf(np.sqrt(by_hand), 19), rel=1e-9)
        assert first.pvalue_chi2 == pytest.approx(stats.chi2.sf(by_hand, 1), rel=1e-9)
        assert first.pvalue_bootstrap is None

    def test_more_lags_and_variables_test_all_their_coefficients(self) -> None:
        one = fit(panel(60, 12, a=np.diag([0.6, 0.5, 0.3])), 2)
        tests = granger(one)
        assert [(t.equation, t.excluded, t.df) for t in tests[:3]] == [(0, 1, 2), (0, 2, 2), (0, -1, 4)]
        assert len(tests) == len(pairs(3)) == 9
        at = places(3, 6, 2, 0, -1)
        b = one.a.ravel()[at]
        assert tests[2].wald == pytest.approx(b @ np.linalg.solve(one.vcov[np.ix_(at, at)], b), rel=1e-9)

    def test_restriction_is_the_nearest(self) -> None:
        rng = np.random.default_rng(1)
        root = rng.normal(size=(4, 4))
        vcov, at = root @ root.T, np.array([1])
        null = restricted(A, vcov, at)
        assert null[0, 1] == 0
        inverse = np.linalg.inv(vcov)

        def far(flat: np.ndarray) -> float:
            return float((flat - A.ravel()) @ inverse @ (flat - A.ravel()))

        for _ in range(20):
            other = null.ravel() + np.insert(rng.normal(size=3) * 0.1, 1, 0.0)
            assert far(other) > far(null.ravel())

    def test_bootstrap_pvalues_of_a_strong_and_of_no_effect(self) -> None:
        strong = fit(panel(31, 12, a=np.array([[0.5, 0.4], [0.0, 0.5]])), time_effects=True)
        tests = granger(strong, draws=199, seed=1)
        assert tests[0].pvalue_bootstrap == pytest.approx(1 / 200)
        assert tests[1].pvalue_bootstrap is not None
        assert tests[1].pvalue_bootstrap > 0.05

    def test_bootstrap_pvalue_is_uniform_under_the_null(self) -> None:
        ps = [granger(fit(panel(10, 10, seed=s, a=np.diag([0.6, 0.5])), time_effects=True), draws=99, seed=s)[0]
              for s in range(80)]  # fmt: skip
        values = np.array([p.pvalue_bootstrap for p in ps], dtype=float)
        assert stats.kstest(values, "uniform").pvalue > 0.01

    def test_null_that_would_explode_is_brought_back(self) -> None:
        y = np.cumsum(np.random.default_rng(5).normal(size=(10, 12, 2)), axis=1)
        for test in granger(fit(y, time_effects=True), draws=50):
            assert test.pvalue_bootstrap is not None
            assert 0 < test.pvalue_bootstrap <= 1

    def test_centred_draws_of_units(self, found: Fit) -> None:
        made = cluster(found, draws=300, errors=True)
        at = places(2, 2, 1, 0, 1)
        p = centred_pvalue(found.a, found.vcov, made, at)
        assert p is not None
        assert abs(p - granger(found)[0].pvalue) < 0.15
        assert centred_pvalue(found.a, found.vcov, cluster(found, draws=30), at) is None

    def test_a_coefficient_without_variance_has_no_statistic(self) -> None:
        assert np.isnan(wald(A, np.zeros((4, 4)), np.array([1])))


def test_bands_hold_a_known_response() -> None:
    """60 panels of 31 units and 12 years: at 95 % nominal, all but a few cover; least squares' bands would miss most."""
    truth = orthogonalised(A, np.eye(2), 3)
    hits, missed = [], []
    for seed in range(60):
        y = panel(31, 12, seed=seed)
        one, least = fit(y, time_effects=True), fit(y, 1, "fe_ols", time_effects=True)
        made = residual(one, draws=99, seed=seed)
        found = band(orthogonalised(one.a, one.sigma, 3), orthogonalised(made.a, made.sigma, 3), blocks=made.blocks)
        hits.append(((found.lo <= truth) & (truth <= found.hi))[1:])
        made = residual(least, draws=99, seed=seed)
        other = band(orthogonalised(least.a, least.sigma, 3), orthogonalised(made.a, made.sigma, 3))
        missed.append(((other.lo <= truth) & (truth <= other.hi))[2, 0, 0])
    assert 0.90 < np.mean(hits) <= 0.99
    assert np.mean(missed) < 0.5


def test_delta_errors_match_the_spread_of_draws() -> None:
    big = fit(panel(300, 12), time_effects=True)
    made = residual(big, draws=400, resample="units")
    drawn = orthogonalised(made.a, made.sigma, 3).std(axis=0)
    ratio = response_errors(big.a, big.sigma, big.vcov, round(big.free), 3)[1:] / drawn[1:]
    assert (np.abs(ratio - 1) < 0.25).all()


class TestUnitsOfMeasurement:
    """Responses and tests are the same after a variable is given in other units."""

    SCALE = np.array([1000.0, 1e-3])

    @pytest.mark.parametrize("lags", [1, 2])
    @pytest.mark.parametrize("time_effects", [False, True])
    @pytest.mark.parametrize("units", [31, 4])
    @pytest.mark.parametrize("estimator", ESTIMATORS)
    def test_bands_and_pvalues(self, estimator: Any, units: int, time_effects: bool, lags: int) -> None:
        if estimator == "hahn_kuersteiner" and lags > 1:
            pytest.skip("for one lag")
        y = panel(units, 14) @ np.array([[1.0, 0.5], [0.0, 1.0]])
        one, other = (fit(x, lags, estimator, time_effects=time_effects) for x in (y, y * self.SCALE))
        for make in (residual, mc):
            made, rescaled = (orthogonal_draws(make(x, draws=99, seed=1), x) for x in (one, other))
            for simultaneous in (False, True):
                bands, others = (
                    band(theta, draws, blocks=9, simultaneous=simultaneous) for theta, draws in (made, rescaled)
                )
                for name in ("lo", "hi"):
                    was, now = getattr(bands, name), getattr(others, name) / self.SCALE[:, None]
                    np.testing.assert_allclose(now, was, rtol=1e-6, atol=1e-6 * (bands.hi - bands.lo).max())
        for test, again in zip(granger(one, draws=99, seed=1), granger(other, draws=99, seed=1), strict=True):
            assert again.wald == pytest.approx(test.wald, rel=1e-6)
            assert again.pvalue_bootstrap == test.pvalue_bootstrap

    @pytest.mark.parametrize("resample", ["units", "years", "wild"])
    def test_simulated_panels(self, resample: Any) -> None:
        y = panel(8, 12) @ np.array([[1.0, 0.5], [0.0, 1.0]])
        made, rescaled = (
            simulated(fit(x), 20, np.random.default_rng(1), resample) for x in (y, y * self.SCALE)
        )  # fmt: skip
        np.testing.assert_allclose(rescaled / self.SCALE, made, rtol=1e-9, atol=1e-9)

    def test_covariance_without_full_rank(self) -> None:
        part = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0], [0.0, 0.0]])
        vcov = part @ part.T
        made = monte_carlo(A, np.eye(2), vcov, 50, draws=20_000, seed=1).a - A
        np.testing.assert_allclose(np.cov(made.reshape(-1, 4).T), vcov, atol=0.15)
        size = np.array([1000.0, 1.0, 1e-3, 1.0])
        other = monte_carlo(np.zeros((2, 2)), np.eye(2), vcov * size[:, None] * size, 50, draws=99, seed=1).a
        np.testing.assert_allclose(other.reshape(-1, 4) / size, made[:99].reshape(-1, 4), rtol=1e-6, atol=1e-6)
        assert root(np.zeros((2, 2))).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def mc(found: Fit, draws: int, seed: int) -> Draws:
    return monte_carlo(found.a, found.sigma, found.vcov, found.nobs, draws=draws, seed=seed)


def orthogonal_draws(made: Draws, found: Fit) -> tuple[np.ndarray, np.ndarray]:
    return orthogonalised(found.a, found.sigma, 5), orthogonalised(made.a, made.sigma, 5)
