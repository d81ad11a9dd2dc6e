"""ARIMA and ETS of each unit through statsforecast, the extra `statsforecast`; imported when first used.

Shapes and fallbacks are those of core/smoothers.py. One series at a time: about 0.06 CPU-s for ARIMA and 0.001 for
ETS on 12 to 20 years; the first import takes about 2 s, nothing is compiled.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from accord.core.smoothers import Codes, Floats, naive
from accord.errors import Refused

Model = Literal["arima", "ets"]

MINIMUM_YEARS: dict[Model, int] = {"arima": 5, "ets": 7}
"""Fewest years: statsforecast gives no ETS below 7, and an ARIMA of 4 values is a guess."""


def arima(x: ArrayLike, horizon: int) -> Floats:
    """ARIMA forecasts, orders by AICc without seasons; (..., units, years) in, (..., units, horizon) out.

    Raises
    ------
    Refused
        If the extra `statsforecast` is not installed.
    InputError
        If `horizon` is below 1 or a series has a gap after its start.

    References
    ----------
    Hyndman and Khandakar (2008), 10.18637/jss.v027.i03.
    """
    return forecasts(x, horizon, model="arima")[0]


def ets(x: ArrayLike, horizon: int) -> Floats:
    """Forecasts of exponential smoothing in state-space form, chosen by AICc; shapes and errors as `arima`.

    References
    ----------
    Hyndman, Koehler, Snyder and Grose (2002), 10.1016/S0169-2070(01)00110-8.
    """
    return forecasts(x, horizon, model="ets")[0]


def forecasts(x: ArrayLike, horizon: int, *, model: Model) -> tuple[Floats, Codes]:
    """Forecasts (..., units, horizon) of a model, and why a series got the naive one: `smoothers.REASONS` (..., units).

    A series that is too short or constant, or whose fit fails, gets the naive forecast.
    """
    out = naive(x, horizon)
    fit = _fitter(model)
    values = np.atleast_2d(np.asarray(x, dtype="f8"))
    code = np.zeros(values.shape[:-1], dtype="i1")
    for place in np.ndindex(code.shape):
        y = values[place][~np.isnan(values[place])]
        if y.size < MINIMUM_YEARS[model]:
            code[place] = 1 if y.size else 5
        elif np.ptp(y) <= 1e-12 * abs(y[-1]):
            code[place] = 2
        else:
            code[place] = _filled(out[place], fit, y)
    return out, code


def _filled(path: Floats, fit: Any, y: Floats) -> int:
    """Put the forecast of a series into `path` and return 0; leave it and return 4 where there is none."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = np.asarray(fit().forecast(y=y, h=path.size)["mean"], dtype="f8")
    except Exception:  # statsforecast raises bare Exception and whatever its solvers raise
        return 4
    if not np.isfinite(found).all():
        return 4
    path[:] = found
    return 0


def _fitter(model: Model) -> Any:
    """What makes a new model of statsforecast."""
    try:
        from statsforecast.models import AutoARIMA, AutoETS
    except ImportError as error:
        raise Refused(
            'ARIMA and ETS need the extra "statsforecast": pip install "accord[statsforecast]"',
            'ARIMA 与 ETS 需要附加组件“statsforecast”：pip install "accord[statsforecast]"',
        ) from error
    return {"arima": lambda: AutoARIMA(season_length=1), "ets": lambda: AutoETS(season_length=1)}[model]
