"""What steps, options and their values are called in the report, in Chinese and in English.

English names stand here where the word of the plan does not say it; `_` in such a word is read as a space.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

STEPS: dict[str, str] = {
    "descriptives": "描述性统计", "filled": "缺失值填补", "normalise": "标准化", "weights": "指标权重", "index": "子系统指数",
    "rescale_index": "指数缩放", "coupling": "耦合协调", "plane": "D 的等值线", "pairwise": "两两耦合协调", "stages": "协调等级",
    "lag_type": "滞后类型", "regions": "地区比较", "obstacle": "障碍度", "density": "核密度估计", "inequality": "差异分解",
    "transitions": "状态转移", "space": "空间自相关", "drivers": "驱动因素", "centre": "重心与椭圆", "forecast": "预测", "unit_roots": "面板单位根检验",
    "lag_order": "滞后阶数", "pvar": "面板向量自回归", "granger": "格兰杰因果检验", "irf": "脉冲响应", "fevd": "方差分解",
    "alternatives": "替代设定",
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
    "ensemble": "集成（LSTM、Theta、合并漂移）", "lstm": "LSTM（差分）", "paper": "原文 LSTM", "theta": "Theta 法", "drift": "合并漂移法",
    "unit_drift": "单元漂移法", "half_drift": "折中漂移法", "naive": "朴素预测", "gm11": "灰色模型 GM(1,1)", "holt": "Holt 法", "arima": "ARIMA",
    "ets": "ETS", "adam": "Adam", "sgd": "SGD", "global": "全部单元共用", "unit": "各单元单独训练", "epoch": "按轮（逐样本）",
    "batch": "按步（随机 32 个样本）", "step": "按步（全样本）", "direct": "直接预测 D", "indices": "经由 U",
    "auto": "自动", "independent": "独立", "signs": "整年变号", "log": "取对数", "ips": "IPS", "ht": "HT", "fisher_adf": "Fisher-ADF",
    "fisher_pp": "Fisher-PP", "llc": "LLC", "hadri": "Hadri", "cips": "CIPS", "aic": "AIC", "bic": "BIC", "hqic": "HQIC",
    "orthogonal": "正交", "generalised": "广义", "xtabond": "xtabond 做法", "xtvar": "Stata xtvar", "stata_pvar": "Stata pvar",
    "of_xtvar": "xtvar 自带的工具变量", "of_stata_pvar": "pvar 自带的工具变量",
    "percentile": "百分位", "studentised": "学生化", "residual": "重抽残差", "cluster": "重抽单元", "mc": "正态抽样",
    "bias_corrected": "纠偏固定效应", "hahn_kuersteiner": "Hahn-Kuersteiner 纠偏", "jackknife": "折半刀切法",
    "fe_ols": "固定效应 OLS", "gmm": "一步 GMM", "gmm_two_step": "两步 GMM",
    "fod": "前向正交离差", "fd": "一阶差分",
    "leave": "保留", "HC1": "HC1", "HC3": "HC3", "quantile": "分位数", "equal_width": "等间距",
    "natural_breaks": "自然断点", "year": "逐年", "fdr": "FDR 校正",
    "linear": "线性插值", "hold": "沿用端点观测", "nearest_mean": "邻近均值", "trend": "按趋势外推",
}  # fmt: skip
"""Names of methods and values of options in Chinese; an author's own texts are not among them."""

OF_OPTION: dict[tuple[str, str], str] = {
    ("adjust", "none"): "不校正", ("convention", "paper"): "原论文", ("convention", "stata"): "Stata", ("transform", "none"): "不变换",
    ("difference", "National"): "全国", ("lags", "National"): "全国",
    ("trend", "level"): "水平值", ("trend", "difference"): "差分", ("trend", "n"): "无常数项", ("trend", "c"): "常数项",
    ("trend", "ct"): "常数项与趋势", ("lags", "default"): "默认", ("bands", "gaussian"): "正态",
    ("difference", "default"): "默认", ("difference", "auto"): "自动", ("inside", "none"): "不填补", ("ends", "none"): "不填补",
    ("ends", "trend"): "按趋势外推",
}  # fmt: skip
"""Values that mean something else in one option."""

