"""Time Dagum's decomposition beside the printed formula's sum over all pairs, and both steps on an embedded study.

usage: python benchmarks/inequality.py [--units N] [--groups K] [--draws M] [--repeat R]

Both get the same data in one run, in turn; figures are medians, ratios are taken run by run, and the parts must agree
to 1e-12. The printed formula is NumPy too: one matrix of absolute differences for each pair of groups.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

import accord as ac
from accord.core.inequality import dagum

STEPS = ("inequality", "transitions")


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and wall seconds."""
    start = time.perf_counter()
    out = run()
    return out, time.perf_counter() - start


def printed(x: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Within, between and overlap by the printed formula, one row of values."""
    n, mu = x.size, x.mean()
    by = [x[group == g] for g in range(group.max() + 1)]
    out = np.zeros(3)
    for (j, a), (h, b) in product(enumerate(by), repeat=2):
        apart = np.subtract.outer(a, b)
        size = np.abs(apart).mean()
        part = size / (a.mean() + b.mean()) * len(a) / n * len(b) * b.mean() / (n * mu)
        distance = abs(apart.mean()) / size if size else 0.0
        out += (part, 0, 0) if j == h else (0, part * distance, part * (1 - distance))
    return out


def compare(n: int, k: int, rows: int, repeat: int) -> None:
    rng = np.random.default_rng(1)
    group = np.arange(n) % k
    x = rng.gamma(3, 0.1, (rows, n))
    ratios, ours, theirs = [], [], []
    for _ in range(repeat):
        found, a = timed(lambda: dagum(x, group))
        want, b = timed(lambda: np.array([printed(row, group) for row in x]))
        parts = np.stack([found.within, found.between, found.overlap], axis=1)
        assert np.abs(parts - want).max() < 1e-12
        ours.append(a)
        theirs.append(b)
        ratios.append(b / a)
    print(f"{rows:>6} rows of {n:>5} units in {k:>2} groups: {statistics.median(ours):.4f} s, printed formula "
          f"{statistics.median(theirs):.4f} s, {statistics.median(ratios):.0f}x, parts agree to 1e-12")  # fmt: skip


def embedded(name: str, repeat: int) -> None:
    panel, seconds = ac.sample(name), []
    for _ in range(repeat):
        study = ac.Study(panel)
        study["coordination"]
        start = time.perf_counter()
        for step in STEPS:
            assert study.run(only=step)[0].state == "done"
        seconds.append(time.perf_counter() - start)
    print(f"{name}: {' and '.join(STEPS)} {statistics.median(seconds):.3f} s on top of D")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=2800)
    parser.add_argument("--groups", type=int, default=31)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    compare(31, 4, 12, asked.repeat)
    compare(31, 4, asked.draws, asked.repeat)
    compare(asked.units, asked.groups, 12, asked.repeat)
    for name in ("us-states", "china-replica"):
        embedded(name, asked.repeat)


if __name__ == "__main__":
    main()
