"""Small result tables for the tests of figures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text

from accord.core import companion
from accord.plot.style import SMALL

UNITS = ["Ash", "Birch", "Cedar", "Dogwood"]
ALONG = {
    "unit": UNITS,
    "time": [2020, 2021],
    "region": ("unit", ["East", "West", "East", "West"]),
    "label_zh": ("unit", ["北京", "天津", "", "内蒙古"]),
}


@pytest.fixture
def scores() -> xr.Dataset:
    """U of four units in two regions, two years, two subsystems."""
    last = np.array([[0.2, 0.9], [0.5, 0.1], [0.6, 0.3], [0.7, 0.4]])
    values = np.stack([last[::-1], last], axis=1)
    coords: Any = {**ALONG, "subsystem": ["Land", "Water"]}
    return xr.Dataset({"index": (("unit", "time", "subsystem"), values)}, coords=coords)


@pytest.fixture
def coordination() -> xr.Dataset:
    """D and stage of the same units and years."""
    values = np.array([[0.31, 0.42], [0.53, 0.64], [0.75, 0.86], [0.27, 0.38]])
    coords: Any = ALONG
    names = {"label_en": [f"stage {k}" for k in range(1, 11)], "label_zh": [f"第{k}级" for k in range(1, 11)]}
    stage = (("unit", "time"), np.floor(values * 10).astype("i1") + 1, names)
    return xr.Dataset({"coordination": (("unit", "time"), values), "stage": stage}, coords=coords)


@pytest.fixture
def stage_counts() -> xr.Dataset:
    """Four stages, of which the first never occurs."""
    attrs = {
        "label_en": ["severe imbalance", "verge of imbalance", "primary coordination", "quality coordination"],
        "label_zh": ["严重失调", "濒临失调", "初级协调", "优质协调"],
    }
    counts = (("time", "level"), np.array([[0, 2, 1, 1], [0, 1, 3, 0]]), attrs)
    return xr.Dataset({"stage_counts": counts}, coords={"time": [2020, 2021], "level": [1, 2, 3, 4]})


@pytest.fixture
def tree(scores: xr.Dataset, coordination: xr.Dataset, stage_counts: xr.Dataset) -> xr.DataTree:
    """A saved study in Chinese."""
    others = {f"/{name}": node.to_dataset() for name, node in made(4, 2, 2, last=2021).children.items()}
    ahead = forecast_tables(coordination["coordination"].values, ALONG, ["East", "West"])
    groups = {**others, **{f"/{name}": table for name, table in ahead.items()}}
    groups |= {"/scores": scores, "/coordination": coordination, "/stage_counts": stage_counts}
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs={"language": "zh"}), **groups})


def scattered(*shape: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Numbers between 0 and 1 that look random and are not."""
    return np.asarray(np.modf(np.arange(1, np.prod(shape) + 1) * 0.6180339887498949)[0] ** 1.3).reshape(shape)


def made(
    units: int = 31,
    years: int = 12,
    regions: int = 4,
    *,
    long: bool = False,
    equal: bool = False,
    dimensions: int = 7,
    last: int = 2022,
    language: str = "en",
) -> xr.DataTree:
    """A whole study with every table that a figure draws, of made-up numbers that hang together.

    They are scattered by the golden ratio, not drawn at random: the same with every version of NumPy.
    """
    tail = " of a federation with a name that is sixty characters long" if long else ""
    times = np.arange(last - years + 1, last + 1)
    subsystems, groups, parts = (
        [f"{stem}{tail}"[:60] for stem in stems]
        for stems in (
            ("Land and water", "Town"), [f"Area {k}" for k in range(regions)], [f"Side {k}" for k in range(dimensions)]
        )
    )  # fmt: skip
    index = 0.1 + 0.7 * scattered(units, 1, 2) + 0.1 * (scattered(units, years, 2) - 0.4).cumsum(axis=1)
    index = np.full(index.shape, 0.4) if equal else np.clip(index, 0.02, 0.98)
    along: Any = {
        "unit": [f"City {k:03d}{tail}"[:60] for k in range(units)], "time": times,
        "region": ("unit", [groups[k % regions] for k in range(units)]),
        "label_zh": ("unit", [f"第{k}市" for k in range(units)]),
    }  # fmt: skip
    tables = unit_tables(index, along, subsystems, groups)
    tables |= indicator_tables(times, groups, parts, subsystems, tail, equal)
    root = xr.Dataset(attrs={"language": language})
    return xr.DataTree.from_dict({"/": root, **{f"/{k}": t for k, t in tables.items()}})


