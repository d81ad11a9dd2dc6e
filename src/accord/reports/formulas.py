"""Formulas of the page: LaTeX as MathML, which browsers draw by themselves."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markupsafe import Markup, escape

SPACE = "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = frozenset({
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover",
    "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "accent", "columnalign", "columnspacing", "depth", "displaystyle", "fence", "form", "height", "lspace", "maxsize", "minsize",
    "mathvariant", "movablelimits", "rowspacing", "rspace", "scriptlevel", "stretchy", "voffset", "width",
})  # fmt: skip
"""What a formula consists of; the converter would let anything else that is written in a text through."""


class Formula(NamedTuple):
    """One line of a formula, as it was written and as a browser draws it."""

    latex: str
    drawn: Markup


def formulas(latex: str) -> list[Formula]:
    r"""The lines of a formula.

    Examples
    --------
    >>> [one.latex for one in formulas("D=\\sqrt{CT}\nT=\\sum_s a_s U_s")]
    ['D=\\sqrt{CT}', 'T=\\sum_s a_s U_s']
    >>> formulas("")
    []
    """
    return [Formula(line, mathml(line)) for line in latex.splitlines() if line.strip()]


@cache
def mathml(latex: str) -> Markup:
    r"""One line of LaTeX as a MathML element of its own, its source beside it; what is no LaTeX stays as it is.

    Examples
    --------
    >>> mathml("a<b")
    Markup('<math display="block" alttext="a&lt;b"><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow></math>')
    >>> mathml("\\text{<script>1</script>}")
    Markup('<code>\\text{&lt;script&gt;1&lt;/script&gt;}</code>')
    """
    spaced = re.sub(r"\\(ln|tanh|arg)\b", r"\\operatorname{\1}", latex).replace(r"\sim", "\N{TILDE OPERATOR}")
    try:
        drawn = ElementTree.fromstring(convert(spaced, display="block"))
    except Exception:
        return Markup(f"<code>{escape(latex)}</code>")
    for element in drawn.iter():
        element.tag = element.tag.removeprefix(SPACE)
        element.attrib = {k: v for k, v in element.attrib.items() if k in ATTRIBUTES}
    if any(element.tag not in ELEMENTS for element in drawn.iter()):
        return Markup(f"<code>{escape(latex)}</code>")
    drawn.attrib = {"display": "block", "alttext": latex}
    return Markup(ElementTree.tostring(drawn, encoding="unicode"))
