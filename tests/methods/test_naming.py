"""Chinese names of a plan: told apart by what they name, refused where they cannot be told apart, and worn by the results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.chinese import COLUMNS, in_chinese
from accord.errors import InputError
from accord.study.plan import check_plan, read_plan, schema
from accord.study.source import PanelSource
from accord.study.system import IndicatorSystem

ZH = {
    "East": "东部",
    "West": "西部",
    "Ecology": "生态",
    "Towns": "城镇",
    "Air": "空气",
    "so2": "二氧化硫",
    "B": "乙地",
    "t": "吨",
}
QUICK: dict[str, Any] = {
    "forecast": False, "unit_roots": False, "pvar": False, "granger": False, "irf": False, "fevd": False, "lag_order": False,
    "space": False, "drivers": False, "alternatives": False,
}  # fmt: skip


def panel() -> xr.Dataset:
    """Two regions of three units, two subsystems that share a dimension."""
    system = IndicatorSystem.from_table(
        pd.DataFrame(
            {
                "key": ["so2", "green", "gdp", "dust"],
                "subsystem": ["Ecology", "Ecology", "Towns", "Towns"],
                "dimension": ["Air", "Land", "Money", "Air"],
                "direction": ["-", "+", "+", "-"],
                "unit": ["t", "%", "%", "t"],
            }
        )
    )
    rng = np.random.default_rng(1)
    coords: dict[str, Any] = {"unit": list("ABCDEF"), "time": np.arange(2011, 2019), "indicator": system.keys}
    values = xr.DataArray(rng.random((6, 8, 4)) + 0.5, dims=("unit", "time", "indicator"), coords=coords)
    regions = ("unit", ["East"] * 3 + ["West"] * 3)
    return xr.Dataset({"indicators": values}).assign_coords(region=regions, **system.coords())


def study(**more: Any) -> ac.Study:
    made = ac.Study(panel(), language="zh", names_zh={**ZH, **more.pop("names_zh", {})}, **{**QUICK, **more})
    made.run()
    return made


def test_names_are_told_apart_by_what_they_name() -> None:
    made = ac.Study(panel(), names_zh=ZH)
    assert made.names_zh == {
        "region": {"East": "东部", "West": "西部"},
        "subsystem": {"Ecology": "生态", "Towns": "城镇"},
        "dimension": {"Ecology: Air": "生态：空气", "Towns: Air": "城镇：空气"},
        "measure": {"t": "吨"},
    }
    assert isinstance(made.source, PanelSource)
    assert made.source.panel["label_zh"].values.tolist() == ["A", "乙地", "C", "D", "E", "F"]
    assert made.source.panel["name_zh"].values.tolist() == ["二氧化硫", "green", "gdp", "dust"]
    assert made.with_(weights="equal").names_zh == made.names_zh
    assert ac.Study(panel()).names_zh == {"region": {}, "subsystem": {}, "dimension": {}, "measure": {}}


def test_names_change_no_number_and_no_file() -> None:
    named, plain = study(), ac.Study(panel(), language="zh", **QUICK)
    plain.run()
    for table in ("coordination", "regions", "weights", "inequality_pairs"):
        a, b = named.table(table), plain.table(table)
        for variable in b.data_vars:
            np.testing.assert_array_equal(a[variable].values, b[variable].values)
        for column in ("region", "group", "subsystem", "variable"):
            if column in b.coords:
                assert a[column].values.tolist() == b[column].values.tolist(), "files keep the names of the source"


def strings(tree: xr.DataTree) -> set[str]:
    """Every text in the columns that hold names."""
    out: set[str] = set()
    for name in tree.children:
        table = tree[name].to_dataset()
        for column in set(COLUMNS) & set(map(str, table.variables)):
            if table[column].dtype.kind in "OUT":
                out |= {str(v) for v in table[column].values.ravel()}
    return out


def test_a_reader_of_chinese_sees_every_name(tmp_path: Path) -> None:
    made = study(title_zh="生态与城镇")
    made.title = "Ecology and towns"
    made.save(tmp_path / "study.nc")
    with xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf") as saved:
        read = in_chinese(saved.load())
    for tree in (read, in_chinese(made.results())):
        assert tree.attrs["title"] == "生态与城镇"
        assert not strings(tree) & {"East", "West", "Ecology", "Towns", "Ecology: Air"}
        assert {"东部", "西部", "生态", "城镇", "生态：空气", "National", "coordination"} <= strings(tree)
        assert in_chinese(tree) is tree, "once is enough"
    assert in_chinese(made.results(), "en").attrs["title"] == "Ecology and towns"
    zh = made.results()["findings"]["zh"].values
    assert any("东部" in text or "西部" in text for text in zh) and not any("East" in text for text in zh)


def test_names_in_sentences_settings_and_labels() -> None:
    made = study(coupling={"method": "standard", "weights": [0.4, 0.6]}, inequality={"controls": ["Ecology"]})
    tree = in_chinese(made.results())
    methods = {m["step"]: m for m in json.loads(tree.attrs["methods"])}
    assert "“生态”0.4" in methods["coupling"]["says_zh"] and "Ecology" not in methods["coupling"]["says_zh"]
    assert methods["inequality"]["options"]["controls"] == ["生态"]
    labels = tree["coordination"].to_dataset()["lag_type"].attrs["label_zh"]
    assert list(labels) == ["生态滞后", "城镇滞后", "同步"]


def test_a_name_that_is_an_option_word_changes_no_option() -> None:
    """A region called as a method is: settings are words of accord's own."""
    named = panel().assign_coords(region=("unit", ["entropy"] * 3 + ["pooled"] * 3))
    made = ac.Study(named, names_zh={"entropy": "熵区", "pooled": "池区"}, **QUICK)
    made.run("weights")
    tree = in_chinese(made.results())
    before = {m["step"]: m["options"] for m in json.loads(made.results().attrs["methods"])}
    assert {m["step"]: m["options"] for m in json.loads(tree.attrs["methods"])} == before


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            {"East": "东部", "West": "东部"},
            'the regions "East" and "West" would both be called 东部; give each its own name',
        ),
        ({"East": "West"}, 'the regions "West" and "East" would both be called West'),
        ({"Ecology": "城", "Towns": "城"}, 'the subsystems "Ecology" and "Towns" would both be called 城'),
        ({"A": "B"}, 'the units "B" and "A" would both be called B'),
        ({"East": "全国"}, 'the region "East" cannot be called 全国, as a result is; give it another name'),
        ({"Ecology": "coordination"}, 'the subsystem "Ecology" cannot be called coordination'),
        ({"East": " "}, "\"East\" = ' ' is not a name; write it in Chinese or take it out"),
        ({"East": 3}, '"East" = 3 is not a name'),
        (["East"], "names_zh is a list; write a table of names"),
    ],
)
def test_names_that_cannot_be(names: Any, said: str) -> None:
    with pytest.raises(InputError) as error:
        ac.Study(panel(), names_zh=names)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_two_may_swap_and_kinds_do_not_meet() -> None:
    assert ac.Study(panel(), names_zh={"East": "West", "West": "East"}).names_zh["region"] == {
        "East": "West",
        "West": "East",
    }
    ac.Study(panel(), names_zh={"East": "东", "Ecology": "东"})


