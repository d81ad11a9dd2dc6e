"""Names of places: forms of one name told to be the same, provinces of China and states of the US recognised.

Boundaries are joined to units here, so that the plan's file and a reader's own go by the same rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

import numpy as np
import xarray as xr

from accord.errors import InputError, brief

Country = Literal["CN", "US"]
NAMED = 6
"""Unmatched names that a message lists on each side."""

# ISO 3166-2 code, GB/T 2260 code, one-character name, short name, what the full name adds, English name
_CHINA = """
BJ 11 京 北京 市 Beijing
TJ 12 津 天津 市 Tianjin
HE 13 冀 河北 省 Hebei
SX 14 晋 山西 省 Shanxi
NM 15 蒙 内蒙古 自治区 Inner Mongolia
LN 21 辽 辽宁 省 Liaoning
JL 22 吉 吉林 省 Jilin
HL 23 黑 黑龙江 省 Heilongjiang
SH 31 沪 上海 市 Shanghai
JS 32 苏 江苏 省 Jiangsu
ZJ 33 浙 浙江 省 Zhejiang
AH 34 皖 安徽 省 Anhui
FJ 35 闽 福建 省 Fujian
JX 36 赣 江西 省 Jiangxi
SD 37 鲁 山东 省 Shandong
HA 41 豫 河南 省 Henan
HB 42 鄂 湖北 省 Hubei
HN 43 湘 湖南 省 Hunan
GD 44 粤 广东 省 Guangdong
GX 45 桂 广西 壮族自治区 Guangxi
HI 46 琼 海南 省 Hainan
CQ 50 渝 重庆 市 Chongqing
SC 51 川 四川 省 Sichuan
GZ 52 黔 贵州 省 Guizhou
YN 53 滇 云南 省 Yunnan
XZ 54 藏 西藏 自治区 Xizang
SN 61 陕 陕西 省 Shaanxi
GS 62 甘 甘肃 省 Gansu
QH 63 青 青海 省 Qinghai
NX 64 宁 宁夏 回族自治区 Ningxia
XJ 65 新 新疆 维吾尔自治区 Xinjiang
TW 71 台 台湾 省 Taiwan
HK 81 港 香港 特别行政区 Hong Kong
MO 82 澳 澳门 特别行政区 Macao
"""
_ALSO = {
    "XZ": "tibet", "NM": "neimongol neimenggu innermongol", "HK": "xianggang hongkongsar", "MO": "macau aomen macaosar",
    "GX": "guangxizhuang", "NX": "ningxiahui", "XJ": "xinjianguygur xinjianguyghur",
}  # fmt: skip
_STATES = """
AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas
KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri
MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina
ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota
TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
"""
EXTENT: dict[Country, tuple[float, float, float, float]] = {"CN": (72, 0, 137, 55), "US": (-180, 17, -65, 73)}
"""West, south, east, north of the country in degrees, with some room."""
_ENDINGS = re.compile(
    r"(?<=..)(?:(?:[\u4e00-\u9fff]{1,4}族)+自治[区州县旗]|维吾尔自治区|自治[区州县旗]|特别行政区|省|市|地区|盟|县)$"
    r"|(?<=..)(?:(?:zhuang|hui|uygur|uyghur)?autonomousregion|specialadministrativeregion|province|municipality|prefecture|city|state|county)$"
)


def plain(name: object) -> str:
    """A name as it is compared: no case, accents, blanks or punctuation.

    Examples
    --------
    >>> plain(" Côte d’Ivoire "), plain("ＮＥＷ_york")
    ('cotedivoire', 'newyork')
    """
    folded = unicodedata.normalize("NFKC", str(name)).casefold().strip()
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if c.isalnum())
    return unicodedata.normalize("NFC", bare) or folded


def short(name: object) -> str:
    """A name without what it says of its rank.

    Examples
    --------
    >>> short("广西壮族自治区"), short("延边朝鲜族自治州"), short("Hebei Province")
    ('广西', '延边', 'hebei')
    """
    return _ENDINGS.sub("", plain(name))


def code_of(name: object, country: Country) -> str:
    """Code of a province (ISO 3166-2) or state (postal), by any usual form of its name; empty where it is none.

    Examples
    --------
    >>> [code_of(n, "CN") for n in ("Tibet", "内蒙古自治区", "陕西", "Shaanxi", "110000", "北　京 Beijing", "Ohio", "吉林市")]
    ['XZ', 'NM', 'SN', 'SN', 'BJ', 'BJ', '', '']
    """
    known = _known(country)
    found = known.get(plain(name)) or _ranked(name, country)
    if found or country == "US":
        return found
    chinese = re.sub(r"[^\u4e00-\u9fff]", "", str(name))
    other = plain(re.sub(r"[\u4e00-\u9fff]", "", str(name)))
    code = (known.get(chinese) or _ranked(chinese, country)) if chinese and other else ""
    return code if code and (known.get(other) or _ranked(other, country)) == code else ""


def _ranked(name: object, country: Country) -> str:
    """Code of a name that says its rank, where a province of that name has it: 吉林市 is a city, not the province."""
    code = _known(country).get(short(name), "")
    rank = plain(name).removeprefix(short(name))
    if not code or country == "US":
        return code if rank in ("", "state") else ""
    own = next(row[4] for row in _china() if row[0] == code)
    ranks = {"市": ("市", "city", "municipality"), "特别行政区": ("特别行政区", "specialadministrativeregion")}
    if own in ranks:
        return code if rank in ranks[own] else ""
    return code if rank == "省" or rank.endswith("自治区") or rank.endswith(("province", "autonomousregion")) else ""


@lru_cache
def names_of(country: Country) -> dict[str, tuple[str, ...]]:
    """Names of each province or state by its code: English, short Chinese where it has one, then its other forms.

    Examples
    --------
    >>> names_of("CN")["NX"][:4]
    ('Ningxia', '宁夏', '宁夏回族自治区', '640000')
    """
    if country == "US":
        return {code: (name, "", code) for code, name in _states()}
    return {
        code: (english, name, name + adds, f"{number}0000", *_ALSO.get(code, "").split())
        for code, number, _, name, adds, english in _china()
    }


def recognised(names: Sequence[object]) -> tuple[Country, list[str]] | None:
    """The country whose provinces or states these all are, with their codes; None where they are not, each once.

    Examples
    --------
    >>> recognised(["Ohio", "TX"])
    ('US', ['OH', 'TX'])
    """
    countries: tuple[Country, ...] = ("US", "CN")
    for country in countries:
        codes = [code_of(n, country) for n in names]
        if codes and all(codes) and len(set(codes)) == len(codes):
            return country, codes
    return None


@lru_cache
def province_labels() -> dict[str, str]:
    """One-character Chinese name of each province by its code."""
    return {row[0]: row[2] for row in _china()}


def match(wanted: Sequence[object], places: Sequence[object]) -> list[int]:
    """For each wanted name the position of its place, -1 where there is none.

    Names are tried as they stand, then without case and blanks, without their rank, and as provinces
    of China or states of the US; a form counts where it tells one name from all others on both sides.

    Examples
    --------
    >>> match(["广西", "Tibet", "Ohio"], ["西藏自治区", "广西壮族自治区"])
    [1, 0, -1]
    """
    forms: tuple[Callable[[object], str], ...] = (
        str, plain, short, lambda n: code_of(n, "CN"), lambda n: code_of(n, "US"),
    )  # fmt: skip
    found = [-1] * len(wanted)
    doubtful: set[int] = set()
    for form in forms:
        taken = set(found)
        free = [(i, form(p)) for i, p in enumerate(places) if i not in taken]
        open_ = [(i, form(w)) for i, w in enumerate(wanted) if found[i] < 0 and i not in doubtful]
        here, there = Counter(f for _, f in free), Counter(f for _, f in open_)
        at = {f: i for i, f in free if f and here[f] == 1}
        for i, f in open_:
            if there[f] == 1:
                found[i] = at.get(f, -1)
            if f and here[f] > 1:
                doubtful.add(i)
    return found


def join(outlines: xr.Dataset, units: Sequence[object], names: Sequence[object], mend: str = "") -> xr.Dataset:
    """Outlines with the `unit` that each place is (empty where it is none), units matched by their `names`.

    Units without a polygon are listed in the attribute `without` of the result.

    Raises
    ------
    InputError
        If fewer than half of the units have a polygon, naming what is unmatched on both sides, or two
        units go by the same name.
    """
    source, key = outlines.attrs.get("source", "boundaries"), outlines.attrs.get("key", "name")
    said = [str(n) for n in names]
    twice = next((n for n, k in Counter(said).items() if k > 1), None)
    if twice is not None:
        both = [str(u) for u, n in zip(units, said, strict=True) if n == twice][:2]
        raise InputError(
            f'{source}: the units {both[0]} and {both[1]} are both called "{brief(twice)}"; match a column with a name for each'
        )
    places = [str(n) for n in outlines["name"].values]
    found = match(said, places)
    lost = [i for i, at in enumerate(found) if at < 0]
    taken = set(found)
    free = [p for i, p in enumerate(places) if i not in taken]
    if 2 * len(lost) > len(said):
        raise InputError(
            f'{source}: {len(lost)} of the {len(said)} units have no polygon by the property "{key}": '
            f"{without_polygon([said[i] for i in lost], free)}; {mend or 'name another property'}"
        )
    owner = np.full(len(places), "", dtype=object)
    for unit, at in zip(units, found, strict=True):
        if at >= 0:
            owner[at] = str(unit)
    out = outlines.assign(unit=("place", owner.astype(str)))
    out.attrs = {**outlines.attrs, **({"without": [str(units[i]) for i in lost]} if lost else {})}
    return out


def without_polygon(lost: Sequence[str], free: Sequence[str]) -> str:
    """Names without a polygon, each with the nearest name of the polygons left, and those polygons.

    Examples
    --------
    >>> without_polygon(["Hebie"], ["Hebei", "Henan"])
    'Hebie (nearest: Hebei); polygons of no unit: Hebei, Henan'
    """
    shown = []
    for name in lost[:NAMED]:
        close = get_close_matches(name, free, n=1, cutoff=0.5)
        shown.append(brief(name) + (f" (nearest: {brief(close[0])})" if close else ""))
    said = _listed(shown, len(lost))
    return f"{said}; polygons of no unit: {_listed([brief(p) for p in free[:NAMED]], len(free))}" if free else said


def _listed(shown: list[str], every: int) -> str:
    return ", ".join(shown) + (f" and {every - len(shown)} more" if every > len(shown) else "")


@lru_cache
def _china() -> list[list[str]]:
    return [line.split(maxsplit=5) for line in _CHINA.strip().splitlines()]


@lru_cache
def _states() -> list[list[str]]:
    return [cell.split(maxsplit=1) for cell in re.split(r"[|\n]", _STATES.strip())]


@lru_cache
def _known(country: Country) -> dict[str, str]:
    """Codes by every form of a name, as `plain` leaves it."""
    out: dict[str, str] = {}
    if country == "US":
        for code, name in _states():
            out |= {plain(form): code for form in (code, f"US-{code}", name)}
        return out | {"washingtondc": "DC"}
    for code, number, one, name, adds, english in _china():
        forms = [code, f"CN-{code}", number, f"{number}0000", one, name, name + adds, english]
        out |= {plain(form): code for form in [*forms, *_ALSO.get(code, "").split()]}
    return out
