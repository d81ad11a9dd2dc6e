"""Panel vector autoregressions: GMM and bias-corrected estimators, with inference that holds for small panels.

`pvar` fits one, `PVARFit` is what it returns. Names load what they need when they are first used.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

_HOME = {
    "PVARFit": "accord.panelvar.result",
    "lag_order": "accord.panelvar.order",
    "pvar": "accord.panelvar.fit",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> _Any:
    if name not in _HOME:
        raise AttributeError(f"module 'accord.panelvar' has no attribute '{name}'")
    found = getattr(_import_module(_HOME[name]), name)
    globals()[name] = found
    return found
