"""Which estimator of a small panel VAR leads, and whether its bands hold: bias, RMSE, size of Granger tests, coverage.

Simulated panels have two variables, 12 years, N = 10 or 31 units (3 and 5 beside), one lag, and stationary starts:
y_it = b_i + c_t + A y_i,t-1 + e_it, A = [[.6, .1], [.05, .5]] or [[.9, .05], [.05, .5]] (largest root .64, .91),
e normal with covariance [[.0049, .001], [.001, .0030]] as in the reference case synth31x12. Unit means spread as the
process itself (weak fixed effects) or five times as much (strong). A common shock c_t has the covariance of e.
Estimators within units do not see unit effects, nor, with year effects, common shocks: such rows are the same
by construction, are computed once and shown once.

Writes benchmarks/pvar_monte_carlo.md, and the coverage that accord tells users to expect. Takes some fifteen minutes
of two cores.

Run from anywhere::

    python scripts/pvar_monte_carlo.py [--panels 500] [--draws 299] [--workers 2] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.linalg import solve_discrete_lyapunov
from scipy.stats import chi2
from scipy.stats import f as f_law

from accord.core.companion import orthogonalised, response_errors
from accord.core.engine import connect, ordered
from accord.core.pvar_bands import band
from accord.core.pvar_bias import modulus
from accord.core.pvar_bootstrap import Draws, cluster, monte_carlo, residual, reweighted
from accord.core.pvar_data import without_year_means
from accord.core.pvar_estimate import ESTIMATORS, Fit, fit
from accord.core.pvar_gmm import estimate, products
from accord.core.pvar_granger import granger, places, wald
from accord.core.pvar_instruments import Model, Panel, equations
from accord.core.pvar_reweight import Sample
from accord.core.pvar_reweight import reweighted as gmm_reweighted
from accord.core.pvar_sigma import error_rows
from accord.errors import InputError, Refused

ROOT = Path(__file__).resolve().parents[1]
SIGMA = np.array([[0.0049, 0.001], [0.001, 0.0030]])
LOWER = np.linalg.cholesky(SIGMA)
HORIZON = 5
SEED = 707
BLOCK = 25
"""Panels of a task."""
BOOTSTRAPPED, BESIDE, OTHERS = 300, 200, 300
"""Panels at most for bootstrap p-values, for the leading bands elsewhere, and for the other bands."""


PAGE = """# Panel VAR of small panels: what leads, and what its bands cover

Simulated by `python scripts/pvar_monte_carlo.py --panels PANELS --draws DRAWS`, whose docstring states the designs: two
variables, one lag, 12 years. Rows for true a11 = .6 and .9 (largest root .64 and .91); the leading bands elsewhere on 200
panels, other bands and bootstrap p-values on 300. A share near .95 from 500 panels has a standard error of .01.
Estimators within units do not see unit effects nor, with year effects, common shocks, so such rows stand once ("any").

**What leads.** `bias_corrected`: least squares with fixed effects, corrected until the observed products of lags and errors
are the expected ones, never to a root beyond .999. Bands: 500 draws of residuals run through the fitted lags from the start
the process settles to, the correction made anew in each; percentiles, widened about the median of the draws by Student's over
the normal quantile with one degree of freedom less than units (with whole years, than years). Residuals are each unit's own
where year effects are taken off, else whole years in random order with random signs; whole years also for 5 units or fewer.

**Why.** With year effects its RMSE of the own lags is the least but for .01 at N = 10, a = .6, where one step of correction
(Hahn-Kuersteiner) has less spread and more bias; of the cross lags it is up to .02 more than that one's. It never explodes,
the jackknife in 11 to 24 % of panels at a = .9, GMM in 17 to 25 %. Its bands cover .95 to .98 by horizon with year effects,
.93 to .99 in panels that break the assumptions; least covered response .87. Without year effects and with a common shock:
.88 to .96 by horizon, least covered response .81 (N = 10, a = .9); with 3 units .73. There bands say more than they can,
and `accord.core.pvar_coverage.expected_coverage` tells a user so. Granger tests of it: by simulated panels .03 to .08 of true
nulls are rejected everywhere, also with a common shock and no year effects, where F rejects .16 to .41.

**What was tried and left** (exploratory runs of 100 to 300 panels and 200 draws, year effects taken off unless said; least and
mean of 20 cells, a cell being one response at one horizon; the first rows of each kind come again in "Other bands" below):

