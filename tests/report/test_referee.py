"""The referee pack: numbers of the tables, names as text, both languages, nothing asked of a network, made again from the tree."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.delivery import render
from accord.io.folder import read_results
from accord.project import run
from accord.reports.referee import referee
from accord.reports.referee_words import WORDS
from accord.study.tables import write_netcdf
from accord.tables import tidy

CHINESE = re.compile("[一-鿿]")
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def trees() -> dict[str, xr.DataTree]:
    """The embedded studies with their settings and the tables that the pack picks from, without what takes long."""
    out = {}
    for name in ("us-states", "china-replica"):
        study = ac.Study(ac.sample(name), simulated=name == "china-replica", forecast=False, inequality={"draws": 99})
        for step in ("coupling", "regions", "inequality", "alternatives"):
            study.run(step)
        out[name] = study.results()
    return out


@pytest.fixture(scope="module")
def pages(trees: dict[str, xr.DataTree]) -> dict[tuple[str, str], str]:
    return {(name, language): referee(tree, language) for name, tree in trees.items() for language in ("en", "zh")}


def text_of(html: str) -> str:
    """What a reader sees, spaces put together."""
    body = html.partition("<body>")[2] or html
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", body)))


def row_of(html: str, number: int) -> list[str]:
    found = re.search(rf'<tr id="row-{number}".*?</tr>', html, flags=re.DOTALL)
    assert found is not None, number
    return [
        unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[0], flags=re.DOTALL)
    ]


@pytest.mark.parametrize("name", ["us-states", "china-replica"])
def test_every_row_of_the_table_is_there(
    name: str, trees: dict[str, xr.DataTree], pages: dict[tuple[str, str], str]
) -> None:
    table = tidy(trees[name]["alternatives"].to_dataset())
    for number, row in enumerate(table.to_dict("records"), 1):
        cells = row_of(pages[name, "en"], number)
        assert cells[0] == str(number)
        if row["reason"]:
            assert row["reason"] in cells[-1] and len(cells) == 5
        else:
            assert cells[-9:-6] == [f"{row[k]:.4f}" for k in ("first", "last", "change")]
            assert cells[-1] == row["sign"]
    assert f'id="row-{len(table)}"' in pages[name, "en"] and f'id="row-{len(table) + 1}"' not in pages[name, "en"]


def test_sentences_say_what_the_rows_say(trees: dict[str, xr.DataTree], pages: dict[tuple[str, str], str]) -> None:
    table = tidy(trees["us-states"]["alternatives"].to_dataset())
    number = int(table.index[(table["step"] == "coupling") & (table["alternative"] == "wang")][0])
    row, own = table.loc[number], table.loc[0]
    said = (
        f"With Wang et al. (2021) (row {number + 1}) mean D goes from {row['first']:.4f} to {row['last']:.4f}, where it goes from "
        f"{own['first']:.4f} to {own['last']:.4f} here; D differs by {row['mean_difference']:.4f} on average and "
        f"{row['largest']:.4f} at most, {100 * row['stage_changed']:.1f}% of units and years are in another stage, the units' "
        f"ranks correlate at {row['rank_correlation']:.3f}, and the mean D moves the same way."
    )
    assert said in text_of(pages["us-states", "en"])
    assert "moves the other way." in text_of(pages["us-states", "en"])


def test_every_setting_beside_the_published_one(
    trees: dict[str, xr.DataTree], pages: dict[tuple[str, str], str]
) -> None:
    html = pages["china-replica", "en"]
    table = tidy(trees["china-replica"]["conventions"].to_dataset())
    table = table[table["setting"] != "names_zh"]
    part = html[html.index('id="published"') :]
    assert len(re.findall(r"<tbody>(.*?)</tbody>", part, flags=re.DOTALL)) == 3
    assert part.count("<tr><td") == len(table)
    differ = table[table["same"] == "no"]
    lacking = differ[
        (differ["setting"] == "method") & ((differ["published"] == "false") != (differ["used"] == "false"))
    ]
    assert len(lacking) > 0, "the published study leaves steps out"
    assert f"{len(table)} settings are listed; {(table['same'] != '').sum() - len(lacking)} of them" in text_of(html)
    assert (
        f"{len(differ) - len(lacking)} of these differ. Steps that one of the two leaves out: {len(lacking)}."
        in text_of(html)
    )
    assert all(why in text_of(part) for why in differ["why"])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["us-states", "china-replica"])
def test_what_is_said_to_be_the_same_looks_the_same(
    name: str, language: str, pages: dict[tuple[str, str], str]
) -> None:
    """Or says in what it is; what is said to differ differs to the eye; what one study alone has is empty in the other."""
    html = pages[name, language]
    part = html[html.index('id="published"') :]
    differ, apart, alike = (
        [
            [unescape(re.sub(r"<[^>]*>", "", c)) for c in re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.DOTALL)]
            for row in re.findall(r"<tr><td.*?</tr>", body, flags=re.DOTALL)
        ]
        for body in re.findall(r"<tbody>(.*?)</tbody>", part, flags=re.DOTALL)
    )
    same = {"en": ("the same edges", "the same"), "zh": ("界点相同", "相同")}[language]
    for setting, ours, theirs, *_ in alike:
        assert ours == theirs or any(text in theirs for text in same), setting
    stages = {"en": "stages", "zh": "协调等级"}[language]
    said = {row[0]: row[1:3] for row in alike}
    assert same[0] in said[stages][1]
    edges = said[f"{stages}{'：界点' if language == 'zh' else ': edges'}"]
    assert edges[0] == edges[1] and edges[0].startswith("0.1")
    assert all(ours != theirs for _, ours, theirs, *_ in differ)
    gone = {"\u2013", str(getattr(WORDS["absent"], language))}
    assert all(len({ours, theirs} & gone) == 1 for _, ours, theirs, *_ in apart)
    count = re.search(r"(\d+) of these differ|(\d+) 项与之不同", text_of(html))
    assert count is not None and int(count[1] or count[2]) == len(differ)


def beside(html: str) -> list[dict[str, list[str]]]:
    """The three lists beside the published study, differing, one-sided and alike: cells by setting."""
    part = html[html.index('id="published"') :]
    return [
        {
            cells[0]: cells[1:]
            for row in re.findall(r"<tr><td.*?</tr>", body, flags=re.DOTALL)
            if (
                cells := [
                    unescape(re.sub(r"<[^>]*>", "", c)) for c in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
                ]
            )
        }
        for body in re.findall(r"<tbody>(.*?)</tbody>", part, flags=re.DOTALL)
    ]


IN_EFFECT = {
    "en": {
        "panel VAR: estimator that leads": ["bias-corrected fixed effects", "two-step GMM", "stated in part"],
        "panel VAR: instruments collapsed": ["yes", "pvar's own instruments", "our reading"],
        "panel VAR: lags that serve as instruments": ["2, 4", "pvar's own instruments", "our reading"],
        "forecast: optimiser": ["Adam", "SGD", "stated"],
        "forecast: one iteration": ["a step (32 cases drawn)", "an epoch (case by case)", "our reading"],
    },
    "zh": {
        "面板向量自回归：采用的估计量": ["纠偏固定效应", "两步 GMM", "部分说明"],
        "面板向量自回归：合并工具变量列": ["是", "pvar 自带的工具变量", "我们的解读"],
        "面板向量自回归：工具变量滞后": ["2、4", "pvar 自带的工具变量", "我们的解读"],
        "预测：优化器": ["Adam", "SGD", "有说明"],
        "预测：一次迭代": ["按步（随机 32 个样本）", "按轮（逐样本）", "我们的解读"],
    },
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["us-states", "china-replica"])
def test_settings_stand_beside_the_published_ones_as_they_are_in_effect(name: str, language: str) -> None:
    """What the published style decides and what its network fixes, and not an option that goes unread."""
    differ, apart, alike = beside(referee(ac.Study(ac.sample(name)).results(), language))
    for setting, cells in IN_EFFECT[language].items():
        assert differ[setting][:3] == cells, setting
        assert setting not in apart and setting not in alike
    until = {"en": "forecast: until", "zh": "预测：截至年份"}[language]
    assert (alike if name == "china-replica" else differ)[until][1:][:1] == ["2030"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_option_that_is_not_read_says_what_switches_it_off(language: str) -> None:
    study = ac.Study(ac.sample("us-states"), coupling="wang", unit_roots={"tests": ["hadri"]})
    differ = beside(referee(study.results(), language))[0]
    root, width = {
        "en": (["plane of the indices: root taken", "\u2013 (coupling degree: Wang et al. (2021))", "yes"],
               ["unit roots: bandwidth", "\u2013 (tests: Hadri)", "1"]),
        "zh": (["D 的等值线：开根号", "\u2013（耦合度：王淑佳等（2021））", "是"], ["面板单位根检验：带宽", "\u2013（检验：Hadri）", "1"]),
    }[language]  # fmt: skip
    assert differ[root[0]][:2] == root[1:] and differ[width[0]][:2] == width[1:]


def test_conventions_of_the_chain_have_their_reasons(
    trees: dict[str, xr.DataTree], pages: dict[tuple[str, str], str]
) -> None:
    html = pages["us-states", "en"]
    chain = html[html.index('id="chain"') : html.index('id="further"')]
    heads = [unescape(h) for h in re.findall(r"<h3>(.*?)</h3>", chain)]
    assert heads[:3] == [
        "normalisation (frame: all years pooled)", "weights: entropy", "weights (zeros: by definition (0 ln 0 = 0))",
    ]  # fmt: skip
    assert len(heads) == len(set(heads)) == chain.count("<p>"), "each has a reason"


def test_what_the_tables_already_hold(trees: dict[str, xr.DataTree], pages: dict[tuple[str, str], str]) -> None:
    table = tidy(trees["us-states"]["inequality"].to_dataset())
    gini = table[(table["measure"] == "gini") & table["part"].isin(["", "total"]) & (table["time"] == 1986)][
        "value"
    ].iloc[0]
    assert "from table inequality" in pages["us-states", "en"]
    cells = re.search(r"<td>Gini</td>.*?</tr>", pages["us-states", "en"], flags=re.DOTALL)
    assert cells is not None and f">{gini:.4f}<" in cells[0]


@pytest.mark.parametrize("name", ["us-states", "china-replica"])
def test_chinese_throughout(name: str, pages: dict[tuple[str, str], str]) -> None:
    html = pages[name, "zh"]
    known = {"D", "C", "T", "U", "CRITIC", "SPSSAU", "R", "MATLAB", "Stata", "LSTM", "Theta", "Fan"}
    for part in re.findall(
        r"<(?:th|h2|h3|li|p)[^>]*>(.*?)</(?:th|h2|h3|li|p)>",
        html[html.index("<main") : html.index("</main>")],
        flags=re.DOTALL,
    ):
        said = unescape(re.sub(r"<[^>]*>", "", part)).strip()
        assert (
            CHINESE.search(said) or not re.search("[A-Za-z]{3,}", said) or set(re.findall("[A-Za-z]+", said)) <= known
        ), said
    assert "font-face" in html and 'lang="zh-CN"' in html
    assert not CHINESE.search(text_of(pages[name, "en"]))


def test_simulated_data_are_said_to_be(pages: dict[tuple[str, str], str]) -> None:
    assert 'class="banner"' in pages["china-replica", "en"] and 'class="banner"' not in pages["us-states", "en"]


def test_nothing_is_asked_of_a_network(pages: dict[tuple[str, str], str]) -> None:
    for html in pages.values():
        assert (
            "default-src 'none'" in unescape(html)
            and "<script" not in html
            and "http" not in html.replace("http-equiv", "")
        )
        ids = re.findall(r'id="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        links = set(re.findall(r'href="([^"]+)"', html))
        assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
        assert {link for link in links if not link.startswith("#")} == {"report.html"}


class Nested(HTMLParser):
    """Whether every element is closed where it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_elements_are_closed(pages: dict[tuple[str, str], str]) -> None:
    for html in pages.values():
        reader = Nested()
        reader.feed(html)
        assert reader.open == []


