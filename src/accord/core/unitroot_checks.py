"""What a panel must bring to a unit-root test: each missing thing in one sentence, with the mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from accord.core.unitroot_panel import Setting, Spans, demeaned, free, yearly_means
from accord.core.unitroot_series import TIGHT, Floats, detrended, dot, regression
from accord.errors import InputError, Refused, brief

FREE = 3
"""Fewest degrees of freedom of a single regression."""
CIPS_UNITS = 10
BALANCED = {"ht": "the test of Harris and Tzavalis", "llc": "the test of Levin, Lin and Chu",
            "hadri": "Hadri's test", "cips": "CIPS"}  # fmt: skip
NAMED = 6
"""Units that a message names at most."""
NAMES_ZH = {"ht": "Harris-Tzavalis 检验", "llc": "Levin-Lin-Chu 检验", "hadri": "Hadri 检验", "cips": "CIPS 检验"}


class Unfit(InputError):
    """An option that these years cannot carry, in English and Chinese."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh or en


class TooRegular(Refused):
    """Units of which nothing is left to test; `at` are their positions."""

    def __init__(self, en: str, zh: str = "", at: Sequence[int] = ()) -> None:
        super().__init__(en, zh)
        self.at = tuple(at)


def spans_of(y: Floats, units: Sequence[object], years: Sequence[object]) -> Spans:
    """First year and the year after the last of each unit; values (years, units).

    Raises
    ------
    InputError
        If a value is infinite, a unit has none, is constant, or has a gap between its years.
    Refused
        If there is only one unit.

    Examples
    --------
    >>> spans_of(np.array([[1.0, np.nan], [2.0, 1.0], [4.0, 3.0]]), ["A", "B"], [2011, 2012, 2013])
    ((0, 3), (1, 3))
    """
    if y.shape[1] < 2:
        raise Refused(
            f"a panel test needs at least two units, and here there {'is one' if y.shape[1] else 'is none'}",
            f"面板检验至少需要两个单元，此处只有 {y.shape[1]} 个",
        )
    if bool(np.isinf(y).any()):
        t, i = (int(v) for v in np.argwhere(np.isinf(y))[0])
        raise InputError(f"{brief(units[i])}, {brief(years[t])}: the value is infinite; correct it or leave it empty")
    out = []
    for i, name in enumerate(units):
        known = np.flatnonzero(np.isfinite(y[:, i]))
        if not known.size:
            raise InputError(f"{brief(name)} has no value in any year; leave it out")
        first, end = int(known[0]), int(known[-1]) + 1
        if known.size < end - first:
            gap = next(t for t in range(first, end) if not np.isfinite(y[t, i]))
            raise InputError(
                f"{brief(name)} has no value in {brief(years[gap])}, between years that have one; "
                "fill the gap or leave the unit out"
            )
        if np.ptp(y[first:end, i]) == 0:
            raise InputError(f"{brief(name)} is the same in every year, so nothing can be tested; leave it out")
        out.append((first, end))
    return tuple(out)


def check(setting: Setting, spans: Spans, units: Sequence[object]) -> None:
    """Refuse a test that these years and units cannot carry.

    Raises
    ------
    Refused
        If years differ between units where a test needs them equal, a regression would keep fewer than 3
        degrees of freedom, or CIPS would average over fewer than 10 units.
    InputError
        If the bandwidth of Phillips and Perron leaves no year.
    """
    if setting.test in BALANCED and len(set(spans)) > 1:
        raise Refused(
            f"{BALANCED[setting.test]} needs the same years for every unit; fill or cut them, or use ips or fisher",
            f"{NAMES_ZH[setting.test]}要求各单元年份一致；请补齐或截取，或改用 ips、fisher",
        )
    if setting.test == "cips" and len(spans) < CIPS_UNITS:
        raise Refused(
            f"CIPS needs at least {CIPS_UNITS} units, and here there are {len(spans)}; use ips with demean=True",
            f"CIPS 至少需要 {CIPS_UNITS} 个单元，此处只有 {len(spans)} 个；可改用 ips 并取 demean=True",
        )
    lengths = [end - first for first, end in spans]
    shortest = int(np.argmin(lengths))
    years = lengths[shortest]
    if free(setting, years) < FREE:
        lags = "" if setting.kind == "pp" or not setting.deepest else f" with {setting.deepest} lags"
        raise Refused(
            f"{brief(units[shortest])} has {years} years, too few{lags}: fewer than {FREE} degrees of freedom "
            "would be left; take fewer lags or more years",
            f"{brief(units[shortest])} 只有 {years} 年，自由度不足 {FREE}；请减少滞后阶数或增加年份",
        )
    if setting.kind == "pp" and setting.deepest > years - 2:
        raise Unfit(
            f"lags={setting.deepest} is too wide for {years} years; at most {years - 2}",
            f"带宽 {setting.deepest} 对 {years} 年过宽，最多 {years - 2}",
        )
    if setting.test == "cd" and not _some_pair(setting, spans):
        raise Refused(
            f"no two units have {FREE} years in common, so there is nothing to correlate; take units that overlap",
            f"没有任何两个单元有 {FREE} 个共同年份，无法计算相关；请选取年份重叠的单元",
        )


