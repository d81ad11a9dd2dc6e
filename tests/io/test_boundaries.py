"""Boundaries from files: what is read, what is refused, how polygons find their units."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import accord as ac
from accord import places
from accord.errors import InputError
from accord.io.boundaries import boundary_notes, study_boundaries
from accord.study.plan import Boundaries, PanelSpec

Square = list[list[float]]


def square(x: float, y: float, side: float = 1.0) -> Square:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def feature(name: Any, *polygons: list[Square], **more: Any) -> dict[str, Any]:
    shape = {"type": "MultiPolygon", "coordinates": list(polygons)}
    if len(polygons) == 1:
        shape = {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "Feature", "properties": {"name": name, **more}, "geometry": shape}


FEATURES = [
    feature("Ash", [square(100, 30)], code=1, kind="land"),
    feature("Birch", [square(101, 30, 2), square(101.5, 30.5, 0.5)], [square(104, 31, 0.1)], code=2, kind="land"),
    feature("Cedar", [square(103, 30)[::-1]], code=3, kind="land"),
    feature("Elm", [square(100, 32)], code=5, kind="sea"),
]


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., Path]:
    """Writes features as GeoJSON."""

    def write(features: Any = FEATURES, name: str = "map.geojson") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return write


def rings(outlines: xr.Dataset) -> list[np.ndarray]:
    at = np.column_stack([outlines["lon"].values, outlines["lat"].values]).astype("f8")
    return np.split(at, np.cumsum(outlines["size"].values)[:-1])


def area(ring: np.ndarray) -> float:
    x, y = ring.T - ring[0][:, None]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


# what is read


def test_rings_of_polygons_multipolygons_and_holes(lay: Callable[..., Path]) -> None:
    found = ac.read_boundaries(lay(), "name")
    assert found["name"].values.tolist() == ["Ash", "Birch", "Cedar", "Elm"]
    assert found["place_of_ring"].values.tolist() == [0, 1, 1, 1, 2, 3]
    assert found["part"].values.tolist() == [0, 0, 0, 1, 0, 0]
    assert found["hole"].values.tolist() == [0, 0, 1, 0, 0, 0]
    assert found["size"].values.tolist() == [4] * 6, "the last point is not the first again"
    np.testing.assert_allclose([area(r) for r in rings(found)], [1, 4, -0.25, 0.01, 1, 1], atol=1e-4)
    assert found.attrs == {"source": "map.geojson", "key": "name"}


def test_features_of_one_name_are_one_place_and_numbers_are_names(lay: Callable[..., Path]) -> None:
    path = lay(
        [feature("Ash", [square(0, 0)], n=1.0), feature("Ash", [square(2, 0)], n=2), feature(None, [square(4, 0)])]
    )
    found = ac.read_boundaries(path, "name")
    assert found["name"].values.tolist() == ["Ash", ""]
    assert found["part"].values.tolist() == [0, 1, 0]
    assert ac.read_boundaries(path, "n")["name"].values.tolist() == ["1", "2", ""]


def test_features_without_a_polygon_are_left_out(lay: Callable[..., Path]) -> None:
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    others = [
        {"type": "Feature", "properties": {"name": "none"}, "geometry": None},
        {"type": "Feature", "properties": None, "geometry": line},
        {"type": "Feature", "properties": {"name": "flat"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}},
        {"type": "Feature", "properties": {"name": "empty"}, "geometry": {"type": "Polygon", "coordinates": []}},
    ]
    assert ac.read_boundaries(lay([*others, *FEATURES]), "name")["name"].values.tolist()[0] == "Ash"


def test_a_collection_of_geometries_and_heights_are_read(lay: Callable[..., Path]) -> None:
    high = [[x, y, 7.5] for x, y in square(5, 5)]
    shape = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [high]}]}
    found = ac.read_boundaries(lay([{"type": "Feature", "id": "A1", "properties": {}, "geometry": shape}]), "id")
    assert found["name"].values.tolist() == ["A1"] and found["size"].values.tolist() == [4]


def test_text_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    body = json.dumps(
        {"type": "FeatureCollection", "features": [feature("北京", [square(116, 39)])]}, ensure_ascii=False
    )
    path.write_bytes(body.encode("gb18030"))
    assert ac.read_boundaries(path, "name")["name"].values.tolist() == ["北京"]


# shapefiles


def shapes(path: Path, encoding: str = "utf-8", names: tuple[str, ...] = ("Ash", "Birch", "Cedar", "Elm")) -> Path:
    import shapefile

    with shapefile.Writer(str(path), shapeType=shapefile.POLYGON, encoding=encoding) as writer:
        writer.field("name", "C", 40)
        writer.field("code", "N", 4)
        for name, one in zip(names, FEATURES, strict=False):
            shape = one["geometry"]
            several = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            rings = [
                (-1 if (area(np.array(r[:-1])) > 0) == (i == 0) else 1, r) for p in several for i, r in enumerate(p)
            ]
            writer.poly([ring[::step] for step, ring in rings])
            writer.record(name, one["properties"]["code"])
        writer.null()
        writer.record("nowhere", 9)
    return path


def test_a_shapefile_gives_what_geojson_gives(lay: Callable[..., Path], tmp_path: Path) -> None:
    pytest.importorskip("shapefile")
    one = ac.read_boundaries(lay(), "name")
    two = ac.read_boundaries(shapes(tmp_path / "map[1].shp"), "name")
    for name in ("name", "place_of_ring", "part", "hole", "size"):
        assert one[name].values.tolist() == two[name].values.tolist(), name
    np.testing.assert_allclose([area(r) for r in rings(one)], [area(r) for r in rings(two)], atol=1e-4)
    assert ac.read_boundaries(tmp_path / "map[1].shp", "code")["name"].values.tolist() == ["1", "2", "3", "5"]


@pytest.mark.parametrize("said", [None, "936", "ANSI 936", "GBK", "no such"])
def test_names_of_a_shapefile_in_chinese_encodings(said: str | None, tmp_path: Path) -> None:
    pytest.importorskip("shapefile")
    path = shapes(tmp_path / "map.shp", "gb18030", ("北京", "天津", "河北", "山西"))
    (tmp_path / "map.cpg").unlink(missing_ok=True)
    if said is not None:
        (tmp_path / "map.cpg").write_text(said, encoding="ascii")
    assert ac.read_boundaries(path, "name")["name"].values.tolist() == ["北京", "天津", "河北", "山西"]


def test_shapefiles_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("shapefile")
    path = shapes(tmp_path / "map.shp")
    (tmp_path / "map.prj").write_text('PROJCS["WGS_1984_UTM_Zone_50N",GEOGCS["x"]]', encoding="ascii")
    with pytest.raises(InputError, match=r"projected \(WGS_1984_UTM_Zone_50N\), not degrees.*EPSG:4326"):
        ac.read_boundaries(path, "name")
    (tmp_path / "map.prj").write_text('GEOGCS["GCS_WGS_1984"]', encoding="ascii")
    ac.read_boundaries(path, "name")
    whole = path.read_bytes()
    path.write_bytes(whole[:150])
    with pytest.raises(InputError, match="not a shapefile this can read"):
        ac.read_boundaries(path, "name")
    path.write_bytes(whole)
    (tmp_path / "map.dbf").unlink()
    with pytest.raises(InputError, match=r"its map\.dbf, which holds the names, is not beside it"):
        ac.read_boundaries(path, "name")
    monkeypatch.setitem(sys.modules, "shapefile", None)
    with pytest.raises(InputError, match=r'needs the extra "map": pip install "accord\[map\]"'):
        ac.read_boundaries(path, "name")


# what is refused


def moved(scale: float, swap: bool = False) -> list[dict[str, Any]]:
    def to(ring: Square) -> Square:
        return [[scale * (p[1] if swap else p[0]), scale * (p[0] if swap else p[1])] for p in ring]

    return [feature("Ash", [to(square(116, 39))]), feature("Birch", [to(square(118, 39))])]


@pytest.mark.parametrize(
    ("features", "said"),
    [
        (moved(1, swap=True), r"longitude and latitude are swapped \(the first point is 39, 116\); write longitude first"),
        (moved(1e5), r"coordinates such as 1\.19e\+07, 3\.9e\+06 are projected or no degrees; save .* \(EPSG:4326\)"),
        ([feature("新疆", [square(40, 80)])], "longitude and latitude are swapped"),
        ([feature("Ohio", [square(40, -83)])], "longitude and latitude are swapped"),
        ([feature("Ash", [[[0, 0], [1, 0], [2, 0], [0, 0]]])], "all points lie on one line"),
        ([feature("Ash", [[[0, 0], [1, float("nan")], [2, 2], [0, 0]]])], "a coordinate is not a finite number"),
        ([feature("Ash", [[[0, 0], ["a", 1], [2, 2], [0, 0]]])], "feature 1: its coordinates are no rings"),
        ([feature("Ash", [[0, 0], [1, 1]])], "feature 1: its coordinates are no rings"),
        ([], "the file has no features"),
        (["Ash"], "feature 1: not a GeoJSON feature"),
        ([{"type": "Feature", "properties": {"name": "A"}, "geometry": None}], r"no feature is a polygon \(found: no geo"),
        ([{**FEATURES[0], "geometry": {"type": "Point", "coordinates": [1, 2]}}], r"no feature is a polygon \(found: Poi"),
        ([feature("A\x00B", [square(0, 0)])], "holds the control character U\\+0000"),
    ],
)  # fmt: skip
def test_shapes_that_are_refused(features: Any, said: str, lay: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=said) as error:
        ac.read_boundaries(lay(features), "name")
    assert "map.geojson" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("map.geojson", b"", "the file is empty"),
        ("map.geojson", b"name,x,y\n", r"not GeoJSON \(Expecting value: line 1"),
        ("map.geojson", b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("map.json", b'{"type": "Topology", "objects": {}}', r"not GeoJSON with features \(TopoJSON\)"),
        ("map.json", b'{"type": "Polygon", "coordinates": []}', r'not GeoJSON with features \(type "Polygon"\)'),
        ("map.json", b"[1, 2]", r"not GeoJSON with features \(it has no features\)"),
        ("map.kml", b"<kml/>", r"boundaries are GeoJSON \(\.geojson, \.json\) or a shapefile \(\.shp\)"),
        ("gone.geojson", None, "no such file"),
    ],
)  # fmt: skip
def test_files_that_are_refused(name: str, body: bytes | None, said: str, tmp_path: Path) -> None:
    if body is not None:
        (tmp_path / name).write_bytes(body)
    with pytest.raises(InputError, match=said):
        ac.read_boundaries(tmp_path / name, "name")


def test_a_wrong_key_lists_those_there_are(lay: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r'no property "nmae".*did you mean "name"\? Allowed: name, code, kind'):
        ac.read_boundaries(lay(), "nmae")


@pytest.mark.parametrize("lon", [(170, -175), (179, 181), (-170, -160), (300, 310)])
def test_longitudes_across_the_date_line_and_up_to_360_are_fine(lon: Any, lay: Callable[..., Path]) -> None:
    found = ac.read_boundaries(lay([feature(str(x), [square(x, -20)]) for x in lon]), "name")
    assert found.sizes["place"] == 2


# joining with units


def joined(lay: Callable[..., Path], units: list[str], **more: Any) -> xr.Dataset:
    return places.join(ac.read_boundaries(lay(), "name"), units, units, **more)


def test_every_form_of_a_name_finds_its_place() -> None:
    china = [
        "北京市",
        "内蒙古自治区",
        "广西壮族自治区",
        "新疆维吾尔自治区",
        "西藏自治区",
        "香港特别行政区",
        "陕西省",
        "山西省",
    ]
    for wanted in (
        ["北京", "内蒙古", "广西", "新疆", "西藏", "香港", "陕西", "山西"],
        ["Beijing", "Inner Mongolia", "guangxi", "XINJIANG", "Tibet", "Hong Kong", "Shaanxi", "Shanxi"],
        ["110000", "150000", "450000", "650000", "540000", "810000", "610000", "140000"],
        ["京", "蒙", "桂", "新", "藏", "港", "陕", "晋"],
    ):
        assert places.match(wanted, china) == list(range(8))
        assert places.match(china, wanted) == list(range(8))
    assert places.match(["杭州", "延边", "Québec"], ["延边朝鲜族自治州", "QUEBEC", "杭州市"]) == [2, 0, 1]
    assert places.match(["New York", "wv", "Washington"], ["West Virginia", "NY", "WA"]) == [1, 0, 2]
    assert places.match(["吉林市", "吉林省"], ["吉林市", "吉林省"]) == [0, 1], "as they stand first"
    assert places.match(["吉林"], ["吉林市", "吉林省"]) == [-1], "a form that tells nothing apart counts for nothing"
    assert places.match(["A", "A"], ["a"]) == [-1, -1]


def test_polygons_without_unit_stay_and_few_units_without_polygon_are_named(lay: Callable[..., Path]) -> None:
    found = joined(lay, ["Cedar", "ash", "Dogwood", "Birch"])
    assert found["unit"].values.tolist() == ["ash", "Birch", "Cedar", ""]
    assert found.attrs["without"] == ["Dogwood"]
    said = boundary_notes(found)[0]
    assert said["en"] == "map.geojson: units without a polygon are on no map: Dogwood; polygons of no unit: Elm"
    assert "Dogwood" in said["zh"]
    assert boundary_notes(joined(lay, ["Cedar", "Ash"])) == boundary_notes(None) == []


def test_mostly_other_names_are_refused_naming_both_sides(lay: Callable[..., Path]) -> None:
    with pytest.raises(InputError) as error:
        joined(lay, ["Ash", "Birhc", "Cedra", "Dogwood"])
    assert str(error.value) == (
        'map.geojson: 3 of the 4 units have no polygon by the property "name": Birhc (nearest: Birch), '
        "Cedra (nearest: Cedar), Dogwood; polygons of no unit: Birch, Cedar, Elm; name another property"
    )
    with pytest.raises(InputError, match=r"20 of the 20 .*, Unit 5 and 14 more; polygons of no unit: Ash, Birch"):
        joined(lay, [f"Unit {k}" for k in range(20)])


def test_two_units_of_one_name_are_refused(lay: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match='units a and b are both called "Ash"'):
        places.join(ac.read_boundaries(lay(), "name"), ["a", "b"], ["Ash", "Ash"])


@pytest.fixture
def spec(lay: Callable[..., Path], tmp_path: Path) -> Callable[..., PanelSpec]:
    """A plan's [panel] with boundaries, and the data it names."""
    rows = ["place,tree,number,year,kind,x"]
    rows += [f"{p},{t},{n},{y},{k},1" for p, t, n, k in
             (("p1", "Ash", 1, "a"), ("p2", "Birch", 2, "a"), ("p3", "Cedar", 3, "b")) for y in (2020, 2021)]  # fmt: skip
    data = tmp_path / "panel.csv"
    data.write_text("\n".join(rows), encoding="utf-8")

    def make(**said: Any) -> PanelSpec:
        outlines = Boundaries(**{"file": str(lay()), "key": "name", **said})
        return PanelSpec(source=str(data), unit="place", label_zh="tree", boundaries=outlines)

    return make


