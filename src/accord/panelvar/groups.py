"""The panel VAR of each group of a study: series, settings, every fit that the group can carry, and which one leads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core.pvar_order import lag_order
from accord.errors import InputError, Refused
from accord.labels import groups
from accord.method import Text
from accord.panelvar.fit import pvar
from accord.panelvar.result import PVARFit
from accord.panelvar.styles import FEW_UNITS
from accord.phrases import ESTIMATORS, WITH_YEARS

Floats = NDArray[np.float64]
DESCRIPTIVE = 5
"""Up to this many units a group's results describe it and test nothing."""


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
) -> tuple[dict[str, NDArray[np.intp]], Floats]:
    """Units of each group, and (group, variable, unit, time) as the decision says: levels, or changes from the year before.

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
    return members, out


def of_group(values: Floats) -> xr.Dataset:
    """Variables x1, x2 ... by unit and time, of the units of the group and the years in which all are known.

    Raises
    ------
    Refused
        If there is no such year.
    """
    mine = np.isfinite(values).any(axis=(0, 2))
    known = np.asarray(np.isfinite(values).all(axis=0).any(axis=0))
    if not known.any():
        raise Refused("no year has a value of every variable", "没有任何年份具备全部变量的数值")
    first, last = int(known.argmax()), len(known) - int(known[::-1].argmax())
    own = values[:, mine, first:last]
    return xr.Dataset(
        {f"x{j + 1}": (("unit", "time"), one) for j, one in enumerate(own)},
        coords={"unit": np.arange(own.shape[1]), "time": np.arange(own.shape[2])},
    )


def fitted(values: Floats, how: How) -> Tried:
    """The panel VAR of (variable, unit, time), NaN in units outside the group; the reason where it cannot be had."""
    names = [f"x{j + 1}" for j in range(len(values))]
    try:
        fit = pvar(
            of_group(values),
            variables=names,
            lags=how.lags,
            estimator=how.estimator,  # type: ignore[arg-type]
            time_effects=how.time_effects,
            order=[names[j] for j in how.order],
            **_of_gmm(how),
        )
    except Refused as error:
        return Tried(None, Text(str(error), error.zh))
    except InputError as error:
        return Tried(None, Text(str(error), f"无法估计：{error}"))
    return Tried(fit, Text("", ""))


def _of_gmm(how: How) -> dict[str, Any]:
    if not how.estimator.startswith("gmm"):
        return {}
    said = {
        "style": how.style,
        "transform": how.transform,
        "collapse": how.collapse,
        "instrument_lags": how.instrument_lags,
        "steps": None if how.style == "stata_pvar" else 2 if how.estimator == "gmm_two_step" else 1,
    }
    return {key: value for key, value in said.items() if value is not None}


def best_lag(values: Floats, criterion: str, most: int) -> int:
    """The number of lags up to `most` that a criterion chooses for a group, fewer where its years do not carry them."""
    units = units_of(values)
    for deepest in range(most, 0, -1):
        try:
            found = lag_order(_array(of_group(values)), deepest, time_effects=units >= FEW_UNITS)
        except (Refused, InputError):
            continue
        return found.chosen(criterion)
    return 1


def _array(data: xr.Dataset) -> Floats:
    return np.asarray(data.to_array("variable").transpose("unit", "time", "variable").values)


def lag_of(lags: Mapping[str, Any], group: str) -> Any:
    """The lag, or the criterion that chooses it, that a setting names for a group.

    Examples
    --------
    >>> lag_of({"default": 1, "Eastern": 2}, "Eastern"), lag_of({"default": 1}, "Western")
    (2, 1)
    """
    return lags.get(group, lags.get("default", 1))


def units_of(values: Floats) -> int:
    """Units of a group, by its series."""
    return int(np.isfinite(values).any(axis=(0, 2)).sum())


def leading(tried: Mapping[str, Tried], units: int, asked: str, years: bool | str) -> str:
    """Name of the fit that leads, "" where there is none.

    Year effects from ten units on, unless `years` says. The bias-corrected estimator leads, unless another is asked
    for; GMM where its instruments are strong and it is asked for by no one else.
    """
    suffix = WITH_YEARS if (units >= FEW_UNITS if years == "auto" else years) else ""
    wanted = [asked] if asked != "auto" else list(ESTIMATORS)
    gmm = tried.get(f"gmm{suffix}")
    if asked == "auto" and gmm is not None and gmm.fit is not None and not gmm.fit.weak and gmm.fit.modulus < 1:
        wanted = ["gmm", *wanted]
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
