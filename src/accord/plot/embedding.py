"""A TrueType font cut down to the glyphs that a page of PDF sets, by its own tables.

fontTools does the same for any use of a font, and reads the names, metrics and layout rules of all its glyphs for it: with
some thousand Chinese ones that is half the time of writing a figure. A PDF names glyphs by number and places each, so that
outlines and widths are all it reads. Fonts of another make are left to fontTools.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

HINTS = ("cvt ", "fpgm", "prep")
"""Tables that outlines are fitted to dots by, which stand as they are."""
WORDS, SCALE, SCALES, MATRIX, MORE = 0x1, 0x8, 0x40, 0x80, 0x20
"""What a part of a glyph says of itself: long places, one scale, two, a matrix, and that a further part follows."""
WHOLE = 0xB1B0AFBA
"""What the sum of a font file is to be, by the adjustment in its head."""


class Font(NamedTuple):
    """A font's tables by name, and where each glyph's outline lies in `glyf`."""

    tables: dict[str, bytes]
    places: tuple[int, ...]


class Cut(NamedTuple):
    """A font with some glyphs as matplotlib takes it: what writes the file, and the new number of each glyph."""

    font: Any
    glyph_index_map: dict[int, int]


class _File(bytes):
    """A whole font file."""

    def save(self, file: Any, **_how: Any) -> None:
        file.write(self)


def cut(path: str | Path, glyphs: Iterable[int], face: int = 0) -> Cut | None:
    """A font file with these glyphs, those that they are made of, and the one for what is missing; None where it cannot be cut."""
    font = _font(str(path), face)
    if font is None:
        return None
    kept = _whole(font, glyphs)
    new = {old: k for k, old in enumerate(kept)}
    outlines, places = b"", [0]
    for old in kept:
        outline = _renamed(_outline(font, old), new)
        outlines += outline + bytes(-len(outline) % 4)
        places.append(len(outlines))
    head, across = bytearray(font.tables["head"]), bytearray(font.tables["hhea"])
    head[8:12], head[50:52] = bytes(4), struct.pack(">h", 1)
    across[34:36] = struct.pack(">H", len(kept))
    most = bytearray(font.tables["maxp"])
    most[4:6] = struct.pack(">H", len(kept))
    tables = {
        "head": bytes(head), "hhea": bytes(across), "maxp": bytes(most), "glyf": outlines,
        "loca": struct.pack(f">{len(places)}I", *places), "hmtx": b"".join(_width(font, old) for old in kept),
        **{name: font.tables[name] for name in HINTS if name in font.tables},
    }  # fmt: skip
    return Cut(_File(_packed(tables)), new)


@lru_cache(maxsize=8)
def _font(path: str, face: int) -> Font | None:
    """The font's tables; None where its outlines are no TrueType outlines or something lacks."""
    raw = Path(path).read_bytes()
    start = 0
    if raw[:4] == b"ttcf":
        start = struct.unpack_from(">I", raw, 12 + 4 * face)[0]
    if raw[start : start + 4] not in (b"\x00\x01\x00\x00", b"true"):
        return None
    tables = {}
    for k in range(struct.unpack_from(">H", raw, start + 4)[0]):
        name, _, at, length = struct.unpack_from(">4sIII", raw, start + 12 + 16 * k)
        tables[name.decode("latin-1")] = raw[at : at + length]
    if not {"head", "hhea", "maxp", "glyf", "loca", "hmtx"} <= set(tables):
        return None
    long = struct.unpack_from(">h", tables["head"], 50)[0]
    n = struct.unpack_from(">H", tables["maxp"], 4)[0] + 1
    found = struct.unpack_from(f">{n}{'I' if long else 'H'}", tables["loca"])
    return Font(tables, found if long else tuple(2 * at for at in found))


def _outline(font: Font, glyph: int) -> bytes:
    return font.tables["glyf"][font.places[glyph] : font.places[glyph + 1]]


def _width(font: Font, glyph: int) -> bytes:
    """How far a glyph goes on, and where its outline starts."""
    told = struct.unpack_from(">H", font.tables["hhea"], 34)[0]
    metrics = font.tables["hmtx"]
    if glyph < told:
        return metrics[4 * glyph : 4 * glyph + 4]
    at = 4 * told + 2 * (glyph - told)
    return metrics[4 * told - 4 : 4 * told - 2] + metrics[at : at + 2]


def _parts(outline: bytes) -> Iterator[tuple[int, int]]:
    """Where a glyph names each glyph that it is made of, and which."""
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return
    at, flags = 10, MORE
    while flags & MORE:
        flags, glyph = struct.unpack_from(">HH", outline, at)
        yield at + 2, glyph
        at += 4 + (4 if flags & WORDS else 2)
        at += 2 if flags & SCALE else 4 if flags & SCALES else 8 if flags & MATRIX else 0


def _whole(font: Font, glyphs: Iterable[int]) -> list[int]:
    """The glyphs with those that they are made of, in their order."""
    kept, ahead = {0}, [int(g) for g in glyphs]
    kept.update(ahead)
    while ahead:
        more = {part for _, part in _parts(_outline(font, ahead.pop()))} - kept
        kept |= more
        ahead += more
    return sorted(kept)


def _renamed(outline: bytes, new: dict[int, int]) -> bytes:
    """A glyph that names its parts by their new numbers."""
    out = bytearray(outline)
    for at, glyph in _parts(outline):
        struct.pack_into(">H", out, at, new[glyph])
    return bytes(out)


def _packed(tables: dict[str, bytes]) -> bytes:
    """A font file of these tables."""
    n = len(tables)
    power = n.bit_length() - 1
    out = struct.pack(">4sHHHH", b"\x00\x01\x00\x00", n, 16 << power, power, 16 * n - (16 << power))
    at, body = 12 + 16 * n, b""
    for name in sorted(tables):
        raw = tables[name] + bytes(-len(tables[name]) % 4)
        out += struct.pack(">4sIII", name.encode("latin-1"), _sum(raw), at + len(body), len(tables[name]))
        body += raw
    whole = bytearray(out + body)
    start = struct.unpack_from(">I", whole, 12 + 16 * sorted(tables).index("head") + 8)[0]
    struct.pack_into(">I", whole, start + 8, (WHOLE - _sum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)


def _sum(raw: bytes) -> int:
    return int(sum(struct.unpack(f">{len(raw) // 4}I", raw))) & 0xFFFFFFFF


@contextmanager
def embedded_cut() -> Iterator[None]:
    """Matplotlib cuts fonts for PDF in this way meanwhile; releases that do it otherwise go on as they do."""
    from matplotlib.backends import _backend_pdf_ps as backend

    theirs: Any = getattr(backend, "get_glyphs_subset", None)
    if theirs is None or getattr(getattr(backend, "SubsetResults", None), "_fields", ()) != Cut._fields:
        yield
        return

    @contextmanager
    def ours(fontfile: Any, glyphs: Any) -> Iterator[Any]:
        made = cut(fontfile, glyphs, int(getattr(fontfile, "face_index", 0)))
        if made is not None:
            yield made
            return
        with theirs(fontfile, glyphs) as subset:
            yield subset

    backend.get_glyphs_subset = ours
    try:
        yield
    finally:
        backend.get_glyphs_subset = theirs
