"""Words that sentences, tables and figures share: numbers, lists of them, years, models, the parts of a system."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from accord.method import Text

MODELS = {
    "ensemble": Text("ensemble", "集成模型"),
    "lstm": Text("LSTM (differences)", "LSTM（差分）"),
    "paper_epoch": Text("published LSTM (epochs)", "原文 LSTM（按轮）"),
    "paper_step": Text("published LSTM (steps)", "原文 LSTM（按步）"),
    "theta": Text("Theta", "Theta 法"),
    "drift": Text("pooled drift", "合并漂移"),
    "unit_drift": Text("unit drift", "单元漂移"),
    "half_drift": Text("half-shrunk drift", "折中漂移"),
    "naive": Text("naive", "朴素预测"),
    "holt": Text("Holt", "Holt 法"),
    "gm11": Text("GM(1,1)", "灰色 GM(1,1)"),
    "arima": Text("ARIMA", "ARIMA"),
    "ets": Text("ETS", "ETS"),
}
"""What the models of a forecast are called; one of another's making bears its own name."""
TESTS = {
    "ips": Text("IPS", "IPS"),
    "ht": Text("HT", "HT"),
    "fisher_adf": Text("Fisher-ADF", "Fisher-ADF"),
    "fisher_pp": Text("Fisher-PP", "Fisher-PP"),
    "llc": Text("LLC", "LLC"),
    "hadri": Text("Hadri", "Hadri"),
    "cips": Text("CIPS", "CIPS"),
}
"""What panel unit-root tests are called where there is little room."""
UNTRENDED = "were tested without a trend"
"""What the reason of a differencing says of levels that drift; findings repeat it."""


ESTIMATORS = {
    "bias_corrected": Text("bias-corrected fixed effects", "纠偏固定效应"),
    "hahn_kuersteiner": Text("Hahn-Kuersteiner", "Hahn-Kuersteiner 纠偏"),
    "jackknife": Text("half-panel jackknife", "折半刀切法"),
    "fe_ols": Text("fixed-effects OLS", "固定效应 OLS"),
    "gmm": Text("one-step GMM", "一步 GMM"),
    "gmm_two_step": Text("two-step GMM", "两步 GMM"),
}
"""What the estimators of a panel VAR are called."""
WITH_YEARS = "+years"
"""What follows the name of an estimator that has year effects taken out."""


def fits() -> dict[str, Text]:
    """What the fits of a panel VAR are called: each estimator, without year effects taken out and with."""
    years = {
        f"{k}{WITH_YEARS}": Text(f"{t.en}, year effects out", f"{t.zh}，剔除年份效应") for k, t in ESTIMATORS.items()
    }
    return {**ESTIMATORS, **years}


def number(value: Any) -> str:
    """A number as a sentence shows it.

    Examples
    --------
    >>> number(0.5), number(1 / 3), number(1e-4)
    ('0.5', '0.33333', '0.0001')
    """
    return f"{float(value):.5g}"


def several(parts: Iterable[str]) -> Text:
    """Parts of a list in a sentence.

    Examples
    --------
    >>> several(["a", "b", "c"])
    Text(en='a, b and c', zh='a、b、c')
    """
    every = list(parts)
    joined = ", ".join(every[:-1])
    return Text(f"{joined} and {every[-1]}" if joined else "".join(every), "、".join(every))


def joined(*parts: Text) -> Text:
    """Remarks one after the other, empty ones left out.

    Examples
    --------
    >>> joined(Text("a", "甲"), Text("", ""), Text("b", "乙"))
    Text(en='a; b', zh='甲；乙')
    """
    said = [part for part in parts if part.en]
    return Text("; ".join(part.en for part in said), "；".join(part.zh for part in said))


def stars(p: float) -> str:
    """Stars of a published table: *** below 0.01, ** below 0.05, * below 0.1.

    Examples
    --------
    >>> stars(0.004), stars(0.05), stars(float("nan"))
    ('***', '*', '')
    """
    return next((shown for level, shown in ((0.01, "***"), (0.05, "**"), (0.1, "*")) if p < level), "")


def p_shown(p: float) -> str:
    """A p-value as tables show it.

    Examples
    --------
    >>> p_shown(0.0312), p_shown(1e-5), p_shown(float("nan"))
    ('0.031', '<0.001', '-')
    """
    return "-" if np.isnan(p) else f"{p:.3f}" if p >= 0.0005 else "<0.001"


def shares(share: xr.DataArray | None) -> Text:
    """How the subsystems weigh in T; nothing where it is not known."""
    if share is None:
        return Text("", "")
    said = [(number(a), str(name)) for a, name in zip(share.values, share["subsystem"].values, strict=True)]
    return Text(
        f" with a = {several(f'{a} ({name})' for a, name in said).en}",
        f"（a：{several(f'“{name}”{a}' for a, name in said).zh}）",
    )


def rows_used(years: xr.DataArray | None, weight_years: xr.DataArray | None) -> Text:
    """The rows that set weights: all of them, or those of some years."""
    if years is None or weight_years is None or bool(weight_years.values.all()):
        return Text("all pooled rows", "全部样本")
    kept = np.asarray(years.values)[np.asarray(weight_years.values, dtype=bool)]
    return Text(f"the pooled rows of {span(kept).en}", f"{span(kept).zh}的全部样本")


def span(years: Any) -> Text:
    """Years from the first to the last, or the one there is.

    Examples
    --------
    >>> span([2011, 2012, 2013]).en, span([2011]).zh
    ('2011-2013', '2011 年')
    """
    first, last = int(years[0]), int(years[-1])
    return Text(f"{first}", f"{first} 年") if first == last else Text(f"{first}-{last}", f"{first}—{last} 年")
