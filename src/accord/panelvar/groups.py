"""The panel VAR of each group of a study: series, settings, every fit that the group can carry, and which one leads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.core.pvar_order import lag_order as by_likelihood
from accord.errors import Refused, brief
from accord.labels import build, groups
from accord.method import Text
from accord.panelvar.fit import pvar
from accord.panelvar.labels import Columns, Labelled
from accord.panelvar.order import lag_order
from accord.panelvar.result import PVARFit
from accord.panelvar.styles import DESCRIPTIVE, FEW_UNITS
from accord.phrases import ESTIMATORS, WITH_YEARS, several

T = TypeVar("T")


@dataclass(frozen=True)
class How:
    """How one panel VAR of a group is estimated; `name` is its name in the tables."""

    estimator: str
    time_effects: bool
    lags: int
    order: tuple[int, ...]
    """Positions of the variables, from most to least exogenous."""
    style: str = "xtabond"
    transform: str = "fod"
    collapse: bool | None = None
    instrument_lags: tuple[int, int | None] | None = None

    @property
    def name(self) -> str:
        return f"{self.estimator}{WITH_YEARS if self.time_effects else ''}"

    def text(self) -> str:
        """As JSON, for an array that later steps read."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> How:
        """Back from JSON."""
        said = json.loads(text)
        window = said.pop("instrument_lags")
        return cls(
            **{**said, "order": tuple(said["order"]), "instrument_lags": None if window is None else tuple(window)}
        )


class Tried(NamedTuple):
    """A fit, or why there is none."""

    fit: PVARFit | None
    why: Text


def series(
    tested: xr.DataArray, differencing: xr.DataArray, region: xr.DataArray, regions: xr.DataArray
) -> xr.DataArray:
    """By (group, variable, unit, time) what the decision says: levels, or changes from the year before.

    NaN outside a group, and in the first year where a variable is differenced. D is left out.
    """
    members = groups(region, regions)
    index = tested.isel(variable=slice(None, -1)).transpose("variable", "unit", "time")
    times = differencing.sel(variable=index["variable"]).transpose("group", "variable").values
    levels = np.asarray(index.values, dtype="f8")
    changes = np.diff(levels, axis=2, prepend=np.nan)
    out = np.full((len(members), *levels.shape), np.nan)
    for g, mine in enumerate(members.values()):
        for k in range(len(levels)):
            out[g, k, mine] = (changes if times[g, k] else levels)[k, mine]
    return build(out, ["group", "variable", "unit", "time"], index, group=list(members))


def panels(series: xr.DataArray) -> list[Labelled]:
    """The panel of each group: its units in the order of their names, and the years that any of them has in full.

    By name, so that draws of units are the same however the rows of a file are ordered.
    """
    names, labels = (series[dim].values for dim in ("variable", "unit"))
    columns = Columns(tuple(map(str, names)))
    years = [int(year) for year in series["time"].values]
    out = []
    for own in series.transpose("group", "unit", "time", "variable").values:
        known = np.flatnonzero(np.isfinite(own).all(axis=2).any(axis=0))
        span = slice(known[0], known[-1] + 1) if known.size else slice(0)
        mine = np.flatnonzero(np.isfinite(own).any(axis=(1, 2)))
        mine = mine[np.argsort(labels[mine], kind="stable")]
        units = tuple(str(label) for label in labels[mine])
        step = years[1] - years[0] if len(years) > 1 else 1
        out.append(Labelled(own[mine, span], units, tuple(years[span]), columns, step))
    return out


def few_units(series: xr.DataArray) -> NDArray[np.bool_]:
    """Which groups have so few units that what is found describes them and tests nothing."""
    return np.array([len(panel.units) <= DESCRIPTIVE for panel in panels(series)])


def fitted(panel: Labelled, how: How) -> Tried:
    """The panel VAR of a group; the reason where it cannot be had."""
    names = panel.columns.variables
    try:
        _refuse_still(panel)
        _refuse_lags(how)
        fit = pvar(
            panel,
            variables=names,
            lags=how.lags,
            estimator=how.estimator,  # type: ignore[arg-type]
            time_effects=how.time_effects,
            order=[names[j] for j in how.order],
            **_of_gmm(how),
        )
    except Refused as error:
        return Tried(None, Text(str(error), error.zh))
    return Tried(fit, Text("", ""))


def _refuse_lags(how: How) -> None:
    """Every estimator is tried, so one that does not take the lags is a column without a fit."""
    if how.estimator == "hahn_kuersteiner" and how.lags != 1:
        raise Refused("this correction is for one lag", "该纠偏仅适用于一阶滞后")


