"""A made-up panel of counties, run whole from the command line: seconds of each step, memory, sizes, time to open.

usage: python benchmarks/county.py [--units N] [--regions N] [--out FOLDER] [--set a.b=c ...] [--make-only]

By default 2,800 counties x 20 years x 20 indicators in two subsystems and 31 regions. Values are made of a level of
the county (partly of its region), a trend common to all, a pace of its own and noise that lasts (AR(1), 0.6), some
skewed, all positive, 0.5 % missing. Nothing here is real. With Playwright and Chromium at hand the report is opened
with the network cut: time to `load`, to the first contentful paint, and until two frames have been painted after it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

YEARS, INDICATORS = np.arange(2003, 2023), 20
PLAN = """title = "Made-up counties"
language = "en"
seed = 1
simulated = true

[panel]
source = "panel.csv"
indicators = "indicators.csv"
unit = "county"
time = "year"
region = "region"
"""


def make(folder: Path, units: int, regions: int, seed: int = 1) -> Path:
    """The panel, its indicator table and a plan of defaults in a folder."""
    rng, years = np.random.default_rng(seed), len(YEARS)
    region = np.sort(rng.integers(0, regions, units))
    level = 0.6 * rng.standard_normal((regions, INDICATORS))[region] + 0.8 * rng.standard_normal((units, INDICATORS))
    level += 0.7 * rng.standard_normal(units)[:, None]  # rich counties are rich in most things
    pace = rng.normal(0.04, 0.02, (units, 1, INDICATORS)) * (np.arange(years) - years / 2)[None, :, None]
    noise = np.zeros((units, years, INDICATORS))
    for t in range(1, years):
        noise[:, t] = 0.6 * noise[:, t - 1] + 0.15 * rng.standard_normal((units, INDICATORS))
    value = level[:, None] + pace + noise + 0.1 * rng.standard_normal((years, INDICATORS))
    value[..., ::2] = np.exp(0.7 * value[..., ::2])  # every second indicator is skewed, as incomes are
    value[..., 1::2] = 50 + 8 * value[..., 1::2]
    value[rng.random(value.shape) < 0.005] = np.nan
    frame = pd.DataFrame(value.reshape(-1, INDICATORS).round(4), columns=[f"x{j:02d}" for j in range(INDICATORS)])
    frame.insert(0, "region", np.repeat([f"Region {r + 1:02d}" for r in region], years))
    frame.insert(0, "year", np.tile(YEARS, units))
    frame.insert(0, "county", np.repeat([f"County {i + 1:04d}" for i in range(units)], years))
    frame.to_csv(folder / "panel.csv", index=False)
    half = INDICATORS // 2
    rows = [
        f"x{j:02d},Indicator {j + 1},{'economy' if j < half else 'environment'},part {j // 5 + 1},{'-' if j % 7 == 6 else '+'}"
        for j in range(INDICATORS)
    ]
    (folder / "indicators.csv").write_text("\n".join(["key,name,subsystem,dimension,direction", *rows]) + "\n")
    (folder / "plan.toml").write_text(PLAN)
    return folder / "plan.toml"


def run(plan: Path, out: Path, sets: list[str]) -> None:
    """Run the plan as the command line does and print what it took."""
    command = [sys.executable, "-m", "accord", "run", str(plan), "--out", str(out)]
    start = time.perf_counter()
    done = subprocess.run([*command, *(f"--set={pair}" for pair in sets)], capture_output=True, text=True, check=False)
    wall, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"exit {done.returncode}, {wall:.1f} s wall, {used.ru_utime + used.ru_stime:.1f} CPU-s, ", end="")
    print(f"{used.ru_maxrss / 1024:.0f} MB at the peak of the largest process")
    print(done.stderr[-6000:])
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    steps = sorted(record["steps"], key=lambda step: -step.get("seconds", 0))
    print("slowest steps:", ", ".join(f"{s['name']} {s.get('seconds', 0):.1f} s" for s in steps[:12]))
    for step in steps:
        if step["state"] != "done":
            print(f"{step['name']}: {step['state']}: {step['reason']}")
    sizes = {f: (out / f).stat().st_size / 1e6 for f in ("report.html", "tables.xlsx", "study.nc")}
    sizes["tables/*.csv"] = sum(f.stat().st_size for f in (out / "tables").iterdir()) / 1e6
    sizes["figures/*"] = sum(f.stat().st_size for f in (out / "figures").iterdir()) / 1e6
    print("sizes in MB:", ", ".join(f"{name} {size:.1f}" for name, size in sizes.items()))


def opened(page: Path, times: int = 3) -> list[dict[str, Any]]:
    """Milliseconds in Chromium until the page is loaded, first painted, and painted twice more; its errors."""
    from playwright.sync_api import sync_playwright

    look = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
      const paint = performance.getEntriesByName('first-contentful-paint')[0];
      const load = performance.getEntriesByType('navigation')[0].loadEventEnd;
      done({load, paint: paint ? paint.startTime : null, settled: performance.now(),
            nodes: document.getElementsByTagName('*').length})})))"""
    out = []
    with sync_playwright() as driver:
        own = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        with driver.chromium.launch(executable_path=own if Path(own).exists() else None) as browser:
            for _ in range(times):
                tab = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
                wrong: list[str] = []
                tab.on("pageerror", lambda error, wrong=wrong: wrong.append(str(error)))
                tab.goto(page.resolve().as_uri(), wait_until="load", timeout=120_000)
                out.append({**tab.evaluate(look), "errors": wrong})
                tab.context.close()
    return out


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--units", type=int, default=2800)
    ask.add_argument("--regions", type=int, default=31)
    ask.add_argument("--out", type=Path)
    ask.add_argument("--set", dest="sets", action="append", default=[])
    ask.add_argument("--make-only", action="store_true", help="write the panel and the plan, and run nothing")
    asked = ask.parse_args()
    with TemporaryDirectory() as scratch:
        folder = asked.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        plan = make(folder, asked.units, asked.regions)
        if asked.make_only:
            return
        run(plan, folder / "results", asked.sets)
        try:
            for one in opened(folder / "results" / "report.html"):
                print(one)
        except ImportError:
            print("Playwright is not at hand: the report was not opened")


if __name__ == "__main__":
    main()
