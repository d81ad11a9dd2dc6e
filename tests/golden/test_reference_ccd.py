"""The coupling chain against reference numbers verified with independent programs (../shared/reference/ccd).

Tolerance 1e-12 throughout: everything here lies in [0, 1] or is a percentage, and the references carry 15 to 17
digits. Weights may differ by 1e-15/d where that is more, because d = 1 - e loses digits when e is near 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import accord as ac
from accord.core import coupling as core
from accord.core import normalise as scale
from accord.core import weights as W
from accord.methods.obstacle import obstacle
from accord.methods.stages import ten

TOL = 1e-12
THREE = {"infra": ["hwy", "water", "util"], "capital": ["pc", "gsp"], "labour": ["emp", "unemp"]}
TWO = {"infra": ["hwy", "water", "util"], "econ": ["pc", "gsp", "emp", "unemp"]}
Build = Callable[..., ac.Study]


def load(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def chain(reference: Path) -> dict[str, Any]:
    return load(reference, "chain_produc.json")


@pytest.fixture(scope="module")
def out(reference: Path) -> pd.DataFrame:
    """Reference rows, a row per state and year."""
    return pd.read_csv(reference / "chain_produc_out.csv").set_index(["state", "year"])


@pytest.fixture(scope="module")
def build(reference: Path) -> Build:
    """A study of the reference panel, unemployment closest to 5 % best."""

    def make(groups: dict[str, list[str]], **steps: Any) -> ac.Study:
        rows = [
            {
                "key": key,
                "subsystem": name,
                "direction": "=" if key == "unemp" else "+",
                "target": "5" if key == "unemp" else "",
            }
            for name, keys in groups.items()
            for key in keys
        ]
        system = ac.IndicatorSystem.from_table(pd.DataFrame(rows))
        panel = ac.read_panel(reference / "data" / "produc.csv", system, unit="state", region="region")
        return ac.Study(panel, **steps)

    return make


def rows_of(array: xr.DataArray, like: pd.DataFrame) -> np.ndarray:
    """Values in the order of the reference rows, met by label."""
    series = array.transpose("unit", "time").to_series()
    series.index.names = like.index.names
    assert set(series.index) == set(like.index)
    return series.loc[like.index].to_numpy()


# ---------------------------------------------------------------------------------------------------- the chain


@pytest.mark.parametrize("name", ["infra", "capital", "labour"])
def test_three_subsystem_indices(build: Build, out: pd.DataFrame, name: str) -> None:
    index = build(THREE)["index"].sel(subsystem=name)
    assert np.abs(rows_of(index, out) - out[f"U_{name}"]).max() < TOL


def test_two_subsystem_indices(build: Build, out: pd.DataFrame) -> None:
    index = build(TWO)["index"]
    assert np.abs(rows_of(index.sel(subsystem="infra"), out) - out["U_infra"]).max() < TOL
    assert np.abs(rows_of(index.sel(subsystem="econ"), out) - out["U_econ"]).max() < TOL


@pytest.mark.parametrize("groups", [TWO, THREE], ids=["2", "3"])
@pytest.mark.parametrize(("variant", "column"), [("standard", "std"), ("wang", "wang"), ("fan", "fan")])
def test_coupling_development_coordination(
    build: Build, out: pd.DataFrame, groups: dict[str, list[str]], variant: str, column: str
) -> None:
    study, number = build(groups, coupling=variant), len(groups)
    for name, reference in (
        ("coupling", f"C{number}_{column}"),
        ("coordination", f"D{number}_{column}"),
        ("development", f"T{number}"),
    ):
        assert np.abs(rows_of(study[name], out) - out[reference]).max() < TOL, reference


def test_coupling_without_root(build: Build, out: pd.DataFrame) -> None:
    study = build(TWO, coupling={"method": "standard", "root": False})
    assert np.abs(rows_of(study["coupling"], out) - out["C2_squared_noroot"]).max() < TOL


@pytest.mark.parametrize("closed", ["left", "right"])
def test_stages(build: Build, out: pd.DataFrame, closed: str) -> None:
    stage = rows_of(build(TWO, stages={"method": "ten", "closed": closed})["stage"], out)
    assert (stage == out[f"stage10_{closed}"]).all()


def test_stage_counts(build: Build, chain: dict[str, Any]) -> None:
    count = build(TWO)["stage_counts"].sum("time")
    found = {str(k): int(n) for k, n in zip(count["level"].values, count.values, strict=True)}
    assert found == chain["stage_counts_left"]


def test_lag_types(build: Build, out: pd.DataFrame, chain: dict[str, Any]) -> None:
    found = np.array(["", "U1 lag", "U2 lag", "synchronous"])[rows_of(build(TWO)["lag_type"], out)]
    assert (found == out["type_.8_1.2"]).all()
    names, count = np.unique(found, return_counts=True)
    assert dict(zip(names.tolist(), count.tolist(), strict=True)) == chain["type_counts"]


def test_relative_development(build: Build, out: pd.DataFrame) -> None:
    """E = U1 / U2, which the lag types cut."""
    index = build(TWO)["index"]
    ratio = rows_of(index.sel(subsystem="infra") / index.sel(subsystem="econ"), out)
    assert np.abs(ratio / out["rel_dev"] - 1).max() < TOL


def test_regional_means(build: Build, chain: dict[str, Any]) -> None:
    mean = build(TWO)["regions"]["mean"].sel(variable="coordination", time=chain["years"])
    assert set(chain["region_year_mean_D2_std"]) | {"National"} == set(mean["region"].values)
    for region, reference in chain["region_year_mean_D2_std"].items():
        assert np.abs(mean.sel(region=region).values - reference).max() < TOL


def test_weights_within_subsystems(build: Build, chain: dict[str, Any]) -> None:
    three, two = build(THREE)["weights"], build(TWO)["weights"]
    for table, name, reference in [
        *((three, name, values) for name, values in chain["subsystem_weights"].items()),
        (two, "infra", chain["subsystem_weights"]["infra"]),
        (two, "econ", chain["econ_weights"]),
    ]:
        mine = table["subsystem"].values == name
        d = 1 - table["entropy"].values[mine]
        assert (np.abs(table["weight"].values[mine] - reference) <= np.maximum(TOL, 1e-15 / d)).all()


def test_global_entropy_weights(build: Build, chain: dict[str, Any]) -> None:
    """All indicators as one group: what the published tables that weigh globally print."""
    table = build(TWO)["weights"]
    d = 1 - table["entropy"].values
    found = W.within(d, np.zeros(d.size))
    assert (np.abs(found - chain["global_entropy_weights"]) <= np.maximum(TOL, 1e-15 / d)).all()


def test_global_weights_renormalised_are_the_subsystem_weights(build: Build, chain: dict[str, Any]) -> None:
    table = build(TWO)["weights"]
    again = W.within(chain["global_entropy_weights"], table["subsystem"].values)
    assert np.abs(again - table["weight"].values).max() < 1e-11


def test_obstacle_of_the_whole_system(reference: Path, chain: dict[str, Any]) -> None:
    """One system of all seven indicators, unemployment negative, weights after squeezing into [.002, .998]."""
    ref = chain["obstacle"]
    z = unit_interval(reference)
    keys = ref["columns"]
    w = W.within(1 - W.entropy_of(W.lift(z, "smooth", 0.002)), np.zeros(z.shape[1]))
    degree = obstacle(
        xr.DataArray(z.T, dims=("indicator", "unit"), coords={"indicator": keys}),
        xr.DataArray(w, dims="indicator"),
        xr.DataArray(["all"] * len(keys), dims="indicator"),
        xr.DataArray([1.0], dims="subsystem"),
        scope="system",
    ).transpose("unit", "indicator")
    assert np.abs(degree.values[:3] - ref["rows"]).max() < TOL
    assert np.abs(degree.values.mean(axis=0) - ref["mean"]).max() < TOL


# ------------------------------------------------------------------------------------------------------- weights


@pytest.fixture(scope="module")
def entropy(reference: Path) -> dict[str, Any]:
    return load(reference, "entropy_produc.json")


@pytest.fixture(scope="module")
def seven(reference: Path, entropy: dict[str, Any]) -> xr.Dataset:
    """The reference panel with all seven indicators, in two subsystems because a study needs two."""
    rows = [
        {"key": c, "subsystem": "first" if i < 4 else "second", "direction": "-" if c in entropy["negative"] else "+"}
        for i, c in enumerate(entropy["columns"])
    ]
    system = ac.IndicatorSystem.from_table(pd.DataFrame(rows))
    return ac.read_panel(reference / "data" / "produc.csv", system, unit="state")


def raw(folder: Path, columns: list[str]) -> np.ndarray:
    return pd.read_csv(folder / "data" / "produc.csv")[columns].to_numpy(dtype="f8")


def years(folder: Path) -> np.ndarray:
    return pd.read_csv(folder / "data" / "produc.csv")["year"].to_numpy()


def unit_interval(folder: Path, pick: np.ndarray | None = None) -> np.ndarray:
    """All seven indicators scaled by accord, unemployment negative; bounds of the picked rows."""
    spec = load(folder, "entropy_produc.json")
    x = raw(folder, spec["columns"])
    x = x if pick is None else x[pick]
    sign = ["-" if c in spec["negative"] else "+" for c in spec["columns"]]
    return np.column_stack([scale.normalise(v, v.min(), v.max(), s) for v, s in zip(x.T, sign, strict=True)])


ZEROS = {
    "minmax_0ln0": ("exact", None),
    "minmax_shift_1e-4": ("shift", None),
    "minmax_shift_1e-3": ("shift", 1e-3),
    "minmax_shift_0.01": ("shift", 0.01),
    "minmax_to_[.002,.998]": ("smooth", None),
    "minmax_to_[.0001,.9999]": ("smooth", 1e-4),
    "minmax_to_[.01,.99]": ("smooth", 0.01),
}


def test_every_zero_variant_of_the_reference_is_checked(entropy: dict[str, Any]) -> None:
    assert set(entropy["result"]) == {*ZEROS, "raw_sum_all_positive"}


def compare_entropy(e: np.ndarray, reference: dict[str, Any]) -> None:
    d = np.array(reference["d"])
    assert np.abs(e - reference["e"]).max() < TOL
    found = W.within(1 - e, np.zeros(e.size))
    assert (np.abs(found - reference["w"]) <= np.maximum(TOL, 1e-15 / d)).all()


@pytest.mark.parametrize("variant", ZEROS)
def test_zero_policies(reference: Path, entropy: dict[str, Any], variant: str) -> None:
    policy, shift = ZEROS[variant]
    compare_entropy(W.entropy_of(W.lift(unit_interval(reference), policy, shift)), entropy["result"][variant])


@pytest.mark.parametrize("variant", ZEROS)
def test_zero_policies_through_the_study(seven: xr.Dataset, entropy: dict[str, Any], variant: str) -> None:
    policy, shift = ZEROS[variant]
    study = ac.Study(seven, weights={"method": "entropy", "zeros": policy, "shift": shift})
    compare_entropy(study["entropy"].values, entropy["result"][variant])


def test_shift_nonpositive_lifts_only_columns_that_touch_zero(seven: xr.Dataset, entropy: dict[str, Any]) -> None:
    """Every min-max column touches zero, so here the policy equals `shift` with the same c."""
    study = ac.Study(seven, weights={"method": "entropy", "zeros": "shift_nonpositive"})
    compare_entropy(study["entropy"].values, entropy["result"]["minmax_shift_0.01"])


def test_shares_of_raw_values(reference: Path, entropy: dict[str, Any]) -> None:
    x = raw(reference, entropy["columns"])
    compare_entropy(W.entropy_of(x / x.max(axis=0)), entropy["result"]["raw_sum_all_positive"])


def test_weights_of_single_years(reference: Path, entropy: dict[str, Any]) -> None:
    pooled, year = unit_interval(reference), years(reference)
    assert set(entropy["per_year"]) == set(map(str, np.unique(year)))
    for name, ref in entropy["per_year"].items():
        mine = year == int(name)
        for z, variant in (
            (unit_interval(reference, mine), "minmax_within_year"),
            (pooled[mine], "pooled_minmax_then_year_entropy"),
        ):
            d = 1 - W.entropy_of(z)
            found = W.within(d, np.zeros(d.size))
            assert (np.abs(found - ref[variant]) <= np.maximum(TOL, 1e-15 / d)).all(), (name, variant)


def test_frame_per_year_scales_within_each_year(seven: xr.Dataset, entropy: dict[str, Any]) -> None:
    """The study's `per_year` frame gives the normalised values whose entropies the reference holds."""
    z = ac.Study(seven, normalise={"frame": "per_year"})["normalised"]
    for name, ref in entropy["per_year"].items():
        d = 1 - W.entropy_of(z.sel(time=int(name)).transpose("unit", "indicator").values)
        assert (
            np.abs(W.within(d, np.zeros(d.size)) - ref["minmax_within_year"]) <= np.maximum(TOL, 1e-15 / d)
        ).all(), name


