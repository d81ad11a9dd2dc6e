"""What there is to say of indices that are 0: C and D of their unit and year are then 0 as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

SHOWN = 3
"""Cells that are named."""


def zero_warning(
    have: Mapping[str, xr.DataArray], coords: Mapping[str, Any], names_zh: Mapping[str, str]
) -> list[dict[str, str]]:
    """That indices are 0 and take C and D with them, with the first of them by unit, year and subsystem.

    `have` are the variables at hand, `coords` may hold `label_zh` of the units, `names_zh` subsystems in Chinese.
    """
    if not {"index", "coupling", "coordination"} <= set(have):
        return []
    index = have["index"].transpose("unit", "time", "subsystem")
    gone = [(have[name].transpose("unit", "time").values == 0)[:, :, None] for name in ("coupling", "coordination")]
    cells = np.argwhere((index.values == 0) & gone[0] & gone[1])
    if not cells.size:
        return []
    units, years, subsystems = (index[dim].values.astype(str) for dim in index.dims)
    labels = np.asarray(coords["label_zh"].values).astype(str) if "label_zh" in coords else units
    first = [(u, labels[u] or units[u], years[t], subsystems[s]) for u, t, s in cells[:SHOWN]]
    n, more = len(cells), len(cells) - len(first)
    en = "; ".join(f"{name} of {units[u]} in {year}" for u, _, year, name in first)
    zh = "；".join(f"{label} {year} 年“{names_zh.get(name, name)}”" for _, label, year, name in first)
    return [{
        "en": f"index 0, therefore C and D are 0, in {n} {'case' if n == 1 else 'cases'}: {en}" + (f"; and {more} more" if more else ""),
        "zh": f"{n} 处指数为 0，故 C 与 D 均为 0：{zh}" + (f" 等，另有 {more} 处" if more else ""),
        "step": "coupling",
    }]  # fmt: skip
