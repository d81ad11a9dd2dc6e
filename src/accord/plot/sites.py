"""What a map shows: its places, the unit that each is, the values in each year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from warnings import warn

import numpy as np
import pandas as pd
import xarray as xr

from accord.errors import AccordWarning, InputError, nearest
from accord.places import join, match, without_polygon
from accord.plot.frames import names_of, only, regions_of, year_at, year_names
from accord.plot.tiles import country_tiles, in_order
from accord.tables import listed

Site = tuple[str, str]
"""A place and the unit it is; the unit is empty where it is none, the place where the unit is on no map."""
Shown = Literal["stage", "coordination"]


def map_frame(
    table: xr.Dataset, variable: Shown, years: Sequence[Any] | None, sites: Sequence[Site], language: str
) -> pd.DataFrame:
    """Values of the sites in each year: time, place, unit, stage and stage_name, or coordination.

    Raises
    ------
    InputError
        If there is no such year, or none is asked for.
    """
    array = only(table[variable], "unit", "time")
    times = array["time"].values
    asked = list(dict.fromkeys(spread(len(times)) if years is None else [year_at(times, y) for y in years]))
    if not asked:
        raise InputError(f"stage_maps needs a year to draw; {nearest('', year_names(times))}")
    row = {str(u): i for i, u in enumerate(array["unit"].values)}
    rows = np.array([row.get(unit, -1) for _, unit in sites])
    values = np.where(rows[:, None] < 0, np.nan, array.values[rows][:, asked].astype("f8")).T.ravel()
    out = pd.DataFrame({
        "time": np.repeat(times[asked], len(sites)),
        "place": np.tile(np.array([p for p, _ in sites], dtype=object), len(asked)),
        "unit": np.tile(np.array([u if u in row else "" for _, u in sites], dtype=object), len(asked)),
    })  # fmt: skip
    if variable == "coordination":
        return out.assign(coordination=values)
    stage = np.nan_to_num(values).astype("i8")
    return out.assign(stage=stage, stage_name=np.array(["", *stage_names(table, language)], dtype=object)[stage])


def spread(n: int) -> list[int]:
    """Positions of the first, the last and up to two years evenly between.

    Examples
    --------
    >>> spread(12), spread(3)
    ([0, 4, 7, 11], [0, 1, 2])
    """
    return [round(k * (n - 1) / max(min(n, 4) - 1, 1)) for k in range(min(n, 4))]


def stage_names(table: xr.Dataset, language: str) -> list[str]:
    """Names of all stages from the first, empty for one that has none."""
    attrs = table["stage"].attrs
    names = [str(n) for n in listed(attrs.get(f"label_{language}", attrs.get("label_en")))]
    highest = int(np.nan_to_num(table["stage"].values).max(initial=1))
    return names + [""] * (highest - len(names))


def outlines_of(result: Any, table: xr.Dataset, given: xr.Dataset | None) -> xr.Dataset | None:
    """Outlines joined to the units: those given, or the study's own; None where there are none.

    Warns
    -----
    AccordWarning
        If some units have no polygon in those given.

    Raises
    ------
    InputError
        If they are no outlines, or those of other units.
    """
    if given is None:
        there = isinstance(result, xr.DataTree) and "boundaries" in result.children
        return result["boundaries"].to_dataset() if there else None
    if not isinstance(given, xr.Dataset) or not {"name", "size", "lon", "lat"} <= set(given.data_vars):
        raise InputError("boundaries are not outlines; pass what read_boundaries(file, key) returns")
    if "unit" in given:
        return given
    places = given["name"].values.tolist()
    tries = [list(map(str, table["unit"].values)), list(names_of(table, "zh").values())]
    names = max(tries, key=lambda names: sum(at >= 0 for at in match(names, places)))
    out = join(given, tries[0], names)
    if lost := listed(out.attrs.get("without")):
        free = [str(n) for n, u in zip(out["name"].values, out["unit"].values, strict=True) if not u]
        said = f"{out.attrs['source']}: units without a polygon are on no map: {without_polygon(lost, free)}"
        warn(said, AccordWarning, stacklevel=3)
    return out


def sites_of(table: xr.Dataset, outlines: xr.Dataset | None) -> list[Site]:
    """Every place of the map, and the units that are on none."""
    units = [str(u) for u in table["unit"].values]
    if outlines is not None:
        found = [(str(p), str(u)) for p, u in zip(outlines["name"].values, outlines["unit"].values, strict=True)]
        drawn = {u for _, u in found}
        return [*found, *(("", u) for u in units if u not in drawn)]
    known = country_tiles(units, list(names_of(table, "zh").values()))
    if known is not None:
        return [(tile.code, tile.unit) for tile in known[1]]
    return [(units[i], units[i]) for _, part in in_order(regions_of(table).tolist()) for i in part]
