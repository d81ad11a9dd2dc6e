"""The embedded simulated China study against the facts its model published, each as a case of its own.

Expected numbers are those printed, so they are compared as printed: to four decimals. Everything else is an order,
a set of names or a count, and holds exactly.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.signal import find_peaks
from scipy.stats import gaussian_kde

import accord as ac
from accord.io.sample import folder
from accord.io.tables import read_study_panel
from accord.study.plan import Plan, read_plan

FOLDER = Path(str(files("accord") / "data" / "china-replica"))
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "make_china_replica.py"
RESILIENCE, INTEGRATION = "Ecological resilience", "Urban-rural integration"
YEARS = range(2011, 2023)
COLUMNS = [*YEARS, "mean"]
MILD, NEAR, BARELY, PRIMARY = 4, 5, 6, 7
REGIONS = {
    "Eastern": "Beijing Tianjin Hebei Shanghai Jiangsu Zhejiang Fujian Shandong Guangdong Hainan",
    "Central": "Shanxi Anhui Jiangxi Henan Hubei Hunan",
    "Western": "Inner_Mongolia Guangxi Chongqing Sichuan Guizhou Yunnan Xizang Shaanxi Gansu Qinghai Ningxia Xinjiang",
    "Northeast": "Liaoning Jilin Heilongjiang",
}
REGION = {name.replace("_", " "): region for region, names in REGIONS.items() for name in names.split()}


@dataclass(frozen=True)
class Computed:
    """What accord makes of the panel: provinces in rows, years in columns; D and U with a column `mean` as well."""

    d: pd.DataFrame
    u: dict[str, pd.DataFrame]
    stage: pd.DataFrame
    region: pd.Series


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(FOLDER / "plan.toml")


@pytest.fixture(scope="module")
def panel(plan: Plan) -> xr.Dataset:
    return read_study_panel(plan.panel)


@pytest.fixture(scope="module")
def computed(plan: Plan, panel: xr.Dataset) -> Computed:
    study = ac.Study(panel, **plan.steps)

    def laid(name: str, **at: str) -> pd.DataFrame:
        table = study[name].sel(at).transpose("unit", "time")
        return pd.DataFrame(table.values, index=table["unit"].values, columns=table["time"].values)

    def with_mean(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(mean=frame.mean(axis=1))

    return Computed(
        d=with_mean(laid("coordination")),
        u={name: with_mean(laid("index", subsystem=name)) for name in (RESILIENCE, INTEGRATION)},
        stage=laid("stage"),
        region=pd.Series(panel["region"].values, index=panel["unit"].values),
    )


def number(frame: pd.DataFrame, province: str, when: int | str) -> float:
    return float(frame[when].to_dict()[province])


def members(computed: Computed, year: int, stage: int) -> set[str]:
    return set(computed.stage.index[computed.stage[year] == stage])


def peaks(values: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places, heights and prominences of every peak of the Gaussian density under Silverman's rule."""
    x = np.linspace(values.min() - 0.15, values.max() + 0.15, 6001)
    density = gaussian_kde(values, "silverman")(x)
    found, shape = find_peaks(density, prominence=0)
    return x[found], density[found], shape["prominences"]


# The folder


def test_the_script_reproduces_the_committed_file(tmp_path: Path) -> None:
    again = tmp_path / "panel.csv"
    subprocess.run([sys.executable, str(SCRIPT), str(again)], check=True, capture_output=True)
    assert again.read_bytes() == (FOLDER / "panel.csv").read_bytes()


def test_plan_and_sources_say_simulated(plan: Plan) -> None:
    assert plan.simulated
    assert "(simulated)" in plan.title
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    assert "These figures are simulated." in sources
    assert "Forecasts and panel VAR are not fitted to the publication." in sources


def test_shape(panel: xr.Dataset) -> None:
    assert dict(panel.sizes) == {"unit": 31, "time": 12, "subsystem": 2}
    assert panel["time"].values.tolist() == list(YEARS)
    assert panel["subsystem"].values.tolist() == [RESILIENCE, INTEGRATION]
    assert len(set(panel["label_zh"].values)) == 31


def test_indices_lie_inside_the_unit_interval_with_six_decimals(panel: xr.Dataset) -> None:
    score = panel["score"].values
    assert score.min() > 0
    assert score.max() < 1
    assert (score == np.round(score, 6)).all()


@pytest.mark.parametrize(("province", "region"), REGION.items())
def test_region_of(computed: Computed, province: str, region: str) -> None:
    assert computed.region[province] == region


# Coordination


