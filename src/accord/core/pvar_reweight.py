"""Bootstrap draws of a panel VAR by GMM: a draw of units is a weighting of their cross products.

Moments are recentred at the estimate, so that they are zero in the sample that draws come from, as they are at
the truth in the population. Year means of a draw are taken off exactly where all units have the same years, and
stay those of the sample where they have not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from accord.core.pvar_data import Floats
from accord.core.pvar_gmm import Products
from accord.core.pvar_sigma import ErrorRows

CELLS = 1 << 23
"""Numbers that a chunk of draws may hold in one array."""


@dataclass(frozen=True)
class Draws:
    """Estimates of each draw; NaN where a draw's weighting is singular.

    A draw of n units holds about 0.63 n different ones, so in two steps moments beyond that leave no draw.
    """

    coef: Floats
    """(draws, k, K)."""
    sigma: Floats
    """(draws, k, k)."""
    vcov: Floats
    """(draws, k K, k K): robust in one step; in two, without Windmeijer's correction."""


@dataclass(frozen=True)
class Sample:
    """What draws need besides weights; `coef` is the estimate, `steps` how it was made.

    `recentred` says that year means were taken off, and that all units have the same years and clusters are units.
    """

    products: Products
    errors: ErrorRows
    coef: Floats
    steps: int = 1
    recentred: bool = False

    @property
    def units(self) -> int:
        """Units that weights are of, also where clusters are single rows."""
        return len(self.products.equations.y)

    @cached_property
    def parts(self) -> tuple[Floats, Floats]:
        """Cross products of each unit with H: Z'HZ (units, m, m), and HZ by row."""
        e = self.products.equations
        hz = e.z if e.h is None else e.h(e.z)
        return np.asarray(e.z.transpose(0, 2, 1) @ hz), hz

    @cached_property
    def squares(self) -> Floats:
        """Cross products of x and y, side by side, in the rows of Sigma: (units, K + k, K + k)."""
        both = self.sides
        return np.asarray(both.transpose(0, 2, 1) @ both)

    @cached_property
    def sides(self) -> Floats:
        """Regressors, then variables, of the rows of Sigma."""
        return np.concatenate([self.errors.x, self.errors.y], axis=-1)

    @cached_property
    def centre(self) -> Floats:
        """Mean of the moments of a cluster at the estimate, (k m,)."""
        return np.asarray(self.products.moments(self.coef).mean(axis=0))


