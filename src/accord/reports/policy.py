"""The page's content-security policy: nothing is asked of a network, and only what accord wrote runs or styles."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence


def policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """The policy of a page with these scripts and styles, each the whole text of one element.

    Examples
    --------
    >>> policy([], ["p{}"])
    "default-src 'none'; img-src data:; font-src data:; style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; base-uri 'none'; form-action 'none'"
    """
    parts = [f"script-src {_sources(scripts)}"] if scripts else []
    parts += [
        "img-src data:",
        "font-src data:",
        f"style-src {_sources(styles)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(["default-src 'none'", *parts])


def _sources(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(t.encode("utf-8")).digest()).decode("ascii") for t in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
