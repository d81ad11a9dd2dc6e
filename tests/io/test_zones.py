"""Cells gathered to units: exact sums, polygons and labels, and what is said of zones that do not fit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip("zarr", reason="the extra accord[scale] is not installed: cubes cannot be tested")

import accord as ac
from accord.core.zonal import digit_sums, merge, overlaps, painted, spans_of, total_of
from accord.errors import InputError
from accord.study.cube import CubeSource
from accord.study.georeference import Georeference
from accord.study.zonal import zonal

KEYS = ("ndvi", "people", "road")
YEARS, HEIGHT, WIDTH = (2011, 2012, 2013), 8, 10
LAT, LON = np.linspace(43.75, 40.25, HEIGHT), np.linspace(100.25, 104.75, WIDTH)
BOXES = {"West": (100, 40, 102, 44), "North": (102, 42, 105, 44), "South": (102, 40, 105, 42)}


def system(**more: list[str]) -> ac.IndicatorSystem:
    table = {"key": KEYS, "subsystem": ["Ecology", "Economy", "Economy"], "direction": ["+", "+", "-"], **more}
    return ac.IndicatorSystem.from_table(pd.DataFrame(table))


def numbers() -> dict[str, NDArray[np.float64]]:
    rng = np.random.default_rng(5)
    out = {key: rng.uniform(1, 9, (3, HEIGHT, WIDTH)) for key in KEYS}
    out["road"][1, 2:4, 1:8] = np.nan
    return out


def cube(
    folder: Path, lat: Any = LAT, lon: Any = LON, chunks: tuple[int, int, int] = (3, 8, 10), **change: Any
) -> Path:
    data = {key: (("time", "lat", "lon"), values) for key, values in {**numbers(), **change}.items()}
    made = xr.Dataset(data, coords={"time": list(YEARS), "lat": lat, "lon": lon})
    encoding = {k: {"chunks": chunks} for k in KEYS}
    made.to_zarr(folder / "c.zarr", mode="w", consolidated=False, zarr_format=3, encoding=encoding)
    return folder / "c.zarr"


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygons(folder: Path, boxes: dict[str, Any] = BOXES, **more: Any) -> Path:
    features = [
        {"type": "Feature", "properties": {"name": name, "code": i + 11, **more},
         "geometry": {"type": "Polygon", "coordinates": [box(*b)]}}
        for i, (name, b) in enumerate(boxes.items())
    ]  # fmt: skip
    (folder / "z.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return folder / "z.geojson"


def inside(b: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    west, south, east, north = b
    return ((south < LAT) & (north > LAT))[:, None] & ((west < LON) & (east > LON))[None]


def exact_mean(values: Any, weights: Any) -> float:
    above = sum((Fraction(float(v * w)) for v, w in zip(values, weights, strict=True)), Fraction(0))
    return float(above / sum((Fraction(float(w)) for w in weights), Fraction(0)))


# ---------------------------------------------------------------- kernels
finite = st.floats(-1e150, 1e150, allow_subnormal=False).filter(lambda v: v == 0 or abs(v) > 1e-200)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(finite, st.integers(0, 2)), max_size=30), st.integers(0, 30))
def test_sums_are_exact_and_the_same_for_any_split(rows: list[tuple[float, int]], cut: int) -> None:
    values, groups = np.array([v for v, _ in rows]), np.array([g for _, g in rows], dtype="i8")
    whole = digit_sums(values, groups, 3)
    parts = digit_sums(values[:cut][::-1], groups[:cut][::-1], 3)
    merge(parts, digit_sums(values[cut:], groups[cut:], 3))
    a, b = np.broadcast_to(total_of(whole), 3), np.broadcast_to(total_of(parts), 3)
    assert np.array_equal(a, b)
    for group in range(3):
        exact = sum((Fraction(v) for v, g in rows if g == group), Fraction(0))
        assert abs(Fraction(float(a[group])) - exact) <= abs(exact) * Fraction(1, 2**51)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_polygons_as_shapely_sees_them(seed: int, down: bool, back: bool) -> None:
    """Stars with holes; centres do not fall on outlines, where the two may differ."""
    shapely = pytest.importorskip("shapely", reason="shapely is not installed: polygons cannot be compared")
    rng = np.random.default_rng(seed)
    y, x = np.sort(rng.uniform(0, 10, 12)), np.sort(rng.uniform(0, 10, 15))
    y, x = (y[::-1] if down else y), (x[::-1] if back else x)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
    reach = rng.uniform(2, 5, 9)
    outer = np.stack([5 + reach * np.cos(angle), 5 + reach * np.sin(angle)], axis=1)
    hole = 5 + (outer - 5) * 0.4
    one = np.zeros(2, dtype="i8")
    spans = spans_of(np.concatenate([outer, hole]), np.array([9, 9]), one, one, y, x)
    shape = shapely.Polygon(outer, [hole])
    if not shape.is_valid:
        return
    at = np.meshgrid(x, y)
    wanted = shapely.contains_xy(shape, at[0], at[1])
    assert np.array_equal(painted(spans, slice(0, 12), slice(0, 15)) == 0, wanted)
    assert np.array_equal(painted(spans.rows(3, 7), slice(3, 7), slice(2, 9)) == 0, wanted[3:7, 2:9])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_neighbours_share_no_cell_and_leave_none_out(seed: int) -> None:
    """Two polygons along one crooked border, with centres and corners on a common grid of points."""
    rng = np.random.default_rng(seed)
    border = np.stack([rng.integers(1, 8, 9), np.arange(9)], axis=1).astype("f8")
    left = np.concatenate([border, [[0, 8], [0, 0]]])
    right = np.concatenate([border[::-1], [[9, 0], [9, 8]]])
    y, x = np.arange(8) + rng.choice([0.0, 0.5]), np.arange(9) + rng.choice([0.0, 0.5])
    number = np.array([0, 1])
    spans = spans_of(np.concatenate([left, right]), np.array([len(left), len(right)]), number, number, y, x)
    assert overlaps(spans, x.size) == (0, None)
    assert (painted(spans, slice(0, 8), slice(0, 9)) >= 0).all()


def test_overlaps_are_counted() -> None:
    at = np.array([box(0, 0, 4, 4)[:4], box(2, 0, 6, 4)[:4]], dtype="f8").reshape(-1, 2)
    number = np.array([0, 1])
    spans = spans_of(at, np.array([4, 4]), number, number, np.arange(4) + 0.5, np.arange(6) + 0.5)
    assert overlaps(spans, 6) == (8, (0, 1))
    assert painted(spans, slice(0, 1), slice(0, 6)).tolist() == [[0, 0, 0, 0, 1, 1]]


# ---------------------------------------------------------------- panels
def test_means_by_area_and_sums(tmp_path: Path) -> None:
    source = ac.read_cube(cube(tmp_path), system(aggregate=["mean", "sum", ""]))
    panel = ac.zonal_panel(source, polygons(tmp_path))
    area = np.repeat(np.cos(np.deg2rad(LAT))[:, None], WIDTH, axis=1)
    assert panel["unit"].values.tolist() == list(BOXES)
    for unit, b in BOXES.items():
        here = inside(b)
        assert int(panel["cells"].sel(unit=unit)) == here.sum()
        for t, year in enumerate(YEARS):
            got = panel["indicators"].sel(unit=unit, time=year)
            ndvi, people, road = (numbers()[k][t][here] for k in KEYS)
            has = ~np.isnan(road)
            assert float(got.sel(indicator="ndvi")) == pytest.approx(exact_mean(ndvi, area[here]), rel=3e-16)
            assert float(got.sel(indicator="people")) == pytest.approx(float(sum(map(Fraction, people))), rel=3e-16)
            assert float(got.sel(indicator="road")) == pytest.approx(exact_mean(road[has], area[here][has]), rel=3e-16)
            assert float(panel["coverage"].sel(unit=unit, time=year, indicator="road")) == has.mean()
    assert not panel["gap_rule"].values.any()


@pytest.mark.parametrize("chunks", [(1, 3, 4), (2, 8, 1), (3, 1, 10)])
def test_same_digits_for_any_blocks(chunks: tuple[int, int, int], tmp_path: Path) -> None:
    from accord.core.engine import connect

    (tmp_path / "whole").mkdir()
    zones = polygons(tmp_path)
    whole = ac.zonal_panel(ac.read_cube(cube(tmp_path / "whole"), system()), zones)
    source = ac.read_cube(cube(tmp_path, chunks=chunks), system())
    told: list[tuple[str, int, int]] = []
    with connect("threads") as pool:
        parts = ac.zonal_panel(source, zones, pool=pool, tell=lambda *said: told.append(said))
    assert told[-1] == ("cells to zones", len(source.blocks()), len(source.blocks()))
    xr.testing.assert_identical(whole.drop_attrs(), parts.drop_attrs())


def test_dims_in_any_order_and_longitudes_to_360(tmp_path: Path) -> None:
    """Rows upwards, columns before rows, and a west that is counted from 180 on."""
    boxes = {name: (w - 200, s, e - 200, n) for name, (w, s, e, n) in BOXES.items()}
    zones = polygons(tmp_path, boxes)
    plain = ac.zonal_panel(ac.read_cube(cube(tmp_path, lon=LON - 200), system()), zones)
    data = xr.open_zarr(cube(tmp_path, lon=LON + 160), consolidated=False).sortby("lat").transpose("lon", "time", "lat")
    data.drop_encoding().to_zarr(tmp_path / "t.zarr", consolidated=False)
    source = ac.read_cube(tmp_path / "t.zarr", system())
    assert list(source.sizes) == ["x", "time", "y"]
    turned = ac.zonal_panel(source, zones)
    np.testing.assert_allclose(turned["indicators"].values, plain["indicators"].values, rtol=3e-16)


def labels(folder: Path, **more: Any) -> Path:
    """The three boxes as labels 5, 2, 9 in a netCDF file."""
    made = np.zeros((HEIGHT, WIDTH), dtype="i2")
    for value, b in zip((5, 2, 9), BOXES.values(), strict=True):
        made[inside(b)] = value
    at = {"lat": LAT, "lon": LON, **{k: v for k, v in more.items() if k in ("lat", "lon")}}
    made = made[: len(at["lat"]), : len(at["lon"])] if "values" not in more else more["values"]
    xr.Dataset({"zone": (("lat", "lon"), made)}, coords=at).to_netcdf(folder / "z.nc")
    return folder / "z.nc"


def test_labels_are_the_polygons(tmp_path: Path) -> None:
    source = ac.read_cube(cube(tmp_path), system())
    by_shape = ac.zonal_panel(source, polygons(tmp_path))
    by_label = ac.zonal_panel(source, labels(tmp_path))
    assert by_label["unit"].values.tolist() == ["2", "5", "9"]
    same = by_label.sel(unit=["5", "2", "9"])
    assert np.array_equal(same["indicators"].values, by_shape["indicators"].values)
    assert np.array_equal(same["coverage"].values, by_shape["coverage"].values)


def test_a_grid_that_names_no_system(tmp_path: Path) -> None:
    """Polygons make it one in degrees; labels leave it as it is, and count its cells alike."""
    wanted = ac.zonal_panel(ac.read_cube(cube(tmp_path), system()), polygons(tmp_path))
    bare = xr.open_zarr(tmp_path / "c.zarr", consolidated=False).rename(lat="y", lon="x").load()
    bare.drop_encoding().to_zarr(tmp_path / "b.zarr", consolidated=False)
    source = ac.read_cube(tmp_path / "b.zarr", system())
    by_shape = ac.zonal_panel(source, polygons(tmp_path))
    assert np.array_equal(by_shape["indicators"].values, wanted["indicators"].values)
    plain = ac.zonal_panel(source, labels(tmp_path)).sel(unit="5", time=2012, indicator="ndvi")["indicators"]
    assert float(plain) == pytest.approx(numbers()["ndvi"][1][inside(BOXES["West"])].mean(), rel=1e-15)


def test_names_and_regions_from_a_table(tmp_path: Path) -> None:
    rows = "key,name,name_zh,region\n2,North,北,Upper\n5,West,西,Lower\n9,South,南,Lower\n"
    (tmp_path / "units.csv").write_text(rows, encoding="utf-8")
    panel = ac.zonal_panel(ac.read_cube(cube(tmp_path), system()), labels(tmp_path), units=tmp_path / "units.csv")
    assert panel["unit"].values.tolist() == ["North", "West", "South"]
    assert panel["region"].values.tolist() == ["Upper", "Lower", "Lower"]
    assert panel["label_zh"].values.tolist() == ["北", "西", "南"]
    (tmp_path / "units.csv").write_text("key,name\n2,North\n9,South\n")
    few = ac.zonal_panel(ac.read_cube(cube(tmp_path), system()), labels(tmp_path), units=tmp_path / "units.csv")
    assert few["unit"].values.tolist() == ["North", "South"]


def test_a_whole_study_runs_on_the_units(tmp_path: Path) -> None:
    study = ac.Study(ac.zonal_panel(ac.read_cube(cube(tmp_path), system()), polygons(tmp_path)))
    assert study["coordination"].dims == ("unit", "time")
    assert np.isfinite(study["coordination"].values).all()
    assert not [step for step in study.run() if step.state == "failed"]


def test_a_unit_without_data_in_a_year_is_filled_and_little_data_told(tmp_path: Path) -> None:
    road = numbers()["road"]
    road[2][inside(BOXES["South"])] = np.nan
    road[0][inside(BOXES["North"])] = np.where(np.arange(24) < 18, np.nan, 2.0)
    source = ac.read_cube(cube(tmp_path, road=road), system())
    panel = ac.zonal_panel(source, polygons(tmp_path))
    rule = panel["gap_rule"].sel(indicator="road", unit="South").values.tolist()
    assert rule[:2] == [0, 0]
    assert rule[2] > 0
    warned = [one["en"] for one in ac.Study(panel).warnings()]
    assert "z.geojson: less than half of the cells have data in some year: South (0%), North (25%)" in warned
    with pytest.raises(InputError, match='"road" is still missing for South 2013 under the gap rule'):
        ac.zonal_panel(source, polygons(tmp_path), ends="none")


def test_zones_left_out_are_told(tmp_path: Path) -> None:
    road = numbers()["road"]
    road[:, inside(BOXES["South"])] = np.nan
    boxes = {**BOXES, "Far": (0, 0, 1, 1), "Tiny": (100.3, 40.3, 100.4, 40.4)}
    panel = ac.zonal_panel(ac.read_cube(cube(tmp_path, road=road), system()), polygons(tmp_path, boxes))
    assert panel["unit"].values.tolist() == ["West", "North"]
    assert [one["en"] for one in json.loads(panel.attrs["notes"])] == [
        "z.geojson: left out, as a zone that has no cell of the grid: Far, Tiny",
        "z.geojson: left out, as a zone that lacks data for an indicator in every year: South",
    ]


def test_overlapping_zones_are_told(tmp_path: Path) -> None:
    boxes = {**BOXES, "Again": (100, 40, 101, 44)}
    panel = ac.zonal_panel(ac.read_cube(cube(tmp_path), system()), polygons(tmp_path, boxes))
    assert "16 cells lie in two zones, such as West and Again" in json.loads(panel.attrs["notes"])[0]["en"]


def twice(path: Path) -> Path:
    found = json.loads(path.read_text())
    found["features"][2]["properties"]["name"] = "West"
    path.write_text(json.dumps(found))
    return path


ROADLESS = np.full((3, HEIGHT, WIDTH), np.nan)


@pytest.mark.parametrize(
    ("zones", "words"),
    [
        (lambda f: f / "none.geojson", "no such file"),
        (lambda f: f / "none.tif", r"none.tif: no such file \(zones\)"),
        (lambda f: f / "c.zarr", "zones are polygons"),
        (lambda f: twice(polygons(f)), 'features 1 and 3 are both called "West"; set key to a property that tells them apart .code.'),
        (lambda f: polygons(f, {"A": (0, 0, 1, 1), "B": (1, 0, 2, 1)}), "no zone has a cell of .*c.zarr: the zones span x 0 to 2, y 0 to 1, the cells"),
        (lambda f: polygons(f, {"A": (100, 40, 105, 44), "B": (1, 0, 2, 1)}), "1 of 2 zones have data for every indicator; a study compares at least two"),
        (lambda f: polygons(f, {"A": (5e5, 4e6, 6e5, 5e6)}), "projected or no degrees"),
        (lambda f: labels(f, lat=LAT[:4]), "z.nc and .*c.zarr lie on different grids: shape 4 x 10 and 8 x 10"),
        (lambda f: labels(f, lon=LON + 2), "different grids: origin 102, 44 and 100, 44"),
        (lambda f: labels(f, values=np.full((HEIGHT, WIDTH), 1.5)), "1.5 is no label"),
        (lambda f: labels(f, values=np.zeros((HEIGHT, WIDTH))), "no cell has the label of a unit"),
    ],
)  # fmt: skip
def test_zones_refused(zones: Any, words: str, tmp_path: Path) -> None:
    source = ac.read_cube(cube(tmp_path), system())
    with pytest.raises(InputError, match=words):
        ac.zonal_panel(source, zones(tmp_path))


def test_what_else_is_refused(tmp_path: Path) -> None:
    source = ac.read_cube(cube(tmp_path), system())
    with pytest.raises(InputError, match='no property "nom" in the features; '):
        ac.zonal_panel(source, polygons(tmp_path), key="nom")
    with pytest.raises(InputError, match="from read_cube"):
        ac.zonal_panel(xr.Dataset(), polygons(tmp_path))
    with pytest.raises(InputError, match='"people" has aggregate = total; write mean or sum'):
        system(aggregate=["mean", "total", "mean"])
    with pytest.raises(InputError, match='variable "people" is infinite at time 1, y 0, x 0'):
        people = numbers()["people"]
        people[1, 0, 0] = np.inf
        ac.zonal_panel(ac.read_cube(cube(tmp_path, people=people), system()), polygons(tmp_path))
    with pytest.raises(InputError, match='indicator "road" has no value in any zone'):
        ac.zonal_panel(ac.read_cube(cube(tmp_path, road=ROADLESS), system()), polygons(tmp_path))
    names = {"lat": "a", "lon": "b"}
    xr.open_zarr(cube(tmp_path), consolidated=False).rename(names).drop_vars(["a", "b"]).to_zarr(
        tmp_path / "n.zarr", consolidated=False
    )
    with pytest.raises(InputError, match="rows and columns have no coordinates"):
        ac.zonal_panel(ac.read_cube(tmp_path / "n.zarr", system()), polygons(tmp_path))


# ---------------------------------------------------------------- any blocks, any labels
@dataclass(frozen=True)
class Held:
    """A grid in memory, as `Grid` asks for one."""

    values: NDArray[np.float64]
    lat: NDArray[np.float64]
    degrees: bool
    path: str = "held"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(f"k{j}" for j in range(len(self.values)))

    @property
    def sizes(self) -> dict[str, int]:
        return dict(zip(("time", "y", "x"), self.values.shape[1:], strict=True))

    @property
    def years(self) -> NDArray[np.int64]:
        return np.arange(2001, 2001 + self.values.shape[1])

    @property
    def coords(self) -> dict[str, xr.Variable]:
        return {"y": xr.Variable("y", self.lat)}

    @property
    def georeference(self) -> Georeference:
        return Georeference("", self.degrees)

    def read(self, key: str, where: Any) -> NDArray[np.float64]:
        return self.values[int(key[1:])][tuple(where.values())].copy()


@dataclass(frozen=True)
class Known:
    """Zones by labels at hand."""

    names: tuple[str, ...]
    of: NDArray[np.int32]

    def part(self, rows: slice) -> Known:
        return self

    def labels(self, rows: slice, columns: slice) -> NDArray[np.int32]:
        return self.of[rows, columns]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 2), st.integers(1, 4), st.integers(1, 5), st.booleans(), st.booleans())
def test_means_are_brute_force_and_the_same_for_any_block_split(
    seed: int, years: int, rows: int, columns: int, degrees: bool, summed: bool
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 10.0 ** rng.integers(-12, 12, (2, 1, 1, 1)), (2, 2, 4, 5))
    x[rng.random(x.shape) < 0.3] = np.nan
    zones = Known(("a", "b", "c"), rng.integers(-1, 2, (4, 5)).astype("i4"))
    grid = Held(x, np.sort(rng.uniform(-89, 89, 4)), degrees)
    small = {"subsystem": xr.DataArray(["A", "B"], dims="indicator")}
    whole = zonal(CubeSource(grid, small, {"time": 2, "y": 4, "x": 5}), zones, [summed, False])  # type: ignore[arg-type]
    cut = CubeSource(grid, small, {"time": years, "y": rows, "x": columns})  # type: ignore[arg-type]
    parts = zonal(cut, zones, [summed, False])
    for name in ("mean", "total", "count", "cells"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name), equal_nan=True), name
    lat = np.cos(np.deg2rad(grid.lat)) if degrees else np.ones(4)
    weight = np.repeat(lat[:, None], 5, axis=1)
    for u, t, j in np.ndindex(3, 2, 2):
        here = (zones.of == u) & ~np.isnan(x[j, t])
        assert whole.count[u, t, j] == here.sum()
        if not here.any():
            assert np.isnan(whole.mean[u, t, j])
        elif summed and j == 0:
            exact = sum(map(Fraction, x[j, t][here].tolist()), Fraction(0))
            assert abs(Fraction(float(whole.total[u, t, j])) - exact) <= abs(exact) * Fraction(1, 2**51)
        else:
            wanted = exact_mean(x[j, t][here], weight[here])
            assert whole.mean[u, t, j] == pytest.approx(wanted, rel=1e-15, abs=0)
    assert whole.cells.tolist() == [(zones.of == u).sum() for u in range(3)]


def test_processes_give_the_same_digits(tmp_path: Path) -> None:
    """Blocks, grid and zones travel to other processes."""
    from accord.core.engine import connect

    data = xr.open_zarr(cube(tmp_path), consolidated=False).load()
    data.drop_encoding().to_netcdf(tmp_path / "c.nc")
    source = ac.read_cube(tmp_path / "c.nc", system(), block={"time": 2, "y": 3, "x": 10})
    zones = {"shapes": polygons(tmp_path), "labels": labels(tmp_path)}
    here = {name: ac.zonal_panel(source, file) for name, file in zones.items()}
    with connect("processes", 2) as pool:
        there = {name: ac.zonal_panel(source, file, pool=pool) for name, file in zones.items()}
    for name in zones:
        xr.testing.assert_identical(here[name], there[name])
