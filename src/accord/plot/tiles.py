"""Maps without boundaries: a tile of the same size for each unit, where it lies among its neighbours.

China's province-level units and the states of the US are known by their names; units of any other
kind stand in the order of the data, region by region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.path import Path

from accord.places import Country, province_labels, recognised
from accord.plot.layout import LINE, shorten, widest
from accord.plot.outlines import Chart, Shape

_CHINA = """
.  .  .  .  .  .  .  HL
.  .  .  .  .  .  .  JL
.  .  .  .  NM BJ TJ LN
XJ QH GS NX SX HE SD .
.  XZ SC SN HA AH JS SH
.  YN GZ CQ HB JX ZJ .
.  .  .  GX HN FJ .  TW
.  .  .  .  GD HK .  .
.  .  .  HI MO .  .  .
"""
_STATES = """
AK .  .  .  .  .  .  .  .  .  ME
.  .  .  .  .  WI .  .  .  VT NH
WA ID MT ND MN IL MI .  NY MA .
OR NV WY SD IA IN OH PA NJ CT RI
CA UT CO NE MO KY WV VA MD DE .
.  AZ NM KS AR TN NC SC DC .  .
.  .  .  OK LA MS AL GA .  .  .
HI .  .  TX .  .  .  .  FL .  .
"""
LAYOUTS: dict[Country, str] = {"CN": _CHINA, "US": _STATES}
"""Rows of tiles from north to south by ISO 3166-2 or postal code."""
ALWAYS: dict[Country, frozenset[str]] = {"CN": frozenset(), "US": frozenset({"AK", "HI", "DC"})}
"""Places that a map of the country leaves out where the data do not have them; all others are shown as no data."""
SPARE = 0.4
"""Share of its rectangle that a part of a country must fill to be drawn where its units lie."""
ROW, TITLE = 4.0, 3.9
"""Height in mm of a tile with a name, and of a region's title."""
SIDES = (4.0, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0, 0.7)
"""Sides in mm that tiles without a name may have."""
CUTS = (24.0, 18.0, 14.0, 11.0)
"""Widths in mm that tiles may have where names are cut."""


@dataclass(frozen=True)
class Tile:
    """A place in a country's layout: its code, row and column, and the unit it is (empty where none)."""

    code: str
    row: int
    column: int
    unit: str


def laid(country: Country) -> dict[str, tuple[int, int]]:
    """Row and column of every place of a country.

    Examples
    --------
    >>> laid("CN")["HL"], laid("US")["ME"]
    ((0, 7), (0, 10))
    """
    rows = [line.split() for line in LAYOUTS[country].strip().splitlines()]
    return {code: (r, c) for r, line in enumerate(rows) for c, code in enumerate(line) if code != "."}


def country_tiles(units: Sequence[str], names: Sequence[str] | None = None) -> tuple[Country, list[Tile]] | None:
    """Tiles of the country whose provinces or states the units are, by their own or other `names`.

    Places of the country that are no unit are there too where at least half are units. None where the
    units are of no known country, or a part of one that is too scattered.
    """
    found = recognised(units) or (recognised(names) if names is not None else None)
    if found is None:
        return None
    country, codes = found
    place = laid(country)
    of = dict(zip(codes, map(str, units), strict=True))
    usual = set(place) - ALWAYS[country]
    shown = [c for c in place if c in of or (c in usual and 2 * len(usual & set(of)) >= len(usual))]
    top, left = min(place[c][0] for c in shown), min(place[c][1] for c in shown)
    tiles = [Tile(c, place[c][0] - top, place[c][1] - left, of.get(c, "")) for c in shown]
    rows, columns = _size(tiles)
    return (country, tiles) if len(tiles) >= SPARE * rows * columns else None


def tile_chart(country: Country, tiles: list[Tile], language: str, wide: float) -> Chart:
    """Tiles on a sheet `wide` mm wide, labelled with codes, or in Chinese with the provinces' short names."""
    named = province_labels() if country == "CN" and language == "zh" else {}
    rows, columns = _size(tiles)
    side = wide / columns
    labels = {t.code: named.get(t.code, t.code) for t in tiles}
    told = widest(list(labels.values())) + 0.5 <= side and side >= LINE
    shapes = [
        _tile(
            t.code, t.unit, (t.column * side, (rows - 1 - t.row) * side), (side, side), labels[t.code] if told else ""
        )
        for t in tiles
    ]
    return Chart(lambda: shapes, wide, rows * side, told=2 if told else 0)


def in_order(regions: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Positions of the units by region, regions in order of appearance.

    Examples
    --------
    >>> in_order(["East", "West", "East"])
    [('East', [0, 2]), ('West', [1])]
    """
    out: dict[str, list[int]] = {}
    for i, region in enumerate(regions):
        out.setdefault(region, []).append(i)
    return list(out.items())


def grid_chart(
    units: Sequence[str], names: Sequence[str], regions: Sequence[str], longest: float, wide: float, tall: float
) -> Chart:
    """Units in their order, region by region, on a sheet `wide` mm wide, with their names where these fit `tall`.

    The names, of which the widest has `longest` mm, are whole where they can be, else cut when they are
    drawn; tiles without a name are squares.
    """
    groups = in_order(regions)
    if len(groups) == 1 or len(groups) * (TITLE + ROW) > tall:
        groups = [("", [i for _, part in groups for i in part])]
    most = max(len(part) for _, part in groups)
    room = tall - sum(TITLE for r, _ in groups if r)
    for width in (longest + 1.4, *CUTS):
        columns = min(int(wide / width), most)
        if columns and _rows(groups, columns) * ROW <= room:
            side = min(wide / columns, max(width, 16))
            chart = _grid(units, names, groups, columns, (side, ROW), wide)
            return replace(chart, told=2 if longest <= side - 1.2 else 1, room=side - 1.2)
    side = next((s for s in SIDES if _rows(groups, int(wide / s)) * s <= room), SIDES[-1])
    return _grid(units, [""] * len(units), groups, int(wide / side), (side, side), wide)


def _grid(
    units: Sequence[str], labels: Sequence[str], groups: list[tuple[str, list[int]]], columns: int,
    size: tuple[float, float], wide: float,
) -> Chart:  # fmt: skip
    side, row = size
    tall = _rows(groups, columns) * row + sum(TITLE for r, _ in groups if r)
    shapes, titles, top = [], [], tall
    for region, part in groups:
        if region:
            titles.append((0.0, top - TITLE + 0.6, shorten(region, wide)))
            top -= TITLE
        for k, i in enumerate(part):
            at = (k % columns * side, top - (k // columns + 1) * row)
            shapes.append(_tile(units[i], units[i], at, size, labels[i]))
        top -= -(-len(part) // columns) * row
    return Chart(lambda: shapes, wide, tall, titles=titles, told=0, ordered=True)


def _tile(place: str, unit: str, at: tuple[float, float], size: tuple[float, float], label: str) -> Shape:
    (x, y), (wide, tall) = at, size
    edge = min(0.25, 0.05 * min(size))
    box = [
        (x + edge, y + edge), (x + wide - edge, y + edge), (x + wide - edge, y + tall - edge), (x + edge, y + tall - edge),
    ]  # fmt: skip
    return Shape(place, unit, Path([*box, box[0]], closed=True), label, (x + wide / 2, y + tall / 2))


def _rows(groups: list[tuple[str, list[int]]], columns: int) -> int:
    return sum(-(-len(part) // columns) for _, part in groups)


def _size(tiles: list[Tile]) -> tuple[int, int]:
    return max(t.row for t in tiles) + 1, max(t.column for t in tiles) + 1
