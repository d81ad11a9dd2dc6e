"""Densities of the years of a group in numbers, and how far these may change by chance of the units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.core import modes as M
from accord.core.bandwidth import BANDWIDTHS, bandwidth
from accord.core.density import CHUNK, density, grid

Floats = NDArray[np.float64]
FEATURES = ("mean", "peak_x", "peak_height", "width", "modes", "skew", "tail_low", "tail_high")
TAIL = 0.1
"""Share of the first year's mass in each of its tails."""


@dataclass(frozen=True)
class Setting:
    """How densities are made: kernel, rule or number for the bandwidth, one bandwidth for all years, folding back."""

    kernel: str = "gaussian"
    bandwidth: str | float = "silverman"
    common: bool = False
    reflect: bool = False
    prominence: float = 0.1
    points: int = 256


def bandwidths(x: Floats, setting: Setting) -> Floats:
    """Bandwidth of every year of a group, shape (years, n) in, (years,) out; 0 where a year has no density.

    With `common`, all years that have one share their mean.
    """
    h = np.nan_to_num(bandwidth(x, setting.bandwidth))
    equal = x.max(axis=1) == x.min(axis=1)
    h[equal] = 0.0
    if setting.common and (h > 0).any():
        h[h > 0] = h[h > 0].mean()
    return h


def features(x: Floats, h: Floats, setting: Setting, *, few: bool = False) -> Floats:
    """Mean, main peak, width, modes, skewness and tails of densities, each on a fine grid of its own.

    Parameters
    ----------
    x
        Samples by year, shape (years, ..., n).
    h
        Their bandwidths, shape (years, ...); a sample whose bandwidth is 0 has a mean alone.
    setting
        Kernel, folding, prominence and grid points.
    few
        The first four alone.

    Returns
    -------
    Shape (8, years, ...) in the order of `FEATURES`: mean of the values; place and height of the main peak and its
    width at half of that height; number of main peaks; skewness of the values; mass below the first year's 10 % point
    and above its 90 % point. NaN where there is no density.
    """
    has = h > 0
    wide = np.where(has, h, 1.0)
    t = grid(x, wide, setting.points, reflect=setting.reflect)
    f = density(x, t, wide, kernel=setting.kernel, reflect=setting.reflect)
    place, height = M.main_peak(t, f)
    made = [place, height, M.width(t, f, height)]
    if not few:
        made += [M.modes(f, setting.prominence).astype("f8"), M.skew(x), *_tails(t, f, has)]
    return np.stack([x.mean(axis=-1), *(np.where(has, one, np.nan) for one in made)])


def _tails(t: Floats, f: Floats, has: NDArray[np.bool_]) -> list[Floats]:
    """Mass below the first year's 10 % point and above its 90 % point, NaN where that year has no density."""
    mass = M.below(t, f)
    low, high = (np.broadcast_to(M.point(t[:1], mass[:1], p), has.shape) for p in (TAIL, 1 - TAIL))
    below, above = M.mass_below(t, mass, low), 1 - M.mass_below(t, mass, high)
    first = np.broadcast_to(has[:1], has.shape)
    return [np.where(first, below, np.nan), np.where(first, above, np.nan)]


def resampled(
    x: Floats, h: Floats, draws: int, rng: np.random.Generator, setting: Setting, *, few: bool = False
) -> Floats:
    """Features by year with units drawn anew, the same units in all years.

    The bandwidth follows its rule in every draw; a common one or a number stays, and that of Sheather and Jones moves
    with the standard deviation.

    Parameters
    ----------
    x
        Values by year, shape (years, n), the same units in the same order.
    h
        Their bandwidths, shape (years,); 0 where a year has no density.
    draws, rng
        How many draws, in chunks of bounded size, and where from.
    setting, few
        As for the features themselves.

    Returns
    -------
    Shape (8, years, draws), in the order of `FEATURES`; NaN for a draw of equal values.
    """
    parts, n = [], x.shape[1]
    size = max(1, CHUNK // (len(x) * (setting.points + n)))
    for i in range(0, draws, size):
        drawn = np.sort(x[:, rng.integers(0, n, (min(size, draws - i), n))], axis=-1)
        parts.append(features(drawn, _again(drawn, x, h, setting), setting, few=few))
    return np.concatenate(parts, axis=-1)


def _again(drawn: Floats, x: Floats, h: Floats, setting: Setting) -> Floats:
    """Bandwidths of the draws, shape (years, draws)."""
    fixed = setting.common or not isinstance(setting.bandwidth, str)
    if fixed:
        out = np.broadcast_to(h[:, None], drawn.shape[:-1])
    elif setting.bandwidth == "sheather_jones":
        with np.errstate(divide="ignore", invalid="ignore"):
            out = h[:, None] * drawn.std(axis=-1) / x.std(axis=-1, keepdims=True)
    else:
        out = BANDWIDTHS[str(setting.bandwidth)](drawn)
    return np.where((drawn[..., -1] > drawn[..., 0]) & (h > 0)[:, None], out, 0.0)


def interval(draws: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Percentile interval of draws along the last axis, those without a value left out; NaN where none has one.

    Examples
    --------
    >>> low, high = interval(np.arange(101.0), 0.9)
    >>> round(low.item(), 6), round(high.item(), 6)
    (5.0, 95.0)
    """
    ends = [(1 - level) / 2, (1 + level) / 2]
    bad: NDArray[np.bool_] = np.isnan(draws)
    if not bad.any():
        low, high = np.quantile(draws, ends, axis=-1)
        return np.asarray(low), np.asarray(high)
    none = np.asarray(bad.all(axis=-1))
    low, high = np.nanquantile(np.where(none[..., None], 0.0, draws), ends, axis=-1)
    return np.where(none, np.nan, low), np.where(none, np.nan, high)
