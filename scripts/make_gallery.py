"""Draw docs/gallery from the embedded studies: every figure in English, and those of the China study in Chinese too.

usage: python scripts/make_gallery.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

import accord as ac
from accord.chinese import in_chinese
from accord.errors import InputError
from accord.io.sample import folder
from accord.plot import FIGURES, caption
from accord.plot.style import drawing, mark_simulated
from accord.plot.writing import write_figure
from accord.study.plan import read_plan

GALLERY = Path(__file__).resolve().parents[1] / "docs" / "gallery"
DOTS = 140
SHOWN = (("us-states", "en"), ("china-replica", "en"), ("china-replica", "zh"))
HEAD = """# Gallery

Every figure of accord, drawn from the embedded studies by `python scripts/make_gallery.py`. `china-replica` is
**simulated**: it meets what a study published and holds no observations.
"""


def draw(name: str, language: str) -> list[str]:
    """The figures of one study in one language as files, and the lines of the page that show them."""
    plan = read_plan(folder(name) / "plan.toml")
    study = ac.Study(
        ac.sample(name),
        title=plan.title,
        language=language,
        simulated=plan.simulated,
        names_zh=plan.names_zh,
        **plan.steps,
    )
    study.run()
    tree, lines = in_chinese(study.results(), language), [f"## {name}, {language}", ""]
    for figure, (function, table, _) in FIGURES.items():
        if table not in tree.children:
            continue
        try:
            drawn = function(tree, language=language)
        except InputError:
            continue
        if plan.simulated:
            mark_simulated(drawn, language)
        path = GALLERY / f"{name}-{language}-{figure}.png"
        with drawing(language), matplotlib.rc_context({"savefig.dpi": DOTS}):
            write_figure(drawn, {"png": path})
        lines += [f"**`ac.plot.{figure}`** {caption(figure, tree, language)}", "", f"![{figure}]({path.name})", ""]
    return lines


def main() -> None:
    for old in GALLERY.glob("*.png"):
        old.unlink()
    lines = [HEAD, *(line for name, language in SHOWN for line in draw(name, language))]
    (GALLERY / "README.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
