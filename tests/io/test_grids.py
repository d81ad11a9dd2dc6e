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
