"""Tables to panels: a plain `xr.Dataset` of indicators by unit and year, checked, derived and gap-filled."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core import gaps
from accord.errors import InputError, brief, nearest
from accord.sheets import Sheet, folded
from accord.study import expression
from accord.study.checks import check_subsystems, refuse_constant
from accord.study.columns import Columns, Grid, is_text
from accord.study.derivation import traced
from accord.study.source import LARGEST
from accord.study.system import TAKEN, IndicatorSystem


def build_panel(
    sheet: Sheet,
    system: IndicatorSystem | None = None,
    indices: Sequence[str] | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
    region: str | None = None,
    label_zh: str | None = None,
    inside: gaps.Inside = "linear",
    ends: gaps.Ends = "hold",
    k: int = 3,
    deflator_base: int | None = None,
) -> xr.Dataset:
    """A checked panel from a long table with a row per unit and year.

    With a `system` its indicators are computed (`expr`, `deflator`) and gaps filled unit by unit; with
    `indices` those columns are subsystem indices already; with neither every number column is an
    indicator without a place in a system.

    Returns
    -------
    Dataset with `indicators` (unit, time, indicator) and `gap_rule`, or `score` (unit, time, subsystem);
    coords `region` and `label_zh` along unit, the system along indicator.

    Raises
    ------
    InputError
        For whatever DESIGN calls bad input: one sentence with file, row, column and the mend.
    """
    _check_rules(inside, ends, k)
    if indices is not None:
        indices = _index_names(indices, sheet)
    needed = dict.fromkeys(indices, "an index") if indices else system.columns() if system else {}
    columns = _placed(sheet, needed, "indices" if indices else "indicator table", (unit, time, region, label_zh))
    wanted = list(needed)
    grid = Grid.of(sheet, columns)
    if not wanted:
        wanted = [c for c in sheet.columns if c not in columns.roles() and not is_text(sheet, c)]
        if not wanted:
            raise InputError(f"{sheet.place()}: no column holds numbers")
    raw = {column: sheet.numbers(column) for column in wanted}
    if all(np.isnan(values).all() for values in raw.values()):
        raise InputError(
            f"{sheet.place()}: no number is filled in yet; fill {_some(wanted)} for {len(grid.units)} units and "
            f"{grid.years.size} years (cells may stay empty, they are filled by the gap rule)"
        )
    data = (
        _indices(sheet, grid, raw) if indices else _indicators(sheet, grid, raw, system, inside, ends, k, deflator_base)
    )
    laid = {column: grid.lay(values) for column, values in raw.items()}
    base = _base(grid, deflator_base) if system is not None and any(one.deflator for one in system) else None
    inside_of = f"{sheet.file}/"
    cell = None if sheet.origin is None else lambda row, name: sheet.place(row, name).removeprefix(inside_of)
    cells = traced(system, laid, grid.rows(sheet), base, cell)
    panel = xr.Dataset(data | cells, coords=grid.coords(sheet, columns))
    unused = [c for c in sheet.columns if c not in {*columns.roles(), *wanted}]
    panel.attrs = {"source": sheet.place(), "unused_columns": unused, "encoding": sheet.encoding}
    panel.attrs["gaps"] = json.dumps({"inside": inside, "ends": ends, "k": k})
    return panel


def _check_rules(inside: str, ends: str, k: int) -> None:
    """Refuse rules for gaps that there are none of."""
    for end, rule, allowed in (("inside", inside, gaps.Inside), ("ends", ends, gaps.Ends)):
        if rule not in get_args(allowed):
            raise InputError(f'unknown gap rule {end} = "{brief(rule)}"; {nearest(rule, get_args(allowed))}')
    if k < 1:
        raise InputError(f"k = {k}: `trend` and `nearest_mean` look at one observation at least")


def _placed(sheet: Sheet, needed: dict[str, str], of: str, named: tuple[str | None, ...]) -> Columns:
    """The columns of a table by their part in the panel; those that indicators or indices need are there, and are no label."""
    for column, what in needed.items():
        if column not in sheet.frame:
            raise InputError(
                f'{sheet.place()}: no column "{brief(column)}" for {what}; {nearest(column, sheet.columns)}'
            )
    unit, time, region, label_zh = named
    columns = Columns.find(sheet, unit, time, region, label_zh, list(needed))
    for name, what in columns.roles().items():
        if name in needed and not needed[name].startswith("the formula"):
            raise InputError(
                f"{sheet.place(column=name)}: the column holds {what} and cannot be {needed[name]} too; take it out of the "
                f"{of}, or say which column holds {what}"
            )
    return columns


def _index_names(indices: Sequence[str], sheet: Sheet) -> list[str]:
    names = [folded(name) for name in indices]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(f'{sheet.place()}: index "{brief(twice[0])}" is named twice in `indices`; name each once')
    if taken := [name for name in names if name in TAKEN]:
        raise InputError(f'{sheet.place()}: an index cannot be called "{taken[0]}", as a result is; rename the column')
    if len(names) < 2:
        few = f"one index only ({names[0]})" if names else "`indices` is empty"
        raise InputError(f"{sheet.place()}: {few}; coupling needs at least two subsystems")
    return names


def _indices(sheet: Sheet, grid: Grid, raw: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    for column, values in raw.items():
        for bad, what in ((np.isnan(values), "is missing"), (values < 0, "is negative"), (values > 1, "is above 1")):
            if bad.any():
                row = int(np.flatnonzero(bad)[0])
                raise InputError(
                    f"{sheet.place(row, column)}: the index {what} ({values[row]:g}); subsystem indices lie in [0, 1]"
                )
    stacked = np.stack([grid.lay(values) for values in raw.values()], axis=-1)
    return {"score": xr.DataArray(stacked, dims=("unit", "time", "subsystem"), coords={"subsystem": list(raw)})}


def _indicators(
    sheet: Sheet, grid: Grid, raw: dict[str, NDArray[np.float64]], system: IndicatorSystem | None,
    inside: gaps.Inside, ends: gaps.Ends, k: int, deflator_base: int | None,
) -> dict[str, Any]:  # fmt: skip
    if system is not None:
        check_subsystems("the indicator table", system.subsystems)
    values = {key: raw[key] for key in raw} if system is None else _derive(sheet, grid, raw, system, deflator_base)
    keys = list(values)
    x = np.stack([grid.lay(values[key]) for key in keys])
    for j, u in np.argwhere(np.isnan(x).all(axis=2)):
        if np.isnan(x[j]).all():
            raise InputError(
                f'{sheet.place()}: indicator "{keys[j]}" has no value at all; fill the column or take it out of the indicator table'
            )
        raise InputError(
            f'{sheet.place()}: indicator "{keys[j]}" has no value for {grid.units[u]} in any year, and gaps are never filled across units; '
            "give it a value or take the unit or the indicator out"
        )
    if (np.abs(x) > LARGEST).any():
        j, u, t = np.argwhere(np.abs(x) > LARGEST)[0]
        raise InputError(
            f'{sheet.place()}: indicator "{keys[j]}" is {x[j, u, t]:.3g} for {grid.name(sheet, u, t)}, '
            "too large to compute with; mend it or use a larger unit of measurement"
        )
    filled, rule = gaps.fill(x, grid.years, inside, ends, k)
    if np.isnan(filled).any():
        j, u, t = np.argwhere(np.isnan(filled))[0]
        raise InputError(
            f'{sheet.place()}: indicator "{keys[j]}" is still missing for {grid.name(sheet, u, t)} under the gap rule; choose another rule or fill the cell'
        )
    if system is not None:
        refuse_constant(sheet.place(), keys, filled)
    dims = ("unit", "time", "indicator")
    order: Callable[[Any], Any] = lambda a: np.moveaxis(a, 0, -1)  # noqa: E731
    coords = {"indicator": keys, **(system.coords() if system is not None else {})}
    target = coords.pop("target", None)
    out: dict[str, Any] = {
        "indicators": xr.DataArray(order(filled), dims=dims, coords=coords),
        "gap_rule": xr.DataArray(order(rule), dims=dims, coords={"indicator": keys}),
    }
    return out if target is None else {**out, "target": target}


def _derive(
    sheet: Sheet, grid: Grid, raw: dict[str, NDArray[np.float64]], system: IndicatorSystem, base: int | None
) -> dict[str, NDArray[np.float64]]:
    out = {}
    if base is not None and not any(one.deflator for one in system):
        raise InputError(
            f"{sheet.place()}: deflator_base = {base} has no meaning, as no indicator has a deflator; take it out"
        )
    for one in system:
        try:
            values = expression.evaluate(one.expr, raw) if one.expr else raw[one.key]
        except expression.RowError as error:
            raise InputError(f'{sheet.place(error.row)}: indicator "{one.key}": {error}') from error
        except InputError as error:
            raise InputError(f'{sheet.place()}: indicator "{one.key}": {error}') from error
        out[one.key] = (
            values if not one.deflator else _constant_prices(sheet, grid, values, raw[one.deflator], one.deflator, base)
        )
    return out


def _constant_prices(
    sheet: Sheet, grid: Grid, values: NDArray[np.float64], deflator: NDArray[np.float64], name: str, base: int | None
) -> NDArray[np.float64]:
    """Values at prices of the base year (the first by default): x * deflator(base) / deflator."""
    if (deflator <= 0).any() or np.isnan(deflator).any():
        row = int(np.flatnonzero(~(deflator > 0))[0])
        raise InputError(f"{sheet.place(row, name)}: the deflator must be present and positive")
    year = _base(grid, base)
    if year not in grid.years:
        raise InputError(
            f"{sheet.place()}: deflator_base = {year} is not a year of the panel ({grid.years[0]}-{grid.years[-1]}); name one that is"
        )
    level = grid.lay(deflator)
    out = np.empty_like(values)
    out[grid.position] = (grid.lay(values) * level[:, [int(np.flatnonzero(grid.years == year)[0])]] / level).ravel()
    return out


def _some(columns: Sequence[str], shown: int = 3) -> str:
    """Columns by name, the first few where they are many."""
    names = ", ".join(brief(column) for column in columns[:shown])
    more = f" and {len(columns) - shown} more" if len(columns) > shown else ""
    return f"the column{'s' * (len(columns) > 1)} {names}{more}"


def _base(grid: Grid, base: int | None) -> int:
    """The year whose prices are kept: the first where none is named."""
    return int(grid.years[0]) if base is None else base
