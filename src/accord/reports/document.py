"""The report as a Word document: what the page shows, to be cut from and written on; it needs the extra `word`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import xarray as xr

from accord import __version__
from accord.reports import words
from accord.reports.bibliography import references
from accord.reports.chapters import Finding, Part, chapters, findings, key_findings
from accord.reports.equations import omml
from accord.reports.formulas import Formula
from accord.reports.layout import columns_of
from accord.reports.sections import Drawn, Section
from accord.reports.word_parts import (
    caption,
    ended,
    fit,
    page,
    paragraph,
    picture,
    plain,
    put,
    reference,
    run,
    table,
)

NAME = "report.docx"
EXTRA = 'pip install "accord[word]"'
"""What writes the document."""
SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}
FONTS = {"text": ("Times New Roman", "SimSun"), "head": ("Arial", "SimHei")}
"""Fonts of Latin and of Chinese characters."""
RED = '<w:b/><w:color w:val="C00000"/>'
QUIET = '<w:color w:val="595959"/><w:sz w:val="18"/>'
PNG = '<Default Extension="png" ContentType="image/png"/>'
PICTURE = f'<Relationship Id="{{name}}" Type="{SPACES["r"]}/image" Target="media/{{name}}.png"/>'
"""How a document says that it holds pictures, and which."""
DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file inside, so that the same results give the same bytes."""


def lacking() -> dict[str, str]:
    """The document and how to have it, where the extra that writes it is not there."""
    return {} if find_spec("docx") else {NAME: EXTRA}


def document(
    tree: xr.DataTree, sections: Sequence[Section], language: str, notes: Sequence[Mapping[str, str]] = ()
) -> bytes:
    """The report as a Word document: summary, chapters with method, figures and tables, references.

    Captions are numbered as the page numbers them, by fields that Word counts on; tables that are too wide for an upright
    page stand on pages of their own on its side.
    """
    from docx import Document

    made = Document()
    _dress(made, tree, language)
    pictures = {d.name: file for s in sections for d in s.figures if (file := _dots(d))}
    taken = {name: _taken(f"figure{k}", file) for k, (name, file) in enumerate(pictures.items(), 1)}
    spaces = " ".join(f'xmlns:{short}="{full}"' for short, full in SPACES.items())
    own = {kind: made.sections[0]._sectPr.xpath(f"w:{kind}Reference/@r:id") for kind in ("header", "footer")}
    heads = {kind: names[0] for kind, names in own.items() if names}
    told = [*json.loads(tree.attrs.get("warnings", "[]")), *notes]
    flow = "".join(_turning(_content(tree, sections, taken, language, told), heads))
    body = f"<w:document {spaces}><w:body>{flow}{page(False, heads)}</w:body></w:document>"
    return _packed(made, body, {taken[name][0]: file for name, file in pictures.items()})


class Turned(str):
    """What stands on a page on its side."""


def _turning(parts: Iterator[str], heads: Mapping[str, str]) -> Iterator[str]:
    """The parts with the ends of pages between those that stand upright and those on their side."""
    before = False
    for part in filter(None, parts):
        turned = isinstance(part, Turned)
        if turned != before:
            yield ended(page(before, heads))
        yield part
        before = turned
    if before:
        yield ended(page(True, heads))


def _content(
    tree: xr.DataTree,
    sections: Sequence[Section],
    pictures: Mapping[str, tuple[str, float, float]],
    language: str,
    told: Sequence[Mapping[str, str]],
) -> Iterator[str]:
    """Everything in its order."""
    yield paragraph(_title(tree, language), "Title")
    if tree.attrs.get("simulated"):
        yield paragraph(words.phrase("simulated", language), look=RED)
    if note := tree.attrs.get("note_zh" if language == "zh" else "note") or tree.attrs.get("note"):
        yield paragraph(note)
    numbers = {s.name: s.number for s in sections}
    if key := key_findings(findings(tree, sections, language)):
        yield paragraph(words.phrase("findings", language), "Heading1")
        yield from (_finding(one, numbers, language) for one in key)
    if told:
        yield paragraph(words.phrase("warnings", language), "Heading1")
        yield from (paragraph(one[language], "ListBullet") for one in told)
    for chapter in chapters(tree, sections, language, told):
        yield paragraph(chapter.title, "Heading1")
        for part in chapter.parts:
            yield paragraph(part.title, "Heading2")
            yield from _how(part, numbers, language)
            for section in part.sections:
                yield from _section(section, part, pictures, language)
    yield from _back(tree, language)


