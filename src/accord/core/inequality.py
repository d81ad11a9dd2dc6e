"""Inequality between units and its parts: Gini, Dagum's decomposition, coefficient of variation.

Units along the last axis, years and draws before it; `group` numbers the group of each unit from 0.
A value that is not there (NaN) is left out of its row. Values must be at least 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Dagum:
    """G = within + between + overlap, each (...); by group (..., k), by pair of groups (..., k, k)."""

    total: Floats
    within: Floats
    between: Floats
    """Net difference between groups, Gnb: the Gini of the values with each replaced by its group's mean."""
    overlap: Floats
    """Transvariation between groups, Gt."""
    group: Floats
    """Gini within each group, Gjj; 0 for a group of one unit, NaN for an empty one."""
    population: Floats
    """Share of the units that are in the group."""
    share: Floats
    """Share of the sum of the values that is the group's."""
    pair: Floats
    """Gini between two groups, Gjh; Gjj on the diagonal."""
    distance: Floats
    """Relative distance of two groups, Djh, 0 where their means are equal, 1 where they do not overlap."""
    pair_between: Floats
    """What a pair of groups adds to `between`; symmetric, so that half of its sum is the part."""
    pair_overlap: Floats
    """What a pair of groups adds to `overlap`, likewise."""


def gini(x: ArrayLike) -> Floats:
    """Gini coefficient sum |xi - xj| / (2 n^2 mean); shape (..., n) in, (...) out, in [0, 1).

    Exactly 0 where all values are equal, NaN where their mean is 0 or there are none. One sort.

    Raises
    ------
    InputError
        If a value is negative or infinite.

    Examples
    --------
    >>> float(gini([1.0, 2.0, 3.0, 4.0]))
    0.25
    """
    ordered, known, n, total = _ordered(x)
    value = np.where(known, ordered - ordered[..., :1], 0.0)
    rank = 2.0 * np.arange(ordered.shape[-1]) + 1
    apart = 2.0 * np.where(known, value * (rank - n[..., None]), 0.0).sum(axis=-1)
    return per(np.where(_spread(ordered, known) == 0, 0.0, apart), 2.0 * n * total)


def dagum(x: ArrayLike, group: ArrayLike, k: int | None = None) -> Dagum:
    """Dagum's decomposition of the Gini by groups; shapes (..., n) and (n,), `k` groups.

    One sort serves the total, every group and every pair: sums of absolute differences come from ranks,
    O(n log n + n k^2) time and O(n k) memory for each row, so draws are best given in chunks.

    Raises
    ------
    InputError
        If a value is negative or infinite.

    References
    ----------
    Dagum (1997), 10.1007/BF01205777.

    Examples
    --------
    >>> found = dagum([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1])
    >>> [float(part.round(4)) for part in (found.total, found.within, found.between, found.overlap)]
    [0.25, 0.05, 0.2, 0.0]
    """
    apart, n, sums, level = _differences(x, np.asarray(group), k)
    every, total = n.sum(axis=-1), sums.sum(axis=-1)
    mean = per(sums, n)
    population, share = per(n, every[..., None]), per(sums, total[..., None])
    across = apart / np.maximum(n[..., :, None] * n[..., None, :], 1)
    gap = np.abs(mean[..., :, None] - mean[..., None, :])
    pair = per(across, mean[..., :, None] + mean[..., None, :])
    alone = np.diagonal(pair, axis1=-2, axis2=-1)
    distance = np.minimum(np.divide(gap, across, out=np.where(np.isnan(gap), np.nan, 0.0), where=across > 0), 1.0)
    weight = population[..., :, None] * share[..., None, :]
    weight = np.where(np.eye(weight.shape[-1], dtype=bool), 0.0, weight + np.swapaxes(weight, -1, -2))
    whole = nothing(weight * pair)
    net = np.minimum(nothing(weight * pair * distance), whole)
    within = nothing(alone * population * share).sum(axis=-1)
    between, overlap = net.sum(axis=(-2, -1)) / 2, (whole - net).sum(axis=(-2, -1)) / 2
    g = np.where(level, 0.0, per(apart.sum(axis=(-2, -1)), 2.0 * every * total))
    dead = np.isnan(per(every, total))
    g, within, between, overlap = (np.where(dead, np.nan, part) for part in (g, within, between, overlap))
    return Dagum(g, within, between, overlap, alone, population, share, pair, distance, net, whole - net)


