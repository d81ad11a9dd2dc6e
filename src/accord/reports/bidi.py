"""Names that turn the direction of writing: set apart in the page, so that what stands beside them keeps its order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

TURNS = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters of scripts that run from right to left, and signs that steer the direction."""
STEERING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that steer the direction of writing, and show nothing themselves."""


def apart(names: Iterable[str]) -> Callable[[str], str | Markup]:
    r"""What sets those of the names apart that turn the direction of writing, wherever they stand in a text.

    Examples
    --------
    >>> told = apart(["\u202eevil", "North"])
    >>> str(told("\u202eevil leads <North>")).replace("\u202e", "RLO")
    '<bdi>RLOevil</bdi> leads &lt;North&gt;'
    >>> told("North leads")
    'North leads'
    """
    turning = sorted({n for n in names if TURNS.search(n)}, key=len, reverse=True)
    if not turning:
        return lambda text: text
    found = re.compile("(" + "|".join(map(re.escape, turning)) + ")")

    def told(text: str) -> str | Markup:
        if not isinstance(text, str) or not TURNS.search(text):
            return text
        parts = found.split(text)  # each second one is a name
        return Markup("").join(Markup("<bdi>{}</bdi>").format(p) if k % 2 else escape(p) for k, p in enumerate(parts))

    return told
