"""Fixed-effects estimators of a panel vector autoregression by name, for one panel or many draws of it.

`fe_ols` is least squares with unit (and year) effects, biased where years are few; `hahn_kuersteiner` corrects it once,
for one lag; `jackknife` by halves of each unit's years; `bias_corrected` until the observed products are the expected
ones (`pvar_bias`). Covariances are clustered by unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from accord.core.pvar_bias import bias_corrected, hahn_kuersteiner, modulus, slopes
from accord.core.pvar_within import (
    Bools,
    Floats,
    Sums,
    Within,
    covariance,
    least_squares,
    of_rows,
    panel_rows,
    scaled,
    sums,
    weighted_rows,
    within,
)
from accord.errors import InputError, Refused, nearest

Estimator = Literal["fe_ols", "hahn_kuersteiner", "jackknife", "bias_corrected"]
ESTIMATORS: tuple[Estimator, ...] = get_args(Estimator)


@dataclass(frozen=True)
class Panel:
    """What an estimator needs of a panel; `halves` are those of the jackknife, else empty."""

    estimator: Estimator
    whole: Within
    halves: tuple[Within, ...] = ()
    exogenous: Floats | None = None


@dataclass(frozen=True)
class Estimates:
    """Estimates of one panel or of draws: coefficients (..., k, K), covariance of errors (..., k, k)."""

    a: Floats
    sigma: Floats
    share: Floats
    """Share of the correction made (...): below 1 where the whole of it would explode; 1 for other estimators."""
    vcov: Floats | None = None
    """Covariance (..., k*K, k*K) of `a.ravel()` clustered by unit, where asked for."""


@dataclass(frozen=True)
class Fit:
    """One panel's estimate with what its tests and bootstraps need."""

    panel: Panel
    a: Floats
    sigma: Floats
    vcov: Floats
    share: float
    modulus: float
    nobs: int
    units: int
    free: float
    """Degrees of freedom left by the fixed effects."""


def prepared(
    y: ArrayLike,
    lags: int = 1,
    estimator: Estimator = "bias_corrected",
    *,
    time_effects: bool = False,
    exogenous: Floats | None = None,
) -> Panel:
    """Per-unit products for an estimator; values (units, years, k), NaN where missing, years consecutive.

    Raises
    ------
    InputError
        If the estimator is unknown, or cannot take these lags or regressors.
    Refused
        If the years are too few.

    Examples
    --------
    >>> y = np.random.default_rng(1).normal(size=(5, 8, 2))
    >>> len(prepared(y, estimator="jackknife").halves)
    4
    """
    if estimator not in ESTIMATORS:
        raise InputError(f'unknown estimator "{estimator}"; {nearest(estimator, ESTIMATORS)}')
    if estimator == "hahn_kuersteiner" and (lags != 1 or exogenous is not None):
        raise InputError(
            "Hahn and Kuersteiner's correction is for one lag without other regressors: "
            'choose lags=1, or estimator="bias_corrected" or "jackknife"'
        )
    whole = within(np.asarray(y, dtype="f8"), lags, time_effects=time_effects, exogenous=exogenous)
    return Panel(estimator, whole, _halves(whole) if estimator == "jackknife" else (), exogenous)


def _halves(whole: Within) -> tuple[Within, ...]:
    """First and last half of each unit's rows; with an odd number the middle row once with each."""
    number = whole.kept.sum(axis=1, keepdims=True)
    if number[number > 0].min(initial=4) < 4:
        raise Refused(
            "the jackknife halves each unit's years and needs four of them after the lags",
            "折半刀切法需要每个单元在扣除滞后后至少有四个年份",
        )
    place = np.cumsum(whole.kept, axis=1)
    small, large = number // 2, number - number // 2
    masks: list[Bools] = [place <= small, place > small]
    if (number % 2).any():
        masks += [place <= large, place > large]
    return tuple(of_rows(whole.laid, whole.kept & mask, whole) for mask in masks)


def estimates(panel: Panel, weights: Floats | None = None, *, errors: bool = False) -> Estimates:
    """Estimates of the panel, or of each draw of its units by weights (draws, units); `errors` adds covariances.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(30, 9, 1)), axis=1)
    >>> estimates(prepared(y, estimator="fe_ols"), np.ones((2, 30))).a.round(3).ravel().tolist()
    [0.535, 0.535]
    """
    found = _estimated(panel, sums(panel.whole, weights), [sums(half, weights) for half in panel.halves])
    if not errors:
        return found
    w = np.ones(len(panel.whole.zz)) if weights is None else np.asarray(weights, dtype="f8")
    rows = [weighted_rows(one, weights) for one in (panel.whole, *panel.halves)]
    parts = [sums(one, weights) for one in (panel.whole, *panel.halves)]
    return replace(found, vcov=_clustered(panel, found, rows, parts, w))


