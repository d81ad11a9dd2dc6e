"""Sums that have the same digits however the values are split, ordered or distributed.

Each value is cut into two slices on fixed grids (multiples of 2^-26 and of 2^-52); sums of slices are
exact in float64 for a tile and exact as integers for everything, so any split gives the same total.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TILE = 1 << 16
"""Values that are taken at a time: what stays in a processor's cache with its slices."""
_COARSE = 1.5 * 2.0**26
_FINE = 1.5


def exact_sum(values: Floats, of: Callable[[Floats], Floats] | None = None) -> Ints:
    """Sum of each row as two integers, in units of 2^-26 and 2^-52.

    Parameters
    ----------
    values
        Shape (rows, n), each at most 2 in size. NaN counts as nothing.
    of
        What to sum in place of the values: a function of a part of a row, taken part by part, so that what it makes
        stays in the cache.

    Returns
    -------
    Shape (2, rows). Add such arrays freely: integer addition is exact for up to 6 x 10^10 values.
    The rounding of each value to a multiple of 2^-52 is the only error.

    Examples
    --------
    >>> x = np.array([[0.1] * 10])
    >>> a, b = exact_sum(x), exact_sum(x[:, :3]) + exact_sum(x[:, 3:])
    >>> bool((a == b).all()), float(total(a)[0].round(12))
    (True, 1.0)
    """
    rows, n = values.shape
    out = np.zeros((2, rows), dtype="i8")
    high, low = np.empty(min(TILE, n)), np.empty(min(TILE, n))
    for row in range(rows):
        for start in range(0, n, TILE):
            x = values[row, start : start + TILE]
            x = x if of is None else of(x)
            hi, lo = high[: x.size], low[: x.size]
            np.add(x, _COARSE, out=hi, dtype="f8")
            hi -= _COARSE
            np.subtract(x, hi, out=lo, dtype="f8")
            lo += _FINE
            lo -= _FINE
            top, rest = np.einsum("i->", hi), np.einsum("i->", lo)  # in any order, as all is exact: the fastest
            if np.isnan(top):
                top, rest = np.nansum(hi), np.nansum(lo)
            out[0, row] += int(top * 2.0**26)
            out[1, row] += int(rest * 2.0**52)
    return out


def total(sums: Ints) -> Floats:
    """The sums as floats: shape (2, ...) in, (...) out."""
    return np.asarray(sums[0] * 2.0**-26 + sums[1] * 2.0**-52, dtype="f8")


def variance(sums: Ints, squares: Ints, count: Ints, ddof: int = 1) -> Floats:
    """Variance from exact sums of values and of squares, without cancellation in the difference.

    Shapes (2, ...), (2, ...) and (...); NaN where count <= ddof.
    """
    return np.asarray(np.maximum(covariance(sums, sums, squares, count, ddof), 0.0))


def covariance(first: Ints, second: Ints, products: Ints, count: Ints, ddof: int = 1) -> Floats:
    """Covariance from exact sums of two variables and of their products.

    Shapes (2, ...) three times and (...); NaN where count <= ddof. The difference n*Sxy - Sx*Sy is taken
    in integers of any size, so only the rounding of each value and product to 2^-52 remains.
    """
    n = np.asarray(count).astype(object)
    x, y, xy = (
        np.asarray(s[0]).astype(object) * 2**26 + np.asarray(s[1]).astype(object) for s in (first, second, products)
    )
    whole = n * xy * 2**52 - x * y
    out = np.full(np.shape(count), np.nan)
    for where in np.ndindex(out.shape):
        size = int(n[where])
        if size > ddof:
            out[where] = whole[where] / (size * (size - ddof)) / 2**104
    return out
