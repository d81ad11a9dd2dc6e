"""A plan to a folder of results: read, run, hand over to accord/delivery.py what is to be written, and record it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xarray as xr

from accord import __version__
from accord.chinese import in_chinese
from accord.core import engine as engines
from accord.core.engine import Tell, quiet
from accord.delivery import check_language, rendered_again, warn_of, write
from accord.errors import InputError, brief, nearest
from accord.io import folder, grid, maps
from accord.io.boundaries import boundary_notes, study_boundaries
from accord.io.cells import CellStore
from accord.io.maps import cells_on_map, wants_rasters
from accord.io.neighbours import placed
from accord.io.tables import read_study_panel
from accord.io.units import study_units, units_spec
from accord.method import steps as known_steps
from accord.provenance import cube, digest, digests, provenance
from accord.study.cache import Cache
from accord.study.cube import CubeSource
from accord.study.earlier import joined
from accord.study.plan import Plan, read_plan
from accord.study.source import PanelSource, Source
from accord.study.steps import Step
from accord.study.study import Study
from accord.tables import Tidied

GRID = "grid"
"""Where tables and report of the cells go, beside those of the units that they are gathered to."""


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


def run(
    plan: str | Path | Plan,
    out: str | Path = "results",
    *,
    only: str | None = None,
    sets: str | Sequence[str] = (),
    engine: str = "threads",
    drawn_by: int = 1,
    tell: Tell = quiet,
) -> Outcome:
    """Run a plan and leave a folder of results in its place, whole or not at all.

    Parameters
    ----------
    plan
        A TOML plan, a workbook with sheets `data` and `indicators`, or a `Plan`.
    out
        The results folder; an earlier one of ours is replaced.
    only
        One step; tables of an earlier run that this plan and these data would make the same are kept.
    sets
        `a.b=c` pairs laid over the plan.
    engine
        "threads", "processes", or the scheduler of a Dask cluster as "tcp://HOST:PORT".
    drawn_by
        Processes that draw the figures, 1 or 2; a script that asks for 2 starts under `if __name__ == "__main__":`.
    tell
        Called with what is being done, steps done and steps in all.

    Raises
    ------
    InputError
        For anything the user can mend; nothing is written then.
    """
    start = time.perf_counter()
    place = "" if isinstance(plan, Plan) else str(plan)
    plan_file = digest(place) if place and isinstance(plan, str | Path) else None
    plan = plan if isinstance(plan, Plan) else read_plan(plan, sets)
    _check_step(only)
    if not isinstance(out, str | Path):
        raise InputError(f"results go to a folder named by its path, and out is a {type(out).__name__}")
    out = _usable(Path(out))
    tell("reading the data", 0, 1)
    files = digests(plan)
    source = read_source(plan)
    files += cube(source)
    with engines.connect(engine) as pool:
        work = folder.work(out, _work_key(plan, only, _identity(plan, source), files))
        studied = _studies(plan, place, source, work, out, only, pool=pool, tell=tell)
        with folder.swapped(out) as fresh:
            folder.drop_work(out, but=work)
            tell("reading the data", 1, 1)
            for part, study, outlines in studied:
                with naming(place):
                    log = study.run(only)
                identity = _identity(plan, study.source)
                tree = study.results() if only is None else _with_earlier(study, out, part, work, identity)
                if isinstance(study.source, CubeSource):
                    cells_on_map(work / folder.CELLS, study.source, plan.output.geotiff, fresh / maps.FOLDER, tell)
                _lay_outlines(tree, outlines)
                tree.attrs |= _said(plan)
                tree.attrs["provenance"] = _json(provenance(plan, engine, identity, plan_file, files))
                (fresh / part).mkdir(exist_ok=True)
                notes = [*json.loads(tree.attrs["warnings"]), *write(tree, fresh / part, plan.language, tell, drawn_by)]
                seconds = round(time.perf_counter() - start, 3)
                made = [*folder.listed(fresh / part), folder.RUN]
                outcome = Outcome(out, log, notes, seconds, plan.language, made)
                record = json.dumps(_record(plan, tree, outcome), ensure_ascii=False, indent=1)
                folder.write_text(fresh / part / folder.RUN, record)
            if (work / folder.CELLS).is_dir():
                folder.lay(work / folder.CELLS, fresh / folder.CELLS)
            folder.drop_work(out)
    return outcome


def _identity(plan: Plan, source: Source) -> dict[str, Any]:
    """What tables depend on, to know those of an earlier run again."""
    return {"source": source.fingerprint, "steps": plan.model_dump(mode="json")["steps"]}


def _studies(
    plan: Plan, place: str, source: Source, work: Path, out: Path, only: str | None, pool: Executor, tell: Tell
) -> list[tuple[str, Study, xr.Dataset | None]]:
    """The studies of a plan, each with the folder in the results that it goes to, and the outlines of its units.

    One as a rule; of a cube with zones two: that of the cells, then that of the units, which is the report's.
    """
    cells = []
    spec = plan.panel
    if isinstance(source, CubeSource):
        wants_rasters(plan.output.geotiff, source)
        if spec.zones is not None:
            cells = [(GRID, _prepared(plan, place, source, work, out, only, pool=pool, tell=tell), None)]
            source, spec = PanelSource(study_units(spec, source, pool, tell, work)), units_spec(spec)
    outlines = study_boundaries(spec, source.coords)
    source = placed(source, spec, outlines)
    return [*cells, ("", _prepared(plan, place, source, work, out, only, pool=pool, tell=tell), outlines)]


def _work_key(plan: Plan, only: str | None, identity: dict[str, Any], files: list[dict[str, str]]) -> str:
    """A digest of all that the cells of a run depend on, so that a run only goes on with what it began itself."""
    return sha256(_json([__version__, plan.seed, only, identity, files]).encode()).hexdigest()[:16]


def _prepared(plan: Plan, place: str, source: Source, work: Path, out: Path, only: str | None, **more: Any) -> Study:
    """The study a plan asks for, everything looked at that can be before anything is written."""
    more["cache"] = Cache(out.parent / ".accord" / "cache")
    if isinstance(source, CubeSource):
        more |= {"store": CellStore(work / folder.CELLS, source), "resume": work}
    study = planned(plan, place, source, **more)
    if only in study.settled.off:
        raise InputError(f'--only "{only}": the plan leaves this step out; take {only} = false out of [steps]')
    with naming(place):
        study.look()
    return study


def _usable(out: Path) -> Path:
    """The place of the results, once it is known that they can go there."""
    with folder.plain_errors(out):
        place = out.resolve()
        folder.check(place)
    return place


def _check_step(only: str | None) -> None:
    """Refuse a step alone that is none."""
    if only is not None and only not in known_steps():
        raise InputError(f'--only "{brief(only)}" is not a step; {nearest(only, known_steps())}')


def _said(plan: Plan) -> dict[str, str]:
    """What the plan itself says in the report."""
    return {"note": plan.note, "note_zh": plan.note_zh, "cite": _json(plan.cite)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lay_outlines(tree: xr.DataTree, outlines: xr.Dataset | None) -> None:
    """The outlines of the units beside the tables, and what to say of units that have none."""
    if outlines is not None:
        tree["boundaries"] = xr.DataTree(outlines)
    elif "boundaries" in tree.children:
        del tree["boundaries"]
    if said := boundary_notes(outlines):
        tree.attrs["warnings"] = json.dumps([*json.loads(tree.attrs["warnings"]), *said], ensure_ascii=False)


def planned(plan: Plan, place: str, source: Source, **more: Any) -> Study:
    """The study a plan asks for."""
    with naming(place):
        return Study(
            source, title=plan.title, title_zh=plan.title_zh, names_zh=plan.names_zh, language=plan.language,
            seed=plan.seed, simulated=plan.simulated, duplicates=plan.panel.duplicates, **more, **plan.steps,
        )  # fmt: skip


@contextmanager
def naming(place: str) -> Iterator[None]:
    """What does not fit in a plan is said with the plan's name."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}" if place else str(error)) from error


