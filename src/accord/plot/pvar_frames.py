"""What the figures of the panel VAR share: which groups and estimators they draw, and how these are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accord.errors import InputError, NotDrawn, NothingToDraw, nearest
from accord.phrases import WITH_YEARS
from accord.plot.frames import table_of
from accord.plot.layout import millimetres, ticks, widest
from accord.plot.style import GREY, INK, SUBSYSTEMS, TEXT, Words
from accord.plot.typeface import printable
from accord.plot.words_pvar import estimator_name, pvar_texts

MARKS = {
    "gmm": ("o", SUBSYSTEMS[0]),
    "gmm_two_step": ("D", SUBSYSTEMS[5]),
    "fe_ols": ("s", SUBSYSTEMS[2]),
    "hahn_kuersteiner": ("^", SUBSYSTEMS[3]),
    "jackknife": ("v", SUBSYSTEMS[4]),
    "bias_corrected": ("p", SUBSYSTEMS[1]),
}
"""Shape and colour of each estimator."""
LARGE, LITTLE = 4.4, 2.8
"""Sizes in points of the marks of the leading estimator and of the others."""


def asked(table: xr.Dataset, name: str, dim: str, wanted: Sequence[str] | None) -> list[str]:
    """The names along `dim` that are to be drawn, in the order of the table; one group of all units stands once.

    Raises
    ------
    InputError
        If there is no such name.
    """
    every = [str(v) for v in table[dim].values]
    for one in wanted if wanted is not None else ():
        if str(one) not in every:
            raise InputError(f'no {dim} "{one}" in table "{name}"; {nearest(str(one), every)}')
    if wanted is not None:
        kept = [v for v in every if v in {str(one) for one in wanted}]
        if not kept:
            raise InputError(f"name one {dim} or more; {nearest('', every)}")
        return kept
    return every[1:] if dim == "group" and len(every) == 2 else every


def grouped(result: Any, name: str, *variables: str) -> xr.Dataset:
    """Table `name` by group and estimator, also of a single fit or of what it says, which have neither."""
    table = table_of(result, name, *variables, "leading")
    return table.expand_dims([d for d in ("group", "estimator") if d not in table.dims])


def estimator_of(table: xr.Dataset, groups: Sequence[str], known: xr.DataArray, wanted: str | None) -> dict[str, str]:
    """The estimator drawn of each group that has any: the one wanted, else the one that leads.

    `known` (group, estimator) says where there is a number to draw.

    Raises
    ------
    InputError
        If there is no such estimator.
    NothingToDraw
        If no group has anything.
    """
    every, rows = [str(e) for e in table["estimator"].values], [str(g) for g in table["group"].values]
    if wanted is not None and wanted not in every:
        raise InputError(f'no estimator "{wanted}" in the results; {nearest(wanted, every)}')
    leading = table["leading"].transpose("group", "estimator").values.astype(bool)
    there = known.transpose("group", "estimator").values
    out = {}
    for group in groups:
        at = rows.index(group)
        choice = [every.index(wanted)] if wanted is not None else list(np.flatnonzero(leading[at]))
        if choice and there[at, choice[0]]:
            out[group] = every[choice[0]]
    if not out:
        raise NothingToDraw("no group has a panel VAR to draw")
    return out


def descriptive_groups(result: Any, table: xr.Dataset) -> set[str]:
    """Groups whose results describe them and no more, as this table says, or table `pvar_fit` of the same study."""
    said = table
    if "descriptive" not in table:
        try:
            said = table_of(result, "pvar_fit", "descriptive")
        except InputError:
            return set()
    flags = said["descriptive"]
    return {str(g) for g, few in zip(flags["group"].values, flags.values, strict=True) if few}


def like_leading(frame: pd.DataFrame, estimators: Sequence[str] | None) -> pd.DataFrame:
    """The rows of the estimators asked for; by default, in each group, of those that treat years as the leading one does.

    Raises
    ------
    InputError
        If there is no such estimator.
    """
    every = list(dict.fromkeys(frame["estimator"]))
    for one in estimators if estimators is not None else ():
        if one not in every:
            raise InputError(f'no estimator "{one}" in the results; {nearest(one, every)}')
    if estimators is not None:
        return frame.loc[frame["estimator"].isin(list(estimators))]
    years = frame["estimator"].str.endswith(WITH_YEARS)
    leads = (frame["leading"] & years).groupby(frame["group"]).transform("any")
    return frame.loc[years == leads]


def level_of(table: xr.Dataset, variable: str) -> float:
    """What the bands promise, in per cent: the attribute `level` of the bounds or the table, 95 where it is not said."""
    attrs = {**table.attrs, **table[variable].attrs}
    options = json.loads(attrs.get("options", "{}") or "{}")
    level = float(attrs.get("level", options.get("level", 95)))
    return 100 * level if level <= 1 else level


def variable_names(names: Sequence[str], language: str, words: Words) -> dict[str, str]:
    """How the variables of the panel VAR are written: D by its name, subsystems by theirs."""
    own = {"coordination": words.coordination, "coupling": words.coupling, "development": words.development}
    return dict(zip(names, printable([own.get(n, n) for n in names], language), strict=True))


def group_heads(
    frame: pd.DataFrame, language: str, words: Words, *, estimators: bool = True
) -> dict[str, tuple[str, ...]]:
    """Lines over each group: its name; the estimator drawn or leading, its year effects, and whether it is descriptive."""
    out, say = {}, pvar_texts(language)
    for group, part in frame.groupby("group", sort=False):
        own = part[part["leading"]] if "leading" in part and part["leading"].any() else part
        drawn = str(own["estimator"].iloc[0])
        name = words.national if group == "National" else str(group)
        more = [estimator_name(drawn, language)] if estimators else []
        more += [say.years_out] if drawn.endswith(WITH_YEARS) else []
        more += [say.descriptive] if part["descriptive"].iloc[0] else []
        said = {"en": f"({say.listed.join(more)})", "zh": f"（{say.listed.join(more)}）"}[language]
        out[str(group)] = tuple(printable([name, *([said] if more else [])], language))
    return out


def whole_head(lines: Sequence[str], language: str) -> str:
    """The lines over a group as one."""
    return {"en": " ", "zh": ""}[language].join(lines)


def absent_groups(groups: Sequence[str], frame: pd.DataFrame, language: str, words: Words) -> list[str]:
    """A note that names the groups which have nothing to draw; none where all have."""
    absent = [words.national if g == "National" else g for g in groups if g not in set(frame["group"])]
    say = pvar_texts(language)
    return [say.not_estimated.format(names=say.listed.join(printable(absent, language)))] if absent else []


def first_or_all(
    frame: pd.DataFrame, groups: Sequence[str] | None, language: str, draw: Callable[[pd.DataFrame, list[str]], Figure]
) -> Figure:
    """All groups on one page; where it cannot hold them and none was asked for by name, the first, with a note."""
    names = list(dict.fromkeys(frame["group"]))
    try:
        return draw(frame, [])
    except NotDrawn:
        if groups is not None or len(names) == 1:
            raise
    return draw(frame[frame["group"] == names[0]], [pvar_texts(language).one_of.format(n=len(names))])


def whole_ticks(axes: Axes, first: int, last: int, *, named: bool) -> None:
    """Ticks at whole periods, as many as have room, from `first` on; without names where a panel stands below."""
    wide, span = millimetres(axes)[0], max(np.diff(axes.get_xlim())[0], 1e-9)
    for step in (1, 2, 5, 10, 20, 50, 100):
        kept = [h for h in range(first, last + 1) if h % step == 0 or h == first]
        kept = [h for h in kept if h == first or h - first >= 0.8 * step]
        if wide * step * 0.8 / span >= widest([str(h) for h in kept], TEXT) + 1.0 or len(kept) < 3:
            break
    ticks(axes.xaxis, kept, [str(h) if named else "" for h in kept])
    axes.tick_params(axis="x", labelsize=TEXT)


def value_ticks(axes: Axes, marks: Sequence[float], *, named: bool, factor: float = 1.0) -> None:
    """Ticks of the upright axis at full size of type; without names where a panel stands on the left."""
    ticks(axes.yaxis, list(marks), [plain(factor * m) if named else "" for m in marks])
    axes.tick_params(axis="y", labelsize=TEXT)


def plain(value: float) -> str:
    """A number with a minus sign as long as a plus.

    Examples
    --------
    >>> plain(-0.02)
    '−0.02'
    """
    return f"{value:g}".replace("-", "−")


def mark_of(estimator: str, *, leading: bool) -> dict[str, Any]:
    """How an estimator is marked: large and filled where it leads, else small and open."""
    shape, colour = MARKS.get(estimator.removesuffix(WITH_YEARS), ("h", INK))
    return {
        "marker": shape, "linestyle": "none", "markeredgecolor": colour, "markerfacecolor": colour if leading else "white",
        "markersize": LARGE if leading else LITTLE, "markeredgewidth": 0.7,
    }  # fmt: skip


def estimator_key(frame: pd.DataFrame, language: str) -> tuple[list[Any], list[str]]:
    """Legend entries: the estimators that occur by their marks, and what large and small marks say."""
    there = dict.fromkeys(str(e).removesuffix(WITH_YEARS) for e in frame["estimator"])
    names = [*(e for e in MARKS if e in there), *(e for e in there if e not in MARKS)]
    say = pvar_texts(language)
    handles: list[Any] = [Line2D([], [], **{**mark_of(e, leading=True), "markersize": 0.9 * LARGE}) for e in names]
    said = printable([estimator_name(e, language) for e in names], language)
    if len(names) > 1:
        grey = {"markeredgecolor": GREY, "marker": "o"}
        for leads, text in ((True, say.leads), (False, say.others)):
            look = {**mark_of("", leading=leads), **grey, "markerfacecolor": GREY if leads else "white"}
            handles.append(Line2D([], [], **look))
            said.append(text)
    return handles, said
