"""How wide the columns of a table are when it is set on paper: what may break, and into lines of which length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from accord.reports.sections import Section

FIGURES = re.compile(r"[-+−<]?(\d|\.\d|∞)|[–−-]$")
"""How a cell begins that holds a number, maybe with stars and brackets behind it."""
EAST = 0x2E80
"""Characters from here on are as wide as two letters."""
NARROWEST = 10
"""Letters to which a head of several words is broken at the least."""


@dataclass(frozen=True)
class Column:
    """One column of a table on paper."""

    figures: bool
    """Numbers, set to the right."""
    width: int
    """Letters that it takes, its head broken into lines."""
    longest: int
    """Letters of its longest cell."""
    head: tuple[str, ...]
    """The lines of its head."""


def columns_of(section: Section, rows: Sequence[Sequence[str]]) -> list[Column]:
    """The columns of a table with these rows."""
    out = []
    for k, head in enumerate(section.head):
        cells = [row[k] for row in rows]
        longest = max((width(cell) for cell in cells), default=0)
        lines = broken(head, max(NARROWEST, longest))
        figures = section.numeric[k] or (any(cells) and all(FIGURES.match(c) for c in cells if c))
        out.append(Column(figures, max(longest, *map(width, lines)), longest, tuple(lines)))
    return out


def width(text: str) -> int:
    """Letters that a text takes, two for a Chinese character.

    Examples
    --------
    >>> width("D"), width("协调度 D")
    (1, 8)
    """
    return len(text) + sum(ord(c) >= EAST for c in text)


def broken(text: str, limit: int) -> list[str]:
    """A text in lines of at most so many letters where its words allow it; Chinese may break anywhere.

    Examples
    --------
    >>> broken("skill against drift", 13)
    ['skill against', 'drift']
    >>> broken("前者的耦合协调度", 10)
    ['前者的耦合', '协调度']
    """
    lines: list[str] = []
    for word in re.findall(r"\s*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)", text):
        if lines and width(lines[-1] + word) <= limit:
            lines[-1] += word
        else:
            lines.append(word.strip())
    return lines or [""]
