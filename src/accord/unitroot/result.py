"""The result of a panel unit-root test: what was asked, what was found, and a table of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from accord.core.unitroot_series import Trend

FEW_YEARS, FEW_UNITS = 25, 10
"""Below either, the simulated p-value leads."""
FORMS = {"levels": "levels", "differences": "yearly changes"}
CASES = {"n": "no constant", "c": "constant", "ct": "constant and trend"}


@dataclass(frozen=True)
class UnitRootTest:
    """Result of a panel unit-root test or of CD; prints as a table, `tidy()` is that table.

    `test["W"]` is a statistic by name. `statistic`, `pvalue` and `pvalue_simulated` are those of the statistic
    the test is known by, `leading`; `p` is the p-value that leads.
    """

    test: str
    title: str
    null: str
    alternative: str
    trend: Trend
    lags: int | str
    """Lagged changes or the criterion that chose them; for Phillips and Perron the bandwidth."""
    leading: str
    statistics: Mapping[str, float]
    pvalues: Mapping[str, float]
    """Textbook p-values, of the statistics that have a limiting law."""
    pvalues_simulated: Mapping[str, float]
    df: Mapping[str, float]
    """Degrees of freedom of the laws that have them."""
    units: int
    years: int
    """Years of the shortest unit."""
    observations: int
    """Observations in all regressions together."""
    unit_lags: Mapping[Any, int]
    """Lags used, by unit."""
    critical: Mapping[str, float]
    """Published critical values, where there are any."""
    critical_simulated: Mapping[str, float]
    """Quantiles of the simulated null distribution of the same statistic."""
    demeaned: bool = False
    simulation: str = ""
    """What the simulated p-values come from."""
    at_ends: int = 0
    """Units whose own p-value is 0 or 1 to 16 digits, and was kept from it by 1e-16."""
    notes: tuple[str, ...] = field(default=())
    convention: str = ""
    """"paper" or "stata", of the tests that have the choice."""
    moments: str = ""
    """IPS: "published" or "simulated"."""
    robust: bool | None = None
    """Hadri: whether each unit has a variance of its own."""
    form: str = ""
    """CD: "levels" or "differences"."""
    bandwidth: int | None = None
    """Phillips and Perron: lags of the long-run variance."""
    floor: float = 0.0
    """Smallest simulated p-value that can be told: a p at it means one below it. 0 where every panel is known."""

    def __getitem__(self, name: str) -> float:
        return self.statistics[name]

    @property
    def statistic(self) -> float:
        """The leading statistic."""
        return self.statistics[self.leading]

    @property
    def pvalue(self) -> float:
        """Textbook p-value of the leading statistic."""
        return self.pvalues.get(self.leading, float("nan"))

    @property
    def pvalue_simulated(self) -> float:
        """Simulated p-value of the leading statistic; NaN where none was simulated."""
        return self.pvalues_simulated.get(self.leading, float("nan"))

    @property
    def p(self) -> float:
        """The p-value that leads: simulated below 25 years or 10 units, and where signs were flipped."""
        leads = self.years < FEW_YEARS or self.units < FEW_UNITS or self.simulation.startswith("signs")
        return self.pvalue_simulated if leads and np.isfinite(self.pvalue_simulated) else self.pvalue

    def tidy(self) -> pd.DataFrame:
        """One row per statistic, with the columns of table `unit_roots` and then what else was asked for."""
        lagged = self.test not in ("ht", "hadri", "cd")
        rows = [
            {
                "test": self.test,
                "trend": "" if self.test == "cd" else self.trend,
                "lags": self.lags if lagged else "",
                "name": name,
                "statistic": value,
                "df": self.df.get(name, np.nan),
                "pvalue": self.pvalues.get(name, np.nan),
                "pvalue_simulated": self.pvalues_simulated.get(name, np.nan),
                "convention": self.convention,
                "moments": self.moments,
                "robust": "" if self.robust is None else self.robust,
                "form": self.form,
                "bandwidth": "" if self.bandwidth is None else self.bandwidth,
                "demeaned": self.demeaned,
            }
            for name, value in self.statistics.items()
        ]
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """What was asked and found, as lines of text."""
        lines = [
            self._heading(),
            f"H0: {self.null}; H1: {self.alternative}",
            f"{self.units} units, {self.years} years, {self.observations} observations",
        ]
        shown = self.tidy()[["name", "statistic", "df", "pvalue", "pvalue_simulated"]]
        if not self.df:
            shown = shown.drop(columns="df")
        p = {"pvalue": _small, "pvalue_simulated": self._simulated}
        lines.append(shown.to_string(index=False, float_format="{:.4f}".format, na_rep="", formatters=p))
        tables = {"critical values": self.critical, "simulated critical values": self.critical_simulated}
        for name, values in tables.items():
            if values:
                lines.append(f"{name}: " + ", ".join(f"{level} {value:.3f}" for level, value in values.items()))
        if self.simulation:
            lines.append(f"simulated p: {self.simulation}")
        return "\n".join([*lines, *self.notes])

    def _simulated(self, p: float) -> str:
        """A simulated p-value, said to be below the floor where it is at it."""
        return f"<{self.floor:g}" if p <= self.floor * (1 + 1e-9) else _small(p)

    def _heading(self) -> str:
        """Test, case, lags, what else was asked for, and what was done to the values before."""
        about = [FORMS[self.form]] if self.test == "cd" else [CASES[self.trend]]
        used = list(self.unit_lags.values())
        if self.bandwidth is not None:
            about.append(f"bandwidth {self.bandwidth}")
        elif used:
            lags = f"lags {self.lags}" if isinstance(self.lags, int) else f"lags by {self.lags.upper()}"
            spread = f" ({min(used)} to {max(used)}, mean {np.mean(used):.2f})" if min(used) != max(used) else ""
            about.append(lags + spread)
        if self.robust is not None:
            about.append("a variance for each unit" if self.robust else "one variance")
        about += [
            f"{name} {value}" for name, value in (("convention", self.convention), ("moments", self.moments)) if value
        ]
        if self.demeaned:
            about.append("demeaned")
        return f"{self.title}: {', '.join(about)}" if about else self.title

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return str(self)


def _small(p: float) -> str:
    """A p-value to four digits, never as 0."""
    if np.isnan(p):
        return ""
    return f"{p:.4f}" if p >= 0.0001 else "<0.0001"
