"""What a careful colleague would say of a panel before anything is computed, in English and Chinese.

Each check is a function of what was observed; cut-offs are those of `core/oddities.py`. Remarks that `warn` are
repeated in the report; the others are for `accord check` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core import oddities
from accord.method import Text
from accord.panelvar.styles import DESCRIPTIVE
from accord.study.directions import expected
from accord.unitroot.result import FEW_UNITS

Floats = NDArray[np.float64]
MANY_FILLED = 0.2
"""Share of an indicator's cells from which its gaps are remarked upon."""
REPEATED, REPEATING = 4, 0.1
"""Years in a row with one value, and the share of units that have them, from which values look carried forward."""
AGAINST = -0.5
"""Correlation with the rest of the subsystem below which a direction is questioned."""
SHOWN = 3
YEARLY_INDEX = (80.0, 130.0)
"""Where indices with the previous year as 100 lie."""
PANEL_VAR = ("pvar", "granger", "irf", "fevd")


@dataclass(frozen=True)
class Remark:
    """One thing to look at: its kind, the sentence, and where it is."""

    kind: str
    text: Text
    indicator: str = ""
    years: tuple[int, ...] = ()
    units: tuple[str, ...] = ()
    warn: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        where = {"indicator": self.indicator, "years": list(self.years), "units": list(self.units)}
        return {"kind": self.kind, **self.text._asdict(), **{k: v for k, v in where.items() if v}, "warn": self.warn}


@dataclass(frozen=True)
class Observed:
    """A panel's indicators as they were before gaps were filled, by (indicator, unit, time)."""

    keys: list[str]
    units: list[str]
    units_zh: list[str]
    years: list[int]
    x: Floats
    """NaN where a cell was filled."""
    whole: Floats
    more: Mapping[str, list[str]] = field(default_factory=dict)
    """`subsystem`, `direction`, `name`, `name_zh`, `unit_of_measure` by indicator, where known."""
    target: Floats | None = None

    @classmethod
    def of(cls, panel: xr.Dataset) -> Observed:
        """From a panel with indicators."""
        whole = np.asarray(panel["indicators"].transpose("indicator", "unit", "time").values, dtype="f8")
        x = whole.copy()
        if "gap_rule" in panel:
            x[panel["gap_rule"].transpose("indicator", "unit", "time").values > 0] = np.nan
        about = ("subsystem", "direction", "name", "name_zh", "unit_of_measure")
        more = {name: [str(v) for v in panel[name].values] for name in about if name in panel.coords}
        target = panel["target"].transpose("bound", "indicator").values if "target" in panel else None
        keys, units = ([str(v) for v in panel[dim].values] for dim in ("indicator", "unit"))
        zh = [str(v) for v in panel["label_zh"].values] if "label_zh" in panel.coords else units
        return cls(keys, units, zh, [int(v) for v in panel["time"].values], x, whole, more, target)


def remarks(panel: xr.Dataset, steps: Sequence[str] = ()) -> list[Remark]:
    """What strikes the eye in a panel, and what its regions are too small for among the `steps` that are asked for.

    Examples
    --------
    >>> import accord as ac
    >>> [r.kind for r in remarks(ac.sample("us-states"), ["density"])]
    ['small_region']
    """
    out = []
    if "indicators" in panel:
        seen = Observed.of(panel)
        for check in (breaks, jumps, lone_extremes, coverage, repeats, scales, directions):
            out += list(check(seen))
        out += list(deflators(panel))
    return [*out, *small_regions(panel, steps)]


def breaks(seen: Observed) -> Iterator[Remark]:
    """Years in which the level of most units breaks."""
    for found in oddities.breaks(seen.x):
        key, year, before = seen.keys[found.indicator], seen.years[found.time], seen.years[found.time - 1]
        size = _times(found.factor)
        share = f"{100 * found.units:.0f} %"
        yield Remark(
            "break",
            Text(
                f'"{key}" breaks in level between {before} and {year}: {size.en} what the other years lead to expect, and the '
                f"largest change of {share} of the units; look whether its definition, source or unit of measurement changed",
                f"“{key}”在 {before} 与 {year} 年之间出现水平突变：为其他年份走势的 {size.zh}，且是 {share} 单元的最大变动；"
                "请核对口径、来源或计量单位是否改变",
            ),
            key, (before, year), warn=True,
        )  # fmt: skip


