"""A folder of a statistics office's exports to one panel: what was read from where, and where two files disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.io.yearbook import NoTable, Table, labelled_cells, read_tables
from accord.sheets import WORKBOOKS, Sheet, read_grids
from accord.sheets.cells import Grid
from accord.unit_tables import UnitTable

TEXTS = (".csv", ".tsv", ".txt")
MOST_FILES = 2_000
RESERVED = ("unit", "label_zh", "region", "year")
"""Columns of a panel's table that are no indicators."""
ALIKE = 0.88
"""Likeness of two names from which they are taken for spellings of one."""
LIKE = 1e-9
"""Relative difference up to which two printed values are the same."""


@dataclass(frozen=True)
class Source:
    """One indicator as it stands in one table."""

    grid: Grid
    file: str
    """Name of the file, in its folder."""
    indicator: str
    measure: str
    units: NDArray[np.object_]
    years: NDArray[np.int64]
    values: NDArray[np.float64]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        held = np.isfinite(self.values)
        years = np.unique(self.years[held])
        sheet = f', sheet "{brief(self.grid.name)}"' if self.grid.name else ""
        measure = f" ({brief(self.measure, 24)})" if self.measure else ""
        said = f"{brief(self.file)}{sheet}: {brief(self.indicator)}{measure}, {_counted(len(set(self.units[held])), 'unit')} x "
        gaps = np.setdiff1d(np.arange(years[0], years[-1] + 1), years)
        without = f" without {', '.join(map(str, gaps[:6]))}{', ...' * (gaps.size > 6)}" if gaps.size else ""
        said += f"{_counted(years.size, 'year')} {years[0]}-{years[-1]}{without}, {_counted(int(held.sum()), 'value')}"
        return "; ".join([said, *self.notes])


