"""What `accord check` says of a panel: the traps of a real one, few false alarms, both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import accord as ac
from accord.study.directions import expected
from accord.study.remarks import Remark, remarks

CHINA = Path(__file__).parents[3] / "shared" / "data" / "china"


@pytest.fixture(scope="module")
def china() -> xr.Dataset:
    if not CHINA.is_dir():
        pytest.skip(f"{CHINA} is not there: the provincial panel is not shipped")
    return ac.read_panel(
        CHINA / "panel.csv", system=CHINA / "indicators.csv", unit="province", label_zh="province_zh", region="region"
    )


def kinds(panel: xr.Dataset, kind: str) -> dict[str, Remark]:
    return {r.indicator: r for r in remarks(panel, ["density", "pvar", "unit_roots"]) if r.kind == kind}


def test_breaks_of_the_china_panel(china: xr.Dataset) -> None:
    """SO2 of 2015/2016, by the second pollution census, and transit of 2021/2022; no other of 23 indicators."""
    found = kinds(china, "break")
    assert {k: r.years for k, r in found.items()} == {"so2_intensity": (2015, 2016), "transit": (2021, 2022)}
    assert all(r.warn for r in found.values())
    assert "2015 与 2016 年之间" in found["so2_intensity"].text.zh


def test_cells_of_the_china_panel(china: xr.Dataset) -> None:
    """Each of these stands in the source: values that no neighbour in time or space shares."""
    found = kinds(china, "outlier")
    assert {k: r.units for k, r in found.items()} == {
        "park_green_pc": ("Tianjin", "Xizang"), "green_coverage": ("Xizang",), "so2_intensity": ("Shanghai",),
        "fertilizer_pc": ("Xizang",), "health_staff": ("Shanghai",), "toilets": ("Tianjin", "Xizang"),
        "gas_coverage": ("Xizang",),
    }  # fmt: skip
    assert "西藏 2013 年（32.4 → 18.1，其后恢复）" in found["green_coverage"].text.zh
    assert {k: r.units for k, r in kinds(china, "extreme").items()} == {
        "water_coverage": ("Xizang",), "gas_coverage": ("Xizang",),
    }  # fmt: skip
    (few,) = kinds(china, "small_region").values()
    assert few.units == ("Central", "Northeast")
    assert "a panel VAR of Northeast (3) is descriptive only" in few.text.en


def test_directions_of_the_china_panel(china: xr.Dataset) -> None:
    """No direction is questioned as it stands; turned round one at a time, 16 of 21 are."""
    assert kinds(china, "direction") == {}
    found = 0
    for j, key in enumerate(china["indicator"].values):
        signs = china["direction"].values.copy()
        if signs[j] == "=":
            continue
        signs[j] = {"+": "-", "-": "+"}[signs[j]]
        questioned = kinds(china.assign_coords(direction=("indicator", signs)), "direction")
        assert set(questioned) <= {key}
        found += key in questioned
    assert found >= 16


def test_us_states_have_small_regions_only() -> None:
    assert {r.kind for r in remarks(ac.sample("us-states"), ["density"])} == {"small_region"}
    assert remarks(ac.sample("us-states"), ["weights"]) == []


def changed(**put: float) -> xr.Dataset:
    panel = ac.sample("us-states").copy(deep=True)
    panel["indicators"].loc[{"indicator": "output", "time": slice(1980, None)}] *= put.get("all_units", 1)
    panel["indicators"].loc[{"indicator": "highways", "unit": "Ohio", "time": slice(1980, None)}] *= put.get("one", 1)
    return panel


def test_units_of_measurement() -> None:
    (found,) = kinds(changed(all_units=1000), "break").values()
    assert "about 1000 times (a unit of measurement?)" in found.text.en
    assert "计量单位" in found.text.zh
    found = kinds(changed(one=10), "outlier")["highways"]
    assert (found.units, found.years) == (("Ohio",), (1980,))
    assert "about 10 times: a unit of measurement?" in found.text.en


def test_filled_years_and_repeats() -> None:
    panel = ac.sample("us-states").copy(deep=True)
    panel["gap_rule"].loc[{"indicator": "output", "time": slice(1984, None)}] = 2
    panel["gap_rule"].loc[{"indicator": "highways", "unit": "Ohio"}] = 1
    panel["indicators"].loc[{"indicator": "water_sewer", "time": slice(1972, 1977)}] = panel["indicators"].sel(
        indicator="water_sewer", time=1972
    )
    said = {(r.kind, r.indicator): r for r in remarks(panel)}
    assert said["coverage", "output"].years == (1984, 1985, 1986)
    assert ("coverage", "highways") not in said, "a single unit of 48 is in the list of filled cells, and no remark"
    assert len(said["repeated", "water_sewer"].units) >= 40


def test_fractions_said_to_be_percent() -> None:
    panel = ac.sample("us-states")
    units = np.where(panel["indicator"].values == "unemployment", "%", panel["unit_of_measure"].values)
    panel = panel.assign_coords(unit_of_measure=("indicator", units)).copy(deep=True)
    assert not kinds(panel, "unit")
    panel["indicators"].loc[{"indicator": "unemployment"}] /= 100
    assert set(kinds(panel, "unit")) == {"unemployment"}


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("so2", "-"), ("CO2 emissions", "-"), ("Urban unemployment rate", "-"), ("工业废水排放量", "-"),
        ("森林覆盖率", "+"), ("Forest coverage", "+"), ("GDP per capita", "+"), ("每万人床位数", "+"),
        ("Sewage treatment rate", "+"), ("Urban to rural income ratio", ""), ("城乡人均可支配收入比", ""),
        ("Investment in pollution control", ""), ("污染治理投资", ""), ("output", ""), ("", ""), ("reforestation", ""),
    ],
)  # fmt: skip
def test_names(name: str, sign: str) -> None:
    said = expected(name)
    assert (said.sign if said else "") == sign, said
