"""Step `density`: the distribution of D by year, for all units and each region, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from accord.core import modes
from accord.core.density import density as curves
from accord.core.density import grid
from accord.core.features import FEATURES, Setting, features, interval, resampled
from accord.core.modality import mode_test
from accord.core.samples import Group, samples
from accord.labels import build, groups
from accord.method import Text, Unused, method
from accord.phrases import number

Kernel = Literal["gaussian", "epanechnikov", "epanechnikov_support"]
Rule = Literal["silverman", "scott", "nrd0", "nrd", "stata", "matlab", "sheather_jones"] | Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, lt=1)]
Points = Annotated[int, Field(ge=32, le=4096)]
Draws = Annotated[int, Field(ge=99, le=99_999)]
LEAST, SHAPE = 5, 10
"""Units that an interval needs, and those that the mode test needs."""
BOUNDS = tuple(f"{key}_{end}" for key in FEATURES[:4] for end in ("lo", "hi"))
KERNELS = {
    "gaussian": Text("Gaussian kernel", "高斯核"),
    "epanechnikov": Text("Epanechnikov kernel of unit variance", "单位方差的 Epanechnikov 核"),
    "epanechnikov_support": Text(
        "Epanechnikov kernel that reaches to one bandwidth", "支撑为一个带宽的 Epanechnikov 核"
    ),
}
RULES = {
    "silverman": "sd (3n/4)^(-1/5)",
    "scott": "sd n^(-1/5)",
    "nrd0": "0.9 min(sd, IQR/1.34) n^(-1/5)",
    "nrd": "1.06 min(sd, IQR/1.34) n^(-1/5)",
    "stata": "0.9 min(sd, IQR/1.349) n^(-1/5)",
    "matlab": "MAD/0.6745 (4/(3n))^(1/5)",
}


KERNEL_FORMULAS = {
    "gaussian": r"K(u)=\frac{1}{\sqrt{2\pi}}e^{-u^2/2}",
    "epanechnikov": r"K(u)=\frac{3}{4\sqrt{5}}\left(1-\frac{u^2}{5}\right)\;(|u|<\sqrt{5})",
    "epanechnikov_support": r"K(u)=\frac{3}{4}(1-u^2)\;(|u|<1)",
}
RULE_FORMULAS = {
    "silverman": r"h=s\left(\frac{3n}{4}\right)^{-1/5}",
    "scott": r"h=s\,n^{-1/5}",
    "nrd0": r"h=0.9\min\left(s,\frac{\operatorname{IQR}}{1.34}\right)n^{-1/5}",
    "nrd": r"h=1.06\min\left(s,\frac{\operatorname{IQR}}{1.34}\right)n^{-1/5}",
    "stata": r"h=0.9\min\left(s,\frac{\operatorname{IQR}}{1.349}\right)n^{-1/5}",
    "matlab": r"h=\frac{\operatorname{MAD}}{0.6745}\left(\frac{4}{3n}\right)^{1/5}",
}


def _formula(kernel: str, bandwidth: str | float, common: bool, reflect: bool) -> str:
    """The density, its kernel and its bandwidth."""
    lines = [
        r"\hat f_{gt}(x)=\frac{1}{n_gh}\sum_{i\in g}K\left(\frac{x-D_{it}}{h}\right),\quad " + KERNEL_FORMULAS[kernel]
    ]
    rule = RULE_FORMULAS.get(bandwidth, "") if isinstance(bandwidth, str) else f"h={bandwidth:g}"
    lines += [rule] if rule else []
    lines += [r"h_g=\frac{1}{T}\sum_{t=1}^{T}h_{gt}"] if common and isinstance(bandwidth, str) else []
    lines += [r"\hat f^{\,0,1}_{gt}(x)=\hat f_{gt}(x)+\hat f_{gt}(-x)+\hat f_{gt}(2-x)"] if reflect else []
    return "\n".join(lines)


def _every(coordination: xr.DataArray, region: xr.DataArray, regions: xr.DataArray, how: Setting) -> list[Group]:
    """All units, then each region."""
    d = coordination.transpose("time", "unit")
    return samples(np.asarray(d.values, dtype="f8"), d["unit"].values.astype(str), groups(region, regions), how)


def _rule(bandwidth: str | float, common: bool) -> Text:
    if not isinstance(bandwidth, str):
        return Text(f"the bandwidth {number(bandwidth)}", f"带宽取 {number(bandwidth)}")
    if bandwidth == "sheather_jones":
        said = Text("the bandwidth of Sheather and Jones", "Sheather-Jones 带宽")
    else:
        said = Text(f"the bandwidth h = {RULES[bandwidth]}", f"带宽 h = {RULES[bandwidth]}")
    if common:
        return Text(f"{said.en}, one for all years of a group: the mean of the yearly ones",
                    f"{said.zh}，各组取各年带宽的均值作为共同带宽")  # fmt: skip
    return said


COARSE = 0.5
"""Share of the grid's step below which a bandwidth is too fine for it."""


