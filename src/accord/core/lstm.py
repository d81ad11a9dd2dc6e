"""Forecasts of many short series by ensembles of small LSTM networks, all trained by one compiled program.

A *case* is a set of histories: a panel cut at a rolling origin, or another variable of it. Every (case, member),
and with `scope="unit"` every (case, member, unit), is one network; chunks of networks run as tasks of the engine at
hand (core/engine.py), with the same bytes for every chunk size and number of workers. This file trains and
gathers; samples are made in core/lstm_samples.py; the network is core/lstm_network.py, which alone needs JAX.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.core.engine import at_hand, ordered
from accord.core.lstm_samples import (
    Case,
    Data,
    Floats,
    Iteration,
    Optimiser,
    Scale,
    Scope,
    Settings,
    Target,
    keys,
    prepared,
    stacked,
)
from accord.errors import InputError, Refused, nearest

Bools = NDArray[np.bool_]
CHUNK, STEPS = 32, 1 << 16
"""Networks in one task, and steps of training in it where that makes fewer: half a second on one processor."""
BESIDE, ROOM = 2048, 1 << 27
"""Networks in one task where an accelerator trains them side by side, and gate values there where that makes fewer."""
EXPLODED = 10.0
"""A final loss beyond this many times the targets' mean square (or 1, if that is larger) is a failed training."""


@dataclass(frozen=True)
class Ensemble:
    """Paths of an ensemble of networks; arrays are in the units of the history."""

    mean: Floats
    """(cases, units, horizon): the mean over members that were not dropped; NaN for a unit without values."""
    members: Floats
    """(cases, members, units, horizon): NaN where dropped."""
    fitted: Floats
    """(cases, units, years): mean one-step values; NaN after `shown` and where there is no full window before."""
    dropped: Bools
    """(cases, members): trainings that diverged; with `scope="unit"`, in any unit."""
    loss: Floats
    """(cases, members): final mean squared error, in standardised numbers unless `scale="none"`."""
    networks: int
    """How many were trained."""


def forecast(
    history: ArrayLike,
    known: ArrayLike,
    horizon: int,
    *,
    seed: int,
    members: int = 20,
    hidden: int = 8,
    window: int = 2,
    iterations: int = 200,
    optimiser: Optimiser = "adam",
    rate: float = 0.01,
    momentum: float = 0.0,
    batch: int | None = 32,
    iteration: Iteration = "step",
    scope: Scope = "global",
    target: Target = "differences",
    scale: Scale = "standard",
    low: float = 0.0,
    high: float = 1.0,
    shown: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    chunk: int | None = None,
    side_by_side: bool | None = None,
) -> Ensemble:
    """Continue every unit of every case by `horizon` years, as the mean of an ensemble of LSTM networks.

    Parameters
    ----------
    history
        Shape (cases, units, years). A unit may start late (NaN before); values after `known` change no path.
    known
        Shape (cases,): years known in each case. All cases of one call are one compiled program.
    horizon
        Years ahead; each value is fed back for the next.
    seed
        A number from 0. Member i is the same whatever the number of members, and a case the same alone or beside others.
    members, hidden, window
        Networks in an ensemble, numbers in a network's state, years it reads.
    iterations, iteration, batch
        With "step", gradient steps, each on `batch` samples drawn at random, or on all of them (None). With "epoch",
        passes over all samples in batches of `batch`, in an order drawn anew for each pass.
    optimiser, rate, momentum
        Adam, or plain gradient steps (with momentum where it is not 0), of the mean squared error.
    scope
        "global": one network for all units of a case; "unit": one for each. A unit without a sample of its own goes
        on by its own mean change (its mean level, with levels), or by that of all units if it has none.
    target
        The numbers learned: yearly differences, or levels.
    scale
        "standard": less mean, over standard deviation, of the training years (of all units together, or of each with
        `scope="unit"`). "none": as they are. Where nothing varies, the forecast is that mean.
    low, high
        Bounds in which every value is kept before it is fed back.
    shown
        Shape (cases,): years for which one-step values are made, by default those known. In later years each reads
        the actual values before it, as a holdout is often scored; it still learns from the known years alone.
    labels
        Shape (cases,), whole numbers from 0: cases of different labels draw different weights. By default all cases
        draw the same, so that they differ by their data alone.
    chunk, side_by_side
        Networks in one task, and whether they are trained side by side (as on an accelerator). No number depends on
        the first; on the second only rounding does.

    Raises
    ------
    InputError
        For shapes or options that do not fit, or a gap within a unit's years.
    Refused
        If a case has too few years for one sample, if every member of a case diverged, or if JAX cannot be imported.

    References
    ----------
    Hochreiter and Schmidhuber (1997), 10.1162/neco.1997.9.8.1735; Adam: Kingma and Ba (2015), arXiv:1412.6980.

    Examples
    --------
    >>> rising = [[[0.2, 0.22, 0.24, 0.26, 0.28, 0.30], [0.5, 0.52, 0.54, 0.56, 0.58, 0.60]]]
    >>> found = forecast(rising, [6], 2, seed=1, members=2, iterations=5)
    >>> found.mean.round(4).tolist(), found.dropped.tolist()
    ([[[0.32, 0.34], [0.62, 0.64]]], [[False, False]])
    """
    settings = Settings(horizon, hidden, iterations, optimiser, rate, momentum, batch, iteration, target, low, high)
    _options_checked(settings, members, window, seed, scope, scale)
    values, years = _checked(history, known)
    own = np.zeros(len(values), dtype="i8") if labels is None else np.asarray(labels, dtype="i8")
    until = years if shown is None else np.maximum(np.asarray(shown, dtype="i8"), years)
    cut = zip(values, years, until, strict=True)
    cases = [prepared(x, t, u, window, settings, scope, scale) for x, t, u in cut]
    network = _network()
    beside = network.accelerated() if side_by_side is None else side_by_side
    data = stacked(cases)
    words = keys(seed, own, members, data.count.shape[1])
    paths, fitted, loss = _trained(network.run, data, words, settings, beside, chunk)
    return _gathered(values, years, cases, settings, paths, fitted, loss)


