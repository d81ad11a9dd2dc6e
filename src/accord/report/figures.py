"""Draw and save every figure whose table a results tree holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import xarray as xr

from accord.plot import FIGURES
from accord.plot.style import save

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")


def draw(tree: xr.DataTree, to: Path, language: str, formats: Sequence[Format] = FORMATS) -> dict[str, list[Path]]:
    """Files of each figure by name, written into a folder; figures without their table are left out.

    A table without years or units (a grid's) has no figure of units.
    """
    to.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, (figure, table, _) in FIGURES.items():
        if table in tree.children and tree[table].to_dataset().data_vars:
            made[name] = save(figure(tree, language=language), to, name, tuple(formats))
    return made
