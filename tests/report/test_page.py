"""What the page says: sources, numbers of a column alike, nothing empty, no English where Chinese was asked for."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.errors import AccordWarning, InputError
from accord.io.folder import read_results
from accord.io.sample import folder
from accord.project import run
from accord.reports.html import page
from accord.reports.words import VALUES, option


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample study, smaller, some cells missing and one indicator with a target."""
    place = tmp_path_factory.mktemp("study")
    for name in ("plan.toml", "panel.csv", "indicators.csv"):
        shutil.copy(folder("us-states") / name, place / name)
    system = pd.read_csv(place / "indicators.csv", dtype=str, keep_default_na=False)
    system["target"] = ["4..5" if d == "-" else "" for d in system["direction"]]
    system["direction"] = ["=" if d == "-" else d for d in system["direction"]]
    system.to_csv(place / "indicators.csv", index=False)
    panel = pd.read_csv(place / "panel.csv")
    panel = panel[panel["year"] < 1976]
    panel.loc[panel.index[2], "unemp"] = np.nan
    panel.to_csv(place / "panel.csv", index=False)
    return place


@pytest.fixture(scope="module")
def results(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    sets = (
        "obstacle.scope=system",
        "normalise.frame=base",
        "weights.zeros=shift",
        "cite=['Bureau (1990). Figures.', 'munnell1990']",
    )
    return run(study / "plan.toml", tmp_path_factory.mktemp("out") / "results", sets=sets).folder


@pytest.fixture(scope="module")
def html(results: Path) -> dict[str, str]:
    tree = read_results(results)
    return {language: page(tree, {}, language) for language in ("en", "zh")}


def section(text: str, name: str) -> str:
    found = re.search(rf'<section (?:data-name|aria-labelledby)="{name}">.*?</section>', text, flags=re.DOTALL)
    assert found is not None, name
    return found[0]


def test_sources_of_the_data_are_cited(html: dict[str, str]) -> None:
    for language, head, munnell in (("en", "Data", "Munnell, A. H. (1990)"), ("zh", "数据", "MUNNELL A H.")):
        said = section(html[language], "references").split(f"<h3>{head}</h3>")[1]
        assert "Bureau (1990). Figures." in said and munnell in said and "Shannon" not in said


def test_known_sources_are_in_the_bibtex(study: Path) -> None:
    from accord.look import citations

    assert "munnell1990" in [work.key for work in citations(study / "plan.toml")]


def test_no_section_without_content(html: dict[str, str]) -> None:
    for text in html.values():
        assert 'id="obstacle"' not in text and 'id="plane"' not in text
        for name in re.findall(r'<section data-name="([a-z_]+)">', text):
            body = re.sub(r"<h[234].*?</h[234]>", "", section(text, name), flags=re.DOTALL)
            assert re.sub(r"<[^>]+>|\s", "", body), name
        ranks = section(text, "obstacle_ranks")
        assert "tables/obstacle.csv" in ranks and "O_j" in ranks


def test_contents_lead_to_sections(html: dict[str, str]) -> None:
    for text in html.values():
        heads = re.findall(r'<h[234] id="([a-z_-]+)">', text)
        assert len(heads) == len(set(heads)) > 30
        assert set(re.findall(r'<a href="#([a-z_-]+)"', text)) - {"main"} <= set(heads)


def test_nothing_filled_is_said_without_a_table() -> None:
    made = ac.Study(ac.sample())
    made.run()
    said = section(page(made.results(), {}), "filled")
    assert "No cell was missing" in said and "<table" not in said


def test_targets_and_gaps_are_told(html: dict[str, str]) -> None:
    assert "<td>= 4..5</td>" in section(html["en"], "weights") and "lower bound" in section(html["en"], "weights")
    assert "linearly in time between observations" in section(html["en"], "filled")
    assert "按时间线性插值" in section(html["zh"], "filled")


def test_settings_are_chinese_in_a_chinese_page(html: dict[str, str]) -> None:
    methods = re.findall(r'<div class="method">.*?\n</div>\n', html["zh"], flags=re.DOTALL)
    assert len(methods) > 20
    text = unescape(re.sub(r"<math.*?</math>|<[^>]+>", " ", " ".join(methods), flags=re.DOTALL))
    known = {
        "ln", "min", "max", "CRITIC", "SPSSAU", "Fan", "Infrastructure", "Economy", "O_j", "w_j", "z_j", "aU", "U1", "U2",
        "Dagum", "Geary", "HC3", "Lambert", "Moran", "Silverman", "Shorrocks", "Pearson", "Newey", "West", "LR", "sd", "beta", "sigma",
        "LSTM", "Adam", "Theta", "Holt", "ARIMA", "ETS", "GM",
        "Im", "Pesaran", "Shin", "Harris", "Tzavalis", "Fisher", "PP", "Phillips", "Perron", "CD", "IPS", "HT", "rho",
        "VAR", "AIC", "BIC", "HQIC", "MBIC", "MAIC", "MQIC", "Sigma", "Hansen", "Andrews", "Lu", "GMM", "Cholesky", "Wald", "xtabond",
    }  # fmt: skip
    words = {w for w in re.findall(r"[A-Za-z_0-9]*[A-Za-z_]{2,}[A-Za-z_0-9]*", text)}
    assert words <= known, words - known
    assert "基期" in text and "整个系统" in text


def test_every_value_of_an_option_has_a_chinese_word() -> None:
    from typing import Literal, get_args, get_origin

    from accord.method import METHODS
    from accord.reports.words import OPTIONS, STEPS

    for m in METHODS.values():
        assert m.step in STEPS
        assert m.helper or m.name in VALUES or m.name == m.step, m.id
        for name, p in m.options.items():
            assert name in OPTIONS, (m.id, name)
            if get_origin(p.annotation) is Literal:
                assert set(get_args(p.annotation)) <= set(VALUES), (m.id, name)
    assert option("root", False, "zh") == "开根号：否" and option("root", False, "en") == "root taken: no"


def test_numbers_of_a_column_are_written_alike(html: dict[str, str]) -> None:
    for text in html.values():
        for table in re.findall(r"<tbody>(.*?)</tbody>", text, flags=re.DOTALL):
            rows = [re.findall(r'<td class="num">(.*?)</td>', row) for row in table.split("<tr>")[1:]]
            for column in zip(*rows, strict=True):
                places = {(len(v.partition(".")[2]), "e" in v) for v in column if v not in ("", "∞", "–")}
                assert len(places) <= 1, column


def test_workbook_and_csv_hold_the_same_numbers(results: Path) -> None:
    book = openpyxl.load_workbook(results / "tables.xlsx", read_only=True)
    for name in ("weights", "coordination", "regions"):
        csv = pd.read_csv(results / "tables" / f"{name}.csv")
        head, *rows = book[name].iter_rows(values_only=True)
        sheet = pd.DataFrame(rows, columns=head)
        assert list(sheet) == list(csv)
        for column in csv.select_dtypes("number"):
            np.testing.assert_allclose(sheet[column].astype(float), csv[column], rtol=1e-15)


def test_run_record_names_the_files_as_they_were(study: Path, results: Path) -> None:
    record = json.loads((results / "run.json").read_text(encoding="utf-8"))
    for entry in [record["plan_file"], *record["inputs"]]:
        assert entry["sha256"] == hashlib.sha256((study / entry["file"]).read_bytes()).hexdigest()
    assert [f["file"] for f in record["inputs"]] == ["panel.csv", "indicators.csv"]


def test_digests_are_taken_before_the_run(study: Path, tmp_path: Path) -> None:
    for name in ("plan.toml", "panel.csv", "indicators.csv"):
        shutil.copy(study / name, tmp_path / name)
    before = hashlib.sha256((tmp_path / "panel.csv").read_bytes()).hexdigest()

    def tell(text: str, _done: int, _every: int) -> None:
        if text == "writing tables":
            (tmp_path / "panel.csv").write_text("changed since", encoding="utf-8")

    run(tmp_path / "plan.toml", tmp_path / "out", tell=tell)
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["inputs"][0]["sha256"] == before


def test_a_cube_goes_by_its_fingerprint(tmp_path: Path) -> None:
    pytest.importorskip("zarr")
    from accord.provenance import cube
    from accord.study.cube import CubeSource
    from accord.study.source import PanelSource

    dims, years = ("time", "y", "x"), {"time": [2000, 2001]}
    rng = np.random.default_rng(1)
    xr.Dataset({k: (dims, rng.random((2, 3, 3))) for k in "ab"}, coords=years).to_zarr(
        tmp_path / "cells.zarr", consolidated=False
    )
    system = ac.IndicatorSystem.from_table(
        pd.DataFrame({"key": ["a", "b"], "subsystem": ["A", "B"], "direction": ["+", "+"]})
    )
    source = ac.read_cube(tmp_path / "cells.zarr", system)
    assert isinstance(source, CubeSource)
    assert cube(source) == [{"file": "cells.zarr", "fingerprint": source.fingerprint}]
    assert cube(PanelSource(ac.sample())) == []


def test_figures_left_out_are_noted(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from accord.plot import FIGURES

    def refuse(*_args: Any, **_more: Any) -> None:
        raise InputError("too many of them")

    _, table, text = FIGURES["dumbbell"]
    monkeypatch.setitem(FIGURES, "dumbbell", (refuse, table, text))
    done = run(study / "plan.toml", tmp_path / "out")
    said = {"en": "figure dumbbell is left out: too many of them", "zh": "未绘制图 dumbbell：too many of them"}
    assert said in done.warnings
    assert said in json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["warnings"]
    assert said["en"] in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    with pytest.warns(AccordWarning, match="dumbbell is left out"):
        ac.report(tmp_path / "out", tmp_path / "again.html", language="zh")
    assert said["zh"] in (tmp_path / "again.html").read_text(encoding="utf-8")


def test_captions_say_what_stands_in_the_cells(html: dict[str, str]) -> None:
    assert "Coupling coordination: degree D</span></caption>" in html["en"]
    assert "耦合协调（耦合协调度 D）</span></caption>" in html["zh"]
    assert "Regional comparison: mean</span></caption>" in html["en"]


def test_the_page_again_is_the_same(results: Path, tmp_path: Path) -> None:
    """`accord report DIR` needs nothing but `study.nc`, and writes the page that the run wrote, to the last byte."""
    again = tmp_path / "again"
    again.mkdir()
    for name in ("study.nc", "run.json"):
        shutil.copy(results / name, again / name)
    ac.report(again)
    assert (again / "report.html").read_bytes() == (results / "report.html").read_bytes()


def test_chapters_stand_in_the_order_of_a_study(html: dict[str, str]) -> None:
    for text in html.values():
        chapters = re.findall(r'<h2 id="chapter-([a-z]+)">', text)
        assert chapters[:8] == [
            "data",
            "indices",
            "coupling",
            "regions",
            "distribution",
            "space",
            "drivers",
            "forecast",
        ]
        order = [
            text.index(f'id="{name}"')
            for name in ("weights", "coordination", "regions", "density_features", "convergence")
        ]
        assert order[:3] == sorted(order[:3]) and order[4] < order[3]
        numbers = [int(n) for n in re.findall(r"<caption><span>\D+(\d+)\.", text)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_each_step_stands_with_its_method_and_findings(html: dict[str, str]) -> None:
    part = section(html["en"], "step-inequality")
    assert "The Gini coefficient of D" in part and 'class="method"' in part and "<math" in part
    said = re.findall(r"<li>([^<]+?) <a", html["en"])
    assert len(said) > len(set(said)) > 12, "the summary repeats a handful of what stands in the chapters"


def test_steps_not_done_say_why_in_their_place(html: dict[str, str]) -> None:
    for language, why in (("en", "there are only two subsystems"), ("zh", "仅有两个子系统")):
        part = section(html[language], "step-pairwise")
        assert why in part and 'class="state quiet"' in part and why in section(html[language], "not-run")


def test_warnings_of_a_setting_stand_with_its_step() -> None:
    study = ac.Study(ac.sample(), coupling={"root": False})
    study.run()
    text = page(study.results(), {})
    warned = "The coupling degree is taken without its root"
    assert text.count(warned) == 2 and warned in section(text, "warnings")
    assert text.index(warned, text.index('id="chapter-coupling"')) < text.index('id="chapter-regions"')


def test_results_without_formulas_are_still_shown(results: Path) -> None:
    tree = read_results(results)
    tree.attrs["methods"] = json.dumps(
        [{k: v for k, v in m.items() if k != "formula"} for m in json.loads(tree.attrs["methods"])]
    )
    for name in tree.children:
        for variable in tree[name].data_vars.values():
            variable.attrs.pop("formula", None)
    text = page(tree, {})
    assert "<math" not in text and 'class="method"' in text


def test_no_space_stands_beside_chinese_punctuation(html: dict[str, str], results: Path) -> None:
    from accord.reports.referee import referee

    for text in (html["zh"], referee(read_results(results), "zh")):
        body = re.sub(r"<(script|style|math|svg).*?</\1>", "", text[text.index("<body") :], flags=re.DOTALL)
        body = unescape(re.sub(r"<[^>]*>", "\n", re.sub(r"</?(?:a|span|strong|bdi)\b[^>]*>", "", body)))
        found = re.findall(r".{0,20}(?:[（）：；，。、“”《》] +[^\s]|[^\s] +[（）：；，。、“”《》]).{0,20}", body)
        assert found == []


def test_reasons_name_tables_and_steps_in_chinese() -> None:
    from accord.reports.chapters import reason

    said = reason({"reason_zh": "需要 weight，而方案未选步骤 weights"}, "zh")
    assert (
        said == "需要“权重”，而方案未选步骤“指标体系与权重”"
        and reason({"reason": "it needs weight"}, "en") == "it needs weight"
    )


def test_a_character_without_a_shape_is_named() -> None:
    study = ac.Study(ac.sample(), title="Study \U0001f600")
    study.run("coupling")
    for language, said in (("en", "\U0001f600 (U+1F600): readers need"), ("zh", "\U0001f600 (U+1F600)：读者设备")):
        with pytest.warns(AccordWarning, match="U\\+1F600"):
            text = page(study.results(), {}, language)
        assert said in section(text, "warnings")


def test_formulas_of_strangers_bring_no_markup(results: Path) -> None:
    tree = read_results(results)
    made = json.loads(tree.attrs["methods"])
    made[0]["formula"], made[1]["formula"] = r"\text{<script>alert(1)</script>}", "x=\n<img src=x onerror=alert(1)>"
    tree.attrs["methods"] = json.dumps(made)
    text = page(tree, {})
    assert "<script>alert" not in text and "<img src=x" not in text and "&lt;script&gt;alert" in text
