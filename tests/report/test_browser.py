"""The report in a browser, offline, in both languages: nothing asked of a network, nothing broken, Chinese drawn."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: the report cannot be opened in a browser")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on the path: the report cannot be opened in a browser"
)
NAMES = {"甲": "北京市", "乙": "内蒙古自治区", "丙": "<b>丙</b>", "丁": "$D_丁^2$"}
UNIT = "Unit with a long name, "


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of a small study in each language."""
    import numpy as np
    import pandas as pd

    import accord as ac

    folder = tmp_path_factory.mktemp("reports")
    rng = np.random.default_rng(3)
    rows = [
        {"unit": f"{UNIT}{i}", "zh": name, "region": ("North", "South")[i % 2], "year": 2011 + t, "spare": 1,
         **dict(zip("abc", rng.random(3), strict=True))}
        for i, name in enumerate(NAMES.values())
        for t in range(12)
    ]  # fmt: skip
    pd.DataFrame(rows).round(4).to_csv(folder / "panel.csv", index=False)
    (folder / "indicators.csv").write_text(
        "key,name,name_zh,subsystem,dimension,direction\na,Wealth,财富,Economy,One,+\n"
        "b,Work,就业,Economy,Two,-\nc,Forest & <land>,森林覆盖率,Ecology,Three,+\n",
        encoding="utf-8",
    )
    (folder / "plan.toml").write_text(
        'title = "Study & <title> 研究"\nsimulated = true\n[panel]\nsource = "panel.csv"\nindicators = "indicators.csv"\n'
        'unit = "unit"\nregion = "region"\nlabel_zh = "zh"\n[steps]\nforecast = {}\n',
        encoding="utf-8",
    )
    results = ac.run(folder / "plan.toml", folder / "results").folder
    chinese = ac.report(results, folder / "zh.html", language="zh")
    return {"en": results / "report.html", "zh": chinese}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            )
            yield started
            started.close()


class Opened:
    """A page with everything it asked for and said."""

    def __init__(self, browser: Any, path: Path, width: int = 1200, scheme: str = "light") -> None:
        self.requests: list[str] = []
        self.said: list[str] = []
        self.context = browser.new_context(
            offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True
        )
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.url = path.as_uri()
        self.page.goto(self.url, wait_until="load")
        self.page.evaluate("document.fonts.ready.then(() => true)")


@pytest.fixture(params=["en", "zh"])
def opened(request: pytest.FixtureRequest, reports: dict[str, Path], browser: Any) -> Iterator[tuple[str, Opened]]:
    made = Opened(browser, reports[request.param])
    yield request.param, made
    made.context.close()


def test_offline(opened: tuple[str, Opened]) -> None:
    language, made = opened
    assert [url for url in made.requests if not url.startswith("data:")] == [made.url]
    assert made.said == []
    assert made.page.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-CN"}[language]
    assert made.page.title() == "Study & <title> 研究"
    running = "[...document.scripts].filter(s => s.type !== 'application/json').length"
    assert made.page.evaluate(running) >= 1


def test_no_way_out(opened: tuple[str, Opened]) -> None:
    """A request that somebody smuggles in is stopped by the page's own policy."""
    _, made = opened
    made.page.evaluate("document.body.appendChild(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))")
    made.page.wait_for_timeout(100)
    assert any("Content Security Policy" in text for text in made.said)


def test_images(opened: tuple[str, Opened]) -> None:
    _, made = opened
    sizes = made.page.evaluate(
        "[...document.images].map(i => [i.complete, i.naturalWidth, i.alt, i.closest('figure') !== null])"
    )
    assert len(sizes) >= 3
    for complete, width, alt, framed in sizes:
        assert complete
        assert width > 0
        assert alt
        assert framed


