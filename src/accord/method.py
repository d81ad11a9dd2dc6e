"""A method is a plain function of labelled arrays plus a declaration; this file is the whole machinery.

Data come by position, and their parameter names are the variables the method reads; options are
keyword-only. From the declaration alone follow the plan entry, `accord methods`, the output checks,
the attributes of results, the report's method sentence and the conformance tests.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar, get_type_hints

import numpy as np
import xarray as xr

from accord.errors import InputError, nearest
from accord.variables import CELL, CELL_DIMS, VARIABLES

F = TypeVar("F", bound=Callable[..., Any])
Kind = Literal["cell", "summary", "whole"]
Merge = Literal["sum", "min", "max"]


class Text(NamedTuple):
    """One sentence in English and Chinese; `{name}` stands for an option's value."""

    en: str
    zh: str


Says = Text | Callable[..., Text]
"""A method sentence, or the function that writes it: its parameters name options, and variables at hand."""
Formula = str | Callable[..., str]
"""What a method computes, in LaTeX, or the function that writes it, as for `Says`; a line is a formula of its own."""


class Unused(NamedTuple):
    """What an option comes to that nothing reads: `by` is the option of the step that switches it off."""

    by: str


UNUSED = "unused, "
"""What stands in a table of settings before the setting that switches an option off."""
Settles = Mapping[str, Any] | Callable[..., Mapping[str, Any]]
"""Options that a method fixes or its other options decide, with what they come to; or the function that says so, whose
parameters name options, and variables at hand (None where they are not)."""


@dataclass(frozen=True)
class Chosen:
    """Default of an option that follows the method chosen for another step."""

    step: str
    otherwise: Any
    option: str = ""
    """The option of that step to follow; the method's name where empty."""
    alone: bool = False
    """The two say one thing: where both are set they must agree."""


@dataclass(frozen=True, eq=False)
class Method:
    """A declared method: what it reads, makes, and how it may be computed over blocks."""

    func: Callable[..., Any]
    step: str
    makes: tuple[str, ...]
    kind: Kind = "whole"
    merge: Merge | None = None
    table: str | None = None
    helper: bool = False
    cite: tuple[str, ...] = ()
    version: int = 1
    says: Says | None = None
    cautions: Mapping[tuple[str, Any], Text] = field(default_factory=dict)
    fits: Callable[..., list[Text]] | None = None
    formula: Formula = ""
    settles: Settles = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.func.__name__)

    @property
    def id(self) -> str:
        return f"{self.step}.{self.name}"

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Variables it reads: its positional parameters."""
        parameters = inspect.signature(self.func).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)

    @cached_property
    def options(self) -> dict[str, inspect.Parameter]:
        """Options it takes: its keyword-only parameters, annotations resolved."""
        hints = get_type_hints(self.func, include_extras=True)
        parameters = inspect.signature(self.func).parameters.values()
        return {p.name: p.replace(annotation=hints[p.name]) for p in parameters if p.kind is p.KEYWORD_ONLY}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Its outputs as other methods and the study know them: local ones carry their table's name."""
        return tuple(n if n in VARIABLES or self.table is None else f"{self.table}.{n}" for n in self.makes)

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.func) or self.name).splitlines()[0]

    def sentence(self, options: Mapping[str, Any], have: Mapping[str, Any] | None = None) -> Text:
        """The method sentence under these options, with the variables at hand; None stands for what is not there."""

        def filled(text: str) -> str:
            return re.sub(r"\{(\w+)\}", lambda m: _shown(options[m[1]]) if m[1] in options else m[0], text)

        says = self.says or Text(self.summary, self.summary)
        if isinstance(says, Text):
            return Text(filled(says.en), filled(says.zh))
        return Text(*_written(says, options, have))

    def formulas(self, options: Mapping[str, Any], have: Mapping[str, Any] | None = None) -> str:
        """What it computes under these options, in LaTeX; empty where nobody has written it down."""
        return self.formula if isinstance(self.formula, str) else str(_written(self.formula, options, have))


