"""Kernel densities against other packages and identities, and step `density` on studies and bad data.

Oracles: SciPy's gaussian_kde, find_peaks and skew; KDEpy; numerical integration. Tolerances are those of double
precision unless a comment says why not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.integrate import quad, simpson
from scipy.optimize import brentq
from scipy.signal import find_peaks, peak_widths
from scipy.stats import gaussian_kde
from scipy.stats import skew as scipy_skew

import accord as ac
from accord.core import modality, modes
from accord.core.bandwidth import BANDWIDTHS, bandwidth, solve_the_equation
from accord.core.density import KERNELS, density, grid
from accord.core.features import FEATURES, Setting, bandwidths, features, resampled
from accord.errors import InputError, Refused
from accord.io.sample import folder
from accord.io.tables import read_study_panel
from accord.methods.density import density as density_method
from accord.methods.density import density_bumps, density_features
from accord.methods.density_changes import density_changes
from accord.study.plan import read_plan

SAMPLES = hnp.arrays(
    np.float64, st.integers(3, 40), elements=st.floats(-50, 50, allow_nan=False).map(lambda v: round(v, 3))
)


def spread(x: np.ndarray) -> np.ndarray:
    """The sample, where its values are not nearly all the same."""
    assume(np.ptp(x) > 0.01 and np.diff(np.quantile(x, [0.25, 0.75]))[0] > 0.01)
    return x


@pytest.fixture(scope="module")
def shares() -> np.ndarray:
    """Density of employment in 58 counties, as mapclassify ships it: real, skewed, with far units; in logarithms."""
    mapclassify = pytest.importorskip("mapclassify", reason="mapclassify, which holds the data, is not installed")
    return np.log(mapclassify.load_example().to_numpy(dtype="f8"))


def embedded(name: str, **steps: Any) -> ac.Study:
    plan = read_plan(folder(name) / "plan.toml")
    return ac.Study(read_study_panel(plan.panel), **{**plan.steps, **steps})


@pytest.fixture(scope="module")
def china() -> ac.Study:
    return embedded("china-replica")


@pytest.fixture(scope="module")
def states() -> ac.Study:
    return embedded("us-states")


# ---------------------------------------------------------------------------------------------------- other packages


@pytest.mark.parametrize("rule", ["scott", "silverman"])
def test_scipy(shares: np.ndarray, rule: str) -> None:
    oracle = gaussian_kde(shares, rule)
    h = bandwidth(shares, rule)
    assert h == pytest.approx(np.sqrt(oracle.covariance[0, 0]), rel=1e-13)
    at = np.linspace(shares.min() - 3, shares.max() + 3, 401)
    np.testing.assert_allclose(density(shares, at, h), oracle(at), rtol=1e-11)


@pytest.mark.parametrize(("kernel", "theirs"), [("gaussian", "gaussian"), ("epanechnikov", "epa")])
def test_kdepy(shares: np.ndarray, kernel: str, theirs: str) -> None:
    kdepy = pytest.importorskip("KDEpy", reason="KDEpy is not installed")
    at = np.linspace(shares.min() - 3, shares.max() + 3, 301)
    oracle = kdepy.NaiveKDE(kernel=theirs, bw=0.4).fit(shares).evaluate(at)
    np.testing.assert_allclose(density(shares, at, 0.4, kernel=kernel), oracle, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernels_have_the_variance_their_names_say(kernel: str) -> None:
    def at(t: float) -> float:
        return float(density([0.0], [t], 1.0, kernel=kernel)[0])

    ends = (
        (-1, 1) if kernel == "epanechnikov_support" else (-np.sqrt(5), np.sqrt(5)) if kernel != "gaussian" else (-9, 9)
    )
    assert quad(at, *ends)[0] == pytest.approx(1, abs=1e-10)
    variance = quad(lambda t: t * t * at(t), *ends)[0]
    assert variance == pytest.approx(0.2 if kernel == "epanechnikov_support" else 1, abs=1e-8)


def test_sheather_jones_solves_its_equation(shares: np.ndarray) -> None:
    """With the integrals of squared derivatives taken numerically: S(a) n/(n-1) of a density at a/sqrt 2."""
    n = shares.size
    scale = min(shares.std(ddof=1), np.subtract(*np.quantile(shares, [0.75, 0.25])) / 1.349)

    def integral(a: float, order: int) -> float:
        g, t = a / np.sqrt(2), np.linspace(shares.min() - 12 * a, shares.max() + 12 * a, 20_001)
        u = (t[:, None] - shares) / g
        hermite = u**2 - 1 if order == 2 else -(u**3) + 3 * u
        f = (hermite * np.exp(-u * u / 2)).mean(axis=1) / np.sqrt(2 * np.pi) / g ** (order + 1)
        return float(np.trapezoid(f * f, t)) * n / (n - 1)

    pilot = 1.357 * (integral(1.24 * scale * n ** (-1 / 7), 2) / integral(1.23 * scale * n ** (-1 / 9), 3)) ** (1 / 7)
    h = solve_the_equation(shares, bins=None, tolerance=1e-10)
    again = (1 / (2 * np.sqrt(np.pi) * n * integral(pilot * h ** (5 / 7), 2))) ** 0.2
    assert again == pytest.approx(h, rel=1e-6)
    assert solve_the_equation(shares) == pytest.approx(h, rel=0.02)


@pytest.mark.parametrize("kernel", KERNELS)
def test_binned_is_the_direct_sum(kernel: str) -> None:
    """Several samples of different spread at once; edges of the Epanechnikov kernel cost digits."""
    rng = np.random.default_rng(1)
    x = np.stack([rng.normal(0, 1, 3000), rng.gamma(2, 3, 3000)])
    h = bandwidth(x)
    at = grid(x, h)
    direct = density(x, at, h, kernel=kernel, binned=False)
    found = density(x, at, h, kernel=kernel)
    assert (found == density(x, at, h, kernel=kernel, binned=True)).all() and (found != direct).any()
    assert abs(found - direct).max() < (1e-5 if kernel == "gaussian" else 1e-3) * direct.max()


def test_binned_leaves_out_what_no_kernel_carries_to_the_grid() -> None:
    x = np.concatenate([np.random.default_rng(2).normal(0, 1, 3000), [900.0, -900.0]])
    at = np.linspace(-1, 1, 201)
    direct = density(x, at, 0.2, binned=False)
    np.testing.assert_allclose(density(x, at, 0.2), direct, atol=1e-5 * direct.max())


def test_uneven_grids_are_summed_directly() -> None:
    x = np.random.default_rng(3).normal(0, 1, 2500)
    at = np.array([-1.0, 0.0, 0.3])
    np.testing.assert_allclose(density(x, at, 0.3), gaussian_kde(x, 0.3 / x.std(ddof=1))(at), rtol=1e-11)


# --------------------------------------------------------------------------------------------------------- identities


@given(SAMPLES, st.sampled_from([*BANDWIDTHS]), st.floats(0.1, 10), st.floats(-20, 20))
def test_bandwidths_scale_with_the_data(x: np.ndarray, rule: str, scale: float, move: float) -> None:
    """Sheather and Jones' as R finds it depends on bins counted from zero: a search within 1 %."""
    x = spread(x)
    h = float(bandwidth(x, rule))
    if rule == "sheather_jones":
        assume(np.isfinite(h))
        assert bandwidth(x * scale, rule) == pytest.approx(h * scale, rel=1e-6)
    else:
        assert bandwidth(x * scale + move, rule) == pytest.approx(h * scale, rel=1e-8)


