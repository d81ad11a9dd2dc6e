"""A cube to units: sums of each indicator over the cells of each zone, block by block and exact."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord import __version__
from accord.core.engine import Tell, ordered, quiet
from accord.core.zonal import Digits, digit_sums, merge, total_of
from accord.study.cube import CubeBlock, CubeSource
from accord.study.resume import Done, Log
from accord.study.source import Block

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Zones(Protocol):
    """Which cell lies in which zone; light to send to another process once it is a part."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def part(self, rows: slice) -> Zones:
        """What tells the zones of some rows."""

    def labels(self, rows: slice, columns: slice) -> NDArray[np.int32]:
        """The zone of each cell of a window, as its place in `names`; -1 outside all."""


@dataclass
class Zonal:
    """Indicators by unit: `mean` and `total` of cells with data and their number `count` (unit, time, indicator).

    `cells` (unit,) is how many cells each zone has, data or not.
    """

    names: tuple[str, ...]
    mean: Floats
    total: Floats
    count: Ints
    cells: Ints

    @property
    def coverage(self) -> Floats:
        """Share of a zone's cells that have data, (unit, time, indicator)."""
        return np.asarray(self.count / np.maximum(self.cells, 1)[:, None, None])


@dataclass
class Sums:
    """What a block, or several, come to: exact sums by (indicator, year), weights of cells with data, and counts."""

    values: dict[tuple[int, int], Digits] = field(default_factory=dict)
    weighted: dict[tuple[int, int], Digits] = field(default_factory=dict)
    weights: dict[tuple[int, int], Digits] = field(default_factory=dict)
    count: dict[tuple[int, int], Ints] = field(default_factory=dict)
    cells: Ints | None = None

    def add(self, other: Sums) -> None:
        for mine, theirs in (
            (self.values, other.values),
            (self.weighted, other.weighted),
            (self.weights, other.weights),
        ):
            for at, digits in theirs.items():
                merge(mine.setdefault(at, {}), digits)
        for at, counted in other.count.items():
            self.count[at] = self.count[at] + counted if at in self.count else counted
        if other.cells is not None:
            self.cells = other.cells if self.cells is None else self.cells + other.cells


def area_weights(source: CubeSource, degrees: bool = False) -> Floats | None:
    """Weight of the cells of each row by their area: the cosine of the latitude on a grid in degrees, else None.

    A grid that names no reference system is in degrees where `degrees` says so.
    """
    lat, place = source.grid.coords.get("y"), source.grid.georeference
    if lat is None or not (place.degrees or (degrees and not place.crs)):
        return None
    return np.asarray(np.maximum(np.cos(np.deg2rad(np.asarray(lat.values, dtype="f8"))), 0.0))


def zonal(
    source: CubeSource, zones: Zones, summed: Sequence[bool], pool: Executor | None = None, tell: Tell = quiet,
    degrees: bool = False, work: Path | None = None,
) -> Zonal:  # fmt: skip
    """Means and totals of each indicator over the cells of each zone that have data, by year.

    Means count each cell by `area_weights`. `summed` says of each indicator whether its total is wanted. One
    pass over the blocks, one indicator at a time; the same digits for any blocks and workers. In the folder `work`
    blocks that are done are kept: it must belong to one file of zones.
    """
    weights = area_weights(source, degrees)
    rows, columns = source.sizes.get("y", 1), source.sizes.get("x", 1)
    out, blocks = Sums(), source.blocks()
    log = None if work is None else Log(work / f"{_key(source, zones, summed, weights, blocks)}.log")
    known = log.read() if log else {}
    if known:
        tell("cells to zones, going on from an earlier run", len(known), len(blocks))
    items = []
    for block in (block for i, block in enumerate(blocks) if i not in known):
        y, x = block.where.get("y", slice(0, rows)), block.where.get("x", slice(0, columns))
        items.append((block, zones.part(y), None if weights is None else weights[y], tuple(summed), (y, x)))
    made = ordered(pool if len(blocks) > 1 else None, block_sums, items)
    for i in range(len(blocks)):
        if i in known:
            out.add(_sums_of(known[i]))
            continue
        sums = next(made)
        if log:
            log.add(i, _done(sums))
        out.add(sums)
        tell("cells to zones", i + 1, len(blocks))
    return _settled(out, source, zones.names, summed)


