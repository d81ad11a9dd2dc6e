"""Results as data: which arrays make a table, the tree of tables, and their tidy form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from accord.method import Choice
from accord.study.source import LABELS, Source
from accord.variables import INPUTS, TABLES, VARIABLES

ALONG = {"indicator": ("subsystem", "dimension", "direction", *LABELS)}


def names_of(makers: dict[str, Choice]) -> dict[str, list[str]]:
    """Tables that the settled methods make, each with the keys of its arrays, in the order of the study."""
    out: dict[str, list[str]] = {}
    for key, choice in makers.items():
        if choice.method.table is not None:
            out.setdefault(choice.method.table, []).append(key)
    return out


def assemble(table: str, arrays: dict[str, xr.DataArray], makers: dict[str, Choice], source: Source) -> xr.Dataset:
    """The arrays of a table with provenance and the labels that belong to their dims."""
    named: dict[str, xr.DataArray] = {}
    for key, array in arrays.items():
        plain = key.removeprefix(f"{table}.")
        choice = makers[key]
        front = [d for d in source.sizes if d in array.dims]
        one = array.transpose(*front, ...).rename(plain)
        own = {k: v for k, v in array.attrs.items() if k.startswith("label_") or k in ("closed", "edges")}
        one.attrs = {k: v for k, v in choice.attrs(plain).items() if v != []} | own
        named[plain] = one
    out = xr.Dataset(named)
    for name, variable in source.coords.items():
        if name not in out.coords and set(variable.dims) <= set(out.dims):
            out = out.assign_coords({name: variable})
    for dim, labels in ALONG.items():
        if dim in out.coords and not set(source.sizes) & set(out.dims):
            extra = {k: (dim, source.small[k].values) for k in labels if k in source.small and k not in out.dims}
            out = out.assign_coords(extra)
    if "dimension" in out.dims and "subsystem" in source.small and "subsystem" not in out.dims:
        owner = dict(zip(source.small["dimension"].values, source.small["subsystem"].values, strict=True))
        out = out.assign_coords(subsystem=("dimension", [owner[d] for d in out["dimension"].values]))
    out.attrs = {"table": table}
    return out


def tidy(result: xr.DataArray | xr.Dataset, language: str = "en") -> pd.DataFrame:
    """A result as a long table: one row per combination of its dims, leading columns as in the contract.

    Class numbers get their names beside them or are replaced by them; sparse results keep only rows
    with a value.

    Examples
    --------
    >>> d = xr.DataArray([[0.5, 0.25]], dims=("unit", "time"), coords={"unit": ["A"], "time": [2011, 2012]}, name="coordination")
    >>> tidy(d)
      unit  time  coordination
    0    A  2011          0.50
    1    A  2012          0.25
    """
    if isinstance(result, xr.DataArray):
        result = result.to_dataset(name=result.name or "value")
    table = str(result.attrs.get("table", ""))
    order = [d for d in ("unit", "region", "group", "time") if d in result.dims]
    order += [str(d) for d in result.dims if d not in order]
    frame = result.to_dataframe(dim_order=order).reset_index()
    if any(d not in result.coords for d in order):
        frame = frame.drop(columns=[d for d in order if d not in result.coords])
    for name in map(str, result.data_vars):
        frame = _named(frame, name, result[name], language)
    frame = frame.rename(columns={n: VARIABLES[n].column for n in frame if n in VARIABLES and VARIABLES[n].column})
    lead = list(TABLES.get(table, ()))
    for column in lead:
        if column not in frame:
            frame[column] = np.nan if column in ("entropy",) else ""
    return frame[[*lead, *(c for c in frame if c not in lead)]]


def summarise(tree: xr.DataTree) -> str:
    """A study in a few lines: what it holds, who leads, how D moved."""
    lines = [str(tree.attrs.get("title") or "Coupling-coordination study")]
    if "coordination" in tree.children:
        d = tree["coordination"].to_dataset()["coordination"]
        if {"unit", "time"} <= set(d.dims):
            mean, by = d.mean("unit"), d.mean("time")
            first, last = mean.values[0], mean.values[-1]
            lines.append(
                f"{d.sizes['unit']} units, {int(d.time[0])}-{int(d.time[-1])}: mean D {first:.4f} to {last:.4f}"
            )
            lines.append(
                f"highest {by.idxmax().item()} ({float(by.max()):.4f}), lowest {by.idxmin().item()} ({float(by.min()):.4f})"
            )
    lines.append("tables: " + ", ".join(name for name in tree.children if name not in INPUTS))
    return "\n".join(lines)


def tree(title: str, groups: dict[str, xr.Dataset], attrs: dict[str, Any]) -> xr.DataTree:
    """Tables as sibling groups under an empty root; attributes are strings, numbers or lists."""
    root = xr.Dataset(attrs={"title": title, **{k: _plain(v) for k, v in attrs.items()}})
    return xr.DataTree.from_dict({"/": root, **{f"/{name}": ds for name, ds in groups.items()}})


def write_netcdf(data: xr.DataTree | xr.Dataset, path: str | Path) -> None:
    """A tree or a table as netCDF.

    It is made in memory: where the disk is full, Python says so, while HDF5 would take the process down.
    """
    Path(path).write_bytes(data.to_netcdf(engine="h5netcdf"))


def listed(value: Any) -> list[Any]:
    """An attribute that is a list, however the file gave it back."""
    if value is None:
        return []
    return [value] if isinstance(value, str | int | float) else list(np.asarray(value).tolist())


def _named(frame: pd.DataFrame, name: str, array: xr.DataArray, language: str) -> pd.DataFrame:
    spec = VARIABLES.get(name)
    names = listed(array.attrs.get(f"label_{language}", array.attrs.get("label_en")))
    if spec and spec.sparse:
        frame = frame[frame[name].notna()].reset_index(drop=True)
    if not names:
        return frame
    column = "level" if "level" in array.dims else name
    shown = _lookup(frame[column], names)
    if column == "level":
        frame = frame.rename(columns={"level": "stage"})
        frame.insert(int(np.flatnonzero(frame.columns == "stage")[0]) + 1, "stage_name", shown)
    elif spec and spec.labels == "beside":
        frame.insert(int(np.flatnonzero(frame.columns == name)[0]) + 1, f"{name}_name", shown)
    else:
        frame[name] = shown
    return frame


def _lookup(codes: pd.Series, names: list[str]) -> Any:
    return np.array(["", *names], dtype=object)[codes.to_numpy().astype(int)]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
