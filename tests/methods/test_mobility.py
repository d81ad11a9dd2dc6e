"""Mobility: other packages as oracles, chains whose answer is known, what data cannot carry, the embedded studies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import chi2

import accord as ac
from accord.core import markov as chain
from accord.core import mobility as core
from accord.errors import InputError, Refused
from accord.methods import mobility, spatial_markov
from accord.methods.stages import edges, stage

NAN = np.nan
COUNTS = st.integers(2, 5).flatmap(lambda k: hnp.arrays(int, (k, k), elements=st.integers(0, 20)))
PATHS = hnp.arrays(int, (6, 7), elements=st.integers(0, 4))


# ------------------------------------------------------------------------------------------------------------- classes


@given(x=hnp.arrays(float, st.integers(1, 40), elements=st.floats(0, 1)), k=st.integers(2, 8))
def test_cutoffs_are_linear_quantiles(x: np.ndarray, k: int) -> None:
    want = np.quantile(x, np.arange(1, k) / k)
    np.testing.assert_allclose(core.cutoffs(x, k), want, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize(("n", "k"), [(31, 5), (48, 5), (48, 4), (21, 10), (7, 3)])
def test_classes_are_those_of_mapclassify(n: int, k: int) -> None:
    theirs = pytest.importorskip("mapclassify")
    for seed in range(20):
        x = np.random.default_rng(seed).uniform(size=n)
        np.testing.assert_array_equal(core.classes(x, core.cutoffs(x, k)), theirs.Quantiles(x, k=k).yb + 1)


def test_a_cut_off_that_is_a_value_closes_its_class() -> None:
    """31 units in 5 classes: the cut-offs are the 7th, 13th, 19th and 25th value, and belong below."""
    x = np.random.default_rng(1).permutation(np.linspace(0.1, 0.7, 31))
    cuts = core.cutoffs(x, 5)
    assert set(cuts) <= set(x)
    assert np.bincount(core.classes(x, cuts)).tolist() == [0, 7, 6, 6, 6, 6]


def test_classes_of_equal_and_missing_values() -> None:
    assert core.classes([0.5] * 4, core.cutoffs([0.5] * 4, 3)).tolist() == [1, 1, 1, 1]
    holed = [0.1, NAN, 0.2, 0.3, NAN]
    assert core.cutoffs(holed, 3).tolist() == core.cutoffs([0.1, 0.2, 0.3], 3).tolist()
    assert core.classes(holed, core.cutoffs(holed, 3)).tolist() == [1, 0, 2, 3, 0]
    assert core.classes([NAN], core.cutoffs([NAN], 3)).tolist() == [0]


# --------------------------------------------------------------------------------------------------------------- counts


@given(start=PATHS, end=PATHS)
def test_moves_are_counted_one_by_one(start: np.ndarray, end: np.ndarray) -> None:
    want = np.zeros((6, 4, 4), dtype=int)
    for row in range(6):
        for a, b in zip(start[row], end[row], strict=True):
            if a and b:
                want[row, a - 1, b - 1] += 1
    found = core.transitions(start, end, 4)
    np.testing.assert_array_equal(found, want)
    p = core.probabilities(found)
    np.testing.assert_allclose(p.sum(axis=-1), found.sum(axis=-1) > 0)


@given(counts=COUNTS)
def test_the_steady_state_is_one(counts: np.ndarray) -> None:
    found = chain.steady(counts)
    if np.isnan(found).any():
        assert np.isnan(found).all()
        return
    assert found.sum() == pytest.approx(1, abs=1e-12) and (found >= -1e-15).all()
    np.testing.assert_allclose(found @ core.probabilities(counts), found, atol=1e-12)
    assert (found[counts.sum(axis=0) + counts.sum(axis=1) == 0] == 0).all()


@pytest.mark.parametrize(
    ("counts", "want"),
    [
        ([[0, 5], [5, 0]], [0.5, 0.5]),
        ([[3, 1], [0, 2]], [0.0, 1.0]),
        ([[9, 1, 0], [3, 7, 0], [0, 0, 0]], [0.75, 0.25, 0.0]),
        ([[5, 0], [0, 5]], [NAN, NAN]),
        ([[4, 1], [0, 0]], [NAN, NAN]),
        ([[0, 0], [0, 0]], [NAN, NAN]),
    ],
    ids=["swings", "is absorbed", "never met", "two parts", "empty row", "nothing"],
)
def test_steady_states_that_are_known(counts: list[list[int]], want: list[float]) -> None:
    np.testing.assert_allclose(chain.steady(counts), want, atol=1e-14)


def test_first_passage_of_giddy() -> None:
    theirs = pytest.importorskip("giddy.ergodic")
    counts = np.random.default_rng(2).integers(1, 30, (5, 5))
    want = np.asarray(theirs.mfpt(core.probabilities(counts)))
    np.testing.assert_allclose(chain.first_passage(counts), want, rtol=1e-10)
    np.testing.assert_allclose(np.diag(chain.first_passage(counts)), 1 / chain.steady(counts), rtol=1e-10)


def test_first_passage_only_where_it_is_sure() -> None:
    found = chain.first_passage([[1, 1, 1], [0, 2, 0], [0, 1, 1]])
    np.testing.assert_array_equal(np.isnan(found), [[True, False, True], [True, False, True], [True, False, True]])
    assert found[2, 1] == pytest.approx(2) and found[1, 1] == 1 and found[0, 1] == pytest.approx(2.5)
    assert np.isnan(chain.first_passage([[1, 1], [0, 0]])[1]).all()


def test_first_passage_is_what_a_walk_takes() -> None:
    p = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.4, 0.5]])
    rng = np.random.default_rng(3)
    walks, steps = np.zeros(20_000, dtype=int), np.zeros(20_000)
    alive = np.ones(20_000, dtype=bool)
    while alive.any():
        walks[alive] = (rng.random(alive.sum())[:, None] > p[walks[alive]].cumsum(axis=1)).sum(axis=1)
        steps[alive] += 1
        alive &= walks != 2
    assert chain.first_passage(p * 1000)[0, 2] == pytest.approx(steps.mean(), abs=4 * steps.std() / np.sqrt(20_000))


def test_shorrocks_runs_from_nobody_moves_to_no_memory() -> None:
    giddy = pytest.importorskip("giddy.mobility")
    assert chain.shorrocks(np.diag([4, 2, 5])) == 0
    assert chain.shorrocks([[2, 2], [2, 2]]) == 1
    counts = np.random.default_rng(4).integers(1, 30, (3, 5, 5))
    want = [giddy.markov_mobility(p, measure="P") for p in core.probabilities(counts)]
    np.testing.assert_allclose(chain.shorrocks(counts), want, rtol=1e-12)
    assert chain.shorrocks([[9, 1, 0], [3, 7, 0], [0, 0, 0]]) == pytest.approx(0.4)
    assert np.isnan(chain.shorrocks([[9, 0], [0, 0]]))


def test_homogeneity_of_giddy_with_rows_that_are_empty() -> None:
    markov = pytest.importorskip("giddy.markov")
    counts = np.random.default_rng(5).integers(0, 9, (4, 5, 5)).astype(float)
    counts[1, 2] = counts[2, 0] = 0
    counts[:, :, 3] = counts[:, 3] = 0
    found, want = chain.homogeneity(counts), markov.Homogeneity_Results(counts)
    assert found.df == want.dof - 1, "giddy counts (0 - 1)(0 - 1) = 1 for the class that no chain has"
    assert found.lr == pytest.approx(want.LR, rel=1e-12) and found.q == pytest.approx(want.Q, rel=1e-12)
    assert found.lr_pvalue == pytest.approx(chi2.sf(want.LR, found.df), rel=1e-9)
    full = np.delete(np.delete(counts, 3, axis=1), 3, axis=2)
    assert chain.homogeneity(full).df == markov.Homogeneity_Results(full).dof == found.df


def test_homogeneity_holds_its_size() -> None:
    """Chains that are one are told apart in about 5 % of cases at 5 %."""
    rng = np.random.default_rng(6)
    p = np.array([[0.8, 0.15, 0.05], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]])
    found = [chain.homogeneity([[rng.multinomial(200, row) for row in p] for _ in range(2)]) for _ in range(1000)]
    for values in ([t.lr_pvalue for t in found], [t.q_pvalue for t in found]):
        assert 0.03 < (np.array(values) < 0.05).mean() < 0.07
    assert found[0].df == 6 and found[0].sparse == 0


def test_simulated_p_values_hold_their_size_where_chi_squared_does_not() -> None:
    """Chains that are one, with few moves in each row: rejections at 5 % in 300 samples (0.05 +- 0.038 is 3 sd)."""
    rng = np.random.default_rng(14)
    p = np.array([[0.9, 0.08, 0.02], [0.05, 0.9, 0.05], [0.02, 0.08, 0.9]])
    counts = [np.array([[rng.multinomial(12, row) for row in p] for _ in range(4)]) for _ in range(300)]
    simulated = np.array([chain.homogeneity_simulated(c, 199, rng) for c in counts])
    plain = np.array([(t.lr_pvalue, t.q_pvalue) for t in map(chain.homogeneity, counts)])
    simulated_share, plain_share = ((np.nan_to_num(x, nan=1) < 0.05).mean(axis=0) for x in (simulated, plain))
    assert (abs(simulated_share - 0.05) < 0.038).all(), simulated_share
    assert np.abs(plain_share - 0.05).max() > np.abs(simulated_share - 0.05).max()
    assert chain.homogeneity(counts[0]).sparse > 0.5


def test_simulated_p_values_agree_with_chi_squared_where_counts_are_large() -> None:
    counts = [[[300, 100], [100, 300]], [[270, 130], [100, 300]]]
    plain = chain.homogeneity(counts)
    found = chain.homogeneity_simulated(counts, 9999, np.random.default_rng(15))
    assert found == pytest.approx((plain.lr_pvalue, plain.q_pvalue), abs=0.01)
    assert found == chain.homogeneity_simulated(counts, 9999, np.random.default_rng(15))
    assert np.isnan(chain.homogeneity_simulated([[[5, 1], [2, 6]]], 99, np.random.default_rng(1))).all()


def test_simulated_p_values_are_those_of_moves_dealt_out_one_by_one() -> None:
    """With classes that one chain alone has, or that all leave for one other: there is one deal of those only."""
    counts = np.array([
        [[0, 3, 0, 0], [4, 9, 1, 0], [0, 0, 0, 0], [0, 0, 0, 2]],
        [[0, 0, 0, 0], [1, 9, 6, 0], [0, 0, 5, 2], [0, 0, 0, 3]],
        [[0, 0, 0, 0], [2, 8, 2, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    ])  # fmt: skip
    found = chain.homogeneity_simulated(counts, 9999, np.random.default_rng(16))
    moves = np.array([at for at, n in np.ndenumerate(counts) for _ in range(n)])
    rng, seen, beyond = np.random.default_rng(17), chain.homogeneity(counts), np.zeros(2)
    for _ in range(3000):
        dealt, again = moves.copy(), np.zeros_like(counts)
        for i in range(4):
            mine = np.flatnonzero(moves[:, 1] == i)
            dealt[mine, 2] = rng.permutation(moves[mine, 2])
        np.add.at(again, tuple(dealt.T), 1)
        t = chain.homogeneity(again)
        beyond += [t.lr >= seen.lr - 1e-9, t.q >= seen.q - 1e-9]
    np.testing.assert_allclose(found, beyond / 3000, atol=0.035)  # 4 sd of a share near 0.1 in 3,000
    assert min(found) > 0.01 and max(found) < 0.99


def test_homogeneity_of_the_same_and_of_one() -> None:
    same = chain.homogeneity([[[5, 1], [2, 6]]] * 2)
    assert same.lr == same.q == 0 and same.lr_pvalue == 1
    one = chain.homogeneity([[[5, 1], [2, 6]]])
    assert one.df == 0 and np.isnan(one.lr_pvalue)


def test_neighbours_mean_is_a_row_standardised_lag() -> None:
    libpysal = pytest.importorskip("libpysal")
    w = libpysal.weights.lat2W(4, 5)
    w.transform = "r"
    x = np.random.default_rng(7).uniform(size=(20, 6))
    pairs = np.array([(i, j) for i, near in w.neighbors.items() for j in near])
    found = core.neighbours_mean(x, pairs)
    np.testing.assert_allclose(found, libpysal.weights.lag_spatial(w, x), rtol=1e-13)
    np.testing.assert_array_equal(
        core.neighbours_mean(x, pairs[np.random.default_rng(8).permutation(len(pairs))]), found
    )


def test_neighbours_that_are_missing() -> None:
    pairs = [[0, 1], [1, 0], [1, 2], [2, 1]]
    np.testing.assert_array_equal(core.neighbours_mean([1.0, NAN, 4.0, 9.0], pairs), [NAN, 2.5, NAN, NAN])
    assert np.isnan(core.neighbours_mean([1.0, 2.0], np.empty((0, 2)))).all()


# ------------------------------------------------------------------------------------------------------- as methods

TABLE = edges(edges=[0.4, 0.6], names=["low", "middle", "high"])
SEED = xr.DataArray(1)
RING = xr.DataArray([[i, (i + s) % 10] for i in range(10) for s in (1, 9)], dims=("pair", "side"))


def classed(d: Any, **options: Any) -> tuple[xr.DataArray, xr.Dataset]:
    values = np.asarray(d, dtype=float)
    coords: Any = {"unit": [f"u{i}" for i in range(len(values))], "time": 2010 + np.arange(values.shape[1])}
    x = xr.DataArray(values, dims=("unit", "time"), coords=coords)
    return x, mobility.classed(x, stage(x, TABLE), TABLE, **options)


def random(units: int = 10, years: int = 8) -> np.ndarray:
    rng = np.random.default_rng(9)
    return np.clip(rng.uniform(0.3, 0.7, (units, 1)) + rng.normal(0, 0.05, (units, years)).cumsum(axis=1), 0, 1)


def matrix(table: xr.Dataset, analysis: str, key: str = "count") -> np.ndarray:
    mine = table.isel(row=np.flatnonzero(table["analysis"].values == analysis))
    k = int(mine["from"].max())
    out = np.zeros((k, k))
    out[mine["from"].values - 1, mine["to"].values - 1] = mine[key].values
    return out


def labels(array: xr.DataArray) -> list[str]:
    return [["", *array.attrs["label_en"]][int(k)] for k in array.values.ravel()]


def test_three_analyses_and_what_each_counts() -> None:
    x, made = classed(random(), k=4)
    d = x.values
    table = mobility.transitions(made["classed"], TABLE, k=4)
    fixed = np.digitize(d, [0.4, 0.6]) + 1
    yearly = np.stack([np.digitize(c, np.quantile(c, [0.25, 0.5, 0.75]), right=True) + 1 for c in d.T], axis=1)
    pooled = np.digitize(d, np.quantile(d, [0.25, 0.5, 0.75]), right=True) + 1
    for analysis, own in zip(mobility.ANALYSES, (fixed, yearly, pooled), strict=True):
        want = core.transitions(own[:, :-1].ravel(), own[:, 1:].ravel(), 3 if analysis == "stages" else 4)
        np.testing.assert_array_equal(matrix(table, analysis), want)
        np.testing.assert_allclose(matrix(table, analysis, "probability"), core.probabilities(want))
    staged = table["analysis"].values == "stages"
    assert labels(table["from_name"][staged])[:4] == ["low", "low", "low", "middle"]
    assert set(labels(table["to_name"][~staged])) == {""}
    summary = mobility.transition_summary(made["classed"], TABLE, k=4)
    assert summary["transitions"].values.tolist() == [70, 70, 70]
    assert (summary["moves"] == summary["up"] + summary["down"]).all()
    assert int(summary["up"][1]) == int((np.diff(yearly, axis=1) > 0).sum())


def test_relative_classes_do_not_see_a_common_rise() -> None:
    d = random() / 4
    flat = mobility.transitions(classed(d / d.mean(axis=0))[1]["classed"], TABLE)
    risen = d / d.mean(axis=0) * np.linspace(0.1, 0.3, 8)
    same = mobility.transitions(classed(risen, relative=True)[1]["classed"], TABLE, relative=True)
    other = mobility.transitions(classed(risen)[1]["classed"], TABLE)
    np.testing.assert_array_equal(matrix(same, "pooled quantiles"), matrix(flat, "pooled quantiles"))
    assert (matrix(other, "pooled quantiles") != matrix(flat, "pooled quantiles")).any()
    np.testing.assert_array_equal(matrix(other, "yearly quantiles"), matrix(flat, "yearly quantiles"))


def test_empty_rows_stay_zero_and_are_flagged() -> None:
    d = np.tile([[0.5], [0.52], [0.55]], (1, 4))
    d[0, -1] = 0.7
    _, made = classed(d, k=2)
    table = mobility.transitions(made["classed"], TABLE, k=2)
    staged = table.isel(row=np.flatnonzero(table["analysis"].values == "stages"))
    empty = staged["from"].values != 2
    assert (staged["probability"].values[empty] == 0).all() and (staged["count"].values[empty] == 0).all()
    assert set(labels(staged["note"][empty])) == {"no unit starts from this class"}
    assert set(labels(staged["note"][~empty])) == {""}
    summary = mobility.transition_summary(made["classed"], TABLE, k=2)
    assert labels(summary["note"])[0] == "all units are in one class" and np.isnan(summary["shorrocks"][0])
    found = mobility.transition_classes(made["classed"], made["class_cuts"], TABLE, k=2)
    assert np.isnan(found["steady"].values[:3]).all() and "there is no single steady state" in labels(found["note"])


def test_all_equal_values_stay_in_one_class() -> None:
    _, made = classed(np.full((6, 4), 0.5))
    summary = mobility.transition_summary(made["classed"], TABLE)
    assert summary["moves"].values.tolist() == [0, 0, 0]
    assert set(labels(summary["note"])) == {"all units are in one class"}


def test_bounds_and_shares_of_the_classes() -> None:
    x, made = classed(random(), k=2)
    found = mobility.transition_classes(made["classed"], made["class_cuts"], TABLE, k=2)
    median = float(np.median(x.values))
    np.testing.assert_allclose(found["lower"], [NAN, 0.4, 0.6, NAN, NAN, NAN, median])
    np.testing.assert_allclose(found["upper"], [0.4, 0.6, NAN, NAN, NAN, median, NAN])
    for analysis in mobility.ANALYSES:
        mine = found["analysis"].values == analysis
        assert float(found["observed"][mine].sum()) == pytest.approx(1)


def test_halves_and_regions_are_compared() -> None:
    _, made = classed(random(12, 9), k=2)
    region = xr.DataArray(np.array(["a", "b"] * 6, dtype=object), dims="unit")
    names = xr.DataArray(np.array(["a", "b"], dtype=object), dims="group")
    found = mobility.transition_tests(made["classed"], region, names, TABLE, SEED, k=2)
    own = made["classed"].values[2]
    first, last = own[:, :-1], own[:, 1:]
    halves = [core.transitions(first[:, s].ravel(), last[:, s].ravel(), 2) for s in (slice(0, 4), slice(4, 8))]
    want = chain.homogeneity(halves)
    row = found.isel(row=np.flatnonzero((found["analysis"] == "pooled quantiles") & (found["across"] == "time halves")))
    np.testing.assert_allclose(row["statistic"], [want.lr, want.q])
    assert set(found["across"].values) == {"time halves", "regions"}
    alone = mobility.transition_tests(made["classed"], region, names[:0], TABLE, SEED, k=2)
    assert set(alone["across"].values) == {"time halves"}
    two = mobility.transition_tests(classed(random(12, 2), k=2)[1]["classed"], region, names[:0], TABLE, SEED, k=2)
    assert set(labels(two["note"])) == {"too little data to compare"} and np.isnan(two["pvalue"]).all()


def test_spatial_transitions_of_giddy() -> None:
    markov, libpysal = pytest.importorskip("giddy.markov"), pytest.importorskip("libpysal")
    d = random()
    x, made = classed(d)
    w = libpysal.weights.W({i: [(i + 1) % 10, (i + 9) % 10] for i in range(10)}, silence_warnings=True)
    w.transform = "r"
    want = markov.Spatial_Markov(d, w, fixed=True, k=5, m=5)
    found = spatial_markov.spatial_transitions(x, made["classed"], RING, TABLE)
    mine = found.isel(row=np.flatnonzero(found["analysis"].values == "pooled quantiles"))
    assert sorted(set(mine["neighbours"].values)) == [s + 1 for s in range(5) if want.T[s].sum()]
    got = np.zeros((5, 5, 5))
    got[tuple(mine[key].values - 1 for key in ("neighbours", "from", "to"))] = mine["count"].values
    np.testing.assert_array_equal(got, want.T)
    tests = spatial_markov.spatial_tests(x, made["classed"], RING, TABLE, SEED)
    mine = tests.isel(row=np.flatnonzero(tests["analysis"].values == "pooled quantiles"))
    np.testing.assert_allclose(mine["statistic"], [want.LR, want.Q], rtol=1e-12)
    assert set(mine["df"].values) == {want.dof_hom}


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_that_meet_a_cut_off_exactly_are_in_the_lower_class(seed: int) -> None:
    """Two-decimal values on a lattice: as giddy on the values times 1,200, whose means are whole numbers."""
    markov, libpysal = pytest.importorskip("giddy.markov"), pytest.importorskip("libpysal")
    whole = np.random.default_rng(seed).integers(20, 60, (25, 8))
    w = libpysal.weights.lat2W(5, 5)
    side = xr.DataArray([(i, j) for i, near in w.neighbors.items() for j in near], dims=("pair", "side"))
    w.transform = "r"
    want = markov.Spatial_Markov(whole * 1200.0, w, fixed=True, k=4, m=4)
    x, made = classed(whole / 100, k=4)
    found = spatial_markov.spatial_transitions(x, made["classed"], side, TABLE, k=4)
    mine = found.isel(row=np.flatnonzero(found["analysis"].values == "pooled quantiles"))
    got = np.zeros((4, 4, 4))
    got[tuple(mine[key].values - 1 for key in ("neighbours", "from", "to"))] = mine["count"].values
    np.testing.assert_array_equal(got, want.T)


def test_neighbours_that_meet_the_edge_of_a_stage_are_in_the_stage_it_opens() -> None:
    """The mean of .3, .4 and .5 is .4, also where it is summed to a bit less."""
    d = np.tile([[0.45], [0.3], [0.4], [0.5]], 3)
    for order in ([1, 2, 3], [3, 2, 1], [2, 3, 1]):
        side = xr.DataArray([(0, j) for j in order], dims=("pair", "side"))
        x, made = classed(d)
        found = spatial_markov.spatial_transitions(x, made["classed"], side, TABLE)
        staged = found.isel(row=np.flatnonzero(found["analysis"].values == "stages"))
        assert set(staged["neighbours"].values) == {2}


@given(x=hnp.arrays(float, st.integers(1, 20), elements=st.floats(0, 1)), by=st.sampled_from([1e-6, 1.0, 1e5]))
def test_rounding_moves_nothing_that_can_be_seen(x: np.ndarray, by: float) -> None:
    found = core.rounded(x * by)
    np.testing.assert_allclose(found, x * by, rtol=0, atol=1e-11 * by * max(x.max(), 1e-200))
    assert np.isnan(core.rounded([NAN])).all() and core.rounded([1e-310]).tolist() == [0.0]


def test_islands_are_left_out_and_counted() -> None:
    x, made = classed(random())
    kept = RING.isel(pair=np.flatnonzero((RING != 3).all("side").values))
    found = spatial_markov.spatial_tests(x, made["classed"], kept, TABLE, SEED)
    assert set(found["left_out"].values) == {7}
    counts = spatial_markov.spatial_transitions(x, made["classed"], kept, TABLE)
    assert int(counts["count"][counts["analysis"].values == "stages"].sum()) == 63


def test_flows_between_chosen_years() -> None:
    x, _ = classed(random())
    level = stage(x, TABLE)
    found = mobility.stage_flows(level, TABLE)
    assert set(zip(found["from_year"].values, found["to_year"].values, strict=True)) == {(2010, 2014), (2014, 2017)}
    assert (found["count"] > 0).all()
    one = mobility.stage_flows(level, TABLE, years=[2016, 2011])
    want = core.transitions(level.sel(time=2011), level.sel(time=2016), 3)
    got = np.zeros((3, 3))
    got[one["from"].values - 1, one["to"].values - 1] = one["count"].values
    np.testing.assert_array_equal(got, want)
    assert labels(one["from_name"]) == [["low", "middle", "high"][k - 1] for k in one["from"].values]


def test_what_transitions_cannot_do() -> None:
    with pytest.raises(Refused, match="need at least two years") as caught:
        classed(random(10, 1))
    assert "至少需要两个年份" in caught.value.zh
    x, _ = classed(random())
    with pytest.raises(InputError, match=r"no year 1999.*2010"):
        mobility.stage_flows(stage(x, TABLE), TABLE, years=[1999, 2012])
    with pytest.raises(InputError, match="2012 alone is one year"):
        mobility.stage_flows(stage(x, TABLE), TABLE, years=[2012, 2012])
    with pytest.raises(Refused, match="need at least two years"):
        mobility.stage_flows(stage(x, TABLE).isel(time=[0]), TABLE)


@pytest.mark.parametrize(("name", "k"), [("us-states", 5), ("china-replica", 4)])
def test_embedded_studies(name: str, k: int) -> None:
    study = ac.Study(ac.sample(name), transitions={"k": k})
    table, d = ac.tidy(study["transitions"]), study["coordination"]
    units, years = d.sizes["unit"], d.sizes["time"]
    assert (table.groupby("analysis")["count"].sum() == units * (years - 1)).all()
    rows = table.groupby(["analysis", "from"])[["count", "probability"]].sum()
    np.testing.assert_allclose(rows["probability"], rows["count"] > 0)
    flows = ac.tidy(study["stage_flows"])
    assert (flows.groupby(["from_year", "to_year"])["count"].sum() == units).all()
    first = study["stage_counts"].isel(time=0).to_series()
    left = flows[flows["from_year"] == flows["from_year"].min()].groupby("from")["count"].sum()
    assert left.to_dict() == first[first > 0].to_dict()
    classes = ac.tidy(study["transition_classes"])
    assert classes.groupby("analysis")["observed"].sum().round(12).eq(1).all()
