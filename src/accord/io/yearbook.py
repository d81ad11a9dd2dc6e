"""Printed tables to labelled numbers: which cells are units, years and indicators, wherever a table has them.

A table is a block of numbers with heads above and labels beside it. Each head and each label is told
to be a unit, a year, an indicator or a unit of measurement; what neither heads nor labels say comes
from the lines around the table, the name of the sheet and that of the file. All layouts follow from
this: years across or down, units across or down, a table a year, two levels of heads, long tables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.io import headings
from accord.io.headings import bare, named, role_of, year_of
from accord.io.printed import printed, read_number
from accord.places import plain
from accord.sheets.cells import Grid, letters
from accord.unit_tables import UnitTable, best_table

Texts = NDArray[Any]
LABELS = 12
"""Columns among which the labels of a table's rows are looked for."""
HEADS = 5
"""Rows that a table's head has at most."""


@dataclass
class Axis:
    """What the labels along the rows, or the heads of the columns, of a block say of each."""

    unit: list[str]
    year: list[int]
    indicator: list[str]
    measure: list[str]

    @classmethod
    def empty(cls, n: int) -> Axis:
        return cls([""] * n, [0] * n, [""] * n, [""] * n)

    def take(self, kept: Iterable[int]) -> Axis:
        """The labels at some places."""
        at = list(kept)
        text = [[part[i] for i in at] for part in (self.unit, self.indicator, self.measure)]
        return Axis(text[0], [self.year[i] for i in at], text[1], text[2])


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


class NoTable(Exception):
    """A sheet in which no table of units and years is recognised, with the reason."""


@dataclass(frozen=True)
class Around:
    """What the lines above a table, its sheet, its file and its folder say of the whole of it."""

    unit: str = ""
    name: str = ""
    year: int = 0
    indicator: str = ""
    measure: str = ""
    table: UnitTable | None = None
    titled: bool = False
    """Whether a line above the table, or its corner, names the indicator."""


def read_tables(grid: Grid, tables: Sequence[UnitTable]) -> list[Table]:
    """The tables of a sheet, one below the other.

    Raises
    ------
    NoTable
        Where none is recognised.
    InputError
        Where one is, and a cell of it is no number or a unit is nearly one that is known.
    """
    spread = _spread(grid)
    heads = _year_rows(grid.cells, spread)
    if not heads:
        return [_one(grid, spread, 0, len(grid.cells), tables, None)]
    starts = [0, *(_title_above(grid.cells, row, before) for before, row in pairwise(heads))]
    ends = [*starts[1:], len(grid.cells)]
    return [_one(grid, spread, a, b, tables, row) for a, b, row in zip(starts, ends, heads, strict=True)]


def _one(grid: Grid, spread: Texts, start: int, end: int, tables: Sequence[UnitTable], head: int | None) -> Table:
    """The table that stands in some rows of a sheet, whose years stand across in the row `head` where there is one."""
    if head is not None:
        body, first = _below(grid.cells, spread, head, end)
        top = _head_above(grid.cells, head, start)
        years_at = next(c for c in range(1, spread.shape[1]) if year_of(spread[head, c]))
        labels, values = list(range(years_at)), list(range(years_at, spread.shape[1]))
        labels = [c for c in labels if (spread[body, c] != "").any()]
        across = None
    else:
        across = _year_column(spread[start:end])
        first, body = _first_row(grid.cells, spread, start, end, across, tables)
        top = _head_above(grid.cells, first - 1, start)
        labels, values = _sorted_columns(spread, top, first, body, across)
    return _labelled(grid, spread, _Block(start, top, first, body, labels, values, across), tables)


@dataclass(frozen=True)
class _Block:
    """Where a table stands: its lines from `start`, its heads from `top` to `first`, its rows and columns."""

    start: int
    top: int
    first: int
    body: list[int]
    labels: list[int]
    values: list[int]
    years: int | None
    """The column of the years, where they stand down."""


