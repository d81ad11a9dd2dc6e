"""Formulas as Word keeps them (OMML), from the MathML of the page: fractions, roots, indices, sums and matrices stay editable."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

Element = ElementTree.Element
SUMS = frozenset("∑∏∫⋃⋂⨁")
"""Operators whose limits stand below and above, before what they run over."""
ACCENTS = {"¯": "\u0305", "‾": "\u0305", "―": "\u0305", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303",
           "˙": "\u0307", "→": "\u20d7", "_": "\u0305"}  # fmt: skip
"""Signs above a letter, and how Word calls them."""
OPENING, CLOSING, BARS = frozenset("([{⌊⌈⟨"), frozenset(")]}⌋⌉⟩"), frozenset("|‖∣∥")
ENDS = frozenset("=<>≤≥≠≈∼∈→+−-,;")
"""Signs before which what a sum runs over is at an end."""


def omml(mathml: str) -> str:
    r"""A formula as a paragraph of Word's own, from a `math` element.

    Examples
    --------
    >>> omml("<math><mfrac><mi>a</mi><mn>2</mn></mfrac></math>")[:60]
    '<m:oMathPara><m:oMath><m:f><m:num><m:r><w:rPr><w:rFonts w:as'
    """
    return f"<m:oMathPara><m:oMath>{_row(list(ElementTree.fromstring(mathml)))}</m:oMath></m:oMathPara>"


def _row(elements: Sequence[Element]) -> str:
    """Elements beside each other: brackets hold what is between them, a sum what it runs over."""
    parts, k = [], 0
    while k < len(elements):
        one, end = elements[k], k + 1
        if (close := _closing(elements, k)) is not None:
            end = close + 1
            last = elements[close] if close < len(elements) else None
            held = _brackets(_sign(one), _end_sign(last), _row(elements[k + 1 : close]))
            parts.append(held if last is None or last.tag == "mo" else _scripts(last, held))
        elif sign := _sum(one):
            end = _end(elements, k + 1)
            parts.append(_nary(one, sign, _row(elements[k + 1 : end]) or _run("\u2009")))
        else:
            parts.append(_one(one))
        k = end
    return "".join(parts)


def _brackets(first: str, last: str, inner: str) -> str:
    ends = "".join(f'<m:{side}Chr m:val="{escape(c)}"/>' for side, c in (("beg", first), ("end", last)))
    return f"<m:d><m:dPr>{ends}</m:dPr><m:e>{inner}</m:e></m:d>"


def _closing(elements: Sequence[Element], k: int) -> int | None:
    """Where the bracket that opens at k closes: past the end for one that is meant alone; None for anything else."""
    sign = _sign(elements[k])
    if sign in BARS:
        return next((j for j in range(k + 1, len(elements)) if _end_sign(elements[j]) == sign), None)
    if sign not in OPENING:
        return None
    depth = 0
    for j in range(k, len(elements)):
        depth += (_sign(elements[j]) in OPENING) - (_end_sign(elements[j]) in CLOSING)
        if depth == 0:
            return j
    return len(elements) if k == 0 and elements[0].get("fence") == "true" else None


def _end(elements: Sequence[Element], k: int) -> int:
    """Where what a sum runs over ends: before a relation, a comma, or a sign of another term."""
    j = k
    while j < len(elements):
        if (close := _closing(elements, j)) is not None:
            j = close
        elif elements[j].tag == "mspace" or (j > k and _sign(elements[j]) in ENDS):
            return j
        j += 1
    return len(elements)


def _one(element: Element) -> str:
    """One element with what is in it."""
    inner = list(element)
    if element.tag in SHAPES:
        return _scripts(element, _row(inner[:1]))
    if element.tag in ("munder", "mover", "munderover"):
        return _limits(element.tag, inner)
    if element.tag == "mtable":
        rows = "".join(f"<m:mr>{''.join(f'<m:e>{_row(list(cell))}</m:e>' for cell in row)}</m:mr>" for row in inner)
        return f"<m:m>{rows}</m:m>"
    if element.tag == "msqrt":
        return f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e>{_row(inner)}</m:e></m:rad>'
    if element.tag == "mspace":
        return _run("\u2002")
    return _row(inner) if inner else _leaf(element)


SHAPES = {
    "mfrac": "<m:f><m:num>{0}</m:num><m:den>{1}</m:den></m:f>",
    "msub": "<m:sSub><m:e>{0}</m:e><m:sub>{1}</m:sub></m:sSub>",
    "msup": "<m:sSup><m:e>{0}</m:e><m:sup>{1}</m:sup></m:sSup>",
    "msubsup": "<m:sSubSup><m:e>{0}</m:e><m:sub>{1}</m:sub><m:sup>{2}</m:sup></m:sSubSup>",
    "mroot": "<m:rad><m:deg>{1}</m:deg><m:e>{0}</m:e></m:rad>",
}
"""What stands for an element whose parts have fixed places."""


def _scripts(element: Element, base: str) -> str:
    """What has fixed places for its parts, the first of which is made already."""
    return SHAPES[element.tag].format(base, *(_row([part]) for part in list(element)[1:]))


def _limits(tag: str, inner: Sequence[Element]) -> str:
    """A sign above a letter, or what stands below and above a word as max."""
    base, over = _one(inner[0]), _sign(inner[-1])
    if tag == "mover" and over in ACCENTS:
        return f'<m:acc><m:accPr><m:chr m:val="{ACCENTS[over]}"/></m:accPr><m:e>{base}</m:e></m:acc>'
    if tag != "mover":
        base = f"<m:limLow><m:e>{base}</m:e><m:lim>{_row([inner[1]])}</m:lim></m:limLow>"
    if tag != "munder":
        base = f"<m:limUpp><m:e>{base}</m:e><m:lim>{_row([inner[-1]])}</m:lim></m:limUpp>"
    return base


def _sum(element: Element) -> str:
    """The operator of a sum, with limits or without; empty where the element is none."""
    first = element[0] if len(element) and element.tag in PLACES else element
    return _sign(first) if _sign(first) in SUMS else ""


PLACES = {
    "munder": (1, None), "msub": (1, None), "mover": (None, 1), "msup": (None, 1), "munderover": (1, 2), "msubsup": (1, 2),
}  # fmt: skip
"""Where the lower and the upper limit of a sum stand."""


def _nary(element: Element, sign: str, over: str) -> str:
    below, above = PLACES.get(element.tag, (None, None)) if len(element) else (None, None)
    limits = ("" if at is None else _row([element[at]]) for at in (below, above))
    place = "subSup" if element.tag in ("msub", "msup", "msubsup") else "undOvr"
    hidden = "".join(f'<m:{which}Hide m:val="1"/>' for which, at in (("sub", below), ("sup", above)) if at is None)
    sub, sup = limits
    return (
        f'<m:nary><m:naryPr><m:chr m:val="{sign}"/><m:limLoc m:val="{place}"/>{hidden}</m:naryPr>'
        f"<m:sub>{sub}</m:sub><m:sup>{sup}</m:sup><m:e>{over}</m:e></m:nary>"
    )


def _sign(element: Element) -> str:
    return (element.text or "").strip() if element.tag == "mo" else ""


def _end_sign(element: Element | None) -> str:
    """A sign that may close a bracket, also one with indices on it."""
    if element is not None and element.tag in ("msub", "msup", "msubsup"):
        element = element[0]
    return "" if element is None else _sign(element)


def _leaf(element: Element) -> str:
    """A letter, number or sign; words stand upright, numbers and signs do so by themselves."""
    text = element.text or ""
    word = element.tag == "mtext" or text == "*" or (len(text) > 1 and text.isalpha())
    return _run(text, "<m:nor/>" if word else "")


def _run(text: str, kind: str = "") -> str:
    if not text:
        return ""
    look = f"<m:rPr>{kind}</m:rPr>" if kind else ""
    font = '<w:rPr><w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/></w:rPr>'
    return f'<m:r>{look}{font}<m:t xml:space="preserve">{escape(text)}</m:t></m:r>'
