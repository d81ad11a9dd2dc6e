"""Step `forecast`: the models. Each reads the histories of all origins and says how they go on.

A model sees the years up to an origin alone; the same model is asked at every origin, so that it can be judged by
what came. D and the indices are histories alike, laid out in methods/rolling.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core import lstm as networks
from accord.core import smoothers, statistical
from accord.core.engine import at_hand
from accord.core.lstm_samples import Optimiser, Scope
from accord.errors import Refused
from accord.method import Text, method
from accord.phrases import number

Floats = NDArray[np.float64]
Members = Annotated[int, Field(ge=1, le=1000)]
Hidden = Annotated[int, Field(ge=1, le=256)]
Window = Annotated[int, Field(ge=1, le=20)]
Iterations = Annotated[int, Field(ge=1, le=100_000)]
Rate = Annotated[float, Field(gt=0, le=1e9)]
model = partial(method, step="forecast", makes=("paths",), table=None)
"""Declares a model of the step."""
READINGS = {
    "epoch": Text("a pass over all samples, one at a time", "逐个样本遍历一轮"),
    "step": Text("one gradient step on all samples at once", "以全部样本作一次梯度更新"),
}


LSTM = (
    r"i_t=\sigma(W_i[h_{t-1};x_t]+b_i),\; f_t=\sigma(W_f[h_{t-1};x_t]+b_f),\; o_t=\sigma(W_o[h_{t-1};x_t]+b_o)" + "\n"
    r"c_t=f_t\odot c_{t-1}+i_t\odot\tanh(W_g[h_{t-1};x_t]+b_g),\quad h_t=o_t\odot\tanh c_t,\quad \hat x_{t+1}=v'h_t+b"
)
POOLED = (
    r"\hat D_{i,T+h}=D_{iT}+h\bar\Delta,\quad \bar\Delta=\frac{1}{n(T-1)}\sum_{i=1}^{n}\sum_{t=2}^{T}(D_{it}-D_{i,t-1})"
)
OWN = r"\bar\Delta_i=\frac{D_{iT}-D_{i1}}{T-1}"
THETA = (
    r"\hat D_{i,T+h}=\frac{1}{2}\left[\hat a_i+\hat b_i(T+h)\right]+\frac{1}{2}\ell_{iT},\quad "
    r"\ell_{it}=\alpha\left[2D_{it}-(\hat a_i+\hat b_it)\right]+(1-\alpha)\ell_{i,t-1}"
)
ENSEMBLE = r"\hat D_{i,T+h}=\frac{1}{3}\left(\hat D^{\text{LSTM}}_{i,T+h}+\hat D^{\text{Theta}}_{i,T+h}+\hat D^{\text{drift}}_{i,T+h}\right)"
GREY = (
    r"D(k)=-a\,z(k)+b,\quad z(k)=\frac{X(k-1)+X(k)}{2},\quad X(k)=\sum_{m=1}^{k}D(m),\quad "
    r"\hat X(k+1)=\left(D(1)-\frac{b}{a}\right)e^{-ak}+\frac{b}{a}"
)


def _formula_holt(damped: bool) -> str:
    ahead = r"(\phi+\dots+\phi^h)" if damped else "h"
    step = r"\phi " if damped else ""
    return (
        rf"\hat D_{{T+h}}=\ell_T+{ahead}\,b_T,\quad \ell_t=\alpha D_t+(1-\alpha)(\ell_{{t-1}}+{step}b_{{t-1}}),\quad "
        rf"b_t=\beta^*(\ell_t-\ell_{{t-1}})+(1-\beta^*){step}b_{{t-1}}"
    )


def _says_lstm(
    members: int, hidden: int, window: int, iterations: int, optimiser: str, rate: float, scope: str
) -> Text:
    net = _says_network(members, hidden, window, iterations, optimiser, rate)
    which = (
        Text("of all units together", "全部单元共用") if scope == "global" else Text("for each unit", "各单元单独训练")
    )
    return Text(
        f"LSTM networks {which.en} on standardised yearly changes: {net.en}.",
        f"对标准化年度差分训练 LSTM（{which.zh}）：{net.zh}。",
    )


def _says_network(members: int, hidden: int, window: int, iterations: int, optimiser: str, rate: float) -> Text:
    name = {"adam": "Adam", "sgd": "SGD"}[optimiser]
    return Text(
        f"mean of {members} networks, {hidden} hidden numbers, window of {window} years, {iterations} steps of {name} at "
        f"{number(rate)}",
        f"{members} 个网络取均值，{hidden} 个隐藏单元，窗口 {window} 年，{name} 迭代 {iterations} 步，步长 {number(rate)}",
    )


def _says_ensemble(members: int, hidden: int, window: int, iterations: int, optimiser: str, rate: float) -> Text:
    net = _says_network(members, hidden, window, iterations, optimiser, rate)
    return Text(
        "Mean of three forecasts: LSTM networks of all units together on standardised yearly changes "
        f"({net.en}), Theta, and pooled drift.",
        f"三种预测取均值：全部单元共用、以标准化年度差分训练的 LSTM（{net.zh}）、Theta 法与合并漂移法。",
    )


def _says_paper(iteration: str, members: int, hidden: int, window: int, iterations: int, rate: float) -> Text:
    read = READINGS[iteration]
    return Text(
        f"LSTM on levels as published: SGD at {number(rate)}, mean squared error, {iterations} iterations, an iteration "
        f"read as {read.en}; mean of {members} networks, {hidden} hidden numbers, window of {window} years, none of these "
        f"three published. The other reading stands beside it.",
        f"按原文以水平值训练 LSTM：SGD，步长 {number(rate)}，均方误差，迭代 {iterations} 次，一次迭代理解为{read.zh}；"
        f"{members} 个网络取均值，{hidden} 个隐藏单元，窗口 {window} 年（后三项原文未给出）。另一种理解并列给出。",
    )


def _settles_lstm(scope: str) -> dict[str, str]:
    """One step takes some of the samples of all units, or all of one unit."""
    return {"iteration": "batch" if scope == "global" else "step"}


@model(
    cite=("hochreiter1997", "assimakopoulos2000", "hyndman2021"),
    formula=ENSEMBLE,
    says=_says_ensemble,
    settles={"scope": "global", "iteration": "batch"},
)
def ensemble(
    histories: xr.DataArray,
    ahead: xr.DataArray,
    seed: xr.DataArray,
    *,
    members: Members = 20,
    hidden: Hidden = 8,
    window: Window = 2,
    iterations: Iterations = 200,
    optimiser: Optimiser = "adam",
    rate: Rate = 0.01,
) -> xr.DataArray:
    """Mean of the LSTM on differences, Theta and pooled drift; the three stand beside it."""
    nets = lstm(histories, ahead, seed, members=members, hidden=hidden, window=window, iterations=iterations,
                optimiser=optimiser, rate=rate)  # fmt: skip
    parts = xr.concat([nets, theta(histories, ahead), drift(histories, ahead)], "model")
    mean = parts.mean("model", keepdims=True, skipna=False)
    facts: dict[str, Any] = {
        "members": ("model", [members]),
        "dropped": ("model", [int(parts["dropped"][0])]),
        "fallbacks": ("model", [int(parts["fallbacks"].max())]),
    }
    mean = mean.assign_coords(model=["ensemble"], **facts)
    return xr.concat([mean, parts], "model")


@model(cite=("hochreiter1997", "kingma2015"), says=_says_lstm, formula=LSTM, settles=_settles_lstm)
def lstm(
    histories: xr.DataArray,
    ahead: xr.DataArray,
    seed: xr.DataArray,
    *,
    members: Members = 20,
    hidden: Hidden = 8,
    window: Window = 2,
    iterations: Iterations = 200,
    optimiser: Optimiser = "adam",
    rate: Rate = 0.01,
    scope: Scope = "global",
) -> xr.DataArray:
    """Ensemble of LSTM networks on standardised yearly differences, one for all units or one for each."""
    batch = 32 if scope == "global" else None
    return _networks("lstm", histories, ahead, seed, least=window + 2, members=members, hidden=hidden, window=window,
                     iterations=iterations, optimiser=optimiser, rate=rate, scope=scope, batch=batch)  # fmt: skip


@model(cite=("hochreiter1997",), says=_says_paper, formula=LSTM, settles={"optimiser": "sgd", "scope": "global"})
def paper(
    histories: xr.DataArray,
    ahead: xr.DataArray,
    seed: xr.DataArray,
    *,
    iteration: Literal["epoch", "step"] = "epoch",
    members: Members = 3,
    hidden: Hidden = 32,
    window: Window = 2,
    iterations: Iterations = 1000,
    rate: Rate = 0.002,
) -> xr.DataArray:
    """LSTM on levels by plain gradient steps, as published; with both readings of "iteration".

    One network for all units, on D as it is. An `epoch` is a pass over all samples, one at a time; a `step` is one
    gradient step on all samples at once: after 1,000 of them every unit is still near the mean of all. The publication
    gives neither window nor size of the network; these are the ones that came nearest to its R2. Epochs take about a
    second of computing for each network, and there is one for each origin, index and member.
    """
    both: list[Literal["epoch", "step"]] = ["epoch", "step"] if iteration == "epoch" else ["step", "epoch"]
    made = [
        _networks(f"paper_{one}", histories, ahead, seed, least=window + 1, members=members, hidden=hidden, window=window,
                  iterations=iterations, optimiser="sgd", rate=rate, scope="global", scale="none", target="levels", iteration=one,
                  batch=1 if one == "epoch" else None)
        for one in both
    ]  # fmt: skip
    return xr.concat(made, "model")


@model(
    cite=("assimakopoulos2000", "hyndman2003"),
    formula=THETA,
    says=Text(
        "Theta method, unit by unit: exponential smoothing with half the slope of the trend line as drift.",
        "逐单元 Theta 法：指数平滑，漂移取趋势线斜率之半。",
    ),
)
def theta(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Theta method: exponential smoothing with half the slope of the trend line as drift."""
    return _smoothed("theta", histories, ahead, smoothers.theta, "theta")


