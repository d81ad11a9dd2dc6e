"""Silverman's test of the number of modes: the critical bandwidth and its smoothed bootstrap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accord.core.density import CHUNK, binned_counts, density, grid

Floats = NDArray[np.float64]
FLAT = 1e-13
"""Rise, as a share of the largest value, below which a step is rounding."""


def turns(f: Floats) -> NDArray[np.intp]:
    """Number of all local maxima of every curve, however small: (..., m) in, (...) out; a plateau counts once.

    Examples
    --------
    >>> turns(np.array([0.0, 1.0, 1.0, 0.5, 0.5, 0.7, 0.2])).item()
    2
    """
    steps = np.diff(f, axis=-1, prepend=0.0, append=0.0)
    sign = np.sign(np.where(abs(steps) > FLAT * f.max(axis=-1, keepdims=True), steps, 0.0))
    last = np.maximum.accumulate(np.where(sign != 0, np.arange(sign.shape[-1]), 0), axis=-1)
    sign = np.take_along_axis(sign, last, -1)
    return np.asarray(((sign[..., :-1] > 0) & (sign[..., 1:] < 0)).sum(axis=-1))


def critical_bandwidth(x: Floats, *, points: int = 512, digits: float = 1e-6) -> Floats:
    """Smallest bandwidth at which the Gaussian density of a sample has one mode.

    The number of modes never rises with the bandwidth, and from half the range on there is one; between, by halving.
    Source: Silverman (1981), 10.1111/j.2517-6161.1981.tb01155.x.

    Parameters
    ----------
    x
        Samples, shape (s, n), not all values of one equal.
    points
        Grid points over the range of a sample.
    digits
        Relative accuracy.

    Returns
    -------
    Bandwidths, shape (s,), in units of x.

    Examples
    --------
    >>> critical_bandwidth(np.array([[0.0, 1.0], [0.0, 4.0]])).round(3).tolist()
    [0.5, 2.0]
    """
    high = (x.max(axis=1) - x.min(axis=1)) / 2
    low = high / 512
    t = grid(x, high, points, wide=0.0)
    for _ in range(int(np.ceil(np.log2(np.log(512) / digits)))):
        middle = np.sqrt(low * high)
        one = turns(density(x, t, middle)) == 1
        high, low = np.where(one, middle, high), np.where(one, low, middle)
    return np.asarray(high)


def mode_test(x: Floats, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Silverman's test that a sample comes from a density with one mode.

    Null: one mode; alternative: more. The statistic is the critical bandwidth h1. Its p-value is the share of samples
    drawn from the density at h1, scaled back to the variance of the data, that show more than one mode at h1. The test
    is known to be conservative, and a single far unit can reject. Source: Silverman (1981),
    10.1111/j.2517-6161.1981.tb01155.x.

    Parameters
    ----------
    x
        Samples, shape (s, n), not all values of one equal.
    draws, rng
        How many draws, in chunks of bounded size, and where from; the units and noise of a draw are the same for all
        samples.

    Returns
    -------
    Critical bandwidths, in units of x, and p-values, shapes (s,).

    Examples
    --------
    >>> two = np.r_[np.linspace(0, 1, 20), np.linspace(4, 5, 20)][None]
    >>> mode_test(two, 99, np.random.default_rng(1))[1].item()
    0.0
    """
    h, n = critical_bandwidth(x), x.shape[1]
    more = np.zeros(len(x))
    size = max(1, CHUNK // (n + 1024))
    for i in range(0, draws, size):
        shape = (min(size, draws - i), n)
        picked, noise = rng.integers(0, n, shape), rng.standard_normal(shape)
        for k, (sample, wide) in enumerate(zip(x, h, strict=True)):
            drawn = sample[picked]
            drawn -= drawn.mean(axis=1, keepdims=True)
            drawn += wide * noise
            drawn /= np.sqrt(1 + (wide / sample.std()) ** 2)
            more[k] += (turns(_smoothed(drawn, wide)) > 1).sum()
    return h, more / draws


def _smoothed(drawn: Floats, h: float) -> Floats:
    """Gaussian densities of many samples at one bandwidth, on one grid that spans them all, up to a factor."""
    low, high = float(drawn.min()), float(drawn.max())
    size = int(np.clip(np.ceil(10 * (high - low) / h), 64, 1024))
    step = (high - low) / (size - 2)
    count = binned_counts(drawn, np.full(len(drawn), low), np.full(len(drawn), step), size)
    lag = np.arange(size) * step / h
    return np.asarray(count @ np.exp(-0.5 * (lag[:, None] - lag) ** 2))
