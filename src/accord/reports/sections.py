"""Tables as the page shows them: names in the reader's language, years across, one number format per column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from markupsafe import Markup

from accord.phrases import several
from accord.plot.undivided import divided
from accord.reports import words
from accord.reports.numbers import P, written
from accord.tables import tidy
from accord.variables import holds_p

ROWS = 40
"""Rows of a long table that the page shows at first."""
WHOLE = 500
"""Rows of a long table that a fragment for a paper holds."""
HELD, HELD_CELLS = 2_000, 60_000
"""Rows and cells up to which the page holds all of a table; of a longer one it has the first rows alone."""
PIVOTS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "scores": (("unit", "subsystem"), "index", "time"),
    "dimension_scores": (("unit", "subsystem", "dimension"), "score", "time"),
    "dimension_means": (("group", "subsystem", "dimension"), "mean", "time"),
    "coordination": (("unit", "region"), "coordination", "time"),
    "pairwise": (("unit", "pair"), "coordination", "time"),
    "stage_counts": (("stage", "stage_name"), "count", "time"),
    "regions": (("region", "variable"), "mean", "time"),
    "obstacle_ranks": (("subsystem", "indicator"), "degree", "time"),
    "inequality": (("measure", "part"), "value", "time"),
    "inequality_groups": (("group",), "gini", "time"),
    "inequality_pairs": (("first", "second"), "gini", "time"),
    "transitions": (("analysis", "from"), "probability", "to"),
    "spatial_transitions": (("analysis", "neighbours", "from"), "probability", "to"),
    "lisa": (("unit",), "cluster", "time"),
    "forecast": (("model", "route", "unit"), "mean", "time"),
    "forecast_regions": (("group",), "mean", "time"),
    "forecast_skill": (("model", "route"), "mase", "horizon"),
    "unit_roots": (("group", "variable", "form"), "cell", "test"),
    "pvar": (("group", "estimator", "equation"), "cell", "term"),
    "stability": (("group", "estimator"), "modulus", "root"),
    "fevd": (("group", "estimator", "response", "impulse"), "share", "horizon"),
}
"""Tables shown with one column across, mostly the years: the columns that name a row, the one in the cells, the one
across."""
HIDDEN = {
    "plane": "", "obstacle": "obstacle_ranks", "density": "density_features", "space_links": "moran",
    "centre_ellipse": "centre", "centre_units": "centre", "forecast_stages": "stage_arrivals",
    "forecast_holdout": "holdout_skill", "irf": "", "pvar_data": "", "raw": "derived",
    "alternatives": "", "conventions": "",
}  # fmt: skip
"""Tables too long or too plain to be read: their figures stand for them, or else another section says how they
were made."""
ELSEWHERE = {
    "descriptives": ("dimension", "direction"),
    "stage_flows": ("from", "to"),
    "density_changes": ("first_year", "last_year", "refused"),
    "drivers": ("dimension", "direction", "unit_of_measure"),
    "pvar_fit": ("rank", "hansen_df", "condition", "weakest_f", "time_effects", "mbic", "maic", "mqic", "descriptive"),
    "granger": ("time_effects", "descriptive"),
}
"""Columns of a table that the page shows in another one, or that its names stand for."""
LED = ("pvar", "pvar_fit", "stability", "granger", "fevd")
"""Tables of which the page shows what leads."""
SOME = {"fevd": ("horizon", (1, 2, 3, 5, 10, 20, 30))}
"""Tables of which the page shows some places along a column, and the last."""
NOTED = {
    "unit_roots": ("note", ("group", "variable", "form", "test")),
    "lag_order": ("reason", ("group",)),
    "pvar_fit": ("warning", ("group",)),
}
"""Tables whose notes stand below them: the column that holds the notes, and those that say what a note is for."""
UNHAD = {"transitions": "note", "spatial_transitions": "note"}
"""Tables with cells that could not be had, for want of any unit: the column that says why where this is so."""
DASH, MARK = "\N{EN DASH}", "\N{DAGGER}"
"""What stands in a cell that could not be had, and behind the name of a group that is described, not tested."""
MEASURES = ("coordination", "coupling", "development")
"""What stands in a column `variable` beside names of subsystems, which stay as they are."""
NAMES_IN = {
    "density_bumps": {"units": "units"},
    "driver_interactions": {"first": "indicators", "second": "indicators"},
    "space_links": {"first": "units", "second": "units"},
}
"""Columns that hold names of units or keys of indicators in some tables, alone or as a list with "; " between."""
DASHED = {"density_changes": ("statement", "holds")}
"""Columns with a dash where a row has nothing of the kind."""
UNIT_COLUMNS = ("leader", "laggard", "largest_rise", "smallest_rise")
"""Columns that hold names of units."""


ALIKE = "\0"
"""A column that tells rows apart which are called alike; no table has one of this name."""


@dataclass(frozen=True)
class Names:
    """What indicators and units are called in the reader's language, which groups are too small for tests, any regions."""

    indicators: dict[str, str]
    units: dict[str, str]
    few: frozenset[str] = frozenset()
    divided: bool = True
    """Whether the units stand in two regions or more."""


