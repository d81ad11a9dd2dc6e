"""Figure of the panel VAR's stability: the roots of its companion matrix in the unit circle, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from accord.errors import InputError, NothingToDraw
from accord.plot.boards import Board, room_left, set_out
from accord.plot.frames import language_of, only
from accord.plot.layout import legend, sheet, ticks, titled
from accord.plot.pvar_frames import (
    absent_groups,
    asked,
    descriptive_groups,
    estimator_key,
    first_or_all,
    group_heads,
    grouped,
    like_leading,
    mark_of,
    plain,
    value_ticks,
)
from accord.plot.style import FAINT, INK, TEXT, Size, Words, drawing, width_of
from accord.plot.typeface import printable
from accord.plot.words_pvar import estimator_name, pvar_texts

REACH = 1.15
"""Half the width of a panel: roots further out are named below it."""


def stability_circle(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: Sequence[str] | None = None,
    estimators: Sequence[str] | None = None,
) -> Figure | pd.DataFrame:
    """Roots of the companion matrix in the complex plane: a panel VAR is stable where all lie inside the unit circle.

    Each estimator has a mark of its own, large and filled where it leads; the largest modulus of that one stands over
    the panel. Roots beyond the panel are named at the foot.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `stability`.
    ax
        Axes to draw one group into; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, estimator, leading, descriptive, root, real, imaginary, modulus)
        instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups
        Those to draw; all by default.
    estimators
        Those to draw, as the results name them; by default, in each group, all that treat year effects as the leading
        one does.

    Raises
    ------
    InputError
        If there is no such group, or `ax` is given for several.
    NothingToDraw
        If no group has roots.
    """
    table = grouped(result, "stability", "real", "imaginary", "modulus")
    chosen, whole = language_of(result, language), width_of(size)
    frame = root_frame(table, groups, estimators, descriptive_groups(result, table))
    if data:
        return frame
    with drawing(chosen) as words:
        key = _key(frame, chosen)
        if ax is None:
            absent = absent_groups(asked(table, "stability", "group", groups), frame, chosen, words)
            return first_or_all(
                frame, groups, chosen, lambda f, more: _page(f, key, [*more, *absent], chosen, words, whole)
            )
        if frame["group"].nunique() > 1:
            one = frame["group"].iloc[0]
            raise InputError(
                f'stability_circle draws a panel for each group: with ax, name one, as in groups=["{one}"]'
            )
        _panel(ax, frame)
        _scales(ax, named=True)
        titled(ax, pvar_texts(chosen).real, x=True)
        titled(ax, pvar_texts(chosen).imaginary, x=False)
        legend(ax, *key, loc="upper left", bbox_to_anchor=(1.04, 1))
        return sheet(ax)


def root_frame(
    table: xr.Dataset, groups: Sequence[str] | None, estimators: Sequence[str] | None, few: set[str]
) -> pd.DataFrame:
    """One row for each group, estimator and root that is known."""
    dims = ("group", "estimator", "root")
    values = {v: only(table[v], *dims) for v in ("real", "imaginary", "modulus")}
    columns = xr.Dataset(
        {v: (dims, a.values) for v, a in values.items()}, {d: table[d].values for d in dims if d in table}
    )
    frame = columns.to_dataframe(dim_order=list(dims)).reset_index().astype({"group": object, "estimator": object})
    leading = table["leading"].transpose("group", "estimator").to_series()
    frame.insert(2, "leading", [bool(leading[g, e]) for g, e in zip(frame["group"], frame["estimator"], strict=True)])
    frame.insert(3, "descriptive", [g in few for g in frame["group"]])
    kept: pd.Series = frame["group"].isin(asked(table, "stability", "group", groups)) & np.isfinite(frame["modulus"])
    if not kept.any():
        raise NothingToDraw("stability_circle has nothing to draw: no group has roots")
    shown: pd.DataFrame = frame.loc[kept]
    return like_leading(shown, estimators).reset_index(drop=True)


def _key(frame: pd.DataFrame, language: str) -> tuple[list[Any], list[str]]:
    handles, names = estimator_key(frame, language)
    return [Line2D([], [], color=INK, linewidth=0.8), *handles], [pvar_texts(language).circle, *names]


def _page(
    frame: pd.DataFrame, key: tuple[list[Any], list[str]], notes: Sequence[str], language: str, words: Words, whole: float
) -> Figure:  # fmt: skip
    """A panel for each group, its largest modulus over it."""
    say, names = pvar_texts(language), list(dict.fromkeys(frame["group"]))
    parts, heads = dict(list(frame.groupby("group", sort=False))), group_heads(frame, language, words, estimators=False)
    columns = []
    for group in names:
        own = parts[group][parts[group]["leading"]]["modulus"]
        columns.append((*heads[group], say.largest.format(value=f"{own.max():.2f}")) if len(own) else heads[group])
    board = Board(
        "stability_circle", [""], columns, f"{say.real}{say.across}{say.imaginary}{say.upright}", narrowest=22.0,
        lowest=22.0, good=52.0, left=room_left([plain(-1)]), square=True, notes=[*_outside(frame, language, words), *notes],
    )  # fmt: skip
    figure, cells = set_out(board, key, whole)
    for cell in cells:
        _panel(cell.axes, parts[names[cell.column]])
        _scales(cell.axes, named=cell.first)
    return figure


def _outside(frame: pd.DataFrame, language: str, words: Words) -> list[str]:
    """A note that names the roots beyond the panels, the largest of each estimator and group."""
    say = pvar_texts(language)
    far = frame[frame[["real", "imaginary"]].abs().max(axis=1) > REACH]
    most = far.loc[far.groupby(["group", "estimator"], sort=False)["modulus"].idxmax()] if len(far) else far
    said = [
        f"{words.national if row['group'] == 'National' else row['group']} {estimator_name(row['estimator'], language)} {row['modulus']:.2f}"
        for _, row in most.iterrows()
    ]
    return [say.outside.format(roots=say.listed.join(printable(said, language)))] if said else []


def _panel(axes: Axes, part: pd.DataFrame) -> None:
    """The circle and the roots, those of the leading estimator on top."""
    axes.set_xlim(-REACH, REACH)
    axes.set_ylim(-REACH, REACH)
    axes.set_aspect("equal")
    axes.axhline(0, color=FAINT, linewidth=0.5, zorder=1)
    axes.axvline(0, color=FAINT, linewidth=0.5, zorder=1)
    axes.add_patch(Circle((0, 0), 1, fill=False, edgecolor=INK, linewidth=0.8, zorder=2))
    for leads in (True, False):
        for _, row in part[part["leading"] == leads].iterrows():
            axes.plot(
                row["real"], row["imaginary"], **mark_of(row["estimator"], leading=leads), zorder=3 if leads else 4
            )
    axes.spines[["top", "right"]].set_visible(False)


def _scales(axes: Axes, *, named: bool) -> None:
    ticks(axes.xaxis, [-1, 0, 1], [plain(m) for m in (-1, 0, 1)])
    axes.tick_params(axis="x", labelsize=TEXT)
    value_ticks(axes, [-1, 0, 1], named=named)
