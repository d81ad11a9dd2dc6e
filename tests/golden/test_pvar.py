"""`ac.pvar` against the numbers of reference/pvar and, without ../shared, against linearmodels on an embedded panel.

Tolerances are relative to the largest value: coefficients 1e-8, two-step covariances and what rests on them 1e-6
(S has a condition number near 1e9), J 1e-8, for c03 1e-7.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import accord as ac
from accord.core.companion import generalised, orthogonalised, roots, variance_shares

CASES = (
    "c03_dahlberg_fod_2step_l2_full_STATA_XTVAR",
    "c05_dahlberg_fd_1step_l2_collapsed",
    "c07_dahlberg_fod_2step_l2_collapsed",
    "c08_dahlberg_system_2step_l1_collapsed",
    "c09_abdata_unbalanced_fd_2step_l1_full",
    "c13_synth31x12_fod_2step_l1_col_lags2to4",
    "c13_synth31x12_td_fod_2step_l1_col_lags2to4",
)
Given = dict[str, Any]


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "reference" / "pvar"
    if not found.is_dir():
        pytest.skip("../shared is not here: it holds no reference/pvar")
    return found


def close(found: Any, want: Any, tolerance: float) -> None:
    want = np.asarray(want, dtype=float)
    np.testing.assert_allclose(found, want, rtol=0, atol=tolerance * np.abs(want).max())


def wald(fit: Any, equation: str, excluded: str) -> float:
    cells = [(equation, f"L{lag}.{excluded}") for lag in range(1, fit.lags + 1)]
    b = fit.coef.loc[equation, [term for _, term in cells]].to_numpy()
    return float(b @ np.linalg.solve(fit.vcov.loc[cells, cells].to_numpy(), b))


def options_of(recipe: Given) -> Given:
    far = recipe["instrument_lag_max_FD_timing"]
    return {
        "lags": recipe["lags"],
        "transform": recipe["transformation"],
        "steps": recipe["steps"],
        "collapse": recipe["collapse"],
        "instrument_lags": (recipe["instrument_lag_min_FD_timing"], None if far == "all" else far),
        "system": recipe["system"],
        "time_effects": False,
        "sigma": "residuals",
    }


@pytest.mark.parametrize("name", CASES)
def test_reference(folder: Path, name: str) -> None:
    case = json.loads((folder / f"{name}.json").read_text("utf-8"))
    data, want = case["data"], case["results"]
    table = pd.read_csv(folder / data["file"])
    labels = {"unit": data["id"], "time": data["time"], "variables": data["variables"]}
    fit = ac.pvar(table, **labels, **options_of(case["recipe"]))
    two = fit.steps == 2
    assert (fit.nobs, fit.moments, fit.rank) == (want["n_obs"], want["n_moments"], want["numerics"]["rank_S"])
    close(fit.coef, want["two_step" if two else "one_step"], 1e-8)
    close(fit.se, want["se_two_step_windmeijer" if two else "se_one_step_robust"], 1e-6 if two else 1e-8)
    close(fit.sigma, want["Sigma"], 1e-8)
    close(np.abs(roots(fit.a)), want["eigen_moduli"], 1e-8)
    close(orthogonalised(fit.a, fit.sigma, 9).transpose(2, 0, 1), want["oirf"], 1e-8)
    close(generalised(fit.a, fit.sigma, 9).transpose(2, 0, 1), want["girf"], 1e-8)
    shares = variance_shares(orthogonalised(fit.a, fit.sigma, 10))
    close(shares.transpose(1, 0, 2), want["fevd"], 1e-8)
    for pair, found in want["granger_wald"].items():
        excluded, equation = pair.split("->")
        assert wald(fit, equation, excluded) == pytest.approx(found["chi2"], rel=1e-6)
    if two:
        assert fit.hansen.df == want["hansen_df"]
        assert fit.hansen.statistic == pytest.approx(want["hansen_J"], rel=1e-7 if name.startswith("c03") else 1e-8)
        assert fit.hansen.pvalue == pytest.approx(want["hansen_p"], rel=1e-5)
        found = [fit.mmsc[criterion] for criterion in ("mbic", "maic", "mqic")]
        close(found, [want["mmsc"][criterion] for criterion in ("MBIC", "MAIC", "MHQIC")], 1e-7)
        plain = ac.pvar(table, **labels, **options_of(case["recipe"]), vce="unadjusted")
        close(plain.se, want["se_two_step_uncorrected"], 1e-8)


def test_style_xtvar(folder: Path) -> None:
    """Printed by Stata: N 1,590, 243 moments, chi2(225) = 261.92, p 0.046; grants on expenditures chi2(2) = 71.6."""
    table = pd.read_csv(folder / "data" / "Dahlberg_x1000.csv")
    variables = ["expenditures", "revenues", "grants"]
    fit = ac.pvar(table, unit="id", time="year", variables=variables, lags=2, style="xtvar")
    assert (fit.nobs, fit.moments, fit.units, fit.hansen.df) == (1590, 243, 265, 225)
    assert round(fit.hansen.statistic, 2) == 261.92
    assert round(fit.hansen.pvalue, 3) == 0.046
    assert round(wald(fit, "expenditures", "grants"), 1) == 71.6
    assert fit.wald == "chi2"
    plain = ac.pvar(table, unit="id", time="year", variables=variables, lags=2, style="xtvar", vce="unadjusted")
    assert round(wald(plain, "expenditures", "grants"), -2) == 10100


STATA = (
    "nls_default", "nls_instl1_3", "nls_instl1_3_gmmstyle", "nls_instl1_4_gmmstyle", "nls_td", "nls_fd",
    "synth_default", "synth_lag2", "synth_instl1_4_gmmstyle", "synth_td_instl1_4_gmmstyle", "synth_lag2_instl1_4",
    "synth_fd",
)  # fmt: skip


def stata(folder: Path, panel: str, **options: Any) -> Any:
    if panel == "nls":
        table = pd.read_csv(folder / "data" / "nlswork2_min.csv")
        labels = {"unit": "idcode", "time": "year", "variables": ["wage", "hours"]}
    else:
        table = pd.read_csv(folder / "data" / "synth31x12.csv")
        labels = {"unit": "id", "time": "year", "variables": ["y1", "y2"]}
    return ac.pvar(table, **labels, style="stata_pvar", **options)


@pytest.mark.parametrize("name", STATA)
def test_style_stata_pvar(folder: Path, name: str) -> None:
    want = json.loads((folder / "c17_stata_pvar_conventions.json").read_text("utf-8"))["results"][name]
    given = want["options"]
    options: Given = {
        "lags": given.get("lags", 1),
        "transform": "fd" if given.get("fd") else "fod",
        "gmmstyle": given.get("gmmstyle", False),
        "time_effects": given.get("td", False),
    }
    if "instlags" in given:
        options["instlags"] = (given["instlags"][0], given["instlags"][-1])
    fit = stata(folder, name.split("_")[0], **options)
    assert (fit.nobs, fit.units) == (want["N"], want["panels"])
    close(fit.coef, want["coef"], 1e-8)
    close(fit.se, want["se_vce_unadjusted"], 1e-8)
    close(fit.sigma, want["Sigma"], 1e-8)
    close(np.abs(roots(fit.a)), want["moduli"], 1e-8)
    close(orthogonalised(fit.a, fit.sigma, 10).transpose(2, 0, 1), want["oirf_step0_10"], 1e-8)
    for pair, chi2 in want["granger_chi2"].items():
        excluded, equation = pair.split("->")
        assert wald(fit, equation, excluded) == pytest.approx(chi2, rel=1e-7)
    robust = stata(folder, name.split("_")[0], **options, vce="robust")
    close(robust.se, want["se_robust_final_resid"], 1e-8)
    assert fit.hansen.df == want["df"]
    if want["df"]:
        assert fit.hansen.statistic == pytest.approx(want["J"], rel=1e-8)
        assert fit.hansen.pvalue == pytest.approx(want["J_p"], rel=1e-7)
    else:
        assert fit.hansen.statistic < 1e-15
        assert np.isnan(fit.hansen.pvalue)


@pytest.mark.parametrize("lags", [1, 2, 3])
@pytest.mark.parametrize("name", ["synth_instl1_4_maxlag3", "nls_instl1_4_gmmstyle_maxlag3"])
def test_criteria_on_the_sample_of_the_most_lags(folder: Path, name: str, lags: int) -> None:
    want = json.loads((folder / "c17_stata_pvar_conventions.json").read_text("utf-8"))["pvarsoc"][name][lags - 1]
    fit = stata(folder, name.split("_")[0], lags=lags, instlags=(1, 4), gmmstyle="gmmstyle" in name, sample_lags=3)
    assert (fit.nobs, fit.hansen.df) == (want["N"], want["df"])
    assert fit.hansen.statistic == pytest.approx(want["J"], rel=1e-8)
    close([fit.mmsc[c] for c in ("mbic", "maic", "mqic")], [want[c] for c in ("MBIC", "MAIC", "MQIC")], 1e-8)


# --- without ../shared: the embedded panel of US states, numbers of pydynpd (scripts/make_pvar_golden.py) ---

PYDYNPD = json.loads((Path(__file__).parent / "pvar.json").read_text("utf-8"))["cases"]


def states(missing: int = 0) -> pd.DataFrame:
    found = pd.read_csv(files("accord") / "data" / "us-states" / "panel.csv")
    found = found.sort_values(["state", "year"]).reset_index(drop=True)
    return found.drop(index=found.index[5::missing]) if missing else found


@pytest.mark.parametrize("case", PYDYNPD, ids=lambda case: case["equations"][case["variables"][0]]["command"])
def test_pydynpd(case: Given) -> None:
    """Coefficients 1e-8, one-step errors 1e-8, Windmeijer's 1e-6."""
    fit = ac.pvar(
        states(case.get("missing", 0)),
        unit="state",
        time="year",
        variables=case["variables"],
        lags=case.get("lags", 1),
        transform=case.get("transform", "fod"),
        steps=case["steps"],
        collapse=case.get("collapse", True),
        instrument_lags=tuple(case.get("window", (2, 4))),
        system=case.get("system", False),
        exogenous=case.get("exogenous", ()),
        predetermined=case.get("predetermined", ()),
        time_effects=False,
    )
    for name, want in case["equations"].items():
        found = {"_con" if term == "constant" else term: value for term, value in fit.coef.loc[name].items()}
        se = {"_con" if term == "constant" else term: value for term, value in fit.se.loc[name].items()}
        assert found == pytest.approx(want["coef"], rel=1e-8, abs=1e-10)
        assert se == pytest.approx(want["se"], rel=1e-6 if fit.steps == 2 else 1e-8)
        if fit.steps == 2:
            assert fit.hansen.statistic == pytest.approx(want["j"], rel=1e-8)


