"""`ac.pvar`: from a user's panel and a setting to a fitted panel VAR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from accord.core.pvar_data import TRANSFORMS, Transform
from accord.core.pvar_instruments import Model
from accord.core.pvar_sigma import SIGMA_RULES, SigmaRule
from accord.errors import InputError, brief, nearest
from accord.panelvar import checks
from accord.panelvar.labels import Columns, Data, labelled
from accord.panelvar.moments import by_gmm
from accord.panelvar.result import PVARFit
from accord.panelvar.styles import (
    FEW_UNITS,
    STYLES,
    Covariance,
    Estimator,
    Setting,
    Style,
    StyleName,
    own_window,
)
from accord.panelvar.within import by_least_squares


def pvar(
    data: Data,
    *,
    variables: Sequence[str],
    unit: str = "unit",
    time: str = "time",
    lags: int = 1,
    transform: Transform = "fod",
    steps: Literal[1, 2] | None = None,
    collapse: bool | None = None,
    instrument_lags: tuple[int, int | None] | None = None,
    time_effects: Literal["auto"] | bool = "auto",
    system: bool = False,
    estimator: Estimator = "gmm",
    style: StyleName = "xtabond",
    exogenous: Sequence[str] = (),
    predetermined: Sequence[str] = (),
    order: Sequence[str] | None = None,
    vce: Covariance | None = None,
    sigma: SigmaRule | None = None,
    sample_lags: int | None = None,
    instlags: tuple[int, int] | None = None,
    gmmstyle: bool = False,
) -> PVARFit:
    """Panel vector autoregression: each variable on lags of all, with unit effects, and year effects where asked.

    `data` has one row for each unit and year, or is a Dataset by `unit` and `time`; years may be missing. A row is
    used where it and all its lags are known.

    `transform`: forward orthogonal deviations ("fod") or first differences ("fd"); `system` adds the equation in
    levels, instrumented by differences. `instrument_lags` count from the year of a difference: (2, 4) are two to four
    years before it, which under deviations are one to three years before; (2, None) are all. `collapse` takes one
    column for each lag in place of one for each year and lag. `time_effects` takes year means off every column;
    "auto" from 10 units on. `exogenous` instrument themselves, `predetermined` have instruments one lag nearer.
    `sample_lags` keeps the sample of that many lags, to compare lag orders. `order` lists the variables from most to
    least exogenous for orthogonalised responses; by default as given.

    Estimators: "gmm"; "gmm_two_step"; "fe_ols"; "hahn_kuersteiner" (one lag); "jackknife"; "bias_corrected". Options
    of instruments, steps, transformation, covariances and style are for the first two and refused with the others.

    Styles fill what is left at None:

    - "xtabond": one step, collapsed, lags (2, 4), clusters by unit; two steps with Windmeijer's correction.
    - "xtvar": two steps, not collapsed, all lags, no year effects, chi2 tests, as Stata's xtvar.
    - "stata_pvar": the pvar command of Abrigo and Love: identity as first weight, second from single observations,
      unadjusted covariance, Sigma of levels; `instlags=(1, 4)` and `gmmstyle` count and mean what they do there.

    `vce`: "robust" (one step: sandwich; two: Windmeijer) or "unadjusted" (two steps, as if the weight were known).
    `sigma`: "errors", "residuals" or "levels", see `accord.core.pvar_sigma.error_rows`.
    Hansen's J and the criteria come from two-step weighting, in one step too; they are NaN where that is singular.

    Raises
    ------
    InputError
        If a column, value or option cannot be used.
    Refused
        If the panel cannot carry the model: one unit, too few years, two steps with more moments than units,
        a singular weighting.

    References
    ----------
    Holtz-Eakin, Newey and Rosen (1988), 10.2307/1913103; Binder, Hsiao and Pesaran (2005),
    10.1017/S0266466605050413; Windmeijer (2005), 10.1016/j.jeconom.2004.02.005; Andrews and Lu (2001),
    10.1016/S0304-4076(00)00077-4; Abrigo and Love (2016), 10.1177/1536867X1601600314.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].to_dataset("indicator")
    >>> fit = ac.pvar(x[["unemployment", "output"]], variables=["unemployment", "output"])
    >>> fit.moments, fit.nobs, fit.coef.shape
    (12, 720, (2, 2))
    """
    columns = Columns(*(_names(part) for part in (variables, exogenous, predetermined)))
    _check_options(style, estimator, transform, sigma, vce)
    if not estimator.startswith("gmm"):
        checks.check_no_gmm(
            estimator,
            style=style if style != "xtabond" else None,
            transform=transform if transform != "fod" else None,
            system=system or None,
            predetermined=columns.predetermined or None,
            steps=steps,
            collapse=collapse,
            instrument_lags=instrument_lags,
            instlags=instlags,
            vce=vce,
            sigma=sigma,
            sample_lags=sample_lags,
        )
    if style != "stata_pvar" and (instlags is not None or gmmstyle):
        raise InputError('instlags and gmmstyle belong to style="stata_pvar"; here instrument_lags says it')
    panel = labelled(data, unit, time, columns)
    checks.check_values(panel)
    chosen = _style(style, vce, sigma)
    effects = _effects(time_effects, chosen, len(panel.units))
    number = steps or (2 if estimator == "gmm_two_step" else chosen.steps)
    checks.check_whole("lags", lags)
    checks.check_steps(number, estimator, vce)
    if sample_lags is not None:
        checks.check_whole("sample_lags", sample_lags)
    asked = instrument_lags if instlags is None else _counted(instlags, transform)
    window = asked or chosen.instrument_lags or own_window(lags, transform)
    checks.check_window(window)
    model = Model(
        lags=lags,
        transform=transform,
        system=system,
        collapse=chosen.collapse if collapse is None else collapse,
        window=window,
        constant=system and not effects,
        sample_lags=sample_lags,
        strict=style == "stata_pvar" and not gmmstyle,
    )
    setting = Setting(model, number, effects, estimator, style, chosen, _order(order, columns.variables))
    if setting.gmm:
        return by_gmm(panel, setting)
    return by_least_squares(panel, setting)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _check_options(style: str, estimator: str, transform: str, sigma: str | None, vce: str | None) -> None:
    for name, value, allowed in (
        ("style", style, get_args(StyleName)),
        ("estimator", estimator, get_args(Estimator)),
        ("transform", transform, TRANSFORMS),
        ("sigma", sigma or "errors", SIGMA_RULES),
        ("vce", vce or "robust", get_args(Covariance)),
    ):
        if value not in allowed:
            raise InputError(f'{name}="{brief(value)}": {nearest(value, allowed)}')


def _style(name: StyleName, vce: Covariance | None, sigma: SigmaRule | None) -> Style:
    style = STYLES[name]
    return replace(style, vce=vce or style.vce, sigma=sigma or style.sigma)


def _counted(instlags: tuple[int, int], transform: str) -> tuple[int, int]:
    """Lags counted from the row's own year, in the timing of differences."""
    pair = tuple(instlags) if isinstance(instlags, tuple | list) else ()
    if len(pair) != 2 or not all(isinstance(v, int | np.integer) for v in pair):
        raise InputError(f"instlags={brief(instlags)}: give the first lag and the last, such as (1, 4)")
    shift = 1 if transform == "fod" else 0
    return pair[0] + shift, pair[1] + shift


def _effects(asked: object, style: Style, units: int) -> bool:
    if not isinstance(asked, bool | np.bool_) and asked != "auto":
        raise InputError(f'time_effects="{brief(asked)}": allowed are "auto", True and False')
    if asked != "auto":
        return bool(asked)
    return units >= FEW_UNITS if style.time_effects is None else style.time_effects


def _order(order: Sequence[str] | None, variables: tuple[str, ...]) -> tuple[str, ...]:
    if order is None:
        return variables
    names = _names(order)
    if sorted(names) != sorted(variables):
        raise InputError(f"order must hold each of the variables once: {', '.join(map(brief, variables))}")
    return names
