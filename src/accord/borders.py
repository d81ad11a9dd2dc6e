"""Where provinces of China and states of the US lie and which of them touch: facts of geography, kept by code.

Pairs stand once each. Land borders count, corners too (Arizona and Colorado, New Mexico and Utah). Two provinces
are islands: Hainan is linked to Guangdong and Taiwan to Fujian, the provinces across their straits, and such
links are marked. Positions are the seats of government of China's provinces, and the geographic centres of the
states to a tenth of a degree.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.errors import NotNeeded, Refused
from accord.places import Country, recognised

_CHINA = """
BJ TJ HE|TJ HE|HE SX NM LN SD HA|SX NM HA SN|NM LN JL HL SN GS NX|LN JL|JL HL|SH JS ZJ|JS ZJ AH SD|ZJ AH FJ JX
AH JX SD HA HB|FJ JX GD|JX HB HN GD|SD HA|HA HB SN|HB HN CQ SN|HN GD GX CQ GZ|GD GX HK MO|GX GZ YN|CQ SC GZ SN
SC GZ YN XZ SN GS QH|GZ YN|YN XZ|XZ QH XJ|SN GS NX|GS QH NX XJ|QH XJ
"""
_STATES = """
AL FL GA MS TN|AR LA MS MO OK TN TX|AZ CA CO NV NM UT|CA NV OR|CO KS NE NM OK UT WY|CT MA NY RI|DC MD VA|DE MD NJ PA
FL GA|GA NC SC TN|IA IL MN MO NE SD WI|ID MT NV OR UT WA WY|IL IN KY MO WI|IN KY MI OH|KS MO NE OK|KY MO OH TN VA WV
LA MS TX|MA NH NY RI VT|MD PA VA WV|ME NH|MI OH WI|MN ND SD WI|MO NE OK TN|MS TN|MT ND SD WY|NC SC TN VA|ND SD
NE SD WY|NH VT|NJ NY PA|NM OK TX UT|NV OR UT|NY PA VT|OH PA WV|OK TX|OR WA|PA WV|SD WY|TN VA|UT WY|VA WV
"""
_LAND: dict[Country, str] = {"CN": _CHINA, "US": _STATES}
STRAITS: dict[Country, tuple[tuple[str, str], ...]] = {"CN": (("HI", "GD"), ("TW", "FJ")), "US": ()}
"""Islands and the places that they are linked to, across the nearest strait."""

_SEATS = """
BJ 116.41 39.90|TJ 117.20 39.08|HE 114.51 38.04|SX 112.55 37.87|NM 111.75 40.84|LN 123.43 41.81|JL 125.32 43.82
HL 126.53 45.80|SH 121.47 31.23|JS 118.80 32.06|ZJ 120.16 30.27|AH 117.23 31.82|FJ 119.30 26.07|JX 115.86 28.68
SD 117.12 36.65|HA 113.63 34.75|HB 114.31 30.59|HN 112.94 28.23|GD 113.26 23.13|GX 108.37 22.82|HI 110.20 20.04
CQ 106.55 29.56|SC 104.07 30.57|GZ 106.63 26.65|YN 102.83 24.88|XZ 91.14 29.65|SN 108.94 34.34|GS 103.83 36.06
QH 101.78 36.62|NX 106.23 38.49|XJ 87.62 43.83|TW 121.56 25.04|HK 114.17 22.30|MO 113.54 22.19
"""
_CENTRES = """
AL -86.8 32.8|AK -152.5 64.2|AZ -111.7 34.3|AR -92.4 34.8|CA -119.5 37.2|CO -105.5 39.0|CT -72.7 41.6|DE -75.5 39.0
DC -77.0 38.9|FL -82.4 28.6|GA -83.4 32.7|HI -156.4 20.3|ID -114.6 44.4|IL -89.2 40.0|IN -86.3 39.9|IA -93.5 42.1
KS -98.4 38.5|KY -85.3 37.5|LA -92.0 31.1|ME -69.2 45.4|MD -76.8 39.1|MA -71.8 42.3|MI -85.4 44.4|MN -94.3 46.3
MS -89.7 32.7|MO -92.5 38.4|MT -109.6 47.0|NE -99.8 41.5|NV -116.6 39.3|NH -71.6 43.7|NJ -74.7 40.2|NM -106.1 34.4
NY -75.5 42.9|NC -79.4 35.6|ND -100.5 47.4|OH -82.8 40.3|OK -97.5 35.6|OR -120.6 43.9|PA -77.8 40.9|RI -71.5 41.6
SC -80.9 33.9|SD -100.2 44.4|TN -86.4 35.9|TX -99.3 31.5|UT -111.7 39.3|VT -72.7 44.1|VA -78.9 37.5|WA -120.4 47.4
WV -80.6 38.6|WI -90.0 44.6|WY -107.6 43.0
"""
_POSITIONS: dict[Country, str] = {"CN": _SEATS, "US": _CENTRES}


def borders(country: Country) -> set[frozenset[str]]:
    """Pairs of places that touch, by code, with the links of islands.

    Examples
    --------
    >>> sorted(sorted(pair) for pair in borders("CN") if "HI" in pair)
    [['GD', 'HI']]
    """
    rows = (cell.split() for line in _LAND[country].strip().splitlines() for cell in line.split("|"))
    return {frozenset((first, other)) for first, *others in rows for other in others} | {
        frozenset(pair) for pair in STRAITS[country]
    }


@lru_cache
def positions(country: Country) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of each place, by code.

    Examples
    --------
    >>> positions("US")["OH"]
    (-82.8, 40.3)
    """
    rows = (cell.split() for line in _POSITIONS[country].strip().splitlines() for cell in line.split("|"))
    return {code: (float(lon), float(lat)) for code, lon, lat in rows}


