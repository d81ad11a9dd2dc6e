"""Trajectories and dumbbells: D over the years."""

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
from accord.plot.change import FALL, RISE

Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> set[str]:
    return {t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()}


def legends(figure: Figure) -> list[str]:
    boxes = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for box in boxes if box is not None for t in box.get_texts()]


@pytest.fixture
def regions() -> xr.Dataset:
    """Mean, lowest and highest D of everyone and of two regions in two years."""
    mean = np.array([[0.45, 0.575], [0.53, 0.64], [0.40, 0.51]])[..., None]
    coords: Any = {"region": ["National", "East", "West"], "time": [2020, 2021], "variable": ["coordination"]}
    dims = ("region", "time", "variable")
    return xr.Dataset({"mean": (dims, mean), "min": (dims, mean - 0.1), "max": (dims, mean + 0.1)}, coords)


@pytest.fixture
def both(regions: xr.Dataset, coordination: xr.Dataset) -> xr.DataTree:
    return xr.DataTree.from_dict({"/regions": regions, "/coordination": coordination})


# trajectories


def test_trajectories_frame_has_the_mean_the_range_and_each_unit(both: xr.DataTree) -> None:
    frame = plot.trajectories(both, data=True, regions=["National", "West"])
    assert list(frame.columns) == ["region", "series", "unit", "time", "coordination"]
    want = {
        ("National", "mean", ""): [0.45, 0.575], ("National", "min", ""): [0.35, 0.475],
        ("National", "max", ""): [0.55, 0.675], ("National", "unit", "Ash"): [0.31, 0.42],
        ("National", "unit", "Birch"): [0.53, 0.64], ("National", "unit", "Cedar"): [0.75, 0.86],
        ("National", "unit", "Dogwood"): [0.27, 0.38], ("West", "mean", ""): [0.40, 0.51],
        ("West", "min", ""): [0.30, 0.41], ("West", "max", ""): [0.50, 0.61],
        ("West", "unit", "Birch"): [0.53, 0.64], ("West", "unit", "Dogwood"): [0.27, 0.38],
    }  # fmt: skip
    got = {key: part["coordination"].tolist() for key, part in frame.groupby(["region", "series", "unit"], sort=False)}
    assert list(got) == list(want)
    for key, values in want.items():
        np.testing.assert_allclose(got[key], values)
    assert frame["time"].tolist() == [2020, 2021] * len(want)


def test_means_alone_are_drawn_from_the_table_alone(regions: xr.Dataset) -> None:
    frame = plot.trajectories(regions, data=True)
    assert set(frame["series"]) == {"mean", "min", "max"}
    assert legends(plot.trajectories(regions)) == ["mean of the units", "lowest to highest unit"]


def test_trajectories_of_other_variables(make: Make) -> None:
    tree = make(6, 4, 2)
    frame = plot.trajectories(tree, data=True, variable="Town")
    units = frame[(frame["series"] == "unit") & (frame["region"] == "National")]
    want = tree["scores"]["index"].sel(subsystem="Town").values
    np.testing.assert_array_equal(units["Town"].to_numpy().reshape(6, 4), want)
    assert "Composite index U of Town" in words(plot.trajectories(tree, variable="Town"))
    assert "Town综合指数U" in words(plot.trajectories(tree, variable="Town", language="zh"))
    with pytest.raises(InputError, match=r'no variable "Twon".*did you mean "Town"'):
        plot.trajectories(tree, variable="Twon")


def test_panels_share_their_axes_and_draw_the_mean_over_the_band(both: xr.DataTree) -> None:
    figure = plot.trajectories(both)
    assert [a.texts[0].get_text() for a in figure.axes] == ["National", "East", "West"]
    assert len({(a.get_xlim(), a.get_ylim()) for a in figure.axes}) == 1
    low, high = figure.axes[0].get_ylim()
    assert low <= 0.27 and high >= 0.86
    for axes, mean in zip(figure.axes, ([0.45, 0.575], [0.53, 0.64], [0.40, 0.51]), strict=True):
        np.testing.assert_allclose(axes.lines[0].get_ydata(), mean)
    bands = [a.collections[0].get_paths()[0].get_extents() for a in figure.axes]
    np.testing.assert_allclose([(b.y0, b.y1) for b in bands], [(0.35, 0.675), (0.43, 0.74), (0.30, 0.61)])
    assert [len(a.collections[1].get_paths()) for a in figure.axes] == [4, 2, 2]
    assert legends(figure) == ["mean of the units", "lowest to highest unit", "single units"]
    assert {"全国", "East", "耦合协调度D"} <= words(plot.trajectories(both, language="zh"))


def test_one_region_is_not_drawn_twice(both: xr.DataTree) -> None:
    one = both["regions"].to_dataset().sel(region=["National", "East"])
    assert plot.trajectories(one, data=True)["region"].unique().tolist() == ["East"]
    whole = one.sel(region=["National"])
    assert plot.trajectories(whole, data=True)["region"].unique().tolist() == ["National"]


