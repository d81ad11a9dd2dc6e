"""Grids as they come: empty blocks, gaps in one indicator, odd types, tiny chunks, disks without room or leave to write."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")

import accord as ac
from accord.errors import InputError
from accord.project import run
from accord.study.cube import CubeSource

SHAPE = (3, 8, 10)


def system() -> ac.IndicatorSystem:
    table = {"key": list("abcd"), "subsystem": list("SSTT"), "direction": list("+-++")}
    return ac.IndicatorSystem.from_table(pd.DataFrame(table))


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    return {k: rng.uniform(1, 60, SHAPE) for k in "abcd"}


def store(path: Path, data: dict[str, np.ndarray], chunks: tuple[int, ...] = (1, 4, 5)) -> Path:
    cube = xr.Dataset({k: (("time", "y", "x"), v) for k, v in data.items()}, {"time": np.arange(2011, 2014)})
    encoding = {k: {"chunks": chunks} for k in data}
    cube.to_zarr(path, mode="w", encoding=encoding, consolidated=False, zarr_format=3)
    return path


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is a chunk, however few its cells."""
    monkeypatch.setattr("accord.study.cube.LEAST_CELLS", 1)


def results(source: CubeSource) -> dict[str, Any]:
    """Every table that a grid leads to, and the cells of D."""
    study = ac.Study(source)
    log = {step.name: step.state for step in study.run()}
    assert "failed" not in log.values(), log
    tree = {name: one.to_dataset() for name, one in study.results().children.items()}
    return {**tree, "D": study["coordination"]}


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert list(one) == list(other)
    for name in one:
        a, b = (part[name].copy() for part in (one, other))
        a.attrs["key"] = b.attrs["key"] = ""
        xr.testing.assert_identical(a, b)


def empty_block(data: dict[str, np.ndarray]) -> None:
    for one in data.values():
        one[:, :4, 5:] = np.nan


def empty_in_one(data: dict[str, np.ndarray]) -> None:
    data["c"][:, 4:, :5] = np.nan
    data["a"][1, 0, 0] = np.nan


def empty_year(data: dict[str, np.ndarray]) -> None:
    for one in data.values():
        one[1] = np.nan


@pytest.mark.parametrize("holes", [empty_block, empty_in_one, empty_year])
def test_blocks_without_data(
    holes: Callable[[dict[str, np.ndarray]], None], tmp_path: Path, small_blocks: None
) -> None:
    """Blocks that hold nothing, or nothing of one indicator, change no digit of the others."""
    data = values()
    holes(data)
    cut, whole = store(tmp_path / "cut.zarr", data), store(tmp_path / "whole.zarr", data, SHAPE)
    found, plain = (results(ac.read_cube(path, system())) for path in (cut, whole))
    same(found, plain)
    none = np.isnan(np.stack(list(data.values()))).any(axis=0)
    assert (np.isnan(found["D"].transpose("time", "y", "x").values) == none).all()
    assert int(found["stage_counts"]["stage_counts"].sum()) == (~none).sum()


@pytest.mark.parametrize("kind", ["f4", "i2", "u1", "i8", "f2"])
def test_numbers_of_any_kind(kind: str, tmp_path: Path) -> None:
    """Numbers that every kind holds exactly lead to the same digits, whatever the kind."""
    data = {k: np.round(v) for k, v in values().items()}
    plain = results(ac.read_cube(store(tmp_path / "plain.zarr", data), system()))
    typed = {k: v.astype(kind) for k, v in data.items()}
    found = results(ac.read_cube(store(tmp_path / "typed.zarr", typed), system()))
    for name in ("weights", "stage_counts", "regions"):
        a, b = plain[name].copy(), found[name].copy()
        a.attrs["key"] = b.attrs["key"] = ""
        xr.testing.assert_identical(a, b)
    assert plain["D"].values.tobytes() == found["D"].values.tobytes()


@pytest.mark.parametrize("kind", ["bool", "c16", "M8[ns]", "m8[ns]"])
def test_what_is_no_number(kind: str, tmp_path: Path) -> None:
    data: dict[str, Any] = values()
    data["b"] = data["b"].astype("i8").astype(kind)
    path = store(tmp_path / "c.zarr", data)
    with pytest.raises(InputError, match=r'variable "b" holds .*, not real numbers; store it as floats'):
        ac.read_cube(path, system())


