"""How the charts look: type and lines in the page's own colours, so that dark and light need no second drawing."""

from __future__ import annotations

from typing import Any

from accord.reports.charts.chart import Json

INK, SOFT, LINE, PAPER = "var(--ink)", "var(--soft)", "var(--line)", "var(--paper)"
NONE = "var(--chart-none)"
"""What stands where there are no data."""
AHEAD = "url(#chart-ahead)"
"""Hatching over what is forecast; the pattern stands in the page."""
THEN, SURE = "var(--chart-line)", "var(--chart-band)"
NEUTRAL = "var(--soft)"
"""Colour of what only describes."""
UNSURE = {"80": "url(#chart-unsure-80)", "95": "url(#chart-unsure-95)"}
"""Fills of bands that are model-based: hatched in the colour of the forecast."""
SERIES = [f"var(--series-{k})" for k in range(1, 8)]
DASHES: list[list[int]] = [[], [6, 2], [2, 2], [8, 2, 2, 2]]
"""Lines of series beyond the seventh differ by their dashes."""
FONT = (
    '"Accord Sans SC", "Segoe UI", "Helvetica Neue", Arial, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", '
    '"Source Han Sans SC", sans-serif'
)
CONFIG: Json = {
    "font": FONT, "background": "transparent", "view": {"stroke": None}, "aria": False,
    "axis": {
        "labelColor": SOFT, "titleColor": INK, "domainColor": LINE, "tickColor": LINE, "gridColor": LINE,
        "gridOpacity": 0.6, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelFont": FONT,
        "titleFont": FONT,
    },
    "text": {"color": INK, "font": FONT, "fontSize": 12}, "rule": {"color": SOFT}, "legend": {"disable": True},
}  # fmt: skip


def spec_of(chart: Any, settings: Json) -> Json:
    """The spec of a chart that fits what the page gives it, with settings by name that its expressions read.

    Nothing of a reader's is in a spec but the values of settings, so that its shape is checked by the tests alone.
    """
    made = chart.properties(width=640, height=360, autosize={"type": "fit", "contains": "padding"})
    out: Json = made.to_dict(validate=False)
    params = [*out.pop("params", []), *({"name": name, "value": value} for name, value in settings.items())]
    return {**{k: v for k, v in out.items() if k != "config"}, "params": params, "config": CONFIG}


def line_of(k: int) -> tuple[str, list[int]]:
    """Colour and dashes of the k-th series."""
    return SERIES[k % len(SERIES)], DASHES[k // len(SERIES) % len(DASHES)]
