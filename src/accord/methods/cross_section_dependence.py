"""Step `unit_roots`, first part: the series that are tested, and whether units move together.

Pesaran's CD comes before the tests, since dependence between units decides where their p-values come from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from accord import unitroot
from accord.core.engine import at_hand, ordered
from accord.core.unitroot_null import DRAWS
from accord.errors import Refused, brief
from accord.labels import build, groups
from accord.method import Text, method
from accord.unitroot.rows import Row, arrays, few, panels, row, series

Dependence = Literal["auto", "independent", "signs"]
Draws = Annotated[int, Field(ge=199, le=99_999)]
FORMS = ("levels", "differences")
LEAST_YEARS = 6
CLEAR = 0.05
"""p-value at which independence is rejected."""


@method(step="unit_roots", makes=("tested",), table=None, helper=True)
def tested(
    index: xr.DataArray,
    coordination: xr.DataArray,
    *,
    transform: Literal["log", "none"] = "log",
    shift: Annotated[float, Field(ge=0, le=1)] = 0.0,
) -> xr.DataArray:
    """Each U and then D, (variable, unit, time), in logarithms unless `transform` is "none"; `shift` is added first.

    Raises
    ------
    Refused
        If there are fewer than six years, or a value is not positive and logarithms are asked for.
    """
    u = index.transpose("subsystem", "unit", "time")
    x = np.concatenate([u.values, coordination.transpose("unit", "time").values[None]]) + shift
    names = [*(str(s) for s in u["subsystem"].values), "coordination"]
    if x.shape[2] < LEAST_YEARS:
        raise Refused(
            f"unit-root tests need at least {LEAST_YEARS} years, and the panel has {x.shape[2]}",
            f"单位根检验至少需要 {LEAST_YEARS} 年数据，面板只有 {x.shape[2]} 年",
        )
    if transform == "log" and bool((x <= 0).any()):
        k, i, t = (int(at) for at in np.argwhere(x <= 0)[0])
        unit, year = brief(u["unit"].values[i]), u["time"].values[t]
        raise Refused(
            f"{names[k]} of {unit} in {year} is {x[k, i, t]:g} and has no logarithm; add a constant with shift = 0.001 in "
            'unit_roots, or set transform = "none"',
            f"{unit} {year} 年的“{names[k]}”为 {x[k, i, t]:g}，无法取对数；请在 unit_roots 中设 shift = 0.001 加上常数，"
            '或设 transform = "none"',
        )
    return build(np.log(x) if transform == "log" else x, ["variable", "unit", "time"], u, variable=names)


def _says_dependence(draws: int | None, dependence: str, demean: bool) -> Text:
    less = Text(" of what is left beside each year's mean", "（已减去逐年均值）") if demean else Text("", "")
    used = {
        "auto": Text(
            f"Where it rejects for yearly changes (p <= {CLEAR}), units count as dependent.",
            f"对逐年变化拒绝独立（p <= {CLEAR}）时，视单元为相依。",
        ),
        "independent": Text("Units count as independent all the same.", "按设定，一律视单元为独立。"),
        "signs": Text("Units count as dependent all the same.", "按设定，一律视单元为相依。"),
    }[dependence]
    return Text(
        f"Whether units move together: Pesaran's CD of levels and of yearly changes{less.en}, with p-values of the normal law "
        f"and from {draws or DRAWS:,} panels of independent random walks. Levels that grow correlate by growing. {used.en}",
        f"单元是否同步变化：对水平值与逐年变化{less.zh}计算 Pesaran CD，p 值取自正态分布及 {draws or DRAWS:,} 个相互独立的随机游走面板。"
        f"水平值因共同增长亦会相关。{used.zh}",
    )


@method(
    step="unit_roots",
    makes=("statistic", "pvalue", "pvalue_simulated", "dependent", "units", "note", "note_zh"),
    table="cross_section_dependence",
    helper=True,
    cite=("pesaran2015",),
    version=2,
    formula=r"\operatorname{CD}=\sqrt{\frac{2T}{N(N-1)}}\sum_{i<k}\hat\rho_{ik}",
    says=_says_dependence,
)
def cross_section_dependence(
    tested: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    seed: xr.DataArray,
    *,
    dependence: Dependence = "auto",
    draws: Draws | None = None,
    demean: bool = False,
) -> xr.Dataset:
    """Pesaran's CD by group, variable and form, and whether units count as dependent in the tests that follow.

    With `demean`, each year's mean over units is taken out first, as it is in those tests.
    """
    members = groups(region, regions)
    names = [str(v) for v in tested["variable"].values]
    items = [
        (series(tested, k, mine), form, draws, demean, int(seed), at_hand().folder)
        for mine in members.values()
        for k in range(len(names))
        for form in FORMS
    ]
    found = list(ordered(at_hand().pool, _dependence, items))
    shape = (len(members), len(names), len(FORMS))
    cells = {"group": list(members), "variable": names, "form": list(FORMS)}
    out = arrays(found, shape, cells, ("statistic", "pvalue", "pvalue_simulated", "units", "note", "note_zh"))
    p = np.array([row.leading for row in found]).reshape(shape)[..., 1]
    flags = {"auto": p <= CLEAR, "signs": np.ones(p.shape, bool), "independent": np.zeros(p.shape, bool)}[dependence]
    out["dependent"] = build(flags, ["group", "variable"], group=list(members), variable=names)
    return xr.Dataset(out)


def _dependence(
    x: pd.DataFrame,
    form: Literal["levels", "differences"],
    draws: int | None,
    demean: bool,
    seed: int,
    folder: Path | None,
) -> Row:
    """CD of one group."""
    number, said = panels(draws, DRAWS, x)

    def test(kept: pd.DataFrame) -> unitroot.UnitRootTest:
        return unitroot.cd(kept, form=form, demean=demean, draws=number if few(kept) else 0, seed=seed, folder=folder)

    return row(x, test, said)
