"""Densities as ridges, curves and a surface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

import accord.plot as plot
from accord.errors import InputError
from accord.plot.density import STYLES
from accord.plot.density_panels import year_colours

Make = Callable[..., xr.DataTree]
ALL: list[Callable[..., Any]] = [plot.density_ridgeline, plot.density_curves, plot.density_surface]


def words(figure: Figure) -> set[str]:
    return {t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()}


@pytest.fixture
def table() -> xr.Dataset:
    """Triangles that move right, of everyone and of two regions, in three years."""
    x = np.linspace(0, 1, 11)
    curves = np.stack([[np.maximum(0, 1 - 5 * abs(x - c - 0.1 * t)) * 5 for t in range(3)] for c in (0.3, 0.5, 0.2)])
    coords: Any = {"group": ["National", "East", "West"], "time": [2019, 2020, 2021], "x": ("grid", x)}
    return xr.Dataset({"density": (("group", "time", "grid"), curves)}, coords)


def test_frames_hold_the_table(table: xr.Dataset) -> None:
    want = table.to_dataframe().reset_index().drop(columns="grid")
    for draw in (plot.density_ridgeline, plot.density_curves):
        frame = draw(table, data=True)
        assert list(frame.columns) == ["group", "time", "x", "density"]
        np.testing.assert_array_equal(frame["density"], want["density"])
        np.testing.assert_array_equal(frame["x"], want["x"])
        assert frame["group"].tolist() == want["group"].tolist() and frame["time"].tolist() == want["time"].tolist()
    surface = plot.density_surface(table, data=True)
    assert surface["group"].unique().tolist() == ["National"] and len(surface) == 33
    assert plot.density_surface(table, data=True, group="West")["group"].unique().tolist() == ["West"]


def test_one_region_is_not_drawn_twice(table: xr.Dataset) -> None:
    frame = plot.density_ridgeline(table.sel(group=["National", "East"]), data=True)
    assert frame["group"].unique().tolist() == ["East"]
    assert plot.density_curves(table.sel(group=["National"]), data=True)["group"].unique().tolist() == ["National"]


def test_curves_take_four_years_or_those_named(make: Make) -> None:
    tree = make(12, 12, 2)
    assert plot.density_curves(tree, data=True)["time"].unique().tolist() == [2011, 2015, 2018, 2022]
    assert plot.density_curves(tree, data=True, years=[2020, 2012])["time"].unique().tolist() == [2012, 2020]
    figure = plot.density_curves(tree, years=[2012, 2020], groups=["Area 1"])
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["2012", "2020"]
    with pytest.raises(InputError, match="up to 5 years over each other and these are 6: density_ridgeline"):
        plot.density_curves(tree, years=range(2011, 2017))


def test_curves_are_drawn_as_they_are(table: xr.Dataset) -> None:
    figure = plot.density_curves(table)
    assert [a.texts[0].get_text() for a in figure.axes] == ["National", "East", "West"]
    for axes, group in zip(figure.axes, table["group"].values, strict=True):
        for line, time in zip(axes.lines, table["time"].values, strict=True):
            curve = table["density"].sel(group=group, time=time).values
            np.testing.assert_allclose(line.get_ydata(), curve[curve > 0.005])
        assert axes.get_ylim()[0] == 0 and axes.get_ylim()[1] >= float(table["density"].sel(group=group).max())
    styles = [str(line._unscaled_dash_pattern) for line in figure.axes[0].lines]
    assert len(set(styles)) == 3 and len({line.get_color() for line in figure.axes[0].lines}) == 3
    assert "Density (per unit of D)" in words(figure)


def test_ridges_stand_on_lines_of_their_own(table: xr.Dataset) -> None:
    """From the first year above to the last below, each as high as its share of the panel's highest curve."""
    figure = plot.density_ridgeline(table)
    for axes, group in zip(figure.axes, table["group"].values, strict=True):
        bases = [2.0, 1.0, 0.0]
        for ridge, base, time in zip(axes.patches, bases, table["time"].values, strict=True):
            curve = table["density"].sel(group=group, time=time).values
            share = curve / float(table["density"].sel(group=group).max())
            np.testing.assert_allclose(ridge.get_xy()[1:-2, 1] - base, share[share > 1e-3], atol=1e-12)
            np.testing.assert_allclose(ridge.get_xy()[1:-2, 0], table["x"].values[share > 1e-3])
        assert axes.get_ylim()[1] >= 3.0
    names = [t.get_text() for t in figure.axes[0].get_yticklabels()]
    where = figure.axes[0].get_yticks().tolist()
    assert dict(zip(names, where, strict=True)) == {"2019": 2, "2020": 1, "2021": 0}
    assert not any(t.get_text() for t in figure.axes[1].get_yticklabels())
    assert len({a.get_xlim() for a in figure.axes}) == 1
    assert "Heights are scaled within each panel" in words(figure)


