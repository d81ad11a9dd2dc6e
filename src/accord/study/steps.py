"""Running a study step by step: what became of each, and why where it was not done."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from accord.errors import InputError, NotNeeded, Refused
from accord.method import Text, choices
from accord.study.evaluate import Unavailable
from accord.study.tables import names_of
from accord.variables import CELL, LATER_STEPS, VARIABLES

if TYPE_CHECKING:
    from accord.study.study import Study

State = Literal["done", "refused", "left out", "not available yet", "failed"]
OFF = Text("the plan leaves it out", "方案未选")
NAMED = Text("named in the plan; a later version builds it", "方案已列出，后续版本提供")
LATER = Text("a later version builds it", "后续版本提供")
WIDE = Text(
    "it writes a layer per indicator; name the step in the plan to have it", "每个指标各写一层；如需请在方案中列出"
)


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

    def because(self, state: State, reason: Text) -> Step:
        """The same step in another state, with the reason."""
        self.state, self.reason, self.reason_zh = state, reason.en, reason.zh
        return self


def run(study: Study, only: str | None = None) -> list[Step]:
    """Run every step of a study (or one); one that fails never takes the others down."""
    settled, log = study.settled, []
    if not study.source.in_memory:
        together(study, only)
    for step in settled.chosen:
        if only in (None, step):
            log.append(run_step(study, step))
            study.evaluator.tell(step, len(log), len(settled.chosen) if only is None else 1)
    log += [Step(step, "", "left out").because("left out", OFF) for step in settled.off]
    unnamed = [step for step in LATER_STEPS if step not in settled.later and not choices(step)]
    for names, reason in ((settled.later, NAMED), (unnamed, LATER)):
        log += [Step(step, "", "not available yet").because("not available yet", reason) for step in names]
    return log


def run_step(study: Study, step: str) -> Step:
    """Run one step and say what became of it; bad input raises."""
    choice, mine = study.settled.chosen[step], tables_of(study, step)
    record, start = Step(step, choice.method.name, "done"), time.perf_counter()
    try:
        if too_wide(study, step):
            return record.because("left out", WIDE)
        _make(study, record, mine)
    except NotNeeded as error:
        record.because("left out", Text(str(error), error.zh))
    except Refused as error:
        record.because("refused", Text(str(error), error.zh))
    except Unavailable as error:
        record.because("left out", _unreached(error))
    except (InputError, KeyboardInterrupt):
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        record.because("failed", Text(said, said))
        record.tables, record.trace = [], traceback.format_exc()
    record.seconds = round(time.perf_counter() - start, 4)
    return record


def together(study: Study, only: str | None) -> None:
    """Everything a grid leads to, in as few readings of it as can be."""
    steps = [s for s in study.settled.chosen if only in (None, s) and not too_wide(study, s)]
    keys = [key for s in steps for table in tables_of(study, s) for key in names_of(study.settled.makers)[table]]
    study.evaluator.obtain(study.evaluator.possible(dict.fromkeys(keys)))


def tables_of(study: Study, step: str) -> list[str]:
    """Tables that a step's methods make or add to."""
    makers = study.settled.makers
    return [table for table, keys in names_of(makers).items() if any(makers[k].method.step == step for k in keys)]


def too_wide(study: Study, step: str) -> bool:
    """Whether a step would write a layer per indicator of a grid without being asked to."""
    makers = study.settled.makers
    keys = [key for table in tables_of(study, step) for key in names_of(makers)[table] if key in VARIABLES]
    wide = any({"indicator", "dimension"} & set(VARIABLES[k].dims) and CELL in VARIABLES[k].dims for k in keys)
    return wide and not study.source.in_memory and step not in study.steps


def _make(study: Study, record: Step, mine: list[str]) -> None:
    """The tables of a step, or what its method makes where it has none; a table out of reach is named."""
    for table in mine:
        try:
            study.table(table)
            record.tables.append(table)
        except Unavailable as error:
            record.because(record.state, _unreached(error))
    if not mine and study.source.in_memory:
        study.evaluator.obtain(study.settled.chosen[record.name].method.keys)
    elif mine and not record.tables:
        record.state = "left out"


def _unreached(error: Unavailable) -> Text:
    return Text(f"these data do not lead to it: {error} is not there", f"数据中没有所需的 {error}")
