"""A study as a few lines, and tables as people read them: both languages, and one sentence for what is neither."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import xarray as xr

import accord as ac
from accord.errors import InputError


@pytest.fixture(scope="module")
def study() -> ac.Study:
    made = ac.Study(ac.sample(), title="States")
    made.run()
    return made


def test_summary_speaks_the_language_of_the_study(study: ac.Study) -> None:
    english, chinese = ac.summary(study), ac.summary(study, language="zh")
    assert english.splitlines()[1] == "48 units, 1970-1986: mean D 0.4795 to 0.4912"
    assert "highest Wyoming" in english and "tables: descriptives" in english
    assert "48 个单元，1970—1986 年" in chinese and "最高：怀俄明州" in chinese and "耦合协调" in chinese
    tree = study.results()
    tree.attrs["language"] = "zh"
    assert ac.summary(tree) == chinese
    with pytest.raises(InputError, match='language "fr" is not known'):
        ac.summary(study, language="fr")


def test_summary_of_a_folder(study: ac.Study, tmp_path: Path) -> None:
    study.save(tmp_path / "study.nc")
    assert ac.summary(tmp_path) == ac.summary(str(tmp_path)) == ac.summary(study)


def test_what_has_no_summary(study: ac.Study) -> None:
    for wrong in (ac.sample(), study["coordination"], 3):
        with pytest.raises(InputError, match="summary takes a study, its results tree or a results folder"):
            ac.summary(wrong)  # type: ignore[arg-type]


def test_what_cannot_be_tidied(study: ac.Study) -> None:
    for wrong in (study, study.results(), xr.DataTree()):
        with pytest.raises(InputError, match="tidy takes one table or variable"):
            ac.tidy(wrong)  # type: ignore[arg-type]


def test_p_values_are_told_by_the_names_of_their_columns() -> None:
    """In both languages the head of such a column says so, and no other head does."""
    from accord.reports.vocabulary import COLUMNS
    from accord.variables import TABLES, holds_p

    named = {column for column, head in COLUMNS.items() if "p 值" in head}
    assert {c for c in {*COLUMNS, *(c for table in TABLES.values() for c in table)} if holds_p(c)} == named
    assert {"p", "pvalue", "pvalue_permutation", "geary_pvalue", "hansen_p", "mode_p", "dm_naive_p"} <= named


def test_heads_are_words_and_no_two_of_a_table_are_alike() -> None:
    import re

    from accord.reports.words import head
    from accord.variables import TABLES

    known = {
        "AIC",
        "BIC",
        "HQIC",
        "MBIC",
        "MAIC",
        "MQIC",
        "RMSE",
        "MAE",
        "MASE",
        "Hansen J",
        "Moran's I",
        "Geary's C",
        "Geary z",
    }
    for table, columns in TABLES.items():
        columns = tuple(c for c in columns if not c.endswith("_zh"))
        for language in ("en", "zh"):
            heads = [head(column, language, table) for column in columns]
            alike = {h for h in heads if heads.count(h) > 1}
            assert not alike, (table, alike)
            for text in heads:
                assert text == text.strip() and "_" not in text and not re.search(r"\b(lo|hi|x)\b", text), (table, text)
                assert language == "en" or text in known or re.search("[一-鿿]", text), (table, text)


def test_types_are_shipped() -> None:
    assert (files("accord") / "py.typed").is_file()