def test_mismatched_grids(tmp_path: Path) -> None:
    """Variables of one store on different grids."""
    import zarr

    path = store(tmp_path / "c.zarr", values())
    group = zarr.open_group(path, mode="a")
    group.create_array("b", shape=(3, 8, 9), dtype="f8", dimension_names=["time", "y", "x"], overwrite=True)
    with pytest.raises(InputError, match=r"c\.zarr .*(conflicting sizes|length 9)"):
        ac.read_cube(path, system())


@pytest.mark.parametrize("kind", [2, 3])
def test_an_array_that_another_program_left(kind: Any, tmp_path: Path) -> None:
    """Its dims bear no names."""
    import zarr

    path = tmp_path / "c.zarr"
    cube = xr.Dataset({k: (("time", "y", "x"), v) for k, v in values().items()}, {"time": np.arange(2011, 2014)})
    cube.to_zarr(path, consolidated=False, zarr_format=kind)
    ac.read_cube(path, system())
    zarr.open_group(path, mode="a", zarr_format=kind).create_array("notes", shape=(7,), dtype="f8")
    with pytest.raises(InputError, match=r'c\.zarr: the dims of array "notes" bear no names .*name them, or move'):
        ac.read_cube(path, system())


def test_the_variable_with_other_dims_is_the_one_named(tmp_path: Path) -> None:
    """Also where it comes first."""
    data = {k: (("time", "y", "x") if k != "a" else ("time", "x", "y"), v) for k, v in values().items()}
    data["a"] = (data["a"][0], data["a"][1].transpose(0, 2, 1))
    xr.Dataset(data, {"time": np.arange(2011, 2014)}).to_zarr(tmp_path / "c.zarr", consolidated=False, zarr_format=3)
    with pytest.raises(InputError, match=r"""variable "a" has dims \('time', 'x', 'y'\), the others"""):
        ac.read_cube(tmp_path / "c.zarr", system())


def test_no_time(tmp_path: Path) -> None:
    path = tmp_path / "c.zarr"
    xr.Dataset({k: (("y", "x"), v[0]) for k, v in values().items()}).to_zarr(path, consolidated=False, zarr_format=3)
    with pytest.raises(InputError, match=r'no dim "time" for the years; .*Allowed: y, x'):
        ac.read_cube(path, system())
    bare = xr.Dataset({k: (("time", "y", "x"), v) for k, v in values().items()})
    bare.to_zarr(tmp_path / "bare.zarr", consolidated=False, zarr_format=3)
    with pytest.raises(InputError, match="has no coordinate; store the years along it"):
        ac.read_cube(tmp_path / "bare.zarr", system())


def test_chunks_of_one_cell_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = values()
    tiny = ac.read_cube(store(tmp_path / "tiny.zarr", data, (1, 1, 1)), system())
    assert len(tiny.blocks()) == 1
    monkeypatch.setattr("accord.study.cube.LEAST_CELLS", 25)
    tiny = ac.read_cube(store(tmp_path / "tiny.zarr", data, (1, 1, 1)), system())
    assert tiny.block_sizes == {"time": 1, "y": 3, "x": 10} and len(tiny.blocks()) == 9
    whole = ac.read_cube(store(tmp_path / "whole.zarr", data, SHAPE), system())
    same(results(tiny), results(whole))


def test_joined_chunks_are_whole_chunks_within_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ac.read_cube(store(tmp_path / "c.zarr", values(), (1, 2, 4)), system())
    for least, found in ((1, (1, 2, 4)), (9, (1, 2, 8)), (21, (1, 4, 10)), (200, (3, 8, 10))):
        monkeypatch.setattr("accord.study.cube.LEAST_CELLS", least)
        fresh = ac.read_cube(source.path, system())
        assert tuple(fresh.block_sizes.values()) == found
    monkeypatch.setattr("accord.study.cube.BLOCK_BYTES", 8 * 4 * 40)
    assert np.prod(list(ac.read_cube(source.path, system()).block_sizes.values())) <= 40


