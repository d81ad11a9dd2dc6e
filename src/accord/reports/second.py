"""A second process that draws its share of a report's figures.

It is at work soonest where it starts before its parent imports anything: so does this file, which needs little.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from accord import sweeps


class Shared(NamedTuple):
    """How two processes share the figures: who makes a figure's file in the folder draws it and says there how it went."""

    place: Path
    wait: Callable[[], None]
    """Returns once the other process has ended."""


def draw_when_told(work: Path, place: Path) -> None:
    """Wait until there is work, a pickled tree with the folder and the language, and draw what figures nobody has taken."""
    from accord.reports.figures import draw_rest

    sweeps.rarely()
    while not work.exists():
        time.sleep(0.02)
    tree, to, language = pickle.loads(work.read_bytes())
    draw_rest(tree, to, language, place)
