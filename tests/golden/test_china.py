"""The China plan against a calculation in plain pandas: gaps, target, weights, C, T, D, stages, regions, obstacles.

Tolerance 1e-10: the calculation sums in another order and shares no code with accord.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import accord as ac
from accord.project import read_source

TOL = 1e-10


@dataclass
class Independent:
    """What the plan should come to; frames indexed by (province, year)."""

    filled: pd.DataFrame
    gaps: pd.DataFrame
    z: pd.DataFrame
    entropy: pd.Series
    weight: pd.Series
    result: pd.DataFrame
    region: pd.Series
    system: pd.DataFrame


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "data" / "china"
    if not (found / "plan.toml").is_file():
        pytest.skip("../shared is not here: it holds no data/china/plan.toml")
    return found


@pytest.fixture(scope="module")
def study(folder: Path) -> ac.Study:
    plan = ac.read_plan(folder / "plan.toml")
    return ac.Study(read_source(plan), language=plan.language, **plan.steps)


@pytest.fixture(scope="module")
def independent(folder: Path) -> Independent:
    spec = tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8"))
    assert spec["panel"]["gaps"] == {"inside": "linear", "ends": "hold"}
    assert spec["steps"]["weights"] == {"method": "entropy", "zeros": "exact"}
    data = pd.read_csv(folder / "panel.csv").sort_values(["province", "year"]).set_index(["province", "year"])
    system = pd.read_csv(folder / "indicators.csv").set_index("key")
    x = data[system.index]
    gaps = x.isna()
    filled = x.groupby(level="province", group_keys=False).apply(
        lambda one: one.interpolate("linear", limit_area="inside").ffill().bfill()
    )
    z = pd.DataFrame(index=filled.index)
    for key, row in system.iterrows():
        v = filled[key]
        if row["direction"] == "+":
            z[key] = (v - v.min()) / (v.max() - v.min())
        elif row["direction"] == "-":
            z[key] = (v.max() - v) / (v.max() - v.min())
        else:
            away = (v - float(row["target"])).abs()
            z[key] = 1 - away / away.max()
    p = z / z.sum()
    entropy = -(p * np.log(p.where(p > 0, 1.0))).sum() / np.log(len(z))
    d = 1 - entropy
    weight = d / d.groupby(system["subsystem"]).transform("sum")
    u = (z * weight).T.groupby(system["subsystem"], sort=False).sum().T
    a, b = (u[name] for name in u)
    c, t = 2 * np.sqrt(a * b) / (a + b), (a + b) / 2
    result = pd.DataFrame({"coupling": c, "development": t, "coordination": np.sqrt(c * t)})
    result["stage"] = pd.cut(result["coordination"], [0, .1, .2, .3, .4, .5, .6, .7, .8, .9, 9], right=False,
                             labels=range(1, 11)).astype(int)  # fmt: skip
    result["ratio"] = a / b
    return Independent(filled, gaps, z, entropy, weight, result.join(u), data["region"], system)


def table(study: ac.Study, name: str) -> pd.DataFrame:
    return ac.tidy(study.table(name))


def test_gaps(study: ac.Study, independent: Independent) -> None:
    """The eight missing cells and no others, filled as pandas fills them, each listed with its rule."""
    assert independent.gaps.to_numpy().sum() == 8
    shown = table(study, "filled")
    expected = independent.filled.stack()[independent.gaps.stack()]
    found = shown.set_index(["unit", "time", "indicator"])
    assert set(found.index) == set(expected.index)
    assert np.abs(found.loc[expected.index, "value"].to_numpy() - expected.to_numpy()).max() < 1e-9
    for (unit, year, key), rule in found["rule"].items():
        inside = independent.gaps[key].unstack("year").loc[unit]
        known = inside.index[~inside]
        assert rule == ("linear" if known.min() < year < known.max() else "hold")


def test_normalised(study: ac.Study, independent: Independent) -> None:
    z = study["normalised"].transpose("unit", "time", "indicator").to_series().unstack("indicator")
    assert np.abs(z.loc[independent.z.index, independent.z.columns] - independent.z).to_numpy().max() < TOL


def test_weights(study: ac.Study, independent: Independent) -> None:
    shown = table(study, "weights").set_index("indicator")
    assert np.abs(shown["entropy"] - independent.entropy[shown.index]).max() < TOL
    assert np.abs(shown["weight"] - independent.weight[shown.index]).max() < TOL
    assert (shown["subsystem"] == independent.system.loc[shown.index, "subsystem"]).all()


def test_coordination(study: ac.Study, independent: Independent) -> None:
    shown = table(study, "coordination").set_index(["unit", "time"])
    want = independent.result.loc[shown.index]
    assert len(shown) == 372
    for name in ("coupling", "development", "coordination"):
        assert np.abs(shown[name] - want[name]).max() < TOL, name
    assert (shown["stage"] == want["stage"]).all()
    assert (shown["region"] == independent.region.loc[shown.index]).all()
    first, second = independent.system["subsystem"].unique()
    lag = np.select([want["ratio"] < 0.8, want["ratio"] > 1.2], [f"{first} lags", f"{second} lags"], "synchronous")
    assert (shown["lag_type"] == lag).all()


def test_scores(study: ac.Study, independent: Independent) -> None:
    shown = table(study, "scores").set_index(["unit", "time", "subsystem"])["index"].unstack("subsystem")
    assert np.abs(shown - independent.result.loc[shown.index, shown.columns]).to_numpy().max() < TOL


def test_stage_counts(study: ac.Study, independent: Independent) -> None:
    shown = table(study, "stage_counts").set_index(["time", "stage"])["count"]
    want = independent.result.groupby([independent.result.index.get_level_values("year"), "stage"]).size()
    assert shown.sum() == 372
    assert (shown[shown > 0].sort_index() == want.sort_index().to_numpy()).all()
    assert set(shown[shown > 0].index) == set(want.index)


def test_regions(study: ac.Study, independent: Independent) -> None:
    shown = table(study, "regions").set_index(["region", "variable", "time"]).sort_index()
    for variable in ("coordination", "coupling", "development", *independent.system["subsystem"].unique()):
        by = independent.result[variable].groupby([independent.region, pd.Grouper(level="year")])
        for name, want in (("mean", by.mean()), ("sd", by.std(ddof=1)), ("cv", by.std(ddof=1) / by.mean())):
            found = [shown.loc[(region, variable, year), name] for region, year in want.index]
            assert np.abs(np.array(found) - want.to_numpy()).max() < TOL, (variable, name)
        rank = by.mean().unstack("region").rank(axis=1, ascending=False)
        for (year, region), want_rank in rank.stack().items():
            assert shown.loc[(region, variable, year), "rank"] == want_rank
        national = independent.result[variable].groupby(level="year").mean()
        assert np.abs(shown.xs(("National", variable), level=("region", "variable"))["mean"] - national).max() < TOL


def test_obstacle(study: ac.Study, independent: Independent) -> None:
    shown = table(study, "obstacle").set_index(["unit", "time", "indicator"])["degree"].unstack("indicator")
    short = (1 - independent.z) * independent.weight
    whole = short.T.groupby(independent.system["subsystem"]).transform("sum").T
    assert np.abs(shown - (short / whole).loc[shown.index, shown.columns]).to_numpy().max() < TOL


def test_descriptives(study: ac.Study, folder: Path, independent: Independent) -> None:
    """Of the observed values, before filling."""
    shown = table(study, "descriptives").set_index("indicator")
    x = pd.read_csv(folder / "panel.csv")[shown.index]
    assert (shown["n"] == x.count()).all() and (shown["missing"] == x.isna().sum()).all()
    for name in ("mean", "sd", "min", "max"):
        assert np.abs(shown[name] / getattr(x, "std" if name == "sd" else name)() - 1).max() < TOL, name
