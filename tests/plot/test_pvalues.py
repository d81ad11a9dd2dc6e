"""Figure of the panel unit-root tests: what it draws, how it marks what leads, and what it says where there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

import accord as ac
import accord.plot as plot
from accord.errors import InputError, NotDrawn, NothingToDraw
from accord.plot.pvalue_marks import LARGE, LOOKS, SHADE
from accord.plot.style import GREY

Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()]


def legends(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.legends[0].get_texts()]


def marks(axes: Axes) -> list[tuple[float, float, str, bool, bool]]:
    """Marks of a panel: p, place, form by colour, whether filled, whether large."""
    forms = {look["color"].lower(): form for form, look in LOOKS.items()}
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]), forms[to_hex(line.get_color())],
         to_hex(line.get_markerfacecolor()) != "#ffffff", line.get_markersize() > 0.8 * LARGE)
        for line in axes.lines
        if line.get_marker() not in ("None", None)
    ]  # fmt: skip


@pytest.fixture
def table(make: Make) -> xr.Dataset:
    """National and two areas, three variables, four tests; CIPS of all units alone, one Hadri cell refused."""
    return make(8, 8, 2)["unit_roots"].to_dataset()


def test_frame_holds_the_table_in_its_order(table: xr.Dataset) -> None:
    frame = plot.unit_roots(table, data=True)
    assert list(frame.columns) == ["group", "variable", "form", "test", "null", "leading_p", "pvalue",
                                   "pvalue_simulated", "beyond", "note"]  # fmt: skip
    assert len(frame) == 3 * 3 * 2 * 4
    assert frame["group"].unique().tolist() == ["National", "Area 0", "Area 1"]
    assert frame["test"].unique().tolist() == ["ips", "fisher_pp", "hadri", "cips"]
    for _, row in frame.iterrows():
        cell = table.sel({d: row[d] for d in ("group", "variable", "form", "test")})
        for key in ("leading_p", "pvalue", "pvalue_simulated"):
            np.testing.assert_array_equal(row[key], cell[key])
        assert row["note"] == cell["note"].item()
    assert set(frame.loc[frame["null"] == "stationarity", "test"]) == {"hadri"}
    zh = plot.unit_roots(table, data=True, language="zh")
    assert set(zh["note"]) == {"", "单元太少"}


def test_a_panel_for_each_variable_holds_both_p_of_both_forms(table: xr.Dataset) -> None:
    figure, frame = plot.unit_roots(table), plot.unit_roots(table, data=True)
    variables = frame["variable"].unique().tolist()
    assert [a.texts[-1].get_text() for a in figure.axes[:2]] == variables[:2]
    for axes, variable in zip(figure.axes, variables, strict=True):
        part = frame[frame["variable"] == variable].reset_index(drop=True)
        want = []
        for i, row in part.iterrows():
            if np.isfinite(row["leading_p"]):
                at = int(i) // 2 + 0.5 + (-0.19 if row["form"] == "levels" else 0.19)  # type: ignore[call-overload]
                want += [
                    (row["leading_p"], at, row["form"], True, True),
                    (row["pvalue"], at, row["form"], False, False),
                ]
        assert sorted(marks(axes)) == sorted(want)
    assert "Coupling coordination degree D" in words(figure)


def test_small_p_has_room_and_the_line_stands_at_five_per_cent(table: xr.Dataset) -> None:
    for axes in plot.unit_roots(table).axes:
        assert axes.get_xlim() == (0, 1)
        left, at, right = axes.transData.transform([(0, 0), (0.05, 0), (1, 0)])[:, 0]
        assert (at - left) / (right - left) == pytest.approx(0.05**0.5)
        assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"] == [0.05]
        assert 0.05 in axes.get_xticks() and 0 in axes.get_xticks()


def test_filled_is_simulated_open_is_textbook_large_leads(table: xr.Dataset) -> None:
    entries = legends(plot.unit_roots(table.sel(test=["ips"])))
    assert entries == ["levels", "differences", "simulated p, which leads", "textbook p", "p = 0.05"]
    table["pvalue_simulated"][0] = np.nan
    table["leading_p"][0] = table["pvalue"][0]
    both = plot.unit_roots(table.sel(test=["ips"]))
    assert legends(both)[2:5] == ["simulated p, which leads", "textbook p", "textbook p where it leads"]
    found = [(filled, large) for _, place, _, filled, large in marks(both.axes[0]) if place < 1]
    assert found == [(False, True)] * 2
    alone = plot.unit_roots(table, groups=["National"], language="zh")
    assert legends(alone)[:3] == ["水平值", "差分", "教科书p值（采用处）"]


def test_hadris_rows_are_shaded_and_the_key_says_why(table: xr.Dataset) -> None:
    figure = plot.unit_roots(table)
    said = "null is stationarity: read the other way round"
    assert legends(figure)[-1] == said
    for axes in figure.axes:
        shaded = [p for p in axes.patches if to_hex(p.get_facecolor()) == SHADE]
        assert [(p.get_y(), p.get_height()) for p in shaded] == [(2, 1), (6, 1), (10, 1)]
    assert said not in legends(plot.unit_roots(table.sel(test=["ips", "cips"])))


def test_what_could_not_be_tested_is_said_in_its_row(table: xr.Dataset) -> None:
    figure = plot.unit_roots(table)
    first, second, _ = figure.axes
    said = [(t.xy[1], to_hex(t.get_color())) for t in first.texts if t.get_text() == "not tested"]  # type: ignore[attr-defined]
    assert said == [(7.5, GREY), (10.69, LOOKS["differences"]["color"].lower()), (11.5, GREY)]
    assert [t.xy[1] for t in second.texts if t.get_text() == "not tested"] == [7.5, 11.5]  # type: ignore[attr-defined]
    table["leading_p"][-1, 0, :, 2] = [0.01, np.nan]
    (right,) = (
        t for t in plot.unit_roots(table).axes[0].texts if t.get_text() == "not tested" and t.get_ha() == "right"
    )
    assert right.xy == (1, 10.69)  # type: ignore[attr-defined]
    assert "未检验" in words(plot.unit_roots(table, language="zh"))


def test_textbook_p_of_cips_that_lies_beyond_its_table_is_an_arrow(table: xr.Dataset) -> None:
    assert not any("CIPS" in name for name in legends(plot.unit_roots(table)))
    table["pvalue"][0, 0, :, 3] = [0.1, 0.01]
    table["pvalue"][0, 0, 0, 0] = 0.1
    frame = plot.unit_roots(table, data=True)
    beyond = frame[frame["beyond"] != ""]
    assert beyond[["test", "form", "beyond"]].to_numpy().tolist() == [
        ["cips", "levels", "above"], ["cips", "differences", "below"]
    ]  # fmt: skip
    figure = plot.unit_roots(table)
    arrows = {(ln.get_xdata()[0], ln.get_marker()) for ln in figure.axes[0].lines if ln.get_marker() in ("<", ">")}
    assert arrows == {(0.1, ">"), (0.01, "<")}
    assert "textbook p above 0.1 or below 0.01 (CIPS)" in legends(figure)


def test_groups_and_variables_can_be_named(table: xr.Dataset) -> None:
    frame = plot.unit_roots(table, data=True, groups=["Area 1"], variables=["coordination"])
    assert set(frame["group"]) == {"Area 1"} and set(frame["variable"]) == {"coordination"}
    with pytest.raises(InputError, match=r'no group "Area 9".*Allowed: National, Area 0'):
        plot.unit_roots(table, groups=["Area 9"])
    with pytest.raises(InputError, match=r'no variable "E"'):
        plot.unit_roots(table, variables=["E"])


def test_one_name_will_do_and_d_is_coordination(table: xr.Dataset) -> None:
    frame = plot.unit_roots(table, groups="National", variables=["D"], data=True)
    assert set(frame["group"]) == {"National"} and set(frame["variable"]) == {"coordination"}
    pd.testing.assert_frame_equal(
        frame, plot.unit_roots(table, groups=["National"], variables="coordination", data=True)
    )


def test_one_region_of_all_units_stands_once(make: Make) -> None:
    assert plot.unit_roots(make(6, 8, 1), data=True)["group"].unique().tolist() == ["Area 0"]


def test_nothing_to_draw_and_too_much(table: xr.Dataset, make: Make) -> None:
    with pytest.raises(NothingToDraw, match="no test has a p-value"):
        plot.unit_roots(table.assign(leading_p=table["leading_p"] * np.nan))
    with pytest.raises(NothingToDraw, match='needs table "unit_roots"'):
        plot.unit_roots(make(4, 4, 2)["scores"].to_dataset())
    many: Any = make(60, 4, 30)["unit_roots"].to_dataset()
    with pytest.raises(NotDrawn, match=r"no room for 124 rows and 3 variables.*groups=\[\"National\"\]"):
        plot.unit_roots(many)


def test_given_axes_take_one_variable(table: xr.Dataset) -> None:
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    with pytest.raises(InputError, match="with ax, name one, as in variables="):
        plot.unit_roots(table, ax=axes)
    assert plot.unit_roots(table, ax=axes, variables=["coordination"]) is figure
    FigureCanvasAgg(figure).draw()
    assert [t.get_text() for t in axes.get_yticklabels()] == ["IPS", "Fisher-PP", "Hadri", "CIPS"] * 3
    assert len(marks(axes)) > 20


def test_a_study_with_all_tests_is_legible(legible: Callable[..., None]) -> None:
    every = ["ips", "ht", "fisher_adf", "fisher_pp", "llc", "hadri", "cips"]
    study = ac.Study(ac.sample("china-replica"), unit_roots={"tests": every, "draws": 199})
    frame = plot.unit_roots(study, data=True)
    assert frame["leading_p"].isna().sum() == 2 * 2 * 3  # CIPS of the two small regions
    for size, language in (("double", "en"), ("single", "zh"), ("double", "zh"), ("single", "en")):
        figure = plot.unit_roots(study, size=size, language=language)  # type: ignore[arg-type]
        legible(figure, 40)
    assert plot.unit_roots(study.results(), data=True).equals(frame)
