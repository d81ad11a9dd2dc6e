"""netCDF files as layers: a file, one for each indicator, or one for each year."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.io.layers import Frame, Layer, LayeredGrid, key_in, no_key, stacked, years_in
from accord.io.stores import georeference_of, is_map, space_coords, space_names, years_of
from accord.study.georeference import transform_of

SUFFIXES = (".nc", ".nc4", ".cdf", ".netcdf")
TIMES = ("time", "year", "years")
OPEN = 32
"""Files that a worker keeps open."""


def is_netcdf_map(path: Path) -> bool:
    """Whether a file is netCDF with variables on rows and columns of a map, and not a table."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    try:
        with open_netcdf(path) as data:
            return is_map(data)
    except InputError:
        return False


def netcdf_grid(path: str, files: Sequence[Path], keys: Sequence[str], time: str | None = None) -> LayeredGrid:
    """Layers of netCDF files, one variable per indicator key, as a grid.

    Missing values, scale and offset are taken as the CF conventions say, years from the time axis by the year
    of its dates; a file without one has its year in its name.

    Raises
    ------
    InputError
        If a file cannot be read, its grid differs, or a layer is missing or there twice.
    """
    found: list[tuple[str, int, Layer]] = []
    frames: list[Frame] = []
    seen: list[str] = []
    for file in files:
        with open_netcdf(file) as data:
            names = _variables(data, file, keys)
            seen += map(str, data.data_vars)
            for key, name in names.items():
                frame, years, dims = _layers(data, name, file, time)
                frames.append(frame)
                found += [(key, year, Layer(str(file), at, name, dims)) for at, year in enumerate(years)]
    if not found:
        raise no_key(path, keys, seen, "variable")
    return stacked(path, keys, found, frames, NetcdfReader())


def _variables(data: xr.Dataset, file: Path, keys: Sequence[str]) -> dict[str, str]:
    """Variables of a file by indicator; the only one of a file that is called as an indicator is that one."""
    named = {key: key for key in keys if key in data.data_vars}
    if not named and (key := key_in(file.stem, keys)):
        drawn = [str(n) for n, one in data.data_vars.items() if one.ndim > 1]
        return {key: drawn[0]} if len(drawn) == 1 else {}
    return named


def _layers(data: xr.Dataset, name: str, file: Path, time: str | None) -> tuple[Frame, list[int], tuple[str, str, str]]:
    """Rows and columns of a variable, its years, and the names of its dims."""
    one = data[name]
    if one.dtype.kind not in "iuf":
        raise InputError(f'{file}: variable "{name}" holds {one.dtype}, not real numbers; store it as numbers')
    along = _time_dim(one, time)
    space = [str(d) for d in one.dims if d != along and one.sizes[d] != 1]
    if len(space) != 2:
        space = [str(d) for d in one.dims if d != along]
    if len(space) != 2:
        raise InputError(
            f'{file}: variable "{name}" has the dims {", ".join(map(str, one.dims))}; a grid has time, rows and columns'
        )
    ours = space_names(data, space)
    y, x = sorted(space, key=lambda d: "yx".index(ours[d]))
    turned = data.rename({y: "y", x: "x"})
    coords = space_coords(turned, ["y", "x"])
    at = [coords[d].values if d in coords else None for d in ("y", "x")]
    shape = (one.sizes[y], one.sizes[x])
    if 0 in shape:
        raise InputError(f'{file}: variable "{name}" has no cells; give it rows and columns')
    chunk = dict(zip(one.dims, one.encoding.get("chunksizes") or one.shape, strict=True))
    depth = chunk[along] if along is not None and one.encoding.get("chunksizes") else 1
    place, tile = georeference_of(data, name), (chunk[y], chunk[x])
    frame = Frame(str(file), shape, place, transform_of(at[0], at[1]), coords, tile, depth)
    return frame, _years(data, one, along, file), (along or "", y, x)


def _time_dim(one: xr.DataArray, time: str | None) -> str | None:
    """The dim of the years: the one named, or by its usual name, or one of dates."""
    if time is not None and time in one.dims:
        return time
    usual = [str(d) for d in one.dims if str(d).lower() in TIMES]
    dated = [
        str(d) for d in one.dims if d in one.coords and (one[d].dtype.kind == "M" or one[d].attrs.get("axis") == "T")
    ]
    return next(iter([*usual, *dated]), None)


def _years(data: xr.Dataset, one: xr.DataArray, along: str | None, file: Path) -> list[int]:
    """Years of the layers of a variable, in their order."""
    named = years_in(file.stem)
    if along is None or along not in data.coords:
        if (along is None or one.sizes[along] == 1) and len(named) == 1:
            return named
        what = "no time axis" if along is None else f'no years along "{along}"'
        raise InputError(
            f"{file}: {what}, and its name has not one year; add the years, or name it like {file.stem}_2011.nc"
        )
    years = years_of(data[along])
    if years.dtype.kind not in "iuf" or not np.isfinite(years).all() or (years != np.floor(years)).any():
        raise InputError(
            f'{file}: dim "{along}" does not hold years; write them as whole numbers, such as 2011, or as dates'
        )
    out = [int(year) for year in years]
    if len(set(out)) < len(out):
        twice = next(year for year in out if out.count(year) > 1)
        raise InputError(
            f'{file}: dim "{along}" has {twice} more than once; a study has one value per year, so take annual ones first'
        )
    return out


class NetcdfReader:
    """Reads layers, and keeps files open as long as it lives: opening one costs more than reading a window."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[int, xr.Dataset]] = {}
        finalize(self, _close, self._open)

    def __reduce__(self) -> tuple[type[NetcdfReader], tuple[()]]:
        return NetcdfReader, ()

    def __call__(self, layers: Sequence[Layer], rows: slice, columns: slice) -> NDArray[Any]:
        """Layers of one variable in a window, (time, y, x)."""
        along, y, x = layers[0].dims
        one = self._file(layers[0].file)[layers[0].name].isel({y: rows, x: columns})
        one = one.isel({d: 0 for d in one.dims if d not in (along, y, x)})
        if not along:
            return np.asarray(one.transpose(y, x).values)[np.newaxis]
        at = [layer.at for layer in layers]
        straight = at == list(range(at[0], at[0] + len(at)))
        picked = one.isel({along: slice(at[0], at[0] + len(at)) if straight else at})
        return np.asarray(picked.transpose(along, y, x).values)

    def _file(self, file: str) -> xr.Dataset:
        """A file, opened anew where it has changed."""
        changed = Path(file).stat().st_mtime_ns
        known = self._open.get(file)
        if known is None or known[0] != changed:
            if len(self._open) >= OPEN:
                _close(self._open)
            known = self._open[file] = (changed, open_netcdf(Path(file)))
        return known[1]


def _close(files: dict[str, tuple[int, xr.Dataset]]) -> None:
    """Close files; one that is being read opens itself again."""
    while files:
        with suppress(KeyError):
            files.popitem()[1][1].close()


def open_netcdf(file: Path) -> xr.Dataset:
    """A file as xarray opens it, nothing read yet."""
    try:
        with file.open("rb") as handle:
            engine = "scipy" if handle.read(3) == b"CDF" else "h5netcdf"
        return xr.open_dataset(file, engine=engine, decode_timedelta=False, cache=False)
    except Exception as error:
        reason = brief(error, 200)
    if "cftime" in reason:
        reason = 'its calendar needs the package cftime: pip install "accord[raster]"'
    raise InputError(f"{file} is not a netCDF file this can open: {reason}")
