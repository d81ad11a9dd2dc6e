"""Choose the LSTM's default settings on rolling origins.

usage: python benchmarks/lstm_choice.py [--china PLAN] [--seeds N] [--markdown FILE] [--only TEXT]

Panels: the coordination degree of the embedded study of US states, of a China panel if its plan is given, and ten
simulated panels of 31 units x 12 years (drift of its own + AR(1) noise; five of them with shocks common to all units).
Every panel is cut at each origin from 6 known years on; errors are scaled by each unit's mean absolute yearly change in
the years known (MASE) and averaged over units and origins, then over horizons 1 to 5. The drift beside it continues
every unit by the mean yearly change of all units. Coordination stands in full-sample frame: the choice is between
settings on the same numbers. Seconds are CPU seconds for all of it, compiling left out. Rows of 5 members, which cost most, are of one seed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

import accord as ac
from accord.core.lstm import forecast
from accord.project import read_source

HORIZON, FIRST = 5, 6
ADAM: dict[str, Any] = {"optimiser": "adam"}
SGD: dict[str, Any] = {"optimiser": "sgd"}
SETTINGS: list[dict[str, Any]] = [
    *(
        {**ADAM, "hidden": h, "window": w, "iterations": n, "batch": b, "rate": r}
        for h, w, n, b, r in [
            (8, 2, 100, 32, 0.01),
            (8, 2, 200, 32, 0.01),
            (8, 2, 400, 32, 0.01),
            (8, 2, 200, 32, 0.003),
            (8, 2, 400, 32, 0.003),
            (8, 2, 800, 32, 0.003),
            (8, 2, 200, 64, 0.01),
            (8, 2, 200, None, 0.01),
            (8, 2, 100, None, 0.01),
            (8, 1, 200, 32, 0.01),
            (8, 3, 100, 32, 0.01),
            (8, 3, 200, 32, 0.01),
            (8, 3, 400, 32, 0.003),
            (16, 2, 100, 32, 0.01),
            (16, 2, 200, 32, 0.01),
            (16, 2, 400, 32, 0.003),
            (16, 3, 200, 32, 0.01),
            (32, 2, 200, 32, 0.01),
            (32, 3, 200, 32, 0.01),
        ]
    ),
    *(
        {**SGD, "hidden": h, "window": w, "iterations": n, "batch": b, "rate": r, "momentum": m}
        for h, w, n, b, r, m in [
            (16, 2, 1000, 1, 0.002, 0.0),
            (16, 2, 1000, 32, 0.002, 0.0),
            (8, 2, 200, 32, 0.05, 0.0),
            (8, 2, 200, 32, 0.01, 0.9),
            (8, 2, 400, 32, 0.01, 0.9),
            (8, 2, 400, 32, 0.05, 0.9),
            (16, 2, 200, 32, 0.01, 0.9),
        ]
    ),
    {
        **SGD,
        "hidden": 16,
        "window": 2,
        "iterations": 100,
        "batch": 1,
        "iteration": "epoch",
        "rate": 0.002,
        "members": 5,
    },
]


def simulated(number: int, common: bool) -> np.ndarray:
    """Units with their own start and drift, AR(1) noise of .5 and, where asked for, shocks common to all; (31, 12)."""
    rng = np.random.default_rng([number, common])
    noise = np.zeros((31, 12))
    shock = np.zeros(12)
    for t in range(12):
        noise[:, t] = 0.5 * noise[:, t - 1] * (t > 0) + 0.008 * rng.standard_normal(31)
        shock[t] = 0.5 * shock[t - 1] * (t > 0) + 0.008 * rng.standard_normal()
    level = rng.uniform(0.2, 0.5, (31, 1)) + rng.normal(0.012, 0.004, (31, 1)) * np.arange(12)
    return np.clip(level + noise + (shock if common else 0), 0, 1)


def degrees(study: ac.Study) -> np.ndarray:
    """Coordination degrees, (units, years)."""
    return np.asarray(study["coordination"].transpose("unit", "time"))


def panels(china: Path | None) -> dict[str, list[np.ndarray]]:
    """Coordination degrees, (units, years), by group of panels of one shape."""
    out = {"US states": [degrees(ac.Study(ac.sample("us-states")))]}
    if china:
        plan = ac.read_plan(china)
        out["China"] = [degrees(ac.Study(read_source(plan), language=plan.language, **plan.steps))]
    out["simulated"] = [simulated(i, False) for i in range(5)]
    out["simulated, common shocks"] = [simulated(i, True) for i in range(5)]
    return out


def cut(group: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Histories, years known and truth of all panels and origins of a group."""
    years = group[0].shape[1]
    known = np.tile(np.arange(FIRST, years), len(group))
    history = np.repeat(np.stack(group), years - FIRST, axis=0)
    padded = np.pad(history, ((0, 0), (0, 0), (0, HORIZON)), constant_values=np.nan)
    truth = np.stack([x[:, k : k + HORIZON] for x, k in zip(padded, known, strict=True)])
    return history, known, truth


