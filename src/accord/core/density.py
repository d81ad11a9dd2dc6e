"""Kernel densities of many samples at once: direct sums for small samples, linear binning and FFT for large ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
CHUNK = 1 << 21
"""Numbers held at once."""
BLOCK = 1 << 16
"""Values binned, or kernel values summed, at once: they stay in the cache."""
BINNED = 2000
"""Size of a sample from which it is binned."""
FINE, SPAN = 4, 9.0
"""Bins for each step of the grid, and bandwidths beyond which a Gaussian is nothing (3e-18)."""
FLAT = 4.0
"""Bandwidth from which a Gaussian folded into [0, 1] is even (to 1e-34)."""


def _gaussian(u: Floats) -> Floats:
    u *= u
    u *= -0.5
    np.exp(u, out=u)
    u /= np.sqrt(2 * np.pi)
    return u


def _parabola(u: Floats, reach: float) -> Floats:
    """Epanechnikov's kernel, 3/4 (1 - (u/r)^2)/r on [-r, r]."""
    u /= reach
    u *= u
    np.subtract(1.0, u, out=u)
    np.maximum(u, 0.0, out=u)
    u *= 0.75 / reach
    return u


KERNELS: dict[str, Callable[[Floats], Floats]] = {
    "gaussian": _gaussian,
    "epanechnikov": lambda u: _parabola(u, np.sqrt(5.0)),
    "epanechnikov_support": lambda u: _parabola(u, 1.0),
}
"""Kernels of unit bandwidth. `epanechnikov` has variance 1 and so reaches to sqrt(5) bandwidths (the default of Stata,
and R's); `epanechnikov_support` reaches to one bandwidth (Stata's epan2). They overwrite what they are given."""
REACH = {"gaussian": SPAN, "epanechnikov": float(np.sqrt(5.0)), "epanechnikov_support": 1.0}


def grid(x: Floats, h: Floats, points: int = 256, *, wide: float = 4.0, reflect: bool = False) -> Floats:
    """An even grid for every sample, from its least value less `wide` bandwidths to its largest plus as many.

    Shapes (..., n) and (...) in, (..., points) out, in units of x; within [0, 1] where the density is reflected there.
    """
    low, high = x.min(axis=-1) - wide * h, x.max(axis=-1) + wide * h
    if reflect:
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    return np.asarray(low[..., None] + (high - low)[..., None] * np.linspace(0, 1, points))


def density(
    x: ArrayLike,
    at: ArrayLike,
    h: ArrayLike,
    *,
    kernel: str = "gaussian",
    reflect: bool = False,
    binned: bool | None = None,
) -> Floats:
    """Kernel density f(t) = 1/(n h) sum K((t - x_i)/h) of every sample.

    Parameters
    ----------
    x
        Samples along the last axis, shape (..., n).
    at
        Where, shape (..., m) or (m,) for all samples, in units of x.
    h
        Bandwidths, shape (...) or one number, positive, in units of x.
    kernel
        A name of `KERNELS`.
    reflect
        Mass that would fall below 0 or above 1 is folded back, as often as the kernel is wide: samples lie in
        [0, 1], where the density has mass 1 at any bandwidth, and it is zero outside.
    binned
        Linear binning and FFT in place of the direct sum; by default for samples of more than 2,000 values on an even
        grid. With the Gaussian kernel the error is below 1e-5 of the maximum (1e-3 with the others, for their edges).

    Returns
    -------
    Densities, shape (..., m), per unit of x; not negative.

    Examples
    --------
    >>> density([0.0, 1.0], [0.0, 0.5], 0.5).round(4).tolist()
    [0.4529, 0.4839]
    >>> density([0.0, 1.0], [0.0, 0.5], 0.5, kernel="epanechnikov_support").round(4).tolist()
    [0.75, 0.0]
    """
    x, at = np.asarray(x, dtype="f8"), np.asarray(at, dtype="f8")
    lead, n = x.shape[:-1], x.shape[-1]
    given = np.asarray(h, dtype="f8")
    if reflect:
        given = np.minimum(given, FLAT) if kernel == "gaussian" else given
        x = _images(x, REACH[kernel] * float(given.max(initial=0.0)))
    rows = x.reshape(-1, x.shape[-1])
    t = np.broadcast_to(at, (*lead, at.shape[-1])).reshape(len(rows), -1)
    wide = np.broadcast_to(given, lead).reshape(len(rows))
    large = n > BINNED if binned is None else binned
    made = (_transformed if large and _even(t) else _summed)(rows, t, wide, kernel)
    made /= n * wide[:, None]
    if reflect:
        made[(t < 0) | (t > 1)] = 0.0
    return made.reshape(*lead, -1)


