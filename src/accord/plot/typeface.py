"""Fonts: which families a figure uses, which characters none of them has.

The reader's own font comes first (rcParams), then one the system has, then the bundled one, which
sets Chinese everywhere. Only TrueType outlines are taken: matplotlib embeds no others properly in PDF.
"""

from __future__ import annotations

import struct
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from matplotlib import font_manager, rcParams, rcParamsDefault
from matplotlib.ft2font import FT2Font

from accord.errors import AccordWarning

BUNDLED = "Accord Sans SC"
FILE = Path(__file__).parent / "fonts" / "AccordSansSC-Regular.ttf"
LATIN = ("Arial", "Liberation Sans", "DejaVu Sans")
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "Heiti SC", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
)  # fmt: skip
PROBE = {"en": "Dd%", "zh": "耦合协调度D%"}
"""Text that a font must be able to set to lead in a language."""
UNKNOWN = "□"


def families(language: str) -> list[str]:
    """Font families in the order in which glyphs are looked for; the bundled one closes the list."""
    register()
    return list(_families(language, tuple(_own()), len(font_manager.fontManager.ttflist)))


def missing_glyphs(text: str, language: str = "en") -> set[str]:
    """Characters of `text` that no font of the figure can draw.

    Examples
    --------
    >>> missing_glyphs("Beijing 北京")
    set()
    """
    known: set[int] = set()
    for family in families(language):
        known |= _characters(*_file(family))
    return {c for c in text if ord(c) not in known and not c.isspace()}


def printable(names: Iterable[object], language: str = "en") -> list[str]:
    """Names as they can be drawn: one line each, and an empty box for a character that no font has.

    Warns
    -----
    AccordWarning
        If a character cannot be drawn: which, and in which name.
    """
    lines = [" ".join("".join(c if unicodedata.category(c) != "Cc" else " " for c in str(n)).split()) for n in names]
    lost = missing_glyphs("".join(lines), language)
    if lost:
        where = next(line for line in lines if lost & set(line))
        warnings.warn(
            f'no font at hand has {", ".join(sorted(lost))} (as in "{where}"), drawn as an empty box: install a font '
            f'that has it and name it first in matplotlib.rcParams["font.family"]',
            AccordWarning,
            stacklevel=4,
        )
    return ["".join(UNKNOWN if c in lost else c for c in line) for line in lines]


@lru_cache(maxsize=1)
def register() -> None:
    """Make the bundled font known to matplotlib, once."""
    font_manager.fontManager.addfont(FILE)


@contextmanager
def found_once() -> Iterator[None]:
    """Matplotlib looks meanwhile for each font of a figure once, and not for every piece of type that it measures or sets."""
    manager: Any = font_manager.fontManager
    theirs = getattr(manager, "_find_fonts_by_props", None)
    if theirs is None:  # a release that looks in another way
        yield
        return
    before, known = vars(manager).get("_find_fonts_by_props"), {}

    def ours(wanted: Any, *how: Any, **named: Any) -> Any:
        if how or named:
            return theirs(wanted, *how, **named)
        key = hash(wanted)  # matplotlib, too, takes those of equal hash for the same
        if key not in known:
            known[key] = theirs(wanted)
        return known[key]

    manager._find_fonts_by_props = ours
    try:
        yield
    finally:
        if before is None:
            del manager._find_fonts_by_props
        else:
            manager._find_fonts_by_props = before


def _own() -> list[str]:
    """Families that the reader has set; matplotlib's defaults are not a choice."""
    chosen: list[str] = []
    now: Any = rcParams
    default: Any = rcParamsDefault
    for family in now["font.family"]:
        kind = f"font.{family}"
        if kind not in default:
            chosen.append(family)
        elif family != "sans-serif" or now[kind] != default[kind]:
            chosen += now[kind]
    return chosen


@lru_cache
def _families(language: str, own: tuple[str, ...], _fonts: int) -> tuple[str, ...]:
    there = {entry.name for entry in font_manager.fontManager.ttflist}
    usable = [f for f in dict.fromkeys([*own, *LATIN, *CHINESE]) if f in there and _truetype(*_file(f))]
    probe = {ord(c) for c in PROBE[language]}
    lead = [*own, *(LATIN if language == "en" else CHINESE)]
    first = next((f for f in lead if f in usable and probe <= _characters(*_file(f))), BUNDLED)
    chinese = next((f for f in CHINESE if f in usable), BUNDLED)
    return tuple(dict.fromkeys([first, *(f for f in own if f in usable), chinese, BUNDLED, "DejaVu Sans"]))


@lru_cache
def _file(family: str) -> tuple[str, int]:
    path = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
    return str(path), int(getattr(path, "face_index", 0))


@lru_cache
def _characters(path: str, face: int) -> frozenset[int]:
    font = FT2Font(path, face_index=face) if face else FT2Font(path)
    return frozenset(font.get_charmap())


def _truetype(path: str, face: int) -> bool:
    with open(path, "rb") as file:
        head = file.read(12)
        if head[:4] == b"ttcf":
            file.seek(12 + 4 * face)
            file.seek(struct.unpack(">I", file.read(4))[0])
            head = file.read(4)
    return head[:4] in (b"\x00\x01\x00\x00", b"true")
