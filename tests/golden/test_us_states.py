"""The embedded US states study against calculations that share nothing with accord.

Golden numbers of some cells from exact fractions (make_us_states_golden.py), every cell from plain NumPy.
Tolerance 1e-12: all values lie in [0, 1]; weights 1e-15/d where that is more.
"""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import accord as ac

HERE = Path(__file__).parent
TOL = 1e-12


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return json.loads((HERE / "us_states.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def study() -> ac.Study:
    return ac.Study(ac.sample("us-states"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_us_states_golden", HERE / "make_us_states_golden.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_numbers_are_those_of_the_script(golden: dict[str, Any], script: ModuleType) -> None:
    def close(a: Any, b: Any) -> bool:
        if isinstance(a, dict):
            return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
        if isinstance(a, list):
            return len(a) == len(b) and all(map(close, a, b))
        return abs(a - b) <= 1e-15 if isinstance(a, float) else a == b  # another libm may round a logarithm otherwise

    assert close(script.golden(), golden)


def test_the_script_is_independent() -> None:
    text = (HERE / "make_us_states_golden.py").read_text(encoding="utf-8")
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported == {"__future__", "csv", "json", "math", "fractions", "pathlib", "typing"}


def test_weights(study: ac.Study, golden: dict[str, Any]) -> None:
    table = study["weights"]
    for key, reference in golden["weight"].items():
        one = table.sel(indicator=key)
        e = golden["entropy"][key]
        assert abs(float(one["entropy"]) - e) < TOL
        assert abs(float(one["weight"]) - reference) <= max(TOL, 1e-15 / (1 - e))
    assert set(golden["weight"]) == set(table["indicator"].values)


@pytest.mark.parametrize("place", range(5))
def test_state_years(study: ac.Study, golden: dict[str, Any], place: int) -> None:
    cell = golden["cells"][place]
    at = {"unit": cell["unit"], "time": cell["time"]}
    for name in ("coupling", "development", "coordination"):
        assert abs(float(study[name].sel(at)) - cell[name]) < TOL, name
    assert np.abs(study["index"].sel(at).values - cell["index"]).max() < TOL
    assert int(study["stage"].sel(at)) == cell["stage"]
    row = ac.tidy(study.table("coordination")).set_index(["unit", "time"]).loc[(cell["unit"], cell["time"])]
    assert (row["lag_type"], row["region"], row["stage"]) == (cell["lag_type"], cell["region"], cell["stage"])
    degree = study["obstacle"].sel(at)
    for key, reference in cell["obstacle"].items():
        assert abs(float(degree.sel(indicator=key)) - reference) < TOL


def test_stage_counts_and_regions(study: ac.Study, golden: dict[str, Any]) -> None:
    count = study["stage_counts"].transpose("time", "level")
    for year, reference in golden["stage_counts"].items():
        assert count.sel(time=int(year)).values.tolist() == reference
    assert count.sum("time").values.tolist() == golden["stage_counts_all"]
    table = study["regions"].sel(variable="coordination", time=[1970, 1986])
    for region, reference in golden["regional_mean"].items():
        assert np.abs(table["mean"].sel(region=region).values - reference).max() < TOL
    assert np.abs(table["sd"].sel(region="National").values - golden["national_sd"]).max() < TOL


def test_every_cell_against_plain_numpy(study: ac.Study) -> None:
    """The whole table at once, read with the csv module and computed in a dozen lines of NumPy."""
    path = HERE.parents[1] / "src" / "accord" / "data" / "us-states" / "panel.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = {k: np.array([float(r[k]) for r in rows]) for k in ("hwy", "water", "util", "gsp", "pc", "emp", "unemp")}
    x = np.stack([*(column[k] / column["emp"] for k in ("hwy", "water", "util", "gsp", "pc")), -column["unemp"]])
    z = (x - x.min(axis=1, keepdims=True)) / np.ptp(x, axis=1, keepdims=True)
    p = z / z.sum(axis=1, keepdims=True)
    e = -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(axis=1) / np.log(len(rows))
    u = []
    for mine in (slice(0, 3), slice(3, 6)):
        w = (1 - e[mine]) / (1 - e[mine]).sum()
        u.append(w @ z[mine])
    c, t = 2 * np.sqrt(u[0] * u[1]) / (u[0] + u[1]), (u[0] + u[1]) / 2
    d = np.sqrt(c * t)
    frame = ac.tidy(study.table("coordination")).set_index(["unit", "time"])
    frame = frame.loc[[(r["state"], int(r["year"])) for r in rows]]
    for name, reference in (("coupling", c), ("development", t), ("coordination", d)):
        assert np.abs(frame[name].to_numpy() - reference).max() < TOL, name
    assert (frame["stage"].to_numpy() == np.digitize(d, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) + 1).all()
