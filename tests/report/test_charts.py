"""The charts of the report: what they hold, and how they move in a browser without a network under the page's policy."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pytest
import xarray as xr

from accord.plot import FIGURES
from accord.reports.charts import CHARTS, Chart, charts_of, page_data, scripts
from accord.reports.charts.words import SAYS

NAMES = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "\u202eشمال",
    "🙂 & friends",
    "$D_x^2$",
    "</script><b>b</b>",
]
REGIONS = {"Area 0": "<i>North</i>", "Area 1": "=South", "Area 2": "西部"}
TABLES = (
    "coordination", "regions", "density", "irf", "pvar_fit", "forecast", "forecast_regions", "forecast_pace",
)  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Callable[..., xr.DataTree]:
    """Studies with every table that a figure draws, as the tests of the figures make them."""
    place = Path(__file__).parents[1] / "plot" / "conftest.py"
    spec = importlib.util.spec_from_file_location("figures_of_tests", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def study(*sizes: int) -> xr.DataTree:
        whole = module.made(*sizes)
        return xr.DataTree.from_dict({n: whole[n].to_dataset() for n in TABLES if n in whole.children})

    return study


@pytest.fixture(scope="module")
def tree(made: Callable[..., xr.DataTree]) -> xr.DataTree:
    """Twelve units with names that a page must not take for its own, nine years, three regions; one unit lacks a year."""
    plain = made(12, 9, 3)
    units = plain["coordination"].to_dataset()["unit"].values.tolist()
    renamed = dict(zip(units, NAMES, strict=False)) | REGIONS
    out = {}
    for name, node in plain.children.items():
        table = node.to_dataset()
        for dim in ("unit", "region", "group"):
            if dim in table.coords:
                values = [renamed.get(str(v), str(v)) for v in table[dim].values]
                table = table.assign_coords({dim: (table[dim].dims, np.array(values, dtype=object))})
        if "label_zh" in table.coords:
            names = np.array([f"{n}市" for n in NAMES] + [f"第{k}市" for k in range(6)], dtype=object)
            table = table.assign_coords(label_zh=("unit", names))
        out[name] = table
    table = out["coordination"]
    for name, none in (("coordination", np.nan), ("stage", 0)):
        values = table[name].values.copy()
        values[7, 2] = none
        table[name] = (table[name].dims, values, table[name].attrs)
    return xr.DataTree.from_dict(out)


@pytest.fixture(scope="module")
def charts(tree: xr.DataTree) -> dict[str, Chart]:
    return charts_of(tree, "en")


def embedded(charts: dict[str, Chart]) -> dict[str, Any]:
    """The tables as the page holds them."""
    read: dict[str, Any] = json.loads(str(page_data(charts.values())))
    return read


def floats(rows: list[list[float | None]]) -> np.ndarray[Any, Any]:
    return np.array([[np.nan if v is None else v for v in row] for row in rows])


def test_each_stands_for_a_figure(charts: dict[str, Chart]) -> None:
    assert list(charts) == list(CHARTS)
    for name, chart in charts.items():
        assert chart.name == name
        assert name in FIGURES
        assert chart.caption
        assert chart.description
        assert f"figures/{name}.pdf" in chart.instead


def test_only_those_asked_for(tree: xr.DataTree) -> None:
    assert list(charts_of(tree, "en", ["trajectories", "radar"])) == ["trajectories"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_specs_are_valid(tree: xr.DataTree, language: str) -> None:
    """Every spec keeps to Vega-Lite's schema and names only tables that the page holds."""
    charts = charts_of(tree, language)
    held = embedded(charts)
    for chart in charts.values():
        told = json.loads(str(chart.json))
        for spec in told["specs"]:
            alt.LayerChart.from_dict(spec)
            named = set(re.findall(r'"data": \{"name": "(\w+)"', json.dumps(spec)))
            assert named
            assert named <= set(held)
        for part in told["parts"]:
            assert part["says"] in {"", *held}
            assert set(part["own"]) <= {p["name"] for p in told["specs"][part["spec"]]["params"]}
        assert told["says"] in {"", *held}


