"""Simulate how often the weak-instrument check of the panel VAR flags, and how wrong one-step GMM then is.

Two variables, 12 years, coefficients a on the first own lag, a - .2 on the second, .1 across; correlated errors of
variance 1; unit effects of standard deviation `effect`; year means off; collapsed instruments. Writes
benchmarks/pvar_weak.csv. Takes about three minutes::

    python scripts/pvar_weak_instruments.py [DRAWS]
"""

from __future__ import annotations

import csv
import sys
from itertools import product
from pathlib import Path

import numpy as np

from accord.core.companion import roots
from accord.core.pvar_data import without_year_means
from accord.core.pvar_gmm import estimate, products
from accord.core.pvar_instruments import Model, Panel, equations
from accord.core.pvar_weak import STRONG, conditional_f

OUTPUT = Path(__file__).resolve().parents[1] / "benchmarks" / "pvar_weak.csv"
YEARS, BURN = 12, 60
FIELDS = ["units", "a", "effect", "far", "f_median", "flagged", "bias", "rmse", "exploding"]


def panels(rng: np.random.Generator, draws: int, units: int, a: np.ndarray, effect: float) -> np.ndarray:
    """(draws, units, years, 2)."""
    factor = np.array([[1.0, 0.0], [0.3, 0.954]])
    mu = effect * rng.normal(size=(draws, units, 2))
    y, out = np.zeros_like(mu), []
    for _ in range(BURN + YEARS):
        y = mu + y @ a.T + rng.normal(size=mu.shape) @ factor.T
        out.append(y)
    return np.stack(out[BURN:], axis=2)


def cell(units: int, own: float, effect: float, far: int | None, draws: int) -> list[float]:
    a = np.array([[own, 0.1], [0.1, own - 0.2]])
    rng = np.random.default_rng([units, int(100 * own), int(100 * effect)])
    f, coef = [], []
    for y in panels(rng, draws, units, a, effect):
        p = products(equations(Panel(without_year_means(y)), Model(window=(2, far))))
        f.append(conditional_f(p).min())
        coef.append(estimate(p).coef)
    least, b = np.array(f), np.array(coef)
    error = b[:, 0, 0] - own
    wild = np.mean(np.abs(roots(b)[:, 0]) >= 1)
    return [np.median(least), np.mean(least < STRONG), error.mean(), np.sqrt((error**2).mean()), wild]


def main(draws: int) -> None:
    with OUTPUT.open("w", newline="", encoding="utf-8") as file:
        to = csv.writer(file, lineterminator="\n")
        to.writerow(FIELDS)
        for units, own, effect, far in product((10, 31), (0.3, 0.6, 0.8, 0.9), (0.3, 1.0, 3.0), (4, None)):
            found = cell(units, own, effect, far, draws)
            to.writerow([units, own, effect, far or "all", *(f"{value:.3f}" for value in found)])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
