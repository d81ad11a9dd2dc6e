"""The scoring chain again, one setting changed at a time: which alternatives there are, and D and stages under each.

The alternatives are read off the registry: the other methods of each step that D and its stages rest on, and the
other values of their named options. What has no named values (weights of T, the years of a training frame, the rule
for gaps) has its alternatives here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core import gaps
from accord.errors import InputError, Refused
from accord.method import Choice, Method, Unused, choices, group, steps
from accord.study.evaluate import Evaluator, Unavailable
from accord.study.plan import settle
from accord.study.published import published_steps
from accord.study.source import PanelSource, Source

Asked = dict[str, dict[str, Any]]
Floats = NDArray[np.float64]
MOST = 2_000_000
"""Values of indicators up to which the chain is computed again."""
WHAT = ("step", "setting", "used", "alternative", "also", "classes", "reason", "reason_zh")
AWAY = {"normalise": {"base": None, "until": None}, "weights": {"shift": None}}
"""Options that belong to the value of another one, and go when that is changed."""
MOVED = 0.1
"""What one subsystem gains in T, the others giving in proportion."""
HELD_OUT = 3
"""Years that a training frame leaves out."""
MISSING = {
    ("weights", "given"): "指标表未给出权重",
    ("weights", "entropy_given"): "指标表未给出权重",
}


@dataclass(frozen=True)
class Other:
    """One alternative: what is changed, from what to what, and the steps it asks for."""

    step: str
    setting: str
    used: str
    alternative: str
    asked: Asked
    also: str = ""
    fill: Mapping[str, Any] = field(default_factory=dict)
    """Another rule for gaps."""


def other_settings(source: Source, makers: Mapping[str, Choice]) -> dict[str, Choice]:
    """Choices that make D, stages and names of every alternative; none for a grid, or where the step is left out."""
    if "alternatives.step" not in makers or not isinstance(source, PanelSource):
        return {}

    def others(coordination: xr.DataArray, stage: xr.DataArray) -> xr.Dataset:
        """D and stages under each alternative; the first case is the study itself."""
        size = sum(source.whole(name).size for name in source.large if name != "gap_rule")
        if size > MOST:
            raise Refused(
                f"the panel has {size} values, and the chain is computed again for up to {MOST}: change a setting with "
                "Study.with_ and compare the two studies with accord.compare",
                f"面板有 {size} 个数值，超过重算上限 {MOST}：请用 Study.with_ 更换设定，并用 accord.compare 比较两项研究",
            )
        edges = _small(source, makers, "stage_table")
        rows = [_again(source, other, edges) for other in alternatives(source, makers)]
        d, k, said = zip(*rows, strict=True)
        along = {"unit": source.coords["unit"].values, "time": source.coords["time"].values}
        dims = ("case", "unit", "time")
        return xr.Dataset({
            "alternative_coordination": (dims, np.stack(d)),
            "alternative_stage": (dims, np.stack(k)),
            "alternative_settings": (("case", "what"), np.array(said, dtype=object)),
        }, coords={**along, "what": list(WHAT)})  # fmt: skip

    names = ("alternative_coordination", "alternative_stage", "alternative_settings")
    return dict.fromkeys(names, Choice(Method(others, "alternatives", names, table=None, helper=True), {}))


def alternatives(source: PanelSource, makers: Mapping[str, Choice]) -> list[Other]:
    """The study itself, every alternative to a setting of its scoring chain, and the published study's chain."""
    used = chain(source, makers)
    asked = {step: {"method": choice.method.name, **choice.shown} for step, (choice, _) in used.items()}
    out = [Other("study", "", "", "", asked), *_of_gaps(source, asked)]
    for step, (choice, reached) in used.items():
        out += _of_methods(step, choice, asked)
        for setting in [name for name in choice.shown if name in reached]:
            out += _of_option(source, step, setting, choice, asked)
        if step == "coupling":
            out += _of_shares(_small(source, makers, "share"), asked)
    theirs = published_steps(source.small["subsystems"].size)
    mine = {step: theirs[step] if isinstance(theirs[step], dict) else {"method": theirs[step]} for step in used}
    return [*out, Other("published", "", "", "", mine)]


def chain(source: Source, makers: Mapping[str, Choice]) -> dict[str, tuple[Choice, set[str]]]:
    """Steps that D and its stages rest on, with the method chosen and the options that reach them."""
    reached: dict[str, set[str]] = {}
    todo, seen = ["stage"], set()
    while todo:
        name = todo.pop()
        if name in makers and name not in source.large and name not in seen:
            reached.setdefault(makers[name].method.step, set()).update(makers[name].options)
            todo += makers[name].method.needs
        seen.add(name)
    chosen = {c.method.step: c for c in makers.values() if not c.method.helper}
    return {step: (chosen[step], reached[step]) for step in steps() if step in reached}


