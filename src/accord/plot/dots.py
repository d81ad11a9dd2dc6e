"""A drawn figure's dots as a PNG: in a palette of 256 colours where no eye sees the difference, which is a third of the size."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

import numpy as np

COLOURS = 256
"""Colours that a palette holds."""
AREAS = 200
"""Of them, those kept for areas: the others are for the edges of lines and type."""
RUN, AREA, UPRIGHT = 4, 100, 240
"""A colour is that of an area where so many dots lie in runs so long, or of an upright line where so many lie anywhere."""
UNSEEN = (1, 2, 3, 4)
"""Steps of a colour's parts (of 256) to which areas may be rounded where they have more colours than `AREAS`."""
EDGES = (1, 4, 8, 12)
"""The same for edges, whose dots are each a mixture of two areas; beyond the last the rarest take their nearest colour."""
SEEN, SELDOM = 16, 0.002
"""A picture keeps all its colours where more than this share of its dots would differ by more than this in some part."""
PACKED, LOOSELY = 6, 3
"""How hard zlib tries, of 9, for places in a palette and for colours: the latter are thrice as many bytes."""

Dots = np.ndarray


class Palette(NamedTuple):
    """Colours (colour, red green blue) and the place among them of each dot (row, column)."""

    colours: Dots
    places: Dots


def png(dots: Dots, dpi: float) -> bytes:
    r"""A PNG of opaque dots (row, column, red green blue alpha).

    Examples
    --------
    >>> png(np.full((2, 3, 4), 255, dtype="u1"), 300)[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    high, wide, _ = dots.shape
    found = palette(dots)
    if found is None:
        kind, table, level, rows = 2, b"", LOOSELY, dots[..., :3].reshape(high, 3 * wide)
    else:
        kind, table, level, rows = 3, found.colours.tobytes(), PACKED, found.places
    told = np.zeros((high, 1 + rows.shape[1]), dtype="u1")  # the first byte of each row says that it stands as it is
    told[:, 1:] = rows
    a_metre = round(dpi / 0.0254)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, kind, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", a_metre, a_metre, 1)),
        (b"PLTE", table),
        (b"IDAT", zlib.compress(told.data, level)),
        (b"IEND", b""),
    )
    made = (
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts if d or n != b"PLTE"
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def palette(dots: Dots) -> Palette | None:
    """The dots in at most `COLOURS` colours, areas as they are; None where that would be seen.

    Colours are told apart by runs along rows: a figure has a tenth as many of these as it has dots.
    """
    high, wide, _ = dots.shape
    flat = np.ascontiguousarray(dots).view("<u4").reshape(-1)
    starts = np.append(0, np.flatnonzero(flat[1:] != flat[:-1]) + 1)
    lengths = np.diff(starts, append=flat.size)
    codes, of_run = np.unique(flat[starts], return_inverse=True)
    parts = (codes[:, None] >> np.array([0, 8, 16], dtype="u4") & 255).astype("i4")
    on_end, all_told = (np.bincount(of_run, weights=n) for n in (lengths * (lengths >= RUN), lengths))
    area = (on_end >= AREA) | (all_told >= UPRIGHT)
    kept = _leading(parts[area], on_end[area], UNSEEN, AREAS)
    if len(kept) > AREAS:
        return None
    edges = _leading(parts[~area], all_told[~area], EDGES, COLOURS - len(kept))
    colours = np.concatenate([kept, edges[: COLOURS - len(kept)]])
    nearest, far = _nearest(parts, colours)
    if all_told[far > SEEN].sum() > SELDOM * flat.size:
        return None
    return Palette(colours.astype("u1"), np.repeat(nearest.astype("u1")[of_run], lengths).reshape(high, wide))


def _leading(parts: Dots, weight: Dots, steps: tuple[int, ...], room: int) -> Dots:
    """The heaviest colour of each group, heaviest groups first, in the finest step that makes no more than there is room for."""
    groups = which = np.zeros(0, dtype="i8")
    for step in steps:
        near = (parts + step // 2) // step
        groups, which = np.unique(near[:, 0] << 16 | near[:, 1] << 8 | near[:, 2], return_inverse=True)
        if groups.size <= room:
            break
    first = np.zeros(groups.size, dtype="i8")
    by_weight = np.argsort(weight, kind="stable")
    first[which[by_weight]] = by_weight  # of each group the heaviest comes last, and stays
    return parts[first[np.argsort(-np.bincount(which, weights=weight), kind="stable")]]


def _nearest(parts: Dots, colours: Dots) -> tuple[Dots, Dots]:
    """The nearest of some colours to each, and how far it is in the part that differs most."""
    of, to = parts.astype("f4"), colours.astype("f4")
    nearest = np.argmin((to**2).sum(axis=1) - 2 * of @ to.T, axis=1)
    return nearest, abs(parts - colours[nearest]).max(axis=1)
