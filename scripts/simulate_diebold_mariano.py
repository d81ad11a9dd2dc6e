"""Size of the Diebold-Mariano test of equal loss, clustered by origin year and by unit, under common shocks.

Each unit takes a yearly shock, part of which (`common`, a share of its variance) all units share. One forecaster
expects every year's change too high by as much as the other too low, so the two have equal expected squared loss
at every origin and horizon, and each rejection is a false one. Standing in ``diebold_mariano_size.csv`` beside
this file, from 20,000 panels of 31 units a row (seed 1)::

    python scripts/simulate_diebold_mariano.py [OUTPUT]

by_unit: t of the units' mean loss differences, units - 1 degrees of freedom. by_origin: Harvey, Leybourne and
Newbold's. by_origin_fixed: Coroneo and Iacone's. Nominal size .05; the standard error of a share is .0015.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ttest_1samp

from accord.core.skill import mariano

OUTPUT = Path(__file__).resolve().with_name("diebold_mariano_size.csv")
PANELS, UNITS, CHUNK = 20_000, 31, 2_000
COMMON, HORIZONS, ORIGINS = (0.0, 0.25, 0.5, 0.9), (1, 3, 5), (8, 10, 12, 15)


def differences(rng: np.random.Generator, panels: int, common: float, horizon: int, origins: int) -> np.ndarray:
    """Loss differences averaged over the horizons; (panels, origins, units)."""
    years = origins + horizon - 1
    shared = rng.normal(size=(panels, years, 1)) * np.sqrt(common)
    own = rng.normal(size=(panels, years, UNITS)) * np.sqrt(1 - common)
    path = np.concatenate([np.zeros((panels, 1, UNITS)), np.cumsum(shared + own, axis=1)], axis=1)
    # (y - h)^2 - (y + h)^2 = -4 h y, y the sum of the shocks of the h years after an origin
    return sum(-4 * h * (path[:, h : h + origins] - path[:, :origins]) for h in range(1, horizon + 1)) / horizon


def row(rng: np.random.Generator, common: float, horizon: int, origins: int) -> dict[str, float]:
    false = np.zeros(3)
    for _ in range(PANELS // CHUNK):
        d = differences(rng, CHUNK, common, horizon, origins)
        by_unit = ttest_1samp(d.mean(axis=1), 0.0, axis=1).pvalue
        _, by_origin, fixed = mariano(d.mean(axis=2), horizon)
        false += [(p < 0.05).sum() for p in (by_unit, by_origin, fixed)]
    shares = dict(zip(("by_unit", "by_origin", "by_origin_fixed"), (false / PANELS).round(3), strict=True))
    return {"common": common, "horizon": horizon, "origins": origins, **shares}


def main() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame([row(rng, c, h, k) for c in COMMON for h in HORIZONS for k in ORIGINS])
    table.to_csv(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT, index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
