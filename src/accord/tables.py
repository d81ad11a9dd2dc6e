"""Tables as people read them: a result as a long table, names beside class numbers."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import xarray as xr

from accord.errors import InputError
from accord.variables import SPARSE, TABLES, VARIABLES


@runtime_checkable
class Tidied(Protocol):
    """A result that has a table and a few lines of its own."""

    def tidy(self) -> pd.DataFrame:
        """One row per statistic."""

    def summary(self) -> str:
        """What was asked and found."""


def tidy(result: xr.DataArray | xr.Dataset | Tidied, language: str = "en") -> pd.DataFrame:
    """A result as a long table: one row per combination of its dims, leading columns as in the contract.

    A result that knows its own table, such as that of a unit-root test, gives that.

    Class numbers get their names beside them or are replaced by them; sparse results keep only rows
    with a value.

    Raises
    ------
    InputError
        If it is neither an array nor a table, but a whole study, say.

    Examples
    --------
    >>> d = xr.DataArray([[0.5, 0.25]], dims=("unit", "time"), coords={"unit": ["A"], "time": [2011, 2012]}, name="coordination")
    >>> tidy(d)
      unit  time  coordination
    0    A  2011          0.50
    1    A  2012          0.25
    """
    if isinstance(result, Tidied):
        return result.tidy()
    if isinstance(result, xr.DataArray):
        result = result.to_dataset(name=result.name or "value")
    if not isinstance(result, xr.Dataset):
        raise InputError(
            f'tidy takes one table or variable, such as study["coordination"], and this is a {type(result).__name__}'
        )
    table = str(result.attrs.get("table", ""))
    order = [d for d in ("model", "route", "unit", "region", "group", "time") if d in result.dims]
    order += [str(d) for d in result.dims if d not in order]
    frame = result.to_dataframe(dim_order=order).reset_index()
    if any(d not in result.coords for d in order):
        frame = frame.drop(columns=[d for d in order if d not in result.coords])
    sparse = [str(n) for n in result.data_vars if n in VARIABLES and VARIABLES[str(n)].sparse]
    if SPARSE.get(table) in result:
        sparse = [SPARSE[table]]
    if sparse:
        frame = frame[frame[sparse].notna().any(axis=1)].reset_index(drop=True)
    for name in map(str, result.data_vars):
        if name in VARIABLES and VARIABLES[name].unit == "year":
            years = frame[name].astype("Int64").astype(object)
            frame[name] = years.where(years.notna(), None)
        frame = _named(frame, name, result[name], language)
    frame = frame.rename(columns={n: VARIABLES[n].column for n in frame if n in VARIABLES and VARIABLES[n].column})
    lead = list(TABLES.get(table, ()))
    for column in lead:
        if column not in frame:
            frame[column] = np.nan if column in ("entropy",) else ""
    return frame[[*lead, *(c for c in frame if c not in lead)]]


def listed(value: Any) -> list[Any]:
    """An attribute that is a list, however the file gave it back."""
    if value is None:
        return []
    return [value] if isinstance(value, str | int | float) else list(np.asarray(value).tolist())


def _named(frame: pd.DataFrame, name: str, array: xr.DataArray, language: str) -> pd.DataFrame:
    spec = VARIABLES.get(name)
    names = listed(array.attrs.get(f"label_{language}", array.attrs.get("label_en")))
    if not names:
        return frame
    column = "level" if "level" in array.dims else name
    shown = _lookup(frame[column], names)
    if column == "level":
        frame = frame.rename(columns={"level": "stage"})
        frame.insert(int(np.flatnonzero(frame.columns == "stage")[0]) + 1, "stage_name", shown)
    elif spec and spec.labels == "beside":
        frame.insert(int(np.flatnonzero(frame.columns == name)[0]) + 1, f"{spec.column or name}_name", shown)
    else:
        frame[name] = shown
    return frame


def _lookup(codes: pd.Series, names: list[str]) -> Any:
    return np.array(["", *names], dtype=object)[codes.to_numpy().astype(int)]
