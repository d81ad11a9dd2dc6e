"""Theil's two indices of inequality and their parts within and between groups; shapes as in `inequality`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from accord.core.inequality import checked, flat, nothing, number_of, per
from accord.errors import InputError

Floats = NDArray[np.float64]


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
    mean, total = per(sums, n), sums.sum(axis=-1)
    own = np.where(member, mean[..., None, :], 0.0).sum(axis=-1)
    ratio = np.divide(x, own, out=np.zeros_like(x), where=own > 0)
    each = per((xlogy(ratio, ratio)[..., None] * member).sum(axis=-2), n)
    each = np.where(mean > 0, np.where(flat(x, member), 0.0, np.maximum(each, 0.0)), np.nan)
    share = per(sums, total[..., None])
    relative = per(mean, per(total, n.sum(axis=-1))[..., None])
    between = np.maximum(nothing(xlogy(share, relative)).sum(axis=-1), 0.0)
    within = nothing(share * each).sum(axis=-1)
    between = np.where(flat(x, np.asarray(member.any(axis=-1))[..., None])[..., 0], 0.0, between)
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
    mean, every = per(sums, n), n.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(member, np.log(x)[..., None], 0.0).sum(axis=-2)
        each = np.where(mean > 0, np.log(mean) - per(logs, n), np.where(n > 0, np.inf, np.nan))
        each = np.where(flat(x, member) & (mean > 0), 0.0, np.maximum(each, 0.0))
        share = per(n, every[..., None])
        overall = per(sums.sum(axis=-1), every)
        between = np.maximum(nothing(share * (np.log(overall)[..., None] - np.log(mean))).sum(axis=-1), 0.0)
        within = nothing(share * each).sum(axis=-1)
    between = np.where(flat(x, np.asarray(member.any(axis=-1))[..., None])[..., 0], 0.0, between)
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


def _members(x: ArrayLike, group: ArrayLike | None, k: int | None) -> tuple[Floats, NDArray[np.bool_], Floats, Floats]:
    """Values with 0 where there is none; who is in which group (..., n, k); sizes and sums of the groups."""
    values = checked(x)
    number = np.zeros(values.shape[-1], dtype=int) if group is None else np.asarray(group)
    groups = number_of(number, k)
    known = ~np.isnan(values)
    member = (number[:, None] == np.arange(groups)) & known[..., None]
    filled = np.where(known, values, 0.0)
    return filled, member, member.sum(axis=-2).astype("f8"), (filled[..., None] * member).sum(axis=-2)
