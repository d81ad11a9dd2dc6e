"""Moran, Geary and local Moran against verified numbers (../shared/reference/ccd/moran_usjoin.json).

Tolerance 1e-12: the reference agrees with two programs to 1e-14, and values lie in [-1, 10].
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from accord.borders import known_neighbours
from accord.core.autocorrelation import local, overall

pytest.importorskip("esda")
TOL = 1e-12


@pytest.fixture(scope="module")
def said(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "moran_usjoin.json").read_text(encoding="utf-8"))["result"]


@pytest.fixture(scope="module")
def income(reference: Path) -> tuple[list[str], np.ndarray]:
    """Names of the states, and incomes (2, state) in 1929 and 2009."""
    with (reference / "data/usjoin.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return [row["Name"] for row in rows], np.array([[float(row[y]) for row in rows] for y in ("1929", "2009")])


@pytest.fixture(scope="module")
def pairs(reference: Path) -> np.ndarray:
    lines = (reference / "data/states48.gal").read_text().split("\n")[1:97]
    near = {int(head.split()[0]): others.split() for head, others in zip(lines[::2], lines[1::2], strict=True)}
    return np.array([(i, int(j)) for i in sorted(near) for j in near[i]])


def test_global_statistics(said: dict[str, Any], income: tuple[list[str], np.ndarray], pairs: np.ndarray) -> None:
    made = overall(income[1], pairs, 99, np.random.default_rng(1))
    for t, year in enumerate(("1929", "2009")):
        one = said[year]
        found = [made.moran[t], made.expected[t], made.z_normal[t], made.z[t], made.geary[t]]
        np.testing.assert_allclose(found, [one[k] for k in ("I", "EI", "z_norm", "z_rand", "geary")], rtol=TOL)
        np.testing.assert_allclose(made.pvalue[t], 2 * norm.sf(abs(one["z_rand"])), rtol=1e-9)


def test_local_statistics(said: dict[str, Any], income: tuple[list[str], np.ndarray], pairs: np.ndarray) -> None:
    made = local(income[1], pairs, 99, np.random.default_rng(1))
    for t, year in enumerate(("1929", "2009")):
        np.testing.assert_allclose(made.moran[t], said[year]["local_I_(n-1)_scaling"], atol=TOL)
        assert made.quadrant[t].tolist() == said[year]["quadrant_1HH_2LH_3LL_4HL"]


def test_shipped_borders_give_the_same(said: dict[str, Any], income: tuple[list[str], np.ndarray]) -> None:
    names, values = income
    shipped = known_neighbours(names)
    assert shipped is not None
    made = overall(values, shipped, 99, np.random.default_rng(1))
    np.testing.assert_allclose(made.moran, [said["1929"]["I"], said["2009"]["I"]], rtol=TOL)
