"""Pictures of the core six figures, those of the forecast and of the unit-root tests against small ones that were looked at and committed.

`ACCORD_BASELINES=write pytest tests/plot/test_snapshots.py` draws them anew; look at them before committing.
They are set in the bundled font alone, so that they are the same on machines with other fonts, and compared only
with the minor version of matplotlib that drew them, whose lines another may draw a shade differently.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
import xarray as xr
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import accord.plot as plot
from accord.plot.style import drawing
from accord.plot.typeface import BUNDLED

FOLDER = Path(__file__).parent / "baselines"
CORE = ("index_bars", "trajectories", "coordination_heatmap", "dumbbell", "stage_shares", "plane")
FORECAST = ("forecast_fans", "forecast_units", "stage_paths", "forecast_skill", "forecast_holdout")
PVAR = ("coefficient_forest", "stability_circle", "impulse_responses", "variance_decomposition")
TESTS = ("unit_roots",)
PAPERS: tuple[tuple[Any, str], ...] = (("double", "en"), ("single", "zh"))
DPI, STEP = 50, 32
"""Dots per inch, and the difference of a colour's parts (of 256) from which a dot counts as another."""
MOST = 2e-4
"""Share of dots that may be another: rounding at the edges of lines moves a few."""
HERE = ".".join(matplotlib.__version__.split(".")[:2])

Dots = np.ndarray[Any, np.dtype[np.int16]]


def picture(name: str, tree: xr.DataTree, size: Any, language: str) -> Dots:
    """The figure at low resolution, on white: red, green and blue."""
    with matplotlib.rc_context({"font.family": [BUNDLED]}):
        figure = plot.FIGURES[name][0](tree, size=size, language=language)
        file = io.BytesIO()
        with drawing(language):
            figure.savefig(file, format="png", dpi=DPI, facecolor="white")
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"), dtype="i2")


def apart(a: Dots, b: Dots) -> float:
    """Share of the dots that differ; all of them where the sizes do."""
    return 1.0 if a.shape != b.shape else float((abs(a - b).max(axis=2) > STEP).mean())


def baseline(path: Path) -> Dots:
    with Image.open(path) as image:
        made = image.info.get("matplotlib", "")
        if made != HERE:
            pytest.skip(f"drawn with matplotlib {made}, this is {HERE}: ACCORD_BASELINES=write draws them anew")
        return np.asarray(image, dtype="i2")


@pytest.mark.parametrize(("size", "language"), PAPERS)
@pytest.mark.parametrize("name", CORE + FORECAST + TESTS + PVAR)
def test_looks_as_it_did(name: str, size: Any, language: str, make: Callable[..., xr.DataTree]) -> None:
    now, path = picture(name, make(14, 8, 3), size, language), FOLDER / f"{name}_{language}.png"
    if os.environ.get("ACCORD_BASELINES") == "write":
        FOLDER.mkdir(exist_ok=True)
        info = PngInfo()
        info.add_text("matplotlib", HERE)
        Image.fromarray(now.astype("u1")).save(path, optimize=True, pnginfo=info)
    assert apart(now, baseline(path)) <= MOST


@pytest.mark.parametrize("name", CORE)
def test_a_change_would_be_seen(name: str, make: Callable[..., xr.DataTree]) -> None:
    """One unit's values in the last year, or one stage's count, move by a tenth."""
    tree, table = make(14, 8, 3), plot.FIGURES[name][1]
    before = picture(name, tree, "double", "en")
    for key in {table, "scores"} if name == "plane" else {table}:
        for variable in tree[key].data_vars.values():
            last = variable[{"time": -1}] if "time" in variable.dims else variable
            first = last[{d: 0 for d in last.dims if d not in ("variable", "subsystem")}]
            if variable.dtype.kind == "f":
                first += 0.1
            elif key == "stage_counts":
                last[{"level": 5}] += 2
    assert apart(before, picture(name, tree, "double", "en")) > 2 * MOST


@pytest.mark.parametrize(
    ("name", "table", "variable"),
    [
        ("forecast_fans", "forecast_regions", "hi80"),
        ("forecast_units", "forecast", "mean"),
        ("stage_paths", "forecast", "forecast_stage"),
        ("forecast_skill", "forecast_ranking", "mase"),
        ("forecast_holdout", "forecast_holdout", "predicted"),
        ("unit_roots", "unit_roots", "leading_p"),
    ],
)
def test_a_change_in_a_forecast_or_a_test_would_be_seen(
    name: str, table: str, variable: str, make: Callable[..., xr.DataTree]
) -> None:
    """The first value in the last year, or the first of all, moves by a tenth; a stage by one.

    Points are too small to be missed one by one: of the holdout, a year moves.
    """
    tree = make(14, 8, 3)
    before = picture(name, tree, "double", "en")
    array = tree[table][variable]
    last = array[{"time": -1}] if "time" in array.dims else array
    kept = ("unit",) if name == "forecast_holdout" else ()
    last[{d: 0 for d in last.dims if d not in kept}] += 1 if variable == "forecast_stage" else 0.1
    assert apart(before, picture(name, tree, "double", "en")) > 2 * MOST


@pytest.mark.parametrize(
    ("name", "table", "variable"),
    [
        ("coefficient_forest", "pvar", "coef"),
        ("stability_circle", "stability", "real"),
        ("impulse_responses", "irf", "irf"),
        ("variance_decomposition", "fevd", "variance_share"),
    ],
)
def test_a_change_in_the_panel_var_would_be_seen(
    name: str, table: str, variable: str, make: Callable[..., xr.DataTree]
) -> None:
    """Of the nation's leading estimator, a number moves a little: a coefficient or root by a tenth, a response by 0.005."""
    tree = make(14, 8, 3)
    before = picture(name, tree, "double", "en")
    array = tree[table][variable]
    kept = ("horizon",) if name == "impulse_responses" else ()
    step = 0.005 if name == "impulse_responses" else 0.1
    array[{d: 0 for d in array.dims if d not in kept}] += step
    assert apart(before, picture(name, tree, "double", "en")) > MOST


def test_baselines_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 550_000
