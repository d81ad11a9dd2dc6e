"""What bands are said to cover: the designs are there, few units never borrow from many, and bad news is told."""

from __future__ import annotations

import itertools

from accord.core.pvar_coverage import ENOUGH, Expected, _known, expected_coverage


def test_all_designs_are_there() -> None:
    found = {(row["units"], row["root"], row["year_effects"]) for row in _known()}
    assert found == {(n, root, False) for n in (3, 5, 10, 31) for root in (0.64, 0.91)} | {
        (n, root, True) for n in (10, 31) for root in (0.64, 0.91)
    }
    assert all(0.5 < row["least"] <= row["mean"] < 1 for row in _known())


def test_never_from_a_design_with_more_units() -> None:
    for units, root, effects in itertools.product(range(1, 60), (0.3, 0.79, 0.8, 1.2), (False, True)):
        found = expected_coverage(units, root, time_effects=effects)
        assert found.units <= max(units, 3)
        assert found.root == (0.64 if root < 0.8 else 0.91)


def test_leading_bands_reach_what_is_asked_with_year_effects() -> None:
    for units, root in itertools.product((10, 31), (0.6, 0.9)):
        assert expected_coverage(units, root, time_effects=True).enough


def test_common_shocks_left_in_are_told() -> None:
    assert not expected_coverage(10, 0.9, time_effects=False).enough
    assert not expected_coverage(3, 0.9, time_effects=False).enough


def test_the_edge_is_enough() -> None:
    assert Expected(0.95, ENOUGH, 10, 0.64).enough
    assert not Expected(0.95, ENOUGH - 0.001, 10, 0.64).enough
