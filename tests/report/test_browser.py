"""The report in a browser, offline, in both languages: nothing asked of a network, nothing broken, Chinese drawn."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
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
        out = made.page.evaluate("""[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, .formulas')
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
        assert (
            made.page.evaluate("getComputedStyle(document.querySelector('figure img')).backgroundColor")
            == "rgb(255, 255, 255)"
        )
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
