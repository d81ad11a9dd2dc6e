"""Whether D evens out over the years (step `inequality`): sigma and beta convergence, absolute and conditional."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core import convergence as growth
from accord.core import inequality as core
from accord.core import trend as unsure
from accord.errors import InputError, nearest
from accord.labels import build, groups, lead
from accord.method import Text, method
from accord.phrases import several

CLEAR = 0.05
"""p-value below which a direction is stated."""
KINDS = ("sigma", "sigma of cv", "beta", "conditional beta")
VERDICTS = (Text("converges", "收敛"), Text("diverges", "发散"), Text("not clear", "不显著"))


def _says_convergence(
    errors: str, least: int, controls: list[str] | None, persistence: float, draws: int, regions: xr.DataArray | None
) -> Text:
    beside = [Text("regions", "地区")] if regions is None or len(regions) > 1 else []
    beside += [Text(f"first-year index of {name}", f"首年“{name}”指数") for name in controls or []]
    on = (
        Text(
            f", conditional beta given {several(b.en for b in beside).en}",
            f"，条件 beta 控制{several(b.zh for b in beside).zh}",
        )
        if beside
        else Text("", "")
    )
    without = (
        Text(f"with autocorrelation {persistence:g} from year to year", f"相邻年份自相关系数 {persistence:g}")
        if persistence < 1
        else Text("random walks", "随机游走")
    )
    return Text(
        "Sigma convergence is a falling trend of the standard deviation of ln D, and of the coefficient of variation "
        "(slope per year, Newey-West standard errors). In few years the p-value of Newey and West is too small where a "
        "series is autocorrelated; beside it stands a simulated one, the share of "
        f"{draws:,} series without a trend whose trend looks as clear, {without.en}. "
        "Beta convergence is a negative slope b of (ln D last - ln D "
        f"first) / T on ln D first ({errors} standard errors, at least {least} units{on.en}); speed is -ln(1 + bT) / T, "
        "half-life ln 2 / speed. A direction is stated where p < 0.05, for a trend the simulated p.",
        "sigma 收敛：ln D 标准差及变异系数的年度趋势为负（Newey-West 标准误）。年份少且序列自相关时，Newey-West 的 p 值偏小，"
        f"故另列模拟 p 值：{draws:,} 条无趋势序列（{without.zh}）中趋势同样明显者所占比例。beta 收敛：(ln D 末年 - ln D 首年)/T 对 ln D 首年"
        f"回归的系数 b 为负（{errors} 标准误，至少 {least} 个单元{on.zh}）；收敛速度为 -ln(1 + bT)/T，半衰期为 ln 2/速度。"
        "p < 0.05 时方判定方向，趋势以模拟 p 值为准。",
    )


@method(
    step="inequality",
    makes=("coefficient", "se", "pvalue", "pvalue_simulated", "speed", "half_life", "n", "converges", "reason"),
    table="convergence",
    helper=True,
    cite=("barro1992", "harville1974", "mackinnon1985", "newey1987"),
    formula=r"\sigma_t=\sqrt{\frac{1}{n-1}\sum_{i=1}^{n}(\ln D_{it}-\overline{\ln D}_t)^2},\quad \sigma_t=a+bt+u_t"
    + "\n"
    r"\frac{1}{T}\ln\frac{D_{iT}}{D_{i0}}=a+b\ln D_{i0}+c'x_i+u_i,\quad v=-\frac{\ln(1+bT)}{T},\quad \tau=\frac{\ln 2}{v}",
    says=_says_convergence,
)
def convergence(
    coordination: xr.DataArray,
    index: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    years: xr.DataArray,
    seed: xr.DataArray,
    *,
    errors: growth.Errors = "HC3",
    least: Annotated[int, Field(ge=4, le=1000)] = 10,
    controls: list[str] | None = None,
    persistence: Annotated[float, Field(ge=0, le=1)] = 0.9,
    draws: Annotated[int, Field(ge=99, le=99_999)] = 9_999,
) -> xr.Dataset:
    """Sigma and beta convergence of D, of all units and within each region: slopes, speed, half-life, verdict.

    `n` counts years for sigma, units for beta; the years there are stand in its attribute `years`. Conditional beta
    is given the regions (of all units only) and the first-year index of the subsystems named in `controls`. Where a
    kind cannot be had, or not of every year, `reason` says why. The p-value of a trend is simulated, from `seed`, with the autocorrelation
    `persistence` from year to year; the verdict follows it. Beta has none: its p-value holds in few units with HC3.
    """
    x = lead(coordination.transpose("time", "unit"), "time")
    at = years.values.astype("f8")
    more = _indices(index, controls or [])
    dummies = (region.values[:, None] == regions.values[None, 1:]).astype("f8")
    keys = ("coefficient", "se", "pvalue", "pvalue_simulated", "speed", "half_life", "n", "converges", "reason")
    members = groups(region, regions)
    seen = _Trends(persistence, draws, int(seed))
    out = {key: np.zeros((len(members), len(KINDS))) for key in keys}
    for g, mine in enumerate(members.values()):
        given = np.column_stack([dummies, more]) if g == 0 else more
        spread = [core.log_deviation(x[:, mine]), core.variation(x[:, mine])]
        found = [
            *(_sigma(series, at, mine.size) for series in spread),
            _beta(x[:, mine], at, None, errors, least),
            _beta(x[:, mine], at, given[mine], errors, least) if given.shape[1] else (growth.NONE, mine.size, NOTHING),
        ]
        for k, (slope, n, why) in enumerate(found):
            rate = growth.speed(slope.coefficient, at[-1] - at[0]) if k > 1 else np.nan
            honest = seen(spread[k], at) if k < 2 and np.isfinite(slope.pvalue) else np.nan
            sure = (slope.pvalue if k > 1 else honest) < CLEAR
            clear = (1 if slope.coefficient < 0 else 2) if sure else 3
            values = (slope.coefficient, slope.se, slope.pvalue, honest, rate, growth.half_life(rate), n,
                      0 if why else clear, why)  # fmt: skip
            for key, value in zip(keys, values, strict=True):
                out[key][g, k] = value
            if k == 0 and not why and n < len(at) and (x[:, mine] == 0).any():
                out["reason"][g, k] = SHORTENED
    made = {k: build(v.astype("i8") if k in ("n", "converges", "reason") else v, ["group", "kind"],
                     group=list(members), kind=list(KINDS)) for k, v in out.items()}  # fmt: skip
    made["converges"].attrs = _labels(VERDICTS)
    made["reason"].attrs = _labels(_reasons(least))
    made["n"].attrs["years"] = len(at)
    return xr.Dataset(made)


def _indices(index: xr.DataArray, names: list[str]) -> NDArray[np.float64]:
    """First-year indices of the named subsystems, (unit, name)."""
    known = [str(s) for s in index["subsystem"].values]
    for name in names:
        if name not in known:
            raise InputError(f'inequality controls: "{name}" is not a subsystem; {nearest(name, known)}')
    u = lead(index.transpose("subsystem", "time", "unit"), "subsystem", "time")[:, 0]
    return np.array([u[known.index(name)] for name in names]).reshape(-1, u.shape[1]).T


FEW_YEARS, FEW_UNITS, NO_LOG, NOTHING, FLAT, SINGLE, EXPLAINED, SHORTENED = range(1, 9)


def _reasons(least: int) -> list[Text]:
    """Why a kind of convergence cannot be had, or not of every year, by the numbers above."""
    return [
        Text("too few years", "年份过少"),
        Text(f"fewer than {least} units", f"单元数少于 {least}"),
        Text("a value is 0 and has no logarithm", "有零值，无法取对数"),
        Text("nothing to condition on", "无控制变量"),
        Text("the values do not vary", "数值无变化"),
        Text("one unit has no spread", "仅一个单元，无离散可言"),
        Text("no residual is left", "残差自由度不足"),
        Text("without the years in which a D is 0 and has no logarithm", "未计 D 为 0（无法取对数）的年份"),
    ]


def _sigma(series: NDArray[np.float64], at: NDArray[np.float64], units: int) -> tuple[growth.Slope, int, int]:
    """Trend of a measure of spread, number of years, and why there is none."""
    n = int(np.isfinite(series).sum())
    if units < 2:
        return growth.NONE, n, SINGLE
    if n < 4:
        return growth.NONE, n, NO_LOG if series.size >= 4 else FEW_YEARS
    found = growth.trend(series, at)
    return (found, n, 0) if np.ptp(series[np.isfinite(series)]) > 0 else (growth.NONE, n, FLAT)


def _beta(
    x: NDArray[np.float64], at: NDArray[np.float64], given: Any, errors: growth.Errors, least: int
) -> tuple[growth.Slope, int, int]:
    """Growth regression, number of units, and why there is none."""
    ends = x[[0, -1]]
    n = int(np.isfinite(ends).all(axis=0).sum())
    if len(at) < 2:
        return growth.NONE, n, FEW_YEARS
    if n < least:
        return growth.NONE, n, FEW_UNITS
    if (ends == 0).any():
        return growth.NONE, n, NO_LOG
    if np.ptp(ends[0][np.isfinite(ends[0])]) == 0:
        return growth.NONE, n, FLAT
    found = growth.beta(ends[0], ends[1], at[-1] - at[0], given, errors=errors)
    return found, n, 0 if np.isfinite(found.pvalue) else EXPLAINED


@dataclass
class _Trends:
    """Simulated p-values of trends; series without a trend are made once for each set of years."""

    persistence: float
    draws: int
    seed: int
    made: dict[bytes, NDArray[np.float64]] = field(default_factory=dict)

    def __call__(self, series: NDArray[np.float64], at: NDArray[np.float64]) -> float:
        """p-value of the trend of a series (T,), of the years it has."""
        years = at[np.isfinite(series)]
        if years.tobytes() not in self.made:
            rng = np.random.default_rng(self.seed)
            self.made[years.tobytes()] = unsure.without_trend(years, self.persistence, self.draws, rng)
        return float(unsure.simulated(series[np.isfinite(series)], years, self.made[years.tobytes()]))


def _labels(texts: Any) -> dict[str, list[str]]:
    return {"label_en": [t.en for t in texts], "label_zh": [t.zh for t in texts]}
