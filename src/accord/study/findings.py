"""Findings: sentences read off the tables of a study, in English and Chinese, each naming its table.

A reader takes one table and says what stands in it; it picks and compares, and computes no statistic.
One function and one line of declaration add a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from accord.labels import NATIONAL
from accord.method import Text
from accord.tables import listed

D = "coordination"
Called = Callable[[Any], Text]
"""What a unit is called in each language."""
Reader = Callable[[xr.Dataset, Called], Iterator[Text]]
READERS: dict[str, list[Reader]] = {}


def reads(table: str) -> Callable[[Reader], Reader]:
    """Declare a function as a reader of `table`; the order of declaration is the order of the findings."""

    def register(reader: Reader) -> Reader:
        READERS.setdefault(table, []).append(reader)
        return reader

    return register


def findings(tables: Mapping[str, xr.Dataset]) -> xr.Dataset | None:
    """Every finding of these tables, along `finding`: the table it is read from, the sentence in English and Chinese.

    None where they tell nothing.
    """
    called = _called(tables)
    said = [
        (table, text)
        for table in READERS
        if table in tables
        for r in READERS[table]
        for text in r(tables[table], called)
    ]
    if not said:
        return None
    columns = {"table": [t for t, _ in said], "en": [s.en for _, s in said], "zh": [s.zh for _, s in said]}
    return xr.Dataset({k: ("finding", np.array(v, dtype=str)) for k, v in columns.items()}, attrs={"table": "findings"})


def _called(tables: Mapping[str, xr.Dataset]) -> Called:
    names: dict[str, str] = {}
    for table in tables.values():
        if "label_zh" in table.coords:
            names |= {str(u): str(z) for u, z in zip(table["unit"].values, table["label_zh"].values, strict=True)}
    return lambda unit: Text(str(unit), names.get(str(unit)) or str(unit))


def _moves(by: float) -> Text:
    return Text("rises", "上升") if by > 0 else Text("falls", "下降") if by < 0 else Text("stays", "不变")


@reads("region_change")
def whole(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How the mean D of all units moved."""
    row = table.sel(region=NATIONAL, variable=D)
    first, last, percent = (float(row[k]) for k in ("first", "last", "change_percent"))
    if np.isfinite([first, last, percent]).all():
        moves = _moves(last - first)
        yield Text(
            f"The mean coordination degree D of all units {moves.en} from {first:.4f} to {last:.4f} ({percent:+.1f}%) "
            "between the first year and the last.",
            f"首末年份之间，全部单元的平均耦合协调度 D 由 {first:.4f} {moves.zh}至 {last:.4f}（{percent:+.1f}%）。",
        )


@reads("leaders")
def leading(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Which unit leads and which trails in D, and which moved most and least."""
    row = table.sel(group=NATIONAL, variable=D)
    high, low = called(row["leader"].item()), called(row["laggard"].item())
    top, bottom = float(row["leader_mean"]), float(row["laggard_mean"])
    if top > bottom:
        yield Text(
            f"Over all years {high.en} has the highest mean D ({top:.4f}) and {low.en} the lowest ({bottom:.4f}).",
            f"全时段平均 D 以{high.zh}最高（{top:.4f}），{low.zh}最低（{bottom:.4f}）。",
        )
    most, least = called(row["largest_rise"].item()), called(row["smallest_rise"].item())
    up, down = float(row["rise"]), float(row["least_rise"])
    if up > down:
        en = (
            ("rises most", "least")
            if down >= 0
            else ("rises most", "falls most")
            if up > 0
            else ("falls least", "most")
        )
        zh = ("升幅最大", "升幅最小") if down >= 0 else ("升幅最大", "降幅最大") if up > 0 else ("降幅最小", "降幅最大")
        yield Text(
            f"From the first year to the last D {en[0]} in {most.en} ({up:+.4f}) and {en[1]} in {least.en} ({down:+.4f}).",
            f"首末年份相比，D {zh[0]}的是{most.zh}（{up:+.4f}），{zh[1]}的是{least.zh}（{down:+.4f}）。",
        )


@reads("regions")
def regional(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Which region leads and which trails in the last year."""
    last = table["mean"].sel(variable=D).isel(time=-1)
    mean = last.sel(region=[r for r in last["region"].values if r != NATIONAL]).dropna("region")
    if mean.size > 1 and float(mean.max()) > float(mean.min()):
        high, low, year = mean.idxmax().item(), mean.idxmin().item(), int(last["time"])
        yield Text(
            f"In {year} mean D is highest in {high} ({float(mean.max()):.4f}) and lowest in {low} ({float(mean.min()):.4f}).",
            f"{year} 年平均 D 以{high}最高（{float(mean.max()):.4f}），{low}最低（{float(mean.min()):.4f}）。",
        )


@reads("stage_counts")
def staged(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """The stage that holds most units in the last year."""
    counts = table["stage_counts"]
    last = counts.isel(time=-1) if "time" in counts.dims else counts
    total, most = int(last.sum()), int(last.max())
    if total and int((last == most).sum()) == 1:
        at = int(np.argmax(last.values))
        names = [listed(counts.attrs.get(f"label_{language}"))[at] for language in ("en", "zh")]
        year = last["time"].item() if "time" in last.coords else ""
        yield Text(
            f'In {year} the stage "{names[0]}" holds most units: {most} of {total}.',
            f"{year} 年处于“{names[1]}”的单元最多：{total} 个中有 {most} 个。",
        )
