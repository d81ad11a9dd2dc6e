"""One contender of benchmarks/scale.py in a process of its own: python benchmarks/scale_peers.py NAME FOLDER.

Each takes the grid that lies in FOLDER (cube.zarr, and the same numbers in cube.parquet), scales its indicators to [0, 1]
over all cells and years, weighs them by entropy within two subsystems, writes U1, U2, C, T, D and the stage of every
cell, and prints the weights and the cells of each stage as JSON. All compute in float64.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

EDGES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

Answer = tuple[list[float], list[int]]
"""Weights of the indicators, and cells of the ten stages."""


def system(folder: Path) -> tuple[list[str], list[str], int]:
    """Keys and directions of the indicators, and how many belong to the first subsystem."""
    rows = [line.split(",") for line in (folder / "indicators.csv").read_text().split()[1:]]
    return [r[0] for r in rows], [r[2] for r in rows], sum(r[1] == "a" for r in rows)


def entropy_weights(sums: np.ndarray, logs: np.ndarray, cells: int, half: int) -> np.ndarray:
    """Weights within the two subsystems from the sums of z and of z ln z."""
    d = 1 - (np.log(sums) - logs / sums) / np.log(cells)
    return np.concatenate([d[:half] / d[:half].sum(), d[half:] / d[half:].sum()])


def accord(folder: Path) -> Answer:
    """The chain alone: the steps that the others have as well."""
    import accord as ac
    from accord.core.engine import connect
    from accord.io.cells import CellStore

    source = ac.read_cube(folder / "cube.zarr", ac.IndicatorSystem.from_table(folder / "indicators.csv"))
    with connect("threads") as pool:
        study = ac.Study(source, pool=pool, store=CellStore(folder / "out.zarr", source))
        study.evaluator.obtain(["index", "coupling", "development", "coordination", "stage", "stage_counts"])
    return study["weight"].values.tolist(), study["stage_counts"].sum("time").values.tolist()


def accord_run(folder: Path) -> Answer:
    """The whole command: descriptive statistics, regional tables, figures and report besides."""
    import xarray as xr

    import accord as ac

    ac.run(folder / "plan.toml", folder / "out")
    with xr.open_datatree(folder / "out" / "study.nc") as tree:
        return tree["weights"]["weight"].values.tolist(), tree["stage_counts"]["stage_counts"].sum(
            "time"
        ).values.tolist()


def numpy(folder: Path) -> Answer:
    """Whole arrays, as most people write it."""
    import zarr

    keys, signs, half = system(folder)
    store = zarr.open_group(folder / "cube.zarr", mode="r")
    x = np.stack([np.asarray(store[k][:]).ravel() for k in keys]).astype("f8")
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    up = np.array([s == "+" for s in signs])[:, None]
    z = np.where(up, x - low, high - x) / (high - low)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(z > 0, z * np.log(z), 0).sum(axis=1)
    w = entropy_weights(z.sum(axis=1), logs, z.shape[1], half)
    u1, u2 = w[:half] @ z[:half], w[half:] @ z[half:]
    t = (u1 + u2) / 2
    c = np.sqrt(u1 * u2) / t
    d = np.sqrt(c * t)
    stage = np.searchsorted(EDGES, d, side="right") + 1
    out = zarr.open_group(folder / "out.zarr", mode="w")
    for name, values in {"u1": u1, "u2": u2, "c": c, "t": t, "d": d, "stage": stage.astype("i1")}.items():
        out.create_array(name, data=values, chunks=(1_000_000,))
    return w.tolist(), np.bincount(stage, minlength=11)[1:].tolist()


def pandas(folder: Path) -> Answer:
    """One table in memory."""
    import pandas as pd

    keys, signs, half = system(folder)
    x = pd.read_parquet(folder / "cube.parquet").astype("f8")
    low, high = x.min(), x.max()
    z = (x - low) / (high - low)
    for key, sign in zip(keys, signs, strict=True):
        if sign == "-":
            z[key] = (high[key] - x[key]) / (high[key] - low[key])
    del x
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = (z * np.log(z)).fillna(0).sum()
    w = entropy_weights(z.sum().to_numpy(), logs.to_numpy(), len(z), half)
    out = pd.DataFrame({"u1": (z[keys[:half]] * w[:half]).sum(axis=1), "u2": (z[keys[half:]] * w[half:]).sum(axis=1)})
    out["t"] = (out.u1 + out.u2) / 2
    out["c"] = np.sqrt(out.u1 * out.u2) / out.t
    out["d"] = np.sqrt(out.c * out.t)
    out["stage"] = (np.searchsorted(EDGES, out.d, side="right") + 1).astype("i1")
    out.to_parquet(folder / "out.parquet")
    return w.tolist(), out.stage.value_counts().reindex(range(1, 11), fill_value=0).tolist()


def polars(folder: Path) -> Answer:
    """Lazy queries by the streaming engine."""
    import polars as pl

    keys, signs, half = system(folder)
    table = pl.scan_parquet(folder / "cube.parquet").with_columns(pl.col(keys).cast(pl.Float64))
    ends = table.select(
        *(pl.col(k).min().alias(f"{k} low") for k in keys), *(pl.col(k).max().alias(f"{k} high") for k in keys), n=pl.len()
    ).collect(engine="streaming").row(0, named=True)  # fmt: skip

    def scaled(key: str, sign: str) -> pl.Expr:
        low, high = ends[f"{key} low"], ends[f"{key} high"]
        return (pl.col(key) - low if sign == "+" else high - pl.col(key)) / (high - low)

    z = {k: scaled(k, s) for k, s in zip(keys, signs, strict=True)}
    logs = {k: pl.when(one > 0).then(one * one.log()).otherwise(0.0).sum().alias(f"{k} log") for k, one in z.items()}
    sums = (
        table.select(*(z[k].sum().alias(k) for k in keys), *logs.values())
        .collect(engine="streaming")
        .row(0, named=True)
    )
    s, t = np.array([sums[k] for k in keys]), np.array([sums[f"{k} log"] for k in keys])
    w = entropy_weights(s, t, ends["n"], half)
    terms = [z[k] * float(one) for k, one in zip(keys, w, strict=True)]
    cells = (
        table.select(u1=pl.sum_horizontal(terms[:half]), u2=pl.sum_horizontal(terms[half:]))
        .with_columns(t=(pl.col("u1") + pl.col("u2")) / 2)
        .with_columns(c=(pl.col("u1") * pl.col("u2")).sqrt() / pl.col("t"))
        .with_columns(d=(pl.col("c") * pl.col("t")).sqrt())
        .with_columns(stage=sum(((pl.col("d") >= e).cast(pl.Int8) for e in EDGES), pl.lit(1, pl.Int8)))
    )
    cells.sink_parquet(folder / "out.parquet", engine="streaming")
    found = pl.scan_parquet(folder / "out.parquet").group_by("stage").len().collect(engine="streaming")
    counts = dict(found.iter_rows())
    return w.tolist(), [counts.get(i, 0) for i in range(1, 11)]


def duckdb(folder: Path) -> Answer:
    """SQL over the Parquet file."""
    import duckdb as db

    keys, signs, half = system(folder)
    base = db.connect(
        config={"threads": CORES, "temp_directory": str(folder / "spill"), "preserve_insertion_order": False}
    )
    base.execute(
        f"create view cube as select {', '.join(f'{k}::double {k}' for k in keys)} from '{folder}/cube.parquet'"
    )
    ends = base.execute(f"select count(*), {', '.join(f'min({k}), max({k})' for k in keys)} from cube").fetchone()
    n, bounds = ends[0], [(ends[1 + 2 * i], ends[2 + 2 * i]) for i in range(len(keys))]
    z = [
        f"(({k} - {low!r}::double) / {high - low!r}::double)" if s == "+" else f"(({high!r}::double - {k}) / {high - low!r}::double)"
        for k, s, (low, high) in zip(keys, signs, bounds, strict=True)
    ]  # fmt: skip
    asked = ", ".join(f"sum({one}), sum(case when {one} > 0 then {one} * ln({one}) else 0 end)" for one in z)
    sums = np.array(base.execute(f"select {asked} from cube").fetchone()).reshape(-1, 2)
    w = entropy_weights(sums[:, 0], sums[:, 1], n, half)
    terms = [f"{float(one)!r}::double * {zed}" for one, zed in zip(w, z, strict=True)]
    stage = " + ".join(["1", *(f"(d >= {e}::double)::int" for e in EDGES)])
    base.execute(
        f"""copy (select *, ({stage})::tinyint stage from (select *, sqrt(c * t) d from (select *, sqrt(u1 * u2) / t c
        from (select *, (u1 + u2) / 2 t from (select {" + ".join(terms[:half])} u1, {" + ".join(terms[half:])} u2 from cube)))))
        to '{folder}/out.parquet' (format parquet)"""
    )
    counts = dict(base.execute(f"select stage, count(*) from '{folder}/out.parquet' group by stage").fetchall())
    return w.tolist(), [counts.get(i, 0) for i in range(1, 11)]


def dask(folder: Path) -> Answer:
    """Xarray on dask's threads, fitted first so that no graph holds the whole grid."""
    import dask as scheduler
    import xarray as xr

    scheduler.config.set(scheduler="threads", num_workers=CORES)
    keys, signs, half = system(folder)
    data = xr.open_zarr(folder / "cube.zarr")[keys].astype("f8")
    low, high = scheduler.compute(data.min(), data.max())
    z = {
        k: ((data[k] - low[k]) if s == "+" else (high[k] - data[k])) / (high[k] - low[k])
        for k, s in zip(keys, signs, strict=True)
    }
    s, logs = scheduler.compute(
        [one.sum() for one in z.values()], [xr.where(one > 0, one * np.log(one.where(one > 0, 1.0)), 0.0).sum() for one in z.values()]
    )  # fmt: skip
    w = entropy_weights(np.array(s, dtype="f8"), np.array(logs, dtype="f8"), data[keys[0]].size, half)
    terms = [one * float(v) for one, v in zip(z.values(), w, strict=True)]
    u1, u2 = sum(terms[1:half], terms[0]), sum(terms[half + 1 :], terms[half])
    t = (u1 + u2) / 2
    c = np.sqrt(u1 * u2) / t
    d = np.sqrt(c * t)
    stage = xr.apply_ufunc(
        lambda a: (np.searchsorted(EDGES, a, side="right") + 1).astype("i1"),
        d,
        dask="parallelized",
        output_dtypes=["i1"],
    )
    xr.Dataset({"u1": u1, "u2": u2, "c": c, "t": t, "d": d, "stage": stage}).drop_encoding().to_zarr(
        folder / "out.zarr", mode="w"
    )
    stages = xr.open_zarr(folder / "out.zarr")["stage"]
    return w.tolist(), [int(n) for n in scheduler.compute([(stages == i).sum() for i in range(1, 11)])[0]]


PEERS: dict[str, Callable[[Path], Answer]] = {
    "accord": accord, "accord run": accord_run, "polars": polars, "DuckDB": duckdb, "xarray + dask": dask,
    "NumPy": numpy, "pandas": pandas,
}  # fmt: skip

if __name__ == "__main__":
    weights, counts = PEERS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"weights": weights, "counts": counts}))
