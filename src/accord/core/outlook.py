"""What a forecast path says of a unit: the class it reaches and when, its tier, and whether its pace was ever seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def arrivals(now: NDArray[np.integer], path: NDArray[np.integer], classes: int) -> Ints:
    """First step, from 1, at which a path reaches or passes each class; 0 where it never does.

    `now` (units,) and `path` (units, steps) are class numbers from 1. A class above `now` is reached from below, one
    below `now` from above. Shape (units, classes).

    Examples
    --------
    >>> arrivals(np.array([2, 2]), np.array([[2, 4, 4], [2, 2, 1]]), 4).tolist()
    [[0, 0, 2, 2], [3, 0, 0, 0]]
    """
    number = np.arange(1, classes + 1)
    above = number[None] > now[:, None]
    passed = np.where(above[:, None], path[:, :, None] >= number, path[:, :, None] <= number) & (path[:, :, None] > 0)
    passed &= (number[None] != now[:, None])[:, None]
    return np.asarray(np.where(passed.any(axis=1), passed.argmax(axis=1) + 1, 0), dtype=np.int64)


def told(models: int, routes: Sequence[str]) -> NDArray[np.bool_]:
    """Which models and routes the long tables hold: every model on the direct route, the first on all of them.

    Shape (models, routes).

    Examples
    --------
    >>> told(3, ["indices", "direct"]).tolist()
    [[True, True], [False, True], [False, True]]
    """
    direct = np.array([route == "direct" for route in routes], dtype=bool)
    return np.asarray((np.arange(models) == 0)[:, None] | direct[None, :], dtype=bool)


def tiers(now: NDArray[np.integer], end: NDArray[np.integer]) -> Ints:
    """Tier of each unit by (class at the end, class now), the highest of both first; 0 where one is unknown.

    Examples
    --------
    >>> tiers(np.array([5, 5, 6, 0]), np.array([7, 6, 8, 7])).tolist()
    [2, 3, 1, 0]
    """
    known = (now > 0) & (end > 0)
    pairs = sorted({(-int(e), -int(n)) for n, e in zip(now[known], end[known], strict=True)})
    rank = {pair: k for k, pair in enumerate(pairs, 1)}
    return np.array([rank.get((-int(e), -int(n)), 0) for n, e in zip(now, end, strict=True)], dtype=np.int64)


def fastest(history: Floats, window: int) -> Floats:
    """Largest mean yearly rise over `window` years (or all there are) in each row of `history`, shape (units, years).

    Rows may start late (NaN); NaN where fewer than two years are known. It is the largest with its sign: negative
    where every window falls.

    Examples
    --------
    >>> fastest(np.array([[0.1, 0.2, 0.25, 0.28]]), 2).round(3).tolist()
    [0.075]
    """
    out = np.full(len(history), np.nan)
    for i, row in enumerate(history):
        x = row[np.isfinite(row)]
        span = min(window, x.size - 1)
        if span > 0:
            out[i] = ((x[span:] - x[:-span]) / span).max()
    return out