def _of_methods(step: str, choice: Choice, asked: Asked) -> Iterator[Other]:
    """The other methods of a step; those that need an option of the user's own are none."""
    for name, m in choices(step).items():
        takes = {key: p for one in group(m) for key, p in one.options.items()}
        if name == choice.method.name or any(p.default is p.empty for p in takes.values()):
            continue
        kept = {key: value for key, value in choice.shown.items() if key in takes}
        yield Other(step, "method", choice.method.name, name, {**asked, step: {"method": name, **kept}})


def _of_option(source: PanelSource, step: str, setting: str, choice: Choice, asked: Asked) -> Iterator[Other]:
    """The other values of an option that has named values."""
    kind = next(one.options[setting].annotation for one in group(choice.method) if setting in one.options)
    used = choice.shown[setting]
    values = (True, False) if kind is bool else get_args(kind) if get_origin(kind) is Literal else ()
    if _idle(source, setting, choice):
        return
    for value in values:
        if value == used:
            continue
        more = _train(source) if value == "train" else {}
        new = {
            **asked[step],
            **{k: v for k, v in AWAY.get(step, {}).items() if k in asked[step]},
            setting: value,
            **more,
        }
        also = ", ".join(f"{key} = {v}" for key, v in more.items())
        yield Other(step, setting, written(used), written(value), {**asked, step: new}, also)


def _idle(source: PanelSource, setting: str, choice: Choice) -> bool:
    """Whether a setting changes nothing here: another one switches it off, or no indicator has a target."""
    if isinstance(choice.settled(source.small)[setting], Unused):
        return True
    return setting == "target_rule" and not bool((source.small["direction"].values == "=").any())


def _train(source: PanelSource) -> dict[str, int]:
    years = source.coords["time"].values
    return {"until": int(years[max(0, years.size - 1 - HELD_OUT)])}


def _of_shares(a: Floats, asked: Asked) -> Iterator[Other]:
    """T with more weight on one subsystem at a time."""
    for k in np.flatnonzero(a + MOVED < 1):
        other = a * (1 - a[k] - MOVED) / (1 - a[k])
        other[k] = a[k] + MOVED
        new = [*other[:-1].tolist(), 1.0 - float(other[:-1].sum())]
        coupling = {**asked["coupling"], "weights": new}
        yield Other("coupling", "weights", _listed(a), _listed(other), {**asked, "coupling": coupling})


def _small(source: PanelSource, makers: Mapping[str, Choice], name: str) -> Floats:
    """A small variable of the study."""
    own = Evaluator(source, makers)
    own.obtain([name])
    return np.asarray(own.have[name].values)


def _of_gaps(source: PanelSource, asked: Asked) -> Iterator[Other]:
    """Other rules for missing cells at the ends of a series, where cells were filled."""
    said = source.panel.attrs.get("gaps")
    if said is None or "gap_rule" not in source.large or not (source.whole("gap_rule").values > 0).any():
        return
    rule = json.loads(said)
    for ends in ("hold", "trend", "nearest_mean"):
        if ends != rule["ends"]:
            yield Other("filled", "ends", rule["ends"], ends, asked, fill={**rule, "ends": ends})


def _again(source: PanelSource, other: Other, edges: Floats) -> tuple[Any, Any, list[str]]:
    """D and stages under an alternative, and what it is called; NaN and the reason where it cannot be had."""
    shape = (source.sizes["unit"], source.sizes["time"])
    called = [other.step, other.setting, other.used, other.alternative, other.also]
    try:
        found = Evaluator(_filled(source, other.fill), settle(other.asked).makers)
        found.obtain(["coordination", "stage", "stage_table"])
    except (InputError, Refused, Unavailable) as error:
        zh = getattr(error, "zh", "") or MISSING.get((other.step, other.alternative), "该设定不适用于这些数据")
        return np.full(shape, np.nan), np.zeros(shape, dtype="i8"), [*called, "other", str(error), zh]
    d, k = (found.have[name].transpose("unit", "time").values for name in ("coordination", "stage"))
    same = np.array_equal(edges, found.have["stage_table"].values)
    return d, k.astype("i8"), [*called, "same" if same else "other", "", ""]


def _filled(source: PanelSource, rule: Mapping[str, Any]) -> PanelSource:
    """The panel with its gaps filled by another rule."""
    if not rule:
        return source
    x = source.panel["indicators"].transpose("indicator", "unit", "time")
    open_ = x.where(source.panel["gap_rule"].transpose("indicator", "unit", "time") == 0)
    values, _ = gaps.fill(open_.values, source.panel["time"].values, rule["inside"], rule["ends"], rule["k"])
    return PanelSource(source.panel.assign(indicators=x.copy(data=values)))


def written(value: Any) -> str:
    """A value as a plan writes it, texts without quotes.

    Examples
    --------
    >>> written(True), written("pooled"), written([0.5, 0.5]), written(None)
    ('true', 'pooled', '[0.5, 0.5]', '')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(a: Any) -> str:
    return ", ".join(f"{float(v):.4g}" for v in a)
