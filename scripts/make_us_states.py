"""Write the embedded US states panel from the copy of Munnell's data in the ``linearmodels`` package.

The figures are passed on as they are; only names, divisions, columns and order are ours.
``linearmodels`` is needed to run this script, not to use accord.

Run from anywhere::

    python scripts/make_us_states.py [OUTPUT]
"""

from __future__ import annotations

import sys
from pathlib import Path

from linearmodels.datasets import munnell

OUTPUT = Path(__file__).resolve().parents[1] / "src" / "accord" / "data" / "us-states" / "panel.csv"

FIGURES = {
    "hwy": "HWY",
    "water": "WATER",
    "util": "UTIL",
    "pc": "PC",
    "gsp": "GSP",
    "emp": "EMP",
    "unemp": "UNEMP",
}
COLUMNS = ["state", "state_zh", "region", "year", *FIGURES]

# One line a state: postal code, name, Chinese name; grouped by census division.
STATES = {
    "New England": """
        CT|Connecticut|康涅狄格州
        ME|Maine|缅因州
        MA|Massachusetts|马萨诸塞州
        NH|New Hampshire|新罕布什尔州
        RI|Rhode Island|罗得岛州
        VT|Vermont|佛蒙特州
    """,
    "Middle Atlantic": """
        NJ|New Jersey|新泽西州
        NY|New York|纽约州
        PA|Pennsylvania|宾夕法尼亚州
    """,
    "East North Central": """
        IL|Illinois|伊利诺伊州
        IN|Indiana|印第安纳州
        MI|Michigan|密歇根州
        OH|Ohio|俄亥俄州
        WI|Wisconsin|威斯康星州
    """,
    "West North Central": """
        IA|Iowa|艾奥瓦州
        KS|Kansas|堪萨斯州
        MN|Minnesota|明尼苏达州
        MO|Missouri|密苏里州
        NE|Nebraska|内布拉斯加州
        ND|North Dakota|北达科他州
        SD|South Dakota|南达科他州
    """,
    "South Atlantic": """
        DE|Delaware|特拉华州
        FL|Florida|佛罗里达州
        GA|Georgia|佐治亚州
        MD|Maryland|马里兰州
        NC|North Carolina|北卡罗来纳州
        SC|South Carolina|南卡罗来纳州
        VA|Virginia|弗吉尼亚州
        WV|West Virginia|西弗吉尼亚州
    """,
    "East South Central": """
        AL|Alabama|亚拉巴马州
        KY|Kentucky|肯塔基州
        MS|Mississippi|密西西比州
        TN|Tennessee|田纳西州
    """,
    "West South Central": """
        AR|Arkansas|阿肯色州
        LA|Louisiana|路易斯安那州
        OK|Oklahoma|俄克拉何马州
        TX|Texas|得克萨斯州
    """,
    "Mountain": """
        AZ|Arizona|亚利桑那州
        CO|Colorado|科罗拉多州
        ID|Idaho|爱达荷州
        MT|Montana|蒙大拿州
        NV|Nevada|内华达州
        NM|New Mexico|新墨西哥州
        UT|Utah|犹他州
        WY|Wyoming|怀俄明州
    """,
    "Pacific": """
        CA|California|加利福尼亚州
        OR|Oregon|俄勒冈州
        WA|Washington|华盛顿州
    """,
}


def states() -> dict[str, tuple[str, str, str]]:
    """Return name, Chinese name and census division by postal code."""
    table: dict[str, tuple[str, str, str]] = {}
    for region, block in STATES.items():
        for line in block.split("\n"):
            if line.strip():
                abbr, name, chinese = line.strip().split("|")
                table[abbr] = (name, chinese, region)
    return table


def main(output: Path = OUTPUT) -> None:
    """Read the package's table and write the panel as UTF-8 CSV with LF line ends."""
    table = states()
    records = munnell.load().to_dict("records")
    rows: list[tuple[str, int, str]] = []
    for record in records:
        abbr, year = str(record["ST_ABB"]).strip(), int(record["YR"])
        name, chinese, region = table[abbr]
        figures = [str(record[source]) for source in FIGURES.values()]
        rows.append((name, year, ",".join([name, chinese, region, str(year), *figures])))
    if len({row[:2] for row in rows}) != len(table) * 17:
        raise SystemExit("expected 48 states by 17 years, each once")
    lines = [",".join(COLUMNS), *(text for _, _, text in sorted(rows))]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{output}: {len(rows)} rows")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
