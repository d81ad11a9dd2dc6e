"""Results as data: which arrays make a table, and the tree of tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from accord.method import Choice
from accord.study.source import LABELS, Source
from accord.variables import VARIABLES

ALONG = {"indicator": ("subsystem", "dimension", "direction", *LABELS)}
BESIDE = {"weights": ("low", "high")}
"""Variables that stand beside those of a table: the bounds that the indicators were scaled by."""


def names_of(makers: dict[str, Choice]) -> dict[str, list[str]]:
    """Tables that the settled methods make, each with the keys of its arrays, in the order of the study."""
    out: dict[str, list[str]] = {}
    for key, choice in makers.items():
        if choice.method.table is not None:
            out.setdefault(choice.method.table, []).append(key)
    return out


def assemble(
    table: str,
    arrays: dict[str, xr.DataArray],
    makers: dict[str, Choice],
    source: Source,
    facts: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """The arrays of a table with provenance and the labels that belong to their dims; sentences speak of `facts`."""
    named: dict[str, xr.DataArray] = {}
    for key, array in arrays.items():
        plain = key.removeprefix(f"{table}.")
        choice = makers[key]
        front = [d for d in source.sizes if d in array.dims]
        one = array.transpose(*front, ...).rename(plain)
        own = {k: v for k, v in array.attrs.items() if k.startswith("label_") or k in ("closed", "edges")}
        one.attrs = {k: v for k, v in choice.attrs(plain, facts).items() if v != []} | own
        named[plain] = one
    out = xr.Dataset(named)
    for name, variable in source.coords.items():
        if name not in out.coords and set(variable.dims) <= set(out.dims):
            out = out.assign_coords({name: variable})
    for dim, labels in ALONG.items():
        if dim in out.coords:
            shown = labels[:1] if set(source.sizes) & set(out.dims) else labels
            known = {k: source.small[k] for k in shown if k in source.small}
            few = {k: a if a.size == out.sizes[dim] else a.sel({dim: out[dim]}) for k, a in known.items()}
            out = out.assign_coords({k: (dim, a.values) for k, a in few.items()})
    if "dimension" in out.dims and "subsystem" in source.small and "subsystem" not in out.dims:
        owner = dict(zip(source.small["dimension"].values, source.small["subsystem"].values, strict=True))
        out = out.assign_coords(subsystem=("dimension", [owner[d] for d in out["dimension"].values]))
    out.attrs = {"table": table}
    return out


def beside(table: xr.Dataset, name: str, source: Source, facts: Mapping[str, Any]) -> xr.Dataset:
    """A table with what stands beside its variables: for the weights, targets and bounds of the indicators."""
    if name in BESIDE and "target" in source.small:
        table = table.assign_coords(target=("indicator", target_texts(source.small["target"])))
    one = {k: facts[k] for k in BESIDE.get(name, ()) if k in facts and facts[k].dims == ("indicator",)}
    return table.assign_coords({k: ("indicator", a.values, {"long_name": VARIABLES[k].en}) for k, a in one.items()})


def target_texts(target: xr.DataArray) -> list[str]:
    """Targets as an indicator table writes them: a number, an interval, or nothing.

    Examples
    --------
    >>> target_texts(xr.DataArray([[1.0, 20.0, float("nan")], [1.0, 30.5, float("nan")]], dims=("bound", "indicator")))
    ['1', '20..30.5', '']
    """
    low, high = target.transpose("bound", "indicator").values
    return ["" if a != a else f"{a:.15g}" if a == b else f"{a:.15g}..{b:.15g}" for a, b in zip(low, high, strict=True)]


def tree(title: str, groups: dict[str, xr.Dataset], attrs: dict[str, Any]) -> xr.DataTree:
    """Tables as sibling groups under an empty root; attributes are strings, numbers or lists."""
    root = xr.Dataset(attrs={"title": title, **{k: _plain(v) for k, v in attrs.items()}})
    return xr.DataTree.from_dict({"/": root, **{f"/{name}": ds for name, ds in groups.items()}})


def write_netcdf(data: xr.DataTree | xr.Dataset, path: str | Path) -> None:
    """A tree or a table as netCDF.

    It is made in memory: where the disk is full, Python says so, while HDF5 would take the process down.
    """
    Path(path).write_bytes(data.to_netcdf(engine="h5netcdf"))


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
