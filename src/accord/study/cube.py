"""A Zarr cube on disk as a source: its blocks are stored chunks, or parts of large ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.study.source import LARGEST, Arrays, Block, Where, cut, text_along, tile_sizes
from accord.variables import CELL_DIMS

BLOCK_BYTES = 1 << 27
"""What a block of a cube may hold once read; larger stored chunks are read in parts."""


@dataclass(frozen=True)
class CubeBlock:
    """A stored chunk of a cube, or a part of one: opened afresh by whichever worker reads it."""

    path: str
    keys: tuple[str, ...]
    names: dict[str, str]
    """Dims of the store to our own."""
    where: dict[str, slice]

    def read(self, key: str) -> NDArray[Any]:
        """One variable of the block, cell dims in the order of `where`."""
        stored = open_cube(self.path).rename(self.names)
        return np.asarray(stored[key].transpose(*self.where).isel(self.where).values)

    def tiles(self) -> Iterator[tuple[Where, Arrays]]:
        read = [self.read(key) for key in self.keys]
        shape = {d: s.stop - s.start for d, s in self.where.items()}
        for part in cut(shape, tile_sizes(shape)):
            at = tuple(part.values())
            place = {d: slice(self.where[d].start + s.start, self.where[d].start + s.stop) for d, s in part.items()}
            x = np.stack([a[at] for a in read])
            if x.dtype.kind != "f":
                x = x.astype("f8")
            self._refuse_huge(x, place)
            empty = np.isnan(x).any(axis=0)
            if empty.any():
                x[:, empty] = np.nan
            array = xr.DataArray(x, dims=("indicator", *self.where), coords={"indicator": list(self.keys)})
            yield place, {"indicators": array}

    def _refuse_huge(self, x: NDArray[Any], place: Where) -> None:
        """Refuse infinite values, and such as are too large to be squared and summed."""
        ends = [float(x.max()), float(x.min())]
        if np.isnan(ends[0]):
            ends = [float(np.fmax.reduce(x, axis=None)), float(np.fmin.reduce(x, axis=None))]
        if not max(map(abs, ends)) > LARGEST:
            return
        huge = np.abs(x.astype("f8")) > LARGEST
        if huge.any():
            variable, *cell = np.argwhere(huge)[0]
            value = x[(variable, *cell)]
            at = ", ".join(f"{d} {place[d].start + i}" for d, i in zip(self.where, cell, strict=True))
            what, mend = (
                ("is infinite", "mend the value or leave it empty")
                if np.isinf(value)
                else (f"is {value:.3g}, too large to compute with,", "mend it or use a larger unit of measurement")
            )
            raise InputError(f'{self.path}: variable "{self.keys[variable]}" {what} at {at} (counted from 0); {mend}')


@dataclass(frozen=True)
class CubeSource:
    """A Zarr cube, one variable per indicator key; a block is a stored chunk, or a part of a large one.

    A cell that misses any indicator is no-data for all of them, and stays so.
    """

    path: str
    keys: tuple[str, ...]
    time: str
    system: Arrays
    block: dict[str, int] | None = None
    in_memory: bool = False
    large: tuple[str, ...] = ("indicators",)

    @cached_property
    def _stored(self) -> xr.Dataset:
        return open_cube(self.path)

    @cached_property
    def names(self) -> dict[str, str]:
        """Dims of the store to `time`, `y`, `x` in stored order; a panel's `unit` stays `unit`."""
        dims = [str(d) for d in self._stored[self.keys[0]].dims]
        space = [d for d in dims if d != self.time]
        free = iter([d for d in ("y", "x") if d not in space])
        return {self.time: "time", **{d: d if d in CELL_DIMS else next(free) for d in space}}

    @cached_property
    def sizes(self) -> dict[str, int]:
        first = self._stored[self.keys[0]].rename(self.names)
        return {str(d): int(first.sizes[d]) for d in first.dims}

    @cached_property
    def coords(self) -> dict[str, Any]:
        stored = self._stored.rename(self.names)
        found = {d: stored[d].variable.load() for d in self.sizes if d in stored.coords}
        return {**found, "time": xr.Variable("time", self.years)}

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """The years of the time axis; dates are taken by their year."""
        stored = self._stored.rename(self.names)
        if "time" not in stored.coords:
            raise InputError(f'{self.path}: dim "{self.time}" has no coordinate; store the years along it')
        values = stored["time"].values
        if values.dtype.kind == "M":
            values = np.asarray(pd.DatetimeIndex(values).year)
        elif values.dtype.kind == "O":
            values = np.array([getattr(v, "year", v) for v in values])
        return whole_years(values, f'{self.path}: dim "{self.time}"')

    @cached_property
    def small(self) -> Arrays:
        return {
            **self.system,
            "years": xr.DataArray(self.years, dims="time"),
            "region": xr.DataArray(""),
            "regions": text_along("group", []),
            "gap_rule": xr.DataArray(np.int8(0)),
            "subsystems": text_along("subsystem", list(dict.fromkeys(self.system["subsystem"].values.tolist()))),
        }

    @cached_property
    def block_sizes(self) -> dict[str, int]:
        """Lengths of a block along each dim: those asked for, else the stored chunk's, within `BLOCK_BYTES`."""
        stored = self._stored[self.keys[0]]
        chunk = dict(zip(stored.dims, stored.encoding.get("chunks") or stored.shape, strict=True))
        size = self.block or {self.names[str(d)]: int(n) for d, n in chunk.items()}
        full = {d: min(size.get(d, n), n) for d, n in self.sizes.items()}
        return tile_sizes(full, BLOCK_BYTES // (8 * len(self.keys))) if self.block is None else full

    def blocks(self) -> list[Block]:
        return [CubeBlock(self.path, self.keys, self.names, where) for where in cut(self.sizes, self.block_sizes)]

    def first_cell(self) -> Block:
        """One cell, from which the kinds of results are learnt."""
        return CubeBlock(self.path, self.keys, self.names, {d: slice(0, 1) for d in self.sizes})

    def whole(self, name: str) -> xr.DataArray:
        raise InputError(f"{self.path}: {name} is too large to be held whole")

    def fault(self) -> str | None:
        """A variable without any value, or no cell with a value for all of them."""
        blocks = [CubeBlock(self.path, self.keys, self.names, where) for where in cut(self.sizes, self.block_sizes)]
        for key in self.keys:
            if not any((~np.isnan(block.read(key))).any() for block in blocks):
                return (
                    f'{self.path}: variable "{key}" has no value at all; fill it or take it out of the indicator table'
                )
        every = (np.isfinite(tile["indicators"].values).any() for block in blocks for _, tile in block.tiles())
        if not any(every):
            return f"{self.path}: no cell has a value for every indicator, and a cell that misses one is left out"
        return None

    @cached_property
    def fingerprint(self) -> str:
        h = hashlib.sha256(repr((self.keys, self.sizes)).encode())
        for file in sorted(p for p in Path(self.path).rglob("*") if p.is_file()):
            stat = file.stat()
            h.update(f"{file.relative_to(self.path)} {stat.st_size} {stat.st_mtime_ns}".encode())
        return h.hexdigest()


def open_cube(path: str) -> xr.Dataset:
    """The store as xarray opens it, nothing read yet.

    Raises
    ------
    InputError
        If zarr is not installed or the path is no Zarr store.
    """
    try:
        import zarr  # noqa: F401
    except ImportError as error:
        raise InputError('a Zarr cube needs the extra "scale": pip install "accord[scale]"') from error
    reason = ""
    for consolidated in (False, True):
        try:
            return xr.open_dataset(path, engine="zarr", consolidated=consolidated, cache=False)
        except Exception as error:
            reason = brief(error, 200)  # its text alone: an error kept here would keep whole blocks alive
    raise InputError(f"{path} is not a Zarr store this can open: {reason}")


def whole_years(values: Any, place: str) -> NDArray[np.int64]:
    """Years as integers, checked: whole, ascending, each once, evenly spaced, at least two.

    Raises
    ------
    InputError
        Beginning with `place`, naming the years and the mend.
    """
    years = np.asarray(values)
    if years.dtype.kind not in "iuf" or not np.isfinite(years).all() or (years != np.floor(years)).any():
        raise InputError(f"{place} does not hold years; write them as whole numbers, such as 2011")
    years = years.astype("i8")
    if years.size < 2:
        raise InputError(f"{place} has one year only ({', '.join(map(str, years))}); a study needs at least two")
    step = np.diff(years)
    if (step == 0).any():
        twice = years[int(np.argmax(step == 0))]
        raise InputError(
            f"{place} has {twice} more than once; a study has one value per year, so take annual ones first"
        )
    if (step < 0).any():
        after = int(np.argmax(step < 0))
        raise InputError(f"{place}: {years[after + 1]} follows {years[after]}; sort the years ascending")
    if (step != step.min()).any():
        after = int(np.argmax(step != step.min()))
        raise InputError(
            f"{place}: years are missing between {years[after]} and {years[after + 1]} "
            f"(there is no {years[after] + step.min()}); add them (values may be empty) or keep evenly spaced years"
        )
    return years
