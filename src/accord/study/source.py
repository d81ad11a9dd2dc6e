"""Where blocks come from: what a source and its blocks are, and a panel in memory as one."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import xarray as xr

from accord.borders import both_ways, known_neighbours, known_positions
from accord.variables import CELL_DIMS

Where = Mapping[str, slice]
Arrays = dict[str, xr.DataArray]
LABELS = ("name", "name_zh", "unit_of_measure")
"""Names of the indicators, carried along for tables."""
TILE_CELLS = 1 << 18
"""Cells that one evaluation sees at a time: large enough to hide labels, small enough for the cache."""
LARGEST = 1e150
"""Values up to here can be squared and summed."""


class Block(Protocol):
    """A part of the source that one task reads; light to send to another process."""

    @property
    def where(self) -> Mapping[str, slice]:
        """Its place in the whole."""

    def tiles(self) -> Iterator[tuple[Where, Arrays]]:
        """Pieces of at most `TILE_CELLS` cells, each with its place in the whole."""


class Source(Protocol):
    """What a study computes from."""

    @property
    def in_memory(self) -> bool: ...

    @property
    def small(self) -> Arrays:
        """Variables known without reading: the system, regions, years."""

    @property
    def large(self) -> tuple[str, ...]:
        """Variables that blocks hold."""

    @property
    def sizes(self) -> dict[str, int]:
        """Cell dims in order, with their lengths."""

    @property
    def coords(self) -> dict[str, Any]:
        """Coordinates of the results along cell dims."""

    @property
    def fingerprint(self) -> str:
        """A digest of the data, for provenance and the cache."""

    def blocks(self) -> list[Block]:
        """The parts that tasks read, in order."""

    def first_cell(self) -> Block:
        """One cell, from which the kinds of results are learnt."""

    def whole(self, name: str) -> xr.DataArray:
        """A large variable uncut, where the source is in memory."""

    def fault(self) -> str | None:
        """What is wrong with the data as a whole, looked for only once something went wrong."""


def cut(sizes: Mapping[str, int], size: Mapping[str, int]) -> list[dict[str, slice]]:
    """Slices that cover `sizes` in steps of `size`, in order."""
    steps = [[slice(i, min(i + size[d], n)) for i in range(0, n, size[d])] for d, n in sizes.items()]
    return [dict(zip(sizes, combo, strict=True)) for combo in itertools.product(*steps)]


def tile_sizes(shape: Mapping[str, int], cells: int | None = None) -> dict[str, int]:
    """Largest lengths along the leading dims so that a tile holds at most `cells` cells (`TILE_CELLS`)."""
    out, room = {}, TILE_CELLS if cells is None else cells
    for dim, n in reversed(list(shape.items())):
        out[dim] = max(1, min(n, room))
        room //= max(out[dim], 1)
    return dict(reversed(list(out.items())))


@dataclass(frozen=True)
class MemoryBlock:
    """A slice of arrays in memory, cell dims last."""

    arrays: Arrays
    where: dict[str, slice]

    def tiles(self) -> Iterator[tuple[Where, Arrays]]:
        shape = {d: s.stop - s.start for d, s in self.where.items()}
        for part in cut(shape, tile_sizes(shape)):
            place = {d: slice(self.where[d].start + s.start, self.where[d].start + s.stop) for d, s in part.items()}
            yield place, {name: take(array, part) for name, array in self.arrays.items()}


@dataclass(frozen=True)
class PanelSource:
    """A panel in memory. Arrays are laid with the indicator first, as methods read them."""

    panel: xr.Dataset
    block_cells: int = 1 << 18
    in_memory: bool = True

    @cached_property
    def arrays(self) -> Arrays:
        names = [name for name in ("indicators", "gap_rule", "score") if name in self.panel]
        out = {}
        for name in names:
            a = self.panel[name].reset_coords(drop=True)
            lead = [d for d in a.dims if d not in CELL_DIMS]
            turned = a.transpose(*lead, *self.sizes).drop_vars(list(self.sizes), errors="ignore")
            out[name] = turned.copy(data=np.ascontiguousarray(turned.values))
            out[name].attrs = {}
        return out

    @property
    def large(self) -> tuple[str, ...]:
        return tuple(self.arrays)

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {d: self.panel.sizes[d] for d in ("unit", "time")}

    @cached_property
    def coords(self) -> dict[str, Any]:
        names = ("unit", "time", "region", "label_zh")
        return {name: self.panel[name].variable for name in names if name in self.panel.coords}

    @cached_property
    def small(self) -> Arrays:
        p = self.panel
        out = {"years": p["time"].copy(data=np.asarray(p["time"].values, dtype="i8"))}
        out["region"] = (
            p["region"].reset_coords(drop=True) if "region" in p.coords else text_along("unit", [""] * p.sizes["unit"])
        )
        found = list(dict.fromkeys(out["region"].values.tolist())) if "region" in p.coords else []
        out["regions"] = text_along("group", found)
        out |= _ground(p)
        if "score" in p:
            out["subsystems"] = text_along("subsystem", p["subsystem"].values)
            return out
        for name in ("subsystem", "dimension", "direction", "prior_weight", "target", *LABELS):
            if name in p:
                out[name] = p[name].reset_coords(drop=True).transpose("bound", ..., missing_dims="ignore")
        if "subsystem" in p:
            out["subsystems"] = text_along("subsystem", list(dict.fromkeys(p["subsystem"].values.tolist())))
        return out

    def blocks(self) -> list[Block]:
        return [
            MemoryBlock({name: take(a, where) for name, a in self.arrays.items()}, where)
            for where in cut(self.sizes, tile_sizes(self.sizes, self.block_cells))
        ]

    def first_cell(self) -> Block:
        where = {d: slice(0, 1) for d in self.sizes}
        return MemoryBlock({name: take(a, where) for name, a in self.arrays.items()}, where)

    def whole(self, name: str) -> xr.DataArray:
        return self.arrays[name]

    def fault(self) -> str | None:
        return None  # checked when it was read

    @cached_property
    def fingerprint(self) -> str:
        h = hashlib.sha256()
        for name, a in sorted({**self.arrays, **self.small}.items()):
            h.update(name.encode())
            h.update(
                a.values.tobytes() if a.dtype.kind not in "OUT" else "\x1f".join(map(str, a.values.ravel())).encode()
            )
        return h.hexdigest()


def take(array: xr.DataArray, where: Where) -> xr.DataArray:
    """The part of an array at `where`, along whichever of its dims are cut."""
    own = {d: s for d, s in where.items() if d in array.dims}
    return array.isel(own) if own else array


def _ground(panel: xr.Dataset) -> Arrays:
    """Neighbours of the units as positions (pair, side), where known, and where the units lie, NaN where unknown.

    What the panel carries comes first; provinces of China and states of the US are known without.
    """
    units = panel["unit"].values.tolist()
    out: Arrays = {}
    if "neighbours" in panel:
        at = {str(name): i for i, name in enumerate(units)}
        named = panel["neighbours"].transpose("pair", "side").values.tolist()
        pairs = {(at[str(a)], at[str(b)]) for a, b in named if {str(a), str(b)} <= set(at)}
        out["neighbours"] = xr.DataArray(both_ways(pairs), dims=("pair", "side"), attrs=panel["neighbours"].attrs)
    elif (known := known_neighbours(units)) is not None:
        said = {"en": "shipped table of borders", "zh": "内置的行政区邻接表"}
        out["neighbours"] = xr.DataArray(known, dims=("pair", "side"), attrs=said)
    if "position" in panel:
        out["position"] = panel["position"].reset_coords(drop=True).transpose("unit", "axis").astype("f8")
        return out
    where = known_positions(units)
    lies = np.full((len(units), 2), np.nan) if where is None else where
    said = {} if where is None else {"en": "seats of provinces, centres of states", "zh": "省会或州中心"}
    out["position"] = xr.DataArray(lies, dims=("unit", "axis"), coords={"unit": panel["unit"].values}, attrs=said)
    return out


def text_along(dim: str, values: Any) -> xr.DataArray:
    """Texts as an array along one dim."""
    return xr.DataArray(np.array([str(v) for v in values], dtype=object), dims=dim)
