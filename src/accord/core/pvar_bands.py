"""Bands of impulse responses from draws of a bootstrap: percentile, studentised, Gaussian; pointwise or of a whole path.

Responses have shape (horizon 0..H, response, impulse), draws one axis more in front. A band of a whole path
holds all its horizons at once with the stated probability (sup-t; Montiel Olea and Plagborg-Moeller 2019,
doi:10.1002/jae.2656), so a statement such as "gone by period 4" may be read off it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import scipy

from accord.core.pvar_within import Bools, Floats
from accord.errors import InputError, Refused, nearest

Kind = Literal["percentile", "studentised", "gaussian"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LEAST = 20
"""Draws that a band needs."""


@dataclass(frozen=True)
class Band:
    """Lower and upper bounds of responses (H + 1, response, impulse)."""

    lo: Floats
    hi: Floats
    kind: Kind
    level: float
    simultaneous: bool
    draws: int
    """Draws that had an estimate."""


def band(
    theta: Floats,
    draws: Floats,
    kind: Kind = "percentile",
    *,
    level: float = 0.95,
    blocks: int | None = None,
    simultaneous: bool = False,
    errors: Floats | None = None,
    draw_errors: Floats | None = None,
) -> Band:
    """Band around responses `theta` from `draws` of them.

    "percentile" takes the draws' quantiles, "gaussian" their standard deviation around theta, and "studentised" their
    distance from theta over their own standard errors `draw_errors`, times the `errors` of theta, to both sides alike.
    With `blocks`, percentile and Gaussian bands are wider by the ratio of Student's quantile with one degree of freedom
    less than blocks to the normal one, a percentile band about the median of its draws. `simultaneous` holds the
    whole path. Draws that are not finite are left out.

    Raises
    ------
    InputError
        If the kind is unknown, or errors are missing.
    Refused
        If fewer than 20 draws have an estimate.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(4000, 1, 1, 1))
    >>> found = band(np.zeros((1, 1, 1)), draws)
    >>> found.lo.round(1).ravel().tolist(), found.hi.round(1).ravel().tolist()
    ([-1.9], [2.0])
    >>> bool(band(np.zeros((1, 1, 1)), draws, blocks=10).hi > found.hi)
    True
    """
    if kind not in KINDS:
        raise InputError(f'unknown band "{kind}"; {nearest(kind, KINDS)}')
    if not 0 < level < 1:
        raise InputError(f"level = {level}: give a share between 0 and 1, such as 0.95")
    if kind == "studentised" and (errors is None or draw_errors is None):
        raise InputError("a studentised band needs standard errors of the responses and of each draw of them")
    good = np.isfinite(draws).all(axis=(1, 2, 3))
    if draw_errors is not None and kind == "studentised":
        good &= np.isfinite(draw_errors).all(axis=(1, 2, 3))
    if good.sum() < LEAST:
        raise Refused(
            f"{int(good.sum())} draws have an estimate; a band needs {LEAST} or more",
            f"只有 {int(good.sum())} 次抽样可以估计，区间至少需要 {LEAST} 次",
        )
    made = draws[good]
    wider = (
        scipy.stats.t.ppf((1 + level) / 2, max(blocks - 1, 1)) / scipy.stats.norm.ppf((1 + level) / 2)
        if blocks
        else 1.0
    )
    if kind == "percentile":
        lo, hi = _percentile(made, level, simultaneous)
        middle = np.median(made, axis=0)
        lo, hi = middle - wider * (middle - lo), middle + wider * (hi - middle)
    else:
        if kind == "gaussian":
            size, distance = made.std(axis=0, ddof=1), None
        else:
            assert errors is not None and draw_errors is not None
            size, distance, wider = errors, _ratio(np.abs(made - theta), draw_errors[good]), 1.0
        half = wider * size * _critical(made, size, distance, level, simultaneous)
        lo, hi = theta - half, theta + half
    return Band(np.asarray(lo), np.asarray(hi), kind, level, simultaneous, int(good.sum()))


def _ratio(distance: Floats, size: Floats) -> Floats:
    """Distances over errors; 0 where both are, as of the zeros of the order at horizon 0."""
    near = size <= 1e-12 * np.maximum(np.abs(size).max(axis=-3, keepdims=True), 1e-300)
    return np.asarray(np.where(near, 0.0, distance / np.where(near, 1.0, size)))


def _critical(made: Floats, size: Floats, distance: Floats | None, level: float, simultaneous: bool) -> Floats | float:
    """Standard errors to either side: a quantile of the draws' distances, of their largest over horizons for a path."""
    if distance is None:
        if not simultaneous:
            return float(scipy.stats.norm.ppf((1 + level) / 2))
        distance = _ratio(np.abs(made - made.mean(axis=0)), np.broadcast_to(size, made.shape))
    if simultaneous:
        return np.asarray(np.quantile(distance.max(axis=1), level, axis=0))
    return np.asarray(np.quantile(distance, level, axis=0))


def _percentile(made: Floats, level: float, simultaneous: bool) -> tuple[Floats, Floats]:
    """Quantiles of the draws, at a level at which `level` of the paths stay within at all horizons for a path."""
    ordered = np.sort(made, axis=0)
    tail = np.full(made.shape[2:], (1 - level) / 2)
    if simultaneous:
        tail = _tail(made, ordered, level)
    return _at(ordered, tail), _at(ordered, 1 - tail)


def _tail(made: Floats, ordered: Floats, level: float) -> Floats:
    """Largest tail (response, impulse) that keeps `level` of the paths within; found by the paths' own extremes."""
    n = len(made)
    flat, still = (x.reshape(n, made.shape[1], -1) for x in (ordered, made))
    least = np.empty((n, flat.shape[-1]))
    for c in range(flat.shape[-1]):
        below = np.array([np.searchsorted(flat[:, h, c], still[:, h, c], "right") for h in range(made.shape[1])])
        above = np.array([n - np.searchsorted(flat[:, h, c], still[:, h, c], "left") for h in range(made.shape[1])])
        least[:, c] = np.minimum(below, above).min(axis=0)
    # a path of which the most extreme value is the m-th from its end is within quantiles up to the tail (m - 1)/(n - 1)
    m = np.quantile(least, 1 - level, axis=0, method="lower")
    return np.asarray(np.maximum(m - 1, 0.0) / (n - 1)).reshape(made.shape[2:])


def _at(ordered: Floats, share: Floats) -> Floats:
    """Quantiles (H + 1, response, impulse) of sorted draws at shares (response, impulse), by linear interpolation."""
    place = np.broadcast_to(share * (len(ordered) - 1), ordered.shape[1:])
    low = np.clip(np.floor(place).astype("i8"), 0, len(ordered) - 2)
    a, b = (np.take_along_axis(ordered, (low + more)[None], axis=0)[0] for more in (0, 1))
    return np.asarray(a + (b - a) * (place - low))


def away_from_zero(found: Band) -> Bools:
    """Where a band (H + 1, response, impulse) leaves zero out; never where it has no width, as the order's own zeros.

    Examples
    --------
    >>> one = Band(np.array([[[0.1, -1.0]]]), np.array([[[2.0, 1.0]]]), "percentile", 0.95, False, 500)
    >>> away_from_zero(one).tolist()
    [[[True, False]]]
    """
    return np.asarray(((found.lo > 0) | (found.hi < 0)) & (found.hi > found.lo))
