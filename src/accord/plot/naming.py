"""Names beside points, placed where nothing else stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from accord.plot.layout import width

TALL = 2.5
"""Height of a line of small type in mm, from its lowest to its highest letters."""


class Placed(NamedTuple):
    """A name and where its left end and its middle height stand, in mm from the lower left corner."""

    name: str
    x: float
    y: float


Box = tuple[float, float, float, float]


@dataclass
class Paper:
    """A panel in mm and what is taken of it: boxes (left, bottom, right, top) from its lower left corner.

    `lines` are boxes along lines that a name keeps clear of where it can, and covers where it must.
    """

    wide: float
    tall: float
    taken: list[Box] = field(default_factory=list)
    lines: list[Box] = field(default_factory=list)

    def take(self, x: float, y: float, half_wide: float, half_tall: float) -> None:
        """Mark a box around a point as taken."""
        self.taken.append((x - half_wide, y - half_tall, x + half_wide, y + half_tall))

    def trace(self, x: float, y: float) -> None:
        """Mark a point of a line."""
        self.lines.append((x - 0.4, y - 0.4, x + 0.4, y + 0.4))

    def free(
        self, x: float, y: float, half_wide: float, half_tall: float, *, but: int = -1, strict: bool = False
    ) -> bool:
        """Whether a box around a point lies on the paper and touches nothing, nor a line where `strict`.

        `but` is the place of one taken box to pass over.

        Examples
        --------
        >>> paper = Paper(10, 10)
        >>> paper.take(5, 5, 1, 1)
        >>> paper.free(8, 5, 1, 1), paper.free(6.5, 5, 1, 1), paper.free(9.5, 5, 1, 1)
        (True, False, False)
        """
        if min(x - half_wide, y - half_tall) < 0 or x + half_wide > self.wide or y + half_tall > self.tall:
            return False
        a = np.asarray([box for k, box in enumerate(self.taken) if k != but] + self.lines * strict).reshape(-1, 4)
        across = (a[:, 0] < x + half_wide) & (a[:, 2] > x - half_wide)
        return not bool((across & (a[:, 1] < y + half_tall) & (a[:, 3] > y - half_tall)).any())


def beside(
    paper: Paper, points: np.ndarray[Any, Any], order: Sequence[int], names: Sequence[str], radius: float, most: int
) -> list[Placed]:
    """Names of the points that have room beside them, the first `most` of those in this order.

    The paper's first boxes are those of the points; `radius` is that of their markers in mm.
    """
    out: list[Placed] = []
    for own, name in zip(order, names, strict=True):
        if len(out) == most:
            break
        half, up = 0.5 * width(name) + 0.2, 0.5 * TALL
        x, y = points[own]
        places = list(_around(float(x), float(y), radius + 0.25, half, up))
        at = next(
            (p for strict in (True, False) for p in places if paper.free(*p, half, up, but=own, strict=strict)), None
        )
        if at is not None:
            paper.take(*at, half, up)
            out.append(Placed(name, at[0] - half + 0.2, at[1]))
    return out


def upon(paper: Paper, places: Sequence[tuple[float, float]], name: str) -> Placed | None:
    """A name centred on the first of some places that is free; None where none is."""
    half, up = 0.5 * width(name) + 0.3, 0.5 * TALL
    for strict in (True, False):
        for x, y in places:
            if paper.free(x, y, half, up, strict=strict):
                paper.take(x, y, half, up)
                return Placed(name, x - half + 0.3, y)
    return None


def _around(x: float, y: float, away: float, half: float, up: float) -> Iterator[tuple[float, float]]:
    """Centres of a name beside, above and below a point, then at its corners."""
    for right, above in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        near = away * (0.7 if right and above else 1.0)
        yield x + right * (near + half), y + above * (near + up)
