"""GMM kernels: against formulas written out unit by unit, invariances, recovery of known coefficients, bootstrap draws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.pvar_data import level_rows, operator, without_year_means
from accord.core.pvar_gmm import Products, estimate, products, root
from accord.core.pvar_instruments import Model, Panel, equations
from accord.core.pvar_reweight import Sample, reweighted
from accord.core.pvar_sigma import error_rows
from accord.core.pvar_weak import STRONG, conditional_f
from accord.errors import Refused

A = np.array([[0.5, 0.1], [-0.1, 0.3]])
PLAIN = Model()
ALL = Model(collapse=False, window=(2, None))


def panel(
    rng: np.random.Generator, units: int, years: int, a: np.ndarray = A, effect: float = 1.0, feed: Any = None
) -> np.ndarray:
    """Years after 40 of a vector autoregression with unit effects; `feed` (units, 40 + years, k) is added."""
    k = len(a)
    mu, y, out = effect * rng.normal(size=(units, k)), np.zeros((units, k)), []
    for t in range(40 + years):
        y = mu + y @ a.T + rng.normal(size=(units, k)) + (0 if feed is None else feed[:, t])
        out.append(y)
    return np.stack(out[40:], axis=1)


def fitted(y: np.ndarray, model: Model = PLAIN, steps: int = 1, **options: Any) -> tuple[Products, Any]:
    p = products(equations(Panel(y, **options), model))
    return p, estimate(p, steps)


# --- the same from the formulas, one unit and one row at a time ---


def written_out(y: np.ndarray, model: Model) -> tuple[list[Any], int]:
    """For each unit: transformed (and level) rows of y and x, a list of instruments by name, and H."""
    units, years, k = y.shape
    p, (near, far) = model.lags, model.window
    shift = 1 if model.transform == "fod" else 0
    found = []
    for i in range(units):
        use = [t for t in range(p, years) if np.isfinite(y[i, t - p : t + 1]).all()]
        x = {t: np.concatenate([y[i, t - j] for j in range(1, p + 1)] + [np.ones(int(model.constant))]) for t in use}
        rows, z, weights = [], [], []
        for t in use:
            later = [s for s in use if s > t]
            if model.transform == "fod" and later:
                n = len(later)
                w = {t: np.sqrt(n / (n + 1))} | {s: -np.sqrt(n / (n + 1)) / n for s in later}
            elif model.transform == "fd" and t - 1 in use:
                w = {t: 1.0, t - 1: -1.0}
            else:
                continue
            rows.append((sum(c * y[i, s] for s, c in w.items()), sum(c * x[s] for s, c in w.items())))
            weights.append(w)
            names = {}
            for lag in range(near - shift, years if far is None else far - shift + 1):
                for j in range(k):
                    if t - lag >= 0 and np.isfinite(y[i, t - lag, j]):
                        names[("lag", lag, j) if model.collapse else ("lag", t, lag, j)] = y[i, t - lag, j]
            z.append(names)
        if model.system:
            for t in use:
                rows.append((y[i, t], x[t]))
                weights.append({t: 1.0})
                names = {("one",): 1.0} if model.constant else {}
                for j in range(k):
                    if t - near >= 0 and np.isfinite(y[i, [t - near + 1, t - near], j]).all():
                        change = y[i, t - near + 1, j] - y[i, t - near, j]
                        names[("change", j) if model.collapse else ("change", t, j)] = change
                z.append(names)
        mat = np.array([[w.get(t, 0.0) for t in range(years)] for w in weights]).reshape(len(weights), years)
        found.append((rows, z, mat @ mat.T))
    columns = sorted({name for _, z, _ in found for one in z for name, value in one.items() if value != 0}, key=str)
    out = []
    for rows, z, h in found:
        if rows:
            zi = np.array([[one.get(name, 0.0) for name in columns] for one in z])
            out.append((np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), zi, h))
    return out, len(columns)


def by_hand(y: np.ndarray, model: Model) -> tuple[np.ndarray, np.ndarray, float]:
    """One-step coefficients, two-step ones, and J, with plain inverses."""
    parts, _ = written_out(y, model)
    k = y.shape[2]
    weight = np.linalg.inv(sum(z.T @ h @ z for *_, z, h in parts))
    zx, zy = sum(z.T @ x for _, x, z, _ in parts), sum(z.T @ v for v, _, z, _ in parts)
    one = np.linalg.solve(zx.T @ weight @ zx, zx.T @ weight @ zy).T
    g = np.array([(z.T @ (v - x @ one.T)).T.ravel() for v, x, z, _ in parts])
    s = np.linalg.inv(g.T @ g)
    big = np.kron(np.eye(k), zx)
    beta = np.linalg.solve(big.T @ s @ big, big.T @ s @ zy.T.ravel())
    left = zy.T.ravel() - big @ beta
    return one, beta.reshape(k, -1), float(left @ s @ left)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    lags=st.integers(1, 2),
    transform=st.sampled_from(["fod", "fd"]),
    system=st.booleans(),
    collapse=st.booleans(),
    window=st.sampled_from([(2, 2), (2, 4), (3, 4), (2, None)]),
    missing=st.sampled_from([0.0, 0.05, 0.15]),
)
def test_as_written_out(
    seed: int, lags: int, transform: Any, system: bool, collapse: bool, window: Any, missing: float
) -> None:
    """Any pattern of missing values, any window: one step to 1e-8, two steps and J to 1e-6."""
    rng = np.random.default_rng(seed)
    y = panel(rng, 160, 8, effect=0.3)
    y[rng.random(y.shape[:2]) < missing] = np.nan
    y[: int(20 * missing), :, 0] = np.nan
    if window == (2, 2) and lags == 2:
        window = (2, 3)
    model = Model(lags, transform, system, collapse, window, constant=system)
    p, found = fitted(y, model, steps=2)
    one, two, j = by_hand(y, model)
    assert p.shape[2] == written_out(y, model)[1]
    np.testing.assert_allclose(found.one.coef, one, atol=1e-8 * max(1, np.abs(one).max()))
    np.testing.assert_allclose(found.coef, two, atol=1e-6 * max(1, np.abs(two).max()))
    assert found.hansen == pytest.approx(j, rel=1e-6, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6), scale=st.sampled_from([1e-6, 1e3, 1e6]), collapse=st.booleans(), system=st.booleans()
)
def test_units_of_measurement_do_not_matter(seed: int, scale: float, collapse: bool, system: bool) -> None:
    y = panel(np.random.default_rng(seed), 120, 7)
    by = np.array([scale, 1.0])
    model = Model(collapse=collapse, window=(2, None), system=system, constant=system)
    (_, a), (_, b) = fitted(y, model, 2), fitted(y * by, model, 2)
    rows = by[:, None] / np.concatenate([by, np.ones(int(system))])
    np.testing.assert_allclose(b.coef / rows, a.coef, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(b.vcov / np.outer(rows, rows), a.vcov, rtol=1e-6, atol=1e-12)
    assert b.hansen == pytest.approx(a.hansen, rel=1e-8)
    assert b.two.condition == pytest.approx(a.two.condition, rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), steps=st.sampled_from([1, 2]))
def test_order_of_units_does_not_matter(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    y = panel(rng, 60, 8)
    y[rng.random(y.shape[:2]) < 0.1] = np.nan
    mixed = rng.permutation(60)
    (_, a), (_, b) = fitted(y, steps=steps), fitted(y[mixed], steps=steps)
    np.testing.assert_allclose(b.coef, a.coef, atol=1e-11)
    np.testing.assert_allclose(b.vcov, a.vcov, atol=1e-11)
    np.testing.assert_allclose(b.one.moments, a.one.moments[mixed], atol=1e-10)


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("lags", [1, 2])
def test_deviations_and_differences_agree_on_all_instruments(steps: int, lags: int) -> None:
    """Arellano and Bover: balanced, nothing collapsed, no lag left out."""
    y = panel(np.random.default_rng(3), 150, 7)
    (_, a), (_, b) = (fitted(y, replace(ALL, lags=lags, transform=t), steps) for t in ("fod", "fd"))
    np.testing.assert_allclose(b.coef, a.coef, atol=1e-10)
    np.testing.assert_allclose(b.vcov, a.vcov, atol=1e-9)
    assert b.hansen == pytest.approx(a.hansen, rel=1e-9)
    collapsed = fitted(y, replace(ALL, lags=lags, transform="fd", collapse=True), steps)[1]
    assert np.abs(collapsed.coef - a.coef).max() > 1e-3


def test_a_shock_to_a_year_goes_with_year_means() -> None:
    rng = np.random.default_rng(4)
    y = panel(rng, 40, 9)
    shocked = y + 5 * rng.normal(size=(9, 2))
    a, b = (fitted(without_year_means(part))[1] for part in (y, shocked))
    np.testing.assert_allclose(b.coef, a.coef, atol=1e-11)
    assert np.abs(fitted(shocked)[1].coef - fitted(y)[1].coef).max() > 0.01


@pytest.mark.parametrize(
    ("model", "steps"),
    [
        (Model(), 1),
        (Model(transform="fd", window=(2, None)), 2),
        (ALL, 2),
        (Model(system=True, constant=True, window=(2, 3)), 2),
    ],
)
def test_known_coefficients_come_back(model: Model, steps: int) -> None:
    y = panel(np.random.default_rng(5), 4000, 8, effect=0.5)
    p, found = fitted(y, model, steps)
    errors = np.sqrt(np.diag(found.vcov)).reshape(found.coef.shape)
    assert (np.abs(found.coef[:, :2] - A) < 4 * errors[:, :2]).all()
    assert errors[:, :2].max() < 0.05
    sigma = error_rows(p.equations, model.transform).sigma(found.coef)
    np.testing.assert_allclose(sigma, np.eye(2), atol=0.06)


def test_further_regressors() -> None:
    """A regressor that follows y needs instruments of the past: as exogenous it is biased, as predetermined not."""
    rng = np.random.default_rng(6)
    units, years, burn = 4000, 9, 30
    mu, x, y, xs, ys = rng.normal(size=units), np.zeros(units), np.zeros(units), [], []
    for _ in range(burn + years):
        x = 0.5 * x + 0.6 * y + rng.normal(size=units)
        y = mu + 0.4 * y + 0.3 * x + rng.normal(size=units)
        xs.append(x)
        ys.append(y)
    own, other = (np.stack(part[burn:], axis=1)[..., None] for part in (ys, xs))
    p, right = fitted(own, Model(window=(2, None)), 2, predetermined=other)
    wrong = fitted(own, Model(window=(2, None)), 2, exogenous=other)[1]
    errors = np.sqrt(np.diag(right.vcov))
    assert (np.abs(right.coef[0] - [0.4, 0.3]) < 4 * errors).all()
    assert abs(wrong.coef[0, 1] - 0.3) > 0.05
    assert right.hansen < 35
    assert p.shape == (1, 2, 15)

    free = rng.normal(size=(units, 40 + years, 1))
    y = panel(rng, units, years, np.array([[0.4]]), feed=0.7 * free)
    p, found = fitted(y, Model(), 1, exogenous=free[:, 40:])
    assert (np.abs(found.coef[0] - [0.4, 0.7]) < 4 * np.sqrt(np.diag(found.vcov))).all()
    assert p.shape == (1, 2, 4)


def test_windmeijer_is_the_derivative_of_the_second_step() -> None:
    """D is how two-step coefficients move with the one-step ones that weight them."""
    y = panel(np.random.default_rng(7), 80, 7)
    p, found = fitted(y, Model(window=(2, 3)), 2)
    zx, zy = np.kron(np.eye(2), p.zx.sum(axis=0)), p.zy.sum(axis=0).T.ravel()

    def second(first: np.ndarray) -> np.ndarray:
        g = p.moments(first.reshape(2, 2))
        w = np.linalg.inv(g.T @ g)
        return np.linalg.solve(zx.T @ w @ zx, zx.T @ w @ zy)

    at, step = found.one.coef.ravel(), 1e-6
    d = np.column_stack([(second(at + step * e) - second(at - step * e)) / (2 * step) for e in np.eye(4)])
    v = found.two.vcov
    np.testing.assert_allclose(found.vcov, v + d @ v + v @ d.T + d @ found.one.vcov @ d.T, rtol=1e-6)
    assert (np.diag(found.vcov) > 1.01 * np.diag(v)).all()


@pytest.mark.parametrize("effects", [False, True])
@pytest.mark.parametrize("transform", ["fod", "fd"])
@pytest.mark.parametrize("system", [False, True])
@pytest.mark.parametrize("steps", [1, 2])
def test_a_draw_is_the_estimate_of_the_drawn_units(effects: bool, transform: Any, system: bool, steps: int) -> None:
    """Year means, weights and recentred moments are those of the draw, to the last digits."""
    rng = np.random.default_rng(8)
    y = panel(rng, 31, 8)
    model = Model(transform=transform, system=system, constant=system and not effects)
    p, found = fitted(without_year_means(y) if effects else y, model, steps)
    sample = Sample(p, error_rows(p.equations, transform), found.coef, steps, effects)
    weights = rng.multinomial(31, np.full(31, 1 / 31), size=6)
    draws = reweighted(sample, np.vstack([np.ones(31), weights]))
    np.testing.assert_allclose(draws.coef[0], found.coef, atol=1e-12)
    centre = p.moments(found.coef).mean(axis=0).reshape(2, -1).T
    for b, w in enumerate(weights, start=1):
        drawn = y[np.repeat(np.arange(31), w)]
        q = products(equations(Panel(without_year_means(drawn) if effects else drawn), model))
        q = replace(q, zy=q.zy - centre)
        again = estimate(q, steps)
        np.testing.assert_allclose(draws.coef[b], again.coef, atol=1e-9)
        want = again.vcov if steps == 1 else again.two.vcov
        np.testing.assert_allclose(draws.vcov[b], want, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(draws.sigma[b], error_rows(q.equations, transform).sigma(draws.coef[b]), rtol=1e-9)


def test_draws_come_in_chunks_and_from_single_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    y = panel(rng, 40, 8)
    e = equations(Panel(y), Model())
    p = products(e, first="identity", clusters="rows")
    found = estimate(p, 2)
    sample = Sample(p, error_rows(e, "fod", "levels"), found.coef, 2)
    weights = np.vstack([np.ones(40), rng.multinomial(40, np.full(40, 1 / 40), size=9)])
    whole = reweighted(sample, weights)
    np.testing.assert_allclose(whole.coef[0], found.coef, atol=1e-10)
    np.testing.assert_allclose(whole.sigma[0], error_rows(e, "fod", "levels").sigma(found.coef), atol=1e-12)
    monkeypatch.setattr("accord.core.pvar_reweight.CELLS", 1)
    np.testing.assert_allclose(reweighted(sample, weights).coef, whole.coef, atol=1e-12)
    assert reweighted(sample, np.zeros((0, 40))).coef.shape == (0, 2, 2)


def test_a_draw_that_cannot_be_weighted_is_nan() -> None:
    y = panel(np.random.default_rng(10), 20, 8)
    p, found = fitted(y, Model(), 2)
    sample = Sample(p, error_rows(p.equations, "fod"), found.coef, 2)
    few = np.zeros((2, 20))
    few[0], few[1, :5] = 1, 4
    coef = reweighted(sample, few).coef
    assert np.isfinite(coef[0]).all()
    assert np.isnan(coef[1]).all()


def test_singular_weighting_is_refused() -> None:
    rng = np.random.default_rng(11)
    y = panel(rng, 3, 12)
    with pytest.raises(Refused, match=r"one-step weighting is singular.*collapse=True") as caught:
        fitted(y, ALL)
    assert "奇异" in caught.value.zh
    with pytest.raises(Refused, match="two-step weighting is singular: 12 moments of rank 3"):
        fitted(y, Model(), 2)
    assert np.isnan(fitted(y, Model(), 1)[1].hansen)
    # A copy of a variable: not a pseudo-inverse, but a word.
    with pytest.raises(Refused, match="singular"):
        fitted(np.concatenate([panel(rng, 50, 8)] * 2, axis=-1))
    with pytest.raises(Refused, match="singular"):
        root(np.ones((2, 2)), "the matrix", "矩阵")


def test_regressors_that_instruments_cannot_tell_apart() -> None:
    y = panel(np.random.default_rng(12), 50, 8)
    with pytest.raises(Refused, match="do not tell the 4 regressors apart"):
        fitted(y, Model(lags=2, window=(2, 2)))


@pytest.mark.parametrize(
    ("own", "effect", "low", "high"), [(0.6, 0.3, 0.0, 0.1), (0.9, 1.0, 0.9, 1.0), (0.6, 3.0, 0.9, 1.0)]
)
def test_weak_instruments_are_flagged(own: float, effect: float, low: float, high: float) -> None:
    """31 units and 12 years: near a unit root and under strong fixed effects, and not otherwise."""
    rng = np.random.default_rng(13)
    a = np.array([[own, 0.1], [0.1, own - 0.2]])
    flagged = []
    for _ in range(60):
        p = products(equations(Panel(without_year_means(panel(rng, 31, 12, a, effect))), Model()))
        flagged.append(conditional_f(p).min() < STRONG)
    assert low <= np.mean(flagged) <= high


def test_conditional_f_is_the_first_stage_f_of_a_single_regressor() -> None:
    y = panel(np.random.default_rng(14), 40, 9, np.array([[0.5]]))
    e = equations(Panel(y), Model())
    z, x = e.z.reshape(-1, 3), e.x.reshape(-1)
    fitted_x = z @ np.linalg.lstsq(z, x)[0]
    n = int(e.kept.sum())
    f = (fitted_x @ fitted_x / 3) / ((x - fitted_x) @ (x - fitted_x) / (n - 3))
    assert conditional_f(products(e))[0] == pytest.approx(f, rel=1e-9)
    few = equations(Panel(y[:2, :5]), replace(ALL, window=(2, None)))
    assert np.isnan(conditional_f(products(few))).all()


def test_deviations_need_no_neighbours_and_differences_do() -> None:
    y = np.arange(12.0).reshape(1, 6, 2) ** 2
    y[0, 2, 0] = np.nan
    rows = level_rows(y, 1)
    assert rows.used.tolist() == [[True, False, False, True, True]]
    assert operator(rows.used, "fod").kept.tolist() == [[True, False, False, True, False]]
    assert operator(rows.used, "fd").kept.tolist() == [[False, False, False, False, True]]
    m = operator(rows.used, "fod").matrices[0]
    np.testing.assert_allclose(m.sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose((m @ m.T)[[0, 3]][:, [0, 3]], np.eye(2), atol=1e-15)
