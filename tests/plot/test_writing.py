"""Files of figures hold what matplotlib's own would, and less of what nobody reads."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fontTools.subset import Options
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from PIL import Image

from accord.plot.style import drawing, save
from accord.plot.writing import UNUSED, png, write_figure


def small(**look: object) -> Figure:
    with drawing("en"):
        figure = Figure((1.17, 0.83), **look)
        figure.text(0.1, 0.4, "difficult 协调", fontsize=8)
    return figure


def test_dots_are_those_that_matplotlib_saves(tmp_path: Path) -> None:
    figure = small()
    theirs = BytesIO()
    with drawing("en"):
        figure.savefig(theirs, format="png")
    ours = save(figure, tmp_path, "f", ["png"])[0]
    with Image.open(theirs) as a, Image.open(ours) as b:
        assert b.mode == "RGB" and a.info["dpi"] == b.info["dpi"]
        np.testing.assert_array_equal(np.asarray(a.convert("RGB")), np.asarray(b))
        assert np.asarray(b).min() < 100, "nothing was drawn"


def test_see_through_dots_stay_so(tmp_path: Path) -> None:
    with drawing("en"):
        write_figure(small(facecolor="none"), tmp_path / "f.png", "png")
    with Image.open(tmp_path / "f.png") as image:
        assert image.mode == "RGBA" and np.asarray(image)[..., 3].min() == 0


def test_a_picture_is_packed_without_loss() -> None:
    dots = np.random.default_rng(1).integers(0, 256, (7, 5, 3), dtype="u1")
    with Image.open(BytesIO(png(dots, 300))) as image:
        image.load()
        np.testing.assert_array_equal(np.asarray(image), dots)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_fonts_in_pdf_hold_what_a_page_needs(tmp_path: Path) -> None:
    before = list(Options._drop_tables_default)
    raw = save(small(), tmp_path, "f", ["pdf"])[0].read_bytes()
    streams = [
        raw[m.end() : raw.index(b"endstream", m.end())] for m in re.finditer(rb"/Length1[^>]*>>\s*stream\r?\n", raw)
    ]
    assert len(streams) >= 2, "a Latin and a Chinese font are embedded"
    for stream in streams:
        with TTFont(BytesIO(zlib.decompress(stream))) as font:
            assert {"glyf", "loca", "hmtx", "head", "hhea", "maxp"} <= set(font.keys())
            assert not set(font.keys()) & set(UNUSED)
    assert Options._drop_tables_default == before
