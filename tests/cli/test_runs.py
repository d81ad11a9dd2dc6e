"""Good input through every door: the results folder, its files and what they hold."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
import xarray as xr

from accord import cli

Files = Any
CORE = {
    "descriptives", "filled", "weights", "scores", "dimension_scores", "coordination", "stage_counts", "obstacle",
    "regions", "region_change", "leaders",
}  # fmt: skip


def head(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "tables").glob("*.csv")}


def columns_promised(shared: Path) -> dict[str, list[str]]:
    """The listing that users and checks rely on, where the design stands beside the repository."""
    sys.path.insert(0, str(shared / "tools"))
    try:
        import contract

        return dict(contract.specification((shared / "DESIGN.md").read_text(encoding="utf-8")))
    finally:
        sys.path.remove(str(shared / "tools"))


def test_folder(finished: Path) -> None:
    assert tables(finished) >= CORE
    word = {"report.docx"} if find_spec("docx") else set()
    assert {p.name for p in finished.iterdir()} == word | {
        "figures",
        "referee.html",
        "report.html",
        "run.json",
        "study.nc",
        "tables",
        "tables.xlsx",
    }
    stems = {p.stem for p in (finished / "figures").iterdir()}
    assert len(stems) == 1
    assert {p.name for p in (finished / "figures").iterdir()} == {
        f"{s}.{kind}" for s in stems for kind in ("png", "svg", "pdf")
    }
    assert not [p for p in finished.parent.iterdir() if p.name.startswith(".results")]


def test_columns(finished: Path, shared: Path) -> None:
    promised = columns_promised(shared)
    for name in tables(finished) & set(promised):
        assert head(finished / "tables" / f"{name}.csv")[: len(promised[name])] == promised[name], name
    assert set(promised) & tables(finished) >= {
        "descriptives",
        "filled",
        "weights",
        "scores",
        "coordination",
        "stage_counts",
        "obstacle",
        "regions",
    }


def test_workbook_holds_the_tables(finished: Path) -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(finished / "tables.xlsx"))
    assert book.sheet_names[:2] == ["contents", "data"]
    assert set(book.sheet_names[2:-1]) == tables(finished)
    assert book.sheet_names[-1] == "columns", "what each column holds"
    said = {row[0]: row[1:] for row in book.get_sheet_by_name("contents").to_python()}
    for name in book.sheet_names[2:-1]:
        assert said[name][0] == len(rows(finished / "tables" / f"{name}.csv"))
        assert said[name][1], "each sheet has a title"
    for name in book.sheet_names[2:-1]:
        cells, said = book.get_sheet_by_name(name).to_python(), rows(finished / "tables" / f"{name}.csv")
        assert cells[0] == head(finished / "tables" / f"{name}.csv")
        assert len(cells) == len(said) + 1
        for cell, text in zip(cells[-1], said[-1].values() if said else [], strict=bool(said)):
            if isinstance(cell, bool) or not isinstance(cell, float | int):
                assert str(cell) == text
            else:
                assert float(cell) == pytest.approx(float(text), rel=1e-15)


def test_record(finished: Path) -> None:
    record = json.loads((finished / "run.json").read_text(encoding="utf-8"))
    files = {p.relative_to(finished).as_posix() for p in finished.rglob("*") if p.is_file()}
    assert set(record["files"]) == files
    assert len(record["files"]) == len(files)
    assert {"python", "numpy", "xarray", "pandas"} <= set(record["versions"])
    assert record["accord"]
    assert record["seed"] == 1
    assert record["plan"]["title"] == "Doors"
    assert record["options"]["weights"] == {"zeros": "exact", "shift": None}
    assert record["options"]["coupling"] == {"root": True, "weights": None}
    import hashlib

    study = finished.parent / "study"
    assert record["inputs"] == [
        {"file": n, "sha256": hashlib.sha256((study / n).read_bytes()).hexdigest()}
        for n in ("panel.csv", "indicators.csv")
    ]
    steps = {step["name"]: step for step in record["steps"]}
    assert all(step["seconds"] >= 0 for step in steps.values())
    assert {n for n, s in steps.items() if s["state"] == "done"} >= {
        "normalise",
        "weights",
        "coupling",
        "stages",
        "regions",
    }
    assert steps["pvar"]["state"] == "refused" and "6 years" in steps["pvar"]["reason"]
    assert any("year" in w["en"] or w["en"] for w in record["warnings"]) or record["warnings"] == []


def test_tree_opens_without_accord(finished: Path) -> None:
    """Plain xarray in a fresh process; groups are siblings, attributes plain, labels texts."""
    code = f"""
