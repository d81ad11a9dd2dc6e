"""Golden numbers of the embedded US states study, from its CSV and the formulas alone.

Exact fractions up to the normalised values, then correctly rounded sums of floats; nothing of accord, NumPy or
pandas. The formulas are METHODS 1 and 2: pooled min-max, entropy over all rows with 0 ln 0 = 0, weights that
sum to one within a subsystem, C = 2 sqrt(U1 U2) / (U1 + U2), T = (U1 + U2) / 2, D = sqrt(C T), ten stages.

Run from anywhere::

    python tests/golden/make_us_states_golden.py
"""

from __future__ import annotations

import csv
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "src" / "accord" / "data" / "us-states" / "panel.csv"
OUTPUT = Path(__file__).with_name("us_states.json")

PER_WORKER = {
    "highways": "hwy",
    "water_sewer": "water",
    "other_public": "util",
    "output": "gsp",
    "private_capital": "pc",
}
SUBSYSTEMS = {
    "Infrastructure": ["highways", "water_sewer", "other_public"],
    "Economy": ["output", "private_capital", "unemployment"],
}
EDGES = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]
SHOWN = [("Alabama", 1970), ("California", 1986), ("Texas", 1983), ("Wyoming", 1979), ("Vermont", 1974)]


def normalised(rows: list[dict[str, str]]) -> dict[str, list[float]]:
    """Each indicator over all rows: larger is better but for unemployment."""
    raw = {name: [Fraction(row[column]) / Fraction(row["emp"]) for row in rows] for name, column in PER_WORKER.items()}
    raw["unemployment"] = [Fraction(row["unemp"]) for row in rows]
    out = {}
    for name, x in raw.items():
        low, high = min(x), max(x)
        best = [(high - v) if name == "unemployment" else (v - low) for v in x]
        out[name] = [float(v / (high - low)) for v in best]
    return out


def entropy(z: list[float]) -> float:
    """Entropy of the shares, textbook form."""
    whole = math.fsum(z)
    return -math.fsum(v / whole * math.log(v / whole) for v in z if v > 0) / math.log(len(z))


def golden() -> dict[str, Any]:
    """Everything the tests compare with."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    z = normalised(rows)
    e = {name: entropy(values) for name, values in z.items()}
    w = {}
    for names in SUBSYSTEMS.values():
        whole = math.fsum(1 - e[name] for name in names)
        w |= {name: (1 - e[name]) / whole for name in names}
    cells = []
    for i, row in enumerate(rows):
        u1, u2 = (math.fsum(w[name] * z[name][i] for name in names) for names in SUBSYSTEMS.values())
        c, t = 2 * math.sqrt(u1 * u2) / (u1 + u2), (u1 + u2) / 2
        d = math.sqrt(c * t)
        stage = 1 + sum(d >= float(edge) for edge in EDGES)
        lag = "Infrastructure lags" if u1 / u2 < 0.8 else "Economy lags" if u1 / u2 > 1.2 else "synchronous"
        short = {name: w[name] * (1 - z[name][i]) for name in SUBSYSTEMS["Economy"]}
        cells.append(
            {
                "unit": row["state"],
                "time": int(row["year"]),
                "region": row["region"],
                "index": [u1, u2],
                "coupling": c,
                "development": t,
                "coordination": d,
                "stage": stage,
                "lag_type": lag,
                "obstacle": {name: v / math.fsum(short.values()) for name, v in short.items()},
            }
        )
    regions = sorted({cell["region"] for cell in cells})
    years = (1970, 1986)
    return {
        "entropy": e,
        "weight": w,
        "cells": [next(c for c in cells if (c["unit"], c["time"]) == shown) for shown in SHOWN],
        "stage_counts": {
            str(year): [sum(c["time"] == year and c["stage"] == k for c in cells) for k in range(1, 11)]
            for year in years
        },
        "stage_counts_all": [sum(c["stage"] == k for c in cells) for k in range(1, 11)],
        "regional_mean": {
            region: [mean(c["coordination"] for c in cells if c["region"] == region and c["time"] == y) for y in years]
            for region in regions
        },
        "national_sd": [sd([c["coordination"] for c in cells if c["time"] == year]) for year in years],
    }


def mean(values: Any) -> float:
    """Arithmetic mean."""
    listed = list(values)
    return math.fsum(listed) / len(listed)


def sd(values: list[float]) -> float:
    """Standard deviation with n - 1."""
    centre = mean(values)
    return math.sqrt(math.fsum((v - centre) ** 2 for v in values) / (len(values) - 1))


if __name__ == "__main__":
    OUTPUT.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
