"""What a finding is: a sentence read off one table. One function and one line of declaration add one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import xarray as xr

from accord.method import Text

Called = Callable[[Any], Text]
"""What a unit is called in each language."""
Reader = Callable[[xr.Dataset, Called], Iterator[Text]]
"""Takes one table and says what stands in it; it picks and compares, and computes no statistic."""
READERS: dict[str, list[Reader]] = {}
"""Readers by table; the order of declaration is the order of the findings."""


def reads(table: str) -> Callable[[Reader], Reader]:
    """Declare a function as a reader of `table`."""

    def register(reader: Reader) -> Reader:
        READERS.setdefault(table, []).append(reader)
        return reader

    return register


def moves(by: float) -> Text:
    """Whether something rises, falls or stays."""
    return Text("rises", "上升") if by > 0 else Text("falls", "下降") if by < 0 else Text("stays", "不变")


def chance(p: float) -> str:
    """A p-value as papers write it.

    Examples
    --------
    >>> chance(0.0123), chance(2e-5)
    ('p = 0.012', 'p < 0.001')
    """
    return f"p = {p:.3f}" if p >= 0.0005 else "p < 0.001"
