"""Steps `irf` and `fevd`: what a shock in one index does to the others, and how much of their variance it tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core.engine import at_hand, ordered
from accord.errors import InputError, Refused
from accord.labels import build
from accord.method import Chosen, Text, method
from accord.panelvar import responses
from accord.panelvar.groups import How, few_units, panels, refitted, shown_fits
from accord.panelvar.labels import Labelled
from accord.panelvar.styles import DESCRIPTIVE

Draws = Annotated[int, Field(ge=99, le=99_999)]
Horizon = Annotated[int, Field(ge=1, le=50)]
Bootstrap = Literal["auto", "cluster", "mc"]
Bands = Literal["percentile", "studentised", "gaussian"]
BANDS = {
    "percentile": Text("percentiles of", "百分位数，取自"), "studentised": Text("studentised from", "学生化，取自"),
    "gaussian": Text("1.96 standard deviations of", "1.96 倍标准差，取自"),
}  # fmt: skip
SOURCES = {
    "auto": Text("bootstrap panels, residuals resampled for fixed effects and whole units for GMM, the bias taken out anew in each",
                 "个自助面板，固定效应重抽残差，GMM 重抽整个单元，每次重新纠偏"),
    "cluster": Text("bootstrap panels of whole units", "个整体重抽单元的自助面板"),
    "mc": Text("draws of coefficients and Sigma from their normal law", "次对系数与协方差矩阵的正态抽样"),
}  # fmt: skip
OF_IRF: Any = Chosen("irf", 500, "draws")
OF_IRF_BOOTSTRAP: Any = Chosen("irf", "auto", "bootstrap")


SHOCKS = {
    "orthogonal": r"\Theta_h=\Phi_hP,\quad \Sigma=PP'",
    "generalised": r"\theta_h^{(j)}=\frac{\Phi_h\Sigma e_j}{\sqrt{\sigma_{jj}}}",
}
AVERAGES = r"\Phi_0=I,\quad \Phi_h=\sum_{l=1}^{\min(h,p)}A_l\Phi_{h-l},\quad "


def _formula_irf(shock: str) -> str:
    return AVERAGES + SHOCKS[shock]


def _says_irf(horizon: int, draws: int, bands: str, bootstrap: str, shock: str) -> Text:
    kind = Text("orthogonalised by Cholesky in the stated order", "按所述次序作 Cholesky 正交化")
    if shock == "generalised":
        kind = Text("generalised (Pesaran and Shin), which needs no order", "广义脉冲（Pesaran 与 Shin），与次序无关")
    return Text(
        f"Responses to a shock of one standard deviation, {kind.en}, {horizon} periods ahead, as estimated and with changes "
        f"summed to levels. 95 % bands: {BANDS[bands].en} {draws:,} {SOURCES[bootstrap].en}; the joint band holds the whole path. "
        f"Up to {DESCRIPTIVE} units it is descriptive.",
        f"对一个标准差冲击的响应（{kind.zh}），{horizon} 期，分别按估计形式及将差分累加为水平值给出。95% 区间：{BANDS[bands].zh} {draws:,} "
        f"{SOURCES[bootstrap].zh}；联合区间覆盖整条路径。单元不超过 {DESCRIPTIVE} 个时为描述性结果。",
    )


@method(
    step="irf",
    makes=(
        "leading",
        "irf",
        "lo",
        "hi",
        "lo_joint",
        "hi_joint",
        "drawn",
        "coverage",
        "coverage_least",
        "stable",
        "descriptive",
        "reason",
        "reason_zh",
    ),
    cite=("sims1980", "pesaran1998", "montiel2019", "kilian1998"),
    says=_says_irf,
    formula=_formula_irf,
)
def irf(
    pvar_series: xr.DataArray,
    pvar_how: xr.DataArray,
    pvar_leads: xr.DataArray,
    differencing: xr.DataArray,
    seed: xr.DataArray,
    *,
    horizon: Horizon = 10,
    draws: Draws = 500,
    bands: Bands = "percentile",
    bootstrap: Bootstrap = "auto",
    shock: Literal["orthogonal", "generalised"] = "orthogonal",
) -> xr.Dataset:
    """Impulse responses by group of the fit that leads and of one-step GMM, with bands by horizon and of the whole path.

    Raises
    ------
    InputError
        If studentised bands are asked for with generalised shocks or normal draws.
    Refused
        If no group has a panel VAR.
    """
    if bands == "studentised" and (shock == "generalised" or bootstrap == "mc"):
        raise InputError('irf: studentised bands are of orthogonal shocks and a bootstrap; set bands = "percentile"')
    once = differencing.sel(variable=pvar_series["variable"]).transpose("group", "variable").values > 0
    asked = {
        "horizon": horizon,
        "draws": draws,
        "bands": bands,
        "bootstrap": bootstrap,
        "shock": shock,
        "seed": int(seed),
    }
    found = _each(_irf, "impulse responses", pvar_series, pvar_how, pvar_leads, lambda g: (once[g], asked))
    return _laid_out(found, pvar_series, pvar_leads)


def _says_fevd(horizon: int, draws: int, bootstrap: str) -> Text:
    return Text(
        f"Share of each orthogonalised shock in the forecast error variance, up to {horizon} periods; shares of a variable "
        f"add up to 1. 95 % bands: percentiles of {draws:,} {SOURCES[bootstrap].en}. Settled: the first period from which no "
        "share moves by more than a percentage point.",
        f"各正交化冲击在预测误差方差中的占比，至 {horizon} 期；同一变量的占比之和为 1。95% 区间：百分位数，取自 {draws:,} "
        f"{SOURCES[bootstrap].zh}。稳定期：此后任何占比变动不超过一个百分点的最早一期。",
    )


@method(
    step="fevd",
    makes=(
        "leading",
        "variance_share",
        "lo",
        "hi",
        "evident",
        "settled",
        "drawn",
        "stable",
        "descriptive",
        "reason",
        "reason_zh",
    ),
    cite=("sims1980",),
    says=_says_fevd,
    formula=r"\omega_{rj}(h)=\frac{\sum_{l=0}^{h-1}\Theta_{l,rj}^2}{\sum_m\sum_{l=0}^{h-1}\Theta_{l,rm}^2}",
)
def fevd(
    pvar_series: xr.DataArray,
    pvar_how: xr.DataArray,
    pvar_leads: xr.DataArray,
    seed: xr.DataArray,
    *,
    horizon: Horizon = 10,
    draws: Draws = OF_IRF,
    bootstrap: Bootstrap = OF_IRF_BOOTSTRAP,
) -> xr.Dataset:
    """Shares of the forecast error variance by group of the fit that leads and of one-step GMM, with bands.

    Raises
    ------
    Refused
        If no group has a panel VAR.
    """
    asked = {"horizon": horizon, "draws": draws, "bootstrap": bootstrap, "seed": int(seed)}
    found = _each(_fevd, "variance decomposition", pvar_series, pvar_how, pvar_leads, lambda g: (asked,))
    return _laid_out(found, pvar_series, pvar_leads)


def _each(
    task: Callable[..., xr.Dataset | Text],
    what: str,
    series: xr.DataArray,
    how: xr.DataArray,
    leads: xr.DataArray,
    more: Callable[[int], tuple[Any, ...]],
) -> dict[tuple[int, str], xr.Dataset | Text]:
    """A task on each fit that is shown, by group and estimator: what it gives, or why it gives nothing."""
    fits = shown_fits(how, leads)
    if not fits:
        raise Refused("no group has a panel VAR to draw responses from", "没有任何地区的面板 VAR 可供计算响应")
    out, tell = {}, at_hand().tell
    every = panels(series)
    items = [(every[g], one, *more(g)) for g, one in fits]
    for done, ((g, one), made) in enumerate(zip(fits, ordered(at_hand().pool, task, items), strict=True), 1):
        out[g, one.name] = made
        tell(what, done, len(items))
    if all(isinstance(made, Text) for made in out.values()):
        why = next(iter(out.values()))
        raise Refused(*why)
    return out


def _irf(panel: Labelled, how: How, once: NDArray[np.bool_], asked: dict[str, Any]) -> xr.Dataset | Text:
    summed = [name for name, at in zip(panel.columns.variables, once, strict=True) if at]
    try:
        return responses.irf(refitted(panel, how), differenced=summed, **asked).drop_vars("leading")
    except Refused as error:
        return Text(str(error), error.zh)


def _fevd(panel: Labelled, how: How, asked: dict[str, Any]) -> xr.Dataset | Text:
    try:
        return responses.fevd(refitted(panel, how), **asked).drop_vars("leading")
    except Refused as error:
        return Text(str(error), error.zh)


def _laid_out(found: dict[tuple[int, str], xr.Dataset | Text], series: xr.DataArray, leads: xr.DataArray) -> xr.Dataset:
    """Results by group and estimator, NaN where a group has no such fit, with the reason where it gave nothing."""
    members = [str(g) for g in series["group"].values]
    estimators = list(dict.fromkeys(name for _, name in found))
    names = [str(v) for v in series["variable"].values]
    good = {at: made for at, made in found.items() if isinstance(made, xr.Dataset)}
    first = next(iter(good.values()))
    labels = {"response": names, "impulse": names}
    out = {}
    for key, like in first.data_vars.items():
        empty = False if like.dtype == bool else np.nan
        whole = np.full((len(members), len(estimators), *like.shape), empty)
        for (g, name), kept in good.items():
            whole[g, estimators.index(name)] = kept[key].values
        dims = list(map(str, like.dims))
        at = {d: labels.get(d, like[d].values) for d in dims}
        out[str(key)] = build(whole, ["group", "estimator", *dims], group=members, estimator=estimators, **at)
    reasons = np.full((2, len(members), len(estimators)), "", dtype=object)
    for (g, name), made in found.items():
        if isinstance(made, Text):
            reasons[:, g, estimators.index(name)] = made
    for key, texts in zip(("reason", "reason_zh"), reasons.astype(str), strict=True):
        out[key] = build(texts, ["group", "estimator"], group=members, estimator=estimators)
    marks = leads.values[:, None] == np.array(estimators)[None]
    out["descriptive"] = build(few_units(series), ["group"], group=members)
    out["leading"] = build(marks, ["group", "estimator"], group=members, estimator=estimators)
    return xr.Dataset(out)
