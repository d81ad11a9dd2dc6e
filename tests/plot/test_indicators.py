"""Weights, dimensions and obstacles: figures of the indicators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import accord.plot as plot
from accord.errors import InputError

Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()]


def legends(figure: Figure) -> list[str]:
    boxes = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for box in boxes if box is not None for t in box.get_texts()]


@pytest.fixture
def weights() -> xr.Dataset:
    """Five indicators of two subsystems; the fifth has no name of its own."""
    coords: Any = {
        "indicator": ["a", "b", "c", "d", "e"],
        "subsystem": ("indicator", ["Land", "Water", "Land", "Land", "Water"]),
        "dimension": ("indicator", ["Soil", "Sea", "Air", "Soil", "Sea"]),
        "direction": ("indicator", ["+", "-", "+", "=", "-"]),
        "name": ("indicator", ["Alpha", "Beta", "Gamma", "Delta", ""]),
        "name_zh": ("indicator", ["甲", "", "丙", "丁", ""]),
    }
    return xr.Dataset({"weight": ("indicator", [0.2, 0.45, 0.3, 0.5, 0.55])}, coords)


@pytest.fixture
def dimension_means() -> xr.Dataset:
    """Everyone and one region, three dimensions, two years."""
    coords: Any = {
        "group": ["National", "East"], "time": [2020, 2021], "dimension": ["Soil", "Air", "Sea"],
        "subsystem": ("dimension", ["Land", "Land", "Water"]),
    }  # fmt: skip
    values = np.arange(12).reshape(2, 2, 3) / 20
    return xr.Dataset({"mean": (("group", "time", "dimension"), values)}, coords)


@pytest.fixture
def obstacles() -> xr.Dataset:
    degree = np.array([[0.5, 0.4, 0.2, 0.3, 0.6], [0.25, 0.7, 0.45, 0.30, 0.3]])
    rank = np.array([[1, 2, 3, 2, 1], [3, 1, 1, 2, 2]])
    dims = ("time", "indicator")
    coords: Any = {"time": [2020, 2021], "indicator": ["a", "b", "c", "d", "e"]}
    return xr.Dataset({"degree": (dims, degree), "rank": (dims, rank)}, coords)


# weights


def test_weights_frame_goes_by_subsystem_dimension_and_size(weights: xr.Dataset) -> None:
    frame = plot.weights_lollipop(weights, data=True)
    want = pd.DataFrame({
        "subsystem": ["Land"] * 3 + ["Water"] * 2, "dimension": ["Soil", "Soil", "Air", "Sea", "Sea"],
        "indicator": ["d", "a", "c", "e", "b"], "name": ["Delta", "Alpha", "Gamma", "e", "Beta"],
        "direction": ["=", "+", "+", "-", "-"], "weight": [0.5, 0.2, 0.3, 0.55, 0.45],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)
    assert plot.weights_lollipop(weights, data=True, language="zh")["name"].tolist() == ["丁", "甲", "丙", "e", "Beta"]


def test_lollipops_reach_their_weights_and_say_them(weights: xr.Dataset) -> None:
    figure = plot.weights_lollipop(weights)
    heads = [[line.get_xdata()[0] for line in a.lines if len(line.get_xdata()) == 1] for a in figure.axes]
    assert heads == [[0.5, 0.2, 0.3], [0.55, 0.45]]
    assert {"Land", "Water", "Soil", "Air", "Sea", "0.550", "Weight within the subsystem"} <= set(words(figure))
    assert legends(figure) == ["more is better (+)", "less is better (−)", "a target is best (=)"]
    assert len({a.get_xlim() for a in figure.axes}) == 1
    assert legends(plot.weights_lollipop(weights, language="zh", size="single"))[0] == "越大越好（+）"


def test_weights_without_labels(weights: xr.Dataset) -> None:
    bare = weights.drop_vars(["subsystem", "dimension", "direction", "name", "name_zh"])
    assert plot.weights_lollipop(bare, data=True)["indicator"].tolist() == ["e", "d", "b", "c", "a"]
    figure = plot.weights_lollipop(bare)
    assert len(figure.axes) == 1 and not legends(figure)
    FigureCanvasAgg(figure).draw()


def test_what_weights_cannot_draw(weights: xr.Dataset, make: Make) -> None:
    with pytest.raises(InputError, match="up to 100 indicators and this table has 104"):
        plot.weights_lollipop(make(3, 2, 1, dimensions=52))
    with pytest.raises(InputError, match="leave ax out"):
        plot.weights_lollipop(weights, ax=Figure().subplots())
    with pytest.raises(InputError, match='needs table "weights" with weight'):
        plot.weights_lollipop(weights.rename(weight="w"))


# dimensions


def test_radar_frame_is_the_first_year_and_the_last(dimension_means: xr.Dataset) -> None:
    frame = plot.radar(dimension_means, data=True, groups=["East", "National"])
    want = pd.DataFrame({
        "group": ["East"] * 6 + ["National"] * 6, "time": ([2020] * 3 + [2021] * 3) * 2,
        "subsystem": ["Land", "Land", "Water"] * 4, "dimension": ["Soil", "Air", "Sea"] * 4,
        "mean": [0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0, 0.05, 0.10, 0.15, 0.20, 0.25],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)
    assert plot.radar(dimension_means, data=True)["group"].unique().tolist() == ["East"]
    assert plot.radar(dimension_means, data=True, years=[2021])["time"].unique().tolist() == [2021]


def test_radars_are_closed_and_as_far_out_as_the_means(dimension_means: xr.Dataset) -> None:
    figure = plot.radar(dimension_means, groups=["National", "East"])
    assert len(figure.axes) == 2
    axes = figure.axes[1]
    years = [line.get_xydata() for line in axes.lines if line.get_linewidth() == 1.2]
    outer = max(
        (line.get_xydata() for line in axes.lines if line.get_linewidth() == 0.6), key=lambda p: np.ptp(p[:, 0])
    )
    centre = 0.5 * np.array([axes.get_xlim()[1], axes.get_ylim()[1] - 5.0])
    reach = np.hypot(*(outer - centre).T)[0]
    for drawn, means in zip(years, ([0.30, 0.35, 0.40], [0.45, 0.50, 0.55]), strict=True):
        np.testing.assert_allclose(np.hypot(*(drawn - centre).T) / reach * 0.6, [*means, means[0]])
    assert legends(figure) == ["2020", "2021", "Land", "Water", "mean dimension score, rings at 0.2, 0.4, 0.6"]
    assert {"Soil", "Air", "Sea", "National", "East"} <= set(words(figure))
    assert "全国" in words(plot.radar(dimension_means, groups=["National"], language="zh"))


def test_numbers_stand_for_names_that_do_not_fit(make: Make) -> None:
    figure = plot.radar(make(6, 2, 3, long=True), size="single")
    said = words(figure)
    assert {"1", "7"} <= set(said) and any(w.startswith("Dimensions: 1\u00a0Side 0 of") for w in said)
    assert "Side 0" in words(plot.radar(make(6, 2, 3)))


def test_what_radar_cannot_draw(dimension_means: xr.Dataset, make: Make) -> None:
    with pytest.raises(InputError, match=r"three dimensions or more and this study has 2 \(Soil, Air\): index_bars"):
        plot.radar(dimension_means.isel(dimension=[0, 1]))
    with pytest.raises(InputError, match=r'no group "Est".*did you mean "East"'):
        plot.radar(dimension_means, groups=["Est"])
    with pytest.raises(InputError, match=r"1 to 4 years; these are 6 and 5"):
        plot.radar(make(5, 6, 5), years=range(2018, 2023))
    with pytest.raises(InputError, match=r"no room for 41 groups at this size: name some"):
        plot.radar(make(40, 2, 40))
    with pytest.raises(InputError, match=r'with ax, name one, as in groups=\["National"\]'):
        plot.radar(make(5, 2, 3), ax=Figure().subplots())


# obstacles


def test_obstacle_frame_keeps_the_leaders_of_the_last_year(obstacles: xr.Dataset, weights: xr.Dataset) -> None:
    tree = xr.DataTree.from_dict({"/obstacle_ranks": obstacles, "/weights": weights})
    frame = plot.obstacle_heatmap(tree, data=True, top=2)
    want = pd.DataFrame({
        "subsystem": ["Land"] * 4 + ["Water"] * 4, "indicator": np.repeat(["c", "d", "b", "e"], 2),
        "name": np.repeat(["Gamma", "Delta", "Beta", "e"], 2), "time": [2020, 2021] * 4,
        "degree": [0.2, 0.45, 0.3, 0.3, 0.4, 0.7, 0.6, 0.3], "rank": [3, 1, 2, 2, 2, 1, 1, 2],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)
    alone = plot.obstacle_heatmap(obstacles, data=True, top=1)
    assert alone["name"].unique().tolist() == ["b", "c"] and set(alone["subsystem"]) == {""}


def test_cells_say_their_degrees_in_per_cent(obstacles: xr.Dataset, weights: xr.Dataset) -> None:
    obstacles["degree"][0, 1] = np.nan
    tree = xr.DataTree.from_dict({"/obstacle_ranks": obstacles, "/weights": weights})
    figure = plot.obstacle_heatmap(tree, top=2)
    mesh = figure.axes[0].collections[0]
    np.testing.assert_allclose(np.ma.filled(mesh.get_array(), -1), [[20, 45], [30, 30], [-1, 70], [60, 30]])
    assert mesh.get_clim() == (0, 80)
    said = words(figure)
    assert {"Gamma", "Land", "Water", "20.0", "70.0", "Mean obstacle degree of the units (%)"} <= set(said)
    assert legends(figure) == ["no data"]
    chinese = words(plot.obstacle_heatmap(tree, top=2, language="zh"))
    assert {"丙", "Beta", "各单元平均障碍度（%）"} <= set(chinese)


def test_cells_too_narrow_for_a_number_have_none(make: Make) -> None:
    figure = plot.obstacle_heatmap(make(3, 60, 1), size="single")
    assert len(figure.axes[0].texts) == 2  # the subsystems in the margin
    assert len(plot.obstacle_heatmap(make(3, 60, 1), data=True)["indicator"].unique()) == 10


def test_ties_do_not_add_rows(make: Make) -> None:
    frame = plot.obstacle_heatmap(make(3, 2, 1, equal=True), data=True)
    assert frame.groupby("subsystem")["indicator"].nunique().tolist() == [5, 5]


def test_what_obstacles_cannot_draw(obstacles: xr.Dataset) -> None:
    for top in (0, -1, 2.5, True):
        with pytest.raises(InputError, match="is 1 or more"):
            plot.obstacle_heatmap(obstacles, top=top)  # type: ignore[arg-type]
    obstacles["degree"][1] = np.nan
    with pytest.raises(InputError, match="no indicator has an obstacle degree in 2021"):
        plot.obstacle_heatmap(obstacles)


def test_all_three_draw_into_given_axes(
    weights: xr.Dataset, dimension_means: xr.Dataset, obstacles: xr.Dataset
) -> None:
    figure = Figure(figsize=(12, 4))
    left, middle, right = figure.subplots(1, 3)
    land = weights.isel(indicator=[0, 2, 3])
    assert plot.weights_lollipop(land, ax=left) is figure
    assert plot.radar(dimension_means, ax=middle) is figure
    assert plot.obstacle_heatmap(obstacles, ax=right, top=1) is figure
    FigureCanvasAgg(figure).draw()
    assert {"Delta", "Soil", "East", "70.0"} <= set(words(figure))
