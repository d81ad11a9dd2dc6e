"""Cell results on a map: where `cells.zarr` lies, and D and stage of each year as GeoTIFF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from accord.core.engine import Tell, quiet
from accord.errors import InputError
from accord.io.layers import LayeredGrid
from accord.io.rasters import CACHE_MB, needed, read_raster
from accord.study.cube import CubeSource
from accord.study.source import Where, cut
from accord.variables import VARIABLES

FOLDER = "cells"
"""Where GeoTIFF files of results go, beside `cells.zarr`."""
DRAWN = {"coordination": "float", "stage": "uint8"}
"""Results that are written as GeoTIFF, and as what."""
TILE = 256
"""Rows and columns of a tile of a GeoTIFF."""
WINDOW_CELLS = 1 << 22
"""Cells that are held at a time while GeoTIFF files are written."""
TOGETHER = 32
"""Files that are open at a time."""


def cells_on_map(cells: Path, source: CubeSource, asked: bool | None, to: Path, tell: Tell = quiet) -> None:
    """Cell results with what puts them on a map, once they are made."""
    if cells.is_dir():
        georeference(cells, source)
        if wants_rasters(asked, source):
            write_rasters(cells, source, to, tell)


def georeference(cells: Path, source: CubeSource) -> None:
    """Say in `cells.zarr` where its cells lie, as xarray, GDAL and QGIS read it: what the source says of itself.

    The reference system goes to a variable `spatial_ref` that the others name as their `grid_mapping`.
    """
    import zarr

    group: Any = zarr.open_group(cells, mode="r+")
    attrs = source.grid.georeference.attrs(source.grid.transform)
    for dim, coord in source.grid.coords.items():
        if dim in group:
            group[dim].attrs.update({str(k): v for k, v in coord.attrs.items()})
    if attrs:
        at = group.create_array("spatial_ref", shape=(), dtype="i8", dimension_names=[], overwrite=True)
        at.attrs.update(attrs)
    for name, array in group.arrays():
        if {"y", "x"} <= set(array.metadata.dimension_names or ()):
            known = {"long_name": VARIABLES[name].en} if name in VARIABLES else {}
            mapped = {"grid_mapping": "spatial_ref"} if attrs else {}
            crs = {"_CRS": {"wkt": source.grid.georeference.crs}} if source.grid.georeference.crs else {}
            array.attrs.update({**known, **mapped, **crs})


def wants_rasters(asked: bool | None, source: CubeSource) -> bool:
    """Whether results are written as GeoTIFF too: where the plan says so, or says nothing and the source is such.

    Raises
    ------
    InputError
        If they are asked for and cannot be had from this grid.
    """
    is_raster = isinstance(source.grid, LayeredGrid) and source.grid.reader is read_raster
    if not (is_raster if asked is None else asked):
        return False
    needed()
    if source.grid.transform is None or not {"y", "x"} <= set(source.sizes):
        raise InputError(
            f"{source.path}: geotiff = true needs rows and columns that are evenly spaced, and coordinates that say so; "
            "take it out of [output], or give the grid such coordinates"
        )
    return True


def write_rasters(cells: Path, source: CubeSource, to: Path, tell: Tell = quiet) -> list[Path]:
    """D and stage of each year as `NAME_YEAR.tif`: tiled, packed, no-data set, in the place of the source.

    Read and written window by window, so that memory does not grow with the grid.
    """
    import zarr

    group: Any = zarr.open_group(cells, mode="r")
    made: list[Path] = []
    to.mkdir(parents=True, exist_ok=True)
    names = [name for name in DRAWN if name in group]
    steps = list(range(0, source.sizes["time"], _years_together(source)))
    for done, (name, start) in enumerate([(n, s) for n in names for s in steps], 1):
        years = slice(start, min(start + _years_together(source), source.sizes["time"]))
        made += _write_years(group[name], name, years, source, to)
        tell("writing GeoTIFF", done, len(names) * len(steps))
    return made


def _write_years(array: Any, name: str, years: slice, source: CubeSource, to: Path) -> list[Path]:
    """One variable, a file for each of some years."""
    rasterio = needed()
    dims = list(array.metadata.dimension_names)
    kind = array.dtype if DRAWN[name] == "float" else np.dtype(DRAWN[name])
    paths = [to / f"{name}_{year}.tif" for year in source.years[years]]
    order = ("time", "y", "x")
    with ExitStack() as stack:
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_MB))
        profile = _profile(source, kind)
        files = [stack.enter_context(rasterio.open(path, "w", **profile)) for path in paths]
        for file, year in zip(files, source.years[years], strict=True):
            file.set_band_description(1, f"{name} {year}")
        for window in _windows(source, years.stop - years.start):
            place = {"time": years, **window}
            read = array[tuple(place[d] for d in dims)]
            laid = np.asarray(read).transpose([dims.index(d) for d in order]).astype(kind, copy=False)
            rows, columns = window["y"], window["x"]
            for file, values in zip(files, laid, strict=True):
                file.write(values, 1, window=((rows.start, rows.stop), (columns.start, columns.stop)))
    return paths


def _profile(source: CubeSource, kind: np.dtype[Any]) -> dict[str, Any]:
    """What a GeoTIFF in the place of the source is."""
    rasterio = needed()
    x, dx, y, dy = source.grid.transform or (0.0, 1.0, 0.0, 1.0)
    floats = kind.kind == "f"
    return {
        "driver": "GTiff", "count": 1, "height": source.sizes["y"], "width": source.sizes["x"], "dtype": kind,
        "crs": source.grid.georeference.crs or None, "transform": rasterio.Affine(dx, 0, x, 0, dy, y),
        "nodata": np.nan if floats else 0, "tiled": True, "blockxsize": TILE, "blockysize": TILE,
        "compress": "deflate", "predictor": 3 if floats else 2, "bigtiff": "if_safer",
    }  # fmt: skip


def _years_together(source: CubeSource) -> int:
    return min(source.block_sizes["time"], TOGETHER)


def _windows(source: CubeSource, years: int) -> Iterator[Where]:
    """Windows of whole tiles, as large as the blocks where memory allows."""
    height, width = source.sizes["y"], source.sizes["x"]
    wide = min(-(-width // TILE), max(1, WINDOW_CELLS // (years * TILE * TILE)))
    tall = min(-(-source.block_sizes["y"] // TILE), max(1, WINDOW_CELLS // (years * TILE * TILE * wide)))
    yield from cut({"y": height, "x": width}, {"y": tall * TILE, "x": wide * TILE})