def jumps(seen: Observed) -> Iterator[Remark]:
    """Single units that jump, an indicator at a time."""
    found: dict[int, list[oddities.Jump]] = {}
    for one in oddities.jumps(seen.x):
        found.setdefault(one.indicator, []).append(one)
    for j, own in found.items():
        said = [_jump(seen, one) for one in own[:SHOWN]]
        more = len(own) - len(said)
        yield Remark(
            "outlier",
            Text(
                f'"{seen.keys[j]}" jumps as no other unit does: {"; ".join(s.en for s in said)}'
                f"{f'; and {more} more' if more else ''}; look at these cells",
                f"“{seen.keys[j]}”个别单元的变动远超其他单元：{'；'.join(s.zh for s in said)}"
                f"{f'；另有 {more} 处' if more else ''}；请核对这些单元格",
            ),
            seen.keys[j],
            tuple(dict.fromkeys(seen.years[one.time] for one in own)),
            tuple(dict.fromkeys(seen.units[one.unit] for one in own)),
        )


def _jump(seen: Observed, one: oddities.Jump) -> Text:
    unit, zh, year, before = (
        seen.units[one.unit], seen.units_zh[one.unit], seen.years[one.time], seen.years[one.time - 1],
    )  # fmt: skip
    value = seen.x[one.indicator, one.unit]
    shown = f"{value[one.time - 1]:.4g} → {value[one.time]:.4g}"
    if one.back:
        return Text(f"{unit} {year} ({shown}, and back)", f"{zh} {year} 年（{shown}，其后恢复）")
    ten = _power(one.factor)
    unit_en, unit_zh = (
        (f", about {ten} times: a unit of measurement?", f"，约 {ten} 倍：计量单位？") if ten else ("", "")
    )
    return Text(f"{unit} {before}-{year} ({shown}{unit_en})", f"{zh} {before}-{year} 年（{shown}{unit_zh}）")


def lone_extremes(seen: Observed) -> Iterator[Remark]:
    """Units that hold half of an indicator's range by themselves."""
    for one in oddities.lone_extremes(seen.x):
        key, unit = seen.keys[one.indicator], seen.units[one.unit]
        zh, share = seen.units_zh[one.unit], f"{100 * one.share:.0f} %"
        side = ("above", "之上") if one.high else ("below", "之下")
        yield Remark(
            "extreme",
            Text(
                f'{unit} alone holds {share} of the range of "{key}", {side[0]} all other units: scaled from minimum to maximum, '
                "the others lie close together; look at the cell, and at results without the unit",
                f"“{key}”的全距有 {share} 仅由{zh}造成（在其他单元{side[1]}）：极差标准化后其余单元被压缩；"
                "请核对该值，并比较剔除该单元的结果",
            ),
            key, units=(unit,),
        )  # fmt: skip


def coverage(seen: Observed) -> Iterator[Remark]:
    """Years without any value, and indicators of which many cells are filled."""
    missing = np.isnan(seen.x)
    for j, key in enumerate(seen.keys):
        empty = tuple(seen.years[t] for t in np.flatnonzero(missing[j].all(axis=0)))
        share = float(missing[j].mean())
        if empty:
            years = ", ".join(map(str, empty[:6])) + (" ..." if len(empty) > 6 else "")
            yield Remark(
                "coverage",
                Text(
                    f'"{key}" has no value of any unit in {years}: all of these are filled by the gap rule and carry no '
                    "information of their own",
                    f"“{key}”在 {years} 年所有单元均无数值：全部按规则填补，不含新的信息",
                ),
                key, empty,
            )  # fmt: skip
        elif share >= MANY_FILLED:
            most = np.argsort(-missing[j].sum(axis=1), kind="stable")[:SHOWN]
            worst, worst_zh = (tuple(names[u] for u in most) for names in (seen.units, seen.units_zh))
            yield Remark(
                "coverage",
                Text(
                    f'{100 * share:.0f} % of the cells of "{key}" are filled, most of all in {", ".join(worst)}: is there a '
                    "better source?",
                    f"“{key}”有 {100 * share:.0f} % 的单元格为填补值，以{'、'.join(worst_zh)}最多：是否有更好的来源？",
                ),
                key, units=worst,
            )  # fmt: skip