@given(SAMPLES, st.sampled_from([*KERNELS]), st.booleans())
def test_densities_have_mass_one_and_move_with_the_data(x: np.ndarray, kernel: str, reflect: bool) -> None:
    x = spread(x)
    if reflect:
        x = (x - x.min()) / np.ptp(x)
    h = bandwidth(x)
    at = grid(x, h, 4001, reflect=reflect)
    f = density(x, at, h, kernel=kernel, reflect=reflect)
    assert f.min() >= 0 and np.trapezoid(f, at) == pytest.approx(1, abs=2e-3)
    if not reflect:
        np.testing.assert_allclose(density(x * 2 + 1, at * 2 + 1, h * 2, kernel=kernel), f / 2, rtol=1e-6, atol=1e-9)


def test_reflection_keeps_mass_that_would_leave() -> None:
    x = np.array([0.0, 0.02, 0.05, 0.97, 1.0])
    at = np.linspace(-0.5, 1.5, 2001)
    folded = density(x, at, 0.1, reflect=True)
    inside = (at >= 0) & (at <= 1)
    assert (folded[~inside] == 0).all()
    assert np.trapezoid(folded[inside], at[inside]) == pytest.approx(1, abs=1e-3)
    mirrored = sum(density(x, places, 0.1) for places in (at, -at, 2 - at))
    np.testing.assert_allclose(folded[inside], mirrored[inside], rtol=1e-12)


