"""Step `unit_roots`: the tables hold what the tests say, decisions follow the rules, and what cannot be is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.core import unitroot_null
from accord.core.engine import working
from accord.errors import InputError, Refused
from accord.methods import cross_section_dependence, differencing, unit_roots
from accord.study.finding import READERS, Called

GROUPS = ("North", "South")


def step(x: np.ndarray, regions: list[str] | None = None, **options: Any) -> tuple[xr.Dataset, xr.Dataset]:
    """CD and tests of values (subsystem, unit, time), D being their mean; levels as they are unless told otherwise."""
    units, years = [f"u{i}" for i in range(x.shape[1])], list(range(2000, 2000 + x.shape[2]))
    at = {"unit": units, "time": years}
    names = [f"U{k + 1}" for k in range(len(x))]
    index = xr.DataArray(x, dims=("subsystem", "unit", "time"), coords={"subsystem": names, **at})
    degree = xr.DataArray(x.mean(axis=0), dims=("unit", "time"), coords=at)
    region = xr.DataArray(regions or [GROUPS[i % 2] for i in range(x.shape[1])], dims="unit")
    every = xr.DataArray(list(dict.fromkeys(region.values)), dims="region")
    shape = {k: options.pop(k) for k in ("transform", "shift") if k in options}
    tested = cross_section_dependence.tested(index, degree, **{"transform": "none", **shape})
    draws = {"draws": options.pop("draws", 199)}
    said = {k: options.pop(k) for k in ("dependence",) if k in options}
    if "demean" in options:
        said["demean"] = options["demean"]
    cd = cross_section_dependence.cross_section_dependence(tested, region, every, xr.DataArray(1), **draws, **said)
    return cd, unit_roots.unit_roots(tested, cd["dependent"], region, every, xr.DataArray(1), **draws, **options)


def walks(subsystems: int = 2, units: int = 8, years: int = 12, seed: int = 1) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).normal(size=(subsystems, units, years)), axis=2) + 20


def test_values_are_those_of_the_tests_called_by_hand() -> None:
    """Through the study, logarithms of the index, one region, levels with trend and differences with a constant."""
    study = ac.Study(ac.sample("china-replica"), unit_roots={"draws": 199})
    table, cd = study["unit_roots"], study["cross_section_dependence"]
    east = study["index"]["region"].values == "Eastern" if "region" in study["index"].coords else None
    mine = study.source.small["region"].values == "Eastern" if east is None else east
    name = "Ecological resilience"
    x = np.log(study["index"].sel(subsystem=name).transpose("time", "unit").to_pandas()).loc[:, mine]
    row = table.sel(group="Eastern", variable=name)
    signs = bool(cd["dependent"].sel(group="Eastern", variable=name))
    more: Any = {"draws": 199, "seed": 1, "dependence": "signs" if signs else "independent"}
    for form, y, trend in (("levels", x, "ct"), ("differences", x.diff().iloc[1:], "c")):
        for key, found in (
            ("ips", ac.unitroot.ips(y, trend=trend, **more)),
            ("ht", ac.unitroot.ht(y, trend=trend, **more)),
            ("fisher_pp", ac.unitroot.fisher(y, test="pp", trend=trend, **more)),
        ):
            at = row.sel(form=form, test=key)
            got = [float(at[k]) for k in ("statistic", "pvalue", "pvalue_simulated", "leading_p")]
            expected = [found.statistic, found.pvalue, found.pvalue_simulated, found.p]
            np.testing.assert_allclose(got, expected, rtol=1e-9)
            assert at["trend"].item() == trend and int(at["units"]) == 10
    for form in ("levels", "differences"):
        found = ac.unitroot.cd(x, form=form, draws=199, seed=1)
        at = cd.sel(group="Eastern", variable=name, form=form)
        np.testing.assert_allclose([at["statistic"], at["pvalue_simulated"]], [found.statistic, found.pvalue_simulated])


def test_dependence_decides_where_p_comes_from() -> None:
    rng = np.random.default_rng(3)
    common = walks() + np.cumsum(rng.normal(0, 5, size=12))
    cd, table = step(common)
    assert cd["dependent"].values.all()
    assert (table["null_panels"] == 2).all()
    cd, table = step(common, dependence="independent")
    assert not cd["dependent"].values.any() and (table["null_panels"] == 1).all()


def test_every_test_runs_and_each_leads_with_its_stars() -> None:
    every = ["ips", "ht", "fisher_adf", "fisher_pp", "llc", "hadri"]
    _, table = step(walks(), tests=every)
    assert table["test"].values.tolist() == every and np.isfinite(table["statistic"]).all()
    for p, stars in zip(table["leading_p"].values.ravel(), table["stars"].values.ravel(), strict=True):
        assert len(stars) == sum(bool(p < level) for level in (0.1, 0.05, 0.01))


def test_cells_hold_what_a_paper_prints() -> None:
    _, table = step(walks(units=12), ["A"] * 10 + ["B"] * 2, tests=["ips", "cips"])
    for key in ("ips", "cips"):
        row = table.sel(group="National", variable="U1", form="levels", test=key)
        value, stars = f"{float(row['statistic']):.3f}".replace("-", "\N{MINUS SIGN}"), row["stars"].item()
        p, textbook = (f"{float(row[k]):.3f}" for k in ("pvalue_simulated", "pvalue"))
        known = {"0.100": ">0.1", "0.010": "<0.01"}.get(textbook, textbook) if key == "cips" else textbook
        assert row["cell"].item() == f"{value}{stars} ({p}; {known})".replace("0.000", "<0.001")
    assert set(table["cell"].sel(group="B", test="cips").values.ravel()) == {"\N{EN DASH}"}
    assert not any(cell.startswith("-") for cell in table["cell"].values.ravel())  # csv would quote it


def test_what_a_group_cannot_carry_is_said_in_its_row() -> None:
    x = walks(units=7)
    _, table = step(x, ["A"] * 4 + ["B"] * 2 + ["C"], tests=["ht", "cips"])
    alone = table.sel(group="C")
    assert np.isnan(alone["statistic"]).all() and all("at least two units" in n for n in alone["note"].values.ravel())
    assert all("两个单元" in n for n in alone["note_zh"].values.ravel())
    two = table.sel(group="B", test="ht")
    assert np.isfinite(two["statistic"]).all() and set(two["note"].values.ravel()) == {"2 units: descriptive"}
    assert all(
        "CIPS needs at least 10 units" in n
        for n in table.sel(test="cips", group=["National", "A", "B"])["note"].values.ravel()
    )


def test_constant_units_and_gaps_are_left_out_by_name() -> None:
    x = walks(units=8)
    x[0, 0], x[0, 1, 5] = 3.0, np.nan
    _, table = step(x)
    row = table.sel(group="National", variable="U1", form="levels", test="ht")
    assert int(row["units"]) == 6 and row["note"].item() == "left out, constant or with gaps: u0 and u1"
    assert int(table["units"].sel(group="National", variable="U2", form="levels", test="ht")) == 8


def test_units_that_are_too_regular_for_a_test_are_left_out_of_it_by_name() -> None:
    x = walks(units=8)
    x[0, 2] = 7.3 + 0.1 * np.arange(12)
    x[0, 5] = 2 - 0.8 ** np.arange(12)
    cd, table = step(x, tests=["ips", "ht", "llc"], lags=0)
    row = table.sel(group="National", variable="U1", form="levels")
    assert row["units"].values.tolist() == [6, 8, 6]
    assert row["note"].sel(test="ips").item() == "left out, too regular for this test: u2 and u5"
    assert row["note_zh"].sel(test="llc").item() == "变化过于规则而略去：u2、u5"
    without = np.delete(x, [2, 5], axis=1)
    _, alone = step(without, tests=["ips", "ht", "llc"], lags=0)
    same = alone.sel(group="National", variable="U1", form="levels")
    for test in ("ips", "llc"):
        assert float(row["statistic"].sel(test=test)) == float(same["statistic"].sel(test=test))
    changes = cd.sel(group="National", variable="U1", form="differences")
    assert int(changes["units"]) == 7 and "u2" in changes["note"].item()


def test_notes_in_chinese_hold_no_english_sentence() -> None:
    _, table = step(walks(), tests=["fisher_pp"], bandwidth=15)
    row = table.sel(group="National", variable="U1", form="levels", test="fisher_pp")
    assert row["note"].item() == "lags=15 is too wide for 12 years; at most 10"
    assert row["note_zh"].item() == "带宽 15 对 12 年过宽，最多 10"


def test_dependence_is_that_of_the_series_that_are_tested() -> None:
    common = walks() + np.cumsum(np.random.default_rng(3).normal(0, 5, size=12))
    assert step(common)[0]["dependent"].sel(group="National").all()
    cd, table = step(common, demean=True)
    x = common[0].T - common[0].T.mean(axis=1, keepdims=True)
    units = [f"u{i}" for i in range(8)]
    for form in ("levels", "differences"):
        own = ac.unitroot.cd(pd.DataFrame(x, columns=units), form=form, draws=0)  # type: ignore[arg-type]
        assert float(cd["statistic"].sel(group="National", variable="U1", form=form)) == pytest.approx(own.statistic)
    y = pd.DataFrame(common[0].T, columns=units)
    auto = ac.unitroot.ht(y, trend="ct", demean=True, dependence="auto", draws=199, seed=1)
    flags = bool(cd["dependent"].sel(group="National", variable="U1"))
    assert flags == auto.simulation.startswith("signs")
    got = table["pvalue_simulated"].sel(group="National", variable="U1", form="levels", test="ht")
    assert float(got) == pytest.approx(auto.pvalue_simulated)


def test_the_floor_of_a_shipped_law_is_shown_as_such() -> None:
    x = np.random.default_rng(5).normal(size=(1, 31, 12)) + 5
    _, table = step(x, ["A"] * 31, draws=20_000, tests=["ht"], dependence="independent")
    row = table.sel(group="National", variable="U1", form="levels", test="ht")
    assert float(row["pvalue_simulated"]) == 1 / 2000 and "(<0.001; " in row["cell"].item()


def test_few_years_and_logarithms_of_zero_are_refused_with_the_mend() -> None:
    with pytest.raises(Refused, match="at least 6 years, and the panel has 5"):
        step(walks(years=5))
    x = walks()
    x[1, 2, 3] = 0
    with pytest.raises(Refused, match=r'U2 of u2 in 2003 is 0 .* shift = 0\.001 .* transform = "none"') as caught:
        step(x, transform="log")
    assert "取对数" in caught.value.zh
    step(x, transform="log", shift=0.001, tests=["ht"])


def test_options_that_do_not_fit_are_named() -> None:
    with pytest.raises(InputError, match="tests = "):
        ac.Study(ac.sample(), unit_roots={"tests": ["ipss"]})
    with pytest.raises(InputError, match="max_lags is for lags"):
        step(walks(), max_lags=1)
    with pytest.raises(InputError, match="cips takes a number"):
        step(walks(), tests=["cips"], lags="aic")


def test_p_values_of_units_kept_from_0_or_1_are_said_in_the_row() -> None:
    x = walks(units=10, years=30)
    x[0, 0] = np.arange(30) ** 8.0
    _, table = step(x, tests=["fisher_adf"])
    row = table.sel(group="National", variable="U1", form="levels", test="fisher_adf")
    assert "p of 1 of 10 units is 0 or 1 to 16 digits" in row["note"].item() and "1e-16" in row["note_zh"].item()


@pytest.mark.parametrize("name", ["us-states", "china-replica"])
def test_the_embedded_studies_simulate_no_law(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every null distribution that they need with the defaults comes with accord."""
    unitroot_null.forget()
    monkeypatch.setattr(unitroot_null, "simulated", lambda design, pool: pytest.fail(f"not shipped: {design}"))
    found = ac.Study(ac.sample(name))["unit_roots"]
    assert (found["null_panels"].sel(group="National") > 0).all()


