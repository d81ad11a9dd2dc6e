"""Limits of what is read: each met by a small file that a naive reader would blow up, and by a plain sentence."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from accord.cli import app
from accord.errors import InputError
from accord.io.exports import read_exports
from accord.io.tables import read_panel, write_panel
from accord.sheets import archive, read_grids, read_sheets

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
ROWS = [["地区", 2019, 2020], ["北京", 1, 2], ["天津", 3, 4]]


def cell(row: int, column: int, value: object) -> str:
    at = f"{chr(65 + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def rows(values: list[list[object]] = ROWS) -> str:
    return "".join(
        f'<row r="{r}">{"".join(cell(r, c, v) for c, v in enumerate(row))}</row>' for r, row in enumerate(values, 1)
    )


def book(
    path: Path, data: str, after: str = "", part: str = "worksheets/sheet1.xml", shared: str = "", start: str = ""
) -> Path:
    """A workbook of one sheet S, each byte of it as given."""
    sheet = f'{HEAD}{start}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{after}</worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", f'{HEAD}<Types xmlns="{LINKS}"/>')
        made.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{LINKS}"><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        made.writestr(
            "xl/workbook.xml",
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>',
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{HEAD}<Relationships xmlns="{LINKS}"><Relationship Id="a" Type="{OFFICE}/worksheet" Target="{part}"/>'
            f'<Relationship Id="b" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        made.writestr("xl/" + part, sheet)
        if shared:
            made.writestr("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}">{shared}</sst>')
    return path


@pytest.mark.parametrize("part", ["worksheets/sheet1.xml", "s/sheet.xml", "Worksheets/Sheet1.XML", "s.dat", "m/x.png"])
def test_a_sheet_under_any_name(part: str, tmp_path: Path) -> None:
    """Two cells in opposite corners: calamine would lay out 400 GB."""
    assert len(read_exports(book(tmp_path / "t.xlsx", rows(), part=part)).units) == 2
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    with pytest.raises(InputError, match=r"t\.xlsx: 17,179,869,184 cells, more than the 3,000,000"):
        read_exports(book(tmp_path / "t.xlsx", far, part=part))


@pytest.mark.parametrize(
    "far",
    [
        '<row r="2"><c r="XFD99999"><v>2</v></c></row>',  # the row says 2
        '<row spans=">" r="99999"><c r="XFD99999"><v>2</v></c></row>',
        '<row r="99999"><c r="xfd99999"><v>2</v></c></row>',
        "<row r='99999'><c r='XFD99999'><v>2</v></c></row>",
        '<row r="99999"><c s="1" r="XFD99999"><v>2</v></c></row>',
        '<row r="99999"><c\nr="XFD99999"><v>2</v></c></row>',
        '<row r="99999"><x:c xmlns:x="' + MAIN + '" r="XFD99999"><v>2</v></x:c></row>',
        f'<!--{" " * 70_000}--><row r="99999"><c r="XFD99999"><v>2</v></c></row>',
    ],
)
def test_a_far_cell_written_in_any_way(far: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.xlsx: 1,638,[\d,]+ cells, more than the 3,000,000"):
        read_exports(book(tmp_path / "t.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>' + far))


def test_an_error_in_a_sheet_under_another_name(tmp_path: Path) -> None:
    """calamine hides errors: they are found by the sheet's own part."""
    data = rows().replace('<c r="B2"><v>1</v>', '<c r="B2" t="e"><v>#REF!</v>')
    with pytest.raises(InputError, match='row 2, column B: "#REF!" is an error'):
        read_exports(book(tmp_path / "t.xlsx", data, part="Other/S.XML"))


def test_elements_inside_elements(tmp_path: Path) -> None:
    data = f'<row r="1"><c r="A1" t="e">{"<is>" * 1000}{"</is>" * 1000}</c></row>{rows()}'
    with pytest.raises(InputError, match=r"t\.xlsx: the workbook is damaged \(more than 200 elements"):
        read_exports(book(tmp_path / "t.xlsx", data))


def shown(count: int) -> str:
    return "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, count + 1))