def test_years_stand_apart_as_they_are(both: xr.DataTree) -> None:
    tables = {k: t.to_dataset().assign_coords(time=[2010, 2021]) for k, t in both.children.items()}
    figure = plot.trajectories(xr.DataTree.from_dict({f"/{k}": t for k, t in tables.items()}))
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xdata(), [2010, 2021])


def test_more_units_than_lines_leaves_the_band(make: Make) -> None:
    assert "unit" not in set(plot.trajectories(make(401, 2, 1), data=True)["series"])


def test_values_that_are_not_there_leave_a_gap(regions: xr.Dataset) -> None:
    regions["min"][1, 0] = np.inf
    regions["max"][1, 0] = -np.inf
    regions["mean"][1, 0] = np.nan
    frame = plot.trajectories(regions, data=True)
    assert frame["coordination"].isna().sum() == 3
    FigureCanvasAgg(plot.trajectories(regions)).draw()


def test_what_trajectories_cannot_draw(both: xr.DataTree, regions: xr.Dataset, make: Make) -> None:
    with pytest.raises(InputError, match=r"this study has one \(2020\): coordination_heatmap"):
        plot.trajectories(regions.isel(time=[0]))
    with pytest.raises(InputError, match=r'no region "Wets".*did you mean "West"'):
        plot.trajectories(both, regions=["Wets"])
    with pytest.raises(InputError, match="needs a region"):
        plot.trajectories(both, regions=[])
    with pytest.raises(InputError, match=r"draws up to \d+ regions at this size and these are 61"):
        plot.trajectories(make(61, 2, 60))
    with pytest.raises(InputError, match=r'with ax, name one, as in regions=\["National"\]'):
        plot.trajectories(both, ax=Figure().subplots())
    with pytest.raises(InputError, match='needs table "regions" with mean, min, max'):
        plot.trajectories(both["coordination"].to_dataset())


# dumbbell


def test_dumbbell_frame_is_d_in_both_years_ordered_by_the_later(coordination: xr.Dataset) -> None:
    frame = plot.dumbbell(coordination, data=True)
    want = pd.DataFrame({
        "region": ["East"] * 4 + ["West"] * 4, "unit": np.repeat(["Cedar", "Ash", "Birch", "Dogwood"], 2),
        "time": [2020, 2021] * 4, "coordination": [0.75, 0.86, 0.31, 0.42, 0.53, 0.64, 0.27, 0.38],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)


def test_dumbbell_of_other_years(make: Make) -> None:
    tree = make(5, 6, 2)
    frame = plot.dumbbell(tree, data=True, first=2018, last=2020)
    assert frame["time"].unique().tolist() == [2018, 2020]
    d = tree["coordination"]["coordination"]
    for unit, part in frame.groupby("unit"):
        np.testing.assert_array_equal(part["coordination"], d.sel(unit=unit, time=[2018, 2020]))
    assert legends(plot.dumbbell(tree, first=2018, last=2020))[:2] == ["2018", "2020"]


def test_falls_have_a_colour_of_their_own(coordination: xr.Dataset) -> None:
    assert legends(plot.dumbbell(coordination)) == ["2020", "2021"]
    coordination["coordination"][0] = [0.42, 0.31]
    figure = plot.dumbbell(coordination)
    assert legends(figure) == ["2020", "2021", "rise", "fall"]
    east = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    drawn = {(line.get_markeredgecolor(), line.get_markerfacecolor()): line.get_xdata().tolist() for line in east}
    assert drawn == {(RISE, "white"): [0.75], (RISE, RISE): [0.86], (FALL, "white"): [0.42], (FALL, FALL): [0.31]}
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["Cedar", "Ash"]
    assert legends(plot.dumbbell(coordination, language="zh"))[2:] == ["上升", "下降"]


def test_a_unit_with_one_year_keeps_its_marker(coordination: xr.Dataset) -> None:
    coordination["coordination"][0, 0] = np.nan
    figure = plot.dumbbell(coordination)
    FigureCanvasAgg(figure).draw()
    assert "Ash" in words(figure)


def test_what_dumbbell_cannot_draw(coordination: xr.Dataset, make: Make) -> None:
    with pytest.raises(InputError, match="here they are 2021 and 2021: name others"):
        plot.dumbbell(coordination, first=2021)
    with pytest.raises(InputError, match="this study has one year"):
        plot.dumbbell(coordination.isel(time=[0]))
    with pytest.raises(InputError, match=r"no year 1999.*2020, 2021"):
        plot.dumbbell(coordination, last=1999)
    with pytest.raises(InputError, match="dumbbell names up to 100 units and this table has 101"):
        plot.dumbbell(make(101, 2, 2))
    with pytest.raises(InputError, match="leave ax out"):
        plot.dumbbell(coordination, ax=Figure().subplots())


def test_both_draw_into_given_axes(both: xr.DataTree, coordination: xr.Dataset) -> None:
    figure = Figure(figsize=(9, 4))
    left, right = figure.subplots(1, 2)
    assert plot.trajectories(both, ax=left, regions=["West"]) is figure
    assert plot.dumbbell(coordination.drop_vars("region"), ax=right) is figure
    FigureCanvasAgg(figure).draw()
    assert "West" in words(figure) and legends(figure)[-2:] == ["2020", "2021"]
