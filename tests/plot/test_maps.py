"""Maps: where units lie, what is filled, hatched and written, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import accord.plot as plot
from accord.errors import AccordWarning, InputError
from accord.places import code_of, province_labels
from accord.plot.outlines import RADIUS, albers, outline_charts
from accord.plot.sites import spread
from accord.plot.style import stage_colours
from accord.plot.tiles import ALWAYS, LAYOUTS, country_tiles, laid

PROVINCES = [c for c in laid("CN") if c not in ("HK", "MO", "TW")]
LOWER = [c for c in laid("US") if c not in ALWAYS["US"]]


def outlines(*places: tuple[str, float, float, float], unit: bool = False) -> xr.Dataset:
    """Squares (name, west, south, side), the last with a hole."""
    names = [p[0] for p in places]
    rings = [np.array([[x, y], [x + s, y], [x + s, y + s], [x, y + s]]) for _, x, y, s in places]
    hole = rings[-1][::-1] * 0.5 + rings[-1].mean(axis=0) * 0.5
    at = np.concatenate([*rings, hole]).astype("f4")
    of, n = [*range(len(names)), len(names) - 1], len(names) + 1
    out = xr.Dataset(
        {
            "name": ("place", np.array(names)), "place_of_ring": ("ring", of), "part": ("ring", [0] * n),
            "hole": ("ring", [0] * (n - 1) + [1]), "size": ("ring", [4] * n),
            "lon": ("vertex", at[:, 0]), "lat": ("vertex", at[:, 1]),
        },
        attrs={"source": "map.geojson", "key": "name"},
    )  # fmt: skip
    return out.assign(unit=("place", np.array([n if n != "Elm" else "" for n in names]))) if unit else out


LAND = outlines(("Ash", 100, 30, 4), ("Birch", 104, 30, 4), ("Cedar", 100, 34, 4), ("Elm", 104, 34, 4))


def table(units: list[str], stage: Any = None, **coords: Any) -> xr.Dataset:
    n = len(units)
    d = (np.arange(n)[:, None] * 7 % 10 + np.array([0.5, 1.5])) / 11
    stage = np.floor(d * 10).astype("i1") + 1 if stage is None else np.asarray(stage)
    names = {"label_en": [f"stage {k}" for k in range(1, 11)], "label_zh": [f"第{k}级" for k in range(1, 11)]}
    cells = ("unit", "time")
    return xr.Dataset(
        {"coordination": (cells, d), "stage": (cells, stage, names)}, {"unit": units, "time": [2020, 2021], **coords}
    )


def filled(figure: Figure, at: int = 0) -> tuple[list[str], int]:
    """Colours of the places with data in a map, and how many are hatched."""
    found = [c for c in figure.axes[at].collections if isinstance(c, PathCollection)]
    hatched = sum(len(c.get_paths()) for c in found if c.get_hatch())
    colours = [to_hex(f) for c in found if not c.get_hatch() for f in c.get_facecolor()]
    return colours, hatched


def written(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()]


def entries(figure: Figure) -> list[str]:
    return [t.get_text() for box in figure.legends for t in box.get_texts()]


# layouts


@pytest.mark.parametrize("country", list(LAYOUTS))
def test_every_place_has_a_tile_of_its_own(country: Any) -> None:
    places = laid(country)
    assert len(set(places.values())) == len(places) == len(re.findall(r"[A-Z]{2}", LAYOUTS[country]))
    assert len(places) == {"CN": 34, "US": 51}[country]
    assert all(code_of(code, country) == code for code in places)
    assert len({len(line.split()) for line in LAYOUTS[country].strip().splitlines()}) == 1
    if country == "CN":
        assert set(places) == set(province_labels()) and len(set(province_labels().values())) == 34


NEXT = {
    "CN": "HL-JL JL-LN BJ-HE BJ-TJ TJ-SD HE-SD HE-SX HE-HA SX-HA SX-SN SX-NM NX-GS NX-SN GS-QH GS-SC QH-XJ QH-XZ "
    "XJ-XZ XZ-SC XZ-YN SC-CQ SC-GZ SC-YN GZ-CQ SN-HA SN-HB CQ-HB HA-AH HA-HB AH-JS AH-JX AH-ZJ JS-SH JS-ZJ JS-SD SH-ZJ "
    "HB-HN HB-JX HN-GD HN-GX HN-JX JX-FJ JX-ZJ FJ-ZJ GX-GD GD-HK GD-MO GD-HI",
    "US": "WA-OR WA-ID OR-CA OR-NV CA-NV NV-UT UT-AZ UT-CO AZ-NM NM-CO CO-WY CO-NE CO-KS WY-MT WY-SD MT-ND MT-ID ND-SD "
    "ND-MN MN-IA MN-WI SD-NE NE-KS NE-IA KS-OK OK-TX OK-AR MO-AR AR-LA AR-MS IA-IL IL-WI IL-IN WI-MI IN-OH MI-OH "
    "KY-WV KY-TN KY-OH TN-MS TN-AL TN-NC MS-AL AL-GA GA-SC GA-FL SC-NC NC-VA VA-WV VA-MD MD-DE OH-PA PA-NY PA-NJ NY-NJ "
    "NY-VT NY-MA MA-CT MA-RI MA-NH VT-NH NH-ME CT-RI LA-TX MD-DC",
}  # fmt: skip
"""Pairs that share a border, or face each other across a strait."""


@pytest.mark.parametrize("country", list(LAYOUTS))
def test_neighbours_are_neighbours_and_directions_hold(country: Any) -> None:
    places = laid(country)
    for pair in NEXT[country].split():
        (r, c), (s, d) = (places[code] for code in pair.split("-"))
        assert max(abs(r - s), abs(c - d)) == 1, pair
    order = {
        "CN": (["HL", "BJ", "HB", "GD"], ["XJ", "GS", "SX", "JS"]),
        "US": (["ME", "NY", "NC", "FL"], ["WA", "MT", "MN", "NY"]),
    }
    north, west = order[country]
    assert [places[c][0] for c in north] == sorted(places[c][0] for c in north)
    assert [places[c][1] for c in west] == sorted(places[c][1] for c in west)


def test_provinces_are_known_by_any_name_and_those_without_data_are_there() -> None:
    for units in (["Beijing", "Tibet", *PROVINCES[2:]], PROVINCES):
        found = country_tiles(units if units is PROVINCES else PROVINCES)
        assert found is not None and found[0] == "CN"
        assert {t.code for t in found[1] if not t.unit} == {"HK", "MO", "TW"}
    assert country_tiles(["p1", "p2"], ["上海市", "江苏省"]) is not None, "by their Chinese names"
    assert country_tiles(["上海", "江苏", "Ohio"]) is None
    assert country_tiles(["Beijing", "Beijing"]) is None


def test_states_without_data_are_left_out_only_where_they_are_not_contiguous() -> None:
    found = country_tiles(LOWER)
    assert found is not None and found[0] == "US"
    assert {t.code for t in found[1]} == set(LOWER)
    less = country_tiles(LOWER[:-1])
    assert less is not None and [t.code for t in less[1] if not t.unit] == LOWER[-1:]
    more = country_tiles([*LOWER, "Alaska", "Hawaii", "District of Columbia"])
    assert more is not None and len(more[1]) == 51


def test_a_part_of_a_country_is_drawn_where_it_lies_unless_scattered() -> None:
    found = country_tiles(["Shanghai", "Jiangsu", "Zhejiang", "Anhui"])
    assert found is not None
    assert {t.code: (t.row, t.column) for t in found[1]} == {"AH": (0, 0), "JS": (0, 1), "SH": (0, 2), "ZJ": (1, 1)}
    assert country_tiles(["Beijing", "Guangdong", "Xinjiang"]) is None


# frames


def test_default_years_are_spread_evenly() -> None:
    assert [2011 + k for k in spread(12)] == [2011, 2015, 2018, 2022]
    assert [spread(n) for n in (1, 2, 3, 4, 5)] == [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 3, 4]]


def test_frame_of_polygons_has_places_without_unit_and_units_without_place() -> None:
    t = table(["Cedar", "Ash", "Birch", "Dogwood"], [[3, 4], [5, 0], [6, 7], [1, 1]])
    with pytest.warns(AccordWarning, match=r"map\.geojson: units without a polygon are on no map: Dogwood; .*Elm"):
        frame = plot.stage_maps(t, boundaries=LAND, years=[2021], data=True)
    want = pd.DataFrame({
        "time": 2021, "place": ["Ash", "Birch", "Cedar", "Elm", ""], "unit": ["Ash", "Birch", "Cedar", "", "Dogwood"],
        "stage": [0, 7, 4, 0, 1], "stage_name": ["", "stage 7", "stage 4", "", "stage 1"],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, want, check_dtype=False)


def test_frame_of_tiles_and_of_d() -> None:
    frame = plot.stage_maps(table(PROVINCES), data=True, language="zh")
    assert frame["time"].unique().tolist() == [2020, 2021]
    assert frame[frame["unit"] == ""]["place"].unique().tolist() == ["TW", "HK", "MO"]
    assert frame[frame["unit"] == "HL"]["stage_name"].tolist() == ["第1级", "第2级"]
    t = table(["a", "b"])
    t["coordination"][1, 0] = np.nan
    d = plot.stage_maps(t, variable="coordination", data=True)
    assert list(d.columns) == ["time", "place", "unit", "coordination"]
    np.testing.assert_array_equal(
        d["coordination"], [t["coordination"].values[0, 0], np.nan, *t["coordination"].values[:, 1]]
    )


def test_units_of_no_known_country_stand_by_region_in_the_order_of_the_data() -> None:
    t = table(["a", "b", "c", "d"], region=("unit", ["East", "West", "East", "West"]))
    assert plot.stage_maps(t, data=True, years=[2020])["place"].tolist() == ["a", "c", "b", "d"]
    figure = plot.stage_maps(t, years=[2020])
    assert [w for w in written(figure) if w in "abcd" or w in ("East", "West")] == ["a", "c", "b", "d", "East", "West"]


def test_outlines_of_the_tree_are_taken_with_its_units() -> None:
    t = table(["Ash", "Birch", "Cedar"])
    joined = LAND.assign(unit=("place", ["Ash", "Birch", "Cedar", ""]))
    root = xr.Dataset(attrs={"language": "zh"})
    tree = xr.DataTree.from_dict({"/": root, "/coordination": t, "/boundaries": joined})
    assert plot.stage_maps(tree, data=True)["place"].unique().tolist() == ["Ash", "Birch", "Cedar", "Elm"]
    figure = plot.stage_maps(tree)
    assert "无数据" in entries(figure) and {"N", "0"} <= set(written(figure))
    part = plot.stage_maps(t.isel(unit=[0, 1]), boundaries=joined, data=True, years=[2020])
    assert part["unit"].tolist() == ["Ash", "Birch", "", ""]


# what is on paper


def test_places_are_filled_with_the_colours_of_their_stages() -> None:
    t = table(["Ash", "Birch", "Cedar"], [[3, 4], [5, 0], [10, 3]])
    figure = plot.stage_maps(t, boundaries=LAND)
    colours = stage_colours(10)
    first, last = filled(figure, 0), filled(figure, 1)
    assert sorted(first[0]) == sorted([colours[2], colours[4], colours[9]]) and first[1] == 1
    assert sorted(last[0]) == sorted([colours[3], colours[2]]) and last[1] == 2
    assert entries(figure) == ["3 stage 3", "4 stage 4", "5 stage 5", "10 stage 10", "no data"]
    assert {"2020", "2021"} <= set(written(figure))
    whole = plot.stage_maps(table(["Ash", "Birch", "Cedar", "Elm"]), boundaries=LAND)
    assert filled(whole)[1] == 0 and "no data" not in entries(whole)


def test_d_is_drawn_on_one_scale_that_ends_at_tenths() -> None:
    t = table(["Ash", "Birch", "Cedar"])
    figure = plot.stage_maps(t, boundaries=LAND, variable="coordination")
    assert len(filled(figure)[0]) == 3 and filled(figure)[1] == 1
    assert {"Coupling coordination degree D", "0.0", "0.8"} <= set(written(figure))
    equal = t.assign(coordination=t["coordination"] * 0 + 0.5)
    assert len(set(filled(plot.stage_maps(equal, variable="coordination"))[0])) == 1


def test_tiles_are_labelled_with_codes_and_in_chinese_with_short_names() -> None:
    assert {"BJ", "TW", "HK"} <= set(written(plot.stage_maps(table(PROVINCES))))
    chinese = written(plot.stage_maps(table(PROVINCES), language="zh", size="single"))
    assert {"京", "台", "港", "澳"} <= set(chinese) and "BJ" not in chinese
    assert "WY" in written(plot.stage_maps(table(LOWER), language="zh"))
    assert not {"N", "0"} & set(written(plot.stage_maps(table(LOWER)))), "tiles have no scale"


@pytest.mark.parametrize("south", [30, -40, -5])
def test_areas_are_equal_and_the_scale_bar_is_true(south: float) -> None:
    """A strip of squares of 2 degrees: each is as large on paper as on the sphere, in mm of the scale bar."""
    places = [(f"s{k}", 100 + 2 * k, south + 2 * (k % 5), 2.0) for k in range(10)]
    land = outlines(*places, unit=True)
    chart = outline_charts(land)(80)
    assert chart.wide == 80 and chart.km > 0
    for shape in chart.shapes[:-1]:
        k = int(shape.place[1:])
        low, high = np.radians([south + 2 * (k % 5), south + 2 * (k % 5) + 2])
        sphere = RADIUS**2 * np.radians(2) * (np.sin(high) - np.sin(low))
        x, y = shape.outline.vertices[:-1].T
        mm = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
        if k != 9:
            assert mm * chart.km**2 == pytest.approx(sphere, rel=0.02)
    figure = plot.stage_maps(table([f"s{k}" for k in range(10)]), boundaries=land, years=[2020])
    said = next(w for w in written(figure) if w.endswith(" km"))
    bar = [p for axes in figure.axes for p in axes.patches if isinstance(p, Rectangle)]
    drawn = figure.axes[0].get_xlim()[1]
    extent = np.ptp(albers(land["lon"].values, land["lat"].values)[0])
    assert sum(p.get_width() for p in bar) == pytest.approx(float(said[:-3]) / extent * (drawn - 0.6), rel=1e-3)
    assert sum(p.get_width() for p in bar) < 0.5 * drawn


def test_projection_is_that_of_the_book() -> None:
    """Snyder (1987, p. 291): sphere of radius 1, parallels 29.5 and 45.5, 35 N 75 W seen from 23 N 96 W."""
    x, y, _ = albers([-117.0, -75.0, -75.0], [25.5, 49.5, 35.0])
    assert x[2] / RADIUS == pytest.approx(0.2952720, abs=1e-7)
    n, c, rho = 0.6028370, 1.3512213, 1.5562263  # of the book; rho is that of 23 N, ours begins at 37.5 N
    middle = np.sqrt(c - 2 * n * np.sin(np.radians(37.5))) / n
    assert y[2] / RADIUS == pytest.approx(0.2416774 - rho + middle, abs=1e-6)


def test_a_map_across_the_date_line_is_in_one_piece() -> None:
    x, _, _ = albers([170, 179, -179, -170, 180, -180], [-20, -15, -20, -15, -18, -18])
    assert np.ptp(x) < 2300
    whole, _, stretched = albers(np.linspace(-180, 180, 73), np.linspace(-85, 85, 73))
    assert np.ptp(whole) > 20000 and stretched > 2
    land = outlines(("a", -180, -80, 179), ("b", 0, -80, 150))
    figure = plot.stage_maps(table(["a", "b"]), boundaries=land)
    assert not any(w.endswith(" km") for w in written(figure)), "no scale where none is true"


def test_holes_stay_open() -> None:
    units = ["Ash", "Birch", "Cedar", "Elm"]
    figure = plot.stage_maps(table(units), boundaries=LAND.assign(unit=("place", units)), years=[2020])
    elm = next(
        s
        for s in outline_charts(LAND.assign(unit=("place", units)))(figure.axes[0].get_xlim()[1]).shapes
        if s.place == "Elm"
    )
    outer = elm.outline.vertices[:4]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    dots = np.asarray(canvas.buffer_rgba())[::-1]
    for at, white in ((outer.mean(axis=0), True), (outer.mean(axis=0) * 0.2 + outer[0] * 0.8, False)):
        x, y = figure.axes[0].transData.transform(at).astype(int)
        assert (dots[y, x, :3] == 255).all() == white


def test_a_very_small_place_is_still_there() -> None:
    land = outlines(("Ash", 100, 30, 4), ("Dot", 120, 30, 0.001), ("Birch", 104, 20, 4), unit=True)
    assert {s.place for s in outline_charts(land)(40).shapes if len(s.outline.vertices)} == {"Ash", "Dot", "Birch"}


@pytest.mark.parametrize(("size", "language"), [("double", "en"), ("single", "zh")])
def test_nothing_overlaps_on_any_map(
    size: Any, language: str, make: Callable[..., xr.DataTree], legible: Callable[..., None]
) -> None:
    for tree in (make(3, 2, 1), make(31), make(48, 4, 1), make(10, long=True), make(20, equal=True)):
        legible(plot.stage_maps(tree, size=size, language=language), least=6)
    legible(plot.stage_maps(table(LOWER), size=size, language=language), least=50)
    for variable in ("stage", "coordination"):
        legible(plot.stage_maps(table(PROVINCES), size=size, language=language, variable=variable), least=68)
        more = {"boundaries": LAND, "variable": variable, "size": size, "language": language}
        legible(plot.stage_maps(table(["Ash", "Birch", "Cedar"]), **more), least=6)
    legible(plot.stage_maps(make(20, 17), years=range(2006, 2023), size=size, language=language), least=20)


def test_three_hundred_units_are_told_by_region_only(
    make: Callable[..., xr.DataTree], legible: Callable[..., None]
) -> None:
    figure = plot.stage_maps(make(300, 4))
    legible(figure)
    found = written(figure)
    assert "300 units, region by region in the order of the data" in found
    assert "Area 0" in found and not any(w.startswith("City") for w in found)


def test_one_year_can_be_drawn_into_given_axes() -> None:
    figure = Figure(figsize=(10, 4))
    left, right = figure.subplots(1, 2)
    assert plot.stage_maps(table(["Ash", "Birch", "Cedar"]), boundaries=LAND, ax=left, years=[2020]) is figure
    assert plot.stage_maps(table(PROVINCES), ax=right, variable="coordination") is figure
    assert "2020" in [t.get_text() for t in left.texts] and "2021" in [t.get_text() for t in right.texts]
    with pytest.raises(InputError, match=r"with ax, name one, as in years=\[2021\]"):
        plot.stage_maps(table(PROVINCES), ax=right, years=[2020, 2021])


def test_dates_are_written_as_years() -> None:
    t = table(PROVINCES).assign_coords(time=np.array(["2020-12-31", "2021-12-31"], dtype="M8[ns]"))
    figure = plot.stage_maps(t)
    assert {"2020", "2021"} <= set(written(figure)) and len(filled(figure)[0]) == 31


# what is refused


def test_what_cannot_be_drawn_is_said(make: Callable[..., xr.DataTree]) -> None:
    t = table(["Ash", "Birch", "Cedar"])
    with pytest.raises(
        InputError, match=r"3 of the 4 units have no polygon by the property \"name\": x, y, z; polygons"
    ):
        plot.stage_maps(table(["x", "y", "z", "Ash"]), boundaries=LAND)
    with pytest.raises(InputError, match=r"pass what read_boundaries\(file, key\) returns"):
        plot.stage_maps(t, boundaries="map.geojson")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"no year 1999 in the results; Allowed: 2020, 2021"):
        plot.stage_maps(t, years=[1999])
    with pytest.raises(InputError, match="stage_maps needs a year to draw"):
        plot.stage_maps(t, years=[])
    with pytest.raises(InputError, match=r'unknown variable "coupling"; .*Allowed: stage, coordination'):
        plot.stage_maps(t, variable="coupling")  # type: ignore[arg-type]
    with pytest.raises(InputError, match='needs table "coordination" with stage'):
        plot.stage_maps(t.drop_vars("stage"))
    with pytest.raises(InputError, match=r"400 maps do not fit a page: name fewer, as in years=\[\.\.\.\]"):
        plot.stage_maps(make(3, 400, 1), years=range(1623, 2023))


# the real file


def test_provinces_of_china(shared: Path, legible: Callable[..., None]) -> None:
    file = shared / "data" / "china" / "provinces.geojson"
    if not file.is_file():
        pytest.skip("../shared holds no provinces.geojson")
    import accord as ac

    land = ac.read_boundaries(file, "name")
    x, y, stretched = albers(land["lon"].values, land["lat"].values)
    assert stretched < 1.05
    square = 0.0
    for ring in np.split(np.column_stack([x, y]), np.cumsum(land["size"].values)[:-1]):
        a, b = (ring - ring[0]).T
        square += float(np.sum(a * np.roll(b, -1) - np.roll(a, -1) * b)) / 2
    assert square / 1e6 == pytest.approx(9.6, abs=0.2), "million square km"
    t = table([f"u{k}" for k in range(31)], label_zh=("unit", [province_labels()[c] for c in PROVINCES]))
    for size in ("double", "single"):
        figure = plot.stage_maps(t, boundaries=land, size=size, language="zh")
        legible(figure, least=8)
        assert filled(figure)[1] == 3 and len(filled(figure)[0]) == 31
