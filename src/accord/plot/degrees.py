"""The continuous scale of the coupling coordination degree, alike in every figure."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable

from accord.plot.layout import thinned, ticks, titled
from accord.plot.style import Words


def tenths(values: Any) -> tuple[float, float]:
    """Round tenths between which all values lie.

    Examples
    --------
    >>> tenths([0.34, 0.67]), tenths([0.5, 0.5]), tenths([float("nan")])
    ((0.3, 0.7), (0.5, 0.6), (0.0, 1.0))
    """
    known = np.asarray(values, dtype="f8")[np.isfinite(values)]
    if not known.size:
        return 0.0, 1.0
    low, high = np.floor(known.min() * 10 + 1e-9) / 10, np.ceil(known.max() * 10 - 1e-9) / 10
    return float(low), float(max(high, round(low + 0.1, 1)))


def colour_scale(axes: Axes, mappable: ScalarMappable, words: Words, wide: float) -> None:
    """Ticks at tenths and the name of a colour bar `wide` mm wide."""
    low, high = mappable.get_clim()
    assert low is not None and high is not None
    marks = (np.arange(round(low * 10), round(high * 10) + 1) / 10).tolist()
    kept = thinned([f"{m:.1f}" for m in marks], wide / (len(marks) - 1))
    ticks(axes.xaxis, [marks[k] for k in kept], [f"{marks[k]:.1f}" for k in kept])
    titled(axes, words.coordination, x=True)
    for spine in axes.spines.values():
        spine.set_visible(False)
