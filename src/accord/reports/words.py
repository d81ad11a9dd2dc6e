"""Words of the report in English and Chinese: titles of tables, heads of columns, fixed phrases."""

from __future__ import annotations

import json
from typing import Any

from accord.method import Text

TITLES: dict[str, Text] = {
    "descriptives": Text("Descriptive statistics", "描述性统计"),
    "filled": Text("Filled cells", "缺失值填补"),
    "weights": Text("Indicator system and weights", "指标体系与权重"),
    "scores": Text("Subsystem indices", "子系统综合指数"),
    "dimension_scores": Text("Dimension scores", "维度得分"),
    "coordination": Text("Coupling coordination", "耦合协调"),
    "pairwise": Text("Coupling coordination of pairs", "两两耦合协调"),
    "stage_counts": Text("Coordination stages", "协调等级分布"),
    "obstacle": Text("Obstacle degrees", "障碍度"),
    "obstacle_ranks": Text("Mean obstacle degrees", "平均障碍度"),
    "dimension_means": Text("Mean dimension scores by region", "各地区维度平均得分"),
    "plane": Text("Level curves of D", "D 的等值线"),
    "regions": Text("Regional comparison", "地区比较"),
    "region_change": Text("Change from the first to the last year", "首末年变化"),
    "leaders": Text("Leaders and laggards", "领先与落后"),
}

COLUMNS: dict[str, str] = {
    "unit": "单元", "time": "年份", "region": "地区", "group": "地区", "subsystem": "子系统", "dimension": "维度",
    "indicator": "指标", "name": "名称", "name_zh": "中文名称", "direction": "方向", "unit_of_measure": "计量单位",
    "entropy": "信息熵", "weight": "权重", "n": "观测数", "missing": "缺失数", "mean": "均值", "sd": "标准差", "min": "最小值",
    "max": "最大值", "index": "综合指数", "score": "得分", "coupling": "耦合度 C", "development": "综合发展指数 T",
    "coordination": "耦合协调度 D", "stage": "等级", "stage_name": "等级名称", "count": "数量", "lag_type": "滞后类型",
    "degree": "障碍度", "variable": "变量", "cv": "变异系数", "rank": "排名", "first": "首年", "last": "末年", "change": "变化",
    "change_percent": "变化率（%）", "leader": "最高", "leader_mean": "最高均值", "laggard": "最低", "laggard_mean": "最低均值",
    "largest_rise": "变化最大", "rise": "最大变化", "smallest_rise": "变化最小", "least_rise": "最小变化", "value": "数值",
    "rule": "方式", "pair": "子系统对", "label_zh": "中文名称", "National": "全国", "low": "标准化下限",
    "high": "标准化上限",
}  # fmt: skip

CELLS: dict[str, Text] = {
    "scores": Text("index U", "综合指数 U"),
    "coordination": Text("degree D", "耦合协调度 D"),
    "pairwise": Text("degree D", "耦合协调度 D"),
    "stage_counts": Text("number of units", "单元数"),
    "regions": Text("mean", "均值"),
}
"""What stands in the cells of a table with years across, where its title does not say so."""

HEADS: dict[str, str] = {
    "low": "lower bound", "high": "upper bound", "leader": "highest mean", "leader_mean": "its mean",
    "laggard": "lowest mean", "laggard_mean": "its mean", "largest_rise": "largest change", "rise": "its change",
    "smallest_rise": "smallest change", "least_rise": "its change", "change_percent": "change (%)", "cv": "CV",
    "sd": "SD", "unit_of_measure": "unit of measure",
}  # fmt: skip
"""Heads of columns in English that their names alone do not make clear."""

PHRASES: dict[str, Text] = {
    "report": Text("Coupling-coordination study", "耦合协调研究报告"),
    "summary": Text("At a glance", "概览"),
    "findings": Text("Findings", "主要发现"),
    "contents": Text("Contents", "目录"),
    "units": Text("units", "单元数"),
    "years": Text("years", "年份"),
    "indicators": Text("indicators", "指标数"),
    "mean_d": Text("mean D, first to last year", "D 均值（首年至末年）"),
    "leader": Text("highest mean D", "D 均值最高"),
    "laggard": Text("lowest mean D", "D 均值最低"),
    "table": Text("Table", "表"),
    "figure": Text("Figure", "图"),
    "method": Text("Method", "方法"),
    "options": Text("Settings: ", "设定："),
    "between": Text("; ", "；"),
    "methods": Text("Methods and settings", "方法与设定"),
    "rows": Text(
        "The first {shown} of {all} rows; all of them are in tables/{name}.csv.",
        "共 {all} 行，此处列前 {shown} 行；全部见 tables/{name}.csv。",
    ),
    "wide": Text("All values are in tables/{name}.csv.", "全部数值见 tables/{name}.csv。"),
    "warnings": Text("Points to look at", "需要留意"),
    "not_run": Text("Steps without results", "未得出结果的步骤"),
    "step": Text("step", "步骤"),
    "state": Text("state", "状态"),
    "reason": Text("reason", "原因"),
    "references": Text("References", "参考文献"),
    "of_methods": Text("Methods", "方法"),
    "of_data": Text("Data", "数据"),
    "plan": Text("plan", "方案"),
    "seed": Text("seed", "随机种子"),
    "fingerprint": Text("fingerprint of names, sizes and times", "名称、大小与时间的指纹"),
    "provenance": Text("How this was made", "生成信息"),
    "simulated": Text("Simulated data: these are not observations.", "模拟数据：并非观测值。"),
    "none": Text("none", "无"),
}