def test_critic_weights(reference: Path, entropy: dict[str, Any]) -> None:
    z = unit_interval(reference)
    importance = W.critic(z.std(axis=0, ddof=1), np.corrcoef(z, rowvar=False))
    assert np.abs(W.within(importance, np.zeros(7)) - entropy["critic_sd_ddof1"]).max() < TOL


def test_weights_by_coefficient_of_variation(reference: Path, seven: xr.Dataset, entropy: dict[str, Any]) -> None:
    """Through the study: global weights, renormalised in its two subsystems, are the study's."""
    table = ac.Study(seven, weights="cv")["weights"]
    x = raw(reference, entropy["columns"])
    cv = x.std(axis=0, ddof=1) / x.mean(axis=0)
    assert np.abs(W.within(cv, np.zeros(7)) - entropy["cv_weights_raw_ddof1"]).max() < TOL
    again = W.within(entropy["cv_weights_raw_ddof1"], table["subsystem"].values)
    assert np.abs(table["weight"].values - again).max() < TOL


def test_the_wrong_number_of_rows_is_refused(reference: Path) -> None:
    """Ln(years) in place of ln(rows) gives e > 1 and reverses the weights: it must raise."""
    trap = load(reference, "entropy_wrong_k_trap.json")
    z = unit_interval(reference)
    assert np.abs(W.entropy_of(z) - trap["e_correct"]).max() < TOL
    d = 1 - W.entropy_of(z)
    assert np.abs(W.within(d, np.zeros(7)) - trap["w_correct"]).max() < TOL
    sums, logs = z.sum(axis=0), W.x_log_x(z).sum(axis=0)
    assert np.abs(W.entropy(sums, logs, len(z)) - trap["e_correct"]).max() < TOL
    with pytest.raises(ValueError, match="not the number of rows"):
        W.entropy(sums, logs, len(np.unique(years(reference))))


