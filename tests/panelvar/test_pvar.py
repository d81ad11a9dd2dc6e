"""`ac.pvar` from the user's side: labels, forms of data, styles, what is refused or warned of, and in what words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord import InputError, Refused
from accord.core.pvar_reweight import reweighted
from accord.panelvar import notes

Given = dict[str, Any]
TWO = ["east", "west"]


def table(units: int = 31, years: int = 12, own: float = 0.5, effect: float = 0.5, seed: int = 1) -> pd.DataFrame:
    """A long table with columns id, year, east, west, of a stable vector autoregression."""
    rng = np.random.default_rng(seed)
    a = np.array([[own, 0.1], [0.1, own - 0.2]])
    mu, y, out = effect * rng.normal(size=(units, 2)), np.zeros((units, 2)), []
    for _ in range(30 + years):
        y = mu + y @ a.T + rng.normal(size=(units, 2))
        out.append(y)
    values = np.stack(out[30:], axis=1).reshape(-1, 2)
    labels = {"id": np.repeat(np.arange(units), years), "year": np.tile(np.arange(2011, 2011 + years), units)}
    return pd.DataFrame({**labels, "east": values[:, 0], "west": values[:, 1]})


def fit(data: Any, **options: Any) -> Any:
    return ac.pvar(data, **({"unit": "id", "time": "year", "variables": TWO} | options))


def test_labels_and_what_it_rests_on() -> None:
    found = fit(table(), lags=2)
    assert list(found.coef.index) == TWO
    assert list(found.coef.columns) == ["L1.east", "L1.west", "L2.east", "L2.west"]
    assert found.vcov.index.tolist()[:5] == [("east", t) for t in found.coef.columns] + [("west", "L1.east")]
    assert found.se.loc["west", "L2.east"] == pytest.approx(
        found.vcov.loc[("west", "L2.east"), ("west", "L2.east")] ** 0.5
    )
    assert (found.units, found.years, found.nobs, found.moments, found.rank) == (31, 12, 31 * 9, 12, 12)
    assert (found.steps, found.time_effects, found.wald, found.order) == (1, True, "F", ("east", "west"))
    assert found.hansen.df == 4
    assert found.mmsc["maic"] == pytest.approx(found.hansen.statistic - 8)
    assert found.sample.recentred


def test_prints_as_a_table() -> None:
    found = fit(table())
    text = str(found)
    assert "one-step GMM, 1 lag, forward orthogonal deviations, year effects taken out" in text
    assert "lags 2 to 4 in the timing of differences, 1 to 3 in that of deviations; collapsed" in text
    assert "Hansen's J of two steps" in text
    assert repr(found) == text == ac.summary(found)
    tidy = ac.tidy(found)
    assert list(tidy.columns) == ["equation", "term", "coef", "se", "z", "pvalue", "lo", "hi"]
    assert tidy["pvalue"].between(0, 1).all()
    assert tidy.loc[1, "z"] == pytest.approx(tidy.loc[1, "coef"] / tidy.loc[1, "se"])


def test_the_same_from_any_form_of_data() -> None:
    data = table()
    want = fit(data)
    dates = data.assign(year=pd.to_datetime(data["year"].astype(str)))
    text = data.assign(year=data["year"].astype(str), id="P" + data["id"].astype(str).str.zfill(2))
    cube = xr.Dataset.from_dataframe(data.rename(columns={"id": "unit", "year": "time"}).set_index(["unit", "time"]))
    forms = [
        fit(data.sample(frac=1, random_state=1)),
        fit(data.set_index(["id", "year"])),
        fit(dates),
        fit(text),
        fit(data.astype({"east": "Float64"})),
        ac.pvar(cube, variables=TWO),
        fit(data.assign(year=data["year"] * 5)),
    ]
    for found in forms:
        np.testing.assert_allclose(found.coef, want.coef, atol=1e-13)
    assert forms[-1].data.step == 5
    before = data.copy()
    fit(data)
    pd.testing.assert_frame_equal(data, before)


def test_rows_with_a_value_missing_are_rows_left_out() -> None:
    """Whether a year is absent, or empty, or one of its values is, makes no difference to rows of one variable."""
    data = table()
    gone = (data["id"] == 3) & (data["year"] == 2016)
    empty = data.assign(east=data["east"].mask(gone), west=data["west"].mask(gone))
    a, b = fit(data[~gone]), fit(empty)
    pd.testing.assert_frame_equal(a.coef, b.coef)
    assert any("rows have gaps" in word and "3, 2017" in word for word in a.warnings)
    assert any("units have different years" in word for word in a.warnings)
    assert a.nobs == fit(data).nobs - 2
    assert not a.sample.recentred
    assert len(a.warnings) == len(a.warnings_zh)
    assert not any("gaps" in word for word in fit(data).warnings)


@pytest.mark.parametrize("estimator", ["gmm_two_step", "fe_ols", "hahn_kuersteiner", "jackknife", "bias_corrected"])
def test_estimators_by_name(estimator: Any) -> None:
    found = fit(table(effect=0.2, units=120), estimator=estimator)
    np.testing.assert_allclose(found.coef, [[0.5, 0.1], [0.1, 0.3]], atol=0.2)
    assert found.estimator == estimator
    assert (found.instruments is not None) == (estimator == "gmm_two_step")
    assert (found.steps == 2) == (estimator == "gmm_two_step")
    assert (found.se.to_numpy() > 0).all()
    assert "Panel VAR by" in str(found)
    if estimator == "gmm_two_step":
        pd.testing.assert_frame_equal(found.coef, fit(table(effect=0.2, units=120), steps=2).coef)
    else:
        assert found.moments is None is found.condition is found.rank
        with pytest.raises(InputError, match="predetermined"):
            fit(table().assign(x=1.0 * np.arange(31 * 12) % 7), predetermined=["x"], estimator=estimator)


def test_further_regressors_and_their_names() -> None:
    rng = np.random.default_rng(2)
    data = table(units=60).assign(x=lambda d: rng.normal(size=len(d)), p=lambda d: rng.normal(size=len(d)))
    found = fit(data, exogenous=["x"], predetermined="p", system=True, time_effects=False)
    assert list(found.coef.columns) == ["L1.east", "L1.west", "p", "x", "constant"]
    assert set(found.instruments.strength) == {"L1.east", "L1.west", "p"}
    assert list(fit(data, exogenous=["x"], estimator="fe_ols").coef.columns) == ["L1.east", "L1.west", "x"]
    assert "constant" not in fit(data, system=True).coef


def test_year_effects_by_default_from_ten_units() -> None:
    assert fit(table(units=10)).time_effects
    assert not fit(table(units=9)).time_effects
    assert fit(table(units=9), time_effects=True).time_effects
    assert not fit(table(units=60), style="xtvar", lags=1, collapse=True).time_effects


def test_styles_fill_only_what_is_not_given() -> None:
    data = table(units=150, years=7)
    found = fit(data, style="xtvar")
    assert (found.steps, found.instruments.collapse, found.instruments.window) == (2, False, (2, None))
    assert fit(data, style="xtvar", steps=1).steps == 1
    stata = fit(data, style="stata_pvar", instlags=(1, 3))
    assert stata.instruments.window == (2, 4)
    assert (stata.vce, stata.wald) == ("unadjusted", "chi2")
    assert fit(data, style="stata_pvar", transform="fd").instruments.window == (2, 2)
    assert fit(data, style="stata_pvar", lags=2).instruments.window == (2, 3)


def test_units_can_be_drawn_whatever_the_clusters() -> None:
    rng = np.random.default_rng(3)
    data = table()
    data = data[rng.random(len(data)) > 0.1]
    for options in ({}, {"style": "stata_pvar", "instlags": (1, 2), "gmmstyle": True}, {"system": True}):
        found = fit(data, **options)
        weights = rng.multinomial(found.sample.units, np.full(31, 1 / 31), size=4)
        draws = reweighted(found.sample, np.vstack([np.ones(31), weights]))
        np.testing.assert_allclose(draws.coef[0], found.coef, atol=1e-10)
        np.testing.assert_allclose(draws.sigma[0], found.sigma, atol=1e-10)
        assert np.ptp(draws.coef[1:, 0, 0]) > 1e-3


def test_order_of_the_variables() -> None:
    found = fit(table(), order=["west", "east"])
    assert found.order == ("west", "east")
    assert list(found.coef.index) == TWO
    with pytest.raises(InputError, match="order must hold each of the variables once: east, west"):
        fit(table(), order=["east"])


def test_sigma_by_rule() -> None:
    data = table(units=2000, years=8)
    fits = {rule: fit(data, transform="fd", instrument_lags=(2, None), sigma=rule) for rule in ("errors", "residuals")}
    np.testing.assert_allclose(fits["errors"].sigma, np.eye(2), atol=0.1)
    np.testing.assert_allclose(fits["residuals"].sigma, 2 * fits["errors"].sigma)
    np.testing.assert_allclose(fit(data).sigma, np.eye(2), atol=0.1)


# --- words of warning ---


def test_warns_of_many_moments_weak_instruments_and_roots() -> None:
    many = fit(table(units=20))
    assert any(w.startswith("12 moments for 20 units") for w in many.warnings)
    weak = fit(table(own=0.9, effect=3.0, seed=3))
    assert weak.weak
    assert any("weak instruments: conditional F" in w for w in weak.warnings)
    assert any("弱工具变量" in w for w in weak.warnings_zh)
    assert not fit(table(units=200, own=0.4)).weak
    data = table(units=40)
    growing = data.assign(east=1.3 ** (data["year"] - 2011) * (1 + data["id"]) + data["east"])
    wild = fit(growing, time_effects=False, estimator="fe_ols")
    assert wild.modulus > 1
    assert any("shocks do not die out" in w for w in wild.warnings)


# --- what is refused, in words that say the mend ---


def changed(**values: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda d: d.assign(**values)


def put(column: str, value: Any, row: int = 5) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def put_in(d: pd.DataFrame) -> pd.DataFrame:
        d = d.astype({column: object})
        d.loc[row, column] = value
        return d

    return put_in


WRONG_DATA = {
    "twice": (lambda d: pd.concat([d, d.iloc[[14]]]), "1, 2013 stands twice"),
    "text": (put("east", "n/a"), '0, 2016: "n/a" in "east" is not a number'),
    "infinite": (
        lambda d: d.assign(east=d["east"].where(d.index != 5, np.inf)),
        '0, 2016: "inf" in "east" is infinite',
    ),
    "constant": (changed(east=3.0), '"east" does not change within any unit'),
    "fixed": (lambda d: d.assign(east=1.0 * d["id"]), '"east" does not change within any unit'),
    "empty": (changed(east=np.nan), '"east" has no value'),
    "no unit": (put("id", None), 'row 6 has no "id"'),
    "no year": (put("year", "spring"), 'row 6: "spring" in "year" is not a year'),
    "half year": (changed(year=lambda d: d["year"] + 0.5), 'row 1: "2011.5" in "year" is not a year'),
    "far year": (put("year", 20160), '"year" jumps from 2022 to 20160'),
    "no rows": (lambda d: d.iloc[:0], "the table has no rows"),
    "array": (lambda d: d.to_numpy(), "not a ndarray"),
}


@pytest.mark.parametrize("name", WRONG_DATA)
def test_data_that_cannot_be_used(name: str) -> None:
    change, words = WRONG_DATA[name]
    with pytest.raises(InputError) as caught:
        fit(change(table()))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


WRONG_OPTIONS: dict[str, tuple[Given, str]] = {
    "column": ({"variables": ["eastt", "west"]}, 'no column "eastt"; did you mean "east"?'),
    "unit": ({"unit": "idd"}, 'no column "idd"; did you mean "id"?'),
    "double": ({"variables": ["east", "east"]}, '"east" is named twice'),
    "both": ({"exogenous": ["west"]}, '"west" is named twice among variables, exogenous and predetermined'),
    "none": ({"variables": []}, "variables is empty"),
    "lags": ({"lags": 0}, "lags=0: give a whole number from 1"),
    "half lags": ({"lags": 1.5}, "lags=1.5"),
    "steps": ({"steps": 3}, "steps=3: allowed are 1 and 2"),
    "window": ({"instrument_lags": 3}, "instrument_lags=3: give two numbers"),
    "near": ({"instrument_lags": (1, 3)}, "in the timing of differences the first is at least 2"),
    "two steps": ({"estimator": "gmm_two_step", "steps": 1}, "leave steps out"),
    "sample lags": ({"sample_lags": 0}, "sample_lags=0"),
    "instlags alone": ({"style": "stata_pvar", "instlags": 2}, "instlags=2: give the first lag and the last"),
    "unadjusted": ({"vce": "unadjusted"}, "is for two steps"),
    "turned": ({"instrument_lags": (4, 2)}, "the second is not below it"),
    "transform": ({"transform": "fodd"}, 'transform="fodd": did you mean "fod"?'),
    "style": ({"style": "stata"}, 'style="stata": '),
    "estimator": ({"estimator": "gmm2"}, 'estimator="gmm2": did you mean "gmm"?'),
    "effects": ({"time_effects": "yes"}, 'time_effects="yes"'),
    "instlags": ({"instlags": (1, 2)}, 'belong to style="stata_pvar"'),
    "vce": ({"vce": "unadjusted", "steps": 1}, "is for two steps"),
    "sigma": ({"sigma": "rows"}, 'sigma="rows"'),
    "sample": ({"sample_lags": 3, "estimator": "fe_ols"}, "sample_lags is for estimator"),
    "steps of none": ({"steps": 3, "estimator": "fe_ols"}, "steps is for estimator"),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_options_that_cannot_be_used(name: str) -> None:
    options, words = WRONG_OPTIONS[name]
    with pytest.raises(InputError) as caught:
        fit(table(), **options)
    assert words in str(caught.value)


REFUSED: dict[str, tuple[Given, Given, str]] = {
    "one unit": ({"units": 1}, {}, "needs at least two units"),
    "few years": ({"years": 3}, {"lags": 2}, "3 years are too few for 2 lags: 4 are needed"),
    "few rows": ({"units": 2, "years": 3}, {}, "2 observations are left with 1 lags"),
    "moments": ({"units": 10}, {"steps": 2}, "12 for 10: use collapse=True, fewer instrument_lags, or steps=1"),
    "all": ({"units": 31}, {"style": "xtvar"}, "two-step weighting needs no more moments than units"),
    "singular": ({"units": 3}, {"collapse": False, "instrument_lags": (2, None)}, "one-step weighting is singular"),
    "too few": ({}, {"lags": 3, "instrument_lags": (2, 2)}, "4 moments cannot carry 12 coefficients"),
    "beyond": ({"years": 5}, {"instrument_lags": (9, 10)}, "0 moments cannot carry 4 coefficients"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_panel_cannot_carry(name: str) -> None:
    size, options, words = REFUSED[name]
    with pytest.raises(Refused) as caught:
        fit(table(**size), **options)
    assert words in str(caught.value)
    assert caught.value.zh != str(caught.value)


def test_variables_that_are_sums_of_others_are_refused() -> None:
    data = table(units=60).assign(both=lambda d: d["east"] + d["west"])
    with pytest.raises(Refused, match="singular"):
        fit(data, variables=["east", "west", "both"])


def test_year_dummies_take_shocks_out_of_unbalanced_panels() -> None:
    """What the warning advises: with dummies, a shock to all units of a year changes nothing."""
    rng = np.random.default_rng(5)
    data = table(units=80)
    data = data[rng.random(len(data)) > 0.1].reset_index(drop=True)
    dummies = {f"in{year}": 1.0 * (data["year"] == year) for year in range(2013, 2023)}
    shock = pd.Series(dict(zip(range(2011, 2023), rng.normal(size=12), strict=True)))
    options = {"exogenous": list(dummies), "time_effects": False, "transform": "fd"}
    y = data["year"].map(shock)
    plain = fit(data.assign(**dummies), **options)
    assert plain.nobs > 400
    assert not any("year means" in w for w in plain.warnings)
    shocked = fit(data.assign(**dummies, east=data["east"] + y), **options)
    # The levels that instrument carry the shock, so estimates move a little, and by much less than without dummies.
    moved = (shocked.coef - plain.coef).abs().to_numpy()[:, :2].max()
    bare = [fit(d, time_effects=False, transform="fd").coef for d in (data, data.assign(east=data["east"] + y))]
    assert moved < 0.5 * (bare[1] - bare[0]).abs().to_numpy().max()


# --- columns of which nothing is left ---

ESTIMATED_WITHIN = ["fe_ols", "hahn_kuersteiner", "jackknife", "bias_corrected"]


@pytest.mark.parametrize("transform", ["fod", "fd"])
@pytest.mark.parametrize("part", ["exogenous", "predetermined", "variables"])
@pytest.mark.parametrize("apart", [0.0, 3.0])
def test_a_column_common_to_all_units_is_refused_where_years_are_taken_out(
    part: str, transform: str, apart: float
) -> None:
    rng = np.random.default_rng(4)
    price = dict(zip(range(2011, 2023), 1e3 * rng.normal(size=12), strict=True))
    data = table().assign(price=lambda d: d["year"].map(price) + apart * d["id"])
    options: Given = {part: [*TWO, "price"] if part == "variables" else ["price"], "transform": transform}
    with pytest.raises(Refused, match='"price" is the same for all units in each year') as caught:
        fit(data, **options)
    assert "time_effects=False" in str(caught.value)
    assert "“price”" in caught.value.zh and "time_effects=False" in caught.value.zh
    # Years left in, or a value of one unit that differs, and there is something to estimate from.
    if part == "exogenous":
        assert fit(data, time_effects=False, **options).se.loc["east", "price"] < 1
        data.loc[70, "price"] += 100
        assert fit(data, **options).se.loc["east", "price"] < 1


def test_a_column_that_moves_only_before_the_rows_is_refused_by_name() -> None:
    data = table().assign(early=lambda d: 1.0 * (d["year"] == 2011))
    with pytest.raises(Refused, match='"early" does not change within any unit in the rows that the lags leave'):
        fit(data, exogenous=["early"], time_effects=False)


def test_a_large_level_is_no_rounding() -> None:
    data = table()
    moved = fit(data.assign(east=data["east"] + 1e6))
    np.testing.assert_allclose(moved.coef, fit(data).coef, atol=1e-6)


def test_a_constant_added_moves_gmm_only_where_years_are_left_in() -> None:
    """As docs/explanation/panel-var.md says: instruments are levels."""
    data = table()
    for options, moves in (({"time_effects": False}, True), ({}, False), ({"estimator": "fe_ols"}, False)):
        a, b = (fit(d, **options).coef for d in (data, data.assign(east=data["east"] + 5)))
        assert (float((a - b).abs().to_numpy().max()) > 1e-4) == moves


def test_warns_where_the_rank_is_below_the_moments() -> None:
    few = fit(table(units=10), time_effects=True)
    assert few.rank < few.moments
    assert any("more moments than units their covariance cannot be inverted" in w for w in few.warnings)
    assert any("矩条件多于单元" in w for w in few.warnings_zh)
    whole = notes.note_of_rank(6, 6, 31) + notes.note_of_rank(5, 12, 10)
    assert whole == ()
    (note,) = notes.note_of_rank(5, 6, 31)
    assert "6 moments have a covariance of rank 5" in note.en and "秩仅为 5" in note.zh
    # A column and its lag, both predetermined, share instruments; the identity as weight does not mind.
    rng = np.random.default_rng(0)
    data = table(units=60).assign(now=lambda d: rng.normal(size=len(d)))
    data["before"] = data.groupby("id")["now"].shift(1).fillna(0.0)
    options: Given = {"style": "stata_pvar", "steps": 1, "instlags": (1, 2), "gmmstyle": True, "time_effects": False}
    found = fit(data, predetermined=["now", "before"], **options)
    assert found.rank < found.moments and np.isnan(found.hansen.statistic)
    assert any("some follow from others" in w for w in found.warnings)


# --- what a reader is told of every fit of a kind ---


@pytest.mark.parametrize("estimator", ["gmm", *ESTIMATED_WITHIN])
def test_up_to_five_units_a_fit_describes(estimator: str) -> None:
    said = {units: fit(table(units=units), estimator=estimator) for units in (5, 6)}
    assert any(w.startswith("only 5 units: coefficients describe these units") for w in said[5].warnings)
    assert any(w.startswith("仅有 5 个单元") for w in said[5].warnings_zh)
    assert not any("describe these units" in w for w in said[6].warnings)


@pytest.mark.parametrize("estimator", ["gmm", *ESTIMATED_WITHIN])
def test_least_squares_says_that_it_is_biased(estimator: str) -> None:
    found = fit(table(), estimator=estimator)
    told = [any("is biased in few years, here 12" in w for w in found.warnings), "有偏" in "".join(found.warnings_zh)]
    assert told == [estimator == "fe_ols"] * 2


@pytest.mark.parametrize("estimator", ESTIMATED_WITHIN)
def test_options_of_gmm_are_refused_without_instruments(estimator: str) -> None:
    data = table()
    for option, value in {
        "steps": 2,
        "system": True,
        "transform": "fd",
        "vce": "robust",
        "sigma": "levels",
        "instrument_lags": (2, 3),
        "collapse": False,
        "style": "xtvar",
        "sample_lags": 2,
    }.items():
        with pytest.raises(InputError, match=f"{option} is for estimator=") as caught:
            fit(data, estimator=estimator, **{option: value})
        assert estimator in str(caught.value)
    assert fit(data, estimator=estimator, transform="fod", style="xtabond", system=False).nobs == 31 * 11


def test_gaps_under_year_effects_name_two_ways_out() -> None:
    data = table().drop(index=[40, 77])
    (said,) = (w for w in fit(data).warnings if "units have different years" in w)
    assert "its errors grow" in said and "exogenous" in said and '"bias_corrected"' in said
    assert not any("different years" in w for w in fit(data, estimator="bias_corrected").warnings)
    assert not any("different years" in w for w in fit(data, time_effects=False).warnings)


@pytest.mark.parametrize(
    "option", ["lags", "sample_lags", "estimator", "exogenous", "predetermined", "sigma", "vce", "order", "colapse"]
)
def test_lag_order_takes_only_options_that_all_lags_share(option: str) -> None:
    with pytest.raises(InputError, match=f'lag_order takes no "{option}"; .*transform, steps, collapse'):
        ac.lag_order(table(), variables=TWO, unit="id", time="year", max_lags=2, **{option: 2})


def test_lag_order_hands_options_of_moments_on() -> None:
    given: Given = {"variables": TWO, "unit": "id", "time": "year", "max_lags": 2}
    found = {c: ac.lag_order(table(), **given, collapse=c)["mbic"].tolist() for c in (True, False)}
    assert found[True] == ac.lag_order(table(), **given)["mbic"].tolist() != found[False]


def test_complex_numbers_and_one_name() -> None:
    data = table()
    with pytest.raises(InputError, match='"east" holds complex numbers'):
        fit(data.assign(east=data["east"] + 0j))
    with pytest.raises(InputError, match='"east" holds complex numbers'):
        fit(data.assign(east=(data["east"] + 1j).astype(object)))
    cube = xr.Dataset.from_dataframe(data.set_index(["id", "year"]))
    for form in (data, cube):
        pd.testing.assert_frame_equal(fit(form, variables="east").coef, fit(form, variables=["east"]).coef)
    assert len(ac.lag_order(data, variables="east", unit="id", time="year", max_lags=2)) == 2


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, accord.panelvar; print([m for m in ('numpy', 'pandas', 'scipy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
