"""Cubes: a Zarr store as a source, and cell results written block by block."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from accord.errors import InputError, nearest
from accord.io.stores import ZarrGrid, open_store
from accord.study.cube import CubeSource
from accord.study.plan import Gaps, PanelSpec
from accord.study.source import Arrays, Where
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
    stored = open_store(str(path))
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
    for key in system.keys:
        if stored[key].dtype.kind not in "iuf":
            raise InputError(
                f'{path}: variable "{key}" holds {stored[key].dtype}, not real numbers; store it as floats'
            )
        if not stored[key].size:
            empty = next(d for d, n in stored[key].sizes.items() if n == 0)
            raise InputError(f'{path}: variable "{key}" has no cells: dim "{empty}" has length 0')
    time = time or next((str(d) for d in dims if str(d).lower() in ("time", "year")), None)
    if time is None or time not in dims:
        raise InputError(f'{path}: no dim "{time or "time"}" for the years; {nearest(str(time), map(str, dims))}')
    if len(dims) > 3 or len(dims) < 2:
        raise InputError(f"{path}: variables have dims {dims}; a cube has time and one or two dims of space")
    if len(system.subsystems) < 2:
        raise InputError(
            f'the indicator table has one subsystem only ("{system.subsystems[0]}"); coupling needs at least two'
        )
    source = CubeSource(ZarrGrid(str(path), tuple(system.keys), time), system.coords(), block)
    for dim, cells in (block or {}).items():
        if dim not in source.sizes or not (isinstance(cells, int) and cells > 0):
            raise InputError(
                f"{path}: block = {{{dim}: {cells}}} is not a number of cells by dim; {nearest(dim, source.sizes)}"
            )
    _ = source.years  # checked before anything is read
    return source


def read_study_cube(spec: PanelSpec) -> CubeSource:
    """The cube a plan describes."""
    if spec.indicators is None:
        raise InputError(f"{spec.source}: the plan names no indicator table; set panel.indicators")
    given = [
        name for name in ("unit", "indices", "region", "label_zh", "deflator_base") if getattr(spec, name) is not None
    ]
    if given:
        raise InputError(f"{spec.source}: a cube has no columns; take {', '.join(given)} out of [panel]")
    if spec.gaps != Gaps():
        raise InputError(f"{spec.source}: gaps are not filled in a cube; take gaps out of [panel]")
    return read_cube(spec.source, IndicatorSystem.from_table(spec.indicators), spec.time)


@dataclass(frozen=True)
class CellStore:
    """`cells.zarr`: results of a cube. Its chunks are the blocks, so that workers write without meeting."""

    path: Path
    source: CubeSource

    def create(self, arrays: Arrays) -> None:
        import zarr

        group = zarr.open_group(self.path, mode="a")
        for name, array in arrays.items():
            dims = [str(d) for d in array.dims]
            shape = [self.source.sizes.get(d, array.sizes[d]) for d in dims]
            chunks = tuple(self.source.block_sizes.get(d, array.sizes[d]) for d in dims)
            group.create_array(name, shape=shape, chunks=chunks, dtype=array.dtype, dimension_names=dims,
                               fill_value=np.nan if array.dtype.kind == "f" else 0, overwrite=True)  # fmt: skip
            for dim in dims:
                coord = (self.source.coords if dim in self.source.sizes else array.coords).get(dim)
                if coord is not None and dim not in group:
                    plain = coord.values.astype(str) if coord.values.dtype.kind == "O" else np.asarray(coord.values)
                    kind = str if plain.dtype.kind == "U" else plain.dtype  # fixed-length text is no part of Zarr 3
                    at = group.create_array(dim, shape=plain.shape, dtype=kind, dimension_names=[dim])
                    at[:] = plain

    def write(self, where: Where, arrays: Arrays) -> None:
        import zarr

        group: Any = zarr.open_group(self.path, mode="r+")
        for name, array in arrays.items():
            at = tuple(where.get(str(d), slice(None)) for d in array.dims)
            group[name][at] = array.values
