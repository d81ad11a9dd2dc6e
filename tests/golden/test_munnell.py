"""The chain on Munnell's panel as the development package linearmodels carries it: needs no file of ours.

The numbers are rows of a table checked with independent programs (unemployment closest to 5 % best).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import accord as ac

TOL = 1e-12
SYSTEM = pd.DataFrame(
    {
        "key": ["HWY", "WATER", "UTIL", "PC", "GSP", "EMP", "UNEMP"],
        "subsystem": ["infra"] * 3 + ["econ"] * 4,
        "direction": ["+"] * 6 + ["="],
        "target": [""] * 6 + ["5"],
    }
)
WEIGHTS = [0.2886247358359939, 0.35079189921373627, 0.36058336495026977,
           0.2972106188080788, 0.3641849044938671, 0.3280716306679796, 0.010532846030074487]  # fmt: skip
COUNTS = [21, 194, 166, 216, 90, 49, 37, 14, 20, 9]
ROWS = {  # U infra, U econ, C, T, D, D of Wang, D of Fan, stage, lag type
    ("ALABAMA", 1970): (0.07993492690542374, 0.08128806880064111, 0.999964778296176, 0.08061149785303243,
                        0.2839166401934382, 0.2826369412986999, 0.2837294821798596, 3, "synchronous"),
    ("CALIFORNIA", 1986): (0.9293420890725854, 0.9893675180022545, 0.9995105274412482, 0.95935480353742,
                           0.9792268509834592, 0.9494522828866759, 0.9496152483818633, 10, "synchronous"),
    ("WYOMING", 1978): (0.009461451585712065, 0.030146545322592595, 0.8527952591861518, 0.01980399845415233,
                        0.12995674662991138, 0.1047820976160781, 0.139263602171433, 2, "infra lags"),
    ("VERMONT", 1970): (0.0004755671587079437, 0.011617024687725321, 0.38874425603950474, 0.006046295923216633,
                        0.04848157186463265, 0.03487847418758927, 0.07732354993131292, 1, "infra lags"),
    ("TEXAS", 1983): (0.5256581889975707, 0.6714724884191619, 0.9925542757039678, 0.5985653387083663,
                      0.7707843967175144, 0.6996207137278245, 0.7150426233355311, 8, "infra lags"),
}  # fmt: skip


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> object:
    munnell = pytest.importorskip("linearmodels.datasets.munnell", reason="linearmodels is not installed")
    path: Path = tmp_path_factory.mktemp("munnell") / "munnell.csv"
    munnell.load().to_csv(path, index=False)
    return ac.read_panel(path, ac.IndicatorSystem.from_table(SYSTEM), unit="STATE", time="YR")


def test_weights(panel: object) -> None:
    assert np.abs(ac.Study(panel)["weight"].values - WEIGHTS).max() < TOL


def test_stage_counts(panel: object) -> None:
    assert ac.Study(panel)["stage_counts"].sum("time").values.tolist() == COUNTS


@pytest.mark.parametrize(("unit", "year"), ROWS)
def test_rows(panel: object, unit: str, year: int) -> None:
    u1, u2, c, t, d, wang, fan, stage, lag = ROWS[unit, year]
    study = ac.Study(panel)
    at = {"unit": unit, "time": year}
    assert np.abs(study["index"].sel(at).values - [u1, u2]).max() < TOL
    for name, reference in (("coupling", c), ("development", t), ("coordination", d)):
        assert abs(float(study[name].sel(at)) - reference) < TOL
    assert abs(float(study.with_(coupling="wang")["coordination"].sel(at)) - wang) < TOL
    assert abs(float(study.with_(coupling="fan")["coordination"].sel(at)) - fan) < TOL
    assert int(study["stage"].sel(at)) == stage
    names = study["lag_type"].attrs["label_en"]
    assert names[int(study["lag_type"].sel(at)) - 1] == lag
