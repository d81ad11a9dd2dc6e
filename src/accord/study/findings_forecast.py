"""Findings on forecasts: which model misses least and by how much, where D goes, and what that would take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from accord.labels import NATIONAL
from accord.method import Text
from accord.phrases import MODELS
from accord.study.finding import Called, chance, moves, reads, shown

NETWORKS = ("lstm", "paper_epoch", "paper_step")
ROUTES = {"direct": Text("", ""), "indices": Text(" through the indices", "（经由子系统指数）")}


def _model(name: str, route: str = "direct") -> Text:
    """What a model is called in a sentence, and by which route it comes to D; blanks part Latin letters from Chinese."""
    said = MODELS.get(name, Text(name, name))
    zh = f"{said.zh}{ROUTES[route].zh}"
    left, right = (" " if edge.isascii() else "" for edge in (zh[:1], zh[-1:]))
    return Text(f"{said.en}{ROUTES[route].en}", f"{left}{zh}{right}")


@reads("forecast_ranking")
def winning(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """Which model misses least at the rolling origins, and how the leading one and the LSTM stand to the naive one."""
    mase = table["mase"].values
    if not np.isfinite(mase).any():
        return
    names, routes = table["model"].values.tolist(), table["route"].values.tolist()
    best = divmod(int(np.nanargmin(mase)), mase.shape[1])
    direct = routes.index("direct")
    at = {name: float(mase[names.index(name), direct]) for name in ("naive", "drift")}
    first, top = _model(names[0], routes[0]), _model(names[best[0]], routes[best[1]])
    yield _winner(mase, best, top, at)
    other = [r for r in range(len(routes)) if r and np.isfinite(mase[0, r])]
    if best != (0, 0):
        through = "".join(f", {_model(names[0], routes[r]).en} {mase[0, r]:.3f}" for r in other)
        through_zh = "".join(f"，{_model(names[0], routes[r]).zh}为 {mase[0, r]:.3f}" for r in other)
        yield Text(
            f"The forecasts shown are those of {first.en}, with MASE {mase[0, 0]:.3f}{through}.",
            f"此处采用{first.zh}，MASE 为 {mase[0, 0]:.3f}{through_zh}。",
        )
    nets = [
        (k, r)
        for k, name in enumerate(names)
        if name in NETWORKS
        for r in range(len(routes))
        if np.isfinite(mase[k, r])
    ]
    if nets and names[best[0]] not in NETWORKS:
        k, r = min(nets, key=lambda cell: mase[cell])
        net, more = _model(names[k], routes[r]), 100 * (mase[k, r] / mase[best] - 1)
        yield Text(
            f"The best LSTM alone, {net.en}, misses {more:.0f}% more than the leading model.",
            f"单独的 LSTM 中以{net.zh}最好，其误差比所采用的模型高 {more:.0f}%。",
        )
    p, by = float(table["dm_naive_p"].values[0, 0]), float(table["dm_naive"].values[0, 0])
    if np.isfinite(p):
        way = Text("less", "小于") if by < 0 else Text("more", "大于")
        clear = Text("clearly", "显著") if p < 0.05 else Text("not clearly", "不显著")
        yield Text(
            f"One year ahead {first.en} misses {way.en} than naive, {clear.en} (Diebold-Mariano by origin year, {chance(p)}).",
            f"一步预测中{first.zh}的误差{way.zh}朴素预测，{clear.zh}（按起点年份的 Diebold-Mariano 检验，{chance(p)}）。",
        )


def _winner(mase: np.ndarray, best: tuple[int, int], top: Text, at: dict[str, float]) -> Text:
    """The model with the least error, and by how much; within 2 % of naive it is level with it."""
    least = mase[best]
    if least >= at["naive"]:
        more = 100 * (at["drift"] / least - 1)
        return Text(
            f"At the rolling origins no model misses less than naive (MASE {least:.3f}; pooled drift {more:.0f}% more).",
            f"滚动起点检验中没有模型的误差小于朴素预测（MASE {least:.3f}；合并漂移高出 {more:.0f}%）。",
        )
    less, drift = (100 * (1 - least / at[name]) for name in ("naive", "drift"))
    level = less < 2
    return Text(
        f"At the rolling origins the model that misses least is {top.en} (MASE {least:.3f}), "
        f"{'level with naive' if level else f'{less:.0f}% below naive'} ({at['naive']:.3f}), {drift:.0f}% below pooled drift "
        f"({at['drift']:.3f}).",
        f"滚动起点检验中{top.zh}误差最小（MASE {least:.3f}），"
        f"{'与朴素预测相当' if level else f'比朴素预测低 {less:.0f}%'}（{at['naive']:.3f}），比合并漂移低 {drift:.0f}%（{at['drift']:.3f}）。",
    )


@reads("holdout_skill")
def held_out(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """R2 on the years held out, and that the naive forecast has it too."""
    names, routes = table["model"].values.tolist(), table["route"].values.tolist()
    own, within = (float(table[k].values[0, 0]) for k in ("r2_pooled", "r2_within"))
    naive = float(table["r2_pooled"].values[names.index("naive"), routes.index("direct")])
    if names[0] == "naive" or not np.isfinite([own, naive]).all():
        return
    first = _model(names[0], routes[0])
    inside = (
        Text(f"; within units it is {within:.3f}", f"；组内 R² 为 {within:.3f}")
        if np.isfinite(within)
        else Text("", "")
    )
    gains = [shown(float(table[k].values[0, 0]), "+.2f") for k in ("skill_naive", "skill_drift")]
    yield Text(
        f"On the years held out the pooled R² of {first.en} is {own:.3f}, of naive {naive:.3f}; it counts the differences "
        f"between units{inside.en}. Skill there is {gains[0]} against naive and {gains[1]} against pooled drift.",
        f"留出年份上{first.zh}的合并 R² 为 {own:.3f}，朴素预测为 {naive:.3f}，该指标计入了单元间差异{inside.zh}。"
        f"相对朴素预测的预测技巧得分为 {gains[0]}，相对合并漂移为 {gains[1]}。",
    )


@reads("forecast_regions", "forecast_ranking")
def heading(table: xr.Dataset, called: Called, ranking: xr.Dataset | None = None) -> Iterator[Text]:
    """Where the mean of all units goes, how far the model that says so can be trusted, and which region ends first and last."""
    row = table.sel(group=NATIONAL)
    now, end, low, high = (float(row[k].values[-1]) for k in ("now", "mean", "lo80", "hi80"))
    year = int(table["time"].values[-1])
    if np.isfinite([now, end, low, high]).all():
        way = moves(round(end - now, 6))
        inside = low <= now <= high
        loose = int(row["basis80"].values[-1]) == 2
        worse = _worse(ranking)
        en = f"stays at {end:.4f}" if way.en == "stays" else f"{way.en} from {now:.4f} to {end:.4f}"
        zh = f"保持在 {end:.4f}" if way.en == "stays" else f"由 {now:.4f} {way.zh}至 {end:.4f}"
        yield Text(
            f"By {year} mean D of all units {en} (80% band{', model-based,' * loose} {low:.4f} to {high:.4f}"
            f"{', which holds the present value' * inside}){worse.en}.",
            f"到 {year} 年全部单元平均 D {zh}（80% 区间{'（基于模型）' * loose} {low:.4f} 至 {high:.4f}"
            f"{'，包含当前值' * inside}）{worse.zh}。",
        )
    regions = table["mean"].isel(time=-1).sel(group=[g for g in table["group"].values if g != NATIONAL]).dropna("group")
    if regions.size > 1:
        order = regions.sortby(regions, ascending=False)["group"].values.tolist()
        first, last = called.group(order[0]), called.group(order[-1])
        yield Text(
            f"In {year} the forecast of mean D is highest in {first.en} and lowest in {last.en}.",
            f"{year} 年平均 D 的预测值以{first.zh}最高，{last.zh}最低。",
        )


def _worse(ranking: xr.Dataset | None) -> Text:
    """That the model shown missed more than naive at the rolling origins; nothing where it did not."""
    if ranking is None or {"naive"} - set(ranking["model"].values.tolist()):
        return Text("", "")
    names, direct = ranking["model"].values.tolist(), ranking["route"].values.tolist().index("direct")
    own, naive = (float(ranking["mase"].values[at]) for at in ((0, 0), (names.index("naive"), direct)))
    skill = float(ranking["skill_naive"].values[0, 0])
    if names[0] == "naive" or not (own > naive or skill < 0):
        return Text("", "")
    first, by = _model(names[0], ranking["route"].values.tolist()[0]), shown(skill, "+.2f")
    if not own > naive:
        return Text(
            f"; at the rolling origins the absolute errors of this model, {first.en}, add up to more than those of the "
            f"naive forecast (skill {by}; MASE {own:.3f} against {naive:.3f})",
            f"；但在滚动起点检验中，所用的{first.zh}绝对误差合计大于朴素预测（技巧得分 {by}；MASE {own:.3f} 对 {naive:.3f}）",
        )
    return Text(
        f"; at the rolling origins this model, {first.en}, missed more than the naive forecast (MASE {own:.3f} against "
        f"{naive:.3f}, skill {by})",
        f"；但在滚动起点检验中，所用的{first.zh}误差大于朴素预测（MASE {own:.3f} 对 {naive:.3f}，技巧得分 {by}）",
    )


@reads("tiers")
def climbing(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How many units are in another stage at the end of the forecast."""
    first, last = table["stage_first"].values, table["stage_last"].values
    known = (first > 0) & (last > 0)
    if known.any():
        up, down = int((known & (last > first)).sum()), int((known & (last < first)).sum())
        years = [int(table[k].values[0]) for k in ("year_first", "year_last")]
        yield Text(
            f"Of {int(known.sum())} units, {up} are forecast in a higher stage in {years[1]} than in {years[0]}, {down} in a "
            "lower one.",
            f"{int(known.sum())} 个单元中，预计 {years[1]} 年有 {up} 个处于比 {years[0]} 年更高的等级，{down} 个更低。",
        )


@reads("forecast_pace")
def hurrying(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """How many units would have to rise faster than any unit ever did."""
    pace, ratio = table["pace"].values, table["ratio"].values
    if not (pace > 0).any():
        return
    beyond = int((pace == 3).sum())
    if beyond and np.isfinite(ratio).any():
        at = int(np.nanargmax(ratio))
        unit = called(table["unit"].values[at])
        yield Text(
            f"For {beyond} of {int((pace > 0).sum())} units the forecast implies a faster yearly rise than any unit has shown "
            f"({unit.en} {ratio[at]:.1f} times the fastest).",
            f"{int((pace > 0).sum())} 个单元中有 {beyond} 个的预测年升幅快于任何单元的历史升幅（{unit.zh}为最快历史升幅的 {ratio[at]:.1f} 倍）。",
        )
    else:
        own = int((pace == 1).sum())
        yield Text(
            f"No unit is forecast to rise faster than the fastest unit has; {own} of {int((pace > 0).sum())} stay within their "
            "own fastest.",
            f"没有单元的预测升幅快于历史最快者；{int((pace > 0).sum())} 个单元中有 {own} 个不快于自身历史最快。",
        )
