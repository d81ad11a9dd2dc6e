"""Figures inside the page: lighter, and whole."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

from accord.plot.style import drawing, save
from accord.reports import pictures
from accord.reports.pictures import inline, slimmed


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A figure with type, markers, hatches, clips, curves and a shared style."""
    with drawing("en"):
        figure = Figure((3, 2))
        axes = figure.subplots()
        axes.plot(np.arange(9), np.sin(np.arange(9)), "o-")
        axes.bar(np.arange(4), np.arange(4) / 3, hatch="//", label="北京 & <b>")
        axes.add_collection(LineCollection([[(0, 0), (1, 1)], [(0, 1), (1, 0)]], colors="red"))
        axes.legend()
    return save(figure, tmp_path, "f")


def test_slimmed_keeps_every_shape(files: list[Path]) -> None:
    svg = files[1].read_text(encoding="utf-8")
    slim = slimmed(svg)
    assert len(slim) < 0.7 * len(svg)
    for text in (svg, slim):
        ElementTree.fromstring(text)
    for tag in ("path", "use", "rect", "clipPath", "pattern"):
        assert len(re.findall(f"<{tag} ", slim)) == len(re.findall(f"<{tag} ", svg)) or tag == "rect", tag
    names = re.findall(r"\sid='([^']*)'", slim)
    told = set(re.findall(r"href='#([^']*)'", slim)) | set(re.findall(r"url\(#([^)]*)\)", slim))
    assert told and told <= set(names) and len(names) == len(set(names))
    classes = set(re.findall(r"class='([^']*)'", slim))
    assert classes and classes == set(re.findall(r"\.(\w+)\{", slim))


def test_slimmed_moves_nothing_by_more_than_a_twentieth(files: list[Path]) -> None:
    svg = files[1].read_text(encoding="utf-8")
    before, after = (
        [np.array(re.findall(r"-?\d+\.?\d*", d), dtype=float) for d in re.findall(r"\sd=[\"']([^\"']*)", text)]
        for text in (svg, slimmed(svg))
    )
    assert len(before) == len(after) > 20
    for a, b in zip(before, after, strict=True):
        np.testing.assert_allclose(a, b, atol=0.0501)


def test_the_page_takes_outlines_until_dots_are_lighter(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = inline(files)
    assert drawn.startswith("data:image/svg+xml,") and "#" not in drawn and '"' not in drawn
    assert unquote(drawn.removeprefix("data:image/svg+xml,")) == slimmed(files[1].read_text(encoding="utf-8"))
    monkeypatch.setattr("accord.reports.pictures.HEAVY", 10)
    assert len(inline(files)) <= len(drawn)


def test_a_huge_outline_is_not_even_slimmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    svg, png = tmp_path / "f.svg", tmp_path / "f.png"
    svg.write_text("<svg></svg>", encoding="utf-8")
    Image.new("RGB", (4, 3), "red").save(png)
    assert inline([png, svg]).startswith("data:image/svg+xml,"), "the lighter of the two"
    monkeypatch.setattr(pictures, "HOPELESS", 5)
    assert inline([png, svg]).startswith("data:image/png;base64,")
    assert inline([svg]).startswith("data:image/svg+xml,"), "there is no other"