@pytest.mark.parametrize("kernel", [*KERNELS])
@pytest.mark.parametrize("h", [0.05, 0.3, 0.9, 2.0, 7.0])
def test_reflection_keeps_all_mass_at_any_bandwidth(kernel: str, h: float) -> None:
    x, at = np.array([0.1, 0.35, 0.4, 0.9]), np.linspace(0, 1, 20001)
    f = density(x, at, h, kernel=kernel, reflect=True)
    edges = 1e-9 if kernel == "gaussian" else 1e-7
    assert simpson(f, x=at) == pytest.approx(1, abs=edges)
    binned = density(x, np.linspace(0, 1, 513), h, kernel=kernel, reflect=True, binned=True)
    direct = density(x, np.linspace(0, 1, 513), h, kernel=kernel, reflect=True, binned=False)
    np.testing.assert_allclose(binned, direct, rtol=0, atol=(1e-5 if kernel == "gaussian" else 1e-3) * direct.max())
    if kernel == "gaussian" and h >= 2:
        np.testing.assert_allclose(f, 1 + 2 * np.exp(-((np.pi * h) ** 2) / 2) * np.mean(
            np.cos(np.pi * x) * np.cos(np.pi * at[:, None]), axis=1), rtol=1e-12)  # fmt: skip


def test_each_row_is_folded_by_its_own_bandwidth() -> None:
    x, at = np.array([[0.1, 0.4, 0.9], [0.2, 0.3, 0.8]]), np.linspace(0, 1, 101)
    both = density(x, at, [0.05, 1.5], reflect=True)
    for row, h, want in zip(x, (0.05, 1.5), both, strict=True):
        np.testing.assert_allclose(density(row, at, h, reflect=True), want, rtol=1e-12, atol=1e-15)


@given(
    hnp.arrays(np.float64, st.integers(3, 60), elements=st.floats(0, 1, allow_nan=False), unique=True),
    st.floats(0.02, 0.9),
)
def test_modes_are_the_peaks_of_that_prominence(f: np.ndarray, share: float) -> None:
    assume(f.max() > 1e-3)
    padded = np.concatenate([[0.0], f, [0.0]])
    _, found = find_peaks(padded, prominence=0)
    near = abs(found["prominences"] - share * f.max()).min()
    assume(near > 1e-9)
    assert modes.modes(f, share) == (found["prominences"] >= share * f.max()).sum()


def test_equal_peaks_count_twice_only_over_a_deep_valley() -> None:
    f = np.array([[0.2, 1.0, 0.95, 1.0, 0.2], [0.2, 1.0, 0.5, 1.0, 0.2]])
    assert modes.modes(f).tolist() == [1, 2]


