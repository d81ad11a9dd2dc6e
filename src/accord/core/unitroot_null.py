"""Null distributions of panel unit-root statistics at the actual number of units, years and lags, and p-values from them.

At a dozen years the limiting laws are wrong by factors, so panels under the stated null are simulated and the
very statistic is computed on each, lags chosen anew. Where units depend on each other, whole years of changes
flip their sign instead, which keeps the dependence. Panels come in chunks, each with a generator of its own,
so digits are the same on any number of threads or processes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from accord.core import unitroot_laws
from accord.core.engine import ordered
from accord.core.unitroot_panel import Setting, Side, Spans, side, statistics
from accord.core.unitroot_series import Floats, detrended

DRAWS = 20_000
LAW_CELLS, LEAST_DRAWS = 20_000_000, 999
"""Cells that are simulated for one law where nobody says how many panels it takes, as long as these are so many."""
CHUNK_CELLS = 200_000
"""Cells of a chunk of panels: what stays in a processor's cache."""
EXACT = 13
"""Up to 2 to the power of this many flips are all made; beyond, some are drawn."""
KEPT = 256
"""Null distributions kept in memory."""
FORMAT = 1
"""Raised when simulated values change, so that files of earlier versions are not read."""

Null = dict[str, Floats]


@dataclass(frozen=True)
class Design:
    """What a null distribution depends on."""

    setting: Setting
    years: int
    units: int
    spans: Spans | None = None
    """Years of each unit in an unbalanced panel."""
    draws: int = DRAWS
    seed: int = 0


_memory: OrderedDict[Design, Null] = OrderedDict()
_lock = Lock()


def null(design: Design, *, pool: Executor | None = None, folder: Path | None = None) -> Null:
    """Statistics of simulated panels by name, sorted, each of shape (draws,); from memory or `folder` where known.

    For the default number of draws and a size that accord ships (unitroot_laws), quantiles of far more panels.

    Under the null series are independent random walks with normal steps of equal variance and start at 0;
    for CIPS with a common factor of that variance; for Hadri's test, independent normal values.

    Examples
    --------
    >>> found = null(Design(Setting("ht"), years=12, units=5, draws=2000))
    >>> found["z"].shape, bool(-2.2 < np.quantile(found["z"], 0.05) < -1.6)
    ((2000,), True)
    """
    with _lock:
        if design in _memory:
            _memory.move_to_end(design)
            return _memory[design]
    found = _shipped(design) or (_read(folder, design) if folder else None)
    if found is None:
        found = simulated(design, pool)
        if folder:
            with suppress(OSError):  # no room to keep it, or a worker whose disk is another: it is made again
                _write(folder, design, found)
    with _lock:
        _memory[design] = found
        while len(_memory) > KEPT:
            _memory.popitem(last=False)
    return found


