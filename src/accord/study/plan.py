"""The plan: one TOML file that says what is read and how each step is done; checked before anything runs."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

import accord.methods  # noqa: F401  (fills the registry)
from accord.errors import InputError, brief, nearest
from accord.method import Choice, Chosen, Method, choices, choose, group, helpers, steps
from accord.sheets import refuse_control_in


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Gaps(_Strict):
    """How missing cells are filled, unit by unit along time."""

    inside: Literal["linear", "none"] = "linear"
    ends: Literal["hold", "trend", "nearest_mean", "none"] = "hold"
    k: int = Field(3, ge=1, description="Observations that `trend` and `nearest_mean` look at.")


class Boundaries(_Strict):
    """Outlines of the units, for maps."""

    file: str
    key: str
    match: str | None = None


class Zones(_Strict):
    """Polygons, or labels on the grid, whose cells are gathered to units."""

    file: str
    key: str | None = Field(None, description="Property with the names, or variable with the labels.")


class Output(_Strict):
    """What is written beside tables and report."""

    geotiff: bool | None = Field(
        None, description="D and stage of a cube as GeoTIFF; where not given, if the source is GeoTIFF."
    )


def _file_alone(said: Any) -> Any:
    return {"file": said} if isinstance(said, str) else said


def _or_text(shape: dict[str, Any]) -> None:
    """A file alone may stand for the table."""
    shape["anyOf"].append({"type": "string"})


class PanelSpec(_Strict):
    """Where the data are and what their columns mean."""

    source: str = Field(
        description="Long table (CSV, workbook, Parquet, Stata, netCDF), a folder of exports, or a cube (.zarr, netCDF, "
        "GeoTIFF, or a folder of such files); relative to the plan."
    )
    units: str | None = Field(
        None, description="For exports and zones: a table of your own units (key, name, name_zh, region, aliases)."
    )
    pattern: str | None = Field(
        None, description="How GeoTIFF files are called, with {indicator}, {year} and *, relative to the folder."
    )
    indicators: str | None = Field(None, description="Table of indicators; a workbook's sheet `indicators` otherwise.")
    indices: list[str] | None = Field(None, description="Columns that already hold the subsystem indices.")
    unit: str | None = None
    time: str | None = None
    region: str | None = None
    label_zh: str | None = None
    boundaries: Boundaries | None = None
    zones: Annotated[Zones | None, BeforeValidator(_file_alone)] = Field(
        None,
        description="For a cube: polygons (GeoJSON, shapefile) or labels (GeoTIFF, netCDF) of the units that cells are gathered to.",
        json_schema_extra=_or_text,
    )
    neighbours: str | None = Field(None, description="Table of neighbours with columns unit and neighbour.")
    gaps: Gaps = Gaps()
    deflator_base: int | None = Field(None, description="Year whose prices are kept; the first by default.")
    duplicates: float = Field(0.95, gt=0, le=1, description="Warn of indicators in two subsystems with |r| above this.")


class Plan(_Strict):
    """A study's settings; every key has a default but the data's place."""

    title: str = ""
    title_zh: str = Field("", description="The same for a Chinese report.")
    language: Literal["en", "zh"] = "en"
    seed: int = Field(1, ge=0, strict=True)
    simulated: bool = Field(False, description="The data are simulated: said on every page.")
    note: str = Field("", description="A sentence under the title of the report.")
    note_zh: str = Field("", description="The same for a Chinese report.")
    cite: list[str] = Field([], description="Sources of the data: full references, or keys of works that accord knows.")
    names_zh: dict[str, str] = Field(
        {},
        description="Chinese names of regions, subsystems, dimensions, indicators (by key), units and units of measurement, "
        "by their name in the data; what has none keeps its own.",
    )
    panel: PanelSpec
    output: Output = Output()
    steps: dict[str, Any] = {}


@dataclass(frozen=True)
class Settled:
    """What a plan's steps come down to."""

    makers: dict[str, Choice]
    """The method that makes each variable."""
    chosen: dict[str, Choice]
    """The method chosen for each step that runs."""
    off: tuple[str, ...] = ()