STATES: dict[str, str] = {
    "refused": "数据不支持", "left out": "未执行", "not available yet": "暂未提供", "failed": "出错",
}  # fmt: skip

STEPS: dict[str, str] = {
    "descriptives": "描述性统计", "filled": "缺失值填补", "normalise": "标准化", "weights": "指标权重", "index": "子系统指数",
    "rescale_index": "指数缩放", "coupling": "耦合协调", "plane": "D 的等值线", "pairwise": "两两耦合协调", "stages": "协调等级",
    "lag_type": "滞后类型", "regions": "地区比较", "obstacle": "障碍度", "density": "核密度估计", "inequality": "差异分解",
    "transitions": "状态转移", "space": "空间自相关", "drivers": "驱动因素", "forecast": "预测", "unit_roots": "面板单位根检验",
    "lag_order": "滞后阶数", "pvar": "面板向量自回归", "granger": "格兰杰因果检验", "irf": "脉冲响应", "fevd": "方差分解",
}  # fmt: skip

VALUES: dict[str, str] = {
    "minmax": "极差法", "entropy": "熵权法", "equal": "等权", "given": "给定权重", "critic": "CRITIC 法", "cv": "变异系数法",
    "pca": "主成分法", "entropy_given": "熵权与给定权重之积", "arithmetic": "算术平均", "geometric": "几何平均", "none": "不缩放",
    "rescaled": "缩放", "standard": "标准形式", "wang": "王淑佳等（2021）", "fan": "Fan 等（2024）", "ten": "十级", "six": "六级",
    "five": "五级", "four": "四级", "edges": "自定界点", "pooled": "全样本", "per_year": "逐年", "base": "基期", "train": "训练期",
    "target": "目标距离", "target_minmax": "目标距离极差", "target_log": "对数目标距离", "clip": "截断", "refuse": "拒绝",
    "exact": "按定义（0 ln 0 = 0）", "shift": "平移", "shift_nonpositive": "仅平移含非正值的指标", "smooth": "压缩",
    "formula": "按公式", "zero": "取零", "left": "左端", "right": "右端", "subsystem": "各子系统内", "system": "整个系统",
}  # fmt: skip
"""Names of methods and values of options in Chinese; an author's own texts are not among them."""

OPTIONS: dict[str, str] = {
    "frame": "样本框", "base": "基期", "until": "截至年份", "target_rule": "适度指标规则", "outside": "超界值", "zeros": "零值处理",
    "shift": "常数 c", "values": "给定值", "keep": "方差贡献率", "dimension_mean": "维度平均", "bottom": "下限", "top": "上限",
    "root": "开根号", "weights": "子系统权重", "at_zero": "指数全为零时", "variant": "耦合度", "points": "网格点数",
    "closed": "区间闭合端", "edges": "界点", "names": "等级名称", "names_zh": "等级中文名称", "low": "下限值", "high": "上限值",
    "scope": "求和范围",
}  # fmt: skip


def step(name: str, language: str) -> str:
    """A step as the plan calls it, or in Chinese."""
    return STEPS.get(name, name) if language == "zh" else name


def method(step_name: str, name: str, language: str) -> str:
    """A step with its method where it is a choice."""
    shown = step(step_name, language)
    if name == step_name:
        return shown
    return f"{shown}：{VALUES.get(name, name)}" if language == "zh" else f"{shown}: {name}"


def option(name: str, value: Any, language: str) -> str:
    """An option with its value; values that are names of accord's own are put into words."""
    if language != "zh":
        return f"{name} = {json.dumps(value, ensure_ascii=False)}"
    if isinstance(value, bool):
        said = "是" if value else "否"
    elif isinstance(value, list):
        said = "、".join(map(str, value))
    elif isinstance(value, dict):
        said = "、".join(f"{k} {v}" for k, v in value.items())
    else:
        said = VALUES.get(value, value) if isinstance(value, str) else str(value)
    return f"{OPTIONS.get(name, name)} {said}"


def phrase(key: str, language: str) -> str:
    """A fixed phrase in a language."""
    return str(getattr(PHRASES[key], language))


def title(table: str, language: str) -> str:
    """A table's title; for a table nobody has named, its own name in words."""
    if table in TITLES:
        return str(getattr(TITLES[table], language))
    return table.replace("_", " ").capitalize()


def caption(table: str, across: bool, language: str) -> str:
    """A table's caption: its title, and what stands in the cells where years are across."""
    if table not in CELLS or not across:
        return title(table, language)
    said = str(getattr(CELLS[table], language))
    return f"{title(table, language)}（{said}）" if language == "zh" else f"{title(table, language)}: {said}"


def head(column: str, language: str) -> str:
    """A column's head."""
    return COLUMNS.get(column, column) if language == "zh" else HEADS.get(column, column.replace("_", " "))
