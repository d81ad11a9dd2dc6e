"""What the words of a printed table say: an indicator, its unit of measurement, a source, a note.

Statistics offices put into titles, heads and lines below a table what a tidy file has as columns.
"""

from __future__ import annotations

import re
import unicodedata

SPAN = re.compile(r"(?<!\d)(?:19|20)\d\d\s*年?\s*[-–—~～至]\s*(?:(?:19|20)?\d\d)\s*年?")
FOOT = re.compile(
    r"(?:数据|资料)?来源|资料整理|注\s*[:：1-9]|注$|备注|说明|附注|本表|sources?\b|notes?\b|footnotes?\b|data\s*source|last updated|[①-⑳]|\*+\s*\S",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"全国.*|(?:总|合)计|总\s*数|平均.*|(?:各省|地区)?(?:合计|平均值?)|东部.*|中部.*|西部.*|东北(?:地区|三省|部)?|华[北东南中].*|西[南北]地区.*"
    r"|national.*|total.*|(?:sub)?total|sum|mean|average.*|all (?:states|provinces|regions)|world",
    re.IGNORECASE,
)
COUNTRY = re.compile(r"china|united states.*|u\.?s\.?a?\.?", re.IGNORECASE)
SAID = re.compile(
    r"(指标(?:名称)?|地区|单位|计量单位|时间|年份|数据库|indicator|region|unit|units|year|time)\s*[:：]\s*(.+)",
    re.IGNORECASE,
)
WORDS = {
    "unit": "地区 省份 省 省市 省区市 省市区 地市 城市 市 县 区县 单位名称 国家 area region province provinces state states country countries city "
            "county countryname name prefecture district municipality geo unit id 省级行政区 地区名称 行政区 行政区划 省(区、市) 省、自治区、直辖市",
    "code": "代码 编码 行政区划代码 行政代码 地区代码 省份代码 区划代码 code adcode fips gb2260 geoid iso 序号 编号 no no. 排名 rank index",
    "year": "年份 年 年度 时间 year time years 统计年份 period",
    "indicator": "指标 指标名称 项目 indicator indicators variable series item measure 变量 indicatorname seriesname description",
    "measure": "单位 计量单位 unit units 度量单位",
    "value": "数值 值 数据 value values obs_value data 观测值 数量",
}  # fmt: skip
ROLE = {re.sub(r"[\s、,]", "", word): role for role, words in reversed(WORDS.items()) for word in words.split()}
"""What a column holds by its head."""
_COUNTED = (
    "元|人次|人|户|个|辆|台|部|张|所|座|家|件|次|册|份|床|公里|千米|米|平方米|平方千米|平方公里|公顷|亩|吨|吨标准煤|千克|公斤|克|立方米|千瓦时|千瓦|度|"
    "升|美元|微克|毫克|毫米|厘米|分贝|摄氏度|℃|标台|名|条|项|处|篇|小时|天|岁"
)
_LATIN = (
    "km2?|m2|m3|ha|kg|t|tonnes?|tons?|yuan|cny|rmb|usd|eur|euros?|persons?|people|households?|thousand|million|billion|percent|per cent|"
    r"kwh|mm|litres?|years?|index|10k|100m|1000"
)
MEASURE = re.compile(
    rf"(?:[十百千万亿]*(?:{_COUNTED})(?:/.+)?|[十百千万亿]+|.{{0,6}}[%％‰]|上年=100|.*=100|(?:{_COUNTED})/.+"
    rf"|(?:(?:{_LATIN})\b[\s/.·]*(?:per\b)?\s*)+(?:/?.{{0,24}})?)",
    re.IGNORECASE,
)
AMOUNT = r"\d|\s*(?:周?岁|个月|年|月|日|天|小时|亩|元|公里|千?米|平方|公顷|吨|千|度|级|%|‰|years?|months?)"
"""What follows a number that is an amount, as in 0-14岁, and no number of a table."""
GENERIC = re.compile(
    r"(?:sheet|工作表|table|表|tab)\s*\d*|(?:分省|分地区)?(?:年度|月度|季度)?数据|data|panel|export|导出|结果|查询结果|新建.*",
    re.IGNORECASE,
)


def is_total(label: str, parts: bool) -> bool:
    """Whether a label names a sum or a mean over units; of provinces or states (`parts`) a whole country is one.

    Examples
    --------
    >>> is_total("全 国", False), is_total("西　部", True), is_total("China", True), is_total("China", False)
    (True, True, True, False)
    """
    plain = bare(label)
    forms = (plain, plain.replace(" ", ""))
    return any(TOTAL.fullmatch(form) for form in forms) or (parts and COUNTRY.fullmatch(plain) is not None)