def _network() -> ModuleType:
    """The program; JAX is imported here and nowhere else."""
    try:
        from accord.core import lstm_network
    except ImportError as error:
        raise Refused(
            f"the LSTM needs the packages jax and optax, which cannot be imported here ({error}); "
            "install them with: pip install jax optax",
            f"LSTM 需要 jax 和 optax 两个软件包，此处无法导入（{error}）；请运行：pip install jax optax",
        ) from error
    return lstm_network


def _options_checked(settings: Settings, members: int, window: int, seed: int, scope: Scope, scale: Scale) -> None:
    whole = {"horizon": settings.horizon, "members": members, "hidden": settings.hidden, "window": window}
    whole |= {"iterations": settings.iterations, "batch": 1 if settings.batch is None else settings.batch}
    for name, number in whole.items():
        if number < 1:
            raise InputError(f"{name} must be at least 1, not {number}")
    words: list[tuple[str, str, Any]] = [
        ("optimiser", settings.optimiser, Optimiser),
        ("iteration", settings.iteration, Iteration),
    ]
    words += [("target", settings.target, Target), ("scope", scope, Scope), ("scale", scale, Scale)]
    for name, word, kind in words:
        if word not in get_args(kind):
            raise InputError(f'unknown {name} "{word}"; {nearest(word, get_args(kind))}')
    if not settings.rate > 0:
        raise InputError(f"rate must be above 0, not {settings.rate:g}")
    if seed < 0:
        raise InputError(f"seed must be a whole number from 0, not {seed}")


def _checked(history: ArrayLike, known: ArrayLike) -> tuple[Floats, NDArray[np.intp]]:
    values, years = np.asarray(history, dtype="f8"), np.asarray(known, dtype="i8")
    if values.ndim != 3 or years.shape != values.shape[:1]:
        raise InputError(f"history must be (cases, units, years) and known (cases,); got {values.shape}, {years.shape}")
    if (years < 1).any() or (years > values.shape[2]).any():
        raise InputError(f"known must lie in 1 to {values.shape[2]}, the years of the history; got {years.tolist()}")
    for case, (x, t) in enumerate(zip(values, years, strict=True)):
        there = np.isfinite(x[:, :t])
        broken = (there[:, :-1] & ~there[:, 1:]).any(axis=1)
        if broken.any():
            raise InputError(f"case {case}, unit {int(broken.argmax())}: a gap after the first year; fill it first")
    return values, years


