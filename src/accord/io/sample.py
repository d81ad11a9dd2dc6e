"""The embedded studies: plans with their data, shipped inside the package."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import xarray as xr

from accord.errors import InputError, nearest
from accord.io.folder import plain_errors
from accord.io.form import Form
from accord.io.tables import read_study_panel
from accord.study.plan import read_plan

SAMPLES = ("us-states", "china-replica")


def sample(name: str = "us-states") -> xr.Dataset:
    """The panel of an embedded study.

    `us-states`: infrastructure and economy of 48 US states, 1970-1986 (Munnell 1990).

    Examples
    --------
    >>> dict(sample("us-states").sizes)["time"]
    17
    """
    return read_study_panel(read_plan(folder(name) / "plan.toml").panel)


def folder(name: str) -> Path:
    """Where the embedded study stands, as a folder with `plan.toml`."""
    if name not in SAMPLES:
        raise InputError(f'no embedded study "{name}"; {nearest(name, SAMPLES)}')
    with as_file(files("accord") / "data" / name) as path:
        return path


FORMS = ("published", "china")
"""Templates with a workbook to fill in: a study's published design, and the same study with our defaults."""
FORM = "study.xlsx"
TEMPLATES = (*SAMPLES, *FORMS, "blank")


def new_study(to: Path, template: str = "us-states") -> list[str]:
    """Lay a template into a new folder; returns the files made.

    `us-states` and `china-replica` are whole studies; `published` and `china` come with a workbook of 31 provinces
    and twelve years to fill in; `blank` is for anyone.

    Raises
    ------
    InputError
        If the template is unknown or the folder exists and is not empty.
    """
    if template not in TEMPLATES:
        raise InputError(f'no template "{template}"; {nearest(template, TEMPLATES)}')
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise InputError(f"{to} exists already; name a new folder")
    with as_file(files("accord") / "data") as shipped, plain_errors(to):
        to.mkdir(parents=True, exist_ok=True)
        source = shipped / template
        made = [
            p.name for p in sorted(source.iterdir()) if p.is_file() and (template not in FORMS or p.suffix == ".toml")
        ]
        for name in made:
            (to / name).write_bytes((source / name).read_bytes())
        if template in FORMS:
            known, panel = shipped / "forms" / "columns.csv", shipped / "china-replica" / "panel.csv"
            Form.of(source / "indicators.csv", known, panel).write(to / FORM)
            made.append(FORM)
    return made
