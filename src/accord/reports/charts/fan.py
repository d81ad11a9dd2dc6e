"""A path of D with its forecast: history, bands by what they rest on, naive forecast, and the end of the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor
from typing import Any

import altair as alt

from accord.plot.forecast_frames import leading_name
from accord.reports.charts.chart import Columns, Json
from accord.reports.charts.look import INK, SOFT, SURE, THEN, UNSURE
from accord.reports.charts.material import BANDS, Material

LEVELS = ("95", "80")
Up = Callable[[str], alt.Y]
"""The upright axis for a field."""


def fan(material: Material, table: str, row: str) -> list[alt.Chart]:
    """Layers of the row of a table that the expression `row` names, for a spec with the settings of `fan_settings`."""
    one = alt.Chart(alt.NamedData(table)).transform_filter(f"datum.k === ({row})")
    past = one.transform_calculate(j="sequence(known)").transform_flatten(["j"])
    past = past.transform_calculate(x="places[datum.j]", y="datum.d[datum.j]", year="years[datum.j]")
    x, up = axes(material, row)
    y, said, layers = up("y:Q"), tips(material), []
    if material.forecast is not None:
        ahead = one.transform_calculate(j="sequence(length(datum.mean))").transform_flatten(["j"])
        ahead = ahead.transform_calculate(
            x="places[known - 1 + datum.j]", year="years[known - 1 + datum.j]", y="datum.mean[datum.j]"
        )
        layers += [_band(ahead, level, code, x, up) for level in LEVELS for code in (1, 2)]
        layers.append(alt.Chart(alt.NamedData("end")).mark_rule(color=SOFT, strokeDash=[4, 2]).encode(x=alt.X("x:Q")))
        naive = ahead.transform_calculate(flat="datum.mean[0]")
        layers.append(naive.mark_line(color=INK, strokeDash=[1, 3], strokeWidth=1.2).encode(x=x, y=up("flat:Q")))
        layers.append(ahead.mark_line(color=THEN, strokeWidth=2.4).encode(x=x, y=y))
        points = ahead.transform_filter("datum.j > 0 && isValid(datum.y)").transform_calculate(
            tip_d="format(datum.y, '.4f')", tip_year="datum.year + told",
            **{f"tip_{b}": f"format(datum.lo{b}[datum.j], '.3f') + '–' + format(datum.hi{b}[datum.j], '.3f') + bases[datum.basis{b}[datum.j]]"
               for b in ("80", "95")},
        )  # fmt: skip
        bands = [alt.Tooltip(f"tip_{b}:N", title=material.say("band", level=b)) for b in ("80", "95")]
        layers += _points(points, THEN, x, y, [*said, *bands])
    layers.append(past.mark_line(color=INK, strokeWidth=2).encode(x=x, y=y))
    known = past.transform_filter("isValid(datum.y)").transform_calculate(
        tip_d="format(datum.y, '.4f')", tip_year="datum.year"
    )
    return layers + _points(known, INK, x, y, said)


def _points(chart: Any, colour: str, x: Any, y: Any, said: list[alt.Tooltip]) -> list[Any]:
    """Points, each with room around it for the pointer."""
    seen = chart.mark_point(filled=True, size=24, color=colour, opacity=1, tooltip=None).encode(x=x, y=y)
    return [seen, chart.mark_point(filled=True, size=320, color=colour, opacity=0).encode(x=x, y=y, tooltip=said)]


def _band(ahead: Any, level: str, code: int, x: Any, up: Up) -> Any:
    """The part of a band that rests on one thing, from the year before it."""
    basis = f"datum.basis{level}"
    mine = f"{basis}[datum.j] === {code} || {basis}[datum.j + 1] === {code}"
    ends = {f"{end}_": f"({mine}) ? datum.{side}{level}[datum.j] : null" for end, side in (("y", "lo"), ("y2", "hi"))}
    colour, faint = (SURE, {"80": 0.42, "95": 0.2}) if code == 1 else (UNSURE[level], {"80": 1.0, "95": 0.8})
    area = ahead.transform_calculate(**ends).mark_area(fill=colour, fillOpacity=faint[level], tooltip=None, line=False)
    return area.encode(x=x, y=up("y_:Q"), y2="y2_:Q")


def tips(material: Material) -> list[alt.Tooltip]:
    """What the tooltip of a point tells."""
    return [alt.Tooltip("name:N", title=material.say("name")), alt.Tooltip("tip_year:N", title=material.say("year")),
            alt.Tooltip("tip_d:N", title=material.say("d"))]  # fmt: skip


def axes(material: Material, row: str) -> tuple[alt.X, Up]:
    """Years across, apart as they are; D up, over the range of the row that the expression names."""
    places = material.places
    label = alt.Undefined if material.dated else "datum.value === floor(datum.value) ? years[datum.value] : ''"
    axis = alt.Axis(
        title=None, format="d", labelExpr=label, values=places, grid=False, labelOverlap=True, labelSeparation=8
    )
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[places[0], places[-1]], nice=False, padding=6, zero=False))
    scale = alt.Scale(domain=alt.ExprRef(f"[lows[{row}], highs[{row}]]"), nice=False, zero=False)
    upright = alt.Axis(title=material.words.coordination, tickCount=6, format=".2~f")
    return x, lambda shorthand: alt.Y(shorthand, scale=scale, axis=upright)


def fan_settings(material: Material, table: Columns, beside: Columns | None = None) -> Json:
    """What the expressions of a fan read; D reaches over a row of the table and of the one beside it."""
    ends = [span(_values(table, k) + (_values(beside, material.group_of[k]) if beside else [])) for k in table["k"]]
    return {
        "known": material.known, "years": material.years, "places": material.places,
        "told": material.say("ahead"), "lows": [e[0] for e in ends], "highs": [e[1] for e in ends],
        "bases": ["", material.say("sure"), material.say("unsure")],
    }  # fmt: skip


def _values(table: Columns, k: int) -> list[float]:
    return [v for key in ("d", "mean", *BANDS) for v in table.get(key, {k: []})[k] if v is not None]


def span(values: Sequence[float]) -> tuple[float, float]:
    """Round twentieths between which all values lie, with a tenth between them at least.

    Examples
    --------
    >>> span([0.34, 0.36]), span([0.51, 0.99]), span([])
    ((0.3, 0.4), (0.5, 1.0), (0.0, 1.0))
    """
    if not values:
        return 0.0, 1.0
    low, high = floor(min(values) * 20 + 1e-9), ceil(max(values) * 20 - 1e-9)
    while high - low < 2:
        low, high = (low - 1, high) if min(values) * 20 - low < high - max(values) * 20 else (low, high + 1)
    return low / 20, high / 20


def end_of(material: Material) -> Columns:
    """Where the data end."""
    return {"x": [material.places[material.known - 1]]}


def fan_key(material: Material, table: Columns) -> list[Json]:
    """The key: history, forecast, the bands that occur, the naive forecast, the end of the data."""
    words = material.words
    out: list[Json] = [{"kind": "line", "colour": INK, "text": words.history}]
    if material.forecast is None:
        return out
    model = leading_name(material.tree, material.language)
    out.append({"kind": "line", "colour": THEN, "wide": 2.4, "text": words.forecast.format(model=model)})
    said = (words.calibrated, words.modelled)
    for code in (1, 2):
        for level in ("80", "95"):
            if any(code in row for row in table.get(f"basis{level}", [])):
                colour, faint = (SURE, {"80": 0.42, "95": 0.2}) if code == 1 else (UNSURE[level], {"80": 1, "95": 0.8})
                out.append(
                    {
                        "kind": "patch",
                        "colour": colour,
                        "faint": faint[level],
                        "text": said[code - 1].format(level=level),
                    }
                )
    out.append({"kind": "line", "colour": INK, "dash": [1, 3], "wide": 1.2, "text": words.last_value})
    out.append(
        {"kind": "upright", "colour": SOFT, "text": words.data_end.format(year=material.years[material.known - 1])}
    )
    return out