@pytest.mark.parametrize(
    ("province", "year", "printed"),
    [
        ("Guangdong", 2011, "0.4389"),
        ("Guangdong", 2022, "0.5710"),
        ("Hainan", 2011, "0.4445"),
        ("Hainan", 2022, "0.4814"),
    ],
)
def test_d_as_printed(computed: Computed, province: str, year: int, printed: str) -> None:
    assert f"{number(computed.d, province, year):.4f}" == printed


@pytest.mark.parametrize(("province", "printed"), [("Guangdong", "0.1321"), ("Hainan", "0.0369")])
def test_rise_as_printed(computed: Computed, province: str, printed: str) -> None:
    assert f"{number(computed.d, province, 2022) - number(computed.d, province, 2011):.4f}" == printed


def test_guangdong_has_the_largest_rise(computed: Computed) -> None:
    assert (computed.d[2022] - computed.d[2011]).idxmax() == "Guangdong"


def test_hainan_has_the_smallest_rise(computed: Computed) -> None:
    assert (computed.d[2022] - computed.d[2011]).idxmin() == "Hainan"


@pytest.mark.parametrize("province", REGION)
def test_d_rises_from_first_to_last_year(computed: Computed, province: str) -> None:
    assert number(computed.d, province, 2022) > number(computed.d, province, 2011)


def test_the_rise_fluctuates(computed: Computed) -> None:
    steps = np.diff(computed.d[list(YEARS)].to_numpy(), axis=1)
    assert 0 < (steps < 0).mean() < 0.5


@pytest.mark.parametrize("when", COLUMNS)
def test_xizang_has_the_highest_d(computed: Computed, when: int | str) -> None:
    assert computed.d[when].idxmax() == "Xizang"


@pytest.mark.parametrize("when", COLUMNS)
def test_gansu_has_the_lowest_d(computed: Computed, when: int | str) -> None:
    assert computed.d[when].idxmin() == "Gansu"


# Resilience and integration

EXTREME_MEANS = [
    (RESILIENCE, "Xizang", "0.7612", "idxmax"),
    (RESILIENCE, "Liaoning", "0.0896", "idxmin"),
    (INTEGRATION, "Zhejiang", "0.5395", "idxmax"),
    (INTEGRATION, "Xizang", "0.2010", "idxmin"),
]


@pytest.mark.parametrize(("index", "province", "printed", "extreme"), EXTREME_MEANS)
def test_mean_as_printed(computed: Computed, index: str, province: str, printed: str, extreme: str) -> None:
    assert f"{number(computed.u[index], province, 'mean'):.4f}" == printed


@pytest.mark.parametrize(("index", "province", "printed", "extreme"), EXTREME_MEANS)
def test_mean_is_extreme(computed: Computed, index: str, province: str, printed: str, extreme: str) -> None:
    assert getattr(computed.u[index]["mean"], extreme)() == province


@pytest.mark.parametrize("when", COLUMNS)
def test_xizang_alone_has_resilience_above_integration(computed: Computed, when: int | str) -> None:
    resilience, integration = computed.u[RESILIENCE][when], computed.u[INTEGRATION][when]
    assert set(resilience.index[resilience > integration]) == {"Xizang"}
    assert (resilience != integration).all()


@pytest.mark.parametrize("when", COLUMNS)
def test_resilience_has_the_larger_standard_deviation(computed: Computed, when: int | str) -> None:
    assert computed.u[RESILIENCE][when].std() > computed.u[INTEGRATION][when].std()


@pytest.mark.parametrize("when", COLUMNS)
def test_resilience_has_the_larger_coefficient_of_variation(computed: Computed, when: int | str) -> None:
    cv = {name: u[when].std() / u[when].mean() for name, u in computed.u.items()}
    assert cv[RESILIENCE] > cv[INTEGRATION]


@pytest.mark.parametrize(
    ("index", "region", "leader", "laggard"),
    [
        (RESILIENCE, "Eastern", "Guangdong", "Tianjin"),
        (RESILIENCE, "Central", "Jiangxi", "Shanxi"),
        (RESILIENCE, "Western", "Xizang", "Gansu"),
        (RESILIENCE, "Northeast", "Heilongjiang", "Liaoning"),
        (INTEGRATION, "Eastern", "Zhejiang", "Tianjin"),
        (INTEGRATION, "Central", "Jiangxi", "Shanxi"),
        (INTEGRATION, "Western", "Guangxi", "Xizang"),
        (INTEGRATION, "Northeast", "Heilongjiang", "Jilin"),
    ],
)
def test_leader_and_laggard(computed: Computed, index: str, region: str, leader: str, laggard: str) -> None:
    own = computed.u[index].loc[computed.region == region, "mean"]
    assert (own.idxmax(), own.idxmin()) == (leader, laggard)


