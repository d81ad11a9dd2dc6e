"""Panels from tables, and tables to CSV, with text that no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from accord.core import gaps
from accord.errors import InputError
from accord.io.exports import Exports, is_exports, read_exports
from accord.io.folder import plain_errors
from accord.io.listing import refuse_among
from accord.sheets import WORKBOOKS, Sheet, folded, read_grids, read_sheets
from accord.study.columns import TIME_NAMES
from accord.study.panel import build_panel
from accord.study.plan import PanelSpec
from accord.study.system import IndicatorSystem

PLAIN_COLUMNS = ("direction",)
RISKY = ("=", "+", "-", "@", "\t", "\r")


def read_panel(
    source: str | Path,
    system: IndicatorSystem | str | Path | pd.DataFrame | None = None,
    unit: str | None = None,
    time: str | None = None,
    region: str | None = None,
    *,
    label_zh: str | None = None,
    indices: list[str] | None = None,
    inside: gaps.Inside = "linear",
    ends: gaps.Ends = "hold",
    k: int = 3,
    deflator_base: int | None = None,
    units: str | Path | None = None,
) -> xr.Dataset:
    """A panel from a long table, from a workbook with sheets `data` and `indicators`, or from a folder of exports.

    Parameters
    ----------
    source
        The file: a row per unit and year. Or a folder of a statistics office's exports, or one of them:
        tables of years across or down, one or more indicators each, with titles, notes and merged heads.
    system
        The indicator system, or its table as a file or a DataFrame; a workbook's own sheet `indicators`
        is taken where there is one. Without either, every number column is an indicator.
    unit, time, region, label_zh
        Columns; found by their usual names where not given (year, time, 年份; region, 地区分组; unit is
        the first other text column).
    indices
        Columns that already hold the subsystem indices in [0, 1], instead of a system.
    inside, ends
        Gap rules: `linear` in time; `hold`, `trend` or `nearest_mean` at the ends.
    k
        Observations that `trend` and `nearest_mean` look at.
    deflator_base
        Year whose prices deflated indicators are in; the first by default.
    units
        For exports: a table of one's own units with the columns `key`, `name`, `name_zh`, `region`, `aliases`.
        Provinces of China and states of the US are known without.

    Returns
    -------
    Dataset with `indicators` (unit, time, indicator), or `score` (unit, time, subsystem); its attribute
    `encoding` says how a CSV was read: UTF-8, UTF-16 or GB18030. Of exports the attribute `read` says what was read
    from where; without a system their values are as they stand, NaN where there is none, and with one gaps
    are filled over the years that all its raw columns cover.

    Raises
    ------
    InputError
        One sentence naming file, sheet, row and column, and the mend.
    """
    if not isinstance(source, str | Path):
        raise InputError(f"a file is named by its path, and this is a {type(source).__name__}")
    if system is not None and not isinstance(system, IndicatorSystem):
        system = IndicatorSystem.from_table(system)
    how: dict[str, Any] = {"inside": inside, "ends": ends, "k": k, "deflator_base": deflator_base}
    found = _input(Path(source), units, named=any(n is not None for n in (unit, time, region, label_zh)))
    if isinstance(found, Exports):
        needed = indices if indices is not None else list(system.columns()) if system is not None else None
        return found.panel() if needed is None else _from_exports(found, system, indices, needed, how)
    data, own = found
    if system is None and indices is None and own is not None:
        system = IndicatorSystem.from_table(own)
    return build_panel(data, system, indices, unit=unit, time=time, region=region, label_zh=label_zh, **how)


def read_study_panel(spec: PanelSpec) -> xr.Dataset:
    """The panel a plan describes."""
    exports = read_exports(spec.source, spec.units) if is_exports(spec.source) else None
    if exports is None and spec.units is not None:
        raise InputError(
            f"{spec.source} is a table with a row per unit and year, which needs no `units`; take them out of the plan"
        )
    data, own = _sheets(Path(spec.source)) if exports is None else (None, None)
    system = None
    if spec.indices is None:
        if spec.indicators is None and own is None:
            lacking = f"{spec.source}: " + (
                'no sheet "indicators", and ' * (Path(spec.source).suffix.lower() in WORKBOOKS)
            )
            raise InputError(
                f"{lacking}the plan names no indicator table; set panel.indicators, or panel.indices for columns that hold indices"
            )
        system = IndicatorSystem.from_table(spec.indicators if spec.indicators is not None else own)  # type: ignore[arg-type]
    g = spec.gaps
    how: dict[str, Any] = {"inside": g.inside, "ends": g.ends, "k": g.k, "deflator_base": spec.deflator_base}
    if exports is not None:
        needed = spec.indices if system is None else list(system.columns())
        return _from_exports(exports, system, spec.indices, needed or [], how)
    assert data is not None
    columns: dict[str, Any] = {"unit": spec.unit, "time": spec.time, "region": spec.region, "label_zh": spec.label_zh}
    panel = build_panel(data, system, spec.indices, **columns, **how)
    if spec.boundaries is not None and spec.boundaries.match is not None:
        used = folded(spec.boundaries.match)
        panel.attrs["unused_columns"] = [c for c in panel.attrs["unused_columns"] if c != used]
    return panel


def _input(path: Path, units: str | Path | None, named: bool) -> Exports | tuple[Sheet, Sheet | None]:
    """The table with a row per unit and year that a file is, or else what it, or a folder, holds as exports.

    With columns `named`, or one that is called as years are, a file is such a table and refused as one.
    """
    if is_exports(path) or units is not None:
        return read_exports(path, units)
    try:
        found = _sheets(path)
    except InputError:
        if named or _heads_years(path):
            raise
        try:
            return read_exports(path)
        except InputError:
            pass
        raise
    if named or _is_long(found[0]):
        return found
    try:
        exports = read_exports(path)
    except InputError:
        return found
    return exports if exports.known or not _years(found[0]) else found


def _is_long(sheet: Sheet) -> bool:
    """Whether a table has a column of years and one of names."""
    years = _years(sheet)
    others = sheet.frame[[c for c in sheet.columns if c not in years]]
    return bool(years) and any(not c or not c[0].isdecimal() for c in others.head(1).to_numpy().ravel().tolist())


def _years(sheet: Sheet) -> list[str]:
    return [c for c in sheet.columns if c.lower() in TIME_NAMES]


def _heads_years(path: Path) -> bool:
    """Whether a file that was refused means to be a table with a row per unit and year."""
    if path.suffix.lower() in WORKBOOKS:
        return "data" in read_sheets(path)
    grid = next(read_grids(path))
    head: list[str] = next((row.tolist() for row in grid.cells if any(row)), [])
    return any(folded(text).lower() in TIME_NAMES for text in head)


def _from_exports(
    exports: Exports,
    system: IndicatorSystem | None,
    indices: list[str] | None,
    needed: Sequence[str],
    how: Mapping[str, Any],
) -> xr.Dataset:
    sheet = exports.sheet(needed)
    label_zh = "label_zh" if "label_zh" in sheet.frame else None
    panel = build_panel(sheet, system, indices, unit="unit", time="year", label_zh=label_zh, **how)
    kept = [int(year) for year in panel["time"].values[[0, -1]]]
    panel.attrs["read"] = exports.told()
    if kept != [exports.years[0], exports.years[-1]]:
        panel.attrs["read"] += f"\nkept: {kept[0]}-{kept[1]}, the years that every column asked for covers"
    return panel


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """A tidy table as CSV (UTF-8), floats to their last digit."""
    safe(frame).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_panel(found: Exports, path: Path) -> None:
    """What exports hold as a CSV with a row per unit and year, written whole or not at all.

    Raises
    ------
    InputError
        If it would lie among the exports, where it would be read as one of them the next time.
    """
    refuse_among(found.place, path)
    part = path.with_name(f".{path.name}.part")
    with plain_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_csv(found.table(), part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with texts that a spreadsheet would run (= + - @ tab CR first) marked by a leading '."""
    out = frame.copy()
    for column in out:
        if column not in PLAIN_COLUMNS and out[column].dtype.kind not in "biuf":
            out[column] = out[column].map({v: _guard(v) for v in out[column].unique()})
    return out.rename(columns=_guard)


def _guard(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def _sheets(path: Path) -> tuple[Sheet, Sheet | None]:
    """The data sheet, and the sheet `indicators` of a workbook that has one."""
    if path.suffix.lower() not in WORKBOOKS:
        return read_sheets(path)[""], None
    found = read_sheets(path, ("data", "indicators"))
    if "data" not in found:
        raise InputError(f'{path}: the workbook has no sheet "data"; name the sheet with the long table so')
    return found["data"], found.get("indicators")
