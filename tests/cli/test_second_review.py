"""Faults that a second outside review found: each would come back unseen without its test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.errors import InputError

Files = Any
SYSTEM = pd.DataFrame({"key": ["a", "b"], "subsystem": ["S", "T"], "direction": ["+", "-"]})


def cube(path: Path, **change: Any) -> Path:
    pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")
    rng = np.random.default_rng(5)
    made = {k: (("year", "lat", "lon"), rng.random((4, 3, 5)).astype("f4")) for k in "ab"}
    xr.Dataset({**made, **change}, coords={"year": np.arange(2000, 2004)}).to_zarr(path, consolidated=False)
    return path


@pytest.mark.parametrize(
    "values", [np.full((4, 3, 5), "0.5", dtype=object), np.full((4, 3, 5), 1 + 2j), np.full((4, 3, 5), np.datetime64("2001-01-01", "ns")),
               np.full((4, 3, 5), True)],
    ids=["text", "complex", "dates", "bool"],
)  # fmt: skip
def test_a_cube_of_other_things_than_numbers(values: Any, tmp_path: Path) -> None:
    path = cube(tmp_path / "c.zarr", a=(("year", "lat", "lon"), values))
    with pytest.raises(InputError, match=r'variable "a" holds .*, not real numbers'):
        ac.read_cube(path, ac.IndicatorSystem.from_table(SYSTEM))


def test_a_cube_without_cells(tmp_path: Path) -> None:
    none = {k: (("year", "lat", "lon"), np.zeros((4, 0, 5))) for k in "ab"}
    with pytest.raises(InputError, match='variable "a" has no cells: dim "lat" has length 0'):
        ac.read_cube(cube(tmp_path / "c.zarr", **none), ac.IndicatorSystem.from_table(SYSTEM))


@pytest.mark.parametrize(("value", "words"), [(1e160, "1e.160, too large to compute with"), (np.inf, "is infinite")])
def test_a_cube_of_huge_values(value: float, words: str, tmp_path: Path) -> None:
    values = np.random.default_rng(1).random((4, 3, 5))
    values[1, 2, 3] = -value
    values[0, 0, 0] = np.nan
    path = cube(tmp_path / "c.zarr", a=(("year", "lat", "lon"), values))
    with pytest.raises(InputError, match=rf'variable "a" .*{words}.* time 1, y 2, x 3'):
        ac.Study(ac.read_cube(path, ac.IndicatorSystem.from_table(SYSTEM)))["weights"]


@pytest.mark.parametrize("target", ["1,500", "2,5", "1;5", "1_5", "1.2.3", "..3", "inf", "nan"])
def test_targets_that_are_none(target: str) -> None:
    table = SYSTEM.assign(direction=["=", "+"], target=[target, ""])
    with pytest.raises(InputError, match="is not a target; write a number"):
        ac.IndicatorSystem.from_table(table)


@pytest.mark.parametrize(
    ("target", "bounds"),
    [("2", (2, 2)), ("2..5", (2, 5)), ("２～５", (2, 5)), ("-2 ~ .5", (-2, 0.5)), ("1e3 to 2e3", (1e3, 2e3)), ("−3", (-3, -3)),
     ("20...5", (20, 0.5))],
)  # fmt: skip
def test_targets(target: str, bounds: tuple[float, float]) -> None:
    table = SYSTEM.assign(direction=["=", "+"], target=[target, ""])
    if bounds[0] > bounds[1]:
        with pytest.raises(InputError, match="is not a target"):
            ac.IndicatorSystem.from_table(table)
    else:
        assert ac.IndicatorSystem.from_table(table).indicators[0].target == bounds


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ('normalise = { frame = "pooled", until = 2012 }', ("until = 2012 has no meaning", 'frame = "train"')),
        ('normalise = { frame = "train", until = 2012, base = 2011 }', ("base = 2011 has no meaning",)),
        ('stages = { method = "edges", edges = [0.5], names = ["a", "a"] }', ("a name of its own",)),
    ],
)
def test_settings_without_meaning(
    steps: str, words: tuple[str, ...], files: Files, refused: Callable[..., str]
) -> None:
    files.steps = steps
    refused(files.write(), "plan.toml", *words)


def test_more_settings_without_meaning(files: Files, refused: Callable[..., str]) -> None:
    files.panel |= {"deflator_base": "2011"}
    refused(files.write(), "deflator_base = 2011 has no meaning")
    del files.panel["deflator_base"]
    files.head = "seed = true"
    refused(files.write(), "seed = true")


def test_a_named_step_that_does_not_run_is_said(files: Files, door: Callable[..., Any], tmp_path: Path) -> None:
    files.steps = "coupling = false\nregions = {}"
    plan = files.write()
    said = door("run", plan, "--out", tmp_path / "results")
    assert said.code == 0
    assert "regions: left out: it needs coupling, and the plan leaves out the step coupling" in said.err
    looked = json.loads(door("check", plan, "--json").out)
    assert looked["left_out"]["regions"]["en"].startswith("it needs coupling")
    assert "left out: " in door("check", plan).out
    assert (tmp_path / "results" / "tables" / "coordination.csv").exists(), "lag types need no D"


def test_long_paths(door: Callable[..., Any], files: Files) -> None:
    files.panel |= {"source": f'"{"x" * 5000}.csv"'}
    said = door("check", files.write())
    assert said.code == 2 and "cannot be read: File name too long" in said.message
    assert door("check", "y" * 5000 + ".toml").code == 2


def test_wrong_things_from_python(tmp_path: Path) -> None:
    study = ac.Study(ac.sample())
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: ac.Study(3), "this is a int"), (lambda: ac.Study(None), "this is a NoneType"),  # type: ignore[arg-type]
        (lambda: ac.read_panel(3), "a file is named by its path"),  # type: ignore[arg-type]
        (lambda: ac.run(3), "a plan is named by its path"),  # type: ignore[arg-type]
        (lambda: ac.compare(study, 3), "one of these is a int"),  # type: ignore[arg-type]
        (lambda: study.save(tmp_path / "none" / "x.nc"), "cannot be written"),
        (lambda: study.save(tmp_path), "cannot be written"),
    ]  # fmt: skip
    for call, words in calls:
        with pytest.raises(InputError, match=words):
            call()


def test_one_setting_as_a_text(files: Files) -> None:
    assert ac.read_plan(files.write(), "weights=critic").steps["weights"] == "critic"


def test_one_broken_figure_takes_nothing_down(
    files: Files, door: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accord.plot import FIGURES

    def broken(*_: Any, **__: Any) -> None:
        raise IndexError("on purpose")

    monkeypatch.setitem(FIGURES, "dumbbell", (broken, *FIGURES["dumbbell"][1:]))
    made = ac.run(files.write(), tmp_path / "results")
    assert any("figure dumbbell is left out: IndexError: on purpose" in w["en"] for w in made.warnings)
    assert (tmp_path / "results" / "study.nc").exists() and "figures/index_bars.svg" in made.files