def refitted(panel: Labelled, how: How) -> PVARFit:
    """A fit that was had before, made again.

    Raises
    ------
    Refused
        If it cannot be had.
    """
    fit, why = fitted(panel, how)
    if fit is None:
        raise Refused(why.en, why.zh)
    return fit


def compared(panel: Labelled, most: int, time_effects: bool | str) -> tuple[pd.DataFrame | None, Text]:
    """Criteria of 1 to `most` lags, fewer where the years carry no more; and why they are fewer or none."""
    options: dict[str, Any] = {"variables": panel.columns.variables, "time_effects": time_effects}
    return _deepest(panel, most, lambda lags: lag_order(panel, max_lags=lags, **options))


def best_lag(panel: Labelled, criterion: str, most: int, time_effects: bool | str) -> int:
    """The number of lags up to `most` that a criterion chooses, fewer where the years carry no more."""
    effects = len(panel.units) >= FEW_UNITS if time_effects == "auto" else bool(time_effects)
    found, _ = _deepest(panel, most, lambda lags: by_likelihood(panel.values, lags, time_effects=effects))
    return found.chosen(criterion) if found else 1


def _deepest(panel: Labelled, most: int, task: Callable[[int], T]) -> tuple[T | None, Text]:
    """What a task gives for as many lags as the years carry, up to `most`; and why not for more."""
    why = Text("", "")
    for lags in range(most, 0, -1):
        try:
            _refuse_still(panel)
            return task(lags), why
        except Refused as error:
            why = Text(str(error), error.zh)
    return None, why


def _refuse_still(panel: Labelled) -> None:
    """Refuse a group without years, or one in which a variable stands still."""
    if not panel.years:
        raise Refused("no year has a value of every variable", "没有任何年份具备全部变量的数值")
    still = [
        name
        for name, own in zip(panel.columns.variables, np.moveaxis(panel.values, 2, 0), strict=True)
        if not (np.nan_to_num(np.diff(own, axis=1)) != 0).any()
    ]
    if still:
        raise Refused(
            f"{several(map(brief, still)).en} stands still in every unit, so nothing is left of it once unit effects are out",
            f"{several(map(brief, still)).zh}在各单元内不随时间变化，剔除个体效应后没有变异",
        )


def _of_gmm(how: How) -> dict[str, Any]:
    if not how.estimator.startswith("gmm"):
        return {}
    said = {
        "style": how.style,
        "transform": how.transform,
        "collapse": how.collapse,
        "instrument_lags": how.instrument_lags,
        "steps": 2 if how.estimator == "gmm_two_step" else 1,
    }
    return {key: value for key, value in said.items() if value is not None}


def lag_of(lags: Any, group: str, panel: Labelled, most: int, time_effects: bool | str) -> int:
    """The number of lags that a setting names for a group or for all, or that the criterion it names chooses.

    Examples
    --------
    >>> panel = Labelled(np.zeros((2, 3, 1)), ("a", "b"), (2001, 2002, 2003), Columns(("x",)))
    >>> lag_of({"default": 1, "Eastern": 2}, "Eastern", panel, 3, "auto")
    2
    """
    said = lags.get(group, lags.get("default", 1)) if isinstance(lags, Mapping) else lags
    return said if isinstance(said, int) else best_lag(panel, said, most, time_effects)


def leading(tried: Mapping[str, Tried], units: int, asked: str, years: bool | str) -> str:
    """Name of the fit that leads, "" where there is none.

    Year effects from ten units on, unless `years` says. The bias-corrected estimator leads, unless another is asked
    for: simulated panels of 10 and 31 units have smaller errors with it than with GMM, strong instruments or not
    (benchmarks/pvar_monte_carlo.md). An explosive fit leads only where every other explodes too.
    """
    suffix = WITH_YEARS if (units >= FEW_UNITS if years == "auto" else years) else ""
    wanted = [asked] if asked != "auto" else list(ESTIMATORS)
    for name in (f"{one}{suffix}" for one in wanted):
        found = tried.get(name)
        if found is not None and found.fit is not None and found.fit.modulus < 1:
            return name
    return next((f"{one}{suffix}" for one in wanted if (t := tried.get(f"{one}{suffix}")) and t.fit is not None), "")


def shown_fits(how: xr.DataArray, leads: xr.DataArray) -> list[tuple[int, How]]:
    """Position of the group and settings of the fits whose dynamics are shown: the leading one, and one-step GMM beside it."""
    out: list[tuple[int, How]] = []
    for g, lead in enumerate(leads.values):
        if not lead:
            continue
        wanted = [str(lead), f"gmm{WITH_YEARS if str(lead).endswith(WITH_YEARS) else ''}"]
        for name in dict.fromkeys(wanted):
            text = str(how.sel(estimator=name).values[g])
            if text:
                out.append((g, How.of(text)))
    return out
