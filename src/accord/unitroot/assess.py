"""From a user's panel and a setting to a result: checks, statistics, textbook and simulated p-values."""

from __future__ import annotations

import warnings
from concurrent.futures import Executor
from dataclasses import dataclass, replace
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

Floats = NDArray[np.float64]
Dependence = Literal["independent", "signs", "auto"]

LEAST_DRAWS = 100
REJECTED = 0.05
"""p-value of CD up to which units count as dependent."""

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


@dataclass(frozen=True)
class Case:
    """A panel that a test can carry: values (years, units), the setting with its lags settled, and labels."""

    y: Floats
    setting: Setting
    spans: Spans
    units: list[Any]

    @property
    def uneven(self) -> Spans | None:
        """Years of each unit, where they differ."""
        return self.spans if len(set(self.spans)) > 1 else None

    @property
    def years(self) -> int:
        """Years of the shortest unit."""
        return min(end - first for first, end in self.spans)

    @property
    def few(self) -> bool:
        """Whether simulated p-values lead."""
        return self.years < FEW_YEARS or len(self.units) < FEW_UNITS


@dataclass(frozen=True)
class Simulated:
    """Simulated p-values and critical values by name, and a word on where they come from."""

    pvalues: dict[str, float]
    critical: dict[str, float]
    told: str


def assessed(x: Data, setting: Setting, max_lags: int | None, options: Simulation) -> UnitRootTest:
    """Check, compute, simulate, and say what was done."""
    case = _case(x, setting, max_lags)
    setting, spans, units = case.setting, case.spans, len(case.units)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = unitroot_panel.statistics(case.y, setting, case.uneven)
    check_found(values)
    at_ends = _at_ends(case)
    simulated = _simulated(case, values, options)
    used = unitroot_panel.unit_lags(case.y, setting, spans)
    p = unitroot_panel.pvalues(values, setting, units, case.years - 1 - setting.deepest)
    stationary = "trend-stationary" if setting.trend == "ct" else "stationary"
    null, alternative = (text.format(stationary=stationary) for text in HYPOTHESES[setting.test])
    fisher = setting.test == "fisher"
    return UnitRootTest(
        test=f"fisher {setting.kind}" if fisher else setting.test,
        title=f"Fisher ({setting.kind.upper()})" if fisher else TITLES[setting.test],
        null=null,
        alternative=alternative,
        trend=setting.trend,
        lags=setting.lags,
        leading=LEADING[setting.test],
        statistics={name: float(value) for name, value in values.items()},
        pvalues={name: float(value) for name, value in p.items()},
        pvalues_simulated=simulated.pvalues,
        df={"P": 2.0 * units, "L": 5.0 * units + 4} if fisher else {},
        units=units,
        years=case.years,
        observations=_observations(setting, spans, used),
        unit_lags=_lags_by_unit(setting, case.units, used),
        critical=_critical(setting, units, case.years),
        critical_simulated=simulated.critical,
        demeaned=setting.demean,
        simulation=simulated.told,
        at_ends=at_ends,
        notes=_notes(case, p),
    )


def _case(x: Data, setting: Setting, max_lags: int | None) -> Case:
    """Read and check what the user gave."""
    allowed("trend", setting.trend, get_args(Trend))
    if isinstance(setting.lags, np.integer):
        setting = replace(setting, lags=int(setting.lags))
    _lags(setting.lags, max_lags)
    y, units, years = values_of(x)
    spans = spans_of(y, units, years)
    if not isinstance(setting.lags, int):
        setting = replace(setting, most=most_lags(setting, spans) if max_lags is None else max_lags)
    check(setting, spans, units)
    if len(set(spans)) == 1:
        y, spans = y[slice(*spans[0])], ((0, spans[0][1] - spans[0][0]),) * len(units)
    return Case(y, setting, spans, units)


def _simulated(case: Case, values: dict[str, Floats], options: Simulation) -> Simulated:
    """p-values from panels under the null, or from the panel itself with the signs of whole years flipped."""
    known = Simulation.__annotations__
    for name in options:
        if name not in known:
            raise TypeError(f'unexpected keyword "{name}"; allowed besides the test\'s own: {", ".join(known)}')
    dependence, seed = options.get("dependence", "independent"), options.get("seed", 0)
    allowed("dependence", dependence, get_args(Dependence))
    asked = options.get("draws")
    draws = (DRAWS if case.few or dependence != "independent" else 0) if asked is None else asked
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 0 or 0 < draws < LEAST_DRAWS:
        raise InputError(f"draws={brief(draws)}: give a number of at least {LEAST_DRAWS}, or 0 for no simulation")
    if not draws:
        return Simulated({}, {}, "")
    why = ""
    if dependence == "auto" and case.setting.test != "cips":
        p = _dependence(case, draws, options)
        dependence = "signs" if p <= REJECTED else "independent"
        why = f" (CD of yearly changes: p {p:.3f})"
    if dependence == "signs":
        told = f"signs of whole years flipped, which keeps dependence between units{why}"
        return Simulated(
            unitroot_null.flip_pvalues(case.y, case.setting, case.uneven, draws=draws, seed=seed), {}, told
        )
    law = _law(case, case.setting, draws, options)
    shares = unitroot_null.simulated_pvalues(values, law, case.setting)
    mean = {"ips": "t_bar", "cips": "CIPS"}.get(case.setting.test)
    return Simulated(
        {name: float(value) for name, value in shares.items()},
        unitroot_null.critical_values(law[mean]) if mean else {},
        f"{draws:,} panels of the same size under the null{why}",
    )


def _law(case: Case, setting: Setting, draws: int, options: Simulation) -> unitroot_null.Null:
    """Null distribution for a panel of this size."""
    folder = options.get("folder")
    design = Design(setting, len(case.y), len(case.units), case.uneven, draws, options.get("seed", 0))
    return unitroot_null.null(design, pool=options.get("pool"), folder=Path(folder) if folder else None)


def _dependence(case: Case, draws: int, options: Simulation) -> float:
    """Simulated p-value of CD for yearly changes: whether units depend on each other."""
    setting = Setting("cd", form="differences", demean=case.setting.demean)
    found = unitroot_panel.statistics(case.y, setting, case.uneven)
    law = _law(case, setting, draws, options)
    return float(unitroot_null.simulated_pvalues(found, law, setting)["CD"])


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


def _at_ends(case: Case) -> int:
    """Units whose p-value has to be kept from 0 or 1, with a warning where there are any."""
    if case.setting.test != "fisher":
        return 0
    y = unitroot_panel.demeaned(case.y, case.setting)
    many = int((np.abs(unitroot_panel.unit_scores(y, case.setting, case.spans)) >= critical.FURTHEST).sum())
    if many:
        warnings.warn(
            f"fisher: p-values of {many} units are 0 or 1 to 16 digits and were kept from it by 1e-16, which P shows",
            AccordWarning,
            stacklevel=4,
        )
    return many


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


def _notes(case: Case, p: dict[str, Floats]) -> tuple[str, ...]:
    """What a reader of the numbers should know."""
    setting, years = case.setting, case.years
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
