"""Figures of the forecast itself: fans of the regional means, and of each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accord.errors import InputError
from accord.plot.forecast_frames import leading_name, region_fans, unit_fans
from accord.plot.forecast_panels import Grid, fan, fan_key, fan_marks, fan_page
from accord.plot.frames import language_of, names_of, table_of
from accord.plot.layout import legend, sheet, titled
from accord.plot.panels import headed
from accord.plot.style import Size, Words, drawing, width_of
from accord.plot.typeface import printable

MOST = {"double": 60, "single": 24}
"""Units that a page shows, by its size."""


def forecast_fans(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """Mean D of the whole country and each region: history, forecast of the leading model, its 80 % and 95 % bands.

    Bands are solid where they are calibrated, lighter and hatched where they are model-based. The naive forecast, the
    last value, is dotted. Forecasts are of the units that can be forecast: where some cannot, the fan starts at the
    mean of those that can, beside the end of the history.

    Parameters
    ----------
    result
        A study or its saved tree.
    ax
        Axes to draw into, where `groups` names one; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, time, history, mean, lo80, hi80, lo95, hi95, basis80, basis95,
        naive) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups
        Which groups; all of them by default, the whole country first.

    Raises
    ------
    InputError
        If there is no such group, or `ax` is given for several groups.
    NothingToDraw
        If no region has a forecast.
    """
    chosen, whole = language_of(result, language), width_of(size)
    frame = region_fans(result, groups)
    if data:
        return frame
    with drawing(chosen) as words:
        names = frame["group"].unique()
        titles = printable([words.national if n == "National" else n for n in names], chosen)
        key = fan_key(frame, printable([leading_name(result, chosen)], chosen)[0], words)
        if ax is not None:
            return _into(ax, frame, titles, key, words, f'forecast_fans draws a panel for each group: with ax, name one, '
                         f'as in groups=["{names[0]}"]')  # fmt: skip
        return fan_page(frame, "group", titles, key, Grid(_across(len(names), whole), 46.0, 17.0, 8.0), words, whole)


def forecast_units(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    units: Sequence[Any] | None = None,
) -> Figure | pd.DataFrame:
    """D of each unit: history, forecast of the leading model and its 80 % band, in a small panel for each.

    Panels follow the regions, and D in the last year forecast within them, from high to low. Of more units than a page
    holds (60, or 24 at single width) those are drawn whose forecast changes most, and the figure says so. Each panel
    has its own range of D; a step of D is as high in all of them.

    Parameters
    ----------
    result
        A study or its saved tree.
    ax
        Axes to draw into, where `units` names one; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (region, unit, time, history, mean, lo80, hi80, basis80, naive) instead.
    size
        "double" for 174 mm, "single" for 84 mm.
    units
        Which units; all of them by default.

    Raises
    ------
    InputError
        If there is no such unit, or `ax` is given for several.
    NothingToDraw
        If no unit has a forecast.
    """
    chosen, whole = language_of(result, language), width_of(size)
    frame = unit_fans(result, units, MOST[size])
    if data:
        return frame
    with drawing(chosen) as words:
        table = table_of(result, "forecast", "mean")
        names, shown = list(frame["unit"].unique()), names_of(table, chosen)
        titles = printable([shown[u] for u in names], chosen)
        key = fan_key(frame, printable([leading_name(result, chosen)], chosen)[0], words)
        if ax is not None:
            return _into(ax, frame, titles, key, words, f'forecast_units draws a panel for each unit: with ax, name one, '
                         f'as in units=["{names[0]}"]')  # fmt: skip
        across = (6 if len(names) > 24 else 5 if len(names) > 12 else 4) if whole > 100 else 3 if len(names) > 4 else 2
        cut = units is None and table.sizes["unit"] > MOST[size]
        notes = [words.changing.format(n=len(names), all=table.sizes["unit"])] * cut + [words.ranges] * (len(names) > 1)
        return fan_page(
            frame,
            "unit",
            titles,
            key,
            Grid(across, 42.0 if len(names) <= across else 34.0, 11.0, 3.0, own=True),
            words,
            whole,
            notes,
        )


def _into(
    ax: Axes, frame: pd.DataFrame, titles: list[str], key: tuple[list[Any], list[str]], words: Words, several: str
) -> Figure:
    """One panel in given axes."""
    if len(titles) > 1:
        raise InputError(several)
    marks = fan_marks(frame, 5)
    fan(ax, frame, (marks[0], marks[-1], marks), named=True, gap=100.0)
    headed(ax, titles[0])
    titled(ax, words.coordination, x=False)
    legend(ax, *key, loc="upper left", bbox_to_anchor=(1.02, 1))
    return sheet(ax)


def _across(n: int, whole: float) -> int:
    """Panels side by side: as many as leave few places empty."""
    if whole < 100:
        return min(n, 2)
    return n if n <= 3 else 2 if n == 4 else 3 if n in (5, 6, 9) else 4
