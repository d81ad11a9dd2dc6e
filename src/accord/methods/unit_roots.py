"""Step `unit_roots`: whether U and D wander, by group, in levels and yearly changes.

Each test is one of `accord.unitroot`; here are the series it takes and the choice between independent and flipped
panels. Pesaran's CD comes first, since dependence between units decides where p comes from. What follows for
differencing is in methods/differencing.py.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord import unitroot
from accord.core.engine import at_hand, ordered
from accord.errors import AccordWarning, InputError, Refused, brief
from accord.labels import build, groups
from accord.method import Text, method
from accord.phrases import several
from accord.unitroot.result import FEW_UNITS, FEW_YEARS

Floats = NDArray[np.float64]
Test = Literal["ips", "ht", "fisher_adf", "fisher_pp", "llc", "hadri", "cips"]
Criterion = Literal["aic", "bic", "hqic"]
Trends = dict[Literal["level", "difference"], Literal["n", "c", "ct"]]
Lags = Annotated[int, Field(ge=0, le=20)]
Dependence = Literal["auto", "independent", "signs"]
Draws = Annotated[int, Field(ge=199, le=99_999)]
FORMS = {"levels": "level", "differences": "difference"}
LEAST_YEARS = 6
CLEAR = 0.05
"""p-value at which a hypothesis is rejected."""
STARS = ((0.01, "***"), (0.05, "**"), (0.1, "*"))
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


class Row(NamedTuple):
    """What one test of one group found, or why there is nothing."""

    statistic: float = np.nan
    pvalue: float = np.nan
    pvalue_simulated: float = np.nan
    leading: float = np.nan
    units: int = 0
    observations: int = 0
    name: str = ""
    note: str = ""
    note_zh: str = ""


@dataclass(frozen=True)
class Given:
    """Options of the tests, as a worker takes them."""

    lags: int | str
    max_lags: int | None
    bandwidth: int
    demean: bool
    convention: str
    draws: int
    seed: int


@method(step="unit_roots", makes=("tested",), table=None, helper=True)
def tested(
    index: xr.DataArray,
    coordination: xr.DataArray,
    *,
    transform: Literal["log", "none"] = "log",
    shift: Annotated[float, Field(ge=0, le=1)] = 0.0,
) -> xr.DataArray:
    """Each U and then D, (variable, unit, time), in logarithms unless `transform` is "none"; `shift` is added first.

    Raises
    ------
    Refused
        If there are fewer than six years, or a value is not positive and logarithms are asked for.
    """
    u = index.transpose("subsystem", "unit", "time")
    x = np.concatenate([u.values, coordination.transpose("unit", "time").values[None]]) + shift
    names = [*(str(s) for s in u["subsystem"].values), "coordination"]
    if x.shape[2] < LEAST_YEARS:
        raise Refused(
            f"unit-root tests need at least {LEAST_YEARS} years, and the panel has {x.shape[2]}",
            f"单位根检验至少需要 {LEAST_YEARS} 年数据，面板只有 {x.shape[2]} 年",
        )
    if transform == "log" and bool((x <= 0).any()):
        k, i, t = (int(at) for at in np.argwhere(x <= 0)[0])
        unit, year = brief(u["unit"].values[i]), u["time"].values[t]
        raise Refused(
            f"{names[k]} of {unit} in {year} is {x[k, i, t]:g} and has no logarithm; add a constant with shift = 0.001 in "
            'unit_roots, or set transform = "none"',
            f"{unit} {year} 年的“{names[k]}”为 {x[k, i, t]:g}，无法取对数；请在 unit_roots 中设 shift = 0.001 加上常数，"
            '或设 transform = "none"',
        )
    return build(np.log(x) if transform == "log" else x, ["variable", "unit", "time"], u, variable=names)


def _says_dependence(draws: int, dependence: str) -> Text:
    used = {
        "auto": Text(
            f"Where it rejects for yearly changes (p <= {CLEAR}), units count as dependent.",
            f"对逐年变化拒绝独立（p <= {CLEAR}）时，视单元为相依。",
        ),
        "independent": Text("Units count as independent all the same.", "按设定，一律视单元为独立。"),
        "signs": Text("Units count as dependent all the same.", "按设定，一律视单元为相依。"),
    }[dependence]
    return Text(
        "Whether units move together: Pesaran's CD of levels and of yearly changes, with p-values of the normal law "
        f"and from {draws:,} panels of independent random walks. Levels that grow correlate by growing. {used.en}",
        f"单元是否同步变化：对水平值与逐年变化计算 Pesaran CD，p 值取自正态分布及 {draws:,} 个相互独立的随机游走面板。"
        f"水平值因共同增长亦会相关。{used.zh}",
    )


@method(
    step="unit_roots",
    makes=("statistic", "pvalue", "pvalue_simulated", "dependent", "units", "note", "note_zh"),
    table="cross_section_dependence",
    helper=True,
    cite=("pesaran2015",),
    says=_says_dependence,
)
def cross_section_dependence(
    tested: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    seed: xr.DataArray,
    *,
    dependence: Dependence = "auto",
    draws: Draws = 999,
) -> xr.Dataset:
    """Pesaran's CD by group, variable and form, and whether units count as dependent in the tests that follow."""
    members = groups(region, regions)
    names = [str(v) for v in tested["variable"].values]
    items = [
        (_table(tested, k, mine), form, draws, int(seed))
        for mine in members.values()
        for k in range(len(names))
        for form in FORMS
    ]
    found = list(ordered(at_hand().pool, _dependence, items))
    shape = (len(members), len(names), len(FORMS))
    cells = {"group": list(members), "variable": names, "form": list(FORMS)}
    out = _arrays(found, shape, cells, ("statistic", "pvalue", "pvalue_simulated", "units", "note", "note_zh"))
    p = np.array([row.leading for row in found]).reshape(shape)[..., 1]
    flags = {"auto": p <= CLEAR, "signs": np.ones(p.shape, bool), "independent": np.zeros(p.shape, bool)}[dependence]
    out["dependent"] = build(flags, ["group", "variable"], group=list(members), variable=names)
    return xr.Dataset(out)


