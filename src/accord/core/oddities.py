"""What strikes the eye in a panel of indicators: breaks in level, jumps of single units, lone extremes, repeats.

All take values (indicator, unit, time), missing as NaN. Changes are differences of logs where an indicator is
positive throughout, else differences in standard deviations. Cut-offs are rules of thumb, set where the known breaks
of real panels are found and simulated panels without any raise few alarms (scripts/check_alarms.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NORMAL_MAD = 1.4826
"""Standard deviation of a normal law over its median absolute deviation."""
TENTH = 1.645
"""Standard deviations that one in ten normal changes exceeds, either way."""
BREAK_STEP, JUMP_STEP = {"log": 0.25, "sd": 0.5}, {"log": 0.4, "sd": 1.0}
"""Least size of a break and of a jump."""
BREAK_YEARS, BREAK_UNITS, JUMP = 5.0, 4.0, 7.0
"""Least size in spreads of the other years' common changes, of units' changes, and of one unit's change."""
RESCALED = np.log(8.0)
"""A common change of logs from which no comparison with other years is needed."""
FEWEST_CHANGES = 5
SQUEEZED = 0.5
"""Share of an indicator's range from which one unit alone is said to hold it."""


@dataclass(frozen=True)
class Break:
    """A year in which the level of most units moves as in no other year."""

    indicator: int
    time: int
    """The first year of the new level."""
    factor: float
    """New level over old, by the median; NaN where changes are not of logs."""
    units: float
    """Share of units whose largest change it is."""


@dataclass(frozen=True)
class Jump:
    """A change of one unit far beyond those of all others."""

    indicator: int
    unit: int
    time: int
    """The odd year where `back`, else the first year after the jump."""
    factor: float
    back: bool
    """Whether the unit is back within two years: one odd value, not a new level."""


@dataclass(frozen=True)
class Lone:
    """A unit that holds a large part of an indicator's range by itself."""

    indicator: int
    unit: int
    share: float
    high: bool


