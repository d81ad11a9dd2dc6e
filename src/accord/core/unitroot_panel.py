"""Panel unit-root statistics and Pesaran's CD, for one panel or for thousands of simulated ones at a time.

Values have shape (years, ..., units); statistics come by name with shape (...). Units of an unbalanced panel
each span some years without a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, stdtr

from accord.core import critical
from accord.core.unitroot_series import (
    TERMS,
    Criterion,
    Floats,
    Ints,
    Trend,
    augmented,
    bartlett,
    chosen_lags,
    detrended,
    dot,
    kpss,
    null_variance_t,
    phillips_perron,
    regression,
)

Test = Literal["ips", "ht", "fisher", "llc", "hadri", "cips", "cd"]
Convention = Literal["paper", "stata"]
Side = Literal["lower", "upper", "both"]
Spans = tuple[tuple[int, int], ...]
"""First year and the year after the last, by unit, as positions."""

LEADING = {"ips": "W", "ht": "z", "fisher": "P", "llc": "t_star", "hadri": "z", "cips": "CIPS", "cd": "CD"}
"""The statistic that a test is known by."""
UPPER = {"fisher": ("P", "Pm"), "hadri": ("LM", "z")}


@dataclass(frozen=True)
class Setting:
    """Everything a statistic depends on beside the values."""

    test: Test
    trend: Trend = "c"
    lags: int | Criterion = 0
    """Lagged changes, or the criterion that chooses them; the bandwidth of Phillips and Perron."""
    most: int = 0
    """Most lags to choose from."""
    demean: bool = False
    """Subtract each year's mean over units first."""
    convention: Convention = "paper"
    moments: critical.Moments = "published"
    kind: Literal["adf", "pp"] = "adf"
    """Test of the single series that Fisher's test combines."""
    robust: bool = False
    """Hadri: a variance for each unit."""
    form: Literal["levels", "differences"] = "levels"
    """CD: of the series or of their changes."""

    @property
    def deepest(self) -> int:
        """Most lags that any regression has."""
        return self.lags if isinstance(self.lags, int) else self.most


def side(setting: Setting, name: str) -> Side:
    """On which side a statistic speaks against the null.

    Examples
    --------
    >>> side(Setting("fisher"), "P"), side(Setting("fisher"), "Z")
    ('upper', 'lower')
    """
    if setting.test == "cd":
        return "both"
    return "upper" if name in UPPER.get(setting.test, ()) else "lower"


def statistics(y: Floats, setting: Setting, spans: Spans | None = None) -> dict[str, Floats]:
    """Statistics of a test by name; (years, ..., units) in, (...) out.

    Examples
    --------
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=(12, 5)), axis=0)
    >>> sorted(statistics(y, Setting("ht")))
    ['rho', 'z']
    """
    each = spans or ((0, len(y)),) * y.shape[-1]
    return TESTS[setting.test](demeaned(y, setting), setting, each)


def demeaned(y: Floats, setting: Setting) -> Floats:
    """Values less their year's mean over units, where that is asked for; (years, ..., units) in and out.

    Examples
    --------
    >>> demeaned(np.array([[1.0, 3.0]]), Setting("ht", demean=True)).tolist()
    [[-1.0, 1.0]]
    """
    if not setting.demean:
        return y
    known = np.isfinite(y)
    number = np.maximum(known.sum(axis=-1, keepdims=True), 1)
    return np.asarray(y - np.where(known, y, 0.0).sum(axis=-1, keepdims=True) / number)


def pvalues(found: dict[str, Floats], setting: Setting, units: int, nobs: float) -> dict[str, Floats]:
    """Textbook p-values of those statistics that have a limiting law, by name.

    Examples
    --------
    >>> {name: round(float(p), 4) for name, p in pvalues({"z": np.array(-1.645)}, Setting("ht"), 5, 11).items()}
    {'z': 0.05}
    """
    if setting.test == "fisher":
        return {
            "P": np.asarray(scipy.stats.chi2.sf(found["P"], 2 * units)),
            "Z": np.asarray(ndtr(found["Z"])),
            "L": np.asarray(stdtr(5 * units + 4, found["L"])),
            "Pm": np.asarray(ndtr(-found["Pm"])),
        }
    if setting.test == "cips":
        law = critical.cips_critical(units, int(nobs), setting.trend)
        return {"CIPS": np.interp(found["CIPS"], list(law.values()), [0.01, 0.05, 0.1])}
    if setting.test == "cd":
        return {"CD": 2 * np.asarray(ndtr(-np.abs(found["CD"])))}
    sign = -1.0 if setting.test == "hadri" else 1.0
    normal = {"ips": ("W", "Z_t_tilde_bar"), "ht": ("z",), "llc": ("t_star",), "hadri": ("z",)}[setting.test]
    return {name: np.asarray(ndtr(sign * found[name])) for name in normal if name in found}


