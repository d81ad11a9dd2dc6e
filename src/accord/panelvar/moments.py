"""A labelled panel to a fit by GMM: rows, instruments, estimate, and what a reader should know of them."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.special import chdtrc

from accord.core.companion import roots
from accord.core.pvar_data import Floats, without_year_means
from accord.core.pvar_gmm import Estimate, Products, estimate, products, sandwich
from accord.core.pvar_instruments import Equations, Panel, equations
from accord.core.pvar_reweight import Sample
from accord.core.pvar_sigma import error_rows
from accord.core.pvar_weak import conditional_f
from accord.errors import Refused
from accord.panelvar import checks
from accord.panelvar import notes as words
from accord.panelvar.labels import Columns, Labelled
from accord.panelvar.notes import Note
from accord.panelvar.result import Hansen, Instruments, PVARFit, table
from accord.panelvar.styles import Setting


def by_gmm(panel: Labelled, setting: Setting) -> PVARFit:
    """Fit by GMM of a panel whose values are checked."""
    model, style = setting.model, setting.style
    data = parts_of(panel, effects=setting.time_effects)
    checks.check_rows(panel, data, model)
    e = equations(data, model)
    checks.check_left(panel, _left(panel.columns, e, model.lags), setting.time_effects)
    p = products(e, first=style.first, clusters=style.clusters)
    notes = _before(panel, setting, p)
    units = int(e.kept.any(axis=1).sum())
    found = estimate(p, setting.steps)
    names = terms(panel.columns, model.lags, model.constant)
    instruments = _instruments(p, found, setting, names, panel.columns)
    notes += words.note_of_rank(instruments.rank, instruments.moments, p.nobs if style.clusters == "rows" else units)
    notes += words.notes_of_fit(instruments.strength, instruments.condition)
    notes += words.note_of_roots(float(np.abs(roots(found.coef[:, : len(p.zy[0, 0]) * model.lags])[0])))
    rule = error_rows(p.equations, model.transform, style.sigma)
    variables = panel.columns.variables
    hansen = _hansen(p, found)
    cells = list(product(variables, names))
    even = bool(p.equations.kept.all()) and style.clusters == "units"
    return PVARFit(
        coef=table(found.coef, variables, names),
        vcov=table(_vcov(p, found, setting), cells, cells),
        sigma=table(rule.sigma(found.coef), variables, variables),
        estimator=setting.estimator,
        style=setting.name,
        transform=model.transform,
        steps=setting.steps,
        lags=model.lags,
        system=model.system,
        time_effects=setting.time_effects,
        vce="robust" if setting.steps == 1 else style.vce,
        wald=style.wald,
        units=units,
        years=len(panel.years),
        nobs=p.nobs,
        variables=variables,
        order=setting.order,
        notes=notes,
        hansen=hansen,
        mmsc=criteria(hansen, p.nobs),
        instruments=instruments,
        data=panel,
        sample=Sample(p, rule, found.coef, setting.steps, setting.time_effects and even),
    )


def terms(columns: Columns, lags: int, constant: bool = False) -> list[str]:
    """Names of regressors, in their order.

    Examples
    --------
    >>> terms(Columns(("a", "b"), ("x",)), 2)
    ['L1.a', 'L1.b', 'L2.a', 'L2.b', 'x']
    """
    lagged = [f"L{lag}.{name}" for lag in range(1, lags + 1) for name in columns.variables]
    return [*lagged, *columns.predetermined, *columns.exogenous, *(["constant"] if constant else [])]


def parts_of(panel: Labelled, *, effects: bool) -> Panel:
    """Values by their part in the model, year means off where asked."""
    columns = panel.columns

    def values(names: tuple[str, ...]) -> Floats:
        found = panel.of(names)
        return without_year_means(found) if effects else found

    others = [values(names) if names else None for names in (columns.exogenous, columns.predetermined)]
    return Panel(values(columns.variables), *others)


def _left(columns: Columns, e: Equations, lags: int) -> dict[str, Floats]:
    """What the equations have of each column: (units, rows, 1), of a variable with its lags (units, rows, lags + 1)."""
    k = len(columns.variables)
    own = e.x[..., : k * lags].reshape(*e.x.shape[:2], lags, k)
    found = {name: np.concatenate([e.y[..., [j]], own[..., j]], axis=-1) for j, name in enumerate(columns.variables)}
    others = (*columns.predetermined, *columns.exogenous)
    return found | {name: e.x[..., [k * lags + j]] for j, name in enumerate(others)}


def criteria(hansen: Hansen, nobs: int) -> dict[str, float]:
    """MBIC, MAIC and MQIC of Andrews and Lu: J less df times ln n, 2, and 2 ln ln n.

    References
    ----------
    Andrews and Lu (2001), 10.1016/S0304-4076(00)00077-4.

    Examples
    --------
    >>> found = criteria(Hansen(261.9220536129669, 225, 0.046), 1590)
    >>> {name: round(value, 4) for name, value in found.items()}
    {'mbic': -1396.663, 'maic': -188.0779, 'mqic': -637.0068}
    """
    rates = {"mbic": np.log(nobs), "maic": 2.0, "mqic": 2 * np.log(np.log(nobs))}
    return {name: float(hansen.statistic - hansen.df * rate) for name, rate in rates.items()}


def _before(panel: Labelled, setting: Setting, p: Products) -> tuple[Note, ...]:
    """Words on rows and on the number of moments, which may refuse."""
    k, regressors, m = p.shape
    single = setting.style.clusters == "rows"
    units = int(p.equations.kept.any(axis=1).sum())
    notes = words.note_of_units(units)
    notes += words.note_of_gaps(panel, max(setting.model.lags, setting.model.sample_lags or 0))
    if setting.time_effects:
        notes += words.note_of_year_means(panel.values)
    count, of = (p.nobs, "observations") if single else (units, "units")
    return notes + checks.check_moments(k * m, count, setting.steps, k * regressors, of)


def _instruments(p: Products, found: Estimate, setting: Setting, names: list[str], columns: Columns) -> Instruments:
    k, regressors, m = p.shape
    own = len(columns.exogenous) + setting.model.constant
    try:
        strength = conditional_f(p, own)
    except Refused:
        # Instruments of an identity-weighted fit may be collinear: then nothing is said of their strength.
        strength = np.full(regressors - own, np.nan)
    size = np.sqrt(np.maximum(np.diagonal(found.covariance), np.finfo(float).tiny))
    used = found.two if setting.steps == 2 and found.two else found.one
    return Instruments(
        moments=k * m,
        each=m,
        rank=int(np.linalg.matrix_rank(found.covariance / size / size[:, None], hermitian=True)),
        condition=used.condition,
        window=setting.model.window,
        collapse=setting.model.collapse,
        strength=dict(zip(names, strength.tolist(), strict=False)),
    )


def _hansen(p: Products, found: Estimate) -> Hansen:
    k, regressors, m = p.shape
    df = k * (m - regressors)
    return Hansen(found.hansen, df, float(chdtrc(df, found.hansen)) if df else float("nan"))


def _vcov(p: Products, found: Estimate, setting: Setting) -> Floats:
    """Robust: sandwich in one step; in two, Windmeijer's, or of final residuals where clusters are rows."""
    if setting.steps == 1 or found.two is None:
        return found.vcov
    if setting.style.vce == "unadjusted":
        return found.two.vcov
    return sandwich(p, found) if setting.style.clusters == "rows" else found.vcov
