"""Neighbours and positions: shipped borders, tables, polygons, and what cannot be used."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.borders import STRAITS, borders, both_ways, known_neighbours, positions
from accord.core.space import great_circle
from accord.errors import InputError
from accord.io.neighbours import neighbours_from, placed, positions_from
from accord.places import EXTENT, Country, code_of
from accord.study.cube import CubeSource
from accord.study.plan import PanelSpec
from accord.study.source import PanelSource

COUNTRIES: tuple[Country, ...] = ("CN", "US")
both = pytest.mark.parametrize("country", COUNTRIES)


def square(x: float, y: float, name: str) -> dict:
    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture
def panel() -> xr.Dataset:
    """Five units that no shipped table knows: four around a corner, one far away."""
    names = ["a", "b", "c", "d", "far"]
    score = np.linspace(0.1, 0.9, 20).reshape(5, 2, 2)
    return xr.Dataset(
        {"score": (("unit", "time", "subsystem"), score)},
        coords={"unit": names, "time": [2001, 2002], "subsystem": ["one", "two"]},
    )


@pytest.fixture
def outlines(tmp_path: Path, panel: xr.Dataset) -> xr.Dataset:
    at = {"a": (0, 0), "b": (1, 0), "c": (0, 1), "d": (1 + 2e-5, 1), "far": (10, 10)}
    (tmp_path / "o.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [square(x, y, n) for n, (x, y) in at.items()]})
    )
    read = ac.read_boundaries(tmp_path / "o.geojson", "name")
    return read.assign(unit=("place", read["name"].values))


def table(folder: Path, rows: str) -> Path:
    path = folder / "near.csv"
    path.write_text(rows, encoding="utf-8")
    return path


# ------------------------------------------------------------------------------------------------- shipped borders


@both
def test_shipped_places_have_positions_in_the_country(country: Country) -> None:
    west, south, east, north = EXTENT[country]
    codes = {code for pair in borders(country) for code in pair}
    assert codes <= set(positions(country))
    assert all(west < lon < east and south < lat < north for lon, lat in positions(country).values())
    assert len(positions(country)) == {"CN": 34, "US": 51}[country]


@both
def test_shipped_borders_connect_the_country(country: Country) -> None:
    apart = {"CN": set(), "US": {"AK", "HI"}}[country]
    reached, todo = set(), ["GD" if country == "CN" else "OH"]
    while todo:
        code = todo.pop()
        reached.add(code)
        todo += [o for pair in borders(country) if code in pair for o in pair - {code} if o not in reached]
    assert reached == set(positions(country)) - apart


@both
def test_neighbours_lie_near_each_other(country: Country) -> None:
    at = positions(country)
    for a, b in map(sorted, borders(country)):
        assert great_circle(*at[a], *at[b]) < 2200, (a, b)


def test_arrays_are_symmetric_sorted_and_without_loops() -> None:
    pairs = known_neighbours([str(u) for u in ac.sample("china-replica")["unit"].values])
    assert pairs is not None and pairs.shape == (2 * (70 - 2 + 1), 2)  # without Hong Kong's and Macao's, with Hainan's
    assert pairs.tolist() == sorted(pairs[:, ::-1].tolist())
    assert (pairs[:, 0] != pairs[:, 1]).all()


def test_states_as_pysal_has_them(reference: Path) -> None:
    with (reference / "data/usjoin.csv").open(encoding="utf-8") as handle:
        names = [row[0] for row in csv.reader(handle)][1:]
    lines = (reference / "data/states48.gal").read_text().split("\n")[1:]
    codes = [code_of(name, "US") for name in names]
    said = {
        frozenset((codes[int(head.split()[0])], codes[int(other)]))
        for head, others in zip(lines[::2], lines[1::2], strict=False)
        for other in others.split()
    }
    assert said == {pair for pair in borders("US") if "DC" not in pair}


def test_provinces_as_their_polygons_have_them(shared: Path) -> None:
    outlines = ac.read_boundaries(shared / "data/china/provinces.geojson", "name")
    outlines = outlines.assign(unit=("place", [code_of(n, "CN") for n in outlines["name"].values]))
    units = xr.Dataset(coords={"unit": list(positions("CN"))})
    found = {frozenset(map(str, pair)) for pair in neighbours_from(outlines, units)["neighbours"].values}
    assert found == borders("CN") - {frozenset(pair) for pair in STRAITS["CN"]}
    lon, lat = positions_from(outlines, units)["position"].values.T
    seats = np.array(list(positions("CN").values()))
    assert np.max([great_circle(*seats[i], lon[i], lat[i]) for i in range(34)]) < 600  # Xizang's seat is the farthest


def test_other_units_are_not_known(panel: xr.Dataset) -> None:
    small = PanelSource(panel).small
    assert "neighbours" not in small and np.isnan(small["position"].values).all()
    assert known_neighbours(["Ohio", "Bavaria"]) is None


# ---------------------------------------------------------------------------------------------------------- tables


def test_table_counts_both_ways(panel: xr.Dataset, tmp_path: Path) -> None:
    made = ac.read_neighbours(table(tmp_path, "Unit,Neighbour\na,b\nb,a\n c ,A\nfar,\n"), panel)
    assert made["neighbours"].values.tolist() == [["a", "b"], ["a", "c"], ["b", "a"], ["c", "a"]]
    assert PanelSource(made).small["neighbours"].values.tolist() == [[0, 1], [0, 2], [1, 0], [2, 0]]
    turned = PanelSource(made.isel(unit=[4, 2, 0])).small["neighbours"]
    assert turned.values.tolist() == [[1, 2], [2, 1]]


def test_table_in_chinese_names(tmp_path: Path) -> None:
    made = ac.read_neighbours(table(tmp_path, "地区,相邻地区\n内蒙古自治区,新疆\n"), ac.sample("china-replica"))
    assert made["neighbours"].values.tolist() == [["Inner Mongolia", "Xinjiang"], ["Xinjiang", "Inner Mongolia"]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "unit,neighbour\na,b\na,fra\n",
            'row 3, column "neighbour": "fra" is no unit of the panel; did you mean "far"',
        ),
        ("unit,neighbour\na,a\n", 'row 2, column "neighbour": "a" is its own neighbour'),
        ("unit,neighbour\n,a\n", "a neighbour without its unit"),
        ("unit,neighbour\na,\n", "no pair of neighbours"),
        ("from,to\na,b\n", 'no column "unit"'),
    ],
)
def test_bad_tables(panel: xr.Dataset, tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        ac.read_neighbours(table(tmp_path, rows), panel)
    assert said in str(error.value) and "near.csv" in str(error.value) and "\n" not in str(error.value)


def test_panel_made_by_hand_is_checked(panel: xr.Dataset) -> None:
    with pytest.raises(InputError, match="neighbours"):
        ac.Study(panel.assign(neighbours=(("pair", "side"), [[0, 1]])))
    with pytest.raises(InputError, match="position"):
        ac.Study(panel.assign(position=(("unit",), np.zeros(5))))
    with pytest.raises(InputError, match=r'names no unit of it, such as "Far"; did you mean "far"'):
        ac.Study(panel.assign(neighbours=(("pair", "side"), [["Far", "A"]])))
    with pytest.raises(InputError, match="no degrees"):
        ac.Study(panel.assign(position=(("unit", "axis"), np.full((5, 2), 4e5))))


def test_a_grid_has_no_neighbours() -> None:
    grid = CubeSource("x.zarr", ("a",), "time", {})
    assert placed(grid, PanelSpec(source="x.zarr"), None) is grid
    with pytest.raises(InputError, match=r"x\.zarr: a cube has no units that could be neighbours"):
        placed(grid, PanelSpec(source="x.zarr", neighbours="n.csv"), None)


# -------------------------------------------------------------------------------------------------------- polygons


def test_polygons_that_share_a_point(panel: xr.Dataset, outlines: xr.Dataset) -> None:
    made = placed(PanelSource(panel), PanelSpec(source="x.csv"), outlines)
    pairs = made.small["neighbours"].values.tolist()
    assert pairs == [[i, j] for i in range(4) for j in range(4) if i != j]  # a corner is enough; 2 m apart is one point
    expected = [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5], [10.5, 10.5]]
    np.testing.assert_allclose(made.small["position"].values, expected, atol=3e-5)


def test_polygons_as_libpysal_has_them(panel: xr.Dataset, outlines: xr.Dataset) -> None:
    pysal = pytest.importorskip("libpysal")
    shapely = pytest.importorskip("shapely")
    rings = np.split(
        np.stack([outlines["lon"], outlines["lat"]], axis=1).astype("f8"), np.cumsum(outlines["size"].values)[:-1]
    )
    snapped = [shapely.Polygon(np.round(ring, 3)) for ring in rings]
    w = pysal.weights.Queen.from_iterable(snapped, silence_warnings=True)
    mine = neighbours_from(outlines, panel)["neighbours"].values
    units = panel["unit"].values
    assert {(str(units[i]), str(units[j])) for i in w.neighbors for j in w.neighbors[i]} == set(
        map(tuple, mine.tolist())
    )


def test_a_table_comes_before_polygons(panel: xr.Dataset, outlines: xr.Dataset, tmp_path: Path) -> None:
    spec = PanelSpec(source="x.csv", neighbours=str(table(tmp_path, "unit,neighbour\na,far\n")))
    made = placed(PanelSource(panel), spec, outlines)
    assert made.small["neighbours"].values.tolist() == [[0, 4], [4, 0]]


def test_hole_and_date_line_in_centroids(tmp_path: Path) -> None:
    outer = [[178.0, 0.0], [182.0, 0.0], [182.0, 2.0], [178.0, 2.0], [178.0, 0.0]]
    west = [[x - 360 if x > 180 else x, y] for x, y in outer]
    hole = [[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0], [0.0, 0.0]]
    inner = [[2.0, 0.5], [3.0, 0.5], [3.0, 1.5], [2.0, 1.5], [2.0, 0.5]]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": rings}}
        for name, rings in (("line", [west]), ("ring", [hole, inner]))
    ]
    (tmp_path / "o.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    read = ac.read_boundaries(tmp_path / "o.geojson", "name")
    read = read.assign(unit=("place", read["name"].values))
    at = positions_from(read, xr.Dataset(coords={"unit": ["line", "ring"]}))["position"].values
    np.testing.assert_allclose(np.abs(at[0]), [180, 1], atol=1e-5)
    np.testing.assert_allclose(at[1], [(8 * 2 - 1 * 2.5) / 7, 1], atol=1e-5)


# ------------------------------------------------------------------------------------------------------- plan's key


def test_plan_reads_the_table(tmp_path: Path) -> None:
    assert both_ways(set()).shape == (0, 2)
    rows = [
        {"unit": u, "year": y, "one": v, "two": 1 - v}
        for u, v in zip("abc", (0.2, 0.4, 0.7), strict=True)
        for y in (1, 2)
    ]
    pd.DataFrame(rows).assign(year=lambda d: 2000 + d["year"]).to_csv(tmp_path / "p.csv", index=False)
    table(tmp_path, "unit,neighbour\na,b\nb,x\n")
    plan = '[panel]\nsource = "p.csv"\nindices = ["one", "two"]\nneighbours = "near.csv"\n'
    (tmp_path / "plan.toml").write_text(plan)
    with pytest.raises(InputError, match=r'near\.csv, row 3, column "neighbour": "x" is no unit'):
        ac.run(tmp_path / "plan.toml", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    table(tmp_path, "unit,neighbour\na,b\nb,c\n")
    ac.run(tmp_path / "plan.toml", out=tmp_path / "out", only="coupling")
    inputs = json.loads((tmp_path / "out/run.json").read_text())["inputs"]
    assert "near.csv" in [one["file"] for one in inputs]
