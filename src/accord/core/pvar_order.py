"""Number of lags of a panel vector autoregression by information criteria, on one common sample.

Every number of lags is estimated by least squares with fixed effects on the rows that the largest number has,
so the criteria compare the same observations: ln|Sigma| + penalty * (lag coefficients) / rows, with Sigma of
maximum likelihood and penalties 2 (AIC), ln rows (BIC) and 2 ln ln rows (HQIC); Luetkepohl (2005), New Introduction
to Multiple Time Series Analysis, 4.3. Fixed effects are the same for all and do not count.

With a dozen years the bias of fixed effects looks like further lags: where one lag is true (31 units, 12 years, most 3),
AIC takes it in 18-29 % of simulated panels, HQIC in 61-73 %, BIC in 93-96 %, so BIC leads. It takes one lag as often
where a second one of .25 is true: so few years cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from accord.core.pvar_within import Floats, Sums, covariance, least_squares, sums, within
from accord.errors import InputError, Refused

CRITERIA = ("aic", "bic", "hqic")


@dataclass(frozen=True)
class LagOrder:
    """Criteria (lags,) of 1 lag, 2 lags, ...; less is better."""

    aic: Floats
    bic: Floats
    hqic: Floats
    loglikelihood: Floats
    """Of normal errors, concentrated."""
    nobs: int
    """Rows of the common sample."""

    def chosen(self, criterion: str = "bic") -> int:
        """Number of lags with the least value of a criterion."""
        if criterion not in CRITERIA:
            raise InputError(f'unknown criterion "{criterion}"; allowed: {", ".join(CRITERIA)}')
        return int(np.argmin(getattr(self, criterion))) + 1


def lag_order(y: ArrayLike, most: int = 3, *, time_effects: bool = False) -> LagOrder:
    """Criteria for 1 to `most` lags; values (units, years, k), NaN where missing, years consecutive.

    Raises
    ------
    Refused
        If the years are too few for the most lags, or the errors of a fit are not independent of each other.

    Examples
    --------
    >>> y = np.random.default_rng(1).normal(size=(10, 60, 1))
    >>> for t in range(2, 60):
    ...     y[:, t] += 0.3 * y[:, t - 1] + 0.4 * y[:, t - 2]
    >>> found = lag_order(y, 4)
    >>> found.chosen("bic"), found.nobs
    (2, 560)
    """
    products = within(np.asarray(y, dtype="f8"), most, time_effects=time_effects)
    whole, k = sums(products), products.variables
    rows = float(whole.rows)
    determinant = np.array([_determinant(whole, p, rows) for p in range(1, most + 1)])
    coefficients = k * k * np.arange(1, most + 1)
    aic, bic, hqic = (determinant + each * coefficients / rows for each in (2, np.log(rows), 2 * np.log(np.log(rows))))
    return LagOrder(aic, bic, hqic, -rows / 2 * (k * (1 + np.log(2 * np.pi)) + determinant), round(rows))


def _determinant(whole: Sums, lags: int, rows: float) -> float:
    """Logarithm of |Sigma| by maximum likelihood with the first `lags` lags of the common sample."""
    k, size = whole.variables, whole.zz.shape[-1]
    keep = np.r_[0 : k * lags, size - k : size]
    part = Sums(whole.zz[np.ix_(keep, keep)], whole.offsets, whole.units, whole.rows, whole.before[keep], k, lags)
    errors = covariance(part, least_squares(part)) * float(whole.offsets[0]) / rows
    sign, value = np.linalg.slogdet(errors)
    if sign <= 0 or not np.isfinite(value):
        raise Refused(
            "the errors of one variable follow from the others', so no likelihood can be told: leave a variable out",
            "某一变量的误差可由其余变量推出，无法计算似然：请去掉一个变量",
        )
    return float(value)