METHODS: dict[tuple[str, str], Method] = {}
"""Every registered method by (step, name), in the order of registration: the order of the study."""


def method(
    *,
    step: str,
    makes: tuple[str, ...],
    kind: Literal["cell", "whole"] = "whole",
    merge: Merge | None = None,
    table: str | None = "",
    helper: bool = False,
    cite: tuple[str, ...] = (),
    version: int = 1,
    says: Says | None = None,
    cautions: Mapping[tuple[str, Any], Text] | None = None,
    fits: Callable[..., list[Text]] | None = None,
    formula: Formula = "",
    settles: Settles | None = None,
) -> Callable[[F], F]:
    """Declare a function as a method of `step`; the function is returned untouched.

    `kind="cell"` works value by value, `merge` makes it a summary whose parts over blocks are added or
    compared, otherwise it sees whole arrays. `table` names the table that shows what it makes (the
    step's own by default; None for arrays only other methods read). A `helper` serves the step's
    methods and is not a choice of its own. `says` is the sentence of the report, with options in braces,
    or a function of options and small variables that writes it. `fits` is a function of options, small variables and
    `plan`, the steps as they were asked for: before anything is computed it refuses what does not go with these names
    and years, and says what is asked in vain. `formula` is what the method computes, in LaTeX without bold or colour: a
    text, or a function like that of `says`; each of its lines is a formula of its own. `settles` says what options come to
    that the method fixes, though other methods of its step leave them open, or that its other options decide: a value,
    or `Unused` where nothing reads them. Studies are compared by these.
    """

    def register(func: F) -> F:
        made = Method(
            func, step, makes, "summary" if merge else kind, merge, step if table == "" else table, helper,
            cite, version, says, cautions or {}, fits, formula, settles or {},
        )  # fmt: skip
        before = METHODS.get((made.step, made.name))
        if before is not None and before.func.__module__ != func.__module__:
            raise ValueError(f"{made.id} is already a method of {before.func.__module__}; choose another name")
        METHODS[made.step, made.name] = made
        return func

    return register


def steps() -> list[str]:
    """Steps a plan can name, in the order of the study."""
    return list(dict.fromkeys(m.step for m in METHODS.values() if not m.helper))


def choices(step: str) -> dict[str, Method]:
    """Methods among which a plan chooses for `step`; the first is the default."""
    return {m.name: m for m in METHODS.values() if m.step == step and not m.helper}


def helpers(step: str) -> list[Method]:
    """Methods that serve every choice of `step`."""
    return [m for m in METHODS.values() if m.step == step and m.helper]


def group(chosen: Method) -> list[Method]:
    """A chosen method with the helpers of its step that come with it: those with a table, and what these read."""
    served = {key: h for h in helpers(chosen.step) for key in h.keys}
    out = [chosen, *(h for h in helpers(chosen.step) if h.table is not None)]
    for m in out:
        out += [served[need] for need in m.needs if need in served and served[need] not in out]
    return list(dict.fromkeys(out))


