"""Cells of a cube gathered to units: a panel that a whole study runs on."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core import gaps
from accord.core.engine import Tell, quiet
from accord.errors import InputError, brief
from accord.io.label_zones import LabelZones
from accord.io.zones import POLYGONS, PolygonZones, property_of, read_zones
from accord.study.checks import refuse_constant, refuse_national
from accord.study.cube import CubeSource
from accord.study.plan import Boundaries, PanelSpec
from accord.study.zonal import Zonal, zonal
from accord.unit_tables import UnitTable

LITTLE = 0.5
"""Coverage below which a unit is named in a warning."""
SHOWN = 6


def zonal_panel(
    cube: CubeSource,
    zones: str | Path,
    *,
    key: str | None = None,
    units: str | Path | None = None,
    inside: gaps.Inside = "linear",
    ends: gaps.Ends = "hold",
    k: int = 3,
    pool: Executor | None = None,
    tell: Tell = quiet,
    work: Path | None = None,
) -> xr.Dataset:
    """A panel of units from a cube: each indicator over the cells of each zone, year by year.

    An indicator is the mean of the cells with data, each counted by the cosine of its latitude on a grid in
    degrees; or their sum where the indicator table says `aggregate = sum`, as for counts of people. What is
    gathered are the indicators themselves, not scores of cells: normalising and coupling are not linear, so a
    mean of D over cells is not the D of a unit. The digits do not depend on blocks, workers or order.

    Parameters
    ----------
    cube
        From `read_cube`.
    zones
        Polygons in degrees (GeoJSON, shapefile), a cell belonging to the one that holds its centre; or labels,
        whole numbers on the grid's own rows and columns (GeoTIFF, netCDF), 0 or no-data outside.
    key
        Property with the names of the polygons, or variable with the labels.
    units
        Table of units with the columns `key` (label or name), `name`, `name_zh`, `region`; zones that it does
        not have are left aside.
    inside, ends, k
        How years without data are filled, as in `read_panel`.
    pool, tell
        An executor, and a listener to the progress.
    work
        A folder in which blocks that are done are kept: a call that was stopped goes on from there.

    Returns
    -------
    Panel with `indicators` (unit, time, indicator), `gap_rule`, and beside them `coverage`, the share of a
    unit's cells that have data, and `cells` (unit,), how many it has.

    Raises
    ------
    InputError
        If zones and grid do not fit together, or fewer than two units have data.
    """
    if not isinstance(cube, CubeSource):
        raise InputError(f"zones are laid on a cube from read_cube, and this is a {type(cube).__name__}")
    table = UnitTable.read(units) if units is not None else None
    found = read_zones(zones, cube.grid, key, table)
    summed = aggregates(cube)
    if work is not None:
        with Path(zones).open("rb") as file:
            work /= f"zones-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
    sums = zonal(cube, found, summed, pool, tell, degrees=isinstance(found, PolygonZones), work=work)
    return _panel(cube, Path(zones), found, sums, summed, table, {"inside": inside, "ends": ends, "k": k})


def study_units(
    spec: PanelSpec, cube: CubeSource, pool: Executor | None = None, tell: Tell = quiet, work: Path | None = None
) -> xr.Dataset:
    """The panel of units that a plan describes by its zones."""
    assert spec.zones is not None
    how: dict[str, Any] = {**spec.gaps.model_dump(), "pool": pool, "tell": tell, "work": work}
    return zonal_panel(cube, spec.zones.file, key=spec.zones.key, units=spec.units, **how)


def units_spec(spec: PanelSpec) -> PanelSpec:
    """What a plan says of the units: polygons that are zones are their outlines too, if it names no others."""
    if spec.zones is None or spec.boundaries is not None or spec.units is not None:
        return spec
    path = Path(spec.zones.file)
    if path.suffix.lower() not in POLYGONS:
        return spec
    own = Boundaries(file=spec.zones.file, key=property_of(path, spec.zones.key))
    return spec.model_copy(update={"boundaries": own})


def zones_found(panel: xr.Dataset) -> dict[str, Any]:
    """How many cells the units have, and what share of them has data, from the least to the most."""
    cells, share = panel["cells"].values, panel["coverage"].min(("time", "indicator")).values
    return {
        "units": int(cells.size), "cells": [int(cells.min()), int(cells.max())],
        "coverage": [round(float(share.min()), 4), round(float(share.max()), 4)],
        "least": str(panel["unit"].values[int(share.argmin())]),
    }  # fmt: skip


def aggregates(cube: CubeSource) -> list[bool]:
    """Of each indicator whether its cells are summed."""
    said = cube.system.get("aggregate")
    return [False] * len(cube.keys) if said is None else [str(v) == "sum" for v in said.values]


def _panel(
    cube: CubeSource, path: Path, zones: PolygonZones | LabelZones, sums: Zonal, summed: list[bool],
    table: UnitTable | None, rules: dict[str, Any],
) -> xr.Dataset:  # fmt: skip
    place = f"{cube.path} in the zones of {path.name}"
    x = np.where(np.array(summed), sums.total, sums.mean)
    blank: NDArray[np.bool_] = np.asarray(np.isnan(x).all(axis=1))
    for j, key in enumerate(cube.keys):
        if blank[:, j].all():
            raise InputError(f'{place}: indicator "{key}" has no value in any zone; take it out of the indicator table')
    kept = np.flatnonzero(~blank.any(axis=1))
    if kept.size < 2:
        raise InputError(
            f"{place}: {kept.size} of {len(sums.names)} zones have data for every indicator; a study compares at least two"
        )
    years = cube.years
    filled, rule = gaps.fill(np.moveaxis(x[kept], -1, 0).copy(), years, rules["inside"], rules["ends"], rules["k"])
    names = [sums.names[i] for i in kept]
    if np.isnan(filled).any():
        j, u, t = np.argwhere(np.isnan(filled))[0]
        raise InputError(
            f'{place}: indicator "{cube.keys[j]}" is still missing for {names[u]} {years[t]} under the gap rule; choose another rule'
        )
    refuse_constant(place, list(cube.keys), filled)
    system = {k: v for k, v in cube.system.items() if k != "target"}
    dims, coords = ("unit", "time", "indicator"), {"unit": names, "time": years, "indicator": list(cube.keys)}
    out = xr.Dataset(
        {
            "indicators": (dims, np.moveaxis(filled, 0, -1)),
            "gap_rule": (dims, np.moveaxis(rule, 0, -1)),
            "coverage": (dims, sums.coverage[kept]),
            "cells": ("unit", sums.cells[kept]),
            "target": cube.system["target"],
        },
        coords={**coords, **system, **_labels(names, table, path)},
        attrs={"source": place, "unused_columns": [], "encoding": "", "gaps": json.dumps(rules)},
    )
    out.attrs["notes"] = json.dumps(
        [dict(en=en, zh=zh) for en, zh in [*zones.notes, *_notes(path, sums, kept)]], ensure_ascii=False
    )
    return out


def _labels(names: list[str], table: UnitTable | None, path: Path) -> dict[str, Any]:
    """Regions and Chinese names of units, where a table gives them to all."""
    if table is None:
        return {}
    own = {table.names[key][0]: key for key in table.keys}
    regions, chinese = [table.regions[own[n]][0] for n in names], [table.names[own[n]][1] for n in names]
    if any(regions) and not all(regions):
        raise InputError(f"{table.what}: {brief(names[regions.index('')])} has no region; give every unit one, or none")
    out = {"region": ("unit", np.array(regions)), "label_zh": ("unit", np.array(chinese))}
    if any(regions):
        refuse_national(table.what, np.array(regions))
    return {name: one for name, one in out.items() if all(one[1].tolist())}


def _notes(path: Path, sums: Zonal, kept: NDArray[np.intp]) -> list[tuple[str, str]]:
    """What to say of zones without cells or without data, and of units of which little is known."""
    out = []
    lost = [i for i in range(len(sums.names)) if i not in set(kept.tolist())]
    for which, en, zh in (
        ([i for i in lost if not sums.cells[i]], "has no cell of the grid", "没有格点"),
        ([i for i in lost if sums.cells[i]], "lacks data for an indicator in every year", "某指标各年均无数据"),
    ):
        if which:
            said = [sums.names[i] for i in which]
            out.append((
                f"{path.name}: left out, as a zone that {en}: {_some(said, ', ', ' and {} more')}",
                f"{path.name}：下列分区{zh}，未纳入：{_some(said, '、', '等 {} 个')}",
            ))  # fmt: skip
    least = sums.coverage[kept].min(axis=(1, 2))
    few = [f"{sums.names[kept[u]]} ({least[u]:.0%})" for u in np.argsort(least, kind="stable") if least[u] < LITTLE]
    if few:
        out.append((
            f"{path.name}: less than half of the cells have data in some year: {_some(few, ', ', ' and {} more')}",
            f"{path.name}：下列单元某些年份有数据的格点不足一半：{_some(few, '、', '等 {} 个')}",
        ))  # fmt: skip
    return out


def _some(names: list[str], comma: str, more: str) -> str:
    rest = len(names) - SHOWN
    return comma.join(map(brief, names[:SHOWN])) + (
        more.format(rest if comma == ", " else len(names)) if rest > 0 else ""
    )
