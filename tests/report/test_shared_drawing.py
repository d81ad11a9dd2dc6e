"""Figures drawn by two processes: the same bytes as by one, and none lost with the second."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import accord as ac
from accord import sweeps
from accord.core import engine
from accord.errors import AccordWarning, InputError
from accord.io.sample import folder
from accord.plot.style import drawing
from accord.project import run
from accord.reports import figures
from accord.reports.figures import draw
from accord.reports.second import Shared


def one(tree: Any, language: str) -> Figure:
    with drawing(language):
        return Figure((1, 1))


def refused(tree: Any, language: str) -> Figure:
    raise InputError("too many")


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch) -> xr.DataTree:
    """A tree of one table with four figures, one of which cannot be drawn."""
    drawn = {"a": one, "b": refused, "c": one, "d": one}
    monkeypatch.setattr(figures, "FIGURES", {name: (figure, "t", None) for name, figure in drawn.items()})
    return xr.DataTree.from_dict({"t": xr.Dataset({"x": ("unit", np.arange(2.0))})})


def test_two_processes_draw_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "cores", lambda: 2)
    taken, told = [], figures._told
    monkeypatch.setattr(figures, "_told", lambda file: taken.append(told(file)) or taken[-1])
    sets = [
        f"{step}=false"
        for step in ("forecast", "space", "drivers", "density", "inequality", "transitions", "unit_roots")
    ]
    for n in (1, 2):
        run(folder("us-states") / "plan.toml", tmp_path / str(n), sets=sets, drawn_by=n)
    assert any(made and made.files for made in taken), "the second process drew nothing"
    first, second = tmp_path / "1", tmp_path / "2"
    names = [f.relative_to(first) for part in ("figures", "tables") for f in sorted((first / part).iterdir())]
    assert len([n for n in names if n.suffix == ".svg"]) > 6
    for name in [*names, Path("report.html")]:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    monkeypatch.undo()
    page = (first / "report.html").read_bytes()
    ac.report(second, drawn_by=2)
    assert (second / "report.html").read_bytes() == page


def test_what_the_second_process_says_is_heard(tree: xr.DataTree, tmp_path: Path) -> None:
    place, to = tmp_path / "place", tmp_path / "to"
    place.mkdir()
    (place / "c").write_text(json.dumps([["c.svg"], None, ["no font has it"]]), encoding="utf-8")
    (place / "d").write_text(json.dumps([[], {"en": "d is left out", "zh": "未绘制 d"}, []]), encoding="utf-8")
    with pytest.warns(AccordWarning, match="no font has it"):
        made, notes = draw(tree, to, "en", ("svg",), Shared(place, lambda: None))
    assert made == {"a": [to / "a.svg"], "c": [Path("c.svg")]}
    assert [n["en"] for n in notes] == ["figure b is left out: too many", "d is left out"]


@pytest.mark.parametrize("left", ["", '[["c.sv'])
def test_what_a_dead_process_left_is_drawn_here(left: str, tree: xr.DataTree, tmp_path: Path) -> None:
    place, to, waited = tmp_path / "place", tmp_path / "to", []
    place.mkdir()
    (place / "c").write_text(left, encoding="utf-8")
    made, _ = draw(tree, to, "en", ("svg",), Shared(place, lambda: waited.append(1)))
    assert waited
    assert list(made) == ["a", "c", "d"] and all(f.exists() for files in made.values() for f in files)


def test_a_process_beside_does_its_task(tmp_path: Path) -> None:
    with engine.beside(Path.touch, tmp_path / "done") as wait:
        wait()
    assert (tmp_path / "done").exists()


def test_a_process_beside_ends_with_its_block(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), engine.beside(time.sleep, 120):
        raise KeyboardInterrupt
    assert time.monotonic() - start < 60


def test_a_process_that_dies_is_not_waited_for() -> None:
    for task, argument in ((os._exit, 3), (os.listdir, "/no/such/folder")):
        with engine.beside(task, argument) as wait:
            wait()


def test_memory_is_swept_once_a_figure_and_as_before_afterwards(
    tree: xr.DataTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def looked(tree: Any, language: str) -> Figure:
        seen.append(gc.isenabled())
        return one(tree, language)

    monkeypatch.setitem(figures.FIGURES, "a", (looked, "t", None))
    draw(tree, tmp_path, "en", ("svg",))
    assert seen == [False] and gc.isenabled() and gc.get_freeze_count() == 0
    gc.disable()
    try:
        draw(tree, tmp_path, "en", ("svg",))
        assert not gc.isenabled(), "who switched it off finds it off"
    finally:
        gc.enable()


@pytest.mark.parametrize(("many", "times"), [(1, 4), (10**9, 0)])
def test_figures_are_swept_away_when_the_process_wants_it(
    many: int, times: int, tree: xr.DataTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept, before = [], gc.get_threshold()
    monkeypatch.setattr(gc, "collect", lambda: swept.append(1))
    try:
        gc.set_threshold(many)
        draw(tree, tmp_path, "en", ("svg",))
    finally:
        gc.set_threshold(*before)
    assert len(swept) == times


def test_only_processes_of_ours_change_how_often_memory_is_swept() -> None:
    """A command does; `import accord` and what a script calls do not."""
    look = "import gc\nprint(gc.get_threshold()[0])"
    start = "import sys\nsys.argv[1:] = ['--version']\nfrom accord.__main__ import start\ntry: start()\nexcept SystemExit: pass\n"
    told = [
        subprocess.run([sys.executable, "-c", code + look], capture_output=True, text=True, check=True).stdout.split()[
            -1
        ]
        for code in ("", "import accord, accord.cli, accord.delivery, accord.reports.figures\n", start)
    ]
    assert told[0] == told[1] and told[2] == str(sweeps.MANY)
