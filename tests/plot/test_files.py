"""Fonts, colours and files of figures."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

import accord.plot as plot
from accord.errors import AccordWarning, InputError
from accord.plot import style, typeface
from accord.reports.figures import draw

Make = Callable[..., xr.DataTree]
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LOST = "\U00012000"
"""A cuneiform sign, which no font of figures has."""


def test_save_writes_three_files_the_same_each_time(tree: xr.DataTree, tmp_path: Path) -> None:
    for name, (figure, _, _) in plot.FIGURES.items():
        drawn = figure(tree)
        first = plot.save(drawn, tmp_path / "new" / "one", name)
        again = plot.save(drawn, tmp_path / "two", name)
        fresh = plot.save(figure(tree), tmp_path / "three", name)
        assert [p.name for p in first] == [f"{name}.png", f"{name}.svg", f"{name}.pdf"]
        for a, b, c in zip(first, again, fresh, strict=True):
            assert a.read_bytes() == b.read_bytes() == c.read_bytes(), a.name


def test_files_are_ready_to_print(tree: xr.DataTree, tmp_path: Path) -> None:
    png, svg, pdf = plot.save(plot.coordination_heatmap(tree), tmp_path, "heat")
    with Image.open(png) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert image.width == pytest.approx(174 / 25.4 * 300, abs=1)
    assert b"/FontFile2" in pdf.read_bytes() and b"/Type3" not in pdf.read_bytes()
    assert b"CreationDate" not in pdf.read_bytes()
    text = svg.read_text(encoding="utf-8")
    assert "<text" not in text and "<dc:date>" not in text


def test_save_takes_known_formats_only(tree: xr.DataTree, tmp_path: Path) -> None:
    figure = plot.stage_shares(tree)
    assert [p.name for p in plot.save(figure, tmp_path, "s", ["svg"])] == ["s.svg"]
    with pytest.raises(InputError, match=r"unknown format.*png, svg, pdf"):
        plot.save(figure, tmp_path, "s", ["gif"])  # type: ignore[list-item]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chinese_is_drawn_in_figures_of_either_language(language: str, scores: xr.Dataset, tmp_path: Path) -> None:
    named = scores.assign_coords(unit=["北京", "耦合协调度", "Zürich", "αβ—…"])
    figure = plot.index_bars(named, language=language)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot.save(figure, tmp_path, "bars")


def test_a_character_without_a_glyph_is_named_and_boxed(scores: xr.Dataset, tmp_path: Path) -> None:
    named = scores.assign_coords(unit=[f"Ash {LOST}", "B", "C", "D"])
    with pytest.warns(AccordWarning, match=f'no font at hand has {LOST} \\(as in "Ash {LOST}"\\)'):
        figure = plot.index_bars(named)
    assert any(t.get_text() == "Ash □" for t in figure.findobj(Text) if isinstance(t, Text))
    plot.save(figure, tmp_path, "bars")


def test_missing_glyphs() -> None:
    assert plot.missing_glyphs(f"Beijing 北京 {LOST}") == {LOST}
    assert plot.missing_glyphs("耦合协调度 Šibenik □", "zh") == set()


def test_names_are_one_line_each() -> None:
    assert typeface.printable(["two\nlines\tand\x07 a bell", 7]) == ["two lines and a bell", "7"]


def test_fonts_lead_with_the_readers_own_where_it_can_set_the_language() -> None:
    assert typeface.families("en")[-2:] == [typeface.BUNDLED, "DejaVu Sans"] or typeface.BUNDLED in typeface.families(
        "en"
    )
    with matplotlib.rc_context({"font.family": ["DejaVu Serif"]}):
        assert typeface.families("en")[0] == "DejaVu Serif"
        chinese = typeface.families("zh")
        assert chinese[0] != "DejaVu Serif" and "DejaVu Serif" in chinese
    with matplotlib.rc_context({"font.sans-serif": [typeface.BUNDLED, "DejaVu Sans"]}):
        assert typeface.families("zh")[0] == typeface.BUNDLED
    with matplotlib.rc_context({"font.family": ["No Such Font"]}):
        assert "No Such Font" not in typeface.families("en")


def test_only_truetype_outlines_are_taken(tmp_path: Path) -> None:
    offset = (16).to_bytes(4, "big")
    for head, kept in ((b"\x00\x01\x00\x00", True), (b"true", True), (b"OTTO", False)):
        alone, bundle = tmp_path / "a.ttf", tmp_path / "b.ttc"
        alone.write_bytes(head + bytes(20))
        bundle.write_bytes(b"ttcf" + bytes(8) + offset + head + bytes(20))
        assert typeface._truetype(str(alone), 0) is kept
        assert typeface._truetype(str(bundle), 0) is kept


def test_figures_are_drawn_by_threads_without_mixing(tree: xr.DataTree) -> None:
    before = dict(matplotlib.rcParams)

    def draw(k: int) -> bytes:
        figure = plot.stage_shares(tree, language="zh" if k % 2 else "en")
        canvas = FigureCanvasAgg(figure)
        with style.drawing("en"):
            canvas.draw()
        return bytes(canvas.buffer_rgba())

    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(draw, range(8)))
    assert len(set(pictures[::2])) == len(set(pictures[1::2])) == 1
    assert pictures[0] != pictures[1]
    assert dict(matplotlib.rcParams) == before


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(colours: list[str], sight: str) -> np.ndarray:
    """CIELAB as seen with this sight."""
    rgb = np.array([to_rgb(c) for c in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(SIGHT[sight]).T, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = (seen @ to_xyz.T / [0.9505, 1, 1.089]).T
    f = [np.where(v > 0.008856, np.cbrt(v), 7.787 * v + 16 / 116) for v in (x, y, z)]
    return np.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])], axis=1)


@pytest.mark.parametrize("sight", list(SIGHT))
def test_colours_are_told_apart_with_any_sight(sight: str) -> None:
    stages = lab(style.stage_colours(10), sight)
    assert np.linalg.norm(np.diff(stages, axis=0), axis=1).min() > 13
    seven = lab(style.subsystem_colours(7), sight)
    apart = np.linalg.norm(seven[:, None] - seven[None], axis=2)
    assert apart[np.triu_indices(7, 1)].min() > 16
    degrees = lab(
        [matplotlib.colors.to_hex(c) for c in matplotlib.colormaps[style.DEGREES](np.linspace(0, 1, 20))], sight
    )
    assert np.diff(degrees[:, 0]).min() > 0


def test_plot_loads_matplotlib_only_when_used() -> None:
    code = """
