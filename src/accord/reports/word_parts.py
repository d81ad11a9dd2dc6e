"""Parts of a Word document as XML: paragraphs, captions with numbers that Word keeps, figures, tables with three rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from accord.reports.layout import Column, columns_of
from accord.reports.sections import Section

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
BREAKS = re.compile(r"[\t\n\r\x85\u2028\u2029]+")
EMU = 12_700
"""Word's measure of pictures: so many to a point."""
PORTRAIT, LANDSCAPE = 453.6, 700.2
"""Points across a page of A4, upright and on its side, between margins of 2.5 cm."""
TALLEST = 600.0
"""Points that a figure may be high, its caption below it."""
SIZES = ((9.0, 8.5, 8.0, 7.5, 7.0), (8.5, 8.0, 7.5, 7.0, 6.5, 6.0))
"""Sizes of type of a table, upright and on its side, in points."""
WRAPS = (40, 28, 18, 12, 9)
"""Letters of a line to which cells of text are broken, the first that lets the table fit."""
LETTER, PAD = 0.51, 2.5
"""Width of a letter as a share of the size of type, and points on each side of a cell."""
RULES = (12, 6)
"""Thickness of the outer rules and of the one below the head, in eighths of a point."""


class Fit(NamedTuple):
    """How a table fits on a page: which way round, in which size, with which widths in points."""

    turned: bool
    size: float
    widths: list[float]


def plain(text: str) -> str:
    """A text as a document can hold it, on one line."""
    return ILLEGAL.sub("", BREAKS.sub(" ", str(text)))


def clean(text: str) -> str:
    """The same as XML."""
    return escape(plain(text))


def run(text: str, look: str = "") -> str:
    """A stretch of text."""
    shown = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{shown}<w:t xml:space="preserve">{clean(text)}</w:t></w:r>'


def paragraph(text: str, style: str = "", look: str = "") -> str:
    """A paragraph of one stretch of text."""
    return put(run(text, look), style)


def put(inner: str, style: str = "", more: str = "") -> str:
    """A paragraph of what is XML already."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{inner}</w:p>"


def caption(label: str, number: int, text: str, mark: str, above: bool) -> str:
    """A caption with a number that Word counts, and a bookmark around both that references point to."""
    counted = f'<w:fldSimple w:instr=" SEQ {label} \\* ARABIC "><w:r><w:t>{number}</w:t></w:r></w:fldSimple>'
    key = sum(ord(c) * 31**k for k, c in enumerate(mark)) % 2_000_000_000
    marked = f'<w:bookmarkStart w:id="{key}" w:name="{mark}"/>{run(f"{label} ")}{counted}<w:bookmarkEnd w:id="{key}"/>'
    return put(marked + run(f". {text}"), "Caption", "<w:keepNext/>" * above)


def reference(mark: str, text: str) -> str:
    """A reference to a caption, which Word keeps up to date."""
    return f'<w:fldSimple w:instr=" REF {mark} \\h ">{run(text)}</w:fldSimple>'


def page(turned: bool, heads: Mapping[str, str]) -> str:
    """Pages of A4, upright or on their side, with head and foot by their names in the document."""
    wide, high = (16838, 11906) if turned else (11906, 16838)
    side = ' w:orient="landscape"' * turned
    named = "".join(f'<w:{kind}Reference w:type="default" r:id="{name}"/>' for kind, name in heads.items())
    margins = " ".join(f'w:{which}="1417"' for which in ("top", "right", "bottom", "left"))
    return (
        f'<w:sectPr>{named}<w:pgSz w:w="{wide}" w:h="{high}"{side}/>'
        f'<w:pgMar {margins} w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
    )


def ended(pages: str) -> str:
    """The end of such pages: an empty line as low as can be."""
    return f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>{pages}</w:pPr></w:p>'


def picture(identity: str, number: int, alt: str, wide: float, high: float) -> str:
    """A figure in a line of its own, no larger than the page; `identity` names the file in the document."""
    scale = min(PORTRAIT / wide, TALLEST / high)
    x, y = round(wide * scale * EMU), round(high * scale * EMU)
    described = quoteattr(plain(alt))
    drawn = (
        f'<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{x}" cy="{y}"/>'
        f'<wp:docPr id="{number}" name="Figure {number}" descr={described}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="Figure {number}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{identity}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{x}" cy="{y}"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    return put(f"<w:r>{drawn}</w:r>", "", '<w:keepNext/><w:spacing w:before="120"/><w:jc w:val="center"/>')


def fit(columns: Sequence[Column]) -> Fit:
    """The first way in which a table fits on a page, the least turned and the least small."""
    for turned in (False, True):
        across = LANDSCAPE if turned else PORTRAIT
        for wrap in WRAPS[: 2 + 3 * turned]:
            for size in SIZES[turned]:
                widths = _widths(columns, size, wrap)
                if sum(widths) <= across:
                    return Fit(turned, size, widths)
    return Fit(True, size, [w * across / sum(widths) for w in widths])


def _widths(columns: Sequence[Column], size: float, wrap: int) -> list[float]:
    letters = (c.width if c.figures else min(c.width, max(wrap, *map(len, " ".join(c.head).split()))) for c in columns)
    return [n * size * LETTER + 2 * PAD for n in letters]


def table(section: Section, fitted: Fit) -> str:
    """A table with three rules, its head on each page."""
    columns = columns_of(section, section.rows)
    twips = [round(20 * w) for w in fitted.widths]
    size = f'<w:sz w:val="{round(2 * fitted.size)}"/>'
    outer, inner = RULES
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="{outer}" w:space="0" w:color="000000"/>' for side in ("top", "bottom")
    )
    pads = "".join(f'<w:{side} w:w="{round(20 * PAD)}" w:type="dxa"/>' for side in ("left", "right"))
    below = f'<w:tcBorders><w:bottom w:val="single" w:sz="{inner}" w:space="0" w:color="000000"/></w:tcBorders>'
    sides = ["right" if c.figures else "left" for c in columns]
    opening = [f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/>' for w in twips]
    starts = [f'</w:tcPr><w:p><w:pPr><w:pStyle w:val="Cell"/><w:jc w:val="{s}"/></w:pPr><w:r><w:rPr>' for s in sides]
    head = "".join(
        f'{a}{below}<w:vAlign w:val="bottom"/>{b}<w:b/>{size}</w:rPr><w:t>{clean(text)}</w:t></w:r></w:p></w:tc>'
        for a, b, text in zip(opening, starts, section.head, strict=True)
    )
    cell = [f'{a}{b}{size}</w:rPr><w:t xml:space="preserve">' for a, b in zip(opening, starts, strict=True)]
    rows = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            f"{a}{_shown(text, c)}</w:t></w:r></w:p></w:tc>" for a, text, c in zip(cell, row, columns, strict=True)
        )
        + "</w:tr>"
        for row in section.rows
    )
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in twips)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{rules}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{pads}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
    )


def _shown(text: str, column: Column) -> str:
    """A cell; the minus of a number is a minus."""
    return clean(re.sub(r"(?<![\w.)–-])-(?=[\d.∞])", "−", text) if column.figures else text)
