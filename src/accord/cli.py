"""The command line: each command is a thin door to the library; errors become one sentence and an exit code."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from accord.project import Outcome

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Coupling-coordination studies: a panel and a plan in; tables, figures and a report out.",
)

Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="A.B=C", help="Lay a setting over the plan; may be repeated.")
]
Out = Annotated[Path, typer.Option(help="Results folder; an earlier one of accord's is replaced whole.")]
Engine = Annotated[str, typer.Option(help="threads, processes, or a Dask scheduler as tcp://HOST:PORT.")]
Language = Annotated[str | None, typer.Option(help="en or zh; the study's own by default.")]


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Coupling-coordination studies: a panel and a plan in; tables, figures and a report out."""
    if version:
        from accord import __version__

        print(f"accord {__version__}")
        raise typer.Exit


@app.command()
def demo(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Embedded study: us-states or china-replica.")
    ] = "us-states",
    out: Out = Path("results"),
    sets: Sets = None,
    engine: Engine = "threads",
) -> None:
    """Run an embedded study, no network needed."""
    with _plain():
        from accord.io.sample import folder

        _run(folder(name) / "plan.toml", out, None, sets, engine)


@app.command()
def run(
    plan: Annotated[Path, typer.Argument(help="A TOML plan, or a workbook with sheets data and indicators.")],
    out: Out = Path("results"),
    only: Annotated[
        str | None, typer.Option(metavar="STEP", help="One step alone; other tables of the same run are kept.")
    ] = None,
    sets: Sets = None,
    engine: Engine = "threads",
) -> None:
    """Run a plan and write its results."""
    with _plain():
        _run(plan, out, only, sets, engine)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    template: Annotated[
        str,
        typer.Option(
            help="us-states or china-replica (whole studies to change); published or china (31 provinces, a workbook "
            "to fill in: a published study's settings, or our defaults); or blank."
        ),
    ] = "us-states",
) -> None:
    """Make a folder with a plan and data to start from."""
    with _plain():
        from accord.io.sample import FORM, new_study

        files = new_study(folder, template)
        fill = f"fill the sheet data of {folder / FORM}, then " if FORM in files else ""
        print(f"{folder}: {', '.join(files)}\nNext: {fill}accord check {folder / 'plan.toml'}")


@app.command()
def panel(
    folder: Annotated[Path, typer.Argument(help="A folder of a statistics office's exports, or one of them.")],
    out: Annotated[
        Path | None, typer.Option(metavar="CSV", help="File to write, a row per unit and year; without it none is.")
    ] = None,
    units: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Table of your own units: key, name, name_zh, region, aliases.")
    ] = None,
) -> None:
    """Read exports as they come into one panel, and say what was read from where."""
    with _plain():
        from accord.io.exports import read_exports
        from accord.io.listing import refuse_among
        from accord.io.tables import write_panel

        if out is not None:
            refuse_among(folder, out)
        found = read_exports(folder, units)
        print(_lines(found.told()), flush=True)
        if out is not None:
            write_panel(found, out)
            print(f"written: {out}")


@app.command()
def check(
    plan: Annotated[Path, typer.Argument(help="A plan or a workbook.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sets: Sets = None,
) -> None:
    """Look at a plan and its data, writing nothing."""
    with _plain():
        from accord.look import check as look
        from accord.reports.checked import told

        found = look(plan, sets or [])
        print(json.dumps(found, ensure_ascii=not _unicode(), indent=1) if as_json else _lines(told(found)))


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="A results folder.")], language: Language = None) -> None:
    """Write the report of a results folder again."""
    with _plain():
        from accord.delivery import rendered_again  # not by way of accord.project: half a second of imports less

        print(rendered_again(folder, language, drawn_by=2))
        if language is not None:
            print("Tables (CSV, workbook) keep the language of the study.", file=sys.stderr)


@app.command()
def methods() -> None:
    """List every step, its methods and their options."""
    with _plain():
        import accord.methods  # noqa: F401
        from accord.method import choices, group, steps

        for step in steps():
            print(step)
            for i, (name, m) in enumerate(choices(step).items()):
                print(f"  {name}{' (default)' if i == 0 else ''}: {m.summary}")
                for option, p in {k: p for one in group(m) for k, p in one.options.items()}.items():
                    print(f"      {option} = {_default(p)}")


@app.command()
def cite(plan: Annotated[Path, typer.Argument(help="A plan or a workbook.")], sets: Sets = None) -> None:
    """Print the references of a plan as BibTeX."""
    with _plain():
        from accord.look import citations

        for reference in citations(plan, sets or []):
            print(reference.bibtex())