def test_tables(opened: tuple[str, Opened]) -> None:
    language, made = opened
    tables = made.page.evaluate("""[...document.querySelectorAll('table')].map(t => ({
        heads: [...t.querySelectorAll('thead th')].map(c => c.textContent.trim()),
        scope: [...t.querySelectorAll('thead th')].every(c => c.scope === 'col'),
        widths: [...new Set([...t.querySelectorAll('tbody tr')].map(r => [...r.cells].reduce((n, c) => n + c.colSpan, 0)))],
        caption: t.caption ? t.caption.textContent : '',
        rows: t.tBodies[0].rows.length}))""")
    assert len(tables) >= 10
    for table in tables:
        assert table["heads"]
        assert all(table["heads"]), table
        assert table["scope"]
        assert table["widths"] == [len(table["heads"])], table
        assert table["rows"] > 0
    captions = [t["caption"] for t in tables if t["caption"]]
    assert len(captions) >= 9
    numbers = [int("".join(c for c in caption.split(".")[0] if c.isdigit())) for caption in captions]
    assert numbers == list(range(1, len(captions) + 1))
    if language == "zh":
        heads = {h for t in tables for h in t["heads"] if not h.isascii()}
        assert {"单元", "年份"} & heads


def test_links(opened: tuple[str, Opened]) -> None:
    _, made = opened
    links = made.page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert len(links) >= 9
    ids = set(made.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)"))
    links = [link for link in links if link != "referee.html"]
    assert all(link.startswith("data:") or (link.startswith("#") and link[1:] in ids) for link in links), links
    assert len(ids) == made.page.evaluate("document.querySelectorAll('[id]').length"), "no id stands twice"


def test_names_are_texts(opened: tuple[str, Opened]) -> None:
    language, made = opened
    body = made.page.inner_text("body")
    for text in ("Study & <title> 研究", *(NAMES.values() if language == "zh" else [f"{UNIT}3"])):
        assert text in body
    assert ("森林覆盖率" if language == "zh" else "Forest & <land>") in body
    assert ("模拟数据" if language == "zh" else "Simulated data") in body
    assert made.page.evaluate("document.querySelectorAll('b, land').length") == 0


