"""Corrections of the bias that fixed effects bring into vector autoregressions of few years.

Taking a unit's mean off makes the lags depend on the errors. How much is known: the expected products of regressors
and errors are sums of moving-average coefficients and Sigma, whatever the unit effects and first values
(Dhaene and Jochmans 2016, doi:10.1017/S0266466615000183; Breitung, Kripfganz and Hayakawa 2022,
doi:10.1016/j.ecosta.2021.07.001). The iterated correction solves for the coefficients at which the observed products
are the expected ones; Hahn and Kuersteiner's takes one step with the limit for many years.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.core.pvar_within import Bools, Floats, Sums, covariance, least_squares, scaled

Numbers = NDArray[Any]
STEPS = 9
HALVINGS = 8
NEAR = 1e-8
"""Excess of scaled products from which one more of Newton's steps is exact, as each doubles the digits."""
FAR = 1e3
"""Scaled coefficients that no solution has."""
LIMIT = 0.999
"""Largest modulus that a correction may lead to; one that leads further is shortened."""


def expected(a: Numbers, sigma: Numbers, s: Sums) -> Numbers:
    """Expected products (..., K, k) of regressors and errors after the effects are taken off.

    Examples
    --------
    >>> from accord.core.pvar_within import sums, within
    >>> s = sums(within(np.array([[[1.0], [2.0], [4.0], [9.0]]])))
    >>> expected(np.array([[0.5]]), np.eye(1), s).round(4).tolist()
    [[-0.8333]]
    """
    k, p, rows = s.variables, s.lags, s.offsets.shape[-1]
    lead = np.broadcast_shapes(a.shape[:-2], sigma.shape[:-2], s.offsets.shape[:-1])
    out = np.zeros((*lead, a.shape[-1], k), dtype=np.result_type(a, sigma))
    blocks = [a[..., k * j : k * (j + 1)] for j in range(p)]
    moving: list[Numbers] = [np.broadcast_to(np.eye(k), (*a.shape[:-2], k, k))]
    for d in range(1, rows):
        for j in range(1, min(p, d) + 1):
            out[..., k * (j - 1) : k * j, :] += s.offsets[..., d, None, None] * moving[d - j]
        moving.append(_summed(blocks[i] @ moving[d - 1 - i] for i in range(min(p, d))))
    return np.asarray(out @ sigma)


def _summed(parts: Any) -> Numbers:
    total = next(parts)
    for part in parts:
        total = total + part
    return np.asarray(total)


def _excess(a: Numbers, s: Sums, share: Floats) -> Numbers:
    """Observed less expected products (..., K, k) where `share` of the correction is made."""
    return np.asarray(s.xy - s.xx @ np.swapaxes(a, -1, -2) - share[..., None, None] * expected(a, covariance(s, a), s))


def slopes(a: Floats, s: Sums, share: Floats) -> Floats:
    """Derivatives (..., k*K, k*K) of the excess by the coefficients, both in the order of `a.ravel()`.

    The excess is what observed products have beyond the expected ones where `share` of the correction is made.
    """
    return _linear(a, s, share)[1]


def _linear(a: Floats, s: Sums, share: Floats) -> tuple[Floats, Floats]:
    """Excess (..., k*K) and its derivatives, by a step along the imaginary axis, exact to the last digits."""
    k, width = a.shape[-2:]
    size, step = k * width, 1e-30
    moved = a[..., None, :, :] + 1j * step * np.eye(size).reshape(size, k, width)
    each = replace(s, zz=s.zz[..., None, :, :], offsets=s.offsets[..., None, :])
    found = np.swapaxes(_excess(moved, each, share[..., None]), -1, -2)
    found = found.reshape(*found.shape[:-2], size)
    return found[..., 0, :].real, np.swapaxes(found.imag / step, -1, -2)


def modulus(a: Floats, variables: int, lags: int) -> Floats:
    """Largest modulus (...) of the companion matrix; infinite where a coefficient is not finite.

    Examples
    --------
    >>> float(modulus(np.array([[0.5, 0.0], [0.3, -0.8]]), 2, 1))
    0.8
    """
    size = variables * lags
    whole = np.zeros((*a.shape[:-2], size, size))
    whole[..., :variables, :] = a[..., :size]
    whole[..., variables:, :-variables] = np.eye(size - variables)
    good = np.asarray(np.isfinite(whole).all(axis=(-1, -2)))
    whole[~good] = 0.0
    return np.where(good, np.abs(np.linalg.eigvals(whole)).max(axis=-1), np.inf)


