"""Dagum contributions, transition matrices and stage flows: what they draw is what the tables hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.text import Text

import accord as ac
import accord.plot as plot
from accord.errors import InputError, NothingToDraw
from accord.plot.style import stage_colours

Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()]


def legends(figure: Figure) -> list[str]:
    boxes = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for box in boxes if box is not None for t in box.get_texts()]


@pytest.fixture
def inequality() -> xr.Dataset:
    """Two years; the Gini with its parts, and a measure the figure has no use for."""
    coords: Any = {
        "time": [2020, 2021],
        "measure": ("row", ["gini", "dagum", "dagum", "dagum", "dagum", "cv"]),
        "part": ("row", ["total", "within", "between", "overlap", "total", "total"]),
    }
    value = np.array([[0.1, 0.02, 0.05, 0.03, 0.1, 0.2], [0.08, 0.02, 0.04, 0.02, 0.08, 0.1]])
    share = 100 * value / value[:, :1]
    return xr.Dataset({"value": (("time", "row"), value), "percent": (("time", "row"), share)}, coords)


@pytest.fixture
def transitions() -> xr.Dataset:
    """Three stages, of which nobody starts from the last and the first never occurs; two quantile classes."""
    stages = [(2, 2, 3, 0.75), (2, 3, 1, 0.25)]
    rows = [("stages", i, j, *next((s[2:] for s in stages if s[:2] == (i, j)), (0, 0.0)), i, j)
            for i in (1, 2, 3) for j in (1, 2, 3)]  # fmt: skip
    rows += [("yearly quantiles", i, j, 2 if i == j else 0, float(i == j), 0, 0) for i in (1, 2) for j in (1, 2)]
    a, b, c, n, p, one, two = (np.array(column) for column in zip(*rows, strict=True))
    names = {"label_en": ["low", "middle", "high"], "label_zh": ["低", "中", "高"]}
    made = {"count": ("row", n), "probability": ("row", p), "from_name": ("row", one, names), "to_name": ("row", two, names)}  # fmt: skip
    return xr.Dataset(made, {"analysis": ("row", a), "from": ("row", b), "to": ("row", c)})


@pytest.fixture
def flows() -> xr.Dataset:
    """Ten units in three years; three of five stages occur."""
    rows = np.array([
        [2010, 2015, 2, 2, 4], [2010, 2015, 2, 3, 2], [2010, 2015, 3, 3, 4],
        [2015, 2020, 2, 2, 1], [2015, 2020, 2, 3, 3], [2015, 2020, 3, 3, 5], [2015, 2020, 3, 5, 1],
    ]).T  # fmt: skip
    names = {"label_en": list("abcde"), "label_zh": list("甲乙丙丁戊")}
    keys = ("from_year", "to_year", "from", "to", "count")
    coords: Any = {key: ("row", value) for key, value in zip(keys[:4], rows[:4], strict=True)}
    made = {"count": ("row", rows[4]), "from_name": ("row", rows[2], names), "to_name": ("row", rows[3], names)}
    return xr.Dataset(made, coords)


# Dagum


def test_dagum_frame_holds_the_parts_alone(inequality: xr.Dataset) -> None:
    frame = plot.dagum_contributions(inequality, data=True)
    assert list(frame.columns) == ["time", "part", "value", "percent"]
    assert frame["part"].tolist() == ["within", "between", "overlap", "total"] * 2
    np.testing.assert_allclose(frame["value"], [0.02, 0.05, 0.03, 0.1, 0.02, 0.04, 0.02, 0.08])
    np.testing.assert_allclose(frame["percent"], [20, 50, 30, 100, 25, 50, 25, 100])


def test_bars_are_stacked_to_the_line(inequality: xr.Dataset) -> None:
    figure = plot.dagum_contributions(inequality)
    axes = figure.axes[0]
    tops = [(bar.get_y(), bar.get_height()) for bar in axes.patches if isinstance(bar, Rectangle)]
    np.testing.assert_allclose(
        tops, [(0, 0.02), (0, 0.02), (0.02, 0.05), (0.02, 0.04), (0.07, 0.03), (0.06, 0.02)], atol=1e-15
    )
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.1, 0.08])
    parts = ["overlap of regions", "net difference between regions", "within regions"]
    assert legends(figure) == ["Gini coefficient G", *parts, "in the bars: % of G"]
    assert [t.get_text() for t in axes.texts] == ["20", "25", "50", "50", "30", "25"]
    assert {"基尼系数G", "超变密度", "D的基尼系数"} <= set(words(plot.dagum_contributions(inequality, language="zh")))


def test_a_year_of_equal_values_has_no_bar(inequality: xr.Dataset) -> None:
    inequality["value"][1] = 0
    inequality["percent"][1] = np.nan
    figure = plot.dagum_contributions(inequality)
    FigureCanvasAgg(figure).draw()
    assert [t.get_text() for t in figure.axes[0].texts] == ["20", "50", "30"]


def test_the_key_of_the_figures_goes_with_them(inequality: xr.Dataset) -> None:
    many = xr.concat([inequality.isel(time=[0]).assign_coords(time=[t]) for t in range(1950, 2030)], "time")
    narrow = plot.dagum_contributions(many, size="single")
    assert not narrow.axes[0].texts and "in the bars: % of G" not in legends(narrow)
    assert "柱内数字：占G的%" in legends(plot.dagum_contributions(inequality, language="zh", size="single"))
    host = Figure(figsize=(4, 3)).subplots()
    assert "in the bars: % of G" in legends(plot.dagum_contributions(inequality, ax=host))


def test_without_regions_there_are_no_parts(inequality: xr.Dataset) -> None:
    with pytest.raises(NothingToDraw, match="needs two regions or more"):
        plot.dagum_contributions(inequality.isel(row=[0, 5]))


# transition matrices


def test_transition_frame_keeps_stages_that_occur(transitions: xr.Dataset) -> None:
    frame = plot.transition_heatmap(transitions, data=True, language="zh")
    staged = frame[frame["analysis"] == "stages"]
    assert list(zip(staged["from"], staged["to"], strict=True)) == [(2, 2), (2, 3), (3, 2), (3, 3)]
    assert staged["from_name"].tolist() == ["中", "中", "高", "高"] and staged["count"].tolist() == [3, 1, 0, 0]
    assert len(frame) == 8 and set(frame["from_name"][4:]) == {""}
    assert plot.transition_heatmap(transitions, data=True, analyses=["yearly quantiles"])["count"].sum() == 4


def test_cells_have_probability_and_count_and_empty_rows_are_hatched(transitions: xr.Dataset) -> None:
    figure = plot.transition_heatmap(transitions)
    staged, yearly = figure.axes[:2]
    assert legends(figure) == ["in brackets: moves", "no unit starts from this class"]
    assert "括号内：转移次数" in legends(plot.transition_heatmap(transitions, language="zh", size="single"))
    assert [t.get_text() for t in staged.texts] == ["0.75\n(3)", "0.25\n(1)", "Stages, edges fixed"]
    assert [t.get_text() for t in yearly.texts][:2] == ["1.00\n(2)", "1.00\n(2)"]
    hatched = [p for p in staged.patches if p.get_hatch()]
    assert [(p.get_x(), p.get_y(), p.get_width()) for p in hatched] == [(-0.5, 0.5, 2)]
    assert not [p for p in yearly.patches if p.get_hatch()]
    assert [t.get_text() for t in staged.get_yticklabels()] == ["2 middle", "3 high"]
    assert staged.yaxis_inverted() and yearly.yaxis_inverted()
    alone = plot.transition_heatmap(transitions, analyses=["yearly quantiles"])
    assert legends(alone) == ["in brackets: moves"], "no row of it is empty"


def test_darker_is_more_likely(transitions: xr.Dataset) -> None:
    staged = plot.transition_heatmap(transitions).axes[0]
    light = {(p.get_x(), p.get_y()): sum(p.get_facecolor()[:3]) for p in staged.patches if not p.get_hatch()}
    assert light[-0.5, -0.5] < light[0.5, -0.5] < 3
    assert [p.get_facecolor() for p in plot.transition_heatmap(transitions).axes[1].patches][1] == to_rgba("white")


def test_what_the_transition_heatmap_cannot_draw(transitions: xr.Dataset) -> None:
    with pytest.raises(InputError, match=r'no analysis "stage".*did you mean "stages"'):
        plot.transition_heatmap(transitions, analyses=["stage"])
    with pytest.raises(InputError, match=r'with ax, name one, as in analyses=\["stages"\]'):
        plot.transition_heatmap(transitions, ax=Figure().subplots())
    transitions["count"][:] = 0
    with pytest.raises(NothingToDraw, match="no unit has a class in two years in a row"):
        plot.transition_heatmap(transitions)


@pytest.mark.parametrize("k", [2, 5, 8, 12, 20])
@pytest.mark.parametrize(("size", "language"), [("double", "en"), ("single", "zh"), ("single", "en")])
def test_matrices_of_any_size_are_legible(k: int, size: Any, language: str, legible: Callable[..., None]) -> None:
    rng = np.random.default_rng(k)
    counts = rng.integers(0, 300, (k, k))
    start, end = (side.ravel() + 1 for side in np.indices((k, k)))
    names = {"label_en": [f"stage of many {i}" for i in range(k)], "label_zh": [f"第{i}级" for i in range(k)]}
    parts = []
    for analysis, named in (("stages", start), ("yearly quantiles", 0 * start), ("pooled quantiles", 0 * start)):
        made = {
            "count": ("row", counts.ravel()),
            "probability": ("row", (counts / counts.sum(axis=1)[:, None]).ravel()),
        }
        made |= {"from_name": ("row", named), "to_name": ("row", named if analysis != "stages" else end)}
        parts.append(
            xr.Dataset(made, {"analysis": ("row", [analysis] * k * k), "from": ("row", start), "to": ("row", end)})
        )
    table = xr.concat(parts, "row")
    for key in ("from_name", "to_name"):
        table[key].attrs = names
    legible(plot.transition_heatmap(table, size=size, language=language))


# flows


def test_flow_frame_is_the_table_with_names(flows: xr.Dataset) -> None:
    frame = plot.stage_flows(flows, data=True)
    assert list(frame.columns) == ["from_year", "to_year", "from", "from_name", "to", "to_name", "count"]
    assert frame["count"].tolist() == [4, 2, 4, 1, 3, 5, 1]
    assert frame["to_name"].tolist() == ["b", "c", "c", "b", "c", "c", "e"]
    assert plot.stage_flows(flows, data=True, language="zh")["from_name"][0] == "乙"


def test_columns_are_as_tall_as_their_units(flows: xr.Dataset) -> None:
    figure = plot.stage_flows(flows)
    axes = figure.axes[0]
    nodes = [p for p in axes.patches if isinstance(p, Rectangle)]
    tall = np.array([p.get_height() for p in nodes])
    np.testing.assert_allclose(tall / tall.sum() * 30, [6, 4, 4, 6, 1, 8, 1])
    colours = stage_colours(5)
    assert [p.get_facecolor() for p in nodes[:2]] == [to_rgba(colours[1]), to_rgba(colours[2])]
    ribbons = [p for p in axes.patches if isinstance(p, PathPatch)]
    assert len(ribbons) == 7
    for ribbon in ribbons:
        y = ribbon.get_path().vertices[:, 1]
        assert y[5] - y[2] == pytest.approx(y[7] - y[0])
    assert [t.get_text() for t in axes.get_xticklabels()] == ["2010", "2015", "2020"]
    assert legends(figure) == ["5 e", "3 c", "2 b"]
    assert legends(plot.stage_flows(flows, size="single")) == ["2 b", "3 c", "5 e"]
    assert "10 units" in words(figure) and "10个单元" in words(plot.stage_flows(flows, language="zh"))


def test_ribbons_fill_the_side_they_leave_and_the_side_they_reach(flows: xr.Dataset) -> None:
    axes = plot.stage_flows(flows).axes[0]
    nodes = {(round(p.get_x(), 6), round(p.get_y(), 6), round(p.get_y() + p.get_height(), 6))
             for p in axes.patches if isinstance(p, Rectangle)}  # fmt: skip
    for at in (0, 3):
        sides: dict[float, list[tuple[float, float]]] = {}
        for ribbon in axes.patches:
            if isinstance(ribbon, PathPatch):
                points = ribbon.get_path().vertices
                low, high = (points[0], points[7]) if at == 0 else (points[3], points[4])
                sides.setdefault(round(low[0], 6), []).append((low[1], high[1]))
        for spans in sides.values():
            spans.sort()
            runs = [list(spans[0])]
            for low, high in spans[1:]:
                if low <= runs[-1][1] + 1e-6:
                    assert low == pytest.approx(runs[-1][1]), "ribbons lie over each other"
                    runs[-1][1] = high
                else:
                    runs.append([low, high])
            assert all(any(n[1:] == pytest.approx(run, abs=1e-5) for n in nodes) for run in runs)


def test_what_stage_flows_cannot_draw(flows: xr.Dataset) -> None:
    with pytest.raises(NothingToDraw, match="no unit has a stage"):
        plot.stage_flows(flows.isel(row=slice(0)))
    many = xr.concat([flows.isel(row=[0]).assign_coords(from_year=("row", [y]), to_year=("row", [y + 1]))
                      for y in range(2000, 2030)], "row")  # fmt: skip
    many["from_name"].attrs = flows["from_name"].attrs
    with pytest.raises(InputError, match=r"draws up to \d+ years at this size and these are 31"):
        plot.stage_flows(many, size="single")


# all three


def test_all_draw_into_given_axes(inequality: xr.Dataset, transitions: xr.Dataset, flows: xr.Dataset) -> None:
    figure = Figure(figsize=(12, 4))
    left, middle, right = figure.subplots(1, 3)
    assert plot.dagum_contributions(inequality, ax=left) is figure
    assert plot.transition_heatmap(transitions, ax=middle, analyses=["stages"]) is figure
    assert plot.stage_flows(flows, ax=right) is figure
    FigureCanvasAgg(figure).draw()
    assert "no unit starts from this class" in legends(figure) and legends(figure)[-3:] == ["5 e", "3 c", "2 b"]


@pytest.mark.parametrize("name", ["dagum_contributions", "transition_heatmap", "stage_flows"])
@pytest.mark.parametrize("study", ["us-states", "china-replica"])
def test_embedded_studies_are_legible(name: str, study: str, legible: Callable[..., None]) -> None:
    made = ac.Study(ac.sample(study))
    for size, language in (("double", "en"), ("single", "zh"), ("double", "zh"), ("single", "en")):
        legible(plot.FIGURES[name][0](made, size=size, language=language))
        assert "{" not in plot.caption(name, made, language)


CASES: dict[str, dict[str, Any]] = {
    "few units": {"units": 3, "years": 2, "regions": 2}, "states": {"units": 48, "years": 17, "regions": 9},
    "counties": {"units": 300, "regions": 6}, "equal values": {"equal": True}, "many years": {"years": 60},
}  # fmt: skip


@pytest.mark.parametrize("name", ["dagum_contributions", "transition_heatmap", "stage_flows"])
@pytest.mark.parametrize("case", CASES)
def test_studies_of_many_kinds_are_legible(name: str, case: str, make: Make, legible: Callable[..., None]) -> None:
    for size, language in (("double", "en"), ("single", "zh")):
        legible(plot.FIGURES[name][0](make(**CASES[case]), size=size, language=language), 5)
