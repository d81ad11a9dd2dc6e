"""Files of shapes to features: properties and polygons, from GeoJSON or a shapefile. Knows nothing of panels."""

from __future__ import annotations

import codecs
import json
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import InputError, brief, one_line

Ring = NDArray[np.float64]
"""Longitudes and latitudes of a closed line, (n, 2), the first not repeated at the end."""
POLYGONS = (5, 15, 25)
"""Kinds of shape in a shapefile that are polygons."""
DEGREES = "save the file in degrees of longitude and latitude (EPSG:4326)"


@dataclass(frozen=True)
class Feature:
    """A feature of the file: its properties, and its polygons as rings, the outer one first."""

    properties: dict[str, Any]
    polygons: list[list[Ring]]
    kind: str = "Polygon"


def read_features(path: Path) -> list[Feature]:
    """What a file of either kind holds.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged or of another kind, or says that its coordinates are projected.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file")
    if not path.exists():
        raise InputError(f"{path}: no such file (boundaries)")
    kinds = {".shp": _shapefile, ".geojson": _geojson, ".json": _geojson}
    if path.suffix.lower() not in kinds:
        raise InputError(f"{path}: boundaries are GeoJSON (.geojson, .json) or a shapefile (.shp); convert the file")
    try:
        found = kinds[path.suffix.lower()](path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if not found:
        raise InputError(f"{path}: the file has no features")
    return found


def _geojson(path: Path) -> list[Feature]:
    raw = path.read_bytes()
    if not raw.strip():
        raise InputError(f"{path}: the file is empty")
    try:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        found = json.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: the text is neither UTF-8 nor GB18030; save the file as UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not GeoJSON ({error}); save the boundaries as GeoJSON") from error
    kind = found.get("type") if isinstance(found, dict) else None
    if kind == "Feature":
        found, kind = {"features": [found]}, "FeatureCollection"
    if kind != "FeatureCollection" or not isinstance(found.get("features"), list):
        what = "TopoJSON" if kind == "Topology" else f'type "{brief(kind)}"' if kind else "it has no features"
        raise InputError(f"{path}: not GeoJSON with features ({what}); save the boundaries as a FeatureCollection")
    return [_feature(one, f"{path}, feature {i + 1}") for i, one in enumerate(found["features"])]


def _feature(one: Any, place: str) -> Feature:
    if not isinstance(one, dict):
        raise InputError(f"{place}: not a GeoJSON feature; mend the file")
    properties, shape = one.get("properties"), one.get("geometry")
    known = dict(properties) if isinstance(properties, dict) else {}
    known |= {"id": one["id"]} if "id" in one and "id" not in known else {}
    if not isinstance(shape, dict):
        return Feature(known, [], "no geometry")
    return Feature(known, _polygons(shape, place), str(shape.get("type")))


def _polygons(shape: dict[str, Any], place: str) -> list[list[Ring]]:
    """Polygons of a GeoJSON geometry; other kinds of geometry have none."""
    kind, parts = shape.get("type"), shape.get("coordinates")
    if kind == "GeometryCollection":
        return [polygon for one in shape.get("geometries") or [] for polygon in _polygons(one, place)]
    if kind not in ("Polygon", "MultiPolygon"):
        return []
    several: Any = [parts] if kind == "Polygon" else parts or []
    try:
        made = [[_ring(ring) for ring in polygon] for polygon in several]
    except (TypeError, ValueError, IndexError) as error:
        raise InputError(f"{place}: its coordinates are no rings of longitude and latitude; mend the file") from error
    return [
        [polygon[0], *(r for r in polygon[1:] if len(r) > 2)] for polygon in made if polygon and len(polygon[0]) > 2
    ]


def _ring(points: Any) -> Ring:
    ring = np.array([(float(p[0]), float(p[1])) for p in points], dtype="f8").reshape(-1, 2)
    return ring[:-1] if len(ring) > 1 and (ring[0] == ring[-1]).all() else ring


def _shapefile(path: Path) -> list[Feature]:
    try:
        import shapefile
    except ImportError as error:
        raise InputError('a shapefile needs the extra "map": pip install "accord[map]"') from error
    beside = {p.suffix.lower(): p for p in path.parent.glob(f"{_literal(path.stem)}.*")}
    if ".dbf" not in beside:
        raise InputError(f"{path}: its {path.stem}.dbf, which holds the names, is not beside it; put it there")
    if ".prj" in beside:
        system = beside[".prj"].read_text(encoding="utf-8", errors="replace").lstrip("\ufeff \n")
        if system.startswith(("PROJCS", "PROJCRS")):
            called = system.partition('"')[2].partition('"')[0]
            raise InputError(f"{path}: its coordinates are projected ({brief(called)}), not degrees; {DEGREES}")
    said = beside[".cpg"].read_text(encoding="ascii", errors="replace").strip() if ".cpg" in beside else ""
    try:
        found = list(_shapes(shapefile, path, beside))
    except (InputError, OSError):
        raise
    except Exception as error:  # a damaged file can stop the parser anywhere
        raise InputError(f"{path}: not a shapefile this can read ({one_line(error)}); save it again") from error
    texts = [v for _, properties, _ in found for item in properties.items() for v in item if isinstance(v, str)]
    codec = _codec(said) or next(c for c in ("utf-8", "gb18030", "latin-1") if _decodes(texts, c))
    return [_shape(properties, shape, f"{path}, feature {i + 1}", codec) for i, properties, shape in found]


def _shapes(shapefile: Any, path: Path, beside: dict[str, Path]) -> Iterator[tuple[int, dict[str, Any], Any]]:
    """Records and shapes; their texts are bytes still, each shown as a character."""
    with ExitStack() as stack, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = {"shp": path, "dbf": beside[".dbf"], "shx": beside.get(".shx")}
        opened = {kind: stack.enter_context(place.open("rb")) for kind, place in files.items() if place is not None}
        reader = shapefile.Reader(**opened, encoding="latin-1")
        for i, item in enumerate(reader.iterShapeRecords()):
            polygon = item.shape.shapeType in POLYGONS
            kind = "no geometry" if item.shape.shapeType == 0 else item.shape.shapeTypeName
            yield i, item.record.as_dict(), item.shape.__geo_interface__ if polygon else {"type": kind}


def _shape(properties: dict[str, Any], shape: dict[str, Any], place: str, codec: str) -> Feature:
    def decoded(value: Any) -> Any:
        return value.encode("latin-1").decode(codec, "ignore").strip("\x00 ") if isinstance(value, str) else value

    known = {decoded(key): decoded(value) for key, value in properties.items()}
    return Feature(known, _polygons(shape, place), str(shape["type"]))


def _decodes(texts: list[str], codec: str) -> bool:
    try:
        "".join(texts).encode("latin-1").decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _codec(name: str) -> str:
    """The codec that a .cpg file names, by name or by the number of a code page; empty where it names none."""
    pages = {"65001": "utf-8", "ANSI 936": "gb18030", "OEM 936": "gb18030"}
    for form in (pages.get(name, name), f"cp{name}"):
        try:
            return codecs.lookup(form).name
        except LookupError:
            continue
    return ""


def _literal(stem: str) -> str:
    """A file's stem with the signs that `glob` reads taken literally."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)
