"""netCDF and GeoTIFF as cubes: the same numbers as in a Zarr store, whatever files they lie in."""

from __future__ import annotations

import warnings
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


def parts(**second: Any) -> Any:
    """Two indicators in one file, the third changed in another."""

    def lay(d: xr.Dataset, folder: Path) -> None:
        d[["ndvi", "gdp"]].to_netcdf(folder / "a.nc")
        third = d[["road"]].assign_coords({k: v for k, v in second.items() if isinstance(v, np.ndarray)})
        third.isel({k: v for k, v in second.items() if isinstance(v, slice)}).to_netcdf(folder / "b.nc")

    return lay


def whole(change: Any) -> Any:
    return lambda d, folder: change(d).to_netcdf(folder / "a.nc")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (whole(lambda d: d.drop_vars("road")), 'no layer of "road"; found: ndvi, gdp'),
        (
            whole(lambda d: d.rename({k: k * 2 for k in KEYS})),
            r"no variable is called as an indicator \(ndvi, gdp, road\)",
        ),
        (
            lambda d, f: [d.to_netcdf(f / "a.nc"), d[["gdp"]].to_netcdf(f / "b.nc")],
            '"gdp" of 2011 stands twice, in .*a.nc and .*b.nc',
        ),
        (parts(time=slice(2)), '"road" has no layer for 2013'),
        (parts(lon=slice(4)), "a.nc and .*b.nc lie on different grids: shape 6 x 5 and 6 x 4"),
        (parts(lon=LON + 1), "different grids: origin 100, 41 and 101, 41"),
        (parts(lat=LAT[::-1].copy()), "one runs upwards"),
        (whole(lambda d: d.isel(time=0, drop=True)), "a.nc: no time axis, and its name has not one year"),
        (whole(lambda d: d.drop_vars("time")), 'no years along "time"'),
        (whole(lambda d: d.assign_coords(time=[2011, 2011, 2013])), "has 2011 more than once"),
        (whole(lambda d: d.assign_coords(time=[2011, 2012, 2014])), "years are missing between 2012 and 2014"),
        (whole(lambda d: d.isel(time=[0])), "one year only"),
        (whole(lambda d: d.assign(road=d["road"].astype(str))), "not real numbers"),
        (lambda d, f: (f / "a.nc").write_text("text"), "a.nc is not a netCDF file this can open"),
        (lambda d, f: [d.to_netcdf(f / "a.nc"), (f / "b.tif").write_text("x")], "both netCDF and GeoTIFF"),
    ],
)
def test_netcdf_refused(change: Any, words: str, tmp_path: Path) -> None:
    change(cube(), tmp_path)
    with pytest.raises(InputError, match=words):
        ac.read_cube(tmp_path, system())


rasterio = pytest.importorskip("rasterio", reason="the extra accord[raster] is not installed: GeoTIFF cannot be tested")
BOX = (100.0, 0.5, 41.0, -0.5)


def tif(
    path: Path, bands: np.ndarray, said: list[str] | None = None, crs: str | None = "EPSG:4326",
    box: tuple[float, float, float, float] = BOX, nodata: float | None = np.nan, dtype: str = "float32",
    tags: list[dict[str, str]] | None = None, packed: tuple[float, float] = (1.0, 0.0), **more: Any,
) -> None:  # fmt: skip
    """A GeoTIFF of bands (band, y, x)."""
    bands = np.atleast_3d(bands) if bands.ndim == 3 else bands[np.newaxis]
    path.parent.mkdir(parents=True, exist_ok=True)
    x, dx, y, dy = box
    count, height, width = bands.shape
    place = rasterio.Affine(dx, more.pop("shear", 0), x, 0, dy, y)
    profile = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": dtype, "crs": crs}
    with (
        warnings.catch_warnings(action="ignore"),
        rasterio.open(path, "w", **profile, nodata=nodata, transform=place, **more) as out,
    ):
        out.write(bands.astype(dtype))
        for band in range(count):
            if said:
                out.set_band_description(band + 1, said[band])
            if tags:
                out.update_tags(band + 1, **tags[band])
        out.scales, out.offsets = (packed[0],) * count, (packed[1],) * count


