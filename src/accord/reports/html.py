"""One self-contained HTML page from a results tree: tables, figures, method sentences, references."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jinja2 import Environment, PackageLoader, select_autoescape

from accord import __version__
from accord.references import REFERENCES
from accord.reports import words
from accord.reports.fonts import embedded
from accord.tables import tidy
from accord.variables import INPUTS

ROWS = 60
"""Rows of a long table that the page shows."""
HEAVY = 800_000
"""Bytes beyond which a figure is shown as a picture of dots."""
PIVOTS: dict[str, tuple[tuple[str, ...], str]] = {
    "scores": (("unit", "subsystem"), "index"),
    "dimension_scores": (("unit", "subsystem", "dimension"), "score"),
    "dimension_means": (("group", "subsystem", "dimension"), "mean"),
    "coordination": (("unit", "region"), "coordination"),
    "pairwise": (("unit", "pair"), "coordination"),
    "stage_counts": (("stage", "stage_name"), "count"),
    "regions": (("region", "variable"), "mean"),
    "obstacle_ranks": (("indicator",), "degree"),
}
"""Tables shown with years across: the columns that name a row, and the one in the cells."""
HIDDEN = ("plane", "obstacle")
"""Tables too long or too plain to be read: their figures stand for them."""


UNIT_COLUMNS = ("leader", "laggard", "largest_rise", "smallest_rise")
"""Columns that hold names of units."""


@dataclass(frozen=True)
class Names:
    """What indicators and units are called in the reader's language."""

    indicators: dict[str, str]
    units: dict[str, str]


@dataclass
class Section:
    """One table of the study as the page shows it."""

    name: str
    title: str
    methods: list[str]
    head: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    note: str = ""
    number: int = 0
    """Number of the table; 0 where only the figure is shown."""
    figures: list[dict[str, str]] = field(default_factory=list)


