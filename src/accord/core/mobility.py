"""Mobility between classes: quantile classes, transition counts, Markov chains and tests that they are alike.

Classes are numbered from 1; 0 is a value that is not there. Counts have shape (..., k, k), rows where a
unit was, columns where it is a period later; years and draws are counted without loops over them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import chi2

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


def steady(counts: ArrayLike) -> Floats:
    """Steady state of the chain that counts (k, k) estimate: shares of the classes in the long run, (k,).

    Classes that no unit was ever in have 0. NaN where there is no single steady state: a class that was
    reached but never left has an empty row, or the classes fall into parts that never meet again.

    Examples
    --------
    >>> steady([[9, 1], [3, 7]]).round(6).tolist()
    [0.75, 0.25]
    """
    n = np.asarray(counts, dtype="f8")
    out = np.full(n.shape[0], np.nan)
    met, closed = _closed(n)
    if closed is None:
        return out
    out[met] = 0.0
    out[~met] = 0.0
    p = probabilities(n)[np.ix_(closed, closed)]
    size = int(closed.sum())
    system = np.vstack([p.T - np.eye(size), np.ones(size)])
    out[closed] = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0]
    return out


def first_passage(counts: ArrayLike) -> Floats:
    """Mean number of periods until a unit of one class first reaches another, (k, k); on the diagonal, its return.

    NaN where the chance of ever reaching it is below 1, or cannot be told because of an empty row.

    References
    ----------
    Kemeny and Snell (1976), Finite Markov Chains.

    Examples
    --------
    >>> first_passage([[9, 1], [3, 7]]).round(6).tolist()
    [[1.333333, 10.0], [3.333333, 4.0]]
    """
    n = np.asarray(counts, dtype="f8")
    k = n.shape[0]
    out, p = np.full((k, k), np.nan), probabilities(n)
    reach = _reach(n)
    empty = n.sum(axis=1) == 0
    for to in range(k):
        sure = np.array([not empty[i] and all(reach[j, to] for j in _along(p, reach, i, to)) for i in range(k)])
        others = sure & (np.arange(k) != to)
        wait = np.zeros(k)
        wait[others] = np.linalg.solve(
            np.eye(int(others.sum())) - p[np.ix_(others, others)], np.ones(int(others.sum()))
        )
        out[others, to] = wait[others]
        if sure[to]:
            out[to, to] = 1 + p[to] @ wait
    return out


def shorrocks(counts: ArrayLike) -> Floats:
    """Shorrocks' mobility index (k - trace P) / (k - 1) over the rows that are not empty; (..., k, k) in, (...) out.

    0 where no unit ever moves, 1 where next year's class does not depend on this year's; NaN below two rows.

    References
    ----------
    Shorrocks (1978), The measurement of mobility, Econometrica 46(5).

    Examples
    --------
    >>> float(shorrocks([[9, 1], [3, 7]]).round(6))
    0.4
    """
    n = np.asarray(counts, dtype="f8")
    rows = (n.sum(axis=-1) > 0).sum(axis=-1)
    stay = np.trace(probabilities(n), axis1=-2, axis2=-1)
    return np.asarray(np.divide(rows - stay, rows - 1, out=np.full(rows.shape, np.nan), where=rows > 1))


@dataclass(frozen=True)
class Homogeneity:
    """Tests that several chains are one: both statistics, chi-squared with `df` degrees of freedom."""

    lr: float
    """Likelihood ratio, 2 sum n_sij ln(p_sij / p_ij)."""
    lr_pvalue: float
    q: float
    """Pearson's Q, sum n_si (p_sij - p_ij)^2 / p_ij."""
    q_pvalue: float
    df: int
    """Sum over the rows of (cells in use - 1)(chains that have the row - 1)."""
    sparse: float
    """Share of the expected counts in use that are below 5, where chi-squared is a rough guide."""


def homogeneity(counts: ArrayLike) -> Homogeneity:
    """Whether chains (s, k, k) have the same transition probabilities; the null is that they do.

    With no degree of freedom left p-values are NaN.

    References
    ----------
    Bickenbach and Bode (2003), 10.1177/0160017603253789.

    Examples
    --------
    >>> found = homogeneity([[[30, 10], [10, 30]], [[20, 20], [10, 30]]])
    >>> round(found.q, 4), found.df, round(found.q_pvalue, 4)
    (5.3333, 2, 0.0695)
    """
    n = np.asarray(counts, dtype="f8")
    pooled, rows = n.sum(axis=0), n.sum(axis=2)
    p, each = probabilities(pooled), probabilities(n)
    used = (p > 0) & (rows[:, :, None] > 0)
    safe = np.where(p > 0, p, 1.0)
    q = float((rows[:, :, None] * (each - p) ** 2 / safe).sum())
    ratio = np.where(n > 0, each / safe, 1.0)
    lr = float(max(2 * (n * np.log(ratio)).sum(), 0.0))
    own, chains = (pooled > 0).sum(axis=1), (rows > 0).sum(axis=0)
    df = int(((own - 1) * (chains - 1))[pooled.sum(axis=1) > 0].sum())
    expected = (rows[:, :, None] * p)[used]
    tail = [float(chi2.sf(x, df)) if df > 0 else float("nan") for x in (lr, q)]
    return Homogeneity(lr, tail[0], q, tail[1], df, float((expected < 5).mean()) if expected.size else float("nan"))


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


def _reach(n: Floats) -> NDArray[np.bool_]:
    """Whether a class leads to another in any number of periods, none included."""
    step = np.eye(n.shape[0], dtype=bool) | (n > 0)
    for _ in range(max(n.shape[0] - 1, 1).bit_length()):
        step = step @ step
    return step


def _along(p: Floats, reach: NDArray[np.bool_], start: int, to: int) -> NDArray[np.intp]:
    """Classes that a unit may be in before it is in `to` for the first time."""
    if start == to:
        after = np.flatnonzero(p[start] > 0)
        return np.unique(np.concatenate([_along(p, reach, int(j), to) for j in after if j != to] or [np.array([to])]))
    free = p.copy()
    free[to] = 0
    return np.flatnonzero(_reach(free)[start])


def _closed(n: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_] | None]:
    """Classes that units were in, and the one set of them that is never left; None where there is no such one."""
    rows, met = n.sum(axis=1), (n.sum(axis=1) > 0) | (n.sum(axis=0) > 0)
    if not met.any() or (met & (rows == 0)).any():
        return met, None
    number, part = connected_components(csr_array(n > 0), directed=True, connection="strong")
    kept = [c for c in range(number) if met[part == c].all() and not (n[part == c][:, part != c] > 0).any()]
    return met, part == kept[0] if len(kept) == 1 else None
