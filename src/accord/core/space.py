"""Where values lie: distances on the globe, an equal-area plane, weighted centres and ellipses, nearest units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

EARTH = 6371.0088
"""Mean radius of the Earth in km (IUGG)."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ellipse:
    """Weighted mean centres and standard deviational ellipses, one for each set of weights (leading shape of weights).

    `x`, `y` in the units of the points; `angle` of the major axis in degrees clockwise from north, [0, 180);
    `semi_major` and `semi_minor` in the units of the points.
    """

    x: Floats
    y: Floats
    angle: Floats
    semi_major: Floats
    semi_minor: Floats


def great_circle(lon: Any, lat: Any, other_lon: Any, other_lat: Any) -> Any:
    """Distance in km between places in degrees, on a sphere (haversine); inputs broadcast.

    Examples
    --------
    >>> float(great_circle(0.0, 0.0, 0.0, 90.0).round(1))
    10007.6
    """
    a, b, c, d = (np.radians(v) for v in (lon, lat, other_lon, other_lat))
    h = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return 2 * EARTH * np.arcsin(np.sqrt(np.clip(h, 0, 1)))


def bearing(lon: Any, lat: Any, other_lon: Any, other_lat: Any) -> Any:
    """First direction of the great circle to another place, in degrees clockwise from north, [0, 360).

    Examples
    --------
    >>> float(bearing(0.0, 0.0, 1.0, 0.0)), float(bearing(0.0, 1.0, 0.0, 0.0))
    (90.0, 180.0)
    """
    a, b, c, d = (np.radians(v) for v in (lon, lat, other_lon, other_lat))
    east = np.sin(c - a) * np.cos(d)
    north = np.cos(b) * np.sin(d) - np.sin(b) * np.cos(d) * np.cos(c - a)
    return np.degrees(np.arctan2(east, north)) % 360


def middle(lon: Floats, lat: Floats) -> tuple[float, float]:
    """Mean of places as directions from the centre of the Earth, in degrees: right across the date line too."""
    a, b = np.radians(lon), np.radians(lat)
    v = np.array([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)]).mean(axis=1)
    return float(np.degrees(np.arctan2(v[1], v[0]))), float(np.degrees(np.arctan2(v[2], np.hypot(v[0], v[1]))))


def project(lon: Any, lat: Any, origin: tuple[float, float]) -> tuple[Any, Any]:
    """Lambert's azimuthal equal-area plane around an origin: km east and north of it.

    Source: Snyder, J. P. (1987). Map Projections: A Working Manual, USGS Professional Paper 1395, equations 24-2 to
    24-4, 10.3133/pp1395.
    """
    a, b = np.radians(lon) - np.radians(origin[0]), np.radians(lat)
    b0 = np.radians(origin[1])
    scale = np.sqrt(2 / (1 + np.sin(b0) * np.sin(b) + np.cos(b0) * np.cos(b) * np.cos(a)))
    x = EARTH * scale * np.cos(b) * np.sin(a)
    return x, EARTH * scale * (np.cos(b0) * np.sin(b) - np.sin(b0) * np.cos(b) * np.cos(a))


def unproject(x: Any, y: Any, origin: tuple[float, float]) -> tuple[Any, Any]:
    """Longitude and latitude of a point of the plane of `project` (Snyder 1987, equations 20-14 and 20-15)."""
    rho = np.hypot(x, y)
    c = 2 * np.arcsin(np.clip(rho / (2 * EARTH), 0, 1))
    b0, safe = np.radians(origin[1]), np.where(rho == 0, 1, rho)
    lat = np.arcsin(np.clip(np.cos(c) * np.sin(b0) + np.where(rho == 0, 0, y * np.sin(c) * np.cos(b0) / safe), -1, 1))
    lon = np.arctan2(x * np.sin(c), safe * np.cos(b0) * np.cos(c) - y * np.sin(b0) * np.sin(c))
    return (np.degrees(lon) + origin[0] + 180) % 360 - 180, np.degrees(lat)


def ellipse(x: Floats, y: Floats, weights: Floats) -> Ellipse:
    """Weighted mean centre and standard deviational ellipse.

    `x`, `y` (n,) in a plane; `weights` (..., n), not negative, with a positive sum. The axes are those of the
    weighted covariance S of the points, sum w (p - c)(p - c)' / sum w; the semi-axes are sqrt(2 lambda) with lambda
    its eigenvalues.

    Source: Yuill, R. S. (1971), 10.2307/490885; Lefever, D. W. (1926), 10.1086/214027.

    Examples
    --------
    >>> made = ellipse(np.array([-2.0, 2, 0, 0]), np.array([0.0, 0, -1, 1]), np.ones(4))
    >>> float(made.angle), float(made.semi_major), float(made.semi_minor)
    (90.0, 2.0, 1.0)
    """
    w = weights / weights.sum(axis=-1, keepdims=True)
    cx, cy = (w * x).sum(axis=-1), (w * y).sum(axis=-1)
    dx, dy = x - cx[..., None], y - cy[..., None]
    xx, yy, xy = ((w * p).sum(axis=-1) for p in (dx * dx, dy * dy, dx * dy))
    spread = np.hypot((xx - yy) / 2, xy)
    half = (xx + yy) / 2
    turned = np.degrees(np.arctan2(2 * xy, xx - yy) / 2)
    return Ellipse(cx, cy, (90 - turned) % 180, np.sqrt(2 * (half + spread)), np.sqrt(2 * np.maximum(half - spread, 0)))


def nearest_units(lon: Floats, lat: Floats, k: int) -> NDArray[np.int64]:
    """The k nearest others of each unit by great circle, (n, k), nearest first; ties go to the one that stands first."""
    apart = great_circle(lon[:, None], lat[:, None], lon[None], lat[None])
    np.fill_diagonal(apart, np.inf)
    return np.argsort(np.where(np.isnan(apart), np.inf, apart), axis=1, kind="stable")[:, :k].astype("i8")
