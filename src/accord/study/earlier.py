"""One step run alone: the tables of an earlier run that the present plan and data would make the same stay."""

from __future__ import annotations

import json

import xarray as xr

from accord.method import Text
from accord.method import steps as known_steps
from accord.study.findings import findings
from accord.study.steps import Step
from accord.study.study import Study
from accord.study.tables import names_of
from accord.variables import INPUTS, TABLES

GONE = Text(
    "the plan or the data differ from those of the earlier results, so these tables were not kept: {}; run the whole "
    "plan to have them",
    "计划或数据与先前结果不同，未保留的结果表：{}；请重新运行整个方案",
)


def joined(study: Study, before: xr.DataTree) -> xr.DataTree:
    """The results of a study with those tables of an earlier tree whose keys are what they would be now.

    Steps of the earlier run stand beside those of this one; tables that were not kept are named in a warning.
    """
    fresh = study.results()
    made = names_of(study.settled.makers)
    old = [name for name in before.children if name not in (*INPUTS, "findings", *fresh.children)]
    kept = [name for name in old if name in made and before[name].attrs.get("key") == study.key(name)]
    log = {step.name: step for step in study.log}
    for record in json.loads(before.attrs["steps"]):
        choice = study.settled.chosen.get(record["name"])
        same = choice is not None and record["method"] == choice.method.name and set(record["tables"]) <= {*kept}
        if same and record["name"] not in log:
            log[record["name"]] = Step(**record)
    study.log = sorted(log.values(), key=lambda step: _place_of(step.name))
    now = study.results()
    groups = {**{n: before[n].to_dataset() for n in kept}, **{n: now[n].to_dataset() for n in now.children}}
    if (found := findings(groups, study.names_zh)) is not None:
        groups["findings"] = found
    order = dict.fromkeys([*INPUTS, *TABLES, *groups])
    attrs = dict(now.attrs)
    if gone := [name for name in old if name not in kept]:
        said = {"en": GONE.en.format(", ".join(gone)), "zh": GONE.zh.format("、".join(gone))}
        attrs["warnings"] = json.dumps([*json.loads(attrs["warnings"]), said], ensure_ascii=False)
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs=attrs), **{f"/{n}": groups[n] for n in order if n in groups}})


def _place_of(step: str) -> int:
    order = known_steps()
    return order.index(step) if step in order else len(order)
