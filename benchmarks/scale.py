"""The scoring chain on grids beside NumPy, pandas, polars, DuckDB and xarray with dask, in one run on the same data.

usage: python benchmarks/scale.py [--cells N] [--only NAME,NAME] [--repeat N] [--growth] [--limit GIB] [--markdown FILE]

Builds a grid of N cells x 10 float32 indicators (10 years; stored chunks of 10^6 cells at most) as a Zarr store and as a
Parquet file of the same numbers, both packed with zstd. Each contender is a process of its own (benchmarks/scale_peers.py)
that writes U1, U2, C, T, D and stages; contenders run in turn, figures are medians. `--growth` runs accord alone from
10^5 to 10^9 values, `--limit` under a limit of the address space. Needs `pip install "accord[bench]"`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zarr

YEARS, INDICATORS, SIDE = 10, 10, 1000
KEYS = [f"x{j}" for j in range(INDICATORS)]
PEERS = ("accord", "accord run", "polars", "DuckDB", "xarray + dask", "NumPy", "pandas")
GROWTH = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]
"""Cells of the grids that show how cost grows."""


class Cost(NamedTuple):
    """What one run took."""

    wall: float
    cpu: float
    peak: float
    """MB of the process."""
    weights: list[float]
    counts: list[int]


def grid_of(cells: int) -> tuple[int, int, int]:
    """Years, rows and columns with so many cells, in whole chunks where they are many."""
    area = cells // YEARS
    rows = int(np.sqrt(area)) if area < SIDE * SIDE else SIDE * max(1, int(np.sqrt(area / SIDE**2)))
    return YEARS, rows, area // rows


def make(folder: Path, cells: int, table: bool) -> None:
    """A grid of random numbers as Zarr and, where a `table` is asked for, as Parquet; its indicators and plan."""
    years, rows, columns = grid_of(cells)
    rng = np.random.default_rng(1)
    store = zarr.open_group(folder / "cube.zarr", mode="w")
    dims, chunks = ("time", "y", "x"), (1, min(rows, SIDE), min(columns, SIDE))
    arrays = [
        store.create_array(k, shape=(years, rows, columns), chunks=chunks, dtype="f4", dimension_names=dims)
        for k in KEYS
    ]
    at = store.create_array("time", shape=(years,), dtype="i8", dimension_names=("time",))
    at[:] = np.arange(2010, 2010 + years)
    schema = pa.schema([(k, pa.float32()) for k in KEYS])
    writer = pq.ParquetWriter(folder / "cube.parquet", schema, compression="zstd") if table else None
    for year in range(years):
        for r in range(0, rows, chunks[1]):
            for c in range(0, columns, chunks[2]):
                where = (year, slice(r, min(r + chunks[1], rows)), slice(c, min(c + chunks[2], columns)))
                shape = where[1].stop - r, where[2].stop - c
                block = [rng.gamma(2.0 + j / 4, 1.0, shape).astype("f4") for j in range(INDICATORS)]
                for array, values in zip(arrays, block, strict=True):
                    array[where] = values
                if writer:
                    writer.write_table(pa.table([pa.array(v.ravel()) for v in block], schema=schema))
    if writer:
        writer.close()
    lines = [f"{k},{'a' if j < INDICATORS // 2 else 'b'},{'-' if j % 3 == 2 else '+'}" for j, k in enumerate(KEYS)]
    (folder / "indicators.csv").write_text("\n".join(["key,subsystem,direction", *lines]) + "\n")
    (folder / "plan.toml").write_text('[panel]\nsource = "cube.zarr"\nindicators = "indicators.csv"\n')


def run(name: str, folder: Path, limit: float) -> Cost | str:
    """One contender, or the last line of why it did not finish."""
    for left in ("out", "out.zarr", "out.parquet", "spill"):
        place = folder / left
        shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)

    def limited() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_AS, (int(limit * 2**30),) * 2)

    command = [sys.executable, str(Path(__file__).with_name("scale_peers.py")), name, str(folder)]
    threads = {**os.environ, "POLARS_MAX_THREADS": str(cores()), "OMP_NUM_THREADS": str(cores())}
    start = time.perf_counter()
    with (folder / "said").open("w+") as out, (folder / "errors").open("w+") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, preexec_fn=limited, env=threads)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), errors.seek(0)
        if process.returncode:
            return (errors.read().strip().splitlines() or [f"killed ({process.returncode})"])[-1][:100]
        said = json.loads(out.read().splitlines()[-1])
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3, said["weights"], said["counts"])


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compared(folder: Path, cells: int, names: list[str], repeat: int, limit: float) -> list[str]:
    """All contenders on one grid, in turn, as lines of a Markdown table."""
    make(folder, cells, table=bool({"polars", "DuckDB", "pandas"} & set(names)))
    runs: dict[str, list[Cost | str]] = {name: [] for name in names}
    for _ in range(repeat):
        for name in names:
            if not any(isinstance(one, str) for one in runs[name]):
                runs[name].append(run(name, folder, limit))
                shown = runs[name][-1]
                print(name, shown if isinstance(shown, str) else [round(v, 2) for v in shown[:3]], file=sys.stderr)
    first = next((one for one in runs[names[0]] if isinstance(one, Cost)), None)
    lines = [
        "| contender | wall s | CPU s | peak MB | wall / accord | CPU / accord | largest difference of weights | cells in another stage |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, found in runs.items():
        costs = [one for one in found if isinstance(one, Cost)]
        if not costs or len(costs) < len(found):
            lines.append(
                f"| {name} | did not finish: {next(one for one in found if isinstance(one, str))} |" + " |" * 6
            )
            continue
        wall, cpu, peak = (statistics.median(one[i] for one in costs) for i in range(3))
        beside = [
            (a, b) for a, b in zip(found, runs[names[0]], strict=False) if isinstance(a, Cost) and isinstance(b, Cost)
        ]
        ratios = [f"{statistics.median(a[i] / b[i] for a, b in beside):.2f}" if beside else "" for i in range(2)]
        differ = _differences(costs[0], first) if first else ["", ""]
        lines.append(f"| {name} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} | {' | '.join([*ratios, *differ])} |")
    return lines


def _differences(one: Cost, first: Cost) -> list[str]:
    """Largest difference of a weight, and how many cells at least lie in another stage."""
    weights = float(np.max(np.abs(np.subtract(one.weights, first.weights))))
    moved = int(np.abs(np.subtract(one.counts, first.counts)).sum()) // 2
    return [f"{weights:.0e}" if weights else "0", str(moved)]


def grown(scratch: Path, repeat: int, limit: float) -> list[str]:
    """Time of accord alone on grids of growing size, and what a value costs beyond what the smallest takes to start."""
    lines = [
        "| values | wall s | CPU s | CPU ns a value | of it beyond the start | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    start = None
    for cells in GROWTH:
        with TemporaryDirectory(dir=scratch) as place:
            make(Path(place), cells, table=False)
            found = [run("accord", Path(place), limit) for _ in range(repeat if cells < 10**8 else 1)]
        costs = [one for one in found if isinstance(one, Cost)]
        if not costs:
            lines.append(f"| {cells * INDICATORS:,} | did not finish: {found[0]} | | | | |")
            continue
        wall, cpu, peak = (statistics.median(one[i] for one in costs) for i in range(3))
        start, values = cpu if start is None else start, cells * INDICATORS
        beyond = f"{1e9 * (cpu - start) / values:.1f}" if cells > GROWTH[1] else ""
        lines.append(f"| {values:,} | {wall:.1f} | {cpu:.1f} | {1e9 * cpu / values:,.1f} | {beyond} | {peak:,.0f} |")
        print(lines[-1], file=sys.stderr)
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=8_000_000)
    parser.add_argument("--only", default=",".join(PEERS), help="contenders, the first of them the measure")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--limit", type=float, default=0.0, help="GiB of address space; none where 0")
    parser.add_argument(
        "--scratch", type=Path, default=None, help="where the grid goes; the system's place where not given"
    )
    parser.add_argument("--markdown", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.scratch) as place:
        folder = Path(place)
        lines = (
            grown(folder, asked.repeat, asked.limit)
            if asked.growth
            else compared(folder, asked.cells, asked.only.split(","), asked.repeat, asked.limit)
        )
    used = ["numpy", "pandas", "polars", "duckdb", "xarray", "dask", "zarr", "pyarrow"]
    what = (
        "accord alone" if asked.growth else f"{asked.cells:,} cells x {INDICATORS} float32, {asked.repeat} runs in turn"
    )
    head = f"{what}; {cores()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{n} {version(n)}" for n in used
    )
    text = "\n".join([head + (f", address space {asked.limit:g} GiB" if asked.limit else ""), "", *lines]) + "\n"
    print(text)
    if asked.markdown:
        asked.markdown.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
