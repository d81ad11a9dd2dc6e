"""Method sentences say what was done, whatever the settings, in both languages; scopes and means follow the plan."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import accord as ac
from accord.references import REFERENCES

SYMBOLS = {
    "a", "c", "d", "ln", "max", "min", "n", "w", "w_j", "x", "z", "z_j", "C", "D", "O_j", "S", "T", "U", "U1", "U2", "Ui",
    "Uj", "CRITIC", "SPSSAU", "Fan", "Infrastructure", "Economy", "aU", "j", "h", "sd", "b", "p", "q", "k", "F", "I", "P",
    "tr", "LR", "Q", "L", "IQR", "Silverman", "Dagum", "HC", "HC3", "Newey", "West", "Shorrocks", "Pearson", "Moran", "Geary",
    "Lambert", "PySAL", "sigma", "beta", "s", "bT", "LSTM", "Adam", "Theta", "MASE", "MAE", "R2", "K", "Diebold", "Mariano",
    "W", "Im", "Pesaran", "Shin", "Harris", "Tzavalis", "Fisher", "PP", "Phillips", "Perron", "CD", "rho",
    "AIC", "Andrews", "BIC", "Cholesky", "GMM", "HQIC", "Hansen", "J", "Lu", "MAIC", "MBIC", "MQIC", "Sigma", "VAR", "Wald", "t",
    "N", "E",
}  # fmt: skip
"""Latin letters that a Chinese sentence may hold: symbols, names of people and software, the study's own names."""
PLANS: list[dict[str, Any]] = [
    {},
    {"normalise": {"frame": "base"}, "weights": {"zeros": "shift"}, "coupling": {"root": False}},
    {"normalise": {"frame": "train", "until": 1980, "outside": "clip"}, "weights": "critic", "coupling": "wang"},
    {"normalise": {"frame": "per_year"}, "weights": "pca", "coupling": {"method": "fan", "at_zero": "zero"}},
    {"weights": {"zeros": "shift_nonpositive"}, "index": "geometric", "obstacle": {"scope": "system"}},
    {"weights": {"zeros": "smooth", "shift": 0.01}, "rescale_index": {"method": "rescaled", "bottom": 0.1}},
    {"weights": "cv", "stages": {"method": "five", "closed": "right"}, "lag_type": {"low": 0.9, "high": 1.1}},
    {"weights": "equal", "stages": {"method": "edges", "edges": [0.4, 0.6]}, "rescale_index": "rescaled"},
    {"weights": {"method": "pca", "keep": 0.8}, "coupling": {"weights": {"Infrastructure": 0.3, "Economy": 0.7}}},
]


def said(language: str = "en", **steps: Any) -> dict[str, str]:
    """The sentence of each step of the sample study."""
    study = ac.Study(ac.sample(), **steps)
    return {made["step"]: made[f"says_{language}"] for made in study.methods()}


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_chinese_sentences_are_chinese(plan: dict[str, Any]) -> None:
    study = ac.Study(ac.sample(), **plan)
    study.run()
    for made in study.methods():
        for text in (made["says_en"], made["says_zh"]):
            assert not re.search(r"\{\w+(\.\w+)?\}", text), f"a name stands in place of what it means: {text}"
    texts = [made["says_zh"] for made in study.methods()]
    texts += [
        str(array.attrs["says_zh"])
        for table in study.results().children.values()
        for array in table.to_dataset().data_vars.values()
        if "says_zh" in array.attrs
    ]
    for text in texts:
        words = set(re.findall(r"[A-Za-z][A-Za-z_0-9]*", text))
        assert words <= SYMBOLS, text
        assert "None" not in text


def test_the_formula_is_that_of_the_option() -> None:
    assert "C = S (prod U)^(1/S) / sum U," in said()["coupling"]
    rootless = said(coupling={"root": False})
    assert "C = S^S prod U / (sum U)^S (without the root)" in rootless["coupling"]
    assert "without the root" in rootless["plane"] and "(1/S)" not in rootless["coupling"] + rootless["plane"]
    assert "and 0 where all U are zero" in said(coupling={"method": "fan", "at_zero": "zero"})["coupling"]
    assert "Wang et al. 2021" in said(coupling="wang")["plane"]


def test_rootless_formula_gives_the_values() -> None:
    study = ac.Study(ac.sample(), coupling={"root": False})
    u, c = study["index"], study["coupling"]
    expected = u.sizes["subsystem"] ** 2 * u.prod("subsystem") / u.sum("subsystem") ** 2
    np.testing.assert_allclose(c.transpose(*expected.dims).values, expected.values, rtol=1e-12)


