"""Figure of the variance decomposition: what share of each variable's forecast variance the shocks in each explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from accord.errors import InputError
from accord.plot.boards import Board, room_left, set_out
from accord.plot.frames import language_of, only
from accord.plot.layout import LINE, legend, millimetres, sheet, titled, widest
from accord.plot.pvar_frames import (
    absent_groups,
    asked,
    descriptive_groups,
    estimator_of,
    first_or_all,
    group_heads,
    grouped,
    value_ticks,
    variable_names,
    whole_head,
    whole_ticks,
)
from accord.plot.style import INK, TEXT, Size, Words, drawing, subsystem_colours, width_of
from accord.plot.words_pvar import pvar_texts

TOP = 1.12
"""Height of the axis, in shares: room over the bars for the mark of the period from which they are settled."""
LEADER = 1.6
"""Width in mm of the line from a bar to the figure beside it."""


def variance_decomposition(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: Sequence[str] | None = None,
    responses: Sequence[str] | None = None,
    estimator: str | None = None,
) -> Figure | pd.DataFrame:
    """Share of each impulse in the forecast variance of each response, horizon by horizon, as stacked bars.

    Figures beside the last bar are its shares in per cent, with their band in brackets where there is one. A triangle
    marks the horizon from which no share moves by more than a point.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `fevd`.
    ax
        Axes to draw one response of one group into; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, estimator, descriptive, response, impulse, horizon, variance_share, lo, hi,
        settled) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups, responses
        Those to draw; all by default.
    estimator
        The same for all groups; by default the one that leads in each.

    Raises
    ------
    InputError
        If there is no such name, or `ax` is given for several panels.
    NothingToDraw
        If no group has a decomposition.
    """
    table = grouped(result, "fevd", "variance_share", "lo", "hi")
    chosen, whole = language_of(result, language), width_of(size)
    frame = share_frame(table, groups, responses, estimator, descriptive_groups(result, table))
    if data:
        return frame
    with drawing(chosen) as words:
        key = _key(frame, chosen, words)
        if ax is None:
            absent = absent_groups(asked(table, "fevd", "group", groups), frame, chosen, words)
            return first_or_all(
                frame, groups, chosen, lambda f, more: _page(f, key, [*more, *absent], chosen, words, whole)
            )
        if len(frame[["group", "response"]].drop_duplicates()) > 1:
            raise InputError(
                "variance_decomposition draws a panel for each response: with ax, name one group and response, as in "
                f'groups=["{frame["group"].iloc[0]}"], responses=["{frame["response"].iloc[0]}"]'
            )
        _panel(ax, frame)
        _upright(ax, named=True)
        whole_ticks(ax, int(frame["horizon"].min()), int(frame["horizon"].max()), named=True)
        titled(ax, pvar_texts(chosen).ahead, x=True)
        titled(ax, pvar_texts(chosen).shares, x=False)
        legend(ax, *key, loc="upper left", bbox_to_anchor=(1 + (_beside(frame) + 1) / millimetres(ax)[0], 1))
        return sheet(ax)


def share_frame(
    table: xr.Dataset, groups: Sequence[str] | None, responses: Sequence[str] | None, estimator: str | None, few: set[str]
) -> pd.DataFrame:  # fmt: skip
    """One row for each group, response, horizon and impulse: the share and its band, and when the shares are settled."""
    dims = ("group", "estimator", "response", "horizon", "impulse")
    values = {v: only(table[v], *dims) for v in ("variance_share", "lo", "hi")}
    kept = asked(table, "fevd", "response", responses)
    known = xr.apply_ufunc(np.isfinite, values["variance_share"]).any(list(dims[2:]))
    drawn = estimator_of(table, asked(table, "fevd", "group", groups), known, estimator)
    parts = []
    for group, one in drawn.items():
        columns = {v: (dims[2:], a.sel(group=group, estimator=one).values) for v, a in values.items()}
        chosen = xr.Dataset(columns, {d: table[d].values for d in dims[2:]}).sel(response=kept)
        part = chosen.to_dataframe(dim_order=list(dims[2:])).reset_index()
        part.insert(0, "group", group)
        part.insert(1, "estimator", one)
        part.insert(2, "descriptive", group in few)
        period = table["settled"].sel(group=group, estimator=one) if "settled" in table else None
        part["settled"] = [np.nan if period is None else float(period.sel(response=r)) for r in part["response"]]
        parts.append(part)
    return pd.concat(parts, ignore_index=True).astype({"response": object, "impulse": object})


def _key(frame: pd.DataFrame, language: str, words: Words) -> tuple[list[Any], list[str]]:
    """Legend: the shocks, and the mark of the period from which shares are settled."""
    shocks, say = list(dict.fromkeys(frame["impulse"])), pvar_texts(language)
    shown = variable_names(shocks, language, words)
    handles: list[Any] = [Patch(facecolor=c, linewidth=0) for c in subsystem_colours(len(shocks))]
    names = [say.shock.format(name=shown[s]) for s in shocks]
    if frame["settled"].notna().any():
        handles.append(Line2D([], [], color=INK, marker="v", markersize=3.4, linestyle="none", markeredgewidth=0))
        names.append(say.settled)
    return handles, names


def _page(
    frame: pd.DataFrame, key: tuple[list[Any], list[str]], notes: Sequence[str], language: str, words: Words, whole: float
) -> Figure:  # fmt: skip
    """Groups side by side and responses down, or the responses of one group side by side."""
    say, names = pvar_texts(language), list(dict.fromkeys(frame["group"]))
    answers = list(dict.fromkeys(frame["response"]))
    shown = variable_names(answers, language, words)
    heads = group_heads(frame, language, words)
    titles: list[str] = [say.of_variance.format(name=shown[r]) for r in answers]
    columns, rows, title = [heads[g] for g in names], [[(g, r) for g in names] for r in answers], ""
    if len(names) == 1:
        columns, titles, title = [(t,) for t in titles], [""], whole_head(heads[names[0]], language)
        rows = [[(names[0], r) for r in answers]]
    parts = dict(list(frame.groupby(["group", "response"], sort=False)))
    board = Board(
        "variance_decomposition", titles, columns, say.shares_ahead, narrowest=12.0, lowest=16.0,
        good=30.0, slender=True, left=room_left(["100"]), beside=_beside(frame) + 1.6, title=title, notes=notes,
    )  # fmt: skip
    figure, cells = set_out(board, key, whole)
    for cell in cells:
        _panel(cell.axes, parts[rows[cell.row][cell.column]])
        _upright(cell.axes, named=cell.first)
        whole_ticks(cell.axes, int(frame["horizon"].min()), int(frame["horizon"].max()), named=cell.last)
    return figure


def _upright(axes: Axes, *, named: bool) -> None:
    few = millimetres(axes)[1] < 24
    value_ticks(axes, [0, 0.5, 1] if few else [0, 0.25, 0.5, 0.75, 1], named=named, factor=100)
    axes.set_ylim(0, TOP)


def _said(row: pd.Series) -> str:
    """A share in whole per cent, with its band."""
    band = f" [{100 * row['lo']:.0f}–{100 * row['hi']:.0f}]" if np.isfinite([row["lo"], row["hi"]]).all() else ""
    return f"{100 * row['variance_share']:.0f}{band}"


def _beside(frame: pd.DataFrame) -> float:
    """Room in mm for the figures beside the last bars."""
    last = frame[frame["horizon"] == frame["horizon"].max()]
    return LEADER + 0.6 + widest([_said(row) for _, row in last.iterrows() if np.isfinite(row["variance_share"])], TEXT)


def _panel(axes: Axes, part: pd.DataFrame) -> None:
    """Bars of one response, the shares of the last beside it, the mark of the settled period over them."""
    x = np.unique(part["horizon"].to_numpy())
    shares = part["variance_share"].to_numpy(dtype="f8").reshape(len(x), -1)
    ends = np.cumsum(shares, axis=1)
    for k, colour in enumerate(subsystem_colours(shares.shape[1])):
        axes.bar(x, shares[:, k], 0.84, bottom=ends[:, k] - shares[:, k], color=colour, linewidth=0, zorder=2)
    axes.set_xlim(x[0] - 0.6, x[-1] + 0.6)
    axes.set_ylim(0, TOP)
    settled = float(part["settled"].iloc[0])
    if np.isfinite(settled):
        axes.plot(settled, 1.05, marker="v", markersize=3.4, color=INK, markeredgewidth=0, clip_on=False, zorder=3)
    axes.spines[["top", "right"]].set_visible(False)
    last = part[part["horizon"] == x[-1]].reset_index(drop=True)
    _labels(axes, last, ends[-1] - shares[-1] / 2)


def _labels(axes: Axes, last: pd.DataFrame, middles: Any) -> None:
    """Shares of the last bar on its right, each joined to its part by a line of its colour, apart from each other."""
    known = np.flatnonzero(np.isfinite(middles))
    wide, tall = millimetres(axes)
    step = (LINE + 0.1) / tall * TOP
    at = _spread(middles[known], step, 0.35 * step, TOP)
    edge = axes.get_yaxis_transform()
    for k, y in zip(known, at, strict=True):
        colour = subsystem_colours(len(last))[k]
        axes.plot([1.0, 1 + LEADER / wide], [middles[k], y], transform=edge, color=colour, linewidth=1.2, clip_on=False)
        axes.annotate(_said(last.iloc[k]), (1 + (LEADER + 0.5) / wide, y), xycoords=edge, fontsize=TEXT, color=INK,
                      va="center", annotation_clip=False)  # fmt: skip


def _spread(middles: Any, step: float, low: float, high: float) -> list[float]:
    """Heights nearest to those wanted, from low to high, at least `step` apart and within the panel.

    Examples
    --------
    >>> _spread([0.5, 0.52, 0.9], 0.1, 0.0, 1.0)
    [0.5, 0.6, 0.9]
    >>> _spread([0.02, 0.97, 0.99], 0.1, 0.0, 1.0)
    [0.02, 0.9, 1.0]
    """
    out: list[float] = []
    for want in middles:
        out.append(max(float(want), low, out[-1] + step if out else low))
    for k in range(len(out) - 1, -1, -1):
        out[k] = min(out[k], high if k == len(out) - 1 else out[k + 1] - step)
    return [round(y, 12) for y in out]
