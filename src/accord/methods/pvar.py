"""Step `pvar`: the panel VAR of the indices, nationally and by region, by every estimator that a group can carry.

Fits are of `accord.panelvar`; here each group's are laid out as arrays, and one of them is chosen to lead. Tests,
responses and shares of the variance are further steps that fit the leading one again from what is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import repeat
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core.companion import roots
from accord.core.engine import at_hand, ordered
from accord.errors import InputError, brief, nearest
from accord.labels import build, groups
from accord.method import Chosen, Text, Unused, method
from accord.panelvar.checks import check_window
from accord.panelvar.groups import (
    How,
    Tried,
    few_units,
    fitted,
    lag_of,
    leading,
    panels,
    series,
)
from accord.panelvar.result import of_coefficients
from accord.panelvar.styles import DESCRIPTIVE
from accord.phrases import ESTIMATORS, WITH_YEARS, joined, several, stars

Floats = NDArray[np.float64]
Lags = Annotated[int, Field(ge=1, le=10)]
Criterion = Literal["aic", "bic", "hqic"]
Order = Literal["auto", 0, 1]
Estimator = Literal["bias_corrected", "hahn_kuersteiner", "jackknife", "fe_ols", "gmm", "gmm_two_step"]
COLLAPSED_LAGS = [2, 4]
UP_TO: Any = Chosen("lag_order", 3, "max_lags")
"""As many lags as the step that compares them does."""
FACTS = ("lags", "nobs", "units", "periods", "moments", "rank", "condition", "hansen_j", "hansen_df", "hansen_p",
         "mbic", "maic", "mqic", "modulus", "weakest_f")  # fmt: skip


def _fits(
    lags: Any,
    order: list[str],
    instrument_lags: list[int],
    region: xr.DataArray,
    regions: xr.DataArray,
    subsystems: xr.DataArray,
) -> list[Text]:
    """Refuse groups, variables and instruments that cannot be, before anything is computed."""
    _check(lags, order, instrument_lags, list(groups(region, regions)), [str(name) for name in subsystems.values])
    return []


OF_STYLE = ["gmm_two_step", "gmm"]
"""What leads in the style of a published program, where nobody names an estimator."""


def _settles(
    lags: Any, time_effects: bool | str, order: list[str], leader: str, style: str, subsystems: xr.DataArray | None
) -> dict[str, Any]:
    """What a published program's style decides, and what follows from the variables and the lags."""
    ours = style == "xtabond"
    first = ESTIMATORS if ours else OF_STYLE
    out: dict[str, Any] = {
        "leader": next(iter(first)) if leader == "auto" else leader, "time_effects": _years(style, time_effects),
    }  # fmt: skip
    if not ours:
        out |= dict.fromkeys(("collapse", "instrument_lags"), f"of_{style}")
    names = [] if subsystems is None else [str(name) for name in subsystems.values]
    if set(order) <= set(names):
        out["order"] = [*order, *(name for name in names if name not in order)]
    if all(isinstance(lag, int) for lag in (lags.values() if isinstance(lags, Mapping) else [lags])):
        out["max_lags"] = Unused("lags")
    return out


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
    fits=_fits,
    settles=_settles,
)
def pvar_fits(
    tested: xr.DataArray,
    differencing: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    *,
    lags: Lags | Criterion | dict[str, Lags | Criterion] = {"default": 1},  # noqa: B006 - never changed
    max_lags: Lags = UP_TO,
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
        If `lags` names a group, or `order` a variable, that is not there, or `instrument_lags` cannot be.
    """
    own = series(tested, differencing, region, regions)
    members, names = own["group"].values.tolist(), own["variable"].values.tolist()
    _check(lags, order, instrument_lags, members, names)
    places = tuple(names.index(name) for name in [*order, *(n for n in names if n not in order)])
    every = panels(own)
    plans = [
        (g, How(estimator, years, lag, places, **_of_gmm(estimator, style, transform, collapse, instrument_lags)))
        for g, lag in enumerate(map(partial(lag_of, lags), members, every, repeat(max_lags), repeat(time_effects)))
        for years in (False, True)
        for estimator in ESTIMATORS
    ]
    tried: list[dict[str, Tried]] = [{} for _ in members]
    tell = at_hand().tell
    found = ordered(at_hand().pool, fitted, [(every[g], how) for g, how in plans])
    for done, ((g, how), one) in enumerate(zip(plans, found, strict=True), 1):
        tried[g][how.name] = one
        tell("panel VAR", done, len(plans))
    leads = [_leader(one, len(every[g].units), leader, style, time_effects) for g, one in enumerate(tried)]
    made = _laid_out(tried, plans, members, names)
    return made.assign(pvar_series=own, pvar_leads=build(np.array(leads, dtype=str), ["group"], group=members))


def _of_gmm(estimator: str, style: str, transform: str, collapse: bool, window: list[int]) -> dict[str, Any]:
    """Settings of a fit by GMM; a style other than the default brings its own instruments."""
    if not estimator.startswith("gmm"):
        return {}
    own = {"collapse": collapse, "instrument_lags": tuple(window)} if style == "xtabond" else {}
    return {"style": style, "transform": transform, **own}


def _laid_out(
    tried: list[dict[str, Tried]], plans: list[tuple[int, How]], members: list[str], names: list[str]
) -> xr.Dataset:
    """Fits as arrays by group and estimator."""
    estimators = list(tried[0])
    terms = [f"L{j}.{name}" for j in range(1, max(how.lags for _, how in plans) + 1) for name in names]
    shape, k = (len(members), len(estimators)), len(names)
    coef, se = np.full((2, *shape, k, len(terms)), np.nan)
    facts = np.full((*shape, len(FACTS)), np.nan)
    notes, notes_zh, texts = (np.full(shape, "", dtype=object) for _ in range(3))
    for g, how in plans:
        at = g, estimators.index(how.name)
        fit, why = tried[g][how.name]
        if fit is not None:
            coef[at][:, : k * fit.lags], se[at][:, : k * fit.lags] = fit.coef, fit.se
            facts[at], texts[at] = _facts(fit), how.text()
            why = joined(*(Text(note.en, note.zh) for note in fit.notes))
        notes[at], notes_zh[at] = why
    labels = {"group": members, "estimator": estimators}
    text = {"pvar_notes": notes, "pvar_notes_zh": notes_zh, "pvar_how": texts}
    by_term = {**labels, "equation": names, "term": terms}
    return xr.Dataset(
        {
            "pvar_coef": build(coef, list(by_term), **by_term),
            "pvar_se": build(se, list(by_term), **by_term),
            "pvar_facts": build(facts, [*labels, "fact"], **labels, fact=list(FACTS)),
            **{key: build(value.astype(str), list(labels), **labels) for key, value in text.items()},
        }
    )


def _leader(own: Mapping[str, Tried], units: int, leader: str, style: str, years: bool | str) -> str:
    """The fit that leads: a published program's style is asked for to be read, as it is there."""
    if style == "xtabond":
        return leading(own, units, leader, years)
    wanted = OF_STYLE if leader == "auto" else [leader]
    return next((name for one in wanted if (name := leading(own, units, one, _years(style, years)))), "")


def _years(style: str, asked: bool | str) -> bool | str:
    """Whether year effects are out of what leads; the published programs leave them in unless told otherwise."""
    return False if asked == "auto" and style != "xtabond" else asked


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


def _check(lags: Any, order: list[str], window: list[int], members: list[str], names: list[str]) -> None:
    for group in lags if isinstance(lags, Mapping) else ():
        if group not in ("default", *members):
            raise InputError(f'pvar lags: "{brief(group)}" is not a group; {nearest(group, ["default", *members])}')
    try:
        check_window(window)
    except InputError as error:
        raise InputError(f"pvar {error}") from None
    for name in order:
        if name not in names:
            raise InputError(f'pvar order: "{brief(name)}" is not a variable; {nearest(name, names)}')
    if len(set(order)) < len(order):
        raise InputError("pvar order: a variable stands twice")


TURNED = {
    "fod": r"y^*_{it}=\sqrt{\frac{n_{it}}{n_{it}+1}}\left(y_{it}-\frac{1}{n_{it}}\sum_{s>t}y_{is}\right)",
    "fd": r"y^*_{it}=y_{it}-y_{i,t-1}",
}


def _formula(transform: str) -> str:
    """The model, and the moments of its GMM; z are the instruments."""
    return (
        r"y_{it}=\sum_{l=1}^{p}A_ly_{i,t-l}+b_i+c_t+e_{it}" + "\n" + TURNED[transform]
        + r",\quad \text{E}[z_{it}\otimes e^*_{it}]=0,\quad \hat\beta=(S_{zx}'WS_{zx})^{-1}S_{zx}'WS_{zy}"
    )  # fmt: skip


def _says_pvar(
    lags: Any,
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
    some = _said_lags(lags)
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
    }[_years(style, time_effects)]  # fmt: skip
    first = Text(
        f"{several(order).en} first in the Cholesky order", f"Cholesky 次序以{several(order).zh}在先"
    ) if order else Text("Cholesky order as the subsystems stand", "Cholesky 次序同子系统次序")  # fmt: skip
    which = Text(
        "Fixed effects with the bias taken out lead, and one-step GMM stands beside",
        "以纠偏的固定效应估计为准，并列出一步 GMM",
    ) if leader == "auto" and style == "xtabond" else Text("The estimator asked for leads", "以指定的估计量为准")  # fmt: skip
    return Text(
        f"Panel VAR of the U, unit effects, lags: {some.en}; year effects taken out {years.en} in what leads, and shown both "
        f"ways. {which.en}. GMM: {gmm.en}. {first.en}. Errors clustered by unit, p by the t law with a degree of freedom "
        f"for each unit but one; up to {DESCRIPTIVE} units everything is descriptive. Stars: p < 0.01, 0.05, 0.1.",
        f"各 U 的面板 VAR，含个体效应，滞后阶数：{some.zh}；{years.zh}以剔除年份效应者为准，两种结果并列。{which.zh}。GMM：{gmm.zh}。"
        f"{first.zh}。标准误按单元聚类，p 值取自由度为单元数减一的 t 分布；单元不超过 {DESCRIPTIVE} 个时均为描述性结果。"
        "***、**、* 分别表示 p < 0.01、0.05、0.1。",
    )


def _said_lags(lags: Any) -> Text:
    """The lag of all groups, and of those that have their own."""
    every = lags if isinstance(lags, Mapping) else {"default": lags}

    def one(lag: Any) -> Text:
        said = str(lag)
        return Text(said, said) if isinstance(lag, int) else Text(f"the least {said.upper()}", f"{said.upper()} 最小者")

    own = [(str(group), one(lag)) for group, lag in every.items() if group != "default"]
    default = one(every.get("default", 1))
    return Text(
        default.en + (f" ({several(f'{group}: {lag.en}' for group, lag in own).en})" if own else ""),
        default.zh + (f"（{several(f'{group}：{lag.zh}' for group, lag in own).zh}）" if own else ""),
    )


@method(
    step="pvar",
    makes=("leading", "coef", "se", "z", "pvalue", "lo", "hi", "stars", "cell"),
    cite=("holtz_eakin1988", "breitung2022", "hahn2002", "dhaene2015", "arellano1995", "windmeijer2005", "abrigo2016"),
    says=_says_pvar,
    formula=_formula,
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
    few = np.broadcast_to(units <= DESCRIPTIVE, p.shape)
    dims = list(map(str, pvar_coef.dims))
    marks = np.array(
        ["" if none else stars(one) for one, none in zip(p.flat, few.flat, strict=True)], dtype=str
    ).reshape(p.shape)
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
    """What a published table shows: the coefficient with its stars, its standard error in brackets.

    A minus sign instead of a hyphen keeps spreadsheets from taking a cell for a formula.
    """
    value = f"{coef:.3f}".replace("-", "\N{MINUS SIGN}")
    return "" if np.isnan(coef) else f"{value}{mark} ({se:.3f})"


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
    pvar_series: xr.DataArray,
) -> xr.Dataset:
    """What the fits rest on: observations, moments, Hansen's J, criteria, largest root, and what to be wary of."""
    both = ["group", "estimator"]
    facts = pvar_facts.transpose(*both, "fact").values
    out = {fact: build(facts[..., at], both, pvar_facts) for at, fact in enumerate(FACTS)}
    said = {"warning": pvar_notes, "warning_zh": pvar_notes_zh}
    years = [str(name).endswith(WITH_YEARS) for name in pvar_facts["estimator"].values]
    return xr.Dataset(
        {
            "leading": _leads(pvar_leads, pvar_facts),
            "time_effects": build(np.array(years), ["estimator"], pvar_facts),
            **out,
            "descriptive": build(few_units(pvar_series), ["group"], pvar_facts),
            **{key: build(one.transpose(*both).values, both, pvar_facts) for key, one in said.items()},
        }
    )


ROOTS = r"\left|\lambda^pI-\lambda^{p-1}A_1-\dots-A_p\right|=0,\quad \max_j|\lambda_j|<1"


@method(step="pvar", makes=("leading", "modulus", "real", "imaginary"), table="stability", helper=True, formula=ROOTS)
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
