"""What every method owes to its declaration, found by walking the registry: a new method is tested for free.

A method that cannot run on the panel below with its defaults needs a line in `PLANS`; nothing else. Cell and
summary methods must give the same bits however the cells are cut, stored, ordered or distributed: equality here
is equality of bytes.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import itertools
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.core import engine
from accord.errors import InputError
from accord.io.cells import CellStore
from accord.method import METHODS, Choice, Method, Text, choices, steps
from accord.references import REFERENCES
from accord.study import source as sources
from accord.study.again import made_again
from accord.study.cube import CubeSource
from accord.study.evaluate import Evaluator
from accord.study.plan import Settled, settle
from accord.study.source import PanelSource, Source
from accord.variables import CELL, CELL_DIMS, TABLES, VARIABLES

UNITS, YEARS, KEYS = 12, 12, ["a1", "a2", "a3", "b1", "b2", "c1", "c2", "c3"]
PLANS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "per_year": {"normalise": {"frame": "per_year"}},
    "per_year, target_minmax": {"normalise": {"frame": "per_year", "target_rule": "target_minmax"}},
    "base": {"normalise": {"frame": "base", "base": 2012}, "index": "geometric"},
    "train": {"normalise": {"frame": "train", "until": 2017}, "weights": "critic"},
    "train, cv": {"normalise": {"frame": "train", "until": 2015}, "weights": "cv"},
    "target_minmax": {"normalise": {"target_rule": "target_minmax"}, "obstacle": {"scope": "system"}},
    "target_log": {"normalise": {"target_rule": "target_log"}, "lag_type": {"low": 0.9, "high": 1.1}},
    "shift": {"weights": {"method": "entropy", "zeros": "shift"}, "coupling": {"root": False}},
    "shift_nonpositive": {"weights": {"method": "entropy", "zeros": "shift_nonpositive"}},
    "smooth": {"weights": {"method": "entropy_given", "zeros": "smooth", "shift": 0.01}},
    "keep": {"weights": {"method": "pca", "keep": 0.8}, "coupling": {"method": "fan", "at_zero": "zero"}},
    "own edges": {"stages": {"method": "edges", "edges": [0.3, 0.55], "closed": "right"}},
    "few networks": {"forecast": {"members": 2, "iterations": 20, "compare": ["naive"], "until": 2024, "holdout": 2}},
    "lstm": {"forecast": {"method": "lstm", "members": 2, "iterations": 20, "scope": "unit", "compare": ["gm11"]}},
    "paper": {"forecast": {"method": "paper", "members": 1, "iterations": 3, "compare": []}},
    "forecast.arima": {"forecast": {"method": "arima", "compare": []}},
    "forecast.ets": {"forecast": {"method": "ets", "compare": []}},
    "stata": {
        "pvar": {"style": "stata_pvar", "time_effects": True, "difference": {"default": 0}},
        "irf": {"bootstrap": "mc", "bands": "gaussian", "draws": 99, "horizon": 4},
        "granger": {"draws": 99},
    },
    "bic": {
        "pvar": {"lags": "bic", "max_lags": 2, "leader": "jackknife", "transform": "fd", "collapse": False},
        "irf": {"shock": "generalised", "draws": 99},
        "granger": {"draws": 99},
    },
    "unequal": {"coupling": {"method": "wang", "weights": [0.5, 0.25, 0.25]}, "pairwise": {"variant": "fan"}},
}
TWO: dict[str, dict[str, Any]] = {
    "two subsystems": {},
    "two, fan": {"coupling": "fan", "index": "geometric", "normalise": {"frame": "per_year"}},
}
"""Plans for the same panel with its last two subsystems in one."""
SLOW = ("forecast.arima", "forecast.ets")
"""Plans that run on three units and eight years alone."""
SUBSYSTEMS = {"pairwise.pairs": 3, "pairwise.pairwise": 3, "plane.plane": 2}
"""Methods that run on two subsystems only, or on more only."""
HOLES = ((0, 0), (4, 3), (5, 7))
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
"""Characters or full-width punctuation: a formula alone is Chinese by its commas."""
IDS = [m.id for m in METHODS.values()]
EXTRA = dict.fromkeys(SLOW, "statsforecast")
"""Methods that need a package which the tests do not bring: their tests are skipped where it is missing."""
ABSENT = {name for name, package in EXTRA.items() if find_spec(package) is None}
by_method = pytest.mark.parametrize(
    "name",
    [pytest.param(i, marks=pytest.mark.skipif(i in ABSENT, reason=f"{i} needs {EXTRA.get(i)}")) for i in IDS],
)


@functools.cache
def plans() -> dict[str, dict[str, Any]]:
    """The plans above, and one more for each method that none of them chooses."""
    out = {name: plan for name, plan in {**PLANS, **TWO}.items() if name not in ABSENT}
    chosen = {c.method.id for plan in out.values() for c in settle(plan).chosen.values()}
    for step in steps():
        for name, m in choices(step).items():
            if m.id not in {*chosen, *ABSENT}:
                out[m.id] = {step: name}
    return out


@functools.cache
def settled(plan: str) -> Settled:
    return settle(plans()[plan])


@functools.cache
def uses(name: str) -> dict[str, Choice]:
    """Plans in which a method runs, one for each set of options and number of subsystems it meets."""
    found: dict[tuple[str, int], tuple[str, Choice]] = {}
    for plan in plans():
        number = 2 if plan in TWO else 3
        for choice in settled(plan).makers.values():
            if choice.method.id == name and SUBSYSTEMS.get(name, number) == number:
                found.setdefault((json.dumps(dict(choice.options), default=str), number), (plan, choice))
    return dict(found.values())


def one(name: str) -> Method:
    return next(m for m in METHODS.values() if m.id == name)


def grouped(data: xr.Dataset, plan: str) -> xr.Dataset:
    """The panel with as many subsystems as the plan is for, and no larger than it is for."""
    if plan in SLOW:
        return data.isel(unit=slice(3), time=slice(8)).drop_vars("neighbours")
    if plan not in TWO:
        return data
    return data.assign_coords(subsystem=("indicator", ["A" if k[0] == "a" else "B" for k in KEYS]))


# --------------------------------------------------------------------------------------------------- what it runs on


@pytest.fixture(scope="module")
def system() -> ac.IndicatorSystem:
    return ac.IndicatorSystem.from_table(
        pd.DataFrame(
            {
                "key": KEYS,
                "subsystem": ["A"] * 3 + ["B"] * 2 + ["C"] * 3,
                "dimension": ["one", "one", "two", "one", "three", "four", "five", "five"],
                "direction": ["+", "-", "=", "+", "+", "-", "=", "+"],
                "target": ["", "", "1.5", "", "", "", "2..3", ""],
                "weight": ["2", "1", "1", "3", "1", "1", "2", "0.5"],
            }
        )
    )


def raw() -> np.ndarray:
    """Positive numbers of eight very different sizes: (unit, time, indicator); an even panel with trends."""
    rng = np.random.default_rng(20240607)
    level = rng.lognormal(0.0, 0.6, (UNITS, 1, len(KEYS)))
    trend = np.linspace(0.0, rng.normal(0.3, 0.2, (UNITS, len(KEYS))), YEARS, axis=1)
    x = level * np.exp(trend + rng.normal(0, 0.1, (UNITS, YEARS, len(KEYS))))
    return x * 10.0 ** np.array([0, 4, 0, -3, 1, 2, 0, 6])


@pytest.fixture(scope="module")
def panel(system: ac.IndicatorSystem, tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    """Read as a user's file is, four cells missing."""
    x = raw()
    x[0, 0, 0] = x[3, 5, 1] = x[7, 11, 4] = x[11, 6, 7] = np.nan
    rows = [
        {"unit": f"unit {u:02}", "year": 2010 + t, "region": ["North", "East", "South"][u % 3],
         **dict(zip(KEYS, x[u, t], strict=True))}
        for u, t in itertools.product(range(UNITS), range(YEARS))
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("panel") / "panel.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    made = ac.read_panel(path, system)
    units = made["unit"].values
    pairs = [[a, b] for i, a in enumerate(units) for j, b in enumerate(units) if abs(i - j) in (1, UNITS - 1)]
    lies = np.random.default_rng(7).uniform((100, 25), (120, 45), (UNITS, 2))
    return made.assign(neighbours=(("pair", "side"), np.array(pairs)), position=(("unit", "axis"), lies))


@pytest.fixture(scope="module")
def small(panel: xr.Dataset) -> xr.Dataset:
    """Half of the units and two thirds of the years, for tests that cut cell from cell."""
    return panel.isel(unit=slice(6), time=slice(8))


@pytest.fixture(scope="module")
def holed(small: xr.Dataset) -> xr.Dataset:
    """The same in single precision, with cells that have no data at all, the first among them."""
    out = small.copy(deep=True)
    x = out["indicators"].values.astype("f4")
    for u, t in (*HOLES, (4, 4)):
        x[u, t] = np.nan
    out["indicators"] = out["indicators"].copy(data=x)
    return out


@pytest.fixture(scope="module")
def have(panel: xr.Dataset) -> Callable[[str], dict[str, xr.DataArray]]:
    """Everything a plan leads to, in one block."""

    @functools.cache
    def made(plan: str) -> dict[str, xr.DataArray]:
        return everything(PanelSource(grouped(panel, plan)), plan)

    return made


def everything(source: Source, plan: str, pool: Executor | None = None) -> dict[str, xr.DataArray]:
    """What the methods that a plan is for make, and what they read, cell variables too."""
    makers = {**settled(plan).makers, **made_again(source, settled(plan).makers)}
    wanted = dict.fromkeys(
        name
        for key, choice in makers.items()
        if plan in uses(choice.method.id)
        for name in (*choice.method.needs, key)
        if name in makers or name in source.large
    )
    evaluator = Evaluator(source, makers, pool, have={"seed": xr.DataArray(1)})
    evaluator.obtain(evaluator.possible(wanted))
    return evaluator.have


def cells_and_summaries(source: Source, plan: str, pool: Executor | None = None) -> dict[str, xr.DataArray]:
    """Cell and summary variables whose method meets its options first in this plan."""
    makers = settled(plan).makers
    wanted = [k for k, c in makers.items() if c.method.kind != "whole" and plan in uses(c.method.id)]
    evaluator = Evaluator(source, makers, pool)
    evaluator.obtain(evaluator.possible(wanted))
    return {k: evaluator.have[k] for k in wanted if k in evaluator.have}


def bits(array: xr.DataArray) -> tuple[Any, ...]:
    """Dims, dtype and bytes; all NaN count as one."""
    values = np.asarray(array.values)
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.nan, values).astype(values.dtype)
    return array.dims, str(values.dtype), values.shape, np.ascontiguousarray(values).tobytes()


