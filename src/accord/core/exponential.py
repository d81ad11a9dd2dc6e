"""Least-squares fits of exponential smoothing, for many short series at once: a level, and Holt's trend.

First states enter the errors linearly, so they are solved for given rates; only the rates are searched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALPHA = (0.1, 0.99)
"""Bounds of Theta's smoothing rate, those of statsforecast."""
LEAST, MOST = 1e-4, 0.9999
"""Bounds of Holt's rates; the slope's rate is at most the level's."""
DAMPING = (0.8, 0.98)
"""Bounds of Holt's damping."""


def level_rate(y: Floats, *, skip: int = 0) -> Floats:
    """Rate (k,) in `ALPHA` at which smoothing full series (k, n) has least errors: a fine grid, then golden section.

    Examples
    --------
    >>> level_rate(np.array([[0.1, 0.2, 0.3, 0.4]])).round(6).tolist()
    [0.99]
    """
    grid = np.linspace(*ALPHA, 46)
    errors = np.stack([smoothed(y, np.full(1, rate), skip=skip)[0] for rate in grid])
    best = np.argmin(errors, axis=0)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(36):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        lower = smoothed(y, left, skip=skip)[0] <= smoothed(y, right, skip=skip)[0]
        low, high = np.where(lower, low, left), np.where(lower, right, high)
    rate = (low + high) / 2
    edge = np.where(rate > 0.5, ALPHA[1], ALPHA[0])
    return np.where(smoothed(y, edge, skip=skip)[0] <= smoothed(y, rate, skip=skip)[0], edge, rate)


def smoothed(y: Floats, rate: Floats, *, skip: int = 0) -> tuple[Floats, Floats]:
    """Least sum of squared errors of exponential smoothing over the first level (k,), and the last level (k,).

    y (k, n), rate (1 or k,); the first `skip` errors are left out of the sum.

    Examples
    --------
    >>> total, last = smoothed(np.array([[0.5, 0.5, 0.8]]), np.array([0.5]))
    >>> total.round(4).tolist(), last.round(4).tolist()
    ([0.0857], [0.6571])
    """
    n = y.shape[1]
    level, weight = np.zeros(len(y)), np.ones(rate.shape)
    cross, norm, square = np.zeros(len(y)), np.zeros(rate.shape), np.zeros(len(y))
    for t in range(n):
        error = y[:, t] - level
        if t >= skip:
            cross, norm, square = cross + error * weight, norm + weight**2, square + error**2
        level, weight = level + rate * error, weight * (1 - rate)
    first = cross / norm
    return square - first * cross, level + first * weight


def holt_rates(y: Floats, damped: bool) -> Floats:
    """Rates (k, 2 or 3) that make the errors of series (n, k) least, see `_run` for what they are."""
    low = np.array([LEAST, 0.0, DAMPING[0]] if damped else [LEAST, 0.0])
    high = np.array([MOST, 1.0, DAMPING[1]] if damped else [MOST, 1.0])
    points = (13, 13, 7) if damped else (15, 15)
    axes = [np.linspace(a, b, n) for a, b, n in zip(low, high, points, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 1, len(low))
    least, best = np.full(y.shape[1], np.inf), np.zeros((y.shape[1], len(low)))
    at_once = max(1, 20_000 // y.shape[1])
    for start in range(0, len(grid), at_once):
        part = grid[start : start + at_once]
        error = (trended(y[:, None], part)[0] ** 2).sum(axis=0)
        here = error.argmin(axis=0)
        lowest = error.min(axis=0)
        better = lowest < least
        least[better], best[better] = lowest[better], part[here, 0][better]
    return _refined(y, best, low, high)


def trended(y: Floats, rates: Floats) -> tuple[Floats, Floats, Floats]:
    """Errors (n, ...) of Holt's trend with the first states that make them least, last level and slope (...).

    The errors are linear in the first states, so they are those of the states 0 plus what a first level of 1 and a
    first slope of 1 add; y (n, ...), rates (..., 2 or 3), whose ... fit each other.
    """
    run = _run(y, rates, 0.0, 0.0)
    none = np.zeros((len(y),) + (1,) * (rates.ndim - 1))
    one, two = _run(none, rates, 1.0, 0.0), _run(none, rates, 0.0, 1.0)
    norm = (one[0] ** 2).sum(axis=0)
    share = (one[0] * two[0]).sum(axis=0) / norm
    rest = two[0] - share * one[0]
    slope = -(run[0] * rest).sum(axis=0) / np.maximum((rest**2).sum(axis=0), 1e-300)
    level = -(run[0] * one[0]).sum(axis=0) / norm - share * slope
    errors, last, tilt = (a + level * b + slope * c for a, b, c in zip(run, one, two, strict=True))
    return errors, last, tilt


def _run(y: Floats, rates: Floats, level: float, slope: float) -> tuple[Floats, Floats, Floats]:
    """One-year errors (n, ...), last level and last slope (...) of Holt's recursion from given first states.

    A row of `rates`: the level's, the slope's as its place from 0.0001 (0) to the level's (1), the damping if any.
    """
    alpha = rates[..., 0]
    beta = LEAST + rates[..., 1] * (alpha - LEAST)
    phi = rates[..., 2] if rates.shape[-1] == 3 else np.ones(alpha.shape)
    shape = np.broadcast_shapes(y.shape[1:], alpha.shape)
    errors = np.empty((len(y), *shape))
    at, tilt = np.full(shape, level), np.full(shape, slope)
    for t in range(len(y)):
        tilt = phi * tilt
        at = at + tilt
        errors[t] = y[t] - at
        at, tilt = at + alpha * errors[t], tilt + beta * errors[t]
    return errors, at, tilt


def _refined(y: Floats, rates: Floats, low: Floats, high: Floats) -> Floats:
    """Rates (k, p) that make the errors least within their bounds, from those given, by damped Gauss-Newton steps."""
    k, p = rates.shape
    damping = np.full(k, 1e-3)
    now = trended(y, rates)[0]
    for _ in range(40):
        sides = np.where(rates + 1e-6 > high, -1e-6, 1e-6)
        jacobian = np.stack(
            [(trended(y, rates + sides * (np.arange(p) == j))[0] - now).T / sides[:, j, None] for j in range(p)],
            axis=-1,
        )
        gradient = np.einsum("knp,nk->kp", jacobian, now)
        hessian = np.einsum("knp,knq->kpq", jacobian, jacobian)
        held = ((rates <= low) & (gradient > 0)) | ((rates >= high) & (gradient < 0))
        gradient = np.where(held, 0.0, gradient)
        hessian = np.where(held[:, :, None] | held[:, None, :], 0.0, hessian)
        own = np.einsum("kpp->kp", hessian)
        own[:] = own * (1 + damping[:, None]) + np.where(held, 1.0, 1e-12)
        step = np.linalg.solve(hessian, -gradient[:, :, None])[:, :, 0]
        tried = np.clip(rates + step, low, high)
        then = trended(y, tried)[0]
        better = (then**2).sum(axis=0) < (now**2).sum(axis=0)
        rates, now = np.where(better[:, None], tried, rates), np.where(better, then, now)
        damping = np.clip(np.where(better, damping / 5, damping * 5), 1e-9, 1e9)
        if np.abs(step).max(initial=0.0) < 1e-9:
            break
    return rates
