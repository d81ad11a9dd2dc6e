"""A study in a few lines of text."""

from __future__ import annotations

import xarray as xr

from accord.chinese import in_chinese
from accord.method import Text
from accord.reports import words
from accord.variables import INPUTS

SPAN = Text(
    "{units} units, {first}-{last}: mean D {start:.4f} to {end:.4f}",
    "{units} 个单元，{first}—{last} 年：D 均值由 {start:.4f} 到 {end:.4f}",
)
ENDS = Text(
    "highest {top} ({most:.4f}), lowest {foot} ({least:.4f})", "最高：{top}（{most:.4f}），最低：{foot}（{least:.4f}）"
)
TABLES = Text("tables: {}", "结果表：{}")


def summarise(tree: xr.DataTree, language: str | None = None) -> str:
    """What a results tree holds, how D moved, who leads; in the study's own language where none is asked for."""
    chosen = language or str(tree.attrs.get("language", "en"))
    tree = in_chinese(tree, chosen)
    lines = [str(tree.attrs.get("title") or words.phrase("report", chosen))]
    d = tree["coordination"].to_dataset()["coordination"] if "coordination" in tree.children else xr.DataArray(0.0)
    if {"unit", "time"} <= set(d.dims):
        mean, by = d.mean("unit").values, d.mean("time").values
        named = "label_zh" if chosen == "zh" and "label_zh" in d.coords else "unit"
        names = d[named].values
        years = d["time"].values
        lines.append(
            getattr(SPAN, chosen).format(
                units=d.sizes["unit"], first=years[0], last=years[-1], start=mean[0], end=mean[-1]
            )
        )
        lines.append(
            getattr(ENDS, chosen).format(top=names[by.argmax()], most=by.max(), foot=names[by.argmin()], least=by.min())
        )
    found = [name for name in tree.children if name not in INPUTS]
    shown = "、".join(words.title(name, chosen) for name in found) if chosen == "zh" else ", ".join(found)
    return "\n".join([*lines, getattr(TABLES, chosen).format(shown)])
