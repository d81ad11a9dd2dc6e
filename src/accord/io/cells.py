"""Cell results on disk: `cells.zarr`, written block by block, with what puts it on a map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from accord.study.cube import CubeSource
from accord.study.source import Arrays, Where


@dataclass(frozen=True)
class CellStore:
    """`cells.zarr`: results of a cube. Its chunks are the blocks, so that workers write without meeting."""

    path: Path
    source: CubeSource

    def create(self, arrays: Arrays) -> None:
        import zarr

        group = zarr.open_group(self.path, mode="a")
        for name, array in arrays.items():
            dims = [str(d) for d in array.dims]
            shape = [self.source.sizes.get(d, array.sizes[d]) for d in dims]
            chunks = tuple(self.source.block_sizes.get(d, array.sizes[d]) for d in dims)
            group.create_array(name, shape=shape, chunks=chunks, dtype=array.dtype, dimension_names=dims,
                               fill_value=np.nan if array.dtype.kind == "f" else 0, overwrite=True)  # fmt: skip
            for dim in dims:
                coord = (self.source.coords if dim in self.source.sizes else array.coords).get(dim)
                if coord is not None and dim not in group:
                    plain = coord.values.astype(str) if coord.values.dtype.kind == "O" else np.asarray(coord.values)
                    kind = str if plain.dtype.kind == "U" else plain.dtype  # fixed-length text is no part of Zarr 3
                    at = group.create_array(dim, shape=plain.shape, dtype=kind, dimension_names=[dim])
                    at[:] = plain

    def write(self, where: Where, arrays: Arrays) -> None:
        import zarr

        group: Any = zarr.open_group(self.path, mode="r+")
        for name, array in arrays.items():
            at = tuple(where.get(str(d), slice(None)) for d in array.dims)
            group[name][at] = array.values
