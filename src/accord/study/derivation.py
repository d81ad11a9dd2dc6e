"""Where derived indicators come from: their formula, raw columns, deflator and base year, and the very cells.

The cells travel with the panel (`raw`, with the row of each in the file), and from there into the results as the
tables `derived` and `raw`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.study import expression
from accord.study.system import Indicator, IndicatorSystem


def read_columns(one: Indicator) -> list[str]:
    """Raw columns that an indicator is computed from, its deflator last.

    Examples
    --------
    >>> table = {"key": ["beds", "pay"], "subsystem": ["A", "B"], "direction": ["+", "+"], "expr": ["n / pop", ""],
    ...     "deflator": ["", "cpi"]}
    >>> import pandas as pd
    >>> [read_columns(one) for one in IndicatorSystem.from_table(pd.DataFrame(table))]
    [['n', 'pop'], ['pay', 'cpi']]
    """
    read = expression.names(one.expr) if one.expr else [one.key]
    return [*read, *([one.deflator] if one.deflator and one.deflator not in read else [])]


def formula(one: Indicator, base: int | None) -> str:
    """What is computed, deflation included; empty for a column taken as it is."""
    if not one.deflator:
        return one.expr
    plain = one.expr or one.key
    return f"({plain}) * {one.deflator}[{base}] / {one.deflator}"


def traced(
    system: IndicatorSystem | None, raw: Mapping[str, NDArray[np.float64]], rows: NDArray[np.int64], base: int | None
) -> dict[str, xr.DataArray]:
    """The cells of derived indicators: `raw` (unit, time, column) and `raw_row` (unit, time), the row in the file.

    `raw` holds the columns as (unit, time). Empty where no indicator is derived.
    """
    derived = [one for one in system or () if one.expr or one.deflator]
    if not derived:
        return {}
    columns = list(dict.fromkeys(name for one in derived for name in read_columns(one)))
    cells = np.stack([raw[name] for name in columns], axis=-1)
    attrs: dict[str, Any] = {} if base is None else {"deflator_base": int(base)}
    return {
        "raw": xr.DataArray(cells, dims=("unit", "time", "column"), coords={"column": columns}, attrs=attrs),
        "raw_row": xr.DataArray(rows, dims=("unit", "time")),
    }


def derivation(panel: xr.Dataset) -> dict[str, xr.Dataset]:
    """Tables `derived` (by indicator) and `raw` (by unit, year and column) of a panel that has derived indicators."""
    if "raw" not in panel or "expr" not in panel.coords:
        return {}
    base = panel["raw"].attrs.get("deflator_base")
    keys = [str(key) for key in panel["indicator"].values]
    rows = [
        (key, expr, deflator)
        for key, expr, deflator in zip(keys, panel["expr"].values, panel["deflator"].values, strict=True)
        if expr or deflator
    ]
    made = [_bare(key, str(expr), str(deflator)) for key, expr, deflator in rows]
    at = {"indicator": [one.key for one in made]}
    text = {
        "formula": [formula(one, base) for one in made],
        "columns": ["; ".join(read_columns(one)) for one in made],
        "deflator": [one.deflator for one in made],
        "base_year": [str(base) if one.deflator else "" for one in made],
    }
    derived = xr.Dataset({k: ("indicator", np.array(v, dtype=object).astype(str)) for k, v in text.items()}, coords=at)
    cells = panel[["raw", "raw_row"]].reset_coords(drop=True).rename(raw="value", raw_row="row")
    cells = cells.assign(row=cells["row"].broadcast_like(cells["value"]))
    cells["value"].attrs = {}
    out = {"derived": derived, "raw": cells.transpose("unit", "time", "column")}
    return {name: table.assign_attrs(table=name) for name, table in out.items()}


def _bare(key: str, expr: str, deflator: str) -> Indicator:
    nan = float("nan")
    return Indicator(key, key, key, "", "", "+", (nan, nan), "", expr, deflator)
