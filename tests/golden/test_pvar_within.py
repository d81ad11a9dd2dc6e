"""Fixed-effects estimators against reference/pvar/c18 and against linearmodels on Munnell's states.

c18 states 12 to 15 digits from the programs it names; ours are held to 1e-12 of the largest value, the correction of the
cigarette panel, which divides by nearly nothing, to the 12.7 digits on which the programs agree. linearmodels: 1e-10.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from linearmodels.datasets import munnell
from linearmodels.panel import PanelOLS

from accord.core.pvar_estimate import classical, fit

CASES = {
    "cigar": ("Cigar.csv", "state", "year", ["log_sales", "log_price"]),
    "synth": ("synth31x12.csv", "id", "year", ["y1", "y2"]),
}


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "reference" / "pvar"
    if not found.is_dir():
        pytest.skip("../shared is not here: it holds no reference/pvar")
    return found


@pytest.fixture(scope="module")
def c18(folder: Path) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((folder / "c18_feols_hahn_kuersteiner.json").read_text("utf-8"))["results"]
    return results


def panel(frame: pd.DataFrame, unit: str, time: str, names: list[str]) -> np.ndarray:
    return np.stack([frame.pivot(index=unit, columns=time, values=name).to_numpy() for name in names], axis=-1)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("lags", [1, 2])
def test_c18(folder: Path, c18: dict[str, Any], name: str, lags: int) -> None:
    file, *columns = CASES[name]
    y = panel(pd.read_csv(folder / "data" / file), *columns)  # type: ignore[arg-type]
    want, found = c18[f"{name}_l{lags}"], fit(y, lags, "fe_ols")
    assert found.nobs == want["n"]
    close(found.a, want["coef"])
    close(found.sigma, want["Sigma_df_n_minus_N_minus_K"])
    close(np.sqrt(np.diag(classical(found))).reshape(found.a.shape), want["se_classical_df_n_minus_N_minus_K"])
    if lags == 1:
        close(fit(y, 1, "hahn_kuersteiner").a, want["hahn_kuersteiner"], 10**-12.5)


def test_hahn_kuersteiner_explodes_where_the_other_does_not(folder: Path) -> None:
    file, *columns = CASES["cigar"]
    y = panel(pd.read_csv(folder / "data" / file), *columns)  # type: ignore[arg-type]
    assert fit(y, 1, "hahn_kuersteiner").modulus > 2
    assert fit(y).a == pytest.approx(fit(y, 1, "fe_ols").a)  # least squares is beyond 1 by itself
    assert fit(y).share == 0


def close(found: np.ndarray, want: list[list[float]], tolerance: float = 1e-12) -> None:
    theirs = np.array(want)
    assert np.abs(found - theirs).max() <= tolerance * np.abs(theirs).max()


@pytest.fixture(scope="module")
def states() -> pd.DataFrame:
    frame = munnell.load()
    return frame.assign(output=np.log(frame["GSP"]), work=np.log(frame["EMP"]))


@pytest.mark.parametrize("time_effects", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
def test_linearmodels(states: pd.DataFrame, time_effects: bool, gaps: bool) -> None:
    """Theirs are clustered too, with n / (n - K) for N / (N - 1) (n - 1) / (n - K), all effects counted in two ways."""
    frame = states.drop(index=states.index[[5, 40, 41, 300, 511]]) if gaps else states
    names = ["output", "work"]
    y = panel(frame, "ST_ABB", "YR", names)
    wide = frame.set_index(["ST_ABB", "YR"])[names].unstack().stack(future_stack=True)
    both = wide.join(wide.groupby(level=0).shift(1).add_prefix("lag_")).dropna()
    found = fit(y, 1, "fe_ols", time_effects=time_effects)
    n, units, years = len(both), 48, y.shape[1] - 1
    assert found.nobs == n
    ours = units / (units - 1) * (n - 1) / (n - 2 - (years - 1) * time_effects)
    for q, name in enumerate(names):
        model = PanelOLS(both[name], both[["lag_output", "lag_work"]], entity_effects=True, time_effects=time_effects)
        theirs = model.fit(cov_type="clustered", cluster_entity=True)
        factor = n / (n - 2 - (units + years - 1) * time_effects)
        at = slice(2 * q, 2 * q + 2)
        np.testing.assert_allclose(found.a[q], theirs.params, rtol=1e-10)
        np.testing.assert_allclose(found.vcov[at, at] / ours, np.asarray(theirs.cov) / factor, rtol=1e-8)
        np.testing.assert_allclose(classical(found)[at, at], np.asarray(model.fit().cov), rtol=1e-8)
