"""Step `lag_order`: how many lags the panel VAR takes, by likelihood and by moments, group by group."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from accord.core.engine import at_hand, ordered
from accord.errors import InputError, Refused
from accord.labels import build
from accord.method import Chosen, Text, method
from accord.panelvar.groups import best_lag, lag_of, of_group, series
from accord.panelvar.order import lag_order as compared

Lags = Annotated[int, Field(ge=1, le=10)]
Criterion = Literal["aic", "bic", "hqic"]
CRITERIA = ("aic", "bic", "hqic", "mbic", "maic", "mqic")
AS_PVAR: Any = Chosen("pvar", {"default": 1}, "lags")
"""The step that estimates says which lag it takes."""


def _says(max_lags: int) -> Text:
    return Text(
        f"Lags 1 to {max_lags} compared on one sample: AIC, BIC and HQIC of least squares with fixed effects "
        "(ln|Sigma| plus a penalty), and MBIC, MAIC and MQIC of Andrews and Lu from Hansen's J with the same instruments; "
        "less is better. Few years carry few lags, so the panel VAR takes one unless the plan says otherwise.",
        f"在同一样本上比较 1 至 {max_lags} 阶滞后：固定效应最小二乘的 AIC、BIC、HQIC（ln|Sigma| 加罚项），以及工具变量相同的 "
        "Hansen J 统计量的 MBIC、MAIC、MQIC（Andrews 与 Lu）；数值越小越好。年份少则可容纳的滞后少，除方案另有设定外面板 VAR 取 1 阶。",
    )


@method(
    step="lag_order",
    makes=(*CRITERIA, "chosen", "used", "nobs", "reason", "reason_zh"),
    cite=("andrews2001", "luetkepohl2005"),
    says=_says,
)
def lag_order(
    tested: xr.DataArray,
    differencing: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    *,
    max_lags: Lags = 3,
    lags: dict[str, Lags | Criterion] = AS_PVAR,
) -> xr.Dataset:
    """Criteria of 1 to `max_lags` lags by group; `chosen` names those that are least at a lag, `used` marks what is taken.

    Where a group's years carry fewer lags than `max_lags`, as many as they carry are compared; the reason says so.
    """
    members, values = series(tested, differencing, region, regions)
    items = [(own, max_lags) for own in values]
    found = list(ordered(at_hand().pool, _compared, items))
    shape = (len(members), max_lags)
    out: dict[str, Any] = {c: np.full(shape, np.nan) for c in (*CRITERIA, "nobs")}
    texts = {key: np.full(shape, "", dtype=object) for key in ("chosen", "reason", "reason_zh")}
    used = np.zeros(shape, dtype=bool)
    for g, (group, (table, why)) in enumerate(zip(members, found, strict=True)):
        said = lag_of(lags, group)
        lag = said if isinstance(said, int) else best_lag(values[g], said, max_lags)
        used[g, lag - 1 : lag] = True
        texts["reason"][g], texts["reason_zh"][g] = why
        if table is not None:
            texts["chosen"][g, : len(table)] = table["chosen"]
            for name in (*CRITERIA, "nobs"):
                out[name][g, : len(table)] = table[name]
    at = {"group": list(members), "lags": np.arange(1, max_lags + 1)}
    shown = {**out, **{key: value.astype(str) for key, value in texts.items()}, "used": used}
    return xr.Dataset({key: build(value, ["group", "lags"], **at) for key, value in shown.items()})


def _compared(values: Any, most: int) -> tuple[Any, Text]:
    """The criteria of a group, of as many lags as its years carry."""
    names = [f"x{j + 1}" for j in range(len(values))]
    why = Text("", "")
    for deepest in range(most, 0, -1):
        try:
            return compared(of_group(values), variables=names, max_lags=deepest), why
        except (InputError, Refused) as error:
            why = Text(str(error), error.zh if isinstance(error, Refused) else f"无法比较：{error}")
    return None, why
