"""Dynamics of a vector autoregression: roots, impulse responses, shares of forecast variance, their standard errors.

Coefficients have shape (..., k, k p): rows are equations, columns the first lags of all variables, then the
second, and so on; regressors beyond the lags are cut off before. Responses have shape (..., horizon 0..H,
response, impulse). Leading axes are draws of a bootstrap, so no function here loops over them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.core import delta
from accord.errors import InputError, Refused

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

COLLINEAR = 1e-12
"""Least eigenvalue of the errors' correlations, at or below which one of them is a sum of the others."""


def companion(a: ArrayLike) -> Floats:
    """Companion matrix of coefficients, (..., k, k p) in, (..., k p, k p) out.

    Examples
    --------
    >>> companion([[0.5, 0.2]]).tolist()
    [[0.5, 0.2], [1.0, 0.0]]
    """
    x = _coefficients(a)
    k, size = x.shape[-2:]
    below = np.broadcast_to(np.eye(size - k, size), (*x.shape[:-2], size - k, size))
    return np.concatenate([x, below], axis=-2)


def roots(a: ArrayLike) -> Complexes:
    """Eigenvalues of the companion matrix by falling modulus, (..., k, k p) in, (..., k p) out.

    The process is stable where all lie inside the unit circle. NaN for coefficients that are not finite.

    Examples
    --------
    >>> roots([[0.5, 0.2], [0.1, 0.4]]).real.round(6).tolist()
    [0.6, 0.3]
    """
    matrix = companion(a)
    known = np.asarray(np.isfinite(matrix).all(axis=(-2, -1)))
    found = np.linalg.eigvals(np.where(known[..., None, None], matrix, 0.0)).astype("c16")
    place = np.lexsort((-found.imag, -found.real, -np.abs(found)), axis=-1)
    return np.where(known[..., None], np.take_along_axis(found, place, axis=-1), np.nan)


def moving_average(a: ArrayLike, horizon: int) -> Floats:
    """Responses to errors as they are, Phi_0 = I to Phi_H: (..., k, k p) in, (..., H + 1, k, k) out.

    References
    ----------
    Luetkepohl (2005), New Introduction to Multiple Time Series Analysis, 2.1.

    Examples
    --------
    >>> moving_average([[0.5, 0.2], [0.1, 0.4]], 2)[2].round(6).tolist()
    [[0.27, 0.18], [0.09, 0.18]]
    """
    x = _coefficients(a)
    k, size = x.shape[-2:]
    out = np.zeros((*x.shape[:-2], _steps(horizon), k, k))
    out[..., 0, :, :] = np.eye(k)
    for h in range(1, horizon + 1):
        for lag in range(1, min(h, size // k) + 1):
            out[..., h, :, :] += x[..., k * (lag - 1) : k * lag] @ out[..., h - lag, :, :]
    return out


def orthogonalised(a: ArrayLike, sigma: ArrayLike, horizon: int, order: Sequence[int] | None = None) -> Floats:
    """Responses to shocks of one standard deviation by Cholesky's factor, Phi_h P: (..., H + 1, response, impulse).

    `sigma` (..., k, k) is the covariance of the errors. `order` lists the variables' positions, first the one
    that no other moves within the year; as they stand unless given. The answer keeps the variables' own order.
    NaN for a draw whose covariance is singular; where that is every one, the responses are refused.

    References
    ----------
    Sims (1980), 10.2307/1912017.

    Examples
    --------
    >>> theta = orthogonalised([[0.5, 0.2], [0.1, 0.4]], [[4.0, 2.0], [2.0, 5.0]], 1)
    >>> theta.round(6).tolist()
    [[[2.0, 0.0], [1.0, 2.0]], [[1.2, 0.4], [0.6, 0.8]]]
    """
    return moving_average(a, horizon) @ _factor(sigma, order)[..., None, :, :]


def generalised(a: ArrayLike, sigma: ArrayLike, horizon: int) -> Floats:
    """Responses that need no order: Phi_h sigma e_j / sqrt(sigma_jj), (..., H + 1, response, impulse).

    The other errors move with the shocked one as they do on average, so shocks overlap and have no shares.

    References
    ----------
    Pesaran and Shin (1998), 10.1016/S0165-1765(97)00214-0.

    Examples
    --------
    >>> generalised([[0.5, 0.2], [0.1, 0.4]], [[4.0, 2.0], [2.0, 1.0]], 0)[0].tolist()
    [[2.0, 2.0], [1.0, 1.0]]
    """
    s = np.asarray(sigma, dtype="f8")
    own = np.sqrt(np.diagonal(s, axis1=-2, axis2=-1))
    return np.asarray(moving_average(a, horizon) @ (s / own[..., None, :])[..., None, :, :])


def variance_shares(theta: ArrayLike) -> Floats:
    """Share of each impulse in the forecast variance of each response, horizons 1 to H of orthogonalised responses.

    (..., H + 1, response, impulse) in, (..., H, response, impulse) out: horizon h sums the responses 0 to h - 1,
    so the last one is not used. Shares add to 1 over the impulses; NaN where nothing varies.

    References
    ----------
    Luetkepohl (2005), 2.3.3.

    Examples
    --------
    >>> variance_shares([[[2.0, 0.0], [1.0, 2.0]], [[1.2, 0.4], [0.6, 0.8]]]).tolist()
    [[[1.0, 0.0], [0.2, 0.8]]]
    """
    part = np.cumsum(np.asarray(theta, dtype="f8")[..., :-1, :, :] ** 2, axis=-3)
    whole = part.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0))


