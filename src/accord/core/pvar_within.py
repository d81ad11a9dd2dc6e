"""Panel vector autoregressions within units: per-unit cross products, and least squares with fixed effects from them.

All estimators work on sums of per-unit products taken after each unit's mean is off, so a bootstrap over units is
a reweighting of them, and the same code estimates one panel or thousands at once. Year effects are taken off
exactly for any pattern of missing years and any weights. Corrections of the bias are in `pvar_bias`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from accord.errors import InputError, Refused

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Within:
    """Per-unit products of one panel, from which every estimator is made; z holds the regressors, then the left side."""

    zz: Floats
    """Products (units, m, m) of z less its unit means."""
    laid: Floats
    """z less unit means by year (units, rows, m), 0 where a row is not used."""
    kept: Bools
    """Rows used (units, rows); a row is a year with its lags."""
    centring: Floats
    """Matrices (patterns, rows, rows) that take off a unit's mean, one for each pattern of rows."""
    pattern: Ints
    """Pattern of each unit (units,)."""
    variables: int
    lags: int
    time_effects: bool


@dataclass(frozen=True)
class Sums:
    """Products over all units with the fixed effects taken off; leading axes are draws."""

    zz: Floats
    """(..., m, m) of regressors, then the left side."""
    offsets: Floats
    """Sums (..., rows) along the diagonals of what takes the effects off: [0] is the degrees of freedom they leave,
    [d] weighs the errors of d years before in the expected products of regressors and errors."""
    units: Floats
    """Units with two rows or more, counted by weight (...)."""
    rows: Floats
    """Rows of these units (...)."""
    before: Floats
    """Diagonal (..., m) of zz before the year effects are taken off: what is left of nothing else is rounding."""
    variables: int
    lags: int

    @property
    def xx(self) -> Floats:
        """Regressors with regressors (..., K, K)."""
        return self.zz[..., : -self.variables, : -self.variables]

    @property
    def xy(self) -> Floats:
        """Regressors with the left side (..., K, k)."""
        return self.zz[..., : -self.variables, -self.variables :]

    @property
    def yy(self) -> Floats:
        """Left side with itself (..., k, k)."""
        return self.zz[..., -self.variables :, -self.variables :]


def stacked(y: Floats, lags: int, exogenous: Floats | None = None) -> Floats:
    """Regressors and left side of each row; (..., years, k) in, (..., years - lags, k * lags + m + k) out.

    Lag 1 of all variables, then lag 2 ..., the exogenous ones of the same year, then the variables themselves.

    Examples
    --------
    >>> stacked(np.array([[[1.0], [2.0], [3.0]]]), 1).tolist()
    [[[1.0, 2.0], [2.0, 3.0]]]
    """
    years = y.shape[-2]
    parts = [y[..., lags - j : years - j, :] for j in range(1, lags + 1)]
    if exogenous is not None:
        parts.append(np.broadcast_to(exogenous[..., lags:, :], (*parts[0].shape[:-1], exogenous.shape[-1])))
    return np.concatenate([*parts, y[..., lags:, :]], axis=-1)


def within(y: Floats, lags: int = 1, *, time_effects: bool = False, exogenous: Floats | None = None) -> Within:
    """Per-unit products of a panel (units, years, k), NaN where a value is missing; years are consecutive.

    A row is used where the values of the year and of all its lags are known, and a unit where it has two rows.

    Raises
    ------
    InputError
        If the shape is another, or `lags` is not positive.
    Refused
        If the years are too few for the lags and effects, so that nothing is left to estimate from.

    Examples
    --------
    >>> found = within(np.array([[[1.0], [2.0], [4.0], [9.0]], [[0.0], [1.0], [3.0], [np.nan]]]))
    >>> found.zz[1].tolist(), found.kept.sum(axis=1).tolist()
    ([[0.5, 1.0], [1.0, 2.0]], [3, 2])
    """
    data = np.asarray(y, dtype="f8")
    if data.ndim != 3:
        raise InputError(f"a panel has units, years and variables; this array has {data.ndim} dimensions")
    if lags < 1:
        raise InputError(f"lags = {lags}: a vector autoregression has 1 or more")
    if data.shape[1] < lags + 2:
        raise Refused(
            f"{data.shape[1]} years are too few for {lags} lags: {lags + 2} are needed",
            f"{data.shape[1]} 个年份不足以估计 {lags} 阶滞后：至少需要 {lags + 2} 个",
        )
    z = stacked(data, lags, exogenous)
    kept = np.isfinite(z).all(axis=-1)
    kept &= (kept.sum(axis=-1) >= 2)[:, None]
    return _products(z, kept, data.shape[-1], lags, time_effects)


