"""What strikes the eye is found, and little else is: breaks, jumps, lone extremes, repeats, wrong directions."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from accord.core import oddities

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from check_alarms import panel


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize("tails", [0, 3])
def test_breaks_raise_no_alarm_without_a_break(tails: int, rng: np.random.Generator) -> None:
    """Of 300 indicators without a break none is said to have one (scripts/check_alarms.py: 0 of 1,000 in each)."""
    x = panel(rng, 300, tails, 0.05, 0.03, 0.0)
    assert oddities.breaks(x) == []


@pytest.mark.parametrize("factor", [0.47, 1.5, 10.0, 1000.0])
def test_breaks_are_found(factor: float, rng: np.random.Generator) -> None:
    x = panel(rng, 100, 3, 0.05, 0.03, 0.0)
    x[:, :, 5:] *= factor
    found = oddities.breaks(x)
    assert {b.time for b in found} == {5}
    assert len({b.indicator for b in found}) >= 99
    assert np.median([b.factor for b in found]) == pytest.approx(factor, rel=0.1)


def test_break_of_measure_in_few_years(rng: np.random.Generator) -> None:
    """Three years carry no comparison of years, but a thousandfold change needs none."""
    x = panel(rng, 20, 0, 0.05, 0.03, 0.0)[:, :, :3].copy()
    assert oddities.breaks(x) == []
    x[4, :, 2:] *= 1000
    assert [(b.indicator, b.time) for b in oddities.breaks(x)] == [(4, 2)]


def test_break_where_values_are_not_positive(rng: np.random.Generator) -> None:
    x = rng.normal(size=(1, 31, 12)) * 0.05 + rng.normal(size=(1, 31, 1))
    assert oddities.breaks(x) == []
    x[:, :, 7:] += 4
    (found,) = oddities.breaks(x)
    assert (found.time, np.isnan(found.factor)) == (7, True)


def test_jumps(rng: np.random.Generator) -> None:
    x = panel(rng, 3, 0, 0.05, 0.03, 0.0)
    assert oddities.jumps(x) == []
    x[0, 3, 6] *= 10  # one odd value
    x[1, 4, 5:] *= 100  # a new level
    x[2, 5, 6:8] *= 10  # back after two years
    found = oddities.jumps(x)
    assert [(j.indicator, j.unit, j.time, j.back) for j in found] == [
        (0, 3, 6, True),
        (1, 4, 5, False),
        (2, 5, 6, True),
    ]
    assert found[1].factor == pytest.approx(100, rel=0.3)


def test_missing_and_still_values_are_met() -> None:
    """Missing years, constant and empty columns raise neither alarm nor warning."""
    x = np.ones((4, 5, 8))
    x[1] = np.nan
    x[2, :, 3] = np.nan
    x[3] = np.arange(8.0)
    assert oddities.breaks(x) == []
    assert oddities.jumps(x) == []
    assert oddities.lone_extremes(x) == []
    assert oddities.longest_repeat(x).tolist() == [[0] * 5] * 2 + [[0] * 5] + [[1] * 5]


def test_scale_and_order_change_nothing(rng: np.random.Generator) -> None:
    x = panel(rng, 5, 3, 0.05, 0.03, 0.0)
    x[2, :, 4:] *= 3
    turned = rng.permutation(31)
    said = [(b.indicator, b.time, round(b.factor, 9)) for b in oddities.breaks(x)]
    assert said
    assert [(b.indicator, b.time, round(b.factor, 9)) for b in oddities.breaks(1e6 * x[:, turned])] == said
    assert len(oddities.jumps(x)) == len(oddities.jumps(1e-6 * x[:, turned]))


def test_against(rng: np.random.Generator) -> None:
    trend = np.linspace(0, 1, 12) + 0.2 * rng.normal(size=(4, 31, 12))
    trend[2] = -trend[2]
    r = oddities.against(trend, np.zeros(4, dtype=int))
    assert r[2] < -0.5
    assert (np.delete(r, 2) > 0).all()
    alone = oddities.against(trend, np.arange(4))
    assert np.isnan(alone).all()