@pytest.mark.parametrize("width", [320, 400, 768, 1600])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_overflow(width: int, language: str, reports: dict[str, Path], browser: Any) -> None:
    """The page never scrolls sideways; wide tables do so in their own frame."""
    made = Opened(browser, reports[language], width)
    try:
        assert made.page.evaluate("document.documentElement.scrollWidth") <= width
        out = made.page.evaluate("""[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, .formulas, .sheet')
            && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))""")
        assert out == []
        assert made.page.evaluate(
            "[...document.querySelectorAll('.scroll')].every(e => getComputedStyle(e).overflowX === 'auto')"
        )
    finally:
        made.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chinese_is_drawn(language: str, reports: dict[str, Path], browser: Any) -> None:
    """Characters have shapes of their own: boxes for missing glyphs would all look alike."""
    made = Opened(browser, reports[language])
    try:
        characters = sorted({c for c in made.page.inner_text("body") if "\u4e00" <= c <= "\u9fff"})
        assert len(characters) >= (20 if language == "zh" else 2)
        assert made.page.evaluate("document.fonts.size") == 1
        shots = set()
        made.page.evaluate("""() => { const box = document.createElement('div'); box.id = 'glyph';
            box.style.cssText = 'position:fixed;left:0;top:0;z-index:9;width:48px;height:48px;font-size:40px;line-height:48px;background:#fff;color:#000';
            document.body.appendChild(box); }""")
        for character in [*characters[:12], "\uffff"]:
            made.page.evaluate("c => { document.getElementById('glyph').textContent = c; }", character)
            shots.add(made.page.locator("#glyph").screenshot())
        assert len(shots) == len(characters[:12]) + 1
    finally:
        made.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_dark(language: str, reports: dict[str, Path], browser: Any) -> None:
    """Text keeps its contrast in a dark scheme, and figures their white ground."""
    made = Opened(browser, reports[language], scheme="dark")
    try:
        ink, paper = (
            made.page.evaluate(f"getComputedStyle(document.body).{which}") for which in ("color", "backgroundColor")
        )
        assert _contrast(ink, paper) >= 7
        soft = made.page.evaluate("getComputedStyle(document.querySelector('.note, .options, footer')).color")
        assert _contrast(soft, paper) >= 4.5
        sheet = made.page.evaluate(
            "(() => { const look = e => getComputedStyle(document.querySelector(e));"
            " return [look('.sheet').backgroundColor, look('.sheet img').mixBlendMode, look('.sheet').borderStyle]; })()"
        )
        assert sheet[1:] == ["multiply", "solid"] and 12 <= _contrast(sheet[0], paper) < _contrast(
            "rgb(255, 255, 255)", paper
        )
        made.page.emulate_media(media="print", color_scheme="dark")
        printed = made.page.evaluate(
            "(() => { const look = e => getComputedStyle(document.querySelector(e));"
            " return [look('.sheet').backgroundColor, look('.sheet img').mixBlendMode, look('body').color]; })()"
        )
        assert printed == ["rgba(0, 0, 0, 0)", "normal", "rgb(0, 0, 0)"], "on paper as in a light page"
    finally:
        made.context.close()


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_type_in_figures_can_be_read(language: str, width: int, reports: dict[str, Path], browser: Any) -> None:
    """The smallest type is 6.5 points of a figure of 174 mm: 9 pixels or more, in a box that scrolls where it must."""
    made = Opened(browser, reports[language], width)
    try:
        found = made.page.evaluate(
            "[...document.querySelectorAll('.sheet')].map(e => [e.firstElementChild.clientWidth, e.scrollWidth - e.clientWidth,"
            " e.tabIndex, e.getAttribute('role'), e.getAttribute('aria-label')])"
        )
        assert len(found) >= 3
        for across, hidden, order, role, label in found:
            assert 6.5 / 72 * 25.4 / 174 * across >= 9
            assert (hidden > 100) == (width == 400) and (order, role) == (0, "group") and label
        assert made.page.evaluate("document.documentElement.scrollWidth") == width, "the page itself does not scroll"
        made.page.locator(".sheet").first.focus()
        if width == 400:
            made.page.keyboard.press("ArrowRight")
            moved = 0
            for _ in range(50):  # Playwright's own waiting evaluates a text, which the page's policy stops
                made.page.wait_for_timeout(100)
                if moved := made.page.evaluate("document.activeElement.scrollLeft"):
                    break
            assert moved > 0
    finally:
        made.context.close()


def test_size(reports: dict[str, Path]) -> None:
    for path in reports.values():
        assert path.stat().st_size < 3_000_000


