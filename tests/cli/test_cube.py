"""A Zarr cube through a plan, end to end: the numbers of the same cells in a table, cells on disk, swapped whole."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")

KEYS = ("income", "jobless", "green", "beds")
YEARS, HEIGHT, WIDTH = 3, 5, 4
TABLE = """key,subsystem,dimension,direction,target
income,Economy,Wealth,+,
jobless,Economy,Work,-,
green,Ecology,Land,=,35
beds,Ecology,Care,+,
"""


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    return {key: np.round(rng.uniform(1, 60, (YEARS, HEIGHT, WIDTH)), 3) for key in KEYS}


def lay(folder: Path, chunks: tuple[int, int, int] = (1, 2, 3), **change: Any) -> Path:
    """A plan with a cube beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {**values(), **change}
    cube = xr.Dataset(
        {k: (("time", "y", "x"), v) for k, v in data.items() if v is not None},
        coords={
            "time": np.arange(2011, 2011 + YEARS),
            "y": np.linspace(40, 41, HEIGHT),
            "x": np.linspace(100, 101, WIDTH),
        },
    )
    encoding = {k: {"chunks": chunks} for k in cube.data_vars}
    cube.to_zarr(folder / "cube.zarr", mode="w", encoding=encoding, consolidated=False, zarr_format=3)
    (folder / "indicators.csv").write_text(TABLE)
    plan = folder / "plan.toml"
    plan.write_text('title = "Cube"\n[panel]\nsource = "cube.zarr"\nindicators = "indicators.csv"\ntime = "time"\n')
    return plan


def table(folder: Path) -> Path:
    """The same cells as a table: a unit per pixel."""
    folder.mkdir()
    data = values()
    with (folder / "panel.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unit", "year", *KEYS])
        for p in range(HEIGHT * WIDTH):
            for t in range(YEARS):
                writer.writerow([f"p{p:02}", 2011 + t, *(repr(float(data[k].reshape(YEARS, -1)[t, p])) for k in KEYS)])
    (folder / "indicators.csv").write_text(TABLE)
    plan = folder / "plan.toml"
    plan.write_text('title = "Cube"\n[panel]\nsource = "panel.csv"\nindicators = "indicators.csv"\n')
    return plan