def test_no_name_is_code(tree: xr.DataTree, charts: dict[str, Chart]) -> None:
    """Names stand in tables and settings as data, never in an expression, and cannot end a script element."""
    texts = [str(page_data(charts.values())), *(str(c.json) for c in charts.values())]
    for text in texts:
        assert "<" not in text
    assert NAMES[0] in json.loads(texts[0])["units"]["name"]

    def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for k, v in value.items():
                yield from strings(v, k)
        elif isinstance(value, list):
            for v in value:
                yield from strings(v, key)
        elif isinstance(value, str):
            yield key, value

    for chart in charts.values():
        for part in chart.parts:
            for key, text in strings(part.spec):
                assert key == "value" or not any(name in text for name in [*NAMES, *REGIONS.values()]), (key, text)


def test_units_equal_the_tables(tree: xr.DataTree, charts: dict[str, Chart]) -> None:
    units, table = embedded(charts)["units"], tree["coordination"].to_dataset()
    ahead = tree["forecast"].to_dataset().isel(model=0, route=0)
    assert units["name"] == table["unit"].values.tolist()
    np.testing.assert_allclose(floats(units["d"]), table["coordination"].values, atol=5.1e-5)
    known = table.sizes["time"]
    np.testing.assert_array_equal(np.array(units["s"])[:, :known], table["stage"].values)
    np.testing.assert_array_equal(
        np.array(units["s"])[:, known:], ahead["forecast_stage"].transpose("unit", "time").values
    )
    for name in ("mean", "lo80", "hi80", "lo95", "hi95"):
        np.testing.assert_allclose(
            floats(units[name])[:, 1:], ahead[name].transpose("unit", "time").values, atol=5.1e-5
        )
        np.testing.assert_allclose(floats(units[name])[:, 0], table["coordination"].values[:, -1], atol=5.1e-5)


def test_groups_equal_the_tables(tree: xr.DataTree, charts: dict[str, Chart]) -> None:
    means, table = embedded(charts)["means"], tree["regions"].to_dataset().sel(variable="coordination")
    assert means["name"] == ["National", *REGIONS.values()]
    for key, name in (("d", "mean"), ("low", "min"), ("high", "max")):
        np.testing.assert_allclose(floats(means[key]), table[name].transpose("region", "time").values, atol=5.1e-5)
    ahead = tree["forecast_regions"].to_dataset()
    for name in ("mean", "lo80", "hi95"):
        np.testing.assert_allclose(
            floats(means[name])[:, 1:], ahead[name].transpose("group", "time").values, atol=5.1e-5
        )


def test_curves_equal_the_table(tree: xr.DataTree, charts: dict[str, Chart]) -> None:
    rows, table = embedded(charts)["curves"], tree["density"].to_dataset()
    spec = charts["density_curves"].parts[0].spec
    x = next(p["value"] for p in spec["params"] if p["name"] == "xs")
    at = [int(np.abs(table["x"].values - v).argmin()) for v in x]
    np.testing.assert_allclose(table["x"].values[at], x, rtol=1e-4)
    values = table["density"].transpose("group", "time", "grid").values[:, :, at]
    for k, curve in zip(rows["k"], rows["curve"], strict=True):
        np.testing.assert_allclose(floats(curve), values[k], rtol=5e-3)


def test_responses_equal_the_table(tree: xr.DataTree, charts: dict[str, Chart]) -> None:
    from accord import plot

    rows, frame = embedded(charts)["irf"], plot.impulse_responses(tree, data=True)
    for name in ("irf", "lo", "hi"):
        np.testing.assert_allclose(floats(rows[name]).ravel(), frame[name].to_numpy(dtype="f8"), rtol=5e-4)
    assert len(rows["irf"]) == len(frame) / frame["horizon"].nunique()


