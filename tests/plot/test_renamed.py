"""Figures drawn directly in Chinese bear the names that the plan gives, as those of the report do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text

import accord as ac
import accord.plot as plot
from accord.chinese import in_chinese
from accord.errors import InputError

Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text()]


def with_names(tree: xr.DataTree) -> tuple[xr.DataTree, dict[str, str]]:
    """The tree with a Chinese name for each region and subsystem."""
    regions = list(dict.fromkeys(tree["coordination"]["region"].values.tolist()))
    subsystems = tree["scores"]["subsystem"].values.tolist()
    names = {
        "region": {r: f"地区{k}" for k, r in enumerate(regions)},
        "subsystem": {s: f"系统{k}" for k, s in enumerate(subsystems)},
    }
    attrs = {**tree.attrs, "language": "zh", "names_zh": json.dumps(names)}
    every = {f"/{name}": node.to_dataset() for name, node in tree.children.items()}
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs=attrs), **every}), {**names["region"], **names["subsystem"]}


@pytest.mark.parametrize("name", plot.FIGURES)
def test_of_a_tree_as_in_the_report(name: str, make: Make) -> None:
    tree, _ = with_names(make(14, 8, 3))
    report = plot.FIGURES[name][0](in_chinese(tree), language="zh")
    assert words(getattr(plot, name)(tree)) == words(report)
    in_english = plot.FIGURES[name][0](tree, language="en")
    assert words(getattr(plot, name)(tree, language="en")) == words(in_english)


def test_some_names_are_drawn(make: Make) -> None:
    tree, names = with_names(make(14, 8, 3))
    told = words(plot.trajectories(tree))
    assert set(told) & set(names.values()) and not set(told) & set(names)


@pytest.fixture(scope="module")
def study() -> ac.Study:
    panel = ac.sample()
    regions = list(dict.fromkeys(panel["region"].values.tolist()))
    away = ("forecast", "unit_roots", "density", "space", "transitions", "drivers", "inequality", "centre", "obstacle")
    made = ac.Study(
        panel,
        language="zh",
        names_zh={"Infrastructure": "基础设施", "Economy": "经济", regions[0]: "东南中部", regions[1]: "西南中部"},
        **dict.fromkeys(away, False),
    )
    made.run()
    return made


def test_of_a_study(study: ac.Study) -> None:
    told = words(plot.index_bars(study))
    assert {"东南中部", "西南中部"} <= set(told) and any("基础设施" in t for t in told)
    assert "Infrastructure" not in " ".join(told)
    assert any("Infrastructure" in t for t in words(plot.index_bars(study, language="en")))


@pytest.mark.parametrize("name", ["东南中部", "East South Central"])
def test_options_name_things_either_way(name: str, study: ac.Study) -> None:
    assert "东南中部" in words(plot.trajectories(study, regions=[name]))
    assert "East South Central" in words(plot.trajectories(study, language="en", regions=["East South Central"]))


def test_frames_keep_the_names_of_the_source(study: ac.Study) -> None:
    frame = plot.trajectories(study, data=True)
    assert isinstance(frame, pd.DataFrame) and "East South Central" in set(frame["region"])


def test_a_name_that_is_none(study: ac.Study) -> None:
    with pytest.raises(InputError, match='no region "X"'):
        plot.trajectories(study, regions=["X"])


def test_what_has_no_names_goes_through(make: Make) -> None:
    tree = make(14, 8, 3)
    table: Any = tree["coordination"].to_dataset()
    assert words(plot.coordination_heatmap(table)) == words(plot.FIGURES["coordination_heatmap"][0](table))
    assert plot.coordination_heatmap.__doc__ == plot.FIGURES["coordination_heatmap"][0].__doc__
