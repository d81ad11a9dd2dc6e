"""Running a study step by step: what became of each, and why where it was not done."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from accord.errors import EngineLost, InputError, NotNeeded, Refused, brief, nearest
from accord.method import METHODS, Text
from accord.study.evaluate import TooLarge, Unavailable
from accord.study.tables import names_of
from accord.variables import CELL, VARIABLES

if TYPE_CHECKING:
    from accord.study.study import Study

State = Literal["done", "refused", "left out", "failed"]
OFF = Text("the plan leaves it out", "方案未选")
WIDE = Text(
    "it writes a layer per indicator; name the step in the plan to have it", "每个指标各写一层；如需请在方案中列出"
)

HINTS = {
    "vintage": Text("these data are no panel of units and years", "数据不是单元与年份的面板"),
    "neighbours": Text(
        "which units are neighbours is not known: name a table of pairs with `neighbours`, or polygons with "
        "`boundaries`, in [panel]",
        "单元的邻接关系未知：请在 [panel] 中用 neighbours 给出邻接表，或用 boundaries 给出边界",
    ),
    "position": Text(
        "where the units lie is not known: name polygons with `boundaries` in [panel]",
        "单元的位置未知：请在 [panel] 中用 boundaries 给出边界",
    ),
    "indicators": Text(
        "the study starts from indices that are given: there are no indicators", "研究直接采用给定的指数，没有指标数据"
    ),
}
"""What to say of a variable that the data do not lead to, where more can be said than its name."""
UNITLESS = Text("it needs units, and a grid has cells", "需要单元，而格网只有格点")


@dataclass
class Step:
    """What became of one step: its state, the reason where it was not done, seconds, tables."""

    name: str
    method: str
    state: State
    reason: str = ""
    reason_zh: str = ""
    seconds: float = 0.0
    tables: list[str] = field(default_factory=list)
    trace: str = ""
    """Where a failed step failed."""
    named: bool = False
    """The plan asks for the step by name."""

    def because(self, state: State, reason: Text) -> Step:
        """The same step in another state, with the reason."""
        self.state, self.reason, self.reason_zh = state, reason.en, reason.zh
        return self


def run(study: Study, only: str | None = None) -> list[Step]:
    """Run every step of a study (or one); one that fails never takes the others down."""
    settled, log = study.settled, []
    if only is not None and only not in settled.chosen:
        why = "the settings leave it out" if only in settled.off else nearest(only, settled.chosen)
        raise InputError(f'no step "{brief(only)}" to run: {why}')
    if not study.source.in_memory:
        together(study, only)
    for step in settled.chosen:
        if only in (None, step):
            log.append(run_step(study, step))
            log[-1].named |= only is not None
            study.evaluator.tell(step, len(log), len(settled.chosen) if only is None else 1)
    return log + [Step(step, "", "left out").because("left out", OFF) for step in settled.off]


def run_step(study: Study, step: str) -> Step:
    """Run one step and say what became of it; bad input raises."""
    choice = study.settled.chosen[step]
    record, start = Step(step, choice.method.name, "done", named=step in study.steps), time.perf_counter()
    try:
        _make(study, record)
    except NotNeeded as error:
        record.because("left out", Text(str(error), error.zh))
    except Refused as error:
        record.because("refused", Text(str(error), error.zh))
    except Unavailable as error:
        record.because("left out", _unreached(error, study))
    except (InputError, EngineLost, KeyboardInterrupt):
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        record.because("failed", Text(said, said))
        record.tables, record.trace = [], traceback.format_exc()
    record.seconds = round(time.perf_counter() - start, 4)
    return record


def together(study: Study, only: str | None) -> None:
    """Everything a grid leads to, in as few readings of it as can be; where that fails, each step tries alone."""
    mine = [table for s in study.settled.chosen if only in (None, s) for table in tables_of(study, s)]
    attempt(study, [k for table in mine if not too_wide(study, table) for k in names_of(study.settled.makers)[table]])


def attempt(study: Study, keys: list[str]) -> None:
    """Make what can be made of these; bad input raises, any other fault is left to the step that meets it again."""
    try:
        study.evaluator.obtain(study.evaluator.possible(dict.fromkeys(keys)))
    except (InputError, EngineLost):
        raise
    except Exception:
        return


def tables_of(study: Study, step: str) -> list[str]:
    """Tables that a step's methods make or add to."""
    makers = study.settled.makers
    return [table for table, keys in names_of(makers).items() if any(makers[k].method.step == step for k in keys)]


def too_wide(study: Study, table: str) -> bool:
    """Whether a table would be a layer per indicator of a grid that no step named in the plan asks for."""
    makers = study.settled.makers
    keys = names_of(makers)[table]
    dims = {d for k in keys if k in VARIABLES for d in VARIABLES[k].dims}
    asked = any(makers[k].method.step in study.steps for k in keys)
    return not study.source.in_memory and not asked and CELL in dims and bool({"indicator", "dimension"} & dims)


def _make(study: Study, record: Step) -> None:
    """The tables of a step, or what its method makes where it has none; a table out of reach is named.

    The step is done once what its own method makes is there, whatever became of the tables beside it.
    """
    method = study.settled.chosen[record.name].method
    reasons: list[Text] = []
    for table in tables_of(study, record.name):
        own = any(study.settled.makers[key].method is method for key in names_of(study.settled.makers)[table])
        try:
            if too_wide(study, table):
                raise _TooWide(table)
            study.table(table)
            record.tables.append(table)
        except Unavailable as error:
            if record.state == "left out" and not own:
                continue
            if own:
                record.state = "left out"
            why = _unreached(error, study)
            reasons.append(
                why if own else Text(f"without the table {table}: {why.en}", f"未生成结果表 {table}：{why.zh}")
            )
    if reasons:
        record.because(record.state, Text("; ".join(r.en for r in reasons), "；".join(r.zh for r in reasons)))
    if not record.tables and record.state == "done":
        reached = study.evaluator.within_reach(method.keys)
        if study.source.in_memory:
            study.evaluator.obtain(reached)


class _TooWide(Unavailable):
    """A table that the plan must ask for by name."""


def out_of_reach(study: Study) -> dict[str, Text]:
    """Steps that the data and the plan do not lead to, and why; nothing is computed."""
    out = {}
    for step, choice in study.settled.chosen.items():
        try:
            study.evaluator.within_reach(choice.method.keys)
        except Unavailable as error:
            out[step] = _unreached(error, study)
    return out


def _unreached(error: Unavailable, study: Study) -> Text:
    name = str(error)
    if isinstance(error, _TooWide):
        return WIDE
    if isinstance(error, TooLarge):
        return Text(f"it needs {name} of every cell at once, and this grid is too large for that", f"需要同时读取全部格点的 {name}，格网过大")  # fmt: skip
    if name in HINTS:
        return HINTS[name] if study.source.in_memory else UNITLESS
    off = next((m.step for m in METHODS.values() if name in m.keys and m.step in study.settled.off), "")
    if off:
        return Text(f"it needs {name}, and the plan leaves out the step {off}", f"需要 {name}，而方案未选步骤 {off}")
    return Text(f"these data do not lead to it: {name} is not there", f"数据中没有所需的 {name}")
