"""A published pair of indices and its printed C, T, D and stage (METHODS 2), through every door to the chain."""

from __future__ import annotations

from pathlib import Path

import accord as ac
from accord.core import coupling as core
from accord.methods.stages import ten

U = (0.7612, 0.2010)


def test_kernels_print_the_anchor() -> None:
    u = [[U[0]], [U[1]]]
    c, t = core.standard(u), core.development(u, [0.5, 0.5])
    d = core.coordination(c, t)
    assert [f"{float(v[0]):.4f}" for v in (c, t, d)] == ["0.8130", "0.4811", "0.6254"]
    assert core.classify(d, ten().values).tolist() == [7]


def test_a_study_of_given_indices_prints_the_anchor(tmp_path: Path) -> None:
    """Columns that already hold the indices: the chain starts at coupling."""
    table = tmp_path / "indices.csv"
    table.write_text(f"city,year,A,B\nX,2020,{U[0]},{U[1]}\nX,2021,.5,.5\nY,2020,.2,.3\nY,2021,0,1\n", encoding="utf-8")
    study = ac.Study(ac.read_panel(table, indices=["A", "B"]))
    for language, name in (("en", "primary coordination"), ("zh", "初级协调")):
        rows = ac.tidy(study.table("coordination"), language).set_index(["unit", "time"])
        row = rows.loc[("X", 2020)]
        shown = [f"{row[k]:.4f}" for k in ("coupling", "development", "coordination")]
        assert shown == ["0.8130", "0.4811", "0.6254"]
        assert (row["stage"], row["stage_name"]) == (7, name)
        assert rows.loc[("Y", 2021), "coordination"] == 0
