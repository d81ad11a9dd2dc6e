"""Panels from tables, and tables to CSV and workbook, with text that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from accord.core import gaps
from accord.errors import InputError
from accord.sheets import WORKBOOKS, Sheet, folded, read_sheets
from accord.study.panel import build_panel
from accord.study.plan import PanelSpec
from accord.study.system import IndicatorSystem

PLAIN_COLUMNS = ("direction",)
LONGEST = 60_000
"""Rows beyond which a table is left to its CSV: a sheet ends at 1,048,576 rows and is unusable long before."""
RISKY = ("=", "+", "-", "@", "\t", "\r")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


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
) -> xr.Dataset:
    """A panel from a long CSV (UTF-8, GB18030) or a workbook with sheets `data` and `indicators`.

    Parameters
    ----------
    source
        The file: a row per unit and year.
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

    Returns
    -------
    Dataset with `indicators` (unit, time, indicator), or `score` (unit, time, subsystem); its attribute
    `encoding` says how a CSV was read, UTF-8 or GB18030.

    Raises
    ------
    InputError
        One sentence naming file, sheet, row and column, and the mend.
    """
    if not isinstance(source, str | Path):
        raise InputError(f"a file is named by its path, and this is a {type(source).__name__}")
    data, own = _sheets(Path(source))
    if system is None and indices is None and own is not None:
        system = IndicatorSystem.from_table(own)
    elif system is not None and not isinstance(system, IndicatorSystem):
        system = IndicatorSystem.from_table(system)
    return build_panel(
        data, system, indices, unit=unit, time=time, region=region, label_zh=label_zh,
        inside=inside, ends=ends, k=k, deflator_base=deflator_base,
    )  # fmt: skip


def read_study_panel(spec: PanelSpec) -> xr.Dataset:
    """The panel a plan describes."""
    data, own = _sheets(Path(spec.source))
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
    panel = build_panel(
        data, system, spec.indices, unit=spec.unit, time=spec.time, region=spec.region, label_zh=spec.label_zh,
        inside=g.inside, ends=g.ends, k=g.k, deflator_base=spec.deflator_base,
    )  # fmt: skip
    if spec.boundaries is not None and spec.boundaries.match is not None:
        used = folded(spec.boundaries.match)
        panel.attrs["unused_columns"] = [c for c in panel.attrs["unused_columns"] if c != used]
    return panel


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """A tidy table as CSV (UTF-8), floats to their last digit."""
    safe(frame).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_workbook(frames: Mapping[str, pd.DataFrame], path: Path) -> None:
    """One sheet per table: bold head, frozen; number formats; text is never a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for name, frame in frames.items():
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        if len(frame) > LONGEST:
            sheet.append([f"{len(frame)} rows: too long for a sheet, see tables/{name}.csv"])
            continue
        frame = safe(frame)
        for i, column in enumerate(frame.columns, 1):
            longest = max([len(str(column)), *(len(str(v)) for v in frame[column].head(50) if isinstance(v, str))])
            sheet.column_dimensions[get_column_letter(i)].width = min(max(10, longest + 2), 48)
        sheet.append([_bold(WriteOnlyCell(sheet, str(c)), Font(bold=True)) for c in frame.columns])
        formats = ["0.0000" if frame[c].dtype.kind == "f" else None for c in frame.columns]
        for row in frame.itertuples(index=False):
            sheet.append([_cell(WriteOnlyCell, sheet, value, form) for value, form in zip(row, formats, strict=True)])
    if not frames:
        book.create_sheet("empty")
    book.save(path)


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with texts that a spreadsheet would run (= + - @ tab CR first) marked by a leading '."""
    out = frame.copy()
    for column in out:
        if column not in PLAIN_COLUMNS and out[column].dtype.kind not in "biuf":
            out[column] = out[column].map({v: _guard(v) for v in out[column].unique()})
    return out.rename(columns=_guard)


def _guard(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def _bold(cell: Any, font: Any) -> Any:
    cell.font = font
    return cell


def _cell(make: Any, sheet: Any, value: Any, form: str | None) -> Any:
    if isinstance(value, str):
        cell = make(sheet, ILLEGAL.sub(" ", value))
        cell.data_type = "s"
        return cell
    if value is None or value != value:
        return None
    if form is None:
        return value.item() if hasattr(value, "item") else value
    cell = make(sheet, float(value))
    cell.number_format = form if abs(value) < 1e6 else "0.000E+00"
    return cell


def _sheets(path: Path) -> tuple[Sheet, Sheet | None]:
    """The data sheet, and the sheet `indicators` of a workbook that has one."""
    if path.suffix.lower() not in WORKBOOKS:
        return read_sheets(path)[""], None
    found = read_sheets(path, ("data", "indicators"))
    if "data" not in found:
        raise InputError(f'{path}: the workbook has no sheet "data"; name the sheet with the long table so')
    return found["data"], found.get("indicators")
