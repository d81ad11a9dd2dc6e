"""Which files of a folder are read as exports, and which are passed over and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from accord.errors import InputError
from accord.sheets import STORED, WORKBOOKS

TEXTS = (".csv", ".tsv", ".txt")
READ = (*WORKBOOKS, *TEXTS, *STORED)
MOST_FILES = 2_000
MOST_ENTRIES = 50_000
"""Files and folders that are looked at before a folder is taken for another than the exports'."""


def listed(folder: Path) -> tuple[list[Path], list[tuple[str, str]]]:
    """Files of a folder and the folders in it, and what else has a table's name: its name, and why it is not read.

    Hidden folders, hidden files of other kinds and the locks of spreadsheet programs go without a word.

    Raises
    ------
    InputError
        If there are too many.
    """
    files, passed = [], []
    for path in sorted(_entries(folder)):
        table = path.suffix.lower() in READ
        why = _passed_over(path)
        if path.name.startswith(("~$", ".~lock.", "._")):
            continue
        if not why:
            files.append(path)
        elif table or path.is_symlink():
            passed.append((str(path.relative_to(folder)), why))
    if len(files) > MOST_FILES:
        raise InputError(f"{folder}: {len(files)} files, more than {MOST_FILES}; name the folder of the exports alone")
    return files, passed


def refuse_among(place: str | Path, out: Path) -> None:
    """Refuse to write into a folder of exports, or over the one that was read."""
    source, target = Path(place).resolve(), out.resolve()
    if target == source:
        raise InputError(f"{out} is the file that is read; write to another")
    if source.is_dir() and target.is_relative_to(source):
        raise InputError(
            f"{out} lies in {place}, the folder that is read, and would be read as one of its files; write it elsewhere"
        )


def _entries(folder: Path) -> Iterator[Path]:
    """Everything in a folder that is not itself a folder; links to folders are not followed."""
    count = 0
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        folders[:] = [name for name in folders if not name.startswith(".") and name not in links]
        count += len(folders) + len(names)
        if count > MOST_ENTRIES:
            raise InputError(f"{folder}: more than {MOST_ENTRIES:,} files; name the folder of the exports alone")
        yield from (Path(place, name) for name in [*names, *links])


def _passed_over(path: Path) -> str:
    if path.name.startswith("."):
        return "a hidden file; rename it so that its name does not begin with a dot"
    if path.is_dir():
        return "a link to a folder, which is not followed"
    if not path.exists():
        return "a link to a file that is not there"
    return "" if path.is_file() else "a pipe or a device, not a file"
