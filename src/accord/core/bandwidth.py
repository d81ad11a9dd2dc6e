"""Bandwidths of a kernel density by the rules of the programs people use, each under its own name.

Every rule takes samples along the last axis and gives one bandwidth for each of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def _sd(x: Floats) -> Floats:
    """Standard deviation with n - 1; exactly zero where all values are equal."""
    return np.asarray(np.where(x.max(axis=-1) > x.min(axis=-1), x.std(axis=-1, ddof=1), 0.0))


def _least(sd: Floats, robust: Floats) -> Floats:
    """The smaller of two measures of spread; the standard deviation where the other is zero."""
    return np.asarray(np.where(robust > 0, np.minimum(sd, robust), sd))


def _range_between(x: Floats) -> Floats:
    """Interquartile range, quartiles of Hyndman and Fan's type 7, as NumPy and R take them."""
    return np.asarray(np.subtract(*np.quantile(x, [0.75, 0.25], axis=-1)))


def _percentile_stata(x: Floats, p: float) -> Floats:
    """Stata's percentile: the mean of two neighbours where n p is a whole number, else the next value up."""
    ordered, n = np.sort(x, axis=-1), x.shape[-1]
    at = n * p
    if abs(at - round(at)) < 1e-9:
        return np.asarray((ordered[..., round(at) - 1] + ordered[..., round(at)]) / 2)
    return np.asarray(ordered[..., int(np.ceil(at)) - 1])


def scott(x: Floats) -> Floats:
    """Scott's rule, sd n^(-1/5)."""
    return np.asarray(_sd(x) * x.shape[-1] ** -0.2)


def silverman(x: Floats) -> Floats:
    """Silverman's factor on the standard deviation, sd (3n/4)^(-1/5)."""
    return np.asarray(_sd(x) * (0.75 * x.shape[-1]) ** -0.2)


def nrd0(x: Floats) -> Floats:
    """R's default, 0.9 min(sd, IQR/1.34) n^(-1/5)."""
    return np.asarray(0.9 * _least(_sd(x), _range_between(x) / 1.34) * x.shape[-1] ** -0.2)


def nrd(x: Floats) -> Floats:
    """R's normal reference rule, 1.06 min(sd, IQR/1.34) n^(-1/5)."""
    return np.asarray(1.06 * _least(_sd(x), _range_between(x) / 1.34) * x.shape[-1] ** -0.2)


def stata(x: Floats) -> Floats:
    """Stata's default, 0.9 min(sd, IQR/1.349) n^(-1/5), with Stata's percentiles."""
    between = _percentile_stata(x, 0.75) - _percentile_stata(x, 0.25)
    return np.asarray(0.9 * _least(_sd(x), between / 1.349) * x.shape[-1] ** -0.2)


def matlab(x: Floats) -> Floats:
    """MATLAB's default, MAD/0.6745 (4/(3n))^(1/5), with the median absolute deviation from the median."""
    middle = np.median(x, axis=-1, keepdims=True)
    mad = np.median(abs(x - middle), axis=-1)
    spread = np.where(mad > 0, mad / 0.6745, x.max(axis=-1) - x.min(axis=-1))
    return np.asarray(spread * (4 / (3 * x.shape[-1])) ** 0.2)


def sheather_jones(x: Floats) -> Floats:
    """The solve-the-equation bandwidth of Sheather and Jones, as R's `bw.SJ` gives it; NaN where there is none."""
    rows = x.reshape(-1, x.shape[-1])
    return np.array([solve_the_equation(row) for row in rows]).reshape(x.shape[:-1])