def reweighted(sample: Sample, weights: Floats) -> Draws:
    """Estimates with each unit counted as often as its weight says, `weights` (draws, units).

    References
    ----------
    Hall and Horowitz (1996), 10.2307/2171846.

    Examples
    --------
    >>> from accord.core.pvar_gmm import estimate, products
    >>> from accord.core.pvar_instruments import Model, Panel, equations
    >>> from accord.core.pvar_sigma import error_rows
    >>> p = products(equations(Panel(np.random.default_rng(0).normal(size=(40, 8, 2))), Model()))
    >>> found = estimate(p)
    >>> draws = reweighted(Sample(p, error_rows(p.equations, "fod"), found.coef), np.ones((3, 40)))
    >>> bool(np.allclose(draws.coef, found.coef)), bool(np.allclose(draws.vcov[0], found.vcov, rtol=0.3))
    (True, True)
    """
    weights = np.asarray(weights, dtype="f8")
    k, regressors, m = sample.products.shape
    clusters = len(sample.products.zx)
    each = max(clusters * k * max(m, sample.sides.shape[1]), (k * m) ** 2, 1)
    size = max(1, CELLS // each)
    parts = [_chunk(sample, weights[at : at + size]) for at in range(0, len(weights), size)]
    if not parts:
        empty = np.zeros((0, k * regressors, k * regressors))
        return Draws(np.zeros((0, k, regressors)), np.zeros((0, k, k)), empty)
    coef, sigma, vcov = (np.concatenate(found) for found in zip(*parts, strict=True))
    return Draws(coef, sigma, vcov)


def _chunk(sample: Sample, w: Floats) -> tuple[Floats, Floats, Floats]:
    p = sample.products
    k, _, m = p.shape
    e = p.equations
    own = w[:, p.owner]
    zx = _weighted(own, p.zx) - _by_year(sample, w, e.z, e.x)
    zy = _weighted(own, p.zy) - _by_year(sample, w, e.z, e.y)
    zy = zy - own.sum(axis=1)[:, None, None] * sample.centre.reshape(k, m).T
    if p.first == "identity":
        weight = np.broadcast_to(np.eye(m), (len(w), m, m))
    else:
        zhz, hz = sample.parts
        weight = _inverse(_weighted(w, zhz) - _by_year(sample, w, e.z, hz))
    left = zx.transpose(0, 2, 1) @ weight
    bread = _inverse(left @ zx)
    coef = (bread @ (left @ zy)).transpose(0, 2, 1)
    g = _moments(sample, w, coef)
    if sample.steps == 1:
        psi = (g.reshape(*g.shape[:2], k, m) @ (bread @ left).transpose(0, 2, 1)[:, None]).reshape(*g.shape[:2], -1)
        vcov = (psi * own[..., None]).transpose(0, 2, 1) @ psi
    else:
        coef, vcov = _second(zx, zy, _inverse((g * own[..., None]).transpose(0, 2, 1) @ g))
    return coef, _sigma(sample, w, coef), vcov


def _second(zx: Floats, zy: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Joint estimates by draw from the inverse of S, and their covariance."""
    draws, m, regressors = zx.shape
    k = zy.shape[2]
    blocks = np.zeros((draws, k, m, k, regressors))
    blocks[:, np.arange(k), :, np.arange(k)] = zx
    stacked = blocks.reshape(draws, k * m, k * regressors)
    left = stacked.transpose(0, 2, 1) @ weight
    vcov = _inverse(left @ stacked)
    beta = vcov @ (left @ zy.transpose(0, 2, 1).reshape(draws, -1, 1))
    return beta.reshape(draws, k, regressors), vcov


def _moments(sample: Sample, w: Floats, coef: Floats) -> Floats:
    """Recentred moments (draws, clusters, k m) at each draw's coefficients."""
    p, e = sample.products, sample.products.equations
    g = p.zy[None] - np.einsum("imr,dkr->dimk", p.zx, coef, optimize=True)
    if sample.recentred:
        total = w.sum(axis=1)[:, None, None]
        u = e.y[None] - np.einsum("itr,dkr->ditk", e.x, coef, optimize=True)
        z_mean, u_mean = _weighted(w, e.z) / total, np.einsum("di,ditk->dtk", w, u) / total
        g = g - np.einsum("dtm,ditk->dimk", z_mean, u - u_mean[:, None], optimize=True)
        g = g - np.einsum("itm,dtk->dimk", e.z, u_mean, optimize=True)
    return np.asarray(g.transpose(0, 1, 3, 2).reshape(*g.shape[:2], -1) - sample.centre)


def _sigma(sample: Sample, w: Floats, coef: Floats) -> Floats:
    """Sigma by draw from cross products, as `ErrorRows.sigma`."""
    both = _weighted(w, sample.squares) - _by_year(sample, w, sample.sides, sample.sides)
    draws, k, _ = coef.shape
    turn = np.concatenate([-coef, np.broadcast_to(np.eye(k), (draws, k, k))], axis=-1)
    rows = (w @ sample.errors.count - sample.errors.lost)[:, None, None]
    return np.asarray(turn @ both @ turn.transpose(0, 2, 1) * (sample.errors.factor / rows))


def _weighted(w: Floats, each: Floats) -> Floats:
    """Sums of matrices by weights: (draws, n) and (n, a, b) to (draws, a, b)."""
    return np.asarray((w @ each.reshape(len(each), -1)).reshape(len(w), *each.shape[1:]))


def _by_year(sample: Sample, w: Floats, a: Floats, b: Floats) -> Floats | float:
    """What the draw's own year means of `a` and `b` (units, rows, columns) take from their products."""
    if not sample.recentred:
        return 0.0
    left, right = _weighted(w, a), _weighted(w, b)
    return np.asarray(left.transpose(0, 2, 1) @ right / w.sum(axis=1)[:, None, None])


def _inverse(matrices: Floats) -> Floats:
    """Inverses of symmetric matrices after scaling to a unit diagonal; NaN where one is singular."""
    diagonal = np.diagonal(matrices, axis1=-2, axis2=-1)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = matrices * scale[..., :, None] * scale[..., None, :]
    finite, eye = np.asarray(np.isfinite(scaled).all(axis=(-2, -1))), np.eye(matrices.shape[-1])
    filled = np.where(finite[..., None, None], scaled, eye)
    values = np.linalg.eigvalsh(filled)
    sound = np.asarray(finite & (values[..., 0] > values[..., -1] * matrices.shape[-1] * 1e-15))
    found = np.linalg.inv(np.where(sound[..., None, None], filled, eye)) * scale[..., :, None] * scale[..., None, :]
    return np.where(sound[..., None, None], found, np.nan)
