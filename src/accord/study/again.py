"""The chain computed again for a forecast: as it stood at an origin, and from forecast indices.

A forecast is judged against D in the frame of its origin: bounds and weights of the years up to it, so that nothing
learnt later leaks into what is forecast; a unit with a filled value in the origin's year is left out there. Forecast
indices go through the coupling chosen for the study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from accord.errors import InputError
from accord.method import Choice, Method
from accord.study.alternatives import other_settings
from accord.study.evaluate import Evaluator, evaluate
from accord.study.source import Source

DATED = ("base", "per_year")
"""Frames whose bounds do not depend on later years."""


def made_again(source: Source, makers: Mapping[str, Choice]) -> dict[str, Choice]:
    """Choices that compute the chain again: for a forecast, and under other settings; none where no step asks for it."""
    return {**_for_forecasts(source, makers), **other_settings(source, makers)}


def _for_forecasts(source: Source, makers: Mapping[str, Choice]) -> dict[str, Choice]:
    """Choices that make `vintage`, `vintage_index` and `through`, where the study forecasts; none otherwise."""
    if "histories" not in makers or not source.in_memory:
        return {}

    def vintages(
        coordination: xr.DataArray, index: xr.DataArray, bound_years: xr.DataArray, weight_years: xr.DataArray,
        origins: xr.DataArray,
    ) -> xr.Dataset:  # fmt: skip
        """D and U at each origin, in the frame of the years up to it; the last is the study's own."""
        d, u, years = [], [], source.coords["time"].values
        for origin in origins.values[:-1]:
            frame = {"bound_years": bound_years, "weight_years": weight_years}
            found = _at(source, makers, frame, years <= origin)
            observed = _observed(source, years == origin)
            d.append(coordination * np.nan if found is None else found["coordination"].where(observed))
            u.append(index * np.nan if found is None else found["index"].where(observed))
        along = {"origin": origins.values}
        return xr.Dataset({
            "vintage": xr.concat([*d, coordination], "origin", coords="minimal", compat="override").assign_coords(along),
            "vintage_index": xr.concat([*u, index], "origin", coords="minimal", compat="override").assign_coords(along),
        }).reset_coords(drop=True)  # fmt: skip

    def through(
        tried: xr.DataArray, index: xr.DataArray, share: xr.DataArray, subsystems: xr.DataArray
    ) -> xr.DataArray:
        """D by the study's coupling from forecast indices."""
        u = tried.sel(part=slice(1, None)).transpose("part", "model", "origin", "unit", "horizon")
        names = {"subsystem": subsystems.values}
        flat = xr.DataArray(u.values.reshape(u.sizes["part"], -1, 1), dims=("subsystem", "unit", "time"), coords=names)
        have = {**source.small, "share": share, "index": flat}
        d = evaluate("coordination", have, {k: c for k, c in makers.items() if k != "index"})
        return u.isel(part=0, drop=True).copy(data=d.values.reshape(u.shape[1:]))

    frames = {k: v for k in ("low", "score") if k in makers for k, v in makers[k].options.items()}
    return {
        "vintage": _choice(vintages, ("vintage", "vintage_index"), frames),
        "vintage_index": _choice(vintages, ("vintage", "vintage_index"), frames),
        "through": _choice(through, ("through",), {}),
    }


def _observed(source: Source, now: np.ndarray) -> xr.DataArray | bool:
    """Units none of whose values in this year was filled: a gap is closed with what comes after it."""
    if "gap_rule" not in source.large:
        return True
    rule = source.whole("gap_rule").transpose("indicator", "unit", "time")
    filled = (rule.values[:, :, now] != 0).any(axis=(0, 2))
    return xr.DataArray(~filled, dims="unit", coords={"unit": source.coords["unit"].values})


def _choice(func: Any, makes: tuple[str, ...], options: Mapping[str, Any]) -> Choice:
    return Choice(Method(func, "forecast", makes, table=None, helper=True), {}, dict(options))


def _at(
    source: Source, makers: Mapping[str, Choice], frame: Mapping[str, xr.DataArray], known: np.ndarray
) -> Mapping[str, xr.DataArray] | None:
    """D and U with bounds and weights of the known years alone; None where these years cannot set them."""
    own = makers["low"].options["frame"] if "low" in makers else "pooled"
    cut = {name: years & known for name, years in frame.items() if name == "weight_years" or own not in DATED}
    if own not in DATED:
        train = {"frame": "train", "outside": "clip"}
        makers = {k: replace(c, options={**c.options, **{o: v for o, v in train.items() if o in c.options}})
                  for k, c in makers.items()}  # fmt: skip
    again = Evaluator(source, makers, have={**frame, **cut})
    try:
        again.obtain(["coordination", "index"])
    except InputError:
        return None
    return again.have