@pytest.mark.parametrize(
    ("index", "order"),
    [
        (RESILIENCE, ["Western", "Eastern", "Central", "Northeast"]),
        (INTEGRATION, ["Eastern", "Central", "Northeast", "Western"]),
    ],
)
def test_order_of_the_regions(computed: Computed, index: str, order: list[str]) -> None:
    means = computed.u[index]["mean"].groupby(computed.region).mean()
    assert means.sort_values(ascending=False).index.tolist() == order


# Stages


@pytest.mark.parametrize(
    ("year", "stage", "names"),
    [
        (2011, NEAR, "Shaanxi Qinghai Chongqing Jiangsu Jiangxi Fujian Zhejiang Guangdong Hainan Beijing"),
        (2011, BARELY, "Xizang"),
        (2015, BARELY, "Beijing Xizang"),
        (2018, MILD, "Gansu"),
        (2018, BARELY, "Zhejiang Guangdong Beijing"),
        (2018, PRIMARY, "Xizang"),
        (2021, PRIMARY, "Xizang"),
        (2022, PRIMARY, "Xizang"),
    ],
)
def test_members_of_a_stage(computed: Computed, year: int, stage: int, names: str) -> None:
    assert members(computed, year, stage) == set(names.split())


@pytest.mark.parametrize(
    ("year", "counts"),
    [
        (2011, {MILD: 20, NEAR: 10, BARELY: 1}),
        (2015, {MILD: 4, NEAR: 25, BARELY: 2}),
        (2018, {MILD: 1, NEAR: 26, BARELY: 3, PRIMARY: 1}),
        (2021, {NEAR: 22, BARELY: 8, PRIMARY: 1}),
        (2022, {NEAR: 22, BARELY: 8, PRIMARY: 1}),
    ],
)
def test_stage_counts(computed: Computed, year: int, counts: dict[int, int]) -> None:
    assert computed.stage[year].value_counts().to_dict() == counts


@pytest.mark.parametrize(("province", "stages"), [("Gansu", {MILD, NEAR}), ("Xizang", {BARELY, PRIMARY})])
def test_stages_of_a_province(computed: Computed, province: str, stages: set[int]) -> None:
    assert set(computed.stage.loc[province]) == stages


@pytest.mark.parametrize("year", [2011, 2015, 2018, 2021, 2022])
def test_no_stage_hangs_on_a_rounding(computed: Computed, year: int) -> None:
    assert np.abs(computed.d[year].to_numpy()[:, None] - [0.3, 0.4, 0.5, 0.6, 0.7]).min() > 1e-4


# Density


@pytest.mark.parametrize("year", list(YEARS)[1:])
def test_the_density_moves_right(computed: Computed, year: int) -> None:
    assert computed.d[year].mean() > computed.d[year - 1].mean()


@pytest.mark.parametrize("year", YEARS)
def test_the_density_has_one_main_peak(computed: Computed, year: int) -> None:
    _, heights, prominences = peaks(computed.d[year])
    assert (prominences >= 0.1 * heights.max()).sum() == 1


@pytest.mark.parametrize("year", YEARS)
def test_the_minor_bump_is_xizang_alone(computed: Computed, year: int) -> None:
    d = computed.d[year]
    places, heights, _ = peaks(d)
    minor = np.delete(places, heights.argmax())
    assert minor.size == 1
    assert (d - minor[0]).abs().idxmin() == "Xizang"
    assert len(peaks(d.drop("Xizang"))[0]) == 1


def test_the_main_peak_grows_with_fluctuations(computed: Computed) -> None:
    heights = np.array([peaks(computed.d[year])[1].max() for year in YEARS])
    assert heights[-1] > heights[0]
    assert np.polyfit(YEARS, heights, 1)[0] > 0
    assert (np.diff(heights) < 0).any()


@pytest.mark.parametrize(("language", "said"), [("en", "not fitted to the publication"), ("zh", "模拟")])
def test_the_page_says_that_it_is_simulated(tmp_path: Path, language: str, said: str) -> None:
    """Banner, note and figures of the report say so in the reader's language."""
    out = tmp_path / "results"
    ac.run(folder("china-replica") / "plan.toml", out=out, sets=(f"language={language}",))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert said in page and ("模拟数据" if language == "zh" else "Simulated data") in page
    assert ("并未按该文拟合" if language == "zh" else "panel VAR are not fitted") in page
