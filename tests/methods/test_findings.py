"""Findings say what stands in the tables, in both languages, and nothing where there is nothing to say."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr

import accord as ac
from accord.methods.density_changes import STATEMENTS
from accord.study.finding import READERS
from accord.study.findings import MOVES, findings
from accord.variables import TABLES


@pytest.fixture(scope="module")
def replica() -> xr.DataTree:
    study = ac.Study(ac.sample("china-replica"))
    study.run()
    return study.results()


def of(tree: xr.DataTree, table: str) -> list[tuple[str, str]]:
    rows = ac.tidy(tree["findings"].to_dataset())
    return [(r.en, r.zh) for r in rows.itertuples() if r.table == table]


def test_the_table(replica: xr.DataTree) -> None:
    rows = ac.tidy(replica["findings"].to_dataset())
    assert tuple(rows) == TABLES["findings"]
    assert set(rows["table"]) <= set(replica.children), "each finding names a table of the results"
    assert (rows["en"].str.endswith(".") & rows["zh"].str.endswith("。")).all()
    assert not rows["en"].str.contains(r"[\u4e00-\u9fff]").any()


def test_published_facts_of_the_replica_are_found(replica: xr.DataTree) -> None:
    (mean, moved) = of(replica, "leaders")
    assert "Xizang has the highest mean D" in mean[0] and "Gansu the lowest" in mean[0]
    assert "西藏最高" in mean[1] and "甘肃最低" in mean[1]
    assert "D rises most in Guangdong (+0.1321) and least in Hainan (+0.0369)" in moved[0]


def test_the_distribution_of_the_replica_is_told_as_published(replica: xr.DataTree) -> None:
    (moved, peaks) = of(replica, "density_changes")
    assert "moves to the right, towards higher D" in moved[0] and "向右移动" in moved[1]
    assert peaks[0] == "The distribution of D keeps one main peak in every year."
    assert [text for text, _ in of(replica, "density_bumps")] == [
        "In 2022 a minor peak at D = 0.670 is made by Xizang."
    ]


def test_inequality_and_convergence_of_the_replica(replica: xr.DataTree) -> None:
    gini = replica["inequality"].to_dataset()["value"].values[:, 0]
    assert f"falls from {gini[0]:.4f} in 2011 to {gini[-1]:.4f} in 2022" in of(replica, "inequality")[0][0]
    assert [text[:33] for text, _ in of(replica, "convergence")] == [
        "D converges in the sense of sigma "[:33],
        "D converges in the sense of beta ("[:33],
    ]


def test_numbers_are_those_of_the_table(replica: xr.DataTree) -> None:
    row = replica["region_change"].to_dataset().sel(region="National", variable="coordination")
    shown = [f"{float(row[k]):.4f}" for k in ("first", "last")]
    for text in of(replica, "region_change")[0]:
        assert re.findall(r"0\.\d{4}", text) == shown


def test_a_fall_is_called_a_fall() -> None:
    panel = ac.sample("china-replica")
    turned = panel.assign(score=panel["score"].copy(data=panel["score"].values[:, ::-1]))
    study = ac.Study(turned)
    study.run()
    tree = study.results()
    assert "falls from" in of(tree, "region_change")[0][0] and "下降至" in of(tree, "region_change")[0][1]
    assert "D falls least in Hainan (-0.0369) and most in Guangdong (-0.1321)" in of(tree, "leaders")[1][0]


def test_equal_years_two_peaks_and_few_units() -> None:
    panel = ac.sample("china-replica").isel(unit=slice(0, 12))
    score = panel["score"].values.copy()
    score[:] = np.where(np.arange(12)[:, None, None] < 6, 0.1, 0.6) + 0.002 * np.arange(12)[:, None, None]
    study = ac.Study(panel.assign(score=panel["score"].copy(data=score)))
    study.run()
    tree = study.results()
    assert "stays at" in of(tree, "region_change")[0][0] and "保持不变" in of(tree, "region_change")[0][1]
    assert "in both the first year and the last" in of(tree, "inequality")[0][0]
    assert "another main peak" in of(tree, "density_bumps")[0][0] and "另一主峰" in of(tree, "density_bumps")[0][1]
    assert "does not keep one main peak" in of(tree, "density_changes")[-1][0]
    few = ac.Study(ac.sample("china-replica").isel(unit=slice(0, 4)))
    few.run()
    assert of(few.results(), "density_changes") == [], "four units carry no statement, so nothing is said"


def test_every_statement_on_the_density_has_a_sentence(replica: xr.DataTree) -> None:
    every = {word for pair in STATEMENTS.values() for word in pair if word} - {"stays_unimodal"}
    assert set(MOVES) == every
    table = replica["density_changes"].to_dataset().copy(deep=True)
    at = {"group": 0, "feature": list(table["feature"].values).index("peak_x")}
    table["statement"][at], table["holds"][at], table["change"][at] = "peak_moves_left", True, -0.03
    said = findings({"density_changes": table})
    assert said is not None
    assert "has its main peak moved to the left (-0.03, 95% interval" in str(said["en"].values[0])
    assert "主峰左移（-0.03，95% 区间" in str(said["zh"].values[0])


def test_nothing_is_said_of_nothing() -> None:
    assert findings({}) is None
    coords = {"region": ["National", "A"], "variable": ["coordination"]}
    empty = {
        k: (("region", "variable"), np.full((2, 1), np.nan)) for k in ("first", "last", "change", "change_percent")
    }
    assert findings({"region_change": xr.Dataset(empty, coords=coords)}) is None


def test_readers_read_known_tables() -> None:
    assert set(READERS) <= set(TABLES)
