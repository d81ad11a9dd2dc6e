"""The tables of a study in their order with their figures, numbered once for the page, the document and the fragments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import xarray as xr

from accord.reports import words
from accord.reports.outline import arranged, step_of
from accord.reports.sections import HIDDEN, Drawn, Names, Section, section_of


def tables_of(tree: xr.DataTree, names: Names, language: str) -> dict[str, Section]:
    """The tables in their order, as they stand before they are numbered."""
    place = step_of(tree)
    told = [name for _, _, steps in arranged(tree) for step in steps for name in place if place[name] == step]
    return {n: section_of(n, tree[n].to_dataset(), names, language) for n in told}


def sections_of(
    tree: xr.DataTree,
    figures: Mapping[str, list[Path]],
    names: Names,
    language: str,
    tables: dict[str, Section] | None = None,
) -> list[Section]:
    """The tables in their order with their figures, numbered; those with nothing to show are left out.

    `tables` are those of `tables_of`, where they have been made already; they are taken over and numbered.
    """
    from accord.plot import FIGURES
    from accord.plot.catalogue import caption

    made = tables_of(tree, names, language) if tables is None else tables
    number = 0
    for section in made.values():
        for name, (_, table, _text) in FIGURES.items():
            if table == section.name and name in figures:
                number += 1
                section.figures.append(Drawn(name, caption(name, tree, language), number, figures[name]))
    for name, partner in HIDDEN.items():
        if name in made and not made[name].figures:
            gone = made.pop(name)
            if partner in made:
                made[partner].methods[:0] = gone.methods
                made[partner].formulas[:0] = gone.formulas
                made[partner].notes.append(gone.notes[0])
    if "pvar" in made and "pvar_data" in tree.children:
        made["pvar"].notes.append(words.phrase("scripts", language))
    shown = [s for s in made.values() if s.rows and s.name not in HIDDEN]
    for k, section in enumerate(shown, 1):
        section.number = k
    return [s for s in made.values() if s.number or s.figures or (s.methods and _has_rows(tree, s.name))]


def _has_rows(tree: xr.DataTree, name: str) -> bool:
    """Whether a table has any row: nothing is said of one that has none, such as that of pairs of regions without regions."""
    return 0 not in tree[name].to_dataset().sizes.values()
