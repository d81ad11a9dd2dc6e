"""Where the tables of a sheet stand: their lines, their heads, their rows and columns of labels and numbers."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from accord.io import headings
from accord.io.headings import bare, role_of
from accord.io.printed import ABSENT, read_number
from accord.io.year_lines import HEADS, LABELS, NoTable, Texts, is_number, year_column, year_rows
from accord.io.years import year_of
from accord.sheets.cells import Grid, refuse_overlap
from accord.unit_tables import UnitTable


@dataclass(frozen=True)
class Block:
    """Where a table stands: its lines from `start`, its heads from `top` to `first`, its rows and columns."""

    start: int
    top: int
    first: int
    body: list[int]
    labels: list[int]
    values: list[int]
    years: int | None
    """The column of the years, where they stand down."""


def blocks(grid: Grid, spread: Texts, tables: Sequence[UnitTable]) -> list[Block]:
    """The tables of a sheet, one below the other; of a row of years across each later one starts a table of its own.

    Raises
    ------
    NoTable
        Where none is recognised.
    """
    heads = year_rows(grid.cells, spread)
    if not heads:
        return _halves(spread, _without_years_across(grid, spread, tables))
    starts = [0, *(_title_above(grid.cells, row, before) for before, row in pairwise(heads))]
    ends = [*starts[1:], len(grid.cells)]
    found = (_with_years_across(grid, spread, a, b, row) for a, b, row in zip(starts, ends, heads, strict=True))
    return [half for block in found for half in _halves(spread, block)]


def _halves(spread: Texts, block: Block) -> list[Block]:
    """A table as it is, or its parts side by side where the head of its units stands again to the right, above names."""
    heads = [
        next((bare(t) for t in spread[block.top : block.first, c][::-1] if role_of(t) == "unit"), "")
        for c in range(spread.shape[1])
    ]
    first = next((c for c in block.labels if heads[c]), None)
    names = [
        c for c, head in enumerate(heads)
        if first is not None and c > first and head == heads[first] and not any(is_number(t) for t in spread[block.body, c])
    ]  # fmt: skip
    starts = [
        c
        for k, c in enumerate(names)
        if block.values[:1] < [c] and _between(block, c, [*names, spread.shape[1]][k + 1])
    ]
    if not starts or block.years is not None:
        return [block]
    out = []
    for a, b in pairwise([0, *starts, spread.shape[1]]):
        labels = [c for c in block.labels if a <= c < b] if not a else [a]
        values = [c for c in block.values if a <= c < b and c not in labels]
        body = [r for r in block.body if any(spread[r, a:b])]
        out.append(replace(block, labels=labels, values=values, body=body))
    return out


def _between(block: Block, a: int, b: int) -> bool:
    at = bisect_right(block.values, a)
    return at < len(block.values) and block.values[at] < b


def _with_years_across(grid: Grid, spread: Texts, start: int, end: int, head: int) -> Block:
    body, first = _below(grid.cells, spread, head, end)
    at = next(c for c in range(spread.shape[1]) if year_of(spread[head, c]))
    labels = [c for c in range(at) if (spread[body, c] != "").any()]
    return Block(
        start, _head_above(grid.cells, head, start), first, body, labels, list(range(at, spread.shape[1])), None
    )


def _without_years_across(grid: Grid, spread: Texts, tables: Sequence[UnitTable]) -> Block:
    years = year_column(spread)
    first, body = _first_row(grid.cells, spread, years, tables)
    top = _head_above(grid.cells, first - 1, 0)
    return Block(0, top, first, body, *_sorted_columns(spread, top, first, body, years), years)


def spread_merged(grid: Grid) -> Texts:
    """Cells with the text of each merged range in all of its cells."""
    cells = grid.cells.copy()
    height, width = cells.shape
    for at, (shown, _) in grid.faults.items():
        if at[0] < height and at[1] < width:
            cells[at] = shown
    refuse_overlap(grid)
    for (top, left), (bottom, right) in grid.merged:
        if top < height and left < width and cells[top, left] and not is_number(cells[top, left]):
            part = cells[top : bottom + 1, left : right + 1]
            part[part == ""] = cells[top, left]
    return cells


def only_first(grid: Grid, spread: Texts, block: Block) -> Texts:
    """The cells of a table, a number like a year that is merged over several of its cells in the first of them alone."""
    rows, columns = set(block.body), set(block.values)
    out = spread
    for (top, left), (bottom, right) in grid.merged:
        if top in rows and left in columns and (text := spread[top, left]) and math.isfinite(read_number(text)[0]):
            out = out.copy() if out is spread else out
            part = out[top : bottom + 1, left : right + 1]
            part[part == text] = ""
            out[top, left] = text
    return out


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
        if len(held) < 2 or any(is_number(c) for c in held[1:]) or headings.SAID.match(bare(held[0])):
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
            or any(is_number(c) or c.casefold() in ABSENT for c in row)
            or (label and not role_of(label) and label != spread[head, 0])
        ):
            break
        first += 1
    return _without_lines_below(cells, [r for r in range(first, end) if (cells[r] != "").any()]), first


def _without_lines_below(cells: Texts, body: list[int]) -> list[int]:
    """Rows of a table without lines of words alone below it, after a gap."""
    last = next(
        (i for i in reversed(range(len(body))) if any(any(x.isdigit() for x in t) for t in cells[body[i], 1:])), -1
    )
    gap = next((i for i in range(last + 1, len(body)) if i and body[i] > body[i - 1] + 1), len(body))
    return body[:gap] if last >= 0 else body


def _first_row(cells: Texts, spread: Texts, years: int | None, tables: Sequence[UnitTable]) -> tuple[int, list[int]]:
    """First row of numbers of a table without a row of years, and all of them."""
    held = cells.astype(bool).sum(axis=1)
    if years is not None:
        dated = np.array([year_of(text) > 0 for text in spread[:, years].tolist()])
        first = int(np.flatnonzero(dated)[0])
        body = np.flatnonzero(dated | (held > 1))
    else:
        known = {t for t in set(spread[:, :LABELS].ravel().tolist()) if t and any(table.find(t) for table in tables)}
        rows = spread[:, :LABELS].tolist()
        named = np.array([any(t in known for t in row) for row in rows]) if known else np.ones(len(rows), dtype=bool)
        first = next((r for r in np.flatnonzero(named).tolist() if _has_numbers(cells[r].tolist(), bool(known))), -1)
        if first < 0:
            raise NoTable("no numbers beside names of units" if known else "no table of numbers")
        body = np.flatnonzero(held > 1)
    body = body[body >= first]
    if not held[:first].any():
        raise NoTable("no row above the numbers names the columns")
    while not held[first - 1]:
        first -= 1
    return first, body.tolist()


def _has_numbers(row: list[str], named: bool) -> bool:
    """Whether a row has numbers; beside the name of a unit also such that are like years."""
    held = [t for t in row if t]
    like = sum(year_of(t) > 0 for t in held) if named else 0
    return any(map(is_number, held)) or 2 * like > len(held) - 1 > 0


def _sorted_columns(
    spread: Texts, top: int, first: int, body: list[int], years: int | None
) -> tuple[list[int], list[int]]:
    """Columns of labels and columns of numbers."""
    labels, values = [], []
    for c in range(spread.shape[1]):
        head = next((t for t in spread[top:first, c][::-1] if t), "")
        cells = [t for t in spread[body[:200], c].tolist() if t and t.casefold() not in ABSENT]
        numbers = sum(is_number(t) or year_of(t) > 0 for t in cells)
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
