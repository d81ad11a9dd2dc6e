"""Heat map of D, unit by year, linked to a unit's path, stages and forecast; of many units, of the regions."""

from __future__ import annotations

from typing import Any

import altair as alt
import matplotlib
import numpy as np
from matplotlib.colors import to_hex

from accord.plot.degrees import tenths
from accord.plot.style import DEGREES
from accord.reports.charts.chart import Chart, Columns, Json, Part
from accord.reports.charts.fan import end_of
from accord.reports.charts.fans import first, unit_control, unit_key, unit_spec
from accord.reports.charts.look import INK, NONE, PAPER, SOFT, spec_of
from accord.reports.charts.material import Material

MOST = 120
"""Units beyond which the rows are regions and a unit is found by its name."""
ROWS, LEAST, LARGEST, ROOM = 560.0, 12.0, 20.0, 40.0
"""Height in pixels that rows take where they can, that of the lowest and of the highest, and of the years below."""
TALL = 400.0


def heat(material: Material) -> Chart | None:
    """The chart; None where there is one year only."""
    if material.known < 2:
        return None
    many = len(material.units) > MOST
    table = material.means if many else material.rows
    if table is None or (many and len(material.groups) == 1):
        return None
    order = list(range(len(table["k"]))) if many else material.order
    low, high = tenths(np.array([v for row in table["d"] for v in row if v is not None] or [0.0]))
    data: dict[str, Columns] = {"units": material.rows, "end": end_of(material), "rows": _rows(table, order)}
    if material.means is not None:
        data["means"] = material.means
    tall = len(order) * min(max(ROWS / len(order), LEAST), LARGEST) + ROOM
    parts = (
        Part(_spec(material, table, order, (low, high), many), tall=tall),
        Part(unit_spec(material), tall=TALL, says="unit_says"),
    )
    data["unit_says"] = {"text": [says(material, k) for k in range(len(material.units))]}
    lacking = any(v is None for row in table["d"] for v in row)
    ramp: Json = {
        "kind": "ramp",
        "colours": _colours(),
        "low": f"{low:.1f}",
        "high": f"{high:.1f}",
        "text": material.words.coordination,
    }
    none: list[Json] = [{"kind": "patch", "colour": NONE, "text": material.say("no_data")}] if lacking else []
    ends = {"first": material.years[0], "last": material.years[material.known - 1]}
    return Chart(
        name="coordination_heatmap",
        section="coordination",
        caption=material.say("heat_many" if many else "heat_caption", **ends),
        description=material.say("heat_described"),
        instead=material.say("instead", name="coordination_heatmap"),
        parts=parts,
        data=data,
        controls=(unit_control(material),),
        key=(ramp, *none, *unit_key(material)),
        narrowest=400,
        pick="" if many else "unit",
    )


def _rows(table: Columns, order: list[int]) -> Columns:
    """The rows of the map in their order: which row of the table each is."""
    return {
        "k": order,
        "place": list(range(len(order))),
        "name": [table["name"][k] for k in order],
        "d": [table["d"][k] for k in order],
    }


def _colours(n: int = 11) -> list[str]:
    """The scale of D that figures have."""
    return [to_hex(c) for c in matplotlib.colormaps[DEGREES](np.linspace(0, 1, n))]


