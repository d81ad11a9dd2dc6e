"""Indicators of many tables side by side: one name, one label for each unit, one value for each cell of the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.io.yearbook import Table, labelled_cells
from accord.sheets.cells import Grid
from accord.unit_tables import UnitTable

RESERVED = ("unit", "label_zh", "region", "year")
"""Columns of a panel's table that are no indicators."""
ALIKE = 0.88
"""Likeness of two names from which they are taken for spellings of one."""
LIKE = 1e-9
"""Relative difference up to which two printed values are the same."""
Labels = dict[str, tuple[str, str, str]]
Cells = dict[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Source:
    """One indicator as it stands in one table."""

    grid: Grid
    file: str
    """Name of the file, in its folder."""
    indicator: str
    measure: str
    units: NDArray[np.object_]
    """Keys of the units, along the values."""
    years: NDArray[np.int64]
    values: NDArray[np.float64]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    table: UnitTable | None
    names: dict[str, str]
    """Units as they are spelled here, by their keys."""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        held = np.isfinite(self.values)
        years = np.unique(self.years[held])
        sheet = f', sheet "{brief(self.grid.name)}"' if self.grid.name else ""
        measure = f" ({brief(self.measure, 24)})" if self.measure else ""
        said = f"{brief(self.file)}{sheet}: {brief(self.indicator)}{measure}, {counted(len(set(self.units[held])), 'unit')} x "
        gaps = np.setdiff1d(np.arange(years[0], years[-1] + 1), years)
        without = f" without {', '.join(map(str, gaps[:6]))}{', ...' * (gaps.size > 6)}" if gaps.size else ""
        said += f"{counted(years.size, 'year')} {years[0]}-{years[-1]}{without}, {counted(int(held.sum()), 'value')}"
        return "; ".join([said, *self.notes])


def sources_of(file: str, table: Table) -> list[Source]:
    """Each indicator of a table that has a value, by itself; what was left out is said with the first."""
    out = []
    notes = tuple(table.notes)
    down, across = (np.array(axis.unit, dtype=object) for axis in (table.down, table.across))
    years = np.array(table.down.year)[:, None] + (np.array(table.down.year)[:, None] == 0) * np.array(table.across.year)
    for name, measure, r, c in labelled_cells(table):
        unit = np.where(down[r] != "", down[r], across[c])
        kept = (unit != "") & (years[r, c] > 0)
        r, c, unit = r[kept], c[kept], unit[kept]
        if np.isfinite(table.values[r, c]).any():
            where = np.array(table.rows)[r], np.array(table.columns)[c]
            found = (unit, years[r, c], table.values[r, c], *where, table.table, table.names, notes)
            out.append(Source(table.grid, file, name, measure, *found))
            notes = ()
    return out


def laid_out(sources: Sequence[Source]) -> tuple[tuple[Source, ...], pd.DataFrame, Labels, Cells]:
    """The sources with one name for each indicator, their values by unit and year, the units' labels, each value's cell.

    Raises
    ------
    InputError
        If two cells differ, or a unit of one file is nearly one of another.
    """
    names = _one_name([s.indicator for s in sources])
    sources = _one_measure([replace(s, indicator=name) for s, name in zip(sources, names, strict=True)])
    if taken := next((s for s in sources if s.indicator in RESERVED), None):
        raise InputError(
            f'{taken.grid.place()}: an indicator cannot be called "{taken.indicator}"; rename its head, its sheet or its file'
        )
    labels = _labels(sources)
    _refuse_alike(sources, labels)
    years = np.unique(np.concatenate([s.years[np.isfinite(s.values)] for s in sources]))
    position = {key: i * years.size for i, key in enumerate(labels)}
    columns: dict[str, NDArray[np.float64]] = {}
    cells: Cells = {}
    for k, source in enumerate(sources):
        held = np.flatnonzero(np.isfinite(source.values))
        values = columns.setdefault(source.indicator, np.full(len(labels) * years.size, np.nan))
        origin = cells.setdefault(source.indicator, np.full((values.size, 3), -1, dtype="i8"))
        at = np.array([position[key] for key in source.units[held]]) + np.searchsorted(years, source.years[held])
        here = np.c_[np.full(held.size, k), source.rows[held], source.columns[held]]
        order = np.argsort(at, kind="stable")
        again = order[1:][np.diff(at[order]) == 0]
        before = order[:-1][np.diff(at[order]) == 0]
        _refuse_other(
            sources, labels, here[again], source.values[held][again], here[before], source.values[held][before]
        )
        _refuse_other(sources, labels, here, source.values[held], origin[at], values[at])
        free = ~np.isfinite(values[at])
        values[at[free]], origin[at[free]] = source.values[held][free], here[free]
    index = pd.MultiIndex.from_product([list(labels), years.tolist()], names=["unit", "year"])
    return tuple(sources), pd.DataFrame(columns, index=index), labels, cells


def _refuse_other(
    sources: Sequence[Source], labels: Labels, here: NDArray[np.int64], values: NDArray[np.float64],
    there: NDArray[np.int64], others: NDArray[np.float64],
) -> None:  # fmt: skip
    """Refuse a value for which another stands elsewhere, naming both cells."""
    with np.errstate(invalid="ignore"):
        differ = np.abs(values - others) > LIKE * np.maximum(np.abs(values), np.abs(others))
    if not differ.any():
        return
    i = int(np.flatnonzero(differ)[0])
    (a, row, column), (b, other_row, other_column) = (tuple(map(int, cell[i])) for cell in (here, there))
    source = sources[a]
    at = int(np.flatnonzero((source.rows == row) & (source.columns == column))[0])
    raise InputError(
        f"{source.grid.place(row, column)}: {brief(source.indicator)} is {values[i]:.12g} for "
        f"{labels[source.units[at]][0]} {source.years[at]}, but {others[i]:.12g} in "
        f"{sources[b].grid.place(other_row, other_column)}; keep one"
    )


def _one_name(names: Sequence[str]) -> list[str]:
    """Indicators whose names differ in blanks or case alone by the first of them."""
    first: dict[str, str] = {}
    return [first.setdefault("".join(name.split()).casefold(), name) for name in names]


def _one_measure(sources: Sequence[Source]) -> list[Source]:
    """Sources whose indicators are each in one unit of measurement; index numbers with a base stand by themselves.

    Raises
    ------
    InputError
        If an indicator is in one unit in one table and in another elsewhere.
    """
    kinds: dict[str, dict[str, Source]] = {}
    for source in sources:
        if source.measure:
            kinds.setdefault(source.indicator, {}).setdefault("".join(source.measure.split()).casefold(), source)
    for name, own in kinds.items():
        levels = [s for kind, s in own.items() if "=" not in kind]
        if len(levels) > 1:
            one, other = levels[:2]
            raise InputError(
                f"{other.grid.place()}: {brief(name)} is in {brief(other.measure)}, but in {brief(one.measure)} in "
                f"{one.grid.place()}; bring both to one unit, or name them apart"
            )
    apart = {name for name, own in kinds.items() if len(own) > 1}
    return [
        replace(s, indicator=f"{s.indicator} ({s.measure})") if s.indicator in apart and "=" in s.measure else s
        for s in sources
    ]


def _labels(sources: Sequence[Source]) -> Labels:
    """Name, Chinese name and region of each unit with a value, in the order of its table or of appearance.

    The name is as it stands where all files spell it alike, else the short one of the language that most use.
    """
    spelled: dict[str, dict[str, None]] = {}
    tables: dict[str, UnitTable | None] = {}
    for source in sources:
        for key in dict.fromkeys(source.units[np.isfinite(source.values)].tolist()):
            spelled.setdefault(key, {})[source.names[key]] = None
            tables.setdefault(key, source.table)
    forms = [form for seen in spelled.values() for form in seen]
    chinese = 2 * sum(not form.isascii() for form in forms) > len(forms)
    alike = all(len(seen) == 1 for seen in spelled.values())
    order = {key: i for table in dict.fromkeys(tables.values()) if table for i, key in enumerate(table.keys)}
    out = {}
    for key in sorted(spelled, key=lambda k: order.get(k, 0)):
        own, name = tables[key], next(iter(spelled[key]))
        if own is None:
            out[key] = (name, "", "")
        else:
            region = own.regions.get(key, ("", ""))[chinese]
            out[key] = (name if alike else own.label(key, chinese), own.names[key][1], region)
    return out


def _refuse_alike(sources: Sequence[Source], labels: Labels) -> None:
    """Refuse names of two files that differ in a letter or two, where neither file has both: they may be one unit."""
    if any(source.table is not None for source in sources):
        return
    have: dict[int, set[str]] = {}
    for source in sources:
        have.setdefault(id(source.grid), set()).update(source.units.tolist())
    sets = list(have.values())
    rare = [key for key in labels if sum(key in s for s in sets) < len(sets)]
    for i, a in enumerate(rare[:200]):
        for b in rare[i + 1 : 200]:
            apart = not any(a in s and b in s for s in sets)
            if (
                apart
                and len(a) > 4
                and a != b
                and SequenceMatcher(None, a, b).ratio() > ALIKE
                and _digits(a) == _digits(b)
            ):
                one, two = (next(s for s in sources if k in s.units) for k in (a, b))
                raise InputError(
                    f'{two.grid.place()}: "{brief(labels[b][0])}" looks like "{brief(labels[a][0])}" of {one.grid.place()}; '
                    "write them alike, or give a table of units that tells them apart (--units)"
                )


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def counted(n: int, what: str) -> str:
    """A number of things in words: 1 unit, 1,234 units."""
    return f"{n:,} {what}{'s' * (n != 1)}"
