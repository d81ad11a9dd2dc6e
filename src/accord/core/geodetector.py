"""Geographical detector: how much of a variable's variance the strata of a factor explain, alone and in pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Strata = NDArray[np.int64]
KINDS = ("nonlinear weaken", "univariate weaken", "bivariate enhance", "independent", "nonlinear enhance")
"""Kinds of interaction, numbered from 1."""
SAME = 1e-9
"""Values of q closer than this are taken as equal."""


@dataclass(frozen=True)
class Factor:
    """The factor detector of one variable and one factor: q in [0, 1], its p-value, strata and the smallest of them."""

    q: float
    pvalue: float
    strata: int
    smallest: int


def by_quantiles(x: Floats, k: int) -> Strata:
    """Strata from 0 by quantiles, (low, high]: edges at the i/k quantiles (linear), equal edges as one.

    Examples
    --------
    >>> by_quantiles(np.array([1.0, 2, 3, 4, 5, 6]), 3).tolist()
    [0, 0, 1, 1, 2, 2]
    >>> by_quantiles(np.array([0.0, 0, 0, 0, 1, 2]), 3).tolist()
    [0, 0, 0, 0, 1, 1]
    """
    edges = np.unique(np.quantile(x, np.arange(1, k) / k))
    return _numbered(np.searchsorted(edges, x, side="left"))


def by_width(x: Floats, k: int) -> Strata:
    """Strata from 0 by k intervals of equal width, (low, high]; empty ones are not counted.

    Examples
    --------
    >>> by_width(np.array([0.0, 1, 2, 9]), 3).tolist()
    [0, 0, 0, 1]
    """
    edges = np.linspace(x.min(), x.max(), k + 1)[1:-1]
    return _numbered(np.searchsorted(edges, x, side="left"))


def by_breaks(x: Floats, k: int) -> Strata:
    """Strata from 0 by natural breaks: the k intervals whose squares within are least (Fisher's exact grouping, Jenks).

    Equal values share a stratum; of fewer than k different values each has its own. Of equally good groupings the one
    whose higher breaks are lower. Work grows with k n log n.

    Source: Fisher (1958), 10.1080/01621459.1958.10501479.

    Examples
    --------
    >>> by_breaks(np.array([1.0, 9, 2, 1.5, 4, 4.5, 9.5]), 3).tolist()
    [0, 2, 0, 0, 1, 1, 2]
    """
    known, where, count = np.unique(x, return_inverse=True, return_counts=True)
    if known.size <= k:
        return np.asarray(where, dtype="i8")
    at = (known - known.mean()) / max(float(np.ptp(known)), 1e-300)
    total = np.vstack([np.zeros(3), np.cumsum(np.column_stack([count, count * at, count * at**2]), axis=0)])
    best, starts = _squares(total, 0, np.arange(known.size + 1)), []
    for _ in range(1, k):
        best, start = _split(best, total)
        starts.append(start)
    edges, end = [], known.size
    for start in reversed(starts):
        end = int(start[end])
        edges.append(known[end])
    return _numbered(np.searchsorted(edges[::-1], x, side="right"))


def _squares(total: Floats, start: int | NDArray[np.intp], end: int | NDArray[np.intp]) -> Floats:
    """Sum of squares about the mean of the sorted values from `start` up to `end`, by running totals."""
    weight, first, second = (total[end] - total[start]).T
    return np.asarray(np.maximum(second - first**2 / np.maximum(weight, 1), 0.0))


def _split(best: Floats, total: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Least squares of the first values in one group more, and where its last group starts.

    That start only moves up with the number of values, so that each one found halves the search for the others.
    """
    n = best.size
    out, start = np.full(n, np.inf), np.zeros(n, dtype=np.intp)
    left = [(0, n - 1, 0, n - 1)]
    while left:
        low, high, first, last = left.pop()
        if low > high:
            continue
        end = (low + high) // 2
        tried = np.arange(first, min(last, end) + 1)
        cost = best[tried] + _squares(total, tried, end)
        found = int(np.argmin(cost))
        out[end], start[end] = cost[found], tried[found]
        left += [(low, end - 1, first, start[end]), (end + 1, high, start[end], last)]
    return out, start


def factor(y: Floats, strata: Strata) -> Factor:
    """The q statistic, q = 1 - sum_h N_h s_h^2 / (N s^2) with population variances, and its p-value.

    y (n,), strata (n,) numbered from 0. The p-value is that of F = (N - L)/(L - 1) q/(1 - q) under the non-central F with
    L - 1 and N - L degrees of freedom and lambda = [sum m_h^2 - (sum sqrt(N_h) m_h)^2 / N] / s^2, m_h the means of the
    strata. With fewer than two strata, or y all equal, q is NaN.

    Source: Wang et al. (2010), 10.1080/13658810802443457; Wang, Zhang and Fu (2016), 10.1016/j.ecolind.2016.02.052.

    Examples
    --------
    >>> made = factor(np.array([1.0, 2, 5, 6]), np.array([0, 0, 1, 1]))
    >>> round(made.q, 6), made.strata
    (0.941176, 2)
    """
    n, count = y.size, np.bincount(strata)
    groups, smallest = count.size, int(count.min())
    total = ((y - y.mean()) ** 2).sum()
    if groups < 2 or total <= 1e-24 * n * max(float(np.abs(y).max()) ** 2, 1e-300):
        return Factor(np.nan, np.nan, groups, smallest)
    mean = np.bincount(strata, y) / count
    q = float(1 - ((y - mean[strata]) ** 2).sum() / total)
    if n <= groups:
        return Factor(q, np.nan, groups, smallest)
    far = ((mean**2).sum() - (np.sqrt(count) * mean).sum() ** 2 / n) / (total / n)
    f = np.inf if q >= 1 else (n - groups) / (groups - 1) * q / (1 - q)
    pvalue = float(scipy.stats.ncf.sf(f, groups - 1, n - groups, max(float(far), 0.0))) if np.isfinite(f) else 0.0
    return Factor(q, min(max(pvalue, 0.0), 1.0), groups, smallest)


def crossed(first: Strata, second: Strata) -> Strata:
    """Strata where those of two factors meet, empty ones not counted.

    Examples
    --------
    >>> crossed(np.array([0, 0, 1]), np.array([0, 1, 1])).tolist()
    [0, 1, 2]
    """
    return _numbered(first * (int(second.max()) + 1) + second)


def interaction(first: float, second: float, both: float) -> int:
    """Kind of interaction, numbered as in `KINDS`, 0 where a q is missing.

    The strata where two factors meet are finer than either's, so that q of both is at least the larger of the two: the
    kinds that weaken need strata made in another way. Where it equals the larger, it is
    counted as a bivariate enhancement.

    Examples
    --------
    >>> [KINDS[interaction(0.2, 0.3, q) - 1] for q in (0.1, 0.25, 0.4, 0.5, 0.6)] == list(KINDS)
    True
    """
    if not np.isfinite([first, second, both]).all():
        return 0
    low, high, total = min(first, second), max(first, second), first + second
    if abs(both - total) <= SAME:
        return 4
    if both > total:
        return 5
    return 3 if both >= high - SAME else 2 if both >= low - SAME else 1


def _numbered(labels: NDArray[np.intp]) -> Strata:
    return np.unique(labels, return_inverse=True)[1].astype("i8")
