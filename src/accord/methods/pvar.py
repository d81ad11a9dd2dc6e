"""Step `pvar`: the panel VAR of the indices, nationally and by region, by every estimator that a group can carry.

Fits are of `accord.panelvar`; here each group's are laid out as arrays, and one of them is chosen to lead. Tests,
responses and shares of the variance are further steps that fit the leading one again from what is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core.companion import roots
from accord.core.engine import at_hand, ordered
from accord.errors import InputError, brief, nearest
from accord.labels import build
from accord.method import Text, method
from accord.panelvar.groups import (
    DESCRIPTIVE,
    How,
    Tried,
    best_lag,
    fitted,
    lag_of,
    leading,
    series,
    units_of,
)
from accord.panelvar.result import of_coefficients
from accord.phrases import ESTIMATORS, WITH_YEARS, joined, several, stars

Floats = NDArray[np.float64]
Lags = Annotated[int, Field(ge=1, le=10)]
Criterion = Literal["aic", "bic", "hqic"]
Order = Literal["auto", 0, 1]
Estimator = Literal["bias_corrected", "hahn_kuersteiner", "jackknife", "fe_ols", "gmm", "gmm_two_step"]
COLLAPSED_LAGS = [2, 4]
FACTS = ("lags", "nobs", "units", "periods", "moments", "rank", "condition", "hansen_j", "hansen_df", "hansen_p",
         "mbic", "maic", "mqic", "modulus", "weakest_f")  # fmt: skip


@method(
    step="pvar",
    makes=(
        "pvar_series",
        "pvar_coef",
        "pvar_se",
        "pvar_facts",
        "pvar_notes",
        "pvar_notes_zh",
        "pvar_how",
        "pvar_leads",
    ),
    table=None,
    helper=True,
)
def pvar_fits(
    tested: xr.DataArray,
    differencing: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    *,
    lags: dict[str, Lags | Criterion] = {"default": 1},  # noqa: B006 - never changed
    max_lags: Lags = 3,
    time_effects: Literal["auto"] | bool = "auto",
    order: list[str] = [],  # noqa: B006
    leader: Literal["auto"] | Estimator = "auto",
    style: Literal["xtabond", "xtvar", "stata_pvar"] = "xtabond",
    transform: Literal["fod", "fd"] = "fod",
    collapse: bool = True,
    instrument_lags: Annotated[list[int], Field(min_length=2, max_length=2)] = COLLAPSED_LAGS,
) -> xr.Dataset:
    """Every fit of every group: coefficients, errors, facts and notes, how each was made, and which one leads.

    Raises
    ------
    InputError
        If `lags` names a group, or `order` a variable, that is not there.
    """
    members, values = series(tested, differencing, region, regions)
    names = [str(v) for v in tested["variable"].values[:-1]]
    _check(lags, order, list(members), names)
    places = tuple(names.index(name) for name in [*order, *(n for n in names if n not in order)])
    items = []
    for g, group in enumerate(members):
        said = lag_of(lags, group)
        lag = said if isinstance(said, int) else best_lag(values[g], said, max_lags)
        for years in (False, True):
            for estimator in ESTIMATORS:
                own: dict[str, Any] = {"style": style, "transform": transform} if estimator.startswith("gmm") else {}
                if estimator.startswith("gmm") and style == "xtabond":
                    own |= {"collapse": collapse, "instrument_lags": tuple(instrument_lags)}
                items.append((values[g], How(estimator, years, lag, places, **own)))
    found, tell = [], at_hand().tell
    for done, one in enumerate(ordered(at_hand().pool, fitted, items), 1):
        found.append(one)
        tell("panel VAR", done, len(items))
    return _laid_out(
        list(members), names, tested, values, [how for _, how in items], found, (leader, style, time_effects)
    )


def _laid_out(
    members: list[str],
    names: list[str],
    tested: xr.DataArray,
    values: Floats,
    hows: list[How],
    found: list[Tried],
    asked: tuple[str, str, bool | str],
) -> xr.Dataset:
    """Fits as arrays by group and estimator."""
    each = len(hows) // len(members)
    estimators = [how.name for how in hows[:each]]
    deepest = max(how.lags for how in hows)
    terms = [f"L{j}.{name}" for j in range(1, deepest + 1) for name in names]
    shape, k = (len(members), each), len(names)
    coef, se = np.full((2, *shape, k, len(terms)), np.nan)
    facts = np.full((*shape, len(FACTS)), np.nan)
    notes, notes_zh, texts = (np.full(shape, "", dtype=object) for _ in range(3))
    leads = np.full(len(members), "", dtype=object)
    for g in range(len(members)):
        own = dict(zip(estimators, found[g * each : (g + 1) * each], strict=True))
        leads[g] = _leader(own, units_of(values[g]), *asked)
        for e, name in enumerate(estimators):
            fit, why = own[name]
            notes[g, e], notes_zh[g, e] = why
            if fit is None:
                continue
            coef[g, e, :, : k * fit.lags], se[g, e, :, : k * fit.lags] = fit.coef, fit.se
            facts[g, e] = _facts(fit)
            said = joined(*(Text(note.en, note.zh) for note in fit.notes))
            notes[g, e], notes_zh[g, e] = said
            texts[g, e] = hows[g * each + e].text()
    at = {"group": members, "estimator": estimators}
    like = ["group", "variable", "unit", "time"]
    text = {"pvar_notes": notes, "pvar_notes_zh": notes_zh, "pvar_how": texts}
    return xr.Dataset(
        {
            "pvar_series": build(values, like, tested, group=members, variable=names),
            "pvar_coef": build(coef, ["group", "estimator", "equation", "term"], **at, equation=names, term=terms),
            "pvar_se": build(se, ["group", "estimator", "equation", "term"], **at, equation=names, term=terms),
            "pvar_facts": build(facts, ["group", "estimator", "fact"], **at, fact=list(FACTS)),
            **{key: build(value.astype(str), ["group", "estimator"], **at) for key, value in text.items()},
            "pvar_leads": build(leads.astype(str), ["group"], group=members),
        }
    )


def _leader(own: Mapping[str, Tried], units: int, leader: str, style: str, years: bool | str) -> str:
    """The fit that leads: the published programs' styles are asked for to be read."""
    return leading(own, units, "gmm" if leader == "auto" and style != "xtabond" else leader, years)