# -------------------------------------------------------------------------------------------------------- stages


@pytest.fixture(scope="module")
def stages(reference: Path) -> dict[str, Any]:
    return load(reference, "stages.json")


def test_ten_stages_have_the_published_edges_and_names(stages: dict[str, Any]) -> None:
    table, ref = ten(), stages["ten"]
    assert table.values.tolist() == [row["lo"] for row in ref]
    assert table["level"].values.tolist() == [row["k"] for row in ref]
    assert table.attrs["label_en"] == [row["en"] for row in ref]
    assert table.attrs["label_zh"] == [row["zh"] for row in ref]


@pytest.mark.parametrize("name", ["five", "six"])
def test_other_published_edges(stages: dict[str, Any], name: str) -> None:
    from accord.method import choices

    table, ref = choices("stages")[name].func(), stages[name]
    assert table.values.tolist()[1:] == [row["hi"] for row in ref[:-1]]
    if "en" in ref[0]:
        assert table.attrs["label_en"] == [row["en"] for row in ref]


def test_every_literal_edge_starts_its_class(stages: dict[str, Any]) -> None:
    """The edges are the literals, so 0.3 is in class 4, and 3*0.1, which is larger, too; closed right it is not."""
    lower = ten().values
    for row in stages["ten"]:
        assert core.classify([row["lo"]], lower).tolist() == [row["k"]]
        below = [max(row["k"] - 1, 1)]
        assert core.classify([row["lo"]], lower, "right").tolist() == below
        assert core.classify([np.nextafter(row["lo"], -1)], lower).tolist() == below
    assert core.classify([3 * 0.1, 6 * 0.1, 7 * 0.1], lower).tolist() == [4, 7, 8]
    assert core.classify([3 * 0.1, 0.3], lower, "right").tolist() == [4, 3]


