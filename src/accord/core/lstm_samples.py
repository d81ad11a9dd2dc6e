"""Samples for the networks of core/lstm.py: windows of standardised numbers out of short, ragged histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from accord.errors import Refused

Floats = NDArray[np.float64]
Optimiser = Literal["adam", "sgd"]
Iteration = Literal["step", "epoch"]
Scope = Literal["global", "unit"]
Target = Literal["differences", "levels"]
Scale = Literal["standard", "none"]
FLAT = 1e-9
"""Spread, in parts of the largest value, below which a series counts as constant."""


@dataclass(frozen=True)
class Settings:
    """All that a compiled program depends on besides shapes; core/lstm.py says what each is."""

    horizon: int
    hidden: int
    iterations: int
    optimiser: Optimiser
    rate: float
    momentum: float
    batch: int | None
    iteration: Iteration
    target: Target
    low: float
    high: float


class Data(NamedTuple):
    """What one network learns from and continues; S samples of W numbers, N series."""

    windows: Any
    """(S, W), those that count first."""
    targets: Any
    """(S,)"""
    count: Any
    """(), how many samples count."""
    last: Any
    """(N, W), the last window of each series."""
    level: Any
    """(N,), the last value of each series."""
    centre: Any
    """(N,): a value of the series is centre + spread x number."""
    spread: Any
    """(N,), 0 where a series does not vary."""
    key: Any
    """(5,) 32-bit words: the seed's two, label, member, place of the series (0 for all together)."""


@dataclass(frozen=True)
class Case:
    """Samples of one case: R networks (1, or one for each unit), each of N series and at most S samples."""

    data: Data
    """Arrays with a first axis R, key left out."""
    unit: NDArray[np.intp]
    """(R, S), and `year`: whose number a sample's target is; -1 for no sample."""
    year: NDArray[np.intp]
    base: Floats
    """(R, S): what is added to a sample's number to have a level: the level before, or 0."""


def prepared(x: Floats, known: int, shown: int, window: int, settings: Settings, scope: Scope, scale: Scale) -> Case:
    """Samples of one case, (units, years): those of the known years first, then those up to `shown` years.

    Their shapes hold for all cut points of as many years; nothing after `known` enters frame, targets or last window.
    """
    lost = 1 if settings.target == "differences" else 0
    series = np.diff(x[:, :shown], axis=1) if lost else x[:, :shown]
    rows, numbers = (x[None], series[None]) if scope == "global" else (x[:, None], series[:, None])
    centre, spread, divisor = _frame(numbers[:, :, : known - lost], x[:, :known], scale)
    scaled = (numbers - centre[:, None, None]) / divisor[:, None, None]
    nets, units = rows.shape[:2]
    size = units * max(x.shape[1] - lost - window, 1)
    unit, year = np.full((2, nets, size), -1, dtype=np.intp)
    windows, targets, base = np.zeros((nets, size, window)), np.zeros((nets, size)), np.zeros((nets, size))
    count = np.zeros(nets, dtype="i4")
    for r in range(nets if scaled.shape[2] > window else 0):
        cut = np.lib.stride_tricks.sliding_window_view(scaled[r], window + 1, axis=1)
        who, at = np.nonzero(np.isfinite(cut).all(axis=-1))
        late = at + window + lost >= known
        order = np.argsort(late, kind="stable")
        who, at, n = who[order], at[order], len(who)
        count[r] = n - late.sum()
        windows[r, :n], targets[r, :n] = cut[who, at, :-1], np.where(late[order], 0.0, cut[who, at, -1])
        unit[r, :n], year[r, :n] = who + (r if scope == "unit" else 0), at + window + lost
        base[r, :n] = rows[r, who, at + window] if lost else 0.0
    _enough(int(count.max()), known, window, lost)
    last = np.zeros((nets, units, window))
    tail = scaled[:, :, : known - lost][:, :, -window:]
    last[:, :, window - tail.shape[2] :] = np.where(np.isfinite(tail), tail, 0.0)
    spread = np.where(count > 0, spread, 0.0)
    each = np.broadcast_to(centre[:, None], (nets, units)), np.broadcast_to(spread[:, None], (nets, units))
    return Case(Data(windows, targets, count, last, rows[:, :, known - 1], *each, None), unit, year, base)


def _enough(samples: int, known: int, window: int, lost: int) -> None:
    need = window + 1 + lost
    if not samples:
        raise Refused(
            f"{known} known years give no sample of {window} {'changes' if lost else 'years'} and the next; "
            f"the LSTM needs {need} years of one unit at least",
            f"已知 {known} 年，不足以构成一个样本（窗口为 {window}{' 次变化' if lost else ' 年'}）；LSTM 至少需要 {need} 年",
        )


def _frame(numbers: Floats, x: Floats, scale: Scale) -> tuple[Floats, Floats, Floats]:
    """Mean, spread and divisor of each network's numbers (R, N, L), all (R,)."""
    there = np.isfinite(numbers)
    n = there.sum(axis=(1, 2))
    mean = np.where(there, numbers, 0.0).sum(axis=(1, 2)) / np.maximum(n, 1)
    mean[n == 0] = numbers[there].mean() if there.any() else 0.0
    off = np.where(there, numbers - mean[:, None, None], 0.0)
    spread = np.sqrt((off**2).sum(axis=(1, 2)) / np.maximum(n, 1))
    spread[spread <= FLAT * np.nanmax(np.abs(x), initial=0.0)] = 0.0
    if scale == "none":
        moves = spread > 0
        return np.where(moves, 0.0, mean), moves.astype("f8"), np.ones(len(mean))
    return mean, spread, np.where(spread > 0, spread, 1.0)


def stacked(cases: list[Case]) -> Data:
    """The data of all cases, with first axes (case, network)."""
    parts = zip(*(case.data[:-1] for case in cases), strict=True)
    arrays = [np.stack(part) for part in parts]
    return Data._make([*(a if a.dtype == np.int32 else a.astype("f4") for a in arrays), None])


def keys(seed: int, labels: NDArray[np.int64], members: int, nets: int) -> NDArray[np.uint32]:
    """Words that make each network's key, (cases, members, networks, 5)."""
    keys = np.zeros((len(labels), members, nets, 5), dtype="u4")
    keys[..., 0], keys[..., 1] = (seed >> 32) & 0xFFFFFFFF, seed & 0xFFFFFFFF
    keys[..., 2] = labels[:, None, None]
    keys[..., 3] = np.arange(members)[:, None]
    keys[..., 4] = np.arange(nets)
    return keys
