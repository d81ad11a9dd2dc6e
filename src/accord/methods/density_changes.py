"""Step `density`: what changed from the first year to the last, as statements that hold, do not, or are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from accord.core.features import FEATURES, Setting, features, interval, resampled
from accord.core.samples import Group, samples
from accord.labels import build, groups
from accord.method import Text, method

LEAST, SHAPE = 5, 10
"""Units that an interval needs, and those that a statement on the shape of a density needs."""
STATEMENTS = {
    "mean": ("moves_right", "moves_left"),
    "peak_x": ("peak_moves_right", "peak_moves_left"),
    "peak_height": ("rises", "falls"),
    "width": ("widens", "narrows"),
    "modes": ("stays_unimodal", "stays_unimodal"),
}
"""What a rise and a fall of a feature mean; the others carry no statement."""
HOLDS = {"label_en": ["yes", "no", "not judged"], "label_zh": ["是", "否", "未判定"]}
"""Whether a statement holds, by class; 0 where a feature carries none."""
OF_PLACE = ("mean", "peak_x")
NOTHING = Text("", "")
ONE_YEAR = Text("the study has one year", "研究仅有一个年份")
ABSENT = Text(
    "there is no density in the first year or the last: fewer than two units, or all alike",
    "首年或末年没有核密度：单元不足两个，或各单元取值相同",
)
ZERO = Text("the 95 % interval of the change includes zero", "变化的 95% 区间包含零")


def _says(draws: int) -> Text:
    return Text(
        f"Change of each feature from the first year to the last, with 95 % intervals from {draws} draws of units, the "
        "same units in both years; a statement holds where its interval keeps to one side of zero. That the distribution "
        "stays unimodal is judged by the years themselves: it holds where each has one main peak; its interval and "
        "the share of draws that agree (with one main peak in the first year and the last) do not decide it. Skewness and tails "
        f"carry no statement. Statements on place need {LEAST} units, on shape {SHAPE}.",
        f"各特征首末年的变化及其 95% 区间（对单元重抽样 {draws} 次，两年取相同单元）；区间不含零时论断成立。"
        "“保持单峰”按各年份本身判定：每年均只有一个主峰时成立，其区间与一致比例（首末年均为单峰的抽样所占比例）仅供参考；偏度与尾部不作论断。"
        f"关于位置的论断至少需要 {LEAST} 个单元，关于形状的至少需要 {SHAPE} 个。",
    )


@method(
    step="density",
    makes=(
        "first",
        "last",
        "change",
        "lo",
        "hi",
        "statement",
        "agreement",
        "holds",
        "refused",
        "reason",
        "reason_zh",
        "n",
    ),
    table="density_changes",
    helper=True,
    version=2,
    cite=("efron1993",),
    says=_says,
)
def density_changes(
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    seed: xr.DataArray,
    *,
    kernel: Literal["gaussian", "epanechnikov", "epanechnikov_support"] = "gaussian",
    bandwidth: Literal["silverman", "scott", "nrd0", "nrd", "stata", "matlab", "sheather_jones"]
    | Annotated[float, Field(gt=0)] = "silverman",
    common: bool = False,
    reflect: bool = False,
    prominence: Annotated[float, Field(gt=0, lt=1)] = 0.1,
    draws: Annotated[int, Field(ge=99, le=99_999)] = 999,
) -> xr.Dataset:
    """Change of each feature from the first year to the last with its interval, and the statement it carries.

    Statements are `moves_right` or `moves_left` (the mean), `peak_moves_right` or `peak_moves_left`, `rises` or
    `falls` (the height of the main peak), `widens` or `narrows`, and `stays_unimodal` (one main peak in every year);
    other features carry none. `agreement` is the share of draws that agree (for `stays_unimodal`: with one main peak in
    the first and the last year). `holds` is 1 where the statement holds, 2 where it does not, 3 where it is
    refused, 0 where there is none; one that does not hold or is refused says why. Below 10 units, truly bimodal
    samples look unimodal in 80 to 90 % of cases under a rule of thumb; at 5 units nominal 95 % intervals of the mean
    cover about 80 %, at 10 about 90 %. With a bandwidth that follows the spread of each year, the height of the peak
    largely restates that spread: `common` parts the two.

    Units are drawn from the seed in the order of their names. Source: Efron and Tibshirani (1993), An Introduction to
    the Bootstrap.
    """
    how = Setting(kernel, bandwidth, common, reflect, prominence)
    d, times = coordination.transpose("time", "unit"), coordination["time"].values
    x, units = np.asarray(d.values, dtype="f8"), d["unit"].values.astype(str)
    every = samples(x, units, groups(region, regions), how)
    rows = [_changes(g, how, draws, int(seed), times) for g in every]
    coords = {"group": [g.name for g in every], "feature": list(FEATURES)}
    made = {
        key: build(np.array([[cell[key] for cell in row] for row in rows]), ["group", "feature"], **coords)
        for key in rows[0][0]
    }
    made["holds"].attrs = dict(HOLDS)
    return xr.Dataset(made).assign_coords(first_year=times[0], last_year=times[-1])


def _changes(g: Group, how: Setting, draws: int, seed: int, times: NDArray[Any]) -> list[dict[str, Any]]:
    """One row for each feature of a group."""
    found = features(np.sort(g.x), g.h, how) if g.n else np.full((len(FEATURES), len(times), 1), np.nan)[..., 0]
    ends = [0, -1]
    drawn = None
    if len(times) > 1 and g.n >= LEAST and g.has[ends].all():
        drawn = resampled(g.x[ends], g.h[ends], draws, g.generator(seed, 1), replace(how, points=128))
    out = []
    for k, name in enumerate(FEATURES):
        moved = np.full(1, np.nan) if drawn is None else drawn[k, 1] - drawn[k, 0]
        low, high = (float(v) for v in interval(moved))
        first, last = (float(v) for v in found[k, ends])
        change = last - first if len(times) > 1 else np.nan
        rise, fall = STATEMENTS.get(name, ("", ""))
        refused = _refused(g, name, len(times)) if rise else NOTHING
        if name == "modes":
            agree = np.nan if drawn is None else float((drawn[k] == 1).all(axis=0).mean())
            against = _peaks(found[k], times)
        else:
            known = moved[np.isfinite(moved)]
            agree = float((known > 0 if change >= 0 else known < 0).mean()) if known.size else np.nan
            against = NOTHING if low > 0 or high < 0 else ZERO
        why = refused if refused.en else against if rise else NOTHING
        out.append({
            "first": first, "last": last, "change": change, "lo": low, "hi": high,
            "statement": rise if not change < 0 else fall, "agreement": agree if rise else np.nan,
            "holds": (3 if refused.en else 2 if why.en else 1) if rise else 0, "refused": bool(refused.en),
            "reason": why.en, "reason_zh": why.zh, "n": g.n,
        })  # fmt: skip
    return out


def _refused(g: Group, feature: str, years: int) -> Text:
    """Why a group cannot carry the statement of a feature; nothing where it can."""
    if years < 2:
        return ONE_YEAR
    if not (g.n and g.has[[0, -1]].all()):
        return ABSENT
    if g.n < LEAST and feature in OF_PLACE:
        return Text(f"{g.n} units: an interval needs at least {LEAST}", f"仅 {g.n} 个单元：区间至少需要 {LEAST} 个")
    if g.n < SHAPE and feature not in OF_PLACE:
        return Text(
            f"{g.n} units: the shape of a density needs at least {SHAPE}, as below that truly bimodal samples mostly "
            "look unimodal",
            f"仅 {g.n} 个单元：关于形状的论断至少需要 {SHAPE} 个，单元过少时真正的双峰样本大多呈现单峰",
        )
    return NOTHING


def _peaks(count: NDArray[np.float64], times: NDArray[Any]) -> Text:
    """Years with more than one main peak, or without a density."""
    more = [str(t) for t, n in zip(times, count, strict=True) if n > 1]
    none = [str(t) for t, n in zip(times, count, strict=True) if np.isnan(n)]
    if more:
        return Text(f"more than one main peak in {', '.join(more)}", f"{'、'.join(more)} 年有一个以上主峰")
    if none:
        return Text(f"no density in {', '.join(none)}", f"{'、'.join(none)} 年没有核密度")
    return NOTHING