def _contrast(a: str, b: str) -> float:
    def light(colour: str) -> float:
        parts = [int(p) / 255 for p in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def rows(made: Opened, table: str) -> list[list[str]]:
    """Texts of the rows of a table that are to be seen, in their order."""
    found: list[list[str]] = made.page.evaluate(
        "t => [...document.querySelector(`table[data-name=${t}]`).tBodies[0].rows].filter(r => !r.hidden)"
        ".map(r => [...r.cells].map(c => c.textContent.trim()))",
        table,
    )
    return found


def test_tables_sort_by_any_column(opened: tuple[str, Opened]) -> None:
    _, made = opened
    before = rows(made, "coordination")
    column = len(before[0]) - 1
    head = made.page.locator("table[data-name=coordination] th").nth(column)
    assert head.get_attribute("aria-sort") == "none"
    head.locator("[role=button]").focus()
    made.page.keyboard.press("Enter")
    up = [float(row[column]) for row in rows(made, "coordination")]
    assert head.get_attribute("aria-sort") == "ascending" and up == sorted(up) and len(up) == len(before)
    made.page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert [float(row[column]) for row in rows(made, "coordination")] == up[::-1]
    first = made.page.locator("table[data-name=coordination] th").first
    first.click()
    assert head.get_attribute("aria-sort") == "none" and first.get_attribute("aria-sort") == "ascending"
    first.click()
    first.click()
    assert rows(made, "coordination") == before


def test_numbers_sort_as_numbers(opened: tuple[str, Opened]) -> None:
    """Also with separators, stars, exponents and infinity; what is empty stands last either way."""
    _, made = opened
    texts = ["1,200.5", "-3", "", "0.5***", "2.0e-05", "\u221e", "90"]
    made.page.evaluate(
        "texts => { const t = document.querySelector('table[data-name=coordination]').tBodies[0];"
        "[...t.rows].forEach((r, k) => { r.cells[0].textContent = texts[k] ?? '7'; }); }",
        texts,
    )
    many = len(rows(made, "coordination"))
    head = made.page.locator("table[data-name=coordination] th").first
    head.click()
    said = [row[0] for row in rows(made, "coordination")]
    wanted = sorted([*texts[:many], *["7"] * (many - len(texts))], key=_size)
    assert said == wanted
    head.click()
    said = [row[0] for row in rows(made, "coordination")]
    assert said == [t for t in wanted[::-1] if t] + [t for t in wanted if not t]


def _size(text: str) -> float:
    if not text:
        return 1e300
    return 1e299 if text == "\u221e" else float(text.replace(",", "").rstrip("*"))


def test_filter(opened: tuple[str, Opened]) -> None:
    language, made = opened
    page = made.page
    long = page.evaluate(
        "[...document.querySelectorAll('table.rows')].filter(t => t.tBodies[0].rows.length >= 12).map(t => t.dataset.name)"
    )
    boxes = page.locator(".tools input[type=search]").count()
    assert boxes == len(long) >= 3
    name = "density_features"
    assert name in long
    tools = page.locator(f".tools:has(+ .scroll table[data-name={name}])")
    every = rows(made, name)
    tools.locator("input").fill("2013")
    left = rows(made, name)
    assert 0 < len(left) < len(every) and left == [row for row in every if any("2013" in cell for cell in row)]
    assert str(len(left)) in tools.locator("[role=status]").inner_text()
    tools.locator("input").fill("<nowhere>")
    assert rows(made, name) == []
    tools.locator("input").fill("")
    assert rows(made, name) == every and tools.locator("[role=status]").inner_text() == ""
    assert tools.locator("label").inner_text() == {"en": "Filter rows", "zh": "筛选行"}[language]


@pytest.fixture(scope="module")
def states() -> Any:
    """Results of the embedded study: tables of 96 and 192 rows."""
    import accord as ac

    study = ac.Study(ac.sample("us-states"))
    for step in ("weights", "rescale_index"):
        study.run(step)
    return study.results()


@pytest.fixture(params=["en", "zh"])
def long(request: pytest.FixtureRequest, states: Any, browser: Any, tmp_path: Path) -> Iterator[tuple[str, Opened]]:
    from accord.reports.html import page

    (tmp_path / "page.html").write_text(page(states, {}, request.param), encoding="utf-8")
    made = Opened(browser, tmp_path / "page.html")
    yield request.param, made
    made.context.close()


def saved(made: Opened, button: Any, to: Path) -> tuple[str, list[list[str]]]:
    """Name and rows of what a button saves."""
    import csv

    with made.page.expect_download() as waiting:
        button.click()
    waiting.value.save_as(to)
    with to.open(encoding="utf-8-sig", newline="") as file:
        return waiting.value.suggested_filename, list(csv.reader(file))


def test_a_long_table_is_filtered_sorted_and_saved_whole(long: tuple[str, Opened], tmp_path: Path) -> None:
    """Rows that are not shown at first count like those that are; the keyboard alone does."""
    language, made = long
    tools = made.page.locator(".tools:has(+ .scroll table[data-name=scores])")
    told, note = tools.locator("[role=status]"), made.page.locator("section[data-name=scores] .note[data-cut]")
    show, save = tools.locator("button").all()
    first = rows(made, "scores")
    assert len(first) == 40 and told.inner_text() == {"en": "40 of 96 rows", "zh": "96 行中的 40 行"}[language]
    assert show.inner_text() == {"en": "Show all 96 rows", "zh": "显示全部 96 行"}[language] and note.is_visible()
    last = {"en": "Wyoming", "zh": "怀俄明州"}[language]
    assert not any(last in row for row in first)
    tools.locator("input").fill(last)
    assert [row[0] for row in rows(made, "scores")] == [last] * 2
    assert told.inner_text() == {"en": "2 of 96 rows", "zh": "96 行中的 2 行"}[language]
    tools.locator("input").fill("Infra")
    some = {"en": "48 of 96 rows; the first 40 are shown", "zh": "96 行中的 48 行，此处列前 40 行"}
    assert len(rows(made, "scores")) == 40 and told.inner_text() == some[language]
    tools.locator("input").fill("")
    head = made.page.locator("table[data-name=scores] th").last
    head.locator("[role=button]").focus()
    made.page.keyboard.press("Enter")
    lowest = rows(made, "scores")
    show.focus()
    made.page.keyboard.press("Enter")
    every = [float(row[-1]) for row in rows(made, "scores")]
    assert len(every) == 96 and every == sorted(every) and rows(made, "scores")[:40] == lowest
    assert told.inner_text() == "" and not note.is_visible()
    look = "[...document.querySelectorAll('table[data-name=scores] tbody tr')].map(r => [...r.cells].map(c => c.className).join())"
    assert len(set(made.page.evaluate(look))) == 1, "rows that came later look like the first ones"
    made.page.keyboard.press("Enter")
    assert len(rows(made, "scores")) == 40 and note.is_visible() and made.said == []
    name, lines = saved(made, save, tmp_path / "t.csv")
    assert name == "scores-as-shown.csv" and len(lines) == 97 and lines[1:41] == first


def test_of_a_longer_table_the_first_rows_are_named_as_such(
    states: Any, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accord.reports.html import page

    monkeypatch.setattr("accord.reports.sections.HELD", 95)
    (tmp_path / "page.html").write_text(page(states, {}), encoding="utf-8")
    made = Opened(browser, tmp_path / "page.html")
    tools = made.page.locator(".tools:has(+ .scroll table[data-name=scores])")
    assert tools.locator("label").inner_text() == "Filter the first 40 rows"
    tools.locator("input").fill("Alabama")
    assert tools.locator("[role=status]").inner_text() == "2 of the first 40 rows"
    assert tools.locator("button").inner_text() == "Download the first 40 rows as CSV"
    name, lines = saved(made, tools.locator("button"), tmp_path / "t.csv")
    assert name == "scores-first-40-as-shown.csv" and len(lines) == 41
    assert "The first 40 of 96 rows; all of them are in tables/scores.csv." in made.page.inner_text("main")
    made.context.close()


def test_bounds_sort_as_numbers_and_dashes_last(long: tuple[str, Opened]) -> None:
    _, made = long
    texts = ["0.0312", "<0.0001", "\u2013", "0.0001", "", "0.9000"]
    made.page.evaluate(
        "texts => { const t = document.querySelector('table[data-name=weights]').tBodies[0];"
        "[...t.rows].forEach((r, k) => { r.cells[0].textContent = texts[k]; }); }",
        texts,
    )
    head = made.page.locator("table[data-name=weights] th").first
    head.click()
    assert [row[0] for row in rows(made, "weights")] == ["<0.0001", "0.0001", "0.0312", "0.9000", "\u2013", ""]
    head.click()
    assert [row[0] for row in rows(made, "weights")][:4] == ["0.9000", "0.0312", "0.0001", "<0.0001"]


def test_csv_of_a_table(opened: tuple[str, Opened], tmp_path: Path) -> None:
    """The whole table goes, whatever is filtered, and nothing in it is a formula to a spreadsheet."""
    import csv

    _, made = opened
    page, name = made.page, "weights"
    page.evaluate(
        "() => { const r = document.querySelector('table[data-name=weights]').tBodies[0].rows;"
        "r[0].cells[0].textContent = '=HYPERLINK(\"x\")'; r[1].cells[0].textContent = '@a, b'; r[2].cells[0].textContent = '-1,234.5'; }"
    )
    with page.expect_download() as waiting:
        page.locator(f".tools:has(+ .scroll table[data-name={name}]) button").click()
    waiting.value.save_as(tmp_path / "t.csv")
    assert waiting.value.suggested_filename == "weights-as-shown.csv"
    text = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig")
    head, *body = csv.reader(text.splitlines())
    assert len(body) == len(rows(made, name)) and len(head) == len(body[0]) == len(rows(made, name)[0])
    assert [row[0] for row in body[:3]] == ['\'=HYPERLINK("x")', "'@a, b", "-1234.5"]
    assert "+" in {cell for row in body for cell in row}, "a direction is no formula"


def test_references_to_take_away(opened: tuple[str, Opened], tmp_path: Path) -> None:
    _, made = opened
    said = {}
    for name in ("references.bib", "references-gbt7714.txt"):
        with made.page.expect_download() as waiting:
            made.page.locator(f"a[download='{name}']").click()
        waiting.value.save_as(tmp_path / name)
        said[name] = (tmp_path / name).read_text(encoding="utf-8-sig")
    assert said["references.bib"].count("@") >= 20 and "@article{wang2021," in said["references.bib"]
    listed = said["references-gbt7714.txt"].splitlines()
    assert listed[0].startswith("[1] ") and len(listed) >= said["references.bib"].count("\n@")
    assert any("王淑佳" in line and "[J]" in line for line in listed)


def test_only_our_scripts_and_styles_run(opened: tuple[str, Opened]) -> None:
    _, made = opened
    policy = made.page.evaluate("document.querySelector('meta[http-equiv]').content")
    assert (
        policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe" not in policy and "http" not in policy
    )
    made.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
        "const c = document.createElement('style'); c.textContent = 'h1 { color: red }'; document.head.append(c);"
        'document.body.insertAdjacentHTML(\'beforeend\', \'<p id="styled" style="color: red" onclick="window.ran = 2">x</p>\');'
        "document.getElementById('styled').click(); }"
    )
    assert made.page.evaluate("window.ran") is None
    for what in ("h1", "#styled"):
        assert made.page.evaluate(f"getComputedStyle(document.querySelector('{what}')).color") != "rgb(255, 0, 0)"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_scripts(language: str, reports: dict[str, Path], browser: Any) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(reports[language].as_uri())
        assert page.locator(".tools, [aria-sort]").count() == 0
        assert page.locator("table.rows").count() >= 10 and page.locator("table.rows tbody tr").first.is_visible()
        assert page.locator("nav a").first.is_visible() and page.locator("math").count() >= 20
    finally:
        context.close()


def test_contents(reports: dict[str, Path], browser: Any) -> None:
    wide, narrow = Opened(browser, reports["en"], 1280), Opened(browser, reports["zh"], 400)
    try:
        wide.page.evaluate("document.getElementById('references').scrollIntoView()")
        wide.page.wait_for_timeout(200)
        box = wide.page.locator("nav").bounding_box()
        assert (
            box is not None and box["x"] < 60 and 0 <= box["y"] < 60 and wide.page.locator("nav a").first.is_visible()
        )
        assert not narrow.page.locator("nav a").first.is_visible()
        narrow.page.locator("nav summary").press("Enter")
        assert narrow.page.locator("nav a").first.is_visible()
        narrow.page.keyboard.press("Home")
        heads = wide.page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1])")
        assert heads[0] == 1 and heads.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(heads)), "no level is left out"
    finally:
        wide.context.close()
        narrow.context.close()


