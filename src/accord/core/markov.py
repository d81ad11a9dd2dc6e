"""Markov chains that counts of moves estimate: steady state, first passage, mobility, tests that chains are alike.

Counts have shape (..., k, k), rows where a unit was, columns where it is a period later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from accord.core.mobility import probabilities

Floats = NDArray[np.float64]


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
    lr, q = (float(x) for x in _apart(n))
    own, chains = (pooled > 0).sum(axis=1), (rows > 0).sum(axis=0)
    df = int(((own - 1) * (chains - 1))[pooled.sum(axis=1) > 0].sum())
    p = probabilities(pooled)
    expected = (rows[:, :, None] * p)[(p > 0) & (rows[:, :, None] > 0)]
    tail = [float(scipy.stats.chi2.sf(x, df)) if df > 0 else float("nan") for x in (lr, q)]
    return Homogeneity(lr, tail[0], q, tail[1], df, float((expected < 5).mean()) if expected.size else float("nan"))


def homogeneity_simulated(counts: ArrayLike, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """Simulated p-values of both statistics, LR and Q, where counts are too small for chi-squared.

    Of every class the moves are dealt out to the chains (s, k, k) afresh, each chain keeping its number of
    them and each destination its own: under the null all deals are equally likely, so the p-values are exact.
    NaN where nothing is left to tell apart.

    Examples
    --------
    >>> both = homogeneity_simulated([[[30, 10], [10, 30]], [[20, 20], [10, 30]]], 999, np.random.default_rng(1))
    >>> [0.05 < p < 0.15 for p in both]
    [True, True]
    """
    n = np.asarray(counts, dtype="i8")
    if homogeneity(n).df == 0:
        return float("nan"), float("nan")
    rows, columns = n.sum(axis=2), n.sum(axis=0)
    drawn = np.broadcast_to(n, (draws, *n.shape)).copy()
    for i in np.flatnonzero(columns.sum(axis=1)):
        s, j = np.flatnonzero(rows[:, i]), np.flatnonzero(columns[i])
        if min(s.size, j.size) > 1:  # else there is one deal only, and random_table of SciPy 1.17 goes astray
            tables = scipy.stats.random_table(rows[s, i], columns[i, j]).rvs(draws, random_state=rng)
            drawn[:, s[:, None], i, j[None, :]] = tables
    seen, made = _apart(n), _apart(drawn)
    found = [(1 + int((m >= x * (1 - 1e-9)).sum())) / (draws + 1) for x, m in zip(seen, made, strict=True)]
    return found[0], found[1]


def compared(
    counts: ArrayLike, draws: int, rng: np.random.Generator
) -> list[tuple[str, float, int, float, float, float]]:
    """Both tests that chains (s, k, k) are one: name, statistic, degrees of freedom, p, simulated p, sparse share.

    Examples
    --------
    >>> rows = compared([[[30, 10], [10, 30]], [[20, 20], [10, 30]]], 99, np.random.default_rng(1))
    >>> [row[0] for row in rows]
    ['LR', 'Q']
    """
    t, simulated = homogeneity(counts), homogeneity_simulated(counts, draws, rng)
    return [
        ("LR", t.lr, t.df, t.lr_pvalue, simulated[0], t.sparse),
        ("Q", t.q, t.df, t.q_pvalue, simulated[1], t.sparse),
    ]


def _apart(counts: ArrayLike) -> tuple[Floats, Floats]:
    """LR and Q of chains (..., s, k, k)."""
    n = np.asarray(counts, dtype="f8")
    p, each = probabilities(n.sum(axis=-3))[..., None, :, :], probabilities(n)
    safe = np.where(p > 0, p, 1.0)
    q = (n.sum(axis=-1, keepdims=True) * (each - p) ** 2 / safe).sum(axis=(-3, -2, -1))
    lr = 2 * (n * np.log(np.where(n > 0, each / safe, 1.0))).sum(axis=(-3, -2, -1))
    return np.maximum(lr, 0.0), q


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
