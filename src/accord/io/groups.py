"""What divides an indicator down a table: a column of groups beside the units, or lines of their own above some rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from accord.errors import InputError, brief
from accord.io import headings
from accord.io.blocks import Block
from accord.io.headings import bare, role_of
from accord.io.year_lines import Texts, is_number
from accord.sheets.cells import Grid
from accord.unit_tables import UnitTable

ASIDE = re.compile(r"flag|status|remark|comment|updated?|源|备注|标[志记识]|更新|说明|注", re.IGNORECASE)
"""Heads of columns that say something of the numbers and do not divide them."""
WHOLE = re.compile(r"[合总小]\s*计|总\s*数|全\s*部|total|all", re.IGNORECASE)
"""The group that is the whole."""
PLACES = re.compile(
    r".*(?:地区|区域?|部|省|市|州|县|盟|[东南西北中]|带|圈|群|片|兵团|香港|澳门|台湾)|其中.*"
    r"|.*\b(?:region|area|division|zone)s?|(?:(?:north|south|east|west|mid|central|new england|middle|atlantic|pacific|mountain|plains|lakes|far|rocky)\W*)+.*",
    re.IGNORECASE,
)
"""Lines above rows that name a part of the country."""
INDICATOR = re.compile(r".*(?:人口|人员|[数额量率值费]|收入|支出|面积|population|number|rate|income)", re.IGNORECASE)
"""Lines above rows that name no unit which happens to have no numbers."""
Keys = list[tuple[str, ...]]


def group_columns(
    grid: Grid, spread: Texts, block: Block, roles: dict[str, int], fixed: Sequence[str]
) -> dict[int, list[str]]:
    """Columns of labels that tell rows of one unit, year and indicator apart, with what they say of each row.

    Raises
    ------
    InputError
        Where such a column differs within units whose rows other labels tell apart: it may divide the numbers or not.
    """
    rows = spread[block.body]
    out: dict[int, list[str]] = {}
    taken = [c for role, c in roles.items() if role != "measure"]
    if not (taken or fixed):
        return out
    for c in block.labels:
        head = next((bare(t) for t in spread[block.top : block.first, c][::-1] if t), "")
        if c in roles.values() or role_of(head) in ("code", "unit", "year") or ASIDE.search(head):
            continue
        texts = rows[:, c].tolist()
        keys = _keys(rows, [*taken, *out], c)
        used = [i for i in range(len(rows)) if any(rows[i, block.values]) and any(keys[i])]
        down = used and texts[used[0]] and "unit" in roles and all(rows[used, roles["unit"]])
        full = _below(texts) if down else texts
        held = [i for i in used if texts[i]]
        words = {full[i] for i in used if full[i]}
        if len(words) < 2 or 2 * len(words) > len(used) or 2 * sum(map(is_number, words)) > len(words):
            continue
        twice = len({keys[i] for i in used}) < len(used)
        differ = len({(keys[i], full[i]) for i in used}) > len({keys[i] for i in used})
        if twice and differ:
            out[c] = ["" if WHOLE.fullmatch(bare(t)) else bare(t) for t in full]
        elif not twice and 2 * len(held) >= len(used) and _differs_within(rows, roles, texts, used):
            raise InputError(
                f'{grid.place(block.first - 1, c)}: "{brief(head, 20)}" has several words for one unit; '
                "where it divides the numbers put each part into a column or file of its own, else remove it"
            )
    return out


def _keys(rows: Texts, columns: Sequence[int], beside: int) -> Keys:
    """What some columns say of each row, blanks filled where a label stands beside them."""
    filled = [_below(rows[:, c].tolist(), rows[:, beside].tolist()) for c in columns]
    return list(zip(*filled, strict=True)) if filled else [("",)] * len(rows)


def _below(texts: Sequence[str], beside: Sequence[str] = ()) -> list[str]:
    """Labels with the blanks below each filled."""
    out = list(texts)
    for i in range(1, len(out)):
        if not out[i] and (not beside or beside[i]):
            out[i] = out[i - 1]
    return out


def _differs_within(rows: Texts, roles: dict[str, int], texts: list[str], used: list[int]) -> bool:
    """Whether a column has several words for one unit and indicator."""
    columns = [roles[k] for k in ("unit", "indicator") if k in roles]
    if "unit" not in roles:
        return False
    said: dict[tuple[str, ...], set[str]] = {}
    for i in used:
        said.setdefault(tuple(rows[i, columns]), set()).add(texts[i])
    return any(len(words) > 1 for key, words in said.items() if key[0])


def sections(
    grid: Grid, block: Block, tables: Sequence[UnitTable], known: bool, kept: Sequence[int], keys: Keys
) -> dict[int, str]:
    """Of each row kept the line above it that stands alone and names an indicator; empty where there are none.

    Raises
    ------
    InputError
        Where no unit has rows below two of them: they may name indicators or parts of the country.
    """
    lines = {
        r: t for r in range(block.first, kept[-1]) if (t := _alone(grid, r)) and not any(u.find(t) for u in tables)
    }
    lines = {r: "" if headings.is_total(t, True) or PLACES.fullmatch(t) else t for r, t in lines.items()}
    if not any(lines.values()):
        return {}
    out, now = {}, ""
    at = iter(sorted(lines))
    line = next(at, None)
    for r in kept:
        while line is not None and line < r:
            now, line = lines[line], next(at, None)
        out[r] = now
    twice = len(keys) - len(set(keys))
    doubt = [line for line, text in lines.items() if text and (known or INDICATOR.fullmatch(text))]
    if len(set(out.values())) < 2 or 0 < 4 * twice < len(keys) or not (twice or doubt):
        return {}
    if not twice:
        r = max(doubt)
        raise InputError(
            f'{grid.place(r)}: "{brief(lines[r])}" stands alone above rows of units; put indicators into files or columns of '
            "their own, and remove names of regions"
        )
    return out


def _alone(grid: Grid, row: int) -> str:
    """The text of a row with one cell among the labels, that is no note; empty for others."""
    held = [t for t in grid.cells[row].tolist() if t]
    text = bare(held[0]) if len(held) == 1 else ""
    aside = (
        not text
        or headings.MEASURE.fullmatch(text.strip("()"))
        or headings.FOOT.match(text)
        or headings.SAID.match(text)
        or is_number(text)
        or len(text) > 30
    )
    return "" if aside else text
