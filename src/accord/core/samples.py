"""The values of a group of units over the years, ready for densities and for drawing units anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from accord.core.features import Setting, bandwidths
from accord.errors import Refused

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Values of a group, units in the order of their names."""

    name: str
    units: NDArray[np.str_]
    x: Floats
    """Values, shape (years, units)."""
    h: Floats
    """Bandwidth by year, shape (years,), 0 where there is no density."""

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.units)

    @property
    def has(self) -> NDArray[np.bool_]:
        """Years with a density."""
        return self.h > 0

    def generator(self, seed: int, part: int) -> np.random.Generator:
        """Random numbers of this group alone, whatever other groups there are."""
        return np.random.default_rng([seed, part, crc32(self.name.encode())])


def samples(
    x: Floats, units: NDArray[np.str_], groups: Mapping[str, NDArray[np.intp]], setting: Setting
) -> list[Group]:
    """Values, shape (years, units), by group; units with a gap in any year are left out.

    Raises
    ------
    Refused
        If no two units differ in the first group, or values leave [0, 1] where densities are folded back there.

    Examples
    --------
    >>> both = {"National": np.array([0, 1, 2]), "East": np.array([0])}
    >>> found = samples(np.array([[0.1, 0.2, 0.4]]), np.array(["c", "b", "a"]), both, Setting())
    >>> found[0].units.tolist(), found[0].x.tolist(), [g.has.tolist() for g in found]
    (['a', 'b', 'c'], [[0.4, 0.2, 0.1]], [[True], [False]])
    """
    if setting.reflect and bool(((x < 0) | (x > 1)).any()):
        raise Refused(
            "D leaves [0, 1], so its density cannot be folded back there: leave `reflect` out",
            "D 超出 [0, 1]，无法在边界反射：请去掉 reflect",
        )
    out = []
    for name, at in groups.items():
        mine = at[np.isfinite(x[:, at]).all(axis=0)]
        mine = mine[np.argsort(units[mine], kind="stable")]
        h = bandwidths(x[:, mine], setting) if mine.size > 1 else np.zeros(len(x))
        out.append(Group(name, units[mine], x[:, mine], h))
    if not out[0].has.any():
        raise Refused("a density needs at least two units whose D differ", "核密度至少需要两个 D 不同的单元")
    return out
