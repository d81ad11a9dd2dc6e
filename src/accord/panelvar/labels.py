"""A user's long table, or a Dataset by unit and year, as values with labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief, nearest

Floats = NDArray[np.float64]
SPARSE = 10
"""Years that a panel may span for each one in which something stands."""


@dataclass(frozen=True)
class Columns:
    """Names of columns by their part in the model."""

    variables: tuple[str, ...]
    exogenous: tuple[str, ...] = ()
    predetermined: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every column, each once."""
        return (*self.variables, *self.predetermined, *self.exogenous)


@dataclass(frozen=True)
class Labelled:
    """Values (units, years, columns), NaN where missing, with the labels of each axis.

    `years` follow each other in steps of `step`; years in which no unit stands are in it too.
    """

    values: Floats
    units: tuple[Any, ...]
    years: tuple[int, ...]
    columns: Columns
    step: int = 1

    def of(self, names: Sequence[str]) -> Floats:
        """Values of some columns, in their order."""
        at = [self.columns.all.index(name) for name in names]
        return np.ascontiguousarray(self.values[:, :, at])


Data = pd.DataFrame | xr.Dataset | Labelled


def labelled(data: Data, unit: str, time: str, columns: Columns) -> Labelled:
    """Values by unit and year of the columns asked for; units in order of their label. What is labelled stays as it is.

    Raises
    ------
    InputError
        If a column is not there, named twice, text or infinite, or a unit and year stand twice.
    """
    if isinstance(data, Labelled):
        return data
    _named_once(columns)
    table = _table(data, unit, time, columns)
    for name in (unit, time, *columns.all):
        if name not in table.columns:
            raise InputError(f'there is no column "{brief(name)}"; {nearest(name, map(str, table.columns))}')
    years = _years(table, time)
    if table[unit].isna().any():
        raise InputError(f'row {_row(table[unit].isna())} has no "{brief(unit)}"')
    _no_doubles(table[unit], years, unit, time)
    values = np.column_stack([_numbers(table, name, unit, time) for name in columns.all])
    units, of_unit = _sorted(table[unit])
    found = np.unique(years)
    step = _step(found, time)
    out = np.full((len(units), int((found[-1] - found[0]) // step) + 1, values.shape[1]), np.nan)
    out[of_unit, (years - found[0]) // step] = values
    return Labelled(out, units, tuple(int(found[0]) + step * i for i in range(out.shape[1])), columns, step)


def _table(data: pd.DataFrame | xr.Dataset, unit: str, time: str, columns: Columns) -> pd.DataFrame:
    if isinstance(data, xr.Dataset):
        for dim in (unit, time):
            if dim not in data.dims:
                raise InputError(f'the Dataset has no dim "{brief(dim)}"; {nearest(dim, map(str, data.dims))}')
        by_both = [str(n) for n, a in data.data_vars.items() if set(map(str, a.dims)) == {unit, time}]
        for name in columns.all:
            if name not in by_both:
                raise InputError(f'there is no variable "{brief(name)}" by {unit} and {time}; {nearest(name, by_both)}')
        return data[list(columns.all)].reset_coords(drop=True).to_dataframe().reset_index()
    if not isinstance(data, pd.DataFrame):
        raise InputError(
            f"give a DataFrame with one row for each unit and year, or a Dataset, and not a {type(data).__name__}"
        )
    inside = [name for name in (unit, time) if name in data.index.names and name not in data.columns]
    table = data.reset_index(level=inside) if inside else data
    if table.empty:
        raise InputError("the table has no rows")
    return table


def _named_once(columns: Columns) -> None:
    if not columns.variables:
        raise InputError("variables is empty: name the columns whose interplay is asked for")
    double = next((n for i, n in enumerate(columns.all) if n in columns.all[:i]), None)
    if double is not None:
        raise InputError(f'"{brief(double)}" is named twice among variables, exogenous and predetermined')


def _years(table: pd.DataFrame, time: str) -> NDArray[np.int64]:
    """The time column as whole numbers."""
    column = table[time]
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.year
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype="f8", na_value=np.nan)
    wrong = ~np.isfinite(numbers) | (numbers != np.round(numbers))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(f'row {at + 1}: "{brief(column.iloc[at])}" in "{brief(time)}" is not a year')
    return numbers.astype("i8")


def _step(years: NDArray[np.int64], time: str) -> int:
    """Years from one to the next; a year far off the others is a slip, and would make a panel of empty years."""
    apart = np.diff(years)
    step = int(np.gcd.reduce(apart)) if apart.size else 1
    if int(years[-1] - years[0]) // step > SPARSE * len(years):
        at = int(np.argmax(apart))
        raise InputError(
            f'"{brief(time)}" jumps from {years[at]} to {years[at + 1]}; correct the year, or cut the panel'
        )
    return step


def _numbers(table: pd.DataFrame, name: str, unit: str, time: str) -> Floats:
    """A column as numbers."""
    column = table[name]
    if pd.api.types.is_complex_dtype(column.infer_objects()):
        raise InputError(f'"{brief(name)}" holds complex numbers; give real ones')
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        found = column.to_numpy(dtype="f8", na_value=np.nan)
        wrong = np.isinf(found)
        fault = "is infinite; correct it or leave it empty"
    else:
        found = pd.to_numeric(column, errors="coerce").to_numpy(dtype="f8", na_value=np.nan)
        wrong = np.isnan(found) & column.notna().to_numpy()
        fault = "is not a number"
    if wrong.any():
        who, when, what = (brief(table[part].iloc[int(np.argmax(wrong))]) for part in (unit, time, name))
        raise InputError(f'{who}, {when}: "{what}" in "{brief(name)}" {fault}')
    return np.asarray(found, dtype="f8")


def _no_doubles(units: pd.Series, years: NDArray[np.int64], unit: str, time: str) -> None:
    double = pd.DataFrame({"unit": units.to_numpy(), "year": years}).duplicated().to_numpy()
    if double.any():
        at = int(np.argmax(double))
        raise InputError(
            f"{brief(units.iloc[at])}, {years[at]} stands twice (row {at + 1}); keep one row for each "
            f'"{brief(unit)}" and "{brief(time)}"'
        )


def _sorted(units: pd.Series) -> tuple[tuple[Any, ...], NDArray[np.int64]]:
    """Labels in order, and which of them each row has."""
    try:
        codes, labels = pd.factorize(units, sort=True)
    except TypeError:
        codes, labels = pd.factorize(units)
    return tuple(labels.tolist()), codes.astype("i8")


def _row(wrong: pd.Series) -> int:
    return int(np.argmax(wrong.to_numpy())) + 1