import sys, json, numbers, numpy as np, xarray as xr
tree = xr.open_datatree({str(finished / "study.nc")!r}, engine="h5netcdf")
for group in tree.subtree:
    for holder in (group, *group.variables.values()):
        for key, value in holder.attrs.items():
            plain = isinstance(value, (str, numbers.Number, list, np.ndarray, np.generic))
            assert plain, (group.path, key, type(value))
            assert not isinstance(value, np.ndarray) or value.dtype.kind in "iufOU" and value.ndim == 1, (key, value)
    assert group.path == "/" or group.parent.path == "/", group.path
    assert all(group.to_dataset().indexes[i].nlevels == 1 for i in group.to_dataset().indexes)
d = tree["coordination"]["coordination"]
json.loads(d.attrs["options"]); json.loads(tree.attrs["steps"])
assert set(d.dims) == {{"unit", "time"}} and d.attrs["method"] and d.attrs["version"]
assert not [m for m in sys.modules if m.split(".")[0] == "accord"]
print(" ".join(sorted(tree.children)))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert set(said.stdout.split()) == tables(finished) | {"panel"}


def test_report_again(
    old: Path, door: Callable[..., Any], bytes_of: Callable[[Path], dict[str, str]], few: None
) -> None:
    """From `study.nc` alone, the same bytes; and in the other language and back."""
    before = bytes_of(old)
    shutil.rmtree(old / "figures")
    shutil.rmtree(old / "tables")
    (old / "report.html").unlink()
    said = door("report", old)
    assert (said.code, said.err) == (0, "")
    assert said.out.strip() == str(old / "report.html")
    after = bytes_of(old)
    assert after["report.html"] == before["report.html"]
    assert {k: v for k, v in after.items() if k.startswith("figures/")} == {
        k: v for k, v in before.items() if k.startswith("figures/")
    }
    assert after["run.json"] == before["run.json"]
    assert door("report", old, "--language", "zh").code == 0
    text = (old / "report.html").read_text(encoding="utf-8")
    assert 'lang="zh-CN"' in text
    assert "耦合协调" in text
    assert {p.name for p in old.parent.iterdir()} <= {"results", ".accord"}


def test_report_elsewhere(
    finished: Path, tmp_path: Path, bytes_of: Callable[[Path], dict[str, str]], few: None
) -> None:
    import accord as ac

    before = bytes_of(finished)
    assert ac.report(finished, tmp_path / "page.html") == tmp_path / "page.html"
    beside, alone = (
        p.read_text(encoding="utf-8").splitlines() for p in (finished / "report.html", tmp_path / "page.html")
    )
    assert alone == [line for line in beside if 'href="referee.html"' not in line] != beside
    assert bytes_of(finished) == before


def test_again_and_processes(
    old: Path, files: Files, door: Callable[..., Any], bytes_of: Callable[[Path], dict[str, str]], bare: None
) -> None:
    """Tables have the same bytes each time and on each engine."""
    before = {k: v for k, v in bytes_of(old).items() if k.startswith("tables/")}
    plan = files.write()
    for engine in ("threads", "processes"):
        assert door("run", plan, "--out", old, "--engine", engine).code == 0
        assert {k: v for k, v in bytes_of(old).items() if k.startswith("tables/")} == before


