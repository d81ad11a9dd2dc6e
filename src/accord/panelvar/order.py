"""`ac.lag_order`: how many lags, by likelihood and by moments, on one sample for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from accord.core.pvar_order import lag_order as by_likelihood
from accord.errors import InputError, Refused, brief
from accord.panelvar import checks
from accord.panelvar.fit import pvar
from accord.panelvar.labels import Columns, Data, labelled
from accord.panelvar.styles import FEW_UNITS

Criterion = Literal["aic", "bic", "hqic"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
MOMENTS = ("mbic", "maic", "mqic")
OPTIONS = ("transform", "steps", "collapse", "instrument_lags", "system", "style", "instlags", "gmmstyle")
"""Options of `ac.pvar` that the moments of every number of lags may share."""


def lag_order(
    data: Data,
    *,
    variables: Sequence[str],
    unit: str = "unit",
    time: str = "time",
    max_lags: int = 3,
    time_effects: Literal["auto"] | bool = "auto",
    **gmm: Any,
) -> pd.DataFrame:
    """Criteria of 1 to `max_lags` lags on the sample that the most lags leave; the least of a column chooses.

    aic, bic and hqic come from least squares with fixed effects: ln|Sigma| plus 2, ln n or 2 ln ln n for each
    coefficient, over n rows. mbic, maic and mqic are those of Andrews and Lu: Hansen's J less ln n, 2 or 2 ln ln n
    for each degree of freedom, with the same instruments for every number of lags; options in `gmm` go to `ac.pvar`:
    transform, steps, collapse, instrument_lags, system, style, instlags, gmmstyle.
    They are NaN where GMM cannot be had, or has no more moments than coefficients. `chosen` names the criteria
    that are least at a number of lags.

    Returns
    -------
    pd.DataFrame
        One row for each number of lags: lags, aic, bic, hqic, mbic, maic, mqic, chosen, nobs.

    Raises
    ------
    InputError
        If a column, value or option cannot be used.
    Refused
        If the years are too few for the most lags.

    References
    ----------
    Lütkepohl (2005), 10.1007/978-3-540-27752-1; Andrews and Lu (2001), 10.1016/S0304-4076(00)00077-4.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].to_dataset("indicator")[["unemployment", "output"]]
    >>> ac.lag_order(x, variables=["unemployment", "output"], max_lags=2)["lags"].tolist()
    [1, 2]
    """
    if isinstance(max_lags, bool) or not isinstance(max_lags, int) or max_lags < 1:
        raise InputError(f"max_lags={brief(max_lags)}: give a whole number from 1")
    other = next((name for name in gmm if name not in OPTIONS), None)
    if other is not None:
        raise InputError(f'lag_order takes no "{brief(other)}"; of the options of pvar it takes {", ".join(OPTIONS)}')
    names = (variables,) if isinstance(variables, str) else tuple(variables)
    panel = labelled(data, unit, time, Columns(names))
    checks.check_values(panel)
    if time_effects not in ("auto", True, False):
        raise InputError(f'time_effects={brief(time_effects)}: allowed are "auto", True and False')
    effects = len(panel.units) >= FEW_UNITS if time_effects == "auto" else bool(time_effects)
    found = by_likelihood(panel.of(names), max_lags, time_effects=effects)
    table = pd.DataFrame({c: getattr(found, c) for c in CRITERIA})
    table.insert(0, "lags", np.arange(1, max_lags + 1))
    window = gmm.pop("instrument_lags", (2, max(4, max_lags + 2)))
    for place in range(max_lags):
        said: dict[str, Any] = {
            "lags": place + 1,
            "sample_lags": max_lags,
            "instrument_lags": window,
            "time_effects": effects,
            **gmm,
        }
        try:
            fit = pvar(data, variables=names, unit=unit, time=time, **said)
        except Refused:
            fit = None
        over = fit is not None and fit.hansen is not None and fit.hansen.df > 0
        for name in MOMENTS:
            table.loc[place, name] = fit.mmsc.get(name, np.nan) if over and fit is not None else np.nan
    table["chosen"] = _chosen(table)
    return table.assign(nobs=found.nobs)


def _chosen(table: pd.DataFrame) -> list[str]:
    """Names of the criteria that are least at each number of lags."""
    least = {name: int(table[name].argmin()) for name in (*CRITERIA, *MOMENTS) if table[name].notna().any()}
    return [", ".join(name.upper() for name, at in least.items() if at == place) for place in range(len(table))]
