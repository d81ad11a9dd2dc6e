"""Findings on unit roots: whether units move together, where series are stationary, how often they are differenced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from accord.labels import NATIONAL
from accord.method import Text
from accord.phrases import several
from accord.study.finding import Called, chance, reads

CLEAR = 0.05


def _name(variable: Any) -> str:
    return "D" if str(variable) == "coordination" else str(variable)


@reads("cross_section_dependence")
def together(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Where units depend on each other."""
    flags, known = table["dependent"], table["statistic"].sel(form="differences").notnull()
    if not bool(known.any()):
        return
    said = [
        (int(flags.sel(variable=v).sum()), int(known.sel(variable=v).sum()), _name(v)) for v in table["variable"].values
    ]
    yield Text(
        "Units count as dependent, so that unit-root tests flip the signs of whole years, for "
        f"{several(f'{v} in {n} of {m} groups' for n, m, v in said).en}.",
        f"视单元为相依、单位根检验采用整年变号的组数：{several(f'{v} {m} 组中 {n} 组' for n, m, v in said).zh}。",
    )


def _stationary(p: xr.DataArray) -> tuple[int, int]:
    """In how many groups more than half of the tests find a variable stationary, and in how many there is a test."""
    q = p.transpose("group", "test").values
    known, null = np.isfinite(q), p["test"].values == "hadri"
    found = (np.where(null, q >= CLEAR, q < CLEAR) & known).sum(axis=1)
    number = known.sum(axis=1)
    return int((2 * found > number).sum()), int((number > 0).sum())


@reads("unit_roots")
def stationary(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """In how many groups a variable is stationary, and where textbook p-values say otherwise."""
    simulated = bool(np.isfinite(table["pvalue_simulated"]).any())
    by = Text("simulated p-values", "模拟 p 值") if simulated else Text("textbook p-values", "教科书 p 值")
    for variable in table["variable"].values:
        one = table.sel(variable=variable)
        (levels, m), (changes, n) = (_stationary(one["leading_p"].sel(form=form)) for form in ("levels", "differences"))
        if not m and not n:
            continue
        plain = [_stationary(one["pvalue"].sel(form=form))[0] for form in ("levels", "differences")]
        beside = Text("", "")
        if plain != [levels, changes]:
            beside = Text(
                f"; textbook p-values would say {plain[0]} and {plain[1]}",
                f"；若按教科书 p 值则分别为 {plain[0]} 组与 {plain[1]} 组",
            )
        yield Text(
            f"By {by.en}, more than half of the tests find {_name(variable)} stationary in levels in {levels} of {m} groups "
            f"and in differences in {changes} of {n}{beside.en}.",
            f"按{by.zh}，{_name(variable)}的水平值在 {m} 组中有 {levels} 组、差分在 {n} 组中有 {changes} 组被过半数检验认为平稳"
            f"{beside.zh}。",
        )


@reads("unit_root_decision")
def differenced(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How often each variable is differenced, and a drift that the tests in levels did not allow for."""
    order = table["differencing"]
    for times, en, zh in ((1, "differenced once", "一阶差分"), (0, "kept in levels", "保留水平值")):
        here = [(_name(v), order.sel(variable=v) == times) for v in table["variable"].values]
        every = [name for name, at in here if bool(at.all())]
        some = [
            (name, at["group"].values[at.values].tolist()) for name, at in here if bool(at.any()) and not bool(at.all())
        ]
        if every:
            yield Text(f"In every group {several(every).en} {'is' if len(every) == 1 else 'are'} {en}.",
                       f"各组的{several(every).zh}均{zh}。")  # fmt: skip
        for name, groups in some:
            yield Text(f"{name} is {en} in {several(groups).en}.", f"{name}在{several(groups).zh}{zh}。")
    trend = json.loads(str(order.attrs.get("options", "{}"))).get("trend", {}).get("level", "ct")
    if trend == "ct":
        return
    for variable in table["variable"].values:
        p = float(table["drift_pvalue"].sel(group=NATIONAL, variable=variable))
        if p < CLEAR:
            yield Text(
                f"{_name(variable)} drifts ({chance(p)}) and its levels were tested without a trend, where a unit root is "
                "hardly ever rejected: differencing was decided in advance.",
                f"{_name(variable)}存在漂移（{chance(p)}），而水平值检验未含趋势，几乎不会拒绝单位根：差分结论实已先定。",
            )
