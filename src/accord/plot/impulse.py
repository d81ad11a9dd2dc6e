"""Figure of the panel VAR's impulse responses: each variable to a shock in each, with bands, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from accord.errors import InputError, NothingToDraw, nearest
from accord.plot.boards import Board, room_left, set_out
from accord.plot.frames import language_of, only
from accord.plot.layout import legend, marked, sheet, shortened, titled
from accord.plot.pvar_frames import (
    absent_groups,
    asked,
    descriptive_groups,
    estimator_of,
    first_or_all,
    group_heads,
    grouped,
    level_of,
    plain,
    value_ticks,
    variable_names,
    whole_head,
    whole_ticks,
)
from accord.plot.style import FAINT, GREY, INK, SUBSYSTEMS, TEXT, Size, Words, drawing, width_of
from accord.plot.words_pvar import PvarWords, pvar_texts

BANDS = ("lo", "hi", "lo_joint", "hi_joint")
LINE: dict[bool, str] = {False: SUBSYSTEMS[0], True: GREY}
BAND: dict[bool, str] = {False: "#cfe3f1", True: "#e4e4e4"}
"""Colours of a response and its band; grey where the group is descriptive."""
BOTH = 42.0
"""Room in mm that the heading of a row takes beside the names of its two variables, with the margin."""
HOLLOW: dict[str, Any] = {"marker": "o", "markersize": 3.2, "markerfacecolor": "white", "markeredgewidth": 0.9}


def impulse_responses(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str | None = None,
    data: bool = False,
    size: Size = "double",
    groups: Sequence[str] | None = None,
    responses: Sequence[str] | None = None,
    impulses: Sequence[str] | None = None,
    estimator: str | None = None,
    scale: str = "estimated",
) -> Figure | pd.DataFrame:
    """Responses of each variable to a shock of one standard deviation in each, with bands.

    The shaded band holds period by period, thin lines bound the whole path. A response that the order of the variables
    sets to zero at once is an open mark, for it is no evidence. Panels of a row have one scale, that of the groups
    that are more than descriptive; the latter are grey and named so. One group stands as a square of responses and
    impulses, several side by side.

    Parameters
    ----------
    result
        A study, its saved tree, or the table `irf`.
    ax
        Axes to draw one response of one group into; the legend stands on their right.
    language
        "en" or "zh"; the study's own by default.
    data
        Return the tidy frame that is drawn (group, estimator, descriptive, response, impulse, horizon, irf, lo, hi,
        lo_joint, hi_joint, by_order) instead of the figure.
    size
        "double" for 174 mm, "single" for 84 mm.
    groups, responses, impulses
        Those to draw; all by default.
    estimator
        The same for all groups; by default the one that leads in each.
    scale
        "estimated", as the variables were transformed, or "levels", with differences summed up.

    Raises
    ------
    InputError
        If there is no such name, or `ax` is given for several panels.
    NothingToDraw
        If no group has a response.
    """
    table = grouped(result, "irf", "irf", "lo", "hi")
    chosen, whole = language_of(result, language), width_of(size)
    frame = impulse_frame(table, groups, responses, impulses, estimator, scale, descriptive_groups(result, table))
    if data:
        return frame
    levels = {kind: level_of(table, kind) for kind in ("lo", "lo_joint") if kind in table}
    with drawing(chosen) as words:
        key = _key(frame, levels, pvar_texts(chosen))
        if ax is None:
            absent = absent_groups(asked(table, "irf", "group", groups), frame, chosen, words)
            return first_or_all(
                frame, groups, chosen, lambda f, more: _page(f, key, [*more, *absent], chosen, words, whole)
            )
        if len(frame[["group", "response", "impulse"]].drop_duplicates()) > 1:
            raise InputError(
                "impulse_responses draws a panel for each response: with ax, name one group, response and impulse, as in "
                f'groups=["{frame["group"].iloc[0]}"], responses=["{frame["response"].iloc[0]}"], impulses=["{frame["impulse"].iloc[0]}"]'
            )
        one = _scale(frame)
        _panel(ax, frame, one)
        value_ticks(ax, one.marks, named=True)
        whole_ticks(ax, int(frame["horizon"].min()), int(frame["horizon"].max()), named=True)
        titled(ax, pvar_texts(chosen).periods, x=True)
        legend(ax, *key, loc="upper left", bbox_to_anchor=(1.02, 1))
        return sheet(ax)


def impulse_frame(
    table: xr.Dataset,
    groups: Sequence[str] | None,
    responses: Sequence[str] | None,
    impulses: Sequence[str] | None,
    estimator: str | None,
    scale: str,
    few: set[str],
) -> pd.DataFrame:
    """One row for each group, response, impulse and horizon: the response and its bands, NaN where there is none."""
    dims = ("group", "estimator", "scale", "response", "impulse", "horizon")
    scales = [str(s) for s in table["scale"].values]
    if scale not in scales:
        raise InputError(f'no scale "{scale}" in table "irf"; {nearest(scale, scales)}')
    there = [v for v in ("irf", *BANDS) if v in table]
    values = {v: only(table[v], *dims).isel(scale=scales.index(scale)) for v in there}
    rows = {d: asked(table, "irf", d, w) for d, w in (("response", responses), ("impulse", impulses))}
    known = xr.apply_ufunc(np.isfinite, values["irf"]).any(["response", "impulse", "horizon"])
    drawn = estimator_of(table, asked(table, "irf", "group", groups), known, estimator)
    parts = []
    for group, one in drawn.items():
        chosen = xr.Dataset({v: (dims[3:], a.sel(group=group, estimator=one).values) for v, a in values.items()},
                            {d: table[d].values for d in dims[3:]}).sel(rows)  # fmt: skip
        part = chosen.to_dataframe(dim_order=list(dims[3:])).reset_index()
        part.insert(0, "group", group)
        part.insert(1, "estimator", one)
        part.insert(2, "descriptive", group in few)
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    if not np.isfinite(frame["irf"]).any():
        raise NothingToDraw("impulse_responses has nothing to draw: no response is known")
    for name in BANDS:
        if name not in frame:
            frame[name] = np.nan
    first = frame["horizon"] == frame["horizon"].min()
    frame["by_order"] = first & (frame["irf"] == 0) & (frame["response"] != frame["impulse"])
    return frame.astype({"response": object, "impulse": object})


def _key(frame: pd.DataFrame, levels: dict[str, float], say: PvarWords) -> tuple[list[Any], list[str]]:
    """Legend: the response, its bands where there are any, what the order sets to zero."""
    handles: list[Any] = [Line2D([], [], color=LINE[False], linewidth=1.3)]
    names = [say.response]
    if frame["lo"].notna().any():
        handles.append(Patch(facecolor=BAND[False], linewidth=0))
        names.append(say.band.format(level=levels["lo"]))
    if frame["lo_joint"].notna().any():
        handles.append(Line2D([], [], color=LINE[False], linewidth=0.5))
        names.append(say.joint_band.format(level=levels["lo_joint"]))
    if frame["by_order"].any():
        handles.append(Line2D([], [], color=LINE[False], linestyle="none", **HOLLOW))
        names.append(say.by_order)
    return handles, names


def _page(
    frame: pd.DataFrame, key: tuple[list[Any], list[str]], notes: Sequence[str], language: str, words: Words, whole: float
) -> Figure:  # fmt: skip
    """Rows of panels: groups side by side under each pair, or of one group responses down and impulses across."""
    say = pvar_texts(language)
    titles, columns, rows, title = _grid(frame, language, words, whole)
    parts = dict(list(frame.groupby(["group", "response", "impulse"], sort=False)))
    scales = [_scale(pd.concat([parts[one] for one in row])) for row in rows]
    cut = any(_leaves(parts[one], scales[k]) for k, row in enumerate(rows) for one in row)
    board = Board(
        "impulse_responses", titles, columns, say.periods, narrowest=19.0, lowest=11.0, good=32.0, title=title,
        left=room_left([plain(m) for one in scales for m in one.marks]), notes=[*([say.cut] if cut else []), *notes],
    )  # fmt: skip
    figure, cells = set_out(board, key, whole)
    for cell in cells:
        scale = scales[cell.row]
        _panel(cell.axes, parts[rows[cell.row][cell.column]], scale)
        value_ticks(cell.axes, scale.marks, named=cell.first)
        whole_ticks(cell.axes, int(frame["horizon"].min()), int(frame["horizon"].max()), named=cell.last)
    return figure


Place = tuple[str, str, str]


def _grid(
    frame: pd.DataFrame, language: str, words: Words, whole: float
) -> tuple[list[str], list[tuple[str, ...]], list[list[Place]], str]:
    """Headings of rows and columns, group, response and impulse of each panel, and what stands over all of them."""
    say, names = pvar_texts(language), list(dict.fromkeys(frame["group"]))
    answers, shocks = (list(dict.fromkeys(frame[d])) for d in ("response", "impulse"))
    shown = variable_names(list(dict.fromkeys([*answers, *shocks])), language, words)
    shown = dict(zip(shown, shortened(list(shown.values()), 0.5 * (whole - BOTH), TEXT), strict=True))
    heads = group_heads(frame, language, words)
    of, gap = {r: say.of_response.format(name=shown[r]) for r in answers}, {"en": " ", "zh": "，"}[language]
    if len(names) == 1:
        one = names[0]
        rows = [[(one, r, i) for i in shocks] for r in answers]
        return (
            list(of.values()),
            [(say.shock_in.format(name=shown[i]),) for i in shocks],
            rows,
            whole_head(heads[one], language),
        )
    pairs = [(r, i) for r in answers for i in shocks]
    titles = [of[r] + gap + say.to_impulse.format(name=shown[i]) for r, i in pairs]
    return titles, [heads[g] for g in names], [[(g, r, i) for g in names] for r, i in pairs], ""


class Scale(NamedTuple):
    """Ends of an upright axis and its ticks."""

    low: float
    high: float
    marks: list[float]


def _scale(frame: pd.DataFrame) -> Scale:
    """Zero, the responses and the bands of a row's groups lie between the ends; of descriptive ones where alone."""
    firm = frame[~frame["descriptive"]]
    values = (firm if len(firm) else frame)[["irf", *BANDS]].to_numpy(dtype="f8")
    known = [0.0, *values[np.isfinite(values)]]
    marks = marked(known, 5)
    pad = 0.06 * max(max(known) - min(known), 1e-9)
    low, high = min(known) - pad, max(known) + pad
    kept = [m for m in marks if low <= m <= high]
    return Scale(low, high, kept) if len(kept) > 1 else Scale(marks[0], marks[-1], marks)


