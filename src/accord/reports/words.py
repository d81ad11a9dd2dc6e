"""Words of the report in English and Chinese, looked up in the vocabulary."""

from __future__ import annotations

import json
from typing import Any

from accord.reports.vocabulary import (
    CELLS,
    COLUMNS,
    HEADS,
    OF_OPTION,
    OF_TABLE,
    OPTIONS,
    PHRASES,
    STATES,
    STEPS,
    TEXTS,
    TITLES,
    VALUES,
)

__all__ = ["COLUMNS", "OPTIONS", "STATES", "STEPS", "TEXTS", "VALUES"]


OF_MODELS = ("compare", "tests")
"""Options that list names of accord's own, not an author's."""


def step(name: str, language: str) -> str:
    """A step as the plan calls it, or in Chinese."""
    return STEPS.get(name, name) if language == "zh" else name


def method(step_name: str, name: str, language: str) -> str:
    """A step with its method where it is a choice."""
    shown = step(step_name, language)
    if name == step_name:
        return shown
    return f"{shown}：{VALUES.get(name, name)}" if language == "zh" else f"{shown}: {name}"


def option(name: str, value: Any, language: str) -> str:
    """An option with its value; values that are names of accord's own are put into words."""
    if language != "zh":
        return f"{name} = {json.dumps(value, ensure_ascii=False)}"
    return f"{OPTIONS.get(name, name)} {_value(name, value)}"


def _value(name: str, value: Any) -> str:
    """An option's value in Chinese."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        known = VALUES if name in OF_MODELS else {}
        return "、".join(known.get(str(v), str(v)) for v in value) or "未设"
    if isinstance(value, dict):
        own = {OF_OPTION.get((name, k), k): v for k, v in value.items()}
        parts = (
            f"{k}（{_value(name, v)}）" if isinstance(v, dict) else f"{k} {_value(name, v)}" for k, v in own.items()
        )
        return "、".join(parts)
    return OF_OPTION.get((name, value), VALUES.get(value, value)) if isinstance(value, str) else str(value)


def phrase(key: str, language: str) -> str:
    """A fixed phrase in a language."""
    return str(getattr(PHRASES[key], language))


def title(table: str, language: str) -> str:
    """A table's title; for a table nobody has named, its own name in words."""
    if table in TITLES:
        return str(getattr(TITLES[table], language))
    return table.replace("_", " ").capitalize()


def caption(table: str, across: bool, language: str) -> str:
    """A table's caption: its title, and what stands in the cells where years are across."""
    if table not in CELLS or not across:
        return title(table, language)
    said = str(getattr(CELLS[table], language))
    return f"{title(table, language)}（{said}）" if language == "zh" else f"{title(table, language)}: {said}"


def head(column: str, language: str, table: str = "") -> str:
    """A column's head, which may mean something else in one table."""
    if (table, column) in OF_TABLE:
        return str(getattr(OF_TABLE[table, column], language))
    return COLUMNS.get(column, column) if language == "zh" else HEADS.get(column, column.replace("_", " "))
