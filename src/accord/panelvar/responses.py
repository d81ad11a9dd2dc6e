"""What a fitted panel VAR says: responses to shocks, shares of the variance, Granger's tests, and its roots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import scipy
import xarray as xr
from scipy.special import ndtr, stdtrit

from accord.core import companion, pvar_granger
from accord.core.pvar_bands import LEAST, Kind, away_from_zero, band
from accord.core.pvar_bootstrap import Draws
from accord.core.pvar_coverage import expected_coverage
from accord.core.pvar_within import Bools, Floats
from accord.errors import InputError, Refused, brief, nearest
from accord.panelvar.draws import Bootstrap, drawn
from accord.panelvar.result import PVARFit

Shock = Literal["orthogonal", "generalised"]
SCALES = ("estimated", "levels")
SIMULATED_YEARS, LEAST_UNITS = 11, 3
"""From so many years and units on the coverage of bands is known from simulated panels."""


def irf(
    fit: PVARFit,
    *,
    horizon: int = 10,
    shock: Shock = "orthogonal",
    draws: int = 500,
    bands: Kind = "percentile",
    bootstrap: Bootstrap = "auto",
    level: float = 0.95,
    differenced: Sequence[str] = (),
    seed: int = 0,
    made: Draws | None = None,
) -> xr.Dataset:
    """Responses to a shock of one standard deviation, horizons 0 to `horizon`, with bands.

    `shock`: "orthogonal" by Cholesky in `fit.order`, or "generalised", which needs no order. `bands` are "percentile",
    "studentised" or "gaussian"; lo and hi hold each horizon by itself, lo_joint and hi_joint the whole path at once
    (sup-t), so that "gone by period 4" may be read off them. `bootstrap`: "residual" or "cluster" (whole units), or
    "mc", which draws coefficients and Sigma from their normal law as the usual programs do; "auto" takes residuals
    for fixed effects and units for GMM. Scale "levels" sums the responses of variables named in `differenced`.
    `draws=0` leaves bands out; `made` are draws that are there already. Bands are NaN where fewer than 20 draws have
    an estimate.

    Returns
    -------
    xr.Dataset
        `irf`, `lo`, `hi`, `lo_joint`, `hi_joint` by (scale, response, impulse, horizon); `drawn`, how many draws have an
        estimate.
        `coverage` and `coverage_least` say what such bands cover in simulated panels like this one, on average and for the
        response covered least; NaN where none were simulated: other estimators and bands, more than one lag or two
        variables, less than 11 years. `stable` says whether all roots lie inside the unit circle.

    Raises
    ------
    InputError
        If an option is unknown, or a studentised band is asked for generalised shocks.

    References
    ----------
    Lütkepohl (2005), 10.1007/978-3-540-27752-1; Pesaran and Shin (1998), 10.1016/S0165-1765(97)00214-0.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].to_dataset("indicator")[["unemployment", "output"]]
    >>> found = ac.pvar(x, variables=["unemployment", "output"], estimator="bias_corrected").irf(draws=99)
    >>> dict(found.sizes)
    {'scale': 2, 'response': 2, 'impulse': 2, 'horizon': 11}
    """
    if shock not in ("orthogonal", "generalised"):
        raise InputError(f'unknown shock "{shock}"; {nearest(shock, ("orthogonal", "generalised"))}')
    if bands == "studentised" and (shock == "generalised" or bootstrap == "mc"):
        raise InputError(
            "studentised bands are of orthogonal shocks and a bootstrap; take percentile or gaussian bands"
        )
    _checked(horizon=horizon, draws=draws, level=level, seed=seed)
    own_draws = made is None and draws > 0 and bootstrap in ("auto", "residual")
    summed = _differenced(fit, differenced)
    order = [fit.variables.index(name) for name in fit.order]
    a, sigma = fit.a, fit.sigma.to_numpy()
    theta = _theta(a, sigma, horizon, shock, order)
    if made is None and draws:
        made = drawn(fit, draws=draws, seed=seed, bootstrap=bootstrap, errors=bands == "studentised")
    paths = None if made is None else _theta(made.a[..., : a.shape[1]], made.sigma, horizon, shock, order)
    parts = []
    for sums in (np.zeros_like(summed), summed):
        own = {"irf": companion.cumulated(theta, sums)}
        if made is not None and paths is not None:
            own |= _bands(fit, own["irf"], companion.cumulated(paths, sums), made, bands, level, order, sums)
        parts.append(own)
    dims = ("scale", "response", "impulse", "horizon")
    coords = {"scale": list(SCALES), "response": list(fit.variables), "impulse": list(fit.variables),
              "horizon": np.arange(horizon + 1)}  # fmt: skip
    keys = ("irf", "lo", "hi", "lo_joint", "hi_joint")
    none = np.full(theta.shape, np.nan)
    made_of = {key: (dims, np.stack([np.moveaxis(own.get(key, none), 0, -1) for own in parts])) for key in keys}
    usual = bands == "percentile" and shock == "orthogonal" and own_draws and level == 0.95
    covered = _coverage(fit) if usual else (np.nan, np.nan)
    more = {"drawn": _number(paths), "coverage": covered[0], "coverage_least": covered[1], "stable": fit.modulus < 1}
    return fit.labelled(xr.Dataset({**made_of, **more}, coords), "irf")


def fevd(
    fit: PVARFit,
    *,
    horizon: int = 10,
    draws: int = 500,
    bootstrap: Bootstrap = "auto",
    level: float = 0.95,
    within: float = 0.01,
    seed: int = 0,
    made: Draws | None = None,
) -> xr.Dataset:
    """Share of each impulse in the forecast error variance of each response at horizons 1 to `horizon`, with bands.

    Shares of a response add up to 1. Bands are percentiles of draws, wider where there are few units; as no share is below
    0, a lower end above 0 is no evidence: `evident` says where the band of the whole path of responses leaves zero out.
    `settled` is the first horizon from which no share
    of a response moves by more than `within`.

    Returns
    -------
    xr.Dataset
        `variance_share`, `lo`, `hi` by (response, impulse, horizon); `evident` by (response, impulse); `settled` by response;
        `stable`; `drawn`, how many draws have
        an estimate (no bands below 20).

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].to_dataset("indicator")[["unemployment", "output"]]
    >>> found = ac.pvar(x, variables=["unemployment", "output"], estimator="bias_corrected").fevd(draws=99)
    >>> bool(np.allclose(found["variance_share"].sum("impulse"), 1))
    True
    """
    _checked(horizon=horizon, draws=draws, level=level, seed=seed)
    if not isinstance(within, int | float) or isinstance(within, bool) or not 0 <= within < 1:
        raise InputError(f"within={brief(within)}: give a share from 0 to below 1, such as 0.01")
    order = [fit.variables.index(name) for name in fit.order]
    a = fit.a
    theta = companion.orthogonalised(a, fit.sigma.to_numpy(), horizon, order)
    shares = companion.variance_shares(theta)
    lo, hi = np.full((2, *shares.shape), np.nan)
    evident: Bools = np.zeros(shares.shape[1:], dtype=bool)
    paths = None
    if made is None and draws:
        made = drawn(fit, draws=draws, seed=seed, bootstrap=bootstrap)
    if made is not None:
        paths = companion.orthogonalised(made.a[..., : a.shape[1]], made.sigma, horizon, order)
        known = paths[np.isfinite(paths).all(axis=(1, 2, 3))]
        if len(known) >= LEAST:
            tail = (1 - level) / 2
            if made.blocks:
                tail = float(ndtr(stdtrit(max(made.blocks - 1, 1), tail)))  # wider where there are few units
            lo, hi = np.quantile(companion.variance_shares(known), [tail, 1 - tail], axis=0)
            whole = band(theta, known, "percentile", level=level, blocks=made.blocks, simultaneous=True)
            evident = np.asarray(away_from_zero(whole).any(axis=0))
    dims = ("response", "impulse", "horizon")
    coords = {"response": list(fit.variables), "impulse": list(fit.variables), "horizon": np.arange(1, horizon + 1)}
    each = (("variance_share", shares), ("lo", lo), ("hi", hi))
    made_of = {key: (dims, np.moveaxis(value, 0, -1)) for key, value in each}
    more = {"settled": ("response", companion.settled(shares, within)), "evident": (dims[:2], evident)}
    return fit.labelled(
        xr.Dataset({**made_of, **more, "drawn": _number(paths), "stable": fit.modulus < 1}, coords), "fevd"
    )


def granger(fit: PVARFit, *, draws: int = 0, seed: int = 0, made: Draws | None = None) -> pd.DataFrame:
    """Wald tests that the lags of `excluded` have no part in `equation`; "ALL" stands for all others together.

    `statistic` is F with `df` and units - 1 degrees of freedom, or chi-squared in styles that take it. With
    `draws`, `pvalue_bootstrap` comes from panels simulated under each null (fixed effects), or from draws of units
    about the estimate (GMM).

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].to_dataset("indicator")[["unemployment", "output"]]
    >>> ac.pvar(x, variables=["unemployment", "output"], estimator="bias_corrected").granger()["df"].tolist()
    [1, 1]
    """
    k, a, vcov = len(fit.variables), fit.coef.to_numpy(), fit.vcov.to_numpy()
    simulated: list[pvar_granger.Granger] | None = None
    if draws and fit.within is not None:
        simulated = pvar_granger.granger(fit.within, draws=draws, seed=seed)
    elif draws and made is None and fit.wald == "F":
        made = drawn(fit, draws=draws, seed=seed, bootstrap="cluster", errors=True)
    rows = []
    for number, (equation, excluded) in enumerate(pvar_granger.pairs(k)):
        where = pvar_granger.places(k, a.shape[1], fit.lags, equation, excluded)
        value, q = float(pvar_granger.wald(a, vcov, where)), len(where)
        chi = fit.wald == "chi2"
        share = None
        if simulated is not None:
            share = simulated[number].pvalue_bootstrap
        elif made is not None:
            share = pvar_granger.centred_pvalue(a, vcov, made, where)
        rows.append(
            {
                "equation": fit.variables[equation],
                "excluded": "ALL" if excluded < 0 else fit.variables[excluded],
                "statistic": value if chi else value / q,
                "df": q,
                "pvalue": float(scipy.stats.chi2.sf(value, q))
                if chi
                else float(scipy.stats.f.sf(value / q, q, max(fit.units - 1, 1))),
                "pvalue_bootstrap": np.nan if share is None else share,
            }
        )
    keys = ("equation", "excluded", "statistic", "df", "pvalue", "pvalue_bootstrap")
    return pd.DataFrame(rows, columns=list(keys))


def stability(fit: PVARFit) -> xr.Dataset:
    """Roots of the companion matrix by falling modulus; stable where all moduli are below 1.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].to_dataset("indicator")[["unemployment", "output"]]
    >>> bool((ac.pvar(x, variables=["unemployment", "output"]).stability()["modulus"] < 1).all())
    True
    """
    found = companion.roots(fit.a)
    made = {"modulus": np.abs(found), "real": found.real, "imaginary": found.imag}
    roots = {"root": np.arange(1, len(found) + 1)}
    return fit.labelled(xr.Dataset({key: ("root", value) for key, value in made.items()}, roots), "stability")


def _bands(
    fit: PVARFit,
    theta: Floats,
    paths: Floats,
    made: Draws,
    kind: Kind,
    level: float,
    order: list[int],
    sums: Floats,
) -> dict[str, Floats]:
    """Bands of each horizon and of the whole path; none where too few draws have an estimate."""
    sizes: dict[str, Any] = {}
    if kind == "studentised" and made.vcov is not None:
        more: dict[str, Any] = {"horizon": theta.shape[0] - 1, "order": order, "differenced": sums}
        sizes["errors"] = companion.response_errors(fit.a, fit.sigma.to_numpy(), fit.vcov.to_numpy(), fit.nobs, **more)
        sizes["draw_errors"] = companion.response_errors(made.a, made.sigma, made.vcov, fit.nobs, **more)
    own: dict[str, Floats] = {}
    for joint, suffix in ((False, ""), (True, "_joint")):
        try:
            found = band(theta, paths, kind, level=level, blocks=made.blocks, simultaneous=joint, **sizes)
        except Refused:
            return {}
        own |= {f"lo{suffix}": found.lo, f"hi{suffix}": found.hi}
    return own


def _number(paths: Floats | None) -> int:
    """How many draws have an estimate."""
    return 0 if paths is None else int(np.isfinite(paths).all(axis=(1, 2, 3)).sum())


def _coverage(fit: PVARFit) -> tuple[float, float]:
    """What 95 % bands of such a fit cover in simulated panels, on average and at worst; NaN where none were simulated."""
    alike = fit.lags == 1 and len(fit.variables) == 2 and fit.coef.shape == (2, 2) and fit.years >= SIMULATED_YEARS
    if fit.estimator != "bias_corrected" or not alike or fit.units < LEAST_UNITS:
        return np.nan, np.nan
    found = expected_coverage(fit.units, fit.modulus, time_effects=fit.time_effects)
    return found.mean, found.least


def _checked(*, horizon: object, draws: object, level: object, seed: object) -> None:
    """Refuse options of responses and shares that cannot be.

    Raises
    ------
    InputError
        Naming the option and what it may be.
    """
    for name, value, least in (("horizon", horizon, 1), ("draws", draws, 0), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise InputError(f"{name}={brief(value)}: give a whole number from {least}")
    if isinstance(draws, int | np.integer) and 0 < draws < LEAST:
        raise InputError(f"draws={draws}: a band needs {LEAST} draws, and 500 to be read; 0 leaves bands out")
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise InputError(f"level={brief(level)}: give a share between 0 and 1, such as 0.95")


def _theta(a: Floats, sigma: Floats, horizon: int, shock: Shock, order: list[int]) -> Floats:
    if shock == "generalised":
        return companion.generalised(a, sigma, horizon)
    return companion.orthogonalised(a, sigma, horizon, order)


def _differenced(fit: PVARFit, names: Sequence[str]) -> Floats:
    names = (names,) if isinstance(names, str) else names
    for name in names:
        if name not in fit.variables:
            raise InputError(f'differenced: "{name}" is no variable of the fit; {nearest(name, fit.variables)}')
    return cast(Floats, np.array([name in names for name in fit.variables], dtype=bool))
