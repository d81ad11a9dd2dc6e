"""Write the simulated panel of the embedded study ``china-replica``.

No figure here is an observation. A province's coordination D rises from a chosen start to a chosen end with
autocorrelated noise; the ratio of its two indices drifts in the same manner; the indices follow from both.
Drawings that miss a published fact are thrown away: first province by province, then panel by panel, seed
after seed.

Run from anywhere::

    python scripts/make_china_replica.py [OUTPUT]
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks
from scipy.stats import gaussian_kde

Floats = NDArray[np.float64]

OUTPUT = Path(__file__).resolve().parents[1] / "src" / "accord" / "data" / "china-replica" / "panel.csv"
COLUMNS = ["province", "province_zh", "region", "year", "Ecological resilience", "Urban-rural integration"]
RESILIENCE, INTEGRATION = 0, 1
SEED = 0
YEARS = np.arange(2011, 2023)
STAGE_YEARS = (2011, 2015, 2018, 2021, 2022)
EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

# Province, Chinese name, region; stages in the stage years (4 mild imbalance, 5 verge of imbalance, 6 barely, 7 primary
# coordination); D in 2011 and 2022, share of the rise done by 2015, mean integration (nan: resilience sets the level).
# Published: figures of four decimals; stages but for the names of three mild in 2015, five barely in 2021 and 2022.
PROVINCES = """
    Beijing        | 北京   | Eastern   | 56666 | .488  | .545  | .45 | .520
    Tianjin        | 天津   | Eastern   | 44555 | .365  | .447  | .25 | .298
    Hebei          | 河北   | Eastern   | 45555 | .374  | .464  | .45 | .330
    Shanxi         | 山西   | Central   | 44555 | .364  | .445  | .25 | .268
    Inner Mongolia | 内蒙古 | Western   | 45555 | .382  | .465  | .45 | .280
    Liaoning       | 辽宁   | Northeast | 44555 | .365  | .445  | .25 | nan
    Jilin          | 吉林   | Northeast | 45555 | .371  | .447  | .50 | .276
    Heilongjiang   | 黑龙江 | Northeast | 45555 | .388  | .470  | .45 | .312
    Shanghai       | 上海   | Eastern   | 45555 | .391  | .471  | .45 | .360
    Jiangsu        | 江苏   | Eastern   | 55566 | .438  | .512  | .45 | .420
    Zhejiang       | 浙江   | Eastern   | 55666 | .450  | .540  | .45 | .5395
    Anhui          | 安徽   | Central   | 45555 | .383  | .474  | .45 | .330
    Fujian         | 福建   | Eastern   | 55566 | .440  | .514  | .45 | .370
    Jiangxi        | 江西   | Central   | 55566 | .430  | .512  | .45 | .345
    Shandong       | 山东   | Eastern   | 45555 | .391  | .478  | .45 | .380
    Henan          | 河南   | Central   | 45555 | .376  | .470  | .45 | .310
    Hubei          | 湖北   | Central   | 45555 | .388  | .474  | .45 | .330
    Hunan          | 湖南   | Central   | 45555 | .388  | .474  | .45 | .325
    Guangdong      | 广东   | Eastern   | 55666 | .4389 | .5710 | .40 | .388
    Guangxi        | 广西   | Western   | 45566 | .390  | .512  | .45 | .332
    Hainan         | 海南   | Eastern   | 55555 | .4445 | .4814 | .45 | .360
    Chongqing      | 重庆   | Western   | 55566 | .425  | .514  | .45 | .312
    Sichuan        | 四川   | Western   | 45555 | .391  | .482  | .45 | .300
    Guizhou        | 贵州   | Western   | 45555 | .366  | .470  | .50 | .266
    Yunnan         | 云南   | Western   | 45555 | .372  | .472  | .50 | .266
    Xizang         | 西藏   | Western   | 66777 | .580  | .665  | .20 | .2010
    Shaanxi        | 陕西   | Western   | 55555 | .425  | .488  | .45 | .308
    Gansu          | 甘肃   | Western   | 44455 | .340  | .418  | .40 | .220
    Qinghai        | 青海   | Western   | 55555 | .418  | .475  | .45 | .270
    Ningxia        | 宁夏   | Western   | 45555 | .367  | .455  | .50 | .280
    Xinjiang       | 新疆   | Western   | 45555 | .368  | .460  | .50 | .266
