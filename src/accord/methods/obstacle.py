"""Step `obstacle`: which indicators hold the study's units back."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from accord.labels import build, cell_dims, lead
from accord.method import Text, method


@method(step="obstacle", makes=("degree", "rank"), table="obstacle_ranks", helper=True)
def obstacle_ranks(obstacle: xr.DataArray, subsystem: xr.DataArray) -> xr.Dataset:
    """Mean obstacle degree over the units by year, and its rank among the indicators of the subsystem."""
    mean = lead(obstacle, "time", "indicator").mean(axis=-1)
    rank = np.zeros(mean.shape)
    for name in dict.fromkeys(subsystem.values.tolist()):
        mine = subsystem.values == name
        rank[:, mine] = 1 + (mean[:, None, mine] > mean[:, mine, None]).sum(axis=2)
    dims = ["time", "indicator"]
    return xr.Dataset({"degree": build(mean, dims, obstacle), "rank": build(rank, dims, obstacle)})


@method(
    step="obstacle",
    makes=("obstacle",),
    kind="cell",
    cite=("guo2021",),
    says=Text(
        "Obstacle degree O_j = w_j (1 - z_j) / sum w (1 - z), within the '{scope}'.",
        "障碍度 O_j = w_j(1 - z_j) / Σw(1 - z)，范围：“{scope}”。",
    ),
)
def obstacle(
    normalised: xr.DataArray,
    weight: xr.DataArray,
    subsystem: xr.DataArray,
    share: xr.DataArray,
    *,
    scope: Literal["subsystem", "system"] = "subsystem",
) -> xr.DataArray:
    """Obstacle degree of each indicator: its share of the weighted distance to the best.

    Within its subsystem, or within the whole system with weights a_s w_j. Where every indicator is at
    its best the degree is undefined and 0 is reported.
    """
    z, dims = lead(normalised, "indicator"), ["indicator", *cell_dims(normalised)]
    names = list(dict.fromkeys(subsystem.values.tolist()))
    place = np.array([names.index(name) for name in subsystem.values])
    w = weight.values * (share.values[place] if scope == "system" else 1.0)
    out = np.multiply(1.0 - z, w.reshape(-1, *[1] * (z.ndim - 1)))
    for group in (
        [np.arange(place.size)] if scope == "system" else [np.flatnonzero(place == k) for k in range(len(names))]
    ):
        whole = np.zeros(z.shape[1:])
        for j in group:
            whole += out[j]
        for j in group:
            out[j] = np.divide(out[j], whole, out=np.where(np.isnan(whole), np.nan, 0.0), where=whole > 0)
    return build(out, dims, normalised)
