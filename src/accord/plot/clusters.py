"""Spatial clusters on paper: their colours, the frame that the figures of local Moran share, and what a legend says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.patches import Patch

from accord.errors import InputError, nearest
from accord.plot.frames import only, regions_of, year_at, year_names
from accord.plot.style import GREY, SUBSYSTEMS, Words
from accord.plot.typeface import printable
from accord.tables import listed

COLOURS = {1: SUBSYSTEMS[5], 2: SUBSYSTEMS[4], 3: SUBSYSTEMS[0], 4: SUBSYSTEMS[1], 5: "#e8e8e8"}
"""Warm where the unit is high, cool where it is low, full where its neighbours are alike; grey: not significant."""
NONE = 5
ORDER = (1, 3, 4, 2, 5)
"""Order of a legend: the two that are alike, the two that are not, the rest."""


def cluster_names(table: xr.Dataset, language: str, words: Words) -> dict[int, str]:
    """Names of the clusters by their number, with the level of significance."""
    attrs = table["cluster"].attrs
    names = [str(n) for n in listed(attrs.get(f"label_{language}", attrs.get("label_en")))]
    alpha = json.loads(str(attrs.get("options", "{}"))).get("alpha")
    if alpha is not None and len(names) == NONE:
        names[-1] = words.not_significant.format(name=names[-1], alpha=f"{alpha:g}")
    return dict(enumerate(printable(names, language), 1))


def entries(found: Sequence[int], names: dict[int, str]) -> tuple[list[Patch], list[str]]:
    """Legend of the clusters that are found."""
    shown = [c for c in ORDER if c in found]
    return [Patch(facecolor=COLOURS[c], edgecolor=GREY, linewidth=0.3) for c in shown], [
        names.get(c, "") for c in shown
    ]


def local_frame(table: xr.Dataset, overall: xr.Dataset, years: Sequence[Any] | None) -> pd.DataFrame:
    """Axes of the scatter: region, unit, time, standardised, lag, quadrant, cluster, moran, pvalue.

    `moran` and `pvalue` (from permutations) are of the whole year; the first and the last year by default.

    Raises
    ------
    InputError
        If there is no such year, or none is asked for.
    """
    arrays = {v: only(table[v], "unit", "time").values for v in ("standardised", "lag", "quadrant", "cluster")}
    times = table["time"].values
    asked = dict.fromkeys([0, len(times) - 1] if years is None else [year_at(times, y) for y in years])
    if not asked:
        raise InputError(f"moran_scatter needs a year to draw; {nearest('', year_names(times))}")
    parts = []
    for at in asked:
        year = overall.sel(time=times[at])
        own = {v: a[:, at] for v, a in arrays.items()}
        parts.append(pd.DataFrame({
            "region": regions_of(table), "unit": table["unit"].values.astype(object), "time": times[at], **own,
            "moran": float(year["moran"]), "pvalue": float(year["pvalue_permutation"]),
        }))  # fmt: skip
    out = pd.concat(parts, ignore_index=True)
    return out.assign(**{v: out[v].to_numpy().astype(np.int64) for v in ("quadrant", "cluster")})
