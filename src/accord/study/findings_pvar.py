"""Findings on the panel VAR: what leads, whether it is stable, what answers to a shock, and what explains what.

A response counts as one only where the band of its whole path leaves zero out, and never where the order of the
variables made it zero. Groups that are descriptive are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.method import Text
from accord.phrases import fits, several
from accord.study.finding import Called, chance, reads, shown

CLEAR = 0.05
ANY = "any of the"
"""How a sentence that denies speaks of all groups."""
ENOUGH = 0.88
"""Coverage of bands of 95 % below which a finding says so."""


@reads("pvar_fit")
def leads(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Which estimator leads where, and where there is none."""
    named, leading = fits(), table["leading"].transpose("group", "estimator")
    groups = leading["group"].values
    for estimator in leading["estimator"].values:
        here = groups[leading.sel(estimator=estimator).values]
        if len(here):
            name, where = named[str(estimator)], called.groups(here)
            yield Text(
                f"The panel VAR of {where.en} is read by {name.en}.", f"{where.zh}的面板 VAR 以“{name.zh}”为准。"
            )
    none = groups[~leading.values.any(axis=1)]
    if len(none):
        where = called.groups(none)
        yield Text(f"No panel VAR could be had for {where.en}.", f"{where.zh}无法估计面板 VAR。")
    few = table["descriptive"].values & leading.values.any(axis=1)
    if few.any():
        where = called.groups(groups[few])
        yield Text(
            f"With so few units the panel VAR of {where.en} describes and tests nothing.",
            f"{where.zh}的单元过少，其面板 VAR 仅作描述，不作检验。",
        )