def test_places_of_a_country_and_of_outlines(made: Callable[..., xr.DataTree]) -> None:
    """Tiles where nothing is known of where units lie; polygons where the tree holds outlines."""
    plain = made(4, 5, 2)
    tiles = charts_of(plain, "en", ["stage_maps"])["stage_maps"].data["places"]
    assert sorted(tiles["k"]) == [0, 1, 2, 3]
    units = plain["coordination"].to_dataset()["unit"].values
    squares = [[(x, 0), (x + 1, 0), (x + 1, 1), (x, 1)] for x in range(5)]
    corners = np.array(squares, dtype="f8").reshape(-1, 2) + np.array([100, 30])
    outlines = xr.Dataset({
        "name": ("place", [*units, "elsewhere"]), "unit": ("place", [*units, ""]), "size": ("ring", [4] * 5),
        "place_of_ring": ("ring", list(range(5))), "lon": ("corner", corners[:, 0]), "lat": ("corner", corners[:, 1]),
    })  # fmt: skip
    tables = {n: node.to_dataset() for n, node in plain.children.items()}
    drawn = charts_of(xr.DataTree.from_dict({**tables, "boundaries": outlines}), "en", ["stage_maps"])["stage_maps"]
    places = drawn.data["places"]
    assert sorted(places["k"]) == [-1, 0, 1, 2, 3]
    assert all(len(g["coordinates"][0]) >= 5 for g in places["geometry"])
    assert any(entry["text"] == "no data" for entry in drawn.key)


def test_many_units(made: Callable[..., xr.DataTree]) -> None:
    """2,800 units: no line or row for each, one found by its name, and little in the page."""
    charts = charts_of(made(2800, 12, 31), "en")
    data = embedded(charts)
    assert len(str(page_data(charts.values()))) < 3_000_000
    assert sum(len(str(c.json)) for c in charts.values()) < 1_000_000
    heat, paths = charts["coordination_heatmap"], charts["trajectories"]
    assert len(data["rows"]["k"]) == 32
    assert heat.controls[0]["kind"] == "search"
    assert heat.pick == ""
    assert '"units"' not in json.dumps([p.spec for p in paths.parts])
    assert paths.controls[0]["kind"] == "one"


