"""Which column of a table is what, and where each row stands in the grid of units and years."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from accord.errors import InputError, brief, nearest
from accord.sheets import Sheet, floats, folded, plainly, refuse_control
from accord.study.checks import check_years, refuse_national

TIME_NAMES = ("year", "time", "年份", "年")
REGION_NAMES = ("region", "地区分组")
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)
FIRST = 100
"""Cells in which a column that holds numbers shows one, most often."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a long table hold the unit, the year, the region and the units' Chinese names."""

    unit: str
    time: str
    region: str | None = None
    label_zh: str | None = None

    @classmethod
    def find(
        cls,
        sheet: Sheet,
        unit: str | None,
        time: str | None,
        region: str | None,
        label_zh: str | None,
        data: Sequence[str],
    ) -> Columns:
        """Named columns checked, the others by their usual names; unit is else the first other text column."""
        have = sheet.columns
        unit, time, region, label_zh = (name and folded(name) for name in (unit, time, region, label_zh))
        lower = {c.lower(): c for c in have}
        for role, name in (("unit", unit), ("time", time), ("region", region), ("label_zh", label_zh)):
            if name is not None and name not in have:
                raise InputError(f'{sheet.place()}: no column "{name}" (named as {role}); {nearest(name, have)}')
        time = time or next((lower[n] for n in TIME_NAMES if n in lower), None)
        if time is None:
            raise InputError(
                f"{sheet.place()}: no column for the year; name one of {', '.join(TIME_NAMES)}, or say which with `time`"
            )
        region = region or next((lower[n] for n in REGION_NAMES if n in lower), None)
        taken = {time, region, label_zh, *data}
        unit = unit or next((c for c in have if c not in taken and is_text(sheet, c)), None)
        unit = unit or next((c for c in have if c.lower() in ("unit", "id", "code")), None)
        if unit is None:
            raise InputError(f"{sheet.place()}: no text column for the units; say which with `unit`")
        for role, name in (("unit", unit), ("region", region), ("label_zh", label_zh)):
            if name == time:
                raise InputError(f"{sheet.place(column=name)}: the column holds the years and cannot be `{role}` too")
        return cls(unit, time, region, label_zh)

    def roles(self) -> dict[str, str]:
        """The columns found, and what each holds."""
        found = {
            self.label_zh: "the Chinese names",
            self.region: "the regions",
            self.time: "the years",
            self.unit: "the units",
        }
        return {name: what for name, what in found.items() if name is not None}