def variation(x: ArrayLike) -> Floats:
    """Coefficient of variation, standard deviation (n - 1) over mean; NaN below two values or where the mean is 0.

    Examples
    --------
    >>> float(variation([1.0, 2.0, 3.0]))
    0.5
    """
    ordered, known, n, total = _ordered(x)
    return per(_deviation(ordered, known, n), total / np.maximum(n, 1))


def log_deviation(x: ArrayLike) -> Floats:
    """Standard deviation (n - 1) of ln x, the sigma of sigma convergence; NaN below two values or where one is 0.

    Examples
    --------
    >>> float(log_deviation([1.0, 1.0, np.e, np.e]).round(4))
    0.5774
    """
    ordered, known, n, _ = _ordered(x)
    with np.errstate(divide="ignore"):
        logs = np.where(known & (ordered > 0), np.log(ordered), np.nan)
    out = _deviation(np.where(known, logs, 0.0), known, n)
    return np.where((known & (ordered == 0)).any(axis=-1), np.nan, out)


def _deviation(values: Floats, known: NDArray[np.bool_], n: Floats) -> Floats:
    mean = np.where(known, values, 0.0).sum(axis=-1) / np.maximum(n, 1)
    squares = np.where(known, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    out = np.sqrt(np.divide(squares, n - 1, out=np.full(n.shape, np.nan), where=n > 1))
    return np.asarray(np.where((n > 1) & (_spread(values, known) == 0), 0.0, out))


def checked(x: ArrayLike) -> Floats:
    """The values as an array; negative or infinite ones are refused."""
    values = np.asarray(x, dtype="f8")
    if (values < 0).any() or np.isinf(values).any():
        raise InputError("measures of inequality are for finite values of at least 0; shift or leave out the others")
    return values


def _ordered(x: ArrayLike) -> tuple[Floats, NDArray[np.bool_], Floats, Floats]:
    """Values from low to high with those not there at the end; which are there, how many, and their sum."""
    ordered = np.sort(checked(x), axis=-1)
    known = ~np.isnan(ordered)
    return ordered, known, known.sum(axis=-1).astype("f8"), np.where(known, ordered, 0.0).sum(axis=-1)


def _spread(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Highest less lowest of the values that are there; -inf where none is."""
    high, low = np.where(known, values, -np.inf), np.where(known, values, np.inf)
    return np.asarray(high.max(axis=-1, initial=-np.inf) - low.min(axis=-1, initial=np.inf))


def _differences(x: ArrayLike, group: Ints, k: int | None) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Sums of |xi - xj| over i in one group and j in another (..., k, k); sizes, sums; whether all are equal."""
    values = checked(x)
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    known = ~np.isnan(ordered)
    member = (group[order][..., None] == np.arange(number_of(group, k))) & known[..., None]
    n = member.sum(axis=-2).astype("f8")
    sums = (np.where(known, ordered, 0.0)[..., None] * member).sum(axis=-2)
    above = np.where(known, ordered - ordered[..., :1], 0.0)
    ranks = 2.0 * member.cumsum(axis=-2) - member - n[..., None, :]
    half = np.swapaxes(member * above[..., None], -1, -2) @ ranks
    apart = np.maximum(half + np.swapaxes(half, -1, -2), 0.0)
    alone = np.eye(n.shape[-1], dtype=bool) & flat(ordered, member)[..., None]
    return np.where(alone, 0.0, apart), n, sums, _spread(ordered, known) == 0


def flat(values: Floats, member: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether all values of a group are equal."""
    high = np.where(member, values[..., None], -np.inf).max(axis=-2, initial=-np.inf)
    return np.asarray(high == np.where(member, values[..., None], np.inf).min(axis=-2, initial=np.inf))


def number_of(group: NDArray[np.intp], k: int | None) -> int:
    """How many groups there are: as said, or up to the highest number."""
    return int(group.max(initial=-1)) + 1 if k is None else k


def per(top: Floats, bottom: Floats) -> Floats:
    """A ratio; NaN where there is nothing to divide by."""
    top, bottom = np.broadcast_arrays(np.asarray(top, dtype="f8"), np.asarray(bottom, dtype="f8"))
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0))


def nothing(values: Floats) -> Floats:
    """What a group without units adds: nothing."""
    return np.where(np.isnan(values), 0.0, values)
