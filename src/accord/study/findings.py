"""Findings: sentences read off the tables of a study, in English and Chinese, each naming its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from accord.labels import NATIONAL
from accord.method import Text
from accord.study import findings_alternatives as findings_alternatives
from accord.study import findings_forecast as findings_forecast
from accord.study import findings_pvar as findings_pvar
from accord.study import findings_unit_roots as findings_unit_roots
from accord.study.finding import BESIDE, READERS, Called, chance, close, moves, reads, shown
from accord.tables import listed

D = "coordination"


def findings(
    tables: Mapping[str, xr.Dataset], names_zh: Mapping[str, Mapping[str, str]] | None = None
) -> xr.Dataset | None:
    """Every finding of these tables, along `finding`: the table it is read from, the sentence in English and Chinese.

    `names_zh` are Chinese names of regions and subsystems, by kind. None where the tables tell nothing.
    """
    called = _called(tables, names_zh or {})
    said = [
        (table, text)
        for table in READERS
        if table in tables
        for reader in READERS[table]
        for text in reader(tables[table], called, *(tables.get(name) for name in BESIDE[reader]))
    ]
    if not said:
        return None
    columns = {"table": [t for t, _ in said], "en": [s.en for _, s in said], "zh": [close(s.zh) for _, s in said]}
    return xr.Dataset({k: ("finding", np.array(v, dtype=str)) for k, v in columns.items()}, attrs={"table": "findings"})


def _called(tables: Mapping[str, xr.Dataset], names_zh: Mapping[str, Mapping[str, str]]) -> Called:
    units: dict[str, str] = {}
    for table in tables.values():
        if "label_zh" in table.coords:
            units |= {str(u): str(z) for u, z in zip(table["unit"].values, table["label_zh"].values, strict=True)}
    return Called(units, names_zh.get("region", {}), names_zh.get("subsystem", {}))


@reads("region_change")
def whole(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How the mean D of all units moved."""
    row = table.sel(region=NATIONAL, variable=D)
    first, last, percent = (float(row[k]) for k in ("first", "last", "change_percent"))
    if np.isfinite([first, last, percent]).all():
        way = moves(last - first)
        en = (
            f"{way.en} from {first:.4f} to {last:.4f} ({shown(percent, '+.1f')}%)"
            if last != first
            else f"{way.en} at {first:.4f}"
        )
        zh = (
            f"由 {first:.4f} {way.zh}至 {last:.4f}（{shown(percent, '+.1f')}%）"
            if last != first
            else f"为 {first:.4f}，保持{way.zh}"
        )
        yield Text(
            f"The mean coordination degree D of all units {en} between the first year and the last.",
            f"首末年份之间，全部单元的平均耦合协调度 D {zh}。",
        )


