"""Run a study of a Zarr grid from the command line and report time and peak memory.

usage: python benchmarks/grid.py [--cells N] [--chunk SIDE] [--engine threads|processes]

The grid has 8 years and 10 float32 indicators; CHUNK is the side of a stored chunk of one year, 0 for one chunk
over everything. Each run is a process of its own, so its peak memory is its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr

YEARS, INDICATORS = 8, 10


def make(folder: Path, cells: int, chunk: int) -> Path:
    """A grid of random numbers with its indicator table and plan."""
    side, rng = int(np.sqrt(cells / YEARS)), np.random.default_rng(1)
    dims = ("time", "y", "x")
    chunks = (1, min(chunk, side), min(chunk, side)) if chunk else (YEARS, side, side)
    for j in range(INDICATORS):
        one = xr.Dataset(
            {f"x{j}": (dims, rng.random((YEARS, side, side), dtype="f4"))},
            coords={"time": np.arange(2010, 2010 + YEARS)},
        )
        one.to_zarr(
            folder / "cube.zarr", mode="a", encoding={f"x{j}": {"chunks": chunks}}, consolidated=False, zarr_format=3
        )
    rows = [f"x{j},{'a' if j < INDICATORS // 2 else 'b'},{'-' if j % 3 == 2 else '+'}" for j in range(INDICATORS)]
    (folder / "indicators.csv").write_text("\n".join(["key,subsystem,direction", *rows]) + "\n")
    plan = folder / "plan.toml"
    plan.write_text('[panel]\nsource = "cube.zarr"\nindicators = "indicators.csv"\n')
    return plan


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=8_000_000)
    parser.add_argument("--chunk", type=int, default=1000)
    parser.add_argument("--engine", default="threads")
    asked = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        plan = make(folder, asked.cells, asked.chunk)
        stored = sum(p.stat().st_size for p in (folder / "cube.zarr").rglob("*") if p.is_file())
        start = time.perf_counter()
        command = [sys.executable, "-m", "accord", "run", str(plan), "--out", str(folder / "results")]
        subprocess.run([*command, "--engine", asked.engine], check=True, capture_output=True)
        wall = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{asked.cells:,} cells x {INDICATORS}, {stored / 1e6:.0f} MB stored, {asked.engine}:")
        print(f"{wall:.1f} s, {used.ru_utime + used.ru_stime:.1f} CPU-s, peak {used.ru_maxrss / 1e3:.0f} MB a process")
    return 0


if __name__ == "__main__":
    sys.exit(main())
