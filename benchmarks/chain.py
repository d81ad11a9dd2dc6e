"""Time the scoring chain (min-max, entropy weights, U, C, T, D, stages) beside plain NumPy and pandas.

usage: python benchmarks/chain.py [--sizes small,county,large] [--repeat N] [--markdown FILE]

All contenders get the same data in one run, in turn; figures are medians, and ratios are taken run by
run. `tiles` is the floor: the same float64 kernels over tiles of 32k cells with reused buffers and
nothing else. Contenders must agree on D to 1e-9.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import xarray as xr

import accord as ac
from accord.core.engine import cores
from accord.core.sums import exact_sum, total
from accord.study.source import PanelSource

SIZES = {"small": (31, 12, 20), "county": (2_800, 20, 20), "large": (960_000, 10, 10)}
REPEAT = {"small": 30, "county": 7, "large": 3}
EDGES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
TILE = 1 << 15


def make(units: int, years: int, m: int) -> xr.Dataset:
    """A random panel with two subsystems of m/2 indicators, every third of them negative."""
    rng = np.random.default_rng(1)
    x = rng.gamma(2.0, 1.0, (m, units, years))
    keys = [f"x{j}" for j in range(m)]
    system = ac.IndicatorSystem.from_table(
        pd.DataFrame(
            {
                "key": keys,
                "subsystem": ["a"] * (m // 2) + ["b"] * (m - m // 2),
                "direction": ["-" if j % 3 == 2 else "+" for j in range(m)],
            }
        )
    )
    coords = {"unit": np.arange(units).astype(str), "time": np.arange(2000, 2000 + years), **system.coords()}
    target = coords.pop("target")
    values = xr.DataArray(np.moveaxis(x, 0, -1), dims=("unit", "time", "indicator"), coords=coords)
    return xr.Dataset({"indicators": values, "target": target})


def numpy_plain(x: np.ndarray, sign: np.ndarray, half: int) -> np.ndarray:
    """Whole-array NumPy, as most people write it; x is (indicator, cell)."""
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    z = np.where(sign[:, None] > 0, x - low, high - x) / (high - low)
    p = z / z.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        e = -np.where(p > 0, p * np.log(p), 0).sum(axis=1) / np.log(x.shape[1])
    d = 1 - e
    w = np.concatenate([d[:half] / d[:half].sum(), d[half:] / d[half:].sum()])
    u1, u2 = w[:half] @ z[:half], w[half:] @ z[half:]
    c = 2 * np.sqrt(u1 * u2) / (u1 + u2)
    out = np.sqrt(c * (u1 + u2) / 2)
    np.searchsorted(EDGES, out, side="right")
    return np.asarray(out)


def tiles(x: np.ndarray, sign: np.ndarray, half: int) -> np.ndarray:
    """The floor: three passes of float64 kernels over tiles on threads, exact sums, no labels."""
    m, n = x.shape
    cuts = [slice(i, min(i + TILE * 8, n)) for i in range(0, n, TILE * 8)]
    out, stage = np.empty(n), np.empty(n, dtype="i1")

    def scaled(s: slice, low: np.ndarray, span: np.ndarray) -> np.ndarray:
        z = np.empty((m, s.stop - s.start))
        for j in range(m):
            np.subtract(x[j, s], low[j], out=z[j])
            z[j] /= span[j]
            if sign[j] < 0:
                np.subtract(1.0, z[j], out=z[j])
        return z

    with ThreadPoolExecutor(cores()) as pool:
        found = list(pool.map(lambda s: (x[:, s].min(axis=1), x[:, s].max(axis=1)), cuts))
        low, high = np.min([f[0] for f in found], axis=0), np.max([f[1] for f in found], axis=0)
        span = high - low

        def sums(s: slice) -> tuple[np.ndarray, np.ndarray]:
            z = scaled(s, low, span)
            first = exact_sum(z)
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = np.log(z)
                logs *= z
            logs[z == 0] = 0
            return first, exact_sum(logs)

        parts = list(pool.map(sums, cuts))
        big, log = total(np.sum([p[0] for p in parts], axis=0)), total(np.sum([p[1] for p in parts], axis=0))
        d = 1 - (np.log(big) - log / big) / np.log(n)
        w = np.concatenate([d[:half] / d[:half].sum(), d[half:] / d[half:].sum()])

        def score(s: slice) -> None:
            z = scaled(s, low, span)
            u = np.zeros((2, z.shape[1]))
            part = np.empty(z.shape[1])
            for j in range(m):
                np.multiply(z[j], w[j], out=part)
                u[int(j >= half)] += part
            t = (u[0] + u[1]) / 2
            c = np.sqrt(u[0]) * np.sqrt(u[1]) / t
            out[s] = np.sqrt(c * t)
            stage[s] = np.searchsorted(EDGES, out[s], side="right") + 1

        list(pool.map(score, cuts))
    return out


def pandas_plain(frame: pd.DataFrame, sign: np.ndarray, half: int) -> np.ndarray:
    """pandas, column by column, as the notebooks of the field do."""
    low, high = frame.min(), frame.max()
    z = (frame - low) / (high - low)
    negative = frame.columns[sign < 0]
    z[negative] = 1 - z[negative]
    p = z / z.sum()
    e = -(p * np.log(p.where(p > 0, 1.0))).sum() / np.log(len(frame))
    d = 1 - e
    w1, w2 = d.iloc[:half] / d.iloc[:half].sum(), d.iloc[half:] / d.iloc[half:].sum()
    u1, u2 = (z.iloc[:, :half] * w1).sum(axis=1), (z.iloc[:, half:] * w2).sum(axis=1)
    c = 2 * np.sqrt(u1 * u2) / (u1 + u2)
    out = np.sqrt(c * (u1 + u2) / 2)
    pd.cut(out, [-0.01, *EDGES, 1.01], right=False, labels=False)
    return np.asarray(out.to_numpy())


def timed(run: Callable[[], np.ndarray]) -> tuple[float, float, np.ndarray]:
    wall, cpu = time.perf_counter(), time.process_time()
    out = run()
    return time.perf_counter() - wall, time.process_time() - cpu, out


def compare(name: str, repeat: int | None) -> list[list[str]]:
    """Rows of the table for one size."""
    units, years, m = SIZES[name]
    panel = make(units, years, m)
    source = PanelSource(panel)
    x = source.arrays["indicators"].values.reshape(m, -1)
    sign = np.where(panel["direction"].values == "+", 1, -1)
    frame = pd.DataFrame(x.T.copy(), columns=panel["indicator"].values)
    half = m // 2

    def ours() -> np.ndarray:
        with ThreadPoolExecutor(cores()) as pool:
            study = ac.Study(PanelSource(panel) if name == "small" else source, pool=pool)
            study.evaluator.obtain(["coordination", "stage"])
            return np.asarray(study.evaluator.have["coordination"].values).reshape(-1)

    contenders = {
        "accord": ours,
        "tiles (floor)": lambda: tiles(x, sign, half),
        "NumPy": lambda: numpy_plain(x, sign, half),
        "pandas": lambda: pandas_plain(frame, sign, half),
    }
    walls: dict[str, list[float]] = {k: [] for k in contenders}
    cpus: dict[str, list[float]] = {k: [] for k in contenders}
    reference = None
    for turn in range((repeat or REPEAT[name]) + 1):
        for key, run in contenders.items():
            wall, cpu, out = timed(run)
            reference = out if reference is None else reference
            assert np.abs(out - reference).max() < 1e-9, key
            if turn:
                walls[key].append(wall)
                cpus[key].append(cpu)
    rows = []
    for key in contenders:
        ratio = statistics.median(a / b for a, b in zip(cpus[key], cpus["accord"], strict=True))
        wall_ratio = statistics.median(a / b for a, b in zip(walls[key], walls["accord"], strict=True))
        seconds = [f"{statistics.median(kind[key]):.4f}" for kind in (walls, cpus)]
        rows.append([f"{units:,} x {years} x {m}", key, *seconds, f"{wall_ratio:.2f}", f"{ratio:.2f}"])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="small,county,large")
    parser.add_argument("--repeat", type=int)
    parser.add_argument("--markdown", help="also write the table there")
    args = parser.parse_args()
    head = ["units x years x indicators", "how", "wall s", "CPU s", "wall / accord", "CPU / accord"]
    rows = [row for size in args.sizes.split(",") for row in compare(size, args.repeat)]
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    lines += ["", f"{cores()} cores, Python {platform.python_version()}, NumPy {np.__version__}, pandas {pd.__version__}, "
              f"xarray {xr.__version__}, accord {ac.__version__}; medians, ratios run by run."]  # fmt: skip
    print("\n".join(lines))
    if args.markdown:
        with open(args.markdown, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + os.linesep)


if __name__ == "__main__":
    main()
