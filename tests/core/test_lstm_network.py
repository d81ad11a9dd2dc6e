"""The compiled network against back-propagation by hand in NumPy: the same weights and data give the same losses.

Tolerance 2e-7 for a loss near 1: the program computes in 32-bit floats, whose steps there are 1.2e-7.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from accord.core import lstm_network as network
from accord.core.lstm_samples import Data, Settings

_spec = importlib.util.spec_from_file_location("numpy_lstm", Path(__file__).with_name("numpy_lstm.py"))
assert _spec and _spec.loader
oracle = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(oracle)

HIDDEN, WINDOW, COUNT, SIZE = 5, 3, 40, 48
TOLERANCE = 2e-7


def settings(**changed: object) -> Settings:
    base: dict[str, object] = {"horizon": 4, "hidden": HIDDEN, "iterations": 40, "optimiser": "sgd", "rate": 0.05}
    base |= {"momentum": 0.0, "batch": None, "iteration": "step", "target": "differences", "low": 0.0, "high": 1.0}
    return Settings(**(base | changed))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data() -> Data:
    """40 samples that count, and 8 that must not."""
    rng = np.random.default_rng(3)
    windows = rng.standard_normal((SIZE, WINDOW)).astype("f4")
    targets = (np.tanh(windows @ [0.5, -0.3, 0.8]) + 0.1 * rng.standard_normal(SIZE)).astype("f4")
    windows[COUNT:], targets[COUNT:] = 1e6, -1e6
    one = np.ones(2, dtype="f4")
    return Data(windows, targets, np.int32(COUNT), windows[:2], one / 2, 0 * one, one / 10, np.arange(5, dtype="u4"))


@pytest.fixture(scope="module")
def start() -> np.ndarray:
    drawn = jax.random.uniform(jax.random.key(1), (network.length(HIDDEN),), jnp.float32)
    return np.asarray(network.initial(drawn, HIDDEN))


def trained(start: np.ndarray, data: Data, drawn: np.ndarray, asked: Settings) -> np.ndarray:
    return np.asarray(jax.jit(lambda: network.train(start, data, drawn, jax.random.key(2), asked))())


def final(weights: np.ndarray, data: Data) -> float:
    shares = (np.arange(SIZE) < COUNT) / np.float32(COUNT)
    return float(network.loss(weights, data.windows, data.targets, shares, HIDDEN))


def test_one_step_and_slope(start: np.ndarray, data: Data) -> None:
    shares = (np.arange(SIZE) < COUNT) / np.float32(COUNT)
    value, slope = jax.value_and_grad(network.loss)(start, data.windows, data.targets, shares, HIDDEN)
    expected, expected_slope = oracle.loss_and_slope(
        start.astype("f8"), data.windows[:COUNT], data.targets[:COUNT], HIDDEN
    )
    assert float(value) == pytest.approx(expected, abs=TOLERANCE)
    np.testing.assert_allclose(slope, expected_slope, atol=TOLERANCE)
    assert abs(expected_slope).max() > 0.1


@pytest.mark.parametrize("iterations", [1, 10, 100])
@pytest.mark.parametrize(
    ("optimiser", "momentum", "rate"), [("sgd", 0.0, 0.05), ("sgd", 0.9, 0.02), ("adam", 0.0, 0.005)]
)
def test_losses_along_training(
    start: np.ndarray, data: Data, optimiser: str, momentum: float, rate: float, iterations: int
) -> None:
    asked = settings(optimiser=optimiser, momentum=momentum, rate=rate, iterations=iterations)
    made = final(trained(start, data, np.zeros(0, "f4"), asked), data)
    batch = (data.windows[:COUNT].astype("f8"), data.targets[:COUNT].astype("f8"))
    found, _ = oracle.losses(
        start, [batch] * (iterations + 1), HIDDEN, rate, adam=optimiser == "adam", momentum=momentum
    )
    assert made == pytest.approx(found[-1], abs=TOLERANCE)
    assert found[-1] < found[0]


def test_batches_are_the_drawn_ones(start: np.ndarray, data: Data) -> None:
    drawn = np.random.default_rng(5).random(40 * 8).astype("f4")
    rows = np.floor(drawn * np.float32(COUNT)).astype(int).reshape(40, 8)
    assert rows.max() < COUNT
    batches = [(data.windows[r].astype("f8"), data.targets[r].astype("f8")) for r in rows]
    _, expected = oracle.losses(start, batches, HIDDEN, 0.05)
    made = trained(start, data, drawn, settings(batch=8))
    np.testing.assert_allclose(made, expected, atol=5 * TOLERANCE)


@pytest.mark.parametrize("batch", [1, 16])
def test_epochs_read_every_sample_once(start: np.ndarray, data: Data, batch: int) -> None:
    """Passes in the order drawn; the last batch is the shorter one (40 = 16 + 16 + 8)."""
    batches = []
    for number in range(3):
        drawn = np.asarray(jax.random.uniform(jax.random.fold_in(jax.random.key(2), number), (SIZE,), jnp.float32))
        order = np.argsort(drawn[:COUNT], kind="stable")
        parts = np.split(order, range(batch, COUNT, batch))
        batches += [(data.windows[r].astype("f8"), data.targets[r].astype("f8")) for r in parts]
    assert sum(len(y) for _, y in batches) == 3 * COUNT
    _, expected = oracle.losses(start, batches, HIDDEN, 0.01)
    made = trained(start, data, np.zeros(0, "f4"), settings(rate=0.01, batch=batch, iteration="epoch", iterations=3))
    np.testing.assert_allclose(made, expected, atol=5 * TOLERANCE)


def test_start(start: np.ndarray) -> None:
    """Biases are 0 but 1 at the forget gate, and weights fill Glorot's limits."""
    gates = start[: 4 * HIDDEN * (HIDDEN + 2)].reshape(4, HIDDEN, HIDDEN + 2)
    assert gates[:, :, -1].tolist() == [[0.0] * 5, [1.0] * 5, [0.0] * 5, [0.0] * 5]
    limit = (6 / (2 * HIDDEN)) ** 0.5
    assert 0.9 * limit < abs(gates[:, :, :HIDDEN]).max() <= limit
    assert start[-1] == 0


def test_values_are_fed_back_after_they_are_kept(start: np.ndarray, data: Data) -> None:
    """Paths by hand, on differences, with an upper bound that binds."""
    asked = settings(high=0.52)
    paths = np.asarray(network.continued(start, data, asked))
    window, level, expected = data.last.astype("f8"), data.level.astype("f8"), []
    for _ in range(4):
        _, moved = np.zeros(2), np.asarray(network.predict(start, window.astype("f4"), HIDDEN), dtype="f8")
        new = np.clip(level + data.centre + data.spread * moved, 0, 0.52)
        window, level = np.column_stack([window[:, 1:], (new - level - data.centre) / data.spread]), new
        expected.append(new)
    np.testing.assert_allclose(paths, np.transpose(expected), atol=1e-6)
    assert (paths == np.float32(0.52)).any() or paths.max() < 0.52
