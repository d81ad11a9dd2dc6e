"""Null distributions of panel unit-root statistics that come with accord: those of the panels that come with it.

Written by scripts/make_unitroot_laws.py. Each law is kept as equally spaced quantiles of many simulated panels, in
steps of 1/65535 of its width, so that a p-value read from it is good to about 1 / (number of quantiles).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accord.core.unitroot_panel import Setting

Floats = NDArray[np.float64]
FILE = Path(__file__).parent / "data" / "unitroot_laws.npz"
QUANTILES = 1_999
PANELS = 200_000
"""Panels simulated for each law that comes with accord."""
STEPS = 65_535
"""Steps from the lowest quantile of a law to its highest."""


def key(setting: Setting, years: int, units: int) -> str:
    """What tells one law from another.

    Examples
    --------
    >>> key(Setting("ht"), 12, 31).startswith("12 x 31 Setting(test='ht', trend='c'")
    True
    """
    return f"{years} x {units} {setting!r}"


def shipped(name: str) -> dict[str, Floats] | None:
    """Quantiles of each statistic of a law, rising, or None where the law does not come with accord.

    Examples
    --------
    >>> shipped("no such law") is None
    True
    """
    return _laws().get(name)


def packed(laws: Mapping[str, Mapping[str, Floats]]) -> bytes:
    """Laws as the bytes of a file: simulated statistics by name, of any number, become QUANTILES each.

    Examples
    --------
    >>> law = {"z": np.linspace(-3, 3, 10_000)}
    >>> found = unpacked(packed({"a law": law}))["a law"]["z"]
    >>> found.size, [float(v.round(3)) for v in found[[0, 999, 1998]]]
    (1999, [-2.997, 0.0, 2.997])
    """
    names = [(name, statistic) for name, law in laws.items() for statistic in law]
    at = np.arange(1, QUANTILES + 1) / (QUANTILES + 1)
    values = np.array([np.quantile(laws[name][statistic], at) for name, statistic in names])
    low, high = values[:, :1], values[:, -1:]
    steps = np.round((values - low) / (high - low) * STEPS).astype("u2")
    stream = BytesIO()
    np.savez_compressed(
        stream,
        names=np.array([name for name, _ in names]),
        statistics=np.array([statistic for _, statistic in names]),
        ends=np.hstack([low, high]),
        rises=np.diff(steps, axis=1, prepend=np.zeros((len(steps), 1), "u2")),
    )
    return stream.getvalue()


def unpacked(stored: bytes) -> dict[str, dict[str, Floats]]:
    """What `packed` packed."""
    out: dict[str, dict[str, Floats]] = {}
    with np.load(BytesIO(stored), allow_pickle=False) as file:
        (low, high), rises = file["ends"].T, file["rises"]
        values = low[:, None] + np.cumsum(rises, axis=1, dtype="i8") / STEPS * (high - low)[:, None]
        for name, statistic, law in zip(file["names"], file["statistics"], values, strict=True):
            out.setdefault(str(name), {})[str(statistic)] = law
    return out


@lru_cache(maxsize=1)
def _laws() -> dict[str, dict[str, Floats]]:
    return unpacked(FILE.read_bytes()) if FILE.is_file() else {}
