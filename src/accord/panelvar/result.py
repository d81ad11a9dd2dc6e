"""The result of a panel VAR: coefficients with their covariance, what they rest on, and a table of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from accord.core.companion import roots
from accord.core.pvar_data import Floats
from accord.core.pvar_estimate import Fit
from accord.core.pvar_reweight import Sample
from accord.core.pvar_weak import STRONG
from accord.panelvar.labels import Labelled
from accord.panelvar.notes import Note
from accord.phrases import WITH_YEARS

NAMES = {
    "gmm": "GMM",
    "gmm_two_step": "GMM",
    "fe_ols": "least squares with fixed effects",
    "hahn_kuersteiner": "Hahn and Kuersteiner's correction",
    "jackknife": "half-panel jackknife",
    "bias_corrected": "iterated bias correction",
}
TRANSFORMS = {"fod": "forward orthogonal deviations", "fd": "first differences"}


class Hansen(NamedTuple):
    """Test of overidentifying restrictions; the null is that they hold. NaN where it cannot be computed."""

    statistic: float
    df: int
    pvalue: float


@dataclass(frozen=True)
class Instruments:
    """What the moments of a fit by GMM are."""

    moments: int
    """In all equations together."""
    each: int
    """Instruments of one equation."""
    rank: int
    """Of the covariance of the moments."""
    condition: float
    """Of the matrix that weighted them, scaled to a unit diagonal; 1 for the identity."""
    window: tuple[int, int | None]
    """Lags in the timing of first differences."""
    collapse: bool
    strength: Mapping[str, float]
    """Conditional F of each regressor; 10 and more counts as strong."""


@dataclass(frozen=True, eq=False)
class PVARFit:
    """Fitted panel VAR; prints as a table, `tidy()` is that table. Rows of `coef` are equations.

    Columns of `coef` are L1 of all variables, L2 ..., then predetermined and exogenous regressors, then a constant.
    `vcov` has one row and column for each coefficient, equation by equation. `sigma` is the covariance of the errors.
    """

    coef: pd.DataFrame
    vcov: pd.DataFrame
    sigma: pd.DataFrame
    estimator: str
    style: str
    transform: str
    steps: int
    lags: int
    system: bool
    time_effects: bool
    vce: str
    wald: Literal["F", "chi2"]
    """Law of Wald tests that the style takes."""
    units: int
    years: int
    nobs: int
    """Rows of one equation, after the transformation."""
    variables: tuple[str, ...]
    order: tuple[str, ...]
    """Variables from most to least exogenous, for the Cholesky factor."""
    notes: tuple[Note, ...]
    hansen: Hansen | None = None
    mmsc: Mapping[str, float] = field(default_factory=dict)
    """Criteria of Andrews and Lu (2001): mbic, maic, mqic; smaller is better."""
    instruments: Instruments | None = None
    data: Labelled | None = field(default=None, repr=False)
    """The user's values."""
    sample: Sample | None = field(default=None, repr=False)
    """Cross products of units for `accord.core.pvar_reweight.reweighted`, of a fit by GMM."""
    within: Fit | None = field(default=None, repr=False)
    """The fit of the other estimators, with cross products of units."""

    @property
    def se(self) -> pd.DataFrame:
        """Standard errors, as `coef`."""
        values = np.sqrt(np.diag(self.vcov)).reshape(self.coef.shape)
        return pd.DataFrame(values, index=self.coef.index, columns=self.coef.columns)

    @property
    def a(self) -> Floats:
        """Coefficients of the lags, (k, k p)."""
        k = len(self.variables)
        return np.asarray(self.coef.to_numpy()[:, : k * self.lags])

    @property
    def modulus(self) -> float:
        """Largest modulus of the companion's roots; stable below 1."""
        return float(np.abs(roots(self.a)[0]))

    @property
    def moments(self) -> int | None:
        """Moments in all equations; None without instruments."""
        return self.instruments.moments if self.instruments else None

    @property
    def rank(self) -> int | None:
        """Rank of the covariance of the moments; None without instruments."""
        return self.instruments.rank if self.instruments else None

    @property
    def condition(self) -> float | None:
        """Condition number of the scaled weighting; None without instruments."""
        return self.instruments.condition if self.instruments else None

    @property
    def weak(self) -> bool:
        """Whether any regressor's conditional F stays below 10."""
        return self.instruments is not None and any(f < STRONG for f in self.instruments.strength.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know, in English."""
        return tuple(note.en for note in self.notes)

    @property
    def warnings_zh(self) -> tuple[str, ...]:
        """What a reader should know, in Chinese."""
        return tuple(note.zh for note in self.notes)

    def irf(self, **options: Any) -> Any:
        """Responses to shocks, see `accord.panelvar.responses.irf`."""
        from accord.panelvar import responses

        return responses.irf(self, **options)

    def fevd(self, **options: Any) -> Any:
        """Shares of the forecast error variance, see `accord.panelvar.responses.fevd`."""
        from accord.panelvar import responses

        return responses.fevd(self, **options)

    def granger(self, **options: Any) -> Any:
        """Whether lags of one variable help to forecast another, see `accord.panelvar.responses.granger`."""
        from accord.panelvar import responses

        return responses.granger(self, **options)

    def stability(self, **options: Any) -> Any:
        """Roots of the companion, see `accord.panelvar.responses.stability`."""
        from accord.panelvar import responses

        return responses.stability(self, **options)

    def labelled(self, table: xr.Dataset, name: str) -> xr.Dataset:
        """A table of this fit alone, with the group and the estimator that a study's has."""
        own = {"group": "All units", "estimator": f"{self.estimator}{WITH_YEARS if self.time_effects else ''}"}
        found = table.assign_coords(own).assign(leading=True)
        found.attrs = {"table": name}
        return found

    def table(self, name: str = "pvar") -> xr.Dataset:
        """Table `pvar`, `stability`, `irf` or `fevd` of this fit, as a study has it.

        Raises
        ------
        KeyError
            If there is no such table.
        """
        if name == "pvar":
            return self._coefficients()
        if name not in ("stability", "irf", "fevd"):
            raise KeyError(name)
        return getattr(self, name)()  # type: ignore[no-any-return]

    def _coefficients(self) -> xr.Dataset:
        coef, se = self.coef.to_numpy(), self.se.to_numpy()
        p, width = of_coefficients(coef, se, self.units, normal=self.wald == "chi2")
        dims, labels = ("equation", "term"), {"equation": list(self.coef.index), "term": list(self.coef.columns)}
        made = {"coef": coef, "se": se, "z": coef / se, "pvalue": p, "lo": coef - width, "hi": coef + width}
        return self.labelled(xr.Dataset({key: (dims, value) for key, value in made.items()}, labels), "pvar")

    def tidy(self) -> pd.DataFrame:
        """One row for each coefficient: equation, term, coef, se, z, pvalue, lo, hi."""
        table = self._coefficients().drop_vars(["group", "estimator", "leading"])
        return table.to_dataframe().reset_index()

    def summary(self) -> str:
        """What was asked and found, as lines of text."""
        lines = [self._heading(), f"{self.units} units, {self.years} years, {self.nobs} observations"]
        if self.instruments:
            lines.append(_of_moments(self.instruments))
        formats = {name: "{:.4f}".format for name in ("coef", "se", "pvalue", "lo", "hi")} | {"z": "{:.2f}".format}
        lines.append(self.tidy().to_string(index=False, formatters=formats, na_rep=""))
        if self.hansen and np.isfinite(self.hansen.statistic):
            found = ", ".join(f"{name.upper()} {value:.2f}" for name, value in self.mmsc.items())
            p = f", p {self.hansen.pvalue:.4f}" if self.hansen.df else ""
            step = " of two steps" if self.steps == 1 else ""
            lines.append(f"Hansen's J{step} {self.hansen.statistic:.3f} with {self.hansen.df} df{p}; {found}")
        lines.append(f"largest root {self.modulus:.3f}")
        return "\n".join([*lines, *self.warnings])

    def _heading(self) -> str:
        about = [NAMES[self.estimator], f"{self.lags} lag{'s' if self.lags > 1 else ''}"]
        if self.instruments:
            about[0] = f"{'two' if self.steps == 2 else 'one'}-step GMM{', system' if self.system else ''}"
            about.append(TRANSFORMS[self.transform])
        about.append("year effects taken out" if self.time_effects else "year effects left in")
        style = f" ({self.style})" if self.style != "xtabond" else ""
        return f"Panel VAR by {', '.join(about)}{style}"

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return str(self)


def _of_moments(found: Instruments) -> str:
    near, far = found.window
    lags = f"lags {near} to {far}" if far else f"all lags from {near}"
    nearer = f"{near - 1} to {far - 1}" if far else f"from {near - 1}"
    columns = "collapsed" if found.collapse else "one column a year and lag"
    return (
        f"{found.moments} moments, {found.each} instruments an equation ({lags} in the timing of differences, {nearer} "
        f"in that of deviations; {columns}); rank {found.rank}, condition {found.condition:.1e}; "
        f"weakest conditional F {min(found.strength.values(), default=float('nan')):.1f}"
    )


def of_coefficients(coef: Floats, se: Floats, units: Any, *, normal: Any) -> tuple[Floats, Floats]:
    """p-values, and half the width of 95 % intervals, by Student's t with units - 1 degrees of freedom, or normal.

    Examples
    --------
    >>> [v.round(3).tolist() for v in of_coefficients(np.array([0.2]), np.array([0.1]), 10, normal=False)]
    [[0.077], [0.226]]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        z, free = np.abs(coef / se), np.maximum(np.asarray(units, dtype="f8") - 1, 1)
        p = 2 * np.where(normal, ndtr(-z), stdtr(free, -z))
        width = np.where(normal, ndtri(0.975), stdtrit(free, 0.975)) * se
    return p, width


def table(values: Floats, rows: Sequence[Any], columns: Sequence[Any]) -> pd.DataFrame:
    """A labelled matrix; pairs of labels make two levels."""
    axes = [
        pd.MultiIndex.from_tuples(list(labels), names=("equation", "term"))
        if labels and isinstance(labels[0], tuple)
        else pd.Index(list(labels))
        for labels in (rows, columns)
    ]
    return pd.DataFrame(values, index=axes[0], columns=axes[1])