def same(a: Path, b: Path, name: str) -> None:
    assert (a / f"tables/{name}.csv").read_bytes() == (b / f"tables/{name}.csv").read_bytes(), name


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """A block is a chunk, however few its cells."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accord.study.cube.LEAST_CELLS", 1)
        yield


SMALL_BLOCKS = """
import accord.study.cube
accord.study.cube.LEAST_CELLS = 1
from accord.cli import app
app(prog_name="accord")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the cube, made once in a folder with their plan; tests copy it."""
    import accord.plot
    import accord.reports.figures as drawn
    from accord.project import run

    place = tmp_path_factory.mktemp("cube")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn, "FIGURES", {})
        patch.setattr(accord.plot, "FIGURES", {})
        run(lay(place / "cube"), place / "results")
    return place


@pytest.fixture
def results(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "results"


def test_cube_is_the_table(results: Path, tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    assert door("run", table(tmp_path / "table"), "--out", tmp_path / "from_table").code == 0
    for name in ("weights", "stage_counts", "descriptives"):
        same(results, tmp_path / "from_table", name)
    with xr.open_datatree(tmp_path / "from_table/study.nc", engine="h5netcdf") as tree:
        d, u = tree["coordination"]["coordination"].load(), tree["scores"]["index"].load()
    with xr.open_zarr(results / "cells.zarr", consolidated=False, chunks=None) as cells:
        wide = cells["coordination"].transpose("time", "y", "x").values.reshape(YEARS, -1)
        assert np.array_equal(wide, d.transpose("time", "unit").values)
        index = cells["index"].transpose("subsystem", "time", "y", "x").values.reshape(2, YEARS, -1)
        assert np.array_equal(index, u.transpose("subsystem", "time", "unit").values)
        assert cells["time"].values.tolist() == [2011, 2012, 2013]
        assert cells["subsystem"].values.tolist() == ["Economy", "Ecology"]
        assert np.array_equal(cells["y"].values, np.linspace(40, 41, HEIGHT))
    assert (results / "study.nc").stat().st_size < 1_000_000
    with xr.open_datatree(results / "study.nc", engine="h5netcdf") as tree:
        assert not {"y", "x"} & {d for group in tree.subtree for d in group.sizes}


@pytest.mark.parametrize("chunks", [(1, 5, 4), (2, 2, 1)])
def test_any_chunks_and_engine(
    chunks: tuple[int, int, int], results: Path, tmp_path: Path, door: Callable[..., Any], bare: None
) -> None:
    plan = lay(tmp_path / "other", chunks)
    engine = "processes" if chunks == (1, 5, 4) else "threads"
    assert door("run", plan, "--out", tmp_path / "again", "--engine", engine).code == 0
    for path in (results / "tables").glob("*.csv"):
        same(results, tmp_path / "again", path.stem)
    a, b = (xr.open_zarr(r / "cells.zarr", consolidated=False, chunks=None) for r in (results, tmp_path / "again"))
    xr.testing.assert_identical(a.load(), b.load())


def test_swapped_whole(
    results: Path, tmp_path: Path, door: Callable[..., Any], bytes_of: Callable[[Path], Any], bare: None
) -> None:
    """Cells of an earlier run go with it; a run that is refused or interrupted leaves them."""
    from accord.project import run

    (results / "notes.txt").write_text("mine")
    (results / "cells.zarr" / "stale").mkdir()
    before, plan = bytes_of(results), tmp_path / "cube/plan.toml"

    def tell(text: str, done: int, every: int) -> None:
        if text.startswith("pass 3") and done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(plan, results, tell=tell)
    assert bytes_of(results) == before
    said = door("run", plan, "--out", results, "--set", "coupling.weights=[0.5, 0.6]")
    assert (said.code, bytes_of(results) == before) == (2, True)
    assert door("run", plan, "--out", results).code == 0
    assert not (results / "cells.zarr" / "stale").exists()
    assert (results / "notes.txt").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".accord", "cube", "results"]


def test_record(results: Path) -> None:
    record = json.loads((results / "run.json").read_text())
    assert not [f for f in record["files"] if f.startswith("cells.zarr")]
    assert record["inputs"][0]["file"] == "indicators.csv" or record["identity"]["source"]
    states = {s["name"]: (s["state"], s["reason"]) for s in record["steps"]}
    assert states["coupling"][0] == "done"
    for name, (state, reason) in states.items():
        assert state == "done" or reason, name
    zh = {s["name"]: s["reason_zh"] for s in record["steps"]}
    assert states["unit_roots"] == (
        "left out", "it needs index of every cell at once, and this grid is too large for that"
    )  # fmt: skip
    assert zh["unit_roots"] == "需要同时读取全部格点的 index，格网过大"
    assert not (results / "tables" / "unit_roots.csv").exists()
    for name in ("lag_order", "pvar", "granger", "irf", "fevd"):
        assert states[name] == states["unit_roots"] and zh[name] == zh["unit_roots"]
        assert not (results / "tables" / f"{name}.csv").exists()


def test_only_keeps_the_cells(results: Path, tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    with xr.open_zarr(results / "cells.zarr", consolidated=False, chunks=None) as cells:
        before = cells.load()
    for step in ("weights", "coupling"):
        assert door("run", tmp_path / "cube/plan.toml", "--out", results, "--only", step).code == 0
        with xr.open_zarr(results / "cells.zarr", consolidated=False, chunks=None) as cells:
            xr.testing.assert_identical(before, cells.load())
    assert (results / "tables/stage_counts.csv").exists()


def test_no_data_cells(tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    """A cell that lacks one indicator has no result, and no figure is taken from it."""
    data = values()
    data["income"][:, 0, 0] = np.nan
    assert door("run", lay(tmp_path / "cube", income=data["income"]), "--out", tmp_path / "results").code == 0
    with xr.open_zarr(tmp_path / "results/cells.zarr", consolidated=False, chunks=None) as cells:
        assert np.isnan(cells["coordination"].values[:, 0, 0]).all()
        assert np.isfinite(cells["coordination"].values).sum() == YEARS * (HEIGHT * WIDTH - 1)
        assert (cells["stage"].values[:, 0, 0] == 0).all()
    with (tmp_path / "results/tables/stage_counts.csv").open() as file:
        counts = [int(row["count"]) for row in csv.DictReader(file)]
    assert sum(counts) == YEARS * (HEIGHT * WIDTH - 1)


INFINITE = np.where(np.arange(YEARS * HEIGHT * WIDTH).reshape(YEARS, HEIGHT, WIDTH) == 9, np.inf, values()["income"])


@pytest.mark.parametrize(
    ("income", "words"),
    [
        (None, ("cube.zarr", 'no variable "income"', "jobless")),
        (np.full((YEARS, HEIGHT, WIDTH), np.nan), ("plan.toml", '"income"', "take it out")),
        (np.full((YEARS, HEIGHT, WIDTH), 3.0), ("plan.toml", '"income"', "does not vary", "take it out")),
        (INFINITE, ("cube.zarr", '"income"', "infinite at time 0, y 2, x 1", "mend")),
    ],
    ids=["missing", "empty", "constant", "infinite"],
)
def test_bad_cube(income: Any, words: tuple[str, ...], tmp_path: Path, door: Callable[..., Any]) -> None:
    said = door("run", lay(tmp_path / "cube", income=income), "--out", tmp_path / "results")
    assert said.code == 2, said
    assert all(word in said.err.splitlines()[-1] for word in words), said.err
    assert not (tmp_path / "results").exists()
    assert not (tmp_path / ".results.partial").exists()


def test_no_cube(tmp_path: Path, door: Callable[..., Any]) -> None:
    plan = lay(tmp_path / "cube")
    whole = plan.read_text()
    for change, words in (
        (('source = "cube.zarr"', 'source = "none.zarr"'), ("none.zarr",)),
        (('time = "time"', 'time = "years"'), ("years", "time")),
        (('indicators = "indicators.csv"', ""), ("indicator table",)),
        (('indicators = "indicators.csv"', 'indices = ["a", "b"]'), ("cube.zarr",)),
        (('time = "time"', 'region = "y"'), ("cube.zarr", "region", "[panel]")),
    ):
        plan.write_text(whole.replace(*change))
        said = door("run", plan, "--out", tmp_path / "results")
        assert said.code == 2, said
        assert all(word in said.message for word in words), said.message
    plan.write_text(whole)
    shutil.rmtree(tmp_path / "cube/cube.zarr")
    (tmp_path / "cube/cube.zarr").write_text("text")
    assert "cube.zarr" in door("check", plan).message


def test_check(tmp_path: Path, door: Callable[..., Any]) -> None:
    said = door("check", lay(tmp_path / "cube"))
    assert said.code == 0, said
    assert "3 years x 5 rows x 4 columns, 2011-2013" in said.out


@pytest.mark.skipif(os.name != "posix", reason="signals of this kind are POSIX")
def test_ctrl_c_reaches_the_workers(results: Path, tmp_path: Path, bytes_of: Callable[[Path], Any]) -> None:
    """Worker processes get the signal too: still one line, and nothing changed."""
    before = bytes_of(results)
    process = subprocess.Popen(
        [sys.executable, "-c", SMALL_BLOCKS, "run", str(tmp_path / "cube/plan.toml"), "--out", str(results), "--engine", "processes"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not (tmp_path / ".results.partial").exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert "Traceback" not in error, error
    if process.returncode:
        assert error.splitlines()[-1] == "accord: interrupted; earlier results are as they were"
        assert bytes_of(results) == before
    assert not (tmp_path / ".results.partial").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of this kind are POSIX")
def test_killed_run_leaves_no_workers(results: Path, tmp_path: Path, bytes_of: Callable[[Path], Any]) -> None:
    before = bytes_of(results)
    process = subprocess.Popen(
        [sys.executable, "-c", SMALL_BLOCKS, "run", str(tmp_path / "cube/plan.toml"), "--out", str(results), "--engine", "processes"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr
    while "pass 1" not in (line := process.stderr.readline()) and line:
        pass
    process.kill()
    process.communicate()
    end = time.monotonic() + 20
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < end:
            os.killpg(process.pid, 0)
            time.sleep(0.05)
    assert bytes_of(results) == before
