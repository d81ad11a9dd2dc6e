"""Years as tables print them: a cell by itself, beside a name in a head, in a title; and which years are of something else.

A title names years that its numbers are not of: of a yearbook's edition, of prices, of a census, of a comparison.
"""

from __future__ import annotations

import re
from functools import lru_cache

from accord.io.headings import SPAN, bare

_Y = r"(?:19|20)\d\d"
_STATE = r"\((?:初步|修订|快报|调整|核[算实]|普查|[pre]\)|prelim|revised|provisional|estimate)[^()]{0,8}\)?"
YEAR = re.compile(
    rf"(?:[xy_]|yr|fy)?({_Y})(?:\.0)?\s*(?:年|年度|年末|年底)?\s*(?:[*①-⑳¹²³†]|\(\d\)|{_STATE}|[prea]|\[yr\1\])?",
    re.IGNORECASE,
)
YEAR_AS_DATE = re.compile(rf"({_Y})[-/](?:01[-/]01|12[-/]31)(?:[ T]00:00:00)?")
YEAR_INSIDE = re.compile(
    rf"(?<![\d.])({_Y})(?!\.?\d)(?!\s*(?:[万亿]?(?:元|人|户|家|个|[千平]?米|公里|平方|公顷|亩|吨|千瓦|度|[%％‰])|yuan|km|ha\b))\s*(?:年度|年)?"
)
PRICES = re.compile(
    rf"{_Y}\s*年?[^\d()（）,，、;；:：]{{0,3}}(?:不变|可比)价|{_Y}\s*年?(?:价格(?!指数|水平)|价(?![格值])|基期|版|=\s*1)"
    rf"|(?:以|按|基期)\s*\(?{_Y}\s*年?\s*(?:为|不变|可比|价|\)|$)|{_Y}\s*年?\s*(?:为基期|=\s*1)"
    rf"|(?:constant|chained|base(?:\s*year)?|prices? (?:of|in))\s*:?\s*\(?{_Y}|{_Y}\s*(?:constant|fixed|base\b|prices?(?![a-z])|US\$|dollars)",
    re.IGNORECASE,
)
"""Years of prices and of bases."""
EDITION = re.compile(
    rf"(?:年鉴|公报|yearbook|edition|abstract)\D{{0,6}}{_Y}\s*年?|{_Y}\s*年?[^\d()（）,，、;；:：]{{0,12}}(?:年鉴|普查|yearbook|edition|census)",
    re.IGNORECASE,
)
"""Years of yearbooks and of censuses."""
ISSUED = re.compile(
    rf"(?:更新|下载|发布|公布|导出|制表|印发|updated|downloaded|published|released|issued)\D{{0,6}}{_Y}|{_Y}\s*年(?:0?[1-9]|1[01])月",
    re.IGNORECASE,
)
"""Years of a release, and of a month."""
BEFORE = re.compile(r"(?:比|较|与|自|从|至|到|since|than|vs\.?|over|from|to|until)\s*$", re.IGNORECASE)
"""Words after which a year is compared with, or begins or ends a span."""


def year_of(text: str) -> int:
    """The year that a cell is; 0 where it is none.

    Examples
    --------
    >>> year_of("2022年"), year_of("２０１１"), year_of("2011.5"), year_of("2019 年 ①"), year_of("2011-12-31")
    (2022, 2011, 0, 2019, 2011)
    >>> year_of("2021年(初步数)"), year_of("2020r"), year_of("2018 [YR2018]"), year_of("2025年(预测)")
    (2021, 2020, 2018, 0)
    """
    if not 4 <= len(text) <= 24 or (text.isascii() and text[0] not in "12xyXYfF_"):
        return 0
    return _year_of(text)


@lru_cache(maxsize=65_536)
def _year_of(text: str) -> int:
    plain = bare(text)
    found = YEAR.fullmatch(plain) or YEAR_AS_DATE.fullmatch(plain)
    return int(found[1]) if found else 0


def year_in(text: str) -> int:
    """The one year that a title says its numbers are of; 0 where it names none, several, a span, or years of something else.

    Examples
    --------
    >>> year_in("2021年各地区人口"), year_in("population_2019"), year_in("2011-2022年人口"), year_in("人口")
    (2021, 2019, 0, 0)
    >>> year_in("中国统计年鉴2022"), year_in("2021年生产总值(2010年不变价)"), year_in("根据2020年人口普查推算"), year_in("GDP (2015=100)")
    (0, 2021, 0, 0)
    >>> year_in("2021年人口(2023年5月更新)"), year_in("更新于2023"), year_in("2021年12月末人口")
    (2021, 0, 2021)
    """
    plain = bare(text).replace("_", " ")
    if SPAN.search(plain):
        return 0
    others = [span for pattern in (PRICES, EDITION, ISSUED) for span in _spans(pattern, plain)]
    years = {found[1] for found in _own(plain, others)}
    return int(years.pop()) if len(years) == 1 else 0


def beside_year(text: str) -> tuple[int, str, bool]:
    """A head that holds a year beside a name: the year, the name, and whether that can be nothing but the column's year.

    Examples
    --------
    >>> beside_year("gdp_2011"), beside_year("2011年人口(万人)"), beside_year("beds"), beside_year("2021年末人口")
    ((2011, 'gdp', True), (2011, '人口(万人)', True), (0, 'beds', False), (2021, '年末人口', True))
    >>> beside_year("gdp2010price_2019"), beside_year("比2020年增加"), beside_year("2000元以上")
    ((2019, 'gdp2010price', True), (0, '比2020年增加', False), (0, '2000元以上', False))
    """
    plain = bare(text)
    same = plain.replace("_", " ")
    found = [] if SPAN.search(plain) else _own(same, _spans(PRICES, same) + _spans(re.compile(r"年鉴"), same))
    if len({one[1] for one in found}) != 1:
        return 0, plain, False
    start, end = found[0].span()
    sure = not start or end == len(plain) or plain[end - 1] == "年" or plain[start - 1] + plain[end : end + 1] == "()"
    end -= plain[end - 1] == "年" and plain[end : end + 1] in ("末", "底") and len(plain) > end + 1
    return int(found[0][1]), (plain[:start] + plain[end:]).replace("()", "").strip(" _-.:、,"), sure


def _own(plain: str, others: list[tuple[int, int]]) -> list[re.Match[str]]:
    """Years in a text that stand outside some spans and after no word of comparison."""
    found = [one for one in YEAR_INSIDE.finditer(plain) if not BEFORE.search(plain[: one.start()])]
    return [one for one in found if not any(a <= one.start() < b for a, b in others)]


def _spans(pattern: re.Pattern[str], plain: str) -> list[tuple[int, int]]:
    return [found.span() for found in pattern.finditer(plain)]
