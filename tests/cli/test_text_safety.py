"""Names of every kind go through; spreadsheets and browsers take none of them for a command."""

from __future__ import annotations

import csv
import html
import json
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

Files = Any
NAMES = [
    "=1+1", "@SUM(A1)", "-a", "+a", "<script>alert(1)</script>", "{{7*7}}", "A$B$_^", "../../etc/passwd",
    'a "quoted", name', "O'Brien & Sons", "😀 happy", "北京市", "x" * 300, "%s %(a)s {0}", "\\frac{1}{0}", "nan",
    "CON", "a\u00a0b", "\u202eevil", "Straße ÅÄÖ", "=HYPERLINK(\"http://x\")", "]]>", "&lt;b&gt;", "'quoted",
]  # fmt: skip
RISKY = ("=", "+", "-", "@")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Results of a study in which units, regions, subsystems, dimensions and indicators bear such names."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("doors", Path(__file__).with_name("conftest.py"))
    assert spec and spec.loader
    doors = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["doors"] = doors
    spec.loader.exec_module(doors)
    from accord.project import run

    folder = tmp_path_factory.mktemp("names")
    rows = []
    for i, name in enumerate(NAMES):
        for t in range(3):
            rows.append({
                "unit": name, "region": NAMES[i % 9], "year": 2011 + t, "=1+1": round(1 + ((i * 7 + t * 5) % 23) / 7, 4),
                "@x": round(5 + ((i * 5 + t * 3) % 19) / 3, 4), "-a": 3 + (i * 11 + t * 2) % 17, "z": 1 + (i * 3 + t * 7) % 13,
            })  # fmt: skip
    head = ("key", "name", "name_zh", "subsystem", "dimension", "direction", "unit", "expr")
    system = [
        ("=1+1", "<b>one</b>", "=中", "=1+1", "{{7*7}}", "+", "-", ""),
        ("@x", "@x", "", "=1+1", "A$B$_^", "-", "=cmd", ""),
        ("-a", "../../x", "", "<script>alert(1)</script>", "+d", "-", "€", ""),
        ("derived", "", "", "<script>alert(1)</script>", "@d", "+", "", "`-a` / z"),
    ]
    files = doors.Files(folder / "study", rows, [dict(zip(head, row, strict=True)) for row in system])
    files.head = 'title = "=1+1 <script>alert(2)</script> {{7*7}}"\n'
    files.panel |= {"unit": '"unit"'}
    files.steps = 'stages = { method = "edges", edges = [0.5], names = ["=low", "<i>high</i>"] }'
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        run(files.write(), folder / "results")
    return folder / "results", [str(w.message) for w in said]


def test_csv(made: tuple[Path, list[str]]) -> None:
    results, _ = made
    for path in (results / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        for row in table:
            for column, text in row.items():
                if column == "direction":
                    assert text in ("+", "-", "=")
                elif text.startswith(RISKY):
                    float(text)  # a negative number stays a number
                assert not column.startswith(RISKY)
    with (results / "tables/coordination.csv").open(encoding="utf-8", newline="") as file:
        units = {row["unit"] for row in csv.DictReader(file)}
    assert units == {f"'{name}" if name.startswith(RISKY) else name for name in NAMES}


def test_workbook(made: tuple[Path, list[str]]) -> None:
    results, _ = made
    with zipfile.ZipFile(results / "tables.xlsx") as book:
        sheets = [book.read(name).decode("utf-8") for name in book.namelist() if "worksheets" in name]
    assert sheets
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]", sheet)], "no formula anywhere"
    from python_calamine import CalamineWorkbook

    cells = CalamineWorkbook.from_path(str(results / "tables.xlsx")).get_sheet_by_name("coordination").to_python()
    assert {row[0] for row in cells[1:]} == {f"'{name}" if name.startswith(RISKY) else name for name in NAMES}
    weights = CalamineWorkbook.from_path(str(results / "tables.xlsx")).get_sheet_by_name("weights").to_python()
    assert [row[weights[0].index("direction")] for row in weights[1:]] == ["+", "-", "-", "+"]


def test_report(made: tuple[Path, list[str]]) -> None:
    results, _ = made
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "alert(" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).replace("&lt;script&gt;alert(", "")
    assert "<b>one</b>" not in page
    assert "<i>high</i>" not in page
    for name in NAMES:
        assert html.escape(name, quote=False) in page.replace("&#34;", '"').replace("&#39;", "'"), name
    assert "{{7*7}}" in page
    assert ">49<" not in page


def test_files(made: tuple[Path, list[str]]) -> None:
    results, _ = made
    names = [p.relative_to(results).as_posix() for p in results.rglob("*") if p.is_file()]
    assert all(re.fullmatch(r"[a-z0-9_/]+\.[a-z]+", name) for name in names), names
    assert sorted(p.name for p in results.parent.iterdir()) == [".accord", "results", "study"]


def test_tree(made: tuple[Path, list[str]]) -> None:
    results, _ = made
    with xr.open_datatree(results / "study.nc", engine="h5netcdf") as tree:
        assert all(re.fullmatch(r"[a-z_]+", name) for name in tree.children)
        assert tree["coordination"]["unit"].values.tolist() == NAMES
        assert tree["scores"]["subsystem"].values.tolist() == ["=1+1", "<script>alert(1)</script>"]


def test_again_from_the_tree(made: tuple[Path, list[str]], tmp_path: Path) -> None:
    from accord.io.folder import read_results
    from accord.io.tables import write_csv
    from accord.tables import tidy

    results, _ = made
    tree = read_results(results)
    for path in (results / "tables").glob("*.csv"):
        write_csv(tidy(tree[path.stem].to_dataset()), tmp_path / path.name)
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_warnings_are_few_and_plain(made: tuple[Path, list[str]]) -> None:
    """A character no font has is said once or twice, not once per figure and format."""
    results, said = made
    assert len(said) <= 4, said
    assert all("\n" not in text for text in said)
    json.loads((results / "run.json").read_text(encoding="utf-8"))
