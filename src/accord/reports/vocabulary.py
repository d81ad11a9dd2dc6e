"""The report's vocabulary in English and Chinese: titles, heads, phrases, steps, options and their values."""

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
    "obstacle_ranks": Text("Mean obstacle degrees", "平均障碍度"),
    "dimension_means": Text("Mean dimension scores by region", "各地区维度平均得分"),
    "plane": Text("Level curves of D", "D 的等值线"),
    "regions": Text("Regional comparison", "地区比较"),
    "region_change": Text("Change from the first to the last year", "首末年变化"),
    "leaders": Text("Leaders and laggards", "领先与落后"),
    "density": Text("Kernel density of D", "D 的核密度"),
    "density_features": Text("Features of the distribution of D", "D 分布的特征"),
    "density_bumps": Text("Minor peaks of the distribution", "D 分布的次峰"),
    "density_changes": Text("Change of the distribution from the first year to the last", "首末年 D 分布的变化"),
    "inequality": Text("Inequality of D", "D 的差异"),
    "inequality_groups": Text("Inequality within regions", "区域内差异"),
    "inequality_pairs": Text("Inequality between regions", "区域间差异"),
    "convergence": Text("Convergence of D", "D 的收敛性"),
    "transitions": Text("Transitions between classes of D", "D 等级转移"),
    "transition_classes": Text("Classes and their steady state", "等级及其稳态"),
    "transition_summary": Text("Mobility between classes", "等级流动性"),
    "transition_tests": Text("Tests of homogeneity of transitions", "转移同质性检验"),
    "spatial_transitions": Text("Transitions by the class of the neighbours", "按邻接等级的转移（空间马尔可夫）"),
    "spatial_tests": Text("Tests of spatial homogeneity of transitions", "转移的空间同质性检验"),
    "stage_flows": Text("Flows between stages", "等级流向"),
    "space_links": Text("Links between units", "空间邻接关系"),
    "moran": Text("Spatial autocorrelation of D", "D 的空间自相关"),
    "lisa": Text("Local spatial clusters of D", "D 的局部空间集聚"),
    "centre": Text("Centre and ellipse of D", "D 的重心与标准差椭圆"),
    "centre_ellipse": Text("Outlines of the ellipses", "椭圆轮廓"),
    "centre_units": Text("Positions of the units", "单元位置"),
    "drivers": Text("Drivers of D", "D 的驱动因素"),
    "driver_interactions": Text("Interactions of drivers", "驱动因素的交互作用"),
    "findings": Text("Findings", "主要发现"),
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
    "x": "D 值", "density": "密度", "feature": "特征", "statement": "论断", "holds": "成立", "agreement": "一致比例", "lo": "区间下限",
    "hi": "区间上限", "refused": "不作论断", "peak_x": "主峰位置", "peak_height": "主峰高度", "width": "半高宽", "modes": "主峰数",
    "skew": "偏度", "tail_low": "低尾占比", "tail_high": "高尾占比", "bandwidth": "带宽", "critical_bandwidth": "临界带宽",
    "mode_p": "单峰检验 p 值", "height": "高度", "prominence": "突出度", "units": "构成单元", "counted": "计为主峰",
    "mean_lo": "均值下限", "mean_hi": "均值上限", "peak_x_lo": "主峰位置下限", "peak_x_hi": "主峰位置上限",
    "peak_height_lo": "主峰高度下限", "peak_height_hi": "主峰高度上限", "width_lo": "半高宽下限", "width_hi": "半高宽上限",
    "measure": "指标", "part": "部分", "percent": "占比（%）", "note": "说明", "gini": "基尼系数", "theil": "泰尔 T 指数",
    "sigma": "ln D 标准差", "sum_share": "占 D 总和比重", "unit_share": "占单元数比重", "contribution": "区域内贡献",
    "distance": "相对距离", "between": "区域间净差异", "overlap": "超变密度", "kind": "类型", "coefficient": "系数", "se": "标准误",
    "pvalue": "p 值", "pvalue_simulated": "模拟 p 值", "speed": "收敛速度", "half_life": "半衰期（年）", "converges": "判定",
    "reason": "原因", "analysis": "分析",
    "from": "起始等级", "to": "到达等级", "from_name": "起始等级名称", "to_name": "到达等级名称", "probability": "转移概率",
    "first_passage": "平均首达时间（年）", "class": "等级", "class_name": "等级名称", "lower": "下界", "upper": "上界",
    "observed": "观测占比", "steady": "稳态占比", "transitions": "转移总数", "moves": "变换等级数", "up": "上升数", "down": "下降数",
    "shorrocks": "Shorrocks 流动性指数", "across": "分组", "test": "检验", "statistic": "统计量", "df": "自由度",
    "sparse": "期望频数不足 5 的占比", "neighbours": "邻接等级", "left_out": "未计入转移数", "from_year": "起始年", "to_year": "到达年",
    "moran": "Moran's I", "expected": "期望值", "z_normal": "z（正态假设）", "z": "z（随机假设）",
    "pvalue_permutation": "置换检验 p 值", "geary": "Geary's C", "geary_z": "Geary z", "geary_pvalue": "Geary p 值",
    "geary_pvalue_permutation": "Geary 置换检验 p 值", "reading": "说明", "local_moran": "局部 Moran's I", "quadrant": "象限",
    "cluster": "集聚类型", "standardised": "标准化 D", "lag": "邻接均值", "y": "北向（公里）", "longitude": "经度", "latitude": "纬度",
    "shift_km": "移动距离（公里）", "bearing": "移动方位角（°）", "from_first_km": "距首年重心（公里）", "angle": "长轴方位角（°）",
    "semi_major": "长半轴（公里）", "semi_minor": "短半轴（公里）", "period": "时段", "q": "q 值", "strata": "分层数",
    "smallest": "最小层样本数", "q_first": "前者 q 值", "q_second": "后者 q 值", "second": "后者",
}  # fmt: skip