@model(
    cite=("hyndman2021",),
    formula=POOLED,
    says=Text(
        "Pooled drift: the last value and the mean yearly change of all units.",
        "合并漂移法：末年值加全部单元的平均年变化。",
    ),
)
def drift(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Pooled drift: every unit goes on by the mean yearly change of all units."""
    return _smoothed("drift", histories, ahead, lambda x, h: smoothers.drift(x, h, form="pooled"))


@model(
    cite=("hyndman2021",),
    formula=r"\hat D_{i,T+h}=D_{iT}+h\bar\Delta_i,\quad " + OWN,
    says=Text("Drift: the last value and the unit's own mean yearly change.", "漂移法：末年值加单元自身的平均年变化。"),
)
def unit_drift(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Drift: every unit goes on by its own mean yearly change."""
    return _smoothed("unit_drift", histories, ahead, lambda x, h: smoothers.drift(x, h, form="unit"))


@model(
    cite=("hyndman2021",),
    formula=r"\hat D_{i,T+h}=D_{iT}+\frac{h}{2}(\bar\Delta_i+\bar\Delta),\quad " + OWN,
    says=Text(
        "Half-shrunk drift: the last value and the mean of the unit's own and the pooled yearly change.",
        "折中漂移法：末年值加单元自身与全部单元平均年变化的均值。",
    ),
)
def half_drift(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Half-shrunk drift: halfway between a unit's own mean yearly change and that of all units."""
    return _smoothed("half_drift", histories, ahead, lambda x, h: smoothers.drift(x, h, form="half"))


@model(
    cite=("hyndman2021",),
    formula=r"\hat D_{i,T+h}=D_{iT}",
    says=Text("Naive forecast: the last value is kept.", "朴素预测：保持末年值。"),
)
def naive(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Naive forecast: the last value is kept."""
    return _smoothed("naive", histories, ahead, smoothers.naive)


@model(
    cite=("deng1982",),
    formula=GREY,
    says=Text("Grey model GM(1,1), unit by unit, by least squares.", "逐单元灰色模型 GM(1,1)，最小二乘估计。"),
)
def gm11(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Grey model GM(1,1) of each unit, by least squares."""
    return _smoothed("gm11", histories, ahead, smoothers.gm11, "gm11")


def _says_holt(damped: bool) -> Text:
    return Text(
        f"Holt's linear trend{', damped' * damped}, unit by unit.", f"逐单元 Holt {'阻尼' * damped}线性趋势法。"
    )


@model(cite=("holt2004",), says=_says_holt, formula=_formula_holt)
def holt(histories: xr.DataArray, ahead: xr.DataArray, *, damped: bool = False) -> xr.DataArray:
    """Holt's linear trend of each unit, damped or not."""
    return _smoothed("holt", histories, ahead, lambda x, h: smoothers.holt(x, h, damped=damped),
                     "holt-damped" if damped else "holt")  # fmt: skip


@model(
    cite=("hyndman2008",),
    says=Text(
        "ARIMA of each unit, its order chosen by AICc (statsforecast).",
        "逐单元 ARIMA，阶数由 AICc 选定（statsforecast）。",
    ),
)
def arima(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """ARIMA of each unit, orders by AICc, through statsforecast where it is installed."""
    return _stated("arima", histories, ahead)


@model(
    cite=("hyndman2002",),
    says=Text(
        "ETS of each unit, its form chosen by AICc (statsforecast).", "逐单元 ETS，形式由 AICc 选定（statsforecast）。"
    ),
)
def ets(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Exponential smoothing in state-space form of each unit, through statsforecast where it is installed."""
    return _stated("ets", histories, ahead)


def _smoothed(
    name: str, histories: xr.DataArray, ahead: xr.DataArray, ask: Callable[[Floats, int], Floats], rule: str = ""
) -> xr.DataArray:
    """Forecasts of a baseline at every origin; `rule` says by which of core's rules units fall back."""
    out = _none(name, histories, ahead)
    known = _known(histories)
    for o, x in enumerate(known):
        out.values[0, o] = ask(x, ahead.size)
    if rule in smoothers.MINIMUM_YEARS:
        out["fallbacks"][0] = sum(_fallen(smoothers.fallback(x, rule)) for x in known)
    return out


def _stated(name: statistical.Model, histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Forecasts of a statistical model at every origin, one unit after another."""
    out, known = _none(name, histories, ahead), _known(histories)
    for o, x in enumerate(known):
        out.values[0, o], code = statistical.forecasts(x, ahead.size, model=name)
        out["fallbacks"][0] += _fallen(code)
        at_hand().tell(f"{name} by origin", o + 1, len(known))
    return out


def _fallen(code: NDArray[np.integer]) -> int:
    """Units that got the naive forecast; those without values are not among them."""
    return int(((code > 0) & (code != 5)).sum())


def _networks(
    name: str, histories: xr.DataArray, ahead: xr.DataArray, seed: xr.DataArray, *, least: int, **options: Any
) -> xr.DataArray:
    """Forecasts of LSTM ensembles: one case for each origin and variable that has enough years.

    Units go in by their names, so that their order in the data changes nothing.
    """
    out = _none(name, histories, ahead)
    x = histories.transpose("origin", "part", "unit", "time").values
    order = np.argsort(histories["unit"].values.astype(str), kind="stable")
    known = np.array([part.shape[-1] for part in _known(histories)])
    years = np.isfinite(x).sum(axis=-1).max(axis=-1)
    cases = np.argwhere(years >= least)
    if not cases.size:
        raise Refused(f"the model needs {least} years of a unit", f"该模型至少需要单元有 {least} 年数据")
    found = networks.forecast(
        np.stack([x[o, p][order] for o, p in cases]), known[cases[:, 0]], ahead.size, seed=int(seed),
        low=0.0, high=_ceiling(histories), **options,
    )  # fmt: skip
    for (o, p), mean in zip(cases, found.mean, strict=True):
        out.values[0, o, p, order] = mean
    out["members"][0], out["dropped"][0] = found.dropped.shape[1], int(found.dropped.sum())
    return out


def _known(histories: xr.DataArray) -> list[Floats]:
    """The histories up to each origin, (part, unit, years)."""
    x, years = histories.transpose("origin", "part", "unit", "time").values, histories["time"].values
    return [one[..., years <= origin] for one, origin in zip(x, histories["origin"].values, strict=True)]


def _none(name: str, histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
    """Room for the forecasts of a model."""
    sizes = [histories.sizes[d] for d in ("origin", "part", "unit")]
    out = xr.DataArray(np.full((1, *sizes, ahead.size), np.nan), dims=("model", "origin", "part", "unit", "horizon"))
    facts: dict[str, Any] = {key: ("model", np.zeros(1, dtype="i8")) for key in ("members", "dropped", "fallbacks")}
    return out.assign_coords(model=[name], origin=histories["origin"], unit=histories["unit"], **facts)


def _ceiling(histories: xr.DataArray) -> float:
    """The highest value that a forecast may take: 1, unless the data lie above it."""
    return 1.0 if float(histories.max()) <= 1.0 else np.inf