def each(folder: Path, name: str = "{key}_{year}.tif", **more: Any) -> Path:
    for key, values in numbers().items():
        for t, year in enumerate(YEARS):
            tif(folder / name.format(key=key, year=year), values[t], **more)
    return folder


def bands(folder: Path, said: str = "{year}", name: str = "{key}.tif", **more: Any) -> Path:
    for key, values in numbers().items():
        tags = [{k: v.format(year=y) for k, v in more["tags"].items()} for y in YEARS] if "tags" in more else None
        described = [said.format(key=key, year=y) for y in YEARS]
        tif(folder / name.format(key=key), values, described, **{**more, "tags": tags})
    return folder


def years_of_bands(folder: Path) -> Path:
    """A file for each year, with a band for each indicator."""
    for t, year in enumerate(YEARS):
        tif(folder / f"stack_{year}.tif", np.stack([numbers()[k][t] for k in KEYS]), list(KEYS))
    return folder


def one_raster(folder: Path) -> Path:
    values = np.concatenate([numbers()[k] for k in KEYS])
    tif(folder / "all.tif", values, [f"{k} {y}" for k in KEYS for y in YEARS])
    return folder / "all.tif"


@pytest.mark.parametrize(
    "lay",
    [
        each,
        bands,
        years_of_bands,
        one_raster,
        lambda f: each(f, "x_{year}0630_{key}_v2.TIF"),
        lambda f: each(f, nodata=-9999.0),
        lambda f: each(f, dtype="float64"),
        lambda f: bands(f, "mean of the year {year}"),
        lambda f: bands(f, "", tags={"Date": "{year}-06-30"}),
        lambda f: bands(f, "", "{key}_2011-2013.tif"),
        lambda f: each(f, tiled=True, blockxsize=16, blockysize=16, compress="deflate", interleave="band"),
    ],
)
def test_rasters_are_the_store(lay: Any, wanted: dict[str, Any], tmp_path: Path) -> None:
    place = lay(tmp_path)
    same(results(place), wanted)
    same(results(place, block={"time": 2, "y": 4, "x": 3}), wanted)


def test_pattern(wanted: dict[str, Any], tmp_path: Path) -> None:
    each(tmp_path, "{key}/MOD13.A{year}001.tile.tif")
    each(tmp_path, "{key}/QA.A{year}001.tile.tif")
    same(results(tmp_path, pattern="{indicator}/MOD13.A{year}*.tif"), wanted)
    for pattern, words in (
        ("*.tif", "neither {indicator} nor {year}"),
        ("{year}/{indicator}_{year}.tif", "once each"),
        ("{indicator}_{year}.tif", "no file is called like"),
        ("{indicator}/*A{year}001*.tif", "stands twice"),
    ):
        with pytest.raises(InputError, match=words):
            ac.read_cube(tmp_path, system(), pattern=pattern)


