"""A Dask cluster over TCP: the same digits as here, whatever happens to its workers; what fails is one sentence."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

pytest.importorskip("distributed", reason="the extra accord[scale] is not installed: clusters cannot be tested")

import accord as ac
from accord.core import cluster as clusters
from accord.core import lstm, pvar_bootstrap, pvar_estimate, unitroot_null
from accord.core.engine import at_hand, connect, ordered, working
from accord.core.unitroot_panel import Setting
from accord.errors import EngineLost, InputError

PLAIN = ("--host", "127.0.0.1", "--no-dashboard")


class Cluster:
    """A scheduler and workers as processes of their own."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        told = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", *PLAIN, "--port", "0", "--scheduler-file", str(told))
        try:
            self._wait(told, workers)
        except BaseException:
            self.stop()
            raise

    def _wait(self, told: Path, workers: int) -> None:
        end = time.monotonic() + 60
        while not told.exists() or not told.read_text():
            assert time.monotonic() < end and self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = json.loads(told.read_text())["address"]
        for _ in range(workers):
            self.add()
        if workers:
            self.ready(workers)

    def _start(self, what: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *more]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=self.folder, **quiet)  # type: ignore[call-overload,no-any-return]

    def add(self) -> None:
        more = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        self.workers.append(self._start("worker", self.address, *PLAIN, *more))

    def ready(self, workers: int) -> None:
        """Wait until so many workers are there."""
        import distributed

        with distributed.Client(self.address, set_as_default=False, timeout=60) as client:
            client.wait_for_workers(workers, timeout=60)

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers that no test harms."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Cluster]:
    """Two workers to lose."""
    made = Cluster(tmp_path)
    yield made
    made.stop()


def rows(pool: Executor | None, count: int = 30, pause: float = 0.0, then: Callable[[int], None] | None = None) -> Any:
    def task(i: int, text: str) -> tuple[int, str, int]:
        time.sleep(pause)
        return i * i, text, os.getpid()

    out = []
    for i, one in enumerate(ordered(pool, task, [(i, f"text {i}") for i in range(count)])):
        out.append(one)
        if then:
            then(i)
    return out


def test_tasks_are_done_over_there_and_come_back_in_order(pair: Cluster) -> None:
    with connect(pair.address) as pool:
        found = rows(pool, 200)
        assert pool.places == 2  # type: ignore[attr-defined]
    assert [one[:2] for one in found] == [(i * i, f"text {i}") for i in range(200)]
    assert os.getpid() not in {one[2] for one in found} and len({one[2] for one in found}) == 2


def test_what_a_task_raises_comes_back(pair: Cluster) -> None:
    def task(i: int) -> int:
        if i == 3:
            raise InputError("mend this")
        return i

    with connect(pair.address) as pool:
        with pytest.raises(InputError, match=r"^mend this$"):
            list(ordered(pool, task, [(i,) for i in range(9)]))
        assert [one[0] for one in rows(pool, 3)] == [0, 1, 4]  # the pool lives on
        assert pool.submit(pow, 2, 5).result() == 32


def test_a_worker_finds_no_pool_at_hand(pair: Cluster) -> None:
    with connect(pair.address) as pool, working(pool):
        assert pool.submit(lambda: at_hand().pool is None).result()
        assert at_hand().pool is pool


def test_networks_bootstrap_and_laws_have_the_same_bytes(pair: Cluster) -> None:
    rng = np.random.default_rng(5)
    history = np.clip(0.3 + rng.normal(0, 0.02, (2, 5, 10)).cumsum(axis=2), 0, 1)
    panel = rng.normal(size=(20, 9, 2))
    design = unitroot_null.Design(Setting("ips"), years=11, units=7, draws=3000)

    def every(pool: Executor | None) -> list[np.ndarray]:
        with working(pool):
            paths = lstm.forecast(history, [8, 10], 3, seed=7, members=3, iterations=30, hidden=4, chunk=2)
            found = pvar_estimate.fit(panel)
            drawn = [
                pvar_bootstrap.cluster(found, draws=300, seed=3),
                pvar_bootstrap.residual(found, draws=300, seed=3),
            ]
            law = unitroot_null.simulated(design, pool)
        return [paths.mean, paths.members, *(a for d in drawn for a in (d.a, d.sigma)), *law.values()]

    with connect("threads", 2) as pool:
        here = every(pool)
    with connect(pair.address) as pool:
        there = every(pool)
    assert [a.tobytes() for a in here] == [a.tobytes() for a in there]


