"""Inequality and convergence: other packages as oracles, identities, what data cannot carry, the embedded studies."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import accord as ac
from accord.core import convergence as growth
from accord.core import inequality as core
from accord.core.theil import mean_log_deviation, nested_theil, theil
from accord.errors import InputError
from accord.methods.convergence import convergence
from accord.methods.inequality import inequality, inequality_groups, inequality_pairs

NAN = np.nan
VALUES = st.integers(2, 30).flatmap(lambda n: hnp.arrays(float, n, elements=st.floats(0.01, 100)))
GROUPED = st.integers(4, 30).flatmap(
    lambda n: st.tuples(
        hnp.arrays(float, (2, n), elements=st.floats(0.01, 100)), hnp.arrays(int, n, elements=st.integers(0, 3))
    )
)


def plain_dagum(x: np.ndarray, group: np.ndarray) -> dict[str, Any]:
    """Dagum's parts as printed: every pair of units, gross affluence and first-order moment of transvariation."""
    n, mu = len(x), x.mean()
    parts = {"within": 0.0, "between": 0.0, "overlap": 0.0}
    by = [x[group == g] for g in range(group.max() + 1) if (group == g).any()]
    for j, h in itertools.product(range(len(by)), repeat=2):
        a, b = by[j], by[h]
        apart = np.subtract.outer(a, b)
        gini = np.abs(apart).mean() / (a.mean() + b.mean())
        weight = len(a) / n * len(b) * b.mean() / (n * mu)
        if j == h:
            parts["within"] += gini * weight
            continue
        rich = apart if a.mean() >= b.mean() else -apart
        d, p = np.maximum(rich, 0).mean(), np.maximum(-rich, 0).mean()
        distance = (d - p) / (d + p) if d + p > 0 else 0.0
        parts["between"] += gini * weight * distance
        parts["overlap"] += gini * weight * (1 - distance)
    return parts


# --------------------------------------------------------------------------------------------------------------- Gini


@given(x=VALUES)
def test_gini_is_the_mean_difference(x: np.ndarray) -> None:
    assert core.gini(x) == pytest.approx(np.abs(np.subtract.outer(x, x)).mean() / (2 * x.mean()), abs=1e-12)


@given(x=VALUES, times=st.integers(2, 4), by=st.floats(1e-3, 1e3), data=st.data())
def test_gini_knows_no_scale_no_size_and_no_order(x: np.ndarray, times: int, by: float, data: st.DataObject) -> None:
    g = core.gini(x)
    assert 0 <= g < 1
    assert core.gini(x * by) == pytest.approx(g, abs=1e-12)
    assert core.gini(np.repeat(x, times)) == pytest.approx(g, abs=1e-12)
    assert core.gini(np.array(data.draw(st.permutations(x.tolist())))) == g
    assert core.gini(x + 1) <= g + 1e-12


def test_gini_and_theil_of_the_inequality_package() -> None:
    theirs = pytest.importorskip("inequality")
    x = np.random.default_rng(1).lognormal(0, 0.7, (5, 40))
    for row in x:
        assert core.gini(row) == pytest.approx(theirs.gini.Gini(row).g, abs=1e-13)
    group = np.arange(40) % 3
    for row in x:
        want = theirs.theil.TheilD(row, group)
        found = theil(row, group)
        assert found.total == pytest.approx(want.T, abs=1e-13)
        assert found.between == pytest.approx(np.squeeze(want.bg), abs=1e-13)
        assert found.within == pytest.approx(np.squeeze(want.wg), abs=1e-13)


def test_years_and_draws_at_once_are_those_one_by_one() -> None:
    x = np.random.default_rng(2).gamma(2, 1, (3, 4, 25))
    group = np.arange(25) % 4
    all_at_once = core.dagum(x, group)
    for at in np.ndindex(3, 4):
        alone = core.dagum(x[at], group)
        for key, value in vars(alone).items():
            np.testing.assert_allclose(getattr(all_at_once, key)[at], value, rtol=1e-12, atol=1e-15, err_msg=key)
        assert core.gini(x)[at] == core.gini(x[at]) and core.variation(x)[at] == core.variation(x[at])


