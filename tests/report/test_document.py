"""The Word document: opened by python-docx, it holds what the page shows; captions count, tables have three rules."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

import accord as ac
from accord.io.sample import folder
from accord.plot import FIGURES as CATALOGUE
from accord.plot import save
from accord.project import run
from accord.reports import document as documents
from accord.reports.equations import omml
from accord.reports.formulas import mathml
from accord.reports.layout import columns_of
from accord.reports.numbered import sections_of
from accord.reports.sections import ROWS, Section, names_of
from accord.reports.word_parts import LANDSCAPE, PORTRAIT, fit

docx = pytest.importorskip("docx", reason="python-docx is not installed: no documents are written")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FIGURES = ("trajectories", "stage_shares")


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    study = ac.Study(ac.sample(), forecast=False, unit_roots=False, pvar=False, title="A study", simulated=True)
    study.run()
    return study.results()


@pytest.fixture(scope="module")
def made(tree: xr.DataTree, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[Section], bytes, Any]]:
    out = {}
    for language in ("en", "zh"):
        place = tmp_path_factory.mktemp(language)
        drawn = {k: save(CATALOGUE[k][0](tree, language=language), place, k, ("png",)) for k in FIGURES}
        sections = sections_of(tree, drawn, names_of(tree, language), language)
        written = documents.document(tree, sections, language)
        out[language] = (sections, written, docx.Document(io.BytesIO(written)))
    return out


def parts(written: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        return {n: package.read(n).decode("utf-8") for n in package.namelist() if n.endswith((".xml", ".rels"))}


def test_tables_are_those_of_the_page(made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    for sections, _, document in made.values():
        shown = [s for s in sections if s.number]
        assert len(document.tables) == len(shown) >= 15
        for section, table in zip(shown, document.tables, strict=True):
            assert len(table.rows) == len(section.rows) + 1
            texts = [cell.text for cell in table.rows[0].cells]
            assert texts == section.head, section.name
            texts = [cell.text.replace("−", "-") for cell in table.rows[-1].cells]
            assert texts == [text.replace("−", "-") for text in section.rows[-1]], section.name
        assert max(len(s.rows) for s in shown) <= 2 * ROWS


def test_three_rules_and_heads_on_every_page(made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    _, _, document = made["en"]
    for table in document.tables:
        rules = table._tbl.tblPr.find(f"{W}tblBorders")
        assert {rule.tag.removeprefix(W) for rule in rules} == {"top", "bottom"}
        first, *others = table._tbl.tr_lst
        assert first.find(f"{W}trPr/{W}tblHeader") is not None
        assert all(cell.find(f"{W}tcPr/{W}tcBorders/{W}bottom") is not None for cell in first.tc_lst)
        assert not any(row.findall(f".//{W}tcBorders") for row in others)


def test_captions_count(made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    for language, labels in (("en", ("Table", "Figure")), ("zh", ("表", "图"))):
        sections, written, document = made[language]
        text = parts(written)["word/document.xml"]
        for label, captions in zip(
            labels,
            ([s.caption for s in sections if s.number], [f.caption for s in sections for f in s.figures]),
            strict=True,
        ):
            counted = re.findall(rf'w:instr=" SEQ {label} [^"]*"><w:r><w:t>(\d+)<', text)
            assert counted == [str(k) for k in range(1, len(captions) + 1)]
            told = [p.text for p in document.paragraphs if p.style.name == "Caption"]
            for k, said in enumerate(captions, 1):
                assert any(t.startswith(label) and t.endswith(f". {said}") for t in told), (k, said)
        marks = re.findall(r'<w:bookmarkStart w:id="\d+" w:name="(\w+)"', text)
        assert len(marks) == len(set(marks)) and all(len(mark) <= 40 for mark in marks)
        assert len(set(re.findall(r'<w:bookmarkStart w:id="(\d+)"', text))) == len(marks)
        pointed = re.findall(r'w:instr=" REF (\w+) ', text)
        assert pointed and set(pointed) <= set(marks)


def test_figures_stand_in_it_with_their_captions(made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    for sections, _, document in made.values():
        assert len(document.inline_shapes) == len(FIGURES)
        told = {f.caption for s in sections for f in s.figures}
        assert {s._inline.docPr.get("descr") for s in document.inline_shapes} == told
        for shape in document.inline_shapes:
            assert shape.width.pt <= PORTRAIT + 1 and shape.height.pt <= 600


def test_pictures_are_the_files_as_they_are(made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    for sections, written, _ in made.values():
        files = [file for s in sections for f in s.figures for file in f.files if file.suffix == ".png"]
        with zipfile.ZipFile(io.BytesIO(written)) as package:
            held = [n for n in package.namelist() if n.endswith((".png", ".jpeg"))]
            assert sorted(package.read(n) for n in held) == sorted(file.read_bytes() for file in files), "and no other"
            told = package.read("[Content_Types].xml").decode() + package.read("_rels/.rels").decode()
        assert told.count('Extension="png"') == 1 and "thumbnail" not in told


def test_pages_turn_where_a_table_is_wide(made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    sections, _, document = made["en"]
    turned = [s for s in document.sections if s.page_width > s.page_height]
    upright = [s for s in document.sections if s.page_width < s.page_height]
    assert turned and upright and len(document.sections) <= 2 * len(sections)
    assert all("Simulated data" in s.header.paragraphs[0].text for s in document.sections), "on every page"
    for section in sections:
        fitted = fit(columns_of(section, section.rows))
        assert sum(fitted.widths) <= (LANDSCAPE if fitted.turned else PORTRAIT) + 1
        assert 6 <= fitted.size <= 9


def test_a_table_of_seventeen_years_fits(tree: xr.DataTree, made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    section = next(s for s in made["en"][0] if s.name == "coordination")
    assert len(section.head) == 19
    assert fit(columns_of(section, section.rows)).size >= 7


def test_chinese_has_its_fonts(made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    for _, written, _ in made.values():
        styles = parts(written)["word/styles.xml"]
        for name in ("Normal", "Heading1", "Heading2", "Title", "Caption"):
            style = re.search(rf'<w:style [^>]*w:styleId="{name}".*?</w:style>', styles, flags=re.DOTALL)
            assert style and re.search(r'<w:rFonts [^>]*w:eastAsia="Sim(Sun|Hei)"', style[0]), name
            assert "Theme" not in re.search(r"<w:rFonts [^>]*>", style[0])[0]  # type: ignore[index]
    assert "模拟数据" in made["zh"][2].sections[0].header.paragraphs[0].text


def test_same_results_same_bytes(tree: xr.DataTree, made: dict[str, tuple[list[Section], bytes, Any]]) -> None:
    sections, written, _ = made["en"]
    assert documents.document(tree, sections, "en") == written
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        assert {part.date_time for part in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert "dcterms:created" not in parts(written)["docProps/core.xml"]


def test_everything_is_well_formed_and_nothing_is_asked_of_a_network(
    made: dict[str, tuple[list[Section], bytes, Any]],
) -> None:
    from xml.etree import ElementTree

    for _, written, _ in made.values():
        for name, text in parts(written).items():
            ElementTree.fromstring(text)
            assert 'TargetMode="External"' not in text, name


@pytest.mark.parametrize(
    ("latex", "holds"),
    [
        (r"\frac{a}{b}", "<m:num>"),
        (r"\sqrt{CT}", "<m:degHide"),
        (r"\sum_{i=1}^n x_i", "<m:nary>"),
        (r"\left(\frac{a}{b}\right)^2", "<m:sSup><m:e><m:d>"),
        (r"(y_i-\bar y)^2", "<m:acc>"),
        (r"|a-b|", '<m:begChr m:val="|"/>'),
        (r"\max_j x_j", "<m:nor/>"),
        (r"\begin{cases} a & b \\ c & d\end{cases}", "<m:mr>"),
    ],
)
def test_formulas_stay_formulas(latex: str, holds: str) -> None:
    from xml.etree import ElementTree

    drawn = omml(mathml(latex))
    assert holds in drawn
    spaces = " ".join(f'xmlns:{short}="{full}"' for short, full in documents.SPACES.items())
    root = ElementTree.fromstring(f"<x {spaces}>{drawn}</x>")
    letters = "".join(root.itertext())
    for letter in re.sub(r"\\[a-z]+|[^a-zA-Z]", "", latex.replace("cases", "")):
        assert letter in letters


def test_a_sum_holds_what_it_runs_over() -> None:
    drawn = omml(mathml(r"\sum_i (a_i-b)+c"))
    assert drawn.index("</m:nary>") > drawn.index(">b<") and drawn.index("</m:nary>") < drawn.index(">c<")


def test_without_the_extra_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.reports.figures.drawable", lambda _: [])
    sets = [f"{s}=false" for s in ("forecast", "unit_roots", "pvar", "density", "space", "transitions", "drivers")]
    done = run(folder("us-states") / "plan.toml", tmp_path / "out", sets=sets)
    record = json.loads((done.folder / "run.json").read_text(encoding="utf-8"))
    assert "report.docx" in record["files"] and record["not_written"] == {}
    before = (done.folder / "report.docx").read_bytes()
    (done.folder / "report.docx").unlink()
    ac.report(done.folder)
    assert (done.folder / "report.docx").read_bytes() == before, "from study.nc alone"
    monkeypatch.setattr(documents, "find_spec", lambda _: None)
    done = run(folder("us-states") / "plan.toml", tmp_path / "out", sets=sets)
    record = json.loads((done.folder / "run.json").read_text(encoding="utf-8"))
    assert record["not_written"] == {"report.docx": 'pip install "accord[word]"'}
    assert not (done.folder / "report.docx").exists() and not done.warnings
