"""Tables of units: by which names each is called and which region it lies in, to tell units in files of other spellings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

from accord.errors import InputError, brief, nearest
from accord.places import Country, code_of, names_of, plain, short
from accord.sheets import read_sheet, refuse_control

COLUMNS = ("key", "name", "name_zh", "region", "aliases")
FOOTMARK = re.compile(r"(?<=\D)\s*(?:[①-⑳㈠-㈩⁰-⁹¹²³†‡*＊]+|\[\d{1,2}\]|\(\d{1,2}\)|\d\))$")
NEAR = 0.5
"""Likeness of two names from which one is suggested for the other."""
_REGIONS: dict[Country, dict[tuple[str, str], str]] = {
    "CN": {
        ("Eastern", "东部"): "BJ TJ HE SH JS ZJ FJ SD GD HI",
        ("Central", "中部"): "SX AH JX HA HB HN",
        ("Western", "西部"): "NM GX CQ SC GZ YN XZ SN GS QH NX XJ",
        ("Northeast", "东北"): "LN JL HL",
    },
    "US": {
        ("Northeast", "东北部"): "CT ME MA NH RI VT NJ NY PA",
        ("Midwest", "中西部"): "IL IN MI OH WI IA KS MN MO NE ND SD",
        ("South", "南部"): "DE FL GA MD NC SC VA WV AL KY MS TN AR LA OK TX",
        ("West", "西部"): "AZ CO ID MT NV NM UT WY CA OR WA",
    },
}
"""Regions of the 31 provinces as the National Bureau of Statistics draws them (2011), of the 48 states as the Census Bureau does."""


@dataclass(frozen=True, eq=False)
class UnitTable:
    """Units that a study knows by name.

    Examples
    --------
    >>> table = UnitTable.of_country("CN")
    >>> len(table.keys), table.find("内蒙古自治区"), table.regions["NM"], table.find("Hebie"), table.near("Hebie")
    (31, 'NM', ('Western', '西部'), '', 'Hebei')
    """

    what: str
    """What a unit is called in a message: province, state, or unit of a file."""
    names: Mapping[str, tuple[str, str]]
    """English (or only) and Chinese name by key."""
    regions: Mapping[str, tuple[str, str]]
    """Region by key in both languages; empty texts where it has none."""
    forms: Mapping[str, str]
    """Key by every known form of a name, as `places.plain` leaves it."""
    country: Country | None = None

    @property
    def keys(self) -> list[str]:
        return list(self.names)

    @classmethod
    def of_country(cls, country: Country) -> UnitTable:
        """The 31 provinces of China, or the 48 contiguous states of the US, with the regions that studies use."""
        return _country(country)

    @classmethod
    def read(cls, path: str | Path) -> UnitTable:
        """A table of one's own: `key`, and where wanted `name`, `name_zh`, `region` and `aliases` (with | between).

        Raises
        ------
        InputError
            For a column that is missing or unknown, an empty key, or a name of two units.
        """
        sheet = read_sheet(path)
        if "key" not in sheet.columns:
            raise InputError(
                f'{sheet.place()}: a table of units needs the column "key"; it has {", ".join(sheet.columns)}'
            )
        for column in sheet.columns:
            if column not in COLUMNS:
                raise InputError(f'{sheet.place()}: unknown column "{brief(column)}"; {nearest(column, COLUMNS)}')
            refuse_control(sheet, column)
        names: dict[str, tuple[str, str]] = {}
        regions: dict[str, tuple[str, str]] = {}
        forms: dict[str, str] = {}
        for i, row in enumerate(sheet.frame.to_dict("records")):
            key, region = row["key"], row.get("region", "")
            if not key:
                raise InputError(f"{sheet.place(i, 'key')}: the cell is empty; every unit needs a key")
            if key in names:
                raise InputError(f'{sheet.place(i, "key")}: "{brief(key)}" stands twice')
            names[key], regions[key] = (row.get("name") or key, row.get("name_zh", "")), (region, region)
            for form in (key, row.get("name"), row.get("name_zh"), *re.split(r"[|;；]", row.get("aliases", ""))):
                if form and forms.setdefault(plain(form), key) != key:
                    other = names[forms[plain(form)]][0]
                    raise InputError(
                        f'{sheet.place(i)}: "{brief(form)}" is a name of {brief(other)} too; a name stands for one unit'
                    )
        if len(names) < 2:
            raise InputError(f"{sheet.place()}: a table of units names at least two")
        return cls(f"unit of {sheet.file}", names, regions, forms)

    def find(self, name: str) -> str:
        """Key of a unit by any form of its name, with or without the mark of a footnote; empty where it is none of them."""
        return self._known(name) or self._known(FOOTMARK.sub("", name))

    def _known(self, name: str) -> str:
        if self.country:
            code = code_of(name, self.country)
            return code if code in self.names else ""
        return self.forms.get(plain(name)) or self.forms.get(short(name), "")

    def near(self, name: str, among: Iterable[str] | None = None) -> str:
        """The name, of the units in `among` or any, that is most like one that is unknown; empty where none is."""
        keys = set(self.names if among is None else among)
        best, score = "", NEAR
        for form, key in self.forms.items():
            if key not in keys or len(form) < 2 or (form.isascii() != plain(name).isascii()):
                continue
            like = SequenceMatcher(None, short(name), short(form)).ratio()
            if like > score or (like == score and not best):
                best, score = form, like
        if not best:
            return ""
        en, zh = self.names[self.forms[best]]
        return en if best.isascii() or not zh else zh

    def label(self, key: str, chinese: bool) -> str:
        """Name of a unit in a language, as far as it has one."""
        en, zh = self.names[key]
        return zh if chinese and zh else en


def best_table(labels: Sequence[str], tables: Sequence[UnitTable]) -> tuple[UnitTable | None, int]:
    """The table that knows most of some names, and how many; two letters that are both are rather a state's."""
    letters = all(len(label) == 2 and label.isascii() for label in labels)
    rank = {i: (letters and t.country == "US", -i) for i, t in enumerate(tables)}
    counted = [(sum(bool(t.find(label)) for label in labels), *rank[i], -i) for i, t in enumerate(tables)]
    most, *_, at = max(counted, default=(0, 0))
    return (tables[-at], most) if most else (None, 0)


@lru_cache
def _country(country: Country) -> UnitTable:
    inside = {code: region for region, codes in _REGIONS[country].items() for code in codes.split()}
    found = names_of(country)
    names = {code: (named[0], named[1]) for code, named in found.items() if code in inside}
    forms = {plain(form): code for code, named in found.items() if code in inside for form in named if form}
    return UnitTable(
        {"CN": "province of China", "US": "state of the US"}[country],
        names,
        {c: inside[c] for c in names},
        forms,
        country,
    )
