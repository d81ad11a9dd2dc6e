"""Plans over rasters and zones, end to end: cells and units side by side, maps, what is refused in one sentence."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")
rasterio = pytest.importorskip("rasterio", reason="the extra accord[raster] is not installed: GeoTIFF cannot be tested")

KEYS = ("income", "jobless", "green", "beds")
YEARS, HEIGHT, WIDTH = range(2011, 2016), 30, 40
TABLE = """key,subsystem,dimension,direction,target
income,Economy,Wealth,+,
jobless,Economy,Work,-,
green,Ecology,Land,=,35
beds,Ecology,Care,+,
"""
PLAN = '[panel]\nsource = "rasters"\nindicators = "indicators.csv"\n'
LIGHT = "[steps]\n" + "".join(
    f"{step} = false\n" for step in ("forecast", "unit_roots", "lag_order", "pvar", "density")
)


def values() -> dict[str, np.ndarray]:
    """Values with a corner that is no-data in one indicator alone."""
    rng = np.random.default_rng(3)
    out = {k: rng.uniform(1, 60, (len(YEARS), HEIGHT, WIDTH)).astype("f4") for k in KEYS}
    out["green"][:, :3, :4] = np.nan
    return out


def lay(folder: Path, zones: str = "", zarr: bool = False, crs: str = "EPSG:4326") -> Path:
    """A plan with its rasters, or a Zarr store of the same numbers, and polygons of 3 x 4 units."""
    folder.mkdir(parents=True)
    (folder / "rasters").mkdir()
    place = rasterio.Affine(0.1, 0, 100, 0, -0.1, 43)
    for key, x in values().items():
        for t, year in enumerate(YEARS):
            profile = {"driver": "GTiff", "count": 1, "height": HEIGHT, "width": WIDTH, "dtype": "float32", "crs": crs}
            with rasterio.open(
                folder / f"rasters/{key}_{year}.tif", "w", **profile, transform=place, nodata=np.nan
            ) as to:
                to.write(x[t], 1)
    features = [
        {"type": "Feature", "properties": {"name": f"Z{i}{j}"}, "geometry": {"type": "Polygon", "coordinates": [
            [[100 + j, 42 - i], [101 + j, 42 - i], [101 + j, 43 - i], [100 + j, 43 - i], [100 + j, 42 - i]]]}}
        for i in range(3) for j in range(4)
    ]  # fmt: skip
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (folder / "indicators.csv").write_text(TABLE)
    if zarr:
        at = {"time": list(YEARS), "lat": 42.95 - 0.1 * np.arange(HEIGHT), "lon": 100.05 + 0.1 * np.arange(WIDTH)}
        cube = xr.Dataset({k: (("time", "lat", "lon"), x) for k, x in values().items()}, coords=at)
        cube.to_zarr(folder / "cube.zarr", consolidated=False, zarr_format=3)
    plan = folder / "plan.toml"
    text = PLAN.replace('"rasters"', '"cube.zarr"') if zarr else PLAN
    plan.write_text(text + (f"zones = {zones}\n" if zones else "") + LIGHT)
    return plan


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of rasters with zones, made once."""
    import accord.plot
    import accord.reports.figures as drawn
    from accord.project import run

    place = tmp_path_factory.mktemp("zones")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn, "FIGURES", {})
        patch.setattr(accord.plot, "FIGURES", {})
        run(lay(place / "study", '"zones.geojson"'), place / "results")
    return place


