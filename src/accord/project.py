"""A plan to a folder of results: read, run, write tables, figures, report and `run.json`."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xarray as xr

from accord import __version__
from accord.core import engine as engines
from accord.errors import InputError
from accord.io import folder, grid
from accord.io.tables import read_study_panel, write_csv, write_workbook
from accord.method import steps as known_steps
from accord.references import REFERENCES, Reference
from accord.study.cache import Cache
from accord.study.evaluate import Tell
from accord.study.plan import Plan, read_plan, settle
from accord.study.source import CubeSource, PanelSource, Source
from accord.study.study import Step, Study
from accord.study.tables import summarise, tidy
from accord.variables import TABLES

LIBRARIES = ("numpy", "scipy", "pandas", "xarray", "h5netcdf", "matplotlib", "pydantic")


@dataclass
class Outcome:
    """What a run came to: where the results are, what became of each step, and the warnings."""

    folder: Path
    steps: list[Step]
    warnings: list[dict[str, str]]
    seconds: float
    language: str = "en"
    files: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Step]:
        return [step for step in self.steps if step.state == "failed"]


def _quiet(_text: str, _done: int, _all: int) -> None:
    """Say nothing."""


def run(
    plan: str | Path | Plan,
    out: str | Path = "results",
    *,
    only: str | None = None,
    sets: Sequence[str] = (),
    engine: str = "threads",
    tell: Tell = _quiet,
) -> Outcome:
    """Run a plan and leave a folder of results in its place, whole or not at all.

    Parameters
    ----------
    plan
        A TOML plan, a workbook with sheets `data` and `indicators`, or a `Plan`.
    out
        The results folder; an earlier one of ours is replaced.
    only
        One step; tables of an earlier run of the same plan and data are kept.
    sets
        `a.b=c` pairs laid over the plan.
    engine
        "threads" or "processes".
    tell
        Called with what is being done, steps done and steps in all.

    Raises
    ------
    InputError
        For anything the user can mend; nothing is written then.
    """
    start = time.perf_counter()
    out = Path(out).resolve()
    plan = plan if isinstance(plan, Plan) else read_plan(plan, tuple(sets))
    if only is not None and only not in known_steps():
        from accord.errors import nearest

        raise InputError(f'--only "{only}" is not a step; {nearest(only, known_steps())}')
    with folder.plain_errors(out):
        folder.check(out)
    tell("reading the data", 0, 1)
    source = read_source(plan)
    with engines.connect(engine) as pool, folder.swapped(out) as fresh:
        store = grid.CellStore(fresh / "cells.zarr", source) if isinstance(source, CubeSource) else None
        study = Study(
            source, title=plan.title, language=plan.language, seed=plan.seed, simulated=plan.simulated, pool=pool,
            tell=tell, cache=Cache(out.parent / ".accord" / "cache"), store=store, duplicates=plan.panel.duplicates,
            **plan.steps,
        )  # fmt: skip
        log = study.run(only)
        tree = study.results()
        identity = {"source": source.fingerprint, "steps": plan.model_dump(mode="json")["steps"]}
        if only is not None:
            tree = _with_earlier(tree, out, identity)
        tree.attrs["provenance"] = json.dumps(_provenance(plan, engine, identity), ensure_ascii=False)
        write(tree, fresh, plan.language, tell)
        files = [
            p.relative_to(fresh).as_posix()
            for p in sorted(fresh.rglob("*"))
            if p.is_file() and "cells.zarr" not in p.parts
        ]
        outcome = Outcome(
            out, log, study.warnings(), round(time.perf_counter() - start, 3), plan.language, [*files, folder.RUN]
        )
        record = {
            "accord": __version__, **json.loads(tree.attrs["provenance"]), "plan": plan.model_dump(mode="json"),
            "warnings": outcome.warnings, "steps": [vars(step) for step in log], "seconds": outcome.seconds,
            "files": outcome.files,
        }  # fmt: skip
        folder.write_text(fresh / folder.RUN, json.dumps(record, ensure_ascii=False, indent=1))
    return outcome


def read_source(plan: Plan) -> Source:
    """The data a plan names: a table in memory, or a cube on disk."""
    if plan.panel.source.rstrip("/").endswith(".zarr"):
        return grid.read_study_cube(plan.panel)
    return PanelSource(read_study_panel(plan.panel))


def write(tree: xr.DataTree, to: Path, language: str, tell: Tell = _quiet) -> None:
    """Everything that follows from a results tree: netCDF, tables, figures, report."""
    frames = {name: tidy(tree[name].to_dataset(), language) for name in tree.children if name != "panel"}
    (to / "tables").mkdir(exist_ok=True)
    for name, frame in frames.items():
        write_csv(frame, to / "tables" / f"{name}.csv")
    tell("writing tables", 1, 3)
    write_workbook(frames, to / "tables.xlsx")
    tree.to_netcdf(to / "study.nc", engine="h5netcdf")
    render(tree, to, language, tell)


def render(tree: xr.DataTree, to: Path, language: str, tell: Tell = _quiet) -> None:
    """Figures and report from a results tree alone."""
    from accord.report.figures import draw
    from accord.report.html import page

    tell("drawing figures", 2, 3)
    drawn = draw(tree, to / "figures", language)
    tell("writing the report", 3, 3)
    folder.write_text(to / "report.html", page(tree, drawn, language))


def report(what: Study | str | Path, to: str | Path | None = None, *, language: str | None = None) -> Path:
    """The report of a study, or of a results folder again from its `study.nc` alone.

    Parameters
    ----------
    what
        A `Study`, or a results folder.
    to
        The HTML file to write for a study; a folder's own `report.html` otherwise.
    language
        "en" or "zh"; the study's own by default.

    Raises
    ------
    InputError
        If the folder holds no results, or its `study.nc` cannot be read.
    """
    if isinstance(what, Study):
        if not what.log:
            what.run()
        return _report_study(what, Path("report.html" if to is None else to), language)
    place = Path(what)
    file = place / "study.nc"
    if not file.is_file():
        raise InputError(f"{place}: no study.nc there; name a results folder of `accord run`")
    try:
        tree = xr.open_datatree(file, engine="h5netcdf").load()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{file} cannot be read as a study: {error}") from error
    tree.close()
    with folder.plain_errors(place):
        render(tree, place if to is None else Path(to), language or str(tree.attrs.get("language", "en")))
    return place / "report.html"


def _report_study(study: Study, to: Path, language: str | None) -> Path:
    from tempfile import TemporaryDirectory

    from accord.report.figures import draw
    from accord.report.html import page

    tree = study.results()
    with TemporaryDirectory() as scratch, folder.plain_errors(to):
        said = language or study.language
        folder.write_text(to, page(tree, draw(tree, Path(scratch), said, ("svg", "png")), said))
    return to


def summary(result: Study | xr.DataTree) -> str:
    """A study or a results tree in a few lines."""
    if isinstance(result, Study):
        if not result.log:
            result.run()
        result = result.results()
    return summarise(result)


def check(plan: str | Path, sets: Sequence[str] = ()) -> dict[str, Any]:
    """What a plan would run on, and what a careful colleague would point out, without running it."""
    made = read_plan(plan, tuple(sets))
    source = read_source(made)
    study = Study(source, duplicates=made.panel.duplicates, **made.steps)
    names = {"subsystems": source.small["subsystems"].values.tolist()}
    found = source.small["regions"].values.tolist()
    out: dict[str, Any] = {
        "plan": str(plan), "title": made.title, "sizes": dict(source.sizes),
        "years": [int(source.small["years"].values[0]), int(source.small["years"].values[-1])], "regions": found, **names,
        "steps": {step: choice.method.name for step, choice in study.settled.chosen.items()},
        "not_available_yet": list(study.settled.later), "warnings": study.warnings(),
    }  # fmt: skip
    if isinstance(source, PanelSource) and "indicators" in source.panel:
        rule = source.panel["gap_rule"].values
        out["indicators"] = int(source.panel.sizes["indicator"])
        out["filled_cells"] = int((rule > 0).sum())
        out["filled_by_indicator"] = {
            str(k): int(n)
            for k, n in zip(source.panel["indicator"].values, (rule > 0).sum(axis=(0, 1)), strict=True)
            if n
        }
    return out


def citations(plan: str | Path, sets: Sequence[str] = ()) -> list[Reference]:
    """The works that a plan's methods rest on, in the order of the study."""
    makers = settle(read_plan(plan, tuple(sets)).steps).makers
    keys = dict.fromkeys(key for choice in makers.values() for key in choice.method.cite)
    return [REFERENCES[key] for key in keys if key in REFERENCES]


