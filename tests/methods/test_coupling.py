"""C, T, D, stages, lag types, pairs and obstacles: bounds, symmetries, exact zeros, edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import accord as ac
import accord.methods
from accord.core import coupling as core
from accord.errors import InputError
from accord.method import choices
from accord.methods.obstacle import obstacle
from accord.methods.stages import five, four, six, ten

MakePanel = Callable[..., xr.Dataset]
NAN = np.nan
VARIANTS = sorted(core.VARIANTS)
INDICES = st.integers(2, 5).flatmap(lambda s: hnp.arrays(float, (s, 7), elements=st.floats(0, 1)))


def plain(u: list[float], variant: str) -> float:
    """Coupling degree of one cell with the math module, as the papers print it."""
    n = len(u)
    if variant == "standard":
        return n * math.prod(v ** (1 / n) for v in u) / math.fsum(u) if sum(u) else 0.0
    if variant == "wang":
        if max(u) == 0:
            return 0.0
        gap = math.fsum(abs(a - b) for a, b in combinations(u, 2)) / math.comb(n, 2)
        return math.sqrt(max((1 - gap) * math.prod((v / max(u)) ** (1 / (n - 1)) for v in u), 0))
    mean = math.fsum(u) / n
    return 1 - 2 * math.sqrt(math.fsum((v - mean) ** 2 for v in u) / n)


# ----------------------------------------------------------------------------------------------------------- coupling


@pytest.mark.parametrize("variant", VARIANTS)
@given(u=INDICES)
def test_coupling_is_the_printed_formula(variant: str, u: np.ndarray) -> None:
    u = np.where(u < 1e-12, 0, u)
    c = core.VARIANTS[variant](u)
    assert c.shape == (7,)
    assert [float(v) for v in c] == pytest.approx([plain(col.tolist(), variant) for col in u.T], abs=1e-7)
    fine = (u > 1e-3).all(axis=0) & (np.ptp(u, axis=0) > 1e-3)
    assert c[fine].tolist() == pytest.approx([plain(col.tolist(), variant) for col in u.T[fine]], abs=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
@given(u=INDICES, data=st.data())
def test_coupling_and_coordination_lie_between_zero_and_one(variant: str, u: np.ndarray, data: st.DataObject) -> None:
    c = core.VARIANTS[variant](u)
    assert ((c >= 0) & (c <= 1)).all()
    a = np.array(data.draw(st.lists(st.floats(0.01, 1), min_size=len(u), max_size=len(u))))
    t = core.development(u, a / a.sum())
    d = core.coordination(c, t)
    assert ((d >= 0) & (d <= 1 + 1e-15)).all()
    assert ((t >= u.min(axis=0) - 1e-15) & (t <= u.max(axis=0) + 1e-15)).all()


@pytest.mark.parametrize("variant", VARIANTS)
@given(u=INDICES)
def test_order_of_subsystems_does_not_matter(variant: str, u: np.ndarray) -> None:
    c = core.VARIANTS[variant](u)
    for order in list(permutations(range(len(u))))[:6]:
        assert np.abs(core.VARIANTS[variant](u[list(order)]) - c).max() < 2e-7
        fine = (u > 1e-3).all(axis=0) & (np.ptp(u, axis=0) > 1e-3)
        assert np.abs(core.VARIANTS[variant](u[list(order)]) - c)[fine].max(initial=0) < 1e-13


@pytest.mark.parametrize("variant", VARIANTS)
@given(value=st.floats(0.001, 1), number=st.integers(2, 6), other=st.floats(0.001, 1))
def test_coupling_is_one_only_where_all_are_equal(variant: str, value: float, number: int, other: float) -> None:
    u = np.full((number, 1), value)
    assert core.VARIANTS[variant](u)[0] == pytest.approx(1, abs=1e-7 if variant == "fan" else 1e-14)
    assume(abs(other - value) > 1e-3)
    u[0] = other
    assert core.VARIANTS[variant](u)[0] < 1 - 1e-8


@pytest.mark.parametrize("variant", ["standard", "wang"])
@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_subsystem_at_zero_gives_exactly_zero(variant: str, number: int) -> None:
    """No clamping: not small, zero."""
    u = np.full((number, 3), 0.7)
    u[0, 0] = u[-1, 1] = 0
    u[:, 2] = 0
    c = core.VARIANTS[variant](u)
    assert c.tolist() == [0, 0, 0]
    assert core.coordination(c, core.development(u, np.full(number, 1 / number))).tolist() == [0, 0, 0]


def test_fan_where_all_are_zero_is_a_stated_policy() -> None:
    u = np.array([[0.0, 0.0], [0.0, 0.5]])
    assert core.fan(u)[0] == 1 and core.fan(u, at_zero="zero")[0] == 0
    assert core.fan(u)[1] == core.fan(u, at_zero="zero")[1] == 0.5


@pytest.mark.parametrize("variant", VARIANTS)
def test_range_of_the_variants(variant: str) -> None:
    """At the far corners: one at the top and the others at the bottom."""
    for number in (2, 3, 4):
        u = np.zeros((number, 1))
        u[0] = 1
        c = float(core.VARIANTS[variant](u)[0])
        assert c == (0 if variant != "fan" else pytest.approx(1 - 2 * math.sqrt(number - 1) / number, abs=1e-12))


def test_four_hundred_subsystems_do_not_underflow() -> None:
    """The product of 400 indices of .01 is 1e-800; through logarithms C is still 1."""
    u = np.full((400, 1), 0.01)
    assert core.standard(u)[0] == pytest.approx(1, abs=1e-12)
    mixed = np.random.default_rng(0).uniform(0.001, 0.02, (400, 1))
    expected = math.exp(math.fsum(math.log(v) for v in mixed[:, 0]) / 400) / (math.fsum(mixed[:, 0]) / 400)
    assert core.standard(mixed)[0] == pytest.approx(expected, rel=1e-12)
    assert core.wang(mixed)[0] > 0


def test_tiny_indices_do_not_underflow() -> None:
    assert core.standard(np.full((2, 1), 1e-200))[0] == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("variant", VARIANTS)
def test_missing_stays_missing(variant: str) -> None:
    u = np.array([[0.5, NAN, NAN, 0.0], [0.5, 0.5, NAN, NAN], [0.5, 0.5, NAN, 0.3]])
    for rows in (u, u[:2]):
        c = core.VARIANTS[variant](rows)
        assert np.isnan(c[1:]).all() and c[0] == pytest.approx(1)
        assert np.isnan(core.coordination(c, core.development(rows, np.full(len(rows), 1 / len(rows))))[1:]).all()


@given(INDICES)
def test_without_the_root(u: np.ndarray) -> None:
    number = len(u)
    assert np.abs(core.standard(u, root=False) - core.standard(u) ** number).max() < 1e-14
    assert (core.standard(u, root=False) <= core.standard(u)).all()


@given(hnp.arrays(float, (2, 9), elements=st.floats(0, 1)))
def test_with_equal_shares_coordination_is_the_root_of_the_geometric_mean(u: np.ndarray) -> None:
    d = core.coordination(core.standard(u), core.development(u, [0.5, 0.5]))
    assert np.abs(d - np.sqrt(np.sqrt(u[0] * u[1]))).max() < 1e-8


@given(hnp.arrays(float, (3, 9), elements=st.floats(0.01, 1)), hnp.arrays(float, 3, elements=st.floats(0, 1)))
def test_weighted_means(rows: np.ndarray, w: np.ndarray) -> None:
    assert np.abs(core.weighted_sum(rows, w) - (rows * w[:, None]).sum(axis=0)).max() < 1e-14
    np.testing.assert_allclose(
        core.weighted_geometric(rows, w + 0.1), (rows ** (w[:, None] + 0.1)).prod(axis=0), rtol=1e-12
    )


def test_geometric_mean_at_zero() -> None:
    """An indicator at zero makes it zero, unless its weight is zero too."""
    rows = np.array([[0.0, 0.5], [0.4, 0.5]])
    assert core.weighted_geometric(rows, np.array([0.5, 0.5])).tolist() == pytest.approx([0, 0.5])
    assert core.weighted_geometric(rows, np.array([0.0, 1.0])).tolist() == pytest.approx([0.4, 0.5])


# -------------------------------------------------------------------------------------------------- stages and lag types


@pytest.mark.parametrize("scheme", [ten, six, five, four])
def test_schemes_are_whole(scheme: Callable[..., xr.DataArray]) -> None:
    table = scheme()
    assert table.values[0] == 0 and (np.diff(table.values) > 0).all() and table.values[-1] < 1
    assert len(table) == len(table.attrs["label_en"]) == len(table.attrs["label_zh"])
    assert len(set(table.attrs["label_en"])) == len(set(table.attrs["label_zh"])) == len(table)
    assert table.attrs["edges"] == table.values.tolist() and table["level"].values[0] == 1


@pytest.mark.parametrize(
    ("scheme", "lower"),
    [
        (ten, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
        (six, [0.0, 0.2, 0.4, 0.5, 0.6, 0.8]),
        (five, [0.0, 0.25, 0.5, 0.7, 0.85]),
        (four, [0.0, 0.3, 0.5, 0.8]),
    ],
)
def test_edges_of_the_schemes(scheme: Callable[..., xr.DataArray], lower: list[float]) -> None:
    assert scheme().values.tolist() == lower


def test_names_of_the_ten_stages() -> None:
    """As the field's own papers name them (METHODS 2)."""
    assert list(zip(ten().attrs["label_en"], ten().attrs["label_zh"], strict=True)) == [
        ("extreme imbalance", "极度失调"),
        ("severe imbalance", "严重失调"),
        ("moderate imbalance", "中度失调"),
        ("mild imbalance", "轻度失调"),
        ("verge of imbalance", "濒临失调"),
        ("barely coordinated", "勉强协调"),
        ("primary coordination", "初级协调"),
        ("intermediate coordination", "中级协调"),
        ("good coordination", "良好协调"),
        ("quality coordination", "优质协调"),
    ]


