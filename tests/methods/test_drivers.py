"""Step `drivers`: the geographical detector against numpy, scipy and pandas, and where data cannot carry it."""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import accord as ac
from accord.core import geodetector as core
from accord.errors import InputError, NotNeeded, Refused
from accord.methods import drivers


@pytest.fixture(scope="module")
def study() -> ac.Study:
    return ac.Study(ac.sample())


def test_q_is_the_share_between_groups(study: ac.Study) -> None:
    """By pandas: qcut at the same edges, variances with ddof 0."""
    d = study["coordination"].transpose("unit", "time").values.ravel()
    x = study.source.whole("indicators").transpose("indicator", "unit", "time").values
    table = ac.tidy(study["drivers"]).set_index("indicator")
    for key, values in zip(study["drivers"]["indicator"].values, x, strict=True):
        frame = pd.DataFrame({"d": d, "h": pd.qcut(values.ravel(), 5, labels=False)})
        within = frame.groupby("h")["d"].agg(lambda g: g.size * g.var(ddof=0)).sum()
        assert table.loc[key, "q"] == pytest.approx(1 - within / (d.size * d.var()), abs=1e-12)
        assert table.loc[key, "n"] == 816 and table.loc[key, "strata"] == 5 and table.loc[key, "period"] == "pooled"


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(12, 80), st.integers(0, 2**31))
def test_f_of_q_is_that_of_an_analysis_of_variance(groups: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    strata = np.concatenate([np.arange(groups), rng.integers(0, groups, n - groups)])
    y = rng.normal(size=n) + 0.5 * strata
    made = core.factor(y, strata)
    parts = [y[strata == h] for h in range(groups)]
    f = (n - groups) / (groups - 1) * made.q / (1 - made.q)
    assert f == pytest.approx(stats.f_oneway(*parts).statistic, rel=1e-9)
    mean, count = np.array([p.mean() for p in parts]), np.array([p.size for p in parts])
    away = (np.sum(mean**2) - np.sum(np.sqrt(count) * mean) ** 2 / n) / y.var()
    assert made.pvalue == pytest.approx(1 - stats.ncf.cdf(f, groups - 1, n - groups, max(away, 0)), abs=1e-8)
    assert 0 <= made.q <= 1


def test_limits_of_q() -> None:
    strata = np.repeat([0, 1, 2], 4)
    assert core.factor(strata * 1.0, strata).q == 1 and core.factor(strata * 1.0, strata).pvalue == 0
    assert core.factor(np.tile([1.0, 2, 3, 4], 3), strata).q == pytest.approx(0)
    assert np.isnan(core.factor(np.arange(4.0), np.zeros(4, dtype=int)).q)
    assert np.isnan(core.factor(np.full(4, 0.1 + 0.2), np.array([0, 0, 1, 1])).q)
    assert np.isnan(core.factor(np.arange(3.0), np.arange(3)).pvalue)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 8), st.floats(0.01, 100), st.floats(-50, 50))
def test_strata_and_q_know_no_unit_of_measurement(seed: int, k: int, scale: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 40, 60).astype(float), rng.random(60)
    assert (core.by_quantiles(x, k) == core.by_quantiles(np.exp(x / 40), k)).all() or k > 4
    assert core.factor(y * scale + shift, core.by_quantiles(x, k)).q == pytest.approx(
        core.factor(y, core.by_quantiles(x, k)).q, abs=1e-7
    )


def test_quantile_strata_as_mapclassify_has_them(study: ac.Study) -> None:
    classify = pytest.importorskip("mapclassify")
    for x in study.source.whole("indicators").transpose("indicator", "unit", "time").values:
        assert (core.by_quantiles(x.ravel(), 5) == classify.Quantiles(x.ravel(), k=5).yb).all()
        assert (core.by_width(x.ravel(), 4) == core._numbered(classify.EqualInterval(x.ravel(), k=4).yb)).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_finer_strata_never_explain_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, a, b = rng.random(50), core.by_quantiles(rng.random(50), 4), core.by_quantiles(rng.random(50), 3)
    both = core.crossed(a, b)
    alone = [core.factor(y, s).q for s in (a, b)]
    assert core.factor(y, both).q >= max(alone) - 1e-12
    assert core.interaction(*alone, core.factor(y, both).q) in (3, 4, 5)
    assert len(np.unique(np.stack([a, b]), axis=1).T) == both.max() + 1


def test_interactions_of_a_study(study: ac.Study) -> None:
    table = ac.tidy(study["driver_interactions"])
    alone = ac.tidy(study["drivers"]).set_index("indicator")["q"]
    assert len(table) == 15
    assert (table["q_first"].to_numpy() == alone[table["first"]].to_numpy()).all()
    more = table["q"] > table["q_first"] + table["q_second"]
    assert (table.loc[more, "kind"] == "nonlinear enhance").all()
    assert (table.loc[~more, "kind"] == "bivariate enhance").all() and more.any() and not more.all()
    chinese = ac.tidy(study["driver_interactions"], "zh")["kind"]
    assert set(chinese) == {"双因子增强", "非线性增强"}