def _spread(grid: Grid) -> Texts:
    """Cells with the text of each merged range in all of its cells."""
    cells = grid.cells.copy()
    height, width = cells.shape
    for at, (shown, _) in grid.faults.items():
        if at[0] < height and at[1] < width:
            cells[at] = shown
    for (top, left), (bottom, right) in grid.merged:
        if top < height and left < width and cells[top, left] and not _is_number(cells[top, left]):
            part = cells[top : bottom + 1, left : right + 1]
            part[part == ""] = cells[top, left]
    return cells


def _is_number(text: str) -> bool:
    return bool(text) and not year_of(text) and math.isfinite(read_number(text)[0])


def _year_rows(cells: Texts, spread: Texts) -> list[int]:
    """Rows whose heads are years across: the first such row, and later ones that start a table of their own."""
    found: list[int] = []
    known: set[int] = set()
    for r in range(len(spread)):
        row = spread[r]
        if not any(len(t) < 21 and year_of(t) for t in row[1:LABELS].tolist()):
            continue
        held = [c for c in range(1, len(row)) if row[c]]
        years = {c: y for c in held if (y := year_of(row[c]))}
        span = [c for c in held if c >= min(years)]
        marked = any("年" in row[c] for c in years)
        if len(years) < 0.8 * len([c for c in span if not role_of(row[c])]) or not (
            len(set(years.values())) > 1 or marked
        ):
            continue
        below = [year_of(t) for t in cells[r + 1 : r + 40, min(years)].tolist() if t]
        if below and np.mean(np.array(below) > 0) > 0.6:
            continue
        if found and not marked and (set(years.values()) != known or _is_place_row(row, cells, found[0])):
            continue
        if found and r - found[-1] < 3 and marked:
            continue
        found.append(r)
        known = known or set(years.values())
    return found


def _is_place_row(row: Texts, cells: Texts, head: int) -> bool:
    """Whether a row looks like one of numbers that happen to be years: its first label is not that of the head."""
    return bool(row[0] != cells[head, 0])


def _title_above(cells: Texts, row: int, before: int) -> int:
    """Where the lines above a later table of a sheet begin: after the last row of two cells and more."""
    at = row
    while at - 1 > before and (cells[at - 1] != "").sum() <= 1:
        at -= 1
    while at < row and headings.FOOT.match(next((c for c in cells[at] if c), "注")):
        at += 1
    return at


def _head_above(cells: Texts, row: int, start: int) -> int:
    """First of the rows that make up a head whose last, or year, row is `row`."""
    top = row
    while top - 1 >= start and row - top < HEADS - 1:
        held = [c for c in cells[top - 1] if c]
        if len(held) < 2 or any(_is_number(c) for c in held[1:]) or headings.SAID.match(bare(held[0])):
            break
        top -= 1
    return max(top, start)


def _below(cells: Texts, spread: Texts, head: int, end: int) -> tuple[list[int], int]:
    """Rows below a head of years, and the first of them; rows of texts alone are heads still."""
    first = head + 1
    while first < end and first - head < HEADS:
        row = [c for c in spread[first, 1:] if c]
        label = spread[first, 0]
        if (
            not row
            or any(_is_number(c) or c.casefold() in _ABSENT for c in row)
            or (label and not role_of(label) and label != spread[head, 0])
        ):
            break
        first += 1
    return [r for r in range(first, end) if (cells[r] != "").any()], first


_ABSENT = {"—", "-", "…", "/", "--", "——", "……", "..."}


def _year_column(spread: Texts) -> int | None:
    """The column whose cells are years, by its head or the first; None where there is none."""
    best: tuple[int, int] | None = None
    for c in range(min(LABELS, spread.shape[1])):
        column = spread[:, c].tolist()
        years = [bool(t) and year_of(t) > 0 for t in column]
        if sum(years) < 2:
            continue
        first = years.index(True)
        held = [y for t, y in zip(column[first:], years[first:], strict=True) if t and not headings.FOOT.match(t)]
        if np.mean(held) < 0.8:
            continue
        score = int(any(role_of(t) == "year" for t in column[:first] if t))
        if best is None or score > best[0]:
            best = (score, c)
    return None if best is None else best[1]


