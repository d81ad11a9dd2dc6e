"""What each figure draws: the tidy frame, the names on paper, the edges of what it accepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import accord.plot as plot
from accord.errors import InputError
from accord.plot.style import WIDTH

NASTY = ["A$B$ & <b>_x^", "_hidden", "back\\slash \\alpha", "$\\frac$"]


def words(figure: Figure) -> list[str]:
    """Every visible text of a figure."""
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()]


def legends(figure: Figure) -> list[str]:
    boxes = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for box in boxes if box is not None for t in box.get_texts()]


def many(n: int, subsystems: int = 2, years: int = 3, regions: int = 1) -> tuple[xr.Dataset, xr.Dataset]:
    rng = np.random.default_rng(5)
    coords: Any = {
        "unit": [f"City {i:03d}" for i in range(n)],
        "time": np.arange(2000, 2000 + years),
        "region": ("unit", [f"Region {i % regions}" for i in range(n)]),
    }
    d = xr.Dataset({"coordination": (("unit", "time"), rng.uniform(0.2, 0.9, (n, years)))}, coords=coords)
    coords = {**coords, "subsystem": [f"Subsystem {k}" for k in range(subsystems)]}
    u = xr.Dataset({"index": (("unit", "time", "subsystem"), rng.uniform(0, 1, (n, years, subsystems)))}, coords=coords)
    return u, d


# the frames


def test_index_bars_ranks_the_last_year_by_the_first_subsystem_within_regions(scores: xr.Dataset) -> None:
    frame = plot.index_bars(scores, data=True)
    want = pd.DataFrame({
        "region": ["East"] * 4 + ["West"] * 4, "unit": np.repeat(["Cedar", "Ash", "Dogwood", "Birch"], 2), "time": 2021,
        "subsystem": ["Land", "Water"] * 4, "index": [0.6, 0.3, 0.2, 0.9, 0.7, 0.4, 0.5, 0.1],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)


def test_index_bars_of_another_year(scores: xr.Dataset) -> None:
    frame = plot.index_bars(scores, data=True, year=2020)
    assert frame["time"].unique().tolist() == [2020]
    assert frame["unit"].unique().tolist() == ["Ash", "Cedar", "Birch", "Dogwood"]
    with pytest.raises(InputError, match=r"no year 2031.*2020, 2021"):
        plot.index_bars(scores, year=2031)


def test_heatmap_ranks_by_the_last_year_and_puts_units_without_it_last(coordination: xr.Dataset) -> None:
    coordination["coordination"][2, 1] = np.nan
    frame = plot.coordination_heatmap(coordination, data=True)
    assert list(frame.columns) == ["region", "unit", "time", "coordination"]
    assert frame["unit"].tolist()[::2] == ["Ash", "Cedar", "Birch", "Dogwood"]
    np.testing.assert_array_equal(frame["coordination"], [0.31, 0.42, 0.75, np.nan, 0.53, 0.64, 0.27, 0.38])
    assert "no data" in legends(plot.coordination_heatmap(coordination))


def test_stage_shares_keeps_the_stages_that_occur(stage_counts: xr.Dataset) -> None:
    frame = plot.stage_shares(stage_counts, data=True)
    want = pd.DataFrame({
        "time": [2020] * 3 + [2021] * 3, "stage": [2, 3, 4] * 2,
        "stage_name": ["verge of imbalance", "primary coordination", "quality coordination"] * 2,
        "count": [2, 1, 1, 1, 3, 0], "share": [50.0, 25, 25, 25, 75, 0],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)


def test_a_year_without_units_has_no_share(stage_counts: xr.Dataset) -> None:
    stage_counts["stage_counts"][1] = 0
    frame = plot.stage_shares(stage_counts, data=True)
    assert frame["share"].isna().tolist() == [False] * 3 + [True] * 3
    plot.stage_shares(stage_counts)


def test_tables_are_left_as_they_were(tree: xr.DataTree) -> None:
    before = tree.copy(deep=True)
    for figure, _, _ in plot.FIGURES.values():
        figure(tree)
    assert before.identical(tree)


# what is on paper


def test_bars_are_as_long_as_the_indices(scores: xr.Dataset) -> None:
    figure = plot.index_bars(scores)
    drawn = [[bar.get_width() for bar in axes.patches] for axes in figure.axes]
    assert drawn == [[0.6, 0.2, 0.3, 0.9], [0.7, 0.5, 0.4, 0.1]]
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    assert all(axes.yaxis_inverted() for axes in figure.axes)


def test_panels_are_as_tall_as_their_units_are_many() -> None:
    u, _ = many(12)
    u = u.assign_coords(region=("unit", ["A"] * 8 + ["B"] * 4))
    heights = [axes.get_position().height for axes in plot.index_bars(u).axes]
    assert heights[0] == pytest.approx(2 * heights[1])


def test_cells_hold_d_and_the_scale_ends_at_tenths(coordination: xr.Dataset) -> None:
    figure = plot.coordination_heatmap(coordination)
    mesh = figure.axes[0].collections[0]
    np.testing.assert_array_equal(mesh.get_array(), [[0.75, 0.86], [0.31, 0.42], [0.53, 0.64], [0.27, 0.38]])
    assert mesh.get_clim() == (0.2, 0.9)
    assert "Coupling coordination degree D" in words(figure)


def test_legend_names_subsystems_and_numbers_stages(scores: xr.Dataset, stage_counts: xr.Dataset) -> None:
    assert legends(plot.index_bars(scores)) == ["Land", "Water"]
    double, single = plot.stage_shares(stage_counts), plot.stage_shares(stage_counts, size="single")
    names = ["2 verge of imbalance", "3 primary coordination", "4 quality coordination"]
    assert legends(double) == names[::-1]
    assert legends(single) == names
    counts = [t.get_text() for t in double.axes[0].texts]
    assert sorted(counts) == ["1", "1", "1", "2", "3"]


def test_chinese_study_gives_chinese_figures(tree: xr.DataTree) -> None:
    bars, heat, stages = (figure(tree) for figure in (plot.index_bars, plot.coordination_heatmap, plot.stage_shares))
    assert {"北京", "内蒙古", "Cedar", "2021年综合指数U"} <= set(words(bars))
    assert "Ash" not in words(bars)
    assert "耦合协调度D" in words(heat)
    assert "3 初级协调" in legends(stages)
    assert "Ash" in words(plot.index_bars(tree, language="en"))


@pytest.mark.parametrize("name", list(plot.FIGURES))
def test_caption_says_which_years(name: str, tree: xr.DataTree) -> None:
    english, chinese = plot.caption(name, tree, language="en"), plot.caption(name, tree)
    assert "{" not in english + chinese
    if "time" in tree[plot.FIGURES[name][1]].coords:
        last = tree[plot.FIGURES[name][1]]["time"].values[-1]
        assert f"{last}" in english and f"{last}年" in chinese


def test_names_are_never_read_as_mathematics(scores: xr.Dataset, coordination: xr.Dataset) -> None:
    named: Any = {"unit": NASTY, "region": ("unit", ["_R$1$"] * 2 + ["\\b^2$"] * 2)}
    bars = plot.index_bars(scores.assign_coords(**named, subsystem=["_first $x$", "$y$"]))
    heat = plot.coordination_heatmap(coordination.assign_coords(**named))
    for figure in (bars, heat):
        assert {*NASTY, "_R$1$", "\\b^2$"} <= set(words(figure))
        assert not any(t.get_parse_math() for t in figure.findobj(Text) if isinstance(t, Text) and "$" in t.get_text())
        FigureCanvasAgg(figure).draw()
    assert legends(bars) == ["_first $x$", "$y$"]


CASES: dict[str, dict[str, Any]] = {
    "few units": {"units": 3, "years": 2, "regions": 2},
    "provinces": {"units": 31},
    "states": {"units": 48, "years": 17, "regions": 9},
    "counties": {"units": 300, "regions": 6},
    "one region": {"units": 12, "regions": 1},
    "one year": {"units": 12, "years": 1},
    "long names": {"units": 20, "regions": 3, "long": True},
    "equal values": {"equal": True},
}


# Each case in either language and at either size; where type is tightest, in both at both.
PAPERS = [
    (case, size, language)
    for case in CASES
    for size, language in (("double", "en"), ("single", "zh"), ("double", "zh"), ("single", "en"))
    if case in ("long names", "states") or (size == "double") == (language == "en")
]


@pytest.mark.parametrize(("case", "size", "language"), PAPERS)
def test_nothing_leaves_the_page_overlaps_or_is_too_small(
    case: str, size: Any, language: str, make: Callable[..., xr.DataTree], legible: Callable[..., None]
) -> None:
    tree = make(**CASES[case])
    for name, (draw, _, _) in plot.FIGURES.items():
        try:
            figure = draw(tree, size=size, language=language)
        except InputError:
            assert (name, case) in REFUSED
            continue
        assert figure.get_figwidth() * 25.4 == pytest.approx(WIDTH[size])
        legible(figure, 6 if name == "stage_flows" else 10)


REFUSED = {
    ("index_bars", "counties"), ("dumbbell", "counties"), ("dumbbell", "one year"), ("trajectories", "one year"),
    ("density_surface", "one year"), ("dagum_contributions", "one region"), ("transition_heatmap", "one year"), ("stage_flows", "one year"),
    ("moran_scatter", "equal values"), ("centre_path", "one year"),
}  # fmt: skip
"""Figures that say, in an InputError, that they cannot show this."""


def test_names_that_are_cut_stay_different(make: Callable[..., xr.DataTree]) -> None:
    tree = make(2, 2, 1, long=True)
    ends = [
        "Xinjiang Production and Construction Corps, northern part",
        "Xinjiang Production and Construction Corps, southern part",
    ]
    table = tree["scores"].to_dataset().assign_coords(unit=ends)
    cut = [w for w in words(plot.index_bars(table, size="single")) if w.startswith("Xin")]
    assert len(set(cut)) == 2 and not set(cut) & set(ends)


# what is accepted


def test_study_like_results_and_single_tables_give_the_same(scores: xr.Dataset, coordination: xr.Dataset) -> None:
    class Study:
        language = "zh"

        def table(self, name: str) -> xr.Dataset:
            return {"scores": scores, "coordination": coordination}[name]

    class Mapping:
        def __getitem__(self, name: str) -> xr.DataArray:
            return coordination["coordination"]

    study = Study()
    pd.testing.assert_frame_equal(plot.index_bars(study, data=True), plot.index_bars(scores, data=True))
    for one in (study, Mapping()):
        frame = plot.coordination_heatmap(one, data=True)
        pd.testing.assert_frame_equal(frame, plot.coordination_heatmap(coordination, data=True))
    assert "耦合协调度D" in words(plot.coordination_heatmap(study))
    with pytest.raises(InputError, match='"stage_counts"'):
        plot.stage_shares(study)


def test_without_regions_there_is_one_panel(scores: xr.Dataset, coordination: xr.Dataset) -> None:
    figure = plot.index_bars(scores.drop_vars(["region", "label_zh"]))
    assert len(figure.axes) == 1
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["Dogwood", "Cedar", "Birch", "Ash"]
    heat = plot.coordination_heatmap(coordination.drop_vars("region"))
    assert not heat.axes[0].texts


@pytest.mark.parametrize("size", ["double", "single"])
def test_as_many_units_as_a_page_holds(size: Any) -> None:
    u, _ = many(100, regions=5)
    if size == "double":
        figure = plot.index_bars(u, size=size)
        assert figure.get_figheight() * 25.4 <= 240.5
        assert sum(len(axes.get_yticklabels()) for axes in figure.axes) == 100
    else:
        with pytest.raises(InputError, match=r'a page holds 240 mm.*size="double"'):
            plot.index_bars(u, size=size)
    with pytest.raises(InputError, match="up to 100 units and this table has 101"):
        plot.index_bars(many(101)[0], size=size)
    heat = plot.coordination_heatmap(many(285, regions=3)[1], size=size)
    assert heat.get_figheight() * 25.4 <= 240.5
    assert "285 units, ordered by D in 2002" in words(heat)


def test_a_tall_region_goes_on_in_the_next_column() -> None:
    u, _ = many(60)
    figure = plot.index_bars(u.assign_coords(region=("unit", ["A"] * 50 + ["B"] * 10)))
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["A", "A (continued)", "B"]


def test_more_subsystems_than_named_colours() -> None:
    figure = plot.index_bars(many(4, subsystems=10)[0])
    assert len({bar.get_facecolor() for bar in figure.axes[0].patches}) == 10


def test_given_axes_are_drawn_into(scores: xr.Dataset, coordination: xr.Dataset, stage_counts: xr.Dataset) -> None:
    figure = Figure(figsize=(9, 4))
    left, middle, right = figure.subplots(1, 3)
    assert plot.index_bars(scores.drop_vars("region"), ax=left) is figure
    assert plot.coordination_heatmap(coordination, ax=middle) is figure
    assert plot.stage_shares(stage_counts, ax=right, language="zh") is figure
    assert len(left.patches) == 8 and len(middle.collections) >= 1 and len(right.patches) == 6
    FigureCanvasAgg(figure).draw()
    with pytest.raises(InputError, match="leave ax out"):
        plot.index_bars(scores, ax=left)


def test_names_in_given_axes_are_ours_not_the_readers(coordination: xr.Dataset) -> None:
    figure = Figure()
    axes = figure.subplots()
    plot.coordination_heatmap(coordination.assign_coords(unit=["北京", "$\\frac$", "C", "D"]), ax=axes)
    FigureCanvasAgg(figure).draw()
    assert {"北京", "$\\frac$"} <= {t.get_text() for t in axes.get_yticklabels()}


def test_long_regions_are_folded_beside_their_rows(coordination: xr.Dataset) -> None:
    name = "the united provinces and islands of the far and middle east"
    figure = plot.coordination_heatmap(coordination.assign_coords(region=("unit", [name] * 4)), size="single")
    assert figure.axes[0].get_position().width > 0.5
    folded = figure.axes[0].texts[0].get_text()
    assert 3 <= len(folded.split("\n")) <= 5
    assert folded.startswith("the united") and folded.endswith("east")


def test_what_cannot_be_drawn_is_said(scores: xr.Dataset, coordination: xr.Dataset) -> None:
    with pytest.raises(InputError, match='needs table "coordination" with coordination'):
        plot.coordination_heatmap(scores)
    with pytest.raises(InputError, match="select what is to be drawn"):
        plot.coordination_heatmap(coordination.rename(unit="x").expand_dims(y=2))
    with pytest.raises(InputError, match=r"unknown size.*double, single"):
        plot.coordination_heatmap(coordination, size="tripel")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"unknown language.*en, zh"):
        plot.coordination_heatmap(coordination, language="fr")


def test_dates_are_written_as_years(coordination: xr.Dataset) -> None:
    dated = coordination.assign_coords(time=np.array(["2020-12-31", "2021-12-31"], dtype="M8[ns]"))
    assert {"2020", "2021"} <= set(words(plot.coordination_heatmap(dated)))
    assert plot.caption("coordination_heatmap", dated).count("2021") == 2


def test_settings_of_the_reader_are_neither_used_nor_changed(scores: xr.Dataset) -> None:
    with matplotlib.rc_context({"axes.facecolor": "red", "text.usetex": True, "font.size": 30}):
        before = dict(matplotlib.rcParams)
        figure = plot.index_bars(scores)
        assert dict(matplotlib.rcParams) == before
    assert figure.axes[0].get_facecolor() == (1, 1, 1, 1)
    assert max(t.get_fontsize() for t in figure.findobj(Text) if isinstance(t, Text)) < 10