def page(tree: xr.DataTree, figures: Mapping[str, list[Path]], language: str = "en") -> str:
    """The report as HTML.

    Parameters
    ----------
    tree
        Results as `Study.results` gives them or `study.nc` holds them.
    figures
        Figure files by name (the SVG is taken), with captions from the plot layer.
    language
        "en" or "zh".
    """
    from accord.plot import FIGURES

    tables = [name for name in tree.children if name not in INPUTS]
    names = _names(tree, language)
    sections = [_section(name, tree[name].to_dataset(), names, language) for name in tables]
    number = 0
    for k, section in enumerate([s for s in sections if s.name not in HIDDEN], 1):
        section.number = k
    for section in sections:
        for name, (_, table, caption) in FIGURES.items():
            if table == section.name and name in figures:
                number += 1
                text = str(getattr(caption, language)).format_map(_Years(tree, table))
                section.figures.append({"src": _inline(figures[name]), "caption": text, "number": str(number)})
    attrs = tree.attrs
    steps = [s for s in json.loads(attrs.get("steps", "[]")) if s["state"] != "done"]
    for step in steps:
        if language == "zh":
            step["state"] = words.STATES.get(step["state"], step["state"])
            step["reason"] = step.get("reason_zh") or step["reason"]
    env = Environment(
        loader=PackageLoader("accord.reports"),
        autoescape=select_autoescape(["html", "j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = env.get_template("report.html.j2").render(
        language="zh-CN" if language == "zh" else "en", title=attrs.get("title") or words.phrase("report", language),
        simulated=bool(attrs.get("simulated", 0)),
        note=str(attrs.get("note_zh" if language == "zh" else "note") or attrs.get("note") or ""),
        glance=_glance(tree, names, language), sections=sections, steps=steps,
        warnings=[w[language] for w in json.loads(attrs.get("warnings", "[]"))],
        methods=_methods(tree, language), references=[_cite(key, language) for key in _cited(tree)], provenance=_provenance(tree), version=__version__,
        say=lambda key: words.phrase(key, language), css=_css(),
    )  # fmt: skip
    return html.replace("</style>", f"{embedded(html)}</style>", 1)


class _Years(dict[str, str]):
    """Years of a table, for captions: {year}, {first}, {last}."""

    def __init__(self, tree: xr.DataTree, table: str) -> None:
        times = tree[table].to_dataset().coords.get("time")
        years = [str(int(v)) for v in times.values] if times is not None else [""]
        super().__init__(first=years[0], last=years[-1], year=years[-1])


def _section(name: str, table: xr.Dataset, names: Names, language: str) -> Section:
    frame, note = _for_readers(tidy(table, language), names, language), ""
    if name in PIVOTS and "time" in frame:
        rows, value = PIVOTS[name]
        frame = _across(frame, [c for c in rows if c in frame], value)
        note = words.phrase("wide", language).format(name=name)
    if name in HIDDEN:
        frame, note = frame.head(0), words.phrase("wide", language).format(name=name)
    if len(frame) > ROWS * 2:
        note = words.phrase("rows", language).format(shown=ROWS, all=len(frame), name=name)
        frame = frame.head(ROWS)
    says = (str(variable.attrs.get(f"says_{language}", "")) for variable in table.data_vars.values())
    numeric = [frame[c].dtype.kind in "fiu" for c in frame]
    cells = [[_show(value) for value in row] for row in frame.itertuples(index=False)]
    heads = [words.head(str(c), language) for c in frame]
    return Section(
        name, words.title(name, language), list(dict.fromkeys(filter(None, says))), heads, cells, numeric, note
    )


def _names(tree: xr.DataTree, language: str) -> Names:
    """Names in the reader's language: of indicators by key, of units by the source's name."""
    tables = [tree[name].to_dataset() for name in tree.children]
    named = "name_zh" if language == "zh" else "name"
    indicators, units = {}, {}
    for table in tables:
        if named in table.coords and "indicator" in table.coords:
            indicators = _distinct(table["indicator"].values, table[named].values)
        if language == "zh" and "label_zh" in table.coords:
            units = _distinct(table["unit"].values, table["label_zh"].values)
    return Names(indicators, units)


def _distinct(keys: Any, names: Any) -> dict[str, str]:
    """Names by key; one that stands twice gets its key behind it."""
    texts = [str(name) or str(key) for key, name in zip(keys, names, strict=True)]
    return {str(k): t if texts.count(t) == 1 else f"{t} ({k})" for k, t in zip(keys, texts, strict=True)}


def _for_readers(frame: pd.DataFrame, names: Names, language: str) -> pd.DataFrame:
    """Names in the reader's language instead of keys; labels that only tables need are dropped."""
    said = {"indicator": names.indicators, **dict.fromkeys(("unit", *UNIT_COLUMNS), names.units)}
    if language == "zh":
        said |= {"region": words.COLUMNS, "group": words.COLUMNS, "variable": words.COLUMNS}
    for column, by in said.items():
        if column in frame and by:
            own = {"National": words.COLUMNS["National"]} if column in ("region", "group") else by
            frame = frame.assign(**{column: [own.get(value, value) for value in frame[column]]})
    return frame.drop(columns=[c for c in ("name", "name_zh", "label_zh") if c in frame])


def _across(frame: pd.DataFrame, rows: list[str], value: str) -> pd.DataFrame:
    """A long table with its years across."""
    return frame.set_index([*rows, "time"])[value].unstack("time", sort=False).reset_index()


def _show(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        if value == int(value) and abs(value) < 1e6:
            return str(int(value))
        return f"{value:.4f}" if 1e-4 <= abs(value) < 1e4 else f"{value:,.2f}" if abs(value) >= 1e4 else f"{value:.2e}"
    return str(value)


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


def _methods(tree: xr.DataTree, language: str) -> list[dict[str, str]]:
    out = []
    for made in json.loads(tree.attrs.get("methods", "[]")):
        options = [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in made["options"].items() if v is not None]
        out.append(
            {
                "step": made["step"],
                "name": made["method"],
                "says": made[f"says_{language}"],
                "options": "; ".join(options),
            }
        )
    return out


def _cited(tree: xr.DataTree) -> list[str]:
    """Keys of the works that the methods rest on, in the order of the study."""
    return list(dict.fromkeys(key for made in json.loads(tree.attrs.get("methods", "[]")) for key in made["cite"]))


def _cite(key: str, language: str) -> dict[str, str]:
    reference = REFERENCES.get(key)
    if reference is None:
        return {"text": key, "doi": ""}
    return {"text": reference.gb7714() if language == "zh" else reference.text(), "doi": reference.doi}


def _provenance(tree: xr.DataTree) -> list[tuple[str, str]]:
    attrs = tree.attrs
    made = json.loads(attrs.get("provenance", "{}"))
    out = [("accord", __version__), ("seed", str(attrs.get("seed", "")))]
    out += [(name, str(value)) for name, value in made.get("versions", {}).items()]
    return out + [(f["file"], f"sha256 {f['sha256']}") for f in made.get("inputs", [])]


def _inline(files: list[Path]) -> str:
    """The SVG of a figure as a data address, or its PNG where the SVG is heavy (thousands of cells)."""
    kinds = {path.suffix: path for path in files}
    svg = kinds[".svg"]
    chosen = kinds[".png"] if svg.stat().st_size > HEAVY and ".png" in kinds else svg
    kind = "svg+xml" if chosen is svg else "png"
    return f"data:image/{kind};base64,{base64.b64encode(chosen.read_bytes()).decode('ascii')}"


def _css() -> str:
    return (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
