"""One self-contained HTML page from a results tree: tables, figures, method sentences, references."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr
from jinja2 import Environment, PackageLoader, select_autoescape

from accord import __version__
from accord.references import REFERENCES
from accord.reports import words
from accord.reports.fonts import embedded
from accord.reports.numbered import sections_of
from accord.reports.pictures import inline
from accord.reports.sections import Names, Section, names_of


def page(
    tree: xr.DataTree,
    figures: Mapping[str, list[Path]],
    language: str = "en",
    notes: Sequence[dict[str, str]] = (),
    sections: list[Section] | None = None,
) -> str:
    """The report as HTML.

    Parameters
    ----------
    tree
        Results as `Study.results` gives them or `study.nc` holds them.
    figures
        Figure files by name (the SVG is taken), with captions from the plot layer.
    language
        "en" or "zh".
    notes
        What is to be said of this page beside the study's own warnings, in English and Chinese.
    sections
        What `sections_of` gives for the same tree, figures and language, where it is at hand.
    """
    attrs = tree.attrs
    names = names_of(tree, language)
    env = Environment(
        loader=PackageLoader("accord.reports"),
        autoescape=select_autoescape(["html", "j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sections = sections_of(tree, figures, names, language) if sections is None else sections
    html = env.get_template("report.html.j2").render(
        language="zh-CN" if language == "zh" else "en", title=attrs.get("title") or words.phrase("report", language),
        simulated=bool(attrs.get("simulated", 0)),
        note=str(attrs.get("note_zh" if language == "zh" else "note") or attrs.get("note") or ""),
        glance=_glance(tree, names, language), findings=_findings(tree, sections, language), sections=sections,
        steps=_not_done(tree, language),
        warnings=[w[language] for w in [*json.loads(attrs.get("warnings", "[]")), *notes]],
        methods=_methods(tree, language), references=_references(tree, language),
        provenance=_provenance(tree, language), version=__version__,
        say=lambda key: words.phrase(key, language), css=_css(), inline=inline,
    )  # fmt: skip
    return html.replace("</style>", f"{embedded(html)}</style>", 1)


def _findings(tree: xr.DataTree, sections: Sequence[Section], language: str) -> list[dict[str, str]]:
    """Each finding with the section that holds its table and the table's number, where the page shows it."""
    if "findings" not in tree.children:
        return []
    found, shown = tree["findings"].to_dataset(), {s.name: s for s in sections}
    out = []
    for table, text in zip(found["table"].values.tolist(), found[language].values.tolist(), strict=True):
        number = shown[table].number if table in shown else 0
        where = f"{words.phrase('table', language)} {number}" if number else f"tables/{table}.csv"
        out.append({"text": text, "anchor": table if table in shown else "", "where": where})
    return out


def _glance(tree: xr.DataTree, names: Names, language: str) -> list[tuple[str, str]]:
    """A handful of figures taken from the tables."""
    out = []
    if "coordination" in tree.children:
        d = tree["coordination"].to_dataset()
        if "unit" in d.sizes:
            out.append((words.phrase("units", language), str(d.sizes["unit"])))
        if "time" in d.coords:
            out.append((words.phrase("years", language), f"{int(d['time'][0])}–{int(d['time'][-1])}"))
    if "weights" in tree.children:
        out.append((words.phrase("indicators", language), str(tree["weights"].to_dataset().sizes["indicator"])))
    if "region_change" in tree.children:
        change = tree["region_change"].to_dataset().isel(region=0).sel(variable="coordination")
        out.append((words.phrase("mean_d", language), f"{float(change['first']):.4f} → {float(change['last']):.4f}"))
    if "leaders" in tree.children:
        top = tree["leaders"].to_dataset().isel(group=0).sel(variable="coordination")
        for who in ("leader", "laggard"):
            out.append(
                (
                    words.phrase(who, language),
                    f"{names.units.get(top[who].item(), top[who].item())} ({float(top[f'{who}_mean']):.4f})",
                )
            )
    return out


def _not_done(tree: xr.DataTree, language: str) -> list[dict[str, str]]:
    """Steps without results and why."""
    out: list[dict[str, str]] = []
    for step in json.loads(tree.attrs.get("steps", "[]")):
        if step["state"] == "done":
            continue
        state, reason = step["state"], step["reason"]
        if language == "zh":
            state, reason = words.STATES.get(state, state), step.get("reason_zh") or reason
        out.append({"name": words.step(step["name"], language), "state": state, "reason": reason})
    return out


def _methods(tree: xr.DataTree, language: str) -> list[dict[str, str]]:
    out = []
    for made in json.loads(tree.attrs.get("methods", "[]")):
        options = [words.option(k, v, language) for k, v in made["options"].items() if v is not None]
        out.append(
            {
                "name": words.method(made["step"], made["method"], language),
                "says": made[f"says_{language}"],
                "options": words.phrase("between", language).join(options),
            }
        )
    return out


def _references(tree: xr.DataTree, language: str) -> list[tuple[str, list[str]]]:
    """The works that the methods rest on, in the order of the study, and the sources of the data."""
    methods = json.loads(tree.attrs.get("methods", "[]"))
    keys = {
        "of_methods": [key for made in methods for key in made["cite"]],
        "of_data": json.loads(tree.attrs.get("cite", "[]")),
    }
    lists = [
        (words.phrase(head, language), [_cite(k, language) for k in dict.fromkeys(own)]) for head, own in keys.items()
    ]
    return [(head, works) for head, works in lists if works]


def _cite(key: str, language: str) -> str:
    """A work by its key, or a reference that is written out already."""
    reference = REFERENCES.get(key)
    if reference is None:
        return key
    return reference.gb7714() if language == "zh" else reference.text()


def _provenance(tree: xr.DataTree, language: str) -> list[tuple[str, str]]:
    attrs = tree.attrs
    made = json.loads(attrs.get("provenance", "{}"))
    out = [("accord", __version__), (words.phrase("seed", language), str(attrs.get("seed", "")))]
    out += [(name, str(value)) for name, value in made.get("versions", {}).items()]
    files = [f for f in [made.get("plan_file"), *made.get("inputs", [])] if f]
    mark = words.phrase("fingerprint", language)
    return out + [
        (f["file"], f"sha256 {f['sha256']}" if "sha256" in f else f"{mark} {f['fingerprint']}") for f in files
    ]


def _css() -> str:
    return (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