# ------------------------------------------------------------------------------------------------------------- Dagum


@given(both=GROUPED)
def test_dagum_is_the_printed_formula_and_its_parts_sum(both: tuple[np.ndarray, np.ndarray]) -> None:
    x, group = both
    found = core.dagum(x, group)
    np.testing.assert_allclose(found.within + found.between + found.overlap, found.total, atol=1e-12, rtol=0)
    np.testing.assert_allclose(found.total, core.gini(x), atol=1e-12, rtol=0)
    for row in range(2):
        want = plain_dagum(x[row], group)
        for key, value in want.items():
            assert getattr(found, key)[row] == pytest.approx(value, abs=1e-12), key
            assert getattr(found, key)[row] >= 0


@given(both=GROUPED)
def test_between_is_the_gini_of_group_means(both: tuple[np.ndarray, np.ndarray]) -> None:
    x, group = both
    means = x.copy()
    for g in np.unique(group):
        means[:, group == g] = x[:, group == g].mean(axis=1, keepdims=True)
    np.testing.assert_allclose(core.dagum(x, group).between, core.gini(means), atol=1e-12, rtol=0)


def test_pairs_add_up_and_distance_has_its_ends() -> None:
    x, group = np.array([1.0, 2, 10, 11, 1, 2]), np.array([0, 0, 1, 1, 2, 2])
    found = core.dagum(x, group)
    assert found.distance[0, 1] == 1 and found.distance[0, 2] == 0
    assert found.pair_between.sum() / 2 == pytest.approx(found.between, abs=1e-15)
    assert found.pair_overlap.sum() / 2 == pytest.approx(found.overlap, abs=1e-15)
    assert found.pair_overlap[0, 1] == 0 and found.pair_between[0, 2] == 0


def test_equal_values_are_exactly_equal() -> None:
    x = np.full((2, 7), 0.1 + 0.2)
    found = core.dagum(x, np.arange(7) % 3)
    for part in (found.total, found.within, found.between, found.overlap, core.gini(x), theil(x).total):
        assert (part == 0).all()
    assert (core.variation(x) == 0).all() and (core.log_deviation(x) == 0).all()
    assert (mean_log_deviation(x, np.arange(7) % 3).group == 0).all()


def test_a_group_of_one_and_an_empty_one() -> None:
    found = core.dagum([1.0, 2.0, 5.0], [0, 0, 2], 4)
    assert found.group[2] == 0 and np.isnan(found.group[[1, 3]]).all()
    assert found.within + found.between + found.overlap == pytest.approx(core.gini([1.0, 2, 5]), abs=1e-15)
    assert theil([1.0, 2.0, 5.0], [0, 0, 2], 4).group[2] == 0


def test_zeros_nothing_and_missing_values() -> None:
    assert np.isnan(core.gini([0.0, 0.0])) and np.isnan(theil([0.0, 0.0]).total)
    assert core.gini([0.0, 0.0, 0.0, 1.0]) == 0.75
    assert theil([0.0, 0.0, 0.0, 1.0]).total == pytest.approx(np.log(4), abs=1e-15)
    assert np.isinf(mean_log_deviation([0.0, 1.0]).total) and np.isnan(core.log_deviation([0.0, 1.0]))
    holed, group = np.array([1.0, NAN, 2.0, 5.0, NAN]), np.array([0, 0, 1, 1, 1])
    left = np.isfinite(holed)
    assert core.gini(holed) == core.gini(holed[left])
    for key, value in vars(core.dagum(holed[left], group[left])).items():
        np.testing.assert_allclose(getattr(core.dagum(holed, group), key), value, atol=1e-15, err_msg=key)
    assert theil(holed, group).within == pytest.approx(theil(holed[left], group[left]).within, abs=1e-15)
    assert np.isnan(core.gini([NAN, NAN]))


