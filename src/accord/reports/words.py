"""Words of the report in English and Chinese, looked up in the vocabulary."""

from __future__ import annotations

from accord.reports.vocabulary import CELLS, COLUMNS, HEADS, OF_TABLE, PHRASES, STATES, TEXTS, TITLES, UNDIVIDED
from accord.settings import OPTIONS, STEPS, VALUES, option, option_name, read, setting, step, value

__all__ = [
    "COLUMNS", "OPTIONS", "STATES", "STEPS", "TEXTS", "TITLES", "VALUES", "option", "option_name", "read", "setting", "step", "value",
]  # fmt: skip


def phrase(key: str, language: str) -> str:
    """A fixed phrase in a language."""
    return str(getattr(PHRASES[key], language))


def title(table: str, language: str, divided: bool = True) -> str:
    """A table's title, another for some where the units stand in no regions; for one nobody has named, its name in words."""
    if not divided and table in UNDIVIDED:
        return str(getattr(UNDIVIDED[table], language))
    if table in TITLES:
        return str(getattr(TITLES[table], language))
    return table.replace("_", " ").capitalize()


def caption(table: str, across: bool, language: str, divided: bool = True) -> str:
    """A table's caption: its title, and what stands in the cells where years are across."""
    named = title(table, language, divided)
    if table not in CELLS or not across:
        return named
    said = str(getattr(CELLS[table], language))
    return f"{named}（{said}）" if language == "zh" else f"{named}: {said}"


def head(column: str, language: str, table: str = "") -> str:
    """A column's head, which may mean something else in one table."""
    if (table, column) in OF_TABLE:
        return str(getattr(OF_TABLE[table, column], language))
    return COLUMNS.get(column, column) if language == "zh" else HEADS.get(column, column.replace("_", " "))