def read_plan(path: str | Path, sets: str | Sequence[str] = ()) -> Plan:
    """A plan from a TOML file, or from a workbook with sheets `data` and `indicators`.

    `sets` are `a.b=c` pairs laid over it; a value that is not TOML is text. Relative paths are taken
    from the plan's folder.

    Raises
    ------
    InputError
        If the file cannot be read, is no TOML, or holds an unknown key or a value of the wrong kind.
    """
    if not isinstance(path, str | Path):
        raise InputError(f"a plan is named by its path, and this is a {type(path).__name__}")
    path = Path(path)
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name the plan in it, such as {path / 'plan.toml'}")
        if not path.exists():
            raise InputError(f"{path}: no such file")
    except OSError as error:
        raise InputError(f"{brief(path)} cannot be read: {error.strerror or error}") from error
    if path.suffix.lower() == ".toml":
        raw = _toml(path)
    elif path.suffix.lower() in (".xlsx", ".xls", ".ods", ".xlsm", ".xlsb"):
        raw = {"panel": {"source": path.name}, "title": path.stem}
    else:
        raise InputError(f"{path}: a plan is a .toml file or a workbook with sheets `data` and `indicators`")
    for pair in [sets] if isinstance(sets, str) else sets:
        _lay(raw, pair)
    plan = check_plan(raw, str(path))
    places: dict[str, Any] = {
        k: str(path.parent / v)
        for k in ("source", "indicators", "neighbours", "units")
        if (v := getattr(plan.panel, k)) is not None
    }
    for name in ("boundaries", "zones"):
        if (named := getattr(plan.panel, name)) is not None:
            places[name] = named.model_copy(update={"file": str(path.parent / named.file)})
    return plan.model_copy(update={"panel": plan.panel.model_copy(update=places)})


def check_plan(raw: Mapping[str, Any], place: str = "plan") -> Plan:
    """A plan from its keys, steps checked too."""
    for key, text in _texts(raw):
        refuse_control_in(text, f"{place}: {key}")
    try:
        plan = Plan.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{place}: {_explain(error)}") from error
    if plan.panel.indicators is not None and plan.panel.indices is not None:
        raise InputError(f"{place}: [panel] has both `indicators` and `indices`; keep one")
    try:
        settle(plan.steps)
    except InputError as error:
        raise InputError(f"{place}: {error}") from error
    return plan


def settle(asked: Mapping[str, Any]) -> Settled:
    """Methods and options from the plan's steps; a step not named runs with its defaults.

    Raises
    ------
    InputError
        For an unknown step, method or option, or an option's value that is not allowed.
    """
    known = steps()
    for step in asked:
        if step not in known:
            raise InputError(f'unknown step "{step}" in [steps]; {nearest(step, known)}')
    picked: dict[str, tuple[Method, dict[str, Any]]] = {}
    off = []
    for step in known:
        found = _pick(step, asked.get(step, {}))
        if found is None:
            off.append(step)
        else:
            picked[step] = found
    makers: dict[str, Choice] = {}
    chosen: dict[str, Choice] = {}
    for step, (method, options) in picked.items():
        every = {name: p for m in group(method) for name, p in m.options.items()}
        _check_options(method, options, every)
        values = {name: _settle(step, name, options, p, picked) for name, p in every.items()}
        for m in group(method):
            choice = Choice(m, {name: values[name] for name in m.options}, values)
            makers.update(dict.fromkeys(m.keys, choice))
        chosen[step] = makers[method.keys[0]]
    return Settled(makers, chosen, tuple(off))


def schema() -> dict[str, Any]:
    """The plan's JSON schema, with the steps and options of every registered method.

    Examples
    --------
    >>> "entropy" in json.dumps(schema())
    True
    """
    out = Plan.model_json_schema()
    table: dict[str, Any] = {}
    for step in steps():
        names = list(choices(step))
        every = {k: p for m in [*choices(step).values(), *helpers(step)] for k, p in m.options.items()}
        options = {}
        for name, p in every.items():
            shape = TypeAdapter(p.annotation).json_schema()
            if p.default is not p.empty and not isinstance(p.default, Chosen):
                shape["default"] = p.default
            options[name] = shape
        full = {"type": "object", "additionalProperties": False, "properties": {"method": {"enum": names}, **options}}
        about = next(iter(choices(step).values())).summary
        table[step] = {"anyOf": [{"type": "boolean"}, {"enum": names}, full], "description": about}
    out["properties"]["steps"] = {"type": "object", "additionalProperties": False, "properties": table}
    out["title"] = "accord plan"
    return out


def _pick(step: str, said: Any) -> tuple[Method, dict[str, Any]] | None:
    if said is False:
        return (choices(step)["none"], {}) if "none" in choices(step) else None
    if said is True:
        said = {}
    if isinstance(said, str):
        said = {"method": said}
    if not isinstance(said, Mapping):
        raise InputError(f'step "{step}" is {said!r}; write true, false, a method\'s name, or a table of options')
    options = dict(said)
    name = options.pop("method", None)
    if name is not None and not isinstance(name, str):
        raise InputError(f'step "{step}": method = {name!r} is not a name; allowed: {", ".join(choices(step))}')
    return choose(step, name), options


