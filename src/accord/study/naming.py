"""Chinese names from a plan: given by the name that stands in the data, told apart by what they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from accord.errors import InputError, brief
from accord.study.source import PanelSource, Source
from accord.study.system import TAKEN

TOO_MANY = 3
"""Unknown names from which only some are told."""

RESERVED = {"region": ("National", "全国"), "subsystem": TAKEN}
"""Names that stand for results beside those of a kind."""


def by_kind(source: Source, names_zh: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Chinese names of the regions, subsystems, dimensions and units of measurement of these data.

    Raises
    ------
    InputError
        If a name is no text or empty, stands for a result, or two of a kind would be called the same.
    """
    _check(names_zh)
    own = _own(source)
    dimensions = {name: _dimension(name, names_zh, own["subsystem"]) for name in own["dimension"]}
    found = {
        **{
            kind: {name: names_zh[name] for name in own[kind] if name in names_zh}
            for kind in ("region", "subsystem", "measure")
        },
        "dimension": {name: zh for name, zh in dimensions.items() if zh != name},
    }
    for kind in (k for k in own if k != "measure"):
        _apart(kind, own[kind], {**names_zh, **(dimensions if kind == "dimension" else {})})
    return found


def named(source: Source, names_zh: Mapping[str, str]) -> Source:
    """The data with the Chinese names of units and indicators where they bear such names."""
    if not isinstance(source, PanelSource) or not names_zh:
        return source
    panel = source.panel
    units = [str(name) for name in panel["unit"].values]
    if set(units) & set(names_zh):
        now = [str(name) for name in panel["label_zh"].values] if "label_zh" in panel.coords else units
        label = [names_zh.get(unit, name) for unit, name in zip(units, now, strict=True)]
        panel = panel.assign_coords(label_zh=("unit", np.array(label)))
    if "indicator" in panel.dims and set(keys := [str(key) for key in panel["indicator"].values]) & set(names_zh):
        has = "name_zh" in panel.coords
        now = [str(name) for name in panel["name_zh"].values] if has else keys
        zh = [names_zh.get(key, name) for key, name in zip(keys, now, strict=True)]
        panel = panel.assign_coords(name_zh=("indicator", np.array(zh)))
    return source if panel is source.panel else replace(source, panel=panel)


def unknown(source: Source, names_zh: Mapping[str, str]) -> dict[str, str] | None:
    """That some names stand nowhere in the data, in English and Chinese; None where all do, or units cannot be known."""
    if not isinstance(source, PanelSource):
        return None
    own = _own(source)
    known = dict.fromkeys(name for names in own.values() for name in names)
    known |= dict.fromkeys(name.partition(": ")[2] for name in own["dimension"] if ": " in name)
    lost = [name for name in names_zh if name not in known]
    if not lost:
        return None
    shown = [f'"{brief(name)}"' for name in lost[:TOO_MANY]]
    en, zh = ", ".join(shown), "、".join(shown).replace('"', "")
    more = len(lost) - len(shown)
    like = get_close_matches(lost[0], known, 1)
    hint = f'; did you mean "{brief(like[0])}"?' if like else ""
    return {
        "en": f"names_zh gives a Chinese name to {en}{f' and {more} more' * bool(more)}, and no region, subsystem, dimension, "
        f"indicator, unit or unit of measurement is called so{hint}",
        "zh": f"names_zh 为 {zh}{f' 等 {len(lost)} 项' * bool(more)} 给出中文名称，但数据中没有此名称的地区、子系统、维度、指标、单元或计量单位",
    }


def _check(names_zh: Any) -> None:
    if not isinstance(names_zh, Mapping):
        raise InputError(
            f'names_zh is a {type(names_zh).__name__}; write a table of names, such as {{"Eastern": "东部"}}'
        )
    for name, zh in names_zh.items():
        if not isinstance(zh, str) or not zh.strip():
            raise InputError(
                f'names_zh: "{brief(str(name))}" = {brief(repr(zh))} is not a name; write it in Chinese or take it out'
            )


def _own(source: Source) -> dict[str, list[str]]:
    """The names in the data by what they name."""
    small = source.small
    texts = {
        kind: list(dict.fromkeys(str(v) for v in small[kind].values))
        for kind in ("subsystems", "regions", "dimension", "unit_of_measure")
        if kind in small
    }
    out = {
        "region": texts.get("regions", []), "subsystem": texts.get("subsystems", []),
        "dimension": texts.get("dimension", []), "measure": texts.get("unit_of_measure", []),
    }  # fmt: skip
    if isinstance(source, PanelSource):
        panel = source.panel
        out["unit"] = [str(v) for v in panel["unit"].values]
        out["indicator"] = [str(v) for v in panel["indicator"].values] if "indicator" in panel.coords else []
    return out


def _dimension(name: str, names_zh: Mapping[str, str], subsystems: list[str]) -> str:
    """A dimension, which has its subsystem before it where two share it."""
    if name in names_zh:
        return names_zh[name]
    for subsystem in subsystems:
        if name.startswith(f"{subsystem}: "):
            rest = name.removeprefix(f"{subsystem}: ")
            if rest in names_zh or subsystem in names_zh:
                return f"{names_zh.get(subsystem, subsystem)}：{names_zh.get(rest, rest)}"
    return name


def _apart(kind: str, names: list[str], names_zh: Mapping[str, str]) -> None:
    """Refuse two things of a kind with one name."""
    first: dict[str, str] = {}
    for name in names:
        if name not in names_zh:
            first.setdefault(name, name)
    for name in names:
        zh = names_zh.get(name, name)
        if zh != name and zh in RESERVED.get(kind, ()):
            raise InputError(
                f'names_zh: the {kind} "{brief(name)}" cannot be called {zh}, as a result is; give it another name'
            )
        if (other := first.setdefault(zh, name)) != name:
            raise InputError(
                f'names_zh: the {kind}s "{brief(other)}" and "{brief(name)}" would both be called {brief(zh)}; give each its own name'
            )
