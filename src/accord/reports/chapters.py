"""The body of the page: chapters of steps, each with its findings, method, figures, tables, and what was not done."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from accord.reports import words
from accord.reports.formulas import Formula, formulas
from accord.reports.outline import arranged, head, in_regions, recorded, step_of
from accord.reports.sections import Section

KEY = ("region_change", "leaders", "stage_counts", "inequality", "moran", "forecast_regions", "granger", "alternatives")
"""Tables whose first finding stands in the summary."""


@dataclass(frozen=True)
class Finding:
    """A sentence read off a table, and where the table is."""

    text: str
    table: str
    anchor: str
    where: str


@dataclass
class Part:
    """One step of the study as the page shows it."""

    name: str
    anchor: str
    title: str
    method: str = ""
    says: str = ""
    formulas: list[Formula] = field(default_factory=list)
    options: str = ""
    state: str = ""
    quiet: bool = False
    """Nobody asked for it, or there was nothing to do: no refusal and no fault."""
    reason: str = ""
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    said: frozenset[str] = frozenset()
    """Sentences and formulas that some step of the page says."""

    def beside(self, section: Section) -> tuple[list[str], list[Formula]]:
        """Sentences and formulas of a table that no step says."""
        own = [one for text in section.formulas for one in formulas(text)]
        return [s for s in section.methods if s not in self.said], [f for f in own if f.latex not in self.said]


@dataclass
class Chapter:
    """Steps that belong together."""

    anchor: str
    title: str
    parts: list[Part]


def chapters(
    tree: xr.DataTree, sections: Sequence[Section], language: str, notes: Sequence[Mapping[str, str]] = ()
) -> list[Chapter]:
    """Chapters in the order of a study; steps of which there is nothing to tell are left out.

    `notes` are warnings, in English and Chinese; those that are a step's stand with it too.
    """
    place = step_of(tree)
    said = findings(tree, sections, language)
    made = {m["step"]: m for m in json.loads(tree.attrs.get("methods", "[]"))}
    states = {s["name"]: s for s in recorded(tree)}
    warned = [(_step(note, place), note[language]) for note in notes]
    known = frozenset(
        text for m in made.values() for text in (m[f"says_{language}"], *m.get("formula", "").splitlines())
    )
    out = []
    for name, title, steps in arranged(tree):
        parts = []
        for step in steps:
            own = [s for s in sections if place.get(s.name) == step]
            anchor = own[0].name if len(own) == 1 else f"step-{step}"
            part = Part(step, anchor, head(step, language, in_regions(tree)), said=known)
            part.sections = own
            part.findings = [f for f in said if place.get(f.table) == step]
            part.warnings = [text for at, text in warned if at == step]
            _tell_method(part, made.get(step), language)
            _tell_state(part, states.get(step, {}), language)
            if own or part.says or part.reason:
                parts.append(part)
        if parts:
            out.append(Chapter(f"chapter-{name}", getattr(title, language), parts))
    return out


def findings(tree: xr.DataTree, sections: Sequence[Section], language: str) -> list[Finding]:
    """Each finding with the section that holds its table and the table's number, where the page shows it."""
    if "findings" not in tree.children:
        return []
    found, shown = tree["findings"].to_dataset(), {s.name: s for s in sections}
    out = []
    for table, text in zip(found["table"].values.tolist(), found[language].values.tolist(), strict=True):
        number = shown[table].number if table in shown else 0
        where = f"{words.phrase('table', language)} {number}" if number else f"tables/{table}.csv"
        out.append(Finding(text, table, table if table in shown else "", where))
    return out


def key_findings(found: Sequence[Finding]) -> list[Finding]:
    """The handful that the summary opens with; all where there is no more than a handful."""
    if len(found) <= len(KEY):
        return list(found)
    first = {one.table: one for one in reversed(found)}
    return [first[table] for table in KEY if table in first] or list(found[: len(KEY)])


def _tell_method(part: Part, made: Mapping[str, Any] | None, language: str) -> None:
    """How a step was done."""
    if made is not None:
        part.method = words.value("method", made["method"], language)
        part.method = part.method if made["method"] != made["step"] else ""
        part.says, part.formulas = made[f"says_{language}"], formulas(made.get("formula", ""))
        options = [words.option(k, v, language) for k, v in made["options"].items() if v is not None]
        part.options = words.phrase("between", language).join(options)


def _tell_state(part: Part, record: Mapping[str, Any], language: str) -> None:
    """What became of a step, and why where that is to be said."""
    state = record.get("state", "done")
    part.reason, part.quiet = reason(record, language), state == "left out" and not record.get("named")
    if state != "done":
        part.state = words.STATES.get(state, state) if language == "zh" else state


def reason(record: Mapping[str, Any], language: str) -> str:
    """Why a step was not done, with tables, steps and variables called as on the page.

    Examples
    --------
    >>> reason({"reason": "without the table scores", "reason_zh": "未生成结果表 scores：需要 weight"}, "zh")
    '未生成结果表“子系统综合指数”：需要“权重”'
    """
    if language != "zh":
        return str(record.get("reason", ""))
    called = {**words.COLUMNS, **words.STEPS, **{name: title.zh for name, title in words.TITLES.items()}}
    said = str(record.get("reason_zh") or record.get("reason", ""))
    return re.sub(
        r" ?(?<![\w\"'/.])([a-z_]+)(?![\w\"'/.]) ?", lambda m: f"“{called[m[1]]}”" if m[1] in called else m[0], said
    )


def not_done(tree: xr.DataTree, language: str) -> list[dict[str, str]]:
    """Steps without results and why."""
    zh = language == "zh"
    return [
        {
            "name": words.step(step["name"], language),
            "state": words.STATES.get(step["state"], step["state"]) if zh else step["state"],
            "reason": reason(step, language),
        }
        for step in recorded(tree)
        if step["state"] != "done"
    ]


def _step(note: Mapping[str, str], place: Mapping[str, str]) -> str:
    """The step that a warning is about; empty where it is about none."""
    from accord.plot import FIGURES

    figure = re.match(r"figure (\w+) ", note["en"])
    if figure and figure[1] in FIGURES:
        return place.get(FIGURES[figure[1]][1], "")
    return note.get("step", "")
