"""Tables as LaTeX: three rules, every name as text, long ones over pages, wide ones on their side; they compile."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import xarray as xr

import accord as ac
from accord.reports.latex import escape, fragment, fragments
from accord.reports.layout import columns_of
from accord.reports.numbered import sections_of
from accord.reports.sections import ROWS, Names, Section, names_of, section_of

NAMES = (
    r"\input{/etc/passwd}", r"50% & more_$x$ #1 {a} ~ ^", "[0.5]", "*", "a\nb\tc\r% d", "$$", "{{7*7}}", "--- ''", "`q`", '"b"',
    "<script>", "|x|", r"\\", "}", "{", "%", "\u202eevil", "A\u2028B",
)  # fmt: skip
TEX = {name: shutil.which(name) for name in ("pdflatex", "xelatex")}


def plain(name: str = "scores", rows: int = 3, columns: int = 2, cell: str = "0.5") -> Section:
    head = ["unit", *(str(2000 + k) for k in range(columns))]
    cells = [[f"Unit {i}", *[cell] * columns] for i in range(rows)]
    numeric = [False, *[True] * columns]
    return Section(name, "Title", "Caption", [], head, cells, numeric, number=1, whole=cells, total=rows)


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    study = ac.Study(ac.sample(), forecast=False, unit_roots=False, pvar=False)
    study.run()
    return study.results()


@pytest.fixture(scope="module")
def made(tree: xr.DataTree) -> dict[str, dict[str, str]]:
    return {
        language: fragments(sections_of(tree, {}, names_of(tree, language), language), tree, language)
        for language in ("en", "zh")
    }


def test_text_stays_text() -> None:
    for name in NAMES:
        shown = escape(name)
        assert not re.search(r"[\n\r\t\u202e\u2028]", shown)
        assert not re.search(r"(?<!\\)[%#&_](?!\w*})", shown.replace(r"\char34", ""))
    assert escape(r"\input{/etc/passwd}") == r"\textbackslash{}input\{/etc/passwd\}"
    assert escape("a\n% b") == r"a \% b"
    assert escape("--- ''") == "-{}-{}- '{}'"
    assert escape("D² ≥ 0 – β") == r"D$^2$ $\ge$ 0 \textendash{} $\beta$"


def test_every_command_in_a_cell_is_one_of_ours() -> None:
    """Whatever a name holds, what is left of it are letters and the commands that print a sign."""
    known = {
        "textbackslash", "textasciicircum", "textasciitilde", "textbar", "textless", "textgreater", "char", "textasciigrave",
        "{", "}", "$", "&", "#", "%", "_",
    }  # fmt: skip
    for code in range(32, 0x250):
        used = re.findall(r"\\([a-z]+|.)", escape(f"a{chr(code)}b"))
        if code < 127:
            assert set(used) <= known, (chr(code), used)
        assert len(used) <= 1


def test_three_rules_and_as_many_cells_as_columns(made: dict[str, dict[str, str]]) -> None:
    for texts in made.values():
        assert {"weights", "coordination", "scores", "transitions", "all"} <= set(texts)
        for name, text in texts.items():
            if name == "all":
                continue
            long = "longtable" in text
            assert text.count(r"\toprule") == text.count(r"\midrule") - long == 1 + long
            assert text.count(r"\bottomrule") == 1
            assert rf"\label{{tab:{name}}}" in text and text.count(r"\caption{") == 1
            rows = [line for line in text.splitlines() if line.endswith(r" \\") and " & " in line]
            wide = {len(re.findall(r"(?<!\\)&", row)) for row in rows}
            assert len(wide) == 1, (name, wide)
            assert not re.search(r"^(?!%).*(?<!\\)%(?!$)", text, flags=re.MULTILINE), name
            assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}"), name


def test_all_rows_of_a_table_stand_in_its_fragment(tree: xr.DataTree, made: dict[str, dict[str, str]]) -> None:
    section = section_of("scores", tree["scores"].to_dataset(), names_of(tree, "en"), "en")
    assert len(section.rows) == ROWS and section.total == len(section.whole) == 96
    text = made["en"]["scores"]
    assert all(f"{row[0]} & {row[1]} & {row[2]}" in text for row in section.whole)
    assert "tables/scores.csv." not in text, "a paper does not send its readers to a folder"


def test_numbers_are_set_as_numbers() -> None:
    text = fragment(plain(cell="-0.123"), "en")
    assert "$-$0.123 & $-$0.123" in text and "{@{}lrr@{}}" in text
    assert r"$-$1.2345$\times10^{-5}$" in fragment(plain(cell="-1.2345e-05"), "en")
    section = plain(cell="-0.12*** (-0.01, 0.02)")
    section.numeric = [False] * 3
    text = fragment(section, "en")
    assert r"$-$0.12\textsuperscript{***} ($-$0.01, 0.02)" in text
    assert "*** p < 0.01" in text.replace(r"\textless{}", "<")
    section = plain(cell="2011-2020")
    section.numeric = [False] * 3
    assert "2011-2020" in fragment(section, "en"), "a dash between years is no minus"


def test_a_row_never_begins_with_what_the_row_before_would_take() -> None:
    for name in ("[1ex]", "*", "*a"):
        section = plain()
        section.whole = [[name, "1", "2"]] * 2
        assert all(
            line.startswith(("{[}", "{*}")) for line in fragment(section, "en").splitlines() if "& 1 & 2" in line
        )


def test_shape_follows_size() -> None:
    assert r"\begin{table}[htbp]" in fragment(plain(), "en")
    assert r"\begin{sidewaystable}" in fragment(plain(columns=20, cell="0.1234"), "en")
    long = fragment(plain(rows=60), "zh")
    assert r"\begin{longtable}" in long and "续表" in long and r"\usepackage{ctex}" in long.splitlines()[1]
    assert r"\begin{landscape}" in fragment(plain(rows=60, columns=20, cell="0.1234"), "en")
    section = plain(cell="word " * 30)
    section.numeric = [False] * 3
    assert fragment(section, "en").count(r">{\raggedright\arraybackslash}p{") == 2


def test_simulated_data_say_so(tree: xr.DataTree) -> None:
    for language, said in (("en", "Simulated data"), ("zh", "模拟数据")):
        assert said in fragment(plain(), language, simulated=True) and said not in fragment(plain(), language)


def test_the_comment_names_what_latex_has_no_font_for() -> None:
    section = plain()
    section.whole = [["甲 😀", "1", "2"]]
    opening = [line for line in fragment(section, "en").splitlines() if line.startswith("%")]
    assert "ctex" in opening[1] and opening[2].endswith("these characters: 😀") and "XeLaTeX" in opening[2]


def test_columns() -> None:
    columns = columns_of(plain(cell="0.12** (0.1)"), plain(cell="0.12** (0.1)").whole)
    assert [c.figures for c in columns] == [False, True, True]
    assert columns[1].width == 12


@pytest.mark.parametrize(("language", "engine"), [("en", "pdflatex"), ("en", "xelatex"), ("zh", "xelatex")])
def test_compiles(language: str, engine: str, made: dict[str, dict[str, str]], tmp_path: Path) -> None:
    if TEX[engine] is None:
        pytest.skip(f"no {engine} on the path: fragments are not compiled")
    texts = dict(made[language])
    section = plain("hostile")
    section.whole = [[name, "0.5", "-0.5"] for name in NAMES]
    section.caption, section.own = " ".join(NAMES), list(NAMES)
    texts["hostile"] = fragment(section, language)
    section.whole = section.whole * 4
    texts["longer"] = fragment(section, language).replace("tab:hostile", "tab:longer")
    texts["all"] = texts["all"].replace(r"\end{document}", "\\input{hostile}\n\\input{longer}\n\\end{document}")
    for name, text in texts.items():
        (tmp_path / f"{name}.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(TEX[engine]), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"],
        cwd=tmp_path, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    if "ctex.sty' not found" in log:
        pytest.skip("this LaTeX has no ctex: Chinese fragments are not compiled")
    assert done.returncode == 0, log[-2000:]
    assert "passwd" not in log, "no file of the system is read"
    for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log):
        assert float(points) < 40, log


def test_names_are_those_of_the_reader(tree: xr.DataTree) -> None:
    names = Names({}, {"Alabama": "A_1 & B"})
    section = section_of("coordination", tree["coordination"].to_dataset(), names, "en")
    section.number = 1
    assert r"A\_1 \& B & " in fragment(section, "en")
