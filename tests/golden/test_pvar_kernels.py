"""GMM kernels of the panel VAR against the numbers of reference/pvar, made from the formulas and met by other programs.

Tolerances are relative to the largest value. Coefficients 1e-8; covariances of two steps 1e-6, since S has a
condition number near 1e9; J 1e-8, and 1e-7 for c03, where the programs themselves agree to 10 digits.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from accord.core.pvar_data import without_year_means
from accord.core.pvar_gmm import estimate, products
from accord.core.pvar_instruments import Model, Panel, equations
from accord.core.pvar_sigma import error_rows

CASES = (
    "c03_dahlberg_fod_2step_l2_full_STATA_XTVAR",
    "c05_dahlberg_fd_1step_l2_collapsed",
    "c07_dahlberg_fod_2step_l2_collapsed",
    "c08_dahlberg_system_2step_l1_collapsed",
    "c09_abdata_unbalanced_fd_2step_l1_full",
    "c13_synth31x12_fod_2step_l1_col_lags2to4",
    "c13_synth31x12_td_fod_2step_l1_col_lags2to4",
)


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "reference" / "pvar"
    if not found.is_dir():
        pytest.skip("../shared is not here: it holds no reference/pvar")
    return found


def cube(file: Path, unit: str, time: str, variables: list[str]) -> np.ndarray:
    table = pd.read_csv(file)
    years = range(table[time].min(), table[time].max() + 1)
    cells = pd.MultiIndex.from_product([table[unit].unique(), years])
    return table.set_index([unit, time])[variables].reindex(cells).to_numpy().reshape(-1, len(years), len(variables))


def close(found: Any, want: Any, tolerance: float) -> None:
    want = np.asarray(want, dtype=float)
    np.testing.assert_allclose(found, want, rtol=0, atol=tolerance * np.abs(want).max())


def errors_of(vcov: np.ndarray, coef: np.ndarray) -> np.ndarray:
    return np.sqrt(np.diag(vcov)).reshape(coef.shape)


@pytest.mark.parametrize("name", CASES)
def test_reference(folder: Path, name: str) -> None:
    case = json.loads((folder / f"{name}.json").read_text("utf-8"))
    data, recipe, want = case["data"], case["recipe"], case["results"]
    far = recipe["instrument_lag_max_FD_timing"]
    model = Model(
        lags=recipe["lags"],
        transform=recipe["transformation"],
        system=recipe["system"],
        collapse=recipe["collapse"],
        window=(recipe["instrument_lag_min_FD_timing"], None if far == "all" else far),
        constant=recipe["system"],
    )
    panel = Panel(cube(folder / data["file"], data["id"], data["time"], data["variables"]))
    p = products(equations(panel, model))
    found = estimate(p, recipe["steps"])
    assert p.nobs == want["n_obs"]
    assert p.shape[2] == want["n_instruments_per_eq"]
    close(found.one.coef, want["one_step"], 1e-10)
    close(errors_of(found.one.vcov, found.coef), want["se_one_step_robust"], 1e-10)
    # cond_S is of the matrix as it stands, in the units of the file.
    assert np.linalg.cond(found.covariance) == pytest.approx(want["numerics"]["cond_S"], rel=1e-6)
    assert np.linalg.matrix_rank(found.covariance) == want["numerics"]["rank_S"]
    close(error_rows(p.equations, model.transform, "residuals").sigma(found.coef), want["Sigma"], 1e-8)
    if recipe["steps"] == 2:
        assert found.two is not None
        close(found.coef, want["two_step"], 1e-8)
        close(errors_of(found.vcov, found.coef), want["se_two_step_windmeijer"], 1e-6)
        close(errors_of(found.two.vcov, found.coef), want["se_two_step_uncorrected"], 1e-8)
        assert found.hansen == pytest.approx(want["hansen_J"], rel=1e-7 if name.startswith("c03") else 1e-8)


SINGLE = {
    "fd_full": Model(transform="fd", collapse=False, window=(2, None)),
    "fd_collapsed": Model(transform="fd", window=(2, None)),
    "fod_full": Model(collapse=False, window=(2, None)),
    "fod_collapsed": Model(window=(2, None)),
    "system_h3_full": Model(transform="fd", collapse=False, window=(2, None), system=True, constant=True),
    "fd_full_time_dummies": Model(transform="fd", collapse=False, window=(2, None)),
}


@pytest.mark.parametrize("name", SINGLE)
def test_one_equation_of_three(folder: Path, name: str) -> None:
    """c16: the moments of a single equation, whose two-step weight is its own."""
    case = json.loads((folder / "c16_dahlberg_equation_by_equation_expenditures.json").read_text("utf-8"))
    want = case["results"][name]
    y = cube(folder / "data" / "Dahlberg_x1000.csv", "id", "year", ["expenditures", "revenues", "grants"])
    dummies = np.broadcast_to(np.eye(9)[:, 2:], (len(y), 9, 7)) if "dummies" in name else None
    e = equations(Panel(y, exogenous=dummies), SINGLE[name])
    p = products(replace(e, y=e.y[..., :1]))
    found = estimate(p, steps=2)
    assert p.shape[2] - p.shape[1] == want["df"]
    assert found.hansen == pytest.approx(want["J"], rel=1e-8)
    if "two_step_first3" in want:
        close(found.coef[0, :3], want["two_step_first3"], 1e-8)
        close(errors_of(found.vcov, found.coef)[0, :3], want["se"], 1e-6)
        return
    close(found.one.coef[0], want["one_step"], 1e-8)
    close(found.coef[0], want["two_step"], 1e-8)
    close(errors_of(found.vcov, found.coef)[0], want["se_windmeijer"], 1e-6)
    if "se_one" in want:
        close(errors_of(found.one.vcov, found.one.coef)[0], want["se_one"], 1e-8)


STATA = (
    "nls_default", "nls_instl1_3", "nls_instl1_3_gmmstyle", "nls_instl1_4_gmmstyle", "nls_td", "nls_fd",
    "synth_default", "synth_lag2", "synth_instl1_4_gmmstyle", "synth_td_instl1_4_gmmstyle", "synth_lag2_instl1_4",
    "synth_fd",
)  # fmt: skip


@pytest.mark.parametrize("name", STATA)
def test_identity_weight_and_single_rows(folder: Path, name: str) -> None:
    """c17: first weight the identity, second from single observations, one column for each lag."""
    want = json.loads((folder / "c17_stata_pvar_conventions.json").read_text("utf-8"))["results"][name]
    options = want["options"]
    wages = ("data/nlswork2_min.csv", "idcode", "year", ["wage", "hours"])
    file, *labels = wages if name.startswith("nls") else ("data/synth31x12.csv", "id", "year", ["y1", "y2"])
    y = cube(folder / file, *labels)
    lags, differences = options.get("lags", 1), options.get("fd", False)
    own = options.get("instlags") or ([lags + 1, 2 * lags] if differences else [1, lags])
    shift = 0 if differences else 1
    model = Model(
        lags=lags,
        transform="fd" if differences else "fod",
        window=(own[0] + shift, own[-1] + shift),
        strict=not options.get("gmmstyle", False),
    )
    e = equations(Panel(without_year_means(y) if options.get("td") else y), model)
    p = products(e, first="identity", clusters="rows")
    found = estimate(p, steps=2)
    assert found.two is not None
    assert (p.nobs, int(e.kept.any(axis=1).sum())) == (want["N"], want["panels"])
    close(found.coef, want["coef"], 1e-8)
    close(errors_of(found.two.vcov, found.coef), want["se_vce_unadjusted"], 1e-8)
    close(error_rows(e, model.transform, "levels").sigma(found.coef), want["Sigma"], 1e-8)
    if want["df"]:
        assert found.hansen == pytest.approx(want["J"], rel=1e-8)
    else:
        assert found.hansen < 1e-15
