"""The figures of a report in their order: which function draws each, from which table, under which caption."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accord.method import Text
from accord.plot.coordination import coordination_heatmap
from accord.plot.frames import language_of, table_of, year_names
from accord.plot.indices import index_bars
from accord.plot.stages import stage_shares

FIGURES: dict[str, tuple[Callable[..., Any], str, Text]] = {
    "index_bars": (
        index_bars,
        "scores",
        Text(
            "Composite indices U of the units in {year}, ranked by the first subsystem within each group",
            "{year}年各单元子系统综合指数U（组内按第一个子系统由高到低排列）",
        ),
    ),
    "coordination_heatmap": (
        coordination_heatmap,
        "coordination",
        Text(
            "Coupling coordination degree D of the units, {first}–{last}, ordered within each group by D in {last}",
            "{first}—{last}年各单元耦合协调度D（组内按{last}年D值由高到低排列）",
        ),
    ),
    "stage_shares": (
        stage_shares,
        "stage_counts",
        Text(
            "Share of the units in each coordination stage, {first}–{last}; figures in the bars, where they fit, are numbers of units",
            "{first}—{last}年各协调等级的单元占比（柱内数字为单元数，过窄处不标）",
        ),
    ),
}
"""Name of a figure: its function, the table it needs, its caption; `caption` fills in the years."""


def caption(name: str, result: Any, language: str | None = None, year: Any = None) -> str:
    """The caption of a figure with its years filled in; `year` as for `index_bars`."""
    _, table, text = FIGURES[name]
    years = year_names(table_of(result, table)["time"].values)
    said = text.zh if language_of(result, language) == "zh" else text.en
    return said.format(first=years[0], last=years[-1], year=years[-1] if year is None else year)