def unit_tables(index: Any, along: Any, subsystems: list[str], groups: list[str]) -> dict[str, xr.Dataset]:
    """Tables of the units, their stages and their regions, all of them from the indices (unit, time, subsystem)."""
    cells, times = ("unit", "time"), along["time"]
    degree = index.prod(axis=2) ** 0.25
    stage = np.minimum(np.floor(degree * 10).astype(int) + 1, 10)
    labels = [f"stage {k}" for k in range(1, 11)]
    staged = {"label_en": labels, "label_zh": labels, "edges": [k / 10 for k in range(10)]}
    lag = {"label_en": [*(f"{s} lags" for s in subsystems), "level"], "options": '{"low": 0.8, "high": 1.2}'}
    own, axis = np.array(along["region"][1]), np.linspace(0, 1, 21)
    stacked = np.stack([degree, *np.moveaxis(index, 2, 0)])
    spread = {
        key: (
            ("region", "time", "variable"),
            np.stack([by(stacked[:, mine], axis=1).T for mine in (own == own, *(own == g for g in groups))]),
        )
        for key, by in (("mean", np.mean), ("min", np.min), ("max", np.max))
    }
    counts = np.stack([(stage == k).sum(axis=0) for k in range(1, 11)], axis=1)
    return {
        "scores": xr.Dataset({"index": ((*cells, "subsystem"), index)}, {**along, "subsystem": subsystems}),
        "coordination": xr.Dataset(
            {"coordination": (cells, degree), "stage": (cells, stage, staged), "lag_type": (cells, stage, lag)}, along
        ),
        "stage_counts": xr.Dataset(
            {"stage_counts": (("time", "level"), counts, staged)}, {"time": times, "level": np.arange(1, 11)}
        ),
        "regions": xr.Dataset(
            spread, {"region": ["National", *groups], "time": times, "variable": ["coordination", *subsystems]}
        ),
        **transition_tables(degree, stage, times, labels),
        "density": density_table(degree, times, own, groups),
        **space_tables(degree, along),
        "inequality": inequality_table(times, len(groups)),
        **forecast_tables(degree, along, groups),
        **pvar_tables(subsystems, groups),
        "unit_roots": unit_root_table(groups, [*subsystems, "coordination"]),
        "plane": xr.Dataset(
            {"degree": (("first", "second"), np.outer(axis, axis) ** 0.25)}, {"first": axis, "second": axis}
        ),
    }


def density_table(degree: Any, times: Any, own: Any, groups: list[str]) -> xr.Dataset:
    """Gaussian densities of D of everyone and of each group, all with one bandwidth."""
    x = np.linspace(degree.min() - 0.15, degree.max() + 0.15, 128)
    u = (x - degree[..., None]) / 0.04
    each = np.exp(-0.5 * u * u) / np.sqrt(2 * np.pi) / 0.04
    curves = np.stack([each[mine].mean(axis=0) for mine in (own == own, *(own == g for g in groups))])
    coords: Any = {"group": ["National", *groups], "time": times, "x": ("grid", x)}
    return xr.Dataset({"density": (("group", "time", "grid"), curves)}, coords)


def inequality_table(times: Any, regions: int) -> xr.Dataset:
    """Gini coefficient and its parts in the shares of made-up numbers; one row where there is one region."""
    parts = 0.02 + 0.1 * scattered(len(times), 3)
    total = parts.sum(axis=1, keepdims=True)
    value = np.hstack([total, parts, total])[:, : 5 if regions > 1 else 1]
    named: Any = {
        "time": times,
        "measure": ("row", ["gini", "dagum", "dagum", "dagum", "dagum"][: value.shape[1]]),
        "part": ("row", ["total", "within", "between", "overlap", "total"][: value.shape[1]]),
    }
    cells = ("time", "row")
    return xr.Dataset({"value": (cells, value), "percent": (cells, 100 * value / total)}, named)


