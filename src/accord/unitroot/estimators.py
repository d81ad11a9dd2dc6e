"""The tests, one function each."""

from __future__ import annotations

from typing import Literal, Unpack, get_args

from accord.core.critical import Moments
from accord.core.unitroot_panel import Convention, Setting
from accord.core.unitroot_series import Criterion, Trend
from accord.errors import InputError, brief
from accord.unitroot.assess import Data, Simulation, allowed, assessed
from accord.unitroot.result import UnitRootTest


def ips(
    x: Data,
    *,
    trend: Trend = "c",
    lags: int | Criterion = 1,
    max_lags: int | None = None,
    demean: bool = False,
    convention: Convention = "paper",
    moments: Moments = "published",
    **simulation: Unpack[Simulation],
) -> UnitRootTest:
    """Test of Im, Pesaran and Shin: mean t-ratio (t_bar) and W; without lags also t_tilde_bar and its Z.

    `lags` is a number, or "aic", "bic" or "hqic", which choose from 0 to `max_lags` for each unit on one sample.
    `convention="paper"` looks moments up by the observations of the regression, "stata" by the number of
    years (and takes t-tilde's moments of a constant also with a trend, which is not valid). `moments="simulated"`
    takes our own, right for any number of years, in place of the published table, which starts at 10.
    `trend="n"`, here and in the other tests, supposes series that start at 0, as the simulated ones do: with indices or
    their logarithms it says nothing.
    Units may begin and end in different years.

    References
    ----------
    Im, Pesaran and Shin (2003), 10.1016/S0304-4076(03)00092-7.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].sel(indicator="unemployment")
    >>> found = ac.unitroot.ips(x, lags=0, draws=2000)
    >>> round(found["t_bar"], 4), round(found["W"], 4), found.years
    (-1.7009, -1.3471, 17)
    """
    allowed("convention", convention, get_args(Convention))
    allowed("moments", moments, get_args(Moments))
    setting = Setting("ips", trend, lags, demean=demean, convention=convention, moments=moments)
    return assessed(x, setting, max_lags, simulation)


def ht(
    x: Data,
    *,
    trend: Trend = "c",
    demean: bool = False,
    convention: Convention = "paper",
    **simulation: Unpack[Simulation],
) -> UnitRootTest:
    """Test of Harris and Tzavalis for a fixed number of years: pooled coefficient rho and z.

    `convention="stata"` puts the number of years where the paper has one less: too many rejections in few
    years. Needs the same years for all units and equal variances.

    References
    ----------
    Harris and Tzavalis (1999), 10.1016/S0304-4076(98)00076-1.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].sel(indicator="unemployment")
    >>> round(ac.unitroot.ht(x, draws=2000)["rho"], 4)
    0.6933
    """
    allowed("convention", convention, get_args(Convention))
    return assessed(x, Setting("ht", trend, demean=demean, convention=convention), None, simulation)


def fisher(
    x: Data,
    *,
    test: Literal["adf", "pp"] = "adf",
    trend: Trend = "c",
    lags: int | Criterion = 1,
    max_lags: int | None = None,
    demean: bool = False,
    **simulation: Unpack[Simulation],
) -> UnitRootTest:
    """Fisher's combination of the p-values of single units: P of Maddala and Wu, Z, L* and Pm of Choi.

    `test="adf"`: augmented Dickey and Fuller with `lags` lagged changes, or a criterion. `test="pp"`: Z_tau of
    Phillips and Perron, where `lags` is the bandwidth. p-values of single units are MacKinnon's (1994), kept
    from 0 and 1 by 1e-16. Units may begin and end in different years.

    References
    ----------
    Maddala and Wu (1999), 10.1111/1468-0084.0610s1631; Choi (2001), 10.1016/S0261-5606(00)00048-6.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].sel(indicator="unemployment")
    >>> found = ac.unitroot.fisher(x, test="pp", draws=2000)
    >>> round(found["P"], 4), found.df["P"]
    (107.1173, 96.0)
    """
    allowed("test", test, ("adf", "pp"))
    if test == "pp" and isinstance(lags, str):
        raise InputError(f'test="pp" takes a number as lags, its bandwidth, and not "{brief(lags)}"')
    return assessed(x, Setting("fisher", trend, lags, demean=demean, kind=test), max_lags, simulation)


