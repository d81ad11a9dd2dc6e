"""Findings on the panel VAR: what leads, whether it is stable, what answers to a shock, and what explains what.

A response counts as one only where the band of its whole path leaves zero out, and never where the order of the
variables made it zero. Groups that are descriptive are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.labels import NATIONAL
from accord.method import Text
from accord.phrases import fits, several
from accord.study.finding import Called, chance, reads

CLEAR = 0.05
ENOUGH = 0.88
"""Coverage of bands of 95 % below which a finding says so."""
NAMED = {NATIONAL: Text("all units", "全部单元")}


def _groups(names: Iterable[Any]) -> Text:
    """Groups in a sentence, all units first."""
    own = [NAMED.get(str(name), Text(str(name), str(name))) for name in names]
    return Text(several(t.en for t in own).en, several(t.zh for t in own).zh)


@reads("pvar_fit")
def leads(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Which estimator leads where, and where there is none."""
    named, leading = fits(), table["leading"].transpose("group", "estimator")
    groups = leading["group"].values
    for estimator in leading["estimator"].values:
        here = groups[leading.sel(estimator=estimator).values]
        if len(here):
            name, where = named[str(estimator)], _groups(here)
            yield Text(
                f"The panel VAR of {where.en} is read by {name.en}.", f"{where.zh}的面板 VAR 以“{name.zh}”为准。"
            )
    none = groups[~leading.values.any(axis=1)]
    if len(none):
        where = _groups(none)
        yield Text(f"No panel VAR could be had for {where.en}.", f"{where.zh}无法估计面板 VAR。")
    few = table["descriptive"].values & leading.values.any(axis=1)
    if few.any():
        where = _groups(groups[few])
        yield Text(
            f"With so few units the panel VAR of {where.en} describes and tests nothing.",
            f"{where.zh}单元过少，其面板 VAR 仅作描述，不作检验。",
        )


