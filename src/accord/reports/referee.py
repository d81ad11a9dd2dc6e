"""The referee pack: one page that lists every convention, what changes under the others, and the published settings.

Its numbers are those of the tables `alternatives` and `conventions`, and of the study's other tables.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jinja2 import Environment, PackageLoader, select_autoescape

from accord import __version__
from accord.chinese import in_chinese
from accord.method import UNUSED
from accord.reports import words
from accord.reports.fonts import embedded
from accord.reports.numbers import written
from accord.reports.outline import head
from accord.reports.policy import policy
from accord.reports.referee_tables import picked
from accord.reports.referee_words import WORDS
from accord.tables import tidy

NAME = "referee.html"
OFF = "false"
"""The method of a step that a plan leaves out."""
NONE = "\N{EN DASH}"
"""Where there is no value."""
LONG = 90
"""Letters of a value that the page shows."""


def referee(tree: xr.DataTree, language: str = "en") -> str:
    """The page, from results that have the table `conventions`; of older results it says that they have none."""
    tree = in_chinese(tree, language)
    frames = {
        name: tidy(tree[name].to_dataset(), language) if name in tree.children else None
        for name in ("alternatives", "conventions")
    }
    conventions, alternatives = _read_in(frames["conventions"], language), frames["alternatives"]
    chain = [] if alternatives is None else list(dict.fromkeys(alternatives.loc[alternatives["setting"] != "", "step"]))
    shown: dict[str, Any] = {
        "language": "zh-CN" if language == "zh" else "en", "version": __version__,
        "title": tree.attrs.get("title") or words.phrase("report", language),
        "w": {key: getattr(text, language) for key, text in WORDS.items()},
        "say": lambda key: words.phrase(key, language),
    }  # fmt: skip
    env = Environment(
        loader=PackageLoader("accord.reports"), autoescape=select_autoescape(["html", "j2"]),
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made = {} if conventions is None else _compared(conventions, language)
    body = env.get_template("referee_body.html.j2").render(
        shown, simulated=bool(tree.attrs.get("simulated", 0)), findings=_findings(tree, language), **made,
        changes=None if alternatives is None else _changes(alternatives, language),
        refused=_refused(tree, language), one_by_one=_one_by_one(conventions, alternatives, language),
        further=[] if conventions is None else _further(tree, conventions, chain, language),
    )  # fmt: skip
    css = "".join(
        (Path(__file__).parent / "templates" / f).read_text(encoding="utf-8") for f in ("report.css", "referee.css")
    )
    styles = [css + embedded(shown["title"] + body)]
    return env.get_template("referee.html.j2").render(shown, body=body, styles=styles, policy=policy([], styles))


def _read_in(table: pd.DataFrame | None, language: str) -> pd.DataFrame | None:
    """The settings without names of the stages in the other language."""
    return table if table is None else table[table["setting"] != ("names" if language == "zh" else "names_zh")]


def _findings(tree: xr.DataTree, language: str) -> list[str]:
    """What the study says of its alternatives."""
    if "findings" not in tree.children:
        return []
    found = tree["findings"].to_dataset()
    return [
        str(text)
        for table, text in zip(found["table"].values, found[language].values, strict=True)
        if table == "alternatives"
    ]


def _refused(tree: xr.DataTree, language: str) -> str:
    """Why there are no numbers, where there are none."""
    for step in json.loads(tree.attrs.get("steps", "[]")):
        if step["name"] == "alternatives" and step["state"] != "done":
            reason = (step.get("reason_zh") if language == "zh" else "") or step["reason"]
            return str(getattr(WORDS["no_numbers"], language)).format(reason=reason)
    return str(getattr(WORDS["no_numbers"], language)).format(reason=getattr(WORDS["left_out"], language))


def _changes(table: pd.DataFrame, language: str) -> list[dict[str, Any]]:
    """Rows of the table of alternatives as the page shows them."""
    rows = []
    for number, row in enumerate(_rows(table), 1):
        called = WORDS.get(row["step"]) if row["setting"] == "" else None
        numbers = [_number(row[key]) for key in ("first", "last", "change", "largest", "mean_difference")]
        numbers += [_number(row["rank_correlation"], 3), *(_percent(row[k]) for k in ("stage_changed", "stage_up"))]
        rows.append({
            "number": number,
            "what": str(getattr(called, language)) if called else _setting(row["step"], row["setting"], language),
            "whole": called is not None, "used": value(row["setting"], row["used"], language),
            "other": _other(row, language), "numbers": numbers if row["reason"] == "" else None,
            "sign": str(getattr(WORDS[row["sign"]], language)) if row["sign"] else "", "turned": row["sign"] == "turned",
            "reason": _reason(row, language),
        })  # fmt: skip
    return rows


def _one_by_one(
    conventions: pd.DataFrame | None, alternatives: pd.DataFrame | None, language: str
) -> list[dict[str, Any]]:
    """Each convention of the scoring chain: what it is, why, and a sentence for each alternative."""
    if conventions is None or alternatives is None:
        return []
    rows, reasons = _rows(alternatives), _reasons(conventions, language)
    own = rows[0]
    out: dict[tuple[str, str], dict[str, Any]] = {}
    for number, row in enumerate(rows, 1):
        if row["setting"] == "":
            continue
        place = (row["step"], row["setting"])
        entry = out.setdefault(place, {
            "what": _headed(*place, value(row["setting"], row["used"], language), language),
            "why": reasons.get(place, ""), "said": [],
        })  # fmt: skip
        entry["said"].append(sentence(number, row, own, language))
    return list(out.values())


def sentence(number: int, row: Mapping[str, Any], own: Mapping[str, Any], language: str) -> str:
    """What an alternative changes, with the row that holds the numbers."""

    def say(key: str, **more: Any) -> str:
        return str(getattr(WORDS[key], language)).format(**more)

    named = {"other": _other(row, language), "row": number}
    if row["reason"]:
        return say("not_had", reason=_reason(row, language), **named)
    share = _percent(row["stage_changed"])
    if row["largest"] == 0:
        classes = say("other_classes", up=_percent(row["stage_up"]), own_up=_percent(own["stage_up"]))
        staged = (
            classes
            if not share
            else say("same_stage")
            if float(row["stage_changed"]) == 0
            else say("some_stage", share=share)
        )
        return say("nothing", staged=staged, **named)
    numbers = {
        key: _number(row[of])
        for key, of in (("first", "first"), ("last", "last"), ("mean", "mean_difference"), ("largest", "largest"))
    }
    return say(
        "with", **named, **numbers, own_first=_number(own["first"]), own_last=_number(own["last"]),
        staged=say("in_stage", share=share) if share else "", ranks=_number(row["rank_correlation"], 3),
        way=say(f"moves_{row['sign']}"),
    )  # fmt: skip


def _further(tree: xr.DataTree, conventions: pd.DataFrame, chain: Sequence[str], language: str) -> list[dict[str, Any]]:
    """Steps beyond the scoring chain: their settings with values and reasons, and what their tables hold of others."""
    out = []
    for step, mine in conventions[~conventions["step"].isin([*chain, "filled"])].groupby("step", sort=False):
        ours = mine[(mine["used"] != "") & (mine["used"] != OFF)]
        if len(ours):
            rows = [_with_reason(r, language) for r in _rows(ours)]
            out.append(
                {"title": head(str(step), language), "rows": rows, "tables": list(picked(tree, str(step), language))}
            )
    return out


def _with_reason(row: Mapping[str, Any], language: str) -> list[str]:
    """A setting of a further step: its value, the others, and why."""
    why = row["why_zh" if language == "zh" else "why"]
    if row["setting"] == "method" and row["alternatives"] == "":
        return [_option("method", language), *(str(getattr(WORDS[k], language)) for k in ("runs", "leave")), why]
    shown = value(row["setting"], row["used"], language), _list(row["setting"], row["alternatives"], language)
    return [_option(row["setting"], language), *shown, why]


def _compared(table: pd.DataFrame, language: str) -> dict[str, Any]:
    """Settings beside the published ones: those that differ with the reason, those alike, those of one side only."""
    rows = _rows(table)
    why = "why_zh" if language == "zh" else "why"

    def line(r: Mapping[str, Any]) -> list[str]:
        stated = str(getattr(WORDS[r["stated"]], language)) if r["stated"] else ""
        return [_setting(r["step"], r["setting"], language), *_beside(r, language), stated]

    of_one = [r for r in rows if not r["same"] or _left_out(r)]
    left_out = sum(map(_left_out, rows))
    both = [r for r in rows if r not in of_one]
    differ = [r for r in both if r["same"] == "no"]
    counts = {"all": len(rows), "both": len(both), "differ": len(differ), "apart": left_out}
    counted = str(getattr(WORDS["counted"], language)).format(**counts)
    return {
        "counted": counted, "differ": [[*line(r), r[why]] for r in differ],
        "alike": [line(r) for r in both if r["same"] == "yes"], "apart": [[*line(r), r[why]] for r in of_one],
    }  # fmt: skip


def _left_out(row: Mapping[str, Any]) -> bool:
    """Whether this is a step that one of the two studies leaves out."""
    return bool(row["same"]) and row["setting"] == "method" and (row["used"] == OFF) != (row["published"] == OFF)


def _beside(row: Mapping[str, Any], language: str) -> list[str]:
    """Our value and the published one: alike to the eye where they are the same, or said to be; not where they differ."""

    def pair(most: int = LONG) -> list[str]:
        texts = [value(row["setting"], row[key], language, row["step"], most) for key in ("used", "published")]
        unset = str(getattr(WORDS["unset"], language))
        return [
            unset if row["same"] and row[key] == "" else t for key, t in zip(("used", "published"), texts, strict=True)
        ]

    ours, theirs = pair()
    if row["same"] == "no" and ours == theirs:
        return pair(sys.maxsize)
    if row["same"] == "yes" and ours != theirs:
        said = "same_edges" if (row["step"], row["setting"]) == ("stages", "method") else "same_as"
        return [ours, str(getattr(WORDS[said], language)).format(theirs=theirs)]
    return [ours, theirs]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _reasons(table: pd.DataFrame, language: str) -> dict[tuple[str, str], str]:
    column = "why_zh" if language == "zh" else "why"
    return {(r["step"], r["setting"]): r[column] for r in _rows(table)}


def _setting(step: str, name: str, language: str) -> str:
    """A setting without its value."""
    if name == "method":
        return words.step(step, language)
    between = "：" if language == "zh" else ": "
    return f"{words.step(step, language)}{between}{words.option_name(name, language)}"


def _headed(step: str, name: str, used: str, language: str) -> str:
    """A setting with its value as a head."""
    if name == "method":
        return f"{_setting(step, name, language)}{'：' if language == 'zh' else ': '}{used}"
    brackets = "（{}：{}）" if language == "zh" else " ({}: {})"
    return words.step(step, language) + brackets.format(words.option_name(name, language), used)


def _option(name: str, language: str) -> str:
    """An option, or the method itself."""
    if name == "method":
        return words.phrase("method", language).lower()
    return words.option_name(name, language)


def value(name: str, text: str, language: str, step: str = "", most: int = LONG) -> str:
    """A value as the page shows it; a step with one method runs, or not.

    Examples
    --------
    >>> value("frame", "per_year", "zh"), value("method", "false", "en"), value("until", "", "en")
    ('逐年', 'not in the study', '–')
    >>> value("trend", '{"level": "ct", "difference": "c"}', "en"), value("method", "granger", "en", "granger")
    ('levels with a constant and a trend, differences with a constant', 'runs')
    >>> value("root", "unused, variant = wang", "en")
    '– (coupling degree: Wang et al. (2021))'
    """
    if text == "":
        return NONE
    if text.startswith(UNUSED):
        by, _, of = text.removeprefix(UNUSED).partition(" = ")
        reason = words.option(by, words.read(of), language)
        return f"{NONE}（{reason}）" if language == "zh" else f"{NONE} ({reason})"
    if name == "method" and text in (OFF, step):
        return str(getattr(WORDS["absent" if text == OFF else "runs"], language))
    shown = words.value(name, words.read(text), language)
    return shown if len(shown) <= most else f"{shown[:most]} ..."


def _list(name: str, text: str, language: str) -> str:
    if text == "":
        return str(getattr(WORDS["no_others"], language))
    parts = [value(name, one, language) for one in text.split(", ")]
    return ("、" if language == "zh" else ", ").join(parts)


def _other(row: Mapping[str, Any], language: str) -> str:
    """The alternative, with what goes along with it."""
    if row["setting"] == "":
        return ""
    shown = value(row["setting"], row["alternative"], language)
    if not row["also"]:
        return shown
    name, _, also = row["also"].partition(" = ")
    more = words.option(name, also, language)
    return f"{shown}（{more}）" if language == "zh" else f"{shown} ({more})"


def _reason(row: Mapping[str, Any], language: str) -> str:
    return str(row["reason_zh" if language == "zh" else "reason"])


def _number(number: float, digits: int = 4) -> str:
    """A number with so many digits, one too small for them as such.

    Examples
    --------
    >>> _number(0.25), _number(0.00002), _number(-0.00002), _number(-0.0)
    ('0.2500', '<0.0001', '>-0.0001', '0.0000')
    """
    least = 10.0**-digits
    if np.isnan(number):
        return ""
    if number != 0 and abs(number) < least / 2:
        return f"<{least:.{digits}f}" if number > 0 else f">-{least:.{digits}f}"
    return written(number, f".{digits}f")


def _percent(share: float) -> str:
    return written(100 * share, ".1f")
