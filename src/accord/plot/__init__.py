"""Figures for papers, drawn from results alone.

Each figure is a function of a study, its saved tree, or the one table it needs; with `data=True` it
returns the tidy frame it would draw. Nothing here computes a statistic or changes matplotlib's settings.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

_HOME = {
    "FIGURES": "accord.plot.catalogue",
    "caption": "accord.plot.catalogue",
    "centre_path": "accord.plot.centre",
    "coefficient_forest": "accord.plot.coefficients",
    "coordination_heatmap": "accord.plot.coordination",
    "driver_heatmap": "accord.plot.drivers",
    "dagum_contributions": "accord.plot.inequality",
    "density_curves": "accord.plot.density",
    "density_ridgeline": "accord.plot.density",
    "density_surface": "accord.plot.density_relief",
    "dumbbell": "accord.plot.change",
    "forecast_fans": "accord.plot.forecast_bands",
    "forecast_holdout": "accord.plot.forecast_scatter",
    "forecast_skill": "accord.plot.forecast_errors",
    "forecast_units": "accord.plot.forecast_bands",
    "impulse_responses": "accord.plot.impulse",
    "index_bars": "accord.plot.indices",
    "lisa_map": "accord.plot.space",
    "moran_scatter": "accord.plot.scatter",
    "missing_glyphs": "accord.plot.typeface",
    "obstacle_heatmap": "accord.plot.obstacles",
    "plane": "accord.plot.balance",
    "radar": "accord.plot.dimensions",
    "save": "accord.plot.style",
    "stability_circle": "accord.plot.unit_circle",
    "stage_flows": "accord.plot.flows",
    "stage_maps": "accord.plot.maps",
    "stage_paths": "accord.plot.forecast_stages",
    "stage_shares": "accord.plot.stages",
    "texts": "accord.plot.style",
    "trajectories": "accord.plot.series",
    "transition_heatmap": "accord.plot.transitions",
    "unit_roots": "accord.plot.pvalues",
    "variance_decomposition": "accord.plot.decomposition",
    "weights_lollipop": "accord.plot.weights",
}

_NO_FIGURES = ("FIGURES", "caption", "missing_glyphs", "save", "texts")

__all__ = [*_HOME]


def __getattr__(name: str) -> _Any:
    if name not in _HOME:
        raise AttributeError(f"module 'accord.plot' has no attribute '{name}'")
    found = getattr(_import_module(_HOME[name]), name)
    if name not in _NO_FIGURES:
        found = _import_module("accord.plot.renamed").renamed(found)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