@dataclass(frozen=True)
class Drawn:
    """A figure as a report shows it."""

    name: str
    caption: str
    number: int
    files: list[Path]


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
    figures: list[Drawn] = field(default_factory=list)
    whole: list[list[str]] = field(default_factory=list)
    """Rows as `rows`, of a long table up to `WHOLE`."""
    rest: list[list[str]] = field(default_factory=list)
    """Rows after `rows`, where the page holds all of them."""
    own: list[str] = field(default_factory=list)
    """Notes to the table itself; `notes` also say where the rest stands."""
    cut: str = ""
    """The one of `notes` that says how many rows are shown."""
    total: int = 0
    """Rows that the table has."""
    formulas: list[str] = field(default_factory=list)
    """What the methods compute, in LaTeX; a line is a formula of its own."""

    @property
    def held(self) -> Markup:
        """The rows in `rest` as JSON that may stand in the page."""
        text = json.dumps(self.rest, ensure_ascii=False, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))


def section_of(name: str, table: xr.Dataset, names: Names, language: str) -> Section:
    """One table as the page shows it: years across where it is long, numbers of a column alike, empty columns gone."""
    raw = tidy(table, language)
    frame, own, further = _chosen(name, _for_readers(_in_names(name, raw, names, language), names, language), language)
    if name in LED and (few := raw["group"].isin(names.few)[frame.index]).any():
        frame = frame.assign(group=[f"{g}{MARK}" if one else g for g, one in zip(frame["group"], few, strict=True)])
        own.append(words.phrase("few", language).format(mark=MARK))
    frame, unhad, across = _laid_out(name, frame)
    own += [words.phrase("unhad", language).format(mark=DASH, note=why) for why in unhad.attrs.get("why", ())]
    if name in HIDDEN:
        frame = frame.head(0)
        further = [words.phrase("beside", language).format(title=words.title(name, language), name=name)]
    elif across and name not in LED:
        further.append(words.phrase("wide", language).format(name=name))
    frame = _told(frame)
    heads = [words.head(str(c), language, name) for c in frame]
    numeric = [frame[c].dtype.kind in "fiu" for c in frame]
    total, cut = len(frame), ""
    if long := total > ROWS * 2:
        cut = words.phrase("rows", language).format(shown=ROWS, all=total, name=name)
        further = [cut]
    held = total <= HELD and frame.size <= HELD_CELLS
    cells = _cells(frame, _formats(frame, wide=bool(across)), unhad, total if held else WHOLE)
    shown = cells[:ROWS] if long else cells
    says = (str(variable.attrs.get(f"says_{language}", "")) for variable in table.data_vars.values())
    methods = list(dict.fromkeys(filter(None, says)))
    title = words.title(name, language, names.divided)
    caption = words.caption(name, bool(across), language, names.divided)
    formulas = list(dict.fromkeys(str(v.attrs["formula"]) for v in table.data_vars.values() if v.attrs.get("formula")))
    return Section(
        name, title, caption, methods, heads, shown, numeric, [*own, *further],
        whole=cells[:WHOLE], rest=cells[len(shown) :] if held else [], own=own, cut=cut, total=total, formulas=formulas,
    )  # fmt: skip