def same(a: dict[str, xr.DataArray], b: dict[str, xr.DataArray], names: Any) -> None:
    for name in names:
        assert bits(a[name]) == bits(b[name]), name


def digest(array: xr.DataArray) -> str:
    """Values, dims, coordinates and attributes of an array in one number."""
    h = hashlib.sha256()
    for part in (array, *array.coords.values()):
        values = part.values
        h.update(repr((part.name, part.dims, str(values.dtype), sorted(part.attrs.items(), key=str))).encode())
        h.update(repr(values.tolist()).encode() if values.dtype.kind == "O" else values.tobytes())
    return h.hexdigest()


# ------------------------------------------------------------------------------------------------------ declarations


def test_there_are_methods() -> None:
    assert len(IDS) == len(set(IDS)) > 30


@by_method
def test_is_reached_by_a_plan(name: str) -> None:
    assert uses(name), f"no plan of `PLANS` leads to {name}: add one"


@by_method
def test_is_documented(name: str) -> None:
    m = one(name)
    doc = inspect.getdoc(m.func)
    assert doc and doc.splitlines()[0].rstrip().endswith("."), "a docstring whose first line is a sentence"
    assert set(m.cite) <= set(REFERENCES)
    if m.helper and m.says is None:
        return
    assert m.says is not None
    if isinstance(m.says, Text):
        assert set(re.findall(r"\{(\w+)\}", m.says.en)) == set(re.findall(r"\{(\w+)\}", m.says.zh))
    else:
        known = {option for other in METHODS.values() if other.step == m.step for option in other.options}
        assert set(inspect.signature(m.says).parameters) <= known | set(VARIABLES) | {
            "regions",
            "gaps",
            "indices_given",
        }
    for caution in m.cautions.values():
        assert caution.en.strip() and not CHINESE.search(caution.en) and CHINESE.search(caution.zh)


