"""What a chart is: specs side by side, what the reader can set, the key, and the numbers, as one block of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from markupsafe import Markup

Columns = dict[str, list[Any]]
"""A table by columns, all as long as each other."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One drawing of a chart: a Vega-Lite spec and its height, in pixels or as a share of its width."""

    spec: Json
    own: Json = field(default_factory=dict)
    """Settings of this part, where several have one spec."""
    tall: float = 0.0
    ratio: float = 0.0
    title: str = ""
    says: str = ""
    """Table whose column `text` has a sentence for each value of the chart's first setting."""

    def told(self, spec: int) -> Json:
        """As the page's script reads it, with the place of its spec among those of the chart."""
        return {
            "spec": spec,
            "own": self.own,
            "tall": self.tall,
            "ratio": self.ratio,
            "title": self.title,
            "says": self.says,
        }


@dataclass(frozen=True)
class Chart:
    """A chart that stands in the page where a figure of the same number would."""

    name: str
    """The figure that it stands for."""
    section: str
    """The table whose section shows it."""
    caption: str
    description: str
    """What it shows and how it is read, for those who cannot see it."""
    instead: str
    """What is said where scripts do not run."""
    parts: tuple[Part, ...]
    data: Mapping[str, Columns] = field(default_factory=dict)
    """Tables that the specs name; equal names are equal tables in all charts of a page."""
    controls: tuple[Json, ...] = ()
    key: tuple[Json, ...] = ()
    narrowest: int = 0
    """Width in pixels below which parts stand under each other; 0 for one part."""
    pick: str = ""
    """Setting that a click on a mark changes to the mark's field `k`."""
    says: str = ""
    """As that of a part, but above all of them."""

    @property
    def json(self) -> Markup:
        """The chart without its tables, safe inside a script element."""
        specs: list[Json] = []
        for part in self.parts:
            if not any(part.spec is known for known in specs):
                specs.append(part.spec)
        places = [next(k for k, known in enumerate(specs) if known is part.spec) for part in self.parts]
        return embedded({
            "name": self.name, "description": self.description, "specs": specs,
            "parts": [part.told(k) for part, k in zip(self.parts, places, strict=True)],
            "controls": self.controls, "key": self.key, "narrowest": self.narrowest, "pick": self.pick, "says": self.says,
        })  # fmt: skip


def page_data(charts: Iterable[Chart]) -> Markup:
    """The tables of all charts, each once."""
    return embedded({name: table for chart in charts for name, table in chart.data.items()})


def embedded(value: Any) -> Markup:
    r"""JSON that cannot end the script element that it stands in.

    Examples
    --------
    >>> str(embedded({"name": "</script><b>"}))
    '{"name":"\\u003c/script>\\u003cb>"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def brief(values: Any, digits: int = 5) -> Any:
    """Numbers as lists with so many digits; what is not finite is None.

    Examples
    --------
    >>> brief([0.123456789, float("nan"), 1e-7 / 3])
    [0.12346, None, 3.3333e-08]
    """
    array = np.asarray(values, dtype="f8")
    if array.ndim > 1:
        return [brief(row, digits) for row in array]
    return [float(f"{v:.{digits}g}") if np.isfinite(v) else None for v in array.tolist()]
