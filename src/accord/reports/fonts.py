"""A font for the page's Chinese characters, cut from the bundled one, so that any machine shows them."""

from __future__ import annotations

import base64
import io
import logging
from functools import cache
from importlib.resources import files
from typing import Any
from warnings import warn

from accord.errors import AccordWarning

FAMILY = "Accord Sans SC"
LOCAL = ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC")
"""Fonts of the reader's machine that go before ours. The rule stands first among the page's families and is
limited to East Asian characters: as a last resort Chromium does not redraw text it has already drawn."""
FIRST = 0x2E80
"""Characters from here on are those a machine without Chinese fonts lacks."""


@cache
def held() -> frozenset[int]:
    """Characters that the bundled font has."""
    return frozenset(_bundled().getBestCmap())


def absent(text: str) -> list[str]:
    r"""East Asian characters, signs and emoji of a text that the bundled font lacks.

    Examples
    --------
    >>> absent("耦合 D \U0001f600 \u2a0c")
    ['😀']
    """
    return sorted(c for c in set(text) if ord(c) >= FIRST and ord(c) not in held())


def lacking(text: str) -> dict[str, str] | None:
    """What to say of the characters that the bundled font lacks, in English and Chinese; None where it has all."""
    if not (found := absent(text)):
        return None
    named = ", ".join(f"{c} (U+{ord(c):04X})" for c in found[:20])
    return {
        "en": f"the report's font has no {named}: readers need a font of their own, and figures may show boxes",
        "zh": f"报告自带字体缺少字符 {named}：读者设备须有相应字体，图中可能显示为方框",
    }


def _bundled() -> Any:
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    source = files("accord") / "plot" / "fonts" / "AccordSansSC-Regular.ttf"
    return TTFont(io.BytesIO(source.read_bytes()), recalcTimestamp=False)


def embedded(page: str) -> str:
    """The `@font-face` rule for the East Asian characters of a page; empty where it has none.

    Characters that the bundled font lacks are left to the reader's own fonts, with a warning that
    names them.
    """
    wanted = {c for c in set(page) if ord(c) >= FIRST}
    if not wanted:
        return ""
    from fontTools.subset import Options, Subsetter

    font = _bundled()
    if said := lacking(page):
        warn(said["en"], AccordWarning, stacklevel=2)
    options = Options()
    options.flavor = "woff"
    options.layout_features = []
    options.notdef_outline = True
    cut = Subsetter(options)
    cut.populate(text="".join(wanted))
    cut.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    source_list = ", ".join(
        [*(f'local("{name}")' for name in LOCAL), f'url(data:font/woff;base64,{data}) format("woff")']
    )
    return f'@font-face {{ font-family: "{FAMILY}"; src: {source_list}; unicode-range: U+2E80-FFFF; font-display: block; }}'