def _with_earlier(tree: xr.DataTree, out: Path, identity: dict[str, Any]) -> xr.DataTree:
    """The tables of an earlier run of the same plan and data, beside the new ones."""
    run = folder.our_run(out)
    if run is None or run.get("identity") != identity:
        return tree
    before = xr.open_datatree(out / "study.nc", engine="h5netcdf").load()
    before.close()
    fresh = {name: tree[name].to_dataset() for name in tree.children}
    kept = {name: before[name].to_dataset() for name in before.children if name not in fresh}
    order = ["panel", *TABLES, *fresh, *kept]
    every = {**fresh, **kept}
    groups = {f"/{name}": every[name] for name in dict.fromkeys(order) if name in every}
    earlier = {s["name"]: s for s in json.loads(before.attrs["steps"])}
    now = {s["name"]: s for s in json.loads(tree.attrs["steps"])}
    attrs = {**tree.attrs, "steps": json.dumps(list({**earlier, **now}.values()), ensure_ascii=False)}
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs=attrs), **groups})


def _provenance(plan: Plan, engine: str, identity: dict[str, Any]) -> dict[str, Any]:
    files = [p for p in (plan.panel.source, plan.panel.indicators) if p is not None and Path(p).is_file()]
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "engine": engine, "seed": plan.seed, "identity": identity,
        "inputs": [{"file": Path(p).name, "sha256": hashlib.sha256(Path(p).read_bytes()).hexdigest()} for p in files],
    }  # fmt: skip