def test_a_text_that_thousands_of_cells_share(tmp_path: Path) -> None:
    """Each cell has its own copy once it is read: 1 MB of XML would be 8 GB."""
    one = f"<si><t>{'a' * 32_767}</t></si>"
    with pytest.raises(InputError, match="a text of 32,768 characters, more than the 32,767 of a cell; cut it"):
        read_sheets(book(tmp_path / "t.xlsx", shown(1), shared=one.replace("</t>", "a</t>")))
    with pytest.raises(InputError, match="show 156 million characters of text, more than the 128 read; take out long"):
        read_sheets(book(tmp_path / "t.xlsx", shown(5000), shared=one))
    assert read_sheets(book(tmp_path / "t.xlsx", shown(2), shared=one))["s"].frame.size == 1
    many = shown(5000).replace("<v>0<", "<v>1<")  # the long one stands in no cell
    assert len(read_sheets(book(tmp_path / "t.xlsx", many, shared=one + "<si><t>b</t></si>"))["s"].frame) == 4999


def test_too_many_texts_and_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_CELLS", 100)
    with pytest.raises(InputError, match="101 different texts, more than the 100 read; split it"):
        read_sheets(book(tmp_path / "t.xlsx", rows(), shared="<si><t>a</t></si>" * 101))
    monkeypatch.setattr(archive, "MOST_ALL", 1000)
    with pytest.raises(InputError, match="the workbook inflates to more than 0 MB; split it"):
        read_sheets(book(tmp_path / "t.xlsx", rows()))


def test_merged_cells_upon_each_other(tmp_path: Path) -> None:
    """Each of thousands of ranges over the whole sheet would be filled by itself."""
    whole = "".join(f'<mergeCell ref="A{k % 2 + 1}:XFD{1000 + k}"/>' for k in range(2000))
    path = book(
        tmp_path / "t.xlsx", rows([["unit", "year", "x"], *[["A", 2000, 1]] * 999]), f"<mergeCells>{whole}</mergeCells>"
    )
    for read in (read_sheets, read_exports):
        with pytest.raises(InputError, match='sheet "S": its merged cells lie upon each other; unmerge them'):
            read(path)


def test_merged_cells_told_twice_and_beyond_the_sheet(tmp_path: Path) -> None:
    data = rows([["unit", "year", "x"], ["A", 2000, 1], ["", 2001, 2], ["B", 2000, 3]])
    merged = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A2:A3"/><mergeCell ref="C4:C900"/><mergeCell ref="Z9:Z99"/></mergeCells>'
    read = read_sheets(book(tmp_path / "t.xlsx", data, merged))["s"]
    assert read.frame["unit"].tolist() == ["A", "A", "B"] and not read.broken


