"""Covariance of the errors of a panel VAR, from the residuals of transformed rows or of levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from accord.core.pvar_data import Floats, Transform
from accord.core.pvar_instruments import Equations

SigmaRule = Literal["errors", "residuals", "levels"]
SIGMA_RULES: tuple[SigmaRule, ...] = ("errors", "residuals", "levels")


@dataclass(frozen=True)
class ErrorRows:
    """Rows whose residuals give Sigma: `y` (units, rows, k), `x` (units, rows, K), `count` (units,) of them.

    Sigma = `factor` U'U / (rows - `lost`).
    """

    y: Floats
    x: Floats
    count: Floats
    factor: float
    lost: int

    def sigma(self, coef: Floats) -> Floats:
        """Covariance (k, k) of the errors at coefficients (k, K)."""
        u = (self.y - self.x @ coef.T).reshape(-1, self.y.shape[-1])
        return np.asarray(u.T @ u * (self.factor / (self.count.sum() - self.lost)))


def error_rows(e: Equations, transform: Transform, rule: SigmaRule = "errors") -> ErrorRows:
    """The rows that a rule takes.

    "errors": transformed rows, U'U / (n - K); first differences of independent errors have twice their variance,
    so these are halved. "residuals": every row as it stands, level rows of a system too, which carry unit
    effects; too large under differences, and what one R package prints. "levels": residuals in levels less their
    mean over the unit's years, U'U / (n - 1), as Stata's pvar; too small in few years.

    Examples
    --------
    >>> from accord.core.pvar_instruments import Model, Panel, equations
    >>> e = equations(Panel(np.random.default_rng(0).normal(size=(90, 9, 1))), Model(transform="fd"))
    >>> half, whole = (error_rows(e, "fd", rule).sigma(np.zeros((1, 1))) for rule in ("errors", "residuals"))
    >>> float(round((whole / half).item(), 12))
    2.0
    """
    regressors = e.x.shape[-1]
    if rule == "levels":
        at = np.isin(np.arange(e.levels.used.shape[1]) + e.levels.first, e.years[: e.transformed])
        kept = e.kept[:, : e.transformed]
        y, x = (_less_mean(part[:, at] * kept[..., None], kept) for part in (e.levels.y, e.levels.x))
        return ErrorRows(y, x, kept.sum(axis=1).astype(float), 1.0, 1)
    take = e.transformed if rule == "errors" else e.y.shape[1]
    factor = 0.5 if rule == "errors" and transform == "fd" else 1.0
    count = e.kept[:, :take].sum(axis=1).astype(float)
    return ErrorRows(e.y[:, :take], e.x[:, :take], count, factor, regressors)


def _less_mean(values: Floats, kept: np.ndarray) -> Floats:
    """Rows less their unit's mean over the rows kept."""
    mean = values.sum(axis=1) / np.maximum(kept.sum(axis=1), 1)[:, None]
    return np.asarray((values - mean[:, None]) * kept[..., None])
