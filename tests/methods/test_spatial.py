"""Steps `space` and `centre`: against esda, by enumeration, by hand, and where data cannot carry them."""

from __future__ import annotations

import builtins
import itertools
import math
import sys
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import accord as ac
from accord.borders import both_ways
from accord.core import autocorrelation as auto
from accord.core import space as plane
from accord.errors import InputError, NotNeeded, Refused
from accord.methods import centre, spatial

esda = pytest.importorskip("esda")
libpysal = pytest.importorskip("libpysal")


def ring(n: int) -> np.ndarray:
    return both_ways({(i, (i + 1) % n) for i in range(n)})


def arrays(x: np.ndarray, pairs: np.ndarray, at: np.ndarray | None = None) -> dict[str, xr.DataArray]:
    """Arrays as the methods read them; x (unit, time)."""
    names = [f"u{i:02}" for i in range(len(x))]
    lies = np.full((len(x), 2), np.nan) if at is None else at
    return {
        "coordination": xr.DataArray(
            x, dims=("unit", "time"), coords={"unit": names, "time": 2001 + np.arange(x.shape[1])}
        ),
        "neighbours": xr.DataArray(pairs, dims=("pair", "side")),
        "position": xr.DataArray(lies, dims=("unit", "axis"), coords={"unit": names}),
        "seed": xr.DataArray(1),
    }


@pytest.fixture(scope="module", params=["us-states", "china-replica"])
def study(request: pytest.FixtureRequest) -> ac.Study:
    return ac.Study(ac.sample(request.param))


# --------------------------------------------------------------------------------------------- against other programs


def test_as_esda_has_it(study: ac.Study) -> None:
    pairs, d = study.evaluator.have["neighbours"].values, study["coordination"].transpose("time", "unit")
    near: dict[int, list[int]] = {i: [] for i in range(d.sizes["unit"])}
    for i, j in pairs.tolist():
        near[i].append(j)
    w = libpysal.weights.W(near)
    w.transform = "r"
    made = study["moran"]
    for t, y in enumerate(d.values):
        i, c = esda.Moran(y, w, permutations=0), esda.Geary(y, w, permutations=0)
        np.testing.assert_allclose(made["moran"].values[t], i.I, rtol=1e-12)
        np.testing.assert_allclose([made["z"].values[t], made["pvalue"].values[t]], [i.z_rand, i.p_rand], rtol=1e-8)
        np.testing.assert_allclose([made["geary"].values[t], made["geary_z"].values[t]], [c.C, c.z_rand], rtol=1e-8)


def test_permuted_p_values_as_esda_draws_them(study: ac.Study) -> None:
    """Same distribution, other draws: two p of 999 draws differ by less than five of their standard errors."""
    pairs, d = study.evaluator.have["neighbours"].values, study["coordination"].transpose("time", "unit").values
    near: dict[int, list[int]] = {i: [] for i in range(d.shape[1])}
    for i, j in pairs.tolist():
        near[i].append(j)
    w = libpysal.weights.W(near)
    w.transform = "r"
    state = np.random.get_state()
    np.random.seed(5)
    theirs = [esda.Moran(d[t], w, permutations=999).p_sim for t in (0, -1)]
    np.random.set_state(state)
    mine = study["moran"]["pvalue_permutation"].values[[0, -1]]
    spread = np.sqrt(2 * np.maximum(mine * (1 - mine), 0.001) / 999)
    assert (np.abs(mine - theirs) < 5 * spread).all()


def test_permutations_against_all_of_them() -> None:
    """Five units on a ring: 120 orders enumerated; 99,999 draws come within 0.006 of the exact shares."""
    x, pairs = np.array([0.1, 0.25, 0.7, 0.6, 0.3]), ring(5)
    matrix = auto.row_standardised(pairs, 5)

    def moran(v: np.ndarray) -> float:
        z = v - v.mean()
        return float(z @ (matrix @ z) / (z @ z))

    drawn = np.array([moran(x[list(p)]) for p in itertools.permutations(range(5))])
    above = (drawn >= moran(x) - 1e-12).mean()
    made = auto.overall(x[None], pairs, 99_999, np.random.default_rng(3))
    assert abs(made.pvalue_permutation[0] - min(above, 1 - above)) < 0.006
    ones = auto.local(x[None], pairs, 99_999, np.random.default_rng(3))
    z = (x - x.mean()) / x.std()
    for i in range(5):
        others = np.delete(z, i)
        lags = np.array([np.mean(c) * z[i] for c in itertools.combinations(others, 2)])
        share = (lags >= ones.lag[0, i] * z[i] - 1e-12).mean()
        assert min(abs(ones.pvalue[0, i] - p) for p in (share, 1 - share)) < 0.006