@pytest.mark.parametrize("text", ["a,b,c\n" * 40, "\n" * 101 + "a,b\n", "a" + "," * 101, "a\tb\n" + "1\t2\r" * 60])
def test_cells_are_counted_while_a_text_is_read(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.sheets.text.MOST_CELLS", 100)
    (tmp_path / "t.csv").write_text(text, newline="")
    for read in (read_sheets, read_exports):
        with pytest.raises(InputError, match=r"t\.csv: at least 1\d\d cells, more than"):
            read(tmp_path / "t.csv")


def test_a_cell_without_an_end(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n"' + "x" * 131_073 + '",1\n')
    with pytest.raises(
        InputError, match=r"row 2: a cell of more than 131,072 characters; close its quotes, or cut it$"
    ):
        read_sheets(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.parquet"])
def test_a_pipe(name: str, tmp_path: Path) -> None:
    """Opening one would wait for ever."""
    os.mkfifo(tmp_path / name)
    for read in (read_sheets, read_exports, read_panel):
        with pytest.raises(InputError, match="is no file but a pipe or a device; name a file"):
            read(tmp_path / name)


# folders


def folder_of(place: Path, names: list[str]) -> Path:
    """A folder with a table of 2 units and 2 years under each name."""
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("地区,2019,2020\n北京,1,2\n天津,3,4\n")
    return place


def test_what_is_passed_over_is_said(tmp_path: Path) -> None:
    kept = ["人口.csv", "in/收入.csv"]
    folder = folder_of(tmp_path / "in", [*kept, ".hidden.csv", "._人口.csv", "~$a.xlsx", ".git/x.csv", ".DS_Store"])
    os.mkfifo(folder / "pipe.csv")
    (folder / "gone.xlsx").symlink_to(folder / "nowhere.xlsx")
    (folder / "loop").symlink_to(folder)
    found = read_exports(folder)
    assert {source.file for source in found.sources} == set(kept)
    assert dict(found.skipped) == {
        ".hidden.csv": "a hidden file; rename it so that its name does not begin with a dot",
        "pipe.csv": "a pipe or a device, not a file",
        "gone.xlsx": "a link to a file that is not there",
        "loop": "a link to a folder, which is not followed",
    }
    with pytest.raises(InputError, match=r"no table .* is found \(\.hidden\.csv: a hidden file; rename it"):
        read_exports(folder_of(tmp_path / "dots", [".hidden.csv"]))


def test_one_limit_for_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path / "in", ["a.csv", "b.csv", "c.csv"])
    monkeypatch.setattr("accord.io.exports.MOST_CELLS", 27)
    assert all(source.grid.cells.size == 0 for source in read_exports(folder).sources)
    monkeypatch.setattr("accord.io.exports.MOST_CELLS", 26)
    with pytest.raises(
        InputError, match="/in: its files have more than 26 cells together; read parts of it one by one"
    ):
        read_exports(folder)


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path, [f"{k}.md" for k in range(4)])
    monkeypatch.setattr("accord.io.listing.MOST_ENTRIES", 3)
    with pytest.raises(InputError, match="more than 3 files; name the folder of the exports alone"):
        read_exports(tmp_path)


def test_nothing_is_written_among_the_exports(tmp_path: Path) -> None:
    """It would be read as one of them the next time."""
    folder = folder_of(tmp_path / "in", ["人口.csv"])
    for out in (folder / "out.csv", folder / "deeper" / "out.csv"):
        with pytest.raises(InputError, match=r"lies in .*, the folder that is read"):
            write_panel(read_exports(folder), out)
        done = CliRunner().invoke(app, ["panel", str(folder), "--out", str(out)])
        assert done.exit_code == 2 and not out.parent.joinpath("out.csv").exists()
    with pytest.raises(InputError, match=r"人口\.csv is the file that is read; write to another"):
        write_panel(read_exports(folder / "人口.csv"), folder / "人口.csv")
    write_panel(read_exports(folder), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").is_file()


def test_too_many_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"县{k},{k}.5,{k}" for k in range(11)]
    (tmp_path / "t.csv").write_text("\n".join(["地区,2019,2020", *lines]))
    monkeypatch.setattr("accord.io.exports.MOST_UNITS", 12)
    assert len(read_exports(tmp_path / "t.csv").units) == 11
    monkeypatch.setattr("accord.io.exports.MOST_UNITS", 11)  # the head is one of them, numbers are none
    with pytest.raises(InputError, match=r"t\.csv, column A: more than 11 different names; give fewer units"):
        read_exports(tmp_path / "t.csv")


def test_what_is_hidden_is_said(tmp_path: Path) -> None:
    made = Workbook()
    for name, hidden in (("人口", False), ("收入", True)):
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if hidden else "visible"
        for row in ROWS:
            sheet.append(row)
        sheet.row_dimensions[3].hidden = not hidden
    made.save(tmp_path / "t.xlsx")
    told = read_exports(tmp_path / "t.xlsx").told().splitlines()
    assert [line.partition("; ")[2] for line in told[:2]] == [
        "rows or columns in it are hidden, and read", "the sheet is hidden",
    ]  # fmt: skip


def ods(path: Path, sheets: int, times: int, text: str) -> Path:
    """Sheets of one row each, whose one cell is told once and stands many times."""
    names = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text", "manifest")
    )
    cell = f'<table:table-cell table:number-columns-repeated="{times}" office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    table = f'<table:table table:name="S{{}}"><table:table-row>{cell}</table:table-row></table:table>'
    body = "".join(map(table.format, range(sheets)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("META-INF/manifest.xml", f"<manifest:manifest {names}/>")
        made.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def test_an_ods_is_measured_as_a_whole(tmp_path: Path) -> None:
    """calamine lays out all its sheets at once, each cell with its own copy of the text."""
    assert len(list(read_grids(ods(tmp_path / "t.ods", 3, 5, "a")))) == 3
    with pytest.raises(InputError, match="6,000,000 cells, more than the 3,000,000"):
        read_sheets(ods(tmp_path / "t.ods", 3, 2_000_000, "a"))
    with pytest.raises(InputError, match="its cells show 190 million characters of text"):
        read_sheets(ods(tmp_path / "t.ods", 2, 1000, "a" * 100_000))


def test_more_merged_cells_than_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.sheets.sheet.MOST_BROKEN", 3)
    made = Workbook()
    for row in (["unit", "year", "x", "y"], *(["A", 2011 + i, None, None] for i in range(6))):
        made.active.append(row)
    made.active["C2"] = 5
    made.active.merge_cells("C2:D5")
    made.save(tmp_path / "t.xlsx")
    with pytest.raises(InputError, match="more than 3 cells are merged with others; unmerge them"):
        read_sheets(tmp_path / "t.xlsx")
