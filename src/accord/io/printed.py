"""Numbers as yearbooks print them: separators, full-width digits, footnote marks, percent signs, dashes for missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from accord.io.headings import MARKS
from accord.sheets import MISSING, floats
from accord.sheets.cells import PLAIN
from accord.sheets.text import DECIMAL_COMMA

GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(?:([, \u00a0\u2009\u202f'’])\d{3})(?:\1\d{3})*(?:\.\d+)?", re.ASCII)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
NOTED = re.compile(r"(?<=\d)(?:\s*(?:\*{1,3}|\[\d{1,2}\]|\([bceprsu]\))|\s+(?:[bcdefprsu]{1,2}|\d\)|\(\d\)))$")
"""Marks behind a number: stars, numbers of footnotes, and letters for provisional, revised, estimated, broken series."""
ABSENT = frozenset(m.casefold() for m in MISSING) | {
    "n.a.", "n.a", "na.", "#n/a", ":", ".", "x", "缺", "缺失", "无", "暂无", "无数据", "暂无数据", "空", "no data", "none", "not available",
    "(na)", "(d)", "(x)", "(s)", "#", "....", "———", "---", "----", "//", "\\", "…… ", "･･･", "*", "nd",
}  # fmt: skip
"""Texts that stand for a missing number in a printed table."""


@dataclass(frozen=True)
class Printed:
    """Cells as numbers: what they are, which are none, and what had to be taken off."""

    values: NDArray[np.float64]
    bad: NDArray[np.bool_]
    """Cells that hold something that is no number and does not stand for a missing one."""
    percent: NDArray[np.bool_]
    marked: int = 0
    """Cells from which the mark of a footnote was taken off."""
    decimal: tuple[int, int] | None = None
    """A cell whose comma can only be that of decimals, where there is one: 1,234 beside it is then no thousand."""


def printed(cells: NDArray[Any]) -> Printed:
    """Texts (row, column) as numbers.

    Examples
    --------
    >>> printed(np.array([["1,234.5", "１２．５", "—"], ["12①", "45%", "12,5"]], dtype=object)).values.tolist()
    [[1234.5, 12.5, nan], [12.0, 45.0, nan]]
    """
    values = np.full(cells.shape, np.nan)
    bad, percent = np.zeros(cells.shape, dtype=bool), np.zeros(cells.shape, dtype=bool)
    marked = 0
    for c in range(cells.shape[1]):
        values[:, c] = floats(pd.Series(cells[:, c], dtype=object))
        for r in np.flatnonzero(~np.isfinite(values[:, c])):
            text = cells[r, c]
            if not text or text.casefold() in ABSENT:
                values[r, c] = np.nan
                continue
            value, share, mark = read_number(text)
            values[r, c], percent[r, c], bad[r, c] = value, share, np.isnan(value) and value is not MISSED
            marked += mark
    commas = np.argwhere(bad & np.vectorize(_is_decimal, otypes=[bool])(cells)) if bad.any() else np.empty((0, 2), int)
    where = (int(commas[0][0]), int(commas[0][1])) if commas.size else None
    return Printed(values, bad, percent, marked, where)


def _is_decimal(text: str) -> bool:
    return DECIMAL_COMMA.fullmatch(text) is not None


INVISIBLE = " \t\r\n\u200b\u200c\u200d\u2060\ufeff"
MISSED = float("nan")
"""The number that a text stands for which says that there is none."""


def read_number(text: str) -> tuple[float, bool, bool]:
    """A number as printed, whether it is in per cent, and whether the mark of a footnote was taken off.

    Examples
    --------
    >>> read_number("1 234"), read_number("12.3%"), read_number("7*")
    ((1234.0, False, False), (12.3, True, False), (7.0, False, True))
    """
    plain = MARKS.sub("", text)
    marked = plain != text
    plain = plain.translate(PLAIN).replace("，", ",").strip(INVISIBLE).removeprefix("'")
    if plain.casefold() in ABSENT:
        return MISSED, False, marked
    unmarked = NOTED.sub("", plain)
    marked, plain = marked or unmarked != plain, unmarked
    share = plain.endswith("%")
    plain = plain.removesuffix("%").strip()
    if (found := GROUPED.fullmatch(plain)) is not None:
        plain = plain.replace(found[1], "")
    value = float(plain) if NUMBER.fullmatch(plain) else np.nan
    return (value, share, marked) if np.isfinite(value) else (np.nan, False, False)
