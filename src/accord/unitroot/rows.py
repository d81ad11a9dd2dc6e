"""Tests of the groups of a study as rows of a table: which units can be tested, what was found, or why nothing was."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from accord.core.unitroot_checks import TooRegular
from accord.core.unitroot_null import affordable
from accord.errors import AccordWarning, InputError, Refused, brief
from accord.labels import build
from accord.method import Text
from accord.phrases import joined, several
from accord.unitroot.result import FEW_UNITS, FEW_YEARS, UnitRootTest


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
    floored: bool = False
    """The simulated p-value is below what its law can tell."""


INNER = ("name", "floored")
"""Fields of a row that serve the making of tables and stand in none."""


def series(tested: xr.DataArray, k: int, members: NDArray[np.intp]) -> pd.DataFrame:
    """Years down, units of a group across, of variable number `k`."""
    one = tested.transpose("variable", "time", "unit")[k, :, members]
    return pd.DataFrame(one.values, index=tested["time"].values, columns=tested["unit"].values[members])


def few(x: pd.DataFrame) -> bool:
    """Whether simulated p-values lead."""
    return len(x) < FEW_YEARS or x.shape[1] < FEW_UNITS


def panels(asked: int | None, most: int, x: pd.DataFrame) -> tuple[int, Text]:
    """How many panels to simulate for a group, and what to say where these are fewer than of a smaller group.

    Examples
    --------
    >>> panels(None, 20_000, pd.DataFrame(np.zeros((20, 400))))[1].en
    '2,500 panels simulated, since the group is large'
    """
    number = affordable(most, *x.shape) if asked is None else asked
    if asked is not None or number == most:
        return number, Text("", "")
    return number, Text(f"{number:,} panels simulated, since the group is large", f"样本较大，仅模拟 {number:,} 个面板")


def row(x: pd.DataFrame, test: Callable[[pd.DataFrame], UnitRootTest], also: Text = Text("", "")) -> Row:  # noqa: B008
    """The test of the units that can be tested; a note says which were left out, or why there is no result.

    `also` is to be said where simulated p-values are there.
    """
    kept, left_out = testable(x)
    found, units, regular = _without_regular(test, kept)
    left_out = joined(left_out, regular)
    if not isinstance(found, UnitRootTest):
        said = joined(Text(str(found), getattr(found, "zh", "") or "该检验不适用于本组数据"), left_out)
        return Row(units=units, note=said.en, note_zh=said.zh)
    simulated = np.isfinite(found.pvalue_simulated)
    said = joined(left_out, *_cautions(found), also if simulated else Text("", ""))
    return Row(
        statistic=found.statistic,
        pvalue=found.pvalue,
        pvalue_simulated=found.pvalue_simulated,
        leading=found.p,
        units=found.units,
        observations=found.observations,
        name=found.leading,
        note=said.en,
        note_zh=said.zh,
        floored=found.pvalue_simulated <= found.floor * (1 + 1e-9),
    )


def _without_regular(
    test: Callable[[pd.DataFrame], UnitRootTest], x: pd.DataFrame
) -> tuple[UnitRootTest | InputError | Refused, int, Text]:
    """The test, or why there is none, of the units that do not move too regularly for it; their number; the others."""
    regular: list[str] = []
    while True:
        found: UnitRootTest | InputError | Refused
        try:
            found = _quietly(test, x)
        except TooRegular as error:
            if len(error.at) < x.shape[1]:
                regular += [brief(x.columns[i]) for i in error.at]
                x = x.drop(columns=x.columns[list(error.at)])
                continue
            found = error
        except (InputError, Refused) as error:
            found = error
        names = several(sorted(regular))
        en, zh = f"left out, too regular for this test: {names.en}", f"变化过于规则而略去：{names.zh}"
        return found, x.shape[1], Text(en, zh) if regular else Text("", "")


def testable(x: pd.DataFrame) -> tuple[pd.DataFrame, Text]:
    """The units that can be tested, and which were left out: constant ones, and those with a gap or no value."""
    y = x.to_numpy()
    known = np.isfinite(y)
    length = np.where(known.any(axis=0), len(y) - known[::-1].argmax(axis=0) - known.argmax(axis=0), 0)
    whole = (known.sum(axis=0) == length) & (length > 1)
    spread = np.where(known, y, -np.inf).max(axis=0) - np.where(known, y, np.inf).min(axis=0)
    good = whole & (spread > 1e-12)
    if good.all():
        return x, Text("", "")
    names = several(sorted(brief(x.columns[int(i)]) for i in np.flatnonzero(~good)))
    said = Text(f"left out, constant or with gaps: {names.en}", f"数值无变化或有缺失而略去：{names.zh}")
    return x.loc[:, good], said


def arrays(
    found: Sequence[Row], shape: tuple[int, ...], cells: Mapping[str, list[str]], keys: Iterable[str]
) -> dict[str, xr.DataArray]:
    """Fields of rows as arrays on the dims of `cells`."""
    return {
        key: build(np.array([getattr(row, key) for row in found]).reshape(shape), list(cells), **cells) for key in keys
    }


def _quietly(test: Callable[[pd.DataFrame], UnitRootTest], x: pd.DataFrame) -> UnitRootTest:
    """The test without its warnings, which a note repeats; on a thread of ours the caller has silenced them."""
    if threading.current_thread() is not threading.main_thread():
        return test(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AccordWarning)
        return test(x)


def _cautions(found: UnitRootTest) -> list[Text]:
    said = []
    if found.units < 3:
        said.append(Text(f"{found.units} units: descriptive", f"仅 {found.units} 个单元，为描述性结果"))
    if found.at_ends:
        said.append(
            Text(
                f"p of {found.at_ends} of {found.units} units is 0 or 1 to 16 digits, kept from it by 1e-16",
                f"{found.units} 个单元中有 {found.at_ends} 个的 p 值在 16 位有效数字内为 0 或 1，已偏移 1e-16",
            )
        )
    return said