def test_a_chart_stands_where_its_figure_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty-eight regions: their figure is left out with a reason; page and document number its chart and say where to look."""
    import accord as ac
    from accord.reports import figures
    from accord.reports.document import document
    from accord.reports.html import page, standing, with_charts
    from accord.reports.numbered import sections_of
    from accord.reports.sections import names_of

    panel = ac.sample()
    panel = panel.assign_coords(region=("unit", [f"Region {k}" for k in range(panel.sizes["unit"])]))
    off = (
        "forecast",
        "unit_roots",
        "pvar",
        "density",
        "space",
        "transitions",
        "drivers",
        "inequality",
        "centre",
        "obstacle",
    )
    study = ac.Study(panel, **dict.fromkeys(off, False))
    study.run()
    tree = study.results()
    monkeypatch.setattr(figures, "drawable", lambda _: ["trajectories", "stage_shares"])
    drawn, notes = figures.draw(tree, tmp_path, "en", ["svg", "png"])
    assert list(drawn) == ["stage_shares"] and "figure trajectories is left out" in notes[0]["en"]
    charts = charts_of(tree, "en", standing(drawn, notes))
    assert list(charts) == ["trajectories"]
    text = page(tree, drawn, "en", notes)
    assert 'data-chart="trajectories"' in text and "figure trajectories is left out" in text
    assert re.findall(r"<figcaption>Figure (\d+)\.", text) == ["1", "2"]
    sections = sections_of(tree, with_charts(drawn, charts), names_of(tree, "en"), "en")
    with zipfile.ZipFile(io.BytesIO(document(tree, sections, "en", notes))) as package:
        body = package.read("word/document.xml").decode("utf-8")
    assert body.count("report.html shows it as a chart") == 1 and len(re.findall(r"SEQ Figure ", body)) == 2


def test_without_a_forecast_or_regions(tree: xr.DataTree) -> None:
    """Charts without their tables are left out; the others do with what there is."""
    alone = charts_of(xr.DataTree.from_dict({"coordination": tree["coordination"].to_dataset()}), "zh")
    assert list(alone) == ["stage_maps", "coordination_heatmap"]
    assert not any(entry["kind"] == "hatch" for entry in alone["stage_maps"].key)
    assert len(alone["stage_maps"].controls[0]["texts"]) == 9


def test_words_are_in_two_languages() -> None:
    for text in SAYS.values():
        assert text.en
        assert text.zh
        assert set(re.findall(r"{\w+}", text.en)) == set(re.findall(r"{\w+}", text.zh))


def test_bundle() -> None:
    """The bundle has the interpreter, cannot end a script element, and its licences stand beside it."""
    found = scripts()
    assert "</script" not in found.vega + found.start
    assert "accordEmbed" in found.vega
    from importlib.resources import files

    licences = (files("accord") / "reports" / "charts" / "LICENCES.txt").read_text(encoding="utf-8")
    for name in ("vega 6", "vega-lite 6", "vega-embed", "vega-interpreter", "d3-array", "topojson-client"):
        assert name in licences


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path: charts cannot be moved")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: charts cannot be moved")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_api.sync_playwright() as playwright:
            started = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            )
            yield started
            started.close()


@pytest.fixture(scope="module")
def pages(tree: xr.DataTree, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from accord.reports.html import page
    from accord.reports.sections import Drawn, Section

    folder, out = tmp_path_factory.mktemp("charts"), {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="the report's font")
        for language in ("en", "zh"):
            out[language] = folder / f"{language}.html"
            sections = [
                Section(FIGURES[name][1], name, name, [], [], [], [], figures=[Drawn(name, name, k, [])])
                for k, name in enumerate(CHARTS, 1)
            ]
            text = page(tree, {name: [] for name in CHARTS}, language, sections=sections)
            out[language].write_text(text, encoding="utf-8")
    return out


class Opened:
    """A page whose charts are drawn, with everything it asked for and said."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, scheme: str = "light") -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.wait_for_selector("html[data-charts=ready]", state="attached", timeout=60_000)

    def chart(self, name: str) -> Any:
        return self.page.locator(f'figure.chart[data-chart="{name}"]')

    def fills(self, name: str) -> list[str]:
        """Fills of the shapes of a chart."""
        found: list[str] = self.chart(name).evaluate(
            "f => [...f.querySelectorAll('.view svg path[fill]')].map(p => p.getAttribute('fill'))"
        )
        return found

    def outlines(self, name: str) -> list[str]:
        found: list[str] = self.chart(name).evaluate(
            "f => [...f.querySelectorAll('.view svg path')].map(p => p.getAttribute('d') || '')"
        )
        return found

    def settle(self) -> None:
        self.page.wait_for_timeout(150)


@pytest.fixture(scope="module", params=["en", "zh"])
def opened(request: pytest.FixtureRequest, pages: dict[str, Path], browser: Any) -> Iterator[tuple[str, Opened]]:
    made = Opened(browser, pages[request.param])
    yield request.param, made
    made.context.close()


@needs_browser
def test_offline_and_quiet(opened: tuple[str, Opened]) -> None:
    _, made = opened
    assert made.said == []
    assert [url for url in made.asked if not url.startswith(("data:", "file:"))] == []
    assert made.page.locator("figure.chart.ready").count() == len(CHARTS)
    assert made.page.locator("figure.chart .instead:visible").count() == 0
    for name in CHARTS:
        assert len(made.outlines(name)) > 3, name


