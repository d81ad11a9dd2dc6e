"""Whether a short, autocorrelated series has a trend: a p-value that few years do not make too small."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
PERSISTENCE = np.linspace(0.025, 0.975, 20)
"""Autocorrelations that are averaged over."""


def averaged(series: ArrayLike, time: ArrayLike) -> Floats:
    """p-value of a straight trend, averaged over the autocorrelation that the series may have; (..., T) in, (...) out.

    Under errors of a first-order autoregression the p-value is that of generalised least squares. Its
    autocorrelation is not estimated, for which few years do not suffice: p-values for 0.025 to 0.975 are averaged
    with the weights that the series gives them (posterior of an even prior, slope and scale integrated out).
    `time`, shape (T,), may have gaps; the autocorrelation is that of one shortest step. In [0, 1]; the smaller,
    the clearer the trend. It does not change with the place or the scale of a series. At least 4 values, none missing.

    References
    ----------
    Harville (1974), 10.1093/biomet/61.2.383, for the likelihood of a covariance with slope integrated out.

    Examples
    --------
    >>> falling = [0.40, 0.37, 0.36, 0.32, 0.31, 0.29, 0.26, 0.25]
    >>> averaged([falling, [0.40, 0.37, 0.36, 0.37, 0.39, 0.36, 0.37, 0.38]], range(8)).round(4).tolist()
    [0.0002, 0.6067]
    """
    y, at = np.asarray(series, dtype="f8"), np.asarray(time, dtype="f8")
    rows = (y - y.mean(axis=-1, keepdims=True)).reshape(-1, y.shape[-1]).T
    n, x = len(at), np.column_stack([np.ones(len(at)), at - at.mean()])
    rows = rows / np.maximum(np.sqrt((rows**2).mean(axis=0)), 1e-300)
    weight, p = np.empty((PERSISTENCE.size, rows.shape[1])), np.empty((PERSISTENCE.size, rows.shape[1]))
    for k, rho in enumerate(PERSISTENCE):
        root = np.linalg.cholesky(_covariance(at, rho))
        free = np.linalg.solve(root, np.column_stack([x, rows]))
        inner = free[:, :2].T @ free[:, :2]
        b = np.linalg.solve(inner, free[:, :2].T @ free[:, 2:])
        left = np.maximum(((free[:, 2:] - free[:, :2] @ b) ** 2).sum(axis=0), 1e-300)
        p[k] = 2 * scipy.stats.t.sf(abs(b[1]) / np.sqrt(left / (n - 2) * np.linalg.inv(inner)[1, 1]), n - 2)
        sizes = np.log(np.diag(root)).sum() + 0.5 * np.log(np.linalg.det(inner))
        weight[k] = -sizes - 0.5 * (n - 2) * np.log(left)
    weight = np.exp(weight - weight.max(axis=0))
    return np.asarray(((weight * p).sum(axis=0) / weight.sum(axis=0)).reshape(y.shape[:-1]))


def without_trend(time: ArrayLike, persistence: float, draws: int, rng: np.random.Generator) -> Floats:
    """What `averaged` finds in series that have no trend, in order, (draws,); at 4 places in time or more.

    Gaussian first-order autoregressions with autocorrelation `persistence` in [0, 1] over one shortest step of
    `time`; with 1 they are random walks.

    Examples
    --------
    >>> made = without_trend(range(12), 0.9, 999, np.random.default_rng(1))
    >>> bool(0.01 < made[49] < 0.02), made.shape
    (True, (999,))
    """
    at = np.asarray(time, dtype="f8")
    root = np.linalg.cholesky(_covariance(at, persistence))
    return np.sort(averaged(rng.standard_normal((draws, at.size)) @ root.T, at))


def simulated(series: ArrayLike, time: ArrayLike, made: Floats) -> Floats:
    """Share of series without a trend whose trend looks at least as clear: (..., T), (T,), (draws,) in, (...) out.

    `made` is what `without_trend` gives for this time. In (0, 1]; the smallest is 1 / (draws + 1).

    Where a series is no more persistent than those, and Gaussian, it falls below 0.05 in at most 5 % of cases
    without a trend. How often it does so in others, and what trends it sees, is measured in scripts/trend_size.py.

    Examples
    --------
    >>> falling, years = [0.40, 0.37, 0.38, 0.36, 0.33, 0.34, 0.32, 0.31], range(8)
    >>> made = without_trend(years, 0.9, 999, np.random.default_rng(1))
    >>> bool(0.01 < simulated(falling, years, made) < 0.05)
    True
    """
    found = averaged(series, time) * (1 + 1e-9)
    return np.asarray((1 + np.searchsorted(made, found, side="right")) / (made.size + 1))


def _covariance(at: Floats, persistence: float) -> Floats:
    """Covariance (T, T) of a first-order autoregression at these places in time; of a random walk where it is 1."""
    step = float(np.diff(at).min())
    if persistence < 1:
        return np.asarray(persistence ** (abs(at[:, None] - at[None, :]) / step))
    return np.asarray(np.minimum(at[:, None], at[None, :]) / step - at[0] / step + 1)
