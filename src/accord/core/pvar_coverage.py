"""What 95 % bands of the leading panel VAR cover in simulated panels like the one at hand.

Read from scripts/pvar_monte_carlo.py: 12 years, two variables, one lag, N = 3, 5, 10 and 31 units, largest root near
.64 and .91, with year effects or without; without, the worse of panels with and without common shocks counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ENOUGH = 0.88
"""Coverage below which a result says so."""


@dataclass(frozen=True)
class Expected:
    """Coverage of nominal 95 % bands of orthogonalised responses at horizons 1 to 5."""

    mean: float
    """Of all responses and horizons."""
    least: float
    """Of the response and horizon that are covered least."""
    units: int
    """Of the simulated panels."""
    root: float
    """Their largest root."""

    @property
    def enough(self) -> bool:
        """Whether even the least covered response reaches .88."""
        return self.least >= ENOUGH


@cache
def _known() -> tuple[dict[str, float], ...]:
    return tuple(json.loads((files("accord.core") / "data/pvar_coverage.json").read_text(encoding="utf-8")))


def expected_coverage(units: int, root: float, *, time_effects: bool) -> Expected:
    """Coverage to expect with so many units and such a largest root, from the nearest design with no more units.

    Few units stand for more, never the other way; below three, for three. Designs with year effects have 10 and 31
    units, so fewer units with year effects are read from designs without.

    Examples
    --------
    >>> found = expected_coverage(31, 0.6, time_effects=True)
    >>> found.units, found.enough
    (31, True)
    >>> expected_coverage(4, 0.95, time_effects=False).units
    3
    """
    same = [row for row in _known() if bool(row["year_effects"]) == time_effects and row["units"] <= max(units, 3)]
    rows = same or [row for row in _known() if row["units"] <= max(units, 3)]
    most = max(row["units"] for row in rows)
    rows = [row for row in rows if row["units"] == most]
    # an estimated root of .8 comes as often from either
    near = (max if root >= 0.8 else min)(row["root"] for row in rows)
    found = min((row for row in rows if row["root"] == near), key=lambda row: row["mean"])
    least = min(row["least"] for row in rows if row["root"] == near)
    return Expected(found["mean"], least, int(most), near)
