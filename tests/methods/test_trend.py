"""Trends in few years: the averaged p-value by a plain formula, what it does not depend on, size and power."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

import accord as ac
from accord.core import convergence as growth
from accord.core import trend
from accord.methods.convergence import convergence
from accord.study.findings import findings

SERIES = np.array([0.40, 0.37, 0.38, 0.36, 0.33, 0.34, 0.32, 0.31])


def plain(y: np.ndarray, at: np.ndarray) -> float:
    """The average as its formula is printed: a covariance, its inverse and determinants."""
    x, n, weights, ps = np.column_stack([np.ones(len(y)), at]), len(y), [], []
    for rho in trend.PERSISTENCE:
        v = rho ** abs(at[:, None] - at[None, :])
        precision = np.linalg.inv(v)
        inner = np.linalg.inv(x.T @ precision @ x)
        b = inner @ x.T @ precision @ y
        left = float((y - x @ b) @ precision @ (y - x @ b))
        weights.append(np.linalg.det(v) ** -0.5 * np.linalg.det(inner) ** 0.5 * left ** (-(n - 2) / 2))
        ps.append(2 * student.sf(abs(b[1]) / np.sqrt(left / (n - 2) * inner[1, 1]), n - 2))
    return float(np.average(ps, weights=weights))


@pytest.mark.parametrize("at", [np.arange(8.0), np.array([0.0, 1, 2, 4, 5, 7, 8, 9])], ids=["even", "gaps"])
def test_the_average_is_the_printed_formula(at: np.ndarray) -> None:
    walk = np.random.default_rng(1).normal(size=8).cumsum()
    found = trend.averaged([SERIES, walk], at + 2011)
    assert found == pytest.approx([plain(SERIES, at), plain(walk, at)], rel=1e-9)


@given(st.floats(-5, 5), st.floats(0.01, 100), st.booleans(), st.integers(1, 10))
def test_place_scale_sign_and_the_length_of_a_step_do_not_matter(
    by: float, times: float, down: bool, step: int
) -> None:
    moved = (SERIES + by) * times * (-1 if down else 1)
    want = float(trend.averaged(SERIES, np.arange(8)))
    assert float(trend.averaged(moved, 1990 + step * np.arange(8))) == pytest.approx(want, rel=1e-6)


def test_one_autocorrelation_alone_is_generalised_least_squares(monkeypatch: pytest.MonkeyPatch) -> None:
    api = pytest.importorskip("statsmodels.api")
    monkeypatch.setattr(trend, "PERSISTENCE", np.array([0.6]))
    at = np.arange(8)
    want = api.GLS(SERIES, api.add_constant(at), sigma=0.6 ** abs(at[:, None] - at[None, :])).fit()
    assert float(trend.averaged(SERIES, at)) == pytest.approx(want.pvalues[1], rel=1e-8)


def autoregressions(rho: float, years: int, repeats: int) -> np.ndarray:
    y = np.random.default_rng(int(100 * rho) + years).standard_normal((repeats, years))
    y[:, 0] /= np.sqrt(1 - rho**2) if rho < 1 else 1
    for k in range(1, years):
        y[:, k] += rho * y[:, k - 1]
    return y


@pytest.mark.parametrize("years", [5, 8, 12, 23])
@pytest.mark.parametrize(("rho", "persistence"), [(0.0, 0.9), (0.5, 0.9), (0.8, 0.9), (0.9, 0.9), (1.0, 1.0)])
def test_no_trend_is_seldom_called_one(rho: float, persistence: float, years: int) -> None:
    y = autoregressions(rho, years, 1000)
    made = trend.without_trend(range(years), persistence, 1999, np.random.default_rng(2))
    size = np.mean(trend.simulated(y, range(years), made) < 0.05)
    assert size < 0.072, "5 % and three standard errors of 1,000 series"
    if rho == 0.8:
        assert np.mean([growth.trend(one, range(years)).pvalue < 0.05 for one in y[:200]]) > 0.3, "what it is beside"


@pytest.mark.parametrize("years", [8, 12, 23])
def test_a_plain_trend_is_seen(years: int) -> None:
    y = autoregressions(0.5, years, 200) - 12 * np.arange(years) / (years - 1)
    made = trend.without_trend(range(years), 0.9, 1999, np.random.default_rng(3))
    assert np.mean(trend.simulated(y, range(years), made) < 0.05) > 0.9


# ------------------------------------------------------------------------------------------------------- as a method


def converged(d: np.ndarray, **options: Any) -> xr.Dataset:
    x = xr.DataArray(d, dims=("unit", "time"), coords={"unit": [f"u{i}" for i in range(len(d))], "time": range(2000, 2000 + d.shape[1])})  # fmt: skip
    index = xr.concat([x, x], "subsystem").assign_coords(subsystem=["Land", "Town"])
    none = xr.DataArray(np.array([], dtype=object), dims="group")
    seed = xr.DataArray(options.pop("seed", 1))
    return convergence(x, index, xr.DataArray([""] * len(d), dims="unit"), none, x["time"], seed, **options)


def spread_of(sigma: np.ndarray) -> np.ndarray:
    """D of 12 units whose ln D have these standard deviations year by year."""
    z = np.random.default_rng(4).standard_normal(12)
    z = (z - z.mean()) / z.std(ddof=1)
    return np.exp(np.log(0.4) + z[:, None] * sigma)


WANDERS = np.array([0.20, 0.19, 0.16, 0.15, 0.16, 0.14, 0.13, 0.15, 0.14, 0.13, 0.13, 0.12])
"""A spread whose fall is as a random walk's: clear to Newey and West, and not to who knows of few years."""


