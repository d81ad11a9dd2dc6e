"""Step `obstacle`: which indicators hold the study's units back."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from accord.labels import build, cell_dims, lead
from accord.method import Text, method
from accord.phrases import shares

Scope = Literal["subsystem", "system"]


def _says(scope: Scope, share: xr.DataArray | None) -> Text:
    if scope == "subsystem":
        return Text(
            "Obstacle degree O_j = w_j (1 - z_j) / sum w (1 - z), the sum within each subsystem.",
            "障碍度 O_j = w_j(1 - z_j) / Σw(1 - z)，在各子系统内求和。",
        )
    a = shares(share)
    return Text(
        "Obstacle degree O_j = a w_j (1 - z_j) / sum a w (1 - z), the sum over the whole system, where the subsystems "
        f"weigh as in T{a.en}.",
        f"障碍度 O_j = a·w_j(1 - z_j) / Σa·w(1 - z)，对整个系统求和，子系统权重与 T 相同{a.zh}。",
    )


def _formula(scope: Scope) -> str:
    if scope == "subsystem":
        return r"O_{itj}=\frac{w_j(1-z_{itj})}{\sum_{k\in s(j)}w_k(1-z_{itk})}"
    return r"O_{itj}=\frac{a_{s(j)}w_j(1-z_{itj})}{\sum_k a_{s(k)}w_k(1-z_{itk})}"


def _says_ranks(scope: Scope) -> Text:
    among = Text("its subsystem", "所属子系统") if scope == "subsystem" else Text("the whole system", "整个系统")
    return Text(
        f"Mean obstacle degree over the units, and its rank among the indicators of {among.en}.",
        f"各单元障碍度的均值，及其在{among.zh}各指标中的排名。",
    )


@method(
    step="obstacle",
    makes=("degree", "rank"),
    table="obstacle_ranks",
    helper=True,
    says=_says_ranks,
    formula=r"\bar O_{tj}=\frac{1}{n}\sum_{i=1}^{n}O_{itj}",
)
def obstacle_ranks(obstacle: xr.DataArray, subsystem: xr.DataArray, *, scope: Scope = "subsystem") -> xr.Dataset:
    """Mean obstacle degree over the units by year, and its rank among the indicators of the subsystem or the system."""
    mean = lead(obstacle, "time", "indicator").mean(axis=-1)
    rank, owner = np.zeros(mean.shape), subsystem.values if scope == "subsystem" else np.zeros(subsystem.size)
    for name in dict.fromkeys(owner.tolist()):
        mine = owner == name
        rank[:, mine] = 1 + (mean[:, None, mine] > mean[:, mine, None]).sum(axis=2)
    dims = ["time", "indicator"]
    return xr.Dataset({"degree": build(mean, dims, obstacle), "rank": build(rank, dims, obstacle)})


@method(
    step="obstacle",
    makes=("obstacle",),
    kind="cell",
    cite=("guo2021",),
    says=_says,
    formula=_formula,
)
def obstacle(
    normalised: xr.DataArray,
    weight: xr.DataArray,
    subsystem: xr.DataArray,
    share: xr.DataArray,
    *,
    scope: Scope = "subsystem",
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