def unit_root_table(groups: list[str], variables: list[str]) -> xr.Dataset:
    """p-values of four tests, smaller in differences, the textbook's below the simulated; CIPS of all units alone."""
    at: Any = {"group": ["National", *groups], "variable": variables, "form": ["levels", "differences"],
               "test": ["ips", "fisher_pp", "hadri", "cips"]}  # fmt: skip
    shape = tuple(len(v) for v in at.values())
    simulated = 0.001 + 0.99 * scattered(*shape)
    simulated[:, :, 1] = 0.001 + 0.2 * simulated[:, :, 1] ** 2
    refused = np.zeros(shape, dtype=bool)
    refused[1:, ..., 3] = True
    refused[-1, 0, 1, 2] = True
    p = np.where(refused, np.nan, simulated)
    values = {"leading_p": p, "pvalue": p**1.6, "pvalue_simulated": p.copy()}
    notes = {"note": np.where(refused, "too few units", ""), "note_zh": np.where(refused, "单元太少", "")}
    return xr.Dataset({k: (tuple(at), v) for k, v in {**values, **notes}.items()}, at)


def transition_tables(degree: Any, stage: Any, times: Any, labels: list[str]) -> dict[str, xr.Dataset]:
    """Moves from year to year between stages and between fifths, and flows from the first year to the last."""
    fifth = 1 + (degree[..., None] > np.quantile(degree, [0.2, 0.4, 0.6, 0.8])).sum(axis=-1)
    names = {"label_en": labels, "label_zh": labels}
    rows = []
    for analysis, x, k in (("stages", stage, 10), ("yearly quantiles", fifth, 5), ("pooled quantiles", fifth, 5)):
        counts = np.zeros((k, k), dtype=int)
        np.add.at(counts, (x[:, :-1] - 1, x[:, 1:] - 1), 1)
        for i, j in np.ndindex(k, k):
            named = (i + 1, j + 1) if k == 10 else (0, 0)
            rows.append((analysis, i + 1, j + 1, counts[i, j], counts[i, j] / max(counts[i].sum(), 1), *named))
    a, b, c, count, p, one, two = (np.array(column) for column in zip(*rows, strict=True))
    flows = np.zeros((10, 10), dtype=int)
    np.add.at(flows, (stage[:, 0] - 1, stage[:, -1] - 1), int(len(times) > 1))
    start, end = np.nonzero(flows)
    along: Any = {
        "from_year": ("row", np.full(start.size, times[0])),
        "to_year": ("row", np.full(start.size, times[-1])),
    }
    moved = {"from_name": ("row", start + 1, names), "to_name": ("row", end + 1, names)}
    return {
        "transitions": xr.Dataset(
            {"count": ("row", count), "probability": ("row", p), "from_name": ("row", one, names),
             "to_name": ("row", two, names)},
            {"analysis": ("row", a), "from": ("row", b), "to": ("row", c)},
        ),
        "stage_flows": xr.Dataset(
            {"count": ("row", flows[start, end]), **moved}, {**along, "from": ("row", start + 1), "to": ("row", end + 1)}
        ),
    }  # fmt: skip


