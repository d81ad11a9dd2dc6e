"""Every setting has its row beside the published study's; what is said to be the same is the same."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.method import Unused
from accord.settings import value
from accord.study.conventions import conventions
from accord.study.findings import findings
from accord.study.plan import settle
from accord.study.published import published_plan
from accord.study.reasons import IN_PART, LIKE, READING, STATED, WHY


@pytest.fixture(scope="module")
def study() -> ac.Study:
    return ac.Study(ac.sample("us-states"))


@pytest.fixture(scope="module")
def tree(study: ac.Study) -> xr.DataTree:
    study["alternatives"]
    return study.results()


@pytest.fixture(scope="module")
def table(tree: xr.DataTree) -> pd.DataFrame:
    return ac.tidy(tree["conventions"].to_dataset())


def row(table: pd.DataFrame, step: str, setting: str) -> pd.Series:
    return table[(table["step"] == step) & (table["setting"] == setting)].iloc[0]


def test_one_row_each(study: ac.Study, table: pd.DataFrame) -> None:
    assert not table.duplicated(["step", "setting"]).any()
    for step, choice in study.settled.chosen.items():
        settled = choice.settled(study.source.small)
        own = {name for name, value in settled.items() if value is not None and not isinstance(value, Unused)}
        assert own <= set(table.loc[table["step"] == step, "setting"]), step


def test_published_settings_are_those_of_its_template(table: pd.DataFrame) -> None:
    theirs = published_plan()["steps"]
    assert row(table, "density", "bandwidth")["published"] == theirs["density"]["bandwidth"] == "sheather_jones"
    assert row(table, "pvar", "style")["published"] == theirs["pvar"]["style"]
    off = {step for step, said in theirs.items() if said is False}
    assert off and all(row(table, step, "method")["published"] == "false" for step in off)
    assert row(table, "filled", "ends")["published"] == published_plan()["panel"]["gaps"]["ends"]


def test_what_is_the_same(table: pd.DataFrame) -> None:
    for step, setting, same in [
        ("weights", "method", "yes"), ("stages", "method", "yes"), ("coupling", "weights", "yes"),
        ("density", "bandwidth", "no"), ("forecast", "method", "no"), ("obstacle", "method", "no"),
        ("stages", "edges", "yes"), ("stages", "names", "no"), ("stages", "names_zh", "yes"), ("inequality", "errors", ""),
    ]:  # fmt: skip
        assert row(table, step, setting)["same"] == same, (step, setting)
    both = table[(table["same"] == "yes") & ~table["setting"].isin(["weights"]) & (table["step"] != "stages")]
    assert (both["used"] == both["published"]).all()
    assert (table.loc[table["same"] == "no", "used"] != table.loc[table["same"] == "no", "published"]).all()


def test_a_study_of_the_published_settings_has_them(study: ac.Study) -> None:
    table = ac.tidy(conventions(study.source, settle(published_plan()["steps"])))
    assert set(table["same"]) == {"yes"} and (table["used"] == table["published"]).all()


def test_equal_weights_may_be_named_or_not(study: ac.Study) -> None:
    for weights, same in (({"Infrastructure": 0.5, "Economy": 0.5}, "yes"), (None, "yes"), ([0.4, 0.6], "no")):
        found = study.with_(coupling={"weights": weights}).results()["conventions"].to_dataset()
        assert row(ac.tidy(found), "coupling", "weights")["same"] == same


def test_other_edges_are_not_the_same(study: ac.Study) -> None:
    found = ac.tidy(study.with_(stages="five").results()["conventions"].to_dataset())
    assert row(found, "stages", "method")["same"] == row(found, "stages", "edges")["same"] == "no"
    assert row(found, "stages", "edges")["used"] == "[0.25, 0.5, 0.7, 0.85]"


def test_alternatives_are_the_other_methods_and_values(table: pd.DataFrame) -> None:
    assert row(table, "coupling", "method")["alternatives"] == "wang, fan"
    assert row(table, "normalise", "frame")["alternatives"] == "per_year, base, train"
    assert row(table, "coupling", "root")["alternatives"] == "false"
    assert row(table, "unit_roots", "trend")["alternatives"] == ""


def test_every_difference_has_a_reason_in_two_languages(table: pd.DataFrame) -> None:
    differ = table[table["same"] == "no"]
    assert len(differ) > 10 and (differ["why"] != "").all() and (differ["why_zh"] != "").all()
    for text in WHY.values():
        assert text.en.endswith(".") and text.zh.endswith("。") and not re.search("[一-鿿]", text.en)


def test_reasons_and_statements_are_of_settings_that_exist() -> None:
    every = settle({"forecast": "paper"}), settle({}), settle(published_plan()["steps"])
    known = {(step, name) for s in every for step, c in s.chosen.items() for name in ("method", *c.shown)}
    known |= {("filled", "inside"), ("filled", "ends")}
    assert {*WHY, *STATED, *IN_PART, *READING, *LIKE, *LIKE.values()} <= known
    assert not (STATED & READING or STATED & IN_PART or READING & IN_PART)


def test_steps_out_of_reach_have_no_setting_of_ours() -> None:
    table = ac.tidy(ac.Study(ac.sample("china-replica")).results()["conventions"].to_dataset())
    weights = row(table, "weights", "method")
    assert (weights["used"], weights["published"], weights["same"]) == ("", "entropy", "")
    assert row(table, "coupling", "method")["used"] == "standard"


def test_findings_name_the_farthest_and_those_that_turn(tree: xr.DataTree) -> None:
    said = findings({"alternatives": tree["alternatives"].to_dataset()})
    assert said is not None
    first, second = said["en"].values
    frame = ac.tidy(tree["alternatives"].to_dataset())
    far = frame.loc[frame["mean_difference"].idxmax()]
    assert far["alternative"] == "critic" and "weights: CRITIC moves D most" in first
    assert f"{far['mean_difference']:.4f}" in first and f"{far['largest']:.4f}" in first
    turned = frame.loc[frame["sign"] == "turned", "alternative"]
    assert "rises" in second and all(value("method", name, "en") in second for name in turned) and "Wang" not in second
    assert "指标权重：CRITIC 法" in said["zh"].values[0]


def test_findings_of_a_trend_that_holds() -> None:
    study = ac.Study(ac.sample("china-replica"))
    table = study["alternatives"]
    assert isinstance(table, xr.Dataset)
    said = findings({"alternatives": table})
    assert said is not None and said["en"].values[1].endswith("under every one of them.")


@pytest.mark.parametrize(("step", "setting", "used", "published", "same", "stated"), [
    ("pvar", "leader", "bias_corrected", "gmm_two_step", "no", "in part"),
    ("pvar", "collapse", "true", "of_stata_pvar", "no", "reading"),
    ("pvar", "instrument_lags", "[2, 4]", "of_stata_pvar", "no", "reading"),
    ("pvar", "order", '["Ecological resilience", "Urban-rural integration"]',
     '["Ecological resilience", "Urban-rural integration"]', "yes", "not stated"),
    ("forecast", "optimiser", "adam", "sgd", "no", "stated"),
    ("forecast", "iteration", "batch", "epoch", "no", "reading"),
    ("forecast", "scope", "global", "global", "yes", "not stated"),
    ("forecast", "until", "2030", "2030", "yes", "stated"), ("forecast", "holdout", "3", "3", "yes", "stated"),
])  # fmt: skip
def test_settings_stand_as_they_are_in_effect(
    step: str, setting: str, used: str, published: str, same: str, stated: str
) -> None:
    """What a method fixes, another option decides or the panel's years and variables say, and not what was asked for."""
    table = ac.tidy(ac.Study(ac.sample("china-replica")).results()["conventions"].to_dataset())
    found = row(table, step, setting)
    assert tuple(found[["used", "published", "same", "stated"]]) == (used, published, same, stated)


