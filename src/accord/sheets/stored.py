"""Tables that programs store: Parquet, Stata, netCDF, with their columns' names and numbers to the last digit."""

from __future__ import annotations

import gc
import math
import sys
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from accord.errors import InputError, brief
from accord.sheets.cells import MOST_CELLS, Grid, refuse_size, text_of

STORED = {".parquet": "Parquet", ".dta": "Stata", ".nc": "netCDF"}

LARGEST_FILE = 256 << 20
"""Bytes of a file beyond which it is not read."""


def read_stored(path: Path) -> Grid:
    """A table as a grid whose first row names the columns; the index of a table and dims of an array are columns.

    Raises
    ------
    InputError
        If the file is not what its name says, is too large, or needs a package that is not installed.
    """
    kind = STORED[path.suffix.lower()]
    if path.stat().st_size > LARGEST_FILE:
        raise InputError(
            f"{path}: the file has {path.stat().st_size >> 20} MB, more than the {LARGEST_FILE >> 20} read; split it"
        )
    frame, failure = _tried({"Parquet": _parquet, "Stata": _stata, "netCDF": _netcdf}[kind], path)
    if frame is None:
        raise InputError(f"{path}: not a {kind} file this can read ({failure}); write it again, or as .csv")
    _refuse_large(path, len(frame), frame.shape[1])
    columns = [[str(name), *map(_cell, frame[name].tolist())] for name in frame]
    if not columns or not len(frame):
        raise InputError(f"{path}: the file holds no rows")
    return Grid(str(path), "", np.array(columns, dtype=object).T)


def _tried(read: Callable[[Path], pd.DataFrame], path: Path) -> tuple[pd.DataFrame | None, str]:
    """A table, or why a reader gave none, whatever it tripped over in a damaged file.

    Half-open files that a reader leaves behind complain as they go; they go here, unheard.
    """
    before, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return read(path), ""
            except InputError:
                raise
            except Exception as error:
                failure = brief(f"{type(error).__name__}: {error}")
        gc.collect()
        return None, failure
    finally:
        sys.unraisablehook = before


def _parquet(path: Path) -> pd.DataFrame:
    if find_spec("pyarrow") is None:
        raise InputError(f'{path}: reading Parquet needs the package pyarrow; pip install "accord[parquet]"')
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        _refuse_large(path, file.metadata.num_rows, file.metadata.num_columns)
    return _flat(pd.read_parquet(path))


def _stata(path: Path) -> pd.DataFrame:
    return pd.read_stata(path, convert_categoricals=True)


def _netcdf(path: Path) -> pd.DataFrame:
    import h5py
    import xarray as xr

    raw = BytesIO(path.read_bytes())
    engine = "scipy" if raw.getvalue().startswith(b"CDF") else "h5netcdf"
    if engine == "h5netcdf":
        h5py.File(raw, "r").close()  # fails in one way, where h5netcdf leaves a half-open file behind
    with xr.open_dataset(raw, engine=engine, decode_timedelta=False) as found:
        cells = math.prod(found.sizes.values()) * max(len(found.data_vars), 1)
        if cells > MOST_CELLS:
            refuse_size(path, cells)
        named = {name for name in found.dims if name in found.coords}
        frame = found.to_dataframe().reset_index()
    return frame.drop(columns=[d for d in found.dims if d not in named])


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its index as columns where that has a name."""
    return frame.reset_index() if any(name is not None for name in frame.index.names) else frame


def _refuse_large(path: Path, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        refuse_size(path, rows * columns)


def _cell(value: object) -> str:
    """A value as text, missing as empty; a date of the first of January as its year is read by who reads years."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value) or value is pd.NA:
        return ""
    return text_of(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