def repeats(seen: Observed) -> Iterator[Remark]:
    """Indicators whose values stand still for years in many units."""
    if len(seen.years) <= REPEATED:
        return
    still = oddities.longest_repeat(seen.x) >= REPEATED
    for j in np.flatnonzero(still.mean(axis=1) >= REPEATING):
        units, zh = (tuple(names[u] for u in np.flatnonzero(still[j])) for names in (seen.units, seen.units_zh))
        yield Remark(
            "repeated",
            Text(
                f'"{seen.keys[j]}" has the same value for {REPEATED} years in a row or more in {len(units)} units, such as '
                f"{units[0]}: carried forward from a survey? Cells left empty between surveys are interpolated and listed",
                f"“{seen.keys[j]}”在 {len(units)} 个单元（如{zh[0]}）连续 {REPEATED} 年以上数值相同：是否沿用某次调查结果？"
                "调查间隔年份可留空，由插值填补并列出",
            ),
            seen.keys[j], units=units,
        )  # fmt: skip


def scales(seen: Observed) -> Iterator[Remark]:
    """Percentages that look like fractions."""
    for key, unit, x in zip(seen.keys, seen.more.get("unit_of_measure", []), seen.x, strict=False):
        known = np.abs(x[np.isfinite(x)])
        if unit.strip() in ("%", "％", "percent") and known.size and known.max() <= 1:
            yield Remark(
                "unit",
                Text(
                    f'"{key}" is said to be in % and nowhere exceeds {known.max():.3g}: is it a fraction? The indices do not '
                    "depend on it, tables and figures do",
                    f"“{key}”单位为 %，但最大值仅 {known.max():.3g}：是否为小数？指数不受影响，表与图会受影响",
                ),
                key,
            )


def deflators(panel: xr.Dataset) -> Iterator[Remark]:
    """Deflators that look like yearly indices, previous year = 100, which must be multiplied along first."""
    if "raw" not in panel or "deflator" not in panel.coords:
        return
    for name in dict.fromkeys(str(d) for d in panel["deflator"].values if d):
        x = panel["raw"].sel(column=name).transpose("unit", "time").values
        based = (np.ptp(x, axis=0) <= 1e-9 * np.abs(x).max()).any()
        low, high = YEARLY_INDEX
        if not based and x.shape[1] > 3 and low <= x.min() and x.max() <= high:
            yield Remark(
                "deflator",
                Text(
                    f'the deflator "{name}" lies between {x.min():.4g} and {x.max():.4g} in every year, and in no year is it the '
                    "same for all units: are these yearly indices (previous year = 100)? Multiply them along to one base year",
                    f"价格指数“{name}”各年均在 {x.min():.4g} 与 {x.max():.4g} 之间，且没有任何一年各单元相同：是否为环比指数"
                    "（上年 = 100）？请先连乘为定基指数",
                ),
                warn=True,
            )