@by_method
def test_sentences_have_no_blanks_left(name: str, have: Callable[[str], dict[str, xr.DataArray]]) -> None:
    """With what is at hand and without; in each language, and no Python in them."""
    for plan, choice in uses(name).items():
        if choice.method.helper and choice.method.says is None:
            continue
        for facts in (None, have(plan)):
            said = choice.method.sentence({**choice.shown, **choice.options}, facts)
            for text, chinese in zip(said, (False, True), strict=True):
                assert text.strip() and bool(CHINESE.search(text)) is chinese
                assert not re.search(r"\{\w+\}|\b(None|True|False)\b", text), text


@by_method
def test_kind_and_parameters(name: str) -> None:
    """A summary says how it merges; data are positional without defaults, options keyword-only with them or needed."""
    m = one(name)
    assert m.kind in ("cell", "summary", "whole") and (m.kind == "summary") is (m.merge in ("sum", "min", "max"))
    for p in inspect.signature(m.func).parameters.values():
        assert p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
        assert p.kind is p.KEYWORD_ONLY or p.default is p.empty
        assert p.annotation is not p.empty
    made = {key for other in METHODS.values() for key in other.keys}
    given = {"indicators", "gap_rule", "years", "region", "regions", "subsystems", "subsystem", "dimension",
             "direction", "target", "prior_weight", "score", "name", "name_zh", "unit_of_measure",
             "neighbours", "position", "seed", "vintage", "vintage_index", "through",
             "alternative_coordination", "alternative_stage", "alternative_settings"}  # fmt: skip
    assert set(m.needs) <= made | given, "reads a variable that nothing makes"