@dataclass(frozen=True)
class Choice:
    """A method with its options settled: what a plan comes down to."""

    method: Method
    options: Mapping[str, Any]
    shown: Mapping[str, Any] = field(default_factory=dict)
    """Options of the whole step, for its sentence and its attributes."""

    def __call__(self, have: Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
        """Run on what is at hand and return what it makes, checked against the vocabulary."""
        m = self.method
        made = m.func(*(have[name] for name in m.needs), **self.options)
        arrays = {m.makes[0]: made} if isinstance(made, xr.DataArray) else {str(k): made[k] for k in made.data_vars}
        if set(arrays) != set(m.makes):
            raise TypeError(f"{m.id} declares {', '.join(m.makes)} but made {', '.join(arrays)}")
        for name, array in arrays.items():
            check(name, array, m)
        return {key: arrays[name] for key, name in zip(m.keys, m.makes, strict=True)}

    def attrs(self, name: str, have: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Provenance for an array it made: method, version, options, inputs, citation, sentence."""
        m, spec = self.method, VARIABLES.get(name)
        says = m.sentence({**self.shown, **self.options}, have)
        out: dict[str, Any] = {
            "method": m.id, "version": m.version,
            "options": json.dumps(dict(self.options if m.helper else self.shown or self.options), ensure_ascii=False),
            "inputs": list(m.needs), "cite": list(m.cite),
        }  # fmt: skip
        if m.says or not m.helper:
            out |= {"says_en": says.en, "says_zh": says.zh}
        if formula := m.formulas({**self.shown, **self.options}, have):
            out["formula"] = formula
        if spec:
            out |= {"long_name": spec.en, "long_name_zh": spec.zh, "units": spec.unit, "symbol": spec.symbol}
        return out

    def fit(self, known: Mapping[str, Any]) -> list[Text]:
        """What its options ask of these names and years in vain; refuses what they cannot mean."""
        fits = self.method.fits
        known = {**known, **self.shown, **self.options}
        wanted = inspect.signature(fits).parameters if fits else {}
        return fits(**{name: known[name] for name in wanted}) if fits and set(wanted) <= set(known) else []

    def settled(self, have: Mapping[str, Any]) -> dict[str, Any]:
        """Options of the whole step with what each comes to, and those that the method fixes; `Unused` where nothing reads it.

        Examples
        --------
        >>> import accord.methods
        >>> paper = choices("forecast")["paper"]
        >>> Choice(paper, {}, {"rate": 0.002}).settled({})["optimiser"]
        'sgd'
        """
        out = dict(self.shown)
        for m in group(self.method):
            out |= m.settles if isinstance(m.settles, Mapping) else _written(m.settles, self.shown, have)
        return out

    def cautions(self) -> list[Text]:
        """Warnings that its options call for."""
        return [text for (key, value), text in self.method.cautions.items() if self.options.get(key) == value]


def check(name: str, array: xr.DataArray, m: Method) -> None:
    """Hold an output to the vocabulary: dims always, range where looking is cheap."""
    spec = VARIABLES.get(name)
    if spec is None:
        return
    named = {str(d) for d in array.dims}
    extra = named - set(spec.dims) - (set(CELL_DIMS) if {CELL, "*"} & set(spec.dims) else set())
    short = set(spec.dims) - named - {CELL, "*"}
    if extra or short:
        raise TypeError(f"{m.id}: {name} has dims {array.dims}, the vocabulary says {spec.dims}")
    if (spec.low is None and spec.high is None) or array.size > 100_000 or array.size == 0:
        return
    values = np.asarray(array.values, dtype="f8")
    slack = 1e-9
    with np.errstate(invalid="ignore"):
        below = spec.low is not None and bool((values < spec.low - slack).any())
        above = spec.high is not None and bool((values > spec.high + slack).any())
    if below or above:
        raise ValueError(f"{m.id}: {name} leaves its range [{spec.low}, {spec.high}]")


def choose(step: str, name: str | None) -> Method:
    """The method of `step` called `name`, or its default.

    Raises
    ------
    InputError
        If the step or the method is unknown; the message lists the allowed ones.
    """
    allowed = choices(step)
    if not allowed:
        raise InputError(f'unknown step "{step}"; {nearest(step, steps())}')
    if name is None:
        return next(iter(allowed.values()))
    if name not in allowed:
        raise InputError(f'step "{step}" has no method "{name}"; {nearest(name, allowed)}')
    return allowed[name]


def _written(text: Callable[..., Any], options: Mapping[str, Any], have: Mapping[str, Any] | None) -> Any:
    """What a function says of options and variables at hand; None stands for what is not there."""
    known = {**(have or {}), **options}
    return text(**{name: known.get(name) for name in inspect.signature(text).parameters})


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