def test_what_nothing_reads_is_no_setting(study: ac.Study, table: pd.DataFrame) -> None:
    places = set(zip(table["step"], table["setting"], strict=True))
    assert not places & {("normalise", "outside"), ("plane", "at_zero"), ("pvar", "max_lags")}
    other = study.with_(
        coupling="wang", pvar={"lags": "aic"}, unit_roots={"tests": ["hadri"]}, density={"bandwidth": 0.1}
    )
    found = ac.tidy(other.results()["conventions"].to_dataset())
    root, bandwidth = row(found, "plane", "root"), row(found, "unit_roots", "bandwidth")
    assert (root["used"], root["published"], root["same"]) == ("unused, variant = wang", "true", "no")
    assert (bandwidth["used"], bandwidth["published"], bandwidth["same"]) == ('unused, tests = ["hadri"]', "1", "no")
    most = row(found, "pvar", "max_lags")
    assert (most["used"], most["published"]) == ("3", 'unused, lags = {"default": 1}')
    assert most["stated"] == "stated", "as what switches it off is"
    assert row(found, "density", "common")["used"] == "unused, bandwidth = 0.1"


@pytest.mark.parametrize("style", ["xtvar", "stata_pvar"])
def test_a_published_style_has_its_own_leader_and_instruments(study: ac.Study, style: str) -> None:
    found = study.with_(pvar={"style": style}).settled.chosen["pvar"].settled(study.source.small)
    assert found["leader"] == "gmm_two_step" and found["time_effects"] is False
    assert found["collapse"] == found["instrument_lags"] == f"of_{style}"


def test_other_values_of_what_a_method_fixes_are_those_of_its_siblings(study: ac.Study) -> None:
    found = ac.tidy(study.with_(forecast="paper").results()["conventions"].to_dataset())
    assert row(found, "forecast", "optimiser")[["used", "alternatives", "same"]].tolist() == ["sgd", "adam", "yes"]