def _says_tests(
    tests: list[str],
    trend: Mapping[str, str],
    transform: str,
    shift: float,
    lags: int | str,
    bandwidth: int,
    demean: bool,
    draws: int,
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
        f"simulated p-value leads: {draws:,} panels of the same size under the null, or, where units count as dependent, "
        "the panel itself with the signs of whole years of changes flipped. It does not cure autocorrelation beyond the "
        "lags, or unequal variances in a pooled test. Stars: p < 0.01, 0.05, 0.1.",
        f"对各 U 与 D 的 {of.zh} 作面板单位根检验：{several(t.zh for t in used).zh}；水平值含{level.zh}，差分含{change.zh}；"
        f"{many.zh}{less.zh}。不足 {FEW_YEARS} 年或 {FEW_UNITS} 个单元时以模拟 p 值为准：取 {draws:,} 个同样大小、满足原假设的面板；"
        "单元相依时改为对整年变化随机变号的原面板。模拟不能消除滞后之外的自相关，也不能消除合并检验中方差不等的影响。"
        "***、**、* 分别表示 p < 0.01、0.05、0.1。",
    )


@method(
    step="unit_roots",
    makes=("statistic", "pvalue", "pvalue_simulated", "leading_p", "trend", "lags", "stars", "units", "observations",
           "null_panels", "note", "note_zh", "cell"),
    cite=("im2003", "harris1999", "maddala1999", "choi2001", "pesaran2007", "levin2002", "hadri2000"),
    says=_says_tests,
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
    draws: Draws = 999,
) -> xr.Dataset:
    """Panel unit-root tests of each U and of D by group, in levels and differences: statistics and p-values.

    `leading_p` is the p-value to read: the simulated one below 25 years or 10 units, and where units count as
    dependent. A test that a group cannot carry leaves its reason in `note`, as does a unit that had to be left out.

    Raises
    ------
    InputError
        If `max_lags` is given without a criterion, or CIPS is asked for with one.
    """
    if max_lags is not None and isinstance(lags, int):
        raise InputError('unit_roots: max_lags is for lags that a criterion chooses; set lags = "aic" or leave it out')
    if "cips" in tests and not isinstance(lags, int):
        raise InputError(f'unit_roots: cips takes a number of lags, and not "{lags}"; set lags = 1 or leave cips out')
    asked = list(dict.fromkeys(tests))
    members, names = groups(region, regions), [str(v) for v in tested["variable"].values]
    given = Given(lags, max_lags, bandwidth, demean, convention, draws, int(seed))
    terms = _terms(trend)
    flips = dependent.transpose("group", "variable").values
    items = [
        (_table(tested, k, mine), form, terms[f], name, bool(flips[g, k]), given)
        for g, mine in enumerate(members.values())
        for k in range(len(names))
        for f, form in enumerate(FORMS)
        for name in asked
    ]
    found, tell = [], at_hand().tell
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AccordWarning)  # p of single units kept from 0 and 1 by 1e-16
        for done, row in enumerate(ordered(at_hand().pool, _test, items), 1):
            found.append(row)
            tell("unit-root tests", done, len(items))
    shape = (len(members), len(names), len(FORMS), len(asked))
    cells: dict[str, list[str]] = {"group": [*members], "variable": names, "form": [*FORMS], "test": [*asked]}
    out = _arrays(found, shape, cells, [key for key in Row._fields if key != "name"])
    out["leading_p"] = out.pop("leading")
    out["trend"] = build(np.array(terms), ["form"], form=list(FORMS))
    said = {"fisher_pp": str(bandwidth), "ht": "", "hadri": ""}
    out["lags"] = build(np.array([said.get(name, str(lags)) for name in asked]), ["test"], test=asked)
    out["stars"] = build(np.array([_stars(row.leading) for row in found]).reshape(shape), list(cells), **cells)
    out["cell"] = build(np.array([_cell(row) for row in found]).reshape(shape), list(cells), **cells)
    kinds = np.where(np.isnan(out["pvalue_simulated"].values), 0, np.where(flips[:, :, None, None], 2, 1))
    if "cips" in asked:
        kinds[..., asked.index("cips")] = np.minimum(kinds[..., asked.index("cips")], 1)
    out["null_panels"] = build(kinds, list(cells), **cells)
    out["null_panels"].attrs = {
        "label_en": ["independent units", "signs of years flipped"],
        "label_zh": ["独立单元", "整年变号"],
    }
    return xr.Dataset(out)