def _chosen(name: str, frame: pd.DataFrame, language: str) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Rows and columns of a table that the page shows, notes to them, and a word on the others."""
    own, further = [], []
    if name in LED and "leading" in frame:
        leads = frame["leading"] == words.phrase("yes", language)
        alone = ~frame["group"].isin(frame["group"][leads]) & ~frame["group"].duplicated()
        own = _noted(frame[leads | alone], name, language)
        further.append(words.phrase("leads", language).format(name=name))
        frame = frame[leads].drop(columns="leading")
    elif name in NOTED:
        own = _noted(frame, name, language)
    if name in NOTED:
        frame = frame.drop(columns=NOTED[name][0])
    if name in SOME:
        place, shown = SOME[name]
        frame = frame[frame[place].isin([*shown, frame[place].max()])]
    return frame.drop(columns=[c for c in ELSEWHERE.get(name, ()) if c in frame]), own, further


def _laid_out(name: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """A table with one of its columns across where it is shown so, which of those cells could not be had, and the column
    that stands in them; why not, in the attrs of the second.
    """
    if name not in PIVOTS or PIVOTS[name][2] not in frame:
        return frame, pd.DataFrame(), ""
    rows, value, along = PIVOTS[name]
    rows = tuple(c for c in rows if c in frame)
    unhad = pd.DataFrame()
    if name in UNHAD and (why := [text for text in frame[UNHAD[name]].unique() if text]):
        unhad = _across(frame.assign(**{value: frame[UNHAD[name]] != ""}), rows, value, along).drop(columns=[*rows])
        unhad.attrs["why"] = why
    return _across(frame, rows, value, along), unhad, value


def _cells(frame: pd.DataFrame, formats: dict[Any, str], unhad: pd.DataFrame, most: int) -> list[list[str]]:
    """The first rows as texts; a dash where a cell could not be had, as `unhad` says of the columns it has."""
    columns = {c: [_show(v, formats[c]) for v in frame[c].head(most)] for c in frame}
    for c in set(unhad) & set(columns):
        gone = unhad[c].head(most).tolist()  # neither true nor false where there is no such class
        columns[c] = [DASH if no is True else text for text, no in zip(columns[c], gone, strict=True)]
    return [list(row) for row in zip(*columns.values(), strict=True)]


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns in which some row says something."""
    empty = [c for c in frame if len(frame) and _silent(frame[c])]
    return frame.drop(columns=empty) if empty else frame


def _silent(column: pd.Series) -> bool:
    """Whether no cell of a column says anything."""
    unknown = column.isna()
    return bool(unknown.all() if column.dtype.kind in "biufM" else (unknown | (column.astype(str) == "")).all())


def names_of(tree: xr.DataTree, language: str) -> Names:
    """Names in the reader's language: of indicators by key, of units by the source's name."""
    tables = [tree[name].to_dataset() for name in tree.children]
    named = "name_zh" if language == "zh" else "name"
    indicators, units, few = {}, {}, frozenset[str]()
    for table in tables:
        if named in table.coords and "indicator" in table.coords:
            indicators = _distinct(table["indicator"].values, table[named].values)
        if language == "zh" and "label_zh" in table.coords:
            units = _distinct(table["unit"].values, table["label_zh"].values)
    if "pvar_fit" in tree.children and "descriptive" in (fit := tree["pvar_fit"].to_dataset()):
        few = frozenset(str(group) for group in fit["group"].values[fit["descriptive"].values.astype(bool)])
    return Names(indicators, units, few, divided(*tables))


def _distinct(keys: Any, names: Any) -> dict[str, str]:
    """Names by key; one that stands twice gets its key behind it."""
    texts = [str(name) or str(key) for key, name in zip(keys, names, strict=True)]
    return {str(k): t if texts.count(t) == 1 else f"{t} ({k})" for k, t in zip(keys, texts, strict=True)}


def _in_names(name: str, frame: pd.DataFrame, names: Names, language: str) -> pd.DataFrame:
    """Columns that hold names of units or indicators in this table alone, or lists of them, with the names instead; dashes."""
    between = "、" if language == "zh" else "; "
    for column, kind in NAMES_IN.get(name, {}).items():
        if column in frame:
            by = getattr(names, kind)
            texts = [between.join(by.get(part, part) for part in str(cell).split("; ")) for cell in frame[column]]
            frame = frame.assign(**{column: texts})
    if name == "inequality":  # what stands between groups is net of overlap in Dagum's parts alone
        theil = frame["measure"].str.startswith("theil") & (frame["part"] == "between")
        frame = frame.assign(part=frame["part"].mask(theil, "between_groups"))
    dashed = {column: frame[column].replace("", DASH) for column in DASHED.get(name, ()) if column in frame}
    return frame.assign(**dashed)