def test_variables_are_described_in_two_languages() -> None:
    for variable in VARIABLES.values():
        assert variable.en and CHINESE.search(variable.zh), variable.name


# ------------------------------------------------------------------------------------------------------- one block


def in_range(name: str, array: xr.DataArray) -> None:
    spec = VARIABLES.get(name)
    if spec is None:
        return
    cut = {d for d in array.dims if d in CELL_DIMS}
    own = {str(d) for d in array.dims} - cut
    assert own == set(spec.dims) - {CELL, "*"} - set(CELL_DIMS), f"{name}: {array.dims}"
    if not {CELL, "*"} & set(spec.dims):
        assert cut <= set(spec.dims)
    if CELL in spec.dims:
        assert cut == {"unit", "time"}
    values = np.asarray(array.values)
    if values.dtype.kind == "f":
        assert np.isfinite(values).all() or spec.sparse
        assert spec.low is None or np.nanmin(values) >= spec.low - 1e-12
        assert spec.high is None or np.nanmax(values) <= spec.high + 1e-12


@by_method
def test_makes_what_it_declares(name: str, have: Callable[[str], dict[str, xr.DataArray]]) -> None:
    for plan, choice in uses(name).items():
        m, at_hand = choice.method, have(plan)
        made = m.func(*(at_hand[need] for need in m.needs), **choice.options)
        if isinstance(made, xr.DataArray):
            assert len(m.makes) == 1
            made = made.to_dataset(name=m.makes[0])
        assert set(made.data_vars) == set(m.makes)
        for variable in m.makes:
            in_range(variable, made[variable])


@by_method
def test_leaves_its_inputs_alone(name: str, have: Callable[[str], dict[str, xr.DataArray]]) -> None:
    for plan, choice in uses(name).items():
        m, at_hand = choice.method, have(plan)
        inputs = [at_hand[need].copy(deep=True) for need in m.needs]
        before = [digest(a) for a in inputs]
        m.func(*inputs, **choice.options)
        assert [digest(a) for a in inputs] == before
        for a in inputs:
            a.values.setflags(write=False)
        m.func(*inputs, **choice.options)


@by_method
def test_copies_no_attribute(name: str, have: Callable[[str], dict[str, xr.DataArray]]) -> None:
    """Attributes are replaced, never merged: what stood on an input must not reach an output."""
    for plan, choice in uses(name).items():
        m, at_hand = choice.method, have(plan)
        inputs = [at_hand[need].copy(deep=True) for need in m.needs]
        for a in inputs:
            a.attrs = {**a.attrs, "left over": "from the input"}
        made = m.func(*inputs, **choice.options)
        for array in [made] if isinstance(made, xr.DataArray) else [made, *made.data_vars.values()]:
            assert "left over" not in array.attrs