def test_defaults_are_printed_as_they_were_used() -> None:
    assert "a = 0.5 (Infrastructure) and 0.5 (Economy)" in said()["coupling"]
    weights = {"Infrastructure": 0.3, "Economy": 0.7}
    assert "a = 0.3 (Infrastructure) and 0.7 (Economy)" in said(coupling={"weights": weights})["coupling"]
    assert "the base year 1970" in said(normalise={"frame": "base"})["normalise"]
    assert "the base year 1975" in said(normalise={"frame": "base", "base": 1975})["normalise"]
    assert "with c = 0.0001" in said(weights={"zeros": "shift"})["weights"]
    assert "with c = 0.01 for indicators" in said(weights={"zeros": "shift_nonpositive"})["weights"]
    assert "with c = 0.003" in said(weights={"zeros": "smooth", "shift": 0.003})["weights"]
    assert "0 ln 0 = 0" in said()["weights"]


def test_rows_that_set_the_weights() -> None:
    train = {"frame": "train", "until": 1980}
    for weights in ("entropy", "critic", "cv", "pca"):
        assert "all pooled rows" in said(weights=weights)["weights"]
        assert "the pooled rows of 1970-1980" in said(weights=weights, normalise=train)["weights"]
    made = said(normalise=train, rescale_index="rescaled")
    assert "the years up to 1980" in made["normalise"]
    assert "over the pooled rows of 1970-1980" in made["rescale_index"] and "clipped" in made["rescale_index"]
    assert "SPSSAU" not in said(rescale_index={"method": "rescaled", "top": 0.9})["rescale_index"]


def test_stages_and_lags_name_their_bounds() -> None:
    made = said(stages={"method": "five", "closed": "right"})
    assert "5 stages that meet at 0.25, 0.5, 0.7 and 0.85" in made["stages"] and "(low, high]" in made["stages"]
    assert "Infrastructure lags where U1/U2 < 0.8" in made["lag_type"]


def test_stages_cite_their_own_sources() -> None:
    cited = {
        name: ac.Study(ac.sample(), stages=name).settled.chosen["stages"].method.cite
        for name in ("ten", "six", "five", "four")
    }
    assert cited == {"ten": ("liao1999",), "six": ("mpe2021",), "five": ("ma2022",), "four": ()}
    assert REFERENCES["ma2022"].doi == "10.1007/s11356-021-15161-1"
    assert REFERENCES["mpe2021"].doi == "10.1155/2021/7271637"


def test_indices_that_are_given_are_not_said_to_be_made() -> None:
    study = ac.Study(ac.sample("china-replica"))
    study.run()
    made = {one["step"]: one["says_en"] for one in study.methods()}
    assert "index" not in made and "those of the data" in made["rescale_index"]


def panel(tmp_path: Path, gaps: dict[str, Any] | None = None) -> Any:
    """Four units in six years, some cells missing where `gaps` is given."""
    rng = np.random.default_rng(1)
    rows = [{"unit": f"u{i}", "year": 2010 + t, **dict(zip("abcd", rng.random(4) + 0.5, strict=True))}
            for i in range(4) for t in range(6)]  # fmt: skip
    frame = pd.DataFrame(rows)
    if gaps is not None:
        frame.loc[[2, 5], "a"] = np.nan
    frame.to_csv(tmp_path / "panel.csv", index=False)
    table = pd.DataFrame({
        "key": list("abcd"), "subsystem": ["X", "X", "Y", "Y"], "direction": ["+", "=", "=", "-"],
        "target": ["", "1", "0.7..0.9", ""], "expr": ["a * 2", "", "", ""],
    })  # fmt: skip
    return ac.read_panel(tmp_path / "panel.csv", ac.IndicatorSystem.from_table(table), **(gaps or {}))


def test_gap_rules_are_named(tmp_path: Path) -> None:
    def text(language: str, gaps: dict[str, Any] | None) -> str:
        study = ac.Study(panel(tmp_path, gaps))
        return next(m[f"says_{language}"] for m in study.methods() if m["step"] == "filled")

    assert text("en", None) == "No cell was missing, so nothing was filled."
    assert text("zh", None) == "数据无缺失，未作填补。"
    hold = text("en", {})
    assert "(2 of 96)" in hold and "linearly in time" in hold and "nearest observation at the ends" in hold
    trend = text("en", {"ends": "trend"})
    assert "the line through the nearest 3 observations at the ends" in trend
    assert "两端按最近 3 个观测值的趋势线外推" in text("zh", {"ends": "trend"})


