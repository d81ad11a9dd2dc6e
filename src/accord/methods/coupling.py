"""Steps `coupling` and `pairwise`: how far subsystem indices are coupled (C), developed (T), coordinated (D)."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from accord.core import coupling as core
from accord.errors import InputError, NotNeeded, nearest
from accord.labels import build, cell_dims, lead
from accord.method import Chosen, Text, Unused, method
from accord.phrases import shares

ROOTLESS = Text(
    "The coupling degree is taken without its root: values are lower than in the standard form, and stages with them.",
    "耦合度未开根号：数值低于标准形式，协调等级随之偏低。",
)
FORMS = {
    "standard": Text("C = S (prod U)^(1/S) / sum U", "C = S (∏U)^(1/S) / ΣU"),
    "rootless": Text("C = S^S prod U / (sum U)^S (without the root)", "C = S^S ∏U / (ΣU)^S（未开根号）"),
    "wang": Text(
        "C = sqrt{ [1 - mean |Ui - Uj|] [prod (U / max U)]^(1/(S-1)) } (Wang et al. 2021)",
        "C = √{ [1 - 均值|Ui - Uj|] · [∏(U / max U)]^(1/(S-1)) }（王淑佳等 2021）",
    ),
    "fan": Text("C = 1 - 2 sd(U) (Fan et al. 2024)", "C = 1 - 2σ(U)（Fan 等 2024）"),
    "fan, zero": Text(
        "C = 1 - 2 sd(U), and 0 where all U are zero (Fan et al. 2024)",
        "C = 1 - 2σ(U)，U 全为零时 C = 0（Fan 等 2024）",
    ),
}


FORMULAS = {
    "standard": r"C_{it}=\frac{\left(\prod_{s=1}^{S}U_{its}\right)^{1/S}}{\frac{1}{S}\sum_{s=1}^{S}U_{its}}",
    "rootless": r"C_{it}=\frac{\prod_{s=1}^{S}U_{its}}{\left(\frac{1}{S}\sum_{s=1}^{S}U_{its}\right)^{S}}",
    "wang": r"C_{it}=\sqrt{\left[1-\frac{2}{S(S-1)}\sum_{r<s}|U_{itr}-U_{its}|\right]"
    r"\left[\prod_{s=1}^{S}\frac{U_{its}}{\max_r U_{itr}}\right]^{\frac{1}{S-1}}}",
    "fan": r"C_{it}=1-2\sqrt{\frac{1}{S}\sum_{s=1}^{S}(U_{its}-\bar U_{it})^2}",
}
CHAIN = r"T_{it}=\sum_{s=1}^{S}a_sU_{its},\quad\sum_{s=1}^{S}a_s=1,\quad D_{it}=\sqrt{C_{it}T_{it}}"
PAIR = r"T_{it}=\frac{a_rU_{itr}+a_sU_{its}}{a_r+a_s},\quad D_{it}=\sqrt{C_{it}T_{it}}"


def _formula(variant: str, root: bool | None = True, at_zero: str | None = "formula") -> str:
    """The formula of C in LaTeX."""
    if variant == "fan" and at_zero == "zero":
        return FORMULAS["fan"] + r",\quad C_{it}=0\;(U_{it1}=\dots=U_{itS}=0)"
    return FORMULAS["rootless" if variant == "standard" and root is False else variant]


def _formula_standard(root: bool) -> str:
    return _formula("standard", root) + "\n" + CHAIN


def _formula_fan(at_zero: str) -> str:
    return _formula("fan", at_zero=at_zero) + "\n" + CHAIN


def _formula_plane(variant: str, root: bool, at_zero: str) -> str:
    return _formula(variant, root, at_zero) + "\n" + CHAIN


def _formula_pairwise(variant: str, root: bool, at_zero: str) -> str:
    return _formula(variant, root, at_zero) + "\n" + PAIR


def _form(variant: str, root: bool | None = True, at_zero: str | None = "formula") -> Text:
    """The formula of C."""
    if variant == "standard" and root is False:
        return FORMS["rootless"]
    return FORMS["fan, zero" if variant == "fan" and at_zero == "zero" else variant]


def _chain(form: Text, share: xr.DataArray | None) -> Text:
    """The formulas of C, T and D."""
    a = shares(share)
    return Text(
        f"With S subsystems, {form.en}, T = sum a U{a.en}, and D = sqrt(C T).",
        f"S 为子系统数，{form.zh}，T = ΣaU{a.zh}，D = √(C·T)。",
    )


def _says_standard(root: bool, share: xr.DataArray | None) -> Text:
    return _chain(_form("standard", root), share)


def _says_wang(share: xr.DataArray | None) -> Text:
    return _chain(_form("wang"), share)


def _says_fan(at_zero: str, share: xr.DataArray | None) -> Text:
    return _chain(_form("fan", at_zero=at_zero), share)


def _says_plane(variant: str, root: bool, at_zero: str) -> Text:
    form = _form(variant, root, at_zero)
    return Text(
        f"Level curves of D over the plane of the two indices, with {form.en}.",
        f"两子系统指数平面上 D 的等值线，{form.zh}。",
    )


def _says_pairwise(variant: str, root: bool, at_zero: str) -> Text:
    form = _form(variant, root, at_zero)
    return Text(
        f"Coupling coordination of every pair of subsystems, with {form.en}; the weights in T are scaled to the pair.",
        f"各子系统两两之间的耦合协调，{form.zh}；T 的权重按两系统归一化。",
    )


@method(
    step="coupling",
    makes=("coupling",),
    kind="cell",
    table="coordination",
    cite=("wang2021",),
    says=_says_standard,
    formula=_formula_standard,
    cautions={("root", False): ROOTLESS},
)
def standard(index: xr.DataArray, *, root: bool = True) -> xr.DataArray:
    """Standard coupling degree: geometric over arithmetic mean of the subsystem indices."""
    return build(core.standard(lead(index, "subsystem"), root=root), cell_dims(index), index)


@method(
    step="coupling",
    makes=("coupling",),
    kind="cell",
    table="coordination",
    cite=("wang2021",),
    says=_says_wang,
    formula=FORMULAS["wang"] + "\n" + CHAIN,
)
def wang(index: xr.DataArray) -> xr.DataArray:
    """Coupling degree of Wang et al. (2021), which spreads C over [0, 1]."""
    return build(core.wang(lead(index, "subsystem")), cell_dims(index), index)


@method(
    step="coupling",
    makes=("coupling",),
    kind="cell",
    table="coordination",
    cite=("fan2024",),
    says=_says_fan,
    formula=_formula_fan,
)
def fan(index: xr.DataArray, *, at_zero: Literal["formula", "zero"] = "formula") -> xr.DataArray:
    """Coupling degree of Fan et al. (2024): one minus twice the standard deviation of the indices."""
    return build(core.fan(lead(index, "subsystem"), at_zero=at_zero), cell_dims(index), index)


@method(step="coupling", makes=("share",), table=None, helper=True)
def share(subsystems: xr.DataArray, *, weights: list[float] | dict[str, float] | None = None) -> xr.DataArray:
    """Weights of the subsystems in T: equal, or given in order or by name; they must sum to one."""
    names = [str(name) for name in subsystems.values]
    if weights is None:
        a = np.full(len(names), 1 / len(names))
    elif isinstance(weights, dict):
        for name in weights:
            if name not in names:
                raise InputError(f'coupling weights: "{name}" is not a subsystem; {nearest(name, names)}')
        if missing := [name for name in names if name not in weights]:
            raise InputError(f"coupling weights: none given for {', '.join(missing)}")
        a = np.array([weights[name] for name in names], dtype="f8")
    else:
        if len(weights) != len(names):
            raise InputError(
                f"coupling weights: {len(weights)} given for {len(names)} subsystems ({', '.join(names)}); give one each"
            )
        a = np.array(weights, dtype="f8")
    if not (np.isfinite(a).all() and (a >= 0).all()):
        raise InputError("coupling weights must be finite and not negative")
    if abs(a.sum() - 1) > 1e-9:
        raise InputError(f"coupling weights sum to {a.sum():g}; they must sum to 1")
    return build(a, ["subsystem"], subsystem=names)


@method(step="coupling", makes=("development",), kind="cell", table="coordination", helper=True)
def development(index: xr.DataArray, share: xr.DataArray) -> xr.DataArray:
    """Comprehensive development index T = sum a_s U_s."""
    return build(core.development(lead(index, "subsystem"), share.values), cell_dims(index), index)


@method(step="coupling", makes=("coordination",), kind="cell", table="coordination", helper=True, cite=("liao1999",))
def coordination(coupling: xr.DataArray, development: xr.DataArray) -> xr.DataArray:
    """Coupling coordination degree D = sqrt(C T)."""
    dims = cell_dims(coupling)
    return build(core.coordination(coupling.values, development.transpose(*dims).values), dims, coupling)


def _settles(variant: str) -> dict[str, Unused]:
    """Each form of C has an option of its own."""
    return {name: Unused("variant") for name, of in (("root", "standard"), ("at_zero", "fan")) if variant != of}


@method(
    step="plane",
    makes=("degree",),
    says=_says_plane,
    formula=_formula_plane,
    settles=_settles,
)
def plane(
    share: xr.DataArray,
    *,
    variant: Literal["standard", "wang", "fan"] = Chosen("coupling", "standard"),  # type: ignore[assignment]
    root: bool = Chosen("coupling", True, "root"),  # type: ignore[assignment]
    at_zero: Literal["formula", "zero"] = Chosen("coupling", "formula", "at_zero"),  # type: ignore[assignment]
    points: Annotated[int, Field(ge=2, le=1001)] = 41,
) -> xr.DataArray:
    """D over the plane of two subsystem indices, for its level curves; with the study's coupling degree.

    The places along each index are squares of even steps: they lie denser near zero, where the curves bend.
    """
    if share.size != 2:
        raise NotNeeded("a plane has two subsystems", "平面图仅适用于两个子系统")
    axis = np.linspace(0.0, 1.0, points) ** 2
    u = np.stack(np.meshgrid(axis, axis, indexing="ij"))
    d = core.coordination(_degree(u, variant, root, at_zero), core.development(u, share.values))
    return build(d, ["first", "second"], first=axis, second=axis)


@method(step="pairwise", makes=("pairs",), table=None, helper=True)
def pairs(subsystems: xr.DataArray) -> xr.DataArray:
    """Positions of the two subsystems of every pair; refused for two subsystems, whose pair is the study."""
    if subsystems.size < 3:
        raise NotNeeded("there are only two subsystems: their pair is the study itself", "仅有两个子系统，无需两两比较")
    return build(np.array(list(combinations(range(subsystems.size), 2))), ["pair", "side"])


@method(
    step="pairwise",
    makes=("pair_coupling", "pair_development", "pair_coordination"),
    kind="cell",
    says=_says_pairwise,
    formula=_formula_pairwise,
    settles=_settles,
)
def pairwise(
    index: xr.DataArray,
    share: xr.DataArray,
    subsystems: xr.DataArray,
    pairs: xr.DataArray,
    *,
    variant: Literal["standard", "wang", "fan"] = Chosen("coupling", "standard"),  # type: ignore[assignment]
    root: bool = Chosen("coupling", True, "root"),  # type: ignore[assignment]
    at_zero: Literal["formula", "zero"] = Chosen("coupling", "formula", "at_zero"),  # type: ignore[assignment]
) -> xr.Dataset:
    """C, T and D of every pair of subsystems, with the coupling degree chosen for the study."""
    names = [str(name) for name in subsystems.values]
    u, a, dims = lead(index, "subsystem"), share.values, ["pair", *cell_dims(index)]
    c, t = np.empty((len(pairs), *u.shape[1:])), np.empty((len(pairs), *u.shape[1:]))
    for k, (i, j) in enumerate(pairs.values):
        both = a[i] + a[j]
        shares = np.array([a[i] / both, a[j] / both]) if both > 0 else np.array([0.5, 0.5])
        c[k], t[k] = _degree(u[[i, j]], variant, root, at_zero), core.development(u[[i, j]], shares)
    labels = [f"{names[i]} - {names[j]}" for i, j in pairs.values]
    made = {"pair_coupling": c, "pair_development": t, "pair_coordination": core.coordination(c, t)}
    return xr.Dataset({key: build(value, dims, index, pair=labels) for key, value in made.items()})


def _degree(u: np.ndarray, variant: str, root: bool, at_zero: Literal["formula", "zero"]) -> np.ndarray:
    """The coupling degree chosen for the study, with its options."""
    options: dict[str, dict[str, Any]] = {"standard": {"root": root}, "fan": {"at_zero": at_zero}}
    return core.VARIANTS[variant](u, **options.get(variant, {}))
