"""GMM of a panel VAR, one and two steps, jointly over equations, from cross products of single units.

With Z_i the instruments of unit i, the moments are g_i = vec(Z_i' U_i), equation by equation. One-step weight:
(sum Z_i' H Z_i)^-1 for each equation. Two-step weight: S^-1 with S = sum g_i g_i' of one-step residuals, so that
equations are tied. Matrices are scaled to a unit diagonal before they are factored: results do not depend on
units of measurement, and a singular one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import cholesky
from scipy.linalg.blas import dtrsm

from accord.core.pvar_data import Floats, Ints
from accord.core.pvar_instruments import Equations
from accord.errors import Refused

FirstWeight = Literal["h", "identity"]
Clusters = Literal["units", "rows"]


@dataclass(frozen=True)
class Products:
    """Cross products of single clusters, `zx` (clusters, m, K) and `zy` (clusters, m, k), from which all else comes.

    A cluster is a unit, or one row where moments of a unit's rows are taken as independent; `owner` (clusters,) is
    its unit.
    """

    zx: Floats
    zy: Floats
    owner: Ints
    equations: Equations
    first: FirstWeight = "h"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Equations, regressors of each, instruments of each."""
        return self.zy.shape[2], self.zx.shape[2], self.zx.shape[1]

    @property
    def nobs(self) -> int:
        """Rows, transformed and level ones."""
        return int(self.equations.kept.sum())

    def zhz(self) -> Floats:
        """Sum of Z_i' H Z_i over units, (m, m)."""
        z = self.equations.z
        m = z.shape[-1]
        hz = z if self.equations.h is None else self.equations.h(z)
        return np.asarray(z.reshape(-1, m).T @ hz.reshape(-1, m))

    def moments(self, coef: Floats) -> Floats:
        """Moments g of each cluster at coefficients (k, K): (clusters, k m), equation by equation."""
        found = self.zy - self.zx @ coef.T
        return np.asarray(found.transpose(0, 2, 1).reshape(len(found), -1))


@dataclass(frozen=True)
class Root:
    """A positive definite matrix by its Cholesky factor after scaling to a unit diagonal."""

    scale: Floats
    lower: Floats
    condition: float
    """Of the scaled matrix."""

    def whiten(self, b: Floats) -> Floats:
        """L^-1 b, so that whitened products are products with the inverse."""
        scaled = b * (self.scale[:, None] if b.ndim == 2 else self.scale)
        return _triangular(self.lower, scaled, lower=True)


@dataclass(frozen=True)
class Step:
    """One step: coefficients (k, K), their covariance (k K, k K), and what the next step needs."""

    coef: Floats
    vcov: Floats
    moments: Floats
    """g at these coefficients, (clusters, k m)."""
    condition: float
    """Of the matrix whose inverse weighted the moments; 1 for the identity."""


@dataclass(frozen=True)
class Estimate:
    """A fit by GMM. `vcov` is the robust one of a single step, Windmeijer's of two."""

    coef: Floats
    vcov: Floats
    one: Step
    two: Step | None
    hansen: float
    """J at the two-step estimate; NaN where S cannot be inverted."""
    covariance: Floats
    """S, of the moments at the one-step estimate, (k m, k m)."""


def products(e: Equations, *, first: FirstWeight = "h", clusters: Clusters = "units") -> Products:
    """Cross products of each unit, or of each row.

    Examples
    --------
    >>> from accord.core.pvar_instruments import Model, Panel, equations
    >>> y = np.random.default_rng(0).normal(size=(50, 8, 2))
    >>> products(equations(Panel(y), Model())).shape
    (2, 2, 6)
    """
    if clusters == "rows":
        z, x, y = (part[e.kept] for part in (e.z, e.x, e.y))
        return Products(z[:, :, None] * x[:, None], z[:, :, None] * y[:, None], np.nonzero(e.kept)[0], e, first)
    turned = e.z.transpose(0, 2, 1)
    return Products(turned @ e.x, turned @ e.y, np.arange(len(e.y)), e, first)


def root(matrix: Floats, what: str, what_zh: str) -> Root:
    """Factor of a symmetric positive definite matrix.

    Raises
    ------
    Refused
        If it is singular to working precision; `what` names the matrix.

    Examples
    --------
    >>> root(np.diag([1.0, 1e12]), "weighting", "权重").condition
    1.0
    """
    diagonal = np.diagonal(matrix)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = matrix * scale[:, None] * scale
    values = np.linalg.eigvalsh(scaled)
    size, least = len(matrix), float(values[-1]) * len(matrix) * 1e-15
    if values[0] <= least:
        rank = int((values > least).sum())
        raise Refused(
            f"{what} is singular: {size} moments of rank {rank}; use collapse=True, fewer instrument lags or fewer "
            "variables",
            f"{what_zh}奇异：{size} 个矩条件，秩为 {rank}；请使用 collapse=True、减少工具变量滞后阶数或变量个数",
        )
    return Root(scale, np.asarray(cholesky(scaled, lower=True, check_finite=False)), float(values[-1] / values[0]))