def _how(part: Part, numbers: Mapping[str, int], language: str) -> Iterator[str]:
    """How a step was done, what it found, or why there is nothing."""
    if part.state or part.reason:
        yield put(
            (run(part.state + words.phrase("colon", language), "<w:b/>") if part.state else "") + run(part.reason)
        )
    yield from (paragraph(text, look="<w:i/>") for text in part.warnings)
    yield from (_finding(one, numbers, language) for one in part.findings)
    if part.says:
        named = words.phrase("method", language) + (
            words.phrase("colon", language) + part.method if part.method else ""
        )
        yield put(run(f"{named} ", "<w:b/>") + run(part.says))
        yield from map(_formula, part.formulas)
        if part.options:
            yield paragraph(words.phrase("options", language) + part.options, look=QUIET)


def _section(
    section: Section, part: Part, pictures: Mapping[str, tuple[str, float, float]], language: str
) -> Iterator[str]:
    """Head, sentences, figures, the table and its notes; a table on its side has what belongs to it beside it."""
    fitted = fit(columns_of(section, section.rows)) if section.number else None
    table_page = Turned if fitted and fitted.turned else str
    shown = [drawn for drawn in section.figures if drawn.name in pictures or not drawn.files]
    told, formulas = part.beside(section)
    head = paragraph(section.title, "Heading3") if len(part.sections) > 1 else ""
    opening = head + "".join([*map(paragraph, told), *map(_formula, formulas)])
    yield opening if shown else table_page(opening)
    for drawn in shown:
        if drawn.name in pictures:
            yield picture(pictures[drawn.name][0], drawn.number, drawn.caption, *pictures[drawn.name][1:])
        else:
            yield put(run(words.phrase("chart_alone", language)), "", '<w:keepNext/><w:jc w:val="center"/>')
        yield caption(
            words.phrase("figure", language), drawn.number, drawn.caption, f"figure_{drawn.name}", above=False
        )
    notes = "".join(paragraph(text, "Note") for text in section.notes)
    if fitted:
        above = caption(
            words.phrase("table", language), section.number, section.caption, f"table_{section.name}", above=True
        )
        yield table_page(above + table(section, fitted) + (notes or put("", "Note")))
    elif notes:
        yield notes


def _finding(one: Finding, numbers: Mapping[str, int], language: str) -> str:
    """A finding with a reference to its table."""
    where = reference(f"table_{one.table}", one.where) if numbers.get(one.table) else run(one.where)
    brackets = {"en": " ()", "zh": "（）"}[language]
    return put(run(one.text + brackets[:-1]) + where + run(brackets[-1]), "ListBullet")


def _formula(one: Formula) -> str:
    """A formula that Word can edit; what could not be read as one, as it is written."""
    return put(omml(one.drawn)) if one.drawn.startswith("<math") else paragraph(one.latex)


def _back(tree: xr.DataTree, language: str) -> Iterator[str]:
    """References, and how this was made."""
    if works := references(tree, language):
        yield paragraph(words.phrase("references", language), "Heading1")
        for head, listed in works:
            yield paragraph(head, "Heading2")
            yield from (paragraph(f"[{k}] {work}", "Reference") for k, work in enumerate(listed, 1))
    yield paragraph(f"accord {__version__}", "Note")


def _title(tree: xr.DataTree, language: str) -> str:
    return str(tree.attrs.get("title") or words.phrase("report", language))


def _dots(drawn: Drawn) -> Path | None:
    return next((file for file in drawn.files if file.suffix == ".png"), None)


