"""Draw and save every figure whose table a results tree holds."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import xarray as xr

from accord.chinese import in_chinese
from accord.errors import AccordWarning, InputError, NotDrawn, NothingToDraw
from accord.method import Text
from accord.plot import FIGURES
from accord.plot.style import mark_simulated, save
from accord.reports.second import Shared

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")


LONG = (
    "forecast_units", "impulse_responses", "variance_decomposition", "density_ridgeline", "stage_paths",
    "coefficient_forest", "unit_roots", "stability_circle",
)  # fmt: skip
"""Figures that take twice as long as others or more, the longest first."""


class Made(NamedTuple):
    """What became of a figure: its files, or why it is left out, and what was warned of."""

    files: list[str]
    note: dict[str, str] | None
    warned: list[str]


def draw(
    tree: xr.DataTree, to: Path, language: str, formats: Sequence[Format] = FORMATS, shared: Shared | None = None
) -> tuple[dict[str, list[Path]], list[dict[str, str]]]:
    """Files of each figure by name, written into a folder; figures without their table are left out.

    A figure that cannot carry the data (too many units, say) is left out: the second of the two says which
    and why, in English and Chinese. With `shared`, another process at `draw_rest` takes its share; what it has not
    finished is drawn here.
    """
    to.mkdir(parents=True, exist_ok=True)
    tree = in_chinese(tree, language)
    found: dict[str, Made] = {}
    names = drawable(tree)
    with _sweeps_between_figures():
        for name in names if shared is None else longest_first(names):
            if shared is None or _claimed(shared.place / name):
                found[name] = _one(tree, name, to, language, formats)
        for name in names:
            if shared is not None and name not in found:
                shared.wait()
                found[name] = _told(shared.place / name) or _one(tree, name, to, language, formats)
    made = {name: [Path(file) for file in found[name].files] for name in names if found[name].files}
    return made, [note for name in names if (note := found[name].note)]


def drawable(tree: xr.DataTree) -> list[str]:
    """Figures whose table the tree holds, in the order of the catalogue."""
    return [n for n, (_, table, _) in FIGURES.items() if table in tree.children and tree[table].to_dataset().data_vars]


def longest_first(names: Sequence[str]) -> list[str]:
    """Figures in the order in which two processes take them, so that neither waits long for the other at the end.

    Examples
    --------
    >>> longest_first(["plane", "impulse_responses", "radar"])
    ['impulse_responses', 'plane', 'radar']
    """
    return [n for n in LONG if n in names] + [n for n in names if n not in LONG]


def draw_rest(tree: xr.DataTree, to: Path, language: str, place: Path, formats: Sequence[Format] = FORMATS) -> None:
    """Draw the figures of a tree that nobody has taken, until every one is."""
    to.mkdir(parents=True, exist_ok=True)
    with _sweeps_between_figures():
        for name in longest_first(drawable(tree)):
            if _claimed(place / name):
                with warnings.catch_warnings(record=True) as heard:
                    warnings.simplefilter("always")
                    made = _one(tree, name, to, language, formats)
                said = [str(w.message) for w in heard if issubclass(w.category, AccordWarning)]
                (place / name).write_text(json.dumps(made._replace(warned=said)), encoding="utf-8")


@contextmanager
def _sweeps_between_figures() -> Iterator[None]:
    """What figures leave in memory is swept away between them, and not hundreds of times while one is drawn.

    A figure is tens of thousands of objects that all live until it is written; searching them, and all that the
    process holds beside, for some that do not took a quarter of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()


def _claimed(file: Path) -> bool:
    """Whether the figure is ours to draw: the file is made here, and was not there."""
    try:
        file.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _told(file: Path) -> Made | None:
    """What the other process says of a figure; None where it did not come to that."""
    try:
        made = Made(*json.loads(file.read_text(encoding="utf-8")))
    except ValueError:
        return None
    for said in made.warned:
        warnings.warn(said, AccordWarning, stacklevel=3)
    return made


def _one(tree: xr.DataTree, name: str, to: Path, language: str, formats: Sequence[Format]) -> Made:
    """Draw and save a figure, and sweep up after it where the process wants it by then."""
    try:
        return _drawn(tree, name, to, language, formats)
    finally:
        if gc.get_count()[0] > gc.get_threshold()[0]:
            gc.collect()


def _drawn(tree: xr.DataTree, name: str, to: Path, language: str, formats: Sequence[Format]) -> Made:
    try:
        drawn = FIGURES[name][0](tree, language=language)
    except NothingToDraw:
        return Made([], None, [])
    except Exception as error:  # one figure never takes the others, or the tables, down
        said = _reason(error)
        return Made([], {"en": f"figure {name} is left out: {said.en}", "zh": f"未绘制图 {name}：{said.zh}"}, [])
    if tree.attrs.get("simulated"):
        mark_simulated(drawn, language)
    return Made([str(file) for file in save(drawn, to, name, tuple(formats))], None, [])


def _reason(error: Exception) -> Text:
    """Why a figure is left out; what went wrong in accord itself asks for a report."""
    if isinstance(error, NotDrawn):
        return Text(str(error), error.zh)
    if isinstance(error, InputError):
        return Text(str(error), str(error))
    fault = f"{type(error).__name__}: {error}"
    return Text(f"{fault} (please report it)", f"程序出错（请反馈）：{fault}")
