"""Draw and save every figure whose table a results tree holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import xarray as xr

from accord.errors import InputError, NotDrawn, NothingToDraw
from accord.method import Text
from accord.plot import FIGURES
from accord.plot.style import mark_simulated, save

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")


def draw(
    tree: xr.DataTree, to: Path, language: str, formats: Sequence[Format] = FORMATS
) -> tuple[dict[str, list[Path]], list[dict[str, str]]]:
    """Files of each figure by name, written into a folder; figures without their table are left out.

    A figure that cannot carry the data (too many units, say) is left out: the second of the two says which
    and why, in English and Chinese.
    """
    to.mkdir(parents=True, exist_ok=True)
    made: dict[str, list[Path]] = {}
    notes = []
    for name, (figure, table, _) in FIGURES.items():
        if table not in tree.children or not tree[table].to_dataset().data_vars:
            continue
        try:
            drawn = figure(tree, language=language)
        except NothingToDraw:
            continue
        except Exception as error:  # one figure never takes the others, or the tables, down
            said = _reason(error)
            notes.append({"en": f"figure {name} is left out: {said.en}", "zh": f"未绘制图 {name}：{said.zh}"})
            continue
        if tree.attrs.get("simulated"):
            mark_simulated(drawn, language)
        made[name] = save(drawn, to, name, tuple(formats))
    return made, notes


def _reason(error: Exception) -> Text:
    """Why a figure is left out; what went wrong in accord itself asks for a report."""
    if isinstance(error, NotDrawn):
        return Text(str(error), error.zh)
    if isinstance(error, InputError):
        return Text(str(error), str(error))
    fault = f"{type(error).__name__}: {error}"
    return Text(f"{fault} (please report it)", f"程序出错（请反馈）：{fault}")
