"""One self-contained HTML page from a results tree: chapters of tables, figures and methods, references, provenance."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from jinja2 import Environment, PackageLoader, select_autoescape

from accord import __version__
from accord.chinese import in_chinese
from accord.reports import words
from accord.reports.bibliography import downloads, references
from accord.reports.bidi import apart
from accord.reports.chapters import chapters, findings, key_findings, not_done
from accord.reports.charts import Chart, charts_of, page_data
from accord.reports.charts import scripts as chart_scripts
from accord.reports.fonts import embedded, lacking
from accord.reports.numbered import sections_of
from accord.reports.pictures import inline
from accord.reports.policy import policy
from accord.reports.sections import Names, Section, names_of

CONTROLS = ("filter", "filter_first", "left", "left_first", "seen", "every", "fewer", "csv", "csv_first")
"""Phrases that the tables' script says."""


def page(
    tree: xr.DataTree,
    figures: Mapping[str, list[Path]],
    language: str = "en",
    notes: Sequence[dict[str, str]] = (),
    sections: list[Section] | None = None,
    pack: str = "",
    charts: Mapping[str, Chart] | None = None,
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
    pack
        The file beside this one that holds the referee pack; none by default.
    charts
        What `charts_of` gives for the same tree, language and `standing` figures, where it is at hand.
    """
    tree = in_chinese(tree, language)
    names = names_of(tree, language)
    charts = charts_of(tree, language, standing(figures, notes)) if charts is None else charts
    sections = sections_of(tree, with_charts(figures, charts), names, language) if sections is None else sections
    told = [*json.loads(tree.attrs.get("warnings", "[]")), *notes]
    shown: dict[str, Any] = {
        "language": "zh-CN" if language == "zh" else "en",
        "title": tree.attrs.get("title") or words.phrase("report", language),
        "version": __version__,
        "say": lambda key: words.phrase(key, language),
    }
    moving = chart_scripts()
    env = _environment()
    env.filters["apart"] = apart([shown["title"], *_user_names(tree, names)])

    def rendered(told: Sequence[Mapping[str, str]]) -> str:
        return env.get_template("body.html.j2").render(
            shown, pack=pack, inline=inline, simulated=bool(tree.attrs.get("simulated", 0)), note=_note(tree, language),
            glance=_glance(tree, names, language), findings=key_findings(findings(tree, sections, language)),
            chapters=chapters(tree, sections, language, told), warnings=[w[language] for w in told],
            steps=not_done(tree, language), references=references(tree, language), downloads=downloads(tree, language),
            provenance=_provenance(tree, language), charts=charts,
        )  # fmt: skip

    body = rendered(told)
    if unshown := lacking(shown["title"] + body):
        body = rendered([*told, unshown])
    controls = json.dumps({key: words.phrase(key, language) for key in CONTROLS}, ensure_ascii=False)
    data = page_data(charts.values())
    rules = _text("report.css") + (moving.style if charts else "")
    styles = [rules + embedded(shown["title"] + body + controls + data)]
    scripts = [_text("tables.js"), *([moving.start] if charts else [])]
    return env.get_template("report.html.j2").render(
        shown, body=body, controls=controls, styles=styles, scripts=scripts, charts=charts, data=data, packed=moving.packed,
        policy=policy([*scripts, *([moving.vega] if charts else [])], styles),
    )  # fmt: skip


def standing(figures: Collection[str], notes: Sequence[Mapping[str, str]] = ()) -> set[str]:
    """Figures that a chart may stand for: those drawn, and those that a note says are left out, for too many units mostly."""
    return {*figures, *(found[1] for note in notes if (found := re.match(r"figure (\w+) ", note["en"])))}


def with_charts(figures: Mapping[str, list[Path]], charts: Collection[str]) -> dict[str, list[Path]]:
    """The figures, and without files those that a chart alone stands for."""
    return {**figures, **{name: [] for name in charts if name not in figures}}


def _user_names(tree: xr.DataTree, names: Names) -> set[str]:
    """What units, indicators, regions and the like are called, by the user's own words."""
    told = {
        str(v)
        for table in tree.children.values()
        for c in table.coords.values()
        if c.dtype.kind in "OUT"
        for v in c.values.flat
    }
    return told | set(names.units.values()) | set(names.indicators.values())


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("accord.reports"),
        autoescape=select_autoescape(["html", "j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _text(template: str) -> str:
    """A file of ours that goes into the page as it is."""
    return (Path(__file__).parent / "templates" / template).read_text(encoding="utf-8")


def _note(tree: xr.DataTree, language: str) -> str:
    """What the plan says of the study."""
    return str(tree.attrs.get("note_zh" if language == "zh" else "note") or tree.attrs.get("note") or "")


def _glance(tree: xr.DataTree, names: Names, language: str) -> list[tuple[str, str]]:
    """A handful of figures taken from the tables."""
    out = []
    if "coordination" in tree.children:
        d = tree["coordination"].to_dataset()
        if "unit" in d.sizes:
            out.append((words.phrase("units", language), str(d.sizes["unit"])))
        if "time" in d.coords:
            out.append(
                (
                    words.phrase("years", language),
                    f"{int(d['time'][0])}{'—' if language == 'zh' else '–'}{int(d['time'][-1])}",
                )
            )
    if "weights" in tree.children:
        out.append((words.phrase("indicators", language), str(tree["weights"].to_dataset().sizes["indicator"])))
    if "region_change" in tree.children:
        change = tree["region_change"].to_dataset().isel(region=0).sel(variable="coordination")
        out.append((words.phrase("mean_d", language), f"{float(change['first']):.4f} → {float(change['last']):.4f}"))
    if "leaders" in tree.children:
        top = tree["leaders"].to_dataset().isel(group=0).sel(variable="coordination")
        for who in ("leader", "laggard"):
            named, mean = names.units.get(top[who].item(), top[who].item()), f"{float(top[f'{who}_mean']):.4f}"
            out.append((words.phrase(who, language), f"{named}（{mean}）" if language == "zh" else f"{named} ({mean})"))
    return out


def _provenance(tree: xr.DataTree, language: str) -> list[tuple[str, str]]:
    """Versions, seed and digests of what went in."""
    made = json.loads(tree.attrs.get("provenance", "{}"))
    out = [("accord", __version__), (words.phrase("seed", language), str(tree.attrs.get("seed", "")))]
    out += [(name, str(value)) for name, value in made.get("versions", {}).items()]
    files = [f for f in [made.get("plan_file"), *made.get("inputs", [])] if f]
    mark = words.phrase("fingerprint", language)
    return out + [
        (f["file"], f"sha256 {f['sha256']}" if "sha256" in f else f"{mark} {f['fingerprint']}") for f in files
    ]
