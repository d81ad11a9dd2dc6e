"""Figure of the years: how D moved in each region, its mean, its range and its units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from accord.errors import InputError, NotDrawn, nearest
from accord.plot.frames import language_of, only, regions_of, table_of, year_names
from accord.plot.layout import (
    MM,
    key_height,
    key_on_top,
    legend,
    marked,
    millimetres,
    page,
    place,
    sheet,
    shorten,
    shortened,
    thinned,
    ticks,
    titled,
    widest,
)
from accord.plot.panels import headed
from accord.plot.style import FAINT, INK, SUBSYSTEMS, TALLEST, TEXT, Size, Words, drawing, width_of
from accord.plot.typeface import printable

OF_UNITS = ("coordination", "coupling", "development")
MEAN, BAND, UNIT = SUBSYSTEMS[0], "#cfe3f1", "#a3a3a3"
LINES = 400
"""Units beyond which their lines would be a grey block: the band alone is drawn."""
HEAD, FOOT, LEAST = 6.0, 5.0, 20.0
"""Room in mm above a panel and below the last, and height of the lowest."""


def trajectories(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    variable: str = "coordination",
    regions: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """Mean of each region over the years, with the range of its units and a thin line for each of them.

    Parameters
    ----------
    result
        A study or its saved tree; of the table `regions` alone, means and ranges are drawn.
    ax
        Axes to draw into, where `regions` names one.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, series, unit, time, and the variable) instead of the figure;
        `series` is mean, min, max or unit.
    size
        "double" for 174 mm, "single" for 84 mm.
    variable
        "coordination", "coupling", "development" or a subsystem.
    regions
        Which regions; all of them by default, the whole country first.

    Raises
    ------
    InputError
        If there is one year only, no such variable or region, or `ax` is given for several regions.
    """
    table = table_of(result, "regions", "mean", "min", "max")
    chosen, whole = language_of(result, language), width_of(size)
    frame = series_frame(result, table, variable, regions)
    times, names = table["time"].values, list(frame["region"].unique())
    if data:
        return frame
    if len(times) < 2:
        raise NotDrawn(
            f"trajectories runs over years and this study has one ({year_names(times)[0]}): "
            "coordination_heatmap and index_bars show a single year",
            f"trajectories 按年份绘制，而本研究仅有一年（{year_names(times)[0]}）：单一年份见 coordination_heatmap 与 index_bars",
        )
    if ax is not None and len(names) > 1:
        raise InputError(f'trajectories draws a panel for each region: with ax, name one, as in regions=["{names[0]}"]')
    with drawing(chosen) as words:
        titles = _titles(names, table, chosen, words)
        label = printable([_label(variable, words)], chosen)[0]
        if ax is None:
            return _series_page(frame, variable, titles, times, label, words, whole)
        _draw(ax, frame, variable, times, marked(frame[variable].to_numpy(dtype="f8"), 5), named=True)
        headed(ax, titles[names[0]])
        titled(ax, label, x=False)
        handles, entries = _key(frame, words)
        legend(ax, handles, entries, loc="upper left", bbox_to_anchor=(1.02, 1))
        return sheet(ax)


def series_frame(result: Any, table: xr.Dataset, variable: str, regions: Sequence[str] | None) -> pd.DataFrame:
    """Means and ranges of the regions, then the units of each: region, series, unit, time, and the variable."""
    parts = {s: only(table[s], "region", "time", "variable") for s in ("mean", "min", "max")}
    known, every = [str(v) for v in table["variable"].values], [str(r) for r in table["region"].values]
    if variable not in known:
        raise InputError(f'no variable "{variable}" in table "regions"; {nearest(variable, known)}')
    chosen = list(regions) if regions is not None else (every[1:] if len(every) == 2 else every)
    for name in chosen:
        if name not in every:
            raise InputError(f'no region "{name}" in table "regions"; {nearest(str(name), every)}')
    if not chosen:
        raise InputError(f"trajectories needs a region to draw; {nearest('', every)}")
    units, times, rows = _units(result, variable), table["time"].values, []
    for name in dict.fromkeys(chosen):
        at = every.index(name)
        lines = [(s, "", parts[s].values[at, :, known.index(variable)]) for s in parts]
        if units is not None:
            mine = np.ones(units.sizes["unit"], dtype=bool) if at == 0 else regions_of(units.to_dataset()) == name
            lines += [("unit", str(u), v) for u, v in zip(units["unit"].values[mine], units.values[mine], strict=True)]
        for series, unit, values in lines:
            known_values = np.where(np.isfinite(values), values, np.nan)
            rows.append(
                pd.DataFrame({"region": name, "series": series, "unit": unit, "time": times, variable: known_values})
            )
    return pd.concat(rows, ignore_index=True)


def _units(result: Any, variable: str) -> xr.DataArray | None:
    """The variable unit by unit, where the result has it and lines for all would not be a block."""
    try:
        if variable in OF_UNITS:
            array = table_of(result, "coordination", variable)[variable]
        else:
            array = table_of(result, "scores", "index")["index"].sel(subsystem=variable, drop=True)
    except InputError:
        return None
    array = only(array, "unit", "time").rename(variable)
    return array if array.sizes["unit"] <= LINES else None


def _titles(names: list[str], table: xr.Dataset, language: str, words: Words) -> dict[str, str]:
    """Regions as they are written; the first of the table is the whole country in the reader's language."""
    first = str(table["region"].values[0])
    shown = [words.national if n == first == "National" else n for n in names]
    return dict(zip(names, printable(shown, language), strict=True))


