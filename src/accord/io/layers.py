"""Stacks of files as one grid: a layer of rows and columns for each indicator and year, wherever it stands.

What is in the files is told by `accord.io.netcdf_layers` and `accord.io.rasters`; here their layers are put in
order, their grids compared, and windows read file by file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief, nearest
from accord.io.stores import stamped
from accord.study.cube import whole_years
from accord.study.georeference import REGULAR, Georeference, Transform
from accord.study.source import Where

BLOCK_CELLS = 1 << 19
"""Cells of a layer that are read at a time, where its tiles are smaller."""
YEAR = re.compile(r"(?<!\d)((?:1[5-9]|20|21)\d\d)(?:(?:0[1-9]|1[0-2])(?:[0-3]\d)?)?(?!\d)")
"""A year, or a date such as 20110630 that begins with one."""
BESIDE, PLACED = (".msk", ".aux.xml"), (".tfw", ".wld")
"""Ends of files beside a raster that say what of it is missing, its scale, and where it lies."""
SHOWN = 3


@dataclass(frozen=True)
class Layer:
    """One indicator in one year: a file, the variable in it, and the place along its bands or its time."""

    file: str
    at: int
    name: str = ""
    dims: tuple[str, str, str] = ("", "", "")
    """Names in the file of time (empty where it has none), rows and columns."""


@dataclass(frozen=True)
class Frame:
    """Rows and columns of a file: what all files of a stack must have in common."""

    file: str
    shape: tuple[int, int]
    georeference: Georeference
    transform: Transform | None
    coords: Mapping[str, xr.Variable] = field(default_factory=dict)
    tile: tuple[int, int] = (0, 0)
    """Rows and columns of the parts in which the file is stored; 0 where it is not cut."""
    depth: int = 1
    """Layers that are stored together."""


Read = Callable[[Sequence[Layer], slice, slice], NDArray[Any]]
"""Reads layers of one variable of one file in a window of rows and columns: (layer, y, x), missing as NaN."""


@dataclass(frozen=True)
class LayeredGrid:
    """Layers of many files as one grid with the dims time, y, x."""

    path: str
    layers: Mapping[str, tuple[Layer, ...]]
    """By key, one layer a year."""
    frame: Frame
    years: NDArray[np.int64]
    reader: Read

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.layers)

    @property
    def sizes(self) -> dict[str, int]:
        return {"time": self.years.size, "y": self.frame.shape[0], "x": self.frame.shape[1]}

    @property
    def chunks(self) -> dict[str, int]:
        """Whole tiles, joined where they are small; layers of several years together only where these are small too."""
        rows, columns = (t or n for t, n in zip(self.frame.tile, self.frame.shape, strict=True))
        height, width = self.frame.shape
        wide = min(width, columns * max(1, BLOCK_CELLS // (rows * columns)))
        high = min(height, rows * max(1, BLOCK_CELLS // (rows * wide)))
        deep = max(self.frame.depth, BLOCK_CELLS // (high * wide))
        return {"time": min(self.years.size, deep), "y": high, "x": wide}

    @property
    def coords(self) -> dict[str, xr.Variable]:
        return dict(self.frame.coords)

    @property
    def georeference(self) -> Georeference:
        return self.frame.georeference

    @property
    def transform(self) -> Transform | None:
        return self.frame.transform

    @property
    def files(self) -> list[str]:
        """The files that hold the layers."""
        return sorted({layer.file for layers in self.layers.values() for layer in layers})

    @cached_property
    def fingerprint(self) -> str:
        named = [(k, [(Path(v.file).name, v.name, v.at) for v in one]) for k, one in self.layers.items()]
        root = self.path if Path(self.path).is_dir() else str(Path(self.path).parent)
        beside = (Path(file + end) for file in self.files for end in BESIDE)
        placed = (Path(file).with_suffix(end) for file in self.files for end in PLACED)
        there = (path for path in (*beside, *placed) if path.is_file())
        return stamped((named, self.sizes), root, dict.fromkeys((*map(Path, self.files), *there)))

    def read(self, key: str, where: Where, into: NDArray[Any] | None = None) -> NDArray[Any]:
        wanted = self.layers[key][where["time"]]
        runs = groupby(wanted, lambda one: (one.file, one.name))
        read = [self.reader(list(run), where["y"], where["x"]) for _, run in runs]
        return read[0] if len(read) == 1 else np.concatenate(read)


def stacked(
    path: str, keys: Sequence[str], found: Iterable[tuple[str, int, Layer]], frames: Sequence[Frame], reader: Read
) -> LayeredGrid:
    """The layers found in files as a grid, once each indicator has one for each year and all lie on one grid.

    Raises
    ------
    InputError
        Naming the files and what is missing, twice there, or differs.
    """
    for frame in frames[1:]:
        if differs := difference(frames[0], frame):
            raise InputError(
                f"{frames[0].file} and {frame.file} lie on different grids: {differs}; put them on one grid first"
            )
    held: dict[str, dict[int, Layer]] = {key: {} for key in keys}
    for key, year, layer in found:
        if (other := held[key].setdefault(year, layer)) is not layer:
            places = " and ".join(dict.fromkeys(map(_place, (other, layer))))
            raise InputError(f'{path}: "{key}" of {year} stands twice, in {places}; keep one')
    every = sorted({year for years in held.values() for year in years})
    for key, years in held.items():
        if not years:
            others = [k for k in held if held[k]]
            raise InputError(f'{path}: no layer of "{key}"; found: {", ".join(others) or "none"}')
        if lacking := [year for year in every if year not in years]:
            shown = ", ".join(map(str, lacking[:SHOWN])) + (" ..." if len(lacking) > SHOWN else "")
            raise InputError(
                f'{path}: "{key}" has no layer for {shown}, other indicators have; add it, with no-data where nothing is known'
            )
    checked = whole_years(every, path)
    layers = {key: tuple(of_year[year] for year in every) for key, of_year in held.items()}
    return LayeredGrid(path, layers, frames[0], checked, reader)


def difference(one: Frame, other: Frame) -> str:
    """What differs between two grids; nothing where they are one."""
    if one.shape != other.shape:
        return f"shape {_size(one.shape)} and {_size(other.shape)}"
    a, b = one.georeference, other.georeference
    if a.degrees != b.degrees or not same_crs(a.crs, b.crs):
        return f"reference system {_system(a)} and {_system(b)}"
    if one.transform and other.transform:
        (x, dx, y, dy), (x2, dx2, y2, dy2) = one.transform, other.transform
        height, width = one.shape
        if abs(dx - dx2) * width > REGULAR * abs(dx) or abs(dy - dy2) * height > REGULAR * abs(dy):
            return f"resolution {dx:.10g} x {abs(dy):.10g} and {dx2:.10g} x {abs(dy2):.10g}" + (
                " (one runs upwards)" if dy * dy2 < 0 else ""
            )
        if abs(x - x2) > REGULAR * abs(dx) or abs(y - y2) > REGULAR * abs(dy):
            return f"origin {x:.10g}, {y:.10g} and {x2:.10g}, {y2:.10g}"
        return ""
    for dim in ("y", "x"):
        if (
            dim in one.coords
            and dim in other.coords
            and not np.allclose(one.coords[dim].values, other.coords[dim].values)
        ):
            return f"coordinates along {dim}"
    return ""


def same_crs(one: str, other: str) -> bool:
    """Whether two texts name one reference system; one that is unknown is not compared."""
    if not one or not other or one == other:
        return True
    try:
        from rasterio.crs import CRS
    except ImportError:
        return "".join(one.split()) == "".join(other.split())
    return bool(CRS.from_wkt(one) == CRS.from_wkt(other))


def key_in(text: str, keys: Sequence[str]) -> str:
    """The longest key that stands in a text as a word of its own, whatever its case; empty where none does.

    Examples
    --------
    >>> key_in("NDVI_max_2011", ["ndvi", "ndvi_max"]), key_in("greenery_2011", ["green"])
    ('ndvi_max', '')
    """
    for key in sorted(keys, key=len, reverse=True):
        if re.search(rf"(?<![^\W_]){re.escape(key)}(?![^\W_])", text, re.IGNORECASE):
            return key
    return ""


def years_in(text: str, key: str = "") -> list[int]:
    """Years that stand in a text outside the key.

    Examples
    --------
    >>> years_in("ndvi_2011-2013"), years_in("lst_20110630"), years_in("gdp2010_2015", "gdp2010")
    ([2011, 2013], [2011], [2015])
    """
    rest = re.sub(re.escape(key), " ", text, flags=re.IGNORECASE) if key else text
    return [int(found) for found in YEAR.findall(rest)]


def no_key(path: str, keys: Sequence[str], seen: Iterable[str], what: str) -> InputError:
    """That nothing in the files goes by the names of the indicators."""
    names = list(dict.fromkeys(seen))
    return InputError(
        f"{path}: no {what} is called as an indicator ({', '.join(map(brief, keys[:6]))}); {nearest(keys[0], names)}"
    )


def _place(layer: Layer) -> str:
    return layer.file


def _size(shape: tuple[int, int]) -> str:
    return f"{shape[0]} x {shape[1]}"


def _system(where: Georeference) -> str:
    """A reference system by its name."""
    named = re.search(r'"([^"]+)"', where.crs)
    return brief(named[1]) if named else "in degrees" if where.degrees else "unknown"