def test_skip_link(opened: tuple[str, Opened]) -> None:
    _, made = opened
    made.page.keyboard.press("Tab")
    link = made.page.locator(".skip")
    assert link.evaluate("e => e === document.activeElement") and link.bounding_box()["x"] >= 0
    assert link.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
    made.page.keyboard.press("Enter")
    assert made.page.evaluate("location.hash") == "#main"


def test_formulas_are_drawn(opened: tuple[str, Opened]) -> None:
    _, made = opened
    found = made.page.evaluate(
        "[...document.querySelectorAll('math')].map(m => [m.getAttribute('alttext'), m.getBoundingClientRect().height, m.namespaceURI])"
    )
    assert len(found) >= 20
    assert all(text and height > 10 and space.endswith("MathML") for text, height, space in found)
    assert any("D_{it}=\\sqrt{C_{it}T_{it}}" in text for text, _, _ in found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_printed(language: str, reports: dict[str, Path], browser: Any, tmp_path: Path) -> None:
    """The PDF holds every table, to its last column, with its head on each page; contents and controls are gone."""
    import subprocess

    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on the path: what the PDF says cannot be read")
    made = Opened(browser, reports[language])
    try:
        made.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        tables = made.page.evaluate(
            "[...document.querySelectorAll('table.rows')].map(t => [t.caption.textContent, t.tHead.textContent,"
            " [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent.trim()).filter(Boolean).at(-1))])"
        )
        buttons = made.page.locator(".tools button").first.inner_text()
    finally:
        made.context.close()
    told = subprocess.run(["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True)
    said = "".join(told.stdout.decode("utf-8").split())
    for caption, _, last in tables:
        assert "".join(caption.split())[:12] in said, caption
        for cell in last:
            assert "".join(cell.split())[:8] in said, (caption, cell)
    assert "".join(buttons.split()) not in said


@pytest.fixture(scope="module")
def axe(request: pytest.FixtureRequest) -> str:
    """The rules of axe-core, fetched once by npm's own client."""
    import subprocess
    import tarfile

    cache = getattr(request.config, "cache", None)
    folder = Path(cache.mkdir("axe-core")) if cache is not None else Path(".")
    if not list(folder.glob("*.tgz")):
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm on the path: axe-core cannot be fetched")
        done = subprocess.run(
            [npm, "pack", "axe-core@4", "--silent"], cwd=folder, capture_output=True, text=True, timeout=120
        )
        if done.returncode or not list(folder.glob("*.tgz")):
            pytest.skip("npm cannot fetch axe-core here")
    with tarfile.open(next(folder.glob("*.tgz"))) as pack:
        script = pack.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode("utf-8")


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of the embedded studies with quick settings: us-states in English, china-replica in Chinese."""
    import accord as ac
    from accord.io.sample import folder

    out = tmp_path_factory.mktemp("demos")
    quick = ("forecast.method=naive", "irf.draws=99", "fevd.draws=99", "granger.draws=99", "unit_roots.draws=999")
    made = {}
    for name, language in (("us-states", "en"), ("china-replica", "zh")):
        done = ac.run(folder(name) / "plan.toml", out / name, sets=(*quick, f"language={language}"))
        made[language] = done.folder / "report.html"
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_serious_fault(
    language: str, width: int, scheme: str, demos: dict[str, Path], browser: Any, axe: str
) -> None:
    made = Opened(browser, demos[language], width, scheme)
    try:
        made.page.evaluate(
            "async () => { for (const e of document.querySelectorAll('figure'))"
            " { e.scrollIntoView(); await new Promise(r => setTimeout(r, 60)); } }"
        )
        made.page.evaluate(axe)
        found = made.page.evaluate(
            "axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations"
            ".filter(v => ['serious', 'critical'].includes(v.impact)).map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)]))"
        )
        assert found == []
    finally:
        made.context.close()
