"""From a user's panel and a setting to a result: checks, statistics, textbook and simulated p-values."""

from __future__ import annotations

import warnings
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray

from accord.core import critical, unitroot_null, unitroot_panel
from accord.core.unitroot_checks import check, check_found, most_lags, spans_of
from accord.core.unitroot_null import DRAWS, Design
from accord.core.unitroot_panel import LEADING, Setting, Spans
from accord.core.unitroot_series import Criterion, Trend
from accord.errors import AccordWarning, InputError, brief
from accord.unitroot.labels import Data, values_of
from accord.unitroot.result import FEW_UNITS, FEW_YEARS, UnitRootTest

__all__ = ["Data", "Simulation", "allowed", "assessed"]

Dependence = Literal["independent", "signs"]

TITLES = {
    "ips": "Im-Pesaran-Shin",
    "ht": "Harris-Tzavalis",
    "fisher": "Fisher",
    "llc": "Levin-Lin-Chu",
    "hadri": "Hadri",
    "cips": "Pesaran's CIPS",
    "cd": "Pesaran's CD",
}
HYPOTHESES = {
    "ips": ("every unit has a unit root", "some units are {stationary}"),
    "ht": ("every unit has a unit root", "every unit is {stationary}, with one coefficient"),
    "fisher": ("every unit has a unit root", "at least one unit is {stationary}"),
    "llc": ("every unit has a unit root", "every unit is {stationary}, with one coefficient"),
    "hadri": ("every unit is {stationary}", "some units have a unit root"),
    "cips": ("every unit has a unit root", "some units are {stationary}"),
    "cd": ("units are independent", "units depend on each other"),
}


class Simulation(TypedDict, total=False):
    """Keywords of every test; see the module."""

    draws: int | None
    dependence: Dependence
    seed: int
    pool: Executor | None
    folder: Path | str | None


def assessed(x: Data, setting: Setting, max_lags: int | None, options: Simulation) -> UnitRootTest:
    """Check, compute, simulate, and say what was done."""
    allowed("trend", setting.trend, get_args(Trend))
    _lags(setting.lags, max_lags)
    y, units, years = values_of(x)
    spans = spans_of(y, units, years)
    if not isinstance(setting.lags, int):
        setting = replace(setting, most=most_lags(setting, spans) if max_lags is None else max_lags)
    check(setting, spans, units)
    one = None if len(set(spans)) == 1 else spans
    if one is None:
        y, spans = y[slice(*spans[0])], ((0, spans[0][1] - spans[0][0]),) * len(units)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = unitroot_panel.statistics(y, setting, one)
    check_found(values)
    _warn_of_ends(y, setting, spans)
    found = {name: float(value) for name, value in values.items()}
    shortest = min(end - first for first, end in spans)
    simulated, law, told = _simulated(y, setting, one, values, shortest, options)
    used = unitroot_panel.unit_lags(y, setting, spans)
    p = unitroot_panel.pvalues(values, setting, len(units), shortest - 1 - setting.deepest)
    stationary = "trend-stationary" if setting.trend == "ct" else "stationary"
    null, alternative = (text.format(stationary=stationary) for text in HYPOTHESES[setting.test])
    return UnitRootTest(
        test=f"{setting.test} {setting.kind}" if setting.test == "fisher" else setting.test,
        title=f"Fisher ({setting.kind.upper()})" if setting.test == "fisher" else TITLES[setting.test],
        null=null,
        alternative=alternative,
        trend=setting.trend,
        lags=setting.lags,
        leading=LEADING[setting.test],
        statistics=found,
        pvalues={name: float(value) for name, value in p.items()},
        pvalues_simulated=simulated,
        df={"P": 2.0 * len(units), "L": 5.0 * len(units) + 4} if setting.test == "fisher" else {},
        units=len(units),
        years=shortest,
        observations=_observations(setting, spans, used),
        unit_lags=_lags_by_unit(setting, units, used),
        critical=_critical(setting, len(units), shortest),
        critical_simulated=unitroot_null.critical_values(law) if law is not None else {},
        demeaned=setting.demean,
        simulation=told,
        notes=_notes(setting, found, p, shortest),
    )


