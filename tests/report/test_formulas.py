"""Formulas of methods: every one can be drawn, follows the options, and comes to the page; nothing else comes with it."""

from __future__ import annotations

import inspect
from itertools import product
from typing import Any, Literal, get_args, get_origin

import pytest
import xarray as xr

import accord as ac
from accord.method import METHODS, Chosen, Method, group
from accord.methods.stages import _formula_lag
from accord.reports.formulas import formulas, mathml

WITHOUT = {"descriptives", "filled", "none", "arima", "ets", "alternatives"}
"""Methods that need no formula, or that another package computes."""


def settings(m: Method) -> list[dict[str, Any]]:
    """Every combination of the options with named values that its formula reads, beside the defaults."""
    options = {k: p for one in group(m) for k, p in one.options.items()}
    usual = {k: _usual(p.default) for k, p in options.items()}
    read = inspect.signature(m.formula).parameters if callable(m.formula) else {}
    named = {k: get_args(p.annotation) for k, p in options.items() if k in read and get_origin(p.annotation) is Literal}
    named |= {k: (True, False) for k, p in options.items() if k in read and p.annotation is bool}
    return [{**usual, **dict(zip(named, values, strict=True))} for values in product(*named.values())]


def _usual(default: Any) -> Any:
    return default.otherwise if isinstance(default, Chosen) else None if default is inspect.Parameter.empty else default


@pytest.mark.parametrize("m", METHODS.values(), ids=lambda m: m.id)
def test_every_formula_can_be_drawn(m: Method) -> None:
    written = {m.formulas(options) for options in settings(m)}
    assert m.helper or all(written) or m.name in WITHOUT, m.id
    if callable(m.formula):
        assert len(written) > 1 or len(settings(m)) == 1, "the options make a difference"
    for text in written:
        for one in formulas(text):
            assert one.drawn.startswith("<math"), one.latex
            assert "\\" not in one.drawn.split('">', 1)[1], f"a command that the converter does not know: {one.latex}"
            assert one.latex not in one.drawn.split('">', 1)[1] or len(one.latex) < 4
            assert r"\b" not in one.latex.replace(r"\bar", "").replace(r"\beta", ""), "no bold: browsers draw none"


def test_formulas_follow_the_settings() -> None:
    def of(**steps: Any) -> dict[str, str]:
        return {made["step"]: made["formula"] for made in ac.Study(ac.sample(), **steps).methods()}

    usual, other = of(), of(coupling="wang", weights="critic", index="geometric", normalise={"frame": "base"})
    assert r"\ln N" in usual["weights"] and "r_{jk}" in other["weights"]
    assert usual["coupling"] != other["coupling"] and usual["coupling"].endswith(r"D_{it}=\sqrt{C_{it}T_{it}}")
    assert "(=)" not in usual["normalise"], "no indicator of the sample has a target"
    assert r"\prod" in other["index"] and r"\sum" in usual["index"]
    assert "0.4" not in usual["stages"]


def test_tables_carry_the_formulas_of_their_methods() -> None:
    study = ac.Study(ac.sample())
    study.run("inequality")
    made = study.results()
    assert made["inequality"]["value"].attrs["formula"].startswith("G=")
    assert r"\ln(1+bT)" in made["convergence"]["coefficient"].attrs["formula"]


@pytest.mark.parametrize(
    "text",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\text{<img src=x onerror=1>}",
        r"\text{<b>}",
    ],
)
def test_nothing_but_a_formula_comes_of_it(text: str) -> None:
    drawn = mathml(text).lower()
    assert not any(tag in drawn for tag in ("<script", "<img", " href=", "<b>"))


@pytest.mark.parametrize("n", [2, 3])
def test_who_lags_is_drawn_for_any_number_of_subsystems(n: int) -> None:
    made = _formula_lag(xr.DataArray(list("ABC")[:n]))
    drawn = str(formulas(made)[0].drawn).split('">', 1)[1]
    assert "\\" not in drawn and ("arg" in drawn) == (n == 3)