def space_tables(degree: Any, along: Any) -> dict[str, xr.Dataset]:
    """Units on a ring, each between two neighbours, and on a grid of degrees; made-up clusters and ellipses."""
    n, t = degree.shape
    cells, times = ("unit", "time"), along["time"]
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (degree - degree.mean(axis=0)) / np.where(np.ptp(degree, axis=0) > 1e-12, degree.std(axis=0), np.nan)
    lag = (np.roll(z, 1, axis=0) + np.roll(z, -1, axis=0)) / 2
    known = np.isfinite(z)
    quadrant = np.where(known, np.select([(z > 0) & (lag > 0), lag > 0, z <= 0], [1, 2, 3], 4), 0)
    cluster = np.where(known, np.where(scattered(n, t) < 0.4, quadrant, 5), 0)
    names = {"label_en": ["high-high", "low-high", "low-low", "high-low", "not significant"]}
    names |= {"label_zh": ["高-高集聚", "低-高集聚", "低-低集聚", "高-低集聚", "不显著"], "options": '{"alpha": 0.05}'}  # type: ignore[dict-item]
    corners = {"label_en": ["HH", "LH", "LL", "HL"], "label_zh": ["高-高", "低-高", "低-低", "高-低"]}
    lisa = {
        "standardised": (cells, z), "lag": (cells, lag), "quadrant": (cells, quadrant.astype("i1"), corners),
        "cluster": (cells, cluster.astype("i1"), names),
    }  # fmt: skip
    slope = np.where(known.all(axis=0), (z * lag).mean(axis=0), np.nan)
    lon, lat = 80 + 40 * scattered(n), 25 + 20 * scattered(2 * n)[n:]
    centre = 100 + scattered(t), 35 + scattered(2 * t)[t:]
    turn = np.linspace(0, 2 * np.pi, 73)
    round_ = [
        (("time", "point"), c[:, None] + r * f(turn)) for c, r, f in zip(centre, (8, 5), (np.cos, np.sin), strict=True)
    ]
    path = {"longitude": ("time", centre[0]), "latitude": ("time", centre[1]), "shift_km": ("time", 50 * scattered(t))}
    km = {"x": ("time", 90 * (centre[0] - 100)), "y": ("time", 110 * (centre[1] - 35))}
    return {
        "moran": xr.Dataset({"moran": ("time", slope), "pvalue_permutation": ("time", scattered(t))}, {"time": times}),
        "lisa": xr.Dataset(lisa, along),
        "centre": xr.Dataset({**km, **path}, {"time": times}),
        "centre_units": xr.Dataset(
            {"longitude": ("unit", lon), "latitude": ("unit", lat)}, {k: v for k, v in along.items() if k != "time"}
        ),
        "centre_ellipse": xr.Dataset({"longitude": round_[0], "latitude": round_[1]}, {"time": times}),
    }


def forecast_tables(degree: Any, along: Any, groups: list[str]) -> dict[str, xr.Dataset]:
    """Forecasts eight years ahead by four models on two routes: straight paths with bands, calibrated for three years."""
    n, times, models, routes = len(degree), along["time"], ["ensemble", "naive", "drift", "lstm"], 2
    ahead, pace = np.arange(1, 9), np.array([0.006, 0.0, 0.004, 0.008])[:, None] + [0, 0.001]
    later = np.asarray(times)[-1] + ahead
    own, dims = np.array(along["region"][1]), ("model", "route", "unit", "time")
    mean = np.clip(degree[:, -1, None] + pace[..., None, None] * ahead * (0.5 + scattered(n))[:, None], 0, 1)
    bands = {f"{side}{level}": sign * wide * np.sqrt(ahead) for side, sign in (("lo", -1), ("hi", 1))
             for level, wide in ((80, 0.01), (95, 0.016))}  # fmt: skip
    basis = {"basis80": np.where(ahead <= 3, 1, 2), "basis95": np.full(8, 2)}
    labels = [f"stage {k}" for k in range(1, 11)]
    stage = np.minimum(np.floor(mean * 10).astype(int) + 1, 10)
    tried: Any = {"model": models, "route": ["direct", "indices"]}
    units: Any = {k: v for k, v in along.items() if k != "time"}
    whole = [own == own, *(own == g for g in groups)]
    regional = np.stack([mean[0, 0, mine].mean(axis=0) for mine in whole])
    now = np.stack([np.full(8, degree[mine, -1].mean()) for mine in whole])
    held = list(np.asarray(times)[-3:])
    shape = (len(models), routes, n, len(held))
    actual = np.broadcast_to(degree[:, -len(held) :], shape)
    scores = {key: (("model", "route"), k * (0.5 + scattered(len(models), routes)))
              for key, k in (("r2_pooled", 0.6), ("r2_within", -0.3), ("mase", 1.5))}  # fmt: skip
    fan = {
        **{k: np.clip(mean + v, 0, 1) for k, v in bands.items()},
        **{k: np.broadcast_to(v, mean.shape) for k, v in basis.items()},
    }
    group = {
        **{k: regional + v for k, v in bands.items()},
        **{k: np.broadcast_to(v, regional.shape) for k, v in basis.items()},
    }
    return {
        "forecast": xr.Dataset(
            {"mean": (dims, mean), **{k: (dims, v) for k, v in fan.items()},
             "forecast_stage": (dims, stage, {"label_en": labels, "label_zh": labels})},
            {**units, **tried, "time": later},
        ),
        "forecast_regions": xr.Dataset(
            {k: (("group", "time"), v) for k, v in {"mean": regional, "now": now, **group}.items()},
            {"group": ["National", *groups], "time": later},
        ),
        "forecast_pace": xr.Dataset({"rise": ("unit", (mean[0, 0, :, -1] - degree[:, -1]) / 8)}, units),
        "forecast_ranking": xr.Dataset(
            {"mase": scores["mase"], "coverage80": (("model", "route"), 0.7 + 0.2 * scattered(len(models), routes))}, tried
        ),
        "forecast_holdout": xr.Dataset(
            {"actual": (dims, actual), "predicted": (dims, actual + 0.02 * (scattered(*shape) - 0.4))},
            {**units, **tried, "time": held},
        ),
        "holdout_skill": xr.Dataset(scores, tried),
    }  # fmt: skip