def estimate(p: Products, steps: int = 1) -> Estimate:
    """One- or two-step GMM with its covariance, and Hansen's J of the two-step estimate.

    Raises
    ------
    Refused
        If a weighting is singular, or regressors are collinear given the instruments.

    References
    ----------
    Arellano and Bond (1991), 10.2307/2297968; Windmeijer (2005), 10.1016/j.jeconom.2004.02.005;
    Hansen (1982), 10.2307/1912775.

    Examples
    --------
    >>> from accord.core.pvar_instruments import Model, Panel, equations
    >>> e = np.random.default_rng(0).normal(size=(400, 16, 1))
    >>> y = np.zeros_like(e)
    >>> for t in range(1, 16):
    ...     y[:, t] = 0.5 * y[:, t - 1] + e[:, t]
    >>> found = estimate(products(equations(Panel(y[:, 8:]), Model())), steps=2)
    >>> bool(abs(found.coef[0, 0] - 0.5) < 2 * found.vcov[0, 0] ** 0.5)
    True
    """
    one = _one_step(p)
    covariance = one.moments.T @ one.moments
    try:
        s = root(covariance, "the two-step weighting", "两步权重矩阵")
    except Refused:
        if steps == 2:
            raise
        return Estimate(one.coef, one.vcov, one, None, float("nan"), covariance)
    two, hansen = _two_step(p, one, s)
    vcov = one.vcov if steps == 1 else windmeijer(p, one, two, s)
    return Estimate((one if steps == 1 else two).coef, vcov, one, two, hansen, covariance)


def _one_step(p: Products) -> Step:
    """Each equation by itself, with one weight."""
    k, regressors, m = p.shape
    zx, zy = p.zx.sum(axis=0), p.zy.sum(axis=0)
    condition = 1.0
    if p.first == "identity":
        a, b = zx, zy
    else:
        weight = root(p.zhz(), "the one-step weighting", "一步权重矩阵")
        a, b, condition = weight.whiten(zx), weight.whiten(zy), weight.condition
    q, r, scale = _factored(a)
    coef = (_triangular(r, q.T @ b) * scale[:, None]).T
    back = _triangular(r, q.T) * scale[:, None]
    if p.first != "identity":
        back = _triangular(weight.lower, back.T, lower=True, turned=True).T * weight.scale
    moments = p.moments(coef)
    spread = (moments.reshape(-1, k, m) @ back.T).reshape(-1, k * regressors)
    return Step(coef, spread.T @ spread, moments, condition)


def _two_step(p: Products, one: Step, s: Root) -> tuple[Step, float]:
    """All equations together, weighted by the covariance of one-step moments; and J."""
    k, regressors, _ = p.shape
    a = s.whiten(np.kron(np.eye(k), p.zx.sum(axis=0)))
    b = s.whiten(p.zy.sum(axis=0).T.ravel())
    q, r, scale = _factored(a)
    beta = _triangular(r, q.T @ b) * scale
    inverse = _triangular(r, np.eye(len(r))) * scale[:, None]
    coef = beta.reshape(k, regressors)
    left = b - a @ beta
    return Step(coef, inverse @ inverse.T, p.moments(coef), s.condition), float(left @ left)


def windmeijer(p: Products, one: Step, two: Step, s: Root) -> Floats:
    """Covariance of two-step coefficients corrected for the estimated weight, (k K, k K).

    References
    ----------
    Windmeijer (2005), 10.1016/j.jeconom.2004.02.005.
    """
    k, _, m = p.shape
    stacked = np.kron(np.eye(k), p.zx.sum(axis=0))
    weighted = _solve(s, stacked)
    v = _solve(s, two.moments.sum(axis=0))
    along = one.moments @ v
    own = np.kron(np.eye(k), np.einsum("i,imr->mr", along, p.zx))
    across = one.moments.T @ np.einsum("imr,em->ier", p.zx, v.reshape(k, m)).reshape(len(along), -1)
    d = two.vcov @ weighted.T @ (own + across)
    return np.asarray(two.vcov + d @ two.vcov + two.vcov @ d.T + d @ one.vcov @ d.T)


def sandwich(p: Products, found: Estimate) -> Floats:
    """Covariance of two-step coefficients from residuals of the second step, without Windmeijer's correction.

    Raises
    ------
    ValueError
        If there is no second step.
    """
    if found.two is None:
        raise ValueError("there is no second step")
    s = root(found.covariance, "the two-step weighting", "两步权重矩阵")
    stacked = np.kron(np.eye(p.shape[0]), p.zx.sum(axis=0))
    spread = found.two.moments @ _solve(s, stacked) @ found.two.vcov
    return np.asarray(spread.T @ spread)


def _solve(s: Root, b: Floats) -> Floats:
    """Inverse of the matrix times b."""
    found = _triangular(s.lower, s.whiten(b), lower=True, turned=True)
    return np.asarray(found * (s.scale[:, None] if b.ndim == 2 else s.scale))


def _triangular(t: Floats, b: Floats, *, lower: bool = False, turned: bool = False) -> Floats:
    """The inverse of a triangular matrix, or of its transpose, times b.

    By BLAS: LAPACK's solver wakes threads for six rows, and on busy cores waits a thousand times as long as it works.
    """
    found = dtrsm(1.0, t, b if b.ndim == 2 else b[:, None], lower=lower, trans_a=turned)
    return np.asarray(found.reshape(b.shape))


def _factored(a: Floats) -> tuple[Floats, Floats, Floats]:
    """Q, R and the scale of columns: a = Q R diag(1 / scale)."""
    size = np.linalg.norm(a, axis=0)
    scale = 1 / np.where(size > 0, size, 1.0)
    q, r = np.linalg.qr(a * scale)
    if len(r) < a.shape[1] or np.abs(np.diagonal(r)).min() <= 1e-12:
        raise Refused(
            f"the instruments do not tell the {a.shape[1]} regressors apart: take more instrument lags or fewer "
            "regressors",
            f"工具变量无法区分 {a.shape[1]} 个解释变量：请增加工具变量滞后阶数或减少解释变量",
        )
    return q, r, scale
