"""The network of core/lstm.py as one JAX program: start, train, continue. Imported only where an LSTM is asked for.

One recurrent layer reads a window of single numbers; a straight line makes the next number of its last state.
All numbers are 32-bit floats, whatever the process around has set. Nothing here knows units or years.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from accord.core.lstm_samples import Data, Settings

Array = jax.Array


class Weights(NamedTuple):
    """Gates in the order input, forget, cell, output; H hidden numbers."""

    enters: Any
    """(4H,), of the number read."""
    recurs: Any
    """(4H, H), of the state before."""
    bias: Any
    """(4H,)"""
    out: Any
    """(H,)"""
    shift: Any
    """()"""


def initial(key: Array, hidden: int) -> Weights:
    """Glorot's uniform weights, biases 0 but 1 at the forget gate. Source: Glorot and Bengio (2010)."""
    one, two, three = jax.random.split(key, 3)

    def drawn(own: Array, shape: tuple[int, ...], fans: int) -> Array:
        limit = (6 / fans) ** 0.5
        return jax.random.uniform(own, shape, jnp.float32, -limit, limit)

    return Weights(
        drawn(one, (4 * hidden,), 1 + hidden),
        drawn(two, (4 * hidden, hidden), 2 * hidden),
        jnp.zeros(4 * hidden, jnp.float32).at[hidden : 2 * hidden].set(1),
        drawn(three, (hidden,), hidden + 1),
        jnp.zeros((), jnp.float32),
    )


def predict(weights: Weights, windows: Array) -> Array:
    """The next number of each window, (S, W) -> (S,)."""
    cell = state = None
    for number in windows.T:
        gates = weights.enters[:, None] * number + weights.bias[:, None]
        if state is not None:
            gates += weights.recurs @ state
        i, f, g, o = jnp.split(gates, 4)
        entered = jax.nn.sigmoid(i) * jnp.tanh(g)
        cell = entered if cell is None else jax.nn.sigmoid(f) * cell + entered
        state = jax.nn.sigmoid(o) * jnp.tanh(cell)
    made: Array = weights.out @ state + weights.shift
    return made


def loss(weights: Weights, windows: Array, targets: Array, shares: Array) -> Array:
    """Mean squared error over samples that have these shares in it, which sum to 1."""
    return jnp.sum(shares * (predict(weights, windows) - targets) ** 2)


def optimiser(settings: Settings) -> optax.GradientTransformation:
    """Adam, or plain gradient steps with or without momentum."""
    if settings.optimiser == "adam":
        return optax.adam(settings.rate)
    return optax.sgd(settings.rate, momentum=settings.momentum or None)


def train(weights: Weights, data: Data, key: Array, settings: Settings) -> Weights:
    """The weights after all iterations."""
    rule, size = optimiser(settings), len(data.targets)
    counts = jnp.arange(size) < data.count

    def step(carry: Any, rows: Array | None, shares: Array) -> Any:
        now, memory = carry
        x, y = (data.windows, data.targets) if rows is None else (data.windows[rows], data.targets[rows])
        change, memory = rule.update(jax.grad(loss)(now, x, y, shares), memory, now)
        return optax.apply_updates(now, change), memory

    start = (weights, rule.init(weights))
    batch = settings.batch
    end: tuple[Weights, Any]
    if settings.iteration == "epoch":
        end = lax.fori_loop(0, settings.iterations, _epoch(step, counts, data.count, key, batch or size), start)
        return end[0]
    if batch is None:
        shares = counts / jnp.maximum(data.count, 1).astype(jnp.float32)
        end = lax.fori_loop(0, settings.iterations, lambda _, carry: step(carry, None, shares), start)
        return end[0]
    rows = jax.random.randint(key, (settings.iterations, batch), 0, data.count, jnp.int32)
    even = jnp.full(batch, 1 / batch, jnp.float32)
    end = lax.scan(lambda carry, own: (step(carry, own, even), None), start, rows)[0]
    return end[0]


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


def continued(weights: Weights, data: Data, settings: Settings) -> Array:
    """The path of each series, (N, horizon): every value is fed back after it is kept in its bounds."""
    safe = jnp.where(data.spread > 0, data.spread, 1)

    def year(carry: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], Array]:
        window, level = carry
        base = level if settings.target == "differences" else 0.0
        moved = jnp.where(data.spread > 0, data.spread * predict(weights, window), 0)
        value = jnp.clip(base + data.centre + moved, settings.low, settings.high)
        fed = (value - base - data.centre) / safe
        return (jnp.concatenate([window[:, 1:], fed[:, None]], axis=1), value), value

    return lax.scan(year, (data.last, data.level), None, length=settings.horizon)[1].T


def model(data: Data, settings: Settings) -> tuple[Array, Array, Array]:
    """One network from start to end: paths (N, horizon), one-step numbers (S,), final loss ()."""
    key = jax.random.wrap_key_data(data.key[:2], impl="threefry2x32")
    for word in (2, 3, 4):
        key = jax.random.fold_in(key, data.key[word])
    first, order = jax.random.split(key)
    weights = train(initial(first, settings.hidden), data, order, settings)
    shares = (jnp.arange(len(data.targets)) < data.count) / jnp.maximum(data.count, 1).astype(jnp.float32)
    fitted = predict(weights, data.windows)
    return continued(weights, data, settings), fitted, jnp.sum(shares * (fitted - data.targets) ** 2)


@lru_cache(maxsize=16)
def program(settings: Settings, side_by_side: bool) -> Callable[..., Any]:
    """All networks of a chunk: one after the other on a processor, side by side on an accelerator.

    Takes their data, stacked along a first axis, and how many of them count; one after the other, the rest is skipped.
    """
    if side_by_side:
        return jax.jit(lambda stacked, count: jax.vmap(lambda data: model(data, settings))(stacked))

    def each(stacked: Data, count: Array) -> Any:
        size, samples = stacked.targets.shape
        room = (
            jnp.zeros((size, stacked.level.shape[1], settings.horizon), jnp.float32),
            jnp.zeros((size, samples), jnp.float32),
            jnp.zeros(size, jnp.float32),
        )

        def one(at: Array, out: Any) -> Any:
            made = model(jax.tree.map(lambda a: a[at], stacked), settings)
            return jax.tree.map(lambda whole, part: whole.at[at].set(part), out, made)

        return lax.fori_loop(0, count, one, room)

    return jax.jit(each)


def run(data: Data, settings: Settings, count: int, side_by_side: bool | None = None) -> tuple[np.ndarray, ...]:
    """A chunk of networks, as NumPy arrays; the way is chosen by the device unless it is said."""
    beside = jax.default_backend() != "cpu" if side_by_side is None else side_by_side
    made = program(settings, beside)(data, np.int32(count))
    return tuple(np.asarray(part)[:count] for part in made)
