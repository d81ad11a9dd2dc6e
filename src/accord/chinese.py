"""Chinese names that a plan gives: a results tree as a Chinese reader sees it.

Tables, files and `study.nc` keep the names of the source. What people read in Chinese (page, figures, document, LaTeX)
is made from a tree in which regions, subsystems, dimensions and units of measurement bear theirs; units and indicators bring
theirs along in `label_zh` and `name_zh`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from accord.tables import listed

KINDS = ("region", "subsystem", "dimension", "measure")
"""What `names_zh` of a results tree is sorted by."""
COLUMNS = {
    **dict.fromkeys(("region", "group"), "region"),
    **dict.fromkeys(("subsystem", "variable", "response", "impulse", "equation", "excluded", "term"), "subsystem"),
    **dict.fromkeys(("pair", "lag_type"), "subsystem"),
    "dimension": "dimension", "unit_of_measure": "measure",
}  # fmt: skip
"""Kind of the names that a column of tables holds."""
OF_TABLE = {("inequality_pairs", "first"): "region", ("inequality_pairs", "second"): "region"}
"""The same for columns that hold other names in other tables."""
SETTINGS = {"conventions": ("used", "published", "alternatives"), "alternatives": ("used", "alternative", "also")}
"""Columns that hold values of settings as JSON, with names in them."""
LAGGED = re.compile(r"^(L\d+\.)(.*)$", re.DOTALL)
"""A term of a panel VAR: a lag of a variable."""
BETWEEN = " - "
"""What stands between the subsystems of a pair."""
WHOLE = {"National": "全国"}
Names = Mapping[str, Mapping[str, str]]


def in_chinese(tree: xr.DataTree, language: str = "zh") -> xr.DataTree:
    """The tree as a reader of a language sees it: in Chinese with the Chinese title and names that its plan gives.

    A name without a Chinese one stays as it is; so does everything in English.
    """
    title, names = str(tree.attrs.get("title_zh", "")), json.loads(tree.attrs.get("names_zh") or "{}")
    if language != "zh" or not (title or any(names.values())):
        return tree
    attrs = {**tree.attrs, "title": title or tree.attrs.get("title", ""), "title_zh": "", "names_zh": "{}"}
    if any(names.values()):
        attrs["methods"] = json.dumps([_method(m, names) for m in _list(tree, "methods")], ensure_ascii=False)
        attrs["warnings"] = json.dumps([_said(w, names) for w in _list(tree, "warnings")], ensure_ascii=False)
    tables = {f"/{name}": table_in_chinese(name, tree[name].to_dataset(), names) for name in tree.children}
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs=attrs), **tables})


def quoted(text: str, names: Names) -> str:
    """A Chinese sentence with the names that it quotes in Chinese.

    Examples
    --------
    >>> quoted("“Ecology”指数，“Economy”", {"subsystem": {"Ecology": "生态"}})
    '“生态”指数，“Economy”'
    """
    every = {name: zh for kind in names.values() for name, zh in kind.items()}
    return re.sub("“([^“”]+)”", lambda found: f"“{every.get(found[1], found[1])}”", text)


def _list(tree: xr.DataTree, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(tree.attrs.get(name) or "[]")
    return found


def _method(made: dict[str, Any], names: Names) -> dict[str, Any]:
    return {**made, "says_zh": quoted(made["says_zh"], names), "options": _within(made["options"], names, True)}


def _said(note: dict[str, Any], names: Names) -> dict[str, Any]:
    return {**note, "zh": quoted(note["zh"], names)}


def _within(value: Any, names: Names, options: bool = False) -> Any:
    """A setting's value (or `options` by name) with the names in its lists and keys in Chinese; texts alone are our words."""
    every = {**WHOLE, **names.get("region", {}), **names.get("subsystem", {})}
    if isinstance(value, Mapping):
        return {k if options else every.get(k, k): _within(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [every.get(v, v) if isinstance(v, str) else _within(v, names) for v in value]
    return value


def table_in_chinese(table: str, found: xr.Dataset, names: Names) -> xr.Dataset:
    """A table with its names, and the names in its Chinese sentences, in Chinese."""
    new = {}
    for name in map(str, found.variables):
        array = found[name].variable
        kind = OF_TABLE.get((table, name)) or COLUMNS.get(name, "")
        attrs = {k: quoted(v, names) if k == "says_zh" else v for k, v in array.attrs.items()}
        if name == "lag_type" and "label_zh" in attrs:
            attrs["label_zh"] = [_lag(text, names.get("subsystem", {})) for text in listed(attrs["label_zh"])]
        if array.dtype.kind in "OUT" and table not in ("findings", "boundaries"):
            if kind and names.get(kind):
                array = _mapped(array, lambda text, kind=kind: name_in_chinese(text, names[kind]))
            elif name.endswith("_zh"):
                array = _mapped(array, lambda text: quoted(text, names))
            elif name in SETTINGS.get(table, ()):
                array = _mapped(array, lambda text: _setting(text, names))
        if array is not found[name].variable or attrs != array.attrs:
            new[name] = xr.Variable(array.dims, array.values, attrs)
    coords = {k: v for k, v in new.items() if k in found.coords}
    return found.assign({k: v for k, v in new.items() if k not in coords}).assign_coords(coords) if new else found


def _mapped(array: xr.Variable, rule: Any) -> xr.Variable:
    """A column of texts with each one changed."""
    values = np.asarray(array.values, dtype=object)
    by = {text: rule(str(text)) for text in dict.fromkeys(values.ravel().tolist())}
    if all(by[text] == text for text in by):
        return array
    texts = np.array([by[text] for text in values.ravel().tolist()], dtype=object).reshape(values.shape)
    return xr.Variable(array.dims, texts if array.dtype.kind == "O" else texts.astype(str), array.attrs)


def name_in_chinese(text: str, chinese: Mapping[str, str]) -> str:
    """A name, a lag of it, or a pair of two in Chinese.

    Examples
    --------
    >>> zh = {"Ecology": "生态", "Towns": "城镇"}
    >>> name_in_chinese("Ecology", zh), name_in_chinese("L1.Towns", zh), name_in_chinese("Ecology - Towns", zh), name_in_chinese("coordination", zh)
    ('生态', 'L1.城镇', '生态 - 城镇', 'coordination')
    """
    if text in chinese:
        return chinese[text]
    if (lagged := LAGGED.match(text)) and lagged[2] in chinese:
        return f"{lagged[1]}{chinese[lagged[2]]}"
    for name, zh in chinese.items():
        if text.startswith(name + BETWEEN):
            other = text.removeprefix(name + BETWEEN)
            return f"{zh}{BETWEEN}{chinese.get(other, other)}"
        if text.endswith(BETWEEN + name):
            return text.removesuffix(name) + zh
    return text


def _lag(text: str, chinese: Mapping[str, str]) -> str:
    """A kind of lag, the name of the subsystem with 滞后 behind it."""
    name = text.removesuffix("滞后")
    return f"{chinese[name]}滞后" if name != text and name in chinese else text


def _setting(text: str, names: Names) -> str:
    """A setting's value, which is JSON where it is a list or a table, with its names in Chinese."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.dumps(_within(json.loads(text), names), ensure_ascii=False)
    except ValueError:
        return text
