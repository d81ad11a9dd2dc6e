"""The plane of two indices."""

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
from accord.plot.naming import Paper, beside, upon

Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> set[str]:
    return {t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()}


def legends(figure: Figure) -> list[str]:
    boxes = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for box in boxes if box is not None for t in box.get_texts()]


@pytest.fixture
def study(make: Make) -> xr.DataTree:
    return make(4, 3, 2)


def changed(tree: xr.DataTree, **tables: xr.Dataset) -> xr.DataTree:
    kept = {name: node.to_dataset() for name, node in tree.children.items()} | tables
    return xr.DataTree.from_dict({f"/{name}": table for name, table in kept.items()})


def test_frame_has_both_indices_d_and_the_stage(study: xr.DataTree) -> None:
    frame = plot.plane(study, data=True, years=[2021])
    u, d = study["scores"]["index"].sel(time=2021), study["coordination"].to_dataset().sel(time=2021)
    want = pd.DataFrame({
        "region": ["Area 0", "Area 1"] * 2, "unit": [f"City 00{k}" for k in range(4)], "time": 2021,
        "first": u.values[:, 0], "second": u.values[:, 1], "coordination": d["coordination"].values,
        "stage": d["stage"].values,
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)
    assert plot.plane(study, data=True)["time"].unique().tolist() == [2020, 2022]
    assert plot.plane(study, data=True, years=["2022", 2020, 2022])["time"].unique().tolist() == [2022, 2020]


def test_points_stand_at_their_indices(study: xr.DataTree) -> None:
    figure = plot.plane(study)
    u = study["scores"]["index"].values
    for axes, t in zip(figure.axes, (0, 2), strict=True):
        points = [line.get_xydata() for line in axes.lines if line.get_marker() not in ("None", "", None)]
        np.testing.assert_array_equal(np.concatenate(points), u[[0, 2, 1, 3], t])
        box = axes.get_position()
        assert box.width * figure.get_figwidth() == pytest.approx(box.height * figure.get_figheight())
        assert axes.get_xlim() == axes.get_ylim()


def test_rays_and_curves_are_those_of_the_study(study: xr.DataTree) -> None:
    figure = plot.plane(study)
    entries = ["Area 0", "Area 1", "D at the lower edges of the stages", "U1/U2 = 0.8, above it: Land and water lags",
               "U1/U2 = 1.2, below it: Town lags", "U1 = U2"]  # fmt: skip
    assert legends(figure) == entries
    rays = [line.get_xydata()[1] for line in figure.axes[0].lines if line.get_linestyle() not in ("None", "-")]
    np.testing.assert_allclose(sorted(y / x for x, y in rays), [1 / 1.2, 1, 1 / 0.8])
    table = study["coordination"].to_dataset()
    lowest = float(table["coordination"].isel(time=[0, -1]).min())
    shown = {w for w in words(figure) if w in {f"0.{k}" for k in range(1, 10)}}
    assert {f"0.{k}" for k in range(int(lowest * 10), 9)} <= shown

    table["lag_type"].attrs["options"] = '{"low": 0.5, "high": 2.0}'
    table["stage"].attrs["edges"] = [0.0, 0.35, 0.65]
    other = plot.plane(changed(study, coordination=table))
    assert "U1/U2 = 0.5, above it: Land and water lags" in legends(other)
    assert {"0.35", "0.65"} <= words(other)


def test_without_stages_and_lag_types_there_are_tenths_and_the_diagonal(study: xr.DataTree) -> None:
    bare = study["coordination"].to_dataset()[["coordination"]]
    figure = plot.plane(changed(study, coordination=bare))
    assert legends(figure) == ["Area 0", "Area 1", "D at the lower edges of the stages", "U1 = U2"]
    assert set(plot.plane(changed(study, coordination=bare), data=True)["stage"]) == {0}


def test_colours_follow_regions_or_stages(study: xr.DataTree, make: Make) -> None:
    stages = sorted(plot.plane(study, data=True)["stage"].unique())
    assert legends(plot.plane(study, by="stage"))[: len(stages)] == [f"{s} stage {s}" for s in stages]
    assert legends(plot.plane(make(6, 2, 1)))[0].endswith(tuple("0123456789"))
    many = legends(plot.plane(make(30, 2, 15)))
    assert "Area 14" not in many and "Area 14" in legends(plot.plane(make(30, 2, 15), by="region"))
    with pytest.raises(InputError, match=r'unknown colouring "colour".*region, stage'):
        plot.plane(study, by="colour")  # type: ignore[arg-type]


def test_leaders_and_laggards_are_named(make: Make) -> None:
    tree = make(31, 5, 4)
    figure = plot.plane(tree, years=[2022])
    d = tree["coordination"]["coordination"].sel(time=2022)
    named = {w for w in words(figure) if w.startswith("City")}
    assert str(d.idxmax("unit").item()) in named and 6 <= len(named) <= 12
    assert any(w.startswith("第") for w in words(plot.plane(tree, language="zh")))


def test_units_without_a_value_are_left_out(study: xr.DataTree) -> None:
    scores = study["scores"].to_dataset()
    scores["index"][0] = np.nan
    figure = plot.plane(changed(study, scores=scores))
    FigureCanvasAgg(figure).draw()
    assert "City 000" not in words(figure)


def test_what_the_plane_cannot_draw(study: xr.DataTree) -> None:
    scores = study["scores"].to_dataset()
    three = xr.concat([scores, scores.isel(subsystem=[0]).assign_coords(subsystem=["Third"])], "subsystem")
    with pytest.raises(InputError, match=r"two subsystems and this study has 3 \(Land and water, Town, Third\)"):
        plot.plane(changed(study, scores=three))
    with pytest.raises(InputError, match=r"no year 1900.*2020, 2021, 2022"):
        plot.plane(study, years=[1900])
    with pytest.raises(InputError, match="needs a year"):
        plot.plane(study, years=[])
    with pytest.raises(InputError, match=r"with ax, name one, as in years=\[2022\]"):
        plot.plane(study, years=[2020, 2022], ax=Figure().subplots())
    with pytest.raises(InputError, match='"plane"'):
        plot.plane(xr.DataTree.from_dict({"/scores": scores, "/coordination": study["coordination"].to_dataset()}))


def test_given_axes_show_the_last_year(study: xr.DataTree) -> None:
    figure = Figure()
    axes = figure.subplots()
    assert plot.plane(study, ax=axes) is figure
    FigureCanvasAgg(figure).draw()
    assert "2022" in words(figure) and "Area 1" in legends(figure)


# names beside points


def test_names_keep_clear_of_points_names_and_edges() -> None:
    paper = Paper(30, 30)
    points: Any = np.array([[28.0, 15.0], [15.0, 15.0], [15.0, 15.2]])
    for x, y in points:
        paper.take(x, y, 1, 1)
    placed = beside(paper, points, [0, 1, 2], ["edge", "here", "there"], 0.5, 3)
    edge = placed[0]
    assert edge.name == "edge" and edge.x < 27
    assert [p.name for p in placed[:1]] == ["edge"] and len({(p.x, p.y) for p in placed}) == len(placed)
    assert beside(Paper(1, 1), points[:1], [0], ["no room"], 0.5, 1) == []


def test_lines_are_covered_only_where_there_is_no_other_place() -> None:
    paper = Paper(20, 20)
    paper.trace(5, 5)
    first = upon(paper, [(5, 5), (10, 10)], "0.5")
    assert first is not None and first.y == 10
    second = upon(paper, [(5, 5)], "0.6")
    assert second is not None and second.y == 5
    assert upon(paper, [(5, 5)], "0.7") is None


def test_axes_end_at_1_where_no_index_is_above_it(study: xr.DataTree) -> None:
    """Level curves end at 1, so that an axis to 1.2 would leave an empty strip."""
    for highest, end in ((0.99, 1.0), (1.0, 1.0), (1.1, 1.2), (0.55, 0.6)):
        tables = {name: node.to_dataset() for name, node in study.children.items()}
        values = tables["scores"]["index"]
        tables["scores"]["index"] = values * (highest / float(values.isel(time=[0, -1]).max()))
        axes = plot.plane(xr.DataTree.from_dict(tables)).axes[0]
        assert axes.get_xlim()[1] == axes.get_ylim()[1] == end
        assert axes.get_xticks()[-1] == end
