"""Panel vector autoregressions: GMM and bias-corrected estimators, with inference that holds for small panels.

`pvar` fits one, `PVARFit` is what it returns.
"""

from accord.panelvar.fit import pvar
from accord.panelvar.result import PVARFit

__all__ = ["PVARFit", "pvar"]
