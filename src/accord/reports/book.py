"""What goes into the workbook of tables beside the tables: its contents, and the data with filled cells marked."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.method import Text
from accord.reports import words
from accord.reports.outline import in_regions
from accord.variables import INPUTS

DATA = "data"
HEADS = Text("Sheet|Rows|What it holds|How it was made", "工作表|行数|内容|方法")
DATA_TITLE = Text("Indicators as used, gaps filled", "所用指标数据（已补缺）")
COLUMNS = "columns"
COLUMNS_TITLE = Text("What the columns of each sheet hold", "各工作表的列名说明")
COLUMNS_HEADS = Text("sheet|column|what it holds", "工作表|列|含义")
CHINESE = Text("{} in Chinese", "{}（中文）")
LEGEND = Text("This colour: {n} filled cells, listed with their rules in the sheet `filled`.",
              "此色：{n} 个填补的单元格，规则见工作表 filled。")  # fmt: skip
SIMULATED = Text("Simulated data: these are no observations.", "模拟数据：并非观测值。")
MADE = Text(
    "Made by accord {version}. Numbers are stored to their last digit and shown rounded; the same tables stand in tables/*.csv.",
    "由 accord {version} 生成。数值保留全部精度，仅显示时取舍；同样的表见 tables/*.csv。",
)


def lines_of(tree: xr.DataTree, language: str, version: str) -> list[str]:
    """Title, note, and who made it."""
    note = str(tree.attrs.get("note_zh" if language == "zh" else "note", ""))
    title = str(tree.attrs.get("title", "")) or {"en": "Tables", "zh": "结果表"}[language]
    return [title, *([note] if note else []), str(getattr(MADE, language)).format(version=version)]


def alarm_of(tree: xr.DataTree, language: str) -> str:
    """A word of warning where the data are simulated."""
    return str(getattr(SIMULATED, language)) if tree.attrs.get("simulated") else ""


def rows_of(tree: xr.DataTree, language: str) -> dict[str, list[str]]:
    """What each table holds and how it was made, by its name."""
    out, by = {}, in_regions(tree)
    for name in tree.children:
        if name in INPUTS:
            continue
        says = (str(v.attrs.get(f"says_{language}", "")) for v in tree[name].data_vars.values())
        out[name] = [words.title(name, language, by), " ".join(dict.fromkeys(filter(None, says)))]
    out[COLUMNS] = [str(getattr(COLUMNS_TITLE, language)), ""]
    return {DATA: [str(getattr(DATA_TITLE, language)), _gap_rule(tree)], **out}


def columns_of(tree: xr.DataTree, frames: Mapping[str, pd.DataFrame], language: str) -> pd.DataFrame:
    """What the columns of the tables hold, a row per table and column, in the reader's language."""
    rows = [(table, str(c), _meaning(tree, table, str(c), language)) for table, frame in frames.items() for c in frame]
    return pd.DataFrame(rows, columns=str(getattr(COLUMNS_HEADS, language)).split("|"))


def _meaning(tree: xr.DataTree, table: str, column: str, language: str) -> str:
    """What a column holds: what its method says, or else its head in the report."""
    attrs = tree[table].to_dataset()[column].attrs if column in tree[table].to_dataset().variables else {}
    if said := attrs.get("long_name_zh" if language == "zh" else "long_name"):
        return str(said)
    base = column.removesuffix("_zh")
    if column != base and column not in words.COLUMNS:
        return str(getattr(CHINESE, language)).format(words.head(base, language, table))
    return words.head(column, language, table)


def data_of(tree: xr.DataTree) -> tuple[pd.DataFrame, NDArray[np.bool_]] | None:
    """Indicators (or indices) as they were used, a row per unit and year, and which cells were filled.

    None where the results hold no panel in memory, as those of a cube.
    """
    if "panel" not in tree.children:
        return None
    panel = tree["panel"].to_dataset()
    name, last = ("score", "subsystem") if "score" in panel else ("indicators", "indicator")
    if name not in panel or not {"unit", "time"} <= set(panel[name].dims):
        return None
    x = panel[name].transpose("unit", "time", last)
    units, years = panel["unit"].values.astype(str), panel["time"].values
    lead = {"unit": np.repeat(units, years.size), "time": np.tile(years, units.size)}
    for label in ("label_zh", "region"):
        if label in panel.coords:
            lead[label] = np.repeat(panel[label].values.astype(str), years.size)
    frame = pd.DataFrame(lead)
    keys = [f"{key} ({last})" if key in lead else key for key in x[last].values.astype(str)]
    cells = pd.DataFrame(x.values.reshape(-1, x.shape[-1]), columns=keys)
    marks = np.zeros((len(frame), frame.shape[1] + cells.shape[1]), dtype=bool)
    if "gap_rule" in panel:
        rule = panel["gap_rule"].transpose("unit", "time", last).values
        marks[:, frame.shape[1] :] = rule.reshape(-1, x.shape[-1]) > 0
    return pd.concat([frame, cells], axis=1), marks


def legend_of(marks: Mapping[str, NDArray[np.bool_]], language: str) -> str:
    """What the colour means; empty where no cell is filled."""
    n = int(sum(one.sum() for one in marks.values()))
    return str(getattr(LEGEND, language)).format(n=n) if n else ""


def _gap_rule(tree: xr.DataTree) -> str:
    """How gaps were filled, as the plan says it."""
    said = tree["panel"].attrs.get("gaps") if "panel" in tree.children else None
    rule = json.loads(str(said)) if said else {}
    return ", ".join(f"{key} = {value}" for key, value in rule.items() if key in ("inside", "ends"))