def _table(tested: xr.DataArray, k: int, members: NDArray[np.intp]) -> pd.DataFrame:
    """Years down, units of a group across."""
    one = tested.transpose("variable", "time", "unit")[k, :, members]
    return pd.DataFrame(one.values, index=tested["time"].values, columns=tested["unit"].values[members])


def _kept(x: pd.DataFrame) -> tuple[pd.DataFrame, Text]:
    """The units that can be tested, and which were left out: constant ones, and those with a gap or no value."""
    y = x.to_numpy()
    known = np.isfinite(y)
    length = np.where(known.any(axis=0), len(y) - known[::-1].argmax(axis=0) - known.argmax(axis=0), 0)
    whole = (known.sum(axis=0) == length) & (length > 1)
    spread = np.where(known, y, -np.inf).max(axis=0) - np.where(known, y, np.inf).min(axis=0)
    good = whole & (spread > 1e-12)
    if good.all():
        return x, Text("", "")
    out = np.flatnonzero(~good)
    names = several(sorted(brief(x.columns[int(i)]) for i in out))
    said = Text(f"left out, constant or with gaps: {names.en}", f"数值无变化或有缺失而略去：{names.zh}")
    return x.loc[:, good], said


def _refusal(error: InputError | Refused) -> Text:
    return Text(str(error), error.zh if isinstance(error, Refused) else f"该检验不适用：{error}")