@pytest.mark.parametrize("transform", ["fod", "fd"])
def test_linearmodels(transform: Any) -> None:
    """Joint two-step GMM with the second weight from single rows: the system estimator of linearmodels.

    1e-7, since differences of so persistent a panel are hardly identified and its matrices are inverted as they are.
    """
    gmm = pytest.importorskip("linearmodels.system", reason="linearmodels is not installed")
    variables = ["unemp", "lemp"]
    table = states().assign(lemp=lambda d: np.log(d["emp"]))
    options: Given = {"unit": "state", "time": "year", "variables": variables, "transform": transform, "lags": 2}
    fit = ac.pvar(table, **options, style="stata_pvar", instlags=(1, 4) if transform == "fod" else (3, 5))
    e = fit.sample.products.equations
    y, x, z = (part[e.kept] for part in (e.y, e.x, e.z))
    model = {
        name: {"dependent": y[:, j], "exog": None, "endog": x, "instruments": z} for j, name in enumerate(variables)
    }
    initial = np.eye(2 * z.shape[1])
    want = gmm.IVSystemGMM(model, center=False, debiased=False).fit(iter_limit=2, initial_weight=initial)
    close(fit.coef.to_numpy().ravel(), want.params.to_numpy(), 1e-7)
    assert fit.hansen.statistic == pytest.approx(want.j_stat.stat, rel=1e-7)
