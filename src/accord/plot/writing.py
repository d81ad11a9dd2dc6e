"""How a drawn figure becomes a file: dots packed quickly, and fonts in PDF cut down to what a page of it uses."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

UNUSED = ("GSUB", "GPOS", "GDEF", "kern", "MATH", "BASE", "JSTF", "name", "post", "OS/2", "gasp")
"""Tables of a font that nobody reads inside a PDF, where every glyph has its number and its place already."""
PACKED = 3
"""How hard zlib tries, of 9: figures are flat, and 6 takes twice the time for a sixth less."""
_UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def write_figure(figure: Figure, path: Path, kind: str) -> None:
    """Write a figure as "png", "svg" or "pdf", in matplotlib's settings of the moment; the same bytes each time."""
    if kind == "png" and (dots := _dots(figure)) is not None:
        path.write_bytes(png(dots, float(matplotlib.rcParams["savefig.dpi"])))
        return
    with _light_fonts():
        figure.savefig(path, format=kind, metadata=_UNDATED.get(kind, {}))


def _dots(figure: Figure) -> np.ndarray | None:
    """The figure's dots as (row, column, red green blue); None where some are transparent."""
    buffer, dpi = BytesIO(), float(matplotlib.rcParams["savefig.dpi"])
    figure.savefig(buffer, format="rgba")
    wide, high = (int(n) for n in figure.get_size_inches() * dpi)
    flat = np.frombuffer(buffer.getbuffer(), dtype="u1")
    if flat.size != 4 * wide * high or flat[3::4].min(initial=255) < 255:
        return None
    return flat.reshape(high, wide, 4)[..., :3]


def png(dots: np.ndarray, dpi: float) -> bytes:
    r"""A PNG of dots (row, column, red green blue) as they stand: what Pillow does before packing takes thrice the time.

    Examples
    --------
    >>> png(np.zeros((2, 3, 3), dtype="u1"), 300)[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    high, wide, _ = dots.shape
    rows = np.zeros((high, 1 + 3 * wide), dtype="u1")  # the first byte of each row says that it stands as it is
    rows[:, 1:] = dots.reshape(high, 3 * wide)
    a_metre = round(dpi / 0.0254)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", a_metre, a_metre, 1)),
        (b"IDAT", zlib.compress(rows.data, PACKED)),
        (b"IEND", b""),
    )
    made = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


@contextmanager
def _light_fonts() -> Iterator[None]:
    """Fonts embedded meanwhile leave out the `UNUSED` tables: reading them took half the time of writing a PDF."""
    from fontTools.subset import Options

    always = getattr(Options, "_drop_tables_default", None)
    if always is None:  # a newer fontTools keeps its list elsewhere: the fonts are whole, and look alike
        yield
        return
    Options._drop_tables_default = [*always, *UNUSED]
    try:
        yield
    finally:
        Options._drop_tables_default = always