EDGES = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def test_classes_at_the_literal_edges() -> None:
    """An edge is the literal number: 0.3 begins class 4 closed left and ends class 3 closed right."""
    assert core.classify(EDGES, EDGES).tolist() == list(range(1, 11))
    assert core.classify(EDGES, EDGES, "right").tolist() == [1, *range(1, 10)]
    just_below = np.nextafter(EDGES[1:], 0)
    assert (
        core.classify(just_below, EDGES).tolist()
        == core.classify(just_below, EDGES, "right").tolist()
        == [*range(1, 10)]
    )
    just_above = np.nextafter(EDGES, 1)
    assert core.classify(just_above, EDGES, "right").tolist() == list(range(1, 11))
    assert core.classify([1.0, 1.5, -0.1], EDGES).tolist() == [10, 10, 1]


def test_three_times_a_tenth_is_more_than_three_tenths() -> None:
    assert 3 * 0.1 > 0.3
    assert core.classify([3 * 0.1, 0.3], EDGES).tolist() == [4, 4]
    assert core.classify([3 * 0.1, 0.3], EDGES, "right").tolist() == [4, 3]
    assert core.classify([0.1 + 0.7], EDGES).tolist() == [8], "0.1 + 0.7 is just below 0.8"


def test_missing_has_no_class() -> None:
    out = core.classify([[NAN, 0.5]], EDGES)
    assert out.tolist() == [[0, 6]] and out.dtype == np.int8


