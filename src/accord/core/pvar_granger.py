"""Granger's test in a panel vector autoregression: do one variable's lags help to tell another.

Wald statistics with covariances clustered by unit, read as F(q, units - 1), whose size holds with few units where
chi-squared rejects too often, and beside them a p-value from panels simulated with the null imposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import scipy

from accord.core.pvar_bias import LIMIT, modulus
from accord.core.pvar_bootstrap import CHUNK_CELLS, FEW, Draws, collected
from accord.core.pvar_estimate import Fit, panel_estimates
from accord.core.pvar_residuals import Resample, simulated
from accord.core.pvar_within import Floats, Ints


@dataclass(frozen=True)
class Granger:
    """Test that the lags of `excluded` have no part in `equation`; excluded -1 means all other variables."""

    equation: int
    excluded: int
    wald: float
    df: int
    units: int
    pvalue_bootstrap: float | None = None
    """Share of panels under the null with as large a statistic, itself counted."""

    @property
    def statistic(self) -> float:
        """F: the Wald statistic over its degrees of freedom."""
        return self.wald / self.df

    @property
    def pvalue(self) -> float:
        """By F(df, units - 1)."""
        return float(scipy.stats.f.sf(self.statistic, self.df, max(self.units - 1, 1)))

    @property
    def pvalue_chi2(self) -> float:
        """By chi-squared(df), for many units."""
        return float(scipy.stats.chi2.sf(self.wald, self.df))


def places(variables: int, width: int, lags: int, equation: int, excluded: int) -> Ints:
    """Where the coefficients of a test stand in `a.ravel()`, a of shape (variables, width).

    Examples
    --------
    >>> places(2, 4, 2, 1, 0).tolist(), places(3, 3, 1, 0, -1).tolist()
    ([4, 6], [1, 2])
    """
    others = [v for v in range(variables) if v != equation] if excluded < 0 else [excluded]
    each = [equation * width + variables * j + v for j in range(lags) for v in others]
    return np.array(each, dtype="i8")


def wald(a: Floats, vcov: Floats, where: Ints) -> Floats:
    """Wald statistics (...) that the coefficients at `where` are 0; (..., k, K) and (..., k*K, k*K) in; NaN where singular.

    Examples
    --------
    >>> wald(np.array([[0.5, 0.2], [0.0, 0.4]]), 0.01 * np.eye(4), np.array([1])).round(6).item()
    4.0
    """
    b = a.reshape(*a.shape[:-2], -1)[..., where, None]
    v = vcov[..., where[:, None], where]
    scale = np.sqrt(np.abs(np.diagonal(v, axis1=-2, axis2=-1)))
    scale = np.where(scale > 0, scale, np.nan)
    unit = v / (scale[..., :, None] * scale[..., None, :])
    good = np.asarray(np.isfinite(unit).all(axis=(-1, -2)))
    unit = np.where(good[..., None, None], unit, np.eye(len(where)))
    good &= np.linalg.cond(unit) < 1e12
    standard = np.where(good[..., None, None], b / scale[..., None], np.nan)
    unit = np.where(good[..., None, None], unit, np.eye(len(where)))
    return np.asarray((np.swapaxes(standard, -1, -2) @ np.linalg.solve(unit, standard))[..., 0, 0])


def pairs(variables: int) -> list[tuple[int, int]]:
    """Tests of a system: each variable's lags in each other equation, then all others' together where there are more.

    Examples
    --------
    >>> pairs(2)
    [(0, 1), (1, 0)]
    """
    out = []
    for equation in range(variables):
        out += [(equation, v) for v in range(variables) if v != equation]
        out += [(equation, -1)] if variables > 2 else []
    return out


def granger(found: Fit, *, draws: int = 0, seed: int = 0, resample: Resample | None = None) -> list[Granger]:
    """All tests of a fit with fixed effects; with `draws`, p-values from so many panels under each null.

    Examples
    --------
    >>> from accord.core.pvar_estimate import fit
    >>> found = fit(np.random.default_rng(1).normal(size=(20, 9, 2)), time_effects=True)
    >>> [(test.equation, test.excluded, test.pvalue > 0.05) for test in granger(found)]
    [(0, 1, False), (1, 0, True)]
    """
    whole = found.panel.whole
    out = []
    for equation, excluded in pairs(whole.variables):
        where = places(whole.variables, found.a.shape[1], whole.lags, equation, excluded)
        value = float(wald(found.a, found.vcov, where))
        share = _share(found, where, value, draws, seed, resample) if draws else None
        out.append(Granger(equation, excluded, value, len(where), found.units, share))
    return out


def restricted(a: Floats, vcov: Floats, where: Ints) -> Floats:
    """Coefficients (k, K) nearest to `a` in the metric of their covariance with those at `where` 0.

    Examples
    --------
    >>> restricted(np.array([[0.5, 0.2]]), np.array([[0.02, 0.01], [0.01, 0.02]]), np.array([1])).round(6).tolist()
    [[0.4, 0.0]]
    """
    flat = a.ravel()
    moved = flat - vcov[:, where] @ np.linalg.solve(vcov[np.ix_(where, where)], flat[where])
    moved[where] = 0.0
    return np.asarray(moved.reshape(a.shape))


def _share(found: Fit, where: Ints, value: float, draws: int, seed: int, resample: Resample | None) -> float | None:
    """Share of panels under the null that have a statistic as large; None where there is none to compare."""
    whole = found.panel.whole
    if not np.isfinite(value):
        return None
    null = _settling(restricted(found.a, found.vcov, where), whole.variables, whole.lags)
    how: Resample = resample or ("units" if whole.time_effects and found.units > FEW else "years")
    made = collected(
        partial(_null, found, null, how), draws, seed, chunk=CHUNK_CELLS // whole.laid.size, blocks=found.units,
        what="Granger tests",
    )  # fmt: skip
    return _beyond(made, where, value)


def _settling(a: Floats, variables: int, lags: int) -> Floats:
    """Coefficients whose largest root is brought back to .99 where it is beyond, zeros kept."""
    size = float(modulus(a, variables, lags))
    if size < LIMIT:
        return a
    shrink = (0.99 / size) ** np.repeat(np.arange(1, lags + 1), variables)
    return np.concatenate([a[:, : variables * lags] * shrink, a[:, variables * lags :]], axis=1)


def _beyond(made: Draws, where: Ints, value: float) -> float:
    assert made.vcov is not None
    law = wald(made.a, made.vcov, where)
    law = law[np.isfinite(law)]
    return float((1 + (law >= value * (1 - 1e-9)).sum()) / (1 + len(law)))


def _null(found: Fit, null: Floats, how: Resample, size: int, rng: np.random.Generator) -> Any:
    made = panel_estimates(simulated(found, size, rng, how, a=null), found.panel, errors=True)
    return made.a, made.sigma, made.vcov


def centred_pvalue(a: Floats, vcov: Floats, made: Draws, where: Ints) -> float | None:
    """p-value of a test from draws of an estimate about itself, as a reweighting of units gives; None without errors.

    The null is imposed by taking the estimate off each draw: for estimators that no panel can be simulated from.
    """
    if made.vcov is None:
        return None
    value = float(wald(a, vcov, where))
    centred = Draws(made.a - a, made.sigma, made.vcov, made.blocks)
    return _beyond(centred, where, value) if np.isfinite(value) else None
