"""Make the bundle of Vega that the report's charts run on: src/accord/reports/charts/vega.js.gz.

vl-convert holds Vega, Vega-Lite, Vega-Embed and Vega's interpreter of expressions, and joins them into one script without
a network: `python scripts/vega_bundle.py`. It is made once and not at each report, for that takes two seconds, 170 MB of
memory and an 84 MB package. The texts of the licences stand beside it.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import vl_convert

TO = Path(__file__).parents[1] / "src" / "accord" / "reports" / "charts" / "vega.js.gz"
VEGA_LITE = "6.4"
"""As Altair's schema."""
OURS = "window.accordEmbed = vegaEmbed;"

if __name__ == "__main__":
    bundle = f"(() => {{{vl_convert.javascript_bundle(OURS, vl_version=VEGA_LITE)}}})();"
    TO.write_bytes(gzip.compress(bundle.encode("utf-8"), 9, mtime=0))
    print(f"{TO.name}: {len(bundle)} characters, {TO.stat().st_size} bytes compressed")