def _spec(material: Material, table: Columns, order: list[int], ends: tuple[float, float], many: bool) -> Json:
    """Cells, the outline of the row chosen, names on the left and regions on the right."""
    names = [table["name"][k] for k in order]
    cells = alt.Chart(alt.NamedData("rows")).transform_calculate(j="sequence(known)").transform_flatten(["j"])
    cells = cells.transform_calculate(
        v="datum.d[datum.j]",
        year="years[datum.j]",
        tip_d="isValid(datum.d[datum.j]) ? format(datum.d[datum.j], '.4f') : none",
    )
    left = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelExpr="names[datum.value]",
        labelLimit=110,
        labelOverlap=False,
        labelFontSize=11,
    )
    scale = alt.Scale(paddingInner=0)
    y, bare = alt.Y("place:O", axis=left, scale=scale), alt.Y("place:O", axis=None, scale=scale)
    x = alt.X(
        "j:O",
        axis=alt.Axis(
            title=None,
            labelExpr="years[datum.value]",
            labelAngle=0,
            labelOverlap="greedy",
            labelSeparation=6,
            domain=False,
            labelFontSize=11,
        ),
    )
    colour = alt.Color(
        "v:Q", scale=alt.Scale(domain=list(np.linspace(*ends, 11).round(6)), range=_colours(), clamp=True), legend=None
    )
    head = material.say("region" if many else "unit")
    tips = [
        alt.Tooltip("name:N", title=head),
        alt.Tooltip("year:N", title=material.say("year")),
        alt.Tooltip("tip_d:N", title=material.say("d")),
    ]
    edge: dict[str, Any] = {"stroke": PAPER, "strokeWidth": 0.5}
    ground = cells.mark_rect(fill=NONE, tooltip=None, **edge).encode(x=x, y=y)
    shown = cells.transform_filter("isValid(datum.v)").mark_rect(cursor="default" if many else "pointer", **edge)
    layers: list[Any] = [ground, shown.encode(x=x, y=bare, fill=colour, tooltip=tips)]
    if not many:
        chosen = alt.Chart(alt.NamedData("rows")).transform_filter("datum.k === unit")
        for ink, wide in ((PAPER, 4.5), (INK, 2.2)):
            layers.append(chosen.mark_rect(filled=False, stroke=ink, strokeWidth=wide, tooltip=None).encode(y=bare))
        if len(material.groups) > 1:
            layers.append(_margin(material, order))
    settings = {
        "known": material.known, "years": material.years, "names": names, "unit": first(material),
        "none": material.say("no_data"), "sides": _sides(material, order),
    }  # fmt: skip
    chart = alt.layer(*layers).resolve_axis(y="independent")
    return spec_of(chart, settings)


def _margin(material: Material, order: list[int]) -> Any:
    """Names of the regions on the right, each at the middle of its rows, and lines between them."""
    right = alt.Axis(title=None, orient="right", domain=False, ticks=False, labelExpr="sides[datum.value]", labelLimit=110, labelOverlap=False,
                     labelColor=SOFT, labelFontSize=11)  # fmt: skip
    bounds = [n for n in range(1, len(order)) if material.group_of[order[n]] != material.group_of[order[n - 1]]]
    rules = alt.Chart(alt.NamedData("rows")).transform_filter(f"indexof({bounds}, datum.place) >= 0")
    return rules.mark_rule(color=INK, strokeWidth=1, tooltip=None).encode(
        y=alt.Y("place:O", axis=right, bandPosition=0)
    )


def _sides(material: Material, order: list[int]) -> list[str]:
    """The name of a region at the row in its middle, nothing at the others."""
    of = [material.group_of[k] for k in order]
    out = [""] * len(of)
    for group in dict.fromkeys(of):
        mine = [n for n, g in enumerate(of) if g == group]
        out[mine[(len(mine) - 1) // 2]] = material.group(material.groups[group]) if group else ""
    return out


def says(material: Material, k: int) -> str:
    """A unit in a sentence: D and stage at the end of the data and of the forecast, beside its region's mean."""
    rows, last = material.rows, material.known - 1
    group = material.group_of[k]
    name, d = rows["name"][k], rows["d"][k][last]
    if group:
        name = material.say("of_region", name=name, region=material.group(material.groups[group]))
    now = (
        material.say("none_now", year=material.years[last])
        if d is None
        else material.say("now", year=material.years[last], d=f"{d:.4f}", stage=material.stages[rows["s"][k][last]])
    )
    out = material.say("start", name=name) + now
    if material.means is not None and (mean := material.means["d"][group][last]) is not None:
        out += material.say("mean_now" if group else "whole_now", d=f"{mean:.4f}")
    if "mean" in rows and rows["mean"][k][-1] is not None:
        out += material.say(
            "then", year=material.years[-1], d=f"{rows['mean'][k][-1]:.4f}", low=f"{rows['lo80'][k][-1]:.3f}",
            high=f"{rows['hi80'][k][-1]:.3f}", stage=material.stages[rows["s"][k][-1]],
        )  # fmt: skip
    return out + material.say("stop")