def test_a_name_of_nothing_is_warned_of() -> None:
    (note,) = [
        w for w in ac.Study(panel(), language="zh", names_zh={"Estern": "东部"}).warnings() if "names_zh" in w["en"]
    ]
    assert 'gives a Chinese name to "Estern", and no region' in note["en"] and 'did you mean "East"' in note["en"]
    assert "“" not in note["zh"] and "Estern" in note["zh"]
    many = {f"x{k}": f"名{k}" for k in range(5)}
    (note,) = [w for w in ac.Study(panel(), language="zh", names_zh=many).warnings() if "names_zh" in w["en"]]
    assert '"x0", "x1", "x2" and 2 more' in note["en"] and "等 5 项" in note["zh"]
    assert not [w for w in ac.Study(panel(), language="zh", names_zh=ZH).warnings() if "names_zh" in w["en"]]
    assert not [w for w in ac.Study(panel(), names_zh=many).warnings() if "names_zh" in w["en"]], "nobody reads Chinese"


def test_a_plan_gives_names_and_refuses_what_are_none(tmp_path: Path) -> None:
    plan = check_plan({"panel": {"source": "x.csv"}, "title_zh": "题", "names_zh": {"East": "东部"}})
    assert (plan.title_zh, plan.names_zh) == ("题", {"East": "东部"})
    assert {"title_zh", "names_zh"} <= set(schema()["properties"])
    for names, said in (({"East": 1}, "names_zh.East = 1"), ("东部", "names_zh")):
        with pytest.raises(InputError, match=said):
            check_plan({"panel": {"source": "x.csv"}, "names_zh": names})


@pytest.mark.parametrize("name", ["china-replica", "us-states", "china", "published"])
def test_embedded_studies_name_all_they_have(name: str) -> None:
    folder = Path(ac.__file__).parent / "data" / name
    plan = read_plan(folder / "plan.toml")
    assert plan.title_zh and not plan.title_zh.isascii()
    wanted: set[str] = set(plan.panel.indices or [])
    if (table := folder / "indicators.csv").exists():
        system = IndicatorSystem.from_table(table)
        wanted |= set(system.subsystems) | {one.dimension for one in system}
        wanted |= {one.unit for one in system} - {"%"}
        assert not any(one.name_zh.isascii() for one in system)
    if (data := folder / "panel.csv").exists():
        frame = pd.read_csv(data)
        wanted |= set(frame["region"])
        assert not frame[plan.panel.label_zh].map(str.isascii).any()
    else:
        wanted |= {"Eastern", "Central", "Western", "Northeast"}
    assert set(plan.names_zh) == wanted
