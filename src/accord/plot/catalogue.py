"""The figures of a report in their order: which function draws each, from which table, under which caption."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import xarray as xr

from accord.errors import InputError
from accord.method import Text
from accord.plot.balance import plane
from accord.plot.centre import centre_path
from accord.plot.change import dumbbell
from accord.plot.coefficients import coefficient_forest
from accord.plot.coordination import coordination_heatmap
from accord.plot.decomposition import variance_decomposition
from accord.plot.density import density_curves, density_ridgeline
from accord.plot.density_relief import density_surface
from accord.plot.dimensions import radar
from accord.plot.drivers import driver_heatmap
from accord.plot.flows import stage_flows
from accord.plot.forecast_bands import forecast_fans, forecast_units
from accord.plot.forecast_errors import forecast_skill
from accord.plot.forecast_scatter import forecast_holdout
from accord.plot.forecast_stages import stage_paths
from accord.plot.frames import language_of, table_of, year_names
from accord.plot.impulse import impulse_responses
from accord.plot.indices import index_bars
from accord.plot.inequality import dagum_contributions
from accord.plot.maps import stage_maps
from accord.plot.obstacles import obstacle_heatmap
from accord.plot.pvalues import unit_roots
from accord.plot.scatter import moran_scatter
from accord.plot.series import trajectories
from accord.plot.space import lisa_map
from accord.plot.stages import stage_shares
from accord.plot.transitions import transition_heatmap
from accord.plot.undivided import CAPTIONS, divided
from accord.plot.unit_circle import stability_circle
from accord.plot.weights import weights_lollipop

SCOPES = {"subsystem": Text("each subsystem", "各子系统"), "system": Text("the whole system", "整个系统")}
FIGURES: dict[str, tuple[Callable[..., Any], str, Text]] = {
    "weights_lollipop": (
        weights_lollipop,
        "weights",
        Text(
            "Weights of the indicators within their subsystems, from high to low within each dimension",
            "各指标在子系统内的权重（维度内由高到低排列）",
        ),
    ),
    "index_bars": (
        index_bars,
        "scores",
        Text(
            "Composite indices U of the units in {year}, ranked by the first subsystem within each group",
            "{year}年各单元子系统综合指数U（组内按第一个子系统由高到低排列）",
        ),
    ),
    "radar": (
        radar,
        "dimension_means",
        Text(
            "Mean scores of the dimensions by region, {first} and {last}",
            "{first}年与{last}年各地区的维度得分均值",
        ),
    ),
    "trajectories": (
        trajectories,
        "regions",
        Text(
            "Coupling coordination degree D by region, {first}–{last}: mean of the units, their range, and single units",
            "{first}—{last}年各地区耦合协调度D：单元均值、最低至最高范围及单个单元",
        ),
    ),
    "coordination_heatmap": (
        coordination_heatmap,
        "coordination",
        Text(
            "Coupling coordination degree D of the units, {first}–{last}, ordered within each group by D in {last}",
            "{first}—{last}年各单元耦合协调度D（组内按{last}年D值由高到低排列）",
        ),
    ),
    "dumbbell": (
        dumbbell,
        "coordination",
        Text(
            "Coupling coordination degree D of the units in {first} and {last}, ordered within each group by D in {last}",
            "{first}年与{last}年各单元耦合协调度D（组内按{last}年D值由高到低排列）",
        ),
    ),
    "stage_shares": (
        stage_shares,
        "stage_counts",
        Text(
            "Share of the units in each coordination stage, {first}–{last}; figures in the bars, where they fit, are numbers of units",
            "{first}—{last}年各协调等级的单元占比（柱内数字为单元数，过窄处不标）",
        ),
    ),
    "stage_maps": (
        stage_maps,
        "coordination",
        Text(
            "Coordination stages of the units in selected years, {first}–{last}; places without data are hatched",
            "{first}—{last}年部分年份各单元的协调等级（斜线为无数据）",
        ),
    ),
    "plane": (
        plane,
        "plane",
        Text(
            "Units on the plane of the two composite indices in the first year and the last, over curves of equal D and "
            "the bounds of the lag types; the highest and lowest units are named where there is room",
            "首末年份各单元在两子系统综合指数平面上的位置，底图为D等值线与滞后类型界线；位置允许时标出最高与最低单元",
        ),
    ),
    "obstacle_heatmap": (
        obstacle_heatmap,
        "obstacle_ranks",
        Text(
            "Mean obstacle degree, {first}–{last}, of the indicators (at most five) that lead {scope} in {last}",
            "{last}年{scope}首要障碍因子（至多五个）的平均障碍度（{first}—{last}年）",
        ),
    ),
    "density_ridgeline": (
        density_ridgeline,
        "density",
        Text(
            "Kernel density of D by region, year by year, {first}–{last}; heights are scaled within each panel",
            "{first}—{last}年各地区耦合协调度D的核密度（逐年山脊图，高度在各分图内缩放）",
        ),
    ),
    "density_curves": (
        density_curves,
        "density",
        Text(
            "Kernel density of D by region in selected years, {first}–{last}; panels have scales of their own",
            "{first}—{last}年部分年份各地区耦合协调度D的核密度（各分图纵轴刻度不同）",
        ),
    ),
    "density_surface": (
        density_surface,
        "density",
        Text(
            "Kernel density of D over all units, {first}–{last}, as a surface over D and the years",
            "{first}—{last}年全部单元耦合协调度D核密度的三维曲面",
        ),
    ),
    "moran_scatter": (
        moran_scatter,
        "lisa",
        Text(
            "Moran scatter of D in {first} and {last}: each unit against the mean of its neighbours; I with its p-value "
            "from permutations, one-sided",
            "{first}年与{last}年D的Moran散点图：各单元与其邻接单元均值；I及其置换检验p值（单侧）",
        ),
    ),
    "lisa_map": (
        lisa_map,
        "lisa",
        Text(
            "Clusters of local Moran of D in selected years, {first}–{last}; the unit's own level stands first",
            "{first}—{last}年部分年份D的局部Moran集聚类型（前者为本单元水平，后者为邻接单元水平）",
        ),
    ),
    "centre_path": (
        centre_path,
        "centre",
        Text(
            "Mean centre weighted by D: standard deviational ellipses in {first} and {last}, and the path of the centre",
            "D加权重心：{first}年与{last}年标准差椭圆及重心移动路径",
        ),
    ),
    "driver_heatmap": (
        driver_heatmap,
        "driver_interactions",
        Text(
            "Geographical detector of D: q of each indicator (diagonal, in brackets where p is not below 0.05) and of each "
            "pair; D is computed from these indicators",
            "D的地理探测：对角线为单因子q（括号表示p不小于0.05），其下为两两交互q；D由这些指标算得",
        ),
    ),
    "dagum_contributions": (
        dagum_contributions,
        "inequality",
        Text(
            "Gini coefficient of D and its parts by region (Dagum's decomposition), {first}–{last}; figures in the "
            "bars are shares of the coefficient in per cent, where they fit",
            "{first}—{last}年D的基尼系数及其Dagum分解（柱内数字为贡献率，%，过窄处不标）",
        ),
    ),
    "transition_heatmap": (
        transition_heatmap,
        "transitions",
        Text(
            "Transition probabilities between classes of D from each year to the next, with numbers of moves in "
            "brackets; of the stages, those that occur",
            "D各等级的逐年转移概率（括号内为转移次数；协调等级仅列出现者）",
        ),
    ),
    "stage_flows": (
        stage_flows,
        "stage_flows",
        Text(
            "Flows of the units between coordination stages in selected years; figures are numbers of units, where they "
            "fit, and a ribbon has the colour of the stage it leaves",
            "部分年份间各协调等级的单元流动（数字为单元数，过窄处不标；流带颜色为流出等级）",
        ),
    ),
    "forecast_fans": (
        forecast_fans,
        "forecast_regions",
        Text(
            "Mean D of the units of each region and its forecast to {last}, with bands; bands called model-based "
            "promise more than the misses at the rolling origins can, and widen as a random walk",
            "各地区单元D的均值及其至{last}年的预测与区间；“基于模型”的区间超出滚动起点误差所能保证的范围，按随机游走放宽",
        ),
    ),
    "forecast_units": (
        forecast_units,
        "forecast",
        Text(
            "D of the units and its forecast to {last} with 80% bands, by region and then by D in {last}; panels have "
            "their own ranges of D, a step of D is as high in all",
            "各单元D及其至{last}年的预测与80%区间（按地区及{last}年D值排列；各分图D的起止不同，单位高度相同）",
        ),
    ),
    "stage_paths": (
        stage_paths,
        "forecast",
        Text(
            "Coordination stages of the units to {last}, ordered within each group by D in {last}; hatched from {first} "
            "on, where they are forecast",
            "至{last}年各单元的协调等级（组内按{last}年D值由高到低排列；{first}年起为预测，以斜线标示）",
        ),
    ),
    "forecast_skill": (
        forecast_skill,
        "forecast_ranking",
        Text(
            "Mean absolute scaled error of the models over all rolling origins and horizons, lower is better, and coverage "
            "of their 80% bands (dotted: the nominal 0.80)",
            "各模型在全部滚动起点与步长上的MASE（越低越好）及其80%区间的覆盖率（点线为名义值0.80）",
        ),
    ),
    "forecast_holdout": (
        forecast_holdout,
        "forecast_holdout",
        Text(
            "D forecast against D as it came in the years held out, {first}–{last}, both on the bounds and weights of the "
            "years before: the leading model and the naive forecast; a high pooled R² is mostly the variance between units",
            "留出年份（{first}—{last}年）的预测D与实际D（均以此前年份的极值与权重计算）：主导模型与朴素预测；"
            "合并R2较高主要源于单元间方差",
        ),
    ),
    "unit_roots": (
        unit_roots,
        "unit_roots",
        Text(
            "p-values of the panel unit-root tests by group, in levels and in differences; left of the line the null is "
            "rejected at 5%",
            "各组面板单位根检验的p值（水平值与差分）；虚线以左为在5%水平拒绝原假设",
        ),
    ),
    "coefficient_forest": (
        coefficient_forest,
        "pvar",
        Text(
            "Coefficients of the panel VAR with their intervals, by group and estimator; intervals of descriptive groups "
            "are cut where they leave the scale of the others",
            "面板VAR的系数及其区间（按组别与估计量排列；仅供描述的组别，其区间超出其他组刻度之处已截断）",
        ),
    ),
    "stability_circle": (
        stability_circle,
        "stability",
        Text(
            "Roots of the panel VAR's companion matrix; it is stable where all lie inside the unit circle",
            "面板VAR伴随矩阵的特征根（全部位于单位圆内即稳定）",
        ),
    ),
    "impulse_responses": (
        impulse_responses,
        "irf",
        Text(
            "Responses to a shock of one standard deviation, by group; panels of a row have one scale, and what the order of "
            "the variables sets to zero is no evidence",
            "对一个标准差冲击的脉冲响应（按组别；同行分图刻度一致，由变量次序设定的零值不构成证据）",
        ),
    ),
    "variance_decomposition": (
        variance_decomposition,
        "fevd",
        Text(
            "Decomposition of the forecast variance by group; figures are the shares at the last horizon in per cent, with "
            "their bands in brackets",
            "按组别的预测方差分解（数字为末期占比，%，方括号内为其区间）",
        ),
    ),
}
"""Name of a figure: its function, the table it needs, its caption; `caption` fills in the years.

Without regions, the captions of `accord.plot.undivided` stand instead."""


def caption(name: str, result: Any, language: str | None = None, year: Any = None) -> str:
    """The caption of a figure with its years filled in; `year` as for `index_bars`."""
    _, table, text = FIGURES[name]
    found, chosen = table_of(result, table), language_of(result, language)
    years = year_names(found["time"].values) if "time" in found.coords else [""]
    options = json.loads(found["degree"].attrs.get("options", "{}")) if "degree" in found else {}
    scope = getattr(SCOPES[options.get("scope", "subsystem")], chosen)
    last = years[-1] if year is None else year
    text = text if _divided(result, found) else CAPTIONS.get(name, text)
    return str(getattr(text, chosen).format(first=years[0], last=years[-1], year=last, scope=scope))


def _divided(result: Any, found: xr.Dataset) -> bool:
    """Whether the units of a result stand in regions, by the table drawn or by that of D."""
    try:
        return divided(found, table_of(result, "coordination"))
    except InputError:  # a study without D
        return divided(found)
