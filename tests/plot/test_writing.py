"""Files of figures hold what matplotlib's own would, and less of what nobody reads."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from PIL import Image

from accord.plot import embedding
from accord.plot.dots import COLOURS, SEEN, SELDOM, palette, png
from accord.plot.embedding import cut
from accord.plot.layout import ticks
from accord.plot.style import drawing, save
from accord.plot.typeface import FILE, found_once
from accord.plot.writing import write_figure

Dots = np.ndarray


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
        assert b.mode == "P" and a.info["dpi"] == b.info["dpi"]
        theirs_rgb, ours_rgb = (np.asarray(image.convert("RGB")).astype("i4") for image in (a, b))
    assert (abs(theirs_rgb - ours_rgb).max(axis=2) > SEEN).mean() <= SELDOM
    assert ours_rgb.min() < 100, "nothing was drawn"


def test_see_through_dots_stay_so(tmp_path: Path) -> None:
    with drawing("en"):
        write_figure(small(facecolor="none"), {"png": tmp_path / "f.png"})
    with Image.open(tmp_path / "f.png") as image:
        assert image.mode == "RGBA" and np.asarray(image)[..., 3].min() == 0


def opaque(rgb: Dots) -> Dots:
    return np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255, dtype="u1")], axis=2)


def test_few_colours_are_kept_as_they_are() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (7, 30, 3), dtype="u1")
    with Image.open(BytesIO(png(opaque(rgb), 300))) as image:
        assert image.mode == "P" and len(np.unique(rgb.reshape(-1, 3), axis=0)) <= COLOURS
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), rgb)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_picture_of_many_colours_keeps_them_all() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (90, 80, 3), dtype="u1")
    assert palette(opaque(rgb)) is None
    with Image.open(BytesIO(png(opaque(rgb), 300))) as image:
        assert image.mode == "RGB" and image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        np.testing.assert_array_equal(np.asarray(image), rgb)


def test_areas_and_upright_lines_are_exact_whatever_the_edges_are() -> None:
    """Twenty areas, a line of one dot across and edges in many colours between white and them."""
    rng = np.random.default_rng(2)
    rgb = np.full((600, 500, 3), 255, dtype="u1")
    areas = rng.integers(0, 256, (20, 3), dtype="u1")
    for k, colour in enumerate(areas):
        rgb[30 * k : 30 * k + 9, 10:200] = colour
    of = areas[rng.integers(0, 20, 3000)]
    edges = of + rng.random((3000, 1)) * (255.0 - of)
    rgb[np.arange(3000) % 600, 210 + 3 * (np.arange(3000) // 60)] = edges.clip(0, 255).astype("u1")
    rgb[:, 480] = (10, 20, 31)
    found = palette(opaque(rgb))
    assert found is not None and len(found.colours) <= COLOURS < len(np.unique(rgb.reshape(-1, 3), axis=0))
    again = found.colours[found.places]
    np.testing.assert_array_equal(again[:, :205], rgb[:, :205])
    np.testing.assert_array_equal(again[:, 480], rgb[:, 480])
    assert (abs(again.astype("i4") - rgb).max(axis=2) > SEEN).mean() <= SELDOM


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (5, 1)])
def test_the_least_pictures(size: tuple[int, int]) -> None:
    with Image.open(BytesIO(png(np.full((*size, 4), 255, dtype="u1"), 300))) as image:
        assert image.size == size[::-1] and np.asarray(image.convert("RGB")).min() == 255


def test_fonts_in_pdf_hold_what_a_page_needs(tmp_path: Path) -> None:
    raw = save(small(), tmp_path, "f", ["pdf"])[0].read_bytes()
    streams = [
        raw[m.end() : raw.index(b"endstream", m.end())] for m in re.finditer(rb"/Length1[^>]*>>\s*stream\r?\n", raw)
    ]
    assert len(streams) >= 2, "a Latin and a Chinese font are embedded"
    for stream in streams:
        with TTFont(BytesIO(zlib.decompress(stream)), checkChecksums=2) as font:
            assert {"glyf", "loca", "hmtx", "head", "hhea", "maxp"} <= set(font.keys())
            assert font["maxp"].numGlyphs < 40 and not set(font.keys()) & {"GSUB", "GPOS", "name", "post"}


def fonts() -> list[str]:
    """The bundled font and one of matplotlib's own, which has glyphs made of others."""
    return [str(FILE), font_manager.findfont("DejaVu Sans")]


