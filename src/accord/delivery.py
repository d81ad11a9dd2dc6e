"""A results tree to files: tables, workbook, netCDF, figures, report and scripts.

Functions import what they need: a second process that draws starts before this one has read pandas and matplotlib.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from warnings import warn

from accord import __version__
from accord.core import engine as engines
from accord.core.engine import Tell, quiet
from accord.errors import AccordWarning, InputError, brief
from accord.reports.second import Shared, draw_when_told
from accord.variables import INPUTS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

BOOK = "tables.xlsx"
FEW_FIGURES = 6
"""Figures below which a run starts no second process, which would take longer to start than to draw."""


def write(tree: xr.DataTree, to: Path, language: str, tell: Tell = quiet, drawn_by: int = 1) -> list[dict[str, str]]:
    """Everything that follows from a results tree: netCDF, tables, figures, report; returns what is to be said."""
    from accord.chinese import in_chinese
    from accord.study.tables import write_netcdf

    with sharing(in_chinese(tree, language), to / "figures", language, drawn_by) as shared:
        write_tables(tree, to, language)
        tell("writing tables", 1, 3)
        write_netcdf(tree, to / "study.nc")
        return render(tree, to, language, tell, shared)


def write_tables(tree: xr.DataTree, to: Path, language: str) -> None:
    """Every table as CSV, and all of them in one workbook."""
    from accord.chinese import in_chinese
    from accord.io.tables import write_csv
    from accord.tables import tidy

    frames = {name: tidy(tree[name].to_dataset(), language) for name in told(tree)}
    (to / "tables").mkdir(exist_ok=True)
    for name, frame in frames.items():
        write_csv(frame, to / "tables" / f"{name}.csv")
    _write_book(tree, in_chinese(tree, language), frames, to / BOOK, language)


def told(tree: xr.DataTree) -> list[str]:
    """Tables that people read: those of the study, not what went into it."""
    return [name for name in tree.children if name not in INPUTS]


def _write_book(
    tree: xr.DataTree, read: xr.DataTree, frames: dict[str, pd.DataFrame], path: Path, language: str
) -> None:
    """The tables in one workbook, after a sheet of contents and the data as used with filled cells marked."""
    from accord.io.workbook import LONGEST, Contents, write_workbook
    from accord.reports import book

    sheets, marked = frames, {}
    data = book.data_of(tree)
    if data is not None and len(data[0]) <= LONGEST and book.DATA not in frames:
        sheets, marked = {book.DATA: data[0], **frames}, {book.DATA: data[1]}
    sheets = {**sheets, book.COLUMNS: book.columns_of(tree, frames, language)}
    heads = str(getattr(book.HEADS, language)).split("|")
    contents = Contents(
        book.lines_of(read, language, __version__), book.rows_of(read, language), heads,
        book.legend_of(marked, language), book.alarm_of(tree, language),
    )  # fmt: skip
    write_workbook(sheets, path, contents=contents, marked=marked)


@contextmanager
def sharing(tree: xr.DataTree, to: Path, language: str, drawn_by: int) -> Iterator[Shared | None]:
    """A second process that draws its share of the figures; none on one core, or for few figures."""
    from accord.reports.figures import drawable

    with second_hand(drawn_by if len(drawable(tree)) >= FEW_FIGURES else 1) as share:
        yield share(tree, to, language)


@contextmanager
def second_hand(drawn_by: int) -> Iterator[Callable[[xr.DataTree, Path, str], Shared | None]]:
    """A second process that makes ready meanwhile; the block gets what hands it a tree, a folder and a language to draw."""
    if min(drawn_by, engines.cores()) < 2:
        yield lambda _tree, _to, _language: None
        return
    with TemporaryDirectory() as scratch:
        place, work = Path(scratch) / "figures", Path(scratch) / "work"
        place.mkdir()
        with engines.beside(draw_when_told, work, place) as wait:

            def share(tree: xr.DataTree, to: Path, language: str) -> Shared:
                half = work.with_suffix(".half")
                half.write_bytes(pickle.dumps((tree, to, language)))
                half.replace(work)
                return Shared(place, wait)

            yield share


def check_language(language: str | None) -> None:
    """Raise InputError at a language that reports are not written in."""
    if language not in (None, "en", "zh"):
        raise InputError(f'language "{brief(language)}" is not known; allowed: en, zh')


def warn_of(notes: list[dict[str, str]]) -> None:
    """Warn of figures that were left out."""
    for note in notes:
        warn(note["en"], AccordWarning, stacklevel=3)


def rendered_again(what: Path, language: str | None = None, drawn_by: int = 1) -> Path:
    """The report of a results folder again, from its `study.nc` alone; returns the page.

    Tables as CSV and in the workbook stay as the run wrote them, in the language of the study; where one is gone, all are
    written again.

    Raises
    ------
    InputError
        If the language is unknown, the folder holds no results, or its `study.nc` cannot be read.
    """
    check_language(language)
    with second_hand(drawn_by) as share:
        from accord.chinese import in_chinese
        from accord.io import folder

        tree = folder.read_results(what)
        said = language or str(tree.attrs["language"])
        files = (what / BOOK, *(what / "tables" / f"{name}.csv" for name in told(tree)))
        with folder.refreshed(what.resolve()) as fresh:
            if not all(file.is_file() for file in files):
                write_tables(tree, fresh, str(tree.attrs["language"]))
            warn_of(render(tree, fresh, said, shared=share(in_chinese(tree, said), fresh / "figures", said)))
    return what / "report.html"


def render(
    tree: xr.DataTree, to: Path, language: str, tell: Tell = quiet, shared: Shared | None = None
) -> list[dict[str, str]]:
    """Figures, page, referee pack, document, tables for LaTeX and scripts from a results tree alone.

    Returns what is to be said of figures left out.
    """
    from accord.chinese import in_chinese
    from accord.io import folder
    from accord.reports import document
    from accord.reports.charts import charts_of
    from accord.reports.figures import draw, drawable
    from accord.reports.html import page, standing, with_charts
    from accord.reports.latex import fragments
    from accord.reports.numbered import sections_of, tables_of
    from accord.reports.referee import NAME, referee
    from accord.reports.scripts import write_scripts
    from accord.reports.sections import names_of

    source, tree = tree, in_chinese(tree, language)
    tell("drawing figures", 2, 3)
    write_scripts(source, to / "scripts")
    folder.write_text(to / NAME, referee(tree, language))  # what needs no figure while another process draws
    names = names_of(tree, language)
    tables = tables_of(tree, names, language)
    made = charts_of(tree, language, drawable(tree))
    drawn, notes = draw(tree, to / "figures", language, shared=shared)
    tell("writing the report", 3, 3)
    charts = {name: chart for name, chart in made.items() if name in standing(drawn, notes)}
    sections = sections_of(tree, with_charts(drawn, charts), names, language, tables)
    folder.write_text(to / "report.html", page(tree, drawn, language, notes, sections, NAME, charts))
    (to / "tables").mkdir(exist_ok=True)
    for name, text in fragments(sections, tree, language).items():
        folder.write_text(to / "tables" / f"{name}.tex", text)
    if not document.lacking():
        (to / document.NAME).write_bytes(document.document(tree, sections, language, notes))
    return notes
