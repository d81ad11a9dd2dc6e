"""What the labels down a table say of each of its rows: unit, year, indicator, measure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accord.errors import InputError, brief
from accord.io import headings
from accord.io.blocks import Block
from accord.io.groups import group_columns, sections
from accord.io.headings import bare, named, role_of
from accord.io.surroundings import Around
from accord.io.year_lines import Texts, is_number
from accord.io.years import year_of
from accord.places import plain
from accord.sheets.cells import Grid, letters
from accord.unit_tables import UnitTable, best_table


@dataclass
class Axis:
    """What the labels along the rows, or the heads of the columns, of a block say of each."""

    unit: list[str]
    year: list[int]
    indicator: list[str]
    measure: list[str]
    group: list[str]
    """What the number is of besides, as urban or rural."""

    @classmethod
    def empty(cls, n: int) -> Axis:
        return cls([""] * n, [0] * n, [""] * n, [""] * n, [""] * n)

    def take(self, kept: Iterable[int]) -> Axis:
        """The labels at some places."""
        at = list(kept)
        unit, *text = [[part[i] for i in at] for part in (self.unit, self.indicator, self.measure, self.group)]
        return Axis(unit, [self.year[i] for i in at], *text)


def labels_down(
    grid: Grid,
    spread: Texts,
    block: Block,
    tables: Sequence[UnitTable],
    across: Axis,
    around: Around,
    names: dict[str, str],
) -> tuple[list[int], Axis, UnitTable | None, list[str]]:
    """Rows with numbers and what their labels say, without notes, totals and what is no unit."""
    roles, table = _roles(spread, block, tables, across, around)
    groups = group_columns(grid, spread, block, roles, across.unit)
    others = roles | {f"group {c}": c for c in groups}
    cells = {role: _filled(spread[block.body, c], grid.cells[block.body], role, others) for role, c in roles.items()}
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
        if "unit" in cells and table is None and headings.is_total(label, False) and len(block.body) > 3:
            unknown.append((r, label))
            continue
        keep.append(i)
    titles = {}
    if "unit" in cells and keep:
        keys = [tuple(part[i] for part in (*cells.values(), *groups.values())) for i in keep]
        titles = sections(grid, block, tables, table is not None, [block.body[i] for i in keep], keys)
        unknown = [(r, name) for r, name in unknown if bare(name) not in titles.values()]
    if table is not None and "unit" in cells:
        _refuse_near(grid, unknown, table, {table.find(cells["unit"][i]) for i in keep}, roles["unit"])
    notes += _left_out([name for _, name in unknown])
    notes += _undated(spread, block, {*roles.values(), *groups}) if any(across.year) else []
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
        axis.group[j] = " ".join(part[i] for part in groups.values() if part[i])
        if (title := titles.get(block.body[i], "")) and (around.titled or axis.indicator[j] or any(across.indicator)):
            axis.group[j] = f"{title} {axis.group[j]}".strip()
        elif title:
            axis.indicator[j], axis.measure[j] = named(title)
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
    spread: Texts, block: Block, tables: Sequence[UnitTable], across: Axis, around: Around
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
    names = {t for t in names if table is None or table.find(t) or not headings.is_total(t, True)}
    return table, known / max(len(names), 1)


def _any_number(cells: Texts) -> bool:
    return any(map(is_number, cells.tolist()))


def _refuse_near(grid: Grid, unknown: list[tuple[int, str]], table: UnitTable, have: set[str], column: int) -> None:
    """Refuse a name that is nearly that of a unit which the table lacks: it may be that unit, and is not taken for it."""
    lacking = set(table.keys) - have
    for row, name in unknown:
        if lacking and not headings.is_total(name, True) and (near := table.near(name, lacking)):
            raise InputError(
                f'{grid.place(row, column)}: "{brief(name)}" is no {table.what}; did you mean "{near}"? '
                "Mend the name, or give a table of units that has it (--units)"
            )


def _undated(spread: Texts, block: Block, used: set[int]) -> list[str]:
    """Notes of columns of numbers among the labels of a table whose years stand across."""
    out = []
    for c in (c for c in block.labels if c not in used):
        head = next((bare(t) for t in spread[block.top : block.first, c][::-1] if t), "")
        texts = [t for t in spread[block.body, c].tolist() if t]
        coded = role_of(head) or head.casefold().endswith(("code", "代码", "编码"))
        if head and not coded and not headings.FOOT.match(head) and 2 * sum(map(is_number, texts)) > len(texts):
            out.append(f'column {letters(c)} ("{brief(head, 20)}") has no year')
    return out


def _left_out(names: Sequence[str]) -> list[str]:
    every = list(dict.fromkeys(bare(name) for name in names))
    shown = ", ".join(brief(name, 20) for name in every[:6]) + (f" and {len(every) - 6} more" if len(every) > 6 else "")
    return [f"left out: {shown}"] if every else []
