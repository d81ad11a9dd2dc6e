"""What a finding is: a sentence read off one table. One function and one line of declaration add one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accord.labels import NATIONAL
from accord.method import Text
from accord.phrases import several

WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
"""Chinese characters and punctuation, beside which no blank stands."""


@dataclass(frozen=True)
class Called:
    """What units, groups of units and variables are called in each language.

    Examples
    --------
    >>> called = Called({"Xizang": "西藏"}, {"Eastern": "东部"}, {"Ecology": "生态"})
    >>> called("Xizang").zh, called.group("National").en, called.groups(["Eastern", "North"]).zh
    ('西藏', 'all units', '东部、 North ')
    """

    units: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, unit: Any) -> Text:
        """A unit."""
        return _named(unit, self.units)

    def group(self, name: Any) -> Text:
        """All units, or those of a region."""
        return Text("all units", "全部单元") if str(name) == NATIONAL else _named(name, self.regions)

    def groups(self, names: Iterable[Any]) -> Text:
        """Groups in a sentence."""
        own = [self.group(name) for name in names]
        return Text(several(t.en for t in own).en, several(t.zh for t in own).zh)

    def variable(self, name: Any) -> Text:
        """D, or a subsystem."""
        return Text("D", " D ") if str(name) == "coordination" else _named(name, self.variables)


Reader = Callable[..., Iterator[Text]]
"""Takes one table and says what stands in it; it picks and compares, and computes no statistic."""
READERS: dict[str, list[Reader]] = {}
"""Readers by table; the order of declaration is the order of the findings."""
BESIDE: dict[Reader, tuple[str, ...]] = {}
"""Tables that a reader looks at beside its own."""


def reads(table: str, *beside: str) -> Callable[[Reader], Reader]:
    """Declare a function as a reader of `table`; tables `beside` come after, None where there are none."""

    def register(reader: Reader) -> Reader:
        READERS.setdefault(table, []).append(reader)
        BESIDE[reader] = beside
        return reader

    return register


def moves(by: float) -> Text:
    """Whether something rises, falls or stays."""
    return Text("rises", "上升") if by > 0 else Text("falls", "下降") if by < 0 else Text("stays", "不变")


def chance(p: float) -> str:
    """A p-value as papers write it.

    Examples
    --------
    >>> chance(0.0123), chance(2e-5)
    ('p = 0.012', 'p < 0.001')
    """
    return f"p = {p:.3f}" if p >= 0.0005 else "p < 0.001"


def shown(value: float, form: str) -> str:
    """A number in a sentence, never with a sign where it is shown as zero.

    Examples
    --------
    >>> shown(-0.0012, "+.2f"), shown(-0.0012, ".2f"), shown(-0.5, ".2f"), shown(0.09, "+.2f")
    ('0.00', '0.00', '-0.50', '+0.09')
    """
    text = format(value, form)
    return text if text.strip("+-0.") else text.lstrip("+-")


def close(sentence: str) -> str:
    """A Chinese sentence without blanks beside its punctuation, and with one at most beside a Latin word.

    Examples
    --------
    >>> close("在 Eastern 、 Central 中， D  上升（基于模型） 0.5 至 0.6")
    '在 Eastern、Central 中，D 上升（基于模型）0.5 至 0.6'
    """
    tight = re.sub(r" *([，。；：、（）“”？！]) *", r"\1", sentence)
    return re.sub(r" {2,}", " ", tight).strip(" ")


def _named(name: Any, chinese: Mapping[str, str]) -> Text:
    """A name, with blanks around its Chinese form where that begins or ends in Latin letters."""
    own = str(name)
    zh = chinese.get(own) or own
    left, right = ("" if re.match(f"[{WIDE}]", edge) else " " for edge in (zh[:1], zh[-1:]))
    return Text(own, f"{left}{zh}{right}")
