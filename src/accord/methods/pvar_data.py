"""Table `pvar_data` of step `pvar`: the series that the panel VAR took, for whoever estimates it with another program.

Names come with their numbers, so that a program can read the table without ever handling a user's text.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from accord.labels import build
from accord.method import method


@method(
    step="pvar",
    makes=("value", "group_number", "variable_number", "unit_number", "period"),
    table="pvar_data",
    helper=True,
)
def pvar_data(pvar_series: xr.DataArray) -> xr.Dataset:
    """The series of the panel VAR by group, levels or changes as decided, with the numbers of names and periods."""
    like = ["group", "variable", "unit", "time"]
    names = {"group_number": "group", "variable_number": "variable", "unit_number": "unit", "period": "time"}
    numbers = {key: build(np.arange(1, pvar_series.sizes[dim] + 1), [dim], pvar_series) for key, dim in names.items()}
    return xr.Dataset({"value": build(pvar_series.transpose(*like).values, like, pvar_series), **numbers})
