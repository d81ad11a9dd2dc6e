"""Small result tables for the tests of figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

UNITS = ["Ash", "Birch", "Cedar", "Dogwood"]
ALONG = {
    "unit": UNITS,
    "time": [2020, 2021],
    "region": ("unit", ["East", "West", "East", "West"]),
    "label_zh": ("unit", ["北京", "天津", "", "内蒙古"]),
}


@pytest.fixture
def scores() -> xr.Dataset:
    """U of four units in two regions, two years, two subsystems."""
    last = np.array([[0.2, 0.9], [0.5, 0.1], [0.6, 0.3], [0.7, 0.4]])
    values = np.stack([last[::-1], last], axis=1)
    coords: Any = {**ALONG, "subsystem": ["Land", "Water"]}
    return xr.Dataset({"index": (("unit", "time", "subsystem"), values)}, coords=coords)


@pytest.fixture
def coordination() -> xr.Dataset:
    """D of the same units and years."""
    values = np.array([[0.31, 0.42], [0.53, 0.64], [0.75, 0.86], [0.27, 0.38]])
    coords: Any = ALONG
    return xr.Dataset({"coordination": (("unit", "time"), values)}, coords=coords)


@pytest.fixture
def stage_counts() -> xr.Dataset:
    """Four stages, of which the first never occurs."""
    attrs = {
        "label_en": ["severe imbalance", "verge of imbalance", "primary coordination", "quality coordination"],
        "label_zh": ["严重失调", "濒临失调", "初级协调", "优质协调"],
    }
    counts = (("time", "level"), np.array([[0, 2, 1, 1], [0, 1, 3, 0]]), attrs)
    return xr.Dataset({"stage_counts": counts}, coords={"time": [2020, 2021], "level": [1, 2, 3, 4]})


@pytest.fixture
def tree(scores: xr.Dataset, coordination: xr.Dataset, stage_counts: xr.Dataset) -> xr.DataTree:
    """A saved study in Chinese."""
    groups = {"/scores": scores, "/coordination": coordination, "/stage_counts": stage_counts}
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs={"language": "zh"}), **groups})