@dataclass(frozen=True)
class Exports:
    """What a folder of exports holds: each indicator by unit and year, with the cell that each value comes from."""

    place: str
    sources: tuple[Source, ...]
    skipped: tuple[tuple[str, str], ...]
    """Files and sheets from which nothing was read, and why."""
    frame: pd.DataFrame
    """Values by unit and year (its index), a column per indicator; NaN where no file has one."""
    labels: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Name, Chinese name and region of each unit."""
    known: bool = False
    """Whether the names of all units stand in a table of units."""
    cells: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    """Source, row and column of each value, by indicator, along the rows of `frame`; -1 where there is none."""

    @property
    def units(self) -> list[str]:
        return list(self.labels)

    @property
    def years(self) -> list[int]:
        return sorted(set(self.frame.index.get_level_values("year").tolist()))

    def told(self) -> str:
        """What was read from where, and what was left out, a line each."""
        lines = [str(source) for source in self.sources]
        lines += [f"left out: {place}: {why}" for place, why in self.skipped]
        years = self.years
        kinds = _counted(self.frame.shape[1], "indicator")
        lines.append(f"{kinds}, {_counted(len(self.labels), 'unit')}, {years[0]}-{years[-1]}")
        return "\n".join(lines)

    def origin(self, row: int, indicator: str) -> str:
        """File, sheet, row and column of a value of `frame`."""
        source, r, c = self.cells[indicator][row]
        return self.place if source < 0 else self.sources[source].grid.place(int(r), int(c))

    def table(self) -> pd.DataFrame:
        """A row per unit and year: unit, label_zh and region where they are known, year, indicators."""
        out = self.frame.reset_index()
        names = np.array([self.labels[key] for key in out["unit"]], dtype=object).reshape(-1, 3)
        out.insert(1, "region", names[:, 2])
        out.insert(1, "label_zh", names[:, 1])
        out["unit"] = names[:, 0]
        return out.drop(columns=[c for c in ("label_zh", "region") if (out[c] == "").any()])

    def sheet(self, needed: Sequence[str] = ()) -> Sheet:
        """The table as cells, for the years which all needed indicators cover; each cell knows the file it comes from."""
        table, at = self.table(), np.arange(len(self.frame))
        known = [c for c in dict.fromkeys(needed) if c in self.frame]
        if known:
            held = [table["year"][np.isfinite(self.frame[c].to_numpy())] for c in known]
            kept = table["year"].between(max(h.min() for h in held), min(h.max() for h in held)).to_numpy()
            table, at = table[kept], at[kept]
            if not kept.any():
                raise InputError(
                    f"{self.place}: no year is in all of {', '.join(known[:6])}; add files for the years in between"
                )
        text = {str(c): [_text(v) for v in table[c].tolist()] for c in table}

        def origin(row: int, column: str) -> str:
            return self.origin(int(at[row]), column) if column in self.cells else self.place

        return Sheet(self.place, pd.DataFrame(text, dtype=object), rows=tuple(at + 2), origin=origin)

    def panel(self) -> xr.Dataset:
        """The values as they stand, NaN where there is none: `indicators` (unit, time, indicator)."""
        keys, years = self.units, np.array(self.years)
        index = pd.MultiIndex.from_product([keys, years], names=["unit", "year"])
        values = self.frame.reindex(index).to_numpy().reshape(len(keys), years.size, -1)
        names = np.array([self.labels[key] for key in keys])
        measure = {s.indicator: s.measure for s in reversed(self.sources) if s.measure}
        columns = list(self.frame)
        out = xr.Dataset(
            {"indicators": (("unit", "time", "indicator"), values)},
            {"unit": names[:, 0], "time": years, "indicator": columns,
             "unit_of_measure": ("indicator", np.array([measure.get(str(c), "") for c in columns]))},
        )  # fmt: skip
        for name, column in (("label_zh", names[:, 1]), ("region", names[:, 2])):
            if all(column):
                out = out.assign_coords({name: ("unit", column.astype(str))})
        out.attrs = {"source": self.place, "read": self.told(), "unused_columns": [], "encoding": ""}
        return out


def read_exports(place: str | Path, units: str | Path | None = None) -> Exports:
    """All tables of a folder (or of one file) as one panel.

    Parameters
    ----------
    place
        A folder of workbooks and text files, read with the folders in it; or one such file.
    units
        A table of one's own units: `key`, `name`, `name_zh`, `region`, `aliases`. Without one the 31
        provinces of China and the 48 states of the US are known, and other names are taken as they stand.

    Raises
    ------
    InputError
        Where no table is found, a cell is no number, a unit's name is nearly a known one, or two cells
        say different things of one indicator, unit and year: one sentence that names them.
    """
    place = Path(place)
    tables = [UnitTable.read(units)] if units is not None else [UnitTable.of_country("CN"), UnitTable.of_country("US")]
    files = _files(place) if place.is_dir() else [place]
    found: list[tuple[str, Table]] = []
    skipped: list[tuple[str, str]] = []
    for path in files:
        name = str(path.relative_to(place)) if place.is_dir() else path.name
        if units is not None and path.resolve() == Path(units).resolve():
            continue
        if path.suffix.lower() not in (*WORKBOOKS, *TEXTS):
            skipped.append((name, "no table by its name"))
            continue
        for grid in read_grids(path):
            try:
                found += [(name, table) for table in read_tables(grid, tables)]
            except NoTable as why:
                skipped.append((f'{name}, sheet "{grid.name}"' if grid.name else name, str(why)))
    if not found:
        said = "; ".join(f"{brief(n)}: {w}" for n, w in skipped[:4]) or "it is empty"
        raise InputError(f"{place}: no table of units and years is found ({said})")
    return _joined(str(place), _sources(found), tuple(skipped))


def _files(folder: Path) -> list[Path]:
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith((".", "~$"))]
    files = [p for p in files if not any(part.startswith(".") for part in p.relative_to(folder).parts)]
    if len(files) > MOST_FILES:
        raise InputError(f"{folder}: {len(files)} files, more than {MOST_FILES}; name the folder of the exports alone")
    return files


def _sources(found: Sequence[tuple[str, Table]]) -> list[tuple[Source, Table]]:
    """Each indicator of each table that has a value, by itself."""
    out = []
    for file, table in found:
        notes = tuple(table.notes)
        down, across = (np.array(axis.unit, dtype=object) for axis in (table.down, table.across))
        years = np.array(table.down.year)[:, None] + (np.array(table.down.year)[:, None] == 0) * np.array(
            table.across.year
        )
        for name, measure, r, c in labelled_cells(table):
            unit = np.where(down[r] != "", down[r], across[c])
            kept = (unit != "") & (years[r, c] > 0)
            r, c, unit = r[kept], c[kept], unit[kept]
            if np.isfinite(table.values[r, c]).any():
                where = np.array(table.rows)[r], np.array(table.columns)[c]
                out.append(
                    (
                        Source(table.grid, file, name, measure, unit, years[r, c], table.values[r, c], *where, notes),
                        table,
                    )
                )
                notes = ()
    return out


def _joined(place: str, found: Sequence[tuple[Source, Table]], skipped: tuple[tuple[str, str], ...]) -> Exports:
    """Sources side by side, each value once.

    Raises
    ------
    InputError
        Where two cells differ, or a unit of one file is nearly one of another.
    """
    sources = [source for source, _ in found]
    if not sources:
        raise InputError(f"{place}: the tables hold no values")
    names = _one_name([s.indicator for s in sources])
    sources = [replace(s, indicator=name) for s, name in zip(sources, names, strict=True)]
    if taken := next((s for s in sources if s.indicator in RESERVED), None):
        raise InputError(
            f'{taken.grid.place()}: an indicator cannot be called "{taken.indicator}"; rename the head or the file'
        )
    labels = _labels(found)
    _refuse_alike(sources, [table for _, table in found], labels)
    keys = list(labels)
    years = np.unique(np.concatenate([s.years[np.isfinite(s.values)] for s in sources]))
    position = {key: i for i, key in enumerate(keys)}
    columns, cells = {}, {}
    for name in dict.fromkeys(names):
        values = np.full(len(keys) * years.size, np.nan)
        origin = np.full((values.size, 3), -1, dtype="i8")
        for k, source in enumerate(sources):
            if source.indicator == name:
                _lay(values, origin, source, k, position, years, sources)
        columns[name], cells[name] = values, origin
    known = all(table.table is not None for _, table in found)
    index = pd.MultiIndex.from_product([keys, years.tolist()], names=["unit", "year"])
    return Exports(place, tuple(sources), skipped, pd.DataFrame(columns, index=index), labels, known, cells)


def _lay(
    values: NDArray[np.float64], origin: NDArray[np.int64], source: Source, k: int, position: dict[str, int],
    years: NDArray[np.int64], sources: Sequence[Source],
) -> None:  # fmt: skip
    """Put the values of one source into their places; the same value twice is one, another is refused."""
    held = np.flatnonzero(np.isfinite(source.values))
    units = pd.Series(source.units[held]).map(position).to_numpy()
    at = units * years.size + np.searchsorted(years, source.years[held])
    for twice in (True, False):  # within the source, then against those before it
        order = np.argsort(at, kind="stable")
        first = order[np.r_[0, np.flatnonzero(np.diff(at[order])) + 1]] if twice and at.size else order
        if twice:
            lead = np.zeros(int(at.max()) + 1 if at.size else 0, dtype=np.intp)
            lead[at[first]] = first
            other, places = (
                source.values[held][lead[at]],
                np.c_[np.full(at.size, k), source.rows[held][lead[at]], source.columns[held][lead[at]]],
            )
        else:
            other, places = values[at], origin[at]
        here = source.values[held]
        differ = np.flatnonzero(
            np.isfinite(other) & (np.abs(here - other) > LIKE * np.maximum(np.abs(here), np.abs(other)))
        )
        if differ.size:
            i = int(differ[0])
            s, r, c = (int(v) for v in places[i])
            raise InputError(
                f"{source.grid.place(int(source.rows[held][i]), int(source.columns[held][i]))}: {brief(source.indicator)} is "
                f"{here[i]:.12g} for {source.units[held][i]} {source.years[held][i]}, but {other[i]:.12g} in "
                f"{sources[s].grid.place(r, c)}; keep one"
            )
    free = ~np.isfinite(values[at])
    values[at[free]] = source.values[held][free]
    origin[at[free]] = np.c_[np.full(int(free.sum()), k), source.rows[held][free], source.columns[held][free]]


def _one_name(names: Sequence[str]) -> list[str]:
    """Indicators whose names differ in blanks or case alone by the first of them."""
    first: dict[str, str] = {}
    return [first.setdefault("".join(name.split()).casefold(), name) for name in names]


def _labels(found: Sequence[tuple[Source, Table]]) -> dict[str, tuple[str, str, str]]:
    """Name, Chinese name and region of each unit with a value, in the order of its table or of appearance.

    The name is as it stands where all files spell it alike, else the short one of the language that most use.
    """
    spelled: dict[str, dict[str, None]] = {}
    tables: dict[str, UnitTable | None] = {}
    for source, table in found:
        for key in dict.fromkeys(source.units[np.isfinite(source.values)].tolist()):
            spelled.setdefault(key, {})[table.names[key]] = None
            tables.setdefault(key, table.table)
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


def _refuse_alike(sources: Sequence[Source], tables: Sequence[Table], labels: dict[str, tuple[str, str, str]]) -> None:
    """Refuse names of two files that differ in a letter or two, where neither file has both: they may be one unit."""
    if any(table.table for table in tables):
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


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else repr(value)
    return str(value)


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"
