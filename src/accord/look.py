"""What a plan would run on, and what it rests on, without writing anything: `accord check` and `accord cite`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accord.core import engine as engines
from accord.io.boundaries import boundary_notes, study_boundaries
from accord.io.maps import wants_rasters
from accord.io.neighbours import placed
from accord.io.units import study_units, units_spec, zones_found
from accord.project import naming, planned, read_source
from accord.references import REFERENCES, Reference
from accord.study.cube import CubeSource
from accord.study.plan import read_plan, settle
from accord.study.remarks import remarks
from accord.study.source import PanelSource


def check(plan: str | Path, sets: str | Sequence[str] = ()) -> dict[str, Any]:
    """What a plan would run on, and what a careful colleague would point out, without writing anything."""
    made = read_plan(plan, sets)
    source, spec, zones = read_source(made), made.panel, {}
    if isinstance(source, CubeSource):
        wants_rasters(made.output.geotiff, source)
        if spec.zones is not None:
            with engines.connect() as pool:
                panel = study_units(spec, source, pool)
            zones = {"zones": zones_found(panel), "grid": dict(source.sizes)}
            source, spec = PanelSource(panel), units_spec(spec)
    outlines = study_boundaries(spec, source.coords)
    source = placed(source, spec, outlines)
    study = planned(made, str(plan), source)
    with naming(str(plan)):
        in_vain = study.look()
    names = {"subsystems": source.small["subsystems"].values.tolist()}
    noted = remarks(source.panel, list(study.settled.chosen)) if isinstance(source, PanelSource) else []
    found = source.small["regions"].values.tolist()
    out: dict[str, Any] = {
        "plan": str(plan), "title": made.title, "language": made.language, "sizes": dict(source.sizes),
        "years": [int(source.small["years"].values[0]), int(source.small["years"].values[-1])], "regions": found, **names,
        "steps": {step: choice.method.name for step, choice in study.settled.chosen.items()},
        "left_out": {step: why._asdict() for step, why in study.out_of_reach().items()},
        "warnings": [*study.warnings(), *boundary_notes(outlines), *(text._asdict() for text in in_vain)],
        "remarks": [remark.as_dict() for remark in noted], **zones,
    }  # fmt: skip
    if isinstance(source, PanelSource) and source.panel.attrs.get("read"):
        out["read"] = str(source.panel.attrs["read"]).splitlines()
    if isinstance(source, PanelSource) and "indicators" in source.panel:
        rule = source.panel["gap_rule"].values
        out["indicators"] = int(source.panel.sizes["indicator"])
        out["cells"], out["filled_cells"] = int(rule.size), int((rule > 0).sum())
        out["filled_by_indicator"] = {
            str(k): int(n)
            for k, n in zip(source.panel["indicator"].values, (rule > 0).sum(axis=(0, 1)), strict=True)
            if n
        }
    return out


def citations(plan: str | Path, sets: str | Sequence[str] = ()) -> list[Reference]:
    """The works that a plan's methods rest on, in the order of the study, then those of its data that are known."""
    made = read_plan(plan, sets)
    used = (key for choice in settle(made.steps).makers.values() for key in choice.method.cite)
    keys = dict.fromkeys([*used, *made.cite])
    return [REFERENCES[key] for key in keys if key in REFERENCES]
