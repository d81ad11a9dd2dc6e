"""How far one set of results moves when a convention is changed: level, change over time, single cells, ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """A degree under another convention beside the same degree as it was taken."""

    first: float
    """Mean over the units in the first year, under the other convention."""
    last: float
    change: float
    """Last less first."""
    largest: float
    """Largest absolute difference of a cell."""
    mean: float
    """Mean absolute difference of the cells."""
    ranks: float
    """Rank correlation of the units' means over time; NaN for one unit, or where all are alike."""
    same_sign: bool
    """Whether the mean moves the same way from the first year to the last."""


def shift(used: Floats, other: Floats) -> Shift:
    """How far `other` lies from `used`, both of shape (units, years).

    Examples
    --------
    >>> used = np.array([[0.2, 0.3], [0.4, 0.6]])
    >>> found = shift(used, used[::-1] + 0.1)
    >>> round(found.change, 4), round(found.largest, 4), found.ranks, found.same_sign
    (0.15, 0.4, -1.0, True)
    """
    away, by_year, before = np.abs(other - used), other.mean(axis=0), used.mean(axis=0)
    change = float(by_year[-1] - by_year[0])
    return Shift(
        float(by_year[0]), float(by_year[-1]), change, float(away.max()), float(away.mean()),
        rank_correlation(used.mean(axis=1), other.mean(axis=1)),
        bool(np.sign(change) == np.sign(before[-1] - before[0])),
    )  # fmt: skip


def rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation of two samples of shape (n,), ties at their mean rank; NaN where one is constant.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    0.5
    """
    a, b = (np.asarray(scipy.stats.rankdata(v)) - (x.size + 1) / 2 for v in (x, y))
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else float("nan")
