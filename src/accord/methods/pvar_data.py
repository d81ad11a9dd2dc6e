"""Table `pvar_data` of step `pvar`: the series that the panel VAR took, for whoever estimates it with another program.

Names come with their numbers, so that a program can read the table without ever handling a user's text.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.labels import build
from accord.method import method


@method(
    step="pvar",
    makes=("value", "group_number", "variable_number", "unit_number", "period"),
    table="pvar_data",
    helper=True,
)
def pvar_data(pvar_series: xr.DataArray) -> xr.Dataset:
    """The series of the panel VAR by group, levels or changes as decided, with the numbers of names and periods.

    Regions and units are numbered by name, so that numbers do not depend on the order of rows.
    """
    like = ["group", "variable", "unit", "time"]
    names = {"group_number": "group", "variable_number": "variable", "unit_number": "unit", "period": "time"}
    places = {dim: np.arange(1, pvar_series.sizes[dim] + 1) for dim in names.values()}
    places["unit"] = _ranks(pvar_series["unit"].values)
    places["group"][1:] = 1 + _ranks(pvar_series["group"].values[1:])
    numbers = {key: build(places[dim], [dim], pvar_series) for key, dim in names.items()}
    return xr.Dataset({"value": build(pvar_series.transpose(*like).values, like, pvar_series), **numbers})


def _ranks(names: NDArray[np.str_]) -> NDArray[np.int64]:
    """Places of names in their order, from 1."""
    return 1 + np.argsort(np.argsort(names, kind="stable"), kind="stable")
