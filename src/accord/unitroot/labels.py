"""A user's panel as values with labels: whatever cannot be a panel of numbers by year and unit is refused here."""

from __future__ import annotations

import numbers
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief

Data = pd.DataFrame | xr.DataArray
Floats = NDArray[np.float64]
YEARS = (1800, 2100)
"""Whole numbers between these, one after the other, look like calendar years."""


def values_of(x: Data) -> tuple[Floats, list[Any], list[Any]]:
    """Values (years, units) with labels, from a table (years, units) or an array (unit, time).

    Years may be numbers, also written as text, dates or periods; they must rise in equal steps. Dates are compared by
    calendar year, those that share one by month, and those that share a month by the time between them.

    Raises
    ------
    InputError
        If it is no table or array of numbers, a unit or a year stands twice, or years do not rise in equal steps.
    """
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
    _right_way_round(x)
    if x.columns.has_duplicates:
        raise InputError(f"unit {brief(x.columns[x.columns.duplicated()][0])} stands twice; keep one column of it")
    wrong = next((name for name, column in x.items() if not _numeric(column)), None)
    if wrong is not None:
        raise InputError(f"column {brief(wrong)} holds something that is not a number")
    _in_order(x.index)
    return x.to_numpy(dtype="f8", na_value=np.nan), list(x.columns), list(x.index)


def _numeric(column: pd.Series) -> bool:
    """Whether a column holds real numbers: not text that looks like them, dates, or complex ones."""
    kind = column.dtype
    if pd.api.types.is_object_dtype(kind):
        return all(v is None or v is pd.NA or isinstance(v, numbers.Real | Decimal) for v in column)
    return bool(pd.api.types.is_numeric_dtype(kind)) and not pd.api.types.is_complex_dtype(kind)


def _right_way_round(x: pd.DataFrame) -> None:
    """Refuse a table with years across and units down."""
    if _calendar(x.columns, 1) and not _calendar(x.index, None):
        raise InputError(
            f"columns {brief(x.columns[0])} to {brief(x.columns[-1])} look like years, which stand down the rows here; "
            "turn the table round with .T"
        )


def _calendar(labels: pd.Index, apart: int | None) -> bool:
    """Whether labels look like calendar years that rise, `apart` years each where that is given."""
    if len(labels) < 3 or isinstance(labels, pd.MultiIndex):
        return False
    if isinstance(labels, pd.PeriodIndex | pd.DatetimeIndex):
        return True
    try:
        at = _positions(labels)
    except InputError:
        return False
    step = np.diff(at)
    rising = bool((step == apart).all() if apart else (step > 0).all())
    return rising and bool(YEARS[0] <= at[0] and at[-1] <= YEARS[1])


def _in_order(years: pd.Index) -> None:
    """Refuse years that are unknown, stand twice, fall, or leave one out."""
    if isinstance(years, pd.MultiIndex):
        raise InputError("years have several levels; keep one")
    if years.hasnans:
        raise InputError(f"row {int(np.argmax(years.isna())) + 1} has no year; name it or leave the row out")
    if years.has_duplicates:
        raise InputError(f"year {_shown(years[years.duplicated()][0])} stands twice")
    step = np.diff(_positions(years))
    if (step == 0).any():
        raise InputError(f"year {_shown(years[int(np.argmax(step == 0))])} stands twice")
    if (step < 0).any():
        raise InputError("years must stand in rising order; sort the rows")
    if step.size and np.ptp(step) > 1e-9 * abs(step[0]):
        at = int(np.argmax(step))
        raise InputError(f"years are missing between {_shown(years[at])} and {_shown(years[at + 1])}; fill the gap")


def _positions(years: pd.Index) -> Floats:
    """Years as numbers that rise by the same step where none is missing."""
    if isinstance(years, pd.PeriodIndex | pd.TimedeltaIndex):
        return np.asarray(years.asi8, dtype="f8")
    every = list(years)
    if all(hasattr(v, "year") and hasattr(v, "month") for v in every):
        return _dates(every)
    try:
        at = np.array([float(v) for v in every])
    except (TypeError, ValueError):
        wrong = next(v for v in every if not _number(v))
        raise InputError(
            f"{brief(wrong)} is no year; give numbers, dates or periods, with years down the rows"
        ) from None
    if not np.isfinite(at).all():
        raise InputError(f"{brief(every[int(np.argmin(np.isfinite(at)))])} is no year; name it or leave the row out")
    return at


def _dates(every: list[Any]) -> Floats:
    """Dates as years; as months where years repeat; as seconds where months repeat."""
    by_year = np.array([v.year for v in every], dtype="f8")
    if np.unique(by_year).size == by_year.size:
        return by_year
    by_month: Floats = 12 * by_year + np.array([v.month for v in every], dtype="f8")
    if np.unique(by_month).size == by_month.size:
        return by_month
    return np.array([pd.Timedelta(v - every[0]).total_seconds() for v in every], dtype="f8")


def _number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _shown(year: Any) -> str:
    """A year as a message shows it, midnight left out."""
    return brief(str(year).removesuffix(" 00:00:00"))
