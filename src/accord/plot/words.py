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
    between_years: str
    some_years: str
    east: str
    north: str
    explained: str
    enhanced: str
    gini: str
    gini_line: str
    parts: str
    within: str
    between: str
    overlap: str
    chance: str
    counted: str
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
    history: str
    forecast: str
    last_value: str
    data_end: str
    calibrated: str
    modelled: str
    changing: str
    ranges: str
    actual: str
    predicted: str
    equal: str
    fit: str
    ahead: str
    error: str
    coverage: str
    direct: str
    through: str
    naive: str
    pooled_drift: str
    leading: str
    not_estimated: str
    levels: str
    differences: str
    simulated_p: str
    textbook_p: str
    textbook_leads: str
    beyond: str
    reversed_null: str
    root_scale: str
    not_tested: str


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
        moran="{year}: I = {i}, permutation {p}",
        slope="slope: Moran's I",
        not_significant="{name} (p ≥ {alpha})",
        centre="mean centre weighted by D, {year}",
        ellipse="standard deviational ellipse, {year}",
        ellipses="Ellipses and centres",
        units="units",
        path="Path of the centre",
        between_years="years between",
        some_years="years between, named where there is room",
        east="km east of the middle of the units",
        north="km north of the middle of the units",
        explained="q: share of the variance of D",
        enhanced="q of both above the sum of their own (nonlinear enhance)",
        gini="Gini coefficient of D",
        gini_line="Gini coefficient G",
        parts="in the bars: % of G",
        within="within regions",
        between="net difference between regions",
        overlap="overlap of regions",
        chance="Transition probability",
        counted="in brackets: moves",
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
        history="history",
        forecast="forecast ({model})",
        last_value="naive forecast (last value)",
        data_end="last year of the data, {year}",
        calibrated="{level}% band, calibrated",
        modelled="{level}% band, model-based",
        ranges="Panels have their own ranges of D; a step of D is as high in all",
        changing="{n} of {all} units: those whose forecast changes most",
        actual="Actual D",
        predicted="Forecast D, knowing the years before {year}",
        equal="forecast = actual",
        fit="R² pooled {pooled}\nR² within units {within}\nMASE {mase}",
        ahead="forecast years",
        error="MASE (lower is better)",
        coverage="Coverage of the 80% band",
        direct="D forecast directly",
        through="D through forecast U",
        naive="naive, direct",
        pooled_drift="pooled drift, direct",
        leading="leading model",
        not_estimated="not estimated",
        levels="levels",
        differences="differences",
        simulated_p="simulated p, which leads",
        textbook_p="textbook p",
        textbook_leads="textbook p where it leads",
        beyond="textbook p above 0.1 or below 0.01 (CIPS)",
        reversed_null="null is stationarity: read the other way round",
        root_scale="p-value (square-root scale)",
        not_tested="not tested",
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
        moran="{year}年：I = {i}，置换检验{p}",
        slope="斜率为Moran's I",
        not_significant="{name}（p ≥ {alpha}）",
        centre="{year}年D加权重心",
        ellipse="{year}年标准差椭圆",
        ellipses="标准差椭圆与重心",
        units="单元",
        path="重心移动路径",
        between_years="中间年份",
        some_years="中间年份（有空位者标注）",
        east="距单元中心以东（km）",
        north="距单元中心以北（km）",
        explained="q：分层解释的D方差比重",
        enhanced="两因子q大于单因子q之和（非线性增强）",
        gini="D的基尼系数",
        gini_line="基尼系数G",
        parts="柱内数字：占G的%",
        within="区域内差异",
        between="区域间净差异",
        overlap="超变密度",
        chance="转移概率",
        counted="括号内：转移次数",
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
        history="历史",
        forecast="预测（{model}）",
        last_value="朴素预测（末年值）",
        data_end="数据末年{year}",
        calibrated="{level}%区间（经校准）",
        modelled="{level}%区间（基于模型）",
        ranges="各分图D的起止不同，单位高度相同",
        changing="{all}个单元中预测变化最大的{n}个",
        actual="实际D",
        predicted="预测D（仅用{year}年以前的数据）",
        equal="预测 = 实际",
        fit="合并R² {pooled}\n组内R² {within}\nMASE {mase}",
        ahead="预测年份",
        error="MASE（越低越好）",
        coverage="80%区间的覆盖率",
        direct="直接预测D",
        through="由预测的U计算D",
        naive="朴素预测（直接）",
        pooled_drift="合并漂移（直接）",
        leading="主导模型",
        not_estimated="未能估计",
        levels="水平值",
        differences="差分",
        simulated_p="模拟p值（采用）",
        textbook_p="教科书p值",
        textbook_leads="教科书p值（采用处）",
        beyond="教科书p值大于0.1或小于0.01（CIPS）",
        reversed_null="原假设为平稳，判读相反",
        root_scale="p值（平方根刻度）",
        not_tested="未检验",
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