def _label(variable: str, words: Words) -> str:
    own = {"coordination": words.coordination, "coupling": words.coupling, "development": words.development}
    return own.get(variable) or words.subsystem.format(name=variable)


def _key(frame: pd.DataFrame, words: Words) -> tuple[list[Any], list[str]]:
    handles: list[Any] = [Line2D([], [], color=MEAN, linewidth=1.4), Patch(facecolor=BAND, linewidth=0)]
    names = [words.mean, words.span]
    if (frame["series"] == "unit").any():
        handles, names = [*handles, Line2D([], [], color=UNIT, linewidth=0.5)], [*names, words.single]
    return handles, names


def _series_page(
    frame: pd.DataFrame, variable: str, titles: dict[str, str], times: Any, label: str, words: Words, whole: float
) -> Figure:
    """The page: legend on top, panels on shared axes below, years under the last panel of each column."""
    handles, entries = _key(frame, words)
    marks, years = marked(frame[variable].to_numpy(dtype="f8"), 5), year_names(times)
    n, over = len(titles), key_height(entries, whole)
    across = _across(n, whole)
    down = -(-n // across)
    gap = max(4.0, widest(years) + 1.4)
    left, right = 6.0 + widest([f"{m:g}" for m in marks]), 0.5 * widest(years) + 0.6
    wide = (whole - left - right - gap * (across - 1)) / across
    tall = min(44.0 if down == 1 else 34.0, 0.8 * wide + 8, (TALLEST - over - FOOT) / down - HEAD)
    if tall < LEAST:
        most, one = across * int((TALLEST - over - FOOT) // (LEAST + HEAD)), next(iter(titles))
        raise NotDrawn(
            f'trajectories draws up to {most} regions at this size and these are {n}: name some, as in regions=["{one}", ...]',
            f'trajectories 在此尺寸下至多绘制 {most} 个地区，现有 {n} 个：请指定其中一部分，如 regions=["{one}", ...]',
        )
    figure = page(whole, over + down * (tall + HEAD) + FOOT)
    shown = shortened(list(titles.values()), wide + 0.5 * gap, TEXT)
    for k, (name, title) in enumerate(zip(titles, shown, strict=True)):
        row, column = divmod(k, across)
        axes = place(figure, left + column * (wide + gap), over + row * (tall + HEAD) + HEAD - 1, wide, tall)
        _draw(axes, frame[frame["region"] == name], variable, times, marks, named=k + across >= n)
        if column:
            ticks(axes.yaxis, marks, [""] * len(marks))
        headed(axes, title, 0.5 * gap if column + 1 < across else 0.0)
    height = figure.get_figheight() * MM
    middle = 1 - (over + HEAD - 1 + 0.5 * (down * (tall + HEAD) - HEAD)) / height
    figure.text(2.0 / whole, middle, shorten(label, down * (tall + HEAD) - HEAD, TEXT), rotation=90, ha="center",
                va="center", fontsize=TEXT, color=INK, parse_math=False)  # fmt: skip
    key_on_top(figure, handles, entries, left)
    return figure


def _across(n: int, whole: float) -> int:
    """Panels side by side: as many as leave few places empty."""
    if whole < 100:
        return min(n, 2)
    return n if n <= 4 else 3 if n in (5, 6, 9) else 4


def _draw(axes: Axes, frame: pd.DataFrame, variable: str, times: Any, marks: list[float], *, named: bool) -> None:
    """One region: the band, its units over it, the mean on top."""
    x, wide = _places(times), millimetres(axes)[0]
    lines = {s: frame.loc[frame["series"] == s, variable].to_numpy(dtype="f8") for s in ("mean", "min", "max", "unit")}
    axes.fill_between(x, lines["min"], lines["max"], color=BAND, linewidth=0)
    each = lines["unit"].reshape(-1, len(x))
    axes.add_collection(
        LineCollection(
            [np.column_stack([x, y]) for y in each], colors=UNIT, linewidths=0.35 if len(each) <= 100 else 0.15
        )
    )
    axes.plot(x, lines["mean"], color=MEAN, linewidth=1.4, solid_capstyle="round")
    pad = 0.02 * (x[-1] - x[0])
    axes.set_xlim(x[0] - pad, x[-1] + pad)
    axes.set_ylim(marks[0], marks[-1])
    years = year_names(times)
    kept = thinned(years, wide * float(np.diff(x).min()) / (x[-1] - x[0] + 2 * pad))
    ticks(axes.xaxis, [x[k] for k in kept], [years[k] if named else "" for k in kept])
    ticks(axes.yaxis, marks, [f"{m:g}" for m in marks])
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _places(times: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Where the years stand on the axis: years apart as they are, other times in even steps."""
    values = np.asarray(times)
    if values.dtype.kind == "M":
        return values.astype("M8[D]").astype("f8") / 365.25
    if values.dtype.kind in "iuf" and (np.diff(values) > 0).all():
        return values.astype("f8")
    return np.arange(len(values), dtype="f8")
