"""Findings on other settings: which moves D most, and under which the mean D turns round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from accord.method import Text
from accord.phrases import several
from accord.settings import setting
from accord.study.finding import Called, moves, reads


def _named(table: xr.Dataset, row: int) -> Text:
    step, name, value = (str(table[key].values[row]) for key in ("step", "setting", "alternative"))
    return Text(setting(step, name, value, "en"), setting(step, name, value, "zh"))


@reads("alternatives")
def most(table: xr.Dataset, called: Called) -> Iterator[Text]:
    """The alternative that moves D most on average, and those that turn its way."""
    rows = np.flatnonzero((table["setting"].values != "") & (table["reason"].values == ""))
    away, n = table["mean_difference"].values, rows.size
    if not n or not (away[rows] > 0).any():
        return
    far = int(rows[int(np.argmax(away[rows]))])
    named, changed = _named(table, far), float(table["stage_changed"].values[far])
    yield Text(
        f"Of {n} other settings of the scoring chain, {named.en} moves D most: by {away[far]:.4f} on average and "
        f"{float(table['largest'].values[far]):.4f} at most, with {100 * changed:.0f}% of units and years in another stage.",
        f"在评价链条的 {n} 个替代设定中，“{named.zh}”对 D 影响最大：平均差 {away[far]:.4f}，最大差 "
        f"{float(table['largest'].values[far]):.4f}，{100 * changed:.0f}% 的样本（单元—年份）等级改变。",
    )
    way = moves(float(table["change"].values[0]))
    turned = [_named(table, int(row)) for row in rows if table["sign"].values[row] == "turned"]
    if turned:
        en, zh = several(t.en for t in turned).en, "、".join(f"“{t.zh}”" for t in turned)
        yield Text(
            f"The mean D of all units {way.en} from the first year to the last, but not under {en}.",
            f"首末年份间全部单元的平均 D {way.zh}，但采用{zh}时并非如此。",
        )
    else:
        yield Text(
            f"The mean D of all units {way.en} from the first year to the last under every one of them.",
            f"首末年份间全部单元的平均 D {way.zh}，在上述各设定下均成立。",
        )
