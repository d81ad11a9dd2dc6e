"""Markov chains of US state incomes against reference numbers (../shared/reference/ccd, made with giddy).

Counts and cut-offs must be the same; probabilities differ by a rounding, 1e-14. The steady state and the test
statistics come from other arithmetic (a least-squares solution, sums in another order): 1e-12 of their size.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from accord.core import markov as chain
from accord.core import mobility as core


@pytest.fixture(scope="module")
def expected(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "markov_usjoin.json").read_text(encoding="utf-8"))["result"]


@pytest.fixture(scope="module")
def income(reference: Path) -> np.ndarray:
    """(state, year)."""
    table = pd.read_csv(reference / "data" / "usjoin.csv")
    return table[[c for c in table if c.isdigit()]].to_numpy(dtype="f8")


@pytest.fixture(scope="module")
def pairs(reference: Path) -> np.ndarray:
    """Neighbours of the states as positions."""
    lines = (reference / "data" / "states48.gal").read_text().split("\n")
    size, out = int(lines[0].split()[0]), []
    for k in range(size):
        i, listed = lines[2 * k + 1].split()[0], lines[2 * k + 2].split()
        out += [(int(i), int(j)) for j in listed]
    return np.array(out)


@pytest.fixture(scope="module")
def spatial(income: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Relative income and its neighbours' mean: cut-offs of both, and counts by the neighbours' class."""
    relative = income / income.mean(axis=0)
    lag = core.neighbours_mean(relative, pairs)
    cuts = [core.cutoffs(x.ravel(), 5) for x in (relative, lag)]
    own, near = (core.classes(x, c) for x, c in zip((relative, lag), cuts, strict=True))
    counts = [core.transitions(np.where(near == s, own, 0)[:, :-1].ravel(), own[:, 1:].ravel(), 5) for s in range(1, 6)]
    return (*cuts, np.array(counts))


def test_yearly_quintiles(income: np.ndarray, expected: dict[str, Any]) -> None:
    yearly = core.classes(income.T, core.cutoffs(income.T, 5)).T
    counts = core.transitions(yearly[:, :-1].ravel(), yearly[:, 1:].ravel(), 5)
    np.testing.assert_array_equal(counts, expected["transitions"])
    np.testing.assert_allclose(core.probabilities(counts), expected["P"], rtol=0, atol=1e-14)
    np.testing.assert_allclose(chain.steady(counts), expected["steady"], rtol=1e-12)


def test_spatial(spatial: tuple[np.ndarray, ...], expected: dict[str, Any]) -> None:
    own, near, counts = spatial
    np.testing.assert_allclose(own, expected["cutoffs"][:-1], rtol=1e-15)
    np.testing.assert_allclose(near, expected["lag_cutoffs"][:-1], rtol=1e-15)
    np.testing.assert_array_equal(counts, expected["spatial_T"])
    np.testing.assert_allclose(core.probabilities(counts), expected["spatial_P"], rtol=0, atol=1e-14)
    np.testing.assert_allclose(core.probabilities(counts.sum(axis=0)), expected["pooled_P"], rtol=0, atol=1e-14)


def test_homogeneity(spatial: tuple[np.ndarray, ...], expected: dict[str, Any]) -> None:
    found = chain.homogeneity(spatial[2])
    assert found.df == expected["dof"]
    assert found.lr == pytest.approx(expected["LR"], rel=1e-12) and found.q == pytest.approx(expected["Q"], rel=1e-12)
    assert found.lr_pvalue == pytest.approx(expected["LR_p"], rel=1e-9)  # a tail of 1e-12 magnifies the statistic's
    # The reference prints its p-value of Q as 0 where 1 - cdf rounds; the tail itself is 3e-17.
    assert expected["Q_p"] == 0 and 0 < found.q_pvalue < 1e-15
