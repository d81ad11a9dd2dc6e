"""A small study on disk in every form the doors take, and the command line to try on it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]


@dataclass
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The one sentence of a refusal; fails where there is another line beside it."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("accord: "), self.err
        assert "Traceback" not in self.out + self.err
        return lines[0]


@dataclass
class Files:
    """A study's files: rows of the data and of the indicator table, and the plan; `write` lays them down."""

    folder: Path
    data: list[Row]
    indicators: list[Row]
    panel: dict[str, str] = field(default_factory=dict)
    steps: str = ""
    head: str = 'title = "Doors"\n'
    form: str = "csv"

    def column(self, name: str, values: Callable[[Row], Any] | Any) -> Files:
        for row in self.data:
            row[name] = values(row) if callable(values) else values
        return self

    def indicator(self, at: int, **cells: Any) -> Files:
        self.indicators[at].update(cells)
        return self

    def write(self) -> Path:
        """The plan's path; with form "book" data and indicators are sheets of one workbook."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.form == "csv":
            (self.folder / "panel.csv").write_text(lines(self.data), encoding="utf-8", newline="")
            (self.folder / "indicators.csv").write_text(lines(self.indicators), encoding="utf-8", newline="")
            named = {"source": '"panel.csv"', "indicators": '"indicators.csv"', **self.panel}
        else:
            book(self.folder / "panel.xlsx", {"data": self.data, "indicators": self.indicators})
            named = {"source": '"panel.xlsx"', **self.panel}
        panel = "\n".join(f"{key} = {value}" for key, value in named.items() if value)
        plan = self.folder / "plan.toml"
        plan.write_text(f"{self.head}\n[panel]\n{panel}\n\n[steps]\n{self.steps}\n", encoding="utf-8")
        return plan

    def place(self, row: int | None = None, column: str | None = None, table: str = "data") -> list[str]:
        """Words that a message about a cell must hold: file, sheet, row in the file, column."""
        file = {"data": "panel.csv", "indicators": "indicators.csv"}[table] if self.form == "csv" else "panel.xlsx"
        found = [file] if self.form == "csv" else [file, f'sheet "{table}"']
        found += [f"row {row + 2}"] if row is not None else []
        return found + ([f'column "{column}"'] if column else [])


def lines(rows: list[Row]) -> str:
    """Rows as CSV, quoted where needed."""
    import csv

    out = io.StringIO()
    head = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(out, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


ESCAPED = {c: f"_x{c:04X}_" for c in range(32) if chr(c) not in "\n"}
"""How a workbook holds control characters."""


def book(path: Path, sheets: dict[str, list[Row]]) -> None:
    """Sheets of rows as a workbook; texts are never formulas."""
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        head = list(dict.fromkeys(key for row in rows for key in row))
        for r, cells in enumerate([head, *([row.get(key) for key in head] for row in rows)], 1):
            for c, value in enumerate(cells, 1):
                if value is not None and value != "":
                    cell = sheet.cell(r, c, value.translate(ESCAPED) if isinstance(value, str) else value)
                    cell.data_type = "s" if isinstance(value, str) else cell.data_type
    made.save(path)


def rows_of(units: int = 4, years: int = 4) -> list[Row]:
    """A small panel: numbers of few digits that differ everywhere, two regions."""
    names = ["Aa", "Bb", "Cc", "Dd", "Ee", "Ff"]
    out = []
    for u in range(units):
        for t in range(years):
            income = round(10 + 3 * u + t + 0.37 * ((u * 5 + t * 3) % 7), 2)
            jobless, green = round(4 + ((u * 3 + t * 5) % 11) / 7, 3), 30 + ((u * 7 + t * 2) % 9) * 1.5
            beds, people = 100 + 11 * ((u * 2 + t * 7) % 13), 50 + 9 * u + t
            out.append({
                "unit": names[u], "region": ("North", "South")[u % 2], "year": 2011 + t, "income": income,
                "jobless": jobless, "green": green, "beds": beds, "people": people,
            })  # fmt: skip
    return out


def system_of() -> list[Row]:
    """Two subsystems, a direction of each kind, a formula."""
    rows = [
        ("income", "Income", "收入", "Economy", "Wealth", "+", "", "", ""),
        ("jobless", "Unemployment", "失业率", "Economy", "Work", "-", "", "", ""),
        ("green", "Green cover", "绿化", "Ecology", "Land", "=", "35", "", ""),
        ("beds_pc", "Beds per head", "人均床位", "Ecology", "Care", "+", "", "beds / people", ""),
    ]
    head = ("key", "name", "name_zh", "subsystem", "dimension", "direction", "target", "expr", "deflator")
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The small study, to change and `write`."""
    return Files(tmp_path / "study", rows_of(), system_of())


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Files]:
    """More small studies beside each other."""
    return lambda name="study", **more: Files(tmp_path / name, rows_of(), system_of(), **more)


