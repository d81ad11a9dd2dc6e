"""Outlines of units from GeoJSON or a shapefile: read, checked, joined to the panel's units.

Outlines are a plain dataset, so that they live in `study.nc` beside the tables: along `vertex` the
positions in degrees, along `ring` the lengths of the rings, along `place` the names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord import places
from accord.errors import InputError, brief, nearest
from accord.io.shapes import DEGREES, Feature, Ring, read_features
from accord.sheets import folded, read_sheets, refuse_control_in
from accord.study.columns import Columns
from accord.study.plan import PanelSpec


def read_boundaries(file: str | Path, key: str) -> xr.Dataset:
    """Outlines of places from GeoJSON (.geojson, .json) or a shapefile (.shp, extra `map`).

    Parameters
    ----------
    file
        Polygons and multipolygons, holes too, in degrees of longitude and latitude.
    key
        Property of the features that names the places; features of one name are one place.

    Returns
    -------
    Dataset with `name` (place); `place_of_ring`, `part`, `hole` and `size` (ring): place and polygon
    of each ring, 1 for a hole, number of vertices; `lon`, `lat` (vertex) in degrees, rings one after
    another, outer ones anticlockwise and holes clockwise.

    Raises
    ------
    InputError
        If the file cannot be read, holds no polygon, has no such property, or its coordinates are
        swapped or not degrees.
    """
    path = Path(file)
    return _outlines(read_features(path), key, path)


def study_boundaries(spec: PanelSpec, coords: dict[str, Any]) -> xr.Dataset | None:
    """The outlines a plan names with the panel's `unit` of each place; None where it names none.

    Raises
    ------
    InputError
        As `read_boundaries`, and if fewer than half of the units have a polygon.
    """
    if spec.boundaries is None:
        return None
    if "unit" not in coords:
        raise InputError(f"{spec.source}: a cube has no units that boundaries could outline; take them out of [panel]")
    path, key = Path(spec.boundaries.file), spec.boundaries.key
    features = read_features(path)
    outlines = _outlines(features, key, path)
    units = [str(u) for u in coords["unit"].values]
    usual = {folded(spec.unit or "unit"): units}
    if "label_zh" in coords:
        usual[folded(spec.label_zh or "label_zh")] = [str(n) for n in coords["label_zh"].values]
    match = None if spec.boundaries.match is None else folded(spec.boundaries.match)
    columns = usual if match is None else {match: usual.get(match) or _column(spec, match, units)}
    column = max(columns, key=lambda c: _hits(features, key, columns[c]))
    few = 2 * _hits(features, key, columns[column]) < len(units)
    mend = _mend(features, key, column, usual | columns) if few else ""
    return places.join(outlines, units, columns[column], mend)


def _hits(features: list[Feature], key: str, names: Sequence[str]) -> int:
    """How many names a property of the features matches."""
    return sum(at >= 0 for at in places.match(names, list(dict.fromkeys(_names(features, key)))))


def _mend(features: list[Feature], key: str, column: str, columns: dict[str, list[str]]) -> str:
    """What to set so that more units have a polygon."""
    keys = _keys(features)
    tries = {(k, c): _hits(features, k, names) for k in keys for c, names in columns.items()}
    best = max(tries, key=lambda at: tries[at])
    if tries[best] > tries[key, column]:
        named = f', match = "{brief(best[1])}"' if best[1] != column else ""
        return f'key = "{brief(best[0])}"{named} would match {tries[best]} of them'
    return f"set `key` to another property ({', '.join(map(brief, keys[:8]))}) or `match` to another column"


def boundary_notes(outlines: xr.Dataset | None) -> list[dict[str, str]]:
    """What to say of units that have no polygon, in English and Chinese."""
    lost = [] if outlines is None else np.atleast_1d(outlines.attrs.get("without", [])).tolist()
    if outlines is None or not lost:
        return []
    free = [str(n) for n, u in zip(outlines["name"].values, outlines["unit"].values, strict=True) if not u]
    said = places.without_polygon(lost, free)
    source = outlines.attrs["source"]
    return [
        {
            "en": f"{source}: units without a polygon are on no map: {said}",
            "zh": f"{source}：下列单元没有边界，不在地图上显示：{said}",
        }
    ]


def _column(spec: PanelSpec, column: str, units: list[str]) -> list[str]:
    """A column of the data that the panel does not keep, with one value for each unit."""
    sheets = read_sheets(spec.source, ("data",))
    sheet = sheets.get("data") or next(iter(sheets.values()))
    if column not in sheet.columns:
        raise InputError(
            f'{sheet.place()}: no column "{brief(column)}" (match of the boundaries); {nearest(column, sheet.columns)}'
        )
    own = Columns.find(sheet, spec.unit, spec.time, spec.region, spec.label_zh, ()).unit
    values = sheet.frame.groupby(own)[column].agg(lambda cells: list(dict.fromkeys(cells)))
    for unit in units:
        if len(values[unit]) > 1:
            shown = ", ".join(map(brief, values[unit][:3]))
            raise InputError(f"{sheet.place(column=column)}: {unit} has several values ({shown}); a unit has one")
    return [str(values[unit][0]) for unit in units]


def _outlines(features: list[Feature], key: str, path: Path) -> xr.Dataset:
    """Features as a dataset, once they hold what a map needs."""
    drawn = [f for f in features if f.polygons]
    if not drawn:
        kinds = sorted({f.kind for f in features})
        raise InputError(f"{path}: no feature is a polygon (found: {', '.join(kinds)}); give the outlines of the units")
    if key not in _keys(features):
        raise InputError(f'{path}: no property "{brief(key)}" in the features; {nearest(key, _keys(features))}')
    names = _names(drawn, key)
    for name in names:
        refuse_control_in(name, f"{path}: a name")
    known = list(dict.fromkeys(names))
    _check_degrees(np.concatenate([ring for f in drawn for p in f.polygons for ring in p]), known, path)
    rings: list[tuple[int, int, int, Ring]] = []
    place = {name: i for i, name in enumerate(known)}
    parts = dict.fromkeys(known, 0)
    for name, feature in zip(names, drawn, strict=True):
        for polygon in feature.polygons:
            rings += [(place[name], parts[name], int(i > 0), _turned(r, i > 0)) for i, r in enumerate(polygon)]
            parts[name] += 1
    order = sorted(range(len(rings)), key=lambda i: rings[i][:2])
    rings = [rings[i] for i in order]
    at = np.concatenate([r[3] for r in rings]).astype("f4")
    column = {
        name: ("ring", np.array([r[i] for r in rings], "i4"))
        for i, name in enumerate(("place_of_ring", "part", "hole"))
    }
    return xr.Dataset(
        {"name": ("place", np.array(known, dtype=str)), **column, "size": ("ring", np.array([len(r[3]) for r in rings], "i4")),
         "lon": ("vertex", at[:, 0], {"units": "degrees_east"}), "lat": ("vertex", at[:, 1], {"units": "degrees_north"})},
        attrs={"source": path.name, "key": key},
    )  # fmt: skip


def _keys(features: Iterable[Feature]) -> list[str]:
    return list(dict.fromkeys(str(key) for f in features for key in f.properties))


def _names(features: Iterable[Feature], key: str) -> list[str]:
    """Names of the features; a number without its decimals, nothing where the property is missing."""
    out = []
    for feature in features:
        value = feature.properties.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        out.append("" if value is None else folded(str(value)))
    return out


def _turned(ring: Ring, hole: bool) -> Ring:
    """The ring anticlockwise, or clockwise where it is a hole."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    area = np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)
    return ring[::-1] if (area < 0) != hole else ring


def _check_degrees(at: NDArray[np.float64], names: list[str], path: Path) -> None:
    """Refuse coordinates that are not degrees, or stand latitude first."""
    if not np.isfinite(at).all():
        raise InputError(f"{path}: a coordinate is not a finite number; mend the file")
    if (np.ptp(at, axis=0) == 0).any():
        raise InputError(f"{path}: all points lie on one line; give the outlines of the units")
    wide, high = np.abs(at).max(axis=0)
    if wide > 360 or (high > 90 and (high > 360 or wide > 90)):
        x, y = at[np.abs(at).max(axis=1).argmax()]
        raise InputError(f"{path}: coordinates such as {x:.6g}, {y:.6g} are projected or no degrees; {DEGREES}")
    swapped = high > 90
    for country, (west, south, east, north) in places.EXTENT.items():
        if sum(bool(places.code_of(n, country)) for n in names) * 2 > len(names) and not swapped:
            x, y = np.median(at, axis=0)
            fits = west <= x <= east and south <= y <= north
            swapped = not fits and west <= y <= east and south <= x <= north
    if swapped:
        x, y = at[0]
        raise InputError(
            f"{path}: longitude and latitude are swapped (the first point is {x:.6g}, {y:.6g}); write longitude first"
        )
