"""Simulate the null distributions that the embedded studies need with the defaults of step `unit_roots`, and pack them.

For every group of each study: Pesaran's CD of levels and of changes, and IPS, HT and Fisher-PP in levels (constant
and trend) and in changes (constant). Run from anywhere, some fifteen minutes on two processors::

    python scripts/make_unitroot_laws.py [OUTPUT]
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import accord as ac
from accord.core import unitroot_laws
from accord.core.unitroot_null import Design, simulated
from accord.core.unitroot_panel import Setting
from accord.labels import groups
from accord.study.study import Study

SEED = 20261122
DRAWS = unitroot_laws.PANELS
STUDIES = ("us-states", "china-replica")


def sizes() -> list[tuple[int, int]]:
    """Years and units of every group that can be tested."""
    found = set()
    for name in STUDIES:
        small = Study(ac.sample(name)).source.small
        years = len(ac.sample(name)["time"])
        found |= {(years, len(mine)) for mine in groups(small["region"], small["regions"]).values() if len(mine) > 1}
    return sorted(found)


def designs() -> list[tuple[Setting, int, int]]:
    out: list[tuple[Setting, int, int]] = []
    for years, units in sizes():
        out += [(Setting("cd", form=form), years, units) for form in ("levels", "differences")]
        for trend, t in (("ct", years), ("c", years - 1)):
            out.append((Setting("ips", trend, 1), t, units))  # type: ignore[arg-type]
            out.append((Setting("ht", trend), t, units))  # type: ignore[arg-type]
            out.append((Setting("fisher", trend, 1, kind="pp"), t, units))  # type: ignore[arg-type]
    return out


if __name__ == "__main__":
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else unitroot_laws.FILE
    laws, started = {}, time.perf_counter()
    with ThreadPoolExecutor() as pool:
        for setting, years, units in designs():
            law = simulated(Design(setting, years, units, draws=DRAWS, seed=SEED), pool)
            laws[unitroot_laws.key(setting, years, units)] = law
    to.write_bytes(unitroot_laws.packed(laws))
    print(f"{len(laws)} laws, {to.stat().st_size / 1e3:.0f} kB, {time.perf_counter() - started:.0f} s")
