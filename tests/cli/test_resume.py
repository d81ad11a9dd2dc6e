"""A run over a grid that ends in the middle is taken up again: nothing is done twice, and the digits are the same."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")

from accord.project import run

KEYS = ("a", "b", "c", "d")
YEARS, SIDE, CHUNK = 3, 20, 5
BLOCKS = YEARS * (SIDE // CHUNK) ** 2


def lay(folder: Path, seed: int = 1, directions: str = "+-++") -> Path:
    """A plan with a cube of 48 blocks beside it, some cells empty."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    shape = (YEARS, SIDE, SIDE)
    cube = xr.Dataset({k: (("time", "y", "x"), rng.uniform(1, 60, shape)) for k in KEYS})
    cube["b"][:, 2, 3] = np.nan
    cube = cube.assign_coords(time=np.arange(2011, 2011 + YEARS), y=np.linspace(41, 40, SIDE), x=np.arange(SIDE) / 8)
    encoding = {k: {"chunks": (1, CHUNK, CHUNK)} for k in KEYS}
    cube.to_zarr(folder / "cube.zarr", mode="w", encoding=encoding, consolidated=False, zarr_format=3)
    rows = [f"{k},{s},{d}" for k, s, d in zip(KEYS, "SSTT", directions, strict=True)]
    (folder / "indicators.csv").write_text("\n".join(["key,subsystem,direction", *rows]) + "\n")
    plan = folder / "plan.toml"
    plan.write_text('[panel]\nsource = "cube.zarr"\nindicators = "indicators.csv"\n')
    return plan


def cells(results: Path) -> xr.Dataset:
    with xr.open_zarr(results / "cells.zarr", consolidated=False, chunks=None) as found:
        return found.load()


def same(a: Path, b: Path) -> None:
    """Every table and every cell, to the last bit."""
    names = sorted(p.name for p in (a / "tables").iterdir())
    assert names and names == sorted(p.name for p in (b / "tables").iterdir())
    for name in names:
        assert (a / "tables" / name).read_bytes() == (b / "tables" / name).read_bytes(), name
    xr.testing.assert_identical(cells(a), cells(b))
    one, two = (xr.open_datatree(r / "study.nc", engine="h5netcdf").load() for r in (a, b))
    assert one.groups == two.groups
    for group in one.groups[1:]:
        left, right = one[group].to_dataset(), two[group].to_dataset()
        left.attrs["key"] = right.attrs["key"] = ""  # tells the files of one cube from those of the other
        xr.testing.assert_identical(left, right)


