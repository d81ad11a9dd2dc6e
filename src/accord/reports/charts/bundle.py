"""The scripts that charts run on: Vega as one bundle, held compressed in the page, and our own that starts it.

The bundle is made by scripts/vega_bundle.py. The page's policy names the digest of its text: our script inflates it and
puts it into a script element, which runs because its digest is known, and nothing else does.
"""

from __future__ import annotations

import base64
import gzip
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Scripts(NamedTuple):
    """What a page with charts holds beside them."""

    start: str
    """Our script: the whole text of a script element at the end of the page."""
    vega: str
    """The bundle's text, whose digest the policy must name; it stands in the page as `packed` alone."""
    packed: str
    """The bundle as base64 of gzip, for the element `<script type="application/octet-stream" id="vega">`."""
    style: str
    """Rules of the charts, for a style element."""


@cache
def scripts() -> Scripts:
    """The scripts and the rules of the charts."""
    here = files("accord") / "reports" / "charts"
    squeezed = (here / "vega.js.gz").read_bytes()
    return Scripts(
        (here / "start.js").read_text(encoding="utf-8"),
        gzip.decompress(squeezed).decode("utf-8"),
        base64.b64encode(squeezed).decode("ascii"),
        (here / "charts.css").read_text(encoding="utf-8"),
    )
