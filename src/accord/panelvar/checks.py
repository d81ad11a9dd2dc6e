"""What a panel and its options must bring to a panel VAR."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from accord.core.pvar_instruments import Model, Panel, transformed
from accord.errors import InputError, Refused, brief
from accord.panelvar.labels import Floats, Labelled
from accord.panelvar.notes import Note

ROUNDING = 1e-10
"""Share of a column's norm below which what a transformation leaves of it is rounding."""


def check_whole(name: str, value: object) -> None:
    """Refuse what is not a whole number from 1.

    Raises
    ------
    InputError
        Naming the option.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(f"{name}={brief(value)}: give a whole number from 1")


def check_steps(steps: object, estimator: str, vce: str | None) -> None:
    """Refuse a number of steps that is neither 1 nor 2, or does not go with the estimator or the covariance.

    Raises
    ------
    InputError
        Naming the option and the mend.
    """
    if steps not in (1, 2):
        raise InputError(f"steps={brief(steps)}: allowed are 1 and 2")
    if estimator == "gmm_two_step" and steps == 1:
        raise InputError('estimator="gmm_two_step" has two steps; leave steps out, or take estimator="gmm"')
    if vce == "unadjusted" and steps == 1:
        raise InputError('vce="unadjusted" is for two steps; one step has the robust covariance')


def check_window(window: object) -> None:
    """Refuse lags of instruments that are no pair, not in order, or too near.

    Raises
    ------
    InputError
        Saying what they may be.
    """
    pair = tuple(window) if isinstance(window, tuple | list) else ()
    whole = [isinstance(v, int | np.integer) and not isinstance(v, bool) for v in pair]
    if len(pair) != 2 or not whole[0] or not (whole[1] or pair[1] is None):
        raise InputError(f"instrument_lags={brief(window)}: give two numbers, such as (2, 4), or (2, None) for all")
    if pair[0] < 2 or (pair[1] is not None and pair[1] < pair[0]):
        raise InputError(
            f"instrument_lags={brief(window)}: in the timing of differences the first is at least 2, since nearer lags "
            "move with the error of a difference, and the second is not below it"
        )


def check_values(panel: Labelled) -> None:
    """Refuse one unit, an empty or a constant column.

    Raises
    ------
    InputError
        If a column has no value, or never changes within a unit.
    Refused
        If there is one unit.
    """
    if len(panel.units) < 2:
        raise Refused(
            "a panel VAR needs at least two units, and here there is one; take a plain VAR",
            "面板 VAR 至少需要两个单元，此处只有 1 个；请改用普通 VAR",
        )
    for j, name in enumerate(panel.columns.all):
        values = panel.values[:, :, j]
        known = np.isfinite(values)
        if not known.any():
            raise InputError(f'"{brief(name)}" has no value')
        low = np.where(known, values, np.inf).min(axis=1)
        high = np.where(known, values, -np.inf).max(axis=1)
        if not (high > low).any():
            raise InputError(
                f'"{brief(name)}" does not change within any unit, so a transformation that takes unit effects out '
                "leaves nothing of it; leave it out"
            )


def check_rows(panel: Labelled, data: Panel, model: Model) -> None:
    """Refuse a panel whose years are too few for the lags.

    Raises
    ------
    Refused
        If fewer rows are left than a regression needs.
    """
    years = len(panel.years)
    least = max(model.lags, model.sample_lags or 0) + 2
    if years < least:
        raise Refused(
            f"{years} years are too few for {model.lags} lags: {least} are needed",
            f"{years} 个年份不足以估计 {model.lags} 阶滞后：至少需要 {least} 个",
        )
    rows = int(transformed(data, model)[2].sum())
    regressors = len(panel.columns.variables) * model.lags + len(panel.columns.all) - len(panel.columns.variables)
    if rows <= regressors:
        raise Refused(
            f"{rows} observations are left with {model.lags} lags, and each equation has {regressors} coefficients; "
            "take fewer lags or more years",
            f"滞后 {model.lags} 阶后只剩 {rows} 个观测，而每个方程有 {regressors} 个系数；请减少滞后阶数或增加年份",
        )


def check_left(panel: Labelled, left: Mapping[str, Floats], effects: bool) -> None:
    """Refuse a column of which nothing but rounding is left; `left` holds, by its name, what the equations have of it.

    Raises
    ------
    Refused
        Naming the column, with the way out.
    """
    for name, values in left.items():
        before = float(np.sqrt(np.nansum(panel.of([name]) ** 2)))
        if float(np.linalg.norm(values, axis=(0, 1)).min()) > ROUNDING * before:
            continue
        if effects:
            raise Refused(
                f'"{brief(name)}" is the same for all units in each year, or differs between them by the same in all '
                "years, so nothing is left of it once year and unit effects are out: take time_effects=False or leave "
                "it out",
                f"“{brief(name)}”在每个年份对所有单元取值相同（或单元间差异各年不变），剔除年份与个体效应后没有变异："
                "请取 time_effects=False 或去掉该变量",
            )
        raise Refused(
            f'"{brief(name)}" does not change within any unit in the rows that the lags leave, so nothing is left of it '
            "once unit effects are out: leave it out",
            f"“{brief(name)}”在扣除滞后后的观测中不随时间变化，剔除个体效应后没有变异：请去掉该变量",
        )


def check_no_gmm(estimator: str, **given: object) -> None:
    """Refuse options of GMM that are not None for an estimator without instruments, where they would do nothing.

    Raises
    ------
    InputError
        Naming the first of them.
    """
    for name, said in given.items():
        if said is not None:
            raise InputError(
                f'{name} is for estimator="gmm" and "gmm_two_step", and does nothing with "{estimator}"; leave it out'
            )


def check_moments(moments: int, clusters: int, steps: int, parameters: int, of: str = "units") -> tuple[Note, ...]:
    """Refuse fewer moments than coefficients, and in two steps more moments than units; warn above half of them.

    Raises
    ------
    Refused
        With the way out.
    """
    of_zh = "单元" if of == "units" else "观测"
    if moments < parameters:
        raise Refused(
            f"{moments} moments cannot carry {parameters} coefficients; take more instrument lags",
            f"{moments} 个矩条件不足以识别 {parameters} 个系数；请增加工具变量滞后阶数",
        )
    if steps == 2 and moments > clusters:
        raise Refused(
            f"two-step weighting needs no more moments than {of}, and here there are {moments} for {clusters}: "
            "use collapse=True, fewer instrument_lags, or steps=1",
            f"两步权重要求矩条件不多于{of_zh}，此处 {moments} 个矩条件对 {clusters} 个{of_zh}："
            "请使用 collapse=True、减少 instrument_lags，或取 steps=1",
        )
    if moments > clusters:
        return (
            Note(
                f"{moments} moments for {clusters} {of}: with more moments than {of} their covariance cannot be "
                "inverted, so there is no Hansen's test and no criteria; use fewer instrument_lags",
                f"{moments} 个矩条件对 {clusters} 个{of_zh}：矩条件多于{of_zh}，其协方差矩阵不可逆，"
                "故没有 Hansen 检验和信息准则；请减少 instrument_lags",
            ),
        )
    if moments > clusters / 2:
        return (
            Note(
                f"{moments} moments for {clusters} {of}: above half of them Hansen's test hardly rejects and two-step "
                "estimates lean towards least squares",
                f"{moments} 个矩条件对 {clusters} 个{of_zh}：超过一半时 Hansen 检验几乎不拒绝，两步估计偏向最小二乘",
            ),
        )
    return ()
