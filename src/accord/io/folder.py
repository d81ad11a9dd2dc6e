"""The results folder: built beside its place and swapped in whole, so that an old one is never half replaced."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import xarray as xr

from accord.errors import FULL, DiskFull, InputError
from accord.io.results import read_tree

RUN = "run.json"
CELLS = "cells.zarr"
"""Results of a cube, cell by cell: too many files to list."""
EXTRAS = ("report.docx",)
"""Files of ours that need an extra: where it is gone, older ones are not kept as somebody else's."""


def partial(out: Path) -> Path:
    """Where the new folder is built."""
    return out.parent / f".{out.name}.partial"


def work(out: Path, key: str) -> Path:
    """Where a long run keeps what is done until it is whole, by the digest of all that it depends on."""
    return out.parent / ".accord" / "work" / out.name / key


def drop_work(out: Path, but: Path | None = None) -> None:
    """Remove what unfinished runs into the same place kept, but that of one of them."""
    for one in (out.parent / ".accord" / "work" / out.name).glob("*"):
        if one != but:
            shutil.rmtree(one, ignore_errors=True)
    if but is None:
        for empty in (out.parent / ".accord" / "work" / out.name, out.parent / ".accord" / "work"):
            with suppress(OSError):
                empty.rmdir()


def old(out: Path) -> Path:
    """Where the old folder waits during the swap."""
    return out.parent / f".{out.name}.old"


def our_run(folder: Path) -> dict[str, Any] | None:
    """The `run.json` of a finished results folder of ours; None for anything else."""
    try:
        found = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "accord" in found else None


def check(out: Path) -> None:
    """Refuse an output place that is a file, or a folder with something in it that is not ours.

    Raises
    ------
    InputError
        With the place and the mend.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; name a folder with --out")
    if out.is_dir() and any(out.iterdir()) and our_run(out) is None:
        raise InputError(f"{out} holds files that are not accord's (no {RUN}); name another folder with --out")
    _refuse_strangers(out)
    if out.is_dir() and (os.path.ismount(out) or Path.cwd().is_relative_to(out)):
        raise InputError(
            f"{out} is a mounted disk or the folder you stand in and cannot be replaced; name a folder inside it with --out"
        )


def _refuse_strangers(out: Path) -> None:
    """Refuse to work where somebody else keeps files under the names that a swap needs."""
    if old(out).exists() and our_run(old(out)) is None:
        raise InputError(f"{old(out)} is needed for the swap and holds files that are not accord's; move it away")


def recover(out: Path) -> None:
    """Finish a swap that was interrupted: the new folder if it is complete, else the old one back."""
    if not out.exists() and old(out).exists():
        source = partial(out) if our_run(partial(out)) is not None else old(out)
        source.rename(out)
    if out.exists() and our_run(old(out)) is not None:
        shutil.rmtree(old(out))


@contextmanager
def swapped(out: Path) -> Iterator[Path]:
    """A fresh folder to fill, which takes the place of `out` once the block ends without an error.

    Files in the old folder that accord did not write are carried over. On an error, Ctrl-C included,
    the fresh folder is removed and the old one stays as it was.

    Raises
    ------
    InputError
        If the place cannot be used, or the disk is full.
    """
    fresh = partial(out)
    with plain_errors(out):
        check(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        with _lock(out):
            recover(out)
            if fresh.exists():
                shutil.rmtree(fresh)
            fresh.mkdir()
            try:
                yield fresh
                _carry(out, fresh)
                if out.exists():
                    out.rename(old(out))
                fresh.rename(out)
            finally:
                if not out.exists() and old(out).exists():
                    old(out).rename(out)
                shutil.rmtree(fresh, ignore_errors=True)
                shutil.rmtree(old(out), ignore_errors=True)


@contextmanager
def refreshed(out: Path) -> Iterator[Path]:
    """A folder to fill, whose files then take the places of those in `out`, each whole.

    Raises
    ------
    InputError
        If the place cannot be used, or the disk is full.
    """
    fresh = partial(out)
    with plain_errors(out, "make it writable, or copy it"), _lock(out):
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            yield fresh
            for name in listed(fresh):
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).replace(out / name)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def listed(folder: Path) -> list[str]:
    """Files below a folder by their names in it, without a cube's cells."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file() or path.is_symlink())
    return [name.as_posix() for name in found if CELLS not in name.parts]


def lay(made: Path, place: Path) -> None:
    """Move what was made elsewhere below the same parent into its place, without unfinished files of killed writers."""
    for rest in made.rglob("*.partial"):
        rest.unlink(missing_ok=True)
    made.replace(place)


def keep(before: Path, now: Path) -> None:
    """Arrays of an earlier store that the new one lacks, without a second copy on disk where it can be had."""
    if before.is_dir():
        now.mkdir(exist_ok=True, parents=True)
        for path in before.iterdir():
            if path.is_dir() and not (now / path.name).exists():
                shutil.copytree(path, now / path.name, copy_function=_link)
            elif path.is_file() and not (now / path.name).exists():
                _link(path, now / path.name)


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def plain_errors(place: Path, mend: str = "name another place") -> Iterator[None]:
    """What the disk says, in one sentence with what to do."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        if _full(error):
            raise DiskFull(place) from error
        if not isinstance(error, OSError):
            raise
        if error.errno in (
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
            errno.ENOTDIR,
            errno.ENOENT,
            errno.ENAMETOOLONG,
            errno.EINVAL,
            errno.EEXIST,
            errno.EISDIR,
            errno.ENOTEMPTY,
            errno.EBUSY,
            errno.EXDEV,
            errno.ELOOP,
        ):
            where = error.filename2 or error.filename or place
            raise InputError(f"{place} cannot be written ({error.strerror}: {where}); {mend}") from error
        raise


def _full(error: BaseException | None) -> bool:
    """Whether a full disk lies at the bottom of an error: writers that fail to clean up hide it under their own."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def write_text(path: Path, text: str) -> None:
    """A text file written whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _carry(out: Path, fresh: Path) -> None:
    """Copy what somebody else put into the old folder."""
    run = our_run(out)
    if run is None:
        return
    written = [*run.get("files", []), *EXTRAS]
    for name in listed(out):
        target = fresh / name
        if name not in written and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(out / name, target, follow_symlinks=False)


@contextmanager
def _lock(out: Path) -> Iterator[None]:
    """One run at a time per output folder; released by the system however the run ends."""
    state = out.parent / ".accord"
    state.mkdir(exist_ok=True)
    handle = os.open(state / f"{out.name}.lock", os.O_RDWR | os.O_CREAT)
    try:
        try:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except BlockingIOError as error:
            raise InputError(
                f"{out}: another run is writing there; wait for it or name another folder with --out"
            ) from error
        yield
    finally:
        os.close(handle)


def read_results(place: Path) -> xr.DataTree:
    """The results tree of a folder, from its `study.nc`."""
    file = place / "study.nc"
    if not file.is_file():
        raise InputError(f"{place}: no study.nc there; name a results folder of `accord run`")
    try:
        tree = read_tree(file)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(f"{file} cannot be read as a study ({error}); run the plan again") from error
    if not {"language", "steps", "methods", "warnings"} <= set(tree.attrs):
        raise InputError(f"{file} is not a study of accord's; name a results folder of `accord run`")
    return tree
