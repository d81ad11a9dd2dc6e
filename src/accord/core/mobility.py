"""Mobility between classes: quantile classes, counts of moves and their shares, means over neighbours.

Classes are numbered from 1; 0 is a value that is not there. Counts have shape (..., k, k), rows where a
unit was, columns where it is a period later; years and draws are counted without loops over them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def cutoffs(values: ArrayLike, k: int) -> Floats:
    """Inner cut-offs of `k` quantile classes of each row, by linear interpolation; (..., n) in, (..., k - 1) out.

    Where the place of a quantile is a value of the data, the cut-off is that value to the bit.
    NaN counts as nothing; a row without values has NaN.

    Examples
    --------
    >>> cutoffs([1.0, 2.0, 3.0, 4.0, 5.0], 4).tolist()
    [2.0, 3.0, 4.0]
    """
    ordered = np.sort(np.asarray(values, dtype="f8"), axis=-1)
    last = np.maximum((~np.isnan(ordered)).sum(axis=-1) - 1, 0)[..., None]
    whole, rest = np.divmod(last * np.arange(1, k), k)
    low = np.take_along_axis(ordered, whole, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(whole + 1, last), axis=-1)
    return np.asarray(np.where(rest == 0, low, low + (high - low) * (rest / k)))


def classes(values: ArrayLike, cuts: ArrayLike) -> NDArray[np.int64]:
    """Class number from 1 by inner cut-offs, classes (low, high]; (..., n) and (..., k - 1) in, (..., n) out.

    Examples
    --------
    >>> classes([1.0, 2.0, 2.5, 5.0, float("nan")], [2.0, 3.0, 4.0]).tolist()
    [1, 1, 2, 4, 0]
    """
    x, edges = np.asarray(values, dtype="f8"), np.asarray(cuts, dtype="f8")
    above = (x[..., :, None] > edges[..., None, :]).sum(axis=-1)
    return np.where(np.isnan(x), 0, above + 1).astype("i8")


def quantiles(values: ArrayLike, k: int, *, yearly: bool, relative: bool = False) -> tuple[NDArray[np.int64], Floats]:
    """Classes (n, T) by quantiles of each year or of all years, and inner cut-offs (T, k - 1); (n, T) in.

    `relative` takes pooled quantiles of the values over their year's mean. Values are `rounded` first.

    Examples
    --------
    >>> quantiles([[0.1, 0.4], [0.2, 0.5]], 2, yearly=True)[0].tolist()
    [[1, 1], [2, 2]]
    >>> quantiles([[0.1, 0.4], [0.2, 0.5]], 2, yearly=False)[0].tolist()
    [[1, 2], [1, 2]]
    """
    d = np.asarray(values, dtype="f8")
    x = rounded(relative_to_year(d) if relative and not yearly else d)
    if yearly:
        cuts = cutoffs(x.T, k)
        return classes(x.T, cuts).T, cuts
    pooled = cutoffs(x.ravel(), k)
    return classes(x, pooled[None]), np.broadcast_to(pooled, (x.shape[1], k - 1))


def rounded(values: ArrayLike) -> Floats:
    """Values to 12 significant digits of the largest, any shape, so that equal ones are equal to the last bit.

    A mean over neighbours has rounding errors of its own, and one that meets a cut-off would fall on either side.

    Examples
    --------
    >>> rounded([0.1 + 0.2, 0.3]).tolist()
    [0.3, 0.3]
    """
    x = np.asarray(values, dtype="f8")
    largest = float(np.abs(x[np.isfinite(x)]).max(initial=0.0))
    return np.asarray(np.round(x, min(12 - int(np.ceil(np.log10(largest))), 300))) if largest > 0 else x


def relative_to_year(values: ArrayLike) -> Floats:
    """Values (n, T) over the mean of their year; NaN where that is 0.

    Examples
    --------
    >>> relative_to_year([[1.0, 4.0], [3.0, 4.0]]).tolist()
    [[0.5, 1.0], [1.5, 1.0]]
    """
    d = np.asarray(values, dtype="f8")
    known = ~np.isnan(d)
    mean = np.where(known, d, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray(d / np.where(mean > 0, mean, np.nan))


def transitions(start: ArrayLike, end: ArrayLike, k: int) -> Ints:
    """Number of moves from each class to each, start and end alike in shape: (..., n) in, (..., k, k) out.

    Where either is 0 there is no move to count.

    Examples
    --------
    >>> transitions([1, 1, 2], [1, 2, 0], 2).tolist()
    [[1, 1], [0, 0]]
    """
    a, b = np.broadcast_arrays(np.asarray(start, dtype="i8"), np.asarray(end, dtype="i8"))
    lead = a.shape[:-1]
    rows = int(np.prod(lead))
    each = np.arange(rows).reshape(*lead, 1) * k * k + (a - 1) * k + (b - 1)
    found = np.bincount(each[(a > 0) & (b > 0)], minlength=rows * k * k)
    return found.reshape(*lead, k, k).astype("i8")


def steps(x: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Counts (k, k) of all moves from a year to the next; classes (n, T) in.

    Examples
    --------
    >>> steps(np.array([[1, 2, 2]]), 2).tolist()
    [[0, 1], [0, 1]]
    """
    return transitions(x[:, :-1].ravel(), x[:, 1:].ravel(), k)


def probabilities(counts: ArrayLike) -> Floats:
    """Share of each row's moves; a row without any stays 0, so that it is seen to be empty.

    Examples
    --------
    >>> probabilities([[3, 1], [0, 0]]).tolist()
    [[0.75, 0.25], [0.0, 0.0]]
    """
    n = np.asarray(counts, dtype="f8")
    rows = n.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(n, rows, out=np.zeros_like(n), where=rows > 0))


def neighbours_mean(values: ArrayLike, pairs: ArrayLike) -> Floats:
    """Mean over the neighbours of each unit, years apart; (n, ...) and unit positions (m, 2) in, (n, ...) out.

    A pair (i, j) says that j is a neighbour of i. NaN for a unit without any, or without one that has a value.

    Examples
    --------
    >>> neighbours_mean([1.0, 2.0, 4.0], [[0, 1], [1, 0], [1, 2], [2, 1]]).tolist()
    [2.0, 2.5, 2.0]
    """
    x, side = np.asarray(values, dtype="f8"), np.asarray(pairs, dtype="i8").reshape(-1, 2)
    flat = x.reshape(x.shape[0], -1)
    known = ~np.isnan(flat)
    size = (x.shape[0], x.shape[0])
    w = csr_array((np.ones(len(side)), (side[:, 0], side[:, 1])), shape=size)
    number = w @ known.astype("f8")
    out = np.divide(w @ np.where(known, flat, 0.0), number, out=np.full(flat.shape, np.nan), where=number > 0)
    return np.asarray(out.reshape(x.shape))


def steps_given(x: NDArray[np.int64], given: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Counts (k, k, k) of moves by another class at the start, such as that of the neighbours; classes (n, T) in.

    Examples
    --------
    >>> steps_given(np.array([[1, 2, 2]]), np.array([[1, 1, 2]]), 2).tolist()
    [[[0, 1], [0, 1]], [[0, 0], [0, 0]]]
    """
    start = x[:, :-1]
    each = [np.where(given[:, :-1] == s, start, 0) for s in range(1, k + 1)]
    return np.array([transitions(s.ravel(), x[:, 1:].ravel(), k) for s in each])
