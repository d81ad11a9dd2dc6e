"""Raw yearbook series in, an indicator system out: formulas and deflators end to end, each value traced to its cells."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.look import check
from accord.reports.checked import told
from accord.study.remarks import remarks

CHINA = Path(__file__).parents[3] / "shared" / "data" / "china"
SYSTEM = pd.DataFrame(
    [
        ("gdp_pc", "Economy", "+", "", "gdp / population * 1e4", "cpi"),
        ("income", "Economy", "+", "", "", "cpi"),
        ("ratio", "Economy", "=", "1", "urban / rural", ""),
        ("green", "Ecology", "+", "", "", ""),
        ("so2_intensity", "Ecology", "-", "", "so2 / gdp * 1e3", ""),
    ],
    columns=["key", "subsystem", "direction", "target", "expr", "deflator"],
)


def series(seed: int = 3, units: int = 6, years: int = 8) -> pd.DataFrame:
    """Raw series of provinces, in a shuffled order of rows."""
    rng = np.random.default_rng(seed)
    rows = [(f"P{u}", 2011 + t) for u in range(units) for t in range(years)]
    out = pd.DataFrame(rows, columns=["province", "year"])
    for name in ("gdp", "population", "income", "urban", "rural", "green", "so2"):
        out[name] = rng.uniform(50, 150, len(out)).round(3)
    out["cpi"] = [round(100 * 1.02 ** (y - 2011) + 0.1 * int(p[1]) * (y > 2011), 3) for p, y in rows]
    return out.sample(frac=1, random_state=seed).reset_index(drop=True)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    frame = series()
    frame.loc[frame.eval("province == 'P2' and year == 2014"), "population"] = np.nan
    frame.to_csv(tmp_path / "panel.csv", index=False)
    SYSTEM.to_csv(tmp_path / "indicators.csv", index=False)
    (tmp_path / "plan.toml").write_text(
        '[panel]\nsource = "panel.csv"\nindicators = "indicators.csv"\ndeflator_base = 2013\n[steps]\n'
        + "".join(f"{step} = false\n" for step in ("forecast", "unit_roots", "pvar", "space", "density", "transitions"))
    )
    return tmp_path


def test_values_follow_from_cells(written: Path) -> None:
    panel = ac.read_panel(written / "panel.csv", written / "indicators.csv", deflator_base=2013)
    raw = pd.read_csv(written / "panel.csv").set_index(["province", "year"])
    for unit in ("P0", "P5"):
        for year in (2011, 2013, 2018):
            row, base = raw.loc[unit, year], raw.loc[unit, 2013]
            got = panel["indicators"].sel(unit=unit, time=year)
            real = base["cpi"] / row["cpi"]
            want = {
                "gdp_pc": row["gdp"] / row["population"] * 1e4 * real, "income": row["income"] * real,
                "ratio": row["urban"] / row["rural"], "green": row["green"], "so2_intensity": row["so2"] / row["gdp"] * 1e3,
            }  # fmt: skip
            assert {k: float(got.sel(indicator=k)) for k in want} == pytest.approx(want, rel=1e-13)
    assert panel["raw"].dims == ("unit", "time", "column")
    assert panel["raw"]["column"].values.tolist() == ["gdp", "population", "cpi", "income", "urban", "rural", "so2"]
    assert panel["raw"].attrs == {"deflator_base": 2013}


def test_results_lead_back_to_the_cells(written: Path) -> None:
    """`derived` names formula, columns, deflator and base year; `raw` the value and the row of the file of each cell."""
    ac.run(written / "plan.toml", out=written / "results")
    derived = pd.read_csv(written / "results/tables/derived.csv", keep_default_na=False, dtype=str).set_index(
        "indicator"
    )
    assert list(derived.index) == ["gdp_pc", "income", "ratio", "so2_intensity"], (
        "a column taken as it is is not derived"
    )
    assert derived.loc["gdp_pc"].to_dict() == {
        "formula": "(gdp / population * 1e4) * cpi[2013] / cpi", "columns": "gdp; population; cpi", "deflator": "cpi",
        "base_year": "2013",
    }  # fmt: skip
    assert derived.loc["ratio", ["formula", "deflator", "base_year"]].tolist() == ["urban / rural", "", ""]
    lines = (written / "panel.csv").read_text().splitlines()
    head = lines[0].split(",")
    raw = pd.read_csv(written / "results/tables/raw.csv", keep_default_na=False, dtype=str)
    assert list(raw) == ["unit", "time", "column", "value", "row"]
    assert len(raw) == 6 * 8 * 7
    for _, cell in raw.sample(60, random_state=1).iterrows():
        there = dict(zip(head, lines[int(cell["row"]) - 1].split(","), strict=True))
        assert (there["province"], there["year"]) == (cell["unit"], cell["time"])
        assert (float(there[cell["column"]]) if there[cell["column"]] else None) == (
            float(cell["value"]) if cell["value"] else None
        )
    filled = pd.read_csv(written / "results/tables/filled.csv")
    assert filled[["unit", "time", "indicator"]].values.tolist() == [["P2", 2014, "gdp_pc"]]
    tree = xr.open_datatree(written / "results/study.nc")
    assert tree["derived"]["base_year"].values[0] == "2013"
    assert json.loads((written / "results/run.json").read_text())["plan"]["panel"]["deflator_base"] == 2013
    page = (written / "results/report.html").read_text(encoding="utf-8")
    assert "(gdp / population * 1e4) * cpi[2013] / cpi" in page
    assert "Derived indicators" in page


def test_base_year_is_the_first_by_default(written: Path) -> None:
    panel = ac.read_panel(written / "panel.csv", written / "indicators.csv")
    assert panel["raw"].attrs == {"deflator_base": 2011}


def test_nothing_derived_leaves_no_trace() -> None:
    panel = ac.sample("china-replica")
    assert "raw" not in panel
    study = ac.Study(panel)
    study["coordination"]
    assert not {"derived", "raw"} & set(study.results().children)


def test_yearly_price_indices_are_questioned(tmp_path: Path) -> None:
    """Indices with the previous year as 100 are no deflator; a fixed base, and one country's index, are."""
    frame, rng = series(), np.random.default_rng(5)

    def kinds(cpi: np.ndarray) -> list[str]:
        frame.assign(cpi=cpi).to_csv(tmp_path / "panel.csv", index=False)
        SYSTEM.to_csv(tmp_path / "indicators.csv", index=False)
        panel = ac.read_panel(tmp_path / "panel.csv", tmp_path / "indicators.csv")
        return [r.kind for r in remarks(panel) if r.kind == "deflator"]

    assert kinds(frame["cpi"].to_numpy()) == []
    assert kinds((100 * 1.02 ** (frame["year"] - 2011)).to_numpy()) == []
    assert kinds(rng.normal(102, 1, len(frame)).round(1)) == ["deflator"]


