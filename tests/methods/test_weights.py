"""Weights: the kernels against textbook forms, the methods against plain NumPy, and what every method owes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import accord as ac
import accord.methods
from accord.core import weights as core
from accord.errors import InputError
from accord.method import choices

MakePanel = Callable[..., xr.Dataset]
SHARES = hnp.arrays(float, st.integers(2, 60), elements=st.floats(0, 1))
ROWS = [
    ("a", "A", "+", "", "1"), ("b", "A", "-", "", "2"), ("c", "A", "+", "", "0.5"),
    ("d", "B", "+", "", "1"), ("e", "B", "=", "0.5", "1"), ("f", "B", "-", "", "4"), ("g", "B", "+", "", "0"),
]  # fmt: skip
GROUPS = [slice(0, 3), slice(3, 7)]


# ------------------------------------------------------------------------------------------------------------ entropy


@given(SHARES)
def test_entropy_is_shannons(z: np.ndarray) -> None:
    """e = -(1/ln N) sum p ln p, 0 ln 0 = 0, within [0, 1]."""
    assume(z.sum() > 1e-6)
    p = z / z.sum()
    plain = -np.sum(p[p > 0] * np.log(p[p > 0])) / np.log(z.size)
    e = core.entropy_of(z[:, None])[0]
    assert 0 <= e <= 1
    assert e == pytest.approx(plain, abs=1e-9)


@given(SHARES, st.floats(0.01, 1))
def test_entropy_looks_at_shares_alone(z: np.ndarray, c: float) -> None:
    assume(z.sum() > 1e-3)
    assert core.entropy_of((c * z)[:, None])[0] == pytest.approx(core.entropy_of(z[:, None])[0], abs=1e-9)


@given(st.integers(2, 1000), st.floats(1e-3, 1))
def test_equal_rows_have_entropy_one(n: int, value: float) -> None:
    assert core.entropy_of(np.full((n, 1), value))[0] == pytest.approx(1, abs=1e-9)


def test_one_row_holding_everything_has_entropy_zero() -> None:
    assert core.entropy_of(np.eye(1, 9, 4).T).tolist() == [0.0]


def test_entropy_of_nothing_is_one() -> None:
    """No information, no weight."""
    assert core.entropy_of(np.zeros((5, 1))).tolist() == [1.0]


def test_entropy_needs_two_rows() -> None:
    with pytest.raises(ValueError, match="at least two rows"):
        core.entropy(1.0, 0.0, 1)


def test_entropy_with_the_wrong_number_of_rows() -> None:
    """The number of years in place of the number of rows: e above 1, refused rather than clipped."""
    z = np.random.default_rng(0).random((120, 3))
    sums = z.sum(axis=0), core.x_log_x(z).sum(axis=0)
    assert ((core.entropy(*sums, 120) < 1) & (core.entropy(*sums, 120) > 0)).all()
    with pytest.raises(ValueError, match="N is not the number of rows"):
        core.entropy(*sums, 12)


def test_x_log_x() -> None:
    np.testing.assert_array_equal(core.x_log_x(np.array([0.0, 1.0, np.nan])), [0.0, 0.0, np.nan])
    assert core.x_log_x(np.array([0.5]))[0] == 0.5 * np.log(0.5)


@pytest.mark.parametrize(
    ("policy", "shift", "expected"),
    [
        ("exact", None, [0.0, 0.5, 1.0]),
        ("exact", 0.3, [0.0, 0.5, 1.0]),
        ("shift", None, [1e-4, 0.5001, 1.0001]),
        ("shift", 0.01, [0.01, 0.51, 1.01]),
        ("shift_nonpositive", None, [0.01, 0.51, 1.01]),
        ("smooth", None, [0.002, 0.5, 0.998]),
        ("smooth", 0.1, [0.1, 0.5, 0.9]),
    ],
)
def test_zero_policies(policy: Any, shift: float | None, expected: list[float]) -> None:
    z = np.array([0.0, 0.5, 1.0])
    assert core.lift(z, policy, shift).tolist() == pytest.approx(expected, abs=1e-15)
    assert z.tolist() == [0.0, 0.5, 1.0]


# ------------------------------------------------------------------------------------------------------ other kernels


@given(hnp.arrays(float, 7, elements=st.floats(0.001, 10)), st.lists(st.sampled_from("xyz"), min_size=7, max_size=7))
def test_within_sums_to_one_in_each_group(raw: np.ndarray, groups: list[str]) -> None:
    w = core.within(raw, groups)
    for group in set(groups):
        mine = np.array(groups) == group
        assert w[mine].sum() == pytest.approx(1, abs=1e-14)
        assert np.allclose(w[mine] / w[mine][0], raw[mine] / raw[mine][0])


@pytest.mark.parametrize("raw", [[0.0, 0.0, 1.0], [np.nan, 1.0, 1.0]])
def test_a_group_without_information_is_named(raw: list[float]) -> None:
    with pytest.raises(ValueError, match='"first"'):
        core.within(raw, ["first", "first", "second"])


def test_critic_of_independent_indicators_is_their_spread() -> None:
    assert core.critic([0.1, 0.3], np.eye(2)).tolist() == pytest.approx([0.1, 0.3])
    assert core.critic([0.1, 0.3], np.ones((2, 2))).tolist() == [0.0, 0.0]


def test_principal_components() -> None:
    """All components explain all variance; the first of two correlated indicators treats them alike."""
    r = np.array([[1.0, 0.6, 0.2], [0.6, 1.0, -0.3], [0.2, -0.3, 1.0]])
    assert core.principal(r, keep=1.0).tolist() == pytest.approx([1, 1, 1])
    pair = core.principal(np.array([[1.0, -0.4], [-0.4, 1.0]]))
    assert pair.tolist() == pytest.approx([0.7, 0.7])
    assert core.principal(np.eye(3)).tolist() == pytest.approx([1, 1, 1]), "eigenvalues of exactly one are kept"
    values = np.linalg.eigvalsh(r)[::-1] / 3
    first, two = (core.principal(r, keep=k).sum() / 3 for k in (values[0] - 1e-6, values[0] + 1e-6))
    assert first == pytest.approx(values[0]) and two == pytest.approx(values[:2].sum())


# ------------------------------------------------------------------------------------------------- through the study


def draw(seed: int, units: int = 6, years: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0, 0.5, (units, years, len(ROWS)))
    x[..., 1] += 0.5 * x[..., 0]
    return x * 10.0 ** rng.integers(-3, 6, len(ROWS))


def normalised(study: ac.Study) -> np.ndarray:
    return study["normalised"].transpose("unit", "time", "indicator").values.reshape(-1, len(ROWS))


def in_groups(raw: np.ndarray) -> np.ndarray:
    return np.concatenate([raw[g] / raw[g].sum() for g in GROUPS])


def plain_entropy(z: np.ndarray) -> np.ndarray:
    p = z / z.sum(axis=0)
    return -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(axis=0) / np.log(len(z))


def plain_pca(z: np.ndarray, keep: float | None) -> np.ndarray:
    """By singular values of the standardised columns rather than eigenvectors of their correlations."""
    s = (z - z.mean(axis=0)) / z.std(axis=0, ddof=1)
    _, d, vt = np.linalg.svd(s, full_matrices=False)
    value = d**2 / (len(z) - 1)
    number = max(1, (value >= 1).sum()) if keep is None else 1 + (np.cumsum(value) / value.sum() < keep).sum()
    return ((vt[:number] * d[:number, None] / np.sqrt(len(z) - 1)) ** 2).sum(axis=0)


def by_hand(method: str, options: dict[str, Any], z: np.ndarray, x: np.ndarray) -> np.ndarray:
    prior = np.array([float(row[4]) for row in ROWS])
    if method == "equal":
        return in_groups(np.ones(len(ROWS)))
    if method == "given":
        return in_groups(prior)
    if method == "cv":
        return in_groups(x.std(axis=0, ddof=1) / x.mean(axis=0))
    if method == "critic":
        raw = [z[:, g].std(axis=0, ddof=1) * (1 - np.corrcoef(z[:, g], rowvar=False)).sum(axis=1) for g in GROUPS]
        return in_groups(np.concatenate(raw))
    if method == "pca":
        return in_groups(np.concatenate([plain_pca(z[:, g], options.get("keep")) for g in GROUPS]))
    zeros, c = options.get("zeros", "exact"), {"shift": 1e-4, "shift_nonpositive": 0.01, "smooth": 0.002}
    lifted = {"exact": z, "smooth": 0.002 + 0.996 * z}.get(zeros, z + c.get(zeros, 0))
    w = in_groups(1 - plain_entropy(lifted))
    return w if method == "entropy" else in_groups(w * prior)


CASES: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in choices("weights")), ("pca", {"keep": 0.7}),
    *(("entropy", {"zeros": z}) for z in ("shift", "shift_nonpositive", "smooth")), ("entropy_given", {"zeros": "smooth"}),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("method", "options"), CASES)
def test_methods_against_numpy(make_panel: MakePanel, method: str, options: dict[str, Any], seed: int) -> None:
    x = draw(seed)
    study = ac.Study(make_panel(x, ROWS), weights={"method": method, **options})
    expected = by_hand(method, options, normalised(study), x.reshape(-1, len(ROWS)))
    np.testing.assert_allclose(study["weight"].values, expected, rtol=1e-9, atol=1e-12)


@given(st.integers(0, 10_000), st.sampled_from(sorted(choices("weights"))))
def test_weights_sum_to_one_and_change_of_units_leaves_them(make_panel: MakePanel, seed: int, method: str) -> None:
    """Other units of measurement change no weight (a shift of the origin would change cv, which needs a true zero)."""
    x = draw(seed, 4, 4)
    w = ac.Study(make_panel(x, ROWS), weights=method)["weight"].values
    assert ((w >= 0) & (w <= 1)).all()
    for g in GROUPS:
        assert w[g].sum() == pytest.approx(1, abs=1e-12)
    factor = np.array([1e3, 0.5, 7.0, 1e-4, 1.0, 3.0, 1e6])
    again = ac.Study(make_panel(x * factor, ROWS), weights=method)["weight"].values
    np.testing.assert_allclose(again, w, rtol=1e-8, atol=1e-10)


def test_a_subsystem_of_one_indicator_gives_it_all(make_panel: MakePanel) -> None:
    rows = [("a", "A", "+", "", "3"), ("b", "B", "+", "", "1"), ("c", "B", "-", "", "1")]
    panel = make_panel(draw(0)[..., :3], rows)
    for method in choices("weights"):
        assert ac.Study(panel, weights=method)["weight"].values[0] == 1, method


def test_entropy_is_shown_where_it_was_used(make_panel: MakePanel) -> None:
    panel = make_panel(draw(1), ROWS)
    table = ac.tidy(ac.Study(panel).table("weights"))
    assert table["entropy"].between(0, 1).all()
    assert ac.tidy(ac.Study(panel, weights="equal").table("weights"))["entropy"].isna().all()
    assert ac.Study(panel, weights="entropy_given")["entropy"].values.tolist() == table["entropy"].tolist()


def test_values_of_the_plan_go_before_the_table(make_panel: MakePanel) -> None:
    panel = make_panel(draw(1), ROWS)
    values = dict(zip("abcdefg", [1, 1, 2, 0, 0, 1, 3], strict=True))
    found = ac.Study(panel, weights={"method": "given", "values": values})["weight"].values
    assert found.tolist() == [0.25, 0.25, 0.5, 0, 0, 0.25, 0.75]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"method": "given", "values": {"a": 1.0, "bb": 1.0}}, '"bb" is not an indicator; did you mean "b"'),
    ({"method": "given", "values": {"a": 1.0}}, 'weights "given": no weight for b, c, d, e, f, g; name every indicator'),
    ({"method": "given", "values": dict.fromkeys("abcdefg", -1.0)}, "must be finite and not negative"),
    ({"method": "given", "values": dict.fromkeys("abcdefg", float("inf"))}, "must be finite and not negative"),
    ({"method": "given", "values": {**dict.fromkeys("abc", 0.0), **dict.fromkeys("defg", 1.0)}}, 'no indicator of "A"'),
    ({"method": "given", "values": [1.0, 2.0]}, "values = .* is not allowed"),
    ({"method": "pca", "keep": 0.0}, "keep = 0.0 is not allowed .*greater than 0"),
    ({"method": "pca", "keep": 1.5}, "keep = 1.5 is not allowed .*less than or equal to 1"),
    ({"method": "entropy", "zeros": "shiftt"}, 'did you mean "shift"'),
    ({"method": "entropy", "zeros": "shift", "shift": -0.5}, "shift = -0.5 .* is not between 0 and 1"),
    ({"method": "entropy", "zeros": "smooth", "shift": 0.6}, "shift = 0.6 .* is not between 0 and 0.5"),
    ({"method": "entropy", "zeros": "shift", "shift": float("nan")}, "shift = nan"),
    ({"method": "given", "values": dict.fromkeys("abcdefg", True)}, "values = .* is not allowed"),
    ({"method": "given", "values": dict.fromkeys("abcdefg", "1")}, "values = .* is not allowed"),
    ({"method": "critics"}, 'no method "critics"; did you mean "critic"'),
]  # fmt: skip


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_weights(make_panel: MakePanel, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ac.Study(make_panel(draw(1), ROWS), weights=options)["weight"]


def test_given_weights_missing_in_the_table(make_panel: MakePanel) -> None:
    rows = [(*row[:4], "") if row[0] == "c" else row for row in ROWS]
    with pytest.raises(
        InputError, match="no weight for c; name every indicator in `values` or fill the column `weight`"
    ):
        ac.Study(make_panel(draw(1), rows), weights="given")["weight"]


def test_cv_needs_positive_means(make_panel: MakePanel) -> None:
    x = draw(1)
    x[..., 3] -= 2 * x[..., 3].max()
    with pytest.raises(InputError, match='the mean of indicator "d" is not positive'):
        ac.Study(make_panel(x, ROWS), weights="cv")["weight"]


@pytest.mark.parametrize(
    "frame",
    [{}, {"frame": "per_year"}, {"frame": "train", "until": 2002}, {"frame": "base"}],
)
def test_cv_is_of_raw_values_whatever_the_frame(make_panel: MakePanel, frame: dict[str, Any]) -> None:
    """Only the years that set the weights matter, never the bounds."""
    x = draw(3) * np.linspace(1, 2, 5)[None, :, None]
    rows = [(*row[:2], "+", "", "") for row in ROWS]
    w = ac.Study(make_panel(x, rows), weights="cv", normalise=frame)["weight"].values
    years = slice(0, 3) if "until" in frame else slice(None)
    np.testing.assert_allclose(w, by_hand("cv", {}, x, x[:, years].reshape(-1, len(ROWS))), rtol=1e-9)
