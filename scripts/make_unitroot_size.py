"""Measure how often panel unit-root tests reject a true null at 5 %: textbook, simulated and sign-flip p-values.

For each test, case, number of units and years, under the null it states and under what it does not: errors that
are autocorrelated, heavy-tailed, of unequal variance, or share a factor. Writes a table and a page beside it.
Takes some five minutes of a core.

Run from anywhere::

    python scripts/make_unitroot_size.py [FOLDER] [--panels 5000]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from accord.core.unitroot_null import Design, flip_pvalues, null, simulated_pvalues
from accord.core.unitroot_panel import LEADING, Setting, pvalues, statistics

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
SEED = 612
LEVEL = 0.05
UNITS, YEARS = (3, 10, 31), (11, 12)
ERRORS = {
    "normal": "the stated null",
    "ar+.3": "errors AR(.3)",
    "ar-.3": "errors AR(-.3)",
    "t5": "errors t with 5 df",
    "unequal": "standard deviations .5 to 2",
    "factor": "one common factor, correlation .5",
}
FLIPPED = ("ips, no lags", "ht", "fisher pp 1")
FLIP_UNITS, FLIP_ERRORS, FLIP_SHARE = (10, 31), ("normal", "factor"), 10


def settings(trend: str) -> dict[str, Setting]:
    """Tests by the name the tables give them."""
    t: dict[str, object] = {"trend": trend}
    return {
        "ips, no lags": Setting("ips", **t),
        "ips, 1 lag": Setting("ips", lags=1, **t),
        "ips, AIC": Setting("ips", lags="aic", most=2, **t),
        "ht": Setting("ht", **t),
        "fisher adf 1": Setting("fisher", lags=1, **t),
        "fisher pp 1": Setting("fisher", lags=1, kind="pp", **t),
        "llc, 1 lag": Setting("llc", lags=1, **t),
        "llc, AIC": Setting("llc", lags="aic", most=2, **t),
        "hadri": Setting("hadri", **t),
        "hadri robust": Setting("hadri", robust=True, **t),
        "cips, no lags": Setting("cips", **t),
        "cips, 1 lag": Setting("cips", lags=1, **t),
    }


def dependence() -> dict[str, Setting]:
    return {"cd, levels": Setting("cd"), "cd, differences": Setting("cd", form="differences")}


def shown(setting: Setting) -> tuple[str, ...]:
    """Statistics of a test that are worth a row: those with a p-value."""
    if setting.test == "ips":
        return ("W", "Z_t_tilde_bar") if setting.lags == 0 else ("W",)
    return ("P", "Z", "L", "Pm") if setting.test == "fisher" else (LEADING[setting.test],)


def panels(errors: str, design: Design, number: int, rng: np.random.Generator) -> np.ndarray:
    """Panels (years, number, units) under the null of the test but for what `errors` says."""
    years, units, burn = design.years, design.units, 30
    e = rng.normal(size=(years + burn, number, units))
    if errors == "t5":
        e = rng.standard_t(5, size=e.shape) / np.sqrt(5 / 3)
    if errors.startswith("ar"):
        for t in range(1, len(e)):
            e[t] += float(errors[2:]) * e[t - 1]
    if errors == "unequal":
        e *= np.geomspace(0.5, 2, units)
    if errors == "factor" or (design.setting.test == "cips" and errors == "normal"):
        e = np.sqrt(0.5) * (e + rng.normal(size=(len(e), number, 1)))
    e = e[burn:]
    return e if design.setting.test == "hadri" else np.cumsum(e, axis=0)


def cells() -> Iterator[tuple[str, Design, str]]:
    for units in UNITS:
        for years in YEARS:
            each = [(trend, name, s) for trend in ("c", "ct") for name, s in settings(trend).items()]
            each += [("", name, s) for name, s in dependence().items()]
            for _, name, setting in each:
                if setting.test == "cips" and (
                    units < 10 or (setting.trend == "ct" and setting.lags == 1 and years < 12)
                ):
                    continue
                for errors in ERRORS:
                    yield name, Design(setting, years, units), errors


def measured(name: str, design: Design, errors: str, number: int) -> list[dict[str, object]]:
    """Shares of rejections, a row per statistic."""
    setting = design.setting
    rng = np.random.default_rng([SEED, design.units, design.years, list(ERRORS).index(errors)])
    y = panels(errors, design, number, rng)
    with np.errstate(all="ignore"):
        found = statistics(y, setting)
    simulated = simulated_pvalues(found, null(design), setting)
    textbook = pvalues(found, setting, design.units, design.years - 1 - setting.deepest)
    return [
        {
            "test": name,
            "statistic": statistic,
            "trend": setting.trend if setting.test != "cd" else "",
            "units": design.units,
            "years": design.years,
            "errors": errors,
            "textbook": rejected(textbook[statistic]),
            "simulated": rejected(simulated[statistic]),
        }
        for statistic in shown(setting)
    ]


def rejected(p: np.ndarray) -> float:
    return round(float((np.asarray(p) <= LEVEL).mean()), 4)


def flips(name: str, design: Design, errors: str, number: int) -> list[dict[str, object]]:
    """Shares of rejections by signs of whole years flipped."""
    rng = np.random.default_rng([SEED, 1, design.units, design.years, list(ERRORS).index(errors)])
    y = panels(errors, design, number, rng)
    p = [flip_pvalues(y[:, k], design.setting, None) for k in range(number)]
    return [
        {
            "test": name,
            "statistic": statistic,
            "trend": design.setting.trend,
            "units": design.units,
            "years": design.years,
            "errors": errors,
            "signs": rejected(np.array([each[statistic] for each in p])),
        }
        for statistic in shown(design.setting)[:1]
    ]


def size(number: int) -> pd.DataFrame:
    """Textbook and simulated p-values, all cells."""
    return pd.DataFrame(spread([(measured, *cell, number) for cell in cells()]))


def signs(number: int) -> pd.DataFrame:
    """Flipped signs, which take a thousand statistics a panel: fewer cells."""
    jobs = []
    for units in FLIP_UNITS:
        for trend in ("c", "ct"):
            for name in FLIPPED:
                design = Design(settings(trend)[name], YEARS[-1], units)
                jobs += [(flips, name, design, errors, number // FLIP_SHARE) for errors in FLIP_ERRORS]
    return pd.DataFrame(spread(jobs))


def spread(jobs: list[tuple]) -> list[dict[str, object]]:
    with ThreadPoolExecutor() as pool:
        return [row for part in pool.map(lambda job: job[0](*job[1:]), jobs) for row in part]


def page(frame: pd.DataFrame, flipped: pd.DataFrame, number: int) -> str:
    """The table as markdown: size in per cent by errors, textbook / simulated, and signs where measured."""
    out = [
        "# Size of panel unit-root tests in few years",
        "",
        f"Rejections of a true null at 5 %, in per cent, {number:,} panels a cell (standard error 0.3 at 5 %); written by",
        "`scripts/make_unitroot_size.py`. Each cell: textbook p / simulated p. For `cd` a factor is what it looks for, and",
        "for `hadri` autocorrelation is no unit root: there a high share is power in the one and error in the other.",
        "The simulated p-value is right under the null that a test states, and cures nothing else.",
    ]
    frame = frame.assign(
        cell=[f"{100 * a:.1f} / {100 * b:.1f}" for a, b in zip(frame["textbook"], frame["simulated"], strict=True)]
    )
    order = list(dict.fromkeys(zip(frame["test"], frame["statistic"], strict=True)))
    for years in YEARS:
        for units in UNITS:
            here = frame[(frame["years"] == years) & (frame["units"] == units)]
            out += ["", f"## {units} units, {years} years", ""]
            out += ["| test | trend | " + " | ".join(ERRORS.values()) + " |", "|---" * (len(ERRORS) + 2) + "|"]
            for test, statistic in order:
                for trend, rows in here[(here["test"] == test) & (here["statistic"] == statistic)].groupby("trend"):
                    cell = dict(zip(rows["errors"], rows["cell"], strict=True))
                    out.append(f"| {test}: {statistic} | {trend} | " + " | ".join(cell[e] for e in ERRORS) + " |")
    out += ["", f"## Signs of whole years flipped, {YEARS[-1]} years, {number // FLIP_SHARE:,} panels a cell", ""]
    out += ["| test | trend | units | " + " | ".join(ERRORS[e] for e in FLIP_ERRORS) + " |", "|---" * 5 + "|"]
    for (test, trend, units), rows in flipped.groupby(["test", "trend", "units"], sort=False):
        share = dict(zip(rows["errors"], rows["signs"], strict=True))
        values = " | ".join(f"{100 * share[e]:.1f}" for e in FLIP_ERRORS)
        out.append(f"| {test} | {trend} | {units} | {values} |")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--panels", type=int, default=5000)
    given = parser.parse_args()
    found = size(given.panels)
    found.to_csv(given.folder / "unitroot_size.csv", index=False)
    flipped = signs(given.panels)
    flipped.to_csv(given.folder / "unitroot_size_signs.csv", index=False)
    (given.folder / "unitroot_size.md").write_text(page(found, flipped, given.panels), "utf-8")
