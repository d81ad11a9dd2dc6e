"""Convergence: whether the spread of the units shrinks (sigma), and whether those behind grow faster (beta)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Errors = Literal["HC1", "HC3"]


@dataclass(frozen=True)
class Slope:
    """A slope with its standard error and two-sided p-value from Student's t with `df` degrees of freedom."""

    coefficient: float
    se: float
    pvalue: float
    df: int


NONE = Slope(np.nan, np.nan, np.nan, 0)


def trend(y: ArrayLike, time: ArrayLike) -> Slope:
    """Slope of a straight line through a series, with Newey and West's standard error; shapes (T,) and (T,).

    Bartlett weights up to lag int(4 (T/100)^(2/9)), and the factor T / (T - 2). Autocorrelation that goes
    beyond those lags makes the p-value of a short series too small. NaN below 4 values.

    References
    ----------
    Newey and West (1987), 10.2307/1913610.

    Examples
    --------
    >>> found = trend([0.4, 0.37, 0.36, 0.32, 0.31], [2011, 2012, 2013, 2014, 2015])
    >>> round(found.coefficient, 4), found.df
    (-0.023, 3)
    """
    values, at = np.asarray(y, dtype="f8"), np.asarray(time, dtype="f8")
    known = np.isfinite(values)
    values, at = values[known], at[known]
    n = values.size
    if n < 4:
        return NONE
    x = np.column_stack([np.ones(n), at - at.mean()])
    b = np.linalg.lstsq(x, values, rcond=None)[0]
    score = x * (values - x @ b)[:, None]
    meat = score.T @ score
    lags = int(4 * (n / 100) ** (2 / 9))
    for lag in range(1, lags + 1):
        shifted = score[lag:].T @ score[:-lag]
        meat += (1 - lag / (lags + 1)) * (shifted + shifted.T)
    bread = np.linalg.inv(x.T @ x)
    return _slope(b[1], (bread @ meat @ bread)[1, 1] * n / (n - 2), n - 2)


def beta(
    first: ArrayLike, last: ArrayLike, years: float, controls: ArrayLike | None = None, *, errors: Errors = "HC3"
) -> Slope:
    """Slope b of (ln D_last - ln D_first) / years on ln D_first over the units; shapes (n,), (n,), controls (n, m).

    A negative b: those behind grew faster. `controls` stand beside a constant; columns that others
    already hold are dropped. NaN where a value is not above 0, the first values are all equal or the
    controls account for them, or no degree of freedom is left. A unit that has a control of its own, the
    only one of its region, adds nothing to slope or standard error.

    References
    ----------
    Barro and Sala-i-Martin (1992), 10.1086/261816; HC3: MacKinnon and White (1985), 10.1016/0304-4076(85)90158-7.

    Examples
    --------
    >>> found = beta([0.2, 0.3, 0.4, 0.5, 0.6], [0.4, 0.45, 0.52, 0.6, 0.66], 10)
    >>> round(found.coefficient, 4), found.df
    (-0.0535, 3)
    """
    start, end = np.asarray(first, dtype="f8"), np.asarray(last, dtype="f8")
    more = np.empty((start.size, 0)) if controls is None else np.asarray(controls, dtype="f8")
    known = np.isfinite(start) & np.isfinite(end) & np.isfinite(more).all(axis=1)
    if (start[known] <= 0).any() or (end[known] <= 0).any():
        return NONE
    start, growth = np.log(start[known]), (np.log(end[known]) - np.log(start[known])) / years
    base = _independent(np.column_stack([np.ones(start.size), more[known]]))
    x = np.column_stack([base, start])
    n, k = x.shape
    left = start - base @ np.linalg.lstsq(base, start, rcond=None)[0] if n else start
    if n <= k or np.linalg.norm(left) <= 1e-10 * np.linalg.norm(start - start.mean()) or np.ptp(start) == 0:
        return NONE
    b = np.linalg.lstsq(x, growth, rcond=None)[0]
    bread = np.linalg.inv(x.T @ x)
    residual = growth - x @ b
    if errors == "HC3":
        leverage = 1 - np.einsum("ij,jk,ik->i", x, bread, x)
        residual = np.divide(residual, leverage, out=np.zeros(n), where=leverage > 1e-9)
    scored = x * residual[:, None]
    variance = (bread @ (scored.T @ scored) @ bread)[-1, -1]
    return _slope(b[-1], variance * (n / (n - k) if errors == "HC1" else 1.0), n - k)


def speed(coefficient: float, years: float) -> float:
    """Yearly speed of convergence, -ln(1 + b T) / T, in b = -(1 - exp(-speed T)) / T; NaN where 1 + b T <= 0.

    Examples
    --------
    >>> round(speed(-0.05, 10), 4)
    0.0693
    """
    kept = 1 + coefficient * years
    return float(-np.log(kept) / years) if kept > 0 else float("nan")


def half_life(rate: float) -> float:
    """Years in which half of the gap closes, ln 2 / speed; infinite where nothing closes.

    Examples
    --------
    >>> round(half_life(0.0693), 1), half_life(-0.01)
    (10.0, inf)
    """
    if np.isnan(rate):
        return float("nan")
    return float(np.log(2) / rate) if rate > 0 else float("inf")


def _slope(coefficient: float, variance: float, df: int) -> Slope:
    """A slope; without any residual its standard error is 0, and no p-value follows from that."""
    se = float(np.sqrt(max(variance, 0.0)))
    p = float(2 * scipy.stats.t.sf(abs(coefficient) / se, df)) if se > 0 else float("nan")
    return Slope(float(coefficient), se, p, df)


def _independent(x: Floats) -> Floats:
    """The columns of a matrix that those before them do not already hold."""
    kept: list[int] = []
    for j in range(x.shape[1]):
        own = x[:, kept]
        left = x[:, j] - own @ np.linalg.lstsq(own, x[:, j], rcond=None)[0] if kept else x[:, j]
        if np.linalg.norm(left) > 1e-9 * max(float(np.linalg.norm(x[:, j])), 1e-300):
            kept.append(j)
    return np.asarray(x[:, kept])
