"""Words of the report in English and Chinese: titles of tables, heads of columns, fixed phrases."""

from __future__ import annotations

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
    "obstacle_ranks": Text("Mean obstacle degrees and their ranks", "平均障碍度与排名"),
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
    "largest_rise": "升幅最大", "rise": "升幅", "smallest_rise": "升幅最小", "least_rise": "最小升幅", "value": "数值",
    "rule": "方式", "pair": "子系统对", "label_zh": "中文名称", "National": "全国",
}  # fmt: skip

PHRASES: dict[str, Text] = {
    "report": Text("Coupling-coordination study", "耦合协调研究报告"),
    "summary": Text("At a glance", "概览"),
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
    "options": Text("Settings", "设定"),
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
    "provenance": Text("How this was made", "生成信息"),
    "simulated": Text("Simulated data: these are not observations.", "模拟数据：并非观测值。"),
    "none": Text("none", "无"),
    "data": Text("Data", "数据"),
}

STATES: dict[str, str] = {
    "refused": "数据不支持", "left out": "未执行", "not available yet": "暂未提供", "failed": "出错",
}  # fmt: skip


def phrase(key: str, language: str) -> str:
    """A fixed phrase in a language."""
    return str(getattr(PHRASES[key], language))


def title(table: str, language: str) -> str:
    """A table's title; for a table nobody has named, its own name in words."""
    if table in TITLES:
        return str(getattr(TITLES[table], language))
    return table.replace("_", " ").capitalize()


def head(column: str, language: str) -> str:
    """A column's head."""
    return COLUMNS.get(column, column) if language == "zh" else column.replace("_", " ")
