"""Figures inside the page: outlines without what no eye sees, or dots where those are lighter."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from itertools import count, product
from pathlib import Path
from string import ascii_letters, digits
from urllib.parse import quote

from markupsafe import Markup

HEAVY = 250_000
"""Characters beyond which a figure is shown as a picture of dots, where that is lighter."""
HOPELESS = 4_000_000
"""Bytes of an SVG file beyond which slimming it, which takes seconds, cannot make it lighter than a picture of dots."""
PLAIN = " ='/:;,.()-_!~*+@?$[]{}"
"""Characters that stand as they are in the address of a picture."""


def inline(files: list[Path]) -> Markup:
    """The SVG of a figure as a data address, or its PNG where the SVG is heavy and the PNG is less so."""
    kinds = {path.suffix: path for path in files}
    if ".png" in kinds and kinds[".svg"].stat().st_size > HOPELESS:
        return Markup(_dots(kinds[".png"]))
    drawn = f"data:image/svg+xml,{quote(slimmed(kinds['.svg'].read_text(encoding='utf-8')), safe=PLAIN)}"
    if len(drawn) > HEAVY and ".png" in kinds:
        drawn = min(drawn, _dots(kinds[".png"]), key=len)
    return Markup(drawn)  # nothing of the user's is left in it: outlines, percent-encoded


def _dots(file: Path) -> str:
    """A picture of dots as an address that holds it; it has few colours already (accord/plot/dots.py)."""
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode('ascii')}"


def slimmed(svg: str) -> str:
    r"""An SVG of matplotlib's that looks alike: short names, each style told once, outlines to 0.1 of a point.

    Comments, metadata, line breaks, groups that only group and names that nothing refers to are left out.

    Examples
    --------
    >>> slimmed('<svg>\n<!-- name -->\n<g id="a">\n<path d="M 1.23456 2.5 \nL 3.14159 0 \nL 4 0 \n" style="fill: none"/>\n</g>\n</svg>')
    "<svg><path d='M1.2 2.5L3.1 0 4 0' style='fill:none'/></svg>"
    """
    out = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>", "", svg, flags=re.DOTALL)
    out = re.sub(r">\s+<", "><", re.sub(r"\s+", " ", out)).strip()
    out = re.sub(r'(\s(?:d|points)=")([^"]*)', lambda found: found[1] + _outline(found[2]), out)
    out = re.sub(
        r'(<use [^>]*)transform="translate\((\S+) 0\)"', lambda found: f'{found[1]}x="{_places(found[2], 1)}"', out
    )
    out = re.sub(r'(\s(?:x|y|width|height)=")(\d+\.\d+)', lambda found: found[1] + _places(found[2], 2), out)
    out = re.sub(r"translate\((\S+) (\S+)\)", _moved, out)
    out = re.sub(r'style="[^"]*"', lambda found: re.sub(r"([:;]) ", r"\1", found[0]), out)
    return _styled(_named(_ungrouped(re.sub(r'(<g) id="[^"]*"', r"\1", out)))).replace('"', "'")


def _places(number: str, places: int) -> str:
    """A number to so many decimals, written shortly."""
    return f"{float(number):.{places}f}".rstrip("0").rstrip(".") if "." in number else number


def _moved(found: re.Match[str]) -> str:
    return f"translate({_places(found[1], 1)} {_places(found[2], 1)})"


def _outline(path: str) -> str:
    """An outline to one decimal; a command is told once for a run of the same."""
    short = re.sub(r"\d+\.\d\d+", lambda found: _places(found[0], 1), path)
    parts = re.findall(r"([A-Za-z])([^A-Za-z]*)", short)
    if not parts:
        return short
    out, last = [], ""
    for command, numbers in parts:
        same = command == last and command in "LQC"
        out.append((" " if same else command) + numbers.strip())
        last = command
    return "".join(out)


def _ungrouped(svg: str) -> str:
    """Groups that say nothing of what they hold are taken away."""
    open_groups: list[bool] = []

    def kept(found: re.Match[str]) -> str:
        if found[0] == "</g>":
            return "</g>" if open_groups.pop() else ""
        if not found[0].endswith("/>"):
            open_groups.append(found[0] != "<g>")
        return "" if found[0] in ("<g>", "<g/>") else found[0]

    return re.sub(r"<g(?: [^>]*)?>|<g/>|</g>", kept, svg)


def _named(svg: str) -> str:
    """What is referred to has a name of a letter or two."""
    found = re.findall(r'\sid="([^"]*)"', svg)
    short = dict(zip(dict.fromkeys(found), _short_names(), strict=False))
    out = re.sub(r'(\sid=")([^"]*)', lambda m: str(m[1]) + short[str(m[2])], svg)
    out = re.sub(r'(href="#|url\(#)([^")]*)', lambda m: str(m[1]) + short.get(str(m[2]), str(m[2])), out)
    return out.replace("xlink:href=", "href=").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")


def _styled(svg: str) -> str:
    """Styles that stand more than twice become classes of the drawing."""
    times = Counter(re.findall(r' style="([^"]*)"', svg))
    names = dict(zip((style for style, n in times.items() if n > 2), _short_names(), strict=False))
    if not names or "</style>" not in svg:
        return svg
    rules = "".join(f".{name}{{{style}}}" for style, name in names.items())
    out = re.sub(r' style="([^"]*)"', lambda m: f' class="{names[m[1]]}"' if m[1] in names else m[0], svg)
    return out.replace("</style>", f"{rules}</style>", 1)


def _short_names() -> Iterator[str]:
    """a, b, ... Z, aa, ab, ..., a0, ..."""
    for length in count(1):
        for name in product(ascii_letters, *[ascii_letters + digits] * (length - 1)):
            yield "".join(name)
