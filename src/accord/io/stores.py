"""Zarr stores as grids, and what xarray's data say of dims, years and places."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.io.chunks import Damaged, PlainArray, plain_array
from accord.study.cube import whole_years
from accord.study.georeference import Georeference, Transform, transform_of
from accord.study.source import Where
from accord.variables import CELL_DIMS

ACROSS = ("x", "lon", "longitude", "easting", "rlon", "col", "column", "west_east")
DOWN = ("y", "lat", "latitude", "northing", "rlat", "row", "south_north")
"""Names that dims of space go by."""
KEPT = ("units", "standard_name", "long_name", "axis")
"""Attributes of a coordinate that are handed on."""

META = ("zarr.json", ".zarray", ".zgroup", ".zmetadata")
"""Files that describe a store or a variable."""


@dataclass(frozen=True)
class ZarrGrid:
    """A Zarr store with one variable per key, opened once by each worker that reads it."""

    path: str
    keys: tuple[str, ...]
    time: str
    """The dim of the years, by its name in the store."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _reader, (self.path, self.keys, self.time, self._written)

    @cached_property
    def _written(self) -> tuple[int, ...]:
        """When the files that describe the store and its variables were written."""
        folders = (Path(self.path), *(Path(self.path, key) for key in self.keys))
        return tuple(_time(folder / name) for folder in folders for name in META)

    @cached_property
    def _stored(self) -> xr.Dataset:
        """The store with its dims called `time`, `y`, `x` in stored order; a panel's `unit` stays `unit`."""
        stored = open_store(self.path)
        space = [str(d) for d in stored[self.keys[0]].dims if d != self.time]
        return stored.rename({self.time: "time", **space_names(stored, space)})

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {str(d): int(n) for d, n in self._stored[self.keys[0]].sizes.items()}

    @cached_property
    def chunks(self) -> dict[str, int]:
        first = self._stored[self.keys[0]]
        return dict(zip(map(str, first.dims), first.encoding.get("chunks") or first.shape, strict=True))

    @cached_property
    def coords(self) -> dict[str, xr.Variable]:
        return space_coords(self._stored, [d for d in self.sizes if d != "time"])

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """The years of the time axis; dates are taken by their year."""
        if "time" not in self._stored.coords:
            raise InputError(f'{self.path}: dim "{self.time}" has no coordinate; store the years along it')
        return whole_years(years_of(self._stored["time"]), f'{self.path}: dim "{self.time}"')

    @cached_property
    def georeference(self) -> Georeference:
        return georeference_of(open_store(self.path), self.keys[0])

    @cached_property
    def transform(self) -> Transform | None:
        at = [self.coords[d].values if d in self.coords else None for d in ("y", "x")]
        return transform_of(at[0], at[1])

    @cached_property
    def fingerprint(self) -> str:
        files = (p for p in Path(self.path).rglob("*") if p.is_file())
        return stamped((self.keys, self.sizes), self.path, files)

    def read(self, key: str, where: Where, into: NDArray[Any] | None = None) -> NDArray[Any]:
        plain = self._plain.get(key)
        if plain is not None and list(where) == list(self.sizes):
            fits = into is not None and into.dtype == plain.dtype
            try:
                return plain.read(list(where.values()), into if fits else None)
            except Damaged as error:
                raise InputError(f'{self.path}: variable "{key}": {error}; write it anew') from error
            except (ValueError, RuntimeError, OSError, EOFError):
                pass  # damaged, unless zarr can read it all the same
        try:
            return np.asarray(self._stored[key].transpose(*where).isel(where).values)
        except (ValueError, RuntimeError, OSError, EOFError) as error:
            place = ", ".join(f"{d} {s.start} to {s.stop - 1}" for d, s in where.items())
            raise InputError(
                f'{self.path}: variable "{key}" cannot be read at {place} (counted from 0), a chunk there is damaged '
                f"({brief(error, 120)}); write it anew"
            ) from error

    @cached_property
    def _plain(self) -> dict[str, PlainArray]:
        """The variables that are stored as they are to be read, in plain chunks."""
        import zarr

        out = {}
        with suppress(Exception):
            group = zarr.open_group(self.path, mode="r", use_consolidated=False)  # which may be of an earlier state
            for key in self.keys:
                plain, shown = plain_array(group[key]), self._stored[key]
                laid = (shown.dtype, shown.shape, shown.encoding.get("chunks"))
                if plain is not None and (plain.dtype, plain.shape, plain.chunks) == laid and not is_encoded(shown):
                    out[key] = plain
        return out


def is_encoded(one: xr.DataArray) -> bool:
    """Whether stored numbers stand for others: scaled, shifted, or one of them for missing values."""
    said = one.encoding
    missing = [said[name] for name in ("_FillValue", "missing_value") if name in said]
    return bool({"scale_factor", "add_offset", "_Unsigned"} & said.keys()) or any(
        np.size(value) > 1 or value == value for value in missing
    )


@lru_cache(maxsize=4)
def _reader(path: str, keys: tuple[str, ...], time: str, _written: tuple[int, ...]) -> ZarrGrid:
    """The same grid for every block that a worker reads: opening a store costs more than reading a small block."""
    return ZarrGrid(path, keys, time)


