"""Chunks of Zarr arrays, unpacked and packed by the very worker that computes with them.

zarr sends each chunk through an event loop and two more threads, which costs more CPU time than unpacking it. Arrays on
disk whose chunks are plain (numbers of this machine's byte order, packed by one codec or none) are therefore read
and written here; every other kind, and every chunk that looks damaged, is left to zarr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

CODECS = ("blosc", "gzip", "zstd")
"""Those of Zarr that unpack without being told how a chunk was packed."""

UNTOUCHED = 0xA5
"""A byte by which it is seen whether a chunk reached its end."""
PIECE = 1 << 18
"""Bytes handed to the system at a time: of more at once Linux 6.18 takes up to five times as long for each."""


class Damaged(ValueError):
    """A chunk that is not what was written, though its codec would unpack it: names its file."""


class Codec(Protocol):
    """What packs bytes."""

    def encode(self, buf: Any) -> Any: ...

    def decode(self, buf: Any, out: Any = None) -> Any: ...


@dataclass(frozen=True)
class PlainArray:
    """An array of plain chunks in a folder."""

    folder: Path
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype[Any]
    fill: Any
    """The value of chunks that have no file."""
    codec: Codec | None
    file_of: Callable[[tuple[int, ...]], str]
    """The name of the file of a chunk."""

    def read(self, where: Sequence[slice], into: NDArray[Any] | None = None) -> NDArray[Any]:
        """A window, given by its start and stop along each dim; laid into an array of its shape and kind where one is given.

        Raises
        ------
        ValueError, RuntimeError, OSError
            If a chunk cannot be unpacked to what it should hold.
        """
        out = np.empty([s.stop - s.start for s in where], dtype=self.dtype) if into is None else into
        for at in product(*(range(s.start // c, -(-s.stop // c)) for s, c in zip(where, self.chunks, strict=True))):
            mine, its = [], []
            for i, chunk, s in zip(at, self.chunks, where, strict=True):
                start, stop = max(s.start, i * chunk), min(s.stop, (i + 1) * chunk)
                mine.append(slice(start - s.start, stop - s.start))
                its.append(slice(start - i * chunk, stop - i * chunk))
            part = out[tuple(mine)]
            found = self._unpacked(at, part if part.shape == self.chunks and part.flags.c_contiguous else None)
            if found is not part:
                part[...] = self.fill if found is None else found[tuple(its)]
        return out

    def write(self, at: tuple[int, ...], values: NDArray[Any]) -> None:
        """One chunk, cut where the array ends; a file is there whole or not at all, and none for fill values alone."""
        file = self.folder / self.file_of(at)
        if self._is_fill(values):
            file.unlink(missing_ok=True)
            return
        if values.shape != self.chunks:
            whole = np.full(self.chunks, self.fill, dtype=self.dtype)
            whole[tuple(slice(0, n) for n in values.shape)] = values
            values = whole
        laid = np.ascontiguousarray(values, dtype=self.dtype)
        packed: Any = laid if self.codec is None else self.codec.encode(laid)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{os.getpid()}.partial")
        try:
            with part.open("wb") as to:
                view = memoryview(packed).cast("B")
                for start in range(0, len(view), PIECE):
                    to.write(view[start : start + PIECE])
            part.replace(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _unpacked(self, at: tuple[int, ...], into: NDArray[Any] | None) -> NDArray[Any] | None:
        """A chunk, laid straight into an array of its shape where one is given; None where it has no file."""
        try:
            raw = (self.folder / self.file_of(at)).read_bytes()
        except FileNotFoundError:
            return None
        if type(self.codec).__name__ == "Blosc" and int.from_bytes(raw[12:16], "little") != len(raw):
            raise Damaged(f"the chunk {self.file_of(at)} is damaged ({len(raw)} bytes)")  # of which Blosc says nothing
        if self.codec is None:
            return np.frombuffer(raw, dtype=self.dtype).reshape(self.chunks)
        if into is not None:
            last = into.reshape(-1)[-1:].view("u1")[-1:]
            last[0] = UNTOUCHED
            self.codec.decode(raw, into)
            if last[0] != UNTOUCHED:  # a chunk that is too short leaves it as it was, and codecs do not say so
                return into
        return np.frombuffer(self.codec.decode(raw), dtype=self.dtype).reshape(self.chunks)

    def _is_fill(self, values: NDArray[Any]) -> bool:
        first = values.flat[0]
        if first != first:
            return bool(self.fill != self.fill and np.isnan(values).all())
        return bool(first == self.fill and (values == self.fill).all() and not np.signbit(values).any())


def plain_array(array: Any) -> PlainArray | None:
    """A zarr array as one of plain chunks; None where it is not, or is not known to be."""
    from zarr.storage import LocalStore

    if (
        not isinstance(array.store, LocalStore)
        or not array.ndim
        or not array.dtype.isnative
        or array.shards is not None
    ):
        return None
    codec = _codec(array.metadata)
    if array.dtype.kind not in "iuf" or codec is None or sys.byteorder != "little":
        return None
    fill = array.fill_value if array.fill_value is not None else 0
    folder = Path(array.store.root, array.path)
    return PlainArray(
        folder, tuple(array.shape), tuple(array.chunks), array.dtype, np.asarray(fill, dtype=array.dtype)[()],
        codec[0], array.metadata.encode_chunk_key,
    )  # fmt: skip


def _codec(metadata: Any) -> tuple[Codec | None] | None:
    """How chunks are packed; None where that is more than a plain codec."""
    from numcodecs import get_codec

    said = metadata.to_dict()
    if metadata.zarr_format == 2:
        packs = said.get("compressor")
        if said.get("filters") or said.get("order") != "C" or (packs and packs["id"] not in CODECS):
            return None
        return (get_codec(packs) if packs else None,)
    first, *rest = said["codecs"]
    if said["chunk_grid"]["name"] != "regular" or said.get("storage_transformers") or first["name"] != "bytes":
        return None
    if first.get("configuration", {}).get("endian", "little") != "little" or len(rest) > 1:
        return None
    if not rest:
        return (None,)
    name, options = rest[0]["name"], dict(rest[0].get("configuration", {}))
    if name not in CODECS:
        return None
    if name == "blosc":
        return (_blosc(options),)
    return (get_codec({"id": name, **options}),)


def _blosc(options: dict[str, Any]) -> Codec:
    from numcodecs import Blosc

    shuffle = {"noshuffle": Blosc.NOSHUFFLE, "shuffle": Blosc.SHUFFLE, "bitshuffle": Blosc.BITSHUFFLE}
    made: Codec = Blosc(options["cname"], options["clevel"], shuffle[options["shuffle"]], options.get("blocksize", 0))
    return made
