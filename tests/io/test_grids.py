"""Cubes as sources: what `read_cube` asks of a store, and which dim is what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")

import accord as ac
from accord.errors import InputError


def system(**more: list[str]) -> ac.IndicatorSystem:
    table = {"key": ["a", "b"], "subsystem": ["S", "T"], "direction": ["+", "-"], **more}
    return ac.IndicatorSystem.from_table(pd.DataFrame(table))


def store(
    path: Path, dims: tuple[str, ...] = ("time", "y", "x"), consolidated: bool = False, **change: xr.DataArray
) -> Path:
    shape = tuple({"time": 3, "year": 3}.get(d, 4) for d in dims)
    cube = xr.Dataset({k: (dims, np.random.default_rng(i).random(shape)) for i, k in enumerate("ab")})
    cube = cube.assign_coords({d: np.arange(2011, 2014) for d in dims if d in ("time", "year")}).assign(change)
    cube.to_zarr(path, mode="w", consolidated=consolidated, zarr_format=3 if not consolidated else 2)
    return path


@pytest.mark.parametrize("consolidated", [True, False])
@pytest.mark.parametrize(
    ("dims", "sizes"),
    [
        (("time", "y", "x"), {"time": 3, "y": 4, "x": 4}),
        (("lat", "lon", "year"), {"y": 4, "x": 4, "time": 3}),
        (("time", "unit"), {"time": 3, "unit": 4}),
        (("year", "pixel"), {"time": 3, "y": 4}),
    ],
)
def test_dims(dims: tuple[str, ...], sizes: dict[str, int], consolidated: bool, tmp_path: Path) -> None:
    source = ac.read_cube(store(tmp_path / "c.zarr", dims, consolidated), system())
    assert source.sizes == sizes
    assert list(source.sizes) == list(sizes)
    assert source.small["years"].values.tolist() == [2011, 2012, 2013]
    assert np.isfinite(ac.Study(source)["stage_counts"].values).all()


def test_dates(tmp_path: Path) -> None:
    path = store(tmp_path / "c.zarr", time=("time", pd.to_datetime(["2011-12-31", "2012-12-31", "2013-12-31"])))  # type: ignore[arg-type]
    assert ac.read_cube(path, system()).small["years"].values.tolist() == [2011, 2012, 2013]


def test_whole_numbers(tmp_path: Path) -> None:
    a = xr.DataArray(np.arange(48).reshape(3, 4, 4), dims=("time", "y", "x"))
    study = ac.Study(ac.read_cube(store(tmp_path / "c.zarr", a=a), system()))
    assert study["descriptives"]["max"].sel(indicator="a").item() == 47


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dims": ("y", "x")}, 'no dim "time" for the years'),
        ({"dims": ("time",)}, "one or two dims of space"),
        ({"dims": ("time", "y", "x", "band")}, "one or two dims of space"),
        ({"a": xr.DataArray(np.zeros((3, 4)), dims=("time", "y"))}, 'variable "b" has dims'),
    ],
)
def test_refused(change: dict[str, object], words: str, tmp_path: Path) -> None:
    path = store(tmp_path / "c.zarr", **change)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=words) as caught:
        ac.read_cube(path, system())
    assert "c.zarr" in str(caught.value)


def test_systems_refused(tmp_path: Path) -> None:
    path = store(tmp_path / "c.zarr")
    with pytest.raises(InputError, match=r"no variable .aa.; did you mean .a."):
        ac.read_cube(path, system(key=["aa", "b"]))
    with pytest.raises(InputError, match="one subsystem only"):
        ac.read_cube(path, system(subsystem=["S", "S"]))
    with pytest.raises(InputError, match="a are formulas, which cubes do not compute"):
        ac.read_cube(path, system(expr=["a * 2", ""]))
    with pytest.raises(InputError, match="not a Zarr store"):
        ac.read_cube(tmp_path / "none.zarr", system())


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ([2011, 2011, 2013], "has 2011 more than once"),
        ([2013, 2012, 2011], "2012 follows 2013; sort the years"),
        ([2011, 2012, 2014], "years are missing between 2012 and 2014"),
        ([0.5, 1.5, 2.5], "does not hold years"),
        (np.array(["a", "b", "c"], dtype=object), "does not hold years"),
        (pd.to_datetime(["2011-01-31", "2011-02-28", "2011-03-31"]), "take annual ones first"),
    ],
)
def test_years_refused(years: object, words: str, tmp_path: Path) -> None:
    path = store(tmp_path / "c.zarr", time=("time", years))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=words) as caught:
        ac.read_cube(path, system())
    assert 'dim "time"' in str(caught.value)


def test_one_year_refused(tmp_path: Path) -> None:
    one = xr.open_zarr(store(tmp_path / "c.zarr"), consolidated=False, chunks=None).isel(time=[0]).load()
    one.drop_encoding().to_zarr(tmp_path / "one.zarr", consolidated=False)
    with pytest.raises(InputError, match="one year only"):
        ac.read_cube(tmp_path / "one.zarr", system())


def test_results_have_years_where_the_store_has_dates(tmp_path: Path) -> None:
    path = store(tmp_path / "c.zarr", time=("time", pd.to_datetime(["2011-12-31", "2012-12-31", "2013-12-31"])))  # type: ignore[arg-type]
    assert ac.Study(ac.read_cube(path, system()))["stage_counts"]["time"].values.tolist() == [2011, 2012, 2013]


def test_an_empty_variable_is_named(tmp_path: Path) -> None:
    empty = xr.DataArray(np.full((3, 4, 4), np.nan), dims=("time", "y", "x"))
    study = ac.Study(ac.read_cube(store(tmp_path / "c.zarr", b=empty), system()))
    with pytest.raises(InputError, match='variable "b" has no value at all'):
        study.run()


def test_no_cell_in_common(tmp_path: Path) -> None:
    values = np.random.default_rng(3).random((3, 4, 4))
    half = np.indices(values.shape)[2] % 2 == 0
    dims = ("time", "y", "x")
    change = {"a": xr.DataArray(np.where(half, values, np.nan), dims=dims)}
    change["b"] = xr.DataArray(np.where(half, np.nan, values), dims=dims)
    with pytest.raises(InputError, match="no cell has a value for every indicator"):
        ac.Study(ac.read_cube(store(tmp_path / "c.zarr", **change), system())).run()


def test_large_chunks_are_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store(tmp_path / "c.zarr")
    whole = ac.Study(ac.read_cube(path, system()))
    weight = whole["weight"].values
    monkeypatch.setattr("accord.study.cube.BLOCK_BYTES", 2 * 8 * 6)
    parts = ac.Study(ac.read_cube(path, system()))
    assert (len(whole.source.blocks()), len(parts.source.blocks())) == (1, 12)
    assert (weight == parts["weight"].values).all()
    assert (whole["stage_counts"].values == parts["stage_counts"].values).all()


def test_reading_leaves_nothing_behind(tmp_path: Path) -> None:
    """A block is freed once it is read, without waiting for the collector of cycles."""
    import gc
    import weakref

    block = ac.read_cube(store(tmp_path / "c.zarr"), system()).blocks()[0]
    gc.collect()
    gc.disable()
    try:
        for _, arrays in block.tiles():
            held = weakref.ref(arrays["indicators"].values)
        del arrays
        assert held() is None
    finally:
        gc.enable()


def test_a_worker_opens_a_store_once_until_it_changes(tmp_path: Path) -> None:
    import pickle

    path = store(tmp_path / "c.zarr")
    sent = [pickle.dumps(block) for block in ac.read_cube(path, system(), block={"y": 2}).blocks()]
    first, second = (pickle.loads(one) for one in sent[:2])
    assert first.grid is second.grid and first.read("a").shape == (3, 2, 4)
    dims = ("time", "y", "x")
    store(path, a=xr.DataArray(np.zeros((3, 4, 4)), dims=dims))
    again = pickle.loads(pickle.dumps(ac.read_cube(path, system(), block={"y": 2}).blocks()[0]))
    assert again.grid is not first.grid and (again.read("a") == 0).all()


@pytest.mark.parametrize("block", [{"z": 1}, {"y": 0}, {"y": 1.5}])
def test_blocks_refused(block: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a number of cells by dim"):
        ac.read_cube(store(tmp_path / "c.zarr"), system(), block=block)


def test_a_failing_step_takes_no_other_down(tmp_path: Path) -> None:
    from dataclasses import replace

    def broken(stage: xr.DataArray, stage_table: xr.DataArray) -> xr.DataArray:
        raise ZeroDivisionError("on purpose")

    study = ac.Study(ac.read_cube(store(tmp_path / "c.zarr"), system()))
    makers = study.settled.makers
    choice = makers["stage_counts"]
    makers["stage_counts"] = replace(choice, method=replace(choice.method, func=broken))
    log = {step.name: step for step in study.run()}
    assert (log["stages"].state, log["stages"].reason) == ("failed", "ZeroDivisionError: on purpose")
    assert {log[name].state for name in ("descriptives", "weights", "rescale_index", "regions")} == {"done"}
    assert np.isfinite(study["regions"]["mean"].values).all()


def test_what_a_grid_does_not_make_is_said(tmp_path: Path) -> None:
    log = {step.name: step for step in ac.Study(ac.read_cube(store(tmp_path / "c.zarr"), system())).run()}
    assert (log["index"].state, log["obstacle"].state, log["regions"].state) == ("done", "left out", "done")
    assert "name the step in the plan" in log["obstacle"].reason
    assert (log["space"].state, log["space"].reason) == ("left out", "it needs units, and a grid has cells")
    assert (log["density"].state, log["normalise"].state) == ("left out", "done")
    assert log["regions"].tables == ["regions", "region_change"]
    assert log["regions"].reason == (
        "without the table leaders: it needs index of every cell at once, and this grid is too large for that"
    )