def read_source(plan: Plan) -> Source:
    """The data a plan names: a table in memory, or a cube on disk."""
    if grid.is_grid(plan.panel.source):
        whole = {"source": str(Path(plan.panel.source).absolute())}  # a worker stands elsewhere
        return grid.read_study_cube(plan.panel.model_copy(update=whole))
    of_cells = {
        "panel.zones": plan.panel.zones,
        "panel.pattern": plan.panel.pattern,
        "output.geotiff": plan.output.geotiff,
    }
    if given := [name for name, value in of_cells.items() if value]:
        raise InputError(f"{plan.panel.source}: a table has no cells; take {', '.join(given)} out of the plan")
    return PanelSource(read_study_panel(plan.panel))


def report(
    what: Study | str | Path, to: str | Path | None = None, *, language: str | None = None, drawn_by: int = 1
) -> Path:
    """The report of a study, or of a results folder again from its `study.nc` alone.

    Parameters
    ----------
    what
        A `Study`, or a results folder.
    to
        The HTML file to write; a folder's own `report.html`, with its figures, where not given.
    language
        "en" or "zh"; the study's own by default.
    drawn_by
        Processes that draw the figures of a folder, as in `run`.

    Raises
    ------
    InputError
        If the language is unknown, the folder holds no results, or its `study.nc` cannot be read.
    """
    check_language(language)
    if isinstance(what, Study) or to is not None:
        tree = _ran(what).results() if isinstance(what, Study) else folder.read_results(Path(what))
        return _report_page(tree, Path(to or "report.html"), language or str(tree.attrs["language"]))
    return rendered_again(Path(what), language, drawn_by)