@by_method
def test_runs_twice_alike(name: str, have: Callable[[str], dict[str, xr.DataArray]]) -> None:
    for plan, choice in uses(name).items():
        m, at_hand = choice.method, have(plan)
        first, second = (choice(at_hand) for _ in range(2))
        for key in m.keys:
            assert bits(first[key]) == bits(second[key])


# --------------------------------------------------------------------------------------------------- cutting the cells


@pytest.fixture
def tile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Make tiles hold at most so many cells."""
    whole = sources.tile_sizes

    def small(cells: int) -> None:
        monkeypatch.setattr(sources, "tile_sizes", lambda shape, most=cells: whole(shape, most))

    return small  # type: ignore[return-value]


def own(name: str, plan: str) -> tuple[str, ...]:
    choice = uses(name)[plan]
    return choice.method.keys


LOCAL = [name for name in IDS if one(name).kind != "whole"]
by_local = pytest.mark.parametrize("name", LOCAL)


@pytest.fixture(scope="module")
def uncut(small: xr.Dataset, holed: xr.Dataset) -> Callable[[str, bool], dict[str, xr.DataArray]]:
    @functools.cache
    def made(plan: str, holes: bool) -> dict[str, xr.DataArray]:
        return cells_and_summaries(PanelSource(grouped(holed if holes else small, plan)), plan)

    return made


@pytest.fixture(scope="module")
def cut_cache() -> dict[Any, dict[str, xr.DataArray]]:
    return {}


@pytest.mark.parametrize(
    ("holes", "block", "most"),
    [(False, 1, 1 << 17), (False, 17, 3), (True, 1 << 20, 2)],
    ids=["blocks of 1", "blocks of 17, tiles of 3", "holes, float32, tiles of 2"],
)
@by_local
def test_same_bits_however_a_panel_is_cut(
    name: str, holes: bool, block: int, most: int, small: xr.Dataset, holed: xr.Dataset, tile: Callable[[int], None],
    uncut: Callable[[str, bool], dict[str, xr.DataArray]], cut_cache: dict[Any, dict[str, xr.DataArray]],
) -> None:  # fmt: skip
    """Blocks of one cell and of odd sizes, tiles of one cell and of odd sizes, with and without no-data cells."""
    tile(most)
    for plan in uses(name):
        key = (plan, holes, block, most)
        if key not in cut_cache:
            data = grouped(holed if holes else small, plan)
            cut_cache[key] = cells_and_summaries(PanelSource(data, block_cells=block), plan)
        same(uncut(plan, holes), cut_cache[key], own(name, plan))


def test_cutting_really_cuts(small: xr.Dataset, tile: Callable[[int], None]) -> None:
    """The tests above would prove nothing if the panel were never cut."""
    tile(3)
    blocks = PanelSource(small, block_cells=17).blocks()
    pieces = [where for block in blocks for where, _ in block.tiles()]
    assert len(blocks) == 3 and len(pieces) == 18
    assert (
        sum(np.prod([s.stop - s.start for s in where.values()]) for where in pieces) == small["gap_rule"][..., 0].size
    )


CUBES = {
    "one chunk": (("time", "y", "x"), (8, 2, 3)),
    "by years": (("time", "y", "x"), (3, 2, 3)),
    "odd, year last": (("y", "x", "time"), (1, 2, 7)),
    "unit": (("unit", "time"), (4, 8)),
}


@pytest.fixture(scope="module")
def cubes(
    small: xr.Dataset, system: ac.IndicatorSystem, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], CubeSource]:
    """The panel's cells as Zarr stores in several layouts and precisions; one indicator missing empties a cell."""
    folder = tmp_path_factory.mktemp("cubes")

    @functools.cache
    def made(layout: str, dtype: str) -> CubeSource:
        dims, chunks = CUBES[layout]
        x = small["indicators"].transpose("unit", "time", "indicator").values.copy()
        for j, (u, t) in enumerate(HOLES):
            x[u, t, 3 * j] = np.nan
        laid = xr.DataArray(x.reshape(2, 3, *x.shape[1:]), dims=("y", "x", "time", "indicator"))
        if "unit" in dims:
            laid = xr.DataArray(x, dims=("unit", "time", "indicator"))
        data = {key: laid[..., j].transpose(*dims).astype(dtype) for j, key in enumerate(KEYS)}
        cube = xr.Dataset(data, coords={"time": small["time"].values})
        path = folder / f"{layout} {dtype}.zarr"
        cube.to_zarr(path, encoding={key: {"chunks": chunks} for key in KEYS}, zarr_format=2)
        return ac.read_cube(path, system)

    return made