ESTIMATORS = ["gmm", "gmm_two_step", "hahn_kuersteiner", "jackknife", "bias_corrected"]


def pvar_tables(
    variables: list[str], groups: list[str], *, horizon: int = 10, joint: bool = True
) -> dict[str, xr.Dataset]:
    """Panel VARs of made-up coefficients by five estimators: GMM leads nationally, the jackknife in the regions.

    The last region is descriptive where there are two or more, its bands five times as wide.
    """
    k, every = len(variables), ["National", *groups]
    g, e = len(every), len(ESTIMATORS)
    a = 0.5 * np.eye(k) + 0.4 * (scattered(g, e, k, k) - 0.4) / k
    root = np.tril(0.02 * (scattered(g, 1, k, k) - 0.3)) + 0.02 * np.eye(k)
    theta = companion.orthogonalised(a, np.broadcast_to(root @ root.swapaxes(-1, -2), a.shape), horizon)
    shares, solved = companion.variance_shares(theta), companion.roots(a)
    spread = np.abs(theta).max(axis=(-1, -2, -3), keepdims=True) * np.sqrt(np.arange(horizon + 1) / 40)[:, None, None]
    spread = np.where(theta == 0, np.minimum(spread, np.arange(horizon + 1)[:, None, None]), spread + 1e-3)
    spread[-1] *= 5 if g > 2 else 1
    leading = np.zeros((g, e), dtype=bool)
    leading[1:, 3] = leading[0, 0] = True
    about: Any = {"leading": (("group", "estimator"), leading), "descriptive": ("group", np.arange(g) >= max(g - 1, 2))}
    named: Any = {"group": every, "estimator": ESTIMATORS}
    dims, end = ("group", "estimator", "scale", "response", "impulse", "horizon"), np.arange(horizon + 1)

    def both(x: Any) -> Any:
        return dims, np.moveaxis(np.stack([x, np.cumsum(x, axis=-3)], axis=2), -3, -1)

    bands = {"lo": -1.0, "hi": 1.0, **({"lo_joint": -1.5, "hi_joint": 1.5} if joint else {})}
    table = {"irf": both(theta), **{name: both(theta + by * spread) for name, by in bands.items()}}
    parts = np.moveaxis(shares, -3, -1)
    error = 0.1 + 0.05 * scattered(g, e, k, k)
    error[-1] *= 5 if g > 2 else 1
    four, cells = ("group", "estimator", "equation", "term"), ("group", "estimator", "response", "impulse", "horizon")
    both_names: Any = {"response": variables, "impulse": variables}
    return {
        "irf": xr.Dataset(
            {**table, **about}, {**named, "scale": ["estimated", "levels"], **both_names, "horizon": end}
        ),
        "fevd": xr.Dataset(
            {"variance_share": (cells, parts), "lo": (cells, np.clip(parts - 0.1, 0, 1)), "hi": (cells, np.clip(parts + 0.1, 0, 1)),
             "settled": (cells[:3], companion.settled(shares)), **about},
            {**named, **both_names, "horizon": end[1:]},
        ),
        "stability": xr.Dataset(
            {**{name: (("group", "estimator", "root"), v) for name, v in
                (("real", solved.real), ("imaginary", solved.imag), ("modulus", np.abs(solved)))}, **about},
            {**named, "root": np.arange(1, k + 1)},
        ),
        "pvar": xr.Dataset(
            {"coef": (four, a), "se": (four, error / 1.96), "lo": (four, a - error), "hi": (four, a + error), **about},
            {**named, "equation": variables, "term": [f"L1.{v}" for v in variables]},
        ),
    }  # fmt: skip


