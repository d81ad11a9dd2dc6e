"""The indicator system: which indicators make up which subsystem, and how each is to be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from accord.errors import InputError, brief, nearest
from accord.sheets import MISSING, Sheet, folded, read_sheet, refuse_control
from accord.study import expression

COLUMNS = (
    "key",
    "name",
    "name_zh",
    "subsystem",
    "dimension",
    "direction",
    "target",
    "unit",
    "expr",
    "deflator",
    "weight",
    "aggregate",
    "note",
)
AGGREGATES = ("mean", "sum")
"""How cells of a grid come to a unit: their mean, or their sum for counts."""
DIRECTIONS = {
    "+": "+", "-": "-", "=": "=", "＋": "+", "－": "-", "−": "-", "–": "-", "＝": "=", "正": "+", "负": "-", "適度": "=",
    "适度": "=", "positive": "+", "negative": "-", "moderate": "=",
}  # fmt: skip
TAKEN = ("coordination", "coupling", "development")
"""Names that stand for results beside the subsystems in tables."""
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
INTERVAL = re.compile(rf"^\s*({NUMBER})\s*(?:(?:\.\.|~|to)\s*({NUMBER})\s*)?$")
"""A number, or two with .. or ~ or to between them; a comma is none of these, as it may stand for a decimal point."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its key, names, place in the system, direction, and how it is derived."""

    key: str
    name: str
    name_zh: str
    subsystem: str
    dimension: str
    direction: str
    target: tuple[float, float]
    unit: str
    expr: str = ""
    deflator: str = ""
    weight: float = float("nan")
    aggregate: str = "mean"


@dataclass(frozen=True)
class IndicatorSystem:
    """Indicators grouped into subsystems and dimensions; prints as a paper's Table 1.

    Examples
    --------
    >>> table = pd.DataFrame({"key": ["gdp", "so2"], "subsystem": ["Economy", "Ecology"], "direction": ["+", "-"]})
    >>> print(IndicatorSystem.from_table(table))
    Subsystem  Dimension  Indicator  Direction  Unit
    ---------  ---------  ---------  ---------  ----
    Economy    Economy    gdp        +
    Ecology    Ecology    so2        -
    """

    indicators: tuple[Indicator, ...]

    @classmethod
    def from_table(cls, table: str | Path | pd.DataFrame | Sheet) -> IndicatorSystem:
        """From a CSV, a workbook's first sheet, or a DataFrame with a row per indicator.

        Columns: `key`, `subsystem` and `direction` (+ - =) are needed; `name`, `name_zh`, `dimension`,
        `target` (a number, or an interval such as `20..30`), `unit`, `expr`, `deflator`, `weight`, `aggregate`
        (mean or sum, for zones of a grid) may follow, and `note`, which is for readers.

        Raises
        ------
        InputError
            For a missing or unknown column, a duplicate key, an unknown direction, `=` without target or
            a target without `=`, or what is no table at all.
        """
        if isinstance(table, pd.DataFrame):
            text = table.astype(object).where(table.notna(), "").map(lambda v: str(v).strip())
            text.columns = [folded(str(c)) for c in text]
            kept = np.flatnonzero((text != "").any(axis=1))
            sheet = Sheet("indicator table", text.iloc[kept].reset_index(drop=True), rows=tuple(kept + 1))
        elif isinstance(table, str | Path | Sheet):
            sheet = table if isinstance(table, Sheet) else read_sheet(table)
        else:
            raise InputError(f"an indicator table is a file or a DataFrame, not {type(table).__name__}")
        _check_columns(sheet)
        rows = [_indicator(sheet, i) for i in range(len(sheet.frame))]
        if not rows:
            raise InputError(f"{sheet.place()}: no indicator stands in the table")
        seen: dict[str, int] = {}
        for i, one in enumerate(rows):
            if one.key in seen:
                raise InputError(f'{sheet.place(i, "key")}: "{one.key}" stands twice; keys must differ')
            seen[one.key] = i
        return cls(tuple(rows))

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self.indicators)

    def __len__(self) -> int:
        return len(self.indicators)

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.indicators]

    @property
    def subsystems(self) -> list[str]:
        """Names of the subsystems in order of appearance."""
        return list(dict.fromkeys(one.subsystem for one in self.indicators))

    def columns(self) -> dict[str, str]:
        """Raw columns a panel must hold for this system, and what each is needed for."""
        out: dict[str, str] = {}
        for one in self:
            for name in expression.names(one.expr) if one.expr else [one.key]:
                out.setdefault(name, f'the formula of "{one.key}"' if one.expr else "the indicator of that name")
            if one.deflator:
                out.setdefault(one.deflator, f'the deflator of "{one.key}"')
        return out

    def coords(self) -> dict[str, xr.DataArray]:
        """The system as arrays along `indicator`, as methods read it."""
        keys = self.keys

        def along(values: Sequence[object]) -> xr.DataArray:
            return xr.DataArray(np.array(values), dims="indicator", coords={"indicator": keys})

        text = ("subsystem", "direction", "name", "name_zh", "expr", "deflator")
        out = {field: along([getattr(one, field) for one in self]) for field in text}
        out["dimension"] = along(self.dimension_labels())
        out["unit_of_measure"] = along([one.unit for one in self])
        out["prior_weight"] = along([one.weight for one in self])
        if any(one.aggregate != "mean" for one in self):
            out["aggregate"] = along([one.aggregate for one in self])
        out["target"] = xr.DataArray(
            np.array([one.target for one in self], dtype="f8").T,
            dims=("bound", "indicator"),
            coords={"indicator": keys},
        )
        return out

    def dimension_labels(self) -> list[str]:
        """Dimension of each indicator; where two subsystems share a name, with the subsystem before it."""
        owners: dict[str, set[str]] = {}
        for one in self:
            owners.setdefault(one.dimension, set()).add(one.subsystem)
        return [
            f"{one.subsystem}: {one.dimension}" if len(owners[one.dimension]) > 1 else one.dimension for one in self
        ]

    def to_frame(self) -> pd.DataFrame:
        """The system as a table, a row per indicator."""
        rows = [[o.subsystem, o.dimension, o.key, o.name, o.name_zh, _direction(o), o.unit, o.expr] for o in self]
        head = ["subsystem", "dimension", "indicator", "name", "name_zh", "direction", "unit", "expr"]
        return pd.DataFrame(rows, columns=head)

    def __str__(self) -> str:
        head = ["Subsystem", "Dimension", "Indicator", "Direction", "Unit"]
        rows, before = [head], ("", "")
        for one in self:
            place = (one.subsystem, one.dimension)
            shown = ["" if place[0] == before[0] else place[0], "" if place == before else place[1]]
            rows.append([*shown, one.name, _direction(one), one.unit])
            before = place
        widths = [max(_width(row[i]) for row in rows) for i in range(len(head))]
        rows.insert(1, ["-" * w for w in widths])
        padded = (
            "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)) for row in rows
        )
        return "\n".join(line.rstrip() for line in padded)