"""
SHARE_2018, SHARE_2021 = 0.70, 0.95
SPREAD_D, SPREAD_RATIO, SPREAD_DRIFT, SPREAD_LEVEL = 0.0045, 0.05, 0.15, 0.006
DRIFT_XIZANG = -0.25  # its integration catches up, which keeps its resilience below 1
MEMORY = 0.4  # autocorrelation of the noise from one year to the next
MARGIN = 5e-4  # how far D stays from the edges of its stage, so that rounding decides nothing
TRIES = 4000
PROMINENCE = 0.1  # share of the main peak's height from which another peak of the density counts

# Published of single provinces: means over the period (our reading), which figures of the table are exact, rises.
RESILIENCE_MEANS = {"Xizang": 0.7612, "Liaoning": 0.0896}
EXACT_INTEGRATION = {"Zhejiang", "Xizang"}
EXACT_ENDS = {"Guangdong", "Hainan"}
SMALLEST_RISE, LARGEST_RISE = 0.0369, 0.1321
# Published: highest and lowest mean of either index in each region and in all, and the regions in order of each.
EXTREMES = {
    "": (("Xizang", "Liaoning"), ("Zhejiang", "Xizang")),
    "Eastern": (("Guangdong", "Tianjin"), ("Zhejiang", "Tianjin")),
    "Central": (("Jiangxi", "Shanxi"), ("Jiangxi", "Shanxi")),
    "Northeast": (("Heilongjiang", "Liaoning"), ("Heilongjiang", "Jilin")),
    "Western": (("Xizang", "Gansu"), ("Guangxi", "Xizang")),
}
ORDERS = (("Western", "Eastern", "Central", "Northeast"), ("Eastern", "Central", "Northeast", "Western"))


@dataclass(frozen=True)
class Province:
    """What a province's series are drawn around."""

    name: str
    chinese: str
    region: str
    stages: list[int]
    start: float
    end: float
    share_2015: float
    integration: float

    @classmethod
    def read(cls, line: str) -> Province:
        name, chinese, region, stages, *figures = (cell.strip() for cell in line.split("|"))
        return cls(name, chinese, region, [int(digit) for digit in stages], *map(float, figures))


def coordination(indices: Floats) -> Floats:
    """D = sqrt(C T) with C the standard coupling of the last axis and T its mean."""
    mean = indices.mean(axis=-1)
    d: Floats = np.sqrt(np.sqrt(indices.prod(axis=-1)) / mean * mean)
    return d


def stage(d: Floats) -> NDArray[np.intp]:
    """Stage of D from 1 to 10, classes closed on the left."""
    return 1 + np.searchsorted(EDGES, d, side="right")


def noise(rng: np.random.Generator, spread: float) -> Floats:
    """A stationary autocorrelated series over the years."""
    series = rng.normal(0.0, spread, YEARS.size)
    for year in range(1, YEARS.size):
        series[year] = MEMORY * series[year - 1] + np.sqrt(1 - MEMORY**2) * series[year]
    return series


def draw(province: Province, rng: np.random.Generator) -> Floats:
    """One drawing of a province's indices: (year, index), rounded to six decimals.

    U1 = D**2 exp(r/2) and U2 = D**2 exp(-r/2), r the log of their ratio. The level of r comes from the mean
    that one index must have; Xizang must have both, so there the level of D gives way.
    """
    wobble = noise(rng, SPREAD_D)
    if province.name in EXACT_ENDS:
        wobble[[0, -1]] = 0.0
    shares = np.interp(YEARS, STAGE_YEARS, [0.0, province.share_2015, SHARE_2018, SHARE_2021, 1.0])
    d = province.start + (province.end - province.start) * shares + wobble
    drift = rng.normal(DRIFT_XIZANG if province.name == "Xizang" else 0.0, SPREAD_DRIFT)
    log_ratio = drift * np.linspace(-0.5, 0.5, YEARS.size) + noise(rng, SPREAD_RATIO)
    resilience, integration = d**2 * np.exp(log_ratio / 2), d**2 * np.exp(-log_ratio / 2)
    exact = province.name in EXACT_INTEGRATION
    wanted = province.integration * (1.0 if exact else np.exp(rng.normal(0.0, SPREAD_LEVEL)))
    factor = integration.mean() / wanted
    if province.name in RESILIENCE_MEANS:
        factor = RESILIENCE_MEANS[province.name] / resilience.mean()
    resilience, integration = resilience * factor, integration / factor
    if province.name == "Xizang":
        integration *= wanted / integration.mean()
    return np.round(np.stack([resilience, integration], axis=-1), 6)


