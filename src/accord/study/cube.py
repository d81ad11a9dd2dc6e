"""A cube on disk as a source: its blocks are stored chunks, or parts of large ones.

What the files are is a matter of its `Grid` (accord/io): one that reads windows of one variable at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core.engine import keep_freed_memory
from accord.errors import InputError
from accord.study.georeference import Georeference, Transform
from accord.study.source import LARGEST, Arrays, Block, Where, cut, text_along, tile_sizes

BLOCK_BYTES = 1 << 27
"""What a block of a cube may hold once read; larger stored chunks are read in parts."""
LEAST_CELLS = 1 << 16
"""Stored chunks are joined until a block holds so many cells: each block costs some hundredths of a second."""


class Grid(Protocol):
    """Variables on one grid, read window by window; light to send to another process."""

    @property
    def path(self) -> str:
        """Where the files are, for messages."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The variables."""

    @property
    def sizes(self) -> dict[str, int]:
        """Lengths of `time` and of the dims of space, in the order in which windows come."""

    @property
    def chunks(self) -> dict[str, int]:
        """Lengths of the parts in which the files are best read."""

    @property
    def years(self) -> NDArray[np.int64]: ...

    @property
    def coords(self) -> dict[str, xr.Variable]:
        """Coordinates of the dims of space, as far as the files have them."""

    @property
    def georeference(self) -> Georeference: ...

    @property
    def transform(self) -> Transform | None:
        """Corner and steps of an evenly spaced grid of rows and columns."""

    @property
    def fingerprint(self) -> str:
        """A digest of names, sizes and times of the files."""

    def read(self, key: str, where: Where, into: NDArray[Any] | None = None) -> NDArray[Any]:
        """One variable in a window, missing values as NaN; `into` an array of its shape where that saves a copy."""


@dataclass(frozen=True)
class CubeBlock:
    """A stored chunk of a cube, or a part of one, read by whichever worker takes it."""

    grid: Grid
    where: dict[str, slice]

    @property
    def path(self) -> str:
        """What a worker must be able to see."""
        return self.grid.path

    def read(self, key: str) -> NDArray[Any]:
        """One variable of the block, cell dims in the order of `where`."""
        return self.grid.read(key, self.where)

    def tiles(self) -> Iterator[tuple[Where, Arrays]]:
        keep_freed_memory()
        whole = self.stacked()
        shape = {d: s.stop - s.start for d, s in self.where.items()}
        for part in cut(shape, tile_sizes(shape)):
            x = whole[(slice(None), *part.values())]
            place = {d: slice(self.where[d].start + s.start, self.where[d].start + s.stop) for d, s in part.items()}
            if self.refuse_huge(x, place):
                x[:, np.isnan(x).any(axis=0)] = np.nan
            array = xr.DataArray(x, dims=("indicator", *self.where), coords={"indicator": list(self.grid.keys)})
            yield place, {"indicators": array}

    def stacked(self) -> NDArray[Any]:
        """Every variable of the block, (variable, cells), as floats of a kind that holds them all."""
        shape = [s.stop - s.start for s in self.where.values()]
        whole = np.empty((len(self.grid.keys), *shape), dtype="f4")
        for j, key in enumerate(self.grid.keys):
            read = self.grid.read(key, self.where, whole[j])
            kind = np.result_type(whole.dtype, read.dtype if read.dtype.kind == "f" else "f8")
            if kind != whole.dtype:
                whole = whole.astype(kind) if j else np.empty(whole.shape, dtype=kind)
            if read.base is not whole:
                whole[j] = read
        return whole

    def refuse_huge(self, x: NDArray[Any], place: Where, first: int = 0) -> bool:
        """Refuse infinite values, and such as are too large to be squared and summed, in variables from the `first`;
        whether some are missing.
        """
        ends = [float(x.max()), float(x.min())]
        if missing := bool(np.isnan(ends[0])):
            ends = [float(np.fmax.reduce(x, axis=None)), float(np.fmin.reduce(x, axis=None))]
        if not max(map(abs, ends)) > LARGEST:
            return missing
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
            raise InputError(
                f'{self.grid.path}: variable "{self.grid.keys[first + variable]}" {what} at {at} (counted from 0); {mend}'
            )
        return missing


@dataclass(frozen=True)
class CubeSource:
    """A cube, one variable per indicator key; a block is a stored chunk, or a part of a large one.

    A cell that misses any indicator is no-data for all of them, and stays so.
    """

    grid: Grid
    system: Arrays
    block: dict[str, int] | None = None
    in_memory: bool = False
    large: tuple[str, ...] = ("indicators",)

    @property
    def path(self) -> str:
        return self.grid.path

    @property
    def keys(self) -> tuple[str, ...]:
        return self.grid.keys

    @property
    def sizes(self) -> dict[str, int]:
        return self.grid.sizes

    @property
    def years(self) -> NDArray[np.int64]:
        return self.grid.years

    @cached_property
    def coords(self) -> dict[str, Any]:
        return {**self.grid.coords, "time": xr.Variable("time", self.years)}

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
        """Lengths of a block along each dim: those asked for, else stored chunks, small ones joined and large ones cut."""
        size = self.block or self.grid.chunks
        full = {d: min(size.get(d, n), n) for d, n in self.sizes.items()}
        if self.block is not None:
            return full
        return tile_sizes(joined_chunks(full, self.sizes, LEAST_CELLS), BLOCK_BYTES // (8 * len(self.keys)))

    def blocks(self) -> list[Block]:
        keep_freed_memory()
        return [CubeBlock(self.grid, where) for where in cut(self.sizes, self.block_sizes)]

    def first_cell(self) -> Block:
        """One cell, from which the kinds of results are learnt."""
        return CubeBlock(self.grid, {d: slice(0, 1) for d in self.sizes})

    def whole(self, name: str) -> xr.DataArray:
        raise InputError(f"{self.path}: {name} is too large to be held whole")

    def fault(self) -> str | None:
        """A variable without any value, or no cell with a value for all of them."""
        blocks = [CubeBlock(self.grid, where) for where in cut(self.sizes, self.block_sizes)]
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
        h = hashlib.sha256(self.grid.fingerprint.encode())
        for name, a in sorted(self.system.items()):
            h.update(f"{name} {a.values.tolist()}".encode())
        return h.hexdigest()


def joined_chunks(chunk: dict[str, int], sizes: dict[str, int], least: int) -> dict[str, int]:
    """Lengths of so many chunks side by side, the last dims first, that they hold `least` cells, or all there are.

    Examples
    --------
    >>> joined_chunks({"time": 1, "y": 2, "x": 3}, {"time": 5, "y": 100, "x": 10}, 50)
    {'time': 1, 'y': 6, 'x': 10}
    """
    out, cells = dict(chunk), int(np.prod(list(chunk.values())))
    for dim in reversed(chunk):
        times = max(1, -(-least // cells))
        out[dim] = min(chunk[dim] * times, sizes[dim])
        cells = cells // chunk[dim] * out[dim]
    return out


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