def work(place: Path) -> list[Path]:
    return sorted((place / ".accord" / "work" / "results").glob("*"))


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """A block is a chunk, however few its cells."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accord.study.cube.LEAST_CELLS", 1)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a run that nothing stopped."""
    import accord.plot
    import accord.reports.figures as drawn

    place = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn, "FIGURES", {})
        patch.setattr(accord.plot, "FIGURES", {})
        run(lay(place / "study"), place / "results")
    assert not work(place)
    return place / "results"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The variables of every block that is computed, but those of the one cell that tells their kinds."""
    import accord.study.evaluate as evaluate

    made: list[tuple[str, ...]] = []
    real = evaluate.block_task

    def counting(names: tuple[str, ...], block: Any, *rest: Any) -> Any:
        if max(s.stop - s.start for s in block.where.values()) > 1:
            made.append(names)
        return real(names, block, *rest)

    monkeypatch.setattr(evaluate, "block_task", counting)
    return made


def stopped(plan: Path, out: Path, when: str, after: int, **more: Any) -> None:
    """A run that Ctrl-C ends once `after` blocks of a pass are done."""

    def tell(text: str, done: int, _every: int) -> None:
        if text.startswith(when) and done >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(plan, out, tell=tell, **more)


def test_killed_in_the_middle(whole: Path, tmp_path: Path, bare: None, counted: list[tuple[str, ...]]) -> None:
    """SIGKILL leaves what was done; the next run says so, does the rest alone, and cleans up."""
    plan = lay(tmp_path / "study")
    process = subprocess.Popen(
        [sys.executable, "-c", EACH, str(plan), str(tmp_path / "results")], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    done = 0
    for line in process.stderr:
        if line.startswith("pass 3") and (done := int(line.rpartition(" ")[2].partition("/")[0])) >= 20:
            process.kill()
            break
    process.communicate()
    assert done >= 20 and not (tmp_path / "results").exists() and len(work(tmp_path)) == 1
    told: list[tuple[str, int, int]] = []
    run(plan, tmp_path / "results", tell=lambda *one: told.append(one))
    again = [one for one in told if "going on from an earlier run" in one[0]]
    assert [one[1] for one in again[:2]] == [BLOCKS, BLOCKS] and done <= again[2][1] < BLOCKS
    assert len(counted) == sum(one[2] - one[1] for one in again)
    same(whole, tmp_path / "results")
    assert not work(tmp_path) and not list((tmp_path / "results").rglob("*.partial"))


EACH = """
import sys
import accord.study.cube
accord.study.cube.LEAST_CELLS = 1
from accord.project import run
run(*sys.argv[1:3], tell=lambda text, done, every: print(f"{text} {done}/{every}", file=sys.stderr, flush=True))
"""


@pytest.fixture
def halved(tmp_path: Path, counted: list[tuple[str, ...]]) -> Path:
    """A plan whose run was ended after 30 blocks of the third pass."""
    plan = lay(tmp_path / "study")
    stopped(plan, tmp_path / "results", "pass 3", 30)
    counted.clear()
    return plan


def test_interrupted(whole: Path, halved: Path, tmp_path: Path, counted: list[Any], bare: None) -> None:
    """Ctrl-C likewise, on another engine too; a finished run starts anew."""
    run(halved, tmp_path / "results", engine="threads")
    assert len(counted) == BLOCKS - 30
    same(whole, tmp_path / "results")
    counted.clear()
    run(halved, tmp_path / "results")
    assert len(counted) >= 3 * BLOCKS


def damaged_log(place: Path) -> int:
    """A bit of a record in the middle of the last pass: it and those after it are done again."""
    log = max(place.glob("*.log"), key=lambda p: p.stat().st_mtime)
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 1
    log.write_bytes(data)
    return -1


def cut_log(place: Path) -> int:
    log = max(place.glob("*.log"), key=lambda p: p.stat().st_mtime)
    log.write_bytes(log.read_bytes()[:-7])
    return 1


def lost_chunk(place: Path) -> int:
    (place / "cells.zarr/coordination/c/0/1/1").unlink()
    return 1


def cut_chunk(place: Path) -> int:
    chunk = place / "cells.zarr/stage/c/0/0/2"
    chunk.write_bytes(chunk.read_bytes()[:-3])
    return 1


def damaged_array(place: Path) -> int:
    (place / "cells.zarr/index/zarr.json").write_text("{")
    return 30


def lost_cells(place: Path) -> int:
    import shutil

    shutil.rmtree(place / "cells.zarr")
    return 30


@pytest.mark.parametrize("damage", [damaged_log, cut_log, lost_chunk, cut_chunk, damaged_array, lost_cells])
def test_damaged_parts_are_done_again(
    damage: Callable[[Path], int], whole: Path, halved: Path, tmp_path: Path, counted: list[Any], bare: None
) -> None:
    more = damage(work(tmp_path)[0])
    run(halved, tmp_path / "results")
    assert len(counted) == BLOCKS - 30 + more if more > 0 else BLOCKS - 30 < len(counted) < BLOCKS
    same(whole, tmp_path / "results")


@pytest.mark.parametrize("change", ["data", "table", "plan", "only"])
def test_something_else_starts_anew(change: str, halved: Path, tmp_path: Path, counted: list[Any], bare: None) -> None:
    """Another input or plan in the same place meets nothing of the earlier run, and removes it."""
    before = work(tmp_path)
    if change == "data":
        lay(tmp_path / "study", seed=2)
    if change == "table":
        lay_table = (tmp_path / "study/indicators.csv").read_text().replace("a,S,+", "a,S,-")
        (tmp_path / "study/indicators.csv").write_text(lay_table)
    sets = ["stages.method=five"] if change == "plan" else []
    told: list[str] = []
    run(
        halved, tmp_path / "results", sets=sets, only="weights" if change == "only" else None,
        tell=lambda text, *_: told.append(text),
    )  # fmt: skip
    assert not [text for text in told if "going on" in text]
    assert before and not work(tmp_path)
    if change == "only":
        assert not (tmp_path / "results/cells.zarr").exists()


def test_records_are_read_back_as_they_were(tmp_path: Path) -> None:
    from accord.study.resume import Done, Log

    array = xr.DataArray(
        np.array([[1.5, np.nan], [2.0, -0.0]]), dims=("time", "kind"),
        coords={"kind": np.array(["x", "yy"]), "subsystem": ("kind", np.array(["S", "中"], dtype=object))},
        attrs={"closed": "right", "edges": np.array([0.5])},
    )  # fmt: skip
    log = Log(tmp_path / "deep" / "one.log")
    assert log.read() == {}
    log.add(7, Done([({"time": slice(0, 2), "y": slice(3, 9)}, {"n": array})], [5, -1]))
    log.add(2, Done([({}, {"k": xr.DataArray(np.int64(3))})], []))
    found = log.read()
    assert list(found) == [7, 2] and found[7].files == [5, -1]
    (where, arrays), *_ = found[7].pieces
    assert where == {"time": slice(0, 2), "y": slice(3, 9)}
    assert arrays["n"].values.tobytes() == array.values.tobytes() and arrays["n"].dtype == array.dtype
    xr.testing.assert_identical(arrays["n"].drop_attrs(), array.drop_attrs())
    assert arrays["n"].attrs == {"closed": "right", "edges": [0.5]}
    assert found[2].pieces[0][1]["k"].item() == 3


def test_gathering_cells_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks whose cells were brought to their zones are not read again."""
    from accord.io.grid import read_cube
    from accord.io.units import zonal_panel
    from accord.study import zonal
    from accord.study.system import IndicatorSystem

    lay(tmp_path)
    halves = [[[w, 39], [e, 39], [e, 42], [w, 42], [w, 39]] for w, e in ((-1, 1), (1, 3))]
    zones = [
        {"type": "Feature", "properties": {"name": n}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for n, ring in zip(("west", "east"), halves, strict=True)
    ]
    (tmp_path / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": zones}))
    cube = read_cube(tmp_path / "cube.zarr", IndicatorSystem.from_table(tmp_path / "indicators.csv"))
    wanted = zonal_panel(cube, tmp_path / "zones.geojson")

    def until(_text: str, done: int, _every: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    kept = tmp_path / "work"
    with pytest.raises(KeyboardInterrupt):
        zonal_panel(cube, tmp_path / "zones.geojson", tell=until, work=kept)
    made: list[int] = []
    real = zonal.block_sums
    monkeypatch.setattr(zonal, "block_sums", lambda *a: made.append(1) or real(*a))
    told: list[str] = []
    found = zonal_panel(cube, tmp_path / "zones.geojson", tell=lambda text, *_: told.append(text), work=kept)
    assert len(made) == BLOCKS - 20 and told[0] == "cells to zones, going on from an earlier run"
    xr.testing.assert_identical(found, wanted)
    (log,) = kept.rglob("*.log")
    log.write_bytes(log.read_bytes()[:-7])  # a record cut short is done again
    made.clear()
    xr.testing.assert_identical(zonal_panel(cube, tmp_path / "zones.geojson", work=kept), wanted)
    assert len(made) == 1
    made.clear()
    zones[0]["geometry"]["coordinates"], zones[1]["geometry"]["coordinates"] = [halves[1]], [halves[0]]  # type: ignore[index]
    (tmp_path / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": zones}))
    turned = zonal_panel(cube, tmp_path / "zones.geojson", work=kept)
    assert len(made) == BLOCKS
    assert np.array_equal(turned["indicators"].sel(unit="west"), wanted["indicators"].sel(unit="east"))