def in_order(arrays: dict[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Cell dims in one order and without labels, so that layouts can be compared."""
    order = ("y", "x", "unit", "time")
    return {
        name: a.transpose(*(d for d in a.dims if d not in order), *(d for d in order if d in a.dims))
        .reset_coords(drop=True)
        .drop_vars("time", errors="ignore")
        for name, a in arrays.items()
    }


@pytest.fixture(scope="module")
def gridded(cubes: Callable[[str, str], CubeSource]) -> Callable[[str, str, str], dict[str, xr.DataArray]]:
    @functools.cache
    def made(layout: str, dtype: str, plan: str) -> dict[str, xr.DataArray]:
        source = cubes(layout, dtype)
        if plan in TWO:
            merged = grouped(xr.Dataset(coords={"subsystem": source.system["subsystem"]}), plan)["subsystem"]
            source = replace(source, system={**source.system, "subsystem": merged})
        return in_order(cells_and_summaries(source, plan))

    return made


@pytest.mark.parametrize(("layout", "dtype"), [("by years", "f4"), ("odd, year last", "f8")])
@by_local
def test_same_bits_however_a_cube_is_chunked(
    name: str, layout: str, dtype: str, gridded: Callable[[str, str, str], dict[str, xr.DataArray]]
) -> None:
    reached = False
    for plan in uses(name):
        whole, parts = gridded("one chunk", dtype, plan), gridded(layout, dtype, plan)
        assert set(whole) == set(parts)
        mine = [key for key in own(name, plan) if key in whole]
        same(whole, parts, mine)
        reached = reached or bool(mine)
    assert reached, "no plan leads to it on a cube"


@pytest.fixture(scope="module")
def flat(small: xr.Dataset) -> Callable[[str], dict[str, xr.DataArray]]:
    """The panel that holds what the cube with units holds: no regions, no filled gaps, the same holes."""
    data = small.copy(deep=True).drop_vars("region")
    for u, t in HOLES:
        data["indicators"][u, t] = np.nan
    data["gap_rule"] = xr.zeros_like(data["gap_rule"])

    @functools.cache
    def made(plan: str) -> dict[str, xr.DataArray]:
        return in_order(cells_and_summaries(PanelSource(grouped(data, plan)), plan))

    return made


@by_local
def test_a_cube_and_its_panel_agree(
    name: str,
    flat: Callable[[str], dict[str, xr.DataArray]],
    gridded: Callable[[str, str, str], dict[str, xr.DataArray]],
) -> None:
    """The same cells stored as a cube with units and as a panel in memory: the same bits."""
    for plan in uses(name):
        same(flat(plan), gridded("unit", "f8", plan), own(name, plan))


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[str, Executor]]:
    with engine.connect("threads", 3) as threads, engine.connect("processes", 2) as processes:
        yield {"threads": threads, "processes": processes}


@pytest.mark.parametrize("kind", ["threads", "processes"])
@pytest.mark.parametrize("plan", ["defaults", "train"])
def test_same_bits_whoever_computes(
    plan: str, kind: str, pools: dict[str, Executor], small: xr.Dataset, cubes: Callable[[str, str], CubeSource],
    uncut: Callable[[str, bool], dict[str, xr.DataArray]], gridded: Callable[[str, str, str], dict[str, xr.DataArray]],
) -> None:  # fmt: skip
    cut = cells_and_summaries(PanelSource(grouped(small, plan), block_cells=10), plan, pools[kind])
    same(uncut(plan, False), cut, cut)
    grid = in_order(cells_and_summaries(cubes("odd, year last", "f8"), plan, pools[kind]))
    same(gridded("one chunk", "f8", plan), grid, grid)


def test_stored_cells_are_the_cells_in_memory(
    tmp_path: Path, cubes: Callable[[str, str], CubeSource],
    gridded: Callable[[str, str, str], dict[str, xr.DataArray]],
) -> None:  # fmt: skip
    """What goes to `cells.zarr` block by block is what one block gives."""
    source = cubes("odd, year last", "f8")
    study = ac.Study(source, store=CellStore(tmp_path / "cells.zarr", source))
    study.run()
    stored = xr.open_zarr(tmp_path / "cells.zarr", chunks=None, consolidated=False)
    expected = gridded("one chunk", "f8", "defaults")
    assert {"coupling", "development", "coordination", "stage", "lag_type", "index"} <= set(stored.data_vars)
    d = stored["coordination"]
    read = tuple(source.block_sizes[str(dim)] for dim in d.dims)
    assert d.encoding["chunks"] == read, "blocks are written in the chunks they are read in"
    for name in stored.data_vars:
        assert bits(in_order({"": stored[name].load()})[""]) == bits(expected[str(name)]), name


def test_a_cell_that_misses_one_indicator_is_no_data(
    gridded: Callable[[str, str, str], dict[str, xr.DataArray]],
) -> None:
    made = gridded("one chunk", "f4", "defaults")
    for u, t in HOLES:
        at = {"y": u // 3, "x": u % 3, "time": t}
        assert np.isnan(made["coordination"].isel(at)) and np.isnan(made["normalised"].isel(at)).all()
        assert int(made["stage"].isel(at)) == int(made["lag_type"].isel(at)) == 0
    assert int(np.isnan(made["coordination"]).sum()) == 3
    assert int(made["stage_counts"].sum()) == made["coordination"].size - 3


# ---------------------------------------------------------------------------------------------------- order of the units

SHUFFLE = np.array([7, 2, 11, 0, 9, 4, 1, 10, 3, 8, 5, 6])


@pytest.fixture(scope="module")
def shuffled(panel: xr.Dataset) -> Callable[[str], tuple[PanelSource, dict[str, xr.DataArray]]]:
    @functools.cache
    def made(plan: str) -> tuple[PanelSource, dict[str, xr.DataArray]]:
        every = grouped(panel, plan)
        source = PanelSource(every.isel(unit=SHUFFLE[every.sizes["unit"] > SHUFFLE]))
        return source, everything(source, plan)

    return made


def labelled(array: xr.DataArray, source: Source) -> xr.DataArray:
    """Regions have the order of their first unit: name the groups so that they can be met by name, rows too."""
    groups = ["National", *map(str, source.small["regions"].values)]
    if "group" in array.dims and "group" not in array.coords:
        array = array.assign_coords(group=groups)
    if array.dims == ("row",) and "group" in array.coords:
        array = array.isel(row=np.argsort(array["group"].values, kind="stable"))
    return array


@by_method
def test_order_of_units(
    name: str, panel: xr.Dataset, have: Callable[[str], dict[str, xr.DataArray]],
    shuffled: Callable[[str], tuple[PanelSource, dict[str, xr.DataArray]]],
) -> None:  # fmt: skip
    """Cells move with their units and summaries stay, to the bit; whole methods to 1e-12."""
    straight = PanelSource(panel)
    for plan, choice in uses(name).items():
        source, moved = shuffled(plan)
        for key in choice.method.keys:
            a, b = labelled(have(plan)[key], straight), labelled(moved[key], source)
            if "unit" in a.dims:
                b = b.sel(unit=a["unit"].values)
            for dim in ("group", "region"):
                if dim in a.dims:
                    b = b.sel({dim: a[dim].values})
            if choice.method.kind != "whole" or a.dtype.kind not in "f":
                assert bits(a) == bits(b), key
            else:
                np.testing.assert_allclose(b.values, a.values, rtol=1e-12, atol=1e-12, err_msg=key)


def test_the_shuffle_moves_every_region() -> None:
    assert sorted(SHUFFLE.tolist()) == list(range(UNITS))
    assert list(dict.fromkeys(u % 3 for u in SHUFFLE)) != [0, 1, 2]


# ------------------------------------------------------------------------------------------------------- through Study


@pytest.fixture(scope="module")
def studies(panel: xr.Dataset) -> Callable[[str], ac.Study]:
    @functools.cache
    def made(plan: str) -> ac.Study:
        return ac.Study(grouped(panel, plan), **plans()[plan])

    return made


RUNS = ["defaults", "per_year", "train, cv", "own edges", "unequal", "two subsystems"]


@pytest.mark.parametrize("plan", RUNS)
def test_every_step_of_a_plan_runs(plan: str, studies: Callable[[str], ac.Study]) -> None:
    other = {one(name).step for name, number in SUBSYSTEMS.items() if number != (2 if plan in TWO else 3)}
    for step in studies(plan).run():
        expected = ("left out",) if step.name in other else ("done",)
        assert step.state in expected, (step.name, step.state, step.reason)
        assert bool(step.reason) is (step.state != "done"), step.reason


@pytest.mark.parametrize("plan", RUNS)
def test_tables_lead_with_their_columns(plan: str, studies: Callable[[str], ac.Study]) -> None:
    studies(plan).run()
    tree = studies(plan).results()
    made = {name for name in tree.children if name in TABLES}
    assert made
    for name in made:
        for language in ("en", "zh"):
            frame = ac.tidy(tree[name].to_dataset(), language)
            assert tuple(frame.columns[: len(TABLES[name])]) == TABLES[name], name
            assert len(frame.columns) == len(set(frame.columns))
            assert len(frame) or name in ("filled", "density_bumps")


def test_default_plans_make_every_table(studies: Callable[[str], ac.Study]) -> None:
    made: set[str] = set()
    for plan in ("defaults", "two subsystems"):
        studies(plan).run()
        made |= set(studies(plan).results().children)
    assert set(TABLES) - {"zones"} <= made, "zones are of grids"


@by_method
def test_provenance(name: str, studies: Callable[[str], ac.Study]) -> None:
    """Each array of a table says which method, version, options, inputs and sources made it; options are JSON."""
    for plan, choice in uses(name).items():
        m = choice.method
        if m.table is None:
            continue
        table = studies(plan).table(m.table)
        for variable in m.makes:
            attrs = table[variable].attrs
            assert (attrs["method"], attrs["version"]) == (m.id, m.version)
            assert json.loads(attrs["options"]) == json.loads(
                json.dumps(dict(choice.options if m.helper else choice.shown))
            )
            assert list(attrs["inputs"]) == list(m.needs) if m.needs else "inputs" not in attrs
            assert list(attrs.get("cite", [])) == list(m.cite)
            if not m.helper:
                assert attrs["says_en"] and attrs["says_zh"] and attrs["says_en"] != attrs["says_zh"]
            if variable in VARIABLES:
                assert attrs["long_name"] == VARIABLES[variable].en


@pytest.mark.parametrize("plan", ["defaults", "own edges"])
def test_results_are_plain(plan: str, studies: Callable[[str], ac.Study], tmp_path: Path) -> None:
    """Groups are siblings under an empty root; attributes strings, numbers or lists; it reads back as it was."""
    study = studies(plan)
    study.run()
    tree = study.results()
    assert not tree.to_dataset().data_vars
    for group in tree.children.values():
        assert not group.children
        for array in [group.to_dataset(), *group.to_dataset().variables.values()]:
            for key, value in array.attrs.items():
                plain = value if isinstance(value, list) else [value]
                assert all(isinstance(v, str | int | float) for v in plain), (key, value)
    study.save(tmp_path / "study.nc")
    again = xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf").load()
    again.close()
    assert set(again.children) == set(tree.children)
    for name, group in tree.children.items():
        pd.testing.assert_frame_equal(
            ac.tidy(again[name].to_dataset()), ac.tidy(group.to_dataset()), check_dtype=False, check_exact=True
        )


def test_the_panel_stays_as_it_was(panel: xr.Dataset) -> None:
    before = [digest(panel[name]) for name in panel.variables]
    attrs = dict(panel.attrs)
    ac.Study(panel).run()
    assert [digest(panel[name]) for name in panel.variables] == before and panel.attrs == attrs


def test_a_method_that_breaks_its_word_is_caught(panel: xr.Dataset) -> None:
    """The check on the way out itself: names, dims, range."""
    array = xr.DataArray(np.full((2, 2), 0.5), dims=("unit", "time"))
    for made, error in (
        (array.to_dataset(name="other"), TypeError),
        (array.expand_dims("indicator"), TypeError),
        (array + 1, ValueError),
        (array - 1, ValueError),
    ):
        m = Method(lambda index, made=made: made, "coupling", ("coupling",), "cell")  # type: ignore[misc]
        m.__dict__["needs"] = ("index",)
        with pytest.raises(error):
            Choice(m, {})({"index": array})


def test_input_errors_name_the_method_family() -> None:
    with pytest.raises(InputError, match='did you mean "entropy"'):
        settle({"weights": "entrpy"})