def test_local_moran_sums_to_the_global(study: ac.Study) -> None:
    n = study["coordination"].sizes["unit"]
    total = study["lisa"]["local_moran"].sum("unit").values
    np.testing.assert_allclose(total * n / (n - 1) / n, study["moran"]["moran"].values, rtol=1e-10)


def test_scatter_has_the_slope_i(study: ac.Study) -> None:
    lisa = study["lisa"].transpose("unit", "time")
    for t, i in enumerate(study["moran"]["moran"].values):
        z, lag = lisa["standardised"].values[:, t], lisa["lag"].values[:, t]
        np.testing.assert_allclose(np.polyfit(z, lag, 1)[0], i, rtol=1e-10)


# ------------------------------------------------------------------------------------------------------- properties


@settings(max_examples=25, deadline=None)
@given(st.integers(5, 14), st.integers(0, 2**31), st.floats(0.1, 10), st.floats(-5, 5))
def test_neither_unit_of_measurement_nor_order_matters(n: int, seed: int, scale: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    have = arrays(rng.random((n, 2)), ring(n), rng.uniform(-40, 40, (n, 2)))
    order = rng.permutation(n)
    back = np.argsort(order)
    turned = {k: a.isel(unit=order) if "unit" in a.dims else a for k, a in have.items()}
    turned["neighbours"] = turned["neighbours"].copy(data=back[have["neighbours"].values])

    def made(h: dict[str, xr.DataArray]) -> tuple[xr.Dataset, xr.Dataset]:
        links = spatial.contiguity(h["neighbours"], h["position"])
        return (spatial.moran(h["coordination"], links, h["seed"], permutations=99),
                spatial.lisa(h["coordination"], links, h["seed"], permutations=99))  # fmt: skip

    (a, b), (c, d) = made(have), made(turned)
    xr.testing.assert_identical(a, c)
    xr.testing.assert_identical(b, d.sortby("unit"))
    e, f = made({**have, "coordination": have["coordination"] * scale + shift})
    np.testing.assert_allclose(a["moran"], e["moran"], atol=1e-9)
    np.testing.assert_allclose(b["local_moran"], f["local_moran"], atol=1e-7)
    assert ((a["pvalue_permutation"] >= 0.01) & (a["pvalue_permutation"] <= 0.51)).all()


def test_the_seed_decides() -> None:
    have = arrays(np.random.default_rng(2).random((12, 1)), ring(12))
    links = spatial.contiguity(have["neighbours"], have["position"])
    p = [
        spatial.lisa(have["coordination"], links, xr.DataArray(s), permutations=99)["pvalue"].values for s in (1, 1, 2)
    ]
    assert (p[0] == p[1]).all() and (p[0] != p[2]).any()


def test_the_global_generator_is_left_alone() -> None:
    before = np.random.get_state()[1].copy()
    auto.overall(np.random.default_rng(0).random((1, 9)), ring(9), 99, np.random.default_rng(0))
    assert (np.random.get_state()[1] == before).all()


def test_false_discoveries_are_fewer() -> None:
    study = ac.Study(ac.sample())
    plain = study["lisa"]["cluster"].values
    strict = study.with_(space={"adjust": "fdr"})["lisa"]["cluster"].values
    assert ((strict == plain) | (strict == 5)).all() and (strict == 5).sum() > (plain == 5).sum()


# -------------------------------------------------------------------------------------------------- what is refused


def test_years_all_equal() -> None:
    x = np.random.default_rng(2).random((8, 3))
    x[:, 1] = 0.1 + 0.2  # equal but for rounding
    x[::2, 1] = 0.3
    have = arrays(x, ring(8))
    links = spatial.contiguity(have["neighbours"], have["position"])
    made = spatial.moran(have["coordination"], links, have["seed"])
    assert np.isnan(made["moran"].values).tolist() == [False, True, False]
    ones = spatial.lisa(have["coordination"], links, have["seed"])
    assert (ones["cluster"].values[:, 1] == 0).all() and (ones["cluster"].values[:, 0] > 0).all()
    assert made["reading"].values.tolist() == [1, 1, 1]
    sentence = spatial._says_contiguity("nearest", 999, 0.05, "none", None, have["coordination"])
    assert "Left out, all values equal: 2002." in sentence.en and "2002" in sentence.zh
    with pytest.raises(Refused, match="same D"):
        spatial.moran(have["coordination"] * 0 + 0.5, links, have["seed"])


def test_too_few_units() -> None:
    have = arrays(np.random.default_rng(2).random((3, 2)), ring(3))
    links = spatial.contiguity(have["neighbours"], have["position"])
    with pytest.raises(Refused, match="four units; there are 3"):
        spatial.moran(have["coordination"], links, have["seed"])
    with pytest.raises(Refused, match="three units"):
        two = arrays(np.ones((2, 2)), ring(2), np.array([[0.0, 0], [1, 1]]))
        centre.centre(two["coordination"], two["position"])


def test_a_missing_extra_is_named_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = builtins.__import__

    def absent(name: str, *more: Any, **named: Any) -> Any:
        if name.split(".")[0] in ("esda", "libpysal"):
            raise ImportError(name)
        return kept(name, *more, **named)

    for name in [n for n in sys.modules if n.split(".")[0] in ("esda", "libpysal")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", absent)
    log = {step.name: step for step in ac.Study(ac.sample("china-replica"), weights=False).run()}
    assert log["space"].state == "refused" and 'pip install "accord[spatial]"' in log["space"].reason
    assert "spatial" in log["space"].reason_zh and log["centre"].state == "done"


def test_islands() -> None:
    at = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0], [9, 1]])
    pairs = both_ways({(0, 1), (1, 2), (2, 3)})
    have = arrays(np.random.default_rng(2).random((5, 2)), pairs, at)
    linked = spatial.contiguity(have["neighbours"], have["position"])
    assert ["u03", "u04"] in linked.values.tolist() and ["u04", "u03"] in linked.values.tolist()
    assert len(linked) == len(pairs) + 2
    left = spatial.contiguity(have["neighbours"], have["position"], islands="leave")
    assert left.values.tolist() == [[f"u0{i}", f"u0{j}"] for i, j in pairs]
    made = spatial.lisa(have["coordination"], left, have["seed"])
    assert np.isnan(made["local_moran"].values[4]).all() and (made["cluster"].values[4] == 0).all()
    with pytest.raises(Refused, match=r'without neighbours and without a position: u04.*islands = "leave"'):
        spatial.contiguity(have["neighbours"], have["position"] * np.nan)
    none = have["neighbours"].isel(pair=slice(0))
    with pytest.raises(Refused, match="no unit has a neighbour"):
        spatial.contiguity(none, have["position"], islands="leave")