def test_rasters_and_zones_have_the_same_bytes(pair: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rasterio = pytest.importorskip("rasterio", reason="the extra accord[raster] is not installed: no GeoTIFF to read")
    monkeypatch.setattr("accord.study.cube.LEAST_CELLS", 1)
    monkeypatch.setattr("accord.io.layers.BLOCK_CELLS", 16 * 16)
    rng, place = np.random.default_rng(2), rasterio.Affine(0.1, 0, 100, 0, -0.1, 43)
    layers = {f"{k}_{year}": rng.uniform(1, 60, (40, 64)).astype("f4") for k in "abcd" for year in (2011, 2012)}
    layers["../zones"] = np.repeat(np.arange(1, 9, dtype="f4"), 320).reshape(40, 64)
    (tmp_path / "rasters").mkdir()
    for name, values in layers.items():
        kind = "int16" if "zones" in name else "float32"
        how = {"driver": "GTiff", "count": 1, "height": 40, "width": 64, "dtype": kind, "tiled": True, "blockxsize": 16}
        with rasterio.open(
            tmp_path / "rasters" / f"{name}.tif", "w", blockysize=16, crs="EPSG:4326", transform=place, **how
        ) as to:
            to.write(values.astype(kind), 1)
    table = ["key,subsystem,direction", "a,S,+", "b,S,-", "c,T,+", "d,T,+"]
    (tmp_path / "indicators.csv").write_text("\n".join(table) + "\n")
    cube = ac.read_cube(tmp_path / "rasters", ac.IndicatorSystem.from_table(tmp_path / "indicators.csv"))
    assert len(cube.blocks()) > 4

    def every(pool: Executor) -> list[bytes]:
        units = ac.zonal_panel(cube, tmp_path / "zones.tif", pool=pool)
        study = ac.Study(cube, pool=pool)
        return [a.values.tobytes() for a in (units["indicators"], study["weight"], study["stage_counts"])]

    with connect("threads", 2) as pool:
        here = every(pool)
    with connect("processes", 2) as pool:
        beside = every(pool)
    with connect(pair.address) as pool:
        assert here == beside == every(pool)


def test_compiled_programs_are_kept_where_ours_are(
    pair: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line keeps what it compiles; then workers do too, each in a folder of its own machine."""
    asked: list[Any] = []
    import distributed

    real = distributed.Client.run
    monkeypatch.setattr(distributed.Client, "run", lambda self, f, **k: asked.append(f) or real(self, f, **k))
    with connect(pair.address):
        pass
    assert asked == []
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    with connect(pair.address):
        pass
    assert [f.__module__ for f in asked] == ["accord.core.lstm_cache"]


def test_one_worker_killed(doomed: Cluster) -> None:
    def kill(i: int) -> None:
        if i == 5:
            doomed.workers[0].kill()

    with connect(doomed.address) as pool:
        found = rows(pool, 40, 0.05, kill)
    assert [one[:2] for one in found] == [(i * i, f"text {i}") for i in range(40)]


def test_every_worker_killed(doomed: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "GRACE", 1.5)
    monkeypatch.setattr(clusters, "LOOK", 0.2)

    def kill(i: int) -> None:
        if i == 2:
            for worker in doomed.workers:
                worker.kill()

    with connect(doomed.address) as pool, pytest.raises(EngineLost, match="every worker of the scheduler at tcp"):
        rows(pool, 40, 0.05, kill)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_scheduler_lost(
    how: signal.Signals, doomed: Cluster, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Dead, or hanging: one error soon, and nothing of the client's own on stderr."""
    for name, value in (("GRACE", 1.5), ("LOOK", 0.2), ("PATIENCE", 1.0)):
        monkeypatch.setattr(clusters, name, value)

    def lose(i: int) -> None:
        if i == 2:
            doomed.scheduler.send_signal(how)

    start = time.monotonic()
    with connect(doomed.address) as pool:
        start = time.monotonic()
        with pytest.raises(EngineLost, match=r"the scheduler at tcp://127.0.0.1:[0-9]+ was lost"):
            rows(pool, 60, 0.05, lose)
        with pytest.raises(EngineLost):
            rows(pool, 2)
    assert time.monotonic() - start < 30
    assert capfd.readouterr().err == ""


def test_an_interrupt_cancels_the_rest(pair: Cluster) -> None:
    def stop(i: int) -> None:
        if i == 1:
            raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), connect(pair.address) as pool:
        rows(pool, 100, 0.5, stop)
    assert time.monotonic() - start < 20
    with connect(pair.address) as pool:
        assert len(rows(pool, 4)) == 4


@pytest.mark.parametrize(
    "address",
    ["tcp://", "tcp://host", "tcp://host:x", "tcp://host:99999", "tcp://a:1/b", "http://host:80", "tcp://a b:1"],
)
def test_addresses(address: str) -> None:
    with pytest.raises(InputError, match=r"is not the address of a scheduler; write tcp://HOST:PORT"), connect(address):
        pass


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that is closed, and one that takes what comes and keeps silent."""
    monkeypatch.setattr(clusters, "PATIENCE", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for address in ("tcp://127.0.0.1:1", f"tcp://127.0.0.1:{silent.getsockname()[1]}"):
            with (
                pytest.raises(InputError, match=f'engine "{address}": no Dask scheduler answers there'),
                connect(address),
            ):
                pass
    with pytest.raises(InputError, match=r"tls://127.0.0.1:1"), connect("tls://127.0.0.1:1"):
        pass


def test_an_address_of_something_else(pair: Cluster) -> None:
    import distributed

    with distributed.Client(pair.address, set_as_default=False) as client:
        worker = next(iter(client.scheduler_info()["workers"]))
    with pytest.raises(InputError, match="there is a worker; give the address of the scheduler"), connect(worker):
        pass


def test_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "PATIENCE", 1.0)
    alone = Cluster(tmp_path, workers=0)
    try:
        with (
            pytest.raises(InputError, match=f'has no worker; start some with "dask worker {alone.address}"'),
            connect(alone.address),
        ):
            pass
    finally:
        alone.stop()


def test_versions(pair: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    import distributed

    real = distributed.Client.get_versions

    def other(self: Any, packages: list[str]) -> Any:
        found = real(self, packages=packages)
        for worker in found["workers"].values():
            worker["packages"]["accord"] = None
        return found

    with connect(pair.address):
        pass
    monkeypatch.setattr(distributed.Client, "get_versions", other)
    with (
        pytest.raises(InputError, match=r"accord is .* here and absent on the worker tcp://.*the same versions"),
        connect(pair.address),
    ):
        pass


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"needs the extra .scale.: pip install"), connect("tcp://127.0.0.1:1"):
        pass


def test_a_worker_without_the_disk(pair: Cluster, tmp_path: Path) -> None:
    """What a task stands on is named by its arguments' `path`; a failure where all is seen stays what it is."""
    from types import SimpleNamespace

    def reading(block: Any) -> str:
        return Path(block.path, "x").read_text()

    with connect(pair.address) as pool:
        with pytest.raises(InputError, match=r"a worker on .* does not see /nowhere/at/all; .* shared disk"):
            list(ordered(pool, reading, [(SimpleNamespace(path="/nowhere/at/all"),)]))
        with pytest.raises(FileNotFoundError):
            list(ordered(pool, reading, [(SimpleNamespace(path=tmp_path),)]))


def lay(folder: Path) -> Path:
    """A plan with a cube of 48 blocks beside it."""
    folder.mkdir()
    rng, shape = np.random.default_rng(4), (3, 20, 20)
    cube = xr.Dataset({k: (("time", "y", "x"), rng.uniform(1, 60, shape)) for k in "abcd"})
    cube["b"][:, 2, 3] = np.nan
    cube = cube.assign_coords(time=np.arange(2011, 2014))
    cube.to_zarr(
        folder / "cube.zarr", encoding={k: {"chunks": (1, 5, 5)} for k in "abcd"}, consolidated=False, zarr_format=3
    )
    rows = [f"{k},{s},{d}" for k, s, d in zip("abcd", "SSTT", "+-++", strict=True)]
    (folder / "indicators.csv").write_text("\n".join(["key,subsystem,direction", *rows]) + "\n")
    plan = folder / "plan.toml"
    plan.write_text('[panel]\nsource = "cube.zarr"\nindicators = "indicators.csv"\n')
    return plan


def cells(results: Path) -> xr.Dataset:
    with xr.open_zarr(results / "cells.zarr", consolidated=False, chunks=None) as found:
        return found.load()


@pytest.fixture
def grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan of a grid whose blocks are its chunks; no figures."""
    pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")
    import accord.plot
    import accord.reports.figures as drawn

    monkeypatch.setattr(drawn, "FIGURES", {})
    monkeypatch.setattr(accord.plot, "FIGURES", {})
    monkeypatch.setattr("accord.study.cube.LEAST_CELLS", 1)
    return lay(tmp_path / "study")


def test_a_grid_with_a_worker_killed_has_the_same_digits(grid: Path, doomed: Cluster, tmp_path: Path) -> None:
    from accord.project import run

    def kill(text: str, done: int, _every: int) -> None:
        if text.startswith("pass 3") and done == 5:
            doomed.workers[0].kill()

    run(grid, tmp_path / "here")
    run(grid, tmp_path / "there", engine=doomed.address, tell=kill)
    assert doomed.workers[0].poll() is not None
    for path in sorted((tmp_path / "here" / "tables").iterdir()):
        assert path.read_bytes() == (tmp_path / "there" / "tables" / path.name).read_bytes(), path.name
    xr.testing.assert_identical(cells(tmp_path / "here"), cells(tmp_path / "there"))
    assert json.loads((tmp_path / "there" / "run.json").read_text())["engine"] == doomed.address


def test_a_grid_with_the_scheduler_lost(
    grid: Path, doomed: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 and one sentence, earlier results untouched; a run on threads goes on from there."""
    import typer

    from accord import cli
    from accord.project import run

    run(grid, tmp_path / "results")
    before = {p: p.read_bytes() for p in (tmp_path / "results").rglob("*") if p.is_file()}
    grid.write_text('title = "Again"\n' + grid.read_text())

    def lose(text: str, done: int, _every: int) -> None:
        if text.startswith("pass 2") and done == 20:
            doomed.scheduler.kill()

    capfd.readouterr()
    with pytest.raises(typer.Exit) as ended, cli._plain():
        run(grid, tmp_path / "results", engine=doomed.address, tell=lose)
    assert ended.value.exit_code == 1
    said = capfd.readouterr().err
    assert (
        said
        == f"accord: the scheduler at {doomed.address} was lost; earlier results are as they were, run again to go on\n"
    )
    assert before == {p: p.read_bytes() for p in (tmp_path / "results").rglob("*") if p.is_file()}
    told: list[tuple[str, int]] = []
    run(grid, tmp_path / "results", tell=lambda text, done, _: told.append((text, done)))
    first, second, *_ = [done for text, done in told if "going on" in text]
    assert first == 48 and 20 <= second < 48


SMALL_BLOCKS = """
import accord.study.cube
accord.study.cube.LEAST_CELLS = 1
from accord.cli import app
app(prog_name="accord")
"""


def hears() -> None:
    """A process started in the background is deaf to Ctrl-C, and so are those it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name != "posix", reason="signals of this kind are POSIX")
def test_ctrl_c_in_the_middle_of_a_grid(grid: Path, pair: Cluster, tmp_path: Path) -> None:
    command = ["run", str(grid), "--out", str(tmp_path / "results"), "--engine", pair.address]
    process = subprocess.Popen(
        [sys.executable, "-c", SMALL_BLOCKS, *command], stderr=subprocess.PIPE, text=True, preexec_fn=hears
    )
    assert process.stderr
    while "pass 2" not in (line := process.stderr.readline()) and line:
        pass
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in error, error
    assert error.splitlines()[-1] == "accord: interrupted; earlier results are as they were"
    assert not (tmp_path / "results").exists() and not (tmp_path / ".results.partial").exists()


DIES = "(lambda p: p.exists() or (p.touch(), __import__('os').kill(__import__('os').getpid(), 9)))(__import__('pathlib').Path({!r})) and 7"


def test_the_tasks_of_a_dead_process_are_done_again(tmp_path: Path) -> None:
    tasks = [(str(i),) for i in range(12)]
    tasks[5] = (DIES.format(str(tmp_path / "died")),)
    with connect("processes", 2) as pool:
        assert list(ordered(pool, eval, tasks)) == [0, 1, 2, 3, 4, 7, 6, 7, 8, 9, 10, 11]
        assert (tmp_path / "died").exists()
        assert list(ordered(pool, eval, [("1 + 1",)])) == [2]


def test_a_task_that_kills_every_process_is_given_up() -> None:
    with connect("processes", 1) as pool:
        with pytest.raises(RuntimeError, match=r"worker processes died 4 times over the same tasks; .* threads"):
            list(ordered(pool, eval, [("__import__('os').kill(__import__('os').getpid(), 9)",)]))
        assert list(ordered(pool, eval, [("2",)])) == [2]


def test_processes_that_have_lived_are_remembered_when_new_ones_start() -> None:
    with connect("processes", 1) as pool:
        died = pool.submit(eval, "__import__('os').kill(__import__('os').getpid(), 9)")
        assert isinstance(died.exception(), BrokenProcessPool)
        assert pool.submit(eval, "2") and pool.began  # asked before the new worker can have begun


def test_core_imports_no_dask() -> None:
    code = "import sys, accord.core.cluster, accord.project; sys.exit('dask' in sys.modules or 'distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
