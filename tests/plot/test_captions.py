"""Captions of figures, which speak of regions and forecasts where there are some."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import xarray as xr

from accord import plot
from accord.plot.undivided import CAPTIONS
from accord.reports.charts import charts_of

SPEAKS = {"en": r"\b(region|regions|group|groups)\b", "zh": "地区|区域|组内|各组|组别"}


@pytest.mark.parametrize("name", CAPTIONS)
def test_captions_keep_the_places_of_those_they_stand_for(name: str) -> None:
    _, _, text = plot.FIGURES[name]
    for language in ("en", "zh"):
        plain, other = (getattr(t, language) for t in (text, CAPTIONS[name]))
        assert set(re.findall(r"{\w+}", other)) == set(re.findall(r"{\w+}", plain))
        assert not re.search(SPEAKS[language], other)


def test_captions_follow_the_study(make: Callable[..., xr.DataTree]) -> None:
    whole, several = make(6, 3, 1), make(6, 3, 3)
    for name in CAPTIONS:
        for language in ("en", "zh"):
            said = plot.caption(name, several, language)
            assert said != plot.caption(name, whole, language)
    assert "within each group" in plot.caption("dumbbell", make(4, 2, 2)["coordination"].to_dataset(), "en")
    one = make(4, 2, 1)["coordination"].to_dataset()
    assert "within each group" not in plot.caption("dumbbell", one, "en")


def test_heat_map_promises_the_forecast_that_it_has(make: Callable[..., xr.DataTree]) -> None:
    tree = make(12, 9, 3)
    plain = xr.DataTree.from_dict({n: t.to_dataset() for n, t in tree.children.items() if not n.startswith("forecast")})
    for language, word in (("en", "forecast"), ("zh", "预测")):
        there, gone = (charts_of(t, language)["coordination_heatmap"].caption for t in (tree, plain))
        assert word in there
        assert word not in gone