def _time(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def open_store(path: str) -> xr.Dataset:
    """The store as xarray opens it, nothing read yet.

    Raises
    ------
    InputError
        If zarr is not installed, the path is no Zarr store, or an array in it has dims without names.
    """
    needed()
    reason = ""
    for consolidated in (False, True):
        try:
            return xr.open_dataset(path, engine="zarr", consolidated=consolidated, cache=False)
        except Exception as error:
            reason = reason or brief(error, 200)  # its text alone: an error kept here would keep whole blocks alive
    if foreign := _nameless(path):
        raise InputError(
            f'{path}: the dims of array "{foreign[0]}" bear no names (dimension_names, or _ARRAY_DIMENSIONS in Zarr 2); '
            "name them, or move the array to a store of its own"
        )
    raise InputError(f"{path} is not a Zarr store this can open: {reason}")


def _nameless(path: str) -> list[str]:
    """Arrays of a store whose dims bear no names, which programs other than xarray may leave in it and xarray cannot take."""
    import zarr

    with suppress(Exception):
        group = zarr.open_group(path, mode="r", use_consolidated=False)
        return [
            name for name, array in group.arrays()
            if "_ARRAY_DIMENSIONS" not in array.attrs and not getattr(array.metadata, "dimension_names", None)
        ]  # fmt: skip
    return []


def needed() -> None:
    """Refuse to go on without the package that reads and writes Zarr."""
    try:
        import zarr  # noqa: F401
    except ImportError as error:
        raise InputError(
            'Zarr, in which cells are kept, needs the extra "scale": pip install "accord[scale]"'
        ) from error


def space_names(data: xr.Dataset, dims: Iterable[str]) -> dict[str, str]:
    """Dims of space to `y` and `x`: those known as such by name or attributes, the others in stored order.

    Examples
    --------
    >>> space_names(xr.Dataset(), ["lon", "lat"]), space_names(xr.Dataset(), ["a", "b"])
    ({'lon': 'x', 'lat': 'y'}, {'a': 'y', 'b': 'x'})
    """
    said = {d: d if d in CELL_DIMS else _axis(data, d) for d in dims}
    if len(set(said.values()) - {""}) < sum(map(bool, said.values())):
        said = {d: d if d in CELL_DIMS else "" for d in said}
    free = iter([d for d in ("y", "x") if d not in said.values()])
    return {d: one or next(free) for d, one in said.items()}


def _axis(data: xr.Dataset, dim: str) -> str:
    """Whether a dim runs down or across the map, where its name or its coordinate says so."""
    attrs: Mapping[Any, Any] = data[dim].attrs if dim in data.coords else {}
    for ours, names, letter in (("y", DOWN, "Y"), ("x", ACROSS, "X")):
        known = str(attrs.get("standard_name", "")).removeprefix("projection_").removesuffix("_coordinate")
        unit = str(attrs.get("units", "")).startswith(
            ("degrees_north", "degree_north") if ours == "y" else ("degrees_east", "degree_east")
        )
        if dim.lower() in names or known in names or attrs.get("axis") == letter or unit:
            return ours
    return ""


def is_map(data: xr.Dataset) -> bool:
    """Whether a variable of the data lies on rows and columns of a map."""
    dims = [{_axis(data, str(d)) for d in one.dims} for one in data.data_vars.values() if one.ndim > 1]
    return any({"y", "x"} <= named for named in dims)


def space_coords(data: xr.Dataset, dims: Iterable[str]) -> dict[str, xr.Variable]:
    """Coordinates along dims of space with the attributes that say where they lie."""
    out = {}
    for dim in dims:
        if dim in data.coords:
            found = data[dim].variable.load()
            out[dim] = xr.Variable(dim, found.values, {k: v for k, v in found.attrs.items() if k in KEPT})
    return out


def years_of(time: xr.DataArray) -> NDArray[Any]:
    """Years along a time axis; dates are taken by their year."""
    values = time.values
    if values.dtype.kind == "M":
        return np.asarray(pd.DatetimeIndex(values).year)
    if values.dtype.kind == "O":
        return np.array([getattr(v, "year", v) for v in values])
    return values


def georeference_of(data: xr.Dataset, key: str) -> Georeference:
    """What the grid mapping of a variable says; without one, whether the coordinates are degrees."""
    one = data[key]
    named = str(one.encoding.get("grid_mapping") or one.attrs.get("grid_mapping") or "spatial_ref").split(":")[0]
    attrs = dict(data[named].attrs) if named in data.variables else {}
    crs = str(attrs.get("crs_wkt") or attrs.get("spatial_ref") or "")
    plain = {k: v for k, v in attrs.items() if k not in ("crs_wkt", "spatial_ref", "GeoTransform", "long_name")}
    degrees = (
        plain.get("grid_mapping_name") == "latitude_longitude" if "grid_mapping_name" in plain else _degrees(data, one)
    )
    return Georeference.of(crs, degrees, {str(k): _plain(v) for k, v in plain.items()})


def _degrees(data: xr.Dataset, one: xr.DataArray) -> bool:
    """Whether the coordinates of a variable are degrees: by their units, or else by their names."""
    for dim in map(str, one.dims):
        unit = str(data[dim].attrs.get("units", "")) if dim in data.coords else ""
        if unit.startswith("degree") or (not unit and dim.lower() in ("lat", "latitude")):
            return True
    return False


def _plain(value: Any) -> Any:
    return np.asarray(value).tolist() if isinstance(value, np.generic | np.ndarray) else value


def stamped(what: object, root: str, files: Iterable[Path]) -> str:
    """A digest of what is read and of names, sizes and times of the files it is read from."""
    h = hashlib.sha256(repr(what).encode())
    for file in sorted(files):
        stat = file.stat()
        name = file.relative_to(root) if file != Path(root) else file.name
        h.update(f"{name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return h.hexdigest()
