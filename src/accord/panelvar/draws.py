"""Draws of a fit's estimate for bands and tests: the bootstrap that fits the estimator, or the usual Monte Carlo."""

from __future__ import annotations

from functools import partial
from typing import Literal, get_args

import numpy as np

from accord.core import pvar_bootstrap
from accord.core.pvar_bootstrap import Draws
from accord.core.pvar_reweight import Sample
from accord.core.pvar_reweight import reweighted as of_moments
from accord.core.pvar_within import Floats
from accord.errors import InputError, Refused, nearest
from accord.panelvar.result import PVARFit

Bootstrap = Literal["auto", "residual", "cluster", "mc"]
BOOTSTRAPS: tuple[Bootstrap, ...] = get_args(Bootstrap)


def kind_of(fit: PVARFit, bootstrap: Bootstrap = "auto") -> Bootstrap:
    """The draws that a fit takes: of residuals for fixed effects, of whole units for GMM.

    Raises
    ------
    InputError
        If the kind is unknown, or residuals of a fit by GMM are asked for.
    """
    if bootstrap not in BOOTSTRAPS:
        raise InputError(f'unknown bootstrap "{bootstrap}"; {nearest(bootstrap, BOOTSTRAPS)}')
    if bootstrap == "auto":
        return "residual" if fit.within is not None else "cluster"
    if bootstrap == "residual" and fit.within is None:
        raise InputError(
            'bootstrap="residual" is for estimators with fixed effects; a fit by GMM takes "cluster" or "mc"'
        )
    return bootstrap


def drawn(fit: PVARFit, *, draws: int, seed: int, bootstrap: Bootstrap = "auto", errors: bool = False) -> Draws:
    """Coefficients and covariance of errors in each draw; `errors` adds the covariance of the coefficients."""
    kind = kind_of(fit, bootstrap)
    if kind == "mc" and not np.isfinite(fit.vcov.to_numpy()).all():
        raise Refused(
            "this fit has no standard errors, so no coefficients can be drawn from their normal law",
            "该估计没有标准误，无法按正态分布抽取系数",
        )
    if kind == "mc":
        return pvar_bootstrap.monte_carlo(
            fit.coef.to_numpy(),
            fit.sigma.to_numpy(),
            fit.vcov.to_numpy(),
            fit.nobs,
            draws=draws,
            seed=seed,
        )
    if fit.within is not None:
        resample = pvar_bootstrap.residual if kind == "residual" else pvar_bootstrap.cluster
        return resample(fit.within, draws=draws, seed=seed, errors=errors)
    if fit.sample is None:
        raise InputError("this fit does not hold its units' cross products, so no units can be drawn")
    cells = int(np.prod(fit.sample.products.shape)) * (1 + errors)
    units = fit.sample.units
    return pvar_bootstrap.reweighted(partial(_by_moments, fit.sample), units, draws=draws, seed=seed, cells=cells)


def _by_moments(sample: Sample, weights: Floats) -> tuple[Floats, Floats, Floats]:
    made = of_moments(sample, weights)
    return made.coef, made.sigma, made.vcov
