"""What the heads across a table say of each of its columns: unit, year, indicator, measure."""

from __future__ import annotations

from collections.abc import Sequence

from accord.errors import InputError, brief
from accord.io import headings
from accord.io.axes import Axis
from accord.io.blocks import Block
from accord.io.headings import bare, named, role_of
from accord.io.surroundings import Around
from accord.io.year_lines import Texts
from accord.io.years import beside_year, year_of
from accord.sheets.cells import Grid, letters
from accord.unit_tables import UnitTable, best_table


def heads_across(
    grid: Grid, spread: Texts, block: Block, tables: Sequence[UnitTable], around: Around, names: dict[str, str]
) -> tuple[Axis, UnitTable | None]:
    """What the heads of the columns say.

    Raises
    ------
    InputError
        Where they and a column of years both say which year a number is of, or title, sheet and file name several.
    """
    axis = Axis.empty(len(block.values))
    heads = heads_of(spread, block)
    single = sum(map(bool, heads)) == 1
    table = _table_of(heads, tables)
    years, names_beside = _own_years(grid, block, heads)
    for i, head in enumerate(heads):
        parts = []
        axis.year[i] = years[i]
        for text, name in zip(head, names_beside[i], strict=True):
            if table is not None and (key := table.find(text)):
                axis.unit[i] = key
                names[key] = text
            elif name and (role_of(name) == "" or single):
                parts.append(name)
        measures = [text.strip("()") for text in parts[1:] if headings.MEASURE.fullmatch(text.strip("()"))]
        parts = [text for k, text in enumerate(parts) if not k or text.strip("()") not in measures]
        axis.indicator[i], axis.measure[i] = named(" ".join(dict.fromkeys(parts)))
        axis.measure[i] = axis.measure[i] or next(iter(measures), "")
        if table is not None and headings.is_total(axis.indicator[i], True):
            axis.indicator[i] = ""
    if len(set(years) - {0}) == 1 and not any(map(year_of, _flat(heads))) and (said := around.year(grid)):
        axis.year = [year or said for year in years]
    return axis, table


def _table_of(heads: list[list[str]], tables: Sequence[UnitTable]) -> UnitTable | None:
    """The table of units that knows most of the heads."""
    flat = set(_flat(heads))
    table, known = best_table(sorted(flat), tables)
    return table if 2 * known >= sum(not year_of(t) for t in flat) and known > 1 else None


def _own_years(grid: Grid, block: Block, heads: list[list[str]]) -> tuple[list[int], list[list[str]]]:
    """The year that each column's head holds, and the texts of the head without it.

    A year beside a name counts where nothing in the heads is a year by itself, or where the name stands beside several.
    """
    beside = [[(0, "", False) if year_of(text) else beside_year(text) for text in head] for head in heads]
    seen: dict[str, set[int]] = {}
    for year, name, _ in (one for head in beside for one in head if one[0]):
        seen.setdefault(name, set()).add(year)
    alone = any(map(year_of, _flat(heads))) or block.years is not None
    years, names = [0] * len(heads), []
    for i, head in enumerate(heads):
        left = []
        for text, (year, name, sure) in zip(head, beside[i], strict=True):
            wide = year > 0 and len(seen[name]) > 1
            if wide and block.years is not None:
                raise InputError(
                    f'{grid.place(block.first - 1, block.values[i])}: "{brief(text)}" names a year, and column '
                    f"{letters(block.years)} holds years; remove one of them"
                )
            own = year_of(text) or (year if wide or (sure and not alone) else 0)
            years[i] = own or years[i]
            left.append((name if not year_of(text) else "") if own else text)
        names.append(left)
    return years, names


def heads_of(spread: Texts, block: Block) -> list[list[str]]:
    """Texts above each column of numbers, from the top; a gap beside a text above other heads is part of that text's span."""
    rows = _spans(spread[block.top : block.first].tolist())
    return [_in_one_language(list(dict.fromkeys(bare(row[c]) for row in rows if row[c]))) for c in block.values]


def _spans(rows: list[list[str]]) -> list[list[str]]:
    """Heads with the gaps to the right of each filled, up to where a head above changes; the last row as it is."""
    out: list[list[str]] = []
    for row in rows[:-1]:
        filled = row[:1]
        for c in range(1, len(row)):
            before = filled[c - 1] if c > 1 and not role_of(filled[c - 1]) else ""
            within = all(above[c] == above[c - 1] for above in out)
            filled.append(row[c] or (before if within else ""))
        out.append(filled)
    return [*out, *rows[-1:]]


def _in_one_language(head: list[str]) -> list[str]:
    """Heads without a last one that says the same in English."""
    if len(head) < 2 or head[0].isascii() or not head[-1].isascii():
        return head
    measure = headings.MEASURE.fullmatch(head[-1].strip("()"))
    return head if year_of(head[-1]) or measure else head[:-1]


def _flat(heads: list[list[str]]) -> list[str]:
    return [text for head in heads for text in head]
