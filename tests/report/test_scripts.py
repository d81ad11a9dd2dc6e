"""Stata and R scripts of the panel VAR: names stay comments, and R gets accord's numbers."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import accord as ac
from accord.reports.scripts import FILES, in_comment, scripts

NASTY = ('Ecology"; rm -rf / #', "U2\n*/ system('x') /*", '\u202e=HYPERLINK("http://x")', "`=1+1' $S ///")
PLAIN = ("one", "two", "three", "four")
COMMENT = {"pvar.do": "*", "pvar.R": "#"}
rscript = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not here: the script is not run")


def tree(names: tuple[str, ...], style: str = "xtabond", transform: str = "fod", **options: object) -> xr.DataTree:
    """The tables that scripts read, of two variables and two groups with these names."""
    at = {"group": list(names[2:]), "variable": list(names[:2]), "estimator": ["gmm", "jackknife+years"]}
    fit = xr.Dataset(
        {
            "leading": (("group", "estimator"), np.eye(2, dtype=bool)),
            "units": (("group", "estimator"), np.full((2, 2), 7.0)),
            "lags": (("group", "estimator"), np.array([[1.0, 1.0], [2.0, 2.0]])),
        },
        {key: at[key] for key in ("group", "estimator")},
    )
    data = xr.Dataset({"group_number": ("group", [1, 2])}, {key: at[key] for key in ("group", "variable")})
    given = {"style": style, "transform": transform, "collapse": True, "instrument_lags": [2, 4], "order": [names[1]]}
    made = [{"step": "pvar", "options": {**given, **options}}, {"step": "irf", "options": {"horizon": 8, "draws": 300}}]
    root = xr.Dataset(attrs={"methods": json.dumps(made), "seed": 5})
    return xr.DataTree.from_dict({"/": root, "/pvar": xr.Dataset(), "/pvar_fit": fit, "/pvar_data": data})


def code(name: str, text: str) -> list[str]:
    """Lines that are not comments."""
    return [line for line in text.split("\n") if not line.startswith(COMMENT[name])]


@pytest.mark.parametrize("name", FILES)
def test_names_stand_in_comments_only(name: str) -> None:
    plain, nasty = scripts(tree(PLAIN))[name], scripts(tree(NASTY))[name]
    assert code(name, plain) == code(name, nasty)
    assert len(plain.split("\n")) == len(nasty.split("\n"))
    told = [line[1:] for line in nasty.split("\n") if re.match(r".   x?\d  ", line)]
    assert len(told) == 4 and not re.search(r"[\"'`$/\\#=\u202e]", "".join(told)), told
    assert "x1  Ecology rm -rf" in nasty and "HYPERLINK( http: x )" in nasty


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_nothing_in_a_name_can_end_a_comment(name: str) -> None:
    shown = in_comment(name)
    assert shown and len(shown) <= 60 and shown == " ".join(shown.split())
    assert not set(shown) & set("\"'`$/*\\#=+@{}[]<>;|!~^%\r\n\u2028\u2029\u202e")
    assert all(c.isprintable() for c in shown)


def test_settings_reach_the_commands() -> None:
    stata, r = (scripts(tree(PLAIN))[name] for name in FILES)
    assert "of_group 1 1 0\nof_group 2 2 1\n" in stata and "of_group(2, 2, TRUE)" in r
    assert "pvar `xs', lags(`lags') fod" in stata and "local rank x2 x1\n" in stata
    assert "pvarirf, step(8) oirf mc(300) porder(`rank')" in stata
    assert "noleveleq orthogonal robust" in stata and "gmm(`xs', lag(2 4) collapse)" in stata
    assert (
        'transformation = "fod"' in r
        and "max_instr_dependent_vars = 4, min_instr_dependent_vars = 2L, collapse = TRUE" in r
    )
    other = scripts(tree(PLAIN, "stata_pvar", "fd", collapse=False, instrument_lags=[3, 5]))
    assert "pvar `xs', lags(`lags') fd" in other["pvar.do"] and "instlags(2/5)" in other["pvar.do"]
    assert "noleveleq robust" in other["pvar.do"] and "lag(3 5))" in other["pvar.do"]
    assert "C pvar      coefficients and standard errors of estimators gmm and gmm_two_step" in other["pvar.do"]
    assert "C pvar      no rows" in stata
    assert "beside(paste0(" not in other["pvar.R"]


def test_a_tampered_tree_gives_no_code() -> None:
    text = "".join(scripts(tree(PLAIN, 'x"; evil', 'fod"); evil("'))[name] for name in FILES)
    assert "evil" not in text


def test_no_panel_var_no_scripts() -> None:
    made = tree(PLAIN)
    del made["pvar_data"]
    assert scripts(made) == {}
    made = tree(PLAIN)
    made["pvar_fit"]["leading"][:] = False
    assert scripts(made) == {}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study's folder of 12 units in two regions; names that hold a line break the reader refuses."""
    folder = tmp_path_factory.mktemp("scripts")
    rng = np.random.default_rng(3)
    years, units = 15, 12
    u = np.full((units, years, 2), 0.4)
    for t in range(1, years):
        u[:, t] = 0.15 + u[:, t - 1] @ [[0.5, 0.1], [0.1, 0.5]] + 0.03 * rng.normal(size=(units, 2))
    rows = [
        {"unit": f"u{i}", "year": 2000 + t, "region": (NASTY[3], "*/ system('x') /*")[i % 2], NASTY[0]: u[i, t, 0], NASTY[2]: u[i, t, 1]}
        for i in range(units) for t in range(years)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(folder / "panel.csv", index=False)
    indices = json.dumps([NASTY[0], NASTY[2]], ensure_ascii=True)
    (folder / "plan.toml").write_text(
        f'[panel]\nsource = "panel.csv"\nindices = {indices}\nunit = "unit"\ntime = "year"\nregion = "region"\n[steps]\n'
        "unit_roots = { draws = 200 }\npvar = { lags = { default = 2 }, difference = { default = 0 } }\n",
        encoding="utf-8",
    )
    ac.run(folder / "plan.toml", folder / "results", only="pvar")
    return folder / "results"


def test_a_run_writes_them(results: Path) -> None:
    assert sorted(path.name for path in (results / "scripts").iterdir()) == sorted(FILES)
    assert {"scripts/pvar.do", "scripts/pvar.R"} <= set(json.loads((results / "run.json").read_text())["files"])
    assert "scripts/pvar.R" in (results / "report.html").read_text(encoding="utf-8")
    (results / "scripts" / "pvar.R").unlink()
    ac.report(results)
    assert (results / "scripts" / "pvar.R").is_file()


def test_the_table_they_read(results: Path) -> None:
    with (results / "tables" / "pvar_data.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 12 * 15 * 2
    numbers = [
        tuple(int(row[key]) for key in ("group_number", "unit_number", "period", "variable_number")) for row in rows
    ]
    assert len(set(numbers)) == len(rows)
    assert {number[0] for number in numbers} == {1, 2, 3} and {number[3] for number in numbers} == {1, 2}
    assert max(number[1] for number in numbers) == 12 and max(number[2] for number in numbers) == 15


@rscript
@pytest.mark.parametrize("style", ["xtabond", "stata_pvar"])
def test_r_reads_the_script(style: str, tmp_path: Path) -> None:
    (tmp_path / "pvar.R").write_text(scripts(tree(NASTY, style))["pvar.R"], encoding="utf-8")
    done = subprocess.run(["Rscript", "-e", 'invisible(parse("pvar.R"))'], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@rscript
def test_plm_agrees_in_every_group(results: Path) -> None:
    if subprocess.run(["Rscript", "-e", "library(plm)"], capture_output=True).returncode:
        pytest.skip("R's package plm is not here")
    done = subprocess.run(["Rscript", "pvar.R"], cwd=results / "scripts", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    far = [float(found) for found in re.findall(r"largest difference from accord's fe_ols (\S+)", done.stdout)]
    assert len(far) == 3, done.stdout + done.stderr
    assert max(far) < 1e-10  # coefficients and clustered standard errors, two solvers of one problem
