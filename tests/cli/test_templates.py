"""`accord new`: what each template makes, that it says what is missing, and that it runs once it is filled."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from accord.io.sample import FORMS
from accord.study.plan import read_plan
from accord.study.system import IndicatorSystem

QUICK = ("irf.draws=99", "unit_roots.draws=199", "unit_roots.flips=199", "density.draws=99")
FEW = {
    "published": ("forecast.iterations=2", "forecast.members=1", 'forecast.compare=["naive"]', "fevd.draws=99"),
    "china": (
        "forecast.method=theta",
        "inequality.draws=99",
        "transitions.draws=99",
        "granger.draws=99",
        "space=false",
    ),
}


def simulated(book: Path, seed: int = 1) -> None:
    """Fill the sheet to fill in with numbers that rise, differ between units and stay above zero."""
    made = load_workbook(book)
    sheet, rng = made["data"], np.random.default_rng(seed)
    head = [cell.value for cell in sheet[1]]
    at = {name: k for k, name in enumerate(head)}
    units = {name: k for k, name in enumerate(dict.fromkeys(row[0].value for row in sheet.iter_rows(min_row=2)))}
    level = rng.uniform(0.5, 2, (len(units), len(head)))
    growth = rng.normal(0.02, 0.02, (len(units), len(head)))
    for row in sheet.iter_rows(min_row=2):
        u, t = units[row[0].value], row[at["year"]].value - 2011
        for k in range(4, len(head)):
            row[k].value = float(10 * level[u, k] * np.exp(growth[u, k] * t + rng.normal(0, 0.03)))
    sheet.cell(3, len(head)).value = None  # a gap
    made.save(book)


@pytest.mark.parametrize("template", FORMS)
def test_form_is_laid_out(template: str, door: Callable[..., Any], tmp_path: Path) -> None:
    made = door("new", tmp_path / "s", "--template", template)
    assert made.code == 0
    assert sorted(p.name for p in (tmp_path / "s").iterdir()) == ["plan.toml", "study.xlsx"]
    assert "fill the sheet data" in made.out
    book = load_workbook(tmp_path / "s/study.xlsx")
    assert book.sheetnames == ["read me", "data", "indicators", "columns"]
    rows = list(book["data"].iter_rows(values_only=True))
    assert len(rows) == 1 + 31 * 12
    assert rows[1][:4] == ("Beijing", "北京", "Eastern", 2011)
    regions = {row[0]: row[2] for row in rows[1:]}
    assert {r: list(regions.values()).count(r) for r in set(regions.values())} == {
        "Eastern": 10, "Central": 6, "Western": 12, "Northeast": 3,
    }  # fmt: skip
    assert all(value is None for row in rows[1:] for value in row[4:])
    assert book["data"].freeze_panes == "E2"
    assert all(cell.comment is not None for cell in book["data"][1][4:]), "every column to fill in says what it is"
    listed = [row[0] for row in book["columns"].iter_rows(min_row=2, values_only=True)]
    assert set(rows[0][4:]) == set(listed)
    shipped = Path(read_plan(tmp_path / "s/plan.toml").panel.source)
    assert shipped == tmp_path / "s/study.xlsx"


@pytest.mark.parametrize("template", FORMS)
def test_form_says_what_is_missing(template: str, door: Callable[..., Any], tmp_path: Path) -> None:
    door("new", tmp_path / "s", "--template", template)
    for args in (("check",), ("run", "--out", tmp_path / "r")):
        said = door(args[0], tmp_path / "s/plan.toml", *args[1:])
        assert said.code == 2
        assert 'study.xlsx, sheet "data": no number is filled in yet; fill the columns' in said.message
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("template", FORMS)
def test_form_runs_when_filled(template: str, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    door("new", tmp_path / "s", "--template", template)
    simulated(tmp_path / "s/study.xlsx")
    plan, sets = tmp_path / "s/plan.toml", [w for one in (*QUICK, *FEW[template]) for w in ("--set", one)]
    looked = door("check", plan)
    assert looked.code == 0, looked
    assert "31 units x 12 years" in looked.out
    said = door("run", plan, "--out", tmp_path / "r", *sets)
    assert said.code == 0, said
    steps = {s["name"]: s for s in json.loads((tmp_path / "r/run.json").read_text())["steps"]}
    assert {n for n, s in steps.items() if s["state"] in ("failed", "refused")} == set(), steps
    for name in (
        "weights",
        "coupling",
        "stages",
        "density",
        "forecast",
        "unit_roots",
        "lag_order",
        "pvar",
        "irf",
        "fevd",
    ):
        assert steps[name]["state"] == "done", steps[name]


def test_published_is_the_published_design(door: Callable[..., Any], tmp_path: Path) -> None:
    """What the publication states, and its words for the stages."""
    door("new", tmp_path / "s", "--template", "published")
    plan = tomllib.loads((tmp_path / "s/plan.toml").read_text(encoding="utf-8"))
    steps = plan["steps"]
    assert steps["coupling"] == {"method": "standard", "weights": [0.5, 0.5]}
    assert steps["forecast"] == {
        "method": "paper", "iteration": "epoch", "rate": 0.002, "iterations": 1000, "holdout": 3, "until": 2030,
    }  # fmt: skip
    assert steps["pvar"]["style"] == "stata_pvar"
    assert steps["pvar"]["difference"] == {"default": 1, "National": {"Urban-rural integration": 0}}
    from accord.methods.stages import TEN_ZH

    assert steps["stages"]["names_zh"] == list(TEN_ZH)
    assert [steps["stages"]["names"][k] for k in (3, 4, 5, 6, 7, 8)] == [
        "mild imbalance", "near imbalance", "barely coordinated", "primary coordinated", "intermediate coordinated",
        "good coordinated",
    ]  # fmt: skip
    book = load_workbook(tmp_path / "s/study.xlsx")
    rows = [dict(zip([c.value for c in book["indicators"][1]], [c.value for c in r], strict=True))
            for r in book["indicators"].iter_rows(min_row=2)]  # fmt: skip
    listed = {r["name"]: r["direction"] for r in rows if r["note"].startswith("published")}
    assert listed == {
        "Personal car ownership level": "+", "Urbanization rate": "+", "Forest coverage": "+",
        "Urban to rural ratio of per-capita transport and communication": "=",
        "Harmless treatment of household waste": "+", "Popularization of public toilets": "+",
    }  # fmt: skip
    assert {r["note"].split()[0].rstrip(";") for r in rows} == {"published", "ours"}
    places = {(r["subsystem"], r["dimension"]) for r in rows}
    assert places == {
        *(("Ecological resilience", d) for d in ("Restoration", "Adaptability", "Resistance")),
        *(("Urban-rural integration", d) for d in ("Economic", "Social", "Spatial", "Ecological")),
    }
    for line in (tmp_path / "s/plan.toml").read_text(encoding="utf-8").split("[steps]")[1].splitlines():
        if " = " in line and not line.startswith(("default", "National", "method", "edges", "names")):
            assert "ours" in line, f"how it differs from the default is said: {line}"


def test_forms_name_only_known_columns() -> None:
    """Every raw column of a template's indicators stands in the table of columns."""
    from importlib.resources import files

    import pandas as pd

    data = Path(str(files("accord") / "data"))
    known = set(pd.read_csv(data / "forms/columns.csv")["column"])
    for template in FORMS:
        needed = set(IndicatorSystem.from_table(data / template / "indicators.csv").columns())
        assert needed <= known, needed - known
