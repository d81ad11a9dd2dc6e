"""`Study`: a panel and a plan, and everything that follows from them, computed when asked for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr

from accord.core.engine import Tell, quiet
from accord.errors import InputError, brief, nearest
from accord.method import Text, group
from accord.study import steps, tables
from accord.study.again import made_again
from accord.study.cache import Cache, key_of
from accord.study.checks import check_panel, near_duplicates, reading_notes
from accord.study.conventions import conventions
from accord.study.cube import CubeSource
from accord.study.derivation import derivation
from accord.study.evaluate import Evaluator, Store, Unavailable
from accord.study.findings import findings
from accord.study.naming import by_kind, named, unknown
from accord.study.plan import settle
from accord.study.remarks import remarks
from accord.study.source import PanelSource, Source
from accord.study.steps import Step
from accord.study.zeros import zero_warning
from accord.study.zonal import coverage_table
from accord.variables import TABLES, VARIABLES


class Study:
    """A coupling-coordination study of one panel under one set of methods.

    Parameters
    ----------
    panel
        A panel from `read_panel`, or a source.
    title, language, seed
        Shown in results; "en" or "zh"; the one seed everything random starts from.
    title_zh, names_zh
        The title in Chinese; Chinese names of regions, subsystems, dimensions, indicators (by key), units and units of
        measurement by their name in the data, for reports in Chinese.
    **steps
        Methods and options by step: `weights="critic"`, `coupling={"method": "wang"}`,
        `obstacle=False`. Steps not named run with their defaults.

    Raises
    ------
    InputError
        If a step, method or option is unknown or does not fit, or the panel has no indicator system.

    Examples
    --------
    >>> import accord as ac
    >>> study = ac.Study(ac.sample("us-states"), weights="entropy", coupling="standard")
    >>> study["coordination"].sizes["unit"], study["weights"]["weight"].sizes["indicator"]
    (48, 6)
    """

    def __init__(
        self,
        panel: xr.Dataset | Source,
        *,
        title: str = "",
        title_zh: str = "",
        names_zh: Mapping[str, str] | None = None,
        language: Literal["en", "zh"] = "en",
        seed: int = 1,
        simulated: bool = False,
        pool: Executor | None = None,
        tell: Tell = quiet,
        cache: Cache | None = None,
        store: Store | None = None,
        resume: Path | None = None,
        duplicates: float = 0.95,
        **steps: Any,
    ) -> None:
        if isinstance(panel, xr.Dataset):
            check_panel(panel)
        elif not isinstance(panel, PanelSource | CubeSource):
            raise InputError(
                f"a study takes a panel from read_panel or a cube from read_cube, and this is a {type(panel).__name__}"
            )
        if language not in ("en", "zh"):
            raise InputError(f'language "{brief(language)}": results are written in English or Chinese; say en or zh')
        self.source: Source = PanelSource(panel) if isinstance(panel, xr.Dataset) else panel
        self.title, self.language, self.seed, self.simulated = title, language, seed, simulated
        self.title_zh, self._given_names = title_zh, names_zh or {}
        self.names_zh = by_kind(self.source, self._given_names)
        self.source = named(self.source, self._given_names)
        self.steps, self.settled = dict(steps), settle(steps)
        self.settled.makers.update(made_again(self.source, self.settled.makers))
        self.cache, self.duplicates = cache, duplicates
        self.log: list[Step] = []
        self._groups: dict[str, xr.Dataset] = {}
        self.evaluator = Evaluator(self.source, self.settled.makers, pool, tell, store, {"seed": xr.DataArray(seed)})
        self.evaluator.folder, self.evaluator.resume = cache.beside if cache else None, resume
        self.evaluator.prepare()
        self._again = {
            "title": title,
            "title_zh": title_zh,
            "names_zh": names_zh,
            "language": language,
            "seed": seed,
            "simulated": simulated,
            "pool": pool,
            "tell": tell,
            "cache": cache,
            "store": store,
            "duplicates": duplicates,
        }

    def __getitem__(self, name: str) -> xr.DataArray | xr.Dataset:
        """A variable as a DataArray, or a table as a Dataset; only what it needs is computed."""
        known = tables.names_of(self.settled.makers)
        try:
            if name in VARIABLES and (
                name in self.settled.makers or name in self.evaluator.have or name in self.source.large
            ):
                return self._variable(name)
            if name in known:
                return self.table(name)
        except Unavailable as error:
            raise InputError(f'"{name}" cannot be had from these data: {error} is not there') from error
        raise KeyError(
            f'no variable or table "{name}"; {nearest(name, [*known, *(key for key in self.settled.makers if key in VARIABLES)])}'
        )

    def with_(self, **steps: Any) -> Study:
        """The same study with some steps done differently."""
        return Study(self.source, **{**self._again, **{**self.steps, **steps}})

    def table(self, name: str) -> xr.Dataset:
        """One table of the study, computed if it is not there yet."""
        if name not in self._groups:
            arrays = self._cached(self.evaluator.within_reach(tables.names_of(self.settled.makers)[name]))
            for more in tables.BESIDE.get(name, ()):
                self.evaluator.obtain(self.evaluator.possible([more]))
            made = tables.assemble(name, arrays, self.settled.makers, self.source, self.facts())
            self._groups[name] = tables.beside(made, name, self.source, self.facts())
            self._groups[name].attrs["key"] = self.key(name)
        return self._groups[name]

    @property
    def fingerprint(self) -> str:
        """A digest of the data and of the seed."""
        return f"{self.source.fingerprint} {self.seed}"

    def key(self, name: str) -> str:
        """A digest of all that a table comes from: data, methods, versions, options."""
        keys = [*tables.names_of(self.settled.makers)[name], *tables.BESIDE.get(name, ())]
        every = " ".join(key_of(key, self.settled.makers, self.fingerprint) for key in keys)
        return hashlib.sha256(every.encode()).hexdigest()

    def run(self, only: str | None = None) -> list[Step]:
        """Run every step (or one), never letting a failing step take the others down.

        Returns what became of each step; tables of those done are in `results()`. Bad input raises.
        """
        self.log = steps.run(self, only)
        return self.log

    def out_of_reach(self) -> dict[str, Text]:
        """Steps that these data and this plan do not lead to, and why."""
        return steps.out_of_reach(self)

    def look(self) -> list[Text]:
        """Make all that works value by value or adds up, where the data are in memory: a setting that does not fit
        them is met before anything long or lasting is done. Returns what is asked for in vain.
        """
        known = {**self.source.small, **self.evaluator.have, "plan": self.steps}
        away = self.out_of_reach()
        every = [one.choice for one in dict.fromkeys(map(_Once, self.settled.makers.values()))]
        in_vain = [text for choice in every if choice.method.step not in away for text in choice.fit(known)]
        if self.source.in_memory:
            makers = self.settled.makers.items()
            steps.attempt(self, [key for key, choice in makers if choice.method.kind != "whole"])
        return in_vain

    def results(self) -> xr.DataTree:
        """Everything computed so far as a tree that xarray opens without accord."""
        order = [*TABLES, *(name for name in self._groups if name not in TABLES)]
        groups = {name: self._groups[name] for name in order if name in self._groups and self._groups[name].data_vars}
        groups["conventions"] = conventions(self.source, self.settled, self.out_of_reach())
        if (found := findings(groups, self.names_zh)) is not None:
            groups["findings"] = found
        panel = self.source.panel if isinstance(self.source, PanelSource) else xr.Dataset()
        traced = {**coverage_table(panel), **derivation(panel)}
        lead = {name: table for name, table in groups.items() if name in ("descriptives", "filled")}
        return tables.tree(self.title, {**self._inputs(), **lead, **traced, **groups}, {
            "title_zh": self.title_zh, "names_zh": self.names_zh, "language": self.language, "seed": self.seed,
            "simulated": int(self.simulated),
            "steps": [vars(step) for step in self.log], "warnings": self.warnings(), "methods": self.methods(),
        })  # fmt: skip

    def save(self, path: str | Path) -> None:
        """Run what has not run, and write the results tree as netCDF.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        if not self.log:
            self.run()
        try:
            tables.write_netcdf(self.results(), path)
        except OSError as error:
            raise InputError(f"{path} cannot be written ({error.strerror or error}); name another file") from error

    def methods(self) -> list[dict[str, Any]]:
        """How each step that was done was done: method, version, options, sentence, citations."""
        done = [step.name for step in self.log if step.state == "done"] if self.log else list(self.settled.chosen)
        given = {step for step, c in self.settled.chosen.items() if set(c.method.keys) <= set(self.source.large)}
        return [self._method_record(step) for step in self.settled.chosen if step in done and step not in given]

    def _method_record(self, step: str) -> dict[str, Any]:
        choice = self.settled.chosen[step]
        says = choice.method.sentence(choice.shown, self.facts())
        formula = choice.method.formulas(choice.shown, self.facts())
        cited = [key for m in group(choice.method) for key in m.cite]
        return {
            "step": step, "method": choice.method.name, "version": choice.method.version, "options": dict(choice.shown),
            "says_en": says.en, "says_zh": says.zh, "formula": formula, "cite": list(dict.fromkeys(cited)),
        }  # fmt: skip

    def warnings(self) -> list[dict[str, str]]:
        """What a careful colleague would point out, in English and Chinese."""
        out = [
            {"en": text.en, "zh": text.zh, "step": choice.choice.method.step}
            for choice in dict.fromkeys(map(_Once, self.settled.makers.values()))
            for text in choice.choice.cautions()
        ]
        if self.source.in_memory:
            out += zero_warning(self.evaluator.have, self.source.coords, self.names_zh.get("subsystem", {}))
        lost = unknown(self.source, self._given_names) if self.language == "zh" else None
        return [*out, *([lost] if lost else []), *data_warnings(self.source, self.duplicates)]

    def _variable(self, name: str) -> xr.DataArray:
        self.evaluator.obtain([name])
        array = self.evaluator.have[name]
        if name in self.settled.makers:
            return tables.assemble("", {name: array}, self.settled.makers, self.source, self.facts())[name]
        return array

    def facts(self) -> dict[str, Any]:
        """What method sentences may speak of: the variables at hand, and the rules by which gaps were filled."""
        out: dict[str, Any] = {**self.evaluator.have, "indices_given": "score" in self.source.large}
        if isinstance(self.source, PanelSource):
            out |= {"gap_rule": self.source.arrays.get("gap_rule"), "gaps": self.source.panel.attrs.get("gaps")}
        return out

    def _cached(self, keys: list[str]) -> dict[str, xr.DataArray]:
        have, makers = self.evaluator.have, self.settled.makers
        if self.cache:
            for key in [k for k in keys if k not in have]:
                found = self.cache.load(key_of(key, makers, self.fingerprint))
                if found is not None:
                    have[key] = found["result"]
        absent = [key for key in keys if key not in have]
        start = time.perf_counter()
        self.evaluator.obtain(absent)
        if self.cache and absent and time.perf_counter() - start > self.cache.seconds:
            for key in absent:
                if key in have:
                    self.cache.save(key_of(key, makers, self.fingerprint), have[key].to_dataset(name="result"))
        return {key: have[key] for key in keys if key in have}

    def _inputs(self) -> dict[str, xr.Dataset]:
        """The panel as it was used, for whoever opens the results."""
        if not self.source.in_memory:
            return {}
        arrays = {name: self.source.whole(name).rename(name) for name in self.source.large}
        arrays = {n: a.transpose(*self.source.sizes, ...) for n, a in arrays.items()}
        out = xr.Dataset(arrays).assign_coords({k: v for k, v in self.source.coords.items()})
        small = {
            k: ("indicator", self.source.small[k].values) for k in tables.ALONG["indicator"] if k in self.source.small
        }
        facts, panel = self.facts(), self.source.panel if isinstance(self.source, PanelSource) else out
        said = {k: panel[k].variable for k in ("expr", "deflator") if k in panel.coords and "indicator" in out.dims}
        bounds = {k: facts[k].variable for k in ("low", "high") if k in facts and "indicator" in out.dims}
        out = out.assign_coords({**small, **said, **bounds})
        if "target" in self.source.small and "indicator" in out.dims:
            out["target"] = self.source.small["target"].variable
        if facts.get("gaps") is not None:
            out.attrs["gaps"] = facts["gaps"]
        return {"panel": out}


