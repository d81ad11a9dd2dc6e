"""Long results kept on disk under a key that says how they came about, so that a run can be taken up again.

A key is the digest of the method, its version and options, the keys of what it read, the source, and the
version of accord.
What changes any of them changes the key; nothing is ever overwritten with something else.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from accord import __version__
from accord.method import Choice
from accord.study.evaluate import Makers
from accord.study.tables import write_netcdf


@dataclass(frozen=True)
class Cache:
    """A folder of results by key; writing is atomic, what cannot be written or read counts as absent."""

    folder: Path
    seconds: float = 1.0
    """Results that took less are not worth a file."""
    room: int = 1 << 31
    """Bytes kept; beyond them the results that were not asked for longest go first."""

    def load(self, key: str) -> xr.Dataset | None:
        path = self._path(key)
        try:
            with xr.open_dataset(path, engine="h5netcdf") as found:
                loaded = found.load()
            path.touch()
            return loaded
        except (OSError, ValueError, KeyError):
            return None

    def save(self, key: str, result: xr.Dataset) -> None:
        path = self._path(key)
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_netcdf(result, part)
            part.replace(path)
            self._prune()
        except OSError:
            return  # no room to keep it: the next run computes it again
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    @property
    def beside(self) -> Path:
        """Where methods keep what does not depend on the data."""
        return self.folder / "laws"

    def _prune(self) -> None:
        files = sorted(
            ((p.stat(), p) for p in self.folder.rglob("*") if p.is_file()), key=lambda pair: -pair[0].st_mtime
        )
        held = 0
        for stat, path in files:
            held += stat.st_size
            if held > self.room:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.nc"


def key_of(name: str, makers: Makers, fingerprint: str) -> str:
    """The key of a variable under a set of methods and a source.

    Examples
    --------
    >>> key_of("indicators", {}, "abc") == key_of("indicators", {}, "abd")
    False
    """
    seen: dict[str, str] = {}

    def visit(name: str) -> str:
        if name not in seen:
            choice: Choice | None = makers.get(name)
            said = [__version__, fingerprint, name]
            if choice is not None:
                m = choice.method
                options = json.dumps(dict(choice.options), sort_keys=True, default=str)
                said = [m.id, str(m.version), options, name, *(visit(need) for need in m.needs)]
            seen[name] = hashlib.sha256("\x1f".join(said).encode()).hexdigest()
        return seen[name]

    return visit(name)
