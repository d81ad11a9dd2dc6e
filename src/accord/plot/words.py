"""What figures say, in two languages."""

from __future__ import annotations

from dataclasses import dataclass

from accord.errors import InputError, nearest


@dataclass(frozen=True)
class Words:
    """What figures say in one language; `{}` places are filled where they are drawn."""

    index: str
    coordination: str
    share: str
    ordered: str
    continued: str
    no_data: str
    simulated: str
    national: str
    coupling: str
    development: str
    subsystem: str
    mean: str
    span: str
    single: str
    rise: str
    fall: str
    first_lags: str
    second_lags: str
    balance: str
    curves: str
    stage: str
    weight: str
    plus: str
    minus: str
    target: str
    rings: str
    dimensions: str
    obstacle: str
    in_order: str
    standardised: str
    lag: str
    moran: str
    slope: str
    not_significant: str
    centre: str
    ellipse: str
    ellipses: str
    units: str
    path: str
    east: str
    north: str
    explained: str
    enhanced: str
    gini: str
    gini_line: str
    within: str
    between: str
    overlap: str
    chance: str
    leaving: str
    arriving: str
    empty_row: str
    by_stage: str
    by_year: str
    by_pool: str
    flowing: str
    density: str
    heights: str
    years: str


_WORDS = {
    "en": Words(
        index="Composite index U, {year}",
        coordination="Coupling coordination degree D",
        share="Share of {n} units (%)",
        ordered="{n} units, ordered by D in {year}",
        continued="{region} (continued)",
        no_data="no data",
        simulated="simulated data",
        national="National",
        coupling="Coupling degree C",
        development="Comprehensive development index T",
        subsystem="Composite index U of {name}",
        mean="mean of the units",
        span="lowest to highest unit",
        single="single units",
        rise="rise",
        fall="fall",
        first_lags="U1/U2 = {bound}, above it: {name}",
        second_lags="U1/U2 = {bound}, below it: {name}",
        balance="U1 = U2",
        curves="D at the lower edges of the stages",
        stage="stage {k}",
        weight="Weight within the subsystem",
        plus="more is better (+)",
        minus="less is better (−)",
        target="a target is best (=)",
        rings="mean dimension score, rings at {rings}",
        dimensions="Dimensions: {names}",
        obstacle="Mean obstacle degree of the units (%)",
        in_order="{n} units, region by region in the order of the data",
        standardised="Standardised D (z)",
        lag="Mean z of the neighbours (spatial lag)",
        moran="{year}: I = {i}, {p}",
        slope="slope: Moran's I",
        not_significant="{name} (p ≥ {alpha})",
        centre="mean centre weighted by D, {year}",
        ellipse="standard deviational ellipse, {year}",
        ellipses="Ellipses and centres",
        units="units",
        path="Path of the centre",
        east="km east of the middle of the units",
        north="km north of the middle of the units",
        explained="q: share of the variance of D",
        enhanced="q of both above the sum of their own (nonlinear enhance)",
        gini="Gini coefficient of D",
        gini_line="Gini coefficient G",
        within="within regions",
        between="net difference between regions",
        overlap="overlap of regions",
        chance="Transition probability",
        leaving="Class in a year",
        arriving="Class in the next year",
        empty_row="no unit starts from this class",
        by_stage="Stages, edges fixed",
        by_year="Quantiles of each year",
        by_pool="Quantiles of all years pooled",
        flowing="{n} units",
        density="Density (per unit of D)",
        heights="Heights are scaled within each panel",
        years="Year",
    ),
    "zh": Words(
        index="{year}年综合指数U",
        coordination="耦合协调度D",
        share="占{n}个单元的比例（%）",
        ordered="{n}个单元，按{year}年D值排列",
        continued="{region}（续）",
        no_data="无数据",
        simulated="模拟数据",
        national="全国",
        coupling="耦合度C",
        development="综合发展指数T",
        subsystem="{name}综合指数U",
        mean="各单元均值",
        span="最低至最高单元",
        single="单个单元",
        rise="上升",
        fall="下降",
        first_lags="U1/U2 = {bound}，其上方：{name}",
        second_lags="U1/U2 = {bound}，其下方：{name}",
        balance="U1 = U2",
        curves="各协调等级下限处的D",
        stage="等级{k}",
        weight="子系统内权重",
        plus="越大越好（+）",
        minus="越小越好（−）",
        target="适度为佳（=）",
        rings="维度得分均值，环线为{rings}",
        dimensions="维度：{names}",
        obstacle="各单元平均障碍度（%）",
        in_order="{n}个单元，按地区及数据顺序排列",
        standardised="D的标准化值z",
        lag="邻接单元z均值（空间滞后）",
        moran="{year}年：I = {i}，{p}",
        slope="斜率为Moran's I",
        not_significant="{name}（p ≥ {alpha}）",
        centre="{year}年D加权重心",
        ellipse="{year}年标准差椭圆",
        ellipses="标准差椭圆与重心",
        units="单元",
        path="重心移动路径",
        east="距单元中心以东（km）",
        north="距单元中心以北（km）",
        explained="q：分层解释的D方差比重",
        enhanced="两因子q大于单因子q之和（非线性增强）",
        gini="D的基尼系数",
        gini_line="基尼系数G",
        within="区域内差异",
        between="区域间净差异",
        overlap="超变密度",
        chance="转移概率",
        leaving="当年等级",
        arriving="下一年等级",
        empty_row="无单元由该等级出发",
        by_stage="协调等级（界点固定）",
        by_year="逐年分位数组",
        by_pool="全部年份合并的分位数组",
        flowing="{n}个单元",
        density="核密度（每单位D）",
        heights="曲线高度在各分图内缩放",
        years="年份",
    ),
}


def texts(language: str) -> Words:
    """The words of figures in `language`.

    Raises
    ------
    InputError
        If the language is not "en" or "zh".

    Examples
    --------
    >>> texts("zh").coordination
    '耦合协调度D'
    """
    if language not in _WORDS:
        raise InputError(f'unknown language "{language}"; {nearest(language, _WORDS)}')
    return _WORDS[language]