def _some_pair(setting: Setting, spans: Spans) -> bool:
    """Whether CD has a pair of units with enough years, or changes, in common."""
    needed = FREE + (setting.form == "differences")
    firsts, ends = np.array(spans).T
    common = np.minimum(ends[:, None], ends) - np.maximum(firsts[:, None], firsts)
    return bool((common[np.triu_indices(len(spans), 1)] >= needed).any())


def check_left(y: Floats, setting: Setting, spans: Spans, units: Sequence[object]) -> None:
    """Refuse units that leave only rounding errors once a test has taken out what it takes out; values (years, units).

    Tests that pool sums over units, Harris and Tzavalis' and Hadri's with one variance, are refused where that is so of
    every unit: one alone adds nothing to their sums.

    Raises
    ------
    TooRegular
        With the units.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(12, 3)), axis=0)
    >>> y[:, 1] = 0.9 ** np.arange(12)
    >>> try:
    ...     check_left(y, Setting("llc"), ((0, 12),) * 3, ["A", "B", "C"])
    ... except TooRegular as error:
    ...     error.at
    (1,)
    """
    z, empty = demeaned(y, setting), np.zeros(y.shape[1], dtype=bool)
    for first, end in set(spans):
        here = [i for i, span in enumerate(spans) if span == (first, end)]
        with np.errstate(divide="ignore", invalid="ignore"):
            empty[here] = _empty(y[first:end, here], z[first:end, here], setting)
    pooled = setting.test == "ht" or (setting.test == "hadri" and not setting.robust)
    if empty.all() if pooled else empty.any():
        raise _too_regular(units, np.flatnonzero(empty).tolist())


def _too_regular(units: Sequence[object], at: list[int]) -> TooRegular:
    names = [brief(units[i]) for i in at]
    shown, more = names[:NAMED], len(names) - NAMED
    en = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    zh = "、".join(shown) + (f"等 {len(names)} 个单元" if more > 0 else "")
    return TooRegular(
        f"{en} {'moves' if len(names) == 1 else 'move'} too regularly to be tested (a straight line, changes that "
        "repeat, or nothing left beside the other units): take fewer lags or leave such units out",
        f"{zh}变化过于规则（如直线、变动重复，或扣除其他单元后无变化），无法检验；请减少滞后阶数或剔除",
        at,
    )


def _empty(raw: Floats, y: Floats, s: Setting) -> NDArray[np.bool_]:
    """Units whose values, less yearly means where asked for, leave nothing beside what a test takes out."""
    noise = TIGHT * dot(raw, raw)

    def gone(part: Floats) -> NDArray[np.bool_]:
        return np.asarray(dot(part, part) <= noise)

    still = gone(detrended(y, "c"))
    if s.test == "cd":
        return still | gone(detrended(np.diff(y, axis=0) if s.form == "differences" else y, "c"))
    if s.test == "hadri":
        return still | gone(detrended(y, s.trend))
    if s.test == "ht":
        return still | gone(regression(y, 0, s.trend).level)
    if s.kind == "pp":
        every: range | tuple[int, ...] = (0,)
    else:
        every = (s.lags,) if isinstance(s.lags, int) else range(s.most + 1)
    for lag in every:
        found = regression(y, lag, s.trend, yearly_means(y, lag) if s.test == "cips" else ())
        still = still | np.isnan(found.t) | gone(found.residual)
    return still


def check_found(values: dict[str, Floats]) -> None:
    """Refuse a result that is not a number: lagged changes are collinear, or a unit is a straight line.

    Raises
    ------
    Refused
        If any statistic is not finite.
    """
    if all(bool(np.isfinite(value).all()) for value in values.values()):
        return
    raise Refused(
        "a unit moves too regularly to be tested (a straight line, or changes that repeat): its lagged changes "
        "are collinear or leave no residual; take fewer lags or leave it out",
        "某单元变化过于规则（如直线），滞后差分共线或无残差；请减少滞后阶数或剔除该单元",
    )


def most_lags(setting: Setting, spans: Spans) -> int:
    """Most lags to choose from by default: int(4 (T / 100)^(1/4)), fewer where too little would be left.

    Examples
    --------
    >>> most_lags(Setting("ips", lags="aic"), ((0, 12),)), most_lags(Setting("ips", trend="ct", lags="aic"), ((0, 8),))
    (2, 0)
    """
    years = min(end - first for first, end in spans)
    most = int(4 * (years / 100) ** 0.25)
    while most > 0 and free(replace(setting, most=most), years) < FREE:
        most -= 1
    return most
