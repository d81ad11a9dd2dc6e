"""A study whose units stand in no regions is not described as if they did, nor one without a forecast as if it had one."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from accord.io.folder import read_results
from accord.plot.undivided import divided
from accord.project import run
from accord.reports.charts import charts_of
from accord.reports.charts.words import SAYS
from accord.reports.html import page

SPOKEN = {
    "en": r"\b(by|each|all|the|of|within|between) (region|regions|group|groups)\b|[Rr]egional",
    "zh": '地区(?!</t|")|区域(内|间)|组内|各组',
}


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, xr.DataTree]:
    """Three units, four years, no forecast: without regions and, for comparison, in two of them."""
    place = tmp_path_factory.mktemp("undivided")
    keys = [f"k{k}" for k in range(4)]
    system = {"key": keys, "name": keys, "subsystem": ["Land", "Land", "Water", "Water"], "direction": list("+-+-")}
    pd.DataFrame(system).to_csv(place / "indicators.csv", index=False)
    rows = [(u, y) for u in "ABC" for y in range(2019, 2023)]
    values = np.random.default_rng(1).uniform(1, 5, (12, 4))
    panel = pd.DataFrame(rows, columns=["unit", "year"]).assign(
        area=["East" if u < "C" else "West" for u, _ in rows], **{k: values[:, n] for n, k in enumerate(keys)}
    )
    panel.to_csv(place / "panel.csv", index=False)
    out = {}
    for name, region in (("whole", ""), ("divided", 'region = "area"\n')):
        (place / f"{name}.toml").write_text(
            'title = "Study"\nseed = 1\n[panel]\nsource = "panel.csv"\nindicators = "indicators.csv"\n'
            f'unit = "unit"\ntime = "year"\n{region}[steps]\nalternatives = false\nforecast = false\n',
            encoding="utf-8",
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("accord.reports.figures.FIGURES", {})
            patch.setattr("accord.plot.FIGURES", {})
            out[name] = read_results(run(place / f"{name}.toml", place / f"out_{name}").folder)
    return out


def test_whether_there_are_regions(trees: dict[str, xr.DataTree]) -> None:
    for name, tree in trees.items():
        assert divided(*(node.to_dataset() for node in tree.children.values())) == (name == "divided")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_without_regions(trees: dict[str, xr.DataTree], language: str) -> None:
    """Heads, captions, methods and what charts say; where there are regions, they are spoken of."""

    def said(name: str) -> list[str]:
        charts = charts_of(trees[name], language)
        html = page(trees[name], {key: [] for key in charts}, language, charts=charts)
        told = [t for c in charts.values() for t in (c.caption, c.description, *(str(i["text"]) for i in c.key))]
        own = r"<(h\d|figcaption|caption|p)\b[^>]*>(.*?)</\1>"
        told += [re.sub("<[^>]+>", "", text) for _, text in re.findall(own, html, flags=re.DOTALL)]
        return [t for t in told if re.search(SPOKEN[language], t)]

    allowed = "each group, year by year" if language == "en" else "逐年估计各组单元"
    none = {"without regions there are no parts", "未分地区"}
    assert [t for t in said("whole") if allowed not in t and not any(n in t for n in none)] == []
    assert len(said("divided")) > 8


def test_empty_tables_are_left_out(trees: dict[str, xr.DataTree]) -> None:
    assert trees["whole"]["inequality_pairs"].sizes["pair"] == 0
    assert "inequality_pairs" not in page(trees["whole"], {})
    assert "inequality_pairs" in page(trees["divided"], {})


def test_chart_of_means_lets_no_region_be_ticked(trees: dict[str, xr.DataTree]) -> None:
    kinds = {name: [c["kind"] for c in charts_of(tree, "en")["trajectories"].controls] for name, tree in trees.items()}
    assert kinds == {"whole": ["check"], "divided": ["checks", "check"]}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_forecast_is_promised_without_one(trees: dict[str, xr.DataTree], language: str) -> None:
    word = "forecast" if language == "en" else "预测"
    for tree in trees.values():
        charts = charts_of(tree, language)
        for name in ("coordination_heatmap", "stage_maps"):
            assert word not in charts[name].caption + charts[name].description


def test_variants_stand_for_a_phrase_with_the_same_places() -> None:
    for key in SAYS:
        base = re.sub("_(undivided|past)$", "", key)
        assert base in SAYS
        for language in ("en", "zh"):
            told = [set(re.findall(r"{\w+}", getattr(SAYS[k], language))) for k in (key, base)]
            assert told[0] == told[1], key
