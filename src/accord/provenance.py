"""What a run came from: digests of its files, versions, settings."""

from __future__ import annotations

import hashlib
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from accord.io.exports import export_files, is_exports
from accord.io.grid import is_grid
from accord.study.cube import CubeSource
from accord.study.plan import Plan
from accord.study.source import Source

LIBRARIES = ("numpy", "scipy", "pandas", "xarray", "h5netcdf", "matplotlib", "pydantic")
EXTRAS = ("zarr", "rasterio", "libpysal", "esda")
"""Libraries whose version is recorded where they are installed."""
File = dict[str, str]
"""Name of a file and its `sha256`, or the `fingerprint` of a cube."""


def digest(path: str | Path) -> File | None:
    """A file's name and SHA-256 as it is now; None where there is no such file."""
    path = Path(path)
    if not path.is_file():
        return None
    with path.open("rb") as handle:
        return {"file": path.name, "sha256": hashlib.file_digest(handle, "sha256").hexdigest()}


def digests(plan: Plan) -> list[File]:
    """The files that a plan names, as they are before anything is read."""
    shapes = [one.file for one in (plan.panel.boundaries, plan.panel.zones) if one is not None]
    source = plan.panel.source
    exports = [str(p) for p in export_files(Path(source))] if is_exports(source) and not is_grid(source) else []
    named = [plan.panel.source, *exports, plan.panel.indicators, plan.panel.neighbours, plan.panel.units, *shapes]
    for file in shapes:
        if file.lower().endswith(".shp"):
            named += [str(Path(file).with_suffix(end)) for end in (".dbf", ".shx")]
        named += [file + end for end in (".msk", ".aux.xml")]
    return [found for name in named if name is not None and (found := digest(name)) is not None]


def cube(source: Source) -> list[File]:
    """A cube by its fingerprint: a digest of the names, sizes and times of its files, not of all their bytes."""
    if not isinstance(source, CubeSource):
        return []
    return [{"file": Path(source.path).name, "fingerprint": source.fingerprint}]


def provenance(
    plan: Plan, engine: str, identity: dict[str, Any], plan_file: File | None, inputs: list[File]
) -> dict[str, Any]:
    """Versions, engine, seed, and the files that a run read."""
    return {
        "versions": {"python": platform.python_version(), **_versions()},
        "engine": engine, "seed": plan.seed, "identity": identity, "inputs": inputs,
        **({"plan_file": plan_file} if plan_file else {}),
    }  # fmt: skip


def _versions() -> dict[str, str]:
    """Versions of the libraries that numbers depend on."""
    out = {name: version(name) for name in LIBRARIES}
    for name in EXTRAS:
        with suppress(PackageNotFoundError):
            out[name] = version(name)
    return out