@pytest.mark.parametrize("path", fonts())
def test_glyphs_of_a_cut_font_are_those_of_the_whole(path: str) -> None:
    whole = FT2Font(path)
    characters = whole.get_charmap()
    wanted = [characters[ord(c)] for c in "ABÅéñ½x0,%Š" if ord(c) in characters] + list(range(5, whole.num_glyphs, 97))
    made = cut(path, wanted)
    assert made is not None and set(wanted) <= set(made.glyph_index_map) and made.glyph_index_map[0] == 0
    file = BytesIO()
    made.font.save(file, reorderTables=False)
    file.seek(0)
    small_font, flags = FT2Font(file), LoadFlags.NO_SCALE | LoadFlags.NO_HINTING
    assert small_font.num_glyphs == len(made.glyph_index_map) < whole.num_glyphs
    for glyph in wanted:
        a, b = whole.load_glyph(glyph, flags=flags), small_font.load_glyph(made.glyph_index_map[glyph], flags=flags)
        assert a.horiAdvance == b.horiAdvance
        whole.load_glyph(glyph, flags=flags)
        small_font.load_glyph(made.glyph_index_map[glyph], flags=flags)
        for one, other in zip(whole.get_path(), small_font.get_path(), strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_font_of_another_make_is_left_to_fonttools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "f.otf"
    other.write_bytes(b"OTTO" + bytes(60))
    assert cut(other, [1]) is None
    ours = save(small(), tmp_path / "ours", "f", ["pdf"])[0].stat().st_size
    monkeypatch.setattr(embedding, "cut", lambda *_: None)
    theirs = save(small(), tmp_path / "theirs", "f", ["pdf"])[0].stat().st_size
    assert ours < theirs


def test_each_font_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    manager = font_manager.fontManager
    theirs = manager._find_fonts_by_props
    monkeypatch.setattr(manager, "_find_fonts_by_props", lambda wanted: asked.append(wanted) or theirs(wanted))
    mine = manager._find_fonts_by_props
    with found_once():
        first, second, third = (
            manager._find_fonts_by_props(font_manager.FontProperties(family="DejaVu Sans", size=size))
            for size in (7, 7, 8)
        )
        with found_once():
            manager._find_fonts_by_props(font_manager.FontProperties(family="DejaVu Sans", size=7))
    assert first == second == third and len(asked) == 2
    assert manager._find_fonts_by_props is mine


def test_names_of_axes_stand_where_matplotlib_puts_them(tmp_path: Path) -> None:
    """Ticks of those without one are not measured, and only while the file is written."""
    with drawing("en"):
        figure = Figure((2, 1.5))
        axes = figure.subplots()
        axes.set_ylabel("D")
        ticks(axes.xaxis, [0, 1], ["a", "b"])
    save(figure, tmp_path, "f", ["svg"])
    before = axes.yaxis.label.get_position()
    assert before[0] > 0 and not {"_update_label_position", "_get_ticklabel_bboxes"} & set(vars(axes.xaxis))
    axes.set_xlabel("year")
    save(figure, tmp_path, "f", ["svg"])
    told = axes.xaxis.label.get_position(), axes.yaxis.label.get_position()
    with drawing("en"):
        figure.savefig(tmp_path / "theirs.svg")
    assert told == (axes.xaxis.label.get_position(), before) and told[0][1] != 0


def test_a_power_of_ten_stands_below_the_ticks(tmp_path: Path) -> None:
    """Axes without a name that say one."""
    with drawing("en"):
        figure = Figure((2, 1.5))
        axes = figure.subplots()
        axes.plot([0, 3e9], [0, 1])
    save(figure, tmp_path, "f", ["svg"])
    told = axes.xaxis.get_offset_text().get_position()
    with drawing("en"):
        figure.savefig(tmp_path / "theirs.svg")
    assert told == axes.xaxis.get_offset_text().get_position() and "9" in axes.xaxis.get_offset_text().get_text()
