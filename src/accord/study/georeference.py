"""Where a grid lies on the earth: its reference system, its corner and the size of its cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Transform = tuple[float, float, float, float]
"""Outer corner of the first cell and the steps from cell to cell: x, dx, y, dy."""
REGULAR = 1e-3
"""By how much of a step cells may be out of place on a grid that counts as regular."""
DEGREES = ("GEOGCS", "GEOGCRS", "GEODCRS", "GEODETICCRS")
"""How the text of a reference system in degrees of longitude and latitude begins (WKT)."""


@dataclass(frozen=True)
class Georeference:
    """The reference system of a grid as text (WKT), empty where unknown, and whether it is in degrees."""

    crs: str = ""
    degrees: bool = False
    mapping: dict[str, Any] = field(default_factory=dict)
    """Attributes of the grid mapping as the CF conventions name them, where the source has them."""

    @classmethod
    def of(cls, crs: str, degrees: bool = False, mapping: dict[str, Any] | None = None) -> Georeference:
        """In degrees where the system says so; where it says nothing, as `degrees` says."""
        return cls(crs, crs.lstrip().upper().startswith(DEGREES) if crs else degrees, mapping or {})

    def attrs(self, transform: Transform | None) -> dict[str, Any]:
        """Attributes of the variable `spatial_ref`, as xarray, GDAL and QGIS read it."""
        known = {"crs_wkt": self.crs, "spatial_ref": self.crs} if self.crs else {}
        name = {"grid_mapping_name": "latitude_longitude"} if self.degrees else {}
        x, dx, y, dy = transform or (0.0, 0.0, 0.0, 0.0)
        corner = {"GeoTransform": " ".join(repr(v) for v in (x, dx, 0.0, y, 0.0, dy))} if transform else {}
        return {**name, **self.mapping, **known, **corner}


def transform_of(y: NDArray[Any] | None, x: NDArray[Any] | None) -> Transform | None:
    """Corner and steps of a grid by the centres of its cells; None where they are unknown or not evenly spaced.

    Examples
    --------
    >>> import numpy as np
    >>> transform_of(np.array([40.5, 39.5]), np.array([100.5, 101.5, 102.5]))
    (100.0, 1.0, 41.0, -1.0)
    """
    steps = []
    for centres in (x, y):
        if centres is None or centres.size < 2 or centres.dtype.kind not in "iuf":
            return None
        at = np.asarray(centres, dtype="f8")
        step = float((at[-1] - at[0]) / (at.size - 1))
        if step == 0 or not np.abs(at - (at[0] + step * np.arange(at.size))).max() <= REGULAR * abs(step):
            return None
        steps += [float(at[0]) - step / 2, step]
    return (steps[0], steps[1], steps[2], steps[3])


def centres(corner: float, step: float, number: int) -> NDArray[np.float64]:
    """Centres of cells along one axis."""
    return np.asarray(corner + step * (np.arange(number) + 0.5), dtype="f8")
