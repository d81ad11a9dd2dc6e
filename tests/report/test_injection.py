"""Names that browsers, spreadsheets, Word, LaTeX, Stata, R or a terminal could take for more than names are text in every file.

One study, run from the command line and rendered again in Chinese: units, regions, subsystems, dimensions, indicators,
their units of measurement, stages, title, note and sources all bear such names.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import unicodedata
import warnings
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
import xarray as xr

from accord.errors import InputError
from accord.io.folder import read_results
from accord.reports.sections import _across

UNITS = [
    "<script>alert(1)</script>", '=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "مرحبا بالعالم",
    "שלום עולם", "\u202eevil\u202c name", "😀 emoji 👩\u200d👩\u200d👧", "{{7*7}}", r"\input{/etc/passwd}", "</script><!--",
    '"><img src=x onerror=alert(1)>', f"L{'o' * 180}ng", "[red]rich[/red]", "${7*7}", "%d %s {0}", "National", "全国",
    "$x^2$ & #1_a~", "'; DROP TABLE--", "javascript:alert(1)", "]]>", "&lt;b&gt;",
]  # fmt: skip
REGIONS = ["North", "شمال", "<b>r</b>", "=1+2"]
SUBSYSTEMS = ["<script>alert(3)</script>", '=cmd|"x"']
INDICATORS = {
    "a": ("<img src=x onerror=alert(2)>", "=中(1)", SUBSYSTEMS[0], "@dim", "+", "=unit"),
    "b": ('=HYPERLINK("http://x","z")', "@中", SUBSYSTEMS[0], r"\input{x}", "-", "</script>"),
    "c": ("{{8*8}}", "{{6*8}}", SUBSYSTEMS[1], "😀", "+", "a b"),
    "d": ("-minus", "", SUBSYSTEMS[1], "שלום", "+", "%"),
}
STAGES = ["=low", "<i>mid</i>", "{{3*3}}"]
TITLE = r"=1+1 <script>alert(4)</script> {{9*9}} \input{x} [bold]t[/bold]"
NOTE = "</p><script>alert(5)</script> {{6*6}}"
SOURCE = r"<b>Ref</b> =1+1 \x {{5*5}}"
RISKY = ("=", "+", "-", "@")
LANGUAGES = ("en", "zh")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters by which a text could move the cursor of a terminal or turn what follows around."""


def plan() -> str:
    texts = {"title": TITLE, "note": NOTE, "note_zh": f"{NOTE} 中"}
    head = "".join(f"{key} = {json.dumps(text)}\n" for key, text in texts.items())
    names = f"names = {json.dumps(STAGES)}, names_zh = {json.dumps([f'{s}中' for s in STAGES])}"
    return (
        f"{head}cite = [{json.dumps(SOURCE)}]\n"
        '[panel]\nsource = "panel.csv"\nindicators = "indicators.csv"\nunit = "unit"\nregion = "region"\nlabel_zh = "zh"\n'
        f'[steps]\nforecast = {{ method = "drift" }}\nstages = {{ method = "edges", edges = [0.3, 0.5], {names} }}\n'
    )