def _trained(
    run: Callable[..., Any], data: Data, words: NDArray[np.uint32], settings: Settings, beside: bool, chunk: int | None
) -> tuple[Floats, Floats, Floats]:
    """Paths, one-step numbers and losses, first axes (case, member, network)."""
    shape = words.shape[:3]
    case, member, net = (a.ravel() for a in np.indices(shape))
    hands = at_hand()
    size = chunk or _size(data, settings, beside)
    size = min(size, case.size) if beside else size
    tasks = []
    for start in range(0, case.size, size):
        at = np.minimum(np.arange(start, start + size), case.size - 1)
        picked = {k: getattr(data, k)[case[at], net[at]] for k in data._fields if k != "key"}
        part = Data(**picked, key=words[case[at], member[at], net[at]])
        tasks.append((part, settings, min(size, case.size - start), beside))
    made = []
    for done, out in enumerate(ordered(hands.pool, run, tasks), 1):
        made.append(out)
        hands.tell("training networks", done, len(tasks))
    paths, fitted, loss = (np.concatenate(part).astype("f8") for part in zip(*made, strict=True))
    return tuple(a.reshape(shape + a.shape[1:]) for a in (paths, fitted, loss))  # type: ignore[return-value]


def _size(data: Data, settings: Settings, beside: bool) -> int:
    """Networks in a task, by the work or the room each takes."""
    samples = int(data.targets.shape[-1])
    batch = min(settings.batch or samples, samples)
    if beside:
        return max(1, min(BESIDE, ROOM // (4 * settings.hidden * samples * int(data.windows.shape[-1]))))
    steps = settings.iterations * (-(-samples // batch) if settings.iteration == "epoch" else 1)
    return max(1, min(CHUNK, STEPS // steps))


def _gathered(
    values: Floats,
    years: NDArray[np.intp],
    cases: list[Case],
    settings: Settings,
    paths: Floats,
    fitted: Floats,
    loss: Floats,
) -> Ensemble:
    """Paths by unit, and failed trainings dropped."""
    members = paths.shape[1]
    square = np.array([[_square(c.data, r) for r in range(loss.shape[2])] for c in cases])
    idle = np.array([c.data.count == 0 for c in cases])[:, None]
    loss = np.where(idle, 0.0, loss)
    failed = ~np.isfinite(loss) | (loss > EXPLODED * np.maximum(square, 1.0)[:, None])
    absent = np.isnan([x[:, t - 1] for x, t in zip(values, years, strict=True)])
    ways = paths.reshape(len(cases), members, values.shape[1], settings.horizon)
    dropped = failed.any(axis=2) | (~np.isfinite(ways) & ~absent[:, None, :, None]).any(axis=(2, 3))
    if dropped.all(axis=1).any():
        case = int(dropped.all(axis=1).argmax())
        raise Refused(
            f"all {members} networks of a history diverged; a smaller rate than {settings.rate:g} may help",
            f"第 {case} 组的 {members} 个网络全部发散；可尝试小于 {settings.rate:g} 的学习率",
        )
    kept = np.where(dropped[..., None, None], np.nan, ways)
    share = ~dropped / (~dropped).sum(axis=1, keepdims=True)
    mean = np.einsum("cm,cmuh->cuh", share, np.where(dropped[..., None, None], 0.0, ways))
    one = np.full(values.shape, np.nan)
    for i, c in enumerate(cases):
        number = np.einsum("m,mrs->rs", share[i], np.where(dropped[i, :, None, None], 0.0, fitted[i]))
        real = c.unit >= 0
        level = c.base + c.data.centre[:, :1] + c.data.spread[:, :1] * number
        one[i, c.unit[real], c.year[real]] = level[real]
    return Ensemble(mean, kept, one, dropped, loss.mean(axis=2), int(loss.size))


def _square(data: Data, r: int) -> float:
    targets = data.targets[r, : data.count[r]]
    return float((targets**2).mean()) if targets.size else 0.0
