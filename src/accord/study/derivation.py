"""Where derived indicators come from: their formula, raw columns, deflator and base year, and the very cells.

The cells travel with the panel (`raw`, with the row in the file, or file, sheet, row and column), and from there into the results as the
tables `derived` and `raw`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    system: IndicatorSystem | None,
    raw: Mapping[str, NDArray[np.float64]],
    rows: NDArray[np.int64],
    base: int | None,
    cell: Callable[[int, str], str] | None = None,
) -> dict[str, xr.DataArray]:
    """The cells of derived indicators: `raw` (unit, time, column), and where each stands.

    `raw` holds the columns as (unit, time), `rows` the row of the file for each; or, of several files, the row of
    the table put together from them, for which `cell` names file, sheet, row and column. The place is `raw_row`
    (unit, time) or `raw_cell` (unit, time, column). Empty where no indicator is derived.
    """
    derived = [one for one in system or () if one.expr or one.deflator]
    if not derived:
        return {}
    columns = list(dict.fromkeys(name for one in derived for name in read_columns(one)))
    cells = np.stack([raw[name] for name in columns], axis=-1)
    attrs: dict[str, Any] = {} if base is None else {"deflator_base": int(base)}
    out = {"raw": xr.DataArray(cells, dims=("unit", "time", "column"), coords={"column": columns}, attrs=attrs)}
    if cell is None:
        return out | {"raw_row": xr.DataArray(rows, dims=("unit", "time"))}
    named = np.array([[[cell(int(row), name) for name in columns] for row in line] for line in rows])
    return out | {"raw_cell": xr.DataArray(named, dims=("unit", "time", "column"))}


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
    place = "row" if "raw_row" in panel else "cell"
    cells = panel[["raw", f"raw_{place}"]].reset_coords(drop=True).rename({"raw": "value", f"raw_{place}": place})
    cells = cells.assign({place: cells[place].broadcast_like(cells["value"])})
    cells["value"].attrs = {}
    out = {"derived": derived, "raw": cells.transpose("unit", "time", "column")}
    return {name: table.assign_attrs(table=name) for name, table in out.items()}


def _bare(key: str, expr: str, deflator: str) -> Indicator:
    nan = float("nan")
    return Indicator(key, key, key, "", "", "+", (nan, nan), "", expr, deflator)
