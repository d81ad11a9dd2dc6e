"""Time panel VARs by GMM beside plain NumPy and, where it is at hand, beside pydynpd: medians of one run, in turn.

usage: python benchmarks/pvar.py [--repeat R] [--peer PYTHON]

PYTHON is an interpreter that has pydynpd (`pip install pydynpd==0.2.2 "numpy<2" "pandas<2.3" "scipy<1.14"` in an
environment of its own). It fits one equation a time, so its time is that of one equation after the other, without the
joint second step. Times are of the estimate from an array, and of `ac.pvar` from a table with all its checks. R's
panelvar took 32.5 s for 265 x 9 x 3 with all 252 moments in two steps; it does not install here, and was timed before.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import accord as ac
from accord.core.pvar_gmm import estimate, products
from accord.core.pvar_instruments import Model, Panel, equations
from accord.core.pvar_reweight import Sample, reweighted
from accord.core.pvar_sigma import error_rows

R_PANELVAR = 32.5
ALL, COLLAPSED, SMALL = Model(collapse=False, window=(2, None)), Model(window=(2, None)), Model()
CASES: list[tuple[str, tuple[int, int, int], Model, int]] = [
    ("265 x 9 x 3, all 252 moments", (265, 9, 3), ALL, 2),
    ("265 x 9 x 3, collapsed", (265, 9, 3), COLLAPSED, 2),
    ("2,800 x 20 x 4, collapsed", (2800, 20, 4), COLLAPSED, 2),
    ("31 x 12 x 2, lags 2 to 4", (31, 12, 2), SMALL, 2),
]
PEER = """
import contextlib, io, json, sys, time
import pandas as pd
from pydynpd import regression
table, columns, options = pd.read_csv(sys.argv[1]), sys.argv[2].split(), sys.argv[3]
start, cpu = time.perf_counter(), time.process_time()
with contextlib.redirect_stdout(io.StringIO()):
    for name in columns:
        lags = " ".join("L1." + other for other in [name] + [c for c in columns if c != name])
        regression.abond(f"{name} {lags} | gmm({' '.join(columns)}, {options}", table, ["id", "year"])