def test_peak_and_width_are_those_of_the_curve(shares: np.ndarray) -> None:
    h = bandwidth(shares)
    at = grid(shares, h, 256)
    f = density(shares, at, h)
    x, height = modes.main_peak(at, f)
    fine = grid(shares, h, 200_001)
    curve = density(shares, fine, h)
    assert x == pytest.approx(fine[curve.argmax()], abs=1e-4) and height == pytest.approx(curve.max(), rel=1e-6)
    ends = np.array([curve.max()]), np.array([0]), np.array([len(curve) - 1])
    widths = peak_widths(curve, [curve.argmax()], rel_height=0.5, prominence_data=ends)
    assert modes.width(at, f, height) == pytest.approx(widths[0][0] * (fine[1] - fine[0]), rel=1e-3)


def test_width_ends_at_the_edge_where_the_curve_does_not_fall() -> None:
    t = np.linspace(0, 1, 101)
    f = 1 - 0.8 * t
    x, height = modes.main_peak(t, f)
    assert (x, height) == (0, 1) and modes.width(t, f, height) == pytest.approx(0.625)


def test_bumps_agree_with_scipy_and_name_their_valleys(shares: np.ndarray) -> None:
    at = grid(shares, np.float64(0.25), 4000)
    f = density(shares, at, 0.25)
    peaks, found = find_peaks(f, prominence=1e-3 * f.max())
    rest = peaks != f.argmax()
    mine = modes.bumps(at, f)
    assert len(mine) == rest.sum() > 1
    np.testing.assert_allclose([b.prominence for b in mine], found["prominences"][rest], 1e-4, 1e-6 * f.max())
    for bump, k in zip(mine, peaks[rest], strict=True):
        assert bump.start < at[k] < bump.end
        between = f[(at > bump.start) & (at < bump.end)]
        assert between.max() == f[k] and (np.diff(np.sign(np.diff(between))) != 0).sum() == 1


def test_tails_and_skew(shares: np.ndarray) -> None:
    x = np.stack([np.sort(shares), np.sort(shares) + 1.0])
    how = Setting()
    found = dict(zip(FEATURES, features(x, bandwidths(x, how), how), strict=True))
    np.testing.assert_allclose(found["skew"], scipy_skew(shares), rtol=1e-9)
    kde = gaussian_kde(shares, "silverman")
    low, high = (brentq(lambda t, p=p: kde.integrate_box_1d(-np.inf, t) - p, -20, 20) for p in (0.1, 0.9))
    assert found["tail_low"][0] == pytest.approx(0.1, abs=1e-4)
    assert found["tail_low"][1] == pytest.approx(kde.integrate_box_1d(-np.inf, low - 1), abs=1e-4)
    assert found["tail_high"][1] == pytest.approx(kde.integrate_box_1d(high - 1, np.inf), abs=1e-4)


# ------------------------------------------------------------------------------------------------------ the mode test


def test_critical_bandwidth_parts_one_mode_from_two(shares: np.ndarray) -> None:
    h = modality.critical_bandwidth(shares[None])[0]
    at = np.linspace(shares.min(), shares.max(), 20_001)
    peaks = [len(find_peaks(gaussian_kde(shares, f * h / shares.std(ddof=1))(at))[0]) for f in (0.999, 1.001)]
    assert peaks[0] > 1 and peaks[1] == 1


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=12, unique=True))
def test_half_the_range_is_always_enough(values: list[float]) -> None:
    x = np.sort(np.round(values, 3))[None]
    assume(np.ptp(x) > 0.01)
    h = modality.critical_bandwidth(x)
    assert 0 < h[0] <= np.ptp(x) / 2 + 1e-12
    assert modality.turns(density(x, grid(x, h, 512, wide=0.0), h)).tolist() == [1]


def test_two_points_have_half_their_distance() -> None:
    """A mixture of two equal normals has one mode exactly from half their distance on."""
    assert modality.critical_bandwidth(np.array([[1.0, 4.0]]))[0] == pytest.approx(1.5, rel=1e-4)


