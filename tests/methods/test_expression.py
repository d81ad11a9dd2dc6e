"""Formulas: arithmetic that gives what it says, and a gate that nothing else passes."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import accord as ac
from accord.errors import InputError
from accord.sheets import Sheet
from accord.study import expression
from accord.study.expression import evaluate, names
from accord.study.panel import build_panel

MakePanel = Callable[..., xr.Dataset]
COLUMNS = {
    "a": np.array([1.0, 2.0, 4.0]),
    "b": np.array([2.0, 0.5, -1.0]),
    "GDP per head": np.array([10.0, 20.0, 30.0]),
}


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("a", [1, 2, 4]),
        ("a + b * 2", [5, 3, 2]),
        ("(a + b) * 2", [6, 5, 6]),
        ("a - b - 1", [-2, 0.5, 4]),
        ("a / b / 2", [0.25, 2, -2]),
        ("-a ** 2", [-1, -4, -16]),
        ("2 ** a ** 0.5", [2, 2**2**0.5, 4]),
        ("+a", [1, 2, 4]),
        ("a * 1e4", [1e4, 2e4, 4e4]),
        ("log(a)", [0, math.log(2), math.log(4)]),
        ("exp(b) + sqrt(a)", [math.exp(2) + 1, math.exp(0.5) + math.sqrt(2), math.exp(-1) + 2]),
        ("max(a, b) - min(a, b)", [1, 1.5, 5]),
        ("abs(b)", [2, 0.5, 1]),
        ("`GDP per head` / 10", [1, 2, 3]),
        ("3 * 7", [21, 21, 21]),
        ("  a\t", [1, 2, 4]),
    ],
)
def test_arithmetic(expr: str, expected: list[float]) -> None:
    assert evaluate(expr, COLUMNS).tolist() == pytest.approx(expected, rel=1e-15, abs=1e-15)


LEAF = st.one_of(st.sampled_from(["a", "b"]), st.integers(1, 9).map(str))


@given(
    st.recursive(LEAF, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({' '.join(t)})"))
)
def test_agrees_with_python(expr: str) -> None:
    """On random trees; where Python divides by zero, the formula says in which row."""
    values, row = [], None
    for i in range(3):
        try:
            values.append(eval(expr, {}, {"a": float(COLUMNS["a"][i]), "b": float(COLUMNS["b"][i])}))
        except ZeroDivisionError:
            row = i
            break
    if row is None:
        assert evaluate(expr, COLUMNS).tolist() == pytest.approx(values, rel=1e-12)
    else:
        with pytest.raises(InputError, match="divides by zero"):
            evaluate(expr, COLUMNS)


def test_names_are_the_columns_and_each_once() -> None:
    assert sorted(names("b / (a + b) * log(`GDP per head`)")) == ["GDP per head", "a", "b"]
    assert names("2 * 3") == []


@pytest.mark.parametrize("name", ["GDP per head", "人均 GDP", "share (%)", "a+b", "class", "2011", "x.y", "最大值"])
def test_backquoted_names(name: str) -> None:
    assert names(f"`{name}` * 2") == [name]
    assert evaluate(f"`{name}` * 2", {name: np.array([3.0])}).tolist() == [6.0]


@pytest.mark.parametrize("name", ["人均收入", "q_10", "q_6162", "Été", "exp", "log", "min", "sqrt_2"])
def test_plain_names(name: str) -> None:
    """Also those that look like functions, and those that look like anything the parser makes for itself."""
    assert names(f"{name} / 2") == [name]
    assert evaluate(f"{name} / 2", {name: np.array([3.0])}).tolist() == [1.5]


def test_a_column_called_like_a_function_and_the_function() -> None:
    assert evaluate("log(log)", {"log": np.array([math.e])}).tolist() == pytest.approx([1.0])


def test_unknown_column_gets_a_suggestion() -> None:
    with pytest.raises(InputError, match='no column "GDP per hed"; did you mean "GDP per head"'):
        evaluate("`GDP per hed` + 1", COLUMNS)
    with pytest.raises(InputError, match='no column "log"'):
        evaluate("log * 2", COLUMNS)


def test_missing_stays_missing() -> None:
    out = evaluate("x / y", {"x": np.array([1.0, np.nan, 1.0, np.nan]), "y": np.array([2.0, 2.0, np.nan, 0.0])})
    np.testing.assert_array_equal(out, [0.5, np.nan, np.nan, np.nan])


@pytest.mark.parametrize(
    ("expr", "what"),
    [
        ("1 / (a - 2)", "divides by zero"),
        ("log(2 - a)", "no finite value"),
        ("sqrt(1.5 - a)", "no finite value"),
        ("(1.5 - a) ** 0.5", "no finite value"),
        ("(a - 2) ** (-1)", "no finite value"),
        ("exp(a * 400)", "no finite value"),
    ],
)
def test_the_first_row_that_fails_is_named(expr: str, what: str) -> None:
    with pytest.raises(expression.RowError, match=what) as error:
        evaluate(expr, COLUMNS)
    assert error.value.row == 1


SENTINEL: list[str] = []
REFUSED = [
    "__import__('os').system('true')", "a.real", "a.__class__", "().__class__.__bases__", "'text'", "b'a'", "f'{a}'",
    "lambda: 1", "lambda x: x", "a[0]", "a[:]", "[1, 2]", "(1, 2)", "{1: 2}", "{1}", "[x for x in a]", "(x for x in a)",
    "a if b else 1", "a or b", "a and b", "not a", "~a", "a < b", "a == b", "a is b", "a in b", "a // b", "a % b", "a @ b",
    "a << 2", "a | b", "a & b", "a ^ b", "(x := 1)", "*a", "await a", "yield a", "None", "True", "...", "1j", "a = 1",
    "import os", "a; b", "print(a)", "eval('1')", "exec('1')", "open('x')", "log(a, b)", "log()", "max(a)", "max(a, b, 1)",
    "log(x=a)", "log(*a)", "max(**a)", "log.real", "a(1)", "1(2)", "'a'(1)", "log(log)(a)", "`log`(a)", "a b", "a +", "(a",
    "a))", "", "   ", "`a", "a`", "a\nb", "a\n+b", "a \\", "$a", "a?", "0777", "1e", "\x00", "a\x00b", "class + 1",
]  # fmt: skip


@pytest.mark.parametrize("expr", REFUSED)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_anything_else_is_refused_and_never_run(expr: str) -> None:
    before = set(sys.modules)
    columns = {**COLUMNS, "x": COLUMNS["a"]}
    for gate in (expression.parse, names, lambda e: evaluate(e, columns)):
        with pytest.raises(InputError, match=r"formula|number"):
            gate(expr)
    assert set(sys.modules) - before <= {"os"}


@pytest.mark.parametrize(
    "expr",
    [
        "9 ** 9 ** 9 ** 9",
        "(9 ** 9 ** 9) * a",
        "1" + "0" * 400,
        "a * 1e999",
        "-" * 900 + "a",
        "(" * 400 + "a" + ")" * 400,
        "a" + " + a" * 5000,
        "2 ** " * 190 + "a",
        "abs(" * 150 + "a" + ")" * 150,
        "`" * 999,
    ],
    ids=["tower", "power", "long number", "infinite", "signs", "brackets", "too long", "powers", "calls", "quotes"],
)
def test_heavy_formulas_end_at_once_in_one_sentence_or_a_value(expr: str) -> None:
    """No minutes of integer arithmetic, no recursion error, no overflow; either it works or it is bad input."""
    try:
        assert np.isfinite(evaluate(expr, COLUMNS)).all()
    except InputError as error:
        assert len(str(error)) < 300
        assert "\n" not in str(error)


def test_powers_are_floating() -> None:
    """9 ** 9 ** 9 as integers would take minutes: numbers are floats before they are raised."""
    with pytest.raises(InputError, match="no finite value"):
        evaluate("9 ** 9 ** 9", COLUMNS)
    assert evaluate("3 ** 40", COLUMNS)[0] == 3.0**40


# ----------------------------------------------------------------------------------------------------------- in a panel


def table(**columns: list[str]) -> Sheet:
    return Sheet("data.csv", pd.DataFrame(columns, dtype=object))


def system(*exprs: str, deflator: str = "") -> ac.IndicatorSystem:
    rows = {"key": [f"k{i}" for i in range(len(exprs))], "subsystem": [f"S{i}" for i in range(len(exprs))],
            "direction": ["+"] * len(exprs), "expr": list(exprs), "deflator": [deflator] * len(exprs)}  # fmt: skip
    return ac.IndicatorSystem.from_table(pd.DataFrame(rows))


DATA = {"city": ["X", "X", "Y", "Y"], "year": ["2001", "2002"] * 2, "gdp": ["10", "12", "20", "30"],
        "people": ["1", "2", "4", "5"], "index": ["1", "1.2", "1", "2"]}  # fmt: skip


def test_derived_indicators() -> None:
    panel = build_panel(table(**DATA), system("gdp / people", "people ** 2"))
    assert panel["indicators"].sel(indicator="k0").values.tolist() == [[10, 6], [5, 6]]
    assert panel["indicators"].sel(indicator="k1").values.tolist() == [[1, 4], [16, 25]]


def test_gaps_are_filled_after_deriving() -> None:
    """A row that misses a part of a formula misses its value: the ratio is interpolated, not its parts."""
    data = {"city": ["X"] * 3 + ["Y"] * 3, "year": ["2001", "2002", "2003"] * 2, "gdp": ["10", "", "30", "1", "2", "3"],
            "people": ["1", "7", "2", "1", "1", "1"]}  # fmt: skip
    panel = build_panel(table(**data), system("gdp / people", "people"))
    assert panel["indicators"].sel(indicator="k0").values[0].tolist() == [10, 12.5, 15]
    assert panel["gap_rule"].sel(indicator="k0").values[0].tolist() == [0, 1, 0]


def test_constant_prices() -> None:
    for base, expected in ((None, [[10, 10], [20, 15]]), (2002, [[12, 12], [40, 30]])):
        panel = build_panel(table(**DATA), system("gdp * 1", "gdp", deflator="index"), deflator_base=base)
        assert panel["indicators"].sel(indicator="k1").values == pytest.approx(np.array(expected))
    with pytest.raises(InputError, match=r"1999 is not a year of the panel \(2001-2002\)"):
        build_panel(table(**DATA), system("gdp", "people", deflator="index"), deflator_base=1999)


@pytest.mark.parametrize("bad", ["0", "-1", ""])
def test_a_deflator_must_be_there_and_positive(bad: str) -> None:
    data = {**DATA, "index": ["1", "1.2", bad, "2"]}
    with pytest.raises(InputError, match='row 4, column "index": the deflator must be present and positive'):
        build_panel(table(**data), system("gdp", "people", deflator="index"))


def test_a_failing_row_is_named_with_its_indicator() -> None:
    data = {**DATA, "people": ["1", "2", "0", "5"]}
    with pytest.raises(InputError, match=r'data.csv, row 4: indicator "k0": formula "gdp / people" divides by zero'):
        build_panel(table(**data), system("gdp / people", "people"))


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r'data.csv: no column "peple" .*did you mean "people"'):
        build_panel(table(**DATA), system("gdp / peple", "people"))


def test_the_indicator_table_names_the_row_of_a_bad_formula(tmp_path: Path) -> None:
    path = tmp_path / "indicators.csv"
    path.write_text("key,subsystem,direction,expr\na,A,+,x / y\nb,B,-,x.real\n", encoding="utf-8")
    with pytest.raises(InputError, match=r'indicators.csv, row 3, column "expr": formula "x.real": only numbers'):
        ac.IndicatorSystem.from_table(path)