def bare(text: str) -> str:
    r"""A text in plain forms on one line; of a line in two languages the Chinese.

    Examples
    --------
    >>> bare("年末　人口\nPopulation"), bare("ＧＤＰ（亿元）")
    ('年末 人口', 'GDP(亿元)')
    """
    if text.isascii() and "\n" not in text:
        return " ".join(text.split())
    lines = [unicodedata.normalize("NFKC", MARKS.sub("", line)).strip() for line in text.splitlines()] or [""]
    if (
        len(lines) > 1
        and not lines[0].isascii()
        and all(line.isascii() and not line.startswith("(") for line in lines[1:])
    ):
        lines = lines[:1]
    return " ".join(" ".join(lines).split())


EACH = re.compile(
    r"^(?:全国)?(?:各省[、,]?自治区[、,]?直辖市|各省\(区[、,]市\)|各省区市|各省市|各省份|各地区|分地区|分省份?|各省|按地区分的?)|(?:全国)?各地区"
)
MARKS = re.compile(r"[①-⑳㈠-㈩⁰-⁹¹²³†‡]")
"""Marks of footnotes, which would turn into digits as plain forms."""


def named(text: str) -> tuple[str, str]:
    """An indicator's name and its unit of measurement, from a head, a title or the name of a file.

    Examples
    --------
    >>> named("年末常住人口(万人)"), named("表3-1 各地区教育经费（2011-2022年）"), named("教育经费 万元"), named("移动电话普及率(部/百人)地区")
    (('年末常住人口', '万人'), ('教育经费', ''), ('教育经费', '万元'), ('移动电话普及率', '部/百人'))
    >>> named("Table 2.1 Population by region, 2011-2022 (thousand persons)"), named("GDP(亿元)"), named("0-14岁人口")
    (('Population', 'thousand persons'), ('GDP', '亿元'), ('0-14岁人口', ''))
    """
    plain = re.sub(r"^续\s*表?|\(?续表?\d*\)?$", "", bare(text)).strip()
    found = re.search(r"\(?\s*(?:计量)?单位\s*[:：]\s*([^()]+)\)?", plain)
    measure = found[1].strip() if found else ""
    plain = plain[: found.start()] + plain[found.end() :] if found else plain
    plain = SPAN.sub("", plain)
    plain = re.sub(
        rf"^(?:表|附表|table|tab\.?)?\s*(?:[A-Z]?[1-9]\d*(?:[-–.]\d+)+(?!{AMOUNT})|(?<=表)\s*\d+|(?<=table)\s*\d+)[.:：、\s]*",
        "",
        plain,
        flags=re.IGNORECASE,
    )
    plain = re.sub(r"^(?:表|table)\s*\d+[.:：、\s]*", "", plain, flags=re.IGNORECASE)
    plain = EACH.sub("", plain)
    plain = re.sub(r"[,，]?\s*by (?:region|province|state|county|country|city)s?\b", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"(?:[,，]\s*|\s+|(?<=\S))(?=\()", " ", re.sub(r"\(\s*\)", "", plain)).strip()
    plain = re.sub(r"(?<=[^\x00-\x7f]) (?=\()", "", plain)
    if not ROLE.get(plain):
        plain = re.sub(r"(?<=\))(?:地区|省份|城市|region|province|state)$", "", plain, flags=re.IGNORECASE).strip()
    bracket = re.search(r"\s*\(([^()]{1,30})\)$|\s*\[([^\[\]]{1,30})\]$", plain)
    inside = bracket or re.search(r"(?:\s+|_)(\S{1,12})$|[,，]\s*([^,，]{1,20})$", plain)
    if inside and not measure:
        last = next(part for part in inside.groups() if part)
        spaced = not bracket and inside[1] is not None and last.isascii() and last != "%"
        if MEASURE.fullmatch(last.strip()) and not spaced and plain[: inside.start()].strip():
            plain, measure = plain[: inside.start()].strip(), last.strip()
    plain = plain.strip(" ,，.:：、-–—_")
    return plain if any(c.isalpha() for c in plain) else "", measure


def role_of(head: str) -> str:
    """What a column holds by its head: unit, code, year, indicator, measure, value; empty where the head does not say.

    Examples
    --------
    >>> role_of("地 区"), role_of("Year"), role_of("GDP")
    ('unit', 'year', '')
    """
    return ROLE.get(re.sub(r"[\s、,]", "", bare(head)).casefold(), "")
