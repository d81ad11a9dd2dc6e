"""Kernel densities and bandwidths against numbers of other programs (../shared/reference/ccd/kde_usjoin2009.json).

Tolerances: bandwidths and densities at the 15 to 17 digits stated, 1e-12 relative (1e-11 for R's, printed with
15 digits). Anchors that other people printed are met to the digits they printed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from accord.core.bandwidth import bandwidth, solve_the_equation
from accord.core.density import density
from accord.core.modes import modes

BANDWIDTHS = {
    "scott_scipy": "scott",
    "silverman_scipy": "silverman",
    "silverman_R_nrd0": "nrd0",
    "scott_R_nrd": "nrd",
    "stata_kdensity": "stata",
}
DENSITIES = {
    "gauss_scott_scipy": ("gaussian", "scott"),
    "gauss_silverman_scipy": ("gaussian", "silverman"),
    "gauss_silverman_R_nrd0": ("gaussian", "nrd0"),
    "gauss_scott_R_nrd": ("gaussian", "nrd"),
    "gauss_stata_0p9_min_sd_iqr1349": ("gaussian", "stata"),
    "gauss_textbook_1p06sd": ("gaussian", "nrd"),
    "epan_unit_h5000": ("epanechnikov_support", 5000.0),
    "epan_sd1_h2000": ("epanechnikov", 2000.0),
}


@pytest.fixture(scope="module")
def known(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "kde_usjoin2009.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def income(reference: Path) -> np.ndarray:
    """Income per head of the 48 states in 2009."""
    return pd.read_csv(reference / "data" / "usjoin.csv")["2009"].to_numpy(dtype="f8")


@pytest.mark.parametrize("name", BANDWIDTHS)
def test_bandwidth(name: str, known: dict[str, Any], income: np.ndarray) -> None:
    assert bandwidth(income, BANDWIDTHS[name]) == pytest.approx(known["bandwidths"][name], rel=1e-12)


@pytest.mark.parametrize(("name", "rule"), [("bw_nrd0", "nrd0"), ("bw_nrd", "nrd"), ("bw_SJ", "sheather_jones")])
def test_bandwidth_printed_by_r(name: str, rule: str, known: dict[str, Any], income: np.ndarray) -> None:
    assert bandwidth(income, rule) == pytest.approx(known["R_other_bw"][name], rel=1e-11)


def test_sheather_jones_without_bins_is_near(known: dict[str, Any], income: np.ndarray) -> None:
    """R's number ends its search early: the root itself lies 0.1 % higher, with or without bins."""
    exact, binned = (solve_the_equation(income, bins=b, tolerance=1e-12) for b in (None, 1000))
    assert exact == pytest.approx(known["R_other_bw"]["bw_SJ"], rel=2e-3)
    assert exact == pytest.approx(binned, rel=1e-4) and exact != binned


def test_matlab(known: dict[str, Any], income: np.ndarray) -> None:
    """The reference divides by the normal quartile .67449 here; MATLAB, and its printed anchor, by .6745."""
    expected = known["bandwidths"]["matlab_ksdensity"] * norm.ppf(0.75) / 0.6745
    assert bandwidth(income, "matlab") == pytest.approx(expected, rel=1e-12)
    anchor = known["published_anchors"]["matlab"]
    assert bandwidth(anchor["data"], "matlab") == pytest.approx(anchor["ours"], rel=1e-12)
    assert round(float(bandwidth(anchor["data"], "matlab")), 4) == float(anchor["published"])


def test_stata_printed(reference: Path, known: dict[str, Any]) -> None:
    """Quartiles as Stata takes them: with NumPy's the bandwidth would be 595.769."""
    price = pd.read_csv(reference / "data" / "auto_price.csv")["price"].to_numpy(dtype="f8")
    anchor = known["published_anchors"]["stata"]
    assert bandwidth(price, "stata") == pytest.approx(anchor["ours"], rel=1e-12)
    assert round(float(bandwidth(price, "stata")), 5) == float(anchor["published"])
    assert float(bandwidth(price, "nrd0")) * 1.34 / 1.349 == pytest.approx(595.769, abs=1e-3)


@pytest.mark.parametrize("name", DENSITIES)
def test_density(name: str, known: dict[str, Any], income: np.ndarray) -> None:
    kernel, rule = DENSITIES[name]
    found = density(income, known["grid"], bandwidth(income, rule), kernel=kernel)
    np.testing.assert_allclose(found, known["density"][name], rtol=1e-11, atol=1e-19)


def test_density_with_matlab_bandwidth(known: dict[str, Any], income: np.ndarray) -> None:
    found = density(income, known["grid"], known["bandwidths"]["matlab_ksdensity"])
    np.testing.assert_allclose(found, known["density"]["gauss_matlab_ksdensity"], rtol=1e-11)


def test_every_density_of_the_reference_is_checked(known: dict[str, Any]) -> None:
    assert {*DENSITIES, "gauss_matlab_ksdensity"} == set(known["density"])


@pytest.mark.parametrize("name", [*BANDWIDTHS, "matlab_ksdensity"])
def test_number_of_modes(name: str, known: dict[str, Any], income: np.ndarray) -> None:
    """The reference counts every local maximum on its grid; here they are one by either count."""
    at = np.linspace(15_000, 75_000, 2001)
    found = density(income, at, known["bandwidths"][name])
    expected = known["n_modes_by_rule"].get(name, 1)
    assert modes(found) == expected
