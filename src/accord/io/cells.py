"""Cell results on disk: `cells.zarr`, written block by block, with what puts it on a map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from accord.errors import room_on_disk
from accord.io.chunks import PlainArray, plain_array
from accord.study.cube import CubeSource
from accord.study.source import Arrays, Where

PACKED = {"name": "blosc", "configuration": {"cname": "lz4", "clevel": 1, "shuffle": "shuffle"}}
"""How chunks are packed: smaller than zstd makes them as it stands, in a third of its time."""
Layout = tuple[list[str], list[int], tuple[int, ...]]
"""Dims, lengths and chunks of a variable."""


@dataclass(frozen=True)
class CellStore:
    """`cells.zarr`: results of a cube. Its chunks are the blocks, so that workers write without meeting."""

    path: Path
    source: CubeSource
    layout: dict[str, Layout] = field(default_factory=dict, compare=False, repr=False)
    """How the variables made here are laid."""
    plain: dict[str, PlainArray] = field(default_factory=dict, compare=False, repr=False)
    """The variables made here as workers write them."""

    def __getstate__(self) -> dict[str, Any]:
        # workers write; room is made here
        return {"path": self.path, "source": None, "layout": {}, "plain": self.plain}

    def create(self, arrays: Arrays, keep: bool = False) -> bool:
        self.layout.update({name: self._laid(array) for name, array in arrays.items()})
        stands = keep and all(self._stands(name, array) for name, array in arrays.items())
        with room_on_disk(self.path):
            group = self._group("a")
            for name, array in arrays.items():
                if not stands:
                    self._make(group, name, array)
                if (one := plain_array(group[name])) is None:
                    raise TypeError(f"{name} of {array.dtype} is laid in chunks that accord does not write")
                self.plain[name] = one
        return stands

    def _make(self, group: Any, name: str, array: xr.DataArray) -> None:
        """An empty variable with its coordinates, in place of what has the name."""
        dims, shape, chunks = self.layout[name]
        group.create_array(name, shape=shape, chunks=chunks, dtype=array.dtype, dimension_names=dims,
                           fill_value=np.nan if array.dtype.kind == "f" else 0, compressors=PACKED,
                           overwrite=True)  # fmt: skip
        for dim in dims:
            coord = (self.source.coords if dim in self.source.sizes else array.coords).get(dim)
            if coord is not None:
                plain = coord.values.astype(str) if coord.values.dtype.kind == "O" else np.asarray(coord.values)
                kind = str if plain.dtype.kind == "U" else plain.dtype  # fixed-length text is no part of Zarr 3
                at = group.create_array(dim, shape=plain.shape, dtype=kind, dimension_names=[dim], overwrite=True)
                at[:] = plain

    def write(self, where: Where, arrays: Arrays) -> None:
        with room_on_disk(self.path):
            for name, array in arrays.items():
                one = self.plain[name]
                starts = [where[str(d)].start if d in where else 0 for d in array.dims]
                one.write(tuple(s // c for s, c in zip(starts, one.chunks, strict=True)), array.values)

    def files(self, where: Where, names: Iterable[str]) -> list[int]:
        return [_size(path) for name in names for path in self._chunks(name, where)]

    def _group(self, mode: Any) -> Any:
        import zarr

        return zarr.open_group(self.path, mode=mode)

    def _laid(self, array: xr.DataArray) -> Layout:
        """Dims, lengths and chunks of a variable, from one cell of it."""
        dims = [str(d) for d in array.dims]
        shape = [self.source.sizes.get(d, array.sizes[d]) for d in dims]
        return dims, shape, tuple(self.source.block_sizes.get(d, array.sizes[d]) for d in dims)

    def _stands(self, name: str, array: xr.DataArray) -> bool:
        """Whether a variable is there from before, laid as it is to be, with its coordinates."""
        dims, shape, chunks = self.layout[name]
        try:
            group = self._group("r")
            found = group[name]
            coords = [d for d in dims if d in self.source.coords or d in array.coords]
            return (
                (tuple(found.shape), tuple(found.chunks), found.dtype) == (tuple(shape), chunks, array.dtype)
                and list(found.metadata.dimension_names) == dims
                and all(group[d].shape == (shape[dims.index(d)],) for d in coords)
            )
        except Exception:  # a damaged store raises what it likes; it is then made anew
            return False

    def _chunks(self, name: str, where: Where) -> list[Path]:
        """Files of the chunks that a block of a variable goes to."""
        dims, shape, chunks = self.layout[name]
        spans = [where.get(d, slice(0, n)) for d, n in zip(dims, shape, strict=True)]
        at = [range(s.start // c, -(-s.stop // c)) for s, c in zip(spans, chunks, strict=True)]
        return [self.path.joinpath(name, "c", *map(str, place)) for place in product(*at)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
