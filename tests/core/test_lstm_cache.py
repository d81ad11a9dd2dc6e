"""Compiled programs are kept where that can be done, and nothing is said or set where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from accord.core import lstm_cache

RUN = """
import os, warnings
warnings.simplefilter("error")
from accord.core.lstm_cache import keep
print(keep())
from accord.core.lstm import forecast
line = [[[.1, .2, .31, .4, .52, .6]] * 2]
print(forecast(line, [6], 2, seed=1, members=2, iterations=3).mean.tobytes().hex())
"""


def ran(cache: Path) -> list[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("JAX")}
    environ |= {"ACCORD_CACHE": str(cache), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    made = subprocess.run([sys.executable, "-c", RUN], env=environ, capture_output=True, text=True, check=True)
    assert made.stderr == ""
    return made.stdout.split()


def test_programs_are_kept_and_read_back_in_silence(tmp_path: Path) -> None:
    place, first = ran(tmp_path)
    kept = {f.name: f.stat().st_size for f in Path(place).iterdir()}
    assert Path(place).is_relative_to(tmp_path) and sum(kept.values()) > 10_000
    assert ran(tmp_path) == [place, first]
    assert {f.name for f in Path(place).iterdir()} == set(kept)


@pytest.fixture
def unimported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "jax", raising=False)


@pytest.mark.usefixtures("unimported")
def test_where(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    place = lstm_cache.keep(environ)
    if sys.platform != "win32":
        assert place is not None and place.parent == tmp_path / "accord" / "programs"
    assert environ["JAX_COMPILATION_CACHE_DIR"] == str(place)


@pytest.mark.usefixtures("unimported")
def test_nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    for environ in (
        {"ACCORD_CACHE": str(tmp_path / "file")},
        {"ACCORD_CACHE": "off"},
        {"ACCORD_CACHE": str(tmp_path), "JAX_COMPILATION_CACHE_DIR": "mine"},
    ):
        before = dict(environ)
        assert lstm_cache.keep(environ) is None and environ == before
    monkeypatch.setitem(sys.modules, "jax", object())
    environ = {"ACCORD_CACHE": str(tmp_path)}
    assert lstm_cache.keep(environ) is None and len(environ) == 1


@pytest.mark.usefixtures("unimported")
def test_only_the_newest_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstm_cache, "KEPT", 2)
    environ = {"ACCORD_CACHE": str(tmp_path)}
    place = lstm_cache.folder(environ)
    place.mkdir(parents=True)
    for age in range(4):
        (place / str(age)).write_text("")
        os.utime(place / str(age), (1e9 - age, 1e9 - age))
    assert lstm_cache.keep(environ) == place
    assert sorted(f.name for f in place.iterdir()) == ["0", "1"]
