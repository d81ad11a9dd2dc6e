"""What a careful reader of a panel VAR should be told of it, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from accord.core.pvar_weak import STRONG
from accord.errors import brief
from accord.panelvar.labels import Floats, Labelled
from accord.panelvar.styles import DESCRIPTIVE

CONDITION = 1e12
"""Condition number of the scaled weighting from which digits are few."""


@dataclass(frozen=True)
class Note:
    """A word on a fit, in English and Chinese."""

    en: str
    zh: str


def note_of_gaps(panel: Labelled, lags: int) -> tuple[Note, ...]:
    """Which rows have values but lack a lag or a further regressor, past the first years of their unit."""
    finite = np.isfinite(panel.values)
    known, some = np.asarray(finite.all(axis=-1)), np.asarray(finite.any(axis=-1))
    before = some.cumsum(axis=1)
    use = np.array(known, dtype=bool)
    for lag in range(1, lags + 1):
        use[:, lag:] &= known[:, :-lag]
        use[:, :lag] = False
    lost = some & ~use & (before > lags)
    if not lost.any():
        return ()
    i, t = (int(v) for v in np.argwhere(lost)[0])
    where = f"{brief(panel.units[i])}, {panel.years[t]}"
    count = int(lost.sum())
    return (
        Note(
            f"{count} rows have gaps in themselves or their lags and are left out, first {where}",
            f"{count} 行自身或滞后值有缺失而未使用，首个为 {where}",
        ),
    )


def note_of_year_means(values: Floats) -> tuple[Note, ...]:
    """Year means over changing units do not take year effects out exactly."""
    if len(np.unique(np.isfinite(values).all(axis=-1), axis=0)) == 1:
        return ()
    return (
        Note(
            "units have different years: year means are over changing units, so part of the year effects stays in GMM "
            "and its errors grow with the gaps; year dummies among exogenous, with time_effects=False, take them out "
            'of the equations, or take a fixed-effects estimator such as "bias_corrected", which takes them out exactly',
            "各单元年份不同：年份均值所含单元逐年变化，GMM 中残留部分年份效应，误差随缺失增多而变大；"
            "以年份虚拟变量作 exogenous 并取 time_effects=False 可在方程中消除，"
            "或改用 bias_corrected 等固定效应估计量，可精确消除",
        ),
    )


def note_of_units(units: int) -> tuple[Note, ...]:
    """So few units that a fit is of these alone."""
    if units > DESCRIPTIVE:
        return ()
    return (
        Note(
            f"only {units} units: coefficients describe these units in these years; standard errors, tests and bands "
            "mean little",
            f"仅有 {units} 个单元：系数只描述这些单元在这些年份的情况，标准误、检验和置信带意义不大",
        ),
    )


def note_of_bias(estimator: str, years: int) -> tuple[Note, ...]:
    """The bias of least squares with unit effects."""
    if estimator != "fe_ols":
        return ()
    return (
        Note(
            f"least squares with unit effects is biased in few years, here {years}: coefficients of a variable's own "
            'lags come out too small; estimator="bias_corrected" takes the bias out',
            f"固定效应最小二乘在年份较少时有偏（此处 {years} 年）：变量自身滞后项的系数偏小；"
            'estimator="bias_corrected" 可校正该偏差',
        ),
    )


def note_of_rank(rank: int, moments: int, clusters: int) -> tuple[Note, ...]:
    """Moments that repeat each other, where there are clusters enough to tell them apart."""
    if rank >= moments or moments > clusters:
        return ()
    return (
        Note(
            f"{moments} moments have a covariance of rank {rank}: some follow from others, so there is no Hansen's test "
            "and no criteria; use fewer instrument_lags, or leave out a column that follows from others",
            f"{moments} 个矩条件的协方差矩阵秩仅为 {rank}：部分矩条件可由其余推出，故没有 Hansen 检验和信息准则；"
            "请减少 instrument_lags，或去掉可由其余变量推出的变量",
        ),
    )


def notes_of_fit(strength: Mapping[str, float], condition: float) -> tuple[Note, ...]:
    """Words on weak instruments and on lost digits."""
    out = []
    name = min(strength, key=lambda term: strength[term], default="")
    if name and strength[name] < STRONG:
        f = strength[name]
        out.append(
            Note(
                f"weak instruments: conditional F {f:.1f} for {brief(name)}, below {STRONG:.0f}; estimates lean towards "
                "least squares and their errors are understated, so prefer a bias-corrected estimator",
                f"弱工具变量：{brief(name)} 的条件 F 为 {f:.1f}，低于 {STRONG:.0f}；"
                "估计偏向最小二乘，标准误偏小，宜优先采用偏差校正估计",
            )
        )
    if condition > CONDITION:
        out.append(
            Note(
                f"the weighting is nearly singular (condition number {condition:.0e}): digits are few; use "
                "collapse=True or fewer instrument_lags",
                f"权重矩阵近乎奇异（条件数 {condition:.0e}），有效数字很少；请使用 collapse=True 或减少 instrument_lags",
            )
        )
    return tuple(out)


def note_of_roots(modulus: float) -> tuple[Note, ...]:
    """A fit that explodes."""
    if modulus < 1:
        return ()
    return (
        Note(
            f"largest root {modulus:.3f}, not below 1: shocks do not die out, so responses and shares have no meaning; "
            "difference the variables or take other lags",
            f"最大特征根 {modulus:.3f}，不小于 1：冲击不会消退，脉冲响应与方差分解没有意义；请对变量差分或改变滞后阶数",
        ),
    )
