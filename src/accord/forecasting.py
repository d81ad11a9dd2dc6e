"""`accord.forecast`: the study's forecast for D that a user has at hand, without a panel or a plan."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field, TypeAdapter, ValidationError

from accord import methods
from accord.errors import InputError, brief, nearest
from accord.method import Choice, choices
from accord.phrases import span


def forecast(
    d: pd.DataFrame | xr.DataArray, horizon: int = 8, method: str = "ensemble", seed: int = 1, **options: Any
) -> xr.Dataset:
    """Continue D of every unit, with bands from rolling origins.

    Parameters
    ----------
    d
        Units down and years across: a DataFrame (index the units, columns the years) or a DataArray with dims unit
        and time. A unit may start late; a gap after its start is refused.
    horizon
        Years ahead, in steps of the data's own spacing.
    method
        A model of the step `forecast`: ensemble, lstm, paper, theta, drift, unit_drift, half_drift, naive, gm11, holt,
        arima, ets.
    seed
        A number from 0 that every network's weights start from.
    **options
        Options of the model, such as `members=50`.

    Returns
    -------
    The table `forecast` with this model alone, dims (model, route, unit, time): mean, bands of 80 and 95 %, what they
    rest on, stage of the ten and its probability. Attributes: `mase`, `mase_naive` and `mase_drift` over all rolling
    origins, `skill_naive`, `skill_drift`, `dropped` trainings, and the method's sentence. `accord.tidy` makes it rows.

    Raises
    ------
    InputError
        For data that are no such table, a gap, a negative value, or an unknown model or option.
    Refused
        With fewer than six years, or where the model cannot be had from these data.

    Examples
    --------
    >>> import accord as ac
    >>> d = ac.Study(ac.sample("us-states"))["coordination"].to_pandas()
    >>> found = ac.tidy(ac.forecast(d, horizon=2, method="theta"))
    >>> found[["unit", "time", "mean", "lo80", "hi80"]].head(2).round(3).values.tolist()
    [['Alabama', 1987, 0.462, 0.451, 0.474], ['Alabama', 1988, 0.463, 0.445, 0.481]]
    """
    if method not in choices("forecast"):
        raise InputError(f'forecast: there is no model "{brief(method)}"; {nearest(method, choices("forecast"))}')
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
        raise InputError(f"forecast: horizon = {brief(horizon)} is no number of years from 1")
    model = choices("forecast")[method]
    for name in options:
        if name not in model.options:
            raise InputError(f'forecast: "{method}" has no option "{brief(name)}"; {nearest(name, model.options)}')
        options[name] = _allowed(name, options[name], model.options[name].annotation)
    seed = _allowed("seed", seed, Annotated[int, Field(ge=0)])
    x = _table(d)
    years = xr.DataArray(x["time"].values, dims="time")
    step = int(years.values[1] - years.values[0]) if years.size > 1 else 1
    own = methods.rolling, methods.outlook, methods.forecast_skill
    frame = own[0].forecast_years(years, until=int(years.values[-1]) + step * int(horizon))
    origins, ahead = frame["origins"], frame["ahead"]
    vintage = xr.concat([x] * origins.size, "origin").assign_coords(origin=origins.values)
    none = xr.DataArray(np.empty((origins.size, 0, *x.shape)), dims=("origin", "subsystem", "unit", "time"))
    histories = own[0].histories(vintage, none, years)
    have = {"histories": histories, "ahead": ahead, "seed": xr.DataArray(seed)}
    paths = model.func(*(have[need] for need in model.needs), **options)
    beside = own[0].comparators(compare=[])
    tried = own[0].tried(histories, paths, ahead, have["seed"], beside)
    both = own[0].forecasts(tried, tried.sel(part=0) * np.nan, vintage, years)
    said, came = both["forecasts"], both["outcome"]
    stages = choices("stages")["ten"].func()
    out: xr.Dataset = own[1].forecast(
        said.isel(model=[0], route=[0]), both["missed"].isel(model=[0], route=[0]), origins, ahead, years, stages
    )
    ranks = own[2].forecast_ranking(said, came, vintage, years).sel(route="direct")
    by = {str(name): k for k, name in enumerate(ranks["model"].values)}
    shown = {name: options.get(name, p.default) for name, p in model.options.items()}
    out.attrs = {
        "table": "forecast", "method": model.id, "seed": int(seed), "mase": float(ranks["mase"][0]),
        **{f"mase_{name}": float(ranks["mase"][by[name]]) for name in ("naive", "drift")},
        **{f"skill_{name}": float(ranks[f"skill_{name}"][0]) for name in ("naive", "drift")},
        **{name: int(paths[name][0]) for name in ("dropped", "fallbacks")},
        **{k: v for k, v in Choice(model, shown).attrs("forecast").items() if k.startswith("says_")},
    }  # fmt: skip
    return out


def _allowed(name: str, value: Any, annotation: Any) -> Any:
    """The value of an option, held to its declaration."""
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        return TypeAdapter(annotation).validate_python(plain, strict=True)
    except ValidationError as error:
        wrong = " or ".join(dict.fromkeys(fault["msg"].lower() for fault in error.errors()[:2]))
        raise InputError(f"forecast: {name} = {brief(value)} is not allowed ({wrong})") from error


def _table(d: pd.DataFrame | xr.DataArray) -> xr.DataArray:
    """D with dims (unit, time), years ascending and evenly spaced, no gap after a unit's start."""
    if isinstance(d, xr.DataArray):
        if set(map(str, d.dims)) != {"unit", "time"} or not {"unit", "time"} <= set(d.coords):
            raise InputError(f"forecast: an array needs dims unit and time with their names; this has {d.dims}")
        d = pd.DataFrame(d.transpose("unit", "time").values, d["unit"].values, d["time"].values)
    if not isinstance(d, pd.DataFrame):
        raise InputError(f"forecast takes a table of units by years, and this is a {type(d).__name__}")
    years = pd.to_numeric(pd.Series([str(c).strip().removesuffix("年") for c in d.columns]), errors="coerce").to_numpy(
        "f8"
    )
    if not len(d) or not len(years):
        raise InputError("forecast: the table is empty; columns are years and rows are units")
    bad = [column for column, y in zip(d.columns, years, strict=True) if not float(y).is_integer()]
    if bad:
        raise InputError(f'forecast: columns are years and rows are units; "{brief(bad[0])}" is no year')
    order = np.argsort(years, kind="stable")
    at = years[order].astype("i8")
    gap = np.flatnonzero(np.diff(at) != np.diff(at)[:1])
    if len(set(at)) < len(at) or gap.size:
        where = span([at[gap[0]], at[gap[0] + 1]]).en if gap.size else ""
        raise InputError(f"forecast: years must be different and evenly spaced{f'; see {where}' * bool(gap.size)}")
    if d.index.has_duplicates:
        raise InputError(f'forecast: the unit "{brief(d.index[d.index.duplicated()][0])}" stands twice')
    try:
        x = d.iloc[:, order].to_numpy(dtype="f8", na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"forecast: a cell is no number ({brief(error)})") from error
    names = [str(unit) for unit in d.index]
    for wrong, why in ((np.isinf(x), "is infinite"), (x < 0, "is negative, and D is not")):
        if wrong.any():
            i, j = np.argwhere(wrong)[0]
            raise InputError(f"forecast: {brief(names[i])} in {at[j]} {why}")
    seen = np.isfinite(x)
    holes = ~seen & np.logical_or.accumulate(seen, axis=1)
    if holes.any() or not seen.any(axis=1).all():
        i, j = np.argwhere(holes)[0] if holes.any() else (int(np.flatnonzero(~seen.any(axis=1))[0]), 0)
        raise InputError(f"forecast: {brief(names[i])} has no value in {at[j]}; fill the gap or drop the unit")
    return xr.DataArray(x, dims=("unit", "time"), coords={"unit": names, "time": at})
