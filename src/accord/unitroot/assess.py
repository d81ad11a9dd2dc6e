"""From a user's panel and a setting to a result: checks, statistics, textbook and simulated p-values."""

from __future__ import annotations

import operator
import warnings
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray

from accord.core import critical, unitroot_laws, unitroot_null, unitroot_panel
from accord.core.unitroot_checks import check, check_found, check_left, most_lags, spans_of
from accord.core.unitroot_null import DRAWS, Design
from accord.core.unitroot_panel import LEADING, Setting, Spans
from accord.core.unitroot_series import Criterion, Trend
from accord.errors import AccordWarning, InputError, brief
from accord.phrases import p_shown
from accord.unitroot.labels import Data, values_of
from accord.unitroot.result import FEW_UNITS, FEW_YEARS, UnitRootTest

__all__ = ["Data", "Simulation", "allowed", "assessed", "whole"]

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
    floor: float = 0.0
    """Smallest p-value that a law known by quantiles can tell; 0 where every panel is there."""


def assessed(x: Data, setting: Setting, max_lags: int | None, options: Simulation) -> UnitRootTest:
    """Check, compute, simulate, and say what was done."""
    options = _options(options)
    case = _case(x, setting, max_lags)
    setting, spans, units = case.setting, case.spans, len(case.units)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = unitroot_panel.statistics(case.y, setting, case.uneven)
    check_left(case.y, setting, spans, case.units)
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
        convention=setting.convention if setting.test in ("ips", "ht") else "",
        moments=setting.moments if setting.test == "ips" else "",
        robust=setting.robust if setting.test == "hadri" else None,
        form=setting.form if setting.test == "cd" else "",
        bandwidth=setting.deepest if setting.kind == "pp" else None,
        floor=simulated.floor,
    )


def _case(x: Data, setting: Setting, max_lags: int | None) -> Case:
    """Read and check what the user gave."""
    allowed("trend", setting.trend, get_args(Trend))
    if not isinstance(setting.lags, str):
        setting = replace(setting, lags=whole("lags", setting.lags, LAGS))
    max_lags = None if max_lags is None else whole("max_lags", max_lags)
    _lags(setting.lags, max_lags)
    for name in ("demean", "robust"):
        if not isinstance(getattr(setting, name), bool | np.bool_):
            raise InputError(f"{name}={brief(getattr(setting, name))}: say True or False")
    setting = replace(setting, demean=bool(setting.demean), robust=bool(setting.robust))
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
    dependence, seed, asked = options["dependence"], options["seed"], options["draws"]
    ours = unitroot_null.affordable(DRAWS, len(case.y), len(case.units))
    draws = (ours if case.few or dependence != "independent" else 0) if asked is None else asked
    if not draws:
        return Simulated({}, {}, "")
    why = ""
    if dependence == "auto" and case.setting.test != "cips":
        p, shown = _dependence(case, draws, options)
        dependence = "signs" if p <= REJECTED else "independent"
        why = f" (CD of yearly changes: p {shown})"
    if dependence == "signs":
        told = f"signs of whole years flipped, which keeps dependence between units{why}"
        return Simulated(
            unitroot_null.flip_pvalues(case.y, case.setting, case.uneven, draws=draws, seed=seed), {}, told
        )
    design = _design(case, case.setting, draws, options)
    law = _law(design, options)
    shares = unitroot_null.simulated_pvalues(values, law, case.setting)
    mean = {"ips": "t_bar", "cips": "CIPS"}.get(case.setting.test)
    return Simulated(
        {name: float(value) for name, value in shares.items()},
        unitroot_null.critical_values(law[mean]) if mean else {},
        f"{_panels(design)} of the same size under the null{why}",
        _floor(design),
    )


def _design(case: Case, setting: Setting, draws: int, options: Simulation) -> Design:
    """What to simulate for a panel of this size."""
    return Design(setting, len(case.y), len(case.units), case.uneven, draws, options["seed"])


def _law(design: Design, options: Simulation) -> unitroot_null.Null:
    """Null distribution of a design."""
    folder = options["folder"]
    return unitroot_null.null(design, pool=options["pool"], folder=Path(folder) if folder else None)


def _panels(design: Design) -> str:
    """How many panels a law comes from, and what is known of them."""
    if not unitroot_null.comes_with_accord(design):
        return f"{design.draws:,} panels"
    return f"a law that comes with accord, {unitroot_laws.QUANTILES:,} quantiles of {unitroot_laws.PANELS:,} panels"


def _floor(design: Design) -> float:
    """Smallest p-value that the quantiles of a law can tell; 0 where every panel is there."""
    if not unitroot_null.comes_with_accord(design):
        return 0.0
    return (1 + (design.setting.test == "cd")) / (unitroot_laws.QUANTILES + 1)


