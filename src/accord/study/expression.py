"""Formulas over raw columns, such as `beds / population * 1e4`: a small arithmetic language, never eval."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import InputError, brief, nearest
from accord.sheets import folded

Floats = NDArray[np.float64]
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "min": np.minimum, "max": np.maximum,
}  # fmt: skip
DEEPEST = 520
"""Levels of a formula: as many as a sum of 1000 characters needs, and fewer than Python's own limit."""
WIDE: dict[int, int | str] = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
WIDE |= {0x3000: " ", ord("×"): "*", ord("÷"): "/", ord("−"): "-"}
"""Full-width forms and signs of Chinese input methods, and what they stand for."""


def names(expr: str) -> list[str]:
    """Columns a formula reads, in order.

    Examples
    --------
    >>> names("beds / population * 1e4")
    ['beds', 'population']
    """
    tree = parse(expr)
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    read = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called]
    return list(dict.fromkeys(n.id for n in sorted(read, key=lambda n: n.col_offset)))


def parse(expr: str) -> ast.expr:
    """The formula as a tree of arithmetic alone.

    Allowed are numbers, column names, + - * / ** and brackets (full-width forms too), and log exp sqrt
    abs min max. A column whose name is no identifier stands in backquotes: `` `GDP per head` / 10 ``.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if len(expr) > 1000:
        raise InputError("the formula is longer than 1000 characters")
    quoted = expr.translate(WIDE).split("`")
    if len(quoted) % 2 == 0:
        raise InputError(f'formula "{brief(expr)}": a backquote is not closed')
    tokens = {f"quoted_{i}_": folded(part) for i, part in enumerate(quoted) if i % 2}
    plain = "".join(part if i % 2 == 0 else f" quoted_{i}_ " for i, part in enumerate(quoted))
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f'formula "{brief(expr)}" is not arithmetic over column names') from error
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        for node in level:
            _check(node, expr)
            if isinstance(node, ast.Name):
                node.id = tokens.get(node.id, node.id)
        level = [below for node in level for below in ast.iter_child_nodes(node)]
    if level:
        raise InputError(f'formula "{brief(expr)}" is nested more than {DEEPEST} levels deep; write it in parts')
    return tree


def _check(node: ast.AST, expr: str) -> None:
    """Refuse anything but arithmetic."""
    allowed = isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Call, ast.Load, *BINARY, *UNARY))
    if isinstance(node, ast.Constant):
        allowed = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if allowed and not abs(node.value) < 1e308:  # type: ignore[arg-type]
            raise InputError(f'formula "{brief(expr)}": a number in it is too large')
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        arity = 2 if called in ("min", "max") else 1
        allowed = called in FUNCTIONS and not node.keywords and len(node.args) == arity
    if not allowed:
        raise InputError(
            f'formula "{brief(expr)}": only numbers, columns, + - * / **, brackets and {" ".join(FUNCTIONS)} are allowed'
        )


def evaluate(expr: str, columns: Mapping[str, Floats]) -> Floats:
    """The formula's value for each row; NaN where a column it reads is missing.

    Raises
    ------
    InputError
        If it names an unknown column, divides by zero, or leaves the real numbers; with the row.

    Examples
    --------
    >>> evaluate("beds / population * 1e4", {"beds": np.array([5.0]), "population": np.array([1e4])}).tolist()
    [5.0]
    """
    tree = parse(expr)
    for name in names(expr):
        if name not in columns:
            raise InputError(f'formula "{brief(expr)}": no column "{brief(name)}"; {nearest(name, columns)}')
    size = len(next(iter(columns.values()))) if columns else 1
    missing = np.zeros(size, dtype=bool)
    for name in names(expr):
        missing |= np.isnan(columns[name])
    with np.errstate(all="ignore"):
        out = np.broadcast_to(np.asarray(_value(tree, columns, expr, missing), dtype="f8"), (size,)).copy()
    bad = ~np.isfinite(out) & ~missing
    if bad.any():
        raise RowError(f'formula "{brief(expr)}" has no finite value', int(np.flatnonzero(bad)[0]))
    return out


class RowError(InputError):
    """A formula that fails in one row, for the caller to name the place."""

    def __init__(self, message: str, row: int) -> None:
        super().__init__(message)
        self.row = row


def _value(node: ast.AST, columns: Mapping[str, Floats], expr: str, missing: NDArray[np.bool_]) -> Any:
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return columns[node.id]
    if isinstance(node, ast.UnaryOp):
        return UNARY[type(node.op)](_value(node.operand, columns, expr, missing))
    if isinstance(node, ast.Call):
        return FUNCTIONS[node.func.id](*(_value(a, columns, expr, missing) for a in node.args))  # type: ignore[attr-defined]
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, columns, expr, missing), _value(node.right, columns, expr, missing)
    if isinstance(node.op, ast.Div):
        zero = np.broadcast_to(np.asarray(right) == 0, missing.shape) & ~missing
        if zero.any():
            raise RowError(f'formula "{brief(expr)}" divides by zero', int(np.flatnonzero(zero)[0]))
    return BINARY[type(node.op)](np.asarray(left), np.asarray(right))
