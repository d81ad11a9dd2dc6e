"""How impulse responses move with the coefficients and the covariance of errors they are computed from.

Derivatives are exact and written out, for all draws at once. Shapes as in `accord.core.companion`: responses
theta and phi (..., horizon 0..H, response, impulse), theta = phi P with Cholesky's factor P.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.errors import InputError

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def slopes(phi: Floats, theta: Floats, lags: int) -> Floats:
    """Derivative of theta_h[i, j] by each coefficient [r, c], those of P left alone: (..., H + 1, k, k, k k p) out.

    d theta_h = sum over m < h of phi_m dA B_{h-1-m}, where B_n stacks theta_n, theta_{n-1}, ... for the lags.

    References
    ----------
    Luetkepohl (2005), New Introduction to Multiple Time Series Analysis, proposition 3.6.

    Examples
    --------
    >>> slopes(np.array([[[1.0]], [[0.5]], [[0.25]]]), np.array([[[2.0]], [[1.0]], [[0.5]]]), 1).ravel().tolist()
    [0.0, 2.0, 2.0]
    """
    steps, k = theta.shape[-3:-1]
    past = np.zeros((*theta.shape[:-2], k * lags, k))
    for lag in range(min(lags, steps)):
        past[..., lag:, k * lag : k * (lag + 1), :] = theta[..., : steps - lag, :, :]
    out = np.zeros((*theta.shape, k, k * lags))
    for h in range(1, steps):
        out[..., h, :, :, :, :] = np.einsum("...mir,...mcj->...ijrc", phi[..., :h, :, :], past[..., h - 1 :: -1, :, :])
    return out.reshape(*theta.shape, k * k * lags)


def of_lags(vcov: ArrayLike, k: int, size: int) -> Floats:
    """Covariance of the lags' coefficients, from that of all terms: (..., k K, k K) in, (..., k size, k size) out.

    Examples
    --------
    >>> of_lags([[1.0, 9.0], [9.0, 9.0]], 1, 1).tolist()
    [[1.0]]
    """
    v = np.asarray(vcov, dtype="f8")
    terms, rest = divmod(v.shape[-1], k)
    if rest or terms < size or v.shape[-2] != v.shape[-1]:
        raise InputError(f"vcov has shape {v.shape}; the coefficients need {k * size} rows and columns or more.")
    parts = v.reshape(*v.shape[:-2], k, terms, k, terms)[..., :size, :, :size]
    return parts.reshape(*v.shape[:-2], k * size, k * size)


def variances(derivative: Floats, v: Floats) -> Floats:
    """Variance of each response by its derivative (..., H + 1, k, k, n) and the covariance (..., n, n) of what moves.

    Examples
    --------
    >>> variances(np.array([[[[1.0, 2.0]]]]), np.array([[1.0, 0.5], [0.5, 4.0]])).ravel().tolist()
    [19.0]
    """
    return np.asarray(((derivative @ v[..., None, None, :, :]) * derivative).sum(axis=-1))


def of_normal_errors(theta: Floats, places: Places) -> Floats:
    """Variance that the estimated covariance of normal errors adds to theta, times the number of observations.

    P^-1 dS P^-T has independent entries, of variance 2 on the diagonal and 1 beside it, so that d theta = theta Z
    with Z lower triangular: entries of variance 1/2 on the diagonal, 1 below. `places` lists the order of P.

    Examples
    --------
    >>> of_normal_errors(np.array([[[2.0, 0.0], [1.0, 2.0]]]), np.array([0, 1])).tolist()
    [[[2.0, 0.0], [4.5, 2.0]]]
    """
    squares = theta[..., places] ** 2
    later = np.cumsum(squares[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray((later - squares / 2)[..., np.argsort(places)])


def by_sigma(theta: Floats, factor: Floats, places: Places) -> Floats:
    """Derivative of theta by each entry of the errors' covariance, those of phi left alone: (..., H + 1, k, k, k k).

    d theta = theta low(P^-1 dS P^-T), where low keeps the lower triangle and half the diagonal in the order of P.

    Examples
    --------
    >>> by_sigma(np.array([[[2.0]]]), np.array([[2.0]]), np.array([0])).tolist()
    [[[[0.25]]]]
    """
    k, rank = theta.shape[-1], np.argsort(places)
    low = np.where(rank[:, None] > rank[None, :], 1.0, 0.0) + np.eye(k) / 2
    back = np.linalg.inv(factor)
    out = np.einsum("...him,mj,...ma,...jb->...hijab", theta, low, back, back)
    return np.asarray(out.reshape(*theta.shape, k * k))
