"""Copy the verified numbers of panel unit-root tests from the shared reference into the golden tests.

The values were computed with plm, urca, gretl, arch and StatsPAI (versions in the file); the panels they belong
to come with packages (Grunfeld's investment: statsmodels; unemployment and product of US states: accord), but
for one that stays in the shared folder.

Run from anywhere::

    python scripts/make_unitroot_golden.py REFERENCE_FOLDER [OUTPUT]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

OUTPUT = Path(__file__).resolve().parents[1] / "tests" / "golden" / "unitroot.json"


def golden(folder: Path) -> str:
    """One line a case."""
    found = json.loads((folder / "cases.json").read_text("utf-8"))
    lines = [json.dumps({k: case[k] for k in ("id", "data", "test", "deterministics", "options", "values", "sources")})
             for case in found["cases"]]  # fmt: skip
    inner = ",\n".join(f"  {line}" for line in lines)
    return f'{{"versions": {json.dumps(found["meta"]["versions"])},\n "cases": [\n{inner}\n]}}\n'


if __name__ == "__main__":
    to = Path(sys.argv[2]) if len(sys.argv) > 2 else OUTPUT
    to.write_text(golden(Path(sys.argv[1])), "utf-8")