def test_mode_test_has_size_and_power() -> None:
    """Under one normal it rarely rejects (it is known to be conservative); two far groups it finds."""
    rng = np.random.default_rng(11)
    one = np.sort(rng.normal(0, 1, (120, 30)))
    two = np.sort(np.concatenate([rng.normal(0, 1, (40, 15)), rng.normal(5, 1, (40, 15))], axis=1))
    _, null = modality.mode_test(one, 199, np.random.default_rng(1))
    _, against = modality.mode_test(two, 199, np.random.default_rng(1))
    assert (null < 0.05).mean() <= 0.08 and (null < 0.5).mean() > 0.15
    assert (against < 0.05).mean() > 0.9


def test_intervals_of_the_mean_cover_it() -> None:
    """Nominal 95 % at 30 units; percentile intervals are known to be somewhat narrow."""
    rng, how, inside = np.random.default_rng(5), Setting(points=32), 0
    for _ in range(200):
        first = rng.normal(0.4, 0.05, 30)
        x = np.stack([first, first + 0.05 + rng.normal(0, 0.03, 30)])
        drawn = resampled(x, bandwidths(x, how), 199, rng, how, few=True)[0]
        low, high = np.quantile(drawn[1] - drawn[0], [0.025, 0.975])
        inside += low <= 0.05 <= high
    assert 0.87 <= inside / 200 <= 0.99


# ------------------------------------------------------------------------------------------------- published findings


def test_china_moves_right_with_one_main_peak_and_a_bump_of_xizang(china: ac.Study) -> None:
    table = china.table("density_features").sel(group="National")
    assert (table["modes"] == 1).all()
    assert (np.diff(table["mean"]) > 0).all() and (np.diff(table["peak_x"]) > 0).all()
    changes = china.table("density_changes").sel(group="National")
    said = dict(zip(changes["feature"].values, changes["statement"].values, strict=True))
    assert (said["mean"], said["peak_x"], said["modes"]) == ("moves_right", "peak_moves_right", "stays_unimodal")
    assert (changes["holds"].sel(feature=["mean", "peak_x", "modes"]) == 1).all()
    assert (changes["holds"].sel(feature=["peak_height", "width"]) == 2).all()
    without = changes["statement"] == ""
    assert bool(without.sel(feature=["skew", "tail_low", "tail_high"]).all()) and (changes["holds"][without] == 0).all()
    shown = ac.tidy(china["density_changes"]).query("group == 'National' and statement == ''")
    assert set(shown["holds"]) == {""}, "there is nothing that could hold"
    bumps = ac.tidy(china["density_bumps"]).query("group == 'National'")
    assert bumps["time"].tolist() == list(range(2011, 2023)) and set(bumps["units"]) == {"Xizang"}
    assert not bumps["counted"].any()


def test_density_is_scipys_on_a_study(china: ac.Study) -> None:
    table, d = china.table("density"), china["coordination"]
    assert table["group"].values.tolist() == ["National", "Eastern", "Central", "Western", "Northeast"]
    for name, mine in (("National", slice(None)), ("Northeast", (d["region"] == "Northeast").values)):
        values = d.transpose("unit", "time").values[mine, -1]
        want = gaussian_kde(values, "silverman")(table["x"].values)
        np.testing.assert_allclose(table["density"].sel(group=name)[-1], want, rtol=1e-9, atol=1e-12)


def test_tables_have_the_columns_of_the_contract(states: ac.Study) -> None:
    assert list(ac.tidy(states["density"]).columns) == ["group", "time", "x", "density"]
    lead = ["group", "time", "mean", "peak_x", "peak_height", "width", "modes"]
    assert list(ac.tidy(states["density_features"]).columns)[:7] == lead
    assert list(ac.tidy(states["density_bumps"]).columns)[:6] == ["group", "time", "x", "height", "prominence", "units"]
    frame = ac.tidy(states["density_features"])
    assert frame["group"].iloc[0] == "National" and frame["modes"].dtype.kind == "i"
    for key in ("mean", "peak_x", "peak_height", "width"):
        known = frame[frame["n"] >= 5]
        assert (known[f"{key}_lo"] < known[f"{key}_hi"]).all()
        assert frame.loc[frame["n"] < 5, f"{key}_lo"].isna().all()