# ------------------------------------------------------------------------------------ other programs' own results


def compare_triplet(u: np.ndarray, a: np.ndarray, ref: dict[str, Any], variant: str) -> None:
    c = core.VARIANTS[variant](u)
    t = core.development(u, a)
    for found, name in ((c, "C"), (t, "T"), (core.coordination(c, t), "D")):
        assert np.abs(found - ref[name]).max() < TOL, name


@pytest.mark.parametrize("weights", [[0.25] * 4, [0.1, 0.2, 0.3, 0.4]], ids=["equal", "unequal"])
@pytest.mark.parametrize("variant", ["standard", "wang", "fan"])
def test_four_subsystems_of_an_r_package(reference: Path, variant: str, weights: list[float]) -> None:
    ref = load(reference, "ccd_gzma.json")
    x = pd.read_csv(reference / "data" / "gzma.csv").to_numpy()
    u = np.stack([scale.normalise(v, v.min(), v.max()) for v in x.T])
    suffix = "" if weights[0] == 0.25 else "_w"
    compare_triplet(u, np.array(weights), ref["result"][variant + suffix], variant)
    zero = ref["rows_with_zero"]
    assert np.flatnonzero((u == 0).any(axis=0)).tolist() == zero
    if variant != "fan":
        assert (core.VARIANTS[variant](u)[zero] == 0).all()


