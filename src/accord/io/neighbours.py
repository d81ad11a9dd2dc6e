"""Which units are neighbours and where they lie: from a table, or from the polygons of the boundaries.

Provinces of China and states of the US need neither: their borders are shipped (`accord.borders`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.borders import known_positions
from accord.errors import InputError, brief, nearest
from accord.places import match
from accord.sheets import Sheet, read_sheet
from accord.study.plan import PanelSpec
from accord.study.source import PanelSource, Source

UNIT, NEIGHBOUR = ("unit", "单元", "地区"), ("neighbour", "neighbor", "邻接单元", "相邻单元", "相邻地区")
"""Names that the two columns of a neighbour table may have."""
SNAP = 1e-4
"""Vertices that lie closer than half of this, in degrees (about 5 m), are one point."""


def read_neighbours(file: str | Path, panel: xr.Dataset) -> xr.Dataset:
    """A panel with the neighbours of its units from a table with a row for each pair.

    Parameters
    ----------
    file
        CSV or workbook with columns `unit` and `neighbour`. A pair given one way counts both ways. A row
        without a neighbour lists a unit that has none.
    panel
        A panel from `read_panel`, whose units the table names in any usual form.

    Returns
    -------
    The panel with the variable `neighbours` (pair, side): names of the units, both directions, sorted.

    Raises
    ------
    InputError
        If the table names a unit that the panel does not have, with the nearest; a unit that is its own
        neighbour; or has no pair.

    Examples
    --------
    >>> import accord as ac, pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     pd.DataFrame({"unit": ["Ohio"], "neighbour": ["Indiana"]}).to_csv(f"{folder}/n.csv", index=False)
    ...     ac.read_neighbours(f"{folder}/n.csv", ac.sample())["neighbours"].values.tolist()
    [['Indiana', 'Ohio'], ['Ohio', 'Indiana']]
    """
    sheet = read_sheet(file)
    columns = [_column(sheet, names) for names in (UNIT, NEIGHBOUR)]
    text = sheet.frame[columns].map(str.strip)
    units = [str(u) for u in panel["unit"].values]
    also = [str(n) for n in panel["label_zh"].values] if "label_zh" in panel.coords else []
    said = list(dict.fromkeys(cell for column in columns for cell in text[column] if cell))
    found = dict(zip(said, match(said, units), strict=True))
    for name in [n for n in said if found[n] < 0]:  # forms that a table mixes are told one by one
        found[name] = max(match([name], units)[0], match([name], also)[0])
    pairs = set()
    for row, (first, other) in enumerate(zip(text[columns[0]], text[columns[1]], strict=True)):
        for column, name in zip(columns, (first, other), strict=True):
            if name and found[name] < 0:
                raise InputError(
                    f'{sheet.place(row, column)}: "{brief(name)}" is no unit of the panel; {nearest(name, units)}'
                )
        if not first:
            raise InputError(f"{sheet.place(row, columns[0])}: a neighbour without its unit; fill the cell")
        if not other:
            continue
        if found[first] == found[other]:
            raise InputError(f'{sheet.place(row, columns[1])}: "{brief(other)}" is its own neighbour; take the row out')
        pairs.add((units[found[first]], units[found[other]]))
    if not pairs:
        raise InputError(f"{sheet.place()}: no pair of neighbours; write a row for each, with its unit and neighbour")
    return _with(panel, pairs, f"table {Path(file).name}", f"邻接表 {Path(file).name}")


def study_neighbours(panel: xr.Dataset, spec: PanelSpec, outlines: xr.Dataset | None) -> xr.Dataset:
    """The panel with the neighbours that its plan gives: a table, or else the polygons of the boundaries."""
    if outlines is not None:
        panel = positions_from(outlines, panel)
    if spec.neighbours is not None:
        return read_neighbours(spec.neighbours, panel)
    return panel if outlines is None else neighbours_from(outlines, panel)


def placed(source: Source, spec: PanelSpec, outlines: xr.Dataset | None) -> Source:
    """A source whose panel carries the neighbours and positions that its plan gives."""
    if isinstance(source, PanelSource):
        return PanelSource(study_neighbours(source.panel, spec, outlines))
    if spec.neighbours is not None:
        raise InputError(
            f"{spec.source}: a cube has no units that could be neighbours; take `neighbours` out of [panel]"
        )
    return source


def neighbours_from(outlines: xr.Dataset, panel: xr.Dataset) -> xr.Dataset:
    """The panel with queen contiguity: units are neighbours whose polygons share a point of their outlines.

    Points of two polygons that lie within about 5 m are one. Links of islands, and units without a
    polygon, are left to the step that needs them.
    """
    units = [str(u) for u in panel["unit"].values]
    owner = _owner(outlines, units)
    at = np.stack([outlines["lon"].values, outlines["lat"].values]).astype("f8")[:, owner >= 0] / SNAP
    owner = owner[owner >= 0]
    pairs: set[tuple[int, int]] = set()
    for shift in product((0.0, 0.5), repeat=2):
        pairs |= _shared(np.floor(at + np.array(shift)[:, None]).astype("i8"), owner)
    source = outlines.attrs.get("source", "boundaries")
    return _with(panel, {(units[a], units[b]) for a, b in pairs}, f"shared borders in {source} (queen)", f"{source} 的共边或共点邻接（queen）")  # fmt: skip


def positions_from(outlines: xr.Dataset, panel: xr.Dataset) -> xr.Dataset:
    """The panel with the `position` (unit, axis) of its units: longitude and latitude of the polygons' centroids.

    Units without a polygon lie where they are known to lie, if they are provinces of China or states of
    the US, and nowhere (NaN) otherwise.
    """
    units = [str(u) for u in panel["unit"].values]
    known = known_positions(units)
    at = np.full((len(units), 2), np.nan) if known is None else known
    owner = _owner(outlines, units)
    lon, lat = outlines["lon"].values.astype("f8"), outlines["lat"].values.astype("f8")
    ring = np.repeat(np.arange(outlines.sizes["ring"]), outlines["size"].values)
    for unit in np.unique(owner[owner >= 0]):
        mine = owner == unit
        at[unit] = _centroid(lon[mine], lat[mine], ring[mine])
    return panel.assign(position=(("unit", "axis"), at, {"en": "centroids of the polygons", "zh": "多边形质心"}))


def _with(panel: xr.Dataset, pairs: set[tuple[str, str]], en: str, zh: str) -> xr.Dataset:
    every = sorted(pairs | {(b, a) for a, b in pairs})
    return panel.assign(neighbours=(("pair", "side"), np.array(every, dtype=str).reshape(-1, 2), {"en": en, "zh": zh}))


def _column(sheet: Sheet, names: Sequence[str]) -> str:
    lower = {c.lower(): c for c in sheet.columns}
    found = next((lower[n] for n in names if n in lower), None)
    if found is None:
        raise InputError(
            f'{sheet.place()}: no column "{names[0]}"; a neighbour table has the columns unit and neighbour, '
            f"this one {', '.join(map(brief, sheet.columns[:8]))}"
        )
    return found


def _owner(outlines: xr.Dataset, units: Sequence[str]) -> NDArray[np.intp]:
    """For each vertex the position of the unit whose polygon it belongs to, -1 for a place that is no unit."""
    at = {name: i for i, name in enumerate(units)}
    place = np.array([at.get(str(u), -1) for u in outlines["unit"].values], dtype=np.intp)
    return np.repeat(place[outlines["place_of_ring"].values], outlines["size"].values)


def _shared(cell: NDArray[np.int64], owner: NDArray[np.intp]) -> set[tuple[int, int]]:
    """Pairs of owners with a vertex in the same cell of a grid."""
    rows = np.unique(np.stack([*cell, owner]), axis=1)
    pairs: set[tuple[int, int]] = set()
    for lag in range(1, rows.shape[1]):
        same = (rows[:2, lag:] == rows[:2, :-lag]).all(axis=0)
        if not same.any():
            break
        found = np.unique(np.stack([rows[2, :-lag][same], rows[2, lag:][same]]), axis=1)
        pairs |= {(int(a), int(b)) for a, b in found.T}
    return pairs


def _centroid(lon: NDArray[np.float64], lat: NDArray[np.float64], ring: NDArray[np.intp]) -> tuple[float, float]:
    """Centre of gravity of rings, holes turned the other way; longitudes run on over the date line."""
    x0 = lon[0]
    x, y = (lon - x0 + 180) % 360 - 180, lat
    last = np.append(np.flatnonzero(np.diff(ring)), ring.size - 1)
    first = np.append(0, last[:-1] + 1)
    after = np.arange(1, ring.size + 1)
    after[last] = first
    cross = x * y[after] - x[after] * y
    area = cross.sum()
    if abs(area) < 1e-12:
        return float(lon.mean()), float(lat.mean())
    centre = ((x + x[after]) * cross).sum() / (3 * area) + x0, ((y + y[after]) * cross).sum() / (3 * area)
    return float((centre[0] + 180) % 360 - 180), float(centre[1])
