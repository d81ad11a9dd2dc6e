"""One self-contained HTML page from a results tree: tables, figures, method sentences, references."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
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
    "obstacle_ranks": (("subsystem", "indicator"), "degree"),
}
"""Tables shown with years across: the columns that name a row, and the one in the cells."""
HIDDEN = {"plane": "", "obstacle": "obstacle_ranks"}
"""Tables too long or too plain to be read: their figures stand for them, or else another section says how they
were made."""
ELSEWHERE = {"descriptives": ("dimension", "direction")}
"""Columns of a table that the page shows in another one."""
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
    caption: str
    methods: list[str]
    head: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    notes: list[str] = field(default_factory=list)
    number: int = 0
    """Number of the table; 0 where only the figure is shown."""
    figures: list[dict[str, str]] = field(default_factory=list)


def page(
    tree: xr.DataTree, figures: Mapping[str, list[Path]], language: str = "en", notes: Sequence[dict[str, str]] = ()
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
    """
    attrs = tree.attrs
    names = _names(tree, language)
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
        glance=_glance(tree, names, language), sections=_sections(tree, figures, names, language),
        steps=_not_done(tree, language),
        warnings=[w[language] for w in [*json.loads(attrs.get("warnings", "[]")), *notes]],
        methods=_methods(tree, language), references=_references(tree, language),
        provenance=_provenance(tree, language), version=__version__,
        say=lambda key: words.phrase(key, language), css=_css(),
    )  # fmt: skip
    return html.replace("</style>", f"{embedded(html)}</style>", 1)


def _sections(tree: xr.DataTree, figures: Mapping[str, list[Path]], names: Names, language: str) -> list[Section]:
    """The tables in their order with their figures, numbered; those with nothing to show are left out."""
    from accord.plot import FIGURES
    from accord.plot.catalogue import caption

    made = {n: _section(n, tree[n].to_dataset(), names, language) for n in tree.children if n not in INPUTS}
    number = 0
    for section in made.values():
        for name, (_, table, _text) in FIGURES.items():
            if table == section.name and name in figures:
                number += 1
                said = caption(name, tree, language)
                section.figures.append({"src": _inline(figures[name]), "caption": said, "number": str(number)})
    for name, partner in HIDDEN.items():
        if name in made and not made[name].figures:
            gone = made.pop(name)
            if partner in made:
                made[partner].methods[:0] = gone.methods
                made[partner].notes.append(gone.notes[0])
    shown = [s for s in made.values() if s.rows and s.name not in HIDDEN]
    for k, section in enumerate(shown, 1):
        section.number = k
    return [s for s in made.values() if s.number or s.figures or s.methods]


def _section(name: str, table: xr.Dataset, names: Names, language: str) -> Section:
    frame, notes = _for_readers(tidy(table, language), names, language), []
    frame = frame.drop(columns=[c for c in ELSEWHERE.get(name, ()) if c in frame])
    across = ""
    if name in PIVOTS and "time" in frame:
        rows, across = PIVOTS[name]
        frame = _across(frame, [c for c in rows if c in frame], across)
    if name in HIDDEN:
        frame = frame.head(0)
    if name in HIDDEN or across:
        notes.append(words.phrase("wide", language).format(name=name))
    frame, formats = _told(frame), _formats(frame, wide=bool(across))
    if len(frame) > ROWS * 2:
        notes = [words.phrase("rows", language).format(shown=ROWS, all=len(frame), name=name)]
        frame = frame.head(ROWS)
    says = (str(variable.attrs.get(f"says_{language}", "")) for variable in table.data_vars.values())
    cells = [[_show(v, formats[c]) for c, v in zip(frame, row, strict=True)] for row in frame.itertuples(index=False)]
    heads = [words.head(str(c), language) for c in frame]
    numeric = [frame[c].dtype.kind in "fiu" for c in frame]
    methods = list(dict.fromkeys(filter(None, says)))
    title, caption = words.title(name, language), words.caption(name, across, language)
    return Section(name, title, caption, methods, heads, cells, numeric, notes)


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns in which some row says something."""
    empty = [c for c in frame if len(frame) and (frame[c].isna() | (frame[c].astype(str) == "")).all()]
    return frame.drop(columns=empty)


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
    """Names in the reader's language instead of keys, targets with their direction; labels only tables need go."""
    if {"direction", "target"} <= set(frame):
        both = zip(frame["direction"], frame["target"], strict=True)
        frame = frame.assign(direction=[f"{d} {t}".strip() for d, t in both]).drop(columns="target")
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


def _formats(frame: pd.DataFrame, wide: bool = False) -> dict[Any, str]:
    """How the numbers of each column are written, all of a column alike; years across count as one column."""
    floats = [c for c in frame if frame[c].dtype.kind == "f"]
    if wide and floats:
        return dict.fromkeys(floats, _format(frame[floats].to_numpy().ravel())) | _plain(frame, floats)
    own = {c: ".2f" if c == "change_percent" else _format(frame[c].to_numpy()) for c in floats}
    return own | _plain(frame, floats)


def _plain(frame: pd.DataFrame, floats: list[Any]) -> dict[Any, str]:
    return dict.fromkeys((c for c in frame if c not in floats), "")


def _format(values: np.ndarray) -> str:
    """Whole numbers as such, else four decimals; two where numbers are large, powers of ten where that says nothing.

    Examples
    --------
    >>> [_format(np.array(v)) for v in ([1.0, 2.0], [0.5, 18.0], [0.5, 20000.0], [1e-6, 20000.0], [1e-5, 2e-5])]
    ['.0f', '.4f', ',.2f', '.4e', '.4e']
    """
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    if (size == np.round(size)).all() and (size < 1e15).all():
        return ".0f"
    if size.max() >= 1e4:
        return ",.2f" if size.min() >= 0.005 and size.max() < 1e12 else ".4e"
    return ".4f" if size.max() >= 1e-3 else ".4e"


def _show(value: Any, form: str) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if not form:
        return str(value)
    shown = format(value, form)
    return shown.removeprefix("-") if not shown.strip("-0.") else shown


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
    """Steps without results and why; those of a later version in one row."""
    out: list[dict[str, str]] = []
    for step in json.loads(tree.attrs.get("steps", "[]")):
        if step["state"] == "done":
            continue
        state, reason = step["state"], step["reason"]
        if language == "zh":
            state, reason = words.STATES.get(state, state), step.get("reason_zh") or reason
        name = words.step(step["name"], language)
        last = out[-1] if out else {}
        if step["state"] == "not available yet" and (last.get("state"), last.get("reason")) == (state, reason):
            last["name"] += ("、" if language == "zh" else ", ") + name
        else:
            out.append({"name": name, "state": state, "reason": reason})
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


def _inline(files: list[Path]) -> str:
    """The SVG of a figure as a data address, or its PNG where the SVG is heavy (thousands of cells)."""
    kinds = {path.suffix: path for path in files}
    svg = kinds[".svg"]
    chosen = kinds[".png"] if svg.stat().st_size > HEAVY and ".png" in kinds else svg
    kind = "svg+xml" if chosen is svg else "png"
    return f"data:image/{kind};base64,{base64.b64encode(chosen.read_bytes()).decode('ascii')}"


def _css() -> str:
    return (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