| tried | N = 31, a = .6 | N = 31, a = .9 | N = 10, a = .6 | N = 10, a = .9 |
|---|---|---|---|---|
| leading: own residuals, percentile, widened | .94 .95 | .95 .96 | .95 .97 | .93 .96 |
| the same, not widened | .93 .94 | .93 .96 | .92 .96 | .89 .93 |
| residuals of all units mixed, not widened | .92 .94 | .91 .95 | .91 .95 | .88 .93 |
| the same, units of unequal spread | .75 .80 | .79 .85 | .81 .85 | .76 .86 |
| own residuals, units of unequal spread, widened | .87 .92 | .89 .94 | .90 .94 | .87 .93 |
| start at the observed first values | .88 .93 | .91 .94 | .90 .94 | .84 .92 |
| wild signs, start at the observed first values | .89 .93 | .87 .93 | .85 .91 | .79 .90 |
| units drawn (cluster), percentile | .89 .92 | .88 .92 | .80 .88 | .67 .85 |
| reflected (basic) | .83 .92 | .69 .87 | .68 .86 | .50 .80 |
| studentised by delta errors, both tails apart | .78 .87 | .77 .88 | .69 .83 | .74 .84 |
| studentised, tails alike | .89 .94 | .90 .94 | .83 .92 | .80 .91 |
| centred on the estimate (shifted percentile) | .91 .95 | .88 .95 | .87 .92 | .85 .92 |
| delta errors, Student's quantile | .90 .96 | .92 .97 | .85 .95 | .82 .94 |

Whole years drawn with replacement, without year effects: coverage .99 where units share nothing, and bands 1.5 times as wide
as with years put in order (4.8 times the standard errors at N = 300), since a year that repeats looks like dependence over
time. Years in order alone leave Sigma as it is, and whole paths were covered .61 to .83; scaling the panel to the Sigma of
years drawn with replacement brings that to .84 to .96.
"""


@dataclass(frozen=True)
class Design:
    """What panels are simulated, and whether year effects are taken off."""

    units: int
    a: float
    time_effects: bool
    shock: bool = False
    strong: bool = False
    null: bool = False
    """No lag of either variable in the other's equation, for the size of Granger tests."""
    years: int = 12
    start: float = 1.0
    """Spread of first values about the unit means, 1 as the process settles to."""
    errors: str = "normal"

    @property
    def truth(self) -> np.ndarray:
        if self.null:
            return np.diag([self.a, 0.5])
        return np.array([[0.6, 0.1], [0.05, 0.5]] if self.a < 0.8 else [[self.a, 0.05], [0.05, 0.5]])

    @property
    def covariance(self) -> np.ndarray:
        """Of what year effects do not take off."""
        return SIGMA * (1 + (self.shock and not self.time_effects))


def panel(design: Design, rng: np.random.Generator) -> np.ndarray:
    """One panel (units, years, 2)."""
    a, n = design.truth, design.units
    settled = np.linalg.cholesky(solve_discrete_lyapunov(a, SIGMA))
    own = np.exp(0.5 * rng.normal(size=(n, 1))) if design.errors == "unequal" else np.ones((n, 1))
    own /= np.sqrt((own**2).mean())
    x = design.start * own * (rng.normal(size=(n, 2)) @ settled.T)
    means = (5.0 if design.strong else 1.0) * (rng.normal(size=(n, 2)) @ settled.T)
    common = rng.normal(size=(design.years, 2)) * design.shock
    x = x + common[0] @ settled.T
    out = [x]
    for t in range(1, design.years):
        e = rng.standard_t(5, size=(n, 2)) / np.sqrt(5 / 3) if design.errors == "t5" else rng.normal(size=(n, 2))
        x = x @ a.T + own * (e @ LOWER.T) + common[t] @ LOWER.T
        out.append(x)
    return np.stack(out, axis=1) + means[:, None, :]