def _products(z: Floats, kept: Bools, variables: int, lags: int, time_effects: bool) -> Within:
    patterns, pattern = np.unique(kept, axis=0, return_inverse=True)
    laid = centred(z, kept)
    largest, left = (np.abs(np.where(kept[..., None], part, 0.0)).max(axis=(0, 1), initial=0.0) for part in (z, laid))
    laid = np.where(left > ROUNDING * largest, laid, 0.0)
    zz = np.swapaxes(laid, -1, -2) @ laid
    found = Within(zz, laid, kept, _centring(patterns), pattern.ravel(), variables, lags, time_effects)
    free, regressors = max(round(float(sums(found).offsets[0])), 0), z.shape[-1] - variables
    if free <= regressors:
        raise Refused(
            f"{int(kept.sum())} rows leave {free} degrees of freedom after the fixed effects, too few for "
            f"{regressors} coefficients in each equation: take fewer lags or variables, or more years",
            f"{int(kept.sum())} 行数据在扣除固定效应后只剩 {free} 个自由度，不足以估计每个方程的 {regressors} 个系数："
            "请减少滞后阶数或变量，或增加年份",
        )
    return found


def of_rows(z: Floats, kept: Bools, like: Within) -> Within:
    """Products of some rows (units, rows) of stacked values z, with variables, lags and effects of `like`."""
    return _products(z, kept & (kept.sum(axis=-1) >= 2)[:, None], like.variables, like.lags, like.time_effects)


def centred(z: Floats, kept: Bools) -> Floats:
    """Rows (..., units, rows, m) less their unit's mean over the rows kept, 0 elsewhere.

    Examples
    --------
    >>> centred(np.array([[[1.0], [3.0], [9.0]]]), np.array([[True, True, False]])).tolist()
    [[[-1.0], [1.0], [0.0]]]
    """
    if kept.all():
        return np.asarray(z - z.mean(axis=-2, keepdims=True))
    used = np.where(kept[..., None], z, 0.0)
    mean = used.sum(axis=-2) / np.maximum(kept.sum(axis=-1), 1)[:, None]
    return np.asarray(np.where(kept[..., None], used - mean[..., None, :], 0.0))


def _centring(patterns: Bools) -> Floats:
    """I - 11'/n on the rows of each pattern (patterns, rows, rows)."""
    on = patterns.astype("f8")
    each = np.eye(on.shape[1]) * on[:, None, :]
    return np.asarray(each - on[:, :, None] * on[:, None, :] / np.maximum(on.sum(axis=1), 1)[:, None, None])


def sums(products: Within, weights: Floats | None = None) -> Sums:
    """Products over all units, (m, m), or over each draw of units, (draws, m, m), by weights (draws, units).

    Examples
    --------
    >>> found = within(np.array([[[1.0], [2.0], [4.0]], [[0.0], [1.0], [3.0]]]))
    >>> sums(found).zz.tolist(), sums(found, np.array([[2.0, 0.0]])).zz.tolist()
    ([[1.0, 2.0], [2.0, 4.0]], [[[1.0, 2.0], [2.0, 4.0]]])
    """
    w = np.ones(len(products.zz)) if weights is None else np.asarray(weights, dtype="f8")
    zz = np.tensordot(w, products.zz, 1)
    before = np.diagonal(zz, axis1=-2, axis2=-1)
    inner, number = _inner(products, w)
    if products.time_effects:
        by_year = np.tensordot(w, products.laid, 1)
        zz = zz - np.swapaxes(by_year, -1, -2) @ (inner @ by_year)
    rows = w @ products.kept.sum(axis=1)
    return Sums(zz, _offsets(products, w, inner), number, np.asarray(rows), before, products.variables, products.lags)


def weighted_rows(products: Within, weights: Floats | None = None) -> Floats:
    """Z of each unit and year less all fixed effects, ([draws,] units, rows, m), under weights (draws, units)."""
    if not products.time_effects:
        return products.laid if weights is None else products.laid[None]
    w = np.ones(len(products.zz)) if weights is None else np.asarray(weights, dtype="f8")
    inner, _ = _inner(products, w)
    by_year = inner @ np.tensordot(w, products.laid, 1)
    return products.laid - products.centring[products.pattern] @ by_year[..., None, :, :]


def panel_rows(y: Floats, like: Within, exogenous: Floats | None = None) -> tuple[Floats, Sums]:
    """Stacked values less all fixed effects (draws, units, rows, m) of many panels (draws, units, years, k), and its products.

    Rows and effects are those of `like`.

    Examples
    --------
    >>> y = np.array([[[1.0], [2.0], [4.0]], [[0.0], [1.0], [3.0]]])
    >>> panel_rows(np.stack([y, y + 5.0]), within(y))[1].zz.tolist()
    [[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0], [2.0, 4.0]]]
    """
    ones = np.ones(len(like.zz))
    inner, number = _inner(like, ones)
    z = centred(stacked(y, like.lags, exogenous), like.kept)
    before = np.einsum("...itm,...itm->...m", z, z)
    if like.time_effects:
        z -= like.centring[like.pattern] @ (inner @ z.sum(axis=-3))[..., None, :, :]
    flat = z.reshape(*z.shape[:-3], -1, z.shape[-1])
    zz = np.swapaxes(flat, -1, -2) @ flat
    lead, offsets = zz.shape[:-2], _offsets(like, ones, inner)
    units, rows = (np.broadcast_to(x, lead) for x in (number, np.asarray(like.kept.sum(), dtype="f8")))
    return z, Sums(zz, np.broadcast_to(offsets, (*lead, len(offsets))), units, rows, before, like.variables, like.lags)