def test_year_by_year(study: ac.Study) -> None:
    made = study.with_(drivers={"by": "year", "k": 4, "chosen": ["output", "highways"]})["drivers"]
    assert made["period"].values.tolist() == [str(y) for y in range(1970, 1987)]
    assert made["indicator"].values.tolist() == ["output", "highways"] and (made["n"] == 48).all()
    one = study["coordination"].sel(time=1975).values
    x = study.source.whole("indicators").sel(indicator="output").transpose("unit", "time").values[:, 5]
    assert float(made["q"].sel(period="1975", indicator="output")) == core.factor(one, core.by_quantiles(x, 4)).q


def test_order_of_units_does_not_matter(study: ac.Study) -> None:
    turned = ac.Study(ac.sample().isel(unit=slice(None, None, -1)))
    for name in ("drivers", "driver_interactions"):
        np.testing.assert_allclose(turned[name]["q"], study[name]["q"], atol=1e-12)


def test_what_is_refused(study: ac.Study) -> None:
    d, x = study["coordination"], study.source.whole("indicators").assign_coords(study.source.coords)
    with pytest.raises(Refused, match="same everywhere"):
        drivers.drivers(d * 0 + 0.3, x)
    with pytest.raises(Refused, match="not more observations than the 5 strata"):
        drivers.drivers(d.isel(unit=slice(5)), x.isel(unit=slice(5)), by="year")
    with pytest.raises(InputError, match='"outptu" is no indicator; did you mean "output"'):
        drivers.drivers(d, x, chosen=["outptu"])
    with pytest.raises(InputError, match="each once"):
        drivers.drivers(d, x, chosen=["output", "output"])
    with pytest.raises(NotNeeded, match="one indicator only"):
        drivers.driver_interactions(d, x, chosen=["output"])


def test_a_constant_indicator_has_no_q() -> None:
    units, d = list("abcdef"), np.arange(12.0).reshape(6, 2)
    x = np.stack([np.ones((6, 2)), d**2])
    indicators = xr.DataArray(
        x, dims=("indicator", "unit", "time"), coords={"indicator": ["flat", "up"], "unit": units}
    )
    coordination = xr.DataArray(d, dims=("unit", "time"), coords={"unit": units, "time": [2001, 2002]})
    made = drivers.drivers(coordination, indicators, k=3)
    assert np.isnan(made["q"].values[0, 0]) and made["strata"].values[0].tolist() == [1, 3]
    assert drivers.driver_interactions(coordination, indicators, k=3)["kind"].values.tolist() == [[0]]


def test_left_out_where_indices_are_given() -> None:
    log = {step.name: step for step in ac.Study(ac.sample("china-replica")).run()}
    assert log["drivers"].state == "left out"
    assert log["drivers"].reason == "the study starts from indices that are given: there are no indicators"


def test_the_sentence_says_that_it_is_mechanical(study: ac.Study) -> None:
    said = study["drivers"]["q"].attrs
    assert "partly mechanical" in said["says_en"] and "机械相关" in said["says_zh"]


# ------------------------------------------------------------------------------------------------------ natural breaks


def squares_within(x: np.ndarray, strata: np.ndarray) -> float:
    return float(sum(((x[strata == h] - x[strata == h].mean()) ** 2).sum() for h in np.unique(strata)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-8, 8), min_size=1, max_size=12), st.integers(2, 5), st.sampled_from([1e-9, 1.0, 1e7]))
def test_natural_breaks_have_the_least_squares_of_all_groupings(given: list[int], k: int, scale: float) -> None:
    x = np.array(given) * scale + 3 * scale
    found, known = core.by_breaks(x, k), np.unique(x)
    assert set(found) == set(range(min(k, known.size))), "as many strata as there can be, numbered from 0"
    assert all(len(set(found[x == v])) == 1 for v in known) and (np.diff(found[np.argsort(x)]) >= 0).all()
    if known.size > k:
        every = combinations(range(1, known.size), k - 1)
        least = min(squares_within(x, np.searchsorted(known[list(cut)], x, side="right")) for cut in every)
        assert squares_within(x, found) == pytest.approx(least, rel=1e-9, abs=1e-12 * scale**2)


@pytest.mark.parametrize(("n", "k"), [(31, 3), (120, 5), (372, 6), (500, 12)])
def test_natural_breaks_are_those_of_mapclassify(n: int, k: int) -> None:
    theirs = pytest.importorskip("mapclassify")
    for seed, x in enumerate(np.random.default_rng(n).lognormal(0, 0.8, (5, n))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it asks for numba
            want = theirs.FisherJenks(x, k=k).yb
        np.testing.assert_array_equal(core.by_breaks(x, k), want, err_msg=str(seed))


def test_natural_breaks_of_many_values() -> None:
    x = np.repeat(np.random.default_rng(5).normal([0, 10, 20, 40], 1, (5000, 4)).ravel(), 2)
    np.testing.assert_array_equal(core.by_breaks(x, 4), np.repeat(np.tile(np.arange(4), 5000), 2))


def test_natural_breaks_are_an_option_of_the_step(study: ac.Study) -> None:
    other = study.with_(drivers={"rule": "natural_breaks"})
    d = study["coordination"].transpose("time", "unit").values.ravel()
    x = study.source.whole("indicators").transpose("indicator", "time", "unit").values
    for values, q in zip(x, other["drivers"]["q"].values[0], strict=True):
        assert q == pytest.approx(core.factor(d, core.by_breaks(values.ravel(), 5)).q, abs=1e-12)
    said = other["drivers"]["q"].attrs
    assert "natural breaks" in said["says_en"] and "自然断点" in said["says_zh"]
