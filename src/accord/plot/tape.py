"""A figure gone through once for all its files: what is drawn is recorded, and played to the renderer of each format.

To find where each letter and line of a figure stands takes a third of the time of writing it, and png, svg and pdf would
each find it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, Bbox, TransformedPath

POINTS = 72
"""Dots per inch of what is recorded."""
PLACING = {"draw_path": (1,), "draw_markers": (1, 3), "draw_path_collection": (0, 4), "draw_quad_mesh": (0, 5)}
"""Which arguments of a call that draws, after its graphics context, take something to its place on the page."""


class Page(Figure):
    """A figure whose parts accord has placed: nothing in it waits to be measured when it is drawn."""


class NotRecorded(Exception):
    """A figure with a part that depends on the format it is drawn in, as a photograph does."""


class Stroke(NamedTuple):
    """A call of a renderer that draws something."""

    call: str
    look: GraphicsContextBase
    what: tuple[Any, ...]
    options: dict[str, Any]


class Tape(RendererBase):
    """A renderer that keeps what it is told to draw."""

    def __init__(self, wide: float, high: float) -> None:
        super().__init__()
        self._size = wide, high
        self._kept: list[Stroke | tuple[str, tuple[Any, ...]]] = []
        self._clips: dict[int, tuple[Any, Any]] = {}

    def play(self, renderer: Any) -> None:
        """Draw with another renderer what was recorded."""
        here = page = 1.0 if isinstance(renderer, MixedModeRenderer) else renderer.dpi / POINTS
        clips: dict[tuple[float, int], Any] = {}
        for kept in self._kept:
            if isinstance(kept, Stroke):
                self._draw(kept, renderer, here, clips)
                continue
            call, what = kept
            getattr(renderer, call)(*what)
            if call == "start_rasterizing":  # a part of a page of outlines that is drawn in dots
                here = renderer.dpi / POINTS
            elif call == "stop_rasterizing":
                here = page

    def forget(self) -> None:
        """Let go of what was recorded: type remembers the renderer that drew it last."""
        self._kept.clear()
        self._clips.clear()

    def _draw(self, stroke: Stroke, renderer: Any, times: float, clips: dict[tuple[float, int], Any]) -> None:
        """Draw one stroke so many times as large."""
        gc, what = renderer.new_gc(), list(stroke.what)
        gc.copy_properties(stroke.look)
        if stroke.call == "draw_text":
            x, y = times * what[0], times * what[1]
            what[:2] = x, times * self._size[1] - y if renderer.flipy() else y
        if times != 1:
            larger = Affine2D().scale(times)
            for name in ("_cliprect", "_clippath"):
                clip = getattr(gc, name)
                if (times, id(clip)) not in clips:
                    clips[times, id(clip)] = _placed(clip, larger)
                setattr(gc, name, clips[times, id(clip)])
            for k in PLACING.get(stroke.call, ()):
                what[k] += larger
        getattr(renderer, stroke.call)(gc, *what, **stroke.options)
        gc.restore()

    def _keep(self, call: str, gc: Any, what: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Keep a stroke as it is now: what places it moves with the figure's dots per inch."""
        look, still = GraphicsContextBase(), list(what)
        look.copy_properties(gc)
        for name in ("_cliprect", "_clippath"):
            clip = getattr(gc, name)
            if id(clip) not in self._clips:  # the same again for the same: renderers tell by identity which it is
                self._clips[id(clip)] = clip, _placed(clip, Affine2D())
            setattr(look, name, self._clips[id(clip)][1])
        for k in PLACING.get(call, ()):
            still[k] = what[k].frozen()
        self._kept.append(Stroke(call, look, tuple(still), options))

    def draw_path(self, gc: Any, *what: Any, **options: Any) -> None:
        self._keep("draw_path", gc, what, options)

    def draw_markers(self, gc: Any, *what: Any, **options: Any) -> None:
        self._keep("draw_markers", gc, what, options)

    def draw_path_collection(self, gc: Any, *what: Any, **options: Any) -> None:
        self._keep("draw_path_collection", gc, what, options)

    def draw_quad_mesh(self, gc: Any, *what: Any, **options: Any) -> None:
        self._keep("draw_quad_mesh", gc, what, options)

    def draw_text(self, gc: Any, *what: Any, **options: Any) -> None:
        self._keep("draw_text", gc, what, options)

    def open_group(self, s: str, gid: str | None = None) -> None:
        self._kept.append(("open_group", (s, gid)))

    def close_group(self, s: str) -> None:
        self._kept.append(("close_group", (s,)))

    def start_rasterizing(self) -> None:
        self._kept.append(("start_rasterizing", ()))

    def stop_rasterizing(self) -> None:
        self._kept.append(("stop_rasterizing", ()))

    def flipy(self) -> bool:
        """Text is recorded from the bottom up, as everything else is."""
        return False

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._size

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Of a line of type in points, as the outlines have them that svg and pdf hold."""
        wide, high, below = text_to_path.get_text_width_height_descent(s, prop, ismath)
        return float(wide), float(high), float(below)

    def _refuse(self, *_what: Any, **_options: Any) -> Any:
        raise NotRecorded

    draw_image = draw_gouraud_triangles = draw_tex = get_image_magnification = start_filter = _refuse


@contextmanager
def recorded(figure: Figure) -> Iterator[None]:
    """The figure is drawn once, at the start; each file that is saved meanwhile takes that drawing.

    What stands in dots stands at 72 of them an inch in every file. A figure with photographs, type set by TeX, filters, a
    layout that is found for each format, or anything else that cannot be recorded is drawn for each file.
    """
    tape = None if figure.get_layout_engine() is not None else _recording(figure)
    if tape is None:
        yield
        return
    told: Any = vars(figure)
    before = {name: told[name] for name in ("draw",) if name in told}
    told["draw"] = tape.play
    try:
        yield
    finally:
        del told["draw"]
        told.update(before)
        tape.forget()


def _recording(figure: Figure) -> Tape | None:
    """What the figure draws, at a dot a point; None where that depends on the format."""
    canvas: Any = figure.canvas
    dpi, manager, saving = figure.dpi, canvas.manager, canvas._is_saving
    canvas.manager = None  # a window would be resized
    canvas._is_saving = True  # or else artists that are animated in it would be left out
    figure.dpi = POINTS
    try:
        tape = Tape(*figure.bbox.size)
        figure.draw(tape)
    except Exception:  # a true fault comes again where each file is drawn
        return None
    finally:
        figure.dpi = dpi
        canvas.manager, canvas._is_saving = manager, saving
    return tape


def _placed(clip: Any, by: Any) -> Any:
    """What a drawing is cut off by, taken to another place."""
    if clip is None:
        return None
    if isinstance(clip, TransformedPath):
        path, at = clip.get_transformed_path_and_affine()
        return TransformedPath(path, at.frozen() + by)
    return Bbox(by.transform(clip.get_points()))