def test_surface_spans_years_and_values(table: xr.Dataset) -> None:
    figure = plot.density_surface(table)
    (axes,) = figure.axes
    assert axes.get_zlim()[1] >= float(table["density"].sel(group="National").max())
    FigureCanvasAgg(figure).draw()
    assert {"2019", "2021", "Year", "D", "Density (per unit of D)"} <= words(figure)
    assert "National · Coupling coordination degree D" in words(figure)
    own = Figure().add_subplot(projection="3d")
    assert plot.density_surface(table, ax=own, group="East") is own.figure
    assert "East · Coupling coordination degree D" in words(own.figure)


def test_years_darken_and_stay_apart_in_grey() -> None:
    """Lightness falls from year to year, by enough to tell as many curves as are ever laid over each other."""
    for n in (2, 3, 4, 5, 17):
        light = [0.2126 * r**2.2 + 0.7152 * g**2.2 + 0.0722 * b**2.2 for r, g, b in map(to_rgb, year_colours(n))]
        steps = -np.diff(np.cbrt(light))
        assert (steps > 0).all()
        if n <= len(STYLES):
            assert steps.min() * 116 > 8


def test_years_without_a_density_are_left_out(table: xr.Dataset) -> None:
    table["density"][1, 1] = np.nan
    frame = plot.density_ridgeline(table, data=True)
    assert frame.query("group == 'East'")["time"].unique().tolist() == [2019, 2021]
    figure = plot.density_ridgeline(table)
    assert [len(a.patches) for a in figure.axes] == [3, 2, 3]
    FigureCanvasAgg(plot.density_curves(table)).draw()
    FigureCanvasAgg(plot.density_surface(table, group="East")).draw()


def test_chinese(make: Make) -> None:
    tree = make(12, 4, 2, language="zh")
    assert {"全国", "耦合协调度D", "核密度（每单位D）"} <= words(plot.density_curves(tree))
    assert {"全国", "曲线高度在各分图内缩放"} <= words(plot.density_ridgeline(tree))
    assert {"全国 · 耦合协调度D", "年份", "核密度（每单位D）"} <= words(plot.density_surface(tree))


def test_what_cannot_be_drawn_is_said(table: xr.Dataset, make: Make) -> None:
    for draw, option in ((plot.density_ridgeline, "groups"), (plot.density_curves, "groups")):
        with pytest.raises(InputError, match=r'no group "Wets" in table "density".*did you mean "West"'):
            draw(table, **{option: ["Wets"]})
        with pytest.raises(InputError, match="needs a group to draw"):
            draw(table, **{option: []})
        with pytest.raises(InputError, match=r'with ax, name one, as in groups=\["National"\]'):
            draw(table, ax=Figure().subplots())
        with pytest.raises(InputError, match=r"holds densities of up to \d+ groups and these are 61"):
            draw(make(61, 2, 60))
    with pytest.raises(InputError, match=r'no year "1999".*2019, 2020, 2021'):
        plot.density_curves(table, years=[1999])
    with pytest.raises(InputError, match="needs a year to draw"):
        plot.density_curves(table, years=[])
    with pytest.raises(InputError, match=r'projection="3d"'):
        plot.density_surface(table, ax=Figure().subplots())
    with pytest.raises(InputError, match=r"this study has one with a density \(2019\): density_curves"):
        plot.density_surface(table.isel(time=[0]))
    for draw in ALL:
        with pytest.raises(InputError, match='needs table "density" with density'):
            draw(table.rename(density="other"))
        with pytest.raises(InputError, match="no density to draw"):
            draw(table * np.nan)


def test_both_draw_into_given_axes(table: xr.Dataset) -> None:
    figure = Figure(figsize=(9, 4))
    left, right = figure.subplots(1, 2)
    assert plot.density_ridgeline(table, ax=left, groups=["West"]) is figure
    assert plot.density_curves(table, ax=right, groups=["East"]) is figure
    FigureCanvasAgg(figure).draw()
    assert {"West", "East", "2019", "2021"} <= words(figure)
    assert [t.get_text() for t in right.get_legend().get_texts()] == ["2019", "2020", "2021"]


CASES: dict[str, dict[str, Any]] = {
    "few units": {"units": 3, "years": 2, "regions": 2},
    "states": {"units": 48, "years": 17, "regions": 9},
    "one year": {"units": 12, "years": 1},
    "long names": {"units": 20, "regions": 3, "long": True},
    "equal values": {"equal": True},
    "twelve regions": {"units": 48, "regions": 12},
}


@pytest.mark.parametrize("size", ["double", "single"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("case", CASES)
def test_is_legible(case: str, language: str, size: Any, make: Make, legible: Callable[..., None]) -> None:
    tree = make(**CASES[case])
    for draw in ALL:
        if draw is plot.density_surface and case == "one year":
            continue
        legible(draw(tree, size=size, language=language), 6)
