"""The charts of a report: which figure each stands for, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from warnings import warn

import xarray as xr

from accord.errors import AccordWarning, InputError
from accord.plot.catalogue import FIGURES
from accord.reports.charts.chart import Chart
from accord.reports.charts.curves import curves
from accord.reports.charts.fans import region_fans, unit_fans
from accord.reports.charts.heat import heat
from accord.reports.charts.material import Material
from accord.reports.charts.paths import paths
from accord.reports.charts.responses import responses
from accord.reports.charts.stage_map import stage_map

CHARTS: dict[str, Callable[[Material], Chart | None]] = {
    "stage_maps": stage_map,
    "coordination_heatmap": heat,
    "trajectories": paths,
    "density_curves": curves,
    "impulse_responses": responses,
    "forecast_fans": region_fans,
    "forecast_units": unit_fans,
}
"""Charts by the figure that each stands for in the page."""


def charts_of(tree: xr.DataTree, language: str, figures: Collection[str] = tuple(CHARTS)) -> dict[str, Chart]:
    """The charts of a results tree by the name of the figure that each stands for, of those `figures` alone.

    There are none without D and its stages. A chart whose tables the tree lacks is left out, as one that the data cannot carry: its figure stands in the page.
    """
    if "coordination" not in tree.children or not {"coordination", "stage"} <= set(tree["coordination"].data_vars):
        return {}
    material, out = Material(tree, language), {}
    for name, make in CHARTS.items():
        if name in figures and FIGURES[name][1] in tree.children:
            try:
                made = make(material)
            except InputError:
                continue
            except Exception as error:  # a chart never takes the page down: its figure stands in its place
                said = (
                    f"chart {name} is left out, its figure is shown: {type(error).__name__}: {error} (please report it)"
                )
                warn(said, AccordWarning, stacklevel=2)
                continue
            if made is not None:
                out[name] = made
    return out
