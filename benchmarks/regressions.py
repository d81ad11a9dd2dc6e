"""Kernels that must not grow slower, timed by pytest-benchmark.

usage: pytest benchmarks/regressions.py -p no:xdist --benchmark-autosave      (before a change)
       pytest benchmarks/regressions.py -p no:xdist --benchmark-compare       (after it, on the same machine)

Needs `pip install "accord[bench]"`. Not part of the tests: a time depends on the machine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zarr
from pytest_benchmark.fixture import BenchmarkFixture

import accord as ac
from accord.core import pvar_estimate, unitroot_null
from accord.core.bandwidth import bandwidth
from accord.core.coupling import classify, coordination, standard
from accord.core.density import density, grid
from accord.core.inequality import dagum
from accord.core.sums import exact_sum
from accord.core.unitroot_panel import Setting
from accord.core.weights import x_log_x
from accord.io.chunks import plain_array

RNG = np.random.default_rng(1)


def test_exact_sum(benchmark: BenchmarkFixture) -> None:
    benchmark(exact_sum, RNG.random((10, 1 << 18)))


def test_exact_sum_of_logarithms(benchmark: BenchmarkFixture) -> None:
    benchmark(exact_sum, RNG.random((10, 1 << 18)), x_log_x)


def test_coupling(benchmark: BenchmarkFixture) -> None:
    u, edges = RNG.random((2, 1 << 20)), np.arange(10) / 10

    def chain() -> None:
        classify(coordination(standard(u), u.mean(axis=0)), edges)

    benchmark(chain)


@pytest.mark.parametrize("codec", ["zstd", "blosc"])
def test_chunks(benchmark: BenchmarkFixture, tmp_path: Path, codec: str) -> None:
    options = {"zstd": {"level": 0, "checksum": False}, "blosc": {"cname": "lz4", "clevel": 1, "shuffle": "shuffle"}}
    packed = {"name": codec, "configuration": options[codec]}
    group = zarr.open_group(tmp_path, mode="w")
    array = group.create_array("a", shape=(1000, 1000), chunks=(1000, 1000), dtype="f4", compressors=packed)
    array[:] = RNG.gamma(2.0, 1.0, (1000, 1000))
    plain = plain_array(array)
    assert plain is not None
    benchmark(plain.read, [slice(0, 1000), slice(0, 1000)])


def test_study_of_states(benchmark: BenchmarkFixture) -> None:
    panel = ac.sample("us-states")
    benchmark(lambda: ac.Study(panel)["coordination"])


def test_density(benchmark: BenchmarkFixture) -> None:
    x = RNG.random(100_000)
    h = bandwidth(x)
    benchmark(density, x, grid(x, h, 1024), h)


def test_panel_var(benchmark: BenchmarkFixture) -> None:
    benchmark(pvar_estimate.fit, RNG.normal(size=(31, 12, 2)))


def test_null_law(benchmark: BenchmarkFixture) -> None:
    benchmark(unitroot_null.simulated, unitroot_null.Design(Setting("ips"), years=12, units=31, draws=500), None)


def test_dagum(benchmark: BenchmarkFixture) -> None:
    benchmark(dagum, RNG.random(2_800), np.arange(2_800) % 31)
