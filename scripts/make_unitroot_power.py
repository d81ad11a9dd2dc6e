"""Measure how often panel unit-root tests see that a panel is stationary, by simulated p-values at 5 %.

Stationary panels of 12 years around a constant or a trend; the yearly changes of random walks, as tests of differences
meet them; and, for Hadri's test, random walks. Writes a page beside the sizes. Takes a minute of a core.

Run from anywhere::

    python scripts/make_unitroot_power.py [FOLDER] [--panels 5000]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from make_unitroot_size import FOLDER, LEVEL, SEED, rejected, settings

from accord.core.unitroot_null import Design, null, simulated_pvalues
from accord.core.unitroot_panel import LEADING, statistics

YEARS, UNITS = 12, (3, 10, 31)
TESTS = ("ips, 1 lag", "ht", "fisher adf 1", "fisher pp 1", "llc, 1 lag", "cips, 1 lag")
SERIES = (("c", 0.8, 12), ("c", 0.5, 12), ("ct", 0.8, 12), ("ct", 0.5, 12), ("c", 0.0, 11))
"""Term, autoregression and years; white noise is what the yearly changes of a random walk are."""
BURN = 60


def panels(rho: float, years: int, units: int, number: int) -> np.ndarray:
    """Autoregressions (years, number, units) in their stationary state; random walks where rho is 1."""
    rng = np.random.default_rng([SEED, 2, units, years, round(100 * rho)])
    e = rng.normal(size=(years + BURN, number, units))
    for t in range(1, len(e)):
        e[t] += rho * e[t - 1]
    return e[BURN:]


def share(name: str, trend: str, rho: float, years: int, units: int, number: int) -> str:
    """Rejections in per cent, or a dash where the test is not to be had."""
    setting = settings(trend)[name]
    if setting.test == "cips" and units < 10:
        return "-"
    found = statistics(panels(rho, years, units, number), setting)
    p = simulated_pvalues(found, null(Design(setting, years, units)), setting)
    return f"{100 * rejected(p[LEADING[setting.test]]):.0f}"


def page(number: int) -> str:
    """The table as markdown."""
    heads = [f"{'changes' if rho == 0 else f'rho {rho:g}'}, {term}" for term, rho, _ in SERIES]
    out = [
        "# Power of panel unit-root tests in twelve years",
        "",
        f"Rejections at {100 * LEVEL:g} % of the simulated p-value in panels that are stationary, in per cent, {number:,} panels",
        "a cell, written by `scripts/make_unitroot_power.py`: autoregressions of 12 years around a constant (c) or tested with a",
        "trend (ct), and the 11 yearly changes of random walks. Each cell: " + ", ".join(map(str, UNITS)) + " units.",
        "",
        f"| test | {' | '.join(heads)} |",
        f"|---|{'---|' * len(heads)}",
    ]
    for name in TESTS:
        cells = [" / ".join(share(name, *one, units, number) for units in UNITS) for one in SERIES]
        out.append(f"| {name} | {' | '.join(cells)} |")
    walks = [" / ".join(share("hadri", trend, 1.0, YEARS, units, number) for units in UNITS) for trend in ("c", "ct")]
    out += ["", f"Hadri's test, whose null is stationarity, rejects random walks of 12 years in {walks[0]} per cent of panels",
            f"with a constant and {walks[1]} with a trend."]  # fmt: skip
    return "\n".join(out) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--panels", type=int, default=5000)
    given = parser.parse_args()
    (given.folder / "unitroot_power.md").write_text(page(given.panels), encoding="utf-8")


if __name__ == "__main__":
    main()
