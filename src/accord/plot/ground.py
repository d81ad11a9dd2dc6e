"""What lies under the points of the plane of two indices: level curves of D and rays where lag types change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from accord.plot.layout import marked, millimetres
from accord.plot.naming import Paper, upon
from accord.plot.style import GREY, INK, SMALL, Words
from accord.plot.typeface import printable
from accord.tables import listed

LOW_RAY, HIGH_RAY, EQUAL = (0, (4, 2)), (0, (6, 1.6, 1, 1.6)), (0, (1, 1.6))
PALE = "#ababab"


@dataclass(frozen=True)
class Ground:
    """What lies under the points: the grid of D, the levels to draw, the lag bounds, names of axes and lags."""

    grid: xr.DataArray
    levels: list[float]
    bounds: list[float]
    axes: list[str]
    lags: list[str]
    marks: list[float]


def ground_of(frame: pd.DataFrame, grid: xr.DataArray, table: xr.Dataset, named: list[str], language: str) -> Ground:
    """Edges of the stages and bounds of the lag types as the study's own steps took them.

    Curves begin with the last below every unit; where the grid is too coarse to show one, it is left out.
    """
    edges = listed(table["stage"].attrs.get("edges")) if "stage" in table else []
    lag = table["lag_type"].attrs if "lag_type" in table else {}
    options = json.loads(str(lag.get("options", "{}")))
    bounds = [float(options[k]) for k in ("low", "high") if k in options]
    labels = [str(n) for n in listed(lag.get(f"label_{language}", lag.get("label_en")))]
    levels = [float(e) for e in edges if e > 0] or [round(0.1 * k, 1) for k in range(1, 10)]
    lowest = frame["coordination"].min()
    below = [e for e in levels if e <= lowest]
    known = frame[["first", "second"]].to_numpy(dtype="f8")
    return Ground(
        grid=grid.transpose("second", "first"),
        levels=[e for e in levels if e >= max(below, default=0.0) and e > float(grid.values[1, 1])],
        bounds=bounds if len(bounds) == 2 and len(labels) >= 2 else [],
        axes=[f"U{k} {name}" for k, name in enumerate(named, 1)],
        lags=printable(labels, language),
        marks=_marks(known),
    )


def _marks(known: np.ndarray) -> list[float]:
    """Marks of both axes from 0, with a little room beyond the points; none beyond 1 where no index is above it."""
    marks = marked(np.append(1.03 * known, [0.0, 0.1]), 6)
    if marks[-1] > 1 and not (known > 1).any():
        return [*(m for m in marks if m < 1), 1.0]
    return marks


def entries(ground: Ground, words: Words) -> list[tuple[Line2D, str]]:
    """Legend of the curves and rays."""
    out = [(Line2D([], [], color=PALE, linewidth=0.7), words.curves)] if ground.levels else []
    for bound, dashes, say, name in zip(
        ground.bounds, (LOW_RAY, HIGH_RAY), (words.first_lags, words.second_lags), ground.lags, strict=False
    ):
        entry = say.format(bound=f"{bound:g}", name=name)
        out.append((Line2D([], [], color=INK, linewidth=0.7, linestyle=dashes), entry))
    return [*out, (Line2D([], [], color=INK, linewidth=0.7, linestyle=EQUAL), words.balance)]


def laid(axes: Axes, ground: Ground, paper: Paper) -> None:
    """Draw rays and curves, and D on each curve where `paper` is free; what they take of it is marked."""
    end, (wide, tall) = ground.marks[-1], millimetres(axes)
    slopes = [(1.0, EQUAL), *((1 / b, d) for b, d in zip(ground.bounds, (LOW_RAY, HIGH_RAY), strict=False))]
    for slope, dashes in slopes:
        axes.plot([0, end], [0, slope * end], color=INK, linewidth=0.7, linestyle=dashes, zorder=1.5)
        reach = min(1.0, 1 / slope)
        for t in np.arange(0, reach, 1 / wide):
            paper.trace(t * wide, t * slope * tall)
    if not ground.levels:
        return
    grid, scale = ground.grid, np.array([wide, tall]) / end
    curves = axes.contour(grid["first"].values, grid["second"].values, grid.values, levels=ground.levels, colors=PALE,
                          linewidths=0.6, zorder=1)  # fmt: skip
    for level, pieces in zip(curves.levels, curves.allsegs, strict=True):
        path = np.concatenate([p * scale for p in pieces]) if pieces else np.empty((0, 2))
        put = upon(paper, [(float(x), float(y)) for x, y in path[np.argsort(-path[:, 0], kind="stable")]], f"{level:g}")
        if put is not None:
            behind: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.5}
            axes.text(put.x / scale[0], put.y / scale[1], put.name, fontsize=SMALL, color=GREY, va="center", zorder=2,
                      parse_math=False, bbox=behind)  # fmt: skip
