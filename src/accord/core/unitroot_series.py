"""Regressions of single series for unit-root tests: augmented Dickey-Fuller, Phillips-Perron, KPSS.

Years stand first: arrays are (years, ...), and whatever follows - units, or simulated panels by units - goes
through at once. That order keeps each year's values beside each other in memory, which makes small
regressions by the hundred thousand several times faster than years last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Trend = Literal["n", "c", "ct"]
Criterion = Literal["aic", "bic", "hqic"]

TERMS = {"n": 0, "c": 1, "ct": 2}
"""Deterministic terms of each case: none, a constant, a constant and a trend."""
TIGHT = 1e-20
"""Share of a column's sum of squares below which nothing is left of it beside the columns before it."""


@dataclass(frozen=True)
class Regression:
    """Change on lagged level, with what other terms hold taken out of both; each field of shape (...), or (m, ...)."""

    t: Floats
    """t-ratio of the lagged level."""
    change: Floats
    """Change less deterministic terms and lagged changes, shape (m, ...)."""
    level: Floats
    """Lagged level less the same, shape (m, ...)."""
    residual: Floats
    """Residuals of the whole regression, shape (m, ...)."""
    df: int
    """Degrees of freedom left."""

    @property
    def nobs(self) -> int:
        """Observations in the regression."""
        return len(self.residual)

    @property
    def rss(self) -> Floats:
        """Sum of squared residuals."""
        return dot(self.residual, self.residual)


