"""A user's panel as values with labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief

Data = pd.DataFrame | xr.DataArray


def values_of(x: Data) -> tuple[NDArray[np.float64], list[Any], list[Any]]:
    """Values (years, units) with labels, from a table (years, units) or an array (unit, time)."""
    if isinstance(x, xr.DataArray):
        if set(x.dims) != {"unit", "time"}:
            raise InputError(f"a DataArray needs the dims unit and time, and this has {', '.join(map(str, x.dims))}")
        across = x.transpose("time", "unit")
        x = pd.DataFrame(across.values, index=across.get_index("time"), columns=across.get_index("unit"))
    if not isinstance(x, pd.DataFrame):
        raise InputError(
            "give a DataFrame with years down and units across, or a DataArray (unit, time), "
            f"and not a {type(x).__name__}"
        )
    try:
        values = x.to_numpy(dtype="f8", na_value=np.nan)
    except (TypeError, ValueError):
        wrong = next((c for c in x.columns if not pd.api.types.is_numeric_dtype(x[c])), x.columns[0])
        raise InputError(f"column {brief(wrong)} holds something that is not a number") from None
    years = pd.Index(x.index)
    if years.has_duplicates:
        raise InputError(f"year {brief(years[years.duplicated()][0])} stands twice")
    if pd.api.types.is_numeric_dtype(years) and len(years) > 1:
        step = np.diff(years.to_numpy(dtype="f8"))
        if (step <= 0).any():
            raise InputError("years must stand in rising order; sort the rows")
        if np.ptp(step) > 1e-9 * abs(step[0]):
            at = int(np.argmax(step))
            raise InputError(f"years are missing between {brief(years[at])} and {brief(years[at + 1])}; fill the gap")
    return values, list(x.columns), list(x.index)
