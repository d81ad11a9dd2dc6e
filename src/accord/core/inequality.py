"""Inequality between units and its parts: Gini, Dagum's decomposition, Theil, coefficient of variation.

Units along the last axis, years and draws before it; `group` numbers the group of each unit from 0.
A value that is not there (NaN) is left out of its row. Values must be at least 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

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


@dataclass(frozen=True)
class Theil:
    """Total = within + between, each (...); by group (..., k)."""

    total: Floats
    within: Floats
    between: Floats
    group: Floats
    """Index within each group."""
    share: Floats
    """Weight of each group: of the sum of the values (T), or of the number of units (L)."""


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
    return _per(np.where(_spread(ordered, known) == 0, 0.0, apart), 2.0 * n * total)


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
    apart, n, sums, flat = _differences(x, np.asarray(group), k)
    every, total = n.sum(axis=-1), sums.sum(axis=-1)
    mean = _per(sums, n)
    population, share = _per(n, every[..., None]), _per(sums, total[..., None])
    across = apart / np.maximum(n[..., :, None] * n[..., None, :], 1)
    gap = np.abs(mean[..., :, None] - mean[..., None, :])
    pair = _per(across, mean[..., :, None] + mean[..., None, :])
    alone = np.diagonal(pair, axis1=-2, axis2=-1)
    distance = np.minimum(np.divide(gap, across, out=np.where(np.isnan(gap), np.nan, 0.0), where=across > 0), 1.0)
    weight = population[..., :, None] * share[..., None, :]
    weight = np.where(np.eye(weight.shape[-1], dtype=bool), 0.0, weight + np.swapaxes(weight, -1, -2))
    whole = _nothing(weight * pair)
    net = np.minimum(_nothing(weight * pair * distance), whole)
    within = _nothing(alone * population * share).sum(axis=-1)
    between, overlap = net.sum(axis=(-2, -1)) / 2, (whole - net).sum(axis=(-2, -1)) / 2
    g = np.where(flat, 0.0, _per(apart.sum(axis=(-2, -1)), 2.0 * every * total))
    dead = np.isnan(_per(every, total))
    parts = (np.where(dead, np.nan, part) for part in (g, within, between, overlap))
    return Dagum(*parts, alone, population, share, pair, distance, net, whole - net)


def theil(x: ArrayLike, group: ArrayLike | None = None, k: int | None = None) -> Theil:
    """Theil's T by groups, mean of (x / mean) ln(x / mean) with 0 ln 0 = 0; weights are shares of the sum.

    Shapes as `dagum`; without `group` all units are one. Range [0, ln n].

    Raises
    ------
    InputError
        If a value is negative or infinite.

    References
    ----------
    Theil (1967), Economics and Information Theory; Shorrocks (1980), 10.2307/1913126.

    Examples
    --------
    >>> found = theil([0.0, 2.0, 3.0, 3.0], [0, 0, 1, 1])
    >>> [float(part.round(4)) for part in (found.total, found.within, found.between)]
    [0.3041, 0.1733, 0.1308]
    """
    x, member, n, sums = _members(x, group, k)
    mean, total = _per(sums, n), sums.sum(axis=-1)
    own = np.where(member, mean[..., None, :], 0.0).sum(axis=-1)
    ratio = np.divide(x, own, out=np.zeros_like(x), where=own > 0)
    each = _per((xlogy(ratio, ratio)[..., None] * member).sum(axis=-2), n)
    each = np.where(mean > 0, np.where(_flat(x, member), 0.0, np.maximum(each, 0.0)), np.nan)
    share = _per(sums, total[..., None])
    relative = _per(mean, _per(total, n.sum(axis=-1))[..., None])
    between = np.maximum(_nothing(xlogy(share, relative)).sum(axis=-1), 0.0)
    within = _nothing(share * each).sum(axis=-1)
    between, within = (np.where(total > 0, part, np.nan) for part in (between, within))
    return Theil(within + between, within, between, each, share)


def mean_log_deviation(x: ArrayLike, group: ArrayLike | None = None, k: int | None = None) -> Theil:
    """Theil's L by groups, mean of ln(mean / x); weights are shares of the units. Infinite where a value is 0.

    Shapes and errors as `theil`.

    Examples
    --------
    >>> found = mean_log_deviation([1.0, 2.0, 3.0, 3.0], [0, 0, 1, 1])
    >>> [float(part.round(4)) for part in (found.total, found.within, found.between)]
    [0.0883, 0.0294, 0.0589]
    """
    x, member, n, sums = _members(x, group, k)
    mean, every = _per(sums, n), n.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(member, np.log(x)[..., None], 0.0).sum(axis=-2)
        each = np.where(mean > 0, np.log(mean) - _per(logs, n), np.where(n > 0, np.inf, np.nan))
        each = np.where(_flat(x, member) & (mean > 0), 0.0, np.maximum(each, 0.0))
        share = _per(n, every[..., None])
        overall = _per(sums.sum(axis=-1), every)
        between = np.maximum(_nothing(share * (np.log(overall)[..., None] - np.log(mean))).sum(axis=-1), 0.0)
        within = _nothing(share * each).sum(axis=-1)
    between, within = (np.where(overall > 0, part, np.nan) for part in (between, within))
    return Theil(within + between, within, between, each, share)


def nested_theil(x: ArrayLike, outer: ArrayLike, inner: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """Theil's T at two levels: total, between outer groups, between inner groups within outer ones, within inner ones.

    Shapes (..., n), (n,), (n,); `inner` numbers the nested groups through, each in one outer group.

    Raises
    ------
    InputError
        If an inner group stands in two outer ones.

    Examples
    --------
    >>> parts = nested_theil([1.0, 2.0, 3.0, 4.0, 5.0], [0, 0, 0, 1, 1], [0, 0, 1, 2, 2])
    >>> [float(part.round(4)) for part in parts]
    [0.1197, 0.0811, 0.0236, 0.015]
    """
    big, small = np.asarray(outer), np.asarray(inner)
    if len({(int(a), int(b)) for a, b in zip(small, big, strict=True)}) != len(set(small.tolist())):
        raise InputError("a nested group stands in two of the groups above it; name it apart in each of them")
    coarse, fine = theil(x, big), theil(x, small)
    return fine.total, coarse.between, np.maximum(fine.between - coarse.between, 0.0), fine.within


def variation(x: ArrayLike) -> Floats:
    """Coefficient of variation, standard deviation (n - 1) over mean; NaN below two values or where the mean is 0.

    Examples
    --------
    >>> float(variation([1.0, 2.0, 3.0]))
    0.5
    """
    ordered, known, n, total = _ordered(x)
    return _per(_deviation(ordered, known, n), total / np.maximum(n, 1))


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
    return np.where((n > 1) & (_spread(values, known) == 0), 0.0, out)


def _checked(x: ArrayLike) -> Floats:
    values = np.asarray(x, dtype="f8")
    if (values < 0).any() or np.isinf(values).any():
        raise InputError("measures of inequality are for finite values of at least 0; shift or leave out the others")
    return values


def _ordered(x: ArrayLike) -> tuple[Floats, NDArray[np.bool_], Floats, Floats]:
    """Values from low to high with those not there at the end; which are there, how many, and their sum."""
    ordered = np.sort(_checked(x), axis=-1)
    known = ~np.isnan(ordered)
    return ordered, known, known.sum(axis=-1).astype("f8"), np.where(known, ordered, 0.0).sum(axis=-1)


def _spread(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Highest less lowest of the values that are there; -inf where none is."""
    high, low = np.where(known, values, -np.inf), np.where(known, values, np.inf)
    return np.asarray(high.max(axis=-1, initial=-np.inf) - low.min(axis=-1, initial=np.inf))


