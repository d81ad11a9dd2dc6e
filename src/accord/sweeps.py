"""How often a process searches its memory for what is left over."""

from __future__ import annotations

import atexit
import gc

MANY = 300_000
"""Objects made, and not gone of themselves, from which a search pays: about 200 MB of drawn figures."""


def rarely() -> None:
    """Search rarely, and not at the end: for a process that ends with its one task, whose memory goes with it."""
    gc.set_threshold(MANY)
    atexit.register(gc.freeze)
