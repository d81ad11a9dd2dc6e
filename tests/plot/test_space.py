"""Moran scatter, cluster maps, the path of the centre, and the heat map of the geographical detector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

import accord.plot as plot
from accord.errors import InputError, NothingToDraw
from accord.plot.clusters import COLOURS

Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> set[str]:
    return {t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()}


def legends(figure: Figure) -> list[str]:
    boxes = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for box in boxes if box is not None for t in box.get_texts()]


def lab(colour: str) -> np.ndarray[Any, Any]:
    """CIELAB of a colour."""
    rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# Simulated deuteranopia and protanopia (Machado et al. 2009, severity 1), on linear light.
BLIND = {
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}


@pytest.mark.parametrize("kind", BLIND)
def test_clusters_are_told_apart_by_the_colour_blind(kind: str) -> None:
    seen = []
    for colour in COLOURS.values():
        rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
        linear = np.clip(
            np.array(BLIND[kind]) @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1
        )
        shown = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        seen.append(lab(to_hex(shown)))
    apart = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(apart) > 16


# scatter


def test_scatter_frame_is_the_tables(make: Make) -> None:
    tree = make(6, 4, 2)
    frame = plot.moran_scatter(tree, data=True, years=[2020])
    lisa, moran = (tree[t].to_dataset().sel(time=2020) for t in ("lisa", "moran"))
    assert frame["unit"].tolist() == lisa["unit"].values.tolist() and set(frame["time"]) == {2020}
    for name in ("standardised", "lag", "quadrant", "cluster"):
        np.testing.assert_array_equal(frame[name], lisa[name])
    assert set(frame["moran"]) == {float(moran["moran"])} and set(frame["pvalue"]) == {
        float(moran["pvalue_permutation"])
    }
    assert plot.moran_scatter(tree, data=True)["time"].unique().tolist() == [2019, 2022]


def test_the_line_has_the_slope_i_and_points_stand_where_they_are(make: Make) -> None:
    tree = make(6, 4, 2)
    figure = plot.moran_scatter(tree)
    for axes, year in zip(figure.axes, (2019, 2022), strict=True):
        i = float(tree["moran"]["moran"].sel(time=year))
        x, y = next(
            line for line in axes.lines if line.get_linewidth() == 1.0 and len(line.get_xdata()) == 2
        ).get_data()
        np.testing.assert_allclose(y, i * np.asarray(x))
        drawn = np.concatenate([np.column_stack(p.get_data()) for p in axes.lines if p.get_marker() == "o"])
        want = np.column_stack([tree["lisa"][v].sel(time=year) for v in ("standardised", "lag")])
        np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(want, axis=0))
        assert any(f"{year}: I = {i:.3f}, permutation p " in t.get_text() for t in axes.texts)
    assert {"HH", "LH", "LL", "HL", "Standardised D (z)"} <= words(figure)
    assert {"高-高", "D的标准化值z"} <= words(plot.moran_scatter(tree, language="zh"))
    assert legends(figure)[-1] == "slope: Moran's I" and "not significant (p ≥ 0.05)" in legends(figure)


def test_small_p_is_not_called_zero(make: Make) -> None:
    tree = make(6, 4, 2)
    tree["moran"]["pvalue_permutation"][:] = 0.0001
    assert any("permutation p < 0.001" in w for w in words(plot.moran_scatter(tree)))
    assert any("置换检验p < 0.001" in w for w in words(plot.moran_scatter(tree, language="zh")))


def test_what_the_scatter_cannot_draw(make: Make) -> None:
    tree = make(6, 4, 2)
    with pytest.raises(InputError, match=r"no year 1999.*2019"):
        plot.moran_scatter(tree, years=[1999])
    with pytest.raises(InputError, match=r"with ax, name one"):
        plot.moran_scatter(tree, ax=Figure().subplots(), years=[2019, 2020])
    with pytest.raises(NothingToDraw, match="same D"):
        plot.moran_scatter(make(6, 4, 2, equal=True))
    with pytest.raises(NothingToDraw, match='table "lisa"'):
        plot.moran_scatter(tree["coordination"].to_dataset())


# map


def test_map_frame_is_the_clusters(make: Make) -> None:
    tree = make(6, 4, 2)
    frame = plot.lisa_map(tree, data=True, years=[2019, 2022])
    lisa = tree["lisa"].to_dataset()
    for row in frame.itertuples():
        code = int(lisa["cluster"].sel(unit=row.unit, time=row.time))
        assert row.cluster == code
        assert row.cluster_name == ["", *lisa["cluster"].attrs["label_en"]][code]


def test_map_is_coloured_by_cluster(make: Make) -> None:
    tree = make(6, 4, 2)
    figure = plot.lisa_map(tree, years=[2022])
    frame = plot.lisa_map(tree, data=True, years=[2022])
    filled = [c for c in figure.axes[0].collections if isinstance(c, PathCollection) and not c.get_hatch()]
    drawn = sorted(to_hex(c) for part in filled for c in part.get_facecolors())
    assert drawn == sorted(COLOURS[c].lower() for c in frame["cluster"])
    assert set(legends(figure)) == {n if n != "not significant" else f"{n} (p ≥ 0.05)" for n in frame["cluster_name"]}


def test_a_unit_without_a_cluster_is_hatched(make: Make) -> None:
    tree = make(6, 4, 2)
    tree["lisa"]["cluster"][0, -1] = 0
    figure = plot.lisa_map(tree, years=[2022])
    assert "no data" in legends(figure)
    assert sum(len(c.get_paths()) for c in figure.axes[0].collections if c.get_hatch()) == 1
    with pytest.raises(InputError, match="lisa_map draws a map for each year"):
        plot.lisa_map(tree, ax=Figure().subplots(), years=[2019, 2020])


# centre


def test_centre_frame_and_path(make: Make) -> None:
    tree = make(6, 4, 2)
    frame = plot.centre_path(tree, data=True)
    assert list(frame.columns) == ["time", "x", "y", "longitude", "latitude", "shift_km"]
    for name in frame.columns[1:]:
        np.testing.assert_array_equal(frame[name], tree["centre"][name])
    figure = plot.centre_path(tree)
    path = figure.axes[-1]
    line = next(one for one in path.lines if len(one.get_xdata()) == 4)
    np.testing.assert_allclose(np.column_stack(line.get_data()), frame[["x", "y"]])
    (x0, x1), (y0, y1) = path.get_xlim(), path.get_ylim()
    box = path.get_window_extent()
    assert (x1 - x0) / box.width == pytest.approx((y1 - y0) / box.height)  # km are as long both ways
    assert {"2019", "2022", "Path of the centre", "N"} <= words(figure) and any(
        w.endswith(" km") for w in words(figure)
    )
    assert "standard deviational ellipse, 2019" in legends(figure) and "units" in legends(figure)


def test_centre_over_outlines(make: Make) -> None:
    tree = make(4, 3, 2)
    at = tree["centre_units"].to_dataset()
    ring = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners = np.concatenate([ring + np.array([x, y]) for x, y in zip(at["longitude"], at["latitude"], strict=True)])
    outlines = xr.Dataset(
        {"name": ("place", at["unit"].values), "unit": ("place", at["unit"].values),
         "place_of_ring": ("ring", np.arange(4)), "size": ("ring", np.full(4, 4)),
         "lon": ("vertex", corners[:, 0]), "lat": ("vertex", corners[:, 1])}
    )  # fmt: skip
    figure = plot.centre_path(tree, boundaries=outlines)
    land = [c for c in figure.axes[0].collections if isinstance(c, PathCollection)]
    assert len(land[0].get_paths()) == 4 and "units" not in legends(figure)


def test_a_dense_path_names_its_ends_and_says_that_others_have_no_room(make: Make) -> None:
    few, dense = make(6, 4, 2), make(6, 23, 2)
    for name in ("x", "y"):
        dense["centre"][name][:] = np.random.default_rng(1).normal(0, 0.3, 23)
        dense["centre"][name][0] = 12.0
    for size in ("double", "single"):
        years = [str(y) for y in dense["centre"]["time"].values]
        figure = plot.centre_path(dense, size=size)
        named = [t.get_text() for t in figure.axes[-1].texts if t.get_text() in years]
        assert {years[0], years[-1]} <= set(named) and 2 < len(named) < 23
        assert "years between, named where there is room" in legends(figure)
        assert "中间年份（有空位者标注）" in legends(plot.centre_path(dense, size=size, language="zh"))
    few["centre"]["x"][:], few["centre"]["y"][:] = [0, 10, 10, 0], [0, 0, 10, 10]
    assert "years between" in legends(plot.centre_path(few))
    assert not any("years between" in w for w in legends(plot.centre_path(make(6, 2, 2))))


def test_what_the_centre_cannot_draw(make: Make) -> None:
    with pytest.raises(InputError, match=r"this study has one \(2022\)"):
        plot.centre_path(make(6, 1, 2))
    with pytest.raises(InputError, match="leave ax out"):
        plot.centre_path(make(6, 4, 2), ax=Figure().subplots())


# drivers


def test_driver_frame_and_cells(make: Make) -> None:
    tree = make(6, 4, 2, dimensions=2)
    frame = plot.driver_heatmap(tree, data=True)
    alone, pairs = tree["drivers"].to_dataset(), tree["driver_interactions"].to_dataset()
    np.testing.assert_array_equal(frame["q"], [*alone["q"].values[0], *pairs["q"].values[0]])
    assert frame["kind"].tolist() == [0] * 4 + pairs["kind"].values[0].tolist() and set(frame["period"]) == {"pooled"}
    figure = plot.driver_heatmap(tree)
    mesh = next(c for c in figure.axes[0].collections if isinstance(c, QuadMesh))
    drawn = np.ma.filled(mesh.get_array().reshape(4, 4), np.nan)
    keys = alone["indicator"].values.tolist()
    for row in frame.itertuples():
        assert drawn[keys.index(row.second), keys.index(row.first)] == row.q
    assert np.isnan(drawn[np.triu_indices(4, 1)]).all()
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "^"]
    assert len(marks) == (frame["kind"] == 5).sum() > 0
    assert "1  Measure 0" in words(figure) and "1  指标0" in words(plot.driver_heatmap(tree, language="zh"))


def test_q_that_is_not_significant_stands_in_brackets(make: Make) -> None:
    tree = make(6, 4, 2, dimensions=2)
    tree["drivers"]["pvalue"][0, 1] = 0.5
    tree["drivers"]["q"][0, 1] = 0.03
    assert "(0.03)" in words(plot.driver_heatmap(tree))
    with pytest.raises(InputError, match='no period "1999"'):
        plot.driver_heatmap(tree, period=1999)


def test_all_draw_into_given_axes(make: Make) -> None:
    tree = make(6, 4, 2, dimensions=2)
    figure = Figure(figsize=(12, 4))
    one, two, three = figure.subplots(1, 3)
    assert (
        plot.moran_scatter(tree, ax=one) is plot.lisa_map(tree, ax=two) is plot.driver_heatmap(tree, ax=three) is figure
    )
    FigureCanvasAgg(figure).draw()
