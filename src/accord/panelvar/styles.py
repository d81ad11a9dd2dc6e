"""Styles: settings of a program or a published practice, taken where the user names none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from accord.core.pvar_gmm import Clusters, FirstWeight
from accord.core.pvar_instruments import Model
from accord.core.pvar_sigma import SigmaRule

StyleName = Literal["xtabond", "xtvar", "stata_pvar"]
Estimator = Literal["gmm", "gmm_two_step", "fe_ols", "hahn_kuersteiner", "jackknife", "bias_corrected"]
Covariance = Literal["robust", "unadjusted"]
Lags = tuple[int, int | None]
FEW_UNITS = 10
"""Below this, year effects are left in unless asked for."""
DESCRIPTIVE = 5
"""Up to this many units a fit describes them and tests nothing."""


@dataclass(frozen=True)
class Style:
    """What a style takes; lags of instruments in the timing of first differences, None for the program's rule."""

    steps: int
    collapse: bool
    instrument_lags: Lags | None
    time_effects: bool | None
    """None: from 10 units on."""
    vce: Covariance
    sigma: SigmaRule
    wald: Literal["F", "chi2"]
    first: FirstWeight = "h"
    clusters: Clusters = "units"


STYLES: dict[StyleName, Style] = {
    "xtabond": Style(1, True, (2, 4), None, "robust", "errors", "F"),
    "xtvar": Style(2, False, (2, None), False, "robust", "errors", "chi2"),
    "stata_pvar": Style(2, True, None, False, "unadjusted", "levels", "chi2", "identity", "rows"),
}


@dataclass(frozen=True)
class Setting:
    """What was asked for, with a style's settings where nothing was."""

    model: Model
    steps: int
    time_effects: bool
    estimator: Estimator
    name: StyleName
    style: Style
    order: tuple[str, ...]

    @property
    def gmm(self) -> bool:
        """Whether the estimator has instruments."""
        return self.estimator in ("gmm", "gmm_two_step")


def own_window(lags: int, transform: str) -> Lags:
    """Stata's pvar without instlags(): y's own lags under deviations, the p lags behind them under differences.

    Examples
    --------
    >>> own_window(2, "fod"), own_window(2, "fd")
    ((2, 3), (3, 4))
    """
    return (2, lags + 1) if transform == "fod" else (lags + 1, 2 * lags)