@pytest.mark.parametrize("by", [core.gini, core.variation, theil, lambda x: core.dagum(x, [0, 0])])
@pytest.mark.parametrize("value", [-0.1, np.inf])
def test_what_inequality_refuses(by: Any, value: float) -> None:
    with pytest.raises(InputError, match="finite values of at least 0"):
        by([value, 1.0])


# ------------------------------------------------------------------------------------------------------------- Theil


@given(both=GROUPED)
def test_both_theil_indices_are_their_parts(both: tuple[np.ndarray, np.ndarray]) -> None:
    x, group = both
    r = x / x.mean(axis=1, keepdims=True)
    for by, want in ((theil, (r * np.log(r)).mean(axis=1)), (mean_log_deviation, -np.log(r).mean(axis=1))):
        found = by(x, group)
        np.testing.assert_allclose(found.within + found.between, found.total, atol=1e-12)
        np.testing.assert_allclose(found.total, want, atol=1e-11)
        np.testing.assert_allclose(by(x).total, want, atol=1e-11)
        assert (found.between >= 0).all() and (found.within >= 0).all()


def test_nested_groups() -> None:
    x = np.random.default_rng(3).gamma(2, 1, 24)
    outer, inner = np.repeat([0, 1, 2], 8), np.repeat(np.arange(6), 4)
    total, between, nested, within = nested_theil(x, outer, inner)
    assert between + nested + within == pytest.approx(total, abs=1e-14)
    share = [x[outer == g].sum() / x.sum() for g in range(3)]
    own = [theil(x[outer == g], inner[outer == g] - 2 * g) for g in range(3)]
    assert nested == pytest.approx(sum(s * t.between for s, t in zip(share, own, strict=True)), abs=1e-14)
    assert within == pytest.approx(sum(s * t.within for s, t in zip(share, own, strict=True)), abs=1e-14)
    with pytest.raises(InputError, match="stands in two of the groups"):
        nested_theil(x, outer, np.zeros(24, dtype=int))


# -------------------------------------------------------------------------------------------------------- convergence


@pytest.mark.parametrize("errors", ["HC1", "HC3"])
@pytest.mark.parametrize("controls", [0, 2])
def test_beta_against_statsmodels(errors: Any, controls: int) -> None:
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(4)
    first = rng.uniform(0.2, 0.6, 31)
    last = first**0.7 * np.exp(rng.normal(0.1, 0.05, 31))
    z = rng.normal(size=(31, controls)) if controls else None
    x = np.column_stack([np.log(first), *([z] if controls else [])])
    want = api.OLS((np.log(last) - np.log(first)) / 11, api.add_constant(x)).fit(cov_type=errors, use_t=True)
    found = growth.beta(first, last, 11, z, errors=errors)
    assert found.coefficient == pytest.approx(want.params[1], rel=1e-9)
    assert found.se == pytest.approx(want.bse[1], rel=1e-9) and found.pvalue == pytest.approx(want.pvalues[1], rel=1e-7)
    assert found.df == 31 - 2 - controls


def test_trend_against_statsmodels() -> None:
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(5)
    years = np.arange(2011, 2023)
    y = 0.2 - 0.004 * (years - 2011) + rng.normal(0, 0.01, 12).cumsum()
    options = {"maxlags": int(4 * (12 / 100) ** (2 / 9)), "use_correction": True}
    want = api.OLS(y, api.add_constant(years - years.mean())).fit(cov_type="HAC", cov_kwds=options, use_t=True)
    found = growth.trend(y, years)
    assert found.coefficient == pytest.approx(want.params[1], rel=1e-9)
    assert found.se == pytest.approx(want.bse[1], rel=1e-9) and found.pvalue == pytest.approx(want.pvalues[1], rel=1e-7)


@given(st.floats(0.001, 0.2), st.integers(2, 30))
def test_a_known_speed_comes_back(rate: float, years: int) -> None:
    start = np.linspace(0.2, 0.8, 12)
    end = np.exp(np.log(start) * np.exp(-rate * years))
    found = growth.beta(start, end, years)
    assert growth.speed(found.coefficient, years) == pytest.approx(rate, rel=1e-8)
    assert growth.half_life(rate) == pytest.approx(np.log(2) / rate)


