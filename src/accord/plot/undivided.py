"""Captions of figures for studies whose units stand in no regions, and whether those of a study do."""

from __future__ import annotations

import numpy as np
import xarray as xr

from accord.method import Text

CAPTIONS: dict[str, Text] = {
    "index_bars": Text(
        "Composite indices U of the units in {year}, ranked by the first subsystem",
        "{year}年各单元子系统综合指数U（按第一个子系统由高到低排列）",
    ),
    "radar": Text(
        "Mean scores of the dimensions over all units, {first} and {last}",
        "{first}年与{last}年全部单元的维度得分均值",
    ),
    "trajectories": Text(
        "Coupling coordination degree D, {first}–{last}: mean of the units, their range, and single units",
        "{first}—{last}年耦合协调度D：单元均值、最低至最高范围及单个单元",
    ),
    "coordination_heatmap": Text(
        "Coupling coordination degree D of the units, {first}–{last}, ordered by D in {last}",
        "{first}—{last}年各单元耦合协调度D（按{last}年D值由高到低排列）",
    ),
    "dumbbell": Text(
        "Coupling coordination degree D of the units in {first} and {last}, ordered by D in {last}",
        "{first}年与{last}年各单元耦合协调度D（按{last}年D值由高到低排列）",
    ),
    "density_ridgeline": Text(
        "Kernel density of D over all units, year by year, {first}–{last}",
        "{first}—{last}年全部单元耦合协调度D的核密度（逐年山脊图）",
    ),
    "density_curves": Text(
        "Kernel density of D over all units in selected years, {first}–{last}",
        "{first}—{last}年部分年份全部单元耦合协调度D的核密度",
    ),
    "forecast_fans": Text(
        "Mean D of all units and its forecast to {last}, with bands; bands called model-based promise more than the "
        "misses at the rolling origins can, and widen as a random walk",
        "全部单元D的均值及其至{last}年的预测与区间；“基于模型”的区间超出滚动起点误差所能保证的范围，按随机游走放宽",
    ),
    "forecast_units": Text(
        "D of the units and its forecast to {last} with 80% bands, by D in {last}; panels have their own ranges of D, a "
        "step of D is as high in all",
        "各单元D及其至{last}年的预测与80%区间（按{last}年D值排列；各分图D的起止不同，单位高度相同）",
    ),
    "stage_paths": Text(
        "Coordination stages of the units to {last}, ordered by D in {last}; hatched from {first} on, where they are forecast",
        "至{last}年各单元的协调等级（按{last}年D值由高到低排列；{first}年起为预测，以斜线标示）",
    ),
    "unit_roots": Text(
        "p-values of the panel unit-root tests, in levels and in differences; left of the line the null is rejected at 5%",
        "面板单位根检验的p值（水平值与差分）；虚线以左为在5%水平拒绝原假设",
    ),
    "coefficient_forest": Text(
        "Coefficients of the panel VAR with their intervals, by estimator",
        "面板VAR的系数及其区间（按估计量排列）",
    ),
    "impulse_responses": Text(
        "Responses to a shock of one standard deviation; panels of a row have one scale, and what the order of the "
        "variables sets to zero is no evidence",
        "对一个标准差冲击的脉冲响应（同行分图刻度一致，由变量次序设定的零值不构成证据）",
    ),
    "variance_decomposition": Text(
        "Decomposition of the forecast variance; figures are the shares at the last horizon in per cent, with their bands "
        "in brackets",
        "预测方差分解（数字为末期占比，%，方括号内为其区间）",
    ),
}
"""Captions that stand instead of those of the catalogue, which speak of regions or groups of units."""


def divided(*tables: xr.Dataset) -> bool:
    """Whether the units stand in two regions or more, as far as these tables say.

    Examples
    --------
    >>> divided(xr.Dataset(coords={"unit": ["A", "B"], "region": ("unit", ["East", "East"])}))
    False
    >>> divided(xr.Dataset(coords={"group": ["National", "East", "West"]}))
    True
    """
    return any(_names_regions(table) for table in tables)


def _names_regions(table: xr.Dataset) -> bool:
    """Whether a table knows two regions: of its units, or as groups beside the whole."""
    if "region" in table.coords and table["region"].dims == ("unit",):
        return len(set(np.asarray(table["region"].values).astype(str).tolist()) - {""}) > 1
    return any(table.sizes.get(dim, 0) > 2 for dim in ("region", "group"))