OF_TABLE: dict[tuple[str, str], Text] = {
    ("centre", "x"): Text("km east", "东向（公里）"),
    ("centre", "y"): Text("km north", "北向（公里）"),
    ("plane", "first"): Text("first", "前者"),
    ("driver_interactions", "first"): Text("first", "前者"),
    ("inequality_pairs", "first"): Text("first", "前者"),
}
"""Heads that mean something else in one table."""

TEXTS: dict[str, dict[str, Text]] = {
    "measure": {
        "gini": Text("Gini", "基尼系数"), "dagum": Text("Gini (Dagum)", "Dagum 基尼系数"), "theil": Text("Theil T", "泰尔 T 指数"),
        "theil_l": Text("Theil L", "泰尔 L 指数"), "cv": Text("CV", "变异系数"), "sigma": Text("SD of ln D", "ln D 标准差"),
    },
    "part": {
        "within": Text("within", "区域内"), "between": Text("between", "区域间净差异"), "overlap": Text("overlap", "超变密度"),
        "total": Text("total", "合计"),
    },
    "feature": {
        "mean": Text("mean", "均值"), "peak_x": Text("place of main peak", "主峰位置"),
        "peak_height": Text("height of main peak", "主峰高度"), "width": Text("width at half height", "半高宽"),
        "modes": Text("main peaks", "主峰数"), "skew": Text("skewness", "偏度"),
        "tail_low": Text("share in the low tail", "低尾占比"), "tail_high": Text("share in the high tail", "高尾占比"),
    },
    "statement": {
        "moves_right": Text("moves right", "右移"), "moves_left": Text("moves left", "左移"),
        "peak_moves_right": Text("peak moves right", "主峰右移"), "peak_moves_left": Text("peak moves left", "主峰左移"),
        "rises": Text("peak rises", "主峰升高"), "falls": Text("peak falls", "主峰降低"), "widens": Text("widens", "变宽"),
        "narrows": Text("narrows", "变窄"), "stays_unimodal": Text("stays unimodal", "保持单峰"),
    },
    "analysis": {
        "stages": Text("stages", "协调等级"), "yearly quantiles": Text("yearly quantiles", "逐年分位数"),
        "pooled quantiles": Text("pooled quantiles", "合并分位数"),
    },
    "across": {"time halves": Text("time halves", "前后两段时期"), "regions": Text("regions", "地区")},
    "kind": {
        "sigma of cv": Text("sigma of CV", "变异系数的 sigma"), "conditional beta": Text("conditional beta", "条件 beta"),
    },
    "period": {"pooled": Text("pooled", "全样本")},
}  # fmt: skip
"""Words of accord's own that stand in the cells of a column."""


CELLS: dict[str, Text] = {
    "scores": Text("index U", "综合指数 U"),
    "coordination": Text("degree D", "耦合协调度 D"),
    "pairwise": Text("degree D", "耦合协调度 D"),
    "stage_counts": Text("number of units", "单元数"),
    "regions": Text("mean", "均值"),
    "inequality_groups": Text("Gini coefficient", "基尼系数"),
    "inequality_pairs": Text("Gini coefficient", "基尼系数"),
    "transitions": Text("probability of going to the class in the head", "转移至表头等级的概率"),
    "spatial_transitions": Text("probability of going to the class in the head", "转移至表头等级的概率"),
}
"""What stands in the cells of a table with years across, where its title does not say so."""

