"""What the figure of the panel VAR's coefficients draws: its rows in order, where they stand, and the scale they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from accord.errors import NothingToDraw
from accord.plot.frames import only
from accord.plot.layout import marked
from accord.plot.pvar_frames import asked, like_leading

STEPS, GAP = (1.75, 1.5, 1.25), 1.9
"""Heights in mm of an estimator's line, the good one first, and of the space between two groups."""


def coefficient_frame(
    table: xr.Dataset,
    groups: Sequence[str] | None,
    equations: Sequence[str] | None,
    terms: Sequence[str] | None,
    estimators: Sequence[str] | None,
    few: set[str],
) -> pd.DataFrame:
    """One row for each equation, term, group and estimator that has a coefficient; the leading estimator first."""
    dims = ("equation", "term", "group", "estimator")
    values = {v: only(table[v], *dims) for v in ("coef", "lo", "hi")}
    rows = {d: asked(table, "pvar", d, w) for d, w in (("equation", equations), ("term", terms), ("group", groups))}
    columns = xr.Dataset({v: (dims, a.values) for v, a in values.items()}, {d: table[d].values for d in dims}).sel(rows)
    frame = columns.to_dataframe(dim_order=list(dims)).reset_index().astype(dict.fromkeys(dims, object))
    leading = table["leading"].transpose("group", "estimator").to_series()
    frame.insert(4, "leading", [bool(leading[g, e]) for g, e in zip(frame["group"], frame["estimator"], strict=True)])
    frame.insert(5, "descriptive", [g in few for g in frame["group"]])
    known: pd.DataFrame = like_leading(frame.loc[np.isfinite(frame["coef"])], estimators)
    if known.empty:
        raise NothingToDraw("coefficient_forest has nothing to draw: no coefficient is known")
    place = {d: {n: k for k, n in enumerate(rows[d])} for d in dims[:3]}
    order = np.lexsort((~known["leading"], *(known[d].map(place[d]).astype(int) for d in reversed(dims[:3]))))
    return known.iloc[order].reset_index(drop=True)


class Lines(NamedTuple):
    """Where lines stand in mm from the top: that of each group and estimator, the middle and the end of each group."""

    at: dict[tuple[str, str], float]
    middles: list[float]
    ends: list[float]


def row_lines(frame: pd.DataFrame, step: float = STEPS[0]) -> Lines:
    """One line for each estimator of each group, the leading one first, `step` mm apart."""
    at: dict[tuple[str, str], float] = {}
    middles, ends, y = [], [], 0.0
    for group, part in frame.groupby("group", sort=False):
        mine = list(dict.fromkeys(part.sort_values("leading", ascending=False, kind="stable")["estimator"]))
        start = y
        for k, estimator in enumerate(mine):
            at[str(group), estimator] = start + GAP / 2 + step * (k + 0.5)
        y = start + GAP + step * max(len(mine), 2)
        middles.append((start + y) / 2)
        ends.append(y)
    return Lines(at, middles, ends)


class Window(NamedTuple):
    """Ends of a level axis, its ticks, and whether a coefficient lies beyond."""

    low: float
    high: float
    marks: list[float]
    beyond: bool


def row_window(frame: pd.DataFrame) -> Window:
    """Zero and the leading intervals lie between the ends, of descriptive groups where there are no others.

    Coefficients of the other estimators too, but for those further out than the leading ones are wide: one may explode.
    """
    firm = frame[frame["leading"] & ~frame["descriptive"]]
    shown = next(part for part in (firm, frame[frame["leading"]], frame) if len(part))
    values = shown[["coef", "lo", "hi"]].to_numpy(dtype="f8")
    known = [0.0, *values[np.isfinite(values)]]
    span = max(max(known) - min(known), 1e-9)
    others = frame.loc[~frame["descriptive"], "coef"]
    known += list(others[others.between(min(known) - span, max(known) + span)])
    span = max(max(known) - min(known), 1e-9)
    low, high = min(known) - 0.08 * span, max(known) + 0.08 * span
    marks = [m for m in marked(known, 5) if low <= m <= high]
    return Window(low, high, marks, bool(((frame["coef"] < low) | (frame["coef"] > high)).any()))