@pytest.mark.skipif(not CHINA.is_dir(), reason=f"{CHINA} is not there: the provincial panel is not shipped")
def test_china_panel_from_its_ratios(tmp_path: Path) -> None:
    """Incomes of town and country out of income and their ratio, and back by `expr`: the panel's own ratio, to 1e-12."""
    frame = pd.read_csv(CHINA / "panel.csv")
    frame["rural"] = frame["income_pc"] / 2
    frame["urban"] = frame["income_ratio"] * frame["rural"]
    frame["price"] = 1.0 + 0.02 * (frame["year"] - 2011)
    frame.drop(columns=["income_ratio"]).to_csv(tmp_path / "panel.csv", index=False)
    system = pd.read_csv(CHINA / "indicators.csv", keep_default_na=False)
    system["expr"] = np.where(system["key"] == "income_ratio", "urban / rural", "")
    system["deflator"] = np.where(system["key"].isin(["gdp_pc", "income_pc"]), "price", "")
    system.to_csv(tmp_path / "indicators.csv", index=False)
    named = {"unit": "province", "region": "region", "label_zh": "province_zh"}
    made = ac.read_panel(tmp_path / "panel.csv", tmp_path / "indicators.csv", **named, deflator_base=2022)
    was = ac.read_panel(CHINA / "panel.csv", CHINA / "indicators.csv", **named)
    near = {
        k: abs(made["indicators"].sel(indicator=k) / was["indicators"].sel(indicator=k) - 1).max()
        for k in ("income_ratio", "beds")
    }
    assert max(float(v) for v in near.values()) < 1e-12
    real = made["indicators"].sel(indicator="gdp_pc") / was["indicators"].sel(indicator="gdp_pc")
    assert real.sel(time=2022).values == pytest.approx(1)
    assert real.sel(time=2011).values == pytest.approx(1.22)
    study = ac.Study(made)
    assert ac.tidy(study.results()["derived"].to_dataset())["indicator"].tolist() == [
        "gdp_pc",
        "income_pc",
        "income_ratio",
    ]


@pytest.mark.skipif(not CHINA.is_dir(), reason=f"{CHINA} is not there: the provincial panel is not shipped")
def test_cells_of_exports(tmp_path: Path) -> None:
    """Of a folder of exports each raw cell names its file, sheet, row and column: read there, the same number stands."""
    from python_calamine import CalamineWorkbook

    folder = CHINA / "nbs_exports"
    spending, people = "地方财政教育支出", "年末常住人口"
    columns = [str(c) for c in ac.read_panel(folder)["indicator"].values]
    spending, people = (next(c for c in columns if c.startswith(name)) for name in (spending, people))
    table = pd.DataFrame(
        {"key": ["education_pc", "toilets"], "subsystem": ["A", "B"], "direction": ["+", "+"],
         "expr": [f"`{spending}` / `{people}` * 1e4", next(f"`{c}`" for c in columns if "公共厕所" in c)]}
    )  # fmt: skip
    panel = ac.read_panel(folder, table)
    year = int(panel["time"].values[-1])
    for column in (spending, people):
        at = {"unit": panel["unit"].values[7], "time": year, "column": column}
        where = str(panel["raw_cell"].sel(at).item())
        file, sheet, row, _ = where.split(", ", 3)
        book = CalamineWorkbook.from_path(str(folder / file))
        line = book.get_sheet_by_name(sheet.removeprefix('sheet "').removesuffix('"')).to_python(skip_empty_area=False)[
            int(row.removeprefix("row ")) - 1
        ]
        assert float(panel["raw"].sel(at)) in [v for v in line if isinstance(v, float)], where
    raw = ac.tidy(ac.Study(panel).results()["raw"].to_dataset())
    assert list(raw) == ["unit", "time", "column", "value", "cell"]


def test_check_says_what_was_read_and_which_years_are_kept(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("地区,2018年,2019年,2020年\n北京,1,2,3\n天津,4,5,7\n", encoding="utf-8")
    (exports / "b.csv").write_text("地区,2019年,2020年,2021年\n北京,1,2,3\n天津,4,5,7\n", encoding="utf-8")
    (tmp_path / "indicators.csv").write_text("key,subsystem,direction\na,A,+\nb,B,-\n")
    plan = tmp_path / "plan.toml"
    plan.write_text('[panel]\nsource = "exports"\nindicators = "indicators.csv"\n')
    found = check(plan)
    assert found["read"][0].startswith("a.csv: a, 2 units x 3 years 2018-2020")
    assert found["read"][-1] == "kept: 2019-2020, the years that every column asked for covers"
    assert told(found).splitlines()[1] == found["read"][0]
