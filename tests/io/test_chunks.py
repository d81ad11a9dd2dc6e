"""Chunks that accord unpacks and packs itself, beside zarr on the same stores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: Zarr stores cannot be tested")

import zarr

from accord.errors import InputError
from accord.io.chunks import plain_array
from accord.io.grid import is_grid
from accord.io.stores import ZarrGrid

PLAIN: dict[str, dict[str, Any]] = {
    "zstd": {},
    "zstd with checksum": {"compressors": {"name": "zstd", "configuration": {"level": 3, "checksum": True}}},
    "gzip": {"compressors": {"name": "gzip", "configuration": {"level": 1}}},
    "blosc": {
        "compressors": {"name": "blosc", "configuration": {"cname": "lz4", "clevel": 5, "shuffle": "bitshuffle"}}
    },
    "unpacked": {"compressors": None},
    "version 2": {"zarr_format": 2},
    "version 2, unpacked": {"zarr_format": 2, "compressors": None},
}
OTHER: dict[str, dict[str, Any]] = {
    "big endian": {"serializer": {"name": "bytes", "configuration": {"endian": "big"}}},
    "turned": {"filters": [{"name": "transpose", "configuration": {"order": [1, 0]}}]},
    "sharded": {"shards": (6, 6)},
    "two codecs": {
        "compressors": [
            {"name": "gzip", "configuration": {"level": 1}},
            {"name": "zstd", "configuration": {"level": 0, "checksum": False}},
        ]
    },
    "version 2, columns first": {"zarr_format": 2, "order": "F"},
}


def made(folder: Path, dtype: str = "f4", shape: tuple[int, int] = (7, 8), **more: Any) -> Any:
    version = more.pop("zarr_format", 3)
    group = zarr.open_group(folder, mode="w", zarr_format=version)
    array = group.create_array("a", shape=shape, chunks=(3, 3), dtype=dtype, **more)
    values = np.random.default_rng(1).integers(-100, 100, shape) / (1 if dtype[0] in "iu" else 7)
    array[:] = np.abs(values).astype(dtype) if dtype[0] == "u" else values.astype(dtype)
    return array


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u1", "i8"])
def test_plain_chunks_are_read_as_zarr_reads_them(tmp_path: Path, kind: str, dtype: str) -> None:
    array = made(tmp_path / "s.zarr", dtype, **PLAIN[kind])
    plain = plain_array(array)
    assert plain is not None
    for where in ((slice(0, 7), slice(0, 8)), (slice(2, 5), slice(1, 7)), (slice(6, 7), slice(7, 8))):
        found = plain.read(where)
        assert found.dtype == array.dtype
        assert found.tobytes() == np.ascontiguousarray(array[where]).tobytes()


@pytest.mark.parametrize("kind", OTHER)
def test_other_chunks_are_left_to_zarr(tmp_path: Path, kind: str) -> None:
    assert plain_array(made(tmp_path / "s.zarr", **OTHER[kind])) is None


def test_other_kinds_of_numbers_and_stores_are_left_to_zarr(tmp_path: Path) -> None:
    assert plain_array(made(tmp_path / "s.zarr", "c8")) is None
    assert plain_array(made(tmp_path / "t.zarr", ">f4", zarr_format=2)) is None
    assert plain_array(zarr.create_array(zarr.storage.MemoryStore(), shape=(3,), chunks=(3,), dtype="f4")) is None


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("fill", [0.0, np.nan, -7.5])
def test_chunks_without_a_file_hold_the_fill_value(tmp_path: Path, version: int, fill: float) -> None:
    group = zarr.open_group(tmp_path / "s.zarr", mode="w", zarr_format=version)
    array = group.create_array("a", shape=(7,), chunks=(3,), dtype="f8", fill_value=fill)
    array[2:4] = 1.0
    plain = plain_array(array)
    assert plain is not None and plain.read([slice(0, 7)]).tobytes() == array[:].tobytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_written_is_read_by_zarr(tmp_path: Path, data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 7), min_size=1, max_size=3)))
    chunks = tuple(data.draw(st.integers(1, n)) for n in shape)
    fill = data.draw(st.sampled_from([np.nan, 0.0]))
    kept = data.draw(st.sampled_from([np.nan, 0.0, -0.0, 1.5, None]))
    whole = np.random.default_rng(1).normal(size=shape) if kept is None else np.full(shape, kept)
    group = zarr.open_group(tmp_path / "s.zarr", mode="w")
    packed = data.draw(st.sampled_from([None, *(one["compressors"] for one in list(PLAIN.values())[1:4])]))
    array = group.create_array("a", shape=shape, chunks=chunks, dtype="f8", fill_value=fill, compressors=packed)
    array[...] = 3.0  # what stood there before goes
    plain = plain_array(array)
    assert plain is not None
    for at in np.ndindex(*(-(-n // c) for n, c in zip(shape, chunks, strict=True))):
        part = tuple(slice(i * c, min((i + 1) * c, n)) for i, c, n in zip(at, chunks, shape, strict=True))
        plain.write(at, whole[part])
    assert np.asarray(array[...]).tobytes() == whole.tobytes()
    assert plain.read([slice(0, n) for n in shape]).tobytes() == whole.tobytes()
    assert not list(tmp_path.rglob("*.partial"))
    if np.array_equal(whole, np.full(shape, fill), equal_nan=True) and not np.signbit(whole).any():
        assert not list((tmp_path / "s.zarr" / "a" / "c").rglob("*.*"))


def test_a_damaged_chunk_is_said_by_zarr(tmp_path: Path) -> None:
    array = made(tmp_path / "s.zarr")
    plain = plain_array(array)
    assert plain is not None
    file = plain.folder / plain.file_of((0, 0))
    for damaged in (b"", b"nonsense", file.read_bytes()[:-3]):
        file.write_bytes(damaged)
        with pytest.raises((ValueError, RuntimeError)):
            plain.read([slice(0, 3), slice(0, 3)])


ENCODED: dict[str, tuple[dict[str, Any], bool]] = {
    "as they are": ({}, True),
    "NaN for missing": ({"_FillValue": np.nan}, True),
    "scaled": ({"scale_factor": 0.1, "dtype": "i2", "_FillValue": -99}, False),
    "shifted": ({"add_offset": 5.0, "dtype": "i2", "_FillValue": -99}, False),
    "a number for missing": ({"_FillValue": -1.0}, False),
    "whole numbers with missing ones": ({"dtype": "i4", "_FillValue": 3}, False),
}


@pytest.mark.parametrize("kind", ENCODED)
@pytest.mark.parametrize("version", [2, 3])
def test_a_grid_reads_what_xarray_reads(tmp_path: Path, kind: str, version: int) -> None:
    encoding, plain = ENCODED[kind]
    values = np.random.default_rng(1).integers(0, 9, (2, 5, 6)).astype("f8")
    data = xr.Dataset({"a": (("time", "y", "x"), values)}, coords={"time": [2010, 2011]})
    data.to_zarr(
        tmp_path / "s.zarr", encoding={"a": {**encoding, "chunks": (1, 3, 4)}}, zarr_format=version, consolidated=False
    )
    grid = ZarrGrid(str(tmp_path / "s.zarr"), ("a",), "time")
    expected = xr.open_zarr(tmp_path / "s.zarr", consolidated=False)["a"].values
    found = grid.read("a", {d: slice(0, n) for d, n in grid.sizes.items()})
    assert found.dtype == expected.dtype and found.tobytes() == expected.tobytes()
    assert bool(grid._plain) == plain


def grid_of(folder: Path) -> ZarrGrid:
    return ZarrGrid(str(folder), ("a",), "time")


def laid(folder: Path, chunks: tuple[int, int, int] = (1, 3, 4), seed: int = 1, **more: Any) -> xr.Dataset:
    data = xr.Dataset(
        {"a": (("time", "y", "x"), np.random.default_rng(seed).random((2, 6, 8)))}, coords={"time": [2010, 2011]}
    )
    data.to_zarr(folder, mode="w", encoding={"a": {"chunks": chunks, **more}}, zarr_format=2, consolidated=True)
    return data


def test_old_consolidated_metadata_is_not_believed(tmp_path: Path) -> None:
    data = laid(tmp_path / "s.zarr")
    old = (tmp_path / "s.zarr/.zmetadata").read_bytes()
    laid(tmp_path / "s.zarr", (1, 6, 2))
    (tmp_path / "s.zarr/.zmetadata").write_bytes(old)
    found = grid_of(tmp_path / "s.zarr")
    assert np.array_equal(found.read("a", {d: slice(0, n) for d, n in found.sizes.items()}), data["a"].values)


@pytest.mark.parametrize("codec", ["blosc", "zstd"])
@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_chunk_cut_short_is_one_sentence(tmp_path: Path, codec: str, cut: int) -> None:
    import numcodecs

    packed = numcodecs.Blosc("lz4") if codec == "blosc" else numcodecs.Zstd()
    laid(tmp_path / "s.zarr", compressors=[packed])
    file = tmp_path / "s.zarr/a/0.0.0"
    file.write_bytes(file.read_bytes()[:-cut])
    found = grid_of(tmp_path / "s.zarr")
    with pytest.raises(InputError, match=r's\.zarr: variable "a".* damaged .*write it anew$'):
        found.read("a", {d: slice(0, n) for d, n in found.sizes.items()})


def test_a_store_is_known_by_what_is_inside(tmp_path: Path) -> None:
    laid(tmp_path / "store")
    assert is_grid(tmp_path / "store") and not is_grid(tmp_path)
