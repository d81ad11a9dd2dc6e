"""Printed tables to labelled numbers: which cells are units, years and indicators, wherever a table has them.

A table is a block of numbers with heads above and labels beside it. Each head and each label is told
to be a unit, a year, an indicator or a unit of measurement; what neither heads nor labels say comes
from the lines around the table, the name of the sheet and that of the file. All layouts follow from
this: years across or down, units across or down, a table a year, two levels of heads, long tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.io.axes import Axis, labels_down
from accord.io.blocks import Block, blocks, only_first, spread_merged
from accord.io.dates import with_years
from accord.io.heads import heads_across, heads_of
from accord.io.printed import printed
from accord.io.surroundings import Around, look_around
from accord.io.year_lines import NoTable, Texts, is_number
from accord.places import plain
from accord.sheets.cells import Grid, letters
from accord.unit_tables import UnitTable


@dataclass
class Table:
    """A block of numbers with what its heads, its labels and its surroundings say."""

    grid: Grid
    rows: list[int]
    columns: list[int]
    down: Axis
    across: Axis
    values: NDArray[np.float64]
    table: UnitTable | None
    """The table of units that its units stand in, where there is one."""
    names: dict[str, str]
    """Units as they are spelled here, by their keys."""
    notes: list[str] = field(default_factory=list)
    """What was left out or taken off, in words."""


def read_tables(grid: Grid, tables: Sequence[UnitTable]) -> list[Table]:
    """The tables of a sheet, one below the other.

    Raises
    ------
    NoTable
        Where none is recognised, or its numbers are of months and quarters.
    InputError
        Where one is, and a cell of it is no number or a unit is nearly one that is known.
    """
    grid = replace(grid, cells=with_years(grid))
    spread = spread_merged(grid)
    return [_labelled(grid, spread, block, tables) for block in blocks(grid, spread, tables)]


def _labelled(grid: Grid, spread: Texts, block: Block, tables: Sequence[UnitTable]) -> Table:
    """A block with what its heads, labels and surroundings say of each cell; its cells as numbers."""
    spread = only_first(grid, spread, block)
    around = look_around(grid, spread, block, tables)
    names = {around.unit: around.name} if around.unit else {}
    across, table = heads_across(grid, spread, block, tables, around, names)
    body, down, found, notes = labels_down(grid, spread, block, tables, across, around, names)
    table = table or found or around.table
    heads = {c: " ".join(head) for c, head in zip(block.values, heads_of(spread, block), strict=True)}
    kept = [i for i in range(len(block.values)) if across.unit[i] or across.year[i] or across.indicator[i]]
    notes += _dropped(spread, body, heads, set(block.values) - {block.values[i] for i in kept}, "has no head")
    values, across = [block.values[i] for i in kept], across.take(kept)
    if not body or not values:
        raise NoTable("no numbers beside names of units" if not body else "no column of numbers has a head")
    _refuse_faults(grid, range(block.top, block.first), values)
    numbers, values, across, more = _numbers(grid, spread, body, values, across, heads)
    _complete(grid, down, across, around, block, names)
    for said, what in (
        (across.year if not any(down.year) else [], "year"),
        (across.unit if not any(down.unit) else [], "unit"),
    ):
        lacking = {c for c, one in zip(values, said, strict=False) if not one}
        notes += _dropped(spread, body, heads, lacking, f"has no {what}")
    return Table(grid, body, values, down, across, numbers, table, names, notes + more)


def _dropped(spread: Texts, body: list[int], heads: dict[int, str], columns: set[int], why: str) -> list[str]:
    """Notes of columns of numbers that are left out."""
    lost = [c for c in sorted(columns) if any(map(is_number, spread[body, c].tolist()))]
    said = [
        f'column {letters(c)} ("{brief(heads[c], 20)}") {why}' if heads[c] else f"column {letters(c)} {why}"
        for c in lost[:6]
    ]
    return said + [f"{len(lost) - 6} more columns like it"] * (len(lost) > 6)


def _numbers(
    grid: Grid, spread: Texts, body: list[int], values: list[int], across: Axis, heads: dict[int, str]
) -> tuple[NDArray[np.float64], list[int], Axis, list[str]]:
    """The block as numbers, without columns of remarks."""
    cells = spread[np.ix_(body, values)]
    read = printed(cells)
    _refuse_faults(grid, body, values)
    if read.decimal is not None:
        r, c = body[read.decimal[0]], values[read.decimal[1]]
        raise InputError(f'{grid.place(r, c)}: "{brief(spread[r, c])}" is not a number; write it with a decimal point')
    held = (cells != "").sum(axis=0)
    remarks = (read.bad.sum(axis=0) > 0.5 * held) & (held > 0)
    for i in np.flatnonzero(
        remarks
    ).tolist():  # of a year no column is one of remarks: what stands in it is to be mended
        remarks[i] = not (across.year[i] and any(x.isdigit() for text in cells[read.bad[:, i], i] for x in text))
    notes = [
        f'column {letters(values[i])} ("{brief(heads[values[i]], 20)}") holds texts' for i in np.flatnonzero(remarks)
    ]
    kept = np.flatnonzero(~remarks)
    bad = np.argwhere(read.bad[:, kept])
    if bad.size:
        r, c = body[bad[0][0]], values[kept[bad[0][1]]]
        hint = (
            "write the number alone" if any(x.isdigit() for x in spread[r, c]) else "write a number or leave it empty"
        )
        raise InputError(f'{grid.place(r, c)}: "{brief(spread[r, c])}" is not a number; {hint}')
    if not kept.size:
        raise NoTable("its columns hold texts, no numbers")
    share = read.percent[:, kept].sum(axis=0)
    for i, c in enumerate(kept.tolist()):
        if share[i]:
            if share[i] < np.isfinite(read.values[:, c]).sum():
                r = body[int(np.flatnonzero(read.percent[:, c])[0])]
                raise InputError(
                    f'{grid.place(r, values[c])}: "{spread[r, values[c]]}" is in per cent, others of its column are not; write all alike'
                )
            across.measure[c] = across.measure[c] or "%"
    notes += [f"marks of footnotes taken off {read.marked} cell{'s' * (read.marked > 1)}"] * bool(read.marked)
    axis = across.take(kept)
    return read.values[:, kept], [values[i] for i in kept], axis, notes


def _refuse_faults(grid: Grid, body: Sequence[int], values: Sequence[int]) -> None:
    rows, columns = set(body), set(values)
    for (r, c), (_, wrong) in sorted(grid.faults.items()):
        if r in rows and c in columns:
            raise InputError(f"{grid.place(r, c)}: {wrong}")


def _complete(grid: Grid, down: Axis, across: Axis, around: Around, block: Block, names: dict[str, str]) -> None:
    """What is not said beside or above the numbers comes from around them.

    Raises
    ------
    NoTable
        Where nothing says which year, unit or indicator they are of.
    """
    if not any(down.year) and not any(across.year):
        if not (year := around.year(grid)):
            raise NoTable("no year is found in it, in its title, nor in the names of its sheet and file")
        down.year = [year] * len(down.year)
    if not any(down.unit) and not any(across.unit):
        if around.unit:
            down.unit = [around.unit] * len(down.unit)
        elif block.years is not None and around.titled and len(set(across.indicator)) > 1:
            names |= {plain(name): name for name in across.indicator}
            across.unit, across.indicator = [plain(name) for name in across.indicator], [""] * len(across.unit)
        elif block.years is not None and len(set(across.indicator)) > 1:
            raise NoTable("nothing says whether its columns are units or indicators; a table of units tells (--units)")
        else:
            raise NoTable("no units are found in it, nor in the names of its sheet and file")
    if any(down.indicator):
        across.indicator = [""] * len(across.indicator)
    elif not any(across.indicator):
        across.indicator = [around.indicator] * len(across.indicator)
    if not any(down.indicator) and not all(across.indicator):
        across.indicator = [name or around.indicator for name in across.indicator]
    if not any(down.indicator) and not any(across.indicator):
        raise NoTable("nothing says which indicator it holds")
    if len(set(across.indicator)) == 1:
        across.measure = [m or around.measure for m in across.measure]


def labelled_cells(table: Table) -> Iterator[tuple[str, str, NDArray[np.intp], NDArray[np.intp]]]:
    """Each indicator of a table with its unit of measurement, and the rows and columns of its numbers."""
    rows, columns = np.indices(table.values.shape)
    labels = list(zip(table.down.indicator, table.down.group, strict=True))
    heads = np.array(table.across.indicator, dtype=object)
    for down, group in dict.fromkeys(labels):
        r = np.array([label == (down, group) for label in labels])
        for across in dict.fromkeys(table.across.indicator):
            at = np.flatnonzero((r[:, None] & (heads == across)[None, :]).ravel())
            name = " ".join(dict.fromkeys(part for part in (down, across, group) if part))
            measures = (
                [table.down.measure[rows.flat[at[0]]], table.across.measure[columns.flat[at[0]]]] if at.size else []
            )
            yield name, next((m for m in measures if m), ""), rows.ravel()[at], columns.ravel()[at]