def lay(place: Path) -> Path:
    """A study of hostile names in a folder."""
    place.mkdir()
    rows = [
        {"unit": name, "zh": f"中{name}", "region": REGIONS[i % 4], "year": 2011 + t,
         **{key: 1 + (i * (7 + 2 * k) + t * (3 + k) + i * t) % 23 / 2 for k, key in enumerate(INDICATORS)}}
        for i, name in enumerate(UNITS)
        for t in range(6)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(place / "panel.csv", index=False)
    head = ["name", "name_zh", "subsystem", "dimension", "direction", "unit"]
    pd.DataFrame.from_dict(INDICATORS, orient="index", columns=head).rename_axis("key").to_csv(place / "indicators.csv")
    (place / "plan.toml").write_text(plan(), encoding="utf-8")
    return place / "plan.toml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    """The results in each language, with what the terminal showed."""
    place = tmp_path_factory.mktemp("injection")
    file, out = lay(place / "study"), {}
    first, second = place / "en", place / "zh"
    for language, results, command in (
        ("en", first, ["run", str(file), "--out", str(first)]),
        ("zh", second, ["report", str(second), "--language", "zh"]),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "accord", *command], capture_output=True, check=False, timeout=900,
            env={"PYTHONUTF8": "1", "PATH": "/usr/bin:/bin", "HOME": str(place), "JAX_PLATFORMS": "cpu"},
        )  # fmt: skip
        said = (done.stdout + done.stderr).decode("utf-8")
        assert done.returncode == 0, said
        if language == "en":
            shutil.copytree(first, second)
        out[language] = results, said
    return out


class Reader(HTMLParser):
    """What a parser makes of a page: its tags, their attributes, and the text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style"):
            self.text.append(data)


def shown(name: str) -> str:
    """A name as a line of a document holds it."""
    return re.sub(r"\s+", " ", name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_as_a_parser_reads_it(language: str, made: dict[str, tuple[Path, str]]) -> None:
    pages = sorted(made[language][0].glob("*.html"))
    assert made[language][0] / "report.html" in pages
    for file in pages:
        read = Reader()
        read.feed(file.read_text(encoding="utf-8"))
        for tag, attributes in read.tags:
            assert not [a for a in attributes if a.startswith("on")], (tag, attributes)
            assert tag not in ("iframe", "object", "embed", "base", "form", "link"), tag
            source = attributes.get("src") or attributes.get("href") or attributes.get("xlink:href") or ""
            assert source.startswith(("data:", "#", "https://doi.org", "")) and not source.startswith("javascript"), (
                source
            )
            assert tag != "img" or source.startswith("data:image/"), source
            assert tag not in ("script", "b", "i", "img") or attributes.get("onerror") is None
        text = " ".join(read.text)
        assert "<script>alert(4)</script> {{9*9}}" in text and "=1+1" in text
        assert "alert" not in "".join(str(list(a.values())) for tag, a in read.tags if tag in ("script", "a")), (
            file.name
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_every_name_as_it_is(language: str, made: dict[str, tuple[Path, str]]) -> None:
    read = Reader()
    read.feed((made[language][0] / "report.html").read_text(encoding="utf-8"))
    text = "".join(read.text)
    for name in UNITS:
        assert (f"中{name}" if language == "zh" else name) in text, name
    for name in [*REGIONS, *SUBSYSTEMS, *(f"{s}中" if language == "zh" else s for s in STAGES), NOTE, SOURCE]:
        assert name in text, name
    for name, name_zh, *_ in INDICATORS.values():
        assert (name_zh or name if language == "zh" else name) in text
    assert "{{9*9}}" in text and "{{6*6}}" in text, "no template is filled twice"


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_in_a_browser(language: str, made: dict[str, tuple[Path, str]]) -> None:
    pytest.importorskip("playwright", reason="playwright is not installed: the page is not opened in a browser")
    if CHROMIUM is None:
        pytest.skip("no chromium on the path: the page is not opened in a browser")
    from playwright.sync_api import sync_playwright

    heard: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            context = browser.new_context(offline=True)
            page = context.new_page()
            url = (made[language][0] / "report.html").as_uri()
            page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
            page.on("request", lambda r: r.url.startswith(("data:", "blob:", url)) or heard.append(f"request: {r.url}"))
            page.on("pageerror", lambda error: heard.append(f"error: {error}"))
            page.on("console", lambda message: message.type != "error" or heard.append(f"console: {message.text}"))
            page.goto(url, wait_until="load")
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            page.wait_for_timeout(1500)
            body = page.evaluate("document.body.textContent")
            title = page.title()
            foreign = page.evaluate("document.querySelectorAll('main b, main i, main [onerror]').length")
            browser.close()
    assert heard == []
    assert foreign == 0
    assert title == TITLE
    for name in UNITS:
        assert name in body, name


def test_csv(made: dict[str, tuple[Path, str]]) -> None:
    for results, _ in made.values():
        for path in (results / "tables").glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.reader(file):
                    for text in row:
                        if text.startswith(RISKY) and text not in ("+", "-", "="):
                            float(text)  # a negative number stays a number
        with (results / "tables/coordination.csv").open(encoding="utf-8", newline="") as file:
            units = {row["unit"] for row in csv.DictReader(file)}
        assert units == {f"'{name}" if name.startswith(RISKY) else name for name in UNITS}


def test_workbook(made: dict[str, tuple[Path, str]]) -> None:
    book = openpyxl.load_workbook(made["en"][0] / "tables.xlsx")
    seen = set()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert cell.hyperlink is None or (not cell.hyperlink.target and sheet.title == "contents")
                if cell.data_type == "s":
                    assert not cell.value.startswith(RISKY) or cell.value in ("+", "-", "="), cell.value
                    seen.add(cell.value)
    assert {f"'{name}" if name.startswith(RISKY) else name for name in UNITS} <= seen
    with zipfile.ZipFile(made["en"][0] / "tables.xlsx") as package:
        assert not [name for name in package.namelist() if "externalLink" in name or "vba" in name.lower()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_document(language: str, made: dict[str, tuple[Path, str]]) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed: no document is written")
    written = (made[language][0] / "report.docx").read_bytes()
    document = docx.Document(io.BytesIO(written))
    cells = {text.text or "" for table in document.tables for text in table._tbl.iter("{*}t")}
    for name in UNITS:
        assert shown(f"中{name}" if language == "zh" else name) in cells, name
    told = "\n".join(p.text for p in document.paragraphs)
    assert TITLE in told and NOTE in told and SOURCE in told
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        texts = {n: package.read(n).decode("utf-8") for n in package.namelist() if n.endswith((".xml", ".rels"))}
    for name, text in texts.items():
        ElementTree.fromstring(text)
        assert 'TargetMode="External"' not in text, name
    fields = set(re.findall(r'w:instr="\s*(\w+)', texts["word/document.xml"]))
    assert fields == {"SEQ", "REF"} and "w:fldChar" not in texts["word/document.xml"], "no field of a name's own"


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures(language: str, made: dict[str, tuple[Path, str]]) -> None:
    """Pictures are drawn as outlines: no script, link or handler, and nothing that is no XML."""
    files = sorted((made[language][0] / "figures").glob("*.svg"))
    assert len(files) >= 15
    for file in files:
        for element in ElementTree.parse(file).iter():
            tag = element.tag.split("}")[-1]
            assert tag not in ("script", "foreignObject", "a", "iframe", "handler"), file.name
            for key, value in element.attrib.items():
                assert not key.startswith("on"), file.name
                if key.endswith("href"):
                    assert value.startswith(("#", "data:image/")), (file.name, value[:40])
    for file in (made[language][0] / "figures").glob("*.pdf"):
        raw = file.read_bytes()
        assert b"/JavaScript" not in raw and b"/Launch" not in raw and b"/URI" not in raw, file.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_latex(language: str, made: dict[str, tuple[Path, str]]) -> None:
    """Of commands that read, write or define nothing is left, and no character that would act."""
    for file in (made[language][0] / "tables").glob("*.tex"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\\(write|read|openin|openout|csname|catcode|def|let|special|immediate)\b", text), (
            file.name
        )
        if file.stem != "all":
            assert not re.search(r"\\(input|include)\b", text), file.name
            assert not STEERS.search(text), file.name
            depth = 0
            for sign in re.findall(r"(?<!\\)(?:\\\\)*([{}])", text):
                depth += 1 if sign == "{" else -1
                assert depth >= 0, file.name
            assert depth == 0, file.name
            body = [line for line in text.splitlines() if not line.startswith("%")]
            assert not [line for line in body if re.search(r"(?<!\\)[%#]", line.removesuffix("%"))], file.name
    table = (made[language][0] / "tables/coordination.tex").read_text(encoding="utf-8")
    assert r"\textbackslash{}input\{/etc/passwd\}" in table and r"\{\{7*7\}\}" in table


def test_latex_compiles(made: dict[str, tuple[Path, str]], tmp_path: Path) -> None:
    if shutil.which("xelatex") is None:
        pytest.skip("no xelatex on the path: fragments are not compiled")
    shutil.copytree(made["zh"][0] / "tables", tmp_path / "tables")
    done = subprocess.run(
        ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"],
        cwd=tmp_path / "tables", capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    if "ctex.sty' not found" in log:
        pytest.skip("this LaTeX has no ctex: Chinese fragments are not compiled")
    assert done.returncode == 0, log[-2000:]
    assert "passwd" not in log


def test_stored_results_hold_the_names_themselves(made: dict[str, tuple[Path, str]]) -> None:
    tree = read_results(made["en"][0])
    assert tree["coordination"]["unit"].values.tolist() == UNITS
    assert tree["scores"]["subsystem"].values.tolist() == SUBSYSTEMS
    assert tree.attrs["title"] == TITLE
    with xr.open_datatree(made["en"][0] / "study.nc", engine="h5netcdf") as stored:
        assert all(re.fullmatch(r"[a-z_]+", name) for name in stored.children)


def test_record_is_json_of_texts(made: dict[str, tuple[Path, str]]) -> None:
    record = json.loads((made["en"][0] / "run.json").read_text(encoding="utf-8"))
    assert record["plan"]["title"] == TITLE
    assert all(re.fullmatch(r"[\w./-]+", name) for name in record["files"]), "no file is named by the study"


@pytest.mark.parametrize("language", LANGUAGES)
def test_terminal(language: str, made: dict[str, tuple[Path, str]]) -> None:
    said = made[language][1]
    assert not STEERS.search(said)
    lines = [line for line in said.splitlines() if line.startswith("warning")]
    assert len(lines) == len(set(lines)), "no warning is said twice"
    for line in said.splitlines():
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in line), line


@pytest.mark.parametrize("escape", [r"\u001b[31mred", r"\u202e"])
def test_looking_at_a_plan_is_as_safe(escape: str, tmp_path: Path) -> None:
    """A title that steers a terminal is refused, one that turns text around is shown with its name."""
    file = lay(tmp_path / "study")
    text = file.read_text(encoding="utf-8").replace("[bold]t", f"[bold]{escape}t")
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "accord", "check", str(file)], capture_output=True, check=False, timeout=300
    )
    said = (done.stdout + done.stderr).decode("utf-8")
    assert not STEERS.search(said)
    assert (done.returncode, "[bold]\\u202et" in said) in ((2, False), (0, True)), said


@pytest.mark.parametrize("name", ["line\nbreak", "tab\there", "\x1b[31mred", "nul\x00", "a\u2028b"])
def test_names_that_break_lines_are_refused_or_text(name: str, tmp_path: Path) -> None:
    """A name on two lines is refused with its place; whatever is let through is text."""
    import accord as ac

    file = lay(tmp_path / "study")
    panel = pd.read_csv(tmp_path / "study/panel.csv")
    panel["unit"] = panel["unit"].replace({"National": name})
    panel.to_csv(tmp_path / "study/panel.csv", index=False)
    try:
        found = ac.read_panel(file.parent / "panel.csv", file.parent / "indicators.csv", unit="unit", region="region")
    except InputError as error:
        assert "panel.csv" in str(error) and not STEERS.search(str(error))
    else:
        units = "".join(found["unit"].values.tolist())
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", units)


@pytest.mark.parametrize("name", ["National", "全国"])
def test_a_region_is_not_called_as_all_units_are(name: str, tmp_path: Path) -> None:
    import accord as ac

    file = lay(tmp_path / "study")
    panel = pd.read_csv(tmp_path / "study/panel.csv")
    panel["region"] = panel["region"].replace({"North": name})
    panel.to_csv(tmp_path / "study/panel.csv", index=False)
    with pytest.raises(InputError, match=f'"{name}" stands for all units together'):
        ac.read_panel(file.parent / "panel.csv", file.parent / "indicators.csv", unit="unit", region="region")


def test_rows_that_are_called_alike_stay_apart() -> None:
    long = pd.DataFrame({"region": ["a", "a", "b", "a", "a"], "time": [1, 2, 1, 1, 2], "v": [1.0, 2.0, 3.0, 4.0, 5.0]})
    wide = _across(long, ["region"], "v", "time")
    assert wide["region"].tolist() == ["a", "b", "a"] and wide[1].tolist() == [1.0, 3.0, 4.0]
