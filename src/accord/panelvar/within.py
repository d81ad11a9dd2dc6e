"""A labelled panel to a fit by fixed effects: least squares and the corrections of its bias."""

from __future__ import annotations

from itertools import product
from typing import cast

from accord.core.companion import roots
from accord.core.pvar_estimate import Estimator, fit
from accord.panelvar import notes as words
from accord.panelvar.labels import Labelled
from accord.panelvar.moments import terms
from accord.panelvar.notes import Note
from accord.panelvar.result import PVARFit, table
from accord.panelvar.styles import Setting


def by_least_squares(panel: Labelled, setting: Setting) -> PVARFit:
    """Fit with unit effects, and year effects where asked, of a panel whose values are checked.

    Raises
    ------
    InputError
        If the estimator cannot take these lags or regressors.
    Refused
        If the years are too few.
    """
    columns, lags = panel.columns, setting.model.lags
    exogenous = panel.of(columns.exogenous) if columns.exogenous else None
    found = fit(
        panel.of(columns.variables),
        lags,
        cast(Estimator, setting.estimator),
        time_effects=setting.time_effects,
        exogenous=exogenous,
    )
    names, variables = terms(columns, lags), columns.variables
    cells = list(product(variables, names))
    notes = words.note_of_units(found.units) + words.note_of_gaps(panel, lags) + _note_of_share(found.share)
    notes += words.note_of_bias(setting.estimator, len(panel.years))
    notes += words.note_of_roots(float(abs(roots(found.a[:, : len(variables) * lags])[0])))
    return PVARFit(
        coef=table(found.a, variables, names),
        vcov=table(found.vcov, cells, cells),
        sigma=table(found.sigma, variables, variables),
        estimator=setting.estimator,
        style=setting.name,
        transform="within",
        steps=1,
        lags=lags,
        system=False,
        time_effects=setting.time_effects,
        vce="robust",
        wald=setting.style.wald,
        units=found.units,
        years=len(panel.years),
        nobs=found.nobs,
        variables=variables,
        order=setting.order,
        notes=notes,
        data=panel,
        within=found,
    )


def _note_of_share(share: float) -> tuple[Note, ...]:
    """A correction that was shortened."""
    if share >= 1:
        return ()
    return (
        Note(
            f"{share:.0%} of the correction of the bias was made: the whole of it has no solution or would explode",
            f"偏差校正只做了 {share:.0%}：完全校正无解或会得到爆炸性的估计",
        ),
    )