def changes(x: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Yearly changes (indicator, unit, time - 1), and which indicators' are of logs.

    Examples
    --------
    >>> d, log = changes(np.array([[[1.0, np.e, np.e**3]], [[0.0, 1.0, -1.0]]]))
    >>> d[0].round(6).tolist(), log.tolist()
    ([[1.0, 2.0]], [True, False])
    """
    log = np.array([bool((one[np.isfinite(one)] > 0).all()) for one in x])
    out = np.empty((*x.shape[:2], x.shape[2] - 1))
    for j, one in enumerate(x):
        known = one[np.isfinite(one)]
        spread = known.std() if known.size else 0.0
        out[j] = np.diff(np.log(one) if log[j] else one / (spread or 1.0), axis=1)
    return out, log


def breaks(x: Floats) -> list[Break]:
    """Years in which an indicator's level breaks for most units: a new definition, source or unit of measurement.

    The common change is the median over units. It must be far from those of the other years, and from what units do
    in the others; and it must be the largest change of half of them.
    """
    moved, log = changes(x)
    out = []
    for j, d in enumerate(moved):
        if d.shape[1] < 2 or not np.isfinite(d).any(axis=0).all():
            continue
        common = np.nanmedian(d, axis=0)
        for t in range(d.shape[1]):
            rest, years = np.delete(d, t, axis=1), np.delete(common, t)
            usual = float(np.median(years))
            gap = float(common[t]) - usual
            if abs(gap) < BREAK_STEP["log" if log[j] else "sd"]:
                continue
            largest = _largest(d - usual, t)
            wide = NORMAL_MAD * float(np.median(np.abs(years - usual)))
            across = NORMAL_MAD * float(np.nanmedian(np.abs(rest - np.nanmedian(rest, axis=0))))
            apart = d.shape[1] >= FEWEST_CHANGES and abs(gap) >= max(BREAK_YEARS * wide, BREAK_UNITS * across)
            scaled = log[j] and min(abs(gap), abs(common[t])) >= max(RESCALED, BREAK_UNITS * across)
            if largest >= 0.5 and (apart or scaled):
                out.append(Break(j, t + 1, float(np.exp(gap)) if log[j] else np.nan, largest))
    return out


def _largest(d: Floats, t: int) -> float:
    """Share of units whose change in `t` is larger than in any other year."""
    size = np.where(np.isfinite(d), np.abs(d), -1.0)
    others = np.delete(size, t, axis=1).max(axis=1)
    return float((size[:, t] > others).mean())


def jumps(x: Floats) -> list[Jump]:
    """Changes of single units far beyond those of all: a slip of the pen, another unit of measurement, a new source.

    A change is taken against the median of its year; the spread of all changes of an indicator is the yardstick.
    """
    moved, log = changes(x)
    out = []
    for j, d in enumerate(moved):
        if not np.isfinite(d).any() or d.shape[0] < 3:
            continue
        known = np.isfinite(d).any(axis=0)
        apart = d - np.where(known, np.nanmedian(np.where(known, d, 0.0), axis=0), np.nan)
        spread = float(np.nanquantile(np.abs(apart), 0.9)) / TENTH
        least = max(JUMP * spread, JUMP_STEP["log" if log[j] else "sd"])
        out += [found for u, own in enumerate(apart) for found in _of_unit(j, u, own, least, bool(log[j]))]
    return out


def _of_unit(j: int, u: int, own: Floats, least: float, log: bool) -> list[Jump]:
    """Jumps of a unit; two that undo each other within two years are one odd value."""
    out, t = [], 0
    while t < own.size:
        size = own[t]
        if not abs(size) >= least:
            t += 1
            continue
        after = [k for k in (1, 2) if t + k < own.size and abs(own[t : t + k + 1].sum()) < abs(size) / 2]
        factor = float(np.exp(size)) if log else np.nan
        out.append(Jump(j, u, t + 1, factor, bool(after)))
        t += after[0] + 1 if after else 1
    return out


def lone_extremes(x: Floats) -> list[Lone]:
    """Units that alone hold half of an indicator's range or more, which squeezes all others when it is scaled.

    Examples
    --------
    >>> lone_extremes(np.array([[[1.0, 2.0], [2.0, 3.0], [2.0, 9.0]]]))
    [Lone(indicator=0, unit=2, share=0.75, high=True)]
    """
    out = []
    for j, one in enumerate(x):
        known = np.isfinite(one).any(axis=1)
        if known.sum() < 3 or not np.nanmax(one) > np.nanmin(one):
            continue
        width = float(np.nanmax(one) - np.nanmin(one))
        for high in (True, False):
            edge = np.where(np.isfinite(one), one if high else -one, -np.inf).max(axis=1)
            first, second = np.argsort(-edge, kind="stable")[:2]
            share = float(edge[first] - edge[second]) / width
            if share >= SQUEEZED:
                out.append(Lone(j, int(first), share, high))
    return out


def longest_repeat(x: Floats) -> NDArray[np.intp]:
    """Years in a row with the same value (indicator, unit), those at the indicator's bounds not counted.

    Examples
    --------
    >>> longest_repeat(np.array([[[5.0, 5.0, 5.0, 9.0], [1.0, 2.0, 3.0, 3.0]]])).tolist()
    [[3, 2]]
    """
    out = np.zeros(x.shape[:2], dtype=np.intp)
    for j, one in enumerate(x):
        inner = np.isfinite(one) & (one < np.nanmax(one, initial=-np.inf)) & (one > np.nanmin(one, initial=np.inf))
        run = np.zeros(one.shape[0], dtype=np.intp)
        for t in range(one.shape[1]):
            same = (one[:, t] == one[:, t - 1]) & inner[:, t] if t else np.zeros(one.shape[0], dtype=bool)
            run = np.where(same, run + 1, inner[:, t].astype(np.intp))
            out[j] = np.maximum(out[j], run)
    return out


def against(z: Floats, of: NDArray[np.intp]) -> Floats:
    """Correlation over years within units of each normalised indicator with the mean of the others in its group `of`.

    Values (indicator, unit, time) in which more is better. Strongly negative means that the indicator moves against
    the rest of its subsystem, as one taken in the wrong direction would. NaN where it stands alone or does not move.
    """
    out = np.full(len(z), np.nan)
    for j in range(len(z)):
        mates = np.flatnonzero((of == of[j]) & (np.arange(len(z)) != j))
        if not mates.size:
            continue
        a, b = (one - one.mean(axis=1, keepdims=True) for one in (z[j], z[mates].mean(axis=0)))
        scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
        if scale > 1e-12:
            out[j] = float((a * b).sum()) / scale
    return out