def test_results_carry_targets_bounds_and_formulas(tmp_path: Path) -> None:
    study = ac.Study(panel(tmp_path))
    study.save(tmp_path / "study.nc")
    import xarray as xr

    with xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf") as stored:
        held = stored["panel"].to_dataset().load()
    assert held["expr"].values.tolist() == ["a * 2", "", "", ""] and held["deflator"].values.tolist() == [""] * 4
    np.testing.assert_array_equal(held["target"].values[:, 1:3], [[1, 0.7], [1, 0.9]])
    x = held["indicators"]
    np.testing.assert_array_equal(held["low"].values, x.min(("unit", "time")).values)
    np.testing.assert_array_equal(held["high"].values, x.max(("unit", "time")).values)
    assert json.loads(held.attrs["gaps"])["ends"] == "hold"
    frame = ac.tidy(study["weights"])
    assert list(frame.columns[:6]) == ["subsystem", "dimension", "indicator", "direction", "entropy", "weight"]
    assert frame["target"].tolist() == ["", "1", "0.7..0.9", ""]
    np.testing.assert_array_equal(frame["low"], held["low"].values)
    again = ac.Study(held)
    np.testing.assert_array_equal(again["coordination"].values, study["coordination"].values)


def test_bounds_stand_beside_weights_that_do_not_need_them(tmp_path: Path) -> None:
    made = ac.Study(panel(tmp_path), weights="equal")
    base = made.with_(normalise={"frame": "base"})
    assert {"low", "high"} <= set(made["weights"].coords)
    assert made.key("weights") != base.key("weights")
    yearly = ac.Study(panel(tmp_path), normalise={"frame": "per_year"})
    yearly.run()
    assert "low" not in yearly["weights"].coords
    assert yearly.results()["panel"]["low"].dims == ("indicator", "time")


def test_target_rules_are_said_for_targets_alone(tmp_path: Path) -> None:
    assert "target" not in said()["normalise"]
    rule = {"target_rule": "target_minmax"}
    texts = {m["step"]: m["says_en"] for m in ac.Study(panel(tmp_path), normalise=rule).methods()}
    assert "(max d - d) / (max d - min d) where a target is best (=)" in texts["normalise"]


def test_obstacles_rank_over_the_scope() -> None:
    inside, whole = (ac.Study(ac.sample(), obstacle={"scope": scope}) for scope in ("subsystem", "system"))
    for study, ranks in ((inside, [1, 2, 3]), (whole, [1, 2, 3, 4, 5, 6])):
        table = study.table("obstacle_ranks")
        for mine in (
            [table]
            if study is whole
            else [table.where(table["subsystem"] == s, drop=True) for s in ("Economy", "Infrastructure")]
        ):
            for year in mine["rank"].transpose("time", "indicator").values:
                assert sorted(year) == ranks
        degree, rank = (table[v].transpose("time", "indicator").values for v in ("degree", "rank"))
        assert (degree.argmax(axis=1) == np.where(rank == 1, degree, -1).argmax(axis=1)).all()
    for name in ("obstacle", "obstacle_ranks"):
        assert "subsystem" in ac.tidy(whole[name]).columns
    assert "the whole system" in whole.table("obstacle_ranks")["rank"].attrs["says_en"]
    assert "at most five) that lead the whole system in 1986" in ac.plot.caption("obstacle_heatmap", whole)
    assert "that lead each subsystem in 1986" in ac.plot.caption("obstacle_heatmap", inside)


def test_dimension_scores_follow_the_index() -> None:
    study = ac.Study(ac.sample(), index="geometric")
    score = study["dimension_scores"]["dimension_score"].sel(dimension="Output")
    z, w = study["normalised"], study["weights"]["weight"]
    mine = w["indicator"].values[study["weights"]["dimension"].values == "Output"]
    share = w.sel(indicator=mine) / w.sel(indicator=mine).sum()
    expected = (z.sel(indicator=mine) ** share).prod("indicator")
    np.testing.assert_allclose(score.values, expected.transpose(*score.dims).values, atol=1e-12)
    assert "geometric" in study["dimension_scores"]["dimension_score"].attrs["says_en"]
    arithmetic = study.with_(index={"method": "geometric", "dimension_mean": "arithmetic"})
    assert "arithmetic" in arithmetic["dimension_scores"]["dimension_score"].attrs["says_en"]


def test_options_of_helpers_stand_with_the_method() -> None:
    attrs = ac.Study(ac.sample(), weights={"zeros": "shift"})["weights"]["weight"].attrs
    assert json.loads(attrs["options"])["zeros"] == "shift"