def _dependence(case: Case, draws: int, options: Simulation) -> tuple[float, str]:
    """Simulated p-value of CD for yearly changes, and how it is shown: whether units depend on each other."""
    setting = Setting("cd", form="differences", demean=case.setting.demean)
    check_left(case.y, setting, case.spans, case.units)
    found = unitroot_panel.statistics(case.y, setting, case.uneven)
    design = _design(case, setting, draws, options)
    p = float(unitroot_null.simulated_pvalues(found, _law(design, options), setting)["CD"])
    floor = _floor(design)
    return p, f"<{floor:g}" if p <= floor * (1 + 1e-9) else p_shown(p)


def allowed(name: str, value: object, names: tuple[str, ...]) -> None:
    """Raise an InputError that lists what an option may be, unless it is one of that."""
    if value not in names:
        raise InputError(f'{name}="{brief(value)}": allowed are {", ".join(names)}')


LAGS = f"a number from 0, or one of {', '.join(get_args(Criterion))}"


def whole(name: str, value: object, wanted: str = "a number from 0") -> int:
    """A whole number from 0, of Python's or numpy's.

    Examples
    --------
    >>> whole("seed", np.int64(3))
    3
    """
    try:
        found = -1 if isinstance(value, bool | np.bool_) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        found = -1
    if found < 0:
        raise InputError(f"{name}={brief(value)}: give {wanted}")
    return found


def _lags(lags: int | str, max_lags: int | None) -> None:
    if isinstance(lags, str) and lags not in get_args(Criterion):
        raise InputError(f"lags={brief(lags)}: give {LAGS}")
    if isinstance(lags, int) and max_lags is not None:
        raise InputError("max_lags is for lags that a criterion chooses; leave it out")


def _options(options: Simulation) -> Simulation:
    """Keywords of the simulation, checked."""
    known = Simulation.__annotations__
    for name in options:
        if name not in known:
            raise TypeError(f'unexpected keyword "{name}"; allowed besides the test\'s own: {", ".join(known)}')
    allowed("dependence", options.get("dependence", "independent"), get_args(Dependence))
    seed, pool, folder = whole("seed", options.get("seed", 0)), options.get("pool"), options.get("folder")
    if pool is not None and not isinstance(pool, Executor):
        raise InputError(f"pool={brief(pool)}: give an executor, such as that of accord.core.engine.connect")
    if folder is not None and not isinstance(folder, str | Path):
        raise InputError(f"folder={brief(folder)}: give the path of a folder")
    if folder and any(part.exists() and not part.is_dir() for part in (Path(folder), *Path(folder).parents)):
        raise InputError(f"folder={brief(folder)}: that is a file; name a folder")
    asked = options.get("draws")
    if asked is not None:
        wanted = f"a number of at least {LEAST_DRAWS}, or 0 for no simulation"
        asked = whole("draws", asked, wanted)
        if 0 < asked < LEAST_DRAWS:
            raise InputError(f"draws={asked}: give {wanted}")
    return Simulation(
        draws=asked,
        dependence=options.get("dependence", "independent"),
        seed=seed,
        pool=pool,
        folder=Path(folder) if folder else None,
    )


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
    out = _beyond(case)
    if setting.trend == "n" and setting.test != "cd":
        out.append(
            "no constant: right only for series that start at 0, as the simulated ones do; elsewhere the statistic "
            "depends on where they start"
        )
    if setting.test == "ips" and setting.moments == "published" and years - 1 - setting.deepest < 10:
        out.append('moments of W: published for 10 years and more, here those for 10 (moments="simulated" knows fewer)')
    if setting.test == "ips" and setting.convention == "stata" and setting.trend == "ct" and setting.lags == 0:
        out.append("Z_t_tilde_bar with a trend uses moments of a constant, as Stata does: not valid")
    if setting.test == "llc" and years - 1 - setting.deepest < FEW_YEARS:
        out.append("adjustments of t_star: published for 25 years and more, here those for 25")
    if setting.test == "cips" and float(p["CIPS"]) in (0.01, 0.1):
        out.append("textbook p-value outside 0.01 to 0.1, shown at that end")
    return tuple(out)


def _beyond(case: Case) -> list[str]:
    """Where a published table ends before this panel, and what was taken instead."""
    setting, years, units = case.setting, case.years - 1 - case.setting.deepest, len(case.units)
    out = []
    if setting.test == "ips" and setting.moments == "published" and setting.trend != "n":
        most = max(critical.published()["w"]["lags"])
        if setting.deepest > most:
            out.append(f"moments of W: published for up to {most} lags, beyond them our own")
    table = {"ips": "t_bar", "cips": "cips"}.get(setting.test, "")
    if not table or not _critical(setting, units, case.years):
        return out
    if setting.test == "ips" and setting.convention == "stata":
        years = case.years
    for what, at in (("units", units), ("years", years)):
        first, last = (critical.published()[table][what][k] for k in (0, -1))
        if not first <= at <= last:
            near = first if at < first else last
            out.append(
                f"critical values: published for {first} to {last} {what}, and here {at}: those for {near} are shown"
            )
    return out
