"""Time the LSTM ensembles of core/lstm.py, compiling counted separately.

usage: python benchmarks/lstm.py [--repeat N] [--engines inline,threads,processes]

Jobs: a study's own (30 cases x 20 members of the default settings, 48 units x 17 years), one network for each of 31
units x 12 years (20 and 100 members, 1,000 steps on all samples), and the published setting read as epochs (20 members,
31 units x 9 years). Wall and CPU seconds are medians of runs after the first; `first` is the first run in this process
less a later one, that is tracing and compiling. On processes, CPU seconds of the workers are counted.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from typing import Any

import numpy as np

from accord.core.engine import connect, cores, working
from accord.core.lstm import forecast

PAPER: dict[str, Any] = {
    "optimiser": "sgd",
    "rate": 0.002,
    "hidden": 16,
    "window": 3,
    "batch": 1,
    "iteration": "epoch",
    "target": "levels",
    "scale": "none",
    "iterations": 1000,
}
UNIT: dict[str, Any] = {"scope": "unit", "batch": None, "iterations": 1000}
JOBS: dict[str, tuple[int, int, int, dict[str, Any]]] = {
    "study, 600 networks": (30, 48, 17, {}),
    "by unit, 620 networks": (1, 31, 12, {**UNIT, "members": 20}),
    "by unit, 3,100 networks": (1, 31, 12, {**UNIT, "members": 100}),
    "published, epochs, 20 networks": (1, 31, 9, PAPER),
}


def panel(cases: int, units: int, years: int) -> tuple[np.ndarray, np.ndarray]:
    """Rising, noisy series on [0, 1]; with many cases, cut at the last ten years in turn."""
    rng = np.random.default_rng(0)
    steps = 0.01 + 0.01 * rng.standard_normal((cases, units, years))
    known = years - np.arange(cases) % 10
    return np.clip(0.3 + steps.cumsum(axis=2), 0, 1), known


def used() -> float:
    """CPU seconds of this process and of its ended children."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def timed(engine: str, job: tuple[int, int, int, dict[str, Any]], repeat: int) -> tuple[float, float, float]:
    """Extra CPU seconds of the first run, and medians of wall and CPU seconds after it."""
    cases, units, years, asked = job
    history, known = panel(cases, units, years)
    walls, spent = [], []
    for _ in range(repeat + 1):
        start, before = time.perf_counter(), used()
        if engine == "inline":
            forecast(history, known, 8, seed=1, **asked)
        else:
            with connect(engine) as pool, working(pool):
                forecast(history, known, 8, seed=1, **asked)
        walls.append(time.perf_counter() - start)
        spent.append(used() - before)
    wall, cpu = statistics.median(walls[1:]), statistics.median(spent[1:])
    return spent[0] - cpu, wall, cpu


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--engines", default="inline,threads")
    given = parser.parse_args()
    print(f"{platform.machine()}, {cores()} cores, load {os.getloadavg()[0]:.1f}")
    print("| job | engine | first, CPU s more | wall s | CPU s |", "|---|---|---|---|---|", sep="\n")
    for name, job in JOBS.items():
        for engine in given.engines.split(","):
            first, wall, cpu = timed(engine, job, given.repeat)
            print(f"| {name} | {engine} | {first:.1f} | {wall:.2f} | {cpu:.2f} |", flush=True)


if __name__ == "__main__":
    main()