COORDS: dict[str, Any] = {
    "unit": xr.Variable("unit", ["p1", "p2", "p3"]), "label_zh": xr.Variable("unit", ["Ash", "Birch", "Cedar"]),
}  # fmt: skip


@pytest.mark.parametrize(
    "said", [{}, {"match": "tree"}, {"key": "code", "match": "number"}]
)  # fmt: skip
def test_units_are_matched_by_any_column(said: Any, spec: Callable[..., PanelSpec]) -> None:
    found = study_boundaries(spec(**said), COORDS)
    assert found is not None
    assert found["unit"].values.tolist() == ["p1", "p2", "p3", ""]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"match": "place"}, 'key = "name", match = "tree" would match 3 of them'),
        ({"key": "code", "match": "tree"}, 'key = "name" would match 3 of them'),
        ({"match": "x"}, 'are both called "1"'),
        ({"match": "year"}, r'panel.csv, column "year": p1 has several values \(2020, 2021\); a unit has one'),
        ({"match": "tre"}, r'no column "tre" \(match of the boundaries\); did you mean "tree"'),
        ({"key": "nam"}, 'no property "nam"'),
    ],
)
def test_what_a_plan_gets_wrong_is_said_with_the_mend(said: Any, words: str, spec: Callable[..., PanelSpec]) -> None:
    with pytest.raises(InputError, match=words):
        study_boundaries(spec(**said), COORDS)


