"""Figure of the plane of two subsystem indices: where the units stand, with level curves of D and lag rays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError, NotDrawn, nearest
from accord.plot.frames import language_of, names_of, only, regions_of, table_of, year_at, year_names
from accord.plot.ground import Ground, entries, ground_of, laid
from accord.plot.layout import (
    LINE,
    MM,
    columns_for,
    fold,
    legend,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.naming import Paper, beside
from accord.plot.panels import headed
from accord.plot.style import GREY, INK, SMALL, SUBSYSTEMS, TEXT, Size, Words, drawing, stage_colours, width_of
from accord.plot.typeface import printable
from accord.tables import listed

By = Literal["region", "stage"]
MARKERS = ("o", "s", "^", "D", "v", "P")
TOLD = 14
"""Regions that colours and shapes still tell apart at a glance; beyond, stages are coloured."""
NAMED = 12
"""Names in a panel."""
ASIDE = 0.7
"""Distance in mm that a name keeps from the points of others."""
HEAD, FOOT, RIGHT = 5.0, 9.0, 3.0


@dataclass(frozen=True)
class Groups:
    """Groups of points: which each point belongs to, and their names, colours and shapes."""

    of: np.ndarray[Any, Any]
    names: dict[Any, str]
    looks: dict[Any, tuple[str, str]]


def plane(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    years: Sequence[Any] | None = None,
    by: By | None = None,
) -> Figure | pd.DataFrame:
    """Units on the plane of the two indices, over curves of equal D at the stage edges and rays where lag types change.

    Parameters
    ----------
    result
        A study or its saved tree, with tables `scores`, `coordination` and `plane`.
    ax
        Axes to draw one year into, the last by default; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, unit, time, first, second, coordination, stage) instead of
        the figure; `first` and `second` are the indices of the two subsystems.
    size
        "double" for 174 mm, "single" for 84 mm.
    years
        Which years, a panel for each; the first and the last by default.
    by
        Colour points by "region" or by "stage"; by region where there are 2 to 14 of them.

    Raises
    ------
    InputError
        If there are not two subsystems, no such year, or `ax` is given for several years.

    Notes
    -----
    The highest and lowest units in D and in each index are named, as far as there is room beside their points.
    """
    scores = table_of(result, "scores", "index")
    named = [str(s) for s in scores["subsystem"].values]
    _allowed(named, by)
    table, grid = table_of(result, "coordination", "coordination"), table_of(result, "plane", "degree")["degree"]
    chosen, whole = language_of(result, language), width_of(size)
    frame = plane_frame(scores, table, [None] if ax is not None and years is None else years)
    if data:
        return frame
    times = list(frame["time"].unique())
    if ax is not None and len(times) > 1:
        raise InputError(f"plane draws a panel for each year: with ax, name one, as in years=[{times[-1]}]")
    with drawing(chosen) as words:
        ground = ground_of(frame, grid, table, printable(named, chosen), chosen)
        shown = names_of(table, chosen)
        frame = frame.assign(name=printable([shown[u] for u in frame["unit"]], chosen))
        groups = _groups(frame, table, by, chosen, words)
        return (
            _plane_page(frame, ground, groups, words, whole) if ax is None else _inset(ax, frame, ground, groups, words)
        )


def _allowed(subsystems: list[str], by: str | None) -> None:
    if len(subsystems) != 2:
        raise NotDrawn(
            f"plane shows two subsystems and this study has {len(subsystems)} ({', '.join(subsystems)}): "
            "draw index_bars instead, or study two of them",
            f"plane 展示两个子系统，而本研究有 {len(subsystems)} 个（{'、'.join(subsystems)}）：请改用 index_bars，或只研究其中两个",
        )
    if by is not None and by not in get_args(By):
        raise InputError(f'unknown colouring "{by}"; {nearest(by, get_args(By))}')


def plane_frame(scores: xr.Dataset, table: xr.Dataset, years: Sequence[Any] | None) -> pd.DataFrame:
    """Both indices, D and stage: region, unit, time, first, second, coordination, stage (0 where there is none)."""
    index = only(scores["index"], "unit", "time", "subsystem")
    times = index["time"].values
    asked = dict.fromkeys([0, len(times) - 1] if years is None else [year_at(times, y) for y in years])
    if not asked:
        raise InputError(f"plane needs a year to draw; {nearest('', year_names(times))}")
    parts = []
    for at in asked:
        own = table.sel(unit=index["unit"].values, time=times[at])
        parts.append(pd.DataFrame({
            "region": regions_of(scores), "unit": index["unit"].values.astype(object), "time": times[at],
            "first": index.values[:, at, 0], "second": index.values[:, at, 1],
            "coordination": own["coordination"].values,
            "stage": own["stage"].values.astype(int) if "stage" in own else 0,
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _groups(frame: pd.DataFrame, table: xr.Dataset, by: By | None, language: str, words: Words) -> Groups:
    """Points by region, or by stage where the study has too many regions or one."""
    regions = list(dict.fromkeys(frame["region"]))
    if by == "region" or (by is None and 2 <= len(regions) <= TOLD):
        looks = {r: (SUBSYSTEMS[k % 7], MARKERS[k % 6]) for k, r in enumerate(regions)}
        return Groups(frame["region"].to_numpy(), dict(zip(regions, printable(regions, language), strict=True)), looks)
    stages = sorted(int(s) for s in frame["stage"].unique() if s > 0)
    attrs = table["stage"].attrs if "stage" in table else {}
    labels = [str(n) for n in listed(attrs.get(f"label_{language}", attrs.get("label_en")))]
    colours = stage_colours(max([len(labels), *stages, 1]))
    named = [f"{s} {labels[s - 1]}" if s <= len(labels) else words.stage.format(k=s) for s in stages]
    return Groups(
        frame["stage"].to_numpy(), dict(zip(stages, printable(named, language), strict=True)),
        {0: (GREY, "o"), **{s: (colours[s - 1], "o") for s in stages}},
    )  # fmt: skip


def _points(groups: Groups) -> list[tuple[Line2D, str]]:
    return [(Line2D([], [], linestyle="none", **_look(*groups.looks[g], 4.0)), n) for g, n in groups.names.items() if n]


def _look(colour: str, marker: str, size: float) -> dict[str, Any]:
    return {"marker": marker, "markersize": size, "color": colour, "markeredgecolor": INK, "markeredgewidth": 0.3}


def _plane_page(frame: pd.DataFrame, ground: Ground, groups: Groups, words: Words, whole: float) -> Figure:
    """The page: square panels, and below them the groups of points, then curves and rays."""
    years = list(frame["time"].unique())
    across = 1 if whole < 100 else {1: 1, 2: 2, 4: 2}.get(len(years), 3)
    down = -(-len(years) // across)
    left = 5.6 + widest([f"{m:g}" for m in ground.marks])
    side = min((whole - across * (left + RIGHT)) / across, 104.0)
    keys = [k for k in (_points(groups), entries(ground, words)) if k]
    aside = whole > 100 and len(years) == 1
    room = whole - left - side - RIGHT - 9 if aside else whole - 12
    named = [[fold(n, room, 4, TEXT) if aside else shorten(n, room, TEXT) for _, n in key] for key in keys]
    shapes = [1 if aside else columns_for(names, whole - 2, len(names)) for names in named]
    rows = [-(-len(names) // shape) for names, shape in zip(named, shapes, strict=True)]
    over = down * (HEAD + side + FOOT)
    figure = page(whole, over + (2.0 if aside else sum(r * (LINE + 0.6) + 1.2 for r in rows) + 1.0))
    for k, (year, title) in enumerate(zip(years, year_names(years), strict=True)):
        row, column = divmod(k, across)
        at = column * (left + side + RIGHT) + left, row * (HEAD + side + FOOT) + HEAD
        axes = place(figure, *at, side, side)
        here = (frame["time"] == year).to_numpy()
        _draw(axes, frame[here], ground, Groups(groups.of[here], groups.names, groups.looks))
        headed(axes, title)
    height, top = figure.get_figheight() * MM, HEAD if aside else over + 1.0
    for key, names, shape, n in zip(keys, named, shapes, rows, strict=True):
        x = (left + side + RIGHT + 3 if aside else min(left, 5.0)) / whole
        legend(figure, [h for h, _ in key], names, ncols=shape, loc="upper left", bbox_to_anchor=(x, 1 - top / height))
        top += sum(len(name.split("\n")) for name in names) * (LINE + 0.9) + 4 if aside else n * (LINE + 0.6) + 1.2
    return figure


def _inset(axes: Axes, frame: pd.DataFrame, ground: Ground, groups: Groups, words: Words) -> Figure:
    """One year in axes that the reader gave."""
    _draw(axes, frame, ground, groups)
    headed(axes, year_names(frame["time"].to_numpy()[:1])[0])
    handles, names = zip(*_points(groups), *entries(ground, words), strict=True)
    legend(axes, handles, names, loc="upper left", bbox_to_anchor=(1.02, 1))
    return sheet(axes)


def _draw(axes: Axes, frame: pd.DataFrame, ground: Ground, groups: Groups) -> None:
    """One year: curves and rays, points over them, names where there is room."""
    end, (wide, tall) = ground.marks[-1], millimetres(axes)
    axes.set_xlim(0, end)
    axes.set_ylim(0, end)
    size = 4.0 if len(frame) <= 60 else 3.0 if len(frame) <= 150 else 2.2
    points = frame[["first", "second"]].to_numpy(dtype="f8")
    for group, look in groups.looks.items():
        mine = groups.of == group
        axes.plot(points[mine, 0], points[mine, 1], linestyle="none", clip_on=False, zorder=3, **_look(*look, size))
    shown = [f"{m:g}" for m in ground.marks]
    kept = thinned(shown, wide / (len(shown) - 1))
    for axis in (axes.xaxis, axes.yaxis):
        ticks(axis, [ground.marks[k] for k in kept], [shown[k] for k in kept])
    titled(axes, shorten(ground.axes[0], wide, TEXT), x=True)
    titled(axes, shorten(ground.axes[1], tall, TEXT), x=False)
    axes.spines[["top", "right"]].set_visible(False)
    paper = Paper(wide, tall)
    scale, radius = np.array([wide, tall]) / end, 0.5 * size / 72 * MM
    there = np.isfinite(points).all(axis=1)
    for x, y in points[there] * scale:
        paper.take(x, y, radius + ASIDE, radius + ASIDE)
    laid(axes, ground, paper)
    _named(axes, frame[there].reset_index(drop=True), points[there] * scale, paper, radius)


def _named(axes: Axes, units: pd.DataFrame, points: Any, paper: Paper, radius: float) -> None:
    """Names of units in the order of their extremes, wherever nothing else stands; `points` are in mm."""
    by = [units[c].to_numpy(dtype="f8") * s for c, s in
          (("coordination", -1), ("coordination", 1), ("first", -1), ("second", -1), ("first", 1), ("second", 1))]  # fmt: skip
    ranks = zip_longest(*(np.argsort(b, kind="stable")[:NAMED].tolist() for b in by))
    order = list(dict.fromkeys(k for ks in ranks for k in ks))
    names = [shorten(str(units["name"][k]), 0.3 * paper.wide) for k in order]
    behind: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.2}
    x1, y1 = axes.get_xlim()[1], axes.get_ylim()[1]
    for put in beside(paper, points, order, names, radius, NAMED):
        axes.text(put.x / paper.wide * x1, put.y / paper.tall * y1, put.name, fontsize=SMALL, va="center", zorder=2.5,
                  parse_math=False, bbox=behind)  # fmt: skip