def _check_columns(sheet: Sheet) -> None:
    for column in ("key", "subsystem", "direction"):
        if column not in sheet.frame:
            raise InputError(
                f'{sheet.place()}: the indicator table needs the column "{column}"; it has {", ".join(sheet.columns)}'
            )
    for column in sheet.columns:
        if column not in COLUMNS:
            raise InputError(
                f'{sheet.place()}: unknown column "{column}" in the indicator table; {nearest(column, COLUMNS)}'
            )
        refuse_control(sheet, column)


def _indicator(sheet: Sheet, row: int) -> Indicator:
    def cell(column: str) -> str:
        return str(sheet.frame[column].iloc[row]) if column in sheet.frame else ""

    key, subsystem = folded(cell("key")), cell("subsystem")
    for column, text in (("key", key), ("subsystem", subsystem)):
        if not text:
            raise InputError(f"{sheet.place(row, column)}: the cell is empty; every indicator needs a {column}")
    if subsystem in TAKEN:
        raise InputError(
            f'{sheet.place(row, "subsystem")}: a subsystem cannot be called "{subsystem}", as a result is; rename it'
        )
    said = cell("direction")
    direction = DIRECTIONS.get(said.removeprefix("'").casefold())
    if direction is None:
        raise InputError(
            f'{sheet.place(row, "direction")}: unknown direction "{brief(said)}" of indicator "{key}"; write +, - or ='
        )
    expr = cell("expr")
    if expr:
        try:
            expression.parse(expr)
        except InputError as error:
            raise InputError(f"{sheet.place(row, 'expr')}: {error}") from error
    weight = float(sheet.numbers("weight")[row]) if "weight" in sheet.frame else float("nan")
    target = _target(sheet, row, cell("target"), direction, key)
    aggregate = cell("aggregate").casefold() or "mean"
    if aggregate not in AGGREGATES:
        raise InputError(
            f'{sheet.place(row, "aggregate")}: indicator "{key}" has aggregate = {brief(cell("aggregate"))}; write mean or sum'
        )
    return Indicator(
        key, cell("name") or key, cell("name_zh") or cell("name") or key, subsystem, cell("dimension") or subsystem,
        direction, target, cell("unit"), expr, folded(cell("deflator")), weight, aggregate,
    )  # fmt: skip


def _target(sheet: Sheet, row: int, text: str, direction: str, key: str) -> tuple[float, float]:
    nan = float("nan")
    if direction != "=":
        if text not in MISSING:
            raise InputError(
                f'{sheet.place(row, "target")}: indicator "{key}" has a target, {brief(text)}, but direction {direction}; write = or clear the target'
            )
        return (nan, nan)
    if not text:
        raise InputError(
            f'{sheet.place(row, "target")}: indicator "{key}" has direction = but no target; write a number or an interval such as 20..30'
        )
    found = INTERVAL.match(unicodedata.normalize("NFKC", text).replace("−", "-"))
    low, high = (float(found[1]), float(found[2] or found[1])) if found else (nan, nan)
    if not (np.isfinite(low) and np.isfinite(high) and low <= high):
        raise InputError(
            f'{sheet.place(row, "target")}: "{brief(text)}" is not a target; write a number or an interval such as 20..30'
        )
    return (low, high)


def _direction(one: Indicator) -> str:
    if one.direction != "=":
        return one.direction
    low, high = one.target
    return f"= {low:g}" if low == high else f"= {low:g}..{high:g}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
