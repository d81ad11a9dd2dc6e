"""Two studies side by side: how much the conventions in which they differ change the results."""

from __future__ import annotations

import numpy as np
import xarray as xr

from accord.errors import InputError
from accord.study.study import Study


def compare(a: Study, b: Study) -> xr.Dataset:
    """Largest and mean absolute difference of U, C, T, D, and the share of cells whose stage differs.

    Returns
    -------
    Dataset along `variable`: `max_difference`, `mean_difference`, `correlation`, `share_changed` (NaN
    where it has no meaning). Attributes `changed_steps` name the methods or options that differ.

    Raises
    ------
    InputError
        If the studies hold other units, years or subsystems.
    """
    for one in (a, b):
        if not isinstance(one, Study):
            raise InputError(f"compare takes two studies, and one of these is a {type(one).__name__}")
    names = ["coupling", "development", "coordination", "index", "stage"]
    first, second = ([s[n] for n in names] for s in (a, b))
    rows = np.full((4, len(names)), np.nan)
    for v, (x, y) in enumerate(zip(first, second, strict=True)):
        assert isinstance(x, xr.DataArray) and isinstance(y, xr.DataArray)
        if x.shape != y.shape or any(
            not np.array_equal(x[d].values, y[d].values) for d in x.dims if d in x.coords and d in y.coords
        ):
            raise InputError(
                "the studies differ in their units, years or subsystems and cannot be compared cell by cell"
            )
        p, q = x.values.ravel(), y.values.ravel()
        rows[3, v] = (p != q).mean() if names[v] == "stage" else np.nan
        if names[v] != "stage":
            rows[:2, v] = np.abs(p - q).max(), np.abs(p - q).mean()
            rows[2, v] = np.corrcoef(p, q)[0, 1] if np.ptp(p) > 0 and np.ptp(q) > 0 else np.nan
    made = ("max_difference", "mean_difference", "correlation", "share_changed")
    out = xr.Dataset({m: ("variable", rows[i]) for i, m in enumerate(made)}, coords={"variable": names})
    said = [{step: (c.method.id, dict(c.shown)) for step, c in s.settled.chosen.items()} for s in (a, b)]
    differ = [step for step in {**said[0], **said[1]} if said[0].get(step) != said[1].get(step)]
    out.attrs = {"table": "compare", "changed_steps": ", ".join(differ)}
    return out
