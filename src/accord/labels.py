"""Labelled arrays to rows of numbers and back: what every cell and summary method does at its edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.variables import CELL_DIMS

NATIONAL = "National"
"""The group of all units."""


def cell_dims(array: xr.DataArray) -> list[str]:
    """The dims of an array along which a study may be cut, in the array's order."""
    return [str(d) for d in array.dims if d in CELL_DIMS]


def lead(array: xr.DataArray, *dims: str) -> NDArray[Any]:
    """Values with `dims` first and the cell dims after, in the array's order; no copy."""
    return np.asarray(array.transpose(*dims, *(d for d in cell_dims(array) if d not in dims)).values)


def spread(small: xr.DataArray, dims: Sequence[str]) -> NDArray[Any]:
    """Values of a small array shaped to broadcast against an array with `dims`."""
    own = [d for d in dims if d in small.dims]
    sizes = [small.sizes.get(d, 1) for d in dims]
    return np.asarray(small.transpose(*own).values).reshape(sizes)


def build(values: Any, dims: Sequence[str], *like: xr.DataArray, **coords: Any) -> xr.DataArray:
    """A fresh array on `dims`, taking dimension coordinates from `like` and from `coords`; no attributes."""
    taken = {d: a.coords[d] for a in like for d in dims if d in a.coords and d not in coords}
    return xr.DataArray(values, dims=tuple(dims), coords={**taken, **coords})


def groups(region: xr.DataArray, regions: xr.DataArray) -> dict[str, NDArray[np.intp]]:
    """Positions of the units of each group: all of them under National first, then each region's."""
    named = {str(name): np.flatnonzero(region.values == name) for name in regions.values}
    return {NATIONAL: np.arange(region.size), **named}


def in_years(array: xr.DataArray, years: xr.DataArray) -> xr.DataArray:
    """The part of an array in the marked years; the array itself where all are."""
    if "time" not in array.dims or bool(years.values.all()):
        return array
    return array.isel(time=np.flatnonzero(years.values))


def long(made: Mapping[str, Any], coords: Mapping[str, Any]) -> xr.Dataset:
    """A long table: variables and labels along its rows, texts as plain text."""
    shown = {key: np.asarray(value) for key, value in coords.items()}
    texts = {key: value.astype(str) if value.dtype.kind in "OU" else value for key, value in shown.items()}
    return xr.Dataset({key: ("row", value) for key, value in made.items()}, {k: ("row", v) for k, v in texts.items()})