def test_beta_does_not_ask_for_units_of_measurement_and_drops_doubled_controls() -> None:
    rng = np.random.default_rng(6)
    first, last, z = rng.uniform(0.2, 0.6, 20), rng.uniform(0.3, 0.7, 20), rng.normal(size=(20, 1))
    plain = growth.beta(first, last, 10, z)
    assert growth.beta(first * 100, last * 100, 10, z).coefficient == pytest.approx(plain.coefficient, rel=1e-10)
    doubled = growth.beta(first, last, 10, np.column_stack([z, 3 * z, np.ones(20)]))
    assert doubled.coefficient == pytest.approx(plain.coefficient, rel=1e-10) and doubled.df == plain.df


@pytest.mark.parametrize(
    ("first", "last", "controls"),
    [
        ([0.3] * 12, list(np.linspace(0.3, 0.5, 12)), None),
        ([0.0, *np.linspace(0.3, 0.5, 11)], list(np.linspace(0.3, 0.5, 12)), None),
        (list(np.linspace(0.3, 0.5, 12)), list(np.linspace(0.4, 0.5, 12)), np.log(np.linspace(0.3, 0.5, 12))[:, None]),
        ([0.3, 0.4], [0.4, 0.5], None),
    ],
    ids=["equal", "zero", "controls hold it", "no freedom"],
)
def test_beta_that_cannot_be_had(first: Any, last: Any, controls: Any) -> None:
    assert np.isnan(growth.beta(first, last, 10, controls).coefficient)


# ------------------------------------------------------------------------------------------------------- as methods


def inputs(d: np.ndarray, regions: list[str]) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    coords: Any = {"unit": [f"u{i}" for i in range(len(d))], "time": np.arange(2010, 2010 + d.shape[1])}
    names = list(dict.fromkeys(regions))
    return (
        xr.DataArray(d, dims=("unit", "time"), coords=coords),
        xr.DataArray(np.array(regions or [""] * len(d), dtype=object), dims="unit"),
        xr.DataArray(np.array(names, dtype=object), dims="group"),
    )


def labels(array: xr.DataArray) -> list[str]:
    return [["", *array.attrs["label_en"]][int(k)] for k in array.values.ravel()]


def converged(d: np.ndarray, regions: list[str], **options: Any) -> xr.Dataset:
    x, region, names = inputs(d, regions)
    index = xr.concat([x, 1 - x], "subsystem").assign_coords(subsystem=["Land", "Town"])
    return convergence(x, index, region, names, x["time"], xr.DataArray(1), **options)


def test_rows_with_regions_and_without() -> None:
    d = np.random.default_rng(7).uniform(0.2, 0.8, (9, 4))
    split = inequality(*inputs(d, list("aabbbcccc")))
    rows = list(zip(split["measure"].values, split["part"].values, strict=True))
    assert rows[:5] == [("gini", "total"), *(("dagum", p) for p in ("within", "between", "overlap", "total"))]
    for measure in ("dagum", "theil", "theil_l"):
        mine = split.isel(row=[i for i, r in enumerate(rows) if r[0] == measure])
        np.testing.assert_allclose(mine["value"].values[:, :-1].sum(axis=1), mine["value"].values[:, -1], atol=1e-12)
        np.testing.assert_allclose(mine["percent"].values[:, :-1].sum(axis=1), 100)
    for regions in ([], ["one"] * 9):
        whole = inequality(*inputs(d, regions))
        assert set(whole["part"].values) == {"total"} and "dagum" not in whole["measure"].values
        np.testing.assert_allclose(whole["value"].values[:, 0], split["value"].values[:, 0], rtol=1e-14)
        assert inequality_pairs(*inputs(d, regions)).sizes["pair"] == 0