@dataclass(frozen=True)
class _Once:
    """A choice compared by its method, so that a method with two outputs is met once."""

    choice: Any

    def __hash__(self) -> int:
        return hash(self.choice.method.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other.choice.method.id == self.choice.method.id


def data_warnings(source: Source, duplicates: float = 0.95) -> list[dict[str, str]]:
    """Warnings that the data themselves call for."""
    out = []
    if isinstance(source, PanelSource):
        out += [{"en": text.en, "zh": text.zh} for text in reading_notes(source.panel)]
    if isinstance(source, PanelSource) and "indicators" in source.panel:
        for a, b, r in near_duplicates(source.panel, duplicates):
            out.append({
                "en": f'"{a}" and "{b}" stand in two subsystems and are nearly the same (r = {r:.3f}): part of the coupling is mechanical',
                "zh": f"“{a}”与“{b}”分属两个子系统却几乎相同（r = {r:.3f}）：耦合部分源于机械相关",
            })  # fmt: skip
        out += [{"en": r.text.en, "zh": r.text.zh} for r in remarks(source.panel) if r.warn]
        step = np.diff(source.panel["time"].values)
        if step.size and step[0] > 1:
            out.append(
                {"en": f"years stand {step[0]} apart: a period is {step[0]} years", "zh": f"年份间隔为 {step[0]} 年"}
            )
        unused = [str(name) for name in source.panel.attrs.get("unused_columns", [])]
        if unused:
            out.append(_unused(unused))
    return out


def _unused(columns: list[str], shown: int = 12) -> dict[str, str]:
    """That columns of the data are in no indicator, all in one sentence."""
    more = len(columns) - shown
    en, zh = ", ".join(f'"{name}"' for name in columns[:shown]), "、".join(f"“{name}”" for name in columns[:shown])
    if len(columns) == 1:
        return {
            "en": f"column {en} of the data is not in the indicator table and was not used",
            "zh": f"数据列{zh}不在指标表中，未使用",
        }
    return {
        "en": f"columns of the data that are not in the indicator table and were not used: {en}"
        + (f" and {more} more" if more > 0 else ""),
        "zh": f"以下数据列不在指标表中，未使用：{zh}" + (f"等 {len(columns)} 列" if more > 0 else ""),
    }