@dataclass(frozen=True)
class Grid:
    """Where each row of the table stands in the unit x year grid."""

    units: list[str]
    years: NDArray[np.int64]
    position: NDArray[np.intp]
    """Row of the table for each (unit, year)."""

    @classmethod
    def of(cls, sheet: Sheet, columns: Columns) -> Grid:
        for column in (columns.unit, columns.time, columns.region, columns.label_zh):
            if column is not None:
                refuse_control(sheet, column)
        names, years = sheet.frame[columns.unit], _years(sheet, columns.time)
        if names.size == 0:
            raise InputError(f"{sheet.place()}: the table has a head but no rows")
        if (names == "").any():
            row = int(np.flatnonzero(names == "")[0])
            raise InputError(f"{sheet.place(row, columns.unit)}: the unit has no name")
        code, units = pd.factorize(names)
        span = np.unique(years)
        at = np.searchsorted(span, years)
        flat = code * span.size + at
        order = np.argsort(flat, kind="stable")
        twice = np.flatnonzero(np.diff(flat[order]) == 0)
        if twice.size:
            first, second = sorted(order[twice[0] : twice[0] + 2])
            raise InputError(
                f"{sheet.place(int(second))}: {names.iloc[second]} {years[second]} stands twice "
                f"(first in row {sheet.row(first)}); remove one"
            )
        check_years(sheet.place(), span)
        if len(units) < 2:
            raise InputError(f"{sheet.place()}: there is one unit only ({units[0]}); a study compares at least two")
        if flat.size < len(units) * span.size:
            empty = np.setdiff1d(np.arange(len(units) * span.size), flat)[0]
            raise InputError(
                f"{sheet.place()}: {units[empty // span.size]} has no row for {span[empty % span.size]}; "
                f"add the row (its cells may be empty, they are filled by the gap rule){_alike(units)}"
            )
        return cls([str(u) for u in units], span, order.astype(np.intp))

    def lay(self, values: NDArray[Any]) -> NDArray[Any]:
        """A column as (unit, year)."""
        return values[self.position].reshape(len(self.units), self.years.size)

    def coords(self, sheet: Sheet, columns: Columns) -> dict[str, Any]:
        out: dict[str, Any] = {"unit": self.units, "time": self.years}
        for name, column in (("region", columns.region), ("label_zh", columns.label_zh)):
            if column is None:
                continue
            laid = self.lay(sheet.frame[column].to_numpy())
            for u, row in enumerate(laid):
                if (row == "").any():
                    at = int(self.position[u * self.years.size + int(np.flatnonzero(row == "")[0])])
                    raise InputError(
                        f"{sheet.place(at, column)}: no {name} for {self.units[u]}; every unit needs one, or drop the column"
                    )
                if len(set(row)) > 1:
                    raise InputError(
                        f'{sheet.place()}, column "{column}": {self.units[u]} has several values ({", ".join(sorted(set(row))[:3])}); a unit has one'
                    )
            out[name] = ("unit", laid[:, 0].astype(str))
        if "region" in out:
            refuse_national(sheet.place(column=columns.region), out["region"][1])
        return out

    def rows(self, sheet: Sheet) -> NDArray[np.int64]:
        """Where the cells of each (unit, year) stand: the row of the file, or of a table put together from several."""
        of_file = [sheet.row(k) if sheet.origin is None else k for k in range(len(sheet.frame))]
        return self.lay(np.array(of_file, dtype=np.int64))

    def name(self, sheet: Sheet, u: int, t: int) -> str:
        return f"{self.units[u]} {self.years[t]} (row {sheet.row(self.position[u * self.years.size + t])})"


def _years(sheet: Sheet, column: str) -> NDArray[np.int64]:
    text = sheet.frame[column].map(lambda v: unicodedata.normalize("NFKC", v).removesuffix("年").strip())
    whole = text.str.fullmatch(r"\d{3,4}(\.0+)?")
    if not whole.all():
        row = int(np.flatnonzero(~whole.to_numpy())[0])
        raise InputError(
            f'{sheet.place(row, column)}: "{brief(sheet.frame[column].iloc[row])}" is not a year; write it as 2011'
        )
    return text.astype("f8").to_numpy().astype("i8")


def _alike(units: Iterable[str]) -> str:
    """A hint at two names that differ in nothing one sees well: blanks, case, full-width forms."""
    first: dict[str, str] = {}
    for unit in units:
        seen = unicodedata.normalize("NFKC", unit).casefold()
        seen = "".join(c for c in seen if unicodedata.category(c) not in ("Zs", "Cf"))
        if seen in first:
            return f'; or is "{brief(first[seen])}" the same unit as "{brief(unit)}"?'
        first[seen] = unit
    return ""


def is_text(sheet: Sheet, column: str) -> bool:
    """Whether a column holds names, not numbers: no cell is a number, or none has a digit."""
    cells = sheet.frame[column]
    if sheet.broken:
        cells = cells.iloc[[row for row in range(len(cells)) if (row, column) not in sheet.broken]]
    if any(NUMBER.fullmatch(cell) for cell in cells.iloc[:FIRST]):
        return False
    shown = [cell for cell in plainly(cells) if cell != "nan"]
    return bool(shown) and bool(
        np.isnan(floats(pd.Series(shown, dtype=object))).all() or not re.search(r"\d", "".join(shown))
    )
