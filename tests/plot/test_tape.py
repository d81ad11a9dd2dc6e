"""A figure drawn once for all its files: they hold what matplotlib writes when it draws each for itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import xarray as xr
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text
from PIL import Image

import accord.plot as plot
from accord.plot import style, tape
from accord.plot.style import drawing, save
from accord.plot.tape import recorded

Make = Callable[..., xr.DataTree]
Dots = np.ndarray[Any, Any]
UNDATED: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}


def written(figure: Figure, kind: str) -> bytes:
    file = BytesIO()
    with drawing("en"), np.errstate(over="ignore", invalid="ignore"):
        figure.savefig(file, format=kind, metadata=UNDATED[kind])
    return file.getvalue()


def twice(figure: Figure, kind: str) -> tuple[bytes, bytes]:
    """A file as matplotlib draws it, and as it is drawn from the record."""
    theirs = written(figure, kind)
    with drawing("en"), np.errstate(over="ignore", invalid="ignore"), recorded(figure):
        assert "draw" in vars(figure), "the figure was not recorded"
        ours = written(figure, kind)
    return theirs, ours


def dots(raw: bytes) -> Dots:
    with Image.open(BytesIO(raw)) as image:
        return np.asarray(image.convert("RGB")).astype("i4")


def page_numbers(raw: bytes) -> list[float]:
    """The numbers on the page of an uncompressed file."""
    content = re.search(rb"/Contents (\d+) 0 R", raw)
    assert content is not None
    page = raw.split(b"\n%s 0 obj" % content[1])[1].split(b"endstream")[0].split(b"stream")[1]
    return [float(n) for n in re.findall(rb"(?<![\w./(])-?\d+(?:\.\d+)?(?= )", page)]


class Drawing(NamedTuple):
    """An svg without what its cuts are called, and its parts in dots."""

    outlines: str
    parts: list[Dots]


def without_names(raw: bytes) -> Drawing:
    text, parts = raw.decode("utf-8"), []
    for found in re.findall(r'data:image/png;base64,\s*([^"]*)"', text):
        with Image.open(BytesIO(base64.b64decode(found))) as image:
            parts.append(np.asarray(image.convert("RGBA")).astype("i4"))
    text = re.sub(r'data:image/png;base64,[^"]*|id="image[^"]*', "", text)
    names = dict.fromkeys(re.findall(r'clipPath id="([^"]*)"', text))
    for k, name in enumerate(names):
        text = text.replace(name, f"cut-{k}")
    return Drawing(text, parts)


def all_sorts() -> Figure:
    """Clips by boxes and outlines, hatches, markers, meshes, arrows, see-through and turned things, and a part in dots."""
    rng = np.random.default_rng(1)
    with drawing("en"):
        figure = Figure((4, 3))
        left, right = figure.subplots(1, 2)
        x = np.linspace(0, 9, 200)
        left.plot(x, np.sin(x), marker="o", markevery=9, linestyle="--", alpha=0.6)
        left.plot(x, 9 * np.cos(x), linewidth=0.5)
        left.set_ylim(-1.2, 1.4)
        left.fill_between(x, 0.2, 0.9, hatch="//", facecolor="none", edgecolor="C3", linewidth=0.3)
        left.scatter(x[::20], rng.normal(size=10), c=rng.random(10), s=rng.integers(5, 60, 10), edgecolors="k")
        left.text(4, 1, "turned 协调", rotation=40, ha="right", alpha=0.7)
        left.annotate("here", (2, 0), (5, -1), arrowprops={"arrowstyle": "->"})
        left.set_xlabel("years")
        left.legend(["one", "two"], loc="lower left")
        mesh = right.pcolormesh(rng.random((7, 5)), edgecolors="w", linewidth=0.4)
        mesh.set_clip_path(Circle((2.5, 3), 2.4, transform=right.transData))
        figure.colorbar(mesh, cmap=LinearSegmentedColormap.from_list("", ["b", "r"]))
        right.add_patch(Rectangle((0.5, 0.5), 2, 1, rasterized=True, facecolor="g", alpha=0.5))
        right.contour(rng.random((7, 5)))
    return figure


def test_outlines_are_the_same_to_the_letter() -> None:
    """But for what cuts are called; a part in dots stands in the same place, and its dots are the same."""
    theirs, ours = (without_names(raw) for raw in twice(all_sorts(), "svg"))
    assert theirs.outlines == ours.outlines
    assert len(theirs.parts) == len(ours.parts) == 2
    for a, b in zip(theirs.parts, ours.parts, strict=True):
        assert abs(a - b).max() <= 1


@pytest.mark.parametrize("name", plot.FIGURES)
def test_our_figures_are_the_same_to_the_letter(name: str, make: Make) -> None:
    figure = plot.FIGURES[name][0](make(14, 8, 3))
    theirs, ours = twice(figure, "svg")
    assert theirs == ours


def test_pages_are_the_same_but_for_digits_that_no_eye_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """What places things on a page; matplotlib measures type to 1/64 of a point there."""
    monkeypatch.setitem(style._OURS, "pdf.compression", 0)
    theirs, ours = (page_numbers(raw) for raw in twice(all_sorts(), "pdf"))
    assert len(theirs) == len(ours) > 2000
    np.testing.assert_allclose(ours, theirs, atol=0.05)


def test_dots_differ_by_less_than_one_in_place() -> None:
    """Lines and areas fall on the same dots; type stands within one."""
    theirs, ours = (dots(raw) for raw in twice(all_sorts(), "png"))
    blurred = [np.stack([np.roll(a, s, (0, 1)) for s in np.ndindex(3, 3)]) for a in (theirs, ours)]
    low, high = blurred[0].min(axis=0), blurred[0].max(axis=0)
    middle = blurred[1][4]
    assert ((middle < low - 40) | (middle > high + 40)).any(axis=2).mean() < 2e-4
    assert (abs(theirs - ours).max(axis=2) > 64).mean() < 0.005


def test_the_figure_is_left_as_it_was(tmp_path: Path) -> None:
    figure = all_sorts()
    before = figure.dpi
    save(figure, tmp_path, "f")
    assert figure.dpi == before and "draw" not in vars(figure)
    with pytest.raises(RuntimeError, match="stopped"), drawing("en"), recorded(figure):
        raise RuntimeError("stopped")
    assert figure.dpi == before and "draw" not in vars(figure)


def test_a_figure_is_gone_through_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figure, drawn = all_sorts(), []
    theirs = Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda self, renderer: drawn.append(renderer) or theirs(self, renderer))
    files = save(figure, tmp_path, "f")
    assert len(drawn) == 1 and isinstance(drawn[0], tape.Tape)
    assert all(file.stat().st_size > 5000 for file in files)


def photograph(figure: Figure) -> None:
    figure.axes[0].imshow(np.eye(9), aspect="auto")


def filtered(figure: Figure) -> None:
    figure.axes[0].plot([0, 1], [0, 1])[0].set_agg_filter(lambda image, _dpi: (image, 0, 0))


@pytest.mark.parametrize("add", [photograph, filtered])
def test_what_depends_on_the_format_is_drawn_for_each(add: Callable[[Figure], None], tmp_path: Path) -> None:
    with drawing("en"):
        figure = Figure((2, 1.5))
        figure.subplots()
        add(figure)
    svg = written(figure, "svg")
    assert save(figure, tmp_path, "f", ["svg"])[0].read_bytes() == svg
    with drawing("en"), recorded(figure):
        assert "draw" not in vars(figure)


def test_every_call_of_a_renderer_is_recorded_or_refused() -> None:
    """One that a release of matplotlib adds would otherwise draw nothing."""
    told = {name for name in vars(RendererBase) if re.match(r"(draw|start|stop|open|close)_", name)}
    assert told - set(vars(tape.Tape)) == {"stop_filter"}, "which follows start_filter, and that is refused"


def words_below(figure: Figure) -> None:
    axes = figure.subplots()
    axes.set_xticks([0, 1, 2], ["a long name", "another long name", "a third"], rotation=70)


def words_beside(figure: Figure) -> None:
    for axes in figure.subplots(1, 2):
        axes.barh([0, 1], [1, 2])
        axes.set_yticks([0, 1], ["Inner Mongolia", "Heilongjiang"])


def words_above(figure: Figure) -> None:
    axes = figure.subplots()
    axes.set_xticks([0, 1], ["first", "second"])
    axes.xaxis.tick_top()
    axes.set_title("title")


def words_aligned(figure: Figure) -> None:
    first, second = figure.subplots(2, 1)
    first.set_yticks([0, 1], ["a rather long name", "another"])
    second.set_ylabel("D")
    figure.align_ylabels()


def animated(figure: Figure) -> None:
    figure.subplots().plot([0, 1], [0, 1], animated=True)


@pytest.mark.parametrize("layout", ["constrained", "tight", None])
@pytest.mark.parametrize("draw", [words_below, words_beside, words_above, words_aligned, animated])
def test_layouts_and_titles_have_room_for_ticks_in_words(
    draw: Callable[[Figure], None], layout: Any, tmp_path: Path
) -> None:
    made = []
    for _ in range(2):
        with drawing("en"):
            figure = Figure((4, 2), layout=layout)
            draw(figure)
        made.append(figure)
    assert save(made[0], tmp_path, "f", ["svg"])[0].read_bytes() == written(made[1], "svg")


class Window:
    """A window that a figure stands in."""

    def __init__(self) -> None:
        self.resized: list[tuple[float, float]] = []

    def resize(self, *size: float) -> None:
        self.resized.append(size)


def test_a_window_is_left_alone(tmp_path: Path) -> None:
    figure, window = all_sorts(), Window()
    canvas: Any = figure.canvas
    canvas.manager = window
    save(figure, tmp_path, "f", ["svg", "png"])
    assert canvas.manager is window and not window.resized


def test_a_draw_that_the_caller_has_set_stays(tmp_path: Path) -> None:
    figure: Any = all_sorts()
    theirs = figure.draw
    figure.draw = mine = lambda renderer: theirs(renderer)
    save(figure, tmp_path, "f", ["svg"])
    assert figure.draw is mine


class Own(Text):
    """An artist of a reader's, which asks of its renderer what some have and others do not."""

    def draw(self, renderer: Any) -> None:
        assert renderer.width > 0
        super().draw(renderer)


def test_what_cannot_be_recorded_is_drawn_for_each(tmp_path: Path) -> None:
    with drawing("en"):
        figure = Figure((2, 1))
        figure.add_artist(Own(0.5, 0.5, "own"))
    svg = written(figure, "svg")
    assert save(figure, tmp_path, "f", ["svg"])[0].read_bytes() == svg


def test_a_figure_that_lives_on_holds_no_record(tmp_path: Path) -> None:
    figure = all_sorts()
    save(figure, tmp_path, "f")
    tapes = {id(t._renderer): t._renderer for t in figure.findobj(Text) if isinstance(t._renderer, tape.Tape)}
    assert all(not one._kept and not one._clips for one in tapes.values())
