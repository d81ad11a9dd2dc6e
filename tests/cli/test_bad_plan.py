"""Bad plans, settings, steps, engines and places: exit 2, one sentence, nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Files = Any
PLANS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("key", {"head": 'titel = "x"'}, ('unknown key "titel"', '"title"')),
    ("key of panel", {"panel": {"untis": '"unit"'}}, ('unknown key "untis" in [panel]', '"units"')),
    ("key of gaps", {"panel": {"gaps": '{ insde = "linear" }'}}, ('"insde" in [panel.gaps]', '"inside"')),
    ("key of boundaries", {"panel": {"boundaries": '{ file = "a", key = "b", mtach = "c" }'}}, ('"mtach" in [panel.boundaries]', '"match"')),
    ("section", {"head": "[step]\nx = 1"}, ('unknown key "step"', '"steps"')),
    ("title is a number", {"head": "title = 3"}, ("title = 3", "string")),
    ("seed is text", {"head": 'seed = "one"'}, ('seed = "one"', "integer")),
    ("seed is negative", {"head": "seed = -1"}, ("seed = -1", "greater")),
    ("language", {"head": 'language = "de"'}, ('language = "de"', "'en'")),
    ("gap rule", {"panel": {"gaps": '{ ends = "guess" }'}}, ('panel.gaps.ends = "guess"', "'hold'")),
    ("gap k", {"panel": {"gaps": "{ k = 0 }"}}, ("panel.gaps.k = 0",)),
    ("source is a list", {"panel": {"source": "[1]"}}, ("panel.source = [1]", "string")),
    ("no source", {"panel": {"source": ""}}, ('"panel.source" is missing',)),
    ("duplicates", {"panel": {"duplicates": "2.0"}}, ("panel.duplicates = 2.0",)),
    ("both", {"panel": {"indices": '["a", "b"]'}}, ("both", "keep one")),
    ("unit column", {"panel": {"unit": '"nuit"'}}, ('no column "nuit"', '"unit"')),
    ("time column", {"panel": {"time": '"yaer"'}}, ('no column "yaer"', '"year"')),
    ("region column", {"panel": {"region": '"reigon"'}}, ('no column "reigon"', '"region"')),
    ("step", {"steps": "wieghts = {}"}, ('unknown step "wieghts"', '"weights"')),
    ("method", {"steps": 'weights = "entrpy"'}, ('"entrpy"', '"entropy"')),
    ("method in a table", {"steps": 'weights = { method = "critc" }'}, ('"critc"', '"critic"')),
    ("method is a number", {"steps": "weights = { method = 3 }"}, ("method = 3", "entropy")),
    ("step is a number", {"steps": "weights = 3"}, ('step "weights"', "3", "table of options")),
    ("step is a list", {"steps": 'weights = ["entropy"]'}, ('step "weights"', "table of options")),
    ("option", {"steps": 'weights = { zero = "exact" }'}, ('no option "zero"', '"zeros"')),
    ("option of another method", {"steps": 'weights = { method = "equal", zeros = "exact" }'}, ('no option "zeros"', "equal")),
    ("value", {"steps": 'weights = { zeros = "exat" }'}, ('zeros = "exat"', '"exact"')),
    ("value of a kind", {"steps": "coupling = { root = [1] }"}, ("root = [1]", "not allowed")),
    ("number", {"steps": 'lag_type = { low = "x" }'}, ('low = "x"', "not allowed")),
    ("edges", {"steps": "stages = { method = \"edges\", edges = [0.5, 0.4] }"}, ("[0.5, 0.4]", "ascend")),
    ("edges needed", {"steps": 'stages = "edges"'}, ('needs the option "edges"',)),
    ("names of edges", {"steps": 'stages = { method = "edges", edges = [0.5], names = ["a"] }'}, ("2 stages", "1 names")),
    ("control character", {"head": 'title = "a\\u0000b"'}, ("title", "U+0000", "remove")),
    ("control character in a list", {"steps": 'stages = { method = "edges", edges = [0.5], names = ["a", "\\n"] }'}, ("steps.stages.names", "U+000A")),
    ("control character in a key", {"head": '"a\\u0007" = 3'}, ("a key", "U+0007")),
    ("cut-offs", {"steps": "lag_type = { low = 2.0 }"}, ("low = 2.0", "low <= high")),
    ("share of variance", {"steps": 'weights = { method = "pca", keep = 2 }'}, ("keep = 2", "less than or equal to 1")),
    ("interval", {"steps": 'rescale_index = { method = "rescaled", bottom = 0.9, top = 0.1 }'}, ("[0.9, 0.1]", "interval")),
    ("shift", {"steps": 'weights = { zeros = "shift", shift = 5 }'}, ("shift = 5", "between 0 and 1")),
    ("beyond the base year", {"steps": 'normalise = { frame = "base", outside = "refuse" }'}, ("leaves the bounds", "clip")),
    ("true for a number", {"steps": "lag_type = { low = true }"}, ("low = true", "not allowed")),
    ("group of differencing", {"steps": "unit_roots = { difference = { Nationl = 1 } }"}, ("unit_roots: difference", '"National"')),
    ("variable of differencing", {"steps": "pvar = { difference = { National = { E = 0 } } }"}, ("pvar: difference", '"E" is not a variable')),
    ("group of lags", {"steps": "pvar = { lags = { Nroth = 2 } }"}, ("pvar lags", '"Nroth" is not a group')),
    ("order of variables", {"steps": 'pvar = { order = ["E"] }'}, ("pvar order", '"E" is not a variable')),
    ("two differencings", {"steps": "unit_roots = { difference = { default = 1 } }\npvar = { difference = { South = 0 } }"}, ("unit_roots", "keep one")),
    ("lags of cips", {"steps": 'unit_roots = { tests = ["cips"], lags = "aic" }'}, ("cips takes a number",)),
    ("most of fixed lags", {"steps": "unit_roots = { max_lags = 2 }"}, ("max_lags is for lags",)),
    ("no constant", {"steps": 'unit_roots = { trend = { level = "n" } }'}, ("start at 0", 'level = "c"')),
    ("steps are a list", {"head": "steps = [1]", "steps": None}, ("steps = [1]",)),
]  # fmt: skip


@pytest.mark.parametrize(("said", "words"), [p[1:] for p in PLANS], ids=[p[0] for p in PLANS])
def test_plan(
    said: dict[str, Any], words: tuple[str, ...], files: Files, refused: Callable[..., str], door: Callable[..., Any]
) -> None:
    files.head = said.get("head", files.head)
    files.panel |= said.get("panel", {})
    files.steps = said.get("steps", "")
    plan = files.write()
    if files.steps is None:
        plan.write_text(files.head + '\npanel = { source = "panel.csv", indicators = "indicators.csv" }\n')
    message = refused(plan, "plan.toml" if "column" not in words[0] else "panel.csv", *words)
    looked = door("check", plan)
    assert (looked.code, looked.message) == (2, message), "what a run refuses, a check refuses in the same words"


def test_syntax(files: Files, refused: Callable[..., str]) -> None:
    plan = files.write()
    whole = plan.read_text()
    plan.write_text(whole + "\nweights = entropy\n")
    refused(plan, "plan.toml", "not TOML", f"line {len(whole.splitlines()) + 2}")
    plan.write_text(whole + '\ntitle = "twice"\ntitle = "twice"\n')
    refused(plan, "plan.toml", "not TOML")
    plan.write_text("")
    refused(plan, "plan.toml", '"panel" is missing')
    plan.write_bytes(whole.replace("Doors", "Türen").encode("latin-1"))
    refused(plan, "plan.toml", "not UTF-8", "save it as UTF-8")
    plan.write_bytes(whole.encode("utf-16"))
    refused(plan, "plan.toml", "not UTF-8")
    plan.write_bytes(b"\xef\xbb\xbf" + whole.encode() + b"\nunkown = 1\n")
    refused(plan, '"unkown"')  # a byte order mark is no fault


def test_no_plan(files: Files, refused: Callable[..., str], tmp_path: Path) -> None:
    plan = files.write()
    refused(tmp_path / "none.toml", "none.toml", "no such file")
    refused(plan.parent, "is a folder", "plan.toml")
    shutil.copy(plan, plan.with_suffix(".txt"))
    refused(plan.with_suffix(".txt"), "plan.txt", ".toml")
    refused(plan.parent / "panel.csv", "panel.csv", ".toml")
    refused(plan / "plan.toml", "no such file")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("weights", ('"weights"', "key=value")),
        ("=3", ("key=value",)),
        ("a..b=3", ("key=value",)),
        ("weights.zero=exact", ('no option "zero"', '"zeros"')),
        ("weights=entrpy", ('"entrpy"', '"entropy"')),
        ("step.weights=entropy", ('"step"', '"steps"')),
        ("titel=x", ('"titel"', '"title"')),
        ("seed=x", ('seed = "x"',)),
        ("seed.x=1", ("seed = ", "integer")),
        ("title.x=1", ("title is not a table",)),
        ("panel=3", ("panel = 3",)),
        ("steps=3", ("steps = 3",)),
        ("panel.gaps.ends=guess", ('"guess"',)),
        ("coupling.weights=[0.5, 0.4]", ("sum to 0.9",)),
        ("coupling.weights=[0.5, 0.5", ("weights", "not allowed")),
        ("stages.edges=[0.4]", ('no option "edges"', "ten")),
        ("panel.source=other.csv", ("other.csv", "no such file")),
        ("title=2011-01-01", ("title", "2011-01-01")),
    ],
)
def test_sets(given: str, words: tuple[str, ...], files: Files, refused: Callable[..., str]) -> None:
    refused(files.write(), *words, more=("--set", given))


def test_sets_are_laid_over_the_plan(files: Files) -> None:
    from accord.study.plan import read_plan

    files.steps = 'weights = "entropy_given"'
    plan = read_plan(
        files.write(),
        (
            "weights.zeros=shift", "coupling=wang", "steps.lag_type.low=0.7", "title=A = B", 'stages.method="six"',
            "panel.gaps.ends=none", "obstacle=false", "coupling.weights=[0.25, 0.75]", "seed = 7 ",
        ),
    )  # fmt: skip
    assert plan.steps == {
        "weights": {"method": "entropy_given", "zeros": "shift"},
        "coupling": {"method": "wang", "weights": [0.25, 0.75]},
        "lag_type": {"low": 0.7},
        "stages": {"method": "six"},
        "obstacle": False,
    }
    assert (plan.title, plan.seed, plan.panel.gaps.ends) == ("A = B", 7, "none")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--engine", "cuda"), ('"cuda"', "threads, processes")),
        (("--engine", "tcp://here"), ("tcp://here", "write tcp://HOST:PORT")),
        (("--only", "wieghts"), ('"wieghts"', '"weights"')),
        (("--only", "pvars"), ('"pvars"', '"pvar"')),
    ],
)
def test_options(more: tuple[str, ...], words: tuple[str, ...], files: Files, refused: Callable[..., str]) -> None:
    refused(files.write(), *words, more=more)


def test_click_refuses_the_rest(door: Callable[..., Any]) -> None:
    for args in (("run",), ("rnu", "plan.toml"), ("run", "plan.toml", "--nope")):
        said = door(*args)
        assert said.code == 2
        assert "Traceback" not in said.err


@pytest.mark.parametrize("args", [("check",), ("cite",)])
def test_other_doors_refuse_alike(args: tuple[str, ...], files: Files, door: Callable[..., Any]) -> None:
    files.steps = 'weights = "entrpy"'
    said = door(*args, files.write())
    assert said.code == 2
    assert '"entropy"' in said.message


def test_templates(door: Callable[..., Any], tmp_path: Path, bytes_of: Callable[[Path], Any]) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    before = bytes_of(tmp_path)
    for args, words in (
        ((full,), ("full", "new folder")),
        ((full / "mine.txt",), ("mine.txt", "new folder")),
        ((full / "mine.txt" / "below",), ("mine.txt", "another place")),
        ((tmp_path / "fresh", "--template", "us-stats"), ('"us-stats"', '"us-states"')),
        ((tmp_path / "fresh", "--template", "../us-states"), ('"../us-states"', "us-states")),
    ):
        said = door("new", *args)
        assert said.code == 2
        assert all(word in said.message for word in words), said.message
    assert bytes_of(tmp_path) == before
    assert not (tmp_path / "fresh").exists()
    for name in ("us-stats", "../blank", ""):
        said = door("demo", name, "--out", tmp_path / "fresh")
        assert (said.code, "us-states" in said.message) == (2, True)


def test_new_study_is_checked(door: Callable[..., Any], tmp_path: Path) -> None:
    for template, code in (("us-states", 0), ("blank", 2)):
        made = door("new", tmp_path / template, "--template", template)
        assert made.code == 0
        assert "plan.toml" in made.out
        said = door("check", tmp_path / template / "plan.toml")
        assert said.code == code, said
    assert "no rows" in said.message


# places


def test_out_that_is_a_file(files: Files, door: Callable[..., Any], tmp_path: Path) -> None:
    plan, place = files.write(), tmp_path / "results"
    place.write_text("mine")
    for out in (place, place / "below", place / "below" / "more"):
        said = door("run", plan, "--out", out)
        assert said.code == 2
        assert "results" in said.message
    assert place.read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["results", "study"]


def test_out_that_is_foreign(files: Files, door: Callable[..., Any], bytes_of: Callable[[Path], Any]) -> None:
    plan = files.write()
    before = bytes_of(plan.parent)
    said = door("run", plan, "--out", plan.parent)  # the plan's own folder
    assert said.code == 2
    assert "not accord's" in said.message
    for text in ("{}", "[]", "not json", '{"accord'):
        (plan.parent / "run.json").write_text(text)
        assert door("run", plan, "--out", plan.parent).code == 2
    (plan.parent / "run.json").unlink()
    assert bytes_of(plan.parent) == before
    assert not (plan.parent.parent / ".study.partial").exists()


def test_out_where_one_stands(
    old: Path, files: Files, door: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, bytes_of: Callable[[Path], Any]
) -> None:
    plan, before = files.write(), bytes_of(old)
    monkeypatch.chdir(old / "tables")
    said = door("run", plan, "--out", "..")
    assert said.code == 2
    assert "stand in" in said.message
    assert bytes_of(old) == before


def test_out_with_a_long_name(files: Files, door: Callable[..., Any], tmp_path: Path) -> None:
    for out in (tmp_path / ("x" * 300), tmp_path / ("x" * 250)):
        said = door("run", files.write(), "--out", out)
        assert said.code == 2
        assert "another place" in said.message
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("x")] == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc: there is no place that even root cannot write")
def test_out_that_cannot_be_written(files: Files, door: Callable[..., Any]) -> None:
    said = door("run", files.write(), "--out", "/proc/results")
    assert said.code == 2
    assert "/proc" in said.message
    assert "cannot be written" in said.message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_out_without_permission(files: Files, door: Callable[..., Any], tmp_path: Path) -> None:
    place = tmp_path / "closed"
    place.mkdir(mode=0o555)
    said = door("run", files.write(), "--out", place / "results")
    assert said.code == 2
    assert "cannot be written" in said.message


def test_state_folder_is_a_file(files: Files, door: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / ".accord").write_text("mine")
    said = door("run", files.write(), "--out", tmp_path / "results")
    assert said.code == 2
    assert ".accord" in said.message
    assert (tmp_path / ".accord").read_text() == "mine"


def test_out_through_a_link(files: Files, door: Callable[..., Any], old: Path, bare: None) -> None:
    link = old.with_name("link")
    link.symlink_to(old, target_is_directory=True)
    assert door("run", files.write(), "--out", link).code == 0
    assert link.is_symlink()
    assert (link / "run.json").is_file()


def test_report_of_no_results(door: Callable[..., Any], tmp_path: Path, old: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place, words in (
        (tmp_path / "none", "no study.nc"),
        (tmp_path / "empty", "no study.nc"),
        (old / "run.json", "no study.nc"),
    ):
        said = door("report", place)
        assert said.code == 2
        assert words in said.message
    whole = (old / "study.nc").read_bytes()
    import xarray as xr

    xr.Dataset({"x": 1}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    for raw in (b"", b"text", whole[:3000], whole[: len(whole) // 2], (tmp_path / "other.nc").read_bytes()):
        (old / "study.nc").write_bytes(raw)
        said = door("report", old)
        assert said.code == 2
        assert "study.nc" in said.message
    said = door("report", old, "--language", "fr")
    assert (said.code, "en, zh" in said.message) == (2, True)


# the real command


def test_real_command(files: Files, command: Callable[..., Any], old: Path, bytes_of: Callable[[Path], Any]) -> None:
    """The same through a process of its own, for one fault of each kind."""
    before = bytes_of(old)
    files.data[3]["income"] = "n.a."
    said = command("run", files.write(), "--out", old)
    assert said.code == 2
    assert all(word in said.message for word in ("panel.csv", "row 5", '"income"', '"n.a."'))
    files.data[3]["income"] = 5
    files.steps = "coupling = { weights = [0.5, 0.6] }"
    assert (command("run", files.write(), "--out", old).message, bytes_of(old) == before) == (
        f"accord: {files.folder / 'plan.toml'}: coupling weights sum to 1.1; they must sum to 1", True,
    )  # fmt: skip


def test_output_that_cannot_show_chinese(files: Files, command: Callable[..., Any]) -> None:
    """A terminal or a pipe in another encoding: the rest is shown all the same."""
    files.column("region", "北方")
    plan = files.write()
    said = command("check", plan, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (said.code, said.err) == (0, "")
    assert "regions: \\u5317\\u65b9" in said.out


def test_reader_that_leaves(command: Callable[..., Any]) -> None:
    """`accord methods | head -1`."""
    made = subprocess.Popen([sys.executable, "-m", "accord", "methods"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert made.stdout and made.stderr
    made.stdout.close()
    error = made.stderr.read().decode()
    made.stderr.close()
    assert made.wait() in (0, 1)
    assert error == ""