@reads("stability")
def stable(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Whether the roots of what leads lie inside the unit circle."""
    own = table["modulus"].where(table["leading"]).max(("estimator", "root"))
    out = own["group"].values[np.nan_to_num(own.values) >= 1]
    known = own["group"].values[np.isfinite(own.values)]
    if len(out):
        where = _groups(out)
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
    """Where lags of one variable help to tell another."""
    rows = table.to_dataframe().reset_index()
    rows = rows[rows["leading"] & ~rows["descriptive"] & (rows["excluded"] != "ALL")]
    for (excluded, equation), part in rows.groupby(["excluded", "equation"], sort=False):
        larger = part[["pvalue", "pvalue_bootstrap"]].max(axis=1)
        yes, no = part[larger < CLEAR], part[~(larger < CLEAR)]
        if len(yes):
            first = yes.iloc[0]
            p, by = chance(float(first["pvalue"])), float(first["pvalue_bootstrap"])
            beside = f", {chance(by).replace('p ', 'bootstrap p ', 1)}" if np.isfinite(by) else ""
            zh_beside = f"，自助法 {chance(by)}" if np.isfinite(by) else ""
            where = _groups(yes["group"])
            yield Text(
                f"The past of {excluded} helps to tell {equation} in {where.en} "
                f"({NAMED.get(first['group'], Text(first['group'], '')).en}: {p}{beside}).",
                f"{where.zh}中，{excluded} 的过去有助于预测 {equation}"
                f"（{NAMED.get(first['group'], Text('', first['group'])).zh}：{p}{zh_beside}）。",
            )
        if len(no):
            where = _groups(no["group"])
            yield Text(
                f"No evidence that the past of {excluded} helps to tell {equation} in {where.en}.",
                f"没有证据表明{where.zh}中 {excluded} 的过去有助于预测 {equation}。",
            )


def _led(table: xr.Dataset, *names: str) -> dict[str, xr.DataArray]:
    """Arrays of what leads, by group, of groups whose fit is stable and not descriptive."""
    kept = ~table["descriptive"] & (table["leading"] & table["stable"]).any("estimator")
    return {name: table[name].where(table["leading"]).max("estimator").sel(group=kept) for name in names}


def _path(own: dict[str, xr.DataArray], **at: Any) -> dict[str, NDArray[np.float64]]:
    return {name: array.sel(**at).values for name, array in own.items()}


@reads("irf")
def answers(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """What a shock does, most at which period, and from when on nothing is left of it."""
    own = _led(table, "irf", "lo", "hi", "lo_joint", "hi_joint")
    for impulse in table["impulse"].values:
        for response in table["response"].values:
            if impulse == response:
                continue
            none: list[str] = []
            for group in own["irf"]["group"].values:
                path = _path(own, group=group, scale="estimated", response=response, impulse=impulse)
                said = _answer(str(impulse), str(response), str(group), path)
                if said is None:
                    none.append(str(group))
                else:
                    yield said
            if none:
                where = _groups(none)
                yield Text(
                    f"No evidence that a shock to {impulse} moves {response} in {where.en}.",
                    f"没有证据表明{where.zh}中 {impulse} 的冲击会影响 {response}。",
                )


@reads("irf")
def covered(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Where bands cover less than they promise."""
    own = _led(table, "coverage", "coverage_least")
    unknown = own["coverage"]["group"].values[np.isnan(own["coverage"].values)]
    if len(unknown):
        where = _groups(unknown)
        yield Text(
            f"What the bands of {where.en} cover has not been simulated: it is known for one lag of two variables over 11 years "
            "or more, read by bias-corrected fixed effects with percentile bands.",
            f"{where.zh}的区间覆盖率未经模拟：仅对两个变量、一阶滞后、11 年及以上、纠偏固定效应与百分位区间作过模拟。",
        )
    short = (own["coverage_least"] < ENOUGH).values
    if short.any():
        where, mean = _groups(own["coverage"]["group"].values[short]), own["coverage"].values[short]
        least = float(own["coverage_least"].values[short].min())
        span = (
            f"{mean.min():.2f}" if mean.min().round(2) == mean.max().round(2) else f"{mean.min():.2f}-{mean.max():.2f}"
        )
        yield Text(
            f"In simulated panels like those of {where.en} bands of 95 % cover {span} on average and {least:.2f} at worst: "
            "what they leave out is less sure than it looks.",
            f"在与{where.zh}相似的模拟面板中，95% 区间平均覆盖 {span}，最低 {least:.2f}：区间之外的结论不如表面可靠。",
        )


def _answer(impulse: str, response: str, group: str, path: dict[str, NDArray[np.float64]]) -> Text | None:
    """A response that its joint band tells from zero, or None."""
    lo, hi = path["lo_joint"], path["hi_joint"]
    clear = np.isfinite(lo) & np.isfinite(hi) & (hi > lo) & ((lo > 0) | (hi < 0))
    if not clear.any():
        return None
    at = int(np.argmax(np.where(clear, np.abs(path["irf"]), -1)))
    way = Text("raises", "提高") if path["irf"][at] > 0 else Text("lowers", "降低")
    last = int(np.flatnonzero(clear)[-1])
    where = NAMED.get(group, Text(group, group))
    band = f"{path['irf'][at]:.3g}, {path['lo'][at]:.3g} .. {path['hi'][at]:.3g}"
    gone = Text("", "")
    if last + 1 < len(clear):
        gone = Text(f", and cannot be told from zero from period {last + 1} on", f"，自第 {last + 1} 期起与零无法区分")
    return Text(
        f"A shock to {impulse} {way.en} {response} in {where.en}, most at period {at} ({band}){gone.en}.",
        f"{where.zh}中，{impulse} 的冲击{way.zh} {response}，第 {at} 期最大（{band}）{gone.zh}。",
    )


@reads("fevd")
def explains(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How much of a variable's forecast variance the others' shocks tell at the last period, where they move it at all."""
    own = {k: a.isel(horizon=-1) for k, a in _led(table, "variance_share", "lo", "hi").items()}
    sure = _led(table, "evident")["evident"].astype(bool)
    period = int(table["horizon"].values[-1])
    for impulse in table["impulse"].values:
        for response in table["response"].values:
            if impulse == response:
                continue
            at = {"impulse": impulse, "response": response}
            share, lo, hi = (own[k].sel(**at) for k in ("variance_share", "lo", "hi"))
            clear = sure.sel(**at).values & np.isfinite(share.values)
            said = [
                _share(g, share.sel(group=g), lo.sel(group=g), hi.sel(group=g)) for g in share["group"].values[clear]
            ]
            if said:
                yield Text(
                    f"At period {period} {impulse} explains of the forecast variance of {response} "
                    f"{several(t.en for t in said).en}.",
                    f"第 {period} 期 {impulse} 对 {response} 预测方差的解释力：{several(t.zh for t in said).zh}。",
                )
            rest = ~clear & np.isfinite(share.values)
            if rest.any():
                where, most = _groups(share["group"].values[rest]), 100 * float(share.values[rest].max())
                yield Text(
                    f"No evidence that {impulse} explains any of the forecast variance of {response} in {where.en} "
                    f"(estimates up to {most:.1f}%).",
                    f"没有证据表明{where.zh}中 {impulse} 能解释 {response} 的预测方差（估计值最高 {most:.1f}%）。",
                )


def _share(group: Any, share: xr.DataArray, lo: xr.DataArray, hi: xr.DataArray) -> Text:
    value, low, high = (100 * float(v) for v in (share, lo, hi))
    where, band = NAMED.get(str(group), Text(str(group), str(group))), f"{low:.1f}-{high:.1f}%"
    return Text(f"{value:.1f}% in {where.en} ({band})", f"{where.zh} {value:.1f}%（{band}）")
