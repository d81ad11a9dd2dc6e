"""Compiled programs of the LSTM kept between runs, by JAX's own cache.

Compiling takes about two seconds a program, reading it back a twentieth. JAX is told where through its environment
variables, so `keep` belongs at the start of a process of our own (the command line): in a user's process nothing is set.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import MutableMapping
from pathlib import Path

KEPT = 200
"""Files left in the folder, the newest, of a tenth of a megabyte each; JAX's own limit needs a further package."""


def folder(environ: MutableMapping[str, str]) -> Path:
    """Where programs are kept: ACCORD_CACHE, or `accord` in the user's cache folder; one for each type of processor.

    A program holds the instructions of the processor that compiled it, and a home may be shared by several.
    """
    if environ.get("ACCORD_CACHE"):
        base = Path(environ["ACCORD_CACHE"])
    elif sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        base = Path(environ["LOCALAPPDATA"]) / "accord" / "cache"
    else:
        base = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "accord"
    return base / "programs" / hashlib.sha256(_processor().encode()).hexdigest()[:16]


def keep(environ: MutableMapping[str, str] = os.environ) -> Path | None:
    """Let JAX keep what it compiles; the folder, or None where nothing was set.

    Nothing is set when the user has named a folder of JAX's own, when JAX is imported already (it has read its
    variables), or when the folder cannot be written. ACCORD_CACHE = "off" turns it off.
    """
    if "jax" in sys.modules or "JAX_COMPILATION_CACHE_DIR" in environ or environ.get("ACCORD_CACHE") == "off":
        return None
    try:
        place = folder(environ)
        place.mkdir(parents=True, exist_ok=True)
        probe = place / f".{os.getpid()}"
        probe.touch()
        probe.unlink()
        for old in sorted(place.iterdir(), key=lambda file: file.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None
    environ["JAX_COMPILATION_CACHE_DIR"] = str(place)
    environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.5")
    return place


def _processor() -> str:
    """What tells one type of processor from another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    told = sorted({line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))})
    return "\n".join([platform.machine(), platform.processor(), *told])
