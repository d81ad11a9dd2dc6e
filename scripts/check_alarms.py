"""How often `accord check` raises an alarm over panels without anything odd, and how often it finds what was put in.

Panels of 31 units by 12 years in logs: unit levels, drifts of units and years, yearly changes that are normal or
heavy-tailed (Student's t with 3 degrees of freedom), with autocorrelation. `python scripts/check_alarms.py [DRAWS]`
prints alarms per indicator and the share of breaks found; tests/core/test_oddities.py holds a few of them.
"""

from __future__ import annotations

import sys

import numpy as np

from accord.core import oddities

UNITS, YEARS = 31, 12
LAWS = {"normal": 0, "heavy": 3}


def panel(rng: np.random.Generator, draws: int, tails: int, spread: float, shared: float, rho: float) -> np.ndarray:
    """Indicators (draw, unit, time): exponentials of random walks with drift."""
    size = (draws, UNITS, YEARS - 1)
    noise = rng.standard_t(tails, size) / np.sqrt(3) if tails else rng.normal(size=size)
    for t in range(1, YEARS - 1):
        noise[..., t] = rho * noise[..., t - 1] + np.sqrt(1 - rho**2) * noise[..., t]
    years = rng.normal(0, shared, (draws, 1, YEARS - 1))
    drift = rng.normal(0.04, 0.03, (draws, UNITS, 1))
    level = rng.normal(0, 0.5, (draws, UNITS, 1))
    steps = drift + years + spread * noise
    return np.exp(level + np.concatenate([np.zeros((draws, UNITS, 1)), steps.cumsum(axis=2)], axis=2))


def main(draws: int) -> None:
    """Print alarms and finds."""
    rng = np.random.default_rng(1)
    print("law     spread shared  rho   breaks  jumps   (alarms per 100 indicators)")
    for law, tails in LAWS.items():
        for spread, shared, rho in (
            (0.02, 0.01, 0.0),
            (0.05, 0.03, 0.0),
            (0.05, 0.1, 0.0),
            (0.2, 0.1, 0.0),
            (0.1, 0.05, 0.5),
        ):
            x = panel(rng, draws, tails, spread, shared, rho)
            alarms = len({b.indicator for b in oddities.breaks(x)}), len({b.indicator for b in oddities.jumps(x)})
            print(
                f"{law:7} {spread:6} {shared:6} {rho:4}   {100 * alarms[0] / draws:5.2f}  {100 * alarms[1] / draws:5.2f}"
            )
    print("\nlaw     factor  found in the right year, of all units (%);  of one unit (%)")
    for law, tails in LAWS.items():
        for factor in (0.47, 0.67, 1.5, 2.0, 10.0):
            x = panel(rng, draws, tails, 0.05, 0.03, 0.0)
            all_units, one = x.copy(), x.copy()
            all_units[:, :, 5:] *= factor
            one[:, 4, 5:] *= factor
            found = {b.indicator for b in oddities.breaks(all_units) if b.time == 5}
            alone = {b.indicator for b in oddities.jumps(one) if (b.unit, b.time) == (4, 5)}
            print(f"{law:7} {factor:6}  {100 * len(found) / draws:6.1f}  {100 * len(alone) / draws:6.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