def test_hainan_is_linked_to_guangdong_and_without_it_to_the_nearest() -> None:
    panel = ac.sample("china-replica")
    links = ac.tidy(ac.Study(panel)["space_links"])
    assert links.loc[links["first"] == "Hainan", "second"].tolist() == ["Guangdong"]
    without = panel.sel(unit=[u for u in panel["unit"].values if u != "Guangdong"])
    links = ac.tidy(ac.Study(without)["space_links"])
    assert links.loc[links["first"] == "Hainan", "second"].tolist() == ["Guangxi"]


def test_nearest_neighbours() -> None:
    at = np.array([[0.0, 0], [1, 0], [3, 0], [179, 0], [-179, 0]])
    have = arrays(np.random.default_rng(2).random((5, 2)), ring(5), at)
    assert spatial.knn(have["position"], k=1).values.tolist() == [
        ["u00", "u01"], ["u01", "u00"], ["u02", "u01"], ["u03", "u04"], ["u04", "u03"]
    ]  # fmt: skip
    with pytest.raises(InputError, match="k = 5 nearest units, but there are 5"):
        spatial.knn(have["position"], k=5)
    with pytest.raises(Refused, match="no position is known of u04"):
        spatial.knn(have["position"].where(have["position"]["unit"] != "u04"))
    with pytest.raises(NotNeeded, match="where the units lie"):
        spatial.knn(have["position"] * np.nan)
    study = ac.Study(ac.sample("china-replica"), space={"method": "knn", "k": 3})
    said = next(one for one in study.methods() if one["step"] == "space")
    assert study["space_links"].sizes["link"] == 3 * 31
    assert "3 nearest units" in said["says_en"] and "最近的 3 个单元" in said["says_zh"]


def test_sentence_of_a_step_without_neighbours() -> None:
    panel = ac.sample("china-replica")
    panel = panel.assign_coords(unit=[f"city {i}" for i in range(panel.sizes["unit"])])
    log = {step.name: step for step in ac.Study(panel).run()}
    assert log["space"].state == "left out" and "`neighbours`" in log["space"].reason
    assert "neighbours" in log["space"].reason_zh
    assert log["centre"].state == "left out" and "`boundaries`" in log["centre"].reason


# ----------------------------------------------------------------------------------------------- centre and ellipse


def test_distances_on_the_globe() -> None:
    assert math.isclose(plane.great_circle(2.3522, 48.8566, -0.1276, 51.5072), 343.6, abs_tol=1)  # Paris to London
    assert math.isclose(plane.bearing(2.3522, 48.8566, -0.1276, 51.5072), 330, abs_tol=1)
    assert math.isclose(plane.great_circle(179.5, 0, -179.5, 0), math.pi / 180 * plane.EARTH)


