"""The forecast step: nothing leaks from later years, both routes, bands, stages, skill, and what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.core.coupling import classify
from accord.method import METHODS, method
from accord.methods import rolling
from accord.study.findings import findings

FEW: dict[str, Any] = {"members": 2, "iterations": 20}
LAST = 1986


def made(**options: Any) -> ac.Study:
    few = FEW if options.get("method", "ensemble") in ("ensemble", "lstm") else {}
    return ac.Study(ac.sample("us-states"), forecast={**few, **options})


@pytest.fixture(scope="module")
def study() -> ac.Study:
    return made()


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """D of 12 units over 12 years."""
    rng = np.random.default_rng(3)
    x = rng.uniform(0.3, 0.5, (12, 1)) + 0.01 * np.arange(12) + 0.3 * rng.normal(0, 0.01, (12, 12)).cumsum(axis=1)
    return pd.DataFrame(x, [f"u{i:02d}" for i in range(12)], range(2011, 2023))


@pytest.fixture
def of(tmp_path: Path) -> Callable[..., ac.Study]:
    """A study whose two indices are the squares of one table: D is that table."""

    def made(d: pd.DataFrame, forecast: Any) -> ac.Study:
        table = (d**2).rename_axis("unit").reset_index().melt("unit", var_name="year", value_name="A")
        table.assign(B=table["A"]).to_csv(tmp_path / "panel.csv", index=False)
        return ac.Study(ac.read_panel(tmp_path / "panel.csv", indices=["A", "B"]), forecast=forecast)

    return made


def variable(study: ac.Study, name: str) -> xr.DataArray:
    study.evaluator.obtain([name])
    return study.evaluator.have[name]


# ------------------------------------------------------------------------------------------------------- frames, origins


def test_the_vintage_is_the_study_in_the_frame_of_the_origin(study: ac.Study) -> None:
    vintage = variable(study, "vintage")
    for origin in (1978, 1983):
        then = study.with_(normalise={"frame": "train", "until": origin}, forecast=False)["coordination"]
        np.testing.assert_array_equal(
            vintage.sel(origin=origin).transpose("unit", "time"), then.transpose("unit", "time")
        )
    now = study["coordination"].transpose("unit", "time")
    np.testing.assert_array_equal(vintage.sel(origin=LAST).transpose("unit", "time"), now)


@pytest.mark.parametrize("frame", ["per_year", "base"])
def test_frames_of_their_own_keep_their_bounds(frame: str) -> None:
    study = ac.Study(ac.sample("us-states"), normalise={"frame": frame}, weights="equal", forecast="drift")
    now = study["coordination"].transpose("unit", "time").values
    np.testing.assert_allclose(variable(study, "vintage").sel(origin=1980).transpose("unit", "time"), now, rtol=1e-12)


def test_nothing_leaks_from_later_years(study: ac.Study) -> None:
    """Other values after an origin change nothing that was forecast from it."""
    panel = ac.sample("us-states")
    late = panel["time"] > 1982
    rng = np.random.default_rng(1)
    panel["indicators"] = panel["indicators"] * (1 + late * xr.DataArray(rng.uniform(0, 0.5, 48), dims="unit"))
    other = ac.Study(panel, forecast=FEW)
    a, b = (variable(s, "tried").sel(origin=1982) for s in (study, other))
    np.testing.assert_array_equal(a.values, b.values)
    c, d = (variable(s, "tried").sel(origin=LAST) for s in (study, other))
    assert not np.allclose(c.values, d.values)


def test_origins_start_at_half_and_the_holdout_is_one() -> None:
    origins = variable(made(method="drift", holdout=4), "origins")
    assert origins.values.tolist() == list(range(1978, 1987))
    assert origins.values[origins["holdout"].values].tolist() == [1982]
    early = variable(made(method="drift", holdout=13), "origins")
    assert early.values.tolist() == [1973, *range(1978, 1987)]


# --------------------------------------------------------------------------------------------------------------- routes


def test_the_indices_go_through_the_coupling_of_the_study() -> None:
    study = ac.Study(
        ac.sample("us-states"),
        coupling={"method": "wang", "weights": [0.3, 0.7]},
        forecast={"method": "drift", "compare": []},
    )
    every = variable(study, "tried").sel(part=[1, 2], model="drift", origin=LAST)
    u = every.transpose("part", "unit", "horizon").values
    c = np.sqrt((1 - abs(u[0] - u[1])) * u.min(axis=0) / u.max(axis=0))
    d = np.sqrt(c * (0.3 * u[0] + 0.7 * u[1]))
    table = study["forecast"].sel(model="drift", route="indices")["mean"].transpose("unit", "time")
    np.testing.assert_allclose(table.values, d[:, :8], rtol=1e-12)


def test_the_leading_model_and_route_come_first() -> None:
    table = ac.tidy(made(method="theta", route="indices")["forecast"])
    assert table.loc[0, ["model", "route", "unit", "time"]].tolist() == ["theta", "indices", "Alabama", 1987]
    assert table["route"].unique().tolist() == ["indices", "direct"]
    assert {"naive", "drift"} <= set(table["model"])


def test_long_tables_hold_both_routes_of_the_leading_model_alone(study: ac.Study) -> None:
    routes = {"direct", "indices"}
    ranked = study["forecast_ranking"]["mase"]
    assert np.isfinite(ranked.sel(model=["theta", "drift"])).all(), "the ranking keeps all"
    for name, rows in (("forecast", 48 * 8), ("forecast_holdout", 48 * 3)):
        table = ac.tidy(study[name])
        found = table.groupby(["model", "route"]).size()
        assert set(found["ensemble"].index) == routes and (found == rows).all()
        assert set(found.drop("ensemble", level="model").index.get_level_values("route")) == {"direct"}
        assert list(table["model"].unique()) == study[name]["model"].values.tolist()


def test_the_ensemble_is_the_mean_of_its_parts(study: ac.Study) -> None:
    mean = study["forecast"]["mean"].sel(route="direct")
    parts = mean.sel(model=["lstm", "theta", "drift"]).mean("model")
    np.testing.assert_allclose(mean.sel(model="ensemble").values, parts.values, rtol=1e-12)


# ----------------------------------------------------------------------------------------------- bands, stages, regions


def test_bands_hold_their_mean_and_each_other(study: ac.Study) -> None:
    t = study["forecast"].transpose("model", "route", "unit", "time")
    order = [t[k].values for k in ("lo95", "lo80", "mean", "hi80", "hi95")]
    there = np.isfinite(order[2])
    for below, above in itertools.pairwise(order):
        assert (below <= above + 1e-12)[there].all()
    assert (order[0] >= 0)[there].all() and (order[-1] <= 1)[there].all()
    near, far = (t["basis80"].isel(time=k).values[there[..., k]] for k in (0, -1))
    assert near.min() == 1 and (far == 2).all()
    assert (t["basis95"].values[there] == 2).all(), "nine years cannot calibrate a band of 95 %"


def test_stages_follow_the_mean_and_their_chances_add_up(study: ac.Study) -> None:
    t, edges = study["forecast"].isel(model=0, route=0), np.arange(10) / 10
    np.testing.assert_array_equal(t["forecast_stage"].values, classify(t["mean"].values, edges))
    chance = study["forecast_stages"]["probability"].transpose("unit", "time", "level").values
    np.testing.assert_allclose(np.nansum(chance, axis=-1), 1, atol=1e-12)
    assert (ac.tidy(study["forecast_stages"])["probability"] > 0).all()
    picked = np.take_along_axis(chance, t["forecast_stage"].transpose("unit", "time").values[..., None] - 1, -1)[..., 0]
    np.testing.assert_allclose(t["stage_probability"].transpose("unit", "time").values, picked, rtol=1e-12)


def test_arrivals_and_tiers_are_read_off_the_path(study: ac.Study) -> None:
    path = study["forecast"].isel(model=0, route=0)["forecast_stage"].transpose("unit", "time")
    ends = study["tiers"]
    np.testing.assert_array_equal(ends["stage_last"].values, path.isel(time=-1).values)
    rows = ac.tidy(study["stage_arrivals"])
    assert list(rows)[:5] == ["unit", "stage", "stage_name", "year", "probability"]
    reached = rows[rows["year"].notna()]
    assert len(reached) and len(reached) < len(rows)
    for row in reached.itertuples():
        stages = path.sel(unit=row.unit)
        up = row.stage > int(ends["stage_first"].sel(unit=row.unit))
        there = stages >= row.stage if up else stages <= row.stage
        assert int(stages["time"].values[there.values.argmax()]) == row.year
    first = ends["tier"].values == 1
    assert (ends["stage_last"].values[first] == ends["stage_last"].values.max()).all()


def test_regional_means_are_means_of_units(study: ac.Study) -> None:
    t, one = study["forecast_regions"], study["forecast"].isel(model=0, route=0)
    by = one["mean"].groupby(one["region"]).mean("unit")
    for region in by["region"].values:
        np.testing.assert_allclose(t["mean"].sel(group=region).values, by.sel(region=region).values, rtol=1e-12)
    np.testing.assert_allclose(t["mean"].sel(group="National").values, one["mean"].mean("unit").values, rtol=1e-12)
    assert sorted(t["rank"].isel(time=-1).values[1:]) == list(range(1, 10))


def test_pace_beyond_history_is_told(panel: pd.DataFrame, of: Callable[..., ac.Study]) -> None:
    """A unit that must rise faster than any has: told in the table and in a finding."""
    slow = panel * 0 + np.linspace(0.3, 0.31, 12)
    slow.iloc[0] = np.r_[np.full(11, 0.3), 0.5]
    study = of(slow, {"method": "unit_drift", "until": 2023})
    pace = study["forecast_pace"].sel(unit="u00")
    assert float(pace["rise"]) == pytest.approx(0.2 / 11) and float(pace["fastest"]) == pytest.approx(0.2)
    naive = of(slow, {"method": "drift", "until": 2030})
    assert set(ac.tidy(naive["forecast_pace"])["pace"]) <= {"as fast as it has been", "faster than it has been",
                                                           "faster than any unit has been"}  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- skill


def test_naive_has_no_skill_against_itself(study: ac.Study) -> None:
    ranks = study["forecast_ranking"].sel(model="naive", route="direct")
    assert float(ranks["skill_naive"]) == 0 and np.isnan(float(ranks["dm_naive_p"]))
    assert float(study["forecast_ranking"]["skill_drift"].sel(model="drift", route="direct")) == 0


def test_ranks_follow_the_error(study: ac.Study) -> None:
    t = study["forecast_ranking"]
    order = np.argsort(t["mase"].values.ravel(), kind="stable")
    assert (np.diff(t["rank"].values.ravel()[order]) >= 0).all()


def test_the_skill_of_drift_is_that_by_hand(study: ac.Study) -> None:
    vintage = variable(study, "vintage").transpose("origin", "unit", "time")
    size = []
    for origin in range(1978, LAST):
        x, k = vintage.sel(origin=origin).values, origin - 1969
        scale = np.abs(np.diff(x[:, :k])).mean(axis=1)
        size.append(np.abs(x[:, k] - (x[:, k - 1] + np.diff(x[:, :k]).mean())) / scale)
    found = study["forecast_skill"]["mase"].sel(model="drift", route="direct", horizon=1)
    np.testing.assert_allclose(float(found), np.mean(size), rtol=1e-10)


def test_no_p_value_below_eight_origins(panel: pd.DataFrame, of: Callable[..., ac.Study]) -> None:
    ranks = of(panel, "theta")["forecast_ranking"]
    assert np.isnan(ranks["dm_drift_p"].values).all()
    assert str(ranks["reason"].sel(model="theta", route="direct").item()) == "6 origins; a p-value needs 8"


def test_the_holdout_is_one_origin(study: ac.Study) -> None:
    t = study["forecast_holdout"].sel(model="drift", route="direct")
    then = study.with_(normalise={"frame": "train", "until": 1983}, forecast=False)["coordination"]
    np.testing.assert_allclose(
        t["actual"].transpose("unit", "time"), then.sel(time=t["time"]).transpose("unit", "time")
    )
    x = then.sel(time=slice(None, 1983)).transpose("unit", "time").values
    said = x[:, -1:] + np.diff(x).mean() * np.arange(1, 4)
    np.testing.assert_allclose(t["predicted"].transpose("unit", "time").values, said, rtol=1e-10)


def test_the_winner_is_named_whoever_it_is(study: ac.Study) -> None:
    table = {"forecast_ranking": study["forecast_ranking"]}
    found = findings(table)
    assert found is not None
    text = " ".join(found["en"].values.tolist())
    assert "no model misses less than naive (MASE 1.670" in text
    assert "The forecasts shown are those of ensemble" in text and "The best LSTM alone" in text


# -------------------------------------------------------------------------------------------------- what cannot be done


def test_bad_years_are_met_before_a_run() -> None:
    for options, words in (
        ({"until": 1986}, ("until = 1986", "1987")),
        ({"until": 1960}, ("until = 1960", "1987")),
        ({"holdout": 14}, ("holdout = 14", "at most 13")),
        ({"holdout": 99}, ("holdout = 99", "leaves 0 of 17")),
        ({"until": 2100}, ("114 years ahead", "2020")),
        ({"compare": ["lstn"]}, ('"lstn"', '"lstm"')),
        ({"members": 0}, ("members",)),
        ({"method": "drift", "members": 3}, ("members",)),
    ):
        with pytest.raises(ac.InputError) as said:
            ac.Study(ac.sample("us-states"), forecast=options)
        assert all(word in str(said.value) for word in words), str(said.value)


def test_fewer_than_six_years_are_refused(panel: pd.DataFrame, of: Callable[..., ac.Study]) -> None:
    study = of(panel.iloc[:, :5], {})
    (step,) = [s for s in study.run() if s.name == "forecast"]
    assert step.state == "refused" and "at least 6 years" in step.reason and "6 年" in step.reason_zh


def test_six_years_are_enough(panel: pd.DataFrame, of: Callable[..., ac.Study]) -> None:
    study = of(panel.iloc[:, :6], FEW)
    (step,) = [s for s in study.run() if s.name == "forecast"]
    assert step.state == "done", step.reason
    told = study["forecast"].sel(route="direct")
    assert (told["basis80"].values == 2).all(), "two origins calibrate nothing"
    assert np.isfinite(told["mean"].values).all()


def histories_of(d: pd.DataFrame) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """D, its histories and its years where the only origin is the last year."""
    x = xr.DataArray(d.values, dims=("unit", "time"), coords={"unit": d.index.values, "time": d.columns.values})
    years = xr.DataArray(d.columns.values, dims="time")
    one = x.expand_dims(origin=[int(years[-1])])
    return x, rolling.histories(one, one.expand_dims("subsystem"), years), years


def test_a_unit_with_a_gap_is_left_out_with_its_reason(panel: pd.DataFrame) -> None:
    holed = panel.copy()
    holed.iloc[2, 5], holed.iloc[3, -1] = np.nan, np.nan
    d, found, years = histories_of(holed)
    assert np.isnan(found.sel(unit=["u02", "u03"]).values).all()
    assert np.isfinite(found.drop_sel(unit=["u02", "u03"]).values).all()
    notes = ac.tidy(rolling.forecast_units(d, found, years)).set_index("unit")["note"]
    assert "gap" in notes["u02"] and "gap" in notes["u03"] and (notes.drop(["u02", "u03"]) == "").all()
    with pytest.raises(ac.Refused, match="no unit has D"):
        histories_of(panel * np.nan)


def test_a_late_unit_is_forecast_from_its_own_years(panel: pd.DataFrame) -> None:
    late = panel.copy()
    late.iloc[4, :5] = np.nan
    d, found, years = histories_of(late)
    notes = ac.tidy(rolling.forecast_units(d, found, years)).set_index("unit")
    assert "late" in notes.loc["u04", "note"] and notes.loc["u04", "known_years"] == 7
    for name in ("drift", "theta", "lstm"):
        assert np.isfinite(ac.forecast(late, 3, name, **(FEW if name == "lstm" else {}))["mean"].values).all()


def test_constant_units_and_bounds_are_carried(panel: pd.DataFrame, of: Callable[..., ac.Study]) -> None:
    odd = panel.copy()
    odd.iloc[0], odd.iloc[1] = 0.4, np.linspace(0.78, 1.0, 12)
    odd.iloc[2] = np.linspace(0.11, 0.0, 12)
    table = ac.forecast(odd, method="holt").isel(model=0, route=0)["mean"]
    assert (table.sel(unit="u00").values == 0.4).all()
    assert (table.sel(unit="u01").values <= 1).all() and (table.sel(unit="u02").values >= 0).all()
    notes = ac.tidy(of(odd, "holt")["forecast_units"])
    assert [word in note for word, note in zip(("constant", "0 or 1", "0 or 1"), notes["note"][:3], strict=True)] == [
        True
    ] * 3


def test_diverging_networks_are_dropped_and_counted(panel: pd.DataFrame, of: Callable[..., ac.Study]) -> None:
    """A rate that bursts: all networks gone, the model is refused and the study goes on."""
    options = {"method": "lstm", "optimiser": "sgd", "rate": 1e6, **FEW}
    study = of(panel, options)
    (step,) = [s for s in study.run() if s.name == "forecast"]
    assert step.state == "refused" and "diverg" in step.reason


def test_a_comparator_that_cannot_be_had_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    study = ac.Study(ac.sample("us-states"), forecast={"method": "drift", "compare": ["ets"]})
    models = ac.tidy(study["forecast_models"]).set_index("model")
    assert "accord[statsforecast]" in models.loc["ets", "reason"] and models.loc["drift", "reason"] == ""
    assert np.isnan(study["forecast"]["mean"].sel(model="ets").values).all()
    assert np.isfinite(study["forecast_ranking"]["mase"].sel(model="drift").values).all()


# ------------------------------------------------------------------------------------------------------- other doors


def test_a_study_of_given_indices_forecasts_as_the_function_does() -> None:
    study = ac.Study(ac.sample("china-replica"), forecast={"method": "theta", "compare": []})
    d = study["coordination"].transpose("unit", "time").to_pandas()
    mine, theirs = ac.forecast(d, method="theta"), study["forecast"].sel(model=["theta"], route=["direct"])
    for key in ("mean", "lo80", "hi95", "stage_probability"):
        np.testing.assert_allclose(
            mine[key].values, theirs[key].transpose(*mine[key].dims).values, rtol=1e-9, atol=1e-12
        )


def test_the_function_says_how_it_stands(panel: pd.DataFrame) -> None:
    found = ac.forecast(panel, 3, **FEW)
    assert set(found["time"].values) == {2023, 2024, 2025} and found.sizes["model"] == 1
    assert {"mase", "mase_naive", "mase_drift", "skill_naive", "says_en", "says_zh"} <= set(found.attrs)
    rows = ac.tidy(found)
    assert len(rows) == 36 and list(rows)[:5] == ["model", "route", "unit", "time", "mean"]
    again = ac.forecast(panel.iloc[::-1], 3, **FEW).sel(unit=found["unit"])
    np.testing.assert_allclose(again["mean"].values, found["mean"].values, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.iloc[:, :5], "at least 6 years"),
        (lambda d: d.rename(columns={2013: "x"}), '"x" is no year'),
        (lambda d: d.drop(columns=2015), "2014-2016"),
        (lambda d: d * np.where(d.index == "u03", np.nan, 1.0)[:, None], "u03 has no value in 2011"),
        (
            lambda d: d * np.where((d.index == "u03")[:, None] & (d.columns == 2015), np.nan, 1.0),
            "u03 has no value in 2015",
        ),
        (lambda d: -d, "u00 in 2011 is negative"),
        (lambda d: d / 0, "is infinite"),
        (lambda d: d.astype(str) + "!", "is no number"),
        (lambda d: d.iloc[:0], "empty"),
        (lambda d: d.values, "ndarray"),
        (lambda d: pd.concat([d, d]), "stands twice"),
    ],
)
def test_bad_tables_get_one_sentence(change: Any, words: str, panel: pd.DataFrame) -> None:
    with pytest.raises((ac.InputError, ac.Refused), match="forecast") as said:
        ac.forecast(change(panel), method="drift")
    assert words in str(said.value) and "\n" not in str(said.value)


@pytest.mark.parametrize(
    "options", [{"members": "5"}, {"members": 2.5}, {"members": True}, {"hidden": 0}, {"seed": 1.5}, {"seed": -1}]
)
def test_options_of_the_function_are_held_to_their_declaration(options: dict[str, Any], panel: pd.DataFrame) -> None:
    with pytest.raises(ac.InputError, match=f"forecast: {next(iter(options))} = "):
        ac.forecast(panel, method="lstm", **options)


def test_a_model_that_no_origin_can_judge_is_refused(panel: pd.DataFrame, of: Callable[..., ac.Study]) -> None:
    study = of(panel, {"method": "lstm", "window": 10, **FEW})
    (step,) = [s for s in study.run() if s.name == "forecast"]
    assert step.state == "refused" and "smaller window" in step.reason
    with pytest.raises(ac.Refused, match="smaller window"):
        ac.forecast(panel, method="lstm", window=10, **FEW)


def test_a_filled_value_at_the_origin_is_no_history(tmp_path: Path) -> None:
    """A gap is closed with the year after it: what was forecast from its year must not know that."""
    rng = np.random.default_rng(5)
    rows = [{"unit": f"u{i}", "year": 2010 + t, "a": 1 + i + t + rng.uniform(), "b": 5 + 2 * i + t + rng.uniform()}
            for i in range(6) for t in range(10)]  # fmt: skip
    system = pd.DataFrame({"key": ["a", "b"], "subsystem": ["A", "B"], "direction": ["+", "+"]})
    rows[6]["a"] = None
    pd.DataFrame(rows).to_csv(tmp_path / "p.csv", index=False)
    study = ac.Study(ac.read_panel(tmp_path / "p.csv", ac.IndicatorSystem.from_table(system)), forecast="drift")
    told = variable(study, "forecasts").sel(model="drift", route="direct")
    assert np.isnan(told.sel(origin=2016, unit="u0").values).all()
    assert np.isfinite(told.sel(origin=2016).drop_sel(unit="u0").values).all()
    assert np.isfinite(told.sel(origin=[2015, 2017, 2019], unit="u0").values).all()


def test_misses_stand_in_the_frame_of_the_study(study: ac.Study) -> None:
    v = variable(study, "vintage").transpose("origin", "unit", "time").values
    move = [np.abs(np.diff(x[:, :9])).mean() for x in (v[0], v[-1])]
    parts = (variable(study, name) for name in ("missed", "outcome", "forecasts"))
    missed, outcome, told = (
        a.isel({d: 0 for d in ("model", "route", "rolling", "origin") if d in a.dims}) for a in parts
    )
    wanted = (outcome - told).transpose("unit", "horizon") * move[1] / move[0]
    np.testing.assert_allclose(missed.transpose("unit", "horizon").values, wanted.values, rtol=1e-10)


def test_a_model_of_ones_own_is_judged_like_any_other() -> None:
    @method(step="forecast", makes=("paths",), table=None)
    def jump(histories: xr.DataArray, ahead: xr.DataArray) -> xr.DataArray:
        """The last value and a tenth more."""
        base = METHODS["forecast", "naive"].func(histories, ahead)
        return (base + 0.1).assign_coords(model=["jump"])

    try:
        study = ac.Study(ac.sample("us-states"), forecast={"method": "jump", "compare": []})
        ranks = study["forecast_ranking"]
        assert ranks["model"].values.tolist() == ["jump", "naive", "drift"]
        assert float(ranks["mae"].sel(model="jump", route="direct")) > 0.08
        table = study["forecast"].sel(model="jump", route="direct")["mean"].isel(time=0)
        np.testing.assert_allclose(table.values, study["coordination"].isel(time=-1).values + 0.1, rtol=1e-12)
    finally:
        del METHODS["forecast", "jump"]


def test_bands_cover_on_simulated_panels() -> None:
    """The small version of benchmarks/forecast_coverage.py: the mean over panels is near what is promised."""
    shares = []
    for number in range(60):
        rng = np.random.default_rng(number)
        noise = rng.normal(0, 0.008, (31, 15))
        for t in range(1, 15):
            noise[:, t] += 0.5 * noise[:, t - 1]
        x = rng.uniform(0.2, 0.5, (31, 1)) + rng.normal(0.01, 0.004, (31, 1)) * np.arange(15) + noise
        found = ac.forecast(pd.DataFrame(x[:, :12], columns=range(12)), 3, "drift").isel(model=0, route=0)
        shares.append(((found["lo80"].values <= x[:, 12:]) & (x[:, 12:] <= found["hi80"].values)).mean())
    assert 0.77 < np.mean(shares) < 0.84
