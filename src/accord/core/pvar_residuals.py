"""Panels that a fitted vector autoregression could have given: residuals drawn anew and run through its lags.

Unit and year effects play no part, since every estimator within units takes them off. Panels start from the law
the process settles to, with each unit's own spread, so that a start far from it, which tells more, is not counted on.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from accord.core.companion import companion
from accord.core.pvar_bias import LIMIT, modulus
from accord.core.pvar_estimate import Fit
from accord.core.pvar_within import Bools, Floats, Ints, weighted_rows

Resample = Literal["units", "years", "wild"]
"""Each unit's own residuals apart; whole years of all units together; each residual in its place with a random sign.

Whole years keep whatever dependence units have. Each is used once, in random order and with a random sign: years
drawn with replacement repeat, and a repeated year of N units looks like a strong dependence over time, so that bands
were twice as wide as needed at N = 31 and five times at 300. What the order leaves out, that Sigma varies, is made up for
by scaling the panel to the Sigma of years drawn with replacement.
"""


def residuals(found: Fit, a: Floats | None = None) -> Floats:
    """Errors (units, rows, k) less the fixed effects, 0 where there is no row, with the variance the effects take restored.

    Examples
    --------
    >>> from accord.core.pvar_estimate import fit
    >>> y = np.random.default_rng(1).normal(size=(20, 9, 1))
    >>> found = fit(y)
    >>> round(float((residuals(found) ** 2).mean() / found.sigma[0, 0]), 6)
    1.0
    """
    a = found.a if a is None else a
    z = weighted_rows(found.panel.whole)
    width = a.shape[-1]
    error = np.where(found.panel.whole.kept[..., None], z[..., width:] - z[..., :width] @ a.T, 0.0)
    return np.asarray(error * np.sqrt(found.nobs / found.free))


def simulated(
    found: Fit, draws: int, rng: np.random.Generator, resample: Resample = "units", a: Floats | None = None
) -> Floats:
    """Panels (draws, units, years, k) of the fit, or of other coefficients `a` (k, K) with residuals of their own.

    Rows are made for all years, also where the panel has none; estimators leave those out.

    Examples
    --------
    >>> from accord.core.pvar_estimate import fit
    >>> found = fit(np.random.default_rng(1).normal(size=(20, 9, 2)))
    >>> simulated(found, 3, np.random.default_rng(2)).shape
    (3, 20, 9, 2)
    """
    a = found.a if a is None else a
    whole, (k, p) = found.panel.whole, (found.panel.whole.variables, found.panel.whole.lags)
    own = residuals(found, a)
    units, rows, _ = own.shape
    moved = np.zeros((1, units, rows, k))
    if found.panel.exogenous is not None:
        moved = moved + (np.nan_to_num(found.panel.exogenous) @ a[:, k * p :].T)[..., -rows:, :]
    errors = _drawn(own, whole.kept, draws, rng, resample)
    first = _start(own, whole.kept, a[:, : k * p], draws, rng, resample)
    if resample == "years":
        turn = _spread_of_years(own, draws, rng)
        errors, first = errors @ turn, first @ turn
    out = np.empty((draws, units, rows + p, k))
    out[:, :, :p] = first
    lagged = [np.ascontiguousarray(a[:, k * j : k * (j + 1)].T) for j in range(p)]
    for t in range(rows):
        now = errors[:, :, t] + moved[:, :, t]
        for j in range(p):
            now = now + out[:, :, p + t - 1 - j] @ lagged[j]
        out[:, :, p + t] = now
    return out


def _drawn(own: Floats, kept: Bools, draws: int, rng: np.random.Generator, resample: Resample) -> Floats:
    """Errors (draws, units, rows, k); where a unit has no row in the year drawn, another of its own."""
    units, rows, _ = own.shape
    number = np.maximum(kept.sum(axis=1), 1)[:, None]
    first = np.argsort(~kept, axis=1, kind="stable")
    if resample == "units" or not kept.all():
        some = np.take_along_axis(first[None], (rng.random((draws, units, rows)) * number).astype("i8"), axis=2)
    else:
        some = np.zeros((1, units, rows), dtype="i8")
    place: Ints = some
    signs = None
    if resample == "years":
        year = np.argsort(rng.random((draws, rows)), axis=1)
        place = np.where(np.swapaxes(kept[:, year], 0, 1), year[:, None, :], some)
        signs = rng.choice([-1.0, 1.0], size=(draws, 1, rows, 1))
    elif resample == "wild":
        place = np.where(kept, np.arange(rows), some)
        signs = rng.choice([-1.0, 1.0], size=(draws, units, rows, 1))
    errors = own[np.arange(units)[:, None], place]
    return np.asarray(errors if signs is None else errors * signs)


def _spread_of_years(own: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """What turns errors (..., k) into ones with the covariance of years drawn with replacement (draws, 1, k, k)."""
    each = np.swapaxes(own, 0, 1)
    squares = np.swapaxes(each, -1, -2) @ each
    whole = squares.mean(axis=0)
    # few years of few units may be singular
    drawn = squares[rng.integers(0, len(squares), (draws, len(squares)))].mean(axis=1) + 1e-9 * whole
    turn = np.linalg.cholesky(drawn) @ np.linalg.inv(np.linalg.cholesky(whole))
    return np.asarray(np.swapaxes(turn, -1, -2)[:, None])


def _start(own: Floats, kept: Bools, a: Floats, draws: int, rng: np.random.Generator, resample: Resample) -> Floats:
    """First values (draws, units, lags, k) from the law that the process settles to; 0 where it settles to none.

    They are residuals with normal weights, which keeps each unit's spread; with whole years together a share of the
    weights is common to all units, as large as that of what their residuals share. All is done in variables whose
    errors have variance 1, since roots of a matrix depend on units of measurement.
    """
    units, rows, k = own.shape
    p = a.shape[1] // k
    size = np.sqrt(np.einsum("itj,itj->j", own, own) / kept.sum())
    size = np.where(size > 0, size, 1.0)
    own, a = own / size, a * np.tile(size, p) / size[:, None]
    if float(modulus(a, k, p)) >= LIMIT:
        return np.zeros((draws, units, p, k))
    spread = np.einsum("itj,itk->jk", own, own) / kept.sum()
    shocks = np.zeros((k * p, k * p))
    shocks[:k, :k] = spread
    settled = np.asarray(solve_discrete_lyapunov(companion(a), shocks))
    standard = (
        own @ np.linalg.inv(np.linalg.cholesky(spread)).T / np.sqrt(np.maximum(kept.sum(axis=1), 1))[:, None, None]
    )
    weights = rng.normal(size=(draws, units, p, rows))
    if resample == "years":
        shared = _shared(standard * np.sqrt(np.maximum(kept.sum(axis=1), 1))[:, None, None], kept)
        weights = np.sqrt(1 - shared) * weights + np.sqrt(shared) * rng.normal(size=(draws, 1, p, rows))
    normal = (weights @ standard).reshape(draws, units, k * p)
    state = normal @ root(settled)
    return np.asarray(state.reshape(draws, units, p, k)[:, :, ::-1] * size)


def root(square: Floats) -> Floats:
    """Symmetric root of a covariance (m, m), singular or not; the only one that no sign or order of eigenvectors changes.

    Examples
    --------
    >>> root(np.array([[5.0, 4.0], [4.0, 5.0]])).round(6).tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    values, vectors = np.linalg.eigh((square + square.T) / 2)
    # of a singular covariance rounding leaves 1e-16 or so, which a root would make 1e-8
    values = np.where(values > 1e-12 * values[-1], values, 0.0)
    return np.asarray(vectors * np.sqrt(values) @ vectors.T)


def _shared(standard: Floats, kept: Bools) -> float:
    """Share of the residuals' variance that units of a year have in common; (units, rows, k) of variance 1 in."""
    number = np.maximum(kept.sum(axis=0), 1)[:, None]
    means = (standard.sum(axis=0) / number) ** 2
    units = float(kept.sum(axis=0).mean())
    return float(np.clip((units * means.mean() - 1) / max(units - 1, 1), 0.0, 1.0)) if units > 1 else 0.0