def test_laws_that_come_with_accord_are_those_that_would_be_simulated() -> None:
    study = ac.Study(ac.sample("china-replica"))["index"]
    x = np.log(study.sel(subsystem="Ecological resilience").transpose("time", "unit").to_pandas()).iloc[:, :10]
    for seed in (1, 2):
        unitroot_null.forget()
        shipped = ac.unitroot.ips(x, trend="ct", seed=seed)
        drawn = ac.unitroot.ips(x, trend="ct", seed=seed, draws=20_001)
        assert shipped.pvalue_simulated == pytest.approx(drawn.pvalue_simulated, abs=0.015)
        assert shipped.pvalue_simulated != drawn.pvalue_simulated


def test_laws_are_kept_beside_the_results(tmp_path: Path) -> None:
    """A second run, on other values, reads the laws of the first and finds the same."""
    x = walks(units=9, years=11)
    before, laws = [], []
    for values in (x, x + np.arange(11)):
        unitroot_null.forget()
        with working(None, folder=tmp_path):
            _, table = step(values, draws=500, dependence="independent", tests=["ht"])
        unitroot_null.forget()
        _, again = step(values, draws=500, dependence="independent", tests=["ht"])
        xr.testing.assert_equal(table, again)
        laws.append({file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npz")})
        before.append(table)
    assert laws[0] == laws[1] and len(laws[0]) > 4


# the decision


def decided(
    p: Any, tests: tuple[str, ...] = ("ips", "ht", "fisher_pp"), drift: float = 0.0, **options: Any
) -> xr.Dataset:
    """Decision from p-values (group, form, test) of one variable."""
    p = np.asarray(p, dtype="f8")[:, None]
    groups = ["National", *GROUPS]
    leading = xr.DataArray(
        p, dims=("group", "variable", "form", "test"),
        coords={"group": groups, "variable": ["U1"], "form": ["levels", "differences"], "test": list(tests)},
    )  # fmt: skip
    x = walks(1, 6)[:, :, :] * 0 + np.random.default_rng(2).normal(size=(1, 6, 12)) + drift * np.arange(12)
    tested = xr.DataArray(x, dims=("variable", "unit", "time"), coords={"variable": ["U1"]})
    region = xr.DataArray([GROUPS[i % 2] for i in range(6)], dims="unit")
    options = {"difference": {"default": "auto"}, **options}
    return differencing.unit_root_decision(
        leading, tested, region, xr.DataArray(list(GROUPS), dims="region"), **options
    )


WANDERS, STAYS = [[0.5, 0.5, 0.01], [0.01, 0.01, 0.5]], [[0.01, 0.01, 0.5], [0.01] * 3]


def test_all_units_decide_for_every_group() -> None:
    found = decided([WANDERS, STAYS, WANDERS])
    assert found["differencing"].values.ravel().tolist() == [1, 1, 1]
    north = found.sel(group="North", variable="U1")
    assert (
        north["reason"].item().startswith("National: 1 of 3 tests find it stationary in levels, 2 of 3 in differences")
    )
    assert north["reason"].item().endswith("this group alone: 2 of 3 in levels")
    assert "this group" not in found["reason"].sel(group="South", variable="U1").item()
    assert decided([STAYS, WANDERS, WANDERS])["differencing"].values.ravel().tolist() == [0, 0, 0]


def test_the_null_of_hadri_is_the_other_way_round() -> None:
    one = [[[0.5], [0.5]]] * 3
    assert decided(one, ("hadri",))["differencing"].values.ravel().tolist() == [0, 0, 0]
    assert decided(one, ("ips",))["differencing"].values.ravel().tolist() == [1, 1, 1]


def test_the_plan_decides_by_group_and_variable() -> None:
    found = decided([WANDERS] * 3, difference={"default": "auto", "National": {"U1": 0}, "South": 0})
    assert found["differencing"].values.ravel().tolist() == [0, 1, 0]
    assert found["reason"].sel(group="South", variable="U1").item() == "the plan sets difference = 0"
    with pytest.raises(InputError, match='"Nort" is not a group; did you mean "North"'):
        decided([WANDERS] * 3, difference={"Nort": 1})
    with pytest.raises(InputError, match='"U2" is not a variable'):
        decided([WANDERS] * 3, difference={"North": {"U2": 1}})
    own = {"default": 1, "National": {"D": 0}}
    assert differencing._order(own, "National", "coordination", [0, 0], np.array([3, 3]))[0] == 0  # type: ignore[arg-type]
    assert differencing._order(own, "National", "U1", [0, 0], np.array([3, 3]))[0] == 1  # type: ignore[arg-type]


def test_two_settings_of_differencing_must_agree() -> None:
    panel, one, other = ac.sample("china-replica"), {"National": 1}, {"National": 0}
    with pytest.raises(InputError, match="step unit_roots, and differently as difference in the step pvar: keep one"):
        ac.Study(panel, unit_roots={"difference": one}, pvar={"difference": other})
    for steps in ({"unit_roots": {"difference": one}}, {"pvar": {"difference": one}},
                  {"unit_roots": {"difference": one}, "pvar": {"difference": one}}):  # fmt: skip
        made = ac.Study(panel, **steps).settled.makers["differencing"]  # type: ignore[arg-type]
        assert made.options["difference"] == one


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ({"unit_roots": {"difference": {"Nationl": 1}}}, 'unit_roots: difference: "Nationl" is not a group'),
        (
            {"pvar": {"difference": {"Nationl": 1}}},
            'pvar: difference: "Nationl" is not a group; did you mean "National"',
        ),
        ({"pvar": {"difference": {"National": {"E": 0}}}}, 'pvar: difference: "E" is not a variable'),
        ({"unit_roots": {"tests": ["cips"], "lags": "aic"}}, "cips takes a number"),
        ({"unit_roots": {"max_lags": 2}}, "max_lags is for lags"),
        ({"unit_roots": {"trend": {"level": "n"}}}, "series that start at 0"),
    ],
)
def test_options_are_looked_at_before_anything_is_computed(steps: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        ac.Study(ac.sample("china-replica"), **steps).look()


def test_tests_asked_for_in_vain_are_said_beforehand() -> None:
    def said(**options: Any) -> list[str]:
        study = ac.Study(ac.sample("china-replica"), unit_roots=options, pvar={"difference": {"National": {"D": 0}}})
        return [text.en for text in study.look()]

    assert said() == said(tests=["hadri"]) == said(lags="aic") == []
    assert "unit_roots, Fisher-PP (P) in levels: lags=15 is too wide for 12 years; at most 10" in said(bandwidth=15)
    deep = said(lags=9, tests=["ips", "ht"])
    assert len(deep) == 2 and "every unit has 12 years, too few with 9 lags" in deep[0]
    (every,) = said(lags=9, tests=["ips", "llc"])
    assert every.startswith("unit_roots: none of the tests asked for can be had of 31 units and 12 years")
    (hadri,) = said(tests=["hadri"], trend={"difference": "n"})
    assert hadri.startswith("unit_roots, Hadri") and "in differences: Hadri's test needs a constant" in hadri


def test_drift_is_pointed_out_where_levels_had_no_trend() -> None:
    plain = decided([WANDERS] * 3, drift=5.0, trend={"level": "c"})
    assert all("tested without a trend" in r for r in plain["reason"].values.ravel())
    assert not any("trend" in r for r in decided([WANDERS] * 3, drift=5.0)["reason"].values.ravel())
    assert not any("trend" in r for r in decided([WANDERS] * 3, trend={"level": "c"})["reason"].values.ravel())
    assert all("levels drift (p <0.001)" in r for r in plain["reason"].values.ravel())
    (kept, none) = (decided(p, drift=5.0, trend={"level": "c"}) for p in ([STAYS] * 3, np.full((3, 2, 3), np.nan)))
    assert not any("trend" in r for found in (kept, none) for r in found["reason"].values.ravel())
    for found, words in ((plain, 1), (kept, 0), (none, 0)):
        assert (
            sum("differencing was decided in advance" in s for s in findings_of("unit_root_decision", found)) == words
        )


def test_levels_are_not_tested_without_a_constant() -> None:
    with pytest.raises(InputError, match=r'supposes series that start at 0.* set level = "c" or "ct"'):
        step(walks(), trend={"level": "n"})
    _, table = step(walks(), trend={"difference": "n"}, tests=["ht", "hadri"])
    assert np.isfinite(table["statistic"].sel(test="ht")).all()
    row = table.sel(group="National", variable="U1", form="differences", test="hadri")
    assert "needs a constant" in row["note"].item() and "须含常数项" in row["note_zh"].item()


def test_without_any_test_it_is_differenced_and_said() -> None:
    found = decided(np.full((3, 2, 3), np.nan))
    assert found["differencing"].values.tolist() == [[1], [1], [1]]
    assert set(found["reason"].values.ravel()) == {"no test of all units could be had: differenced once"}


# findings


def test_findings_say_what_the_tables_hold() -> None:
    study = ac.Study(ac.sample("china-replica"), unit_roots={"draws": 199})
    for table in ("cross_section_dependence", "unit_roots", "unit_root_decision"):
        study.table(table)
    found = study.results()["findings"].to_dataset()
    said = [str(e) for t, e in zip(found["table"].values, found["en"].values, strict=True) if t == "unit_roots"]
    assert len(said) == 6
    one = study["unit_roots"]["leading_p"].sel(variable="Ecological resilience", form="levels")
    count = int(((one < 0.05).sum("test") >= 2).sum())
    words = {0: "in none of 5 groups", 5: "in all 5 groups"}.get(count, f"in {count} of 5 groups")
    assert f"Ecological resilience stationary in levels {words}" in said[0]
    assert "textbook p-values would say so in" in said[0]


def findings_of(name: str, table: xr.Dataset) -> list[str]:
    return [text.en for reader in READERS[name] for text in reader(table, Called())]


def test_findings_name_the_source_of_p_form_by_form() -> None:
    """25 years of levels have textbook p, the 24 of their changes simulated ones; units are independent."""
    cd, table = step(walks(units=24, years=25), tests=["ht"], dependence="independent")
    levels, changes = (findings_of("unit_roots", table)[k] for k in (0, 1))
    assert (
        levels.startswith("By textbook p-values,")
        and "in levels in" in levels
        and "textbook p-values would" not in levels
    )
    assert changes.startswith("By simulated p-values,") and "in differences in all 3 groups" in changes
    assert findings_of("cross_section_dependence", cd) == [
        "Units count as independent of each other for every variable tested, so that unit-root tests are held against "
        "independent panels."
    ]


def test_findings_without_any_test_say_so() -> None:
    _, table = step(walks(years=6))
    assert np.isnan(table["leading_p"]).all()
    (said,) = findings_of("unit_roots", table)
    assert said.startswith("No unit-root test could be had of U1 in levels, U1 in differences, ")
    assert "0 of 0" not in said


def test_one_region_and_all_units_count_once() -> None:
    common = walks() + np.cumsum(np.random.default_rng(3).normal(0, 5, size=12))
    cd, table = step(common, ["Only"] * 8, tests=["ht"])
    (together,) = findings_of("cross_section_dependence", cd)
    assert "U1 in the one group tested" in together
    assert all("one group tested" in s or "one was tested" in s for s in findings_of("unit_roots", table))


def test_large_groups_say_how_many_panels() -> None:
    """Fewer panels are simulated of a large group, which its note says; where every pattern of signs is made it does not."""
    from dataclasses import replace

    from accord.methods.unit_roots import Given, _test

    given = Given(0, None, 1, False, "paper", None, None, 1, None)
    x = pd.DataFrame(np.cumsum(np.random.default_rng(1).normal(size=(12, 1000)), axis=0), index=range(2011, 2023))
    drawn = _test(x, "levels", "c", "ht", False, given)
    assert drawn.note == "1,666 panels simulated, since the group is large" and drawn.note_zh.startswith("样本较大")
    assert round(drawn.pvalue_simulated * 1667) == pytest.approx(drawn.pvalue_simulated * 1667)
    asked = _test(x, "levels", "c", "ht", False, replace(given, draws=200))
    assert asked.note == "" and round(asked.pvalue_simulated * 201) == pytest.approx(asked.pvalue_simulated * 201)
    flipped = _test(x, "levels", "c", "ht", True, given)
    assert flipped.note == "" and round(flipped.pvalue_simulated * 1024) == pytest.approx(
        flipped.pvalue_simulated * 1024
    )