def _first_row(
    cells: Texts, spread: Texts, start: int, end: int, years: int | None, tables: Sequence[UnitTable]
) -> tuple[int, list[int]]:
    """First row of numbers of a table without a row of years, and all of them."""
    if years is not None:
        first = next(r for r in range(start, end) if year_of(spread[r, years]))
        body = [r for r in range(first, end) if year_of(spread[r, years]) or (cells[r] != "").sum() > 1]
    else:
        known = [r for r in range(start, end) if any(_known(t, tables) for t in spread[r, :LABELS].tolist() if t)]
        numeric = [r for r in range(start, end) if sum(map(_is_number, cells[r].tolist())) > 0]
        both = [r for r in known if r in set(numeric)] if known else numeric
        if not both:
            raise NoTable("no numbers beside names of units" if known else "no table of numbers")
        first = both[0]
        body = [r for r in range(first, end) if (cells[r] != "").sum() > 1]
    if first == start or not (cells[start:first] != "").any():
        raise NoTable("no row above the numbers names the columns")
    while first - 1 > start and not (cells[first - 1] != "").any():
        first -= 1
    return first, body


def _known(text: str, tables: Sequence[UnitTable]) -> bool:
    return any(table.find(text) for table in tables)


def _sorted_columns(
    spread: Texts, top: int, first: int, body: list[int], years: int | None
) -> tuple[list[int], list[int]]:
    """Columns of labels and columns of numbers."""
    labels, values = [], []
    for c in range(spread.shape[1]):
        head = next((t for t in spread[top:first, c][::-1] if t), "")
        cells = [t for t in spread[body[:200], c].tolist() if t and t.casefold() not in _ABSENT]
        numbers = sum(_is_number(t) or year_of(t) > 0 for t in cells)
        if c == years or not cells:
            if cells:
                labels.append(c)
            elif head and (spread[body, c] != "").any():
                values.append(c)
        elif role_of(head) in ("code", "unit", "year") or 2 * numbers < len(cells):
            labels.append(c)
        else:
            values.append(c)
    return labels, values


def _labelled(grid: Grid, spread: Texts, block: _Block, tables: Sequence[UnitTable]) -> Table:
    """A block with what its heads, labels and surroundings say of each cell; its cells as numbers."""
    around = _around(grid, spread, block, tables)
    names = {around.unit: around.name} if around.unit else {}
    across, table = _across(spread, block, tables, names)
    body, down, found, notes = _down(grid, spread, block, tables, across, around, names)
    table = table or found or around.table
    values = [c for i, c in enumerate(block.values) if across.unit[i] or across.year[i] or across.indicator[i]]
    kept = [block.values.index(c) for c in values]
    across = across.take(kept)
    if not body or not values:
        raise NoTable("no numbers beside names of units" if not body else "no column of numbers has a head")
    numbers, values, across, more = _numbers(grid, spread, body, values, across)
    _complete(down, across, around, block, names)
    return Table(grid, body, values, down, across, numbers, table, names, notes + more)


def _across(
    spread: Texts, block: _Block, tables: Sequence[UnitTable], names: dict[str, str]
) -> tuple[Axis, UnitTable | None]:
    """What the heads of the columns say."""
    axis = Axis.empty(len(block.values))
    heads = [_heads(spread[block.top : block.first], c) for c in block.values]
    last = [head[-1] for head in heads if head]
    flat = [text for head in heads for text in head]
    table, known = best_table(sorted(set(flat)), tables)
    table = table if 2 * known >= len({t for t in flat if not year_of(t)}) and known > 1 else None
    years = [[headings.without_year(text) for text in head] for head in heads]
    beside = [name for row in years for year, name in row if year and name]
    wide = {name for name in beside if len({y for row in years for y, n in row if n == name}) > 1}
    for i, head in enumerate(heads):
        parts = []
        for j, text in enumerate(head):
            year, name = years[i][j]
            if exact := year_of(text):
                axis.year[i] = exact
            elif year and name in wide:
                axis.year[i] = year
                parts.append(name)
            elif table is not None and table.find(text):
                axis.unit[i] = table.find(text)
                names[axis.unit[i]] = text
            elif role_of(text) == "" or len(last) == 1:
                parts.append(text)
        measures = [text.strip("()") for text in parts[1:] if headings.MEASURE.fullmatch(text.strip("()"))]
        parts = [text for k, text in enumerate(parts) if not k or text.strip("()") not in measures]
        axis.indicator[i], axis.measure[i] = named(" ".join(dict.fromkeys(parts)))
        axis.measure[i] = axis.measure[i] or next(iter(measures), "")
        if headings.TOTAL.fullmatch(axis.indicator[i]) and table is not None:
            axis.indicator[i] = ""
    return axis, table