OPTIONS: dict[str, str] = {
    "frame": "样本框", "base": "基期", "until": "截至年份", "target_rule": "适度指标规则", "outside": "超界值", "zeros": "零值处理",
    "shift": "常数 c", "values": "给定值", "keep": "方差贡献率", "dimension_mean": "维度平均", "bottom": "下限", "top": "上限",
    "root": "开根号", "weights": "子系统权重", "at_zero": "指数全为零时", "variant": "耦合度", "points": "网格点数",
    "closed": "区间闭合端", "edges": "界点", "names": "等级名称", "names_zh": "等级中文名称", "low": "下限值", "high": "上限值",
    "scope": "范围", "kernel": "核函数", "bandwidth": "带宽", "common": "各年同一带宽", "reflect": "边界反射",
    "prominence": "主峰突出度", "draws": "抽样次数", "errors": "标准误", "least": "最少单元数", "controls": "控制变量", "k": "数目 k",
    "relative": "相对年均值", "years": "年份", "islands": "孤岛处理", "permutations": "置换次数", "alpha": "显著性水平",
    "tests": "检验", "trend": "确定性项", "transform": "变换", "lags": "滞后阶数", "max_lags": "最大滞后阶数", "demean": "减去逐年均值",
    "convention": "约定", "dependence": "相依处理", "difference": "差分",
    "holdout": "留出年数", "route": "路径", "compare": "对照模型", "members": "网络数", "hidden": "隐藏单元数", "window": "窗口年数",
    "iterations": "迭代次数", "iteration": "一次迭代", "optimiser": "优化器", "rate": "步长", "damped": "阻尼",
    "shock": "冲击", "style": "程序约定", "horizon": "期数", "order": "Cholesky 次序", "bands": "区间", "bootstrap": "自助法",
    "instrument_lags": "工具变量滞后", "time_effects": "年份效应", "collapse": "合并工具变量列", "leader": "采用的估计量",
    "flips": "变号次数",
    "inside": "序列内缺失", "ends": "两端缺失",
    "adjust": "多重检验校正", "by": "时段", "rule": "离散化规则", "chosen": "所选指标", "persistence": "相邻年份自相关",
}  # fmt: skip
STEPS_EN: dict[str, str] = {
    "filled": "gap filling", "normalise": "normalisation", "index": "indices", "rescale_index": "rescaling of indices",
    "plane": "plane of the indices", "pairwise": "pairs of subsystems", "lag_type": "lag type", "obstacle": "obstacle degrees",
    "density": "kernel density", "space": "spatial autocorrelation", "unit_roots": "unit roots", "lag_order": "lag order",
    "pvar": "panel VAR", "granger": "Granger's tests", "irf": "impulse responses", "fevd": "variance decomposition",
    "alternatives": "other settings",
}  # fmt: skip
VALUES_EN: dict[str, str] = {
    "minmax": "min-max", "critic": "CRITIC", "cv": "coefficient of variation", "pca": "principal components",
    "entropy_given": "entropy times given", "standard": "standard degree", "wang": "Wang et al. (2021)",
    "fan": "Fan et al. (2024)", "edges": "own edges", "pooled": "all years pooled", "per_year": "each year",
    "base": "base year", "train": "training years", "target": "distance to the target",
    "target_minmax": "range of the distances", "target_log": "distance of logarithms", "clip": "cut off", "refuse": "refused",
    "exact": "by definition (0 ln 0 = 0)", "shift": "all shifted", "shift_nonpositive": "shifted where not positive",
    "smooth": "squeezed", "formula": "by the formula", "subsystem": "each subsystem", "system": "the whole system",
    "gaussian": "Gaussian", "epanechnikov": "Epanechnikov (unit variance)",
    "epanechnikov_support": "Epanechnikov (bandwidth is the support)", "silverman": "Silverman", "scott": "Scott",
    "nrd0": "nrd0 of R", "nrd": "nrd of R", "stata": "Stata", "matlab": "MATLAB", "sheather_jones": "Sheather-Jones",
    "knn": "nearest neighbours", "nearest": "linked to the nearest", "leave": "left alone", "lstm": "LSTM (differences)",
    "paper": "published LSTM", "theta": "Theta", "drift": "pooled drift", "half_drift": "half-shrunk drift", "gm11": "GM(1,1)",
    "holt": "Holt", "arima": "ARIMA", "ets": "ETS", "adam": "Adam", "sgd": "SGD", "global": "all units together",
    "of_xtvar": "xtvar's own instruments", "of_stata_pvar": "pvar's own instruments",
    "unit": "each unit", "epoch": "an epoch (case by case)", "step": "a step (all cases)",
    "batch": "a step (32 cases drawn)", "direct": "D itself",
    "indices": "through the indices", "auto": "automatic", "signs": "signs of whole years", "log": "logarithms", "ips": "IPS",
    "ht": "HT", "fisher_adf": "Fisher-ADF", "fisher_pp": "Fisher-PP", "llc": "LLC", "hadri": "Hadri", "cips": "CIPS",
    "aic": "AIC", "bic": "BIC", "hqic": "HQIC", "xtabond": "as xtabond", "xtvar": "as Stata's xtvar",
    "stata_pvar": "as Stata's pvar", "cluster": "units drawn again", "mc": "normal draws",
    "bias_corrected": "bias-corrected fixed effects", "hahn_kuersteiner": "Hahn-Kuersteiner",
    "jackknife": "half-panel jackknife", "fe_ols": "fixed-effects OLS", "gmm": "one-step GMM", "gmm_two_step": "two-step GMM",
    "fod": "forward orthogonal deviations", "fd": "first differences", "quantile": "quantiles", "equal_width": "equal widths",
    "year": "each year", "fdr": "false discovery rate", "hold": "nearest observation held", "nearest_mean": "mean of the nearest",
}  # fmt: skip
OF_OPTION_EN: dict[tuple[str, str], str] = {
    ("convention", "paper"): "the papers", ("trend", "level"): "levels with", ("trend", "difference"): "differences with",
    ("trend", "n"): "no constant", ("trend", "c"): "a constant", ("trend", "ct"): "a constant and a trend",
    ("lags", "default"): "all groups", ("difference", "default"): "all groups", ("bands", "gaussian"): "normal",
    ("ends", "trend"): "trend carried on", ("transform", "none"): "none", ("style", "xtvar"): "Stata's xtvar",
    ("style", "xtabond"): "xtabond", ("style", "stata_pvar"): "Stata's pvar", ("by", "pooled"): "all years pooled",
}  # fmt: skip
OPTIONS_EN: dict[str, str] = {
    "base": "base year", "target_rule": "rule for targets", "outside": "values outside the frame", "shift": "constant added",
    "keep": "share of variance kept", "dimension_mean": "mean over dimensions", "root": "root taken",
    "at_zero": "where all indices are 0", "variant": "coupling degree", "points": "grid points", "closed": "closed side",
    "names_zh": "names in Chinese", "low": "lags below", "high": "lags above", "scope": "scope",
    "common": "one bandwidth for all years", "reflect": "reflected at the bounds", "prominence": "prominence of main peaks",
    "errors": "standard errors", "least": "fewest units", "persistence": "correlation of adjacent years", "k": "number k",
    "relative": "relative to the year's mean", "islands": "units without neighbours", "alpha": "level of significance",
    "adjust": "correction for many tests", "by": "periods", "rule": "rule for strata", "chosen": "indicators chosen",
    "holdout": "years held out", "compare": "models beside it", "members": "networks", "hidden": "hidden units",
    "window": "window in years", "iteration": "one iteration", "rate": "step size", "trend": "deterministic terms",
    "max_lags": "most lags", "demean": "yearly means taken out", "dependence": "dependence of units",
    "difference": "differencing", "flips": "sign flips", "time_effects": "year effects taken out", "order": "Cholesky order",
    "leader": "estimator that leads", "style": "program followed", "collapse": "instruments collapsed",
    "instrument_lags": "lags that serve as instruments", "inside": "gaps inside a series", "ends": "gaps at its ends",
}  # fmt: skip
OF_MODELS = ("compare", "tests")
"""Options that list names of accord's own, not an author's."""


