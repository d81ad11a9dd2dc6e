"""An index of 0 takes C and D with it: the study says where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from accord.io.folder import read_results
from accord.project import run


def study(place: Path, zeros: int, coupling: str = "standard") -> list[dict[str, str]]:
    """Warnings of a study of 12 units and 6 years, in which unit 0 has the least of one subsystem in the first years."""
    values = np.random.default_rng(3).uniform(1, 5, (12, 6, 4))
    values[0, :zeros, 2:] = 0.5
    keys = [f"k{k}" for k in range(4)]
    system = {"key": keys, "name": keys, "subsystem": ["Land", "Land", "Water", "Water"], "direction": "+"}
    pd.DataFrame(system).to_csv(place / "indicators.csv", index=False)
    rows = [(f"Unit {u:02d}", y) for u in range(12) for y in range(2010, 2016)]
    panel = pd.DataFrame(rows, columns=["unit", "year"])
    panel.assign(**{k: values[..., n].ravel() for n, k in enumerate(keys)}).to_csv(place / "panel.csv", index=False)
    (place / "plan.toml").write_text(
        'title = "Study"\n[panel]\nsource = "panel.csv"\nindicators = "indicators.csv"\nunit = "unit"\ntime = "year"\n'
        f'[names_zh]\nWater = "水"\n[steps]\ncoupling = "{coupling}"\nalternatives = false\nforecast = false\n',
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accord.reports.figures.FIGURES", {})
        patch.setattr("accord.plot.FIGURES", {})
        outcome = run(place / "plan.toml", place / "out")
    assert read_results(outcome.folder)["coordination"]["coordination"].values[0, 0] == (
        0 if zeros and coupling == "standard" else pytest.approx(0.5, abs=0.5)
    )
    return [w for w in outcome.warnings if "index 0" in w["en"]]


@pytest.mark.parametrize(
    ("zeros", "en", "zh"),
    [
        (1, "in 1 case: Water of Unit 00 in 2010", "1 处指数为 0，故 C 与 D 均为 0：Unit 00 2010 年“水”"),
        (
            5,
            "in 5 cases: Water of Unit 00 in 2010; Water of Unit 00 in 2011; Water of Unit 00 in 2012; and 2 more",
            "另有 2 处",
        ),
    ],
)
def test_zero_indices_are_told(tmp_path: Path, zeros: int, en: str, zh: str) -> None:
    (told,) = study(tmp_path, zeros)
    assert told["step"] == "coupling"
    assert told["en"] == f"index 0, therefore C and D are 0, {en}"
    assert zh in told["zh"]


@pytest.mark.parametrize(("zeros", "coupling"), [(0, "standard"), (2, "fan")])
def test_nothing_is_told_where_d_is_not_0(tmp_path: Path, zeros: int, coupling: str) -> None:
    assert study(tmp_path, zeros, coupling) == []
