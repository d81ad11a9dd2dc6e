"""Numbers as tables write them: none that rounds to zero has a minus, and a p-value is never 0."""

from __future__ import annotations

import math

P = "p"
"""The format of p-values."""
LEAST_P = 1e-4
"""A p-value below this is said to be so."""


def written(value: float, form: str) -> str:
    """A number in a format of Python's, or that of p-values; nothing for one that is not known.

    Examples
    --------
    >>> [written(v, ".2f") for v in (-0.004, 0.0, -1.5, float("nan"), float("-inf"))]
    ['0.00', '0.00', '-1.50', '', '-∞']
    >>> [written(v, P) for v in (0.03125, 0.0001, 0.00009, 0.0)]
    ['0.0312', '0.0001', '<0.0001', '<0.0001']
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if form == P:
        return f"{value:.4f}" if value >= LEAST_P else f"<{LEAST_P:.4f}"
    shown = format(value, form)
    return shown.removeprefix("-") if float(shown.replace(",", "")) == 0 else shown
