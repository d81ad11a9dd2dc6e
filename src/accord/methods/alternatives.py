"""Step `alternatives`: what D, its trend, the ranks and the stages are under other settings of the scoring chain."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core.sensitivity import shift
from accord.labels import lead
from accord.method import Text, method

SAME = ("same", "turned")
NUMBERS = (
    "first", "last", "change", "largest", "mean_difference", "rank_correlation", "stage_changed", "stage_up",
)  # fmt: skip
SAYS = Text(
    "D and its stages are computed again with one setting of the scoring chain changed at a time, all others as they "
    "are: mean D of the first year and the last, the largest and the mean difference of a unit and year, Spearman's rank "
    "correlation of the units' mean D, the share of units and years in another stage, the share of units in a higher "
    "stage in the last year than in the first, and whether mean D still moves the same way.",
    "逐项更换评价链条中的一个设定、其余不变，重新计算 D 及其等级：首末年平均 D、单元与年份的最大差与平均差、各单元平均 D 的"
    "秩相关系数、等级改变的单元年占比、末年等级高于首年的单元占比，以及平均 D 的变化方向是否不变。",
)


@method(
    step="alternatives",
    makes=("step", "setting", "used", "alternative", "also", *NUMBERS, "sign", "reason", "reason_zh"),
    cite=("oecd2008",),
    says=SAYS,
)
def alternatives(
    coordination: xr.DataArray,
    stage: xr.DataArray,
    alternative_coordination: xr.DataArray,
    alternative_stage: xr.DataArray,
    alternative_settings: xr.DataArray,
) -> xr.Dataset:
    """D and stages under other settings of the scoring chain, one changed at a time.

    The first row is the study as it is; a row without numbers could not be had, for the reason given.
    `largest` and `mean_difference` are absolute differences of D. `stage_changed` is left empty where the
    classes themselves are others. `sign` says whether mean D moves the same way from the first year to the
    last (`same`) or not (`turned`).
    """
    d, k = lead(coordination, "unit", "time"), lead(stage, "unit", "time")
    others, classes = (
        a.transpose("case", "unit", "time").values for a in (alternative_coordination, alternative_stage)
    )
    said = {
        str(what): alternative_settings.sel(what=what).values.astype(str)
        for what in alternative_settings["what"].values
    }
    rows = [
        _row(d, k, other, level, same == "same")
        for other, level, same in zip(others, classes, said.pop("classes"), strict=True)
    ]
    numbers = dict(zip(NUMBERS, np.array([row[:-1] for row in rows], dtype="f8").T, strict=True))
    sign = np.array([str(row[-1]) for row in rows])
    order = {
        **{name: said[name] for name in ("step", "setting", "used", "alternative", "also")},
        **numbers,
        "sign": sign,
    }
    return xr.Dataset(
        {name: ("case", v) for name, v in {**order, **{n: said[n] for n in ("reason", "reason_zh")}}.items()}
    )


def _row(
    d: NDArray[np.float64], k: NDArray[np.int64], other: NDArray[np.float64], level: NDArray[np.int64], same: bool
) -> tuple[float | str, ...]:
    """The numbers of one row, in the order of `NUMBERS`, and the sign."""
    if np.isnan(other).any():
        return (*[float("nan")] * len(NUMBERS), "")
    found = shift(d, other)
    changed = float((level != k).mean()) if same else float("nan")
    up = float((level[:, -1] > level[:, 0]).mean())
    measures = (found.first, found.last, found.change, found.largest, found.mean, found.ranks)
    return (*measures, changed, up, SAME[0 if found.same_sign else 1])
