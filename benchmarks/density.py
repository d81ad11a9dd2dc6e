"""Time the binned kernel density beside SciPy's direct sum, and step `density` on the embedded study.

usage: python benchmarks/density.py [--points N] [--grid M] [--repeat R] [--share K] [--whole]

SciPy sums over every value at every grid point, so its time is proportional to the grid: unless `--whole` is given it
evaluates every K-th grid point and its time is taken K times. Both get the same data in one run, in turn; figures are
medians, ratios are taken run by run, and the densities must agree to 1e-5 of the maximum.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import gaussian_kde

import accord as ac
from accord.core.bandwidth import bandwidth
from accord.core.density import density, grid
from accord.io.sample import folder
from accord.io.tables import read_study_panel
from accord.study.plan import read_plan

TABLES = ("density", "density_features", "density_bumps", "density_changes")


def timed(run: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, wall seconds and CPU-seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    out = run()
    return out, time.perf_counter() - wall, time.process_time() - cpu


def large(n: int, m: int, repeat: int, share: int) -> None:
    """A million values of two groups on a grid that spans them."""
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(0.0, 1.0, n - n // 3), rng.normal(4.0, 0.5, n // 3)])
    h = bandwidth(x)
    at = grid(x, h, m, wide=3.0)
    theirs = gaussian_kde(x, "silverman")
    walls, cpus, slow, worst = [], [], [], 0.0
    density(x, at, h)
    for _ in range(repeat):
        ours, wall, cpu = timed(lambda: density(x, at, h))
        want, scipy_wall, scipy_cpu = timed(lambda: theirs(at[::share]))
        walls.append((wall, scipy_wall * share))
        cpus.append((cpu, scipy_cpu * share))
        slow.append(scipy_wall * share / wall)
        worst = max(worst, float(abs(ours[::share] - want).max() / ours.max()))
    for name, pairs in (("wall", walls), ("CPU", cpus)):
        a, b = (statistics.median(p[k] for p in pairs) for k in (0, 1))
        print(f"{n:,} values x {m:,} points, {name}: binned {1e3 * a:.1f} ms, scipy {b:.1f} s"
              + (f" (1 in {share} points, times {share})" if share > 1 else ""))  # fmt: skip
    print(f"scipy / binned: median {statistics.median(slow):.0f}, {min(slow):.0f} to {max(slow):.0f}; "
          f"largest error {worst:.1e} of the maximum")  # fmt: skip
    assert worst < 1e-5


def study(name: str, repeat: int) -> None:
    """The four tables of the step, on top of D."""
    plan = read_plan(folder(name) / "plan.toml")
    panel = read_study_panel(plan.panel)
    rows = []
    for _ in range(repeat):
        one = ac.Study(panel, **plan.steps)
        d = one["coordination"]
        _, wall, cpu = timed(lambda one=one: [one.table(t) for t in TABLES])
        rows.append((wall, cpu))
    wall, cpu = (statistics.median(r[k] for r in rows) for k in (0, 1))
    groups = len(one.table("density_features")["group"])
    print(f"{name}: {d.sizes['unit']} units x {d.sizes['time']} years, {groups} groups: {wall:.2f} s, {cpu:.2f} CPU-s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000, help="values")
    parser.add_argument("--grid", type=int, default=1024)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--share", type=int, default=32, help="scipy at every K-th grid point")
    parser.add_argument("--whole", action="store_true", help="scipy at every grid point")
    chosen = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores")
    large(chosen.points, chosen.grid, chosen.repeat, 1 if chosen.whole else chosen.share)
    for name in ("china-replica", "us-states"):
        study(name, chosen.repeat)


if __name__ == "__main__":
    main()