def _heads(rows: Texts, column: int) -> list[str]:
    """Texts above a column, from the top; a gap beside a text above other heads is part of that text's span."""
    out = []
    for r in range(len(rows)):
        text = rows[r, column]
        if not text and r < len(rows) - 1:
            left = next((c for c in range(column, 0, -1) if rows[r, c]), None)
            text = rows[r, left] if left is not None and not role_of(rows[r, left]) else ""
        if text and bare(text) not in out:
            out.append(bare(text))
    if (
        len(out) > 1
        and not out[0].isascii()
        and out[-1].isascii()
        and not year_of(out[-1])
        and not headings.MEASURE.fullmatch(out[-1].strip("()"))
    ):
        out.pop()
    return out


def _down(
    grid: Grid,
    spread: Texts,
    block: _Block,
    tables: Sequence[UnitTable],
    across: Axis,
    around: Around,
    names: dict[str, str],
) -> tuple[list[int], Axis, UnitTable | None, list[str]]:
    """Rows with numbers and what their labels say, without notes, totals and what is no unit."""
    roles, table = _roles(spread, block, tables, across, around)
    cells = {role: _filled(spread[block.body, c], grid.cells[block.body], role, roles) for role, c in roles.items()}
    keep, notes, unknown = [], [], []
    for i, r in enumerate(block.body):
        label = next((cells[k][i] for k in ("unit", "indicator") if k in cells), "")
        first = next((t for t in grid.cells[r] if t), "")
        if headings.FOOT.match(bare(first)) and (grid.cells[r] != "").sum() < 3:
            continue
        if "year" in cells and not year_of(cells["year"][i]):
            notes += [f"row {r + 1} has no year"]
            continue
        if ("unit" in cells or "indicator" in cells) and not label:
            notes += [f"row {r + 1} has no name"] * _any_number(spread[r, block.values])
            continue
        if "unit" in cells and table is not None and not table.find(cells["unit"][i]):
            unknown.append((r, cells["unit"][i]))
            continue
        if "unit" in cells and table is None and headings.TOTAL.fullmatch(bare(label)) and len(block.body) > 3:
            unknown.append((r, label))
            continue
        keep.append(i)
    if table is not None and "unit" in cells:
        _refuse_near(grid, unknown, table, {table.find(cells["unit"][i]) for i in keep}, roles["unit"])
    notes += _left_out([name for _, name in unknown])
    axis = Axis.empty(len(keep))
    for j, i in enumerate(keep):
        if "unit" in cells:
            axis.unit[j] = table.find(cells["unit"][i]) if table is not None else plain(cells["unit"][i])
            names.setdefault(axis.unit[j], bare(cells["unit"][i]))
        if "year" in cells:
            axis.year[j] = year_of(cells["year"][i])
        if "indicator" in cells:
            axis.indicator[j], axis.measure[j] = named(cells["indicator"][i])
        if "measure" in cells:
            axis.measure[j] = cells["measure"][i] or axis.measure[j]
    return [block.body[i] for i in keep], axis, table, notes


def _filled(column: Texts, rows: Texts, role: str, roles: dict[str, int]) -> list[str]:
    """A column of labels, blanks below a label filled where another label stands beside them."""
    out: list[str] = column.tolist()
    others = [c for r, c in roles.items() if r != role]
    for i in range(1, len(out)):
        if not out[i] and role != "measure" and any(rows[i, c] for c in others):
            out[i] = out[i - 1]
    return out


