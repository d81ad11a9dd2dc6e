"""Step `lag_order`: how many lags the panel VAR takes, by likelihood and by moments, group by group."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from accord.core.engine import at_hand, ordered
from accord.labels import build
from accord.method import Chosen, Text, method
from accord.panelvar.groups import compared, lag_of, panels, series

Lags = Annotated[int, Field(ge=1, le=10)]
Criterion = Literal["aic", "bic", "hqic"]
CRITERIA = ("aic", "bic", "hqic", "mbic", "maic", "mqic")
AS_PVAR: Any = Chosen("pvar", {"default": 1}, "lags")
"""The step that estimates says which lag it takes, of how many, and whether year effects are out."""
UP_TO: Any = Chosen("pvar", 3, "max_lags")
YEARS: Any = Chosen("pvar", "auto", "time_effects")


def _says(max_lags: int) -> Text:
    return Text(
        f"Lags 1 to {max_lags} compared on one sample: AIC, BIC and HQIC of least squares with fixed effects "
        "(ln|Sigma| plus a penalty), and MBIC, MAIC and MQIC of Andrews and Lu from Hansen's J with the same instruments, "
        "empty where a group has fewer units than moments; less is better. Few years carry few lags, so the panel VAR "
        "takes one unless the plan says otherwise.",
        f"在同一样本上比较 1 至 {max_lags} 阶滞后：固定效应最小二乘的 AIC、BIC、HQIC（ln|Sigma| 加罚项），以及工具变量相同的 "
        "Hansen J 统计量的 MBIC、MAIC、MQIC（Andrews 与 Lu），单元少于矩条件时留空；数值越小越好。年份少则可容纳的滞后少，除方案另有设定外面板 VAR 取 1 阶。",
    )


@method(
    step="lag_order",
    makes=(*CRITERIA, "chosen", "used", "nobs", "reason", "reason_zh"),
    cite=("andrews2001", "luetkepohl2005"),
    formula=r"\operatorname{AIC}_p=\ln|\hat\Sigma_p|+\frac{2pk^2}{n},\quad \operatorname{BIC}_p=\ln|\hat\Sigma_p|+\frac{pk^2\ln n}{n},"
    r"\quad \operatorname{HQIC}_p=\ln|\hat\Sigma_p|+\frac{2pk^2\ln\ln n}{n}" + "\n"
    r"\operatorname{MBIC}_p=J_p-\nu_p\ln n,\quad \operatorname{MAIC}_p=J_p-2\nu_p,\quad \operatorname{MQIC}_p=J_p-2\nu_p\ln\ln n",
    says=_says,
)
def lag_order(
    tested: xr.DataArray,
    differencing: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    *,
    max_lags: Lags = UP_TO,
    lags: Lags | Criterion | dict[str, Lags | Criterion] = AS_PVAR,
    time_effects: Literal["auto"] | bool = YEARS,
) -> xr.Dataset:
    """Criteria of 1 to `max_lags` lags by group; `chosen` names those that are least at a lag, `used` marks what is taken.

    Where a group's years carry fewer lags than `max_lags`, as many as they carry are compared; the reason says so, and
    stands with no observations where nothing can be compared.
    """
    own = series(tested, differencing, region, regions)
    members, every = own["group"].values.tolist(), panels(own)
    shape = (len(members), max_lags)
    out: dict[str, Any] = {c: np.full(shape, np.nan) for c in (*CRITERIA, "nobs")}
    texts = {key: np.full(shape, "", dtype=object) for key in ("chosen", "reason", "reason_zh")}
    used = np.zeros(shape, dtype=bool)
    tell = at_hand().tell
    found = ordered(at_hand().pool, compared, [(panel, max_lags, time_effects) for panel in every])
    for g, (table, why) in enumerate(found):
        lag = lag_of(lags, members[g], every[g], max_lags, time_effects)
        used[g, lag - 1 : lag] = True
        texts["reason"][g], texts["reason_zh"][g] = why
        if table is None:
            out["nobs"][g, 0] = 0
        else:
            texts["chosen"][g, : len(table)] = table["chosen"]
            for name in (*CRITERIA, "nobs"):
                out[name][g, : len(table)] = table[name]
        tell("lag order", g + 1, len(every))
    at = {"group": members, "lags": np.arange(1, max_lags + 1)}
    shown = {**out, **{key: value.astype(str) for key, value in texts.items()}, "used": used}
    return xr.Dataset({key: build(value, ["group", "lags"], **at) for key, value in shown.items()})
