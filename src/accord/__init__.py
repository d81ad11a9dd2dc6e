"""accord: a complete coupling-coordination study, from a panel of regions and years to tables, figures and a report.

Names load what they need when they are first used, so `import accord` is light.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

__version__ = "0.1.0"

_HOME = {
    "IndicatorSystem": "accord.study.system",
    "InputError": "accord.errors",
    "Plan": "accord.study.plan",
    "Refused": "accord.errors",
    "Study": "accord.study.study",
    "compare": "accord.study.compare",
    "forecast": "accord.forecasting",
    "lag_order": "accord.panelvar",
    "method": "accord.method",
    "plot": "accord.plot",
    "pvar": "accord.panelvar",
    "read_boundaries": "accord.io.boundaries",
    "read_cube": "accord.io.grid",
    "read_neighbours": "accord.io.neighbours",
    "read_panel": "accord.io.tables",
    "read_plan": "accord.study.plan",
    "report": "accord.project",
    "run": "accord.project",
    "sample": "accord.io.sample",
    "summary": "accord.project",
    "tidy": "accord.tables",
    "unitroot": "accord.unitroot",
    "zonal_panel": "accord.io.units",
}
_MODULES = ("plot", "method", "unitroot")

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> _Any:
    if name not in _HOME:
        raise AttributeError(f"module 'accord' has no attribute '{name}'")
    module = _import_module(_HOME[name])
    found = module if name in _MODULES else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