def _joined(*parts: Text) -> Text:
    said = [part for part in parts if part.en]
    return Text("; ".join(part.en for part in said), "；".join(part.zh for part in said))


def _row(result: unitroot.UnitRootTest, said: Text) -> Row:
    few = (
        Text(f"{result.units} units: descriptive", f"仅 {result.units} 个单元，为描述性结果")
        if result.units < 3
        else Text("", "")
    )
    note = _joined(said, few)
    return Row(result.statistic, result.pvalue, result.pvalue_simulated, result.p, result.units,
               result.observations, result.leading, *note)  # fmt: skip


def _few(x: pd.DataFrame) -> bool:
    return len(x) < FEW_YEARS or x.shape[1] < FEW_UNITS


def _dependence(x: pd.DataFrame, form: Literal["levels", "differences"], draws: int, seed: int) -> Row:
    """CD of one group."""
    kept, said = _kept(x)
    try:
        return _row(unitroot.cd(kept, form=form, draws=draws if _few(kept) else 0, seed=seed), said)
    except (InputError, Refused) as error:
        note = _joined(_refusal(error), said)
        return Row(units=kept.shape[1], note=note.en, note_zh=note.zh)


def _test(x: pd.DataFrame, form: str, trend: Any, name: str, flips: bool, given: Given) -> Row:
    """One test of one group in one form."""
    kept, said = _kept(x if form == "levels" else x.diff().iloc[1:])
    dependence = "signs" if flips and name != "cips" else "independent"
    more: dict[str, Any] = {
        "draws": given.draws if dependence == "signs" or _few(kept) else 0, "dependence": dependence, "seed": given.seed,
    }  # fmt: skip
    try:
        if threading.current_thread() is not threading.main_thread():
            return _row(_estimated(name, kept, trend, given, more), said)
        with warnings.catch_warnings():  # in a worker process nobody else sets it; on threads the caller has
            warnings.simplefilter("ignore", AccordWarning)
            return _row(_estimated(name, kept, trend, given, more), said)
    except (InputError, Refused) as error:
        note = _joined(_refusal(error), said)
        return Row(units=kept.shape[1], note=note.en, note_zh=note.zh)


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
    if name == "hadri":
        return unitroot.hadri(x, trend=trend, demean=given.demean, **more)
    return unitroot.cips(x, trend=trend, lags=asked["lags"], **more)


def _arrays(
    found: list[Row], shape: tuple[int, ...], cells: dict[str, list[str]], keys: Any
) -> dict[str, xr.DataArray]:
    """Fields of rows as arrays on the dims of `cells`."""
    return {
        key: build(np.array([getattr(row, key) for row in found]).reshape(shape), list(cells), **cells) for key in keys
    }


def _terms(trend: Mapping[Any, str]) -> list[str]:
    """Deterministic terms in levels and in differences."""
    return [trend.get(form, DEFAULT_TRENDS[form]) for form in FORMS.values()]


def _stars(p: float) -> str:
    return next((stars for level, stars in STARS if p < level), "")


def _cell(row: Row) -> str:
    """What a published table shows: the statistic with its stars, in brackets the simulated and the textbook p."""
    if np.isnan(row.statistic):
        return ""
    return f"{row.name.replace('_star', '*')} {row.statistic:.3f}{_stars(row.leading)} ({_p(row.pvalue_simulated)}; {_p(row.pvalue)})"


def _p(p: float) -> str:
    return "-" if np.isnan(p) else f"{p:.3f}" if p >= 0.0005 else "<0.001"
