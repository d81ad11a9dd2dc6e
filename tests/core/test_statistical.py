"""ARIMA and ETS through statsforecast: what goes in and comes out, and what a unit gets that it cannot take."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from accord.core import smoothers, statistical
from accord.errors import InputError, Refused

MODELS = ("arima", "ets")


def walks(units: int, years: int) -> np.ndarray:
    return 0.3 + np.cumsum(np.random.default_rng(1).normal(0.01, 0.01, (units, years)), axis=1)


@pytest.mark.parametrize("name", MODELS)
def test_forecasts_are_those_of_statsforecast(name: str) -> None:
    models = pytest.importorskip("statsforecast.models")
    x = walks(4, 14)
    theirs = {"arima": models.AutoARIMA, "ets": models.AutoETS}[name]
    expected = [theirs(season_length=1).forecast(y=y, h=5)["mean"] for y in x]
    found, code = statistical.forecasts(x, 5, model=name)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_array_equal(getattr(statistical, name)(np.stack([x, x]), 5)[1], found)
    assert code.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("name", MODELS)
def test_a_straight_line_goes_on(name: str) -> None:
    pytest.importorskip("statsforecast")
    line = 0.2 + 0.03 * np.arange(12)
    np.testing.assert_allclose(getattr(statistical, name)(line[None], 2)[0], [0.56, 0.59], atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_a_unit_that_a_model_cannot_take_keeps_its_last_value(name: str) -> None:
    pytest.importorskip("statsforecast")
    x = walks(5, 9)
    least = statistical.MINIMUM_YEARS[name]
    x[0] = 0.4
    x[1, : 9 - least + 1] = np.nan
    x[2, : 9 - least] = np.nan
    x[3] = np.nan
    found, code = statistical.forecasts(x, 3, model=name)
    assert code.tolist() == [2, 1, 0, 5, 0]
    np.testing.assert_array_equal(found[:2], smoothers.naive(x[:2], 3))
    assert np.isnan(found[3]).all() and np.isfinite(found[[2, 4]]).all()


@pytest.mark.parametrize("broken", ["raises", "is not finite"])
def test_a_failed_fit_keeps_the_last_value_of_that_unit_alone(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    models = pytest.importorskip("statsforecast.models")
    x = walks(3, 10)
    whole = models.AutoETS.forecast

    def forecast(self, y, h):  # type: ignore[no-untyped-def]
        if y[0] == x[1, 0]:
            if broken == "raises":
                raise Exception("no model able to be fitted")
            return {"mean": np.full(h, np.inf)}
        return whole(self, y=y, h=h)

    before = statistical.ets(x, 4)
    monkeypatch.setattr(models.AutoETS, "forecast", forecast)
    found, code = statistical.forecasts(x, 4, model="ets")
    assert code.tolist() == [0, 4, 0] and smoothers.REASONS[4][0].startswith("the model could not be fitted")
    np.testing.assert_array_equal(found[1], np.full(4, x[1, -1]))
    np.testing.assert_array_equal(found[[0, 2]], before[[0, 2]])


@pytest.mark.parametrize("name", MODELS)
def test_a_missing_extra_names_itself(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    with pytest.raises(Refused, match=r"accord\[statsforecast\]"):
        getattr(statistical, name)(walks(2, 9), 2)


def test_a_gap_is_named_before_anything_is_fitted() -> None:
    with pytest.raises(InputError, match="gap"):
        statistical.arima([[0.1, np.nan, 0.2, 0.3]], 2)
