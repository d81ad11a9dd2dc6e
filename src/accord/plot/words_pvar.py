"""What the figures of the panel VAR say, in two languages."""

from __future__ import annotations

from dataclasses import dataclass

from accord.phrases import ESTIMATORS, WITH_YEARS
from accord.plot.words import texts


@dataclass(frozen=True)
class PvarWords:
    """What the figures of the panel VAR say in one language; `{}` places are filled where they are drawn."""

    response: str
    band: str
    joint_band: str
    by_order: str
    descriptive: str
    years_out: str
    periods: str
    of_response: str
    to_impulse: str
    of_variance: str
    shock: str
    shock_in: str
    shares: str
    ahead: str
    shares_ahead: str
    settled: str
    circle: str
    largest: str
    real: str
    imaginary: str
    across: str
    upright: str
    outside: str
    leads: str
    others: str
    coefficient: str
    equation: str
    lag: str
    beyond: str
    cut: str
    not_estimated: str
    one_of: str
    listed: str


_WORDS = {
    "en": PvarWords(
        response="response to a shock of one standard deviation",
        band="{level:g}% band, period by period",
        joint_band="{level:g}% band for the whole path",
        by_order="zero by the order of the variables",
        descriptive="descriptive",
        years_out="year effects out",
        periods="Periods after the shock",
        of_response="Response of {name}",
        to_impulse="to a shock in {name}",
        of_variance="Forecast variance of {name}",
        shock="shock in {name}",
        shock_in="Shock in {name}",
        shares="Share (%)",
        ahead="Periods ahead",
        shares_ahead="Share (%) by periods ahead",
        settled="from here on no share moves by more than one point",
        circle="unit circle",
        largest="largest modulus {value}",
        real="Real part",
        imaginary="imaginary part",
        across=" across, ",
        upright=" up",
        outside="Outside the panels: {roots}",
        leads="large and filled: leading estimator",
        others="small and open: the others",
        coefficient="Coefficient with its {level:g}% interval",
        equation="Equation of {name}",
        lag="{name}, lag {k}",
        beyond="coefficient beyond the panel",
        cut="Bands of descriptive groups are cut where they leave the scale of the others",
        not_estimated="Not estimated: {names}",
        one_of="The first of {n} groups, which one page cannot hold: name others to draw them",
        listed=", ",
    ),
    "zh": PvarWords(
        response="对一个标准差冲击的响应",
        band="{level:g}%逐期区间",
        joint_band="{level:g}%同时区间（整条路径）",
        by_order="由变量次序设定为零",
        descriptive="仅供描述",
        years_out="已剔除年份效应",
        periods="冲击后期数",
        of_response="{name}的响应",
        to_impulse="受{name}冲击",
        of_variance="{name}的预测方差",
        shock="{name}冲击",
        shock_in="{name}冲击",
        shares="占比（%）",
        ahead="预测期数",
        shares_ahead="各预测期数的占比（%）",
        settled="自此各占比变动均不超过1个百分点",
        circle="单位圆",
        largest="最大模{value}",
        real="实部",
        imaginary="虚部",
        across="（横轴）、",
        upright="（纵轴）",
        outside="位于图框之外：{roots}",
        leads="大而实心：主导估计量",
        others="小而空心：其他估计量",
        coefficient="系数及其{level:g}%区间",
        equation="{name}方程",
        lag="{name}，滞后{k}期",
        beyond="系数超出图框",
        cut="仅供描述的组别，其区间超出其他组刻度之处已截断",
        not_estimated="未能估计：{names}",
        one_of="共{n}个组别，一页容不下，此处为第一个；其余可指定组别绘制",
        listed="、",
    ),
}


def pvar_texts(language: str) -> PvarWords:
    """The words of the figures of the panel VAR.

    Raises
    ------
    InputError
        If the language is not "en" or "zh".

    Examples
    --------
    >>> pvar_texts("zh").circle
    '单位圆'
    """
    texts(language)
    return _WORDS[language]


def estimator_name(name: str, language: str) -> str:
    """How an estimator is written, whether it takes year effects out or not; one of another's making by its own name.

    Examples
    --------
    >>> estimator_name("jackknife+years", "en"), estimator_name("mine", "en")
    ('half-panel jackknife', 'mine')
    """
    own = name.removesuffix(WITH_YEARS)
    return str(getattr(ESTIMATORS[own], language)) if own in ESTIMATORS else own