def step(name: str, language: str) -> str:
    """What a step is called.

    Examples
    --------
    >>> step("rescale_index", "en"), step("weights", "zh")
    ('rescaling of indices', '指标权重')
    """
    return STEPS.get(name, name) if language == "zh" else STEPS_EN.get(name, _plain(name))


def option_name(name: str, language: str) -> str:
    """What an option is called.

    Examples
    --------
    >>> option_name("members", "en"), option_name("members", "zh")
    ('networks', '网络数')
    """
    return OPTIONS.get(name, name) if language == "zh" else OPTIONS_EN.get(name, _plain(name))


def value(name: str, given: Any, language: str) -> str:
    """What the value of an option says; `name` is "method" for that of a step. Texts that are no words of ours stay.

    Examples
    --------
    >>> value("frame", "base", "en"), value("frame", "base", "zh"), value("order", ["per_year"], "en")
    ('base year', '基期', 'per_year')
    >>> value("trend", {"level": "ct", "difference": "c"}, "en")
    'levels with a constant and a trend, differences with a constant'
    >>> value("lags", {"default": 1, "National": "aic"}, "zh")
    '默认为 1、全国为 AIC'
    """
    chinese = language == "zh"
    if isinstance(given, bool):
        return ("是" if given else "否") if chinese else "yes" if given else "no"
    if isinstance(given, list):
        parts = [value(name, one, language) if name in OF_MODELS else str(one) for one in given]
        return ("、" if chinese else ", ").join(parts) or ("未设" if chinese else "not set")
    if isinstance(given, Mapping):
        of = OF_OPTION if chinese else OF_OPTION_EN
        pairs = ((of.get((name, k), k), value(name, v, language), isinstance(v, Mapping)) for k, v in given.items())
        if chinese:
            return "、".join(f"{k}（{v}）" if deep else f"{k}为{' ' * v[:1].isascii()}{v}" for k, v, deep in pairs)
        return ", ".join(f"{k} ({v})" if deep else f"{k} {v}" for k, v, deep in pairs)
    if not isinstance(given, str):
        return str(given)
    if chinese:
        return OF_OPTION.get((name, given), VALUES.get(given, given))
    return OF_OPTION_EN.get((name, given), VALUES_EN.get(given, _plain(given) if given in VALUES else given))


