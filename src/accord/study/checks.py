"""Checks that a panel must pass, read or made by hand, and what a careful colleague would say of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief, nearest
from accord.method import Text
from accord.study.source import LARGEST
from accord.study.system import TAKEN

TOTALS = (
    "total",
    "sum",
    "national",
    "nationwide",
    "country",
    "合计",
    "总计",
    "全国",
    "全国合计",
    "全国平均",
    "average",
    "平均",
)
"""Names of rows that stand for all units together."""


def check_panel(panel: xr.Dataset) -> None:
    """Refuse a panel that no study can be computed from, as one made by hand may be.

    A panel holds `indicators` (unit, time, indicator) with coords `subsystem` and `direction` along the
    indicator, and `target` (bound, indicator) where a direction is `=`; or `score` (unit, time, subsystem)
    in [0, 1]. `region` and `label_zh` along unit may be there.

    Raises
    ------
    InputError
        One sentence naming what is wrong, with its unit, year and indicator, and the mend.
    """
    name, last = ("score", "subsystem") if "score" in panel else ("indicators", "indicator")
    if name not in panel:
        raise InputError("the panel holds neither `indicators` nor `score`; make it with read_panel")
    if name == "indicators" and "subsystem" not in panel.coords:
        raise InputError(
            "the panel has no indicator system: read it with read_panel(path, system=IndicatorSystem.from_table(...))"
        )
    dims = ("unit", "time", last)
    if set(panel[name].dims) != set(dims):
        raise InputError(f"`{name}` has the dims {_listed(panel[name].dims)}; it needs {_listed(dims)}")
    for dim in dims:
        if dim not in panel.coords:
            raise InputError(f'the panel has no coordinate "{dim}" that names its {dim}s; assign one')
        _refuse_twice(panel[dim].values.tolist(), dim)
    x = panel[name].transpose(*dims).values
    if x.dtype.kind not in "fiu":
        raise InputError(f"`{name}` holds {x.dtype}, not numbers; convert it to floats")
    units, years = [str(u) for u in panel["unit"].values], _whole_years(panel["time"].values)
    if len(units) < 2:
        raise InputError(f"the panel: there is one unit only ({_listed(units)}); a study compares at least two")
    if "" in map(str.strip, units):
        raise InputError("the panel: a unit has no name; give it one")
    check_years("the panel", years)
    labels = [str(label) for label in panel[last].values]

    def refuse(bad: NDArray[np.bool_], what: str) -> None:
        if bad.any():
            u, t, j = (int(i) for i in np.argwhere(bad)[0])
            raise InputError(
                f'the panel: {last} "{brief(labels[j])}" is {x[u, t, j]:g} for {units[u]} {years[t]}; {what}'
            )

    refuse(~np.isfinite(x), "fill the gap or take the unit, the year or the column out")
    refuse(np.abs(x) > LARGEST, "too large to compute with; use a larger unit of measurement")
    if name == "score":
        refuse((x < 0) | (x > 1), "subsystem indices lie in [0, 1]")
        check_subsystems("the panel", labels)
    else:
        refuse_constant("the panel", labels, np.moveaxis(x, -1, 0))
        _check_system(panel, labels)
    _check_units(panel, units)
    _check_ground(panel, units)


def _check_system(panel: xr.Dataset, keys: list[str]) -> None:
    """The indicator system of a panel made by hand: subsystem, direction and target along the indicator."""
    for name in ("subsystem", "direction"):
        if name not in panel.coords or panel[name].dims != ("indicator",):
            raise InputError(f'the panel needs the coordinate "{name}" along indicator, one for each; assign it')
    check_subsystems("the panel", list(dict.fromkeys(map(str, panel["subsystem"].values))))
    direction = [str(d) for d in panel["direction"].values]
    for key, said in zip(keys, direction, strict=True):
        if said not in ("+", "-", "="):
            raise InputError(f'the panel: unknown direction "{brief(said)}" of indicator "{key}"; write +, - or =')
    if "=" not in direction:
        return
    if "target" not in panel or set(panel["target"].dims) != {"bound", "indicator"} or panel.sizes["bound"] != 2:
        raise InputError(
            f'the panel: indicator "{keys[direction.index("=")]}" has direction = but no target; '
            "add `target` (bound, indicator) with its lower and upper bound"
        )
    low, high = panel["target"].transpose("bound", "indicator").values.astype("f8")
    for j, key in enumerate(keys):
        if direction[j] == "=" and not (np.isfinite(low[j]) and np.isfinite(high[j]) and low[j] <= high[j]):
            raise InputError(
                f'the panel: indicator "{key}" has direction = but the target {low[j]:g}..{high[j]:g}; give two numbers, the lower first'
            )


def _check_ground(panel: xr.Dataset, units: list[str]) -> None:
    """Neighbours and positions of a panel made by hand: pairs of names, degrees."""
    for name, dims, kinds in (("neighbours", {"pair", "side"}, "UOT"), ("position", {"unit", "axis"}, "fiu")):
        if name not in panel:
            continue
        side = "side" if name == "neighbours" else "axis"
        if set(panel[name].dims) != dims or panel.sizes[side] != 2 or panel[name].dtype.kind not in kinds:
            raise InputError(
                f"the panel: `{name}` must have the dims {_listed(sorted(dims))}, with "
                + ("two names of units a pair" if name == "neighbours" else "longitude and latitude in degrees")
            )
    if "neighbours" in panel and panel.sizes["pair"]:
        named = [str(name) for name in panel["neighbours"].values.ravel()]
        if not set(named) & set(units):
            raise InputError(
                f'the panel: `neighbours` names no unit of it, such as "{brief(named[0])}"; {nearest(named[0], units)}'
            )
    if "position" in panel:
        lon, lat = np.abs(panel["position"].transpose("axis", "unit").values.astype("f8"))
        if (lon > 360).any() or (lat > 90).any():
            raise InputError("the panel: `position` holds numbers that are no degrees; give longitude, then latitude")


def _check_units(panel: xr.Dataset, units: list[str]) -> None:
    """Regions and Chinese names of a panel made by hand: one per unit."""
    for name in ("region", "label_zh"):
        if name not in panel:
            continue
        if name not in panel.coords or panel[name].dims != ("unit",):
            raise InputError(f"the panel: `{name}` must be a coordinate along unit, with one text for each unit")
        for unit, value in zip(units, panel[name].values, strict=True):
            if not isinstance(value, str) and value == value and value is not None:
                raise InputError(
                    f"the panel: {name} of {unit} is {brief(value)}, not text; convert it with astype(str)"
                )
            if not isinstance(value, str) or not value.strip():
                raise InputError(f"the panel: no {name} for {unit}; every unit needs one, or drop the coordinate")
    if "region" in panel:
        refuse_national("the panel", panel["region"].values)


def _listed(names: Sequence[Hashable]) -> str:
    return ", ".join(brief(name) for name in names)


def _refuse_twice(names: list[Any], what: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f'the panel: {what} "{brief(twice[0])}" stands twice; remove or rename one')


def _whole_years(values: NDArray[Any]) -> NDArray[np.int64]:
    """Years of a panel made by hand, which ascend."""
    if values.dtype.kind == "M":
        raise InputError('the panel: years are dates; make them whole numbers, such as panel["time"].dt.year')
    odd = values if values.dtype.kind not in "iuf" else values[~(np.isfinite(values) & (values % 1 == 0))]
    if odd.size:
        raise InputError(f'the panel: the year "{brief(odd[0])}" is not a whole number; write 2011')
    years = values.astype("i8")
    if (np.diff(years) < 0).any():
        raise InputError('the panel: years do not ascend; sort them with panel.sortby("time")')
    return years


def check_years(place: str, span: NDArray[np.int64]) -> None:
    """Two years at least, evenly spaced."""
    if span.size < 2:
        raise InputError(f"{place}: there is one year only ({_listed(span.tolist())}); a study needs at least two")
    step = np.diff(span)
    if (step != step.min()).any() or (step.min() > 1 and np.gcd.reduce(step) != step[0]):
        after = int(np.flatnonzero(step != step.min())[0])
        absent = f"{span[after] + step.min()}"
        raise InputError(
            f"{place}: years are missing between {span[after]} and {span[after + 1]} (no row has {absent}); "
            "add rows for them (cells may be empty) or keep evenly spaced years"
        )


def refuse_national(place: str, regions: NDArray[Any]) -> None:
    """Refuse a region with the name that all units together have, in either language."""
    for name in ("National", "全国"):
        if name in regions:
            raise InputError(f'{place}: "{name}" stands for all units together; give the region another name')


def check_subsystems(place: str, names: list[str]) -> None:
    """Two at least, each with a name of its own."""
    if len(names) < 2:
        raise InputError(f'{place} has one subsystem only ("{_listed(names)}"); coupling needs at least two')
    for name in names:
        if not name or name in TAKEN:
            said = f'be called "{name}", as a result is' if name else "be without a name"
            raise InputError(f"{place}: a subsystem cannot {said}; rename it")


def refuse_constant(place: str, keys: list[str], x: NDArray[np.float64]) -> None:
    """Refuse an indicator, of values (indicator, unit, time), that is the same everywhere."""
    for key, values in zip(keys, x, strict=True):
        if np.ptp(values) == 0:
            raise InputError(
                f'{place}: indicator "{key}" is constant ({values[0, 0]:g} everywhere) and says nothing; take it out of the indicator table'
            )


def reading_notes(panel: xr.Dataset) -> list[Text]:
    """What to say of how the panel was made: zones left out, a guessed encoding, a row of totals among the units."""
    out = [Text(**said) for said in json.loads(panel.attrs.get("notes", "[]"))]
    if panel.attrs.get("encoding") == "GB18030":
        out.append(
            Text(
                "the table is not UTF-8 and was read as GB18030: look at the names, and save it as CSV UTF-8 if they are wrong",
                "数据表不是 UTF-8 编码，已按 GB18030 读取：请核对名称，如有误请另存为 UTF-8 编码的 CSV",
            )
        )
    for unit in panel["unit"].values:
        if str(unit).strip().casefold() in TOTALS:
            out.append(
                Text(
                    f'the unit "{unit}" looks like a total of the others: if it is, take its rows out of the data',
                    f"单元“{unit}”似为合计：如属实，请从数据中删除这些行",
                )
            )
    return out


def near_duplicates(panel: xr.Dataset, limit: float = 0.95) -> list[tuple[str, str, float]]:
    """Pairs of indicators in different subsystems that are nearly the same: |r| above `limit`."""
    x = panel["indicators"].values.reshape(-1, panel.sizes["indicator"])
    r = np.corrcoef(x, rowvar=False)
    keys, system = panel["indicator"].values, panel["subsystem"].values
    return [
        (str(keys[i]), str(keys[j]), float(r[i, j]))
        for i in range(len(keys))
        for j in range(i)
        if system[i] != system[j] and abs(r[i, j]) > limit
    ]