@reads("stability")
def stable(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Whether the roots of what leads lie inside the unit circle."""
    own = table["modulus"].where(table["leading"]).max(("estimator", "root"))
    out = own["group"].values[np.nan_to_num(own.values) >= 1]
    known = own["group"].values[np.isfinite(own.values)]
    if len(out):
        where = called.groups(out)
        yield Text(
            f"The panel VAR of {where.en} has a root outside the unit circle: its responses do not die out.",
            f"{where.zh}的面板 VAR 有特征根位于单位圆外，响应不会消失。",
        )
    elif len(known):
        yield Text(
            f"Every panel VAR that leads is stable: the largest root is {float(own.max()):.2f}.",
            f"所采用的面板 VAR 均稳定：最大特征根的模为 {float(own.max()):.2f}。",
        )


@reads("granger")
def helps(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Where lags of one variable help to tell another: the pairs with evidence first, then those without."""
    rows = table.to_dataframe().reset_index()
    rows = rows[rows["leading"] & ~rows["descriptive"] & (rows["excluded"] != "ALL")]
    found: list[Text] = []
    none: list[Text] = []
    for (excluded, equation), part in rows.groupby(["excluded", "equation"], sort=False):
        larger = part[["pvalue", "pvalue_bootstrap"]].max(axis=1)
        yes, no = part[larger < CLEAR], part[~(larger < CLEAR)]
        past, told, every = called.variable(excluded), called.variable(equation), len(part)
        if len(yes):
            held = [_evidence(row, called) for _, row in yes.iterrows()]
            where, of = Text(several(t.en for t in held).en, several(t.zh for t in held).zh), _of(len(yes), every)
            found.append(Text(
                f"Past values of {past.en} help to predict {told.en} in {of.en}{where.en}.",
                f"{past.zh}的滞后项有助于预测{told.zh}（{of.zh}）：{where.zh}。",
            ))  # fmt: skip
        if len(no):
            where, of = called.groups(no["group"]), _of(len(no), every, ANY)
            none.append(Text(
                f"No evidence that past values of {past.en} help to predict {told.en} in {of.en}{where.en}.",
                f"没有证据表明{past.zh}的滞后项有助于预测{told.zh}（{of.zh}）：{where.zh}。",
            ))  # fmt: skip
    yield from (*found, *none)


def _of(n: int, m: int, every: str = "all") -> Text:
    """How many of the groups that are tested, before their names; nothing in English where there is one.

    Examples
    --------
    >>> _of(1, 4).en, _of(4, 4).en, _of(4, 4, "any of the").en, _of(1, 1).en, _of(1, 4).zh
    ('1 of 4 groups: ', 'all 4 groups: ', 'any of the 4 groups: ', '', '4 组中的 1 组')
    """
    if m == 1:
        return Text("", "所检验的 1 组")
    return (
        Text(f"{every} {m} groups: ", f"全部 {m} 组") if n == m else Text(f"{n} of {m} groups: ", f"{m} 组中的 {n} 组")
    )


def _evidence(row: Any, called: Called) -> Text:
    """A group with the p-values that speak for it."""
    where, by, p = called.group(row["group"]), float(row["pvalue_bootstrap"]), chance(float(row["pvalue"]))
    if not np.isfinite(by):
        return Text(f"{where.en} ({p})", f"{where.zh}（{p}）")
    beside = chance(by).replace("p ", "bootstrap p ", 1)
    return Text(f"{where.en} ({p}, {beside})", f"{where.zh}（{p}，自助法 {chance(by)}）")


def _led(table: xr.Dataset, *names: str) -> dict[str, xr.DataArray]:
    """Arrays of what leads, by group, of groups whose fit is stable and not descriptive."""
    kept = ~table["descriptive"] & (table["leading"] & table["stable"]).any("estimator")
    return {name: table[name].where(table["leading"]).max("estimator").sel(group=kept) for name in names}


def _path(own: dict[str, xr.DataArray], **at: Any) -> dict[str, NDArray[np.float64]]:
    return {name: array.sel(**at).values for name, array in own.items()}


@reads("irf")
def answers(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """What a shock does, most at which period, and from when on nothing is left of it; then what does nothing."""
    own = _led(table, "irf", "lo", "hi", "lo_joint", "hi_joint")
    nothing: list[Text] = []
    for impulse in table["impulse"].values:
        for response in table["response"].values:
            if impulse == response:
                continue
            shock, other = called.variable(impulse), called.variable(response)
            groups, none = own["irf"]["group"].values.tolist(), []
            for group in groups:
                path = _path(own, group=group, scale="estimated", response=response, impulse=impulse)
                said = _answer(shock, other, called.group(group), path)
                if said is None:
                    none.append(group)
                else:
                    yield said
            if none:
                where, of = called.groups(none), _of(len(none), len(groups), ANY)
                nothing.append(Text(
                    f"No evidence that a shock to {shock.en} moves {other.en} in {of.en}{where.en}.",
                    f"没有证据表明{shock.zh}的冲击会影响{other.zh}（{of.zh}）：{where.zh}。",
                ))  # fmt: skip
    yield from nothing


@reads("irf")
def covered(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Where bands cover less than they promise."""
    own = _led(table, "coverage", "coverage_least")
    unknown = own["coverage"]["group"].values[np.isnan(own["coverage"].values)]
    if len(unknown):
        where = called.groups(unknown)
        yield Text(
            f"What the bands of {where.en} cover has not been simulated: it is known for one lag of two variables over 11 years "
            "or more, read by bias-corrected fixed effects with percentile bands.",
            f"{where.zh}的区间覆盖率未经模拟：仅对两个变量、一阶滞后、11 年及以上、纠偏固定效应与百分位区间作过模拟。",
        )
    short = (own["coverage_least"] < ENOUGH).values
    if short.any():
        where, mean = called.groups(own["coverage"]["group"].values[short]), own["coverage"].values[short]
        least = float(own["coverage_least"].values[short].min())
        span = (
            f"{mean.min():.2f}" if mean.min().round(2) == mean.max().round(2) else f"{mean.min():.2f}–{mean.max():.2f}"
        )
        yield Text(
            f"In simulated panels like those of {where.en} bands of 95 % cover {span} on average and {least:.2f} at worst: "
            "what they leave out is less sure than it looks.",
            f"在与{where.zh}相似的模拟面板中，95% 区间平均覆盖 {span}，最低 {least:.2f}：排除零的结论不如看上去可靠。",
        )


def _answer(impulse: Text, response: Text, where: Text, path: dict[str, NDArray[np.float64]]) -> Text | None:
    """A response that its joint band tells from zero, with that band and the one of the period alone; or None."""
    lo, hi = path["lo_joint"], path["hi_joint"]
    clear = np.isfinite(lo) & np.isfinite(hi) & (hi > lo) & ((lo > 0) | (hi < 0))
    if not clear.any():
        return None
    at = int(np.argmax(np.where(clear, np.abs(path["irf"]), -1)))
    way = Text("raises", "提高") if path["irf"][at] > 0 else Text("lowers", "降低")
    last = int(np.flatnonzero(clear)[-1])
    size = {name: shown(float(array[at]), ".3g") for name, array in path.items()}
    gone = Text("", "")
    if last + 1 < len(clear):
        gone = Text(f", and cannot be told from zero from period {last + 1} on", f"，自第 {last + 1} 期起与零无法区分")
    return Text(
        f"A shock to {impulse.en} {way.en} {response.en} in {where.en}, most at period {at} ({size['irf']}; 95% band of the "
        f"whole path {size['lo_joint']} to {size['hi_joint']}, of that period alone {size['lo']} to {size['hi']}){gone.en}.",
        f"{where.zh}：{impulse.zh}的冲击{way.zh}{response.zh}，第 {at} 期最大（{size['irf']}；整条路径的 95% 联合区间 "
        f"{size['lo_joint']} 至 {size['hi_joint']}，该期逐点区间 {size['lo']} 至 {size['hi']}）{gone.zh}。",
    )


@reads("fevd")
def explains(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How much of a variable's forecast variance the others' shocks tell at the last period, where they move it at all."""
    own = {k: a.isel(horizon=-1) for k, a in _led(table, "variance_share", "lo", "hi").items()}
    sure = _led(table, "evident")["evident"].astype(bool)
    period, nothing = int(table["horizon"].values[-1]), []
    for impulse in table["impulse"].values:
        for response in table["response"].values:
            if impulse == response:
                continue
            at = {"impulse": impulse, "response": response}
            shock, other = called.variable(impulse), called.variable(response)
            share, lo, hi = (own[k].sel(**at) for k in ("variance_share", "lo", "hi"))
            known = np.isfinite(share.values)
            clear, every = sure.sel(**at).values & known, int(known.sum())
            said = [
                _share(called.group(g), share.sel(group=g), lo.sel(group=g), hi.sel(group=g))
                for g in share["group"].values[clear]
            ]
            if said:
                yield Text(
                    f"At period {period} {shock.en} explains of the forecast variance of {other.en} "
                    f"{several(t.en for t in said).en}.",
                    f"第 {period} 期，{shock.zh}对{other.zh}预测方差的解释力：{several(t.zh for t in said).zh}。",
                )
            rest = ~clear & known
            if rest.any():
                where, most = called.groups(share["group"].values[rest]), 100 * float(share.values[rest].max())
                of = _of(int(rest.sum()), every, ANY)
                nothing.append(Text(
                    f"No evidence that {shock.en} explains any of the forecast variance of {other.en} in {of.en}{where.en} "
                    f"(estimates up to {most:.1f}%).",
                    f"没有证据表明{shock.zh}能解释{other.zh}的预测方差（{of.zh}）：{where.zh}（估计值最高 {most:.1f}%）。",
                ))  # fmt: skip
    yield from nothing


def _share(where: Text, share: xr.DataArray, lo: xr.DataArray, hi: xr.DataArray) -> Text:
    value, low, high = (100 * float(v) for v in (share, lo, hi))
    return Text(
        f"{value:.1f}% in {where.en} ({low:.1f}% to {high:.1f}%)",
        f"{where.zh} {value:.1f}%（{low:.1f}% 至 {high:.1f}%）",
    )