def test_progress_fits_a_narrow_terminal(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    said = door("run", files.write(), "--out", tmp_path / "results")
    assert said.code == 0
    assert "reading the data" in said.err.splitlines()
    progress = [line for line in said.err.splitlines() if ": refused: " not in line]
    assert max(map(len, progress)) <= 80, said.err
    assert re.search(r"^\d+ tables, \d+ figures in [\d.]+ s$", said.out, re.M)
    assert said.out.splitlines()[-1].startswith("open ")


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of this kind are POSIX")
def test_progress_on_a_terminal(files: Files, started: Callable[..., Any], tmp_path: Path) -> None:
    """A live line there: it moves, is wiped at the end, and nothing breaks."""
    import os
    import pty

    reader, writer = pty.openpty()
    process = started("run", files.write(), "--out", tmp_path / "results", stderr=writer)
    os.close(writer)
    shown = b""
    while True:
        try:
            part = os.read(reader, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(reader)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, shown
    assert "open " in out
    assert b"writing the report" in shown, "the last thing done is drawn however fast the run is"
    assert b"Traceback" not in shown


def test_steps_off_and_refused(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    files.steps = "obstacle = false\nregions = false\nforecast = { until = 2030 }\npvar = {}\nirf = false"
    said = door("run", files.write(), "--out", tmp_path / "results")
    assert said.code == 0
    why = "unit-root tests need at least 6 years, and the panel has 4"
    assert f"unit_roots, lag_order, pvar, granger, fevd: refused: {why}\n" in said.err
    made = tables(tmp_path / "results")
    assert made >= {"scores", "coordination", "stage_counts"}
    assert not made & {"obstacle", "regions", "region_change", "leaders"}
    steps = {s["name"]: s for s in json.loads((tmp_path / "results/run.json").read_text())["steps"]}
    assert (steps["obstacle"]["state"], steps["pvar"]["state"]) == ("left out", "refused")
    assert (steps["irf"]["state"], steps["pvar"]["reason"]) == ("left out", why)
    page = (tmp_path / "results/report.html").read_text(encoding="utf-8")
    assert re.search(r"<td>panel VAR</td><td>refused</td>", page)


def test_only(files: Files, old: Path, door: Callable[..., Any], bytes_of: Callable[[Path], Any], bare: None) -> None:
    """One step alone: the other tables of the same run stay, and the report still tells how all were made."""
    before, plan = bytes_of(old), files.write()
    said = door("run", plan, "--out", old, "--only", "weights")
    assert said.code == 0
    assert "obstacle" not in said.err
    after = bytes_of(old)
    assert {k: v for k, v in after.items() if k.startswith("tables/")} == {
        k: v for k, v in before.items() if k.startswith("tables/")
    }
    record = json.loads((old / "run.json").read_text(encoding="utf-8"))
    assert {s["name"]: s["state"] for s in record["steps"]}["obstacle"] == "done"
    assert {"weights", "obstacle", "coupling"} <= set(record["options"])
    assert [s["name"] for s in record["steps"]][:4] == ["descriptives", "filled", "normalise", "weights"]
    page = (old / "report.html").read_text(encoding="utf-8")
    assert "Method: standard" in re.sub("<[^>]*>", "", page)
    assert "Method: entropy" in re.sub("<[^>]*>", "", page)


def test_only_after_a_change(files: Files, old: Path, door: Callable[..., Any], bare: None) -> None:
    """Tables that the changed plan would make the same stay; the others go, and that is said."""
    before = {name: (old / f"tables/{name}.csv").read_bytes() for name in tables(old)}
    files.steps = 'weights = "equal"'
    said = door("run", files.write(), "--out", old, "--only", "weights")
    assert said.code == 0
    warning = next(line for line in said.err.splitlines() if "were not kept" in line)
    assert all(name in warning for name in ("coordination", "scores", "regions"))
    assert "descriptives" not in warning
    assert tables(old) >= {"weights", "descriptives", "filled"}
    assert not tables(old) & {"coordination", "scores", "regions", "obstacle"}
    assert (old / "tables/descriptives.csv").read_bytes() == before["descriptives"]
    assert (old / "tables/weights.csv").read_bytes() != before["weights"]
    assert "were not kept" in (old / "report.html").read_text(encoding="utf-8")
    states = {s["name"]: s["state"] for s in json.loads((old / "run.json").read_text(encoding="utf-8"))["steps"]}
    assert states["weights"] == states["descriptives"] == "done"
    assert "coupling" not in states


def test_only_with_an_option_of_its_own(files: Files, old: Path, door: Callable[..., Any], bare: None) -> None:
    """Changing the one step that is run leaves all that does not come from it."""
    every = tables(old)
    said = door("run", files.write(), "--out", old, "--only", "lag_type", "--set", "lag_type.low=0.5")
    assert said.code == 0
    assert every - tables(old) <= {"plane"}
    assert json.loads((old / "run.json").read_text(encoding="utf-8"))["options"]["lag_type"]["low"] == 0.5


def test_only_of_a_step_that_is_off(files: Files, refused: Callable[..., str]) -> None:
    files.steps = "obstacle = false"
    refused(files.write(), '"obstacle"', "leaves this step out", more=("--only", "obstacle"))


def test_only_without_earlier_results(files: Files, tmp_path: Path, door: Callable[..., Any], bare: None) -> None:
    said = door("run", files.write(), "--out", tmp_path / "results", "--only", "coupling")
    assert said.code == 0
    assert tables(tmp_path / "results") == {"coordination", "conventions", "derived", "raw"}, (
        "its settings, and what its indicators come from"
    )


def test_only_beside_a_broken_tree(
    files: Files, old: Path, door: Callable[..., Any], bytes_of: Callable[[Path], Any]
) -> None:
    (old / "study.nc").write_bytes(b"broken")
    before = bytes_of(old)
    said = door("run", files.write(), "--out", old, "--only", "weights")
    assert said.code == 2
    assert "study.nc" in said.err.splitlines()[-1]
    assert bytes_of(old) == before


def test_files_of_the_user_survive(files: Files, old: Path, door: Callable[..., Any], bare: None) -> None:
    (old / "notes.md").write_text("mine")
    (old / "figures" / "sketch.png").write_bytes(b"mine")
    (old / "more" / "deep").mkdir(parents=True)
    (old / "more" / "deep" / "x.txt").write_text("mine")
    (old / "link").symlink_to("notes.md")
    (old / "folder").symlink_to("more", target_is_directory=True)
    assert door("run", files.write(), "--out", old).code == 0
    assert (old / "notes.md").read_text() == "mine"
    assert (old / "figures" / "sketch.png").read_bytes() == b"mine"
    assert (old / "more" / "deep" / "x.txt").read_text() == "mine"
    assert (old / "link").is_symlink()
    assert (old / "folder" / "deep" / "x.txt").read_text() == "mine"
    files.steps = "obstacle = false"
    assert door("run", files.write(), "--out", old).code == 0
    assert not (old / "tables" / "obstacle.csv").exists()
    assert (old / "notes.md").exists()


def test_step_that_crashes(
    files: Files, tmp_path: Path, door: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, bare: None
) -> None:
    """It is reported in its place, the others go on, the exit code is 1."""
    from accord.method import METHODS

    def broken(
        normalised: xr.DataArray, weight: xr.DataArray, subsystem: xr.DataArray, share: xr.DataArray
    ) -> xr.DataArray:
        raise ZeroDivisionError("in its heart")

    import dataclasses

    monkeypatch.setitem(
        METHODS, ("obstacle", "obstacle"), dataclasses.replace(METHODS["obstacle", "obstacle"], func=broken)
    )
    said = door("run", files.write(), "--out", tmp_path / "results")
    assert said.code == 1
    assert "obstacle: failed: ZeroDivisionError: in its heart" in said.err
    made = tables(tmp_path / "results")
    assert made >= CORE - {"obstacle"}
    assert "obstacle" not in made
    assert "in its heart" in (tmp_path / "results/report.html").read_text(encoding="utf-8")


# what goes in


def test_book_in_place_of_a_plan(
    make: Callable[..., Files], finished: Path, door: Callable[..., Any], tmp_path: Path, bare: None
) -> None:
    files = make(form="book")
    files.write()
    (files.folder / "plan.toml").unlink()
    said = door("run", files.folder / "panel.xlsx", "--out", tmp_path / "results")
    assert said.code == 0, said
    assert tables(tmp_path / "results") == tables(finished)
    for name in tables(finished):
        assert (tmp_path / f"results/tables/{name}.csv").read_bytes() == (
            finished / f"tables/{name}.csv"
        ).read_bytes(), name


@pytest.mark.parametrize("years", ["text", "wide"])
def test_chinese_book(
    years: str, make: Callable[..., Files], finished: Path, door: Callable[..., Any], tmp_path: Path, bare: None
) -> None:
    """Heads 年份 and 地区分组, full-width signs, years as numbers or texts: the same numbers."""
    files = make(form="book")
    said: dict[str, Callable[[int], Any]] = {
        "text": lambda y: f"{y}年",
        "wide": lambda y: "".join(chr(ord(c) + 0xFEE0) for c in str(y)),
    }
    names = {"unit": "省份", "region": "地区分组", "year": "年份", "income": "收入（元）", "beds": "床位 数"}
    files.data = [{names.get(k, k): said[years](v) if k == "year" else v for k, v in row.items()} for row in files.data]
    files.indicator(0, key="收入（元）").indicator(3, expr="`床位 数` ÷ ｐｅｏｐｌｅ")
    files.write()
    done = door("run", files.folder / "panel.xlsx", "--out", tmp_path / "results")
    assert done.code == 0, done
    assert (tmp_path / "results/tables/coordination.csv").read_bytes() == (
        finished / "tables/coordination.csv"
    ).read_bytes()
    assert "收入(元)" in (tmp_path / "results/tables/weights.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_encodings(
    encoding: str, files: Files, finished: Path, door: Callable[..., Any], tmp_path: Path, bare: None
) -> None:
    files.column("region", lambda r: {"North": "北方", "South": "南方"}[r["region"]])
    plan = files.write()
    for name in ("panel.csv", "indicators.csv"):
        path = plan.parent / name
        path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    assert door("run", plan, "--out", tmp_path / "results").code == 0
    was, now = (rows(folder / "tables/coordination.csv") for folder in (finished, tmp_path / "results"))
    assert [r["coordination"] for r in was] == [r["coordination"] for r in now]
    assert {r["region"] for r in now} == {"北方", "南方"}


def test_indices(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    """Ready indices skip normalising and weighting, and the results say so."""
    files.column("U1", lambda r: r["income"] / 40).column("U2", lambda r: r["green"] / 60)
    files.panel |= {"indicators": "", "indices": '["U1", "U2"]'}
    plan = files.write()
    assert door("check", plan).code == 0
    said = door("run", plan, "--out", tmp_path / "results")
    assert said.code == 0
    steps = {s["name"]: s for s in json.loads((tmp_path / "results/run.json").read_text())["steps"]}
    for name in ("descriptives", "filled", "normalise", "weights", "obstacle"):
        assert (steps[name]["state"], bool(steps[name]["reason"])) == ("left out", True), name
    for name in ("coupling", "stages", "regions"):
        assert steps[name]["state"] == "done", steps[name]
    made = tables(tmp_path / "results")
    assert not made & {"descriptives", "filled", "weights", "dimension_scores", "obstacle"}
    assert made >= {"scores", "coordination", "stage_counts", "regions", "region_change", "leaders"}
    for row, given in zip(rows(tmp_path / "results/tables/coordination.csv"), files.data, strict=True):
        assert (row["unit"], row["time"]) == (given["unit"], str(given["year"]))
        u, v = given["U1"], given["U2"]
        assert float(row["coordination"]) == pytest.approx((u * v) ** 0.25, rel=1e-12)
    assert "<td>weights</td><td>left out</td>" in (tmp_path / "results/report.html").read_text(encoding="utf-8")


def test_gaps_are_filled_and_listed(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    for at, text in ((1, ""), (7, "—"), (8, "NA")):  # inside Aa, at the end of Bb, at the start of Cc
        files.data[at]["income"] = text
    plan = files.write()
    found = json.loads(door("check", plan, "--json").out)
    assert (found["filled_cells"], found["filled_by_indicator"]) == (3, {"income": 3})
    assert door("run", plan, "--out", tmp_path / "results").code == 0
    filled = [(r["unit"], r["time"], r["indicator"], r["rule"]) for r in rows(tmp_path / "results/tables/filled.csv")]
    assert filled == [
        ("Aa", "2012", "income", "linear"),
        ("Bb", "2014", "income", "hold"),
        ("Cc", "2011", "income", "hold"),
    ]
    values = [float(r["value"]) for r in rows(tmp_path / "results/tables/filled.csv")]
    assert values == pytest.approx(
        [(files.data[0]["income"] + files.data[2]["income"]) / 2, files.data[6]["income"], files.data[9]["income"]]
    )
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "results/tables.xlsx")
    head, *cells = list(book["data"].iter_rows())
    marked = [
        (row[0].value, row[1].value, head[k].value)
        for row in cells
        for k, cell in enumerate(row)
        if cell.fill.fill_type
    ]
    assert marked == [("Aa", 2012, "income"), ("Bb", 2014, "income"), ("Cc", 2011, "income")]
    assert any("3 filled cells" in str(row[0].value) for row in book["contents"].iter_rows())
    missing = {r["indicator"]: (r["n"], r["missing"]) for r in rows(tmp_path / "results/tables/descriptives.csv")}
    assert missing["income"] == ("13", "3")


def test_gaps_left_open_are_refused(files: Files, refused: Callable[..., str]) -> None:
    files.data[7]["income"] = ""
    files.panel["gaps"] = '{ ends = "none" }'
    refused(files.write(), "panel.csv", '"income"', "Bb 2014 (row 9)", "choose another rule")


def test_five_years_apart(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    files.column("year", lambda r: 2000 + 5 * (r["year"] - 2011))
    said = door("run", files.write(), "--out", tmp_path / "results")
    assert said.code == 0
    assert "warning: years stand 5 apart" in said.err
    assert "years stand 5 apart" in (tmp_path / "results/report.html").read_text(encoding="utf-8")


def test_unused_column_warns(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    files.column("rain", lambda r: r["year"]).column("remark", "x")
    for args in (("check",), ("run",)):
        said = door(*args, files.write(), *(("--out", tmp_path / "results") if args == ("run",) else ()))
        assert said.code == 0
        for name in ("rain", "remark"):
            assert f'"{name}"' in next(line for line in (said.out + said.err).splitlines() if "were not used" in line)
    warned = json.loads((tmp_path / "results/run.json").read_text())["warnings"]
    assert len([w for w in warned if "rain" in w["en"] and "rain" in w["zh"]]) == 1


def test_no_regions(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    for row in files.data:
        del row["region"]
    assert door("run", files.write(), "--out", tmp_path / "results").code == 0
    assert {r["region"] for r in rows(tmp_path / "results/tables/regions.csv")} == {"National"}
    assert {r["region"] for r in rows(tmp_path / "results/tables/coordination.csv")} == {""}


def test_deflator(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    files.column("cpi", lambda r: 1 + 0.1 * (r["year"] - 2011)).indicator(0, deflator="cpi")
    assert door("run", files.write(), "--out", tmp_path / "results").code == 0
    highest = max(r["income"] / r["cpi"] for r in files.data)
    table = {r["indicator"]: r for r in rows(tmp_path / "results/tables/descriptives.csv")}
    assert float(table["income"]["max"]) == pytest.approx(highest, rel=1e-14)


def test_chinese_language(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    files.column("zh", lambda r: {"Aa": "甲", "Bb": "乙", "Cc": "丙", "Dd": "丁"}[r["unit"]])
    files.panel["label_zh"] = '"zh"'
    files.head += 'language = "zh"\n'
    said = door("run", files.write(), "--out", tmp_path / "results")
    assert said.code == 0
    names = {r["stage_name"] for r in rows(tmp_path / "results/tables/stage_counts.csv")}
    assert "优质协调" in names
    table = rows(tmp_path / "results/tables/coordination.csv")
    assert {r["unit"] for r in table} == {"Aa", "Bb", "Cc", "Dd"}
    text = (tmp_path / "results/report.html").read_text(encoding="utf-8")
    assert "<td>甲</td>" in text
    assert "人均床位" in text


# the other commands


def test_check(files: Files, door: Callable[..., Any], tmp_path: Path) -> None:
    plan = files.write()
    said = door("check", plan)
    assert said.code == 0
    for text in (
        "Doors",
        "4 units x 4 years",
        "2011-2014",
        "Economy, Ecology",
        "North, South",
        "4 indicators, 0 cells filled",
        "the plan can run",
    ):
        assert text in said.out, text
    found = json.loads(door("check", plan, "--json", "--set", "weights=critic").out)
    assert found["steps"]["weights"] == "critic"
    assert found["sizes"] == {"unit": 4, "time": 4}
    assert found["years"] == [2011, 2014]
    assert found["subsystems"] == ["Economy", "Ecology"]
    assert [p.name for p in tmp_path.iterdir()] == ["study"], "nothing is written"


def test_methods(door: Callable[..., Any]) -> None:
    from accord.method import choices, steps

    said = door("methods")
    assert said.code == 0
    blocks = re.split(r"^(?=\S)", said.out, flags=re.M)
    listed = {b.splitlines()[0]: b for b in blocks if b}
    assert list(listed) == steps()
    for step in steps():
        for name, m in choices(step).items():
            assert re.search(rf"^  {name}( \(default\))?: ", listed[step], re.M), (step, name)
            for option in m.options:
                assert f"      {option} = " in listed[step]


def test_cite(files: Files, door: Callable[..., Any]) -> None:
    said = door("cite", files.write(), "--set", "coupling=wang")
    assert said.code == 0
    entries = re.findall(r"^@(\w+)\{(\w+),", said.out, re.M)
    keys = [key for _, key in entries]
    assert {"liao1999", "wang2021", "oecd2008"} <= set(keys)
    assert len(set(keys)) == len(keys)
    assert said.out.count("\n}") == len(keys)


def test_new_then_run(door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    """A new study is the embedded one, and runs."""
    from accord.io.sample import folder

    assert door("new", tmp_path / "mine").code == 0
    for path in (tmp_path / "mine").iterdir():
        assert path.read_bytes() == (folder("us-states") / path.name).read_bytes()
    assert door("demo", "--out", tmp_path / "b", "--set", 'title="Munnell"').code == 0
    assert json.loads((tmp_path / "b/run.json").read_text())["plan"]["title"] == "Munnell"
    assert tables(tmp_path / "b") >= CORE


def test_help_and_version(command: Callable[..., Any]) -> None:
    import accord

    said = command("--help")
    assert said.code == 0
    for name in ("demo", "new", "check", "run", "report", "methods", "cite"):
        assert re.search(rf"^  {name} ", said.out, re.M)
    assert command("--version").out.strip() == f"accord {accord.__version__}"


@pytest.mark.parametrize(
    "code",
    [
        "import accord; dir(accord); accord.__version__",
        "from accord.cli import app\ntry:\n    app(['--help'], prog_name='accord')\nexcept SystemExit: pass",
    ],
)
def test_light(code: str) -> None:
    """Importing the package and asking for help load none of the heavy libraries."""
    heavy = "('numpy', 'pandas', 'xarray', 'scipy', 'matplotlib', 'pydantic', 'jinja2')"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint([m for m in {heavy} if m in sys.modules], file=sys.stderr)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.strip() == "[]"


def test_real_command(files: Files, command: Callable[..., Any], finished: Path, tmp_path: Path) -> None:
    """A process of its own, from another folder, with every figure: the same bytes as here."""
    said = command("run", files.write(), cwd=tmp_path)
    assert said.code == 0, said
    assert said.out.splitlines()[-1] == "open results/report.html"
    for path in sorted([*(finished / "tables").iterdir(), *(finished / "figures").iterdir()]):
        assert (tmp_path / "results" / path.relative_to(finished)).read_bytes() == path.read_bytes(), path.name


def test_numbers_are_written_to_their_last_digit(finished: Path) -> None:
    stored = xr.open_datatree(finished / "study.nc", engine="h5netcdf")
    with stored:
        d = stored["coordination"]["coordination"].transpose("unit", "time").values.ravel()
    written = [float(r["coordination"]) for r in rows(finished / "tables/coordination.csv")]
    assert np.array_equal(d, written)


def test_check_says_what_strikes_the_eye(files: Files, door: Callable[..., Any], tmp_path: Path, bare: None) -> None:
    """A changed unit of measurement is a warning of check and run alike, with its place in JSON, in the plan's language."""
    files.data = [
        {**row, "unit": f"U{u}", "year": 2011 + t}
        for u in range(4)
        for t, row in enumerate([files.data[4 * u + k % 4] for k in range(9)])
    ]
    files.column("green", lambda r: (30 + int(r["unit"][1]) + (r["year"] % 3) / 5) * (100 if r["year"] > 2015 else 1))
    plan = files.write()
    said = door("check", plan)
    assert (
        'warning: "green" breaks in level between 2015 and 2016: about 100 times (a unit of measurement?)' in said.out
    )
    assert "look at: few units: North (2), South (2)" in said.out
    found = json.loads(door("check", plan, "--json").out)
    (broken,) = [r for r in found["remarks"] if r["kind"] == "break"]
    assert (broken["indicator"], broken["years"], broken["warn"]) == ("green", [2015, 2016], True)
    assert (found["cells"], found["language"]) == (4 * 9 * 4, "en")
    chinese = door("check", plan, "--set", "language=zh").out
    assert "警告：“green”在 2015 与 2016 年之间出现水平突变" in chinese
    assert "方案可以运行" in chinese
    ran = door("run", plan, "--out", tmp_path / "results")
    assert ran.code == 0
    assert '"green" breaks in level between 2015 and 2016' in ran.err


@pytest.mark.parametrize("wrapped", [True, False])
def test_ctrl_c_that_python_wraps_is_no_bug(wrapped: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """One that falls into the making of a class comes as a RuntimeError."""

    def stop() -> None:
        try:
            raise KeyboardInterrupt if wrapped else ValueError
        except BaseException as error:
            raise RuntimeError("Error calling __set_name__") from error

    with pytest.raises(typer.Exit) as left, cli._plain():
        stop()
    said = capsys.readouterr().err
    assert left.value.exit_code == 1
    assert ("interrupted; earlier results are as they were" in said) == wrapped
    assert ("this is a bug" in said) == (not wrapped)