@needs_browser
def test_names_are_text(opened: tuple[str, Opened]) -> None:
    language, made = opened
    shown = made.chart("coordination_heatmap").locator("select option").all_inner_texts()
    assert NAMES[0] + ("市" if language == "zh" else "") in shown
    body = made.chart("coordination_heatmap").locator(".view text").all_text_contents()
    assert any(NAMES[5] in text for text in body)
    assert made.page.locator("figure b, figure i").count() == 0


@needs_browser
def test_labels(opened: tuple[str, Opened]) -> None:
    """Every control has a name, every drawing a description in the reader's language."""
    language, made = opened
    unnamed = made.page.evaluate(
        """[...document.querySelectorAll('figure.chart input, figure.chart select')]
        .filter(e => !e.labels || !e.labels.length || !e.labels[0].textContent.trim()).length"""
    )
    assert unnamed == 0
    described = made.page.evaluate(
        "[...document.querySelectorAll('figure.chart .view')].map(v => [v.getAttribute('role'), v.getAttribute('aria-label')])"
    )
    assert all(role and label for role, label in described), described
    assert all(("。" in label) == (language == "zh") for _, label in described)
    assert (
        made.page.locator("figure.chart figcaption")
        .first.inner_text()
        .startswith("图" if language == "zh" else "Figure")
    )


@needs_browser
def test_slider_moves_the_map(opened: tuple[str, Opened]) -> None:
    language, made = opened
    slider, out = (made.chart("stage_maps").locator(what) for what in ("input[type=range]", "output"))
    assert out.inner_text() == "2022"
    before = made.fills("stage_maps")
    assert "url(#chart-ahead)" not in before
    slider.focus()
    made.page.keyboard.press("Home")
    made.settle()
    assert out.inner_text() == "2014"
    assert made.fills("stage_maps") != before
    made.page.keyboard.press("End")
    made.settle()
    ahead = {"en": "2030 (forecast)", "zh": "2030（预测）"}[language]
    assert out.inner_text() == ahead
    assert slider.get_attribute("aria-valuetext") == ahead
    assert made.fills("stage_maps").count("url(#chart-ahead)") == 12


@needs_browser
def test_region_filter(opened: tuple[str, Opened]) -> None:
    _, made = opened
    chart = made.chart("trajectories")
    lines = len([d for d in made.outlines("trajectories") if d.count("L") >= 6])
    boxes = chart.locator("fieldset input")
    assert boxes.count() == 4
    boxes.nth(1).uncheck()
    made.settle()
    fewer = len([d for d in made.outlines("trajectories") if d.count("L") >= 6])
    assert lines - fewer == 1 + 2 * 4, "one mean, four units and what the pointer takes hold of"
    chart.locator("fieldset button").last.click()
    made.settle()
    assert not [d for d in made.outlines("trajectories") if d.count("L") >= 6]
    chart.locator("fieldset button").first.click()
    made.settle()
    assert len([d for d in made.outlines("trajectories") if d.count("L") >= 6]) == lines


@needs_browser
def test_unit_by_click_and_by_list(opened: tuple[str, Opened]) -> None:
    language, made = opened
    chart = made.chart("coordination_heatmap")
    says, select = chart.locator(".says"), chart.locator("select")
    before = says.inner_text()
    names = chart.locator(".view").first.locator("text").all_text_contents()
    view = chart.locator(".view").first
    view.scroll_into_view_if_needed()
    cells = view.locator("path[fill^='rgb'], path[fill^='#']")
    cells.last.click(force=True)
    made.settle()
    after = says.inner_text()
    assert after != before
    chosen = select.evaluate("s => s.selectedOptions[0].textContent")
    assert after.startswith(chosen[:8])
    assert chosen in names
    select.select_option(index=1)
    made.settle()
    assert says.inner_text() != after
    assert ("预测" if language == "zh" else "forecast") in says.inner_text()


