"""The map of the stages with its slider: outlines where the tree holds some, tiles elsewhere; forecast years are hatched."""

from __future__ import annotations

import warnings

import altair as alt
import numpy as np

from accord.errors import AccordWarning
from accord.plot.maps import draft_of
from accord.plot.outlines import Chart as Sheet
from accord.plot.sites import outlines_of
from accord.plot.style import drawing, ink_on
from accord.reports.charts.chart import Chart, Columns, Part
from accord.reports.charts.look import AHEAD, INK, NONE, PAPER, SOFT, spec_of
from accord.reports.charts.material import Material

WIDE, TALL = 160.0, 100.0
"""Sheet in mm that places are laid on."""
FINE = 20
"""Parts of a mm that corners are told in."""


def stage_map(material: Material) -> Chart | None:
    """The chart; None where the units have no stages."""
    if "stage" not in material.past:
        return None
    with drawing(material.language), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", AccordWarning
        )  # the figure says which characters its fonts lack; a page has others
        outlines = outlines_of(material.tree, material.past, None)
        sheet = draft_of(material.past, outlines, material.language)(WIDE, TALL)
        places = _places(sheet, material)
    ahead = len(material.years) > material.known
    ends = {"first": material.years[0], "last": material.years[-1]}
    key = "map_caption_ahead" if ahead else "map_caption"
    caption = material.say(key, **ends, ahead=material.years[min(material.known, len(material.years) - 1)])
    return Chart(
        name="stage_maps",
        section="coordination",
        caption=caption,
        description=material.say("map_described"),
        instead=material.say("instead", name="stage_maps"),
        parts=(Part(_spec(material, sheet), ratio=sheet.tall / sheet.wide),),
        data={"units": material.rows, "places": places, "heads": _heads(sheet)},
        controls=({
            "kind": "range", "signal": "at", "label": material.say("year"), "texts": material.year_texts(),
            "value": material.known - 1, "ahead": material.known,
        },),
        key=(*_order(material, sheet), *_key(material, ahead, bool((np.array(places["k"]) < 0).any() or (material.stage_of == 0).any()))),
    )  # fmt: skip


def _places(sheet: Sheet, material: Material) -> Columns:
    """The places as GeoJSON on the sheet: outline, which unit each is, its label and where that stands."""
    row = {str(u): k for k, u in enumerate(material.past["unit"].values)}
    shapes = sheet.shapes
    rings = [
        [np.rint(np.asarray(ring) * FINE).astype(int).tolist() for ring in s.outline.to_polygons()] for s in shapes
    ]
    return {
        "type": ["Feature"] * len(shapes), "geometry": [{"type": "Polygon", "coordinates": r} for r in rings],
        "k": [row.get(s.unit, -1) for s in shapes], "place": [s.place for s in shapes],
        "label": [material.units[row[s.unit]] if s.label and sheet.ordered else s.label for s in shapes],
        "x": [round(s.at[0] * FINE) for s in shapes], "y": [round(s.at[1] * FINE) for s in shapes],
    }  # fmt: skip


def _heads(sheet: Sheet) -> Columns:
    """Titles of regions among tiles."""
    return {
        "x": [round(x * FINE) for x, _, _ in sheet.titles],
        "y": [round(y * FINE) for _, y, _ in sheet.titles],
        "text": [text for _, _, text in sheet.titles],
    }


