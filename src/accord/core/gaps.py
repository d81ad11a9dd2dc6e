"""Filling gaps along time, one unit at a time; never across units."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Inside = Literal["linear", "none"]
Ends = Literal["hold", "trend", "nearest_mean", "none"]
RULES = ("observed", "linear", "hold", "trend", "nearest mean")
RULES_ZH = ("观测值", "线性插值", "端点延续", "趋势外推", "邻近均值")


def fill(
    values: Floats, years: NDArray[np.int64], inside: Inside = "linear", ends: Ends = "hold", k: int = 3
) -> tuple[Floats, NDArray[np.int8]]:
    """Fill NaN along the last axis and say how.

    Parameters
    ----------
    values
        Shape (..., T). Not changed.
    years
        Shape (T,), ascending.
    inside
        Gaps between observations: `linear` in time, or left.
    ends
        Gaps before the first or after the last observation: `hold` the nearest value, `trend` the
        line through the nearest k observations, `nearest_mean` their mean, or left.

    Returns
    -------
    The filled copy, and the rule per cell as an index into `RULES` (0 where observed or left).

    Examples
    --------
    >>> out, rule = fill(np.array([np.nan, 1.0, np.nan, 3.0]), np.arange(4))
    >>> out.tolist(), rule.tolist()
    ([1.0, 1.0, 2.0, 3.0], [2, 0, 1, 0])
    """
    out = np.array(values, dtype="f8", order="C")
    rule = np.zeros(out.shape, dtype="i1")
    flat, codes = out.reshape(-1, out.shape[-1]), rule.reshape(-1, out.shape[-1])
    for row in np.flatnonzero(np.isnan(flat).any(axis=1)):
        known = np.flatnonzero(~np.isnan(flat[row]))
        if known.size:
            _fill_row(flat[row], codes[row], known, years, inside, ends, k)
    return out, rule


def _fill_row(
    y: Floats,
    codes: NDArray[np.int8],
    known: NDArray[np.intp],
    years: NDArray[np.int64],
    inside: str,
    ends: str,
    k: int,
) -> None:
    seen, at = y[known].copy(), years[known].astype("f8")
    missing = np.isnan(y)
    position = np.arange(y.size)
    gap = missing & (position > known[0]) & (position < known[-1])
    if inside == "linear":
        y[gap] = np.interp(years[gap], at, seen)
        codes[gap] = RULES.index("linear")
    for end, near in (
        (missing & (position < known[0]), slice(None, k)),
        (missing & (position > known[-1]), slice(-k, None)),
    ):
        if ends == "none" or not end.any():
            continue
        x, v = at[near], seen[near]
        if ends == "trend" and x.size > 1:
            slope, level = np.polyfit(x - x.mean(), v, 1)
            y[end] = level + slope * (years[end] - x.mean())
        elif ends == "nearest_mean":
            y[end] = v.mean()
        else:
            y[end] = v[0] if near.start is None else v[-1]
        name = "hold" if ends == "trend" and x.size < 2 else ends.replace("_", " ")
        codes[end] = RULES.index(name)
