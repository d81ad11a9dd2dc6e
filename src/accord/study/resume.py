"""What a run over a large grid has done so far, kept block by block, so that a run after a crash goes on from there.

A pass over the blocks has a log: for each block that is done what came of it, and the sizes of the files its cells went
to. A log is found by the digest of all that the pass depends on, so another input, plan or version never meets it.
Records that are damaged, and blocks whose files are not as they were, are done again.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from accord import __version__
from accord.errors import room_on_disk
from accord.method import Choice
from accord.study.source import Arrays, Block, Source, Where

Piece = tuple[Where, Arrays]
HEAD = struct.Struct("<II")
"""Length and checksum of a record."""


@dataclass(frozen=True)
class Done:
    """A block that is done: what came of it, and what is known of the files its cells went to."""

    pieces: list[Piece]
    files: list[int]


@dataclass(frozen=True)
class Log:
    """The blocks of one pass that are done."""

    path: Path

    def read(self) -> dict[int, Done]:
        """Blocks by number; what follows a damaged record is dropped from the file."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return {}
        out, at = {}, 0
        while (end := at + HEAD.size) <= len(data):
            length, checksum = HEAD.unpack(data[at:end])
            record = data[end : end + length]
            if len(record) < length or zlib.crc32(record) != checksum:
                break
            number, done = _unpacked(record)
            out[number], at = done, end + length
        if at < len(data):
            with self.path.open("r+b") as file:
                file.truncate(at)
        return out

    def add(self, number: int, done: Done) -> None:
        """Keep a block; it is there once this returns, even if the process is killed then."""
        record = _packed(number, done)
        with room_on_disk(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append(record)

    def _append(self, record: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(HEAD.pack(len(record), zlib.crc32(record)) + record)


def pass_key(
    names: Sequence[str], fitted: Arrays, makers: Mapping[str, Choice], source: Source, blocks: Sequence[Block]
) -> str:
    """A digest of all that a pass over these blocks depends on."""
    h = hashlib.sha256()
    cuts = [len(blocks), dict(blocks[0].where), dict(blocks[-1].where)]
    for said in (__version__, sys.version, np.__version__, xr.__version__, source.fingerprint, list(names), cuts):
        h.update(f"{said}\x1f".encode())
    for name in sorted(makers):
        m = makers[name].method
        options = json.dumps(dict(makers[name].options), sort_keys=True, default=str)
        h.update(f"{name} {m.id} {m.version} {options}\x1f".encode())
    for name in sorted(fitted):
        values = fitted[name].values
        h.update(f"{name} {fitted[name].dims} {values.dtype} {values.shape}\x1f".encode())
        h.update(repr(values.tolist()).encode() if values.dtype.kind in "OU" else values.tobytes())
    return h.hexdigest()[:32]


def _packed(number: int, done: Done) -> bytes:
    """A record: a line of JSON that says what there is, then the numbers."""
    raw: list[bytes] = []

    def values(array: Any) -> dict[str, Any]:
        if array.dtype.kind in "OU":
            return {"texts": array.astype(str).tolist(), "dtype": array.dtype.str}
        raw.append(np.ascontiguousarray(array).tobytes())
        return {"dtype": array.dtype.str, "shape": array.shape}

    said = [
        {
            "where": {d: [s.start, s.stop] for d, s in where.items()},
            "arrays": {
                name: {
                    "dims": a.dims, "values": values(a.values), "attrs": dict(a.attrs),
                    "coords": {k: [c.dims, values(c.values)] for k, c in a.coords.variables.items()},
                }
                for name, a in arrays.items()
            },
        }
        for where, arrays in done.pieces
    ]  # fmt: skip
    head = json.dumps({"number": number, "files": done.files, "pieces": said}, default=_plain)
    return head.encode() + b"\n" + b"".join(raw)


def _unpacked(record: bytes) -> tuple[int, Done]:
    head, _, raw = record.partition(b"\n")
    said, at = json.loads(head), 0

    def values(one: Mapping[str, Any]) -> np.ndarray[Any, Any]:
        nonlocal at
        if "texts" in one:
            return np.array(one["texts"], dtype=one["dtype"])
        kind, count = np.dtype(one["dtype"]), int(np.prod(one["shape"], dtype="i8"))
        found = np.frombuffer(raw, kind, count, at).reshape(one["shape"]).copy()
        at += count * kind.itemsize
        return found

    def array(one: Mapping[str, Any]) -> xr.DataArray:
        laid = values(one["values"])
        coords = {k: (dims, values(c)) for k, (dims, c) in one["coords"].items()}
        return xr.DataArray(laid, dims=one["dims"], coords=coords, attrs=one["attrs"])

    pieces: list[Piece] = [
        ({d: slice(*s) for d, s in piece["where"].items()}, {name: array(a) for name, a in piece["arrays"].items()})
        for piece in said["pieces"]
    ]
    return said["number"], Done(pieces, said["files"])


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} in the attributes of a part that is to be kept")
