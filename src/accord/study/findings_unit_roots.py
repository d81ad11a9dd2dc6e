"""Findings on unit roots: whether units move together, where series are stationary, how often they are differenced."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from accord.labels import NATIONAL
from accord.method import Text
from accord.phrases import UNTRENDED, several
from accord.study.finding import Called, chance, reads

CLEAR = 0.05


def _groups(table: xr.Dataset) -> xr.Dataset:
    """The table's groups; where there is one region, it and all units are the same and count once."""
    return table.isel(group=slice(1)) if table.sizes.get("group") == 2 else table


def _of(n: int, m: int) -> Text:
    """In how many of the groups that could be tested; the Chinese comes before what is so of them.

    Examples
    --------
    >>> _of(2, 5).en, _of(0, 5).en, _of(5, 5).en, _of(1, 1).en
    ('in 2 of 5 groups', 'in none of 5 groups', 'in all 5 groups', 'in the one group tested')
    """
    if m == 1:
        return Text(
            "in the one group tested" if n else "in no group (one was tested)", f"所检验的 1 组{'有' if n else '没有'}"
        )
    if n in (0, m):
        return Text(f"in {'none of' if not n else 'all'} {m} groups", f"全部 {m} 组{'均有' if n else '均没有'}")
    return Text(f"in {n} of {m} groups", f"{m} 组中有 {n} 组的")


@reads("cross_section_dependence")
def together(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Where units depend on each other."""
    table = _groups(table)
    known = table["statistic"].sel(form="differences").notnull()
    flags = table["dependent"].astype(bool) & known
    if not bool(known.any()):
        return
    here = [
        (int(flags.sel(variable=v).sum()), int(known.sel(variable=v).sum()), called.variable(v))
        for v in table["variable"].values
    ]
    said = [(n, m, v) for n, m, v in here if n]
    if not said:
        yield Text(
            "Units count as independent of each other for every variable tested, so that unit-root tests are held against "
            "independent panels.",
            "对所检验的各变量均视单元为相互独立，单位根检验以独立面板为参照。",
        )
        return
    parts = [(f"{m} 组中的 {n} 组" if n < m else f"全部 {m} 组", v) for n, m, v in said]
    yield Text(
        "Units count as dependent, so that unit-root tests flip the signs of whole years, for "
        f"{several(f'{v.en} {_of(n, m).en}' for n, m, v in said).en}.",
        f"以下变量的单元视为相依，其单位根检验采用整年变号：{several(f'{v.zh}（{where}）' for where, v in parts).zh}。",
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
        one, name = table.sel(variable=variable), called.variable(variable)
        for form, word in FORMS.items():
            number, groups = _stationary(one["leading_p"].sel(form=form))
            if not groups:
                untested.append(Text(f"{name.en} in {word.en}", f"{name.zh}的{word.zh}"))
                continue
            by, of = _source(one.sel(form=form)), _of(number, groups)
            plain = _stationary(one["pvalue"].sel(form=form))[0]
            beside = Text("", "")
            if plain != number:
                beside = Text(
                    f"; textbook p-values would say so {_of(plain, groups).en}",
                    f"；若按教科书 p 值，则为{f' {plain} 组' if plain else '无一组'}",
                )
            yield Text(
                f"By {by.en}, more than half of the tests find {name.en} stationary in {word.en} {of.en}{beside.en}.",
                f"按{by.zh}，{of.zh}过半数检验认为{name.zh}的{word.zh}平稳{beside.zh}。",
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
    for times, en, zh in ((1, "differenced once", "取一阶差分"), (0, "kept in levels", "保留水平值")):
        here = [(called.variable(v), order.sel(variable=v) == times) for v in table["variable"].values]
        every = [name for name, at in here if bool(at.all())]
        all_en, all_zh = several(name.en for name in every).en, several(name.zh for name in every).zh
        some = [
            (name, at["group"].values[at.values].tolist()) for name, at in here if bool(at.any()) and not bool(at.all())
        ]
        if every:
            yield Text(f"In every group {all_en} {'is' if len(every) == 1 else 'are'} {en}.", f"各组的{all_zh}均{zh}。")
        for name, groups in some:
            where = called.groups(groups)
            yield Text(f"{name.en} is {en} in {where.en}.", f"{name.zh}在{where.zh}{zh}。")
    for variable in table["variable"].values:
        national = table.sel(group=NATIONAL, variable=variable)
        if int(national["differencing"]) == 1 and UNTRENDED in str(national["reason"].values):
            p, name = float(national["drift_pvalue"]), called.variable(variable)
            yield Text(
                f"{name.en} drifts ({chance(p)}) and its levels {UNTRENDED}, where a series that grows is hardly "
                "ever found stationary: differencing was decided in advance.",
                f"{name.zh}存在漂移（{chance(p)}），而水平值检验未含趋势项，此时增长的序列几乎不会被判为平稳：取差分的结论实已先定。",
            )
