"""D over the years: means of the regions bold, their units thin, with a filter of regions."""

from __future__ import annotations

from typing import Any

import altair as alt

from accord.reports.charts.chart import Chart, Columns, Json, Part
from accord.reports.charts.fan import span
from accord.reports.charts.fans import LIST
from accord.reports.charts.look import INK, line_of, spec_of
from accord.reports.charts.material import Material

BOXES = 12
"""Groups beyond which one is taken from a list instead of ticked."""
TALL = 380.0


def paths(material: Material) -> Chart | None:
    """The chart; None without means of the groups, or with one year."""
    means = material.means
    if means is None or material.known < 2:
        return None
    many = len(material.units) > LIST
    groups = list(range(len(means["k"])))
    looks: list[tuple[str, list[int]]] = [(INK, [])] + [line_of(k) for k in groups[:-1]]
    options = [
        {"value": k, "text": means["name"][k], "colour": looks[k][0], "dash": looks[k][1]} for k in groups
    ]  # fmt: skip
    shown = groups if len(groups) <= BOXES else [0]
    kind = "checks" if len(groups) <= BOXES else "one"
    ticked: list[Json] = [{"kind": kind, "signal": "shown", "label": material.say("regions"), "options": options, "value": shown,
                             "all": material.say("all"), "none": material.say("none")}]  # fmt: skip
    controls = ticked if len(groups) > 1 else []
    if not many:
        controls.append({"kind": "check", "signal": "single", "label": material.say("single"), "value": True})
    data: dict[str, Columns] = {"means": means} | ({} if many else {"units": material.rows})
    key: list[Json] = [
        {"kind": "line", "colour": INK, "wide": 2.8, "text": material.words.mean},
        {"kind": "patch", "colour": INK, "faint": 0.12, "text": material.say("range")} if many else
        {"kind": "line", "colour": INK, "faint": 0.45, "wide": 1, "text": material.words.single},
    ]  # fmt: skip
    ends = {"first": material.years[0], "last": material.years[material.known - 1]}
    return Chart(
        name="trajectories",
        section="regions",
        caption=material.say("paths_many" if many else "paths_listed" if kind == "one" else "paths_caption", **ends),
        description=material.say("paths_described"),
        instead=material.say("instead", name="trajectories"),
        parts=(Part(_spec(material, means, looks, shown, many), tall=TALL),),
        data=data,
        controls=tuple(controls),
        key=tuple(key),
    )


def _spec(material: Material, means: Columns, looks: list[tuple[str, list[int]]], shown: list[int], many: bool) -> Json:
    """Units or ranges below, means over them; what the pointer is on stands out."""
    x, up = _axes(material, means, many)
    near = alt.selection_point(name="near", on="pointerover", clear="pointerout", fields=["k"], empty=False)
    colour = alt.Stroke(
        "group:O", scale=alt.Scale(domain=list(range(len(looks))), range=[c for c, _ in looks]), legend=None
    )
    dash = alt.StrokeDash(
        "group:O", scale=alt.Scale(domain=list(range(len(looks))), range=[d or [1, 0] for _, d in looks]), legend=None
    )
    whole = _years(
        alt.Chart(alt.NamedData("means")).transform_filter("indexof(shown, datum.k) >= 0"), "datum.d[datum.j]"
    )
    whole = whole.transform_calculate(group="datum.k")
    layers: list[Any] = []
    if many:
        band = whole.transform_calculate(y="datum.low[datum.j]", y2="datum.high[datum.j]")
        fill = alt.Fill(
            "group:O", scale=alt.Scale(domain=list(range(len(looks))), range=[c for c, _ in looks]), legend=None
        )
        layers.append(
            band.mark_area(fillOpacity=0.12, line=False, tooltip=None).encode(
                x=x, y=up("y:Q"), y2="y2:Q", fill=fill, detail="k:O"
            )
        )
    else:
        units = alt.Chart(alt.NamedData("units")).transform_filter(
            "single && (indexof(shown, datum.group) >= 0 || (listed && length(shown) === 1))"
        )
        units = _years(units, "datum.d[datum.j]")
        tips = _tips(material, "unit")
        thin = units.encode(x=x, y=up("y:Q"), detail="k:O", stroke=colour, tooltip=tips)
        layers.append(
            thin.mark_line(strokeWidth=1).encode(strokeOpacity=alt.condition(near, alt.value(1), alt.value(0.4)))
        )
        layers.append(thin.mark_line(strokeWidth=9, strokeOpacity=0).add_params(near))
    bold = whole.encode(x=x, y=up("y:Q"), detail="k:O", stroke=colour, strokeDash=dash)
    layers.append(bold.mark_line(strokeWidth=2.8, tooltip=None))
    points = whole.transform_filter("isValid(datum.y)").mark_point(filled=True, size=320, opacity=0, color=INK)
    layers.append(points.encode(x=x, y=up("y:Q"), tooltip=_tips(material, "region")))
    settings = {
        "shown": shown, "single": True, "listed": len(looks) > BOXES, "known": material.known, "years": material.years,
        "places": material.places,
    }  # fmt: skip
    return spec_of(alt.layer(*layers), settings)


def _years(chart: Any, value: str) -> Any:
    """A row for each year of the data."""
    chart = chart.transform_calculate(j="sequence(known)").transform_flatten(["j"])
    return chart.transform_calculate(x="places[datum.j]", y=value, year="years[datum.j]").transform_calculate(
        tip_d="isValid(datum.y) ? format(datum.y, '.4f') : ''"
    )


def _tips(material: Material, head: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=material.say(head)),
        alt.Tooltip("year:N", title=material.say("year")),
        alt.Tooltip("tip_d:N", title=material.say("d" if head == "unit" else "mean")),
    ]


def _axes(material: Material, means: Columns, many: bool) -> tuple[alt.X, Any]:
    """Years across, apart as they are; D over the range of all that can be shown."""
    rows = means["low"] + means["high"] if many else means["d"] + material.rows["d"]
    low, high = span([v for row in rows for v in row if v is not None])
    places = material.places[: material.known]
    label = alt.Undefined if material.dated else "datum.value === floor(datum.value) ? years[datum.value] : ''"
    axis = alt.Axis(
        title=None, format="d", labelExpr=label, values=places, grid=False, labelOverlap=True, labelSeparation=8
    )
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[places[0], places[-1]], nice=False, padding=6, zero=False))
    upright = alt.Axis(title=material.words.coordination, tickCount=6, format=".2~f")
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    return x, lambda shorthand: alt.Y(shorthand, scale=scale, axis=upright)
