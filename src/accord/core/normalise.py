"""Indicators to [0, 1]: min-max by direction, closeness to a target value or interval."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
TargetRule = Literal["target", "target_minmax", "target_log"]


def distance(x: ArrayLike, target: tuple[float, float], rule: TargetRule = "target") -> Floats:
    """Distance of x to the interval [a, b] (a = b for a single value); of logarithms for `target_log`.

    Examples
    --------
    >>> distance([0.5, 1.0, 3.0], (1.0, 2.0)).tolist()
    [0.5, 0.0, 1.0]
    """
    values, (a, b) = np.asarray(x, dtype="f8"), target
    if rule == "target_log":
        values, a, b = np.log(values), float(np.log(a)), float(np.log(b))
    return np.asarray(np.maximum(np.maximum(a - values, values - b), 0.0))


def span_of(
    low: ArrayLike,
    high: ArrayLike,
    direction: str = "+",
    *,
    target: tuple[float, float] = (np.nan, np.nan),
    nearest: ArrayLike = 0.0,
    rule: TargetRule = "target",
) -> Floats:
    """Distance between the worst and the best of the frame, by which `normalise` divides; 0 where nothing varies.

    Examples
    --------
    >>> float(span_of(1.0, 5.0, "=", target=(2.0, 2.0)))
    3.0
    """
    low, high = np.asarray(low, dtype="f8"), np.asarray(high, dtype="f8")
    if direction in ("+", "-"):
        return np.asarray(high - low)
    if direction != "=":
        raise ValueError(f'direction "{direction}" is not one of + - =')
    worst = np.maximum(distance(low, target, rule), distance(high, target, rule))
    return np.asarray(worst - np.asarray(nearest, dtype="f8") if rule == "target_minmax" else worst)


def normalise(
    x: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    direction: str = "+",
    *,
    target: tuple[float, float] = (np.nan, np.nan),
    nearest: ArrayLike = 0.0,
    rule: TargetRule = "target",
    out: Floats | None = None,
) -> Floats:
    """One indicator scaled by its bounds: 1 is best, 0 worst.

    Parameters
    ----------
    x
        Values, any shape.
    low, high
        Bounds of the frame, broadcast against x.
    direction
        `+` (x-low)/(high-low); `-` (high-x)/(high-low); `=` closeness to `target` (a, b).
    nearest
        Smallest distance to the target within the frame; used by `target_minmax` alone.
    rule
        `target` 1 - dev/max dev; `target_minmax` min-max of dev reversed; `target_log` with dev
        between logarithms (x, a, b > 0), where dev is the distance to [a, b].
    out
        Where to put the result; a new array otherwise.

    Returns
    -------
    Shape of x. Within [0, 1] for x inside the bounds; 0 throughout where the bounds coincide.

    Examples
    --------
    >>> normalise([1.0, 2.0, 3.0], 1.0, 3.0, "-").tolist()
    [1.0, 0.5, 0.0]
    >>> normalise([1.0, 2.0, 5.0], 1.0, 5.0, "=", target=(1.0, 1.0)).tolist()
    [1.0, 0.75, 0.0]
    """
    x, low, high = np.asarray(x), np.asarray(low, dtype="f8"), np.asarray(high, dtype="f8")
    span = span_of(low, high, direction, target=target, nearest=nearest, rule=rule)
    if direction == "+":
        z = np.subtract(x, low, out=out, dtype="f8")
    elif direction == "-":
        z = np.subtract(high, x, out=out, dtype="f8")
    else:
        worst = np.maximum(distance(low, target, rule), distance(high, target, rule))
        z = np.subtract(worst, distance(x, target, rule), out=out)
    if np.all(span > 0):
        return np.asarray(np.divide(z, span, out=np.asarray(z)))
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = np.asarray(np.where(np.isnan(z) | (span > 0), z / span, 0.0))
    if out is None:
        return scaled
    out[...] = scaled
    return out
