"""An LSTM in plain NumPy, with back-propagation through time by hand: the oracle of core/lstm_network.py.

Weights lie in the same vector: gates (4H, H + 2), of state, number read and 1, in the order input, forget, cell,
output; then a line (H + 1). 64-bit floats throughout.
"""

from __future__ import annotations

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def loss_and_slope(w: np.ndarray, windows: np.ndarray, targets: np.ndarray, hidden: int) -> tuple[float, np.ndarray]:
    """Mean squared error over samples, and its derivative by every weight."""
    h, size = hidden, len(targets)
    gates = w[: 4 * h * (h + 2)].reshape(4 * h, h + 2)
    state, cell, kept = np.zeros((h, size)), np.zeros((h, size)), []
    for number in windows.T:
        read = np.concatenate([state, number[None], np.ones((1, size))])
        i, f, g, o = np.split(gates @ read, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        before, cell = cell, f * cell + i * g
        state = o * np.tanh(cell)
        kept.append((read, i, f, g, o, before, cell))
    off = w[-h - 1 : -1] @ state + w[-1] - targets
    up = 2 * off / size
    slope_out = np.concatenate([state @ up, [up.sum()]])
    d_state, d_cell, slope = np.outer(w[-h - 1 : -1], up), np.zeros((h, size)), np.zeros_like(gates)
    for read, i, f, g, o, before, now in reversed(kept):
        d_cell = d_cell + d_state * o * (1 - np.tanh(now) ** 2)
        d = np.concatenate(
            [
                d_cell * g * i * (1 - i),
                d_cell * before * f * (1 - f),
                d_cell * i * (1 - g**2),
                d_state * np.tanh(now) * o * (1 - o),
            ]
        )
        slope += d @ read.T
        d_state, d_cell = (gates.T @ d)[:h], d_cell * f
    return float((off**2).mean()), np.concatenate([slope.ravel(), slope_out])


def losses(
    w: np.ndarray,
    batches: list[tuple[np.ndarray, np.ndarray]],
    hidden: int,
    rate: float,
    *,
    adam: bool = False,
    momentum: float = 0.0,
) -> tuple[list[float], np.ndarray]:
    """The loss before each step, and the weights after the last: plain steps, with momentum, or Adam (.9, .999, 1e-8)."""
    w, first, second, found = w.astype("f8"), np.zeros(w.size), np.zeros(w.size), []
    for t, (x, y) in enumerate(batches, 1):
        value, slope = loss_and_slope(w, x, y, hidden)
        found.append(value)
        if adam:
            first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
            # the program takes 1 - .999^t in 32 bits, whose rounding is 6e-5 of it at t = 1
            one, two = (1 - np.float32(decay) ** np.float32(t) for decay in (0.9, 0.999))
            w = w - rate * (first / one) / (np.sqrt(second / two) + 1e-8)
        else:
            first = momentum * first + slope
            w = w - rate * first
    return found, w
