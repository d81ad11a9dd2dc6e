"""Baselines of a forecast against independent optimisers, statsforecast, published numbers and their properties.

Tolerances. GM(1,1): 1e-9 relative, the agreement of the stored numbers with R's mathmodels. Theta and Holt against
scipy's optimisers: 1e-6 of the series' range. Against statsforecast: its recursion and forecasts at its own
parameters to 1e-9 relative, and its sum of squared errors never below ours (1e-6). Its own optimisers stop early:
Theta's at an absolute tolerance (an index in [0, 1] keeps the starting rate .5), Holt's at a relative one, so
forecasts are compared where its sum is within 1e-4 of the least: 1e-3 of the level. Damped, its forecast
adds phi twice (phi + phi + phi^2 + ...), so only the first year ahead is compared.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize, minimize_scalar

from accord.core import exponential, smoothers
from accord.errors import InputError

METHODS = {
    "naive": smoothers.naive,
    "drift": smoothers.drift,
    "theta": smoothers.theta,
    "holt": smoothers.holt,
    "holt-damped": lambda x, h: smoothers.holt(x, h, damped=True),
    "gm11": smoothers.gm11,
}
GREY = (29097, 30634, 31988, 32819, 32274)
"""Per capita income of Alabama, 2005 to 2009, in GeoDa's sample data usjoin."""
GREY_PATH = (29097.0, 31080.76905090944, 31638.901278566336, 32207.056153443642, 32785.41365700937,
             33374.1570027438, 33973.47269417904, 34583.55058398261)  # fmt: skip


def walks(units: int, years: int, seed: int) -> np.ndarray:
    """Indices that rise from .3 by about .01 a year."""
    rng = np.random.default_rng(seed)
    return 0.3 + np.cumsum(rng.normal(0.01, 0.01, (units, years)), axis=1) + rng.normal(0, 0.004, (units, years))


def test_grey_model_meets_the_numbers_of_r() -> None:
    a, b, fitted = smoothers.gm11_fit(GREY)
    assert float(a) == pytest.approx(-0.017798147156395237, rel=1e-9)
    assert float(b) == pytest.approx(30287.126773187905, rel=1e-9)
    np.testing.assert_allclose(fitted, GREY_PATH[:5], rtol=1e-9)
    np.testing.assert_allclose(smoothers.gm11([GREY], 3)[0], GREY_PATH[5:], rtol=1e-9)


def test_grey_model_meets_the_stored_reference(reference: Path) -> None:
    known = json.loads((reference / "gm11.json").read_text(encoding="utf-8"))
    a, b, fitted = smoothers.gm11_fit(known["data"])
    np.testing.assert_allclose([a, b], [known["a"], known["b"]], rtol=1e-9)
    path = [*fitted, *smoothers.gm11([known["data"]], 3)[0]]
    np.testing.assert_allclose(path, known["fitted_and_3_ahead"], rtol=1e-9)


def test_grey_model_of_a_constant_is_the_constant_and_near_it_is_continuous() -> None:
    flat = np.full((1, 6), 0.4)
    np.testing.assert_allclose(smoothers.gm11(flat, 3), [[0.4, 0.4, 0.4]], rtol=1e-12)
    near = smoothers.gm11(flat + 1e-9 * np.arange(6), 3)
    np.testing.assert_allclose(near, 0.4, atol=2e-8)


def test_grey_model_falls_back_where_it_cannot_stand() -> None:
    x = np.array([[0.1, 0.2, 0.0, 0.3], [0.1, -0.2, 0.2, 0.3], [0.0, 0.0, 0.0, 0.0], [1, 2, 3, 4]])
    assert smoothers.fallback(x, "gm11").tolist() == [3, 3, 3, 0]
    np.testing.assert_array_equal(smoothers.gm11(x[:3], 2), smoothers.naive(x[:3], 2))
    assert np.isnan(smoothers.gm11_fit(x[2])[0])


@settings(deadline=None)
@given(arrays("f8", 6, elements=st.floats(1e-6, 1e6)))
def test_the_grey_coefficient_of_positive_values_is_within_two(x: np.ndarray) -> None:
    assert abs(smoothers.gm11_fit(x)[0]) <= 2 + 1e-9


