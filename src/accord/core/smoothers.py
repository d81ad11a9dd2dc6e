"""Honest baselines of a forecast: naive, drift, Theta, Holt and the grey model, for many short series at once.

Series stand as (..., units, years) and may start late (leading NaN), but have no gap after their start; forecasts
are (..., units, horizon) and are not kept within bounds. A series that a method cannot take gets the naive
forecast, and `fallback` says which and why. Every method commutes with a change of unit; all but the grey
model commute with a change of origin too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.core.exponential import holt_rates, level_rate, smoothed, trended
from accord.errors import InputError, nearest

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
Form = Literal["unit", "pooled", "half"]

MINIMUM_YEARS = {"naive": 1, "drift": 2, "theta": 4, "holt": 6, "holt-damped": 7, "gm11": 4}
"""Fewest years of each method: two more than what it fits (Theta: a line; Holt: two rates, two states; damped: one
more; the grey model: a and b). Pooled and half drift take one year, and for it the change of all units."""

REASONS = {
    0: ("", ""),
    1: ("too few years for the method: the last value is kept", "年份不足：保持最后一个值"),
    2: ("all years have the same value: it is kept", "各年数值相同：保持该值"),
    3: ("a value at or below zero, which the grey model cannot take: the last value is kept",
        "存在小于或等于零的数值，灰色模型不适用：保持最后一个值"),
    4: ("the model could not be fitted: the last value is kept", "模型无法拟合：保持最后一个值"),
    5: ("no value", "无数值"),
}  # fmt: skip
"""What the codes of `fallback` mean, in English and Chinese."""


def naive(x: ArrayLike, horizon: int) -> Floats:
    """The last value, kept; (..., units, years) in, (..., units, horizon) out.

    Raises
    ------
    InputError
        If `horizon` is below 1 or a series has a gap after its start.

    Examples
    --------
    >>> naive([[0.4, 0.5]], 2).tolist()
    [[0.5, 0.5]]
    """
    values, _ = _histories(x, horizon)
    return np.repeat(values[..., -1:], horizon, axis=-1)


def drift(x: ArrayLike, horizon: int, *, form: Form = "unit") -> Floats:
    """The last value plus h times a mean yearly change; (..., units, years) in, (..., units, horizon) out.

    "unit" takes the change of the unit itself, "pooled" the mean over all yearly changes of all units, "half" the
    mean of the two. On a balanced panel the pooled change is the mean of the units' own; where units start late
    each year counts alike. A unit with one year has no change of its own: 0, and under "half" the pooled one.

    Raises
    ------
    InputError
        If `horizon` is below 1, a series has a gap after its start, or `form` is none of the three.

    References
    ----------
    Hyndman and Athanasopoulos (2021), Forecasting: principles and practice, section 5.2.

    Examples
    --------
    >>> drift([[0.4, 0.5], [0.3, 0.6]], 1, form="pooled").round(2).tolist()
    [[0.7], [0.8]]
    """
    if form not in ("unit", "pooled", "half"):
        raise InputError(f'there is no drift of the form "{form}"; {nearest(form, ("unit", "pooled", "half"))}')
    values, length = _histories(x, horizon)
    change = np.diff(values, axis=-1)
    known = ~np.isnan(change)
    total, count = np.where(known, change, 0.0).sum(axis=-1), np.maximum(length - 1, 0)
    own = total / np.maximum(count, 1)
    pooled = total.sum(axis=-1, keepdims=True) / np.maximum(count.sum(axis=-1, keepdims=True), 1)
    slope = {"unit": own, "pooled": pooled + 0 * own, "half": np.where(count > 0, (own + pooled) / 2, pooled)}[form]
    return np.asarray(values[..., -1:] + slope[..., None] * np.arange(1, horizon + 1))


def theta(x: ArrayLike, horizon: int, *, skip: int = 0) -> Floats:
    """The Theta method: the mean of the trend line and of exponential smoothing of 2 y - trend.

    Equal to exponential smoothing with half the trend's slope as drift. The smoothing rate, in [0.1, 0.99], and
    the first level minimise the sum of squared one-year errors; `skip` leaves that many first errors out of it
    (statsforecast: 3). (..., units, years) in, (..., units, horizon) out.

    Raises
    ------
    InputError
        If `horizon` is below 1 or a series has a gap after its start.

    References
    ----------
    Assimakopoulos and Nikolopoulos (2000), 10.1016/S0169-2070(00)00066-2; Hyndman and Billah (2003),
    10.1016/S0169-2070(01)00143-1.

    Examples
    --------
    >>> theta([[0.40, 0.42, 0.45, 0.46, 0.50]], 2).round(4).tolist()
    [[0.5117, 0.5237]]
    """
    return _by_length(x, horizon, fallback(x, "theta"), lambda y: _theta(y, horizon, skip))


def holt(x: ArrayLike, horizon: int, *, damped: bool = False) -> Floats:
    """Holt's linear trend, damped if asked for; (..., units, years) in, (..., units, horizon) out.

    Rates of level and slope (0.0001 to 0.9999, the slope's at most the level's), damping (0.8 to 0.98), first
    level and first slope all minimise the sum of squared one-year errors: the states exactly for given rates, the
    rates from the best point of a grid by Levenberg and Marquardt's steps. On simulated series of 8 to 20 years
    a grid of four times the points found a lower minimum for 1 in 100 (damped: 2 in 100).

    Raises
    ------
    InputError
        If `horizon` is below 1 or a series has a gap after its start.

    References
    ----------
    Holt (2004), 10.1016/j.ijforecast.2003.09.015; Hyndman, Koehler, Ord and Snyder (2008),
    10.1007/978-3-540-71918-2.

    Examples
    --------
    >>> holt([[0.40, 0.42, 0.44, 0.46, 0.48, 0.50]], 2).round(4).tolist()
    [[0.52, 0.54]]
    """
    name = "holt-damped" if damped else "holt"
    return _by_length(x, horizon, fallback(x, name), lambda y: _holt(y, horizon, damped))


def gm11(x: ArrayLike, horizon: int) -> Floats:
    """The grey model GM(1,1); (..., units, years) in, (..., units, horizon) out. See `gm11_fit`.

    A series with a value at or below zero gets the naive forecast. Among positive ones |a| < 2 always.

    Raises
    ------
    InputError
        If `horizon` is below 1 or a series has a gap after its start.

    Examples
    --------
    >>> gm11([[29097, 30634, 31988, 32819, 32274]], 2).round(4).tolist()
    [[33374.157, 33973.4727]]
    """
    return _by_length(x, horizon, fallback(x, "gm11"), lambda y: _grey_path(y, horizon)[:, y.shape[1] :])


def gm11_fit(x: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Development coefficient a (...), grey input b (...) and fitted values (..., years) of GM(1,1), no NaN in x.

    a and b by least squares of x(k) = -a z(k) + b, z(k) the mean of the sums up to k - 1 and up to k. A constant
    series has a = 0 and is fitted exactly; one of zeros has NaN.

    References
    ----------
    Deng (1982), 10.1016/S0167-6911(82)80025-X.

    Examples
    --------
    >>> a, b, fitted = gm11_fit([29097, 30634, 31988, 32819, 32274])
    >>> round(float(a), 6), round(float(b), 3), fitted.round(2).tolist()
    (-0.017798, 30287.127, [29097.0, 31080.77, 31638.9, 32207.06, 32785.41])
    """
    y = np.asarray(x, dtype="f8")
    a, b = _grey(y)
    return a, b, _grey_path(y, 0)