def _for_readers(frame: pd.DataFrame, names: Names, language: str) -> pd.DataFrame:
    """Names in the reader's language instead of keys, targets with their direction; labels only tables need go."""
    if {"direction", "target"} <= set(frame):
        both = zip(frame["direction"], frame["target"], strict=True)
        frame = frame.assign(direction=[f"{d} {t}".strip() for d, t in both]).drop(columns="target")
    said = {"indicator": names.indicators, **dict.fromkeys(("unit", *UNIT_COLUMNS), names.units)}
    if language == "zh":
        said |= {"region": words.COLUMNS, "group": words.COLUMNS, "variable": {k: words.COLUMNS[k] for k in MEASURES}}
    said |= {c: {k: str(getattr(t, language)) for k, t in by.items()} for c, by in words.TEXTS.items()}
    for column, by in said.items():
        if column in frame and by:
            own = {"National": words.COLUMNS["National"]} if column in ("region", "group") else by
            frame = frame.assign(**{column: [own.get(value, value) for value in frame[column]]})
    for column in [str(c) for c in frame if f"{c}_zh" in frame and c != "name"]:
        frame = frame.assign(**{column: frame[f"{column}_zh"]} if language == "zh" else {}).drop(columns=f"{column}_zh")
    for column in map(str, frame.select_dtypes("bool")):
        frame = frame.assign(**{column: [words.phrase("yes" if v else "no", language) for v in frame[column]]})
    return frame.drop(columns=[c for c in ("name", "name_zh", "label_zh") if c in frame])


def _across(frame: pd.DataFrame, rows: Sequence[str], value: str, along: str) -> pd.DataFrame:
    """A long table with one of its columns across; rows that are called alike stay rows of their own."""
    alike = frame.groupby([*rows, along], sort=False, dropna=False).cumcount().to_numpy()
    wide = frame.assign(**{ALIKE: alike}).set_index([*rows, ALIKE, along])[value].unstack(along, sort=False)
    if wide.columns.dtype.kind in "iuf":
        wide = wide[sorted(wide.columns)]
    return wide.reset_index().drop(columns=ALIKE)


def _noted(frame: pd.DataFrame, name: str, language: str) -> list[str]:
    """Each note of a long table once, with the cells that it is for; a column it holds all along is not named."""
    if name not in NOTED:
        return []
    column_of_notes, places = NOTED[name]
    out, between = [], words.phrase("between", language)
    for note, part in frame[frame[column_of_notes] != ""].groupby(column_of_notes, sort=False):
        kept = list(places)
        for column in places:
            others = [c for c in kept if c != column]
            if others and (part.groupby(others)[column].nunique() == frame[column].nunique()).all():
                kept, part = others, part.drop_duplicates(others)
        values = {c: [str(v) for v in part[c].unique()] for c in kept}
        said = [getattr(several(v), language) for v in values.values()]
        if np.prod([len(v) for v in values.values()]) > len(part):
            many = [c for c in kept if len(values[c]) > 1]
            said = [" ".join(map(str, row)) for row in part[many].itertuples(index=False)]
            said += [v[0] for v in values.values() if len(v) == 1]
        where = between.join(said)
        out.append(words.phrase("noted", language).format(where=where, note=note))
    return out


def _formats(frame: pd.DataFrame, wide: bool = False) -> dict[Any, str]:
    """How the numbers of each column are written, all of a column alike; years across count as one column."""
    floats = [c for c in frame if frame[c].dtype.kind == "f"]
    if wide and floats:
        return dict.fromkeys(floats, _format(frame[floats].to_numpy().ravel())) | _plain(frame, floats)
    own = {
        c: ".2f" if c == "change_percent" else P if holds_p(str(c)) else _format(frame[c].to_numpy()) for c in floats
    }
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
    return written(value, form) if form else str(value)