def _check_options(method: Method, options: Mapping[str, Any], every: Mapping[str, Any]) -> None:
    for name in options:
        if name not in every:
            raise InputError(
                f'step "{method.step}" has no option "{name}" with method "{method.name}"; '
                f"{nearest(name, ['method', *every])}"
            )


def _settle(step: str, name: str, options: Mapping[str, Any], p: Any, picked: Mapping[str, tuple[Method, Any]]) -> Any:
    if name not in options:
        if isinstance(p.default, Chosen):
            other = picked.get(p.default.step)
            if p.default.option:
                return other[1].get(p.default.option, p.default.otherwise) if other else p.default.otherwise
            return other[0].name if other and other[0].name in get_args(p.annotation) else p.default.otherwise
        if p.default is p.empty:
            raise InputError(f'step "{step}" needs the option "{name}"')
        return p.default
    _check_alone(step, name, options, p.default, picked)
    try:
        return TypeAdapter(p.annotation).validate_python(_plain(options[name]), strict=True)
    except ValidationError as error:
        allowed = get_args(p.annotation) if all(isinstance(a, str) for a in get_args(p.annotation)) else ()
        wrong = dict.fromkeys(fault["msg"].lower() for fault in error.errors()[:2])
        hint = f"; {nearest(options[name], allowed)}" if allowed else f" ({', or '.join(wrong)})"
        raise InputError(
            f'step "{step}": {name} = {json.dumps(options[name], ensure_ascii=False, default=str)} is not allowed{hint}'
        ) from error


def _check_alone(
    step: str, name: str, options: Mapping[str, Any], default: Any, picked: Mapping[str, tuple[Method, Any]]
) -> None:
    """Refuse two settings of one thing that differ."""
    if not isinstance(default, Chosen) or not default.alone or default.step not in picked:
        return
    other = picked[default.step][1]
    if default.option in other and _plain(other[default.option]) != _plain(options[name]):
        raise InputError(
            f"{name} is set in the step {step}, and differently as {default.option} in the step {default.step}: keep one"
        )


def _plain(value: Any) -> Any:
    """Numbers of numpy's as Python's own, tuples as lists."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _plain(below) for key, below in value.items()}
    return [_plain(below) for below in value] if isinstance(value, list | tuple | np.ndarray) else value


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: the plan is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def _lay(raw: dict[str, Any], pair: str) -> None:
    """Lay one `a.b=c` over the plan; a first key that is a step stands for steps.KEY."""
    name, equals, value = pair.partition("=")
    path = [part.strip() for part in name.split(".")]
    if not equals or not all(path):
        raise InputError(f'--set "{pair}": write it as key=value, such as steps.weights.method=critic')
    if path[0] in steps():
        path = ["steps", *path]
    try:
        parsed = tomllib.loads(f"v = {value.strip()}")["v"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    here = raw
    for depth, part in enumerate(path[:-1]):
        below = here.get(part, {})
        if depth == 1 and path[0] == "steps" and not isinstance(below, dict):
            below = {"method": below} if isinstance(below, str) else {}
        if not isinstance(below, dict):
            raise InputError(f'--set "{pair}": {part} is not a table')
        here[part] = dict(below)
        here = here[part]
    here[path[-1]] = parsed


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a plan, keys too, with the key it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, below in value.items():
            yield "a key", str(name)
            yield from _texts(below, f"{key}.{name}".removeprefix("."))
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below, key)


def _explain(error: ValidationError) -> str:
    """The first fault in one sentence."""
    fault = error.errors()[0]
    where = [str(part) for part in fault["loc"]]
    if fault["type"] == "extra_forbidden":
        model: Any = Plan
        for part in where[:-1]:
            kinds = [
                a
                for a in (model.model_fields[part].annotation, *get_args(model.model_fields[part].annotation))
                if isinstance(a, type)
            ]
            model = next(a for a in kinds if issubclass(a, BaseModel))
        shown = f" in [{'.'.join(where[:-1])}]" if where[:-1] else ""
        return f'unknown key "{where[-1]}"{shown}; {nearest(where[-1], model.model_fields)}'
    if fault["type"] in ("model_type", "dict_type"):
        return f"{'.'.join(where)} = {json.dumps(fault.get('input'), ensure_ascii=False, default=str)}: write a table of keys"
    if fault["type"] == "missing":
        return f'the key "{".".join(where)}" is missing'
    return (
        f"{'.'.join(where)} = {json.dumps(fault.get('input'), ensure_ascii=False, default=str)}: {fault['msg'].lower()}"
    )
