"""Coverage of forecast bands on simulated panels, and errors of the ensemble beside pooled drift.

usage: python benchmarks/forecast_coverage.py [--panels N] [--method NAME] [--plan PLAN] [--markdown FILE]

Simulated panels: 31 units x 12 years, each unit with a start and a drift of its own and AR(1) noise (.5); with common
shocks, all units share AR(1) shocks of the same size; "walk": the changes are AR(1), so that shocks stay. Every panel is
forecast eight years ahead by `accord.forecast`, and the bands are held against the eight years that the simulation goes
on for. Coverage is the share of units and years within the band; a panel's own coverage varies by far more than its
mean, as units share their shocks. Errors (MASE at rolling origins, bounds of the years known) are those of the study
of the US states, of a plan given, and of the first twenty panels with and without common shocks in turn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import accord as ac
from accord.project import read_source

YEARS, AHEAD = 12, 8
KINDS = ("no common shocks", "common shocks", "common shocks that stay (walk)")


def simulated(number: int, kind: str, units: int = 31) -> pd.DataFrame:
    """D of one panel over 20 years, units down and years across."""
    rng = np.random.default_rng([number, KINDS.index(kind)])
    own, all_units = (0.008 * rng.standard_normal((n, YEARS + AHEAD)) for n in (units, 1))
    for x in (own, all_units):
        for t in range(1, YEARS + AHEAD):
            x[:, t] += 0.5 * x[:, t - 1]
    noise = own + (kind != KINDS[0]) * all_units
    if kind == KINDS[2]:
        noise = np.cumsum(noise * np.sqrt(0.5), axis=1)
    years = np.arange(YEARS + AHEAD)
    level = rng.uniform(0.2, 0.5, (units, 1)) + rng.normal(0.01, 0.004, (units, 1)) * years
    return pd.DataFrame(np.clip(level + noise, 0.0, 1.0), [f"unit {i:02d}" for i in range(units)], 2011 + years)


def covered(panel: pd.DataFrame, method: str, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coverage of the 80 % and the 95 % band by year ahead, and whether the first is calibrated."""
    found = ac.forecast(panel.iloc[:, :YEARS], AHEAD, method, seed=number).isel(model=0, route=0)
    truth = panel.iloc[:, YEARS:].to_numpy()
    shares = [
        ((found[f"lo{level}"].values <= truth) & (truth <= found[f"hi{level}"].values)).mean(axis=0)
        for level in ("80", "95")
    ]
    return shares[0], shares[1], (found["basis80"].values == 1).all(axis=0)


def coverage(panels: int, method: str) -> str:
    """The table of coverage by kind of panel and year ahead."""
    rows = []
    for kind in KINDS:
        both = [covered(simulated(number, kind), method, number) for number in range(panels)]
        calibrated = both[0][2]
        for name, ahead in [(str(h + 1), [h]) for h in range(AHEAD)] + [
            ("calibrated", list(np.flatnonzero(calibrated)))
        ]:
            a, b = (np.array([one[k][ahead].mean() for one in both]) for k in (0, 1))
            low, high = np.quantile(a, [0.1, 0.9])
            mark = "" if name == "calibrated" or calibrated[int(name) - 1] else " (model-based)"
            rows.append(
                f"| {kind} | {name}{mark} | {a.mean():.3f} | {a.std():.3f} | {low:.2f}-{high:.2f} | {b.mean():.3f} |"
            )
        print(rows[-1], flush=True)
    head = "| panels | years ahead | mean coverage of 80% | sd over panels | 10%-90% of panels | mean coverage of 95% |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def errors(plan: str | None, method: str) -> str:
    """The table of MASE beside pooled drift and naive."""
    rows, every = [], []

    def add(name: str, one: tuple[float, float, float]) -> None:
        every.append(one)
        rows.append(f"| {name} | " + " | ".join(f"{value:.3f}" for value in one) + " |")
        print(rows[-1], flush=True)

    studies = {"US states (embedded study)": ac.Study(ac.sample("us-states"), forecast=method)}
    if plan:
        studies["China, 31 provinces"] = ac.Study(read_source(ac.read_plan(plan)), forecast=method)
    for name, study in studies.items():
        ranks = study["forecast_ranking"]["mase"].sel(route="direct")
        at = [str(m) for m in ranks["model"].values]
        add(name, (float(ranks[0]), float(ranks[at.index("drift")]), float(ranks[at.index("naive")])))
    for number in range(20):
        kind = KINDS[number % 2]
        found = ac.forecast(simulated(number, kind).iloc[:, :YEARS], AHEAD, method, seed=number).attrs
        add(f"simulated {number + 1}, {kind}", (found["mase"], found["mase_drift"], found["mase_naive"]))
    mean = np.array(every).mean(axis=0)
    rows.append("| **mean** | " + " | ".join(f"**{value:.3f}**" for value in mean) + " |")
    print(rows[-1], flush=True)
    return "\n".join([f"| panel | {method} | pooled drift | naive |", "|---|---|---|---|", *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--panels", type=int, default=200)
    parser.add_argument("--method", default="ensemble")
    parser.add_argument("--plan", help="a plan with indicators whose errors are shown too")
    parser.add_argument("--markdown", type=Path)
    asked = parser.parse_args()
    text = "\n\n".join([
        f"# Forecasts on simulated panels: coverage and errors of `{asked.method}`",
        f"{asked.panels} panels of each kind; python benchmarks/forecast_coverage.py --panels {asked.panels}",
        coverage(asked.panels, asked.method), errors(asked.plan, asked.method),
    ])  # fmt: skip
    if asked.markdown:
        asked.markdown.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