def _members(x: ArrayLike, group: ArrayLike | None, k: int | None) -> tuple[Floats, NDArray[np.bool_], Floats, Floats]:
    """Values with 0 where there is none; who is in which group (..., n, k); sizes and sums of the groups."""
    values = _checked(x)
    number = np.zeros(values.shape[-1], dtype=int) if group is None else np.asarray(group)
    groups = _count(number, k)
    known = ~np.isnan(values)
    member = (number[:, None] == np.arange(groups)) & known[..., None]
    filled = np.where(known, values, 0.0)
    return filled, member, member.sum(axis=-2).astype("f8"), (filled[..., None] * member).sum(axis=-2)


def _differences(x: ArrayLike, group: Ints, k: int | None) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Sums of |xi - xj| over i in one group and j in another (..., k, k); sizes, sums; whether all are equal."""
    values = _checked(x)
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    known = ~np.isnan(ordered)
    member = (group[order][..., None] == np.arange(_count(group, k))) & known[..., None]
    n = member.sum(axis=-2).astype("f8")
    sums = (np.where(known, ordered, 0.0)[..., None] * member).sum(axis=-2)
    above = np.where(known, ordered - ordered[..., :1], 0.0)
    ranks = 2.0 * member.cumsum(axis=-2) - member - n[..., None, :]
    half = np.swapaxes(member * above[..., None], -1, -2) @ ranks
    apart = np.maximum(half + np.swapaxes(half, -1, -2), 0.0)
    alone = np.eye(n.shape[-1], dtype=bool) & _flat(ordered, member)[..., None]
    return np.where(alone, 0.0, apart), n, sums, _spread(ordered, known) == 0


def _flat(values: Floats, member: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether all values of a group are equal."""
    high = np.where(member, values[..., None], -np.inf).max(axis=-2, initial=-np.inf)
    return np.asarray(high == np.where(member, values[..., None], np.inf).min(axis=-2, initial=np.inf))


def _count(group: NDArray[np.intp], k: int | None) -> int:
    return int(group.max(initial=-1)) + 1 if k is None else k


def _per(top: Floats, bottom: Floats) -> Floats:
    """A ratio; NaN where there is nothing to divide by."""
    top, bottom = np.broadcast_arrays(np.asarray(top, dtype="f8"), np.asarray(bottom, dtype="f8"))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)


def _nothing(values: Floats) -> Floats:
    """What a group without units adds: nothing."""
    return np.where(np.isnan(values), 0.0, values)
