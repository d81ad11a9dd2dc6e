"""Rows and columns of years in a sheet: heads across, also those of later tables below, and a column of years down."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.io import headings
from accord.io.headings import role_of
from accord.io.printed import read_number
from accord.io.years import year_of

Texts = NDArray[Any]
LABELS = 12
"""Columns among which the labels of a table's rows are looked for."""
HEADS = 5
"""Rows that a table's head has at most."""


class NoTable(Exception):
    """A sheet in which no table of units and years is recognised, with the reason."""


def is_number(text: str) -> bool:
    """Whether a cell is a number, and no year."""
    return bool(text) and not year_of(text) and math.isfinite(read_number(text)[0])


def year_rows(cells: Texts, spread: Texts) -> list[int]:
    """Rows whose heads are years across: the first such row, and later ones that start a table of their own."""
    found: list[int] = []
    down: set[int] = set()  # columns whose years run down
    for r in range(len(spread)):
        row = spread[r].tolist()
        if not any(t and c not in down and year_of(t) for c, t in enumerate(row[1:LABELS], 1)):
            continue
        years = {c: y for c, t in enumerate(row[1:], 1) if t and (y := year_of(t))}
        at = min(years)
        headed = any(role_of(t) for t in row[:at] if t)
        if not headed and (at in down or _runs_down(cells[r + 1 : r + 40, at].tolist())):
            down.add(at)
            continue
        marked = any("年" in row[c] for c in years)
        others = sum(bool(t) and c not in years and not role_of(t) for c, t in enumerate(row[at:], at))
        if 4 * others > len(years) or not (len(set(years.values())) > 1 or marked):
            continue
        if (
            not marked
            and not headed
            and (_is_body(spread, r, at) if not found else not _heads_again(cells, r, found[0]))
        ):
            continue
        if not found or r - found[-1] > 1 + marked:
            found.append(r)
    return found


def _runs_down(below: list[str]) -> bool:
    held = [year_of(t) > 0 for t in below if t]
    return 5 * sum(held) > 3 * len(held)


def _is_body(spread: Texts, row: int, at: int) -> bool:
    """Whether a row with a label of its own stands below a head: its numbers are like years by chance."""
    label = next((t for t in spread[row, :at] if t), "")
    above = spread[max(row - HEADS, 0) : row]
    return bool(label) and any(sum(map(bool, head)) > 1 and any(role_of(t) for t in head[:at] if t) for head in above)


def _heads_again(cells: Texts, row: int, head: int) -> bool:
    """Whether a row of years below a table heads another: it is labelled as the first head is, or has no label below a gap."""
    if cells[row, 0]:
        return bool(cells[row, 0] == cells[head, 0])
    held = [year_of(t) for t in cells[row] if t]
    same = held == [year_of(t) for t in cells[head] if t]
    return same or (len(held) > 1 and all(held) and bool((cells[row - 1] != "").sum() < 2))


def year_column(spread: Texts) -> int | None:
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
        heads = [t for t in column[:first] if t]
        score = int(any(role_of(t) == "year" for t in heads))
        if not score and ((c > 1 and heads) or len({year_of(t) for t in column if t} - {0}) < 2):
            continue  # years of something else, as a table of sources has them
        if best is None or score > best[0]:
            best = (score, c)
    return None if best is None else best[1]
