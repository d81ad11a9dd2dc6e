"""Every row of the table of alternatives is the study done again with one setting changed, compared by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.stats import spearmanr

import accord as ac
from accord.study import alternatives
from accord.study.published import published_plan

BY_HAND: dict[tuple[str, str, str], dict[str, Any]] = {
    ("normalise", "frame", "per_year"): {"normalise": {"frame": "per_year"}},
    ("normalise", "frame", "base"): {"normalise": {"frame": "base", "base": 1970}},
    ("normalise", "frame", "train"): {"normalise": {"frame": "train", "until": 1983}},
    ("weights", "method", "equal"): {"weights": "equal"},
    ("weights", "method", "critic"): {"weights": "critic"},
    ("weights", "zeros", "smooth"): {"weights": {"zeros": "smooth"}},
    ("index", "method", "geometric"): {"index": "geometric"},
    ("rescale_index", "method", "rescaled"): {"rescale_index": "rescaled"},
    ("coupling", "method", "wang"): {"coupling": "wang"},
    ("coupling", "root", "false"): {"coupling": {"root": False}},
    ("coupling", "weights", "0.6, 0.4"): {"coupling": {"weights": [0.6, 0.4]}},
    ("stages", "closed", "right"): {"stages": {"closed": "right"}},
}
NUMBERS = ["first", "last", "change", "largest", "mean_difference", "rank_correlation", "stage_changed", "stage_up"]


@pytest.fixture(scope="module")
def study() -> ac.Study:
    return ac.Study(ac.sample("us-states"))


@pytest.fixture(scope="module")
def table(study: ac.Study) -> pd.DataFrame:
    return ac.tidy(study["alternatives"])


def row(table: pd.DataFrame, step: str, setting: str, alternative: str) -> pd.Series:
    found = table[(table["step"] == step) & (table["setting"] == setting) & (table["alternative"] == alternative)]
    assert len(found) == 1, (step, setting, alternative)
    return found.iloc[0]


def by_hand(used: ac.Study, other: ac.Study) -> list[float]:
    d, e = (s["coordination"].transpose("unit", "time").to_pandas() for s in (used, other))
    k, m = (s["stage"].transpose("unit", "time").to_pandas() for s in (used, other))
    first, last = e[1970].mean(), e[1986].mean()
    away = (d - e).abs()
    return [
        first, last, last - first, away.max().max(), away.stack().mean(),
        spearmanr(d.mean(axis=1), e.mean(axis=1)).statistic, (k != m).stack().mean(), (m[1986] > m[1970]).mean(),
    ]  # fmt: skip


@pytest.mark.parametrize("named", BY_HAND, ids="-".join)
def test_a_row_is_the_study_done_again(study: ac.Study, table: pd.DataFrame, named: tuple[str, str, str]) -> None:
    other = study.with_(**BY_HAND[named])
    one = row(table, *named)
    np.testing.assert_allclose(one[NUMBERS].astype(float), by_hand(study, other), rtol=1e-12, atol=1e-15)
    mean = study["coordination"].mean("unit").values
    moves = mean[-1] > mean[0], one["last"] > one["first"]
    assert one["sign"] == ("same" if moves[0] == moves[1] else "turned")


def test_first_row_is_the_study(study: ac.Study, table: pd.DataFrame) -> None:
    one = table.iloc[0]
    assert one["step"] == "study" and one["largest"] == 0 and one["stage_changed"] == 0 and one["sign"] == "same"
    np.testing.assert_allclose(one["first"], float(study["coordination"].mean("unit")[0]), rtol=1e-15)


def test_weights_decide_the_way_of_the_sample_study(table: pd.DataFrame) -> None:
    """What such a table is for: the mean D of the states rises by entropy weights and falls by equal ones."""
    assert row(table, "weights", "method", "equal")["sign"] == "turned"
    assert row(table, "coupling", "method", "wang")["sign"] == "same"


def test_every_other_method_and_named_value_has_a_row(table: pd.DataFrame) -> None:
    from accord.method import choices

    for step in ("weights", "index", "rescale_index", "coupling"):
        used = table[(table["step"] == step) & (table["setting"] == "method")]
        assert {*used["alternative"], *used["used"]} == set(choices(step))
    assert not (table["setting"] == "target_rule").any() and not (table["setting"] == "outside").any()
    assert not table["step"].isin(["plane", "pairwise", "lag_type"]).any(), "D and its stages do not rest on them"


def test_what_cannot_be_had_says_why(table: pd.DataFrame) -> None:
    one = row(table, "weights", "method", "given")
    assert one[NUMBERS].isna().all() and one["sign"] == "" and "no weight for highways" in one["reason"]
    assert one["reason_zh"] == "指标表未给出权重"
    assert (table.loc[table["reason"] == "", "first"].notna()).all()


def test_other_classes_are_not_compared(table: pd.DataFrame) -> None:
    one = row(table, "stages", "method", "five")
    assert np.isnan(one["stage_changed"]) and one["largest"] == 0 and 0 <= one["stage_up"] <= 1


def test_published_chain(study: ac.Study, table: pd.DataFrame) -> None:
    """Two of its settings changed by us are changed back by the last row."""
    steps = published_plan()["steps"]
    ours = study.with_(weights="critic", coupling="wang")
    last = ac.tidy(ours["alternatives"]).iloc[-1]
    theirs = ours.with_(
        **{k: steps[k] for k in ("normalise", "weights", "index", "rescale_index", "coupling", "stages")}
    )
    assert last["step"] == "published"
    np.testing.assert_allclose(last[NUMBERS].astype(float), by_hand(ours, theirs), rtol=1e-12, atol=1e-15)
    assert table.iloc[-1]["largest"] == 0, "the sample study has the published chain"


def test_a_target_has_its_rules(make_panel: Callable[..., xr.Dataset]) -> None:
    x = np.random.default_rng(1).uniform(1, 2, (5, 6, 4))
    rows = [("a", "A", "+"), ("b", "A", "=", "1.5"), ("c", "B", "-"), ("d", "B", "+")]
    study = ac.Study(make_panel(x, rows), normalise={"frame": "base"})
    table = ac.tidy(study["alternatives"])
    rules = table[table["setting"] == "target_rule"]
    assert rules["alternative"].tolist() == ["target_minmax", "target_log"]
    pooled = row(table, "normalise", "frame", "pooled")
    d = study.with_(normalise={"frame": "pooled"})["coordination"]
    np.testing.assert_allclose(pooled["last"], float(d.mean("unit")[-1]), rtol=1e-12)
    refused = row(table, "normalise", "outside", "refuse")
    assert "leaves the bounds" in refused["reason"] and np.isnan(refused["last"])


def test_gaps_are_filled_by_the_other_rules(make_panel: Callable[..., xr.Dataset]) -> None:
    x = np.random.default_rng(2).uniform(1, 2, (5, 6, 4)).cumsum(axis=1)
    x[0, -2:, 1] = x[3, 0, 2] = np.nan
    rows = [("a", "A", "+"), ("b", "A", "+"), ("c", "B", "-"), ("d", "B", "+")]
    table = ac.tidy(ac.Study(make_panel(x, rows))["alternatives"])
    filled = table[table["step"] == "filled"]
    assert filled["used"].tolist() == ["hold", "hold"] and filled["alternative"].tolist() == ["trend", "nearest_mean"]
    d = ac.Study(make_panel(x, rows, ends="trend"))["coordination"].mean("unit")
    np.testing.assert_allclose(filled.iloc[0][["first", "last"]].astype(float), [d[0], d[-1]], rtol=1e-12)
    assert filled.iloc[0]["largest"] > 0


def test_three_subsystems(make_panel: Callable[..., xr.Dataset]) -> None:
    x = np.random.default_rng(3).uniform(1, 2, (5, 6, 3))
    study = ac.Study(
        make_panel(x, [("a", "A", "+"), ("b", "B", "+"), ("c", "C", "+")]), coupling={"weights": [0.5, 0.3, 0.2]}
    )
    table = ac.tidy(study["alternatives"])
    own = table[(table["step"] == "coupling") & (table["setting"] == "weights")]
    assert own["alternative"].tolist() == ["0.6, 0.24, 0.16", "0.4286, 0.4, 0.1714", "0.4375, 0.2625, 0.3"]
    d = study.with_(coupling={"weights": [0.6, 0.24, 0.16]})["coordination"].mean("unit")
    np.testing.assert_allclose(own.iloc[0]["last"], float(d[-1]), rtol=1e-12)
    assert table.iloc[-1]["step"] == "published" and table.iloc[-1]["reason"] == ""


def test_a_study_of_given_indices_has_the_settings_after_them() -> None:
    table = ac.tidy(ac.Study(ac.sample("china-replica"))["alternatives"])
    assert set(table["step"]) == {"study", "rescale_index", "coupling", "stages", "published"}


def test_the_step_can_be_left_out(study: ac.Study) -> None:
    off = study.with_(alternatives=False)
    assert "alternatives" in off.settled.off
    with pytest.raises(KeyError, match="no variable or table"):
        off["alternatives"]


def test_a_panel_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alternatives, "MOST", 100)
    study = ac.Study(ac.sample("us-states"))
    (step,) = study.run("alternatives")
    assert step.state == "refused" and "up to 100" in step.reason and "100" in step.reason_zh


def test_inputs_stay_and_runs_are_alike(study: ac.Study) -> None:
    before = study["coordination"].values.copy()
    first, second = (ac.tidy(ac.Study(ac.sample("us-states"))["alternatives"]) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert (study["coordination"].values == before).all()