def mase(history: np.ndarray, known: np.ndarray, truth: np.ndarray, paths: np.ndarray) -> float:
    """Mean over horizons of the mean scaled absolute error over cases and units."""
    scale = np.stack([abs(np.diff(x[:, :k], axis=1)).mean(axis=1) for x, k in zip(history, known, strict=True)])
    return float(np.nanmean(abs(paths - truth) / scale[:, :, None], axis=(0, 1)).mean())


def drift(history: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Paths by the mean yearly change of all units."""
    ahead = np.arange(1, HORIZON + 1)
    return np.stack(
        [
            np.clip(x[:, k - 1, None] + np.diff(x[:, :k], axis=1).mean() * ahead, 0, 1)
            for x, k in zip(history, known, strict=True)
        ]
    )


def named(setting: dict[str, Any]) -> str:
    batch = "all" if setting["batch"] is None else setting["batch"]
    momentum = f", momentum {setting['momentum']:g}" if setting.get("momentum") else ""
    return (
        f"{setting['optimiser']} {setting['rate']:g}{momentum}, hidden {setting['hidden']}, window {setting['window']}, "
        f"{setting['iterations']} {setting.get('iteration', 'step')}s of {batch}"
        f"{', ' + str(setting['members']) + ' members' if 'members' in setting else ''}"
    )


def screened(
    setting: dict[str, Any], groups: dict[str, tuple[np.ndarray, ...]], seeds: int
) -> tuple[list[float], list[float], list[float], float, float]:
    """MASE by group: of all members, of half of them, of the mean with drift; the seeds' spread of the total; CPU seconds."""
    full, half, both = (np.zeros((seeds, len(groups))) for _ in range(3))
    spent = 0.0
    for j, (history, known, truth) in enumerate(groups.values()):
        forecast(history[:1], known[:1], HORIZON, seed=0, **{**setting, "members": 1})
        for seed in range(seeds):
            start = time.process_time()
            asked = {"members": 20, **setting}
            found = forecast(history, known, HORIZON, seed=seed, labels=np.arange(len(known)), **asked)
            spent += time.process_time() - start
            full[seed, j] = mase(history, known, truth, found.mean)
            half[seed, j] = mase(history, known, truth, np.nanmean(found.members[:, : asked["members"] // 2], axis=1))
            both[seed, j] = mase(history, known, truth, (found.mean + drift(history, known)) / 2)
    return [list(a.mean(axis=0)) for a in (full, half, both)] + [float(full.mean(axis=1).std()), spent / seeds]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--china", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    groups = {name: cut(group) for name, group in panels(given.china).items()}
    base = [mase(h, k, t, drift(h, k)) for h, k, t in groups.values()]
    naive = [
        mase(h, k, t, np.repeat([[x[:, n - 1]] for x, n in zip(h, k, strict=True)], HORIZON, axis=1).swapaxes(1, 2))
        for h, k, t in groups.values()
    ]
    lines = [
        f"| settings | {' | '.join(groups)} | mean | half the members | mean with drift | sd over seeds | CPU s |",
        f"|{'---|' * (len(groups) + 6)}",
        f"| naive | {' | '.join(f'{v:.3f}' for v in naive)} | {np.mean(naive):.4f} | | | | |",
        f"| pooled drift | {' | '.join(f'{v:.3f}' for v in base)} | {np.mean(base):.4f} | | | | |",
    ]
    print(*lines, sep="\n", flush=True)
    for setting in SETTINGS:
        if given.only not in named(setting):
            continue
        full, half, both, spread, spent = screened(setting, groups, 1 if "members" in setting else given.seeds)
        lines.append(
            f"| {named(setting)} | {' | '.join(f'{v:.3f}' for v in full)} | {np.mean(full):.4f} | {np.mean(half):.4f} "
            f"| {np.mean(both):.4f} | {spread:.4f} | {spent:.1f} |"
        )
        print(lines[-1], flush=True)
    if given.markdown:
        given.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