def test_small_regions_are_refused_statements(states: ac.Study) -> None:
    table = states.table("density_changes")
    for group in table["group"].values:
        row = table.sel(group=group)
        n = int(row["n"][0])
        shaped = row.sel(feature=["peak_height", "width", "modes"])
        assert bool(shaped["refused"].all()) is (n < 10) and bool(shaped["refused"].any()) is (n < 10)
        assert bool(row["refused"].sel(feature="mean")) is (n < 5)
        assert np.isnan(row["lo"].sel(feature="mean")) == (n < 5)
        for one in (row["reason"], row["reason_zh"]):
            assert (one.values[row["refused"].values] != "").all() and (
                one.values[row["holds"].values == 1] == ""
            ).all()
        assert ((row["holds"] == 3) == row["refused"]).all()
    assert set(table["n"].values[:, 0]) >= {3, 48}


def test_saved_and_read_again(states: ac.Study, tmp_path: Any) -> None:
    tables = {f"/{n}": states.table(n) for n in ("density", "density_features", "density_bumps", "density_changes")}
    xr.DataTree.from_dict(tables).to_netcdf(tmp_path / "study.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf") as again:
        for name, table in tables.items():
            assert again[name].to_dataset().load().equals(table)


# -------------------------------------------------------------------------------------------------- options, bad data


def arrays(
    x: np.ndarray, regions: list[str] | None = None, units: list[str] | None = None
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, xr.DataArray]:
    """D from values (unit, time), regions of the units, their names in order, a seed."""
    names = units or [f"u{k:03d}" for k in range(len(x))]
    d = xr.DataArray(x, dims=("unit", "time"), coords={"unit": names, "time": 2010 + np.arange(x.shape[1])})
    own = regions or []
    region = xr.DataArray(own or [""] * len(x), dims="unit", coords={"unit": names})
    return d, region, xr.DataArray(list(dict.fromkeys(own)), dims="group"), xr.DataArray(1)


def made(n: int = 24, years: int = 3, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(0.4, 0.08, (n, 1)) + 0.02 * np.arange(years) + rng.normal(0, 0.01, (n, years)), 0, 1)


def test_regions_of_one_unit_and_of_equal_units_are_left_out_with_a_reason() -> None:
    x = made(12)
    x[6:9] = 0.5
    d, region, regions, seed = arrays(x, ["A"] * 6 + ["B"] * 3 + ["C"] + ["D"] * 2)
    assert density_method(d, region, regions)["group"].values.tolist() == ["National", "A", "D"]
    table = density_features(d, region, regions, seed)
    assert table["n"].values[:, 0].tolist() == [12, 6, 3, 1, 2]
    assert (table["modes"].sel(group=["B", "C"]) == 0).all() and table["peak_x"].sel(group=["B", "C"]).isnull().all()
    assert (table["reason"].sel(group="B") == "all units have the same D").all()
    assert table["reason"].sel(group="C").str.contains("a density needs two").all()
    assert (table["reason"].sel(group="D") == "").all()
    bumps, changes = density_bumps(d, region, regions), density_changes(d, region, regions, seed)
    assert bumps["group"].values.tolist() == ["National", "A", "D"]
    assert changes["refused"].sel(group=["B", "C"], feature=["mean", "modes"]).all()


def test_a_year_of_equal_values_is_empty_alone() -> None:
    x = made(12)
    x[:, 1] = 0.5
    d, region, regions, seed = arrays(x)
    f = density_method(d, region, regions)
    assert f.isel(time=1).isnull().all() and f.isel(time=[0, 2]).notnull().all()
    table = density_features(d, region, regions, seed)
    assert table["modes"].values.tolist() == [[1, 0, 1]]
    assert "the same D this year" in str(table["reason"].values[0, 1])
    row = density_changes(d, region, regions, seed).sel(group="National", feature="modes")
    assert int(row["holds"]) == 2 and str(row["reason"].values) == "no density in 2011"


