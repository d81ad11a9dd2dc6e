"""Draws of a panel vector autoregression's estimate: units reweighted, residuals resampled, or its normal law.

Draws come in chunks, each with a generator of its own, so digits are the same on any number of threads or processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from accord.core.engine import at_hand, ordered
from accord.core.pvar_estimate import Estimates, Fit, Panel, estimates, panel_estimates
from accord.core.pvar_residuals import Resample, root, simulated
from accord.core.pvar_within import Floats
from accord.errors import InputError

CHUNK_CELLS = 1 << 18
"""Cells of a chunk of panels: what stays in a processor's cache."""


@dataclass(frozen=True)
class Draws:
    """Coefficients (draws, k, K) and covariance of errors (draws, k, k); NaN where a draw has no estimate."""

    a: Floats
    sigma: Floats
    vcov: Floats | None
    """Covariance (draws, k*K, k*K) of each draw's coefficients, where asked for."""
    blocks: int | None
    """Independent parts that draws were made of, units or years, whose number less one widens bands; None: no widening."""


class Task(Protocol):
    """Makes `size` draws with a generator of their own: coefficients, Sigma, covariances or None."""

    def __call__(self, size: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats | None]:
        """Draws of one chunk."""
        ...


def collected(task: Task, draws: int, seed: int, *, chunk: int, blocks: int | None, what: str = "bootstrap") -> Draws:
    """All draws of a task in chunks of `chunk`, on the executor at hand.

    Raises
    ------
    InputError
        If less than two draws are asked for.
    """
    if draws < 2:
        raise InputError(f"draws = {draws}: a bootstrap takes 2 or more, and 500 for a band")
    hands, parts, done = at_hand(), [], 0
    for part in ordered(hands.pool, _chunk, _chunks(task, draws, seed, max(chunk, 1))):
        parts.append(part)
        done += len(part[0])
        hands.tell(what, done, draws)
    a, sigma, vcov = zip(*parts, strict=True)
    return Draws(
        np.concatenate(a), np.concatenate(sigma), None if vcov[0] is None else np.concatenate(vcov), blocks
    )  # fmt: skip


def _chunks(task: Task, draws: int, seed: int, size: int) -> Iterator[tuple[Task, int, int, int]]:
    for number, first in enumerate(range(0, draws, size)):
        yield task, seed, number, min(size, draws - first)


def _chunk(task: Task, seed: int, number: int, size: int) -> tuple[Floats, Floats, Floats | None]:
    return task(size, np.random.default_rng([seed, number]))