def unit_lags(y: Floats, setting: Setting, spans: Spans) -> Ints:
    """Lags of each unit's regression, (units,), for one panel (years, units)."""
    if isinstance(setting.lags, int):
        return np.full(y.shape[-1], setting.lags)
    rule = setting.lags
    return over_spans(
        demeaned(y, setting), spans, lambda part: (chosen_lags(part, setting.most, setting.trend, rule),)
    )[0].astype("i8")


def over_spans(y: Floats, spans: Spans, function: Callable[[Floats], tuple[NDArray[np.generic], ...]]) -> list[Floats]:
    """A function of single series for each unit over its own years; shapes (..., units)."""
    groups = sorted(set(spans))
    if len(groups) == 1:
        (first, end) = groups[0]
        return [np.asarray(part, dtype="f8") for part in function(y[first:end])]
    out: list[Floats] = []
    for first, end in groups:
        here = [i for i, span in enumerate(spans) if span == (first, end)]
        for k, part in enumerate(function(y[first:end][..., here])):
            if k == len(out):
                out.append(np.empty(y.shape[1:]))
            out[k][..., here] = part
    return out


def _ips(y: Floats, s: Setting, spans: Spans) -> dict[str, Floats]:
    """t-bar, W, and without lags t-tilde-bar and its standardised form."""
    n = y.shape[-1]

    def unit(part: Floats) -> tuple[Floats, ...]:
        t, order = augmented(part, s.lags, s.most, s.trend)
        every = np.arange(s.deepest + 1)
        years = np.full(every.shape, len(part)) if s.convention == "stata" else len(part) - 1 - every
        mean, var = critical.ips_moments(years, every, s.trend, s.moments)
        return t, mean[order], var[order]

    t, mean, var = over_spans(y, spans, unit)
    out = {"t_bar": t.mean(-1), "W": np.sqrt(n) * (t.mean(-1) - mean.mean(-1)) / np.sqrt(var.mean(-1))}
    if s.lags == 0:
        stata = s.convention == "stata"

        def tilde(part: Floats) -> tuple[Floats, ...]:
            case: Trend = "c" if stata else s.trend
            mean, var = critical.t_tilde_moments(len(part) - (not stata), case, s.moments)
            t = null_variance_t(part, s.trend)
            return t, np.full(t.shape, mean), np.full(t.shape, var)

        t, mean, var = over_spans(y, spans, tilde)
        out["t_tilde_bar"] = t.mean(-1)
        out["Z_t_tilde_bar"] = np.sqrt(n) * (t.mean(-1) - mean.mean(-1)) / np.sqrt(var.mean(-1))
    return out


def _ht(y: Floats, s: Setting, spans: Spans) -> dict[str, Floats]:
    """Pooled autoregressive coefficient and its standardised form."""
    found = regression(y, 0, s.trend)
    rho = 1 + dot(found.level, found.change).sum(-1) / dot(found.level, found.level).sum(-1)
    mean, var = critical.ht_moments(len(y) if s.convention == "stata" else len(y) - 1, s.trend)
    return {"rho": rho, "z": np.sqrt(y.shape[-1] / var) * (rho - mean)}


def unit_scores(y: Floats, s: Setting, spans: Spans) -> Floats:
    """Normal quantiles of MacKinnon's p-values by unit, (..., units)."""

    def unit(part: Floats) -> tuple[Floats, ...]:
        if s.kind == "pp":
            return (phillips_perron(part, s.deepest, s.trend),)
        return (augmented(part, s.lags, s.most, s.trend)[0],)

    return critical.mackinnon_score(over_spans(y, spans, unit)[0], s.trend)


def _fisher(y: Floats, s: Setting, spans: Spans) -> dict[str, Floats]:
    """Maddala and Wu's P, and Choi's Z, L* and Pm."""
    score, n = unit_scores(y, s, spans), y.shape[-1]
    below, above = log_ndtr(score), log_ndtr(-score)
    total = -2 * below.sum(-1)
    factor = 3 * (5 * n + 4) / (np.pi**2 * n * (5 * n + 2))
    return {
        "P": total,
        "Z": score.sum(-1) / np.sqrt(n),
        "L": np.sqrt(factor) * (below - above).sum(-1),
        "Pm": (total - 2 * n) / (2 * np.sqrt(n)),
    }