@pytest.mark.parametrize("x", [np.full((5, 3), 0.4), np.array([[0.4, 0.5, 0.6]])])
def test_nothing_to_estimate_is_refused(x: np.ndarray) -> None:
    d, region, regions, seed = arrays(x)
    for run in (
        lambda: density_method(d, region, regions),
        lambda: density_features(d, region, regions, seed),
        lambda: density_bumps(d, region, regions),
        lambda: density_changes(d, region, regions, seed),
    ):
        with pytest.raises(Refused, match="at least two units whose D differ") as found:
            run()
        assert "两个" in found.value.zh


def test_one_year_has_a_density_and_no_change() -> None:
    d, region, regions, seed = arrays(made(years=1))
    assert density_method(d, region, regions).sizes["time"] == 1
    table = density_changes(d, region, regions, seed)
    assert table["refused"].sel(feature=["mean", "width", "modes"]).all() and table["change"].isnull().all()
    assert str(table["reason"].values[0, 0]) == "the study has one year"


def test_units_with_a_gap_are_left_out_of_all_years() -> None:
    x = made(8)
    x[3, 1] = np.nan
    d, region, regions, seed = arrays(x)
    table = density_features(d, region, regions, seed)
    want = density_features(*arrays(np.delete(x, 3, 0), units=[u for u in d["unit"].values if u != "u003"]))
    assert (table["n"] == 7).all()
    for key in FEATURES:
        np.testing.assert_array_equal(table[key], want[key])


def test_two_main_peaks_are_counted_and_named() -> None:
    x = np.repeat(np.r_[np.linspace(0.2, 0.25, 8), np.linspace(0.7, 0.74, 8)][:, None], 2, axis=1)
    d, region, regions, seed = arrays(x)
    assert (density_features(d, region, regions, seed)["modes"] == 2).all()
    assert (density_features(d, region, regions, seed)["mode_p"] < 0.05).all()
    row = density_changes(d, region, regions, seed).sel(group="National", feature="modes")
    assert int(row["holds"]) == 2 and not row["refused"]
    assert str(row["reason"].values) == "more than one main peak in 2010, 2011"
    table = density_bumps(d, region, regions)
    halves = {"; ".join(d["unit"].values[:8]), "; ".join(d["unit"].values[8:])}
    assert table["counted"].all() and set(table["units"].values.ravel()) <= halves


@pytest.mark.parametrize("rule", [*BANDWIDTHS, 0.05])
@pytest.mark.parametrize("common", [False, True])
def test_bandwidth_options(rule: str | float, common: bool) -> None:
    x = made()
    table = density_features(*arrays(x), bandwidth=rule, common=common, draws=99)
    h = bandwidth(x.T, rule)
    np.testing.assert_allclose(table["bandwidth"][0], np.full(3, h.mean()) if common else h, rtol=1e-12)
    assert np.isfinite(table["width_lo"]).all()