import sys
import accord.plot
assert "matplotlib" not in sys.modules
accord.plot.save
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_module_hides_a_public_name() -> None:
    modules = {path.stem for path in Path(plot.__file__).parent.glob("*.py")}
    assert not modules & set(plot.__all__)


# ------------------------------------------------------------------------------------------------- figures left out


LEFT_OUT: dict[str, Callable[[Make], tuple[xr.DataTree, set[str]]]] = {
    "one year": lambda make: (make(6, 1, 2), {"trajectories", "dumbbell", "centre_path", "density_surface"}),
    "many units": lambda make: (make(900, 3, 4), {"index_bars", "dumbbell"}),
    "many regions": lambda make: (make(420, 3, 70), {"trajectories", "radar", "density_curves", "density_ridgeline"}),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_a_figure_left_out_says_why_in_both_languages(case: str, make: Make, tmp_path: Path) -> None:
    tree, names = LEFT_OUT[case](make)
    made, notes = draw(tree, tmp_path, "zh", ("svg",))
    told = {note["en"].split()[1]: note for note in notes}
    assert names <= set(told) and not names & set(made)
    for name, note in told.items():
        assert note["zh"].startswith(f"未绘制图 {name}：") and not CHINESE.search(note["en"])
        reason = note["zh"].partition("：")[2]
        assert CHINESE.search(reason) and not re.search(r"[a-z]+ [a-z]+ [a-z]+", reason), reason
        assert re.findall(r"\d+", note["en"]) == re.findall(r"\d+", note["zh"]), "the same numbers in both"


def test_a_fault_of_ours_is_told_as_one(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise IndexError("on purpose")

    monkeypatch.setitem(plot.FIGURES, "dumbbell", (broken, "coordination", plot.FIGURES["dumbbell"][2]))
    _, (note,) = draw(make(6, 3, 2), tmp_path, "zh", ("svg",))
    assert note["en"].endswith("IndexError: on purpose (please report it)")
    assert note["zh"] == "未绘制图 dumbbell：程序出错（请反馈）：IndexError: on purpose"
