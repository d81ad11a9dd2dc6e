"""What the name of an indicator says of its direction: words that most studies take as good or bad.

A name with words of both kinds, such as the treatment of sewage or an income ratio, says nothing.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

WORSE = (
    r"emissions?", r"so2", r"nox", r"pollut\w*", r"waste ?water discharge\w*", r"discharged?", r"unemploy\w*", r"disasters?",
    r"mortality", r"deaths?", r"accidents?", r"poverty", r"fertili[sz]er\w*", r"pesticides?", r"plastic film", r"erosion",
    r"desertification", "排放", "污染", "失业", "受灾", "死亡", "事故", "贫困", "化肥", "农药", "农膜", "农用薄膜", "水土流失面积",
)  # fmt: skip
BETTER = (
    r"gdp per capita", r"gdp_pc", r"disposable income", r"green(?:_| )coverage", r"forest", r"park green", r"urbani[sz]ation",
    r"harmless treatment", r"treatment rate", r"(?:tap-?|gas |water )+ ?coverage", r"hospital beds", r"life expectancy",
    r"literacy", r"library", "人均地区生产总值", "人均可支配收入", "绿化", "森林", "公园绿地", "城镇化", "无害化", "处理率", "治理",
    "普及率", "床位", "卫生技术人员", "图书",
)  # fmt: skip
NEITHER = (
    r"ratio",
    r"gap",
    r"inequality",
    r"control\w*",
    r"treat\w*",
    r"reduc\w*",
    "比$",
    "差距",
    "减排",
    "治理",
    "处理",
)
"""Words beside which the others may mean the opposite."""


class Expected(NamedTuple):
    """The usual direction, and the word that says so."""

    sign: Literal["+", "-"]
    word: str


def expected(name: str) -> Expected | None:
    """The direction that a name leads to expect; None where it says nothing, or both.

    Examples
    --------
    >>> expected("SO2 emission intensity 二氧化硫排放强度"), expected("Urban to rural disposable income ratio")
    (Expected(sign='-', word='emission'), None)
    """
    worse, better = _found(WORSE, name), _found(BETTER, name)
    if worse and not better and not _found(NEITHER, name):
        return Expected("-", worse)
    if better and not worse and not _found((*NEITHER[:3], *NEITHER[6:8]), name):
        return Expected("+", better)
    return None


def _found(words: tuple[str, ...], name: str) -> str:
    """The first of the words in a name; those of letters stand by themselves."""
    for word in words:
        bounded = rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word
        if met := re.search(bounded, name, re.IGNORECASE):
            return met[0]
    return ""