def test_level_ratios_admit_by_the_number_of_years() -> None:
    edge = np.exp(2 / 4)
    x = np.array(
        [[1.0, edge * 0.999, 1.0], [1.0, edge * 1.001, 1.0], [np.nan, 1.0, 1.9], [np.nan, 1.0, 2.0], [1, 0, 1]]
    )
    ratios, admissible = smoothers.level_ratios(x)
    # two years have wider bounds: exp(2/3) = 1.948
    assert admissible.tolist() == [True, False, True, False, False]
    assert ratios[0, 0] == pytest.approx(1 / (edge * 0.999)) and np.isnan(ratios[4]).all()


def test_drift_takes_the_change_of_the_unit_of_all_or_half_of_each() -> None:
    x = np.array([[0.1, 0.2, 0.3], [0.5, 0.5, 0.8]])
    np.testing.assert_allclose(smoothers.drift(x, 2), [[0.4, 0.5], [0.95, 1.1]])
    np.testing.assert_allclose(smoothers.drift(x, 1, form="pooled"), [[0.425], [0.925]])
    np.testing.assert_allclose(smoothers.drift(x, 1, form="half"), [[0.4125], [0.9375]])


def test_pooled_drift_counts_each_yearly_change_alike_and_serves_a_unit_of_one_year() -> None:
    x = np.array([[0.1, 0.2, 0.3], [np.nan, 0.5, 0.9], [np.nan, np.nan, 0.4]])
    np.testing.assert_allclose(smoothers.drift(x, 1, form="pooled")[:, 0], [0.5, 1.1, 0.6])
    np.testing.assert_allclose(smoothers.drift(x, 1, form="half")[2], 0.6)
    np.testing.assert_allclose(smoothers.drift(x, 1)[2], 0.4)
    assert smoothers.fallback(x, "drift").tolist() == [0, 0, 1]


def theta_errors(line: np.ndarray, rate: float, skip: int) -> tuple[float, float]:
    """Sum of squared errors of smoothing a theta line with the best first level, and the last level: a plain loop."""
    own, part = [], []
    level, weight = 0.0, 1.0
    for value in line:
        own.append(value - level)
        part.append(weight)
        level, weight = level + rate * own[-1], weight * (1 - rate)
    columns = np.array(part)[skip:, None]
    first, total, *_ = np.linalg.lstsq(columns, np.array(own)[skip:], rcond=None)
    return float(total[0]), level + weight * float(first[0])


@pytest.mark.parametrize("years", [6, 12, 20])
@pytest.mark.parametrize("skip", [0, 3])
def test_theta_is_at_the_least_sum_of_squares(years: int, skip: int) -> None:
    x = walks(12, years, seed=years)
    found = smoothers.theta(x, 3, skip=skip)
    t = np.arange(1, years + 1)
    for y, path in zip(x, found, strict=True):
        slope, start = np.polyfit(t, y, 1)
        line = 2 * y - start - slope * t
        tried = [(b, b + 0.0445) for b in np.linspace(0.1, 0.9455, 20)]
        rates = [minimize_scalar(lambda r: theta_errors(line, r, skip)[0], bounds=b, method="bounded",  # noqa: B023
                                 options={"xatol": 1e-10}).x for b in tried] + [0.1, 0.99]  # fmt: skip
        best = min(rates, key=lambda r: theta_errors(line, r, skip)[0])
        level = theta_errors(line, best, skip)[1]
        expected = (start + slope * (years + np.arange(1, 4)) + level) / 2
        np.testing.assert_allclose(path, expected, atol=1e-6 * np.ptp(y))