@needs_browser
def test_density_and_responses_and_fans(opened: tuple[str, Opened]) -> None:
    _, made = opened
    for name, control in (
        ("density_curves", "input[type=range]"), ("impulse_responses", "select"), ("forecast_fans", "select"),
        ("forecast_units", "select"),
    ):  # fmt: skip
        before = made.outlines(name)
        found = made.chart(name).locator(control)
        if control == "select":
            found.select_option(index=2)
        else:
            found.focus()
            made.page.keyboard.press("ArrowLeft")
        made.settle()
        assert made.outlines(name) != before, name


@needs_browser
def test_tooltip(opened: tuple[str, Opened]) -> None:
    language, made = opened
    view = made.chart("stage_maps").locator(".view")
    view.scroll_into_view_if_needed()
    view.locator("path[fill^='#']").first.hover(force=True)
    made.page.wait_for_selector(".chart-tip:not([hidden])", timeout=5000)
    heads = made.page.locator(".chart-tip dt").all_inner_texts()
    assert {"en": "Stage", "zh": "等级"}[language] in heads
    made.page.keyboard.press("Escape")
    assert made.page.locator(".chart-tip").is_hidden()


@needs_browser
def test_policy(pages: dict[str, Path], browser: Any) -> None:
    """A script that somebody smuggles in does not run, nor does text as code."""
    made = Opened(browser, pages["en"])
    try:
        made.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.smuggled = 1'}))"
        )
        made.settle()
        assert made.page.evaluate("window.smuggled === undefined")
        made.page.evaluate(
            "(b => { b.setAttribute('onclick', 'window.smuggled = 2'); b.click(); })(document.querySelector('h1'))"
        )
        assert made.page.evaluate("window.smuggled === undefined")
        assert any("Content Security Policy" in text for text in made.said)
        policy = made.page.evaluate("document.querySelector('meta[http-equiv]').content")
        assert "unsafe" not in policy.split("style-src")[0]
    finally:
        made.context.close()


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_and_dark(scheme: str, pages: dict[str, Path], browser: Any) -> None:
    """Nothing is wider than a narrow page, and axes can be read in both schemes."""
    made = Opened(browser, pages["zh"], 400, scheme)
    try:
        assert made.page.evaluate("document.documentElement.scrollWidth") <= 400
        wide = made.page.evaluate(
            "[...document.querySelectorAll('figure.chart .view svg')].map(s => s.getBoundingClientRect().width)"
        )
        assert max(wide) <= 400
        colours = made.page.evaluate(
            """[...document.querySelectorAll('figure.chart .role-axis-label text')].slice(0, 5)
            .map(t => [getComputedStyle(t).fill, getComputedStyle(document.body).backgroundColor])"""
        )
        assert colours
        for ink, paper in colours:
            light, dark = sorted((sum(map(int, re.findall(r"\d+", c)[:3])) for c in (ink, paper)), reverse=True)
            assert light - dark > 250, (ink, paper)
    finally:
        made.context.close()


@needs_browser
def test_resized(pages: dict[str, Path], browser: Any) -> None:
    made = Opened(browser, pages["en"], 1280)
    try:
        made.page.set_viewport_size({"width": 500, "height": 900})
        made.settle()
        made.settle()
        widths = made.page.evaluate(
            "[...document.querySelectorAll('figure.chart .view svg')].map(s => Number(s.getAttribute('width')))"
        )
        assert max(widths) <= 500
        assert made.said == []
    finally:
        made.context.close()


@needs_browser
def test_without_scripts(pages: dict[str, Path], browser: Any) -> None:
    """Where scripts do not run, the page names the figure's file."""
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(pages["en"].as_uri())
        assert page.locator("figure.chart .instead:visible").count() == len(CHARTS)
    finally:
        context.close()


def test_no_charts_without_stages(tree: xr.DataTree) -> None:
    """Not even a warning: figures say why they are left out."""
    for gone in ("stage", "coordination"):
        every = {f"/{n}": node.to_dataset() for n, node in tree.children.items()}
        every["/coordination"] = every["/coordination"].drop_vars(gone)
        assert charts_of(xr.DataTree.from_dict({"/": xr.Dataset(attrs=tree.attrs), **every}), "en") == {}