def dot(a: Floats, b: Floats) -> Floats:
    """Sum over years of a product; (years, ...) in, (...) out.

    Examples
    --------
    >>> float(dot(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    return np.asarray(np.einsum("t...,t...->...", a, b))


def terms(years: int, trend: Trend, ndim: int = 1) -> list[Floats]:
    """Deterministic terms as columns (years, 1, ...) that are orthogonal to each other.

    Examples
    --------
    >>> [column.tolist() for column in terms(3, "ct")]
    [[1.0, 1.0, 1.0], [-1.0, 0.0, 1.0]]
    """
    time = np.arange(years, dtype="f8") - (years - 1) / 2
    shape = (years,) + (1,) * (ndim - 1)
    return [column.reshape(shape) for column in (np.ones(years), time)[: TERMS[trend]]]


def orthogonal(columns: list[Floats]) -> list[Floats]:
    """Each column less what those before it hold, over axis 0; NaN where that leaves nothing.

    Modified Gram and Schmidt: unlike normal equations it does not square the condition of the columns.

    Examples
    --------
    >>> first, second = orthogonal([np.ones(3), np.array([1.0, 2.0, 6.0])])
    >>> second.tolist()
    [-2.0, -1.0, 3.0]
    """
    left = list(columns)
    sizes = [dot(column, column) for column in columns]
    for j in range(len(left)):
        size = dot(left[j], left[j])
        usable = np.where(size > TIGHT * sizes[j], size, np.nan)
        for k in range(j + 1, len(left)):
            left[k] = left[k] - left[j] * (dot(left[j], left[k]) / usable)
    return left


def detrended(y: Floats, trend: Trend) -> Floats:
    """Series less their mean, or less a straight line; (years, ...) in and out.

    Examples
    --------
    >>> detrended(np.array([1.0, 2.0, 6.0]), "c").tolist()
    [-2.0, -1.0, 3.0]
    """
    for column in terms(len(y), trend, y.ndim):
        y = y - column * (dot(column, y) / float((column * column).sum()))
    return y


def regression(y: Floats, lags: int, trend: Trend, more: tuple[Floats, ...] = ()) -> Regression:
    """Regress the change on the lagged level, `lags` lagged changes and deterministic terms; (years, ...) in.

    `more` are further columns, each over the last years - 1 - lags years. The t-ratio is NaN where columns
    are collinear or nothing is left to explain.

    Examples
    --------
    >>> found = regression(np.array([1.0, 2.0, 2.5, 2.4, 3.0, 3.1]), 0, "c")
    >>> round(float(found.t), 4), found.nobs, found.df
    (-2.671, 5, 3)
    """
    change = np.diff(y, axis=0)
    lagged = [change[lags - j : len(change) - j] for j in range(1, lags + 1)]
    n = len(change) - lags
    held = [*terms(n, trend, y.ndim), *more, *lagged]
    *_, level, last = _outer(held, y[lags:-1], change[lags:])
    df = n - len(held) - 1
    size = dot(level, level)
    b = dot(level, last) / size
    residual = last - level * b
    rss = dot(residual, residual)
    flat = (rss <= TIGHT * dot(last, last)) | (size <= TIGHT * dot(y[lags:-1], y[lags:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(flat, np.nan, b * np.sqrt(size * df / rss))
    return Regression(t, last, level, residual, df)


def _outer(held: list[Floats], level: Floats, change: Floats) -> list[Floats]:
    """Both last columns less those held, but not the change less the level."""
    *inner, level = orthogonal([*held, level])
    for column in inner:
        change = change - column * (dot(column, change) / dot(column, column))
    return [*inner, level, change]


def chosen_lags(y: Floats, most: int, trend: Trend, criterion: Criterion) -> Ints:
    """Lags 0 to `most` with the least criterion, all on the sample that the most lags leave; (years, ...) in.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(20, 2)), axis=0)
    >>> chosen_lags(y, 2, "c", "aic").tolist()
    [0, 0]
    """
    change = np.diff(y, axis=0)
    n = len(change) - most
    lagged = [change[most - j : len(change) - j] for j in range(1, most + 1)]
    first = [*terms(n, trend, y.ndim), y[most:-1]]
    columns = orthogonal([*first, *lagged])
    left, values = change[most:], []
    penalty = {"aic": 2.0, "bic": np.log(n), "hqic": 2 * np.log(np.log(n))}[criterion]
    for j, column in enumerate(columns):
        left = left - column * (dot(column, left) / dot(column, column))
        if j >= len(first) - 1:
            values.append(n * np.log(dot(left, left) / n) + penalty * (j + 1))
    return np.asarray(np.argmin(np.stack(values), axis=0))


def augmented(
    y: Floats, lags: int | Criterion, most: int, trend: Trend, more: tuple[Floats, ...] = ()
) -> tuple[Floats, Ints]:
    """t-ratios of the lagged level with fixed or chosen lags, and the lags; (years, ...) in, (...) out.

    With chosen lags each regression uses all the years that its own lags leave.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(20, 2)), axis=0)
    >>> t, lags = augmented(y, "aic", 2, "c")
    >>> lags.tolist()
    [0, 0]
    """
    if isinstance(lags, int):
        t = regression(y, lags, trend).t
        return t, np.full(t.shape, lags)
    order = chosen_lags(y, most, trend, lags)
    every = np.stack([regression(y, lag, trend).t for lag in range(most + 1)])
    return np.take_along_axis(every, order[None], axis=0)[0], order


def null_variance_t(y: Floats, trend: Trend) -> Floats:
    """t-tilde: the t-ratio without lags, its variance taken from the change alone, as under the null; (years, ...) in.

    References
    ----------
    Im, Pesaran and Shin (2003), 10.1016/S0304-4076(03)00092-7.

    Examples
    --------
    >>> round(float(null_variance_t(np.array([1.0, 2.0, 2.5, 2.4, 3.0, 3.1]), "c")), 4)
    -1.6781
    """
    found = regression(y, 0, trend)
    df = found.nobs - TERMS[trend]
    size = dot(found.change, found.change) * dot(found.level, found.level)
    return np.asarray(dot(found.change, found.level) / np.sqrt(size / df))


def bartlett(u: Floats, q: int) -> Floats:
    """Long-run variance with Bartlett's weights on lags 1 to q; (years, ...) in, (...) out.

    Examples
    --------
    >>> float(bartlett(np.array([1.0, -1.0, 1.0, -1.0]), 1))
    0.25
    """
    n = len(u)
    total = dot(u, u)
    for lag in range(1, min(q, n - 1) + 1):
        total = total + 2 * (1 - lag / (q + 1)) * dot(u[lag:], u[:-lag])
    return np.asarray(total / n)


def phillips_perron(y: Floats, q: int, trend: Trend) -> Floats:
    """Z_tau of Phillips and Perron with Bartlett's weights on lags 1 to q; (years, ...) in, (...) out.

    References
    ----------
    Phillips and Perron (1988), 10.1093/biomet/75.2.335.

    Examples
    --------
    >>> round(float(phillips_perron(np.array([1.0, 2.0, 2.5, 2.4, 3.0, 3.1]), 1, "c")), 4)
    -3.184
    """
    found = regression(y, 0, trend)
    n, short, long = found.nobs, found.rss / found.nobs, bartlett(found.residual, q)
    size = dot(found.level, found.level)
    return np.asarray(np.sqrt(short / long) * found.t - 0.5 * (long - short) / np.sqrt(long) * n / np.sqrt(size))


def kpss(y: Floats, trend: Trend) -> tuple[Floats, Floats]:
    """Sum of squared partial sums over years squared, and the residual variance; (years, ...) in, two of (...) out.

    Their ratio is the statistic of Kwiatkowski and others (1992) without correction for autocorrelation.

    Examples
    --------
    >>> [round(float(value), 4) for value in kpss(np.array([1.0, 2.0, 2.5, 2.4]), "c")]
    [0.1271, 0.4692]
    """
    e = detrended(y, trend)
    sums = np.cumsum(e, axis=0)
    return dot(sums, sums) / len(y) ** 2, dot(e, e) / (len(y) - TERMS[trend])
