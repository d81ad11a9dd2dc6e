"""A folder of a statistics office's exports to one panel: what was read from where, and where two files disagree."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from accord.errors import InputError, brief
from accord.io.listing import READ, listed
from accord.io.reconcile import Cells, Labels, Source, counted, laid_out, sources_of
from accord.io.year_lines import LABELS, NoTable, is_number
from accord.io.yearbook import Table, read_tables
from accord.sheets import Sheet, read_grids
from accord.sheets.cells import MOST_CELLS, Grid
from accord.unit_tables import UnitTable

MOST_UNITS = 250_000
"""Names in one column, more of which would take minutes."""


@dataclass(frozen=True)
class Exports:
    """What a folder of exports holds: each indicator by unit and year, with the cell that each value comes from."""

    place: str
    skipped: tuple[tuple[str, str], ...]
    """Files and sheets from which nothing was read, and why."""
    sources: tuple[Source, ...]
    frame: pd.DataFrame
    """Values by unit and year (its index), a column per indicator; NaN where no file has one."""
    labels: Labels
    """Name, Chinese name and region of each unit."""
    cells: Cells
    """Source, row and column of each value, by indicator, along the rows of `frame`; -1 where there is none."""

    @property
    def known(self) -> bool:
        """Whether the names of all units stand in a table of units."""
        return all(source.table is not None for source in self.sources)

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
        kinds = counted(self.frame.shape[1], "indicator")
        lines.append(f"{kinds}, {counted(len(self.labels), 'unit')}, {years[0]}-{years[-1]}")
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

        def origin(row: int, column: str | None) -> str:
            if column in self.cells:
                return self.origin(int(at[row]), column)
            return f"{self.place}, {text['unit'][row]} {text['year'][row]}"

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
    if not os.path.lexists(place):
        raise InputError(f"{brief(place)}: no such file or folder")
    found, skipped = _read(place, units, tables)
    if not found:
        said = "; ".join(f"{brief(n)}: {w}" for n, w in skipped[:4]) or "it is empty"
        raise InputError(f"{place}: no table of units and years is found ({said})")
    sources = [source for name, table in found for source in sources_of(name, table)]
    if not sources:
        raise InputError(f"{place}: the tables hold no values")
    return Exports(str(place), tuple(skipped), *laid_out(sources))


def _read(
    place: Path, units: str | Path | None, tables: Sequence[UnitTable]
) -> tuple[list[tuple[str, Table]], list[tuple[str, str]]]:
    """Tables with the names of their files, and what was left out and why."""
    files, passed = listed(place) if os.path.isdir(place) else ([place], [])
    found: list[tuple[str, Table]] = []
    skipped: list[tuple[str, str]] = []
    cells = 0
    for path in files:
        name = str(path.relative_to(place)) if os.path.isdir(place) else path.name
        if units is not None and path.resolve() == Path(units).resolve():
            continue
        if path.suffix.lower() not in READ:
            skipped.append((name, "no table by its name"))
            continue
        grid = None
        for grid in read_grids(path):
            cells += grid.cells.size
            if cells > MOST_CELLS:
                raise InputError(
                    f"{place}: its files have more than {MOST_CELLS:,} cells together; read parts of it one by one"
                )
            _refuse_many(grid)
            try:
                found += [(name, table) for table in _without_cells(read_tables(grid, tables))]
            except NoTable as why:
                skipped.append((f'{name}, sheet "{grid.name}"' if grid.name else name, str(why)))
        if grid is None:
            skipped.append((name, "the workbook is empty"))
    return found, skipped + passed


def _refuse_many(grid: Grid) -> None:
    """Refuse a column of more names than units of a study can be: each is looked up in the tables of units."""
    for c in range(min(LABELS, grid.cells.shape[1])):
        texts = set(grid.cells[:, c].tolist())
        if len(texts) > MOST_UNITS and sum(not is_number(text) for text in texts) > MOST_UNITS:
            raise InputError(f"{grid.place(column=c)}: more than {MOST_UNITS:,} different names; give fewer units")


def _without_cells(tables: list[Table]) -> list[Table]:
    """Tables of one sheet that know their places, and keep its texts no longer."""
    bare = replace(tables[0].grid, cells=np.empty((0, 0), dtype=object), merged=(), faults={})
    tables[0].notes[:0] = bare.notes
    return [replace(table, grid=bare) for table in tables]


def is_exports(place: str | Path) -> bool:
    """Whether this is a folder of exports: not one that is called as a table is."""
    return os.path.isdir(place) and Path(place).suffix.lower() not in (*READ, ".zarr")


def export_files(folder: Path) -> list[Path]:
    """Files of a folder of exports and the folders in it, without hidden ones and locks."""
    return listed(folder)[0]


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else repr(value)
    return str(value)