@pytest.fixture
def door() -> Callable[..., Said]:
    """The command line, called inside this process."""

    def call(*args: str | Path) -> Said:
        from accord.cli import app

        out, err, code = io.StringIO(), io.StringIO(), 0
        shown = warnings.showwarning
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                app([str(a) for a in args], prog_name="accord")
            except SystemExit as ended:
                code = int(ended.code or 0)
            finally:
                warnings.showwarning = shown
        return Said(code, out.getvalue(), err.getvalue())

    return call


FIGURES = 1
"""Figures that most runs draw: all of them take seconds."""
LIGHT = f"""
import accord.plot, accord.reports.figures as drawn
accord.plot.FIGURES = drawn.FIGURES = dict(list(drawn.FIGURES.items())[:{FIGURES}])
from accord.cli import app
app(prog_name="accord")
"""


@pytest.fixture
def started() -> Callable[..., subprocess.Popen[str]]:
    """The command in a process of its own that draws few figures, to be watched and stopped."""

    def start(*args: str | Path, **more: Any) -> subprocess.Popen[str]:
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8", **more}
        return subprocess.Popen([sys.executable, "-c", LIGHT, *map(str, args)], **how)

    return start


@pytest.fixture
def command() -> Callable[..., Said]:
    """The real command, in a process of its own."""

    def call(*args: str | Path, **more: Any) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "accord", *map(str, args)], capture_output=True, text=True, encoding="utf-8",
            timeout=300, **more,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    return call


def draw_only(count: int, patch: pytest.MonkeyPatch) -> None:
    """The first figures alone, drawn by this process: another would know nothing of it."""
    import accord.plot
    import accord.reports.figures as drawn

    kept = dict(list(drawn.FIGURES.items())[:count])
    patch.setattr(drawn, "FIGURES", kept)
    patch.setattr(accord.plot, "FIGURES", kept)
    patch.setattr("accord.delivery.engines.cores", lambda: 1)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without figures, for what has nothing to do with them."""
    draw_only(0, monkeypatch)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs with the figures of `finished`."""
    draw_only(FIGURES, monkeypatch)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the small study, made once with a few figures; tests copy it."""
    from accord.project import run

    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        draw_only(FIGURES, patch)
        run(Files(folder / "study", rows_of(), system_of()).write(), folder / "results")
    return folder / "results"


@pytest.fixture
def old(finished: Path, tmp_path: Path) -> Path:
    """An earlier results folder in `tmp_path`, to be kept whole."""
    shutil.copytree(finished, tmp_path / "results")
    return tmp_path / "results"


def digest(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture
def bytes_of() -> Callable[[Path], dict[str, str]]:
    """The bytes of a folder, to compare before and after."""
    return digest


@pytest.fixture
def leftovers() -> Callable[[Path], list[str]]:
    """Names beside the results that an ended run must not leave."""
    return lambda folder: [p.name for p in folder.rglob(".*") if p.suffix in (".partial", ".old", ".part")]


@pytest.fixture
def refused(
    door: Callable[..., Said],
    tmp_path: Path,
    bytes_of: Callable[[Path], dict[str, str]],
    leftovers: Callable[[Path], Any],
) -> Callable[..., str]:
    """Run a plan that must be refused: exit 2, one sentence with these words, the earlier results untouched."""
    old = tmp_path / "results"
    (old / "tables").mkdir(parents=True)
    (old / "run.json").write_text('{"accord": "0.1.0", "files": ["run.json", "tables/scores.csv"]}')
    (old / "tables" / "scores.csv").write_text("unit,time,subsystem,index\n")
    (old / "notes.txt").write_text("mine")

    def call(plan: Path, *words: str, more: tuple[str, ...] = ()) -> str:
        before = bytes_of(old)
        said = door("run", plan, "--out", old, *more)
        assert said.code == 2, said
        message = said.message
        for word in words:
            assert word in message, message
        assert bytes_of(old) == before
        assert leftovers(old.parent) == []
        return message

    return call
