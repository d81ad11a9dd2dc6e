"""What `accord check` found, as lines of text in the language of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WORDS = {
    "en": {
        "size": "{sizes}, {first}-{last}", "cube": "{sizes}", "subsystems": "subsystems: ", "regions": "regions: ",
        "indicators": "{indicators} indicators, {filled} cells filled", "of": " of {cells}", "filled": "  {key}: {n} filled",
        "zones": "zones: {units} units of {cells[0]:,} to {cells[1]:,} cells, of which at least {coverage[0]:.0%} have data ({least})",
        "steps": "steps: ", "left": "left out: {steps}: {why}", "warning": "warning: ",
        "look": "look at: ", "run": "the plan can run", "comma": ", ",
    },
    "zh": {
        "size": "{sizes}，{first}-{last} 年", "cube": "{sizes}", "subsystems": "子系统：", "regions": "地区：",
        "indicators": "{indicators} 个指标，填补 {filled} 个单元格", "of": "（共 {cells} 个）", "filled": "  {key}：填补 {n} 个",
        "zones": "分区：{units} 个单元，各含 {cells[0]:,} 至 {cells[1]:,} 个格点，有数据的格点至少占 {coverage[0]:.0%}（{least}）",
        "steps": "步骤：", "left": "未选：{steps}：{why}", "warning": "警告：", "look": "请核对：",
        "run": "方案可以运行", "comma": "、",
    },
}  # fmt: skip
DIMS = {
    "en": {"unit": " units", "time": " years", "y": " rows", "x": " columns"},
    "zh": {"unit": " 个单元", "time": " 期", "y": " 行", "x": " 列"},
}


def told(found: Mapping[str, Any]) -> str:
    """The findings in a few lines: what there is, what runs, what to look at.

    Examples
    --------
    >>> print(told({"title": "T", "sizes": {"unit": 2, "time": 3}, "years": [2011, 2013], "subsystems": ["A", "B"],
    ...     "regions": [], "steps": {"weights": "entropy"}, "left_out": {}, "warnings": []}))
    T
    2 units x 3 years, 2011-2013
    subsystems: A, B
    steps: weights (entropy)
    the plan can run
    """
    return "\n".join(_lines(found, str(found.get("language", "en"))))


def _lines(found: Mapping[str, Any], language: str) -> Iterator[str]:
    w = WORDS[language]
    yield found["title"] or found["plan"]
    yield from found.get("read", [])
    sizes = " x ".join(f"{n}{DIMS[language].get(d, f' {d}')}" for d, n in found["sizes"].items())
    yield w["size"].format(sizes=sizes, first=found["years"][0], last=found["years"][1])
    for part in ("subsystems", "regions"):
        if found[part]:
            yield w[part] + w["comma"].join(found[part])
    if "indicators" in found:
        of = w["of"].format(cells=f"{found['cells']:,}") if found["filled_cells"] else ""
        yield w["indicators"].format(indicators=found["indicators"], filled=found["filled_cells"]) + of
        yield from (w["filled"].format(key=key, n=n) for key, n in found["filled_by_indicator"].items())
    if "zones" in found:
        yield w["zones"].format(**found["zones"])
    yield w["steps"] + w["comma"].join(f"{s} ({name})" if s != name else s for s, name in found["steps"].items())
    left: dict[str, list[str]] = {}
    for step, why in found["left_out"].items():
        left.setdefault(why[language], []).append(step)
    yield from (w["left"].format(steps=w["comma"].join(steps), why=why) for why, steps in left.items())
    yield from (w["warning"] + one[language] for one in found["warnings"])
    yield from (w["look"] + one[language] for one in found.get("remarks", []) if not one["warn"])
    yield w["run"]
