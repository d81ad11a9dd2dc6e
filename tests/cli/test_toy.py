"""A method added by one function and one line follows everywhere: plan, tables, workbook, report, record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

import accord.methods  # noqa: F401
from accord.method import METHODS, method

Files = Any


@pytest.fixture
def toy() -> Iterator[None]:
    @method(step="toy", makes=("toy_value",))
    def doubled(coordination: xr.DataArray, *, factor: float = 2.0) -> xr.DataArray:
        """Coordination taken a few times over: a toy."""
        return coordination * factor

    yield
    del METHODS["toy", "doubled"]


def test_toy(toy: None, files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    out = tmp_path / "results"
    files.steps = "toy = { factor = 3.0 }"
    plan = files.write()
    assert "toy" in door("check", plan).out
    assert re.search(r"^toy\n  doubled \(default\): Coordination taken", door("methods").out, re.M)
    assert door("run", plan, "--out", out).code == 0
    lines = (out / "tables/toy.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",")[:2] == ["unit", "time"]
    assert "toy_value" in lines[0].split(",")
    assert len(lines) == 1 + 16
    from python_calamine import CalamineWorkbook

    assert "toy" in CalamineWorkbook.from_path(str(out / "tables.xlsx")).sheet_names
    page = (out / "report.html").read_text(encoding="utf-8")
    assert '<section data-name="toy">' in page
    section = page.split('<section data-name="toy">')[1].split("</section>")[0]
    assert "Coordination taken a few times over: a toy." in section
    assert '<h3 id="toy">Toy</h3>' in section
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    step = {s["name"]: s for s in record["steps"]}["toy"]
    assert (step["state"], step["method"], step["tables"]) == ("done", "doubled", ["toy"])
    assert record["options"]["toy"] == {"factor": 3.0}
    with xr.open_datatree(out / "study.nc", engine="h5netcdf") as tree:
        made = tree["toy"]["toy_value"].load()
        d = tree["coordination"]["coordination"].load()
    assert made.attrs["method"] == "toy.doubled"
    xr.testing.assert_allclose(made.drop_attrs().rename(None), (3 * d).drop_attrs().rename(None), rtol=1e-15)


def test_toy_left_out(toy: None, files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    files.steps = "toy = false"
    assert door("run", files.write(), "--out", tmp_path / "results").code == 0
    assert not (tmp_path / "results/tables/toy.csv").exists()
    record = json.loads((tmp_path / "results/run.json").read_text(encoding="utf-8"))
    assert {s["name"]: s["state"] for s in record["steps"]}["toy"] == "left out"
    assert 'data-name="toy"' not in (tmp_path / "results/report.html").read_text(encoding="utf-8")


def test_toy_is_suggested(toy: None, files: Files, refused: Callable[..., str]) -> None:
    for steps, word in (
        ("tou = {}", '"toy"'),
        ("toy = { facter = 1 }", '"factor"'),
        ('toy = { factor = "x" }', 'factor = "x"'),
        ('toy = "dubled"', '"doubled"'),
    ):
        files.steps = steps
        refused(files.write(), word)


def test_toy_refuses_the_data(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    """A method's own refusal stands in its place with its reason; nothing else is touched, exit 0."""
    from accord.errors import Refused

    @method(step="toy", makes=("toy_value",))
    def picky(coordination: xr.DataArray) -> xr.DataArray:
        """A toy that wants more."""
        raise Refused("needs at least 30 units; add units or take the step out")

    try:
        said = door("run", files.write(), "--out", tmp_path / "results")
    finally:
        del METHODS["toy", "picky"]
    assert said.code == 0
    assert "toy: refused: needs at least 30 units" in said.err
    assert "needs at least 30 units" in (tmp_path / "results/report.html").read_text(encoding="utf-8")
    assert (tmp_path / "results/tables/coordination.csv").exists()