def _take(s: Sums, rows: NDArray[Any]) -> Sums:
    return replace(s, zz=s.zz[rows], offsets=s.offsets[rows], before=s.before[rows])


def _solved(start: Floats, s: Sums, share: Floats) -> tuple[Floats, Bools]:
    """Newton's steps from `start` (n, k, K) to where `share` (n,) of the correction is made, and which of them arrive.

    The derivatives keep the sign they have without a correction on the way to the solution wanted; beyond where they
    lose it lies another one, of a panel that explodes.
    """
    a, (n, k, width) = start.copy(), start.shape
    arrived, active = np.zeros(n, dtype=bool), np.asarray(np.isfinite(a).all(axis=(-1, -2)))
    for _ in range(STEPS):
        rows = np.flatnonzero(active)
        if not len(rows):
            break
        excess, slope = _linear(a[rows], _take(s, rows), share[rows])
        right = np.linalg.slogdet(slope)[0] == (-1.0) ** (k * width)
        active[rows[~right]] = False
        on, excess = rows[right], excess[right]
        a[on] -= np.linalg.solve(slope[right], excess[..., None]).reshape(-1, k, width)
        near = np.abs(excess).max(axis=-1, initial=0.0) < NEAR
        arrived[on[near]] = True
        active[on[near]] = False
        active &= np.abs(a).max(axis=(-1, -2)) < FAR
    return a, arrived


def bias_corrected(s: Sums) -> tuple[Floats, Floats]:
    """Coefficients (..., k, K) corrected until the observed products are the expected ones, and the share made (...).

    A share below 1 says that the whole correction has no solution or leads to an explosion. It is then as much of it
    as has a solution with its largest modulus at .999 or below; none where least squares is beyond that already.

    Examples
    --------
    >>> from accord.core.pvar_within import sums, within
    >>> rng = np.random.default_rng(1)
    >>> y = np.zeros((200, 40, 1))
    >>> for t in range(1, 40):
    ...     y[:, t] = 0.6 * y[:, t - 1] + rng.normal(size=(200, 1))
    >>> s = sums(within(y[:, 30:]))
    >>> least_squares(s).round(2).tolist(), bias_corrected(s)[0].round(2).tolist()
    ([[0.39]], [[0.6]])
    """
    lead = s.zz.shape[:-2]
    s, factor, _ = scaled(s)
    flat = replace(
        s,
        zz=s.zz.reshape(-1, *s.zz.shape[-2:]),
        offsets=s.offsets.reshape(-1, s.offsets.shape[-1]),
        before=s.before.reshape(-1, s.before.shape[-1]),
    )
    a = least_squares(s).reshape(-1, s.variables, s.xx.shape[-1])
    share, settled = np.zeros(len(a)), np.asarray(modulus(a, s.variables, s.lags) >= LIMIT)
    for k in range(HALVINGS + 1):
        rows = np.flatnonzero(~settled)
        step = np.full(len(rows), 0.5**k)
        found, good = _solved(a[rows], _take(flat, rows), np.minimum(share[rows] + step, 1.0))
        good &= modulus(found, s.variables, s.lags) < LIMIT
        a[rows[good]], share[rows[good]] = found[good], share[rows[good]] + step[good]
        settled[rows[good]] = share[rows[good]] >= 1.0
    return a.reshape(*lead, *a.shape[1:]) * factor, share.reshape(lead)


def hahn_kuersteiner(s: Sums) -> Floats:
    """Coefficients (..., k, k) with the correction for many units and years, of one lag without other regressors.

    The years are the rows of a unit on average. Not bounded: near a unit root it explodes, which `modulus` tells.
    Hahn and Kuersteiner (2002), doi:10.1111/1468-0262.00344.

    Examples
    --------
    >>> from accord.core.pvar_within import sums, within
    >>> s = sums(within(np.array([[[1.0], [2.0], [2.5], [3.0], [2.0], [1.0]]])))
    >>> least_squares(s).round(4).tolist(), hahn_kuersteiner(s).round(4).tolist()
    ([[0.2045]], [[0.4455]])
    """
    s, factor, _ = scaled(s)
    a, k = least_squares(s), s.variables
    years = (s.rows / s.units)[..., None, None]
    # only the ratio of omega to u counts, so that products need no division by rows
    omega = s.xx - a @ s.xx @ np.swapaxes(a, -1, -2)
    inverse = np.linalg.solve(np.eye(k) - a, omega)
    return np.asarray((a + np.swapaxes(inverse, -1, -2) / years @ np.linalg.inv(s.xx)) * factor)
