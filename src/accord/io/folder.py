"""The results folder: built beside its place and swapped in whole, so that an old one is never half replaced."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from accord.errors import InputError

RUN = "run.json"


def partial(out: Path) -> Path:
    """Where the new folder is built."""
    return out.parent / f".{out.name}.partial"


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


def recover(out: Path) -> None:
    """Finish a swap that was interrupted: the new folder if it is complete, else the old one back."""
    if not out.exists() and old(out).exists():
        source = partial(out) if our_run(partial(out)) is not None else old(out)
        source.rename(out)
    if out.exists() and old(out).exists():
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
                shutil.rmtree(fresh, ignore_errors=True)
            shutil.rmtree(old(out), ignore_errors=True)


@contextmanager
def plain_errors(place: Path) -> Iterator[None]:
    """What the disk says, in one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise InputError(f"{place}: the disk is full; nothing was changed, make room and run again") from error
        if error.errno in (
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
            errno.ENOTDIR,
            errno.ENOENT,
            errno.ENAMETOOLONG,
            errno.EINVAL,
        ):
            where = error.filename or place
            raise InputError(
                f"{place} cannot be written ({error.strerror}: {where}); name another folder with --out"
            ) from error
        raise


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
    written = set(run.get("files", [])) if run else set()
    if not run:
        return
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        name = path.relative_to(out)
        target = fresh / name
        if name.as_posix() not in written and "cells.zarr" not in name.parts and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


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
