"""Equations of a panel VAR with their instruments: transformed rows, and level rows beside them for a system.

Lag windows are counted as for first differences: (2, 4) is y of two to four years before the difference. A
forward deviation stands a year earlier, so the same window is y of one to three years before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from accord.core.pvar_data import Bools, Floats, Operator, Rows, Transform, lagged, level_rows, operator

Window = tuple[int, int | None]


@dataclass(frozen=True)
class Model:
    """What is estimated: regressors, transformation, instruments.

    Windows in the timing of first differences. `sample_lags`: the sample is that of so many lags. `strict` leaves
    out rows that lack an instrument, in place of a zero there.
    """

    lags: int = 1
    transform: Transform = "fod"
    system: bool = False
    collapse: bool = True
    window: Window = (2, 4)
    constant: bool = False
    """In level rows; needs `system`."""
    sample_lags: int | None = None
    strict: bool = False


@dataclass(frozen=True)
class Panel:
    """Data of the model: `y` (units, years, variables), and further regressors of the same units and years."""

    y: Floats
    exogenous: Floats | None = None
    predetermined: Floats | None = None

    @property
    def others(self) -> Floats | None:
        """Further regressors, predetermined ones first."""
        found = [part for part in (self.predetermined, self.exogenous) if part is not None]
        return np.concatenate(found, axis=-1) if found else None


@dataclass(frozen=True)
class Equations:
    """Stacked rows: `y` (units, rows, equations), `x` (units, rows, regressors), `z` (units, rows, instruments).

    The first `transformed` rows are transformed, the others levels; rows not kept are zero. `h` (patterns, rows,
    rows) is the covariance of a unit's errors in one-step weighting up to scale, None for the identity.
    """

    y: Floats
    x: Floats
    z: Floats
    kept: Bools
    h: Operator | None
    transformed: int
    levels: Rows
    years: tuple[int, ...] = field(default=())
    """Year of each row, as a position in the data."""


@dataclass(frozen=True)
class Stack:
    """Transformed rows with their instruments."""

    y: Floats
    x: Floats
    z: Floats
    kept: Bools


def equations(panel: Panel, model: Model) -> Equations:
    """Transformed rows with their instruments, and level rows instrumented by differences where asked.

    Exogenous regressors instrument themselves; predetermined ones have a window one lag nearer than y's. One
    column for each lag and variable if collapsed, else for each year, lag and variable. Columns without any
    value are left out.

    References
    ----------
    Holtz-Eakin, Newey and Rosen (1988), 10.2307/1913103; Blundell and Bond (1998),
    10.1016/S0304-4076(98)00009-8; Roodman (2009), 10.1177/1536867X0900900106.

    Examples
    --------
    >>> y = np.random.default_rng(0).normal(size=(5, 6, 1))
    >>> equations(Panel(y), Model(window=(2, None), collapse=False)).z.shape
    (5, 4, 10)
    """
    rows, change, kept = transformed(panel, model)
    z = _window_columns(panel, model, rows.first, kept)
    own = _own_columns(panel, model, rows)
    if model.strict:
        kept = kept & np.isfinite(z).all(axis=-1)
    z = np.where(kept[..., None] & np.isfinite(z), z, 0.0)
    if own.shape[-1]:
        z = np.concatenate([z, change(own) * kept[..., None]], axis=-1)
    if not model.collapse:
        z = _by_year(z, z.shape[-1] - own.shape[-1])
    y, x = change(rows.y) * kept[..., None], change(rows.x) * kept[..., None]
    some = kept.any(axis=0)
    if not model.system:
        h = None if model.transform == "fod" else Operator(_band(int(some.sum())), np.zeros(len(y), dtype=np.intp))
        y, x, z = (part if some.all() else part[:, some] for part in (y, x, z))
        years = tuple(int(r) + rows.first for r in np.flatnonzero(some))
        return Equations(y, x, _filled(z), kept[:, some], h, int(some.sum()), rows, years)
    return _system(panel, model, rows, change, Stack(y, x, z, kept), own)


def transformed(panel: Panel, model: Model) -> tuple[Rows, Operator, Bools]:
    """Rows in levels, their transformation, and the transformed rows (units, rows) that the sample keeps.

    Rows are transformed with all that the model's own lags allow, and then cut to the sample.
    """
    rows = level_rows(panel.y, model.lags, panel.others, deepest=model.sample_lags, constant=model.constant)
    change = operator(rows.used, model.transform)
    if (model.sample_lags or 0) <= model.lags:
        return rows, change, change.kept
    sample = level_rows(panel.y, model.sample_lags or 0, panel.others).used
    return rows, change, change.kept & operator(sample, model.transform).kept


def _window_columns(panel: Panel, model: Model, first: int, kept: Bools) -> Floats:
    """Levels as instruments of transformed rows, (units, rows, columns): lag by lag, NaN where unknown."""
    units, rows = kept.shape
    shift = 1 if model.transform == "fod" else 0
    last = first + int(np.flatnonzero(kept.any(axis=0)).max(initial=0))
    parts = []
    for values, nearer in ((panel.y, 0), (panel.predetermined, 1)):
        if values is None:
            continue
        near, far = model.window
        deepest = last if far is None else min(far - shift - nearer, last)
        lags = range(near - shift - nearer, deepest + 1)
        parts.append(lagged(values, lags, first).reshape(units, rows, len(lags) * values.shape[2]))
    return np.concatenate(parts, axis=-1)


def _own_columns(panel: Panel, model: Model, rows: Rows) -> Floats:
    """Regressors that instrument themselves, in levels: the exogenous ones and the constant."""
    nearer = 0 if panel.predetermined is None else panel.predetermined.shape[-1]
    return rows.x[..., panel.y.shape[-1] * model.lags + nearer :]


def _by_year(z: Floats, columns: int) -> Floats:
    """The first `columns` instruments apart for each row, the others as they are; empty ones left out."""
    units, rows, width = z.shape
    row, column = np.nonzero(z[..., :columns].any(axis=0))
    out = np.zeros((units, rows, len(row) + width - columns))
    out[:, row, np.arange(len(row))] = z[:, row, column]
    out[..., len(row) :] = z[..., columns:]
    return out


def _system(panel: Panel, model: Model, rows: Rows, change: Operator, top: Stack, own: Floats) -> Equations:
    """Transformed rows over level rows; these have the lagged change of y, and of predetermined ones today's."""
    if (model.sample_lags or 0) > model.lags:
        used = rows.used & level_rows(panel.y, model.sample_lags or 0, panel.others).used
        rows, own = Rows(rows.y * used[..., None], rows.x * used[..., None], used, rows.first), own * used[..., None]
    changes = _changes(panel, model, rows)
    units, length = rows.used.shape
    wide = top.z.shape[-1] - own.shape[-1]
    end = wide + changes.shape[-1]
    z = np.zeros((units, 2 * length, end + own.shape[-1]))
    z[:, :length, :wide], z[:, :length, end:] = top.z[..., :wide], top.z[..., wide:]
    z[:, length:, wide:end], z[:, length:, end:] = changes, own
    m, turned = change.matrices, change.matrices.transpose(0, 2, 1)
    h = np.block([[m @ turned, m], [turned, np.broadcast_to(np.eye(length), m.shape)]])
    return Equations(
        np.concatenate([top.y, rows.y], axis=1),
        np.concatenate([top.x, rows.x], axis=1),
        _filled(z),
        np.concatenate([top.kept, rows.used], axis=1),
        Operator(h, change.pattern),
        length,
        rows,
        tuple(range(rows.first, rows.first + length)) * 2,
    )


def _changes(panel: Panel, model: Model, rows: Rows) -> Floats:
    """Lagged yearly changes, instruments of level rows."""
    near = model.window[0] - 1
    parts = []
    for values, nearer in ((panel.y, 0), (panel.predetermined, 1)):
        if values is not None:
            both = lagged(values, range(near - nearer, near - nearer + 2), rows.first)
            parts.append(both[:, :, 0] - both[:, :, 1])
    found = np.where(rows.used[..., None], np.nan_to_num(np.concatenate(parts, axis=-1)), 0.0)
    return found if model.collapse else _by_year(found, found.shape[-1])


def _filled(z: Floats) -> Floats:
    """Columns that have a value."""
    some: Bools = np.asarray(z.any(axis=(0, 1)))
    return z if some.all() else np.ascontiguousarray(z[..., some])


def _band(rows: int) -> Floats:
    """tridiag(2, -1), the covariance of first differences of independent errors."""
    return (2 * np.eye(rows) - np.eye(rows, k=1) - np.eye(rows, k=-1))[None]