def by_gmm(y: np.ndarray, design: Design, steps: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Coefficients and covariance by one- or two-step collapsed FOD with lags 2 to 4; None where refused."""
    data = without_year_means(y) if design.time_effects else y
    try:
        p = products(equations(Panel(data), Model()))
        if steps == 2 and p.shape[0] * p.shape[2] > design.units:
            return None
        found = estimate(p, steps)
    except Refused:
        return None
    return found.coef, found.vcov


def every(y: np.ndarray, design: Design) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Estimates by all estimators that these data carry."""
    for name in ESTIMATORS:
        if not design.strong:
            found = fit(y, estimator=name, time_effects=design.time_effects)
            yield name, found.a, found.vcov
    for name, steps in (("gmm", 1), ("gmm_two_step", 2)):
        got = by_gmm(y, design, steps)
        if got is not None:
            yield name, *got


def estimated(design: Design, number: int, panels: int) -> list[dict]:
    """Errors of the coefficients, one row for each panel and estimator."""
    rows = []
    for k in range(number * panels, (number + 1) * panels):
        y = panel(design, np.random.default_rng([SEED, k]))
        for name, a, _ in every(y, design):
            error = (a - design.truth).ravel()
            rows.append({"estimator": name, **{f"e{j}": error[j] for j in range(4)}, "explodes": modulus(a, 2, 1) >= 1})
    return rows


def tested(design: Design, number: int, panels: int, draws: int) -> list[dict]:
    """Rejections at 5 % of both true nulls by F, chi-squared and, for the corrected estimator, by simulated panels."""
    rows = []
    for k in range(number * panels, (number + 1) * panels):
        y = panel(design, np.random.default_rng([SEED, 1, k]))
        for name, a, vcov in every(y, design):
            for equation in (0, 1):
                value = float(wald(a, vcov, places(2, 2, 1, equation, 1 - equation)))
                row = {"estimator": name, "equation": equation, "f": f_law.sf(value, 1, design.units - 1) < 0.05}
                rows.append({**row, "chi2": chi2.sf(value, 1) < 0.05})
        if not design.strong and k < BOOTSTRAPPED:
            for test in granger(fit(y, time_effects=design.time_effects), draws=draws, seed=k):
                value = test.pvalue_bootstrap
                rows.append({"estimator": "bias_corrected", "equation": test.equation,
                             "bootstrap": np.nan if value is None else value <= 0.05})  # fmt: skip
    return rows


def within(lo: np.ndarray, hi: np.ndarray, truth: np.ndarray) -> dict:
    """Whether each response at horizons 1 to 5 is covered, whether whole paths are, and the width of the band."""
    hit = (lo <= truth) & (truth <= hi)
    cells = {f"h{h}_{i}{j}": hit[h, i, j] for h in range(1, HORIZON + 1) for i in range(2) for j in range(2)}
    return {**cells, "path": (hit | (lo == hi)).all(axis=0).mean(), "width": np.median((hi - lo)[1:])}


def covered(design: Design, number: int, panels: int, draws: int, others: bool) -> list[dict]:
    """Coverage of 95 % bands of orthogonalised responses, one row for each panel and kind of band."""
    truth = orthogonalised(design.truth, design.covariance, HORIZON)
    rows = []
    for k in range(number * panels, (number + 1) * panels):
        y = panel(design, np.random.default_rng([SEED, k]))
        found = fit(y, time_effects=design.time_effects)
        made = residual(found, draws=draws, seed=k, errors=others)
        theta, drawn = orthogonalised(found.a, found.sigma, HORIZON), orthogonalised(made.a, made.sigma, HORIZON)
        for name, whole in (("leading", False), ("leading, whole path", True)):
            one = band(theta, drawn, blocks=made.blocks, simultaneous=whole)
            rows.append({"band": name, "share": found.share, **within(one.lo, one.hi, truth)})
        if others:
            rows += _others(y, design, found, made, draws, k, truth)
    return rows


def _others(
    y: np.ndarray, design: Design, found: Fit, made: Draws, draws: int, k: int, truth: np.ndarray
) -> list[dict]:
    """Coverage of the bands that do not lead."""
    rows = []

    def note(
        name: str, a: np.ndarray, sigma: np.ndarray, got: Draws, kind: str = "percentile", **options: object
    ) -> None:
        try:
            theta, drawn = orthogonalised(a, sigma, HORIZON), orthogonalised(got.a, got.sigma, HORIZON)
            one = band(theta, drawn, kind, **options)
        except (InputError, Refused):
            return
        rows.append({"band": name, **within(one.lo, one.hi, truth)})

    a, sigma = found.a, found.sigma
    free = round(found.free)
    sizes = {
        "errors": response_errors(a, sigma, found.vcov, free, HORIZON),
        "draw_errors": response_errors(made.a, made.sigma, made.vcov, free, HORIZON),
    }
    note("bias_corrected, residual, percentile, not widened", a, sigma, made)
    note("bias_corrected, residual, Gaussian", a, sigma, made, "gaussian", blocks=made.blocks)
    note("bias_corrected, residual, studentised", a, sigma, made, "studentised", **sizes)
    reflected = Draws(made.a, made.sigma, None, made.blocks)
    theta, drawn = orthogonalised(a, sigma, HORIZON), orthogonalised(reflected.a, reflected.sigma, HORIZON)
    plain = band(theta, drawn)
    rows.append({"band": "bias_corrected, residual, basic (reflected)",
                 **within(2 * theta - plain.hi, 2 * theta - plain.lo, truth)})  # fmt: skip
    units = cluster(found, draws=draws, seed=k)
    note("bias_corrected, cluster, percentile", a, sigma, units)
    note("bias_corrected, cluster, percentile, widened", a, sigma, units, blocks=units.blocks)
    mc = monte_carlo(a, sigma, found.vcov, free, draws=draws, seed=k)
    note("bias_corrected, mc, Gaussian", a, sigma, mc, "gaussian")
    note("bias_corrected, mc, percentile", a, sigma, mc)
    for name in ("fe_ols", "hahn_kuersteiner", "jackknife"):
        other = fit(y, estimator=name, time_effects=design.time_effects)
        note(f"{name}, cluster, percentile", other.a, other.sigma, cluster(other, draws=draws, seed=k))
        got = residual(other, draws=draws, seed=k)
        note(f"{name}, residual, percentile, widened", other.a, other.sigma, got, blocks=got.blocks)
    p = products(equations(Panel(without_year_means(y) if design.time_effects else y), Model()))
    errors = error_rows(p.equations, "fod")
    one = estimate(p)
    sample = Sample(p, errors, one.coef, recentred=design.time_effects)

    def weighted(w: np.ndarray) -> tuple[np.ndarray, np.ndarray, None]:
        got = gmm_reweighted(sample, w)
        return got.coef, got.sigma, None

    note(
        "gmm, cluster, percentile",
        one.coef,
        errors.sigma(one.coef),
        reweighted(weighted, found.units, draws=draws, seed=k),
    )
    return rows


def base() -> list[Design]:
    """The stated designs."""
    return [
        Design(n, a, te, shock) for n in (31, 10) for a in (0.6, 0.9) for te in (True, False) for shock in (False, True)
    ]


def robust() -> dict[str, list[Design]]:
    """What the leading bands do not assume, or do."""
    four = [Design(n, a, True) for n in (31, 10) for a in (0.6, 0.9)]
    return {
        "errors t with 5 df": [replace(d, errors="t5") for d in four],
        "units' errors of unequal spread (log sd .5)": [replace(d, errors="unequal") for d in four],
        "all units start at their means": [replace(d, start=0.0) for d in four],
        "starts twice as far from the means": [replace(d, start=2.0) for d in four],
        "8 years": [replace(d, years=8) for d in four],
        "20 years": [replace(d, years=20) for d in four],
        "3 units, no year effects": [Design(3, a, False, s) for a in (0.6, 0.9) for s in (False, True)],
        "5 units, no year effects": [Design(5, a, False, s) for a in (0.6, 0.9) for s in (False, True)],
    }


def named(d: Design) -> dict:
    """The columns that tell a design."""
    return {"N": d.units, "a": d.a, "year effects": "yes" if d.time_effects else "no",
            "common shock": "any" if d.time_effects else "yes" if d.shock else "no"}  # fmt: skip


def table(frame: pd.DataFrame, digits: int = 3) -> str:
    """A table in Markdown."""

    def shown(value: object) -> str:
        if isinstance(value, float):
            return "" if np.isnan(value) else f"{value:.{digits}f}"
        return str(value)

    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * len(frame.columns)]
    for row in frame.itertuples(index=False):
        lines.append("| " + " | ".join(map(shown, row)) + " |")
    return "\n".join(lines)


