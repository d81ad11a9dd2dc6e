"""A report in Chinese calls things by the Chinese names of the plan, in every table, sentence, chart and figure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xarray as xr

import accord as ac
from accord.chinese import in_chinese
from accord.reports.book import lines_of
from accord.reports.charts import charts_of, page_data
from accord.reports.figures import draw
from accord.reports.html import page
from accord.reports.latex import fragments
from accord.reports.numbered import sections_of
from accord.reports.referee import referee
from accord.reports.sections import Names, names_of, section_of
from accord.reports.summary import summarise
from accord.study.plan import read_plan

PLAN = read_plan(Path(ac.__file__).parent / "data" / "china-replica" / "plan.toml")
REGIONS = ("Eastern", "Central", "Western", "Northeast")
ENGLISH = re.compile(
    rf"\b({'|'.join((*REGIONS, 'Ecological resilience', 'Urban-rural integration', 'Xizang', 'Gansu'))})\b"
)


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    slow = dict.fromkeys(
        ("forecast", "unit_roots", "pvar", "granger", "irf", "fevd", "lag_order", "space", "centre"), False
    )
    study = ac.Study(
        ac.sample("china-replica"),
        language="zh",
        title=PLAN.title,
        title_zh=PLAN.title_zh,
        names_zh=PLAN.names_zh,
        **slow,
    )
    study.run()
    return study.results()


def test_no_english_name_is_left_on_the_page(tree: xr.DataTree) -> None:
    html = page(tree, {}, "zh")
    assert PLAN.title_zh in html and "东部" in html and "生态韧性" in html and "西藏" in html
    assert not ENGLISH.findall(html)
    assert not ENGLISH.findall(referee(tree, "zh")) and PLAN.title_zh in referee(tree, "zh")


def test_nor_in_charts_latex_summary_and_workbook(tree: xr.DataTree) -> None:
    read = in_chinese(tree)
    assert not ENGLISH.findall(
        page_data(charts_of(read, "zh", ("stage_maps", "trajectories", "density_curves")).values())
    )
    sections = sections_of(read, {}, names_of(read, "zh"), "zh")
    assert not ENGLISH.findall("".join(fragments(sections, read, "zh").values()))
    said = summarise(tree, "zh")
    assert PLAN.title_zh in said and not ENGLISH.findall(said)
    assert lines_of(read, "zh", "1")[0] == PLAN.title_zh


def test_nor_in_a_figure(tree: xr.DataTree, tmp_path: Path) -> None:
    kept = xr.DataTree.from_dict({"/": xr.Dataset(attrs=tree.attrs), "/regions": tree["regions"].to_dataset()})
    files, _ = draw(kept, tmp_path, "zh", ("svg",))
    (drawn,) = files["trajectories"]
    text = drawn.read_text(encoding="utf-8")
    assert "东部" in text and not ENGLISH.findall(text)


def test_english_stays_english(tree: xr.DataTree) -> None:
    html = page(tree, {}, "en")
    assert PLAN.title in html and PLAN.title_zh not in html and set(ENGLISH.findall(html)) >= {*REGIONS, "Xizang"}


def test_cells_that_list_names_are_read_as_names() -> None:
    names = Names({"gdp": "人均产出", "so2": "二氧化硫"}, {"Gansu": "甘肃", "Xizang": "西藏"})
    bumps = xr.Dataset(
        {"units": ("row", ["Xizang", "Gansu; Xizang", ""])},
        coords={"time": ("row", [1, 2, 3])},
        attrs={"table": "density_bumps"},
    )
    assert [row[-1] for row in section_of("density_bumps", bumps, names, "zh").rows] == ["西藏", "甘肃、西藏", ""]
    pairs = xr.Dataset(
        {"q": ("row", [0.5])},
        coords={"first": ("row", ["gdp"]), "second": ("row", ["so2"])},
        attrs={"table": "driver_interactions"},
    )
    assert section_of("driver_interactions", pairs, names, "zh").rows[0][:2] == ["人均产出", "二氧化硫"]
    english = Names({"gdp": "GDP per capita"}, {})
    assert section_of("driver_interactions", pairs, english, "en").rows[0][:2] == ["GDP per capita", "so2"]


def test_what_carries_no_statement_shows_dashes(tree: xr.DataTree) -> None:
    section = section_of("density_changes", tree["density_changes"].to_dataset(), names_of(tree, "zh"), "zh")
    at = section.head.index("论断"), section.head.index("成立")
    cells = {row[1]: (row[at[0]], row[at[1]]) for row in section.rows[:8]}
    assert cells["偏度"] == ("–", "–") and cells["主峰数"] == ("保持单峰", "是")
    assert "“保持单峰”按各年份本身判定" in section.methods[0]
