"""Time of step `unit_roots` with every test: national and four regions, levels and differences, 31 x 12 x 2 indices and D.

First run draws every null distribution of 20,000 panels, none of those that come with accord; the second, of other
values, reads them from the folder of the first. Threads on all processors. Run: python benchmarks/unit_roots.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import accord as ac
from accord.core import unitroot_laws, unitroot_null
from accord.core.engine import connect
from accord.study.cache import Cache

TESTS = ["ips", "ht", "fisher_adf", "fisher_pp", "llc", "hadri", "cips"]


def main() -> None:
    unitroot_laws._laws = dict  # type: ignore[assignment]  # none comes with accord
    with tempfile.TemporaryDirectory() as folder, connect("threads") as pool:
        for name, panel in (("first", ac.sample("china-replica")), ("second", ac.sample("china-replica"))):
            unitroot_null.forget()
            options = {"tests": TESTS, "shift": 0.001 if name == "second" else 0.0}
            for dependence in ("auto", "independent"):
                study = ac.Study(
                    panel,
                    pool=pool,
                    cache=Cache(Path(folder)),
                    unit_roots={**options, "dependence": dependence},
                )
                study["coordination"]
                wall, cpu = time.perf_counter(), time.process_time()
                rows = study["unit_roots"]["statistic"].size
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                print(f"{name}, units {dependence}: {rows} tests, {wall:.1f} s wall, {cpu:.1f} CPU-s")


if __name__ == "__main__":
    main()