# disks


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan in a folder of its own."""
    folder = tmp_path / "study"
    folder.mkdir()
    store(folder / "cube.zarr", values())
    rows = [f"{k},{s},{d}" for k, s, d in zip("abcd", "SSTT", "+-++", strict=True)]
    (folder / "indicators.csv").write_text("\n".join(["key,subsystem,direction", *rows]) + "\n")
    (folder / "plan.toml").write_text('[panel]\nsource = "cube.zarr"\nindicators = "indicators.csv"\n')
    return folder / "plan.toml"


def bytes_of(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {
        str(p.relative_to(folder)): f"{hashlib.sha256(p.read_bytes()).hexdigest()} {p.stat().st_mtime_ns}"
        for p in files
    }


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without figures."""
    import accord.plot
    import accord.reports.figures as drawn

    monkeypatch.setattr(drawn, "FIGURES", {})
    monkeypatch.setattr(accord.plot, "FIGURES", {})


RUN = """
import accord.plot, accord.reports.figures as drawn, accord.study.cube, sys
accord.plot.FIGURES = drawn.FIGURES = {}
accord.study.cube.LEAST_CELLS = 1
from accord.cli import app
app(prog_name="accord")
"""


def started(plan: Path, out: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, "run", str(plan), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("accord: ") == 1, done.stderr
    assert all(word in done.stderr.splitlines()[-1] for word in words), done.stderr


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """A file system of so many kilobytes, where root can make one; called again with `ro`, read-only."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = False

    def mount(how: str) -> Path:
        nonlocal mounted
        command = ["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except OSError:
            pytest.skip("a small file system cannot be mounted here")
        if done.returncode:
            pytest.skip("a small file system cannot be mounted here")
        mounted = True
        return place

    yield mount
    if mounted:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(os.name != "posix", reason="limits of this kind are POSIX")
@pytest.mark.parametrize("limit", [300, 900])
def test_no_room_for_cells(limit: int, plan: Path, tmp_path: Path, undrawn: None, small_blocks: None) -> None:
    """A limit on the size of files breaks the store's first file, or a chunk; earlier results stay."""
    import resource

    out = tmp_path / "results"
    run(plan, out)
    before = bytes_of(out)
    plan.write_text("seed = 2\n" + plan.read_text())
    limited = started(plan, out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    one_sentence(limited, "the disk is full; nothing was changed, make room and run again")
    assert bytes_of(out) == before and not (tmp_path / ".results.partial").exists()
    run(plan, out)
    assert not (tmp_path / ".accord" / "work").exists()


@pytest.mark.skipif(os.name != "posix", reason="mounts of this kind are POSIX")
def test_a_full_disk_and_room_made(plan: Path, disk: Callable[..., Path], undrawn: None, small_blocks: None) -> None:
    """The run ends in one sentence; once there is room it goes on, and cleans up."""
    place = disk("size=120k")
    one_sentence(started(plan, place / "results"), "the disk is full; nothing was changed, make room and run again")
    assert sorted(p.name for p in place.iterdir()) == [".accord"]
    subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
    told: list[str] = []
    run(plan, place / "results", tell=lambda text, *_: told.append(text))
    assert [text for text in told if "going on from an earlier run" in text]
    assert sorted(p.name for p in place.iterdir()) == [".accord", "results"]
    assert not (place / ".accord" / "work").exists()


@pytest.mark.skipif(os.name != "posix", reason="mounts of this kind are POSIX")
def test_read_only(plan: Path, tmp_path: Path, disk: Callable[..., Path], undrawn: None) -> None:
    """A store that cannot be written is read; results cannot go there."""
    place = disk("size=20m")
    shutil.copytree(plan.parent, place / "study")
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    run(place / "study" / "plan.toml", tmp_path / "results")
    with pytest.raises(InputError, match=rf"^{place}/results cannot be written .* name another place$"):
        run(place / "study" / "plan.toml", place / "results")


def test_the_source_is_left_alone(plan: Path, tmp_path: Path, undrawn: None) -> None:
    before = bytes_of(plan.parent)
    run(plan, tmp_path / "results")
    assert bytes_of(plan.parent) == before
