"""Step `granger`: whether the lags of one index help to tell another, group by group."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from accord.core.engine import at_hand, ordered
from accord.errors import Refused
from accord.labels import long
from accord.method import Text, method
from accord.panelvar.groups import How, few_units, panels, refitted, shown_fits
from accord.panelvar.labels import Labelled
from accord.panelvar.responses import granger as tested_by
from accord.phrases import stars

KEYS = ("statistic", "df", "pvalue", "pvalue_bootstrap")


def _says(draws: int) -> Text:
    return Text(
        "Wald tests that all lags of one variable have no part in the equation of another, with errors clustered by unit, read "
        f"as F with a degree of freedom for each unit but one, and beside it a p-value from {draws:,} panels simulated under "
        "the null (fixed effects) or draws of whole units about the estimate (GMM). Stars by the larger of the two.",
        f"Wald 检验：某变量的全部滞后项在另一方程中无作用；标准误按单元聚类，取 F 分布（分母自由度为单元数减一），并列出 {draws:,} "
        "个原假设下模拟面板（固定效应）或以估计值为中心对单元整体重抽样（GMM）得到的 p 值。星号取两者中较大者。",
    )


@method(
    step="granger",
    makes=("leading", *KEYS, "stars", "descriptive", "time_effects"),
    cite=("granger1969",),
    formula=r"F=\frac{1}{q}\,\hat b'\hat V_b^{-1}\hat b\sim F(q,\,N-1)",
    says=_says,
)
def granger(
    pvar_series: xr.DataArray,
    pvar_how: xr.DataArray,
    pvar_leads: xr.DataArray,
    seed: xr.DataArray,
    *,
    draws: Annotated[int, Field(ge=99, le=99_999)] = 499,
) -> xr.Dataset:
    """Granger's tests by group: of the fit that leads, with and without year effects, and of one-step GMM.

    Raises
    ------
    Refused
        If no group has a panel VAR.
    """
    fits = shown_fits(pvar_how, pvar_leads)
    if not fits:
        raise Refused("no group has a panel VAR to test", "没有任何地区的面板 VAR 可供检验")
    every, few = panels(pvar_series), few_units(pvar_series)
    items = [(every[g], how, draws, int(seed)) for g, how in fits]
    rows: list[dict[Hashable, Any]] = []
    tell = at_hand().tell
    for done, ((g, how), table) in enumerate(zip(fits, ordered(at_hand().pool, _tests, items), strict=True), 1):
        group = str(pvar_series["group"].values[g])
        leads = how.name == str(pvar_leads.values[g])
        for row in table.to_dict("records"):
            p = np.fmax(row["pvalue"], row["pvalue_bootstrap"])
            rows.append({**row, "group": group, "estimator": how.name, "leading": leads, "descriptive": few[g],
                         "time_effects": how.time_effects, "stars": "" if few[g] else stars(p)})  # fmt: skip
        tell("Granger tests", done, len(items))
    frame = pd.DataFrame(rows)
    made = {key: frame[key].to_numpy() for key in ("leading", *KEYS, "descriptive", "time_effects")}
    made["stars"] = frame["stars"].to_numpy(dtype=str)
    return long(made, {key: frame[key].to_numpy() for key in ("group", "estimator", "equation", "excluded")})


def _tests(panel: Labelled, how: How, draws: int, seed: int) -> pd.DataFrame:
    """Tests of one fit, made again from its settings."""
    return tested_by(refitted(panel, how), draws=draws, seed=seed)
