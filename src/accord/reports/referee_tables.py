"""What a study's own tables already say of the alternatives: picked out for the referee pack, nothing computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from accord.reports import words
from accord.reports.numbers import P, written
from accord.reports.referee_words import WORDS
from accord.tables import tidy
from accord.variables import holds_p

NATIONAL = "National"


@dataclass(frozen=True)
class Picked:
    """A few rows and columns of a table of the study."""

    name: str
    caption: str
    head: list[str]
    rows: list[list[str]]
    numeric: list[bool]


def picked(tree: xr.DataTree, step: str, language: str) -> Iterator[Picked]:
    """Tables of a step that hold other methods' results beside those that lead."""
    if step in PICKS:
        table, pick = PICKS[step]
        if table in tree.children and len(frame := pick(tidy(tree[table].to_dataset(), language))):
            yield _shown(table, step, frame, language)


def _national(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["group"] == NATIONAL]


def _models(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["model", "route", "rank", "mase", "skill_naive", "skill_drift"]].sort_values("rank", kind="stable")


def _tests(frame: pd.DataFrame) -> pd.DataFrame:
    return _national(frame)[["variable", "form", "test", "statistic", "pvalue", "pvalue_simulated"]]


def _lags(frame: pd.DataFrame) -> pd.DataFrame:
    return _national(frame)[["lags", "aic", "bic", "hqic", "mbic", "maic", "mqic", "used"]]


def _estimators(frame: pd.DataFrame) -> pd.DataFrame:
    return _national(frame)[["estimator", "leading", "equation", "term", "coef", "se", "pvalue"]]


def _measures(frame: pd.DataFrame) -> pd.DataFrame:
    whole = frame[frame["part"].isin(["total", ""])]
    years = [whole["time"].min(), whole["time"].max()]
    wide = whole[whole["time"].isin(years)].pivot_table("value", "measure", "time", sort=False)
    return wide.reset_index().rename(columns={year: str(year) for year in years})


PICKS: dict[str, tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "forecast": ("forecast_ranking", _models), "unit_roots": ("unit_roots", _tests),
    "lag_order": ("lag_order", _lags), "pvar": ("pvar", _estimators), "inequality": ("inequality", _measures),
}  # fmt: skip


def _shown(table: str, step: str, frame: pd.DataFrame, language: str) -> Picked:
    """Names in the reader's language, numbers with four digits."""
    frame = frame.dropna(axis="columns", how="all")
    numeric = [frame[c].dtype.kind in "fiu" for c in frame]
    rows = [
        [_cell(str(c), v, language) for c, v in zip(frame, row, strict=True)] for row in frame.itertuples(index=False)
    ]
    said = str(getattr(WORDS["in_table"], language)).format(name=table)
    caption = f"{getattr(WORDS[f'found_{step}'], language)}{f'（{said}）' if language == 'zh' else f' ({said})'}"
    return Picked(table, caption, [words.head(str(c), language, table) for c in frame], rows, numeric)


def _cell(column: str, value: object, language: str) -> str:
    if isinstance(value, bool | np.bool_):
        return words.phrase("yes" if value else "no", language)
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) >= 1
        return written(value, P if holds_p(column) else ".0f" if whole else ".4f")
    named = words.TEXTS.get(column, {}).get(str(value))
    return str(value) if named is None else str(getattr(named, language))
