"""One recursion serves every size: what a variable needs is made first, over blocks where it must be.

`evaluate` is the recursion. `Evaluator` calls it on small arrays here, and on the blocks of the source
through the engine: a pass makes every summary and cell variable that is ready, parts are merged exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import xarray as xr

from accord.core.engine import Tell, ordered, quiet, working
from accord.errors import EngineLost, InputError, Refused
from accord.method import Choice, Method
from accord.study.resume import Done, Log, pass_key
from accord.study.source import Arrays, Block, Source, Where, take
from accord.variables import CELL_DIMS

Makers = Mapping[str, Choice]
MERGE = {"sum": np.add, "min": np.fmin, "max": np.fmax}


class Unavailable(Exception):
    """A variable that these data do not lead to: names what is missing at the bottom."""


class TooLarge(Unavailable):
    """A variable that would have to be held whole, on a grid too large for it."""


class Store(Protocol):
    """Where cell variables of a large source go; light to send to another process."""

    def create(self, arrays: Arrays, keep: bool = False) -> bool:
        """Make room for variables of these kinds, given for one cell; called once, before any is written.

        With `keep`, what an earlier run wrote stays where it fits; returns whether all of it did.
        """

    def write(self, where: Where, arrays: Arrays) -> None:
        """Write a whole block; blocks never touch each other, so workers may write at the same time."""

    def files(self, where: Where, names: Iterable[str]) -> list[int]:
        """Sizes of the files that hold a block of these variables, -1 where there is none."""


def evaluate(name: str, have: dict[str, xr.DataArray], makers: Makers) -> xr.DataArray:
    """One variable from what is at hand, making what it needs on the way."""
    if name not in have:
        if name not in makers:
            raise Unavailable(name)
        choice = makers[name]
        for need in choice.method.needs:
            evaluate(need, have, makers)
        have.update(choice(have))
    return have[name]


def block_task(
    names: tuple[str, ...], block: Block, fitted: Arrays, makers: Makers, store: Store | None = None
) -> list[tuple[Where, Arrays]]:
    """Every name on each tile of a block, with the fitted arrays cut to the tile; summaries are merged.

    With a `store`, cell variables go there, once for the whole block, and are not handed back.
    """
    summed: Arrays = {}
    laid: Arrays = {}
    pieces: list[tuple[Where, Arrays]] = []
    size = {d: s.stop - s.start for d, s in block.where.items()}
    for where, read in block.tiles():
        have = {**{k: take(a, where) for k, a in fitted.items()}, **read}
        made = {name: evaluate(name, have, makers) for name in names}
        own = {d: slice(s.start - block.where[d].start, s.stop - block.where[d].start) for d, s in where.items()}
        for name in names:
            m = makers[name].method
            if m.merge and not set(made[name].dims) & set(CELL_DIMS):
                put(summed, name, {}, made.pop(name), size, m.merge)
            elif m.kind == "cell" and store is not None:
                put(laid, name, own, made.pop(name), size)
        if made:
            pieces.append((where, made))
    if store is not None and laid:
        store.write(block.where, laid)
    return [*pieces, ({}, summed)] if summed else pieces


def put(
    out: Arrays, name: str, where: Where, array: xr.DataArray, sizes: Mapping[str, int], merge: str | None = None
) -> None:
    """Put a part into its place in the whole, or merge it with what stands there."""
    cut = [d for d in array.dims if d in CELL_DIMS]
    if name not in out and not cut:
        out[name] = array.copy()
        return
    if name not in out:
        shape = [sizes[str(d)] if d in CELL_DIMS else array.sizes[d] for d in array.dims]
        lead = {str(d): array.coords[d] for d in array.dims if d not in CELL_DIMS and d in array.coords}
        start = {"min": np.inf, "max": -np.inf, "sum": 0}
        whole = np.full(shape, start[merge], dtype=array.dtype) if merge else np.empty(shape, dtype=array.dtype)
        out[name] = xr.DataArray(whole, dims=array.dims, coords=lead, attrs=array.attrs)
    at = tuple(where[str(d)] if d in CELL_DIMS else slice(None) for d in array.dims)
    whole = out[name].values
    whole[at] = MERGE[merge](whole[at], array.values) if merge else array.values


@dataclass
class Evaluator:
    """Variables of one source under one set of methods, made when asked for and kept."""

    source: Source
    makers: Makers
    pool: Executor | None = None
    tell: Tell = quiet
    store: Store | None = None
    """Where cell variables of a source too large for memory go, block by block."""
    have: dict[str, xr.DataArray] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    """Cell variables that went to `store`; they are made again where a block needs them."""
    passes: int = 0
    resume: Path | None = None
    """Where the blocks that are done are kept, until the run is whole."""
    folder: Path | None = None
    """Where methods keep what does not depend on the data."""

    def __post_init__(self) -> None:
        self.have = {**self.source.small, **self.have}

    def prepare(self) -> None:
        """Make what needs the plan and the system alone, so that a bad option is met before any data are read.

        Raises
        ------
        InputError
            For an option that does not fit the system; anything else is left to the step it concerns.
        """
        for name, choice in self.makers.items():
            if choice.method.kind == "whole" and name not in self.have and self._ready(name, whole=True):
                try:
                    self._keep(self._call(name))
                except (InputError, EngineLost):
                    raise
                except Exception:
                    continue

    def obtain(self, names: Iterable[str]) -> None:
        """Make the named variables, in as few passes over the source as their dependencies allow."""
        try:
            self._obtain(names)
        except InputError as error:
            if found := self.source.fault():
                raise InputError(found) from error
            raise

    def _obtain(self, names: Iterable[str]) -> None:
        wanted = self._closure(names)
        while pending := [n for n in wanted if n not in self.have and n not in self.stored]:
            whole = [n for n in pending if self._kind(n) == "whole" and self._ready(n, whole=True)]
            for name in whole:
                if name not in self.have:
                    self._keep(self._call(name))
            ready = [n for n in pending if self._kind(n) != "whole" and self._ready(n, whole=False)]
            if ready:
                self._pass(tuple(ready))
            elif not whole:
                raise Unavailable(", ".join(pending))

    def possible(self, names: Iterable[str]) -> list[str]:
        """The names that these data lead to and no small method refuses: what one pass may make together."""
        out = []
        for name in names:
            try:
                for below in self._closure([name]):
                    if self._kind(below) == "whole" and below not in self.have and self._ready(below, whole=True):
                        self._keep(self._call(below))
            except (Unavailable, Refused):
                continue
            out.append(name)
        return out

    def within_reach(self, names: Iterable[str]) -> list[str]:
        """Those of the names that these data and methods lead to.

        Raises
        ------
        Unavailable
            If there is none; it names what is missing for the first.
        """
        out, reasons = [], []
        for name in names:
            try:
                self._closure([name])
                out.append(name)
            except Unavailable as error:
                reasons.append(error)
        if reasons and not out:
            raise reasons[0]
        return out

    def _method(self, name: str) -> Method:
        if name not in self.makers:
            raise Unavailable(name)
        return self.makers[name].method

    def _kind(self, name: str) -> str:
        return self._method(name).kind

    def _is_cell(self, name: str) -> bool:
        return name in self.source.large or (name in self.makers and self._kind(name) == "cell")

    def _closure(self, names: Iterable[str]) -> list[str]:
        """The names, and below them every summary, whole, and cell variable that a whole method reads."""
        out: dict[str, None] = {}

        def visit(name: str, stored: bool) -> None:
            if name in self.have or name in self.source.large:
                if stored and self.source.in_memory and name not in self.have:
                    self._keep({name: self.source.whole(name)})
                return
            m = self._method(name)
            for need in m.needs:
                visit(need, stored=m.kind == "whole")
                if m.kind == "whole" and not self.source.in_memory and self._is_cell(need):
                    raise TooLarge(need)
            if stored or m.kind != "cell":
                out[name] = None

        for name in names:
            visit(name, stored=True)
        return list(out)

    def _ready(self, name: str, whole: bool) -> bool:
        """Whether all that must be made before `name` is at hand."""
        for need in self._method(name).needs:
            if need in self.have or (need in self.source.large and not whole):
                continue
            if whole or self._kind(need) != "cell" or not self._ready(need, whole=False):
                return False
        return True

    def _call(self, name: str) -> Arrays:
        with working(self.pool, self.tell, self.folder):
            return self.makers[name](self.have)

    def _pass(self, names: tuple[str, ...]) -> None:
        """One reading of every block, for all the names together."""
        blocks = self.source.blocks()
        small = {k: a for k, a in self.have.items() if k not in self.source.large}
        needed = self._needed(names)
        fitted = {k: a for k, a in small.items() if k in needed}
        makers = {n: c for n, c in self.makers.items() if n in needed or n in names}
        cells = tuple(n for n in names if makers[n].method.kind == "cell")
        log = self._log(names, fitted, makers, blocks)
        known = log.read() if log else {}
        store, kept = self._ready_store(cells, fitted, makers, keep=bool(known))
        if log and store and known:
            known = {i: one for i, one in known.items() if kept and one.files == store.files(blocks[i].where, cells)}
        shown = f"pass {self.passes + 1}: {', '.join(names[:3])}{' ...' if len(names) > 3 else ''}"
        if known:
            self.tell(f"{shown}, going on from an earlier run", len(known), len(blocks))
        items = ((names, block, fitted, makers, store) for i, block in enumerate(blocks) if i not in known)
        made = ordered(self.pool if len(blocks) > 1 else None, block_task, items)
        out: Arrays = {}
        for i, block in enumerate(blocks):
            pieces = known[i].pieces if i in known else next(made)
            if log and i not in known:
                log.add(i, Done(pieces, store.files(block.where, cells) if store else []))
            for where, arrays in pieces:
                for name, array in arrays.items():
                    put(out, name, where, array, self.source.sizes, makers[name].method.merge)
            if len(blocks) > 1 and i not in known:
                self.tell(shown, i + 1, len(blocks))
        self.passes += 1
        self._keep(out)
        self.stored |= {name for name in names if name not in out}

    def _log(self, names: tuple[str, ...], fitted: Arrays, makers: Makers, blocks: list[Block]) -> Log | None:
        """Where the blocks of a pass are kept once they are done."""
        if self.resume is None or self.source.in_memory or self.store is None:
            return None
        return Log(self.resume / f"{pass_key(names, fitted, makers, self.source, blocks)}.log")

    def _ready_store(
        self, cells: tuple[str, ...], fitted: Arrays, makers: Makers, keep: bool
    ) -> tuple[Store | None, bool]:
        """The store with room for these cell variables, whose kinds one cell tells; whether it holds them from before."""
        if self.store is None or self.source.in_memory or not cells:
            return None, False
        (_, made), *_ = block_task(cells, self.source.first_cell(), fitted, makers)
        return self.store, self.store.create(made, keep)

    def _needed(self, names: Iterable[str]) -> set[str]:
        out: set[str] = set()
        todo = list(names)
        while todo:
            for need in self.makers[todo.pop()].method.needs:
                if need not in out:
                    out.add(need)
                    if need not in self.have and need not in self.source.large:
                        todo.append(need)
        return out

    def _keep(self, made: Mapping[str, xr.DataArray]) -> None:
        for name, array in made.items():
            coords = {k: v for k, v in self.source.coords.items() if k in array.dims and k not in array.coords}
            self.have[name] = array.assign_coords(coords) if coords else array