def _report_page(tree: xr.DataTree, to: Path, language: str) -> Path:
    from accord.reports.figures import draw
    from accord.reports.html import page

    tree = in_chinese(tree, language)
    with TemporaryDirectory() as scratch, folder.plain_errors(to):
        drawn, notes = draw(tree, Path(scratch), language, ("svg", "png"))
        folder.write_text(to, page(tree, drawn, language, notes))
    warn_of(notes)
    return to


def summary(result: Study | xr.DataTree | Tidied | str | Path, *, language: str | None = None) -> str:
    """A study, its results tree, a results folder or the result of a test in a few lines.

    Raises
    ------
    InputError
        If it is none of these, or the language is unknown.
    """
    from accord.reports.summary import summarise

    check_language(language)
    if isinstance(result, Tidied):
        return result.summary()
    if isinstance(result, str | Path):
        result = folder.read_results(Path(result))
    if isinstance(result, Study):
        result = _ran(result).results()
    if not isinstance(result, xr.DataTree):
        raise InputError(
            f"summary takes a study, its results tree or a results folder, and this is a {type(result).__name__}; "
            "make a study of a panel with accord.Study(panel), and a table of one with accord.tidy"
        )
    return summarise(result, language)


def _ran(study: Study) -> Study:
    """The study once it has run."""
    if not study.log:
        study.run()
    return study


def _with_earlier(study: Study, out: Path, part: str, work: Path, identity: dict[str, Any]) -> xr.DataTree:
    """The results of one step, with what an earlier run in the same place made alike."""
    run = folder.our_run(out / part)
    if run is None:
        return study.results()
    if run.get("identity") == identity and isinstance(study.source, CubeSource):
        folder.keep(out / folder.CELLS, work / folder.CELLS)
    return joined(study, folder.read_results(out / part))


def _record(plan: Plan, tree: xr.DataTree, outcome: Outcome) -> dict[str, Any]:
    """What `run.json` says."""
    from accord.reports.document import lacking

    return {
        "accord": __version__, **json.loads(tree.attrs["provenance"]), "plan": plan.model_dump(mode="json"),
        "options": {made["step"]: made["options"] for made in json.loads(tree.attrs["methods"])},
        "warnings": outcome.warnings, "steps": json.loads(tree.attrs["steps"]), "seconds": outcome.seconds,
        "files": outcome.files, "not_written": lacking(),
    }  # fmt: skip