def test_names_are_texts(tmp_path: Path) -> None:
    panel = pd.DataFrame(
        {"unit": list("aabbcc"), "year": [2001, 2002] * 3, EVIL: [0.1, 0.2, 0.3, 0.5, 0.6, 0.4], "B": 0.5}
    )
    panel["B"] += panel.index * 0.01
    panel.to_csv(tmp_path / "panel.csv", index=False)
    study = ac.Study(
        ac.read_panel(tmp_path / "panel.csv", indices=[EVIL, "B"]), title=f"{EVIL} & 研究",
        coupling={"weights": {EVIL: 0.4, "B": 0.6}}, pvar={"order": ["B", EVIL]},
    )  # fmt: skip
    study.run("alternatives")
    html = referee(study.results())
    assert EVIL not in html and EVIL in unescape(html) and "<script" not in html


def test_without_the_step_the_settings_stay() -> None:
    study = ac.Study(ac.sample("us-states"), alternatives=False)
    study.run("regions")
    said = text_of(referee(study.results()))
    assert "D under other settings was not computed" in said and "density: bandwidth" in said
    assert CHINESE.search(referee(study.results(), "zh"))


def test_a_refused_step_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.study.alternatives.MOST", 10)
    study = ac.Study(ac.sample("us-states"))
    study.run("alternatives")
    tree = study.results()
    assert "the chain is computed again for up to 10" in text_of(referee(tree))
    assert "超过重算上限 10" in text_of(referee(tree, "zh"))