print(json.dumps([time.perf_counter() - start, time.process_time() - cpu]))
"""


def simulated(units: int, years: int, k: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    a, mu = 0.4 * np.eye(k) + 0.05, rng.normal(size=(units, k))
    y, out = np.zeros((units, k)), []
    for _ in range(30 + years):
        y = mu + y @ a.T + rng.normal(size=(units, k))
        out.append(y)
    return np.stack(out[30:], axis=1)


def long_table(y: np.ndarray) -> pd.DataFrame:
    units, years, k = y.shape
    labels = {"id": np.repeat(np.arange(units), years), "year": np.tile(np.arange(2001, 2001 + years), units)}
    return pd.DataFrame({**labels, **{f"y{j}": y[:, :, j].ravel() for j in range(k)}})


def plain(y: np.ndarray, model: Model) -> np.ndarray:
    """Both steps and Windmeijer's correction by inverses and loops over parameters, from the same instruments."""
    e = equations(Panel(y), model)
    zx, zy = np.einsum("itm,itr->imr", e.z, e.x), np.einsum("itm,itk->imk", e.z, e.y)
    k, m = zy.shape[2], zx.shape[1]
    w = np.linalg.inv(np.einsum("itm,itn->mn", e.z, e.z, optimize=True))
    gx, gy = zx.sum(axis=0), zy.sum(axis=0)
    back = np.linalg.inv(gx.T @ w @ gx) @ gx.T @ w
    one = (back @ gy).T
    g = (zy - zx @ one.T).transpose(0, 2, 1).reshape(len(y), -1)
    psi = np.einsum("rm,ikm->ikr", back, g.reshape(len(y), k, m)).reshape(len(y), -1)
    v1 = psi.T @ psi
    s, big = np.linalg.inv(g.T @ g), np.kron(np.eye(k), gx)
    v2 = np.linalg.inv(big.T @ s @ big)
    beta = v2 @ big.T @ s @ gy.T.ravel()
    left = s @ (gy.T.ravel() - big @ beta)
    d = np.zeros_like(v2)
    for j in range(len(v2)):
        h = np.zeros((len(y), k, m))
        h[:, j // gx.shape[1]] = zx[:, :, j % gx.shape[1]]
        h = h.reshape(len(y), -1)
        d[:, j] = v2 @ big.T @ s @ ((h.T @ g + g.T @ h) @ left)
    return np.concatenate([beta, np.sqrt(np.diag(v2 + d @ v2 + v2 @ d.T + d @ v1 @ d.T))])


def timed(run: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, wall seconds, CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    out = run()
    return out, time.perf_counter() - wall, time.process_time() - cpu


def peer(python: str, y: np.ndarray, model: Model, steps: int) -> tuple[float, float]:
    far = 99 if model.window[1] is None else model.window[1]
    options = f"{model.window[0]}:{far}) | {'onestep ' * (steps == 1)}nolevel fod{' collapse' * model.collapse}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "panel.csv"
        table = long_table(y)
        table.assign(id=table["id"] + 1).to_csv(file, index=False)
        columns = " ".join(f"y{j}" for j in range(y.shape[2]))
        done = subprocess.run(
            [python, "-W", "ignore", "-c", PEER, str(file), columns, options],
            capture_output=True,
            text=True,
            check=True,
        )
    wall, cpu = json.loads(done.stdout.strip().splitlines()[-1])
    return wall, cpu


def compare(title: str, shape: tuple[int, int, int], model: Model, steps: int, repeat: int, python: str | None) -> None:
    y = simulated(*shape)
    table = long_table(y)
    names = [f"y{j}" for j in range(shape[2])]
    options: dict[str, Any] = {"collapse": model.collapse, "instrument_lags": model.window, "time_effects": False}
    rows: dict[str, list[tuple[float, float]]] = {"estimate": [], "ac.pvar": [], "plain NumPy": [], "pydynpd": []}
    for turn in range(repeat + 1):
        found, *ours = timed(lambda: estimate(products(equations(Panel(y), model)), steps))
        whole = timed(lambda: ac.pvar(table, unit="id", time="year", variables=names, steps=steps, **options))[1:]
        want, *theirs = timed(lambda: plain(y, model))
        both = np.concatenate([found.coef.ravel(), np.sqrt(np.diag(found.vcov))])
        np.testing.assert_allclose(both, want, rtol=1e-5, atol=1e-9)
        if turn:
            for name, took in (("estimate", ours), ("ac.pvar", whole), ("plain NumPy", theirs)):
                rows[name].append((took[0], took[1]))
            if python and turn <= 3:
                rows["pydynpd"].append(peer(python, y, model, steps))
    base = statistics.median(wall for wall, _ in rows["estimate"])
    print(title)
    for name, took in rows.items():
        if took:
            wall, cpu = (statistics.median(part) for part in zip(*took, strict=True))
            print(f"  {name:<12} {wall:9.4f} s  {cpu:9.4f} CPU-s  {wall / base:9.2f} x")
    if model is ALL:
        print(f"  R panelvar   {R_PANELVAR:9.4f} s  (measured before){'':>3}{R_PANELVAR / base:9.0f} x")


def bootstrap(repeat: int) -> None:
    rng = np.random.default_rng(2)
    y = simulated(31, 12, 2)
    weights = rng.multinomial(31, np.full(31, 1 / 31), size=500)
    for steps in (1, 2):
        p = products(equations(Panel(y), SMALL))
        sample = Sample(p, error_rows(p.equations, "fod"), estimate(p, steps).coef, steps)
        took = [timed(lambda s=sample: reweighted(s, weights))[1:] for _ in range(repeat)]
        wall, cpu = (statistics.median(part) for part in zip(*took, strict=True))
        print(f"31 x 12 x 2, 500 draws of units, {steps}-step: {wall:.4f} s, {cpu:.4f} CPU-s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--peer", help="an interpreter that has pydynpd")
    given = parser.parse_args()
    for case in CASES:
        compare(*case, given.repeat, given.peer)
    bootstrap(given.repeat)
