"""What papers read off a density by eye, in numbers: main peak, width, modes, bumps, tails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Bump:
    """A peak of one curve: where, how high, how far above the higher of its valleys, and where it begins and ends."""

    x: float
    height: float
    prominence: float
    start: float
    end: float


def main_peak(t: Floats, f: Floats) -> tuple[Floats, Floats]:
    """Place and height of the highest point of every curve, by a parabola through the logarithms of three values.

    Shapes (..., m) both in, (...) both out. Exact for a Gaussian; a peak on the edge of the grid stands there.

    Examples
    --------
    >>> t = np.linspace(-3.0, 3.0, 20)
    >>> x, height = main_peak(t, np.exp(-((t - 0.1) ** 2)))
    >>> x.round(12).item(), height.round(12).item()
    (0.1, 1.0)
    """
    at = np.clip(f.argmax(axis=-1), 1, f.shape[-1] - 2)[..., None]
    inner = (f.argmax(axis=-1) == at[..., 0]) & (np.take_along_axis(f, at - 1, -1) > 0)[..., 0]
    inner &= (np.take_along_axis(f, at + 1, -1) > 0)[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        before, here, after = (np.log(np.take_along_axis(f, at + k, -1)[..., 0]) for k in (-1, 0, 1))
        bend = before - 2 * here + after
        move = np.where(inner & (bend < 0), 0.5 * (before - after) / bend, 0.0)
        top = np.exp(here - 0.25 * (before - after) * move)
    place = np.take_along_axis(t, at, -1)[..., 0] + move * (t[..., 1] - t[..., 0])
    highest = np.take_along_axis(t, f.argmax(axis=-1)[..., None], -1)[..., 0]
    return np.where(inner, place, highest), np.where(inner, top, f.max(axis=-1))


def width(t: Floats, f: Floats, height: Floats) -> Floats:
    """Width of the main peak at half of its height: from the last crossing before it to the first after it.

    Shapes (..., m), (..., m), (...) in, (...) out, in units of t. Crossings are found by lines between grid points; a
    curve that does not fall to the half counts to the end of its grid.

    Examples
    --------
    >>> t = np.linspace(-4.0, 4.0, 801)
    >>> f = np.exp(-(t**2) / 2)
    >>> width(t, f, np.float64(1.0)).round(4).item()
    2.3548
    """
    m, top = f.shape[-1], f.argmax(axis=-1)[..., None]
    lag = np.arange(m)
    below = f < height[..., None] / 2
    left = np.where(below & (lag < top), lag, -1).max(axis=-1)
    right = np.where(below & (lag > top), lag, m).min(axis=-1)

    def crossing(outer: Ints, inward: int, edge: int) -> Floats:
        out = np.clip(outer, 0, m - 1)[..., None]
        inner = np.clip(out + inward, 0, m - 1)
        low, high = np.take_along_axis(f, out, -1), np.take_along_axis(f, inner, -1)
        a, b = np.take_along_axis(t, out, -1), np.take_along_axis(t, inner, -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            place = a + (b - a) * (height[..., None] / 2 - low) / (high - low)
        return np.where((outer < 0) | (outer >= m), t[..., edge], place[..., 0])

    return np.asarray(crossing(right, -1, m - 1) - crossing(left, 1, 0))


def modes(f: Floats, prominence: float = 0.1) -> Ints:
    """Number of main peaks of every curve: those that stand out by this share of the highest one.

    Shape (..., m) in, (...) out, from 1. A peak stands out by its height above the higher of the valleys that part it
    from higher ground (of equal peaks, from the earlier one); outside the grid a density is zero.

    Examples
    --------
    >>> modes(np.array([[0.1, 1.0, 0.3, 0.5, 0.1], [0.1, 1.0, 0.45, 0.5, 0.1]])).tolist()
    [2, 1]
    """
    rows = f.reshape(-1, f.shape[-1])
    least = prominence * rows.max(axis=1)
    rising, count = np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=np.intp)
    turn = np.zeros(len(rows))
    for v in (*np.ascontiguousarray(rows.T), np.zeros(len(rows))):
        far = np.where(rising, turn - v, v - turn) >= least
        count += far & rising
        turn = np.where(far, v, np.where(rising, np.maximum(turn, v), np.minimum(turn, v)))
        rising ^= far
    return count.reshape(f.shape[:-1])


def bumps(t: Floats, f: Floats, least: float = 1e-3) -> list[Bump]:
    """Every peak of one curve but the main one that stands out by `least` of its height, from left to right.

    A bump begins and ends at the valleys next to it, or at the end of the grid. Shapes (m,) both.

    Examples
    --------
    >>> found = bumps(np.arange(5.0), np.array([0.1, 1.0, 0.3, 0.5, 0.1]))
    >>> [(b.x.__round__(2), b.prominence.__round__(2), b.start, b.end) for b in found]
    [(2.74, 0.24, 2.0, 4.0)]
    """
    padded = np.concatenate([[0.0], f, [0.0]])
    peaks = np.flatnonzero((padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:]))
    top, out = int(f.argmax()), []
    for k in peaks[peaks != top]:
        higher_left, higher_right = np.flatnonzero(f[:k] >= f[k]), np.flatnonzero(f[k + 1 :] > f[k])
        valleys = [f[higher_left[-1] : k].min()] if higher_left.size else []
        valleys += [f[k : k + 2 + higher_right[0]].min()] if higher_right.size else []
        if f[k] - max(valleys) < least * f[top]:
            continue
        start, end = k, k
        while start > 0 and f[start - 1] <= f[start]:
            start -= 1
        while end < f.size - 1 and f[end + 1] <= f[end]:
            end += 1
        near = slice(max(k - 1, 0), k + 2)
        x, height = main_peak(t[near], f[near]) if 0 < k < f.size - 1 else (t[k], f[k])
        out.append(Bump(float(x), float(height), float(height - max(valleys)), float(t[start]), float(t[end])))
    return out


def below(t: Floats, f: Floats) -> Floats:
    """Mass of every density to the left of each grid point, shape (..., m), scaled to end at 1."""
    steps = (f[..., 1:] + f[..., :-1]) * (t[..., 1:] - t[..., :-1]) / 2
    mass = np.concatenate([np.zeros((*f.shape[:-1], 1)), np.cumsum(steps, axis=-1)], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(mass / mass[..., -1:])


def point(t: Floats, mass: Floats, share: float) -> Floats:
    """Where the mass to the left reaches a share, by lines between grid points: (..., m), (..., m) in, (...) out."""
    at = np.clip((mass < share).sum(axis=-1), 1, t.shape[-1] - 1)[..., None]
    low, high = np.take_along_axis(mass, at - 1, -1), np.take_along_axis(mass, at, -1)
    a, b = np.take_along_axis(t, at - 1, -1), np.take_along_axis(t, at, -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((a + (b - a) * (share - low) / (high - low))[..., 0])


def mass_below(t: Floats, mass: Floats, x: Floats) -> Floats:
    """Mass to the left of x on even grids, by lines between grid points: (..., m), (..., m), (...) in, (...) out."""
    m = t.shape[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.nan_to_num((x - t[..., 0]) / (t[..., 1] - t[..., 0]))
    place = np.clip(place, 0, m - 1)
    at = np.clip(place.astype(np.intp), 0, m - 2)[..., None]
    low, high = np.take_along_axis(mass, at, -1)[..., 0], np.take_along_axis(mass, at + 1, -1)[..., 0]
    return np.asarray(low + (high - low) * (place - at[..., 0]))


def skew(x: Floats) -> Floats:
    """Skewness m3 / m2^(3/2) of every sample, shape (..., n) in, (...) out; NaN where all values are equal."""
    away = x - x.mean(axis=-1, keepdims=True)
    away = np.where(x.max(axis=-1, keepdims=True) > x.min(axis=-1, keepdims=True), away, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((away**3).mean(axis=-1) / (away**2).mean(axis=-1) ** 1.5)
