"""The works a study rests on: as lists of the page, and to take away as BibTeX and in the form of GB/T 7714."""

from __future__ import annotations

import json
from typing import NamedTuple
from urllib.parse import quote

import xarray as xr

from accord.references import REFERENCES
from accord.reports import words


class Download(NamedTuple):
    """A file inside the page."""

    name: str
    label: str
    address: str


def references(tree: xr.DataTree, language: str) -> list[tuple[str, list[str]]]:
    """The works that the methods rest on, in the order of the study, and the sources of the data."""
    lists = [(words.phrase(head, language), [_cited(k, language) for k in keys]) for head, keys in _keys(tree).items()]
    return [(head, works) for head, works in lists if works]


def downloads(tree: xr.DataTree, language: str) -> list[Download]:
    """The works as files: BibTeX of those that accord knows, GB/T 7714 of all."""
    keys = list(dict.fromkeys(key for own in _keys(tree).values() for key in own))
    known = [REFERENCES[key].bibtex() for key in keys if key in REFERENCES]
    listed = [f"[{k}] {_cited(key, 'zh')}" for k, key in enumerate(keys, 1)]
    files = {
        "references.bib": ("bibtex", "application/x-bibtex", "\n\n".join(known)),
        "references-gbt7714.txt": ("gb7714", "text/plain", "\N{BOM}" + "\r\n".join(listed)),
    }
    return [
        Download(name, words.phrase(label, language), f"data:{kind};charset=utf-8,{quote(text + chr(10))}")
        for name, (label, kind, text) in files.items()
        if text.strip("\N{BOM}")
    ]


def _keys(tree: xr.DataTree) -> dict[str, list[str]]:
    """Keys of the works by what they are cited for."""
    methods = json.loads(tree.attrs.get("methods", "[]"))
    every = {
        "of_methods": [key for made in methods for key in made["cite"]],
        "of_data": json.loads(tree.attrs.get("cite", "[]")),
    }
    return {head: list(dict.fromkeys(keys)) for head, keys in every.items()}


def _cited(key: str, language: str) -> str:
    """A work by its key, or a reference that is written out already."""
    reference = REFERENCES.get(key)
    if reference is None:
        return key
    return reference.gb7714() if language == "zh" else reference.text()
