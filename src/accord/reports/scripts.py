"""Stata and R scripts that estimate the study's panel VAR again, from a results tree alone.

They read `tables/pvar_data.csv` and call variables x1, x2 ..., groups and units by number. Names that a user gave stand in
comments only, and only their letters and digits: nothing in a name can become code.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from jinja2 import Environment, PackageLoader, StrictUndefined

from accord import __version__
from accord.phrases import WITH_YEARS, fits

FILES = ("pvar.do", "pvar.R")
NEEDED = ("pvar_data", "pvar", "pvar_fit")
"""Tables that the scripts rest on."""
LONGEST = 60
HARMLESS = frozenset("-_.,:()&")
"""Marks that mean nothing inside a comment of either language."""


@dataclass(frozen=True)
class Group:
    """One group of the study: its number in the data, and the fit that leads."""

    number: int
    name: str
    units: int
    lags: int
    leading: str
    years: bool
    """Whether the leading fit has year effects taken out."""


def scripts(tree: xr.DataTree) -> dict[str, str]:
    """Texts of the scripts by file name; none where the tree holds no panel VAR."""
    if not set(NEEDED) <= set(tree.children):
        return {}
    env = Environment(
        loader=PackageLoader("accord.reports"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    facts = _facts(tree)
    return {name: env.get_template(f"{name}.j2").render(facts) for name in FILES} if facts["groups"] else {}


def write_scripts(tree: xr.DataTree, to: Path) -> None:
    """Write the scripts into a folder, which is made where there is something to write."""
    for name, text in scripts(tree).items():
        to.mkdir(exist_ok=True)
        (to / name).write_text(text, encoding="utf-8", newline="\n")


def in_comment(name: str) -> str:
    r"""A user's text as it may stand in a comment: letters, digits and a few marks on one line.

    Examples
    --------
    >>> in_comment('Ecology"; rm -rf / */ `x\' $y\n=HYPERLINK("http://x")'), in_comment("\u202e北京市"), in_comment("///")
    ('Ecology rm -rf x y HYPERLINK( http: x )', '北京市', 'without a name')
    """
    kept = (
        c if unicodedata.category(c)[0] in "LNM" or c in HARMLESS else " " for c in unicodedata.normalize("NFC", name)
    )
    text = " ".join("".join(kept).split())
    return text[:LONGEST].strip() or "without a name"


def _facts(tree: xr.DataTree) -> dict[str, Any]:
    """What the templates show: numbers, words of our own, and names made harmless."""
    data, fit = (tree[name].to_dataset() for name in ("pvar_data", "pvar_fit"))
    names = [str(name) for name in data["variable"].values]
    options = {made["step"]: made["options"] for made in json.loads(tree.attrs["methods"])}
    pvar, irf = options.get("pvar", {}), options.get("irf", {})
    first = [names.index(name) for name in pvar.get("order", []) if name in names]
    near, far = pvar.get("instrument_lags", [2, 4])
    return {
        "version": __version__,
        "variables": [{"number": k, "name": in_comment(name)} for k, name in enumerate(names, 1)],
        "groups": _groups(data, fit),
        "order": [k + 1 for k in [*first, *(k for k in range(len(names)) if k not in first)]],
        "differenced": _differenced(tree, names),
        "style": pvar.get("style", "xtabond"),
        "transform": "fd" if pvar.get("transform") == "fd" else "fod",
        "collapse": bool(pvar.get("collapse", True)),
        "near": int(near),
        "far": int(far),
        "max_lags": int(options.get("lag_order", pvar).get("max_lags", 3)),
        "horizon": int(irf.get("horizon", 10)),
        "draws": int(irf.get("draws", 500)),
        "seed": int(tree.attrs.get("seed", 1)),
    }


def _groups(data: xr.Dataset, fit: xr.Dataset) -> list[Group]:
    """The groups that have a fit."""
    out = []
    estimators = [str(e) for e in fit["estimator"].values]
    numbers = dict(zip(map(str, data["group"].values), data["group_number"].values, strict=True))
    for name in map(str, fit["group"].values):
        own = fit.sel(group=name)
        leads = np.flatnonzero(own["leading"].values)
        leading = estimators[leads[0]] if leads.size else ""
        if leading in fits() and name in numbers:
            at = own.isel(estimator=int(leads[0]))
            out.append(
                Group(
                    int(numbers[name]), in_comment(name), int(at["units"]), int(at["lags"]),
                    leading.removesuffix(WITH_YEARS), leading.endswith(WITH_YEARS),
                )
            )  # fmt: skip
    return sorted(out, key=lambda group: group.number)


def _differenced(tree: xr.DataTree, names: list[str]) -> list[int]:
    """Numbers of the variables that are taken in changes in some group."""
    if "unit_root_decision" not in tree.children:
        return []
    times = tree["unit_root_decision"].to_dataset()["differencing"]
    return [
        k
        for k, name in enumerate(names, 1)
        if name in times["variable"].values and bool(times.sel(variable=name).max())
    ]
