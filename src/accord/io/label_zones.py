"""Zones of a grid as a raster of labels on the grid's own rows and columns: GeoTIFF or netCDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accord.errors import InputError, brief, nearest
from accord.io import rasters
from accord.io.layers import Frame, Layer, Read, difference
from accord.io.netcdf_layers import NetcdfReader, open_netcdf
from accord.io.rasters import frame_of, opened, read_raster
from accord.io.stores import georeference_of, space_coords, space_names
from accord.study.cube import Grid
from accord.study.georeference import transform_of
from accord.unit_tables import UnitTable

MOST_LABELS = 100_000
WINDOW = 1 << 22
"""Cells that are looked through at a time."""


@dataclass(frozen=True)
class LabelZones:
    """Zones by the labels of a raster, read where they are needed."""

    names: tuple[str, ...]
    values: tuple[float, ...]
    """The label of each zone."""
    layer: Layer
    reader: Read
    notes: tuple[tuple[str, str], ...] = ()

    def part(self, rows: slice) -> LabelZones:
        return self

    def labels(self, rows: slice, columns: slice) -> NDArray[np.int32]:
        read = self.reader([self.layer], rows, columns)[0]
        order, known = self._sorted
        at = np.searchsorted(known, read).clip(max=known.size - 1)
        return np.where(known[at] == read, order[at], -1).astype("i4")

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        order = np.argsort(self.values)
        return order, np.array(self.values)[order]


def label_zones(path: Path, grid: Grid, key: str | None, table: UnitTable | None) -> LabelZones:
    """Zones by labels; 0 is outside unless the table of units has it."""
    frame, layer, reader = (_of_raster if path.suffix.lower() in rasters.SUFFIXES else _of_netcdf)(path, key)
    shape = (grid.sizes.get("y", 0), grid.sizes.get("x", 0))
    ours = Frame(grid.path, shape, grid.georeference, grid.transform, grid.coords)
    if not all(g.crs or g.degrees for g in (frame.georeference, ours.georeference)):
        frame = replace(frame, georeference=ours.georeference)  # one that names no system is not compared
    if differs := difference(frame, ours):
        raise InputError(
            f"{path} and {grid.path} lie on different grids: {differs}; bring the labels on the grid of the cube (nearest neighbour)"
        )
    found: set[float] = set()
    step = max(1, WINDOW // shape[1])
    for start in range(0, shape[0], step):
        read = reader([layer], slice(start, min(start + step, shape[0])), slice(0, shape[1]))
        found |= set(map(float, np.unique(read[np.isfinite(read)])))
        if len(found) > MOST_LABELS:
            raise InputError(
                f"{path}: more than {MOST_LABELS:,} different labels; give a raster with one whole number per zone"
            )
    if odd := [v for v in sorted(found) if not v.is_integer()]:
        raise InputError(f"{path}: {odd[0]:g} is no label; give a raster with one whole number per zone")
    names = {v: str(int(v)) for v in sorted(found)}
    kept = {v: n for v, n in names.items() if (table.find(n) if table is not None else v != 0)}
    if not kept:
        shown = ", ".join(list(names.values())[:6]) or "none"
        raise InputError(f"{path}: no cell has the label of a unit (labels found: {shown})")
    said = [named(n, table) for n in kept.values()]
    refuse_twice(path, said)
    return LabelZones(tuple(said), tuple(kept), layer, reader)


def _of_raster(path: Path, key: str | None) -> tuple[Frame, Layer, Read]:
    with opened(path) as data:
        if data.count > 1:
            raise InputError(f"{path}: {data.count} bands; a raster of labels has one")
        return frame_of(data, path), Layer(str(path.absolute()), 1), read_raster


def _of_netcdf(path: Path, key: str | None) -> tuple[Frame, Layer, Read]:
    with open_netcdf(path) as data:
        drawn = [str(n) for n, one in data.data_vars.items() if sum(size > 1 for size in one.shape) == 2]
        if key is None and len(drawn) != 1:
            raise InputError(
                f'{path}: say which variable has the labels: zones = {{ file = "{path.name}", key = "..." }}; {nearest("zone", drawn)}'
            )
        name = key or drawn[0]
        if name not in drawn:
            raise InputError(f'{path}: no variable "{brief(name)}" on rows and columns; {nearest(name, drawn)}')
        dims = [str(d) for d in data[name].dims if data[name].sizes[d] > 1]
        ours = space_names(data, dims)
        y, x = sorted(dims, key=lambda d: "yx".index(ours[d]))
        coords = space_coords(data.rename({y: "y", x: "x"}), ["y", "x"])
        at = [coords[d].values if d in coords else None for d in ("y", "x")]
        shape = (data.sizes[y], data.sizes[x])
        frame = Frame(str(path), shape, georeference_of(data, name), transform_of(at[0], at[1]), coords)
        return frame, Layer(str(path.absolute()), 0, name, ("", y, x)), NetcdfReader()


def named(name: str, table: UnitTable | None) -> str:
    """A zone by its name in the table of units."""
    return table.names[table.find(name)][0] if table is not None else name


def refuse_twice(path: Path, names: Sequence[str]) -> None:
    """Refuse two zones of one name."""
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise InputError(
            f'{path}: two zones are called "{brief(twice[0])}" in the table of units; give them different names'
        )
