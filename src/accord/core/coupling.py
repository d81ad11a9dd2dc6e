"""Coupling degree in three published forms, coordination, lag type; subsystems along the first axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Rows = Sequence[Floats]


def standard(u: ArrayLike, *, root: bool = True) -> Floats:
    """Coupling degree C = S (prod U)^(1/S) / sum U: the geometric over the arithmetic mean.

    Parameters
    ----------
    u
        Shape (S, ...), each at least 0, S >= 2.
    root
        False gives C^S, the form without the root (for S = 2 the squared one); its values are lower.

    Returns
    -------
    Shape (...), in [0, 1]. Exactly 0 where any U is zero (no clamping); NaN stays NaN.

    Examples
    --------
    >>> standard([[0.7612], [0.2010]]).round(4).tolist()
    [0.813]
    """
    u = np.asarray(u, dtype="f8")
    number = u.shape[0]
    mean = _sum(u) / number
    if number == 2:
        top = np.sqrt(u[0])
        top *= np.sqrt(u[1])
    else:
        with np.errstate(divide="ignore"):
            top = np.exp(_sum(np.log(u)) / number)
    with np.errstate(divide="ignore", invalid="ignore"):
        c = np.divide(top, mean, out=top)
    zero = mean == 0
    if zero.any():
        c[zero] = 0.0
    np.minimum(c, 1.0, out=c)
    return np.asarray(c if root else c**number)


def wang(u: ArrayLike) -> Floats:
    """Coupling degree of Wang et al. (2021), 10.31497/zrzyxb.20210319; shapes as `standard`.

    C = sqrt([1 - mean over pairs |Ui - Uj|] * [prod (Ui / max U)]^(1/(S-1))), for U in [0, 1].

    Examples
    --------
    >>> wang([[0.5], [0.5]]).tolist()
    [1.0]
    """
    u = np.asarray(u, dtype="f8")
    number = u.shape[0]
    gap = np.zeros(u.shape[1:])
    for i in range(number):
        for j in range(i):
            gap += np.abs(u[i] - u[j])
    gap /= number * (number - 1) / 2
    top = u.max(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(top > 0, np.exp(_sum(np.log(u / top)) / (number - 1)), top)
    return np.asarray(np.sqrt(np.minimum((1.0 - gap) * ratio, 1.0)))


def fan(u: ArrayLike, *, at_zero: Literal["formula", "zero"] = "formula") -> Floats:
    """Coupling degree of Fan et al. (2024), 10.13546/j.cnki.tjyjc.2024.22.007: C = 1 - 2 sd(U).

    The standard deviation divides by S. Where every U is zero the formula gives 1; `at_zero="zero"`
    gives 0 there instead. Shapes as `standard`, for U in [0, 1].

    Examples
    --------
    >>> fan([[0.2], [0.4]]).round(12).tolist()
    [0.8]
    """
    u = np.asarray(u, dtype="f8")
    deviation = u - _sum(u) / u.shape[0]
    c = 1.0 - 2.0 * np.sqrt(_sum(deviation * deviation) / u.shape[0])
    np.clip(c, 0.0, 1.0, out=c)
    return np.where((u == 0).all(axis=0), 0.0, c) if at_zero == "zero" else c


VARIANTS: dict[str, Callable[..., Floats]] = {"standard": standard, "wang": wang, "fan": fan}


def development(u: ArrayLike, shares: ArrayLike) -> Floats:
    """Comprehensive development index T = sum a_s U_s; shapes (S, ...) and (S,).

    Examples
    --------
    >>> development([[0.2], [0.6]], [0.5, 0.5]).tolist()
    [0.4]
    """
    return weighted_sum(list(np.asarray(u, dtype="f8")), np.asarray(shares, dtype="f8"))


def coordination(c: ArrayLike, t: ArrayLike) -> Floats:
    """Coupling coordination degree D = sqrt(C T); same shapes.

    Examples
    --------
    >>> coordination([0.81], [0.25]).round(12).tolist()
    [0.45]
    """
    return np.asarray(np.sqrt(np.asarray(c, dtype="f8") * np.asarray(t, dtype="f8")))


def weighted_sum(rows: Rows, weights: Floats) -> Floats:
    """Sum over the first axis in fixed order, without BLAS: a cell's digits do not depend on its block."""
    out = rows[0] * weights[0]
    part = np.empty_like(out)
    for row, weight in zip(rows[1:], weights[1:], strict=True):
        np.multiply(row, weight, out=part)
        out += part
    return np.asarray(out)


def weighted_geometric(rows: Rows, weights: Floats) -> Floats:
    """Product of rows to the power of their weights, over the first axis in fixed order."""
    used = np.flatnonzero(weights > 0).tolist()
    with np.errstate(divide="ignore"):
        logs = [np.log(rows[j]) for j in used]
    return np.asarray(np.exp(weighted_sum(logs, weights[used])))


def classify(values: ArrayLike, lower: ArrayLike, closed: Literal["left", "right"] = "left") -> NDArray[np.int8]:
    """Class number from 1 by lower edges (ascending, the first is the floor); 0 for NaN.

    `closed="left"` classes are [lo, hi), `"right"` (lo, hi]; the first and last take what lies beyond.

    Examples
    --------
    >>> classify([0.3, 0.29999, 1.0], [0.0, 0.3, 0.5, 0.8]).tolist()
    [2, 1, 4]
    """
    values = np.asarray(values, dtype="f8")
    level = np.equal(values, values).astype("i1")
    beyond = np.greater_equal if closed == "left" else np.greater
    for edge in np.asarray(lower, dtype="f8")[1:]:
        level += beyond(values, edge)
    return np.asarray(level)


def lagging(u: ArrayLike, low: float, high: float) -> NDArray[np.int8]:
    """Which subsystem lags: its number from 1, S + 1 for synchronous, 0 for NaN; shape (S, ...) in.

    For two subsystems U1 lags where U1/U2 < low, U2 where U1/U2 > high, and they are synchronous
    between (edges included). For more, the smallest U names it (the first of equals).

    Examples
    --------
    >>> lagging([[0.2, 0.5, 0.9], [0.5, 0.5, 0.5]], 0.8, 1.2).tolist()
    [1, 3, 2]
    """
    u = np.asarray(u, dtype="f8")
    if u.shape[0] == 2:
        level = np.where(u[0] < low * u[1], 1, np.where(u[0] > high * u[1], 2, 3))
    else:
        level = np.argmin(np.where(np.isnan(u), np.inf, u), axis=0) + 1
    return np.where(np.isnan(u).any(axis=0), 0, level).astype("i1")


def _sum(rows: Floats) -> Floats:
    out = rows[0].copy()
    for row in rows[1:]:
        out += row
    return np.asarray(out)
