"""Findings on unit roots: whether units move together, where series are stationary, how often they are differenced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from accord.labels import NATIONAL
from accord.method import Text
from accord.phrases import UNTRENDED, several
from accord.study.finding import Called, chance, reads

CLEAR = 0.05


def _name(variable: Any) -> str:
    return "D" if str(variable) == "coordination" else str(variable)


def _groups(table: xr.Dataset) -> xr.Dataset:
    """The table's groups; where there is one region, it and all units are the same and count once."""
    return table.isel(group=slice(1)) if table.sizes.get("group") == 2 else table


def _of(n: int, m: int) -> Text:
    """In how many of the groups that could be tested.

    Examples
    --------
    >>> _of(2, 5).en, _of(0, 5).en, _of(5, 5).en, _of(1, 1).en
    ('in 2 of 5 groups', 'in none of 5 groups', 'in all 5 groups', 'in the one group tested')
    """
    if m == 1:
        return (
            Text("in the one group tested", "（所检验的 1 组）")
            if n
            else Text("in no group (one was tested)", "（检验 1 组，无）")
        )
    if n in (0, m):
        return Text(f"in {'none of' if not n else 'all'} {m} groups", f"（{m} 组中{'无' if not n else '全部'}）")
    return Text(f"in {n} of {m} groups", f"（{m} 组中 {n} 组）")


@reads("cross_section_dependence")
def together(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Where units depend on each other."""
    table = _groups(table)
    known = table["statistic"].sel(form="differences").notnull()
    flags = table["dependent"].astype(bool) & known
    if not bool(known.any()):
        return
    here = [
        (int(flags.sel(variable=v).sum()), int(known.sel(variable=v).sum()), _name(v)) for v in table["variable"].values
    ]
    said = [(_of(n, m), v) for n, m, v in here if n]
    if not said:
        yield Text(
            "Units count as independent of each other for every variable tested, so that unit-root tests are held against "
            "independent panels.",
            "对所检验的各变量均视单元为相互独立，单位根检验以独立面板为参照。",
        )
        return
    yield Text(
        "Units count as dependent, so that unit-root tests flip the signs of whole years, for "
        f"{several(f'{v} {of.en}' for of, v in said).en}.",
        f"视单元为相依、单位根检验采用整年变号者：{several(f'{v}{of.zh}' for of, v in said).zh}。",
    )


def _stationary(p: xr.DataArray) -> tuple[int, int]:
    """In how many groups more than half of the tests find a variable stationary, and in how many there is a test."""
    q = p.transpose("group", "test").values
    known, null = np.isfinite(q), p["test"].values == "hadri"
    found = (np.where(null, q >= CLEAR, q < CLEAR) & known).sum(axis=1)
    number = known.sum(axis=1)
    return int((2 * found > number).sum()), int((number > 0).sum())


@reads("unit_roots")
def stationary(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """In how many groups a variable is stationary, in levels and in differences, and where textbook p say otherwise."""
    table, untested = _groups(table), []
    for variable in table["variable"].values:
        one = table.sel(variable=variable)
        for form, word in FORMS.items():
            number, groups = _stationary(one["leading_p"].sel(form=form))
            if not groups:
                untested.append(Text(f"{_name(variable)} in {word.en}", f"{_name(variable)}的{word.zh}"))
                continue
            by, of = _source(one.sel(form=form)), _of(number, groups)
            plain = _stationary(one["pvalue"].sel(form=form))[0]
            beside = Text("", "")
            if plain != number:
                beside = Text(
                    f"; textbook p-values would say so {_of(plain, groups).en}",
                    f"；若按教科书 p 值则为{_of(plain, groups).zh}",
                )
            yield Text(
                f"By {by.en}, more than half of the tests find {_name(variable)} stationary in {word.en} {of.en}{beside.en}.",
                f"按{by.zh}，过半数检验认为{_name(variable)}的{word.zh}平稳{of.zh}{beside.zh}。",
            )
    if untested:
        yield Text(
            f"No unit-root test could be had of {several(t.en for t in untested).en}: the notes in the table say why.",
            f"无法作单位根检验：{several(t.zh for t in untested).zh}；原因见表中说明。",
        )


FORMS = {"levels": Text("levels", "水平值"), "differences": Text("differences", "差分")}


def _source(one: xr.Dataset) -> Text:
    """Where the p-values that lead come from, of one variable in one form."""
    leads = one["leading_p"].values
    known = np.isfinite(leads)
    simulated = (leads == one["pvalue_simulated"].values)[known]
    if simulated.all():
        return Text("simulated p-values", "模拟 p 值")
    if not simulated.any():
        return Text("textbook p-values", "教科书 p 值")
    return Text("the p-values that lead, simulated ones where years or units are few or units depend on each other,",
                "采用的 p 值（年份或单元少、或单元相依时为模拟值）")  # fmt: skip


@reads("unit_root_decision")
def differenced(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How often each variable is differenced, and a drift that the tests in levels did not allow for."""
    order = table["differencing"]
    for times, en, zh in ((1, "differenced once", "一阶差分"), (0, "kept in levels", "保留水平值")):
        here = [(_name(v), order.sel(variable=v) == times) for v in table["variable"].values]
        every = [name for name, at in here if bool(at.all())]
        some = [
            (name, at["group"].values[at.values].tolist()) for name, at in here if bool(at.any()) and not bool(at.all())
        ]
        if every:
            yield Text(f"In every group {several(every).en} {'is' if len(every) == 1 else 'are'} {en}.",
                       f"各组的{several(every).zh}均{zh}。")  # fmt: skip
        for name, groups in some:
            yield Text(f"{name} is {en} in {several(groups).en}.", f"{name}在{several(groups).zh}{zh}。")
    for variable in table["variable"].values:
        national = table.sel(group=NATIONAL, variable=variable)
        if int(national["differencing"]) == 1 and UNTRENDED in str(national["reason"].values):
            p = float(national["drift_pvalue"])
            yield Text(
                f"{_name(variable)} drifts ({chance(p)}) and its levels {UNTRENDED}, where a series that grows is hardly "
                "ever found stationary: differencing was decided in advance.",
                f"{_name(variable)}存在漂移（{chance(p)}），而水平值检验未含趋势，增长的序列几乎不会被认为平稳：差分结论实已先定。",
            )
