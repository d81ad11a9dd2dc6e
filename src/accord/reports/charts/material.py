"""What the charts read from a results tree: names, years with the forecast's behind them, units row by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from accord.plot.forecast_frames import leading
from accord.plot.frames import only, ranked, regions_of, year_names
from accord.plot.sites import stage_names
from accord.plot.style import Words, stage_colours, texts
from accord.reports.charts.chart import Columns, brief
from accord.reports.charts.words import SAYS, say
from accord.reports.sections import names_of

BANDS = ("lo80", "hi80", "lo95", "hi95")


@dataclass(frozen=True)
class Material:
    """A results tree as the charts of one language read it."""

    tree: xr.DataTree
    language: str

    def say(self, key: str, **places: object) -> str:
        """A phrase of the charts; its variant where the study has no regions or no forecast, if it has such a one."""
        for variant, holds in (("undivided", len(self.groups) == 1), ("past", self.forecast is None)):
            if holds and f"{key}_{variant}" in SAYS:
                key = f"{key}_{variant}"
        return say(key, self.language, **places)

    @cached_property
    def words(self) -> Words:
        """What figures say."""
        return texts(self.language)

    def table(self, name: str) -> xr.Dataset | None:
        """A table; None where the tree does not hold it."""
        return self.tree[name].to_dataset() if name in self.tree.children else None

    @cached_property
    def past(self) -> xr.Dataset:
        """The table `coordination`, unit by year."""
        found = self.tree["coordination"].to_dataset()
        only(found["coordination"], "unit", "time")
        return found

    @cached_property
    def forecast(self) -> xr.Dataset | None:
        """The leading model's forecast in the order of the units; None where there is none."""
        table = self.table("forecast")
        if table is None or not {"mean", *BANDS} <= set(table):
            return None
        return leading(table).reindex(unit=self.past["unit"].values)

    @cached_property
    def years(self) -> list[str]:
        """Years of the data, then those forecast."""
        later = [] if self.forecast is None else [self.forecast["time"].values]
        return [name for times in (self.past["time"].values, *later) for name in year_names(times)]

    @property
    def known(self) -> int:
        """How many years the data have."""
        return int(self.past.sizes["time"])

    @cached_property
    def units(self) -> list[str]:
        """Names of the units in the reader's language."""
        named = names_of(self.tree, self.language).units
        return [named.get(str(u), str(u)) for u in self.past["unit"].values]

    @cached_property
    def groups(self) -> list[str]:
        """The whole, then the regions where there are several."""
        found = list(dict.fromkeys(r for r in regions_of(self.past).tolist() if r))
        return ["National", *(found if len(found) > 1 else [])]

    @cached_property
    def group_of(self) -> list[int]:
        """Place of each unit's region among the groups; 0 where it has none."""
        place = {name: k for k, name in enumerate(self.groups[1:], 1)}
        return [place.get(name, 0) for name in regions_of(self.past).tolist()]

    def group(self, name: str) -> str:
        """How a group of units is written: the whole in the reader's language, a region by its own name."""
        return self.words.national if name == "National" else name

    @cached_property
    def stages(self) -> list[str]:
        """Number and name of each stage, after what is said where there is none."""
        names = stage_names(self.past, self.language)
        return [self.say("no_data"), *(f"{k} {name}".strip() for k, name in enumerate(names, 1))]

    @cached_property
    def colours(self) -> list[str]:
        """Colour of each stage from the first."""
        return stage_colours(len(self.stages) - 1)

    @cached_property
    def rows(self) -> Columns:
        """One row for each unit: name, region, D and stage year by year, the forecast with its bands."""
        out: Columns = {
            "k": list(range(len(self.units))), "name": self.units, "group": self.group_of,
            "d": brief(only(self.past["coordination"], "unit", "time").values, 4),
            "s": self.stage_of.tolist(),
        }  # fmt: skip
        if self.forecast is not None:
            last = only(self.past["coordination"], "unit", "time").values[:, -1]
            out |= _ahead(self.forecast, "unit", last)
            if "stage_probability" in self.forecast:
                out["p"] = brief(only(self.forecast["stage_probability"], "unit", "time").values, 3)
        return out

    @cached_property
    def means(self) -> Columns | None:
        """One row for each group: name, mean, lowest and highest D year by year, the forecast; None without the table."""
        table = self.table("regions")
        if table is None or "coordination" not in table["variable"].values or table.sizes["time"] != self.known:
            return None
        own = table.sel(variable="coordination", drop=True)
        if not set(self.groups) <= set(own["region"].values.tolist()):
            return None
        own = own.sel(region=self.groups)
        out: Columns = {"k": list(range(len(self.groups))), "name": [self.group(g) for g in self.groups]}
        out |= {
            key: brief(only(own[v], "region", "time").values, 4)
            for key, v in (("d", "mean"), ("low", "min"), ("high", "max"))
        }
        later = self.table("forecast_regions")
        if later is not None and self.forecast is not None and {"mean", "now", *BANDS} <= set(later):
            later = later.reindex(group=self.groups)
            out |= _ahead(later, "group", later["now"].isel(time=0).values.astype("f8"))
        return out

    @cached_property
    def places(self) -> list[float]:
        """Where the years stand: years apart as they are, other times in even steps."""
        later = [] if self.forecast is None else [self.forecast["time"].values]
        times = np.concatenate([self.past["time"].values, *later])
        return [float(t) for t in times] if times.dtype.kind in "iuf" else [float(k) for k in range(len(times))]

    @property
    def dated(self) -> bool:
        """Whether the places are the years themselves."""
        return bool(self.past["time"].dtype.kind in "iuf")

    @cached_property
    def order(self) -> list[int]:
        """Units by region in order of appearance, then from high to low D in the last year."""
        values = only(self.past["coordination"], "unit", "time").values
        return [int(k) for k in ranked(np.array(self.group_of), values[:, -1])]

    @cached_property
    def stage_of(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Stage of each unit year by year, the forecast's behind; 0 where there is none."""
        parts = [only(self.past["stage"], "unit", "time").values]
        if self.forecast is not None and "forecast_stage" in self.forecast:
            parts.append(only(self.forecast["forecast_stage"], "unit", "time").values)
        elif self.forecast is not None:
            parts.append(np.zeros((len(self.units), self.forecast.sizes["time"])))
        return _whole(np.concatenate(parts, axis=1))

    def year_texts(self) -> list[str]:
        """Years as a slider says them: those forecast are called so."""
        later = [self.say("forecast_year", year=year) for year in self.years[self.known :]]
        return [*self.years[: self.known], *later]


def _ahead(table: xr.Dataset, row: str, last: np.ndarray[Any, Any]) -> Columns:
    """A forecast and its bands from the last year of the data on, and what each year's bands rest on."""
    out: Columns = {}
    for name in ("mean", *BANDS):
        values = only(table[name], row, "time").values
        start = np.where(np.isfinite(values).any(axis=1), last, np.nan)
        out[name] = brief(np.column_stack([start, values]), 4)
    for level in ("80", "95"):
        if f"basis{level}" in table:
            values = _whole(only(table[f"basis{level}"], row, "time").values)
            out[f"basis{level}"] = np.column_stack([np.zeros(len(values), dtype="i8"), values]).tolist()
    return out


def _whole(values: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.asarray(np.nan_to_num(np.asarray(values, dtype="f8")), dtype="i8")
