"""A workbook to fill in: units and years laid out, a column for each raw series, the indicator system beside.

Made for the 31 provinces of China; what the columns are stands in data/forms/columns.csv, and which of them a study
needs follows from its indicator table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from accord.io.workbook import tall
from accord.places import code_of
from accord.study.system import IndicatorSystem

YEARS = range(2011, 2023)
LEAD = ("province", "province_zh", "region", "year")
GIVEN, OPEN, OURS = "D9D9D9", "DDEBF7", "FFF2CC"
"""Colours of heads that are given, of heads to fill in, and of rows that are ours, not the publication's."""
HOW = (
    ("1", "Fill the sheet `data`: one number a cell, in the unit that the sheet `columns` names.",
     "填写工作表 data：每格一个数值，单位见工作表 columns。"),
    ("2", "Leave a cell empty where the yearbook has no number; never write 0 for it. Gaps are filled by the plan's rule "
     "and listed.", "年鉴缺数时留空，勿填 0；缺失值按方案规则填补并列出。"),
    ("3", "The sheet `indicators` says how each indicator follows from the columns: change, add or remove rows freely. "
     "A column that no row needs may stay empty or go.", "工作表 indicators 说明各指标如何由原始列计算，可增删改；不再需要的列可留空或删除。"),
    ("4", "Look: accord check plan.toml. Compute: accord run plan.toml --out results.",
     "检查：accord check plan.toml；计算：accord run plan.toml --out results。"),
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """What a workbook to fill in is made from."""

    units: pd.DataFrame
    """`province`, `province_zh`, `region`, a row per unit."""
    indicators: pd.DataFrame
    columns: pd.DataFrame
    """`column`, `name`, `name_zh`, `unit`, `where`: a row per column to fill in."""
    years: range = YEARS

    @classmethod
    def of(cls, indicators: Path, known: Path, panel: Path) -> Form:
        """From an indicator table, the table of known columns, and a panel that has the provinces."""
        read: dict[str, Any] = {"dtype": str, "keep_default_na": False}
        units = pd.read_csv(panel, **read)[list(LEAD[:3])].drop_duplicates()
        order = {code: k for k, code in enumerate(_codes())}
        units = units.iloc[units["province"].map(lambda name: order[code_of(name, "CN")]).argsort()]
        needed = IndicatorSystem.from_table(indicators).columns()
        columns = pd.read_csv(known, **read)
        return cls(units, pd.read_csv(indicators, **read), columns[columns["column"].isin(list(needed))])

    def data(self) -> pd.DataFrame:
        """The sheet to fill in: units by year, the raw columns empty."""
        rows = [[*unit, year] for unit in self.units.itertuples(index=False) for year in self.years]
        return pd.DataFrame(rows, columns=list(LEAD)).reindex(columns=[*LEAD, *self.columns["column"]])

    def write(self, path: Path) -> None:
        """The workbook with sheets `read me`, `data`, `indicators`, `columns`."""
        from openpyxl import Workbook

        book = Workbook()
        book.remove(book.active)
        note = self.indicators.get("note", pd.Series("", index=self.indicators.index))
        legend = [("", f"A row of `indicators` in this colour is ours: {n}", f"此色行为本软件所拟：{z}")
                  for n, z in (("the publication does not list it.", "原文未列出。"),) if note.str.startswith("ours").any()]  # fmt: skip
        _lay(book, "read me", pd.DataFrame([*HOW, *legend], columns=["", "How to fill this workbook in", "填写说明"]),
             widths=(4, 90, 70), marked={len(HOW) + k for k in range(len(legend))})  # fmt: skip
        sheet = _lay(book, "data", self.data(), given=len(LEAD), freeze="E2")
        _explain(sheet, self.columns)
        _lay(book, "indicators", self.indicators, marked=set(note.index[note.str.startswith("ours")]))
        _lay(book, "columns", self.columns)
        book.save(path)


def _codes() -> list[str]:
    """Codes of the provinces in the order of yearbooks."""
    from accord.places import province_labels

    return list(province_labels())


def _lay(
    book: Any,
    name: str,
    frame: pd.DataFrame,
    *,
    given: int = 10**6,
    freeze: str = "A2",
    widths: tuple[int, ...] = (),
    marked: set[int] | None = None,
) -> Any:
    """A table as a sheet: heads in colour and frozen, widths by what stands in them."""
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(name)
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([None if value != value or value == "" else value for value in row])
    for k, cell in enumerate(sheet[1]):
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=GIVEN if k < given else OPEN)
        longest = frame.iloc[:, k].map(_width).max() if len(frame) else 0
        wide = min(max(_width(cell.value), longest, 8) + 2, 60)
        sheet.column_dimensions[cell.column_letter].width = widths[k] if widths else wide
    for k in marked or ():
        for cell in sheet[k + 2]:
            cell.fill = PatternFill("solid", fgColor=OURS)
    if widths:
        for row in sheet.iter_rows(min_row=2):
            sheet.row_dimensions[row[0].row].height = tall([cell.value or "" for cell in row], widths)
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = freeze
    return sheet


def _explain(sheet: Any, columns: pd.DataFrame) -> None:
    """What each column to fill in is, as a comment on its head, and cells that take numbers alone."""
    from openpyxl.comments import Comment
    from openpyxl.worksheet.datavalidation import DataValidation

    about = {
        row.column: f"{row.name}\n{row.name_zh}\n{row.unit}\n{row.where}" for row in columns.itertuples(index=False)
    }
    for cell in sheet[1]:
        if cell.value in about:
            cell.comment = Comment(about[cell.value], "accord", height=120, width=320)
    number = DataValidation(type="decimal", operator="between", formula1="-1E+15", formula2="1E+15", allow_blank=True)
    number.error, number.errorTitle = "Write a number, or leave the cell empty. 请填写数值或留空。", "accord"
    sheet.add_data_validation(number)
    number.add(f"E2:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}")


def _width(value: object) -> int:
    """Columns that a text takes, two for a Chinese character."""
    text = "" if value != value else str(value)
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)
