"""Step `drivers`: how much of the variance of D the indicators' strata explain, by the geographical detector."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core import geodetector as core
from accord.errors import InputError, NotNeeded, Refused, nearest
from accord.labels import build
from accord.method import Text, method

By = Literal["pooled", "year"]
Rule = Literal["quantile", "equal_width", "natural_breaks"]
POOLED = "pooled"
LABELS = {
    "label_en": list(core.KINDS),
    "label_zh": ["非线性减弱", "单因子非线性减弱", "双因子增强", "独立", "非线性增强"],
}
RULES = {
    "quantile": Text("{k} strata by quantiles, (low, high]", "分位数法分为 {k} 层（左开右闭）"),
    "equal_width": Text("{k} strata of equal width, (low, high]", "等间距法分为 {k} 层（左开右闭）"),
    "natural_breaks": Text("{k} strata by natural breaks (Fisher and Jenks)", "自然断点法（Fisher-Jenks）分为 {k} 层"),
}
STRATA = {"quantile": core.by_quantiles, "equal_width": core.by_width, "natural_breaks": core.by_breaks}


def _says(by: By, rule: Rule, k: int, coordination: xr.DataArray | None) -> Text:
    over = (
        Text("year by year", "逐年")
        if by == "year"
        else Text("over all units and years together", "合并全部单元与年份")
    )
    dependent = Text("", "")
    if by == "pooled" and coordination is not None and coordination.sizes.get("time", 1) > 1:
        dependent = Text(
            " Years of one unit are not independent, so that pooled p-values are too small.",
            "同一单元各年并不独立，合并样本的 p 值偏小。",
        )
    made = RULES[rule].en.format(k=k), RULES[rule].zh.format(k=k)
    return Text(
        f"Geographical detector of D {over.en}: q is the share of the variance of D between the strata of an indicator "
        f"({made[0]}), its p-value from the non-central F; pairs of indicators by the strata where they meet. D is computed "
        f"from these indicators, so that q is partly mechanical and no evidence of a cause.{dependent.en}",
        f"{over.zh}对 D 作地理探测：q 为指标分层（{made[1]}）之间的方差占 D 总方差的比重，p 值由非中心 F 分布给出；"
        f"两两交互按分层叠加计算。D 由这些指标算得，q 部分源于机械相关，不能视为因果证据。{dependent.zh}",
    )


FORMULA = (
    r"q=1-\frac{\sum_{h=1}^{L}N_h\sigma_h^2}{N\sigma^2},\quad "
    r"F=\frac{N-L}{L-1}\cdot\frac{q}{1-q}\sim F(L-1,\,N-L;\,\lambda),\quad "
    r"\lambda=\frac{1}{\sigma^2}\left[\sum_{h=1}^{L}\bar D_h^2-\frac{1}{N}\left(\sum_{h=1}^{L}\sqrt{N_h}\,\bar D_h\right)^2\right]"
)


@method(
    step="drivers",
    makes=("q", "pvalue", "strata", "n", "smallest"),
    cite=("wang2010", "wang2016"),
    says=_says,
    formula=FORMULA,
)
def drivers(
    coordination: xr.DataArray,
    indicators: xr.DataArray,
    *,
    by: By = "pooled",
    k: Annotated[int, Field(ge=2, le=20)] = 5,
    rule: Rule = "quantile",
    chosen: list[str] | None = None,
) -> xr.Dataset:
    """Factor detector: q of D on each indicator, with the p-value of its non-central F.

    `coordination` (unit, time), `indicators` (unit, time, indicator). Returns by period ("pooled", or each year) and
    indicator: `q` in [0, 1], `pvalue`, number of `strata`, of observations `n`, and of those in the `smallest` stratum. An
    indicator that is constant in a period, or D all equal, has no q. `chosen` keeps some of the indicators, by key.

    Raises
    ------
    InputError
        If `chosen` names an indicator that is not there.
    Refused
        If D is the same everywhere, or there are not more observations than strata.
    """
    keys = _chosen(indicators, chosen)
    periods, made = [], []
    for period, y, strata in _periods(coordination, indicators, keys, by, k, rule):
        periods.append(period)
        made.append([(core.factor(y, strata[key]), y.size) for key in keys])
    values: dict[str, Any] = {
        "q": [[f.q for f, _ in row] for row in made], "pvalue": [[f.pvalue for f, _ in row] for row in made],
        "strata": [[f.strata for f, _ in row] for row in made], "n": [[n for _, n in row] for row in made],
        "smallest": [[f.smallest for f, _ in row] for row in made],
    }  # fmt: skip
    return xr.Dataset(
        {
            name: build(np.array(a), ["period", "indicator"], period=periods, indicator=keys)
            for name, a in values.items()
        }
    )


@method(
    step="drivers",
    makes=("first", "second", "q_first", "q_second", "q", "kind", "strata", "smallest"),
    table="driver_interactions",
    helper=True,
)
def driver_interactions(
    coordination: xr.DataArray,
    indicators: xr.DataArray,
    *,
    by: By = "pooled",
    k: Annotated[int, Field(ge=2, le=20)] = 5,
    rule: Rule = "quantile",
    chosen: list[str] | None = None,
) -> xr.Dataset:
    """Interaction detector: q of D on the strata where two indicators meet, and the kind of their interaction.

    As `drivers`, for every pair: q of each alone and of both; `strata` counts the cells that are not empty, and
    `smallest` the observations in the smallest: q of many small cells is large by chance alone.

    Raises
    ------
    NotNeeded
        If there is one indicator only.
    """
    keys = _chosen(indicators, chosen)
    if len(keys) < 2:
        raise NotNeeded("there is one indicator only, and no pair", "只有一个指标，无两两交互")
    couples = list(combinations(keys, 2))
    periods, rows = [], []
    for period, y, strata in _periods(coordination, indicators, keys, by, k, rule):
        alone = {key: core.factor(y, strata[key]).q for key in keys}
        periods.append(period)
        for a, b in couples:
            both = core.factor(y, core.crossed(strata[a], strata[b]))
            kind = core.interaction(alone[a], alone[b], both.q)
            rows.append((alone[a], alone[b], both.q, kind, both.strata, both.smallest))
    table = np.array(rows, dtype="f8").reshape(len(periods), len(couples), 6)
    names = np.array(couples)
    made: dict[str, NDArray[Any]] = {
        "first": np.broadcast_to(names[:, 0], table.shape[:2]).copy(),
        "second": np.broadcast_to(names[:, 1], table.shape[:2]).copy(),
        "q_first": table[..., 0], "q_second": table[..., 1], "q": table[..., 2], "kind": table[..., 3].astype("i1"),
        "strata": table[..., 4].astype("i8"), "smallest": table[..., 5].astype("i8"),
    }  # fmt: skip
    out = xr.Dataset({name: build(a, ["period", "couple"], period=periods) for name, a in made.items()})
    out["kind"].attrs = dict(LABELS)
    return out


def _chosen(indicators: xr.DataArray, chosen: list[str] | None) -> list[str]:
    known = [str(key) for key in indicators["indicator"].values]
    if chosen is None:
        return known
    for key in chosen:
        if key not in known:
            raise InputError(f'drivers: "{key}" is no indicator; {nearest(key, known)}')
    if len(set(chosen)) < len(chosen) or not chosen:
        raise InputError("drivers: chosen must name one indicator or more, each once")
    return list(chosen)


def _periods(
    coordination: xr.DataArray, indicators: xr.DataArray, keys: list[str], by: By, k: int, rule: Rule
) -> Iterator[tuple[str, NDArray[np.float64], dict[str, NDArray[np.int64]]]]:
    """D and the strata of each indicator, over all cells or in each year; cells in the order of the units' names."""
    names = [str(u) for u in coordination["unit"].values] if "unit" in coordination.coords else None
    order = np.argsort(names, kind="stable") if names else np.arange(coordination.sizes["unit"])
    d = coordination.transpose("time", "unit").values[:, order]
    x = indicators.sel(indicator=keys).transpose("indicator", "time", "unit").values.astype("f8")[..., order]
    years = [str(int(y)) for y in coordination["time"].values] if by == "year" else [POOLED]
    if not np.ptp(d) > 1e-12 * np.abs(d).max():
        raise Refused("D is the same everywhere: there is no variance to explain", "D 处处相等，无方差可解释")
    if d.shape[1] * (1 if by == "year" else d.shape[0]) <= k:
        raise Refused(f"there are not more observations than the {k} strata", f"样本数不多于 {k} 个分层")
    for t, period in enumerate(years):
        y = d[t] if by == "year" else d.ravel()
        cells = {key: (x[j, t] if by == "year" else x[j].ravel()) for j, key in enumerate(keys)}
        yield period, y, {key: STRATA[rule](cells[key], k) for key in keys}
