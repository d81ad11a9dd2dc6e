"""How figures look: sizes, colours, settings, and how they are written to files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Literal, get_args

import matplotlib
import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from accord.errors import InputError, nearest
from accord.plot.typeface import families, found_once
from accord.plot.words import Words as Words
from accord.plot.words import texts as texts
from accord.plot.writing import write_figure

Size = Literal["double", "single"]
Format = Literal["png", "svg", "pdf"]
WIDTH = {"double": 174.0, "single": 84.0}
"""Widths of two columns and of one, in mm."""
TALLEST = 240.0
"""Height that still fits a page with its caption, in mm."""
TEXT, SMALL = 7.0, 6.5
"""Sizes of type in points as printed; nothing is smaller."""
INK, GREY, FAINT = "#262626", "#6b6b6b", "#d9d9d9"
NO_DATA = "#e3e3e3"

# Okabe and Ito's colours. Under simulated protanopia, deuteranopia and tritanopia (Machado et al. 2009) any two
# of the first seven keep a CIELAB distance above 16; about 2 is the least the eye sees.
SUBSYSTEMS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")

# Red for imbalance, blue for coordination, palest where they meet. Of ten classes, neighbours keep a CIELAB
# distance of 20 in normal sight and at least 13 in the same simulations (viridis: 14 and 7.6; Spectral: 10 and 3).
STAGES = "RdYlBu"

# Perceptually even, and rising in lightness alone: it also survives a grey photocopy.
DEGREES = "viridis"


def width_of(size: str) -> float:
    """Width in mm of a figure of this size.

    Raises
    ------
    InputError
        If the size is unknown; the message lists the allowed ones.
    """
    if size not in WIDTH:
        raise InputError(f'unknown size "{size}"; {nearest(size, WIDTH)}')
    return WIDTH[size]


def subsystem_colours(n: int) -> list[str]:
    """One colour for each subsystem."""
    if n <= len(SUBSYSTEMS):
        return list(SUBSYSTEMS[:n])
    return [to_hex(c) for c in matplotlib.colormaps[DEGREES](np.linspace(0, 1, n))]


def stage_colours(n: int) -> list[str]:
    """One colour for each of `n` ordered stages, so that a stage looks alike in every figure."""
    return [to_hex(c) for c in matplotlib.colormaps[STAGES](np.linspace(0, 1, n))]


def ink_on(colour: Any) -> str:
    """Whichever of ink and white has the higher contrast on a colour (WCAG's relative luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if light > 0.22 else "white"


_OURS: dict[Any, Any] = {
    "font.size": TEXT, "axes.labelsize": TEXT, "axes.titlesize": TEXT, "legend.fontsize": TEXT,
    "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "text.color": INK, "text.parse_math": False, "text.hinting": "none",
    "axes.labelcolor": INK, "axes.edgecolor": GREY, "axes.linewidth": 0.5, "axes.labelpad": 2.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.unicode_minus": False, "axes.axisbelow": True,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "xtick.major.width": 0.5, "ytick.major.width": 0.5, "xtick.major.size": 2, "ytick.major.size": 2,
    "xtick.major.pad": 2, "ytick.major.pad": 2, "grid.color": FAINT, "grid.linewidth": 0.4,
    "legend.frameon": False, "legend.handlelength": 1.2, "legend.handleheight": 0.8, "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.6, "legend.labelspacing": 0.4, "legend.borderpad": 0, "legend.borderaxespad": 0,
    "savefig.dpi": 300, "svg.fonttype": "path", "svg.hashsalt": "accord", "pdf.fonttype": 42,
    "hatch.linewidth": 0.4,
}  # fmt: skip
_KINDS = (
    "axes.", "figure.", "font.", "grid.", "hatch.", "image.", "legend.", "lines.", "mathtext.", "patch.", "path.",
    "pdf.", "savefig.", "svg.", "text.", "xtick.", "ytick.",
)  # fmt: skip
_LOCK = RLock()


@contextmanager
def drawing(language: str) -> Iterator[Words]:
    """Our settings while a figure is drawn or written, whatever the reader's are; theirs come back after.

    matplotlib's settings belong to the process, so figures are drawn one after another.
    """
    words = texts(language)
    with _LOCK:
        fonts = families(language)
        default: dict[Any, Any] = {k: v for k, v in matplotlib.rcParamsDefault.items() if k.startswith(_KINDS)}
        with matplotlib.rc_context({**default, **_OURS, "font.family": fonts}), found_once():
            yield words


def mark_simulated(figure: Figure, language: str) -> None:
    """Say in the lower right corner of a figure that its data are simulated."""
    with drawing(language) as words:
        figure.text(0.997, 0.004, words.simulated, ha="right", va="bottom", fontsize=SMALL, color=GREY)


def save(
    figure: Figure, folder: str | Path, stem: str, formats: Sequence[Format] = ("png", "svg", "pdf")
) -> list[Path]:
    """Write a figure as `folder/stem.png`, `.svg` and `.pdf`, the same bytes each time; return the paths.

    PNG has 300 dots per inch; SVG holds type as outlines, PDF embeds its fonts, so both look alike everywhere.

    Raises
    ------
    InputError
        If a format is unknown; the message lists the allowed ones.
    """
    for name in formats:
        if name not in get_args(Format):
            raise InputError(f'unknown format "{name}"; {nearest(name, get_args(Format))}')
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{stem}.{name}" for name in formats]
    with drawing("en"):
        write_figure(figure, dict(zip(formats, paths, strict=True)))
    return paths
