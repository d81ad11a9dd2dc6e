"""Cubes: a Zarr store as a source, and cell results written block by block."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from accord.errors import InputError, nearest
from accord.study.plan import PanelSpec
from accord.study.source import Arrays, CubeSource, Where, open_cube
from accord.study.system import IndicatorSystem


def read_cube(
    path: str | Path, system: IndicatorSystem, time: str | None = None, block: dict[str, int] | None = None
) -> CubeSource:
    """A Zarr cube with one variable per indicator key as the source of a study.

    Parameters
    ----------
    path
        The store; its variables share dims (time first or anywhere, then space).
    system
        The indicator system; its keys are the variables (`expr` is not computed on cubes).
    time
        Name of the time dim; `time` or `year` where not given.
    block
        Cells per block by dim; the stored chunk where not given.

    Raises
    ------
    InputError
        If a variable is missing, dims differ, there is no time, or one subsystem only.
    """
    stored = open_cube(str(path))
    for key in system.keys:
        if key not in stored:
            raise InputError(f'{path}: no variable "{key}"; {nearest(key, map(str, stored.data_vars))}')
    if derived := [one.key for one in system if one.expr or one.deflator]:
        raise InputError(
            f"{path}: {', '.join(derived)} are formulas, which cubes do not compute; store them as variables"
        )
    dims = stored[system.keys[0]].dims
    if odd := [key for key in system.keys if stored[key].dims != dims]:
        raise InputError(f'{path}: variable "{odd[0]}" has dims {stored[odd[0]].dims}, the others {dims}')
    time = time or next((str(d) for d in dims if str(d).lower() in ("time", "year")), None)
    if time is None or time not in dims:
        raise InputError(f'{path}: no dim "{time or "time"}" for the years; {nearest(str(time), map(str, dims))}')
    if len(dims) > 3 or len(dims) < 2:
        raise InputError(f"{path}: variables have dims {dims}; a cube has time and one or two dims of space")
    if len(system.subsystems) < 2:
        raise InputError(
            f'the indicator table has one subsystem only ("{system.subsystems[0]}"); coupling needs at least two'
        )
    coords = system.coords()
    return CubeSource(str(path), tuple(system.keys), time, coords, block)


def read_study_cube(spec: PanelSpec) -> CubeSource:
    """The cube a plan describes."""
    if spec.indicators is None:
        raise InputError(f"{spec.source}: the plan names no indicator table; set panel.indicators")
    given = [name for name in ("indices", "region", "label_zh", "deflator_base") if getattr(spec, name) is not None]
    if given:
        raise InputError(f"{spec.source}: a cube has no columns; take {', '.join(given)} out of [panel]")
    return read_cube(spec.source, IndicatorSystem.from_table(spec.indicators), spec.time)


class CellStore:
    """`cells.zarr`: results of a cube, each block written as it is done."""

    def __init__(self, path: Path, source: CubeSource) -> None:
        self.path, self.source = path, source
        self._arrays: dict[str, Any] = {}

    def __call__(self, where: Where, arrays: Arrays) -> None:
        import zarr

        for name, array in arrays.items():
            lead = [d for d in array.dims if d not in self.source.sizes]
            turned = array.transpose(*lead, *self.source.sizes)
            if name not in self._arrays:
                self._arrays[name] = self._create(zarr.open_group(self.path, mode="a"), name, turned)
            self._arrays[name][(*[slice(None)] * len(lead), *where.values())] = turned.values

    def _create(self, group: Any, name: str, array: xr.DataArray) -> Any:
        chunk = {str(d): n.stop - n.start for d, n in self.source.blocks()[0].where.items()}  # type: ignore[attr-defined]
        shape = [self.source.sizes.get(str(d), array.sizes[d]) for d in array.dims]
        chunks = [chunk.get(str(d), array.sizes[d]) for d in array.dims]
        fill = np.nan if array.dtype.kind == "f" else 0
        made = group.create_array(name, shape=shape, chunks=chunks, dtype=array.dtype, fill_value=fill,
                                  dimension_names=[str(d) for d in array.dims], overwrite=True)  # fmt: skip
        for dim in array.dims:
            values = (
                self.source.coords[str(dim)].values
                if dim in self.source.coords
                else array.coords[dim].values
                if dim in array.coords
                else None
            )
            if values is not None and str(dim) not in group:
                plain = values.astype(str) if values.dtype.kind == "O" else np.asarray(values)
                kind = str if plain.dtype.kind == "U" else plain.dtype  # fixed-length text is no part of Zarr 3
                at = group.create_array(str(dim), shape=plain.shape, dtype=kind, dimension_names=[str(dim)])
                at[:] = plain
        return made
