"""Panels from tables, and tables to CSV and workbook, with text that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

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
LONGEST_TEXT = 32_767
"""Characters that a cell of a workbook holds."""
ROW = "\0"
"""Stands for the number of the row in a cell that is made once for many; no text keeps this character."""
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
    """One sheet per table: bold head, frozen; number formats; text is never a formula.

    openpyxl makes the book with its heads; rows go into its sheets as text, ten times faster than cell by cell.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book, below = Workbook(write_only=True), {}
    for k, (name, frame) in enumerate(frames.items(), 1):
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        if len(frame) > LONGEST:
            sheet.append([f"{len(frame)} rows: too long for a sheet, see tables/{name}.csv"])
            continue
        frame = safe(frame)
        for i, column in enumerate(frame.columns, 1):
            longest = max([len(str(column)), *(len(str(v)) for v in frame[column].head(50) if isinstance(v, str))])
            sheet.column_dimensions[get_column_letter(i)].width = min(max(10, longest + 2), 48)
        sheet.append([_styled(WriteOnlyCell(sheet, str(c)), font=Font(bold=True)) for c in frame.columns])
        formats = [_styled(WriteOnlyCell(sheet), number_format=form).style_id for form in ("0.0000", "0.000E+00")]
        below[f"xl/worksheets/sheet{k}.xml"] = (frame, formats)
    if not frames:
        book.create_sheet("empty")
    made = BytesIO()
    book.save(made)
    with ZipFile(made) as bare, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=5) as full:
        for part in bare.infolist():
            head, end, tail = bare.read(part).partition(b"</sheetData>" if part.filename in below else b"\0")
            with full.open(part.filename, "w") as file:
                file.write(head)
                if part.filename in below:
                    _write_rows(file, *below[part.filename])
                file.write(end + tail)


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with texts that a spreadsheet would run (= + - @ tab CR first) marked by a leading '."""
    out = frame.copy()
    for column in out:
        if column not in PLAIN_COLUMNS and out[column].dtype.kind not in "biuf":
            out[column] = out[column].map({v: _guard(v) for v in out[column].unique()})
    return out.rename(columns=_guard)


def _guard(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def _styled(cell: Any, **style: Any) -> Any:
    for name, value in style.items():
        setattr(cell, name, value)
    return cell


def _write_rows(file: IO[bytes], frame: pd.DataFrame, formats: Sequence[int]) -> None:
    """Rows of a table as those of a sheet, from its second row on."""
    from openpyxl.utils import get_column_letter

    for start in range(0, len(frame), 5_000):
        part = frame.iloc[start : start + 5_000]
        columns = [_cells(part.iloc[:, i], get_column_letter(i + 1), formats) for i in range(part.shape[1])]
        rows = enumerate(zip(*columns, strict=True), start + 2)
        file.write("".join(f'<row r="{k}">{"".join(cells).replace(ROW, str(k))}</row>' for k, cells in rows).encode())


def _cells(column: pd.Series, letter: str, formats: Sequence[int]) -> list[str]:
    """A column as cells; their row is left to be filled in."""
    lead = f'<c r="{letter}{ROW}"'
    if column.dtype.kind == "f":
        plain, large = (f'{lead} s="{form}" t="n"><v>' for form in formats)
        return [
            f"{plain if abs(v) < 1e6 else large}{v!r}</v></c>" if v - v == 0 else "" for v in column.to_numpy().tolist()
        ]
    known: dict[tuple[type, Any], str] = {}
    out = []
    for value in column.to_numpy().tolist():
        key = (type(value), value)
        if key not in known:
            known[key] = _cell(value, lead)
        out.append(known[key])
    return out


def _cell(value: Any, lead: str) -> str:
    """One cell that is no number of a column of them."""
    if pd.isna(value):
        return ""
    if isinstance(value, bool | int | float):
        kind, number = ("b", int(value)) if isinstance(value, bool) else ("n", value)
        return f'{lead} t="{kind}"><v>{number!r}</v></c>' if number - number == 0 else ""
    text = escape(ILLEGAL.sub(" ", str(value))[:LONGEST_TEXT])
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f'{lead} t="inlineStr"><is><t{kept}>{text}</t></is></c>' if text else ""


def _sheets(path: Path) -> tuple[Sheet, Sheet | None]:
    """The data sheet, and the sheet `indicators` of a workbook that has one."""
    if path.suffix.lower() not in WORKBOOKS:
        return read_sheets(path)[""], None
    found = read_sheets(path, ("data", "indicators"))
    if "data" not in found:
        raise InputError(f'{path}: the workbook has no sheet "data"; name the sheet with the long table so')
    return found["data"], found.get("indicators")