def _spec(material: Material, sheet: Sheet) -> dict[str, object]:
    """Places in the colours of their stages, the hatching of forecast years, labels and titles."""
    n, say = len(material.stages), material.say
    settings = {
        "at": material.known - 1, "known": material.known, "years": material.years,
        "stages": material.stages, "groups": [material.group(g) for g in material.groups],
        "inks": [INK, *(ink_on(c) for c in material.colours)],
        "told": say("ahead"),
    }  # fmt: skip
    fields = [f for f in ("name", "group", "d", "s", "mean", "lo80", "hi80", "p") if f in material.rows]
    base = (
        alt.Chart(alt.NamedData("places"))
        .transform_lookup("k", alt.LookupData(alt.NamedData("units"), "k", fields))
        .transform_calculate(stage="datum.k < 0 ? 0 : datum.s[at]", **_told(material))
    )
    tips = [alt.Tooltip(f"tip_{k}:N", title=title) for k, title in _titles(material).items()]
    fill = alt.Fill(
        "stage:O",
        scale=alt.Scale(domain=list(range(n)), range=[NONE, *material.colours]),
        legend=None,
    )
    shapes = base.mark_geoshape(stroke=PAPER, strokeWidth=0.8).encode(fill=fill, tooltip=tips)
    hatch = base.mark_geoshape(
        stroke=None, fill=alt.expr(f"at >= known ? '{AHEAD}' : 'transparent'"), tooltip=None
    ).encode()
    hatch = hatch.transform_filter("datum.k >= 0 && datum.stage > 0")
    where = {"longitude": "x:Q", "latitude": "y:Q"}
    layers = [shapes, hatch]
    if any(s.label for s in sheet.shapes):
        share = (0.62 * 4.0 if sheet.ordered else 0.32 * _side(sheet)) / sheet.wide
        # bars have room for their names however narrow the page is; squares do not
        least = "9" if sheet.ordered else "0"
        size = alt.expr(f"width * {share:.4f} < 6 ? {least} : clamp(width * {share:.4f}, {least}, 13)")
        limit = alt.expr(f"width * {min(_side(sheet), sheet.wide) / sheet.wide:.4f}")
        text = base.mark_text(fontSize=size, limit=limit, baseline="middle", tooltip=None)
        layers.append(
            text.transform_calculate(ink="inks[datum.stage]").encode(
                text="label:N", color=alt.Color("ink:N", scale=None), **where
            )
        )
    if sheet.titles:
        heads = alt.Chart(alt.NamedData("heads")).mark_text(align="left", baseline="bottom", color=SOFT, tooltip=None)
        layers.append(heads.encode(text="text:N", **where))
    chart = alt.layer(*layers).project(type="identity", reflectY=True)
    return spec_of(chart, settings)


def _side(sheet: Sheet) -> float:
    """Width in mm of a place, where all are tiles."""
    shape = sheet.shapes[0].outline
    return float(np.ptp(np.asarray(shape.vertices)[:, 0]))


def _titles(material: Material) -> dict[str, str]:
    """What the tooltip tells, and how it is called."""
    say = material.say
    out = {"name": say("unit"), "region": say("region"), "year": say("year"), "stage": say("stage"), "d": say("d")}
    if len(material.groups) == 1:
        out.pop("region")
    if material.forecast is not None:
        out["band"] = say("band", level=80)
        if "p" in material.rows:
            out["p"] = say("likely")
    return out


def _told(material: Material) -> dict[str, str]:
    """Expressions of what the tooltip tells; empty texts are left out of it."""
    later = "at >= known && datum.k >= 0"
    out = {
        "tip_name": "datum.k < 0 ? datum.place : datum.name",
        "tip_region": "datum.k < 0 || datum.group === 0 ? '' : groups[datum.group]",
        "tip_year": "years[at] + (at >= known ? told : '')",
        "tip_stage": "stages[datum.stage]",
        "tip_d": "datum.k >= 0 && at < known && isValid(datum.d[at]) ? format(datum.d[at], '.4f') : ''",
    }
    if material.forecast is not None:
        mean = f"{later} && isValid(datum.mean[at - known + 1])"
        out["tip_d"] = f"{mean} ? format(datum.mean[at - known + 1], '.4f') : {out['tip_d']}"
        out["tip_band"] = (
            f"{mean} ? format(datum.lo80[at - known + 1], '.3f') + '–' + format(datum.hi80[at - known + 1], '.3f') : ''"
        )
        out["tip_p"] = (
            f"{later} && isValid(datum.p) && isValid(datum.p[at - known]) ? format(datum.p[at - known], '.2f') : ''"
        )
    return {k: v for k, v in out.items() if k.removeprefix("tip_") in _titles(material)}


def _order(material: Material, sheet: Sheet) -> tuple[dict[str, object], ...]:
    """What tiles without names stand in."""
    if not sheet.ordered or any(s.label for s in sheet.shapes):
        return ()
    return ({"kind": "text", "text": material.words.in_order.format(n=len(material.units))},)


def _key(material: Material, ahead: bool, lacking: bool) -> tuple[dict[str, object], ...]:
    """The stages that occur from the lowest, hatching, and no data."""
    found = sorted(set(material.stage_of.ravel().tolist()) - {0})
    out: list[dict[str, object]] = [
        {"kind": "patch", "colour": material.colours[s - 1], "text": material.stages[s]} for s in found
    ]
    out += [{"kind": "hatch", "colour": "transparent", "text": material.say("hatched")}] if ahead else []
    out += [{"kind": "patch", "colour": NONE, "text": material.say("no_data")}] if lacking else []
    return tuple(out)
