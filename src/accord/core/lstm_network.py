"""The network of core/lstm.py as one JAX program: start, train, continue. Imported only where an LSTM is asked for.

One recurrent layer reads a window of single numbers; a straight line makes the next number of its last state.
All numbers are 32-bit floats, whatever the process around has set. Nothing here knows units or years.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from accord.core.lstm_samples import Data, Settings

Array = jax.Array
_compiling = Lock()
_compiled: set[tuple[Any, ...]] = set()


def length(hidden: int) -> int:
    """How many weights a network has: gates (4H, H + 2), of the state before, the number read and 1; a line (H + 1).

    The gates stand in the order input, forget, cell, output. One vector holds all, so that a step of the optimiser
    is one loop.
    """
    return 4 * hidden * (hidden + 2) + hidden + 1


def initial(drawn: Array, hidden: int) -> Array:
    """Starting weights out of uniform numbers on [0, 1): Glorot's limits, biases 0 but 1 at the forget gate.

    Source: Glorot and Bengio (2010), Proceedings of Machine Learning Research 9, 249-256.
    """
    column = np.array([*[(6 / (2 * hidden)) ** 0.5] * hidden, (6 / (1 + hidden)) ** 0.5, 0.0])
    limit = np.concatenate([np.tile(column, 4 * hidden), np.full(hidden, (6 / (hidden + 1)) ** 0.5), [0.0]])
    bias = np.zeros((4 * hidden, hidden + 2))
    bias[hidden : 2 * hidden, -1] = 1.0
    fixed = np.concatenate([bias.ravel(), np.zeros(hidden + 1)])
    made: Array = limit.astype("f4") * (2 * drawn - 1) + fixed.astype("f4")
    return made


def predict(weights: Array, windows: Array, hidden: int) -> Array:
    """The next number of each window, (S, W) -> (S,)."""
    gates = weights[: 4 * hidden * (hidden + 2)].reshape(4 * hidden, hidden + 2)
    one = jnp.ones((1, len(windows)), jnp.float32)
    cell: Any = None
    state: Any = None
    for number in windows.T:
        read = jnp.concatenate([number[None], one])
        opened = gates[:, hidden:] @ read if state is None else gates @ jnp.concatenate([state, read])
        i, f, g, o = jnp.split(opened, 4)
        entered = jax.nn.sigmoid(i) * jnp.tanh(g)
        cell = entered if cell is None else jax.nn.sigmoid(f) * cell + entered
        state = jax.nn.sigmoid(o) * jnp.tanh(cell)
    made: Array = weights[-hidden - 1 : -1] @ state + weights[-1]
    return made


def loss(weights: Array, windows: Array, targets: Array, shares: Array, hidden: int) -> Array:
    """Mean squared error over samples that have these shares in it, which sum to 1."""
    return jnp.sum(shares * (predict(weights, windows, hidden) - targets) ** 2)


def optimiser(settings: Settings) -> optax.GradientTransformation:
    """Adam, or plain gradient steps with or without momentum."""
    if settings.optimiser == "adam":
        return optax.adam(settings.rate)
    return optax.sgd(settings.rate, momentum=settings.momentum or None)


def train(weights: Array, data: Data, drawn: Array, key: Array, settings: Settings) -> Array:
    """The weights after all iterations; `drawn` are uniform numbers on [0, 1), (iterations x batch,), for batches."""
    rule, size, batch = optimiser(settings), len(data.targets), settings.batch
    counts, windows, targets = jnp.arange(size) < data.count, jnp.asarray(data.windows), jnp.asarray(data.targets)

    def step(carry: Any, rows: Array | None, shares: Array) -> Any:
        now, memory = carry
        x, y = (windows, targets) if rows is None else (windows[rows], targets[rows])
        change, memory = rule.update(jax.grad(loss)(now, x, y, shares, settings.hidden), memory, now)
        return optax.apply_updates(now, change), memory

    start = (weights, rule.init(weights))
    if settings.iteration == "epoch":
        end = lax.fori_loop(0, settings.iterations, _epoch(step, counts, data.count, key, batch or size), start)
    elif batch is None:
        shares = counts / jnp.maximum(data.count, 1).astype(jnp.float32)
        end = lax.fori_loop(0, settings.iterations, lambda _, carry: step(carry, None, shares), start)
    else:
        rows = (drawn * data.count).astype(jnp.int32).reshape(settings.iterations, batch)
        even = jnp.full(batch, 1 / batch, jnp.float32)
        end = lax.scan(lambda carry, own: (step(carry, own, even), None), start, rows)[0]
    made: Array = end[0]
    return made


def _epoch(step: Callable[..., Any], counts: Array, count: Array, key: Array, batch: int) -> Callable[..., Any]:
    """A pass over all samples in batches, in an order drawn anew for each pass."""
    size = len(counts)

    def epoch(number: Array, carry: Any) -> Any:
        drawn = jax.random.uniform(jax.random.fold_in(key, number), (size,), jnp.float32)
        order = jnp.pad(jnp.argsort(jnp.where(counts, drawn, 2.0)), (0, -size % batch))

        def part(at: Array, inner: Any) -> Any:
            rows = lax.dynamic_slice(order, (at * batch,), (batch,))
            real = (at * batch + jnp.arange(batch) < count).astype(jnp.float32)
            return step(inner, rows, real / jnp.sum(real))

        return lax.fori_loop(0, (count + batch - 1) // batch, part, carry)

    return epoch


def continued(weights: Array, data: Data, settings: Settings) -> Array:
    """The path of each series, (N, horizon): every value is fed back after it is kept in its bounds."""
    safe = jnp.where(data.spread > 0, data.spread, 1)

    def year(carry: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], Array]:
        window, level = carry
        base = level if settings.target == "differences" else 0.0
        moved = jnp.where(data.spread > 0, data.spread * predict(weights, window, settings.hidden), 0)
        value = jnp.clip(base + data.centre + moved, settings.low, settings.high)
        fed = (value - base - data.centre) / safe
        return (jnp.concatenate([window[:, 1:], fed[:, None]], axis=1), value), value

    return lax.scan(year, (data.last, data.level), None, length=settings.horizon)[1].T


def model(data: Data, settings: Settings) -> tuple[Array, Array, Array]:
    """One network from start to end: paths (N, horizon), one-step numbers (S,), final loss ()."""
    key = jax.random.wrap_key_data(data.key[:2], impl="threefry2x32")
    for word in (2, 3, 4):
        key = jax.random.fold_in(key, data.key[word])
    own, size = length(settings.hidden), (settings.batch or 0) * settings.iterations
    drawn = jax.random.uniform(key, (own + (size if settings.iteration == "step" else 0),), jnp.float32)
    weights = train(initial(drawn[:own], settings.hidden), data, drawn[own:], key, settings)
    shares = (jnp.arange(len(data.targets)) < data.count) / jnp.maximum(data.count, 1).astype(jnp.float32)
    fitted = predict(weights, data.windows, settings.hidden)
    return continued(weights, data, settings), fitted, jnp.sum(shares * (fitted - data.targets) ** 2)


@lru_cache(maxsize=32)
def program(settings: Settings, side_by_side: bool) -> Callable[..., Any]:
    """All networks of a chunk: one after the other on a processor, side by side on an accelerator.

    Takes their data, stacked along a first axis, how many of them count, and rate, low and high; one after the other,
    the rest is skipped.
    """

    def each(stacked: Data, count: Array, rate: Array, low: Array, high: Array) -> Any:
        numbers: dict[str, Any] = {"rate": rate, "low": low, "high": high}
        asked = replace(settings, **numbers)
        if side_by_side:
            return jax.vmap(lambda data: model(data, asked))(stacked)
        size, samples = stacked.targets.shape
        room = (
            jnp.zeros((size, stacked.level.shape[1], settings.horizon), jnp.float32),
            jnp.zeros((size, samples), jnp.float32),
            jnp.zeros(size, jnp.float32),
        )

        def one(at: Array, out: Any) -> Any:
            made = model(jax.tree.map(lambda a: a[at], stacked), asked)
            return jax.tree.map(lambda whole, part: whole.at[at].set(part), out, made)

        return lax.fori_loop(0, count, one, room)

    return jax.jit(each)


def accelerated() -> bool:
    """Whether networks are best trained side by side: on anything but a processor."""
    return jax.default_backend() != "cpu"


def run(data: Data, settings: Settings, count: int, side_by_side: bool) -> tuple[np.ndarray, ...]:
    """A chunk of networks, as NumPy arrays; the first `count` of them.

    The first chunk of its shape holds the others back until the program is compiled, so that threads compile it once.
    """
    fixed = replace(settings, rate=0.0, low=0.0, high=0.0)
    numbers = np.array([settings.rate, settings.low, settings.high], dtype="f4")
    mark = (fixed, side_by_side, *(np.shape(part) for part in data))
    with nullcontext() if mark in _compiled else _compiling:
        with jax.default_matmul_precision("highest"):  # an accelerator would round products to 10 bits
            made = program(fixed, side_by_side)(data, np.int32(count), *numbers)
        _compiled.add(mark)
    return tuple(np.asarray(part)[:count] for part in made)
