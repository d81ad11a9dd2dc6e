"""Density of D by year: a panel for each group, the curve of the year chosen over that of the first."""

from __future__ import annotations

import altair as alt
import numpy as np

from accord.plot.frames import only, year_names
from accord.reports.charts.chart import Chart, Columns, Json, Part, brief
from accord.reports.charts.look import INK, SOFT, THEN, spec_of
from accord.reports.charts.material import Material

PANELS = 12
"""Groups beyond which one is taken from a list."""
POINTS = 128
"""Points of a curve, at most twice as many; a finer grid is thinned."""
NOTHING = 5e-3
"""Share of the highest curve below which a curve is the axis."""
TICKS = 400
"""Units beyond which their ticks would be a block."""


def curves(material: Material) -> Chart | None:
    """The chart; None where no curve is known, or one year only."""
    table = material.table("density")
    if (
        table is None
        or material.known < 2
        or "x" not in table.coords
        or year_names(table["time"].values) != material.years[: material.known]
    ):
        return None
    array = only(table["density"], "group", "time", "grid")
    values, step = array.values, max(array.sizes["grid"] // POINTS, 1)
    if not np.isfinite(values).any():
        return None
    groups = [str(g) for g in array["group"].values]
    drawn = [k for k in range(len(groups)) if np.isfinite(values[k]).any() and (k or len(groups) != 2)]
    x, kept = _window(array["x"].values, values[drawn], step)
    rows: Columns = {
        "k": drawn, "name": [material.group(groups[k]) for k in drawn], "curve": [brief(values[k][:, kept], 3) for k in drawn],
        "top": [float(f"{1.05 * np.nanmax(values[k]):.3g}") for k in drawn],
    }  # fmt: skip
    many = len(drawn) > PANELS
    ticks = len(material.units) <= TICKS and set(groups[1:]) == set(material.groups[1:])
    places = [material.groups.index(groups[k]) if ticks else 0 for k in drawn]
    spec = _spec(material, x, rows, ticks and not many)
    parts = (Part(spec, tall=300.0),) if many else tuple(
        Part(spec, {"own": k, "place": places[n], "top": rows["top"][n]}, tall=190.0, title=rows["name"][n])
        for n, k in enumerate(drawn)
    )  # fmt: skip
    last = material.known - 1
    controls: list[Json] = [{"kind": "range", "signal": "at", "label": material.say("year"), "texts": material.years[: material.known],
                             "value": last, "ahead": material.known}]  # fmt: skip
    if many:
        options = [{"value": k, "text": name} for k, name in zip(drawn, rows["name"], strict=True)]
        controls.append(
            {"kind": "select", "signal": "own", "label": material.say("group"), "options": options, "value": drawn[0]}
        )
    return Chart(
        name="density_curves",
        section="density_features",
        caption=material.say("curves_caption", first=material.years[0], last=material.years[last]),
        description=material.say("curves_described"),
        instead=material.say("instead", name="density_curves"),
        parts=parts,
        data={"curves": rows} | ({"units": material.rows} if ticks and not many else {}),
        controls=tuple(controls),
        key=_key(material, ticks and not many),
        narrowest=0 if many else 230,
    )


def _window(x: np.ndarray, values: np.ndarray, step: int) -> tuple[list[float], np.ndarray]:
    """The points of the grid between which some curve is more than the axis."""
    top = np.nanmax(values)
    there = np.flatnonzero((np.nan_to_num(values) > NOTHING * top).any(axis=(0, 1)))
    kept = np.arange(max(there[0] - step, 0), min(there[-1] + step + 1, len(x)), step)
    return brief(x[kept], 5), kept


def _spec(material: Material, x: list[float], rows: Columns, ticks: bool) -> Json:
    """A panel: the first year dashed, the year chosen filled, a tick for each unit."""
    one = alt.Chart(alt.NamedData("curves")).transform_filter("datum.k === own")
    one = one.transform_calculate(j=f"sequence({len(x)})").transform_flatten(["j"])
    axis = alt.Axis(title=material.say("d"), tickCount=5, format=".2~f", grid=False, titlePadding=2)
    across = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[x[0], x[-1]], nice=False, zero=False))
    up = alt.Y(
        "y:Q",
        axis=alt.Axis(title=material.words.density, tickCount=4, titleFontSize=11, minExtent=30),
        scale=alt.Scale(domain=alt.ExprRef("[0, top]"), nice=False),
    )
    name = alt.Tooltip("tip_y:N", title=material.words.density)
    now = one.transform_calculate(x="xs[datum.j]", y="isValid(datum.curve[at]) ? datum.curve[at][datum.j] : null")
    now = now.transform_calculate(
        tip_x="format(datum.x, '.3f')", tip_y="isValid(datum.y) ? format(datum.y, '.2f') : ''", year="years[at]"
    )
    first = one.transform_calculate(x="xs[datum.j]", y="datum.curve[0][datum.j]")
    layers = [
        now.mark_area(fill=THEN, fillOpacity=0.25, line={"stroke": THEN, "strokeWidth": 2}, tooltip=None).encode(x=across, y=up),
        first.mark_line(color=SOFT, strokeDash=[5, 2], strokeWidth=1.4, tooltip=None).encode(x=across, y=up),
        now.transform_filter("isValid(datum.y)").mark_rule(strokeWidth=7, opacity=0).encode(
            x=across, tooltip=[alt.Tooltip("name:N", title=material.say("group")), alt.Tooltip("year:N", title=material.say("year")),
                               alt.Tooltip("tip_x:N", title=material.say("d")), name]),
    ]  # fmt: skip
    if ticks:
        units = alt.Chart(alt.NamedData("units")).transform_filter("place === 0 || datum.group === place")
        units = units.transform_calculate(x="datum.d[at]", year="years[at]").transform_filter("isValid(datum.x)")
        units = units.transform_calculate(tip_d="format(datum.x, '.4f')")
        tips = [alt.Tooltip("name:N", title=material.say("unit")), alt.Tooltip("year:N", title=material.say("year")),
                alt.Tooltip("tip_d:N", title=material.say("d"))]  # fmt: skip
        rug = units.mark_tick(color=INK, opacity=0.7, thickness=1.4, size=9).encode(
            x=across, y=alt.value(alt.expr("height - 5")), tooltip=tips
        )
        layers.append(rug)
    settings = {
        "at": material.known - 1, "years": material.years, "xs": x, "own": rows["k"][0], "place": 0, "top": max(rows["top"]),
    }  # fmt: skip
    return spec_of(alt.layer(*layers), settings)


def _key(material: Material, ticks: bool) -> tuple[Json, ...]:
    out: list[Json] = [
        {"kind": "patch", "colour": THEN, "faint": 0.25, "text": material.say("chosen_year")},
        {
            "kind": "line",
            "colour": SOFT,
            "dash": [5, 2],
            "wide": 1.4,
            "text": material.say("first_year", year=material.years[0]),
        },
    ]
    return (*out, *([{"kind": "tick", "colour": INK, "text": material.say("unit_ticks")}] if ticks else []))