def solve_the_equation(x: Floats, *, bins: int | None = 1000, tolerance: float = 0.01) -> float:
    """Bandwidth of one sample that solves h = [R(K) / (n S(alpha(h)))]^(1/5).

    S estimates the integral of f''^2 from pairwise differences, with a pilot bandwidth
    alpha(h) = 1.357 [S(a)/T(b)]^(1/7) h^(5/7); T estimates that of f'''^2.
    Source: Sheather and Jones (1991), 10.1111/j.2517-6161.1991.tb01857.x.

    Parameters
    ----------
    x
        The sample, shape (n,).
    bins
        Differences are counted in so many bins, as R does by default; None takes them as they are.
    tolerance
        The root is sought to this share of the largest bandwidth. R's is 0.01: its last digits are
        those of the search and not of the root.

    Returns
    -------
    The bandwidth, in units of x; NaN where the equation has no solution, or the sample is too sparse.

    Examples
    --------
    >>> round(solve_the_equation(np.array([0.0, 0.2, 0.5, 0.6, 1.1, 1.2, 2.0])), 6)
    0.490012
    """
    n = x.size
    scale = float(_least(_sd(x), _range_between(x) / 1.349))
    if n < 2 or scale == 0:
        return np.nan
    gap, count = _differences(x, bins)

    def s(h: float) -> float:
        u = (gap / h) ** 2
        total = 2 * (count * np.exp(-u / 2) * (u * u - 6 * u + 3)).sum() + 3 * n
        return float(total / (n * (n - 1) * h**5 * np.sqrt(2 * np.pi)))

    def t(h: float) -> float:
        u = (gap / h) ** 2
        total = 2 * (count * np.exp(-u / 2) * (u**3 - 15 * u * u + 45 * u - 15)).sum() - 15 * n
        return float(-total / (n * (n - 1) * h**7 * np.sqrt(2 * np.pi)))

    below, above = t(1.23 * scale * n ** (-1 / 9)), s(1.24 * scale * n ** (-1 / 7))
    if not (below > 0 and above > 0):
        return np.nan
    pilot = 1.357 * (above / below) ** (1 / 7)

    def gain(h: float) -> float:
        curved = s(pilot * h ** (5 / 7))
        return float((1 / (2 * np.sqrt(np.pi) * n * curved)) ** 0.2 - h) if curved > 0 else np.nan

    most = 1.144 * scale * n**-0.2
    low, high = 0.1 * most, most
    for k in range(100):
        if gain(low) * gain(high) <= 0:
            return float(scipy.optimize.brentq(gain, low, high, xtol=tolerance * most))
        low, high = (low, high * 1.2) if k % 2 == 0 else (low / 1.2, high)
    return np.nan


def _differences(x: Floats, bins: int | None) -> tuple[Floats, Floats]:
    """Distances between the values and how many pairs have each; by bins, also the zero distances of one bin."""
    first, second = np.triu_indices(x.size, 1)
    if bins is None:
        return np.abs(x[first] - x[second]), np.ones(first.size)
    wide = 1.01 * float(np.ptp(x)) / bins
    cell = np.trunc(x / wide)
    count = np.bincount(abs(cell[first] - cell[second]).astype(int), minlength=bins).astype("f8")
    return np.arange(count.size, dtype="f8") * wide, count


BANDWIDTHS: dict[str, Callable[[Floats], Floats]] = {
    "silverman": silverman,
    "scott": scott,
    "nrd0": nrd0,
    "nrd": nrd,
    "stata": stata,
    "matlab": matlab,
    "sheather_jones": sheather_jones,
}
"""The rules by name; the first is the default."""


def bandwidth(x: ArrayLike, rule: str | float = "silverman") -> Floats:
    """Bandwidth of every sample, by a rule or as given.

    Parameters
    ----------
    x
        Samples along the last axis: shape (..., n), n of at least 2.
    rule
        A name of `BANDWIDTHS`, or the bandwidth itself in units of x.

    Returns
    -------
    Bandwidths, shape (...), in units of x; 0 where all values of a sample are equal. A robust measure of spread
    that is zero while values differ gives way to the standard deviation (MATLAB: to the range).

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 2.0, 5.0])
    >>> bandwidth(x, "matlab").round(4).item(), bandwidth(x).round(4).item(), bandwidth(x, 0.5).item()
    (1.1901, 1.3709, 0.5)
    """
    x = np.asarray(x, dtype="f8")
    if isinstance(rule, str):
        return np.asarray(BANDWIDTHS[rule](x), dtype="f8")
    return np.full(x.shape[:-1], float(rule))
