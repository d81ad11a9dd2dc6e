"""Findings say what stands in the tables, in both languages, and nothing where there is nothing to say."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr

import accord as ac
from accord.methods.density_changes import STATEMENTS
from accord.study.finding import READERS, Called
from accord.study.findings import MOVES, findings
from accord.study.findings_forecast import heading
from accord.study.findings_pvar import helps
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
    table["statement"][at], table["holds"][at], table["change"][at] = "peak_moves_left", 1, -0.03
    said = findings({"density_changes": table})
    assert said is not None
    assert "has its main peak moved to the left (-0.0300, 95% interval" in str(said["en"].values[0])
    assert "主峰左移（-0.0300，95% 区间" in str(said["zh"].values[0])


def test_nothing_is_said_of_nothing() -> None:
    assert findings({}) is None
    coords = {"region": ["National", "A"], "variable": ["coordination"]}
    empty = {
        k: (("region", "variable"), np.full((2, 1), np.nan)) for k in ("first", "last", "change", "change_percent")
    }
    assert findings({"region_change": xr.Dataset(empty, coords=coords)}) is None


def test_readers_read_known_tables() -> None:
    assert set(READERS) <= set(TABLES)


def test_the_key_sentence_on_the_forecast_says_that_naive_misses_less() -> None:
    coords = {"model": ["ensemble", "naive", "drift"], "route": ["direct"]}

    def said(mase: float, skill: float) -> tuple[str, str]:
        ranking = xr.Dataset(
            {
                "mase": (("model", "route"), [[mase], [1.67], [1.95]]),
                "skill_naive": (("model", "route"), [[skill], [0.0], [-0.15]]),
            },
            coords=coords,
        )
        values = {"now": 0.49, "mean": 0.5, "lo80": 0.47, "hi80": 0.53}
        regions = xr.Dataset(
            {k: (("group", "time"), [[v]]) for k, v in values.items()} | {"basis80": (("group", "time"), [[1]])},
            coords={"group": ["National"], "time": [1994]},
        )
        text = next(heading(regions, Called(), ranking))
        assert next(heading(regions, Called())).en == next(heading(regions, Called(), None)).en
        return text.en, text.zh

    en, zh = said(1.775, -0.09)
    assert "missed more than the naive forecast (MASE 1.775 against 1.670, skill -0.09)" in en
    assert "误差大于朴素预测（MASE 1.775 对 1.670，技巧得分 -0.09）" in zh
    assert "add up to more than those of the naive forecast (skill -0.02" in said(1.6, -0.02)[0]
    assert "naive" not in said(1.6, 0.1)[0] and "朴素" not in said(1.6, 0.1)[1]


def test_evidence_comes_first_and_is_counted() -> None:
    rows = [("a", "b", "National", 0.5), ("a", "b", "East", 0.6), ("b", "a", "National", 0.9), ("b", "a", "East", 0.01)]
    table = xr.Dataset(
        {
            "pvalue": ("row", [r[3] for r in rows]),
            "pvalue_bootstrap": ("row", [r[3] + 0.001 for r in rows]),
            "leading": ("row", [True] * 4),
            "descriptive": ("row", [False] * 4),
        },
        coords={k: ("row", [r[i] for r in rows]) for i, k in enumerate(("excluded", "equation", "group"))},
    )
    en = [text.en for text in helps(table, Called())]
    assert en == [
        "Past values of b help to predict a in 1 of 2 groups: East (p = 0.010, bootstrap p = 0.011).",
        "No evidence that past values of a help to predict b in any of the 2 groups: all units and East.",
        "No evidence that past values of b help to predict a in 1 of 2 groups: all units.",
    ]


def test_measures_of_sigma_convergence_that_disagree_are_both_named(replica: xr.DataTree) -> None:
    table = replica["convergence"].to_dataset().sel(group="National")
    assert table["converges"].sel(kind=["sigma", "sigma of cv"]).values.tolist() == [1, 3]
    (sigma, _) = of(replica, "convergence")
    slopes = [f"{float(b):+.4f} a year" for b in table["coefficient"].sel(kind=["sigma", "sigma of cv"])]
    assert all(slope in sigma[0] for slope in slopes)
    assert "by the standard deviation of ln D" in sigma[0] and "by the coefficient of variation" in sigma[0]
    assert "结论不一" in sigma[1]
    same = replica["convergence"].to_dataset().copy(deep=True)
    same["converges"][{"group": 0, "kind": 1}] = 1
    said = findings({"convergence": same})
    assert said is not None
    assert " and the coefficient of variation (" in str(said["en"].values[0]) and "but" not in str(said["en"].values[0])
    assert "衡量均如此" in str(said["zh"].values[0])


@pytest.mark.parametrize(
    ("p", "en", "zh"),
    [
        ([0.5, 0.4, 0.3], "none of the 3 years", "3 个年份中，D 均未呈显著的正空间自相关"),
        ([0.01, 0.4, 0.3], "1 of 3 years", "3 个年份中有 1 个年份 D 呈显著的正空间自相关"),
        ([0.01, 0.01, 0.01], "all 3 years", "3 个年份中，D 均呈显著的正空间自相关"),
        ([np.nan, np.nan, 0.2], "no year (one was tested)", "所检验的年份中，D 未呈显著的正空间自相关"),
    ],
)
def test_years_with_alike_neighbours(p: list[float], en: str, zh: str) -> None:
    moran = np.where(np.isnan(p), np.nan, [0.5, 0.4, -0.0001])
    columns = {"pvalue_permutation": p, "moran": moran, "expected": [-0.1] * 3}
    said = findings({"moran": xr.Dataset({k: ("time", v) for k, v in columns.items()}, coords={"time": [1, 2, 3]})})
    assert said is not None
    texts = [str(said[k].values[0]) for k in ("en", "zh")]
    assert en in texts[0] and texts[1].startswith(zh)
    assert all("nan" not in text and "-0.000" not in text and "0.000" in text for text in texts)


def test_no_sentence_has_a_zero_with_a_sign_or_a_blank_beside_chinese_punctuation(replica: xr.DataTree) -> None:
    skill = replica["holdout_skill"].to_dataset().copy(deep=True)
    skill["skill_drift"][{"model": 0, "route": 0}] = -0.004
    said = findings({"holdout_skill": skill})
    assert said is not None and "and 0.00 against pooled drift" in str(said["en"].values[0])
    every = [*(str(v) for v in said["zh"].values), *(str(v) for v in replica["findings"]["zh"].values)]
    for text in (*every, *(str(v) for v in replica["findings"]["en"].values)):
        assert not re.search(r"[-+]0\.?0*(?![\d.])", text), text
    for text in every:
        assert not re.search(r" [，。；：、（）“”]|[，。；：、（）“”] |  ", text), text


def test_a_forecast_that_stays_says_so() -> None:
    values = {"now": 0.75, "mean": 0.75, "lo80": 0.7, "hi80": 0.8}
    regions = xr.Dataset(
        {k: (("group", "time"), [[v]]) for k, v in values.items()} | {"basis80": (("group", "time"), [[1]])},
        coords={"group": ["National"], "time": [2026]},
    )
    text = next(heading(regions, Called()))
    assert "By 2026 mean D of all units stays at 0.7500 (80% band" in text.en and "保持在 0.7500（80%" in text.zh
