"""Old binary workbooks (.xls, .xlsb), read in a process apart.

Their bytes point into each other: a damaged file can send calamine round in circles or make it ask for
more memory than there is, which ends the process it runs in. There its memory and time have limits.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from accord.errors import InputError, brief
from accord.sheets import child
from accord.sheets.cells import MOST_CELLS, refuse_size

MEMORY = 1 << 30
SECONDS = 90
DAMAGED = "the workbook is damaged or too large to read; open it in a spreadsheet program and save it as .xlsx"


class NotRead(Exception):
    """calamine's reason for which it reads no workbook."""


def read_apart(path: Path) -> list[dict[str, Any]]:
    """Sheets with `name`, `rows` and `merged`.

    Raises
    ------
    NotRead
        If calamine says that this is no workbook.
    InputError
        If its process comes to an end before it says anything, or there are too many cells.
    """
    command = [sys.executable, "-P", str(child.__file__), str(path), str(MOST_CELLS), str(MEMORY)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=False, env=None, stdin=subprocess.DEVNULL
        )
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise InputError(f"{path}: {DAMAGED}") from error
    if "cells" in found:
        refuse_size(path, found["cells"])
    if "error" in found:
        raise NotRead(found["kind"], brief(found["error"]))
    sheets: list[dict[str, Any]] = found["sheets"]
    return sheets
