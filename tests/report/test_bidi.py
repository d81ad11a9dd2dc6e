"""Names that turn the direction of writing turn nothing beside them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import accord as ac
from accord.reports.bidi import TURNS, apart
from accord.reports.charts import scripts
from accord.reports.html import page
from accord.reports.latex import fragment
from accord.reports.sections import Section

EVIL, HEBREW = "\u202eevil", "שלום 5"


class Read(HTMLParser):
    """Texts of a page with the tags that they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag not in ("meta", "img", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self.open), data))


def test_names_are_set_apart_longest_first() -> None:
    told = apart([EVIL, f"{EVIL} twin", "North"])
    assert str(told(f"<{EVIL} twin> and {EVIL}")) == f"&lt;<bdi>{EVIL} twin</bdi>&gt; and <bdi>{EVIL}</bdi>"
    assert told("North <b>") == "North <b>", "left to the template, which escapes it"
    assert apart(["North"])(EVIL) == EVIL


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_the_page_they_stand_alone(language: str) -> None:
    """In cells, which are apart already, or in an element that sets them apart from the sentence around them."""
    panel = ac.sample()
    first, second = panel["unit"].values[:2].tolist()
    names = [{first: EVIL, second: HEBREW}.get(u, u) for u in panel["unit"].values.tolist()]
    study = ac.Study(
        panel.assign_coords(unit=names), title=EVIL, forecast=False, unit_roots=False, pvar=False, space=False
    )
    study.run()
    read = Read()
    text = page(study.results(), {}, language)
    read.feed(text)
    turned = [(tags, data) for tags, data in read.texts if TURNS.search(data) and not {"script", "title"} & set(tags)]
    assert {"h1", *({"td", "li"} if language == "en" else ())} <= {tag for tags, _ in turned for tag in tags}
    for tags, data in turned:
        assert tags[-1] == "bdi" or (tags[-1] in ("td", "th") and data in (EVIL, HEBREW)), (tags, data)
    assert (
        re.search(r"th, td, [^{}]*\{ unicode-bidi: isolate", text) and ".chart-tip dd," in text.replace("\n", "")
    ) or True
    for rules, what in ((text, "td"), (scripts().style, ".chart-tip dd")):
        assert re.search(rf"{re.escape(what)}, [^{{}}]*\{{ unicode-bidi: isolate", rules)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_latex_says_which_signs_it_drops(language: str) -> None:
    def opening(name: str) -> tuple[str, str]:
        rows = [[name, "0.5"]]
        made = fragment(Section("t", "T", "T", [], ["Unit", "D"], rows, [False, True], whole=rows), language)
        head, _, body = made.partition("\\begin")
        return head, body

    head, body = opening(f"{EVIL}\u2066")
    assert head.splitlines()[-1].endswith("U+202E U+2066") and EVIL not in head + body and "evil" in body
    assert "U+" not in "".join(opening("North"))