class Run:
    """Tasks of all sections on one executor."""

    def __init__(self, pool: object, panels: int, draws: int) -> None:
        self.pool, self.panels, self.draws = pool, panels, draws

    def of(self, task: object, design: Design, *more: object, panels: int = 0) -> pd.DataFrame:
        blocks = max(min(panels or self.panels, self.panels) // BLOCK, 1)
        parts = ordered(self.pool, task, ((design, b, BLOCK, *more) for b in range(blocks)))
        print(design, flush=True)
        return pd.DataFrame([row for part in parts for row in part])

    def estimators(self) -> str:
        rows = []
        for design in base():
            if design.time_effects and design.shock:
                continue
            for strong in (False, True):
                found = self.of(estimated, replace(design, strong=strong))
                for name, of in found.groupby("estimator", sort=False):
                    e = of[["e0", "e1", "e2", "e3"]]
                    rmse = np.sqrt((e**2).mean())
                    rows.append({**named(design), "fixed effects": "any" if name in ESTIMATORS else
                                 "strong" if strong else "weak", "estimator": name, "bias a11": e["e0"].mean(),
                                 "RMSE a11": rmse["e0"], "bias a12": e["e1"].mean(), "RMSE a12": rmse["e1"],
                                 "bias a21": e["e2"].mean(), "RMSE a21": rmse["e2"], "bias a22": e["e3"].mean(),
                                 "RMSE a22": rmse["e3"], "explodes": of["explodes"].mean()})  # fmt: skip
        return table(pd.DataFrame(rows))

    def size(self) -> str:
        rows = []
        for design in base():
            if design.time_effects and design.shock:
                continue
            for strong in (False, True):
                found = self.of(tested, replace(design, strong=strong, null=True), 199)
                for name, of in found.groupby("estimator", sort=False):
                    row = {**named(design), "fixed effects": "any" if name in ESTIMATORS else "strong" if strong else
                           "weak", "estimator": name}  # fmt: skip
                    for equation in (0, 1):
                        for law in ("f", "chi2", "bootstrap"):
                            value = of.loc[of["equation"] == equation, law] if law in of else pd.Series(dtype=float)
                            row[f"{law}, eq. {equation + 1}"] = float(value.astype(float).mean())
                    rows.append(row)
        return table(pd.DataFrame(rows))

    def leading(self, designs: list[Design], panels: int = 0) -> list[dict]:
        rows = []
        for design in designs:
            if design.time_effects and design.shock:
                continue
            found = self.of(covered, design, self.draws, False, panels=panels)
            rows.append({**named(design), **self._row(found, "leading"), "root": round(float(modulus(design.truth, 2, 1)), 2),
                         "whole path": found.loc[found["band"] == "leading, whole path", "path"].mean(),
                         "correction cut": (found.loc[found["band"] == "leading", "share"] < 1).mean()})  # fmt: skip
            print({name: str(value)[:6] for name, value in rows[-1].items()})
        return rows

    def _row(self, found: pd.DataFrame, name: str) -> dict:
        of = found[found["band"] == name]
        cells = of[[c for c in of if c.startswith("h")]].astype(float).mean()
        by = {f"h{h}": cells[[c for c in cells.index if c.startswith(f"h{h}_")]].mean() for h in range(1, HORIZON + 1)}
        return {**by, "least": cells.min(), "most": cells.max(), "width": of["width"].median()}

    def others(self) -> str:
        rows = []
        for design in base():
            if not design.time_effects or design.shock:
                continue
            found = self.of(covered, design, self.draws, True, panels=OTHERS)
            width = self._row(found, "leading")["width"]
            for name in found["band"].unique():
                if name != "leading, whole path":
                    row = self._row(found, name)
                    rows.append({"N": design.units, "a": design.a, "band": name, **row, "width": row["width"] / width})
        return table(pd.DataFrame(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--panels", type=int, default=500)
    parser.add_argument("--draws", type=int, default=299)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="write here instead of into the source tree")
    asked = parser.parse_args()
    with connect("processes", asked.workers) as pool:
        run = Run(pool, asked.panels, asked.draws)
        led = run.leading(base())
        beside = {name: run.leading(designs, BESIDE) for name, designs in robust().items()}
        sections = [
            ("Coverage of the leading bands", table(pd.DataFrame(led).drop(columns="root"))),
            ("Coverage of the leading bands elsewhere", table(pd.DataFrame(
                [{"panels": name, **row} for name, rows in beside.items() for row in rows]).drop(columns="root"))),
            ("Other bands, year effects taken off", run.others()),
            ("Estimators", run.estimators()),
            ("Granger tests of a true null at 5 %", run.size()),
        ]  # fmt: skip
    page = PAGE
    page = page.replace("PANELS", str(asked.panels)).replace("DRAWS", str(asked.draws))
    text = "\n\n".join([page.rstrip(), *(f"## {title}\n{body}" for title, body in sections)]) + "\n"
    known = led + [row for name in ("3 units, no year effects", "5 units, no year effects") for row in beside[name]]
    kept = [{"units": r["N"], "root": r["root"], "year_effects": r["year effects"] == "yes",
             "mean": round(float(np.mean([r[f"h{h}"] for h in range(1, HORIZON + 1)])), 3),
             "least": round(float(r["least"]), 3)} for r in known]  # fmt: skip
    folder, data = (
        (asked.folder, asked.folder) if asked.folder else (ROOT / "benchmarks", ROOT / "src/accord/core/data")
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pvar_monte_carlo.md").write_text(text, encoding="utf-8")
    (data / "pvar_coverage.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
