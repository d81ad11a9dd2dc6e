"""Panel unit-root tests that are right in few years, and Pesaran's test of dependence between units.

Each test takes a DataFrame (years down, units across) or a DataArray (unit, time) and returns a `UnitRootTest`,
which prints as a table: statistics by name with textbook and simulated p-values. The simulated one comes from
panels of the same size under the test's null, lags chosen anew in each; below 25 years or 10 units it leads.
It is right under that null; it does not cure autocorrelation that the lags miss, unequal variances in a
pooled test, or dependence between units. For the last, take ``dependence="auto"``, ``demean=True`` or `cips`.

Every test also takes these keywords:

draws : simulated panels; by default none (0) from 25 years and 10 units on, where it takes longer; below, 20,000, and fewer
    (at least 999) where units x years exceed 1,000.
    For the sizes of the embedded studies the default reads a law of 200,000 panels that comes with accord
dependence : "independent" simulates independent units; "signs" flips the sign of whole years of changes
    instead, which keeps the dependence between units (needs symmetric changes; cautious with a trend);
    "auto" flips signs where CD of the yearly changes rejects independence at 5 %
seed : of the simulation
pool : an executor, such as that of ``accord.core.engine.connect``; digits do not depend on it
folder : where null distributions are kept between runs
"""

from accord.unitroot.assess import Simulation
from accord.unitroot.estimators import cd, cips, fisher, hadri, ht, ips, llc
from accord.unitroot.result import UnitRootTest

__all__ = ["Simulation", "UnitRootTest", "cd", "cips", "fisher", "hadri", "ht", "ips", "llc"]