@pytest.mark.parametrize("dtype", ["int16", "int32", "uint8"])
def test_whole_numbers_with_no_data(dtype: str, tmp_path: Path) -> None:
    each(tmp_path)
    counts = np.arange(1, 1 + HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    tif(tmp_path / "road_2011.tif", counts, dtype=dtype, nodata=7)
    read = ac.read_cube(tmp_path, system()).blocks()[0].read("road")[0]
    assert np.array_equal(read, np.where(counts == 7, np.nan, counts), equal_nan=True)


def test_scale_and_offset(tmp_path: Path) -> None:
    each(tmp_path)
    counts = np.arange(1, 1 + HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    tif(tmp_path / "road_2011.tif", counts, dtype="int16", nodata=7, packed=(0.1, -2.0))
    read = ac.read_cube(tmp_path, system()).blocks()[0].read("road")[0]
    assert np.array_equal(read, np.where(counts == 7, np.nan, counts * 0.1 - 2.0), equal_nan=True)


UTM = "EPSG:32647"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"box": (100.0, 0.5, 42.0, -0.5)},
            "gdp_2011.tif and .*road_2012.tif lie on different grids: origin 100, 41 and 100, 42",
        ),
        ({"box": (100.0, 0.25, 41.0, -0.5)}, "resolution 0.5 x 0.5 and 0.25 x 0.5"),
        ({"crs": "EPSG:4490"}, "reference system WGS 84 and China Geodetic Coordinate System 2000"),
        ({"crs": UTM}, "reference system WGS 84 and WGS 84 / UTM zone 47N"),
        ({"box": (100.0, 0.5, 38.0, 0.5)}, "one runs upwards"),
        ({"shear": 0.1}, "road_2012.tif: the grid is turned against north"),
        ({"crs": None, "box": (0, 1, 0, 1)}, "road_2012.tif: the file says nothing of where it lies"),
        ({"dtype": "complex64", "nodata": None}, "road_2012.tif: holds complex64, not real numbers"),
    ],
)
def test_mismatched_rasters(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    each(tmp_path)
    tif(tmp_path / "road_2012.tif", numbers()["road"][1], **change)
    with pytest.raises(InputError, match=words):
        ac.read_cube(tmp_path, system())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: tif(f / "road_2012.tif", numbers()["road"][1, :4]), "lie on different grids: shape 6 x 5 and 4 x 5"),
        (lambda f: (f / "road_2012.tif").unlink(), '"road" has no layer for 2012'),
        (lambda f: [(f / f"road_{y}.tif").unlink() for y in YEARS], 'no layer of "road"'),
        (lambda f: tif(f / "road_again_2012.tif", numbers()["road"][1]), '"road" of 2012 stands twice'),
        (lambda f: tif(f / "road.tif", numbers()["road"]), "road.tif: band 1 says no year"),
        (lambda f: tif(f / "road.tif", numbers()["road"][0]), "road.tif: its name has no year"),
        (lambda f: tif(f / "road_2011_2012.tif", numbers()["road"][0]), "its name has several years"),
        (lambda f: (f / "road_2012.tif").write_bytes(b"II*\0"), "road_2012.tif cannot be read as a GeoTIFF"),
        (lambda f: [p.unlink() for p in f.iterdir()], "not a Zarr store"),
    ],
)
def test_rasters_refused(change: Any, words: str, tmp_path: Path) -> None:
    each(tmp_path)
    change(tmp_path)
    with pytest.raises(InputError, match=words):
        ac.read_cube(tmp_path, system())


def test_a_damaged_raster_is_named(tmp_path: Path) -> None:
    each(tmp_path, compress="deflate")
    source = ac.read_cube(tmp_path, system())
    file = tmp_path / "road_2012.tif"
    with rasterio.open(file) as data:
        start = int(data.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    raw = file.read_bytes()
    file.write_bytes(raw[:start] + bytes(20) + raw[start + 20 :])
    with pytest.raises(InputError, match=r"road_2012.tif cannot be read"):
        source.blocks()[0].read("road")


def test_small_tiles_are_joined(tmp_path: Path) -> None:
    big = np.random.default_rng(0).random((1500, 900))
    for key in KEYS:
        for year in YEARS:
            tif(tmp_path / f"{key}_{year}.tif", big, tiled=True, blockxsize=128, blockysize=128)
    source = ac.read_cube(tmp_path, system())
    assert source.grid.chunks == {"time": 1, "y": 512, "x": 900}
    assert len(source.blocks()) == 3 * 3


@pytest.mark.parametrize("beside", ["a_2011.tif.msk", "a_2011.tif.aux.xml", "a_2011.tfw"])
def test_files_beside_a_raster_count(tmp_path: Path, beside: str) -> None:
    """A mask, a scale or a place in a file of its own changes what is read, so results of before are not taken up."""
    from accord.io.layers import Frame, Layer, LayeredGrid
    from accord.study.georeference import Georeference

    file = tmp_path / "a_2011.tif"
    file.write_bytes(b"any")

    def stamp() -> str:
        frame = Frame(str(file), (2, 2), Georeference.of("", False, {}), None)
        layers = {"a": (Layer(str(file), 1),)}
        return LayeredGrid(str(tmp_path), layers, frame, np.array([2011]), lambda *_: np.zeros((1, 2, 2))).fingerprint

    before = stamp()
    assert stamp() == before
    (tmp_path / beside).write_text("more")
    assert stamp() != before
