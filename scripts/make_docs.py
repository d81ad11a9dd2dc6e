"""Write the method pages and the plan's JSON schema from the registry.

usage: python scripts/make_docs.py [--check]      --check writes nothing and exits 1 if a file is stale
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from accord.method import Chosen, choices, group, helpers, steps
from accord.references import REFERENCES
from accord.study.plan import schema

DOCS = Path(__file__).resolve().parents[1] / "docs"
BESIDE = {
    "inequality": "How sure a trend in few years is, measured: [trends](../explanation/trends.md).",
    "forecast": "What forecasts are judged by, and coverage measured: [forecasts](../explanation/forecasts.md).",
    "unit_roots": "Which p-value to read, what simulation does not cure, how to choose tests: "
    "[unit roots](../explanation/unit-roots.md).",
    "pvar": "What leads and why, years, bands, and what other programs give: [panel VAR](../explanation/panel-var.md).",
}
"""What to read beside the page of a step."""


def pages() -> dict[Path, str]:
    """Every generated file with its text."""
    out = {DOCS / "plan.schema.json": json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"}
    index = [
        "# Methods",
        "",
        "One page per step, written from the code. The first method of a step is its default.",
        "",
    ]
    for step in steps():
        names = ", ".join(f"`{name}`" for name in choices(step))
        index.append(f"- [{step}]({step}.md): {names}")
        out[DOCS / "methods" / f"{step}.md"] = page(step)
    out[DOCS / "methods" / "README.md"] = "\n".join(index) + "\n"
    return out


def page(step: str) -> str:
    """The page of one step."""
    lines = [f"# {step}", ""]
    for i, (name, m) in enumerate(choices(step).items()):
        lines += [f"## `{name}`{' (default)' if i == 0 else ''}", "", inspect.getdoc(m.func) or "", ""]
        chosen = {k: settled(p.default) for one in group(m) for k, p in one.options.items()}
        lines += written(m.formulas(chosen))
        if m.says:
            said = m.sentence(chosen)
            lines += [f"*In the report, as a rule:* {said.en}", "", f"*报告用语（默认设定）：* {said.zh}", ""]
        lines += [f"Reads {listed(m.needs)}; makes {listed(m.makes)}. Kind: {m.kind}.", ""]
        options = {k: p for one in group(m) for k, p in one.options.items()}
        if options:
            lines += ["| option | values | default |", "|---|---|---|"]
            lines += [f"| `{k}` | {shown(p.annotation)} | {default(p.default)} |" for k, p in options.items()] + [""]
        for (key, value), text in m.cautions.items():
            lines += [f"Caution with `{key} = {json.dumps(value)}`: {text.en}", ""]
        lines += [f"- {REFERENCES[key].text()}" for key in m.cite] + [""] * bool(m.cite)
    served = helpers(step)
    if served:
        lines += ["## Also made in this step", ""]
        for h in served:
            formula = written(h.formulas({k: settled(p.default) for k, p in h.options.items()}))
            lines += [f"- {listed(h.makes)}: {h.summary}", *([""] if formula else []), *formula]
        lines += [""] * bool(lines[-1])
    if step in BESIDE:
        lines += [BESIDE[step], ""]
    return "\n".join(lines).rstrip() + "\n"


def written(formula: str) -> list[str]:
    """The lines of a formula as Markdown shows them."""
    return [part for line in formula.splitlines() for part in ("```math", line, "```", "")]


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def shown(annotation: object) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) is Annotated:
        base, field = get_args(annotation)
        limits = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
        said = [f"{sign} {getattr(m, k)}" for m in field.metadata for k, sign in limits.items() if hasattr(m, k)]
        return f"{shown(base)} {' and '.join(said)}"
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(map(shown, get_args(annotation)))
    if annotation is type(None):
        return "`None`"
    return f"`{annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else annotation}`"


def settled(value: object) -> object:
    return value.otherwise if isinstance(value, Chosen) else None if value is inspect.Parameter.empty else value


def default(value: object) -> str:
    if value is inspect.Parameter.empty:
        return "needed"
    return f"as in step `{value.step}`" if isinstance(value, Chosen) else f"`{value}`"


def stale() -> list[Path]:
    """Generated files that differ from what the registry says."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    if "--check" in sys.argv:
        for path in stale():
            print(f"stale: {path.name}")
        return bool(stale())
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
