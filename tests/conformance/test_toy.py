"""One function and one line of declaration make a method: plan entry, table, log, report attributes, nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import accord as ac
from accord.errors import InputError, Refused
from accord.method import METHODS, Text, choices, method, steps
from accord.study.plan import check_plan, schema, settle


@pytest.fixture
def registry() -> Iterator[None]:
    """The registry as it was, whatever a test registers."""
    before = dict(METHODS)
    yield
    METHODS.clear()
    METHODS.update(before)


@pytest.fixture
def toy(registry: None) -> None:
    @method(step="toy", makes=("toy_value",))
    def toy(coordination: xr.DataArray) -> xr.DataArray:
        """Twice the coordination."""
        return xr.DataArray(2 * coordination.values, dims=coordination.dims, coords=coordination.coords)


@pytest.mark.usefixtures("toy")
def test_it_is_a_step_with_one_choice() -> None:
    assert steps()[-1] == "toy" and list(choices("toy")) == ["toy"]
    assert choices("toy")["toy"].table == "toy" and choices("toy")["toy"].needs == ("coordination",)


@pytest.mark.usefixtures("toy")
def test_it_is_in_every_plan() -> None:
    assert settle({}).chosen["toy"].method.name == "toy"
    assert settle({"toy": True}).chosen["toy"].method.name == "toy"
    assert settle({"toy": "toy"}).makers["toy.toy_value"].method.id == "toy.toy"
    off = settle({"toy": False})
    assert off.off == ("toy",) and "toy" not in off.chosen and "toy.toy_value" not in off.makers
    assert check_plan({"panel": {"source": "x.csv"}, "steps": {"toy": {}}}).steps == {"toy": {}}
    entry = schema()["properties"]["steps"]["properties"]["toy"]
    assert entry["description"] == "Twice the coordination."
    assert {"enum": ["toy"]} in entry["anyOf"]
    with pytest.raises(InputError, match='has no option "speed"'):
        settle({"toy": {"speed": 2}})


@pytest.mark.usefixtures("toy")
def test_it_runs_and_its_table_is_in_the_results(tmp_path: Path) -> None:
    study = ac.Study(ac.sample())
    record = next(step for step in study.run() if step.name == "toy")
    assert (record.state, record.method, record.tables, record.reason) == ("done", "toy", ["toy"], "")
    table = study["toy"]
    assert np.array_equal(table["toy_value"].values, 2 * study["coordination"].values)
    assert table["toy_value"].attrs["method"] == "toy.toy"
    assert json.loads(table["toy_value"].attrs["options"]) == {}
    assert table["toy_value"].attrs["says_en"] == "Twice the coordination."
    tree = study.results()
    assert "toy" in tree.children
    assert any(step["name"] == "toy" for step in json.loads(tree.attrs["steps"]))
    frame = ac.tidy(tree["toy"].to_dataset())
    assert list(frame.columns[:3]) == ["unit", "time", "toy_value"] and len(frame) == 816
    study.save(tmp_path / "study.nc")
    again = xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf")
    assert np.array_equal(again["toy"]["toy_value"].values, table["toy_value"].values)
    again.close()


@pytest.mark.usefixtures("toy")
def test_false_leaves_it_out() -> None:
    study = ac.Study(ac.sample(), toy=False)
    record = next(step for step in study.run() if step.name == "toy")
    assert record.state == "left out" and not record.tables
    assert "toy" not in study.results().children
    with pytest.raises(KeyError, match="toy"):
        study["toy"]


@pytest.mark.usefixtures("toy")
def test_only_runs_it_alone() -> None:
    study = ac.Study(ac.sample())
    assert [s.name for s in study.run(only="toy") if s.state == "done"] == ["toy"]
    given = ("panel", "conventions", "derived", "raw")  # what went in
    assert [name for name in study.results().children if name not in given] == ["toy"]


@pytest.mark.usefixtures("registry")
def test_the_function_is_returned_untouched() -> None:
    def plain(coordination: xr.DataArray) -> xr.DataArray:
        return coordination

    assert method(step="toy", makes=("toy_value",))(plain) is plain


@pytest.mark.usefixtures("registry")
def test_options_and_sentences_follow_from_the_declaration() -> None:
    @method(
        step="toy", makes=("toy_value",), kind="cell", says=Text("times {factor}", "乘以 {factor}"),
        cautions={("factor", 0.0): Text("nothing is left", "全为零")}, version=3, cite=("wang2021",),
    )  # fmt: skip
    def scaled(coordination: xr.DataArray, *, factor: float = 2.0) -> xr.DataArray:
        """Scaled coordination."""
        return xr.DataArray(factor * coordination.values, dims=coordination.dims)

    study = ac.Study(ac.sample(), toy={"factor": 0})
    attrs = study["toy"]["toy_value"].attrs
    assert attrs["says_en"] == "times 0.0" and attrs["says_zh"] == "乘以 0.0"
    assert json.loads(attrs["options"]) == {"factor": 0.0}
    assert attrs["version"] == 3 and attrs["cite"] == ["wang2021"] and attrs["inputs"] == ["coordination"]
    assert {"en": "nothing is left", "zh": "全为零", "step": "toy"} in study.warnings()
    assert not [w for w in ac.Study(ac.sample()).warnings() if w["zh"] == "全为零"]
    with pytest.raises(InputError, match='step "toy": factor = "much" is not allowed'):
        settle({"toy": {"factor": "much"}})


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (Refused("three units are too few; use ten"), "refused", "three units are too few; use ten"),
        (ZeroDivisionError("oops"), "failed", "ZeroDivisionError: oops"),
        (KeyError("nowhere"), "failed", "KeyError: 'nowhere'"),
    ],
)
def test_a_failing_step_takes_no_other_down(error: Exception, state: str, reason: str) -> None:
    @method(step="toy", makes=("toy_value",))
    def broken(coordination: xr.DataArray) -> xr.DataArray:
        """Break."""
        raise error

    study = ac.Study(ac.sample())
    log = {step.name: step for step in study.run()}
    assert (log["toy"].state, log["toy"].reason, log["toy"].tables) == (state, reason, [])
    plain = {name: step.state for name, step in log.items() if name != "toy"}
    assert plain["coupling"] == plain["regions"] == "done" and "failed" not in plain.values()
    assert "toy" not in study.results().children and "coordination" in study.results().children


@pytest.mark.usefixtures("registry")
def test_a_method_that_makes_something_else_fails_its_step_alone() -> None:
    @method(step="toy", makes=("toy_value",))
    def other(coordination: xr.DataArray) -> xr.Dataset:
        """Make another variable."""
        return xr.Dataset({"something": coordination})

    log = {step.name: step for step in ac.Study(ac.sample()).run()}
    assert log["toy"].state == "failed" and "declares toy_value but made something" in log["toy"].reason
    assert log["coupling"].state == "done"


@pytest.mark.usefixtures("registry")
def test_a_broken_plugin_is_left_out() -> None:
    """What it registered before it broke goes too, and a method of accord's cannot be replaced."""
    from importlib.metadata import EntryPoint

    from accord.errors import AccordWarning
    from accord.methods import _load

    class Broken(EntryPoint):
        def load(self) -> None:
            @method(step="toy", makes=("toy_value",))
            def toy(coordination: xr.DataArray) -> xr.DataArray:
                """Twice the coordination."""
                return coordination

            @method(step="coupling", makes=("coupling",))
            def standard(index: xr.DataArray) -> xr.DataArray:
                """Not the standard one."""
                return index

    before = dict(METHODS)
    with pytest.warns(AccordWarning, match=r"methods of .mine. .* coupling.standard is already a method of accord"):
        _load(Broken("mine", "mine:register", "accord.methods"))
    assert before == METHODS


def test_the_registry_is_as_it_was() -> None:
    assert "toy" not in steps()
