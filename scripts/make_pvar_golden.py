"""Numbers of pydynpd for the golden tests of the panel VAR, on the embedded panel of US states.

pydynpd fits one equation: that is a panel VAR of one variable in two steps, and one equation of several variables in
one step. Deviations with years missing are left out: pydynpd keeps 525 rows there, of 581 that have a later one. Its
release 0.2.2 needs NumPy 1. In an environment of its own::

    pip install pydynpd==0.2.2 "numpy<2" "pandas<2.3" "scipy<1.14"
    python scripts/make_pvar_golden.py
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pandas as pd
from pydynpd import regression

ROOT = Path(__file__).resolve().parents[1]
PANEL = ROOT / "src" / "accord" / "data" / "us-states" / "panel.csv"
OUTPUT = ROOT / "tests" / "golden" / "pvar.json"
CASES = [
    {"variables": ["unemp"], "steps": 2},
    {"variables": ["unemp"], "steps": 2, "transform": "fd"},
    {"variables": ["unemp"], "steps": 2, "lags": 2, "window": [2, 5]},
    {"variables": ["unemp"], "steps": 2, "transform": "fd", "collapse": False, "window": [2, 3]},
    {"variables": ["unemp"], "steps": 2, "transform": "fd", "system": True},
    {"variables": ["unemp"], "steps": 2, "missing": 11, "transform": "fd"},
    {"variables": ["unemp", "emp"], "steps": 1},
    {"variables": ["unemp", "emp", "pc"], "steps": 1, "transform": "fd", "lags": 2},
    {"variables": ["unemp", "emp"], "steps": 1, "transform": "fd", "system": True},
    {"variables": ["unemp"], "steps": 2, "exogenous": ["gsp"]},
    {"variables": ["unemp"], "steps": 2, "predetermined": ["gsp"], "transform": "fd"},
]


def table(missing: int) -> pd.DataFrame:
    """The panel, every so many rows left out."""
    found = pd.read_csv(PANEL).sort_values(["state", "year"]).reset_index(drop=True)
    found["id"] = pd.factorize(found["state"], sort=True)[0] + 1
    return found.drop(index=found.index[5::missing]) if missing else found


def fitted(case: dict, equation: str) -> dict:
    """Coefficients, errors and J of one equation."""
    near, far = case.get("window", [2, 4])
    names, lags = case["variables"], case.get("lags", 1)
    more = [*case.get("predetermined", []), *case.get("exogenous", [])]
    order = [equation, *(n for n in names if n != equation)]
    terms = [f"L{lag}.{n}" for n in order for lag in range(1, lags + 1)]
    parts = [f"gmm({' '.join(names)}, {near}:{far})"]
    parts += [f"gmm({' '.join(case['predetermined'])}, {near - 1}:{far - 1})"] if "predetermined" in case else []
    parts += [f"iv({' '.join(case['exogenous'])})"] if "exogenous" in case else []
    options = ["onestep"] * (case["steps"] == 1) + ["nolevel"] * (not case.get("system"))
    options += ["fod"] * (case.get("transform", "fod") == "fod") + ["collapse"] * case.get("collapse", True)
    command = f"{equation} {' '.join([*terms, *more])} | {' '.join(parts)} | {' '.join(options)}"
    with contextlib.redirect_stdout(io.StringIO()):
        model = regression.abond(command, table(case.get("missing", 0)), ["id", "year"]).models[0]
    found = model.regression_table.set_index("variable")
    return {
        "command": command,
        "coef": found["coefficient"].to_dict(),
        "se": found["std_err"].to_dict(),
        "nobs": int(model.num_obs),
        "j": float(model.hansen.test_value) if case["steps"] == 2 else None,
    }


if __name__ == "__main__":
    lines = [json.dumps(case | {"equations": {n: fitted(case, n) for n in case["variables"]}}) for case in CASES]
    OUTPUT.write_text('{"program": "pydynpd 0.2.2",\n "cases": [\n  ' + ",\n  ".join(lines) + "\n]}\n", "utf-8")
