"""From results to the tidy frames that figures draw: selecting and ordering, no arithmetic but shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from accord.errors import InputError, NothingToDraw, nearest
from accord.plot.style import texts
from accord.tables import listed


def table_of(result: Any, name: str, *variables: str) -> xr.Dataset:
    """Table `name` of a study, of its saved tree, or `result` itself where it is that table already.

    Raises
    ------
    InputError
        If the table or one of its variables is not there.
    """
    found: Any = result
    if isinstance(result, xr.DataArray):
        found = result.to_dataset(name=result.name or variables[0])
    elif isinstance(result, xr.DataTree):
        found = result[name] if name in result.children else result
    elif not isinstance(result, xr.Dataset):
        try:
            found = result.table(name) if hasattr(result, "table") else result[name]
        except KeyError as error:
            raise NothingToDraw(f'the figure needs table "{name}", which this study does not make') from error
    if not isinstance(found, xr.Dataset):
        found = found.to_dataset() if isinstance(found, xr.DataTree) else found.to_dataset(name=found.name or name)
    absent = [v for v in variables if v not in found]
    if absent:
        raise NothingToDraw(
            f'the figure needs table "{name}" with {", ".join(absent)}, which this result does not have'
        )
    return found  # type: ignore[no-any-return]


def language_of(result: Any, language: str | None) -> str:
    """The language asked for, or that of the study; English where neither says."""
    own = getattr(result, "language", None) or getattr(result, "attrs", {}).get("language")
    chosen = language or (str(own) if own else "en")
    texts(chosen)
    return chosen


def year_names(times: Any) -> list[str]:
    """Years as they are written: plain numbers, or months where a year has several."""
    values = np.asarray(times)
    if values.dtype.kind != "M":
        return [str(v) for v in values.tolist()]
    dates = pd.DatetimeIndex(values)
    years = [str(d.year) for d in dates]
    return years if len(set(years)) == len(years) else [f"{d:%Y-%m}" for d in dates]


def index_frame(table: xr.Dataset, year: Any = None) -> pd.DataFrame:
    """U of one year (the last by default): region, unit, time, subsystem, index, in drawing order.

    Regions keep their order in the panel; units fall from high to low in the first subsystem.

    Raises
    ------
    InputError
        If the table has no such year.
    """
    array = only(table["index"], "unit", "time", "subsystem")
    at = year_at(array["time"].values, year)
    values = array.values[:, at]
    rows = ranked(regions_of(table), values[:, 0])
    subsystems = array["subsystem"].values
    units, regions = array["unit"].values[rows], regions_of(table)[rows]
    n = len(subsystems)
    return pd.DataFrame({
        "region": np.repeat(regions, n), "unit": np.repeat(units, n).astype(object),
        "time": array["time"].values[at], "subsystem": np.tile(subsystems, len(rows)).astype(object),
        "index": values[rows].ravel(),
    })  # fmt: skip


def coordination_frame(table: xr.Dataset) -> pd.DataFrame:
    """D: region, unit, time, coordination; units fall from high to low in the last year within a region."""
    array = only(table["coordination"], "unit", "time")
    rows = ranked(regions_of(table), array.values[:, -1])
    times = array["time"].values
    n = len(times)
    return pd.DataFrame({
        "region": np.repeat(regions_of(table)[rows], n), "unit": np.repeat(array["unit"].values[rows], n).astype(object),
        "time": np.tile(times, len(rows)), "coordination": array.values[rows].ravel(),
    })  # fmt: skip


def stage_frame(table: xr.Dataset, language: str) -> pd.DataFrame:
    """Stages that occur: time, stage, stage_name, count, share of the year's units in per cent."""
    array = only(table["stage_counts"], "time", "level")
    counts = array.values
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(100.0 * counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
    names = listed(array.attrs.get(f"label_{language}", array.attrs.get("label_en")))
    kept = np.flatnonzero(counts.any(axis=0))
    levels = array["level"].values if "level" in array.coords else np.arange(1, counts.shape[1] + 1)
    n = counts.shape[0]
    return pd.DataFrame({
        "time": np.repeat(array["time"].values, len(kept)), "stage": np.tile(levels[kept], n),
        "stage_name": np.tile([str(names[k]) if k < len(names) else "" for k in kept], n).astype(object),
        "count": counts[:, kept].ravel(), "share": share[:, kept].ravel(),
    })  # fmt: skip


def names_of(table: xr.Dataset, language: str) -> dict[Any, str]:
    """How each unit is written: its Chinese name in Chinese figures where it has one."""
    units = table["unit"].values
    chinese = table["label_zh"].values if language == "zh" and "label_zh" in table.coords else units
    return {u: str(z).strip() or str(u) for u, z in zip(units, chinese, strict=True)}


def indicator_names(table: xr.Dataset, language: str) -> dict[str, str]:
    """How each indicator is written: its name in the language, else its English name, else its key."""
    keys = [str(k) for k in table["indicator"].values]
    out = dict(zip(keys, keys, strict=True))
    for label in ("name", "name_zh")[: 1 + (language == "zh")]:
        if label in table.coords:
            out |= {k: str(n).strip() for k, n in zip(keys, table[label].values, strict=True) if str(n).strip()}
    return out


def only(array: xr.DataArray, *dims: str) -> xr.DataArray:
    """The array with its dims in this order.

    Raises
    ------
    InputError
        If it has other dims, or nothing in it.
    """
    if set(array.dims) != set(dims) or 0 in array.shape:
        raise InputError(
            f"the figure shows {array.name} by {', '.join(dims)}; this result has it by "
            f"{', '.join(f'{d} ({n})' for d, n in array.sizes.items())}: select what is to be drawn first"
        )
    return array.transpose(*dims)


def regions_of(table: xr.Dataset) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Region of each unit; empty where the table knows of none."""
    if "region" not in table.coords:
        return np.full(table.sizes["unit"], "", dtype=object)
    return np.array([str(r) for r in table["region"].values], dtype=object)


def ranked(regions: np.ndarray[Any, Any], by: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Rows by region in order of appearance, then from high to low; rows without a value last, ties as they stand."""
    place = {r: i for i, r in enumerate(dict.fromkeys(regions.tolist()))}
    return np.lexsort((-by, np.array([place[r] for r in regions])))


def year_at(times: np.ndarray[Any, Any], year: Any = None) -> int:
    """Place of a year, the last by default.

    Raises
    ------
    InputError
        If there is no such year.
    """
    if year is None:
        return len(times) - 1
    names = year_names(times)
    if str(year) not in names:
        raise InputError(f"no year {year} in the results; {nearest(str(year), names)}")
    return names.index(str(year))
