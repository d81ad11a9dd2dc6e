"""Step `unit_roots`: whether U and D wander, by group, in levels and yearly changes.

Each test is one of `accord.unitroot`; here is the choice between independent and flipped panels. The series and the
test of dependence are in methods/cross_section_dependence.py, what follows for differencing in methods/differencing.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from accord import unitroot
from accord.core.engine import at_hand, ordered
from accord.core.unitroot_checks import Unfit, check
from accord.core.unitroot_null import DRAWS, every_pattern
from accord.core.unitroot_panel import Setting
from accord.errors import AccordWarning, InputError, Refused
from accord.labels import build, groups
from accord.method import Text, Unused, method
from accord.phrases import p_shown, several, stars
from accord.unitroot.result import FEW_UNITS, FEW_YEARS
from accord.unitroot.rows import INNER, Row, arrays, few, panels, row, series

Test = Literal["ips", "ht", "fisher_adf", "fisher_pp", "llc", "hadri", "cips"]
Criterion = Literal["aic", "bic", "hqic"]
Trends = dict[Literal["level", "difference"], Literal["n", "c", "ct"]]
Lags = Annotated[int, Field(ge=0, le=20)]
Draws = Annotated[int, Field(ge=199, le=99_999)]
FORMS = {"levels": "level", "differences": "difference"}
NAMES = {
    "ips": Text("Im-Pesaran-Shin (W)", "Im-Pesaran-Shin（W）"),
    "ht": Text("Harris-Tzavalis (z)", "Harris-Tzavalis（z）"),
    "fisher_adf": Text("Fisher-ADF (P)", "Fisher-ADF（P）"),
    "fisher_pp": Text("Fisher-PP (P)", "Fisher-PP（P）"),
    "llc": Text("Levin-Lin-Chu (t*)", "Levin-Lin-Chu（t*）"),
    "hadri": Text("Hadri (z, null: stationary)", "Hadri（z，原假设为平稳）"),
    "cips": Text("Pesaran's CIPS", "Pesaran CIPS"),
}
TERMS = {
    "n": Text("no constant", "无常数项"),
    "c": Text("constant", "常数项"),
    "ct": Text("constant and trend", "常数项与趋势"),
}
DEFAULT_TRENDS: dict[str, str] = {"level": "ct", "difference": "c"}


FLIPS = 1_999
"""Panels with flipped years, where nobody says how many."""


@dataclass(frozen=True)
class Given:
    """Options of the tests, as a worker takes them."""

    lags: int | str
    max_lags: int | None
    bandwidth: int
    demean: bool
    convention: str
    draws: int | None
    flips: int | None
    seed: int
    folder: Path | None


AUGMENTED = {"ips", "fisher_adf", "llc"}
TERM = {"n": "", "c": r"\alpha_i+", "ct": r"\alpha_i+\gamma_it+"}
FORMULAS = {
    "ips": r"W=\frac{\sqrt N\left(\bar t-\frac{1}{N}\sum_i\text{E}[t_i]\right)}{\sqrt{\frac{1}{N}\sum_i\text{Var}[t_i]}}",
    "ht": r"y_{it}={}\rho y_{i,t-1}+\varepsilon_{it},\quad z=\frac{\sqrt N(\hat\rho-\mu)}{\sigma}",
    "fisher": r"P=-2\sum_{i=1}^{N}\ln p_i\sim\chi^2_{2N}",
    "llc": r"t^*=\frac{t_\delta-N\tilde T\hat S_N\hat\sigma^{-2}\text{se}(\hat\delta)\,\mu^*}{\sigma^*}",
    "hadri": r"\operatorname{LM}=\frac{1}{N}\sum_{i=1}^{N}\frac{\sum_{t=1}^{T}S_{it}^2}{T^2\hat\sigma^2},\; "
    r"S_{it}=\sum_{s=1}^{t}\hat\varepsilon_{is},\quad z=\frac{\sqrt N(\operatorname{LM}-\xi)}{\zeta}",
    "cips": r"\operatorname{CIPS}=\frac{1}{N}\sum_{i=1}^{N}t_i,\quad "
    r"\Delta y_{it}=\alpha_i+\beta_iy_{i,t-1}+c_i\bar y_{t-1}+d_i\Delta\bar y_t+\dots+\varepsilon_{it}",
}


def _formula(tests: list[str], trend: Mapping[str, str]) -> str:
    """The regression that the tests rest on, in levels, and the statistics of those that are used."""
    terms = TERM[_terms(trend)[0]]
    model = rf"\Delta y_{{it}}={terms}\beta_iy_{{i,t-1}}+\sum_{{j=1}}^{{p_i}}\theta_{{ij}}\Delta y_{{i,t-j}}+\varepsilon_{{it}}"
    used = dict.fromkeys(FORMULAS["fisher" if t.startswith("fisher") else t] for t in tests)
    return "\n".join([*([model] if set(tests) & AUGMENTED else []), *(one.replace("{}", terms) for one in used)])


def _says_tests(
    tests: list[str],
    trend: Mapping[str, str],
    transform: str,
    shift: float,
    lags: int | str,
    bandwidth: int,
    demean: bool,
    draws: int | None,
    flips: int | None,
) -> Text:
    used = [NAMES[t] for t in dict.fromkeys(tests)]
    level, change = (TERMS[term] for term in _terms(trend))
    plus = f" + {shift:g}" if shift else ""
    of = Text(f"ln(x{plus})", f"ln(x{plus})") if transform == "log" else Text(f"x{plus}", f"x{plus}")
    many = Text(
        f"lags {lags if isinstance(lags, int) else 'by ' + lags.upper()}, Phillips-Perron bandwidth {bandwidth}",
        f"滞后阶数 {lags if isinstance(lags, int) else '按 ' + lags.upper() + ' 选取'}，Phillips-Perron 带宽 {bandwidth}",
    )
    less = Text(", yearly means subtracted", "，已减去逐年均值") if demean else Text("", "")
    return Text(
        f"Panel unit-root tests of {of.en} for each U and for D: {several(t.en for t in used).en}; levels with "
        f"{level.en}, differences with {change.en}; {many.en}{less.en}. Below {FEW_YEARS} years or {FEW_UNITS} units the "
        f"simulated p-value leads: {draws or DRAWS:,} panels of the same size under the null, or, where units count as "
        "dependent, the panel itself with the signs of whole years of changes flipped (every pattern up to 14 changes, "
        f"else {flips or FLIPS:,} of them); a note says where groups are so large that fewer are simulated. It does not cure autocorrelation beyond the "
        "lags, or unequal variances in a pooled test. Stars: p < 0.01, 0.05, 0.1.",
        f"对各 U 与 D 的 {of.zh} 作面板单位根检验：{several(t.zh for t in used).zh}；水平值含{level.zh}，差分含{change.zh}；"
        f"{many.zh}{less.zh}。不足 {FEW_YEARS} 年或 {FEW_UNITS} 个单元时以模拟 p 值为准：取 {draws or DRAWS:,} 个同样大小、满足原假设的面板；"
        f"单元相依时改为对整年变化变号的原面板（变化不超过 14 次时取全部组合，否则随机取 {flips or FLIPS:,} 个）；组别过大而减少模拟次数时在备注中说明。"
        "模拟不能消除滞后之外的自相关，也不能消除合并检验中方差不等的影响。"
        "***、**、* 分别表示 p < 0.01、0.05、0.1。",
    )


READ_BY = {
    "lags": {*AUGMENTED, "cips"}, "bandwidth": {"fisher_pp"}, "convention": {"ips", "ht"},
    "demean": set(NAMES) - {"cips"},
}  # fmt: skip
"""Tests that read an option."""


def _settles(tests: list[str]) -> dict[str, Unused]:
    """What none of the tests reads."""
    return {name: Unused("tests") for name, readers in READ_BY.items() if not readers & set(tests)}


def _refuse(tests: list[str], trend: Mapping[Any, str], lags: int | str, max_lags: int | None) -> None:
    """Refuse options that go with no data."""
    if max_lags is not None and isinstance(lags, int):
        raise InputError('unit_roots: max_lags is for lags that a criterion chooses; set lags = "aic" or leave it out')
    if "cips" in tests and not isinstance(lags, int):
        raise InputError(f'unit_roots: cips takes a number of lags, and not "{lags}"; set lags = 1 or leave cips out')
    if _terms(trend)[0] == "n":
        raise InputError(
            'unit_roots: trend = { level = "n" } supposes series that start at 0, which no index or logarithm of one does: '
            'set level = "c" or "ct"'
        )


def _in_vain(
    tests: list[str],
    trend: Mapping[Any, str],
    lags: int | str,
    max_lags: int | None,
    bandwidth: int,
    years: xr.DataArray,
    region: xr.DataArray,
) -> list[Text]:
    """Tests that so many years and units cannot carry under these options; options that go with no data are refused."""
    _refuse(tests, trend, lags, max_lags)
    out, asked = [], list(dict.fromkeys(tests))
    for name in asked:
        for form, term, lost in zip(
            (Text("levels", "水平值"), Text("differences", "差分")), _terms(trend), (0, 1), strict=True
        ):
            setting = _setting(name, term, lags, max_lags, bandwidth)
            spans, units = ((0, years.size - lost),) * region.size, ["every unit"] * region.size
            try:
                if name == "hadri" and term == "n":
                    raise _no_constant()
                check(setting, spans, units)
            except (Refused, Unfit) as error:
                zh = error.zh.replace("every unit", "各单元")
                out.append(
                    Text(
                        f"unit_roots, {NAMES[name].en} in {form.en}: {error}",
                        f"unit_roots，{NAMES[name].zh}，{form.zh}：{zh}",
                    )
                )
    if len(out) == len(FORMS) * len(asked):
        return [Text(
            f"unit_roots: none of the tests asked for can be had of {region.size} units and {years.size} years with these "
            "options, so that no series is tested",
            f"unit_roots：{region.size} 个单元、{years.size} 年在所设选项下无法进行任何所选检验，各序列均未检验",
        )]  # fmt: skip
    return out


def _no_constant() -> Unfit:
    return Unfit(
        'Hadri\'s test needs a constant: set trend = { difference = "c" }',
        'Hadri 检验须含常数项：请设 trend = { difference = "c" }',
    )


def _setting(name: str, trend: Any, lags: Any, max_lags: int | None, bandwidth: int) -> Setting:
    """What a test asks of years and units; a criterion may always choose no lags, unless told how many it may."""
    if name == "fisher_pp":
        return Setting("fisher", trend, bandwidth, kind="pp")
    if name in ("ht", "hadri"):
        return Setting(name, trend)  # type: ignore[arg-type]
    test: Any = "fisher" if name == "fisher_adf" else name
    return Setting(test, trend, lags, 0 if max_lags is None else max_lags)


@method(
    step="unit_roots",
    makes=("statistic", "pvalue", "pvalue_simulated", "leading_p", "trend", "lags", "stars", "units", "observations",
           "null_panels", "note", "note_zh", "cell"),
    cite=("im2003", "harris1999", "maddala1999", "choi2001", "pesaran2007", "levin2002", "hadri2000"),
    version=2,
    says=_says_tests,
    formula=_formula,
    fits=_in_vain,
    settles=_settles,
)  # fmt: skip
def unit_roots(
    tested: xr.DataArray,
    dependent: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    seed: xr.DataArray,
    *,
    tests: Annotated[list[Test], Field(min_length=1)] = ["ips", "ht", "fisher_pp"],  # noqa: B006 - never changed
    trend: Trends = DEFAULT_TRENDS,  # type: ignore[assignment]
    lags: Lags | Criterion = 1,
    max_lags: Lags | None = None,
    bandwidth: Lags = 1,
    demean: bool = False,
    convention: Literal["paper", "stata"] = "paper",
    draws: Draws | None = None,
    flips: Draws | None = None,
) -> xr.Dataset:
    """Panel unit-root tests of each U and of D by group, in levels and differences: statistics and p-values.

    `leading_p` is the p-value to read: the simulated one below 25 years or 10 units, and where units count as
    dependent. A test that a group cannot carry leaves its reason in `note`, as does a unit that had to be left out.
    `draws` panels are simulated (20,000), or `flips` of one panel made (1,999); where nothing is set,
    fewer in groups of more than 1,000 values (10,000 for flips), at least 999, which `note` says.

    Raises
    ------
    InputError
        If `max_lags` is given without a criterion, CIPS is asked for with one, or levels are to be tested without a
        constant, which supposes series that start at 0.
    """
    _refuse(list(tests), trend, lags, max_lags)
    asked = list(dict.fromkeys(tests))
    members, names = groups(region, regions), [str(v) for v in tested["variable"].values]
    given = Given(lags, max_lags, bandwidth, demean, convention, draws, flips, int(seed), at_hand().folder)
    terms = _terms(trend)
    together = dependent.transpose("group", "variable").values
    items = [
        (series(tested, k, mine), form, terms[f], name, bool(together[g, k]), given)
        for g, mine in enumerate(members.values())
        for k in range(len(names))
        for f, form in enumerate(FORMS)
        for name in asked
    ]
    found, tell = [], at_hand().tell
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AccordWarning)  # p of single units kept from 0 and 1 by 1e-16
        for done, one in enumerate(ordered(at_hand().pool, _test, items), 1):
            found.append(one)
            tell("unit-root tests", done, len(items))
    shape = (len(members), len(names), len(FORMS), len(asked))
    cells: dict[str, list[str]] = {"group": [*members], "variable": names, "form": [*FORMS], "test": [*asked]}
    out = arrays(found, shape, cells, [key for key in Row._fields if key not in INNER])
    out["leading_p"] = out.pop("leading")
    out["trend"] = build(np.array(terms), ["form"], form=list(FORMS))
    said = {"fisher_pp": str(bandwidth), "ht": "", "hadri": ""}
    out["lags"] = build(np.array([said.get(name, str(lags)) for name in asked]), ["test"], test=asked)
    out["stars"] = build(np.array([stars(one.leading) for one in found]).reshape(shape), list(cells), **cells)
    out["cell"] = build(np.array([_cell(one) for one in found]).reshape(shape), list(cells), **cells)
    kinds = np.where(np.isnan(out["pvalue_simulated"].values), 0, np.where(together[:, :, None, None], 2, 1))
    if "cips" in asked:
        kinds[..., asked.index("cips")] = np.minimum(kinds[..., asked.index("cips")], 1)
    out["null_panels"] = build(kinds, list(cells), **cells)
    out["null_panels"].attrs = {
        "label_en": ["independent units", "signs of years flipped"],
        "label_zh": ["独立单元", "整年变号"],
    }
    return xr.Dataset(out)


def _test(x: pd.DataFrame, form: str, trend: Any, name: str, flips: bool, given: Given) -> Row:
    """One test of one group in one form."""
    signs = flips and name != "cips"
    asked, most = (given.flips, FLIPS) if signs else (given.draws, DRAWS)
    y = x if form == "levels" else x.diff().iloc[1:]
    number, said = panels(asked, most, y)
    if signs and every_pattern(len(y) - (name != "hadri"), number, *y.shape):
        said = Text("", "")

    def test(kept: pd.DataFrame) -> unitroot.UnitRootTest:
        how = {"draws": number if signs or few(kept) else 0, "dependence": "signs" if signs else "independent"}
        return _estimated(name, kept, trend, given, {**how, "seed": given.seed, "folder": given.folder})

    return row(y, test, said)


def _estimated(name: str, x: pd.DataFrame, trend: Any, given: Given, more: dict[str, Any]) -> unitroot.UnitRootTest:
    """The test of that name."""
    asked = asdict(given)
    lagged = {k: asked[k] for k in ("lags", "max_lags", "demean")}
    if name == "ips":
        return unitroot.ips(x, trend=trend, convention=asked["convention"], **lagged, **more)
    if name == "ht":
        return unitroot.ht(x, trend=trend, demean=given.demean, convention=asked["convention"], **more)
    if name == "fisher_adf":
        return unitroot.fisher(x, trend=trend, **lagged, **more)
    if name == "fisher_pp":
        return unitroot.fisher(x, test="pp", trend=trend, lags=given.bandwidth, demean=given.demean, **more)
    if name == "llc":
        return unitroot.llc(x, trend=trend, **lagged, **more)
    if name == "hadri" and trend == "n":
        raise _no_constant()
    if name == "hadri":
        return unitroot.hadri(x, trend=trend, demean=given.demean, **more)
    return unitroot.cips(x, trend=trend, lags=asked["lags"], **more)


def _terms(trend: Mapping[Any, str]) -> list[str]:
    """Deterministic terms in levels and in differences."""
    return [trend.get(form, DEFAULT_TRENDS[form]) for form in FORMS.values()]


def _cell(found: Row) -> str:
    """What a published table shows: the statistic with its stars, in brackets the simulated and the textbook p.

    That of CIPS is read off its critical values, which end at 0.01 and 0.1. A minus sign instead of a hyphen keeps
    spreadsheets from taking a cell for a formula.
    """
    if np.isnan(found.statistic):
        return "\N{EN DASH}"
    beyond = {0.01: "<0.01", 0.1: ">0.1"} if found.name == "CIPS" else {}
    textbook = beyond.get(found.pvalue, p_shown(found.pvalue))
    simulated = "<0.001" if found.floored else p_shown(found.pvalue_simulated)
    value = f"{found.statistic:.3f}".replace("-", "\N{MINUS SIGN}")
    return f"{value}{stars(found.leading)} ({simulated}; {textbook})"