HEADS: dict[str, str] = {
    "low": "lower bound", "high": "upper bound", "leader": "highest mean", "leader_mean": "its mean",
    "laggard": "lowest mean", "laggard_mean": "its mean", "largest_rise": "largest change", "rise": "its change",
    "smallest_rise": "smallest change", "least_rise": "its change", "change_percent": "change (%)", "cv": "CV",
    "sd": "SD", "unit_of_measure": "unit of measure", "x": "D", "lo": "95% low", "hi": "95% high", "pvalue": "p",
    "pvalue_simulated": "p (simulated)",
    "se": "SE", "mode_p": "p of one mode", "half_life": "half-life (years)", "percent": "percent of total",
    "first_passage": "mean first passage (years)", "moran": "Moran's I", "geary": "Geary's C", "z_normal": "z (normality)",
    "z": "z (randomisation)", "pvalue_permutation": "p (permutation)", "geary_pvalue": "Geary p",
    "geary_pvalue_permutation": "Geary p (permutation)", "shift_km": "shift (km)", "from_first_km": "from first year (km)",
    "bearing": "bearing (°)", "angle": "angle (°)", "semi_major": "semi-major axis (km)", "semi_minor": "semi-minor axis (km)",
    "sigma": "SD of ln D", "q_first": "q of first", "q_second": "q of second", "peak_x": "place of main peak",
    "peak_height": "height of main peak", "width": "width at half height", "modes": "main peaks",
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
    "beside": Text("{title}: tables/{name}.csv.", "{title}：见 tables/{name}.csv。"),
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
    "yes": Text("yes", "是"),
    "no": Text("no", "否"),
}

STATES: dict[str, str] = {
    "refused": "数据不支持", "left out": "未执行", "not available yet": "暂未提供", "failed": "出错",
}  # fmt: skip

STEPS: dict[str, str] = {
    "descriptives": "描述性统计", "filled": "缺失值填补", "normalise": "标准化", "weights": "指标权重", "index": "子系统指数",
    "rescale_index": "指数缩放", "coupling": "耦合协调", "plane": "D 的等值线", "pairwise": "两两耦合协调", "stages": "协调等级",
    "lag_type": "滞后类型", "regions": "地区比较", "obstacle": "障碍度", "density": "核密度估计", "inequality": "差异分解",
    "transitions": "状态转移", "space": "空间自相关", "drivers": "驱动因素", "centre": "重心与椭圆", "forecast": "预测", "unit_roots": "面板单位根检验",
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
    "gaussian": "高斯核", "epanechnikov": "Epanechnikov 核（单位方差）", "epanechnikov_support": "Epanechnikov 核（支撑为带宽）",
    "silverman": "Silverman 法则", "scott": "Scott 法则", "nrd0": "R nrd0", "nrd": "R nrd", "stata": "Stata 法则",
    "matlab": "MATLAB 法则", "sheather_jones": "Sheather-Jones 法", "contiguity": "邻接", "knn": "K 近邻", "nearest": "连接最近单元",
    "leave": "保留", "HC1": "HC1", "HC3": "HC3", "quantile": "分位数", "equal_width": "等间距", "year": "逐年", "fdr": "FDR 校正",
}  # fmt: skip
"""Names of methods and values of options in Chinese; an author's own texts are not among them."""

OPTIONS: dict[str, str] = {
    "frame": "样本框", "base": "基期", "until": "截至年份", "target_rule": "适度指标规则", "outside": "超界值", "zeros": "零值处理",
    "shift": "常数 c", "values": "给定值", "keep": "方差贡献率", "dimension_mean": "维度平均", "bottom": "下限", "top": "上限",
    "root": "开根号", "weights": "子系统权重", "at_zero": "指数全为零时", "variant": "耦合度", "points": "网格点数",
    "closed": "区间闭合端", "edges": "界点", "names": "等级名称", "names_zh": "等级中文名称", "low": "下限值", "high": "上限值",
    "scope": "求和范围", "kernel": "核函数", "bandwidth": "带宽", "common": "各年同一带宽", "reflect": "边界反射",
    "prominence": "主峰突出度", "draws": "抽样次数", "errors": "标准误", "least": "最少单元数", "controls": "控制变量", "k": "数目 k",
    "relative": "相对年均值", "years": "年份", "islands": "孤岛处理", "permutations": "置换次数", "alpha": "显著性水平",
    "adjust": "多重检验校正", "by": "时段", "rule": "离散化规则", "chosen": "所选指标", "persistence": "相邻年份自相关",
}  # fmt: skip