def _facts(fit: Any) -> list[float]:
    instruments, hansen = fit.instruments, fit.hansen
    known = {
        "lags": fit.lags, "nobs": fit.nobs, "units": fit.units, "periods": fit.years, "modulus": fit.modulus, **fit.mmsc,
    }  # fmt: skip
    if instruments:
        known |= {"moments": instruments.moments, "rank": instruments.rank, "condition": instruments.condition}
        known["weakest_f"] = min(instruments.strength.values(), default=np.nan)
    if hansen:
        known |= {"hansen_j": hansen.statistic, "hansen_df": hansen.df, "hansen_p": hansen.pvalue}
    return [float(known.get(fact, np.nan)) for fact in FACTS]


def _check(lags: Mapping[str, Any], order: list[str], members: list[str], names: list[str]) -> None:
    for group in lags:
        if group not in ("default", *members):
            raise InputError(f'pvar lags: "{brief(group)}" is not a group; {nearest(group, ["default", *members])}')
    for name in order:
        if name not in names:
            raise InputError(f'pvar order: "{brief(name)}" is not a variable; {nearest(name, names)}')
    if len(set(order)) < len(order):
        raise InputError("pvar order: a variable stands twice")


def _says_pvar(
    lags: Mapping[str, Any],
    time_effects: bool | str,
    order: list[str],
    style: str,
    transform: str,
    collapse: bool,
    instrument_lags: list[int],
    leader: str,
) -> Text:
    by = {"fod": Text("forward orthogonal deviations", "前向正交离差"), "fd": Text("first differences", "一阶差分")}[
        transform
    ]
    some = ", ".join(f"{group} {lag}" for group, lag in lags.items())
    gmm = Text(
        f"{by.en}, lags {instrument_lags[0]} to {instrument_lags[1]} as instruments"
        f"{', one column a lag (collapsed)' if collapse else ''}, clusters by unit",
        f"{by.zh}，以滞后 {instrument_lags[0]} 至 {instrument_lags[1]} 期为工具变量{'（合并列）' if collapse else ''}，按单元聚类",
    )
    if style != "xtabond":
        gmm = Text(f"as Stata's {'xtvar' if style == 'xtvar' else 'pvar (Abrigo and Love)'}",
                   f"按 Stata {'xtvar' if style == 'xtvar' else 'pvar（Abrigo 与 Love）'} 的做法")  # fmt: skip
    years = {
        "auto": Text("from ten units on", "单元不少于 10 个时"), True: Text("always", "一律"), False: Text("never", "从不"),
    }[time_effects]  # fmt: skip
    first = Text(
        f"{several(order).en} first in the Cholesky order", f"Cholesky 次序以{several(order).zh}在先"
    ) if order else Text("Cholesky order as the subsystems stand", "Cholesky 次序同子系统次序")  # fmt: skip
    which = Text(
        "Fixed effects with the bias taken out lead, unless GMM's instruments are strong",
        "以纠偏的固定效应估计为准，除非 GMM 的工具变量足够强",
    ) if leader == "auto" and style == "xtabond" else Text("The estimator asked for leads", "以指定的估计量为准")  # fmt: skip
    return Text(
        f"Panel VAR of the U, unit effects, lags: {some}; year effects taken out {years.en} in what leads, and shown both "
        f"ways. {which.en}. GMM: {gmm.en}. {first.en}. Errors clustered by unit, p by the t law with a degree of freedom "
        f"for each unit but one; up to {DESCRIPTIVE} units everything is descriptive. Stars: p < 0.01, 0.05, 0.1.",
        f"各 U 的面板 VAR，含个体效应，滞后阶数：{some}；{years.zh}以剔除年份效应者为准，两种结果并列。{which.zh}。GMM：{gmm.zh}。"
        f"{first.zh}。标准误按单元聚类，p 值取自由度为单元数减一的 t 分布；单元不超过 {DESCRIPTIVE} 个时均为描述性结果。"
        "***、**、* 分别表示 p < 0.01、0.05、0.1。",
    )


