"""Tables that programs store: the same panel from Parquet, Stata and netCDF as from a CSV."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.errors import InputError

FRAME = pd.DataFrame({
    "province": np.repeat(["北京", "河北", "云南"], 3), "year": np.tile([2019, 2020, 2021], 3),
    "pop": [0.1 + 0.2, 2.0, 3.0, 4.0, np.nan, 6.0, 7.0, 8.0, 9e-17], "beds": np.arange(9) + 1,
})  # fmt: skip
TABLE = pd.DataFrame({"key": ["pop", "beds"], "subsystem": ["S", "T"], "direction": ["+", "-"]})


def put(path: Path, frame: pd.DataFrame = FRAME) -> Path:
    if path.suffix == ".parquet":
        pytest.importorskip("pyarrow")
        frame.set_index(["province", "year"]).to_parquet(path)
    elif path.suffix == ".dta":
        frame.to_stata(path, write_index=False, version=118)
    else:
        frame.set_index(["province", "year"]).to_xarray().to_netcdf(path, engine="h5netcdf")
    return path


@pytest.mark.parametrize("name", ["t.parquet", "t.dta", "t.nc", "T.DTA"])
def test_the_same_as_from_a_csv(name: str, tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    if name == "T.DTA":
        put(tmp_path / "t.dta").rename(tmp_path / name)
    else:
        put(tmp_path / name)
    want, made = (ac.read_panel(tmp_path / n, TABLE) for n in ("t.csv", name))
    assert made.sortby("unit")["indicators"].equals(want.sortby("unit")["indicators"])
    assert int((made["gap_rule"] > 0).sum()) == 1


def test_stata_labels_and_years_of_a_wide_table(tmp_path: Path) -> None:
    wide = pd.DataFrame({"prov": pd.Categorical(["北京", "河北"]), "gdp2019": [1.5, 2.5], "gdp2020": [3.5, 4.5]})
    (tmp_path / "in").mkdir()
    wide.to_stata(tmp_path / "in" / "t.dta", write_index=False, version=118)
    made = ac.read_panel(tmp_path / "in")
    assert made["indicators"].sel(indicator="gdp").values.tolist() == [[1.5, 3.5], [2.5, 4.5]]


def test_a_netcdf_array_of_indicators(tmp_path: Path) -> None:
    x = np.arange(12.0).reshape(2, 3, 2)
    coords = {"unit": ["北京", "河北"], "time": [2019, 2020, 2021], "indicator": ["人口", "收入"]}
    xr.Dataset({"value": (("unit", "time", "indicator"), x)}, coords).to_netcdf(tmp_path / "t.nc", engine="h5netcdf")
    (tmp_path / "in").mkdir()
    (tmp_path / "t.nc").rename(tmp_path / "in" / "t.nc")
    made = ac.read_panel(tmp_path / "in")
    assert made["indicator"].values.tolist() == ["人口", "收入"] and np.array_equal(made["indicators"], x)


@pytest.mark.parametrize(("name", "kind"), [("t.parquet", "Parquet"), ("t.dta", "Stata"), ("t.nc", "netCDF")])
def test_damaged(name: str, kind: str, tmp_path: Path) -> None:
    whole = put(tmp_path / name).read_bytes()
    rng = np.random.default_rng(1)
    for raw in (b"", b"x" * 99, whole[: len(whole) // 2], *(bytes(_hurt(whole, rng)) for _ in range(60))):
        (tmp_path / name).write_bytes(raw)
        try:
            ac.read_panel(tmp_path / name)
        except InputError as error:
            assert name in str(error) and "\n" not in str(error)
    (tmp_path / name).write_bytes(b"x" * 99)
    with pytest.raises(InputError, match=f"{name}: not a {kind} file this can read .*write it again"):
        ac.read_panel(tmp_path / name)


def _hurt(raw: bytes, rng: np.random.Generator) -> bytearray:
    out = bytearray(raw)
    for at in rng.integers(0, len(out), 3):
        out[at] = int(rng.integers(0, 256))
    return out


def test_a_missing_package_names_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr("accord.sheets.stored.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'reading Parquet needs the package pyarrow; pip install "accord\[parquet\]"'):
        ac.read_panel(tmp_path / "t.parquet")
    assert importlib.util.find_spec("accord") is not None


def test_too_large(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pd.DataFrame({f"x{k}": np.zeros(500_000, dtype="i1") for k in range(10)}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"5,000,000 cells, more than the 3,000,000"):
        ac.read_panel(tmp_path / "t.parquet")