def _inner(products: Within, w: Floats) -> tuple[Floats, Floats]:
    """Inverse of the year effects' own products (..., rows, rows), and the number of units (...)."""
    one_hot = np.eye(len(products.centring))[products.pattern]
    count = w @ one_hot
    used = np.abs(products.centring).sum(axis=(1, 2)) > 0
    number = np.asarray(count[..., used].sum(axis=-1))
    if not products.time_effects:
        return np.zeros(()), number
    if used.sum() == 1:
        # a centring matrix is its own inverse on the space it spans
        return np.asarray(products.centring[used][0] / number[..., None, None]), number
    # year effects add up to the unit effects, and a draw may hold no unit in a year: only what they span is wanted
    return np.asarray(np.linalg.pinv(np.tensordot(count, products.centring, 1), rcond=1e-10, hermitian=True)), number


def _offsets(products: Within, w: Floats, inner: Floats) -> Floats:
    """Sums along the diagonals, d years below the main one, of the projections' own blocks of units (..., rows)."""
    count = w @ np.eye(len(products.centring))[products.pattern]
    block = np.tensordot(count, products.centring, 1)
    if products.time_effects:
        each = products.centring @ inner[..., None, :, :] @ products.centring
        block = block - np.einsum("...p,...pts->...ts", count, each)
    rows = block.shape[-1]
    return np.stack([np.trace(block, offset=-d, axis1=-2, axis2=-1) for d in range(rows)], axis=-1)


def least_squares(s: Sums) -> Floats:
    """Coefficients (..., k, K) of least squares with fixed effects.

    Raises
    ------
    Refused
        If the regressors of the only panel do not vary on their own. A draw of which that is so has NaN.

    Examples
    --------
    >>> least_squares(sums(within(np.array([[[1.0], [2.0], [4.0], [8.0]]])))).tolist()
    [[2.0]]
    """
    width = s.xx.shape[-1]
    own, before = np.diagonal(s.xx, axis1=-2, axis2=-1), s.before[..., :width]
    scale = np.sqrt(np.where(own > LEFT * before, own, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = s.xx / (scale[..., :, None] * scale[..., None, :])
        right = s.xy / scale[..., :, None]
    good = np.isfinite(unit).all(axis=(-1, -2))
    good &= np.linalg.cond(np.where(good[..., None, None], unit, np.eye(unit.shape[-1]))) < CONDITION
    if not good.any() and good.ndim == 0:
        raise Refused(
            "the regressors do not vary on their own within units: a variable is constant, or the sum of others",
            "解释变量在单元内没有独立的变化：某个变量为常数，或为其他变量之和",
        )
    unit = np.where(good[..., None, None], unit, np.eye(unit.shape[-1]))
    found = np.linalg.solve(unit, np.where(good[..., None, None], right, np.nan)) / scale[..., :, None]
    return np.swapaxes(found, -1, -2)


CONDITION = 1e12
"""Condition number of scaled regressors beyond which digits are lost."""
ROUNDING = 1e-13
"""Share of a variable's largest value below which what a unit's mean leaves is rounding."""
LEFT = 1e-13
"""Share of a variable's squares below which what year effects leave is rounding."""


def scaled(s: Sums) -> tuple[Sums, Floats, Floats]:
    """Sums of variables of unit spread, and what each coefficient (..., k, K) and covariance (..., k, k) is times as much.

    Solvers work on these, so that results do not depend on units of measurement.
    """
    k, m = s.variables, s.zz.shape[-1]
    size = np.sqrt(np.abs(np.diagonal(s.zz, axis1=-2, axis2=-1)))
    size = np.where((size > 0) & np.isfinite(size), size, 1.0)
    # a variable's lags share its scale, or they would not be lags
    by = np.concatenate(
        [size[..., m - k :]] * s.lags + [size[..., k * s.lags : m - k], size[..., m - k :]], axis=-1
    )  # fmt: skip
    left, right = by[..., m - k :], by[..., : m - k]
    zz = s.zz / (by[..., :, None] * by[..., None, :])
    return (
        replace(s, zz=zz, before=s.before / by**2),
        left[..., :, None] / right[..., None, :],
        left[..., :, None] * left[..., None, :],
    )


def covariance(s: Sums, a: Floats, taken: float = 0.0) -> Floats:
    """Covariance (..., k, k) of the errors at coefficients `a`; `taken` degrees of freedom for the coefficients.

    Examples
    --------
    >>> s = sums(within(np.array([[[1.0], [2.0], [4.0], [9.0]]])))
    >>> covariance(s, least_squares(s), taken=1).round(6).tolist()
    [[0.071429]]
    """
    cross = a @ s.xy
    square = s.yy - cross - np.swapaxes(cross, -1, -2) + a @ s.xx @ np.swapaxes(a, -1, -2)
    return np.asarray(square / (s.offsets[..., :1, None] - taken))