def _taken(name: str, file: Path) -> tuple[str, float, float]:
    """A figure as the document knows it: its name there, how wide and how high it is in points."""
    from docx.image.image import Image

    image = Image.from_file(str(file))
    return name, image.px_width * 72 / (image.horz_dpi or 300), image.px_height * 72 / (image.vert_dpi or 300)


def _dress(made: Any, tree: xr.DataTree, language: str) -> None:
    """Fonts, styles, head and foot of the pages, and what the file says of itself."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = made.styles
    for name, size, kind in (("Normal", 10.5, "text"), ("Title", 18, "head"), ("Heading 1", 15, "head"),
                             ("Heading 2", 12.5, "head"), ("Heading 3", 11, "head"), ("Caption", 10, "head")):  # fmt: skip
        style = styles[name]
        _fonts(style.element.get_or_add_rPr(), kind)
        style.font.size, style.font.color.rgb = Pt(size), RGBColor(0, 0, 0)
    for name, size, after in (("Cell", 8, 0), ("Note", 8.5, 8), ("Reference", 10, 3)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size = styles["Normal"], Pt(size)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(after), 1.0
    styles["Caption"].paragraph_format.alignment = 1
    styles["Title"].element.pPr.remove_all("w:pBdr")
    _fonts(styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")[0], "text")
    part = made.sections[0]
    if tree.attrs.get("simulated"):
        part.header.paragraphs[0].add_run(words.phrase("simulated", language)).font.color.rgb = RGBColor(0xC0, 0, 0)
    foot = part.footer.paragraphs[0]
    foot.alignment = 1
    foot._p.append(_xml('<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    core = made.core_properties
    core.title, core.author, core.last_modified_by = plain(_title(tree, language))[:255], "", ""
    core.comments, core.language = f"accord {__version__}", {"en": "en-GB", "zh": "zh-CN"}[language]
    for dated in core._element.xpath("dcterms:created | dcterms:modified"):
        core._element.remove(dated)


def _fonts(look: Any, kind: str) -> None:
    """Fonts of a style by name: those of a theme would go before them."""
    latin, chinese = FONTS[kind]
    look.remove_all("w:rFonts", "w:lang")
    look.insert(0, _xml(f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{latin}" w:eastAsia="{chinese}"/>'))
    look.append(_xml('<w:lang w:val="en-GB" w:eastAsia="zh-CN"/>'))


def _xml(text: str) -> Any:
    """One element of Word's own, from its text."""
    from docx.oxml import parse_xml

    return parse_xml(text.replace(" ", f' xmlns:w="{SPACES["w"]}" ', 1))


def _packed(made: Any, body: str, pictures: Mapping[str, Path]) -> bytes:
    """The document as a file: the same bytes for the same content, pictures as they are.

    Text and pictures come in here, past python-docx, which would parse the one and compress the others twice.
    """
    for name, part in list(made.part.package.rels.items()):
        if part.reltype.endswith("/thumbnail"):  # of python-docx's empty page
            del made.part.package.rels[name]
    first, out = io.BytesIO(), io.BytesIO()
    made.save(first)
    told: dict[str, Callable[[str], str]] = {
        "word/document.xml": lambda _: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{body}',
        "[Content_Types].xml": lambda text: text.replace("<Override", f"{PNG}<Override", 1),
        "word/_rels/document.xml.rels": lambda text: text.replace(
            "</Relationships>", "".join(PICTURE.format(name=name) for name in pictures) + "</Relationships>"
        ),
    }
    with ZipFile(first) as whole, ZipFile(out, "w") as packed:
        for name in whole.namelist():
            raw = whole.read(name)
            raw = told[name](raw.decode("utf-8")).encode("utf-8") if name in told else raw
            packed.writestr(ZipInfo(name, DAY), raw, ZIP_DEFLATED, 6)
        for name, file in pictures.items():
            packed.writestr(ZipInfo(f"word/media/{name}.png", DAY), file.read_bytes(), ZIP_STORED)
    return out.getvalue()