@reads("leaders")
def leading(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Which unit leads and which trails in D, and which moved most and least."""
    row = table.sel(group=NATIONAL, variable=D)
    high, low = called(row["leader"].item()), called(row["laggard"].item())
    top, bottom = float(row["leader_mean"]), float(row["laggard_mean"])
    if top > bottom:
        yield Text(
            f"Over all years {high.en} has the highest mean D ({top:.4f}) and {low.en} the lowest ({bottom:.4f}).",
            f"全时段平均 D 以{high.zh}最高（{top:.4f}），{low.zh}最低（{bottom:.4f}）。",
        )
    most, least = called(row["largest_rise"].item()), called(row["smallest_rise"].item())
    up, down = float(row["rise"]), float(row["least_rise"])
    if up > down:
        en = (
            ("rises most", "least")
            if down >= 0
            else ("rises most", "falls most")
            if up > 0
            else ("falls least", "most")
        )
        zh = ("升幅最大", "升幅最小") if down >= 0 else ("升幅最大", "降幅最大") if up > 0 else ("降幅最小", "降幅最大")
        yield Text(
            f"From the first year to the last D {en[0]} in {most.en} ({shown(up, '+.4f')}) and {en[1]} in {least.en} ({shown(down, '+.4f')}).",
            f"首末年份相比，D {zh[0]}的是{most.zh}（{shown(up, '+.4f')}），{zh[1]}的是{least.zh}（{shown(down, '+.4f')}）。",
        )


@reads("regions")
def regional(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Which region leads and which trails in the last year."""
    last = table["mean"].sel(variable=D).isel(time=-1)
    mean = last.sel(region=[r for r in last["region"].values if r != NATIONAL]).dropna("region")
    if mean.size > 1 and float(mean.max()) > float(mean.min()):
        high, low, year = called.group(mean.idxmax().item()), called.group(mean.idxmin().item()), int(last["time"])
        most, least = float(mean.max()), float(mean.min())
        yield Text(
            f"In {year} mean D is highest in {high.en} ({most:.4f}) and lowest in {low.en} ({least:.4f}).",
            f"{year} 年平均 D 以{high.zh}最高（{most:.4f}），{low.zh}最低（{least:.4f}）。",
        )


@reads("stage_counts")
def staged(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """The stage that holds most units in the last year."""
    counts = table["stage_counts"]
    last = counts.isel(time=-1) if "time" in counts.dims else counts
    total, most = int(last.sum()), int(last.max())
    if total and int((last == most).sum()) == 1:
        at = int(np.argmax(last.values))
        names = [listed(counts.attrs.get(f"label_{language}"))[at] for language in ("en", "zh")]
        year = last["time"].item() if "time" in last.coords else ""
        yield Text(
            f'In {year} the stage "{names[0]}" holds the most units: {most} of {total}.',
            f"{year} 年处于“{names[1]}”的单元最多：{total} 个中有 {most} 个。",
        )


MOVES = {
    "moves_right": Text("moves to the right, towards higher D", "向右移动、D 提高"),
    "moves_left": Text("moves to the left, towards lower D", "向左移动、D 降低"),
    "peak_moves_right": Text("has its main peak moved to the right", "主峰右移"),
    "peak_moves_left": Text("has its main peak moved to the left", "主峰左移"),
    "widens": Text("widens", "变宽"),
    "narrows": Text("narrows", "变窄"),
    "rises": Text("gets a higher main peak", "主峰升高"),
    "falls": Text("gets a lower main peak", "主峰降低"),
}


@reads("density_changes")
def distribution(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How the distribution of D moved: the statements that hold for all units, and what is not said of their peaks."""
    row, years = table.sel(group=NATIONAL), (table["first_year"].item(), table["last_year"].item())
    held = [(str(row["statement"][k].item()), k) for k in range(row.sizes["feature"]) if int(row["holds"][k]) == 1]
    en, zh = [], []
    for name, k in held:
        if name in MOVES:
            by = shown(float(row["change"][k]), "+.4f")
            low, high = (shown(float(row[v][k]), ".4f") for v in ("lo", "hi"))
            en.append(f"{MOVES[name].en} ({by}, 95% interval {low} to {high})")
            zh.append(f"{MOVES[name].zh}（{by}，95% 区间 {low} 至 {high}）")
    if en:
        yield Text(
            f"From {years[0]} to {years[1]} the distribution of D {' and '.join(en)}.",
            f"{years[0]}—{years[1]} 年 D 的分布{'，'.join(zh)}。",
        )
    elif not bool(row["refused"].sel(feature="mean")):
        yield Text(
            f"From {years[0]} to {years[1]} no change of place, height or width of the distribution of D is clear.",
            f"{years[0]}—{years[1]} 年 D 分布的位置、峰高与宽度均无明确变化。",
        )
    peaks = row.sel(feature="modes")
    if int(peaks["holds"]) == 1:
        yield Text("The distribution of D keeps one main peak in every year.", "各年份 D 的分布均只有一个主峰。")
    elif not bool(peaks["refused"]):
        yield Text(
            f"The distribution of D does not keep one main peak: {peaks['reason'].item()}.",
            f"D 的分布并非始终只有一个主峰：{peaks['reason_zh'].item()}。",
        )


@reads("density_bumps")
def bumps(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """The units that make a peak beside the main one in the last year."""
    if NATIONAL not in table["group"].values:
        return
    last = table.sel(group=NATIONAL).isel(time=-1)
    for k in np.flatnonzero(np.isfinite(last["bump_x"].values)):
        names = [called(name) for name in str(last["units"].values[k]).split("; ")]
        at, year = float(last["bump_x"].values[k]), last["time"].item()
        kind = (
            Text("another main peak", "另一主峰") if bool(last["counted"].values[k]) else Text("a minor peak", "次峰")
        )
        yield Text(
            f"In {year} {kind.en} at D = {at:.3f} is made by {', '.join(n.en for n in names)}.",
            f"{year} 年在 D = {at:.3f} 处的{kind.zh}由{'、'.join(n.zh for n in names)}形成。",
        )


PARTS = {
    "within": Text("differences within regions", "区域内差异"),
    "between": Text("differences between regions", "区域间净差异"),
    "overlap": Text("the overlap of regions", "超变密度"),
}


@reads("inequality")
def unequal(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How the Gini of D moved, and which of its parts is largest in the last year."""
    rows = {
        (str(m), str(p)): k for k, (m, p) in enumerate(zip(table["measure"].values, table["part"].values, strict=True))
    }
    gini, years = table["value"].values[:, rows["gini", "total"]], table["time"].values
    if not np.isfinite(gini[[0, -1]]).all():
        return
    way = moves(gini[-1] - gini[0])
    en = f"The Gini coefficient of D {way.en} from {gini[0]:.4f} in {years[0]} to {gini[-1]:.4f} in {years[-1]}"
    zh = f"D 的基尼系数由 {years[0]} 年的 {gini[0]:.4f} {way.zh}至 {years[-1]} 年的 {gini[-1]:.4f}"
    if gini[0] == gini[-1]:
        en, zh = (
            f"The Gini coefficient of D is {gini[0]:.4f} in both the first year and the last",
            f"首末年份 D 的基尼系数均为 {gini[0]:.4f}",
        )
    shares = {p: float(table["percent"].values[-1, rows["dagum", p]]) for p in PARTS if ("dagum", p) in rows}
    largest = max(shares, key=lambda p: shares[p]) if shares and np.isfinite([*shares.values()]).all() else ""
    if largest:
        en += f"; its largest part in {years[-1]} is {PARTS[largest].en} ({shares[largest]:.1f}%)"
        zh += f"；{years[-1]} 年{PARTS[largest].zh}占比最大（{shares[largest]:.1f}%）"
    yield Text(f"{en}.", f"{zh}。")


VERDICTS = {
    1: Text("converges", "收敛"),
    2: Text("diverges", "发散"),
    3: Text("shows no clear convergence", "未见显著收敛"),
}
SPREADS = {
    "sigma": Text("the standard deviation of ln D", " ln D 的标准差"),
    "sigma of cv": Text("the coefficient of variation", "变异系数"),
}
"""What sigma convergence is read from."""


@reads("convergence")
def evening(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Whether the spread of D over all units falls (sigma), by each of its measures, which need not agree."""
    row, every = table.sel(group=NATIONAL), int(table["n"].attrs.get("years", 0))
    told = [(name, row.sel(kind=kind)) for kind, name in SPREADS.items() if kind in row["kind"].values]
    said = [(name, one, VERDICTS[v]) for name, one in told if (v := int(one["converges"])) in VERDICTS]
    if not said:
        return
    en, zh = [], []
    for name, one, _ in said:
        n, p = int(one["n"]), _trend_chance(one)
        few = Text(f", over {n} of {every} years", f"，{every} 个年份中仅 {n} 个可取对数")
        gone = few if n < every else Text("", "")
        b = shown(float(one["coefficient"]), "+.4f")
        en.append(f"{name.en} ({b} a year, {p.en}{gone.en})")
        zh.append(f"{name.zh}（年均 {b}，{p.zh}{gone.zh}）")
    first, last = said[0][2], said[-1][2]
    if first == last:
        yield Text(
            f"D {first.en} in the sense of sigma by {' and '.join(en)}.",
            f"在 sigma 意义上 D {first.zh}：以{'和'.join(zh)}衡量{'均' * (len(zh) > 1)}如此。",
        )
        return
    yield Text(
        f"D {first.en} in the sense of sigma by {en[0]} but {last.en} by {en[1]}.",
        f"sigma 收敛的两种度量结论不一：以{zh[0]}衡量，D {first.zh}；以{zh[1]}衡量，D {last.zh}。",
    )


@reads("convergence")
def catching_up(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Whether units that start low gain on those that start high (beta)."""
    one = table.sel(group=NATIONAL, kind="beta")
    if int(one["converges"]) in VERDICTS:
        said, b = VERDICTS[int(one["converges"])], shown(float(one["coefficient"]), "+.4f")
        p = chance(float(one["pvalue"]))
        yield Text(
            f"D {said.en} in the sense of beta (coefficient {b}, {p}).",
            f"在 beta 意义上 D {said.zh}（系数 {b}，{p}）。",
        )


def _trend_chance(one: xr.Dataset) -> Text:
    """The p-value of a trend in few years, and that the one of the textbook is too small where it would say more."""
    p, plain, n = float(one["pvalue_simulated"]), float(one["pvalue"]), int(one["n"])
    over = plain < 0.05 <= p
    return Text(
        f"simulated {chance(p)}"
        + (f"; the {chance(plain)} of Newey and West is too small in {n} years" if over else ""),
        f"模拟 {chance(p)}" + (f"；Newey-West 的 {chance(plain)} 在 {n} 个年份下偏小" if over else ""),
    )


@reads("transition_summary")
def mobile(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How often units change their stage from one year to the next."""
    at = np.flatnonzero(table["analysis"].values == "stages")
    if at.size:
        every, up, down = (int(table[k].values[at[0]]) for k in ("transitions", "up", "down"))
        yield Text(
            f"Of {every} steps of units from one year to the next, {up} lead to a higher stage and {down} to a lower one.",
            f"逐年转移共 {every} 次，其中 {up} 次升至更高等级，{down} 次降至更低等级。",
        )


@reads("moran")
def clustered(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """In how many years neighbours are alike in D."""
    p, moran, years = (table[k].values for k in ("pvalue_permutation", "moran", "time"))
    known = np.flatnonzero(np.isfinite(p) & np.isfinite(moran))
    if known.size:
        alike = int(((p < 0.05) & (moran > table["expected"].values))[known].sum())
        count = _years(alike, known.size)
        first, last = ((years[k], shown(moran[k], ".3f")) for k in known[[0, -1]])
        yield Text(
            f"Neighbours are alike in D in {count.en} (Moran's I = {first[1]} in {first[0]}, {last[1]} in {last[0]}; "
            "judged by permutation, p < 0.05).",
            f"{count.zh}呈显著的正空间自相关（Moran's I：{first[0]} 年为 {first[1]}，{last[0]} 年为 {last[1]}；"
            "置换检验，显著性水平 0.05）。",
        )


def _years(n: int, m: int) -> Text:
    """In how many of the years that could be tested something is so of D; the Chinese runs on to what it is."""
    if m == 1:
        return Text(
            "the one year tested" if n else "no year (one was tested)", f"所检验的年份中，D {'' if n else '未'}"
        )
    if n in (0, m):
        return Text(f"{'all' if n else 'none of the'} {m} years", f"{m} 个年份中，D {'均' if n else '均未'}")
    return Text(f"{n} of {m} years", f"{m} 个年份中有 {n} 个年份 D ")


@reads("centre")
def centred(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How far the centre of D moved."""
    away, years = float(table["from_first_km"].values[-1]), table["time"].values
    if np.isfinite(away) and len(years) > 1:
        yield Text(
            f"The centre of the units weighted by D lies {away:.1f} km from that of {years[0]} in {years[-1]}.",
            f"{years[-1]} 年 D 的加权重心距 {years[0]} 年的重心 {away:.1f} 公里。",
        )


@reads("drivers")
def driving(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """The indicator that goes with D most closely in the last period."""
    q = table["q"].isel(period=-1)
    if bool(np.isfinite(q.values).any()):
        best = int(np.nanargmax(q.values))
        names = [
            str(table[k].values[best]) if k in table.coords else str(q["indicator"].values[best])
            for k in ("name", "name_zh")
        ]
        yield Text(
            f"D goes most closely with {names[0]} (geodetector q = {float(q.values[best]):.3f}).",
            f"与 D 关系最密切的指标是{names[1] or names[0]}（地理探测器 q = {float(q.values[best]):.3f}）。",
        )
