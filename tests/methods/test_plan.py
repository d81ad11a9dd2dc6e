"""Plans: how what is asked becomes methods and options, and the sentence for what cannot be asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import accord as ac
from accord.errors import InputError
from accord.method import METHODS, Chosen, choices, steps
from accord.study.plan import check_plan, schema, settle

MINIMAL = {"panel": {"source": "panel.csv", "indicators": "indicators.csv"}}


def test_nothing_asked_runs_every_step_with_its_defaults() -> None:
    found = settle({})
    assert list(found.chosen) == steps() and found.off == ()
    for step, choice in found.chosen.items():
        assert choice.method.name == next(iter(choices(step)))
        for name, p in choice.method.options.items():
            if not isinstance(p.default, Chosen):
                assert choice.options[name] == p.default


def test_a_string_is_a_method() -> None:
    assert settle({"weights": "critic"}).chosen["weights"].method.name == "critic"
    assert settle({"weights": "critic"}).makers["weight"].method.name == "critic"


def test_true_and_an_empty_table_are_the_defaults() -> None:
    plain = settle({}).chosen["coupling"]
    for said in (True, {}, {"method": "standard"}, "standard"):
        found = settle({"coupling": said}).chosen["coupling"]
        assert (found.method.id, found.options) == (plain.method.id, plain.options)


def test_false_leaves_a_step_out_with_everything_it_makes() -> None:
    found = settle({"obstacle": False, "stages": False})
    assert found.off == ("stages", "obstacle") and not {"obstacle", "stages"} & set(found.chosen)
    assert not {"obstacle", "stage", "stage_counts", "stage_table"} & set(found.makers)
    assert "coordination" in found.makers


def test_false_is_the_method_none_where_there_is_one() -> None:
    """Indices that are not rescaled are still indices."""
    for said in (False, "none", True, {}):
        found = settle({"rescale_index": said})
        assert found.chosen["rescale_index"].method.name == "none" and found.off == ()
    assert settle({"rescale_index": "rescaled"}).makers["index"].method.name == "rescaled"


def test_a_step_left_out_takes_down_what_reads_it() -> None:
    log = {s.name: s for s in ac.Study(ac.sample(), weights=False).run()}
    assert log["weights"].state == "left out" and log["weights"].reason == "the plan leaves it out"
    assert log["coupling"].state == "left out" and log["coupling"].reason == (
        "it needs weight, and the plan leaves out the step weights"
    )
    assert log["descriptives"].state == "done"


def test_options_reach_the_helpers_of_the_step() -> None:
    found = settle({"normalise": {"frame": "base", "base": 1970, "outside": "refuse"}})
    assert found.makers["low"].options == {"frame": "base"}
    assert found.makers["bound_years"].options["base"] == 1970
    assert found.makers["normalised"].options["outside"] == "refuse"
    both = settle({"weights": {"zeros": "shift", "shift": 0.01}}).makers
    assert both["zero_shift"].options == {"zeros": "shift", "shift": 0.01}
    assert both["entropy_sums"].options == {"zeros": "shift"}
    assert both["weight"].shown == {"zeros": "shift", "shift": 0.01}


def test_an_option_may_follow_another_step() -> None:
    assert settle({}).makers["pair_coupling"].options["variant"] == "standard"
    assert settle({"coupling": "fan"}).makers["pair_coupling"].options["variant"] == "fan"
    assert (
        settle({"coupling": "fan", "pairwise": {"variant": "wang"}}).makers["pair_coupling"].options["variant"]
        == "wang"
    )
    assert settle({"coupling": False}).makers["pair_coupling"].options["variant"] == "standard"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"weigths": {}}, 'unknown step "weigths" in .steps.; did you mean "weights"'),
        ({"weights": "entropi"}, 'step "weights" has no method "entropi"; did you mean "entropy"'),
        ({"weights": {"method": "entropi"}}, 'did you mean "entropy"'),
        ({"weights": {"zero": "exact"}}, 'has no option "zero".*; did you mean "zeros"'),
        ({"weights": {"zeros": "exactly"}}, 'step "weights": zeros = "exactly" is not allowed; did you mean "exact"'),
        ({"weights": {"shift": "small"}}, 'step "weights": shift = "small" is not allowed .*valid number'),
        ({"weights": 3}, 'step "weights" is 3; write true, false, a method'),
        ({"weights": ["entropy"]}, "write true, false, a method"),
        ({"weights": None}, "write true, false, a method"),
        ({"weights": {"method": 1}}, 'step "weights": method = 1 is not a name; allowed: entropy, equal'),
        ({"stages": {"method": "edges"}}, 'step "stages" needs the option "edges"'),
        ({"stages": {"method": "ten", "edges": [0.5]}}, 'has no option "edges"'),
        ({"coupling": {"method": "wang", "root": False}}, 'has no option "root"'),
        ({"normalise": {"base": 2000.5}}, "base = 2000.5 is not allowed"),
        ({"obstacle": {"scope": ["system"]}}, "scope = .* is not allowed"),
        ({"lag_type": {"low": True, "hihg": 1}}, 'has no option "hihg".*; did you mean "high"'),
        ({"": {}}, 'unknown step ""'),
    ],
)
def test_what_cannot_be_asked(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        settle(asked)
    with pytest.raises(InputError, match=message):
        ac.Study(ac.sample(), **asked)


@pytest.mark.parametrize("step", steps())
def test_every_method_can_be_asked_for_by_name(step: str) -> None:
    needed = {"stages.edges": {"edges": [0.5]}}
    for name, m in choices(step).items():
        found = settle({step: {"method": name, **needed.get(m.id, {})}}).chosen[step]
        assert found.method is m
        assert set(found.options) == set(m.options)


def test_everything_that_is_read_is_made_or_given() -> None:
    """Under the defaults each variable has one maker, and nothing reads what nothing makes."""
    makers = settle({}).makers
    given = {"indicators", "gap_rule", "years", "region", "regions", "subsystems", "subsystem", "dimension", "direction",
             "target", "prior_weight", "seed", "neighbours", "position", "vintage", "vintage_index", "through",
             "alternative_coordination", "alternative_stage", "alternative_settings"}  # fmt: skip
    for choice in makers.values():
        assert set(choice.method.needs) <= set(makers) | given, choice.method.id


# --------------------------------------------------------------------------------------------------------------- schema


def test_schema_knows_every_step_method_and_option() -> None:
    found = schema()
    json.dumps(found)
    table = found["properties"]["steps"]["properties"]
    assert set(table) == set(steps())
    assert found["properties"]["steps"]["additionalProperties"] is False
    for step in steps():
        full = next(one for one in table[step]["anyOf"] if one.get("type") == "object")
        assert full["additionalProperties"] is False
        assert full["properties"]["method"]["enum"] == list(choices(step))
        options = {name for m in METHODS.values() if m.step == step for name in m.options}
        assert set(full["properties"]) == {"method", *options}
        assert table[step]["description"]
    weights = next(one for one in table["weights"]["anyOf"] if one.get("type") == "object")["properties"]
    assert weights["zeros"]["enum"] == ["exact", "shift", "shift_nonpositive", "smooth"]
    assert weights["zeros"]["default"] == "exact"


# ---------------------------------------------------------------------------------------------------------- whole plans


def test_a_minimal_plan() -> None:
    plan = check_plan(MINIMAL)
    assert (plan.title, plan.language, plan.seed, plan.simulated, plan.steps) == ("", "en", 1, False, {})
    assert (plan.panel.gaps.inside, plan.panel.gaps.ends, plan.panel.gaps.k) == ("linear", "hold", 3)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, 'my.toml: the key "panel" is missing'),
        ({"panel": {}}, 'the key "panel.source" is missing'),
        ({**MINIMAL, "step": {}}, 'unknown key "step"; did you mean "steps"'),
        ({"panel": {"source": "x", "indicator": "y"}}, 'unknown key "indicator" in .panel.; did you mean "indicators"'),
        (
            {"panel": {"source": "x", "gaps": {"end": "hold"}}},
            r'unknown key "end" in .panel\.gaps.; did you mean "ends"',
        ),
        ({"panel": {"source": "x", "gaps": {"ends": "holdd"}}}, r'panel\.gaps\.ends = "holdd"'),
        ({"panel": {"source": "x", "gaps": {"k": 0}}}, r"panel\.gaps\.k = 0"),
        ({**MINIMAL, "language": "fr"}, 'language = "fr"'),
        ({**MINIMAL, "seed": -1}, "seed = -1"),
        ({"panel": {**MINIMAL["panel"], "indices": ["a", "b"]}}, "has both `indicators` and `indices`; keep one"),
        ({**MINIMAL, "steps": {"weights": "entropi"}}, 'my.toml: step "weights" has no method "entropi"'),
        ({**MINIMAL, "panel": {**MINIMAL["panel"], "duplicates": 2}}, "duplicates = 2"),
    ],
)
def test_bad_plans(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_plan(raw, "my.toml")


def test_a_plan_from_a_file_with_changes_laid_over(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('[panel]\nsource = "p.csv"\nindicators = "i.csv"\n[steps]\nstages = "five"\n', encoding="utf-8")
    plan = ac.read_plan(path)
    assert plan.panel.source == str(tmp_path / "p.csv") and plan.panel.indicators == str(tmp_path / "i.csv")
    sets = ("steps.weights.method=critic", "coupling.weights=[0.4, 0.6]", "title=My study", "seed=5",
            "stages.closed=right", "obstacle=false", "panel.gaps.ends = trend")  # fmt: skip
    changed = ac.read_plan(path, sets)
    assert changed.steps == {"stages": {"method": "five", "closed": "right"}, "weights": {"method": "critic"},
                             "coupling": {"weights": [0.4, 0.6]}, "obstacle": False}  # fmt: skip
    assert (changed.title, changed.seed, changed.panel.gaps.ends) == ("My study", 5, "trend")


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("weights", "write it as key=value"),
        ("=1", "write it as key=value"),
        ("steps..method=x", "write it as key=value"),
        ("titel=x", 'unknown key "titel"; did you mean "title"'),
        ("title.a=1", "title"),
        ("weights.method=entropi", 'did you mean "entropy"'),
    ],
)
def test_bad_changes(tmp_path: Path, pair: str, message: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('title = "t"\n[panel]\nsource = "p.csv"\nindicators = "i.csv"\n', encoding="utf-8")
    with pytest.raises(InputError, match=message):
        ac.read_plan(path, (pair,))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("plan.toml", b"title = \n", "not TOML"),
        ("plan.toml", "title = '中'".encode("gb18030"), "not UTF-8; save it as UTF-8"),
        ("plan.json", b"{}", "a plan is a .toml file or a workbook"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        ac.read_plan(path)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        ac.read_plan(tmp_path / "none.toml")
    with pytest.raises(InputError, match="is a folder; name the plan in it"):
        ac.read_plan(tmp_path)
