"""The vocabulary: variables that methods read from each other, and the tables users rely on.

Imports nothing of ours. A variable shared by two methods is specified here once (dims, range, unit,
symbol, meaning in English and Chinese) and checked on the way out of the method that makes it;
outputs that only their own table holds are not listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CELL_DIMS = ("unit", "time", "y", "x")
"""Dims along which a study may be cut into blocks: units and years of a panel, time and pixels of a cube."""

CELL = "cell"
"""Stands for all cell dims of the source in `Variable.dims`."""


@dataclass(frozen=True, slots=True)
class Variable:
    """What a shared variable is: its dims (`"cell"` for the cell dims), range, unit and meaning."""

    name: str
    dims: tuple[str, ...]
    en: str
    zh: str
    symbol: str = ""
    unit: str = "1"
    low: float | None = None
    high: float | None = None
    column: str = ""
    """Column name in tidy tables; the variable's own name where empty."""
    labels: Literal["", "beside", "instead"] = ""
    """Class numbers are shown with their names in a second column, or replaced by them."""
    sparse: bool = False
    """It may lack values; in tidy tables only cells where some sparse variable has one make a row."""


def _index(rows: list[Variable]) -> dict[str, Variable]:
    return {row.name: row for row in rows}


VARIABLES: dict[str, Variable] = _index(
    [
        # given by the source
        Variable("indicators", (CELL, "indicator"), "indicator values, gaps filled", "指标值（已补缺）", "x", ""),
        Variable("gap_rule", (CELL, "indicator"), "how a missing cell was filled", "缺失值填补方式", labels="instead"),
        Variable("subsystems", ("subsystem",), "names of the subsystems", "子系统名称"),
        Variable("subsystem", ("indicator",), "subsystem of the indicator", "所属子系统"),
        Variable("dimension", ("indicator",), "dimension of the indicator", "所属维度"),
        Variable("direction", ("indicator",), "direction of the indicator", "指标方向"),
        Variable("target", ("bound", "indicator"), "target value or interval", "目标值或区间", "a"),
        Variable("prior_weight", ("indicator",), "weight given in the indicator table", "指标表所给权重"),
        Variable("region", ("unit",), "region of the unit", "所属地区"),
        Variable("years", ("time",), "year", "年份"),
        Variable("neighbours", ("pair", "side"), "pairs of neighbours, by position", "邻接单元对", ""),
        Variable("position", ("unit", "axis"), "longitude and latitude of the unit", "单元经纬度", "", "degrees"),
        Variable("seed", (), "seed of everything random", "随机种子"),
        # normalising
        Variable("bound_years", ("time",), "years that set the bounds", "确定极值的年份"),
        Variable("weight_years", ("time",), "years that set the weights", "确定权重的年份"),
        Variable("low", ("indicator", "*"), "lower bound of the frame", "样本框内最小值", "min", ""),
        Variable("high", ("indicator", "*"), "upper bound of the frame", "样本框内最大值", "max", ""),
        Variable("nearest", ("indicator", "*"), "smallest distance to the target", "与目标值的最小距离", "", ""),
        Variable("normalised", (CELL, "indicator"), "normalised value", "标准化值", "z", low=0, high=1),
        # weights
        Variable("entropy", ("indicator",), "information entropy", "信息熵", "e", low=0, high=1),
        Variable("weight", ("indicator",), "weight within the subsystem", "子系统内权重", "w", low=0, high=1),
        # indices
        Variable("score", (CELL, "subsystem"), "subsystem score before rescaling", "子系统得分", "U", low=0),
        Variable("index", (CELL, "subsystem"), "composite index of the subsystem", "子系统综合指数", "U", low=0),
        Variable(
            "dimension_score", (CELL, "dimension"), "score of the dimension", "维度得分", "u", low=0, column="score"
        ),
        # coupling coordination
        Variable(
            "share", ("subsystem",), "weight of the subsystem in T", "子系统在综合发展指数中的权重", "a", low=0, high=1
        ),
        Variable("coupling", (CELL,), "coupling degree", "耦合度", "C", low=0, high=1),
        Variable("development", (CELL,), "comprehensive development index", "综合发展指数", "T", low=0),
        Variable("coordination", (CELL,), "coupling coordination degree", "耦合协调度", "D", low=0),
        Variable(
            "pair_coupling",
            (CELL, "pair"),
            "coupling degree of the pair",
            "两系统耦合度",
            "C",
            low=0,
            high=1,
            column="coupling",
        ),
        Variable(
            "pair_development",
            (CELL, "pair"),
            "development index of the pair",
            "两系统综合发展指数",
            "T",
            low=0,
            column="development",
        ),
        Variable(
            "pair_coordination",
            (CELL, "pair"),
            "coordination degree of the pair",
            "两系统耦合协调度",
            "D",
            low=0,
            column="coordination",
        ),
        Variable(
            "bump_x",
            ("group", "time", "bump"),
            "place of a peak beside the main one",
            "次峰位置",
            column="x",
            sparse=True,
        ),
        Variable("stage_table", ("level",), "lower edges of the stages", "协调等级下限", low=0, high=1),
        Variable("stage", (CELL,), "coordination stage", "协调等级", labels="beside"),
        Variable("stage_counts", ("time", "level"), "number of units in the stage", "各等级单元数", column="count"),
        Variable("lag_type", (CELL,), "lag type", "滞后类型", labels="instead"),
        Variable("obstacle", (CELL, "indicator"), "obstacle degree", "障碍度", "O", low=0, high=1, column="degree"),
        # forecast
        Variable("origins", ("origin",), "last year that a forecast knows", "预测起点年份"),
        Variable("ahead", ("horizon",), "years ahead, in steps of the panel", "预测步长", "h"),
        Variable(
            "vintage",
            ("origin", "unit", "time"),
            "D in the frame of the origin",
            "按预测起点样本框计算的 D",
            "D",
            sparse=True,
        ),
        Variable(
            "vintage_index",
            ("origin", "subsystem", "unit", "time"),
            "U in the frame of the origin",
            "按预测起点样本框计算的 U",
            "U",
            sparse=True,
        ),
        Variable(
            "histories",
            ("origin", "part", "unit", "time"),
            "D and U up to the origin",
            "截至预测起点的 D 与 U",
            sparse=True,
        ),
        Variable("comparators", ("comparator",), "models beside the leading one", "对照模型"),
        Variable(
            "paths",
            ("model", "origin", "part", "unit", "horizon"),
            "forecasts of the chosen model",
            "所选模型的预测",
            sparse=True,
        ),
        Variable(
            "tried",
            ("model", "origin", "part", "unit", "horizon"),
            "forecasts of every model",
            "各模型的预测",
            sparse=True,
        ),
        Variable(
            "through",
            ("model", "origin", "unit", "horizon"),
            "D from forecast U",
            "由 U 的预测值计算的 D",
            "D",
            sparse=True,
        ),
        Variable(
            "forecasts",
            ("model", "route", "origin", "unit", "horizon"),
            "forecast D by origin",
            "各起点的 D 预测值",
            "D",
            sparse=True,
        ),
        Variable(
            "outcome",
            ("origin", "unit", "horizon"),
            "D that came, in the frame of the origin",
            "D 实际值",
            "D",
            sparse=True,
        ),
        Variable(
            "forecast_stage",
            ("model", "route", "unit", "time"),
            "stage of the forecast",
            "预测等级",
            column="stage",
            labels="beside",
        ),
        Variable("stage_first", ("unit",), "stage in the last year of data", "数据末年等级", labels="beside"),
        Variable("stage_last", ("unit",), "stage in the last year forecast", "预测末年等级", labels="beside"),
        Variable(
            "missed",
            ("model", "route", "rolling", "unit", "horizon"),
            "D that came less D forecast, in the study's frame",
            "D 实际值与预测值之差",
            sparse=True,
        ),
        Variable(
            "arrival",
            ("unit", "level"),
            "year in which the stage is reached",
            "到达年份",
            unit="year",
            column="year",
            sparse=True,
        ),
        Variable(
            "chance",
            ("unit", "level"),
            "probability at the end",
            "末年概率",
            low=0,
            high=1,
            column="probability",
            sparse=True,
        ),
        # unit roots
        Variable("tested", ("variable", "unit", "time"), "series tested for unit roots", "单位根检验序列", sparse=True),
        Variable("dependent", ("group", "variable"), "units count as dependent", "视单元为相依"),
        Variable("leading_p", ("group", "variable", "form", "test"), "p-value that leads", "采用的 p 值", column="p"),
        Variable("differencing", ("group", "variable"), "times differenced", "差分阶数", column="difference"),
        # panel VAR
        Variable(
            "pvar_series",
            ("group", "variable", "unit", "time"),
            "series of the panel VAR, levels or changes as decided",
            "面板 VAR 所用序列（水平值或差分）",
            sparse=True,
        ),
        Variable("pvar_coef", ("group", "estimator", "equation", "term"), "coefficient", "系数", sparse=True),
        Variable("pvar_se", ("group", "estimator", "equation", "term"), "standard error", "标准误", sparse=True),
        Variable("pvar_facts", ("group", "estimator", "fact"), "what a fit rests on", "估计的基本情况", sparse=True),
        Variable("pvar_notes", ("group", "estimator"), "what to be wary of", "注意事项"),
        Variable("pvar_notes_zh", ("group", "estimator"), "what to be wary of, in Chinese", "注意事项（中文）"),
        Variable("pvar_how", ("group", "estimator"), "settings of a fit, as JSON", "估计的设定（JSON）"),
        Variable(
            "variance_share",
            ("group", "estimator", "response", "impulse", "horizon"),
            "share of the forecast error variance",
            "预测误差方差占比",
            low=0,
            high=1,
            column="share",
            sparse=True,
        ),
        Variable("pvar_leads", ("group",), "fit that leads", "采用的估计"),
        # other settings
        Variable(
            "alternative_coordination",
            ("case", "unit", "time"),
            "D under another setting",
            "其他设定下的 D",
            "D",
            sparse=True,
        ),
        Variable("alternative_stage", ("case", "unit", "time"), "stage under another setting", "其他设定下的等级"),
        Variable("alternative_settings", ("case", "what"), "what each alternative changes", "各替代设定的内容", ""),
        Variable("filled", (CELL, "indicator"), "value put into a gap", "填补值", "", "", column="value", sparse=True),
        Variable(
            "filled_rule", (CELL, "indicator"), "rule that filled the gap", "填补规则", column="rule", labels="instead"
        ),
    ]
)