def _images(x: Floats, reach: float) -> Floats:
    """Values in [0, 1] (..., n), then their mirror images at 0 and 1, and the images of those, up to `reach` away."""
    folds = range(1, int(np.ceil(reach)) + 1)
    away = [image for j in folds for image in ((1 - j - x, 1 + j - x) if j % 2 else (x + j, x - j))]
    return np.concatenate([x, *away], axis=-1)


def _even(t: Floats) -> bool:
    """Whether every grid has even steps."""
    steps = np.diff(t, axis=1)
    return bool(t.shape[1] > 1 and (abs(steps - steps[:, :1]) <= 1e-6 * abs(steps[:, :1])).all())


def _summed(x: Floats, t: Floats, h: Floats, kernel: str) -> Floats:
    """Sums of kernel values (sample, place), in chunks of bounded size; values are taken in their order."""
    out, shape = np.empty(t.shape), KERNELS[kernel]
    step = max(1, BLOCK // (x.shape[1] * t.shape[1])) if x.size else 1
    across = max(1, BLOCK // x.shape[1])
    for i in range(0, len(x), step):
        rows = slice(i, i + step)
        for j in range(0, t.shape[1], across):
            u = t[rows, None, j : j + across] - x[rows, :, None]
            u /= h[rows, None, None]
            out[rows, j : j + across] = shape(u).sum(axis=1)
    return out


def _transformed(x: Floats, t: Floats, h: Floats, kernel: str) -> Floats:
    """The same sums from counts on a fine grid, linearly shared between neighbours, and a product of transforms.

    With the Gaussian kernel the triangle of the sharing is divided out. Source: Wand (1994),
    10.1080/10618600.1994.10474656.
    """
    out, m = np.empty(t.shape), t.shape[1]
    step = (t[:, -1] - t[:, 0]) / (m - 1) / FINE
    margin = np.ceil(REACH[kernel] * h / step).astype(int)
    size = int(scipy.fft.next_fast_len(int(m * FINE + 2 * margin.max() + 2), real=True))
    lag = np.arange(size // 2 + 1)
    for i in range(0, len(x), max(1, CHUNK // size)):
        rows = slice(i, i + max(1, CHUNK // size))
        off = int(margin.max())
        count = binned_counts(x[rows], t[rows, 0] - off * step[rows], step[rows], size)
        ratio = h[rows, None] / step[rows, None]
        if kernel == "gaussian":
            omega = 2 * np.pi * lag / size
            factor = ratio * np.exp(-0.5 * (ratio * omega) ** 2) / np.sinc(lag / size) ** 2
        else:
            away = np.minimum(np.arange(size), size - np.arange(size)) / ratio
            factor = scipy.fft.rfft(KERNELS[kernel](away), axis=1)
        smooth = scipy.fft.irfft(scipy.fft.rfft(count, axis=1) * factor, n=size, axis=1)
        out[rows] = smooth[:, off : off + (m - 1) * FINE + 1 : FINE]
    return np.maximum(out, 0.0, out=out)


def binned_counts(x: Floats, low: Floats, step: Floats, size: int) -> Floats:
    """How many values fall on each bin of each sample, shared linearly between the two next to a value.

    Values beyond the bins are left out: no kernel carries them to the grid. Blocks of them stay in the cache.
    """
    count = np.zeros(len(x) * size)
    first = size * np.arange(len(x), dtype=np.intp)[:, None]
    for j in range(0, x.shape[1], wide := max(1, BLOCK // len(x))):
        place = (x[:, j : j + wide] - low[:, None]) / step[:, None]
        cell = np.floor(place)
        place -= cell
        at = cell.astype(np.intp)
        at += first
        inside = (cell >= 0) & (cell < size - 1)
        whole, part = (at.ravel(), place.ravel()) if inside.all() else (at[inside], place[inside])
        count += np.bincount(whole, minlength=count.size)
        moved = np.bincount(whole, part, minlength=count.size)
        count -= moved
        count[1:] += moved[:-1]
    return count.reshape(len(x), size)
