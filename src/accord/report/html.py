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
from accord.report import words
from accord.report.fonts import embedded
from accord.study.tables import tidy

ROWS = 60
"""Rows of a long table that the page shows."""
HEAVY = 800_000
"""Bytes beyond which a figure is shown as a picture of dots."""
PIVOTS = {"scores": "index", "dimension_scores": "score", "coordination": "coordination", "stage_counts": "count",
          "regions": "mean", "obstacle": "degree", "pairwise": "coordination"}  # fmt: skip
"""Tables shown with years across, and the column in their cells."""


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

    tables = [name for name in tree.children if name != "panel"]
    names = _names(tree, language)
    sections = [_section(name, tree[name].to_dataset(), names, language) for name in tables]
    number = 0
    for section in sections:
        for name, (_, table, caption) in FIGURES.items():
            if table == section.name and name in figures:
                number += 1
                text = str(getattr(caption, language)).format_map(_Years(tree, table))
                section.figures.append({"src": _inline(figures[name]), "caption": text, "number": str(number)})
    attrs = tree.attrs
    steps = [s for s in json.loads(attrs.get("steps", "[]")) if s["state"] != "done"]
    for step in steps:
        step["state"] = words.STATES.get(step["state"], step["state"]) if language == "zh" else step["state"]
    env = Environment(
        loader=PackageLoader("accord.report"),
        autoescape=select_autoescape(["html", "j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = env.get_template("report.html.j2").render(
        language="zh-CN" if language == "zh" else "en", title=attrs.get("title") or words.phrase("report", language),
        simulated=bool(attrs.get("simulated", 0)), glance=_glance(tree, language), sections=sections, steps=steps,
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


def _section(name: str, table: xr.Dataset, names: Mapping[str, str], language: str) -> Section:
    frame = tidy(table, language)
    note = ""
    frame = _for_readers(frame, names, language)
    if name in PIVOTS and "time" in frame:
        frame, note = _across(frame, PIVOTS[name]), words.phrase("wide", language).format(name=name)
    if len(frame) > ROWS * 2:
        note = words.phrase("rows", language).format(shown=ROWS, all=len(frame), name=name)
        frame = frame.head(ROWS)
    says: list[str] = []
    for variable in table.data_vars.values():
        sentence = str(variable.attrs.get(f"says_{language}", ""))
        if sentence and sentence not in says:
            says.append(sentence)
    numeric = [frame[c].dtype.kind in "fiu" for c in frame]
    rows = [[_show(value) for value in row] for row in frame.itertuples(index=False)]
    rows = [[words.COLUMNS["National"] if language == "zh" and c == "National" else c for c in row] for row in rows]
    heads = [words.head(str(c), language) for c in frame]
    return Section(name, words.title(name, language), says, heads, rows, numeric, note)


def _names(tree: xr.DataTree, language: str) -> dict[str, str]:
    """Names of the indicators in the reader's language, by key."""
    weights = tree["weights"].to_dataset() if "weights" in tree.children else xr.Dataset()
    named = "name_zh" if language == "zh" else "name"
    if named not in weights.coords:
        return {}
    return dict(zip(map(str, weights["indicator"].values), map(str, weights[named].values), strict=True))


def _for_readers(frame: pd.DataFrame, names: Mapping[str, str], language: str) -> pd.DataFrame:
    """Names in the reader's language instead of keys; labels that only tables need are dropped."""
    if "indicator" in frame:
        frame = frame.assign(indicator=[names.get(key, key) for key in frame["indicator"]])
    if language == "zh" and "label_zh" in frame and "unit" in frame:
        frame = frame.assign(unit=frame["label_zh"])
    return frame.drop(columns=[c for c in ("name", "name_zh", "label_zh") if c in frame])


def _across(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A long table with its years across; obstacle degrees of the last year with indicators across."""
    keys = [
        c for c in frame.columns[: list(frame.columns).index(column)] if c not in ("time", "coupling", "development")
    ]
    keys = [
        c
        for c in keys
        if c == "unit"
        or c in ("region", "subsystem", "dimension", "variable", "stage", "stage_name", "pair", "indicator")
    ]
    spread = "time"
    if "indicator" in keys:
        frame, spread = frame[frame["time"] == frame["time"].max()], "indicator"
        keys = [c for c in keys if c != "indicator"]
    order = frame[keys].drop_duplicates()
    wide = frame.pivot(index=keys, columns=spread, values=column)
    wide = wide[list(dict.fromkeys(frame[spread]))]
    return wide.loc[
        list(order.itertuples(index=False, name=None)) if len(keys) > 1 else order[keys[0]].tolist()
    ].reset_index()


def _show(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        if value == int(value) and abs(value) < 1e6:
            return str(int(value))
        return f"{value:.4f}" if 1e-4 <= abs(value) < 1e4 else f"{value:,.2f}" if abs(value) >= 1e4 else f"{value:.2e}"
    return str(value)


def _glance(tree: xr.DataTree, language: str) -> list[tuple[str, str]]:
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
            out.append((words.phrase(who, language), f"{top[who].item()} ({float(top[f'{who}_mean']):.4f})"))
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
