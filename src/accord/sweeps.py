"""How often a process searches its memory for what is left over."""

from __future__ import annotations

import atexit
import gc

MANY = 500_000
"""Objects made from which a search pays: about 300 MB of drawn figures."""


def rarely() -> None:
    """Search rarely, and not at the end: for a process that ends with its one task, whose memory goes with it."""
    gc.set_threshold(MANY)
    atexit.register(gc.freeze)
