"""Figures of a study drawn in Chinese bear the Chinese names that its plan gives, as they do in the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import xarray as xr

from accord.chinese import Names, in_chinese, name_in_chinese, table_in_chinese
from accord.plot.frames import language_of, table_of

NAMING = ("group", "groups", "regions", "responses", "impulses", "equations", "terms", "variable", "variables")
"""Options of figures that name regions, subsystems or terms: by the names of the source or by those in the figure."""


class Renamed:
    """A study whose tables bear Chinese names."""

    language = "zh"

    def __init__(self, study: Any, names: Names) -> None:
        self._study, self._names = study, names

    def table(self, name: str) -> xr.Dataset:
        """One table of the study."""
        return table_in_chinese(name, table_of(self._study, name), self._names)


def renamed(figure: Callable[..., Any]) -> Callable[..., Any]:
    """The function of a figure that draws a study, or its saved tree, with its Chinese names where it draws in Chinese.

    Frames (`data=True`) keep the names of the source, as files do.
    """

    @wraps(figure)
    def drawn(result: Any, **options: Any) -> Any:
        names = _names_of(result)
        if not any(names.values()) or options.get("data") or language_of(result, options.get("language")) != "zh":
            return figure(result, **options)
        told = in_chinese(result) if isinstance(result, xr.DataTree) else Renamed(result, names)
        return figure(told, **{k: _chosen(v, names) if k in NAMING else v for k, v in options.items()})

    return drawn


def _names_of(result: Any) -> Names:
    """The Chinese names of a study or its tree; none of anything else."""
    if isinstance(result, xr.DataTree):
        found: Names = json.loads(result.attrs.get("names_zh") or "{}")
        return found
    named = getattr(result, "names_zh", None)
    return named if isinstance(named, Mapping) else {}


def _chosen(value: Any, names: Names) -> Any:
    """What an option names, in Chinese."""
    if isinstance(value, str):
        return name_in_chinese(value, {**names.get("region", {}), **names.get("subsystem", {})})
    if isinstance(value, list | tuple):
        return [_chosen(one, names) for one in value]
    return value