def fits(province: Province, indices: Floats) -> bool:
    """Whether a drawing meets what is published of its province alone."""
    d, stages = coordination(indices), province.stages
    in_stage_years = d[np.searchsorted(YEARS, STAGE_YEARS)]
    staged = all((stage(in_stage_years + shift) == stages).all() for shift in (-MARGIN, 0.0, MARGIN))
    if province.name in EXACT_ENDS:
        risen = f"{d[0]:.4f} {d[-1]:.4f}" == f"{province.start:.4f} {province.end:.4f}"
    else:
        risen = SMALLEST_RISE + MARGIN < d[-1] - d[0] < LARGEST_RISE - MARGIN
    ahead = set(indices[:, RESILIENCE] > indices[:, INTEGRATION]) == {province.name == "Xizang"}
    return bool(staged and set(stage(d)) <= set(stages) and risen and ahead and indices.min() > 0 and indices.max() < 1)


def draw_panel(provinces: list[Province], seed: int) -> Floats | None:
    """Indices (province, year, index), or nothing if some province never fits."""
    rng = np.random.default_rng(seed)
    drawn = []
    for province in provinces:
        tries = (draw(province, rng) for _ in range(TRIES))
        found = next((indices for indices in tries if fits(province, indices)), None)
        if found is None:
            return None
        drawn.append(found)
    return np.stack(drawn)


def with_mean(values: Floats) -> Floats:
    """Values (province, year, ...) with their mean over the years as a last year."""
    return np.concatenate([values, values.mean(axis=1, keepdims=True)], axis=1)


def density_peaks(d: Floats) -> tuple[Floats, Floats]:
    """Heights and prominences of the peaks of the density of D, Gaussian with Silverman's bandwidth."""
    density = gaussian_kde(d, "silverman")(np.linspace(d.min() - 0.1, d.max() + 0.1, 2001))
    found, shape = find_peaks(density, prominence=0.0)
    return density[found], shape["prominences"]


def facts_of_indices(provinces: list[Province], indices: Floats) -> Iterator[bool]:
    """Whether each published fact about the indices of all provinces holds."""
    names, regions = (np.array([getattr(one, key) for one in provinces]) for key in ("name", "region"))
    means, laid = indices.mean(axis=1), with_mean(indices)
    for spread in (laid.std(axis=0), laid.std(axis=0) / laid.mean(axis=0)):
        yield bool((spread[:, RESILIENCE] > spread[:, INTEGRATION]).all())
    for index, order in enumerate(ORDERS):
        for region, extremes in EXTREMES.items():
            own = np.flatnonzero((regions == region) | (region == ""))
            highest, lowest = own[means[own, index].argmax()], own[means[own, index].argmin()]
            yield (names[highest], names[lowest]) == extremes[index]
        ranked = [means[regions == region, index].mean() for region in order]
        yield ranked == sorted(ranked, reverse=True)


def facts_of_coordination(provinces: list[Province], d: Floats) -> Iterator[bool]:
    """Whether each published fact about D of all provinces holds."""
    names = np.array([one.name for one in provinces])
    yield set(names[with_mean(d).argmax(axis=0)]) == {"Xizang"}
    yield set(names[with_mean(d).argmin(axis=0)]) == {"Gansu"}
    yield bool((np.diff(d.mean(axis=0)) > 0).all() and (np.diff(d) < 0).any())
    peaks = [density_peaks(year) for year in d.T]
    tops = [heights.max() for heights, _ in peaks]
    yield all((prominences > PROMINENCE * top).sum() == 1 for (_, prominences), top in zip(peaks, tops, strict=True))
    yield all(density_peaks(year)[0].size == 1 for year in d[names != "Xizang"].T)
    yield bool(tops[-1] > tops[0] and np.polyfit(YEARS, tops, 1)[0] > 0 and min(np.diff(tops)) < 0)


def meets_all(provinces: list[Province], indices: Floats) -> bool:
    """Whether a panel meets every published fact."""
    d = coordination(indices)
    return all(facts_of_indices(provinces, indices)) and all(facts_of_coordination(provinces, d))


def main(output: Path = OUTPUT) -> None:
    """Simulate the panel and write it as UTF-8 CSV with LF line ends."""
    provinces = [Province.read(line) for line in PROVINCES.strip().split("\n")]
    drawn = ((seed, draw_panel(provinces, seed)) for seed in itertools.count(SEED))
    seed, panel = next((seed, one) for seed, one in drawn if one is not None and meets_all(provinces, one))
    lines = [
        f"{province.name},{province.chinese},{province.region},{year},{resilience:.6f},{integration:.6f}"
        for province, series in zip(provinces, panel, strict=True)
        for year, (resilience, integration) in zip(YEARS, series, strict=True)
    ]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8", newline="\n")
    print(f"{output}: {len(lines)} rows, seed {seed}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
