"""Tables as LaTeX: a fragment with three rules for each that the report shows, ready for a paper.

Names that a user gave are text: every character that means something to LaTeX is written so that it shows itself, and
none of them ends a comment, a cell or a row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import xarray as xr

from accord import __version__
from accord.method import Text
from accord.reports import words
from accord.reports.layout import Column, columns_of
from accord.reports.sections import Section

SIMPLE = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "|": r"\textbar{}", "<": r"\textless{}", ">": r"\textgreater{}",
    '"': r"\char34{}", "`": r"\textasciigrave{}", "[": "{[}", "]": "{]}",
}  # fmt: skip
"""Characters that LaTeX would act upon, or print as another one."""
TYPED = {
    "\u00a0": "~", "–": r"\textendash{}", "—": r"\textemdash{}", "‘": r"\textquoteleft{}", "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}", "…": r"\textellipsis{}", "−": "$-$", "×": r"$\times$",
    "±": r"$\pm$", "·": r"$\cdot$", "°": r"$^\circ$", "¹": "$^1$", "²": "$^2$", "³": "$^3$", "∞": r"$\infty$", "→": r"$\to$",
    "←": r"$\leftarrow$", "†": r"$^\dagger$", "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$", "≈": r"$\approx$", "√": r"$\surd$", "∑": r"$\sum$",
    "α": r"$\alpha$", "β": r"$\beta$", "γ": r"$\gamma$", "δ": r"$\delta$", "ε": r"$\varepsilon$", "θ": r"$\theta$",
    "λ": r"$\lambda$", "μ": r"$\mu$", "µ": r"$\mu$", "π": r"$\pi$", "ρ": r"$\rho$", "σ": r"$\sigma$", "τ": r"$\tau$",
    "φ": r"$\varphi$", "χ": r"$\chi$", "ω": r"$\omega$", "Δ": r"$\Delta$", "Σ": r"$\Sigma$", "Ω": r"$\Omega$",
}  # fmt: skip
"""Signs that every LaTeX has under a name."""
WRITTEN = str.maketrans(SIMPLE | TYPED)
LATIN = 0x17F
"""The last character that every LaTeX takes as it is typed."""
JOINERS = "\u200c\u200d"
"""Characters without a shape that join or part the ones beside them."""
STARS = re.compile(r"(?<=[\d)])(\*{1,3})")
POWER = re.compile(r"(\d)e([+-])0*(\d+)")
LONG = 40
"""Rows from which a table may break over pages."""
PORTRAIT, LANDSCAPE = 420.0, 660.0
"""Points across a page of A4, upright and on its side, between common margins."""
SIZES = (("footnotesize", 4.3), ("scriptsize", 3.75), ("tiny", 2.8))
"""Sizes of type, with the points that a letter takes."""
LEAST = 0.7
"""Share to which a table is shrunk at most before it is turned."""
WRAPS = (36, 24, 16, 12, 9)
"""Letters of a line to which cells of text are broken, the first that lets the table fit."""
WORD = 30
"""Letters of a word that stay together."""
SEPARATION = 3
"""Points on each side of a column."""
SEPARATED = rf"\setlength{{\tabcolsep}}{{{SEPARATION}pt}}"
NOTE = Text("Note: ", "注：")
STARRED = Text("* p < 0.1, ** p < 0.05, *** p < 0.01", "* p < 0.1，** p < 0.05，*** p < 0.01")
FIRST = Text("The first {shown} of {all} rows", "共 {all} 行，此处为前 {shown} 行")
CONTINUED = Text("continued", "续表")
NEXT = Text("continued on the next page", "接下页")
MADE = Text("accord {version}, from tables/{name}.csv", "accord {version} 生成，数据见 tables/{name}.csv")
PREAMBLE = Text("Preamble", "导言区")
ENGINE = Text("Compile with XeLaTeX or LuaLaTeX", "请用 XeLaTeX 或 LuaLaTeX 编译")
FONTS = Text("and a font that has these characters", "并设置含有下列字符的字体")
DROPPED = Text("Left out, as nothing is printed for them", "以下字符不可排印，已略去")
EVERY = Text("Every table in one document, to look at or to copy from", "全部表格，可直接编译查看")


class Shape(NamedTuple):
    """How a table stands on the page."""

    turned: bool
    size: str
    points: float
    """Points that a letter takes."""
    wrap: int
    """Letters of a line to which cells of text are broken."""


def fragments(sections: Sequence[Section], tree: xr.DataTree, language: str) -> dict[str, str]:
    """The fragment of each table that the report shows, by its name, and `all`: a document that holds them all."""
    simulated = bool(tree.attrs.get("simulated"))
    out = {s.name: fragment(s, language, simulated) for s in sections if s.number}
    return {**out, "all": _document(list(out), "".join(out.values()), language)} if out else {}


def fragment(section: Section, language: str, simulated: bool = False) -> str:
    """One table as LaTeX: caption, label, three rules, notes below; on its side where it is wide."""
    columns = columns_of(section, section.whole)
    long = len(section.whole) > LONG
    shape = _shape(columns, long)
    spec = "@{}" + "".join(_spec(c, shape.wrap) for c in columns) + "@{}"
    head = " & ".join(_head(c) for c in columns) + r" \\"
    rows = [" & ".join(_cell(text, c) for text, c in zip(row, columns, strict=True)) + r" \\" for row in section.whole]
    notes = _below(_notes(section, language, simulated), language)
    caption = rf"\caption{{{escape(section.caption)}}}\label{{tab:{section.name}}}"
    inner = [r"\toprule", head, r"\midrule"]
    if long:
        body = _longtable(caption, spec, inner, rows, notes, shape, len(columns), language)
    else:
        body = _table(caption, spec, [*inner, *rows, r"\bottomrule"], notes, shape)
    texts = [
        section.caption,
        *section.head,
        *(cell for row in section.whole for cell in row),
        *_notes(section, language, simulated),
    ]
    return f"{_opening(section.name, body, language, _dropped(texts))}{body}"


def escape(text: str) -> str:
    r"""A text that LaTeX prints as it stands: on one line, no command, no control character.

    Examples
    --------
    >>> print(escape(r"50% of \input{a_b} -- R² [x]"))
    50\% of \textbackslash{}input\{a\_b\} -{}- R$^2$ {[}x{]}
    """
    plain = "".join(_shown(c) for c in text)
    plain = re.sub(r"(?<=([-',]))(?=\1)", "\0", plain)  # two of these would be printed as one other sign
    return plain.translate(WRITTEN).replace("\0", "{}")


def _shown(character: str) -> str:
    """A character, a space for one that breaks lines, nothing for one that steers."""
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs") and character not in JOINERS else character


def _dropped(texts: Sequence[str]) -> list[str]:
    """Signs that `escape` leaves out of some texts, by their numbers: a comment cannot hold all of them as they are."""
    known = {c for text in texts if not text.isascii() for c in text}
    return [f"U+{ord(c):04X}" for c in sorted(known) if not _shown(c)]


def _cell(text: str, column: Column) -> str:
    """A cell; the minus signs, powers and stars of numbers are set as such."""
    if not column.figures:
        shown = " ".join(_breakable(word) for word in text.split(" "))
        return f"{{*}}{shown[1:]}" if shown.startswith("*") else shown
    shown = escape(re.sub(r"(?<![\w.)–-])-(?=[\d.∞])", "−", text))
    shown = POWER.sub(lambda m: rf"{m[1]}$\times10^{{{m[2].strip('+')}{m[3]}}}$", shown)
    return STARS.sub(r"\\textsuperscript{\1}", shown)


def _breakable(word: str) -> str:
    """A word that goes over to the next line where it is longer than any."""
    return r"\hspace{0pt}".join(escape(word[k : k + WORD]) for k in range(0, len(word), WORD))


def _head(column: Column) -> str:
    """A head, its lines on top of each other."""
    lines = [escape(line) for line in column.head]
    side = "r" if column.figures else "l"
    stacked = r"\\".join(lines)
    return rf"\shortstack[{side}]{{{stacked}}}" if len(lines) > 1 else stacked


def _spec(column: Column, wrap: int) -> str:
    if column.figures:
        return "r"
    return f">{{\\raggedright\\arraybackslash}}p{{{wrap / 2:g}em}}" if column.longest > wrap else "l"


def _shape(columns: Sequence[Column], long: bool) -> Shape:
    """The first way in which the table fits; a short one is shrunk to the line where it is a little wider."""
    shrink = 1.0 if long else 1 / LEAST
    size, points = SIZES[0]
    for wrap in WRAPS[:2]:
        if _across(columns, points, wrap) <= PORTRAIT * shrink:
            return Shape(False, size, points, wrap)
    for wrap in WRAPS:
        for size, points in SIZES if long else SIZES[:1]:
            if _across(columns, points, wrap) <= LANDSCAPE * shrink:
                return Shape(True, size, points, wrap)
    return Shape(True, *SIZES[-1], WRAPS[-1])


def _across(columns: Sequence[Column], points: float, wrap: int) -> float:
    """Points that the columns take, cells of text broken to lines."""
    letters = sum(c.width if c.figures else max(min(c.width, wrap), *map(len, c.head)) for c in columns)
    return letters * points + 2 * SEPARATION * (len(columns) - 1)


def _notes(section: Section, language: str, simulated: bool) -> list[str]:
    """What stands below the table."""
    notes = [words.phrase("simulated", language)] if simulated else []
    if section.total > len(section.whole):
        notes.append(str(getattr(FIRST, language)).format(shown=len(section.whole), all=section.total))
    if any(STARS.search(cell) for row in section.whole for cell in row):
        notes.append(str(getattr(STARRED, language)))
    return [*notes, *section.own]


def _below(notes: Sequence[str], language: str) -> str:
    """The notes as one paragraph; empty where there are none."""
    between, end = {"en": (". ", "."), "zh": ("。", "。")}[language]
    said = between.join(note.rstrip(".。") for note in notes)
    return escape(f"{getattr(NOTE, language)}{said}{end}") if notes else ""


def _table(caption: str, spec: str, rows: Sequence[str], note: str, shape: Shape) -> str:
    """A table that floats, no wider than the line."""
    kind, place = ("sidewaystable", "") if shape.turned else ("table", "[htbp]")
    lines = [
        rf"\begin{{{kind}}}{place}", r"\centering", caption, rf"\{shape.size}", SEPARATED,
        r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"\begin{{tabular}}{{{spec}}}", *rows, r"\end{tabular}}",
    ]  # fmt: skip
    if note:
        lines.append(rf"\par\smallskip\parbox{{\linewidth}}{{\{shape.size} {note}}}")
    return "\n".join([*lines, rf"\end{{{kind}}}", ""])


def _longtable(
    caption: str, spec: str, head: Sequence[str], rows: Sequence[str], note: str, shape: Shape, wide: int, language: str
) -> str:
    """A table that goes on over pages, its head on each."""
    again = rf"\multicolumn{{{wide}}}{{@{{}}l@{{}}}}{{\tablename\ \thetable\ ({getattr(CONTINUED, language)})}} \\"
    more = rf"\multicolumn{{{wide}}}{{@{{}}r@{{}}}}{{{getattr(NEXT, language)}}} \\"
    lines = [
        *[r"\begin{landscape}"] * shape.turned, rf"{{\{shape.size}", SEPARATED, rf"\begin{{longtable}}{{{spec}}}",
        rf"{caption} \\", *head, r"\endfirsthead", again, *head, r"\endhead", r"\midrule", more, r"\endfoot",
        r"\bottomrule", r"\endlastfoot", *rows, r"\end{longtable}",
    ]  # fmt: skip
    if note:
        lines.append(rf"\noindent {note}\par")
    return "\n".join([*lines, "}", *[r"\end{landscape}"] * shape.turned, ""])


def _opening(name: str, body: str, language: str, dropped: Sequence[str] = ()) -> str:
    """Comments above a fragment: where it is from, what the preamble needs, which signs of names it lacks."""
    made = str(getattr(MADE, language)).format(version=__version__, name=name)
    lines = [made, f"{getattr(PREAMBLE, language)}: {' '.join(_packages(body))}"]
    if strange := _strange(body):
        lines.append(str(getattr(ENGINE, language)))
        if others := [c for c in strange if not _chinese(c)]:
            lines[-1] += f" {getattr(FONTS, language)}: {' '.join(others)}"
    if dropped:
        lines.append(f"{getattr(DROPPED, language)}{words.phrase('colon', language)}{' '.join(dropped)}")
    return "".join(f"% {line}\n" for line in lines)


def _packages(body: str) -> list[str]:
    needed = {
        "array": r"\arraybackslash", "graphicx": r"\resizebox", "longtable": r"\begin{longtable}",
        "rotating": r"\begin{sidewaystable}", "pdflscape": r"\begin{landscape}",
    }  # fmt: skip
    out = [r"\usepackage{booktabs}", *(rf"\usepackage{{{name}}}" for name, mark in needed.items() if mark in body)]
    return [r"\usepackage{ctex}", *out] if any(map(_chinese, body)) else out


def _strange(body: str) -> list[str]:
    """Characters that LaTeX takes only with fonts of the system."""
    return sorted({c for c in body if ord(c) > LATIN and c not in JOINERS})


def _chinese(character: str) -> bool:
    return 0x2E80 <= ord(character) <= 0x9FFF or 0xFF00 <= ord(character) <= 0xFFEF


def _document(names: Sequence[str], bodies: str, language: str) -> str:
    """A document that takes in every fragment."""
    lines = [
        f"% {getattr(EVERY, language)}", *([f"% {getattr(ENGINE, language)}"] if _strange(bodies) else []),
        r"\documentclass[a4paper]{article}", r"\usepackage[margin=2.5cm]{geometry}",
        *_packages(bodies), r"\begin{document}",
        *(rf"\input{{{name}}}\clearpage" for name in names), r"\end{document}", "",
    ]  # fmt: skip
    return "\n".join(lines)