def both_ways(pairs: set[tuple[int, int]]) -> NDArray[np.int64]:
    """Pairs of positions in both directions, sorted: (pair, side).

    Examples
    --------
    >>> both_ways({(0, 2)}).tolist()
    [[0, 2], [2, 0]]
    """
    every = sorted(pairs | {(b, a) for a, b in pairs})
    return np.array(every, dtype="i8").reshape(-1, 2)


def known_neighbours(units: Sequence[object]) -> NDArray[np.int64] | None:
    """Neighbours among units that are all provinces of China or states of the US; None for other units.

    Returns positions of the units, (pair, side), both directions, sorted.

    Examples
    --------
    >>> known_neighbours(["Ohio", "Texas", "Indiana"]).tolist()
    [[0, 2], [2, 0]]
    """
    found = recognised(units)
    if found is None:
        return None
    at = {code: i for i, code in enumerate(found[1])}
    pairs = (sorted(at[code] for code in pair) for pair in borders(found[0]) if pair <= set(at))
    return both_ways({(a, b) for a, b in pairs})


def known_positions(units: Sequence[object]) -> NDArray[np.float64] | None:
    """Longitude and latitude of units that are all provinces of China or states of the US; None for other units.

    Examples
    --------
    >>> known_positions(["北京", "Tianjin"]).tolist()
    [[116.41, 39.9], [117.2, 39.08]]
    """
    found = recognised(units)
    return None if found is None else np.array([positions(found[0])[code] for code in found[1]])


def unit_names(array: xr.DataArray) -> list[str]:
    """Names of the units of an array; their places from 0 where it has none."""
    known = "unit" in array.coords
    return [str(u) for u in array["unit"].values] if known else list(map(str, range(array.sizes["unit"])))


def located(position: xr.DataArray) -> NDArray[np.float64]:
    """Longitude and latitude of all units, (unit, axis).

    Raises
    ------
    NotNeeded
        If the position of none is known.
    Refused
        If that of some is not, with their names.
    """
    at = position.transpose("unit", "axis").values
    lost = np.flatnonzero(~np.isfinite(at).all(axis=1))
    if lost.size == len(at):
        raise NotNeeded(
            "where the units lie is not known: name polygons with `boundaries` in [panel]",
            "单元的位置未知：请在 [panel] 中用 boundaries 给出边界",
        )
    if lost.size:
        names = [unit_names(position)[i] for i in lost[:6]]
        raise Refused(
            f"no position is known of {', '.join(names)}; give them polygons in `boundaries`",
            f"下列单元的位置未知：{'、'.join(names)}；请在边界文件中补上",
        )
    return np.asarray(at)