def directions(seen: Observed) -> Iterator[Remark]:
    """Directions that the name of an indicator, or the rest of its subsystem, speaks against."""
    said, of = seen.more.get("direction"), seen.more.get("subsystem")
    if said is None or of is None:
        return
    names = [" ".join(parts) for parts in zip(seen.keys, *(seen.more.get(n, seen.keys) for n in ("name", "name_zh")), strict=True)]  # fmt: skip
    z = np.stack([_better(x, d, None if seen.target is None else seen.target[:, j])
                  for j, (x, d) in enumerate(zip(seen.whole, said, strict=True))])  # fmt: skip
    r = oddities.against(z, np.unique(of, return_inverse=True)[1])
    for j, (key, sign) in enumerate(zip(seen.keys, said, strict=True)):
        usual = expected(names[j])
        doubts = []
        if usual is not None and usual.sign != sign:
            doubts.append(Text(f'its name speaks of "{usual.word}", which is mostly taken as {usual.sign}',
                               f"名称含“{usual.word}”，通常取 {usual.sign}"))  # fmt: skip
        if r[j] <= AGAINST:
            doubts.append(Text(f"within units it moves against the rest of its subsystem (r = {r[j]:.2f})",
                               f"在单元内与本子系统其余指标反向变动（r = {r[j]:.2f}）"))  # fmt: skip
        if doubts:
            yield Remark(
                "direction",
                Text(
                    f'"{key}" has direction {sign}: {", and ".join(d.en for d in doubts)}; this may be right, but look again',
                    f"“{key}”的方向为 {sign}：{'；'.join(d.zh for d in doubts)}；也可能无误，请再核对",
                ),
                key,
            )


def _better(x: Floats, direction: str, target: Floats | None) -> Floats:
    """Values in which more is better, from 0 to 1."""
    if direction == "=" and target is not None:
        x = -np.maximum(np.maximum(target[0] - x, x - target[1]), 0)
    elif direction == "-":
        x = -x
    width = float(np.ptp(x))
    return (x - x.min()) / width if width else np.zeros_like(x)


def small_regions(panel: xr.Dataset, steps: Sequence[str]) -> Iterator[Remark]:
    """Regions with too few units for what the plan asks of each."""
    if "region" not in panel.coords:
        return
    names, counts = np.unique(panel["region"].values.astype(str), return_counts=True)
    few = {str(n): int(c) for n, c in zip(names, counts, strict=True) if c < FEW_UNITS}
    if not few:
        return
    tiny = {n: c for n, c in few.items() if c <= DESCRIPTIVE}
    said = []
    if tiny and set(PANEL_VAR) & set(steps):
        said.append(
            Text(f"a panel VAR of {_counted(tiny).en} is descriptive only", f"{_counted(tiny).zh}的面板 VAR 仅为描述性")
        )
    if "unit_roots" in steps:
        said.append(Text(f"unit-root tests of fewer than {FEW_UNITS} units have little power, and simulated p-values lead",
                         f"单元少于 {FEW_UNITS} 个时单位根检验功效很低，以模拟 p 值为准"))  # fmt: skip
    if "density" in steps:
        said.append(Text(f"a density of fewer than {FEW_UNITS} values cannot show whether there is one peak or two",
                         f"数值少于 {FEW_UNITS} 个时核密度无法判断单峰或双峰"))  # fmt: skip
    if said:
        all_few = _counted(few)
        yield Remark(
            "small_region",
            Text(
                f"few units: {all_few.en}; {'; '.join(s.en for s in said)}: read all units together, or join regions",
                f"单元较少：{all_few.zh}；{'；'.join(s.zh for s in said)}：请以全部单元的结果为主，或合并地区",
            ),
            units=tuple(few),
        )


def _counted(few: Mapping[str, int]) -> Text:
    return Text(", ".join(f"{n} ({c})" for n, c in few.items()), "、".join(f"{n}（{c}）" for n, c in few.items()))


def _times(factor: float) -> Text:
    """How many times a level is another; in words where it is a power of ten."""
    if not np.isfinite(factor):
        return Text("far from", "明显偏离值")
    ten = _power(factor)
    if ten:
        return Text(f"about {ten} times (a unit of measurement?)", f"约 {ten} 倍（计量单位？）")
    return Text(f"{factor:.2f} times", f"{factor:.2f} 倍")


def _power(factor: float) -> str:
    """The power of ten that a factor is near, and empty where it is near none.

    Examples
    --------
    >>> _power(9.4), _power(0.0011), _power(3.0), _power(float("nan"))
    ('10', '0.001', '', '')
    """
    if not np.isfinite(factor):
        return ""
    k = round(float(np.log10(factor)))
    return f"{10.0**k:g}" if k and abs(np.log10(factor) - k) < 0.15 else ""