def _simulated(
    y: NDArray[np.float64],
    setting: Setting,
    spans: Spans | None,
    values: dict[str, NDArray[np.float64]],
    shortest: int,
    options: Simulation,
) -> tuple[dict[str, float], NDArray[np.float64] | None, str]:
    """Simulated p-values by name, the null distribution of the statistic with critical values, and a word on both."""
    known = Simulation.__annotations__
    for name in options:
        if name not in known:
            raise TypeError(f'unexpected keyword "{name}"; allowed besides the test\'s own: {", ".join(known)}')
    dependence = options.get("dependence", "independent")
    allowed("dependence", dependence, get_args(Dependence))
    few = shortest < FEW_YEARS or y.shape[1] < FEW_UNITS
    asked = options.get("draws")
    draws = (DRAWS if few or dependence == "signs" else 0) if asked is None else asked
    if not isinstance(draws, int) or draws < 0 or 0 < draws < 100:
        raise InputError(f"draws={brief(draws)}: give a number of at least 100, or 0 for no simulation")
    if not draws:
        return {}, None, ""
    seed = options.get("seed", 0)
    if dependence == "signs":
        p = unitroot_null.flip_pvalues(y, setting, spans, draws=draws, seed=seed)
        return p, None, "signs of whole years flipped, dependence between units kept"
    folder = options.get("folder")
    design = Design(setting, len(y), y.shape[1], spans, draws, seed)
    law = unitroot_null.null(design, pool=options.get("pool"), folder=Path(folder) if folder else None)
    shares = unitroot_null.simulated_pvalues(values, law, setting)
    mean = {"ips": "t_bar", "cips": "CIPS"}.get(setting.test)
    told = f"{draws:,} panels of the same size under the null"
    return {name: float(value) for name, value in shares.items()}, law[mean] if mean else None, told


def allowed(name: str, value: object, names: tuple[str, ...]) -> None:
    """Raise an InputError that lists what an option may be, unless it is one of that."""
    if value not in names:
        raise InputError(f'{name}="{brief(value)}": allowed are {", ".join(names)}')


def _lags(lags: int | str, max_lags: int | None) -> None:
    if isinstance(lags, bool) or not ((isinstance(lags, int) and lags >= 0) or lags in get_args(Criterion)):
        raise InputError(f"lags={brief(lags)}: give a number from 0, or one of {', '.join(get_args(Criterion))}")
    if max_lags is None:
        return
    if isinstance(lags, int):
        raise InputError("max_lags is for lags that a criterion chooses; leave it out")
    if isinstance(max_lags, bool) or not isinstance(max_lags, int) or max_lags < 0:
        raise InputError(f"max_lags={brief(max_lags)}: give a number from 0")


def _warn_of_ends(y: NDArray[np.float64], setting: Setting, spans: Spans) -> None:
    """A word where p-values of single units had to be kept from 0 or 1."""
    if setting.test != "fisher":
        return
    score = unitroot_panel.unit_scores(unitroot_panel.demeaned(y, setting), setting, spans)
    at_end = int((np.abs(score) >= critical.FURTHEST).sum())
    if at_end:
        warnings.warn(
            f"fisher: the p-value of {at_end} units is 0 or 1 to 16 digits and was kept from it by 1e-16, which P shows",
            AccordWarning,
            stacklevel=4,
        )


def _observations(setting: Setting, spans: Spans, used: NDArray[np.int64]) -> int:
    """Observations of all regressions; of all series for tests without one."""
    lengths = np.array([end - first for first, end in spans])
    if setting.test in ("hadri", "cd"):
        return int(lengths.sum()) - (len(spans) if setting.form == "differences" else 0)
    lost = np.zeros(len(spans), dtype=int) if setting.kind == "pp" else used
    return int((lengths - 1 - lost).sum())


def _lags_by_unit(setting: Setting, units: list[Any], used: NDArray[np.int64]) -> dict[Any, int]:
    if setting.test in ("ht", "hadri", "cd"):
        return {}
    return {name: int(lag) for name, lag in zip(units, used, strict=True)}


def _critical(setting: Setting, units: int, years: int) -> dict[str, float]:
    """Published critical values of the mean t-ratio."""
    if setting.test == "ips" and setting.lags == 0:
        stata = setting.convention == "stata"
        return critical.t_bar_critical(units, years if stata else years - 1, setting.trend, next_cell=stata)
    if setting.test == "cips":
        return critical.cips_critical(units, years - 1 - setting.deepest, setting.trend)
    return {}


def _notes(setting: Setting, found: dict[str, float], p: dict[str, NDArray[np.float64]], years: int) -> tuple[str, ...]:
    """What a reader of the numbers should know."""
    out = []
    if setting.test == "ips" and setting.moments == "published" and years - 1 - setting.deepest < 10:
        out.append('moments of W: published for 10 years and more, here those for 10 (moments="simulated" knows fewer)')
    if setting.test == "ips" and setting.convention == "stata" and setting.trend == "ct" and setting.lags == 0:
        out.append("Z_t_tilde_bar with a trend uses moments of a constant, as Stata does: not valid")
    if setting.test == "llc" and years - 1 - setting.deepest < FEW_YEARS:
        out.append("adjustments of t_star: published for 25 years and more, here those for 25")
    if setting.test == "cips" and float(p["CIPS"]) in (0.01, 0.1):
        out.append("textbook p-value outside 0.01 to 0.1, shown at that end")
    return tuple(out)
