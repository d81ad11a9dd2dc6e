"""Cubes as sources of a study: which files are grids, and what is asked of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from accord.errors import InputError, brief, nearest
from accord.io import netcdf_layers, rasters
from accord.io.netcdf_layers import netcdf_grid
from accord.io.rasters import raster_grid
from accord.io.stores import META, ZarrGrid, needed, open_store
from accord.study.cube import CubeSource, Grid
from accord.study.plan import Gaps, PanelSpec
from accord.study.system import IndicatorSystem

KINDS = {"netCDF": netcdf_layers.SUFFIXES, "GeoTIFF": rasters.SUFFIXES}


def is_grid(path: str | Path) -> bool:
    """Whether a source is a cube: a Zarr store, GeoTIFF, netCDF with rows and columns, or a folder of such files."""
    place = Path(path)
    if _is_store(place) or place.suffix.lower() in rasters.SUFFIXES:
        return True
    if os.path.isdir(place):  # which says no to names that no file can have
        return any(_files(place))
    return netcdf_layers.is_netcdf_map(place)


def read_cube(
    path: str | Path,
    system: IndicatorSystem,
    time: str | None = None,
    block: dict[str, int] | None = None,
    *,
    pattern: str | None = None,
) -> CubeSource:
    """A cube on disk as the source of a study: Zarr, netCDF, or a stack of GeoTIFF files.

    Parameters
    ----------
    path
        A Zarr store or a netCDF file with one variable per indicator key on the same dims (time, and one or two of
        space); or a folder of netCDF files (one per indicator or per year), or of GeoTIFF files (one per indicator
        and year such as `ndvi_2011.tif`, or one per indicator with a band a year).
    system
        The indicator system; its keys are the variables (`expr` is not computed on cubes).
    time
        Name of the time dim; `time` or `year` where not given.
    block
        Cells per block by dim; the stored chunk where not given.
    pattern
        For GeoTIFF: how the files are called, with `{indicator}`, `{year}` and `*`, relative to the folder, such as
        `{indicator}/MOD13A3.A{year}*.tif`; where not given, names and descriptions of bands are looked through.

    Raises
    ------
    InputError
        If a variable is missing, grids or dims differ, there is no time, or one subsystem only.
    """
    if derived := [one.key for one in system if one.expr or one.deflator]:
        raise InputError(
            f"{path}: {', '.join(derived)} are formulas, which cubes do not compute; store them as variables"
        )
    if len(system.subsystems) < 2:
        raise InputError(
            f'the indicator table has one subsystem only ("{system.subsystems[0]}"); coupling needs at least two'
        )
    source = CubeSource(_grid(Path(path), system.keys, time, pattern), system.coords(), block)
    for dim, cells in (block or {}).items():
        if dim not in source.sizes or not (isinstance(cells, int) and cells > 0):
            raise InputError(
                f"{path}: block = {{{dim}: {cells}}} is not a number of cells by dim; {nearest(dim, source.sizes)}"
            )
    _ = source.years  # checked before anything is read
    return source


def read_study_cube(spec: PanelSpec) -> CubeSource:
    """The cube a plan describes, whose cell results go to a Zarr store."""
    needed()
    if spec.indicators is None:
        raise InputError(f"{spec.source}: the plan names no indicator table; set panel.indicators")
    given = [
        name for name in ("unit", "indices", "region", "label_zh", "deflator_base") if getattr(spec, name) is not None
    ]
    if given:
        raise InputError(f"{spec.source}: a cube has no columns; take {', '.join(given)} out of [panel]")
    if spec.zones is None and spec.units is not None:
        raise InputError(
            f"{spec.source}: a cube has units where zones make them; name zones in [panel], or take units out"
        )
    if spec.zones is None and spec.gaps != Gaps():
        raise InputError(f"{spec.source}: gaps are not filled in a cube; take gaps out of [panel]")
    return read_cube(spec.source, IndicatorSystem.from_table(spec.indicators), spec.time, pattern=spec.pattern)


def _grid(path: Path, keys: Sequence[str], time: str | None, pattern: str | None) -> Grid:
    """The files of a cube as a grid."""
    if path.is_dir() and not _is_store(path):
        found = _files(path, deep=pattern is not None)
        if len(found) > 1:
            raise InputError(f"{path} holds both {' and '.join(found)} files; keep one kind in the folder")
        kind, files = next(iter(found.items()), ("", []))
    else:
        kind = next((k for k, ends in KINDS.items() if path.suffix.lower() in ends), "")
        files = [path]
        if kind and not path.is_file():
            raise InputError(f"{path}: no such file")
    if kind == "GeoTIFF":
        return raster_grid(str(path), files, keys, pattern)
    if pattern is not None:
        raise InputError(f'{path}: pattern = "{brief(pattern)}" is for GeoTIFF files; take it out of [panel]')
    if kind == "netCDF":
        return netcdf_grid(str(path), files, keys, time)
    return _zarr_grid(path, keys, time)


def _is_store(path: Path) -> bool:
    """Whether a path is a Zarr store, by its name or by what describes it inside."""
    return path.name.endswith(".zarr") or any(os.path.isfile(path / name) for name in META)


def _files(folder: Path, deep: bool = False) -> dict[str, list[Path]]:
    """Files of a folder that may hold layers, by kind."""
    every = sorted(p for p in (folder.rglob("*") if deep else folder.iterdir()) if p.is_file())
    found = {kind: [p for p in every if p.suffix.lower() in ends] for kind, ends in KINDS.items()}
    return {kind: files for kind, files in found.items() if files}


def _zarr_grid(path: Path, keys: Sequence[str], time: str | None) -> ZarrGrid:
    """A Zarr store, once its variables are seen to fit together."""
    stored = open_store(str(path))
    for key in keys:
        if key not in stored:
            raise InputError(f'{path}: no variable "{key}"; {nearest(key, map(str, stored.data_vars))}')
    dims = Counter(stored[key].dims for key in keys).most_common(1)[0][0]
    if odd := [key for key in keys if stored[key].dims != dims]:
        raise InputError(f'{path}: variable "{odd[0]}" has dims {stored[odd[0]].dims}, the others {dims}')
    for key in keys:
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
    return ZarrGrid(str(path), tuple(keys), time)
