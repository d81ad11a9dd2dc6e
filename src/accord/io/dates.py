"""Dates, months and quarters where years stand: years where each is the same day of its year, else no annual table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from accord.errors import brief
from accord.io.headings import bare
from accord.io.year_lines import NoTable, Texts, is_number
from accord.io.years import year_of
from accord.sheets.cells import Grid

AFTER = frozenset("-/年 Qq第上MmHh.")
"""What may follow the year of a date, a month or a quarter."""
DAY = re.compile(
    r"((?:19|20)\d\d)(?:[-/]|年)(0?[1-9]|1[0-2])(?:[-/]|月)(\d\d?)日?(?:[ T]\d\d:\d\d(?::\d\d(?:\.0+)?)?)?"
)
MONTH = re.compile(r"((?:19|20)\d\d)(?:[-/Mm]|年)\s*(?:\d{1,2}[-~至])?(0?[1-9]|1[0-2])(?:月(?:份|末|底)?)?")
PART = re.compile(r"((?:19|20)\d\d)[-\s年]*(第?[一二三四1-4]季度?|[上下]半年|[QqHh][1-4])(?:末|底)?")


@lru_cache(maxsize=65_536)
def period_of(text: str) -> tuple[int, str]:
    """A year, and which day, month or quarter of it a cell is; zero and nothing where it is none.

    Examples
    --------
    >>> period_of("2019-04-01 00:00:00"), period_of("2021年12月"), period_of("2019Q4"), period_of("2019"), period_of("2018-19")
    ((2019, '4-1'), (2021, '12'), (2019, 'Q4'), (0, ''), (0, ''))
    """
    plain = bare(text)
    if found := DAY.fullmatch(plain):
        return int(found[1]), f"{int(found[2])}-{int(found[3])}"
    if found := MONTH.fullmatch(plain) or PART.fullmatch(plain):
        return int(found[1]), found[2].removeprefix("0")
    return 0, ""


def with_years(grid: Grid) -> Texts:
    """The cells of a sheet, dates that are each the same day of its year as years; 2021年12月 is the year's end.

    Raises
    ------
    NoTable
        Where a row of heads or a column of labels holds months, quarters, or several days of a year.
    """
    cells = grid.cells
    dates = [
        (r, c) for r, row in enumerate(cells.tolist()) for c, t in enumerate(row) if _may_be(t) and period_of(t)[0]
    ]
    if len(dates) < 2:
        return cells
    cells = cells.copy()
    for line in _lines(cells, dates):
        periods = [period_of(cells[at]) for at in line]
        years, parts = {year for year, _ in periods}, {part for _, part in periods}
        if len(parts) == 1 and ("-" in next(iter(parts)) or parts == {"12"}):
            if len(years) > 1 or parts <= {"1-1", "12-31", "12"}:
                for at, (year, _) in zip(line, periods, strict=True):
                    cells[at] = f"{year}年"
        elif not _has_years(cells, line):
            at = line[min(1, len(line) - 1)]
            raise NoTable(
                f'row {at[0] + 1} has "{brief(cells[at], 24)}": months, quarters and days within a year are not read; '
                "give one value a year"
            )
    return cells


def _may_be(text: str) -> bool:
    return len(text) > 5 and text[4] in AFTER and text[0] in "12１２"


def _lines(cells: Texts, dates: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Rows of dates across, then columns of the other dates down: of cells that are little else from the first date on."""
    taken: set[tuple[int, int]] = set()
    for axis in (0, 1):
        lines: dict[int, list[tuple[int, int]]] = {}
        for at in dates:
            if at not in taken:
                lines.setdefault(at[axis], []).append(at)
        for k, line in lines.items():
            rest = cells[k, line[0][1] :] if axis == 0 else cells[line[0][0] :, k]
            heads = axis == 0 and not any(map(is_number, rest.tolist()))
            if len(line) > 1 and (heads or len(line) >= 0.8 * np.count_nonzero(rest != "")):
                taken |= set(line)
                yield line


def _has_years(cells: Texts, line: list[tuple[int, int]]) -> bool:
    """Whether the years stand elsewhere, and dates in a column are of something else."""
    down = line[0][1] == line[-1][1]
    return down and any(
        2 * sum(year_of(cells[r, c]) > 0 for r, _ in line) > len(line) for c in range(cells.shape[1]) if c != line[0][1]
    )