def affordable(draws: int, years: int, units: int) -> int:
    """Panels to simulate where nobody says how many: fewer of large ones, so that a law takes seconds and not minutes.

    999 panels tell a p-value of 0.05 to within 0.007, one standard error.

    Examples
    --------
    >>> [affordable(20_000, 20, units) for units in (31, 400, 2_800)]
    [20000, 2500, 999]
    """
    return min(draws, max(LEAST_DRAWS, LAW_CELLS // (years * units)))


def forget() -> None:
    """Empty the memory of null distributions."""
    with _lock:
        _memory.clear()


def simulated_pvalues(found: dict[str, Floats], law: Null, setting: Setting) -> dict[str, Floats]:
    """Share of null statistics at least as far out as those found, each counted with itself; shapes as found.

    Examples
    --------
    >>> law = {"z": np.arange(-4.0, 5.0)}
    >>> float(simulated_pvalues({"z": np.array(-3.5)}, law, Setting("ht"))["z"])
    0.2
    """
    return {name: _share(value, law[name], side(setting, name)) for name, value in found.items()}


def critical_values(law: Floats) -> dict[str, float]:
    """Quantiles of a null distribution at 1, 5 and 10 %, for a test that rejects on the lower side.

    Examples
    --------
    >>> critical_values(np.arange(101.0))
    {'1%': 1.0, '5%': 5.0, '10%': 10.0}
    """
    return {f"{level}%": float(np.quantile(law, level / 100)) for level in (1, 5, 10)}


def flipped(y: Floats, setting: Setting, *, draws: int = DRAWS, seed: int = 0) -> Floats:
    """Panels whose yearly changes have their sign flipped together in all units; (years, units) in, (years, m, units) out.

    Keeps the dependence between units, whatever it is, and their variances; needs symmetric changes without
    autocorrelation. The panel itself is among them, first. With a trend, changes are taken less their mean.
    For Hadri's test the values less mean or trend flip. NaN stays where it is.

    Examples
    --------
    >>> flipped(np.array([[0.0], [1.0], [3.0]]), Setting("ht"))[:, :, 0].T.tolist()
    [[0.0, 1.0, 3.0], [0.0, 1.0, -1.0]]
    """
    return _flipped(y, setting, _signs(len(y) - (setting.test != "hadri"), draws, seed))


def _flipped(y: Floats, setting: Setting, signs: Floats) -> Floats:
    """Panels (years, m, units) under the signs (changes, m)."""
    known = np.isfinite(y)
    hadri = setting.test == "hadri"
    steps = detrended(y, setting.trend) if hadri else np.diff(y, axis=0)
    steps = np.where(np.isfinite(steps), steps, 0.0)
    if setting.trend == "ct" and not hadri:
        own = (known[1:] & known[:-1]).sum(axis=0)
        steps = np.where(known[1:] & known[:-1], steps - steps.sum(axis=0) / np.maximum(own, 1), 0.0)
    new = steps[:, None, :] * signs[:, :, None]
    if not hadri:
        base = np.where(known[0], y[0], 0.0)
        new = np.cumsum(np.concatenate([np.broadcast_to(base, (1, *new.shape[1:])), new]), axis=0)
    return np.where(known[:, None, :], new, np.nan)


def flip_pvalues(
    y: Floats, setting: Setting, spans: Spans | None, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, float]:
    """p-values by name from panels with flipped years, the panel itself among them; (years, units) in.

    Where `every_pattern` of signs is made once, the p-value has no error of simulation.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(10, 4)), axis=0)
    >>> 0 < flip_pvalues(y, Setting("ht"), None)["z"] <= 1
    True
    """
    changes = len(y) - (setting.test != "hadri")
    signs = _signs(changes, draws, seed, whole=every_pattern(changes, draws, *y.shape))
    size = max(1, CHUNK_CELLS // y.size)
    parts = [
        statistics(_flipped(y, setting, signs[:, k : k + size]), setting, spans) for k in range(0, signs.shape[1], size)
    ]
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    out = {}
    for name, all_of in found.items():
        value = all_of[0]
        near = 1e-9 * (1 + abs(value))
        where = side(setting, name)
        beyond = {
            "lower": all_of <= value + near,
            "upper": all_of >= value - near,
            "both": np.abs(all_of) >= abs(value) - near,
        }[where]
        out[name] = float(beyond.mean())
    return out


def _share(value: Floats, law: Floats, where: Side) -> Floats:
    """Tail probability; on both sides twice the smaller tail, since a law need not lie around 0."""
    below = (1 + np.searchsorted(law, value, side="right")) / (len(law) + 1)
    above = (1 + len(law) - np.searchsorted(law, value, side="left")) / (len(law) + 1)
    tail = {"lower": below, "upper": above, "both": np.minimum(1, 2 * np.minimum(below, above))}[where]
    return np.where(np.isnan(value), np.nan, tail)


def every_pattern(changes: int, draws: int, years: int, units: int) -> bool:
    """Whether all patterns of signs are made: up to 14 changes, fewer of large panels, or hardly more than are asked for.

    Examples
    --------
    >>> every_pattern(14, 1_999, 15, 31), every_pattern(14, 999, 15, 2_800), every_pattern(11, 999, 12, 2_800)
    (True, False, True)
    """
    return 1 << (changes - 1) <= max(2 * draws, affordable(2**EXACT, years, units))


def _signs(changes: int, draws: int, seed: int, whole: bool | None = None) -> Floats:
    """Signs (changes, m), the first change always as it is, since statistics do not know a panel from its negative.

    All patterns, or `draws` of them.
    """
    if changes - 1 <= EXACT if whole is None else whole:
        bits = (np.arange(2 ** (changes - 1)) >> np.arange(changes - 1)[:, None]) & 1
    else:
        bits = np.random.default_rng([seed, changes]).integers(0, 2, (changes - 1, draws))
        bits[:, 0] = 0
    return np.concatenate([np.ones((1, bits.shape[1])), 1.0 - 2.0 * bits])


def comes_with_accord(design: Design) -> bool:
    """Whether the law of a design is among those that accord brings along, as quantiles.

    Examples
    --------
    >>> comes_with_accord(Design(Setting("cd"), 12, 31)), comes_with_accord(Design(Setting("cd"), 13, 31))
    (True, False)
    """
    return _shipped(design) is not None


def _shipped(design: Design) -> Null | None:
    """The law of a balanced panel of a size that accord brings along, whatever the seed."""
    if design.spans is not None or design.draws != DRAWS:
        return None
    return unitroot_laws.shipped(unitroot_laws.key(design.setting, design.years, design.units))


def simulated(design: Design, pool: Executor | None) -> Null:
    """Statistics of simulated panels by name, sorted, made anew.

    Examples
    --------
    >>> simulated(Design(Setting("ht"), years=12, units=5, draws=500), None)["z"].shape
    (500,)
    """
    parts = list(ordered(pool, _chunk, _chunks(design)))
    return {name: np.sort(np.concatenate([part[name] for part in parts])) for name in parts[0]}


def _chunks(design: Design) -> Iterator[tuple[Design, int, int]]:
    size = max(1, CHUNK_CELLS // (design.years * design.units))
    for k, first in enumerate(range(0, design.draws, size)):
        yield design, k, min(size, design.draws - first)


def _chunk(design: Design, number: int, panels: int) -> Null:
    rng = np.random.default_rng([design.seed, design.years, design.units, number])
    return statistics(drawn(design, panels, rng), design.setting, design.spans)


def drawn(design: Design, panels: int, rng: np.random.Generator) -> Floats:
    """Panels under the null, shape (years, panels, units), NaN outside the years of a unit.

    Examples
    --------
    >>> drawn(Design(Setting("ht"), years=12, units=5), 3, np.random.default_rng(1)).shape
    (12, 3, 5)
    """
    test = design.setting.test
    y = rng.normal(size=(design.years, panels, design.units))
    if test == "cips":
        y += rng.normal(size=(design.years, panels, 1))
    if test != "hadri":
        y[0] = 0
        np.cumsum(y, axis=0, out=y)
    for i, (first, end) in enumerate(design.spans or ()):
        y[..., i] -= y[first, :, i]
        y[:first, :, i] = np.nan
        y[end:, :, i] = np.nan
    return y


def _path(folder: Path, design: Design) -> Path:
    key = hashlib.sha256(f"{FORMAT} {design!r}".encode()).hexdigest()[:24]
    return Path(folder) / f"null-{key}.npz"


def _read(folder: Path, design: Design) -> Null | None:
    """What a file holds; None where there is none or it is damaged."""
    try:
        with _path(folder, design).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            found = {name: np.asarray(stored[name], dtype="f8") for name in stored.files}
    except Exception:  # a damaged archive raises what it likes; the law is then made and written anew
        return None
    return found if found and all(len(law) == design.draws for law in found.values()) else None


def _write(folder: Path, design: Design, found: Null) -> None:
    """Keep a null distribution; another process may write the same at the same time."""
    to = _path(folder, design)
    to.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=to.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, **found)  # type: ignore[arg-type]
        os.replace(name, to)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
