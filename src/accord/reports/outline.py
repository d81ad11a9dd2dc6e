"""The outline of the page: chapters in the order of a study, the steps of each, what each step's tables are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import xarray as xr

from accord.method import Text
from accord.plot.undivided import divided
from accord.reports import words
from accord.variables import INPUTS

CHAPTERS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "data": (Text("Data", "数据"), ("zones", "derived", "descriptives", "filled")),
    "indices": (
        Text("Weights and indices", "权重与指数"), ("normalise", "weights", "index", "rescale_index"),
    ),
    "coupling": (
        Text("Coupling coordination", "耦合协调"), ("coupling", "stages", "lag_type", "plane", "pairwise"),
    ),
    "regions": (Text("Regions and inequality", "地区与差异"), ("regions", "inequality")),
    "distribution": (Text("Distribution and its dynamics", "分布及其动态"), ("density", "transitions")),
    "space": (Text("Space", "空间格局"), ("space", "centre")),
    "drivers": (Text("Obstacles and drivers", "障碍与驱动因素"), ("obstacle", "drivers")),
    "forecast": (Text("Forecast", "预测"), ("forecast",)),
    "dynamics": (
        Text("Unit roots and panel VAR", "单位根与面板 VAR"),
        ("unit_roots", "lag_order", "pvar", "granger", "irf", "fevd"),
    ),
    "settings": (Text("What the settings change", "设定的影响"), ("alternatives", "conventions")),
}  # fmt: skip
"""Chapters in the order of a study: title and steps."""
OTHERS = "others", Text("Further steps", "其他步骤")
"""The chapter of steps that stand in none of them."""
HEADS: dict[str, str] = {
    "descriptives": "Descriptive statistics", "filled": "Filled cells", "derived": "Derived indicators",
    "zones": "Units gathered from cells",
    "normalise": "Normalisation", "weights": "Indicator weights", "index": "Subsystem indices",
    "rescale_index": "Scale of the indices", "coupling": "Coupling coordination", "plane": "Plane of the two indices",
    "pairwise": "Pairs of subsystems", "stages": "Coordination stages", "lag_type": "Which subsystem lags",
    "regions": "Regional comparison", "obstacle": "Obstacle degrees", "density": "Kernel density",
    "inequality": "Inequality and convergence", "transitions": "Transitions between classes",
    "space": "Spatial autocorrelation", "drivers": "Geographical detector", "centre": "Centre and ellipse",
    "forecast": "Forecast", "unit_roots": "Panel unit-root tests", "lag_order": "Lag order", "pvar": "Panel VAR",
    "alternatives": "Other settings", "granger": "Granger's tests", "irf": "Impulse responses", "fevd": "Variance decomposition",
}  # fmt: skip
"""Steps in English as heads of the page; in Chinese they are called as in the rest of the page."""
UNDIVIDED = {"regions": Text("Level and change", "水平与变化")}, {"regions": Text("Level and inequality", "水平与差异")}
"""Heads of steps, and titles of chapters, where the units stand in no regions."""
OF_PANEL = {"derived": "derived", "raw": "derived", "conventions": "alternatives"}
"""Tables that the data come with, under what they are shown."""


def head(step: str, language: str, divided: bool = True) -> str:
    """A step as a head of the page."""
    if not divided and step in UNDIVIDED[0]:
        return str(getattr(UNDIVIDED[0][step], language))
    if language == "zh":
        return words.TITLES[step].zh if step in ("derived", "zones") else words.step(step, language)
    return HEADS.get(step, step.replace("_", " ").capitalize())


def arranged(tree: xr.DataTree) -> Iterator[tuple[str, Text, list[str]]]:
    """Chapters that the tree has steps for: name, title, steps."""
    steps = list(dict.fromkeys([*step_of(tree).values(), *(s["name"] for s in recorded(tree))]))
    known = {step for _, own in CHAPTERS.values() for step in own}
    every = {**CHAPTERS, OTHERS[0]: (OTHERS[1], tuple(s for s in steps if s not in known))}
    titles = {} if in_regions(tree) else UNDIVIDED[1]
    for name, (title, own) in every.items():
        if here := [step for step in own if step in steps]:
            yield name, titles.get(name, title), here


def in_regions(tree: xr.DataTree) -> bool:
    """Whether the units of a study stand in two regions or more."""
    return divided(*(tree[name].to_dataset() for name in tree.children))


def step_of(tree: xr.DataTree) -> dict[str, str]:
    """The step under which each table stands: that of the method that made its first column."""
    named = {table: step["name"] for step in reversed(recorded(tree)) for table in step.get("tables", ())}
    out = {}
    for name in tree.children:
        if name not in (*INPUTS, "findings"):
            made = (str(v.attrs.get("method", "")) for v in tree[name].to_dataset().data_vars.values())
            first = next(filter(None, made), "").partition(".")[0]
            out[name] = OF_PANEL.get(name) or first or named.get(name, name)
    return out


def recorded(tree: xr.DataTree) -> list[dict[str, Any]]:
    """What became of each step."""
    out: list[dict[str, Any]] = json.loads(tree.attrs.get("steps", "[]"))
    return out
