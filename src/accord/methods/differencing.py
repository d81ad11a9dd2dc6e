"""Step `unit_roots`: how often each variable is differenced, one decision for all groups unless the plan says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import stdtr

from accord.errors import InputError, brief, nearest
from accord.labels import NATIONAL, build, groups
from accord.method import Chosen, Text, method
from accord.phrases import UNTRENDED, joined, p_shown

Trends = dict[Literal["level", "difference"], Literal["n", "c", "ct"]]
Order = Literal["auto", 0, 1]
Orders = dict[str, Order | dict[str, Order]]
COORDINATION = "coordination"
"""The variable that plans and sentences call D."""
CLEAR = 0.05
"""p-value at which a hypothesis is rejected."""
DEFAULT_TRENDS: dict[str, str] = {"level": "ct", "difference": "c"}
AS_PVAR: Any = Chosen("pvar", {"default": "auto"}, "difference", alone=True)
"""The plan says in the step that differences how often; the decision follows it."""


def _says_decision() -> Text:
    return Text(
        "A variable is kept in levels where more than half of the tests of all units find it stationary there "
        f"(p < {CLEAR}), else differenced once, for every group alike unless the plan says otherwise. These tests have "
        "little power in few years: a variable that is stationary around a trend is differenced more often than not, "
        "which makes its own lag in a panel VAR about -(1 - rho)/2.",
        f"全部单元的检验中过半数（p < {CLEAR}）认为水平值平稳时保留水平值，否则一阶差分；除方案另有设定外，各组一致。"
        "年份少时检验功效低，趋势平稳的变量往往仍被差分，面板向量自回归中其自身滞后系数因而约为 -(1 - rho)/2。",
    )


def _fits(
    difference: Orders, region: xr.DataArray, regions: xr.DataArray, subsystems: xr.DataArray, plan: Mapping[str, Any]
) -> list[Text]:
    """Refuse groups and variables that are not there, naming the step that speaks of them."""
    own = plan.get("unit_roots")
    held = "unit_roots" if isinstance(own, Mapping) and "difference" in own else "pvar"
    _check(difference, list(groups(region, regions)), [*map(str, subsystems.values), COORDINATION], held)
    return []


@method(
    step="unit_roots",
    makes=("differencing", "stationary_levels", "stationary_differences", "tests", "drift", "drift_pvalue", "reason",
           "reason_zh"),
    table="unit_root_decision",
    helper=True,
    version=2,
    says=_says_decision,
    fits=_fits,
)  # fmt: skip
def unit_root_decision(
    leading_p: xr.DataArray,
    tested: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    *,
    trend: Trends = DEFAULT_TRENDS,  # type: ignore[assignment]
    difference: Orders = AS_PVAR,
) -> xr.Dataset:
    """How often each variable is differenced, by group, with the reason; one decision for all groups by default.

    `difference` maps "default" or a group to "auto", 0 or 1, or a group to a table of variables. Where it is not
    given it is that of the step `pvar`. `drift` is the mean yearly change, its p-value that of a t-test over years.

    Raises
    ------
    InputError
        If `difference` names a group or a variable that is not there.
    """
    members, names = groups(region, regions), [str(v) for v in tested["variable"].values]
    _check(difference, list(members), names, "unit_roots or pvar")
    p = leading_p.transpose("group", "variable", "form", "test")
    series = tested.transpose("variable", "unit", "time").values
    null = np.array([str(t) == "hadri" for t in p["test"].values])
    known = np.isfinite(p.values)
    found = (np.where(null, p.values >= CLEAR, p.values < CLEAR) & known).sum(axis=3)
    number = known.sum(axis=3)
    level_terms = trend.get("level", DEFAULT_TRENDS["level"])
    keys = ("differencing", "drift", "drift_pvalue", "reason", "reason_zh")
    out: dict[str, list[Any]] = {key: [] for key in keys}
    for g, (group, mine) in enumerate(members.items()):
        for k, name in enumerate(names):
            drift, sure = _drift(series[k][mine])
            order, why = _order(difference, group, name, found[0, k], number[0, k])
            if (
                g
                and number[g, k, 0]
                and (2 * found[g, k, 0] > number[g, k, 0]) is not (2 * found[0, k, 0] > number[0, k, 0])
            ):
                why = joined(why, Text(
                    f"this group alone: {found[g, k, 0]} of {number[g, k, 0]} in levels",
                    f"仅就本组而言：水平值 {number[g, k, 0]} 项中有 {found[g, k, 0]} 项平稳",
                ))  # fmt: skip
            wanders = number[g, k, 0] and 2 * found[g, k, 0] <= number[g, k, 0]
            if level_terms == "c" and wanders and sure < CLEAR:
                why = joined(why, Text(
                    f"levels drift (p {p_shown(sure)}) and {UNTRENDED}, where a series that grows is hardly ever found "
                    'stationary: set trend = { level = "ct" }',
                    f"水平值存在漂移（p：{p_shown(sure)}）而检验未含趋势，增长的序列几乎不会被认为平稳：请设 trend = {{ level = \"ct\" }}",
                ))  # fmt: skip
            for key, value in zip(keys, (order, drift, sure, why.en, why.zh), strict=True):
                out[key].append(value)
    at = {"group": list(members), "variable": names}
    made = {key: build(np.array(v).reshape(len(members), len(names)), list(at), **at) for key, v in out.items()}
    counts = {"stationary_levels": found[..., 0], "stationary_differences": found[..., 1], "tests": number.max(axis=2)}
    return xr.Dataset({**made, **{key: build(v.astype("i8"), list(at), **at) for key, v in counts.items()}})


def _drift(x: NDArray[np.float64]) -> tuple[float, float]:
    """Mean yearly change of units (unit, time) and the p-value of its t-test over years; NaN where there is none."""
    steps = np.diff(x[np.isfinite(x).all(axis=1)], axis=1)
    if not steps.size:
        return np.nan, np.nan
    mean = steps.mean(axis=0)
    if mean.size < 3 or np.ptp(mean) <= 1e-12:
        return float(mean.mean()), np.nan
    t = mean.mean() / (mean.std(ddof=1) / np.sqrt(mean.size))
    return float(mean.mean()), float(2 * stdtr(mean.size - 1, -abs(t)))


def _check(difference: Orders, members: list[str], names: list[str], step: str) -> None:
    for group, orders in difference.items():
        if group != "default" and group not in members:
            raise InputError(
                f'{step}: difference: "{brief(group)}" is not a group; {nearest(group, ["default", *members])}'
            )
        for name in orders if isinstance(orders, dict) else ():
            if name not in ("default", *names, "D"):
                raise InputError(
                    f'{step}: difference: "{brief(name)}" is not a variable; {nearest(name, [*names, "D"])}'
                )


def _order(difference: Orders, group: str, name: str, found: Any, number: Any) -> tuple[int, Text]:
    """How often to difference, and why: what the plan says for this place, else what the tests of all units say."""
    said: Any = "auto"
    for place in ("default", group):
        orders = difference.get(place, said)
        if not isinstance(orders, dict):
            said = orders
            continue
        short = {COORDINATION: "D"}.get(name, name)
        said = orders.get(name, orders.get(short, orders.get("default", said)))
    if said != "auto":
        return int(said), Text(f"the plan sets difference = {said}", f"方案设定 difference = {said}")
    if not number.any():
        return 1, Text("no test of all units could be had: differenced once", "全部单元均无法检验：一阶差分")
    stays = bool(2 * found[0] > number[0])
    en = f"{NATIONAL}: {found[0]} of {number[0]} tests find it stationary in levels, {found[1]} of {number[1]} in differences"
    zh = f"全部单元：{number[0]} 项检验中 {found[0]} 项认为水平值平稳，差分后 {number[1]} 项中 {found[1]} 项平稳"
    if stays:
        return 0, Text(f"{en}: kept in levels", f"{zh}：保留水平值")
    doubt = Text("", "") if 2 * found[1] > number[1] else Text(", which does not settle it", "，但差分后仍不明确")
    return 1, Text(f"{en}: differenced once{doubt.en}", f"{zh}：一阶差分{doubt.zh}")
