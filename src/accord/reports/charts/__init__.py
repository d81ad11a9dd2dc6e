"""Charts of the report that readers can move: Vega-Lite specs from a results tree, and the scripts they run on."""

from accord.reports.charts.bundle import Scripts, scripts
from accord.reports.charts.catalogue import CHARTS, charts_of
from accord.reports.charts.chart import Chart, page_data

__all__ = ["CHARTS", "Chart", "Scripts", "charts_of", "page_data", "scripts"]