def test_results_of_before_have_a_page_that_says_so() -> None:
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs={"title": "old", "language": "en"})})
    assert "was not computed" in text_of(referee(tree))


def test_beside_the_report_and_made_again(trees: dict[str, xr.DataTree], tmp_path: Path) -> None:
    tree = trees["us-states"]
    write_netcdf(tree, tmp_path / "study.nc")
    (tmp_path / "run.json").write_text("{}")
    render(tree, tmp_path, "en")
    first = (tmp_path / "referee.html").read_bytes()
    assert 'href="referee.html"' in (tmp_path / "report.html").read_text(encoding="utf-8")
    (tmp_path / "referee.html").unlink()
    again = tmp_path / "again"
    again.mkdir()
    render(read_results(tmp_path), again, "en")
    assert (again / "referee.html").read_bytes() == first
    shutil.rmtree(again)


def test_a_report_alone_has_no_link_to_what_is_not_there(trees: dict[str, xr.DataTree]) -> None:
    from accord.reports.html import page

    assert "referee.html" not in page(trees["us-states"], {})


def test_words_are_in_both_languages() -> None:
    for key, text in WORDS.items():
        assert CHINESE.search(text.zh) and not CHINESE.search(text.en), key
        assert set(re.findall(r"\{(\w+)\}", text.en)) == set(re.findall(r"\{(\w+)\}", text.zh)), key


def test_a_run_writes_it(tmp_path: Path) -> None:
    from accord.io.sample import folder

    out = run(folder("china-replica") / "plan.toml", tmp_path / "results", only="alternatives")
    assert "referee.html" in out.files and (out.folder / "tables" / "alternatives.csv").exists()
    assert (out.folder / "tables" / "conventions.csv").exists()


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on the path: the page cannot be opened")
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            yield started
            started.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_it_opens_without_a_word(
    language: str, width: int, scheme: str, pages: dict[tuple[str, str], str], browser: Any, tmp_path: Path
) -> None:
    """Nothing in the console, nothing asked for, no sideways scrolling, contrast of the scheme, styles allowed."""
    place = tmp_path / "referee.html"
    place.write_text(pages["us-states", language], encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url))
    page.goto(place.as_uri())
    assert said == [place.as_uri()] or all(url.startswith(("file:", "data:")) for url in said), said
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shade == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 24, 31)")
    labels = page.evaluate("[...document.querySelectorAll('[role=region]')].map(e => e.getAttribute('aria-label'))")
    assert len(labels) == len(set(labels)) > 10
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    context.close()