def cumulated(theta: ArrayLike, differenced: ArrayLike) -> Floats:
    """Responses (..., horizon, response, impulse) with those in first differences summed up to their levels.

    `differenced` (k,) says which variables stand in first differences.

    Examples
    --------
    >>> cumulated([[[1.0, 0.0], [0.5, 1.0]], [[0.5, 0.0], [0.2, 0.4]]], [True, False]).tolist()
    [[[1.0, 0.0], [0.5, 1.0]], [[1.5, 0.0], [0.2, 0.4]]]
    """
    x = np.asarray(theta, dtype="f8")
    return np.where(np.asarray(differenced, dtype=bool)[:, None], np.cumsum(x, axis=-3), x)


def settled(shares: ArrayLike, within: float = 0.01) -> Floats:
    """First horizon from which no share of a response moves by more than `within`: (..., H, k, k) in, (..., k) out.

    All horizons from there on are compared with each other, so that a slow drift does not count as settled.
    Counted from 1; NaN where the shares settle at the last horizon only, of which nothing can be told.

    Examples
    --------
    >>> settled([[[1.0, 0.0]], [[0.8, 0.2]], [[0.75, 0.25]], [[0.748, 0.252]], [[0.747, 0.253]]]).tolist()
    [3.0]
    """
    back = np.asarray(shares, dtype="f8")[..., ::-1, :, :]
    range_after = np.maximum.accumulate(back, axis=-3) - np.minimum.accumulate(back, axis=-3)
    calm = (range_after <= within + 1e-12).all(axis=-1)
    first = back.shape[-3] + 1 - calm.sum(axis=-2)
    return np.where(first < back.shape[-3], first.astype("f8"), np.nan)