def indicator_tables(
    times: Any, groups: list[str], parts: list[str], subsystems: list[str], tail: str, equal: bool
) -> dict[str, xr.Dataset]:
    """Tables of the indicators, two to a dimension, and of the dimensions."""
    n, t = 2 * len(parts), len(times)
    owners = [subsystems[2 * k // len(parts)] for k in range(len(parts))]
    owner = np.repeat(owners, 2)
    weight = np.full(n, 0.1) if equal else scattered(n) / scattered(n).sum()
    shares = np.full((t, n), 0.1) if equal else scattered(t, n) / scattered(t, n).sum(axis=1, keepdims=True)
    rank = 1 + ((shares[:, None] > shares[:, :, None]) & (owner == owner[:, None])).sum(axis=2)
    means = np.full((len(groups) + 1, t, len(parts)), 0.5) if equal else scattered(len(groups) + 1, t, len(parts))
    indicators: Any = {
        "indicator": [f"x{k}" for k in range(n)], "subsystem": ("indicator", owner),
        "dimension": ("indicator", np.repeat(parts, 2)), "direction": ("indicator", ["+-="[k % 3] for k in range(n)]),
        "name": ("indicator", [f"Measure {k}{tail}"[:60] for k in range(n)]),
        "name_zh": ("indicator", [f"指标{k}" for k in range(n)]),
    }  # fmt: skip
    return {
        "weights": xr.Dataset({"weight": ("indicator", weight)}, indicators),
        **driver_tables(n, indicators),
        "dimension_means": xr.Dataset(
            {"mean": (("group", "time", "dimension"), means)},
            {"group": ["National", *groups], "time": times, "dimension": parts, "subsystem": ("dimension", owners)},
        ),
        "obstacle_ranks": xr.Dataset(
            {"degree": (("time", "indicator"), shares), "rank": (("time", "indicator"), rank)},
            {"time": times, "indicator": indicators["indicator"]},
        ),
    }


def driver_tables(n: int, indicators: Any) -> dict[str, xr.Dataset]:
    """q of each indicator and of every pair, in one period; some pairs enhance nonlinearly."""
    q, keys, cells = scattered(n)[None], indicators["indicator"], ("period", "couple")
    one, two = (np.array(side) for side in zip(*combinations(range(n), 2), strict=True))
    both = np.maximum(q[:, one], q[:, two]) * 1.2
    kind = np.where(both > q[:, one] + q[:, two], 5, 3).astype("i1")
    names = {
        "label_en": ["nonlinear weaken", "univariate weaken", "bivariate enhance", "independent", "nonlinear enhance"],
        "label_zh": ["非线性减弱", "单因子非线性减弱", "双因子增强", "独立", "非线性增强"],
    }
    return {
        "drivers": xr.Dataset(
            {"q": (("period", "indicator"), q), "pvalue": (("period", "indicator"), 0.2 * q)},
            {**indicators, "period": ["pooled"]},
        ),
        "driver_interactions": xr.Dataset(
            {"first": (cells, np.array(keys)[one][None]), "second": (cells, np.array(keys)[two][None]),
             "q": (cells, np.minimum(both, 1)), "kind": (cells, kind, names)},
            {"period": ["pooled"]},
        ),
    }  # fmt: skip


def assert_legible(figure: Figure, least: int = 10) -> None:
    """No text leaves the page, meets another or is too small, as measured at 300 dots per inch."""
    figure.set_dpi(300)
    figure.draw_without_rendering()
    boxes = []
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text() and text.get_visible():
            assert text.get_fontsize() >= SMALL, text.get_text()
            boxes.append((text.get_text(), text.get_window_extent()))
    assert len(boxes) >= least
    page = figure.bbox
    for name, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1, f"{name} leaves the page"
    for (one, a), (two, b) in combinations(boxes, 2):
        across, up = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 1 or up < 0.25 * min(a.height, b.height), f"{one} meets {two}"


@pytest.fixture
def make() -> Callable[..., xr.DataTree]:
    """Whole studies of any size."""
    return made


@pytest.fixture
def pvar() -> Callable[..., dict[str, xr.Dataset]]:
    """Tables of a panel VAR of any variables and groups."""
    return pvar_tables


@pytest.fixture
def legible() -> Callable[..., None]:
    """What every figure must pass on paper."""
    return assert_legible
