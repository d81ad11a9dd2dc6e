"""Cells to zones: which cell centres lie in which polygon, and sums by zone that are exact.

Sums are kept as digits of base 2^26: each value is cut into integer multiples of 2^26, 1, 2^-26 ... until
nothing is left, and integers add up exactly. So a total is the same however the cells are split or ordered,
and whatever the unit of measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Digits = dict[int, Ints]
"""Sums by power of 2^26: `digits[k]` counts multiples of 2^(26 k)."""
BITS = 26
SMALLEST = -38
"""Power of 2^26 below which a value counts as nothing, about 1e-297."""
AT_ONCE = 1 << 17
"""Values that are cut at a time, few enough for the cache; up to 2^27 the sums of one digit are exact."""


@dataclass(frozen=True)
class Spans:
    """Runs of cells that lie in zones, by row: `row`, first and one past the last column, zone; (span,) each."""

    row: Ints
    start: Ints
    stop: Ints
    zone: Ints

    def rows(self, first: int, last: int) -> Spans:
        """The spans of rows from `first` up to `last`."""
        kept = (self.row >= first) & (self.row < last)
        return Spans(self.row[kept], self.start[kept], self.stop[kept], self.zone[kept])


def spans_of(vertices: Floats, sizes: Ints, polygon: Ints, zone: Ints, y: Floats, x: Floats) -> Spans:
    """The cells whose centres lie in polygons, holes left out.

    A centre on an outline belongs to the polygon on its right (for an outline along a row: above), so that
    polygons that share an outline share no cell and leave none out.

    Parameters
    ----------
    vertices
        Rings one after another, not closed, shape (vertex, 2): x and y.
    sizes, polygon, zone
        For each ring its number of vertices, the polygon it belongs to, and the zone of that.
    y, x
        Centres of rows and of columns, each in steps of one sign.

    Returns
    -------
    Spans sorted by row and column.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
    >>> one = np.array([0])
    >>> found = spans_of(square, np.array([4]), one, one, np.array([2.5, 1.5, 0.5]), np.array([0.5, 1.5, 2.5]))
    >>> found.row.tolist(), found.start.tolist(), found.stop.tolist()
    ([1, 2], [0, 0], [2, 2])
    """
    down, back = y.size > 1 and y[0] > y[-1], x.size > 1 and x[0] > x[-1]
    rows, columns = (y[::-1] if down else y), (x[::-1] if back else x)
    edge, row, at = _crossings(vertices, sizes, rows)
    ring = np.repeat(np.arange(sizes.size), sizes)[edge]
    column = np.searchsorted(columns, at, side="left")
    order = np.lexsort((column, row, polygon[ring]))
    row, column, ring = row[order], column[order], ring[order]
    first, last, of = column[0::2], column[1::2], zone[ring[0::2]]
    line = row[0::2]
    kept = last > first
    line, first, last, of = line[kept], first[kept], last[kept], of[kept]
    if down:
        line = y.size - 1 - line
    if back:
        first, last = x.size - last, x.size - first
    order = np.lexsort((first, line))
    return Spans(*(np.asarray(a[order], dtype="i8") for a in (line, first, last, of)))


def _crossings(vertices: Floats, sizes: Ints, rows: Floats) -> tuple[Ints, Ints, Floats]:
    """Where the edges of rings cross the centres of rows (ascending): edge, row, x.

    An edge is looked at from its lower end, so that two polygons find the same crossing on an edge they share.
    """
    ends = np.cumsum(sizes)
    following = np.arange(1, len(vertices) + 1)
    following[ends - 1] = ends - sizes
    a, b = vertices, vertices[following]
    turned = (a[:, 1] > b[:, 1])[:, None]
    low, high = np.where(turned, b, a), np.where(turned, a, b)
    first, last = np.searchsorted(rows, low[:, 1]), np.searchsorted(rows, high[:, 1])
    count = last - first
    edge = np.repeat(np.arange(len(vertices)), count)
    row = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    rise = (rows[row] - low[edge, 1]) / (high[edge, 1] - low[edge, 1])
    return edge, row, np.asarray(low[edge, 0] + rise * (high[edge, 0] - low[edge, 0]))


def overlaps(spans: Spans, columns: int) -> tuple[int, tuple[int, int] | None]:
    """How many cells lie in two zones, and the first pair of zones that share some."""
    start, stop = spans.row * columns + spans.start, spans.row * columns + spans.stop
    if start.size < 2:
        return 0, None
    furthest = np.maximum.accumulate(stop)
    holder = np.maximum.accumulate(np.where(stop == furthest, np.arange(stop.size), 0))[:-1]
    shared = np.clip(np.minimum(furthest[:-1], stop[1:]) - start[1:], 0, None)
    shared[spans.zone[holder] == spans.zone[1:]] = 0
    if not shared.any():
        return 0, None
    i = int(np.argmax(shared > 0))
    return int(shared.sum()), (int(spans.zone[holder[i]]), int(spans.zone[i + 1]))


def painted(spans: Spans, rows: slice, columns: slice) -> NDArray[np.int32]:
    """The zone of each cell of a window, -1 outside all; where zones overlap, the one given first."""
    out = np.full((rows.stop - rows.start, columns.stop - columns.start), -1, dtype="i4")
    inside = spans.rows(rows.start, rows.stop)
    first = np.clip(inside.start - columns.start, 0, out.shape[1])
    last = np.clip(inside.stop - columns.start, 0, out.shape[1])
    order = np.argsort(-inside.zone, kind="stable")
    lines, zones = inside.row - rows.start, inside.zone
    for i in order[last[order] > first[order]].tolist():
        out[lines[i], first[i] : last[i]] = zones[i]
    return out


def digit_sums(values: Floats, groups: NDArray[np.integer], number: int) -> Digits:
    """Exact sums of finite values by group, each group a number below `number`.

    Examples
    --------
    >>> float(total_of(digit_sums(np.array([1e30, 1.0, -1e30]), np.zeros(3, dtype="i8"), 1))[0])
    1.0
    """
    out: Digits = {}
    for start in range(0, values.size, AT_ONCE):
        rest = np.array(values[start : start + AT_ONCE], dtype="f8")
        of, cut = groups[start : start + AT_ONCE], np.empty_like(rest)
        largest = float(max(rest.max(), -rest.min()))
        k = -(-int(np.frexp(largest)[1]) // BITS) - 1
        while largest and k >= SMALLEST:
            unit = 2.0 ** (BITS * k)
            np.add(rest, 1.5 * 2.0**52 * unit, out=cut)
            cut -= 1.5 * 2.0**52 * unit
            rest -= cut
            cut *= 1 / unit
            counted = np.bincount(of, weights=cut, minlength=number).astype("i8")
            out[k] = out[k] + counted if k in out else counted
            largest = float(max(rest.max(), -rest.min()))
            k -= 1
    return out


def merge(into: Digits, more: Mapping[int, Ints]) -> None:
    """Add sums to others in place."""
    for k, counted in more.items():
        into[k] = into[k] + counted if k in into else counted


def total_of(digits: Mapping[int, Ints]) -> Floats | float:
    """Sums as floats, within a unit in the last place; 0.0 where nothing was summed."""
    if not digits:
        return 0.0
    low, high = min(digits), max(digits)
    shape = digits[low].shape
    carry, plain = np.zeros(shape, dtype="i8"), []
    k = low
    while k <= high or carry.any():
        whole = digits.get(k, np.zeros(shape, dtype="i8")) + carry
        carry = (whole + (1 << (BITS - 1))) >> BITS
        plain.append(whole - (carry << BITS))
        k += 1
    out = np.zeros(shape)
    for i, digit in enumerate(plain):
        out += digit * 2.0 ** (BITS * (low + i))
    return out
