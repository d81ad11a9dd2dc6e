"""GeoTIFF files as layers: one for each indicator and year, or one for each indicator with a band a year."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from accord.errors import InputError, brief
from accord.io.layers import Frame, Layer, LayeredGrid, key_in, no_key, stacked, years_in
from accord.study.georeference import Georeference, centres

SUFFIXES = (".tif", ".tiff")
CACHE_MB = 64
"""What GDAL may keep of the files it reads or writes, in each process."""
DATED = ("year", "date", "time")
"""Tags of a band that may hold its year."""


def raster_grid(path: str, files: Sequence[Path], keys: Sequence[str], pattern: str | None = None) -> LayeredGrid:
    """Layers of GeoTIFF files as a grid; no-data values and masks are missing, scale and offset applied.

    What indicator a layer is and of which year say the name of the file and the description of the band
    together, or `pattern`: a name with `{indicator}`, `{year}` and `*`, relative to the folder.

    Raises
    ------
    InputError
        If rasterio is not installed, a file cannot be read, its grid differs, or a layer is missing or there
        twice.
    """
    found: list[tuple[str, int, Layer]] = []
    frames: list[Frame] = []
    shape = _pattern(pattern, keys) if pattern is not None else None
    for file in files:
        said = _said(file, Path(path), keys, shape)
        if said is None:
            continue
        with warnings.catch_warnings(action="ignore"), opened(file) as data:
            layers = list(_layers(data, file, keys, *said))
            if layers:
                frames.append(frame_of(data, file))
                found += layers
    if not found:
        if pattern is not None:
            raise InputError(f'{path}: no file is called like pattern = "{brief(pattern)}"; it holds {_some(files)}')
        raise no_key(path, keys, [file.stem for file in files], "file or band")
    return stacked(path, keys, found, frames, read_raster)


def _said(file: Path, root: Path, keys: Sequence[str], pattern: re.Pattern[str] | None) -> tuple[str, list[int]] | None:
    """Indicator and years that the name of a file tells, empty where it tells none; None for a file left aside."""
    if pattern is None:
        key = key_in(file.stem, keys)
        return key, years_in(file.stem, key)
    name = file.relative_to(root).as_posix() if root.is_dir() else file.name
    match = pattern.fullmatch(name)
    if match is None:
        return None
    told = match.groupdict()
    key = next((k for k in keys if k.casefold() == told.get("indicator", "").casefold()), "")
    return key, [int(told["year"])] if "year" in told else []


def _pattern(pattern: str, keys: Sequence[str]) -> re.Pattern[str]:
    """A pattern of names as a regular expression."""
    parts = re.split(r"(\{indicator\}|\{year\}|\*)", pattern)
    if "{indicator}" not in parts and "{year}" not in parts:
        raise InputError(
            f'pattern = "{brief(pattern)}" has neither {{indicator}} nor {{year}}; write it like {{indicator}}_{{year}}.tif'
        )
    if parts.count("{indicator}") > 1 or parts.count("{year}") > 1:
        raise InputError(
            f'pattern = "{brief(pattern)}": name {{indicator}} and {{year}} once each, and write * for what else varies'
        )
    every = "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))
    known = {"{indicator}": f"(?P<indicator>{every})", "{year}": r"(?P<year>\d{4})", "*": r"[^/]*?"}
    return re.compile("".join(known.get(part) or re.escape(part) for part in parts), re.IGNORECASE)


def _layers(data: Any, file: Path, keys: Sequence[str], key: str, years: list[int]) -> Iterator[tuple[str, int, Layer]]:
    """The bands of a file by indicator and year."""
    texts = [_band_text(data, band) for band in data.indexes]
    of_band = [(key_in(text, keys) or key, years_in(text, key_in(text, keys))) for text in texts]
    if not any(one for one, _ in of_band):
        return
    count = len(of_band)
    if count > 1 and not any(said for _, said in of_band) and len(years) == 2 and years[1] - years[0] + 1 == count:
        of_band = [(one, [years[0] + i]) for i, (one, _) in enumerate(of_band)]
    for band, (one, said) in enumerate(of_band, 1):
        if not one:
            continue
        told = said if len(said) == 1 else years if count == 1 or len(dict(of_band)) == count else []
        if len(told) != 1:
            what = (
                f"band {band} says no year"
                if count > 1
                else "its name has no year"
                if not years
                else "its name has several years"
            )
            raise InputError(
                f"{file}: {what}; describe each band by its year, name the file like {one}_2011.tif or {one}_2011-2020.tif, "
                "or set pattern in [panel]"
            )
        yield one, told[0], Layer(str(file), band)


def _band_text(data: Any, band: int) -> str:
    """What a band says of itself: its description, and tags that hold a date."""
    tags = {k.casefold(): v for k, v in data.tags(band).items()}
    said = data.descriptions[band - 1] or ""
    return said if years_in(said) else " ".join([said, *(tags[k] for k in DATED if k in tags)])


def frame_of(data: Any, file: Path) -> Frame:
    """Rows and columns of an open file.

    Raises
    ------
    InputError
        If its rows do not run from west to east, or its values are no real numbers.
    """
    t = data.transform
    if t.is_identity and not data.crs:
        raise InputError(f"{file}: the file says nothing of where it lies; give it a reference system and a transform")
    if t.b or t.d or not t.a or not t.e:
        raise InputError(f"{file}: the grid is turned against north; warp it to rows from west to east")
    if any(np.dtype(kind).kind not in "iuf" for kind in data.dtypes):
        raise InputError(f"{file}: holds {data.dtypes[0]}, not real numbers; store it as floats")
    crs = data.crs.to_wkt() if data.crs else ""
    place = Georeference(crs, bool(data.crs and data.crs.is_geographic))
    names = ("latitude", "longitude") if place.degrees else ("projection_y_coordinate", "projection_x_coordinate")
    units = ("degrees_north", "degrees_east") if place.degrees else ("m", "m")
    unit = data.crs.linear_units if data.crs and not place.degrees else "metre"
    spans = {"y": (t.f, t.e, data.height), "x": (t.c, t.a, data.width)}
    coords = {}
    for dim, name, of, axis in zip(("y", "x"), names, units, "YX", strict=True):
        attrs = {"standard_name": name, "axis": axis, **({"units": of} if place.degrees or unit == "metre" else {})}
        coords[dim] = xr.Variable(dim, centres(*spans[dim]), attrs if crs else {"axis": axis})
    return Frame(str(file), (data.height, data.width), place, (t.c, t.a, t.f, t.e), coords, data.block_shapes[0])


def read_raster(layers: Sequence[Layer], rows: slice, columns: slice) -> NDArray[Any]:
    """Bands of one file in a window, (band, y, x): no-data and masked cells as NaN, scale and offset applied."""
    with opened(Path(layers[0].file)) as data:
        bands = [layer.at for layer in layers]
        read = data.read(bands, window=((rows.start, rows.stop), (columns.start, columns.stop)), masked=True)
        scales = np.array([data.scales[b - 1] for b in bands]), np.array([data.offsets[b - 1] for b in bands])
    small = read.dtype.kind == "f" or read.dtype.itemsize <= 2
    plain = (scales[0] == 1).all() and (scales[1] == 0).all()
    out = read.data.astype(read.dtype if read.dtype.kind == "f" else "f4" if small and plain else "f8", copy=False)
    if not plain:
        out = out.astype("f8") * scales[0][:, None, None] + scales[1][:, None, None]
    if np.ma.is_masked(read):
        out[np.ma.getmaskarray(read)] = np.nan
    return np.asarray(out)


@contextmanager
def opened(file: Path) -> Iterator[Any]:
    """A GeoTIFF opened for reading.

    Raises
    ------
    InputError
        If rasterio is not installed, or the file is none it can read.
    """
    rasterio = needed()
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(file) as data:
            yield data
    except rasterio.errors.RasterioError as error:
        raise InputError(f"{file} cannot be read as a GeoTIFF: {brief(error, 200)}") from error


def needed() -> Any:
    """The package that reads GeoTIFF."""
    try:
        import rasterio
    except ImportError as error:
        raise InputError('GeoTIFF needs the extra "raster": pip install "accord[raster]"') from error
    return rasterio


def _some(files: Sequence[Path]) -> str:
    return ", ".join(brief(file.name) for file in files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
