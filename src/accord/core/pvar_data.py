"""Rows of a panel VAR: a year with all its lags, and what removes the unit effects from such rows.

Data `y` are (units, years, variables), years in a row, NaN where missing. A row is one unit in one year; rows
that cannot be used are zeros with `used` false, so that every array keeps its shape and sums need no mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]
Transform = Literal["fod", "fd"]
TRANSFORMS: tuple[Transform, ...] = ("fod", "fd")


@dataclass(frozen=True)
class Rows:
    """Regression in levels: `y` (units, rows, equations) on `x` (units, rows, regressors).

    Row r is year ``first + r`` of the data. `used` (units, rows) is false, and the row zero, where something is
    missing.
    """

    y: Floats
    x: Floats
    used: Bools
    first: int


@dataclass(frozen=True)
class Operator:
    """A transformation of rows, (patterns, rows, rows), and the pattern of each unit; absent rows are zero."""

    matrices: Floats
    pattern: Ints

    def __call__(self, values: Floats) -> Floats:
        """Transformed rows of `values` (units, rows, columns)."""
        many = len(self.matrices) > 1
        return np.asarray((self.matrices[self.pattern] if many else self.matrices) @ values)

    @property
    def kept(self) -> Bools:
        """Rows that exist after the transformation, (units, rows)."""
        some: Bools = np.asarray(self.matrices.any(axis=-1))
        return np.asarray(some[self.pattern])


def without_year_means(y: Floats) -> Floats:
    """Values less the mean over the units that have one in that year; shape kept, NaN stays.

    Examples
    --------
    >>> without_year_means(np.array([[[1.0], [2.0]], [[3.0], [np.nan]]])).tolist()
    [[[-1.0], [0.0]], [[1.0], [nan]]]
    """
    known = np.isfinite(y)
    count = np.maximum(known.sum(axis=0), 1)
    return np.asarray(y - np.where(known, y, 0.0).sum(axis=0) / count)


def lagged(y: Floats, lags: range, first: int) -> Floats:
    """Values (units, rows, lags, variables) of each row's year less each lag; NaN before the first year.

    Examples
    --------
    >>> lagged(np.arange(4.0).reshape(1, 4, 1), range(1, 3), 1)[0, :, :, 0].tolist()
    [[0.0, nan], [1.0, 0.0], [2.0, 1.0]]
    """
    years = y.shape[1]
    at = np.arange(first, years)[:, None] - np.asarray(lags, dtype=np.intp)[None, :]
    inside = (at >= 0) & (at < years)
    out = y[:, np.where(inside, at, 0)]
    if not inside.all():
        out[:, ~inside] = np.nan
    return out


def level_rows(
    y: Floats,
    lags: int,
    others: Floats | None = None,
    *,
    deepest: int | None = None,
    constant: bool = False,
) -> Rows:
    """Rows of y on its lags (L1 of all variables, then L2 ...), `others` (units, years, columns) and a constant.

    `deepest` starts where that many lags could be known, so that rows of models with fewer lags are aligned.

    Examples
    --------
    >>> rows = level_rows(np.array([[[1.0], [2.0], [np.nan], [4.0], [5.0]]]), 1)
    >>> rows.used.tolist(), rows.y[0, :, 0].tolist(), rows.x[0, :, 0].tolist()
    ([[True, False, False, True]], [2.0, 0.0, 0.0, 5.0], [1.0, 0.0, 0.0, 4.0])
    """
    first = max(lags, deepest or 0)
    past = lagged(y, range(1, lags + 1), first)
    units, rows = past.shape[:2]
    own = y[:, first:]
    used: Bools = np.asarray(np.isfinite(own).all(axis=-1) & np.isfinite(past).all(axis=(-2, -1)))
    parts = [past.reshape(units, rows, -1)]
    if others is not None and others.shape[-1]:
        used &= np.asarray(np.isfinite(others[:, first:]).all(axis=-1))
        parts.append(others[:, first:])
    if constant:
        parts.append(np.ones((units, rows, 1)))
    x = np.concatenate(parts, axis=-1)
    return Rows(np.where(used[..., None], own, 0.0), np.where(used[..., None], x, 0.0), used, first)


def operator(used: Bools, transform: Transform) -> Operator:
    """Matrices that take unit effects out of rows: forward orthogonal deviations, or first differences.

    Deviations of a row are from the mean of the unit's later rows, times sqrt(n / (n + 1)) with n of them, and
    stand at the row's own year; rows need not follow each other. A difference needs the row of the year before.

    References
    ----------
    Arellano and Bover (1995), 10.1016/0304-4076(94)01642-D.

    Examples
    --------
    >>> operator(np.array([[True, True, True]]), "fod").matrices[0].round(3).tolist()
    [[0.816, -0.408, -0.408], [0.0, 0.707, -0.707], [0.0, 0.0, 0.0]]
    >>> operator(np.array([[True, False, True]]), "fd").matrices[0].any()
    np.False_
    """
    patterns, pattern = np.unique(used, axis=0, return_inverse=True)
    rows = used.shape[1]
    unit = np.eye(rows)
    if transform == "fd":
        both = np.zeros_like(patterns)
        both[:, 1:] = patterns[:, 1:] & patterns[:, :-1]
        return Operator((unit - np.eye(rows, k=-1)) * both[..., None], pattern.ravel())
    later = patterns[:, ::-1].cumsum(axis=1)[:, ::-1] - patterns
    kept = patterns & (later > 0)
    n = np.maximum(later, 1)[..., None]
    ahead = np.triu(np.ones((rows, rows)), 1) * patterns[:, None, :]
    return Operator(np.sqrt(n / (n + 1)) * (unit - ahead / n) * kept[..., None], pattern.ravel())