def test_a_cube_has_no_outlines(spec: Callable[..., PanelSpec]) -> None:
    with pytest.raises(InputError, match="a cube has no units that boundaries could outline"):
        study_boundaries(spec(), {})
    assert study_boundaries(PanelSpec(source="x.csv"), {}) is None


# with a study


PLAN = """
[panel]
source = "panel.csv"
indices = ["u1", "u2"]
boundaries = {{ file = "map.geojson", key = "name", match = "tree" }}
[steps]
{steps}
"""
DATA = "place,tree,year,u1,u2\n" + "\n".join(
    f"{p},{t},{y},0.{k}{y % 10},0.{9 - k}5"
    for k, (p, t) in enumerate((("p1", "Ash"), ("p2", "Birch"), ("p3", "Dogwood")), 2)
    for y in (2020, 2021)
)


def test_a_run_keeps_outlines_with_its_results_and_says_what_lacks_one(
    lay: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import accord.delivery
    import accord.plot
    import accord.reports.figures

    for module in (accord.plot, accord.reports.figures):
        monkeypatch.setattr(module, "FIGURES", {}, raising=False)
    lay()
    (tmp_path / "panel.csv").write_text(DATA, encoding="utf-8")
    (tmp_path / "plan.toml").write_text(PLAN.format(steps=""), encoding="utf-8")
    done = ac.run(tmp_path / "plan.toml", out=tmp_path / "out")
    assert [w["en"] for w in done.warnings if "polygon" in w["en"]] == [
        "map.geojson: units without a polygon are on no map: p3; polygons of no unit: Cedar, Elm"
    ]
    assert not any("tree" in w["en"] and "not used" in w["en"] for w in done.warnings)
    with xr.open_datatree(tmp_path / "out" / "study.nc", engine="h5netcdf") as tree:
        kept = tree["boundaries"].to_dataset().load()
    xr.testing.assert_equal(
        kept[["name", "size", "lon", "lat"]],
        ac.read_boundaries(tmp_path / "map.geojson", "name")[["name", "size", "lon", "lat"]],
    )
    assert kept["unit"].values.tolist() == ["p1", "p2", "", ""]
    assert not [name for name in done.files if "boundaries" in name]
    assert "place_of_ring" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    inputs = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["inputs"]
    assert [i["file"] for i in inputs] == ["panel.csv", "map.geojson"]
    monkeypatch.setattr(accord.delivery, "render", lambda *_: [])
    again = ac.run(tmp_path / "plan.toml", out=tmp_path / "out", only="stages")
    assert sum("polygon" in w["en"] for w in again.warnings) == 1
    bare = (tmp_path / "plan.toml").read_text(encoding="utf-8").replace("boundaries", "# boundaries")
    (tmp_path / "plan.toml").write_text(bare, encoding="utf-8")
    ac.run(tmp_path / "plan.toml", out=tmp_path / "out", only="stages")
    with xr.open_datatree(tmp_path / "out" / "study.nc", engine="h5netcdf") as tree:
        assert "boundaries" not in tree.children


@pytest.mark.parametrize("command", ["run", "check"])
def test_the_command_line_ends_with_one_sentence(
    command: str, lay: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from accord.cli import app

    lay([feature("Ash", [square(39, 116)])])
    (tmp_path / "panel.csv").write_text(DATA, encoding="utf-8")
    (tmp_path / "plan.toml").write_text(PLAN.format(steps=""), encoding="utf-8")
    shown = warnings.showwarning
    args = [command, str(tmp_path / "plan.toml"), *(["--out", str(tmp_path / "out")] if command == "run" else [])]
    with pytest.raises(SystemExit) as ended:
        app(args, prog_name="accord")
    warnings.showwarning = shown
    said = capsys.readouterr()
    assert ended.value.code == 2 and said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("accord: ") and "longitude and latitude are swapped" in said.err
    assert not (tmp_path / "out").exists()


# the real file


def test_provinces_of_china(shared: Path) -> None:
    file = shared / "data" / "china" / "provinces.geojson"
    if not file.is_file():
        pytest.skip("../shared holds no provinces.geojson")
    plan = ac.read_plan(file.parent / "plan.toml")
    panel = ac.read_panel(plan.panel.source, unit="province", time="year", label_zh="province_zh")
    found = study_boundaries(plan.panel, panel.coords)
    assert found is not None and found.sizes["place"] == 34
    empty = [str(n) for n, u in zip(found["name"].values, found["unit"].values, strict=True) if not u]
    assert sorted(empty) == ["台湾", "澳门", "香港"]
    names = dict(zip(panel["unit"].values, panel["label_zh"].values, strict=True))
    assert all(names[u] == n for n, u in zip(found["name"].values, found["unit"].values, strict=True) if u)
    assert boundary_notes(found) == []
