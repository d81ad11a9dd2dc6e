"""What a fit says: bands and what they cover, shares and whether they are evident, options that cannot be."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.errors import InputError, Refused
from accord.panelvar.draws import drawn
from accord.study import findings_pvar
from accord.study.finding import Called


def simulated(
    units: int = 31, years: int = 12, a: Any = ((0.5, 0.3), (0.0, 0.5)), k: int = 2, seed: int = 1
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    matrix = np.eye(k) * 0.5
    matrix[:2, :2] = a
    x = np.zeros((years + 30, units, k))
    for t in range(1, len(x)):
        x[t] = x[t - 1] @ matrix.T + rng.normal(size=(units, k))
    x = x[30:] + 3 * rng.normal(size=(units, k))
    at = pd.MultiIndex.from_product([range(2000, 2000 + years), range(units)], names=["time", "unit"])
    return pd.DataFrame(x.reshape(-1, k), index=at, columns=[f"y{j + 1}" for j in range(k)]).reset_index()


def fitted(data: pd.DataFrame, **options: Any) -> Any:
    names = [c for c in data if str(c).startswith("y")]
    return ac.pvar(data, variables=names, **{"estimator": "bias_corrected", **options})


def test_coverage_is_told_only_where_it_was_simulated() -> None:
    known = fitted(simulated()).irf(draws=60)
    assert 0.9 < float(known["coverage"]) < 1 and float(known["coverage_least"]) <= float(known["coverage"])
    short, deep = fitted(simulated(years=6)), fitted(simulated(), lags=2)
    wide, plain = fitted(simulated(k=3)), fitted(simulated(), estimator="fe_ols")
    for fit in (short, deep, wide, plain, fitted(simulated(), estimator="gmm")):
        assert np.isnan(fit.irf(draws=60)["coverage"]), fit.estimator
    fit = fitted(simulated())
    for options in ({"bootstrap": "mc"}, {"bands": "gaussian"}, {"level": 0.9}, {"shock": "generalised"}, {"draws": 0}):
        assert np.isnan(fit.irf(**{"draws": 60, **options})["coverage"]), options
    assert np.isnan(fit.irf(made=drawn(fit, draws=60, seed=1, bootstrap="cluster"))["coverage"])


def test_a_share_is_evident_where_the_response_is() -> None:
    found = fitted(simulated(units=60)).fevd(draws=200)
    assert found["evident"].sel(response="y1", impulse="y2").item()
    null = fitted(simulated(units=60, a=((0.5, 0.0), (0.0, 0.5)))).fevd(draws=200)
    pair = null.sel(response="y1", impulse="y2")
    assert not pair["evident"].item() and float(pair["lo"].isel(horizon=-1)) >= 0
    few, many = (fitted(simulated(units=n)).fevd(draws=200) for n in (6, 60))
    width = [float((f["hi"] - f["lo"]).sel(response="y1", impulse="y2").isel(horizon=-1)) for f in (few, many)]
    assert width[0] > width[1]
    np.testing.assert_allclose(found["variance_share"].sum("impulse"), 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"level": 95}, "level=95"), ({"horizon": 2.5}, "horizon=2.5"), ({"horizon": 0}, "horizon=0"),
        ({"draws": 99.5}, "draws=99.5"), ({"draws": 10}, "a band needs 20"), ({"seed": -1}, "seed=-1"),
        ({"seed": None}, "seed=None"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_named(options: dict[str, Any], said: str) -> None:
    fit = fitted(simulated(units=8))
    for verb in (fit.irf, fit.fevd):
        with pytest.raises(InputError, match=said):
            verb(**options)
    with pytest.raises(InputError, match="within="):
        fit.fevd(within=-1)
    with pytest.raises(InputError, match='"y9" is no variable'):
        fit.irf(differenced="y9")


def test_one_variable_has_no_test_but_its_columns() -> None:
    found = ac.pvar(simulated(), variables=["y1"], estimator="bias_corrected").granger()
    assert len(found) == 0 and "pvalue_bootstrap" in found


def test_two_units_less_year_effects_have_no_errors() -> None:
    """They mirror each other: what seems to be a spread between them is rounding."""
    fit = fitted(simulated(units=2), time_effects=True)
    assert np.isfinite(fit.coef).all().all() and fit.se.isna().all().all()
    assert fit.granger(draws=99)[["statistic", "pvalue", "pvalue_bootstrap"]].isna().all().all()
    with pytest.raises(Refused, match="no standard errors"):
        fit.irf(bootstrap="mc", draws=60)
    assert np.isfinite(fit.irf(draws=60)["irf"]).all()
    assert fitted(simulated(units=3), time_effects=True).se.notna().all().all()


def test_a_fit_is_its_own_table() -> None:
    fit = fitted(simulated())
    for name in ("pvar", "stability", "irf", "fevd"):
        table = fit.table(name)
        assert table.attrs["table"] == name and bool(table["leading"])
        assert list(ac.tidy(table).columns)[:2] == ["group", "estimator"]
    with pytest.raises(KeyError):
        fit.table("forecast")


def told(reader: Any, table: xr.Dataset) -> list[str]:
    return [text.en for text in reader(table, Called())]


def as_study(fit: Any, name: str, **more: Any) -> xr.Dataset:
    """A single fit's table as a study of one group has it."""
    options = {"draws": 200}
    table = getattr(fit, name)(**options).assign_coords(group="National").expand_dims(["group", "estimator"])
    return table.assign(descriptive=("group", [False]), **more)


def test_findings_say_what_bands_carry() -> None:
    sure, none = fitted(simulated(units=60)), fitted(simulated(units=60, a=((0.5, 0.0), (0.0, 0.5))))
    said = told(findings_pvar.answers, as_study(sure, "irf"))
    assert any(s.startswith("A shock to y2 raises y1 in all units, most at period 2") for s in said)
    assert "No evidence that a shock to y1 moves y2 in all units." in said
    table = as_study(sure, "irf").sel(scale="estimated", impulse="y2", response="y1").isel(group=0, estimator=0)
    (answer,) = (s for s in said if s.startswith("A shock to y2"))
    at = int(re.findall(r"most at period (\d+)", answer)[0])
    printed = [float(x) for x in re.findall(r"-?\d+\.\d+(?:e-\d+)?", answer)]
    judged = [float(table[k].values[at]) for k in ("irf", "lo_joint", "hi_joint", "lo", "hi")]
    assert printed == [float(f"{x:.3g}") for x in judged], "the band it judges by, then the pointwise one"
    assert printed[1] < printed[3] < printed[0] < printed[4] < printed[2]
    assert "No evidence that a shock to y2 moves y1 in all units." in told(findings_pvar.answers, as_study(none, "irf"))
    shares = told(findings_pvar.explains, as_study(sure, "fevd"))
    assert any(s.startswith("At period 10 y2 explains of the forecast variance of y1") for s in shares)
    assert any("No evidence that y2 explains any" in s for s in told(findings_pvar.explains, as_study(none, "fevd")))
    unstable = as_study(sure, "irf").assign(stable=(("group", "estimator"), [[False]]))
    assert told(findings_pvar.answers, unstable) == []
    short = fitted(simulated(units=60, years=6))
    assert any("has not been simulated" in s for s in told(findings_pvar.covered, as_study(short, "irf")))
