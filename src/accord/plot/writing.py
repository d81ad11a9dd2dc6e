"""How a drawn figure becomes a file: dots in few colours, and fonts in PDF cut down to what a page of it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from accord.plot.dots import png
from accord.plot.embedding import embedded_cut
from accord.plot.tape import Page, recorded

_UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def write_figure(figure: Figure, files: Mapping[str, Path]) -> None:
    """Write a figure to a file for each of "png", "svg", "pdf", in matplotlib's settings of the moment; the same bytes each time."""
    unset = np.errstate(over="ignore", invalid="ignore")  # corners of faces in 3D that matplotlib projects
    with _labels_left_alone(figure), unset, recorded(figure):
        for kind, path in files.items():
            _write(figure, path, kind)


def _write(figure: Figure, path: Path, kind: str) -> None:
    if kind == "png" and (dots := _dots(figure)) is not None:
        path.write_bytes(png(dots, float(matplotlib.rcParams["savefig.dpi"])))
        return
    with embedded_cut():
        figure.savefig(path, format=kind, metadata=_UNDATED.get(kind, {}))


def _dots(figure: Figure) -> np.ndarray | None:
    """The figure's dots as (row, column, red green blue alpha); None where some are transparent."""
    buffer, dpi = BytesIO(), float(matplotlib.rcParams["savefig.dpi"])
    figure.savefig(buffer, format="rgba")
    wide, high = (int(n) for n in figure.get_size_inches() * dpi)
    flat = np.frombuffer(buffer.getbuffer(), dtype="u1")
    if flat.size != 4 * wide * high or flat[3::4].min(initial=255) < 255:
        return None
    return flat.reshape(high, wide, 4)


@contextmanager
def _labels_left_alone(figure: Figure) -> Iterator[None]:
    """Axes without a name are not asked meanwhile where it would stand: all their ticks are measured for it, twice.

    Once is also for what axes say of a power of ten, which those of a page of ours with ticks in words do not.
    """
    nameless: list[Any] = [
        axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)
        if axes.name == "rectilinear" and not axis.get_label_text()
    ]  # fmt: skip
    left: list[tuple[Any, str, Any]] = [(axis, "_update_label_position", lambda _renderer: None) for axis in nameless]
    left += [
        (axis, "_get_ticklabel_bboxes", lambda _ticks, _renderer: ([], []))
        for axis in nameless
        if isinstance(figure, Page) and isinstance(axis.get_major_formatter(), FuncFormatter | NullFormatter)
    ]  # fmt: skip
    for axis, name, instead in left:
        setattr(axis, name, instead)
    try:
        yield
    finally:
        for axis, name, _ in left:
            delattr(axis, name)
