"""What stands around a table says of the whole of it: lines above, its corner, its sheet, its file, its folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from accord.errors import InputError, brief
from accord.io import headings
from accord.io.blocks import Block
from accord.io.headings import bare, named, role_of
from accord.io.year_lines import Texts
from accord.io.years import year_in, year_of
from accord.places import plain
from accord.sheets.cells import Grid
from accord.unit_tables import UnitTable

COPY = re.compile(r"\s*(?:[(（]\d+[)）]|[-_ ]*(?:副本|copy))\s*$", re.IGNORECASE)
"""What a browser or a file manager adds to the name of a second copy."""


@dataclass(frozen=True)
class Around:
    """What the lines above a table, its sheet, its file and its folder say of the whole of it."""

    unit: str = ""
    name: str = ""
    years: tuple[tuple[str, int], ...] = ()
    """Where a year is named, in words, and the year."""
    indicator: str = ""
    measure: str = ""
    table: UnitTable | None = None
    titled: bool = False
    """Whether a line above the table, or its corner, names the indicator."""

    def year(self, grid: Grid) -> int:
        """The year that title, sheet and file name; 0 where they name none.

        Raises
        ------
        InputError
            Where they name several.
        """
        other = next((one for one in self.years if one[1] != self.years[0][1]), None)
        if other:
            raise InputError(
                f"{grid.place()}: {self.years[0][0]} says {self.years[0][1]}, and {other[0]} says {other[1]}; "
                "mend the wrong one, or write the year into the heads"
            )
        return self.years[0][1] if self.years else 0


def look_around(grid: Grid, spread: Texts, block: Block, tables: Sequence[UnitTable]) -> Around:
    """What the lines above a table, the sheet, the file and the folder say."""
    said, titles = _lines(grid.cells, block.start, block.top)
    path = Path(grid.file)
    stem = COPY.sub("", path.stem)
    sheet = "" if headings.GENERIC.fullmatch(bare(grid.name)) else bare(grid.name)
    places = [said.get("unit", ""), sheet, bare(stem), *titles[:1]]
    known = ((t, key, name) for name in places if name for t in tables if (key := t.find(name)))
    table, unit, spelled = next(known, (None, plain(said.get("unit", "")), said.get("unit", "")))
    lines = [("time", said.get("year", "")), *(("title", line) for line in titles)]
    years = _years([*lines, ("sheet", sheet), ("file", stem)]) or _years([("folder", path.parent.name)])
    corner = _corner(spread, block)
    names = [said.get("indicator", ""), corner, *titles[::-1], "" if year_of(sheet) else sheet, stem]
    named_ = [named(name) for name in names if name and not any(t.find(name) for t in tables)]
    titled = any(named(name)[0] for name in names[: 2 + len(titles)] if name)
    indicator, measure = next(((name, measure) for name, measure in named_ if name and not year_of(name)), ("", ""))
    return Around(unit, spelled, years, indicator, measure or said.get("measure", ""), table, titled)


def _years(named_: Sequence[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    return tuple((f'its {what} "{brief(text, 24)}"', year) for what, text in named_ if (year := year_in(text)))


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


def _corner(spread: Texts, block: Block) -> str:
    """The text in the corner of a table, where it says more than what stands below it."""
    texts = {bare(t) for c in block.labels[:1] for t in spread[block.top : block.first, c].tolist() if t}
    return next((t for t in texts if not role_of(t) and "\\" not in t and "/" not in named(t)[0] and named(t)[1]), "")
