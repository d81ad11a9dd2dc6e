"""A results tree out of `study.nc`, read straight from HDF5: by way of a netCDF reader it takes five times as long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

BOOKKEEPING = frozenset(
    ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties")
)
NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"


def read_tree(file: Path) -> xr.DataTree:
    """The tables of a study in memory, as `xarray.open_datatree` gives them.

    A file in which the dimensions of some array are not written as h5netcdf writes them is read by xarray itself.

    Raises
    ------
    OSError, ValueError, KeyError, RuntimeError
        If it cannot be read.
    """
    with h5py.File(file, "r") as stored:
        try:
            groups = {f"/{name}": part for name, part in stored.items() if isinstance(part, h5py.Group)}
            return xr.DataTree.from_dict({"/": _table(stored), **{name: _table(part) for name, part in groups.items()}})
        except (_Foreign, KeyError, TypeError, AttributeError):
            pass
    with xr.open_datatree(file, engine="h5netcdf") as opened:
        tree: xr.DataTree = opened.map_over_datasets(
            lambda table: table.load()
        )  # a tree's own load leaves some on disk
    return tree


class _Foreign(Exception):
    """A file that is laid out otherwise than ours."""


def _table(group: h5py.Group) -> xr.Dataset:
    """One group's arrays with their dims and attributes, decoded."""
    arrays = {name: part for name, part in group.items() if isinstance(part, h5py.Dataset)}
    scales = {n: a for n, a in arrays.items() if a.attrs.get("CLASS") == b"DIMENSION_SCALE"}
    if any("_Netcdf4Dimid" not in a.attrs for a in scales.values()):
        raise _Foreign
    names = {int(a.attrs["_Netcdf4Dimid"]): n for n, a in scales.items()}
    shown = {n: a for n, a in arrays.items() if not (n in scales and a.attrs["NAME"].startswith(NO_VARIABLE))}
    made = xr.Dataset({n: _array(a, names) for n, a in shown.items()}, attrs=_attributes(group.attrs))
    return xr.decode_cf(made)


def _array(stored: h5py.Dataset, names: dict[int, str]) -> xr.Variable:
    """An array with its dims, which the file numbers."""
    numbers = [int(n) for n in stored.attrs.get("_Netcdf4Coordinates", ())]
    if len(numbers) != len(stored.shape) or not set(numbers) <= set(names):
        raise _Foreign
    text = h5py.check_string_dtype(stored.dtype) is not None
    values = stored.asstr()[()] if text else stored[()]
    kept = {"dtype": str} if text else {}  # labels of a dimension are then text to xarray, as in a file that it opens
    return xr.Variable([names[n] for n in numbers], values, _attributes(stored.attrs), kept)


def _attributes(stored: h5py.AttributeManager) -> dict[str, Any]:
    """Attributes as they were given: lists of one come back as what they hold."""
    return {name: _plain(stored[name]) for name in stored if name not in BOOKKEEPING}


def _plain(value: Any) -> Any:
    if isinstance(value, h5py.Empty):
        raise _Foreign
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind in "OS":
        value = value.tolist()
    return value[0] if len(value) == 1 else value