def _says(kernel: str, bandwidth: str | float, common: bool, reflect: bool) -> Text:
    rule, k = _rule(bandwidth, common), KERNELS[kernel]
    fold = Text(", folded back at 0 and 1", "，在 0 与 1 处反射") if reflect else Text("", "")
    return Text(
        f"Kernel density of D over the units of each group, year by year, with the {k.en} and {rule.en}{fold.en}; all "
        "groups and years share one grid, and a year whose bandwidth is below half its step is left empty.",
        f"逐年估计各组单元 D 的核密度，采用{k.zh}，{rule.zh}{fold.zh}；各组各年共用同一网格，带宽不足网格间距一半的年份留空。",
    )


def _says_features(kernel: str, bandwidth: str | float, common: bool, prominence: float) -> Text:
    share = number(100 * prominence)
    restated = isinstance(bandwidth, str) and not common
    spread = Text(
        " The bandwidth follows the spread of each year, so the peak height largely restates that spread; a common "
        "bandwidth parts the two." * restated,
        "带宽随各年离散程度变化，峰高在很大程度上只是离散程度的重述；采用共同带宽可将二者分开。" * restated,
    )
    return Text(
        "Main peak, its width at half height, modes (peaks that stand out by at least "
        f"{share} % of the main one), skewness, and the mass beyond the first year's 10 % and 90 % points; critical "
        f"bandwidth and p-value of Silverman's test of one mode.{spread.en}",
        f"主峰位置、峰高、半高宽、峰数（突出度不低于主峰 {share}% 者）、偏度，以及首年 10% 与 90% 分位点之外的密度质量；"
        f"并给出 Silverman 单峰检验的临界带宽与 p 值。{spread.zh}",
    )


def _settles(bandwidth: str | float) -> dict[str, Unused]:
    """A bandwidth that is given is common to all years."""
    return {} if isinstance(bandwidth, str) else {"common": Unused("bandwidth")}


@method(
    step="density", makes=("density",), cite=("silverman1986", "sheather1991"), says=_says, formula=_formula,
    settles=_settles,
)  # fmt: skip
def density(
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    *,
    kernel: Kernel = "gaussian",
    bandwidth: Rule = "silverman",
    common: bool = False,
    reflect: bool = False,
    points: Points = 256,
) -> xr.DataArray:
    """Kernel density of D by year, for all units and each region, on one grid.

    f(x) = 1/(n h) sum K((x - D_i)/h), per unit of D. The grid covers the data of all groups and years with three
    bandwidths on either side, or as much of it as lies in [0, 1] where the density is reflected. A region of one
    unit, or whose units never differ, is left out; a year in which all are equal is empty. Units without D in some
    year are left out of all. Where the bandwidth is below half the step of the grid, the grid cannot carry the curve and
    the year is left empty: more `points` show it. Refused where no two units differ.

    The bandwidth rules bear the names of the programs that use them: `silverman` and `scott` of SciPy, `nrd0` (its
    default), `nrd` and `sheather_jones` (`bw.SJ`) of R, `stata` and `matlab` of theirs, or a number in units of D.
    The kernel `epanechnikov` has unit variance, as Stata's and R's; `epanechnikov_support` reaches to one bandwidth,
    as Stata's epan2. Source: Silverman (1986), Density Estimation for Statistics and Data Analysis.
    """
    how = Setting(kernel, bandwidth, common, reflect)
    kept = [g for g in _every(coordination, region, regions, how) if g.has.any()]
    ends = [grid(g.x[g.has], g.h[g.has], 2, wide=3.0, reflect=reflect) for g in kept]
    x = np.linspace(min(float(e.min()) for e in ends), max(float(e.max()) for e in ends), points)
    out = np.full((len(kept), coordination.sizes["time"], points), np.nan)
    for k, g in enumerate(kept):
        fine = g.has & (g.h >= COARSE * (x[1] - x[0]))
        out[k, fine] = curves(np.sort(g.x[fine]), x, g.h[fine], kernel=kernel, reflect=reflect)
    made = build(out, ["group", "time", "grid"], coordination, group=[g.name for g in kept])
    return made.assign_coords(x=("grid", x))


