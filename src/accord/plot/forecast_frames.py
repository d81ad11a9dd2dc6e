"""What the figures of the forecast draw: histories and the leading model's forecasts, one row for each year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from accord.errors import InputError, NothingToDraw, nearest
from accord.phrases import MODELS
from accord.plot.frames import only, ranked, regions_of, table_of

BASIS = ("", "calibrated", "model-based")
"""What a band rests on, by its number in the tables."""
BANDS = ("lo80", "hi80", "lo95", "hi95")


def model_name(name: Any, language: str) -> str:
    """How a model is written; one of another's making by its own name."""
    known = MODELS.get(str(name))
    said = str(getattr(known, language)) if known else str(name)
    return said[:1].upper() + said[1:] if known else said


def leading(table: xr.Dataset) -> xr.Dataset:
    """The table of the leading model and route alone: the first along `model` and `route`."""
    return table.isel({d: 0 for d in ("model", "route") if d in table.dims})


def leading_name(result: Any, language: str) -> str:
    """How the leading model is written; of a route other than the direct one, with the route."""
    found = leading(table_of(result, "forecast", "mean"))
    name = model_name(found["model"].item(), language) if "model" in found.coords else ""
    through = "route" in found.coords and str(found["route"].item()) == "indices"
    return name + {"en": " through U", "zh": "，由U计算"}[language] * through


def region_fans(result: Any, groups: Sequence[str] | None) -> pd.DataFrame:
    """Means of the regions: group, time, history, mean, bands, what they rest on, naive; NaN where there is none.

    Raises
    ------
    InputError
        If there is no such region.
    NothingToDraw
        If no region has a forecast.
    """
    table = table_of(result, "forecast_regions", "mean", *BANDS, "basis80", "basis95", "now")
    past = only(table_of(result, "regions", "mean")["mean"].sel(variable="coordination", drop=True), "region", "time")
    every = [str(g) for g in table["group"].values]
    chosen = list(groups) if groups is not None else (every[1:] if len(every) == 2 else every)
    for name in chosen:
        if name not in every:
            raise InputError(f'no region "{name}" in table "forecast_regions"; {nearest(str(name), every)}')
    known, parts = [str(r) for r in past["region"].values], []
    for name in dict.fromkeys(chosen):
        one = table.isel(group=every.index(name))
        if np.isfinite(one["mean"].values).any():
            history = past.values[known.index(name)] if name in known else np.full(past.sizes["time"], np.nan)
            last = float(one["now"].values.flat[0])
            parts.append(_fan({"group": name}, past["time"].values, history, one, ("80", "95"), last))
    if not parts:
        raise NothingToDraw("forecast_fans has nothing to draw: no region has a forecast")
    return pd.concat(parts, ignore_index=True)


def unit_fans(result: Any, units: Sequence[Any] | None, most: int) -> pd.DataFrame:
    """Units with a forecast: region, unit, time, history, mean, lo80, hi80, what they rest on, naive.

    Without `units`, all of them, or the `most` whose forecast changes most; by region, then by D in the last year
    forecast, from high to low.

    Raises
    ------
    InputError
        If there is no such unit.
    NothingToDraw
        If no unit has a forecast.
    """
    table = leading(table_of(result, "forecast", "mean", "lo80", "hi80", "basis80"))
    past = only(table_of(result, "coordination", "coordination")["coordination"], "unit", "time")
    mean = only(table["mean"], "unit", "time").values
    every, known = table["unit"].values.tolist(), past["unit"].values.tolist()
    for name in units if units is not None else []:
        if name not in every:
            raise InputError(f'no unit "{name}" in table "forecast"; {nearest(str(name), map(str, every))}')
    there = [k for k, unit in enumerate(every) if np.isfinite(mean[k]).any() and unit in known]
    if units is not None:
        there = [k for k in there if every[k] in set(units)]
    elif len(there) > most:
        pace = table_of(result, "forecast_pace", "rise")["rise"]
        moved = np.abs(pace.sel(unit=[every[k] for k in there]).values)
        there = sorted(there[k] for k in np.argsort(-moved, kind="stable")[:most])
    if not there:
        raise NothingToDraw("forecast_units has nothing to draw: no unit has a forecast")
    regions = regions_of(table)
    rows = np.array(there)[ranked(regions[there], mean[there, -1])]
    parts = []
    for k in rows:
        history = past.values[known.index(every[k])]
        named = {"region": regions[k], "unit": every[k]}
        one = table.isel(unit=int(k))
        parts.append(_fan(named, past["time"].values, history, one, ("80",), float(history[-1])))
    return pd.concat(parts, ignore_index=True)


def _fan(
    named: dict[str, Any], times: Any, history: Any, one: xr.Dataset, levels: Sequence[str], last: float
) -> pd.DataFrame:
    """History, then forecast; the naive forecast from the last year of the data on."""
    later, n = one["time"].values, len(times)
    columns: dict[str, Any] = {**named, "time": np.concatenate([times, later])}
    none = np.full(n, np.nan)
    columns["history"] = np.concatenate([history, np.full(len(later), np.nan)])
    for key in ("mean", *(side + level for level in levels for side in ("lo", "hi"))):
        columns[key] = np.concatenate([none, one[key].values])
    for level in levels:
        codes = one[f"basis{level}"].values.astype(int)
        columns[f"basis{level}"] = [""] * n + [BASIS[c] for c in codes]
    columns["naive"] = np.concatenate([none[1:], np.full(len(later) + 1, last)])
    return pd.DataFrame(columns).astype({key: object for key in named})