def _roles(
    spread: Texts, block: _Block, tables: Sequence[UnitTable], across: Axis, around: Around
) -> tuple[dict[str, int], UnitTable | None]:
    """Which column of labels holds the units, the years, the indicators and the units of measurement."""
    roles = {} if block.years is None else {"year": block.years}
    heads = {c: next((t for t in spread[block.top : block.first, c][::-1] if t), "") for c in block.labels}
    free = [c for c in block.labels if c != block.years]
    table, at = None, None
    if not any(across.unit):
        known = {c: _share(spread[block.body, c], tables) for c in free}
        best = max(known, key=lambda c: (known[c][1] >= 0.5, role_of(heads[c]) != "code", -c), default=None)
        if best is not None and known[best][1] >= 0.5:
            at, table = best, known[best][0]
        at = at if at is not None else next((c for c in free if role_of(heads[c]) == "unit" and not around.unit), None)
    free = [c for c in free if c != at]
    roles |= {} if at is None else {"unit": at}
    for c in free:
        role = role_of(heads[c])
        if role in ("indicator", "measure") and role not in roles:
            roles[role] = c
        elif role == "unit" and "measure" not in roles and "unit" in bare(heads[c]).casefold():
            roles["measure"] = c
    if "unit" not in roles and not any(across.unit) and not around.unit:
        text = [c for c in free if c not in roles.values() and role_of(heads[c]) != "code"]
        roles |= {"unit": text[0]} if text else {}
    if around.unit and "unit" not in roles and "indicator" not in roles and block.years is None:
        text = [c for c in free if c not in roles.values()]
        roles |= {"indicator": text[0]} if text else {}
    return roles, table


def _share(column: Texts, tables: Sequence[UnitTable]) -> tuple[UnitTable | None, float]:
    """The table that knows most names of a column, and their share without totals and notes."""
    names = {t for t in column.tolist() if t and not headings.FOOT.match(bare(t))}
    if all(t.isdigit() and len(t) < 3 for t in names):
        return None, 0.0
    table, known = best_table(sorted(names), tables)
    names = {t for t in names if table is None or table.find(t) or not headings.TOTAL.fullmatch(bare(t))}
    return table, known / max(len(names), 1)


def _any_number(cells: Texts) -> bool:
    return any(map(_is_number, cells.tolist()))


def _refuse_near(grid: Grid, unknown: list[tuple[int, str]], table: UnitTable, have: set[str], column: int) -> None:
    """Refuse a name that is nearly that of a unit which the table lacks: it may be that unit, and is not taken for it."""
    lacking = set(table.keys) - have
    for row, name in unknown:
        if lacking and not headings.TOTAL.fullmatch(bare(name)) and (near := table.near(name, lacking)):
            raise InputError(
                f'{grid.place(row, column)}: "{brief(name)}" is no {table.what}; did you mean "{near}"? '
                "Mend the name, or give a table of units that has it (--units)"
            )


def _left_out(names: Sequence[str]) -> list[str]:
    every = list(dict.fromkeys(bare(name) for name in names))
    shown = ", ".join(brief(name, 20) for name in every[:6]) + (f" and {len(every) - 6} more" if len(every) > 6 else "")
    return [f"left out: {shown}"] if every else []


