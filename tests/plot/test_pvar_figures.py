"""Figures of the panel VAR: the frames they draw, where the marks stand, what a page says and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from accord.errors import InputError, NotDrawn, NothingToDraw
from accord.plot.coefficients import coefficient_forest
from accord.plot.decomposition import variance_decomposition
from accord.plot.impulse import impulse_responses
from accord.plot.style import TEXT
from accord.plot.unit_circle import stability_circle

DRAWN: dict[str, Callable[..., Any]] = {
    "irf": impulse_responses, "fevd": variance_decomposition, "stability": stability_circle, "pvar": coefficient_forest,
}  # fmt: skip
Make = Callable[..., xr.DataTree]


def words(figure: Figure) -> set[str]:
    return {t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()}


def legends(figure: Figure) -> list[str]:
    return [t.get_text() for box in figure.legends for t in box.get_texts()]


def changed(tree: xr.DataTree, table: str, **values: Any) -> xr.DataTree:
    """The tree with variables of one table replaced."""
    tables = {f"/{k}": node.to_dataset() for k, node in tree.children.items()}
    own = tables[f"/{table}"]
    tables[f"/{table}"] = own.assign({k: (own[k].dims, np.broadcast_to(v, own[k].shape)) for k, v in values.items()})
    return xr.DataTree.from_dict({"/": tree.to_dataset(), **tables})


@pytest.fixture
def study(make: Make) -> xr.DataTree:
    """National and three areas, two variables."""
    return make(12, 6, 3)


# impulse responses


def test_responses_are_those_of_the_leading_estimator(study: xr.DataTree) -> None:
    frame, table = impulse_responses(study, data=True), study["irf"].to_dataset()
    assert frame.groupby("group", sort=False)["estimator"].first().to_dict() == {
        "National": "gmm", "Area 0": "jackknife", "Area 1": "jackknife", "Area 2": "jackknife",
    }  # fmt: skip
    assert frame[frame["descriptive"]]["group"].unique().tolist() == ["Area 2"]
    for (group, estimator), part in frame.groupby(["group", "estimator"]):
        own = table.sel(group=group, estimator=estimator, scale="estimated")
        for name in ("irf", "lo", "hi", "lo_joint", "hi_joint"):
            np.testing.assert_array_equal(part[name], own[name].values.ravel())
    zero = frame[frame["by_order"]]
    assert set(zip(zero["response"], zero["impulse"], zero["horizon"], strict=True)) == {("Land and water", "Town", 0)}


def test_another_estimator_and_levels(study: xr.DataTree) -> None:
    frame = impulse_responses(study, data=True, estimator="gmm_two_step", scale="levels", groups=["Area 1"])
    own = study["irf"]["irf"].sel(group="Area 1", estimator="gmm_two_step", scale="levels")
    np.testing.assert_array_equal(frame["irf"], own.values.ravel())
    assert frame["estimator"].unique().tolist() == ["gmm_two_step"]


def test_a_panel_shows_band_path_line_and_the_zero_of_the_order(study: xr.DataTree) -> None:
    figure = impulse_responses(study)
    assert len(figure.axes) == 16
    frame = impulse_responses(study, data=True)
    axes = figure.axes[5]  # second row: Land and water to Town, of Area 0
    part = frame[(frame["group"] == "Area 0") & (frame["response"] != frame["impulse"])].iloc[:11]
    assert part["impulse"].unique().tolist() == ["Town"]
    lines = [line.get_ydata() for line in axes.lines]
    np.testing.assert_array_equal(lines[0], part["lo_joint"])
    np.testing.assert_array_equal(lines[1], part["hi_joint"])
    np.testing.assert_array_equal(lines[3], part["irf"])
    np.testing.assert_array_equal(axes.lines[4].get_xdata(), [0])
    assert to_hex(axes.lines[4].get_markerfacecolor()) == "#ffffff"
    band = axes.collections[0].get_paths()[0].vertices
    assert {*np.round(part["lo"], 12), *np.round(part["hi"], 12)} <= set(np.round(band[:, 1], 12))
    assert len(figure.axes[0].lines[4].get_xdata()) == 0  # of its own shock there is no zero to mark
    assert {"National", "(one-step GMM)", "Area 0", "(half-panel jackknife)", "Periods after the shock",
            "Response of Land and water to a shock in Town"} <= words(figure)  # fmt: skip
    assert legends(figure) == [
        "response to a shock of one standard deviation",
        "95% band, period by period",
        "95% band for the whole path",
        "zero by the order of the variables",
    ]


def test_a_row_has_one_scale_that_descriptive_groups_do_not_set(study: xr.DataTree) -> None:
    figure, frame = impulse_responses(study), impulse_responses(study, data=True)
    firm = frame[~frame["descriptive"]]
    for row, ((_, _), part) in enumerate(firm.groupby(["response", "impulse"], sort=False)):
        limits = {axes.get_ylim() for axes in figure.axes[4 * row : 4 * row + 4]}
        assert len(limits) == 1
        low, high = limits.pop()
        assert low < part["lo_joint"].min() and high > part["hi_joint"].max()
    assert frame["hi_joint"].max() > figure.axes[0].get_ylim()[1]
    assert any("descriptive)" in t for t in words(figure))
    assert "Bands of descriptive groups are cut where they leave the scale of the others" in words(figure)
    grey, blue = (to_hex(figure.axes[k].lines[3].get_color()) for k in (3, 0))
    assert grey != blue == "#0072b2"
    calm = impulse_responses(study, groups=["National", "Area 0"])
    assert not any("are cut" in t for t in words(calm))
    alone = impulse_responses(study, groups=["Area 2"])
    assert alone.axes[0].get_ylim()[1] > frame[frame["group"] == "Area 2"]["hi_joint"].iloc[0]


def test_one_group_is_a_square_of_responses_and_shocks(study: xr.DataTree) -> None:
    figure = impulse_responses(study, groups=["Area 0"])
    assert len(figure.axes) == 4
    assert {"Area 0 (half-panel jackknife)", "Shock in Town", "Response of Town"} <= words(figure)
    chinese = words(impulse_responses(study, groups=["National"], language="zh"))
    assert {"全国（一步 GMM）", "Town冲击", "Town的响应", "冲击后期数"} <= chinese


def test_a_country_of_one_region_is_drawn_once(make: Make) -> None:
    frames = [draw(make(8, 5, 1), data=True) for draw in DRAWN.values()]
    assert [f["group"].unique().tolist() for f in frames] == [["Area 0"]] * 4


def test_groups_without_an_estimate_are_named_at_the_foot(study: xr.DataTree) -> None:
    for name, variable in (("irf", "irf"), ("fevd", "variance_share"), ("stability", "modulus"), ("pvar", "coef")):
        table = study[name].to_dataset()
        missing = table[variable].where(table["group"] != "Area 1")
        figure = DRAWN[name](changed(study, name, **{variable: missing.values}))
        assert "Not estimated: Area 1" in words(figure), name
        assert "Area 1" not in words(figure)
        with pytest.raises(NothingToDraw):
            DRAWN[name](changed(study, name, **{variable: np.nan}))


def test_bands_that_are_not_there_are_not_in_the_key(study: xr.DataTree) -> None:
    plain = changed(study, "irf", lo=np.nan, hi=np.nan)
    del plain["irf"]["lo_joint"], plain["irf"]["hi_joint"]
    assert legends(impulse_responses(plain)) == [
        "response to a shock of one standard deviation",
        "zero by the order of the variables",
    ]
    study["irf"]["lo"].attrs["options"] = '{"level": 0.9}'
    assert "90% band, period by period" in legends(impulse_responses(study))


# variance decomposition


def test_bars_are_the_shares(study: xr.DataTree) -> None:
    frame, table = variance_decomposition(study, data=True), study["fevd"].to_dataset()
    np.testing.assert_allclose(frame.groupby(["group", "response", "horizon"])["variance_share"].sum(), 1)
    figure = variance_decomposition(study)
    assert len(figure.axes) == 8
    axes = figure.axes[4 + 1]  # Town in Area 0
    own = table["variance_share"].sel(group="Area 0", estimator="jackknife", response="Town")
    heights = np.array([bar.get_height() for bar in axes.patches]).reshape(2, 10)
    np.testing.assert_allclose(heights, own.values)
    np.testing.assert_allclose([bar.get_y() for bar in axes.patches[10:]], own.values[0])
    last = own.isel(horizon=-1).values
    band = [table[v].sel(group="Area 0", estimator="jackknife", response="Town").isel(horizon=-1) for v in ("lo", "hi")]
    said = [f"{100 * s:.0f} [{100 * a:.0f}–{100 * b:.0f}]" for s, a, b in zip(last, *band, strict=True)]
    assert [t.get_text() for t in axes.texts] == said
    settled = float(table["settled"].sel(group="Area 0", estimator="jackknife", response="Town"))
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "v"]
    assert marks == [settled]
    assert legends(figure) == [
        "shock in Land and water", "shock in Town", "from here on no share moves by more than one point",
    ]  # fmt: skip
    assert {"Forecast variance of Town", "Share (%) by periods ahead"} <= words(figure)


def test_shares_without_bands_or_end_say_less(study: xr.DataTree) -> None:
    figure = variance_decomposition(changed(study, "fevd", lo=np.nan, hi=np.nan, settled=np.nan))
    assert all("[" not in t for t in words(figure))
    assert len(legends(figure)) == 2
    assert not any(line.get_marker() == "v" for axes in figure.axes for line in axes.lines)


# stability


def test_roots_stand_where_they_are_and_the_leading_ones_are_filled(study: xr.DataTree) -> None:
    frame, figure = stability_circle(study, data=True), stability_circle(study)
    assert list(frame.columns) == [
        "group", "estimator", "leading", "descriptive", "root", "real", "imaginary", "modulus",
    ]  # fmt: skip
    part = frame[frame["group"] == "Area 1"]
    points = [line for line in figure.axes[2].lines if line.get_linestyle() == "None"]
    at = {(float(p.get_xdata()[0]), float(p.get_ydata()[0])): p for p in points}
    assert set(at) == set(zip(part["real"], part["imaginary"], strict=True))
    for _, row in part.iterrows():
        point = at[row["real"], row["imaginary"]]
        assert (to_hex(point.get_markerfacecolor()) != "#ffffff") == row["leading"]
        assert point.get_marker() == {"gmm": "o", "gmm_two_step": "D", "hahn_kuersteiner": "^", "jackknife": "v",
                                      "bias_corrected": "p"}[row["estimator"]]  # fmt: skip
    largest = part[part["leading"]]["modulus"].max()
    assert f"largest modulus {largest:.2f}" in words(figure)
    assert figure.axes[0].get_xlim() == figure.axes[0].get_ylim()


def test_roots_outside_are_named(study: xr.DataTree) -> None:
    table = study["stability"].to_dataset()
    far = (table["group"] == "Area 0") & (table["estimator"] == "hahn_kuersteiner") & (table["root"] == 1)
    own = changed(
        study, "stability", real=table["real"].where(~far, 2.89), modulus=table["modulus"].where(~far, 2.89),
        imaginary=table["imaginary"].where(~far, 0),
    )  # fmt: skip
    assert "Outside the panels: Area 0 Hahn-Kuersteiner 2.89" in words(stability_circle(own))
    assert "位于图框之外：Area 0 Hahn-Kuersteiner 纠偏 2.89" in words(stability_circle(own, language="zh"))


# coefficients


def test_the_leading_estimator_stands_first_and_filled(study: xr.DataTree) -> None:
    frame, figure = coefficient_forest(study, data=True), coefficient_forest(study)
    assert list(frame.columns) == [
        "equation", "term", "group", "estimator", "leading", "descriptive", "coef", "lo", "hi",
    ]  # fmt: skip
    assert frame["leading"].tolist()[::5] == [True] * 16 and frame["leading"].sum() == 16
    table = study["pvar"].to_dataset()
    for _, row in frame.iloc[::7].iterrows():
        place = {d: row[d] for d in ("group", "estimator", "equation", "term")}
        assert row["coef"] == float(table["coef"].sel(place)) and row["lo"] == float(table["lo"].sel(place))
    axes, part = figure.axes[1], frame[(frame["equation"] == "Land and water") & (frame["term"] == "L1.Town")]
    points = [line for line in axes.lines if line.get_linestyle() == "None" and line.get_marker() not in "<>"]
    low, high = axes.get_xlim()
    inside = part[part["coef"].between(low, high)]
    assert sorted(p.get_xdata()[0] for p in points) == sorted(inside["coef"])
    filled = sorted(p.get_xdata()[0] for p in points if to_hex(p.get_markerfacecolor()) != "#ffffff")
    assert filled == sorted(inside[inside["leading"]]["coef"])
    heights = [p.get_ydata()[0] for p in sorted(points, key=lambda p: p.get_ydata()[0])]
    assert np.diff(heights).min() > 1.7
    intervals = [line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"]
    ends = {tuple(line.get_xdata()) for line in intervals}
    assert set(zip(part["lo"], part["hi"], strict=True)) <= ends
    assert {"Equation of Land and water", "Town, lag 1", "Coefficient with its 95% interval"} <= words(figure)
    assert {"Area 2\n(descriptive)"} <= words(figure)


def test_a_coefficient_that_explodes_is_an_arrow(study: xr.DataTree) -> None:
    table = study["pvar"].to_dataset()
    far = (table["group"] == "Area 0") & (table["estimator"] == "hahn_kuersteiner")
    own = changed(study, "pvar", coef=table["coef"].where(~far, 9.0))
    figure = coefficient_forest(own)
    assert figure.axes[0].get_xlim()[1] < 3
    arrows = [line for axes in figure.axes for line in axes.lines if line.get_marker() == ">"]
    assert [float(a.get_xdata()[0]) for a in arrows] == [axes.get_xlim()[1] for axes in figure.axes]
    assert "coefficient beyond the panel" in legends(figure)
    assert "coefficient beyond the panel" not in legends(coefficient_forest(study, groups=["National", "Area 0"]))


def test_terms_that_are_no_lags_stand_as_they_are(study: xr.DataTree) -> None:
    table = study["pvar"].to_dataset().assign_coords(term=["L2.Town", "rainfall"])
    assert {"Town, lag 2", "rainfall"} <= words(coefficient_forest(table))
    assert {"Town，滞后2期", "rainfall"} <= words(coefficient_forest(table, language="zh"))


# year effects, and what another table says


def both_ways(tree: xr.DataTree) -> xr.DataTree:
    """Each estimator once more with year effects taken out; these lead, but for the last group."""
    tables = {f"/{k}": node.to_dataset() for k, node in tree.children.items()}
    for name in ("irf", "fevd", "stability", "pvar"):
        own = tables[f"/{name}"]
        again = own.assign_coords(estimator=[f"{e}+years" for e in own["estimator"].values])
        both = xr.concat([own, again], "estimator", data_vars="minimal", join="outer")
        last = both["group"] == both["group"][-1]
        years = both["estimator"].str.endswith("+years")
        tables[f"/{name}"] = both.assign(leading=both["leading"] & (years != last))
    return xr.DataTree.from_dict({"/": tree.to_dataset(), **tables})


def test_estimators_treat_years_as_the_leading_one_does(study: xr.DataTree, legible: Callable[..., None]) -> None:
    tree = both_ways(study)
    for draw in (stability_circle, coefficient_forest):
        frame = draw(tree, data=True)
        years = frame.groupby("group")["estimator"].agg(lambda names: names.str.endswith("+years").mean())
        assert years.to_dict() == {"National": 1.0, "Area 0": 1.0, "Area 1": 1.0, "Area 2": 0.0}
        assert frame.groupby("group")["estimator"].nunique().tolist() == [5] * 4
        asked = draw(tree, data=True, estimators=["gmm", "gmm+years"])
        assert asked["estimator"].unique().tolist() in (["gmm", "gmm+years"], ["gmm+years", "gmm"])
        with pytest.raises(InputError, match='no estimator "ols"'):
            draw(tree, estimators=["ols"])
        figure = draw(tree)
        legible(figure)
        assert sum("jackknife" in name for name in legends(figure)) == 1
        assert any("(year effects out)" in text for text in words(figure))
    figure = impulse_responses(tree)
    legible(figure)
    assert impulse_responses(tree, data=True)["estimator"].unique().tolist() == [
        "gmm+years", "jackknife+years", "jackknife",
    ]  # fmt: skip
    assert "National (one-step GMM, year effects out)" in words(impulse_responses(tree, groups=["National"]))
    assert "全国（一步 GMM、已剔除年份效应）" in words(impulse_responses(tree, groups=["National"], language="zh"))


def test_descriptive_groups_may_stand_in_the_table_of_fits(study: xr.DataTree) -> None:
    tables = {f"/{k}": node.to_dataset() for k, node in study.children.items()}
    said = tables["/irf"]["descriptive"]
    for name in ("irf", "fevd", "stability", "pvar"):
        tables[f"/{name}"] = tables[f"/{name}"].drop_vars("descriptive")
    bare = xr.DataTree.from_dict({"/": study.to_dataset(), **tables})
    told = xr.DataTree.from_dict({"/": study.to_dataset(), **tables, "/pvar_fit": xr.Dataset({"descriptive": said})})
    for draw in DRAWN.values():
        assert not draw(bare, data=True)["descriptive"].any()
        assert draw(told, data=True).equals(draw(study, data=True))


def test_lines_move_together_where_a_page_is_short(
    make: Make, pvar: Callable[..., Any], legible: Callable[..., None]
) -> None:
    tree = three(make, pvar, 3, 6)
    figure = coefficient_forest(tree)
    assert len(figure.axes) == 9
    assert {name for name in words(figure) if "Area" in name} == {
        *(f"Area {k}" for k in range(5)),
        "Area 5\n(descriptive)",
    }
    legible(figure)


# all four


@pytest.mark.parametrize("size", ["double", "single"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("case", [{"regions": 1}, {"regions": 4}, {"regions": 2, "long": True}, {"regions": 6}])
def test_pages_are_legible(make: Make, legible: Callable[..., None], case: Any, language: str, size: Any) -> None:
    tree = make(14, 6, **case)
    for name, draw in DRAWN.items():
        figure = draw(tree, size=size, language=language)
        legible(figure, 5)
        small = [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_fontsize() < TEXT
                 and t.get_text() and t.get_visible()]  # fmt: skip
        assert not small, name


def three(make: Make, pvar: Callable[..., Any], variables: int, groups: int) -> xr.DataTree:
    tables = pvar([f"Side {k}" for k in range(variables)], [f"Area {k}" for k in range(groups)])
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs={"language": "en"}), **{f"/{k}": t for k, t in tables.items()}})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_three_variables_and_five_groups(
    make: Make, pvar: Callable[..., Any], legible: Callable[..., None], language: str
) -> None:
    tree = three(make, pvar, 3, 4)
    panels = [len(draw(tree, language=language).axes) for draw in DRAWN.values()]
    assert panels == [45, 15, 5, 9]
    for draw in DRAWN.values():
        legible(draw(tree, language=language), 5)
        legible(draw(tree, language=language, groups=["Area 0"]), 5)


def test_where_a_page_cannot_hold_all_groups_it_shows_the_first_and_says_so(
    make: Make, pvar: Callable[..., Any], legible: Callable[..., None]
) -> None:
    tree = three(make, pvar, 4, 4)
    figure = impulse_responses(tree)
    assert len(figure.axes) == 16
    assert "The first of 5 groups, which one page cannot hold: name others to draw them" in words(figure)
    legible(figure)
    with pytest.raises(NotDrawn, match="name fewer groups or variables"):
        impulse_responses(tree, groups=["Area 0", "Area 1", "Area 2"])
    with pytest.raises(NotDrawn, match='size="double"'):
        impulse_responses(tree, groups=["Area 0", "Area 1"], size="single")


def test_all_draw_into_given_axes(study: xr.DataTree) -> None:
    figure = Figure(figsize=(16, 4))
    axes = figure.subplots(1, 4)
    one = {"groups": ["National"]}
    given: list[tuple[str, dict[str, Any]]] = [
        ("irf", {**one, "responses": ["Town"], "impulses": ["Town"]}),
        ("fevd", {**one, "responses": ["Town"]}),
        ("stability", one),
        ("pvar", {"equations": ["Town"], "terms": ["L1.Town"]}),
    ]
    for (name, options), ax in zip(given, axes, strict=True):
        assert DRAWN[name](study, ax=ax, **options) is figure
        with pytest.raises(InputError, match="with ax, name one"):
            DRAWN[name](study, ax=ax)
    FigureCanvasAgg(figure).draw()
    assert all(ax.get_legend() is not None for ax in axes)


def test_names_that_are_not_there(study: xr.DataTree) -> None:
    for name, draw in DRAWN.items():
        with pytest.raises(InputError, match='no group "East"'):
            draw(study, groups=["East"])
        with pytest.raises(NothingToDraw, match=f'table "{name}"'):
            draw({})
    with pytest.raises(InputError, match='no estimator "ols"'):
        impulse_responses(study, estimator="ols")
    with pytest.raises(InputError, match=r'no scale "logs".*estimated, levels'):
        impulse_responses(study, scale="logs")
    with pytest.raises(InputError, match=r'no response "Twon".*did you mean "Town"'):
        variance_decomposition(study, responses=["Twon"])
    with pytest.raises(InputError, match="name one term or more"):
        coefficient_forest(study, terms=[])


def test_figures_leave_the_tables_alone(study: xr.DataTree) -> None:
    for name, draw in DRAWN.items():
        before = study[name].to_dataset().copy(deep=True)
        draw(study)
        xr.testing.assert_identical(before, study[name].to_dataset())