def _leaves(part: pd.DataFrame, scale: Scale) -> bool:
    values = part[["irf", *BANDS]].to_numpy(dtype="f8")
    return bool((values < scale.low).any() or (values > scale.high).any())


def _panel(axes: Axes, part: pd.DataFrame, scale: Scale) -> None:
    """One response: its band, the bounds of its path, zero, the response on top."""
    grey = bool(part["descriptive"].iloc[0])
    x = part["horizon"].to_numpy(dtype="f8")
    values = {v: part[v].to_numpy(dtype="f8") for v in ("irf", *BANDS)}
    axes.fill_between(x, values["lo"], values["hi"], color=BAND[grey], linewidth=0, zorder=1)
    for side in ("lo_joint", "hi_joint"):
        axes.plot(x, values[side], color=LINE[grey], linewidth=0.5, zorder=2)
    axes.axhline(0, color=INK, linewidth=0.6, zorder=2.5)
    axes.plot(x, values["irf"], color=LINE[grey], linewidth=1.3, zorder=3, solid_capstyle="round")
    zero = part["by_order"].to_numpy(dtype=bool)
    axes.plot(x[zero], values["irf"][zero], color=LINE[grey], linestyle="none", zorder=4, clip_on=False, **HOLLOW)
    pad = 0.03 * max(float(np.ptp(x)), 1.0)
    axes.set_xlim(x.min() - pad, max(x.max(), x.min() + 1) + pad)
    axes.set_ylim(scale.low, scale.high)
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