def llc(
    x: Data,
    *,
    trend: Trend = "c",
    lags: int | Criterion = 1,
    max_lags: int | None = None,
    demean: bool = False,
    **simulation: Unpack[Simulation],
) -> UnitRootTest:
    """Test of Levin, Lin and Chu: t-ratio of the pooled coefficient (t) and its adjusted form (t_star).

    Long-run variances with Bartlett's weights up to int(3.21 T^(1/3)). The table of adjustments starts at 25
    years: below, the textbook p-value rejects almost always. Needs the same years for all units.

    References
    ----------
    Levin, Lin and Chu (2002), 10.1016/S0304-4076(01)00098-7.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].sel(indicator="unemployment")
    >>> round(ac.unitroot.llc(x, draws=2000)["t"], 4)
    -12.9476
    """
    return assessed(x, Setting("llc", trend, lags, demean=demean), max_lags, simulation)


def hadri(
    x: Data,
    *,
    trend: Literal["c", "ct"] = "c",
    robust: bool = False,
    demean: bool = False,
    **simulation: Unpack[Simulation],
) -> UnitRootTest:
    """Hadri's test of stationarity: mean KPSS statistic (LM) and z; here the null is no unit root.

    `robust` takes a variance for each unit. Autocorrelation is not corrected for: a stationary but
    autocorrelated panel is rejected. Needs the same years for all units.

    References
    ----------
    Hadri (2000), 10.1111/1368-423X.00043.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].sel(indicator="unemployment")
    >>> round(ac.unitroot.hadri(x, draws=2000)["LM"], 4)
    0.7986
    """
    allowed("trend", trend, ("c", "ct"))
    return assessed(x, Setting("hadri", trend, demean=demean, robust=robust), None, simulation)


def cips(
    x: Data,
    *,
    trend: Trend = "c",
    lags: int = 1,
    **simulation: Unpack[Simulation],
) -> UnitRootTest:
    """Pesaran's CIPS: mean t-ratio of regressions that hold yearly means, so that units may share a factor.

    CIPS_truncated bounds single t-ratios. The p-value is read off the published critical values, between 0.01
    and 0.1. Needs the same years for all units, and at least 10 of them.

    References
    ----------
    Pesaran (2007), 10.1002/jae.951.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].sel(indicator="unemployment")
    >>> round(ac.unitroot.cips(x, draws=2000)["CIPS"], 4)
    -1.0853
    """
    if isinstance(lags, str):
        raise InputError(f'cips takes a number of lags, and not "{brief(lags)}"')
    return assessed(x, Setting("cips", trend, lags), None, simulation)


def cd(
    x: Data,
    *,
    form: Literal["levels", "differences"] = "levels",
    demean: bool = False,
    **simulation: Unpack[Simulation],
) -> UnitRootTest:
    """Pesaran's CD: whether units move together, from the correlations of all pairs.

    Levels that wander correlate by chance, and levels that grow correlate by growing: the simulated p-value
    knows the first (independent random walks), not the second. ``form="differences"`` asks about yearly
    changes, ``demean=True`` about what is left beside each year's mean. Units may begin and end in different years;
    pairs with fewer than 3 years in common are left out.

    References
    ----------
    Pesaran (2015), 10.1080/07474938.2014.956623.

    Examples
    --------
    >>> import accord as ac
    >>> x = ac.sample("us-states")["indicators"].sel(indicator="unemployment")
    >>> round(ac.unitroot.cd(x, form="differences", draws=2000)["CD"], 4)
    88.9036
    """
    allowed("form", form, ("levels", "differences"))
    if simulation.get("dependence", "independent") != "independent":
        raise InputError('cd asks whether units depend on each other, so dependence="signs" has no meaning for it')
    return assessed(x, Setting("cd", form=form, demean=demean), None, simulation)
