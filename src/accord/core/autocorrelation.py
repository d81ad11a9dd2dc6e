"""Spatial autocorrelation year by year: Moran's I, Geary's C and local Moran by PySAL, permutations from one generator.

PySAL (esda) gives the statistics and their moments. The permutations are drawn here, for all years at once and from
the generator that is handed in, so that a seed fixes them and no global state is touched.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import sparse

from accord.errors import Refused

Floats = NDArray[np.float64]
Pairs = NDArray[np.int64]


@dataclass(frozen=True)
class Overall:
    """Moran's I and Geary's C of each year, (time,); NaN in years whose values are all equal.

    `z_normal` assumes normality, `z` and the p-values without `permutation` randomisation, two-sided; permutation
    p-values are one-sided, in the direction of the departure, (1 + as extreme) / (1 + permutations).
    """

    moran: Floats
    expected: Floats
    z_normal: Floats
    z: Floats
    pvalue: Floats
    pvalue_permutation: Floats
    geary: Floats
    geary_z: Floats
    geary_pvalue: Floats
    geary_pvalue_permutation: Floats


@dataclass(frozen=True)
class Local:
    """Standardised values, their spatial lags, local Moran, quadrants and p-values, all (time, unit).

    Quadrants are 1 high-high, 2 low-high, 3 low-low, 4 high-low (own value first), 0 where there is none: in years
    whose values are all equal, and for units without neighbours.
    """

    standardised: Floats
    lag: Floats
    moran: Floats
    quadrant: NDArray[np.int8]
    pvalue: Floats


def row_standardised(pairs: Pairs, n: int) -> Any:
    """Sparse matrix of weights that sum to one over the neighbours of each unit; rows of islands stay empty."""
    count = np.bincount(pairs[:, 0], minlength=n)
    return sparse.csr_matrix((1 / count[pairs[:, 0]], (pairs[:, 0], pairs[:, 1])), shape=(n, n))


def varies(x: Floats) -> NDArray[np.bool_]:
    """Years whose values are all there and not all equal; x (time, unit)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.isfinite(x).all(axis=1) & (np.ptp(x, axis=1) > 1e-12 * np.abs(x).max(axis=1)))


def overall(x: Floats, pairs: Pairs, permutations: int, rng: np.random.Generator) -> Overall:
    """Moran's I and Geary's C of each year under row-standardised weights.

    x (time, unit); pairs (pair, side) of positions, a row for each direction.

    Raises
    ------
    Refused
        If the extra `spatial` is not installed.
    """
    esda, w = _pysal(pairs, x.shape[1])
    matrix = row_standardised(pairs, x.shape[1])
    names = list(Overall.__dataclass_fields__)
    out = {name: np.full(len(x), np.nan) for name in names}
    order = _shuffled(rng, permutations, x.shape[1])
    for t in np.flatnonzero(varies(x)):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            i, c = esda.Moran(x[t], w, permutations=0), esda.Geary(x[t], w, permutations=0)
        drawn_i, drawn_c = _drawn(x[t], matrix, order)
        values = (i.I, i.EI, i.z_norm, i.z_rand, i.p_rand, folded(i.I, drawn_i), c.C, c.z_rand, 2 * scipy.stats.norm.sf(abs(c.z_rand)),
                  folded(c.C, drawn_c))  # fmt: skip
        for name, value in zip(names, values, strict=True):
            out[name][t] = value
    return Overall(**out)


def local(x: Floats, pairs: Pairs, permutations: int, rng: np.random.Generator) -> Local:
    """Local Moran of each unit and year: I_i = (n - 1) z_i (sum_j w_ij z_j) / sum z^2, conditional permutations.

    x (time, unit); pairs (pair, side) of positions, a row for each direction. A unit's own value is held, and its
    neighbours' values are drawn from the others' without replacement.

    Raises
    ------
    Refused
        If the extra `spatial` is not installed.
    """
    esda, w = _pysal(pairs, x.shape[1])
    n, matrix = x.shape[1], row_standardised(pairs, x.shape[1])
    years = np.flatnonzero(varies(x))
    z, lag, moran, pvalue = (np.full(x.shape, np.nan) for _ in range(4))
    quadrant = np.zeros(x.shape, dtype="i1")
    for t in years:
        z[t] = (x[t] - x[t].mean()) / x[t].std()
        lag[t] = matrix @ z[t]
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            made = esda.Moran_Local(x[t], w, permutations=0)
        moran[t], quadrant[t] = made.Is, made.q
    count = np.bincount(pairs[:, 0], minlength=n)
    order = _shuffled(rng, permutations, n - 1)[:, : max(int(count.max(initial=0)), 1)]
    for i in np.flatnonzero(count):
        others = order[:, : count[i]] + (order[:, : count[i]] >= i)
        drawn = z[years][:, others].mean(axis=2)
        pvalue[years, i] = folded(lag[years, i][:, None] * z[years, i][:, None], drawn * z[years, i][:, None])
    alone = count == 0
    lag[:, alone] = moran[:, alone] = np.nan
    quadrant[:, alone] = 0
    return Local(z, lag, moran, quadrant, pvalue)


def folded(observed: Any, drawn: Floats) -> Any:
    """One-sided permutation p-value in the direction of the departure; draws along the last axis, ties counted.

    Examples
    --------
    >>> float(folded(2.5, np.arange(9.0)))  # six of nine are as large, so the other side counts: (3 + 1) / (9 + 1)
    0.4
    """
    n = drawn.shape[-1]
    above = (drawn >= observed - 1e-12 * np.maximum(np.abs(observed), 1)).sum(axis=-1)
    return (np.minimum(above, n - above) + 1) / (n + 1)


def _drawn(x: Floats, matrix: Any, order: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Moran's I and Geary's C of permuted values."""
    z = x - x.mean()
    moved = z[order]
    cross = (moved * (matrix @ moved.T).T).sum(axis=1)
    ends = np.asarray(matrix.sum(axis=1)).ravel() + np.asarray(matrix.sum(axis=0)).ravel()
    s0, square = matrix.sum(), (z * z).sum()
    geary = (z.size - 1) * ((moved * moved) @ ends - 2 * cross) / (2 * s0 * square)
    return z.size * cross / (s0 * square), geary


def _shuffled(rng: np.random.Generator, permutations: int, n: int) -> NDArray[np.intp]:
    return rng.permuted(np.tile(np.arange(n), (permutations, 1)), axis=1)


def _pysal(pairs: Pairs, n: int) -> tuple[Any, Any]:
    """The package esda, and the weights as libpysal has them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import esda
            from libpysal.weights import W
    except ImportError as error:
        raise Refused(
            'space needs the extra "spatial": pip install "accord[spatial]"',
            '空间自相关需要附加组件“spatial”：pip install "accord[spatial]"',
        ) from error
    near: dict[int, list[int]] = {i: [] for i in range(n)}
    for i, j in pairs.tolist():
        near[i].append(j)
    w = W(near, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        w.transform = "r"
    return esda, w