def test_groups_and_pairs_are_the_core_by_name() -> None:
    d = np.random.default_rng(8).uniform(0.2, 0.8, (9, 3))
    given = inputs(d, ["b", "a", "c", "a", "b", "c", "b", "a", "d"])
    found, pairs = inequality_groups(*given), inequality_pairs(*given)
    assert found["group"].values.tolist() == ["National", "b", "a", "c", "d"]
    a = d[[1, 3, 7]]
    np.testing.assert_allclose(found["gini"].sel(group="a"), core.gini(a.T), atol=1e-14)
    np.testing.assert_allclose(found["cv"].sel(group="a"), a.std(axis=0, ddof=1) / a.mean(axis=0))
    np.testing.assert_allclose(found["sigma"].sel(group="a"), np.log(a).std(axis=0, ddof=1))
    np.testing.assert_allclose(found["contribution"][:, 1:].sum("group"), found["contribution"][:, 0], atol=1e-14)
    assert (found["gini"].sel(group="d") == 0).all()
    assert set(labels(found["note"].sel(group="d"))) == {"one unit: nothing to compare"}
    assert list(zip(pairs["first"].values, pairs["second"].values, strict=True))[:2] == [("a", "b"), ("a", "c")]
    both = core.dagum(d.T, [1, 0, 2, 0, 1, 2, 1, 0, 3])
    np.testing.assert_allclose(pairs["gini"].values[:, 0], both.pair[:, 0, 1], atol=1e-14)


def test_equal_values_are_flagged() -> None:
    found = inequality(*inputs(np.full((6, 3), 0.4), list("aabbcc")))
    assert (found["value"] == 0).all() and set(labels(found["note"])) == {"all values are equal"}
    reasons = converged(np.full((12, 6), 0.4), ["a", "b"] * 6)
    assert np.isnan(reasons["coefficient"]).all()
    assert set(labels(reasons["reason"].sel(group="National"))) == {"the values do not vary"}


def test_zeros_are_flagged_where_logarithms_are_taken() -> None:
    d = np.random.default_rng(9).uniform(0.2, 0.8, (12, 5))
    d[0, 0] = 0
    found = inequality(*inputs(d, ["a", "b"] * 6)).isel(time=0)
    said = dict(
        zip(zip(found["measure"].values, found["part"].values, strict=True), labels(found["note"]), strict=True)
    )
    assert said["sigma", "total"] == said["theil_l", "within"] == "a value is 0 and has no logarithm"
    assert said["theil_l", "between"] == ""
    assert said["gini", "total"] == said["theil", "total"] == ""
    absent = {key for key, value in zip(said, found["value"].values, strict=True) if np.isnan(value)}
    assert absent == {("sigma", "total"), ("theil_l", "within"), ("theil_l", "total")}
    percent = dict(zip(said, found["percent"].values, strict=True))
    assert {key for key, share in percent.items() if np.isnan(share)} >= {(m, "total") for m in ("theil_l", "sigma")}
    assert np.isnan(percent["theil_l", "between"]) and percent["theil", "total"] == 100
    even = converged(d, ["a", "b"] * 6).sel(group="National")
    trend = even.sel(kind=["sigma", "sigma of cv"])
    assert np.isfinite(trend["coefficient"]).all() and trend["n"].values.tolist() == [4, 5]
    assert labels(trend["reason"]) == ["without the years in which a D is 0 and has no logarithm", ""]
    assert (trend["converges"] > 0).all()
    beta = even.sel(kind="beta")
    assert np.isnan(beta["coefficient"]) and labels(beta["reason"]) == ["a value is 0 and has no logarithm"]


