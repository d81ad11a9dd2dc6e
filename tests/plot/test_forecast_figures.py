"""Figures of the forecast: fans, units, stages, holdout, skill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

import accord as ac
import accord.plot as plot
from accord.errors import InputError, NothingToDraw
from accord.plot.style import stage_colours

Make = Callable[..., xr.DataTree]
NAMES = ("forecast_fans", "forecast_units", "stage_paths", "forecast_skill", "forecast_holdout")


def words(figure: Figure) -> set[str]:
    return {t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()}


def legends(figure: Figure) -> list[str]:
    boxes = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for box in boxes if box is not None for t in box.get_texts()]


def changed(tree: xr.DataTree, name: str, **variables: Any) -> xr.DataTree:
    """The tree with some variables of a table replaced."""
    table = tree[name].to_dataset()
    for key, values in variables.items():
        table[key] = (table[key].dims, np.broadcast_to(values, table[key].shape).copy(), table[key].attrs)
    tables = {f"/{k}": node.to_dataset() for k, node in tree.children.items()}
    return xr.DataTree.from_dict({"/": tree.to_dataset(), **tables, f"/{name}": table})


@pytest.fixture
def study(make: Make) -> xr.DataTree:
    """Eight units in two regions, twelve years, four models."""
    return make(8, 12, 2)


# fans


def test_fans_join_history_and_forecast(study: xr.DataTree) -> None:
    frame, table = plot.forecast_fans(study, data=True), study["forecast_regions"]
    assert list(frame.columns) == ["group", "time", "history", "mean", "lo80", "hi80", "lo95", "hi95", "basis80", "basis95",
                                   "naive"]  # fmt: skip
    assert frame["group"].unique().tolist() == ["National", "Area 0", "Area 1"]
    east = frame[frame["group"] == "Area 1"]
    assert east["time"].tolist() == list(range(2011, 2031))
    past = study["regions"]["mean"].sel(region="Area 1", variable="coordination")
    np.testing.assert_array_equal(east["history"][:12], past)
    assert east["history"][12:].isna().all() and east["mean"][:12].isna().all()
    for key in ("mean", "lo80", "hi95"):
        np.testing.assert_array_equal(east[key][12:], table[key].sel(group="Area 1"))
    assert east["basis80"].tolist() == [""] * 12 + ["calibrated"] * 3 + ["model-based"] * 5
    assert set(east["basis95"][12:]) == {"model-based"}
    np.testing.assert_array_equal(east["naive"].dropna(), [float(table["now"].sel(group="Area 1")[0])] * 9)


def test_fans_are_solid_where_calibrated_and_hatched_where_not(study: xr.DataTree) -> None:
    axes = plot.forecast_fans(study, groups=["Area 0"]).axes[0]
    bands = [c for c in axes.collections if isinstance(c, PolyCollection)]
    frame = plot.forecast_fans(study, groups=["Area 0"], data=True)
    found = {(c.get_hatch() is None, c.get_paths()[0].vertices[:, 0].min(), c.get_paths()[0].vertices[:, 0].max())
             for c in bands}  # fmt: skip
    assert found == {(True, 2022, 2025), (False, 2025, 2030), (False, 2022, 2030)}
    solid = next(c for c in bands if c.get_hatch() is None).get_paths()[0].vertices
    last = frame["naive"].dropna().iloc[0]
    np.testing.assert_allclose(solid[solid[:, 0] == 2022, 1], last)
    np.testing.assert_allclose(
        sorted(set(solid[solid[:, 0] == 2025, 1])), frame.loc[frame["time"] == 2025, ["lo80", "hi80"]].iloc[0]
    )
    entries = legends(plot.forecast_fans(study))
    assert entries == ["history", "forecast (Ensemble)", "80% band, calibrated", "80% band, model-based",
                       "95% band, model-based", "naive forecast (last value)", "last year of the data, 2022"]  # fmt: skip


def test_key_names_only_the_bands_that_occur(study: xr.DataTree) -> None:
    entries = legends(plot.forecast_fans(changed(study, "forecast_regions", basis80=1, basis95=1), language="zh"))
    assert entries[1:4] == ["预测（集成模型）", "80%区间（经校准）", "95%区间（经校准）"]
    unknown = changed(
        study, "forecast_regions", lo80=np.nan, hi80=np.nan, lo95=np.nan, hi95=np.nan, basis80=0, basis95=0
    )
    assert not any("band" in entry for entry in legends(plot.forecast_fans(unknown)))


def test_a_leading_route_through_u_is_named(study: xr.DataTree) -> None:
    table = study["forecast"].to_dataset().isel(model=[3], route=[1])
    tables = {f"/{k}": node.to_dataset() for k, node in study.children.items()}
    own = xr.DataTree.from_dict({**tables, "/forecast": table})
    assert "forecast (LSTM (differences) through U)" in legends(plot.forecast_fans(own))


def test_a_region_without_forecasts_is_left_out(study: xr.DataTree) -> None:
    mean = study["forecast_regions"]["mean"].values.copy()
    mean[1] = np.nan
    frame = plot.forecast_fans(changed(study, "forecast_regions", mean=mean), data=True)
    assert frame["group"].unique().tolist() == ["National", "Area 1"]
    with pytest.raises(NothingToDraw, match="no region has a forecast"):
        plot.forecast_fans(changed(study, "forecast_regions", mean=np.nan))
    with pytest.raises(InputError, match=r'no region "Area 9".*Allowed: National, Area 0'):
        plot.forecast_fans(study, groups=["Area 9"])


def test_one_region_is_drawn_once(make: Make) -> None:
    assert plot.forecast_fans(make(5, 8, 1), data=True)["group"].unique().tolist() == ["Area 0"]


# units


def test_units_follow_their_regions_and_d_at_the_end(study: xr.DataTree) -> None:
    frame = plot.forecast_units(study, data=True)
    units = frame.drop_duplicates("unit")[["region", "unit"]]
    assert units["region"].tolist() == ["Area 0"] * 4 + ["Area 1"] * 4
    ends = [frame.loc[frame["unit"] == u, "mean"].iloc[-1] for u in units["unit"]]
    assert ends[:4] == sorted(ends[:4], reverse=True) and ends[4:] == sorted(ends[4:], reverse=True)
    one = frame[frame["unit"] == "City 003"]
    np.testing.assert_array_equal(one["history"].dropna(), study["coordination"]["coordination"].sel(unit="City 003"))
    np.testing.assert_array_equal(one["mean"].dropna(), study["forecast"]["mean"].sel(unit="City 003")[0, 0])


def test_panels_of_units_are_as_high_for_a_step_of_d(study: xr.DataTree) -> None:
    figure = plot.forecast_units(study)
    spans = [np.ptp(axes.get_ylim()) for axes in figure.axes]
    np.testing.assert_allclose(spans, spans[0])
    assert len({axes.get_ylim() for axes in figure.axes}) > 1
    for axes in figure.axes:
        low, high = axes.get_ylim()
        drawn = np.concatenate([np.asarray(line.get_ydata(), dtype="f8") for line in axes.lines[1:]])
        assert np.nanmin(drawn) >= low and np.nanmax(drawn) <= high
    assert any("ranges of D" in word for word in words(figure))


def test_of_many_units_those_that_change_most_are_drawn_and_it_says_so(make: Make) -> None:
    tree = make(90, 8, 3)
    rise = np.abs(tree["forecast_pace"]["rise"])
    want = set(rise["unit"].values[np.argsort(-rise.values, kind="stable")[:60]])
    assert set(plot.forecast_units(tree, data=True)["unit"]) == want
    assert "60 of 90 units: those whose forecast changes most" in words(plot.forecast_units(tree))
    assert "90个单元中预测变化最大的24个" in words(plot.forecast_units(tree, size="single", language="zh"))
    assert not any("changes most" in w for w in words(plot.forecast_units(make(60, 8, 3))))
    with pytest.raises(InputError, match="a page of this size holds"):
        plot.forecast_units(tree, units=tree["forecast"]["unit"].values, size="single")


def test_units_named_or_without_a_forecast(study: xr.DataTree) -> None:
    assert plot.forecast_units(study, data=True, units=["City 005"])["unit"].unique().tolist() == ["City 005"]
    with pytest.raises(InputError, match='no unit "Paris"'):
        plot.forecast_units(study, units=["Paris"])
    mean = study["forecast"]["mean"].values.copy()
    mean[:, :, 2] = np.nan
    assert "City 002" not in set(plot.forecast_units(changed(study, "forecast", mean=mean), data=True)["unit"])
    with pytest.raises(NothingToDraw, match="no unit has a forecast"):
        plot.forecast_units(changed(study, "forecast", mean=np.nan))


# stages


def test_stages_go_on_from_the_data_to_the_forecast(study: xr.DataTree) -> None:
    frame = plot.stage_paths(study, data=True)
    one = frame[frame["unit"] == "City 004"]
    assert one["part"].tolist() == ["history"] * 12 + ["forecast"] * 8
    np.testing.assert_array_equal(one["stage"][:12], study["coordination"]["stage"].sel(unit="City 004"))
    np.testing.assert_array_equal(one["stage"][12:], study["forecast"]["forecast_stage"].sel(unit="City 004")[0, 0])
    assert one["stage_name"].tolist() == [f"stage {k}" for k in one["stage"]]
    end = study["forecast"]["mean"][0, 0, :, -1]
    for _, part in frame.groupby("region"):
        ends = [float(end.sel(unit=u)) for u in part["unit"].unique()]
        assert ends == sorted(ends, reverse=True)


def test_stages_have_the_colours_of_other_figures_and_the_forecast_is_hatched(study: xr.DataTree) -> None:
    figure, frame = plot.stage_paths(study), plot.stage_paths(study, data=True)
    axes = figure.axes[0]
    mesh, (hatched,) = axes.collections[0], axes.patches
    np.testing.assert_array_equal(np.ravel(mesh.get_array()), frame["stage"])
    colours = [to_hex(c) for c in mesh.to_rgba(np.arange(1, 11))]
    assert colours == stage_colours(10)
    assert hatched.get_hatch() and (hatched.get_x(), hatched.get_width()) == (12, 8)
    found = sorted(set(frame["stage"]), reverse=True)
    assert legends(figure) == [*(f"{k} stage {k}" for k in found), "forecast years"]
    shown = [to_hex(h.get_facecolor()) for h in figure.legends[0].get_patches()[: len(found)]]
    assert shown == [stage_colours(10)[k - 1] for k in found]


def test_units_without_a_forecast_stand_last_and_empty(study: xr.DataTree) -> None:
    mean, stage = (study["forecast"][k].values.copy() for k in ("mean", "forecast_stage"))
    mean[:, :, 0], stage[:, :, 0] = np.nan, 0
    own = changed(study, "forecast", mean=mean, forecast_stage=stage)
    frame = plot.stage_paths(own, data=True)
    assert frame[frame["region"] == "Area 0"]["unit"].unique().tolist()[-1] == "City 000"
    assert set(frame[(frame["unit"] == "City 000") & (frame["part"] == "forecast")]["stage"]) == {0}
    assert legends(plot.stage_paths(own))[-1] == "no data"
    with pytest.raises(NothingToDraw, match="no unit has a forecast"):
        plot.stage_paths(changed(study, "forecast", mean=np.nan))


# holdout


def test_holdout_sets_the_leading_model_beside_naive(study: xr.DataTree) -> None:
    frame = plot.forecast_holdout(study, data=True)
    assert frame["model"].unique().tolist() == ["ensemble", "naive"] and set(frame["route"]) == {"direct"}
    held, scores = study["forecast_holdout"], study["holdout_skill"]
    for model in ("ensemble", "naive"):
        part = frame[frame["model"] == model]
        np.testing.assert_array_equal(
            part["predicted"], held["predicted"].sel(model=model, route="direct").values.ravel()
        )
        assert part["mase"].unique().tolist() == [float(scores["mase"].sel(model=model, route="direct"))]
    figure = plot.forecast_holdout(study)
    for axes, model in zip(figure.axes, ("ensemble", "naive"), strict=True):
        assert axes.get_xlim() == axes.get_ylim()
        said = next(t.get_text() for t in axes.texts if "MASE" in t.get_text())
        mase, within = (float(scores[k].sel(model=model, route="direct")) for k in ("mase", "r2_within"))
        assert f"MASE {mase:.3f}" in said and f"R² within units −{abs(within):.3f}" in said
        assert sum(len(line.get_xdata()) for line in axes.lines[1:]) == 24
    assert legends(figure) == ["2020", "2021", "2022", "forecast = actual"]
    assert "Forecast D, knowing the years before 2020" in words(figure)


def test_holdout_of_naive_itself_has_one_panel(study: xr.DataTree) -> None:
    tables = {f"/{k}": node.to_dataset() for k, node in study.children.items()}
    for key in ("/forecast_holdout", "/holdout_skill"):
        tables[key] = tables[key].isel(model=[1, 0, 2, 3])
    assert len(plot.forecast_holdout(xr.DataTree.from_dict(tables)).axes) == 1
    assert plot.forecast_holdout(study, data=True, models=["lstm"])["model"].unique().tolist() == ["lstm"]
    with pytest.raises(InputError, match='no model "arima"'):
        plot.forecast_holdout(study, models=["arima"])
    with pytest.raises(NothingToDraw, match="years held out"):
        plot.forecast_holdout(changed(study, "forecast_holdout", predicted=np.nan))


# skill


def test_models_are_sorted_by_their_direct_error_those_without_one_last(study: xr.DataTree) -> None:
    mase = np.array([[1.2, 1.3], [1.6, 1.6], [np.nan, np.nan], [9.0, 0.4]])
    own = changed(study, "forecast_ranking", mase=mase)
    frame = plot.forecast_skill(own, data=True)
    assert frame["model"].tolist()[::2] == ["ensemble", "naive", "lstm", "drift"]
    np.testing.assert_array_equal(frame["mase"], mase[[0, 1, 3, 2]].ravel())
    assert frame["leading"].tolist() == [True] + [False] * 7
    figure = plot.forecast_skill(own)
    errors, coverage = figure.axes
    assert [t.get_text() for t in errors.get_yticklabels()] == [
        "Ensemble",
        "Naive",
        "LSTM (differences)",
        "Pooled drift",
    ]
    assert [bar.get_width() for bar in errors.patches[1:]] == [1.2, 1.3, 1.6, 1.6, 6.4, 0.4]
    assert {"9.00 →", "0.40", "not estimated"} <= words(figure)
    assert [line.get_xdata()[0] for line in errors.lines] == [1.6]
    assert legends(figure) == ["D forecast directly", "D through forecast U", "naive, direct", "leading model"]
    assert "MASE (lower is better)" in words(figure)
    points = [line for line in coverage.lines if line.get_marker() == "o"]
    np.testing.assert_array_equal([line.get_xdata()[0] for line in points], frame["coverage80"])
    assert coverage.lines[0].get_xdata()[0] == 0.8


def test_naive_and_drift_are_lines(study: xr.DataTree) -> None:
    errors = plot.forecast_skill(study["forecast_ranking"].to_dataset()).axes[0]
    direct = study["forecast_ranking"]["mase"].sel(route="direct")
    assert [line.get_xdata()[0] for line in errors.lines] == [float(direct.sel(model=m)) for m in ("naive", "drift")]
    assert [line.get_linestyle() for line in errors.lines] == ["-", "--"]
    with pytest.raises(NothingToDraw, match="no model could be judged"):
        plot.forecast_skill(changed(study, "forecast_ranking", mase=np.nan))


# all five


def test_all_draw_into_given_axes(study: xr.DataTree) -> None:
    figure = Figure(figsize=(16, 4))
    axes = figure.subplots(1, 5)
    assert plot.forecast_fans(study, ax=axes[0], groups=["National"]) is figure
    assert plot.forecast_units(study, ax=axes[1], units=["City 001"]) is figure
    assert plot.stage_paths(study, ax=axes[2]) is figure
    assert plot.forecast_holdout(study, ax=axes[3], models=["ensemble"]) is figure
    assert plot.forecast_skill(study, ax=axes[4]) is figure
    FigureCanvasAgg(figure).draw()
    assert [a.texts[0].get_text() for a in axes[:2]] == ["National", "City 001"]
    for draw, name in (
        (plot.forecast_fans, "groups"),
        (plot.forecast_units, "units"),
        (plot.forecast_holdout, "models"),
    ):
        with pytest.raises(InputError, match=f"with ax, name one, as in {name}="):
            draw(study, ax=axes[0])


def test_without_the_step_there_is_nothing_to_draw(study: xr.DataTree) -> None:
    tables = {f"/{k}": node.to_dataset() for k, node in study.children.items() if "forecast" not in k}
    for name in NAMES:
        with pytest.raises(NothingToDraw, match="table"):
            plot.FIGURES[name][0](xr.DataTree.from_dict(tables))


def test_a_study_gives_what_its_saved_tree_does(legible: Callable[..., None]) -> None:
    """Of three units and eight years, without a network; then the same from the tree."""
    panel = ac.sample("us-states").isel(unit=[0, 5, 20], time=slice(0, 8))
    made = ac.Study(panel, forecast={"method": "drift", "compare": ["naive"]})
    for name in NAMES:
        draw = plot.FIGURES[name][0]
        frame = draw(made, data=True)
        for size, language in (("double", "en"), ("single", "zh"), ("double", "zh"), ("single", "en")):
            legible(draw(made, size=size, language=language), 5)
        assert "{" not in plot.caption(name, made)
        assert draw(made.results(), data=True).equals(frame)
