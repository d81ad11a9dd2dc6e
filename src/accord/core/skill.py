"""How good forecasts were: R2 pooled and within units, errors, scaled errors, skill, coverage, Diebold-Mariano.

Forecasts of rolling origins stand as (origins, units, horizon); a cell without an actual value, or without a
forecast, is NaN in one of them and counts nowhere. A measure is given by horizon; `together` joins the horizons
first, which is also what a single holdout needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from accord.errors import InputError

Floats = NDArray[np.float64]

ORIGINS = 8
"""Fewest origins for a p-value: below them the variance over origins says next to nothing."""


@dataclass(frozen=True)
class Comparison:
    """Whether two forecasts were equally good. Null: equal expected loss; two-sided alternative.

    `difference` is the mean loss of the first less that of the second (negative: the first is better), `pvalue`
    by Harvey, Leybourne and Newbold, `pvalue_fixed` by Coroneo and Iacone. Where there is none it is NaN, and
    `reason` says why in English and Chinese.
    """

    difference: float
    statistic: float
    df: int
    pvalue: float
    pvalue_fixed: float
    origins: int
    reason: tuple[str, str] = ("", "")


def together(values: ArrayLike) -> Floats:
    """All horizons as one: (origins, units, horizon) to (origins * horizon, units, 1).

    Examples
    --------
    >>> together(np.zeros((4, 31, 3))).shape
    (12, 31, 1)
    """
    cells = np.asarray(values, dtype="f8")
    return np.moveaxis(cells, 2, 1).reshape(-1, cells.shape[1], 1)


def r2_pooled(actual: ArrayLike, predicted: ArrayLike) -> Floats:
    """1 - sum (a - p)^2 / sum (a - mean of all a)^2 by horizon; (origins, units, horizon) in, (horizon,) out.

    Mostly the variance between units, which any forecast near the last value has: it is not skill. NaN where the
    actual values are all equal.

    Examples
    --------
    >>> actual = [[[0.2], [0.8]], [[0.3], [0.7]]]
    >>> r2_pooled(actual, [[[0.3], [0.7]], [[0.2], [0.8]]]).round(3).tolist()
    [0.846]
    """
    a, e = _cells(actual, predicted)
    return _explained(e, a - _mean(a))


def r2_within(actual: ArrayLike, predicted: ArrayLike) -> Floats:
    """1 - sum (a - p)^2 / sum (a - mean of the unit's a)^2 by horizon; (origins, units, horizon) in, (horizon,) out.

    The mean is over the cells of that unit and horizon, so the differences between units are gone and a bias
    counts as error; below 0 is worse than having known each unit's mean of the test years. Units with fewer than
    two cells are left out: for a single holdout give `together`, else every horizon is NaN. Over many origins of a
    panel that rises steadily, following the rise a year behind explains much of it: look at `skill` too.

    Examples
    --------
    >>> actual = [[[0.2], [0.8]], [[0.3], [0.7]]]
    >>> r2_within(actual, [[[0.3], [0.7]], [[0.2], [0.8]]]).round(3).tolist()
    [-3.0]
    """
    a, e = _cells(actual, predicted)
    seen = (~np.isnan(a)).sum(axis=0, keepdims=True)
    a, e = np.where(seen > 1, a, np.nan), np.where(seen > 1, e, np.nan)
    mean = np.nansum(a, axis=0, keepdims=True) / np.maximum(seen, 1)
    return _explained(e, a - mean)


def rmse(actual: ArrayLike, predicted: ArrayLike) -> Floats:
    """Root of the mean squared error by horizon; (origins, units, horizon) in, (horizon,) out.

    Examples
    --------
    >>> rmse([[[1.0], [2.0]]], [[[1.0], [4.0]]]).round(4).tolist()
    [1.4142]
    """
    return np.sqrt(_mean(_cells(actual, predicted)[1] ** 2))


def mae(actual: ArrayLike, predicted: ArrayLike) -> Floats:
    """Mean absolute error by horizon; (origins, units, horizon) in, (horizon,) out.

    Examples
    --------
    >>> mae([[[1.0], [2.0]]], [[[1.0], [4.0]]]).tolist()
    [1.0]
    """
    return _mean(np.abs(_cells(actual, predicted)[1]))


def scale(x: ArrayLike, years: ArrayLike) -> Floats:
    """Mean absolute yearly change in the training years, 0 for a unit that did not move; (origins, units).

    x (units, years); `years` (origins,) says how many of the first years each origin trains on. NaN where a unit
    has fewer than two training years.

    Examples
    --------
    >>> scale([[1.0, 2.0, 4.0, 4.0], [3.0, 3.0, 3.0, 3.0]], [3, 4]).tolist()
    [[1.5, 0.0], [1.0, 0.0]]
    """
    values = np.asarray(x, dtype="f8")
    change = np.abs(np.diff(values, axis=1))
    known = ~np.isnan(change)
    change = np.where(change > 1e-12 * np.abs(values[:, 1:]), change, 0.0)
    ends = np.asarray(years, dtype="i8")[:, None, None]
    used = known & (np.arange(1, values.shape[1]) < ends)
    total, count = np.where(used, change, 0.0).sum(axis=2), used.sum(axis=2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def mase(actual: ArrayLike, predicted: ArrayLike, scales: ArrayLike) -> tuple[Floats, int]:
    """Mean absolute error in units of each unit's mean yearly change, by horizon (horizon,), and units left out.

    actual, predicted (origins, units, horizon); scales (origins, units), see `scale`. Every cell counts alike.
    Cells whose scale is 0 or NaN are left out; the number is that of units for which this is so at some origin.

    References
    ----------
    Hyndman and Koehler (2006), 10.1016/j.ijforecast.2006.03.001.

    Examples
    --------
    >>> mase([[[1.0], [2.0]]], [[[1.5], [4.0]]], [[0.5, 0.0]])
    (array([1.]), 1)
    """
    _, e = _cells(actual, predicted)
    size = np.asarray(scales, dtype="f8")
    usable = size > 0
    seen = (~np.isnan(e)).any(axis=2)
    scaled = np.abs(e) / np.where(usable, size, np.nan)[:, :, None]
    return _mean(scaled), int((seen & ~usable).any(axis=0).sum())


def skill(actual: ArrayLike, predicted: ArrayLike, reference: ArrayLike) -> Floats:
    """1 - MAE / MAE of a reference forecast, over the cells that both have, by horizon; 0 is no better, 1 perfect.

    Absolute errors, as in MASE: under common shocks a single bad year would decide a ratio of squared ones.
    (origins, units, horizon) each in, (horizon,) out; NaN where the reference makes no error.

    Examples
    --------
    >>> skill([[[1.0], [2.0]]], [[[1.0], [2.5]]], [[[1.0], [4.0]]]).tolist()
    [0.75]
    """
    own, other = (np.abs(_cells(actual, p)[1]) for p in (predicted, reference))
    both = ~(np.isnan(own) | np.isnan(other))
    top, base = (_mean(np.where(both, e, np.nan)) for e in (own, other))
    return np.asarray(1 - top / np.where(base > 0, base, np.nan))


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """Share of the actual values within [low, high], by horizon; (origins, units, horizon) in, (horizon,) out.

    Examples
    --------
    >>> coverage([[[1.0], [2.0]]], [[[0.5], [0.5]]], [[[1.0], [1.5]]]).tolist()
    [0.5]
    """
    a, lower, upper = (np.asarray(v, dtype="f8") for v in (actual, low, high))
    known = ~(np.isnan(a) | np.isnan(lower) | np.isnan(upper))
    return _mean(np.where(known, (lower <= a) & (a <= upper), np.nan))


def diebold_mariano(loss_a: ArrayLike, loss_b: ArrayLike, *, overlap: int | None = None) -> Comparison:
    """Test that two forecasts have equal expected loss, clustered by origin year; losses (origins, units, horizon).

    Losses are averaged over the units and horizons of an origin, so a shock that all units share counts once.
    `overlap` is the longest horizon in years (the last axis unless given): neighbouring origins share shocks up to
    overlap - 1 apart. `statistic` is the mean over the root of its variance, Bartlett weights up to that lag, with
    the factor of Harvey, Leybourne and Newbold; Student's t, origins - 1 degrees of freedom. `pvalue_fixed` takes
    the first cosine terms (as many as the cube root of the origins) and Student's t with so many degrees of
    freedom: less power, but a size nearer to 5%.

    Simulated size at a nominal .05, 8 to 15 origins (scripts/simulate_diebold_mariano.py, table beside it): both
    .05 with an overlap of 1; with 3 years `pvalue` has .12-.13 and `pvalue_fixed` .06-.07, with 5 .13-.15 and
    .06-.10, so the larger of the two is the one to go by. Clustered by unit the size would be .72 where half of a
    yearly shock is common. No p-value below 8 origins, or with no more origins than `overlap`.

    Raises
    ------
    InputError
        If the two losses have different shapes.

    References
    ----------
    Diebold and Mariano (1995), 10.1080/07350015.1995.10524599; Harvey, Leybourne and Newbold (1997),
    10.1016/S0169-2070(96)00719-4; Coroneo and Iacone (2020), 10.1002/jae.2756.

    Examples
    --------
    >>> a = np.array([1.0, 1.2, 0.9, 1.1, 1.3, 0.8, 1.0, 1.2]).reshape(8, 1, 1)
    >>> found = diebold_mariano(a, a[::-1] + 0.4)
    >>> round(found.difference, 3), round(found.statistic, 3), found.df, round(found.pvalue, 4)
    (-0.4, -5.87, 7, 0.0006)
    """
    a, b = np.asarray(loss_a, dtype="f8"), np.asarray(loss_b, dtype="f8")
    if a.shape != b.shape:
        raise InputError(f"two forecasts are compared on the same cells; their losses are {a.shape} and {b.shape}.")
    between = a - b
    known = ~np.isnan(between)
    count = known.sum(axis=(1, 2))
    d = np.where(known, between, 0.0).sum(axis=(1, 2))[count > 0] / count[count > 0]
    lags = a.shape[2] if overlap is None else overlap
    mean = float(d.mean()) if d.size else float("nan")
    reason = _no_pvalue(d, lags)
    if any(reason):
        return Comparison(mean, float("nan"), max(d.size - 1, 0), float("nan"), float("nan"), d.size, reason)
    statistic, p, fixed = mariano(d, lags)
    return Comparison(mean, float(statistic), d.size - 1, float(p), float(fixed), d.size)


def mariano(d: ArrayLike, overlap: int) -> tuple[Floats, Floats, Floats]:
    """Statistic, p-value and fixed-smoothing p-value (...) of mean zero of loss differences d (..., origins).

    See `diebold_mariano`, which says what they are.

    Examples
    --------
    >>> [round(float(v), 3) for v in mariano([-0.6, 0.0, -0.5, -0.4, 0.1, -0.7, -0.2, -0.4], 1)]
    [-3.379, 0.012, 0.009]
    """
    x = np.asarray(d, dtype="f8")
    n = x.shape[-1]
    mean = x.mean(axis=-1)
    away = x - mean[..., None]
    variance = (away**2).sum(axis=-1)
    for lag in range(1, overlap):
        variance = variance + 2 * (1 - lag / overlap) * (away[..., lag:] * away[..., : n - lag]).sum(axis=-1)
    factor = (n - overlap) * (n - overlap + 1) / n**2
    statistic = mean * n * np.sqrt(factor / _above_zero(variance, x))
    terms = int(np.cbrt(n) + 1e-9)
    cosines = np.cos(np.pi * np.arange(1, terms + 1)[:, None] * (np.arange(n) + 0.5) / n) * np.sqrt(2 / n)
    smooth = mean * np.sqrt(n / _above_zero(((away @ cosines.T) ** 2).mean(axis=-1), x))
    pvalue, fixed = 2 * scipy.stats.t.sf(np.abs(statistic), n - 1), 2 * scipy.stats.t.sf(np.abs(smooth), terms)
    return np.asarray(statistic), np.asarray(pvalue), np.asarray(fixed)


def _above_zero(variance: Floats, x: Floats) -> Floats:
    """A variance, NaN where it is 0 but for rounding."""
    return np.where(variance > 1e-24 * (x**2).sum(axis=-1), variance, np.nan)


def _no_pvalue(d: Floats, overlap: int) -> tuple[str, str]:
    """Why differences of origins carry no p-value, in English and Chinese; empty where they do."""
    if d.size < ORIGINS:
        return f"{d.size} origins; a p-value needs {ORIGINS}", f"起点年份 {d.size} 个，少于 {ORIGINS} 个，不给出 p 值"
    if d.size <= overlap:
        return (
            f"{d.size} origins for horizons up to {overlap} years; a p-value needs more origins than years",
            f"起点年份{d.size}个，预测期最长{overlap}年；起点须多于预测年数才给出p值",
        )
    if np.ptp(d) <= 1e-12 * np.abs(d).max():
        return "the loss differs by the same at every origin", "各起点年份的损失差相同"
    return "", ""


def _cells(actual: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
    """Actual values and errors of the cells that have both; NaN elsewhere."""
    a, p = np.asarray(actual, dtype="f8"), np.asarray(predicted, dtype="f8")
    if a.ndim != 3 or a.shape != p.shape:
        raise InputError(
            f"actual values and forecasts stand as (origins, units, horizon) alike; they are {a.shape} and {p.shape}."
        )
    error = a - p
    return np.where(np.isnan(error), np.nan, a), error


def _mean(cells: Floats) -> Floats:
    """Mean over origins and units of the cells that are there, NaN where none is; (horizon,) out."""
    known = ~np.isnan(cells)
    count = known.sum(axis=(0, 1))
    return np.asarray(np.where(known, cells, 0.0).sum(axis=(0, 1)) / np.where(count > 0, count, np.nan))


def _explained(error: Floats, away: Floats) -> Floats:
    """1 - sum of squared errors / sum of squared distances, by horizon; NaN where the second is 0."""
    total = np.nansum(away**2, axis=(0, 1))
    return np.asarray(1 - np.nansum(error**2, axis=(0, 1)) / np.where(total > 0, total, np.nan))
