"""Whether instruments of a panel VAR are strong: a conditional first-stage F for each regressor."""

from __future__ import annotations

import numpy as np

from accord.core.pvar_data import Floats
from accord.core.pvar_gmm import Products, root

STRONG = 10.0
"""F from which instruments count as strong.

The rule of thumb of Staiger and Stock (1997), 10.2307/2171753. In panels of 31 units, 12 years and two variables
(scripts/pvar_weak_instruments.py, benchmarks/pvar_weak.csv) it flags none with own coefficient .6 and weak unit
effects, where the root mean square error is .09; 90 % at .9, where it is .23; 99 % at .6 with strong unit effects,
where it is .27. Where fewer than half are flagged, it is at most .17, with 10 units too.
"""


def conditional_f(p: Products, exogenous: int = 0) -> Floats:
    """F of each lag and predetermined regressor given the others, (K - exogenous,), last columns exogenous.

    The regressor less what the others, fitted by the instruments, explain of it is regressed on the instruments;
    degrees of freedom are instruments - regressors + 1. Without clusters: clustered F of 10 units are far too
    large. NaN where instruments do not exceed the rows.

    References
    ----------
    Sanderson and Windmeijer (2016), 10.1016/j.jeconom.2015.06.004.

    Examples
    --------
    >>> from accord.core.pvar_gmm import products
    >>> from accord.core.pvar_instruments import Model, Panel, equations
    >>> walk = np.random.default_rng(0).normal(size=(31, 12, 1)).cumsum(axis=1)
    >>> bool(conditional_f(products(equations(Panel(walk), Model())))[0] < STRONG)
    True
    """
    e = p.equations
    z, x = (part.reshape(-1, part.shape[-1]) for part in (e.z, e.x))
    m, regressors = z.shape[1], x.shape[1]
    free = p.nobs - m
    if free <= 0:
        return np.full(regressors - exogenous, np.nan)
    fitted = root(z.T @ z, "the matrix of instruments", "工具变量矩阵").whiten(z.T @ x)
    inverse = np.linalg.inv(fitted.T @ fitted)
    explained = 1 / np.diagonal(inverse)
    weights = inverse * explained
    left = np.maximum(((x @ weights) ** 2).sum(axis=0) - explained, 0.0)
    with np.errstate(divide="ignore"):
        found = explained / (m - regressors + 1) / (left / free)
    return np.asarray(found[: regressors - exogenous])
