"""Bad tables: each is refused with exit 2 and one sentence that names file, sheet, row, column, value and mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Files = Any
FORMS = ("csv", "book")


def at(row: int, column: str, value: Any) -> Callable[[Files], Any]:
    """Put one value into the data."""
    return lambda f: f.data[row].update({column: value})


def drop(keep: Callable[[dict[str, Any]], bool]) -> Callable[[Files], Any]:
    """Keep some rows of the data."""
    return lambda f: setattr(f, "data", [row for row in f.data if keep(row)])


def spaced(step: int) -> Callable[[Files], Any]:
    return lambda f: f.column("year", lambda row: 2011 + step * (row["year"] - 2011))


# name, change, row and column of the place (or None), words of the message besides the place
DATA: list[tuple[str, Callable[[Files], Any], int | None, str | None, tuple[str, ...]]] = [
    ("twice", lambda f: f.data.append(dict(f.data[5])), 16, None, ("Bb 2012", "twice", "row 7", "remove")),
    ("a unit lacks a year", drop(lambda r: r["unit"] != "Cc" or r["year"] != 2013), None, None, ("Cc", "2013", "add the row")),
    ("a year lacks everywhere", drop(lambda r: r["year"] != 2012), None, None, ("2012", "missing", "add rows")),
    ("one unit", drop(lambda r: r["unit"] == "Aa"), None, None, ("one unit only", "Aa", "at least two")),
    ("one year", drop(lambda r: r["year"] == 2011), None, None, ("one year only", "2011", "at least two")),
    ("no rows", drop(lambda r: False), None, None, ()),
    ("text", at(3, "income", "n.a."), 3, "income", ('"n.a."', "not a number", "leave it empty")),
    ("a number with its unit", at(3, "income", "12 kg"), 3, "income", ('"12 kg"', "without separators")),
    ("thousands", at(3, "income", "1,234.5"), 3, "income", ('"1,234.5"', "without separators")),
    ("a formula", at(3, "income", "=1+1"), 3, "income", ('"=1+1"', "not a number")),
    ("infinite", at(3, "income", "inf"), 3, "income", ('"inf"', "infinite", "leave it empty")),
    ("minus infinite", at(3, "income", "-Infinity"), 3, "income", ("infinite",)),
    ("too large", at(3, "income", "1e999"), 3, "income", ("1e999", "infinite")),
    ("all missing", lambda f: f.column("income", ""), None, None, ('"income"', "no value at all", "take it out")),
    (
        "missing for a unit",
        lambda f: f.column("green", lambda r: "" if r["unit"] == "Bb" else r["green"]),
        None, None, ('"green"', "no value for Bb", "never filled across units"),
    ),
    ("constant", lambda f: f.column("income", 7), None, None, ('"income"', "constant", "7", "take it out")),
    ("no year", at(2, "year", ""), 2, "year", ("not a year", "2011")),
    ("a bad year", at(2, "year", "FY13"), 2, "year", ('"FY13"', "not a year")),
    ("no unit", at(2, "unit", ""), 2, "unit", ("no name",)),
    ("no region", at(6, "region", ""), 6, "region", ("no region for Bb", "every unit needs one")),
    ("two regions", at(6, "region", "East"), None, "region", ("Bb", "several", "East")),
    ("a region called National", lambda f: f.column("region", "National"), None, "region", ("National", "another name")),
    ("a control character in a unit", lambda f: f.column("unit", lambda r: r["unit"] + "\x07"), 0, "unit", ("U+0007", "remove")),
    ("a line break in a unit", at(4, "unit", "B\nb"), 4, "unit", ("U+000A", "B\\nb")),
    ("a control character in a region", lambda f: f.column("region", "N\tS"), 0, "region", ("U+0009",)),
    ("division by zero", at(9, "people", 0), 9, None, ("beds_pc", "beds / people", "divides by zero")),
    ("a column is not there", lambda f: [r.pop("jobless") for r in f.data], None, None, ('"jobless"', "Allowed")),
    ("a formula's column is not there", lambda f: [r.pop("people") for r in f.data], None, None, ('"people"', "beds_pc")),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("change", "row", "column", "words"), [d[1:] for d in DATA], ids=[d[0] for d in DATA])
def test_data(
    form: str, change: Callable[[Files], Any], row: int | None, column: str | None, words: tuple[str, ...],
    files: Files, refused: Callable[..., str],
) -> None:  # fmt: skip
    if form == "book" and files.form == "csv":
        files.form = "book"
    change(files)
    refused(files.write(), *files.place(row, column), *words)


# name, change, row and column of the place in the indicator table, words
SYSTEM: list[tuple[str, Callable[[Files], Any], int | None, str | None, tuple[str, ...]]] = [
    ("direction", lambda f: f.indicator(1, direction="up"), 1, "direction", ('"up"', "jobless", "write +, - or =")),
    ("no direction", lambda f: f.indicator(1, direction=""), 1, "direction", ("jobless", "write +, - or =")),
    ("no target", lambda f: f.indicator(2, target=""), 2, "target", ("green", "no target", "20..30")),
    ("bad target", lambda f: f.indicator(2, target="about 5"), 2, "target", ('"about 5"', "not a target")),
    ("target upside down", lambda f: f.indicator(2, target="30..20"), 2, "target", ('"30..20"', "not a target")),
    ("infinite target", lambda f: f.indicator(2, target="inf"), 2, "target", ("not a target",)),
    ("not a number target", lambda f: f.indicator(2, target="nan"), 2, "target", ("not a target",)),
    ("same key", lambda f: f.indicator(1, key="income"), 1, "key", ('"income"', "twice")),
    ("no key", lambda f: f.indicator(1, key=""), 1, "key", ("empty", "key")),
    ("no subsystem", lambda f: f.indicator(1, subsystem=""), 1, "subsystem", ("empty", "subsystem")),
    ("one subsystem", lambda f: [f.indicator(i, subsystem="One") for i in range(4)], None, None, ("one subsystem only", "One", "at least two")),
    ("unknown column", lambda f: [r.update(directoin="+") for r in f.indicators], None, None, ('"directoin"', '"direction"')),
    ("column missing", lambda f: [r.pop("direction") for r in f.indicators], None, None, ('needs the column "direction"',)),
    ("control character", lambda f: f.indicator(0, subsystem="Eco\x1bnomy"), 0, "subsystem", ("U+001B",)),
    ("line break in a name", lambda f: f.indicator(0, name="Eco\nnomy"), 0, "name", ("U+000A",)),
    ("weight is text", lambda f: [r.update(weight="heavy") for r in f.indicators], 0, "weight", ('"heavy"', "not a number")),
    ("deflator unknown", lambda f: f.indicator(0, deflator="peple"), None, None, ('"peple"', '"people"', "income")),
    ("a subsystem named as a result", lambda f: [f.indicator(i, subsystem="coordination") for i in (0, 1)], 0, "subsystem", ('"coordination"', "rename")),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("change", "row", "column", "words"), [s[1:] for s in SYSTEM], ids=[s[0] for s in SYSTEM])
def test_indicators(
    form: str, change: Callable[[Files], Any], row: int | None, column: str | None, words: tuple[str, ...],
    files: Files, refused: Callable[..., str],
) -> None:  # fmt: skip
    files.form = form
    change(files)
    place = files.place(row, column, "indicators") if row is not None else []
    refused(files.write(), *place, *words)


FORMULAS: list[tuple[str, str, tuple[str, ...]]] = [
    ("unknown column", "bed / people", ('"bed"', '"beds"')),
    ("unknown column in quotes", "`bed ` / people", ('"bed"', '"beds"')),
    ("call", "foo(beds)", ("allowed",)),
    ("call of a dunder", "__import__('os').system('true')", ("allowed",)),
    ("attribute", "beds.real", ("allowed",)),
    ("index", "beds[0]", ("allowed",)),
    ("text", "'beds' + people", ("allowed",)),
    ("lambda", "(lambda: beds)()", ("allowed",)),
    ("comparison", "beds > people", ("allowed",)),
    ("condition", "beds if people else 1", ("allowed",)),
    ("comprehension", "[b for b in beds]", ("allowed",)),
    ("walrus", "(x := beds)", ("allowed",)),
    ("bits", "beds << 3", ("allowed",)),
    ("floor", "beds // people", ("allowed",)),
    ("format", "f'{beds}'", ("allowed",)),
    ("truth", "True + beds", ("allowed",)),
    ("complex", "beds * 1j", ("allowed",)),
    ("keyword", "log(beds, out=people)", ("allowed",)),
    ("starred", "max(*beds)", ("allowed",)),
    ("two formulas", "beds; people", ("not arithmetic",)),
    ("assignment", "beds = people", ("not arithmetic",)),
    ("open bracket", "(beds / people", ("not arithmetic",)),
    ("open backquote", "`beds / people", ("backquote",)),
    ("an empty backquote", "`` / people", ()),
    ("two numbers", "beds people", ("not arithmetic",)),
    ("a function as a column", "log / people", ('"log"',)),
    ("bomb", "beds * 1**9**9**9", ()),
    ("bomb of powers", "9**9**9**9**9**9", ("row 2",)),
    ("huge number", "beds * 1" + "0" * 400, ()),
    ("infinite number", "beds * 1e999", ("row 5", "too large")),
    ("nested brackets", "(" * 400 + "beds" + ")" * 400, ()),
    ("nested signs", "-" * 980 + "beds", ()),
    ("nested calls", "abs(" * 190 + "beds" + ")" * 190, ()),
    ("long", "beds+" * 400 + "beds", ("1000",)),
    ("root of a negative number", "sqrt(0 - beds)", ("row 2", "no finite value")),
    ("overflow", "exp(beds * 1e9)", ("row 2", "no finite value")),
    ("constant", "1 + 1", ('"beds_pc"', "constant")),
    ("nul", "beds \\0 people", ("not arithmetic",)),
]


@pytest.mark.parametrize(("expr", "words"), [f[1:] for f in FORMULAS], ids=[f[0] for f in FORMULAS])
def test_formula(expr: str, words: tuple[str, ...], files: Files, refused: Callable[..., str]) -> None:
    files.indicator(3, expr=expr)
    if expr == "beds * 1**9**9**9" or expr.startswith("abs("):
        files.column("beds", 5)  # 1 to any power is 1, and abs may be nested: arithmetic, but constant
    message = refused(files.write(), *words)
    assert len(message) < 700, "a long formula is shown in part"


@pytest.mark.parametrize(
    ("value", "row", "words"),
    [("", 5, ("present and positive",)), ("0", 5, ("positive",)), ("-1", 5, ("positive",)), ("x", 5, ('"x"', "not a number"))],
)  # fmt: skip
def test_deflator(value: str, row: int, words: tuple[str, ...], files: Files, refused: Callable[..., str]) -> None:
    files.column("cpi", lambda r: 1 + 0.1 * (r["year"] - 2011)).indicator(0, deflator="cpi")
    files.data[row]["cpi"] = value
    refused(files.write(), *files.place(row, "cpi"), *words)


def test_deflator_base(files: Files, refused: Callable[..., str]) -> None:
    files.column("cpi", lambda r: 1 + 0.1 * (r["year"] - 2011)).indicator(0, deflator="cpi")
    files.panel["deflator_base"] = "1999"
    refused(files.write(), "1999", "2011-2014", "deflator_base")


INDICES: list[tuple[str, Callable[[Files], Any], int | None, str, tuple[str, ...]]] = [
    ("negative", at(2, "U1", -0.1), 2, "U1", ("negative", "-0.1", "[0, 1]")),
    ("above one", at(2, "U2", 1.1), 2, "U2", ("above 1", "1.1")),
    ("missing", at(2, "U2", ""), 2, "U2", ("missing",)),
    ("infinite", at(2, "U2", "inf"), 2, "U2", ("infinite",)),
    ("text", at(2, "U2", "high"), 2, "U2", ('"high"', "not a number")),
]


@pytest.mark.parametrize(("change", "row", "column", "words"), [i[1:] for i in INDICES], ids=[i[0] for i in INDICES])
def test_indices(
    change: Callable[[Files], Any], row: int, column: str, words: tuple[str, ...], files: Files, refused: Callable[..., str]
) -> None:  # fmt: skip
    files.column("U1", lambda r: r["income"] / 40).column("U2", lambda r: r["green"] / 60)
    files.panel |= {"indicators": "", "indices": '["U1", "U2"]'}
    change(files)
    refused(files.write(), *files.place(row, column), *words)


@pytest.mark.parametrize(
    ("indices", "words"),
    [('["U1"]', ("one index only", "at least two")), ('["U1", "U3"]', ('"U3"', "U2")), ('["U1", "U1"]', ('"U1"', "twice")), ("[]", ("indices",))],
)  # fmt: skip
def test_index_columns(indices: str, words: tuple[str, ...], files: Files, refused: Callable[..., str]) -> None:
    files.column("U1", lambda r: r["income"] / 40).column("U2", lambda r: r["green"] / 60)
    files.panel |= {"indicators": "", "indices": indices}
    refused(files.write(), *words)


T = "coupling = {{ weights = {} }}"
SHARES = [
    ("too few", "[1.0]", ("1 given", "2 subsystems", "Economy")),
    ("too many", "[0.3, 0.3, 0.4]", ("3 given", "2 subsystems")),
    ("sum", "[0.5, 0.6]", ("sum to 1.1", "must sum to 1")),
    ("unknown", "{ Economy = 0.5, Ecologie = 0.5 }", ('"Ecologie"', '"Ecology"')),
    ("incomplete", "{ Economy = 1.0 }", ("none given for Ecology",)),
    ("negative", "[-0.5, 1.5]", ("not negative",)),
    ("nan", "[nan, 0.5]", ("finite",)),
    ("inf", "[inf, 0.5]", ("finite",)),
    ("text", '["a", "b"]', ("weights", "not allowed")),
]


@pytest.mark.parametrize(("given", "words"), [s[1:] for s in SHARES], ids=[s[0] for s in SHARES])
def test_weights_of_t(
    given: str, words: tuple[str, ...], files: Files, refused: Callable[..., str], door: Callable[..., Any]
) -> None:
    files.steps = T.format(given)
    plan = files.write()
    message = refused(plan, *words)
    said = door("check", plan)
    assert (said.code, said.message) == (2, message), "check finds what run refuses"


def test_encodings(files: Files, refused: Callable[..., str]) -> None:
    plan = files.write()
    panel = plan.parent / "panel.csv"
    text = panel.read_text(encoding="utf-8").replace("Bb", "Québec")
    for encoding, words in (
        ("utf-16-le", ("not a text file",)),
        ("latin-1", ("row 6", "neither UTF-8 nor GB18030", "save it as CSV UTF-8")),
    ):
        panel.write_bytes(text.replace("é", "é,", 1 if encoding == "latin-1" else 0).encode(encoding))
        refused(plan, "panel.csv", *words)
    panel.write_bytes(b"PK\x03\x04\x14\x00\x06\x00" + bytes(60))
    refused(plan, "panel.csv", "not a text file")
    panel.write_bytes(text.encode("utf-16")[:-1])
    refused(plan, "panel.csv", "UTF-16", "cut short")


@pytest.mark.parametrize("separator", [",", "\t"])
def test_unicode_text_of_excel(files: Files, door: Callable[..., Any], separator: str, tmp_path: Path) -> None:
    plan = files.write()
    panel = plan.parent / "panel.csv"
    panel.write_bytes(
        panel.read_text(encoding="utf-8").replace("Bb", "Québec").replace(",", separator).encode("utf-16")
    )
    said = door("run", plan, "--out", tmp_path / "out")
    assert said.code == 0, said
    assert "Québec" in (tmp_path / "out/tables/coordination.csv").read_text(encoding="utf-8-sig")


def test_files_that_are_none(files: Files, refused: Callable[..., str]) -> None:
    plan = files.write()
    panel, table = plan.parent / "panel.csv", plan.parent / "indicators.csv"
    good = panel.read_bytes()
    for raw in (b"", b"\n\n \n", b"\xef\xbb\xbf", b",,\n,,\n", b'""'):
        panel.write_bytes(raw)
        refused(plan, "panel.csv", "empty")
    panel.write_bytes(b"unit,year,income,jobless,green,beds,people\n")
    refused(plan, "panel.csv", "head but no rows")
    panel.write_bytes(b"unit,year,year\nA,1,2\n")
    refused(plan, "panel.csv", '"year"', "twice", "rename")
    panel.write_bytes(b"unit,year,\nA,2011,2\n")
    refused(plan, "panel.csv", "column 3", "no name in row 1")
    panel.write_bytes(b'unit,year\nA,2011\nA,"2012\n')
    refused(plan, "panel.csv", "row 3", "quotes")
    panel.write_bytes(b"unit,year\nA,2011\nA,2012,3\n")
    refused(plan, "panel.csv", "row 3", "more cells", "comma")
    panel.write_bytes(b"unit,y\x1bear\nA,2011\n")
    refused(plan, "panel.csv", "head row", "U+001B")
    panel.unlink()
    refused(plan, "panel.csv", "no such file")
    panel.mkdir()
    refused(plan, "panel.csv", "is a folder")
    panel.rmdir()
    panel.write_bytes(good)
    for raw, word in ((b"", "empty"), (b"key,subsystem,direction\n", "no indicator")):
        table.write_bytes(raw)
        refused(plan, "indicators.csv", word)


def test_workbooks_that_are_none(make: Callable[..., Files], refused: Callable[..., str], tmp_path: Path) -> None:
    from openpyxl import Workbook, load_workbook

    files = make(form="book")
    plan = files.write()
    path = plan.parent / "panel.xlsx"
    whole = path.read_bytes()
    for raw in (b"", b"unit,year\n", whole[: len(whole) // 2], b"PK\x03\x04" + bytes(100)):
        path.write_bytes(raw)
        refused(plan, "panel.xlsx", "not a workbook")
        refused(path, "panel.xlsx", "not a workbook")
    for missing, words in (("data", ('no sheet "data"',)), ("indicators", ('no sheet "indicators"',))):
        path.write_bytes(whole)
        made = load_workbook(path)
        made.remove(made[missing])
        made.save(path)
        refused(path, "panel.xlsx", *words)
    made = Workbook()
    made.active.title = "data"
    made.create_sheet("indicators").append(["key", "subsystem", "direction"])
    made.save(path)
    refused(path, "panel.xlsx", 'sheet "data"', "empty")
    made["data"].append(["unit", "year", "x"])
    made.save(path)
    refused(path, "panel.xlsx", 'sheet "indicators"', "no indicator")


def test_huge_and_tiny_numbers_are_numbers(files: Files, refused: Callable[..., str]) -> None:
    """Differences of numbers near the largest float are infinite: said, not carried on as nan."""
    files.data[0]["income"], files.data[1]["income"] = 1.7e308, -1.7e308
    refused(files.write(), "panel.csv", '"income"', "1.7e+308")


def test_a_long_cell_is_shown_in_part(files: Files, refused: Callable[..., str]) -> None:
    files.data[0]["income"] = "x" * 5000
    assert len(refused(files.write(), '"xxx', "not a number")) < 700


def test_cells_cannot_write_to_the_terminal(files: Files, refused: Callable[..., str]) -> None:
    files.data[0]["income"] = "\x1b[2J1\n2"
    refused(files.write(), "\\x1b[2J1\\n2")
