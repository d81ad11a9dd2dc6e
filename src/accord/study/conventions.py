"""Every setting of a study beside the published study's: what ours is, what else there is, and why they differ."""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection, Iterator, Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
import xarray as xr

from accord.method import UNUSED, Choice, Unused, choices, group, steps
from accord.study.alternatives import written
from accord.study.plan import Settled, settle
from accord.study.published import published_plan, published_steps
from accord.study.reasons import IN_PART, LIKE, READING, STATED, reason
from accord.study.source import PanelSource, Source

COLUMNS = ("step", "setting", "used", "alternatives", "published", "same", "stated", "why", "why_zh")
OFF = "false"
"""A step that is left out, as a plan says it."""


def conventions(source: Source, settled: Settled, away: Collection[str] = ()) -> xr.Dataset:
    """Table `conventions`: a row per setting, in the order of the study, with what it comes to.

    What a method fixes, or another option decides, stands as it is in effect ("auto" as what it chooses, where the
    settings tell); an option that nothing reads is "unused, " and the setting that switches it off, and has no row
    where neither study reads it. `alternatives` are the other methods or named values; `same` is yes or no, and empty where only one of the two
    studies has the setting; `stated` says whether the publication states its own, in full or in part. Steps that these data do not lead
    to are `away`: their `used` is empty.
    """
    theirs = settle(published_steps(source.small["subsystems"].size)).chosen
    given = {step for step, choice in settled.chosen.items() if set(choice.method.keys) <= set(source.large)}
    rows = [*_of_gaps(source)]
    for step in steps():
        here = step not in {*away, *given}
        if (here and step in settled.chosen) or step in theirs:
            rows += _of_step(step, settled.chosen.get(step), theirs.get(step), source, here)
    columns = zip(*rows, strict=True)
    data = {name: ("case", np.array(values, dtype=str)) for name, values in zip(COLUMNS, columns, strict=True)}
    return xr.Dataset(data, attrs={"table": "conventions"})


def _of_gaps(source: Source) -> Iterator[tuple[str, ...]]:
    """Rules for missing cells, which stand in the panel's part of a plan."""
    said = source.panel.attrs.get("gaps") if isinstance(source, PanelSource) else None
    if said is not None and "indicators" in source.large:
        theirs = published_plan()["panel"]["gaps"]
        for name, others in (("inside", "none"), ("ends", "hold, trend, nearest_mean, none")):
            used = json.loads(said)[name]
            other = ", ".join(value for value in others.split(", ") if value != used)
            yield _row("filled", name, used, other, theirs[name], used == theirs[name])


def _of_step(
    step: str, ours: Choice | None, theirs: Choice | None, source: Source, here: bool
) -> Iterator[tuple[str, ...]]:
    """The method of a step, where there is a choice or one study leaves it out, and its options."""
    names = [c.method.name if c is not None else OFF for c in (ours, theirs)]
    others = [name for name in choices(step) if name != names[0]]
    told = bool(others) or names[0] != names[1]
    if not here:
        ours, names[0], others = None, "", []
    if told:
        same = (names[0] == names[1] or _same_edges(step, ours, theirs)) if here else None
        yield _row(step, "method", names[0], ", ".join(others), names[1], same)
    own, their = (_shown(c, source, apart=names[0] != names[1]) for c in (ours, theirs))
    for name in dict.fromkeys([*own, *their]):
        if all(isinstance(d[name], Unused) for d in (own, their) if name in d):
            continue
        used, published = (_told(d, name) for d in (own, their))
        alike = _alike(step, name, own[name], their[name], source) if name in own and name in their else None
        if used or published:
            others = _others(ours, name, own[name]) if ours is not None and name in own else []
            by = their[name].by if isinstance(their.get(name), Unused) else name
            yield _row(step, name, used, ", ".join(others), published, alike, by)


def _shown(choice: Choice | None, source: Source, apart: bool) -> dict[str, Any]:
    """Options of a method as they are in effect; classes that go by another name than the others' with edges and names."""
    if choice is None:
        return {}
    shown = choice.settled(source.small)
    if choice.method.step != "stages" or not apart:
        return shown
    table = _classes(choice)
    told = {"edges": table.values[1:].tolist(), "names": table.attrs["label_en"], "names_zh": table.attrs["label_zh"]}
    return {**told, **shown}


def _told(options: Mapping[str, Any], name: str) -> str:
    """The value of an option, or the setting that switches it off; empty where there is none."""
    value = options.get(name)
    if not isinstance(value, Unused):
        return written(value)
    return f"{UNUSED}{value.by} = {written(options[value.by])}"


def _others(choice: Choice, name: str, used: Any) -> list[str]:
    """Other values of an option, of this method or, where it fixes the option, of the step's other methods."""
    kinds = {
        k: p.annotation
        for m in (*choices(choice.method.step).values(), choice.method)
        for one in group(m)
        for k, p in one.options.items()
    }
    same = {written(used), written(choice.shown.get(name))}
    return [value for value in _named(kinds[name]) if value not in same] if name in kinds else []


def _classes(choice: Choice) -> xr.DataArray:
    """The classes of a classification."""
    method = choice.method.func
    made: xr.DataArray = method(**{k: choice.shown[k] for k in inspect.signature(method).parameters})
    return made


def _row(
    step: str, setting: str, used: str, others: str, published: str, same: bool | None, by: str = ""
) -> tuple[str, ...]:
    """A row; what the publication states of a setting that another switches off is what it states of that one."""
    why, said = reason(step, setting, published), (step, by or setting)
    place = LIKE.get(said, said)
    stated = "not stated" if published else ""
    for word, places in (("stated", STATED), ("in part", IN_PART), ("reading", READING)):
        stated = word if place in places else stated
    if published == OFF and setting == "method":
        stated = ""
    verdict = "" if same is None else "yes" if same else "no"
    return step, setting, used, others, published, verdict, stated, why.en, why.zh


def _named(kind: Any) -> list[str]:
    """Values of an option that has named ones."""
    if kind is bool:
        return [written(True), written(False)]
    parts = [kind, *(get_args(kind) if get_origin(kind) in (Union, UnionType) else ())]
    return [written(a) for part in parts if get_origin(part) is Literal for a in get_args(part)]


def _alike(step: str, name: str, ours: Any, theirs: Any, source: Source) -> bool:
    """Whether two values say the same; equal weights of T may be named or not."""
    if (step, name) == ("coupling", "weights"):
        n = source.small["subsystems"].size
        ours, theirs = (_weights(value, n, source) for value in (ours, theirs))
        return bool(np.allclose(ours, theirs, atol=1e-12)) if len(ours) == len(theirs) else False
    return bool(ours == theirs)


def _weights(value: Any, n: int, source: Source) -> list[float]:
    if isinstance(value, Mapping):
        return [float(value[str(name)]) for name in source.small["subsystems"].values]
    return [1 / n] * n if value is None else [float(v) for v in value]


def _same_edges(step: str, ours: Choice | None, theirs: Choice | None) -> bool:
    """Whether two named classifications have the same edges and close the same end."""
    if step != "stages" or ours is None or theirs is None:
        return False
    return bool(np.array_equal(_classes(ours).values, _classes(theirs).values))
