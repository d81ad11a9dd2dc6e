"""Simulate the moments of t-ratios under the null that panel unit-root tests need, and write them as a small table.

Random walks from 0 with normal steps; for each number of observations m of the regression, each number of lags and
each case: mean and variance of the t-ratio, and of t-tilde without lags. Cells with fewer than 3 degrees of
freedom stay empty: there the variance does not exist. With 3 or 4 it has few digits. Takes some ten minutes.

Run from anywhere::

    python scripts/make_unitroot_moments.py [OUTPUT]
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from accord.core.unitroot_series import TERMS, null_variance_t, regression

OUTPUT = Path(__file__).resolve().parents[1] / "src" / "accord" / "core" / "data" / "unitroot_moments.json"
SEED = 20261122
DRAWS, CHUNK = 400_000, 5_000
YEARS = [*range(5, 21), 22, 25, 30, 40, 50, 60, 70, 100, 200]
LAGS = 9
FREE = 3


def cell(m: int, lag: int, trend: str) -> tuple[float | None, float | None, float | None, float | None]:
    """Mean and variance of the t-ratio with m observations, and of t-tilde."""
    tilde = lag == 0
    if m - lag - 1 - TERMS[trend] < FREE:
        return (None,) * 4
    sums = np.zeros(4)
    for chunk in range(DRAWS // CHUNK):
        rng = np.random.default_rng([SEED, m, lag, TERMS[trend], chunk])
        y = np.cumsum(rng.normal(size=(m + 1 + lag, CHUNK)), axis=0)
        y -= y[0]
        t = regression(y, lag, trend).t
        s = null_variance_t(y, trend) if tilde else t
        sums += [t.sum(), (t * t).sum(), s.sum(), (s * s).sum()]
    a, b, c, d = sums / DRAWS
    found = [round(float(v), 4) for v in (a, b - a * a, c, d - c * c)]
    return (*found[:2], *(found[2:] if tilde else (None, None)))  # type: ignore[return-value]


def table() -> dict[str, object]:
    out: dict[str, object] = {
        "note": "Moments under the null by observations of the regression (columns) and lags 0 to 8 (rows)",
        "made_by": "scripts/make_unitroot_moments.py",
        "seed": SEED,
        "draws": DRAWS,
        "years": YEARS,
    }
    cells = [(m, lag, trend) for trend in TERMS for lag in range(LAGS) for m in YEARS]
    with ThreadPoolExecutor() as pool:
        found = dict(zip(cells, pool.map(lambda at: cell(*at), cells), strict=True))
    for trend in TERMS:
        grid = [[found[m, lag, trend] for m in YEARS] for lag in range(LAGS)]
        out[trend] = {
            "mean": [[c[0] for c in row] for row in grid],
            "var": [[c[1] for c in row] for row in grid],
            "tilde_mean": [c[2] for c in grid[0]],
            "tilde_var": [c[3] for c in grid[0]],
        }
    return out


def text(value: object, depth: int = 0) -> str:
    """JSON with one line a row."""
    if isinstance(value, dict):
        inner = ",\n".join(f"{' ' * (depth + 1)}{json.dumps(k)}: {text(v, depth + 1)}" for k, v in value.items())
        return f"{{\n{inner}\n{' ' * depth}}}"
    if isinstance(value, list) and value and isinstance(value[0], list):
        inner = ",\n".join(" " * (depth + 1) + json.dumps(row) for row in value)
        return f"[\n{inner}\n{' ' * depth}]"
    return json.dumps(value)


if __name__ == "__main__":
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    to.write_text(text(table()) + "\n", "utf-8")