@settings(max_examples=50, deadline=None)
@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(-30, 30), st.floats(-25, 25))
def test_projection_and_back(lon: float, lat: float, east: float, north: float) -> None:
    there = (lon + east, max(-89.0, min(89.0, lat + north)))
    x, y = plane.project(*there, (lon, lat))
    back = plane.unproject(x, y, (lon, lat))
    assert plane.great_circle(*there, *back) < 1e-4
    h = 1e-4  # an equal-area plane: a small cell keeps its area
    xs, ys = plane.project(there[0] + np.array([0, h, 0]), there[1] + np.array([0, 0, h]), (lon, lat))
    area = abs((xs[1] - xs[0]) * (ys[2] - ys[0]) - (xs[2] - xs[0]) * (ys[1] - ys[0]))
    true = (np.radians(h) * plane.EARTH) ** 2 * np.cos(np.radians(there[1] + h / 2))
    np.testing.assert_allclose(area, true, rtol=1e-3)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 180), st.floats(1, 50), st.floats(0.05, 0.9), st.integers(3, 40))
def test_ellipse_of_a_known_shape(angle: float, major: float, ratio: float, n: int) -> None:
    """Points evenly on an ellipse have it as their standard deviational ellipse: E cos^2 = 1/2, and sqrt(2) undoes it."""
    turn = 2 * np.pi * np.arange(n) / n
    a = np.radians(90 - angle)
    along, across = major * np.cos(turn), major * ratio * np.sin(turn)
    x, y = 3 + along * np.cos(a) - across * np.sin(a), -2 + along * np.sin(a) + across * np.cos(a)
    made = plane.ellipse(x, y, np.ones(n))
    np.testing.assert_allclose([made.x, made.y], [3, -2], atol=1e-9)
    np.testing.assert_allclose([made.semi_major, made.semi_minor], [major, major * ratio], rtol=1e-6)
    assert min(abs(made.angle - angle), 180 - abs(made.angle - angle)) < 1e-4


def test_weights_are_repeated_points() -> None:
    rng = np.random.default_rng(4)
    x, y, w = rng.random(6), rng.random(6), np.array([1, 2, 3, 1, 4, 2])
    once, many = plane.ellipse(x, y, w), plane.ellipse(np.repeat(x, w), np.repeat(y, w), np.ones(w.sum()))
    for name in ("x", "y", "angle", "semi_major", "semi_minor"):
        np.testing.assert_allclose(getattr(once, name), getattr(many, name), rtol=1e-12)


def test_centre_of_a_study(study: ac.Study) -> None:
    made, d = study["centre"], study["coordination"].transpose("time", "unit").values
    at = study.evaluator.have["position"].values
    mean = (d @ at) / d.sum(axis=1, keepdims=True)
    assert plane.great_circle(made["longitude"], made["latitude"], *mean.T).max() < 250  # the mean of degrees lies near
    found = plane.great_circle(made["longitude"][:-1].values, made["latitude"][:-1].values,
                               made["longitude"][1:].values, made["latitude"][1:].values)  # fmt: skip
    np.testing.assert_allclose(made["shift_km"][1:], found)
    assert np.isnan(made["shift_km"][0]) and (made["semi_major"] > made["semi_minor"]).all()
    even = study["coordination"] * 0 + 0.5
    still = centre.centre(even, study.evaluator.have["position"])
    np.testing.assert_allclose(still["shift_km"][1:], 0, atol=1e-6)
    np.testing.assert_allclose(study["centre"]["semi_major"], still["semi_major"], rtol=0.2)


def test_centre_of_the_replica_lies_in_central_china() -> None:
    made = ac.Study(ac.sample("china-replica"))["centre"]
    assert (abs(made["longitude"] - 111.7) < 0.5).all() and (abs(made["latitude"] - 33.4) < 0.5).all()


def test_outline_lies_on_the_ellipse(study: ac.Study) -> None:
    outline, path = study["centre_ellipse"], study["centre"]
    at = study.evaluator.have["position"].values
    order = np.argsort([str(u) for u in study["coordination"]["unit"].values], kind="stable")
    origin = plane.middle(*at[order].T)
    x, y = plane.project(outline["longitude"].values, outline["latitude"].values, origin)
    far = np.hypot(x - path["x"].values[:, None], y - path["y"].values[:, None])
    np.testing.assert_allclose(far.max(axis=1), path["semi_major"], rtol=1e-3)
    np.testing.assert_allclose(far.min(axis=1), path["semi_minor"], rtol=1e-3)
    np.testing.assert_allclose(x[:, 0], x[:, -1])


def test_all_zero_year_has_no_centre() -> None:
    have = arrays(np.zeros((5, 2)), ring(5), np.random.default_rng(1).uniform(0, 9, (5, 2)))
    with pytest.raises(Refused, match="zero"):
        centre.centre(have["coordination"], have["position"])
