"""Steps of the panel VAR: tables hold what `ac.pvar` says of a region by hand, plans are followed, what cannot be is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.core.engine import connect, working
from accord.errors import InputError, Refused
from accord.methods import granger as granger_step
from accord.methods import lag_order as order_step
from accord.methods import pvar as steps
from accord.methods import responses
from accord.panelvar.groups import How, panels, shown_fits
from accord.phrases import ESTIMATORS

TABLES = ("lag_order", "pvar", "pvar_fit", "stability", "granger", "irf", "fevd")
DRAWS = {"granger": {"draws": 99}, "irf": {"draws": 99, "horizon": 5}, "fevd": {"draws": 99, "horizon": 5}}
Parts = dict[str, xr.DataArray]


def system(units: int = 12, years: int = 14, variables: int = 2, seed: int = 1) -> np.ndarray:
    """A stable panel VAR (variable, unit, time) with unit and year effects."""
    rng = np.random.default_rng(seed)
    a = 0.4 * np.eye(variables) + 0.1
    y, out = rng.normal(size=(units, variables)), []
    effect = rng.normal(size=(units, variables))
    for _ in range(years + 20):
        y = effect + y @ a.T + 0.3 * rng.normal(size=variables) + rng.normal(size=(units, variables))
        out.append(y)
    return np.stack(out[20:]).transpose(2, 1, 0)


def given(
    x: np.ndarray, regions: Sequence[str] | None = None, times: Any = 0, names: Sequence[str] | None = None
) -> Parts:
    """What the steps read: values (variable, unit, time) as they are, and how often each group differences each."""
    names = list(names or [f"U{k + 1}" for k in range(len(x))])
    at = {"unit": [f"u{i:02}" for i in range(x.shape[1])], "time": list(range(2001, 2001 + x.shape[2]))}
    tested = xr.DataArray(
        np.concatenate([x, x.mean(axis=0)[None]]),
        dims=("variable", "unit", "time"),
        coords={"variable": [*names, "coordination"], **at},
    )
    region = xr.DataArray(list(regions or ["North", "South"] * x.shape[1])[: x.shape[1]], dims="unit")
    every = list(dict.fromkeys(region.values.tolist()))
    orders = np.broadcast_to(np.asarray(times, dtype="i8"), (len(every) + 1, len(names) + 1))
    differencing = xr.DataArray(
        orders,
        dims=("group", "variable"),
        coords={"group": ["National", *every], "variable": [*names, "coordination"]},
    )
    return {
        "tested": tested,
        "differencing": differencing,
        "region": region,
        "regions": xr.DataArray(every, dims="region"),
        "seed": xr.DataArray(1),
    }


def call(method: Any, have: Parts, **options: Any) -> xr.Dataset:
    """A step's method on what it names, without the plan's machinery."""
    import inspect

    wanted = [
        name for name, p in inspect.signature(method).parameters.items() if p.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    return method(*(have[name] for name in wanted), **options)  # type: ignore[no-any-return]


def made(have: Parts, dynamics: bool = True, **options: Any) -> dict[str, xr.Dataset]:
    """Tables of the steps under options of the step pvar."""
    options = {"max_lags": 3, **options}
    have = {**have, **{str(key): value for key, value in call(steps.pvar_fits, have, **options).data_vars.items()}}
    out = {
        "pvar": call(steps.pvar, have),
        "pvar_fit": call(steps.pvar_fit, have),
        "stability": call(steps.stability, have),
        "how": xr.Dataset({key: have[key] for key in ("pvar_how", "pvar_leads", "pvar_series")}),
    }
    own = {key: options[key] for key in ("lags", "max_lags", "time_effects") if key in options}
    out["lag_order"] = call(order_step.lag_order, have, **{"lags": {"default": 1}, "time_effects": "auto", **own})
    if dynamics:
        out["granger"] = call(granger_step.granger, have, draws=99)
        out["irf"] = call(responses.irf, have, horizon=5, draws=99)
        out["fevd"] = call(responses.fevd, have, horizon=5, draws=99, bootstrap="auto")
    for name, table in out.items():
        table.attrs["table"] = name
    return out


def led(table: xr.Dataset, group: str) -> str:
    """The estimator that leads in a group."""
    own = table["leading"].sel(group=group)
    return str(own["estimator"].values[own.values][0])


# ------------------------------------------------------------------------------------------ as the functions by hand


@pytest.fixture(scope="module")
def replica() -> ac.Study:
    return ac.Study(ac.sample("china-replica"), unit_roots={"draws": 199}, **DRAWS)


@pytest.fixture(scope="module")
def east(replica: ac.Study) -> tuple[xr.Dataset, list[str]]:
    """Yearly changes of logarithms of the indices of one region, made apart from the step."""
    inside = replica.source.small["region"].values == "Eastern"
    changes = np.log(replica["index"]).diff("time").isel(unit=inside)
    names = [str(name) for name in changes["subsystem"].values]
    assert (replica["differencing"].sel(variable=names) == 1).all(), "both indices are differenced here"
    return changes.to_dataset("subsystem"), names


@pytest.mark.parametrize("estimator", [*ESTIMATORS])
@pytest.mark.parametrize("years", [False, True])
def test_coefficients_are_those_of_the_function_by_hand(
    estimator: str, years: bool, replica: ac.Study, east: tuple[xr.Dataset, list[str]]
) -> None:
    changes, names = east
    at = {"group": "Eastern", "estimator": f"{estimator}{'+years' if years else ''}"}
    options: Any = {"estimator": estimator, "time_effects": years}
    try:
        fit = ac.pvar(changes, variables=names, **options)
    except Refused as error:
        assert np.isnan(replica["pvar"]["coef"].sel(at)).all()
        assert str(replica["pvar_fit"]["warning"].sel(at).values) == str(error)
        return
    found = replica["pvar"].sel(at)
    for key, by_hand in (("coef", fit.coef), ("se", fit.se)):
        np.testing.assert_allclose(found[key].values, by_hand, rtol=1e-9)
    table = fit.tidy()
    np.testing.assert_allclose(found["pvalue"].values.ravel(), table["pvalue"], rtol=1e-9)
    facts = replica["pvar_fit"].sel(at)
    assert [int(facts[key]) for key in ("nobs", "units", "lags", "periods")] == [fit.nobs, fit.units, 1, fit.years]
    assert float(facts["modulus"]) == pytest.approx(fit.modulus, rel=1e-9)
    if fit.hansen is not None:
        assert float(facts["hansen_j"]) == pytest.approx(fit.hansen.statistic, rel=1e-8, nan_ok=True)
        assert int(facts["moments"]) == fit.moments and int(facts["rank"]) == fit.rank
    assert facts["warning"].item() == "; ".join(fit.warnings) and facts["warning_zh"].item() == "；".join(
        fit.warnings_zh
    )
    moduli = replica["stability"]["modulus"].sel(at).values
    np.testing.assert_allclose(moduli[np.isfinite(moduli)], fit.stability()["modulus"], rtol=1e-9)


def test_what_follows_is_that_of_the_functions_by_hand(replica: ac.Study, east: tuple[xr.Dataset, list[str]]) -> None:
    changes, names = east
    leader = led(replica["irf"], "Eastern")
    for name in {leader, f"gmm{'+years' if leader.endswith('+years') else ''}"}:
        at = {"group": "Eastern", "estimator": name}
        options: Any = {"estimator": name.removesuffix("+years"), "time_effects": name.endswith("+years")}
        fit = ac.pvar(changes, variables=names, **options)
        irf = fit.irf(horizon=5, draws=99, seed=1, differenced=names)
        for key in ("irf", "lo", "hi", "lo_joint", "hi_joint"):
            np.testing.assert_allclose(replica["irf"][key].sel(at).values, irf[key].values, rtol=1e-7, atol=1e-12)
        shares = fit.fevd(horizon=5, draws=99, seed=1)
        for key in ("variance_share", "lo", "hi", "settled"):
            np.testing.assert_allclose(replica["fevd"][key].sel(at).values, shares[key].values, rtol=1e-7)
        rows = ac.tidy(replica["granger"]).query("group == 'Eastern' and estimator == @name")
        tests = fit.granger(draws=99, seed=1)
        assert rows["equation"].tolist() == tests["equation"].tolist()
        for key in ("statistic", "df", "pvalue", "pvalue_bootstrap"):
            np.testing.assert_allclose(rows[key], tests[key], rtol=1e-7)
    order = ac.lag_order(changes, variables=names, max_lags=3)
    rows = ac.tidy(replica["lag_order"]).query("group == 'Eastern'")
    for key in ("aic", "bic", "hqic", "mbic", "maic", "mqic", "nobs"):
        np.testing.assert_allclose(rows[key].astype(float), order[key], rtol=1e-8)
    assert rows["chosen"].tolist() == order["chosen"].tolist() and rows["used"].tolist() == [True, False, False]


def test_responses_in_levels_are_sums_where_changes_were_taken() -> None:
    have = given(system(), times=[[0, 1, 0], [1, 1, 0], [0, 0, 0]])
    table = made(have)["irf"]["irf"]
    estimated, levels = table.sel(scale="estimated"), table.sel(scale="levels")
    summed = estimated.cumsum("horizon")
    for group, orders in (("National", [0, 1]), ("North", [1, 1]), ("South", [0, 0])):
        for name, order in zip(("U1", "U2"), orders, strict=True):
            at = {"group": group, "response": name}
            want = (summed if order else estimated).sel(at)
            np.testing.assert_allclose(levels.sel(at).fillna(0), want.where(estimated.sel(at).notnull(), 0), rtol=1e-12)


# --------------------------------------------------------------------------------------------------- plans are followed


def test_levels_and_changes_by_group_and_variable() -> None:
    x = system()
    have = given(x, times=[[0, 1, 0], [1, 1, 0], [0, 0, 0]])
    own = made(have, dynamics=False)["how"]["pvar_series"]
    changes = np.diff(x, axis=2, prepend=np.nan)
    np.testing.assert_array_equal(own.sel(group="National", variable="U1"), x[0])
    np.testing.assert_array_equal(own.sel(group="National", variable="U2"), changes[1])
    north = np.arange(12) % 2 == 0
    np.testing.assert_array_equal(own.sel(group="North").values[:, north], changes[:, north])
    assert np.isnan(own.sel(group="North").values[:, ~north]).all()
    np.testing.assert_array_equal(own.sel(group="South").values[:, ~north], x[:, ~north])
    panel = panels(own)[0]
    assert panel.years == tuple(range(2002, 2015)), "the year in which no unit has a change is no year of the panel"
    assert panels(own)[2].years[0] == 2001
    assert panel.units == tuple(f"u{i:02}" for i in range(12)) and panel.columns.variables == ("U1", "U2")


def test_lags_of_a_group_and_by_criterion() -> None:
    have = given(system(units=24, years=16))
    found = made(have, lags={"default": 1, "South": 2}, dynamics=False)
    lags = found["pvar_fit"]["lags"].sel(estimator="fe_ols")
    assert lags.values.tolist() == [1, 1, 2]
    terms = found["pvar"]["coef"].sel(estimator="fe_ols", equation="U1")
    assert terms["term"].values.tolist() == ["L1.U1", "L1.U2", "L2.U1", "L2.U2"]
    assert np.isfinite(terms.sel(group="South")).all() and np.isnan(terms.sel(group="North", term="L2.U1"))
    assert "one lag" in found["pvar_fit"]["warning"].sel(group="South", estimator="hahn_kuersteiner").item()
    used = found["lag_order"]["used"]
    assert used.argmax("lags").values.tolist() == [0, 0, 1] and used.sum("lags").values.tolist() == [1, 1, 1]
    by_bic = made(have, lags="bic", dynamics=False)
    chosen = by_bic["lag_order"]["bic"].argmin("lags").values + 1
    assert by_bic["pvar_fit"]["lags"].sel(estimator="fe_ols").values.tolist() == chosen.tolist()
    assert (by_bic["lag_order"]["used"].argmax("lags").values + 1).tolist() == chosen.tolist()
    by_aic = made(have, lags={"default": "aic", "South": 1}, dynamics=False)["pvar_fit"]["lags"].sel(estimator="fe_ols")
    least = by_bic["lag_order"]["aic"].argmin("lags").values + 1
    assert by_aic.values.tolist() == [*least[:2], 1]


def test_the_two_steps_share_how_many_lags_are_compared() -> None:
    for said in ({"lag_order": {"max_lags": 2}}, {"pvar": {"max_lags": 2}}):
        found = ac.Study(ac.sample("china-replica"), **said).settled.makers  # type: ignore[arg-type]
        assert found["lag_order.aic"].options["max_lags"] == found["pvar_coef"].options["max_lags"] == 2


def test_the_order_of_variables_is_that_of_the_shocks() -> None:
    have = given(system())
    plain, turned = made(have), made(have, order=["U2"])
    np.testing.assert_array_equal(plain["pvar"]["coef"], turned["pvar"]["coef"])
    at = {"group": "National", "scale": "estimated", "horizon": 0}
    first, second = (found["irf"]["irf"].sel(at).dropna("estimator") for found in (plain, turned))
    assert (first.sel(response="U1", impulse="U2") == 0).all() and (first.sel(response="U2", impulse="U1") != 0).all()
    assert (second.sel(response="U2", impulse="U1") == 0).all() and (second.sel(response="U1", impulse="U2") != 0).all()
    assert plain["irf"]["impulse"].values.tolist() == turned["irf"]["impulse"].values.tolist()


@pytest.mark.parametrize("leader", [*ESTIMATORS])
def test_a_leader_asked_for_leads_where_there_is_one(leader: str) -> None:
    found = made(given(system(units=31)), leader=leader, dynamics=False)["how"]
    each = found["pvar_leads"].values.tolist()
    assert each == [f"{leader}+years"] * 3
    for g, how in shown_fits(found["pvar_how"], found["pvar_leads"]):
        assert how.estimator in (leader, *ESTIMATORS) and how.time_effects and g in range(3)


def test_year_effects_are_shown_both_ways_and_out_from_ten_units_on() -> None:
    found = made(given(system(units=14), ["A"] * 10 + ["B"] * 4), dynamics=False)
    coef = found["pvar"]["coef"].sel(estimator=["fe_ols", "fe_ols+years"])
    assert np.isfinite(coef).all() and not np.allclose(*(coef.isel(estimator=e) for e in range(2)))
    assert found["pvar_fit"]["time_effects"].values.tolist() == [False] * 6 + [True] * 6
    ends = [led(found["pvar"], group).endswith("+years") for group in ("National", "A", "B")]
    assert ends == [True, True, False]
    for said, want in ((True, [True] * 3), (False, [False] * 3)):
        other = made(given(system(units=14), ["A"] * 10 + ["B"] * 4), dynamics=False, time_effects=said)
        assert [led(other["pvar"], group).endswith("+years") for group in ("National", "A", "B")] == want


@pytest.mark.parametrize("style", ["stata_pvar", "xtvar"])
def test_styles_are_those_of_the_function_and_lead_without_year_effects(style: Any) -> None:
    x = system(units=40, years=8)
    found = made(given(x), style=style, dynamics=False)
    panel = panels(found["how"]["pvar_series"])[0]
    leader = led(found["pvar"], "National")
    assert leader == {"stata_pvar": "gmm_two_step", "xtvar": "gmm"}[style]
    for name, number in (("gmm", 1), ("gmm_two_step", 2)):
        cells = found["pvar"].sel(group="National", estimator=name)
        try:
            fit = ac.pvar(panel, variables=["U1", "U2"], style=style, steps=number, time_effects=False)
        except Refused as error:
            assert found["pvar_fit"]["warning"].sel(group="National", estimator=name).item() == str(error)
            continue
        np.testing.assert_allclose(cells["coef"], fit.coef, rtol=1e-12)
        np.testing.assert_allclose(cells["se"], fit.se, rtol=1e-12)
        np.testing.assert_allclose(cells["pvalue"].values.ravel(), fit.tidy()["pvalue"], rtol=1e-9)
    plain = made(given(x), dynamics=False)["pvar"].sel(group="National", estimator="bias_corrected")
    np.testing.assert_array_equal(
        plain["pvalue"], found["pvar"]["pvalue"].sel(group="National", estimator="bias_corrected")
    )
    again = made(given(x), style=style, time_effects=True, dynamics=False)["pvar"]
    assert led(again, "National") == f"{leader}+years"


def test_what_the_plan_cannot_have_is_named() -> None:
    have = given(system())
    for options, words in (
        ({"lags": {"Nroth": 2}}, 'pvar lags: "Nroth" is not a group; did you mean "North"'),
        ({"order": ["U3"]}, 'pvar order: "U3" is not a variable'),
        ({"order": ["U1", "U1"]}, "a variable stands twice"),
        ({"instrument_lags": [1, 4]}, r"pvar instrument_lags=\[1, 4\]: .* at least 2"),
        ({"instrument_lags": [4, 3]}, "the second is not below it"),
    ):
        with pytest.raises(InputError, match=words):
            made(have, dynamics=False, **options)
    with pytest.raises(InputError, match="studentised bands are of orthogonal shocks"):
        call(responses.irf, {**have, **dict.fromkeys(("pvar_series", "pvar_how", "pvar_leads"), xr.DataArray(0))},
             bands="studentised", bootstrap="mc")  # fmt: skip
    for step, said in (("pvar", {"lags": 0}), ("pvar", {"leader": "ols"}), ("irf", {"bootstrap": "residual"})):
        with pytest.raises(InputError, match="is not allowed"):
            ac.Study(ac.sample(), **{step: said})


# -------------------------------------------------------------------------------------------- what a group cannot carry


def test_groups_of_few_units() -> None:
    """One unit is refused with its reason; up to five describe; the others do not stand back for them."""
    sizes = {"one": 1, "two": 2, "three": 3, "five": 5, "six": 6}
    regions = [name for name, size in sizes.items() for _ in range(size)]
    found = made(given(system(units=17), regions))
    fit = found["pvar_fit"]
    assert dict(zip(fit["group"].values, fit["descriptive"].values, strict=True)) == {
        "National": False, "one": True, "two": True, "three": True, "five": True, "six": False,
    }  # fmt: skip
    alone = fit.sel(group="one")
    assert np.isnan(alone["nobs"]).all() and not alone["leading"].any()
    assert set(alone["warning"].values) >= {
        "a panel VAR needs at least two units, and here there is one; take a plain VAR"
    }
    assert all("单元" in text or "一阶" in text for text in alone["warning_zh"].values)
    order = ac.tidy(found["lag_order"]).query("group == 'one'")
    assert order["nobs"].tolist() == [0] and "at least two units" in order["reason"].item()
    assert set(ac.tidy(found["pvar"])["group"]) == set(ac.tidy(found["irf"])["group"]) == {"National", *sizes} - {"one"}
    tests = ac.tidy(found["granger"])
    assert set(tests["group"]) == {"National", *sizes} - {"one"}
    assert (tests.loc[tests["descriptive"], "stars"] == "").all()
    for table in ("irf", "fevd"):
        assert found[table]["descriptive"].values.tolist() == fit["descriptive"].values.tolist()
        assert np.isfinite(found[table]["hi"].sel(group="National")).any()


def test_no_group_at_all_is_refused() -> None:
    have = given(system(units=1), ["only"])
    with pytest.raises(Refused, match="no group has a panel VAR") as caught:
        made(have)
    assert "面板 VAR" in caught.value.zh
    assert (made(have, dynamics=False)["how"]["pvar_leads"] == "").all()


def test_an_index_that_stands_still_in_a_region() -> None:
    x = system(units=12)
    x[1, ::2] = 5.0
    found = made(given(x))
    warning = found["pvar_fit"]["warning"].sel(group="North")
    assert (warning == "U2 stands still in every unit, so nothing is left of it once unit effects are out").sum() >= 10
    assert "U2在各单元内不随时间变化" in found["pvar_fit"]["warning_zh"].sel(group="North", estimator="gmm").item()
    assert "North" not in set(ac.tidy(found["irf"])["group"]) and found["how"]["pvar_leads"].values[1] == ""
    assert np.isfinite(found["pvar"]["coef"].sel(group="South", estimator="fe_ols")).all()


def test_one_index_that_is_the_copy_of_another_is_refused_by_all() -> None:
    x = system(units=12)
    x[1] = 2 * x[0] + 3
    found = made(given(x), dynamics=False)
    assert np.isnan(found["pvar"]["coef"]).all() and (found["pvar_fit"]["warning"] != "").all()


def test_years_too_few_for_the_lags_are_said_by_group() -> None:
    found = made(given(system(years=5)), lags=4, dynamics=False)
    assert np.isnan(found["pvar"]["coef"]).all() and not found["pvar_fit"]["leading"].any()
    said = set(found["pvar_fit"]["warning"].sel(group="National").values)
    assert any("5 years are too few for 4 lags: 6 are needed" in text for text in said), said
    order = ac.tidy(made(given(system(years=4)), dynamics=False)["lag_order"])
    assert order.groupby("group")["lags"].max().max() < 3
    assert order["reason"].str.contains("too few|observations are left").all()


def test_three_subsystems() -> None:
    found = made(given(system(units=20, variables=3)))
    assert found["irf"].sizes["impulse"] == found["fevd"].sizes["response"] == 3
    tests = ac.tidy(found["granger"])
    first = tests[(tests["group"] == "National") & tests["leading"]]
    assert first.groupby("equation")["excluded"].apply(sorted).tolist() == [
        ["ALL", "U2", "U3"], ["ALL", "U1", "U3"], ["ALL", "U1", "U2"],
    ]  # fmt: skip
    assert set(first.loc[first["excluded"] == "ALL", "df"]) == {2}


# ------------------------------------------------------------------------------------------------------------ invariants


def test_shares_of_a_variable_add_up_to_one() -> None:
    share = made(given(system(units=20, variables=3)))["fevd"]["variance_share"]
    total = share.sum("impulse", skipna=False).values
    known = np.isfinite(total)
    assert known.any()
    np.testing.assert_allclose(total[known], 1, atol=1e-12)
    assert (share.values[np.isfinite(share.values)] >= 0).all()


def test_the_order_of_units_does_not_matter_draws_included() -> None:
    """Units are taken by name, so that even the draws are the same; regions come in the order of their first unit."""
    x, regions = system(units=16), ["A"] * 9 + ["B"] * 7
    have, moved = given(x, regions), np.random.default_rng(3).permutation(16)
    other = {**have, "tested": have["tested"].isel(unit=moved), "region": have["region"].isel(unit=moved)}
    a, b = made(have), made(other)
    for table in TABLES:
        first, second = (ac.tidy(part[table]) for part in (a, b))
        pd.testing.assert_frame_equal(second, first, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_same_digits_whoever_computes(engine: str) -> None:
    have = given(system())
    alone = made(have)
    with connect(engine, 2) as pool, working(pool):
        shared = made(have)
    for table in TABLES:
        xr.testing.assert_identical(alone[table], shared[table])


def test_each_step_tells_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    with connect("threads", 2) as pool, working(pool, lambda *what: told.append(what)):
        made(given(system()))
    for what in ("lag order", "panel VAR", "Granger tests", "impulse responses", "variance decomposition"):
        own = [(done, of) for name, done, of in told if name == what]
        assert own == [(i, own[0][1]) for i in range(1, own[0][1] + 1)] and own, what


def test_an_interrupt_stops_the_step() -> None:
    def stop(what: str, done: int, _of: int) -> None:
        if (what, done) == ("panel VAR", 3):
            raise KeyboardInterrupt

    with connect("threads", 2) as pool, pytest.raises(KeyboardInterrupt), working(pool, stop):
        made(given(system()))


def test_settings_of_a_fit_come_back_from_text() -> None:
    found = made(given(system()), dynamics=False)["how"]["pvar_how"].sel(group="National")
    for name in ESTIMATORS:
        how = How.of(str(found.sel(estimator=f"{name}+years").values))
        assert how.name == f"{name}+years" and How.of(how.text()) == how
        assert how.order == (0, 1) and how.lags == 1
    assert json.loads(str(found.sel(estimator="gmm").values))["instrument_lags"] == [2, 4]


# -------------------------------------------------------------------------------------------------------------- a study

NASTY = ["<b>bold</b>", '=HYPERLINK("http://x")', "\u202eevil", "{{ 7*7 }}"]


def test_names_that_are_markup_or_formulas_stay_text() -> None:
    found = made(given(system(), [NASTY[i % 3] for i in range(12)], names=[NASTY[3], NASTY[0]]))
    assert found["pvar"]["group"].values.tolist() == ["National", *NASTY[:3]]
    assert found["pvar"]["term"].values.tolist() == [f"L1.{NASTY[3]}", f"L1.{NASTY[0]}"]
    assert set(ac.tidy(found["granger"])["excluded"]) == {NASTY[3], NASTY[0]}
    assert all(how.order == (0, 1) for _, how in shown_fits(*(found["how"][k] for k in ("pvar_how", "pvar_leads"))))
    assert not any(cell.startswith("-") for cell in ac.tidy(found["pvar"])["cell"])


def test_without_unit_roots_the_steps_are_left_out_with_the_reason() -> None:
    log = {step.name: step for step in ac.Study(ac.sample("china-replica"), unit_roots=False, forecast=False).run()}
    for name in ("lag_order", "pvar", "granger", "irf", "fevd"):
        assert log[name].state == "left out" and log[name].reason_zh
        assert "the plan leaves out the step unit_roots" in log[name].reason, log[name].reason


def test_without_pvar_what_follows_is_left_out() -> None:
    study = ac.Study(ac.sample("china-replica"), pvar=False, unit_roots={"draws": 199}, irf=DRAWS["irf"])
    for name in ("granger", "irf", "fevd"):
        (step,) = (one for one in study.run(only=name) if one.name == name)
        assert step.state == "left out" and "the plan leaves out the step pvar" in step.reason
    assert study.run(only="lag_order")[0].state == "done"


def test_options_of_the_plan_reach_the_steps(replica: ac.Study) -> None:
    study = replica.with_(pvar={"difference": {"default": 1, "Eastern": {"Urban-rural integration": 0}}, "lags": 2})
    assert int(study["differencing"].sel(group="Eastern", variable="Urban-rural integration")) == 0
    assert study["pvar_fit"]["lags"].max() == 2
    assert study["lag_order"]["used"].sel(lags=2).all()
    assert study.settled.makers["fevd.lo"].options["draws"] == 99
    said = study["pvar"]["coef"].attrs
    assert "lags: 2;" in said["says_en"] and "滞后阶数：2；" in said["says_zh"]
