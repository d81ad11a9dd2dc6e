"""netCDF and GeoTIFF as cubes: the same numbers as in a Zarr store, whatever files they lie in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")

import accord as ac
from accord.errors import InputError

KEYS = ("ndvi", "gdp", "road")
YEARS, HEIGHT, WIDTH = (2011, 2012, 2013), 6, 5
LAT, LON = np.linspace(40.75, 38.25, HEIGHT), np.linspace(100.25, 102.25, WIDTH)


def system(keys: tuple[str, ...] = KEYS) -> ac.IndicatorSystem:
    table = {"key": keys, "subsystem": ["Ecology", "Economy", "Economy"], "direction": ["+", "+", "-"]}
    return ac.IndicatorSystem.from_table(pd.DataFrame(table))


def numbers() -> dict[str, np.ndarray]:
    """Values that single precision holds, with a cell that lacks one indicator."""
    rng = np.random.default_rng(11)
    out = {key: rng.uniform(1, 9, (3, HEIGHT, WIDTH)).astype("f4") for key in KEYS}
    out["gdp"][1, 2, 3] = np.nan
    return out


def cube(**change: Any) -> xr.Dataset:
    data = {key: (("time", "lat", "lon"), values) for key, values in numbers().items()}
    attrs = {"lat": {"units": "degrees_north"}, "lon": {"units": "degrees_east"}}
    made = xr.Dataset(data, coords={"time": list(YEARS), "lat": LAT, "lon": LON}).assign(change)
    for name, of in attrs.items():
        made[name].attrs = of
    return made


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the study comes to on a Zarr store of the same numbers."""
    path = tmp_path_factory.mktemp("zarr") / "c.zarr"
    cube().to_zarr(path, consolidated=False, zarr_format=3)
    return results(path)


def results(path: Path, **more: Any) -> dict[str, Any]:
    source = ac.read_cube(path, system(), **more)
    study = ac.Study(source)
    counts = study["stage_counts"]
    blocks = {k: source.blocks()[0].read(k) for k in KEYS} if len(source.blocks()) == 1 else {}
    return {
        "weight": study["weight"].values, "counts": counts.values, "years": counts["time"].values,
        "descriptives": study["descriptives"]["mean"].values, "sizes": source.sizes, "blocks": blocks,
    }  # fmt: skip


def same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if name == "blocks":
            for key in found["blocks"]:
                assert np.array_equal(found["blocks"][key], value[key], equal_nan=True)
        elif name == "sizes":
            assert found[name] == value
        else:
            assert np.array_equal(found[name], value), name


def one_file(data: xr.Dataset, folder: Path) -> Path:
    data.to_netcdf(folder / "c.nc")
    return folder / "c.nc"


def by_indicator(data: xr.Dataset, folder: Path) -> Path:
    for key in KEYS:
        data[[key]].to_netcdf(folder / f"{key}_all.nc")
    return folder


def by_year(data: xr.Dataset, folder: Path) -> Path:
    for t, year in enumerate(YEARS):
        data.isel(time=[t]).to_netcdf(folder / f"{year}.nc")
    return folder


def by_both(data: xr.Dataset, folder: Path) -> Path:
    """A file for each indicator and year, without a time axis, the variable called anyhow."""
    for t, year in enumerate(YEARS):
        for key in KEYS:
            data[[key]].isel(time=t, drop=True).rename({key: "Band1"}).to_netcdf(folder / f"{key.upper()}_{year}.nc")
    return folder


def old_format(data: xr.Dataset, folder: Path) -> Path:
    data.to_netcdf(folder / "c.nc", engine="scipy", format="NETCDF3_64BIT")
    return folder / "c.nc"


def turned(data: xr.Dataset, folder: Path) -> Path:
    return one_file(data.transpose("lon", "time", "lat"), folder)


def dated(data: xr.Dataset, folder: Path) -> Path:
    data = data.assign_coords(time=pd.to_datetime([f"{year}-07-02" for year in YEARS]))
    return one_file(data, folder)


def other_calendar(data: xr.Dataset, folder: Path) -> Path:
    pytest.importorskip("cftime", reason="the extra accord[raster] is not installed: calendars cannot be tested")
    days = xr.Variable(
        "time", [(y - 1850) * 365 + 180 for y in YEARS], {"units": "days since 1850-01-01", "calendar": "noleap"}
    )
    return one_file(data.assign_coords(time=days), folder)


def cut(data: xr.Dataset, folder: Path) -> Path:
    data.to_netcdf(folder / "c.nc", encoding={k: {"chunksizes": (2, 4, 3), "zlib": True} for k in KEYS})
    return folder / "c.nc"


def a_level(data: xr.Dataset, folder: Path) -> Path:
    return one_file(data.expand_dims(level=[0.0], axis=1), folder)


