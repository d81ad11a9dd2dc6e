"""Impulse responses of one group, taken from a list: a panel for each response and shock, with bands."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from accord.phrases import WITH_YEARS
from accord.plot.catalogue import caption
from accord.plot.impulse import BANDS, impulse_frame
from accord.plot.pvar_frames import descriptive_groups, grouped, level_of, variable_names
from accord.plot.words_pvar import estimator_name, pvar_texts
from accord.reports.charts.chart import Chart, Columns, Json, Part, brief
from accord.reports.charts.look import INK, NEUTRAL, THEN, spec_of
from accord.reports.charts.material import Material

TALL = 230.0


def responses(material: Material) -> Chart | None:
    """The chart; None where no group has responses."""
    table = grouped(material.tree, "irf", "irf", "lo", "hi")
    frame = impulse_frame(table, None, None, None, None, "estimated", descriptive_groups(material.tree, table))
    groups, names = list(dict.fromkeys(frame["group"])), list(dict.fromkeys(frame["response"]))
    shocks = list(dict.fromkeys(frame["impulse"]))
    say = pvar_texts(material.language)
    shown = variable_names(list(dict.fromkeys([*names, *shocks])), material.language, material.words)
    rows = _rows(frame, groups, names, shocks)
    between = " " if material.language == "en" else "，"
    spec = _spec(material, rows)
    parts = tuple(
        Part(spec, {"r": r, "i": i}, tall=TALL, title=between.join(
            [say.of_response.format(name=shown[name]), say.to_impulse.format(name=shown[shock])]
        ))
        for r, name in enumerate(names) for i, shock in enumerate(shocks)
    )  # fmt: skip
    options = [{"value": k, "text": material.group(g)} for k, g in enumerate(groups)]
    return Chart(
        name="impulse_responses",
        section="irf",
        caption=material.say("irf_caption")
        if len(groups) > 1
        else caption("impulse_responses", material.tree, material.language),
        description=material.say("irf_described"),
        instead=material.say("instead", name="impulse_responses"),
        parts=parts,
        data={"irf": rows, "zero": {"y": [0.0]}, "irf_says": {"text": [_says(material, frame, g) for g in groups]}},
        controls=(
            {"kind": "select", "signal": "group", "label": material.say("group"), "options": options, "value": 0},
        ),
        key=tuple(_key(material, frame, {b: level_of(table, b) for b in ("lo", "lo_joint") if b in table})),
        narrowest=320,
        says="irf_says",
    )


def _rows(frame: pd.DataFrame, groups: list[str], names: list[str], shocks: list[str]) -> Columns:
    """One row for each group, response and shock; `low` and `high` are the ends of all panels of the response."""
    out: Columns = {key: [] for key in ("group", "r", "i", "few", "horizon", "irf", *BANDS, "by_order", "low", "high")}
    parts = dict(list(frame.groupby(["group", "response", "impulse"], sort=False)))
    for g, group in enumerate(groups):
        for r, name in enumerate(names):
            values = np.concatenate(
                [parts[group, name, s][["irf", *BANDS]].to_numpy(dtype="f8").ravel() for s in shocks]
            )
            known = [0.0, *values[np.isfinite(values)]]
            pad = 0.05 * max(max(known) - min(known), 1e-12)
            for i, shock in enumerate(shocks):
                part = parts[group, name, shock]
                for key, value in (("group", g), ("r", r), ("i", i), ("few", bool(part["descriptive"].iloc[0]))):
                    out[key].append(value)
                out["horizon"].append([int(h) for h in part["horizon"]])
                for key in ("irf", *BANDS):
                    out[key].append(brief(part[key].to_numpy(dtype="f8"), 4))
                out["by_order"].append([bool(v) for v in part["by_order"]])
                out["low"].append(float(f"{min(known) - pad:.4g}"))
                out["high"].append(float(f"{max(known) + pad:.4g}"))
    return out


def _spec(material: Material, rows: Columns) -> Json:
    """A panel: band, bounds of the path, zero, the response; grey where the group is descriptive."""
    one = alt.Chart(alt.NamedData("irf")).transform_filter("datum.group === group && datum.r === r && datum.i === i")
    one = one.transform_calculate(j="sequence(length(datum.horizon))").transform_flatten(["j"])
    one = one.transform_calculate(
        x="datum.horizon[datum.j]", y="datum.irf[datum.j]",
        **{key: f"datum.{key}[datum.j]" for key in BANDS}, tip_y="isValid(datum.y) ? format(datum.y, '.4f') : ''",
        tip_band="isValid(datum.lo) ? format(datum.lo, '.4f') + ' – ' + format(datum.hi, '.4f') : ''",
    )  # fmt: skip
    across = len(set(rows["i"]))
    n = len(set(rows["r"])) * across
    at = f"group * {n} + r * {across} + i"
    domain = alt.ExprRef(f"[lows[{at}], highs[{at}]]")
    say, ends = pvar_texts(material.language), [rows["horizon"][0][0], rows["horizon"][0][-1]]
    axis = alt.Axis(title=say.periods, format="d", tickMinStep=1, grid=False, labelOverlap=True)
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=ends, nice=False, padding=4))
    scale = alt.Scale(domain=domain, nice=False, zero=False)

    def up(field: str) -> alt.Y:
        return alt.Y(field, scale=scale, axis=alt.Axis(title=None, tickCount=5, format="~g", minExtent=34))

    colour = alt.expr(f"fews[group] ? '{NEUTRAL}' : '{THEN}'")
    tips = [alt.Tooltip("x:Q", title=say.periods), alt.Tooltip("tip_y:N", title=material.say("response")),
            alt.Tooltip("tip_band:N", title=material.say("irf_band"))]  # fmt: skip
    zero = one.transform_filter("datum.by_order[datum.j]")
    layers = [
        one.mark_area(fill=colour, fillOpacity=0.22, line=False, tooltip=None).encode(x=x, y=up("lo:Q"), y2="hi:Q"),
        *(one.mark_line(stroke=colour, strokeWidth=0.9, tooltip=None).encode(x=x, y=up(f"{end}:Q")) for end in ("lo_joint", "hi_joint")),
        alt.Chart(alt.NamedData("zero")).mark_rule(color=INK, strokeWidth=0.9, tooltip=None).encode(y=up("y:Q")),
        one.mark_line(stroke=colour, strokeWidth=2.4, tooltip=None).encode(x=x, y=up("y:Q")),
        zero.mark_point(size=60, stroke=colour, fill="var(--paper)", strokeWidth=1.8, opacity=1, tooltip=None).encode(x=x, y=up("y:Q")),
        one.transform_filter("isValid(datum.y)").mark_point(size=320, filled=True, opacity=0).encode(x=x, y=up("y:Q"), tooltip=tips),
    ]  # fmt: skip
    settings = {
        "group": 0, "r": 0, "i": 0, "lows": rows["low"], "highs": rows["high"], "fews": rows["few"][::n],
    }  # fmt: skip
    return spec_of(alt.layer(*layers), settings)


def _says(material: Material, frame: pd.DataFrame, group: str) -> str:
    """Which estimator a group's responses are of, and whether they only describe it."""
    part, say = frame[frame["group"] == group], pvar_texts(material.language)
    drawn = str(part["estimator"].iloc[0])
    more = [estimator_name(drawn, material.language)]
    more += [say.years_out] if drawn.endswith(WITH_YEARS) else []
    more += [say.descriptive] if part["descriptive"].iloc[0] else []
    return material.say("start", name=material.group(group)) + say.listed.join(more)


def _key(material: Material, frame: pd.DataFrame, levels: dict[str, float]) -> list[Json]:
    """The response, its bands where there are any, what the order sets to zero, and the grey of descriptive groups."""
    say = pvar_texts(material.language)
    out: list[Json] = [{"kind": "line", "colour": THEN, "wide": 2.4, "text": say.response}]
    if frame["lo"].notna().any():
        out.append({"kind": "patch", "colour": THEN, "faint": 0.22, "text": say.band.format(level=levels["lo"])})
    if frame["lo_joint"].notna().any():
        out.append(
            {"kind": "line", "colour": THEN, "wide": 0.9, "text": say.joint_band.format(level=levels["lo_joint"])}
        )
    if frame["by_order"].any():
        out.append({"kind": "point", "colour": THEN, "text": say.by_order})
    if frame["descriptive"].any():
        out.append({"kind": "line", "colour": NEUTRAL, "wide": 2.4, "text": say.descriptive})
    return out
