"""The published study's settings, as the plan that `accord new --template published` writes has them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def published_plan() -> dict[str, Any]:
    """That plan: panel and steps.

    Examples
    --------
    >>> published_plan()["steps"]["coupling"]
    {'method': 'standard', 'weights': [0.5, 0.5]}
    """
    return tomllib.loads((files("accord") / "data" / "published" / "plan.toml").read_text(encoding="utf-8"))


def published_steps(subsystems: int) -> dict[str, Any]:
    """Its steps, for a study of so many subsystems: what is said of two by name or number is left to the default.

    Examples
    --------
    >>> published_steps(3)["coupling"]
    {'method': 'standard'}
    """
    steps = {name: dict(said) if isinstance(said, dict) else said for name, said in published_plan()["steps"].items()}
    if subsystems != 2:
        steps["coupling"].pop("weights")
    return steps