def panel_estimates(y: Floats, panel: Panel, *, errors: bool = False) -> Estimates:
    """Estimates of many panels (draws, units, years, k) with the rows and effects of `panel`.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(30, 9, 1)), axis=1)
    >>> one = prepared(y)
    >>> bool(np.allclose(panel_estimates(y[None], one).a[0], estimates(one).a))
    True
    """
    parts, rows = [], []
    for one in (panel.whole, *panel.halves):
        z, s = panel_rows(y, one, panel.exogenous)
        parts.append(s)
        rows.append(z)
    found = _estimated(panel, parts[0], parts[1:])
    if not errors:
        return found
    return replace(found, vcov=_clustered(panel, found, rows, parts, np.ones(len(panel.whole.zz))))


def _estimated(panel: Panel, s: Sums, halves: list[Sums]) -> Estimates:
    share = np.ones(s.zz.shape[:-2])
    if panel.estimator == "bias_corrected":
        a, share = bias_corrected(s)
    elif panel.estimator == "hahn_kuersteiner":
        a = hahn_kuersteiner(s)
    else:
        a = least_squares(s)
        if halves:
            a = 2 * a - sum(least_squares(half) for half in halves) / len(halves)
    taken = a.shape[-1] if panel.estimator == "fe_ols" else 0
    return Estimates(a, covariance(s, a, taken), share)


def _clustered(panel: Panel, found: Estimates, rows: list[Floats], parts: list[Sums], w: Floats) -> Floats:
    """Sandwich of what each unit adds to the estimate, less their mean, times N/(N-1) (n-1)/(n-K).

    NaN for two units less year effects: each is the mirror of the other, and no spread between them is left.
    """
    each = [_influence(panel, found, z, s) for z, s in zip(rows, parts, strict=True)]
    of_unit = each[0] if len(each) == 1 else 2 * each[0] - sum(each[1:]) / (len(each) - 1)
    total = w.sum(axis=-1)[..., None, None]
    of_unit = of_unit - (w[..., None] * of_unit).sum(axis=-2, keepdims=True) / total
    spread = np.swapaxes(of_unit * w[..., None], -1, -2) @ of_unit
    if panel.whole.time_effects and panel.whole.kept.any(axis=1).sum() < 3:
        spread = np.full_like(spread, np.nan)
    s = parts[0]
    taken = found.a.shape[-1] + panel.whole.time_effects * (panel.whole.kept.any(axis=0).sum() - 1)
    units = np.maximum(s.units, 2)
    return np.asarray(spread * (units / (units - 1) * (s.rows - 1) / np.maximum(s.rows - taken, 1))[..., None, None])


def _influence(panel: Panel, found: Estimates, z: Floats, s: Sums) -> Floats:
    """First-order part (..., units, k*K) of each unit in the estimate."""
    k, width = found.a.shape[-2:]
    x, error = z[..., :width], z[..., width:] - z[..., :width] @ np.swapaxes(found.a, -1, -2)[..., None, :, :]
    unit, factor, outer = scaled(s)
    own = np.sqrt(np.diagonal(outer, axis1=-2, axis2=-1))[..., None, :, None]
    by = factor[..., None, :, :]
    # products in scaled variables: an error over its variable's scale, a regressor over its own
    products = np.swapaxes(error, -1, -2) @ x * by / own**2
    flat = products.reshape(*products.shape[:-2], k * width)
    if panel.estimator == "bias_corrected":
        bread = -slopes(found.a / factor, unit, found.share)
    else:
        square = unit.xx.shape[:-2]
        bread = np.einsum("ij,...mn->...imjn", np.eye(k), unit.xx).reshape(*square, k * width, k * width)
    good = np.asarray(np.isfinite(bread).all(axis=(-1, -2)))
    bread = np.where(good[..., None, None], bread, np.eye(k * width))
    moved = np.swapaxes(np.linalg.solve(bread, np.swapaxes(flat, -1, -2)), -1, -2)
    return np.asarray(moved * by.reshape(*by.shape[:-2], k * width))


def fit(
    y: ArrayLike,
    lags: int = 1,
    estimator: Estimator = "bias_corrected",
    *,
    time_effects: bool = False,
    exogenous: Floats | None = None,
) -> Fit:
    """Estimate of one panel (units, years, k) with its covariance clustered by unit.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> y = np.zeros((100, 40, 1))
    >>> for t in range(1, 40):
    ...     y[:, t] = 0.6 * y[:, t - 1] + rng.normal(size=(100, 1))
    >>> found = fit(y[:, 28:])
    >>> found.a.round(2).tolist(), found.nobs, found.units
    ([[0.63]], 1100, 100)
    """
    panel = prepared(y, lags, estimator, time_effects=time_effects, exogenous=exogenous)
    found, s = estimates(panel, errors=True), sums(panel.whole)
    if found.vcov is None:
        raise AssertionError("covariances were asked for")
    return Fit(
        panel, found.a, found.sigma, found.vcov, float(found.share), float(modulus(found.a, s.variables, s.lags)),
        int(s.rows), int(s.units), float(s.offsets[0]),
    )  # fmt: skip


def classical(found: Fit) -> Floats:
    """Covariance (k*K, k*K) of least squares' coefficients for independent errors of equal covariance.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(30, 9, 1)), axis=1)
    >>> classical(fit(y, estimator="fe_ols")).round(5).tolist()
    [[0.00338]]
    """
    return np.kron(found.sigma, np.linalg.inv(sums(found.panel.whole).xx))