def test_the_verdict_follows_the_simulated_p() -> None:
    table = converged(spread_of(WANDERS))
    one = table.sel(group="National", kind="sigma")
    assert float(one["pvalue"]) < 0.001 and float(one["pvalue_simulated"]) > 0.05
    assert table["converges"].attrs["label_en"][int(one["converges"]) - 1] == "not clear"
    sure = converged(spread_of(np.linspace(0.2, 0.1, 12) + 0.002 * (-1) ** np.arange(12))).sel(
        group="National", kind="sigma"
    )
    assert float(sure["pvalue_simulated"]) < 0.01 and int(sure["converges"]) == 1
    assert np.isnan(table["pvalue_simulated"].sel(kind=["beta", "conditional beta"])).all()


def test_persistence_and_seed_decide_and_nothing_else() -> None:
    d = spread_of(WANDERS)
    p = [float(converged(d, persistence=r)["pvalue_simulated"].sel(kind="sigma").item()) for r in (0.5, 0.8, 0.9, 1.0)]
    assert p == sorted(p) and p[0] < p[-1]
    again, other = converged(d), converged(d, seed=2)
    xr.testing.assert_identical(converged(d), again)
    assert float(abs(other["pvalue_simulated"] - again["pvalue_simulated"]).max()) < 0.02
    assert not other["pvalue_simulated"].equals(again["pvalue_simulated"])


def test_findings_say_which_p_and_which_years() -> None:
    d = spread_of(WANDERS)
    said = findings({"convergence": converged(d)})
    assert said is not None
    en, zh = str(said["en"].values[0]), str(said["zh"].values[0])
    assert en.startswith("D shows no clear convergence in the sense of sigma") and "simulated p = 0." in en
    assert "of Newey and West is too small in 12 years" in en and "years)" in en
    assert "模拟 p = 0." in zh and "12 个年份下偏小" in zh
    d[0, 3] = 0.0
    less = findings({"convergence": converged(d)})
    assert less is not None
    assert "over 11 of 12 years" in str(less["en"].values[0]) and "12 个年份中仅 11 个" in str(less["zh"].values[0])


def test_embedded_studies_still_converge_and_some_of_their_regions_no_more() -> None:
    for name in ("china-replica", "us-states"):
        table = ac.tidy(ac.Study(ac.sample(name))["convergence"])
        sigma = table[table["kind"] == "sigma"].set_index("group")
        assert sigma.loc["National", "converges"] == "converges" and sigma.loc["National", "pvalue_simulated"] < 0.05
        lost = sigma[(sigma["pvalue"] < 0.05) & (sigma["converges"] == "not clear")]
        assert len(lost) >= 3 and (lost["pvalue_simulated"] > 0.05).all()
        assert list(table)[4:6] == ["pvalue", "pvalue_simulated"]