def holds_p(column: str) -> bool:
    """Whether a column of a table holds p-values: that is what its name says, in every table.

    Examples
    --------
    >>> [holds_p(c) for c in ("p", "pvalue_simulated", "geary_pvalue", "hansen_p", "prominence", "probability")]
    [True, True, True, True, False, False]
    """
    return column == "p" or column.endswith("_p") or "pvalue" in column.split("_")


TABLES: dict[str, tuple[str, ...]] = {
    "descriptives": ("subsystem", "indicator", "unit_of_measure", "n", "missing", "mean", "sd", "min", "max"),
    "filled": ("unit", "time", "indicator", "value", "rule"),
    "zones": ("unit", "time", "cells", "coverage"),
    "weights": ("subsystem", "dimension", "indicator", "direction", "entropy", "weight"),
    "scores": ("unit", "time", "subsystem", "index"),
    "dimension_scores": ("unit", "time", "subsystem", "dimension", "score"),
    "coordination": (
        "unit", "time", "region", "coupling", "development", "coordination", "stage", "stage_name", "lag_type",
    ),
    "pairwise": ("unit", "time", "pair", "coupling", "development", "coordination"),
    "stage_counts": ("time", "stage", "stage_name", "count"),
    "obstacle": ("unit", "time", "indicator", "degree"),
    "obstacle_ranks": ("time", "indicator", "degree", "rank", "subsystem"),
    "dimension_means": ("group", "time", "dimension", "mean"),
    "plane": ("first", "second", "degree"),
    "regions": ("region", "time", "variable", "mean", "sd", "cv", "rank", "min", "max"),
    "region_change": ("region", "variable", "first", "last", "change", "change_percent"),
    "leaders": ("group", "variable", "leader", "leader_mean", "laggard", "laggard_mean"),
    "density": ("group", "time", "x", "density"),
    "density_features": ("group", "time", "mean", "peak_x", "peak_height", "width", "modes"),
    "density_bumps": ("group", "time", "x", "height", "prominence", "units"),
    "density_changes": ("group", "feature", "first", "last", "change", "lo", "hi", "statement", "holds", "reason"),
    "inequality": ("time", "measure", "part", "value"),
    "inequality_groups": ("group", "time", "gini", "sum_share", "unit_share"),
    "inequality_pairs": ("time", "first", "second", "gini", "distance"),
    "convergence": (
        "group", "kind", "coefficient", "se", "pvalue", "pvalue_simulated", "speed", "half_life", "n", "converges", "reason",
    ),
    "transitions": ("analysis", "from", "to", "count", "probability"),
    "transition_classes": ("analysis", "class", "class_name", "lower", "upper", "observed", "steady"),
    "transition_summary": ("analysis", "transitions", "moves", "up", "down", "shorrocks"),
    "transition_tests": ("analysis", "across", "test", "statistic", "df", "pvalue", "pvalue_simulated"),
    "spatial_transitions": ("analysis", "neighbours", "from", "to", "count", "probability"),
    "spatial_tests": ("analysis", "test", "statistic", "df", "pvalue", "pvalue_simulated"),
    "stage_flows": ("from_year", "to_year", "from", "to", "count"),
    "moran": (
        "time", "moran", "expected", "z_normal", "z", "pvalue", "pvalue_permutation", "geary", "geary_z", "geary_pvalue",
    ),
    "lisa": ("unit", "time", "local_moran", "quadrant", "pvalue", "cluster"),
    "space_links": ("first", "second"),
    "centre": ("time", "x", "y", "shift_km", "bearing", "angle", "semi_major", "semi_minor"),
    "centre_units": ("unit", "longitude", "latitude"),
    "centre_ellipse": ("time", "point", "longitude", "latitude"),
    "drivers": ("period", "indicator", "name", "q", "pvalue", "strata", "n"),
    "driver_interactions": ("period", "first", "second", "q_first", "q_second", "q", "kind"),
    "forecast": (
        "model", "route", "unit", "time", "mean", "lo80", "hi80", "lo95", "hi95", "stage", "stage_name", "stage_probability",
    ),
    "forecast_stages": ("unit", "time", "stage", "stage_name", "probability"),
    "tiers": ("unit", "stage_first", "stage_last", "tier"),
    "stage_arrivals": ("unit", "stage", "stage_name", "year", "probability"),
    "forecast_regions": ("group", "time", "mean", "lo80", "hi80", "lo95", "hi95", "rank"),
    "forecast_pace": ("unit", "rise", "fastest", "fastest_any", "ratio", "pace"),
    "forecast_units": ("unit", "first_year", "known_years", "note"),
    "forecast_models": ("model", "members", "dropped", "fallbacks", "reason"),
    "forecast_skill": (
        "model", "horizon", "r2_pooled", "r2_within", "rmse", "mae", "mase", "coverage80", "coverage95",
    ),
    "forecast_ranking": ("model", "route", "rank", "mase", "mae", "rmse", "skill_naive", "skill_drift"),
    "forecast_holdout": ("model", "route", "unit", "time", "actual", "predicted"),
    "holdout_skill": ("model", "route", "r2_pooled", "r2_within", "rmse", "mae", "mase", "skill_naive", "skill_drift"),
    "cross_section_dependence": ("group", "variable", "form", "statistic", "pvalue", "pvalue_simulated"),
    "unit_roots": (
        "group", "variable", "form", "test", "trend", "lags", "statistic", "pvalue", "pvalue_simulated", "p", "stars",
    ),
    "unit_root_decision": ("variable", "group", "difference", "reason", "reason_zh"),
    "lag_order": ("group", "lags", "aic", "bic", "hqic", "mbic", "maic", "mqic", "chosen", "used", "nobs"),
    "pvar": ("group", "estimator", "leading", "equation", "term", "coef", "se", "z", "pvalue", "lo", "hi", "stars"),
    "pvar_fit": (
        "group", "estimator", "leading", "nobs", "units", "moments", "rank", "hansen_j", "hansen_p", "warning",
        "warning_zh", "time_effects", "lags", "periods", "hansen_df", "condition", "weakest_f", "modulus",
    ),
    "stability": ("group", "estimator", "root", "modulus", "leading"),
    "pvar_data": (
        "group", "unit", "time", "variable", "value", "group_number", "unit_number", "period", "variable_number",
    ),
    "granger": (
        "group", "estimator", "equation", "excluded", "statistic", "df", "pvalue", "pvalue_bootstrap", "stars", "leading",
    ),
    "irf": (
        "group", "estimator", "response", "impulse", "horizon", "scale", "irf", "lo", "hi", "lo_joint", "hi_joint", "leading",
    ),
    "fevd": ("group", "estimator", "response", "impulse", "horizon", "share", "lo", "hi", "settled", "leading"),
    "alternatives": (
        "step", "setting", "used", "alternative", "also", "first", "last", "change", "largest", "mean_difference",
        "rank_correlation", "stage_changed", "stage_up", "sign", "reason",
    ),
    "conventions": ("step", "setting", "used", "alternatives", "published", "same", "stated", "why", "why_zh"),
    "findings": ("table", "en", "zh"),
}  # fmt: skip
"""Leading columns of each table: the contract with users. Tables not listed take dims, then variables."""

SPARSE = {"forecast": "mean", "forecast_stages": "probability", "forecast_holdout": "predicted", "pvar": "coef",
          "stability": "modulus", "irf": "irf", "fevd": "variance_share", "lag_order": "nobs",
          "pvar_data": "value"}  # fmt: skip
"""Tables whose tidy form keeps only the rows in which this variable, their own, has a value."""

INPUTS = ("panel", "boundaries")
"""Groups of a results tree that hold what went in: no tables of the study."""