@method(
    step="density",
    makes=(*FEATURES, *BOUNDS, "n", "bandwidth", "critical_bandwidth", "mode_p", "reason", "reason_zh"),
    table="density_features",
    helper=True,
    cite=("silverman1981", "efron1993"),
    says=_says_features,
)
def density_features(
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    seed: xr.DataArray,
    *,
    kernel: Kernel = "gaussian",
    bandwidth: Rule = "silverman",
    common: bool = False,
    reflect: bool = False,
    prominence: Share = 0.1,
    draws: Draws = 999,
) -> xr.Dataset:
    """Main peak, width, modes, skewness, tails and Silverman's test of one mode, by group and year.

    `modes` counts main peaks (0 where there is no density, with the reason beside it). Silverman's test, from the
    seed, has the null of one mode; it is left empty below 10 units, where it has no power. Its p-value is conservative,
    and a single far unit can make it small while `modes` is 1. Mean, place, height and width of the main peak have
    95 % percentile intervals from units drawn anew, the same in all years, from 5 units on. Source: Silverman (1981),
    10.1111/j.2517-6161.1981.tb01155.x.
    """
    how = Setting(kernel, bandwidth, common, reflect, prominence)
    every = _every(coordination, region, regions, how)
    shape = (len(every), coordination.sizes["time"])
    made = {key: np.full(shape, np.nan) for key in (*FEATURES, *BOUNDS, "critical_bandwidth", "mode_p")}
    made["bandwidth"] = np.stack([np.where(g.has, g.h, np.nan) for g in every])
    made["n"] = np.repeat([[g.n] for g in every], shape[1], axis=1)
    why = np.full(shape, "", dtype=object), np.full(shape, "", dtype=object)
    for k, g in enumerate(every):
        if g.n:
            for key, value in zip(FEATURES, features(np.sort(g.x), g.h, how), strict=True):
                made[key][k] = value
        if g.n >= LEAST and g.has.any():
            drawn = resampled(g.x, g.h, draws, g.generator(int(seed), 1), replace(how, points=128), few=True)
            for key, lo, hi in zip(FEATURES[:4], *interval(drawn), strict=True):
                made[f"{key}_lo"][k], made[f"{key}_hi"][k] = lo, hi
        if g.n >= SHAPE and g.has.any():
            found = mode_test(np.sort(g.x[g.has]), draws, g.generator(int(seed), 0))
            made["critical_bandwidth"][k, g.has], made["mode_p"][k, g.has] = found
        for texts, said in zip(why, _absent(g), strict=True):
            texts[k, ~g.has] = said
    made["modes"] = np.nan_to_num(made["modes"]).astype("i8")
    made |= {"reason": why[0].astype(str), "reason_zh": why[1].astype(str)}
    names = [g.name for g in every]
    return xr.Dataset({k: build(v, ["group", "time"], coordination, group=names) for k, v in made.items()})


def _absent(g: Group) -> Text:
    """Why a group has no density."""
    if g.n < 2:
        return Text(
            f"{g.n} unit{'s' * (g.n != 1)} with D in all years: a density needs two", "各年均有 D 的单元不足两个"
        )
    if g.x.max() > g.x.min() and bool((g.x.max(axis=1) > g.x.min(axis=1)).any()):
        return Text("all units have the same D this year, or the rule finds no bandwidth", "当年各单元 D 相同，或该规则无解")  # fmt: skip
    return Text("all units have the same D", "各单元 D 相同")


@method(
    step="density",
    makes=("bump_x", "height", "prominence", "counted", "units"),
    table="density_bumps",
    helper=True,
    says=Text(
        "Peaks beside the main one, with the units that make them: those between the two valleys of the peak, or the "
        "nearest unit.",
        "主峰以外的峰及形成它们的单元：位于该峰两侧谷之间的单元，或距其最近的单元。",
    ),
)
def density_bumps(
    coordination: xr.DataArray,
    region: xr.DataArray,
    regions: xr.DataArray,
    *,
    kernel: Kernel = "gaussian",
    bandwidth: Rule = "silverman",
    common: bool = False,
    reflect: bool = False,
    prominence: Share = 0.1,
) -> xr.Dataset:
    """Peaks beside the main one by group and year, with the units that make them.

    Every peak that stands out by a thousandth of the main one, from left to right: place, height, prominence (both
    per unit of D), whether it counts as a main peak too, and the names of its units, parted by semicolons.
    """
    how = Setting(kernel, bandwidth, common, reflect, prominence)
    every = [g for g in _every(coordination, region, regions, how) if g.has.any()]
    found: dict[tuple[int, int], list[tuple[modes.Bump, float, str]]] = {}
    for k, g in enumerate(every):
        h = np.where(g.has, g.h, 1.0)
        x = np.sort(g.x)
        t = grid(x, h, 1024, reflect=reflect)
        for i, (at, f) in enumerate(zip(t, curves(x, t, h, kernel=kernel, reflect=reflect), strict=True)):
            if g.has[i]:
                found[k, i] = [(b, f.max(), _makers(b, g, i)) for b in modes.bumps(at, f)]
    shape = (len(every), coordination.sizes["time"], max(1, *map(len, found.values())))
    made = {key: np.full(shape, np.nan) for key in ("bump_x", "height", "prominence")}
    counted, units = np.zeros(shape, dtype=bool), np.full(shape, "", dtype=object)
    for (k, i), row in found.items():
        for j, (b, top, named) in enumerate(row):
            made["bump_x"][k, i, j], made["height"][k, i, j], made["prominence"][k, i, j] = b.x, b.height, b.prominence
            counted[k, i, j], units[k, i, j] = b.prominence >= prominence * top, named
    arrays = {**made, "counted": counted, "units": units.astype(str)}
    names = [g.name for g in every]
    return xr.Dataset({k: build(v, ["group", "time", "bump"], coordination, group=names) for k, v in arrays.items()})


def _makers(bump: modes.Bump, g: Group, year: int) -> str:
    """Names of the units between the valleys of a bump, or of the nearest one."""
    x = g.x[year]
    within = (x >= bump.start) & (x <= bump.end)
    if not within.any():
        within = abs(x - bump.x) == abs(x - bump.x).min()
    return "; ".join(g.units[within])