def test_reflection_keeps_to_the_unit_interval() -> None:
    x = made()
    x[:4] = [[0.0, 0.01, 0.02]]
    f = density_method(*arrays(x)[:3], reflect=True)
    assert f["x"].values[0] == 0 and f["x"].values[-1] <= 1
    np.testing.assert_allclose(np.trapezoid(f.values, f["x"].values), 1, atol=5e-3)
    with pytest.raises(Refused, match="cannot be folded back"):
        density_method(*arrays(x + 0.9)[:3], reflect=True)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ({"bandwidth": "silvermann"}, 'bandwidth = "silvermann" is not allowed'),
        ({"bandwidth": -0.1}, "greater than 0"),
        ({"kernel": "normal"}, "Allowed: gaussian, epanechnikov, epanechnikov_support"),
        ({"draws": 10}, "greater than or equal to 99"),
        ({"prominence": 1.5}, "less than 1"),
        ({"bandwith": 0.1}, 'did you mean "bandwidth"'),
    ],
)
def test_bad_options_are_met_before_any_data(option: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        ac.Study(ac.sample(), density=option)


def test_order_of_units_and_other_regions_change_nothing(china: ac.Study) -> None:
    """Draws belong to a group by its name and to units by theirs: to the bit."""
    x, names = made(20), [f"u{k:03d}" for k in range(20)]
    own = ["A" if k % 2 else "B" for k in range(20)]
    turn = np.random.default_rng(0).permutation(20)
    first = arrays(x, own, names)
    second = arrays(x[turn], [own[k] for k in turn], [names[k] for k in turn])
    alone = arrays(x, None, names)
    for run in (density_features, density_changes):
        a, b, c = run(*first), run(*second), run(*alone)
        for key in a.data_vars:
            np.testing.assert_array_equal(a[key], b[key].sel(group=a["group"].values))
            np.testing.assert_array_equal(a[key].sel(group="National"), c[key].sel(group="National"))


def test_seed_moves_draws_and_nothing_else() -> None:
    d, region, regions, _ = arrays(made())
    a, b = (density_changes(d, region, regions, xr.DataArray(s)) for s in (1, 2))
    np.testing.assert_array_equal(a["change"], b["change"])
    assert (a["lo"] != b["lo"]).any()


def test_large_regions_go_through_bins() -> None:
    """2,100 units: the same features as by direct sums, to the error of binning."""
    x = made(2100, 2)
    table = density_features(*arrays(x), draws=99)
    h = bandwidth(x.T)
    at = grid(x.T, h, 2001)
    f = density(x.T, at, h, binned=False)
    np.testing.assert_allclose(table["peak_height"][0], f.max(axis=1), rtol=1e-4)
    assert np.isfinite(table["mode_p"]).all()


def test_sentence_names_the_rule(make_panel: Callable[..., xr.Dataset]) -> None:
    for option, en, zh in (
        ({}, "h = sd (3n/4)^(-1/5)", "高斯核"),
        ({"bandwidth": 0.05}, "the bandwidth 0.05", "带宽取 0.05"),
        ({"bandwidth": "sheather_jones", "common": True}, "Sheather and Jones, one for all years", "共同带宽"),
        ({"reflect": True, "kernel": "epanechnikov"}, "folded back at 0 and 1", "反射"),
    ):
        study = ac.Study(ac.sample(), density=option)
        said = next(m for m in study.methods() if m["step"] == "density")
        assert en in said["says_en"] and zh in said["says_zh"]
    assert isinstance(ac.tidy(embedded("us-states")["density_changes"]), pd.DataFrame)


def test_a_bandwidth_too_fine_for_the_grid_leaves_the_year_empty() -> None:
    """Two units of a region nearly meet in one year: the shared grid cannot carry that curve; all else goes on."""
    panel = ac.sample("china-replica")
    names = panel["region"].values
    pair = np.flatnonzero(names == "Northeast")[:2]
    panel = panel.isel(unit=np.flatnonzero((names != "Northeast") | np.isin(np.arange(names.size), pair)))
    score = panel["score"].values.copy()
    mine = np.flatnonzero(panel["region"].values == "Northeast")
    score[mine[1], 5] = score[mine[0], 5] + 1e-6
    study = ac.Study(panel.assign(score=panel["score"].copy(data=score)))
    study.run()
    f, x = study.table("density")["density"].sel(group="Northeast"), study.table("density")["x"].values
    assert np.isnan(f.isel(time=5).values).all()
    assert np.trapezoid(f.isel(time=4).values, x) == pytest.approx(1, abs=0.01)
    ac.plot.density_ridgeline(study.results())
    ac.plot.density_curves(study.results())
