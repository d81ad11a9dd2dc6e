"""The workbook of tables: what its first sheet lists, what the columns hold, texts that stand off the numbers beside them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xarray as xr

import accord as ac
from accord.delivery import write
from accord.reports import book


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    study = ac.Study(ac.sample(), forecast=False, unit_roots=False, pvar=False)
    study.run()
    return study.results()


@pytest.fixture(scope="module", params=["en", "zh"])
def made(
    request: pytest.FixtureRequest, tree: xr.DataTree, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, openpyxl.Workbook, Path]:
    place = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accord.reports.figures.drawable", lambda _: [])
        write(tree, place, request.param)
    return request.param, openpyxl.load_workbook(place / "tables.xlsx"), place


def test_contents_lead_to_every_sheet(made: tuple[str, openpyxl.Workbook, Path]) -> None:
    _, workbook, _ = made
    sheet = workbook["contents"]
    linked = {c.value: c.hyperlink.location for c in sheet["A"] if c.hyperlink}
    assert list(linked) == workbook.sheetnames[1:]
    assert all(at == f"'{name}'!A1" for name, at in linked.items())
    rows = {row[0].value: [c.value for c in row] for row in sheet.iter_rows()}
    for name in linked:
        assert rows[name][1] == workbook[name].max_row - 1
        assert rows[name][2], name


def test_every_column_is_told(made: tuple[str, openpyxl.Workbook, Path]) -> None:
    language, workbook, _ = made
    told = {(a, b): c for a, b, c in workbook[book.COLUMNS].iter_rows(min_row=2, values_only=True)}
    for name in workbook.sheetnames:
        if name not in ("contents", "data", book.COLUMNS):
            assert [b for a, b in told if a == name] == [c.value for c in workbook[name][1]]
    assert told["coordination", "coordination"] == {"en": "coupling coordination degree", "zh": "耦合协调度"}[language]
    if language == "zh":
        assert not [key for key, text in told.items() if text.isascii() and text == key[1] and len(text) > 2]


def test_texts_stand_off_the_numbers_beside_them(made: tuple[str, openpyxl.Workbook, Path]) -> None:
    _, workbook, _ = made
    sheet = workbook["coordination"]
    head = [c.value for c in sheet[1]]
    text, number = (sheet.cell(2, 1 + head.index(name)) for name in ("region", "coordination"))
    assert text.alignment.indent == 1 and number.alignment.indent == 0
    assert sheet.cell(1, 1 + head.index("coordination")).alignment.horizontal == "right"
    assert sheet.cell(1, 1 + head.index("region")).alignment.indent == 1
    assert number.number_format == "0.0000"


def test_filled_cells_are_in_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = ac.sample()
    panel["gap_rule"][0, 1, 2] = 1
    study = ac.Study(panel, forecast=False, unit_roots=False, pvar=False, density=False, space=False)
    study.run()
    monkeypatch.setattr("accord.reports.figures.drawable", lambda _: [])
    write(study.results(), tmp_path, "en")
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx")["data"]
    marked = [c.coordinate for row in sheet.iter_rows(min_row=2) for c in row if c.fill.fill_type == "solid"]
    assert len(marked) == 1
