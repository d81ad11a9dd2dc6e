"""Zones of a grid: polygons, or a raster of labels on the same grid, as units of a panel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.core.zonal import Spans, overlaps, painted, spans_of
from accord.errors import InputError, brief, nearest
from accord.io import netcdf_layers, rasters
from accord.io.boundaries import read_boundaries
from accord.io.label_zones import LabelZones, label_zones, named, refuse_twice
from accord.io.shapes import read_features
from accord.sheets import folded
from accord.study.cube import Grid
from accord.study.georeference import centres
from accord.unit_tables import UnitTable

POLYGONS = (".geojson", ".json", ".shp")
USUAL = ("name", "unit", "id", "code", "geoid", "adcode")
"""Properties that the names of polygons are looked for in, where none is named."""


@dataclass(frozen=True)
class PolygonZones:
    """Zones by the runs of cells whose centres lie in their polygons."""

    names: tuple[str, ...]
    spans: Spans
    notes: tuple[tuple[str, str], ...] = ()
    """What is to be said of the zones, in English and Chinese."""

    def part(self, rows: slice) -> PolygonZones:
        return replace(self, spans=self.spans.rows(rows.start, rows.stop))

    def labels(self, rows: slice, columns: slice) -> NDArray[np.int32]:
        return painted(self.spans, rows, columns)


def read_zones(
    file: str | Path, grid: Grid, key: str | None = None, table: UnitTable | None = None
) -> PolygonZones | LabelZones:
    """The zones of a grid from polygons (GeoJSON, shapefile), or from a raster of labels (GeoTIFF, netCDF).

    Parameters
    ----------
    file
        Polygons in degrees of longitude and latitude, or labels on the grid's own rows and columns.
    grid
        The grid of the cube.
    key
        Property with the names of the polygons, or variable with the labels; looked for where not given.
    table
        Units that the zones are: names and regions by label or by any form of their names. Zones it does not
        have are no units.

    Raises
    ------
    InputError
        If the file cannot be read, names stand twice, or zones and grid do not fit together.
    """
    path = Path(file)
    if path.suffix.lower() in POLYGONS:
        return _polygons(path, grid, key, table)
    if path.suffix.lower() not in (*rasters.SUFFIXES, *netcdf_layers.SUFFIXES):
        raise InputError(
            f"{path}: zones are polygons (.geojson, .shp) or labels on the grid (.tif, .nc); convert the file"
        )
    if not path.is_file():
        raise InputError(f"{path}: no such file (zones)")
    return label_zones(path, grid, key, table)


def _polygons(path: Path, grid: Grid, key: str | None, table: UnitTable | None) -> PolygonZones:
    key = property_of(path, key)
    outlines = read_boundaries(path, key)
    names = [str(n) for n in outlines["name"].values]
    y, x = _axes(grid, path)
    wanted = {i: name for i, name in enumerate(names) if name and (table is None or table.find(name))}
    said = {i: named(name, table) for i, name in wanted.items()}
    refuse_twice(path, list(said.values()))
    place = outlines["place_of_ring"].values
    kept = np.isin(place, list(said))
    number = {old: new for new, old in enumerate(said)}
    at = np.stack([outlines["lon"].values, outlines["lat"].values], axis=1).astype("f8")
    sizes = outlines["size"].values.astype("i8")
    at = at[np.repeat(kept, sizes)]
    zone = np.array([number[p] for p in place[kept].tolist()], dtype="i8")
    part = place[kept].astype("i8") * (int(outlines["part"].values.max()) + 1) + outlines["part"].values[kept]
    at, sizes, zone, part = _placed(at, sizes[kept], zone, part, grid, x, path)
    spans = spans_of(at, sizes, part, zone, y, x)
    if not spans.row.size:
        span = [f"{v:.6g}" for v in (at[:, 0].min(), at[:, 0].max(), at[:, 1].min(), at[:, 1].max())]
        raise InputError(
            f"{path}: no zone has a cell of {grid.path}: the zones span x {span[0]} to {span[1]}, y {span[2]} to {span[3]}, "
            f"the cells x {x.min():.6g} to {x.max():.6g}, y {y.min():.6g} to {y.max():.6g}"
        )
    return PolygonZones(tuple(said.values()), spans, _notes(path, spans, x.size, list(said.values()), names, table))


def _notes(
    path: Path, spans: Spans, columns: int, names: list[str], every: list[str], table: UnitTable | None
) -> tuple[tuple[str, str], ...]:
    """What is to be said of polygons: cells in two of them, and such as are no units."""
    out = []
    number, pair = overlaps(spans, columns)
    if pair is not None:
        a, b = (names[i] for i in pair)
        out.append((
            f"{path.name}: {number} cells lie in two zones, such as {a} and {b}; they count for the one that comes first",
            f"{path.name}：{number} 个格点同属两个分区（如{a}与{b}），计入文件中靠前者",
        ))  # fmt: skip
    nameless = sum(not name for name in every)
    if nameless:
        out.append((f"{path.name}: zones without a name are left out", f"{path.name}：无名称的分区未使用"))
    return tuple(out)


def property_of(path: Path, key: str | None) -> str:
    """The property with the names, each of one feature."""
    features = read_features(path)
    keys = list(dict.fromkeys(str(k) for f in features for k in f.properties))
    if key is None:
        usual = [k for name in USUAL for k in keys if k.casefold() == name]
        if not usual and len(keys) != 1:
            raise InputError(
                f'{path}: say which property has the names of the zones: zones = {{ file = "{path.name}", key = "..." }}; {nearest("name", keys)}'
            )
        key = (usual or keys)[0]
    if key not in keys:
        raise InputError(f'{path}: no property "{brief(key)}" in the features; {nearest(key, keys)}')
    named = [folded(str(f.properties.get(key) if f.properties.get(key) is not None else "")) for f in features]
    twice = [name for name, n in Counter(named).items() if name and n > 1]
    if twice:
        first, second = [i + 1 for i, name in enumerate(named) if name == twice[0]][:2]
        unique = [k for k in keys if len({str(f.properties.get(k)) for f in features}) == len(features)]
        mend = (
            f"set key to a property that tells them apart ({', '.join(map(brief, unique[:4]))})"
            if unique
            else "give them different names"
        )
        raise InputError(
            f'{path}: features {first} and {second} are both called "{brief(twice[0])}"; {mend}, or merge them if they are one'
        )
    return key


def _axes(grid: Grid, path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres of the rows and columns of a grid."""
    if not {"y", "x"} <= set(grid.sizes):
        raise InputError(
            f"{grid.path}: the grid has one dim of space, on which polygons ({path.name}) cannot be laid; give labels along it"
        )
    if grid.transform is not None:
        x, dx, y, dy = grid.transform
        found = [centres(y, dy, grid.sizes["y"]), centres(x, dx, grid.sizes["x"])]
    else:
        found = [np.asarray(grid.coords[d].values, dtype="f8") for d in ("y", "x") if d in grid.coords]
    if len(found) < 2 or any((np.diff(a) <= 0).any() and (np.diff(a) >= 0).any() for a in found):
        raise InputError(
            f"{grid.path}: rows and columns have no coordinates in one direction, so zones ({path.name}) cannot be laid on them"
        )
    return found[0], found[1]


