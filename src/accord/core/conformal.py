"""How far forecasts missed at each horizon, and the bands and probabilities that follow from it.

Split conformal over origins and units: where enough origins reach a horizon, the band is a quantile of their misses;
beyond, the misses of the last such horizon are widened as a random walk with an uncertain drift would widen them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FIRM = 0.8
"""The level whose quantiles stand on the misses alone: four origins can carry it."""


@dataclass(frozen=True)
class Misses:
    """Misses behind the bands of each horizon."""

    size: tuple[Floats, ...]
    """Absolute misses, ascending, by horizon; those of the last calibrated one, widened, beyond it."""
    origins: NDArray[np.int64]
    """Origins whose own misses reach the horizon, shape (horizon,)."""
    walk: Floats
    """Standard deviation of a random walk with the one-step misses and an uncertain drift, shape (horizon,)."""

    def calibrated(self, level: float) -> NDArray[np.bool_]:
        """Horizons at which enough origins stand behind a band of this level, shape (horizon,).

        K origins guarantee K/(K + 1) at most, as units share what happens in a year.
        """
        return np.asarray(self.origins / (self.origins + 1) >= level - 1e-12)

    def width(self, level: float) -> Floats:
        """Half the width of the band of this level, never falling with the horizon, shape (horizon,).

        A level above 80 % that a horizon's origins cannot carry is at least that of the random walk, and as much wider
        than the band of 80 % as a normal one would be.
        """
        own = np.array([_quantile(size, level) for size in self.size])
        if level > FIRM:
            z = scipy.stats.norm.ppf(0.5 + level / 2)
            least = np.maximum(z * self.walk, z / scipy.stats.norm.ppf(0.5 + FIRM / 2) * self.width(FIRM))
            own = np.where(self.calibrated(level), own, np.maximum(own, least))
        return np.asarray(np.maximum.accumulate(own))


def misses(errors: Floats, horizon: int, years: int) -> Misses:
    """Misses by horizon from `errors` (actual less forecast), shape (origins, units, ahead), NaN where none is known.

    `years` is the number of years the models learn from: a drift learned from them is as uncertain as their mean.
    Horizons up to the last that four origins reach (enough for a band of 80 %) have their own misses; later ones
    those, widened by the growth of the random walk. Source: Vovk, Gammerman and Shafer (2005), Algorithmic Learning in
    a Random World, 10.1007/b106715, for split conformal bands.

    Raises
    ------
    ValueError
        If no forecast one year ahead has an actual value.

    Examples
    --------
    >>> errors = np.random.default_rng(1).normal(0, 0.01, (6, 31, 3))
    >>> found = misses(errors, 5, 12)
    >>> found.calibrated(0.8).tolist(), found.width(0.8).round(3).tolist()
    ([True, True, True, False, False], [0.012, 0.012, 0.012, 0.014, 0.016])
    """
    known = np.isfinite(errors)
    if not known[:, :, :1].any():
        raise ValueError("no forecast one year ahead has an actual value")
    origins = np.zeros(horizon, dtype=np.int64)
    ahead = min(horizon, errors.shape[2])
    origins[:ahead] = known[:, :, :ahead].any(axis=1).sum(axis=0)
    last = max(1, int((origins >= 4).sum()))
    walk = _walk(errors[:, :, 0], horizon, years)
    size, before = [], 0.0
    for h in range(1, horizon + 1):
        at = min(h, last) - 1
        own = np.sort(np.abs(errors[:, :, at][known[:, :, at]]))
        if h > last and walk[last - 1] > 0:
            own = own * (walk[h - 1] / walk[last - 1])
        reached = _quantile(own, 0.8)
        if reached > 0:
            own = own * max(1.0, before / reached)
        before = max(before, reached)
        size.append(own)
    return Misses(tuple(size), origins, walk)


def _walk(first: Floats, horizon: int, years: int) -> Floats:
    """Spread of a random walk with the one-step misses `first` (origins, units) whose drift is learned from `years`."""
    known = np.isfinite(first)
    reached = known.any(axis=1)
    means = np.array([row[mine].mean() for row, mine in zip(first[reached], known[reached], strict=True)])
    step = float(np.mean(np.square(first[known])))
    drift = step / max(1, years - 1) + (float(means.var()) / means.size if means.size > 1 else 0.0)
    h = np.arange(1, horizon + 1)
    return np.asarray(np.sqrt(h * step + h * h * drift))


def _quantile(size: Floats, level: float) -> float:
    """The conformal quantile: the ceil((n + 1) level)-th smallest, or the largest where there are too few."""
    return float(size[min(size.size, int(np.ceil((size.size + 1) * level - 1e-9))) - 1])


def probabilities(
    mean: Floats, found: Misses, edges: Floats, closed: Literal["left", "right"] = "left"
) -> NDArray[np.float64]:
    """Probability of each class around forecasts `mean`, shape (..., horizon): shape (..., horizon, classes).

    Misses count to both sides alike. `edges` are lower edges, ascending, the first the floor; a value on an edge
    belongs above it with `closed="left"`.

    Examples
    --------
    >>> found = misses(np.array([-0.02, 0.01, 0.03, -0.04])[:, None, None], 1, 12)
    >>> probabilities(np.array([[0.485]]), found, np.array([0.0, 0.5])).tolist()
    [[[0.625, 0.375]]]
    """
    out = np.empty((*mean.shape, len(edges)))
    for h, size in enumerate(found.size):
        sides = np.sort(np.concatenate([-size, size]))
        away = edges[1:] - mean[..., h, None]
        below = np.searchsorted(sides, away, side="left" if closed == "left" else "right") / sides.size
        bounds = np.concatenate([np.zeros((*mean.shape[:-1], 1)), below, np.ones((*mean.shape[:-1], 1))], axis=-1)
        out[..., h, :] = np.diff(bounds, axis=-1)
    return out
