"""`study.nc` read straight from HDF5 is what xarray reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr

from accord.io import folder, results
from accord.io.results import read_tree
from accord.study.tables import write_netcdf


def theirs(file: Path) -> xr.DataTree:
    with xr.open_datatree(file, engine="h5netcdf") as stored:
        tree: xr.DataTree = stored.map_over_datasets(lambda table: table.load())
    return tree


def kinds(tree: xr.DataTree) -> list[Any]:
    """All that `identical` does not compare: order, kinds of numbers, kinds of attributes."""
    out: list[Any] = [[(k, type(v)) for k, v in tree.attrs.items()]]
    for name in tree.children:
        table = tree[name].to_dataset()
        out.append((name, list(table.coords), list(table.sizes.items()), list(table.indexes)))
        for key, one in table.variables.items():
            out.append((key, one.dims, one.dtype, [(k, type(v), str(v)) for k, v in one.attrs.items()]))
    return out


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Tables with every kind of array and attribute."""
    few: Any = {"unit": ["甲", "<b>", ""], "time": [2001, 2002]}
    full = xr.Dataset(
        {
            "x": (("unit", "time"), [[1.5, np.nan], [2, 3], [4, 5]], {"edges": [0.1, 0.2], "one": [7], "cite": ["a"]}),
            "small": ("unit", np.array([1, -1, 0], dtype="i1"), {"label_en": ["low", "high"], "note": ""}),
            "yes": ("time", [True, False]),
            "said": (("time", "unit"), np.array([["a", "", "ü"], ["b", "c", "d"]], dtype=object)),
            "single": ((), 3.25), "text": ((), "whole"), "f4": ("time", np.array([1, np.nan], dtype="f4")),
            "square": (("k", "j"), np.arange(6).reshape(2, 3)),
        },
        {**few, "region": ("unit", ["N", "S", "N"]), "year_of": ("time", [1, 2])},
        {"table": "full", "level": 0.95},
    )  # fmt: skip
    empty = xr.Dataset({"v": ("row", np.zeros(0)), "w": ("row", np.zeros(0, dtype=object))}, {"row": np.zeros(0, int)})
    root = xr.Dataset(attrs={"title": "t", "seed": 1, "list": ["a", "b"], "share": 0.5})
    path = tmp_path / "study.nc"
    write_netcdf(xr.DataTree.from_dict({"/": root, "/full": full, "/empty": empty}), path)
    return path


def test_a_tree_is_read_as_xarray_reads_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    want = theirs(file)
    monkeypatch.setattr(results.xr, "open_datatree", None)
    got = read_tree(file)
    xr.testing.assert_identical(got, want)
    assert kinds(got) == kinds(want)


def test_a_file_laid_out_otherwise_is_left_to_xarray(file: Path) -> None:
    with h5py.File(file, "r+") as stored:
        for one in ("x", "said"):
            del stored["full"][one].attrs["_Netcdf4Coordinates"]
    got = read_tree(file)
    assert got["full"]["x"].dims == ("unit", "time")
    xr.testing.assert_identical(got, theirs(file))


def test_a_broken_file_is_said_to_be_so(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(folder.InputError, match="cannot be read as a study"):
        folder.read_results(file.parent)
