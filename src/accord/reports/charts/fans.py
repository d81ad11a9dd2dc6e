"""Forecast fans by drop-down: of the regions, and of the units beside their region's mean."""

from __future__ import annotations

import altair as alt

from accord.reports.charts.chart import Chart, Json, Part
from accord.reports.charts.fan import axes, end_of, fan, fan_key, fan_settings
from accord.reports.charts.look import SERIES, spec_of
from accord.reports.charts.material import Material

LIST = 200
"""Units beyond which one is found by typing its name."""
TALL = 340.0


def region_fans(material: Material) -> Chart | None:
    """The chart of the regions' means; None without a forecast of them."""
    means = material.means
    if means is None or "mean" not in means:
        return None
    spec = spec_of(alt.layer(*fan(material, "means", "group")), {"group": 0, **fan_settings(material, means)})
    options = [{"value": k, "text": name} for k, name in enumerate(means["name"]) if means["mean"][k][-1] is not None]
    return Chart(
        name="forecast_fans",
        section="forecast_regions",
        caption=material.say("fans_caption", last=material.years[-1]),
        description=material.say("fans_described"),
        instead=material.say("instead", name="forecast_fans"),
        parts=(Part(spec, tall=TALL),),
        data={"means": means, "end": end_of(material)},
        controls=(
            {"kind": "select", "signal": "group", "label": material.say("group"), "options": options, "value": 0},
        )
        if len(options) > 1
        else (),
        key=tuple(fan_key(material, means)),
    )


def unit_fans(material: Material) -> Chart | None:
    """The chart of the units; None without a forecast of any."""
    rows = material.rows
    if "mean" not in rows or not any(row[-1] is not None for row in rows["mean"]):
        return None
    return Chart(
        name="forecast_units",
        section="forecast",
        caption=material.say("units_caption", last=material.years[-1]),
        description=material.say("units_described"),
        instead=material.say("instead", name="forecast_units"),
        parts=(Part(unit_spec(material), tall=TALL),),
        data={"units": rows, "end": end_of(material)} | ({"means": material.means} if material.means else {}),
        controls=(unit_control(material),),
        key=tuple(unit_key(material)),
    )


def unit_spec(material: Material) -> Json:
    """The path of the unit chosen, over the mean of its region."""
    layers = fan(material, "units", "unit")
    if material.means is not None:
        x, up = axes(material, "unit")
        mean = alt.Chart(alt.NamedData("means")).transform_filter("datum.k === group_of[unit]")
        mean = mean.transform_calculate(j="sequence(known)").transform_flatten(["j"])
        mean = mean.transform_calculate(x="places[datum.j]", y="datum.d[datum.j]")
        layers.insert(
            0,
            mean.mark_line(color=SERIES[1], strokeWidth=1.4, strokeDash=[6, 2], tooltip=None).encode(x=x, y=up("y:Q")),
        )
    settings = {"unit": first(material), "group_of": material.group_of}
    return spec_of(alt.layer(*layers), settings | fan_settings(material, material.rows, material.means))


def first(material: Material) -> int:
    """The unit shown at first: the highest of the first region."""
    return material.order[0]


def unit_control(material: Material) -> Json:
    """A list of the units by region, or a box to type a name into where they are many."""
    out: Json = {"signal": "unit", "label": material.say("unit"), "value": first(material)}
    names = material.units
    if len(names) > LIST:
        options = [{"value": k, "text": name} for k, name in enumerate(names)]
        return {**out, "kind": "search", "hint": material.say("choose"), "options": options}
    groups = [material.group(g) for g in material.groups]
    options = [
        {"value": k, "text": names[k], **({"group": groups[g]} if (g := material.group_of[k]) else {})}
        for k in material.order
    ]
    return {**out, "kind": "select", "options": options}


def unit_key(material: Material) -> list[Json]:
    """The key of a unit's path."""
    out = fan_key(material, material.rows)
    if material.means is not None:
        text = material.say("region_mean" if len(material.groups) > 1 else "whole_mean")
        out.insert(1, {"kind": "line", "colour": SERIES[1], "dash": [6, 2], "wide": 1.4, "text": text})
    return out