def _numbers(
    grid: Grid, spread: Texts, body: list[int], values: list[int], across: Axis
) -> tuple[NDArray[np.float64], list[int], Axis, list[str]]:
    """The block as numbers, without columns of remarks."""
    cells = spread[np.ix_(body, values)]
    read = printed(cells)
    _refuse_faults(grid, body, values)
    held = (cells != "").sum(axis=0)
    remarks = (read.bad.sum(axis=0) > 0.5 * held) & (held > 0)
    notes = [
        f'column {letters(c)} ("{brief(across.indicator[i], 20)}") holds texts'
        for i, c in enumerate(values)
        if remarks[i]
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
    for i, c in enumerate(kept):
        if share[i]:
            if share[i] < np.isfinite(read.values[:, c]).sum():
                r = body[int(np.flatnonzero(read.percent[:, c])[0])]
                raise InputError(
                    f'{grid.place(r, values[c])}: "{spread[r, values[c]]}" is in per cent, others of its column are not; write all alike'
                )
            across.measure[c] = across.measure[c] or "%"
    notes += [f"marks of footnotes taken off {read.marked} cells"] * bool(read.marked)
    axis = across.take(kept)
    return read.values[:, kept], [values[i] for i in kept], axis, notes


def _refuse_faults(grid: Grid, body: list[int], values: list[int]) -> None:
    rows, columns = set(body), set(values)
    for (r, c), (_, wrong) in sorted(grid.faults.items()):
        if r in rows and c in columns:
            raise InputError(f"{grid.place(r, c)}: {wrong}")


def _around(grid: Grid, spread: Texts, block: _Block, tables: Sequence[UnitTable]) -> Around:
    """What the lines above a table, the sheet, the file and the folder say."""
    said, titles = _lines(grid.cells, block.start, block.top)
    path = Path(grid.file)
    sheet = "" if headings.GENERIC.fullmatch(bare(grid.name)) else bare(grid.name)
    places = [said.get("unit", ""), sheet, bare(path.stem), *titles[:1]]
    known = ((t, key, name) for name in places if name for t in tables if (key := t.find(name)))
    table, unit, spelled = next(known, (None, plain(said.get("unit", "")), said.get("unit", "")))
    years = [said.get("year", ""), *titles, sheet, path.stem, path.parent.name]
    year = next((found for name in years if (found := headings.year_in(name))), 0)
    corner = _corner(spread, block)
    names = [said.get("indicator", ""), corner, *titles[::-1], "" if year_of(sheet) else sheet, path.stem]
    named_ = [named(name) for name in names if name and not any(t.find(name) for t in tables)]
    titled = any(named(name)[0] for name in names[: 2 + len(titles)] if name)
    indicator, measure = next(((name, measure) for name, measure in named_ if name and not year_of(name)), ("", ""))
    return Around(unit, spelled, year, indicator, measure or said.get("measure", ""), table, titled)


def _lines(cells: Texts, start: int, top: int) -> tuple[dict[str, str], list[str]]:
    """Lines above a table that say what they are (指标：, 单位：), and its titles."""
    said: dict[str, str] = {}
    titles = []
    for r in range(start, top):
        for text in (bare(t) for t in cells[r] if t):
            found = headings.SAID.match(text)
            inside = headings.named(text)[1] if "单位" in text else ""
            if found:
                word = found[1].casefold()
                role = {"指标": "indicator", "指标名称": "indicator", "地区": "unit", "region": "unit", "单位": "measure", "计量单位": "measure",
                        "unit": "measure", "units": "measure", "indicator": "indicator"}.get(word, "year" if word != "数据库" else "")  # fmt: skip
                said.setdefault(role, found[2].strip())
            elif not headings.FOOT.match(text) and not headings.GENERIC.fullmatch(text):
                titles.append(text)
                said |= {"measure": inside} if inside else {}
    return said, titles


def _corner(spread: Texts, block: _Block) -> str:
    """The text in the corner of a table, where it says more than what stands below it."""
    texts = {bare(t) for c in block.labels[:1] for t in spread[block.top : block.first, c].tolist() if t}
    return next((t for t in texts if not role_of(t) and "\\" not in t and "/" not in named(t)[0] and named(t)[1]), "")


def _complete(down: Axis, across: Axis, around: Around, block: _Block, names: dict[str, str]) -> None:
    """What is not said beside or above the numbers comes from around them.

    Raises
    ------
    NoTable
        Where nothing says which year, unit or indicator they are of.
    """
    if not any(down.year) and not any(across.year):
        if not around.year:
            raise NoTable("no year is found in it, in its title, nor in the names of its sheet and file")
        down.year = [around.year] * len(down.year)
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
    for down in dict.fromkeys(table.down.indicator):
        r = np.array([name == down for name in table.down.indicator])
        for across in dict.fromkeys(table.across.indicator):
            c = np.array([name == across for name in table.across.indicator])
            at = np.flatnonzero((r[:, None] & c[None, :]).ravel())
            name = " ".join(dict.fromkeys(part for part in (down, across) if part))
            measures = (
                [table.down.measure[rows.flat[at[0]]], table.across.measure[columns.flat[at[0]]]] if at.size else []
            )
            yield name, next((m for m in measures if m), ""), rows.ravel()[at], columns.ravel()[at]