def test_three_subsystems_of_published_documentation(reference: Path) -> None:
    """The printed three decimals, and our digits behind them; `Cadj` is Wang's form with unequal weights."""
    ref = load(reference, "ccd_small_published.json")
    u = np.array([ref["data"][name] for name in ("s1", "s2", "s3")])
    c, t = core.standard(u), core.development(u, np.full(3, 1 / 3))
    adjusted, weighted = core.wang(u), core.development(u, ref["w_adjusted"])
    found = {
        "C": c,
        "T": t,
        "D": core.coordination(c, t),
        "Cadj": adjusted,
        "Dadj": core.coordination(adjusted, weighted),
    }
    assert set(found) == set(ref["ours"]) == set(ref["published_3dp"])
    for name, values in found.items():
        assert np.abs(values - ref["ours"][name]).max() < TOL, name
        assert np.abs(values - ref["published_3dp"][name]).max() < 5.1e-4, name
    assert np.abs(core.fan(u) - ref["fan"]).max() < TOL


COINR = {
    "amean": ("asem_idata.csv", core.weighted_sum, 0.0),
    "gmean_1_100": ("asem_idata.csv", core.weighted_geometric, 1.0),
    "panel_global": ("asem_idata_panel.csv", core.weighted_sum, 0.0),
}


@pytest.mark.parametrize("case", COINR)
def test_weighted_means_up_a_hierarchy(reference: Path, case: str) -> None:
    """Rows without missing values only: the reference renormalises weights over missing children, accord fills gaps."""
    ref = load(reference, "coinr_asem.json")["result"][case]
    file, mean, least = COINR[case]
    data = pd.read_csv(reference / "data" / file)
    meta = pd.read_csv(reference / "data" / "asem_imeta.csv", keep_default_na=False).query("Level != 'NA'")
    meta = meta.astype({"Level": int, "Weight": float, "Direction": int}).set_index("iCode")
    values: dict[str, np.ndarray] = {}
    for key, one in meta[meta["Level"] == 1].iterrows():
        x = data[key].to_numpy(dtype="f8")
        z = scale.normalise(x, np.nanmin(x), np.nanmax(x), "+" if one["Direction"] > 0 else "-")
        values[str(key)] = least + (100 - least) * z
    complete = ~np.isnan(np.stack(list(values.values()))).any(axis=0)
    assert complete.sum() >= 31
    values = {key: x[complete] for key, x in values.items()}
    for level in (2, 3, 4):
        for parent in meta.index[meta["Level"] == level]:
            below = meta[meta["Parent"] == parent]
            w = W.within(below["Weight"].to_numpy(), np.zeros(len(below)))
            values[parent] = mean(np.stack([values[str(k)] for k in below.index]), w)
    label = ["uCode", "Time"] if "Time" in ref else ["uCode"]
    order = pd.DataFrame({key: ref[key] for key in [*label, "Conn", "Sust", "Index"]}).set_index(label)
    mine = pd.MultiIndex.from_frame(data[label]) if len(label) > 1 else pd.Index(data["uCode"])
    wanted = order.loc[mine[complete]]
    for name in ("Conn", "Sust", "Index"):
        assert np.abs(values[name] - wanted[name].to_numpy()).max() < TOL * 100, name


def test_effective_weights_multiply_down_the_hierarchy(reference: Path) -> None:
    ref = load(reference, "coinr_asem.json")["result"]["effective_weights"]
    known = dict(zip(ref["iCode"], ref["EffWeight"], strict=True))
    meta = pd.read_csv(reference / "data" / "asem_imeta.csv", keep_default_na=False).query("Level != 'NA'")
    meta = meta.astype({"Level": int, "Weight": float}).set_index("iCode")
    share = dict(zip(meta.index, W.within(meta["Weight"].to_numpy(), meta["Parent"].to_numpy()), strict=True))
    for key in meta.index[meta["Level"] == 1]:
        effective, here = 1.0, key
        while here != "Index":
            effective *= share[here]
            here = meta.loc[here, "Parent"]
        assert abs(effective - known[key]) < 1e-14