@pytest.fixture
def results(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "results"


def cells_of(folder: Path) -> xr.Dataset:
    with xr.open_zarr(folder / "cells.zarr", consolidated=False, chunks=None, decode_coords="all") as cells:
        return cells.load()


def test_rasters_are_the_store(results: Path, tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    assert door("run", lay(tmp_path / "zarr", zarr=True), "--out", tmp_path / "from_zarr").code == 0
    for path in (tmp_path / "from_zarr/tables").glob("*.csv"):
        if path.stem != "conventions":
            assert path.read_bytes() == (results / "grid/tables" / path.name).read_bytes(), path.name
    a, b = cells_of(results), cells_of(tmp_path / "from_zarr")
    for name in ("coordination", "index", "stage"):
        assert np.array_equal(a[name].values, b[name].values, equal_nan=True)
    assert not (tmp_path / "from_zarr/cells").exists()


def test_cells_say_where_they_lie(results: Path) -> None:
    cells = cells_of(results)
    assert cells["coordination"].encoding["grid_mapping"] == "spatial_ref"
    assert rasterio.crs.CRS.from_wkt(cells["spatial_ref"].attrs["crs_wkt"]) == rasterio.crs.CRS.from_epsg(4326)
    assert [float(v) for v in cells["spatial_ref"].attrs["GeoTransform"].split()] == [100, 0.1, 0, 43, 0, -0.1]
    assert cells["y"].attrs["standard_name"] == "latitude"
    np.testing.assert_allclose(cells["x"].values, 100.05 + 0.1 * np.arange(WIDTH))


def test_rasters_out(results: Path) -> None:
    cells = cells_of(results)
    wanted = {f"{name}_{year}.tif" for name in ("coordination", "stage") for year in YEARS}
    assert {p.name for p in (results / "cells").iterdir()} == wanted
    for name, kind in (("coordination", "float64"), ("stage", "uint8")):
        for year in YEARS:
            with rasterio.open(results / f"cells/{name}_{year}.tif") as file:
                assert np.array_equal(file.read(1), cells[name].sel(time=year).values, equal_nan=True)
                assert (file.profile["tiled"], file.profile["compress"], file.dtypes[0]) == (True, "deflate", kind)
                assert file.crs.to_epsg() == 4326
                assert file.transform == rasterio.Affine(0.1, 0, 100, 0, -0.1, 43)
                assert (file.read_masks(1)[:3, :4] == 0).all()
    assert set(f"cells/{name}" for name in wanted) <= set(json.loads((results / "run.json").read_text())["files"])


def test_units_beside_cells(results: Path) -> None:
    with xr.open_datatree(results / "study.nc", engine="h5netcdf") as tree:
        assert tree["coordination"]["coordination"].sizes == {"unit": 12, "time": 5}
        assert set(tree["boundaries"]["unit"].values.tolist()) == {f"Z{i}{j}" for i in range(3) for j in range(4)}
        green = tree["panel"]["indicators"].sel(indicator="green", unit="Z11", time=2013).item()
    lat = 42.95 - 0.1 * np.arange(10, 20)
    area = np.repeat(np.cos(np.deg2rad(lat))[:, None], 10, axis=1)
    assert green == pytest.approx(
        (values()["green"][2, 10:20, 10:20].astype("f8") * area).sum() / area.sum(), rel=1e-14
    )
    with (results / "tables/zones.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [rows[0][k] for k in ("unit", "time", "cells", "coverage")] == ["Z00", "2011", "100", "0.88"]
    assert len(rows) == 60
    states = {s["name"]: s["state"] for s in json.loads((results / "run.json").read_text())["steps"]}
    assert (states["space"], states["inequality"]) == ("done", "done")
    assert json.loads((results / "grid/run.json").read_text())["inputs"][-1]["file"] == "rasters"
    assert (results / "report.html").stat().st_size > 10_000
    assert (results / "grid/report.html").exists()


def test_check_tells_zones(tmp_path: Path, door: Callable[..., Any]) -> None:
    plan = lay(tmp_path / "study", '"zones.geojson"')
    said = door("check", plan)
    assert said.code == 0, said
    assert "12 units x 5 years, 2011-2015" in said.out
    assert "zones: 12 units of 100 to 100 cells, of which at least 88% have data (Z00)" in said.out
    found = json.loads(door("check", plan, "--json").out)
    assert found["grid"] == {"time": 5, "y": HEIGHT, "x": WIDTH}
    assert "分区：12 个单元" in door("check", plan, "--set", "language=zh").out


def test_one_step_keeps_the_rest(results: Path, tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    before, stages = cells_of(results), (results / "grid/tables/stage_counts.csv").read_bytes()
    assert door("run", tmp_path / "study/plan.toml", "--out", results, "--only", "inequality").code == 0
    xr.testing.assert_identical(before, cells_of(results))
    assert (results / "cells/stage_2012.tif").exists()
    assert (results / "grid/tables/stage_counts.csv").read_bytes() == stages
    assert (results / "tables/coordination.csv").exists()


def test_geotiff_of_a_store(tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    plan = lay(tmp_path / "study", zarr=True)
    assert door("run", plan, "--out", tmp_path / "r", "--set", "output.geotiff=true").code == 0
    with rasterio.open(tmp_path / "r/cells/coordination_2012.tif") as file:
        assert file.transform.almost_equals(rasterio.Affine(0.1, 0, 100, 0, -0.1, 43), 1e-9)
        assert np.array_equal(file.read(1), cells_of(tmp_path / "r")["coordination"].sel(time=2012), equal_nan=True)


def test_no_geotiff_where_none_is_wanted(tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    plan = lay(tmp_path / "study")
    assert door("run", plan, "--out", tmp_path / "r", "--set", "output.geotiff=false").code == 0
    assert not (tmp_path / "r/cells").exists()


def test_polygons_on_a_projected_grid(tmp_path: Path) -> None:
    """Polygons in degrees are brought into the system of the grid."""
    import accord as ac

    folder = tmp_path / "utm"
    lay(folder)
    place = rasterio.Affine(1000, 0, 400_000, 0, -1000, 4_700_000)
    for file in (folder / "rasters").iterdir():
        with rasterio.open(file) as old:
            x = old.read(1)
        profile = {
            "driver": "GTiff",
            "count": 1,
            "height": HEIGHT,
            "width": WIDTH,
            "dtype": "float32",
            "crs": "EPSG:32647",
        }
        with rasterio.open(file, "w", **profile, transform=place, nodata=np.nan) as new:
            new.write(x, 1)
    from rasterio.warp import transform

    def corner(x: float, y: float) -> list[float]:
        lon, lat = transform("EPSG:32647", "EPSG:4326", [x], [y])
        return [lon[0], lat[0]]

    boxes = {"West": (400_000, 420_000), "East": (420_000, 440_000)}
    features = [
        {"type": "Feature", "properties": {"name": n}, "geometry": {"type": "Polygon", "coordinates": [
            [corner(a, 4_670_000), corner(b, 4_670_000), corner(b, 4_700_000), corner(a, 4_700_000), corner(a, 4_670_000)]]}}
        for n, (a, b) in boxes.items()
    ]  # fmt: skip
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    system = ac.IndicatorSystem.from_table(folder / "indicators.csv")
    panel = ac.zonal_panel(ac.read_cube(folder / "rasters", system), folder / "zones.geojson")
    assert panel["cells"].values.tolist() == [600, 600]
    got = panel["indicators"].sel(unit="East", time=2014, indicator="beds").item()
    assert got == pytest.approx(values()["beds"][3, :, 20:].astype("f8").mean(), rel=1e-14)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("zones.geojson", "none.geojson"), ("none.geojson", "no such file")),
        (('zones = "zones.geojson"', 'zones = { file = "zones.geojson", kee = "name" }'), ('unknown key "kee"', "key")),
        (('zones = "zones.geojson"', "zones = 3"), ("panel.zones = 3",)),
        (('zones = "zones.geojson"', 'units = "u.csv"'), ("rasters", "name zones in [panel]")),
        (('zones = "zones.geojson"', 'gaps = { ends = "none" }'), ("rasters", "gaps are not filled in a cube")),
        (('source = "rasters"', 'source = "indicators.csv"'), ("a table has no cells", "panel.zones")),
        (('zones = "zones.geojson"', 'pattern = "{year}.tif"'), ("no file is called like",)),
    ],
)
def test_one_sentence(
    change: tuple[str, str], words: tuple[str, ...], tmp_path: Path, door: Callable[..., Any]
) -> None:
    plan = lay(tmp_path / "study", '"zones.geojson"')
    plan.write_text(plan.read_text().replace(*change))
    for command in ("run", "check"):
        said = door(command, plan, *(["--out", tmp_path / "r"] if command == "run" else []))
        assert said.code == 2, said
        assert all(word in said.message for word in words), said.message
        assert not (tmp_path / "r").exists()


def test_geotiff_refused_where_rows_are_uneven(tmp_path: Path, door: Callable[..., Any]) -> None:
    plan = lay(tmp_path / "study", zarr=True)
    store = tmp_path / "study/cube.zarr"
    uneven = xr.open_zarr(store, consolidated=False).load()
    uneven = uneven.assign_coords(lat=np.sort(np.random.default_rng(0).uniform(40, 43, HEIGHT))[::-1])
    shutil.rmtree(store)
    uneven.drop_encoding().to_zarr(store, consolidated=False)
    for command in ("run", "check"):
        said = door(
            command, plan, "--set", "output.geotiff=true", *(["--out", tmp_path / "r"] if command == "run" else [])
        )
        assert (said.code, "evenly spaced" in said.message) == (2, True), said