@pytest.fixture(scope="module")
def study(make_panel: MakePanel) -> ac.Study:
    rows = [("a", "A", "+"), ("b", "A", "-"), ("c", "B", "+"), ("d", "B", "+"), ("e", "C", "+"), ("f", "C", "-")]
    x = np.random.default_rng(4).random((7, 5, 6))
    return ac.Study(make_panel(x, rows, regions=["N", "S", "N", "S", "E", "E", "N"]))


def test_own_edges(study: ac.Study) -> None:
    mine = study.with_(stages={"method": "edges", "edges": [0.4, 0.6], "names": ["low", "mid", "high"]})
    d = mine["coordination"].values
    assert np.array_equal(mine["stage"].values, 1 + (d >= 0.4) + (d >= 0.6))
    assert mine["stage"].attrs["label_en"] == mine["stage"].attrs["label_zh"] == ["low", "mid", "high"]
    unnamed = study.with_(stages={"method": "edges", "edges": [0.5]})["stage"].attrs
    assert unnamed["label_en"] == ["stage 1", "stage 2"] and unnamed["label_zh"] == ["等级 1", "等级 2"]
    edge = float(d[0, 0])
    for closed, level in (("left", 2), ("right", 1)):
        cut = study.with_(stages={"method": "edges", "edges": [edge], "closed": closed})
        assert int(cut["stage"][0, 0]) == level and cut["stage"].attrs["closed"] == closed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "edges"}, 'step "stages" needs the option "edges"'),
        ({"method": "edges", "edges": []}, "must ascend strictly between 0 and 1"),
        ({"method": "edges", "edges": [0.5, 0.5]}, "must ascend strictly"),
        ({"method": "edges", "edges": [0.6, 0.5]}, "must ascend strictly"),
        ({"method": "edges", "edges": [0.0, 0.5]}, "must ascend strictly"),
        ({"method": "edges", "edges": [0.5, 1.0]}, "must ascend strictly"),
        ({"method": "edges", "edges": [NAN]}, "must ascend strictly"),
        ({"method": "edges", "edges": np.linspace(0.001, 0.999, 200).tolist()}, "200 edges are more than"),
        ({"method": "edges", "edges": [0.5], "names": ["one"]}, "1 edges make 2 stages, but 1 names"),
        ({"method": "ten", "closed": "both"}, 'closed = "both" is not allowed.*left, right'),
        ("eleven", 'no method "eleven"'),
    ],
)
def test_bad_stages(study: ac.Study, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        study.with_(stages=options)["stage"]


def test_stage_counts_count(study: ac.Study) -> None:
    for scheme in ("ten", "six", "five", "four"):
        s = study.with_(stages=scheme)
        count, stage = s["stage_counts"].transpose("time", "level").values, s["stage"].transpose("time", "unit").values
        assert (count.sum(axis=1) == 7).all()
        assert np.array_equal(count, [np.bincount(row, minlength=count.shape[1] + 1)[1:] for row in stage])


def test_lag_types_of_two() -> None:
    u1 = [0.2, 0.4, 0.39, 0.5, 0.6, 0.61, 0.9, 0.0, 0.3, 0.0, NAN]
    u2 = [0.5, 0.5, 0.50, 0.5, 0.5, 0.50, 0.5, 0.5, 0.0, 0.0, 0.5]
    assert core.lagging([u1, u2], 0.8, 1.2).tolist() == [1, 3, 1, 3, 3, 2, 2, 1, 2, 3, 0]
    assert core.lagging([u1[:6], u2[:6]], 0.5, 1.0).tolist() == [1, 3, 3, 3, 2, 2]


def test_lag_types_of_more_name_the_smallest() -> None:
    u = np.array([[0.2, 0.5, 0.5, 0.4, NAN], [0.5, 0.1, 0.5, 0.4, 0.1], [0.9, 0.3, 0.4, 0.4, 0.2]])
    assert core.lagging(u, 0.8, 1.2).tolist() == [1, 2, 3, 1, 0]


@pytest.mark.parametrize("options", [{"low": 0.0}, {"low": 1.3, "high": 1.2}, {"low": -1}])
def test_bad_cut_offs(study: ac.Study, options: dict[str, float]) -> None:
    with pytest.raises(InputError, match="0 < low <= high"):
        study.with_(lag_type=options)["lag_type"]


# ------------------------------------------------------------------------------------------------------- shares in T


def test_shares_in_order_or_by_name(study: ac.Study) -> None:
    u = study["index"].transpose("subsystem", ...).values
    assert np.abs(study["development"].values - u.mean(axis=0)).max() < 1e-15
    a = study.with_(coupling={"weights": [0.5, 0.3, 0.2]})["development"].values
    b = study.with_(coupling={"weights": {"C": 0.2, "A": 0.5, "B": 0.3}})["development"].values
    assert np.array_equal(a, b)
    assert np.abs(a - (0.5 * u[0] + 0.3 * u[1] + 0.2 * u[2])).max() < 1e-15


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([0.5, 0.3, 0.3], "sum to 1.1; they must sum to 1"),
        ([0.5, 0.5], r"2 given for 3 subsystems \(A, B, C\); give one each"),
        ([1.5, -0.3, -0.2], "must be finite and not negative"),
        ([NAN, 0.5, 0.5], "must be finite and not negative"),
        ({"A": 0.5, "B": 0.5}, "none given for C"),
        ({"A": 0.5, "B": 0.3, "D": 0.2}, '"D" is not a subsystem; Allowed: A, B, C'),
        ("equal", "weights = .* is not allowed"),
    ],
)
def test_bad_shares(study: ac.Study, weights: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        study.with_(coupling={"weights": weights})["development"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_through_the_study(study: ac.Study, variant: str) -> None:
    s = study.with_(coupling=variant)
    u = s["index"].transpose("unit", "time", "subsystem").values.reshape(-1, 3)
    c = s["coupling"].transpose("unit", "time").values.ravel()
    assert c.tolist() == pytest.approx([plain(row.tolist(), variant) for row in u], abs=1e-10)
    assert np.array_equal(
        s["coordination"].values, np.sqrt(s["coupling"].values * s["development"].transpose(*s["coupling"].dims).values)
    )


def test_rootless_coupling_is_warned_of(study: ac.Study) -> None:
    assert any("without its root" in w["en"] for w in study.with_(coupling={"root": False}).warnings())
    assert not any("without its root" in w["en"] for w in study.warnings())


# --------------------------------------------------------------------------------------------------------------- pairs


@pytest.mark.parametrize("variant", VARIANTS)
def test_pairs_are_the_two_subsystem_study(study: ac.Study, variant: str) -> None:
    """Each pair alone: its C, its T with the shares scaled to the pair, its D."""
    s = study.with_(coupling={"method": variant, "weights": [0.5, 0.3, 0.2]})
    table, u = s["pairwise"], s["index"]
    assert table["pair"].values.tolist() == ["A - B", "A - C", "B - C"]
    share = {"A": 0.5, "B": 0.3, "C": 0.2}
    for first, second in combinations("ABC", 2):
        x, y = (u.sel(subsystem=k).transpose("unit", "time").values for k in (first, second))
        c = np.array([plain([p, q], variant) for p, q in zip(x.ravel(), y.ravel(), strict=True)]).reshape(x.shape)
        t = (share[first] * x + share[second] * y) / (share[first] + share[second])
        one = table.sel(pair=f"{first} - {second}").transpose("unit", "time")
        for name, expected in (("pair_coupling", c), ("pair_development", t), ("pair_coordination", np.sqrt(c * t))):
            assert np.abs(one[name].values - expected).max() < 1e-7, name


def test_pairs_follow_the_coupling_of_the_study_or_their_own(study: ac.Study) -> None:
    wang = study.with_(coupling="wang")
    own = study.with_(pairwise={"variant": "wang"})
    assert np.array_equal(wang["pair_coupling"].values, own["pair_coupling"].values)
    assert not np.array_equal(study["pair_coupling"].values, own["pair_coupling"].values)


def test_pairs_of_shares_at_zero(study: ac.Study) -> None:
    """Two subsystems without weight in T count alike in their pair."""
    s = study.with_(coupling={"weights": [1.0, 0.0, 0.0]})
    t = s["pair_development"].sel(pair="B - C").transpose("unit", "time").values
    u = s["index"].sel(subsystem=["B", "C"]).mean("subsystem").transpose("unit", "time").values
    assert np.abs(t - u).max() < 1e-15


def test_two_subsystems_have_no_pairs(make_panel: MakePanel) -> None:
    x = np.random.default_rng(4).random((3, 3, 2))
    study = ac.Study(make_panel(x, [("a", "A", "+"), ("b", "B", "+")]))
    step = next(s for s in study.run() if s.name == "pairwise")
    assert step.state == "left out" and not step.tables and "their pair is the study itself" in step.reason


# ----------------------------------------------------------------------------------------------------------- obstacles


@pytest.mark.parametrize("scope", ["subsystem", "system"])
def test_obstacles_are_shares_of_the_distance_to_the_best(study: ac.Study, scope: str) -> None:
    s = study.with_(obstacle={"scope": scope}, coupling={"weights": [0.5, 0.3, 0.2]})
    z, w = s["normalised"].transpose("unit", "time", "indicator").values, s["weight"].values
    short = w * (1 - z) * (np.repeat([0.5, 0.3, 0.2], 2) if scope == "system" else 1)
    degree = s["obstacle"].transpose("unit", "time", "indicator").values
    groups = [slice(0, 6)] if scope == "system" else [slice(0, 2), slice(2, 4), slice(4, 6)]
    for g in groups:
        assert np.abs(degree[..., g] - short[..., g] / short[..., g].sum(axis=-1, keepdims=True)).max() < 1e-14
        assert np.abs(degree[..., g].sum(axis=-1) - 1).max() < 1e-14


def test_obstacles_where_all_is_best_or_missing() -> None:
    z = xr.DataArray([[1.0, NAN, 0.5], [1.0, NAN, 1.0], [0.2, NAN, 1.0]], dims=("indicator", "unit"))
    w = xr.DataArray([0.4, 0.6, 1.0], dims="indicator")
    subsystem = xr.DataArray(["A", "A", "B"], dims="indicator")
    share = xr.DataArray([0.5, 0.5], dims="subsystem")
    inside = obstacle(z, w, subsystem, share).transpose("unit", "indicator").values
    np.testing.assert_array_equal(inside, [[0, 0, 1], [NAN, NAN, NAN], [1, 0, 0]])
    whole = obstacle(z * 0 + 1, w, subsystem, share, scope="system").transpose("unit", "indicator").values
    np.testing.assert_array_equal(whole[[0, 2]], np.zeros((2, 3)))


# -------------------------------------------------------------------------------------------------- index and rescaling


def test_indices_are_weighted_means(study: ac.Study) -> None:
    z, w = study["normalised"].transpose("unit", "time", "indicator").values, study["weight"].values
    u = study["index"].transpose("unit", "time", "subsystem").values
    assert np.abs(u - (z * w).reshape(7, 5, 3, 2).sum(axis=-1)).max() < 1e-15
    g = study.with_(index="geometric")["index"].transpose("unit", "time", "subsystem").values
    assert np.abs(g - np.prod((z**w).reshape(7, 5, 3, 2), axis=-1)).max() < 1e-14
    assert (g <= u + 1e-15).all()


def test_rescaled_indices(study: ac.Study) -> None:
    u = study["index"].values
    off = study.with_(rescale_index=False)["index"].values
    assert np.array_equal(u, off)
    s = study.with_(rescale_index={"method": "rescaled", "bottom": 0.05, "top": 0.95})["index"]
    r = s.transpose("subsystem", ...).values.reshape(3, -1)
    v = study["index"].transpose("subsystem", ...).values.reshape(3, -1)
    expected = 0.05 + 0.9 * (v - v.min(axis=1, keepdims=True)) / np.ptp(v, axis=1, keepdims=True)
    assert np.abs(r - expected).max() < 1e-14
    default = study.with_(rescale_index="rescaled")["index"].transpose("subsystem", ...).values.reshape(3, -1)
    assert default.min(axis=1).tolist() == pytest.approx([0.01] * 3) and default.max() == pytest.approx(0.99)


@pytest.mark.parametrize("bounds", [{"bottom": 0.9, "top": 0.1}, {"bottom": -0.1}, {"top": 1.1}])
def test_bad_rescaling(study: ac.Study, bounds: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"is not an interval within \[0, 1\]"):
        study.with_(rescale_index={"method": "rescaled", **bounds})["index"]


def test_dimension_scores(make_panel: MakePanel) -> None:
    """A mean over the dimension's indicators, with their weights scaled to it."""
    import pandas as pd

    from accord.sheets import Sheet
    from accord.study.panel import build_panel

    x = np.random.default_rng(9).random((4, 3, 4))
    table = pd.DataFrame({"key": list("abcd"), "subsystem": ["A", "A", "A", "B"], "direction": "+",
                          "dimension": ["one", "one", "two", "three"]})  # fmt: skip
    data = pd.DataFrame([{"unit": f"u{i}", "year": str(2000 + t), **{k: repr(float(v)) for k, v in zip("abcd", x[i, t], strict=True)}}
                         for i in range(4) for t in range(3)])  # fmt: skip
    study = ac.Study(build_panel(Sheet("d.csv", data), ac.IndicatorSystem.from_table(table)))
    z, w = study["normalised"].transpose("unit", "time", "indicator").values, study["weight"].values
    scores = study["dimension_scores"]["dimension_score"].transpose("unit", "time", "dimension")
    assert scores["dimension"].values.tolist() == ["one", "two", "three"]
    assert np.abs(scores.values[..., 0] - (z[..., :2] * w[:2]).sum(axis=-1) / w[:2].sum()).max() < 1e-14
    assert np.abs(scores.values[..., 1:] - z[..., 2:]).max() < 1e-15
    frame = ac.tidy(study.table("dimension_scores"))
    assert frame.loc[frame["dimension"] == "three", "subsystem"].eq("B").all()


# ------------------------------------------------------------------------------------------------------------- regions


def test_regions_against_pandas(study: ac.Study) -> None:
    cells = ac.tidy(study.table("coordination"))
    table = ac.tidy(study.table("regions")).set_index(["variable", "region", "time"]).sort_index()
    for variable in ("coordination", "coupling", "development"):
        by = cells.groupby(["region", "time"])[variable]
        for name, expected in (("mean", by.mean()), ("sd", by.std()), ("cv", by.std() / by.mean())):
            found = table.loc[variable][name].drop("National")
            np.testing.assert_allclose(found.loc[expected.index], expected, rtol=1e-9)
        rank = by.mean().unstack("region").rank(axis=1, ascending=False).stack()
        assert all(table.loc[(variable, r, t), "rank"] == v for (t, r), v in rank.items())
        national = cells.groupby("time")[variable]
        np.testing.assert_allclose(table.loc[(variable, "National"), "mean"], national.mean(), rtol=1e-12)
        np.testing.assert_allclose(table.loc[(variable, "National"), "sd"], national.std(), rtol=1e-9)
    assert table.xs("National", level="region")["rank"].isna().all()


def test_change_and_leaders_against_pandas(study: ac.Study) -> None:
    cells = ac.tidy(study.table("coordination"))
    change = ac.tidy(study.table("region_change")).set_index(["variable", "region"])
    leaders = ac.tidy(study.table("leaders")).set_index(["variable", "group"])
    for group, mine in (("National", cells), *cells.groupby("region")):
        d = mine.pivot(index="unit", columns="time", values="coordination")
        row = change.loc[("coordination", group)]
        assert row["first"] == pytest.approx(d[2000].mean()) and row["last"] == pytest.approx(d[2004].mean())
        assert row["change_percent"] == pytest.approx(100 * (d[2004].mean() / d[2000].mean() - 1))
        best = leaders.loc[("coordination", group)]
        mean, rise = d.mean(axis=1), d[2004] - d[2000]
        assert (best["leader"], best["laggard"]) == (mean.idxmax(), mean.idxmin())
        assert best["leader_mean"] == pytest.approx(mean.max()) and best["laggard_mean"] == pytest.approx(mean.min())
        assert (best["largest_rise"], best["smallest_rise"]) == (rise.idxmax(), rise.idxmin())
        assert best["rise"] == pytest.approx(rise.max()) and best["least_rise"] == pytest.approx(rise.min())


def test_every_choice_of_coupling_and_stages_is_tested_here() -> None:
    assert set(choices("coupling")) == set(core.VARIANTS)
    assert set(choices("stages")) == {"ten", "six", "five", "four", "edges"}