@method(
    step="pvar",
    makes=("leading", "coef", "se", "z", "pvalue", "lo", "hi", "stars", "cell"),
    cite=("holtz_eakin1988", "breitung2022", "hahn2002", "dhaene2015", "arellano1995", "windmeijer2005", "abrigo2016"),
    says=_says_pvar,
)
def pvar(
    pvar_coef: xr.DataArray,
    pvar_se: xr.DataArray,
    pvar_facts: xr.DataArray,
    pvar_how: xr.DataArray,
    pvar_leads: xr.DataArray,
    *,
    difference: dict[str, Order | dict[str, Order]] = {"default": "auto"},  # noqa: B006 - step unit_roots follows it
) -> xr.Dataset:
    """Panel VAR by group and estimator: coefficients with standard errors, p-values and 95 % intervals.

    `leading` marks the estimator to read. Estimators that end in "+years" have year effects taken out.
    """
    coef, se = pvar_coef.values, pvar_se.values
    units = pvar_facts.sel(fact="units").values[..., None, None]
    normal = np.array([[bool(t) and How.of(str(t)).style != "xtabond" for t in row] for row in pvar_how.values])[
        ..., None, None
    ]
    p, width = of_coefficients(coef, se, units, normal=normal)
    dims = list(map(str, pvar_coef.dims))
    marks = np.array([stars(one) for one in p.ravel()], dtype=str).reshape(p.shape)
    cell = np.array([_cell(*one) for one in zip(coef.flat, se.flat, marks.flat, strict=True)], dtype=str).reshape(
        p.shape
    )
    made = {"coef": coef, "se": se, "z": coef / se, "pvalue": p, "lo": coef - width, "hi": coef + width,
            "stars": marks, "cell": cell}  # fmt: skip
    out = xr.Dataset({key: build(value, dims, pvar_coef) for key, value in made.items()})
    return out.assign(leading=_leads(pvar_leads, pvar_coef))


def _leads(leads: xr.DataArray, like: xr.DataArray) -> xr.DataArray:
    """Whether a group's estimator is the one that leads."""
    found = leads.values[:, None] == like["estimator"].values[None]
    return build(found, ["group", "estimator"], like)


def _cell(coef: float, se: float, mark: str) -> str:
    """What a published table shows: the coefficient with its stars, its standard error in brackets."""
    return "" if np.isnan(coef) else f"{coef:.3f}{mark} ({se:.3f})"


@method(
    step="pvar",
    makes=("leading", "time_effects", *FACTS, "descriptive", "warning", "warning_zh"),
    table="pvar_fit",
    helper=True,
    cite=("hansen1982", "andrews2001", "sanderson2016"),
)
def pvar_fit(
    pvar_facts: xr.DataArray,
    pvar_notes: xr.DataArray,
    pvar_notes_zh: xr.DataArray,
    pvar_leads: xr.DataArray,
) -> xr.Dataset:
    """What the fits rest on: observations, moments, Hansen's J, criteria, largest root, and what to be wary of."""
    units = pvar_facts.sel(fact="units").max("estimator")
    few = (units <= DESCRIPTIVE) & units.notnull()
    out = {fact: pvar_facts.sel(fact=fact, drop=True) for fact in FACTS}
    years = [str(name).endswith(WITH_YEARS) for name in pvar_facts["estimator"].values]
    return xr.Dataset(
        {
            "leading": _leads(pvar_leads, pvar_facts),
            "time_effects": build(np.array(years), ["estimator"], pvar_facts),
            **out,
            "descriptive": build(few.values, ["group"], pvar_facts),
            "warning": pvar_notes,
            "warning_zh": pvar_notes_zh,
        }
    )


@method(step="pvar", makes=("leading", "modulus", "real", "imaginary"), table="stability", helper=True)
def stability(pvar_coef: xr.DataArray, pvar_facts: xr.DataArray, pvar_leads: xr.DataArray) -> xr.Dataset:
    """Roots of the companion matrix; a panel VAR is stable where all of them lie inside the unit circle."""
    k = pvar_coef.sizes["equation"]
    number = k * (pvar_coef.sizes["term"] // k)
    at = {d: pvar_coef[d].values for d in ("group", "estimator")}
    found = np.full((*(len(v) for v in at.values()), number), np.nan, dtype=complex)
    for here in np.ndindex(*found.shape[:2]):
        lags = pvar_facts.sel(fact="lags").values[here]
        if np.isfinite(lags):
            own = roots(pvar_coef.values[here][:, : k * int(lags)])
            found[here][: len(own)] = own
    dims, coords = ["group", "estimator", "root"], {**at, "root": np.arange(1, number + 1)}
    parts = {"modulus": np.abs(found), "real": found.real, "imaginary": found.imag}
    out = {key: build(value, dims, **coords) for key, value in parts.items()}
    return xr.Dataset({"leading": _leads(pvar_leads, pvar_coef), **out})
