"""Moments, adjustments and critical values of panel unit-root tests: published tables, closed forms, our own simulation.

Published numbers stand in data/unitroot_published.json, each with its source. Simulated moments, for any number
of years and every case, stand in data/unitroot_moments.json, written by scripts/make_unitroot_moments.py.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from accord.core.unitroot_series import Trend

Floats = NDArray[np.float64]
Moments = Literal["published", "simulated"]

LEVELS = ("1%", "5%", "10%")
LEAST = 1e-16
"""p-values of single series are kept from 0 and 1 by this much, so that their logarithms exist."""
FURTHEST = float(-ndtri(LEAST))
SMALL = {"n": (0.6344, 1.2378, 0.032496), "c": (2.1659, 1.4412, 0.038269), "ct": (3.2512, 1.6047, 0.049588)}
LARGE = {
    "n": (0.4797, 0.93557, -0.06999, 0.033066),
    "c": (1.7339, 0.93202, -0.12745, -0.010368),
    "ct": (2.5261, 0.61654, -0.37956, -0.060285),
}
TURN = {"n": -1.04, "c": -1.61, "ct": -2.89}
ENDS = {"n": (-19.04, np.inf), "c": (-18.83, 2.74), "ct": (-16.18, 0.7)}
HADRI = {"c": (1 / 6, 1 / 45), "ct": (1 / 15, 11 / 6300)}
"""Mean and variance of the KPSS limit; Hadri (2000), 10.1111/1368-423X.00043."""
CADF = {"n": (-6.12, 4.16), "c": (-6.19, 2.61), "ct": (-6.42, 1.70)}
"""Bounds of single t-ratios in the truncated CIPS; Pesaran (2007), 10.1002/jae.951."""


def mackinnon_score(t: ArrayLike, trend: Trend) -> Floats:
    """Normal quantile of the asymptotic p-value of a Dickey-Fuller t-ratio, kept inside p = 1e-16 and 1 - 1e-16.

    References
    ----------
    MacKinnon (1994), 10.1080/07350015.1994.10510005.

    Examples
    --------
    >>> round(float(mackinnon_score(-2.86, "c")), 4)
    -1.6429
    """
    x = np.asarray(t, dtype="f8")
    low, high = ENDS[trend]
    with np.errstate(invalid="ignore"):
        score = np.where(
            x <= TURN[trend],
            np.polynomial.polynomial.polyval(x, SMALL[trend]),
            np.polynomial.polynomial.polyval(x, LARGE[trend]),
        )
        score = np.where(x < low, -np.inf, np.where(x > high, np.inf, score))
    return np.asarray(np.clip(score, -FURTHEST, FURTHEST))


def ht_moments(t: int, trend: Trend) -> tuple[float, float]:
    """Mean and variance (times the number of units) of Harris and Tzavalis' pooled coefficient; `t` as in their paper.

    `t` is the number of years less one; programs that put the number of years there reject too often.

    References
    ----------
    Harris and Tzavalis (1999), 10.1016/S0304-4076(98)00076-1.

    Examples
    --------
    >>> ht_moments(11, "c")
    (0.75, 0.064375)
    """
    if trend == "n":
        return 1.0, 2 / (t * (t - 1))
    if trend == "c":
        return 1 - 3 / (t + 1), 3 * (17 * t**2 - 20 * t + 17) / (5 * (t - 1) * (t + 1) ** 3)
    return 1 - 15 / (2 * (t + 2)), 15 * (193 * t**2 - 728 * t + 1147) / (112 * (t + 2) ** 3 * (t - 2))


def llc_adjustment(years: ArrayLike, trend: Trend) -> tuple[Floats, Floats]:
    """Mean and standard deviation adjustment of Levin, Lin and Chu; below 25 years the table's first row.

    References
    ----------
    Levin, Lin and Chu (2002), 10.1016/S0304-4076(01)00098-7.

    Examples
    --------
    >>> [float(v) for v in llc_adjustment(11, "c")]
    [-0.554, 0.919]
    """
    table = published()["llc"]
    row, at = table[trend], np.asarray(years, dtype="f8")
    return np.interp(at, table["years"], row["mean"]), np.interp(at, table["years"], row["sd"])


def ips_moments(
    years: ArrayLike, lags: ArrayLike, trend: Trend, source: Moments = "published"
) -> tuple[Floats, Floats]:
    """Mean and variance of the t-ratio under the null, by years and lags; two arrays of their shape.

    `published`: the table of Im, Pesaran and Shin, linear between its columns, its first column below 10
    years. Where it has no entry, and without a constant, ours. `simulated`: ours, where `years` counts
    the observations of the regression.

    References
    ----------
    Im, Pesaran and Shin (2003), 10.1016/S0304-4076(03)00092-7, table 3.

    Examples
    --------
    >>> [round(float(v), 4) for v in ips_moments(19, 0, "c")]
    [-1.5204, 0.8654]
    """
    at, order = np.broadcast_arrays(np.asarray(years, dtype="f8"), np.asarray(lags, dtype="i8"))
    mean, var = np.empty(at.shape), np.empty(at.shape)
    for lag in np.unique(order):
        here = order == lag
        mean[here], var[here] = _moments(at[here], int(lag), trend, source)
    return mean, var


def _moments(years: Floats, lag: int, trend: Trend, source: Moments) -> tuple[Floats, Floats]:
    own = simulated()[trend]
    row = min(lag, len(own["mean"]) - 1)
    ours = [_inverse(years, simulated()["years"], own[name][row]) for name in ("mean", "var")]
    table = published()["w"]
    if source == "simulated" or trend == "n" or lag >= len(table["lags"]):
        return ours[0], ours[1]
    theirs = [
        np.interp(years, table["years"], np.asarray(table[trend][name][lag], dtype="f8")) for name in ("mean", "var")
    ]
    return tuple(np.where(np.isnan(a), b, a) for a, b in zip(theirs, ours, strict=True))  # type: ignore[return-value]


def t_tilde_moments(years: ArrayLike, trend: Trend, source: Moments = "published") -> tuple[Floats, Floats]:
    """Mean and variance of t-tilde under the null; the published table knows a constant only.

    Examples
    --------
    >>> [round(float(v), 4) for v in t_tilde_moments(12, "c")]
    [-1.304, 0.5386]
    """
    at = np.asarray(years, dtype="f8")
    if source == "published" and trend == "c":
        table = published()["t_tilde"]
        return np.interp(at, table["years"], table["mean"]), np.interp(at, table["years"], table["var"])
    own, grid = simulated()[trend], simulated()["years"]
    return _inverse(at, grid, own["tilde_mean"]), _inverse(at, grid, own["tilde_var"])


def _inverse(at: Floats, grid: list[float], values: list[float]) -> Floats:
    """Linear in 1 / years, in which moments are nearly straight; held beyond the ends, NaN where not simulated."""
    known = np.asarray(values, dtype="f8")
    kept = np.isfinite(known)
    x = 1 / np.asarray(grid, dtype="f8")[kept]
    return np.asarray(np.interp(1 / np.maximum(at, 1.0), x[::-1], known[kept][::-1]))


def t_bar_critical(units: int, years: int, trend: Trend, *, next_cell: bool = False) -> dict[str, float]:
    """Published critical values of the mean t-ratio without lags; between cells by inverse distance.

    `next_cell` takes the next larger cell instead. Beyond the table its edge counts. Empty without a constant.

    Examples
    --------
    >>> t_bar_critical(10, 19, "c")["5%"], t_bar_critical(31, 12, "c", next_cell=True)["5%"]
    (-1.996, -1.74)
    """
    table = published()["t_bar"]
    if trend == "n":
        return {}
    rows, columns = (_around(at, table[name]) for at, name in ((units, "units"), (years, "years")))
    if next_cell:
        rows, columns = [rows[-1]], [columns[-1]]
    near = [(table["units"][i] - units, table["years"][j] - years, i, j) for i in rows for j in columns]
    if len(rows) == 1:
        near = [(0, b, i, j) for _, b, i, j in near]
    if len(columns) == 1:
        near = [(a, 0, i, j) for a, _, i, j in near]
    weight = np.array([1 / np.hypot(a, b) if a or b else 1.0 for a, b, _, _ in near])
    return {
        level: float(
            sum(w * table[trend][level][i][j] for w, (_, _, i, j) in zip(weight, near, strict=True)) / weight.sum()
        )
        for level in LEVELS
    }


def _around(at: float, grid: list[int]) -> list[int]:
    """Positions of the cells on both sides, or of the one that is it or the nearest edge."""
    if at <= grid[0]:
        return [0]
    if at >= grid[-1]:
        return [len(grid) - 1]
    high = int(np.searchsorted(grid, at))
    return [high] if grid[high] == at else [high - 1, high]


def cips_critical(units: int, years: int, trend: Trend) -> dict[str, float]:
    """Published critical values of CIPS, linear between cells, the table's edge beyond it.

    Examples
    --------
    >>> {level: round(value, 3) for level, value in cips_critical(10, 18, "c").items()}
    {'1%': -2.624, '5%': -2.352, '10%': -2.214}
    """
    table = published()["cips"]
    return {
        level: float(
            np.interp(units, table["units"], [np.interp(years, table["years"], row) for row in table[trend][level]])
        )
        for level in LEVELS
    }


@cache
def published() -> dict[str, Any]:
    """Tables of the papers."""
    return _read("unitroot_published.json")


@cache
def simulated() -> dict[str, Any]:
    """Moments of our own simulation."""
    return _read("unitroot_moments.json")


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("accord.core").joinpath("data", name).read_text("utf-8"))
    return found