def response_errors(
    a: ArrayLike,
    sigma: ArrayLike,
    vcov: ArrayLike,
    observations: int,
    horizon: int,
    order: Sequence[int] | None = None,
    *,
    sigma_vcov: ArrayLike | None = None,
    differenced: ArrayLike | None = None,
) -> Floats:
    """Standard errors of orthogonalised responses by the delta method, (..., H + 1, response, impulse).

    `vcov` (..., k K, k K) is the covariance of the coefficients equation by equation; where an equation has more
    terms than lags, they stand last and are left out. The errors' covariance counts as independent of the
    coefficients: as that of `observations` normal vectors, or with `sigma_vcov` (..., k k, k k), row by row.
    `differenced` as in `cumulated` gives the errors of responses summed to levels.

    References
    ----------
    Luetkepohl (1990), 10.2307/2109746; (2005), proposition 3.6.

    Examples
    --------
    >>> response_errors([[0.5]], [[4.0]], [[0.01]], 50, 2).round(6).ravel().tolist()
    [0.2, 0.223607, 0.206155]
    """
    theta, phi = orthogonalised(a, sigma, horizon, order), moving_average(a, horizon)
    level = np.zeros(theta.shape[-1], dtype=bool) if differenced is None else np.asarray(differenced, dtype=bool)
    k, size = np.shape(a)[-2:]
    slopes = delta.slopes(phi, theta, size // k)
    slopes = np.where(level[:, None, None], np.cumsum(slopes, axis=-4), slopes)
    spread = delta.variances(slopes, delta.of_lags(vcov, k, size))
    responses, places = cumulated(theta, level), _ordered(k, order)
    if sigma_vcov is None:
        spread = spread + delta.of_normal_errors(responses, places) / observations
    else:
        by_sigma = delta.by_sigma(responses, _factor(sigma, order), places)
        spread = spread + delta.variances(by_sigma, np.asarray(sigma_vcov, dtype="f8"))
    return np.asarray(np.sqrt(np.maximum(spread, 0.0)))


def _coefficients(a: ArrayLike) -> Floats:
    x = np.asarray(a, dtype="f8")
    if x.ndim < 2 or x.shape[-1] == 0 or x.shape[-1] % x.shape[-2]:
        raise InputError(
            f"Coefficients have shape {x.shape}; give one row an equation and every lag of every variable."
        )
    return x


def _steps(horizon: int) -> int:
    if horizon < 0:
        raise InputError(f"horizon is {horizon}; give 0 or more periods.")
    return horizon + 1


def _ordered(k: int, order: Sequence[int] | None) -> NDArray[np.intp]:
    places = np.arange(k) if order is None else np.asarray(order, dtype=np.intp)
    if sorted(places.tolist()) != list(range(k)):
        raise InputError(f"order is {list(order or [])}; name each of the {k} variables once, by position from 0.")
    return places


def _factor(sigma: ArrayLike, order: Sequence[int] | None) -> Floats:
    """Cholesky's factor in the given order, its rows and columns back in the variables' own; NaN where singular."""
    s = np.asarray(sigma, dtype="f8")
    places = _ordered(s.shape[-1], order)
    lower = _cholesky(s[..., places[:, None], places[None, :]])
    if np.isnan(lower).all():
        raise Refused(
            "The covariance of the errors is singular: one variable's error is a sum of the others'. "
            "Leave out a variable that follows from the rest.",
            "误差协方差矩阵奇异：某一变量的误差是其余变量误差的线性组合。请去掉可由其余变量推出的变量。",
        )
    back = np.argsort(places)
    return lower[..., back[:, None], back[None, :]]


def _cholesky(s: Floats) -> Floats:
    """Cholesky's factor of each covariance, NaN where it has none; judged on correlations, whatever the units."""
    scale = np.sqrt(np.diagonal(s, axis1=-2, axis2=-1))
    fine = np.asarray((scale > 0).all(axis=-1) & np.isfinite(s).all(axis=(-2, -1)))
    scale = np.where(fine[..., None], scale, 1.0)
    unit = np.where(fine[..., None, None], s / (scale[..., :, None] * scale[..., None, :]), np.eye(s.shape[-1]))
    fine &= np.linalg.eigvalsh(unit)[..., 0] > COLLINEAR
    lower = np.linalg.cholesky(np.where(fine[..., None, None], unit, np.eye(s.shape[-1])))
    return np.where(fine[..., None, None], scale[..., :, None] * lower, np.nan)