def _key(
    source: CubeSource, zones: Zones, summed: Sequence[bool], weights: Floats | None, blocks: Sequence[Block]
) -> str:
    """A digest of what the sums depend on, but for the outlines of the zones."""
    h = hashlib.sha256(b"" if weights is None else weights.tobytes())
    cuts = [len(blocks), dict(blocks[0].where), dict(blocks[-1].where)]
    h.update(f"{__version__} {source.fingerprint} {zones.names} {list(summed)} {cuts}".encode())
    return h.hexdigest()[:32]


def _done(sums: Sums) -> Done:
    """Sums of a block as what a log keeps."""
    kinds = {"values": sums.values, "weighted": sums.weighted, "weights": sums.weights}
    laid = {
        f"{kind} {j} {t} {power}": counted
        for kind, found in kinds.items()
        for (j, t), digits in found.items()
        for power, counted in digits.items()
    }
    laid |= {f"count {j} {t} 0": counted for (j, t), counted in sums.count.items()}
    if sums.cells is not None:
        laid["cells 0 0 0"] = sums.cells
    return Done([({}, {name: xr.DataArray(counted, dims="zone") for name, counted in laid.items()})], [])


def _sums_of(done: Done) -> Sums:
    """What `_done` laid."""
    out = Sums()
    for name, counted in done.pieces[0][1].items():
        kind, j, t, power = name.split()
        if kind == "cells":
            out.cells = counted.values
        elif kind == "count":
            out.count[int(j), int(t)] = counted.values
        else:
            getattr(out, kind).setdefault((int(j), int(t)), {})[int(power)] = counted.values
    return out


def block_sums(
    block: CubeBlock, zones: Zones, weights: Floats | None, summed: Sequence[bool], window: tuple[slice, slice]
) -> Sums:
    """The sums of one block."""
    labels = zones.labels(*window)
    flat = labels.ravel()
    inside = np.flatnonzero(flat >= 0)
    of, number = flat[inside], len(zones.names)
    area = None if weights is None else np.repeat(weights, labels.shape[1])[inside]
    out = Sums()
    if block.where["time"].start == 0:
        out.cells = np.bincount(of, minlength=number).astype("i8")
    if not inside.size:
        return out
    whole = {} if area is None else digit_sums(area, of, number)
    order = [list(block.where).index(d) for d in ("time", "y", "x") if d in block.where]
    for j in range(len(summed)):
        read = block.read(block.grid.keys[j])
        block.refuse_huge(read[np.newaxis], block.where, j)
        for t, layer in enumerate(read.transpose(order)):
            at = (j, block.where["time"].start + t)
            x = layer.ravel()[inside].astype("f8")
            empty = np.isnan(x)
            held = slice(None) if not empty.any() else np.flatnonzero(~empty)
            x, groups = x[held], of[held]
            out.count[at] = np.bincount(groups, minlength=number).astype("i8")
            if not x.size:
                continue
            if summed[j] or area is None:
                out.values[at] = digit_sums(x, groups, number)
            else:
                out.weighted[at] = digit_sums(x * area[held], groups, number)
                out.weights[at] = whole if isinstance(held, slice) else digit_sums(area[held], groups, number)
    return out


def _settled(sums: Sums, source: CubeSource, names: tuple[str, ...], summed: Sequence[bool]) -> Zonal:
    """Exact sums as means and totals."""
    shape = (len(names), source.sizes["time"], len(summed))
    mean, total, count = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype="i8")
    for (j, t), counted in sums.count.items():
        has = counted > 0
        count[:, t, j] = counted
        if (j, t) in sums.weighted:
            above, below = total_of(sums.weighted[j, t]), total_of(sums.weights[j, t])
            with np.errstate(invalid="ignore"):
                mean[has, t, j] = (np.broadcast_to(above, has.shape) / below)[has]
        else:
            all_of = np.broadcast_to(total_of(sums.values.get((j, t), {})), has.shape)
            total[has, t, j] = all_of[has]
            mean[has, t, j] = all_of[has] / counted[has]
    cells = np.zeros(len(names), dtype="i8") if sums.cells is None else sums.cells
    return Zonal(names, mean, total, count, cells)


def coverage_table(panel: xr.Dataset) -> dict[str, xr.Dataset]:
    """Table `zones` of a panel that was gathered from cells: how many a unit has, and the share with data by year.

    The share is that of the indicator with the fewest.
    """
    if not {"coverage", "cells"} <= set(panel):
        return {}
    least = panel["coverage"].min("indicator").reset_coords(drop=True)
    cells = panel["cells"].reset_coords(drop=True).broadcast_like(least)
    return {"zones": xr.Dataset({"cells": cells, "coverage": least}, attrs={"table": "zones"})}
