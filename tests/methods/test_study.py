"""`Study` from Python: what it gives, what it computes, how it is varied, compared and saved, and its refusals."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.core import engine
from accord.errors import InputError
from accord.method import METHODS, Choice
from accord.study.cache import Cache, key_of
from accord.study.evaluate import Evaluator, Unavailable, evaluate
from accord.study.plan import settle
from accord.study.source import PanelSource, cut, tile_sizes
from accord.variables import TABLES

MakePanel = Callable[..., xr.Dataset]
ROWS = [("a", "A", "+"), ("b", "A", "-"), ("c", "B", "=", "0.5"), ("d", "B", "+")]


@pytest.fixture(scope="module")
def panel(make_panel: MakePanel) -> xr.Dataset:
    x = np.random.default_rng(21).random((6, 5, 4))
    return make_panel(x, ROWS, regions=["N", "S", "N", "S", "E", "E"])


@pytest.fixture
def study(panel: xr.Dataset) -> ac.Study:
    return ac.Study(panel)


# --------------------------------------------------------------------------------------------------------- what it gives


def test_a_variable_is_an_array_and_a_table_a_dataset(study: ac.Study) -> None:
    for name in ("coordination", "coupling", "development", "stage", "index", "weight", "normalised", "share"):
        found = study[name]
        assert isinstance(found, xr.DataArray) and found.name == name
    for name in ("regions", "weights", "scores", "descriptives"):
        assert isinstance(study[name], xr.Dataset)
    assert study["coordination"].dims == ("unit", "time")
    frame = study["coordination"].to_pandas()
    assert frame.index.tolist() == [f"u{i:02}" for i in range(6)] and frame.columns.tolist() == list(range(2000, 2005))
    assert study["coordination"]["region"].values.tolist() == ["N", "S", "N", "S", "E", "E"]


def test_raw_data_can_be_had_back(study: ac.Study, panel: xr.Dataset) -> None:
    found = study["indicators"].transpose("unit", "time", "indicator")
    assert np.array_equal(found.values, panel["indicators"].values)


def test_only_what_is_needed_is_computed(study: ac.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    plain = Choice.__call__

    def spy(self: Choice, have: Any) -> Any:
        called.append(self.method.id)
        return plain(self, have)

    monkeypatch.setattr(Choice, "__call__", spy)
    study["weight"]
    assert set(called) == {"normalise.frame_years", "normalise.low", "normalise.high", "normalise.nearest",
                           "normalise.minmax", "weights.entropy_sums", "weights.entropy"} - _made_when_built(study)  # fmt: skip
    called.clear()
    study["weight"]
    assert called == []


def _made_when_built(study: ac.Study) -> set[str]:
    """Methods that read the plan and the system alone may run while the study is made."""
    return {c.method.id for c in study.settled.makers.values() if not set(c.method.needs) - {"years", "subsystems"}}


@pytest.mark.parametrize(
    ("name", "hint"),
    [("coordinaton", "coordination"), ("obstacles", "obstacle"), ("weigths", "weights"), ("stages", "stage")],
)
def test_unknown_names_get_a_suggestion(study: ac.Study, name: str, hint: str) -> None:
    with pytest.raises(KeyError, match=f'no variable or table "{name}"; did you mean "{hint}"'):
        study[name]


def test_a_panel_without_a_system(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("city,year,a,b\nX,2001,1,2\nX,2002,2,3\nY,2001,4,2\nY,2002,5,1\n", encoding="utf-8")
    plain = ac.read_panel(path)
    assert plain["indicators"].dims == ("unit", "time", "indicator") and plain["time"].dtype.kind == "i"
    assert plain["indicator"].values.tolist() == ["a", "b"]
    with pytest.raises(InputError, match="no indicator system: read it with read_panel"):
        ac.Study(plain)


def test_a_study_of_indices_starts_at_coupling(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("city,year,E,U\nX,2001,.1,.2\nX,2002,.2,.3\nY,2001,.4,.2\nY,2002,.5,.1\n", encoding="utf-8")
    study = ac.Study(ac.read_panel(path, indices=["E", "U"]))
    log = {step.name: step for step in study.run()}
    assert log["coupling"].state == log["stages"].state == log["regions"].state == "done"
    assert log["weights"].state == log["obstacle"].state == log["descriptives"].state == "left out"
    assert "the study starts from indices that are given" in log["obstacle"].reason
    assert study["coordination"].values[0, 0] == pytest.approx(np.sqrt(np.sqrt(0.1 * 0.2)))
    with pytest.raises(InputError, match='"weight" cannot be had from these data'):
        study["weight"]
    assert {"coordination", "scores", "stage_counts", "regions"} <= set(study.results().children)


# ---------------------------------------------------------------------------------------------------------- variations


def test_with_changes_a_step_and_nothing_else(panel: xr.Dataset) -> None:
    first = ac.Study(panel, title="T", language="zh", seed=7, simulated=True, coupling="wang", obstacle=False)
    before = first["coordination"].values.copy()
    second = first.with_(weights="critic")
    assert (second.title, second.language, second.seed, second.simulated) == ("T", "zh", 7, True)
    assert second.settled.chosen["coupling"].method.name == "wang" and "obstacle" in second.settled.off
    assert second.settled.chosen["weights"].method.name == "critic"
    assert first.settled.chosen["weights"].method.name == "entropy"
    assert np.array_equal(first["coordination"].values, before)
    assert not np.array_equal(second["coordination"].values, before)
    assert np.array_equal(second.with_(weights="entropy")["coordination"].values, before)
    alone = ac.Study(panel, coupling="wang", obstacle=False, weights="critic")
    assert np.array_equal(second["coordination"].values, alone["coordination"].values)


def test_compare(study: ac.Study) -> None:
    other = study.with_(coupling="wang", stages="five")
    out = ac.compare(study, other)
    d = [s["coordination"].values for s in (study, other)]
    row = out.sel(variable="coordination")
    assert float(row["max_difference"]) == np.abs(d[0] - d[1]).max()
    assert float(row["mean_difference"]) == pytest.approx(np.abs(d[0] - d[1]).mean())
    assert float(row["correlation"]) == pytest.approx(np.corrcoef(d[0].ravel(), d[1].ravel())[0, 1])
    changed = (study["stage"].values != other["stage"].values).mean()
    assert float(out["share_changed"].sel(variable="stage")) == changed
    assert float(out["max_difference"].sel(variable="development")) == 0
    assert set(out.attrs["changed_steps"].split(", ")) >= {"coupling", "stages"}
    assert "weights" not in out.attrs["changed_steps"]


def test_compare_with_itself(study: ac.Study) -> None:
    out = ac.compare(study, study.with_())
    assert out.attrs["changed_steps"] == ""
    assert float(out["max_difference"].max()) == 0 == float(out["share_changed"].sel(variable="stage"))


@pytest.mark.parametrize("part", [{"unit": slice(5)}, {"time": slice(4)}, {"unit": [0, 1, 2, 3, 5, 4]}])
def test_compare_refuses_other_cells(study: ac.Study, panel: xr.Dataset, part: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="differ in their units, years or subsystems"):
        ac.compare(study, ac.Study(panel.isel(part)))


# ------------------------------------------------------------------------------------------------------------ running


def test_the_log_accounts_for_every_step(study: ac.Study) -> None:
    log = study.run()
    assert log is study.log
    found = {step.name: step for step in log}
    assert set(found) == {m.step for m in METHODS.values() if not m.helper}
    for step in log:
        assert step.state in ("done", "refused", "left out") and step.seconds >= 0
        assert (step.reason != "") is (step.state != "done") or step.reason.startswith("without the table"), step
        for name in step.tables:
            assert name in study.results().children
    assert [s.name for s in log if s.state == "failed"] == []


def test_only_one_step(study: ac.Study) -> None:
    log = study.run(only="regions")
    assert [s.name for s in log if s.state == "done"] == ["regions"]
    assert set(study.results().children) == {"panel", "regions", "region_change", "leaders", "conventions", "findings"}


def test_the_tree(study: ac.Study) -> None:
    study.run()
    tree = study.results()
    names = list(tree.children)
    assert names[0] == "panel"
    known = [n for n in names if n in TABLES]
    assert known == [n for n in TABLES if n in names], "tables stand in the order of the contract"
    assert tree.attrs["language"] == "en" and tree.attrs["seed"] == 1 and tree.attrs["simulated"] == 0
    assert [s["name"] for s in json.loads(tree.attrs["steps"])] == [s.name for s in study.log]
    assert json.loads(tree.attrs["warnings"]) == study.warnings()
    for name in known:
        assert tree[name].attrs["table"] == name


def test_save_and_summary(study: ac.Study, tmp_path: Path) -> None:
    study.save(tmp_path / "study.nc")
    again = xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf").load()
    again.close()
    assert np.array_equal(again["coordination"]["coordination"].values, study["coordination"].values)
    text = ac.summary(study)
    d = study["coordination"]
    mean, by = d.mean("unit"), d.mean("time")
    assert f"6 units, 2000-2004: mean D {float(mean[0]):.4f} to {float(mean[-1]):.4f}" in text
    assert f"highest {by.idxmax().item()} ({float(by.max()):.4f})" in text
    assert f"lowest {by.idxmin().item()} ({float(by.min()):.4f})" in text
    assert ac.summary(again) == text
    assert ac.summary(ac.Study(study.source, title="My title")).splitlines()[0] == "My title"


def test_progress_is_told(panel: xr.Dataset) -> None:
    told: list[tuple[str, int, int]] = []
    ac.Study(panel, tell=lambda text, done, whole: told.append((text, done, whole))).run()
    assert told and all(text and 0 <= done <= whole for text, done, whole in told)
    assert told[-1][1] == told[-1][2]


# ---------------------------------------------------------------------------------------------------------------- tidy


def test_tidy_array(study: ac.Study) -> None:
    frame = ac.tidy(study["coordination"])
    assert frame.columns.tolist()[:2] == ["unit", "time"] and "coordination" in frame and len(frame) == 30
    pivot = frame.pivot(index="unit", columns="time", values="coordination")
    assert np.array_equal(pivot.to_numpy(), study["coordination"].values)


def test_tidy_table(study: ac.Study) -> None:
    frame = ac.tidy(study.table("coordination"))
    assert tuple(frame.columns[:9]) == TABLES["coordination"]
    assert frame["stage"].dtype.kind == "i"
    label = study["stage"].attrs["label_en"]
    assert frame["stage_name"].tolist() == [label[k - 1] for k in frame["stage"]]
    assert set(frame["lag_type"]) <= {"A lags", "B lags", "synchronous"}
    chinese = ac.tidy(study.table("coordination"), "zh")
    assert set(chinese["lag_type"]) <= {"A滞后", "B滞后", "同步"}
    assert chinese["stage_name"].tolist() == [study["stage"].attrs["label_zh"][k - 1] for k in frame["stage"]]
    count = ac.tidy(study.table("stage_counts"))
    assert tuple(count.columns[:4]) == TABLES["stage_counts"] and count["count"].sum() == 30
    assert count.loc[count["stage"] == 7, "stage_name"].unique().tolist() == ["primary coordination"]


def test_tidy_without_regions(make_panel: MakePanel) -> None:
    x = np.random.default_rng(21).random((6, 5, 4))
    study = ac.Study(make_panel(x, ROWS))
    frame = ac.tidy(study.table("coordination"))
    assert tuple(frame.columns[:9]) == TABLES["coordination"] and (frame["region"] == "").all()
    assert ac.tidy(study.table("regions"))["region"].unique().tolist() == ["National"]


# ------------------------------------------------------------------------------------------------------------ warnings


def test_the_same_indicator_in_two_subsystems_is_warned_of(make_panel: MakePanel) -> None:
    x = np.random.default_rng(3).random((6, 5, 4))
    x[..., 3] = 10 - 3 * x[..., 0] + 1e-3 * x[..., 1]
    near = make_panel(x, ROWS)
    said = [w for w in ac.Study(near).warnings() if "nearly the same" in w["en"]]
    assert len(said) == 1 and '"d" and "a"' in said[0]["en"] and "机械相关" in said[0]["zh"]
    assert not [w for w in ac.Study(near, duplicates=1.0).warnings() if "nearly" in w["en"]]
    x[..., 3] = x[..., 2] + 1e-3 * x[..., 1]
    assert not [w for w in ac.Study(make_panel(x, ROWS)).warnings() if "nearly" in w["en"]], "one subsystem may repeat"


def test_years_apart_and_unused_columns_are_warned_of(make_panel: MakePanel, tmp_path: Path) -> None:
    x = np.random.default_rng(3).random((6, 3, 4))
    apart = ac.Study(make_panel(x, ROWS, years=[2000, 2005, 2010])).warnings()
    assert any("years stand 5 apart" in w["en"] for w in apart)
    path = tmp_path / "panel.csv"
    path.write_text("city,year,a,b,note\nX,2001,1,2,q\nX,2002,2,3,q\nY,2001,4,2,q\nY,2002,5,1,q\n", encoding="utf-8")
    table = pd.DataFrame({"key": ["a", "b"], "subsystem": ["A", "B"], "direction": "+"})
    said = ac.Study(ac.read_panel(path, ac.IndicatorSystem.from_table(table), unit="city")).warnings()
    assert any('"note"' in w["en"] and "not used" in w["en"] for w in said)


def test_a_careful_study_has_nothing_to_say(study: ac.Study) -> None:
    assert study.warnings() == []


# ------------------------------------------------------------------------------------------------------------ machinery


def test_cut_covers_everything_once() -> None:
    seen = np.zeros((5, 7), dtype=int)
    for part in cut({"unit": 5, "time": 7}, {"unit": 2, "time": 3}):
        seen[part["unit"], part["time"]] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("cells", [1, 2, 6, 7, 13, 35, 99])
def test_tiles_hold_at_most_so_many_cells(cells: int) -> None:
    size = tile_sizes({"unit": 5, "time": 7}, cells)
    assert list(size) == ["unit", "time"] and size["unit"] * size["time"] <= cells
    assert size["time"] == min(7, cells)


def test_what_nothing_makes_is_unavailable(panel: xr.Dataset) -> None:
    with pytest.raises(Unavailable, match="nowhere"):
        evaluate("nowhere", {}, {})
    source = PanelSource(panel.drop_vars("indicators"))
    with pytest.raises(Unavailable, match="indicators"):
        Evaluator(source, settle({}).makers).obtain(["coordination"])


def test_independent_variables_share_a_pass(panel: xr.Dataset) -> None:
    """Extremes; entropy sums; scores and all that follows: three readings, however many results."""
    evaluator = Evaluator(PanelSource(panel), settle({}).makers)
    evaluator.obtain(["coordination", "stage_counts", "lag_type", "stage", "coupling", "obstacle", "index"])
    assert evaluator.passes == 3


def test_keys_follow_what_a_result_depends_on(panel: xr.Dataset) -> None:
    source = PanelSource(panel)
    makers = settle({}).makers
    d = key_of("coordination", makers, source.fingerprint)
    assert d == key_of("coordination", settle({}).makers, PanelSource(panel.copy(deep=True)).fingerprint)
    for other in ({"weights": "critic"}, {"coupling": {"weights": [0.4, 0.6]}}, {"normalise": {"frame": "base"}}):
        assert key_of("coordination", settle(other).makers, source.fingerprint) != d, other
    for same in ({"stages": "five"}, {"obstacle": {"scope": "system"}}, {"lag_type": {"low": 0.5}}):
        assert key_of("coordination", settle(same).makers, source.fingerprint) == d, same
    changed = panel.copy(deep=True)
    changed["indicators"][0, 0, 0] += 1e-9
    assert PanelSource(changed).fingerprint != source.fingerprint
    renamed = panel.assign_coords(region=("unit", ["N", "N", "N", "S", "E", "E"]))
    assert PanelSource(renamed).fingerprint != source.fingerprint


def test_cached_results_are_the_results(panel: xr.Dataset, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", seconds=0)
    first = ac.Study(panel, cache=cache)
    first.run()
    assert list((tmp_path / "cache").rglob("*.nc")) and not list((tmp_path / "cache").rglob("*.part"))
    second = ac.Study(panel, cache=cache)
    for name in ("coordination", "regions", "weights", "obstacle"):
        a, b = ac.tidy(first.table(name)), ac.tidy(second.table(name))
        pd.testing.assert_frame_equal(a, b, check_exact=True, check_dtype=False)
    assert second.evaluator.passes < first.evaluator.passes
    for file in (tmp_path / "cache").rglob("*.nc"):
        file.write_bytes(b"broken")
    third = ac.Study(panel, cache=cache)
    assert np.array_equal(third["regions"]["mean"].values, first["regions"]["mean"].values)


def test_the_cache_has_a_limit(panel: xr.Dataset, tmp_path: Path) -> None:
    """What was not asked for longest goes first."""
    one = ac.Study(panel)["regions"].drop_attrs()
    Cache(tmp_path).save("aa", one)
    size = next(tmp_path.rglob("aa.nc")).stat().st_size
    cache = Cache(tmp_path, room=2 * size)
    for age, key in ((3, "aa"), (2, "bb"), (1, "cc")):
        cache.save(key, one)
        path = next(tmp_path.rglob(f"{key}.nc"))
        os.utime(path, (path.stat().st_mtime - 100 * age,) * 2)
    assert sorted(p.stem for p in tmp_path.rglob("*.nc")) == ["bb", "cc"]
    assert cache.load("bb") is not None and cache.load("aa") is None
    cache.save("dd", one)
    assert sorted(p.stem for p in tmp_path.rglob("*.nc")) == ["bb", "dd"]


def test_an_unknown_step_is_not_run(panel: xr.Dataset) -> None:
    with pytest.raises(InputError, match='no step "wieghts" to run: did you mean "weights"'):
        ac.Study(panel).run("wieghts")
    with pytest.raises(InputError, match="the settings leave it out"):
        ac.Study(panel, obstacle=False).run("obstacle")


@pytest.mark.parametrize(("name", "message"), [("fast", 'unknown engine "fast"; allowed: threads, processes'),
                                               ("tcp://host", "write tcp://HOST:PORT")])  # fmt: skip
def test_engines_that_are_not_there(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message), engine.connect(name):
        pass


def test_results_come_in_the_order_of_the_tasks() -> None:
    def slow_first(i: int) -> int:
        time.sleep(0.02 if i == 0 else 0)
        return i

    with engine.connect("threads", 3) as pool:
        assert list(engine.ordered(pool, slow_first, [(i,) for i in range(20)], ahead=4)) == list(range(20))
    assert list(engine.ordered(None, slow_first, [(i,) for i in range(3)])) == [0, 1, 2]


def test_a_failing_task_stops_the_others() -> None:
    """What has not started is cancelled, also in a pool that lives on."""
    done: list[int] = []
    failed = threading.Event()

    def task(i: int) -> int:
        if i == 2:
            raise ZeroDivisionError
        if i > 2:
            failed.wait(10)
        done.append(i)
        return i

    with engine.connect("threads", 1) as pool:
        with pytest.raises(ZeroDivisionError):
            list(engine.ordered(pool, task, [(i,) for i in range(1000)], ahead=6))
        failed.set()
        pool.submit(int).result()
    assert set(done) <= {0, 1, 3}