@pytest.mark.parametrize(
    "lay", [one_file, by_indicator, by_year, by_both, old_format, turned, dated, other_calendar, cut, a_level]
)
def test_netcdf_is_the_store(lay: Any, wanted: dict[str, Any], tmp_path: Path) -> None:
    place = lay(cube(), tmp_path)
    same(results(place), wanted)
    same(results(place, block={"time": 1, "y": 4, "x": 2}), wanted)


def test_packed_values(tmp_path: Path) -> None:
    """Fill value, scale and offset as the CF conventions have them."""
    packed = {k: {"dtype": "i2", "scale_factor": 0.25, "add_offset": 3.0, "_FillValue": -9} for k in KEYS}
    cube().to_netcdf(tmp_path / "c.nc", encoding=packed)
    with xr.open_dataset(tmp_path / "c.nc", engine="h5netcdf") as plain:
        stored = {k: plain[k].values for k in KEYS}
    read = results(tmp_path / "c.nc")["blocks"]
    for key in KEYS:
        assert np.array_equal(read[key], stored[key], equal_nan=True)
        assert np.allclose(read[key], numbers()[key], atol=0.126, equal_nan=True)


def test_where_a_netcdf_grid_lies(tmp_path: Path) -> None:
    grid = ac.read_cube(one_file(cube(), tmp_path), system()).grid
    assert grid.georeference.degrees
    assert grid.transform == pytest.approx((100.0, 0.5, 41.0, -0.5))
    assert grid.coords["y"].attrs["units"] == "degrees_north"


def test_a_table_stays_a_table(tmp_path: Path) -> None:
    from accord.io.grid import is_grid

    long = xr.Dataset({"ndvi": (("unit", "year"), np.ones((2, 3)))}, coords={"unit": ["a", "b"], "year": list(YEARS)})
    long.to_netcdf(tmp_path / "t.nc")
    cube().to_netcdf(tmp_path / "g.nc")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/a.csv").write_text("x")
    places = ("t.nc", "g.nc", "exports", "c.zarr", "a.tif", "none.nc")
    assert [is_grid(tmp_path / p) for p in places] == [False, True, False, True, True, False]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d, f: d.drop_vars("road").to_netcdf(f / "a.nc"), 'no layer of "road"; found: ndvi, gdp'),
        (lambda d, f: d.rename({k: k * 2 for k in KEYS}).to_netcdf(f / "a.nc"), r"no variable is called as an indicator \(ndvi, gdp, road\)"),
        (lambda d, f: [d.to_netcdf(f / "a.nc"), d[["gdp"]].to_netcdf(f / "b.nc")], '"gdp" of 2011 stands twice, in .*a.nc and .*b.nc'),
        (lambda d, f: [d[["ndvi", "gdp"]].to_netcdf(f / "a.nc"), d[["road"]].isel(time=[0, 1]).to_netcdf(f / "b.nc")], '"road" has no layer for 2013'),
        (lambda d, f: [d[["ndvi", "gdp"]].to_netcdf(f / "a.nc"), d[["road"]].isel(lon=slice(4)).to_netcdf(f / "b.nc")], "a.nc and .*b.nc lie on different grids: shape 6 x 5 and 6 x 4"),
        (lambda d, f: [d[["ndvi", "gdp"]].to_netcdf(f / "a.nc"), d[["road"]].assign_coords(lon=LON + 1).to_netcdf(f / "b.nc")], "different grids: origin 100, 41 and 101, 41"),
        (lambda d, f: [d[["ndvi", "gdp"]].to_netcdf(f / "a.nc"), d[["road"]].sortby("lat").to_netcdf(f / "b.nc")], "one runs upwards"),
        (lambda d, f: d.isel(time=0, drop=True).to_netcdf(f / "a.nc"), "a.nc: no time axis, and its name has not one year"),
        (lambda d, f: d.drop_vars("time").to_netcdf(f / "a.nc"), 'no years along "time"'),
        (lambda d, f: d.assign_coords(time=[2011, 2011, 2013]).to_netcdf(f / "a.nc"), "has 2011 more than once"),
        (lambda d, f: d.assign_coords(time=[2011, 2012, 2014]).to_netcdf(f / "a.nc"), "years are missing between 2012 and 2014"),
        (lambda d, f: d.isel(time=[0]).to_netcdf(f / "a.nc"), "one year only"),
        (lambda d, f: d.assign(road=d["road"].astype(str)).to_netcdf(f / "a.nc"), "not real numbers"),
        (lambda d, f: (f / "a.nc").write_text("text"), "a.nc is not a netCDF file this can open"),
        (lambda d, f: [d.to_netcdf(f / "a.nc"), (f / "b.tif").write_text("x")], "both netCDF and GeoTIFF"),
    ],
)  # fmt: skip
def test_netcdf_refused(change: Any, words: str, tmp_path: Path) -> None:
    change(cube(), tmp_path)
    with pytest.raises(InputError, match=words):
        ac.read_cube(tmp_path, system())