def test_convergence_says_why_not() -> None:
    d = np.random.default_rng(10).uniform(0.2, 0.8, (12, 6))
    found = converged(d, ["a"] * 8 + ["b"] * 3 + ["c"])
    said = {
        (g, k): labels(found["reason"].sel(group=g, kind=k))[0]
        for g, k in itertools.product(found["group"].values, found["kind"].values)
    }
    assert set(v for (g, _), v in said.items() if g == "National") == {""}
    assert said["a", "beta"] == "fewer than 10 units" and said["a", "conditional beta"] == "nothing to condition on"
    assert said["c", "sigma"] == "one unit has no spread" and said["b", "sigma"] == ""
    assert labels(converged(d, [], least=13)["reason"].sel(kind="beta")) == ["fewer than 13 units"]
    assert set(labels(converged(d[:, :1], [])["reason"])) == {"too few years", "nothing to condition on"}


def test_conditional_beta_is_given_regions_and_named_indices() -> None:
    rng = np.random.default_rng(11)
    d = np.clip(rng.uniform(0.3, 0.6, (24, 1)) + rng.normal(0.02, 0.02, (24, 5)).cumsum(axis=1), 0.1, 0.9)
    regions = ["a", "b", "c"] * 8
    found = converged(d, regions).sel(group="National", kind="conditional beta")
    dummies = np.array([[r == "b", r == "c"] for r in regions], dtype=float)
    want = growth.beta(d[:, 0], d[:, -1], 4, dummies)
    assert float(found["coefficient"]) == pytest.approx(want.coefficient, rel=1e-12)
    assert float(found["speed"]) == pytest.approx(growth.speed(want.coefficient, 4))
    more = converged(d, [], controls=["Town"], errors="HC1").sel(group="National", kind="conditional beta")
    given = growth.beta(d[:, 0], d[:, -1], 4, 1 - d[:, :1], errors="HC1")
    assert float(more["se"]) == pytest.approx(given.se, rel=1e-9)
    with pytest.raises(InputError, match=r'"Twon" is not a subsystem; did you mean "Town"'):
        converged(d, regions, controls=["Twon"])


def test_a_region_of_one_unit_leaves_conditional_beta_to_the_others() -> None:
    d = np.random.default_rng(13).uniform(0.2, 0.8, (12, 6))
    alone = converged(d, ["a"] * 6 + ["b"] * 5 + ["c"]).sel(group="National", kind="conditional beta")
    others = converged(d[:-1], ["a"] * 6 + ["b"] * 5).sel(group="National", kind="conditional beta")
    for key in ("coefficient", "se", "pvalue"):
        assert float(alone[key]) == pytest.approx(float(others[key]), rel=1e-9), key


def test_the_verdict_follows_the_slope() -> None:
    start = np.linspace(0.2, 0.8, 12)[:, None]
    rng = np.random.default_rng(12)
    noise = np.exp(rng.normal(0, 0.005, (12, 8)))
    closing = start ** np.exp(-0.05 * np.arange(8)) * noise
    opening = start ** np.exp(0.05 * np.arange(8)) * noise
    for d, verdict in ((closing, "converges"), (opening, "diverges"), (start * noise, "not clear")):
        found = converged(d, []).sel(group="National")
        assert labels(found["converges"].sel(kind=["sigma", "beta"])) == [verdict, verdict]


@pytest.mark.parametrize("name", ["us-states", "china-replica"])
def test_embedded_studies(name: str) -> None:
    study = ac.Study(ac.sample(name))
    table = ac.tidy(study["inequality"])
    wide = table[table["measure"] == "dagum"].pivot(index="time", columns="part", values="value")
    np.testing.assert_allclose(wide[["within", "between", "overlap"]].sum(axis=1), wide["total"], atol=1e-12, rtol=0)
    d = study["coordination"]
    np.testing.assert_allclose(wide["total"], core.gini(d.transpose("time", "unit").values), atol=1e-14)
    means = d.groupby("region").map(lambda part: xr.full_like(part, 1) * part.mean("unit"))
    np.testing.assert_allclose(wide["between"], core.gini(means.transpose("time", "unit").values), atol=1e-12, rtol=0)
    found = ac.tidy(study["convergence"])
    assert set(found["group"]) == {"National", *d["region"].values} and found["n"].min() >= 1
    assert (found["coefficient"].isna() == (found["reason"] != "")).all()