def _plain(name: str) -> str:
    return name.replace("_", " ")


def option(name: str, given: Any, language: str) -> str:
    """An option with its value.

    Examples
    --------
    >>> option("root", False, "en"), option("root", False, "zh")
    ('root taken: no', '开根号：否')
    """
    between = "：" if language == "zh" else ": "
    return f"{option_name(name, language)}{between}{value(name, given, language)}"


def read(text: str) -> Any:
    """A value as a plan has it, from the text that tables of settings hold.

    Examples
    --------
    >>> read("[0.6, 0.4]"), read("true"), read("base"), read("[of ours")
    ([0.6, 0.4], True, 'base', '[of ours')
    """
    if text[:1] in ("[", "{") or text in ("true", "false"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def setting(step_name: str, name: str, given: str, language: str) -> str:
    """A setting with its value, as tables of settings have them: the method of a step, or an option of it.

    Examples
    --------
    >>> setting("weights", "method", "equal", "en"), setting("normalise", "frame", "base", "en")
    ('weights: equal', 'normalisation (frame: base year)')
    >>> setting("coupling", "weights", "[0.6, 0.4]", "en")
    'coupling (weights: 0.6, 0.4)'
    >>> setting("weights", "method", "equal", "zh"), setting("normalise", "frame", "per_year", "zh")
    ('指标权重：等权', '标准化（样本框：逐年）')
    """
    said = read(given)
    if name == "method":
        return f"{step(step_name, language)}{'：' if language == 'zh' else ': '}{value(name, said, language)}"
    brackets = "（{}）" if language == "zh" else " ({})"
    return step(step_name, language) + brackets.format(option(name, said, language))