def _llc(y: Floats, s: Setting, spans: Spans) -> dict[str, Floats]:
    """Levin, Lin and Chu's t-ratio of the pooled coefficient, and its adjusted form."""
    change = detrended(np.diff(y, axis=0), s.trend)
    long = np.sqrt(bartlett(change, int(3.21 * len(y) ** (1 / 3))))

    def sums(lag: int) -> Floats:
        r = regression(y, lag, s.trend)
        var = r.rss / r.nobs
        sums = [dot(a, b) / var for a, b in ((r.level, r.change), (r.level, r.level), (r.change, r.change))]
        return np.stack([*sums, long / np.sqrt(var), np.full(var.shape, float(r.nobs))])

    if isinstance(s.lags, int):
        chosen = sums(s.lags)
    else:
        order = chosen_lags(y, s.most, s.trend, s.lags)
        every = np.stack([sums(lag) for lag in range(s.most + 1)])
        chosen = np.take_along_axis(every, order[None, None], axis=0)[0]
    ve, vv, ee, ratio, nobs = chosen
    total = nobs.sum(-1)
    delta = ve.sum(-1) / vv.sum(-1)
    variance = (ee.sum(-1) - delta * ve.sum(-1)) / total
    se = np.sqrt(variance / vv.sum(-1))
    mean, sd = critical.llc_adjustment(nobs.mean(-1), s.trend)
    t = delta / se
    return {"t": t, "t_star": (t - total * ratio.mean(-1) / variance * se * mean) / sd}


def _hadri(y: Floats, s: Setting, spans: Spans) -> dict[str, Floats]:
    """Hadri's LM and its standardised form."""
    sums, var = kpss(y, s.trend)
    lm = (sums / var).mean(-1) if s.robust else sums.mean(-1) / var.mean(-1)
    mean, spread = critical.HADRI[s.trend]
    return {"LM": lm, "z": np.sqrt(y.shape[-1]) * (lm - mean) / np.sqrt(spread)}


def yearly_means(y: Floats, lags: int) -> tuple[Floats, ...]:
    """Columns that CIPS holds beside a unit's own: the lagged mean over units, its change and lagged changes.

    Examples
    --------
    >>> [column.ravel().tolist() for column in yearly_means(np.array([[1.0, 3.0], [2.0, 6.0], [3.0, 9.0]]), 0)]
    [[2.0, 4.0], [2.0, 2.0]]
    """
    mean = y.mean(-1, keepdims=True)
    change = np.diff(mean, axis=0)
    return (mean[lags:-1], *(change[lags - j : len(change) - j] for j in range(lags + 1)))


def _cips(y: Floats, s: Setting, spans: Spans) -> dict[str, Floats]:
    """Mean of the t-ratios of regressions that hold the yearly means too, and its truncated form."""
    t = regression(y, s.deepest, s.trend, yearly_means(y, s.deepest)).t
    return {"CIPS": t.mean(-1), "CIPS_truncated": np.clip(t, *critical.CADF[s.trend]).mean(-1)}


def _cd(y: Floats, s: Setting, spans: Spans) -> dict[str, Floats]:
    """Pesaran's CD: the scaled sum of the correlations of all pairs, over the years that a pair has."""
    if s.form == "differences":
        y = np.diff(y, axis=0)
    n = y.shape[-1]
    known = np.isfinite(y)
    if bool(known.all()):
        z = detrended(y, "c")
        z = z / np.sqrt(dot(z, z))
        total = z.sum(-1)
        return {"CD": np.sqrt(len(y) / (2 * n * (n - 1))) * (dot(total, total) - n)}
    mask = np.moveaxis(known, 0, -2).astype("f8")
    x = np.moveaxis(np.where(known, y - np.nanmean(y, axis=0), 0.0), 0, -2)
    number = np.swapaxes(mask, -1, -2) @ mask
    common = np.swapaxes(x, -1, -2) @ mask
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = np.swapaxes(x, -1, -2) @ x - common * np.swapaxes(common, -1, -2) / number
        spread = np.swapaxes(x * x, -1, -2) @ mask - common**2 / number
        r = cross / np.sqrt(spread * np.swapaxes(spread, -1, -2))
    upper = np.triu(np.ones((n, n), dtype=bool), 1)
    use = upper & (number >= 3) & np.isfinite(r)
    pairs = use.sum((-1, -2))
    return {"CD": np.where(use, np.sqrt(number) * r, 0.0).sum((-1, -2)) / np.sqrt(np.maximum(pairs, 1))}


TESTS: dict[str, Callable[[Floats, Setting, Spans], dict[str, Floats]]] = {
    "ips": _ips,
    "ht": _ht,
    "fisher": _fisher,
    "llc": _llc,
    "hadri": _hadri,
    "cips": _cips,
    "cd": _cd,
}


def free(setting: Setting, years: int) -> int:
    """Degrees of freedom left in the smallest regression of a series with so many years.

    Examples
    --------
    >>> free(Setting("ips", trend="ct", lags="aic", most=2), 12), free(Setting("cips", lags=1), 12)
    (4, 4)
    """
    lags = 0 if setting.kind == "pp" or setting.test in ("ht", "cd") else setting.deepest
    if setting.test == "hadri":
        return years - TERMS[setting.trend]
    if setting.test == "cd":
        return years - (setting.form == "differences") - 1
    means = lags + 2 if setting.test == "cips" else 0
    return years - 1 - lags - 1 - lags - TERMS[setting.trend] - means
