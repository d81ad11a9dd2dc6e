"""Small panels made on the spot, and one hypothesis profile: repeatable, without a clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import settings

import accord as ac
from accord.sheets import Sheet
from accord.study.panel import build_panel

settings.register_profile("accord", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("accord")

Rows = Sequence[tuple[str, ...]]
MakePanel = Callable[..., xr.Dataset]


def text(value: float) -> str:
    return "" if np.isnan(value) else repr(float(value))


@pytest.fixture(scope="session")
def make_panel() -> MakePanel:
    """A panel from numbers (unit, time, indicator) and rows of key, subsystem, direction, target, weight.

    Goes through the reader's own checks, without a file; NaN is an empty cell.
    """

    def make(
        x: np.ndarray, rows: Rows, years: Sequence[int] | None = None, regions: Sequence[str] | None = None, **options: Any
    ) -> xr.Dataset:  # fmt: skip
        keys = [row[0] for row in rows]
        years = list(range(2000, 2000 + x.shape[1])) if years is None else years
        data = [
            {
                "unit": f"u{i:02}",
                "year": str(year),
                **({"region": regions[i]} if regions else {}),
                **{key: text(x[i, t, j]) for j, key in enumerate(keys)},
            }
            for i in range(x.shape[0])
            for t, year in enumerate(years)
        ]
        columns = ["key", "subsystem", "direction", "target", "weight"]
        table = pd.DataFrame([dict(zip(columns, [*row, "", ""], strict=False)) for row in rows])
        system = ac.IndicatorSystem.from_table(table)
        return build_panel(Sheet("data.csv", pd.DataFrame(data, dtype=object)), system, **options)

    return make