def _placed(
    at: Any, sizes: Any, zone: Any, part: Any, grid: Grid, x: NDArray[np.float64], path: Path
) -> tuple[Any, Any, Any, Any]:
    """Rings in the reference system of the grid; on a grid that counts longitude to 360, those in the west there too."""
    where = grid.georeference
    if where.degrees or (not where.crs and np.abs(x).max() <= 360):
        if x.max() > 180 and at[:, 0].min() < 0:
            again = at + np.array([360.0, 0.0])
            return (
                np.concatenate([at, again]),
                np.tile(sizes, 2),
                np.tile(zone, 2),
                np.concatenate([part, part + part.max() + 1]),
            )
        return at, sizes, zone, part
    if not where.crs:
        raise InputError(
            f"{grid.path}: the grid is not in degrees and names no reference system, so polygons ({path.name}) cannot be laid on it"
        )
    rasterio = rasters.needed()
    from rasterio.warp import transform

    with rasterio.Env():
        moved = np.array(transform("EPSG:4326", where.crs, at[:, 0].tolist(), at[:, 1].tolist()), dtype="f8").T
    if not np.isfinite(moved).all():
        raise InputError(
            f"{path}: some zones lie where the reference system of {grid.path} does not reach; take them out"
        )
    return moved, sizes, zone, part
