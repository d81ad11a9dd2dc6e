"""Step `inequality`: how unequal D is over the units, within regions and between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.core import inequality as core
from accord.core import theil as entropy
from accord.labels import NATIONAL, build, groups, lead
from accord.method import Text, method

NOTES = (
    Text("all values are equal", "各值相等"),
    Text("the mean is 0", "均值为 0"),
    Text("a value is 0 and has no logarithm", "有零值，无法取对数"),
    Text("one unit: nothing to compare", "仅一个单元，无从比较"),
    Text("no values", "无数值"),
)
EQUAL, NIL, ZERO, ONE, EMPTY = range(1, 6)
"""Numbers of the notes above."""


def _says(regions: xr.DataArray | None) -> Text:
    alone = Text(
        "Gini coefficient, Theil's T and L, coefficient of variation and standard deviation of ln D (n - 1) over the "
        "units, year by year",
        "逐年计算各单元 D 的基尼系数、泰尔 T 与 L 指数、变异系数及 ln D 的标准差（分母 n - 1）",
    )
    if regions is not None and regions.size < 2:
        return Text(
            f"{alone.en}; without regions there are no parts to tell apart.", f"{alone.zh}；未分地区，故不分解。"
        )
    return Text(
        f"{alone.en}. The Gini is split by region into differences within regions, net differences between them and "
        "their overlap (Dagum 1997), both Theil indices into within and between.",
        f"{alone.zh}。按地区将基尼系数分解为区域内、区域间净差异与超变密度（Dagum 1997），两种泰尔指数分解为区域内与区域间。",
    )


TOTAL = r"G=\frac{1}{2n^2\bar D}\sum_{i=1}^{n}\sum_{k=1}^{n}|D_i-D_k|"
DAGUM = (
    r"G=G_w+G_{nb}+G_t,\quad G_w=\sum_jG_{jj}p_js_j,\quad G_{nb}=\sum_{j>h}G_{jh}(p_js_h+p_hs_j)\delta_{jh},"
    r"\quad G_t=\sum_{j>h}G_{jh}(p_js_h+p_hs_j)(1-\delta_{jh})"
)
THEIL = r"H_T=\frac{1}{n}\sum_{i=1}^{n}\frac{D_i}{\bar D}\ln\frac{D_i}{\bar D}"
THEIL_L = r"H_L=\frac{1}{n}\sum_{i=1}^{n}\ln\frac{\bar D}{D_i}"
WITHIN_T = r"=\sum_js_jH_{T,j}+\sum_js_j\ln\frac{\bar D_j}{\bar D}"
WITHIN_L = r"=\sum_jp_jH_{L,j}+\sum_jp_j\ln\frac{\bar D}{\bar D_j}"


def _formula(regions: xr.DataArray | None) -> str:
    """The coefficients, and their parts where there are regions; p and s are shares of the units and of the sum of D."""
    if regions is not None and len(regions) <= 1:
        return "\n".join([TOTAL, THEIL + r",\quad " + THEIL_L])
    return "\n".join([TOTAL, DAGUM, THEIL + WITHIN_T, THEIL_L + WITHIN_L])


@method(
    step="inequality",
    makes=("value", "percent", "note"),
    cite=("dagum1997", "shorrocks1980"),
    says=_says,
    formula=_formula,
)
def inequality(coordination: xr.DataArray, region: xr.DataArray, regions: xr.DataArray) -> xr.Dataset:
    """Gini, Theil, coefficient of variation and log spread of D by year, and their parts within and between regions.

    `percent` is the part's share of its total, blank where that is not defined. `note` says why a value is 0 or missing.
    """
    x = lead(coordination.transpose("time", "unit"), "time")
    g, t, low = _decomposed(x, region, regions)
    split = len(regions) > 1
    named: dict[str, dict[str, NDArray[np.float64]]] = {
        "gini": {"total": g.total},
        "dagum": {key: getattr(g, key) for key in ("within", "between", "overlap", "total")} if split else {},
        "theil": {key: getattr(t, key) for key in ("within", "between", "total") if split or key == "total"},
        "theil_l": {key: getattr(low, key) for key in ("within", "between", "total") if split or key == "total"},
        "cv": {"total": core.variation(x)},
        "sigma": {"total": core.log_deviation(x)},
    }
    rows = [(measure, part, value, parts["total"]) for measure, parts in named.items() for part, value in parts.items()]
    value = np.stack([np.where(np.isfinite(v), v, np.nan) for _, _, v, _ in rows], axis=1)
    total = np.stack([whole for _, _, _, whole in rows], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where((total > 0) & np.isfinite(total), 100 * value / total, np.nan)
    note = np.where(np.isnan(value), _note(x, logs=True)[:, None], _note(x, logs=False)[:, None])
    coords = {"measure": ("row", [r[0] for r in rows]), "part": ("row", [r[1] for r in rows])}
    return _table({"value": value, "percent": percent, "note": note}, ["time", "row"], coords, coordination)


def _says_groups(regions: xr.DataArray | None) -> Text:
    if regions is not None and regions.size < 2:
        return Text(
            "For all units: Gini, Theil's T, coefficient of variation, and standard deviation of ln D.",
            "全部单元的基尼系数、泰尔 T 指数、变异系数与 ln D 的标准差。",
        )
    return Text(
        "For all units and for each region: Gini within it, its share of the sum of D and of the units, what it adds to "
        "the part within regions (the product of the three), Theil's T, coefficient of variation, and standard "
        "deviation of ln D.",
        "全部单元及各地区：区域内基尼系数、占 D 总和及单元数的份额、对区域内差异的贡献（三者之积）、泰尔 T 指数、变异系数与 ln D 的标准差。",
    )


@method(
    step="inequality",
    makes=("gini", "sum_share", "unit_share", "contribution", "theil", "cv", "sigma", "note"),
    table="inequality_groups",
    helper=True,
    says=_says_groups,
)
def inequality_groups(coordination: xr.DataArray, region: xr.DataArray, regions: xr.DataArray) -> xr.Dataset:
    """Gini, shares, Theil, coefficient of variation and log spread of D within each region, year by year.

    A region of one unit has Gini 0 and says so in `note`.
    """
    x = lead(coordination.transpose("time", "unit"), "time")
    members = groups(region, regions)
    g, t, _ = _decomposed(x, region, regions)
    every = np.ones((len(x), 1))
    split = len(regions) > 0
    made = {
        "gini": np.concatenate([g.total[:, None], g.group], axis=1),
        "sum_share": np.concatenate([every, g.share], axis=1),
        "unit_share": np.concatenate([every, g.population], axis=1),
        "contribution": np.concatenate([g.within[:, None], g.group * g.population * g.share], axis=1),
        "theil": np.concatenate([t.total[:, None], t.group], axis=1),
    }
    made = {key: value if split else value[:, :1] for key, value in made.items()}
    made["contribution"] = made["contribution"] if split else np.full((len(x), 1), np.nan)
    made["cv"] = np.stack([core.variation(x[:, mine]) for mine in members.values()], axis=1)
    made["sigma"] = np.stack([core.log_deviation(x[:, mine]) for mine in members.values()], axis=1)
    made["note"] = np.stack([_note(x[:, mine], logs=False) for mine in members.values()], axis=1)
    return _table(made, ["time", "group"], {"group": list(members)}, coordination)


@method(
    step="inequality",
    makes=("gini", "distance", "between", "overlap"),
    table="inequality_pairs",
    helper=True,
    formula=r"G_{jh}=\frac{\Delta_{jh}}{\bar D_j+\bar D_h},\quad \Delta_{jh}=\frac{1}{n_jn_h}\sum_{i\in j}\sum_{k\in h}|D_i-D_k|,"
    r"\quad \delta_{jh}=\frac{|\bar D_j-\bar D_h|}{\Delta_{jh}}",
    cite=("dagum1997",),
    says=Text(
        "For each pair of regions: Gini between them, their relative distance (1 where they do not overlap), and what "
        "the pair adds to the net difference between regions and to the overlap.",
        "两两地区之间的基尼系数、相对距离（不重叠时为 1），以及对区域间净差异与超变密度的贡献。",
    ),
)
def inequality_pairs(coordination: xr.DataArray, region: xr.DataArray, regions: xr.DataArray) -> xr.Dataset:
    """Gini between two regions, their relative distance and what they add to Dagum's parts, year by year.

    Pairs stand in the order of their names. Without two regions the table is empty.
    """
    x = lead(coordination.transpose("time", "unit"), "time")
    g, *_ = _decomposed(x, region, regions)
    names = [str(name) for name in regions.values]
    order = sorted(range(len(names)), key=lambda k: names[k])
    pairs = [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]
    one, two = (np.array([p[side] for p in pairs], dtype=int) for side in (0, 1))
    found = {"gini": g.pair, "distance": g.distance, "between": g.pair_between, "overlap": g.pair_overlap}
    coords = {"first": ("pair", [names[a] for a in one]), "second": ("pair", [names[b] for b in two])}
    return _table({k: v[:, one, two] for k, v in found.items()}, ["time", "pair"], coords, coordination)


def _decomposed(
    x: NDArray[np.float64], region: xr.DataArray, regions: xr.DataArray
) -> tuple[core.Dagum, entropy.Theil, entropy.Theil]:
    """Parts of the Gini and of both Theil indices, by region, or of one group where there are none."""
    members = groups(region, regions)
    number = np.full(x.shape[1], -1 if len(regions) else 0)
    for k, (name, mine) in enumerate(members.items()):
        if name != NATIONAL or k:
            number[mine] = k - 1
    size = max(len(regions), 1)
    return core.dagum(x, number, size), entropy.theil(x, number, size), entropy.mean_log_deviation(x, number, size)


def _note(x: NDArray[np.float64], *, logs: bool) -> NDArray[np.int64]:
    """What there is to say of each year's values."""
    known = np.isfinite(x)
    n, low = known.sum(axis=1), np.where(known, x, np.inf).min(axis=1)
    high = np.where(known, x, -np.inf).max(axis=1)
    found = [n == 0, high == 0, n == 1, low == high, (low == 0) & logs]
    return np.select(found, [EMPTY, NIL, ONE, EQUAL, ZERO], 0).astype("i8")


def _table(made: dict[str, Any], dims: list[str], coords: dict[str, Any], like: xr.DataArray) -> xr.Dataset:
    out = xr.Dataset({key: build(value, dims, like) for key, value in made.items()}).assign_coords(coords)
    if "note" in out:
        out["note"].attrs = _labels(NOTES)
    return out


def _labels(texts: Any) -> dict[str, list[str]]:
    return {"label_en": [t.en for t in texts], "label_zh": [t.zh for t in texts]}
