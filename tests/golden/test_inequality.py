"""Inequality against reference numbers verified with independent programs (../shared/reference/ccd).

Tolerance 1e-12: the references carry 15 to 17 digits of values below 1, and sums over 48 units in another order
differ by a few 1e-16. Distances Djh are ratios of differences and may lose a digit more: 1e-11.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from accord.core import inequality as core
from accord.core.theil import theil

TOL = 1e-12
CASES = ["pcgdp1940", "pcgdp2000", "produc1986_gsp_per_emp_by_region"]


@pytest.fixture(scope="module")
def expected(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "inequality.json").read_text(encoding="utf-8"))["result"]


@pytest.fixture(scope="module")
def cases(reference: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Values and names of groups as the references write them."""
    mexico = pd.read_csv(reference / "data" / "mexico.csv")
    produc = pd.read_csv(reference / "data" / "produc.csv").query("year == 1986")
    names = mexico["hanson98"].astype(str).to_numpy()
    return {
        "pcgdp1940": (mexico["pcgdp1940"].to_numpy(), names),
        "pcgdp2000": (mexico["pcgdp2000"].to_numpy(), names),
        CASES[2]: ((produc["gsp"] / produc["emp"]).to_numpy(), produc["region"].astype(str).to_numpy()),
    }


@pytest.mark.parametrize("year", ["1929", "1969", "2009"])
def test_gini_and_theil_of_the_states(reference: Path, expected: dict[str, Any], year: str) -> None:
    income = pd.read_csv(reference / "data" / "usjoin.csv")[year].to_numpy()
    assert abs(core.gini(income) - expected[year]["gini"]) < TOL
    assert abs(theil(income).total - expected[year]["theil"]) < TOL


@pytest.mark.parametrize("case", CASES)
def test_dagum(cases: dict[str, tuple[np.ndarray, np.ndarray]], expected: dict[str, Any], case: str) -> None:
    x, names = cases[case]
    order, group = np.unique(names, return_inverse=True)
    found, want = core.dagum(x, group), expected[case]["dagum"]
    for key, part in (("G", found.total), ("Gw", found.within), ("Gnb", found.between), ("Gt", found.overlap)):
        assert abs(part - want[key]) < TOL, key
    assert abs(found.within + found.between + found.overlap - found.total) < TOL
    assert abs(found.between - core.gini(pd.Series(x).groupby(names).transform("mean"))) < TOL
    at = {name: i for i, name in enumerate(order)}
    assert set(want["Gjj"]) == set(at) and len(want["Gjh"]) == len(at) * (len(at) - 1) // 2
    for name, value in want["Gjj"].items():
        assert abs(found.group[at[name]] - value) < TOL
    for key, table, tolerance in (("Gjh", found.pair, TOL), ("Djh", found.distance, 1e-11)):
        for both, value in want[key].items():
            j, h = (at[name] for name in both.split("|"))
            assert abs(table[j, h] - value) < tolerance and table[j, h] == table[h, j], (key, both)


@pytest.mark.parametrize("case", CASES)
def test_theil(cases: dict[str, tuple[np.ndarray, np.ndarray]], expected: dict[str, Any], case: str) -> None:
    x, names = cases[case]
    order, group = np.unique(names, return_inverse=True)
    found, want = theil(x, group), expected[case]
    for key in ("total", "within", "between"):
        assert abs(getattr(found, key) - want["theil" if key == "total" else key]) < TOL
    for i, name in enumerate(order):
        one = want["per_group"][name]
        assert abs(found.group[i] - one["T"]) < TOL and abs(found.share[i] - one["share"]) < TOL
        assert abs(found.group[i] * found.share[i] - one["contrib"]) < TOL