def _run(plan: Path, out: Path, only: str | None, sets: list[str] | None, engine: str) -> None:
    from accord.core import lstm_cache
    from accord.project import run as go

    lstm_cache.keep()
    with _progress() as tell:
        done = go(plan, out, only=only, sets=sets or [], engine=engine, drawn_by=2, tell=tell)
    _tell_outcome(done)
    if done.failed:
        raise typer.Exit(1)


def _tell_outcome(done: Outcome) -> None:
    from accord.errors import one_line

    told: dict[tuple[str, str], list[str]] = {}
    for step in done.steps:
        if step.state in ("refused", "failed") or (step.state == "left out" and step.named):
            told.setdefault((step.state, step.reason), []).append(step.name)
    for (state, reason), names in told.items():
        print(one_line(f"{', '.join(names)}: {state}: {reason}"), file=sys.stderr)
    for text in done.warnings:
        print(f"warning: {one_line(text[done.language])}", file=sys.stderr)
    count = sum(f.startswith("tables/") and f.endswith(".csv") for f in done.files)
    print(
        f"{count} tables, {len({Path(f).stem for f in done.files if f.startswith('figures/')})} figures in {done.seconds:.1f} s"
    )
    print(f"open {_near(done.folder / 'report.html')}")


def _near(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _default(p: Any) -> str:
    from accord.method import Chosen

    if p.default is p.empty:
        return "(needed)"
    if isinstance(p.default, Chosen):
        return f"(as in step {p.default.step})"
    return str(p.default)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A live line on a terminal, plain lines otherwise; on stderr both."""
    if not sys.stderr.isatty():
        seen: set[str] = set()

        def plain(text: str, done: int, every: int) -> None:
            if not done:  # a line tells what is done: bad input leaves its one sentence alone
                return
            tenth = f"{text} {10 * done // max(every, 1)}"
            if tenth not in seen and (text not in seen or every > 50):
                seen.update((text, tenth))
                print(f"{text} {done}/{every}" if every > 1 else text, file=sys.stderr, flush=True)

        yield plain
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1)
        yield lambda text, done, every: bar.update(task, description=text[:40], completed=done, total=every)


_SAID: set[str] = set()
"""Warnings that were shown: two processes that draw, or several figures, say the same."""


def _warned(message: Warning | str, category: type[Warning], *_rest: object, **_more: object) -> None:
    """A warning as a line of its own; those of libraries only when asked for."""
    from accord.errors import AccordWarning, one_line

    said = one_line(message)
    ours = issubclass(category, AccordWarning) and said not in _SAID
    if ours or os.environ.get("ACCORD_DEBUG"):
        print(f"warning: {said}", file=sys.stderr)
    _SAID.add(said)


def _lines(text: str) -> str:
    """A text of ours with names in it: its lines stay, nothing else in it steers a terminal."""
    from accord.errors import one_line

    return "\n".join(map(one_line, text.split("\n")))


def _hush() -> None:
    """Let nothing that is torn down after a failure (half-written files, say) add lines to its one sentence."""
    sys.unraisablehook = lambda _: None


def _unicode() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"


@contextmanager
def _plain() -> Iterator[None]:
    """Errors as one sentence: 2 for what the user can mend, 1 for anything else."""
    from accord.errors import EngineLost, InputError, one_line

    warnings.showwarning = _warned
    _SAID.clear()
    if isinstance(sys.stdout, TextIOWrapper) and not _unicode():
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    except typer.Exit:
        raise
    except InputError as error:
        _hush()
        print(f"accord: {one_line(error)}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        _interrupted()
    except EngineLost as error:
        _hush()
        print(f"accord: {one_line(error)}; earlier results are as they were, run again to go on", file=sys.stderr)
        raise typer.Exit(1) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(1) from None
    except Exception as error:
        if _stopped(error):
            _interrupted()
        if os.environ.get("ACCORD_DEBUG"):
            raise
        said = one_line(f"{type(error).__name__}: {error}")
        print(f"accord: this is a bug, please report it: {said} (ACCORD_DEBUG=1 shows where)", file=sys.stderr)
        raise typer.Exit(1) from None


def _interrupted() -> NoReturn:
    _hush()
    print("accord: interrupted; earlier results are as they were", file=sys.stderr)
    raise typer.Exit(1) from None


def _stopped(error: BaseException | None) -> bool:
    """Whether Ctrl-C lies at the bottom of an error: Python wraps one that falls into the making of a class."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