def unit_weights(units: int, draws: int, rng: np.random.Generator) -> Floats:
    """How often each unit is drawn (draws, units), as many in all as there are.

    Examples
    --------
    >>> unit_weights(3, 2, np.random.default_rng(1)).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    return rng.multinomial(units, np.full(units, 1 / units), size=draws).astype("f8")


def reweighted(
    estimate: Callable[[Floats], Any], units: int, *, draws: int = 500, seed: int = 0, cells: int = 64
) -> Draws:
    """Draws of units for any estimator: `estimate(weights (draws, units))` gives (coefficients, Sigma, covariances).

    `cells` is the size of what one draw computes for a unit.

    Examples
    --------
    >>> made = reweighted(lambda w: (w[:, :1, None], w[:, :1, None], None), 4, draws=10)
    >>> made.a.shape, made.blocks
    ((10, 1, 1), 4)
    """
    task = partial(_reweighted, estimate, units)
    return collected(task, draws, seed, chunk=CHUNK_CELLS // (units * cells), blocks=units)


def _reweighted(estimate: Callable[[Floats], Any], units: int, size: int, rng: np.random.Generator) -> Any:
    return estimate(unit_weights(units, size, rng))


def cluster(found: Fit, *, draws: int = 500, seed: int = 0, errors: bool = False) -> Draws:
    """Draws of units of a fit with fixed effects, corrections of the bias made anew in each.

    Examples
    --------
    >>> from accord.core.pvar_estimate import fit
    >>> found = fit(np.random.default_rng(1).normal(size=(20, 9, 2)))
    >>> cluster(found, draws=50).a.shape
    (50, 2, 2)
    """
    whole = found.panel.whole
    cells = whole.zz.shape[-1] ** 2 * (1 + errors * len(whole.kept.T))
    return reweighted(
        partial(_cluster, found.panel, errors), len(whole.zz), draws=draws, seed=seed, cells=cells
    )  # fmt: skip


def _cluster(panel: Panel, errors: bool, weights: Floats) -> tuple[Floats, Floats, Floats | None]:
    return _parts(estimates(panel, weights, errors=errors))


def residual(
    found: Fit, *, draws: int = 500, seed: int = 0, resample: Resample | None = None, errors: bool = False
) -> Draws:
    """Draws of residuals run through the fitted lags, corrections of the bias made anew in each.

    Unless `resample` says how, whole years are drawn together where no year effects stand for what units share,
    or with 5 units or fewer, and each unit's own residuals apart otherwise.

    Examples
    --------
    >>> from accord.core.pvar_estimate import fit
    >>> found = fit(np.random.default_rng(1).normal(size=(20, 9, 2)), time_effects=True)
    >>> residual(found, draws=50).blocks, residual(found, draws=50, resample="years").blocks
    (20, 8)
    """
    how = resample or ("units" if found.panel.whole.time_effects and found.units > FEW else "years")
    whole = found.panel.whole
    years = int(whole.kept.any(axis=0).sum())
    task = partial(_residual, found, how, errors)
    return collected(
        task, draws, seed, chunk=CHUNK_CELLS // whole.laid.size, blocks=years if how == "years" else found.units
    )  # fmt: skip


FEW = 5
"""Up to so many units are drawn by whole years."""


def _residual(
    found: Fit, how: Resample, errors: bool, size: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats | None]:
    return _parts(panel_estimates(simulated(found, size, rng, how), found.panel, errors=errors))


def _parts(made: Estimates) -> tuple[Floats, Floats, Floats | None]:
    return made.a, made.sigma, made.vcov


def monte_carlo(a: Floats, sigma: Floats, vcov: Floats, nobs: float, *, draws: int = 500, seed: int = 0) -> Draws:
    """Draws of the coefficients' normal law and, apart, of Sigma as of `nobs` normal errors (Wishart's law).

    The usual packages' bands: no bias is corrected, draws that explode count, and few units widen nothing.

    Examples
    --------
    >>> made = monte_carlo(np.array([[0.5]]), np.eye(1), np.array([[0.01]]), 100, draws=4000)
    >>> made.a.std().round(2), made.sigma.mean().round(1)
    (np.float64(0.1), np.float64(1.0))
    """
    if nobs < len(sigma):
        raise InputError(f"{nobs:.0f} observations are too few to draw the covariance of {len(sigma)} errors")
    # roots depend on units of measurement, those of correlations do not
    size = np.sqrt(np.diagonal(vcov))
    size = np.where(size > 0, size, 1.0)
    spread = size[:, None] * root(vcov / (size[:, None] * size))
    task = partial(_monte_carlo, a, np.asarray(np.linalg.cholesky(sigma)), spread, round(nobs))
    return collected(task, draws, seed, chunk=CHUNK_CELLS // (round(nobs) * len(sigma)), blocks=None)


def _monte_carlo(
    a: Floats, lower: Floats, spread: Floats, nobs: int, size: int, rng: np.random.Generator
) -> tuple[Floats, Floats, None]:
    moved = (rng.normal(size=(size, len(spread))) @ spread.T).reshape(size, *a.shape)
    errors = rng.normal(size=(size, nobs, len(lower))) @ lower.T
    return a + moved, np.swapaxes(errors, -1, -2) @ errors / nobs, None
