"""Step `centre`: where the weight of D lies, its mean centre and standard deviational ellipse year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from accord.borders import located, unit_names
from accord.core import space as plane
from accord.errors import Refused
from accord.labels import build
from accord.method import Text, method
from accord.phrases import span

CORNERS = 72
"""Points of the outline of an ellipse."""


def _says_centre(position: xr.DataArray | None, coordination: xr.DataArray | None) -> Text:
    said, about = {} if position is None else position.attrs, Text("", "")
    if position is not None and np.isfinite(position.values).all():
        lon, lat = plane.middle(*position.transpose("axis", "unit").values)
        about = Text(f" about {_degrees(lon, lat, ', ')}", f"（中心 {_degrees(lon, lat, '，')}）")
    years = None if coordination is None or "time" not in coordination.coords else span(coordination["time"].values)
    where = Text(f" ({said['en']})" if "en" in said else "", f"（{said['zh']}）" if "zh" in said else "")
    when = Text("" if years is None else f", {years.en}", "" if years is None else f"（{years.zh}）")
    return Text(
        f"Mean centre of the units' positions{where.en} weighted by D{when.en}, and the standard deviational ellipse "
        "(semi-axes sqrt(2 lambda), lambda the eigenvalues of the weighted covariance: about 63 % of a normal cloud), "
        f"in Lambert's azimuthal equal-area projection{about.en}; shifts by great circle.",
        f"以 D 为权重计算单元位置{where.zh}的重心{when.zh}与标准差椭圆（半轴 √(2λ)，λ 为加权协方差的特征值，约含正态点群的 63%），"
        f"采用 Lambert 方位等积投影{about.zh}；移动距离按大圆计算。",
    )


def _degrees(lon: float, lat: float, between: str) -> str:
    """A place as maps write it.

    Examples
    --------
    >>> _degrees(-91.126, 40.42, ", ")
    '91.13° W, 40.42° N'
    """
    return f"{abs(lon):.2f}° {'W' if lon < 0 else 'E'}{between}{abs(lat):.2f}° {'S' if lat < 0 else 'N'}"


FORMULA = (
    r"\bar p_t=\frac{\sum_iD_{it}\,p_i}{\sum_iD_{it}},\quad "
    r"\Sigma_t=\frac{\sum_iD_{it}(p_i-\bar p_t)(p_i-\bar p_t)'}{\sum_iD_{it}},\quad "
    r"a_t=\sqrt{2\lambda_1(\Sigma_t)},\; b_t=\sqrt{2\lambda_2(\Sigma_t)}"
)
CENTRE = (
    "x", "y", "shift_km", "bearing", "angle", "semi_major", "semi_minor", "longitude", "latitude", "from_first_km",
)  # fmt: skip


@method(
    step="centre", makes=CENTRE, table="centre", cite=("lefever1926", "yuill1971"), says=_says_centre, formula=FORMULA
)
def centre(coordination: xr.DataArray, position: xr.DataArray) -> xr.Dataset:
    """Mean centre weighted by D and its standard deviational ellipse, year by year.

    `coordination` (unit, time), `position` (unit, axis) in degrees. Returns `x`, `y` in km east and north of the middle of
    all units; `longitude`, `latitude` of the same point; `shift_km` and `bearing` (degrees clockwise from north) since
    the year before, `from_first_km` since the first; `angle` of the major axis (degrees clockwise from north, [0, 180)),
    `semi_major` and `semi_minor` in km.

    Raises
    ------
    Refused
        If a unit has no position, there are fewer than three units, or D is zero everywhere in a year.
    """
    made, (lon, lat), _ = _ellipses(coordination, position)
    shift, turn = np.full(lon.size, np.nan), np.full(lon.size, np.nan)
    shift[1:] = plane.great_circle(lon[:-1], lat[:-1], lon[1:], lat[1:])
    turn[1:] = np.where(shift[1:] > 0, plane.bearing(lon[:-1], lat[:-1], lon[1:], lat[1:]), np.nan)
    first = plane.great_circle(lon[0], lat[0], lon, lat)
    values = (made.x, made.y, shift, turn, made.angle, made.semi_major, made.semi_minor, lon, lat, first)
    return xr.Dataset({name: build(a, ["time"], coordination) for name, a in zip(CENTRE, values, strict=True)})


@method(step="centre", makes=("longitude", "latitude"), table="centre_ellipse", helper=True)
def centre_ellipse(coordination: xr.DataArray, position: xr.DataArray) -> xr.Dataset:
    """Outline of each year's standard deviational ellipse as points in degrees, anticlockwise and closed."""
    made, _, origin = _ellipses(coordination, position)
    turn = np.linspace(0, 2 * np.pi, CORNERS + 1)
    along, across = made.semi_major[:, None] * np.cos(turn), made.semi_minor[:, None] * np.sin(turn)
    a = np.radians(90 - made.angle)[:, None]
    x = made.x[:, None] + along * np.cos(a) - across * np.sin(a)
    y = made.y[:, None] + along * np.sin(a) + across * np.cos(a)
    at = zip(("longitude", "latitude"), plane.unproject(x, y, origin), strict=True)
    return xr.Dataset({name: build(a, ["time", "point"], coordination, point=np.arange(CORNERS + 1)) for name, a in at})


@method(step="centre", makes=("longitude", "latitude"), table="centre_units", helper=True)
def centre_units(position: xr.DataArray) -> xr.Dataset:
    """Where the units lie, in degrees: what the centre is the mean of."""
    at = located(position)
    return xr.Dataset(
        {name: build(at[:, i].copy(), ["unit"], position) for i, name in enumerate(("longitude", "latitude"))}
    )


def _ellipses(
    coordination: xr.DataArray, position: xr.DataArray
) -> tuple[plane.Ellipse, tuple[Any, Any], tuple[float, float]]:
    """Ellipses in the plane about the middle of the units, their centres in degrees, and that middle."""
    at, d = located(position), coordination.transpose("time", "unit").values
    if len(at) < 3:
        raise Refused(
            f"an ellipse needs three units; there are {len(at)}", f"标准差椭圆至少需要三个单元，现有 {len(at)} 个"
        )
    if not (np.isfinite(d).all() and (d.sum(axis=1) > 0).all()):
        raise Refused("D is zero or missing for all units of a year", "某年各单元的 D 全为零或缺失")
    order = np.argsort(unit_names(position), kind="stable")
    origin = plane.middle(at[order, 0], at[order, 1])
    x, y = plane.project(at[order, 0], at[order, 1], origin)
    made = plane.ellipse(x, y, d[:, order])
    return made, plane.unproject(made.x, made.y, origin), origin