def level_ratios(x: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Ratios x(k - 1) / x(k) (..., years - 1), and whether all lie in (exp(-2/(n+1)), exp(2/(n+1))) (...).

    The usual test of whether a series may be given to GM(1,1); n is its number of years. A ratio with a value at
    or below zero is NaN, and that series fails.

    Examples
    --------
    >>> ratios, admissible = level_ratios([[1.0, 1.1, 1.2], [1.0, 2.0, 1.0]])
    >>> ratios.round(3).tolist(), admissible.tolist()
    ([[0.909, 0.917], [0.5, 2.0]], [True, False])
    """
    values = np.asarray(x, dtype="f8")
    length = (~np.isnan(values)).sum(axis=-1)
    positive = np.where(values > 0, values, np.nan)
    ratios = positive[..., :-1] / positive[..., 1:]
    edge = np.exp(2 / (length + 1))[..., None]
    inside = (ratios > 1 / edge) & (ratios < edge)
    return ratios, np.asarray((inside.sum(axis=-1) == length - 1) & (length > 1))


def fallback(x: ArrayLike, method: str) -> Codes:
    """Which series get the naive forecast and why, as the numbers of `REASONS`; 0 where the method stands.

    `method` is one of `MINIMUM_YEARS`; (..., units, years) in, (..., units) out.

    Examples
    --------
    >>> fallback([[0.1, 0.2, 0.3, 0.5], [0.2, 0.2, 0.2, 0.2], [float("nan"), 0.1, 0.2, 0.4]], "theta").tolist()
    [0, 2, 1]
    """
    if method not in MINIMUM_YEARS:
        raise InputError(f'there is no baseline "{method}"; {nearest(method, MINIMUM_YEARS)}')
    values, length = _histories(x, 1)
    last = values[..., -1:]
    code = np.zeros(length.shape, dtype="i1")
    if method == "gm11":
        code[((values <= 0) & ~np.isnan(values)).any(axis=-1)] = 3
    elif method in ("theta", "holt", "holt-damped"):
        spread = np.where(np.isnan(values), 0.0, np.abs(values - last)).max(axis=-1)
        code[spread <= 1e-12 * np.abs(last[..., 0])] = 2
    code[length < MINIMUM_YEARS[method]] = 1
    code[length == 0] = 5
    return code


def _histories(x: ArrayLike, horizon: int) -> tuple[Floats, NDArray[np.int64]]:
    """The values and the number of years of each series, which end in the last year."""
    values = np.atleast_2d(np.asarray(x, dtype="f8"))
    if horizon < 1:
        raise InputError(f"a forecast needs a horizon of at least one year; it is {horizon}.")
    known = ~np.isnan(values)
    if values.shape[-1] == 0 or (known[..., :-1] & ~known[..., 1:]).any():
        raise InputError("a series has a gap after its first value; fill it, or drop the unit, before a forecast.")
    return values, known.sum(axis=-1)


def _by_length(x: ArrayLike, horizon: int, code: Codes, solve: Callable[[Floats], Floats]) -> Floats:
    """Forecasts of the series a method can take, those of one length together; naive for the others."""
    out = naive(x, horizon)
    values, length = _histories(x, horizon)
    for n in np.unique(length[code == 0]):
        rows = (code == 0) & (length == n)
        out[rows] = solve(values[rows][:, -int(n) :])
    return out


def _theta(y: Floats, horizon: int, skip: int) -> Floats:
    """Theta forecasts of full series (k, n)."""
    n = y.shape[1]
    at = np.arange(1, n + 1) - (n + 1) / 2
    slope = (y * at).sum(axis=1) / (at @ at)
    middle = y.mean(axis=1)
    line = 2 * y - middle[:, None] - slope[:, None] * at
    ahead = middle[:, None] + slope[:, None] * (n + np.arange(1, horizon + 1) - (n + 1) / 2)
    _, level = smoothed(line, level_rate(line, skip=skip), skip=skip)
    return np.asarray((ahead + level[:, None]) / 2)


def _holt(y: Floats, horizon: int, damped: bool) -> Floats:
    """Holt forecasts of full series (k, n), each taken from its first value in units of its range."""
    origin, scale = y[:, :1], np.ptp(y, axis=1)[:, None]
    unit = np.ascontiguousarray(((y - origin) / scale).T)
    rates = holt_rates(unit, damped)
    _, level, slope = trended(unit, rates)
    phi = rates[:, 2] if damped else np.ones(len(y))
    steps = np.cumsum(phi[:, None] ** np.arange(1, horizon + 1), axis=1)
    return np.asarray(origin + scale * (level[:, None] + steps * slope[:, None]))


def _grey(y: Floats) -> tuple[Floats, Floats]:
    """Coefficients a and b of GM(1,1); (..., n) in, (...) out, NaN for a series of zeros.

    Of positive values a lies in (-2, 2): it is a weighted mean of -2 (x(k) - x(k-1)) / (x(k) + x(k-1)).
    """
    total = np.cumsum(y, axis=-1)
    z = (total[..., 1:] + total[..., :-1]) / 2
    x = y[..., 1:]
    away = z - z.mean(axis=-1, keepdims=True)
    norm = (away**2).sum(axis=-1)
    a = -(away * x).sum(axis=-1) / np.where(norm > 0, norm, np.nan)
    return np.asarray(a), np.asarray(x.mean(axis=-1) + a * z.mean(axis=-1))


def _grey_path(y: Floats, horizon: int) -> Floats:
    """Fitted values and forecasts (..., n + horizon); expm1(a) / a keeps the limit a = 0, a constant series."""
    a, b = _grey(y)
    growth = np.expm1(a)
    ratio = np.divide(growth, a, out=np.ones_like(a), where=a != 0)
    k = np.arange(1, y.shape[-1] + horizon)
    later = (b * ratio - y[..., 0] * growth)[..., None] * np.exp(-a[..., None] * k)
    return np.concatenate([y[..., :1], later], axis=-1)
