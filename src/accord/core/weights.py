"""Weights of indicators from their data: entropy, CRITIC, coefficient of variation, PCA."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.core.sums import exact_sum, total

Floats = NDArray[np.float64]
ZeroPolicy = Literal["exact", "shift", "shift_nonpositive", "smooth"]
SHIFT: dict[ZeroPolicy, float] = {"exact": 0.0, "shift": 1e-4, "shift_nonpositive": 0.01, "smooth": 0.002}


def lift(z: Floats, zeros: ZeroPolicy, shift: float | None = None) -> Floats:
    """Values after the zero policy: as they are, z + c, or squeezed into [c, 1-c] (`smooth`)."""
    c = SHIFT[zeros] if shift is None else shift
    if zeros == "exact":
        return z
    return c + (1 - 2 * c) * z if zeros == "smooth" else z + c


def x_log_x(x: Floats) -> Floats:
    """X ln x, with 0 ln 0 = 0; NaN stays NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.log(x)
        out *= x
    if not x.min(initial=np.inf) > 0:
        out[x == 0] = 0.0
    return out


def entropy(total_z: ArrayLike, total_zlogz: ArrayLike, rows: ArrayLike) -> Floats:
    """Information entropy of shares p = z / sum z over the pooled rows, from two sums.

    e = (ln S - L/S) / ln N with S = sum z and L = sum z ln z (Shannon 1948,
    10.1002/j.1538-7305.1948.tb01338.x). N is the number of rows pooled and nothing else.

    Parameters
    ----------
    total_z, total_zlogz, rows
        S, L and N, broadcast against each other.

    Returns
    -------
    e in [0, 1]; 1 where every value is zero.

    Raises
    ------
    ValueError
        If e leaves [0, 1]: then N is not the number of rows the sums were taken over (the widely
        copied ln(years) reverses the order of the weights).

    Examples
    --------
    >>> z = np.array([0.0, 0.5, 1.0])
    >>> float(entropy(z.sum(), x_log_x(z).sum(), 3).round(6))
    0.57938
    """
    s, zlogz, n = np.broadcast_arrays(*(np.asarray(a, dtype="f8") for a in (total_z, total_zlogz, rows)))
    if (n < 2).any():
        raise ValueError("entropy needs at least two rows")
    positive = s > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        e = np.where(positive, (np.log(s) - zlogz / s) / np.log(n), 1.0)
    slack = 1e-9 + n * 2.0**-52 / np.where(positive, s, np.inf)
    if (e < -slack).any() or (e > 1 + slack).any():
        raise ValueError("entropy outside [0, 1]: N is not the number of rows the sums were taken over")
    return np.clip(e, 0.0, 1.0)


def entropy_of(z: ArrayLike) -> Floats:
    """Entropy of each column of z (rows, indicators): `entropy` with exact sums.

    Examples
    --------
    >>> entropy_of([[0.0, 1.0], [1.0, 1.0]]).tolist()
    [0.0, 1.0]
    """
    rows = np.ascontiguousarray(np.asarray(z, dtype="f8").T)
    return entropy(total(exact_sum(rows)), total(exact_sum(rows, x_log_x)), rows.shape[1])


def within(raw: ArrayLike, groups: ArrayLike) -> Floats:
    """Raw importances scaled to sum to one inside each group; shape (indicators,) both.

    Raises
    ------
    ValueError
        If a group's importances are all zero; the message names the group.
    """
    raw, groups = np.asarray(raw, dtype="f8"), np.asarray(groups)
    out = np.empty_like(raw)
    for group in dict.fromkeys(groups.tolist()):
        mine = groups == group
        whole = raw[mine].sum()
        if not whole > 0:
            raise ValueError(f'no indicator of "{group}" carries information, so its weights are undefined')
        out[mine] = raw[mine] / whole
    return out


def critic(sd: ArrayLike, correlation: ArrayLike) -> Floats:
    """CRITIC importance sd_j * sum_k (1 - r_jk) (Diakoulaki et al. 1995, 10.1016/0305-0548(94)00059-H).

    Shapes (m,) and (m, m); not yet scaled to sum to one.
    """
    return np.asarray(np.asarray(sd, dtype="f8") * (1.0 - np.asarray(correlation, dtype="f8")).sum(axis=1))


def principal(correlation: ArrayLike, keep: float | None = None) -> Floats:
    """Importance of each indicator in the leading principal components of the correlation matrix.

    Sum over kept components of eigenvalue times squared eigenvector entry: the variance of the
    indicator that they explain, so signs of loadings do not matter. Kept are components with
    eigenvalue of at least 1 (at least one), or as many as explain the share `keep` of the variance.
    Shape (m, m) in, (m,) out. Source: OECD (2008), 10.1787/9789264043466-en.
    """
    values, vectors = np.linalg.eigh(np.asarray(correlation, dtype="f8"))
    values, vectors = values[::-1], vectors[:, ::-1]
    if keep is None:
        number = max(1, int((values >= 1 - 1e-12).sum()))
    else:
        number = int(np.searchsorted(np.cumsum(values) / values.sum(), keep - 1e-12) + 1)
    return np.asarray((vectors[:, :number] ** 2 * values[:number]).sum(axis=1))