def trend_errors(
    y: np.ndarray, p: list[float], level: float, slope: float, ahead: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Errors and forecasts of Holt's trend with rates and damping p from given first states: a plain loop."""
    errors, path = [], []
    for value in y:
        slope *= p[2]
        level += slope
        errors.append(value - level)
        level, slope = level + p[0] * errors[-1], slope + p[1] * errors[-1]
    for _ in range(ahead):
        slope *= p[2]
        level += slope
        path.append(level)
    return np.array(errors), np.array(path)


@pytest.mark.parametrize("damped", [False, True])
def test_holt_is_at_the_least_sum_of_squares(damped: bool) -> None:
    x = walks(6, 12, seed=3)
    found = smoothers.holt(x, 4, damped=damped)

    def fitted(y: np.ndarray, q: np.ndarray) -> tuple[float, np.ndarray]:
        p = [q[0], 1e-4 + q[1] * (q[0] - 1e-4), q[2] if damped else 1.0]
        none, zero = trend_errors(y, p, 0, 0)[0], np.zeros(len(y))
        sides = np.column_stack([trend_errors(zero, p, 1, 0)[0], trend_errors(zero, p, 0, 1)[0]])
        first = np.linalg.lstsq(sides, -none, rcond=None)[0]
        errors, path = trend_errors(y, p, *first, ahead=4)
        return float((errors**2).sum()), path

    bounds = [(1e-4, 0.9999), (0, 1)] + [(0.8, 0.98)] * damped
    for y, path in zip(x, found, strict=True):
        starts = [[a, b] + [0.9] * damped for a in (0.05, 0.5, 0.9) for b in (0.05, 0.5, 0.95)]
        objective = lambda q, y=y: fitted(y / 0.01, q)[0]  # noqa: E731
        best = min((minimize(objective, s, bounds=bounds, tol=1e-13) for s in starts), key=lambda r: r.fun)
        total, expected = fitted(y, best.x)
        scaled = ((y - y[0]) / np.ptp(y))[:, None]
        errors = exponential.trended(scaled, exponential.holt_rates(scaled, damped))[0] * np.ptp(y)
        assert (errors**2).sum() <= total * (1 + 1e-7)
        if (errors**2).sum() >= total * (1 - 1e-7):
            np.testing.assert_allclose(path, expected, atol=1e-3 * np.ptp(y))


@pytest.mark.parametrize("years", [12, 20])
def test_theta_against_statsforecast(years: int) -> None:
    models = pytest.importorskip("statsforecast.models")
    x = 1e6 * walks(40, years, seed=1)
    ours = smoothers.theta(x, 8, skip=3)
    t = np.arange(1, years + 1)
    close = 0
    for y, path in zip(x, ours, strict=True):
        fit = models.Theta(season_length=1).fit(y)
        theirs = fit.predict(8)["mean"]
        slope, start = np.polyfit(t, y, 1)
        line = 2 * y - start - slope * t
        least = min(theta_errors(line, r, 3)[0] for r in np.linspace(0.1, 0.99, 400)) / 4
        total = float((np.asarray(fit.model_["residuals"])[3:] ** 2).sum())
        if total <= least * (1 + 1e-4):
            close += 1
            np.testing.assert_allclose(path, theirs, rtol=1e-3)
        assert total >= least * (1 - 1e-3)  # `least` is from a grid of rates
    assert close >= 15


@pytest.mark.parametrize("years", [10, 20])
@pytest.mark.parametrize("damped", [False, True])
def test_holt_against_statsforecast(years: int, damped: bool) -> None:
    models = pytest.importorskip("statsforecast.models")
    x = walks(40, years, seed=2)
    ours, close = smoothers.holt(x, 8, damped=damped), 0
    ahead = 1 if damped else 8
    for y, path in zip(x, ours, strict=True):
        fit = models.AutoETS(season_length=1, model="AAN", damped=damped).fit(y)
        theirs, at = fit.predict(8)["mean"], fit.model_["par"]
        p = [at[0], at[1], at[3] if damped else 1.0]
        errors, own = trend_errors(y, p, at[4], at[5], ahead=8)
        np.testing.assert_allclose(errors, fit.model_["residuals"], atol=1e-12)
        np.testing.assert_allclose(own[:ahead], theirs[:ahead], rtol=1e-9)
        scaled = ((y - y[0]) / np.ptp(y))[:, None]
        least = ((exponential.trended(scaled, exponential.holt_rates(scaled, damped))[0] * np.ptp(y)) ** 2).sum()
        assert (errors**2).sum() >= least * (1 - 1e-6)
        if (errors**2).sum() <= least * (1 + 1e-4):
            close += 1
            np.testing.assert_allclose(path[:ahead], theirs[:ahead], rtol=2e-3)
    assert close >= 15


@pytest.mark.parametrize("name", METHODS)
def test_a_late_start_a_leading_axis_and_other_units_change_nothing(name: str) -> None:
    x = walks(4, 11, seed=5)
    alone = METHODS[name](x[:, 3:], 5)
    late = x.copy()
    late[:, :3] = np.nan
    np.testing.assert_array_equal(METHODS[name](late, 5), alone)
    np.testing.assert_array_equal(METHODS[name](np.stack([late, x]), 5)[0], alone)
    if name != "drift":
        mixed = np.concatenate([late[:1], x[1:]])
        np.testing.assert_allclose(METHODS[name](mixed, 5)[0], alone[0], rtol=1e-9)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("factor", [1e-4, 37.0, 1e7])
def test_forecasts_follow_the_unit_of_measurement(name: str, factor: float) -> None:
    x = walks(5, 12, seed=6)
    np.testing.assert_allclose(METHODS[name](factor * x, 4), factor * METHODS[name](x, 4), rtol=1e-5)


@pytest.mark.parametrize("name", ["drift", "holt"])
def test_a_straight_line_goes_on(name: str) -> None:
    line = 0.2 + 0.03 * np.arange(10)
    np.testing.assert_allclose(METHODS[name](line[None], 3)[0], line[-1] + 0.03 * np.arange(1, 4), atol=1e-9)


def test_theta_goes_on_with_half_the_slope() -> None:
    line = 0.2 + 0.03 * np.arange(10)
    np.testing.assert_allclose(np.diff(smoothers.theta(line[None], 4)[0]), 0.015, atol=1e-12)


@pytest.mark.parametrize("name", METHODS)
def test_too_few_years_and_constants_keep_the_last_value_and_say_so(name: str) -> None:
    least = smoothers.MINIMUM_YEARS[name]
    x = walks(3, 9, seed=7)
    x[0] = 0.4
    x[1, : 9 - least + 1] = np.nan
    found = METHODS[name](x, 3)
    assert found[0] == pytest.approx(0.4, rel=1e-12)
    code = smoothers.fallback(x, name)
    if least > 1:
        np.testing.assert_array_equal(found[1], np.full(3, x[1, -1]))
        assert code[1] == 1
    assert code[2] == 0
    x[1, -least] = 0.3
    assert smoothers.fallback(x, name)[1] == 0
    assert all(en and zh for code, (en, zh) in smoothers.REASONS.items() if code)


@pytest.mark.parametrize("name", METHODS)
def test_a_unit_without_values_has_no_forecast(name: str) -> None:
    x = walks(2, 9, seed=8)
    x[0] = np.nan
    found = METHODS[name](x, 2)
    assert np.isnan(found[0]).all() and np.isfinite(found[1]).all()
    assert smoothers.fallback(x, name).tolist() == [5, 0]


@settings(max_examples=60, deadline=None)
@given(arrays("f8", (3, 8), elements=st.integers(0, 20).map(lambda v: v / 20)), st.sampled_from(sorted(METHODS)))
def test_any_series_has_a_finite_forecast(x: np.ndarray, name: str) -> None:
    assert np.isfinite(METHODS[name](x, 6)).all()


@pytest.mark.parametrize("name", METHODS)
def test_the_data_of_the_user_stay_as_they_are(name: str) -> None:
    x = walks(3, 9, seed=9)
    kept = x.copy()
    METHODS[name](x, 3)
    np.testing.assert_array_equal(x, kept)


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="gap after its first value"):
        smoothers.theta([[0.1, np.nan, 0.3, 0.4, 0.5]], 2)
    with pytest.raises(InputError, match="gap"):
        smoothers.naive([[0.1, 0.2, np.nan]], 2)
    with pytest.raises(InputError, match="horizon of at least one year; it is 0"):
        smoothers.naive([[0.1, 0.2]], 0)
    with pytest.raises(InputError, match=r'"shrunk".*unit, pooled, half'):
        smoothers.drift([[0.1, 0.2]], 1, form="shrunk")  # type: ignore[arg-type]
    with pytest.raises(InputError, match='no baseline "arma"'):
        smoothers.fallback([[0.1, 0.2]], "arma")
